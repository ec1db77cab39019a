"""China, orphines compared with spirobrorphine: catalogue of non-medicinal drugs, 2026-10-01.

One or more of three criteria: (4) another aromatic group in place of the phenyl on nitrogen, (5)
any group but hydrogen in place of 1-(4-bromophenyl)ethyl, (6) groups of at most five carbons on the
triazaspirodecanone. Spirobrorphine itself is a member.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from rdkit import Chem

from . import common, generic
from .cn_orphine_brorphine import LARGEST_GROUP, on_ring_nitrogen, ring_nitrogen
from .common import CARBON, NITROGEN, OXYGEN, Account, Fit, Fragment, Group, Piperidine, Verdict
from .generic import KEPT, OUTSIDE, Frame, Part, part


@dataclass(frozen=True)
class Skeleton:
    """One sight of the frame: a piperidine, spiro at C4 to C(=O)-NH-CH2-N, and the aryl on N."""

    piperidine: Piperidine
    carbonyl: int
    oxygen: int
    lactam: int
    methylene: int
    aniline: int
    aryl_atom: int
    aryl: frozenset[int]

    def frame(self, *, aryl_kept: bool) -> Frame:
        """Return the kept atoms, each with its place."""
        ring = self.piperidine
        places = dict.fromkeys((self.carbonyl, self.oxygen, ring.c4), "nowhere")
        places |= dict.fromkeys((ring.carbons - {ring.c4}) | {self.lactam, self.methylene}, "6")
        places |= dict.fromkeys(self.aryl, "4")
        places |= {ring.n1: "5", self.aniline: "nowhere"}
        bonds = generic.chain_bonds(
            (*ring.order, ring.n1),
            (ring.c4, self.carbonyl, self.lactam, self.methylene, self.aniline, ring.c4),
            (self.carbonyl, self.oxygen),
            (self.aniline, self.aryl_atom),
        )
        return Frame(
            places,
            bonds,
            (self.aryl,),
            closed=frozenset({"4"}),
            bare=frozenset({"nowhere", "5"}),
            rings_changed=frozenset() if aryl_kept else frozenset({"4"}),
        )


def judge(mol: Chem.Mol) -> Verdict:
    """Say whether a component is an orphine by comparison with spirobrorphine."""
    common.require_one_component(mol)
    return common.choose(a for skeleton in _skeletons(mol) for a in _accounts(mol, skeleton))


def _skeletons(mol: Chem.Mol) -> Iterator[Skeleton]:
    for ring in common.saturated_piperidines(mol):
        for carbonyl in _next(mol, ring.c4, CARBON, ring.atoms):
            oxygens = common.double_bonded_to(mol, carbonyl, OXYGEN)
            if len(oxygens) != 1:
                continue
            for lactam in _next(mol, carbonyl, NITROGEN, ring.atoms):
                for methylene in _next(mol, lactam, CARBON, ring.atoms | {carbonyl}):
                    for aniline in _next(mol, methylene, NITROGEN, ring.atoms | {lactam}):
                        ring_atoms = (lactam, methylene, aniline)
                        closed = common.single(mol, aniline, ring.c4)
                        if not closed or not all(common.inert(mol, a) for a in ring_atoms):
                            continue
                        frame = frozenset({carbonyl, oxygens[0], *ring_atoms})
                        for atom, aryl in _aryls(mol, aniline, ring.atoms | frame):
                            yield Skeleton(ring, carbonyl, oxygens[0], *ring_atoms, atom, aryl)


def _aryls(
    mol: Chem.Mol, nitrogen: int, taken: frozenset[int]
) -> Iterator[tuple[int, frozenset[int]]]:
    """Yield the aromatic rings on a nitrogen, each with the atom by which it is bound."""
    for atom in common.neighbours(mol, nitrogen):
        for ring in common.rings_with(mol, atom):
            if not ring & taken and common.is_aromatic_ring(mol, ring):
                yield atom, ring


def _next(mol: Chem.Mol, atom: int, element: int, taken: frozenset[int]) -> list[int]:
    return [
        a
        for a in common.neighbours(mol, atom)
        if a not in taken and common.number(mol, a) == element and common.single(mol, atom, a)
    ]


def _accounts(mol: Chem.Mol, skeleton: Skeleton) -> Iterator[Account]:
    core = skeleton.frame(aryl_kept=True).core
    alone = generic.joined_rings(mol, skeleton.aryl, core - skeleton.aryl) == skeleton.aryl
    same = common.is_benzene(mol, skeleton.aryl) and alone
    frame = skeleton.frame(aryl_kept=same)

    def special(fragment: Fragment) -> Part | None:
        fused = {frame.places[anchor] for anchor, _ in fragment.joints} == {"4"}
        return part(Fit.DEFINITE, "4") if fused else None

    parts = generic.read_fragments(mol, frame, _read, special, frozenset({"5"}))
    form = ring_nitrogen(mol, skeleton.piperidine.n1, frame.core)
    aryl = KEPT if same else part(Fit.DEFINITE, "4")
    return generic.accounts(parts, form, aryl, reference_is_member=True)


def _read(place: str, group: Group) -> Part:
    if place == "4":
        return part(Fit.DEFINITE, "4")
    if place == "5":
        return on_ring_nitrogen(group, "5")
    if place == "6":
        fits = generic.carbons(group) <= LARGEST_GROUP
        return part(Fit.DEFINITE if fits else Fit.NO, "6")
    return OUTSIDE
