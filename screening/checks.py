"""Checks of watchlists: examples put through the screen, and which files a person means.

`cases` makes the examples that an entry must answer for: the hand-written ones, and generated ones
on both sides of each boundary day and for each form that its list covers or does not cover. What is
expected on a day is worked out from the file's dates (`screening.entry_checks`) and not by the
screen's own timeline, so that each checks the other. `coverage` counts what the examples pin.
`lint`, which looks at the entries themselves, comes from `screening.entry_checks`.

Generated forms are those of the listed substance itself: its salt, hydrate, labelled atoms, mirror
image. Nothing is generated for classes; their examples are written by hand.
"""

from __future__ import annotations

import datetime as dt
import enum
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from screening import definition_checks
from screening.chemistry.structure import Structure, read_structure
from screening.decision import Certainty, Decision
from screening.definition_checks import Level as Level  # noqa: PLC0414 - callers read it here
from screening.definition_checks import Problem as Problem  # noqa: PLC0414
from screening.entry_checks import Force as Force  # noqa: PLC0414
from screening.entry_checks import boundaries as boundaries  # noqa: PLC0414
from screening.entry_checks import in_force as in_force  # noqa: PLC0414
from screening.entry_checks import lint as lint  # noqa: PLC0414
from screening.entry_checks import standing_text as standing_text  # noqa: PLC0414
from screening.errors import ScreeningError, StructureError
from screening.rules.load import Bundle, bundled_watchlists
from screening.rules.model import Entry, Example, FormRule, Forms, Mark
from screening.rules.reach import forms_of, legs_of
from screening.shipment import LegKind, Shipment

ONE_DAY = dt.timedelta(days=1)

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
        key: the key of the entry's file that the case comes from.
    """

    entry: str
    kind: str
    shipment: Shipment
    expected: Expected
    because: str
    clauses: tuple[str, ...] | None = None
    reading: str | None = None
    key: tuple[str | int, ...] = ()


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
        goods = case.shipment
        said = goods.structure or goods.cas or goods.name or goods.consignee or "-"
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
    groups: tuple[tuple[str, Expected, Sequence[Example]], ...] = (
        ("must_match", Expected.MATCH, entry.examples.must_match),
        ("must_review", Expected.REVIEW, entry.examples.must_review),
        ("must_not_match", Expected.NONE, entry.examples.must_not_match),
    )
    for group, expected, examples in groups:
        for number, example in enumerate(examples):
            yield Case(
                entry=entry.id,
                kind="example",
                shipment=_shipment(entry, example.day, _Said(structure=example.structure)),
                expected=expected,
                because=example.because,
                clauses=example.clauses,
                reading=example.reading,
                key=("examples", group, number),
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
            said = _Said(structure=smiles)
            yield _case(entry, "alias", day, because, said, key=("aliases", smiles))
        yield from _form_cases(entry, day)
    for number, cas in enumerate(entry.cas):
        shipment = _shipment(entry, day, _Said(cas=cas))
        because, key = "the entry states this CAS number", ("cas", number)
        yield Case(entry.id, "cas", shipment, Expected.ANY, because, key=key)
    for name in dict.fromkeys(entry.names.all()):
        shipment = _shipment(entry, day, _named(entry, name))
        because = "the entry states this name"
        yield Case(entry.id, "name", shipment, Expected.ANY, because, key=("names",))


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
        because = standing_text(entry, day)
        yield _case(entry, "boundary", day, because, said, key=("versions",))


def _specimen(entry: Entry) -> _Said | None:
    """What stands for an entry: its substance, an example of its class, its CAS number or name."""
    if entry.substance is not None:
        return _Said(structure=entry.substance)
    if entry.class_ is not None:
        if any(v.clauses is not None for v in entry.versions) or not entry.examples.must_match:
            return None  # which clauses are open on which day is pinned by hand-written examples
        return _Said(structure=entry.examples.must_match[0].structure)
    return _Said(cas=entry.cas[0]) if entry.cas else _named(entry, entry.names.en[0])


def _named(entry: Entry, name: str) -> _Said:
    """A name where it belongs: that of a party is the consignee's."""
    return _Said(party=name) if entry.party else _Said(name=name)


