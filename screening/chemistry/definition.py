"""The class engine: is a component a member of a generic definition, and how, atom by atom?

A component is a member if there is an embedding of the skeleton such that every position is either
as in the reference or changed as a clause allows, and every heavy atom is thereby accounted for. An
account that needs a reading marked arguable makes the proof arguable and is named in it.

How it is decided, for each embedding of the skeleton:

1. What is not skeleton falls into groups; each bond from a group to a skeleton atom takes a *seat*:
   a branch or ring position at that atom, else the substituents position that covers it, else its
   atom-form position. Where several seats are possible, all are tried.
2. Each seated group is accounted for: as the reference's own group; as the reference's ring with
   substituents that a clause allows; by a clause; by a reading.
3. A group with several bonds must be one bridge that a clause allows, or is read as if the ring
   were open, which depends on the reading `ring-closed`: it stands at one of its ends, where it
   must fit, and the others are free of it. Slots (branches, on-atom positions, atom forms) that it
   fills are never free of it.

The preferred proof is definite before arguable, then with fewest released positions, then with
fewest readings, then one that keeps the
reference's ring frames, then with fewest clauses, then first in the law's order, then first in
canonical atom order (the atom order of the component's canonical SMILES).
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from rdkit import Chem, rdBase
from rdkit.Chem import rdMolDescriptors

from screening.chemistry.groups import (
    HYDROGEN,
    KINDS,
    LINKER_KINDS,
    Group,
    RingFrame,
    group_key,
    group_of,
    groups_around,
    groups_outside,
    is_kind,
    table_of,
)
from screening.chemistry.language import (
    Change,
    ClassDefinition,
    GroupWord,
    Position,
    ReadingText,
)
from screening.chemistry.proof import Account, ClassProof, State
from screening.chemistry.structure import Component, read_structure
from screening.errors import DefinitionError, MatchLimitError, ProofError, StructureError

MAX_EMBEDDINGS = 1_000
MAX_COMBINATIONS = 20_000
MAX_WORK = 25_000
"""Embeddings times heavy atoms: what a definition looks at in a few seconds."""

RING_CLOSED = "ring-closed"
ENGINE_READINGS: Mapping[str, ReadingText] = {
    RING_CLOSED: ReadingText(
        says=(
            "Two positions are joined by a ring. Read as if the ring were open there, it fits; "
            "the text does not say whether joined positions still count."
        ),
        who="reading of the screen, since the text is silent",
    )
}
"""Readings that belong to the method and not to one law."""


@dataclass(frozen=True, slots=True)
class _Option:
    """One way to account for one group: its accounts and what they rest on."""

    accounts: tuple[Account, ...]
    readings: frozenset[str] = frozenset()
    letters: frozenset[str] = frozenset()
    replaced: bool = False
    fits: bool = False


@dataclass(frozen=True)
class _Skeleton:
    """What members keep: the query, the query atom of each map number, and its bonds.

    `clause` is the letter by which a variant of the skeleton differs from the reference's.
    """

    query: Chem.Mol
    maps: Mapping[int, int]
    bonds: frozenset[frozenset[int]]
    clause: str | None
    title: str

    def has_bond(self, a: int, b: int) -> bool:
        """Whether two of its atoms are bound in it."""
        return frozenset((a, b)) in self.bonds


@dataclass(frozen=True)
class _Embedding:
    """A skeleton laid on a component: the component's atom for each query atom."""

    skeleton: _Skeleton
    match: tuple[int, ...]

    def atom(self, number: int) -> int | None:
        """The component's atom for a map number, None where this skeleton has no such atom."""
        index = self.skeleton.maps.get(number)
        return None if index is None else self.match[index]

    @property
    def numbers(self) -> dict[int, int]:
        """Map number of each component atom that has one."""
        return {self.match[i]: n for n, i in self.skeleton.maps.items()}


_Seats = tuple[tuple[str, tuple[int, int]], ...]
_Rank = tuple[bool, int, int, int, int, tuple[int, ...]]
_Changes = tuple[tuple[Change, str | None, str | None], ...]

_MAX_ACTIVE = 64
"""Sets of clauses whose changes are kept; the memory it takes has to have an end."""


@dataclass(frozen=True, slots=True)
class _Draft:
    """A proof before it is written out: most of those found are only counted.

    Attributes:
        embedding: the skeleton on the component.
        accounts: in the order of the law's positions.
        clauses, readings: of the proof.
    """

    embedding: _Embedding
    accounts: tuple[Account, ...]
    clauses: tuple[str, ...]
    readings: tuple[str, ...]


