"""One row of a table on its way: what is submitted, and what is written of its decision."""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Sequence
from typing import NamedTuple, Protocol

from pydantic_core import to_json

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
from screening.identification import TableGoods
from screening.report.tables import (
    RESULT_COLUMNS,
    decision_cells,
    decision_json,
    finding_cell,
    one_line,
)
from screening.rules.load import Bundle
from screening.rules.model import Action
from screening.screener import Alike, AlikeOfTable, Screener
from screening.shipment import Shipment
from screening.sums import counted


class Screens(Protocol):
    """What a batch needs of a screener."""

    @property
    def bundle(self) -> Bundle:
        """What it screens against."""

    def screen(self, shipment: Shipment) -> Decision:
        """The decision for one shipment."""


Named = tuple[str | None, str | None]
"""A CAS number and a name, as their cells hold them."""


class Submitted(NamedTuple):
    """One row as it goes to a worker; a tuple, which is made and sent in a third of the time.

    Attributes:
        stated: the shipment without its id; shared by rows that differ in their drawing, or in
            their number and name, alone.
        findings: how it was read.
        drawing: its own drawing, None where the shipment holds it.
        named: its own CAS number and name, None where the shipment holds them.
    """

    stated: Shipment
    findings: tuple[Finding, ...] = ()
    drawing: str | None = None
    named: Named | None = None

    @property
    def shipment(self) -> Shipment:
        """The shipment with its drawing, or with its number and name."""
        if self.named is not None:
            return dataclasses.replace(self.stated, cas=self.named[0], name=self.named[1])
        if self.drawing is None:
            return self.stated
        return self.stated.but(structure=self.drawing)

    def sharing(self, drawing: str | None, named: Named | None) -> Submitted | None:
        """What this row, whose shipment holds all, shares with those of other goods.

        Args:
            drawing: its own drawing, as the cell holds it; None: the others have names.
            named: its own CAS number and name, as the cells hold them.

        Returns:
            The row with these set apart; None where it was not read as just these.
        """
        stated = self.stated
        if drawing is not None:
            same = stated.structure == drawing
            bare = stated.but(structure=None)
        else:
            same = (stated.cas, stated.name) == named
            bare = stated.but(cas=None, name=None)
        return Submitted(bare, self.findings, drawing, named) if same else None


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
    """What is written of a row that shares its decision with others like it; None where none is.

    Args:
        screener: what screens.
        submitted: the row.
        whole: its JSON is wanted.
    """
    if not isinstance(screener, Screener):
        return None
    by_kind = _of_table if submitted.drawing is None else _drawn
    try:
        return by_kind(screener, submitted, whole=whole)
    except Exception:  # the longer road says what it is
        return None


def _drawn(screener: Screener, submitted: Submitted, *, whole: bool) -> Rendered | None:
    """What is written of a row that differs from others in its drawing."""
    drawing = submitted.drawing or ""
    alike = screener.alike(submitted.stated, drawing)
    if alike is None:
        return None
    shared: _Shared | None = alike.shown.get(submitted.findings)
    if shared is None:
        shared = alike.shown[submitted.findings] = _Shared(alike, submitted, screener.bundle)
    return shared.rendered(drawing) if whole else shared.bare


def _of_table(screener: Screener, submitted: Submitted, *, whole: bool) -> Rendered | None:
    """What is written of a row that differs from others in goods that the offline table names."""
    stated = submitted.stated
    cas, name = named = submitted.named or (stated.cas, stated.name)
    found = screener.alike_of_table(stated, cas, name)
    if found is None:
        return None
    alike, goods = found
    key = submitted.findings, cas is None, name is None
    if key not in alike.shown:  # most lines of some files share with no other
        alike.shown[key] = None
        decision = with_findings(alike.of(submitted.shipment, goods), submitted.findings)
        return render(decision, counted(decision, screener.bundle), whole=whole)
    shared: _SharedOfTable | None = alike.shown[key]
    if shared is None:
        shared = alike.shown[key] = _SharedOfTable(alike, goods, submitted, screener.bundle)
    return shared.rendered(named, goods, whole=whole)


class _SharedOfTable:
    """What is written of lines that differ in id and in goods of the offline table alone.

    Args:
        alike: their decision.
        goods: of one of them.
        submitted: the same line.
        bundle: the lists.
    """

    def __init__(
        self, alike: AlikeOfTable, goods: TableGoods, submitted: Submitted, bundle: Bundle
    ) -> None:
        own = tuple(
            finding.model_copy(update={"message": f"\ue000finding {number}\ue000"})
            for number, finding in enumerate(goods.findings)
        )
        identity = goods.identities[0].model_copy(update={"text": "\ue000identity\ue000"})
        line = submitted.shipment
        cells = [
            None if text is None else f"\ue000{field}\ue000"
            for field, text in (("cas", line.cas), ("name", line.name))
        ]
        holed = alike.of(
            dataclasses.replace(line, cas=cells[0], name=cells[1]),
            TableGoods(goods.structure, (identity,), own),
        )
        decision = with_findings(holed, submitted.findings)
        if counted(decision, bundle) is not None:
            raise ValueError("it counts towards thresholds")
        self._bare = render(decision, whole=False)
        at = decision.findings.index(own[0]) if own else len(decision.findings)
        if decision.findings[at : at + len(own)] != own:
            raise ValueError("what is found of the goods does not stand together")
        around = decision.findings[:at], decision.findings[at + len(own) :]
        self._before, self._after = ([finding_cell(f) for f in part] for part in around)
        holes = [
            *(finding.model_dump_json() for finding in own),
            identity.model_dump_json(),
            *(to_json(text).decode() for text in cells if text is not None),
        ]
        rest = decision_json(decision)
        self._parts: list[str] = []
        for hole in holes:
            part, found, rest = rest.partition(hole)
            self._parts.append(part)
            if not found:
                raise ValueError("its line has other holes")
        self._parts.append(rest)

    def rendered(self, named: Named, goods: TableGoods, *, whole: bool) -> Rendered:
        """What is written of a line with other goods.

        Args:
            named: its CAS number and its name.
            goods: what they stand for.
            whole: its JSON is wanted.
        """
        bare = self._bare
        findings = [*self._before, *map(finding_cell, goods.findings), *self._after]
        cells = (*bare.cells[:_FINDINGS], " | ".join(findings), *bare.cells[_FINDINGS + 1 :])
        line = ""
        if whole:
            own = [
                *(finding.model_dump_json() for finding in goods.findings),
                ",".join(identity.model_dump_json() for identity in goods.identities),
                *(to_json(text).decode() for text in named if text is not None),
            ]
            parts = [self._parts[0]]
            for text, part in zip(own, self._parts[1:], strict=True):
                parts += (one_line(text), part)
            line = "".join(parts)
        return bare._replace(json=line, cells=cells)


_FINDINGS = RESULT_COLUMNS.index("screening_findings")
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
