"""The journey of a shipment: its places, and whose law is asked for which leg."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from screening.decision import FindingCode, Severity
from screening.findings import Findings
from screening.places import place_code, place_title
from screening.rules.load import Bundle
from screening.shipment import Leg, LegKind, Shipment


@dataclass(frozen=True)
class Journey:
    """Where a shipment goes.

    Attributes:
        origin, destination: codes; None where missing or not read, which counts as every place.
        transit: codes of the places passed, as far as they were read.
        legs: the laws that are asked, each for its part of the journey.
    """

    origin: str | None
    transit: tuple[str, ...]
    destination: str | None
    legs: tuple[Leg, ...]


def title_of(code: str, bundle: Bundle) -> str:
    """The name of a place, as its watchlist has it."""
    known = bundle.jurisdictions.get(code)
    return known.file.title if known else place_title(code)


def has_lists(code: str, bundle: Bundle) -> bool:
    """The bundle carries law of its own for a place."""
    return code in bundle.jurisdictions and bool(bundle.lists_of[code])


def read_journey(
    shipment: Shipment, bundle: Bundle, jurisdictions: tuple[str, ...] | None, findings: Findings
) -> Journey:
    """Reads the places of a shipment.

    Args:
        shipment: what is submitted.
        bundle: the loaded law.
        jurisdictions: codes to ask; None: every place of the journey, its unions, the treaties.
        findings: takes what could not be read, and what is not modelled or not asked.
    """
    return _Reader(bundle, jurisdictions, findings).read(shipment)


class _Reader:
    """Reads one journey."""

    def __init__(
        self, bundle: Bundle, jurisdictions: tuple[str, ...] | None, findings: Findings
    ) -> None:
        self.bundle = bundle
        self.jurisdictions = jurisdictions
        self.findings = findings

    def read(self, shipment: Shipment) -> Journey:
        """The journey."""
        origin = self._place(shipment.origin, "origin", FindingCode.ORIGIN_MISSING)
        transit = [self._place(t, "transit", None) for t in shipment.transit]
        destination = self._place(
            shipment.destination, "destination", FindingCode.DESTINATION_MISSING
        )
        legs = self._legs(origin, transit, destination, self._brokers(shipment.broker))
        return Journey(origin, tuple(t for t in transit if t), destination, tuple(legs))

    def _place(self, text: str | None, what: str, missing: FindingCode | None) -> str | None:
        """The code of a place; a place that is missing or not read counts as every place loaded."""
        if text is None:
            if missing is not None:
                self.findings.add(
                    missing,
                    Severity.ASK,
                    f"No {what} is stated; the law of every place loaded was asked.",
                )
            return None
        code = place_code(text)
        if code is None:
            self.findings.add(
                FindingCode.PLACE_NOT_READ,
                Severity.ASK,
                f"The {what} {text[:80]!r} could not be read as a country or territory; the law of "
                "every place loaded was asked.",
            )
        return code

    def _brokers(self, broker: str | None) -> list[str | None]:
        """The place from which the deal is arranged, if one is stated; none by itself."""
        return [] if broker is None else [self._place(broker, "broker's place", None)]

    def _legs(
        self,
        origin: str | None,
        transit: Sequence[str | None],
        destination: str | None,
        brokers: Sequence[str | None],
    ) -> list[Leg]:
        """Which laws are asked, and for which part of the journey."""
        national = [
            c
            for c, j in self.bundle.jurisdictions.items()
            if not j.file.treaty and has_lists(c, self.bundle)
        ]
        places: list[tuple[LegKind, Sequence[str]]] = [
            (LegKind.ORIGIN, national if origin is None else [origin]),
            (LegKind.DESTINATION, national if destination is None else [destination]),
        ]
        places += [(LegKind.TRANSIT, national if t is None else [t]) for t in transit]
        places += [(LegKind.BROKER, national if b is None else [b]) for b in brokers]
        places += [
            (LegKind.TREATY, [c for c, j in self.bundle.jurisdictions.items() if j.file.treaty])
        ]
        legs: list[Leg] = []
        for kind, codes in places:
            for code in codes:
                legs += [Leg(kind, code), *(Leg(kind, union) for union in self._unions(code))]
        legs = list(dict.fromkeys(legs))
        for leg in legs:
            if not has_lists(leg.place, self.bundle):
                self.findings.add(
                    FindingCode.JURISDICTION_NOT_MODELLED,
                    Severity.NOTE,
                    f"The law of {place_title(leg.place)} ({leg.place}) is not modelled; nothing "
                    f"was checked there for the {leg.kind} leg.",
                )
        return self._narrowed([x for x in legs if x.place in self.bundle.jurisdictions])

    def _unions(self, code: str) -> tuple[str, ...]:
        known = self.bundle.jurisdictions.get(code)
        return known.file.member_of if known else ()

    def _narrowed(self, legs: list[Leg]) -> list[Leg]:
        """Applies the setting `jurisdictions`, and says what it left out."""
        wanted = self.jurisdictions
        if wanted is None:
            return legs
        for place in dict.fromkeys(leg.place for leg in legs if leg.place not in wanted):
            self.findings.add(
                FindingCode.JURISDICTION_NOT_ASKED,
                Severity.NOTE,
                f"By setting, the law of {title_of(place, self.bundle)} ({place}) was not asked.",
            )
        kept = [leg for leg in legs if leg.place in wanted]
        for code in wanted:
            if all(leg.place != code for leg in kept):
                kept += [Leg(LegKind.ORIGIN, code), Leg(LegKind.DESTINATION, code)]
        return kept
