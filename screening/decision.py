"""What comes back: the decision for one shipment, with everything it rests on."""

from __future__ import annotations

import datetime as dt
import enum
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field

from screening.chemistry.proof import ClassProof, Proof
from screening.errors import ScreeningError
from screening.rules.model import Action, Checked, Coverage, LegKind, Mark


class _Frozen(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Outcome(enum.StrEnum):
    """The answer for one shipment, gravest first. There is no answer such as "clear"."""

    CONTROLLED = "controlled"
    REVIEW = "review"
    UNSCREENED = "unscreened"
    NO_LISTING_FOUND = "no_listing_found"

    @property
    def gravity(self) -> int:
        """0 for the gravest."""
        return list(type(self)).index(self)


class Certainty(enum.StrEnum):
    """Whether a hit stands on every reading."""

    DEFINITE = "definite"
    ARGUABLE = "arguable"


class Basis(enum.StrEnum):
    """What a hit rests on."""

    SUBSTANCE = "substance"
    CLASS = "class"
    IDENTIFIER = "identifier"
    GOODS = "goods"
    PARTY = "party"
    ANALOGUE = "analogue"


class Severity(enum.StrEnum):
    """What a finding asks of the officer: stop, ask a person, or note."""

    STOP = "stop"
    ASK = "ask"
    NOTE = "note"


class FindingCode(enum.StrEnum):
    """Everything that can be found about a shipment besides hits. One closed list."""

    NO_IDENTITY = "no_identity"
    STRUCTURE_UNREADABLE = "structure_unreadable"
    STRUCTURE_UNSPECIFIC = "structure_unspecific"
    LIMIT_PASSED = "limit_passed"
    NOT_PROCESSED = "not_processed"
    CAS_INVALID = "cas_invalid"
    CAS_UNKNOWN = "cas_unknown"
    NAME_UNKNOWN = "name_unknown"
    POSSIBLE_IDENTITY = "possible_identity"
    IDENTIFIERS_DISAGREE = "identifiers_disagree"
    CUSTOMS_CODE_LISTED = "customs_code_listed"
    SEVERAL_COMPONENTS = "several_components"
    ORIGIN_MISSING = "origin_missing"
    DESTINATION_MISSING = "destination_missing"
    PLACE_NOT_READ = "place_not_read"
    DAY_FILLED = "day_filled"
    DAY_NOT_READ = "day_not_read"
    QUANTITY_MISSING = "quantity_missing"
    JURISDICTION_NOT_MODELLED = "jurisdiction_not_modelled"
    JURISDICTION_NOT_ASKED = "jurisdiction_not_asked"
    LIST_INCOMPLETE = "list_incomplete"
    ANNOUNCED_LAW = "announced_law"
    ASYMMETRY = "asymmetry"
    ROW_MALFORMED = "row_malformed"


class Reading(_Frozen):
    """A reading on which an arguable hit depends.

    Attributes:
        name: its name in the watchlist, or one of the library's own (`date_not_confirmed`, ...).
        says: what is open, and what each reading would mean.
        who: who says so.
    """

    name: str
    says: str
    who: str


class SecondProof(_Frozen):
    """The class that also takes in a named substance.

    Attributes:
        entry: id of the class entry.
        citation: its legal text.
        reading: names of the readings it depends on, joined by "; "; None when definite.
        proof: how the component meets the class.
    """

    entry: str
    citation: str
    certainty: Certainty
    reading: str | None = None
    proof: ClassProof


class Hit(_Frozen):
    """One legal entry that the shipment falls under, on one leg.

    Attributes:
        entry: id, which is the path of its file.
        title: display name of the entry.
        instrument, authority: the list's legal instrument and who administers it.
        paragraph: the exact place in the instrument, where the entry states one.
        place: the jurisdiction whose law is asked; the same as `jurisdiction` except for unions.
        reading: names of the readings it depends on, joined by "; "; None when definite.
        in_force: first day of the version; where the day is not known, the two days around it.
        until: first day no longer in force, None while open.
        form: the forms by which it matched, joined by "; "; None when drawn as listed.
        clauses: letters of the class definition.
        component: SMILES of the component that was matched; None for identifier hits.
        also: class entries that take in the same component, as second proofs.
        surveillance: the list only asks for attention.
    """

    entry: str
    title: str
    jurisdiction: str
    list: str
    instrument: str
    authority: str
    paragraph: str | None
    place: str
    leg: LegKind
    action: Action
    certainty: Certainty
    reading: str | None
    readings: tuple[Reading, ...]
    basis: Basis
    form: str | None
    clauses: tuple[str, ...]
    component: str | None
    in_force: str
    until: str | None
    checked: Checked
    citation: str
    explanation: str
    proof: Annotated[Proof, Field(discriminator="basis")]
    also: tuple[SecondProof, ...] = ()
    surveillance: bool = False
    note: str | None = None


class Requirement(_Frozen):
    """A document or act that is due.

    Attributes:
        jurisdiction: whose law asks for it.
        lead_days: days before shipping, None where no lead time was read.
        lead_kind: calendar or working.
        contains: what it must contain.
        because: why it is due.
        entries: ids of the entries that make it due.
    """

    jurisdiction: str
    document: str
    authority: str
    who: str
    leg: LegKind
    lead_days: int | None
    lead_kind: str
    contains: tuple[str, ...]
    because: str
    citation: str
    checked: Mark
    entries: tuple[str, ...]


class Finding(_Frozen):
    """Something an officer must know that is no hit."""

    code: FindingCode
    severity: Severity
    message: str


class CoverageItem(_Frozen):
    """What was checked of one body of law.

    Attributes:
        title: its name.
        list: id of the list, None for law that the bundle carries no list of.
        state: modelled, partly, not_modelled.
        as_of: day of the last check.
        missing: what is known to be missing.
    """

    jurisdiction: str
    title: str
    list: str | None
    state: Coverage
    as_of: dt.date
    missing: tuple[str, ...]


class Identity(_Frozen):
    """One way in which the goods were identified.

    Attributes:
        source: the field it came from: structure, inchi, cas, name.
        text: what stood there.
        smiles: the structure it led to, None for entries without one.
        exact: it counts as that structure; otherwise it is only possible.
        disputed: another identifier of the row says otherwise.
    """

    source: str
    text: str
    smiles: str | None
    exact: bool
    disputed: bool = False


class Provenance(_Frozen):
    """What produced the decision, so that it can be derived again."""

    bundle: str
    software: dict[str, str]
    known_on: dt.date | None
    jurisdictions: tuple[str, ...] | None


class Decision(_Frozen):
    """The answer for one shipment.

    Attributes:
        id: the caller's reference.
        outcome: controlled, review, unscreened or no_listing_found.
        action: the gravest action of its hits, none_found without any.
        day: the shipping day it was asked for.
        hits: ordered by action, definite before arguable, leg, entry id.
        requirements: what has to be done, origin first.
        findings: what else the officer must know, gravest first.
        coverage: what was checked and what was not, of every jurisdiction asked.
        identities: how the goods were identified.
        provenance: bundle, versions, settings.
    """

    id: str | None
    outcome: Outcome
    action: Action
    day: dt.date
    origin: str | None
    transit: tuple[str, ...]
    destination: str | None
    hits: tuple[Hit, ...]
    requirements: tuple[Requirement, ...]
    findings: tuple[Finding, ...]
    coverage: tuple[CoverageItem, ...]
    identities: tuple[Identity, ...]
    provenance: Provenance

    def raise_for(self, outcome: Outcome) -> Self:
        """Returns itself, or raises when the outcome is as grave as `outcome` or graver.

        Args:
            outcome: the mildest outcome that raises; `REVIEW` is met by anything but
                `NO_LISTING_FOUND`.

        Raises:
            ListedError: the outcome is met; carries the decision.
        """
        threshold = Outcome.UNSCREENED if outcome is Outcome.REVIEW else outcome
        if self.outcome.gravity <= threshold.gravity:
            raise ListedError(self)
        return self


class ListedError(ScreeningError):
    """A decision met the outcome it was to raise for.

    Attributes:
        decision: the decision.
    """

    def __init__(self, decision: Decision) -> None:
        self.decision = decision
        super().__init__(f"{decision.outcome}: {', '.join(h.entry for h in decision.hits) or '-'}")

    def __reduce__(self) -> tuple[type[ListedError], tuple[Decision]]:
        return type(self), (self.decision,)
