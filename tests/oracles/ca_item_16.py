"""Canada, Controlled Drugs and Substances Act, Schedule I item 16: fentanyls.

Fentanyl's derivatives and analogues: an arylamide of 4-aminopiperidine with a group on the ring
nitrogen.
"""

from __future__ import annotations

from rdkit import Chem

from . import ca_fentanyls
from .common import Verdict

FENTANYL = ca_fentanyls.Reference(
    is_anilide=True, own=ca_fentanyls.phenylalkyl(2), allowed=ca_fentanyls.any_group
)


def judge(mol: Chem.Mol) -> Verdict:
    """Say whether a component may be a derivative or analogue of fentanyl."""
    return ca_fentanyls.judge(mol, FENTANYL)
