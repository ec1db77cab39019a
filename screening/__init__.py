"""Screening of shipments for controlled chemicals, with the legal text, the proof and what is due.

The public names are those in `__all__`; everything else may change.
"""

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
