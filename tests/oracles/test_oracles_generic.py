"""Hand-checked molecules for the second readings of the British, Chinese and Canadian classes."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest
from rdkit import Chem

from . import (
    ca_4_ap,
    ca_4_piperidone,
    ca_anpp,
    ca_benzylfentanyl,
    ca_item_16,
    ca_norfentanyl,
    cn_nitazene,
    cn_orphine_brorphine,
    cn_orphine_spirobrorphine,
    gb_fentanyl,
    gb_nitazene,
    gb_pethidine,
)
from .common import Answer, Verdict

# SMILES, answer, then the clauses without their brackets.
GB_FENTANYL = """
CCC(=O)N(c1ccccc1)C1CCN(CCc2ccccc2)CC1 | no
CC(=O)N(c1ccccc1)C1CCN(CCc2ccccc2)CC1 | definite vi
O=CN(c1ccccc1)C1CCN(CCc2ccccc2)CC1 | definite vi
O=C(c1ccccc1)N(c1ccccc1)C1CCN(CCc2ccccc2)CC1 | definite vi
CC(=O)N(c1ccc(F)cc1)C1CCN(CCc2ccccc2)CC1 | definite iv vi
CCC(=O)N(c1ccccc1)C1CCN(CCc2cccs2)CC1 | definite i
CCC(=O)N(c1ccccc1)C1CCN(CCc2ccc(C#N)s2)CC1 | definite i
CCC(=O)N(c1ccccc1)C1CCN(CCC2CCCCO2)CC1 | definite i
CCC(=O)N(c1ccccc1)C1CCN(CCC2CCCCC2)CC1 | no
CCC(=O)N(c1ccccc1)C1CCN(CCc2cccc3ccccc23)CC1 | no
CCC(=O)N(c1ccccc1)C1CCN(CCc2c[nH]c3ccccc23)CC1 | arguable i
CCC(=O)N(c1ccccc1)C1CCN(CCc2ccc3OCOc3c2)CC1 | arguable i
CCC(=O)N(c1ccccc1)C1CCN(CCc2ccc3CCCc3c2)CC1 | arguable ii
CCC(=O)N(c1ccccc1)C1CCN(CC(O)c2ccccc2)CC1 | definite ii
CCC(=O)N(c1ccccc1)C1CCN(C(C)Cc2ccccc2)CC1 | definite ii
CCC(=O)N(c1ccccc1)C1CCN(CCc2ccc(N)cc2)CC1 | definite ii
CCC(=O)N(c1ccccc1)C1CCN(CC(N(C)C)c2ccccc2)CC1 | arguable ii
CCC(=O)N(c1ccccc1)C1CCN(CC(C2CC2)c2ccccc2)CC1 | arguable ii
CCC(=O)N(c1ccccc1)C1CCN(CCc2ccc(C#N)cc2)CC1 | no
CCC(=O)N(c1ccccc1)C1CCN(CC(=O)c2ccccc2)CC1 | no
CCC(=O)N(c1ccccc1)C1CCN(CCc2ccccc2)CC1C | definite iii
CCC(=O)N(c1ccccc1)C1(C)CCN(CCc2ccccc2)CC1 | definite iii
CCC(=O)N(c1ccccc1)C1(C=C)CCN(CCc2ccccc2)CC1 | definite iii
CCC(=O)N(c1ccccc1)C1CCN(CCc2ccccc2)CC1F | no
CCC(=O)N(c1ccccc1)C1CCN(CCc2ccccc2)CC1OC | no
CCC(=O)N(c1ccccc1)C1CC2CCC(C1)N2CCc1ccccc1 | arguable iii
CCC(=O)N(c1ccc2OCOc2c1)C1CCN(CCc2ccccc2)CC1 | definite iv
CCC(=O)N(c1ccc(C(F)(F)F)cc1)C1CCN(CCc2ccccc2)CC1 | definite iv
CCC(=O)N(c1ccc(O)cc1)C1CCN(CCc2ccccc2)CC1 | arguable
CCC(=O)N(c1ccc([N+](=O)[O-])cc1)C1CCN(CCc2ccccc2)CC1 | arguable
CCC(=O)N(c1ccc(O)cc1)C1CCN(CCc2cccs2)CC1 | arguable i
CCC(=O)N(c1ccc(C#N)cc1)C1CCN(CCc2ccccc2)CC1 | no
CCC(=O)N(c1ccccn1)C1CCN(CCc2ccccc2)CC1 | no
CCC(=O)N(c1ccccc1)C1(C(=O)OC)CCN(CCc2ccccc2)CC1 | definite v
CCC(=O)N(c1ccccc1)C1(COC)CCN(CCc2cccs2)CC1 | definite i v
CCC(=O)N(c1ccccc1)C1(OC(C)=O)CCN(CCc2ccccc2)CC1 | definite v
CCC(=O)N(c1ccccc1)C1(C2CCCO2)CCN(CCc2ccccc2)CC1 | arguable v
CCC(=O)N(c1ccccc1)C1CCN(CCc2ccccc2)CC1C(=O)OC | no
CCC(=O)N(c1ccccc1)C1(C(=O)OC)CCN(CCC(=O)OC)CC1 | no
COC(=O)N(c1ccccc1)C1CCN(CCc2ccccc2)CC1 | arguable vi
CNC(=O)N(c1ccccc1)C1CCN(CCc2ccccc2)CC1 | arguable vi
CS(=O)(=O)N(c1ccccc1)C1CCN(CCc2ccccc2)CC1 | arguable vi
CCC(=O)N(c1ccccc1)C1CC[N+]([O-])(CCc2ccccc2)CC1 | arguable
CCC(=O)N(c1ccccc1)C1CC[N+](C)(CCc2ccccc2)CC1 | arguable
c1ccc(CCN2CCC(Nc3ccccc3)CC2)cc1 | no
CCC(=O)N(c1ccccc1)C1CCNCC1 | no
CCC(=O)N(c1ccccc1)C1CCN(Cc2ccccc2)CC1 | no
CCN(c1ccccc1)C1CCN(CCc2ccccc2)CC1 | no
"""

GB_PETHIDINE = """
CCOC(=O)C1(c2ccccc2)CCN(C)CC1 | no
CCOC(=O)C1(c2ccccc2)CCN(CCc2ccccc2)CC1 | definite i
CCOC(=O)C1(c2ccccc2)CCN(C(C)=O)CC1 | definite i
CCOC(=O)C1(c2ccccc2)CCNCC1 | no
CCOC(=O)C1(c2ccccc2)CCN(O)CC1 | no
CCOC(=O)C1(c2ccccc2)CCN(C)CC1C | definite ii
CCOC(=O)C1(c2ccccc2)CCN(C)CC1CC=C | definite ii
CCOC(=O)C1(c2ccccc2)CCN(C)CC1C1CC1 | arguable ii
CCOC(=O)C1(c2ccccc2)CC2CCCC(C1)N2C | definite ii
CCOC(=O)C1(c2ccccc2)CC2CCC(C1)N2C | arguable ii
CCOC(=O)C1(c2ccccc2)CCN(C)CC1O | no
CCOC(=O)C1(c2cccc(OC)c2)CCN(C)CC1 | definite iii
CCOC(=O)C1(c2cccc(Oc3ccccc3)c2)CCN(C)CC1 | definite iii
CCOC(=O)C1(c2cccc(O)c2)CCN(C)CC1 | no
CCOC(=O)C1(c2ccsc2)CCN(C)CC1 | no
CCC(=O)OC1(c2ccccc2)CCN(C)CC1 | definite iv
COC(=O)C1(c2ccccc2)CCN(C)CC1 | definite iv
CC(C)OC(=O)C1(c2ccccc2)CCN(C)CC1 | definite iv
CCOCC1(c2ccccc2)CCN(C)CC1 | definite iv
CCC(=O)OC1(c2ccccc2)CCN(C)CC1C | definite ii iv
CCC(=O)C1(c2ccccc2)CCN(C)CC1 | no
CN1CCC(C#N)(c2ccccc2)CC1 | no
CN1CCC(c2ccccc2)CC1 | no
CCOC(=O)C1(c2ccccc2)CC[N+](C)([O-])CC1 | definite v
CCOC(=O)C1(c2ccccc2)CC[N+](C)(C)CC1 | definite v
CCOC(=O)C1(c2ccccc2)CC[N+](CC)([O-])CC1 | definite i v
CCC(=O)N(c1ccccc1)C1CCN(C)CC1 | no
"""

GB_NITAZENE = """
NCCn1c(Cc2ccccc2)nc2ccccc12 | no
CCN(CC)CCn1c(Cc2ccccc2)nc2ccccc12 | definite i
CNCCn1c(Cc2ccccc2)nc2ccccc12 | definite i
C=CCNCCn1c(Cc2ccccc2)nc2ccccc12 | definite i
c1ccc(Cc2nc3ccccc3n2CCN2CCCC2)cc1 | definite i
c1ccc(Cc2nc3ccccc3n2CCN2CCOCC2)cc1 | definite i
c1ccc(Cc2nc3ccccc3n2CCNC2CC2)cc1 | arguable i
CCCCNCCn1c(Cc2ccccc2)nc2ccccc12 | arguable i
CCCCCCCNCCn1c(Cc2ccccc2)nc2ccccc12 | no
CC(=O)NCCn1c(Cc2ccccc2)nc2ccccc12 | no
CCN(CC)CCn1c(Cc2ccc(OCC)cc2)nc2cc([N+](=O)[O-])ccc12 | definite i ii iii
CCN(CC)CCn1c(Cc2ccc(OCC)cc2)nc2ccc([N+](=O)[O-])cc12 | definite i ii iii
CCN(CC)CCn1c(Cc2ccc(OCC)cc2)nc2cccc([N+](=O)[O-])c12 | no
NCCn1c(Cc2ccc(OCCCCC)cc2)nc2ccccc12 | definite ii
NCCn1c(Cc2ccc(OCCCCCC)cc2)nc2ccccc12 | no
NCCn1c(Cc2ccc(OC3CC3)cc2)nc2ccccc12 | arguable ii
NCCn1c(Cc2ccc(OC(F)(F)F)cc2)nc2ccccc12 | definite ii
NCCn1c(Cc2ccc(SC)cc2)nc2ccccc12 | definite ii
NCCn1c(Cc2ccc(S(C)(=O)=O)cc2)nc2ccccc12 | definite ii
NCCn1c(Cc2ccc(S(C)=O)cc2)nc2ccccc12 | no
NCCn1c(Cc2ccc(OC(C)=O)cc2)nc2ccccc12 | definite ii
NCCn1c(Cc2ccc(OC(=O)CC)cc2)nc2ccccc12 | no
NCCn1c(Cc2ccc(C3CC3)cc2)nc2ccccc12 | arguable ii
NCCn1c(Cc2ccc(N)cc2)nc2ccccc12 | no
NCCn1c(Cc2ccc(C#N)c(F)c2)nc2ccccc12 | definite ii
NCCn1c(Cc2ccccc2)nc2cc(C#N)ccc12 | definite iii
NCCn1c(Cc2ccccc2)nc2cc(C(C)=O)ccc12 | definite iii
NCCn1c(Cc2ccccc2)nc2cc(OC(F)(F)F)ccc12 | definite iii
NCCn1c(Cc2ccccc2)nc2cc(OCC)ccc12 | no
NCCn1c(Cc2ccccc2)nc2cc(C)ccc12 | no
NCCn1c(Cc2ccccc2)nc2cc(C(N)=O)ccc12 | arguable iii
NCCn1c(Cc2ccccc2)nc2cc(N)ccc12 | arguable iii
NCCn1c(C(C)c2ccccc2)nc2ccccc12 | definite iv
NCCn1c(C(CC)c2ccccc2)nc2ccccc12 | arguable iv
NCCn1c(N(C)c2ccccc2)nc2ccccc12 | arguable iv v
NCCn1c(Nc2ccccc2)nc2ccccc12 | definite v
NCCn1c(Oc2ccccc2)nc2ccccc12 | definite v
NCCn1c(Sc2ccccc2)nc2ccccc12 | definite v
NCCn1c(C(=O)c2ccccc2)nc2ccccc12 | no
NCCn1c(Cc2ccc3OCCc3c2)nc2ccccc12 | definite vi
NCCn1c(Cc2ccc3OCOc3c2)nc2ccccc12 | definite vii
NCCn1c(Cc2ccc3OCCOc3c2)nc2ccccc12 | no
NCCn1c(Cc2cccc3ccccc23)nc2ccccc12 | no
NCC(C)n1c(Cc2ccccc2)nc2ccccc12 | no
NCCn1c(CCc2ccccc2)nc2ccccc12 | no
CCN(CC)CCn1c(Cc2c(I)cccc2)nc2cc(Br)ccc12 | no
CCN(CC)CCn1c(Cc2c(I)cccc2)nc2ccccc12 | definite i ii
"""

CN_NITAZENE = """
CCOc1ccc(Cc2nc3cc([N+](=O)[O-])ccc3n2CCN(CC)CC)cc1 | no
CCOc1ccc(Cc2nc3ccccc3n2CCN(CC)CC)cc1 | definite 1
CCOc1ccc(Cc2nc3cc(C#N)ccc3n2CCN(CC)CC)cc1 | definite 1
CCOc1ccc(Cc2nc3ccc([N+](=O)[O-])cc3n2CCN(CC)CC)cc1 | definite 1
CCOc1ccc(Cc2nc3cc([N+](=O)[O-])cc(C)c3n2CCN(CC)CC)cc1 | definite 1
CCOc1ccc(C(C)c2nc3cc([N+](=O)[O-])ccc3n2CCN(CC)CC)cc1 | definite 2
CCOc1ccc(CCc2nc3cc([N+](=O)[O-])ccc3n2CCN(CC)CC)cc1 | definite 2
CCOc1ccc(C=Cc2nc3cc([N+](=O)[O-])ccc3n2CCN(CC)CC)cc1 | definite 2
CCOc1ccc(Oc2nc3cc([N+](=O)[O-])ccc3n2CCN(CC)CC)cc1 | arguable 2
COc1ccc(Cc2nc3cc([N+](=O)[O-])ccc3n2CCN(CC)CC)cc1 | definite 3
CCOc1cccc(Cc2nc3cc([N+](=O)[O-])ccc3n2CCN(CC)CC)c1 | definite 3
CCN(CC)CCn1c(Cc2cccs2)nc2cc([N+](=O)[O-])ccc12 | definite 3
CCN(CC)CCn1c(Cc2cccc3ccccc23)nc2cc([N+](=O)[O-])ccc12 | definite 3
CCN(CC)CCn1c(CC2CCCCC2)nc2cc([N+](=O)[O-])ccc12 | arguable 2
CCN(CC)CCn1c(CC)nc2cc([N+](=O)[O-])ccc12 | arguable 2
CCN(CC)CCn1c(CC2CCCCC2)nc2ccccc12 | arguable 1
CCN(CC)CCn1c(C)nc2cc([N+](=O)[O-])ccc12 | no
NCCn1c(C)nc2cc([N+](=O)[O-])ccc12 | arguable 4
CCOc1ccc(Cc2nc3cc([N+](=O)[O-])ccc3n2CCNCC)cc1 | definite 4
CCOc1ccc(Cc2nc3cc([N+](=O)[O-])ccc3n2CCN)cc1 | definite 4
CCOc1ccc(Cc2nc3cc([N+](=O)[O-])ccc3n2CCN2CCCC2)cc1 | definite 4
CCOc1ccc(Cc2nc3cc([N+](=O)[O-])ccc3n2CCN(CC)O)cc1 | arguable 4
CCOc1ccc(Cc2nc3cc([N+](=O)[O-])ccc3n2CC[N+]([O-])(CC)CC)cc1 | arguable
CCOc1ccc(Cc2nc3cc([N+](=O)[O-])ccc3n2C(C)CN(CC)CC)cc1 | arguable
CCOc1ccc(Cc2nc3cc([N+](=O)[O-])ccc3n2CC(C)NCC)cc1 | arguable 4
COc1ccc(Cc2nc3ccccc3n2CCN2CCCC2)cc1 | definite 1 3 4
CCOc1ccc(Cc2nc3cc([N+](=O)[O-])ccc3n2CCCN(CC)CC)cc1 | no
CCOc1ccc(Cc2nc3ncc([N+](=O)[O-])cc3n2CCN(CC)CC)cc1 | no
CCOc1ccc(-c2nc3cc([N+](=O)[O-])ccc3n2CCN(CC)CC)cc1 | no
"""

CN_BRORPHINE = """
CC(c1ccc(Br)cc1)N1CCC(CC1)n1c(=O)[nH]c2ccccc12 | no
CC(c1ccc(Br)cc1)N1CCC(CC1)n1c(=O)n(C)c2ccccc12 | definite 1
CC(c1ccc(Br)cc1)N1CCC(CC1)n1c(=O)n(CCCCC)c2ccccc12 | definite 1
CC(c1ccc(Br)cc1)N1CCC(CC1)n1c(=O)n(CCCCCC)c2ccccc12 | no
CC(c1ccc(Br)cc1)N1CCC(CC1)n1c(=O)[nH]c2cc(Cl)c(C)cc12 | definite 1
CC(c1ccc(Cl)cc1)N1CCC(CC1)n1c(=O)[nH]c2ccccc12 | definite 2
CC(c1cccc(Br)c1)N1CCC(CC1)n1c(=O)[nH]c2ccccc12 | definite 2
O=c1[nH]c2ccccc2n1C1CCN(Cc2cccnc2)CC1 | definite 2
O=c1[nH]c2ccccc2n1C1CCN(CCc2ccccc2)CC1 | arguable 2
O=c1[nH]c2ccccc2n1C1CCN(CCCC(c2ccc(F)cc2)c2ccc(F)cc2)CC1 | arguable 2
O=C(CCCN1CCC(CC1)n1c(=O)[nH]c2ccccc12)c1ccc(F)cc1 | arguable 2
O=c1[nH]c2ccccc2n1C1CCNCC1 | no
CC(c1ccc(Br)cc1)N1CCC(C(C)C1)n1c(=O)[nH]c2ccccc12 | definite 3
CC(c1ccc(Br)cc1)N1CCC(CC1CCCCCC)n1c(=O)[nH]c2ccccc12 | no
CC(c1ccc(Cl)cc1)N1CCC(C(F)C1)n1c(=O)n(C)c2ccccc12 | definite 1 2 3
CC(c1ccc(Br)cc1)N1C2CCC1CC(C2)n1c(=O)[nH]c2ccccc12 | arguable 3
CC(c1ccc(Br)cc1)N1CCC(CC1)n1c(=S)[nH]c2ccccc12 | no
CC(c1ccc(Br)cc1)N1CCC(CC1)N1C(=O)Cc2ccccc12 | no
"""

CN_SPIROBRORPHINE = """
CC(c1ccc(Br)cc1)N1CCC2(CC1)C(=O)NCN2c1ccccc1 | definite
CC(c1ccc(Br)cc1)N1CCC2(CC1)C(=O)NCN2c1ccc(F)cc1 | definite 4
CC(c1ccc(Br)cc1)N1CCC2(CC1)C(=O)NCN2c1cccc2ccccc12 | definite 4
CC(c1ccc(Br)cc1)N1CCC2(CC1)C(=O)NCN2C1CCCCC1 | no
CC(c1ccc(Br)cc1)N1CCC2(CC1)C(=O)NCN2 | no
CC(c1ccc(Cl)cc1)N1CCC2(CC1)C(=O)NCN2c1ccccc1 | definite 5
O=C1NCN(c2ccccc2)C12CCN(CCCC(c1ccc(F)cc1)c1ccc(F)cc1)CC2 | arguable 5
O=C1NCN(c2ccccc2)C12CCNCC2 | no
CC(c1ccc(Br)cc1)N1CCC2(CC1)C(=O)N(C)CN2c1ccccc1 | definite 6
CC(c1ccc(Br)cc1)N1CCC2(CC1)C(=O)NC(C)N2c1ccccc1 | definite 6
CC(c1ccc(Br)cc1)N1CCC2(CC1C)C(=O)NCN2c1ccccc1 | definite 6
CC(c1ccc(Br)cc1)N1CCC2(CC1)C(=O)N(CCCCCC)CN2c1ccccc1 | no
CC(c1ccc(Br)cc1)N1CCC2(CC1)C(=O)NC(=O)N2c1ccccc1 | definite 6
CC(c1ccc(Br)cc1)N1CCC(CC1)n1c(=O)[nH]c2ccccc12 | no
"""

CA_LETTERS = {
    "c": "acyl",
    "d": "aryl",
    "p": "piperidine",
    "n": "nitrogen",
    "f": "nitrogen-form",
    "x": "anilino-nitrogen",
    "k": "carbonyl",
    "r": "ring",
}

# SMILES, then the verdicts of item 16, VI 28, VI 32, 16(14) and VI 30.
CA_FENTANYLS = """
CCC(=O)N(c1ccccc1)C1CCN(CCc2ccccc2)CC1 | no | no | no | arguable x | arguable xn
CC(=O)N(c1ccccc1)C1CCN(CCc2ccccc2)CC1 | arguable c | no | no | arguable x | arguable xn
CCC(=O)N(c1ccccc1)C1CCN(Cc2ccccc2)CC1 | arguable n | no | no | arguable xn | arguable xn
CCC(=O)N(c1ccccc1)C1CCN(C(C)c2ccccc2)CC1 | arguable n | no | arguable n | arguable xn | arguable xn
CCC(=O)N(c1ccccc1)C1CCNCC1 | no | no | no | no | arguable x
CC(=O)N(c1ccccc1)C1CCNCC1 | no | arguable c | no | no | arguable x
CCC(=O)N(c1ccc(F)cc1)C1CCNCC1 | no | arguable d | no | no | arguable xd
CCC(=O)N(c1ccccc1)C1CCN(C(=O)OC)CC1 | arguable n | arguable n | no | arguable xn | arguable xn
CCC(=O)N(c1ccccc1)C1(COC)CCN(CCc2cccs2)CC1 | arguable pn | no | no | arguable xpn | arguable xpn
CCC(=O)N(c1cccc2ccccc12)C1CCN(C)CC1 | arguable dn | no | no | arguable xdn | arguable xdn
CCC(=O)N(Cc1ccccc1)C1CCN(CCc2ccccc2)CC1 | no | no | no | no | no
CCC(=O)NC1CCN(CCc2ccccc2)CC1 | no | no | no | no | no
c1ccc(CCN2CCC(Nc3ccccc3)CC2)cc1 | no | no | no | no | arguable n
c1ccc(NC2CCNCC2)cc1 | no | no | no | no | no
Fc1ccc(NC2CCNCC2)cc1 | no | no | no | no | arguable d
CC(C)(C)OC(=O)N1CCC(Nc2ccccc2)CC1 | no | no | no | arguable n | arguable n
CC1CN(CCc2ccccc2)CCC1Nc1ccccc1 | no | no | no | arguable p | arguable pn
C1CNCCC1=Nc1ccccc1 | no | no | no | no | no
c1ccc(CCN2CCC(=Nc3ccccc3)CC2)cc1 | no | no | no | no | no
O=c1[nH]c2ccccc2n1C1CCN(Cc2ccccc2)CC1 | no | no | no | no | no
O=C1Cc2ccccc2N1C1CCN(Cc2ccccc2)CC1 | arguable cn | no | arguable c | arguable xn | arguable xn
CCC(=O)N(c1ccccc1)C1CC[N+]([O-])(CCc2ccccc2)CC1 | arguable f | no | no | arguable xf | arguable xf
C1CCC(Nc2ccccc2)CC1 | no | no | no | no | no
"""

CA_4_PIPERIDONE = """
O=C1CCNCC1 | no
CC(C)(C)OC(=O)N1CCC(=O)CC1 | arguable n
CC1CNCCC1=O | arguable r
O=C1CCN(Cc2ccccc2)CC1 | arguable n
CC1(C)CC(=O)CC(C)(C)N1 | arguable r
C1CC2(CCN1)OCCO2 | arguable k
COC1(O)CCNCC1 | arguable k
C1CC2(CCN1)SCCS2 | arguable k
ON=C1CCNCC1 | arguable k
c1ccc(CCN2CCC(=Nc3ccccc3)CC2)cc1 | arguable kn
CN1C2CCC1CC(=O)C2 | arguable rn
COC1=CCNCC1 | no
OC1CCNCC1 | no
O=C1CCCCN1 | no
O=C1CCCNC1 | no
O=C1CCCCC1 | no
O=c1cc[nH]cc1 | no
O=C1C=CNCC1 | no
"""

LAWS: list[tuple[str, str, Callable[[Chem.Mol], Verdict]]] = [
    ("gb 1(d)", GB_FENTANYL, gb_fentanyl.judge),
    ("gb 1(e)", GB_PETHIDINE, gb_pethidine.judge),
    ("gb 1(ea)", GB_NITAZENE, gb_nitazene.judge),
    ("cn nitazenes", CN_NITAZENE, cn_nitazene.judge),
    ("cn brorphine", CN_BRORPHINE, cn_orphine_brorphine.judge),
    ("cn spirobrorphine", CN_SPIROBRORPHINE, cn_orphine_spirobrorphine.judge),
    ("ca VI 27", CA_4_PIPERIDONE, ca_4_piperidone.judge),
]
CA_JUDGES = [
    ca_item_16.judge,
    ca_norfentanyl.judge,
    ca_benzylfentanyl.judge,
    ca_anpp.judge,
    ca_4_ap.judge,
]


def _rows(table: str) -> list[list[str]]:
    return [[cell.strip() for cell in line.split(" | ")] for line in table.strip().splitlines()]


def _verdict(law: str, cell: str) -> Verdict:
    """Read "definite i vi" as a verdict in the letters of a law."""
    known: dict[str, Answer] = {"definite": "definite", "arguable": "arguable", "no": "no"}
    answer, *clauses = cell.split()
    if law.startswith("gb"):
        return Verdict(known[answer], frozenset(f"({clause})" for clause in clauses))
    if law.startswith("ca"):
        return Verdict(known[answer], frozenset(CA_LETTERS[x] for x in "".join(clauses)))
    return Verdict(known[answer], frozenset(clauses))


def _mol(smiles: str) -> Chem.Mol:
    mol = Chem.MolFromSmiles(smiles)
    assert mol is not None, smiles
    return mol


@pytest.mark.parametrize(
    ("law", "judge", "smiles", "expected"),
    [(law, judge, *row) for law, table, judge in LAWS for row in _rows(table)],
)
def test_hand_checked_molecules(
    law: str, judge: Callable[[Chem.Mol], Verdict], smiles: str, expected: str
) -> None:
    """Each clause and each open word means what the law notes say."""
    assert judge(_mol(smiles)) == _verdict(law, expected)


@pytest.mark.parametrize("row", _rows(CA_FENTANYLS))
def test_canadian_derivatives_and_analogues(row: list[str]) -> None:
    """A component with the frame of a Canadian item is arguable, the named compound is none."""
    smiles, *expected = row
    verdicts = [judge(_mol(smiles)) for judge in CA_JUDGES]
    wanted = [_verdict("ca", cell) for cell in expected]
    assert [(v.answer, v.letters) for v in verdicts] == [(w.answer, w.letters) for w in wanted]


@pytest.mark.parametrize(("law", "table", "judge"), LAWS)
def test_atom_order_does_not_matter(
    law: str, table: str, judge: Callable[[Chem.Mol], Verdict]
) -> None:
    """A renumbered molecule gets the same answer with the same clauses."""
    shuffle = random.Random(20260101)
    for smiles, _ in _rows(table):
        mol = _mol(smiles)
        order = list(range(mol.GetNumAtoms()))
        shuffle.shuffle(order)
        assert judge(Chem.RenumberAtoms(mol, order)) == judge(mol), smiles


@pytest.mark.parametrize("judge", [*(judge for _, _, judge in LAWS), *CA_JUDGES])
def test_salts_are_refused(judge: Callable[[Chem.Mol], Verdict]) -> None:
    """A salt is asked component by component, so two components at once are an error."""
    with pytest.raises(ValueError, match="one component"):
        judge(_mol("O=C1CCNCC1.Cl"))
