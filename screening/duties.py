"""What has to be done: the requirements that hits make due, and what the ends make of them.

Everything here follows from the hits, the shipment and the sums; no chemistry is asked again, so
that a decision can be settled anew when the sums of a whole file are known.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal
from functools import cached_property, lru_cache
from operator import attrgetter
from typing import Any

from screening.chemistry.structure import Structure
from screening.chemistry.weights import share_of
from screening.decision import (
    Certainty,
    Decision,
    Finding,
    FindingCode,
    Hit,
    Measure,
    Requirement,
    Severity,
    Sum,
    SumLine,
)
from screening.explain import day_before, sum_words
from screening.findings import Findings, finding
from screening.forms import FilledField, FormField, filled, stated
from screening.history import Totals, part_of
from screening.journey import has_lists, title_of
from screening.once import Once, made
from screening.rules.load import Bundle
from screening.rules.model import Entry, MixtureRule, RequirementRule, Threshold
from screening.rules.quantities import (
    IMPOSSIBLE,
    Per,
    Reading,
    Strength,
    mass_text,
    read_amount,
    read_strength,
    share_text,
    volume_text,
)
from screening.rules.requirements import (
    Due,
    Facts,
    NotDue,
    due,
    is_mixture,
    read_customer,
    read_preparations,
    read_purposes,
    reliefs,
)
from screening.rules.thresholds import Total, limit_text, period_of, reached
from screening.rules.timeline import (
    Current,
    Standing,
    bounds,
    current,
    describe,
    known_versions,
    standing,
)
from screening.shipment import LegKind, Shipment

NEAR_DAYS = 60
"""Days after the shipping day within which a change of law is pointed out."""

_LEG_ORDER = list(LegKind)

MOST_STATEMENTS = 2
"""Positions of authorities that a finding repeats; the report carries all of them."""

DUTY_FINDINGS = frozenset(
    {
        FindingCode.QUANTITY_MISSING,
        FindingCode.QUANTITY_NOT_READ,
        FindingCode.QUANTITY_AMBIGUOUS,
        FindingCode.PURITY_NOT_READ,
        FindingCode.PARTY_MISSING,
        FindingCode.BELOW_THRESHOLD,
        FindingCode.OVER_BY_SUM,
        FindingCode.MIXTURE_WITHIN_LIMIT,
        FindingCode.MIXTURE_QUESTION,
        FindingCode.LAW_CHANGED,
        FindingCode.ABOUT_TO_LAPSE,
        FindingCode.ABOUT_TO_CHANGE,
        FindingCode.DESTINATION_ONLY,
        FindingCode.ASYMMETRY,
    }
)
"""What is found here and nowhere else; found anew when a decision is settled anew."""


# --- amounts ---------------------------------------------------------------------------------


def amount_of(shipment: Shipment) -> Reading:
    """How much is shipped, by everything that the shipment says about it.

    The larger of the quantity and the net weight counts; without either, the gross weight, which
    is never less than the net.
    """
    return _amount(shipment.quantity, shipment.net_weight, shipment.gross_weight)


@lru_cache(maxsize=4096)
def _amount(quantity: str | None, net_weight: str | None, gross_weight: str | None) -> Reading:
    said = [read_amount(text) for text in (quantity, net_weight) if text]
    masses = [r.mass_mg for r in said if r.mass_mg is not None]
    volumes = [r.volume_ul for r in said if r.volume_ul is not None]
    doubts = [d for r in said for d in r.doubts]
    if len(masses) == 2 and max(masses) - min(masses) > max(masses) // 100:
        doubts.append("the quantity and the net weight differ")
    if not masses and not volumes and gross_weight:
        gross = read_amount(gross_weight)
        if gross.mass_mg is not None:
            return Reading(gross.mass_mg, None, None, (*doubts, "the gross weight was counted"))
    problem = next((r.problem for r in said if r.problem), None)
    if not masses and not volumes:
        return Reading(problem=problem or "nothing is stated")
    return Reading(
        max(masses, default=None), max(volumes, default=None), None, tuple(dict.fromkeys(doubts))
    )


def strength_of(shipment: Shipment) -> Strength:
    """The share of the substance in the goods, as the shipment states it."""
    return read_strength(shipment.purity)


@dataclass(frozen=True, slots=True)
class Drawing:
    """A structure that the goods may be, for its weight.

    Attributes:
        structure: the structure.
        drawn: the shipment draws it; otherwise a name or number led to it.
    """

    structure: Structure
    drawn: bool


Weighed = Sequence[tuple[str, frozenset[str | None]]]
"""The entries that goods are weighed under, each with the components that meet it."""


def weighed(hits: Iterable[Hit], bundle: Bundle) -> Weighed:
    """The entries that goods with some hits are weighed under."""
    components: dict[str, set[str | None]] = {}
    for hit in hits:
        if hit.entry in bundle.entries:
            components.setdefault(hit.entry, set()).add(hit.component)
    return [(entry, frozenset(parts)) for entry, parts in components.items()]


def measures(
    entries: Weighed, shipment: Shipment, bundle: Bundle, drawings: Sequence[Drawing]
) -> tuple[Measure, ...]:
    """What the goods weigh under each entry that is hit.

    What is not the substance is taken off only where the goods are a mixture: a stated purity of
    98 % speaks of impurities, and a substance with its impurities is the substance.

    Args:
        entries: of the hits of the shipment.
        shipment: what is submitted.
        bundle: the loaded law, for densities.
        drawings: the structures that the goods may be, for the share of a salt that is its base.
    """
    if not entries:
        return ()
    amount = amount_of(shipment)
    strength = strength_of(shipment)
    made_up = read_preparations(shipment.name, shipment.hs_code)
    share = strength.high if is_mixture(made_up, strength) else Decimal(1)
    shares: dict[str | None, Decimal] = {}
    of_mass: dict[tuple[int, Decimal], tuple[int, int]] = {}
    found: list[Measure] = []
    for entry_id, parts in entries:
        density = bundle.entries[entry_id].density
        mass = amount.mass_mg
        if mass is None and amount.volume_ul is not None and density is not None:
            mass = _up(amount.volume_ul * Decimal(str(density.greatest_kg_per_l)))
        for part in parts - shares.keys():
            shares[part] = _base_share(drawings, part)
        both: tuple[int | None, int | None] = (None, None)
        if mass is not None:
            base = max([shares[part] for part in parts])
            known = of_mass.get((mass, base))
            if known is None:
                known = of_mass[mass, base] = (_up(mass * share), _up(mass * share * base))
            both = known
        fields = {
            "entry": entry_id,
            "goods_mg": mass,
            "goods_ul": amount.volume_ul,
            "substance_mg": both[0],
            "base_mg": both[1],
        }
        found.append(made(Measure, fields))
    return tuple(found)


def _base_share(drawings: Sequence[Drawing], component: str | None) -> Decimal:
    """The share of a drawn salt that is its base; 1 where none is drawn.

    A drawing says which salt it is; a name or number beside it is often that of the base.
    """
    holding = [d for d in drawings if any(c.smiles == component for c in d.structure.components)]
    shares = [
        share_of(d.structure, component)
        for d in [d for d in holding if d.drawn] or holding
        if component is not None
    ]
    return max(shares, default=Decimal(1))


def _up(value: Decimal) -> int:
    return int(value.to_integral_value(rounding=ROUND_CEILING))


# --- duties ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Case:
    """What duties are found for.

    Attributes:
        shipment: what is submitted.
        origin, destination: codes; None where missing or not read.
        hits: what the goods fall under.
        measures: what they weigh under each entry.
        totals: what the lines add up to, by entry and threshold.
    """

    shipment: Shipment
    origin: str | None
    destination: str | None
    hits: Sequence[Hit]
    measures: Sequence[Measure]
    totals: Totals


@dataclass(frozen=True)
class _Draft:
    """A requirement but for what the amounts and the words of one line make of it.

    Attributes:
        bare: the requirement with neither form nor sums.
        sums: entry and threshold of each sum.
        asked: what its form asks for.
        known: what does not hang on the line.
        entry: id of the entry that has the codes and weights of the form.
    """

    bare: Requirement
    sums: tuple[tuple[str, str], ...]
    asked: tuple[FormField, ...]
    known: Mapping[FormField, str]
    entry: str

    @cached_property
    def form(self) -> tuple[FilledField | None, ...]:
        """What does not hang on the line; None where something does."""
        known = self.known
        return tuple([filled(f, known[f]) if known.get(f) else None for f in self.asked])

    @cached_property
    def open(self) -> tuple[tuple[int, tuple[FormField, str | None]], ...]:
        """What hangs on the line, each with its place, and the entry where it hangs on that too."""
        return tuple(
            [
                (place, (field, self.entry if field in _OF_AN_ENTRY else None))
                for place, field in enumerate(self.asked)
                if self.form[place] is None
            ]
        )


@dataclass(frozen=True, slots=True)
class _Below:
    """That an amount takes requirements away, for want of the amount.

    Attributes:
        where: the listing and the place.
        entry, threshold: under which threshold the amount is.
        documents: what is not due.
    """

    where: str
    entry: str
    threshold: str
    documents: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Plan:
    """What is due for lines alike, whatever they weigh, as long as they pass the same thresholds.

    Attributes:
        drafts: of the requirements, origin first.
        said: what else follows, in the order in which it is said.
    """

    drafts: tuple[_Draft, ...]
    said: tuple[Finding | _Below, ...]


_MAX_PLANS = 1024
"""Plans kept for a bundle; the memory they take has to have an end."""

_hit_facts = attrgetter(
    *("entry", "title", "jurisdiction", "list", "authority", "place", "leg", "certainty"),
    *("in_force", "citation", "surveillance"),
)
"""All that duties depend on of a hit."""

_Asked = tuple[tuple[Any, ...], tuple[tuple[Entry, str], ...]]


def _asked_of(hits: Sequence[Hit], bundle: Bundle) -> _Asked:
    """All that duties depend on of some hits, and the thresholds of their entries.

    Hits are known by what they are, as lines with the same goods share them.
    """
    kept: dict[int, tuple[Sequence[Hit], _Asked]] = bundle.once("asked of hits", dict)
    known = kept.get(id(hits))
    if known is not None and known[0] is hits:
        return known[1]
    met = [bundle.entries[e] for e in dict.fromkeys(h.entry for h in hits) if e in bundle.entries]
    thresholds = tuple((entry, name) for entry in met for name in entry.thresholds)
    asked = tuple(map(_hit_facts, hits)), thresholds
    if isinstance(hits, tuple):  # others may change
        if len(kept) >= _MAX_PLANS:
            kept.clear()
        kept[id(hits)] = (hits, asked)
    return asked


@dataclass(frozen=True, slots=True)
class _Owed:
    """What one body of rules makes due for one hit, whatever the goods are called.

    Attributes:
        drafts: the rules that are due, each with its requirement but for forms, sums and entries.
        gone: the rules that the amount or a rule on mixtures takes away.
    """

    drafts: tuple[tuple[RequirementRule, dict[str, Any]], ...]
    gone: tuple[NotDue, ...]


class Duties:
    """What is due for one shipment; state of one screening, never shared.

    Args:
        bundle: the loaded law.
        case: the shipment, its hits and sums.
        jurisdictions: codes asked by setting, None for all.
        known_on: what the bundle had recorded by that day; None: all of it.
        findings: takes what the officer must know besides.
        forms: fill the forms of what is due.
    """

    def __init__(
        self,
        bundle: Bundle,
        case: Case,
        *,
        jurisdictions: tuple[str, ...] | None,
        known_on: dt.date | None,
        findings: Findings,
        forms: bool = True,
    ) -> None:
        self.bundle = bundle
        self.case = case
        self.shipment = case.shipment
        self.hits = case.hits
        self.jurisdictions = jurisdictions
        self.known_on = known_on
        self.findings = findings
        self.strength = strength_of(case.shipment)
        self.made_up = read_preparations(case.shipment.name, case.shipment.hs_code)
        self.purposes = read_purposes(case.shipment.end_use)
        self.customer = read_customer(case.shipment.customer)
        self.origin = self._with_unions(case.origin)
        self.destination = self._with_unions(case.destination)
        self.forms = forms
        self._over: dict[tuple[str, str], bool] = {}
        self._of_line: dict[tuple[FormField, str | None], FilledField] = {}

    def find(self) -> tuple[Requirement, ...]:
        """What is due, each document once; says what else follows from hits and sums."""
        plan = self._plan()
        requirements = tuple(map(self._requirement, plan.drafts))
        for said in plan.said:
            if isinstance(said, Finding):
                self.findings.take((said,))
            else:
                self._say_below(said)
        self._amounts()
        return requirements

    # --- what is due ---------------------------------------------------------------------

    def _plan(self) -> _Plan:
        """What is due but for the words and amounts of the line; most lines of a file share it."""
        case, shipment = self.case, self.shipment
        plans = self.bundle.once("plans", lambda: Once(_MAX_PLANS))
        facts, thresholds = _asked_of(self.hits, self.bundle)
        return plans(
            (
                *(facts, case.origin, case.destination),
                *(shipment.day, shipment.ordered, self.jurisdictions, self.known_on),
                *(self.purposes, self.customer, self.made_up, self.strength),
                tuple([self._is_over(entry, name) for entry, name in thresholds]),
            ),
            self._new_plan,
        )

    def _new_plan(self) -> _Plan:
        """What is due; what is found besides is kept with it, in order."""
        said: list[Finding | _Below] = []
        drafts = self._drafts(said)
        findings = Findings()
        self._asymmetry(drafts, findings)
        self._timing(findings)
        return _Plan(drafts, (*said, *findings.all()))

    def _drafts(self, said: list[Finding | _Below]) -> tuple[_Draft, ...]:
        found: dict[tuple[str, str, str], dict[str, Any]] = {}
        forms: dict[tuple[str, str, str], tuple[Any, Mapping[FormField, str], str]] = {}
        for hit in self.hits:
            entry = self.bundle.entries.get(hit.entry)
            facts = self._facts(hit, entry)
            known: Mapping[FormField, str] | None = None
            spared: list[NotDue] = []
            for owner in (hit.list, hit.jurisdiction):
                owed = self._owed(owner, hit, entry, facts)
                for rule, draft in owed.drafts:
                    fields = draft | {"sums": _summed(entry, rule), "entries": (hit.entry,)}
                    key = (hit.place, hit.leg.value, fields["id"])
                    if key in found:
                        found[key] = _both(found[key], fields)
                        continue
                    if known is None:
                        known = self._known(hit, entry)
                    forms[key] = (rule.fields, known, hit.entry)
                    found[key] = fields
                spared += owed.gone
            if entry is not None:
                if spared:
                    said += self._not_due(hit, entry, spared)
                if entry.mixtures:
                    said += self._mixture_questions(hit, entry, facts)
        definite = {h.entry for h in self.hits if h.certainty is Certainty.DEFINITE}
        for fields in found.values():
            if definite.isdisjoint(fields["entries"]):
                fields["because"] = f"If the arguable hit is confirmed: {fields['because']}"
                fields["conditional"] = True
        drafts = []
        for key, fields in found.items():
            sums, fields["sums"] = fields["sums"], ()
            drafts.append(_Draft(made(Requirement, fields), sums, *forms[key]))
        return tuple(sorted(drafts, key=lambda draft: _LEG_ORDER.index(draft.bare.leg)))

    def _requirement(self, draft: _Draft) -> Requirement:
        """A requirement with the words and amounts of the line."""
        if not self.forms and not draft.sums:
            return draft.bare
        form = list(draft.form) if self.forms else []
        of_line = self._of_line
        for place, field in draft.open if self.forms else ():
            form[place] = of_line.get(field) or self._field(*field)
        fields = vars(draft.bare).copy()
        fields["fields"] = tuple(form)
        fields["sums"] = tuple([self._sum(*of) for of in draft.sums])
        return made(Requirement, fields)

    def _field(self, field: FormField, entry_id: str | None) -> FilledField:
        """A field of a form that hangs on the line; what it states is read once for all forms."""
        value = None
        if field is FormField.BASE_WEIGHT:
            value = self._base_weight(entry_id)
        elif field is FormField.CAS and self.shipment.cas is None:
            entry = self.bundle.entries.get(entry_id or "")
            value = ", ".join(entry.cas) if entry is not None else None
        known = filled(field, value or stated(field, self.shipment))
        self._of_line[field, entry_id] = known
        return known

    def _base_weight(self, entry_id: str | None) -> str | None:
        measure = next((m for m in self.case.measures if m.entry == entry_id), None)
        if measure is None or measure.base_mg is None:
            return None
        return f"at most {mass_text(measure.base_mg)}"

    def _owed(self, owner: str, hit: Hit, entry: Entry | None, facts: Facts) -> _Owed:
        """What the rules of a list or a jurisdiction make due for a hit.

        Args:
            owner: id of the list, or code of the jurisdiction.
            hit: the hit.
            entry: its entry, None where it has none.
            facts: what is known of the shipment.
        """
        once = self.bundle.once
        rules = self._rules(owner)
        mixtures = entry.mixtures if entry else {}
        stem = hit.entry.rpartition("/")[2]
        named = once(("stems named", owner), lambda: _stems_named(rules))
        return once(
            (
                *("owed", owner, hit.jurisdiction, hit.place, hit.leg),
                *(stem if stem in named else None, entry.id if entry and mixtures else None),
                *(self.case.origin, self.case.destination, facts.day, facts.purposes),
                *(facts.customer, facts.preparations, facts.strength, *facts.over.items()),
            ),
            lambda: self._newly_owed(owner, hit, facts, mixtures),
        )

    def _rules(self, owner: str) -> Sequence[RequirementRule]:
        """The rules of a list or a jurisdiction."""
        if owner in self.bundle.lists:
            return self.bundle.lists[owner].file.requirements
        return self.bundle.jurisdictions[owner].file.requirements

    def _newly_owed(
        self, owner: str, hit: Hit, facts: Facts, mixtures: Mapping[str, MixtureRule]
    ) -> _Owed:
        rules = self._rules(owner)
        owed, gone = due(rules, leg=hit.leg, entry=hit.entry, facts=facts, mixtures=mixtures)
        return _Owed(tuple((one.rule, self._draft(owner, hit, one)) for one in owed), gone)

    def _facts(self, hit: Hit, entry: Entry | None) -> Facts:
        over = {
            name: self._is_over(entry, name)
            for name, threshold in (entry.thresholds if entry else {}).items()
            if entry is not None and (threshold.legs is None or hit.leg in threshold.legs)
        }
        file = self.bundle.jurisdictions[hit.jurisdiction].file
        sets = self.bundle.once(
            ("sets", hit.jurisdiction),
            lambda: {name: frozenset(s.places) for name, s in file.sets.items()},
        )
        return Facts(
            day=self.shipment.day,
            origin=self.origin,
            destination=self.destination,
            purposes=self.purposes,
            customer=self.customer,
            preparations=self.made_up,
            strength=self.strength,
            over=over,
            sets=sets,
        )

    def _is_over(self, entry: Entry, name: str) -> bool:
        """A threshold is reached, or must be taken as reached."""
        key = (entry.id, name)
        if key not in self._over:
            total = self._total(entry, name)
            self._over[key] = reached(entry.thresholds[name], total, entry.density)
        return self._over[key]

    def _with_unions(self, place: str | None) -> frozenset[str] | None:
        if place is None:
            return None
        known = self.bundle.jurisdictions.get(place)
        return frozenset({place, *(known.file.member_of if known else ())})

    def _total(self, entry: Entry, threshold: str) -> Total:
        """The sum under a threshold; an entry that was not measured counts as over."""
        return self.case.totals.get((entry.id, threshold), Total(unread=1, count=1))

    def _draft(self, owner: str, hit: Hit, one: Due) -> dict[str, Any]:
        """The fields of a requirement, in their order; those of the line itself are left open."""
        rule = one.rule
        places = {
            "origin": self._place_title(self.case.origin),
            "destination": self._place_title(self.case.destination),
        }
        open_ = tuple(_placed(text, places) for text in one.open)
        because = (
            f"{rule.because.rstrip()} {one.lead_because}" if one.lead_because else rule.because
        )
        fields: dict[str, Any] = {
            "id": f"{owner}/{rule.id}",
            "jurisdiction": hit.place,
            "document": rule.document,
            "form": rule.form,
            "fields": (),
            "authority": rule.authority,
            "who": rule.who,
            "leg": hit.leg,
            "lead_days": one.lead_days,
            "lead_kind": one.lead_kind,
            "due": day_before(one.lead_days, one.lead_kind, self.shipment.day),
            "contains": rule.contains,
            "because": because,
            "conditional": bool(open_),
            "open": open_,
            "sums": (),
            "citation": rule.citation,
            "checked": rule.checked,
            "entries": (),
        }
        return {name: fields[name] for name in Requirement.model_fields}

    def _place_title(self, code: str | None) -> str:
        return "the place" if code is None else title_of(code, self.bundle)

    def _known(self, hit: Hit, entry: Entry | None) -> Mapping[FormField, str]:
        """Values for forms that do not stand in the shipment, nor hang on it."""
        known = {FormField.SUBSTANCE: hit.title}
        if entry is not None and entry.codes:
            known[FormField.SUBSTANCE_CODE] = ", ".join(
                f"{name}: {code}" for name, code in entry.codes.items()
            )
        if self.case.origin:
            known[FormField.ORIGIN] = title_of(self.case.origin, self.bundle)
        if self.case.destination:
            known[FormField.DESTINATION] = title_of(self.case.destination, self.bundle)
        return known

    def _sum(self, entry_id: str, name: str) -> Sum:
        """What adds up to a threshold."""
        entry = self.bundle.entries[entry_id]
        threshold = entry.thresholds[name]
        total = self._total(entry, name)
        fields = {
            "threshold": name,
            "entry": entry_id,
            "per": threshold.per,
            "period": self._period(threshold.per),
            "counts": threshold.counts,
            "limit": limit_text(threshold),
            "total": total.text,
            "over": self._is_over(entry, name),
            "lines": tuple(
                made(SumLine, {"line": part.line, "day": part.day, "amount": part.text})
                for part in total.named
            ),
            "count": total.count,
            "unread": total.unread,
            "citation": threshold.citation,
            "checked": threshold.checked,
        }
        return made(Sum, fields)

    def _period(self, per: Per) -> str:
        return period_of(per, self.shipment.day)

    # --- why something is not due --------------------------------------------------------

    def _not_due(
        self, hit: Hit, entry: Entry, gone: Sequence[NotDue]
    ) -> Iterator[Finding | _Below]:
        """Why the amount or the law on mixtures takes requirements away, each reason once."""
        thresholds: dict[str, list[str]] = {}
        limits: dict[str, list[str]] = {}
        for one in gone:
            if one.relief is not None:
                limits.setdefault(one.relief.name, []).append(one.rule.document)
            elif one.threshold is not None:
                thresholds.setdefault(one.threshold, []).append(one.rule.document)
        where = f"{hit.title} ({title_of(hit.place, self.bundle)})"
        for name, documents in limits.items():
            rule = entry.mixtures[name]
            yield finding(
                FindingCode.MIXTURE_WITHIN_LIMIT,
                Severity.NOTE,
                f"{where}: the goods hold at most {share_text(self.strength.high)}, and the limit "
                f"is {rule.limit}. Not due for that: {'; '.join(documents)}. "
                f"{_sentence(rule.says)} ({rule.citation})",
            )
        for name, documents in thresholds.items():
            yield _Below(where, entry.id, name, tuple(documents))

    def _say_below(self, below: _Below) -> None:
        total = self._sum(below.entry, below.threshold)
        self.findings.add(
            FindingCode.BELOW_THRESHOLD,
            Severity.NOTE,
            f"{below.where}: {sum_words(total)} is below the threshold of {total.limit} "
            f"({total.citation}). Not due for that: {'; '.join(below.documents)}. The goods stay "
            "listed, and later lines of the same parties count with these.",
        )

    def _mixture_questions(self, hit: Hit, entry: Entry, facts: Facts) -> Iterator[Finding]:
        for relief in reliefs(entry.mixtures, hit.leg, facts):
            if relief.rule.question is not None:
                yield finding(
                    FindingCode.MIXTURE_QUESTION,
                    Severity.ASK,
                    f"{hit.title} ({title_of(hit.place, self.bundle)}): "
                    f"{relief.rule.question.strip()} {_sentence(relief.rule.says)} "
                    f"({relief.rule.citation})",
                )

    # --- what the ends make of it --------------------------------------------------------

    def _asymmetry(self, drafts: Sequence[_Draft], findings: Findings) -> None:
        """Listed at one end and not at the other: who has to do what, said in words."""
        origin, destination = self.case.origin, self.case.destination
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
            listings = [h for h in self.hits if not h.surveillance]
            here = [h for h in listings if h.leg is leg and h.certainty is Certainty.DEFINITE]
            if not here or any(h.leg is other for h in listings):
                continue
            watched = any(h.leg is other for h in self.hits)
            hit = here[0]
            due_here = [draft.bare for draft in drafts if draft.bare.leg is leg]
            acts = "; ".join(f"{one.who}: {one.document}" for one in due_here)
            listed, free = (title_of(ends[end], self.bundle) for end in (leg, other))
            said = "".join(self._statements(ends[end], end) for end in (leg, other))
            findings.add(
                FindingCode.ASYMMETRY,
                Severity.NOTE,
                f"{hit.title} is listed in {listed} ({leg}) since {hit.in_force} "
                f"({hit.citation}); no listing was found in {free} ({other})"
                + (", apart from a list that asks for attention. " if watched else ". ")
                + (f"Due at the {leg}: {acts}." if acts else f"Ask {hit.authority} what is due.")
                + said,
            )

    def _statements(self, place: str, leg: LegKind) -> str:
        """The newest that the authorities of a place have said about a leg, for an asymmetry."""
        known = self.bundle.jurisdictions.get(place)
        said = sorted(
            (
                statement
                for statement in (known.file.statements if known else ())
                if statement.leg is leg and statement.on <= self.shipment.day
            ),
            key=lambda statement: statement.on,
            reverse=True,
        )
        newest = "".join(
            f" {statement.who} ({statement.on}): {_sentence(statement.says)} ({statement.citation})"
            for statement in said[:MOST_STATEMENTS]
        )
        older = len(said) - MOST_STATEMENTS
        return newest + (f" Earlier positions that are on record: {older}." if older > 0 else "")

    # --- what the days make of it --------------------------------------------------------

    def _timing(self, findings: Findings) -> None:
        day, soon = self.shipment.day, self.shipment.day + dt.timedelta(days=NEAR_DAYS)
        for hit in self.hits:
            entry = self.bundle.entries.get(hit.entry)
            if entry is not None:
                findings.take(self._timing_of(hit, entry, day, soon))
        self._rules_changing(day, soon, findings)

    def _timing_of(
        self, hit: Hit, entry: Entry, day: dt.date, soon: dt.date
    ) -> tuple[Finding, ...]:
        """What the days make of one entry."""

        def find() -> tuple[Finding, ...]:
            findings = Findings()
            where = f"{hit.title} ({self.bundle.lists[hit.list].file.title})"
            self._changed_since_order(hit, entry, where, findings)
            self._about_to_change(entry, where, day, soon, findings)
            if entry.applies_to is not None:
                self._destination_only(entry, where, findings)
            return findings.all()

        return self.bundle.once(
            (
                *("timing", entry.id, hit.list, hit.title, hit.in_force, hit.citation),
                *(self.shipment.ordered, day, self.known_on, self.case.destination),
            ),
            find,
        )

    def _current(self, entry: Entry, day: dt.date) -> Current | None:
        """The version of an entry that counts on a day."""
        known_on = self.known_on
        return self.bundle.once(
            ("current", entry.id, day, known_on), lambda: current(entry, day, known_on)
        )

    def _about_to_change(
        self, entry: Entry, where: str, day: dt.date, soon: dt.date, findings: Findings
    ) -> None:
        """The version of the day ends within days of shipping."""
        now = self._current(entry, day)
        if now is None or now.version.until is None:
            return
        first, last = bounds(now.version.until)
        follows = any(
            standing(v, first) in {Standing.IN_FORCE, Standing.UNCERTAIN}
            for v in known_versions(entry, self.known_on)
            if v is not now.version and first < dt.date.max
        )
        if day < last and first <= soon:
            findings.add(
                FindingCode.ABOUT_TO_CHANGE if follows else FindingCode.ABOUT_TO_LAPSE,
                Severity.NOTE,
                f"{where} is in force until {describe(now.version.until)}, within "
                f"{NEAR_DAYS} days of shipping"
                + ("; another version follows" if follows else "")
                + f": {now.version.citation}. If shipping moves, screen again.",
            )

    def _changed_since_order(self, hit: Hit, entry: Entry, where: str, findings: Findings) -> None:
        """The law between the order and the shipping day: that of the shipping day counts."""
        ordered, day = self.shipment.ordered, self.shipment.day
        if ordered is None or ordered >= day:
            return
        before, now = self._current(entry, ordered), self._current(entry, day)
        if now is None or (before is not None and before == now):
            return
        was = (
            "was not listed"
            if before is None
            else "was announced only"
            if before.standing is Standing.ANNOUNCED
            else "stood there in another version"
        )
        findings.add(
            FindingCode.LAW_CHANGED,
            Severity.NOTE,
            f"{where} {was} on the day of the order ({ordered}); it is in force since "
            f"{hit.in_force} ({hit.citation}). The law of the shipping day ({day}) counts, not "
            "that of the order.",
        )

    def _destination_only(self, entry: Entry, where: str, findings: Findings) -> None:
        places = ", ".join(title_of(code, self.bundle) for code in entry.applies_to or ())
        destination = self.case.destination
        to = (
            "The destination is not known, which counts as one of them."
            if destination is None
            else f"Whatever is granted is for {title_of(destination, self.bundle)} only; goods "
            "that are sent on or diverted need their own."
        )
        findings.add(
            FindingCode.DESTINATION_ONLY,
            Severity.NOTE,
            f"{where} reaches certain destinations only ({places}). {to}",
        )

    def _rules_changing(self, day: dt.date, soon: dt.date, findings: Findings) -> None:
        """Requirements that begin or end within days of shipping."""
        changing = [(hit.list, self._changing(hit, day, soon)) for hit in self.hits]
        if not any(found for _, (_, found) in changing):
            return
        seen: set[tuple[str, str]] = set()
        for owner, (asked, changes) in changing:
            for rule_id, found in changes:
                if (owner, rule_id) not in seen:
                    findings.take(found)
            seen |= {(owner, rule_id) for rule_id in asked}

    def _changing(
        self, hit: Hit, day: dt.date, soon: dt.date
    ) -> tuple[frozenset[str], tuple[tuple[str, tuple[Finding, ...]], ...]]:
        """The rules for a hit, and those that begin or end with what there is to say of each."""

        def find() -> tuple[frozenset[str], tuple[tuple[str, tuple[Finding, ...]], ...]]:
            where = title_of(hit.place, self.bundle)
            changes: dict[str, tuple[Finding, ...]] = {}
            for rule in (*self._rules(hit.list), *self._rules(hit.jurisdiction)):
                if rule.leg is hit.leg and rule.id not in changes:
                    changes[rule.id] = _rule_changing(rule, where, day, soon)
            return frozenset(changes), tuple(change for change in changes.items() if change[1])

        return self.bundle.once(
            ("changing", hit.list, hit.jurisdiction, hit.leg, hit.place, day), find
        )

    # --- what is missing of amounts and parties ------------------------------------------

    def _amounts(self) -> None:
        """Says what was not read of amounts, strength and parties, where it matters."""
        shipment = self.shipment
        # Without a hit an amount decides nothing; with one, a person should mend it.
        severity = Severity.ASK if self.hits else Severity.NOTE
        amount = amount_of(shipment)
        if not any((shipment.quantity, shipment.net_weight, shipment.gross_weight)):
            self.findings.add(
                FindingCode.QUANTITY_MISSING,
                Severity.NOTE,
                "No quantity is stated; it counts as over every threshold.",
            )
        elif not amount.known:
            text = shipment.quantity or shipment.net_weight or shipment.gross_weight or ""
            self.findings.add(
                FindingCode.QUANTITY_NOT_READ,
                severity,
                f"The quantity {text[:80]!r} was not read: {amount.problem}. It counts as over "
                "every threshold.",
            )
        elif amount.doubts and self.hits:
            read = [
                words(value)
                for words, value in (
                    (mass_text, amount.mass_mg),
                    (volume_text, amount.volume_ul),
                )
                if value is not None
            ]
            self.findings.add(
                FindingCode.QUANTITY_AMBIGUOUS,
                Severity.NOTE,
                f"The quantity can be read in more than one way: {'; '.join(amount.doubts)}. The "
                f"larger was counted: {' or '.join(read)}.",
            )
        # What is no share at all is a mistake in the line, whatever the goods.
        told = self.hits or self.strength.problem == IMPOSSIBLE
        if shipment.purity and told and self.strength.problem:
            self.findings.add(
                FindingCode.PURITY_NOT_READ,
                Severity.NOTE,
                f"The strength {shipment.purity[:80]!r} was not read: {self.strength.problem}. It "
                "counts as over every limit.",
            )
        self._sums_and_parties()

    def _sums_and_parties(self) -> None:
        """Thresholds that only the sum reaches, and parties that are missing from it."""
        missing = [
            what
            for what, name in (
                ("exporter", self.shipment.exporter),
                ("consignee", self.shipment.consignee),
            )
            if not name
        ]
        below = False
        legs = {(hit.entry, hit.leg) for hit in self.hits}
        for entry_id, name in self.case.totals:
            entry = self.bundle.entries[entry_id]
            threshold = entry.thresholds[name]
            asked = [leg for leg in threshold.legs or LegKind if (entry_id, leg) in legs]
            own = self._own(entry, threshold)
            if not asked or reached(threshold, own, entry.density):
                continue
            below = True
            if self._is_over(entry, name):
                words = sum_words(self._sum(entry_id, name))
                self.findings.add(
                    FindingCode.OVER_BY_SUM,
                    Severity.NOTE,
                    f"{entry.title}: this line alone is below the threshold of "
                    f"{limit_text(threshold)}, but {words} is not ({threshold.citation}).",
                )
        if below and missing:
            parties = " or ".join(missing)
            self.findings.add(
                FindingCode.PARTY_MISSING,
                Severity.NOTE,
                f"No {parties} is stated; the line counts with those of every {parties}.",
            )

    def _own(self, entry: Entry, threshold: Threshold) -> Total:
        """What the line adds up to alone."""
        measure = next((m for m in self.case.measures if m.entry == entry.id), None)
        if measure is None:
            return Total(unread=1, count=1)
        return Total.of(part_of("", None, measure, threshold.counts))


_OF_AN_ENTRY = frozenset({FormField.BASE_WEIGHT, FormField.CAS})
"""Fields of forms that hang on the line and on the entry."""


def _summed(entry: Entry | None, rule: RequirementRule) -> tuple[tuple[str, str], ...]:
    """The sums under the thresholds that a rule asks for: entry and threshold."""
    if entry is None or not entry.thresholds:
        return ()
    names = [rule.when.over, *(c.under for c in rule.unless)]
    return tuple(
        (entry.id, name)
        for name in dict.fromkeys(names)
        if name is not None and name in entry.thresholds
    )


def _placed(text: str, places: Mapping[str, str]) -> str:
    for name, title in places.items():
        text = text.replace(f"{{{name}}}", title)
    return text


def _sentence(text: str) -> str:
    return f"{' '.join(text.split()).rstrip('.')}."


def _both(one: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
    """One document for several entries: the longest lead; due for certain if one makes it so."""
    days = [fields["due"] for fields in (one, other) if fields["due"] is not None]
    later = days and other["due"] == min(days) and one["due"] != other["due"]
    conditional = one["conditional"] and other["conditional"]
    return (other if later else one) | {
        "conditional": conditional,
        "open": tuple(dict.fromkeys((*one["open"], *other["open"]))) if conditional else (),
        "sums": tuple(dict.fromkeys((*one["sums"], *other["sums"]))),
        "entries": tuple(dict.fromkeys((*one["entries"], *other["entries"]))),
    }


def _rule_changing(
    rule: RequirementRule, where: str, day: dt.date, soon: dt.date
) -> tuple[Finding, ...]:
    """What there is to say of a rule that begins or ends after a day and no later than another."""
    findings = Findings()
    if rule.when.since and day < rule.when.since <= soon:
        findings.add(
            FindingCode.ABOUT_TO_CHANGE,
            Severity.NOTE,
            f"{rule.document} ({where}) begins on {rule.when.since}, within "
            f"{NEAR_DAYS} days of shipping: {rule.citation}.",
        )
    if rule.when.until and day < rule.when.until <= soon:
        findings.add(
            FindingCode.ABOUT_TO_LAPSE,
            Severity.NOTE,
            f"{rule.document} ({where}) is asked for until {rule.when.until}, within "
            f"{NEAR_DAYS} days of shipping: {rule.citation}.",
        )
    return findings.all()


def _stems_named(rules: Iterable[RequirementRule]) -> frozenset[str]:
    """Names of entries for which some rule is meant, or not meant."""
    return frozenset(name for rule in rules for name in (*rule.not_entries, *(rule.entries or ())))


def settled(decision: Decision, totals: Totals, bundle: Bundle, *, forms: bool = True) -> Decision:
    """A decision with its requirements found anew from other sums.

    Args:
        decision: as it was made for the line alone; it carries its shipment.
        totals: what its line and others add up to.
        bundle: the loaded law, the one that it was made with.
        forms: fill the forms of what is due.

    Returns:
        The same hits and outcome with the requirements and findings that the sums make.

    Raises:
        ValueError: the decision carries no shipment.
    """
    if decision.shipment is None:
        raise ValueError("a decision without its shipment cannot be settled")
    findings = Findings()
    line = decision.shipment
    if (line.quantity, line.purity) != (decision.quantity, decision.purity):
        line = dataclasses.replace(line, quantity=decision.quantity, purity=decision.purity)
    case = Case(
        shipment=line,
        origin=decision.origin,
        destination=decision.destination,
        hits=decision.hits,
        measures=decision.measures,
        totals=totals,
    )
    duties = Duties(
        bundle,
        case,
        jurisdictions=decision.provenance.jurisdictions,
        known_on=decision.provenance.known_on,
        findings=findings,
        forms=forms,
    )
    requirements = duties.find()
    kept = [f for f in decision.findings if f.code not in DUTY_FINDINGS]
    order = list(Severity)
    everything = sorted((*kept, *findings.sorted()), key=lambda f: order.index(f.severity))
    update = {"requirements": requirements, "findings": tuple(dict.fromkeys(everything))}
    if type(decision) is not Decision:  # a line that was read back has more than its decision
        return decision.model_copy(update=update)
    return made(Decision, vars(decision) | update)
