"""The shape of watchlist files: frozen models that refuse what they do not know.

A watchlist is four kinds of YAML file: ``jurisdiction.yaml``, ``groups.yaml``, one ``list.yaml`` a
list, and one file an entry. An entry states only what differs from its list. The models here hold
no behaviour beyond checking themselves; `screening.rules.load` reads files into them.
"""

from __future__ import annotations

import datetime as dt
import enum
from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from screening.chemistry.language import ClassDefinition as ClassDefinition
from screening.chemistry.language import Except, Flag, Model, Name, Names, Text, Texts
from screening.chemistry.language import GroupWord as GroupWord
from screening.shipment import LegKind as LegKind

Day = Annotated[dt.date, Field(strict=True)]
Code = Annotated[str, Field(strict=True, pattern=r"^[a-z]{2}$")]


class Action(enum.StrEnum):
    """What a hit means for the goods, gravest first."""

    PROHIBITED = "prohibited"
    AUTHORISATION = "authorisation"
    NOTIFICATION = "notification"
    RECORD = "record"
    WATCH = "watch"
    NONE_FOUND = "none_found"

    @property
    def gravity(self) -> int:
        """0 for the gravest."""
        return list(type(self)).index(self)


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

    def on(self, leg: LegKind) -> Action | None:
        """The action on one leg, None where the law does not reach it."""
        value: Action | None = getattr(self, leg.value)
        return value


class Condition(Model):
    """When a requirement is due; what is not stated does not matter."""

    origins: tuple[Code, ...] | None = None
    not_origins: tuple[Code, ...] | None = None
    destinations: tuple[Code, ...] | None = None
    not_destinations: tuple[Code, ...] | None = None
    since: Day | None = Field(default=None, alias="from")
    until: Day | None = None


class RequirementRule(Model):
    """A document or act that a hit makes due."""

    id: Name
    leg: LegKind
    document: Text
    authority: Text
    who: Text
    lead_days: Annotated[int, Field(strict=True, ge=0)] | None = None
    lead_kind: Literal["calendar", "working"] = "calendar"
    contains: Texts = ()
    because: Text
    citation: Text
    checked: Mark
    entries: Names | None = None
    not_entries: Names = ()
    when: Condition = Condition()


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


class EntryFile(Model):
    """One legal item as its file states it.

    Exactly one of `substance` (SMILES; several components only where the law lists a salt),
    `class`, `identifiers: true` (recognised by name and CAS alone), `goods: true` says how a
    version recognises what is shipped. `aliases` are further SMILES of the same legal
    item (a footnote's esters, a group of isomers).
    """

    title: Text | None = None
    names: EntryNames
    paragraph: Text | None = None
    codes: dict[Name, Text] = {}
    cas: Texts = ()
    hs: Texts = ()
    substance: Text | None = None
    aliases: dict[Text, Text] = {}
    class_: ClassDefinition | None = Field(default=None, alias="class")
    identifiers: Flag = False
    goods: Flag = False
    forms: Forms | None = None
    as_counter_ion: Flag | None = None
    action: LegActions | None = None
    applies_to: tuple[Code, ...] | None = None
    yields_to: Texts = ()
    versions: tuple[dict[Text, Any], ...] = ()
    says: Text | None = None
    examples: Examples = Examples()

    @model_validator(mode="after")
    def _one_recogniser(self) -> Self:
        given = [
            name
            for name, present in (
                ("substance", self.substance is not None),
                ("class", self.class_ is not None),
                ("identifiers", self.identifiers),
                ("goods", self.goods),
            )
            if present
        ]
        if len(given) != 1:
            raise ValueError(
                "an entry has exactly one of substance, class, identifiers, goods; "
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
    """What ``list.yaml`` states for its entries."""

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
    `shares` are lists of another jurisdiction that are law here too (an Act of the whole kingdom).
    `analogue` is the law on likeness, where the jurisdiction has one.
    """

    title: Text
    authority: Text
    treaty: Flag = False
    member_of: tuple[Code, ...] = ()
    shares: Texts = ()
    coverage: tuple[NamedCoverage, ...] = ()
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
    substance: Text | None
    aliases: dict[Text, Text]
    class_: ClassDefinition | None = Field(alias="class")
    identifiers: bool
    goods: bool
    forms: Forms
    as_counter_ion: bool
    action: LegActions
    applies_to: tuple[Code, ...] | None
    yields_to: tuple[Text, ...]
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
