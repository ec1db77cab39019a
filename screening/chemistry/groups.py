"""The vocabulary in which laws' words for groups are spelled out: chemical kinds, each yes or no.

A `Group` is what hangs from (or bridges) skeleton atoms. A *kind* is a plain chemical fact about
it, decided here; what a law's *word* (alkyl, ester, monocycle) takes in, certainly or arguably, is
data in that law's ``groups.yaml``. Names follow IUPAC usage where IUPAC has one: "alkyl" in the
Gold Book is derived from any alkane, branched or not; groups with rings are kept apart, since laws
differ.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Any, NamedTuple, TypeVar

from rdkit import Chem

T = TypeVar("T")

HALOGENS = frozenset({9, 17, 35, 53})
_SINGLE = Chem.BondType.SINGLE
_DOUBLE = Chem.BondType.DOUBLE
_TRIPLE = Chem.BondType.TRIPLE

_MAX_TABLES = 64
_MAX_GROUPS = 1024
_MAX_TOLD = 256
_MAX_SHAPES = 4096
_SMALL_GROUP = 24
"""Bounds of what is kept of molecules and groups; the memory it takes has to have an end."""


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """A molecule as lists by atom, which are read many times, and its groups, each made once.

    Attributes:
        numbers, hydrogens, charges, aromatic: of each atom.
        beside: the atoms that each is bound to, in the molecule's order.
        bonds: both ends and the type of each bond, in the molecule's order.
        types: type of the bond between two atoms, both ways.
        rings: the smallest rings.
        groups: the groups that were asked for, by their atoms and attachments.
        outside: the groups around some atoms, which take up all the others.
    """

    numbers: list[int]
    hydrogens: list[int]
    charges: list[int]
    aromatic: list[bool]
    beside: list[list[int]]
    bonds: list[tuple[int, int, Chem.BondType]]
    types: dict[tuple[int, int], Chem.BondType]
    rings: tuple[frozenset[int], ...]
    groups: dict[tuple[frozenset[int], tuple[tuple[int, int], ...]], Group] = field(
        default_factory=dict
    )
    outside: dict[frozenset[int], tuple[Group, ...]] = field(default_factory=dict)


@lru_cache(maxsize=_MAX_TABLES)
def table_of(mol: Chem.Mol) -> Table:
    """The lists of a molecule that nothing changes any more."""
    atoms = [mol.GetAtomWithIdx(i) for i in range(mol.GetNumAtoms())]
    found = [mol.GetBondWithIdx(i) for i in range(mol.GetNumBonds())]
    bonds = [(b.GetBeginAtomIdx(), b.GetEndAtomIdx(), b.GetBondType()) for b in found]
    types = {(a, b): kind for a, b, kind in bonds}
    return Table(
        numbers=[a.GetAtomicNum() for a in atoms],
        hydrogens=[a.GetTotalNumHs() for a in atoms],
        charges=[a.GetFormalCharge() for a in atoms],
        aromatic=[a.GetIsAromatic() for a in atoms],
        beside=[[n.GetIdx() for n in a.GetNeighbors()] for a in atoms],
        bonds=bonds,
        types=types | {(b, a): kind for a, b, kind in bonds},
        rings=tuple(map(frozenset, mol.GetRingInfo().AtomRings())),
    )


def group_of(
    mol: Chem.Mol, atoms: frozenset[int], attachments: tuple[tuple[int, int], ...]
) -> Group:
    """A group, the same object each time, so that what is found of it is found once."""
    groups = table_of(mol).groups
    known = groups.get((atoms, attachments))
    if known is None:
        if len(groups) >= _MAX_GROUPS:
            groups.clear()
        known = groups[atoms, attachments] = Group(mol, atoms, attachments)
    return known


@dataclass(frozen=True)
class Group:
    """Atoms of a component that hang from anchor atoms outside of them.

    Attributes:
        mol: the component.
        atoms: the atoms of the group.
        attachments: pairs (anchor, group atom), one a bond, in ascending order.
    """

    mol: Chem.Mol
    atoms: frozenset[int]
    attachments: tuple[tuple[int, int], ...]

    @property
    def head(self) -> int:
        """The group atom of the first attachment."""
        return self.attachments[0][1]

    @property
    def single(self) -> bool:
        """Bound by one single bond."""
        return len(self.attachments) == 1 and self.bond_type(*self.attachments[0]) == _SINGLE

    @cached_property
    def table(self) -> Table:
        """The molecule as lists."""
        return table_of(self.mol)

    @cached_property
    def _told(self) -> dict[object, Any]:
        return {}

    def once(self, question: object, answer: Callable[[], T]) -> T:
        """The answer to a question that many ask of the group; nobody changes it."""
        told = self._told
        if question in told:
            known: T = told[question]
            return known
        if len(told) >= _MAX_TOLD:
            told.clear()
        found = told[question] = answer()
        return found

    def bond_type(self, a: int, b: int) -> Chem.BondType:
        """Type of the bond between two atoms."""
        return self.table.types[a, b]

    def number(self, atom: int) -> int:
        """Atomic number."""
        return self.table.numbers[atom]

    def hydrogens(self, atom: int) -> int:
        """Hydrogens on an atom; a bond that leaves the group by no attachment is read as one."""
        return self.table.hydrogens[atom] + self._leaves(atom)

    def _leaves(self, atom: int) -> int:
        """Bonds of a group atom that leave the group by no attachment: there a ring is open."""
        if atom not in self.atoms:
            return 0
        atoms = self.atoms
        outside = [n for n in self.table.beside[atom] if n not in atoms]
        return sum((n, atom) not in self.attachments for n in outside)

    def charge(self, atom: int) -> int:
        """Formal charge of an atom."""
        return self.table.charges[atom]

    def neighbours(self, atom: int) -> list[int]:
        """Neighbours inside the group."""
        atoms = self.atoms
        return [n for n in self.table.beside[atom] if n in atoms]

    @cached_property
    def elements(self) -> frozenset[int]:
        """Atomic numbers present."""
        return frozenset(self.number(a) for a in self.atoms)

    @cached_property
    def bonds(self) -> frozenset[Chem.BondType]:
        """Bond types inside the group."""
        atoms = self.atoms
        return frozenset(kind for a, b, kind in self.table.bonds if a in atoms and b in atoms)

    @cached_property
    def rings(self) -> tuple[frozenset[int], ...]:
        """Smallest rings that lie wholly inside the group."""
        return tuple(r for r in self.table.rings if r <= self.atoms)

    @cached_property
    def carbons(self) -> int:
        """Number of carbon atoms."""
        return sum(self.number(a) == 6 for a in self.atoms)

    @cached_property
    def neutral(self) -> bool:
        """No atom is charged."""
        return not any(self.charge(a) for a in self.atoms)

    def doubly_bound(self, atom: int, number: int) -> list[int]:
        """Group atoms of one element doubly bound to an atom, or by charges as in S+-O-."""
        return [
            n
            for n in self.neighbours(atom)
            if self.number(n) == number
            and (self.bond_type(atom, n) == _DOUBLE or self._charged_oxo(atom, n))
        ]

    def _charged_oxo(self, atom: int, other: int) -> bool:
        """The matching graph draws sulfoxides and the like as S+-O-, which is their S=O."""
        return (
            self.number(atom) in {15, 16, 34}
            and self.charge(atom) == 1
            and self.charge(other) == -1
            and self.number(other) == 8
        )

    @cached_property
    def key(self) -> str:
        """Canonical SMILES of the group with its attachments as dummy atoms: equal means the same.

        Anchors are told apart only by how many of them there are, so the key compares groups at one
        position; stereo is not part of it.
        """
        table = self.table
        order = sorted(self.atoms)
        index = {atom: i for i, atom in enumerate(order)}
        shape = _Shape(
            tuple(
                (
                    table.numbers[a],
                    table.charges[a],
                    table.hydrogens[a],
                    table.aromatic[a],
                    bool(self._leaves(a)),  # a ring opened there: never the same as a whole group
                )
                for a in order
            ),
            tuple(
                (index[a], index[b], kind)
                for a, b, kind in table.bonds
                if a in index and b in index
            ),
            tuple((index[first], table.types[anchor, first]) for anchor, first in self.attachments),
        )
        return _small_key(shape) if len(order) <= _SMALL_GROUP else _key(shape)

    def opened(self, attachment: tuple[int, int]) -> Group:
        """The group as it would be if only one of its attachments were there."""
        return group_of(self.mol, self.atoms, (attachment,))

    @cached_property
    def frame(self) -> RingFrame | None:
        """The ring that the head belongs to, None where the head is in no ring of the group.

        Of several rings an aromatic one counts, then the smallest.
        """
        own = [r for r in self.rings if self.head in r]
        if not own:
            return None
        aromatic = [r for r in own if all(map(self.table.aromatic.__getitem__, r))]
        ring = min(aromatic or own, key=lambda r: (len(r), sorted(r)))
        system = set(ring)
        grown = True
        while grown:
            touching = [r for r in self.rings if r & system and not r <= system]
            grown = bool(touching)
            for r in touching:
                system |= r
        return RingFrame(self, frozenset(ring), frozenset(system))


@dataclass(frozen=True)
class RingFrame:
    """The ring by which a group is bound, and the fused, bridged or spiro system around it."""

    group: Group
    ring: frozenset[int]
    system: frozenset[int]

    @property
    def alone(self) -> bool:
        """The ring shares no atom with another ring: a monocycle."""
        return self.ring == self.system

    @property
    def aromatic(self) -> bool:
        """Every atom of the ring is aromatic."""
        return all(map(self.group.table.aromatic.__getitem__, self.ring))

    @property
    def carbocycle(self) -> bool:
        """Every atom of the ring is carbon."""
        return all(self.group.number(a) == 6 for a in self.ring)

    @property
    def system_aromatic_carbon(self) -> bool:
        """Every atom of the ring system is an aromatic carbon (naphthyl and the like)."""
        table = self.group.table
        return all(table.aromatic[a] and table.numbers[a] == 6 for a in self.system)

    @cached_property
    def carried(self) -> tuple[Group, ...]:
        """What the ring system carries, one group a substituent."""
        return groups_around(self.group.mol, self.system, self.group.atoms - self.system)

    @cached_property
    def on_ring(self) -> tuple[Group, ...]:
        """What the ring alone carries; a ring fused to it is a group with two bonds."""
        return groups_around(self.group.mol, self.ring, self.group.atoms - self.ring)

    @cached_property
    def key(self) -> str:
        """Canonical key of the bare ring as bound, whatever it carries or is fused to."""
        table = self.group.table
        order = sorted(self.ring)
        index = {atom: i for i, atom in enumerate(order)}
        return _ring_key(
            tuple((table.numbers[a], table.charges[a], table.aromatic[a]) for a in order),
            tuple(
                (index[a], index[b], kind)
                for a, b, kind in table.bonds
                if a in index and b in index
            ),
            index[self.group.head],
        )


_Bonds = tuple[tuple[int, int, Chem.BondType], ...]


class _Shape(NamedTuple):
    """A group apart from the molecule it is in.

    Attributes:
        atoms: element, charge, hydrogens, aromaticity of each, and whether a ring is open there.
        bonds: between them.
        ends: where it is bound, and how.
    """

    atoms: tuple[tuple[int, int, int, bool, bool], ...]
    bonds: _Bonds
    ends: tuple[tuple[int, Chem.BondType], ...]


def _key(shape: _Shape) -> str:
    """The canonical SMILES of a group with its attachments as dummy atoms."""
    editable = Chem.RWMol()
    for number, charge, hydrogens, aromatic, opened in shape.atoms:
        copy = Chem.Atom(number)
        copy.SetFormalCharge(charge)
        copy.SetNoImplicit(True)
        copy.SetNumExplicitHs(hydrogens)
        copy.SetIsAromatic(aromatic)
        if opened:
            copy.SetIsotope(1)
        editable.AddAtom(copy)
    for a, b, kind in shape.bonds:
        editable.AddBond(a, b, kind)
    for first, kind in shape.ends:
        editable.AddBond(editable.AddAtom(Chem.Atom(0)), first, kind)
    return str(Chem.MolToSmiles(editable))


_small_key = lru_cache(maxsize=_MAX_SHAPES)(_key)


@lru_cache(maxsize=_MAX_SHAPES)
def _ring_key(atoms: tuple[tuple[int, int, bool], ...], bonds: _Bonds, head: int) -> str:
    """The canonical SMILES of a bare ring with a dummy atom where it is bound."""
    editable = Chem.RWMol()
    for number, charge, aromatic in atoms:
        copy = Chem.Atom(number)
        copy.SetFormalCharge(charge)
        copy.SetNoImplicit(True)
        copy.SetIsAromatic(aromatic)
        editable.AddAtom(copy)
    for a, b, kind in bonds:
        editable.AddBond(a, b, kind)
    editable.AddBond(editable.AddAtom(Chem.Atom(0)), head, _SINGLE)
    return str(Chem.MolToSmiles(editable))


def groups_around(
    mol: Chem.Mol, anchors: frozenset[int], free: frozenset[int]
) -> tuple[Group, ...]:
    """The connected groups of the free atoms, with their bonds to the anchors.

    Args:
        mol: the component.
        anchors: atoms that groups may be bound to.
        free: the atoms to divide into groups.

    Returns:
        Groups in the order of their lowest atom; every free atom that is connected to an anchor
        through free atoms is in exactly one.
    """
    beside = table_of(mol).beside
    left = set(free)
    groups = []
    while left:
        seed = min(left)
        stack, atoms = [seed], {seed}
        while stack:
            for n in beside[stack.pop()]:
                if n in left and n not in atoms:
                    atoms.add(n)
                    stack.append(n)
        left -= atoms
        attachments = sorted((n, a) for a in atoms for n in beside[a] if n in anchors)
        groups.append(group_of(mol, frozenset(atoms), tuple(attachments)))
    return tuple(groups)


def groups_outside(mol: Chem.Mol, anchors: frozenset[int]) -> tuple[Group, ...]:
    """The groups of all atoms that are no anchors."""
    outside = table_of(mol).outside
    known = outside.get(anchors)
    if known is None:
        if len(outside) >= _MAX_GROUPS:
            outside.clear()
        known = groups_around(mol, anchors, frozenset(range(mol.GetNumAtoms())) - anchors)
        outside[anchors] = known
    return known


# --- kinds -----------------------------------------------------------------------------------

Kind = Callable[[Group], bool]
_CARBON = frozenset({6})


def _saturated_or(*extra: Chem.BondType) -> frozenset[Chem.BondType]:
    return frozenset({_SINGLE, *extra})


def _hydrocarbyl(group: Group, bonds: frozenset[Chem.BondType], *, ring: bool) -> bool:
    return (
        group.single
        and group.elements == _CARBON
        and group.neutral
        and group.bonds <= bonds
        and bool(group.rings) is ring
    )


def _alkenyl(group: Group, *, ring: bool) -> bool:
    return _hydrocarbyl(group, _saturated_or(_DOUBLE), ring=ring) and _DOUBLE in group.bonds


def _haloalkyl(group: Group, *, ring: bool) -> bool:
    return (
        group.single
        and group.number(group.head) == 6
        and bool(group.elements & HALOGENS)
        and group.elements <= _CARBON | HALOGENS
        and group.neutral
        and group.bonds <= {_SINGLE}
        and bool(group.rings) is ring
    )


def _lone(group: Group, number: int, bond: Chem.BondType) -> bool:
    return (
        len(group.atoms) == 1
        and len(group.attachments) == 1
        and group.bond_type(*group.attachments[0]) == bond
        and group.number(group.head) == number
    )


def _behind_oxygen(group: Group) -> Group | None:
    """What an oxygen head carries, None where the group is not bound by an ether oxygen."""
    if not group.single or group.number(group.head) != 8 or len(group.neighbours(group.head)) != 1:
        return None
    if group.charge(group.head) or group.hydrogens(group.head):
        return None
    inner = group.neighbours(group.head)[0]
    return group_of(group.mol, group.atoms - {group.head}, ((group.head, inner),))


def _acyl_carbon(group: Group, atom: int) -> bool:
    """A carbon that is doubly bound to oxygen or sulphur."""
    return group.number(atom) == 6 and bool(
        group.doubly_bound(atom, 8) or group.doubly_bound(atom, 16)
    )


def _alkoxyl(group: Group, *, ring: bool) -> bool:
    inner = _behind_oxygen(group)
    return inner is not None and _hydrocarbyl(inner, _saturated_or(), ring=ring)


def _ether_oxygens(group: Group) -> list[int]:
    """Oxygens of the group between two carbons neither of which is a carbonyl."""
    found = []
    for atom in group.atoms:
        if group.number(atom) != 8 or group.charge(atom) or group.hydrogens(atom):
            continue
        around = group.table.beside[atom]
        if len(around) == 2 and all(
            group.number(n) == 6 and not _acyl_carbon(group, n) for n in around
        ):
            found.append(atom)
    return found


def _ester_carbons(group: Group) -> list[int]:
    """Carbonyl carbons of the group that are carboxylic esters, C-C(=O)-O-C."""
    found = []
    for atom in group.atoms:
        if group.number(atom) != 6 or len(group.doubly_bound(atom, 8)) != 1:
            continue
        around = group.table.beside[atom]
        double = group.doubly_bound(atom, 8)[0]
        others = [n for n in around if n != double]
        oxygens = [n for n in others if group.number(n) == 8 and not group.hydrogens(n)]
        rest = [n for n in others if group.number(n) != 8]
        if len(oxygens) == 1 and [group.number(n) for n in rest] == [6]:
            links = group.table.beside[oxygens[0]]
            if len(links) == 2 and all(group.number(n) == 6 for n in links):
                found.append(atom)
    return found


_PLAIN_OXYGENATED = frozenset({6, 8})


def _direct_ether(group: Group) -> bool:
    """-O-R, R any group bound by a carbon that is no carbonyl."""
    return group.single and group.head in _ether_oxygens(group)


def _spacer_ends(group: Group) -> list[int]:
    """What saturated carbons from the head on carry: the first atoms that are none of them."""
    if not group.single or group.number(group.head) != 6:
        return []
    spacer, stack, ends = {group.head}, [group.head], []
    esters = set(_ester_carbons(group))
    if group.head in esters:
        return []
    while stack:
        atom = stack.pop()
        for n in group.neighbours(atom):
            if n in spacer:
                continue
            single = group.bond_type(atom, n) == _SINGLE
            if single and group.number(n) == 6 and n not in esters and _sp3(group, n):
                spacer.add(n)
                stack.append(n)
            else:
                ends.append(n)
    return ends if _sp3(group, group.head) else []


def _sp3(group: Group, atom: int) -> bool:
    hybridization = group.mol.GetAtomWithIdx(atom).GetHybridization()
    return bool(hybridization == Chem.HybridizationType.SP3)


def _spaced(group: Group, wanted: set[int], others: set[int]) -> bool:
    """Every end of the spacer is one of the wanted or of the others, and one at least is wanted."""
    ends = set(_spacer_ends(group))
    return bool(ends & wanted) and ends <= wanted | others


def _spaced_ether(group: Group) -> bool:
    return _spaced(group, set(_ether_oxygens(group)), _wide_ester_atoms(group))


def _hydrocarbyl_behind(group: Group, head: int) -> bool:
    """Behind the head, its oxygens left out, stands one acyclic alkyl group."""
    oxygens = set(group.doubly_bound(head, 8))
    rest = group.atoms - {head} - oxygens
    parts = groups_around(group.mol, frozenset({head}), frozenset(rest))
    return len(parts) == 1 and _hydrocarbyl(parts[0], _saturated_or(), ring=False)


def _alkylthio(group: Group) -> bool:
    return (
        group.single
        and group.number(group.head) == 16
        and not group.doubly_bound(group.head, 8)
        and _hydrocarbyl_behind(group, group.head)
    )


def _direct_ester(group: Group) -> bool:
    """-C(=O)O-R or -O-C(=O)R, R any group."""
    if not group.single:
        return False
    esters = _ester_carbons(group)
    return group.head in esters or (
        group.number(group.head) == 8 and any(n in esters for n in group.neighbours(group.head))
    )


def _wide_ester_atoms(group: Group) -> set[int]:
    """Atoms by which an ester, formate, carbonate, carbamate or thioester may be bound."""
    found = set()
    for atom in group.atoms:
        links = [n for n in group.neighbours(atom) if group.number(n) in {8, 16}]
        if group.number(atom) in {8, 16}:
            if any(_acyl_carbon(group, n) for n in group.neighbours(atom)):
                found.add(atom)
        elif _acyl_carbon(group, atom) and any(_links_carbon(group, n, atom) for n in links):
            found.add(atom)
    return found


def _links_carbon(group: Group, link: int, acyl: int) -> bool:
    """An oxygen or sulphur that joins an acyl carbon to a carbon that is none."""
    beyond = [n for n in group.neighbours(link) if n != acyl]
    return [group.number(n) for n in beyond] == [6] and not _acyl_carbon(group, beyond[0])


def _spaced_ester(group: Group) -> bool:
    """An ester in any sense further out; the law's word for it is arguable in any case."""
    return _spaced(group, _wide_ester_atoms(group), set(_ether_oxygens(group)))


