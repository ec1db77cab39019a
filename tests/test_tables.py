"""Tables are read as they come or refused by name, and carried cells never change."""

from __future__ import annotations

import contextlib
import csv
import io
import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from screening.decision import FindingCode, Outcome, Severity
from screening.errors import InputFileError
from screening.report.tables import (
    MAX_CELL,
    RESULT_COLUMNS,
    CsvWriter,
    OutputFile,
    Table,
    decision_cells,
    decision_json,
    read_table,
    safe_cell,
)
from tests import factories as make

HEADER = ["Ref", "Name", "CAS No.", "Qty", "Dest"]
ROWS = [
    ["A-1", "toluene", "108-88-3", "1.000,50", "MX"],
    ["A-2", "two\nlines; and, more", "", "5", "US"],
    ["A-3", 'a "quoted" name', "67-64-1", "5", "JP"],
]
CHINESE = """\
编号,品名,数量,单位,最终目的国
1,甲苯,25,千克,墨西哥
2,1-叔丁氧羰基-4-哌啶酮 工业级,5,公斤,德国
"""
GERMAN = (
    "Referenz;Bezeichnung;Menge;Bestimmungsland\n1;Essigsäureanhydrid für Köln;1,5;Österreich\n"
)
FRENCH = "Référence;Désignation;Quantité\n1;Acide phénylacétique, qualité supérieure très pure;5\n"
SPANISH = "Referencia,Descripción,País de destino\n1,Ácido fenilacético señalado,España\n"
POLISH = "Ref;Name;Dest\n1;Bezwodnik octowy świeży żółty;PL\n"
RUSSIAN = "Ref;Name;Dest\n1;Фенилуксусная кислота чистая;RU\n"
KOREAN = "Ref,Name,Dest\n1,페닐아세트산 공업용,KR\n2,아세톤,KR\n"
TAIWANESE = "編號,品名,數量\n1,苯乙酸工業級,25\n2,醋酸酐,5\n"


def written(folder: Path, data: str | bytes, name: str = "in.csv") -> Path:
    """A file with these contents."""
    path = folder / name
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return path


def as_csv(rows: list[list[str]], separator: str = ",") -> str:
    """Rows as a program writes them."""
    stream = io.StringIO(newline="")
    csv.writer(stream, delimiter=separator).writerows(rows)
    return stream.getvalue()


def cells(table: Table) -> list[list[str]]:
    """The cells of all rows."""
    return [row.cells for row in table.rows()]


class TestSeparators:
    """The separator is the one under which the header is a header."""

    @pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
    def test_each_separator(self, tmp_path: Path, separator: str) -> None:
        """Decimal commas, quoted newlines and other separators inside cells mislead nobody."""
        table = read_table(written(tmp_path, as_csv([HEADER, *ROWS], separator)))
        assert table.separator == separator
        assert table.header == tuple(HEADER)
        assert cells(table) == ROWS

    def test_one_column(self, tmp_path: Path) -> None:
        """A table of one column is split nowhere, though its cells hold commas."""
        path = written(tmp_path, "SMILES\nCCO\nC1CC2(CCN1)OCCO2\n")
        assert cells(read_table(path)) == [["CCO"], ["C1CC2(CCN1)OCCO2"]]
        names = "Name\n1,4-dioxane\n2,4,6-collidine\n"
        table = read_table(written(tmp_path, names))
        assert table.separator != ","
        assert cells(table) == [["1,4-dioxane"], ["2,4,6-collidine"]]

    def test_given_separator(self, tmp_path: Path) -> None:
        """A separator that is named is used."""
        table = read_table(written(tmp_path, "Ref:Name\n1:a,b\n"), separator=":")
        assert cells(table) == [["1", "a,b"]]


