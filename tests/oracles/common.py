"""Plain graph helpers and group tests shared by the second readings of the class laws."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from enum import IntEnum
from itertools import pairwise
from typing import Literal

from rdkit import Chem

Answer = Literal["definite", "arguable", "no"]

HALOGENS = frozenset({9, 17, 35, 53, 85})
CARBON, NITROGEN, OXYGEN, PHOSPHORUS, SULFUR = 6, 7, 8, 15, 16


class Fit(IntEnum):
    """How well a group fits a word of the law; the weakest part decides, so ``min`` combines."""

    NO = 0
    ARGUABLE = 1
    DEFINITE = 2


@dataclass(frozen=True)
class Verdict:
    """What a law says of one component, and the clauses that its preferred account uses."""

    answer: Answer
    letters: frozenset[str] = frozenset()
    others: frozenset[frozenset[str]] = field(default=frozenset(), compare=False)
    """Clauses of other accounts with the same answer, which a preference of readings may pick."""


@dataclass(frozen=True)
class Account:
    """One complete way to account for every heavy atom of a component.

    ``doubts`` counts the positions that fit only arguably, and only breaks ties. ``released``
    counts the positions that are left open, ``replaced`` the rings that count as replaced though
    they could count as kept; an account with fewer of them is preferred, in this order.
    """

    fit: Fit
    letters: frozenset[str] = frozenset()
    doubts: int = 0
    released: int = 0
    replaced: int = 0


def choose(accounts: Iterable[Account]) -> Verdict:
    """Return the preferred account as a verdict: definite first, then the fewest clauses."""
    kept = [account for account in accounts if account.fit is not Fit.NO]
    if not kept:
        return Verdict("no")
    best = min(
        kept,
        key=lambda a: (
            (-a.fit, a.released, a.replaced, len(a.letters), a.doubts),
            tuple(sorted(a.letters)),
        ),
    )
    others = frozenset(a.letters for a in kept if a.fit is best.fit and a.released == best.released)
    answer: Answer = "definite" if best.fit is Fit.DEFINITE else "arguable"
    return Verdict(answer, best.letters, others - {best.letters})


# --- the graph ---------------------------------------------------------------------------------


def require_one_component(mol: Chem.Mol) -> None:
    """Refuse what the laws are not asked about here: mixtures, salts and the empty molecule."""
    if len(Chem.GetMolFrags(mol)) != 1:
        raise ValueError("judge() takes exactly one component")


def number(mol: Chem.Mol, atom: int) -> int:
    """Return the atomic number of an atom."""
    return int(mol.GetAtomWithIdx(atom).GetAtomicNum())


def charge(mol: Chem.Mol, atom: int) -> int:
    """Return the formal charge of an atom."""
    return int(mol.GetAtomWithIdx(atom).GetFormalCharge())


def aromatic(mol: Chem.Mol, atom: int) -> bool:
    """Say whether an atom is aromatic."""
    return bool(mol.GetAtomWithIdx(atom).GetIsAromatic())


def neighbours(mol: Chem.Mol, atom: int) -> list[int]:
    """Return the heavy neighbours of an atom."""
    return [other.GetIdx() for other in mol.GetAtomWithIdx(atom).GetNeighbors()]


def bond_order(mol: Chem.Mol, a: int, b: int) -> float:
    """Return the order of the bond between two atoms: 1, 1.5 (aromatic), 2, 3; 0 for no bond."""
    bond = mol.GetBondBetweenAtoms(a, b)
    return 0.0 if bond is None else float(bond.GetBondTypeAsDouble())


def single(mol: Chem.Mol, a: int, b: int) -> bool:
    """Say whether two atoms are joined by a single bond."""
    return bond_order(mol, a, b) == 1.0


def inert(mol: Chem.Mol, atom: int) -> bool:
    """Say whether an atom carries neither a charge nor an unpaired electron."""
    return charge(mol, atom) == 0 and mol.GetAtomWithIdx(atom).GetNumRadicalElectrons() == 0


def saturated(mol: Chem.Mol, atom: int) -> bool:
    """Say whether all bonds of an atom are single."""
    return all(single(mol, atom, other) for other in neighbours(mol, atom))


def double_bonded_to(mol: Chem.Mol, atom: int, element: int) -> list[int]:
    """Return the neighbours of the given element that an atom holds by a double bond.

    S+-O- and P+-O- are the same bond drawn with charges.
    """
    charged = number(mol, atom) in (SULFUR, PHOSPHORUS) and charge(mol, atom) == 1
    return [
        other
        for other in neighbours(mol, atom)
        if number(mol, other) == element
        and (
            bond_order(mol, atom, other) == 2.0
            or (charged and number(mol, other) == OXYGEN and charge(mol, other) == -1)
        )
    ]


def carbonyl_like(mol: Chem.Mol, atom: int) -> bool:
    """Say whether a carbon has a double bond to oxygen, sulfur or nitrogen."""
    return number(mol, atom) == CARBON and any(
        double_bonded_to(mol, atom, element) for element in (OXYGEN, SULFUR, NITROGEN)
    )


def reach(mol: Chem.Mol, start: int, allowed: frozenset[int]) -> frozenset[int]:
    """Return the atoms that can be reached from ``start`` by stepping on ``allowed`` atoms only."""
    seen, waiting = {start}, [start]
    while waiting:
        for other in neighbours(mol, waiting.pop()):
            if other in allowed and other not in seen:
                seen.add(other)
                waiting.append(other)
    return frozenset(seen)


def atom_set(mol: Chem.Mol) -> frozenset[int]:
    """Return the indices of all atoms."""
    return frozenset(range(mol.GetNumAtoms()))


@dataclass(frozen=True)
class Fragment:
    """Connected atoms outside the core, with every bond (core atom, fragment atom) to the core."""

    atoms: frozenset[int]
    joints: tuple[tuple[int, int], ...]


def fragments(mol: Chem.Mol, core: frozenset[int]) -> list[Fragment]:
    """Return what is left of a molecule when the core atoms are taken out."""
    left, found = set(atom_set(mol) - core), []
    while left:
        atoms = reach(mol, min(left), frozenset(left))
        left -= atoms
        joints = tuple(
            (other, atom)
            for atom in sorted(atoms)
            for other in neighbours(mol, atom)
            if other in core
        )
        found.append(Fragment(atoms, joints))
    return found


# --- rings -------------------------------------------------------------------------------------


def rings_with(mol: Chem.Mol, atom: int) -> list[frozenset[int]]:
    """Return the smallest rings that contain an atom."""
    return [frozenset(ring) for ring in mol.GetRingInfo().AtomRings() if atom in ring]


def ring_count(mol: Chem.Mol, atom: int) -> int:
    """Return in how many of the smallest rings an atom lies."""
    return int(mol.GetRingInfo().NumAtomRings(atom))


def is_aromatic_ring(mol: Chem.Mol, ring: frozenset[int]) -> bool:
    """Say whether all atoms of a ring are aromatic."""
    return all(aromatic(mol, atom) for atom in ring)


def is_benzene(mol: Chem.Mol, ring: frozenset[int]) -> bool:
    """Say whether a ring is made of six aromatic carbons."""
    return (
        len(ring) == 6
        and is_aromatic_ring(mol, ring)
        and all(number(mol, a) == CARBON for a in ring)
    )


def stands_alone(mol: Chem.Mol, ring: frozenset[int]) -> bool:
    """Say whether no atom of a ring belongs to a second ring (not fused, spiro or bridged)."""
    return all(ring_count(mol, atom) == 1 for atom in ring)


def ring_system(
    mol: Chem.Mol, ring: frozenset[int], within: frozenset[int]
) -> list[frozenset[int]]:
    """Return a ring and the rings on the given atoms that are fused to it, one to the next."""
    rings = (frozenset(r) for r in mol.GetRingInfo().AtomRings())
    rest = [r for r in rings if r != ring and r <= within]
    system = [ring]
    grown = True
    while grown:
        fused = [r for r in rest if any(len(r & member) >= 2 for member in system)]
        system += fused
        rest = [r for r in rest if r not in fused]
        grown = bool(fused)
    return system


# --- groups ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Group:
    """Atoms hanging from ``anchor`` by their atom ``root``; bonds that leave the atoms are unseen.

    Reading a bridge from one of its ends is therefore the same as reading a branch.
    """

    mol: Chem.Mol
    anchor: int
    root: int
    atoms: frozenset[int]

    def inside(self, atom: int) -> list[int]:
        """Return the neighbours of an atom that belong to the group."""
        return [other for other in neighbours(self.mol, atom) if other in self.atoms]

    def elements(self) -> list[int]:
        """Return the atomic numbers of the group."""
        return [number(self.mol, atom) for atom in self.atoms]

    def cyclic(self) -> bool:
        """Say whether the group contains a ring of its own."""
        return sum(len(self.inside(atom)) for atom in self.atoms) // 2 >= len(self.atoms)

    def whole(self) -> bool:
        """Say whether the group is single-bonded to its anchor and free of charges."""
        return single(self.mol, self.anchor, self.root) and all(
            inert(self.mol, atom) for atom in self.atoms
        )


Word = Callable[[Group], Fit]


def _ring_is_open(cyclic: bool) -> Fit:
    # Whether "alkyl" and its kin reach cyclic groups is an open question of the text.
    return Fit.ARGUABLE if cyclic else Fit.DEFINITE


def _bond_orders(group: Group, atoms: Iterable[int]) -> set[float]:
    return {bond_order(group.mol, atom, other) for atom in atoms for other in group.inside(atom)}


def alkyl_or_alkenyl(group: Group) -> Fit:
    """Alkyl or alkenyl: a hydrocarbon of any length and branching; one with a ring is arguable."""
    if not group.whole() or set(group.elements()) != {CARBON}:
        return Fit.NO
    if not _bond_orders(group, group.atoms) <= {1.0, 2.0}:
        return Fit.NO
    return _ring_is_open(group.cyclic())


def haloalkyl(group: Group) -> Fit:
    """Haloalkyl: saturated carbons with one or more halogens; one with a ring is arguable."""
    elements = set(group.elements())
    if not group.whole() or number(group.mol, group.root) != CARBON:
        return Fit.NO
    if not elements & HALOGENS or not elements <= HALOGENS | {CARBON}:
        return Fit.NO
    if not _bond_orders(group, group.atoms) <= {1.0}:
        return Fit.NO
    return _ring_is_open(group.cyclic())


def alkoxyl(group: Group) -> Fit:
    """Alkoxyl: oxygen and a saturated hydrocarbon; one with a ring is arguable."""
    elements = group.elements()
    if not group.whole() or number(group.mol, group.root) != OXYGEN:
        return Fit.NO
    if elements.count(OXYGEN) != 1 or set(elements) != {OXYGEN, CARBON}:
        return Fit.NO
    if not _bond_orders(group, group.atoms) <= {1.0}:
        return Fit.NO
    return _ring_is_open(group.cyclic())


def hydroxyl(group: Group) -> Fit:
    """Hydroxyl: a lone oxygen on a single bond."""
    return Fit.DEFINITE if group.whole() and group.elements() == [OXYGEN] else Fit.NO


def halo(group: Group) -> Fit:
    """Halo: a lone halogen."""
    alone = len(group.atoms) == 1 and number(group.mol, group.root) in HALOGENS
    return Fit.DEFINITE if group.whole() and alone else Fit.NO


def nitro(group: Group) -> Fit:
    """Nitro: a nitrogen with two lone oxygens, however the charges are drawn."""
    if number(group.mol, group.root) != NITROGEN or sorted(group.elements()) != [7, 8, 8]:
        return Fit.NO
    both = len(group.inside(group.root)) == 2 and single(group.mol, group.anchor, group.root)
    return Fit.DEFINITE if both else Fit.NO


def amino(group: Group) -> Fit:
    """Amino: NH2; an amine substituted on nitrogen is arguable, an amide or anilide is none."""
    mol, root = group.mol, group.root
    if number(mol, root) != NITROGEN or not inert(mol, root) or aromatic(mol, root):
        return Fit.NO
    if not saturated(mol, root):
        return Fit.NO
    carbons = group.inside(root)
    if not carbons:
        return Fit.DEFINITE if len(group.atoms) == 1 else Fit.NO
    if any(number(mol, atom) != CARBON or carbonyl_like(mol, atom) for atom in carbons):
        return Fit.NO
    in_ring = any(root in ring and ring <= group.atoms for ring in rings_with(mol, root))
    if in_ring or all(saturated(mol, atom) for atom in carbons):
        return Fit.ARGUABLE
    return Fit.NO


def ether(group: Group) -> Fit:
    """Ether: oxygen and any carbon group that is not an acyl."""
    mol, root = group.mol, group.root
    if number(mol, root) != OXYGEN or not single(mol, group.anchor, root):
        return Fit.NO
    beyond = [atom for atom in neighbours(mol, root) if atom != group.anchor]
    joined = len(beyond) == 1 and number(mol, beyond[0]) == CARBON
    return Fit.DEFINITE if joined and not carbonyl_like(mol, beyond[0]) else Fit.NO


def ester(group: Group) -> Fit:
    """Ester, either way round; formates, carbonates and thio forms are arguable."""
    mol, root = group.mol, group.root
    if not single(mol, group.anchor, root):
        return Fit.NO
    if number(mol, root) == CARBON:
        return _ester_by_carbon(mol, group.anchor, root)
    if number(mol, root) in (OXYGEN, SULFUR):
        return _ester_by_oxygen(mol, group.anchor, root)
    return Fit.NO


def _chalcogens(mol: Chem.Mol, carbon: int) -> list[int]:
    return double_bonded_to(mol, carbon, OXYGEN) + double_bonded_to(mol, carbon, SULFUR)


def _ester_by_carbon(mol: Chem.Mol, anchor: int, root: int) -> Fit:
    doubles = _chalcogens(mol, root)
    others = [a for a in neighbours(mol, root) if a != anchor and a not in doubles]
    if len(doubles) != 1 or len(others) != 1 or number(mol, others[0]) not in (OXYGEN, SULFUR):
        return Fit.NO
    beyond = [a for a in neighbours(mol, others[0]) if a != root]
    if len(beyond) != 1 or number(mol, beyond[0]) != CARBON or carbonyl_like(mol, beyond[0]):
        return Fit.NO
    plain = number(mol, doubles[0]) == OXYGEN and number(mol, others[0]) == OXYGEN
    return Fit.DEFINITE if plain else Fit.ARGUABLE


def _ester_by_oxygen(mol: Chem.Mol, anchor: int, root: int) -> Fit:
    beyond = [a for a in neighbours(mol, root) if a != anchor]
    if len(beyond) != 1 or number(mol, beyond[0]) != CARBON:
        return Fit.NO
    doubles = _chalcogens(mol, beyond[0])
    if len(doubles) != 1:
        return Fit.NO
    others = [a for a in neighbours(mol, beyond[0]) if a != root and a not in doubles]
    plain = number(mol, root) == OXYGEN and number(mol, doubles[0]) == OXYGEN
    if plain and [number(mol, a) for a in others] == [CARBON]:
        return Fit.DEFINITE
    return Fit.ARGUABLE


def spaced_ester_or_ether(group: Group) -> Fit:
    """An ester or ether further out: saturated carbons that carry nothing but such groups."""
    mol = group.mol
    chain = frozenset(a for a in group.atoms if number(mol, a) == CARBON and saturated(mol, a))
    if group.root not in chain or not group.whole():
        return Fit.NO
    spacer = reach(mol, group.root, chain)
    left, ends = set(group.atoms - spacer), 0
    while left:
        atoms = reach(mol, min(left), frozenset(left))
        left -= atoms
        anchor, root = next(
            (other, a) for a in sorted(atoms) for other in neighbours(mol, a) if other in spacer
        )
        end = Group(mol, anchor, root, atoms)
        if max(ether(end), ester(end)) is Fit.NO:
            return Fit.NO
        ends += 1
    return Fit.ARGUABLE if ends else Fit.NO


def dioxy_bridge(mol: Chem.Mol, fragment: Fragment) -> bool:
    """Say whether a fragment is -O-(C)n-O- bound at both oxygens (methylenedioxy and the like)."""
    oxygens = {a for a in fragment.atoms if number(mol, a) == OXYGEN}
    carbons = fragment.atoms - oxygens
    return (
        len(oxygens) == 2
        and len(fragment.joints) == 2
        and {atom for _, atom in fragment.joints} == oxygens
        and bool(carbons)
        and all(number(mol, a) == CARBON and saturated(mol, a) for a in carbons)
        and reach(mol, min(carbons), carbons) == carbons
    )


# --- acyl groups on nitrogen -------------------------------------------------------------------

AcylKind = Literal["acyl", "formyl", "carbamate", "thiocarbamate", "other", "none"]


def acyl_kind(mol: Chem.Mol, nitrogen: int, root: int) -> AcylKind:
    """Name the kind of acyl that a nitrogen carries through its neighbour ``root``.

    Returns:
        ``acyl`` for C(=O)-C, ``formyl``, ``carbamate`` for C(=O)-O-C, ``thiocarbamate`` for a
        carbamate with sulfur in it or a carbamic acid, ``other`` for carbamoyl, carbonyl halide,
        thioacyl, sulfonyl, sulfinyl and phosphoryl, ``none`` for what is no acyl in any sense.
    """
    if not single(mol, nitrogen, root):
        return "none"
    if number(mol, root) in (SULFUR, PHOSPHORUS):
        return "other" if double_bonded_to(mol, root, OXYGEN) else "none"
    doubles = _chalcogens(mol, root)
    if number(mol, root) != CARBON or len(doubles) != 1:
        return "none"
    others = [a for a in neighbours(mol, root) if a != nitrogen and a not in doubles]
    carbonyl = number(mol, doubles[0]) == OXYGEN
    if not others:
        return "formyl" if carbonyl else "other"
    if number(mol, others[0]) == CARBON:
        return "acyl" if carbonyl else "other"
    if number(mol, others[0]) not in (OXYGEN, SULFUR):
        return "other"
    beyond = [a for a in neighbours(mol, others[0]) if a != root]
    ends_on_carbon = [number(mol, a) for a in beyond] == [CARBON]
    if carbonyl and number(mol, others[0]) == OXYGEN and ends_on_carbon:
        return "thiocarbamate" if carbonyl_like(mol, beyond[0]) else "carbamate"
    return "thiocarbamate"


def is_propionyl(mol: Chem.Mol, nitrogen: int, root: int) -> bool:
    """Say whether the acyl at ``root`` is fentanyl's own C(=O)CH2CH3."""
    if acyl_kind(mol, nitrogen, root) != "acyl":
        return False
    (first,) = (
        a for a in neighbours(mol, root) if a != nitrogen and bond_order(mol, root, a) == 1.0
    )
    last = [a for a in neighbours(mol, first) if a != root]
    return (
        saturated(mol, first)
        and len(last) == 1
        and number(mol, last[0]) == CARBON
        and single(mol, first, last[0])
        and len(neighbours(mol, last[0])) == 1
        and inert(mol, first)
        and inert(mol, last[0])
    )


