"""The shape of watchlist files: frozen models that refuse what they do not know.

A watchlist is four kinds of YAML file: ``jurisdiction.yaml``, ``groups.yaml``, one ``list.yaml`` a
list, and one file an entry. An entry states only what differs from its list. The models here hold
no behaviour beyond checking themselves; `screening.rules.load` reads files into them.
"""

from __future__ import annotations

import datetime as dt
import enum
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from screening.chemistry.language import ClassDefinition as ClassDefinition
from screening.chemistry.language import Except, Flag, Model, Name, Names, Text, Texts
from screening.chemistry.language import GroupWord as GroupWord
from screening.forms import FormField
from screening.rules.quantities import Counts, Per, checked_amount, checked_percent
from screening.shipment import LegKind as LegKind

Day = Annotated[dt.date, Field(strict=True)]
Code = Annotated[str, Field(strict=True, pattern=r"^[a-z]{2}$")]
Place = Annotated[str, Field(strict=True, pattern=r"^([a-z]{2}|[a-z][a-z0-9-]{2,})$")]
"""The code of a place, or the name of one of the jurisdiction's `sets`."""

Days = Annotated[int, Field(strict=True, ge=0)]
Amount = Annotated[Text, AfterValidator(checked_amount)]
Percent = Annotated[Text, AfterValidator(checked_percent)]


class Action(enum.StrEnum):
    """What a hit means for the goods, gravest first.

    >>> sorted([Action.RECORD, Action.PROHIBITED], key=lambda action: action.gravity)[0].value
    'prohibited'
    """

    PROHIBITED = "prohibited"
    AUTHORISATION = "authorisation"
    NOTIFICATION = "notification"
    RECORD = "record"
    WATCH = "watch"
    NONE_FOUND = "none_found"

    @property
    def gravity(self) -> int:
        """0 for the gravest."""
        return _GRAVITY[self]


_GRAVITY = {action: place for place, action in enumerate(Action)}


class Mark(enum.StrEnum):
    """How a fact was checked."""

    PRIMARY = "primary"
    SECONDARY = "secondary"
    UNVERIFIED = "unverified"


class Coverage(enum.StrEnum):
    """How much of a list, or of a body of law, the bundle carries."""

    MODELLED = "modelled"
    PARTLY = "partly"
    NOT_MODELLED = "not_modelled"


class FormRule(enum.StrEnum):
    """Whether a law covers a form of a listed substance."""

    COVERED = "covered"
    REVIEW = "review"
    NOT_COVERED = "not_covered"


class Forms(Model):
    """Which forms of its substances a list or an entry covers; each must be stated."""

    salts: FormRule | None = None
    hydrates: FormRule | None = None
    optical_isomers: FormRule | None = None
    geometric_isomers: FormRule | None = None
    isotopologues: FormRule | None = None
    tautomers: FormRule | None = None
    esters: FormRule | None = None
    ethers: FormRule | None = None
    positional_isomers: FormRule | None = None


class Checked(Model):
    """How membership and dates of a version were checked, apart."""

    membership: Mark
    dates: Mark


class DateRange(Model):
    """A day that is not known exactly: certainly not before, certainly not after."""

    not_before: Day | None = None
    not_after: Day | None = None

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.not_before is None and self.not_after is None:
            raise ValueError("a day that is not known needs not_before, not_after or both")
        if self.not_before and self.not_after and self.not_before > self.not_after:
            raise ValueError("not_before is later than not_after")
        return self


EffectiveDay = Day | DateRange


class Withdrawn(Model):
    """Our own mistake, kept on record."""

    on: Day
    because: Text


class Version(Model):
    """One dated state of an entry.

    `until` is the first day on which it is no longer in force; `recorded` the day on which the
    bundle first said so; `still_to_read` what a later check must settle.
    """

    in_force: EffectiveDay
    until: EffectiveDay | None = None
    published: Day | None = None
    recorded: Day
    citation: Text
    checked: Checked
    action: LegActions | None = None
    forms: Forms | None = None
    clauses: Names | None = None
    says: Text | None = None
    still_to_read: Text | None = None
    withdrawn: Withdrawn | None = None

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.checked.dates is Mark.UNVERIFIED and isinstance(self.in_force, dt.date):
            raise ValueError(
                "in_force: a date that is unverified is written as not_before / not_after"
            )
        known = isinstance(self.in_force, dt.date) and isinstance(self.until, dt.date)
        if known and self.until <= self.in_force:  # type: ignore[operator]
            raise ValueError("until: the first day no longer in force must follow in_force")
        return self


class VersionDefaults(Model):
    """What the versions of a list's entries share; an entry's version overrides key by key."""

    in_force: EffectiveDay | None = None
    until: EffectiveDay | None = None
    published: Day | None = None
    recorded: Day | None = None
    citation: Text | None = None
    checked: Checked | None = None