class TestEncodings:
    """The encoding is what the bytes speak for, or is asked for."""

    @pytest.mark.parametrize(
        ("text", "written_in", "read_as"),
        [
            (CHINESE, "utf-8", "utf-8"),
            (CHINESE, "utf-8-sig", "utf-8-sig"),
            (CHINESE, "utf-16", "utf-16"),
            (CHINESE, "utf-32", "utf-32"),
            (CHINESE, "gb18030", "gb18030"),
            (CHINESE, "gb2312", "gb18030"),
            (GERMAN, "cp1252", "cp1252"),
            (FRENCH, "cp1252", "cp1252"),
            (SPANISH, "latin-1", "cp1252"),
            (GERMAN, "utf-8", "utf-8"),
        ],
    )
    def test_recognised(self, tmp_path: Path, text: str, written_in: str, read_as: str) -> None:
        """Each encoding of trade files is recognised and read without loss."""
        table = read_table(written(tmp_path, text.encode(written_in)))
        assert table.encoding == read_as
        separator = ";" if ";" in text else ","
        expected = [line.split(separator) for line in text.splitlines()]
        if text is not FRENCH:
            assert [list(table.header), *cells(table)] == expected
        else:
            assert cells(table)[0][1] == "Acide phénylacétique, qualité supérieure très pure"

    @pytest.mark.parametrize(
        ("text", "written_in"),
        [(POLISH, "cp1250"), (RUSSIAN, "cp1251"), (KOREAN, "cp949"), (TAIWANESE, "big5")],
    )
    def test_uncertain_is_refused_and_named_works(
        self, tmp_path: Path, text: str, written_in: str
    ) -> None:
        """What the bytes do not settle is refused by name, and read when the encoding is named."""
        path = written(tmp_path, text.encode(written_in))
        with pytest.raises(InputFileError, match=r"encoding is not certain.*--encoding") as caught:
            read_table(path)
        assert caught.value.path == path
        separator = ";" if ";" in text else ","
        expected = [line.split(separator) for line in text.splitlines()[1:]]
        assert cells(read_table(path, encoding=written_in)) == expected

    def test_one_chinese_word_is_not_enough(self, tmp_path: Path) -> None:
        """Two bytes that could be several things are not guessed."""
        with pytest.raises(InputFileError, match="--encoding"):
            read_table(written(tmp_path, "Name,Qty\n丙酮,5\n".encode("gb18030")))

    def test_wrong_encoding_named(self, tmp_path: Path) -> None:
        """A file that is not in the encoding that was named is refused."""
        with pytest.raises(InputFileError, match="utf-8"):
            read_table(written(tmp_path, CHINESE.encode("gb18030")), encoding="utf-8")
        with pytest.raises(InputFileError, match="no known encoding"):
            read_table(written(tmp_path, CHINESE), encoding="utf-ocho")

    def test_named_encoding_with_a_mark(self, tmp_path: Path) -> None:
        """The mark at the start of a file is never part of its first header."""
        for encoding, mark in (("utf-16-le", "utf-16"), ("utf-8", "utf-8-sig")):
            table = read_table(written(tmp_path, CHINESE.encode(mark)), encoding=encoding)
            assert table.header[0] == "编号"

    def test_bad_byte_late_in_a_file(self, tmp_path: Path) -> None:
        """One bad byte after a megabyte is found before anything is screened."""
        data = "Ref,品名\n" + "1,甲苯\n" * 200_000
        with pytest.raises(InputFileError, match="byte"):
            read_table(written(tmp_path, data.encode() + b"2,\xff\n"))


class TestHeaderRow:
    """The header may stand further down."""

    def test_row_six(self, tmp_path: Path) -> None:
        """The rows above a header on row 6 are no shipments, and that is said."""
        above = [["EXPORT STATISTICS", "", "", "", ""], ["DATA", "", "", "", ""]]
        above += [["", "", "", "", ""]] * 3
        table = read_table(written(tmp_path, as_csv([*above, HEADER, *ROWS])))
        assert table.header_row == 6
        assert table.header == tuple(HEADER)
        assert cells(table) == ROWS
        assert any("row 6" in note for note in table.notes)
        assert [row.number for row in table.rows()] == [1, 2, 3]

    def test_blank_lines_above(self, tmp_path: Path) -> None:
        """Blank lines count as rows of the file, as a person counts them."""
        table = read_table(
            written(tmp_path, "Exports 2025\nDATA\n\n\n\n" + as_csv([HEADER, *ROWS]))
        )
        assert table.header_row == 6
        assert cells(table) == ROWS

    def test_header_is_not_looked_for_forever(self, tmp_path: Path) -> None:
        """A header on row 21 is not found; the file is refused."""
        path = written(tmp_path, as_csv([["x", "y", "z", "v", "w"]] * 20 + [HEADER, *ROWS]))
        with pytest.raises(InputFileError, match="no column that says what the goods are"):
            read_table(path)

    def test_named_column_finds_the_header(self, tmp_path: Path) -> None:
        """A column named with --columns finds its header row, though nothing else is known."""
        path = written(tmp_path, "Title,\nWas,Wohin\nAceton,DE\n")
        table = read_table(path, columns={"name": ["Was"]})
        assert table.header_row == 2
        assert cells(table) == [["Aceton", "DE"]]

    def test_a_word_in_the_data_is_no_header(self, tmp_path: Path) -> None:
        """A cell of the data that is also a header does not make its row the header."""
        with pytest.raises(InputFileError, match="no column that says what the goods are"):
            read_table(written(tmp_path, "Cosa,Wohin\nacetone,DE\nGoods,FR\n"))

    def test_sep_line(self, tmp_path: Path) -> None:
        """A first line that names the separator for a spreadsheet is no header."""
        table = read_table(written(tmp_path, "sep=;\nRef;Name\n1;1,4-dioxane\n"))
        assert (table.separator, table.header_row) == (";", 2)
        assert cells(table) == [["1", "1,4-dioxane"]]

    def test_duplicate_headers_are_kept(self, tmp_path: Path) -> None:
        """Headers that stand twice are both kept, and said."""
        table = read_table(written(tmp_path, "Name,Note,Note\na,b,c\n"))
        assert table.header == ("Name", "Note", "Note")
        assert any("'Note'" in note for note in table.notes)


