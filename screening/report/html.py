"""The officer's report: one HTML file that needs no network, reads without a script and prints.

Nothing submitted is trusted: every value is escaped, control characters are shown and not obeyed,
and the file's own content policy forbids every script but the one filter it carries.
"""

from __future__ import annotations

import base64
import contextlib
import datetime as dt
import hashlib
import os
import tempfile
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import IO, Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from screening.chemistry.depict import alternative, clause_colour, component_svg, legend, proof_key
from screening.chemistry.proof import (
    AnalogueProof,
    ClassProof,
    IdentifierProof,
    Proof,
    SubstanceProof,
)
from screening.columns import recognise_header
from screening.decision import (
    Basis,
    Certainty,
    CoverageItem,
    Decision,
    FindingCode,
    Hit,
    Identity,
    Outcome,
    Requirement,
    SecondProof,
    Severity,
)
from screening.errors import ProofError
from screening.explain import TableRow, latest_day, lead_time, proof_table
from screening.places import place_title
from screening.rules.load import Bundle
from screening.rules.model import Action, Coverage, LegKind, Mark, Statement

PICTURE_SIZE = (420, 300)
MAX_GOODS = 120
_SHOWN_ELSEWHERE = frozenset({"bundle", "counts", "coverage", "versions"})


@dataclass(frozen=True, slots=True)
class ReportRow:
    """One line of the file and what was decided about it.

    Attributes:
        row: its number in the file, from 1.
        submitted: every input column as it came.
        decision: the answer.
    """

    row: int
    submitted: Mapping[str, str]
    decision: Decision


def write_report(
    path: Path,
    rows: Iterable[ReportRow],
    *,
    bundle: Bundle,
    title: str = "Screening report",
    source: str | None = None,
    summary: Mapping[str, object] | None = None,
    written_on: dt.date | None = None,
) -> None:
    """Writes the report of a file of shipments.

    The rows are taken one by one and are not kept; the file appears when it is complete.

    Args:
        path: the file to write; one that is there is replaced.
        rows: every line, in the order of the file.
        bundle: the lists that the decisions were made with.
        title: heading of the report.
        source: name of the file that was screened; None: ``input.file`` of the summary.
        summary: what ``summary.json`` says of the run; what the report does not count for itself
            is shown under "How this was made".
        written_on: the day of writing, to say which latest days have passed; None: the day of
            ``timings.begun`` in the summary, and without one nothing is said about that.

    Raises:
        OSError: the file cannot be written.
    """
    facts = summary or {}
    begun = _from_summary(facts, "timings", "begun")
    if written_on is None and begun is not None:
        written_on = dt.date.fromisoformat(begun[:10])
    report = _Report(bundle=bundle, written_on=written_on)
    with contextlib.ExitStack() as stack:
        overview, cards, pictures = (
            stack.enter_context(tempfile.TemporaryFile("w+", encoding="utf-8", newline=""))
            for _ in range(3)
        )
        for row in rows:
            report.add(row, overview, cards, pictures)
        page = _environment().get_template("report.html.j2")
        script = _asset("filter.js")
        values = {
            **report.values(),
            "title": title,
            "source": source or _from_summary(facts, "input", "file"),
            "summary": list(_flat(facts)),
            "style": _asset("style.css"),
            "script": script,
            "script_digest": _digest(script),
            "overview": _chunks(overview),
            "cards": _chunks(cards),
            "pictures": _chunks(pictures),
        }
        _write(path, page.generate(values))


# --- words -----------------------------------------------------------------------------------


