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
    destination: str | None,
    day: dt.date,
) -> bool:
    """Whether a requirement is due for one hit.

    Args:
        rule: the requirement as the list or the jurisdiction states it.
        leg: the leg of the hit.
        entry: id of the entry.
        destination: country code; None counts as every place.
        day: the shipping day.
    """
    stem = entry.rpartition("/")[2]
    if rule.leg is not leg or stem in rule.not_entries:
        return False
    if rule.entries is not None and stem not in rule.entries:
        return False
    return condition_holds(rule.when, destination=destination, day=day)


def condition_holds(condition: Condition, *, destination: str | None, day: dt.date) -> bool:
    """Whether a condition holds; an unknown destination counts as every place."""
    if condition.since and day < condition.since:
        return False
    if condition.until and day >= condition.until:
        return False
    if destination is None:
        return True
    if condition.destinations is not None and destination not in condition.destinations:
        return False
    return not (
        condition.not_destinations is not None and destination in condition.not_destinations
    )


def due(
    rules: Iterable[RequirementRule],
    *,
    leg: LegKind,
    entry: str,
    destination: str | None,
    day: dt.date,
) -> tuple[RequirementRule, ...]:
    """The rules that are due for one hit, in their order."""
    return tuple(
        r for r in rules if rule_applies(r, leg=leg, entry=entry, destination=destination, day=day)
    )
