"""What officers answered: read back in, laid beside the questions they answer, never beyond them.

A line for review asks questions: every arguable hit and every finding that a person must decide. A
disposition answers one of them, for one identity of the goods, one version of the entry and one
reading. When any of these is another one, the question is open again by itself. An outcome is never
changed by an answer, and a line that is controlled is never settled.
"""

from __future__ import annotations

import csv
import datetime as dt
import enum
import hashlib
import io
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from screening.decision import Certainty, Decision, Finding, Hit, Outcome, Severity
from screening.errors import InputFileError
from screening.report.tables import read_text, safe_cell

COLUMNS = (
    "answer",
    "who",
    "when",
    "why",
    "until",
    "about",
    "version",
    "reading",
    "leg",
    "identity",
    "question",
    "reference",
    "asks",
)
"""The columns of ``dispositions.csv``; the first four are for the officer to fill in."""

_NEEDED = ("answer", "who", "when", "why", "about", "version", "reading", "identity")
_SHORT = 16


class Answer(enum.StrEnum):
    """What an officer decided, gravest first."""

    REFUSED = "refused"
    HELD = "held"
    RELEASED = "released"

    @property
    def gravity(self) -> int:
        """0 for the gravest."""
        return list(type(self)).index(self)


class _Frozen(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Given(_Frozen):
    """An answer as an officer gave it.

    Attributes:
        answer: released, held or refused.
        who: the officer.
        when: the day of the answer.
        why: the reason.
        until: the last shipping day it holds for, None without a limit.
    """

    answer: Answer
    who: str
    when: dt.date
    why: str
    until: dt.date | None = None


class Question(_Frozen):
    """One thing on a line that a person must decide.

    Attributes:
        key: short digest of everything the answer depends on.
        about: id of the entry, or the code of the finding.
        version: first day of the entry's version; for a finding, a digest of its words.
        reading: the readings it depends on, empty without any.
        leg: leg and place of the law that is asked, empty for a finding.
        identity: what the goods were taken to be.
        asks: the question in words.
        stop: nothing moves before it is answered.
        given: the answer that counts, None while it is open.
        lapsed: why an answer that was given before no longer counts; empty without one.
    """

    key: str
    about: str
    version: str
    reading: str
    leg: str
    identity: str
    asks: str
    stop: bool = False
    given: Given | None = None
    lapsed: str = ""


class Settlement(_Frozen):
    """The questions of a line and how far they are answered.

    Attributes:
        settled: the line is for review and every question on it is answered.
        answer: the gravest of the answers once it is settled.
        questions: hits first, then findings.
    """

    settled: bool
    answer: Answer | None
    questions: tuple[Question, ...]

    @property
    def open(self) -> tuple[Question, ...]:
        """What is still to be answered."""
        return tuple(q for q in self.questions if q.given is None)

    def in_short(self) -> str:
        """The settlement for a cell.

        >>> Settlement(settled=False, answer=None, questions=()).in_short()
        'open: 0 of 0 questions answered'
        """
        count = len(self.questions)
        if not self.settled:
            return f"open: {count - len(self.open)} of {count} questions answered"
        said = dict.fromkeys(
            f"{q.given.who}, {q.given.when}: {q.given.why}" for q in self.questions if q.given
        )
        return f"{self.answer} ({'; '.join(said)})"


def questions(decision: Decision) -> tuple[Question, ...]:
    """What a person must decide about a line, whatever its outcome.

    Args:
        decision: the decision for the line.
    """
    asked = [_of_hit(hit, decision) for hit in decision.hits if hit.certainty is Certainty.ARGUABLE]
    goods = _goods(decision)
    asked += [_of_finding(f, goods) for f in decision.findings if f.severity is not Severity.NOTE]
    return tuple({question.key: question for question in asked}.values())


def _of_hit(hit: Hit, decision: Decision) -> Question:
    identity = hit.component or _goods(decision)
    # everything that an officer weighs; when the law's text or our reading of it changes, so does
    # the key, and the question comes back
    weighed = [
        hit.entry,
        hit.in_force,
        hit.until,
        hit.citation,
        hit.leg.value,
        hit.place,
        hit.action.value,
        hit.basis.value,
        hit.form,
        list(hit.clauses),
        [[reading.name, reading.says] for reading in hit.readings],
        [[second.entry, second.reading] for second in hit.also],
        identity,
    ]
    return Question(
        key=_digest(weighed),
        about=hit.entry,
        version=hit.in_force,
        reading=hit.reading or "",
        leg=f"{hit.leg.value} {hit.place}",
        identity=identity,
        asks=hit.explanation,
    )


def _of_finding(finding: Finding, goods: str) -> Question:
    return Question(
        key=_digest([finding.code.value, finding.message, goods]),
        about=finding.code.value,
        version=_digest([finding.message]),
        reading="",
        leg="",
        identity=goods,
        asks=finding.message,
        stop=finding.severity is Severity.STOP,
    )


def _goods(decision: Decision) -> str:
    """What the goods were taken to be: their structures, else the texts that name them."""
    smiles = dict.fromkeys(i.smiles for i in decision.identities if i.smiles)
    texts = dict.fromkeys(f"{i.source}: {i.text}" for i in decision.identities)
    said = " ".join(" | ".join(s for s in (smiles or texts) if s).split())
    if not said and decision.shipment is not None:
        said = " ".join((decision.shipment.name or decision.shipment.hs_code or "").split())
    return said if len(said) <= 400 else f"sha256:{hashlib.sha256(said.encode()).hexdigest()}"


def _digest(weighed: object) -> str:
    text = json.dumps(weighed, ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:_SHORT]


# --- the file --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Row:
    """One answer of the file, and what it answers."""

    given: Given
    about: str
    version: str
    reading: str
    leg: str
    identity: str
    key: str
    reference: str

    def answers(self, question: Question, reference: str | None) -> bool:
        """Every cell that is filled must fit; a question of other goods or law never does."""
        return (
            self.about == question.about
            and self.version == question.version
            and self.reading == question.reading
            and self.identity == question.identity
            and self.leg in {"", question.leg}
            and self.key in {"", question.key}
            and self.reference in {"", reference or ""}
        )


class Dispositions:
    """The answers of a ``dispositions.csv``.

    Args:
        rows: the answers, in the order of the file; a later one replaces an earlier one.
        sha256: of the file.
    """

    def __init__(self, rows: Iterable[_Row], sha256: str) -> None:
        self.sha256 = sha256
        self._rows: dict[str, list[_Row]] = {}
        self.count = 0
        for row in rows:
            self._rows.setdefault(row.about, []).append(row)
            self.count += 1

    def settle(self, decision: Decision, reference: str | None) -> Settlement | None:
        """Lays the answers beside the questions of a line.

        Args:
            decision: the decision for the line.
            reference: the caller's reference of the line.

        Returns:
            The questions with their answers; None for a line that asks nothing.
        """
        answered = tuple(self._answered(q, decision, reference) for q in questions(decision))
        if not answered:
            return None
        given = [q.given.answer for q in answered if q.given is not None]
        settled = decision.outcome is Outcome.REVIEW and len(given) == len(answered)
        gravest = min(given, key=lambda answer: answer.gravity) if settled else None
        return Settlement(settled=settled, answer=gravest, questions=answered)

    def _answered(self, question: Question, decision: Decision, reference: str | None) -> Question:
        about = self._rows.get(question.about, ())
        fitting = [row for row in about if row.answers(question, reference)]
        in_time = [r for r in fitting if r.given.until is None or decision.day <= r.given.until]
        if in_time:
            return question.model_copy(update={"given": in_time[-1].given})
        if fitting:
            lapsed = f"the answer of {fitting[-1].given.when} held until {fitting[-1].given.until}"
        else:
            lapsed = _lapsed(question, about)
        return question.model_copy(update={"lapsed": lapsed})


def _lapsed(question: Question, rows: Sequence[_Row]) -> str:
    """Why an answer about the same goods or the same law does not count here."""
    for row in reversed(rows):
        when = f"the answer of {row.given.when} ({row.given.answer})"
        if row.identity == question.identity and row.leg in {"", question.leg}:
            if row.version != question.version:
                return f"{when} was for version {row.version}"
            if row.reading != question.reading:
                return f"{when} was for reading {row.reading or 'none'}"
            if row.key and row.key != question.key:
                return f"{when} was given before the text of this version changed in the lists"
    return ""


def read_dispositions(path: Path) -> Dispositions:
    """Reads a ``dispositions.csv``; rows whose answer is empty are not answered yet.

    Args:
        path: the file: CSV, with the columns of `COLUMNS` in any order; ``until``, ``leg``,
            ``question``, ``reference`` and ``asks`` may be left out.

    Raises:
        InputFileError: it cannot be read; the first row with a fault is named.
    """
    text = read_text(path)
    lines = list(csv.reader(io.StringIO(text, newline="")))
    if not lines:
        raise InputFileError(path, "is empty", "make one with `screening dispositions`")
    header = [re.sub(r"\W+", "", cell).casefold() for cell in lines[0]]
    missing = [name for name in _NEEDED if name not in header]
    if missing:
        reason = f"lacks the columns {', '.join(missing)}"
        raise InputFileError(path, reason, "make one with `screening dispositions`")
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    return Dispositions(_rows(path, header, lines[1:]), digest)


def _rows(path: Path, header: Sequence[str], lines: Iterable[Sequence[str]]) -> Iterator[_Row]:
    for number, cells in enumerate(lines, start=2):
        said = {name: _plain(cell) for name, cell in zip(header, cells, strict=False)}
        if not said.get("answer"):
            continue
        try:
            given = Given(
                answer=Answer(said["answer"].casefold()),
                who=_stated(said, "who"),
                when=dt.date.fromisoformat(said["when"]),
                why=_stated(said, "why"),
                until=dt.date.fromisoformat(said["until"]) if said.get("until") else None,
            )
            yield _Row(
                given=given,
                about=_stated(said, "about"),
                version=_stated(said, "version"),
                reading=said["reading"],
                leg=said.get("leg", ""),
                identity=said["identity"],
                key=said.get("question", ""),
                reference=said.get("reference", ""),
            )
        except (ValueError, KeyError) as error:
            reason = f"has a fault on row {number} ({error})"
            remedy = (
                "an answer is released, held or refused, with who, when (YYYY-MM-DD) and why, and "
                "what it is about"
            )
            raise InputFileError(path, reason, remedy) from None


def _plain(cell: str) -> str:
    """A cell as `safe_cell` took it."""
    return cell[1:] if cell.startswith("'") and safe_cell(cell[1:]) == cell else cell.strip()


def _stated(said: Mapping[str, str], name: str) -> str:
    if not said.get(name):
        raise ValueError(f"{name} is empty")
    return said[name]


def template(lines: Iterable[tuple[str | None, Decision]]) -> Iterator[tuple[str, ...]]:
    """The rows of a ``dispositions.csv`` to be filled in, each question of a run once.

    Args:
        lines: the reference and the decision of every line.

    Yields:
        The header, then a row a question: of lines for review, and open points of controlled lines.
    """
    yield COLUMNS
    seen: set[str] = set()
    for _, decision in lines:
        if decision.outcome is Outcome.UNSCREENED:
            continue  # a person must identify the goods first; there is nothing to release yet
        for question in questions(decision):
            if question.key in seen:
                continue
            seen.add(question.key)
            said = {"about": question.about, "question": question.key} | question.model_dump(
                include={"version", "reading", "leg", "identity", "asks"}
            )
            yield tuple(safe_cell(said.get(name, "")) for name in COLUMNS)