def amide_or_carbamate(mol: Chem.Mol, nitrogen: int, root: int) -> tuple[str, Fit]:
    """Return the word of the precursor families that a group on nitrogen fits, and how well."""
    kind = acyl_kind(mol, nitrogen, root)
    if kind in ("acyl", "formyl"):
        return "amide", Fit.DEFINITE
    if kind == "carbamate":
        return "carbamate", Fit.DEFINITE
    if kind == "thiocarbamate":
        return "carbamate", Fit.ARGUABLE
    return "amide", Fit.ARGUABLE if kind == "other" else Fit.NO


# --- piperidines -------------------------------------------------------------------------------


@dataclass(frozen=True)
class Piperidine:
    """A six-membered ring of one nitrogen and five carbons, in order: N1, C2, C3, C4, C5, C6."""

    n1: int
    c2: int
    c3: int
    c4: int
    c5: int
    c6: int

    @property
    def order(self) -> tuple[int, ...]:
        """The ring atoms in order."""
        return (self.n1, self.c2, self.c3, self.c4, self.c5, self.c6)

    @property
    def carbons(self) -> frozenset[int]:
        """The ring carbons."""
        return frozenset(self.order[1:])

    @property
    def atoms(self) -> frozenset[int]:
        """All six ring atoms."""
        return frozenset(self.order)

    def bonds(self) -> list[tuple[int, int]]:
        """Return the six ring bonds."""
        return [*pairwise(self.order), (self.c6, self.n1)]


