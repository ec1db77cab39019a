"""Proof and requirement -> plain English sentences, for an officer who is no chemist.

Every sentence is derived: what is there comes from the proof, what the law says from the entry's
own positions and clauses, what is open from its readings. There is no explanation written for one
entry, and none for a component that matches nothing.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol, assert_never

from screening.chemistry.depict import group_smiles
from screening.chemistry.language import Change
from screening.chemistry.proof import (
    Account,
    AnalogueProof,
    ClassProof,
    IdentifierProof,
    PartyProof,
    Proof,
    State,
    SubstanceProof,
)
from screening.decision import Requirement, Sum
from screening.rules.model import Entry, LegKind
from screening.rules.quantities import Counts, Per

MAX_QUOTED = 120

_ANY = "any group"  # a kind that says nothing about the group

_LEGS = {
    LegKind.ORIGIN: "the export law of the origin ({})",
    LegKind.DESTINATION: "the import law of the destination ({})",
    LegKind.TRANSIT: "the transit law of a place passed on the way ({})",
    LegKind.TREATY: "the treaties ({})",
    LegKind.BROKER: "the law of the place from which the deal is arranged ({})",
}

# Forms of `screening.chemistry.identity`, in words that follow "is X,".
_FORMS = {
    "salt": "as its salt",
    "hydrate": "as its hydrate",
    "optical isomer": "as an optical isomer of it",
    "geometric isomer": "as a geometric isomer of it",
    "stereochemistry stated, the listing names none": (
        "with a stereochemistry stated that the listing leaves open"
    ),
    "stereochemistry not stated": "with no stereochemistry stated where the listing states one",
    "isotopologue": "isotopically labelled",
    "tautomer": "drawn as a tautomer of it",
}
_DERIVATIVES = frozenset({"ester", "ether"})

_FIELDS = {
    "cas": "CAS number",
    "name": "name",
    "hs_code": "customs code",
    "inchi": "InChI",
    "structure": "structure text",
}


class Due(Protocol):
    """What `explain_requirement` needs of a requirement, resolved or as the list states it."""

    @property
    def document(self) -> str:
        """The document or act."""

    @property
    def form(self) -> str | None:
        """Number or name of its form."""

    @property
    def authority(self) -> str:
        """Who issues or receives it."""

    @property
    def who(self) -> str:
        """Whose duty it is."""

    @property
    def lead_days(self) -> int | None:
        """Days before shipping."""

    @property
    def lead_kind(self) -> str:
        """Calendar or working."""

    @property
    def contains(self) -> tuple[str, ...]:
        """What it must contain."""

    @property
    def because(self) -> str:
        """Why it is due."""


@dataclass(frozen=True, slots=True)
class TableRow:
    """One line of a proof, for tables.

    Attributes:
        position: the place, in the law's terms.
        there: what the component has there.
        by: what accounts for it.
        word: the law's word that takes it in, empty where it is as in the reference.
        reading: names of the readings it depends on, joined by "; ".
        clause: letter of the clause, None where no clause is needed.
        account: the account it was written from, None for the frame and other proofs.
    """

    position: str
    there: str
    by: str
    word: str = ""
    reading: str = ""
    clause: str | None = None
    account: Account | None = None


def explain(
    entry: Entry,
    proof: ClassProof | SubstanceProof | IdentifierProof | PartyProof,
    *,
    leg: LegKind,
    place: str,
    certainty_readings: Sequence[tuple[str, str]] = (),
) -> str:
    """Says in up to three sentences why a shipment falls under an entry.

    Args:
        entry: the entry.
        proof: how its definition is met.
        leg: the leg whose law is asked.
        place: code of the place whose law it is.
        certainty_readings: name and text of each reading on which the hit depends; the text of a
            reading of the proof that is left out is taken from the entry.

    Returns:
        The sentences, as plain text on one line.
    """
    law = f"Under {_LEGS[leg].format(place.upper())}"
    match proof:
        case SubstanceProof():
            sentences = [f"{law}, {_substance(entry, proof)}."]
        case IdentifierProof():
            sentences = [f"{law}, {_identifier(entry, proof)}."]
        case PartyProof():
            name = f"the name of the {proof.field} '{quoted(proof.text)}' {proof.reason}"
            sentences = [
                f"{law}, {name}, which stands under {_named(entry)}.",
                "A name identifies nobody: a person must compare address and papers.",
            ]
        case ClassProof():
            member = f"the component {quoted(proof.component)} belongs to {_named(entry)}"
            sentences = [f"{law}, {member}.", f"{_comparison(entry, proof)}."]
        case _:
            assert_never(proof)
    readings = dict(certainty_readings)
    if isinstance(proof, ClassProof):
        for name in proof.readings:
            readings.setdefault(name, _reading_text(entry, name))
    if readings:
        sentences.append(f"{_dependence(readings)}.")
    return " ".join(sentences)


def explain_neighbour(proof: AnalogueProof, *, leg: LegKind, place: str) -> str:
    """Says in one sentence what a person must judge; there is no further reason to give.

    Args:
        proof: the component and its neighbour.
        leg: the leg whose law is asked.
        place: code of the place whose law it is.

    Returns:
        The sentence, as plain text on one line.
    """
    law = f"Under {_LEGS[leg].format(place.upper())}"
    return f"{law}, the component {quoted(proof.component)} is {proof.reason}."


def explain_requirement(requirement: Due, *, day: dt.date | None = None) -> str:
    """Says what has to be done, by whom and by when.

    Args:
        requirement: a requirement of a decision, or a rule of a list.
        day: the shipping day, from which the latest day is counted back.

    Returns:
        The sentences, as plain text on one line.
    """
    text = f"{_capital(requirement.who)}: {document_title(requirement)}"
    text += f" (authority: {requirement.authority})"
    if requirement.lead_days is not None:
        text += f", {lead_time(requirement)}"
    latest = None if day is None else latest_day(requirement, day)
    if latest is not None:
        text += f", so by {latest.isoformat()} at the latest"
    text = f"{text}. {_capital(_bare(requirement.because))}."
    if isinstance(requirement, Requirement):
        text += "".join(f" {sentence}" for sentence in explain_amounts(requirement))
        if requirement.open:
            text += f" {explain_open(requirement)}"
    if requirement.contains:
        text += f" Particulars: {'; '.join(requirement.contains)}."
    return text


def document_title(requirement: Due) -> str:
    """The document with its form, where the title does not name that already."""
    form = requirement.form
    if form is None or form in requirement.document:
        return requirement.document
    return f"{requirement.document} ({form})"


def explain_open(requirement: Requirement) -> str:
    """What has to be settled before it is certain that a requirement is due."""
    return f"This depends on what is not settled: {'; '.join(map(_bare, requirement.open))}."


def explain_amounts(requirement: Requirement) -> Iterator[str]:
    """Why amounts make a requirement due, a sentence for each threshold."""
    for total in requirement.sums:
        if total.limit is None:
            yield "There is no threshold: every amount counts."
        elif total.over and total.unread:
            yield (
                f"{_capital(sum_words(total))} counts as over the threshold of {total.limit} "
                f"({total.citation})."
            )
        elif total.over:
            words = _capital(sum_words(total))
            yield f"{words} reaches the threshold of {total.limit} ({total.citation})."


_COUNTED = {
    Counts.GOODS: "",
    Counts.SUBSTANCE: " of the substance",
    Counts.BASE: " of anhydrous base",
}


def sum_words(total: Sum) -> str:
    """A sum in words: how much, in what time, over which lines.

    Args:
        total: of a requirement.
    """
    amount = "an amount that is not known"
    if total.total is not None:
        amount = f"{total.total}{_COUNTED[total.counts]}"
        if total.unread:
            lines = (
                "a line whose amount is"
                if total.unread == 1
                else f"{total.unread} lines whose amounts are"
            )
            amount += f" and {lines} not known"
    text = amount
    if total.count == 1:
        return text
    names = ", ".join(f"{line.line}: {line.amount or 'not known'}" for line in total.lines)
    more = total.count - len(total.lines)
    names += f" and {more:,} more lines" if more > 0 else ""
    when = f"on {total.period}" if total.per is Per.TRANSACTION else f"in {total.period}"
    return f"{text} between the same parties {when} ({names})"


def lead_time(requirement: Due) -> str:
    """The lead time in words; empty where none was read."""
    return lead_text(requirement.lead_days, requirement.lead_kind)


def lead_text(lead_days: int | None, lead_kind: str) -> str:
    """A lead time in words; empty where none was read."""
    if lead_days is None:
        return ""
    if lead_days == 0:
        return "before shipping, on the same day at the latest"
    unit = f"{lead_kind} day{'s' if lead_days != 1 else ''}"
    note = "; public holidays come on top" if lead_kind == "working" else ""
    return f"at least {lead_days} {unit} before shipping{note}"


def latest_day(requirement: Due, day: dt.date) -> dt.date | None:
    """The last day on which a requirement can be met for goods that ship on a day.

    Working days are counted as Monday to Friday: no calendar of public holidays is at hand, so the
    true last day can be earlier, never later.

    Args:
        requirement: the requirement.
        day: the shipping day.

    Returns:
        The day, None where no lead time was read.
    """
    return day_before(requirement.lead_days, requirement.lead_kind, day)


def day_before(lead_days: int | None, lead_kind: str, day: dt.date) -> dt.date | None:
    """The day that lies a lead time before another, as `latest_day` counts it."""
    if lead_days is None:
        return None
    if lead_kind != "working":
        return day - dt.timedelta(days=lead_days)
    left = lead_days
    while left:
        day -= dt.timedelta(days=1)
        left -= day.isoweekday() <= 5
    return day


def proof_table(entry: Entry | None, proof: Proof) -> tuple[TableRow, ...]:
    """A proof line by line: what stands where, and what accounts for it.

    Args:
        entry: the entry, for its own words; None where it is not at hand.
        proof: how its definition is met.

    Returns:
        For a class, the frame and then one row a group, which together hold every atom once; for
        anything else, what was compared with what.
    """
    match proof:
        case ClassProof():
            frame = Account(
                position="frame",
                title="The frame that every member keeps",
                state=State.REFERENCE,
                atoms=tuple(sorted(set(proof.skeleton.values()))),
            )
            rows = [TableRow(frame.title, _there(proof, frame), f"as in {proof.reference_name}")]
            rows += [_row(entry, proof, account) for account in proof.accounts]
            return tuple(rows)
        case SubstanceProof():
            forms = ", ".join(_spaced(form) for form in proof.forms)
            forms = f"form: {forms}" if forms else "as listed"
            return (
                TableRow("Whole component", quoted(proof.component, None), forms, proof.name),
                TableRow(
                    "Listed substance", quoted(proof.substance, None), "the entry", proof.name
                ),
            )
        case IdentifierProof():
            by = "the same" if proof.exact else "similar: a person has to decide"
            return (TableRow(_capital(_field(proof)), quoted(proof.text, None), by, proof.matched),)
        case PartyProof():
            by = f"the name {proof.reason}: a person must decide"
            return (TableRow(_capital(proof.field), quoted(proof.text, None), by, proof.matched),)
        case AnalogueProof():
            by = "structurally close: a person must judge"
            return (TableRow("Whole component", quoted(proof.component, None), by, proof.name),)
        case _:
            assert_never(proof)


@lru_cache(maxsize=256)
def quoted(text: str, limit: int | None = MAX_QUOTED) -> str:
    """Submitted text made safe to print on one line: no control characters, and cut at a limit."""
    line = " ".join(
        "".join(c if c.isprintable() or c.isspace() else "\ufffd" for c in text).split()
    )
    return line if limit is None or len(line) <= limit else f"{line[: limit - 3]}..."


# --- substances and identifiers --------------------------------------------------------------


def _substance(entry: Entry, proof: SubstanceProof) -> str:
    made_from = [form for form in proof.forms if form in _DERIVATIVES]
    text = f"the component {quoted(proof.component)}"
    if made_from:
        # What was compared is the parent: the derivative itself is not in the list.
        kinds = " and ".join(f"{_article(form)} {form}" for form in made_from)
        text = f"the compound {quoted(proof.component)}, of which the component is {kinds},"
    isomer = "a positional isomer of " if "positional isomer" in proof.forms else ""
    text += f" is {isomer}{proof.name}"
    if proof.name.casefold() == entry.title.casefold():
        text += _place_in_law(entry)
    else:
        text += f", which falls under {_named(entry)}"
    rest = [_form(f) for f in proof.forms if f not in _DERIVATIVES and f != "positional isomer"]
    return f"{text}, {_listed(rest)}" if rest else text


def _form(form: str) -> str:
    """A form in words that follow "is X,"."""
    return _FORMS.get(form, f"in the form: {_spaced(form)}")


def _field(proof: IdentifierProof) -> str:
    return _FIELDS.get(proof.field, proof.field.replace("_", " "))


def _identifier(entry: Entry, proof: IdentifierProof) -> str:
    what = f"the {_field(proof)} '{quoted(proof.text)}' of the line"
    if proof.field == "hs_code":
        return (
            f"{what} is one that goods under {_named(entry)} may have; a code alone identifies "
            "nothing, so a person has to decide"
        )
    if not proof.exact:
        return (
            f"{what} resembles '{proof.matched}' of {_named(entry)}, which is no proof that it is "
            "the same, so a person has to decide"
        )
    if quoted(proof.text).casefold() != proof.matched.casefold():
        what += f", read as '{proof.matched}',"
    return f"{what} is one that {_named(entry)} carries"


def _named(entry: Entry) -> str:
    return f"{entry.title}{_place_in_law(entry)}"


def _place_in_law(entry: Entry) -> str:
    return f" ({entry.paragraph or entry.instrument})"


# --- classes ---------------------------------------------------------------------------------


_MAX_COMPARED = 2048
_COMPARED: dict[tuple[int, int], tuple[Entry, ClassProof, str]] = {}
"""Comparisons with their entry and proof, which are known by what they are, as proofs are shared by
journeys and lines; the memory that they take has to have an end."""


def _comparison(entry: Entry, proof: ClassProof) -> str:
    """The second sentence of a class: what differs from the reference, clause by clause."""
    known = _COMPARED.get((id(entry), id(proof)))
    if known is not None and known[0] is entry and known[1] is proof:
        return known[2]
    text = _new_comparison(entry, proof)
    if len(_COMPARED) >= _MAX_COMPARED:
        _COMPARED.clear()
    _COMPARED[id(entry), id(proof)] = (entry, proof, text)
    return text


def _new_comparison(entry: Entry, proof: ClassProof) -> str:
    changed: dict[str, list[str]] = {}
    for account in proof.accounts:
        if account.state is not State.REFERENCE:
            changed.setdefault(_heading(entry, account), []).append(_fact(entry, proof, account))
    order = {_clause_heading(entry, letter): i for i, letter in enumerate(proof.clauses)}
    parts = [
        f"{heading}, {_listed(facts)}"
        for heading, facts in sorted(
            changed.items(), key=lambda item: order.get(item[0], len(order))
        )
    ]
    rest = "everything else" if parts else "everything"
    return f"Compared with {proof.reference_name}: " + "; ".join(
        [*parts, f"{rest} is as in {proof.reference_name}"]
    )


def _heading(entry: Entry, account: Account) -> str:
    if account.clause is not None:
        return _clause_heading(entry, account.clause)
    names = " and ".join(f"'{name}'" for name in account.readings)
    return f"on the reading {names} alone"


def _clause_heading(entry: Entry, letter: str) -> str:
    says = _clause_text(entry, letter)
    return f"by clause {letter} ({says})" if says else f"by clause {letter}"


def _clause_text(entry: Entry | None, letter: str) -> str:
    """The law's clause in the entry's words, fit to stand inside a sentence."""
    if entry is None or entry.class_ is None or letter not in entry.class_.clauses:
        return ""
    return _small(_bare(entry.class_.clauses[letter].says))


def _fact(entry: Entry, proof: ClassProof, account: Account) -> str:
    """What the component has at one position, and the law's word for it."""
    title = _the(_title(entry, proof, account))
    if _is_chord(proof, account):
        return f"{title} closes a ring"
    where = f"{'on' if _is_borne(entry, account) else 'at'} {title} there is"
    word = f", in the law's word '{_spaced(account.word)}'" if account.word else ""
    if not account.atoms:
        return f"{where} {_without_atoms(account)}{word}"
    kind = f", {_a_kind(account.kind)}" if account.kind and account.kind != _ANY else ""
    return f"{where} {group_smiles(proof, account)}{kind}{word} ({_atoms(account.atoms)})"


