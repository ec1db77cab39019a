"""Drawings laid out as arrays: an entry for each atom, each bond and each fragment.

Asking one drawing in Python costs more than the answer, and holding many molecules of the toolkit
costs more than reading them: so each is read, laid down in numbers, and let go. Only plain drawings
are laid out, as `screening.chemistry.cascade` has it; of these it holds what is said of them there.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from rdkit import Chem, rdBase
from rdkit.Chem.rdMolDescriptors import _CalcMolWt

from screening.chemistry.atoms import CARBON, MET, Outline
from screening.chemistry.cascade import (
    DRAWN_CLOSURE,
    MARK,
    ODD_AROMATIC,
    draws_aromatic,
    has_radical,
    is_plain,
    letters_of,
    marked_letters_of,
    parsed,
)
from screening.chemistry.structure import CHANGED_ELEMENTS

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]
Words = NDArray[np.uint64]

MAX_LETTERS = 300
"""A longer text is read by itself, that its time may be told from that of others."""

MOST_BESIDE = 4
BITS = 12
"""Of the number that stands for an atom in `Layout.stars`."""

WORD = 64
LAST_WORD = (1 << WORD) - 1
NITROGEN, OXYGEN, SULFUR = 7, 8, 16

_SAME_MASS = 1e-3
_DOUBLE, _AROMATIC = 2.0, 1.5
_SULFONIUM = 3
_IMINE = (2, 3)


@dataclass(frozen=True, slots=True)
class _Row:
    """A drawing that can be laid out with others.

    Attributes:
        text: as submitted.
        begins: the first atom of each fragment, and the number of atoms.
        letters: one for each atom, small where it is drawn as aromatic; after a mark where the bond
            before it is drawn and no ring is closed so.
        hashes: of its atoms.
        bonds: their matrix, with bond orders.
        mass: of the whole.
        charge: of the whole.
    """

    text: str
    begins: list[int]
    letters: str
    hashes: list[int]
    bonds: NDArray[np.float64]
    mass: float
    charge: int
    mol: Chem.Mol


@dataclass(frozen=True, slots=True)
class Tables:
    """What is known of the atoms that were met, as arrays.

    Attributes:
        numbers, hydrogens, degrees, charges, ranks, masses, codes, forms,
            in_ring: as `Met` has them.
        weights: the same, but for what goes beyond 64 bits.
    """

    numbers: Ints
    hydrogens: Ints
    degrees: Ints
    charges: Ints
    ranks: Ints
    codes: Ints
    forms: Ints
    in_ring: Flags
    masses: NDArray[np.float64]
    weights: Words

    @classmethod
    def of_all(cls) -> Tables:
        """Of all that were met by now."""
        met = MET
        size = len(met.by_hash)  # the last to grow

        def whole(values: list[int]) -> Ints:
            return np.array(values[:size], dtype=np.int64)

        return cls(
            numbers=whole(met.numbers),
            hydrogens=whole(met.hydrogens),
            degrees=whole(met.degrees),
            charges=whole(met.charges),
            ranks=whole(met.ranks),
            codes=whole(met.codes),
            forms=whole(met.forms),
            in_ring=np.array(met.in_ring[:size], dtype=bool),
            masses=np.array(met.masses[:size], dtype=np.float64),
            weights=np.array([w & LAST_WORD for w in met.weights[:size]], dtype=np.uint64),
        )


_TABLES = [Tables.of_all()]


class Layout:
    """Drawings as arrays.

    Attributes:
        texts: of the drawings, by row.
        begins: the first atom of each fragment within its row, and the row's atoms; by row.
        atoms: the place of each atom among those that were met.
        starts: the first atom of each row, and the number of atoms.
        units: the first atom of each fragment.
        first_unit: the first fragment of each row.
        first, second: both atoms of each bond, in both directions, by the first.
        order: of each bond.
        whole: rows of which all is known as arrays.

    Args:
        rows: the drawings, one at least.
    """

    def __init__(self, rows: Sequence[_Row]) -> None:
        self.texts = [row.text for row in rows]
        self.mols = [row.mol for row in rows]
        self._letters = np.frombuffer("".join(row.letters for row in rows).encode(), np.uint8)
        self.begins = [row.begins for row in rows]
        sizes = np.array([row.begins[-1] for row in rows])
        self.starts = np.concatenate(([0], np.cumsum(sizes)))
        self.atoms = self._known(rows)
        self.tables = _TABLES[0]
        flat = np.concatenate([row.bonds for row in rows])
        at = np.flatnonzero(flat)
        squares = np.concatenate(([0], np.cumsum(sizes * sizes)))
        row_of = np.repeat(np.arange(len(rows)), np.diff(np.searchsorted(at, squares)))
        within, size, start = at - squares[row_of], sizes[row_of], self.starts[row_of]
        self.first = within // size + start
        self.second = within % size + start
        self.order = flat[at]
        fragments = [len(row.begins) - 1 for row in rows]
        self.first_unit = np.concatenate(([0], np.cumsum(fragments)[:-1]))
        self.row_of_unit = np.repeat(np.arange(len(rows)), fragments)
        inner = [begin for row in rows for begin in row.begins[:-1]]
        self.units = np.array(inner) + self.starts[self.row_of_unit]
        self.row_of = np.repeat(np.arange(len(rows)), sizes)
        self.unit_of = np.repeat(np.arange(len(self.units)), self.unit_sizes)
        self.whole = self._whole(rows)

    def __len__(self) -> int:
        """How many rows there are."""
        return len(self.texts)

    @staticmethod
    def _known(rows: Sequence[_Row]) -> Ints:
        """The place of each atom among those that were met, -1 where there is none."""
        known = MET.by_hash
        found = np.array([known.get(one, -1) for row in rows for one in row.hashes])
        if found.max() >= len(_TABLES[0].numbers):
            _TABLES[0] = Tables.of_all()
        return found

    def _whole(self, rows: Sequence[_Row]) -> Flags:
        """No two kinds of atoms shared a hash, no surroundings are too large, no text misled.

        What may be a covalent hydrate is read by itself.
        """
        t = self.tables
        counted = np.bincount(self.first, minlength=len(self.atoms))
        misled = self.atoms < 0
        misled |= (counted != self.degrees) | (counted > MOST_BESIDE)
        misled |= np.maximum(self.ranks, self.forms) >= (1 << BITS) - 1
        misled |= self.drawn_aromatic & ~self.aromatic
        misled |= self.half_aromatic | self.hydrates
        masses = np.add.reduceat(t.masses[self.atoms], self.starts[:-1])
        charges = np.add.reduceat(self.charges, self.starts[:-1])
        whole: Flags = ~self.any_atom(misled)
        whole &= abs(masses - np.array([row.mass for row in rows])) < _SAME_MASS
        whole &= charges == np.array([row.charge for row in rows])
        return whole

    # --- atoms -----------------------------------------------------------------------------------

    @cached_property
    def numbers(self) -> Ints:
        """Atomic numbers."""
        return self.tables.numbers[self.atoms]

    @cached_property
    def hydrogens(self) -> Ints:
        """Hydrogens carried."""
        return self.tables.hydrogens[self.atoms]

    @cached_property
    def degrees(self) -> Ints:
        """How many atoms each is bound to."""
        return self.tables.degrees[self.atoms]

    @cached_property
    def charges(self) -> Ints:
        """Charges."""
        return self.tables.charges[self.atoms]

    @cached_property
    def codes(self) -> Ints:
        """What every drawing shares of each atom, as `code_of` numbers it."""
        return self.tables.codes[self.atoms]

    @cached_property
    def ranks(self) -> Ints:
        """The same, by the order in which kinds were met."""
        return self.tables.ranks[self.atoms]

    @cached_property
    def aromatic(self) -> Flags:
        """The atoms that are aromatic."""
        return self.having(self.first[self.order == _AROMATIC])

    @cached_property
    def drawn_aromatic(self) -> Flags:
        """The atoms that are drawn as aromatic."""
        letters = self._letters[self._letters != ord(MARK)]
        found: Flags = letters >= ord("a")
        return found

    @cached_property
    def half_aromatic(self) -> Flags:
        """The atoms that are drawn as aromatic and have not two bonds that are, or perhaps not.

        Between two such atoms a bond is aromatic unless it is drawn: its mark stands before the
        later one, and leads to the only atom before that one.
        """
        drawn = self.drawn_aromatic
        is_atom = self._letters != ord(MARK)
        marked = np.concatenate(([False], ~is_atom[:-1]))[is_atom] & drawn
        back = self.second < self.first
        before = np.bincount(self.first[back], minlength=len(self.atoms))
        parted = back & marked[self.first] & drawn[self.second]
        ends = np.concatenate((self.first[parted], self.second[parted]))
        bonds = self.bound_to(drawn) - np.bincount(ends, minlength=len(self.atoms))
        found: Flags = drawn & ((bonds < 2) | (marked & (before > 1)))
        return found

    @cached_property
    def forms(self) -> Ints:
        """Each atom of the matching graph, where that is what is drawn."""
        return 2 * self.tables.forms[self.atoms] + self.aromatic

    @cached_property
    def beside(self) -> Ints:
        """The atoms beside each, -1 where there are fewer than `MOST_BESIDE`."""
        found = np.full((len(self.atoms), MOST_BESIDE), -1, dtype=np.int64)
        counted = np.bincount(self.first, minlength=len(self.atoms))
        at = np.arange(len(self.first)) - (np.cumsum(counted) - counted)[self.first]
        near = at < MOST_BESIDE
        found[self.first[near], at[near]] = self.second[near]
        return found

    def stars(self, numbers: Ints) -> Ints:
        """Each atom with those beside it, as one number.

        Args:
            numbers: what each atom is.
        """
        beside = np.where(self.beside < 0, 0, numbers[self.beside] + 1)
        beside.sort(axis=1)
        found = numbers + 1
        for column in range(MOST_BESIDE):
            found = found << BITS | beside[:, column]
        return found

    @cached_property
    def parents(self) -> Ints:
        """The atom that each was drawn behind, by its place in the row; -1 at the start of a part.

        A later atom of a text is bound to an earlier one, so these bonds hold a fragment together,
        and those of no ring are among them.
        """
        found = np.full(len(self.atoms), -1, dtype=np.int64)
        back = self.second < self.first
        first = self.first[back]
        found[first] = self.second[back] - self.starts[self.row_of[first]]
        return found

    @cached_property
    def links(self) -> Flags:
        """The oxygens between two carbons, in no ring: an ester or ether may be opened there."""
        carbons = self.bound_to(self.numbers == CARBON)
        found: Flags = (self.numbers == OXYGEN) & (self.degrees == 2) & (carbons == 2)
        return found & ~self.in_ring

    @cached_property
    def in_ring(self) -> Flags:
        """The atoms that are in a ring."""
        return self.tables.in_ring[self.atoms]

    @cached_property
    def acyls(self) -> Ints:
        """How many carbons beside each atom have another oxygen, which is bound to nothing else."""
        terminal = (self.numbers == OXYGEN) & (self.degrees == 1)
        return self.bound_to((self.numbers == CARBON) & (self.bound_to(terminal) > 0))

    @cached_property
    def hydrates(self) -> Flags:
        """The carbons with two hydroxyls or their anions, and no double bond; see `is_hydrate`."""
        single = np.ones(len(self.atoms), dtype=bool)
        single[self.first[self.order == _DOUBLE]] = False
        hydroxyls = single & (self.numbers == OXYGEN) & (self.degrees == 1)
        found: Flags = single & (self.numbers == CARBON) & (self.bound_to(hydroxyls) > 1)
        return found

    def bound_to(self, flags: Flags) -> Ints:
        """How many such atoms are beside each."""
        return np.bincount(self.first[flags[self.second]], minlength=len(self.atoms))

    def having(self, atoms: Ints) -> Flags:
        """The atoms that are among some."""
        found = np.zeros(len(self.atoms), dtype=bool)
        found[atoms] = True
        return found

    # --- fragments -------------------------------------------------------------------------------

    @cached_property
    def unit_sizes(self) -> Ints:
        """Atoms of each fragment."""
        return np.diff(np.append(self.units, len(self.atoms)))

    @cached_property
    def unit_rings(self) -> Ints:
        """Rings of each fragment."""
        bonds = np.add.reduceat(self.degrees, self.units) // 2
        rings: Ints = bonds - self.unit_sizes + 1
        return rings

    @cached_property
    def keys(self) -> Words:
        """The key of each fragment's formula, but for what goes beyond 64 bits."""
        keys: Words = np.add.reduceat(self.tables.weights[self.atoms], self.units)
        return keys

    @cached_property
    def triangles(self) -> Ints:
        """How many rings of three each fragment has."""
        bonds = (self.first < self.second) & self.in_ring[self.first] & self.in_ring[self.second]
        first, second = self.first[bonds], self.second[bonds]
        one, other = self.beside[first][:, :, None], self.beside[second][:, None, :]
        at, _, _ = np.nonzero((one == other) & (one >= 0))  # each ring at its three bonds
        return np.bincount(self.unit_of[first[at]], minlength=len(self.units)) // 3

    # --- rows ------------------------------------------------------------------------------------

    @cached_property
    def settled(self) -> Flags:
        """The rows whose matching graphs are what is drawn: nothing is left to standardise."""
        changed = (self.charges != 0) | np.isin(self.numbers, CHANGED_ELEMENTS)
        connections = self.degrees + self.hydrogens
        changed |= (self.numbers == SULFUR) & (connections == _SULFONIUM)
        # an imidic acid becomes its amide: a hydroxyl or thiol on a carbon with a double bond to N
        nitrogen, carbon = _IMINE
        imine = (self.numbers == NITROGEN) & (connections == nitrogen)
        bond = (self.order == _DOUBLE) & imine[self.second]
        imidic = self.having(self.first[bond]) & (connections == carbon)
        imidic &= self.numbers == CARBON
        acid = np.isin(self.numbers, (OXYGEN, SULFUR)) & (self.hydrogens > 0) & (self.degrees == 1)
        changed |= acid & (self.bound_to(imidic) > 0)
        settled: Flags = ~self.any_atom(changed)
        return settled

    def any_atom(self, flags: Flags) -> Flags:
        """The rows that have such an atom."""
        found: Flags = np.logical_or.reduceat(flags, self.starts[:-1])
        return found

    def any_unit(self, flags: Flags) -> Flags:
        """The rows that have such a fragment."""
        found: Flags = np.logical_or.reduceat(flags, self.first_unit)
        return found

    def count(self, flags: Flags) -> Ints:
        """How many such atoms each row has."""
        found: Ints = np.add.reduceat(flags.astype(np.int64), self.starts[:-1])
        return found

    def outline(self, row: int, mol: Chem.Mol) -> Outline:
        """The outline of a row.

        Args:
            row: its place.
            mol: its molecule.
        """
        begin, end = self.starts[row], self.starts[row + 1]
        low, high = np.searchsorted(self.first, (begin, end))
        ends = (
            (self.first[low:high] - begin).tolist(),
            (self.second[low:high] - begin).tolist(),
        )
        return Outline.known(mol, self.atoms[begin:end].tolist(), ends)


