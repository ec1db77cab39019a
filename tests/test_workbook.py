"""The workbook: complete, streaming, and nothing in it but texts, numbers and days."""

from __future__ import annotations

import datetime as dt
import tracemalloc
import zipfile
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pytest

from screening.decision import FindingCode, Outcome, Severity
from screening.report import workbook as module
from screening.report.rows import ReportRow
from screening.report.tables import FORMULA_STARTS
from screening.report.words import visible
from screening.report.workbook import MAX_CELL, Workbook
from screening.shipment import Shipment
from tests import factories as make

EVIL = (
    "=1+1",
    "=cmd|'/C calc'!A0",
    "@SUM(1+1)",
    "+1",
    "-1",
    "＝1+1",
    "\t=1+1",
    "{=1+1}",
    "https://evil.example/",
    "javascript:alert(1)",
    "<script>alert(1)</script>",
    "nul\x00 escape\x1b override\u202egnp surrogate\ud800",
    "'quoted",
)

Sheets = dict[str, list[list[object]]]


def written(path: Path, *rows: ReportRow, language: str = "en") -> Sheets:
    """A workbook of some rows, read back by another library."""
    with Workbook(path, language=language) as book:
        for row in rows:
            book.add(row)
        book.close_with(make.bundle(), {"seal": {"link": "ab" * 32}}, "drums.csv")
    read = openpyxl.load_workbook(path, read_only=True)
    return {s.title: [list(row) for row in s.iter_rows(values_only=True)] for s in read}


def row(number: int = 1, text: str | None = None) -> ReportRow:
    """A line, with a text in every field of it."""
    if text is None:
        return ReportRow(number, {"Goods": "drum"}, make.decision())
    hit = make.class_hit(
        title=text, citation=text, explanation=text, entry=text, form=text, clauses=(text,)
    )
    decision = make.decision(
        id=text,
        outcome=Outcome.REVIEW,
        hits=(hit,),
        requirements=(make.requirement(document=text, who=text, authority=text, contains=(text,)),),
        findings=(make.finding(FindingCode.NAME_UNKNOWN, Severity.ASK, text),),
        shipment=Shipment(name=text, consignee=text, day=make.DAY),
    )
    return ReportRow(number, {"Goods": text}, decision)


def test_sheets_hold_lines_hits_requirements_and_questions(tmp_path: Path) -> None:
    """Each thing on its own sheet, with the day that it has to be done by as a day."""
    sheets = written(tmp_path / "r.xlsx", row(1), row(2, "acetone"))
    assert sheets["All lines"][0][0] == "Line"
    assert list(sheets)[:4] == ["All lines", "Hits", "Requirements", "Sums"]
    heads, *rest = sheets["All lines"]
    lines = [dict(zip(heads, line, strict=True)) for line in rest]
    assert [line["Line"] for line in lines] == [1, 2]
    assert lines[0]["Outcome"] == "Controlled"
    assert lines[0]["Day"] == dt.datetime(2025, 11, 20)
    assert lines[1]["Consignee"] == "acetone"
    due = dict(zip(sheets["Requirements"][0], sheets["Requirements"][1], strict=True))
    assert due["Latest day"] == dt.datetime(2025, 11, 5)
    assert due["Document or act"] == "Export permit (form 161)"
    assert due["On what authority"] == "Rule 312.21"
    hit = dict(zip(sheets["Hits"][0], sheets["Hits"][1], strict=True))
    assert hit["Entry"] == "zz/schedule/fentanyl"
    assert hit["Listing checked"] == "read in the official text or a copy of it"
    assert [line[2] for line in sheets["Questions"][1:]] == ["acetone", "name_unknown"]
    about = {str(line[0]): line[1] for line in sheets["About"]}
    assert about["Bundle of lists"] == make.bundle().digest
    assert about["seal: link"] == "ab" * 32
    assert any("no clearance" in name for name in about)


@pytest.mark.parametrize("evil", EVIL)
def test_no_cell_is_a_formula_or_a_link(tmp_path: Path, evil: str) -> None:
    """Whatever is submitted stays a text, and stays one when its cell is edited."""
    path = tmp_path / "r.xlsx"
    sheets = written(path, row(1, evil))
    with zipfile.ZipFile(path) as parts:
        names = parts.namelist()
        pages = [parts.read(n).decode() for n in names if n.startswith("xl/worksheets/sheet")]
        styles = parts.read("xl/styles.xml").decode()
    assert pages
    assert not any("<f>" in page or "<f " in page or "<hyperlink" in page for page in pages)
    assert not [n for n in names if "external" in n.lower() or "_rels/sheet" in n]
    assert ('quotePrefix="1"' in styles) is evil.startswith(FORMULA_STARTS)
    shown = str(sheets["Hits"][1][2])
    assert shown.strip() == visible(evil).strip()
    assert all(c.isprintable() or c in "\t\n" for c in shown)


def test_a_huge_cell_is_cut_and_says_so(tmp_path: Path) -> None:
    """A sheet refuses more than 32,767 characters; nothing is lost in silence."""
    sheets = written(tmp_path / "r.xlsx", row(1, "x" * 1_000_000))
    cells = [str(cell) for line in sheets["Hits"] for cell in line if cell]
    assert max(len(cell) for cell in cells) <= MAX_CELL
    assert any(cell.endswith("the whole text is in decisions.csv)") for cell in cells)


def test_a_full_sheet_is_continued(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """More lines than a sheet holds go on another one; none is dropped."""
    monkeypatch.setattr(module, "MAX_ROWS", 4)
    sheets = written(tmp_path / "r.xlsx", *(row(n) for n in range(1, 8)))
    numbers = [
        line[0]
        for name, lines in sheets.items()
        if name.startswith("All lines")
        for line in lines[1:]
    ]
    assert numbers == [1, 2, 3, 4, 5, 6, 7]
    assert {"All lines", "All lines 2", "All lines 3"} <= set(sheets)


def test_days_before_1900_are_texts(tmp_path: Path) -> None:
    """A sheet knows no such day."""
    decision = make.decision(day=dt.date(1899, 1, 1))
    sheets = written(tmp_path / "r.xlsx", ReportRow(1, {}, decision))
    assert sheets["All lines"][1][7] == "1899-01-01"


def test_chinese_headings(tmp_path: Path) -> None:
    """The workbook speaks the language of the report."""
    sheets = written(tmp_path / "r.xlsx", row(1), language="zh")
    assert next(iter(sheets)) == "全部行"
    assert "受管制" in sheets["全部行"][1]


def test_memory_does_not_grow_with_the_file(tmp_path: Path) -> None:
    """Ten times the rows, the same memory."""

    def peak(count: int) -> int:
        def rows() -> Iterator[ReportRow]:
            for number in range(count):
                yield row(number + 1)

        tracemalloc.start()
        with Workbook(tmp_path / "r.xlsx") as book:
            for _ in book.passing(rows()):
                pass
        size = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return size

    peak(10)
    assert peak(600) < peak(60) + 500_000


def test_a_failure_leaves_no_workbook(tmp_path: Path) -> None:
    """It is there whole or not at all."""

    def broken() -> Iterator[ReportRow]:
        yield row(1)
        raise RuntimeError("the disk is full")

    with pytest.raises(RuntimeError), Workbook(tmp_path / "r.xlsx") as book:
        list(book.passing(broken()))
    assert not list(tmp_path.iterdir())
