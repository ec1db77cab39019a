"""One row of a table on its way: what is submitted, and what is written of its decision."""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Sequence
from typing import NamedTuple, Protocol

from screening.chemistry.structure import as_drawn
from screening.decision import (
    SHOWN,
    Decision,
    Finding,
    FindingCode,
    Outcome,
    Severity,
    drawn_identity,
)
from screening.history import LedgerLine
from screening.report.tables import decision_cells, decision_json
from screening.rules.load import Bundle
from screening.rules.model import Action
from screening.screener import Alike, Screener
from screening.shipment import Shipment
from screening.sums import counted


class Screens(Protocol):
    """What a batch needs of a screener."""

    @property
    def bundle(self) -> Bundle:
        """What it screens against."""

    def screen(self, shipment: Shipment) -> Decision:
        """The decision for one shipment."""


class Submitted(NamedTuple):
    """One row as it goes to a worker; a tuple, which is made and sent in a third of the time.

    Attributes:
        stated: the shipment without its id; shared by rows that differ in their drawing alone.
        findings: how it was read.
        drawing: its own drawing, None where the shipment holds it.
    """

    stated: Shipment
    findings: tuple[Finding, ...] = ()
    drawing: str | None = None

    @property
    def shipment(self) -> Shipment:
        """The shipment with its drawing."""
        if self.drawing is None:
            return self.stated
        return self.stated.but(structure=self.drawing)


class Rendered(NamedTuple):
    """What is written of one decision; a tuple, as every row comes back from a worker as one.

    Attributes:
        json: the decision in one line, without row and id.
        cells: the cells of `RESULT_COLUMNS`.
        outcome, action: of the decision.
        entries: ids of the entries hit, each once.
        findings: codes of the findings, each once.
        line: what counts towards thresholds, None where nothing does.
    """

    json: str
    cells: tuple[str, ...]
    outcome: Outcome
    action: Action
    entries: tuple[str, ...]
    findings: tuple[FindingCode, ...]
    line: LedgerLine | None = None


def render(decision: Decision, line: LedgerLine | None = None, *, whole: bool = True) -> Rendered:
    """What is written of a decision, and what of it counts towards thresholds.

    Args:
        decision: the decision.
        line: what of it counts.
        whole: its JSON is wanted; for a frame only where a later sum may change it.
    """
    return Rendered(
        json=decision_json(decision) if whole else "",
        cells=decision_cells(decision),
        outcome=decision.outcome,
        action=decision.action,
        entries=tuple(dict.fromkeys(hit.entry for hit in decision.hits)),
        findings=tuple(dict.fromkeys(f.code for f in decision.findings)),
        line=line,
    )


_LEAVE_UNSCREENED = frozenset({FindingCode.LIMIT_PASSED, FindingCode.NOT_PROCESSED})


def with_findings(decision: Decision, findings: Sequence[Finding]) -> Decision:
    """The decision with further findings, and the outcome that they leave.

    A shipment is never `no_listing_found` if anything about it could not be read: a limit that was
    passed leaves it `unscreened`, anything else that asks for a person leaves it for `review`.
    """
    if not findings:
        return decision
    outcome = decision.outcome
    if outcome is Outcome.NO_LISTING_FOUND:
        if any(f.code in _LEAVE_UNSCREENED for f in findings):
            outcome = Outcome.UNSCREENED
        elif any(f.severity is not Severity.NOTE for f in findings):
            outcome = Outcome.REVIEW
    order = list(Severity)
    joined = sorted((*decision.findings, *findings), key=lambda f: order.index(f.severity))
    return decision.model_copy(
        update={
            "findings": tuple(dict.fromkeys(joined)),
            "outcome": outcome,
            "read_findings": tuple(findings),
        }
    )


def alike_row(screener: Screens, submitted: Submitted, *, whole: bool) -> Rendered | None:
    """What is written of a row that shares its decision with others like it; None where none is."""
    drawing = submitted.drawing
    if drawing is None or not isinstance(screener, Screener):
        return None
    try:
        alike = screener.alike(submitted.stated, drawing)
        if alike is None:
            return None
        shared: _Shared | None = alike.shown.get(submitted.findings)
        if shared is None:
            shared = alike.shown[submitted.findings] = _Shared(alike, submitted, screener.bundle)
        return shared.rendered(drawing) if whole else shared.bare
    except Exception:  # the longer road says what it is
        return None


_HOLES = ("\ue000text\ue000", "\ue000smiles\ue000", "\ue000structure\ue000")


class _Shared:
    """What is written of lines that differ in id and drawing alone.

    Args:
        alike: their decision.
        submitted: one of them.
        bundle: the lists.
    """

    def __init__(self, alike: Alike, submitted: Submitted, bundle: Bundle) -> None:
        decision = with_findings(alike.decision, submitted.findings)
        if counted(decision, bundle) is not None:
            raise ValueError("it counts towards thresholds")
        self.bare = render(decision, whole=False)
        text, smiles, structure = _HOLES
        holed = decision.like(
            dataclasses.replace(submitted.stated, structure=structure),
            drawn_identity("structure", text, smiles),
        )
        self._parts = re.split("|".join(_HOLES), decision_json(holed))
        if len(self._parts) != len(_HOLES) + 1:
            raise ValueError("its line has other holes")

    def rendered(self, drawing: str) -> Rendered:
        """What is written of the line with a drawing, a SMILES of plain characters."""
        quoted = json.dumps(drawing)[1:-1]
        text = quoted if len(drawing) <= SHOWN else json.dumps(drawing[:SHOWN])[1:-1]
        smiles = json.dumps(as_drawn(drawing))[1:-1]
        before, between, next_, after = self._parts
        line = f"{before}{text}{between}{smiles}{next_}{quoted}{after}"
        return self.bare._replace(json=line)
