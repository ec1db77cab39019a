"""Which requirements are due: what a condition asks, and what a shipment states.

A condition holds, does not hold, or is open because the shipment does not say. A requirement is due
unless it certainly is not: `when` may be open, `unless` and shorter lead times must hold.
"""

from __future__ import annotations

import datetime as dt
import enum
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache
from typing import Literal

from screening.rules.model import (
    Concentration,
    Condition,
    Customer,
    MixtureRule,
    Preparation,
    Purpose,
    RequirementRule,
)
from screening.rules.quantities import Strength, law_percent
from screening.shipment import LegKind

Codes = frozenset[str]


class Answer(enum.StrEnum):
    """Whether a condition holds for a shipment."""

    YES = "yes"
    NO = "no"
    OPEN = "open"


@dataclass(frozen=True, slots=True)
class Facts:
    """What a shipment states of that which conditions ask for.

    Attributes:
        day: the shipping day.
        origin, destination: codes of the place and of the unions it belongs to; None where it is
            not known.
        purposes: what the goods are for; None where that is not stated or not read.
        customer: what the consignee is; None where that is not stated.
        preparations: what the goods are said to be made up as.
        strength: bounds of the share of the substance.
        over: for each threshold of the entry, whether the sum is over it; one that the entry does
            not have counts as over.
        sets: places that the jurisdiction names together.
    """

    day: dt.date
    origin: Codes | None = None
    destination: Codes | None = None
    purposes: frozenset[Purpose] | None = None
    customer: Customer | None = None
    preparations: frozenset[Preparation] = frozenset()
    strength: Strength = field(default_factory=Strength)
    over: Mapping[str, bool] = field(default_factory=dict)
    sets: Mapping[str, Codes] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Held:
    """The answer to a condition, and what it leaves open."""

    answer: Answer
    open: tuple[str, ...] = ()


def holds(condition: Condition, facts: Facts) -> Held:
    """Whether a condition holds.

    Args:
        condition: all that it states must hold.
        facts: what is known; an amount that is not known is over, a strength above every limit, a
            customer new.

    Returns:
        Yes, no, or open with what is not known.
    """
    if condition.since and facts.day < condition.since:
        return Held(Answer.NO)
    if condition.until and facts.day >= condition.until:
        return Held(Answer.NO)
    if condition.over is not None and not facts.over.get(condition.over, True):
        return Held(Answer.NO)
    if condition.under is not None and facts.over.get(condition.under, True):
        return Held(Answer.NO)
    if condition.concentration is not None and not _strong(condition.concentration, facts.strength):
        return Held(Answer.NO)
    if condition.customer and (facts.customer or Customer.NEW) not in condition.customer:
        return Held(Answer.NO)
    if condition.preparation and not facts.preparations & {*condition.preparation}:
        return Held(Answer.NO)
    answers = (
        _placed(facts.origin, condition.origins, condition.not_origins, facts, "origin"),
        _placed(
            facts.destination,
            condition.destinations,
            condition.not_destinations,
            facts,
            "destination",
        ),
        _meant(condition, facts),
    )
    if any(a.answer is Answer.NO for a in answers):
        return Held(Answer.NO)
    open_ = tuple(text for a in answers for text in a.open)
    return Held(Answer.OPEN if open_ else Answer.YES, open_)


def _strong(bound: Concentration, strength: Strength) -> bool:
    """The share counts as its upper bound: not known is the whole."""
    share = strength.high
    if bound.above is not None:
        return share > law_percent(bound.above)
    if bound.at_least is not None:
        return share >= law_percent(bound.at_least)
    if bound.at_most is not None:
        return share <= law_percent(bound.at_most)
    assert bound.below is not None  # the model asks for exactly one
    return share < law_percent(bound.below)


def _placed(
    place: Codes | None,
    wanted: tuple[str, ...] | None,
    unwanted: tuple[str, ...] | None,
    facts: Facts,
    what: str,
) -> Held:
    if wanted is None and unwanted is None:
        return Held(Answer.YES)
    if place is None:
        return Held(Answer.OPEN, (f"the {what} is not known",))
    inside = wanted is None or bool(place & _expanded(wanted, facts.sets))
    outside = unwanted is None or not place & _expanded(unwanted, facts.sets)
    return Held(Answer.YES if inside and outside else Answer.NO)


def _expanded(places: Iterable[str], sets: Mapping[str, Codes]) -> set[str]:
    """Codes, with the sets among them spelled out."""
    return {code for place in places for code in sets.get(place, {place})}


def _meant(condition: Condition, facts: Facts) -> Held:
    if not condition.purpose and not condition.not_purpose:
        return Held(Answer.YES)
    if facts.purposes is None:
        return Held(Answer.OPEN, ("what the goods are for is not known",))
    wanted = not condition.purpose or bool(facts.purposes & {*condition.purpose})
    unwanted = bool(facts.purposes & {*(condition.not_purpose or ())})
    return Held(Answer.YES if wanted and not unwanted else Answer.NO)


