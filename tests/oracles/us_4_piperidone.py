"""United States, List I: 4-piperidone, its acetals, amides, carbamates and combinations.

21 CFR 1310.02(a), 88 FR 21902, from 2023-05-12. Salts are asked component by component elsewhere.
"""

from __future__ import annotations

from rdkit import Chem

from . import common
from .common import Account, FamilySight, Verdict

LETTERS = {"ketal": "acetals", "amide": "amides", "carbamate": "carbamates"}


def judge(mol: Chem.Mol) -> Verdict:
    """Say whether a component belongs to the 4-piperidone line."""
    common.require_one_component(mol)
    return common.choose(_account(sight) for sight in common.piperidone_changes(mol))


def _account(sight: FamilySight) -> Account:
    return Account(sight.fit(), frozenset(LETTERS[change.word] for change in sight.changes))
