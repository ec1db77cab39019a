"""China, orphines compared with brorphine: catalogue of non-medicinal drugs, from 2026-10-01.

One or more of three criteria: (1) groups of at most five carbons on the benzimidazolone, (2) any
group but hydrogen in place of 1-(4-bromophenyl)ethyl, (3) groups of at most five carbons on the
piperidine. The limit is read per group.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from rdkit import Chem

from . import common, generic
from .common import Account, Fit, Group, Piperidine, Verdict
from .generic import KEPT, OUTSIDE, Benzimidazole, Frame, Part, part

LARGEST_GROUP = 5


@dataclass(frozen=True)
class Skeleton:
    """One sight of the frame: a benzimidazolone bound by nitrogen to C4 of a piperidine."""

    core: Benzimidazole
    oxygen: int
    piperidine: Piperidine

    def frame(self) -> Frame:
        """Return the kept atoms, each with its place."""
        core, ring = self.core, self.piperidine
        places = dict.fromkeys((core.n1, core.c2, core.c3a, core.c7a, self.oxygen), "nowhere")
        places |= dict.fromkeys((core.n3, core.c4, core.c5, core.c6, core.c7), "1")
        places |= dict.fromkeys(ring.carbons, "3")
        places[ring.n1] = "2"
        bonds = generic.chain_bonds(
            (*ring.order, ring.n1), (ring.c4, core.n1), (core.c2, self.oxygen)
        )
        return Frame(places, bonds | core.bonds(), bare=frozenset({"nowhere", "2"}))


def judge(mol: Chem.Mol) -> Verdict:
    """Say whether a component is an orphine by comparison with brorphine, and by which criteria."""
    common.require_one_component(mol)
    return common.choose(a for skeleton in _skeletons(mol) for a in _accounts(mol, skeleton))


def _skeletons(mol: Chem.Mol) -> Iterator[Skeleton]:
    for core in generic.benzimidazoles(mol):
        oxygens = common.double_bonded_to(mol, core.c2, common.OXYGEN)
        nitrogens_plain = common.inert(mol, core.n1) and common.inert(mol, core.n3)
        if len(oxygens) != 1 or not nitrogens_plain:
            continue
        for ring in common.saturated_piperidines(mol):
            if core.n1 in common.neighbours(mol, ring.c4) and not ring.atoms & {*core.order}:
                yield Skeleton(core, oxygens[0], ring)


def _accounts(mol: Chem.Mol, skeleton: Skeleton) -> Iterator[Account]:
    frame, n1 = skeleton.frame(), skeleton.piperidine.n1
    parts = generic.read_fragments(mol, frame, read_place, slots=frozenset({"2"}))
    return generic.accounts(parts, ring_nitrogen(mol, n1, frame.core))


def read_place(place: str, group: Group) -> Part:
    """Read a group: any at the ring nitrogen, at most five carbons elsewhere."""
    if place == "2":
        return on_ring_nitrogen(group, "2")
    if place in ("1", "3"):
        fits = generic.carbons(group) <= LARGEST_GROUP
        return part(Fit.DEFINITE if fits else Fit.NO, place)
    return OUTSIDE


def on_ring_nitrogen(group: Group, letter: str) -> Part:
    """Any other group: an arylmethyl is certain, for the rest medicines must be ruled out."""
    if generic.is_own(group, bromophenylethyl):
        return KEPT
    return part(generic.arylmethyl(group) or Fit.ARGUABLE, letter)


def ring_nitrogen(mol: Chem.Mol, n1: int, core: frozenset[int]) -> Part:
    """Read the ring nitrogen: hydrogen is excepted, and a fourth group is in no criterion."""
    carried = [a for a in common.neighbours(mol, n1) if a not in core]
    return KEPT if len(carried) == 1 and common.inert(mol, n1) else OUTSIDE


def bromophenylethyl(group: Group) -> bool:
    """Say whether a group is 1-(4-bromophenyl)ethyl."""
    mol, root = group.mol, group.root
    if sorted(group.elements()) != [6] * 8 + [35] or not common.saturated(mol, root):
        return False
    beyond = group.inside(root)
    methyls = [a for a in beyond if len(common.neighbours(mol, a)) == 1]
    rings = [r for a in beyond for r in common.rings_with(mol, a) if common.is_benzene(mol, r)]
    if len(beyond) != 2 or len(methyls) != 1 or len(rings) != 1:
        return False
    (ring,) = rings
    (bromine,) = (a for a in group.atoms if common.number(mol, a) == 35)
    (entry,) = (a for a in beyond if a in ring)
    (carrier,) = common.neighbours(mol, bromine)
    apart = {entry, *common.neighbours(mol, entry)}
    return carrier in ring and not apart & {carrier, *common.neighbours(mol, carrier)}
