"""Singapore, fentanyls: Misuse of Drugs Act 1973, First Schedule, Part 1, paragraph 7.

Any substitution of hydrogen atoms of N-(1-methyl-4-piperidyl)-N-phenylformamide: on the carbonyl
carbon, the phenyl, the piperidine carbons and the methyl. The paragraph sets no limit to what
stands there. The compounds that it names are not asked.
"""

from __future__ import annotations

from collections.abc import Iterator

from rdkit import Chem

from . import common, generic
from .common import Account, Fit, Group, Verdict
from .generic import OUTSIDE, Frame, Part, part

PLACES = ("formyl", "phenyl", "piperidine", "methyl")


def judge(mol: Chem.Mol) -> Verdict:
    """Say whether a component is a fentanyl of paragraph 7, and where hydrogens are replaced."""
    common.require_one_component(mol)
    return common.choose(a for frame in _frames(mol) for a in _accounts(mol, frame))


def _frames(mol: Chem.Mol) -> Iterator[Frame]:
    for anilide in common.anilinopiperidines(mol):
        carbonyl, ring = anilide.third, anilide.piperidine
        if carbonyl is None or common.number(mol, carbonyl) != common.CARBON:
            continue
        if not common.is_benzene(mol, anilide.aryl):
            continue
        oxygens = common.double_bonded_to(mol, carbonyl, common.OXYGEN)
        if len(oxygens) != 1 or not common.inert(mol, ring.n1):
            continue
        for methyl in common.neighbours(mol, ring.n1):
            if methyl in anilide.atoms or not _saturated_carbon(mol, methyl):
                continue
            places = dict.fromkeys((*ring.carbons, ring.c4), "piperidine")
            places |= dict.fromkeys(anilide.aryl, "phenyl")
            places |= {carbonyl: "formyl", oxygens[0]: "bare", methyl: "methyl"}
            places |= {ring.n1: "bare", anilide.nitrogen: "bare"}
            bonds = generic.chain_bonds((ring.n1, methyl), (anilide.nitrogen, carbonyl, oxygens[0]))
            yield Frame(
                places,
                frozenset(anilide.bonds()) | bonds,
                (anilide.aryl,),
                bare=frozenset({"bare"}),
            )


def _saturated_carbon(mol: Chem.Mol, atom: int) -> bool:
    return common.number(mol, atom) == common.CARBON and common.saturated(mol, atom)


def _accounts(mol: Chem.Mol, frame: Frame) -> Iterator[Account]:
    yield from generic.accounts(generic.read_fragments(mol, frame, _read))


def _read(place: str, group: Group) -> Part:
    """Read a group: whatever stands in place of one hydrogen."""
    return part(Fit.DEFINITE, place) if place in PLACES else OUTSIDE
