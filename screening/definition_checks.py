"""Lint of class definitions: does each clause, word, reading and example do what it is there for?

A definition that loads may still say something else than the law: a clause that nothing can meet, a
SMARTS that parses to another pattern than its author read, a reading that no compound needs, a word
that no example pins. `lint` reports these, as `screening.checks.lint` does for all other faults; it
knows the language of definitions and no law. `answers` is how a class entry answers for a structure
on a day, worked out at the definition alone.
"""

from __future__ import annotations

import datetime as dt
import enum
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from screening.chemistry.definition import CompiledDefinition
from screening.chemistry.groups import HYDROGEN
from screening.chemistry.identity import Form, context_forms, opened_parts
from screening.chemistry.inspection import ANY, can_stand, misread, stands_on_carbon, takes_in
from screening.chemistry.language import Change, ClassDefinition, GroupWord, Position
from screening.chemistry.proof import ClassProof
from screening.chemistry.structure import Component, Structure, read_structure
from screening.errors import DefinitionError, ScreeningError, StructureError
from screening.rules.load import Bundle
from screening.rules.model import Entry, Example, Mark, Version
from screening.rules.reach import open_points
from screening.rules.timeline import Current, Standing, bounds, current

ONE_DAY = dt.timedelta(days=1)
LISTS = ("becomes", "bears", "joins", "carrying")
"""The lists of group words that a change may have."""


class Level(enum.StrEnum):
    """How grave a problem is: an error must be put right, a warning must be looked at."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong with an entry.

    Attributes:
        level: error or warning.
        entry: id of the entry or list; of a law's own files, ``<jurisdiction>/jurisdiction`` and
            ``<jurisdiction>/groups``.
        message: what is wrong, a semicolon, and what to do.
        key: the key of its file that is meant, part by part; empty for the file as a whole.
        path: the file, None as long as it is not looked up.
        line: 1-based line of the key, 0 where it is not known.
    """

    level: Level
    entry: str
    message: str
    key: tuple[str | int, ...] = ()
    path: Path | None = None
    line: int = 0

    def __str__(self) -> str:
        if self.path is None:
            return f"{self.level}: {self.entry}: {self.message}"
        where = f"{self.path}:{self.line}" if self.line else str(self.path)
        key = f"{'.'.join(map(str, self.key))}: " if self.key else ""
        return f"{where}: {self.level}: {key}{self.message}"


# --- what a class entry answers ----------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Answer:
    """One hit of a class entry.

    Attributes:
        definite: it depends on no reading.
        proof: how the component, or what it is an ester or ether of, meets the definition.
        readings: everything the hit depends on: readings of the text, forms, days, membership.
        forms: the forms by which the component is what the proof shows.
    """

    definite: bool
    proof: ClassProof
    readings: tuple[str, ...]
    forms: tuple[Form, ...]

    @property
    def itself(self) -> bool:
        """The component itself meets the definition, not what it is an ester or ether of."""
        return not {Form.ESTER, Form.ETHER} & set(self.forms)


_parsed = lru_cache(maxsize=1024)(read_structure)


def answers(
    entry: Entry, definition: CompiledDefinition, structure: str, day: dt.date
) -> tuple[Answer, ...]:
    """Every hit of a class entry on a structure, as the screen finds them on a leg it reaches.

    Args:
        entry: the entry: its versions and forms count.
        definition: its definition, or a changed one that is being tried.
        structure: SMILES or MOL block.
        day: the shipping day.

    Raises:
        StructureError: the structure cannot be read.
        MatchLimitError: too many embeddings or accounts to decide.
    """
    now = current(entry, day)
    if now is None or now.standing is Standing.ANNOUNCED:
        return ()
    parsed = _parsed(structure)
    found = (_answer(entry, definition, now, parsed, c) for c in parsed.components)
    return tuple(answer for answer in found if answer is not None)


