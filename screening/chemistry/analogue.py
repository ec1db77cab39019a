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

import math
import sys
from array import array
from bisect import bisect_left, bisect_right
from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

from rdkit import Chem, DataStructs

from screening.chemistry.atoms import Outline, outline_of
from screening.chemistry.structure import Component

CLOSE = 0.5
VERY_CLOSE = 0.7
MIN_HEAVY = 14
MIN_RINGS = 2
SIZE_RATIO = 2.0


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

    Attributes:
        smallest: heavy atoms that a neighbour has at least.
        common: elements that every neighbour has.

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
        large = [(o, n, c) for o, n, c in named if _large_enough(c)]
        counted = [(_torsions().GetSparseCountFingerprint(one[2].mol), one) for one in large]
        counted.sort(key=lambda pair: pair[0].GetTotalVal())
        kept = [one for _, one in counted]
        self._named = [Neighbour(owner, name) for owner, name, _ in kept]
        self._owners: dict[str, set[str]] = {}
        for owner, _, component in kept:
            self._owners.setdefault(component.smiles, set()).add(owner)
        self._excepted = frozenset(c.smiles for c in excepts)
        self._counts = [counts for counts, _ in counted]
        self._totals = [counts.GetTotalVal() for counts in self._counts]
        self._pairs: list[frozenset[_RingPair] | None] = [None] * len(kept)
        self._mols = [c.mol for _, _, c in kept]
        sizes = [c.heavy_atoms for _, _, c in kept]
        self.smallest = min(sizes, default=0) / SIZE_RATIO
        self._largest = max(sizes, default=0) * SIZE_RATIO
        elements = [_elements(c.mol) for _, _, c in kept]
        self.common = frozenset.intersection(*elements) if elements else frozenset()

    @cached_property
    def _outlines(self) -> list[Outline]:
        return [outline_of(mol) for mol in self._mols]

    @cached_property
    def by_bonds(self) -> Chains:
        """The chains of the named compounds, by the bond in their middle."""
        return Chains([bond_counts(outline) for outline in self._outlines], self._totals)

    @cached_property
    def by_atoms(self) -> Chains:
        """The chains of the named compounds, by all their atoms."""
        return Chains([chain_counts(outline) for outline in self._outlines], self._totals)

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
            and self.smallest <= component.heavy_atoms <= self._largest
            and self.common <= _elements(component.mol)
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
            and heavy_atoms >= self.smallest
            and rings >= MIN_RINGS
            and all(element in elements for element in self.common)
        )

    def may_be_close(self, outline: Outline, atoms: Sequence[int], triangles: int) -> bool:
        """Whether the chains of a component allow a similarity of `CLOSE` to any named compound.

        They are counted by kinds that every drawing of a compound shares, first by the bond in the
        middle of each, then by all four atoms. Kinds that are coarser than those of torsions never
        make two counts less similar.

        Args:
            outline: of a graph without explicit hydrogens.
            atoms: those of the component.
            triangles: rings of three in the graph.
        """
        if not triangles and not self.by_bonds.allow(bond_counts(outline, atoms)):
            return False
        return self.by_atoms.allow(chain_counts(outline, atoms), triangles)

    def is_close(self, mol: Chem.Mol) -> bool:
        """A graph has a neighbour among all that are named, whether in force or not."""
        return (
            mol.GetNumHeavyAtoms() >= MIN_HEAVY
            and self.smallest <= mol.GetNumHeavyAtoms() <= self._largest
            and mol.GetRingInfo().NumRings() >= MIN_RINGS
            and self.common <= _elements(mol)
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


_GUARD = 1 << 15
_MAX_KEPT = 8192


class Chains:
    """The chains of named compounds by kind.

    Attributes:
        counts: by kind, which compounds have it, and how often.
        totals: how many torsions each has.

    The counts of all compounds stand in one integer for each kind, a lane of bits for each, so that
    what a graph shares with every one of them is found by a few additions.

    Args:
        named: of each named compound.
        torsions: how many torsions it has: its chains, and one for each ring of three.
    """

    def __init__(self, named: Sequence[Mapping[int, int]], torsions: Sequence[int]) -> None:
        self.counts: dict[int, list[tuple[int, int]]] = {}
        for lane, chains in enumerate(named):
            for kind, count in chains.items():
                self.counts.setdefault(kind, []).append((lane, count))
        self.totals = torsions
        self._ones = _in_lanes(len(named), ((lane, 1) for lane in range(len(named))))
        self._guards = self._ones * _GUARD
        self._shared: dict[tuple[int, int], int] = {}
        self._needed: dict[int, int] = {}

    def allow(self, chains: Mapping[int, int], triangles: int = 0) -> bool:
        """A named compound may be as similar as `CLOSE` to a graph with these chains.

        Args:
            chains: of the graph, by kind.
            triangles: its rings of three, which count as torsions too, and perhaps as shared ones.
        """
        known = self._shared
        own = triangles
        shared = triangles * self._ones
        for kind, count in chains.items():
            own += count
            if kind in self.counts:
                part = known.get((kind, count))
                if part is None:
                    if len(known) >= _MAX_KEPT:
                        known = self._shared = {}
                    part = known[kind, count] = self._shares(kind, count)
                shared += part
        needed = self._needed.get(own)
        if needed is None:
            if len(self._needed) >= _MAX_KEPT:
                self._needed = {}
            needed = self._needed[own] = self._needs(own)
        # A lane keeps its guard where it shares at least what is needed.
        return bool(((shared | self._guards) - needed) & self._guards)

    def _shares(self, kind: int, count: int) -> int:
        """How many chains of a kind each compound shares with a graph that has so many."""
        shares = ((lane, min(count, own)) for lane, own in self.counts[kind])
        return _in_lanes(len(self.totals), shares)

    def _needs(self, own: int) -> int:
        """How many chains each compound has to share with a graph that has so many in all."""
        share = CLOSE / (1 + CLOSE)
        needs = (
            (lane, min(math.ceil(share * (total + own) - 1e-6), _GUARD - 1))
            for lane, total in enumerate(self.totals)
        )
        return _in_lanes(len(self.totals), needs)


def _in_lanes(lanes: int, values: Iterable[tuple[int, int]]) -> int:
    """Numbers below 2**16 in lanes of one integer."""
    found = array("H", bytes(2 * lanes))
    for lane, value in values:
        found[lane] = value
    return int.from_bytes(found.tobytes(), sys.byteorder)


def bond_counts(outline: Outline, atoms: Sequence[int] | None = None) -> Mapping[int, int]:
    """How many chains of four atoms have a bond of each kind in their middle.

    A kind is made of both atoms' elements and branching, and of carbon's hydrogens, which say how
    unsaturated it is: what every drawing of a compound shares.

    Args:
        outline: the graph, without a ring of three, where a chain may close on itself.
        atoms: those of one of its components; None: all.
    """
    codes, degrees = outline.codes, outline.degrees
    found: dict[int, int] = {}
    for a, b in _bonds(outline, atoms):
        chains = (degrees[a] - 1) * (degrees[b] - 1)
        if chains:
            first, second = codes[a], codes[b]
            kind = first << 16 | second if first < second else second << 16 | first
            found[kind] = found.get(kind, 0) + chains
    return found


def chain_counts(outline: Outline, atoms: Sequence[int] | None = None) -> Mapping[int, int]:
    """How many chains of four atoms there are of each kind, by all their atoms.

    Args:
        outline: the graph.
        atoms: those of one of its components; None: all.
    """
    codes, beside = outline.codes, outline.beside
    found: dict[int, int] = {}
    for one, other in _bonds(outline, atoms):
        a, b = (one, other) if codes[one] <= codes[other] else (other, one)
        ends = [(i, codes[i]) for i in beside[b] if i != a]
        middle = codes[a] << 16 | codes[b]
        alike = codes[a] == codes[b]
        for i in beside[a]:
            if i != b:
                start = codes[i]
                for last, end in ends:
                    if last != i:  # else it closes on itself
                        # a chain has no direction
                        turned = alike and end < start
                        outer = end << 16 | start if turned else start << 16 | end
                        kind = middle << 32 | outer
                        found[kind] = found.get(kind, 0) + 1
    return found


def _bonds(outline: Outline, atoms: Sequence[int] | None) -> Iterator[tuple[int, int]]:
    """Each bond of a component once."""
    whole = atoms is None or len(atoms) == len(outline)
    among = frozenset() if whole or atoms is None else frozenset(atoms)
    return ((a, b) for a, b in zip(*outline.ends, strict=True) if a < b and (whole or a in among))


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