def _ester_like(group: Group) -> bool:
    """Carbonates and carbamates bound by oxygen, thioesters: esters only in a wide sense."""
    if not group.single or _direct_ester(group):
        return False
    if group.number(group.head) in {8, 16}:
        return any(_acyl_carbon(group, n) for n in group.neighbours(group.head))
    return _carbonyl_sulphur(group) or _thiono_ester(group)


def _nitro(group: Group) -> bool:
    head = group.head
    return (
        group.single
        and len(group.atoms) == 3
        and group.number(head) == 7
        and all(group.number(n) == 8 for n in group.neighbours(head))
        and len(group.neighbours(head)) == 2
    )


def _substituted_amino(group: Group) -> bool:
    """An amine nitrogen whose carbons are saturated: alkylamino, dialkylamino, ring amines."""
    head = group.head
    around = group.neighbours(head)
    return (
        group.single
        and group.number(head) == 7
        and group.charge(head) == 0
        and bool(around)
        and all(
            group.number(n) == 6
            and group.mol.GetAtomWithIdx(n).GetHybridization() == Chem.HybridizationType.SP3
            for n in around
        )
    )


def _head_carbonyl(group: Group) -> list[int] | None:
    """The other group neighbours of a C(=O) head, None where the head is no such carbon."""
    if not group.single or group.number(group.head) != 6:
        return None
    oxygens = group.doubly_bound(group.head, 8)
    if len(oxygens) != 1:
        return None
    return [n for n in group.neighbours(group.head) if n != oxygens[0]]


