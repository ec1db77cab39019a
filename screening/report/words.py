"""The closed words of a decision, said for an officer in the language of the report."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

from screening.decision import Basis, Certainty, Decision, Hit, Identity, Outcome, Severity
from screening.places import place_title
from screening.report.dispositions import Answer
from screening.report.language import SOURCE, catalogue, message, territory
from screening.rules.model import Action, Coverage, LegKind, Mark

_OUTCOMES = {
    Outcome.CONTROLLED: (
        message("Controlled"),
        "■",
        message(
            "At least one legal entry takes the goods in on every reading, in force on the day."
        ),
    ),
    Outcome.REVIEW: (
        message("Review"),
        "◆",
        message(
            "A person must look: what was found is open to question, or something is uncertain."
        ),
    ),
    Outcome.UNSCREENED: (
        message("Unscreened"),
        "▲",
        message("The goods could not be screened: a person must identify them first."),
    ),
    Outcome.NO_LISTING_FOUND: (
        message("No listing found"),
        "○",
        message("Nothing was found in the lists that were checked. This is no clearance."),
    ),
}
_ACTIONS = {
    Action.PROHIBITED: (
        message("Prohibited"),
        message("The law forbids the movement, save for the exceptions it names."),
    ),
    Action.AUTHORISATION: (
        message("Authorisation"),
        message("A permit or licence is needed before the goods move."),
    ),
    Action.NOTIFICATION: (
        message("Notification"),
        message("An authority must be told before the goods move."),
    ),
    Action.RECORD: (message("Record"), message("Records or declarations must be kept.")),
    Action.WATCH: (message("Watch"), message("The list asks for attention; it forbids nothing.")),
    Action.NONE_FOUND: (
        message("None found"),
        message("No hit, so no action was found. This is no clearance."),
    ),
}
_MARKS = {
    Mark.PRIMARY: message("read in the official text or a copy of it"),
    Mark.SECONDARY: message("read in commentary on the law, not in the official text"),
    Mark.UNVERIFIED: message(
        "not verified: from memory or derived, so read the official text first"
    ),
}
_SEVERITIES = {
    Severity.STOP: message("Stop:"),
    Severity.ASK: message("A person must decide:"),
    Severity.NOTE: message("Note:"),
}
_BASES = {
    Basis.SUBSTANCE: message("the listed substance itself"),
    Basis.CLASS: message("a class that the law defines in words"),
    Basis.IDENTIFIER: message("a name or number in the line"),
    Basis.GOODS: message("a description of goods"),
    Basis.PARTY: message("the name of a party"),
    Basis.ANALOGUE: message("a likeness that a person must judge"),
}
_COVERAGES = {
    Coverage.MODELLED: message("in full"),
    Coverage.PARTLY: message("in part"),
    Coverage.NOT_MODELLED: message("not at all: it was not asked"),
}
_CARRIED = {
    Coverage.MODELLED: message("in full"),
    Coverage.PARTLY: message("in part"),
    Coverage.NOT_MODELLED: message("not carried"),
}
_LEGS = {
    LegKind.ORIGIN: message("export law of the origin"),
    LegKind.DESTINATION: message("import law of the destination"),
    LegKind.TRANSIT: message("law of a place of transit"),
    LegKind.TREATY: message("treaty"),
    LegKind.BROKER: message("law of the broker's place"),
}
_SOURCES = {
    "name": message("Name or description"),
    "cas": message("CAS number"),
    "structure": message("Structure"),
    "inchi": message("InChI"),
    "hs_code": message("Customs code"),
}
_CERTAINTIES = {
    Certainty.DEFINITE: message("Definite"),
    Certainty.ARGUABLE: message("Arguable"),
}
_ANSWERS = {
    Answer.RELEASED: message("Released"),
    Answer.HELD: message("Held"),
    Answer.REFUSED: message("Refused"),
}


class Words:
    """The closed words of a decision; templates use it as `words`.

    Args:
        language: one of `screening.report.language.languages`.
    """

    def __init__(self, language: str = SOURCE) -> None:
        self.language = language
        self._say = catalogue(language).gettext

    def outcome(self, outcome: Outcome) -> str:
        """The outcome's name."""
        return self._say(_OUTCOMES[outcome][0])

    def outcome_sign(self, outcome: Outcome) -> str:
        """A sign that tells outcomes apart without colour."""
        return _OUTCOMES[outcome][1]

    def outcome_says(self, outcome: Outcome) -> str:
        """What the outcome means."""
        return self._say(_OUTCOMES[outcome][2])

    def action(self, action: Action) -> str:
        """The action's name."""
        return self._say(_ACTIONS[action][0])

    def action_says(self, action: Action) -> str:
        """What the action means."""
        return self._say(_ACTIONS[action][1])

    def mark(self, mark: Mark) -> str:
        """How a fact was checked."""
        return self._say(_MARKS[mark])

    def severity(self, severity: Severity) -> str:
        """What a finding asks for."""
        return self._say(_SEVERITIES[Severity(severity)])

    def basis(self, basis: Basis) -> str:
        """What a hit rests on."""
        return self._say(_BASES[basis])

    def coverage(self, coverage: Coverage) -> str:
        """How much of a list is carried."""
        return self._say(_COVERAGES[coverage])

    def carried(self, coverage: Coverage) -> str:
        """The same in a word or two."""
        return self._say(_CARRIED[coverage])

    def leg(self, leg: LegKind) -> str:
        """Which law is asked on a leg."""
        return self._say(_LEGS[leg])

    def certainty(self, certainty: Certainty) -> str:
        """Whether a hit stands on every reading."""
        return self._say(_CERTAINTIES[certainty])

    def answer(self, answer: Answer) -> str:
        """What an officer decided."""
        return self._say(_ANSWERS[answer])

    def identity(self, identity: Identity) -> str:
        """How the goods were identified, and how firmly."""
        source = self._say(_SOURCES.get(identity.source, identity.source))
        if identity.disputed:
            said = self._say(message("%(source)s (disputed by another identifier of the line)"))
        elif identity.exact:
            return source
        else:
            said = self._say(message("%(source)s (possible only)"))
        return said % {"source": source}

    def place(self, code: str) -> str:
        """A place with its code, or the text that stands for one."""
        if len(code) != 2:
            return code
        name = (self.language != SOURCE and territory(code, self.language)) or place_title(code)
        return name if name.casefold() == code.casefold() else f"{name} ({code.upper()})"

    def route(self, decision: Decision) -> str:
        """The journey in one line."""
        origin, destination = decision.origin, decision.destination
        first = self.place(origin) if origin else self._say(message("origin not known"))
        last = self.place(destination) if destination else self._say(_NO_DESTINATION)
        return " → ".join([first, *(self.place(code) for code in decision.transit), last])

    def in_force(self, hit: Hit) -> str:
        """The time in which the version applies; a day may be known only by two days around it."""
        exact = hit.in_force[:1].isdigit()
        said = self._say(message("since %(day)s") if exact else message("first day: %(day)s"))
        said %= {"day": hit.in_force}
        if hit.until is None:
            return said
        return said + self._say(_ENDING) % {"end": hit.until}


_NO_DESTINATION = message("destination not known")
_ENDING = message("; %(end)s is the first day on which it no longer is")


@lru_cache(maxsize=4)
def words(language: str = SOURCE) -> Words:
    """The words of a language, made once."""
    return Words(language)


def visible(text: str) -> str:
    r"""Shows control and direction characters instead of letting them act on a page or sheet.

    >>> visible("a\x00b\u202ec")
    'a[U+0000]b[U+202E]c'
    """
    if text.isprintable():
        return text
    return "".join(
        f"[U+{ord(c):04X}]"
        if unicodedata.category(c) in {"Cc", "Cf", "Cs"} and c not in "\t\n"
        else c
        for c in text.replace("\r\n", "\n")
    )
