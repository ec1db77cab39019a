"""A `Bundle` compiled for screening: substances by key, classes ready to match."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from screening.chemistry.definition import CompiledDefinition
from screening.chemistry.identity import Listed, SubstanceIndex, listed
from screening.errors import DefinitionError, Fault, StructureError, WatchlistError
from screening.rules.load import Bundle
from screening.rules.model import Entry


@dataclass(frozen=True)
class CompiledBundle:
    """A bundle ready for screening.

    Attributes:
        bundle: the bundle.
        substances: every listed structure by its keys.
        classes: compiled definitions by entry id.
    """

    bundle: Bundle
    substances: SubstanceIndex
    classes: Mapping[str, CompiledDefinition]


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
    if faults:
        raise WatchlistError(faults)
    return CompiledBundle(bundle, SubstanceIndex(structures), classes)


def structures_of(entry: Entry) -> dict[str, str]:
    """The structures that an entry lists, by name; a class lists none, it defines them."""
    found = {entry.title: entry.substance} if entry.substance is not None else {}
    return found | {name: smiles for smiles, name in entry.aliases.items()}
