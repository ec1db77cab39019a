"""Checks of watchlists: lint rules over a bundle, and examples put through the screen.

`lint` looks at the entries themselves, at class definitions through `screening.definition_checks`.
`cases` makes the examples that an entry must answer for: the hand-written ones, and generated ones
on both sides of each boundary day and for each form that its list covers or does not cover. What is
expected on a day is worked out here from the file's dates and not by the screen's own timeline, so
that each checks the other.

Generated forms are those of the listed substance itself: its salt, hydrate, labelled atoms, mirror
image. Nothing is generated for classes; their examples are written by hand.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import enum
import itertools
import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Protocol

from stdnum import casrn

from screening import definition_checks
from screening.chemistry.structure import Structure, read_structure
from screening.decision import Certainty, Decision
from screening.definition_checks import Level as Level  # noqa: PLC0414 - callers read it here
from screening.definition_checks import Problem as Problem  # noqa: PLC0414
from screening.errors import ScreeningError, StructureError
from screening.rules.load import Bundle, bundled_watchlists
from screening.rules.model import (
    DateRange,
    Entry,
    Example,
    FormRule,
    Forms,
    Mark,
    Version,
)
from screening.rules.timeline import describe
from screening.shipment import LegKind, Shipment

ONE_DAY = dt.timedelta(days=1)

# --- what is in force, worked out from the file ------------------------------------------------


class Force(enum.StrEnum):
    """Whether an entry is in force on a day."""

    YES = "yes"
    PERHAPS = "perhaps"
    NO = "no"


def in_force(entry: Entry, day: dt.date) -> tuple[Force, Version | None]:
    """Whether an entry is in force on a day, and by which of its versions.

    Where one version passes into the next at a day that is not known exactly, the entry is in force
    on both sides of it.
    """
    found = [(_version_in_force(v, day), v) for v in entry.versions if v.withdrawn is None]
    sure = [v for force, v in found if force is Force.YES]
    if sure:
        return Force.YES, sure[0]
    perhaps = [v for force, v in found if force is Force.PERHAPS]
    passing = any(
        earlier.until == later.in_force and _reached(earlier.in_force, day) is Force.YES
        for earlier, later in itertools.pairwise(perhaps)
    )
    if perhaps:
        return Force.YES if passing else Force.PERHAPS, perhaps[-1]
    return Force.NO, None


def _version_in_force(version: Version, day: dt.date) -> Force:
    begun = _reached(version.in_force, day)
    ended = Force.NO if version.until is None else _reached(version.until, day)
    if begun is Force.NO or ended is Force.YES:
        return Force.NO
    return Force.PERHAPS if Force.PERHAPS in (begun, ended) else Force.YES


def _reached(when: dt.date | DateRange, day: dt.date) -> Force:
    """Whether a day that may not be known exactly has been reached."""
    if isinstance(when, dt.date):
        return Force.YES if day >= when else Force.NO
    if when.not_after is not None and day >= when.not_after:
        return Force.YES
    if when.not_before is not None and day < when.not_before:
        return Force.NO
    return Force.PERHAPS


def standing_text(entry: Entry, day: dt.date) -> str:
    """The standing of an entry on a day in words.

    Returns:
        Such as ``in force since 2025-11-10`` or ``not in force; from 2026-01-01``.
    """
    force, version = in_force(entry, day)
    if version is not None:
        said = "in force since" if force is Force.YES else "not certain; in force from"
        until = "" if version.until is None else f", until {describe(version.until)}"
        return f"{said} {describe(version.in_force)}{until}"
    kept = [v for v in entry.versions if v.withdrawn is None]
    if not kept:
        return "withdrawn"
    later = [v for v in kept if _reached(v.in_force, day) is Force.NO]
    if later:
        return f"not in force; from {describe(later[0].in_force)}"
    last = kept[-1].until
    return "no longer in force" + ("" if last is None else f" since {describe(last)}")


# --- lint ------------------------------------------------------------------------------------


def lint(bundle: Bundle) -> list[Problem]:
    """Looks for faults that no single file shows.

    Args:
        bundle: loaded lists.

    Returns:
        Every problem, by entry.
    """
    problems = [p for rule in _RULES for p in rule(bundle)]
    return sorted(problems, key=lambda p: (p.entry, p.level, p.message))


def _check_digits(bundle: Bundle) -> Iterator[Problem]:
    for entry in bundle.entries.values():
        for cas in entry.cas:
            if not casrn.is_valid(cas):
                yield Problem(Level.ERROR, entry.id, f"CAS {cas}: the check digit is wrong")


def _structures_read(bundle: Bundle) -> Iterator[Problem]:
    for entry in bundle.entries.values():
        examples = entry.examples
        texts = [entry.substance, *entry.aliases]
        texts += [e.structure for e in (*examples.must_match, *examples.must_review)]
        texts += [e.structure for e in examples.must_not_match]
        for text in dict.fromkeys(t for t in texts if t):
            try:
                _spellings(text)
            except StructureError as error:
                yield Problem(Level.ERROR, entry.id, f"{text!r} is no structure: {error}")


@lru_cache(maxsize=16_384)
def _spellings(text: str) -> tuple[tuple[str, str], ...]:
    """The components of a structure, each without and with stereo; many rules ask for them.

    Raises:
        StructureError: it cannot be read.
    """
    return tuple((c.smiles, c.isomeric) for c in read_structure(text).components)


def _key(text: str | None) -> str | None:
    """A structure in one spelling; None where there is none or it cannot be read."""
    if text is None:
        return None
    try:
        return ".".join(isomeric for _, isomeric in _spellings(text))
    except StructureError:
        return None


def _duplicate_structures(bundle: Bundle) -> Iterator[Problem]:
    """One list names a structure once; two entries for it would give two answers."""
    for watchlist in bundle.lists.values():
        seen: dict[str, Entry] = {}
        for entry in watchlist.entries:
            for text in (entry.substance, *entry.aliases):
                key = _key(text)
                if key is None:
                    continue
                other = seen.setdefault(key, entry)
                if other is not entry and _overlap(entry, other):
                    message = f"has the same structure as {other.id} of the same list"
                    yield Problem(Level.ERROR, entry.id, message)


def _overlap(entry: Entry, other: Entry) -> bool:
    """Whether two entries can be in force on the same day."""
    days = {d for e in (entry, other) for v in e.versions for d in boundaries(v)}
    states = ((in_force(entry, d)[0], in_force(other, d)[0]) for d in days)
    return any(Force.NO not in pair for pair in states)


def _clashing_cas(bundle: Bundle) -> Iterator[Problem]:
    """One CAS number is one substance, whatever list it stands in."""
    yield from _clashing(bundle, lambda e: e.cas, "CAS {}", Level.ERROR)


def _clashing_names(bundle: Bundle) -> Iterator[Problem]:
    """One name is one substance, or a row that carries it is ambiguous."""
    yield from _clashing(bundle, lambda e: e.names.all(), "the name {!r}", Level.WARNING)


def _clashing(
    bundle: Bundle, texts: Callable[[Entry], Iterable[str]], what: str, level: Level
) -> Iterator[Problem]:
    users: dict[str, list[tuple[str, Entry]]] = defaultdict(list)
    for entry in bundle.entries.values():
        for text in texts(entry):
            users[_folded(text)].append((text, entry))
    for uses in users.values():
        keys = {_graphs(e): e for _, e in uses if e.substance is not None}
        if len(keys) < 2 or frozenset.intersection(*keys):
            continue
        text, first = uses[0]
        for _, entry in uses[1:]:
            if not _graphs(entry) & _graphs(first):
                message = f"{what.format(text)} stands for another structure in {first.id}"
                yield Problem(level, entry.id, message)


def _graphs(entry: Entry) -> frozenset[str]:
    """The components of an entry's structures without stereo, by which two entries compare."""
    keys: set[str] = set()
    for text in (entry.substance, *entry.aliases):
        with contextlib.suppress(StructureError):
            keys |= {smiles for smiles, _ in _spellings(text)} if text else set()
    return frozenset(keys)