_OUTCOMES = {
    Outcome.CONTROLLED: (
        "Controlled",
        "■",
        "At least one legal entry takes the goods in on every reading, in force on the day.",
    ),
    Outcome.REVIEW: (
        "Review",
        "◆",
        "A person must look: what was found is open to question, or something is uncertain.",
    ),
    Outcome.UNSCREENED: (
        "Unscreened",
        "▲",
        "The goods could not be screened: a person must identify them first.",
    ),
    Outcome.NO_LISTING_FOUND: (
        "No listing found",
        "○",
        "Nothing was found in the lists that were checked. This is no clearance.",
    ),
}
_ACTIONS = {
    Action.PROHIBITED: (
        "Prohibited",
        "The law forbids the movement, save for the exceptions it names.",
    ),
    Action.AUTHORISATION: (
        "Authorisation",
        "A permit or licence is needed before the goods move.",
    ),
    Action.NOTIFICATION: (
        "Notification",
        "An authority must be told before the goods move.",
    ),
    Action.RECORD: ("Record", "Records or declarations must be kept."),
    Action.WATCH: ("Watch", "The list asks for attention; it forbids nothing."),
    Action.NONE_FOUND: ("None found", "No hit, so no action was found. This is no clearance."),
}
_MARKS = {
    Mark.PRIMARY: "read in the official text or a copy of it",
    Mark.SECONDARY: "read in commentary on the law, not in the official text",
    Mark.UNVERIFIED: "not verified: from memory or derived, so read the official text first",
}
_SEVERITIES = {
    Severity.STOP: "Stop:",
    Severity.ASK: "A person must decide:",
    Severity.NOTE: "Note:",
}
_BASES = {
    Basis.SUBSTANCE: "the listed substance itself",
    Basis.CLASS: "a class that the law defines in words",
    Basis.IDENTIFIER: "a name or number in the line",
    Basis.GOODS: "a description of goods",
    Basis.PARTY: "the name of a party",
    Basis.ANALOGUE: "a likeness that a person must judge",
}
_COVERAGES = {
    Coverage.MODELLED: "in full",
    Coverage.PARTLY: "in part",
    Coverage.NOT_MODELLED: "not at all: it was not asked",
}
_LEGS = {
    LegKind.ORIGIN: "export law of the origin",
    LegKind.DESTINATION: "import law of the destination",
    LegKind.TRANSIT: "law of a place of transit",
    LegKind.TREATY: "treaty",
}
_SOURCES = {
    "name": "Name or description",
    "cas": "CAS number",
    "structure": "Structure",
    "inchi": "InChI",
    "hs_code": "Customs code",
}


class Words:
    """The closed words of a decision, said for an officer; templates use it as `words`."""

    def outcome(self, outcome: Outcome) -> str:
        """The outcome's name."""
        return _OUTCOMES[outcome][0]

    def outcome_sign(self, outcome: Outcome) -> str:
        """A sign that tells outcomes apart without colour."""
        return _OUTCOMES[outcome][1]

    def outcome_says(self, outcome: Outcome) -> str:
        """What the outcome means."""
        return _OUTCOMES[outcome][2]

    def action(self, action: Action) -> str:
        """The action's name."""
        return _ACTIONS[action][0]

    def action_says(self, action: Action) -> str:
        """What the action means."""
        return _ACTIONS[action][1]

    def mark(self, mark: Mark) -> str:
        """How a fact was checked."""
        return _MARKS[mark]

    def severity(self, severity: Severity) -> str:
        """What a finding asks for."""
        return _SEVERITIES[severity]

    def basis(self, basis: Basis) -> str:
        """What a hit rests on."""
        return _BASES[basis]

    def coverage(self, coverage: Coverage) -> str:
        """How much of a list is carried."""
        return _COVERAGES[coverage]

    def leg(self, leg: LegKind) -> str:
        """Which law is asked on a leg."""
        return _LEGS[leg]

    def certainty(self, certainty: Certainty) -> str:
        """Whether a hit stands on every reading."""
        return "Definite" if certainty is Certainty.DEFINITE else "Arguable"

    def identity(self, identity: Identity) -> str:
        """How the goods were identified, and how firmly."""
        source = _SOURCES.get(identity.source, identity.source)
        if identity.disputed:
            return f"{source} (disputed by another identifier of the line)"
        return source if identity.exact else f"{source} (possible only)"


