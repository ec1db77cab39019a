"""A `Bundle` compiled for screening: substances by key, classes and neighbourhoods ready to ask.

Compiling finds every fault of a bundle's structures and definitions. A bundle that was compiled
before without any is not compiled whole again: what its structures lead to comes from a record, and
a class or a neighbourhood is made when it is first asked for.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from screening.chemistry.analogue import Neighbourhood
from screening.chemistry.cascade import Filters, Reach, Targets, WeakPatterns
from screening.chemistry.definition import CompiledDefinition, substructure_named
from screening.chemistry.identity import (
    Form,
    Listed,
    Match,
    SubstanceIndex,
    know_parts,
    listed,
    opened_parts,
    read_listed,
)
from screening.chemistry.language import ClassDefinition
from screening.chemistry.proof import ClassProof
from screening.chemistry.relaxed import Relaxed, from_plain, plain, relaxed
from screening.chemistry.structure import (
    Component,
    Step,
    Structure,
    is_settled,
    know,
    read_structure,
)
from screening.errors import (
    DefinitionError,
    Fault,
    MatchLimitError,
    StructureError,
    WatchlistError,
)
from screening.once import Once
from screening.rules.cache import digest_of, software_key, stored
from screening.rules.load import Bundle
from screening.rules.memberships import Memberships, proved
from screening.rules.model import AnalogueRule, Entry
from screening.rules.reach import never_covers
from screening.shipment import Leg

if TYPE_CHECKING:
    from screening.chemistry.together import Drawings, Sieve

V = TypeVar("V")
Gap = tuple[str, int | None]
"""What a list is known to lack: a pattern, and the heavy atoms that a component may have."""

_MAX_PROOFS = 2048
_MAX_ASKED = 1024
"""Journeys and days whose questions are kept; the memory it takes has to have an end."""


class _Lazy(Mapping[str, V], Generic[V]):
    """Values made when they are first asked for; two threads may make one twice, to no harm."""

    def __init__(self, makers: Mapping[str, Callable[[], V]]) -> None:
        self._makers = dict(makers)
        self._made: dict[str, V] = {}

    def __getitem__(self, key: str) -> V:
        found = self._made.get(key)
        if found is None:
            found = self._made.setdefault(key, self._makers[key]())
        return found

    def __iter__(self) -> Iterator[str]:
        return iter(self._makers)

    def __len__(self) -> int:
        return len(self._makers)


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked of structures on a journey.

    Attributes:
        neighbourhoods: of its laws on likeness.
        patterns: weaker patterns of the classes of its laws, which stand for the entry, and of what
            its lists are known to lack, which stand for pattern and size.
        lists: ids of its lists.
        targets: the structures that its lists name, and how they are met.
    """

    neighbourhoods: tuple[Neighbourhood, ...]
    patterns: WeakPatterns
    lists: frozenset[str]
    targets: Targets

    @property
    def lacking(self) -> list[Gap]:
        """What its lists are known to lack."""
        return [of for of in self.patterns.of_all if not isinstance(of, Entry)]


