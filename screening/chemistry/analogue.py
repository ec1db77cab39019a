"""A conservative structural neighbourhood: which compounds a person should look at.

Some laws reach a substance whose structure is "substantially similar" to a listed one. No law gives
a measure, so nothing here decides: a neighbour only ever leads to review, with the one sentence of
`AnalogueProof` and no further reason. Neither similarity nor rank leaves this module, and nothing
says why another compound is no neighbour.

**Method.** A component is a neighbour of a named compound if

1. the Tanimoto similarity of their topological-torsion counts (every chain of four atoms, with
   element, branching and unsaturation) is at least `CLOSE`, and they share a *ring pair*: two ring
   systems of the Bemis-Murcko scaffold, alike in ring sizes, aromaticity and elements, and joined
   by the same linker atom by atom (two benzene rings are too common to count); or
2. that similarity is at least `VERY_CLOSE`, whatever the scaffolds.

Before any fingerprint, a component must have at least `MIN_HEAVY` heavy atoms and two rings, a size
between half the smallest and twice the largest named compound, and hold every element besides
carbon that all named compounds hold. A named compound with fewer heavy atoms or rings has no
neighbourhood: around a small one nearly everything is close. A compound with the very graph of a
named one is none of its neighbours either: it is that substance, or an isomer of it, and the entry
itself says which isomers it covers.

**Choice of the thresholds.** Measured in November 2026 with the 210 compounds of United States
Schedules I and II that the watchlists name and that are large enough:

| `CLOSE`, `VERY_CLOSE` | 0.45, 0.65 | 0.50, 0.70 | 0.55, 0.75 | 0.60, 0.75 |
| --- | --- | --- | --- | --- |
| relatives of fentanyl that no entry of the United States catches | 69 of 73 | 68 | 64 | 58 |
| the 2,000 of ``tests/data/benign.csv``: structures near | 11 | 9 | 5 | 2 |
| 64,000 different components of the `chemicals` package: near | 95 | 77 | 55 | 48 |

At 0.50 and 0.70 each of the 63 named fentanyls is a neighbour of the other named compounds (63 of
63); from Schedule II alone 55 of the 57 of Schedule I are found. On the whole corpus the law of the
United States gains 82 reviews in 75,982 structures (0.11 %), that of Canada 21 (0.03 %): nearly all
are opioids that other lists name, their intermediates, or medicines of their shape such as
loperamide and lorcainide. The measure was chosen the same way: to reach 68 of the 73 by similarity
alone, torsions let in 8 ordinary chemicals, Morgan counts of radius 2 let in 20, atom pairs 84.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any, Protocol

from rdkit import Chem, DataStructs

from screening.chemistry.structure import Component

CLOSE = 0.5
VERY_CLOSE = 0.7
MIN_HEAVY = 14
MIN_RINGS = 2
SIZE_RATIO = 2.0
_KINDS = 1 << 40


@cache
def _torsions() -> Any:
    """The generator of torsion counts; its module brings numpy with it, so it is fetched late."""
    from rdkit.Chem import rdFingerprintGenerator  # noqa: PLC0415 - see above

    return rdFingerprintGenerator.GetTopologicalTorsionGenerator()


_RingKind = tuple[tuple[int, ...], bool, tuple[int, ...]]
_Linker = tuple[int, ...]
_RingPair = tuple[_RingKind, _Linker, _RingKind]

_BENZENE: _RingKind = ((6,), True, ())


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
        excepts: components that the law takes out; they are nobody's neighbours.
    """

    def __init__(
        self,
        named: Iterable[tuple[str, str, Component]],
        *,
        excepts: Iterable[Component] = (),
    ) -> None:
        kept = [(o, n, c) for o, n, c in named if _large_enough(c)]
        kept.sort(key=lambda item: _torsions().GetSparseCountFingerprint(item[2].mol).GetTotalVal())
        self._named = [Neighbour(owner, name) for owner, name, _ in kept]
        self._owners: dict[str, set[str]] = {}
        for owner, _, component in kept:
            self._owners.setdefault(component.smiles, set()).add(owner)
        self._excepted = frozenset(c.smiles for c in excepts)
        self._counts = [_torsions().GetSparseCountFingerprint(c.mol) for _, _, c in kept]
        self._totals = [counts.GetTotalVal() for counts in self._counts]
        self._pairs: list[frozenset[_RingPair] | None] = [None] * len(kept)
        self._mols = [c.mol for _, _, c in kept]
        sizes = [c.heavy_atoms for _, _, c in kept]
        self._smallest = min(sizes, default=0) / SIZE_RATIO
        self._largest = max(sizes, default=0) * SIZE_RATIO
        elements = [_elements(c.mol) for _, _, c in kept]
        self._common = frozenset.intersection(*elements) if elements else frozenset()

    @cached_property
    def _by_bonds(self) -> _BondTable:
        return _BondTable([bond_counts(_outline(mol)) for mol in self._mols], self._totals)

    def __len__(self) -> int:
        """How many named compounds have a neighbourhood."""
        return len(self._named)

    def nearest(
        self, component: Component, among: Callable[[str], bool] | None = None
    ) -> Neighbour | None:
        """The named compound that a component is closest to, if it is close enough to any.

        Args:
            component: the component.
            among: tells of an owner whether it counts, such as being in force; None: all count.

        Returns:
            The neighbour, None where there is none.

        >>> from screening.chemistry.structure import read_structure
        >>> (named,) = read_structure("CCC(=O)N(c1ccccc1)C1CCN(CCc2ccccc2)CC1").components
        >>> (other,) = read_structure("CCC(=O)N(c1ccccc1)C1CCN(CCCc2ccccc2)CC1").components
        >>> Neighbourhood([("list/entry", "fentanyl", named)]).nearest(other)
        Neighbour(owner='list/entry', name='fentanyl')
        """
        if not self._named or not self._may_be_near(component):
            return None
        counts = among or _everything
        if any(counts(owner) for owner in self._owners.get(component.smiles, ())):
            return None
        return next((n for n in self._ranked(component.mol) if counts(n.owner)), None)

    def _may_be_near(self, component: Component) -> bool:
        """Size, rings and elements allow it: cheap, and before any fingerprint."""
        return (
            _large_enough(component)
            and self._smallest <= component.heavy_atoms <= self._largest
            and self._common <= _elements(component.mol)
            and component.smiles not in self._excepted
        )

    def allows(self, heavy_atoms: int, rings: int, elements: Collection[int]) -> bool:
        """A molecule, or one of its components, may have a neighbour by size, rings and elements.

        Args:
            heavy_atoms: of the whole.
            rings: of the whole: bonds less atoms and components.
            elements: atomic numbers that the whole has.
        """
        return (
            bool(self._named)
            and heavy_atoms >= MIN_HEAVY
            and heavy_atoms >= self._smallest
            and rings >= MIN_RINGS
            and all(element in elements for element in self._common)
        )

    def may_be_close(self, counts: BondCounts) -> bool:
        """Whether the bonds of a graph allow a similarity of `CLOSE` to any named compound.

        Every torsion has a bond in its middle, so both compounds' torsions are counted by the kind
        of that bond. Kinds that are coarser never make two counts less similar.
        """
        if counts.three_ring:
            return True  # around a ring of three not every such chain is a torsion
        own = sum(counts.kinds.values())
        first = bisect_left(self._totals, own * CLOSE)
        last = bisect_right(self._totals, own / CLOSE)
        if first == last:
            return False
        return self._by_bonds.may_be_close(counts.kinds, own, first, last)

    def is_close(self, mol: Chem.Mol) -> bool:
        """A graph has a neighbour among all that are named, whether in force or not."""
        return (
            mol.GetNumHeavyAtoms() >= MIN_HEAVY
            and self._smallest <= mol.GetNumHeavyAtoms() <= self._largest
            and mol.GetRingInfo().NumRings() >= MIN_RINGS
            and self._common <= _elements(mol)
            and next(self._ranked(mol), None) is not None
        )

    def _ranked(self, mol: Chem.Mol) -> Iterator[Neighbour]:
        """Every neighbour of a graph, the most similar first."""
        counts = _torsions().GetSparseCountFingerprint(mol)
        # The similarity of two count vectors is at most the ratio of their totals.
        first = bisect_left(self._totals, counts.GetTotalVal() * CLOSE)
        last = bisect_right(self._totals, counts.GetTotalVal() / CLOSE)
        similar = DataStructs.BulkTanimotoSimilarity(counts, self._counts[first:last])
        near = {i: value for i, value in enumerate(similar, first) if value >= CLOSE}
        if not near:
            return
        pairs = _ring_pairs(mol)
        for i in sorted(near, key=lambda i: -near[i]):
            if near[i] >= VERY_CLOSE or pairs & self._pairs_of(i):
                yield self._named[i]

    def _pairs_of(self, index: int) -> frozenset[_RingPair]:
        """The ring pairs of a named compound, found when they are first asked for."""
        found = self._pairs[index]
        if found is None:
            found = self._pairs[index] = _ring_pairs(self._mols[index])
        return found


