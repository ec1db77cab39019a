"""Mutation testing of class entries: would the examples of an entry notice if it were wrong?

Each mutant is an entry with one small change: a clause, word, kind, reading, limit or exception
left out, a closed list opened, a reading taken as settled, a day moved by one. A mutant is *killed*
if an example of the entry no longer gives the answer that it states. What no example notices, the
next editor can break without a test failing.

Only the changed definition is compiled, and the examples are put to it, not to a whole screen.

What counts, and why:

- A list is opened to *any other group* and, where it replaces a branch, to hydrogen, not to each
  other kind in turn: one plain non-member, or one member of an open reading, shows that a list is
  closed; an example for each kind would be a catalogue of what stands outside the law. The forms of
  an atom (oxide, quaternary) are no list of groups and are not opened.
- A hit that is only left as the ester or ether of a member is another answer than a member itself.
- Generated examples follow the days of the file and would move with a wrong day; days are pinned by
  hand-written examples alone.

Some mutants cannot be told from the entry by any example; they are counted apart, each by a rule:

- `INCLUDED`: other kinds of the same list take in whatever the change leaves out.
- `NOT_BORNE`: hydrogen in a list of what a position bears, which it never is.
- `SAME_FORCE`: the moved day changes nothing that an answer depends on (two versions that meet and
  say the same), or only adds that the day is not confirmed to a hit that is arguable anyway.
- `ONLY_REVIEW`: a settled reading, where everything else in the entry gives review only.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from screening.checks import Case, compare, generated, hand_written
from screening.chemistry.definition import CompiledDefinition
from screening.chemistry.groups import HYDROGEN, LINKER_KINDS
from screening.chemistry.inspection import ANY, stands_on_carbon
from screening.chemistry.language import ClassDefinition, GroupWord, Limits
from screening.definition_checks import (
    LISTS,
    ONE_DAY,
    Answer,
    Meaning,
    Place,
    answers,
    force_on,
    meanings,
    places,
    readings_used,
    words_used,
)
from screening.errors import DefinitionError, ScreeningError
from screening.rules.load import Bundle
from screening.rules.model import DateRange, EffectiveDay, Entry, Mark, Version
from screening.rules.timeline import Standing

INCLUDED = "other kinds of the list take in what it leaves out"
NOT_BORNE = "hydrogen is nothing that a position bears"
SAME_FORCE = "the moved day changes no answer that an example can state"
ONLY_REVIEW = "everything in the entry gives review only"

_ANYTHING = "(any other group)"
_NOTHING = "(hydrogen)"
_OTHERS = "(no definite hit)"


@dataclass(frozen=True)
class Mutant:
    """An entry with one small change.

    Attributes:
        entry: the entry, with its definition and versions as changed.
        words: the group words of its law, as changed.
        says: what was changed.
        about: letters, words, kinds and readings that the change concerns.
        settled: readings that are taken as certain.
        moved: a day was moved.
        equivalent: why no example can tell it from the entry, None where one can.
    """

    entry: Entry
    words: Mapping[str, GroupWord]
    says: str
    about: frozenset[str] = frozenset()
    settled: frozenset[str] = frozenset()
    moved: bool = False
    equivalent: str | None = None

    def __str__(self) -> str:
        return f"{self.entry.id}: {self.says}"


@dataclass(frozen=True)
class Report:
    """What came of the mutants of one entry.

    Attributes:
        entry: its id.
        killed: how many an example kills.
        equivalent: those that no example can tell from the entry.
        survivors: those that none of its examples notices.
        failing: examples that fail without any change; they kill nothing.
    """

    entry: str
    killed: int
    equivalent: tuple[Mutant, ...]
    survivors: tuple[Mutant, ...]
    failing: tuple[str, ...]


def mutate(bundle: Bundle, entries: Iterable[str] | None = None) -> Iterator[Report]:
    """Tries every mutant of the class entries of a bundle.

    Args:
        bundle: loaded lists.
        entries: ids of entries; None: all. Entries that are no class are passed over.
    """
    for entry_id in bundle.entries if entries is None else entries:
        entry = bundle.entries[entry_id]
        if entry.class_ is not None:
            yield mutate_entry(entry, bundle.jurisdictions[entry.jurisdiction].groups)


def mutate_entry(entry: Entry, words: Mapping[str, GroupWord]) -> Report:
    """Tries every mutant of one class entry.

    Args:
        entry: an entry with a class definition.
        words: the group words of its law.

    Raises:
        DefinitionError: its definition cannot be used as it is.
    """
    assert entry.class_ is not None
    compiled = CompiledDefinition(entry.class_, words)
    known, failing = _known(entry, compiled)
    found = list(mutants(entry, words))
    survivors = []
    for mutant in found:
        if mutant.equivalent is not None:
            continue
        asked = [k for k in known if k.written or not mutant.moved]
        asked.sort(key=lambda k: len(k.about & mutant.about), reverse=True)
        if not _killed(mutant, compiled, asked):
            survivors.append(mutant)
    equivalent = tuple(m for m in found if m.equivalent is not None)
    killed = len(found) - len(equivalent) - len(survivors)
    return Report(entry.id, killed, equivalent, tuple(survivors), failing)


# --- asking the examples -----------------------------------------------------------------------


@dataclass(frozen=True)
class _Known:
    """An example that holds for the entry as it is."""

    case: Case
    written: bool
    itself: bool
    about: frozenset[str] = field(repr=False)


def _known(entry: Entry, compiled: CompiledDefinition) -> tuple[list[_Known], tuple[str, ...]]:
    """The examples that hold without any change, and what is said of the others."""
    known, failing = [], []
    written = list(hand_written(entry))
    for case in (*written, *generated(entry)):
        if case.shipment.structure is None:
            continue
        found = _ask(case, entry, compiled)
        result = compare(case, [(a.definite, a.proof.clauses, a.readings) for a in found])
        if not result.passed:
            failing.append(str(result))
            continue
        about = {x for a in found for x in (*a.proof.clauses, *a.readings)}
        if not any(a.definite for a in found):
            about.add(_OTHERS)
        about |= {
            x
            for a in found
            for account in a.proof.accounts
            for x in (account.word, account.kind, account.position)
            if x is not None
        }
        known.append(_Known(case, case in written, all(a.itself for a in found), frozenset(about)))
    return known, tuple(failing)


def _ask(case: Case, entry: Entry, compiled: CompiledDefinition) -> tuple[Answer, ...]:
    structure = case.shipment.structure
    assert structure is not None
    try:
        return answers(entry, compiled, structure, case.shipment.day)
    except ScreeningError:
        return ()


def _killed(mutant: Mutant, compiled: CompiledDefinition, known: Iterable[_Known]) -> bool:
    """Whether an example no longer gives the answer that it states."""
    definition = mutant.entry.class_
    assert definition is not None
    if not mutant.moved and not mutant.settled:
        try:
            compiled = CompiledDefinition(definition, mutant.words)
        except DefinitionError:
            return True  # it does not load
    for one in known:
        found = _ask(one.case, mutant.entry, compiled)
        stated = [
            (not rest, a.proof.clauses, rest)
            for a in found
            for rest in [tuple(r for r in a.readings if r not in mutant.settled)]
        ]
        if not compare(one.case, stated).passed:
            return True
        if found and one.itself is not all(a.itself for a in found):
            return True
    return False


# --- making mutants ----------------------------------------------------------------------------


def mutants(entry: Entry, words: Mapping[str, GroupWord]) -> Iterator[Mutant]:
    """Every mutant of a class entry; those that no example can notice say why.

    Args:
        entry: an entry with a class definition.
        words: the group words of its law.
    """
    assert entry.class_ is not None
    making = _Making(entry, entry.class_, words)
    yield from making.clauses()
    for place in places(entry.class_):
        yield from making.lists(place)
        yield from making.limits(place)
    yield from making.readings()
    yield from making.kinds()
    yield from making.whole()
    yield from _moved_days(entry, words)


class _Making:
    """Makes the mutants of one definition."""

    def __init__(
        self, entry: Entry, definition: ClassDefinition, words: Mapping[str, GroupWord]
    ) -> None:
        self.entry = entry
        self.definition = definition
        self.words = words
        self.compiled = CompiledDefinition(definition, words)

    # What is changed is copied without validation: a mutant may be what no file can state.

    def mutant(
        self,
        says: str,
        about: Iterable[str] = (),
        *,
        words: Mapping[str, GroupWord] | None = None,
        equivalent: str | None = None,
        **changes: Any,
    ) -> Mutant:
        """A mutant with other parts of the definition, or other words."""
        definition = self.definition.model_copy(update=changes)
        entry = self.entry.model_copy(update={"class_": definition})
        return Mutant(entry, words or self.words, says, frozenset(about), equivalent=equivalent)

    def changed(
        self,
        place: Place,
        says: str,
        about: Iterable[str],
        *,
        words: Mapping[str, GroupWord] | None = None,
        equivalent: str | None = None,
        **fields: Any,
    ) -> Mutant:
        """A mutant with other fields of one change."""
        change = place.change.model_copy(update=fields)
        if place.reading is None:
            parts: dict[str, Any] = {"clauses": {**self.definition.clauses, place.letter: change}}
        else:
            reading = self.definition.readings[place.reading]
            allows = tuple(change if i == place.number else c for i, c in enumerate(reading.allows))
            parts = {
                "readings": {
                    **self.definition.readings,
                    place.reading: reading.model_copy(update={"allows": allows}),
                }
            }
        says = f"{place}: {says}"
        return self.mutant(says, about, words=words, equivalent=equivalent, **parts)

    def clauses(self) -> Iterator[Mutant]:
        """Without one clause; without one variant of the skeleton."""
        for letter in self.definition.clauses:
            left = {k: v for k, v in self.definition.clauses.items() if k != letter}
            yield self.mutant(f"without clause {letter}", [letter], clauses=left)
        for i, variant in enumerate(self.definition.variants):
            rest = tuple(v for n, v in enumerate(self.definition.variants) if n != i)
            says = f"clause {variant.clause}: without its variant of the skeleton"
            yield self.mutant(says, [variant.clause], variants=rest)

    def lists(self, place: Place) -> Iterator[Mutant]:
        """A change without one of its words or positions, or with its list opened."""
        change = place.change
        on_carbon = stands_on_carbon(self.compiled, change.at)
        for which in LISTS:
            listed: tuple[str, ...] = getattr(change, which) or ()
            for word in listed if len(change.words) > 1 else ():
                rest = tuple(w for w in listed if w != word)
                every = meanings(change, which, self.words, on_carbon=on_carbon)
                lost = [m for m in every if m.word == word]
                others = [m for m in every if m.word != word]
                why = INCLUDED if _all_included(lost, others) else None
                says = f"{which} without the word {word!r}"
                fewer: dict[str, Any] = {which: rest}
                yield self.changed(place, says, [word], equivalent=why, **fewer)
            if listed and place.reading is None:
                yield from self.opened(place, which, listed)
        for name in change.at if len(change.at) > 1 else ():
            at = tuple(n for n in change.at if n != name)
            yield self.changed(place, f"not at {name}", [name], at=at)

    def opened(self, place: Place, which: str, listed: tuple[str, ...]) -> Iterator[Mutant]:
        """A clause with one closed list opened: to any other group, and to hydrogen."""
        certain = [m for m in meanings(place.change, which, self.words) if m.reading is None]
        kinds = {m.kind for m in certain if m.max_carbons is None}
        at = [self.definition.positions[name] for name in place.change.at]
        if all(position.kind == "linker" for position in at):
            wider = tuple(k for k in LINKER_KINDS if k not in kinds and k != "carbon link")
        elif ANY in kinds or all(position.kind == "atom_form" for position in at):
            wider = ()  # an open list; or the forms of an atom, which are no list of groups
        else:
            wider = (ANY,)
        if wider:
            words = {**self.words, _ANYTHING: GroupWord(certain=wider)}
            says = f"{which} any other group as well"
            longer: dict[str, Any] = {which: (*listed, _ANYTHING)}
            yield self.changed(place, says, [_OTHERS], words=words, **longer)
        branch = any(position.kind in {"branch", "on_atom"} for position in at)
        if which == "becomes" and branch and HYDROGEN not in kinds and self._held(place):
            words = {**self.words, _NOTHING: GroupWord(certain=(HYDROGEN,))}
            yield self.changed(
                place,
                "becomes hydrogen as well",
                [_OTHERS],
                words=words,
                becomes=(*listed, _NOTHING),
            )

    def _held(self, place: Place) -> bool:
        """Whether the reference has a group where the change is, so that hydrogen is a change."""
        return any(
            self.compiled._reference_keys.get(name, HYDROGEN) != HYDROGEN
            for name in place.change.at
        )

    def limits(self, place: Place) -> Iterator[Mutant]:
        """A change without one of its limits."""
        change = place.change
        if change.max_carbons is not None:
            yield self.changed(place, "without max_carbons", change.words, max_carbons=None)
        if change.max_count is not None:
            yield self.changed(place, "without max_count", change.words, max_count=None)
        if change.carrying is not None:
            yield self.changed(place, "without carrying", change.words, carrying=None)

    def readings(self) -> Iterator[Mutant]:
        """Without one reading, or a part of it; with one reading taken as settled."""
        for name, reading in self.definition.readings.items():
            left = {k: v for k, v in self.definition.readings.items() if k != name}
            yield self.mutant(f"without the reading {name}", [name], readings=left)
            parts = len(reading.allows) + len(reading.releases)
            for i, change in enumerate(reading.allows if parts > 1 else ()):
                allows = tuple(c for n, c in enumerate(reading.allows) if n != i)
                says = f"the reading {name}: without what it allows at {', '.join(change.at)}"
                readings = {
                    **self.definition.readings,
                    name: reading.model_copy(update={"allows": allows}),
                }
                yield self.mutant(says, [name, *change.at], readings=readings)
            for position in reading.releases if parts > 1 else ():
                releases = tuple(p for p in reading.releases if p != position)
                readings = {
                    **self.definition.readings,
                    name: reading.model_copy(update={"releases": releases}),
                }
                says = f"the reading {name}: without releasing {position}"
                yield self.mutant(says, [name, position], readings=readings)
        unsure = self.entry.surveillance or all(
            v.checked.membership is Mark.UNVERIFIED for v in self.entry.versions
        )
        for name in readings_used(self.definition, self.words):
            yield Mutant(
                self.entry,
                self.words,
                f"the reading {name} as settled",
                frozenset({name}),
                settled=frozenset({name}),
                equivalent=ONLY_REVIEW if unsure else None,
            )

    def kinds(self) -> Iterator[Mutant]:
        """Without one kind of a word, one reading of a word, or the limit of a word."""
        for word in words_used(self.definition):
            meaning = self.words[word]
            for kind in meaning.certain:
                rest = tuple(k for k in meaning.certain if k != kind)
                lost = [Meaning(word, kind, None, meaning.max_carbons)]
                yield self._word(word, f"without {kind!r}", lost, [kind], certain=rest)
            for name, text in meaning.arguable.items():
                kinds = [Meaning(word, k, name, meaning.max_carbons) for k in text.kinds]
                left = {k: v for k, v in meaning.arguable.items() if k != name}
                says = f"without the reading {name}"
                yield self._word(word, says, kinds, [name], arguable=left)
                for lost_one in kinds if len(kinds) > 1 else ():
                    few = tuple(k for k in text.kinds if k != lost_one.kind)
                    shorter = {**meaning.arguable, name: text.model_copy(update={"kinds": few})}
                    says = f"without {lost_one.kind!r} in the reading {name}"
                    about = [lost_one.kind]
                    yield self._word(word, says, [lost_one], about, arguable=shorter)
            if meaning.max_carbons is not None:
                yield self._word(word, "without max_carbons", [], [], max_carbons=None)

    def _word(
        self, word: str, says: str, lost: list[Meaning], about: list[str], **fields: Any
    ) -> Mutant:
        """A mutant with another meaning of one word, in all clauses of the entry that use it."""
        words = {**self.words, word: self.words[word].model_copy(update=fields)}
        why = self._unnoticed(word, lost) if lost else None
        return self.mutant(
            f"the word {word!r}: {says}", [word, *about], words=words, equivalent=why
        )

    def _unnoticed(self, word: str, lost: list[Meaning]) -> str | None:
        """Why no example notices that a word means less: it is so in every list that uses it."""
        reasons = set()
        for place in places(self.definition):
            for which in LISTS:
                if word not in (getattr(place.change, which) or ()):
                    continue
                on_carbon = stands_on_carbon(self.compiled, place.change.at)
                every = meanings(place.change, which, self.words, on_carbon=on_carbon)
                gone = [replace(m, on_carbon=on_carbon) for m in lost]
                others = [m for m in every if m not in gone]
                borne = [m for m in gone if which == "becomes" or m.kind != HYDROGEN]
                if not _all_included(borne, others):
                    return None
                reasons.add(INCLUDED if borne else NOT_BORNE)
        return INCLUDED if INCLUDED in reasons else NOT_BORNE

    def whole(self) -> Iterator[Mutant]:
        """With the reference in or out the other way; without a limit or an exception."""
        swapped = not self.definition.reference_is_member
        says = f"reference_is_member: {str(swapped).lower()}"
        yield self.mutant(says, reference_is_member=swapped)
        if self.definition.limits.max_mass is not None:
            yield self.mutant("without the limit of mass", limits=Limits())
        for i, exception in enumerate(self.definition.excepts):
            rest = tuple(e for n, e in enumerate(self.definition.excepts) if n != i)
            yield self.mutant(f"without the exception of {exception.structure}", excepts=rest)


def _all_included(lost: Iterable[Meaning], others: Iterable[Meaning]) -> bool:
    rest = list(others)
    return all(any(o.includes(m) for o in rest) for m in lost)


def _moved_days(entry: Entry, words: Mapping[str, GroupWord]) -> Iterator[Mutant]:
    """Each day of each version, a day earlier and a day later."""
    for i, version in enumerate(entry.versions):
        for name in ("in_force", "until"):
            effective: EffectiveDay | None = getattr(version, name)
            if effective is None:
                continue
            for said, moved in _shifted(effective):
                other = version.model_copy(update={name: moved})
                versions = tuple(other if n == i else v for n, v in enumerate(entry.versions))
                mutant = entry.model_copy(update={"versions": versions})
                why = SAME_FORCE if _same_force(entry, mutant, words, (version, other)) else None
                says = f"versions.{i}.{name}: {said}"
                yield Mutant(mutant, words, says, moved=True, equivalent=why)


def _shifted(effective: EffectiveDay) -> Iterator[tuple[str, EffectiveDay]]:
    for days, said in ((-ONE_DAY, "a day earlier"), (ONE_DAY, "a day later")):
        if isinstance(effective, dt.date):
            yield f"{effective.isoformat()} {said}", effective + days
            continue
        for edge in ("not_before", "not_after"):
            day: dt.date | None = getattr(effective, edge)
            if day is not None:
                moved = effective.model_copy(update={edge: day + days})
                yield f"{edge} {day.isoformat()} {said}", moved


def _same_force(
    entry: Entry,
    mutant: Entry,
    words: Mapping[str, GroupWord],
    versions: tuple[Version, Version],
) -> bool:
    """Whether no example could tell a moved day, whatever its structure and its day."""
    edges = [
        day
        for version in versions
        for effective in (version.in_force, version.until)
        if effective is not None
        for day in (
            (effective.not_before, effective.not_after)
            if isinstance(effective, DateRange)
            else (effective,)
        )
        if day is not None
    ]
    never = _never_definite(entry, words)
    for day in {d + shift for d in edges for shift in (-ONE_DAY, dt.timedelta(0), ONE_DAY)}:
        was, now = force_on(entry, day), force_on(mutant, day)
        if was == now:
            continue
        # An example states one reading that a hit depends on, not that it depends on no other.
        if not never or was is None or now is None or was[1:] != now[1:]:
            return False
        if (was[0], now[0]) != (Standing.IN_FORCE, Standing.UNCERTAIN):
            return False
    return True


def _never_definite(entry: Entry, words: Mapping[str, GroupWord]) -> bool:
    """Whether every hit of an entry is arguable, whatever the structure."""
    definition = entry.class_
    assert definition is not None
    if entry.surveillance or definition.reference_is_member or definition.variants:
        return entry.surveillance
    used = {word for clause in definition.clauses.values() for word in clause.words}
    return not any(words[word].certain for word in used)