@dataclass(frozen=True)
class CompiledBundle:
    """A bundle ready for screening.

    Attributes:
        bundle: the bundle.
        substances: every listed structure by its keys.
        classes: compiled definitions by entry id.
        neighbourhoods: by jurisdiction, of the substances that its law on likeness starts from.
        filters: what every structure must hold that meets anything of the bundle.
        members: the classes that the listed substances are in, as far as that is known beforehand.
    """

    bundle: Bundle
    substances: SubstanceIndex
    classes: Mapping[str, CompiledDefinition]
    neighbourhoods: Mapping[str, Neighbourhood]
    filters: Filters
    members: Memberships

    def asked(self, legs: tuple[Leg, ...], destination: str | None, day: dt.date) -> Asked:
        """What is asked of the structure of goods on a journey, but for listed substances."""
        key = (legs, destination, day)
        found = self._asked.get(key)
        if found is None:
            if len(self._asked) >= _MAX_ASKED:
                self._asked.clear()
            found = self._asked[key] = self._new_asked(legs, destination, day)
        return found

    def _new_asked(self, legs: tuple[Leg, ...], destination: str | None, day: dt.date) -> Asked:
        places = tuple(dict.fromkeys(leg.place for leg in legs))
        gaps = dict.fromkeys(
            (smarts, gap.max_heavy_atoms)
            for leg in legs
            for watchlist in self.bundle.lists_of[leg.place]
            if watchlist.file.action.on(leg.kind) is not None
            and (
                watchlist.file.applies_to is None
                or destination is None
                or destination in watchlist.file.applies_to
            )
            for gap in watchlist.file.incomplete
            if gap.since <= day and (gap.until is None or day < gap.until)
            for smarts in gap.candidates.values()
        )
        return self._asked_of(places, gaps)

    @cached_property
    def everything(self) -> Asked:
        """What is asked on any journey, on any day."""
        gaps = dict.fromkeys(
            (smarts, gap.max_heavy_atoms)
            for watchlist in self.bundle.lists.values()
            for gap in watchlist.file.incomplete
            for smarts in gap.candidates.values()
        )
        return self._asked_of(tuple(self.bundle.lists_of), gaps)

    def _asked_of(self, places: tuple[str, ...], gaps: Iterable[tuple[str, int | None]]) -> Asked:
        """What the laws of some places ask, and what their lists are known to lack."""
        wanted = [
            (smarts, None, entry)
            for place in places
            for entry, skeletons in self.class_entries[place]
            for smarts in skeletons
        ]
        lacking = [(smarts, limit, (smarts, limit)) for smarts, limit in gaps]
        lists = frozenset(w.id for place in places for w in self.bundle.lists_of[place])
        return Asked(
            neighbourhoods=tuple(
                self.neighbourhoods[place] for place in places if place in self.neighbourhoods
            ),
            patterns=self.filters.together(
                (*wanted, *lacking), {smarts for smarts, _, _ in wanted}
            ),
            lists=lists,
            targets=self._targets_of(lists),
        )

    def _targets_of(self, lists: frozenset[str]) -> Targets:
        """The structures that some lists name, and how they are met."""
        found = self._targets.get(lists)
        if found is None:
            if len(self._targets) >= _MAX_ASKED:
                self._targets.clear()
            found = self._targets[lists] = Targets(
                self.substances,
                lambda owner: (
                    self._reaches[owner] if self.bundle.entries[owner].list in lists else Reach(0)
                ),
            )
        return found

    @cached_property
    def _targets(self) -> dict[frozenset[str], Targets]:
        return {}

    @cached_property
    def _reaches(self) -> Mapping[str, Reach]:
        """By what the structures of each entry are met."""
        return {owner: _reach_of(entry) for owner, entry in self.bundle.entries.items()}

    def meets_nothing(self, structure: Structure, asked: Asked, *, own_lists: bool = False) -> bool:
        """A structure is nothing that is asked for: no listed substance, no class, no neighbour.

        Args:
            structure: the structure.
            asked: what is asked on the journey.
            own_lists: only the lists that are asked on the journey count, and not those of others.

        It is read in full where its drawing leaves anything open; the answer is certain both ways.
        """
        if self._is_listed(structure, asked if own_lists else None):
            return False
        held = structure.may_hold_of(asked.patterns)
        return not (
            (
                held
                and (
                    self._may_be_member(structure, {e.id for e in held if isinstance(e, Entry)})
                    or any(holds(structure, *gap) for gap in held if not isinstance(gap, Entry))
                )
            )
            or any(is_near(structure, one) for one in asked.neighbourhoods)
        )

    def surely_unmet(
        self, drawings: Drawings, asked: Asked, *, own_lists: bool = False
    ) -> dict[str, int]:
        """Those of several drawings that are surely nothing that is asked for.

        Args:
            drawings: as the `sieve` read them.
            asked: what is asked on the journey.
            own_lists: only the lists that are asked on the journey count, and not those of others.

        Returns:
            By text how many larger components each has, where they are not all the same; else 0.
        """
        targets = asked.targets if own_lists else self.filters.targets
        return drawings.unmet(asked.patterns, targets, asked.neighbourhoods)

    @cached_property
    def sieve(self) -> Sieve:
        """What reads many drawings together."""
        # its module brings numpy with it, which a single decision does not need
        from screening.chemistry.together import Sieve  # noqa: PLC0415

        return Sieve(self.filters)

    @staticmethod
    def surely_meets_nothing(structure: Structure, asked: Asked) -> bool:
        """Its drawing alone shows that a structure is nothing that is asked for, nor listed."""
        return not (
            structure.may_hold_of(asked.patterns)
            or structure.may_be_listed()
            or any(map(structure.may_be_near, asked.neighbourhoods))
        )

    def _may_be_member(self, structure: Structure, open_classes: Collection[str]) -> bool:
        """A component, or what it is an ester or ether of, holds a skeleton of a class."""
        open_classes = [name for name in open_classes if self._may_hold_skeleton(structure, name)]
        if not open_classes:
            return False
        parts = opened(structure)
        return any(self._may_prove(name, part) for name in open_classes for part in parts)

    def _may_prove(self, name: str, part: Component) -> bool:
        """A component is in a class by some version of its entry, or that cannot be decided."""
        versions = dict.fromkeys(v.clauses for v in self.bundle.entries[name].versions)
        return any(self.proof(name, part, clauses) is not None for clauses in versions)

    def proof(
        self,
        entry_id: str,
        component: Component,
        clauses: tuple[str, ...] | None,
        *,
        exhaustive: bool = False,
    ) -> ClassProof | str | None:
        """The proof that a component is in a class, kept for those who ask again.

        Args:
            entry_id: of the class.
            component: the component.
            clauses: letters in force; None: all.
            exhaustive: without any filter before it.

        Returns:
            The proof, None where there is none, or why it was not decided.
        """

        def find() -> ClassProof | str | None:
            definition = self.classes[entry_id]
            if not exhaustive and not definition.may_match(component):
                return None
            try:
                return definition.prove(component, clauses)
            except MatchLimitError as error:
                return str(error)

        return self._proofs((exhaustive, entry_id, component.smiles, clauses), find)

    @cached_property
    def _proofs(self) -> Once:
        return Once(_MAX_PROOFS)

    def _may_hold_skeleton(self, structure: Structure, name: str) -> bool:
        """A component, or what it is an ester or ether of, may hold a skeleton of a class.

        What it is an ester or ether of differs from it in the oxygens alone.
        """
        definition = self.bundle.entries[name].class_
        if definition is None:
            return True
        opens = structure.opens
        return any(
            (opens and self.filters.may_be_oxygen(skeleton))
            or structure.component_may_hold(skeleton)
            for skeleton in skeletons_of(definition)
        )

    def _is_listed(self, structure: Structure, asked: Asked | None) -> bool:
        """A component is a listed substance by a form that is not left out, in a list asked."""
        if asked is None:
            return structure.may_be_listed() and bool(self.substances.matches(structure))
        return structure.may_be_listed(asked.targets) and any(
            self.list_of(match) in asked.lists for match in self.substances.matches(structure)
        )

    def list_of(self, match: Match) -> str | None:
        """The list that a match belongs to; None where its entry leaves out one of the forms."""
        entry = self.bundle.entries[match.listed.owner]
        return None if any(never_covers(entry, form) for form in match.forms) else entry.list

    @cached_property
    def _asked(self) -> dict[tuple[tuple[Leg, ...], str | None, dt.date], Asked]:
        return {}

    @cached_property
    def class_entries(self) -> Mapping[str, tuple[tuple[Entry, tuple[str, ...]], ...]]:
        """The classes that are law in each jurisdiction, each with its skeletons."""
        return {
            code: tuple(
                (entry, skeletons_of(entry.class_))
                for watchlist in lists
                for entry in watchlist.entries
                if entry.class_ is not None
            )
            for code, lists in self.bundle.lists_of.items()
        }