@dataclass(frozen=True, slots=True)
class BondCounts:
    """How many chains of four atoms have a bond of each kind in their middle.

    Attributes:
        kinds: chains by kind of the middle bond.
        three_ring: there is a ring of three atoms, where a chain may close on itself.
    """

    kinds: Mapping[int, int]
    three_ring: bool


class _BondTable:
    """The chains of named compounds by the kind of their middle bond, a row each.

    Args:
        named: of each named compound.
        torsions: how many torsions it has.
    """

    def __init__(self, named: Sequence[BondCounts], torsions: Sequence[int]) -> None:
        import numpy as np  # noqa: PLC0415 - late: what never comes near anything never needs it

        self._minimum = np.minimum
        every = sorted({kind for counts in named for kind in counts.kinds})
        self._places = {kind: place for place, kind in enumerate(every)}
        self._counts = np.zeros((len(named), len(every)), dtype=np.int32)
        self._totals = np.zeros(len(named), dtype=np.int32)
        for row, counts in enumerate(named):
            for kind, count in counts.kinds.items():
                self._counts[row, self._places[kind]] = count
            chains = sum(counts.kinds.values())
            # Around a ring of three not every chain is a torsion; there the fewer count.
            self._totals[row] = min(chains, torsions[row]) if counts.three_ring else chains
        self._none = np.zeros(len(every), dtype=np.int32)

    def may_be_close(self, kinds: Mapping[int, int], total: int, first: int, last: int) -> bool:
        """Whether a named compound of some rows may be as similar as `CLOSE` by these chains."""
        own = self._none.copy()
        place = self._places.get
        for kind, count in kinds.items():
            at = place(kind)
            if at is not None:
                own[at] = count
        shared = self._minimum(self._counts[first:last], own).sum(axis=1)
        either = self._totals[first:last] + total - shared
        return bool((shared >= CLOSE * either).any())


