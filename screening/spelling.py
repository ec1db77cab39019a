"""Slips of the pen: entries' names that a word misses by a letter or two.

A machine that reads paper takes 0 for o, 1 for l and rn for m; people swap and drop letters. What
is found here is never more than a possible identity. Numbers are not letters: 2-piperidone is no
slip of 4-piperidone, so the numbers of a name must be there as they are.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

MIN_LETTERS = 6
"""Shorter names are a letter away from too much else."""
MAX_WORDS = 12
MAX_FOUND = 6
"""More names than this say nothing."""

_LETTERS = re.compile(r"[^\W\d_]")
_NUMBERS = re.compile(r"(?<![a-z0-9])[0-9]{1,2}(?![a-z0-9])")
_CONFUSED = str.maketrans("0158|!$i", "olsbllsl")


def _mistakes(letters: int) -> int:
    """Letters that may be wrong in a name of so many."""
    return 1 if letters < 10 else 2 if letters < 24 else 3


def _looks(key: str) -> str:
    """A key with signs that look alike made one, without blanks, brackets and lone numbers."""
    bare = "".join(c for c in _NUMBERS.sub("", key) if c not in " (),'-")
    return bare.translate(_CONFUSED).replace("rn", "m").replace("vv", "w")


class NearNames:
    """Names by how they look; a name is compared only with those that share a part with it.

    Of a word with k mistakes cut in k+1 parts, one part is whole and at most k places away: the
    names are indexed by such parts, so that a look-up touches few of them.

    Args:
        keys: the keys of all names.
    """

    def __init__(self, keys: Iterable[str] | Mapping[str, object]) -> None:
        self._by_part: dict[tuple[int, int, str], list[tuple[str, str]]] = {}
        for key in keys:
            look = _looks(key)
            if len(_LETTERS.findall(look)) < MIN_LETTERS or not look.isascii():
                continue
            for number, (start, end) in enumerate(_parts(len(look))):
                part = (len(look), number, look[start:end])
                self._by_part.setdefault(part, []).append((key, look))

    def find(
        self, tokens: Sequence[str], opens: Sequence[bool], closes: Sequence[bool]
    ) -> Iterator[tuple[int, int, str]]:
        """Names that a run of words misses by little, the longest run first.

        Args:
            tokens: the words of a piece of text.
            opens: where a name may begin.
            closes: where a name may end.

        Yields:
            First word, end, and key of a name; nothing where there are too many.
        """
        count = len(tokens)
        if count > MAX_WORDS:
            return
        runs = [
            (first, last)
            for first in range(count)
            for last in range(first + 1, count + 1)
            if opens[first] and closes[last - 1]
        ]
        for first, last in sorted(runs, key=lambda run: run[0] - run[1]):
            found = self.near(" ".join(tokens[first:last]))
            if found:
                yield from ((first, last, key) for key in found)
                return

    def near(self, key: str) -> list[str]:
        """The keys that a key misses by little, the nearest first; none where there are too many.

        >>> NearNames(["4 piperidone", "norfentanyl"]).near("norfentany1")
        ['norfentanyl']
        >>> NearNames(["4 piperidone"]).near("2 piperidone")
        []
        """
        look = _looks(key)
        letters = len(look)
        if letters < MIN_LETTERS or not look.isascii():
            return []
        numbers = sorted(_NUMBERS.findall(key))
        nearest: dict[str, int] = {}
        for other, other_look in self._sharing(look):
            if other in nearest or other == key or sorted(_NUMBERS.findall(other)) != numbers:
                continue
            distance = _distance(look, other_look, _mistakes(min(letters, len(other_look))))
            if distance is not None:
                nearest[other] = distance
        if not nearest:
            return []
        best = min(nearest.values())
        found = [other for other, distance in nearest.items() if distance == best]
        return found if len(found) <= MAX_FOUND else []

    def _sharing(self, look: str) -> Iterator[tuple[str, str]]:
        """Names that share a part with a look, at about the same place."""
        seen: set[str] = set()
        length = len(look)
        most = _mistakes(length + 3)
        for other_length in range(max(MIN_LETTERS, length - most), length + most + 1):
            for number, (start, end) in enumerate(_parts(other_length)):
                for shift in range(-most, most + 1):
                    begin = start + shift
                    if begin < 0 or end + shift > length:
                        continue
                    part = (other_length, number, look[begin : end + shift])
                    for other, other_look in self._by_part.get(part, ()):
                        if other not in seen:
                            seen.add(other)
                            yield other, other_look


def _parts(length: int) -> list[tuple[int, int]]:
    """A word of a length cut in one part more than mistakes are allowed."""
    count = _mistakes(length) + 1
    cuts = [round(i * length / count) for i in range(count + 1)]
    return list(itertools.pairwise(cuts))


def _distance(one: str, other: str, most: int) -> int | None:
    """Letters changed, dropped, added or swapped; None where there are more than allowed."""
    from rapidfuzz.distance import OSA  # noqa: PLC0415 - needed only for what is not recognised

    distance = int(OSA.distance(one, other, score_cutoff=most))
    return distance if distance <= most else None