@dataclass(frozen=True, slots=True)
class _Said:
    """What a shipment is said to be."""

    structure: str | None = None
    cas: str | None = None
    name: str | None = None
    party: str | None = None


def _case(
    entry: Entry,
    kind: str,
    day: dt.date,
    because: str,
    said: _Said,
    *,
    rule: FormRule = FormRule.COVERED,
    key: tuple[str | int, ...] = (),
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
        or entry.surveillance
        or entry.party
    ):
        expected = Expected.REVIEW
    elif said.structure is None:
        expected = Expected.ANY  # identifiers alone: how firmly is for the screen to say
    return Case(entry.id, kind, _shipment(entry, day, said), expected, because, key=key)


def _shipment(entry: Entry, day: dt.date, said: _Said) -> Shipment:
    """A shipment on a leg that the entry reaches."""
    here = None if entry.action.treaty is not None else entry.jurisdiction
    reached = entry.applies_to[0] if entry.applies_to else here
    legs = legs_of(entry)
    origin, destination = reached, reached
    transit: tuple[str, ...] = ()
    if LegKind.ORIGIN in legs or LegKind.TREATY in legs:
        origin = here
    elif LegKind.DESTINATION in legs:
        destination = here
    elif LegKind.TRANSIT in legs and here is not None:
        transit = (here,)
    return Shipment(
        structure=said.structure,
        cas=said.cas,
        name=said.name,
        consignee=said.party,
        origin=origin,
        transit=transit,
        destination=destination,
        broker=here if legs == {LegKind.BROKER} else None,
        day=day,
    )


# --- forms -----------------------------------------------------------------------------------


def forms_on(entry: Entry, day: dt.date) -> Forms:
    """The forms that an entry covers on a day."""
    _, version = in_force(entry, day)
    return forms_of(entry, version)


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
            said, key = _Said(structure=text), ("forms", form)
            yield _case(entry, f"form ({form})", day, because, said, rule=rule, key=key)


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


# --- what the examples pin ---------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Pins:
    """How much of some entries their examples pin.

    Attributes:
        clauses: clauses and readings of class definitions: how many are pinned, of how many.
        days: days on which an answer changes, and days before them: how many are tried, of how
            many.
        missing: what is not, in words, each with its entry.
    """

    clauses: tuple[int, int]
    days: tuple[int, int]
    missing: tuple[str, ...]

    def __str__(self) -> str:
        return (
            f"clauses and readings pinned: {self.clauses[0]:,} of {self.clauses[1]:,}; "
            f"boundary days tried: {self.days[0]:,} of {self.days[1]:,}"
        )


def pins(bundle: Bundle, entries: Iterable[str] | None = None) -> Pins:
    """Counts which clauses, readings and boundary days the examples pin.

    A day that only a hand-written example can try (which clauses are open on it) needs one; every
    other boundary day is tried by generated cases.

    Args:
        bundle: loaded lists.
        entries: ids of entries; None: all.

    Raises:
        DefinitionError: a definition cannot be compiled.
    """
    clauses: list[bool] = []
    days: list[bool] = []
    missing: list[str] = []
    for entry_id in bundle.entries if entries is None else entries:
        entry = bundle.entries[entry_id]
        if entry.class_ is not None:
            held = definition_checks.pinned(entry, bundle.jurisdictions[entry.jurisdiction].groups)
            named = {f"clause {k}": v for k, v in held.clauses.items()}
            named |= {f"the reading {k}": v for k, v in held.readings.items()}
            clauses += named.values()
            missing += [f"{entry_id}: {name} is not pinned" for name, v in named.items() if not v]
        tried = {case.shipment.day for case in (*hand_written(entry), *_boundary_cases(entry))}
        edges = changes_on(entry)
        days += [day in tried for day in edges]
        missing += [f"{entry_id}: {day} is not tried" for day in edges if day not in tried]
    return Pins((sum(clauses), len(clauses)), (sum(days), len(days)), tuple(missing))