def six_rings(mol: Chem.Mol) -> Iterator[Piperidine]:
    """Yield every non-aromatic ring N1-C2-C3-C4-C5-C6, each once, whatever its bond orders."""

    def grow(path: tuple[int, ...]) -> Iterator[Piperidine]:
        if len(path) == 6:
            if path[0] in neighbours(mol, path[-1]) and path[1] < path[-1]:
                yield Piperidine(*path)
            return
        for atom in neighbours(mol, path[-1]):
            if atom not in path and number(mol, atom) == CARBON and not aromatic(mol, atom):
                yield from grow((*path, atom))

    for atom in sorted(atom_set(mol)):
        if number(mol, atom) == NITROGEN and not aromatic(mol, atom):
            yield from grow((atom,))


def saturated_piperidines(mol: Chem.Mol) -> Iterator[Piperidine]:
    """Yield the rings whose six ring bonds are single and whose carbons carry no charge."""
    for ring in six_rings(mol):
        neutral = all(inert(mol, atom) for atom in ring.carbons)
        if neutral and all(single(mol, a, b) for a, b in ring.bonds()):
            yield ring


@dataclass(frozen=True)
class Anilinopiperidine:
    """A saturated piperidine whose C4 carries a nitrogen that carries an aromatic ring.

    ``third`` is the atom on the remaining place of that nitrogen, None for hydrogen.
    """

    piperidine: Piperidine
    nitrogen: int
    aryl_atom: int
    aryl: frozenset[int]
    third: int | None

    @property
    def atoms(self) -> frozenset[int]:
        """The piperidine, the nitrogen and the aromatic ring."""
        return self.piperidine.atoms | self.aryl | {self.nitrogen}

    def bonds(self) -> set[frozenset[int]]:
        """Return the bonds that hold the parts together, without those of the aromatic ring."""
        links = [
            *self.piperidine.bonds(),
            (self.piperidine.c4, self.nitrogen),
            (self.nitrogen, self.aryl_atom),
        ]
        return {frozenset(link) for link in links}


