"""What a run comes to as a whole: counts, duties, the matrix of journeys, the calendar of law."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from screening.decision import Certainty, Decision, Outcome, Requirement
from screening.report.rows import due_day
from screening.rules.load import Bundle
from screening.rules.model import Action, EffectiveDay, LegKind, Version
from screening.rules.timeline import bounds, describe, known_versions

MATRIX_PLACES = 14
"""Places on each side of the matrix; the rest are one row and one column."""

NEAR_DAYS = 365
"""A change of law is shown where goods that it concerns ship within so many days of it."""

MAX_CHANGES = 60

OTHER = "other"


@dataclass(slots=True)
class PlaceCount:
    """What one place's law came to."""

    place: str
    definite: int = 0
    arguable: int = 0
    action: Action = Action.NONE_FOUND


@dataclass(slots=True)
class Duty:
    """One document or act over all lines.

    Attributes:
        document, place, leg, who: what, by whose law, on which leg, by whom.
        lines: lines for which it is due.
        conditional: of these, lines for which something has to be settled first.
        earliest: the earliest of the latest days, None where no lead time was read.
        earliest_row: the line of that day.
        passed: lines whose latest day lies before the day of writing.
    """

    document: str
    form: str | None
    place: str
    leg: LegKind
    who: str
    lines: int = 0
    conditional: int = 0
    earliest: dt.date | None = None
    earliest_row: int = 0
    passed: int = 0


@dataclass(frozen=True, slots=True)
class Touched:
    """An entry that a change of law concerns, with the lines that it hits.

    Attributes:
        entry, title: the entry.
        before, after: lines hit that ship before the day of the change, and on it or later.
    """

    entry: str
    title: str
    before: int
    after: int


@dataclass(slots=True)
class LawChange:
    """One dated change of law that reaches goods of this run.

    Attributes:
        day: the day, the first possible one where it is not known exactly.
        said: the day in words.
        kind: ``begins`` or ``ends``.
        published: the day of publication, where one is stated.
        place: whose law.
        citation: the legal text.
        entries: what it concerns.
    """

    day: dt.date
    said: str
    kind: str
    published: dt.date | None
    place: str
    citation: str
    entries: list[Touched] = field(default_factory=list)


@dataclass(slots=True)
class Cell:
    """One field of the matrix."""

    total: int = 0
    outcomes: Counter[Outcome] = field(default_factory=Counter)