def _carbonyl_to(group: Group, test: Callable[[int], bool]) -> bool:
    others = _head_carbonyl(group)
    return others is not None and len(others) == 1 and test(others[0])


def _carboxylic_acyl(group: Group) -> bool:
    return _carbonyl_to(group, lambda n: group.number(n) == 6)


def _formyl(group: Group) -> bool:
    return _head_carbonyl(group) == [] and group.hydrogens(group.head) == 1


def _alkoxycarbonyl(group: Group) -> bool:
    """C(=O)-O-C where the last carbon is no acyl carbon, which would make an anhydride."""
    return _carbonyl_to(
        group,
        lambda n: (
            group.number(n) == 8
            and not group.hydrogens(n)
            and all(
                group.number(x) == 6 and not _acyl_carbon(group, x)
                for x in group.neighbours(n)
                if x != group.head
            )
        ),
    )


def _other_oxycarbonyl(group: Group) -> bool:
    """C(=O)-O bound to acyl (a mixed anhydride) or to an atom that is no carbon."""
    return (
        _carbonyl_to(group, lambda n: group.number(n) == 8)
        and not _alkoxycarbonyl(group)
        and not _carboxyl(group)
    )


def _carboxyl(group: Group) -> bool:
    return _carbonyl_to(group, lambda n: group.number(n) == 8 and group.hydrogens(n) == 1)