def _is_chord(proof: ClassProof, account: Account) -> bool:
    """The account is of a bond between two atoms of the frame, not of a group."""
    frame = set(proof.skeleton.values())
    return any(set(pair) <= frame for pair in account.attachments)


def _without_atoms(account: Account) -> str:
    """What an account without atoms of its own stands for."""
    if account.attachments:
        return "the other end of the same ring"
    if account.kind is None or account.kind == "hydrogen":
        return "hydrogen"
    return _a_kind(account.kind)


def _is_borne(entry: Entry, account: Account) -> bool:
    """The group is an addition to what the reference has there, not a replacement of it."""
    definition = entry.class_
    if definition is None or account.state is State.RELEASED:
        return False
    position = definition.positions.get(account.position)
    if position is not None and position.substituents is not None:
        return True
    changes: list[Change] = []
    if account.clause in definition.clauses:
        changes.append(definition.clauses[account.clause])
    for name in account.readings:
        if name in definition.readings:
            changes += definition.readings[name].allows
    bearing = any(account.word in change.bears for change in changes)
    return bearing and not any(account.word in change.becomes for change in changes)


def _title(entry: Entry | None, proof: ClassProof, account: Account) -> str:
    """The position in the entry's words; a bond that closes a ring has words of its own."""
    if entry is not None and entry.class_ is not None and not _is_chord(proof, account):
        position = entry.class_.positions.get(account.position)
        if position is not None:
            return position.title
    return account.title