class CompiledDefinition:
    """A class definition made ready for matching.

    Args:
        definition: the definition as its entry states it.
        words: the law's group words.

    Raises:
        DefinitionError: reference, skeleton, positions and words do not fit together.
    """

    def __init__(self, definition: ClassDefinition, words: Mapping[str, GroupWord]) -> None:
        self.definition = definition
        self.words = dict(words)
        self._order = {letter: i for i, letter in enumerate(definition.clauses)}
        self._places = {name: i for i, name in enumerate(definition.positions)}
        self._kinds = {name: position.kind for name, position in definition.positions.items()}
        self._titles = {name: position.title for name, position in definition.positions.items()}
        self._counted = {
            (letter, name): clause.max_count
            for letter, clause in definition.clauses.items()
            if clause.max_count is not None
            for name in clause.at
        }
        self._seats: dict[tuple[int, int], tuple[tuple[str, ...], ...]] = {}
        self._at: dict[frozenset[str], Mapping[str, _Changes]] = {}
        self._check_words()
        self._skeletons = [
            _read_skeleton(definition.skeleton, None, ""),
            *(
                _read_skeleton(variant.skeleton, variant.clause, variant.says)
                for variant in definition.variants
            ),
        ]
        numbers = {n for skeleton in self._skeletons for n in skeleton.maps}
        for name, position in definition.positions.items():
            for number in position.anchors:
                if number not in numbers:
                    raise DefinitionError(f"position {name}: no skeleton atom :{number}")
        self._parents = {
            ring: name
            for name, position in definition.positions.items()
            for ring in position.with_ring
        }
        self._exclusive: dict[int, list[str]] = {}
        self._pools: dict[int, list[str]] = {}
        self._whole: dict[int, str] = {}
        for name, position in definition.positions.items():
            for number in position.anchors:
                if position.kind in {"branch", "ring"}:
                    self._exclusive.setdefault(number, []).append(name)
                elif position.kind == "on_atom":
                    self._whole[number] = name
                elif position.kind in {"substituents", "atom_form"}:
                    self._pools.setdefault(number, []).append(name)
        self._meant = {word: tuple(self._meanings_of(word)) for word in self.words}
        self._released_by = {
            name: tuple(r for r, body in definition.readings.items() if name in body.releases)
            for name in definition.positions
        }
        self._reference_keys: dict[str, str] = {}
        self._frame_keys: dict[str, str] = {}
        self._linker_numbers: dict[str, int] = {}
        self.reference = self._read_reference()
        self._excepted = frozenset(
            _single_component(e.structure, "excepts").smiles for e in definition.excepts
        )

    # --- compiling -----------------------------------------------------------------------

    def _check_words(self) -> None:
        used: set[str] = set()
        for change in self._changes():
            used |= set(change.words)
        for word in sorted(used):
            if word not in self.words:
                raise DefinitionError(f"no group word {word!r}")
            meaning = self.words[word]
            kinds = [*meaning.certain, *(k for r in meaning.arguable.values() for k in r.kinds)]
            for kind in kinds:
                if kind in KINDS or kind in LINKER_KINDS or kind == HYDROGEN:
                    continue
                try:
                    group_key(kind)
                except ValueError:
                    raise DefinitionError(f"group word {word!r}: no kind {kind!r}") from None

    def _changes(self) -> Iterator[Change]:
        yield from self.definition.clauses.values()
        for reading in self.definition.readings.values():
            yield from reading.allows

    def _read_reference(self) -> Component:
        reference = _single_component(self.definition.reference, "reference")
        found = [e for e in self._embeddings(reference.mol) if e.skeleton is self._skeletons[0]]
        if not found:
            raise DefinitionError("the skeleton does not match the reference")
        for embedding in found:
            if self._learn_reference(reference.mol, embedding):
                return reference
        raise DefinitionError(
            "the reference has atoms that belong to no position; every atom needs its place"
        )

    def _learn_reference(self, mol: Chem.Mol, embedding: _Embedding) -> bool:
        """Takes the reference's own groups from one embedding, if they all have a seat."""
        keys: dict[str, str] = {}
        frames: dict[str, str] = {}
        groups = _groups_outside(mol, embedding.match)
        for number, names in self._exclusive.items():
            atom = embedding.atom(number)
            here = [g for g in groups if any(a == atom for a, _ in g.attachments)]
            rings = [n for n in names if self.definition.positions[n].kind == "ring"]
            for name in [*rings, *(n for n in names if n not in rings)]:
                fitting = [g for g in here if name not in rings or g.frame is not None]
                if not fitting:
                    keys[name] = HYDROGEN
                    continue
                group = fitting[0]
                here.remove(group)
                keys[name] = group.key
                if name in rings and group.frame is not None:
                    frames[name] = group.frame.key
            if here and number not in self._whole:
                return False
        for number, name in self._whole.items():
            atom = embedding.atom(number)
            whole = _merged(mol, [g for g in groups if g.attachments[0][0] == atom])
            keys[name] = whole.key if whole else HYDROGEN
        seated = {embedding.atom(n) for n in (*self._exclusive, *self._whole)}
        if any(a not in seated for g in groups for a, _ in g.attachments):
            return False
        for name, position in self.definition.positions.items():
            if position.kind == "linker":
                linker = embedding.atom(position.anchors[0])
                if linker is None:
                    return False
                self._linker_numbers[name] = mol.GetAtomWithIdx(linker).GetAtomicNum()
        self._reference_keys, self._frame_keys = keys, frames
        return True

    # --- matching ------------------------------------------------------------------------

    def _embeddings(self, mol: Chem.Mol) -> list[_Embedding]:
        found: list[_Embedding] = []
        for skeleton in self._skeletons:
            # RDKit stops silently at its limit, so one more than allowed is asked for.
            matches = mol.GetSubstructMatches(
                skeleton.query, uniquify=False, maxMatches=MAX_EMBEDDINGS + 1
            )
            if len(matches) > MAX_EMBEDDINGS:
                raise MatchLimitError(self.definition.reference_name, MAX_EMBEDDINGS)
            found += [_Embedding(skeleton, tuple(match)) for match in matches]
        if len(found) * mol.GetNumHeavyAtoms() > MAX_WORK:
            limit = MAX_WORK // mol.GetNumHeavyAtoms()
            raise MatchLimitError(self.definition.reference_name, limit)
        return found

    def may_match(self, component: Component) -> bool:
        """A skeleton is there: necessary, not sufficient."""
        return any(component.mol.HasSubstructMatch(s.query) for s in self._skeletons)

    def prove(
        self, component: Component, clauses: Iterable[str] | None = None
    ) -> ClassProof | None:
        """The preferred proof that a component is a member, None if there is none.

        Args:
            component: the component.
            clauses: letters in force; None: all.

        Raises:
            MatchLimitError: too many embeddings or accounts to decide.
        """
        if component.smiles in self._excepted:
            return None
        limit = self.definition.limits.max_mass
        if limit is not None and rdMolDescriptors._CalcMolWt(component.mol) > limit:
            return None
        active = frozenset(self.definition.clauses if clauses is None else clauses)
        found: dict[tuple[object, ...], _Draft] = {}
        for embedding in self._embeddings(component.mol):
            if embedding.skeleton.clause is not None and embedding.skeleton.clause not in active:
                continue
            for rank, draft in self._accounts(component, embedding, active):
                found.setdefault((*rank, embedding.match), draft)
        if not found:
            return None
        best = found[min(found)]
        definite = not best.readings
        others = {_signature(d) for d in found.values() if (not d.readings) is definite}
        return self._written(component, best, len(others) - 1)

    def _written(self, component: Component, draft: _Draft, alternatives: int = 0) -> ClassProof:
        """A proof written out."""
        embedding = draft.embedding
        return ClassProof(
            component=component.smiles,
            reference=self.definition.reference,
            reference_name=self.definition.reference_name,
            skeleton={n: embedding.match[i] for n, i in sorted(embedding.skeleton.maps.items())},
            accounts=draft.accounts,
            clauses=draft.clauses,
            readings=draft.readings,
            alternatives=alternatives,
        )

    def _accounts(
        self, component: Component, embedding: _Embedding, active: frozenset[str]
    ) -> Iterator[tuple[_Rank, _Draft]]:
        """Every full account of one embedding, with its rank."""
        mol = component.mol
        groups = _groups_outside(mol, embedding.match)
        fixed = self._linker_options(mol, embedding, active)
        if fixed is None:
            return
        chords = self._chords(mol, embedding)
        if chords is None:
            return
        tried = 0
        for seating in self._seatings(embedding, groups):
            slots = self._options_of_seating(mol, embedding, groups, seating, active)
            if slots is None:
                continue
            for combination in itertools.product(*fixed, *slots):
                tried += 1
                if tried > MAX_COMBINATIONS:
                    raise MatchLimitError(self.definition.reference_name, MAX_COMBINATIONS)
                result = self._assemble(embedding, combination, chords)
                if result is not None:
                    yield result

    def _assemble(
        self,
        embedding: _Embedding,
        combination: tuple[_Option, ...],
        chords: tuple[Account, ...],
    ) -> tuple[_Rank, _Draft] | None:
        """One combination of options as a proof, None where it is no member."""
        readings = frozenset().union(*(o.readings for o in combination))
        if chords:
            readings |= {RING_CLOSED}
        variant = embedding.skeleton.clause
        letters = frozenset({variant} if variant else ()).union(*(o.letters for o in combination))
        accounts = (*(a for o in combination for a in o.accounts), *chords)
        changed = any(a.state is not State.REFERENCE for a in accounts)
        released = any(a.state is State.RELEASED for a in accounts)
        if released and not letters:
            return None
        fits = variant or chords or any(o.fits for o in combination)
        if not fits and (changed or not self.definition.reference_is_member):
            return None
        if not self._counts_allow(accounts):
            return None
        ordered = tuple(sorted(letters, key=lambda x: self._order.get(x, len(self._order))))
        rank = (
            bool(readings),
            sum(a.state is State.RELEASED for a in accounts),
            len(readings),
            sum(o.replaced for o in combination),
            len(letters),
            tuple(self._order.get(x, len(self._order)) for x in ordered),
        )
        places = self._places
        draft = _Draft(
            embedding,
            tuple(sorted(accounts, key=lambda a: (places[a.position], a.atoms, a.attachments))),
            ordered,
            tuple(sorted(readings)),
        )
        return rank, draft

    def _counts_allow(self, accounts: Iterable[Account]) -> bool:
        """No clause is used at one position more often than it allows."""
        if not self._counted:
            return True
        used = Counter((a.clause, a.position) for a in accounts if a.clause and a.atoms)
        return all(used[place] <= most for place, most in self._counted.items())

    def _chords(self, mol: Chem.Mol, embedding: _Embedding) -> tuple[Account, ...] | None:
        """Bonds between skeleton atoms that the skeleton does not have: rings closed by a bond.

        Returns:
            One account a bond; None where such a bond stands at no substituents position, so that
            nothing accounts for it.
        """
        place = {atom: i for i, atom in enumerate(embedding.match)}
        numbers = embedding.numbers
        found = []
        for one, other, _ in table_of(mol).bonds:
            if one not in place or other not in place:
                continue
            a, b = sorted((one, other))
            if embedding.skeleton.has_bond(place[a], place[b]):
                continue
            pools = [
                name
                for atom in (a, b)
                for name in self._pools.get(numbers.get(atom, 0), [])
                if self._kinds[name] == "substituents"
            ]
            if not pools:
                return None
            found.append(
                Account(
                    position=pools[0],
                    title="a bond between two atoms of the skeleton",
                    state=State.READING,
                    readings=(RING_CLOSED,),
                    attachments=((a, b),),
                )
            )
        return tuple(found)

    def _linker_options(
        self, mol: Chem.Mol, embedding: _Embedding, active: frozenset[str]
    ) -> list[list[_Option]] | None:
        """Options for each linking atom that is another one; None where one does not fit."""
        slots = []
        for name, number in self._linker_numbers.items():
            position = self.definition.positions[name]
            atom = embedding.atom(position.anchors[0])
            if atom is None:
                continue
            found = mol.GetAtomWithIdx(atom).GetAtomicNum()
            if found == number:
                continue
            kind = next((k for k, n in LINKER_KINDS.items() if n == found), None)
            options = [
                _Option(
                    (account,),
                    frozenset(account.readings),
                    frozenset({account.clause or ""}) - {""},
                    fits=True,
                )
                for change, letter, reading in self._changes_at(name, active)
                for account in self._linker_accounts(name, position, change, letter, reading, kind)
            ]
            if not options:
                return None
            slots.append(_pruned(options))
        return slots

    def _linker_accounts(
        self,
        name: str,
        position: Position,
        change: Change,
        letter: str | None,
        reading: str | None,
        kind: str | None,
    ) -> Iterator[Account]:
        for word in change.becomes:
            for found, word_reading in self._meanings(word):
                if found == kind and kind is not None:
                    readings = tuple(sorted({r for r in (reading, word_reading) if r}))
                    yield Account(
                        position=name,
                        title=position.title,
                        state=State.READING if reading else State.CLAUSE,
                        clause=letter,
                        word=word,
                        kind=kind,
                        readings=readings,
                    )

    def _meanings(self, word: str) -> tuple[tuple[str, str | None], ...]:
        """Every kind that a word takes in, with the reading it depends on; certain ones first."""
        return self._meant[word]

    def _meanings_of(self, word: str) -> Iterator[tuple[str, str | None]]:
        meaning = self.words[word]
        for kind in meaning.certain:
            yield kind, None
        for reading, text in meaning.arguable.items():
            for kind in text.kinds:
                yield kind, reading

    # --- seats ---------------------------------------------------------------------------

    def _seatings(
        self, embedding: _Embedding, groups: Sequence[Group]
    ) -> Iterator[dict[tuple[int, int], str]]:
        """Every way to give each bond from a group to the skeleton a position."""
        numbers = embedding.numbers
        bonds: dict[int, list[tuple[int, int]]] = {}
        for group in groups:
            for anchor, first in group.attachments:
                bonds.setdefault(anchor, []).append((anchor, first))
        choices: list[list[dict[tuple[int, int], str]]] = []
        for anchor, here in sorted(bonds.items()):
            number = numbers.get(anchor)
            if number is None:
                return
            names = self._seats.get((number, len(here)))
            if names is None:
                names = tuple(self._seat_choices(number, len(here)))
                self._seats[number, len(here)] = names
            if not names:
                return
            choices.append([dict(zip(here, taken, strict=True)) for taken in names])
        for combination in itertools.product(*choices):
            yield {bond: name for part in combination for bond, name in part.items()}

    def _seat_choices(self, number: int, bonds: int) -> Iterator[tuple[str, ...]]:
        """The ways to seat some bonds at one skeleton atom: a position for each."""
        if number in self._whole:
            yield (self._whole[number],) * bonds
            return
        slots = self._exclusive.get(number, [])
        pools = self._pools.get(number, [])
        for picks in itertools.product([None, *slots], repeat=bonds):
            taken = [p for p in picks if p is not None]
            if len(set(taken)) != len(taken):
                continue
            free = [place for place, pick in enumerate(picks) if pick is None]
            # A free slot is filled first: only what finds no slot is a substituent of the atom.
            if free and not pools:
                continue
            for pool in itertools.product(pools, repeat=len(free)):
                pooled = iter(pool)
                yield tuple(next(pooled) if pick is None else pick for pick in picks)

    def _options_of_seating(
        self,
        mol: Chem.Mol,
        embedding: _Embedding,
        groups: Sequence[Group],
        seating: Mapping[tuple[int, int], str],
        active: frozenset[str],
    ) -> list[list[_Option]] | None:
        """Options for every group and every empty slot; None as soon as one has none."""
        slots: list[list[_Option]] = []
        filled = set(seating.values())
        for number, names in self._exclusive.items():
            for name in names:
                if name not in filled and number in embedding.skeleton.maps:
                    if self._left_free(name, embedding.atom(number), groups, seating):
                        return None
                    options = self._empty_options(name, active)
                    if not options:
                        return None
                    slots.append(_pruned(options))
                if self._own_group_displaced(name, embedding.atom(number), groups, seating):
                    return None
        whole: dict[str, list[Group]] = {}
        bridged: set[str] = set()
        for group in groups:
            seats = tuple((seating[bond], bond) for bond in group.attachments)
            at = next((name for name, _ in seats if name in self._whole.values()), None)
            elsewhere = tuple((name, bond) for name, bond in seats if name != at)
            if at is not None:
                bonds = tuple(bond for name, bond in seats if name == at)
                whole.setdefault(at, []).append(group_of(mol, group.atoms, bonds))
                if not elsewhere:
                    continue
                bridged.add(at)
                options = self._opened_options(group, elsewhere, active, held=True)
            else:
                options = self._group_options(group, seats, active)
            if not options:
                return None
            slots.append(_pruned(options))
        for name in self._whole.values():
            merged = _merged(mol, whole.get(name, []))
            options = (
                self._branch_options(name, merged, active)
                if merged is not None
                else ([] if name in filled else self._empty_options(name, active))
            )
            if not options and name not in filled:
                return None
            if merged is not None and not options:
                return None
            if name in bridged:
                options = [_ring_closed(option) for option in options]
            if options:
                slots.append(_pruned(options))
        return slots

    def _left_free(
        self,
        name: str,
        anchor: int | None,
        groups: Sequence[Group],
        seating: Mapping[tuple[int, int], str],
    ) -> bool:
        """A slot stands empty while a group that could fill it is seated as a mere substituent."""
        ring = self._kinds[name] == "ring"
        return any(
            atom == anchor
            and self._kinds[seating[atom, first]] == "substituents"
            and (not ring or group.opened((atom, first)).frame is not None)
            for group in groups
            for atom, first in group.attachments
        )

    def _own_group_displaced(
        self,
        name: str,
        anchor: int | None,
        groups: Sequence[Group],
        seating: Mapping[tuple[int, int], str],
    ) -> bool:
        """The reference's own group is seated as an addition, and another group in its slot."""
        own = self._reference_keys.get(name)
        here = [
            (group, seating[b]) for group in groups for b in group.attachments if b[0] == anchor
        ]
        added = {
            group.key for group, seat in here if self._kinds[seat] in {"substituents", "atom_form"}
        }
        return own in added and any(seat == name and group.key != own for group, seat in here)

    # --- options for one group -----------------------------------------------------------

    def _changes_at(self, name: str, active: frozenset[str]) -> _Changes:
        """Changes allowed at a position: (change, letter, reading), clauses first."""
        known = self._at.get(active)
        if known is None:
            if len(self._at) >= _MAX_ACTIVE:
                self._at.clear()
            known = {place: tuple(self._changes_of(place, active)) for place in self._places}
            self._at[active] = known
        return known[name]

    def _changes_of(
        self, name: str, active: frozenset[str]
    ) -> Iterator[tuple[Change, str | None, str | None]]:
        for letter, clause in self.definition.clauses.items():
            if letter in active and name in clause.at:
                yield clause, letter, None
        for reading, body in self.definition.readings.items():
            for change in body.allows:
                if name in change.at and (change.clause is None or change.clause in active):
                    yield change, change.clause, reading

    def _releases(self, name: str) -> tuple[str, ...]:
        return self._released_by[name]

    def _account(
        self,
        name: str,
        group: Group | None,
        state: State,
        *,
        clause: str | None = None,
        word: str | None = None,
        kind: str | None = None,
        readings: Iterable[str] = (),
        atoms: Iterable[int] | None = None,
    ) -> Account:
        return Account(
            position=name,
            title=self._titles[name],
            state=state,
            clause=clause,
            word=word,
            kind=kind,
            readings=tuple(sorted(set(readings))),
            atoms=tuple(sorted((group.atoms if group else ()) if atoms is None else atoms)),
            attachments=group.attachments if group else (),
        )

    def _empty_options(self, name: str, active: frozenset[str]) -> list[_Option]:
        """An empty slot: hydrogen."""
        if self._reference_keys.get(name, HYDROGEN) == HYDROGEN:
            return [_Option((self._account(name, None, State.REFERENCE, kind=HYDROGEN),))]
        options = []
        for change, letter, reading in self._changes_at(name, active):
            for word in change.becomes:
                for kind, word_reading in self._meanings(word):
                    if kind == HYDROGEN:
                        readings = {r for r in (reading, word_reading) if r}
                        account = self._account(
                            name,
                            None,
                            State.READING if reading else State.CLAUSE,
                            clause=letter,
                            word=word,
                            kind=kind,
                            readings=readings,
                        )
                        options.append(_option(account))
        options += [
            _Option(
                (self._account(name, None, State.RELEASED, kind=HYDROGEN, readings=[reading]),),
                frozenset({reading}),
            )
            for reading in self._releases(name)
        ]
        return options

    def _group_options(self, group: Group, seats: _Seats, active: frozenset[str]) -> list[_Option]:
        """Options for one group on its seats."""
        if len(seats) == 1:
            return self._seat_options(seats[0][0], group, active)
        options = self._bridge_options(group, seats, active)
        return options or self._opened_options(group, seats, active)

    def _seat_options(self, name: str, group: Group, active: frozenset[str]) -> list[_Option]:
        if self._kinds[name] in {"branch", "ring", "on_atom"}:
            return self._branch_options(name, group, active)
        return group.once(
            (self, "bears", name, active), lambda: self._substituent_options(name, group, active)
        )

    def _branch_options(self, name: str, group: Group, active: frozenset[str]) -> list[_Option]:
        """A group on a branch, ring or on-atom position; many embeddings have the same there."""
        return group.once(
            (self, "becomes", name, active), lambda: self._new_branch_options(name, group, active)
        )

    def _new_branch_options(self, name: str, group: Group, active: frozenset[str]) -> list[_Option]:
        if group.key == self._reference_keys.get(name):
            return [_Option((self._account(name, group, State.REFERENCE),))]
        # A ring bound otherwise than by a single bond shares its aromatic system with the skeleton.
        frame = group.frame if self._kinds[name] == "ring" and group.single else None
        if self._kinds[name] == "ring" and frame is None:
            return self._released(name, group)
        options: list[_Option] = []
        if frame is not None:
            options += self._kept_frame_options(name, group, frame, active)
        for change, letter, reading in self._changes_at(name, active):
            for word, kind, readings in self._fits(change.becomes, change, group):
                carried = self._carried_readings(change, frame)
                if carried is None:
                    continue
                account = self._account(
                    name,
                    group,
                    State.READING if reading else State.CLAUSE,
                    clause=letter,
                    word=word,
                    kind=kind,
                    readings={*readings, *carried, *([reading] if reading else [])},
                )
                options.append(_option(account, replaced=frame is not None))
        return options + self._released(name, group)

    def _released(self, name: str, group: Group) -> list[_Option]:
        return [
            _Option(
                (self._account(name, group, State.RELEASED, readings=[reading]),),
                frozenset({reading}),
            )
            for reading in self._releases(name)
        ]

    def _kept_frame_options(
        self, name: str, group: Group, frame: RingFrame, active: frozenset[str]
    ) -> list[_Option]:
        """The reference's ring with substituents that the nesting position allows."""
        parent = self._parents.get(name)
        if parent is None or frame.key != self._frame_keys.get(name):
            return []
        ring = Account(
            position=name,
            title=self._titles[name],
            state=State.REFERENCE,
            atoms=tuple(sorted(frame.ring)),
            attachments=group.attachments,
        )
        slots = [
            self._group_options(g, tuple((parent, b) for b in g.attachments), active)
            for g in frame.on_ring
        ]
        if not all(slots):
            return []
        return [
            _Option(
                (ring, *(a for o in combination for a in o.accounts)),
                frozenset().union(*(o.readings for o in combination)),
                frozenset().union(*(o.letters for o in combination)),
                fits=any(o.fits for o in combination),
            )
            for combination in itertools.product(*(_pruned(s) for s in slots))
        ]

    def _substituent_options(
        self, name: str, group: Group, active: frozenset[str]
    ) -> list[_Option]:
        """A substituent on a substituents or atom-form position."""
        options = []
        for change, letter, reading in self._changes_at(name, active):
            for word, kind, readings in self._fits(change.bears, change, group):
                account = self._account(
                    name,
                    group,
                    State.READING if reading else State.CLAUSE,
                    clause=letter,
                    word=word,
                    kind=kind,
                    readings={*readings, *([reading] if reading else [])},
                )
                options.append(_option(account))
        return options + self._released(name, group)

    def _bridge_options(self, group: Group, seats: _Seats, active: frozenset[str]) -> list[_Option]:
        """A group with several bonds as one bridge, in a position or where a clause joins."""
        names = tuple(dict.fromkeys(name for name, _ in seats))
        options = []
        for change, letter, reading in self._changes_at(names[0], active):
            words = change.joins if len(names) > 1 else (*change.joins, *change.bears)
            if not set(names) <= set(change.at):
                continue
            for word, kind, readings in self._fits(words, change, group):
                # One account an end, so that the proof says at which position each bond stands.
                ends = [
                    self._account(
                        name,
                        group_of(group.mol, group.atoms, tuple(b for n, b in seats if n == name)),
                        State.READING if reading else State.CLAUSE,
                        clause=letter,
                        word=word,
                        kind=kind,
                        readings={*readings, *([reading] if reading else [])},
                        atoms=None if name == names[0] else (),
                    )
                    for name in names
                ]
                options.append(
                    _Option(
                        tuple(ends),
                        frozenset(ends[0].readings),
                        frozenset({letter} if letter else ()),
                        fits=True,
                    )
                )
        return options

    def _opened_options(
        self, group: Group, seats: _Seats, active: frozenset[str], *, held: bool = False
    ) -> list[_Option]:
        """A group with several bonds, read as if the ring were open.

        Args:
            group: the group.
            seats: its ends.
            active: letters in force.
            held: an on-atom position, accounted for elsewhere, has the group.
        """
        kinds = {name: self._kinds[name] for name, _ in seats}
        frames = [group.opened(bond).frame for name, bond in seats if kinds[name] == "ring"]
        rings = [frame.ring for frame in frames if frame is not None]
        if any(a & b for a, b in itertools.combinations(rings, 2)):
            return []  # one ring cannot stand for two
        slots = [seat for seat in seats if kinds[seat[0]] in {"branch", "atom_form"}]
        holders = [slots] if slots or held else [[seat] for seat in seats]
        result: list[_Option] = []
        for holding in holders:
            ends = [
                self._holding_options(seat, group, seats, active)
                if seat in holding
                else self._free_options(seat, group, seats, active)
                for seat in seats
            ]
            has = [seat in holding for seat in seats]
            for combination in itertools.product(*ends):
                result.append(_assigned(group, list(zip(has, combination, strict=True)), held))
        return result

    def _holding_options(
        self,
        seat: tuple[str, tuple[int, int]],
        group: Group,
        seats: _Seats,
        active: frozenset[str],
    ) -> list[_Option]:
        """Options for the end that has the group: as far as it reaches, or without other rings."""
        name, bond = seat
        cut = self._cut(group, seats, bond)
        if self._kinds[name] == "ring":
            return [o for o in self._branch_options(name, cut, active) if o.fits]
        options = [*self._seat_options(name, group.opened(bond), active)]
        if cut.atoms != group.atoms:
            options += self._seat_options(name, cut, active)
        return _pruned(options)

    def _free_options(
        self,
        seat: tuple[str, tuple[int, int]],
        group: Group,
        seats: _Seats,
        active: frozenset[str],
    ) -> list[_Option]:
        """Options for an end that is free of the group: a ring stays with what else it carries."""
        name, bond = seat
        if self._kinds[name] == "ring":
            return self._bare_ring_options(name, group, seats, bond, active)
        account = Account(
            position=name,
            title=self._titles[name],
            state=State.READING,
            readings=(RING_CLOSED,),
            attachments=(bond,),
        )
        return [_Option((account,), frozenset({RING_CLOSED}))]

    def _bare_ring_options(
        self,
        name: str,
        group: Group,
        seats: _Seats,
        bond: tuple[int, int],
        active: frozenset[str],
    ) -> list[_Option]:
        """A ring position at one end: the ring with what it carries besides the bridge."""
        opened = group.opened(bond)
        frame = opened.frame if opened.single else None
        if frame is None:
            return []
        heads = {first for _, (_, first) in seats}
        atoms = frame.system.union(*(g.atoms for g in frame.carried if not g.atoms & heads))
        if atoms == frame.ring and frame.key == self._frame_keys.get(name):
            own = group_of(group.mol, atoms, (bond,))
            return [_Option((self._account(name, own, State.REFERENCE),))]
        return self._branch_options(name, group_of(group.mol, atoms, (bond,)), active)

    def _cut(self, group: Group, seats: _Seats, bond: tuple[int, int]) -> Group:
        """The part of a group at one bond, without the rings that other bonds seat."""
        gone: set[int] = set()
        for name, other in seats:
            frame = group.opened(other).frame
            if other != bond and self._kinds[name] == "ring" and frame:
                gone |= frame.system
        return _part(group, gone, bond)

    def _fits(
        self, words: Iterable[str], change: Change, group: Group
    ) -> Iterator[tuple[str, str, tuple[str, ...]]]:
        """The words a group fits, as (word, kind, readings); a certain fit stands alone."""
        if change.max_carbons is not None and group.carbons > change.max_carbons:
            return
        arguable = []
        for word in words:
            limit = self.words[word].max_carbons
            if limit is not None and group.carbons > limit:
                continue
            for kind, reading in self._meanings(word):
                if not is_kind(group, kind):
                    continue
                if reading is None:
                    yield word, kind, ()
                    return
                arguable.append((word, kind, (reading,)))
        yield from arguable

    def _carried_readings(self, change: Change, frame: RingFrame | None) -> frozenset[str] | None:
        """Readings that the substituents of a replacing ring need; None where one does not fit."""
        if change.carrying is None or frame is None:
            return frozenset()
        readings: set[str] = set()
        for group in frame.carried:
            found = next(iter(self._fits(change.carrying, change, group)), None)
            if found is None:
                return None
            readings |= set(found[2])
        return frozenset(readings)

    # --- readings and checking -------------------------------------------------------------

    def reading_text(self, name: str) -> ReadingText:
        """What a reading says and who reads it so."""
        if name in ENGINE_READINGS:
            return ENGINE_READINGS[name]
        if name in self.definition.readings:
            return self.definition.readings[name]
        for word in self.words.values():
            if name in word.arguable:
                return word.arguable[name]
        raise KeyError(name)