def _folded(text: str) -> str:
    """A name without case, width, spaces and hyphens."""
    return re.sub(r"[\s\-‐‑–—_]", "", unicodedata.normalize("NFKC", text).casefold())


def _repeated_names(bundle: Bundle) -> Iterator[Problem]:
    for entry in bundle.entries.values():
        names = [n.casefold() for n in entry.names.all()]
        for name in sorted({n for n in names if names.count(n) > 1}):
            yield Problem(Level.WARNING, entry.id, f"the name {name!r} is given twice")


def _citations(bundle: Bundle) -> Iterator[Problem]:
    """A citation names an instrument: it is no placeholder and has a number or a date in it."""
    for entry in bundle.entries.values():
        for number, version in enumerate(entry.versions):
            said = version.citation
            if re.search(r"\b(?:todo|tbd|fixme|xxx)\b|\?\?", said, re.IGNORECASE):
                message = f"versions.{number}.citation is a placeholder: {said!r}"
                yield Problem(Level.ERROR, entry.id, message)
            elif not re.search(r"\d", said):
                message = f"versions.{number}.citation has no number or date: {said!r}"
                yield Problem(Level.WARNING, entry.id, message)
            unread = Mark.UNVERIFIED in (version.checked.membership, version.checked.dates)
            if unread and version.still_to_read is None:
                message = f"versions.{number} is unverified and does not say what is still to read"
                yield Problem(Level.WARNING, entry.id, message)


