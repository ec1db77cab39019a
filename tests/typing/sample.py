"""What a user writes: mypy and pyright find every type in it as asserted, and no fault."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Iterator
from typing import assert_type

from screening import (
    Action,
    Bundle,
    Certainty,
    Decision,
    Finding,
    FindingCode,
    Hit,
    ListedError,
    Outcome,
    Requirement,
    Screener,
    ScreeningError,
    Severity,
    Shipment,
    WatchlistError,
    load_bundle,
)


def make() -> tuple[Screener, Shipment]:
    """What every program begins with."""
    screener = Screener(["default"], jurisdictions=["us", "un"], known_on="2026-01-10")
    shipment = Shipment(
        structure="CCC(=O)N(c1ccccc1)C1CCNCC1",
        quantity="25 kg",
        origin="CN",
        transit=["SG"],
        destination="MX",
        day=dt.date(2025, 11, 20),
    )
    return screener, shipment


def gate(screener: Screener, listing: Shipment) -> str:
    """Holds whatever needs a person."""
    try:
        decision = screener.screen(listing).raise_for(Outcome.REVIEW)
    except ListedError as error:
        assert_type(error.decision, Decision)
        return f"held: {error.decision.hits[0].entry}"
    assert_type(decision, Decision)
    return decision.outcome.value


def look(decision: Decision) -> list[str]:
    """Takes a decision apart."""
    assert_type(decision.outcome, Outcome)
    assert_type(decision.action, Action)
    assert_type(decision.hits, tuple[Hit, ...])
    assert_type(decision.requirements, tuple[Requirement, ...])
    assert_type(decision.findings, tuple[Finding, ...])
    assert_type(decision.hits[0].certainty, Certainty)
    assert_type(decision.findings[0].code, FindingCode)
    assert_type(decision.findings[0].severity, Severity)
    assert_type(decision.requirements[0].due, dt.date | None)
    said = [decision.day.isoformat(), decision.model_dump_json()]
    for hit in decision.hits:
        if hit.proof.basis == "class":
            said += hit.proof.clauses
        elif hit.proof.basis == "substance":
            said += hit.proof.forms
    return said


async def many(screener: Screener, listings: list[Shipment]) -> list[Decision]:
    """Screens without blocking the loop."""
    assert_type(screener.screen_many(listings, workers=2), Iterator[Decision])
    return await asyncio.gather(*(asyncio.to_thread(screener.screen, one) for one in listings))


def lists(paths: list[str]) -> Bundle | None:
    """Loads lists of one's own."""
    try:
        bundle = load_bundle(paths)
    except WatchlistError as error:
        assert_type(error.faults[0].line, int)
        return None
    except ScreeningError:
        return None
    assert_type(bundle.digest, str)
    return bundle