def _carbamoyl(group: Group) -> bool:
    return _carbonyl_to(group, lambda n: group.number(n) == 7)


def _carbonyl_sulphur(group: Group) -> bool:
    return _carbonyl_to(group, lambda n: group.number(n) == 16)


def _carbonyl_halide(group: Group) -> bool:
    return _carbonyl_to(group, lambda n: group.number(n) in HALOGENS)


def _other_carbonyl(group: Group) -> bool:
    """C(=O) bound to an element that no other kind names."""
    return _carbonyl_to(group, lambda n: group.number(n) not in {6, 7, 8, 16} | HALOGENS)


def _thiocarbonyl(group: Group, *, hetero: bool) -> bool:
    """A C(=S) head; `hetero`: it is bound to another oxygen or sulphur."""
    if not group.single or group.number(group.head) != 6:
        return False
    sulphurs = group.doubly_bound(group.head, 16)
    others = [n for n in group.neighbours(group.head) if n not in sulphurs]
    return bool(sulphurs) and any(group.number(n) in {8, 16} for n in others) is hetero


def _thioacyl(group: Group) -> bool:
    return _thiocarbonyl(group, hetero=False)


def _thiono_ester(group: Group) -> bool:
    return _thiocarbonyl(group, hetero=True)


def _oxo_head(group: Group, number: int, oxygens: int) -> bool:
    return (
        group.single
        and group.number(group.head) == number
        and len(group.doubly_bound(group.head, 8)) >= oxygens
    )