def _place(code: str) -> str:
    """A place with its code, or the text that stands for one."""
    name = place_title(code) if len(code) == 2 else code
    return name if name.casefold() == code.casefold() else f"{name} ({code.upper()})"


def _route(decision: Decision) -> str:
    """The journey in one line."""
    origin = _place(decision.origin) if decision.origin else "origin not known"
    destination = _place(decision.destination) if decision.destination else "destination not known"
    return " → ".join([origin, *(_place(code) for code in decision.transit), destination])


@lru_cache(maxsize=4096)
def _field_of(header: str) -> str | None:
    """The field that a column is recognised as."""
    found = recognise_header(header)
    return None if found is None else found[0]


def _goods(row: ReportRow) -> str:
    """What the line says is shipped, short enough for a table: a name before a number or SMILES."""
    said: dict[str, list[str]] = {source: [] for source in _SOURCES}
    for column, value in row.submitted.items():
        said.get(_field_of(column) or "", []).append(value)
    for identity in row.decision.identities:
        said.get(identity.source, []).append(identity.text)
    names, numbers = said["name"], said["cas"]
    texts = [*names, *numbers] if names or numbers else [t for some in said.values() for t in some]
    kept: list[str] = []
    for text in (" ".join(t.split()) for t in texts):
        if text and not any(text.casefold() in other.casefold() for other in kept):
            kept.append(text)
    goods = " | ".join(kept)
    return goods if len(goods) <= MAX_GOODS else f"{goods[: MAX_GOODS - 1]}…"


def _in_force(hit: Hit) -> str:
    """The time in which the version applies."""
    if hit.until is None:
        return f"since {hit.in_force}"
    return f"since {hit.in_force}; {hit.until} is the first day on which it no longer is"


def _entries(decision: Decision) -> list[str]:
    """What the overview says about a line: its entries, or else what was found."""
    items = []
    for hit in decision.hits:
        doubt = ", arguable" if hit.certainty is Certainty.ARGUABLE else ""
        items.append(f"{hit.title} ({hit.place.upper()}{doubt})")
    if not items:
        items = [finding.message for finding in decision.findings[:2]]
    return list(dict.fromkeys(items))


def _gravest(decision: Decision) -> tuple[Action, Action | None]:
    """The action that holds on every reading, and the graver one that an arguable hit would bring.

    A prohibition that hangs on a reading must not read like one that stands.
    """
    definite = [h.action for h in decision.hits if h.certainty is Certainty.DEFINITE]
    if not definite or decision.action in definite:
        return decision.action, None
    return min(definite, key=lambda action: action.gravity), decision.action


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
    """A proof as a card shows it."""

    lines: tuple[_Line, ...]
    legend: tuple[tuple[str, str], ...]
    picture: _Picture | None
    no_picture: str | None
    caption: str
    word_heading: str
    counted: str | None
    alternatives: int

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


@dataclass(slots=True)
class _CoverageGroup:
    """One coverage statement, and how many lines share it."""

    name: str
    title: str
    items: tuple[CoverageItem, ...]
    lines: int = 0


