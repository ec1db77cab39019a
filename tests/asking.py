"""How the tests of the law ask the screen: the day, and the shape of the question."""

from __future__ import annotations

from collections.abc import Callable

from screening import Decision, Hit, Screener
from screening.shipment import LegKind

TODAY = "2026-11-22"

Decide = Callable[..., Decision]
"""Structure, origin, destination, day (the default is `TODAY`) -> decision."""

Only = Callable[..., Screener]
"""Codes of jurisdictions -> a screener that knows no other law."""


def hits_of(decision: Decision, place: str, leg: LegKind = LegKind.ORIGIN) -> dict[str, Hit]:
    """The hits of one place's law on one leg, by entry."""
    return {h.entry: h for h in decision.hits if h.place == place and h.leg is leg}


def findings_of(decision: Decision) -> set[str]:
    """The codes of a decision's findings."""
    return {f.code.value for f in decision.findings}
