"""Many drawings asked together: most of them are proved to meet nothing without a look at each.

What is counted and compared in arrays is what `screening.chemistry.cascade` asks of one drawing, by
the same arguments: a pattern needs atoms, rings and surroundings, a listed structure its formula, a
neighbour its chains. Where standardising has nothing to change, a pattern is asked in full: of the
surroundings first, then of the molecule. A drawing that anything is left open of is read by itself.
"""

from __future__ import annotations

import itertools
import math
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Generic, TypeVar

import numpy as np
from rdkit import rdBase

from screening.chemistry.analogue import CLOSE, MIN_HEAVY, MIN_RINGS, Chains, Neighbourhood
from screening.chemistry.atoms import CARBON, DIGITS, FORMS, MET, PROTON, AtomKind
from screening.chemistry.cascade import (
    HYDROXYL,
    MAX_OPENINGS,
    Drawn,
    Filters,
    Targets,
    WeakPatterns,
)
from screening.chemistry.layout import (
    BITS,
    LAST_WORD,
    MOST_BESIDE,
    Flags,
    Ints,
    Layout,
    Words,
    in_words,
    lay_out,
)
from screening.chemistry.relaxed import FullKind, compiled
from screening.chemistry.structure import LARGER
from screening.chemistry.surroundings import Kind, Surroundings

_MAX_STARS = 65_536
_UNBOUNDED = 1 << 14
_ROUNDED = 1e-3
"""More than 32 bits lose of some hundred chains."""


class _Thresholds:
    """What patterns need at least, as arrays by pattern.

    Args:
        patterns: the patterns.
        filters: what they come from.
    """

    def __init__(self, patterns: WeakPatterns, filters: Filters) -> None:
        self.patterns = [(pattern, limit, of) for pattern, limit, of in patterns]
        self.queries = [compiled(smarts) for smarts in patterns.full]
        self.opened = np.array(
            [
                smarts in patterns.of_parts and filters.may_be_oxygen(smarts)
                for smarts in patterns.full
            ],
            dtype=bool,
        )
        needs: dict[int, dict[int, int]] = {}
        for at, (pattern, _, _) in enumerate(self.patterns):
            for element, count in pattern.needs if pattern else ():
                needs.setdefault(element, {})[at] = count
        size = len(self.patterns)
        self.elements = {
            element: np.array([by.get(at, 0) for at in range(size)])
            for element, by in needs.items()
        }
        self.rings = self._each(lambda p: p.rings)
        self.saturated = self._each(lambda p: p.saturated)
        self.unsaturated = self._each(lambda p: p.unsaturated)
        self.least = self._each(lambda p: p.size)
        self.most = np.array([math.inf if limit is None else limit for _, limit, _ in patterns])
        self.places = self._places(filters.surroundings)
        self.full_places = self._places(filters.full_surroundings)

    def _places(self, surroundings: Surroundings[Any]) -> Words:
        known = (0 if p is None else surroundings.needs(p) for p, _, _ in self.patterns)
        return in_words(known, len(surroundings))

    def _each(self, of: Any) -> Ints:
        return np.array([0 if p is None else of(p) for p, _, _ in self.patterns], dtype=np.int64)


class _Places(Generic[Kind]):
    """The places of patterns that atoms take, by what they are and what stands beside them.

    Args:
        surroundings: of the patterns.
        kind: what an atom is, by the number that stands for it.
    """

    def __init__(self, surroundings: Surroundings[Kind], kind: Callable[[int], Kind]) -> None:
        self._surroundings = surroundings
        self._kind = kind
        self._stars: Ints = np.zeros(0, dtype=np.int64)
        self._places = in_words((), len(surroundings))
        self._lock = threading.Lock()

    def of(self, stars: Ints, starts: Ints) -> Words:
        """The places that rows have, as bits in words.

        Args:
            stars: each atom with those beside it, as `Layout.stars` has them.
            starts: the first atom of each row.
        """
        with self._lock:
            at = self._at(stars)
            if at is None:
                self._learn(stars)
                at = self._at(stars)
            places = self._places[at]
        found: Words = np.bitwise_or.reduceat(places, starts, axis=0)
        return found

    def _at(self, stars: Ints) -> Ints | None:
        """Where each is kept; None where one is not."""
        at = np.searchsorted(self._stars, stars)
        at[at == len(self._stars)] = 0
        return at if len(self._stars) and (self._stars[at] == stars).all() else None

    def _learn(self, stars: Ints) -> None:
        if len(self._stars) > _MAX_STARS:
            self._stars, self._places = self._stars[:0], self._places[:0]
        new = np.setdiff1d(stars, self._stars)
        places = in_words(map(self._found, new.tolist()), len(self._surroundings))
        order = np.argsort(np.concatenate((self._stars, new)))
        self._stars = np.concatenate((self._stars, new))[order]
        self._places = np.concatenate((self._places, places))[order]

    def _found(self, star: int) -> int:
        """The places of an atom with those beside it, as bits."""
        numbers = [star >> BITS * at & (1 << BITS) - 1 for at in range(MOST_BESIDE + 1)]
        *around, itself = (self._kind(number - 1) for number in numbers if number)
        return self._surroundings.satisfied(itself, around)