def lay_out(texts: Iterable[str]) -> Layout | None:
    """Reads drawings and lays them out; those that have to be read by themselves are left out.

    Returns:
        None where none is left.
    """
    with rdBase.BlockLogs():
        rows = [row for row in map(_row, texts) if row is not None]
    return Layout(rows) if rows else None


def _row(text: str) -> _Row | None:
    """A drawing that can be laid out with others; None where it is to be read by itself."""
    body = text.strip()
    if not 0 < len(body) <= MAX_LETTERS or not is_plain(body):
        return None
    by_marks = not DRAWN_CLOSURE.search(body)  # whose mark would seem to be the next atom's
    try:
        found = parsed(body, by_marks=by_marks)
    except Exception:  # the longer road says what it is
        return None
    if found is None:
        return None
    mol, fragments = found
    letters = marked_letters_of(body) if by_marks else letters_of(body)
    atoms = mol.GetNumAtoms()
    if len(letters) - letters.count(MARK) != atoms or has_radical(mol, body):
        return None
    if draws_aromatic(body) and mol.HasSubstructMatch(ODD_AROMATIC):
        return None
    begins = [0, atoms] if fragments == 1 else _begins(mol)
    if begins is None:
        return None
    hashes = MET.hashes(mol)
    known = MET.by_hash
    if not all(map(known.__contains__, hashes)):
        MET.learn(mol, hashes)
    return _Row(
        text,
        begins,
        letters,
        hashes,
        Chem.GetAdjacencyMatrix(mol, True).ravel(),  # with bond orders
        _CalcMolWt(mol),
        Chem.GetFormalCharge(mol),
        mol,
    )


def _begins(mol: Chem.Mol) -> list[int] | None:
    """The first atom of each fragment, and the number of atoms; None where they are interlaced."""
    found = [0]
    for atoms in Chem.GetMolFrags(mol):
        if atoms[0] != found[-1] or atoms[-1] - atoms[0] + 1 != len(atoms):
            return None
        found.append(atoms[-1] + 1)
    return found


def in_words(numbers: Iterable[int], bits: int) -> Words:
    """Numbers of many bits, each as a row of words."""
    words = max(1, -(-bits // WORD))
    rows = [[number >> WORD * at & LAST_WORD for at in range(words)] for number in numbers]
    return np.array(rows, dtype=np.uint64).reshape(len(rows), words)
