"""United Kingdom, nitazenes: Misuse of Drugs Act 1971, Schedule 2, Part I, paragraph 1(ea).

2-(2-Benzylbenzimidazol-1-yl)ethanamine, at most 500 in molecular mass, modified in any of seven
ways: (i) small alkyl or alkenyl on the amine, or its nitrogen alone in a ring, (ii) listed groups
on the phenyl, (iii) listed groups at benzimidazole positions 5 and 6, (iv) methyl on the benzylic
carbon, (v) O, S or N in its place, (vi) an ethoxy linked back to the phenyl, (vii)
methylenedioxyphenyl. From 2025-01-15. What paragraph 1(a) names is not asked.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from rdkit import Chem

from . import common, generic
from .common import CARBON, NITROGEN, OXYGEN, SULFUR, Account, Fit, Fragment, Group, Verdict
from .generic import KEPT, OUTSIDE, Benzimidazole, Frame, Part, part

LARGEST_MASS = 500.0

WORD_I = generic.any_of(
    generic.at_most(3, generic.alkyl_or_alkenyl),
    # The advised extension reaches longer chains, not rings.
    generic.capped(Fit.ARGUABLE, generic.at_most(6, generic.acyclic(generic.alkyl_or_alkenyl))),
)
WORD_II = generic.any_of(
    generic.at_most(6, generic.alkyl),
    generic.at_most(6, common.haloalkyl),
    generic.at_most(5, generic.alkoxy),
    generic.at_most(5, generic.haloalkoxy),
    generic.at_most(5, generic.alkylthio),
    generic.at_most(5, generic.alkylsulphonyl),
    generic.acetyloxy,
    common.hydroxyl,
    generic.cyano,
    common.halo,
)
WORD_III = generic.any_of(
    common.nitro,
    generic.acetyl,
    generic.cyano,
    generic.at_most(1, generic.alkoxy),
    generic.halo_methyl(behind_oxygen=False),
    generic.halo_methyl(behind_oxygen=True),
    common.halo,
)


@dataclass(frozen=True)
class Skeleton:
    """One sight of the frame: amine, two bare carbons, benzimidazole, bridge atom, phenyl."""

    amine: int
    chain: tuple[int, int]
    core: Benzimidazole
    bridge: int
    phenyl_atom: int
    phenyl: frozenset[int]

    def frame(self) -> Frame:
        """Return the kept atoms, each with its place."""
        places = dict.fromkeys(self.core.order, "nowhere")
        places |= dict.fromkeys(self.chain, "nowhere")
        places |= dict.fromkeys((self.core.c5, self.core.c6), "5 or 6")
        places |= dict.fromkeys(self.phenyl, "phenyl")
        places |= {self.amine: "amine", self.bridge: "bridge"}
        bonds = generic.chain_bonds(
            (self.amine, *self.chain, self.core.n1), (self.core.c2, self.bridge, self.phenyl_atom)
        )
        return Frame(
            places,
            bonds | self.core.bonds(),
            (self.phenyl,),
            closed=frozenset({"phenyl"}),
            bare=frozenset({"nowhere"}),
        )


def judge(mol: Chem.Mol) -> Verdict:
    """Say whether a component is a nitazene of paragraph 1(ea), and by which of (i) to (vii)."""
    common.require_one_component(mol)
    if _molecular_mass(mol) > LARGEST_MASS:
        return Verdict("no")
    return common.choose(a for skeleton in _skeletons(mol) for a in _accounts(mol, skeleton))


def _molecular_mass(mol: Chem.Mol) -> float:
    """Return the relative molecular mass, with standard atomic weights."""
    weight = Chem.GetPeriodicTable().GetAtomicWeight
    return sum(
        float(weight(atom.GetAtomicNum())) + atom.GetTotalNumHs() * float(weight(1))
        for atom in mol.GetAtoms()
    )


def _skeletons(mol: Chem.Mol) -> Iterator[Skeleton]:
    for core in generic.benzimidazoles(mol):
        if not all(common.aromatic(mol, atom) for atom in core.order):
            continue
        for chain in _chains(mol, core):
            for bridge in common.neighbours(mol, core.c2):
                if bridge in core.order or not _is_bridge(mol, bridge):
                    continue
                taken = {*core.order, *chain, bridge}
                for atom in common.neighbours(mol, bridge):
                    for ring in common.rings_with(mol, atom):
                        if common.is_benzene(mol, ring) and not ring & taken:
                            yield Skeleton(chain[0], chain[1:], core, bridge, atom, ring)


def _chains(mol: Chem.Mol, core: Benzimidazole) -> Iterator[tuple[int, int, int]]:
    """Yield amine nitrogen and the two carbons between it and N1."""
    for near in common.neighbours(mol, core.n1):
        if near in core.order or not _bare(mol, near):
            continue
        for far in common.neighbours(mol, near):
            if far == core.n1 or not _bare(mol, far):
                continue
            for amine in common.neighbours(mol, far):
                is_amine = common.number(mol, amine) == NITROGEN and not common.aromatic(mol, amine)
                if amine != near and is_amine and (common.inert(mol, amine) or _four(mol, amine)):
                    yield amine, far, near


def _four(mol: Chem.Mol, amine: int) -> bool:
    """A nitrogen with four bonds and a positive charge: an N-oxide or a quaternary ion."""
    return common.charge(mol, amine) == 1 and len(common.neighbours(mol, amine)) == 4


def _bare(mol: Chem.Mol, atom: int) -> bool:
    return (
        common.number(mol, atom) == CARBON
        and len(common.neighbours(mol, atom)) == 2
        and common.saturated(mol, atom)
        and common.inert(mol, atom)
    )


def _is_bridge(mol: Chem.Mol, atom: int) -> bool:
    known = common.number(mol, atom) in (CARBON, NITROGEN, OXYGEN, SULFUR)
    return known and common.saturated(mol, atom) and common.inert(mol, atom)


def _accounts(mol: Chem.Mol, skeleton: Skeleton) -> Iterator[Account]:
    frame = skeleton.frame()

    def special(fragment: Fragment) -> Part | None:
        return _named_bridge(mol, frame, fragment)

    replaced = common.number(mol, skeleton.bridge) != CARBON
    bridge = part(Fit.DEFINITE, "(v)") if replaced else KEPT
    # The paragraph is silent on a fourth bond: what is bound then is a form of the amine.
    four = _four(mol, skeleton.amine)

    def read(place: str, group: Group) -> Part:
        if place == "amine" and four:
            oxide = group.elements() == [OXYGEN]
            extra = Fit.DEFINITE if oxide else generic.bound_by_carbon(group)
            return part(min(Fit.ARGUABLE, extra), "(i)")
        return _read(place, group)

    yield from generic.accounts(generic.read_fragments(mol, frame, read, special), bridge)


def _named_bridge(mol: Chem.Mol, frame: Frame, fragment: Fragment) -> Part | None:
    """The rings of which the law speaks: on the amine nitrogen, and two of those on the phenyl."""
    places = [frame.places[anchor] for anchor, _ in fragment.joints]
    if places == ["amine", "amine"]:
        single = all(common.single(mol, *joint) for joint in fragment.joints)
        return part(Fit.DEFINITE, "(i)") if single else OUTSIDE
    if places == ["phenyl", "phenyl"]:
        ends = sorted(common.number(mol, root) for _, root in fragment.joints)
        elements = sorted(common.number(mol, atom) for atom in fragment.atoms)
        plain = all(
            common.saturated(mol, a) and len(common.neighbours(mol, a)) == 2 for a in fragment.atoms
        )
        if plain and elements == [6, 6, 8] and ends == [6, 8]:
            return part(Fit.DEFINITE, "(vi)")
        if plain and elements == [6, 8, 8] and ends == [8, 8]:
            return part(Fit.DEFINITE, "(vii)")
    return None


def _read(place: str, group: Group) -> Part:
    if place == "amine":
        return part(WORD_I(group), "(i)")
    if place == "phenyl":
        return part(WORD_II(group), "(ii)")
    if place == "5 or 6":
        listed = part(WORD_III(group), "(iii)")
        advised = part(min(Fit.ARGUABLE, max(_carbamoyl(group), common.amino(group))), "(iii)")
        return generic.best(listed, advised)
    if place == "bridge":
        on_carbon = common.number(group.mol, group.anchor) == CARBON
        if on_carbon and generic.methyl(group):
            return part(Fit.DEFINITE, "(iv)")
        small = generic.at_most(3, generic.alkyl)(group)
        return part(min(Fit.ARGUABLE, small), "(iv)")
    return OUTSIDE


def _carbamoyl(group: Group) -> Fit:
    """Carbamoyl: C(=O)N, bound by the carbon."""
    mol, root = group.mol, group.root
    others = [common.number(mol, a) for a in group.inside(root)]
    is_amide = (
        common.number(mol, root) == CARBON
        and common.single(mol, group.anchor, root)
        and len(common.double_bonded_to(mol, root, OXYGEN)) == 1
        and sorted(others) == [NITROGEN, OXYGEN]
    )
    return Fit.DEFINITE if is_amide else Fit.NO