@dataclass
class Overview:
    """Counts a run line by line; what it keeps does not grow with the lines of the same kind.

    Args:
        written_on: the day of writing, to say which latest days have passed.
    """

    written_on: dt.date | None
    total: int = 0
    outcomes: Counter[Outcome] = field(default_factory=Counter)
    actions: Counter[Action] = field(default_factory=Counter)
    places: dict[str, PlaceCount] = field(default_factory=dict)
    duties: dict[tuple[str, str, LegKind], Duty] = field(default_factory=dict)
    journeys: dict[tuple[str, str], Cell] = field(default_factory=dict)
    entry_days: dict[str, Counter[dt.date]] = field(default_factory=dict)
    titles: dict[str, str] = field(default_factory=dict)
    shipping_days: Counter[dt.date] = field(default_factory=Counter)
    passed: set[int] = field(default_factory=set)
    next_due: tuple[dt.date, int] | None = None
    first_day: dt.date | None = None
    last_day: dt.date | None = None

    def add(self, row: int, decision: Decision) -> None:
        """Counts one line."""
        self.total += 1
        self.outcomes[decision.outcome] += 1
        self.actions[decision.action] += 1
        self.first_day = min(self.first_day or decision.day, decision.day)
        self.last_day = max(self.last_day or decision.day, decision.day)
        self.shipping_days[decision.day] += 1
        cell = self.journeys.setdefault((decision.origin or "", decision.destination or ""), Cell())
        cell.total += 1
        cell.outcomes[decision.outcome] += 1
        self._places(decision)
        for requirement in decision.requirements:
            self._duty(row, decision.day, requirement)
        for hit in {hit.entry: hit for hit in decision.hits}.values():
            self.entry_days.setdefault(hit.entry, Counter())[decision.day] += 1
            self.titles[hit.entry] = hit.title

    def _places(self, decision: Decision) -> None:
        by_place: dict[str, list[tuple[Certainty, Action]]] = {}
        for hit in decision.hits:
            by_place.setdefault(hit.place, []).append((hit.certainty, hit.action))
        for place, hits in by_place.items():
            count = self.places.setdefault(place, PlaceCount(place))
            if any(certainty is Certainty.DEFINITE for certainty, _ in hits):
                count.definite += 1
            else:
                count.arguable += 1
            gravest = min((action for _, action in hits), key=lambda a: a.gravity)
            count.action = min(count.action, gravest, key=lambda a: a.gravity)

    def _duty(self, row: int, day: dt.date, requirement: Requirement) -> None:
        key = (requirement.document, requirement.jurisdiction, requirement.leg)
        duty = self.duties.get(key)
        if duty is None:
            duty = self.duties[key] = Duty(
                document=requirement.document,
                form=requirement.form,
                place=requirement.jurisdiction,
                leg=requirement.leg,
                who=requirement.who,
            )
        duty.lines += 1
        duty.conditional += requirement.conditional
        latest = due_day(requirement, day)
        if latest is None:
            return
        if duty.earliest is None or latest < duty.earliest:
            duty.earliest, duty.earliest_row = latest, row
        if self.written_on is None:
            return
        if latest < self.written_on:
            duty.passed += 1
            self.passed.add(row)
        elif self.next_due is None or latest < self.next_due[0]:
            self.next_due = latest, row

    def ordered_places(self) -> list[PlaceCount]:
        """Places by how many lines they reach."""
        return sorted(self.places.values(), key=lambda p: (-p.definite, -p.arguable, p.place))

    def ordered_duties(self) -> list[Duty]:
        """Duties by their first latest day; those without one last."""
        return sorted(
            self.duties.values(), key=lambda d: (d.earliest or dt.date.max, -d.lines, d.document)
        )

    def matrix(self) -> tuple[list[str], list[str], dict[tuple[str, str], Cell]]:
        """Origins, destinations, and the lines between them; rare places are counted as `OTHER`."""
        origins = _frequent((o, c.total) for (o, _), c in self.journeys.items())
        destinations = _frequent((d, c.total) for (_, d), c in self.journeys.items())
        cells: dict[tuple[str, str], Cell] = {}
        for (origin, destination), cell in self.journeys.items():
            key = (
                origin if origin in origins else OTHER,
                destination if destination in destinations else OTHER,
            )
            held = cells.setdefault(key, Cell())
            held.total += cell.total
            held.outcomes.update(cell.outcomes)
        rows = [*origins, *([OTHER] if any(o == OTHER for o, _ in cells) else [])]
        columns = [*destinations, *([OTHER] if any(d == OTHER for _, d in cells) else [])]
        return rows, columns, cells

    def law_changes(self, bundle: Bundle) -> list[LawChange]:
        """The dated changes of the entries that reach these goods, near to their shipping days."""
        found: dict[tuple[dt.date, str, str, str], LawChange] = {}
        for entry_id in sorted(self.entry_days):
            entry = bundle.entries.get(entry_id)
            if entry is None:
                continue
            days = self.entry_days[entry_id]
            for version in known_versions(entry, None):
                for kind, effective in _dated(version):
                    low, high = bounds(effective)
                    day = low if low > dt.date.min else high
                    if min(abs((shipped - day).days) for shipped in days) > NEAR_DAYS:
                        continue
                    change = found.setdefault(
                        (day, kind, entry.jurisdiction, version.citation),
                        LawChange(
                            day=day,
                            said=describe(effective),
                            kind=kind,
                            published=version.published,
                            place=entry.jurisdiction,
                            citation=version.citation,
                        ),
                    )
                    before = sum(count for shipped, count in days.items() if shipped < day)
                    title = self.titles[entry_id]
                    after = sum(days.values()) - before
                    change.entries.append(Touched(entry_id, title, before, after))
        nearest = sorted(found.values(), key=lambda c: (self._distance(c.day), c.day))
        return sorted(nearest[:MAX_CHANGES], key=lambda c: (c.day, c.place, c.citation, c.kind))

    def _distance(self, day: dt.date) -> int:
        """Days to the time in which the goods ship."""
        assert self.first_day is not None
        assert self.last_day is not None
        return max((self.first_day - day).days, (day - self.last_day).days, 0)


def _dated(version: Version) -> Iterator[tuple[str, EffectiveDay]]:
    """The days of a version on which the answer changes."""
    yield "begins", version.in_force
    if version.until is not None:
        yield "ends", version.until


def _frequent(counts: Iterable[tuple[str, int]]) -> list[str]:
    totals = Counter[str]()
    for place, count in counts:
        totals[place] += count
    if len(totals) > MATRIX_PLACES:
        kept = sorted(place for place, _ in totals.most_common(MATRIX_PLACES - 1))
    else:
        kept = sorted(totals)
    return sorted(kept, key=lambda place: (place == "", place))