def _timelines(bundle: Bundle) -> Iterator[Problem]:
    """Versions follow each other without overlap; a gap is looked at."""
    for entry in bundle.entries.values():
        versions = [v for v in entry.versions if v.withdrawn is None]
        ordered = sorted(versions, key=lambda v: _earliest(v.in_force))
        if ordered != versions:
            yield Problem(
                Level.WARNING, entry.id, "its versions are not in the order of their days"
            )
        for earlier, later in itertools.pairwise(ordered):
            begins = later.in_force
            if earlier.until is None:
                message = f"the version in force from {describe(earlier.in_force)} has no `until`"
                yield Problem(Level.ERROR, entry.id, f"{message}, but another one follows it")
            elif _latest(earlier.until) > _latest(begins):
                message = f"versions overlap: until {describe(earlier.until)}"
                yield Problem(Level.ERROR, entry.id, f"{message}, next from {describe(begins)}")
            elif _earliest(earlier.until) < _earliest(begins):
                message = f"nothing is in force from {describe(earlier.until)}"
                yield Problem(Level.WARNING, entry.id, f"{message} to {describe(begins)}")


def _earliest(when: dt.date | DateRange) -> dt.date:
    return when if isinstance(when, dt.date) else when.not_before or dt.date.min


def _latest(when: dt.date | DateRange) -> dt.date:
    return when if isinstance(when, dt.date) else when.not_after or dt.date.max


_RULES: tuple[Callable[[Bundle], Iterator[Problem]], ...] = (
    _check_digits,
    _structures_read,
    _duplicate_structures,
    _clashing_cas,
    _clashing_names,
    _repeated_names,
    _citations,
    _timelines,
    definition_checks.lint,
)


# --- examples --------------------------------------------------------------------------------


class Expected(enum.StrEnum):
    """What an entry must answer."""

    MATCH = "a definite hit"
    REVIEW = "an arguable hit"
    ANY = "a hit"
    NONE = "no hit"


@dataclass(frozen=True, slots=True)
class Case:
    """One question to an entry, with the answer it must give.

    Attributes:
        entry: id of the entry.
        kind: what is tried: example, boundary, form, name, cas.
        shipment: what is screened.
        expected: the answer.
        because: why that is the answer.
        clauses: letters that the proof must show, None where that does not matter.
        reading: the reading on which the hit must depend, None where that does not matter.
    """

    entry: str
    kind: str
    shipment: Shipment
    expected: Expected
    because: str
    clauses: tuple[str, ...] | None = None
    reading: str | None = None


@dataclass(frozen=True, slots=True)
class CaseResult:
    """What came of a case.

    Attributes:
        case: the case.
        got: the answer that was given.
        passed: it is the expected one.
    """

    case: Case
    got: str
    passed: bool

    def __str__(self) -> str:
        case = self.case
        said = case.shipment.structure or case.shipment.cas or case.shipment.name or "-"
        return (
            f"{case.entry}: {case.kind} {said} on {case.shipment.day}: expected {case.expected}, "
            f"got {self.got} ({case.because})"
        )


