"""A molecular graph as plain lists, atom by atom, made with few calls of the toolkit.

Asking a molecule atom by atom costs as much as parsing it. So the atoms are told apart by the
toolkit's own hash of element, connections, hydrogens, charge and ring, in one call, and what a
hash stands for is looked up the first time that it is met. Two kinds of atoms could share a hash;
then neither the formula nor the number of bonds would agree, and each atom is asked itself.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property, lru_cache
from typing import Any, NamedTuple

from rdkit import Chem
from rdkit.Chem.rdMolDescriptors import CalcMolFormula, GetConnectivityInvariants

CARBON = 6

# A key is a sum over atoms, of a number for each element and one for each hydrogen less each
# positive charge. Equal formulas have equal keys; others that agree by chance would only cost time.
PROTON = 0x9E3779B97F4A7C15
WEIGHTS = tuple(
    (z * 0xD6E8FEB86659FD93 + 0xA5A3564E27F8862B) ** 3 % (2**61 - 1) for z in range(120)
)


class AtomKind(NamedTuple):
    """What every drawing of a compound shares of an atom.

    Attributes:
        number: atomic number.
        degree: heavy atoms beside it.
        hydrogens: that a carbon carries; -1 on other elements, which take and give protons.
    """

    number: int
    degree: int
    hydrogens: int


_CHARGE = re.compile(r"(.*?)(?:([+-])(\d*))?$")
_ELEMENT = re.compile(r"([A-Z][a-z]?)(\d*)")
_TABLE = Chem.GetPeriodicTable()
_MOST = 16_384
"""Hashes that are kept: text can be written that goes on bringing new ones."""
_LOCK = threading.Lock()
DIGITS: dict[AtomKind, int] = {}
"""A number for each kind that was met, whose sums tell how many of each were added: hexadecimal
digits."""


FORMS: dict[tuple[int, int, int, bool], int] = {}
"""Element, heavy atoms beside it and hydrogens of atoms that were met, and whether they are in a
ring; in the order in which they were met."""


class Met:
    """Atoms that were met, by the toolkit's hash of them; few are ever met.

    Attributes:
        numbers, hydrogens, charges: of each.
        weights: what it adds to a key.
        degrees: heavy atoms beside it.
        kinds: what every drawing shares of it.
        codes: its kind as a number, as `code_of` makes it.
        digits: its kind as a hexadecimal digit that adds up.
        ranks: its kind by the order in which kinds were met.
        masses: with its hydrogens.
        in_ring: of each.
        forms: the place among `FORMS` of its element, connections, hydrogens and ring.
        by_hash: its place in these lists.
    """

    def __init__(self) -> None:
        self.numbers: list[int] = []
        self.hydrogens: list[int] = []
        self.weights: list[int] = []
        self.degrees: list[int] = []
        self.kinds: list[AtomKind] = []
        self.codes: list[int] = []
        self.digits: list[int] = []
        self.ranks: list[int] = []
        self.charges: list[int] = []
        self.masses: list[float] = []
        self.forms: list[int] = []
        self.in_ring: list[bool] = []
        self.by_hash: dict[int, int] = {}

    def known(self, hashes: Iterable[int]) -> list[int] | None:
        """The atoms of hashes, None where one was not met."""
        try:
            return [self.by_hash[found] for found in hashes]
        except KeyError:
            return None

    def hashes(self, mol: Chem.Mol) -> list[int]:
        """The toolkit's hash of each atom; the rings of the molecule are known."""
        found: list[int] = GetConnectivityInvariants(mol, includeRingMembership=True)
        return found

    def learn(self, mol: Chem.Mol, hashes: Iterable[int]) -> None:
        """Looks up what stands for hashes that were not met before, as long as there is room."""
        with _LOCK:
            for index, found in enumerate(hashes):
                if found not in self.by_hash and len(self.by_hash) < _MOST:
                    self._add(mol.GetAtomWithIdx(index))
                    self.by_hash[found] = len(self.numbers) - 1

    def _add(self, atom: Chem.Atom) -> None:
        number, degree, carried = atom.GetAtomicNum(), atom.GetDegree(), atom.GetTotalNumHs()
        self.hydrogens.append(carried)
        self.weights.append(WEIGHTS[number] + (carried - atom.GetFormalCharge()) * PROTON)
        self.degrees.append(degree)
        kind = kind_of(number, degree, carried)
        self.kinds.append(kind)
        self.codes.append(code_of(kind))
        digit = DIGITS.setdefault(kind, 1 << 4 * len(DIGITS))
        self.digits.append(digit)
        self.ranks.append((digit.bit_length() - 1) // 4)
        in_ring = atom.IsInRing()
        self.in_ring.append(in_ring)
        form = (number, degree, carried, in_ring)
        self.forms.append(FORMS.setdefault(form, len(FORMS)))
        self.charges.append(atom.GetFormalCharge())
        self.masses.append(_TABLE.GetAtomicWeight(number) + carried * _TABLE.GetAtomicWeight(1))
        self.numbers.append(number)

    @classmethod
    def of(cls, mol: Chem.Mol) -> Met:
        """Each atom of one molecule, asked itself."""
        found = cls()
        with _LOCK:
            for index in range(mol.GetNumAtoms()):
                found._add(mol.GetAtomWithIdx(index))
        return found


MET = Met()


def kind_of(number: int, degree: int, hydrogens: int) -> AtomKind:
    """The kind of an atom with so many heavy atoms beside it and so many hydrogens."""
    return AtomKind(number, degree, hydrogens if number == CARBON else -1)


def code_of(kind: AtomKind) -> int:
    """A kind as a number of less than 16 bits."""
    return kind.number << 8 | kind.degree << 4 | (kind.hydrogens + 1)


class Outline:
    """A graph without explicit hydrogens as lists, by atom.

    Args:
        mol: the molecule; its hydrogens are counted already.
        key: of its formula.
    """

    def __init__(self, mol: Chem.Mol, key: int) -> None:
        met = MET
        hashes = met.hashes(mol)
        atoms = met.known(hashes)
        if atoms is None:
            met.learn(mol, hashes)
            atoms = met.known(hashes)
        if (
            atoms is None
            or sum(map(met.weights.__getitem__, atoms)) != key
            or sum(map(met.degrees.__getitem__, atoms)) != 2 * mol.GetNumBonds()
        ):
            met, atoms = Met.of(mol), list(range(len(hashes)))
        self._mol = mol
        self._met = met
        self._atoms = atoms

    @classmethod
    def known(
        cls, mol: Chem.Mol, atoms: Sequence[int], ends: tuple[list[int], list[int]]
    ) -> Outline:
        """The outline of a molecule whose atoms and bonds were looked up with those of others.

        Args:
            mol: the molecule.
            atoms: the place of each atom among `MET`.
            ends: both atoms of each bond, in both directions, by the first atom.
        """
        outline = object.__new__(cls)
        vars(outline).update(_mol=mol, _met=MET, _atoms=atoms, ends=ends)
        return outline

    def __len__(self) -> int:
        """How many atoms it has."""
        return len(self._atoms)

    def _each(self, values: Sequence[Any]) -> list[Any]:
        return list(map(values.__getitem__, self._atoms))

    @cached_property
    def numbers(self) -> list[int]:
        """Atomic numbers."""
        return self._each(self._met.numbers)

    @cached_property
    def hydrogens(self) -> list[int]:
        """Hydrogens carried."""
        return self._each(self._met.hydrogens)

    @cached_property
    def weights(self) -> list[int]:
        """What each atom adds to a key."""
        return self._each(self._met.weights)

    @cached_property
    def degrees(self) -> list[int]:
        """How many atoms each is bound to."""
        return self._each(self._met.degrees)

    @cached_property
    def kinds(self) -> list[AtomKind]:
        """What every drawing shares of each atom."""
        return self._each(self._met.kinds)

    @cached_property
    def codes(self) -> list[int]:
        """The kind of each atom, as `code_of` numbers them."""
        return self._each(self._met.codes)

    @cached_property
    def stars(self) -> list[int]:
        """Each atom with those beside it: equal for atoms of a kind with equal ones around."""
        around = [0] * len(self._atoms)
        digits = self._each(self._met.digits)
        first, second = self.ends
        for a, b in zip(first, second, strict=True):
            around[a] += digits[b]
        return [others << 16 | code for others, code in zip(around, self.codes, strict=True)]

    @cached_property
    def ends(self) -> tuple[list[int], list[int]]:
        """Both atoms of each bond, in both directions, by the first atom."""
        first, second = Chem.GetAdjacencyMatrix(self._mol).nonzero()
        return first.tolist(), second.tolist()

    @cached_property
    def beside(self) -> list[list[int]]:
        """The atoms that each is bound to."""
        _, others = self.ends
        found, start = [], 0
        for degree in self.degrees:
            found.append(others[start : start + degree])
            start += degree
        return found


@lru_cache(maxsize=65_536)
def key_of(formula: str) -> tuple[Mapping[int, int], int]:
    """Atoms by element, and the key, of a Hill formula such as ``C7H8N+``."""
    counts: dict[int, int] = {}
    protons = 0
    body, sign, charge = _CHARGE.match(formula).groups()  # type: ignore[union-attr]  # matches all
    if sign:
        protons -= int(charge or 1) * (1 if sign == "+" else -1)
    for symbol, count in _ELEMENT.findall(body):
        if symbol == "H":
            protons += int(count or 1)
        else:
            counts[_TABLE.GetAtomicNumber(symbol)] = int(count or 1)
    return counts, sum(WEIGHTS[z] * n for z, n in counts.items()) + protons * PROTON


def outline_of(mol: Chem.Mol) -> Outline:
    """The outline of a sanitised graph."""
    return Outline(mol, key_of(CalcMolFormula(mol))[1])
