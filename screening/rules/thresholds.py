"""Sums against thresholds: what lines add up to, and whether that reaches the law's amount.

Everything is counted in whole milligrams and microlitres and compared as fractions, so that neither
the order of lines nor the way an amount is split over them decides anything.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, replace
from fractions import Fraction

from screening.rules.model import Density, Threshold
from screening.rules.quantities import Per, law_amount, mass_text, volume_text

MAX_NAMED = 20
"""Lines of a sum that are named; further ones are counted."""


@dataclass(frozen=True, slots=True)
class Part:
    """What one line adds to a sum.

    Attributes:
        line: which line.
        day: its shipping day, None where it states none.
        mass_mg, volume_ul: bounds from above, None where not known.
    """

    line: str
    day: dt.date | None
    mass_mg: int | None
    volume_ul: int | None

    @property
    def text(self) -> str | None:
        """The amount in words; None where it is not known."""
        if self.mass_mg is not None:
            return mass_text(self.mass_mg)
        return None if self.volume_ul is None else volume_text(self.volume_ul)


@dataclass(frozen=True, slots=True)
class Total:
    """What lines add up to.

    Attributes:
        mass_mg: of the lines whose mass is known.
        volume_ul: of the lines whose volume is known.
        mass_without_volume_mg, volume_without_mass_ul: of the lines that state only the one.
        unread: lines that state neither.
        count: lines.
        named: the lines, at most `MAX_NAMED`.
    """

    mass_mg: int = 0
    volume_ul: int = 0
    mass_without_volume_mg: int = 0
    volume_without_mass_ul: int = 0
    unread: int = 0
    count: int = 0
    named: tuple[Part, ...] = ()

    @classmethod
    def of(cls, part: Part) -> Total:
        """The sum of one line."""
        mass, volume = part.mass_mg, part.volume_ul
        return cls(
            mass_mg=mass or 0,
            volume_ul=volume or 0,
            mass_without_volume_mg=(mass or 0) if volume is None else 0,
            volume_without_mass_ul=(volume or 0) if mass is None else 0,
            unread=int(mass is None and volume is None),
            count=1,
            named=(part,),
        )

    def __add__(self, other: Total) -> Total:
        return Total(
            self.mass_mg + other.mass_mg,
            self.volume_ul + other.volume_ul,
            self.mass_without_volume_mg + other.mass_without_volume_mg,
            self.volume_without_mass_ul + other.volume_without_mass_ul,
            self.unread + other.unread,
            self.count + other.count,
            (*self.named, *other.named)[:MAX_NAMED],
        )

    def unnamed(self) -> Total:
        """The same without its lines."""
        return replace(self, named=())

    @property
    def text(self) -> str | None:
        """The sum of the lines whose amount is known, in words; None where there is none."""
        if self.unread == self.count:
            return None
        parts = []
        if self.mass_mg or not self.volume_without_mass_ul:
            parts.append(mass_text(self.mass_mg))
        if self.volume_without_mass_ul:
            parts.append(volume_text(self.volume_without_mass_ul))
        return " and ".join(parts)


def reached(threshold: Threshold, total: Total, density: Density | None) -> bool:
    """Whether a sum is over a threshold, or must be taken to be.

    Args:
        threshold: of the entry.
        total: what the lines add up to.
        density: of the goods, for lines in a unit that the threshold does not have.
    """
    if threshold.none or total.unread:
        return True
    amounts = [law_amount(text) for text in threshold.amount]
    masses = [m for m, _ in amounts if m is not None]
    volumes = [v for _, v in amounts if v is not None]
    mass_limit = min(masses) if masses else None
    volume_limit = min(volumes) if volumes else None
    shares: list[Fraction | None] = []
    if mass_limit is not None:
        rest = _share(total.volume_without_mass_ul, volume_limit)
        if rest is None and density is not None:
            greatest = Fraction(str(density.greatest_kg_per_l))
            rest = total.volume_without_mass_ul * greatest / mass_limit
        shares.append(_sum([_share(total.mass_mg, mass_limit), rest]))
    if volume_limit is not None:
        rest = _share(total.mass_without_volume_mg, mass_limit)
        if rest is None and density is not None:
            least = Fraction(str(density.least_kg_per_l))
            rest = total.mass_without_volume_mg / least / volume_limit
        shares.append(_sum([_share(total.volume_ul, volume_limit), rest]))
    for share in shares:
        if share is None or share > 1 or (share == 1 and threshold.reached == "at_least"):
            return True
    return False


def _share(amount: int, limit: int | None) -> Fraction | None:
    """The part of a limit that an amount is; None where they cannot be compared."""
    if amount == 0:
        return Fraction(0)
    return None if not limit else Fraction(amount, limit)


def _sum(shares: Iterable[Fraction | None]) -> Fraction | None:
    total = Fraction(0)
    for share in shares:
        if share is None:
            return None
        total += share
    return total


def period_of(per: Per, day: dt.date) -> str:
    """The period over which a threshold adds up.

    >>> [period_of(per, dt.date(2025, 11, 20)) for per in Per]
    ['2025-11-20', '2025-11', '2025']
    """
    length = {Per.TRANSACTION: 10, Per.MONTH: 7, Per.YEAR: 4}[per]
    return day.isoformat()[:length]


def limit_text(threshold: Threshold) -> str | None:
    """The amount of a threshold in words; None where every amount is over."""
    return None if threshold.none else " or ".join(threshold.amount)
