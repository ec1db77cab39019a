"""Rescreen: what changed for goods that were screened before, why, and for whom."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from click.testing import CliRunner

from screening import Screener, Shipment
from screening.batch import screen_csv
from screening.cli import cli, records
from screening.decision import Outcome
from screening.report.change import write_change_report
from screening.report.lines import LINE_FORMAT, Line
from screening.report.replay import Kind, LineChange, Rescreened, change, ordered
from tests import factories as make

# 1-Boc-4-anilinopiperidine entered China's catalogue on 2024-09-01.
ROWS = """Ref,Name,SMILES,Qty,Origin,Destination,Ship Date,Consignee
R1,1-boc-4-AP,CC(C)(C)OC(=O)N1CCC(Nc2ccccc2)CC1,30 kg,CN,DE,2024-08-31,<b>Example GmbH</b>
R2,sodium chloride,[Na+].[Cl-],1 kg,CN,DE,2024-08-31,Example GmbH
"""


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory, screener: Screener) -> Path:
    """A run of the day before the law changed."""
    folder = tmp_path_factory.mktemp("rescreen")
    (folder / "in.csv").write_text(ROWS, "utf-8")
    day = dt.date(2024, 8, 31)
    screen_csv(folder / "in.csv", folder / "out", screener=screener, day=day, report=False)
    return folder / "out"


@pytest.fixture(autouse=True)
def shared(monkeypatch: pytest.MonkeyPatch, screener: Screener) -> None:
    """The session's screener in place of a new one for each call."""
    monkeypatch.setattr(records, "Screener", lambda *_, **__: screener)


def test_what_changed_why_and_for_whom(run: Path, tmp_path: Path) -> None:
    """The entry that came, the day and text that brought it, and the consignee it concerns."""
    page = tmp_path / "change.html"
    done = CliRunner().invoke(
        cli, ["rescreen", str(run), "--as-of", "2024-09-01", "--out", str(page)]
    )
    assert done.exit_code == 0
    assert done.stdout.startswith("2 lines asked again as of 2024-09-01: 1 changed (1 stricter)")
    text = " ".join(done.stdout.split())
    assert "in force 2024-09-01" in text
    assert "Announcement of 2 August 2024" in text
    assert "R1: 1-boc-4-AP (China (CN) → Germany (DE), for <b>Example GmbH</b>): not listed" in text
    assert "R2" not in text
    html = page.read_text("utf-8")
    assert "&lt;b&gt;Example GmbH&lt;/b&gt;" in html
    assert "<b>" not in html
    assert "in force 2024-09-01" in html


def test_nothing_changed(run: Path) -> None:
    """The same day and lists give the same answers."""
    done = CliRunner().invoke(cli, ["rescreen", str(run)])
    assert done.stdout == "2 lines asked again: 0 changed\n"


def line(row: int = 1, **changes: object) -> Line:
    """A line of an old run."""
    decision = make.decision(**changes)
    shipment = Shipment(name="fentanyl", day=decision.day)
    data = dict(decision) | {"row": row, "format": LINE_FORMAT, "shipment": shipment}
    return Line(**data)


def changed(before: Line, **after: object) -> LineChange | None:
    """The change to another decision."""
    now = make.decision(**after)
    return change(before, now, bundle=make.bundle(), route="zz → yy")


def test_stricter_milder_and_otherwise() -> None:
    """By outcome, then action; stricter lines come first."""
    milder = changed(line(1), outcome=Outcome.NO_LISTING_FOUND, action="none_found", hits=())
    otherwise = changed(line(2), requirements=(make.requirement(document="Declaration"),))
    stricter = changed(line(3), action="prohibited", hits=(make.hit(action="prohibited"),))
    assert milder is not None
    assert otherwise is not None
    assert stricter is not None
    assert [c.kind for c in (milder, otherwise, stricter)] == [
        Kind.MILDER,
        Kind.OTHERWISE,
        Kind.STRICTER,
    ]
    assert [c.row for c in ordered([milder, otherwise, stricter])] == [3, 2, 1]
    assert otherwise.requirements_new == ("Declaration",)
    assert otherwise.requirements_gone == ("Export permit (form 161)",)
    assert stricter.hits[0].before == "authorisation, definite"
    assert stricter.hits[0].after == "prohibited, definite"


def test_newer_lists_are_named_as_the_reason() -> None:
    """Where no date of the entry lies between, the lists themselves are others."""
    provenance = make.decision().provenance.model_copy(update={"bundle": "1" * 64})
    found = changed(line(hits=()), provenance=provenance)
    assert found is not None
    assert found.hits[0].why.startswith("The lists are others than before")
    gone = changed(line(), hits=(), provenance=provenance)
    assert gone is not None
    assert not gone.hits[0].gained


def test_texts_alone_are_no_change() -> None:
    """A reworded sentence does not send a person to look."""
    assert changed(line(), hits=(make.hit(explanation="Other words."),)) is None


def test_an_empty_report_says_so(tmp_path: Path) -> None:
    """No change is an answer too; in Chinese as well."""
    for language, said in (("en", "No answer changed."), ("zh", "没有")):
        path = tmp_path / f"{language}.html"
        result = Rescreened(2, (), ())
        write_change_report(path, result, as_of=None, source="x.jsonl", language=language)
        assert said in path.read_text("utf-8")


def test_lines_without_input_are_counted(run: Path, tmp_path: Path) -> None:
    """They are not passed over in silence."""
    bare = line().model_copy(update={"shipment": None})
    path = tmp_path / "old.jsonl"
    path.write_text(bare.model_dump_json() + "\n", "utf-8")
    done = CliRunner().invoke(cli, ["rescreen", str(path)])
    assert "1 lines carry no input" in done.stdout
