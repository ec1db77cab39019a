"""China, entry 12 of the list for exports to the United States, Mexico and Canada.

Amide, carbamate and halogenated derivatives of 4-(N-phenylamino)piperidine, and combinations of
these, from 2025-11-10. Which nitrogen and which ring the words mean is open: a group on the ring
nitrogen and a halogen on the phenyl are what the named neighbours in the list show.
"""

from __future__ import annotations

from rdkit import Chem

from . import common
from .common import Account, FamilyPart, FamilySight, Fit, Verdict

LETTERS = {"amide": "amide", "carbamate": "carbamate", "halogen": "halogenated"}
SETTLED_PLACES = frozenset({"ring nitrogen", "phenyl"})


def judge(mol: Chem.Mol) -> Verdict:
    """Say whether a component belongs to the 4-(N-phenylamino)piperidine family."""
    common.require_one_component(mol)
    found = common.anilinopiperidine_changes(mol)
    # The entry names derivatives; the parent itself stands in the precursor catalogue.
    return common.choose(_account(sight) for sight in found if sight.changes)


def _account(sight: FamilySight) -> Account:
    return Account(sight.fit(_fit), frozenset(LETTERS[change.word] for change in sight.changes))


def _fit(change: FamilyPart) -> Fit:
    return change.fit if change.place in SETTLED_PLACES else min(change.fit, Fit.ARGUABLE)