def _answer(
    entry: Entry,
    definition: CompiledDefinition,
    now: Current,
    structure: Structure,
    component: Component,
) -> Answer | None:
    """The hit on one component: the first that is definite, else the first.

    Itself before what it is an ester or ether of.
    """
    context = context_forms(structure, component)
    found: list[Answer] = []
    for form, part in ((None, component), *opened_parts(component)):
        proof = None
        if definition.may_match(part):
            proof = definition.prove(part, now.version.clauses)
        if proof is None:
            continue
        forms = context if form is None else (*context, form)
        answer = _with_forms(entry, now, proof, forms)
        if answer is None:
            continue
        if answer.definite:
            return answer
        found.append(answer)
    return found[0] if found else None


def _with_forms(
    entry: Entry, now: Current, proof: ClassProof, forms: tuple[Form, ...]
) -> Answer | None:
    """A proof as a hit: what the forms, the day and the checks of the version leave of it."""
    points = open_points(entry, now, forms)
    if points is None:
        return None
    readings = (*proof.readings, *points)
    return Answer(not readings, proof, readings, forms)


# --- what a definition says --------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Place:
    """A change with where it stands: a clause by its letter, or what a reading allows.

    Attributes:
        change: the change.
        letter: the clause, or the clause that a reading extends.
        reading: the reading, None for a clause.
        number: which of the reading's changes it is.
    """

    change: Change
    letter: str | None = None
    reading: str | None = None
    number: int = 0

    def __str__(self) -> str:
        return f"clause {self.letter}" if self.reading is None else f"the reading {self.reading}"


def places(definition: ClassDefinition) -> Iterator[Place]:
    """Every change of a definition, clauses first."""
    for letter, clause in definition.clauses.items():
        yield Place(clause, letter)
    for name, reading in definition.readings.items():
        for number, change in enumerate(reading.allows):
            yield Place(change, change.clause, name, number)


@dataclass(frozen=True, slots=True)
class Meaning:
    """One kind that a word in a list takes in.

    Attributes:
        word: the word.
        kind: the kind.
        reading: the reading of the word on which it depends, None where it is certain.
        max_carbons: the limit of the word, None without one.
        on_carbon: what bears the group is a carbon and no carbonyl.
    """

    word: str
    kind: str
    reading: str | None
    max_carbons: int | None
    on_carbon: bool = False

    def includes(self, other: Meaning) -> bool:
        """Whether whatever the other takes in, this takes in, on no other reading than it."""
        return (
            takes_in(self.kind, other.kind, on_carbon=self.on_carbon and other.on_carbon)
            and self.reading in (None, other.reading)
            and (
                self.max_carbons is None
                or (other.max_carbons is not None and other.max_carbons <= self.max_carbons)
            )
        )


def meanings(
    change: Change, which: str, words: Mapping[str, GroupWord], *, on_carbon: bool = False
) -> list[Meaning]:
    """What one list of a change takes in, word by word; certain kinds of a word first."""
    return [
        meaning
        for word in getattr(change, which) or ()
        if word in words
        for meaning in word_meanings(word, words[word], on_carbon=on_carbon)
    ]


def word_meanings(word: str, meaning: GroupWord, *, on_carbon: bool = False) -> list[Meaning]:
    """What a word takes in; certain kinds first."""
    kinds: list[tuple[str, str | None]] = [(kind, None) for kind in meaning.certain]
    kinds += [(k, reading) for reading, text in meaning.arguable.items() for k in text.kinds]
    return [Meaning(word, kind, r, meaning.max_carbons, on_carbon) for kind, r in kinds]


def words_used(definition: ClassDefinition) -> tuple[str, ...]:
    """The group words of a definition, each once."""
    return tuple(dict.fromkeys(w for place in places(definition) for w in place.change.words))


def readings_used(definition: ClassDefinition, words: Mapping[str, GroupWord]) -> tuple[str, ...]:
    """The readings of a definition and of the words it uses, each once."""
    own = list(definition.readings)
    return tuple(
        dict.fromkeys(own + [r for w in words_used(definition) for r in words[w].arguable])
    )


# --- lint --------------------------------------------------------------------------------------