def _drawn_kind(rank: int) -> AtomKind:
    return next(itertools.islice(DIGITS, rank, None))


def _full_kind(number: int) -> FullKind:
    form, aromatic = divmod(number, 2)
    element, degree, hydrogens, in_ring = next(itertools.islice(FORMS, form, None))
    return FullKind(element, degree, hydrogens, bool(aromatic), in_ring)


class _Chains:
    """The chains of the named compounds of a neighbourhood, as arrays.

    Args:
        known: the same.
    """

    def __init__(self, known: Chains) -> None:
        self.kinds = np.array(sorted(known.counts), dtype=np.int64)
        totals = np.array(known.totals, dtype=np.float32)
        self.counts = np.zeros((len(self.kinds), len(totals)), dtype=np.int16)
        for at, kind in enumerate(self.kinds.tolist()):
            for lane, count in known.counts[kind]:
                self.counts[at, lane] = count
        self._part = CLOSE / (1 + CLOSE)
        self._parts_of = self._part * totals
        self._least = -float(self._parts_of.min(initial=math.inf))

    def allow(self, units: Ints, kinds: Ints, times: Ints, triangles: Ints) -> Flags:
        """Which units may be as similar as `CLOSE` to a named compound.

        Chains shared are at least a part of those of both; by how many of them they go beyond that
        part of the named compound's is found for the one that leaves most.

        Args:
            units: the unit that each chain, or several alike, belong to.
            kinds: their kind.
            times: how many they are.
            triangles: rings of three of each unit, which count as torsions too, perhaps as shared.
        """
        number = len(triangles)
        own = np.bincount(units, weights=times, minlength=number) + triangles
        at = np.searchsorted(self.kinds, kinds)
        at[at == len(self.kinds)] = 0
        among = self.kinds[at] == kinds
        beyond = np.full(number, self._least, dtype=np.float64)
        if among.any():
            both = units[among] * len(self.kinds) + at[among]
            found, of = np.unique(both, return_inverse=True)
            have = np.bincount(of, weights=times[among], minlength=len(found)).astype(np.int16)
            shares = self.counts[found % len(self.kinds)]
            np.minimum(shares, have[:, None], out=shares)
            unit = found // len(self.kinds)
            first = np.flatnonzero(np.concatenate(([True], unit[1:] != unit[:-1])))
            shared = np.add.reduceat(shares, first, axis=0, dtype=np.int16)
            beyond[unit[first]] = (shared - self._parts_of).max(axis=1)
        allowed: Flags = beyond + triangles >= self._part * own - _ROUNDED
        return allowed