def _row(entry: Entry | None, proof: ClassProof, account: Account) -> TableRow:
    match account.state:
        case State.REFERENCE:
            by = f"as in {proof.reference_name}"
        case State.RELEASED:
            by = "left open by the reading"
        case State.CLAUSE | State.READING:
            says = "" if account.clause is None else _clause_text(entry, account.clause)
            by = f"clause {account.clause}" if account.clause else "the reading alone"
            by = f"{by}: {says}" if says else by
        case _:
            assert_never(account.state)
    return TableRow(
        position=_capital(_title(entry, proof, account)),
        there=_there(proof, account),
        by=by,
        word=_spaced(account.word) if account.word else "",
        reading="; ".join(account.readings),
        clause=account.clause,
        account=account,
    )


def _there(proof: ClassProof, account: Account) -> str:
    if _is_chord(proof, account):
        return "a bond that closes a ring"
    if not account.atoms:
        return _without_atoms(account)
    kind = f"{_spaced(account.kind)}; " if account.kind and account.kind != _ANY else ""
    return f"{group_smiles(proof, account)} ({kind}{_atoms(account.atoms)})"


def _reading_text(entry: Entry, name: str) -> str:
    if entry.class_ is not None and name in entry.class_.readings:
        return entry.class_.readings[name].says
    return ""