def lint(bundle: Bundle, means: Callable[[str], bool] | None = None) -> Iterator[Problem]:
    """Looks for faults of class definitions, of their words and of their examples.

    Args:
        bundle: loaded lists.
        means: whether an entry is meant, by its id; None: all are.
    """
    for jurisdiction in bundle.jurisdictions.values():
        entries = [e for w in jurisdiction.lists for e in w.entries if e.class_ is not None]
        used = {word for e in entries if e.class_ is not None for word in words_used(e.class_)}
        for word in jurisdiction.groups if entries else ():
            if word not in used:
                message = f"no clause uses the word {word!r}"
                yield Problem(Level.WARNING, f"{jurisdiction.code}/groups", message, (word,))
        for entry in entries:
            if means is None or means(entry.id):
                yield from lint_entry(entry, jurisdiction.groups)
        for watchlist in jurisdiction.lists:
            for number, gap in enumerate(watchlist.file.incomplete):
                for name, smarts in gap.candidates.items():
                    for said in _misreadings(smarts, mapped=False):
                        if said.level is Level.ERROR:  # a rough pattern for questions, not a law
                            message = f"incomplete.candidates, {name}: {said.message}"
                            key = ("incomplete", number, "candidates", name)
                            yield Problem(said.level, watchlist.id, message, key)


def lint_entry(entry: Entry, words: Mapping[str, GroupWord]) -> Iterator[Problem]:
    """Looks for faults of one class entry.

    Args:
        entry: an entry with a class definition; others have no problem here.
        words: the group words of its law.
    """
    if entry.class_ is None:
        return
    for level, key, message in _lint_entry(entry, entry.class_, words):
        yield Problem(level, entry.id, message, key)


_Key = tuple[str | int, ...]
_Found = Iterator[tuple[Level, _Key, str]]
_CLAUSES, _READINGS = ("class", "clauses"), ("class", "readings")


def _lint_entry(
    entry: Entry, definition: ClassDefinition, words: Mapping[str, GroupWord]
) -> _Found:
    skeletons: list[tuple[_Key, str]] = [(("class", "skeleton"), definition.skeleton)]
    skeletons += [
        (("class", "variants", n, "skeleton"), v.skeleton)
        for n, v in enumerate(definition.variants)
    ]
    for key, smarts in skeletons:
        for said in _misreadings(smarts):
            yield said.level, key, f"skeleton, {said.message}"
    yield from _labelled(definition, words)
    try:
        compiled = CompiledDefinition(definition, words)
    except DefinitionError as error:
        yield Level.ERROR, ("class",), f"the definition cannot be used: {error}"
        return
    seen = _Seen(entry, compiled)
    yield from _reference(entry, compiled)
    yield from _idle_exceptions(entry, compiled)
    yield from _dead_positions(definition, compiled)
    yield from _shadowed_clauses(compiled)
    yield from _idle_readings(compiled)
    yield from _unpinned(compiled, seen)
    yield from _missing_examples(entry, compiled, seen)
    yield from _boundary_days(entry)


def _misreadings(smarts: str, *, mapped: bool = True) -> Iterator[Problem]:
    try:
        for said in misread(smarts, mapped=mapped):
            yield Problem(Level.ERROR if said.grave else Level.WARNING, "", said.says)
    except DefinitionError as error:
        yield Problem(Level.ERROR, "", str(error))


def _labelled(definition: ClassDefinition, words: Mapping[str, GroupWord]) -> _Found:
    """Isotopes in SMILES are cleared before anything is compared, so they say nothing."""
    texts: dict[tuple[str, _Key], str] = {
        ("reference", ("class", "reference")): definition.reference
    }
    texts |= {
        (f"excepts.{i}", ("class", "excepts", i, "structure")): e.structure
        for i, e in enumerate(definition.excepts)
    }
    texts |= {
        (f"group word {word!r}", ("class", "clauses")): m.kind
        for word in words_used(definition)
        if word in words
        for m in word_meanings(word, words[word])
        if "*" in m.kind
    }
    for (where, key), text in texts.items():
        if re.search(r"\[\d", text):
            message = f"{where}: {text} states an isotope, which is not compared"
            yield Level.ERROR, key, message