def _signature(draft: _Draft) -> frozenset[tuple[str, str | None, str | None, tuple[int, ...]]]:
    """What tells two accounts apart: which groups stand where, by which clause."""
    return frozenset((a.position, a.clause, a.kind, a.atoms) for a in draft.accounts if a.atoms)


def _read_skeleton(smarts: str, clause: str | None, title: str) -> _Skeleton:
    with rdBase.BlockLogs():
        query = Chem.MolFromSmarts(smarts)
    if query is None:
        raise DefinitionError(f"the skeleton {smarts} is no SMARTS")
    numbers = [a.GetAtomMapNum() for a in query.GetAtoms()]
    if 0 in numbers:
        raise DefinitionError(f"the skeleton {smarts} has an atom without a map number")
    if len(set(numbers)) != len(numbers):
        raise DefinitionError(f"the skeleton {smarts} uses a map number twice")
    bonds = frozenset(frozenset((b.GetBeginAtomIdx(), b.GetEndAtomIdx())) for b in query.GetBonds())
    return _Skeleton(query, {n: i for i, n in enumerate(numbers)}, bonds, clause, title)


def _option(account: Account, *, replaced: bool = False) -> _Option:
    """An option of one account that a clause or reading fits."""
    letters = frozenset({account.clause} if account.clause else ())
    return _Option((account,), frozenset(account.readings), letters, replaced, fits=True)


