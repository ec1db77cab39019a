"""One line as the report and the workbook take it, and what both say of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from screening.columns import recognise_header
from screening.decision import Certainty, Decision, Requirement
from screening.explain import latest_day
from screening.report.dispositions import Question, Settlement, questions
from screening.rules.model import Action

MAX_GOODS = 120
_SOURCES = ("name", "cas", "structure", "inchi", "hs_code")


@dataclass(frozen=True, slots=True)
class ReportRow:
    """One line of the file and what was decided about it.

    Attributes:
        row: its number in the file, from 1.
        submitted: every input column as it came.
        decision: the answer.
        settlement: the officers' answers to its questions, where some were given.
    """

    row: int
    submitted: Mapping[str, str]
    decision: Decision
    settlement: Settlement | None = None

    def questions(self) -> tuple[Question, ...]:
        """What a person must decide, with the answers that were given."""
        return self.settlement.questions if self.settlement else questions(self.decision)


@lru_cache(maxsize=4096)
def field_of(header: str) -> str | None:
    """The field that a column is recognised as."""
    found = recognise_header(header)
    return None if found is None else found[0]


def goods_of(row: ReportRow) -> str:
    """What the line says is shipped, short enough for a table: a name before a number or SMILES."""
    said: dict[str, list[str]] = {source: [] for source in _SOURCES}
    for column, value in row.submitted.items():
        said.get(field_of(column) or "", []).append(value)
    for identity in row.decision.identities:
        said.get(identity.source, []).append(identity.text)
    names, numbers = said["name"], said["cas"]
    texts = [*names, *numbers] if names or numbers else [t for some in said.values() for t in some]
    kept: list[str] = []
    for text in (" ".join(t.split()) for t in texts):
        if text and not any(text.casefold() in other.casefold() for other in kept):
            kept.append(text)
    goods = " | ".join(kept)
    return goods if len(goods) <= MAX_GOODS else f"{goods[: MAX_GOODS - 1]}…"


def party_of(row: ReportRow, field: str) -> str:
    """A party as the line names it: what was read, else the cells of its columns."""
    shipment = row.decision.shipment
    if shipment is not None:
        return getattr(shipment, field) or ""
    found = (value for column, value in row.submitted.items() if field_of(column) == field)
    return " | ".join(found)


def gravest(decision: Decision) -> tuple[Action, Action | None]:
    """The action that holds on every reading, and the graver one that an arguable hit would bring.

    A prohibition that hangs on a reading must not read like one that stands.
    """
    definite = [h.action for h in decision.hits if h.certainty is Certainty.DEFINITE]
    if not definite or decision.action in definite:
        return decision.action, None
    return min(definite, key=lambda action: action.gravity), decision.action


def due_day(requirement: Requirement, day: dt.date) -> dt.date | None:
    """The last day on which a requirement can be met for goods that ship on a day."""
    return requirement.due or latest_day(requirement, day)