def anilinopiperidines(mol: Chem.Mol) -> Iterator[Anilinopiperidine]:
    """Yield every way to see a 4-(arylamino)piperidine in a molecule."""
    for piperidine in saturated_piperidines(mol):
        for nitrogen in neighbours(mol, piperidine.c4):
            if nitrogen in piperidine.atoms or number(mol, nitrogen) != NITROGEN:
                continue
            if not inert(mol, nitrogen) or not saturated(mol, nitrogen):
                continue
            others = [a for a in neighbours(mol, nitrogen) if a != piperidine.c4]
            for aryl_atom in others:
                thirds = [a for a in others if a != aryl_atom]
                if len(thirds) > 1 or aryl_atom in piperidine.atoms:
                    continue
                for ring in rings_with(mol, aryl_atom):
                    clear = not ring & piperidine.atoms and nitrogen not in ring
                    if clear and is_aromatic_ring(mol, ring):
                        third = thirds[0] if thirds else None
                        yield Anilinopiperidine(piperidine, nitrogen, aryl_atom, ring, third)


def extra_core_bonds(
    mol: Chem.Mol,
    core: frozenset[int],
    expected: set[frozenset[int]],
    rings: Iterable[frozenset[int]],
) -> list[frozenset[int]]:
    """Return the bonds between core atoms that the reference compound does not have."""
    own = list(rings)
    found = []
    for bond in mol.GetBonds():
        ends = frozenset({bond.GetBeginAtomIdx(), bond.GetEndAtomIdx()})
        if ends <= core and ends not in expected and not any(ends <= ring for ring in own):
            found.append(ends)
    return found