class TestRagged:
    """A row of another shape stays in place with all its cells."""

    def test_short_long_and_blank(self, tmp_path: Path) -> None:
        """Short rows are padded, long ones keep every cell in columns of their own."""
        table = read_table(
            written(tmp_path, "Ref,Name,Dest\n1,a\n\n2,b,US,x,,y\n3,c,US\n4,d,US,,\n")
        )
        assert table.header == ("Ref", "Name", "Dest", "extra_1", "extra_2", "extra_3")
        rows = list(table.rows())
        assert [row.cells for row in rows] == [
            ["1", "a", "", "", "", ""],
            ["2", "b", "US", "x", "", "y"],
            ["3", "c", "US", "", "", ""],
            ["4", "d", "US", "", "", ""],
        ]
        found = [[(f.code, f.severity) for f in row.findings] for row in rows]
        assert found == [
            [(FindingCode.ROW_MALFORMED, Severity.NOTE)],
            [(FindingCode.ROW_MALFORMED, Severity.ASK)],
            [],
            [],
        ]
        assert table.blank_lines == 1
        assert any("blank" in n or "without any character" in n for n in table.notes)

    def test_row_of_empty_cells_is_a_row(self, tmp_path: Path) -> None:
        """A row whose cells are all empty is a row and stays in place."""
        table = read_table(written(tmp_path, 'Ref,Name\n,\n"",""\n1,a\n'))
        assert cells(table) == [["", ""], ["", ""], ["1", "a"]]

    def test_swallowed_rows_are_noticed(self, tmp_path: Path) -> None:
        """A stray quotation mark that swallows rows is a finding on the row that holds them."""
        text = 'Ref,Name,Dest\n1,"a,US\n2,b,US\n3,c",US\n4,d,US\n'
        rows = list(read_table(written(tmp_path, text)).rows())
        assert FindingCode.ROW_MALFORMED in [f.code for f in rows[0].findings]
        assert rows[1].findings == ()


class TestRefusals:
    """What cannot be read is refused in one line that names the file and what to do."""

    @pytest.mark.parametrize(
        ("data", "reason"),
        [
            (b"", "is empty"),
            (b"\xef\xbb\xbf", "no text"),
            (b"\n\n\n", "no text"),
            (b"Name,Qty\nace\0tone,5\n", "NUL"),
            ("Name,Qty\na,5\n".encode("utf-16-le"), "NUL"),
            (b"PK\x03\x04 and more", "workbook"),
            (b"\x1f\x8b\x08", "compressed"),
            (b"When,Where\nnow,here\n", "no column that says what the goods are"),
            (b"HS_CODE_DESCRIPTION,Qty\nCyclic,5\n", "no column that says what the goods are"),
            (b'Name,Qty\n"acetone,5\nb,6\n', "quotation mark in the row of line 2"),
        ],
    )
    def test_refused(self, tmp_path: Path, data: bytes, reason: str) -> None:
        """Each fault has its reason and a remedy, in one line."""
        path = written(tmp_path, data)
        with pytest.raises(InputFileError) as caught:
            read_table(path)
        assert reason in caught.value.reason
        assert caught.value.remedy
        assert str(path) in str(caught.value)
        assert "\n" not in str(caught.value)

    def test_missing_and_folder(self, tmp_path: Path) -> None:
        """A file that is not there, and a folder, are refused by name."""
        with pytest.raises(InputFileError, match="does not exist"):
            read_table(tmp_path / "none.csv")
        with pytest.raises(InputFileError, match="is a folder"):
            read_table(tmp_path)

    def test_unknown_column(self, tmp_path: Path) -> None:
        """A column that is not there is refused with those that are."""
        with pytest.raises(InputFileError, match=r"no column 'Smile'.*'SMILES'"):
            read_table(written(tmp_path, "Ref,SMILES\n1,C\n"), columns={"structure": "Smile"})

    def test_cell_over_the_bound(self, tmp_path: Path) -> None:
        """A cell over the bound is refused by name; one under it is carried."""
        path = written(tmp_path, "Ref,Name\n1," + "x" * (MAX_CELL + 1) + "\n")
        with pytest.raises(InputFileError, match=r"more than 10,000,000 characters.*line 2"):
            read_table(path)
        table = read_table(written(tmp_path, "Ref,Name\n1," + "x" * 1_000_000 + "\n2,b\n"))
        assert [len(row.cells[1]) for row in table.rows()] == [1_000_000, 1]

    def test_file_that_changes(self, tmp_path: Path) -> None:
        """A file that changes between recognising and reading is noticed."""
        path = written(tmp_path, as_csv([HEADER, *ROWS]))
        table = read_table(path)
        written(tmp_path, as_csv([HEADER, *ROWS, ROWS[0]]))
        with pytest.raises(InputFileError, match="changed"):
            list(table.rows())

    def test_header_alone(self, tmp_path: Path) -> None:
        """A table without rows is a table."""
        table = read_table(written(tmp_path, "Name,Qty\n"))
        assert cells(table) == []
        assert table.row_count == 0
        assert table.notes


texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))


class TestRoundTrip:
    """Carried cells are what they were."""

    @settings(deadline=None)
    @given(rows=st.lists(st.lists(texts, min_size=3, max_size=3)), sep=st.sampled_from(",;\t|"))
    def test_any_text(self, tmp_path_factory: pytest.TempPathFactory, rows, sep) -> None:  # type: ignore[no-untyped-def]
        """Any text in any cell survives reading and writing unchanged."""
        folder = tmp_path_factory.mktemp("round")
        path = written(folder, as_csv([["Ref", "SMILES", "CAS No."], *rows], sep))
        table = read_table(path)
        assert table.separator == sep
        stream = io.StringIO(newline="")
        writer = CsvWriter(stream)
        writer.header(table.header)
        for row in table.rows():
            writer.row(row.cells, [""] * len(RESULT_COLUMNS))
        again = list(csv.reader(io.StringIO(stream.getvalue(), newline="")))
        assert again[0] == ["Ref", "SMILES", "CAS No.", *RESULT_COLUMNS]
        assert [row[:3] for row in again[1:]] == rows


class TestResults:
    """What is written of a decision."""

    def test_cells(self) -> None:
        """The six columns say outcome, action, entries, requirements, findings and why."""
        made = make.decision(
            hits=(make.hit(), make.hit()),
            requirements=(make.requirement(),),
            findings=(make.finding(),),
        )
        outcome, action, entries, requirements, findings, why = decision_cells(made)
        assert (outcome, action) == (made.outcome.value, made.action.value)
        assert entries == "zz/schedule/fentanyl"
        assert "Export permit (form 161)" in requirements
        assert "at least 15 calendar days before shipping, by 2025-11-05" in requirements
        assert findings.startswith("note day_filled: ")
        assert why == make.hit().explanation

    def test_no_listing_is_no_clearance(self) -> None:
        """The answer without hits says that it clears nothing."""
        made = make.decision(outcome=Outcome.NO_LISTING_FOUND, hits=(), findings=())
        assert "no clearance" in decision_cells(made)[5]

    @pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "＝"])
    def test_formula(self, start: str) -> None:
        """A cell of ours never starts a formula."""
        assert safe_cell(f"{start}HYPERLINK()") == f"'{start}HYPERLINK()"
        made = make.decision(hits=(make.hit(explanation=f"{start}1+1"),))
        assert decision_cells(made)[5].startswith("'")

    def test_json_is_one_line(self) -> None:
        """Whatever the texts hold, a decision is one line of JSON for every reader."""
        text = "a\nb\u2028c\u2029d\u0085e"
        line = decision_json(make.decision(findings=(make.finding(message=text),)))
        assert len(line.splitlines()) == 1
        assert json.loads(line)["findings"][0]["message"] == text


class TestOutputFile:
    """A file appears when it is complete."""

    def test_complete(self, tmp_path: Path) -> None:
        """On success it is there, and nothing else."""
        with OutputFile(tmp_path / "a.txt") as file:
            file.stream.write("x")
            assert not (tmp_path / "a.txt").exists()
        assert [p.name for p in tmp_path.iterdir()] == ["a.txt"]

    def test_error(self, tmp_path: Path) -> None:
        """On an error what was there stays."""
        (tmp_path / "a.txt").write_text("old")
        with contextlib.suppress(RuntimeError), OutputFile(tmp_path / "a.txt") as file:
            file.stream.write("new")
            raise RuntimeError
        assert [(p.name, p.read_text()) for p in tmp_path.iterdir()] == [("a.txt", "old")]
