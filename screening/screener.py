"""`Screener`: the one road from a `Shipment` to a `Decision`."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from functools import cached_property, lru_cache, partial
from importlib import metadata
from operator import attrgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from screening.chemistry.structure import (
    Structure,
    as_drawn,
    is_smiles,
    read_structure,
    toolkit_version,
)
from screening.decision import (
    Basis,
    Certainty,
    CoverageItem,
    Decision,
    Finding,
    Hit,
    Identity,
    Outcome,
    Provenance,
    Severity,
    drawn_identity,
)
from screening.duties import Drawing, Weighed, measures, settled, weighed
from screening.errors import ShipmentError, StructureError
from screening.findings import Findings
from screening.forms import advance_data
from screening.freshness import MAX_LIST_AGE_DAYS, stale_lists
from screening.history import Ledger, joined, line_of, own_totals
from screening.identification import Goods, Identification, TableGoods
from screening.items import ItemTable, item_table
from screening.journey import Journey, read_journey
from screening.matching import Matching, Raw
from screening.names import MAX_NAME, NameIndex, installed_sources, source_versions
from screening.once import Once, made
from screening.rules.index import Asked, CompiledBundle, compile_bundle
from screening.rules.load import Bundle, load_bundle
from screening.rules.model import Action, Coverage, Jurisdiction
from screening.rules.parties import ListedParty, PartyIndex
from screening.screening_list import ScreeningList
from screening.shipment import Shipment
from screening.unlisted import TableStructures

if TYPE_CHECKING:
    import pandas as pd


_MAX_GROUNDS = 2048
"""Journeys and days whose ground is kept; the memory it takes has to have an end."""
_MAX_MET = 1024
"""Goods on a journey and day of which is kept what they meet."""
_MAX_SEEN = 8192
"""Drawings on a journey and day of which is kept that they meet nothing, or not for sure."""
_MAX_SEEN_TEXT = 1_000
_Seen = tuple[int, bool, str]
"""The number of a ground, whether no customs code is compared, and a drawing."""
_MAX_TOLD = 4096
"""Ways of stating goods on a journey and day that are kept for them."""


@dataclass(frozen=True, slots=True)
class _Ground:
    """What a decision owes to journey and day alone.

    Attributes:
        journey: whose law is asked.
        asked: what is asked of structures.
        said: what was found while the journey was read.
        stale: lists that are old for the day.
        coverage: what was checked and what was not.
        number: its own; no other ground of the process has it.
    """

    journey: Journey
    asked: Asked
    said: tuple[Finding, ...]
    stale: tuple[Finding, ...]
    coverage: tuple[CoverageItem, ...]
    number: int = field(default_factory=itertools.count().__next__)


@dataclass(frozen=True, slots=True)
class _Met:
    """What goods meet on a journey and day, whatever else their line says.

    Attributes:
        hits: in their order.
        listed: an entry is met by structure or identifier, on some leg or on none.
        known: some entry is met by more than the description of goods.
        said: what was found while they were matched.
        unscreened: something of them could not be decided.
        lacking: lists that may be known to lack them.
        weighed: the entries that they are weighed under.
    """

    hits: tuple[Hit, ...]
    listed: bool
    known: bool
    said: tuple[Finding, ...]
    unscreened: bool
    lacking: tuple[Finding, ...]
    weighed: Weighed


_NOTHING_MET = _Met((), False, False, (), False, (), ())


class Alike:
    """The decision that lines share which differ in id and drawing alone, and meet nothing.

    Attributes:
        decision: of one of them.
        asks: it asks something of its own goods after all, and is shared by none.
        shown: what a caller makes of it, once for all of them.
    """

    __slots__ = ("asks", "decision", "shown")

    def __init__(self, decision: Decision, *, asks: bool) -> None:
        self.decision = decision
        self.asks = asks
        self.shown: dict[Any, Any] = {}


class AlikeOfTable:
    """The decision that lines share which differ in id and in goods of the offline table alone.

    Attributes:
        decision: of one of them, whose goods meet nothing as those of all.
        before, after: what was found of all of them; what is found of the goods stands between.
        shown: what a caller makes of it, once for all of them.
    """

    __slots__ = ("after", "before", "decision", "shown")

    def __init__(self, decision: Decision, at: int, own: int) -> None:
        self.decision = decision
        self.before, self.after = decision.findings[:at], decision.findings[at + own :]
        self.shown: dict[Any, Any] = {}

    @classmethod
    def found(cls, decision: Decision, own: tuple[Finding, ...]) -> Self | None:
        """What others share with a line; None where something was found of its goods besides.

        Args:
            decision: of the line.
            own: what is found of its goods.
        """
        found = decision.findings
        at = found.index(own[0]) if own and own[0] in found else len(found)
        if decision.hits or found[at : at + len(own)] != own:
            return None
        return cls(decision, at, len(own))

    def of(self, shipment: Shipment, goods: TableGoods) -> Decision:
        """The decision for a line.

        Args:
            shipment: the line.
            goods: its goods.
        """
        findings = (*self.before, *goods.findings, *self.after)
        return self.decision.alike(shipment, goods.identities, findings)


@dataclass(slots=True)
class _RestOfTable:
    """What lines share that differ in id and goods of the offline table alone.

    Attributes:
        ground: what they owe to journey and day.
        alike: their decision, by the number of things found of their goods; None: they share none.
    """

    ground: _Ground
    alike: dict[int, AlikeOfTable | None]


@dataclass(frozen=True, slots=True)
class _Rest:
    """What lines share that differ in id and drawing alone.

    Attributes:
        ground: what they owe to journey and day.
        alike: their decisions, by the number of larger components that the drawing has.
    """

    ground: _Ground
    alike: dict[int, Alike]


_FEW_TOGETHER = 8
"""Fewer drawings are read one by one: laying them out would cost more than it spares."""

_OTHER_IDENTIFIERS = attrgetter(
    "inchi", "cas", "name", "formula", "molar_mass", "item", "un_number"
)
_OTHER_THAN_TABLES = attrgetter("structure", "inchi", "formula", "molar_mass", "item", "un_number")
_GOODS = ("structure", "inchi", "cas", "name", "formula", "molar_mass", "item", "un_number")
"""The fields that say what the goods are; the customs code is asked for on its own as well."""
_NOT_GOODS = attrgetter(*(f.name for f in fields(Shipment) if f.name not in {"id", *_GOODS}))
_PLACES_AND_DAY = attrgetter("origin", "transit", "destination", "broker", "day")
_REST = attrgetter(*(f.name for f in fields(Shipment) if f.name not in {"id", "structure"}))


class Screener:
    """Screens shipments against the law of the places they touch.

    One screener serves any number of shipments; screening changes nothing in it, so threads may
    share it. It pickles as its settings and loads again in the other process.

    Args:
        watchlists: folders of watchlists, exported files of them, and the word ``"default"`` for
            the bundled lists, such as ``["default", "my-lists/"]``; None: the bundled lists.
        jurisdictions: codes to ask; places of the journey that are not named are left out (and said
            so), named ones off the journey are asked for both their export and import law. None:
            every place of the journey, its unions, and the treaties.
        known_on: what the bundle had recorded by that day; None: all of it.
        exhaustive: try every definition on every component, without any filter before it.
        items: what stands behind your own item codes: by code a SMILES, or a mapping with some of
            ``structure``, ``inchi``, ``cas``, ``name``; or the path of a CSV file of them.
        parties: a downloaded Consolidated Screening List, as the CSV file; names that are like one
            in it are a finding. The party entries of the watchlists are asked in any case.
        max_list_age_days: days from the last check of a list to the shipping day for which it
            counts as fresh; an older one is a finding, and past twice the age a person is asked.

    Raises:
        WatchlistError: the watchlists have faults.
        BundleFileError: an exported file of watchlists was altered.
        ShipmentError: a code of `jurisdictions` has no watchlist, an age is no number of days, or
            an item is faulty.
        InputFileError: the file of items cannot be read.
        PartyListError: the file of parties cannot be read.

    >>> screener = Screener()
    >>> fentanyl = Shipment(cas="437-38-7", origin="CN", destination="US", day="2025-11-20")
    >>> str(screener.screen(fentanyl).outcome)
    'controlled'
    """

    def __init__(
        self,
        watchlists: Sequence[str | Path] | str | Path | None = None,
        *,
        jurisdictions: Sequence[str] | None = None,
        known_on: dt.date | str | None = None,
        exhaustive: bool = False,
        max_list_age_days: int = MAX_LIST_AGE_DAYS,
        items: Mapping[str, str | Mapping[str, str | None]] | ItemTable | str | Path | None = None,
        parties: str | Path | None = None,
    ) -> None:
        if max_list_age_days < 0:
            raise ShipmentError(f"max_list_age_days must be 0 or more, not {max_list_age_days}")
        self._max_list_age_days = max_list_age_days
        paths = [watchlists] if isinstance(watchlists, str | Path) else watchlists
        self._watchlists = None if paths is None else tuple(paths)
        self._known_on = dt.date.fromisoformat(known_on) if isinstance(known_on, str) else known_on
        self._exhaustive = exhaustive
        self._compiled: CompiledBundle = compile_bundle(load_bundle(self._watchlists))
        self._jurisdictions = self._checked_codes(jurisdictions)
        # Without filters every drawing is read in full; that is what the filters are held to.
        read = read_structure if exhaustive else self._read
        read = lru_cache(maxsize=2048)(read)
        self._read_ahead: Mapping[str, Structure] = {}
        self._items = item_table(items)
        names = NameIndex(self.bundle, installed_sources(self._items))
        self._of_tables = TableStructures(self._compiled, read)
        of_tables = read if exhaustive else self._of_tables.read
        self._identification = Identification(self.bundle, names, read, of_tables)
        self._in_full = Identification(self.bundle, names, read_structure)
        self._parties_file = None if parties is None else Path(parties)
        self._parties = PartyIndex(_party_entries(self.bundle))
        self._screening_list = (
            None if self._parties_file is None else ScreeningList(self._parties_file)
        )
        self._grounds = Once(_MAX_GROUNDS)
        self._rests = Once(_MAX_GROUNDS)
        self._last_rest: tuple[Shipment | None, _Rest | None] = (None, None)
        self._unmets = Once(_MAX_GROUNDS)
        self._mets = Once(_MAX_MET)
        self._told: dict[tuple[Any, ...], _Met] = {}
        self._seen: dict[_Seen, int | None] = {}
        self._rests_of_tables = Once(_MAX_GROUNDS)

    def __reduce__(self) -> tuple[Any, ...]:
        again = partial(
            Screener,
            self._watchlists,
            jurisdictions=self._jurisdictions,
            known_on=self._known_on,
            exhaustive=self._exhaustive,
            max_list_age_days=self._max_list_age_days,
            items=self._items,
            parties=self._parties_file,
        )
        return again, ()

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

    @property
    def compiled(self) -> CompiledBundle:
        """The watchlists as they are asked, for those who check proofs."""
        return self._compiled

    @property
    def names(self) -> NameIndex:
        """Names and numbers as they are read, for those who index them."""
        return self._identification.names

    @property
    def of_tables(self) -> TableStructures:
        """What is known of the structures of tables, for those who index them."""
        return self._of_tables

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

    def screen(self, shipment: Shipment, *, history: Ledger | None = None) -> Decision:
        """Screens one shipment.

        Args:
            shipment: what is submitted.
            history: earlier lines, which count towards thresholds; see `ledger`.

        Returns:
            The decision. Nothing about the goods raises: what cannot be read is a finding.

        >>> decision = Screener().screen(Shipment(
        ...     structure="CCC(=O)N(c1ccccc1)C1CCNCC1",
        ...     origin="CN", destination="MX", day="2025-11-20"))
        >>> str(decision.outcome), decision.hits[0].entry
        ('controlled', 'cn/precursor-catalogue/norfentanyl')
        """
        try:
            if shipment.structure is not None and history is None:
                alike = self.alike(shipment, shipment.structure)
                if alike is not None:
                    identity = drawn_identity(
                        "structure", shipment.structure, as_drawn(shipment.structure)
                    )
                    return alike.decision.like(shipment, identity)
            elif history is None:
                shared = self.alike_of_table(shipment, shipment.cas, shipment.name)
                if shared is not None:
                    return shared[0].of(shipment, shared[1])
            return self._screen(shipment, history, self._identification)
        except StructureError:  # a drawing that the filters took for readable fails when it is read
            return self._screen(shipment, history, self._in_full)

    def alike(self, shipment: Shipment, drawing: str) -> Alike | None:
        """The decision that a drawing which surely meets nothing shares with others like it.

        It owes all but the drawing to the other fields of the line, so it is made once for each set
        of them. Whatever else says what the goods are has to be compared with the drawing, and
        takes the longer road.

        Args:
            shipment: the line; its own drawing is not looked at.
            drawing: a SMILES.

        Returns:
            None where it is not sure, or the drawing is no plain SMILES.

        Raises:
            StructureError: a drawing that was taken for readable cannot be read.
        """
        if self._exhaustive or not is_smiles(drawing):
            return None
        if any(_OTHER_IDENTIFIERS(shipment)):
            return None
        larger = self._larger_of_unmet(shipment, drawing)
        if larger is None:
            return None
        rest = self._rest(shipment)
        found = rest.alike.get(larger)
        if found is None:
            drawn = replace(shipment, structure=drawing)
            decision = self._screen(drawn, None, self._identification)
            asks = _asks(decision.hits, decision.findings, rest.ground)
            found = rest.alike[larger] = Alike(decision, asks=asks)
        return None if found.asks else found

    def _larger_of_unmet(self, shipment: Shipment, drawing: str) -> int | None:
        """How many larger components a drawing has that meets nothing, 0 where all are the same.

        Returns:
            None where it may meet something.
        """
        codes = shipment.hs_code is None  # where one is compared, what any list has counts
        ground = self._ground(shipment)
        key = (ground.number, codes, drawing)
        if key in self._seen:
            return self._seen[key]
        try:
            structure = self._identification.read(drawing)
        except StructureError:
            return None
        unmet = self._compiled.meets_nothing(structure, ground.asked, own_lists=codes)
        return self._see(key, structure.several_larger() if unmet else None)

    def _see(self, key: _Seen, larger: int | None) -> int | None:
        """Keeps what a drawing leads to, for lines that have it again."""
        if len(self._seen) >= _MAX_SEEN:
            self._seen.clear()
        if len(key[2]) <= _MAX_SEEN_TEXT:
            self._seen[key] = larger
        return larger

    def look_ahead(self, lines: Iterable[tuple[Shipment, str]]) -> None:
        """Looks at the drawings of lines that are screened next, many of them together.

        It changes no decision and takes nothing off the time of a single line: it is for those who
        have the lines at hand, such as the rows of a table.

        Args:
            lines: each without its own drawing, and the drawing.
        """
        if self._exhaustive:
            return
        groups: dict[tuple[int, bool], tuple[Asked, dict[str, None]]] = {}
        for shipment, drawing in lines:
            if any(_OTHER_IDENTIFIERS(shipment)) or not is_smiles(drawing):
                continue
            ground = self._ground(shipment)
            of = ground.number, shipment.hs_code is None
            if (*of, drawing) not in self._seen:
                groups.setdefault(of, (ground.asked, {}))[1][drawing] = None
        structures: dict[str, Structure] = {}
        for (number, codes), (asked, drawings) in groups.items():
            if len(drawings) >= _FEW_TOGETHER:
                read = self._compiled.sieve.read(drawings)
                unmet = self._compiled.surely_unmet(read, asked, own_lists=codes)
                for drawing, larger in unmet.items():
                    self._see((number, codes, drawing), larger)
                structures |= read.open
        self._read_ahead = structures

    def _read(self, text: str) -> Structure:
        """Reads a structure, or takes the one that was read ahead."""
        return self._read_ahead.get(text) or self._compiled.filters.read(text)

    def _rest(self, shipment: Shipment) -> _Rest:
        """What lines share that differ in id and drawing alone; nothing else says what it is."""
        last, found = self._last_rest
        if found is None or last is not shipment:  # rows of one file often share all else
            found = self._rests(_REST(shipment), lambda: _Rest(self._ground(shipment), {}))
            self._last_rest = shipment, found
        return found

    def screen_bare(self, shipment: Shipment) -> Decision:
        """The decision for one shipment, whose requirements have no filled forms.

        It is for those who show a decision in short; else it is that of `screen`.
        """
        try:
            return self._screen(shipment, None, self._identification, forms=False)
        except StructureError:  # as above
            return self._screen(shipment, None, self._in_full, forms=False)

    def alike_of_table(
        self, shipment: Shipment, cas: str | None, name: str | None
    ) -> tuple[AlikeOfTable, TableGoods] | None:
        """The decision that goods of the offline table which meet nothing share with others.

        They are those of a CAS number, a name or both that stand for one structure, where nothing
        else in the line says what the goods are. The decision is made once for each set of the
        other fields; what differs is who the goods are, and what is noted of that.

        Args:
            shipment: the line; its own number and name are not looked at.
            cas: a cell with a CAS number.
            name: a description.

        Returns:
            The decision and the goods; None where it is not sure.

        Raises:
            StructureError: a structure that was taken for readable cannot be read.
        """
        if self._exhaustive or any(_OTHER_THAN_TABLES(shipment)):
            return None
        if not 0 < len(cas or "") + len(name or "") <= MAX_NAME:
            return None  # prose is no one name, and does not come twice
        try:
            goods = self._identification.of_table(cas, name)
        except StructureError:
            return None
        if goods is None:
            return None
        rest = self._rests_of_tables(
            _NOT_GOODS(shipment), lambda: _RestOfTable(self._ground(shipment), {})
        )
        codes = shipment.hs_code is None  # where one is compared, what any list has counts
        asked = rest.ground.asked
        if not self._of_tables.meets_nothing(goods.structure, asked, own_lists=codes):
            return None
        number = len(goods.findings)
        if number not in rest.alike:
            line = replace(shipment, cas=cas, name=name)
            decision = self._screen(line, None, self._identification)
            rest.alike[number] = AlikeOfTable.found(decision, goods.findings)
        alike = rest.alike[number]
        return None if alike is None else (alike, goods)

    def _screen(
        self,
        shipment: Shipment,
        history: Ledger | None,
        identification: Identification,
        *,
        forms: bool = True,
    ) -> Decision:
        findings = Findings()
        ground = self._ground(shipment)
        findings.take(ground.said)
        goods = identification.identify(shipment, findings)
        told = self._told.get(_told_of(goods, ground)) if not self._exhaustive else None
        if (
            told is None
            and history is None
            and self._meets_nothing(shipment, goods, findings, ground)
        ):
            unmet = self._unmet(shipment, goods, findings, ground, identification)
            if unmet is not None:
                return unmet
        parties = self._matching(ground, shipment, findings).party_raws(self._parties, shipment)
        met = told if told is not None and not parties else None
        met = met or self._met(goods, ground, shipment, parties)
        findings.take(met.said)
        findings.unscreened |= met.unscreened
        if not goods.candidates and not met.known:
            findings.unscreened = True
            identification.unknown(shipment, goods, findings)
        identification.compare_codes(shipment, goods, findings, listed=met.listed)
        if self._screening_list is not None:
            self._screening_list.compare(shipment, findings)
        findings.take(met.lacking)
        stated = identification.completed(shipment, goods, findings)
        findings.take(ground.stale)
        found = findings.sorted()
        said = {shipment.structure, shipment.inchi}
        return self._decided(
            shipment,
            stated,
            ground,
            met=met,
            findings=findings,
            identities=goods.shown_identities(standard=_asks(met.hits, found, ground)),
            drawings=[Drawing(c.structure, c.structure.text in said) for c in goods.candidates],
            history=history,
            forms=forms,
        )

    def _matching(self, ground: _Ground, shipment: Shipment, findings: Findings) -> Matching:
        return Matching(
            self._compiled,
            ground.journey,
            shipment.day,
            known_on=self._known_on,
            exhaustive=self._exhaustive,
            findings=findings,
        )

    def _met(
        self, goods: Goods, ground: _Ground, shipment: Shipment, parties: Sequence[Raw]
    ) -> _Met:
        """What the goods meet, and the parties of their line.

        It hangs on the goods, the journey and the day, and is found once for them; goods that are
        drawn in another way have the same components.
        """
        find = partial(self._newly_met, goods, ground, shipment, parties)
        if parties or self._exhaustive:
            return find()
        key = _goods_of(goods, ground)
        met = find() if key is None else self._mets(key, find)
        if met.hits:
            if len(self._told) >= _MAX_TOLD:
                self._told.clear()
            self._told[_told_of(goods, ground)] = met
        return met

    def _newly_met(
        self, goods: Goods, ground: _Ground, shipment: Shipment, parties: Sequence[Raw]
    ) -> _Met:
        findings, lacking = Findings(), Findings()
        matching = self._matching(ground, shipment, findings)
        raws = matching.raws(goods)
        hits = matching.hits([*raws, *parties], goods)
        said = findings.all()
        matching.findings = lacking
        matching.incomplete_lists(goods, hits)
        return _Met(
            hits=tuple(hits),
            # a party says nothing of the goods
            listed=bool(raws) or any(hit.basis is not Basis.PARTY for hit in hits),
            known=any({*raw.readings} <= {"goods"} for raw in raws),
            said=said,
            unscreened=findings.unscreened,
            lacking=lacking.all(),
            weighed=weighed(hits, self.bundle),
        )

    def _meets_nothing(
        self, shipment: Shipment, goods: Goods, findings: Findings, ground: _Ground
    ) -> bool:
        """All that the goods may be is read, and surely is nothing that is asked for."""
        if self._exhaustive or findings.unscreened or not goods.candidates:
            return False
        if any(identity.entries for identity, _ in goods.named):
            return False
        # where a customs code is compared, what any list has counts
        codes = not (shipment.hs_code or goods.text.hs_code)
        return all(
            self._of_tables.meets_nothing(candidate.structure, ground.asked, own_lists=codes)
            if candidate.of_table
            else self._compiled.meets_nothing(candidate.structure, ground.asked, own_lists=codes)
            for candidate in goods.candidates
        )

    def _unmet(
        self,
        shipment: Shipment,
        goods: Goods,
        findings: Findings,
        ground: _Ground,
        identification: Identification,
    ) -> Decision | None:
        """The decision for goods that meet nothing: all but what was found of them is shared.

        None where a name of the line is like a listed party; nothing was found then.
        """
        said = Findings()
        said.take(findings.all())
        identification.compare_codes(shipment, goods, said, listed=False)
        if self._screening_list is not None:
            self._screening_list.compare(shipment, said)
        stated = identification.completed(shipment, goods, said)
        shared = self._unmets(_NOT_GOODS(stated), lambda: self._new_unmet(stated, ground))
        if shared is None:
            return None
        said.take(ground.stale)
        found = said.sorted()
        said.take(shared.findings)
        return shared.model_copy(
            update={
                "id": shipment.id,
                "outcome": _outcome_of_findings(found),
                "findings": said.sorted(),
                "identities": goods.shown_identities(standard=_asks((), found, ground)),
                "shipment": shipment,
            }
        )

    def _new_unmet(self, stated: Shipment, ground: _Ground) -> Decision | None:
        """What all goods that meet nothing share; None where a party is met."""
        if self._matching(ground, stated, Findings()).party_raws(self._parties, stated):
            return None
        nothing: dict[str, Any] = dict.fromkeys(("id", *_GOODS))
        bare = replace(stated, **nothing)
        return self._decided(bare, bare, ground)

    def _decided(
        self,
        shipment: Shipment,
        stated: Shipment,
        ground: _Ground,
        *,
        met: _Met = _NOTHING_MET,
        findings: Findings | None = None,
        identities: tuple[Identity, ...] = (),
        drawings: Sequence[Drawing] = (),
        history: Ledger | None = None,
        forms: bool = True,
    ) -> Decision:
        """The decision of what was found, with what is due."""
        hits = met.hits
        findings = findings or Findings()
        bundle, journey = self.bundle, ground.journey
        parts: dict[str, Any] = {
            "id": shipment.id,
            "outcome": _outcome(hits, findings),
            "action": min(
                (h.action for h in hits), key=lambda a: a.gravity, default=Action.NONE_FOUND
            ),
            "day": shipment.day,
            "origin": journey.origin,
            "transit": journey.transit,
            "destination": journey.destination,
            "hits": hits,
            "requirements": (),
            "findings": findings.sorted(),
            "coverage": ground.coverage,
            "identities": identities,
            "provenance": self._provenance,
            "shipment": shipment,
            "read_findings": (),
            "quantity": stated.quantity,
            "purity": stated.purity,
            "measures": measures(met.weighed, stated, bundle, drawings),
            "advance_data": advance_data(stated),
        }
        decision = made(Decision, parts)
        line = line_of(decision, "this line")
        totals = own_totals(line, bundle)
        if history is not None:
            totals = joined(totals, history.totals(line))
        return settled(decision, totals, bundle, forms=forms)

    def ledger(self, *history: str | Path) -> Ledger:
        """Sums of earlier lines, to be given to `screen`.

        Args:
            history: files ``decisions.jsonl`` of earlier runs.

        Raises:
            InputFileError: a file cannot be read.
        """
        ledger = Ledger(self.bundle)
        for path in history:
            ledger.add_file(path)
        return ledger

    def screen_many(self, shipments: Iterable[Shipment], *, workers: int = 1) -> Iterator[Decision]:
        """Screens shipments lazily, in order.

        Args:
            shipments: any iterable.
            workers: processes; 1 screens in this one.

        Yields:
            One decision a shipment, in the order of the shipments.

        >>> offered = (
        ...     Shipment(cas=cas, origin="CN", destination="US", day="2025-11-20")
        ...     for cas in ("437-38-7", "64-17-5"))
        >>> [str(decision.outcome) for decision in Screener().screen_many(offered)]
        ['controlled', 'no_listing_found']
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

        >>> import pandas as pd
        >>> offered = pd.DataFrame(
        ...     {"CAS": ["437-38-7"], "From": ["CN"], "To": ["US"], "Day": ["2025-11-20"]})
        >>> Screener().screen_frame(offered)["screening_outcome"].tolist()
        ['controlled']
        """
        from screening.batch import screen_frame  # a later part that builds on this one

        return screen_frame(self, df, columns=columns, workers=workers)

    def _ground(self, shipment: Shipment) -> _Ground:
        """What a decision owes to journey and day alone; most rows of a file share both."""
        return self._grounds(_PLACES_AND_DAY(shipment), lambda: self._new_ground(shipment))

    def _new_ground(self, shipment: Shipment) -> _Ground:
        said, stale = Findings(), Findings()
        journey = read_journey(shipment, self.bundle, self._jurisdictions, said)
        places = list(dict.fromkeys(leg.place for leg in journey.legs))
        stale_lists(
            self.bundle,
            places,
            shipment.day,
            known_on=self._known_on,
            max_age=self._max_list_age_days,
            findings=stale,
        )
        return _Ground(
            journey,
            self._compiled.asked(journey.legs, journey.destination, shipment.day),
            said.all(),
            stale.all(),
            tuple(item for code in places for item in coverage_of(self.bundle.jurisdictions[code])),
        )

    @cached_property
    def _provenance(self) -> Provenance:
        return Provenance(
            bundle=self.bundle.digest,
            software=_software(),
            known_on=self._known_on,
            jurisdictions=self._jurisdictions,
            max_list_age_days=self._max_list_age_days,
            parties=self._screening_list.digest if self._screening_list is not None else None,
            items=self._items.digest if self._items is not None else None,
        )


def _told_of(goods: Goods, ground: _Ground) -> tuple[Any, ...]:
    """All that says what the goods are, as it stands, with journey and day."""
    drawn = tuple([(c.structure.text, c.readings, c.salt) for c in goods.candidates])
    return ground.number, drawn, tuple(goods.named)


def _goods_of(goods: Goods, ground: _Ground) -> tuple[Any, ...] | None:
    """The goods, in whatever way they are stated, with journey and day; None where not all is read.

    Entries are met by the components of a structure, not by its text.
    """
    if not all("components" in vars(c.structure) for c in goods.candidates):
        return None
    read = tuple([(c.structure.components, c.readings, c.salt) for c in goods.candidates])
    return ground.number, read, tuple(goods.named)


def _party_entries(bundle: Bundle) -> Iterator[ListedParty]:
    """The names of the parties that the watchlists carry."""
    for entry in bundle.entries.values():
        if entry.party:
            for name in entry.names.all():
                yield ListedParty(owner=entry.id, name=name)


@lru_cache(maxsize=1)
def _software() -> dict[str, str]:
    """Versions that a decision depends on."""
    try:
        own = metadata.version("precursor-screening")
    except metadata.PackageNotFoundError:
        own = "unknown"
    return {"precursor-screening": own, "rdkit": toolkit_version(), **source_versions()}


def _asks(hits: Iterable[Hit], findings: Iterable[Finding], ground: _Ground) -> bool:
    """The goods met something, or something was found about them that a person is asked."""
    return any(hit.basis is not Basis.PARTY for hit in hits) or any(
        finding.severity is not Severity.NOTE
        and finding not in ground.said
        and finding not in ground.stale
        for finding in findings
    )


def _outcome(hits: Sequence[Hit], findings: Findings) -> Outcome:
    if any(h.certainty is Certainty.DEFINITE for h in hits):
        return Outcome.CONTROLLED
    if hits:
        return Outcome.REVIEW
    if findings.unscreened:
        return Outcome.UNSCREENED
    return _outcome_of_findings(findings.sorted())


def _outcome_of_findings(findings: Iterable[Finding]) -> Outcome:
    """The outcome of goods that were screened and met nothing."""
    if any(finding.severity is not Severity.NOTE for finding in findings):
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
