"""Helpers for the second readings of the generic laws: open rings, group words, ring frames."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise, product

from rdkit import Chem

from . import common
from .common import (
    CARBON,
    NITROGEN,
    OXYGEN,
    SULFUR,
    Account,
    Fit,
    Fragment,
    Group,
    Verdict,
    Word,
)


@dataclass(frozen=True)
class Part:
    """How one group or one position reads, and the clauses it uses."""

    fit: Fit
    letters: frozenset[str] = frozenset()


KEPT = Part(Fit.DEFINITE)
OUTSIDE = Part(Fit.NO)

NOWHERE = "nowhere"  # the place of kept atoms of which no clause speaks

Reader = Callable[[str, Group], Part]
Special = Callable[[Fragment], Part | None]


def part(fit: Fit, *letters: str) -> Part:
    """Return a part that uses the given clauses, unless it does not fit at all."""
    return OUTSIDE if fit is Fit.NO else Part(fit, frozenset(letters))


def best(*parts: Part) -> Part:
    """Return the part that fits best; of equals, the one with fewer clauses, then the first."""
    return min(parts, key=lambda p: (-p.fit, len(p.letters)))


def is_own(group: Group, test: Callable[[Group], bool]) -> bool:
    """Say whether a group is the reference's own, which a group that closes a ring never is."""
    return not isinstance(group, OpenedGroup) and test(group)


@dataclass(frozen=True)
class Frame:
    """The kept atoms of a sight: the place of each, the bonds and the rings they are held by.

    A further bond between two kept atoms is not accounted for between two ``bare`` places, which
    carry nothing by any clause, nor at a ``closed`` one, a ring, unless that ring is changed
    anyway; ``rings_changed`` names those that are replaced. At places ``open_to_rings`` a kept ring
    bound there is a group like any other, by the clause given.
    """

    places: dict[int, str]
    bonds: frozenset[frozenset[int]]
    rings: tuple[frozenset[int], ...] = ()
    closed: frozenset[str] = frozenset()
    bare: frozenset[str] = frozenset()
    rings_changed: frozenset[str] = frozenset()
    open_to_rings: dict[str, str] = field(default_factory=dict)

    @property
    def core(self) -> frozenset[int]:
        """All kept atoms."""
        return frozenset(self.places)


def chain_bonds(*paths: Iterable[int]) -> frozenset[frozenset[int]]:
    """Return the bonds along one or more paths of atoms."""
    return frozenset(frozenset(pair) for path in paths for pair in pairwise(path))


class OpenedGroup(Group):
    """A group read as if a ring that it closes were open; never the reference's own group."""


def opened(mol: Chem.Mol, fragment: Fragment, joint: tuple[int, int]) -> Group:
    """Read a fragment from one of its joints as if all its other joints were open."""
    if len(fragment.joints) == 1:
        return Group(mol, *joint, fragment.atoms)
    cut = Chem.RWMol(mol)
    for anchor, root in fragment.joints:
        if (anchor, root) != joint:
            cut.RemoveBond(anchor, root)
    Chem.GetSymmSSSR(cut)
    return OpenedGroup(cut.GetMol(), *joint, fragment.atoms)


def read_fragments(
    mol: Chem.Mol,
    frame: Frame,
    read: Reader,
    special: Special | None = None,
    slots: frozenset[str] = frozenset(),
) -> list[list[Part]]:
    """Read all that hangs on a frame; the alternatives for each fragment.

    A ring closed over two places of attachment is never definite. It is read as if it were open:
    it stands at one of its ends, where it must fit, and the others are free of it; only ends in a
    slot, which holds one group, are never free of it. ``special`` reads the bridges of which a law
    speaks itself.
    """
    alternatives: list[list[Part]] = []
    fragments = common.fragments(mol, frame.core)
    changed = {frame.places[a] for f in fragments for a, _ in f.joints} | frame.rings_changed
    for chord in common.extra_core_bonds(mol, frame.core, set(frame.bonds), frame.rings):
        held_by = {frame.places[atom] for atom in chord}
        accounted = held_by & frame.closed <= changed and not held_by <= frame.bare
        options = [Part(Fit.ARGUABLE) if accounted else OUTSIDE]
        options += [
            part(Fit.ARGUABLE, letter)
            for place, letter in frame.open_to_rings.items()
            if place in held_by
        ]
        alternatives.append(options)
    for fragment in fragments:
        named = special(fragment) if special else None
        ends = [
            (frame.places[joint[0]], read(frame.places[joint[0]], opened(mol, fragment, joint)))
            for joint in fragment.joints
        ]
        if named is not None:
            alternatives.append([named])
        elif any(place == NOWHERE for place, _ in ends):
            alternatives.append([OUTSIDE])
        elif len(ends) == 1:
            alternatives.append([ends[0][1]])
        elif any(place in slots for place, _ in ends):
            held = [end for place, end in ends if place in slots]
            letters = frozenset[str]().union(*(end.letters for end in held))
            fit = min(Fit.ARGUABLE, *(end.fit for end in held))
            alternatives.append([part(fit, *letters)])
        else:
            alternatives.append([part(min(end.fit, Fit.ARGUABLE), *end.letters) for _, end in ends])
    return alternatives