def _sulfinyl(group: Group) -> bool:
    return _oxo_head(group, 16, 1) and not _oxo_head(group, 16, 2)


def _imidoyl(group: Group) -> bool:
    return (
        group.single and group.number(group.head) == 6 and bool(group.doubly_bound(group.head, 7))
    )


def _ring(group: Group) -> RingFrame | None:
    return group.frame if group.single else None


def _ring_bearing(frame: RingFrame) -> bool:
    """Another ring is bound directly to the ring."""
    return any(g.frame is not None for g in frame.carried)


def _aromatic_monocycle(group: Group, *, carbocycle: bool, bearing: bool) -> bool:
    frame = _ring(group)
    return (
        frame is not None
        and frame.alone
        and frame.aromatic
        and frame.carbocycle is carbocycle
        and _ring_bearing(frame) is bearing
    )


def _non_aromatic_monocycle(group: Group, *, carbocycle: bool) -> bool:
    frame = _ring(group)
    return (
        frame is not None and frame.alone and not frame.aromatic and frame.carbocycle is carbocycle
    )


def _fused(group: Group, *, aromatic: bool, carbon: bool) -> bool:
    frame = _ring(group)
    return (
        frame is not None
        and not frame.alone
        and frame.aromatic is aromatic
        and (frame.system_aromatic_carbon is carbon if aromatic else True)
    )


