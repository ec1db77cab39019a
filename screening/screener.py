"""`Screener`: the one road from a `Shipment` to a `Decision`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

from screening.chemistry.definition import substructure_named
from screening.chemistry.identity import Form, Match, context_forms, opened_parts
from screening.chemistry.proof import (
    AnalogueProof,
    ClassProof,
    IdentifierProof,
    SubstanceProof,
)
from screening.chemistry.structure import Component, Structure, read_structure, toolkit_version
from screening.decision import (
    Basis,
    Certainty,
    CoverageItem,
    Decision,
    Finding,
    FindingCode,
    Hit,
    Identity,
    Outcome,
    Provenance,
    Reading,
    Requirement,
    SecondProof,
    Severity,
)
from screening.errors import (
    MatchLimitError,
    ShipmentError,
    StructureError,
    StructureLimitError,
    UnspecificStructureError,
)
from screening.explain import explain, explain_neighbour
from screening.names import NamedIdentity, NameIndex
from screening.places import place_code, place_title
from screening.rules.index import CompiledBundle, compile_bundle
from screening.rules.load import Bundle, load_bundle
from screening.rules.model import (
    Action,
    AnalogueRule,
    Coverage,
    Entry,
    FormRule,
    Jurisdiction,
    LegKind,
    Mark,
    Watchlist,
)
from screening.rules.requirements import due
from screening.rules.timeline import Standing, bounds, current, describe
from screening.shipment import Leg, Shipment

if TYPE_CHECKING:
    import pandas as pd

_LEG_ORDER = list(LegKind)
_SEVERITY_ORDER = list(Severity)

# Which rule of a list decides about a form; the two stereo notes are decided by none: a name
# without stereo takes in every stereoisomer, and stereo not stated counts as the worse case.
_FORM_RULES = {
    Form.SALT: "salts",
    Form.HYDRATE: "hydrates",
    Form.OPTICAL_ISOMER: "optical_isomers",
    Form.GEOMETRIC_ISOMER: "geometric_isomers",
    Form.ISOTOPOLOGUE: "isotopologues",
    Form.TAUTOMER: "tautomers",
    Form.ESTER: "esters",
    Form.ETHER: "ethers",
    Form.POSITIONAL_ISOMER: "positional_isomers",
}

# Forms by which a compound is a relative of a listed one and not the listed one itself.
_RELATIVES = frozenset({Form.POSITIONAL_ISOMER, Form.ESTER, Form.ETHER})

_METHOD = "rule of the screen: what is not known counts as the worse case"
_LIST_READINGS = {
    "date-not-confirmed": "The day on which the entry came into force or ended is not confirmed.",
    "membership-not-confirmed": "That the entry stands in the list has not been confirmed.",
    "possible-identity": "The goods are only possibly this substance; a person must identify them.",
    "identifiers-disagree": "Another identifier of the line says that it is something else.",
    "passes-through": (
        "The list reaches some destinations only. The goods pass through one of them; whether that "
        "counts is a question of where they go in the end."
    ),
    "surveillance": "The list asks for attention; it is no permit rule.",
    "goods": "Goods are recognised by their description alone.",
}


@dataclass(frozen=True)
class _Candidate:
    """One structure that the goods may be.

    Attributes:
        readings: the library's readings that make its hits arguable.
        salt: words for a salt stood beside the name, so that the form is known without a drawing.
    """

    structure: Structure
    readings: tuple[str, ...] = ()
    salt: bool = False


@dataclass(frozen=True)
class _Raw:
    """An entry that the goods meet, before law and day are asked."""

    entry: Entry
    basis: Basis
    proof: SubstanceProof | IdentifierProof | None
    component: Component | None
    forms: tuple[Form, ...] = ()
    readings: tuple[str, ...] = ()


@dataclass
class _Read:
    """What was read of a shipment."""

    candidates: list[_Candidate] = field(default_factory=list)
    named: list[tuple[NamedIdentity, tuple[str, ...]]] = field(default_factory=list)
    identities: list[Identity] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)


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
        self._names = NameIndex(self._compiled.bundle)
        self._jurisdictions = self._checked_codes(jurisdictions)
        self._read = lru_cache(maxsize=4096)(read_structure)

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
        return _Case(self, shipment).decide()

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


class _Case:
    """One shipment under screening: state of one call, never shared."""

    def __init__(self, screener: Screener, shipment: Shipment) -> None:
        self.screener = screener
        self.compiled = screener._compiled
        self.bundle = screener.bundle
        self.shipment = shipment
        self.findings: list[Finding] = []
        self.unscreened = False
        self.proofs: dict[tuple[str, str, tuple[str, ...] | None], ClassProof | None] = {}

    def find(self, code: FindingCode, severity: Severity, message: str) -> None:
        """Keeps a finding once."""
        finding = Finding(code=code, severity=severity, message=message)
        if finding not in self.findings:
            self.findings.append(finding)

    def decide(self) -> Decision:
        """The decision."""
        origin = self._place(self.shipment.origin, "origin", FindingCode.ORIGIN_MISSING)
        transit = [self._place(t, "transit", None) for t in self.shipment.transit]
        destination = self._place(
            self.shipment.destination, "destination", FindingCode.DESTINATION_MISSING
        )
        legs = self._legs(origin, transit, destination)
        read = self._identify()
        raws = self._raws(read)
        hits = self._hits(raws, read, legs, destination, [t for t in transit if t])
        if not read.candidates and not any(r.readings == () for r in raws):
            self.unscreened = True
            self.find(
                FindingCode.NO_IDENTITY,
                Severity.STOP,
                "It could not be established what the goods are; a person must identify them.",
            )
            self._customs_code()
        self._incomplete_lists(read, hits, legs, destination)
        requirements = self._requirements(hits, origin, destination)
        self._asymmetry(hits, requirements, origin, destination)
        if self.shipment.quantity is None:
            self.find(
                FindingCode.QUANTITY_MISSING,
                Severity.NOTE,
                "No quantity is stated; it counts as over every threshold.",
            )
        findings = tuple(sorted(self.findings, key=lambda f: _SEVERITY_ORDER.index(f.severity)))
        return Decision(
            id=self.shipment.id,
            outcome=self._outcome(hits, findings),
            action=min(
                (h.action for h in hits), key=lambda a: a.gravity, default=Action.NONE_FOUND
            ),
            day=self.shipment.day,
            origin=origin,
            transit=tuple(t for t in transit if t),
            destination=destination,
            hits=tuple(hits),
            requirements=requirements,
            findings=findings,
            coverage=self._coverage(legs),
            identities=tuple(read.identities),
            provenance=self.screener._provenance(),
        )

    def _outcome(self, hits: Sequence[Hit], findings: Sequence[Finding]) -> Outcome:
        if any(h.certainty is Certainty.DEFINITE for h in hits):
            return Outcome.CONTROLLED
        if hits:
            return Outcome.REVIEW
        if self.unscreened:
            return Outcome.UNSCREENED
        if any(f.severity is not Severity.NOTE for f in findings):
            return Outcome.REVIEW
        return Outcome.NO_LISTING_FOUND

    # --- places --------------------------------------------------------------------------

    def _place(self, text: str | None, what: str, missing: FindingCode | None) -> str | None:
        """The code of a place; a place that is missing or not read counts as every place loaded."""
        if text is None:
            if missing is not None:
                self.find(
                    missing,
                    Severity.ASK,
                    f"No {what} is stated; the law of every place loaded was asked.",
                )
            return None
        code = place_code(text)
        if code is None:
            self.find(
                FindingCode.PLACE_NOT_READ,
                Severity.ASK,
                f"The {what} {text[:80]!r} could not be read as a country or territory; the law of "
                "every place loaded was asked.",
            )
        return code

    def _legs(
        self, origin: str | None, transit: Sequence[str | None], destination: str | None
    ) -> list[Leg]:
        """Which laws are asked, and for which part of the journey."""
        national = [
            c
            for c, j in self.bundle.jurisdictions.items()
            if not j.file.treaty and self._has_lists(c)
        ]
        places: list[tuple[LegKind, Sequence[str]]] = [
            (LegKind.ORIGIN, national if origin is None else [origin]),
            (LegKind.DESTINATION, national if destination is None else [destination]),
        ]
        places += [(LegKind.TRANSIT, national if t is None else [t]) for t in transit]
        places += [
            (LegKind.TREATY, [c for c, j in self.bundle.jurisdictions.items() if j.file.treaty])
        ]
        legs: list[Leg] = []
        for kind, codes in places:
            for code in codes:
                legs += [Leg(kind, code), *(Leg(kind, union) for union in self._unions(code))]
        legs = list(dict.fromkeys(legs))
        for leg in legs:
            if not self._has_lists(leg.place):
                self.find(
                    FindingCode.JURISDICTION_NOT_MODELLED,
                    Severity.NOTE,
                    f"The law of {place_title(leg.place)} ({leg.place}) is not modelled; nothing "
                    f"was checked there for the {leg.kind} leg.",
                )
        return self._narrowed([x for x in legs if x.place in self.bundle.jurisdictions])

    def _has_lists(self, code: str) -> bool:
        """The bundle carries law of its own for a place."""
        known = self.bundle.jurisdictions.get(code)
        return known is not None and bool(self.bundle.lists_of[code])

    def _unions(self, code: str) -> tuple[str, ...]:
        known = self.bundle.jurisdictions.get(code)
        return known.file.member_of if known else ()

    def _narrowed(self, legs: list[Leg]) -> list[Leg]:
        """Applies the setting `jurisdictions`, and says what it left out."""
        wanted = self.screener._jurisdictions
        if wanted is None:
            return legs
        for place in dict.fromkeys(leg.place for leg in legs if leg.place not in wanted):
            self.find(
                FindingCode.JURISDICTION_NOT_ASKED,
                Severity.NOTE,
                f"By setting, the law of {self._title(place)} ({place}) was not asked.",
            )
        kept = [leg for leg in legs if leg.place in wanted]
        for code in wanted:
            if all(leg.place != code for leg in kept):
                kept += [Leg(LegKind.ORIGIN, code), Leg(LegKind.DESTINATION, code)]
        return kept

    def _title(self, code: str) -> str:
        known = self.bundle.jurisdictions.get(code)
        return known.file.title if known else place_title(code)

    # --- identity ------------------------------------------------------------------------

    def _identify(self) -> _Read:
        """Everything that the goods may be, from every identifier on its own."""
        read = _Read()
        drawn = self._drawn(read)
        names = self.screener._names.read(cas=self.shipment.cas, name=self.shipment.name)
        for number in names.cas_invalid:
            self.find(
                FindingCode.CAS_INVALID,
                Severity.ASK,
                f"{number[:40]} has the shape of a CAS number, but its check digit is wrong.",
            )
        disputed = self._disputed(drawn, names.identities)
        for identity in self._worth_asking(drawn, names.identities):
            self._take_named(read, identity, identity in disputed)
        unread_severity = Severity.NOTE if drawn else Severity.ASK
        for number in names.cas_unknown:
            self.find(
                FindingCode.CAS_UNKNOWN,
                Severity.NOTE if drawn or _any_exact(names.identities) else Severity.ASK,
                f"CAS {number} belongs to no entry of the loaded lists.",
            )
        if not names.name_read and (drawn or names.identities):
            rest = names.rest[:80]
            self.find(
                FindingCode.NAME_UNKNOWN,
                unread_severity,
                f"The description could not be read in full; not recognised: {rest!r}.",
            )
        return read

    def _drawn(self, read: _Read) -> list[Structure]:
        """The structures that are drawn: SMILES, MOL block, InChI."""
        drawn: list[Structure] = []
        for source, text in (
            ("structure", self.shipment.structure),
            ("inchi", self.shipment.inchi),
        ):
            if text is None:
                continue
            try:
                structure = self.screener._read(text)
            except StructureError as error:
                self._unread_structure(source, error)
                continue
            drawn.append(structure)
            read.candidates.append(_Candidate(structure))
            smiles = ".".join(c.smiles for c in structure.components)
            read.identities.append(
                Identity(source=source, text=text[:200], smiles=smiles, exact=True)
            )
            organic = [c for c in structure.components if c.heavy_atoms > 6]
            if len({c.smiles for c in organic}) > 1:
                self.find(
                    FindingCode.SEVERAL_COMPONENTS,
                    Severity.NOTE,
                    f"The structure has {len(organic)} larger components; each was screened.",
                )
        if len(drawn) > 1 and _graphs(drawn[0]) != _graphs(drawn[1]):
            self.find(
                FindingCode.IDENTIFIERS_DISAGREE,
                Severity.ASK,
                "The structure and the InChI are not the same compound; both were screened.",
            )
        return drawn

    def _unread_structure(self, source: str, error: StructureError) -> None:
        code = FindingCode.STRUCTURE_UNREADABLE
        if isinstance(error, UnspecificStructureError):
            code = FindingCode.STRUCTURE_UNSPECIFIC
        elif isinstance(error, StructureLimitError):
            code = FindingCode.LIMIT_PASSED
        self.unscreened = True
        self.find(
            code,
            Severity.ASK,
            f"The {source} {error.text[:60]!r} was not screened: {error.reason}.",
        )

    def _disputed(
        self, drawn: Sequence[Structure], identities: Sequence[NamedIdentity]
    ) -> list[NamedIdentity]:
        """Exact identities that another identifier of the line contradicts."""
        exact = [i for i in identities if i.exact and i.structures]
        graphs = {id(i): self._named_graphs(i) for i in exact}
        if drawn:
            own = frozenset().union(*(_graphs(s) for s in drawn))
            disputed = [i for i in exact if not graphs[id(i)] & own]
            against = "the structure"
        else:
            cas = [i for i in exact if i.source == "cas"]
            names = [i for i in exact if i.source == "name"]
            cas_graphs = frozenset().union(*(graphs[id(i)] for i in cas))
            name_graphs = frozenset().union(*(graphs[id(i)] for i in names))
            disputed = []
            if cas and names:
                disputed += [i for i in cas if not graphs[id(i)] & name_graphs]
                disputed += [i for i in names if not graphs[id(i)] & cas_graphs]
            against = "the other identifiers of the line"
        for identity in disputed:
            self.find(
                FindingCode.IDENTIFIERS_DISAGREE,
                Severity.ASK,
                f"{'CAS' if identity.source == 'cas' else 'The name'} "
                f"{identity.text[:60]!r} stands for another compound than {against}; each was "
                "screened.",
            )
        return disputed

    def _worth_asking(
        self, drawn: Sequence[Structure], identities: Sequence[NamedIdentity]
    ) -> Iterator[NamedIdentity]:
        """All but possible identities that an exact one of the line already settles."""
        known = frozenset().union(
            *(_graphs(s) for s in drawn),
            *(self._named_graphs(i) for i in identities if i.exact),
        )
        for identity in identities:
            own = self._named_graphs(identity)
            if identity.exact or not own or not own <= known:
                yield identity

    def _named_graphs(self, identity: NamedIdentity) -> frozenset[str]:
        found: set[str] = set()
        for smiles in identity.structures:
            structure = self.screener._read(smiles)
            largest = max(structure.components, key=lambda c: c.heavy_atoms)
            found.add(largest.smiles)
        return frozenset(found)

    def _take_named(self, read: _Read, identity: NamedIdentity, disputed: bool) -> None:
        readings: tuple[str, ...] = ()
        if disputed:
            readings = ("identifiers-disagree",)
        elif not identity.exact:
            readings = ("possible-identity",)
            self.find(
                FindingCode.POSSIBLE_IDENTITY,
                Severity.ASK,
                f"{identity.text[:80]!r} may stand for {identity.matched!r}; a person must say.",
            )
        for smiles in identity.structures:
            read.candidates.append(_Candidate(self.screener._read(smiles), readings, identity.salt))
        read.named.append((identity, readings))
        for shown in identity.structures or (None,):
            read.identities.append(
                Identity(
                    source=identity.source,
                    text=identity.text[:200],
                    smiles=shown,
                    exact=identity.exact,
                    disputed=disputed,
                )
            )

    def _customs_code(self) -> None:
        """A code under which listed goods are declared, where nothing else identifies them."""
        digits = "".join(c for c in self.shipment.hs_code or "" if c.isdigit())
        if len(digits) < 6:
            return
        titles = sorted(
            {
                e.title
                for e in self.bundle.entries.values()
                for code in e.hs
                if digits.startswith("".join(c for c in code if c.isdigit())[:6])
            }
        )
        if titles:
            shown = ", ".join(titles[:6]) + (", ..." if len(titles) > 6 else "")
            self.find(
                FindingCode.CUSTOMS_CODE_LISTED,
                Severity.ASK,
                f"Customs code {self.shipment.hs_code!r} is one under which listed goods are "
                f"declared, such as {shown}.",
            )

    # --- what the goods meet -------------------------------------------------------------

    def _raws(self, read: _Read) -> list[_Raw]:
        """Every entry that the goods meet as a substance or by an identifier."""
        raws: dict[tuple[str, str], _Raw] = {}
        for candidate in read.candidates:
            for match in self.compiled.substances.matches(candidate.structure):
                forms = match.forms
                if candidate.salt and Form.SALT not in forms:
                    forms = (Form.SALT, *forms)
                raw = _Raw(
                    self.bundle.entries[match.listed.owner],
                    Basis.SUBSTANCE,
                    _substance_proof(match, forms),
                    match.component,
                    forms,
                    candidate.readings,
                )
                key = (raw.entry.id, match.component.smiles)
                if key not in raws or _doubts(raw) < _doubts(raws[key]):
                    raws[key] = raw
        _drop_relatives_of_listed(raws, self.shipment.day, self.screener._known_on)
        by_structure = {raw.entry.id for raw in raws.values()}
        for identity, readings in read.named:
            for entry_id in identity.entries:
                entry = self.bundle.entries[entry_id]
                if entry_id in by_structure or entry.substance is not None:
                    continue
                if entry.class_ is not None and identity.structures:
                    continue
                proof = IdentifierProof(
                    field=identity.source,
                    text=identity.text[:200],
                    matched=identity.matched,
                    exact=identity.exact,
                )
                basis = Basis.GOODS if entry.goods else Basis.IDENTIFIER
                extra = ("goods",) if entry.goods else ()
                raws.setdefault(
                    (entry_id, ""),
                    _Raw(entry, basis, proof, None, (), (*readings, *extra)),
                )
        return list(raws.values())

    def _hits(
        self,
        raws: Sequence[_Raw],
        read: _Read,
        legs: Sequence[Leg],
        destination: str | None,
        transit: Sequence[str],
    ) -> list[Hit]:
        """Every hit on every leg, named entries before the classes that also take them in."""
        hits: list[Hit] = []
        for leg in legs:
            own = {w.id for w in self.bundle.lists_of[leg.place]}
            named = [
                hit
                for raw in raws
                if raw.entry.list in own
                for hit in self._hit(raw, leg, destination, transit)
            ]
            classes = list(self._class_hits(read, leg, destination, transit))
            hits += _with_precedence(named, classes)
        hits += self._analogue_hits(read, legs, hits)
        return sorted(
            hits,
            key=lambda h: (
                h.action.gravity,
                h.certainty is Certainty.ARGUABLE,
                _LEG_ORDER.index(h.leg),
                h.entry,
                h.component or "",
            ),
        )

    def _class_hits(
        self,
        read: _Read,
        leg: Leg,
        destination: str | None,
        transit: Sequence[str],
    ) -> Iterator[tuple[Hit, Entry]]:
        seen: dict[tuple[str, str], tuple[Hit, Entry]] = {}
        for watchlist in self.bundle.lists_of[leg.place]:
            for entry in watchlist.entries:
                if entry.class_ is None:
                    continue
                for candidate in read.candidates:
                    for hit in self._class_hit(entry, candidate, leg, destination, transit):
                        key = (entry.id, hit.component or "")
                        if key not in seen or (
                            seen[key][0].certainty is Certainty.ARGUABLE
                            and hit.certainty is Certainty.DEFINITE
                        ):
                            seen[key] = (hit, entry)
        yield from seen.values()

    def _class_hit(
        self,
        entry: Entry,
        candidate: _Candidate,
        leg: Leg,
        destination: str | None,
        transit: Sequence[str],
    ) -> Iterator[Hit]:
        now = current(entry, self.shipment.day, self.screener._known_on)
        if now is None:
            return
        definition = self.compiled.classes[entry.id]
        for component in candidate.structure.components:
            for forms, part in self._parts(candidate, component):
                proof = self._prove(entry.id, definition, part, now.version.clauses)
                if proof is None:
                    continue
                readings = tuple(
                    Reading(name=n, says=t.says, who=t.who)
                    for n in proof.readings
                    for t in [definition.reading_text(n)]
                )
                raw = _Raw(entry, Basis.CLASS, None, component, forms, candidate.readings)
                yield from self._hit(raw, leg, destination, transit, proof, readings)
                break

    def _parts(
        self, candidate: _Candidate, component: Component
    ) -> Iterator[tuple[tuple[Form, ...], Component]]:
        """The component, then what it is an ester or ether of, with the forms."""
        context = context_forms(candidate.structure, component)
        if candidate.salt and Form.SALT not in context:
            context = (Form.SALT, *context)
        yield context, component
        for form, part in opened_parts(component):
            yield (*context, form), part

    def _prove(
        self,
        entry_id: str,
        definition: Any,
        component: Component,
        clauses: tuple[str, ...] | None,
    ) -> ClassProof | None:
        key = (entry_id, component.smiles, clauses)
        if key not in self.proofs:
            self.proofs[key] = None
            if self.screener._exhaustive or definition.may_match(component):
                try:
                    self.proofs[key] = definition.prove(component, clauses)
                except MatchLimitError as error:
                    self.unscreened = True
                    self.find(FindingCode.LIMIT_PASSED, Severity.ASK, f"{error}; not decided.")
        return self.proofs[key]

    def _hit(
        self,
        raw: _Raw,
        leg: Leg,
        destination: str | None,
        transit: Sequence[str],
        proof: ClassProof | None = None,
        readings: tuple[Reading, ...] = (),
    ) -> Iterator[Hit]:
        """The hit of an entry on a leg, if the law reaches it there on the day."""
        entry = raw.entry
        now = current(entry, self.shipment.day, self.screener._known_on)
        if now is None:
            return
        version = now.version
        action = (version.action or entry.action).on(leg.kind)
        if action is None:
            return
        names = list(raw.readings)
        if entry.applies_to is not None and destination not in (None, *entry.applies_to):
            if not set(transit) & set(entry.applies_to):
                return
            names.append("passes-through")
        rules = entry.forms.model_copy(
            update=version.forms.model_dump(exclude_none=True) if version.forms else {}
        )
        for form in raw.forms:
            rule = getattr(rules, _FORM_RULES[form], None) if form in _FORM_RULES else None
            if rule == FormRule.NOT_COVERED:
                return
            if rule == FormRule.REVIEW:
                names.append(f"form-{form.value.replace(' ', '-')}")
        if now.standing is Standing.ANNOUNCED:
            self.find(
                FindingCode.ANNOUNCED_LAW,
                Severity.ASK,
                f"{entry.title}: announced on {version.published}, not yet in force. It enters "
                f"{self.bundle.lists[entry.list].file.title} ({self._title(leg.place)}) "
                f"{_on(describe(version.in_force))}: {version.citation}.",
            )
            return
        if now.standing is Standing.UNCERTAIN:
            names.append("date-not-confirmed")
        if version.checked.membership is Mark.UNVERIFIED:
            names.append("membership-not-confirmed")
        if entry.surveillance:
            names.append("surveillance")
        every = (*readings, *(_list_reading(n) for n in dict.fromkeys(names)))
        evidence = proof or raw.proof
        assert evidence is not None  # a class hit brings its proof, the others carry theirs
        yield Hit(
            entry=entry.id,
            title=entry.title,
            jurisdiction=entry.jurisdiction,
            list=entry.list,
            instrument=entry.instrument,
            authority=entry.authority,
            paragraph=entry.paragraph,
            place=leg.place,
            leg=leg.kind,
            action=action,
            certainty=Certainty.ARGUABLE if every else Certainty.DEFINITE,
            reading="; ".join(r.name for r in every) or None,
            readings=every,
            basis=raw.basis,
            form="; ".join(f.value for f in raw.forms) or None,
            clauses=proof.clauses if proof else (),
            component=raw.component.smiles if raw.component else None,
            in_force=describe(version.in_force),
            until=describe(version.until) if version.until is not None else None,
            checked=version.checked,
            citation=version.citation,
            explanation=explain(
                entry,
                evidence,
                leg=leg.kind,
                place=leg.place,
                certainty_readings=[(r.name, r.says) for r in every],
            ),
            proof=evidence,
            surveillance=entry.surveillance,
            note=version.says or entry.says,
        )

    # --- neighbours ----------------------------------------------------------------------

    def _analogue_hits(self, read: _Read, legs: Sequence[Leg], hits: Sequence[Hit]) -> list[Hit]:
        """What meets nothing else of a jurisdiction, and is close to what its law names."""
        met = {(h.jurisdiction, h.component) for h in hits}
        found: dict[tuple[Leg, str], Hit] = {}
        for leg in legs:
            rule = self.bundle.jurisdictions[leg.place].file.analogue
            action = rule.action.on(leg.kind) if rule and self._applies(rule) else None
            if rule is None or action is None:
                continue
            for candidate in read.candidates:
                for component in candidate.structure.components:
                    if (leg.place, component.smiles) in met:
                        continue
                    neighbour = self.compiled.neighbourhoods[leg.place].nearest(
                        component, self._in_force
                    )
                    if neighbour is not None:
                        proof = AnalogueProof(
                            component=component.smiles, owner=neighbour.owner, name=neighbour.name
                        )
                        hit = self._analogue_hit(rule, leg, action, proof, candidate.readings)
                        found.setdefault((leg, component.smiles), hit)
        return list(found.values())

    def _applies(self, rule: AnalogueRule) -> bool:
        """The law on likeness may be in force on the day, as far as the bundle knew."""
        known_on = self.screener._known_on
        known = known_on is None or rule.recorded <= known_on
        return known and self.shipment.day >= bounds(rule.since)[0]

    def _in_force(self, entry_id: str) -> bool:
        """An entry is, or may be, in force on the day."""
        entry = self.bundle.entries[entry_id]
        now = current(entry, self.shipment.day, self.screener._known_on)
        return now is not None and now.standing is not Standing.ANNOUNCED

    def _analogue_hit(
        self,
        rule: AnalogueRule,
        leg: Leg,
        action: Action,
        proof: AnalogueProof,
        names: tuple[str, ...],
    ) -> Hit:
        if self.shipment.day < bounds(rule.since)[1]:
            names = (*names, "date-not-confirmed")
        likeness = Reading(
            name="structural-neighbour",
            says=f"It is {proof.reason}.",
            who="the screen; the law gives no measure",
        )
        readings = (likeness, *(_list_reading(n) for n in dict.fromkeys(names)))
        return Hit(
            entry=f"{leg.place}/analogue",
            title=rule.title,
            jurisdiction=leg.place,
            list=rule.treated_as,
            instrument=rule.instrument,
            authority=rule.authority,
            paragraph=None,
            place=leg.place,
            leg=leg.kind,
            action=action,
            certainty=Certainty.ARGUABLE,
            reading="; ".join(r.name for r in readings),
            readings=readings,
            basis=Basis.ANALOGUE,
            form=None,
            clauses=(),
            component=proof.component,
            in_force=describe(rule.since),
            until=None,
            checked=rule.checked,
            citation=rule.citation,
            explanation=explain_neighbour(proof, leg=leg.kind, place=leg.place),
            proof=proof,
            note=rule.says,
        )

    # --- around the hits -----------------------------------------------------------------

    def _incomplete_lists(
        self, read: _Read, hits: Sequence[Hit], legs: Sequence[Leg], destination: str | None
    ) -> None:
        """Lists known to have items that could not be read: what may be one of them is asked."""
        definite = {h.place for h in hits if h.certainty is Certainty.DEFINITE}
        for leg in legs:
            if leg.place in definite:
                continue
            for watchlist in self.bundle.lists_of[leg.place]:
                file = watchlist.file
                if file.action.on(leg.kind) is None:
                    continue
                if file.applies_to is not None and destination not in (None, *file.applies_to):
                    continue
                self._incomplete(watchlist, read)

    def _incomplete(self, watchlist: Watchlist, read: _Read) -> None:
        day = self.shipment.day
        components = {c for x in read.candidates for c in x.structure.components}
        for gap in watchlist.file.incomplete:
            if day < gap.since or (gap.until is not None and day >= gap.until):
                continue
            limit = gap.max_heavy_atoms
            if any(
                (limit is None or component.heavy_atoms <= limit)
                and substructure_named(smarts, component)
                for component in components
                for smarts in gap.candidates.values()
            ):
                self.find(
                    FindingCode.LIST_INCOMPLETE,
                    Severity.ASK,
                    f"{watchlist.file.title}: {gap.says} ({gap.citation})",
                )

    def _requirements(
        self, hits: Sequence[Hit], origin: str | None, destination: str | None
    ) -> tuple[Requirement, ...]:
        """What is due, each document once, with the entries that make it due."""
        found: dict[tuple[str, str, str], Requirement] = {}
        for hit in hits:
            jurisdiction = self.bundle.jurisdictions[hit.jurisdiction].file
            rules = (*self.bundle.lists[hit.list].file.requirements, *jurisdiction.requirements)
            for rule in due(
                rules,
                leg=hit.leg,
                entry=hit.entry,
                origin=origin,
                destination=destination,
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

    def _asymmetry(
        self,
        hits: Sequence[Hit],
        requirements: Sequence[Requirement],
        origin: str | None,
        destination: str | None,
    ) -> None:
        """Listed at one end and not at the other: who has to do what, said in words."""
        if origin is None or destination is None or origin == destination:
            return
        ends = {LegKind.ORIGIN: origin, LegKind.DESTINATION: destination}
        asked = self.screener._jurisdictions
        if not all(map(self._has_lists, ends.values())) or (
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
            self.find(
                FindingCode.ASYMMETRY,
                Severity.NOTE,
                f"{hit.title} is listed in {self._title(ends[leg])} ({leg}) since {hit.in_force} "
                f"({hit.citation}); no listing was found in {self._title(ends[other])} ({other}). "
                + (f"Due at the {leg}: {acts}." if acts else f"Ask {hit.authority} what is due."),
            )

    def _coverage(self, legs: Sequence[Leg]) -> tuple[CoverageItem, ...]:
        items: list[CoverageItem] = []
        for code in dict.fromkeys(leg.place for leg in legs):
            items += coverage_of(self.bundle.jurisdictions[code])
        return tuple(items)


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


def _doubts(raw: _Raw) -> tuple[int, int, int]:
    """How much stands between a match and a definite hit: the least counts where there are two."""
    rules = [getattr(raw.entry.forms, _FORM_RULES[f]) for f in raw.forms if f in _FORM_RULES]
    return len(raw.readings), sum(r != FormRule.COVERED for r in rules), len(raw.forms)


def _drop_relatives_of_listed(
    raws: dict[tuple[str, str], _Raw], day: dt.date, known_on: dt.date | None
) -> None:
    """A compound that a jurisdiction lists itself is not asked about as a relative of another.

    Codeine stands under its own entry, not as the methyl ether of morphine.
    """
    itself: set[tuple[str, str]] = set()
    for (_, component), raw in raws.items():
        now = current(raw.entry, day, known_on)
        if now is not None and now.standing is Standing.IN_FORCE and not _RELATIVES & {*raw.forms}:
            itself.add((raw.entry.jurisdiction, component))
    for key, raw in list(raws.items()):
        if _RELATIVES & {*raw.forms} and (raw.entry.jurisdiction, key[1]) in itself:
            del raws[key]


def _with_precedence(named: list[Hit], classes: list[tuple[Hit, Entry]]) -> list[Hit]:
    """A named entry stands before a class that yields to it; the class becomes a second proof.

    The class keeps its own hit where the named one is weaker: an arguable named hit does not take
    away a definite one.
    """
    result = list(named)
    for hit, entry in classes:
        stronger = [
            i
            for i, other in enumerate(result)
            if other.component == hit.component
            and other.basis is Basis.SUBSTANCE
            and (other.list in entry.yields_to or other.entry in entry.yields_to)
            and (other.certainty is Certainty.DEFINITE or hit.certainty is Certainty.ARGUABLE)
        ]
        if not stronger:
            result.append(hit)
            continue
        assert isinstance(hit.proof, ClassProof)
        second = SecondProof(
            entry=hit.entry,
            citation=hit.citation,
            certainty=hit.certainty,
            reading=hit.reading,
            proof=hit.proof,
        )
        for i in stronger:
            result[i] = result[i].model_copy(update={"also": (*result[i].also, second)})
    return result


def _substance_proof(match: Match, forms: Sequence[Form]) -> SubstanceProof:
    return SubstanceProof(
        component=match.component.smiles,
        substance=match.listed.smiles,
        name=match.listed.name,
        key=match.key,
        forms=tuple(f.value for f in forms),
    )


def _list_reading(name: str) -> Reading:
    """One of the library's own readings."""
    says = _LIST_READINGS.get(name)
    if says is None:
        form = name.removeprefix("form-").replace("-", " ")
        says = f"Whether the entry covers this form of the substance ({form}) is open."
    return Reading(name=name, says=says, who=_METHOD)


def _on(day: str) -> str:
    return day if day.startswith("not") else f"on {day}"


def _graphs(structure: Structure) -> frozenset[str]:
    return frozenset(c.smiles for c in structure.components)


def _any_exact(identities: Iterable[NamedIdentity]) -> bool:
    return any(i.exact for i in identities)
