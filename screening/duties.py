"""What has to be done: the requirements that hits make due, and what the ends make of them."""

from __future__ import annotations

from collections.abc import Sequence

from screening.decision import Certainty, FindingCode, Hit, Requirement, Severity
from screening.findings import Findings
from screening.journey import Journey, has_lists, title_of
from screening.rules.load import Bundle
from screening.rules.requirements import due
from screening.shipment import LegKind, Shipment

_LEG_ORDER = list(LegKind)


class Duties:
    """What is due for one shipment; state of one screening, never shared.

    Args:
        bundle: the loaded law.
        shipment: what is submitted.
        journey: where it goes.
        jurisdictions: codes asked by setting, None for all.
        findings: takes what the officer must know besides.
    """

    def __init__(
        self,
        bundle: Bundle,
        shipment: Shipment,
        journey: Journey,
        *,
        jurisdictions: tuple[str, ...] | None,
        findings: Findings,
    ) -> None:
        self.bundle = bundle
        self.shipment = shipment
        self.journey = journey
        self.jurisdictions = jurisdictions
        self.findings = findings

    def requirements(self, hits: Sequence[Hit]) -> tuple[Requirement, ...]:
        """What is due, each document once, with the entries that make it due."""
        found: dict[tuple[str, str, str], Requirement] = {}
        for hit in hits:
            jurisdiction = self.bundle.jurisdictions[hit.jurisdiction].file
            rules = (*self.bundle.lists[hit.list].file.requirements, *jurisdiction.requirements)
            for rule in due(
                rules,
                leg=hit.leg,
                entry=hit.entry,
                origin=self.journey.origin,
                destination=self.journey.destination,
                day=self.shipment.day,
            ):
                key = (hit.place, hit.leg.value, f"{hit.list}/{rule.id}")
                known = found.get(key)
                if known is None:
                    found[key] = Requirement(
                        jurisdiction=hit.place,
                        document=rule.document,
                        authority=rule.authority,
                        who=rule.who,
                        leg=hit.leg,
                        lead_days=rule.lead_days,
                        lead_kind=rule.lead_kind,
                        contains=rule.contains,
                        because=rule.because,
                        citation=rule.citation,
                        checked=rule.checked,
                        entries=(hit.entry,),
                    )
                elif hit.entry not in known.entries:
                    found[key] = known.model_copy(update={"entries": (*known.entries, hit.entry)})
        definite = {h.entry for h in hits if h.certainty is Certainty.DEFINITE}
        result = [
            r
            if definite & set(r.entries)
            else r.model_copy(update={"because": f"If the arguable hit is confirmed: {r.because}"})
            for r in found.values()
        ]
        return tuple(sorted(result, key=lambda r: _LEG_ORDER.index(r.leg)))

    def asymmetry(self, hits: Sequence[Hit], requirements: Sequence[Requirement]) -> None:
        """Listed at one end and not at the other: who has to do what, said in words."""
        origin, destination = self.journey.origin, self.journey.destination
        if origin is None or destination is None or origin == destination:
            return
        ends = {LegKind.ORIGIN: origin, LegKind.DESTINATION: destination}
        asked = self.jurisdictions
        if not all(has_lists(code, self.bundle) for code in ends.values()) or (
            asked is not None and not set(ends.values()) <= set(asked)
        ):
            return
        for leg, other in (
            (LegKind.DESTINATION, LegKind.ORIGIN),
            (LegKind.ORIGIN, LegKind.DESTINATION),
        ):
            here = [h for h in hits if h.leg is leg and h.certainty is Certainty.DEFINITE]
            if not here or any(h.leg is other for h in hits):
                continue
            hit = here[0]
            acts = "; ".join(f"{r.who}: {r.document}" for r in requirements if r.leg is leg)
            listed, free = (title_of(ends[end], self.bundle) for end in (leg, other))
            self.findings.add(
                FindingCode.ASYMMETRY,
                Severity.NOTE,
                f"{hit.title} is listed in {listed} ({leg}) since {hit.in_force} "
                f"({hit.citation}); no listing was found in {free} ({other}). "
                + (f"Due at the {leg}: {acts}." if acts else f"Ask {hit.authority} what is due."),
            )

    def quantity(self) -> None:
        """Says what is missing of the amount."""
        if self.shipment.quantity is None:
            self.findings.add(
                FindingCode.QUANTITY_MISSING,
                Severity.NOTE,
                "No quantity is stated; it counts as over every threshold.",
            )
