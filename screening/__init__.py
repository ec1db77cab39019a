"""Screening of shipments for controlled chemicals, with the legal text, the proof and what is due.

The public names are those in `__all__`; everything else may change. Each is loaded when it is first
asked for, so that ``import screening`` alone costs a web framework or a command nothing.

>>> from screening import Outcome, Screener, Shipment
>>> fentanyl = Shipment(cas="437-38-7", origin="CN", destination="US", day="2025-11-20")
>>> Screener().screen(fentanyl).outcome is Outcome.CONTROLLED
True
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from screening.decision import (
        Certainty,
        Decision,
        Finding,
        FindingCode,
        Hit,
        ListedError,
        Outcome,
        Requirement,
        Severity,
    )
    from screening.errors import (
        BundleFileError,
        InputFileError,
        MissingExtraError,
        ScreeningError,
        ShipmentError,
        StructureError,
        WatchlistError,
    )
    from screening.rules.load import Bundle, load_bundle
    from screening.rules.model import Action
    from screening.screener import Screener
    from screening.shipment import Shipment

__all__ = [
    "Action",
    "Bundle",
    "BundleFileError",
    "Certainty",
    "Decision",
    "Finding",
    "FindingCode",
    "Hit",
    "InputFileError",
    "ListedError",
    "MissingExtraError",
    "Outcome",
    "Requirement",
    "Screener",
    "ScreeningError",
    "Severity",
    "Shipment",
    "ShipmentError",
    "StructureError",
    "WatchlistError",
    "load_bundle",
]

_DECISION = dict.fromkeys(
    (
        "Certainty",
        "Decision",
        "Finding",
        "FindingCode",
        "Hit",
        "ListedError",
        "Outcome",
        "Requirement",
        "Severity",
    ),
    "screening.decision",
)
_HOMES = _DECISION | {
    "Action": "screening.rules.model",
    "Bundle": "screening.rules.load",
    "Screener": "screening.screener",
    "Shipment": "screening.shipment",
    "load_bundle": "screening.rules.load",
}


def __getattr__(name: str) -> Any:
    """Loads a public name from the part that defines it."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(_HOMES.get(name, "screening.errors")), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
