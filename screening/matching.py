"""Which entries the goods fall under, on which legs, how firmly and why."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from screening.chemistry.analogue import MIN_HEAVY
from screening.chemistry.identity import Form, Match, context_forms, opened_parts
from screening.chemistry.proof import (
    AnalogueProof,
    ClassProof,
    IdentifierProof,
    PartyProof,
    SubstanceProof,
)
from screening.chemistry.structure import Component
from screening.decision import (
    Basis,
    Certainty,
    FindingCode,
    Hit,
    Reading,
    SecondProof,
    Severity,
)
from screening.explain import explain, explain_neighbour
from screening.findings import Findings
from screening.identification import Candidate, Goods
from screening.journey import Journey, title_of
from screening.once import made
from screening.rules.index import CompiledBundle, holds
from screening.rules.model import Action, AnalogueRule, Entry, FormRule, Watchlist
from screening.rules.parties import PartyIndex
from screening.rules.reach import FORM_RULES, open_points
from screening.rules.timeline import Current, Standing, bounds, current, describe
from screening.shipment import Leg, LegKind, Shipment

_LEG_ORDER = list(LegKind)

# Forms by which a compound is a relative of a listed one and not the listed one itself.
_RELATIVES = frozenset({Form.POSITIONAL_ISOMER, Form.ESTER, Form.ETHER})

"""Proofs kept of components; the memory they take has to have an end."""

_METHOD = "rule of the screen: what is not known counts as the worse case"
LIST_READINGS = {
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
    "party-name": "A name is like a listed one; whether it is that party, a person must say.",
}
"""Readings that come from how a list or a line stands, not from a text of the law."""


@dataclass(frozen=True)
class Raw:
    """An entry that the goods meet, before law and day are asked."""

    entry: Entry
    basis: Basis
    proof: Match | IdentifierProof | PartyProof | None
    component: Component | None
    forms: tuple[Form, ...] = ()
    readings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Lawful:
    """What the law of a leg makes of goods that meet an entry, whatever the goods are.

    Attributes:
        fields: of the hit, those of the goods left open; None where the law does not reach them.
        readings: names and texts of what leaves the hit open.
        announced: the entry is announced and not yet in force, a sentence.
    """

    fields: dict[str, Any] | None = None
    readings: tuple[tuple[str, str], ...] = ()
    announced: str | None = None


_UNREACHED = _Lawful()


class Matching:
    """One shipment being matched against the law; state of one screening, never shared.

    Args:
        compiled: the bundle.
        journey: whose law is asked.
        day: the shipping day.
        known_on: what the bundle had recorded by that day; None: all of it.
        exhaustive: try every definition on every component.
        findings: takes what could not be decided, and announced law.
    """

    def __init__(
        self,
        compiled: CompiledBundle,
        journey: Journey,
        day: dt.date,
        *,
        known_on: dt.date | None,
        exhaustive: bool,
        findings: Findings,
    ) -> None:
        self.compiled = compiled
        self.bundle = compiled.bundle
        self.journey = journey
        self.day = day
        self.known_on = known_on
        self.exhaustive = exhaustive
        self.findings = findings
        self.asked = compiled.asked(journey.legs, journey.destination, day)
        self.open: list[Candidate] | None = None
        self.proofs: dict[tuple[str, str, tuple[str, ...] | None], ClassProof | None] = {}

    def _reaches(self, destinations: tuple[str, ...] | None) -> bool:
        """A law for some destinations reaches the journey's; one that is not known counts."""
        destination = self.journey.destination
        return destinations is None or destination is None or destination in destinations

    def raws(self, goods: Goods) -> list[Raw]:
        """Every entry that the goods meet as a substance or by an identifier."""
        raws: dict[tuple[str, str], Raw] = {}
        for candidate in goods.candidates:
            if not candidate.structure.may_be_listed():
                continue
            for match in self.compiled.substances.matches(candidate.structure):
                forms = match.forms
                entry = self.bundle.entries[match.listed.owner]
                if entry.class_ is not None and _RELATIVES & {*forms}:
                    continue  # what may hang on the reference is for the clauses to say
                if candidate.salt and Form.SALT not in forms:
                    forms = (Form.SALT, *forms)
                raw = Raw(
                    entry,
                    Basis.SUBSTANCE,
                    match,
                    match.component,
                    forms,
                    candidate.readings,
                )
                key = (raw.entry.id, match.component.smiles)
                if key not in raws or _doubts(raw) < _doubts(raws[key]):
                    raws[key] = raw
        self._drop_relatives_of_listed(raws)
        by_structure = {raw.entry.id for raw in raws.values()}
        for identity, readings in goods.named:
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
                    Raw(entry, basis, proof, None, (), (*readings, *extra)),
                )
        return list(raws.values())

    def _drop_relatives_of_listed(self, raws: dict[tuple[str, str], Raw]) -> None:
        """A compound that a jurisdiction lists itself is not asked about as a relative of another.

        Codeine stands under its own entry, not as the methyl ether of morphine.
        """
        relatives = {
            key: (raw.entry.jurisdiction, key[1])
            for key, raw in raws.items()
            if not _RELATIVES.isdisjoint(raw.forms)
        }
        if not relatives:
            return
        places = set(relatives.values())
        itself: set[tuple[str, str]] = set()
        for key, raw in raws.items():
            place = (raw.entry.jurisdiction, key[1])
            if place in places and place not in itself and key not in relatives:
                now = self._current(raw.entry)
                if now is not None and now.standing is Standing.IN_FORCE:
                    itself.add(place)
        for key, place in relatives.items():
            if place in itself:
                del raws[key]

    def party_raws(self, parties: PartyIndex, shipment: Shipment) -> list[Raw]:
        """Every party entry that a name of the shipment is like."""
        found: dict[str, Raw] = {}
        for field in ("exporter", "consignee"):
            for match in parties.matches(getattr(shipment, field) or ""):
                entry = self.bundle.entries[match.party.owner]
                proof = PartyProof(
                    field=field,
                    text=match.text[:200],
                    matched=match.party.name,
                    reason=match.reason,
                )
                found.setdefault(
                    entry.id, Raw(entry, Basis.PARTY, proof, None, (), ("party-name",))
                )
        return list(found.values())

    def hits(self, raws: Sequence[Raw], goods: Goods) -> list[Hit]:
        """Every hit on every leg, named entries before the classes that also take them in."""
        hits: list[Hit] = []
        for leg in self.journey.legs:
            lists = self.bundle.lists_of[leg.place]
            own = self.bundle.once(("lists of", leg.place), lambda: {w.id for w in lists})  # noqa: B023
            named = [hit for raw in raws if raw.entry.list in own for hit in self._hit(raw, leg)]
            classes = list(self._class_hits(goods, leg))
            hits += _with_precedence(*_each_once(named, classes))
        hits += self._analogue_hits(goods, hits)
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

    def _open(self, goods: Goods) -> list[Candidate]:
        """The candidates that may be in a class, or be what a list lacks."""
        if self.open is None:
            may_be = [c for c in goods.candidates if c.structure.may_hold_of(self.asked.patterns)]
            self.open = may_be
        return self.open

    def _class_hits(
        self,
        goods: Goods,
        leg: Leg,
    ) -> Iterator[tuple[Hit, Entry]]:
        seen: dict[tuple[str, str], tuple[Hit, Entry]] = {}
        candidates = self._open(goods)
        if not candidates:
            return
        for entry, skeletons in self.compiled.class_entries[leg.place]:
            for candidate in candidates:
                if not any(map(candidate.structure.may_hold, skeletons)):
                    continue
                for hit in self._class_hit(entry, candidate, leg):
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
        candidate: Candidate,
        leg: Leg,
    ) -> Iterator[Hit]:
        now = self._current(entry)
        if now is None:
            return
        clauses = now.version.clauses
        for component in candidate.structure.components:
            found: list[Hit] = []
            for forms, proof in self._proofs(entry.id, candidate, component, clauses):
                raw = Raw(entry, Basis.CLASS, None, component, forms, candidate.readings)
                found += self._hit(raw, leg, proof)
                if found and found[-1].certainty is Certainty.DEFINITE:
                    break
            # An arguable membership of the goods does not hide that they are surely an ester or
            # ether of a member, where the law covers those.
            yield from sorted(found, key=lambda h: h.certainty is Certainty.ARGUABLE)[:1]

    def _proofs(
        self,
        entry_id: str,
        candidate: Candidate,
        component: Component,
        clauses: tuple[str, ...] | None,
    ) -> Iterator[tuple[tuple[Form, ...], ClassProof]]:
        """By what a component is in a class: itself, or what it is an ester or ether of."""
        known = None if self.exhaustive else self.compiled.members.of(component, entry_id, clauses)
        if known is not None:
            if known:
                context = self._context(candidate, component)
                for form, proof in known:
                    yield context if form is None else (*context, form), proof
            return
        for forms, part in self._parts(candidate, component):
            found = self._prove(entry_id, part, clauses)
            if found is not None:
                yield forms, found

    @staticmethod
    def _context(candidate: Candidate, component: Component) -> tuple[Form, ...]:
        """The forms that a drawing or a name shows around a component."""
        context = context_forms(candidate.structure, component)
        if candidate.salt and Form.SALT not in context:
            context = (Form.SALT, *context)
        return context

    def _parts(
        self, candidate: Candidate, component: Component
    ) -> Iterator[tuple[tuple[Form, ...], Component]]:
        """The component, then what it is an ester or ether of, with the forms."""
        context = self._context(candidate, component)
        yield context, component
        for form, part in opened_parts(component):
            yield (*context, form), part

    def _prove(
        self,
        entry_id: str,
        component: Component,
        clauses: tuple[str, ...] | None,
    ) -> ClassProof | None:
        key = (entry_id, component.smiles, clauses)
        if key not in self.proofs:
            # with and without filters apart, as each is held to the other
            found = self.compiled.proof(entry_id, component, clauses, exhaustive=self.exhaustive)
            if isinstance(found, str):
                self.findings.unscreened = True
                self.findings.add(FindingCode.LIMIT_PASSED, Severity.ASK, f"{found}; not decided.")
            self.proofs[key] = None if isinstance(found, str) else found
        return self.proofs[key]

    def _current(self, entry: Entry) -> Current | None:
        """The version of an entry that counts on the day."""
        day, known_on = self.day, self.known_on
        return self.bundle.once(
            ("current", entry.id, day, known_on), lambda: current(entry, day, known_on)
        )

    def _hit(self, raw: Raw, leg: Leg, proof: ClassProof | None = None) -> Iterator[Hit]:
        """The hit of an entry on a leg, if the law reaches it there on the day."""
        entry = raw.entry
        open_in_law = proof.readings if proof else ()
        law = self.bundle.once(
            (
                *("hit", entry.id, leg, raw.basis, raw.forms, raw.readings, open_in_law),
                *(self.journey.transit, self.journey.destination, self.day, self.known_on),
            ),
            lambda: self._lawful(raw, leg, open_in_law),
        )
        if law.announced is not None:
            self.findings.add(FindingCode.ANNOUNCED_LAW, Severity.ASK, law.announced)
        if law.fields is None:
            return
        evidence: ClassProof | SubstanceProof | IdentifierProof | PartyProof | None
        if isinstance(raw.proof, Match):
            evidence = _substance_proof(raw.proof, raw.forms)
        else:
            evidence = proof or raw.proof
        assert evidence is not None  # a class hit brings its proof, the others carry theirs
        fields = law.fields.copy()
        if proof:
            fields["clauses"] = proof.clauses
        if raw.component:
            fields["component"] = raw.component.smiles
        fields["explanation"] = explain(
            entry, evidence, leg=leg.kind, place=leg.place, certainty_readings=law.readings
        )
        fields["proof"] = evidence
        yield made(Hit, fields)

    def _lawful(self, raw: Raw, leg: Leg, open_in_law: tuple[str, ...]) -> _Lawful:
        """What the law of a leg makes of goods that meet an entry.

        Args:
            raw: the entry, and how the goods meet it.
            leg: the leg.
            open_in_law: readings of the entry's class on which it depends.
        """
        entry = raw.entry
        now = self._current(entry)
        if now is None:
            return _UNREACHED
        version = now.version
        action = (version.action or entry.action).on(leg.kind)
        if action is None:
            return _UNREACHED
        names = list(raw.readings)
        if not self._reaches(entry.applies_to):
            if not set(self.journey.transit) & set(entry.applies_to or ()):
                return _UNREACHED
            names.append("passes-through")
        points = open_points(entry, now, raw.forms)
        if points is None:
            return _UNREACHED
        names += points
        if now.standing is Standing.ANNOUNCED:
            return _Lawful(
                announced=f"{entry.title}: announced on {version.published}, not yet in force. It "
                f"enters {self.bundle.lists[entry.list].file.title} "
                f"({title_of(leg.place, self.bundle)}) {_on(describe(version.in_force))}: "
                f"{version.citation}."
            )
        definition = self.compiled.classes[entry.id] if open_in_law else None
        texts = [(n, definition.reading_text(n)) for n in open_in_law] if definition else []
        every = (
            *(Reading(name=n, says=t.says, who=t.who) for n, t in texts),
            *(_list_reading(n) for n in dict.fromkeys(names)),
        )
        fields: dict[str, Any] = {
            "entry": entry.id,
            "title": entry.title,
            "jurisdiction": entry.jurisdiction,
            "list": entry.list,
            "instrument": entry.instrument,
            "authority": entry.authority,
            "paragraph": entry.paragraph,
            "place": leg.place,
            "leg": leg.kind,
            "action": action,
            "certainty": Certainty.ARGUABLE if every else Certainty.DEFINITE,
            "reading": "; ".join(r.name for r in every) or None,
            "readings": every,
            "basis": raw.basis,
            "form": "; ".join(f.value for f in raw.forms) or None,
            "clauses": (),
            "component": None,
            "in_force": describe(version.in_force),
            "until": describe(version.until) if version.until is not None else None,
            "checked": version.checked,
            "citation": version.citation,
            "explanation": "",
            "proof": None,
            "also": (),
            "surveillance": entry.surveillance,
            "note": version.says or entry.says,
        }
        return _Lawful({name: fields[name] for name in Hit.model_fields}, _texts(every))

    # --- neighbours ----------------------------------------------------------------------

    def _analogue_hits(self, goods: Goods, hits: Sequence[Hit]) -> list[Hit]:
        """What meets nothing else of a jurisdiction, and is close to what its law names."""
        met = {(h.jurisdiction, h.component) for h in hits}
        found: dict[tuple[Leg, str], Hit] = {}
        for leg in self.journey.legs:
            rule = self.bundle.jurisdictions[leg.place].file.analogue
            action = rule.action.on(leg.kind) if rule and self._applies(rule) else None
            if rule is None or action is None:
                continue
            neighbourhood = self.compiled.neighbourhoods[leg.place]
            here = {smiles for place, smiles in met if place == leg.place and smiles is not None}
            for candidate in goods.candidates:
                structure = candidate.structure
                if here and all(
                    c.smiles in here or c.heavy_atoms < MIN_HEAVY for c in structure.components
                ):
                    continue
                if not structure.may_be_near(neighbourhood):
                    continue
                for component in structure.components:
                    if component.smiles in here:
                        continue
                    neighbour = neighbourhood.nearest(component, self._in_force)
                    if neighbour is not None:
                        proof = AnalogueProof(
                            component=component.smiles, owner=neighbour.owner, name=neighbour.name
                        )
                        hit = self._analogue_hit(rule, leg, action, proof, candidate.readings)
                        found.setdefault((leg, component.smiles), hit)
        return list(found.values())

    def _applies(self, rule: AnalogueRule) -> bool:
        """The law on likeness may be in force on the day, as far as the bundle knew."""
        known_on = self.known_on
        known = known_on is None or rule.recorded <= known_on
        return known and self.day >= bounds(rule.since)[0]

    def _in_force(self, entry_id: str) -> bool:
        """An entry is, or may be, in force on the day."""
        now = self._current(self.bundle.entries[entry_id])
        return now is not None and now.standing is not Standing.ANNOUNCED

    def _analogue_hit(
        self,
        rule: AnalogueRule,
        leg: Leg,
        action: Action,
        proof: AnalogueProof,
        names: tuple[str, ...],
    ) -> Hit:
        if self.day < bounds(rule.since)[1]:
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

    # --- lists that are not whole ---

    def incomplete_lists(self, goods: Goods, hits: Sequence[Hit]) -> None:
        """Lists known to have items that could not be read: what may be one of them is asked."""
        if not self._open(goods):
            return
        definite = {h.place for h in hits if h.certainty is Certainty.DEFINITE}
        for leg in self.journey.legs:
            if leg.place in definite:
                continue
            for watchlist in self.bundle.lists_of[leg.place]:
                file = watchlist.file
                if file.action.on(leg.kind) is None:
                    continue
                if not self._reaches(file.applies_to):
                    continue
                self._incomplete(watchlist, goods)

    def _incomplete(self, watchlist: Watchlist, goods: Goods) -> None:
        day = self.day
        for gap in watchlist.file.incomplete:
            if day < gap.since or (gap.until is not None and day >= gap.until):
                continue
            if any(
                holds(candidate.structure, smarts, gap.max_heavy_atoms)
                for candidate in goods.candidates
                for smarts in gap.candidates.values()
            ):
                self.findings.add(
                    FindingCode.LIST_INCOMPLETE,
                    Severity.ASK,
                    f"{watchlist.file.title}: {gap.says} ({gap.citation})",
                )