def _bridge(group: Group, elements: frozenset[int]) -> bool:
    return (
        len(group.attachments) >= 2
        and group.elements <= elements
        and group.neutral
        and group.bonds <= {_SINGLE}
        and all(group.bond_type(*a) == _SINGLE for a in group.attachments)
        and not group.rings
    )


def _dioxy_bridge(group: Group) -> bool:
    """-O-(C)n-O- closing a ring on two atoms."""
    return (
        len(group.attachments) == 2
        and _bridge(group, _PLAIN_OXYGENATED)
        and {group.number(f) for _, f in group.attachments} == {8}
        and sum(group.number(a) == 8 for a in group.atoms) == 2
        and len({a for a, _ in group.attachments}) == 2
    )


def _acetal(group: Group) -> bool:
    """Two ether oxygens on one carbon: open (two alkoxy groups) or closed to a ring."""
    heads = [f for _, f in group.attachments]
    return (
        len(heads) == 2
        and all(group.number(f) == 8 for f in heads)
        and all(group.bond_type(*a) == _SINGLE for a in group.attachments)
        and all(
            [group.number(n) for n in group.neighbours(f)] == [6] and not group.hydrogens(f)
            for f in heads
        )
        and not any(_acyl_carbon(group, n) for f in heads for n in group.neighbours(f))
    )


def _hemiacetal(group: Group) -> bool:
    """One hydroxyl and one ether oxygen on one carbon."""
    heads = [f for _, f in group.attachments]
    return (
        len(heads) == 2
        and all(group.number(f) == 8 for f in heads)
        and sorted(group.hydrogens(f) for f in heads) == [0, 1]
        and not any(_acyl_carbon(group, n) for f in heads for n in group.neighbours(f))
    )


