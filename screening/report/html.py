"""The officer's report: one HTML file that needs no network, reads without a script and prints.

With its script the table of lines shows only the rows in view, so that ten thousand stay quick, and
every flagged line is a page of its own; without it the same rows and pages stand one below another.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from screening.chemistry.depict import alternative, clause_colour, component_svg, legend, proof_key
from screening.chemistry.proof import (
    AnalogueProof,
    ClassProof,
    IdentifierProof,
    PartyProof,
    Proof,
    SubstanceProof,
)
from screening.decision import (
    Certainty,
    CoverageItem,
    Decision,
    Finding,
    FindingCode,
    Hit,
    Outcome,
    Requirement,
    SecondProof,
    Severity,
)
from screening.errors import ProofError
from screening.explain import TableRow, lead_time, proof_table
from screening.report.language import SOURCE, catalogue, message
from screening.report.overview import OTHER, Duty, LawChange, Overview
from screening.report.page import asset, chunks, environment, script_digest, write_page
from screening.report.rows import ReportRow, due_day, goods_of, gravest, party_of
from screening.report.words import words
from screening.rules.load import Bundle
from screening.rules.model import Action, Coverage, LegKind, Mark, Statement

PICTURE_SIZE = (420, 300)
MAX_UNFLAGGED = 20_000
"""Lines without a listing that the table shows; further ones are counted, and are in the tables."""

MAX_FLAGGED = 10_000
"""Flagged lines that the report shows."""

MAX_ENTRIES = 5
"""Entries that the table of lines names of one line; its page names all."""

MAX_CHOICES = 2_000
"""Consignees that the filter offers; any can be typed."""

_MAX_COVERED = 1024
_SHOWN_ELSEWHERE = frozenset({"bundle", "counts", "coverage", "versions"})
_NO_CARD = Outcome.NO_LISTING_FOUND


def write_report(
    path: Path,
    rows: Iterable[ReportRow],
    *,
    bundle: Bundle,
    title: str | None = None,
    source: str | None = None,
    summary: Mapping[str, object] | None = None,
    written_on: dt.date | None = None,
    language: str = SOURCE,
) -> None:
    """Writes the report of a file of shipments.

    The rows are taken one by one and are not kept; the file appears when it is complete.

    Args:
        path: the file to write; one that is there is replaced.
        rows: every line, in the order of the file.
        bundle: the lists that the decisions were made with.
        title: heading of the report; None: the usual one.
        source: name of the file that was screened; None: ``input.file`` of the summary.
        summary: what ``summary.json`` says of the run; what the report does not count for itself
            is shown under "How this was made".
        written_on: the day of writing, to say which latest days have passed; None: the day of
            ``timings.begun`` in the summary, and without one nothing is said about that.
        language: of the report's own words; what the law says stays as the lists have it.

    Raises:
        OSError: the file cannot be written.
        ValueError: there is no catalogue for the language.
    """
    facts = summary or {}
    begun = _from_summary(facts, "timings", "begun")
    if written_on is None and begun is not None:
        written_on = dt.date.fromisoformat(begun[:10])
    report = _Report(bundle=bundle, written_on=written_on, language=language)
    with contextlib.ExitStack() as stack:
        streams = [
            stack.enter_context(tempfile.TemporaryFile("w+", encoding="utf-8", newline=""))
            for _ in range(3)
        ]
        for row in rows:
            report.add(row, *streams)
        page = environment(language).get_template("report.html.j2")
        scripts = {name: asset(f"{name}.js") for name in ("early", "report")}
        values = {
            **report.values(),
            "title": title or catalogue(language).gettext(message("Screening report")),
            "source": source or _from_summary(facts, "input", "file"),
            "summary": list(_flat(facts)),
            "link": _from_summary(facts, "seal", "link"),
            "style": asset("style.css"),
            "scripts": scripts,
            "script_digests": [script_digest(script) for script in scripts.values()],
            **{
                name: chunks(stream)
                for name, stream in zip(("overview", "cards", "pictures"), streams, strict=True)
            },
        }
        write_page(path, page.generate(values))


def _flat(values: Mapping[str, object], prefix: str = "") -> Iterator[tuple[str, str]]:
    """The facts of a summary that the report does not show elsewhere, as names and texts."""
    for key, value in values.items():
        name = f"{prefix}{key.replace('_', ' ')}"
        if not prefix and key in _SHOWN_ELSEWHERE:
            continue
        if isinstance(value, Mapping):
            yield from _flat(value, f"{name}: ")
        elif isinstance(value, list | tuple):
            if value:
                yield name, ", ".join(str(item) for item in value)
        elif value is not None and value != "":
            yield name, str(value)


def _from_summary(summary: Mapping[str, object], part: str, key: str) -> str | None:
    """One text of a nested summary, None where it is not there."""
    inner = summary.get(part)
    value = inner.get(key) if isinstance(inner, Mapping) else None
    return value if isinstance(value, str) else None


# --- what a card shows -----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Picture:
    """A drawing that the file holds once, under a name."""

    name: str
    alternative: str
    width: int = PICTURE_SIZE[0]
    height: int = PICTURE_SIZE[1]


@dataclass(frozen=True, slots=True)
class _Line:
    """One line of a proof table with its colour."""

    row: TableRow
    colour: str | None


@dataclass(frozen=True, slots=True)
class _ProofView:
    """A proof as a card shows it.

    Attributes:
        name: of this proof in the file.
        first: line of the card that shows it.
        elsewhere: it was shown before, there or above.
    """

    name: str
    first: int
    elsewhere: bool = False
    lines: tuple[_Line, ...] = ()
    legend: tuple[tuple[str, str], ...] = ()
    picture: _Picture | None = None
    no_picture: str | None = None
    is_class: bool = False
    counted: str | None = None
    alternatives: int = 0

    @property
    def has_readings(self) -> bool:
        """Some line depends on a reading."""
        return any(line.row.reading for line in self.lines)


@dataclass(frozen=True, slots=True)
class _SecondView:
    """A class that takes in the same component."""

    title: str
    proof: SecondProof
    view: _ProofView


@dataclass(frozen=True, slots=True)
class _HitView:
    """A hit as a card shows it."""

    hit: Hit
    where: str
    in_force: str
    proof: _ProofView
    seconds: tuple[_SecondView, ...]


@dataclass(frozen=True, slots=True)
class _RequirementView:
    """A requirement with its latest day."""

    requirement: Requirement
    where: str
    lead: str
    latest: dt.date | None
    late: bool
    missing: int
    arguable: bool


@dataclass(slots=True)
class _PlaceCoverage:
    """What was checked of one place's law, and for how many lines it was asked."""

    place: str
    items: dict[CoverageItem, None] = field(default_factory=dict)
    lines: int = 0

    @property
    def states(self) -> list[tuple[Coverage, int]]:
        """How many lists are carried how far."""
        counts = Counter(item.state for item in self.items)
        return [(state, counts[state]) for state in Coverage if counts[state]]