@dataclass(frozen=True)
class _Substances:
    """The listed structures of a bundle that has no fault, their index, and weaker patterns.

    What they are in classes is found for their record, and known where they come from it.
    """

    structures: tuple[Listed, ...]
    index: SubstanceIndex
    patterns: Mapping[str, Relaxed | None]
    members: Mapping[str, Any] = field(default_factory=dict)


def compile_bundle(bundle: Bundle) -> CompiledBundle:
    """Compiles all entries of a bundle.

    Raises:
        WatchlistError: a structure or definition of an entry cannot be used; carries all faults.
    """
    classes: _Lazy[CompiledDefinition] = _Lazy(
        {entry.id: _class_maker(bundle, entry) for entry in bundle.entries.values() if entry.class_}
    )
    made: dict[str, Neighbourhood] = {}

    def compiled() -> _Substances:
        faults = list(_class_faults(classes))
        structures = list(_structures(bundle, faults))
        for code, rule in _analogues(bundle):
            faults.extend(_analogue_faults(bundle, code, rule))
            made[code] = _neighbourhood(bundle, code, rule, structures, faults)
        if faults:
            raise WatchlistError(faults)
        patterns = {smarts: relaxed(smarts) for smarts in _patterns(bundle)}
        return _Substances(tuple(structures), SubstanceIndex(structures), patterns)

    substances = stored(
        "index",
        digest_of([bundle.digest.encode(), software_key().encode()]),
        compiled,
        pack=partial(_packed, bundle=bundle, classes=classes),
        unpack=_unpacked,
    )
    neighbourhoods: _Lazy[Neighbourhood] = _Lazy(
        {
            code: _neighbourhood_maker(bundle, code, rule, substances.structures, made.get(code))
            for code, rule in _analogues(bundle)
        }
    )
    filters = Filters(substances.index, substances.patterns)
    members = Memberships(substances.members)
    return CompiledBundle(bundle, substances.index, classes, neighbourhoods, filters, members)