class LegActions(Model):
    """The action of a hit by leg; a leg that is not stated is not reached by the law."""

    origin: Action | None = None
    transit: Action | None = None
    destination: Action | None = None
    treaty: Action | None = None
    broker: Action | None = None

    def on(self, leg: LegKind) -> Action | None:
        """The action on one leg, None where the law does not reach it."""
        value: Action | None = getattr(self, leg.value)
        return value


class Purpose(enum.StrEnum):
    """What goods are for, as far as a law tells purposes apart."""

    MEDICAL = "medical"
    VETERINARY = "veterinary"
    SCIENTIFIC = "scientific"
    INDUSTRIAL = "industrial"
    TRADE = "trade"
    OFFICIAL = "official"
    PERSONAL = "personal"


class Customer(enum.StrEnum):
    """What the consignee is to the exporter; who is not known counts as new."""

    REGULAR = "regular"
    NEW = "new"


class Preparation(enum.StrEnum):
    """What goods are made up as, beyond a substance with its impurities."""

    MIXTURE = "mixture"
    SOLUTION = "solution"
    MEDICINE = "medicine"


def _one_or_several(value: Any) -> Any:
    """Lets a file write a single value where a list of one is meant."""
    return value if isinstance(value, list | tuple) else (value,)


Amounts = Annotated[tuple[Amount, ...], BeforeValidator(_one_or_several)]
Legs = Annotated[tuple[LegKind, ...], BeforeValidator(_one_or_several)]
Places = Annotated[tuple[Place, ...], BeforeValidator(_one_or_several)]
Purposes = Annotated[tuple[Purpose, ...], BeforeValidator(_one_or_several)]
Customers = Annotated[tuple[Customer, ...], BeforeValidator(_one_or_several)]
Preparations = Annotated[tuple[Preparation, ...], BeforeValidator(_one_or_several)]


class PlaceSet(Model):
    """Places that a law names together, under one name for conditions."""

    places: tuple[Code, ...]
    says: Text | None = None
    citation: Text
    checked: Mark


class Concentration(Model):
    """A bound on the share of the listed substance in the goods; exactly one."""

    above: Percent | None = None
    at_least: Percent | None = None
    at_most: Percent | None = None
    below: Percent | None = None

    @model_validator(mode="after")
    def _one(self) -> Self:
        if sum(v is not None for v in (self.above, self.at_least, self.at_most, self.below)) != 1:
            raise ValueError("write exactly one of above, at_least, at_most, below")
        return self


class Condition(Model):
    """When something holds; what is not stated here does not matter.

    `over` and `under` name a threshold of the entry that is hit. What a shipment leaves open is
    settled for the worse: an amount that is not known is over, a strength above every limit, a
    customer new; a place or purpose that is not known is every one.
    """

    origins: Places | None = None
    not_origins: Places | None = None
    destinations: Places | None = None
    not_destinations: Places | None = None
    since: Day | None = Field(default=None, alias="from")
    until: Day | None = None
    over: Name | None = None
    under: Name | None = None
    concentration: Concentration | None = None
    purpose: Purposes | None = None
    not_purpose: Purposes | None = None
    customer: Customers | None = None
    preparation: Preparations | None = None


Conditions = Annotated[tuple[Condition, ...], BeforeValidator(_one_or_several)]


class Shorter(Model):
    """A lead time that certainly met conditions make shorter."""

    when: Condition
    lead_days: Days
    lead_kind: Literal["calendar", "working"] = "calendar"
    because: Text


class RequirementRule(Model):
    """A document or act that a hit makes due.

    It is due if `when` holds or may hold, unless one of the conditions of `unless` certainly holds.
    `question` is what a person must settle first: the requirement is due if the answer is yes.
    `form` is the number or name of the form, `fields` what it asks for.
    """

    id: Name
    leg: LegKind
    document: Text
    form: Text | None = None
    fields: tuple[FormField, ...] = ()
    authority: Text
    who: Text
    lead_days: Days | None = None
    lead_kind: Literal["calendar", "working"] = "calendar"
    shorter: tuple[Shorter, ...] = ()
    contains: Texts = ()
    because: Text
    question: Text | None = None
    citation: Text
    checked: Mark
    entries: Names | None = None
    not_entries: Names = ()
    when: Condition = Condition()
    unless: Conditions = ()


