"""What was in force on a day, and what the bundle knew on a day.

Two clocks: `day` asks what the law was; `known_on` asks what the bundle had recorded by then. A day
that is not known exactly is a range: firm outside, uncertain inside.
"""

from __future__ import annotations

import datetime as dt
import enum
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from screening.rules.model import DateRange, EffectiveDay, Entry, Version


class Standing(enum.StrEnum):
    """How a version stands on a day."""

    IN_FORCE = "in force"
    UNCERTAIN = "uncertain"
    ANNOUNCED = "announced"
    NOT_IN_FORCE = "not in force"


@dataclass(frozen=True, slots=True)
class Current:
    """The version that counts on a day, and how firmly."""

    version: Version
    standing: Standing


def bounds(effective: EffectiveDay) -> tuple[dt.date, dt.date]:
    """The earliest and the latest day that an effective day can be."""
    if isinstance(effective, DateRange):
        return effective.not_before or dt.date.min, effective.not_after or dt.date.max
    return effective, effective


def standing(version: Version, day: dt.date) -> Standing:
    """How a version stands on a day, seen alone."""
    first, surely = bounds(version.in_force)
    end_first, end_surely = (
        bounds(version.until) if version.until is not None else (dt.date.max, dt.date.max)
    )
    open_ended = version.until is None
    if day >= surely and (open_ended or day < end_first):
        return Standing.IN_FORCE
    if day >= first and (open_ended or day < end_surely):
        return Standing.UNCERTAIN
    if version.published is not None and version.published <= day < first:
        return Standing.ANNOUNCED
    return Standing.NOT_IN_FORCE


def known_versions(entry: Entry, known_on: dt.date | None) -> tuple[Version, ...]:
    """The versions that the bundle had recorded by a day and not withdrawn by then."""
    return tuple(
        v
        for v in entry.versions
        if (known_on is None or v.recorded <= known_on)
        and (v.withdrawn is None or (known_on is not None and v.withdrawn.on > known_on))
    )


def current(entry: Entry, day: dt.date, known_on: dt.date | None = None) -> Current | None:
    """The version that counts on a day.

    Two versions that meet at a day which is not known exactly are one continuous control: inside
    the range the later one counts, and the entry is in force.

    Returns:
        The version in force, else the uncertain one, else the announced one, else None.
    """
    versions = known_versions(entry, known_on)
    standings = [(v, standing(v, day)) for v in versions]
    for version, state in standings:
        if state is Standing.IN_FORCE:
            return Current(version, state)
    uncertain = [v for v, state in standings if state is Standing.UNCERTAIN]
    if uncertain:
        joined = _meet(uncertain, day)
        return Current(uncertain[-1], Standing.IN_FORCE if joined else Standing.UNCERTAIN)
    for version, state in standings:
        if state is Standing.ANNOUNCED:
            return Current(version, state)
    return None


def _meet(versions: Sequence[Version], day: dt.date) -> bool:
    """The uncertain days are only where one version passes into the next."""
    for earlier, later in pairwise(versions):
        if earlier.until is not None and bounds(earlier.until) == bounds(later.in_force):
            began = bounds(earlier.in_force)[1] <= day
            lasts = later.until is None or day < bounds(later.until)[0]
            if began and lasts:
                return True
    return False


def describe(effective: EffectiveDay) -> str:
    """An effective day in words: the day, or the days around it."""
    if not isinstance(effective, DateRange):
        return effective.isoformat()
    parts = []
    if effective.not_before:
        parts.append(f"not before {effective.not_before.isoformat()}")
    if effective.not_after:
        parts.append(f"not after {effective.not_after.isoformat()}")
    return ", ".join(parts)


def boundary_days(entry: Entry) -> tuple[dt.date, ...]:
    """Every day on which the answer of an entry may change, in order."""
    days = set()
    for version in entry.versions:
        for effective in (version.in_force, version.until):
            if effective is not None:
                days |= {d for d in bounds(effective) if dt.date.min < d < dt.date.max}
        if version.published:
            days.add(version.published)
    return tuple(sorted(days))