# --- rules -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Relief:
    """What the law on mixtures makes of the goods under one entry.

    Attributes:
        name: of the rule.
        rule: the rule.
        asked: its question has to be answered; without it, its requirements fall away.
    """

    name: str
    rule: MixtureRule
    asked: bool

    def reaches(self, rule_id: str) -> bool:
        """It is about a requirement."""
        return self.rule.lifts == "all" or rule_id in self.rule.lifts


def reliefs(mixtures: Mapping[str, MixtureRule], leg: LegKind, facts: Facts) -> tuple[Relief, ...]:
    """The rules on mixtures that the goods meet, or may meet."""
    return tuple(
        Relief(name, rule, asked=rule.question is not None)
        for name, rule in mixtures.items()
        if (rule.legs is None or leg in rule.legs) and _is_such(rule, facts)
    )


def _is_such(rule: MixtureRule, facts: Facts) -> bool:
    if rule.preparations is not None and not facts.preparations & {*rule.preparations}:
        return False
    if not rule.solutions and (
        facts.preparations == {Preparation.SOLUTION} or facts.strength.solution
    ):
        return False
    if rule.limit is not None:
        limit = law_percent(rule.limit)
        share = facts.strength.high
        return share <= limit if rule.exempt == "at_most" else share < limit
    return is_mixture(facts.preparations, facts.strength)


def is_mixture(preparations: frozenset[Preparation], strength: Strength) -> bool:
    """Whether the goods hold more than a substance with its impurities.

    They are said to, or most of them is something else.
    """
    return bool(preparations) or strength.solution or strength.high < Decimal("0.5")


@dataclass(frozen=True, slots=True)
class Due:
    """A rule that is due for one hit.

    Attributes:
        lead_days, lead_kind: its lead time for this shipment.
        lead_because: why that is shorter than usual, None where it is not.
        open: what is not known or has to be answered; without it, it is due for certain.
    """

    rule: RequirementRule
    lead_days: int | None
    lead_kind: Literal["calendar", "working"]
    lead_because: str | None = None
    open: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NotDue:
    """A rule that the amount or a rule on mixtures takes away, and nothing else.

    Attributes:
        threshold: the threshold that is not reached, None where it is a mixture.
        relief: the rule on mixtures, None where it is a threshold.
    """

    rule: RequirementRule
    threshold: str | None = None
    relief: Relief | None = None


def due(
    rules: Iterable[RequirementRule],
    *,
    leg: LegKind,
    entry: str,
    facts: Facts,
    mixtures: Mapping[str, MixtureRule] | None = None,
) -> tuple[tuple[Due, ...], tuple[NotDue, ...]]:
    """The rules that are due for one hit, in their order, and those that amounts take away.

    Args:
        rules: of the list and the jurisdiction.
        leg: the leg of the hit.
        entry: id of the entry.
        facts: what is known of the shipment.
        mixtures: the entry's rules on mixtures.
    """
    found: list[Due] = []
    gone: list[NotDue] = []
    met = reliefs(mixtures or {}, leg, facts)
    for rule in rules:
        if not _is_for(rule, leg, entry):
            continue
        held = holds(rule.when, facts)
        spared = [holds(c, facts) for c in rule.unless]
        if held.answer is Answer.NO or any(s.answer is Answer.YES for s in spared):
            threshold = _threshold_alone(rule, facts)
            if threshold is not None:
                gone.append(NotDue(rule, threshold=threshold))
            continue
        lifted = next((r for r in met if not r.asked and r.reaches(rule.id)), None)
        if lifted is not None:
            gone.append(NotDue(rule, relief=lifted))
            continue
        questions = [rule.question] if rule.question else []
        questions += [r.rule.question for r in met if r.rule.question and r.reaches(rule.id)]
        open_ = dict.fromkeys([*held.open, *(t for s in spared for t in s.open), *questions])
        found.append(_with_lead(rule, facts, tuple(open_)))
    return tuple(found), tuple(gone)


def _is_for(rule: RequirementRule, leg: LegKind, entry: str) -> bool:
    stem = entry.rpartition("/")[2]
    if rule.leg is not leg or stem in rule.not_entries:
        return False
    return rule.entries is None or stem in rule.entries


def _with_lead(rule: RequirementRule, facts: Facts, open_: tuple[str, ...]) -> Due:
    for shorter in rule.shorter:
        if holds(shorter.when, facts).answer is Answer.YES:
            return Due(rule, shorter.lead_days, shorter.lead_kind, shorter.because, open_)
    return Due(rule, rule.lead_days, rule.lead_kind, None, open_)


def _threshold_alone(rule: RequirementRule, facts: Facts) -> str | None:
    """The threshold that takes a rule away that would be due if every amount were over."""
    every = Facts(
        day=facts.day,
        origin=facts.origin,
        destination=facts.destination,
        purposes=facts.purposes,
        customer=facts.customer,
        preparations=facts.preparations,
        strength=facts.strength,
        over={},
        sets=facts.sets,
    )
    if holds(rule.when, every).answer is Answer.NO:
        return None
    if any(holds(c, every).answer is Answer.YES for c in rule.unless):
        return None
    named = [rule.when.over, *(c.under for c in rule.unless)]
    return next((name for name in named if name and not facts.over.get(name, True)), None)


