"""A conservative structural neighbourhood: which compounds a person should look at.

Some laws reach a substance whose structure is "substantially similar" to a listed one. No law gives
a measure, so nothing here decides: a neighbour only ever leads to review, with the sentence of
`REASON` and no further one. Neither similarity nor rank leaves this module, and nothing says why
another compound is no neighbour.

**Method.** A component is a neighbour of a named compound if

1. the Tanimoto similarity of their topological-torsion counts (every path of four atoms, with
   element, branching and unsaturation) is at least `CLOSE`, and they share a *ring pair*: two ring
   systems of the Bemis-Murcko scaffold, alike in ring sizes, aromaticity and elements, and joined
   by the same linker atom by atom; or
2. that similarity is at least `VERY_CLOSE`, whatever the scaffolds.

Before any fingerprint, a component must have at least `MIN_HEAVY` heavy atoms and two rings, a size
between `1/SIZE_RATIO` and `SIZE_RATIO` times that of a named compound, and hold every element
besides carbon that all named compounds hold. A named compound with fewer heavy atoms or rings has
no neighbourhood: around a small one nearly everything is close.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from rdkit import Chem, DataStructs
from rdkit.Chem import rdFingerprintGenerator

from screening.chemistry.structure import Component

CLOSE = 0.45
VERY_CLOSE = 0.65
MIN_HEAVY = 14
MIN_RINGS = 2
SIZE_RATIO = 2.0

REASON = "structurally close to {name}; a person must judge"

_torsions = rdFingerprintGenerator.GetTopologicalTorsionGenerator(includeChirality=False)

_RingKind = tuple[tuple[int, ...], bool, tuple[int, ...]]
_RingPair = tuple[_RingKind, tuple[int, ...], _RingKind]


@dataclass(frozen=True, slots=True)
class Neighbour:
    """The named compound that a component is structurally close to; that is all that is said.

    Attributes:
        owner: id of what lists it.
        name: its name there.
    """

    owner: str
    name: str


class Neighbourhood:
    """The structural surroundings of named compounds.

    Args:
        named: owner id, name and component of each named compound. Those too small to have a
            neighbourhood are passed over.
    """

    def __init__(self, named: Iterable[tuple[str, str, Component]]) -> None:
        kept = [(o, n, c) for o, n, c in named if _large_enough(c)]
        self._named = [Neighbour(owner, name) for owner, name, _ in kept]
        self._graphs = [c.smiles for _, _, c in kept]
        self._torsions = [_torsions.GetSparseCountFingerprint(c.mol) for _, _, c in kept]
        self._pairs = [_ring_pairs(c.mol) for _, _, c in kept]
        sizes = [c.heavy_atoms for _, _, c in kept]
        self._smallest = min(sizes, default=0) / SIZE_RATIO
        self._largest = max(sizes, default=0) * SIZE_RATIO
        elements = [_elements(c.mol) for _, _, c in kept]
        self._common = frozenset.intersection(*elements) if elements else frozenset()

    def __len__(self) -> int:
        return len(self._named)

    def nearest(
        self, component: Component, among: Callable[[str], bool] | None = None
    ) -> Neighbour | None:
        """The named compound that a component is closest to, if it is close enough to any.

        Args:
            component: the component.
            among: tells of an owner whether it counts, such as being in force; None: all count.

        Returns:
            The neighbour; None where there is none. A named compound itself is its own neighbour.
        """
        if not self._named or not self._may_be_near(component):
            return None
        similar = DataStructs.BulkTanimotoSimilarity(
            _torsions.GetSparseCountFingerprint(component.mol), self._torsions
        )
        ranked = sorted(
            (i for i, value in enumerate(similar) if value >= CLOSE), key=lambda i: -similar[i]
        )
        pairs = _ring_pairs(component.mol) if ranked else frozenset()
        for i in ranked:
            if similar[i] >= VERY_CLOSE or pairs & self._pairs[i]:
                if among is None or among(self._named[i].owner):
                    return self._named[i]
        return None

    def _may_be_near(self, component: Component) -> bool:
        """Size, rings and elements allow it: cheap, and before any fingerprint."""
        return (
            _large_enough(component)
            and self._smallest <= component.heavy_atoms <= self._largest
            and self._common <= _elements(component.mol)
        )


def _large_enough(component: Component) -> bool:
    return (
        component.heavy_atoms >= MIN_HEAVY
        and component.mol.GetRingInfo().NumRings() >= MIN_RINGS
    )


def _elements(mol: Chem.Mol) -> frozenset[int]:
    """Atomic numbers of all heavy atoms but carbon."""
    return frozenset(a.GetAtomicNum() for a in mol.GetAtoms()) - {1, 6}


def _ring_pairs(mol: Chem.Mol) -> frozenset[_RingPair]:
    """Each two ring systems that a chain of non-ring atoms, or one bond, joins directly."""
    systems = _ring_systems(mol)
    system_of = {atom: i for i, system in enumerate(systems) for atom in system}
    kinds = [_ring_kind(mol, system) for system in systems]
    found: set[_RingPair] = set()
    for i, system in enumerate(systems):
        for j, linker in _reached(mol, i, system, system_of):
            ahead = (kinds[i], linker, kinds[j])
            found.add(min(ahead, (kinds[j], linker[::-1], kinds[i])))
    return frozenset(found)


def _ring_systems(mol: Chem.Mol) -> list[frozenset[int]]:
    """Atoms of each ring system; rings that share an atom are one system."""
    systems: list[frozenset[int]] = []
    for ring in mol.GetRingInfo().AtomRings():
        joined = frozenset(ring).union(*(s for s in systems if s & set(ring)))
        systems = [*(s for s in systems if not s & joined), joined]
    return systems


def _ring_kind(mol: Chem.Mol, system: frozenset[int]) -> _RingKind:
    """What makes two ring systems alike: ring sizes, aromaticity, elements besides carbon."""
    sizes = sorted(len(r) for r in mol.GetRingInfo().AtomRings() if set(r) <= system)
    atoms = [mol.GetAtomWithIdx(i) for i in system]
    return (
        tuple(sizes),
        any(a.GetIsAromatic() for a in atoms),
        tuple(sorted(n for a in atoms if (n := a.GetAtomicNum()) != 6)),
    )


def _reached(
    mol: Chem.Mol, start: int, system: frozenset[int], system_of: dict[int, int]
) -> set[tuple[int, tuple[int, ...]]]:
    """The ring systems reached from one by the shortest chain, with the chain's elements."""
    found: set[tuple[int, tuple[int, ...]]] = set()
    seen = set(system)
    waiting = deque((atom, ()) for atom in sorted(system))
    reached: set[int] = {start}
    while waiting:
        atom, chain = waiting.popleft()
        for neighbour in mol.GetAtomWithIdx(atom).GetNeighbors():
            index = neighbour.GetIdx()
            other = system_of.get(index)
            if other is not None:
                if other not in reached:
                    reached.add(other)
                    found.add((other, chain))
            elif index not in seen:
                seen.add(index)
                waiting.append((index, (*chain, neighbour.GetAtomicNum())))
    return found
