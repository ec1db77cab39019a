"""United States, List I: 4-anilinopiperidine, its amides, carbamates and (later) halides.

21 CFR 1310.02(a). Amides, carbamates and their combinations: 85 FR 20822, from 2020-05-15.
Halides: 88 FR 74352, from 2023-11-30. Salts are asked component by component elsewhere.
"""

from __future__ import annotations

import datetime as dt

from rdkit import Chem

from . import common
from .common import Account, FamilyPart, FamilySight, Fit, Verdict

LISTED = dt.date(2020, 5, 15)
HALIDES_LISTED = dt.date(2023, 11, 30)
LETTERS = {"amide": "amides", "carbamate": "carbamates", "halogen": "halides"}


def judge(mol: Chem.Mol, day: dt.date) -> Verdict:
    """Say whether a component belongs to the 4-anilinopiperidine line as it stood on a day."""
    common.require_one_component(mol)
    if day < LISTED:
        return Verdict("no")
    return common.choose(_account(sight, day) for sight in common.anilinopiperidine_changes(mol))


def _account(sight: FamilySight, day: dt.date) -> Account:
    letters = frozenset(LETTERS[change.word] for change in sight.changes)
    return Account(sight.fit(lambda change: _fit(change, day)), letters)


def _fit(change: FamilyPart, day: dt.date) -> Fit:
    if change.word == "halogen":
        if day < HALIDES_LISTED:
            return Fit.NO
        # DEA's examples carry the halogen on the phenyl ring; the piperidine is an open reading.
        return change.fit if change.place == "phenyl" else min(change.fit, Fit.ARGUABLE)
    return change.fit