def _ring_closed(option: _Option) -> _Option:
    """An option that rests on reading a closed ring as open."""
    first, *rest = option.accounts
    closed = first.model_copy(
        update={
            "state": State.RELEASED if first.state is State.RELEASED else State.READING,
            "readings": tuple(sorted({*first.readings, RING_CLOSED})),
        }
    )
    return replace(option, accounts=(closed, *rest), readings=option.readings | {RING_CLOSED})


def _assigned(group: Group, ends: Sequence[tuple[bool, _Option]], held: bool) -> _Option:
    """The ends of a group as one option, every atom of the group in one account exactly.

    Ends that stand free keep their own atoms, such as a ring's; what is left goes to the first end
    that has what joins them.
    """
    left = set() if held else set(group.atoms)
    accounts: list[Account] = []
    for has, option in sorted(ends, key=lambda end: end[0]):
        for account in (_ring_closed(option) if has else option).accounts:
            own = left & set(account.atoms)
            left -= own
            accounts.append(account.model_copy(update={"atoms": tuple(sorted(own))}))
    if left:
        at = next(i for i, account in enumerate(accounts) if RING_CLOSED in account.readings)
        rest = tuple(sorted(left.union(accounts[at].atoms)))
        accounts[at] = accounts[at].model_copy(update={"atoms": rest})
    options = [option for _, option in ends]
    return _Option(
        tuple(accounts),
        frozenset({RING_CLOSED}).union(*(o.readings for o in options)),
        frozenset().union(*(o.letters for o in options)),
        replaced=any(o.replaced for o in options),
        fits=any(o.fits for o in options),
    )