def accounts(
    fragments: list[list[Part]], *fixed: Part, reference_is_member: bool = False
) -> Iterator[Account]:
    """Put the parts of one sight together; nothing changed at all is the reference itself."""
    for chosen in product(*fragments):
        parts = [*chosen, *fixed]
        fit = min((p.fit for p in parts), default=Fit.DEFINITE)
        letters = frozenset[str]().union(*(p.letters for p in parts))
        if fit is Fit.DEFINITE and not letters and not reference_is_member:
            continue
        yield Account(fit, letters, doubts=sum(p.fit is Fit.ARGUABLE for p in parts))


def arguable_unless_reference(known: list[Account]) -> Verdict:
    """Judge a law of derivatives and analogues: the reference is none, and nothing is certain."""
    if Account(Fit.DEFINITE) in known:
        return Verdict("no")
    return common.choose(known)


# --- words -------------------------------------------------------------------------------------


def carbons(group: Group) -> int:
    """Return the number of carbons of a group."""
    return group.elements().count(CARBON)


def at_most(limit: int, word: Word) -> Word:
    """Return a word with a limit on the number of carbons."""
    return lambda group: word(group) if carbons(group) <= limit else Fit.NO


def capped(best_fit: Fit, word: Word) -> Word:
    """Return a word that never fits better than given."""
    return lambda group: min(best_fit, word(group))


def acyclic(word: Word) -> Word:
    """Return the word for groups without a ring."""
    return lambda group: Fit.NO if group.cyclic() else word(group)


def any_of(*words: Word) -> Word:
    """Return the word that fits as well as the best of several."""
    return lambda group: max(word(group) for word in words)


def _orders(group: Group) -> set[float]:
    return {common.bond_order(group.mol, a, b) for a in group.atoms for b in group.inside(a)}


def alkyl(group: Group) -> Fit:
    """Alkyl: a saturated hydrocarbon; cycloalkyl and aralkyl are arguable."""
    if not group.whole() or set(group.elements()) != {CARBON}:
        return Fit.NO
    if not common.saturated(group.mol, group.root):
        return Fit.NO
    beyond = {a for a in group.atoms if not common.aromatic(group.mol, a)}
    if any(common.bond_order(group.mol, a, b) != 1.0 for a in beyond for b in group.inside(a)):
        return Fit.NO
    return Fit.ARGUABLE if group.cyclic() else Fit.DEFINITE


def alkenyl(group: Group) -> Fit:
    """Alkenyl: a hydrocarbon with double bonds; one with a ring is arguable."""
    return common.alkyl_or_alkenyl(group) if 2.0 in _orders(group) else Fit.NO


alkyl_or_alkenyl = any_of(alkyl, alkenyl)


def _through(group: Group, *passed: int) -> Group:
    """Return the group that hangs behind one or more atoms at its root."""
    mol, anchor, root, atoms = group.mol, group.anchor, group.root, group.atoms
    for _ in passed:
        (beyond,) = (a for a in group.inside(root) if a != anchor)
        atoms = atoms - {root}
        anchor, root = root, beyond
    return Group(mol, anchor, root, atoms)


def behind(element: int, word: Word) -> Word:
    """Return the word for a group that hangs by one two-bonded atom of an element."""

    def read(group: Group) -> Fit:
        mol, root = group.mol, group.root
        held = common.single(mol, group.anchor, root) and common.inert(mol, root)
        if common.number(mol, root) != element or not held:
            return Fit.NO
        if len(common.neighbours(mol, root)) != 2 or len(group.inside(root)) != 1:
            return Fit.NO
        return word(_through(group, group.root))

    return read


alkoxy = behind(OXYGEN, alkyl)
haloalkoxy = behind(OXYGEN, acyclic(common.haloalkyl))
alkylthio = behind(SULFUR, acyclic(alkyl))


def alkylsulphonyl(group: Group) -> Fit:
    """Alkylsulphonyl: S(=O)(=O) and an alkyl."""
    mol, root = group.mol, group.root
    oxygens = common.double_bonded_to(mol, root, OXYGEN)
    others = [a for a in group.inside(root) if a not in oxygens]
    if common.number(mol, root) != SULFUR or len(oxygens) != 2 or len(others) != 1:
        return Fit.NO
    if not group.whole():
        return Fit.NO
    return acyclic(alkyl)(Group(mol, root, others[0], group.atoms - {root, *oxygens}))