class Screens(Protocol):
    """What the examples need of a screener."""

    def screen(self, shipment: Shipment) -> Decision:
        """The decision for one shipment."""


def run(cases: Iterable[Case], screener: Screens) -> Iterator[CaseResult]:
    """Puts cases through the screen.

    Args:
        cases: the cases.
        screener: what screens.

    Returns:
        One result a case, in order.
    """
    for case in cases:
        try:
            decision = screener.screen(case.shipment)
        except ScreeningError as error:
            yield CaseResult(case, f"an error: {error}", passed=False)
        else:
            yield judge(case, decision)


def judge(case: Case, decision: Decision) -> CaseResult:
    """Compares a decision with what a case expects of its entry, second proofs included."""
    found: list[tuple[Certainty, tuple[str, ...], tuple[str, ...]]] = []
    for hit in decision.hits:
        if hit.entry == case.entry:
            readings = tuple(r.name for r in hit.readings)
            found.append((hit.certainty, hit.clauses, readings))
        found += [
            (
                second.certainty,
                second.proof.clauses,
                tuple(second.reading.split("; ")) if second.reading else (),
            )
            for second in hit.also
            if second.entry == case.entry
        ]
    codes = ", ".join(f.code for f in decision.findings if f.severity != "note")
    said = [(certainty is Certainty.DEFINITE, c, readings) for certainty, c, readings in found]
    return compare(case, said, nothing="no hit" + (f" ({codes})" if codes else ""))


def compare(
    case: Case,
    found: Sequence[tuple[bool, tuple[str, ...], tuple[str, ...]]],
    nothing: str = "no hit",
) -> CaseResult:
    """Compares what was found of an entry with what a case expects.

    Args:
        case: the case.
        found: of each hit whether it is definite, its letters and its readings.
        nothing: what to say where there is no hit.
    """
    if not found:
        return CaseResult(case, nothing, case.expected is Expected.NONE)
    got = Expected.MATCH if any(definite for definite, _, _ in found) else Expected.REVIEW
    passed = case.expected in (got, Expected.ANY)
    shown = got.value
    if passed and case.clauses is not None:
        passed = any(set(clauses) == set(case.clauses) for _, clauses, _ in found)
        shown += f" by {' or '.join(sorted({'+'.join(c) or 'no clause' for _, c, _ in found}))}"
    if passed and case.reading is not None:
        passed = any(case.reading in readings for _, _, readings in found)
        named = ", ".join(sorted({r for _, _, readings in found for r in readings}))
        shown += f" on the reading {named or '-'}"
    return CaseResult(case, shown, passed)


def cases(bundle: Bundle, entries: Iterable[str] | None = None) -> Iterator[Case]:
    """Every case of a bundle, or of some of its entries.

    Args:
        bundle: loaded lists.
        entries: ids of entries; None: all.
    """
    wanted = bundle.entries if entries is None else entries
    for entry_id in wanted:
        entry = bundle.entries[entry_id]
        yield from hand_written(entry)
        yield from generated(entry)


def hand_written(entry: Entry) -> Iterator[Case]:
    """The examples that an entry's file states."""
    groups: tuple[tuple[Expected, Sequence[Example]], ...] = (
        (Expected.MATCH, entry.examples.must_match),
        (Expected.REVIEW, entry.examples.must_review),
        (Expected.NONE, entry.examples.must_not_match),
    )
    for expected, examples in groups:
        for example in examples:
            yield Case(
                entry=entry.id,
                kind="example",
                shipment=_shipment(entry, example.day, _Said(structure=example.structure)),
                expected=expected,
                because=example.because,
                clauses=example.clauses,
                reading=example.reading,
            )


def generated(entry: Entry) -> Iterator[Case]:
    """The cases that follow from an entry's dates, forms, numbers and names."""
    yield from _boundary_cases(entry)
    day = firm_day(entry)
    if day is None:
        return
    if entry.substance is not None:
        for smiles, name in entry.aliases.items():
            because = f"{name} is the same legal item"
            yield _case(entry, "alias", day, because, _Said(structure=smiles))
        yield from _form_cases(entry, day)
    for cas in entry.cas:
        shipment = _shipment(entry, day, _Said(cas=cas))
        yield Case(entry.id, "cas", shipment, Expected.ANY, "the entry states this CAS number")
    for name in dict.fromkeys(entry.names.all()):
        shipment = _shipment(entry, day, _Said(name=name))
        yield Case(entry.id, "name", shipment, Expected.ANY, "the entry states this name")


