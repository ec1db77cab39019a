"""What the bundle carries of each body of law, as of when, and what it does not carry."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from screening.places import every_place
from screening.rules.load import Bundle
from screening.rules.model import Coverage, Jurisdiction


@dataclass(frozen=True, slots=True)
class LawState:
    """How much of one list, or of a body of law without a list, is modelled.

    Attributes:
        list: id of the list; None for law that the bundle carries no list of.
        title: its name.
        instrument: its legal instrument; None without a list.
        state: modelled, partly, not modelled.
        as_of: the day that the state speaks of.
        last_checked: the day on which the list was last compared with its source; None without a
            list.
        entries: how many entries it holds.
        missing: what is known to be missing.
    """

    list: str | None
    title: str
    instrument: str | None
    state: Coverage
    as_of: dt.date
    last_checked: dt.date | None
    entries: int
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PlaceState:
    """How much of one jurisdiction's law is modelled.

    Attributes:
        code: its code.
        title: its name.
        unions: codes of unions whose law is asked for it as well.
        shares: lists of another jurisdiction that are its law too.
        laws: its lists, then the law without one.
    """

    code: str
    title: str
    unions: tuple[str, ...]
    shares: tuple[str, ...]
    laws: tuple[LawState, ...]

    @property
    def has_law(self) -> bool:
        """Some law of its own is modelled, at least in part."""
        return bool(self.shares) or any(law.list is not None for law in self.laws)


@dataclass(frozen=True, slots=True)
class CoverageReport:
    """What a bundle covers.

    Attributes:
        bundle: its digest.
        places: every jurisdiction of the bundle, by code.
        union_only: codes of places for which only the law of their union is modelled.
        not_modelled: codes of all other places of the world: a shipment that touches one says so.
    """

    bundle: str
    places: tuple[PlaceState, ...]
    union_only: tuple[str, ...]
    not_modelled: tuple[str, ...]


def coverage_report(bundle: Bundle) -> CoverageReport:
    """Says for every jurisdiction and list what is modelled, and which places have no law here.

    Args:
        bundle: loaded lists.
    """
    places = tuple(_place(j) for j in bundle.jurisdictions.values())
    own = {p.code for p in places if p.has_law}
    through = {p.code for p in places if not p.has_law and own & set(p.unions)}
    return CoverageReport(
        bundle=bundle.digest,
        places=places,
        union_only=tuple(sorted(through)),
        not_modelled=tuple(c for c in every_place() if c not in own | through),
    )


def _place(jurisdiction: Jurisdiction) -> PlaceState:
    file = jurisdiction.file
    lists = [
        LawState(
            list=w.id,
            title=w.file.title,
            instrument=w.file.instrument,
            state=Coverage(w.file.coverage.state),
            as_of=w.file.coverage.as_of,
            last_checked=w.file.last_checked,
            entries=len(w.entries),
            missing=w.file.coverage.missing,
        )
        for w in jurisdiction.lists
    ]
    rest = [
        LawState(None, c.title, None, Coverage(c.state), c.as_of, None, 0, c.missing)
        for c in file.coverage
    ]
    return PlaceState(jurisdiction.code, file.title, file.member_of, file.shares, (*lists, *rest))
