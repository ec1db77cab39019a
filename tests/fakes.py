"""Screeners that stand in for the real one where only the batch around it is tested.

They live in a module of their own, so that worker processes can import them.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field

from screening.decision import Decision, Finding, FindingCode, Outcome, Severity
from screening.rules.load import Bundle
from screening.rules.model import Action
from screening.shipment import Shipment
from tests import factories as make


@dataclass
class FakeScreener:
    """Answers by the name of the goods; counts what it was asked.

    `raise` raises, `recurse` exhausts the stack, `die` ends the process, `listed` is controlled,
    `maybe` is review, everything else is not found.
    """

    asked: list[Shipment] = field(default_factory=list)

    @property
    def bundle(self) -> Bundle:
        """A small bundle."""
        return make.bundle()

    def screen(self, shipment: Shipment) -> Decision:
        """The answer for a name."""
        self.asked.append(shipment)
        name = shipment.name or ""
        if name == "raise":
            raise RuntimeError("this row\ncannot be screened")
        if name == "recurse":
            return self.screen(shipment)
        if name == "die":
            os._exit(9)
        outcomes = {"listed": Outcome.CONTROLLED, "maybe": Outcome.REVIEW}
        outcome = outcomes.get(name, Outcome.NO_LISTING_FOUND)
        if not any((shipment.name, shipment.cas, shipment.structure)):
            outcome = Outcome.UNSCREENED
        hits = (make.hit(),) if name == "listed" else ()
        return make.decision(
            id=shipment.id,
            outcome=outcome,
            action=hits[0].action if hits else Action.NONE_FOUND,
            day=shipment.day,
            origin=shipment.origin,
            transit=tuple(shipment.transit),
            destination=shipment.destination,
            hits=hits,
            requirements=(make.requirement(),) if hits else (),
            findings=(
                Finding(
                    code=FindingCode.QUANTITY_MISSING,
                    severity=Severity.NOTE,
                    message=f"screened {name}",
                ),
            ),
        )


@dataclass
class BrokenScreener(FakeScreener):
    """Fails on everything."""

    def screen(self, shipment: Shipment) -> Decision:
        """Never an answer."""
        raise ValueError(f"out of order on {shipment.day}")


@dataclass
class InterruptedScreener(FakeScreener):
    """Is interrupted, as by a person at the keyboard, after a number of rows."""

    after: int = 0

    def screen(self, shipment: Shipment) -> Decision:
        """The answer, until the interrupt."""
        if len(self.asked) > self.after:
            raise KeyboardInterrupt
        return super().screen(shipment)
