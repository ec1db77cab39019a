"""What stands beside the atoms of a pattern, and which of it a drawing has at all.

A pattern matches only where each of its atoms finds one of its kind, with such atoms beside it as
the pattern has there. That is asked of all patterns at once and of each atom once: an atom with the
atoms beside it is one of few kinds, and what a kind satisfies is found when it is first met. It
loses no match: elements, bonds, and the hydrogens and connections of carbon are all that weaker
patterns ask for (`screening.chemistry.relaxed`), rings are left out, and two atoms beside one may
be counted for the same neighbour, which only lets more through.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Generic, TypeVar

from screening.chemistry.atoms import AtomKind, Outline
from screening.chemistry.relaxed import Places, Relaxed, may_be

Kind = TypeVar("Kind", bound=Hashable)

_MAX_KINDS = 65_536


@dataclass(frozen=True, slots=True)
class _Place:
    """An atom of a pattern: bits of what it is, and of what stands beside it at least.

    Attributes:
        itself: the bit of its own text.
        beside: the bits of texts that stand beside it once or more, twice or more, and so on.
        degree: how many atoms stand beside it.
        bit: its own, among all places.
    """

    itself: int
    beside: tuple[int, ...]
    degree: int
    bit: int


class Surroundings(Generic[Kind]):
    """The atoms of some patterns with what stands beside them.

    Args:
        patterns: the patterns; None is one that says nothing.
        places_of: the atoms of a pattern, each with those beside it.
        may_be: tells whether an atom may be what a pattern's atom asks for.
    """

    def __init__(
        self,
        patterns: Iterable[Relaxed | None],
        places_of: Callable[[Relaxed], Places],
        may_be: Callable[[Kind, str], bool],
    ) -> None:
        self._may_be = may_be
        self._texts: dict[str, int] = {}
        places: dict[tuple[str, tuple[str, ...]], _Place] = {}
        self._needs: dict[str, int] = {}
        for pattern in patterns:
            if pattern is None:
                continue
            need = 0
            for text, beside in places_of(pattern):
                place = places.get((text, beside))
                if place is None:
                    place = places[text, beside] = self._place(text, beside, 1 << len(places))
                need |= place.bit
            self._needs[pattern.smarts] = need
        self._places = tuple(places.values())
        self._of_atoms: dict[Kind, int] = {}
        self._alike: dict[tuple[int, ...], int] = {}
        self._by_atom: dict[int, list[_Place]] = {}

    def _place(self, text: str, beside: Sequence[str], bit: int) -> _Place:
        layers: list[int] = []
        for other in set(beside):
            for layer in range(beside.count(other)):
                if layer == len(layers):
                    layers.append(0)
                layers[layer] |= self._bit(other)
        return _Place(self._bit(text), tuple(layers), len(beside), bit)

    def _bit(self, text: str) -> int:
        return 1 << self._texts.setdefault(text, len(self._texts))

    def needs(self, pattern: Relaxed) -> int:
        """The places of a pattern, as bits; none where the pattern is not among the known ones."""
        return self._needs.get(pattern.smarts, 0)

    def __len__(self) -> int:
        """How many places there are."""
        return len(self._places)

    def satisfied(self, kind: Kind, around: Sequence[Kind]) -> int:
        """The places that an atom with some atoms beside it takes, as bits."""
        masks = sorted(map(self._of_atom, around))
        key = (self._of_atom(kind), *masks)
        found = self._alike.get(key)
        if found is None:
            if len(self._alike) >= _MAX_KINDS:
                self._alike = {}
            found = self._alike[key] = self._places_of(*key)
        return found

    def _places_of(self, itself: int, *around: int) -> int:
        """The places that an atom takes by what it and those beside it satisfy."""
        layers = [0] * len(around)
        for mask in around:
            for layer in range(len(layers) - 1, 0, -1):
                layers[layer] |= layers[layer - 1] & mask
            layers[0] |= mask
        once = ~(layers[0] if layers else 0)
        found = 0
        for place in self._open_to(itself):
            if (
                place.degree <= len(layers)
                and not (place.beside and place.beside[0] & once)
                and all(not need & ~have for need, have in zip(place.beside, layers, strict=False))
            ):
                found |= place.bit
        return found

    def _open_to(self, itself: int) -> Sequence[_Place]:
        found = self._by_atom.get(itself)
        if found is None:
            found = [place for place in self._places if place.itself & itself]
            self._by_atom[itself] = found
        return found

    def _of_atom(self, kind: Kind) -> int:
        """The texts that an atom satisfies, as bits."""
        found = self._of_atoms.get(kind)
        if found is None:
            found = self._of_atoms[kind] = sum(
                1 << place for text, place in self._texts.items() if self._may_be(kind, text)
            )
        return found


class DrawnSurroundings(Surroundings[AtomKind]):
    """The atoms of weaker patterns, which are asked of drawings.

    Args:
        patterns: the patterns; None is one that says nothing.
    """

    def __init__(self, patterns: Iterable[Relaxed | None]) -> None:
        super().__init__(patterns, attrgetter("places"), may_be)
        self._held: dict[int, int] = {}

    def of(self, outline: Outline) -> int:
        """The places that a drawing has, as bits."""
        found = 0
        known = self._held
        for index, star in enumerate(outline.stars):
            held = known.get(star)
            if held is None:
                if len(known) >= _MAX_KINDS:
                    known = self._held = {}
                kinds = outline.kinds
                around = [kinds[i] for i in outline.beside[index]]
                held = known[star] = self.satisfied(kinds[index], around)
            found |= held
        return found
