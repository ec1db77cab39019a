"""A sealed run: whatever byte is altered, it is found, and the line or file is named."""

from __future__ import annotations

import csv
import datetime as dt
import json
import shutil
from pathlib import Path
from random import Random

import pytest
from click.testing import CliRunner

from screening.batch import screen_csv
from screening.cli import cli
from screening.errors import InputFileError
from screening.report.seal import LINES_FILE, SEAL_FILE, Sealed, _lines, row_digest, verify
from screening.report.tables import read_table
from tests.fakes import FakeScreener, InterruptedScreener

NAMES = ("listed", "toluene", "maybe", "", "listed", "=1+1", "芬太尼", "raise")


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sealed run over a small table; `in.csv` lies beside its folder."""
    folder = tmp_path_factory.mktemp("sealed")
    screened(folder, seal=True)
    return folder


def screened(folder: Path, **options: object) -> Path:
    """A run over the small table."""
    path = folder / "in.csv"
    with path.open("w", encoding="utf-8", newline="") as stream:
        rows = [[f"R{i}", name, "MX", "2025-11-20"] for i, name in enumerate(NAMES, start=1)]
        csv.writer(stream).writerows([["Ref", "Name", "Dest", "Ship Date"], *rows])
    screen_csv(path, folder / "out", screener=FakeScreener(), day=dt.date(2025, 11, 20), **options)  # type: ignore[arg-type]
    return folder / "out"


@pytest.fixture
def copy(run: Path, tmp_path: Path) -> Path:
    """A copy that may be spoilt."""
    shutil.copytree(run / "out", tmp_path / "out")
    return tmp_path / "out"


def found(sealed: Sealed) -> list[tuple[str, int | None]]:
    """Where something is altered."""
    return [(a.file, a.line) for a in sealed.alterations]


def test_an_untouched_run_is_intact(run: Path) -> None:
    """Every file of the run is under the seal, and the digests are where they are to be read."""
    rows = (row.cells for row in read_table(run / "in.csv").rows())
    sealed = verify(run / "out", rows=rows)
    assert not sealed.alterations
    assert not sealed.unsealed
    assert sealed.lines == len(NAMES)
    summary = json.loads((run / "out" / "summary.json").read_text("utf-8"))
    link = summary["seal"]["link"]
    last = (run / "out" / LINES_FILE).read_text("utf-8").splitlines()[-1]
    assert json.loads(last)["seal"]["link"] == link
    assert link in (run / "out" / "report.html").read_text("utf-8")
    assert not verify(run / "out", digest=sealed.digest).alterations
    assert found(verify(run / "out", digest="0" * 64)) == [(SEAL_FILE, None)]


@pytest.mark.parametrize("line", range(1, len(NAMES) + 1))
def test_the_altered_line_is_named(copy: Path, line: int) -> None:
    """A changed word on a line shows on that line and on no other."""
    path = copy / LINES_FILE
    lines = path.read_text("utf-8").splitlines(keepends=True)
    lines[line - 1] = lines[line - 1].replace('"action":"', '"action":"x', 1)
    path.write_text("".join(lines), "utf-8")
    assert found(verify(copy)) == [(LINES_FILE, line)]


def seal_is_refused(folder: Path) -> bool:
    """An altered seal does not hold, or cannot even be read."""
    try:
        return SEAL_FILE in {a.file for a in verify(folder).alterations}
    except InputFileError as error:
        return "altered" in error.reason


def test_any_byte_of_any_file(copy: Path) -> None:
    """One bit anywhere, in any file of the run, is found and the file is named."""
    random = Random(7)
    for path in sorted(copy.iterdir()):
        raw = path.read_bytes()
        places = [0, len(raw) - 1, *(random.randrange(len(raw)) for _ in range(12))]
        for place in places:
            path.write_bytes(raw[:place] + bytes([raw[place] ^ 1]) + raw[place + 1 :])
            if path.name == SEAL_FILE:
                assert seal_is_refused(copy)
            else:
                assert {a.file for a in verify(copy).alterations} == {path.name}
                if path.name == LINES_FILE:
                    line = raw[:place].count(b"\n") + 1
                    assert (LINES_FILE, line) in found(verify(copy))
        path.write_bytes(raw)
    assert not verify(copy).alterations


@pytest.mark.parametrize("change", ["drop", "swap", "repeat", "cut"])
def test_lines_gone_moved_or_added(copy: Path, change: str) -> None:
    """The order and the number of lines are sealed too."""
    path = copy / LINES_FILE
    lines = path.read_bytes().splitlines(keepends=True)
    if change == "drop":
        del lines[2]
    elif change == "swap":
        lines[2], lines[3] = lines[3], lines[2]
    elif change == "repeat":
        lines.insert(2, lines[2])
    else:
        del lines[-1]
    path.write_bytes(b"".join(lines))
    first = verify(copy).alterations[0]
    assert first.file == LINES_FILE
    assert first.line == (None if change == "cut" else {"repeat": 4}.get(change, 3))


def test_what_was_checked_is_sealed(copy: Path) -> None:
    """Lines name jurisdictions; what was checked of each stands in the summary, under the seal."""
    data = json.loads((copy / "summary.json").read_text("utf-8"))
    data["coverage"][0]["state"] = "partly"
    (copy / "summary.json").write_text(
        json.dumps(data, ensure_ascii=False, indent=2) + "\n", "utf-8"
    )
    assert found(verify(copy)) == [("summary.json", None)]


def test_a_line_of_the_former_format_keeps_its_seal() -> None:
    """A run that was sealed before lines changed is still intact."""
    line = (Path(__file__).parent / "data" / "decisions_format_1.jsonl").read_bytes()
    link = json.loads(line)["seal"]["link"]
    altered = line.replace(b'"state":"modelled"', b'"state":"partly"', 1)
    assert altered != line
    assert not list(_lines([line], 1, link, []))
    assert [a.line for a in _lines([altered], 1, link, [])] == [1]


def test_files_gone_and_added(copy: Path) -> None:
    """A file that is gone is an alteration; one that was added is said, and is none."""
    (copy / "decisions.csv").unlink()
    (copy / "note.txt").write_text("seen")
    sealed = verify(copy)
    assert [str(a) for a in sealed.alterations] == ["decisions.csv: missing"]
    assert sealed.unsealed == ("note.txt",)


def test_rows_of_the_table(run: Path) -> None:
    """A row of the input that is not what was screened is named."""
    rows = [row.cells for row in read_table(run / "in.csv").rows()]
    rows[4][1] = "water"
    assert found(verify(run / "out", rows=rows)) == [("in.csv", 5)]
    assert found(verify(run / "out", rows=rows[:4])) == [("in.csv", None)]
    assert row_digest(["a", "b"]) != row_digest(["ab", ""]) != row_digest(["a,b"])


def test_an_interrupted_run_has_the_same_seal(run: Path, tmp_path: Path) -> None:
    """Taken up, the chain goes on where it stood."""
    table = tmp_path / "in.csv"
    shutil.copy(run / "in.csv", table)
    day = dt.date(2025, 11, 20)
    with pytest.raises(KeyboardInterrupt):
        screen_csv(
            table, tmp_path / "out", screener=InterruptedScreener(after=3), day=day, seal=True
        )
    screen_csv(table, tmp_path / "out", screener=FakeScreener(), day=day, seal=True, resume=True)
    whole = (run / "out" / LINES_FILE).read_bytes()
    assert (tmp_path / "out" / LINES_FILE).read_bytes() == whole
    assert not verify(tmp_path / "out").alterations


def test_a_later_run_without_a_seal_leaves_none(tmp_path: Path) -> None:
    """An old seal must not stand beside results that are not its own."""
    assert (screened(tmp_path, seal=True, report=False) / SEAL_FILE).exists()
    assert not (screened(tmp_path, report=False) / SEAL_FILE).exists()


def test_command(run: Path, copy: Path) -> None:
    """Exit 0 for an intact run, 2 for an altered one or none at all."""
    done = CliRunner().invoke(cli, ["verify", str(copy), "--input", str(run / "in.csv")])
    assert done.exit_code == 0
    assert "intact" in done.output
    (copy / "report.xlsx").write_bytes(b"PK")
    done = CliRunner().invoke(cli, ["verify", str(copy)])
    assert done.exit_code == 2
    assert "report.xlsx: altered" in done.output
    with pytest.raises(InputFileError, match="--seal"):
        verify(copy.parent)