def _part(group: Group, gone: set[int], bond: tuple[int, int]) -> Group:
    """What is left of a group at one bond without some atoms; the whole where the bond is lost."""
    if bond[1] not in gone:
        left = frozenset(group.atoms - gone)
        for part in groups_around(group.mol, frozenset({bond[0]}), left):
            if bond[1] in part.atoms:
                return group_of(group.mol, part.atoms, (bond,))
    return group.opened(bond)


def _pruned(options: list[_Option]) -> list[_Option]:
    """Definite options alone where there are any: an arguable one is never preferred to them."""
    definite = [o for o in options if not o.readings]
    return definite or options


def _groups_outside(mol: Chem.Mol, match: tuple[int, ...]) -> tuple[Group, ...]:
    return groups_outside(mol, frozenset(match))


def _merged(mol: Chem.Mol, groups: Sequence[Group]) -> Group | None:
    """All groups at one atom as one; None without any."""
    if not groups:
        return None
    return group_of(
        mol,
        frozenset().union(*(g.atoms for g in groups)),
        tuple(sorted(a for g in groups for a in g.attachments)),
    )


def _single_component(smiles: str, what: str) -> Component:
    try:
        components = read_structure(smiles).components
    except StructureError as error:
        raise DefinitionError(f"{what}: {error}") from error
    if len(components) != 1:
        raise DefinitionError(f"{what}: must be one component")
    return components[0]


