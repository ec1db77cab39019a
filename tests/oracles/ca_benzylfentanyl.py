"""Canada, Schedule VI Part 1 item 32: benzylfentanyl, derivatives and analogues.

An arylamide of 4-aminopiperidine whose ring nitrogen bears an arylmethyl.
"""

from __future__ import annotations

from rdkit import Chem

from . import ca_fentanyls
from .common import Verdict

BENZYLFENTANYL = ca_fentanyls.Reference(
    is_anilide=True, own=ca_fentanyls.phenylalkyl(1), allowed=ca_fentanyls.arylmethyl_group
)


def judge(mol: Chem.Mol) -> Verdict:
    """Say whether a component may be a derivative or analogue of benzylfentanyl."""
    return ca_fentanyls.judge(mol, BENZYLFENTANYL)
