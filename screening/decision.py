"""What comes back: the decision for one shipment, with everything it rests on."""

from __future__ import annotations

import datetime as dt
import enum
from typing import Annotated, Any, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    field_serializer,
)

from screening.chemistry.proof import ClassProof, Proof
from screening.errors import ScreeningError
from screening.forms import AdvanceData, FilledField
from screening.once import made
from screening.rules.model import Action, Checked, Coverage, LegKind, Mark
from screening.rules.quantities import Counts, Per
from screening.shipment import Shipment


class _Frozen(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)


class Outcome(enum.StrEnum):
    """The answer for one shipment, gravest first. There is no answer such as "clear".

    >>> min(Outcome.REVIEW, Outcome.CONTROLLED, key=lambda outcome: outcome.gravity).value
    'controlled'
    """

    CONTROLLED = "controlled"
    REVIEW = "review"
    UNSCREENED = "unscreened"
    NO_LISTING_FOUND = "no_listing_found"

    @property
    def gravity(self) -> int:
        """0 for the gravest."""
        return list(type(self)).index(self)


class Certainty(enum.StrEnum):
    """Whether a hit stands on every reading.

    >>> Certainty("definite") is Certainty.DEFINITE
    True
    """

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
    """What a finding asks of the officer: stop, ask a person, or note.

    >>> [severity.value for severity in Severity]
    ['stop', 'ask', 'note']
    """

    STOP = "stop"
    ASK = "ask"
    NOTE = "note"


class FindingCode(enum.StrEnum):
    """Everything that can be found about a shipment besides hits. One closed list.

    >>> FindingCode("cas_invalid").name
    'CAS_INVALID'
    """

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
    FORM_DIFFERS = "form_differs"
    SEVERAL_GOODS = "several_goods"
    IDENTITY_FROM_TABLE = "identity_from_table"
    ITEM_UNKNOWN = "item_unknown"
    EXTRA_MISSING = "extra_missing"
    READ_FROM_TEXT = "read_from_text"
    CUSTOMS_CODE_LISTED = "customs_code_listed"
    CUSTOMS_CODE_DISAGREES = "customs_code_disagrees"
    TRANSPORT_NUMBER = "transport_number"
    SEVERAL_COMPONENTS = "several_components"
    ORIGIN_MISSING = "origin_missing"
    DESTINATION_MISSING = "destination_missing"
    PLACE_NOT_READ = "place_not_read"
    PLACE_FILLED = "place_filled"
    DAY_FILLED = "day_filled"
    DAY_NOT_READ = "day_not_read"
    ORDER_DAY_NOT_READ = "order_day_not_read"
    QUANTITY_MISSING = "quantity_missing"
    QUANTITY_NOT_READ = "quantity_not_read"
    QUANTITY_AMBIGUOUS = "quantity_ambiguous"
    PURITY_NOT_READ = "purity_not_read"
    PARTY_MISSING = "party_missing"
    BELOW_THRESHOLD = "below_threshold"
    OVER_BY_SUM = "over_by_sum"
    MIXTURE_WITHIN_LIMIT = "mixture_within_limit"
    MIXTURE_QUESTION = "mixture_question"
    JURISDICTION_NOT_MODELLED = "jurisdiction_not_modelled"
    JURISDICTION_NOT_ASKED = "jurisdiction_not_asked"
    LIST_INCOMPLETE = "list_incomplete"
    LIST_STALE = "list_stale"
    PARTY_LISTED = "party_listed"
    ANNOUNCED_LAW = "announced_law"
    LAW_CHANGED = "law_changed"
    ABOUT_TO_LAPSE = "about_to_lapse"
    ABOUT_TO_CHANGE = "about_to_change"
    DESTINATION_ONLY = "destination_only"
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

    >>> from screening import Screener, Shipment
    >>> hit = Screener().screen(Shipment(cas="437-38-7", origin="CN", day="2025-11-20")).hits[0]
    >>> hit
    <Hit cn/narcotic-catalogue/fentanyl: authorisation at origin, definite substance>
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

    def __repr__(self) -> str:
        """The essential on one line; `model_dump` has everything."""
        return f"<Hit {self.entry}: {self.action} at {self.leg}, {self.certainty} {self.basis}>"

    __str__ = __repr__


class Measure(_Frozen):
    """What one line weighs under one entry: bounds from above, None where it is not known.

    Attributes:
        entry: id of the entry.
        goods_mg: milligrams of the goods.
        goods_ul: microlitres of the goods.
        substance_mg: milligrams of the listed substance, its salt included.
        base_mg: milligrams of its anhydrous base.
    """

    entry: str
    goods_mg: int | None = None
    goods_ul: int | None = None
    substance_mg: int | None = None
    base_mg: int | None = None


