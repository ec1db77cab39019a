"""Canada, Schedule VI Part 1 item 30: 4-AP, its derivatives and analogues.

A 4-(arylamino)piperidine; both nitrogens may carry anything.
"""

from __future__ import annotations

from rdkit import Chem

from . import ca_fentanyls
from .common import Verdict

AP_4 = ca_fentanyls.Reference(is_anilide=False, own=None, allowed=ca_fentanyls.any_group)


def judge(mol: Chem.Mol) -> Verdict:
    """Say whether a component may be a derivative or analogue of 4-AP."""
    return ca_fentanyls.judge(mol, AP_4)