@dataclass
class _Report:
    """Collects a report row by row; what grows with the file goes to the three streams."""

    bundle: Bundle
    written_on: dt.date | None
    total: int = 0
    cards: int = 0
    outcomes: Counter[Outcome] = field(default_factory=Counter)
    actions: Counter[Action] = field(default_factory=Counter)
    asymmetries: dict[str, list[tuple[int, str]]] = field(default_factory=dict)
    statements: dict[Statement, str] = field(default_factory=dict)
    coverages: dict[tuple[CoverageItem, ...], _CoverageGroup] = field(default_factory=dict)
    pictures: dict[str, _Picture | str] = field(default_factory=dict)
    software: dict[str, set[str]] = field(default_factory=dict)
    digests: set[str] = field(default_factory=set)
    known_on: set[str] = field(default_factory=set)
    asked: set[str] = field(default_factory=set)
    first_day: dt.date | None = None
    last_day: dt.date | None = None

    def add(self, row: ReportRow, overview: IO[str], cards: IO[str], pictures: IO[str]) -> None:
        """Adds one line: its row of the overview and, unless nothing was found, its card."""
        decision = row.decision
        coverage = self._count(row)
        shared = {
            "row": row,
            "decision": decision,
            "goods": _goods(row),
            "route": _route(decision),
            "gravest": _gravest(decision),
        }
        has_card = decision.outcome is not Outcome.NO_LISTING_FOUND
        table_row = _environment().get_template("row.html.j2")
        overview.write(
            table_row.render(**shared, has_card=has_card, entries=_entries(decision)) + "\n"
        )
        if not has_card:
            return
        self.cards += 1
        findings = [f for f in decision.findings if f.code is not FindingCode.ASYMMETRY]
        places = sorted({item.jurisdiction for item in coverage.items})
        asked = ", ".join(_place(code) for code in places) or "none"
        card = _environment().get_template("card.html.j2")
        cards.write(
            card.render(
                **shared,
                asymmetries=[f for f in decision.findings if f.code is FindingCode.ASYMMETRY],
                findings=findings,
                requirements=[self._requirement(r, decision.day) for r in decision.requirements],
                hits=[self._hit(hit, pictures) for hit in decision.hits],
                coverage_name=coverage.name,
                coverage_says=f"Coverage: the law that was asked is that of: {asked}.",
            )
            + "\n"
        )

    def values(self) -> dict[str, Any]:
        """What the page as a whole says."""
        days = [d.isoformat() for d in (self.first_day, self.last_day) if d is not None]
        return {
            "total": self.total,
            "cards_total": self.cards,
            "outcomes": [(outcome, self.outcomes[outcome]) for outcome in Outcome],
            "actions": [(action, self.actions[action]) for action in Action],
            "asymmetries": [(lines, message) for message, lines in self.asymmetries.items()],
            "statements": [(where, statement) for statement, where in self.statements.items()],
            "coverages": list(self.coverages.values()),
            "bundle_digest": self.bundle.digest,
            "foreign_digests": sorted(self.digests - {self.bundle.digest}),
            "software": [(n, ", ".join(sorted(v))) for n, v in sorted(self.software.items())],
            "known_on": ", ".join(sorted(self.known_on)) or "the day of the lists",
            "asked": "; ".join(sorted(self.asked)) or "those of each journey",
            "days": " to ".join(dict.fromkeys(days)),
            "written_on": self.written_on,
            "marks": list(Mark),
        }

    def _count(self, row: ReportRow) -> _CoverageGroup:
        """Counts a line and returns its coverage statement."""
        decision = row.decision
        self.total += 1
        self.outcomes[decision.outcome] += 1
        self.actions[decision.action] += 1
        self.first_day = min(self.first_day or decision.day, decision.day)
        self.last_day = max(self.last_day or decision.day, decision.day)
        for finding in decision.findings:
            if finding.code is FindingCode.ASYMMETRY:
                part = "row" if decision.outcome is Outcome.NO_LISTING_FOUND else "line"
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
            self.asked.add(", ".join(_place(code) for code in provenance.jurisdictions))
        group = self.coverages.get(decision.coverage)
        if group is None:
            number = len(self.coverages) + 1
            places = ", ".join(
                dict.fromkeys(item.jurisdiction.upper() for item in decision.coverage)
            )
            group = _CoverageGroup(
                name=f"coverage-{number}",
                title=f"Coverage {number}: {places or 'no place'}",
                items=decision.coverage,
            )
            self.coverages[decision.coverage] = group
        group.lines += 1
        return group

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
                    where = f"{_place(place)}, {_WORDS.leg(leg)}"
                    self.statements.setdefault(statement, where)

    def _requirement(self, requirement: Requirement, day: dt.date) -> _RequirementView:
        latest = latest_day(requirement, day)
        return _RequirementView(
            requirement=requirement,
            where=f"{_place(requirement.jurisdiction)}, {_WORDS.leg(requirement.leg)}",
            lead=lead_time(requirement),
            latest=latest,
            late=latest is not None and self.written_on is not None and latest < self.written_on,
        )

    def _hit(self, hit: Hit, pictures: IO[str]) -> _HitView:
        place = _place(hit.place)
        if hit.place != hit.jurisdiction:
            place += f" through {_place(hit.jurisdiction)}"
        seconds = []
        for second in hit.also:
            entry = self.bundle.entries.get(second.entry)
            title = entry.title if entry is not None else second.entry
            view = self._proof(second.entry, second.proof, pictures)
            seconds.append(_SecondView(title, second, view))
        return _HitView(
            hit=hit,
            where=f"{place}, {_WORDS.leg(hit.leg)}",
            in_force=_in_force(hit),
            proof=self._proof(hit.entry, hit.proof, pictures),
            seconds=tuple(seconds),
        )

    def _proof(self, entry_id: str, proof: Proof, pictures: IO[str]) -> _ProofView:
        is_class = isinstance(proof, ClassProof)
        picture: _Picture | None = None
        no_picture: str | None = None
        legend_: tuple[tuple[str, str], ...] = ()
        lines: tuple[_Line, ...] = ()
        try:
            table = proof_table(self.bundle.entries.get(entry_id), proof)
            if isinstance(proof, IdentifierProof | AnalogueProof):
                lines = tuple(_Line(row, None) for row in table)
            else:
                lines = tuple(
                    _Line(row, clause_colour(proof, row.account) if row.account else None)
                    for row in table
                )
                legend_ = legend(proof)
        except ProofError as error:
            no_picture = str(error)
        if not isinstance(proof, IdentifierProof | AnalogueProof) and no_picture is None:
            drawn = self._draw(proof, pictures)
            picture, no_picture = (drawn, None) if isinstance(drawn, _Picture) else (None, drawn)
        return _ProofView(
            lines=lines,
            legend=legend_,
            picture=picture,
            no_picture=no_picture,
            caption="How every part is accounted for" if is_class else "What was compared",
            word_heading="The law's word" if is_class else "The entry's name for it",
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


# --- templates and files ---------------------------------------------------------------------

_WORDS = Words()


def _visible(value: object) -> object:
    r"""Shows control and direction characters instead of letting them act on the page.

    >>> _visible("a\x00b\u202ec")
    'a[U+0000]b[U+202E]c'
    """
    if value is None:
        return ""
    if not isinstance(value, str) or isinstance(value, Markup) or value.isprintable():
        return value
    return "".join(
        f"[U+{ord(c):04X}]"
        if unicodedata.category(c) in {"Cc", "Cf", "Cs"} and c not in "\t\n"
        else c
        for c in value.replace("\r\n", "\n")
    )


@lru_cache(maxsize=1)
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("screening.report", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_visible,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.globals.update(words=_WORDS, place=_place)
    return environment


@lru_cache(maxsize=8)
def _asset(name: str) -> str:
    """A file beside the templates, to be written into the page."""
    return resources.files("screening.report").joinpath("templates", name).read_text("utf-8")


def _digest(script: str) -> str:
    """The script's digest for the content policy: no other script of the page may run."""
    return f"sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}"


def _chunks(stream: IO[str]) -> Iterator[str]:
    """What was rendered into a stream, piece by piece."""
    stream.seek(0)
    while chunk := stream.read(1 << 16):
        yield chunk


def _write(path: Path, pieces: Iterable[str]) -> None:
    """Writes a file beside its place and moves it there when it is complete."""
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".part", dir=path.parent)
    part = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            file.writelines(pieces)
        part.chmod(0o644)
        part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
