"""The classes that the listed substances belong to, found when a bundle is compiled.

Most goods that meet anything are listed substances, and proving one against every class takes
longer than all the rest of its screening. A membership follows from the component and the
definition alone, so that it is proved once for a bundle and kept in its record. What is not there
is proved when it is asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from screening.chemistry.definition import CompiledDefinition
from screening.chemistry.identity import Form, opened_parts
from screening.chemistry.proof import ClassProof
from screening.chemistry.structure import Component
from screening.errors import MatchLimitError
from screening.rules.model import Entry

Clauses = tuple[str, ...] | None
Members = tuple[tuple[Form | None, ClassProof], ...]
"""By what a component is in a class: itself (None), or as what it is an ester or ether of."""

_Record = Mapping[str, Mapping[str, Sequence[Any]]]


class Memberships:
    """Which classes components are in, as far as that is known beforehand.

    Args:
        record: by component with stereo and by entry, what `proved` says of them; an entry that is
            not there does not take the component in.
    """

    def __init__(self, record: _Record) -> None:
        self._record = record
        self._read: dict[tuple[str, str, Clauses], Members] = {}

    def __len__(self) -> int:
        """Of how many components it is known."""
        return len(self._record)

    def of(self, component: Component, entry: str, clauses: Clauses) -> Members | None:
        """By what a component is in the class of an entry; None where that has to be proved.

        Args:
            component: the component.
            entry: id of the entry.
            clauses: letters in force; None: all.
        """
        known = self._record.get(component.isomeric)
        if known is None:
            return None
        if entry not in known:
            return ()
        key = (component.isomeric, entry, clauses)
        found = self._read.get(key)
        if found is None:
            wanted = None if clauses is None else list(clauses)
            members = next((m for letters, m in known[entry] if letters == wanted), None)
            if members is None:
                return None
            found = self._read[key] = tuple(
                (None if form is None else Form(form), ClassProof.model_validate_json(proof))
                for form, proof in members
            )
        return found


def proved(
    components: Iterable[Component],
    entries: Mapping[str, Entry],
    classes: Mapping[str, CompiledDefinition],
    may_hold: Callable[[Component], Iterable[str]],
) -> dict[str, dict[str, list[Any]]]:
    """The memberships of components as plain data; one that cannot be decided is left out.

    Args:
        components: the components.
        entries: of the bundle.
        classes: their definitions.
        may_hold: ids of the entries whose skeletons a component, or what it is an ester or ether
            of, may hold.
    """
    record: dict[str, dict[str, list[Any]]] = {}
    for component in components:
        found: dict[str, list[Any]] = {}
        try:
            for name in may_hold(component):
                versions = dict.fromkeys(version.clauses for version in entries[name].versions)
                told = [
                    [clauses and [*clauses], list(_told(component, classes[name], clauses))]
                    for clauses in versions
                ]
                if any(members for _, members in told):
                    found[name] = told
        except MatchLimitError:
            continue
        record[component.isomeric] = found
    return record


def _told(
    component: Component, definition: CompiledDefinition, clauses: Clauses
) -> Iterator[list[str | None]]:
    """By what a component is in a class: the form, and the proof as JSON."""
    for form, part in ((None, component), *opened_parts(component)):
        if definition.may_match(part):
            proof = definition.prove(part, clauses)
            if proof is not None:
                yield [form and form.value, proof.model_dump_json()]
