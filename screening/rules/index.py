"""A `Bundle` compiled for screening: substances by key, classes and neighbourhoods ready to ask."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from screening.chemistry.analogue import Neighbourhood
from screening.chemistry.definition import CompiledDefinition
from screening.chemistry.identity import Listed, SubstanceIndex, listed
from screening.chemistry.structure import Component, read_structure
from screening.errors import DefinitionError, Fault, StructureError, WatchlistError
from screening.rules.load import Bundle
from screening.rules.model import AnalogueRule, Entry


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


def compile_bundle(bundle: Bundle) -> CompiledBundle:
    """Compiles all entries of a bundle.

    Raises:
        WatchlistError: a structure or definition of an entry cannot be used; carries all faults.
    """
    faults: list[Fault] = []
    structures: list[Listed] = []
    classes: dict[str, CompiledDefinition] = {}
    for entry in bundle.entries.values():
        words = bundle.jurisdictions[entry.jurisdiction].groups
        if entry.class_ is not None:
            try:
                classes[entry.id] = CompiledDefinition(entry.class_, words)
            except DefinitionError as error:
                faults.append(Fault(Path(f"{entry.id}.yaml"), 0, "class", str(error)))
        for name, smiles in structures_of(entry).items():
            try:
                structures.append(
                    listed(entry.id, name, smiles, as_counter_ion=entry.as_counter_ion)
                )
            except StructureError as error:
                faults.append(Fault(Path(f"{entry.id}.yaml"), 0, name, f"{smiles}: {error}"))
    neighbourhoods: dict[str, Neighbourhood] = {}
    for code, jurisdiction in bundle.jurisdictions.items():
        rule = jurisdiction.file.analogue
        if rule is not None:
            faults += _analogue_faults(bundle, code, rule)
            neighbourhoods[code] = _neighbourhood(bundle, code, rule, structures, faults)
    if faults:
        raise WatchlistError(faults)
    return CompiledBundle(bundle, SubstanceIndex(structures), classes, neighbourhoods)


def _analogue_faults(bundle: Bundle, code: str, rule: AnalogueRule) -> Iterator[Fault]:
    """Lists and entries of a law on likeness that the bundle does not have."""
    path = Path(code) / "jurisdiction.yaml"
    for name in (*rule.lists, rule.treated_as):
        if name not in bundle.lists or bundle.lists[name].jurisdiction != code:
            yield Fault(path, 0, "analogue", f"{code} has no list {name}")
    for stem in rule.entries or ():
        if not any(f"{name}/{stem}" in bundle.entries for name in rule.lists):
            yield Fault(path, 0, "analogue.entries", f"the lists have no entry {stem}")


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