@dataclass
class _Report:
    """Collects a report row by row; what grows with the file goes to the three streams."""

    bundle: Bundle
    written_on: dt.date | None
    language: str
    overview: Overview = field(init=False)
    cards: int = 0
    rows: int = 0
    unflagged: int = 0
    not_shown: int = 0
    not_shown_flagged: int = 0
    asymmetries: dict[str, list[tuple[int, str]]] = field(default_factory=dict)
    statements: dict[Statement, str] = field(default_factory=dict)
    coverages: dict[str, _PlaceCoverage] = field(default_factory=dict)
    covered: dict[int, tuple[CoverageItem, ...]] = field(default_factory=dict)
    not_asked: int = 0
    pictures: dict[str, _Picture | str] = field(default_factory=dict)
    proofs: dict[bytes, tuple[str, int]] = field(default_factory=dict)
    consignees: set[str] = field(default_factory=set)
    software: dict[str, set[str]] = field(default_factory=dict)
    digests: set[str] = field(default_factory=set)
    known_on: set[str] = field(default_factory=set)
    asked: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.overview = Overview(self.written_on)
        self.words = words(self.language)
        self.say = catalogue(self.language).gettext
        templates = environment(self.language)
        self.row_template = templates.get_template("row.html.j2")
        self.card_template = templates.get_template("card.html.j2")

    def add(self, row: ReportRow, overview: IO[str], cards: IO[str], pictures: IO[str]) -> None:
        """Adds one line: its row of the table and, unless nothing was found, its page."""
        decision = row.decision
        self._count(row)
        flagged = decision.outcome is not _NO_CARD
        if not self._is_shown(flagged=flagged):
            return
        settlement = row.settlement
        consignee = party_of(row, "consignee")
        if len(self.consignees) < MAX_CHOICES and consignee:
            self.consignees.add(consignee[:200])
        places = dict.fromkeys(hit.place for hit in decision.hits)
        shared = {
            "row": row,
            "decision": decision,
            "goods": goods_of(row),
            "route": self.words.route(decision),
            "gravest": gravest(decision),
            "settlement": settlement,
            "consignee": consignee,
        }
        overview.write(
            self.row_template.render(
                **shared,
                has_card=flagged,
                places=" ".join(places),
                entry_ids=" ".join(dict.fromkeys(hit.entry for hit in decision.hits)),
                entries=self._entries(decision),
                outcome_rank=decision.outcome.gravity,
                action_rank=decision.action.gravity,
            )
            + "\n"
        )
        if not flagged:
            return
        self.cards += 1
        definite = {h.entry for h in decision.hits if h.certainty is Certainty.DEFINITE}
        due = [self._requirement(r, decision.day, definite) for r in decision.requirements]
        cards.write(
            self.card_template.render(
                **shared,
                asymmetries=[f for f in decision.findings if f.code is FindingCode.ASYMMETRY],
                notes=_notes(decision),
                titles={hit.entry: hit.title for hit in decision.hits},
                questions=row.questions(),
                open_points=list(dict.fromkeys(t for r in decision.requirements for t in r.open)),
                requirements=sorted(due, key=lambda v: (v.arguable, v.latest or dt.date.max)),
                hits=[self._hit(row.row, hit, pictures) for hit in decision.hits],
                asked=list(decision.asked),
            )
            + "\n"
        )

    def _is_shown(self, *, flagged: bool) -> bool:
        """Whether there is room; a file of millions of lines is read in its tables."""
        if flagged and self.cards >= MAX_FLAGGED:
            self.not_shown_flagged += 1
        elif not flagged and self.unflagged >= MAX_UNFLAGGED:
            self.not_shown += 1
        else:
            self.rows += 1
            self.unflagged += not flagged
            return True
        return False

    def values(self) -> dict[str, Any]:
        """What the page as a whole says."""
        said, counted = self.words, self.overview
        days = [d.isoformat() for d in (counted.first_day, counted.last_day) if d is not None]
        origins, destinations, cells = counted.matrix()
        changes = counted.law_changes(self.bundle)
        return {
            "total": counted.total,
            "shown": self.rows,
            "not_shown": self.not_shown,
            "not_shown_flagged": self.not_shown_flagged,
            "cards_total": self.cards,
            "outcomes": [(outcome, counted.outcomes[outcome]) for outcome in Outcome],
            "actions": [(action, counted.actions[action]) for action in Action],
            "places": counted.ordered_places(),
            "duties": counted.ordered_duties(),
            "passed": len(counted.passed),
            "next_due": counted.next_due,
            "duty_says": self._duty_says,
            "origins": origins,
            "destinations": destinations,
            "cells": cells,
            "journey_place": self._journey_place,
            "other": OTHER,
            "changes": changes,
            "timeline": _Timeline.of(changes, counted) if changes else None,
            "entry_choices": sorted(counted.titles.items(), key=lambda item: item[0]),
            "consignees": sorted(self.consignees),
            "asymmetries": [(lines, text) for text, lines in self.asymmetries.items()],
            "statements": [(where, statement) for statement, where in self.statements.items()],
            "coverages": sorted(self.coverages.values(), key=lambda c: (-c.lines, c.place)),
            "not_asked": self.not_asked,
            "bundle_digest": self.bundle.digest,
            "foreign_digests": sorted(self.digests - {self.bundle.digest}),
            "software": [(n, ", ".join(sorted(v))) for n, v in sorted(self.software.items())],
            "known_on": ", ".join(sorted(self.known_on)) or self.say(_DAY_OF_LISTS),
            "asked": "; ".join(sorted(self.asked)) or self.say(_EACH_JOURNEY),
            "days": " – ".join(dict.fromkeys(days)),
            "written_on": self.written_on,
            "marks": list(Mark),
            "certainties": [(c, said.certainty(c)) for c in Certainty],
        }

    def _journey_place(self, place: str) -> str:
        """A place of the matrix."""
        if place == OTHER:
            return self.say(message("other places"))
        return self.words.place(place) if place else self.say(message("not known"))

    def _duty_says(self, duty: Duty) -> str:
        """Whose law asks for a duty, on which leg."""
        return f"{self.words.place(duty.place)}, {self.words.leg(duty.leg)}"

    def _entries(self, decision: Decision) -> list[str]:
        """What the table says about a line: its entries, or else what was found."""
        items = []
        for hit in decision.hits:
            doubt = self.say(message(", arguable")) if hit.certainty is Certainty.ARGUABLE else ""
            items.append(f"{hit.title} ({hit.place.upper()}{doubt})")
        if not items:
            items = [finding.message for finding in decision.findings[:2]]
        items = list(dict.fromkeys(items))
        if len(items) > MAX_ENTRIES:
            more = self.say(message("and %(count)s more")) % {"count": len(items) - MAX_ENTRIES}
            items = [*items[:MAX_ENTRIES], more]
        return items

    def _count(self, row: ReportRow) -> None:
        """Counts a line."""
        decision = row.decision
        self.overview.add(row.row, decision)
        for finding in decision.findings:
            if finding.code is FindingCode.ASYMMETRY:
                part = "row" if decision.outcome is _NO_CARD else "line"
                link = f"{part}-{row.row}"
                self.asymmetries.setdefault(finding.message, []).append((row.row, link))
        if decision.hits:
            self._add_statements(decision)
        provenance = decision.provenance
        self.digests.add(provenance.bundle)
        for name, version in provenance.software.items():
            self.software.setdefault(name, set()).add(version)
        if provenance.known_on is not None:
            self.known_on.add(provenance.known_on.isoformat())
        if provenance.jurisdictions is not None:
            self.asked.add(", ".join(self.words.place(code) for code in provenance.jurisdictions))
        self.not_asked += not decision.asked
        for place in decision.asked:
            self.coverages.setdefault(place, _PlaceCoverage(place)).lines += 1
        key = id(decision.coverage)  # lines of one journey share it
        if self.covered.get(key) is not decision.coverage:
            if len(self.covered) >= _MAX_COVERED:
                self.covered.clear()
            self.covered[key] = decision.coverage
            for item in decision.coverage:
                self.coverages[item.jurisdiction].items[item] = None

    def _add_statements(self, decision: Decision) -> None:
        """Keeps what authorities along the way have said, of the legs on which they said it.

        A position on chemicals that are on no list matters where nothing was found; so the places
        of the journey count, not the hits.
        """
        legs = [(LegKind.TRANSIT, place) for place in decision.transit]
        legs += [(hit.leg, hit.jurisdiction) for hit in decision.hits]
        if decision.origin:
            legs.append((LegKind.ORIGIN, decision.origin))
        if decision.destination:
            legs.append((LegKind.DESTINATION, decision.destination))
        for leg, place in legs:
            jurisdiction = self.bundle.jurisdictions.get(place)
            for statement in jurisdiction.file.statements if jurisdiction else ():
                if statement.leg is leg:
                    where = f"{self.words.place(place)}, {self.words.leg(leg)}"
                    self.statements.setdefault(statement, where)

    def _requirement(
        self, requirement: Requirement, day: dt.date, definite: Set[str]
    ) -> _RequirementView:
        latest = due_day(requirement, day)
        where = f"{self.words.place(requirement.jurisdiction)}, {self.words.leg(requirement.leg)}"
        return _RequirementView(
            requirement=requirement,
            where=where,
            lead=lead_time(requirement),
            latest=latest,
            late=latest is not None and self.written_on is not None and latest < self.written_on,
            missing=sum(not f.value for f in requirement.fields),
            arguable=not definite & set(requirement.entries),
        )

    def _hit(self, row: int, hit: Hit, pictures: IO[str]) -> _HitView:
        place = self.words.place(hit.place)
        if hit.place != hit.jurisdiction:
            through = self.say(message("%(place)s through %(union)s"))
            place = through % {"place": place, "union": self.words.place(hit.jurisdiction)}
        seconds = []
        for second in hit.also:
            entry = self.bundle.entries.get(second.entry)
            title = entry.title if entry is not None else second.entry
            view = self._proof(row, second.entry, second.proof, pictures)
            seconds.append(_SecondView(title, second, view))
        return _HitView(
            hit=hit,
            where=f"{place}, {self.words.leg(hit.leg)}",
            in_force=self.words.in_force(hit),
            proof=self._proof(row, hit.entry, hit.proof, pictures),
            seconds=tuple(seconds),
        )

    def _proof(self, row: int, entry_id: str, proof: Proof, pictures: IO[str]) -> _ProofView:
        """A proof in full where it comes first; the same proof on a later line points there."""
        text = f"{entry_id} {proof!r}"
        key = hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()
        if key in self.proofs:
            name, first = self.proofs[key]
            return _ProofView(name, first, elsewhere=True)
        name = f"evidence-{len(self.proofs) + 1}"
        self.proofs[key] = name, row
        picture: _Picture | None = None
        no_picture: str | None = None
        legend_: tuple[tuple[str, str], ...] = ()
        lines: tuple[_Line, ...] = ()
        try:
            table = proof_table(self.bundle.entries.get(entry_id), proof)
            if isinstance(proof, IdentifierProof | PartyProof | AnalogueProof):
                lines = tuple(_Line(line, None) for line in table)
            else:
                lines = tuple(
                    _Line(line, clause_colour(proof, line.account) if line.account else None)
                    for line in table
                )
                legend_ = legend(proof)
        except ProofError as error:
            no_picture = str(error)
        if (
            not isinstance(proof, IdentifierProof | PartyProof | AnalogueProof)
            and no_picture is None
        ):
            drawn = self._draw(proof, pictures)
            picture, no_picture = (drawn, None) if isinstance(drawn, _Picture) else (None, drawn)
        is_class = isinstance(proof, ClassProof)
        return _ProofView(
            name=name,
            first=row,
            lines=lines,
            legend=legend_,
            picture=picture,
            no_picture=no_picture,
            is_class=is_class,
            counted=proof.component if isinstance(proof, ClassProof) else None,
            alternatives=proof.alternatives if isinstance(proof, ClassProof) else 0,
        )

    def _draw(self, proof: ClassProof | SubstanceProof, pictures: IO[str]) -> _Picture | str:
        """The picture of a proof, drawn once however many hits share it; else why there is none."""
        key = proof_key(proof)
        if key not in self.pictures:
            try:
                width, height = PICTURE_SIZE
                svg = component_svg(proof, width=width, height=height)
            except ProofError as error:
                self.pictures[key] = str(error)
            else:
                name = f"picture-{len(self.pictures) + 1}"
                pictures.write(svg.replace("<svg ", f'<svg id="{name}" ', 1) + "\n")
                title, description = alternative(proof)
                self.pictures[key] = _Picture(name, f"{title}. {description}")
        return self.pictures[key]


