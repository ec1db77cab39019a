"""Which requirements are due: leg, list, entry, destination and day decide."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from screening.rules.model import Condition, RequirementRule
from screening.shipment import LegKind


def rule_applies(
    rule: RequirementRule,
    *,
    leg: LegKind,
    entry: str,
    origin: str | None,
    destination: str | None,
    day: dt.date,
) -> bool:
    """Whether a requirement is due for one hit.

    Args:
        rule: the requirement as the list or the jurisdiction states it.
        leg: the leg of the hit.
        entry: id of the entry.
        origin: country code; None counts as every place.
        destination: country code; None counts as every place.
        day: the shipping day.
    """
    stem = entry.rpartition("/")[2]
    if rule.leg is not leg or stem in rule.not_entries:
        return False
    if rule.entries is not None and stem not in rule.entries:
        return False
    return condition_holds(rule.when, origin=origin, destination=destination, day=day)


def condition_holds(
    condition: Condition, *, origin: str | None, destination: str | None, day: dt.date
) -> bool:
    """Whether a condition holds; an unknown place counts as every place."""
    if condition.since and day < condition.since:
        return False
    if condition.until and day >= condition.until:
        return False
    return _among(origin, condition.origins, condition.not_origins) and _among(
        destination, condition.destinations, condition.not_destinations
    )


def _among(
    place: str | None, wanted: tuple[str, ...] | None, unwanted: tuple[str, ...] | None
) -> bool:
    if place is None:
        return True
    return (wanted is None or place in wanted) and (unwanted is None or place not in unwanted)


def due(
    rules: Iterable[RequirementRule],
    *,
    leg: LegKind,
    entry: str,
    origin: str | None,
    destination: str | None,
    day: dt.date,
) -> tuple[RequirementRule, ...]:
    """The rules that are due for one hit, in their order."""
    return tuple(
        r
        for r in rules
        if rule_applies(r, leg=leg, entry=entry, origin=origin, destination=destination, day=day)
    )