def boundaries(version: Version) -> list[dt.date]:
    """The days on which the answer of a version may change."""
    days: list[dt.date] = []
    for when in (version.in_force, version.until):
        if isinstance(when, dt.date):
            days.append(when)
        elif when is not None:
            days += [d for d in (when.not_before, when.not_after) if d is not None]
    return days


def firm_day(entry: Entry) -> dt.date | None:
    """The latest boundary day on which an entry is in force for certain; None if there is none."""
    days = sorted({d for v in entry.versions for d in boundaries(v)}, reverse=True)
    return next((d for d in days if in_force(entry, d)[0] is Force.YES), None)


def _boundary_cases(entry: Entry) -> Iterator[Case]:
    """Each boundary day, and the day before it."""
    said = _specimen(entry)
    if said is None:
        return
    days = sorted({d for v in entry.versions for d in boundaries(v)})
    for day in dict.fromkeys(d for b in days for d in (b - ONE_DAY, b)):
        yield _case(entry, "boundary", day, standing_text(entry, day), said)


def _specimen(entry: Entry) -> _Said | None:
    """What stands for an entry: its substance, an example of its class, its CAS number or name."""
    if entry.substance is not None:
        return _Said(structure=entry.substance)
    if entry.class_ is not None:
        if any(v.clauses is not None for v in entry.versions) or not entry.examples.must_match:
            return None  # which clauses are open on which day is pinned by hand-written examples
        return _Said(structure=entry.examples.must_match[0].structure)
    return _Said(cas=entry.cas[0]) if entry.cas else _Said(name=entry.names.en[0])


@dataclass(frozen=True, slots=True)
class _Said:
    """What a shipment is said to be."""

    structure: str | None = None
    cas: str | None = None
    name: str | None = None


def _case(
    entry: Entry,
    kind: str,
    day: dt.date,
    because: str,
    said: _Said,
    *,
    rule: FormRule = FormRule.COVERED,
) -> Case:
    """A case whose answer follows from the day, from how the version was checked and a form."""
    state, version = in_force(entry, day)
    expected = Expected.MATCH
    if version is None or rule is FormRule.NOT_COVERED:
        expected = Expected.NONE
    elif (
        state is Force.PERHAPS
        or rule is FormRule.REVIEW
        or version.checked.membership is Mark.UNVERIFIED
    ):
        expected = Expected.REVIEW
    elif said.structure is None:
        expected = Expected.ANY  # identifiers alone: how firmly is for the screen to say
    return Case(entry.id, kind, _shipment(entry, day, said), expected, because)


def _shipment(entry: Entry, day: dt.date, said: _Said) -> Shipment:
    """A shipment on a leg that the entry reaches."""
    actions = [v.action for v in entry.versions if v.action is not None] or [entry.action]
    here = None if entry.action.treaty is not None else entry.jurisdiction
    reached = entry.applies_to[0] if entry.applies_to else here
    legs = {leg for leg in LegKind if any(a.on(leg) is not None for a in actions)}
    origin, destination = reached, reached
    transit: tuple[str, ...] = ()
    if LegKind.ORIGIN in legs or LegKind.TREATY in legs:
        origin = here
    elif LegKind.DESTINATION in legs:
        destination = here
    elif here is not None:
        transit = (here,)
    return Shipment(
        structure=said.structure,
        cas=said.cas,
        name=said.name,
        origin=origin,
        transit=transit,
        destination=destination,
        day=day,
    )


# --- forms -----------------------------------------------------------------------------------


def forms_on(entry: Entry, day: dt.date) -> Forms:
    """The forms that an entry covers on a day."""
    _, version = in_force(entry, day)
    if version is None or version.forms is None:
        return entry.forms
    own = {k: FormRule(v) for k, v in version.forms.model_dump(exclude_none=True).items()}
    return entry.forms.model_copy(update=own)