@lru_cache(maxsize=256)
def _pattern(smarts: str) -> Chem.Mol:
    with rdBase.BlockLogs():
        pattern = Chem.MolFromSmarts(smarts)
    if pattern is None:
        raise DefinitionError(f"{smarts} is no SMARTS")
    return pattern


@lru_cache(maxsize=8192)
def substructure_named(smarts: str, component: Component) -> bool:
    """Whether a component holds a substructure; for findings, never for hits.

    Raises:
        DefinitionError: the pattern is no SMARTS.
    """
    return bool(component.mol.HasSubstructMatch(_pattern(smarts)))


def check_proof(proof: ClassProof, definition: CompiledDefinition) -> None:
    """Verifies a proof against molecule and definition, without searching for another one.

    The skeleton must lie on the named atoms, atom by atom and bond by bond; the groups must be
    whole, disjoint and together with the skeleton hold every heavy atom; every group must be what
    its account says, allowed where it is, on the readings named and no others.

    Args:
        proof: the proof, possibly read back from JSON.
        definition: the compiled definition it claims to meet.

    Raises:
        ProofError: anything does not hold; the message says what.
    """
    with rdBase.BlockLogs():
        mol = Chem.MolFromSmiles(proof.component)
    if mol is None:
        raise ProofError("its component cannot be read")
    embedding = _check_skeleton(proof, definition, mol)
    _check_partition(proof, mol, embedding.match)
    _check_accounts(proof, definition, mol, embedding)