# --- the two precursor families ----------------------------------------------------------------


Place = Literal["ring nitrogen", "anilino nitrogen", "phenyl", "ring carbon", "carbonyl"]


@dataclass(frozen=True)
class FamilyPart:
    """One change to the parent of a precursor family: where, which word, and how well it fits."""

    place: Place
    word: Literal["amide", "carbamate", "halogen", "ketal"]
    fit: Fit


@dataclass(frozen=True)
class FamilySight:
    """What was done to the parent of a family, and whether a ring joins two of its places.

    No family speaks of joined places, so a sight with such a ring is never beyond dispute.
    """

    changes: tuple[FamilyPart, ...]
    bridged: bool

    def fit(self, weigh: Callable[[FamilyPart], Fit] = lambda change: change.fit) -> Fit:
        """Return how well the sight as a whole fits, each change weighed as the law weighs it."""
        worst = min((weigh(change) for change in self.changes), default=Fit.DEFINITE)
        return min(worst, Fit.ARGUABLE) if self.bridged else worst


def anilinopiperidine_changes(mol: Chem.Mol) -> Iterator[FamilySight]:
    """Yield, for each sight of 4-anilinopiperidine, what was done to it.

    Only groups on the two nitrogens and halogens are changes that a family may know; a sight
    with anything else on it is left out.
    """
    for sight in anilinopiperidines(mol):
        n1 = sight.piperidine.n1
        if not is_benzene(mol, sight.aryl) or not inert(mol, n1):
            continue
        chords = extra_core_bonds(mol, sight.atoms, sight.bonds(), [sight.aryl])
        # A bond from the phenyl ring to the rest is no amide, carbamate or halogen.
        if any(chord & sight.aryl for chord in chords):
            continue
        changes: list[FamilyPart] = []
        bridged = bool(chords)
        for fragment in fragments(mol, sight.atoms):
            changes += _changes_by(mol, sight, fragment)
            bridged |= len(fragment.joints) > 1
        if all(change.fit is not Fit.NO for change in changes):
            yield FamilySight(tuple(changes), bridged)