class SumLine(_Frozen):
    """One line of a sum.

    Attributes:
        line: which line: of the file, of the history, or this one.
        day: its shipping day, None where it states none.
        amount: what it adds, in words; None where that is not known.
    """

    line: str
    day: dt.date | None
    amount: str | None


class Sum(_Frozen):
    """What adds up to a threshold.

    Attributes:
        threshold: name of the threshold in the entry.
        entry: id of the entry.
        per: transaction, month or year.
        period: the day, month or year; None where the day is not known, which counts as any.
        counts: what is counted: goods, substance or base.
        limit: the threshold in words; None where every amount is over.
        total: the sum of the lines whose amount is known, in words; None where there is none.
        over: it is reached, or must be taken as reached.
        lines: the lines that make it up, at most 20.
        count: how many lines there are.
        unread: how many of them state no amount that was read.
        citation: of the threshold.
        checked: how the threshold was checked.
    """

    threshold: str
    entry: str
    per: Per
    period: str | None
    counts: Counts
    limit: str | None
    total: str | None
    over: bool
    lines: tuple[SumLine, ...]
    count: int
    unread: int
    citation: str
    checked: Mark


class Requirement(_Frozen):
    """A document or act that is due.

    Attributes:
        id: of the rule, below the list or jurisdiction that states it.
        jurisdiction: whose law asks for it.
        form: number or name of the form.
        fields: what the form asks for, filled where the shipment states it.
        lead_days: days before shipping, None where no lead time was read.
        lead_kind: calendar or working.
        due: the latest day, None where no lead time was read; public holidays come on top.
        contains: what it must contain.
        because: why it is due.
        conditional: it is due only if what is `open` turns out so.
        open: what is not known, or has to be answered.
        sums: the amounts that make it due.
        entries: ids of the entries that make it due.

    >>> from screening import Screener, Shipment
    >>> norfentanyl = Shipment(cas="1609-66-1", origin="CN", destination="MX", day="2025-11-20")
    >>> licence = Screener().screen(norfentanyl).requirements[0]
    >>> licence.leg.value, licence.document.partition(" (")[0]
    ('origin', 'Export Licence for Dual-use Items and Technologies')
    """

    id: str = ""
    jurisdiction: str
    document: str
    form: str | None = None
    fields: tuple[FilledField, ...] = ()
    authority: str
    who: str
    leg: LegKind
    lead_days: int | None
    lead_kind: str
    due: dt.date | None = None
    contains: tuple[str, ...]
    because: str
    conditional: bool = False
    open: tuple[str, ...] = ()
    sums: tuple[Sum, ...] = ()
    citation: str
    checked: Mark
    entries: tuple[str, ...]