def _reference(entry: Entry, compiled: CompiledDefinition) -> _Found:
    """The reference is a member if, and only if, the definition says so."""
    definition = compiled.definition
    for clauses in dict.fromkeys(v.clauses for v in entry.versions):
        member = compiled.prove(compiled.reference, clauses) is not None
        if member is not definition.reference_is_member:
            found = "is a member" if member else "is no member"
            said = str(definition.reference_is_member).lower()
            message = f"the reference {found}, but reference_is_member is {said}"
            yield Level.ERROR, ("class", "reference_is_member"), message
            return


def _idle_exceptions(entry: Entry, compiled: CompiledDefinition) -> _Found:
    """An exception takes out what would be a member without it."""
    definition = compiled.definition
    if not definition.excepts:
        return
    without = CompiledDefinition(definition.model_copy(update={"excepts": ()}), compiled.words)
    for number, exception in enumerate(definition.excepts):
        parts = read_structure(exception.structure).components
        if not any(without.prove(p, v.clauses) for p in parts for v in entry.versions):
            message = f"{exception.structure} is no member anyway; the exception does nothing"
            yield Level.WARNING, ("class", "excepts", number, "structure"), message


# --- examples at the definition ----------------------------------------------------------------


class _Seen:
    """What the hit examples of an entry show when they are put to its definition."""

    def __init__(self, entry: Entry, compiled: CompiledDefinition) -> None:
        self.kinds: set[tuple[str | None, str | None]] = set()
        self.letters: set[str] = set()
        self.variants: set[frozenset[int]] = set()
        self.matched: set[str] = set()
        self.readings: set[str] = set()
        examples = entry.examples
        for example in (*examples.must_match, *examples.must_review):
            self._see(entry, compiled, example, certain=example in examples.must_match)

    def _see(
        self, entry: Entry, compiled: CompiledDefinition, example: Example, *, certain: bool
    ) -> None:
        try:
            found = answers(entry, compiled, example.structure, example.day)
        except (StructureError, ScreeningError):
            return  # said by another rule, and by the test of examples
        for answer in found:
            self.letters |= set(answer.proof.clauses)
            self.variants.add(frozenset(answer.proof.skeleton))
            self.kinds |= {(a.word, a.kind) for a in answer.proof.accounts}
            if certain and answer.definite:
                self.matched |= set(answer.proof.clauses)
            if not certain and example.reading in answer.readings:
                self.readings.add(str(example.reading))


def _unpinned(compiled: CompiledDefinition, seen: _Seen) -> _Found:
    """Clauses that nothing can meet; words and kinds that no example uses, or nothing can meet."""
    definition, words = compiled.definition, compiled.words
    met: dict[str, bool] = {letter: letter in seen.letters for letter in definition.clauses}
    unpinned: dict[tuple[str, str], bool] = {}
    for place in places(definition):
        on_carbon = stands_on_carbon(compiled, place.change.at)
        for which in LISTS[:-1]:
            listed = meanings(place.change, which, words, on_carbon=on_carbon)
            for m in listed:
                if (m.word, m.kind) in seen.kinds:
                    continue
                stands = can_stand(compiled, place.change, which, m.kind, place.letter)
                if stands and place.reading is None and place.letter is not None:
                    met[place.letter] = True
                if any(o != m and o.includes(m) for o in listed):
                    continue  # another kind of the list takes it in: no example can tell them apart
                unpinned[m.word, m.kind] = unpinned.get((m.word, m.kind), False) or stands
    for letter, possible in met.items():
        if not possible:
            message = "can never match: no kind of its words can stand at its positions"
            yield Level.ERROR, (*_CLAUSES, letter), f"clause {letter} {message}"
    by_word: dict[str, list[str]] = {}
    for (word, kind), stands in unpinned.items():
        if stands:
            by_word.setdefault(word, []).append(kind)
        else:
            message = f"word {word!r}: {kind!r} can stand at no position where the word is used"
            yield Level.WARNING, _CLAUSES, message
    for word, kinds in by_word.items():
        whole = not any(w == word for w, _ in seen.kinds)
        what = "" if whole else f": {', '.join(kinds)}"
        yield Level.WARNING, ("examples",), f"no example pins the word {word!r}{what}"
    for variant in definition.variants:
        named = {int(n) for n in re.findall(r":(\d+)\]", variant.skeleton)}
        if frozenset(named) not in seen.variants:
            message = f"no example pins the variant of clause {variant.clause}"
            yield Level.WARNING, ("examples",), message