def _changes_by(
    mol: Chem.Mol, sight: Anilinopiperidine, fragment: Fragment
) -> Iterator[FamilyPart]:
    nitrogens = {sight.nitrogen, sight.piperidine.n1}
    fused = sum(core_atom in sight.aryl for core_atom, _ in fragment.joints) > 1
    held = not fused and any(core_atom in nitrogens for core_atom, _ in fragment.joints)
    for core_atom, root in fragment.joints:
        if core_atom in nitrogens:
            word, fit = amide_or_carbamate(mol, core_atom, root)
            yield FamilyPart(
                "anilino nitrogen" if core_atom == sight.nitrogen else "ring nitrogen",
                "amide" if word == "amide" else "carbamate",
                fit,
            )
        elif not held:
            # A group that a nitrogen holds is no second change where its other end stands.
            fit = halo(Group(mol, core_atom, root, fragment.atoms))
            place: Place = "phenyl" if core_atom in sight.aryl else "ring carbon"
            yield FamilyPart(place, "halogen", fit)


def piperidone_changes(mol: Chem.Mol) -> Iterator[FamilySight]:
    """Yield, for each sight of 4-piperidone (or a masked one), what was done to it."""
    for found in six_rings(mol):
        if not inert(mol, found.n1) or not all(inert(mol, a) for a in found.carbons):
            continue
        carbonyl = _masked_carbonyl(mol, found)
        if carbonyl is Fit.NO:
            continue
        # Nothing in the family's words stands on a ring carbon, so no bond may either.
        if extra_core_bonds(mol, found.atoms, {frozenset(b) for b in found.bonds()}, []):
            continue
        changes: list[FamilyPart] = []
        bridged = False
        if not _plain_ketone(mol, found):
            changes.append(FamilyPart("carbonyl", "ketal", carbonyl))
        for fragment in fragments(mol, found.atoms):
            places = {core_atom for core_atom, _ in fragment.joints}
            if not places <= {found.n1, found.c4}:
                break
            bridged |= len(places) > 1
            for core_atom, root in fragment.joints:
                if core_atom == found.n1:
                    word, fit = amide_or_carbamate(mol, found.n1, root)
                    changes.append(
                        FamilyPart(
                            "ring nitrogen", "amide" if word == "amide" else "carbamate", fit
                        )
                    )
        else:
            if all(change.fit is not Fit.NO for change in changes):
                yield FamilySight(tuple(changes), bridged)