def _check_skeleton(proof: ClassProof, definition: CompiledDefinition, mol: Chem.Mol) -> _Embedding:
    named = set(proof.skeleton)
    skeletons = [s for s in definition._skeletons if set(s.maps) == named]
    if not skeletons:
        raise ProofError("its skeleton names other atoms than the definition's")
    for skeleton in skeletons:
        if len(named) != skeleton.query.GetNumAtoms():
            raise ProofError("the skeleton has atoms without map numbers; a proof cannot name them")
        place = {skeleton.maps[n]: atom for n, atom in proof.skeleton.items()}
        match = tuple(place[i] for i in range(skeleton.query.GetNumAtoms()))
        if len(set(match)) != len(match) or not all(0 <= a < mol.GetNumAtoms() for a in match):
            raise ProofError("its skeleton does not name distinct atoms")
        if _lies_on(skeleton.query, mol, match):
            return _Embedding(skeleton, match)
    raise ProofError("the skeleton does not lie on the atoms it names")


def _lies_on(query: Chem.Mol, mol: Chem.Mol, match: tuple[int, ...]) -> bool:
    """Every atom and every bond of the query fits the atoms named; nothing is searched."""
    if not all(a.Match(mol.GetAtomWithIdx(match[a.GetIdx()])) for a in query.GetAtoms()):
        return False
    for bond in query.GetBonds():
        found = mol.GetBondBetweenAtoms(match[bond.GetBeginAtomIdx()], match[bond.GetEndAtomIdx()])
        if found is None or not bond.Match(found):
            return False
    return True


