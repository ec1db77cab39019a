"""Canada, Schedule VI Part 1 item 27: 4-piperidone, its derivatives and analogues, 2024-09-03.

A saturated six-membered ring with a nitrogen and, across it, a ketone or a masked one. Neither
word has limits in the Act, so nothing is certain; 4-piperidone itself is named.
"""

from __future__ import annotations

from collections.abc import Iterator

from rdkit import Chem

from . import common, generic
from .common import CARBON, NITROGEN, OXYGEN, SULFUR, Account, Fit, Group, Piperidine, Verdict
from .generic import KEPT, OUTSIDE, Frame, Part, part

SLOTS = frozenset({"carbonyl", "nitrogen"})


def judge(mol: Chem.Mol) -> Verdict:
    """Say whether a component may be a derivative or analogue of 4-piperidone."""
    common.require_one_component(mol)
    accounts = [a for r in common.saturated_piperidines(mol) for a in _accounts(mol, r)]
    return generic.arguable_unless_reference(accounts)


def _accounts(mol: Chem.Mol, ring: Piperidine) -> Iterator[Account]:
    ketone, masked = common.double_bonded_to(mol, ring.c4, OXYGEN), _masked(mol, ring)
    if not ketone and not masked:
        return
    places = dict.fromkeys(ring.carbons, "ring") | {ring.c4: "carbonyl", ring.n1: "nitrogen"}
    frame = Frame(places, generic.chain_bonds((*ring.order, ring.n1)), bare=SLOTS)

    four = len([a for a in common.neighbours(mol, ring.n1) if a not in ring.atoms]) > 1

    def read(place: str, group: Group) -> Part:
        if place == "nitrogen" and four:
            oxide = group.elements() == [OXYGEN]
            fit = Fit.DEFINITE if oxide else generic.bound_by_carbon(group)
            return part(min(Fit.ARGUABLE, fit), "nitrogen-form")
        if place != "carbonyl":
            return part(Fit.ARGUABLE, place)
        if ketone:
            return KEPT
        return part(Fit.ARGUABLE, place) if masked else OUTSIDE

    parts = generic.read_fragments(mol, frame, read, slots=SLOTS)
    yield from generic.accounts(parts, reference_is_member=True)


def _masked(mol: Chem.Mol, ring: Piperidine) -> bool:
    """Say whether C4 is an imine, an acetal or a hemiacetal, with sulfur for oxygen or not."""
    if common.double_bonded_to(mol, ring.c4, NITROGEN):
        return True
    groups = [a for a in common.neighbours(mol, ring.c4) if a not in ring.atoms]
    if len(groups) != 2 or not all(common.single(mol, ring.c4, a) for a in groups):
        return False
    if not all(common.number(mol, a) in (OXYGEN, SULFUR) for a in groups):
        return False
    ends = [b for a in groups for b in common.neighbours(mol, a) if b not in {*groups, ring.c4}]
    acylal = {common.number(mol, a) for a in groups} == {OXYGEN} and any(
        common.carbonyl_like(mol, b) for b in ends
    )
    return not acylal and all(common.number(mol, b) == CARBON for b in ends)