def changes_on(entry: Entry) -> tuple[dt.date, ...]:
    """Each boundary day on which an entry's answer may change, and the day before it."""
    if entry.class_ is not None:
        edges = set(definition_checks.changing_days(entry))
    else:
        edges = {d for v in entry.versions if v.withdrawn is None for d in boundaries(v)}
    return tuple(sorted({d for edge in edges for d in (edge - ONE_DAY, edge)}))


# --- which files a person means --------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Selection:
    """Folders to load and the entries meant.

    Attributes:
        folders: watchlist folders in the order of loading, None for the bundled ones.
        prefixes: beginnings of the ids meant; empty for all.
    """

    folders: tuple[Path, ...] | None
    prefixes: tuple[str, ...]

    @property
    def files(self) -> tuple[Path, ...]:
        """The folders whose files are looked at."""
        return self.folders or (bundled_watchlists(),)

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

    A folder of one's own is loaded after the bundled lists, which it may extend and with which its
    names and numbers are compared, unless it describes a jurisdiction that they describe too.

    Args:
        paths: watchlist folders, or jurisdictions, lists or entries inside one.
    """
    bundled = bundled_watchlists().resolve()
    folders: dict[Path, None] = {}
    prefixes: list[str] = []
    for path in (p.resolve() for p in paths):
        root = root_of(path)
        if root == bundled:
            prefixes += [] if path == root else [_id(path, root)]
        else:
            item = "" if path == root else _id(path, root)
            inside = [own for own in _own(root) if not item or f"{own}/".startswith(f"{item}/")]
            prefixes += inside or [item]
        folders[root] = None
    own = tuple(folder for folder in folders if folder != bundled)
    if not own:
        everything = bundled in {p.resolve() for p in paths}
        return Selection(None, () if everything else tuple(prefixes))
    described = {code for folder in own for code in _described(folder)}
    beside = bundled in folders or not described & set(_described(bundled))
    whole = len(folders) == len(own) and not beside and set(own) == {p.resolve() for p in paths}
    if bundled in {p.resolve() for p in paths}:
        prefixes += _own(bundled)
    before = (bundled_watchlists(),) if beside else ()
    return Selection((*before, *own), () if whole else tuple(prefixes))


def root_of(path: Path) -> Path:
    """The watchlist folder that a path belongs to.

    Args:
        path: the folder itself, or a jurisdiction, a list or an entry inside it.
    """
    described = [p for p in (path, *path.parents) if (p / "jurisdiction.yaml").is_file()]
    if described:
        return described[0].parent
    folder = path.parent if path.suffix == ".yaml" else path
    for inside in (folder, *list(folder.parents)[:1]):
        if re.fullmatch(r"[a-z]{2}", inside.name) and not _codes(inside):
            return inside.parent
    return path


def _id(path: Path, root: Path) -> str:
    """The id of what a path means; of `list.yaml`, the list."""
    item = path.relative_to(root).with_suffix("").as_posix()
    return item.removesuffix("/list") if path.name == "list.yaml" else item


def _codes(folder: Path) -> list[Path]:
    """The jurisdictions of a watchlist folder."""
    if not folder.is_dir():
        return []
    return sorted(p for p in folder.iterdir() if p.is_dir() and re.fullmatch(r"[a-z]{2}", p.name))


def _described(root: Path) -> list[str]:
    return [p.name for p in _codes(root) if (p / "jurisdiction.yaml").is_file()]


def _own(root: Path) -> list[str]:
    """The ids that a folder adds: jurisdictions and lists it describes, and single entries."""
    found = _described(root)
    for place in _codes(root):
        if place.name in found:
            continue
        for folder in sorted(p for p in place.iterdir() if p.is_dir() and p.name[0] not in "._"):
            if (folder / "list.yaml").is_file():
                found.append(f"{place.name}/{folder.name}")
                continue
            found += [
                f"{place.name}/{folder.name}/{path.stem}" for path in sorted(folder.glob("*.yaml"))
            ]
    return found