# --- what a shipment states, in the words of conditions --------------------------------------

_PURPOSES = {
    Purpose.MEDICAL: (
        r"medic|pharma|therap|hospital|patient|anaesth|anesth|clinic|\bdrug|\bapi\b|arznei|medizin|"
        r"farmac|médic|médec|médica|药|医|藥|醫"
    ),
    Purpose.VETERINARY: r"veterin|animal health|tierarzn|veterinari|兽药|獸藥",
    Purpose.SCIENTIFIC: (
        r"research|scien|laborator|\blab\b|analy|reference standard|universit|r&d|testing|"
        r"forschung|labor\b|investiga|recherche|研究|实验|實驗|科研|检测|分析|教学"
    ),
    Purpose.INDUSTRIAL: (
        r"industr|manufactur|production|\bsolvent|coating|paint|adhesive|resin|plastic|polymer|"
        r"cleaning|plating|agro|pestic|herbic|dye|pigment|textile|raw material|intermediate|"
        r"herstell|fertig|fabrica|生产|工业|制造|溶剂|涂料|原料|農藥|农药"
    ),
    Purpose.TRADE: (
        r"resale|re-sale|trading|distribut|stock|wholesale|handel|reventa|revente|贸易|转售|销售"
    ),
    Purpose.OFFICIAL: r"police|customs authority|government|forensic|military|behörde|警|公安|海关",
    Purpose.PERSONAL: r"personal use|own use|private use|eigenbedarf|uso personal|自用|个人",
}
_REGULAR = re.compile(
    r"\b(?:regular|existing|repeat|established|old|stamm\w*|habitual|habituel)\b|老客户|老客|长期|固定"
)
_NOT_REGULAR = re.compile(r"\b(?:no|not|non|new|first|neu\w*|nuevo|nouveau)\b|新|首次|非")
_PREPARATIONS = {
    Preparation.SOLUTION: (
        r"\bsolutions?\b|\bsoln?\b|\baqueous\b|\baq\b|\bin water\b|\blösung|\bsolución|溶液|水溶液"
    ),
    Preparation.MIXTURE: (
        r"\bmixtures?\b|\bblends?\b|\bpreparations? containing\b|\bgemisch|\bmezcla|\bmélange|"
        r"混合|配制"
    ),
    Preparation.MEDICINE: (
        r"\btablets?\b|\bcapsules?\b|\binjections?\b|\binjectable\b|\bampoules?\b|\bampules?\b|"
        r"\bsyrup\b|\bointment\b|\bsupposit\w+|\btransdermal\b|\bpatch(?:es)?\b|\bnasal spray\b|"
        r"\blozenges?\b|\btabletten\b|\bcomprimidos?\b|\bcomprimés?\b|片剂|胶囊|注射液|注射剂|贴剂|栓剂"
    ),
}


def _plain(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text[:2000]).casefold().split())


@lru_cache(maxsize=1024)
def read_purposes(text: str | None) -> frozenset[Purpose] | None:
    """What goods are said to be for; None where that is not stated or not read.

    >>> sorted(read_purposes("solvent for paint, and resale")), read_purposes("various")
    ([<Purpose.INDUSTRIAL: 'industrial'>, <Purpose.TRADE: 'trade'>], None)
    """
    if text is None:
        return None
    plain = _plain(text)
    found = {purpose for purpose, words in _PURPOSES.items() if re.search(words, plain)}
    return frozenset(found) or None


def read_customer(text: str | None) -> Customer | None:
    """What the consignee is said to be; None where that is not stated or not read.

    >>> read_customer("Regular customer"), read_customer("not yet regular"), read_customer("x")
    (<Customer.REGULAR: 'regular'>, <Customer.NEW: 'new'>, None)
    """
    if text is None:
        return None
    plain = _plain(text)
    if _NOT_REGULAR.search(plain):
        return Customer.NEW
    return Customer.REGULAR if _REGULAR.search(plain) else None


@lru_cache(maxsize=4096)
def read_preparations(text: str | None, hs_code: str | None) -> frozenset[Preparation]:
    """What goods are said to be made up as, in their description or by their heading.

    Headings 3003 and 3004 of the Harmonized System are medicaments.

    >>> sorted(read_preparations("Fentanyl citrate injection 0.05 mg/ml", None))
    [<Preparation.MEDICINE: 'medicine'>]
    """
    plain = _plain(text or "")
    found = {made for made, words in _PREPARATIONS.items() if re.search(words, plain)}
    if re.sub(r"\D", "", hs_code or "").startswith(("3003", "3004")):
        found.add(Preparation.MEDICINE)
    return frozenset(found)
