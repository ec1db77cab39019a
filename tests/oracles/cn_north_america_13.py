"""China, entry 13 of the list for exports to the United States, Mexico and Canada.

Ketal, amide and carbamate derivatives of 4-piperidone, and combinations of these, from 2025-11-10.
"""

from __future__ import annotations

from rdkit import Chem

from . import common
from .common import Account, FamilySight, Verdict


def judge(mol: Chem.Mol) -> Verdict:
    """Say whether a component belongs to the 4-piperidone family."""
    common.require_one_component(mol)
    found = common.piperidone_changes(mol)
    # The entry names derivatives; the parent itself stands in the precursor catalogue.
    return common.choose(_account(sight) for sight in found if sight.changes)


def _account(sight: FamilySight) -> Account:
    return Account(sight.fit(), frozenset(change.word for change in sight.changes))