def _notes(decision: Decision) -> list[Finding]:
    """What is to be known and asks nothing; the questions are shown on their own."""
    return [
        f
        for f in decision.findings
        if f.severity is Severity.NOTE and f.code is not FindingCode.ASYMMETRY
    ]


_DAY_OF_LISTS = message("the day of the lists")
_EACH_JOURNEY = message("those of each journey")


# --- the law's calendar ----------------------------------------------------------------------

_WIDTH = 960
_MARGIN = 12


@dataclass(frozen=True, slots=True)
class _Mark:
    """A change of law on the axis."""

    x: float
    y: float
    number: int
    change: LawChange


@dataclass(frozen=True, slots=True)
class _Timeline:
    """The axis of shipping days and of changes of law.

    Attributes:
        ships: place and height of a bar for each span of shipping days.
        marks: the changes, numbered as in the table.
        years: place and name of the first of January of each year.
        height: of the drawing.
    """

    ships: tuple[tuple[float, float], ...]
    marks: tuple[_Mark, ...]
    years: tuple[tuple[float, int], ...]
    height: float

    @classmethod
    def of(cls, changes: list[LawChange], counted: Overview) -> _Timeline:
        """Lays out the changes; marks that would cover each other are stacked."""
        assert counted.first_day is not None
        assert counted.last_day is not None
        first = min(counted.first_day, changes[0].day).toordinal() - 20
        last = max(counted.last_day, changes[-1].day).toordinal() + 20
        scale = (_WIDTH - 2 * _MARGIN) / (last - first)

        def place(day: dt.date) -> float:
            return round(_MARGIN + (day.toordinal() - first) * scale, 1)

        bars: dict[float, int] = {}
        for day, count in counted.shipping_days.items():
            x = round(place(day) / 4) * 4.0
            bars[x] = bars.get(x, 0) + count
        tallest = max(bars.values(), default=1)
        ships = tuple((x, round(4 + 26 * count / tallest, 1)) for x, count in sorted(bars.items()))
        marks = []
        free: list[float] = []  # the right end of what stands on each level
        for number, change in enumerate(changes, start=1):
            x = place(change.day)
            level = next((i for i, end in enumerate(free) if x - end > 20), len(free))
            if level == len(free):
                free.append(x)
            free[level] = x
            marks.append(_Mark(x, 62 + 22 * level, number, change))
        begins, ends = dt.date.fromordinal(first), dt.date.fromordinal(last)
        years = tuple(
            (place(dt.date(year, 1, 1)), year) for year in range(begins.year + 1, ends.year + 1)
        )
        return cls(ships, tuple(marks), years, 84 + 22 * len(free))