def opened(structure: Structure) -> list[Component]:
    """Every component, and what it is an ester or ether of."""
    return [
        part
        for component in structure.components
        for part in (component, *(p for _, p in opened_parts(component)))
    ]


def is_near(structure: Structure, neighbourhood: Neighbourhood) -> bool:
    """A component is close to a named compound; it is read in full where that is open."""
    return structure.may_be_near(neighbourhood) and any(
        neighbourhood.is_close(component.mol) for component in structure.components
    )


def holds(structure: Structure, smarts: str, max_heavy_atoms: int | None) -> bool:
    """A component of a structure that is not too large holds a substructure.

    It is read in full where its drawing leaves that open.
    """
    return structure.component_may_hold(smarts, max_heavy_atoms) and any(
        (max_heavy_atoms is None or component.heavy_atoms <= max_heavy_atoms)
        and substructure_named(smarts, component)
        for component in structure.components
    )


def _reach_of(entry: Entry) -> Reach:
    """By what the structures of an entry are met; what it leaves out in any case counts as nothing.

    What hangs on the reference of a class is for its clauses to say.
    """
    found = Reach.ITSELF
    if entry.class_ is not None:
        return found
    if not never_covers(entry, Form.POSITIONAL_ISOMER):
        found |= Reach.SCAFFOLD
    if not (never_covers(entry, Form.ESTER) and never_covers(entry, Form.ETHER)):
        found |= Reach.OPENED
    return found


def skeletons_of(definition: ClassDefinition) -> tuple[str, ...]:
    """The skeletons of a class, as SMARTS: each of its members holds one of them."""
    return definition.skeleton, *(variant.skeleton for variant in definition.variants)