class Finding(_Frozen):
    """Something an officer must know that is no hit.

    Attributes:
        code: what was found, of a closed list.
        severity: what it asks of the officer.
        message: one sentence or two for a reader.

    >>> from screening import Screener, Shipment
    >>> wrong_digit = Shipment(cas="437-38-8", origin="CN", destination="US", day="2025-11-20")
    >>> "cas_invalid" in {finding.code for finding in Screener().screen(wrong_digit).findings}
    True
    """

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
        source: the field it came from: structure, inchi, cas, name, item.
        text: what stood there.
        smiles: the structure it led to, None for entries without one; a drawn SMILES in standard
            form where the line met or asks anything, else as it was drawn.
        exact: it counts as that structure; otherwise it is only possible.
        disputed: another identifier of the row says otherwise.
        via: what led from the text to the structure: ``drawing``, ``entry`` (a list carries it),
            ``items`` (the user's own table), ``registry`` (the offline table), ``systematic``
            (nomenclature), ``spelling`` (a slip of the pen).
        cas: CAS numbers that a table gives for it.
    """

    source: str
    text: str
    smiles: str | None
    exact: bool
    disputed: bool = False
    via: str = "entry"
    cas: tuple[str, ...] = ()


_OF_A_DRAWING: dict[str, Any] = {"exact": True, "disputed": False, "via": "drawing", "cas": ()}
SHOWN = 200
"""Characters of what was submitted that an identity shows."""


def drawn_identity(source: str, text: str, smiles: str) -> Identity:
    """The identity of goods by a drawing that can be read.

    Args:
        source: the field it came from.
        text: what stood there.
        smiles: the drawing as SMILES.
    """
    fields = {"source": source, "text": text[:SHOWN], "smiles": smiles, **_OF_A_DRAWING}
    return made(Identity, fields)


class Provenance(_Frozen):
    """What produced the decision, so that it can be derived again.

    Attributes:
        bundle: digest of the lists.
        software: versions of the library and of what it depends on.
        known_on: what the lists had recorded by that day was asked; None: all of it.
        jurisdictions: codes asked by setting, None for all.
        max_list_age_days: days for which a list counted as fresh.
        parties: digest of the downloaded list of parties that was asked, None without one.
        items: digest of the caller's own table of items, None without one.
    """

    bundle: str
    software: dict[str, str]
    known_on: dt.date | None
    jurisdictions: tuple[str, ...] | None
    max_list_age_days: int = 180
    parties: str | None = None
    items: str | None = None


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


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
        shipment: what was submitted, as it was read; with it the decision can be derived again.
        read_findings: what was found while it was read from a table; they are in `findings` too.
        quantity, purity: as they counted: the line's own or, where it has none, those that its
            description states.
        measures: what the line weighs under each entry that is hit.
        advance_data: how complete the shipment's data are.

    It is frozen, and its JSON reads back as an equal decision:

    >>> from screening import Screener, Shipment
    >>> fentanyl = Shipment(cas="437-38-7", origin="CN", destination="US", day="2025-11-20")
    >>> decision = Screener().screen(fentanyl)
    >>> str(decision.outcome), str(decision.action)
    ('controlled', 'authorisation')
    >>> Decision.model_validate_json(decision.model_dump_json()) == decision
    True
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
    shipment: Shipment | None = None
    read_findings: tuple[Finding, ...] = ()
    quantity: str | None = None
    purity: str | None = None
    measures: tuple[Measure, ...] = ()
    advance_data: AdvanceData | None = None

    @field_serializer("shipment", when_used="json")
    def _stated(self, shipment: Shipment | None) -> dict[str, Any] | None:
        """Only what was stated is written."""
        return None if shipment is None else shipment.stated()

    def __repr__(self) -> str:
        """The essential on one line; `model_dump` has everything."""
        route = " > ".join((self.origin or "?", *self.transit, self.destination or "?"))
        shown = list(dict.fromkeys(hit.entry for hit in self.hits))
        more = f" and {len(shown) - 3} more" if len(shown) > 3 else ""
        duties = _counted(len(self.requirements), "requirement")
        parts = [
            f"{self.outcome}, {self.action}" if self.hits else str(self.outcome),
            f"{route} on {self.day}",
            *([", ".join(shown[:3]) + more] if shown else []),
            f"{duties}, {_counted(len(self.findings), 'finding')}",
        ]
        return f"<Decision {'; '.join(parts)}>"

    __str__ = __repr__

    @property
    def asked(self) -> tuple[str, ...]:
        """Codes of the jurisdictions whose law was asked, in the order of `coverage`."""
        return tuple(dict.fromkeys(item.jurisdiction for item in self.coverage))

    def _repr_html_(self) -> str:
        """What a notebook shows: the answer, the picture, what is due, what is not covered."""
        from screening.report.notebook import decision_html  # noqa: PLC0415 - a later part

        return decision_html(self)

    def like(self, shipment: Shipment, identity: Identity) -> Self:
        """The same decision for a line that differs in id and drawing alone.

        Args:
            shipment: the other line.
            identity: of its drawing.
        """
        own = {"id": shipment.id, "identities": (identity,), "shipment": shipment}
        return made(type(self), vars(self) | own)

    def alike(
        self, shipment: Shipment, identities: tuple[Identity, ...], findings: tuple[Finding, ...]
    ) -> Self:
        """The same decision for a line that differs in id and identifiers alone.

        Args:
            shipment: the other line.
            identities: of its goods.
            findings: what was found of it.
        """
        own = {
            "id": shipment.id,
            "findings": findings,
            "identities": identities,
            "shipment": shipment,
        }
        return made(type(self), vars(self) | own)

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

    >>> from screening import Screener, Shipment
    >>> fentanyl = Shipment(cas="437-38-7", origin="DE", destination="US", day="2025-11-20")
    >>> try:
    ...     Screener().screen(fentanyl).raise_for(Outcome.REVIEW)
    ... except ListedError as held:
    ...     held.decision.hits[0].jurisdiction
    'de'
    """

    def __init__(self, decision: Decision) -> None:
        self.decision = decision
        super().__init__(f"{decision.outcome}: {', '.join(h.entry for h in decision.hits) or '-'}")

    def __reduce__(self) -> tuple[type[ListedError], tuple[Decision]]:
        return type(self), (self.decision,)
