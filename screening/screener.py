"""`Screener`: the one road from a `Shipment` to a `Decision`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

from screening.chemistry.structure import read_structure, toolkit_version
from screening.decision import (
    Certainty,
    CoverageItem,
    Decision,
    FindingCode,
    Hit,
    Outcome,
    Provenance,
    Severity,
)
from screening.duties import Duties
from screening.errors import ShipmentError
from screening.findings import Findings
from screening.identification import Identification
from screening.journey import Journey, read_journey
from screening.matching import Matching
from screening.names import NameIndex
from screening.rules.index import CompiledBundle, compile_bundle
from screening.rules.load import Bundle, load_bundle
from screening.rules.model import Action, Coverage, Jurisdiction
from screening.shipment import Shipment

if TYPE_CHECKING:
    import pandas as pd


class Screener:
    """Screens shipments against the law of the places they touch.

    One screener serves any number of shipments; screening changes nothing in it, so threads may
    share it. It pickles as its settings and loads again in the other process.

    Args:
        watchlists: folders of watchlists; None: the bundled lists.
        jurisdictions: codes to ask; places of the journey that are not named are left out (and said
            so), named ones off the journey are asked for both their export and import law. None:
            every place of the journey, its unions, and the treaties.
        known_on: what the bundle had recorded by that day; None: all of it.
        exhaustive: try every definition on every component, without any filter before it.

    Raises:
        WatchlistError: the watchlists have faults.
    """

    def __init__(
        self,
        watchlists: Sequence[str | Path] | str | Path | None = None,
        *,
        jurisdictions: Sequence[str] | None = None,
        known_on: dt.date | str | None = None,
        exhaustive: bool = False,
    ) -> None:
        paths = [watchlists] if isinstance(watchlists, str | Path) else watchlists
        self._watchlists = None if paths is None else tuple(Path(p) for p in paths)
        self._known_on = dt.date.fromisoformat(known_on) if isinstance(known_on, str) else known_on
        self._exhaustive = exhaustive
        self._compiled: CompiledBundle = compile_bundle(load_bundle(self._watchlists))
        self._jurisdictions = self._checked_codes(jurisdictions)
        read = lru_cache(maxsize=4096)(read_structure)
        self._identification = Identification(self.bundle, NameIndex(self.bundle), read)

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuild, (
            self._watchlists,
            self._jurisdictions,
            self._known_on,
            self._exhaustive,
        )

    def __repr__(self) -> str:
        bundle = self.bundle
        return (
            f"<Screener {len(bundle.entries)} entries of "
            f"{', '.join(bundle.jurisdictions)}; bundle {bundle.digest[:12]}>"
        )

    @property
    def bundle(self) -> Bundle:
        """The loaded watchlists."""
        return self._compiled.bundle

    def _checked_codes(self, codes: Sequence[str] | None) -> tuple[str, ...] | None:
        if codes is None:
            return None
        wanted = tuple(dict.fromkeys(c.strip().lower() for c in codes if c.strip()))
        unknown = [c for c in wanted if c not in self.bundle.jurisdictions]
        if unknown or not wanted:
            known = ", ".join(self.bundle.jurisdictions)
            raise ShipmentError(
                f"no watchlist for {', '.join(unknown) or 'no jurisdiction'}; there are {known}"
            )
        return wanted

    def screen(self, shipment: Shipment) -> Decision:
        """Screens one shipment.

        Args:
            shipment: what is submitted.

        Returns:
            The decision. Nothing about the goods raises: what cannot be read is a finding.

        >>> decision = Screener().screen(Shipment(
        ...     structure="CCC(=O)N(c1ccccc1)C1CCNCC1",
        ...     origin="CN", destination="MX", day="2025-11-20"))
        >>> str(decision.outcome), decision.hits[0].entry
        ('controlled', 'cn/precursor-catalogue/norfentanyl')
        """
        findings = Findings()
        bundle = self.bundle
        journey = read_journey(shipment, bundle, self._jurisdictions, findings)
        goods = self._identification.identify(shipment, findings)
        matching = Matching(
            self._compiled,
            journey,
            shipment.day,
            known_on=self._known_on,
            exhaustive=self._exhaustive,
            findings=findings,
        )
        raws = matching.raws(goods)
        hits = matching.hits(raws, goods)
        if not goods.candidates and not any(r.readings == () for r in raws):
            findings.unscreened = True
            findings.add(
                FindingCode.NO_IDENTITY,
                Severity.STOP,
                "It could not be established what the goods are; a person must identify them.",
            )
            self._identification.customs_code(shipment, findings)
        matching.incomplete_lists(goods, hits)
        duties = Duties(
            bundle, shipment, journey, jurisdictions=self._jurisdictions, findings=findings
        )
        requirements = duties.requirements(hits)
        duties.asymmetry(hits, requirements)
        duties.quantity()
        return Decision(
            id=shipment.id,
            outcome=_outcome(hits, findings),
            action=min(
                (h.action for h in hits), key=lambda a: a.gravity, default=Action.NONE_FOUND
            ),
            day=shipment.day,
            origin=journey.origin,
            transit=journey.transit,
            destination=journey.destination,
            hits=tuple(hits),
            requirements=requirements,
            findings=findings.sorted(),
            coverage=self._coverage(journey),
            identities=tuple(goods.identities),
            provenance=self._provenance(),
        )

    def screen_many(self, shipments: Iterable[Shipment], *, workers: int = 1) -> Iterator[Decision]:
        """Screens shipments lazily, in order.

        Args:
            shipments: any iterable.
            workers: processes; 1 screens in this one.

        Yields:
            One decision a shipment, in the order of the shipments.
        """
        if workers <= 1:
            yield from map(self.screen, shipments)
            return
        from screening.batch import screen_shipments  # a later part, used only with workers

        yield from screen_shipments(self, shipments, workers=workers)

    def screen_frame(
        self, df: pd.DataFrame, *, columns: dict[str, str] | None = None, workers: int = 1
    ) -> pd.DataFrame:
        """Screens a pandas frame.

        Args:
            df: one shipment a row; columns are recognised by the names people use.
            columns: overrides, shipment field to column name.
            workers: processes.

        Returns:
            The same rows, order and index with the columns of ``decisions.csv`` added.

        Raises:
            MissingExtraError: pandas is not installed.
        """
        from screening.batch import screen_frame  # a later part that builds on this one

        return screen_frame(self, df, columns=columns, workers=workers)

    def _coverage(self, journey: Journey) -> tuple[CoverageItem, ...]:
        items: list[CoverageItem] = []
        for code in dict.fromkeys(leg.place for leg in journey.legs):
            items += coverage_of(self.bundle.jurisdictions[code])
        return tuple(items)

    def _provenance(self) -> Provenance:
        return Provenance(
            bundle=self.bundle.digest,
            software=_software(),
            known_on=self._known_on,
            jurisdictions=self._jurisdictions,
        )


def _rebuild(
    watchlists: tuple[Path, ...] | None,
    jurisdictions: tuple[str, ...] | None,
    known_on: dt.date | None,
    exhaustive: bool,
) -> Screener:
    return Screener(
        watchlists, jurisdictions=jurisdictions, known_on=known_on, exhaustive=exhaustive
    )


@lru_cache(maxsize=1)
def _software() -> dict[str, str]:
    """Versions that a decision depends on."""
    try:
        own = metadata.version("precursor-screening")
    except metadata.PackageNotFoundError:
        own = "unknown"
    return {"precursor-screening": own, "rdkit": toolkit_version()}


def _outcome(hits: Sequence[Hit], findings: Findings) -> Outcome:
    if any(h.certainty is Certainty.DEFINITE for h in hits):
        return Outcome.CONTROLLED
    if hits:
        return Outcome.REVIEW
    if findings.unscreened:
        return Outcome.UNSCREENED
    if any(f.severity is not Severity.NOTE for f in findings.sorted()):
        return Outcome.REVIEW
    return Outcome.NO_LISTING_FOUND


def coverage_of(jurisdiction: Jurisdiction) -> list[CoverageItem]:
    """What the bundle carries of a jurisdiction's law, list by list, and what it does not."""
    items = [
        CoverageItem(
            jurisdiction=jurisdiction.code,
            title=f"{w.file.title} ({w.file.instrument})",
            list=w.id,
            state=w.file.coverage.state,
            as_of=w.file.coverage.as_of,
            missing=w.file.coverage.missing,
        )
        for w in jurisdiction.lists
    ]
    items += [
        CoverageItem(
            jurisdiction=jurisdiction.code,
            title=c.title,
            list=None,
            state=Coverage(c.state),
            as_of=c.as_of,
            missing=c.missing,
        )
        for c in jurisdiction.file.coverage
    ]
    return items
