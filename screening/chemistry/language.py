"""The class-definition language: how a generic definition is written down.

A definition compares with a reference compound, position by position: what every member keeps (the
skeleton), named places of the reference, and clauses that say what may change there, in the law's
own closed lists. These models check themselves; `screening.chemistry.definition` compiles them.
"""

from __future__ import annotations

from typing import Annotated, Any, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

Text = Annotated[str, Field(strict=True, min_length=1)]
Flag = Annotated[bool, Field(strict=True)]
Name = Annotated[str, Field(strict=True, pattern=r"^[A-Za-z0-9(][A-Za-z0-9()'._-]*$")]


def _one_or_many(value: Any) -> Any:
    """Lets a file write a single value where a list of one is meant."""
    return (value,) if isinstance(value, str | int) and not isinstance(value, bool) else value


Texts = Annotated[tuple[Text, ...], BeforeValidator(_one_or_many)]
Names = Annotated[tuple[Name, ...], BeforeValidator(_one_or_many)]


class Model(BaseModel):
    """Base of all watchlist models: frozen, and unknown keys are an error."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True, defer_build=True)


class ReadingText(Model):
    """Why a reading is open, and who reads it so."""

    says: Text
    who: Text


class WordReading(ReadingText):
    """Kinds of group that only one reading of a law's word takes in."""

    kinds: Texts


class GroupWord(Model):
    """What a law's word for a group certainly means and what it arguably means.

    `certain` and the `kinds` of a reading are names from `screening.chemistry.groups.KINDS`, or one
    group written as SMILES with ``*`` where it is bound. `max_carbons` limits the whole word.
    """

    says: Text | None = None
    max_carbons: Annotated[int, Field(strict=True, ge=1)] | None = None
    certain: Texts = ()
    arguable: dict[Name, WordReading] = {}

    @model_validator(mode="after")
    def _not_empty(self) -> Self:
        if not self.certain and not self.arguable:
            raise ValueError("a group word needs at least one kind, certain or arguable")
        return self


class Position(Model):
    """A named place of the reference compound, anchored at mapped skeleton atoms.

    Exactly one of `branch`, `ring`, `substituents`, `on_atom`, `linker`, `atom_form` says of which
    kind it is. `with_ring` nests a ring position: what that ring carries counts here as long as its
    frame is the reference's.
    """

    title: Text
    branch: Annotated[int, Field(strict=True, ge=1)] | None = None
    ring: Annotated[int, Field(strict=True, ge=1)] | None = None
    substituents: tuple[Annotated[int, Field(strict=True, ge=1)], ...] | None = None
    on_atom: Annotated[int, Field(strict=True, ge=1)] | None = None
    linker: Annotated[int, Field(strict=True, ge=1)] | None = None
    atom_form: Annotated[int, Field(strict=True, ge=1)] | None = None
    with_ring: Names = ()

    @model_validator(mode="after")
    def _one_kind(self) -> Self:
        kinds = [
            k
            for k in ("branch", "ring", "substituents", "on_atom", "linker", "atom_form")
            if getattr(self, k) is not None
        ]
        if len(kinds) != 1:
            raise ValueError(
                "a position is exactly one of branch, ring, substituents, on_atom, linker, "
                f"atom_form; here: {', '.join(kinds) or 'none'}"
            )
        if self.with_ring and self.substituents is None:
            raise ValueError("with_ring goes with substituents only")
        if self.substituents == () and not self.with_ring:
            raise ValueError("substituents without atoms need with_ring")
        return self

    @property
    def kind(self) -> str:
        """Which of the six kinds it is."""
        return next(
            k
            for k in ("branch", "ring", "substituents", "on_atom", "linker", "atom_form")
            if getattr(self, k) is not None
        )

    @property
    def anchors(self) -> tuple[int, ...]:
        """The map numbers of the skeleton atoms it is anchored at."""
        value = getattr(self, self.kind)
        return value if isinstance(value, tuple) else (value,)