class Threshold(Model):
    """The amount from which a duty begins, as it stands for one entry.

    `amount` has one figure, or one by mass and one by volume: the one that fits the unit of a line
    counts, and where both can be told, either is enough. `none` says that every amount is over.
    """

    legs: Legs | None = None
    amount: Amounts = ()
    none: Flag = False
    reached: Literal["at_least", "more_than"] = "at_least"
    per: Per = Per.TRANSACTION
    counts: Counts = Counts.GOODS
    says: Text | None = None
    citation: Text
    checked: Mark

    @model_validator(mode="after")
    def _amount_or_none(self) -> Self:
        if bool(self.amount) == self.none:
            raise ValueError("a threshold states either its amount or none: true")
        return self


class MixtureRule(Model):
    """What a law makes of goods that hold a listed substance besides something else.

    Without a `question`, the requirements named in `lifts` fall away where the strength is
    certainly within `limit`. With a `question` nothing falls away: goods that are, or may be, such
    a mixture get the question, and the requirements in `lifts` depend on its answer.
    `preparations` keeps the rule to goods made up in one of these ways. `solutions: false` says
    that the limit does not serve a plain solution of the substance.
    """

    legs: Legs | None = None
    applies: Flag = True
    limit: Percent | None = None
    exempt: Literal["at_most", "below"] = "at_most"
    solutions: Flag = True
    preparations: Preparations | None = None
    lifts: Literal["all"] | Names = ()
    question: Text | None = None
    says: Text
    citation: Text
    checked: Mark

    @model_validator(mode="after")
    def _limit_or_question(self) -> Self:
        if self.applies and self.limit is None and self.question is None:
            raise ValueError("a rule on mixtures needs a limit, a question or both")
        return self


class ListCoverage(Model):
    """How much of a list is modelled, as of when, and what is known to be missing."""

    state: Coverage
    as_of: Day
    missing: Texts = ()


class NamedCoverage(ListCoverage):
    """Coverage of a body of law for which the bundle carries no list, or only part of it."""

    title: Text


class Example(Model):
    """A structure with the answer that its entry must give on a day, and why."""

    structure: Text
    day: Day
    because: Text
    clauses: Names | None = None
    reading: Name | None = None


class Examples(Model):
    """Hand-written examples; substances get theirs generated."""

    must_match: tuple[Example, ...] = ()
    must_not_match: tuple[Example, ...] = ()
    must_review: tuple[Example, ...] = ()


class EntryNames(Model):
    """Names by language (ISO 639-1), the preferred one first."""

    en: Texts
    zh: Texts = ()
    de: Texts = ()
    es: Texts = ()
    fr: Texts = ()
    ja: Texts = ()

    def all(self) -> tuple[str, ...]:
        """Every name in every language."""
        return (*self.en, *self.zh, *self.de, *self.es, *self.fr, *self.ja)


class Density(Model):
    """Mass of a litre of the goods, for amounts that are stated by volume or counted by it.

    `least` and `greatest` are of the forms that are traded, so that an amount is never read as
    smaller than it may be.
    """

    least_kg_per_l: Annotated[float, Field(gt=0, lt=25)]
    greatest_kg_per_l: Annotated[float, Field(gt=0, lt=25)]
    citation: Text
    checked: Mark

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.least_kg_per_l > self.greatest_kg_per_l:
            raise ValueError("least_kg_per_l is more than greatest_kg_per_l")
        return self


RECOGNISERS = ("substance", "class", "identifiers", "goods", "party")
"""The keys of an entry that say how it recognises what is shipped; each entry has one of them."""


class EntryFile(Model):
    """One legal item as its file states it.

    Exactly one of `substance` (SMILES; several components only where the law lists a salt),
    `class`, `identifiers: true` (recognised by name and CAS alone), `goods: true` says how a
    version recognises what is shipped. `aliases` are further SMILES of the same legal
    item (a footnote's esters, a group of isomers). `thresholds` and `mixtures` state what differs
    from the list, key by key.
    """

    title: Text | None = None
    names: EntryNames
    paragraph: Text | None = None
    codes: dict[Name, Text] = {}
    cas: Texts = ()
    hs: Texts = ()
    density: Density | None = None
    substance: Text | None = None
    aliases: dict[Text, Text] = {}
    class_: ClassDefinition | None = Field(default=None, alias="class")
    identifiers: Flag = False
    goods: Flag = False
    party: Flag = False
    forms: Forms | None = None
    as_counter_ion: Flag | None = None
    action: LegActions | None = None
    applies_to: tuple[Code, ...] | None = None
    yields_to: Texts = ()
    thresholds: dict[Name, dict[Text, Any]] = {}
    mixtures: dict[Name, dict[Text, Any]] = {}
    versions: tuple[dict[Text, Any], ...] = ()
    says: Text | None = None
    examples: Examples = Examples()

    @model_validator(mode="after")
    def _one_recogniser(self) -> Self:
        stated = (self.substance, self.class_, self.identifiers, self.goods, self.party)
        given = [n for n, v in zip(RECOGNISERS, stated, strict=True) if v not in (None, False)]
        if len(given) != 1:
            raise ValueError(
                f"an entry has exactly one of {', '.join(RECOGNISERS)}; "
                f"here: {', '.join(given) or 'none'}"
            )
        return self