def aryloxy(group: Group) -> Fit:
    """Aryloxy: oxygen bound to an aromatic atom."""
    return behind(OXYGEN, lambda g: Fit.DEFINITE if common.aromatic(g.mol, g.root) else Fit.NO)(
        group
    )


def cyano(group: Group) -> Fit:
    """Cyano: a carbon with a triple bond to a lone nitrogen, bound by the carbon."""
    if sorted(group.elements()) != [CARBON, NITROGEN] or not group.whole():
        return Fit.NO
    (other,) = group.atoms - {group.root}
    bound_by_carbon = common.number(group.mol, group.root) == CARBON
    triple = common.bond_order(group.mol, group.root, other) == 3.0
    return Fit.DEFINITE if bound_by_carbon and triple else Fit.NO


def acyl(group: Group) -> Fit:
    """Acyl: C(=O)-C and formyl; acids of another kind are arguable."""
    kind = common.acyl_kind(group.mol, group.anchor, group.root)
    if kind == "none":
        return Fit.NO
    return Fit.DEFINITE if kind in ("acyl", "formyl") else Fit.ARGUABLE


def propionyl(group: Group) -> bool:
    """Say whether a group is fentanyl's own C(=O)CH2CH3."""
    return common.is_propionyl(group.mol, group.anchor, group.root)


def acyloxy(group: Group) -> Fit:
    """Acyloxy: oxygen and C(=O)-C or formyl."""
    return behind(OXYGEN, lambda g: Fit.DEFINITE if acyl(g) is Fit.DEFINITE else Fit.NO)(group)


def acetyl(group: Group) -> Fit:
    """Acetyl: C(=O)CH3."""
    plain = sorted(group.elements()) == [CARBON, CARBON, OXYGEN] and group.whole()
    is_acyl = common.acyl_kind(group.mol, group.anchor, group.root) == "acyl"
    return Fit.DEFINITE if plain and is_acyl and _orders(group) == {1.0, 2.0} else Fit.NO


acetyloxy = behind(OXYGEN, acetyl)


def alkoxycarbonyl(group: Group) -> Fit:
    """Alkoxycarbonyl: C(=O)O-C, but not an anhydride."""
    if common.number(group.mol, group.root) != CARBON:
        return Fit.NO
    return Fit.DEFINITE if common.ester(group) is Fit.DEFINITE else Fit.NO


def alkoxyalkyl(group: Group) -> Fit:
    """Alkoxyalkyl: saturated carbons, then ethers; certain if acyclic and of ethers only."""
    mol = group.mol
    carbons_here = frozenset(a for a in group.atoms if common.number(mol, a) == CARBON)
    chain = frozenset(a for a in carbons_here if common.saturated(mol, a))
    if group.root not in chain or not common.single(mol, group.anchor, group.root):
        return Fit.NO
    spacer = common.reach(mol, group.root, chain)
    ends = [
        Group(mol, anchor, root, frozenset(group.atoms - spacer))
        for anchor in spacer
        for root in group.inside(anchor)
        if root not in spacer
    ]
    ethers = [end for end in ends if common.ether(end) is not Fit.NO]
    if not ethers or any(e not in ethers and common.ester(e) is Fit.NO for e in ends):
        return Fit.NO
    plain = set(group.elements()) == {CARBON, OXYGEN} and _orders(group) == {1.0}
    return Fit.DEFINITE if plain and not group.cyclic() else Fit.ARGUABLE


def halo_methyl(*, behind_oxygen: bool) -> Word:
    """Return the word for CF3, or for OCF3."""

    def read(group: Group) -> Fit:
        wanted = [CARBON, 9, 9, 9]
        same = sorted(group.elements()) == sorted(wanted) and group.whole()
        first = common.number(group.mol, group.root) == CARBON
        return Fit.DEFINITE if same and first else Fit.NO

    return behind(OXYGEN, read) if behind_oxygen else read


def methyl(group: Group) -> Fit:
    """Methyl, and nothing on it."""
    return Fit.DEFINITE if alkyl(group) and carbons(group) == 1 else Fit.NO


def bound_by_carbon(group: Group) -> Fit:
    """Any group that is bound by one bond of a carbon."""
    single = common.single(group.mol, group.anchor, group.root)
    return Fit.DEFINITE if single and common.number(group.mol, group.root) == CARBON else Fit.NO


def alkynyl(group: Group) -> Fit:
    """Alkynyl: carbon alone, without a ring, with a triple bond."""
    carbon = group.whole() and set(group.elements()) == {CARBON} and not group.cyclic()
    single = common.single(group.mol, group.anchor, group.root)
    return Fit.DEFINITE if carbon and single and 3.0 in _orders(group) else Fit.NO


