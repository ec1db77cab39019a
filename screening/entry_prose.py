"""An entry for a reader: what it is, what it asks for, since when, as sentences and a timeline.

Every sentence is derived from the entry and its list; there is none written for one entry.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from screening.chemistry.depict import component_svg
from screening.chemistry.outline import definition_svg
from screening.chemistry.proof import SubstanceProof
from screening.errors import NoPictureError
from screening.rules.load import Bundle
from screening.rules.model import Action, Entry, FormRule, Forms, LegActions, LegKind, Mark
from screening.rules.timeline import Current, Standing, boundary_days, current, describe

_LEGS = {
    LegKind.ORIGIN: "export",
    LegKind.TRANSIT: "transit",
    LegKind.DESTINATION: "import",
    LegKind.TREATY: "shipment under the treaty",
    LegKind.BROKER: "brokering between other countries",
}
_ACTIONS = {
    Action.PROHIBITED: "is prohibited",
    Action.AUTHORISATION: "needs an authorisation",
    Action.NOTIFICATION: "has to be notified before it moves",
    Action.RECORD: "needs records or a declaration",
    Action.WATCH: "calls for attention",
    Action.NONE_FOUND: "is not reached",
}
_MARKS = {
    Mark.PRIMARY: "read in the official text",
    Mark.SECONDARY: "read in commentary",
    Mark.UNVERIFIED: "not verified",
}


@dataclass(frozen=True, slots=True)
class Period:
    """A stretch of days on which an entry gives one answer.

    Attributes:
        first: its first day; None: from the beginning of time.
        last: its last day; None: open.
        standing: in force, uncertain, announced, not in force.
        says: what holds, in words.
        citation: the legal text; None where nothing is in force.
    """

    first: dt.date | None
    last: dt.date | None
    standing: Standing
    says: str
    citation: str | None

    @property
    def days(self) -> str:
        """The days in words."""
        if self.first is None:
            return "at all times" if self.last is None else f"until {self.last}"
        return f"since {self.first}" if self.last is None else f"{self.first} to {self.last}"


def timeline(entry: Entry) -> tuple[Period, ...]:
    """The periods of an entry, in order and without a gap.

    Args:
        entry: the entry.
    """
    days: list[dt.date | None] = [None, *boundary_days(entry)]
    found: list[tuple[dt.date | None, Current | None]] = []
    for day in days:
        now = current(entry, day or dt.date.min)
        if not found or found[-1][1] != now:
            found.append((day, now))
    ends = [first - dt.timedelta(days=1) for first, _ in found[1:] if first is not None]
    return tuple(
        _period(entry, first, last, now)
        for (first, now), last in zip(found, [*ends, None], strict=True)
    )


def _period(
    entry: Entry, first: dt.date | None, last: dt.date | None, now: Current | None
) -> Period:
    if now is None:
        return Period(first, last, Standing.NOT_IN_FORCE, "not in force", None)
    version = now.version
    parts = [now.standing.value]
    if now.standing is Standing.ANNOUNCED:
        parts = [f"announced, in force from {describe(version.in_force)}"]
    elif now.standing is Standing.UNCERTAIN:
        until = f", until {describe(version.until)}" if version.until is not None else ""
        parts = [f"perhaps in force: from {describe(version.in_force)}{until}"]
    if version.clauses is not None and entry.class_ is not None:
        parts.append(f"clauses {', '.join(version.clauses)}")
    if version.action is not None:
        parts.append(_acts(version.action))
    if version.forms is not None:
        parts.append(_forms(version.forms).rstrip("."))
    return Period(first, last, now.standing, "; ".join(parts), version.citation)


def prose(entry: Entry, bundle: Bundle) -> tuple[str, ...]:
    """An entry in paragraphs.

    Args:
        entry: the entry.
        bundle: the lists that it stands in.
    """
    watchlist = bundle.lists[entry.list].file
    law = bundle.jurisdictions[entry.jurisdiction].file.title
    text = entry.instrument
    if entry.paragraph:
        repeated = entry.paragraph.startswith(text)
        text = entry.paragraph if repeated else f"{text}, {entry.paragraph}"
    first = f"{entry.title} stands in {watchlist.title} ({law}): {text}."
    if entry.surveillance:
        first += " The list only asks for attention; it is no permit rule."
    paragraphs = [
        f"{first} It is administered by: {entry.authority}.",
        f"{_recognised(entry)} {_capital(_acts(entry.action))}.{_reach(entry)}",
    ]
    if entry.substance is not None or entry.class_ is not None:
        paragraphs.append(f"{_forms(entry.forms)}{_ion(entry)}")
    paragraphs += _definition(entry)
    paragraphs += _amounts(entry)
    if entry.says:
        paragraphs.append(" ".join(entry.says.split()))
    paragraphs.append(_checked(entry))
    return tuple(p for p in paragraphs if p)


def _recognised(entry: Entry) -> str:
    if entry.party:
        return "It names a party, which is recognised by its name; a person has to decide."
    if entry.goods:
        return "Goods are recognised by their description; a person has to decide."
    if entry.identifiers:
        return "It has no single structure and is recognised by its name and CAS number."
    if entry.class_ is not None:
        return "It is a class: a compound belongs to it if every atom of it is accounted for."
    more = [f"{name} ({smiles})" for smiles, name in entry.aliases.items()]
    also = f" The same item takes in {_series(more)}." if more else ""
    return f"It is recognised by its structure, {entry.substance}, by CAS number or by name.{also}"


def _acts(actions: LegActions) -> str:
    said: dict[str, list[str]] = {}
    for leg in LegKind:
        action = actions.on(leg)
        if action is not None:
            said.setdefault(_ACTIONS[action], []).append(_LEGS[leg])
    if not said:
        return "no leg of a journey is reached"
    return "; ".join(f"{_series(legs)} {_plural(act, legs)}" for act, legs in said.items())


def _plural(act: str, legs: Sequence[str]) -> str:
    """The verb for one leg or for several.

    >>> _plural("needs an authorisation", ["export", "import"])
    'need an authorisation'
    """
    if len(legs) == 1:
        return act
    verb, _, rest = act.partition(" ")
    many = {"is": "are", "has": "have"}.get(verb, verb.removesuffix("s"))
    return f"{many} {rest}".replace("before it moves", "before they take place")


def _reach(entry: Entry) -> str:
    parts = []
    if entry.applies_to:
        codes = _series([code.upper() for code in entry.applies_to])
        parts.append(f" It reaches shipments to {codes} only.")
    if entry.yields_to:
        parts.append(f" What {_series(entry.yields_to)} names stands there and not here.")
    return "".join(parts)


def _forms(forms: Forms) -> str:
    said: dict[FormRule, list[str]] = {}
    for name, rule in forms:
        if rule is not None:
            said.setdefault(FormRule(rule), []).append(name.replace("_", " "))
    ends = {
        FormRule.COVERED: "covered",
        FormRule.REVIEW: "for a person to judge",
        FormRule.NOT_COVERED: "not covered",
    }
    sentences = [
        f"{_capital(_series(said[rule]))} are {end}." for rule, end in ends.items() if rule in said
    ]
    return " ".join(sentences)


def _ion(entry: Entry) -> str:
    if entry.as_counter_ion or entry.substance is None:
        return ""
    return " As the other ion of a salt it does not count."


def _definition(entry: Entry) -> Iterator[str]:
    definition = entry.class_
    if definition is None:
        return
    member = "itself a member" if definition.reference_is_member else "itself no member"
    yield (
        f"The law starts from {definition.reference_name}, {member}. A member keeps its frame and "
        "differs from it in one or more of these ways."
    )
    for letter, clause in definition.clauses.items():
        yield f"({letter}) {_capital(_bare(clause.says))}."
    if definition.limits.max_mass is not None:
        yield f"The neutral compound has at most {definition.limits.max_mass} g/mol."
    for taken_out in definition.excepts:
        yield f"Taken out: {taken_out.structure}, {_bare(taken_out.because)}."
    for name, reading in definition.readings.items():
        yield f"Open ({name}): {_bare(reading.says)} ({reading.who})."


def _amounts(entry: Entry) -> Iterator[str]:
    """From which amounts duties begin, and what is made of mixtures."""
    for name, threshold in entry.thresholds.items():
        legs = f" for {_series([_LEGS[leg] for leg in threshold.legs])}" if threshold.legs else ""
        how = {"at_least": "from", "more_than": "above"}[threshold.reached]
        amount = "every amount is over it"
        if not threshold.none:
            amount = f"{how} {' or '.join(threshold.amount)}, counted per {threshold.per}"
        yield f"Threshold {name}{legs}: {amount} ({threshold.citation})."
    for rule in entry.mixtures.values():
        until = {"at_most": "up to", "below": "below"}[rule.exempt]
        limit = f" {until} {rule.limit}" if rule.limit is not None else ""
        asked = f" {_bare(rule.question)}" if rule.question else ""
        asked += "" if not asked or asked.endswith("?") else "."
        yield f"Mixtures{limit}:{asked} {_bare(rule.says)} ({rule.citation})."


def _checked(entry: Entry) -> str:
    """How the facts were checked, and what is still to read."""
    versions = [v for v in entry.versions if v.withdrawn is None]
    if not versions:
        return "The entry is withdrawn: it was a mistake of ours."
    said = dict.fromkeys(
        f"membership {_MARKS[v.checked.membership]}, days {_MARKS[v.checked.dates]}"
        for v in versions
    )
    text = f"How it was checked: {'; '.join(said)}."
    for version in versions:
        if version.still_to_read:
            text += f" Still to read: {_bare(version.still_to_read)}."
    return text


# --- the picture -----------------------------------------------------------------------------


def picture(entry: Entry) -> str:
    """The picture of an entry: its structure, or the reference compound with its positions.

    Args:
        entry: the entry.

    Returns:
        One ``<svg>`` element that refers to nothing outside itself.

    Raises:
        NoPictureError: the entry is recognised by name or description alone.
    """
    if entry.class_ is not None:
        return definition_svg(entry.class_)
    if entry.substance is None:
        raise NoPictureError(entry.id)
    proof = SubstanceProof(
        component=entry.substance, substance=entry.substance, name=entry.title, key="", forms=()
    )
    return component_svg(proof, width=480, height=340)


# --- words -----------------------------------------------------------------------------------


def _series(texts: Sequence[str]) -> str:
    """Texts in a row.

    >>> _series(["export", "transit", "import"])
    'export, transit and import'
    """
    if len(texts) < 2:
        return "".join(texts)
    return f"{', '.join(texts[:-1])} and {texts[-1]}"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _bare(text: str) -> str:
    """Without the full stop that the sentence around it brings."""
    return " ".join(text.split()).removesuffix(".")