def _form_cases(entry: Entry, day: dt.date) -> Iterator[Case]:
    """The listed substance in each form that can be written down without changing what it is."""
    smiles = entry.substance or ""
    forms = forms_on(entry, day)
    try:
        structure = read_structure(smiles)
    except StructureError:
        return  # lint says so
    if len(structure.components) > 1:
        return  # a listed salt is its own form
    drawn: tuple[tuple[str, str | None], ...] = (
        ("salts", _salt(smiles, structure)),
        ("hydrates", f"{smiles}.O"),
        ("isotopologues", labelled(smiles)),
        ("optical_isomers", mirror_image(smiles)),
    )
    named = {read_structure(alias).components for alias in entry.aliases}
    for form, text in drawn:
        rule = getattr(forms, form)
        if text is not None and read_structure(text).components in named:
            continue  # the mirror image is listed by itself
        if text is not None and rule is not None:
            because = f"{form.replace('_', ' ')}: {rule.value.replace('_', ' ')}"
            yield _case(entry, f"form ({form})", day, because, _Said(structure=text), rule=rule)


def _salt(smiles: str, structure: Structure) -> str | None:
    """A salt of a base or an acid; None for what is neither."""
    component = structure.components[0]
    if component.is_base:
        return f"{smiles}.Cl"
    return f"{smiles}.N" if component.is_acid else None


_LABELS = (
    (re.compile(r"=O(?=\)|$)"), "=[18O]"),
    (re.compile(r"^C(?=C(?!l)|N|O|c|n)"), "[13CH3]"),
    (re.compile(r"(?<=[\w)])Cl(?=\)|$)"), "[37Cl]"),
    (re.compile(r"#N(?=\)|$)"), "#[15N]"),
)


def labelled(smiles: str) -> str | None:
    """The same molecule with one labelled atom; None where none can be told from the text.

    >>> labelled("CCC(=O)N(c1ccccc1)C1CCNCC1")
    'CCC(=[18O])N(c1ccccc1)C1CCNCC1'
    """
    for pattern, label in _LABELS:
        text, count = pattern.subn(label, smiles, count=1)
        if count:
            return text
    return None


def mirror_image(smiles: str) -> str | None:
    """The mirror image of a molecule; None where the text states no centre, or it is the same.

    >>> mirror_image("C[C@H](N)O"), mirror_image("CCO")
    ('C[C@@H](N)O', None)
    """
    if "@" not in smiles:
        return None
    swapped = re.sub("@@?", lambda match: "@" if match.group() == "@@" else "@@", smiles)
    same = read_structure(swapped).components == read_structure(smiles).components
    return None if same else swapped


# --- which files a person means --------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Selection:
    """Folders to load and the entries meant.

    Attributes:
        folders: watchlist folders, None for the bundled ones.
        prefixes: beginnings of the ids meant; empty for all.
    """

    folders: tuple[Path, ...] | None
    prefixes: tuple[str, ...]

    def means(self, item: str) -> bool:
        """Whether an entry, a list or a law's group words are meant, by their id."""
        return not self.prefixes or any(
            item == p or item.startswith(f"{p}/") for p in self.prefixes
        )

    def entries(self, bundle: Bundle) -> list[str]:
        """The ids of the entries meant."""
        return [entry for entry in bundle.entries if self.means(entry)]


def select(paths: Sequence[Path]) -> Selection:
    """Finds the watchlist folders that paths belong to, and the entries they mean.

    Args:
        paths: watchlist folders, or jurisdictions, lists or entries inside one.
    """
    folders: dict[Path, None] = {}
    prefixes: list[str] = []
    everything = False
    for path in (p.resolve() for p in paths):
        inside = [p for p in (path, *path.parents) if (p / "jurisdiction.yaml").is_file()]
        root = inside[0].parent if inside else path
        folders[root] = None
        if inside:
            prefixes.append(path.relative_to(root).with_suffix("").as_posix())
        else:
            everything = True
    own = tuple(folders)
    if not own or own == (bundled_watchlists(),):
        return Selection(None, () if everything else tuple(prefixes))
    return Selection(own, () if everything else tuple(prefixes))