def phenethyl(group: Group) -> Fit:
    """Bare phenethyl: two CH2 and a phenyl without substituents."""
    mol, first = group.mol, group.root
    if set(group.elements()) != {CARBON} or carbons(group) != 8:
        return Fit.NO
    chain = [a for a in group.atoms if common.saturated(mol, a)]
    beyond = group.inside(first)
    if len(chain) != 2 or first not in chain or len(list(beyond)) != 1:
        return Fit.NO
    second = next(a for a in chain if a != first)
    ends = [a for a in common.neighbours(mol, second) if a != first]
    ring = len(ends) == 1 and common.aromatic(mol, ends[0])
    return Fit.DEFINITE if ring and second in set(group.inside(first)) else Fit.NO


def arylmethyl(group: Group) -> Fit:
    """A group whose first atom is a saturated carbon that bears an aromatic ring."""
    mol, root = group.mol, group.root
    if common.number(mol, root) != CARBON or not common.saturated(mol, root):
        return Fit.NO
    return Fit.DEFINITE if any(common.aromatic(mol, a) for a in group.inside(root)) else Fit.NO


def alkylenedioxy(mol: Chem.Mol, fragment: Fragment, ring: frozenset[int]) -> Fit:
    """A bridge -O-alkylene-O- on one ring; an alkylene with a ring of its own is arguable."""
    if not all(anchor in ring for anchor, _ in fragment.joints):
        return Fit.NO
    if not common.dioxy_bridge(mol, fragment):
        return Fit.NO
    anchor, root = fragment.joints[0]
    cyclic = opened(mol, fragment, (anchor, root)).cyclic()
    return Fit.ARGUABLE if cyclic else Fit.DEFINITE


# --- rings and frames --------------------------------------------------------------------------


def joined_rings(mol: Chem.Mol, ring: frozenset[int], elsewhere: frozenset[int]) -> frozenset[int]:
    """Return the atoms of all rings that share an atom, one with the next, with a ring.

    Rings that run through atoms ``elsewhere`` are no part of such a system.
    """
    rest = [frozenset(r) for r in mol.GetRingInfo().AtomRings() if not elsewhere & {*r}]
    atoms, grown = ring, True
    while grown:
        wider = atoms.union(*(r for r in rest if r & atoms))
        grown, atoms = wider != atoms, wider
    return atoms


@dataclass(frozen=True)
class Benzimidazole:
    """The nine ring atoms of a benzimidazole or a benzimidazolone, numbered from the N in use."""

    n1: int
    c2: int
    n3: int
    c3a: int
    c4: int
    c5: int
    c6: int
    c7: int
    c7a: int

    @property
    def order(self) -> tuple[int, ...]:
        """The ring atoms in order."""
        return (
            self.n1, self.c2, self.n3, self.c3a, self.c4, self.c5, self.c6, self.c7, self.c7a
        )  # fmt: skip

    @property
    def rings(self) -> tuple[frozenset[int], frozenset[int]]:
        """The five-membered and the six-membered ring."""
        five = frozenset({self.n1, self.c2, self.n3, self.c3a, self.c7a})
        return five, frozenset(self.order[3:])

    def bonds(self) -> frozenset[frozenset[int]]:
        """Return the ten ring bonds."""
        return chain_bonds((*self.order, self.n1), (self.c3a, self.c7a))


def benzimidazoles(mol: Chem.Mol) -> Iterator[Benzimidazole]:
    """Yield each N-C-N five-membered ring fused to a benzene ring, once from either nitrogen."""
    elements = (NITROGEN, CARBON, NITROGEN, *[CARBON] * 6)

    def grow(path: tuple[int, ...]) -> Iterator[Benzimidazole]:
        if len(path) == len(elements):
            closed = path[0] in common.neighbours(mol, path[-1])
            if closed and path[3] in common.neighbours(mol, path[-1]):
                yield Benzimidazole(*path)
            return
        for atom in common.neighbours(mol, path[-1]):
            fits = common.number(mol, atom) == elements[len(path)]
            if atom not in path and fits and (len(path) < 3 or common.aromatic(mol, atom)):
                yield from grow((*path, atom))

    for atom in sorted(common.atom_set(mol)):
        if common.number(mol, atom) == NITROGEN:
            yield from grow((atom,))


def bare_phenyl(mol: Chem.Mol, ring: frozenset[int]) -> bool:
    """Say whether a ring is a benzene that carries one bond outwards and nothing else."""
    outward = sum(b not in ring for a in ring for b in common.neighbours(mol, a))
    return common.is_benzene(mol, ring) and outward == 1