def _dependence(readings: dict[str, str]) -> str:
    """The third sentence: the readings on which the hit stands."""
    parts = [f"'{name}': {_bare(says)}" if says else f"'{name}'" for name, says in readings.items()]
    return f"It depends on the reading{'s' if len(parts) > 1 else ''} {'; and '.join(parts)}"


# --- words -----------------------------------------------------------------------------------


def _atoms(atoms: Iterable[int]) -> str:
    """Atom numbers, runs of them shortened: "atoms 3 to 7, 9"."""
    runs: list[list[int]] = []
    for atom in sorted(atoms):
        if runs and atom == runs[-1][-1] + 1:
            runs[-1].append(atom)
        else:
            runs.append([atom])
    texts = [", ".join(map(str, run)) if len(run) < 3 else f"{run[0]} to {run[-1]}" for run in runs]
    return f"atom{'s' if sum(map(len, runs)) > 1 else ''} {', '.join(texts)}"


def _a_kind(kind: str) -> str:
    """A chemical kind with its article, as a noun."""
    noun = _spaced(kind)
    if not noun.endswith(("ring", "cycle", "group", "bridge", "link", "halogen", "element")):
        noun += " group"
    return f"{_article(noun)} {noun}"


def _article(noun: str) -> str:
    return "an" if noun[0] in "aeiou" else "a"


def _spaced(word: str) -> str:
    return word.replace("_", " ")


def _the(title: str) -> str:
    first = title.split(" ", 1)[0].casefold()
    return _small(title) if first in {"the", "a", "an", "any"} else f"the {_small(title)}"


def _small(text: str) -> str:
    """Starts in lower case, unless it starts with a symbol or an abbreviation."""
    return text[:1].lower() + text[1:] if text[1:2].islower() or text[1:2] == " " else text


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _bare(text: str) -> str:
    """Without the full stop that the sentence around it brings."""
    return " ".join(text.split()).removesuffix(".")


def _listed(parts: Sequence[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"