def _plain_ketone(mol: Chem.Mol, ring: Piperidine) -> bool:
    return bool(double_bonded_to(mol, ring.c4, OXYGEN))


def _masked_carbonyl(mol: Chem.Mol, ring: Piperidine) -> Fit:
    """Say how well C4 reads as the carbonyl of 4-piperidone, free or masked."""
    groups = [a for a in neighbours(mol, ring.c4) if a not in ring.atoms]
    double = [bond for bond in ring.bonds() if not single(mol, *bond)]
    if double:
        # An enol ether: O-C on C4, and the only double bond of the ring starts at C4.
        at_c4 = len(double) == 1 and ring.c4 in double[0] and bond_order(mol, *double[0]) == 2.0
        is_ether = len(groups) == 1 and ether(Group(mol, ring.c4, groups[0], atom_set(mol)))
        return Fit.ARGUABLE if at_c4 and is_ether else Fit.NO
    if len(groups) == 1:
        if _plain_ketone(mol, ring):
            return Fit.DEFINITE
        return Fit.ARGUABLE if double_bonded_to(mol, ring.c4, NITROGEN) else Fit.NO
    if len(groups) != 2 or not all(number(mol, a) in (OXYGEN, SULFUR) for a in groups):
        return Fit.NO
    ends = [[b for b in neighbours(mol, a) if b != ring.c4] for a in groups]
    if not all([number(mol, b) for b in end] in ([], [CARBON]) for end in ends):
        return Fit.NO
    full = all(number(mol, a) == OXYGEN for a in groups) and all(ends)
    # Acyloxy groups make a diester of the hydrate, which is an acetal only in a wide sense.
    acyloxy = any(carbonyl_like(mol, b) for end in ends for b in end)
    return Fit.DEFINITE if full and not acyloxy else Fit.ARGUABLE