class Outline(Protocol):
    """A graph as lists, by atom."""

    @property
    def numbers(self) -> Sequence[int]:
        """Atomic numbers."""

    @property
    def hydrogens(self) -> Sequence[int]:
        """Hydrogens carried."""

    @property
    def beside(self) -> Sequence[Sequence[int]]:
        """The atoms that each is bound to."""


@dataclass(frozen=True, slots=True)
class _Outline:
    numbers: Sequence[int]
    hydrogens: Sequence[int]
    beside: Sequence[Sequence[int]]


def _outline(mol: Chem.Mol) -> _Outline:
    atoms = [mol.GetAtomWithIdx(i) for i in range(mol.GetNumAtoms())]
    return _Outline(
        [a.GetAtomicNum() for a in atoms],
        [a.GetTotalNumHs() for a in atoms],
        [[n.GetIdx() for n in a.GetNeighbors()] for a in atoms],
    )


def bond_counts(outline: Outline, atoms: Iterable[int] | None = None) -> BondCounts:
    """The chains of four atoms of a graph by the kind of their middle bond.

    A kind is made of both atoms' elements and branching, and of carbon's hydrogens, which say how
    unsaturated it is: what every drawing of a compound shares.

    Args:
        outline: the graph.
        atoms: those of one of its components; None: all.
    """
    beside, numbers, hydrogens = outline.beside, outline.numbers, outline.hydrogens
    inner = [a for a in (range(len(beside)) if atoms is None else atoms) if len(beside[a]) > 1]
    kinds = {
        a: numbers[a] << 8 | len(beside[a]) << 4 | (hydrogens[a] if numbers[a] == 6 else 0)
        for a in inner
    }
    found: dict[int, int] = {}
    three_ring = False
    for a in inner:
        first, others = kinds[a], beside[a]
        for b in others:
            if b <= a or b not in kinds:
                continue
            second = kinds[b]
            kind = first << 16 | second if first < second else second << 16 | first
            found[kind] = found.get(kind, 0) + (len(others) - 1) * (len(beside[b]) - 1)
            three_ring = three_ring or not set(others).isdisjoint(beside[b])
    return BondCounts(found, three_ring)


def _everything(_: str) -> bool:
    return True


def _large_enough(component: Component) -> bool:
    return (
        component.heavy_atoms >= MIN_HEAVY and component.mol.GetRingInfo().NumRings() >= MIN_RINGS
    )


def _elements(mol: Chem.Mol) -> frozenset[int]:
    """Atomic numbers of all heavy atoms but carbon."""
    return frozenset(mol.GetAtomWithIdx(i).GetAtomicNum() for i in range(mol.GetNumAtoms())) - {
        1,
        6,
    }


def _ring_pairs(mol: Chem.Mol) -> frozenset[_RingPair]:
    """Each two ring systems that a chain of non-ring atoms, or one bond, joins directly."""
    systems = _ring_systems(mol)
    kinds = [_ring_kind(mol, system) for system in systems]
    found: set[_RingPair] = set()
    for i in range(len(systems)):
        for j, linker in _reached(mol, systems, i):
            if not kinds[i] == kinds[j] == _BENZENE:
                found.add(min((kinds[i], linker, kinds[j]), (kinds[j], linker[::-1], kinds[i])))
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
    elements = sorted(a.GetAtomicNum() for a in atoms if a.GetAtomicNum() != 6)
    return tuple(sizes), any(a.GetIsAromatic() for a in atoms), tuple(elements)


def _reached(
    mol: Chem.Mol, systems: list[frozenset[int]], start: int
) -> Iterator[tuple[int, _Linker]]:
    """The ring systems reached from one, each with the elements of the shortest linker."""
    system_of = {atom: i for i, system in enumerate(systems) for atom in system}
    reached = {start}
    seen = set(systems[start])
    waiting: deque[tuple[int, _Linker]] = deque((atom, ()) for atom in sorted(systems[start]))
    while waiting:
        atom, linker = waiting.popleft()
        for neighbour in mol.GetAtomWithIdx(atom).GetNeighbors():
            index = neighbour.GetIdx()
            other = system_of.get(index)
            if other is None and index not in seen:
                seen.add(index)
                waiting.append((index, (*linker, neighbour.GetAtomicNum())))
            elif other is not None and other not in reached:
                reached.add(other)
                yield other, linker