def _geminal(group: Group) -> list[int] | None:
    """Two oxygens or sulphurs bound to one carbon, each with hydrogen or one carbon; else None."""
    heads = [f for _, f in group.attachments]
    fits = (
        len(heads) == 2
        and all(group.number(f) in {8, 16} for f in heads)
        and all(group.bond_type(*a) == _SINGLE for a in group.attachments)
        and all([group.number(n) for n in group.neighbours(f)] in ([], [6]) for f in heads)
    )
    return heads if fits else None


def _thioacetal(group: Group) -> bool:
    """Two sulphurs, or an oxygen and a sulphur, on one carbon; hemithioacetals too."""
    heads = _geminal(group)
    return heads is not None and any(group.number(f) == 16 for f in heads)


def _acylal(group: Group) -> bool:
    """Two oxygens on one carbon of which one at least bears acyl: an ester of the hydrate."""
    heads = _geminal(group)
    return (
        heads is not None
        and all(group.number(f) == 8 for f in heads)
        and any(_acyl_carbon(group, n) for f in heads for n in group.neighbours(f))
    )


def _enol_ether(group: Group) -> bool:
    """-O-R on a carbon that has a double bond to carbon."""
    anchor = group.mol.GetAtomWithIdx(group.attachments[0][0])
    return _direct_ether(group) and any(
        b.GetBondType() == _DOUBLE and b.GetOtherAtom(anchor).GetAtomicNum() == 6
        for b in anchor.GetBonds()
    )


def _imine(group: Group) -> bool:
    """=N-: oximes, imines, hydrazones."""
    return (
        len(group.attachments) == 1
        and group.number(group.head) == 7
        and group.bond_type(*group.attachments[0]) == _DOUBLE
    )


def _oxide(group: Group) -> bool:
    return (
        len(group.atoms) == 1
        and group.number(group.head) == 8
        and group.charge(group.head) == -1
        and group.single
    )


def _quaternising(group: Group) -> bool:
    anchor = group.attachments[0][0]
    return group.single and group.number(group.head) == 6 and group.charge(anchor) == 1


