"""United Kingdom, pethidines: Misuse of Drugs Act 1971, Schedule 2, Part I, paragraph 1(e).

Pethidine modified in any of five ways: (i) another group on the ring nitrogen in place of methyl,
(ii) alkyl or alkenyl on the piperidine ring, or a propano bridge, (iii) listed groups on the
4-phenyl ring, (iv) alkoxycarbonyl, alkoxyalkyl or acyloxy in place of the 4-ethoxycarbonyl, (v) the
N-oxide or a quaternary base. What paragraph 1(a) names is not asked.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from rdkit import Chem

from . import common, generic
from .common import Account, Fit, Fragment, Group, Piperidine, Verdict
from .generic import KEPT, OUTSIDE, Frame, Part, part

WORD_III = generic.any_of(
    generic.alkyl, generic.alkoxy, generic.aryloxy, common.halo, common.haloalkyl
)
ON_NITROGEN = generic.any_of(
    generic.acyclic(generic.alkyl_or_alkenyl),
    generic.alkynyl,
    generic.acyclic(common.haloalkyl),
    lambda group: Fit.DEFINITE if generic.acyl(group) is Fit.DEFINITE else Fit.NO,
    generic.arylmethyl,
    generic.phenethyl,
    generic.capped(Fit.ARGUABLE, generic.bound_by_carbon),
)
WORD_IV = generic.any_of(generic.alkoxycarbonyl, generic.alkoxyalkyl, generic.acyloxy)


@dataclass(frozen=True)
class Skeleton:
    """One sight of pethidine's frame: the piperidine and the phenyl on its C4."""

    piperidine: Piperidine
    phenyl_atom: int
    phenyl: frozenset[int]

    def frame(self) -> Frame:
        """Return the kept atoms, each with its place."""
        ring = self.piperidine
        places = dict.fromkeys(ring.carbons, "piperidine")
        places |= dict.fromkeys(self.phenyl, "phenyl")
        places |= {ring.c4: "C4", ring.n1: "N1"}
        bonds = generic.chain_bonds((*ring.order, ring.n1), (ring.c4, self.phenyl_atom))
        return Frame(places, bonds, (self.phenyl,), closed=frozenset({"phenyl", "C4", "N1"}))


def judge(mol: Chem.Mol) -> Verdict:
    """Say whether a component is a pethidine of paragraph 1(e), and by which of (i) to (v)."""
    common.require_one_component(mol)
    return common.choose(a for skeleton in _skeletons(mol) for a in _accounts(mol, skeleton))


def _skeletons(mol: Chem.Mol) -> Iterator[Skeleton]:
    for ring in common.saturated_piperidines(mol):
        for atom in common.neighbours(mol, ring.c4):
            if atom in ring.atoms or not common.single(mol, ring.c4, atom):
                continue
            for phenyl in common.rings_with(mol, atom):
                if common.is_benzene(mol, phenyl) and not phenyl & ring.atoms:
                    yield Skeleton(ring, atom, phenyl)


def _accounts(mol: Chem.Mol, skeleton: Skeleton) -> Iterator[Account]:
    frame, n1 = skeleton.frame(), skeleton.piperidine.n1
    on_nitrogen = [a for a in common.neighbours(mol, n1) if a not in frame.core]
    at_c4 = [a for a in common.neighbours(mol, skeleton.piperidine.c4) if a not in frame.core]
    if len(at_c4) != 1:
        return
    if len(on_nitrogen) == 1 and common.inert(mol, n1):
        added: list[int | None] = [None]
    elif len(on_nitrogen) == 2 and common.charge(mol, n1) == 1:
        added = list(on_nitrogen)
    else:
        return

    def special(fragment: Fragment) -> Part | None:
        return _propano(mol, frame, fragment)

    for extra in added:

        def read(place: str, group: Group, extra: int | None = extra) -> Part:
            if place == "N1" and group.root == extra:
                lone_oxygen = group.elements() == [common.OXYGEN]
                fit = Fit.DEFINITE if lone_oxygen else generic.bound_by_carbon(group)
                return part(fit, "(v)")
            return _read(place, group)

        yield from generic.accounts(
            generic.read_fragments(mol, frame, read, special, frozenset({"N1", "C4"}))
        )


def _propano(mol: Chem.Mol, frame: Frame, fragment: Fragment) -> Part | None:
    """(ii): a bare three-carbon bridge between two ring carbons."""
    places = [frame.places[anchor] for anchor, _ in fragment.joints]
    if places != ["piperidine", "piperidine"] or len(fragment.atoms) != 3:
        return None
    first, last = fragment.joints
    ends_apart = first[1] != last[1] and first[0] != last[0]
    chain = generic.opened(mol, fragment, first)
    straight = last[1] not in common.neighbours(mol, first[1])
    if ends_apart and straight and generic.alkyl(chain) is Fit.DEFINITE:
        return part(Fit.DEFINITE, "(ii)")
    return None


def _read(place: str, group: Group) -> Part:
    if place == "N1":
        if generic.is_own(group, lambda g: generic.methyl(g) is Fit.DEFINITE):
            return KEPT
        return part(ON_NITROGEN(group), "(i)")
    if place == "piperidine":
        return part(generic.alkyl_or_alkenyl(group), "(ii)")
    if place == "phenyl":
        return part(WORD_III(group), "(iii)")
    if place == "C4":
        own = generic.is_own(group, _ethoxycarbonyl)
        return KEPT if own else part(WORD_IV(group), "(iv)")
    return OUTSIDE


def _ethoxycarbonyl(group: Group) -> bool:
    """Say whether a group is C(=O)OCH2CH3."""
    elements = sorted(group.elements())
    if generic.alkoxycarbonyl(group) is Fit.NO or elements != [6, 6, 6, 8, 8]:
        return False
    alcohol = [a for a in group.atoms - {group.root} if common.number(group.mol, a) == 6]
    return common.single(group.mol, *alcohol)