def _patterns(bundle: Bundle) -> Iterator[str]:
    """Every pattern that a bundle asks of structures, each once."""
    found: dict[str, None] = {}
    for entry in bundle.entries.values():
        if entry.class_ is not None:
            found |= dict.fromkeys(skeletons_of(entry.class_))
    for watchlist in bundle.lists.values():
        for gap in watchlist.file.incomplete:
            found |= dict.fromkeys(gap.candidates.values())
    yield from found


def _class_maker(bundle: Bundle, entry: Entry) -> Callable[[], CompiledDefinition]:
    words = bundle.jurisdictions[entry.jurisdiction].groups

    def make() -> CompiledDefinition:
        assert entry.class_ is not None  # only entries with a class get a maker
        return CompiledDefinition(entry.class_, words)

    return make


def _class_faults(classes: Mapping[str, CompiledDefinition]) -> Iterator[Fault]:
    """Faults of the definitions, each compiled."""
    for entry_id in classes:
        try:
            classes[entry_id]
        except DefinitionError as error:
            yield Fault(Path(f"{entry_id}.yaml"), 0, "class", str(error))


def _structures(bundle: Bundle, faults: list[Fault]) -> Iterator[Listed]:
    """Every listed structure, parsed."""
    for entry in bundle.entries.values():
        for name, smiles in (structures_of(entry) | _listed_reference(entry)).items():
            try:
                yield listed(entry.id, name, smiles, as_counter_ion=entry.as_counter_ion)
            except StructureError as error:
                faults.append(Fault(Path(f"{entry.id}.yaml"), 0, name, f"{smiles}: {error}"))


def _listed_reference(entry: Entry) -> dict[str, str]:
    """The reference of a class, where it is listed itself.

    A definition works on the graph as drawn; by its keys a tautomer of the reference is known too.
    """
    definition = entry.class_
    if definition is None or not definition.reference_is_member:
        return {}
    return {definition.reference_name: definition.reference}


def _analogues(bundle: Bundle) -> Iterator[tuple[str, AnalogueRule]]:
    for code, jurisdiction in bundle.jurisdictions.items():
        if jurisdiction.file.analogue is not None:
            yield code, jurisdiction.file.analogue


def _analogue_faults(bundle: Bundle, code: str, rule: AnalogueRule) -> Iterator[Fault]:
    """Lists and entries of a law on likeness that the bundle does not have."""
    path = Path(code) / "jurisdiction.yaml"
    for name in (*rule.lists, rule.treated_as):
        if name not in bundle.lists or bundle.lists[name].jurisdiction != code:
            yield Fault(path, 0, "analogue", f"{code} has no list {name}")
    for stem in rule.entries or ():
        if not any(f"{name}/{stem}" in bundle.entries for name in rule.lists):
            yield Fault(path, 0, "analogue.entries", f"the lists have no entry {stem}")


def _neighbourhood_maker(
    bundle: Bundle,
    code: str,
    rule: AnalogueRule,
    structures: Sequence[Listed],
    made: Neighbourhood | None,
) -> Callable[[], Neighbourhood]:
    return lambda: made or _neighbourhood(bundle, code, rule, structures, [])


def _neighbourhood(
    bundle: Bundle,
    code: str,
    rule: AnalogueRule,
    structures: Sequence[Listed],
    faults: list[Fault],
) -> Neighbourhood:
    """The surroundings of the substances that a law on likeness starts from."""
    named: list[tuple[str, str, Component]] = []
    for item in structures:
        entry = bundle.entries[item.owner]
        stem = item.owner.rpartition("/")[2]
        if entry.class_ is not None:
            continue
        if entry.list in rule.lists and (rule.entries is None or stem in rule.entries):
            largest = max(item.components, key=lambda c: c.heavy_atoms)
            named.append((entry.id, entry.title, largest))
    excepted: list[Component] = []
    for taken_out in rule.excepts:
        smiles = taken_out.structure
        try:
            excepted += read_structure(smiles).components
        except StructureError as error:
            where = Path(code) / "jurisdiction.yaml"
            faults.append(Fault(where, 0, "analogue.excepts", f"{smiles}: {error}"))
    return Neighbourhood(named, excepts=excepted)