@dataclass(frozen=True, slots=True)
class Pinned:
    """Whether the examples of a class entry pin each clause and each reading.

    Attributes:
        clauses: by letter; a clause with a certain kind needs a `must_match` example, one of
            arguable kinds alone any that hits by it.
        readings: by name; each needs a `must_review` example that names it.
        certain: the letters of clauses that need a `must_match` example.
    """

    clauses: Mapping[str, bool]
    readings: Mapping[str, bool]
    certain: frozenset[str]


def pinned(entry: Entry, words: Mapping[str, GroupWord]) -> Pinned:
    """What the hit examples of a class entry pin.

    Args:
        entry: an entry with a class definition.
        words: the group words of its law.

    Raises:
        DefinitionError: the definition cannot be compiled.
    """
    assert entry.class_ is not None, f"{entry.id} has no class"
    compiled = CompiledDefinition(entry.class_, words)
    return _pinned(compiled, _Seen(entry, compiled))


def _pinned(compiled: CompiledDefinition, seen: _Seen) -> Pinned:
    definition, words = compiled.definition, compiled.words
    certain = {v.clause for v in definition.variants}
    for letter, clause in definition.clauses.items():
        lists = [m for which in LISTS[:-1] for m in meanings(clause, which, words)]
        certain |= {letter for m in lists if m.reading is None}
    return Pinned(
        {
            letter: letter in (seen.matched if letter in certain else seen.letters)
            for letter in definition.clauses
        },
        {name: name in seen.readings for name in readings_used(definition, words)},
        frozenset(certain),
    )


def _missing_examples(entry: Entry, compiled: CompiledDefinition, seen: _Seen) -> _Found:
    """Each clause has a hit example that uses it, each reading one that names it."""
    found = _pinned(compiled, seen)
    for letter, held in found.clauses.items():
        if not held:
            wanted = "match" if letter in found.certain else "review"
            message = f"no must_{wanted} example uses clause {letter}"
            yield Level.WARNING, ("examples", f"must_{wanted}"), message
    for name, held in found.readings.items():
        if not held:
            message = f"no must_review example names the reading {name}"
            yield Level.WARNING, ("examples", "must_review"), message
    if not entry.examples.must_not_match:
        yield Level.WARNING, ("examples", "must_not_match"), "no example of what it must not match"


def _boundary_days(entry: Entry) -> _Found:
    """A day on which the answer changes has an example on it and one on the day before."""
    examples = entry.examples
    pinned = {
        e.day for e in (*examples.must_match, *examples.must_review, *examples.must_not_match)
    }
    for day in changing_days(entry):
        missing = [d for d in (day - ONE_DAY, day) if d not in pinned]
        if missing:
            said = " and ".join(d.isoformat() for d in missing)
            message = f"its answer changes on {day.isoformat()}; no example on {said}"
            yield Level.WARNING, ("examples",), message


def changing_days(entry: Entry) -> tuple[dt.date, ...]:
    """The days from which on a class entry may answer otherwise than on the day before."""
    days = {
        day
        for version in entry.versions
        for effective in (version.in_force, version.until)
        if effective is not None
        for day in bounds(effective)
        if dt.date.min < day < dt.date.max
    }
    return tuple(d for d in sorted(days) if force_on(entry, d - ONE_DAY) != force_on(entry, d))


def force_on(entry: Entry, day: dt.date) -> tuple[object, ...] | None:
    """What of its versions an entry's answer depends on, on a day; None where it has no hit."""
    now = current(entry, day)
    if now is None or now.standing is Standing.ANNOUNCED:
        return None
    version: Version = now.version
    return (
        now.standing,
        version.clauses,
        version.forms,
        version.checked.membership is Mark.UNVERIFIED,
    )


# --- clauses and readings against each other ---------------------------------------------------


