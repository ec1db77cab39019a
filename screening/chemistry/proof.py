"""What comes out of the class engine: how a component is accounted for, atom by atom."""

from __future__ import annotations

import enum
from typing import Literal

from pydantic import BaseModel, ConfigDict


class _Frozen(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)


class State(enum.StrEnum):
    """How one group at one position is accounted for."""

    REFERENCE = "as in the reference"
    CLAUSE = "clause"
    READING = "reading"
    RELEASED = "released"


class Account(_Frozen):
    """One group at one position, and what accounts for it.

    Attributes:
        position: name of the position in the definition.
        title: the position in the law's terms.
        state: as in the reference, by a clause, by a reading only, or released by a reading.
        clause: letter of the clause, None where the group is the reference's.
        word: the law's group word that takes it in.
        kind: the chemical kind of the group (`screening.chemistry.groups`).
        readings: names of the readings it depends on, empty when definite.
        atoms: atoms of the group, counted in the component's SMILES; empty for hydrogen.
        attachments: pairs (skeleton atom, group atom) by which it is bound.
    """

    position: str
    title: str
    state: State
    clause: str | None = None
    word: str | None = None
    kind: str | None = None
    readings: tuple[str, ...] = ()
    atoms: tuple[int, ...] = ()
    attachments: tuple[tuple[int, int], ...] = ()


class ClassProof(_Frozen):
    """How a component meets a class definition.

    Attributes:
        component: canonical SMILES of the matching graph; atom i is the i-th atom written.
        reference: SMILES of the reference compound; `reference_name` its name.
        skeleton: atom of the component for each map number of the skeleton.
        accounts: one item a group and position; together with the skeleton they hold every heavy
            atom exactly once.
        clauses: the letters used, in the law's order.
        readings: the readings on which it depends; empty when definite.
        alternatives: how many other accounts of the same certainty were found.
    """

    basis: Literal["class"] = "class"
    component: str
    reference: str
    reference_name: str
    skeleton: dict[int, int]
    accounts: tuple[Account, ...]
    clauses: tuple[str, ...]
    readings: tuple[str, ...]
    alternatives: int = 0

    @property
    def definite(self) -> bool:
        """It depends on no reading."""
        return not self.readings


class SubstanceProof(_Frozen):
    """How a component is the listed substance.

    Attributes:
        component: canonical SMILES of the matching graph, or of the part that the form leads to.
        substance: SMILES of the listed substance.
        name: name of the structure in the entry.
        key: the key at which the two are equal.
        forms: the forms by which they are the same, such as ``salt``; empty when identical.
    """

    basis: Literal["substance"] = "substance"
    component: str
    substance: str
    name: str
    key: str
    forms: tuple[str, ...]


class IdentifierProof(_Frozen):
    """How a name, CAS number or customs code points to an entry.

    Attributes:
        field: where it stood: cas, name, hs_code.
        text: what stood there, the part that was recognised.
        matched: the entry's own identifier.
        exact: an exact match, not a possible one.
    """

    basis: Literal["identifier"] = "identifier"
    field: str
    text: str
    matched: str
    exact: bool


class PartyProof(_Frozen):
    """How the name of a party is like a listed one.

    Attributes:
        field: whose name it is: exporter, consignee.
        text: the name as stated.
        matched: the listed name.
        reason: in what way they are alike, in words that follow "the name".
    """

    basis: Literal["party"] = "party"
    field: str
    text: str
    matched: str
    reason: str


class AnalogueProof(_Frozen):
    """That a component is structurally close to a named substance; nothing measures how close.

    Attributes:
        component: canonical SMILES of the matching graph.
        owner: id of the entry that lists the neighbour.
        name: the neighbour's name there.
    """

    basis: Literal["analogue"] = "analogue"
    component: str
    owner: str
    name: str

    @property
    def reason(self) -> str:
        """All that is said of a neighbour, in words that follow "it is"."""
        return f"structurally close to {self.name}; a person must judge"


Proof = ClassProof | SubstanceProof | IdentifierProof | PartyProof | AnalogueProof