def structures_of(entry: Entry) -> dict[str, str]:
    """The structures that an entry lists, by name; a class lists none, it defines them."""
    found = {entry.title: entry.substance} if entry.substance is not None else {}
    return found | {name: smiles for smiles, name in entry.aliases.items()}


# --- the record ----------------------------------------------------------------------------------


def _packed(
    substances: _Substances, *, bundle: Bundle, classes: Mapping[str, CompiledDefinition]
) -> bytes:
    """What the listed structures lead to, by SMILES as listed; None where a graph would change."""
    drawings: dict[str, list[list[Any]] | None] = {}
    listed_ones: dict[str, Component] = {}
    for item in substances.structures:
        if item.smiles in drawings:
            continue
        if not all(c.can_be_stored for c in item.components):
            drawings[item.smiles] = None  # read anew each time
            continue
        drawings[item.smiles] = list(map(_plain_component, item.components))
        listed_ones |= {c.isomeric: c for c in item.components if is_settled(c)}
    record = {
        "structures": [
            [s.owner, s.name, s.smiles, s.as_counter_ion] for s in substances.structures
        ],
        "drawings": drawings,
        "settled": list(map(_plain_component, listed_ones.values())),
        "opened": {
            c.isomeric: [[form, *_plain_component(part)] for form, part in opened_parts(c)]
            for c in listed_ones.values()
            if all(part.can_be_stored for _, part in opened_parts(c))
        },
        "near": substances.index.near_keys,
        "patterns": {smarts: plain(found) for smarts, found in substances.patterns.items()},
        "members": _members(substances, listed_ones.values(), bundle, classes),
    }
    return json.dumps(record, ensure_ascii=True).encode()


def _plain_component(component: Component) -> list[Any]:
    """All that is known of a component, its graph apart."""
    c = component
    return [
        *(c.smiles, c.isomeric, sorted(c.steps), c.formula, c.heavy_atoms),
        *(c.is_acid, c.is_base, c.is_cation, c.mass),
    ]


def _component(plain_one: Sequence[Any]) -> Component:
    """A component of what is known of it."""
    smiles, isomeric, steps, *known = plain_one
    return Component.stored(smiles, isomeric, frozenset(map(Step, steps)), *known)


def _members(
    substances: _Substances,
    components: Iterable[Component],
    bundle: Bundle,
    classes: Mapping[str, CompiledDefinition],
) -> dict[str, dict[str, list[Any]]]:
    """The classes that listed components are in."""
    filters = Filters(substances.index, substances.patterns)
    entries = [entry for entry in bundle.entries.values() if entry.class_ is not None]
    skeletons = {entry.id: skeletons_of(entry.class_) for entry in entries if entry.class_}

    def may_hold(component: Component) -> Iterator[str]:
        structure = filters.read(component.isomeric)
        return (name for name, of in skeletons.items() if any(map(structure.may_hold, of)))

    return proved(components, bundle.entries, classes, may_hold)


def _unpacked(body: bytes) -> _Substances:
    """The listed structures of a bundle, and its weaker patterns, from their record."""
    record = json.loads(body)
    drawings = {
        text: read_listed(text).components
        if components is None
        else tuple(map(_component, components))
        for text, components in record["drawings"].items()
    }
    for known in record["settled"]:
        know(_component(known))
    for isomeric, parts in record["opened"].items():
        know_parts(isomeric, [(Form(form), _component(part)) for form, *part in parts])
    structures = tuple(
        Listed(owner, name, smiles, drawings[smiles], as_counter_ion)
        for owner, name, smiles, as_counter_ion in record["structures"]
    )
    near = {graph: (tautomer, scaffold) for graph, (tautomer, scaffold) in record["near"].items()}
    patterns = {smarts: from_plain(found) for smarts, found in record["patterns"].items()}
    index = SubstanceIndex(structures, near)
    return _Substances(structures, index, patterns, record["members"])