def _check_partition(proof: ClassProof, mol: Chem.Mol, match: tuple[int, ...]) -> None:
    seen = list(match)
    for account in proof.accounts:
        seen += account.atoms
    if sorted(seen) != list(range(mol.GetNumAtoms())):
        raise ProofError("its groups and skeleton do not hold every atom exactly once")
    bonds = {(a, f) for g in _groups_outside(mol, match) for a, f in g.attachments}
    claimed = {
        pair
        for account in proof.accounts
        for pair in account.attachments
        if pair[0] in match and pair[1] not in match
    }
    if bonds != claimed:
        raise ProofError("its groups are not bound to the skeleton as it says")


def _check_accounts(
    proof: ClassProof, definition: CompiledDefinition, mol: Chem.Mol, embedding: _Embedding
) -> None:
    """The named seating must yield exactly these accounts; no other seating is looked for."""
    seating: dict[tuple[int, int], str] = {}
    positions = definition.definition.positions
    numbers, match = embedding.numbers, embedding.match
    for account in proof.accounts:
        if account.position not in positions:
            raise ProofError(f"no position {account.position}")
        for anchor, first in account.attachments:
            if anchor in numbers and first not in match:
                seating[anchor, first] = account.position
    for (anchor, _), name in seating.items():
        if numbers[anchor] not in positions[name].anchors:
            raise ProofError(f"a group at {name} is bound where that position is not")
    groups = _groups_outside(mol, match)
    active = frozenset(definition.definition.clauses)
    fixed = definition._linker_options(mol, embedding, active)
    slots = definition._options_of_seating(mol, embedding, groups, seating, active)
    chords = definition._chords(mol, embedding)
    if fixed is None or slots is None or chords is None:
        raise ProofError("a group is not allowed where it stands")
    component = Component(mol, proof.component, proof.component, frozenset())
    plain = proof.model_copy(update={"alternatives": 0})
    for combination in itertools.product(*fixed, *slots):
        result = definition._assemble(embedding, combination, chords)
        if result is not None and definition._written(component, result[1]) == plain:
            return
    raise ProofError("its accounts are not what the definition says of these groups")