class Change(Model):
    """What may change: at which positions, into which group words, under which limits.

    `becomes` replaces what the reference has there, `bears` adds substituents, `joins` closes a
    ring between the positions. `carrying` limits what a replacing ring may carry
    (group words; left out: anything). `max_carbons` and `max_count` limit one group and the number
    of groups.
    """

    at: Names
    becomes: Texts = ()
    bears: Texts = ()
    joins: Texts = ()
    carrying: Texts | None = None
    max_carbons: Annotated[int, Field(strict=True, ge=1)] | None = None
    max_count: Annotated[int, Field(strict=True, ge=1)] | None = None

    @property
    def words(self) -> tuple[str, ...]:
        """All group words it uses."""
        return (*self.becomes, *self.bears, *self.joins, *(self.carrying or ()))


class Clause(Change):
    """One lettered part of a class definition, restated in our own words in `says`.

    `arguable` names a reading on which the clause as a whole depends (for one of several positions
    write a second clause under `readings`).
    """

    says: Text

    @model_validator(mode="after")
    def _does_something(self) -> Self:
        if not (self.becomes or self.bears or self.joins):
            raise ValueError("a clause says what a position becomes, bears or joins")
        return self


class Reading(ReadingText):
    """A named reading where the text is open.

    `allows` are changes that only this reading takes in (each may extend a clause by its letter);
    `releases` are positions where anything, hydrogen included, is accounted for, while at least one
    clause still fits.
    """

    allows: tuple[ReadingChange, ...] = ()
    releases: Names = ()

    @model_validator(mode="after")
    def _does_something(self) -> Self:
        if not (self.allows or self.releases):
            raise ValueError("a reading allows changes or releases positions")
        return self


class ReadingChange(Change):
    """A change that only a reading takes in; `clause` is the letter it extends, if any."""

    clause: Name | None = None


class Limits(Model):
    """Limits on the neutral parent as a whole."""

    max_mass: Annotated[float, Field(gt=0)] | None = None


class Except(Model):
    """A member that the law takes out of the class."""

    structure: Text
    because: Text


class Variant(Model):
    """Another skeleton that members may keep, by a clause: a longer bridge, another core.

    Map numbers mean the same places as in the reference's skeleton; further atoms get numbers of
    their own.
    """

    skeleton: Text
    clause: Name
    says: Text


class ClassDefinition(Model):
    """A generic definition: compared with the reference, changed in one or more of the ways."""

    reference: Text
    reference_name: Text
    reference_is_member: Flag
    skeleton: Text
    variants: tuple[Variant, ...] = ()
    positions: dict[Name, Position]
    clauses: dict[Name, Clause]
    readings: dict[Name, Reading] = {}
    limits: Limits = Limits()
    excepts: tuple[Except, ...] = ()

    @model_validator(mode="after")
    def _names_known(self) -> Self:
        places: list[tuple[str, Change]] = [(f"clauses.{n}", c) for n, c in self.clauses.items()]
        places += [
            (f"readings.{n}.allows", change)
            for n, r in self.readings.items()
            for change in r.allows
        ]
        faults = [
            f"{where}.at: no position named {name}"
            for where, change in places
            for name in change.at
            if name not in self.positions
        ]
        faults += [
            f"readings.{n}.releases: no position named {p}"
            for n, r in self.readings.items()
            for p in r.releases
            if p not in self.positions
        ]
        faults += [
            f"positions.{n}.with_ring: no ring position named {p}"
            for n, pos in self.positions.items()
            for p in pos.with_ring
            if p not in self.positions or self.positions[p].ring is None
        ]
        faults += [
            f"variants: no clause {v.clause}" for v in self.variants if v.clause not in self.clauses
        ]
        faults += [
            f"readings.{n}.allows: no clause {change.clause}"
            for n, r in self.readings.items()
            for change in r.allows
            if change.clause is not None and change.clause not in self.clauses
        ]
        if faults:
            raise ValueError("; ".join(faults))
        return self


Reading.model_rebuild()