class Sieve:
    """Finds the drawings among many that surely meet nothing.

    Attributes:
        places: of weaker patterns, for what is drawn.
        full_places: of full patterns, for matching graphs.

    Args:
        filters: what a structure must hold, at least, to meet anything.
    """

    def __init__(self, filters: Filters) -> None:
        self._filters = filters
        self.places = _Places(filters.surroundings, _drawn_kind)
        self.full_places = _Places(filters.full_surroundings, _full_kind)
        self._thresholds: dict[WeakPatterns, _Thresholds] = {}
        self._chains: dict[tuple[Neighbourhood, bool], _Chains] = {}
        self._keys: dict[Targets, Words] = {}

    def read(self, texts: Iterable[str]) -> Drawings:
        """Reads drawings; those that have to be read by themselves are left out."""
        return Drawings(lay_out(texts), self._filters, self)

    def thresholds(self, patterns: WeakPatterns) -> _Thresholds:
        """What patterns need, as arrays."""
        return _kept(self._thresholds, patterns, lambda: _Thresholds(patterns, self._filters))

    def by_bonds(self, neighbourhood: Neighbourhood) -> _Chains:
        """The chains of the named compounds by the bond in their middle."""
        return _kept(self._chains, (neighbourhood, False), lambda: _Chains(neighbourhood.by_bonds))

    def by_atoms(self, neighbourhood: Neighbourhood) -> _Chains:
        """The chains of the named compounds by all their atoms."""
        return _kept(self._chains, (neighbourhood, True), lambda: _Chains(neighbourhood.by_atoms))

    def keys(self, targets: Targets) -> Words:
        """The keys of the formulas that are listed by themselves, or in salts of several."""

        def find() -> Words:
            listed = set(targets.keys()).union(*targets.salts)
            return np.array(sorted(key & LAST_WORD for key in listed), dtype=np.uint64)

        return _kept(self._keys, targets, find)


K = TypeVar("K")
V = TypeVar("V")
_MAX_KEPT = 1024


def _kept(store: dict[K, V], key: K, make: Callable[[], V]) -> V:
    """What was made before, or is made now; two threads may make it twice, to no harm."""
    found = store.get(key)
    if found is None:
        if len(store) >= _MAX_KEPT:
            store.clear()
        found = store[key] = make()
    return found


class Drawings:
    """Drawings that were read together.

    Args:
        layout: the drawings as arrays; None: there are none.
        filters: what they are asked.
        sieve: what keeps the questions as arrays.
    """

    def __init__(self, layout: Layout | None, filters: Filters, sieve: Sieve) -> None:
        self._layout = layout
        self._filters = filters
        self._sieve = sieve
        self._open: dict[str, Drawn] = {}

    def unmet(
        self, patterns: WeakPatterns, targets: Targets, neighbourhoods: Sequence[Neighbourhood]
    ) -> dict[str, int]:
        """Those that are surely nothing that is asked for.

        Args:
            patterns: of classes, and of what lists are known to lack.
            targets: the listed structures.
            neighbourhoods: of named compounds.

        Returns:
            By text how many larger components each has, where they are not all the same; else 0.
        """
        if self._layout is None:
            return {}
        with rdBase.BlockLogs():
            return dict(
                _Asked(self._layout, self._filters, self._sieve, self._open).unmet(
                    patterns, targets, neighbourhoods
                )
            )

    @property
    def open(self) -> Mapping[str, Drawn]:
        """Those that `unmet` left open."""
        return self._open


