"""What a change of the lists, or of the day, does to shipments: line by line, by which entry.

Each line is screened twice and the two decisions are compared. What is told of a line is what its
hits and findings say; nothing is told of a line whose answer stays.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, Protocol

from screening.batch import screen_safely
from screening.columns import to_shipment
from screening.decision import Decision, Finding, FindingCode, Hit, Outcome, Severity
from screening.errors import ScreeningError
from screening.report.tables import Table, TableRow
from screening.rules.load import Bundle
from screening.rules.model import Action
from screening.rules.timeline import bounds, describe, known_versions
from screening.shipment import LegKind, Shipment

MAX_KEPT = 10_000
"""Different lines of which the answers are kept, for lines that are repeated."""


class Screens(Protocol):
    """What the comparison needs of a screener."""

    @property
    def bundle(self) -> Bundle:
        """What it screens against."""

    def screen(self, shipment: Shipment) -> Decision:
        """The decision for one shipment."""


@dataclass(frozen=True, slots=True)
class Cause:
    """One thing that makes the answer another.

    Attributes:
        kind: a hit that is new, gone or altered; a finding that is new or gone.
        by: id of the entry, or code of the finding.
        leg: the leg of the hit, None for findings.
        place: the jurisdiction whose law is asked, None for findings.
        clauses: letters of the class definition by which the later hit (else the earlier) matched.
        when: the day from which the later answer holds, as text; None where the lists tie it to
            none.
        says: what changed, in words.
        citation: the legal text, None for findings.
    """

    kind: Literal["hit added", "hit gone", "hit altered", "finding added", "finding gone"]
    by: str
    leg: LegKind | None
    place: str | None
    clauses: tuple[str, ...]
    when: str | None
    says: str
    citation: str | None

    def __str__(self) -> str:
        leg = f" ({self.leg}, {(self.place or '').upper()})" if self.leg else ""
        clauses = f", clause {' + '.join(self.clauses)}" if self.clauses else ""
        when = f" [{self.when}]" if self.when else ""
        cited = f" ({self.citation})" if self.citation else ""
        return f"{self.kind}: {self.by}{leg}{clauses}: {self.says}{when}{cited}"


@dataclass(frozen=True, slots=True)
class LineChange:
    """A line whose answer changes.

    Attributes:
        row: its number in the file, from 1.
        id: the caller's reference, None without one.
        days: the shipping day asked before, and the one asked after.
        before, after: the two outcomes.
        action_before, action_after: the two actions.
        causes: what makes the difference.
    """

    row: int
    id: str | None
    days: tuple[dt.date, dt.date]
    before: Outcome
    after: Outcome
    action_before: Action
    action_after: Action
    causes: tuple[Cause, ...]

    @property
    def outcome_changes(self) -> bool:
        """The outcome itself is another, not only what it rests on."""
        return self.before is not self.after


@dataclass(frozen=True, slots=True)
class Change:
    """What the two decisions for one shipment have that the other has not."""

    before: Decision
    after: Decision
    causes: tuple[Cause, ...]


def changed_lines(
    table: Table,
    before: Screens,
    after: Screens,
    *,
    day: dt.date,
    days: tuple[dt.date, dt.date] | None = None,
) -> Iterator[LineChange | None]:
    """Screens every line of a table twice.

    Args:
        table: the shipments.
        before: screens against the earlier lists.
        after: screens against the later lists; the same one where days are compared.
        day: the shipping day of lines that state none.
        days: the two shipping days to ask instead of those of the lines.

    Yields:
        One item a line, in order: what changes, None where nothing does.
    """
    kept: dict[str, Change] = {}
    for row in table.rows():
        shipment, findings = _read(table, row, day)
        key = repr((dataclasses.replace(shipment, id=None), findings))
        change = kept.get(key)
        if change is None:
            asked = days or (shipment.day, shipment.day)
            change = compare(before, after, shipment, asked, findings)
            if len(kept) < MAX_KEPT:
                kept[key] = change
        if not change.causes and change.before.outcome is change.after.outcome:
            yield None
            continue
        yield LineChange(
            row=row.number,
            id=shipment.id,
            days=(change.before.day, change.after.day),
            before=change.before.outcome,
            after=change.after.outcome,
            action_before=change.before.action,
            action_after=change.after.action,
            causes=change.causes,
        )


def compare(
    before: Screens,
    after: Screens,
    shipment: Shipment,
    days: tuple[dt.date, dt.date],
    findings: tuple[Finding, ...] = (),
) -> Change:
    """Screens one shipment twice and compares the answers.

    Args:
        before: screens against the earlier lists.
        after: screens against the later lists.
        shipment: what is submitted.
        days: the two shipping days.
        findings: what is known about how the shipment was read.
    """
    old, new = (
        screen_safely(screener, dataclasses.replace(shipment, day=on), findings)
        for screener, on in zip((before, after), days, strict=True)
    )
    causes = [*_hits(old, new, after.bundle), *_findings(old, new)]
    return Change(old, new, tuple(causes))


def _read(table: Table, row: TableRow, day: dt.date) -> tuple[Shipment, tuple[Finding, ...]]:
    """A line as a shipment; one that cannot be read says so on both sides."""
    try:
        shipment, findings = to_shipment(table.mapping, row.cells, day=day)
    except ScreeningError as error:
        said = f"The row was not read ({str(error)[:200]})."
        lost = Finding(code=FindingCode.NOT_PROCESSED, severity=Severity.STOP, message=said)
        return Shipment(day=day), (lost, *row.findings)
    return shipment, (*findings, *row.findings)


_Key = tuple[str, LegKind, str, str | None]


def _hits(old: Decision, new: Decision, bundle: Bundle) -> Iterator[Cause]:
    was, now = (
        {(h.entry, h.leg, h.place, h.component): h for h in decision.hits}
        for decision in (old, new)
    )
    for key in dict.fromkeys((*now, *was)):
        before, after = was.get(key), now.get(key)
        if before is None and after is not None:
            when = f"in force from {after.in_force}"
            yield _cause("hit added", after, _standing(after), when)
        elif before is not None and after is None:
            ended = _ended(bundle, before.entry, new.day)
            says = "no longer in force" if ended else "no longer met"
            yield _cause("hit gone", before, says, f"until {ended}" if ended else None)
        elif before is not None and after is not None:
            said = [
                f"{label} {_or_none(one)} -> {_or_none(other)}"
                for label, one, other in (
                    ("action", before.action, after.action),
                    ("certainty", before.certainty, after.certainty),
                    ("reading", before.reading, after.reading),
                    ("form", before.form, after.form),
                    ("clauses", " + ".join(before.clauses), " + ".join(after.clauses)),
                )
                if one != other
            ]
            if said:
                when = f"in force from {after.in_force}"
                yield _cause("hit altered", after, "; ".join(said), when)


def _standing(hit: Hit) -> str:
    return f"{hit.action}, {hit.certainty}"


def _or_none(text: str | None) -> str:
    return text or "none"


def _cause(
    kind: Literal["hit added", "hit gone", "hit altered"], hit: Hit, says: str, when: str | None
) -> Cause:
    return Cause(kind, hit.entry, hit.leg, hit.place, hit.clauses, when, says, hit.citation)


def _ended(bundle: Bundle, entry_id: str, day: dt.date) -> str | None:
    """The day on which an entry ended, if it is over on a day; None otherwise."""
    entry = bundle.entries.get(entry_id)
    if entry is None:
        return None
    ends = [v.until for v in known_versions(entry, None) if v.until is not None]
    over = [end for end in ends if bounds(end)[0] <= day]
    return describe(over[-1]) if over else None


def _findings(old: Decision, new: Decision) -> Iterator[Cause]:
    """Findings that ask for a person on one side only, where the outcome changes."""
    if old.outcome is new.outcome:
        return
    was, now = (
        {f.code: f for f in d.findings if f.severity is not Severity.NOTE} for d in (old, new)
    )
    for code, finding in now.items():
        if code not in was:
            yield Cause("finding added", code, None, None, (), None, finding.message, None)
    for code, finding in was.items():
        if code not in now:
            yield Cause("finding gone", code, None, None, (), None, finding.message, None)
