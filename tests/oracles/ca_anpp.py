"""Canada, Schedule I item 16(14): 4-ANPP, its derivatives and analogues.

A 4-(arylamino)piperidine with a group on the ring nitrogen.
"""

from __future__ import annotations

from rdkit import Chem

from . import ca_fentanyls
from .common import Verdict

ANPP = ca_fentanyls.Reference(
    is_anilide=False, own=ca_fentanyls.phenylalkyl(2), allowed=ca_fentanyls.any_group
)


def judge(mol: Chem.Mol) -> Verdict:
    """Say whether a component may be a derivative or analogue of 4-ANPP."""
    return ca_fentanyls.judge(mol, ANPP)
