"""Officers' answers settle a review, never a control, and lapse with what they rest on."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from click.testing import CliRunner

from screening.batch import screen_csv
from screening.cli import cli
from screening.decision import Decision, FindingCode, Hit, Outcome, Severity
from screening.errors import InputFileError
from screening.report.dispositions import (
    COLUMNS,
    Answer,
    Settlement,
    questions,
    read_dispositions,
    template,
)
from screening.report.lines import read_lines
from screening.rules.load import Bundle
from screening.rules.model import Action
from screening.shipment import Shipment
from tests import factories as make

FILLED = {"answer": "released", "who": "J. Officer", "when": "2025-11-21", "why": "COA seen"}


def review(*hits: Hit, **changes: object) -> Decision:
    """A line for review."""
    values = {"outcome": Outcome.REVIEW, "hits": hits or (make.class_hit(),)}
    return make.decision(**(values | changes))


def asked(code: FindingCode, message: str, severity: Severity = Severity.ASK) -> dict[str, object]:
    """A finding that a person must decide."""
    return {"findings": (make.finding(code, severity, message),)}


def answered(
    folder: Path, decisions: Iterable[Decision], drop: Iterable[str] = (), **cells: str
) -> Path:
    """A template of these decisions, filled in the same for every question."""
    rows = list(csv.reader(io.StringIO(as_csv(decisions))))
    keep = [place for place, name in enumerate(rows[0]) if name not in set(drop)]
    path = folder / "dispositions.csv"
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow([rows[0][place] for place in keep])
        for row in rows[1:]:
            said = dict(zip(rows[0], row, strict=True)) | FILLED | cells
            writer.writerow([said[rows[0][place]] for place in keep])
    return path


def as_csv(decisions: Iterable[Decision]) -> str:
    """The template as a file."""
    stream = io.StringIO()
    csv.writer(stream).writerows(template((d.id, d) for d in decisions))
    return stream.getvalue()


def settle(path: Path, decision: Decision, reference: str | None = "A-1") -> Settlement:
    """The answers of a file laid beside a line."""
    settlement = read_dispositions(path).settle(decision, reference)
    assert settlement is not None
    return settlement


def test_a_review_is_settled_when_every_question_is_answered(tmp_path: Path) -> None:
    """With the answer, who gave it, when and why."""
    decision = review(**asked(FindingCode.NAME_UNKNOWN, "The name is not known."))
    settlement = settle(answered(tmp_path, [decision]), decision)
    assert settlement.settled
    assert settlement.answer is Answer.RELEASED
    assert [q.about for q in settlement.questions] == ["zz/schedule/related", "name_unknown"]
    given = settlement.questions[0].given
    assert given is not None
    assert (given.who, given.when, given.why) == ("J. Officer", dt.date(2025, 11, 21), "COA seen")
    assert "J. Officer" in settlement.in_short()


def test_a_further_question_keeps_it_open(tmp_path: Path) -> None:
    """An answer to one thing is no answer to another."""
    path = answered(tmp_path, [review()])
    settlement = settle(path, review(**asked(FindingCode.NAME_UNKNOWN, "Not known.")))
    assert not settlement.settled
    assert settlement.answer is None
    assert [q.about for q in settlement.open] == ["name_unknown"]


def test_the_gravest_answer_counts(tmp_path: Path) -> None:
    """One refusal refuses the line."""
    decision = review(**asked(FindingCode.NAME_UNKNOWN, "Not known."))
    path = answered(tmp_path, [decision])
    text = path.read_text("utf-8").splitlines()
    text[-1] = text[-1].replace("released", "refused", 1)
    path.write_text("\n".join(text) + "\n", "utf-8")
    assert settle(path, decision).answer is Answer.REFUSED


@pytest.mark.parametrize(
    ("changed", "lapsed"),
    [
        (make.class_hit(in_force="2024-01-01"), "was for version 2018-02-06"),
        (make.class_hit(reading="narrow-acyl", readings=()), "was for reading wide-acyl"),
        (make.class_hit(component="CCO"), ""),
        (make.class_hit(citation="Order 84 of 2018"), "the text of this version changed"),
        (make.class_hit(action=Action.PROHIBITED), "the text of this version changed"),
        (make.class_hit(place="yy"), ""),
    ],
)
def test_it_comes_back_when_version_reading_identity_or_law_change(
    tmp_path: Path, changed: Hit, lapsed: str
) -> None:
    """An answer holds for what was weighed and for nothing else; the report says why it lapsed."""
    settlement = settle(answered(tmp_path, [review()]), review(changed))
    assert not settlement.settled
    (question,) = settlement.questions
    assert question.given is None
    assert lapsed in question.lapsed
    assert bool(lapsed) == bool(question.lapsed)


@pytest.mark.parametrize("outcome", [Outcome.CONTROLLED, Outcome.UNSCREENED])
def test_a_control_is_never_settled(tmp_path: Path, outcome: Outcome) -> None:
    """Its open points may be answered; the line stays what it is."""
    path = answered(tmp_path, [review()])
    decision = review(make.class_hit(), make.hit(), outcome=outcome)
    settlement = settle(path, decision)
    assert not settlement.settled
    assert settlement.answer is None


def test_an_answer_can_be_limited_to_days_and_to_one_line(tmp_path: Path) -> None:
    """After its last day, and on other lines, the question is open again."""
    path = answered(tmp_path, [review()], until="2025-11-20", reference="A-1")
    assert settle(path, review()).settled
    assert not settle(path, review(), "A-2").settled
    later = settle(path, review(day=dt.date(2025, 11, 21)))
    assert not later.settled
    assert "held until 2025-11-20" in later.questions[0].lapsed


def test_a_file_written_by_hand_needs_no_key(tmp_path: Path) -> None:
    """Entry, version, reading and identity are enough."""
    path = answered(tmp_path, [review()], drop=("question", "leg", "until", "reference", "asks"))
    assert settle(path, review()).settled


def test_the_template_asks_each_question_once_and_survives_spreadsheets(tmp_path: Path) -> None:
    """Goods that come ten times are asked about once; hostile text comes back as it was."""
    evil = make.unlisted(
        outcome=Outcome.REVIEW,
        identities=(),
        shipment=Shipment(name='=cmd|"x"\n', day=make.DAY),
        **asked(FindingCode.NAME_UNKNOWN, "=1+1"),
    )
    rows = list(csv.reader(io.StringIO(as_csv([review(), review(id="A-2"), evil]))))
    assert rows[0] == list(COLUMNS)
    assert len(rows) == 3
    assert not [cell for row in rows for cell in row if cell.startswith(("=", "+", "-", "@"))]
    assert settle(answered(tmp_path, [evil]), evil).settled
    unscreened = review(outcome=Outcome.UNSCREENED)
    assert len(as_csv([unscreened]).splitlines()) == 1


def test_unanswered_rows_are_no_answers(tmp_path: Path) -> None:
    """A template as it was printed changes nothing."""
    path = tmp_path / "d.csv"
    path.write_text(as_csv([review()]), "utf-8")
    assert read_dispositions(path).count == 0


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ({"answer": "maybe"}, "row 2"),
        ({"who": ""}, "who is empty"),
        ({"when": "21.11.2025"}, "row 2"),
        ({"why": ""}, "why is empty"),
        ({"until": "soon"}, "row 2"),
    ],
)
def test_faults_are_named(tmp_path: Path, cells: dict[str, str], said: str) -> None:
    """An answer that nobody stands for is refused, by its row."""
    with pytest.raises(InputFileError, match=said):
        read_dispositions(answered(tmp_path, [review()], **cells))


def test_missing_columns_are_named(tmp_path: Path) -> None:
    """So is a file that is something else."""
    with pytest.raises(InputFileError, match="identity"):
        read_dispositions(answered(tmp_path, [review()], drop=("identity",)))


def test_notes_ask_nothing() -> None:
    """A line without open points has no question."""
    assert not questions(make.decision(findings=(make.finding(),)))


@dataclass
class Answers:
    """A screener that answers by name with what it was given."""

    decisions: dict[str, Decision] = field(default_factory=dict)

    @property
    def bundle(self) -> Bundle:
        """A small bundle."""
        return make.bundle()

    def screen(self, shipment: Shipment) -> Decision:
        """The answer for a name."""
        found = self.decisions.get(shipment.name or "", make.unlisted())
        return found.model_copy(update={"id": shipment.id, "shipment": shipment})


def test_a_run_reads_answers_back(tmp_path: Path) -> None:
    """From the template of one run to a second one that shows them; no outcome changes."""
    screener = Answers(
        {
            "maybe": review(),
            "listed": review(make.class_hit(), make.hit(), outcome=Outcome.CONTROLLED),
        }
    )
    table = tmp_path / "in.csv"
    table.write_text("Ref,Name\nA-1,maybe\nA-2,listed\nA-3,water\n", "utf-8")
    day = dt.date(2025, 11, 20)
    first = screen_csv(table, tmp_path / "one", screener=screener, day=day)
    assert first.met(Outcome.REVIEW)
    printed = CliRunner().invoke(cli, ["dispositions", str(tmp_path / "one")])
    rows = list(csv.DictReader(io.StringIO(printed.stdout)))
    path = tmp_path / "dispositions.csv"
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, COLUMNS)
        writer.writeheader()
        writer.writerows(row | FILLED for row in rows)
    out = tmp_path / "two"
    summary = screen_csv(
        table, out, screener=screener, day=day, dispositions=read_dispositions(path)
    )
    assert summary.as_dict()["settled"] == {"refused": 0, "held": 0, "released": 1}
    assert summary.met(Outcome.CONTROLLED)
    lines = list(read_lines(out / "decisions.jsonl"))
    assert [line.outcome for line in lines] == [
        o.outcome for o in read_lines(tmp_path / "one" / "decisions.jsonl")
    ]
    assert [bool(line.settlement and line.settlement.settled) for line in lines] == [
        True,
        False,
        False,
    ]
    with (out / "decisions.csv").open(encoding="utf-8", newline="") as stream:
        cells = [row["screening_disposition"] for row in csv.DictReader(stream)]
    assert cells[0].startswith("released (J. Officer, 2025-11-21: COA seen)")
    assert cells[1] == "open: 1 of 1 questions answered"
    assert cells[2] == ""
    page = (out / "report.html").read_text("utf-8")
    assert "J. Officer" in page
    assert json.loads((out / "summary.json").read_text("utf-8"))["dispositions"]["answers"] == 1


def test_released_reviews_do_not_fail_a_run_and_held_ones_do(tmp_path: Path) -> None:
    """`--fail-on review` is for what still waits for a person."""
    screener = Answers({"maybe": review()})
    table = tmp_path / "in.csv"
    table.write_text("Ref,Name\nA-1,maybe\n", "utf-8")
    for answer, met in (("released", False), ("held", True)):
        path = answered(tmp_path, [review()], answer=answer)
        summary = screen_csv(
            table,
            tmp_path / "out",
            screener=screener,
            day=dt.date(2025, 11, 20),
            dispositions=read_dispositions(path),
            report=False,
        )
        assert summary.met(Outcome.REVIEW) is met