class _Asked:
    """What is asked of drawings that are laid out.

    Args:
        layout: the drawings.
        filters: what they are asked.
        sieve: what keeps the questions as arrays.
        left_open: gets those that a question is left open of.
    """

    def __init__(
        self, layout: Layout, filters: Filters, sieve: Sieve, left_open: dict[str, Drawn]
    ) -> None:
        self._layout = layout
        self._filters = filters
        self._sieve = sieve
        self._left_open = left_open

    def unmet(
        self, patterns: WeakPatterns, targets: Targets, neighbourhoods: Sequence[Neighbourhood]
    ) -> Iterator[tuple[str, int]]:
        """Text and number of larger components of those that are surely nothing asked for."""
        layout = self._layout
        thresholds = self._sieve.thresholds(patterns)
        left = self._left(thresholds)
        listed = layout.any_unit(np.isin(layout.keys, self._sieve.keys(targets))).tolist()
        near = [(one, self._near(one).tolist()) for one in neighbourhoods]
        held = set(np.flatnonzero(left.any(axis=1)).tolist())
        links = layout.any_atom(layout.links).tolist()
        for row in np.flatnonzero(layout.whole).tolist():
            text = layout.texts[row]
            opens = links[row] and self._may_open(row, targets)
            to_ask = (
                listed[row]
                or row in held
                or any(flags[row] for _, flags in near)
                or opens
                or self._has_several_larger(row)
            )
            larger = 0
            if to_ask:
                drawn = self._drawn(row)
                asked = np.flatnonzero(left[row]).tolist()
                if (
                    (listed[row] and drawn.may_be_listed(targets))
                    or (opens and drawn.may_open_to_listed(targets))
                    or self._holds_any(drawn, row, asked, thresholds, opens=links[row])
                    or any(flags[row] and _is_near(drawn, one) for one, flags in near)
                ):
                    self._left_open[text] = drawn
                    continue
                larger = drawn.several_larger()
            yield text, larger

    def _drawn(self, row: int) -> Drawn:
        """A drawing by itself."""
        layout = self._layout
        mol, fragments = layout.mols[row], len(layout.begins[row]) - 1
        drawn = Drawn(layout.texts[row], mol, self._filters, fragments)
        known: dict[str, Any] = {"_outline": layout.outline(row, mol)}
        if fragments == 1 and layout.settled[row]:
            known["graphs"] = (mol,)
        vars(drawn).update(known)
        return drawn

    def _may_open(self, row: int, targets: Targets) -> bool:
        """What a row is an ester or ether of may be listed.

        One bond is cut at a time; a row at which several esters may be cut is left open.
        """
        layout = self._layout
        begin, end = layout.starts[row], layout.starts[row + 1]
        links = np.flatnonzero(layout.links[begin:end])
        if len(links) > MAX_OPENINGS or layout.acyls[begin:end][links].sum() > 1:
            return True
        parents = layout.parents[begin:end].tolist()
        weights = [MET.weights[atom] for atom in layout.atoms[begin:end].tolist()]
        below = weights.copy()
        for at in range(len(below) - 1, 0, -1):
            if parents[at] >= 0:
                below[parents[at]] += below[at]
        lists = targets.opens
        for oxygen in links.tolist():
            root = oxygen
            while parents[root] >= 0:
                root = parents[root]
            whole = below[root]
            # of its carbons one may be its parent, the others are its children
            parts = [below[at] for at, parent in enumerate(parents) if parent == oxygen]
            if parents[oxygen] >= 0:
                parts.append(whole - below[oxygen])
            if any(lists(part + HYDROXYL) or lists(whole - part + PROTON) for part in parts):
                return True
        return False

    def _has_several_larger(self, row: int) -> bool:
        """A row has several components that are no mere counter-ions."""
        begins = self._layout.begins[row]
        if len(begins) == 2:
            return False
        sizes = (end - begin for begin, end in itertools.pairwise(begins))
        return sum(size > LARGER for size in sizes) > 1

    def _left(self, thresholds: _Thresholds) -> Flags:
        """The patterns, by row, that a row has the atoms, rings and surroundings for."""
        layout = self._layout
        numbers = layout.numbers
        left = np.ones((len(layout), len(thresholds.patterns)), dtype=bool)
        for element, needed in thresholds.elements.items():
            left &= layout.count(numbers == element)[:, None] >= needed
        rings = np.add.reduceat(layout.unit_rings, layout.first_unit)
        left &= rings[:, None] >= thresholds.rings
        carbon = numbers == CARBON
        saturated = carbon & (layout.degrees + layout.hydrogens == 4)
        left &= layout.count(saturated)[:, None] >= thresholds.saturated
        left &= layout.count(carbon & ~saturated)[:, None] >= thresholds.unsaturated
        largest = np.maximum.reduceat(layout.unit_sizes, layout.first_unit)
        smallest = np.minimum.reduceat(layout.unit_sizes, layout.first_unit)
        left &= (largest[:, None] >= thresholds.least) & (smallest[:, None] <= thresholds.most)
        places = self._sieve.places.of(layout.stars(layout.ranks), layout.starts[:-1])
        left &= _have(places, thresholds.places)
        places = self._sieve.full_places.of(layout.stars(layout.forms), layout.starts[:-1])
        # what a component is an ester or ether of is not drawn
        other = layout.any_atom(layout.links)[:, None] & thresholds.opened
        left &= _have(places, thresholds.full_places) | other | ~layout.settled[:, None]
        return left

    def _holds_any(
        self,
        drawn: Drawn,
        row: int,
        asked: Sequence[int],
        thresholds: _Thresholds,
        *,
        opens: bool,
    ) -> bool:
        """Whether a drawing may hold any of some patterns.

        What a component is an ester or ether of differs from it in the oxygens alone; so a pattern
        of a class that none of them is in is asked of the matching graph, others of the drawing.
        """
        settled = self._layout.settled[row]
        for at in asked:
            pattern, limit, _ = thresholds.patterns[at]
            by_drawing = opens and thresholds.opened[at]
            if (by_drawing or not settled) and not drawn.may_hold_pattern(pattern):
                continue
            if by_drawing or drawn.graphs is None:
                return True
            query = thresholds.queries[at]
            if any(
                graph.HasSubstructMatch(query)
                for graph in drawn.graphs
                if limit is None or graph.GetNumAtoms() <= limit
            ):
                return True
        return False

    def _near(self, neighbourhood: Neighbourhood) -> Flags:
        """The rows that may be as close as counts to a named compound of a neighbourhood."""
        layout = self._layout
        large = layout.unit_sizes >= max(MIN_HEAVY, neighbourhood.smallest)
        large &= layout.unit_rings >= MIN_RINGS
        if not len(neighbourhood):
            large[:] = False
        for element in neighbourhood.common:
            large &= (layout.count(layout.numbers == element) > 0)[layout.row_of_unit]
        large = self._close(large, self._by_bonds, self._sieve.by_bonds(neighbourhood))
        large = self._close(large, self._by_atoms, self._sieve.by_atoms(neighbourhood))
        return layout.any_unit(large)

    def _close(
        self, units: Flags, count: Callable[[Ints, Ints], tuple[Ints, ...]], chains: _Chains
    ) -> Flags:
        """Those of some fragments whose chains allow that they are close to a named compound."""
        layout = self._layout
        if not units.any():
            return units
        once = (layout.first < layout.second) & units[layout.unit_of[layout.first]]
        found = count(layout.first[once], layout.second[once])
        return units & chains.allow(*found)

    def _by_bonds(self, first: Ints, second: Ints) -> tuple[Ints, ...]:
        """Chains by the bond in their middle: unit, kind, how many; see `bond_counts`.

        A ring of three closes some of them on themselves; they are counted as if all were shared.
        """
        layout = self._layout
        chains = (layout.degrees[first] - 1) * (layout.degrees[second] - 1)
        one, other = layout.codes[first], layout.codes[second]
        kinds = np.minimum(one, other) << 16 | np.maximum(one, other)
        some = chains > 0
        closed = np.where(layout.triangles > 0, _UNBOUNDED, 0)
        return layout.unit_of[first][some], kinds[some], chains[some], closed

    def _by_atoms(self, first: Ints, second: Ints) -> tuple[Ints, ...]:
        """Chains by all their atoms: unit, kind, how many; see `chain_counts`."""
        layout = self._layout
        codes = layout.codes
        swap = codes[first] > codes[second]
        a, b = np.where(swap, second, first), np.where(swap, first, second)
        starts, ends = layout.beside[a], layout.beside[b]
        one = np.repeat(starts, MOST_BESIDE, axis=1)
        last = np.tile(ends, MOST_BESIDE)
        a, b = a[:, None], b[:, None]
        is_chain = (one >= 0) & (last >= 0) & (one != b) & (last != a) & (one != last)
        start, end = codes[one], codes[last]
        turned = (codes[a] == codes[b]) & (end < start)  # a chain has no direction
        outer = np.where(turned, end << 16 | start, start << 16 | end)
        kinds = (codes[a] << 16 | codes[b]) << 32 | outer
        units = np.broadcast_to(layout.unit_of[a], kinds.shape)[is_chain]
        return units, kinds[is_chain], np.ones(len(units), dtype=np.int64), layout.triangles


def _is_near(drawn: Drawn, neighbourhood: Neighbourhood) -> bool:
    """A component is near a named compound, or that is not to be told."""
    graphs = drawn.graphs
    return graphs is None or any(map(neighbourhood.is_close, graphs))


def _have(places: Words, needed: Words) -> Flags:
    """Which rows have all the places that each pattern needs."""
    found = np.ones((len(places), len(needed)), dtype=bool)
    for word in range(places.shape[1]):
        found &= (needed[:, word] & ~places[:, word, None]) == 0
    return found