class Incomplete(Model):
    """Items that a list is known to have and that could not be read.

    Until they are known, a component that fits one of the `candidates` (SMARTS by name) and hits
    nothing of the place goes to review from `since` on. `max_heavy_atoms` keeps to compounds of the
    size that the list is about.
    """

    since: Day
    until: Day | None = None
    candidates: dict[Text, Text]
    max_heavy_atoms: Annotated[int, Field(strict=True, ge=1)] | None = None
    says: Text
    citation: Text
    checked: Mark


class ListFile(Model):
    """What ``list.yaml`` states for its entries.

    `thresholds` and `mixtures` are by name; an entry states only the keys that differ.
    """

    title: Text
    instrument: Text
    authority: Text
    says: Text | None = None
    surveillance: Flag = False
    action: LegActions
    forms: Forms
    as_counter_ion: Flag = True
    applies_to: tuple[Code, ...] | None = None
    version: VersionDefaults = VersionDefaults()
    last_checked: Day
    coverage: ListCoverage
    incomplete: tuple[Incomplete, ...] = ()
    thresholds: dict[Name, dict[Text, Any]] = {}
    mixtures: dict[Name, dict[Text, Any]] = {}
    requirements: tuple[RequirementRule, ...] = ()
    sources: Texts = ()


class AnalogueRule(Model):
    """A law that reaches substances by their likeness to listed ones, without a measure for it.

    A component that hits nothing else of the jurisdiction and is structurally close to a substance
    in force on one of the `lists` (of their `entries`, where those are stated) goes to review.
    `treated_as` is the list as whose substance the law treats it; its requirements are shown.
    `excepts` are compounds that the law takes out by name.
    """

    title: Text
    instrument: Text
    authority: Text
    citation: Text
    checked: Checked
    since: EffectiveDay
    recorded: Day
    action: LegActions
    lists: Texts
    entries: Names | None = None
    treated_as: Text
    excepts: tuple[Except, ...] = ()
    says: Text


class JurisdictionFile(Model):
    """What ``jurisdiction.yaml`` states.

    `treaty` lists are asked on every shipment under the leg `treaty`; `member_of` are unions whose
    law is asked as well. `statements` are stated positions of authorities, each with its source.
    `sets` are places that its law names together, for the conditions of its requirements.
    `shares` are lists of another jurisdiction that are law here too (an Act of the whole kingdom).
    `analogue` is the law on likeness, where the jurisdiction has one.
    """

    title: Text
    authority: Text
    treaty: Flag = False
    member_of: tuple[Code, ...] = ()
    shares: Texts = ()
    coverage: tuple[NamedCoverage, ...] = ()
    sets: dict[Name, PlaceSet] = {}
    requirements: tuple[RequirementRule, ...] = ()
    statements: tuple[Statement, ...] = ()
    analogue: AnalogueRule | None = None
    sources: Texts = ()


class Statement(Model):
    """A stated position of an authority, for the report; not a rule."""

    leg: LegKind
    says: Text
    who: Text
    on: Day
    citation: Text
    checked: Mark


class Entry(Model):
    """One legal item, resolved against its list: what the screen works with."""

    id: Text
    jurisdiction: Code
    list: Text
    title: Text
    names: EntryNames
    paragraph: Text | None
    codes: dict[Name, Text]
    cas: tuple[Text, ...]
    hs: tuple[Text, ...]
    density: Density | None = None
    substance: Text | None
    aliases: dict[Text, Text]
    class_: ClassDefinition | None = Field(alias="class")
    identifiers: bool
    goods: bool
    party: bool = False
    forms: Forms
    as_counter_ion: bool
    action: LegActions
    applies_to: tuple[Code, ...] | None
    yields_to: tuple[Text, ...]
    thresholds: dict[Name, Threshold] = {}
    mixtures: dict[Name, MixtureRule] = {}
    versions: tuple[Version, ...]
    says: Text | None
    examples: Examples
    surveillance: bool
    instrument: Text
    authority: Text


class Watchlist(Model):
    """One list with its entries."""

    id: Text
    jurisdiction: Code
    file: ListFile
    entries: tuple[Entry, ...]


class Jurisdiction(Model):
    """One jurisdiction with its words and its lists."""

    code: Code
    file: JurisdictionFile
    groups: dict[Text, GroupWord]
    lists: tuple[Watchlist, ...]


Version.model_rebuild()
JurisdictionFile.model_rebuild()
