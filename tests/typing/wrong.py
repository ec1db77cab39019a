"""What a user must not write: each line marked so is a fault to mypy, and most are to pyright.

The marks are mypy's own: under ``--strict`` one that is not needed is a fault itself.
"""

from __future__ import annotations

from screening import Decision, Outcome, Screener, Shipment


def mistakes(screener: Screener, decision: Decision) -> None:
    """Never called."""
    Shipment(cas="437-38-7")  # type: ignore[call-arg]  # no day
    Shipment(cas=437387, day="2025-11-20")  # type: ignore[arg-type]  # a number
    Shipment("437-38-7", day="2025-11-20")  # type: ignore[call-arg]  # keywords only
    Screener(None, ["us"])  # type: ignore[call-arg]  # keywords only
    screener.screen("437-38-7")  # type: ignore[arg-type]  # text
    decision.result  # type: ignore[attr-defined]  # no such attribute  # noqa: B018
    decision.raise_for("review")  # type: ignore[arg-type]  # no outcome


def frozen(decision: Decision) -> None:
    """Never called; pyright does not see what pydantic freezes."""
    decision.outcome = Outcome.REVIEW  # type: ignore[misc]