KINDS: dict[str, Kind] = {
    "any group": lambda g: bool(g.atoms),
    "group at one place": lambda g: bool(g.atoms) and len(g.attachments) == 1,
    "acyclic alkyl": lambda g: _hydrocarbyl(g, _saturated_or(), ring=False),
    "alkyl with a ring": lambda g: _hydrocarbyl(g, _saturated_or(), ring=True),
    "acyclic alkenyl": lambda g: _alkenyl(g, ring=False),
    "alkenyl with a ring": lambda g: _alkenyl(g, ring=True),
    "alkylidene": lambda g: (
        len(g.attachments) == 1
        and g.elements == _CARBON
        and g.bond_type(*g.attachments[0]) == _DOUBLE
    ),
    "alkynyl": lambda g: g.single and g.elements == _CARBON and _TRIPLE in g.bonds and not g.rings,
    "acyclic haloalkyl": lambda g: _haloalkyl(g, ring=False),
    "haloalkyl with a ring": lambda g: _haloalkyl(g, ring=True),
    "halogen": lambda g: len(g.atoms) == 1 and g.single and g.number(g.head) in HALOGENS,
    "hydroxyl": lambda g: _lone(g, 8, _SINGLE) and g.hydrogens(g.head) == 1,
    "oxo": lambda g: _lone(g, 8, _DOUBLE),
    "acyclic alkoxyl": lambda g: _alkoxyl(g, ring=False),
    "alkoxyl with a ring": lambda g: _alkoxyl(g, ring=True),
    "aryloxy": lambda g: _direct_ether(g) and g.table.aromatic[g.neighbours(g.head)[0]],
    "acyclic alkoxyalkyl": lambda g: (
        _spaced_ether(g)
        and g.elements <= _PLAIN_OXYGENATED
        and g.bonds <= {_SINGLE}
        and not g.rings
    ),
    "acyclic haloalkoxyl": lambda g: (
        (inner := _behind_oxygen(g)) is not None and _haloalkyl(inner, ring=False)
    ),
    "acyclic alkylthio": _alkylthio,
    "acyclic alkylsulfonyl": lambda g: _oxo_head(g, 16, 2) and _hydrocarbyl_behind(g, g.head),
    "cyano": lambda g: (
        g.single
        and len(g.atoms) == 2
        and g.number(g.head) == 6
        and g.elements == frozenset({6, 7})
        and g.bonds == {_TRIPLE}
    ),
    "acyloxy": lambda g: (
        g.single
        and g.number(g.head) == 8
        and any(n in _ester_carbons(g) for n in g.neighbours(g.head))
    ),
    "arylmethyl": lambda g: (
        g.single
        and g.number(g.head) == 6
        and _sp3(g, g.head)
        and any(g.table.aromatic[n] for n in g.neighbours(g.head))
    ),
    "group bound by carbon": lambda g: g.single and g.number(g.head) == 6,
    "ring through the atom": lambda g: (
        len(g.attachments) == 2
        and len({a for a, _ in g.attachments}) == 1
        and all(g.bond_type(*a) == _SINGLE for a in g.attachments)
    ),
    "direct ether": _direct_ether,
    "spaced ether": _spaced_ether,
    "direct ester": _direct_ester,
    "spaced ester": _spaced_ester,
    "ester in a wide sense": _ester_like,
    "primary amino": lambda g: _lone(g, 7, _SINGLE) and g.hydrogens(g.head) == 2,
    "substituted amino": _substituted_amino,
    "nitro": _nitro,
    "carboxylic acyl": _carboxylic_acyl,
    "formyl": _formyl,
    "alkoxycarbonyl": _alkoxycarbonyl,
    "carboxyl": _carboxyl,
    "other oxycarbonyl": _other_oxycarbonyl,
    "carbamoyl": _carbamoyl,
    "carbonyl halide": _carbonyl_halide,
    "carbonyl bound to sulphur": _carbonyl_sulphur,
    "carbonyl bound to another element": _other_carbonyl,
    "thioacyl": _thioacyl,
    "thiocarbonyl bound to oxygen or sulphur": _thiono_ester,
    "imidoyl": _imidoyl,
    "sulfonyl": lambda g: _oxo_head(g, 16, 2),
    "sulfinyl": _sulfinyl,
    "phosphoryl": lambda g: _oxo_head(g, 15, 1),
    "benzene ring": lambda g: _aromatic_monocycle(g, carbocycle=True, bearing=False) and _six(g),
    "benzene ring bearing a ring": lambda g: (
        _aromatic_monocycle(g, carbocycle=True, bearing=True) and _six(g)
    ),
    "other aromatic carbocycle": lambda g: (
        _aromatic_monocycle(g, carbocycle=True, bearing=False) and not _six(g)
    ),
    "other aromatic carbocycle bearing a ring": lambda g: (
        _aromatic_monocycle(g, carbocycle=True, bearing=True) and not _six(g)
    ),
    "aromatic heteromonocycle": lambda g: _aromatic_monocycle(g, carbocycle=False, bearing=False),
    "aromatic heteromonocycle bearing a ring": lambda g: _aromatic_monocycle(
        g, carbocycle=False, bearing=True
    ),
    "non-aromatic carbomonocycle": lambda g: _non_aromatic_monocycle(g, carbocycle=True),
    "non-aromatic heteromonocycle": lambda g: _non_aromatic_monocycle(g, carbocycle=False),
    "fused aromatic carbocycle": lambda g: _fused(g, aromatic=True, carbon=True),
    "other fused aromatic ring": lambda g: _fused(g, aromatic=True, carbon=False),
    "fused, bridged or spiro non-aromatic ring": lambda g: _fused(g, aromatic=False, carbon=False),
    "dioxy bridge": _dioxy_bridge,
    "alkylene bridge": lambda g: _bridge(g, _CARBON),
    "acetal": _acetal,
    "hemiacetal": _hemiacetal,
    "thioacetal": _thioacetal,
    "acylal": _acylal,
    "enol ether": _enol_ether,
    "imine": _imine,
    "oxide": _oxide,
    "quaternising group": _quaternising,
}
"""Every kind by its name. A law's ``groups.yaml`` may use these names and no others."""

LINKER_KINDS: dict[str, int] = {
    "carbon link": 6,
    "nitrogen link": 7,
    "oxygen link": 8,
    "sulphur link": 16,
}
"""Kinds of linking atom, by atomic number."""

HYDROGEN = "hydrogen"
"""The kind of an empty branch; no other kind includes it."""


def _six(group: Group) -> bool:
    return group.frame is not None and len(group.frame.ring) == 6


@lru_cache(maxsize=1024)
def group_key(kind: str) -> str:
    """The key of one group that a word names outright, written as SMILES with * for the rest.

    Raises:
        ValueError: it is no such SMILES.
    """
    mol = Chem.MolFromSmiles(kind) if "*" in kind else None
    if mol is None:
        raise ValueError(f"{kind!r} is no kind and no group written with *")
    anchors = frozenset(a.GetIdx() for a in mol.GetAtoms() if a.GetAtomicNum() == 0)
    groups = groups_around(mol, anchors, frozenset(range(mol.GetNumAtoms())) - anchors)
    if len(groups) != 1 or len(groups[0].attachments) != len(anchors):
        raise ValueError(f"{kind!r} is not one group with each * bound once")
    return groups[0].key


def is_kind(group: Group, kind: str) -> bool:
    """Whether a group is of a kind: one of `KINDS`, or one group written with *."""
    return group.once(kind, lambda: _is_kind(group, kind))


def _is_kind(group: Group, kind: str) -> bool:
    test = KINDS.get(kind)
    if test is not None:
        return test(group)
    return "*" in kind and group.key == group_key(kind)


def kinds_of(group: Group) -> tuple[str, ...]:
    """Every kind that a group is, in the order of `KINDS`."""
    return tuple(name for name, test in KINDS.items() if test(group))
