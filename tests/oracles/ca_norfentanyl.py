"""Canada, Schedule VI Part 1 item 28: norfentanyl, derivatives and analogues.

An arylamide of 4-aminopiperidine whose ring nitrogen bears hydrogen or an acyl.
"""

from __future__ import annotations

from rdkit import Chem

from . import ca_fentanyls
from .common import Verdict

NORFENTANYL = ca_fentanyls.Reference(is_anilide=True, own=None, allowed=ca_fentanyls.acyl_group)


def judge(mol: Chem.Mol) -> Verdict:
    """Say whether a component may be a derivative or analogue of norfentanyl."""
    return ca_fentanyls.judge(mol, NORFENTANYL)