def _doubts(raw: Raw) -> tuple[int, int, int]:
    """How much stands between a match and a definite hit: the least counts where there are two."""
    rules = [getattr(raw.entry.forms, FORM_RULES[f]) for f in raw.forms if f in FORM_RULES]
    return len(raw.readings), sum(r != FormRule.COVERED for r in rules), len(raw.forms)


def _each_once(
    named: list[Hit], classes: list[tuple[Hit, Entry]]
) -> tuple[list[Hit], list[tuple[Hit, Entry]]]:
    """A class that also knows its reference by keys hits a component once: by its definition.

    By the keys only where the definition gives nothing as firm, as for a tautomer.
    """

    def key(hit: Hit) -> tuple[str, str | None]:
        return hit.entry, hit.component

    firm = {key(hit): hit.certainty is Certainty.DEFINITE for hit, _ in classes}
    by_key = [
        hit
        for hit in named
        if key(hit) not in firm or (hit.certainty is Certainty.DEFINITE and not firm[key(hit)])
    ]
    taken = {key(hit) for hit in by_key}
    return by_key, [(hit, entry) for hit, entry in classes if key(hit) not in taken]


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
    fields = {
        "basis": "substance",
        "component": match.component.smiles,
        "substance": match.listed.smiles,
        "name": match.listed.name,
        "key": match.key,
        "forms": tuple(f.value for f in forms),
    }
    return made(SubstanceProof, fields)


def _texts(readings: Sequence[Reading]) -> tuple[tuple[str, str], ...]:
    return tuple((reading.name, reading.says) for reading in readings)


def _list_reading(name: str) -> Reading:
    """One of the library's own readings."""
    says = LIST_READINGS.get(name)
    if says is None:
        form = name.removeprefix("form-").replace("-", " ")
        says = f"Whether the entry covers this form of the substance ({form}) is open."
    return Reading(name=name, says=says, who=_METHOD)


def _on(day: str) -> str:
    return day if day.startswith("not") else f"on {day}"
