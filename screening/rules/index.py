"""A `Bundle` compiled for screening: substances by key, classes and neighbourhoods ready to ask.

Compiling finds every fault of a bundle's structures and definitions. A bundle that was compiled
before without any is not compiled whole again: what its structures lead to comes from a record, and
a class or a neighbourhood is made when it is first asked for.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

from screening.chemistry.analogue import Neighbourhood
from screening.chemistry.definition import CompiledDefinition
from screening.chemistry.identity import Listed, SubstanceIndex, listed
from screening.chemistry.structure import Component, Step, read_structure
from screening.errors import DefinitionError, Fault, StructureError, WatchlistError
from screening.rules.cache import digest_of, software_key, stored
from screening.rules.load import Bundle
from screening.rules.model import AnalogueRule, Entry

V = TypeVar("V")


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


@dataclass(frozen=True)
class CompiledBundle:
    """A bundle ready for screening.

    Attributes:
        bundle: the bundle.
        substances: every listed structure by its keys.
        classes: compiled definitions by entry id.
        neighbourhoods: by jurisdiction, of the substances that its law on likeness starts from.
    """

    bundle: Bundle
    substances: SubstanceIndex
    classes: Mapping[str, CompiledDefinition]
    neighbourhoods: Mapping[str, Neighbourhood]


@dataclass(frozen=True)
class _Substances:
    """The listed structures of a bundle that has no fault, and their index."""

    structures: tuple[Listed, ...]
    index: SubstanceIndex


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
        return _Substances(tuple(structures), SubstanceIndex(structures))

    substances = stored(
        "index",
        digest_of([bundle.digest.encode(), software_key().encode()]),
        compiled,
        pack=_packed,
        unpack=lambda body: _unpacked(body, bundle),
    )
    neighbourhoods: _Lazy[Neighbourhood] = _Lazy(
        {
            code: _neighbourhood_maker(bundle, code, rule, substances.structures, made.get(code))
            for code, rule in _analogues(bundle)
        }
    )
    return CompiledBundle(bundle, substances.index, classes, neighbourhoods)


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
        for name, smiles in structures_of(entry).items():
            try:
                yield listed(entry.id, name, smiles, as_counter_ion=entry.as_counter_ion)
            except StructureError as error:
                faults.append(Fault(Path(f"{entry.id}.yaml"), 0, name, f"{smiles}: {error}"))


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


def _packed(substances: _Substances) -> bytes | None:
    """What the listed structures lead to, by SMILES as listed; None where a graph would change."""
    drawings: dict[str, list[list[Any]]] = {}
    for item in substances.structures:
        if item.smiles in drawings:
            continue
        if not all(c.can_be_stored for c in item.components):
            return None
        drawings[item.smiles] = [
            [c.smiles, c.isomeric, sorted(c.steps), c.formula, c.heavy_atoms]
            for c in item.components
        ]
    record = {"drawings": drawings, "near": substances.index.near_keys}
    return json.dumps(record, ensure_ascii=True).encode()


def _unpacked(body: bytes, bundle: Bundle) -> _Substances:
    """The listed structures of a bundle from its record."""
    record = json.loads(body)
    drawings = {
        text: tuple(
            Component.stored(smiles, isomeric, frozenset(map(Step, steps)), formula, heavy)
            for smiles, isomeric, steps, formula, heavy in components
        )
        for text, components in record["drawings"].items()
    }
    structures = tuple(
        Listed(entry.id, name, smiles, drawings[smiles], entry.as_counter_ion)
        for entry in bundle.entries.values()
        for name, smiles in structures_of(entry).items()
    )
    near = {graph: (tautomer, scaffold) for graph, (tautomer, scaffold) in record["near"].items()}
    return _Substances(structures, SubstanceIndex(structures, near))