def _dead_positions(definition: ClassDefinition, compiled: CompiledDefinition) -> _Found:
    """A position that holds nothing in the reference and that nothing touches does nothing."""
    touched = {name for place in places(definition) for name in place.change.at}
    touched |= {name for reading in definition.readings.values() for name in reading.releases}
    touched |= {ring for name in touched for ring in definition.positions[name].with_ring}
    for name, position in definition.positions.items():
        held = position.kind in {"branch", "ring", "on_atom"} and (
            compiled._reference_keys.get(name, HYDROGEN) != HYDROGEN
        )
        if name not in touched and not held:
            message = "no clause or reading touches it, and the reference has nothing there"
            yield Level.WARNING, ("class", "positions", name), f"position {name} is dead: {message}"


def _covers(wider: Position, other: Position) -> bool:
    """Whether whatever stands at one position also stands at the other."""
    return wider == other or (
        wider.kind == other.kind == "substituents"
        and set(other.anchors) <= set(wider.anchors)
        and set(other.with_ring) <= set(wider.with_ring)
    )


def _always_taken(place: Place, by: Iterable[Place], compiled: CompiledDefinition) -> bool:
    """Whether what a change takes in, other changes take in as firmly, wherever it applies."""
    positions, words, others = compiled.definition.positions, compiled.words, list(by)
    if not place.change.words or (len(place.change.at) > 1 and place.change.joins):
        return False
    for name in place.change.at:
        on_carbon = stands_on_carbon(compiled, [name])
        for which in LISTS[:-1]:
            wider = [
                m
                for other in others
                if any(_covers(positions[n], positions[name]) for n in other.change.at)
                and other.change.carrying is None
                and other.change.max_count is None
                and _at_most(place.change.max_carbons, other.change.max_carbons)
                for m in meanings(other.change, which, words, on_carbon=on_carbon)
            ]
            for m in meanings(place.change, which, words, on_carbon=on_carbon):
                if not any(o.includes(m) for o in wider):
                    return False
    return True


def _at_most(limit: int | None, other: int | None) -> bool:
    return other is None or (limit is not None and limit <= other)


def _shadowed_clauses(compiled: CompiledDefinition) -> _Found:
    definition = compiled.definition
    clauses = [place for place in places(definition) if place.reading is None]
    made = {variant.clause for variant in definition.variants}
    for i, place in enumerate(clauses):
        if place.letter not in made and _always_taken(place, clauses[:i], compiled):
            message = "earlier clauses take in whatever it takes in"
            key = (*_CLAUSES, str(place.letter))
            yield Level.WARNING, key, f"clause {place.letter} is shadowed: {message}"


def _idle_readings(compiled: CompiledDefinition) -> _Found:
    """A reading is idle where clauses take in whatever it opens."""
    definition, words = compiled.definition, compiled.words
    clauses = [place for place in places(definition) if place.reading is None]
    for name, reading in definition.readings.items():
        allowed = [p for p in places(definition) if p.reading == name]
        idle = all(_always_taken(p, clauses, compiled) for p in allowed)
        if idle and all(_open(p, clauses, words) for p in reading.releases):
            message = "clauses take in all of it"
            said = f"the reading {name} can never be needed: {message}"
            yield Level.WARNING, (*_READINGS, name), said
    for word in words_used(definition):
        lists = [
            meanings(place.change, which, words, on_carbon=on_carbon)
            for place in places(definition)
            for on_carbon in [stands_on_carbon(compiled, place.change.at)]
            for which in LISTS
            if word in (getattr(place.change, which) or ())
        ]
        for name in words[word].arguable:
            needless = all(
                any(o.reading is None and o.includes(m) for o in listed)
                for listed in lists
                for m in listed
                if (m.word, m.reading) == (word, name)
            )
            if needless:
                message = "certain kinds take in all of it"
                said = f"the reading {name} of the word {word!r} can never be needed: {message}"
                yield Level.WARNING, _CLAUSES, said


def _open(name: str, clauses: Iterable[Place], words: Mapping[str, GroupWord]) -> bool:
    """Whether clauses let a position become anything, hydrogen included, definitely."""
    kinds = {
        m.kind
        for place in clauses
        if name in place.change.at and place.change.max_carbons is None
        for m in meanings(place.change, "becomes", words)
        if m.reading is None and m.max_carbons is None
    }
    return {ANY, HYDROGEN} <= kinds
