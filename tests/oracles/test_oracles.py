"""Hand-checked molecules for each second reading; the expected answers come from the law alone."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable

import pytest
from rdkit import Chem

from . import (
    cn_fentanyl_class,
    cn_north_america_12,
    cn_north_america_13,
    us_4_anilinopiperidine,
    us_4_piperidone,
    us_fentanyl_related,
)
from .common import Answer, Verdict

# The 63 fentanyl-type substances of 21 CFR 1308.11-1308.12: name, SMILES, then the answer and
# the letters of the US class and of the Chinese class. "!" marks the 30 that DEA placed in the
# US class; their letters are those of the law notes.
NAMED = """
acetyl-alpha-methylfentanyl | CC(=O)N(c1ccccc1)C1CCN(C(C)Cc2ccccc2)CC1 | definite BE | definite 14
acetyl fentanyl | CC(=O)N(c1ccccc1)C1CCN(CCc2ccccc2)CC1 | definite E | definite 1
acryl fentanyl | C=CC(=O)N(c1ccccc1)C1CCN(CCc2ccccc2)CC1 | definite E | definite 1
alpha'-methyl butyryl! | CCC(C)C(=O)N(c1ccccc1)C1CCN(CCc2ccccc2)CC1 | definite E | definite 1
alpha-methylfentanyl | CCC(=O)N(c1ccccc1)C1CCN(C(C)Cc2ccccc2)CC1 | definite B | definite 4
alpha-methylthiofentanyl | CCC(=O)N(c1ccccc1)C1CCN(C(C)Cc2cccs2)CC1 | arguable AB | definite 4
beta-hydroxyfentanyl | CCC(=O)N(c1ccccc1)C1CCN(CC(O)c2ccccc2)CC1 | definite B | definite 4
beta-hydroxy-3-methyl | CCC(=O)N(c1ccccc1)C1CCN(CC(O)c2ccccc2)CC1C | definite BC | definite 34
beta-hydroxythiofentanyl | CCC(=O)N(c1ccccc1)C1CCN(CC(O)c2cccs2)CC1 | arguable AB | definite 4
beta-methyl fentanyl! | CCC(=O)N(c1ccccc1)C1CCN(CC(C)c2ccccc2)CC1 | definite B | definite 4
beta-methylacetyl fentanyl! | CC(=O)N(c1ccccc1)C1CCN(CC(C)c2ccccc2)CC1 | definite BE | definite 14
beta'-phenyl fentanyl! | O=C(CCc1ccccc1)N(c1ccccc1)C1CCN(CCc2ccccc2)CC1 | definite E | definite 1
butyryl fentanyl | CCCC(=O)N(c1ccccc1)C1CCN(CCc2ccccc2)CC1 | definite E | definite 1
crotonyl fentanyl | C/C=C/C(=O)N(c1ccccc1)C1CCN(CCc2ccccc2)CC1 | definite E | definite 1
cyclopentyl fentanyl | O=C(C1CCCC1)N(c1ccccc1)C1CCN(CCc2ccccc2)CC1 | definite E | definite 1
cyclopropyl fentanyl | O=C(C1CC1)N(c1ccccc1)C1CCN(CCc2ccccc2)CC1 | definite E | definite 1
2',5'-dimethoxyfentanyl! | CCC(=O)N(c1ccccc1)C1CCN(CCc2cc(OC)ccc2OC)CC1 | definite B | definite 4
fentanyl carbamate! | CCOC(=O)N(c1ccccc1)C1CCN(CCc2ccccc2)CC1 | arguable E | arguable 1
4-fluoroisobutyryl | CC(C)C(=O)N(c1ccc(F)cc1)C1CCN(CCc2ccccc2)CC1 | definite DE | definite 12
2'-fluoro ortho-fluoro! | CCC(=O)N(c1ccccc1F)C1CCN(CCc2ccccc2F)CC1 | definite BD | definite 24
furanyl fentanyl | O=C(c1ccco1)N(c1ccccc1)C1CCN(CCc2ccccc2)CC1 | definite E | definite 1
3-furanyl fentanyl! | O=C(c1ccoc1)N(c1ccccc1)C1CCN(CCc2ccccc2)CC1 | definite E | definite 1
isobutyryl fentanyl | CC(C)C(=O)N(c1ccccc1)C1CCN(CCc2ccccc2)CC1 | definite E | definite 1
isovaleryl fentanyl! | CC(C)CC(=O)N(c1ccccc1)C1CCN(CCc2ccccc2)CC1 | definite E | definite 1
meta-fluorofentanyl! | CCC(=O)N(c1cccc(F)c1)C1CCN(CCc2ccccc2)CC1 | definite D | definite 2
meta-fluorofuranyl! | O=C(c1ccco1)N(c1cccc(F)c1)C1CCN(CCc2ccccc2)CC1 | definite DE | definite 12
meta-fluoroisobutyryl! | CC(C)C(=O)N(c1cccc(F)c1)C1CCN(CCc2ccccc2)CC1 | definite DE | definite 12
methoxyacetyl fentanyl | COCC(=O)N(c1ccccc1)C1CCN(CCc2ccccc2)CC1 | definite E | definite 1
4'-methyl acetyl fentanyl! | CC(=O)N(c1ccccc1)C1CCN(CCc2ccc(C)cc2)CC1 | definite BE | definite 14
3-methylfentanyl | CCC(=O)N(c1ccccc1)C1CCN(CCc2ccccc2)CC1C | definite C | definite 3
3-methylthiofentanyl | CCC(=O)N(c1ccccc1)C1CCN(CCc2cccs2)CC1C | arguable AC | definite 34
ocfentanil | COCC(=O)N(c1ccccc1F)C1CCN(CCc2ccccc2)CC1 | definite DE | definite 12
ortho-chlorofentanyl! | CCC(=O)N(c1ccccc1Cl)C1CCN(CCc2ccccc2)CC1 | definite D | definite 2
ortho-fluoroacryl fentanyl! | C=CC(=O)N(c1ccccc1F)C1CCN(CCc2ccccc2)CC1 | definite DE | definite 12
ortho-fluorobutyryl fentanyl! | CCCC(=O)N(c1ccccc1F)C1CCN(CCc2ccccc2)CC1 | definite DE | definite 12
ortho-fluorofentanyl | CCC(=O)N(c1ccccc1F)C1CCN(CCc2ccccc2)CC1 | definite D | definite 2
ortho-fluorofuranyl! | O=C(c1ccco1)N(c1ccccc1F)C1CCN(CCc2ccccc2)CC1 | definite DE | definite 12
ortho-fluoroisobutyryl! | CC(C)C(=O)N(c1ccccc1F)C1CCN(CCc2ccccc2)CC1 | definite DE | definite 12
ortho-methyl acetylfentanyl! | CC(=O)N(c1ccccc1C)C1CCN(CCc2ccccc2)CC1 | definite DE | definite 12
ortho-methylcyclopropyl! | Cc1ccccc1N(C(=O)C1CC1)C1CCN(CCc2ccccc2)CC1 | definite DE | definite 12
ortho-methyl methoxyacetyl! | COCC(=O)N(c1ccccc1C)C1CCN(CCc2ccccc2)CC1 | definite DE | definite 12
para-chloroisobutyryl | CC(C)C(=O)N(c1ccc(Cl)cc1)C1CCN(CCc2ccccc2)CC1 | definite DE | definite 12
para-chlorofentanyl! | CCC(=O)N(c1ccc(Cl)cc1)C1CCN(CCc2ccccc2)CC1 | definite D | definite 2
para-fluorobutyryl fentanyl | CCCC(=O)N(c1ccc(F)cc1)C1CCN(CCc2ccccc2)CC1 | definite DE | definite 12
para-fluorofentanyl | CCC(=O)N(c1ccc(F)cc1)C1CCN(CCc2ccccc2)CC1 | definite D | definite 2
para-fluoro furanyl! | O=C(c1ccco1)N(c1ccc(F)cc1)C1CCN(CCc2ccccc2)CC1 | definite DE | definite 12
para-fluoro valeryl! | CCCCC(=O)N(c1ccc(F)cc1)C1CCN(CCc2ccccc2)CC1 | definite DE | definite 12
para-methoxybutyryl | CCCC(=O)N(c1ccc(OC)cc1)C1CCN(CCc2ccccc2)CC1 | definite DE | definite 12
para-methoxyfuranyl! | COc1ccc(N(C(=O)c2ccco2)C2CCN(CCc3ccccc3)CC2)cc1 | definite DE | definite 12
para-methylcyclopropyl! | Cc1ccc(N(C(=O)C2CC2)C2CCN(CCc3ccccc3)CC2)cc1 | definite DE | definite 12
para-methylfentanyl! | CCC(=O)N(c1ccc(C)cc1)C1CCN(CCc2ccccc2)CC1 | definite D | definite 2
phenyl fentanyl! | O=C(c1ccccc1)N(c1ccccc1)C1CCN(CCc2ccccc2)CC1 | definite E | definite 1
tetrahydrofuranyl fentanyl | O=C(C1CCCO1)N(c1ccccc1)C1CCN(CCc2ccccc2)CC1 | definite E | definite 1
tetrahydrothiofuranyl! | O=C(C1CCCS1)N(c1ccccc1)C1CCN(CCc2ccccc2)CC1 | definite E | definite 1
thiofentanyl | CCC(=O)N(c1ccccc1)C1CCN(CCc2cccs2)CC1 | arguable A | definite 4
thiofuranyl fentanyl! | O=C(c1cccs1)N(c1ccccc1)C1CCN(CCc2ccccc2)CC1 | definite E | definite 1
valeryl fentanyl | CCCCC(=O)N(c1ccccc1)C1CCN(CCc2ccccc2)CC1 | definite E | definite 1
alfentanil | CCC(=O)N(c1ccccc1)C1(COC)CCN(CCn2nnn(CC)c2=O)CC1 | arguable AC | arguable 34
carfentanil | CCC(=O)N(c1ccccc1)C1(C(=O)OC)CCN(CCc2ccccc2)CC1 | definite C | definite 3
fentanyl | CCC(=O)N(c1ccccc1)C1CCN(CCc2ccccc2)CC1 | no | no
remifentanil | CCC(=O)N(c1ccccc1)C1(C(=O)OC)CCN(CCC(=O)OC)CC1 | no | definite 34
sufentanil | CCC(=O)N(c1ccccc1)C1(COC)CCN(CCc2cccs2)CC1 | arguable AC | arguable 34
thiafentanil | COCC(=O)N(c1ccccc1)C1(C(=O)OC)CCN(CCc2cccs2)CC1 | arguable ACE | definite 134
"""

# SMILES, answer, letters: what the words of (A) to (E) mean, one word a row.
US_CLASS = """
CCC(=O)N(c1ccccc1)C1CCN(CCC2CCCCC2)CC1 | arguable A
CCC(=O)N(c1ccccc1)C1CCN(CCc2cccnc2)CC1 | arguable A
CCC(=O)N(c1ccccc1)C1CCN(CCc2ccc(C#N)cc2)CC1 | definite A
CCC(=O)N(c1ccccc1)C1CCN(CCc2ccc(C#N)c(F)c2)CC1 | definite A
CCC(=O)N(c1ccccc1)C1CCN(CC(C)c2ccc(C#N)cc2)CC1 | definite AB
CCC(=O)N(c1ccccc1)C1CCN(CCc2ccc(C3CC3)cc2)CC1 | definite A
CCC(=O)N(c1ccccc1)C1CCN(CCc2ccc(N(C)C)cc2)CC1 | definite A
CCC(=O)N(c1ccccc1)C1CCN(CCc2cccc3ccccc23)CC1 | arguable A
CCC(=O)N(c1ccccc1)C1CCN(CCc2ccc3OCCc3c2)CC1 | arguable B
CCC(=O)N(c1ccccc1)C1CCN(CCc2ccc3OCOc3c2)CC1 | arguable B
CCC(=O)N(c1ccccc1)C1CCN(CCc2ccc3CCCCc3c2)CC1 | arguable B
CCC(=O)N(c1ccccc1)C1CCN(CCc2ccc([N+](=O)[O-])cc2)CC1 | definite B
CCC(=O)N(c1ccccc1)C1CCN(CCc2ccc(C(F)(F)F)cc2)CC1 | definite B
CCC(=O)N(c1ccccc1)C1CCN(CCc2ccc(N)cc2)CC1 | definite B
CCC(=O)N(c1ccccc1)C1CCN(CC(C=C)c2ccccc2)CC1 | definite B
CCC(=O)N(c1ccccc1)C1CCN(CC(OCC)c2ccccc2)CC1 | definite B
CCC(=O)N(c1ccccc1)C1CCN(CC(C2CC2)c2ccccc2)CC1 | arguable B
CCC(=O)N(c1ccccc1)C1CCN(CC(N(C)C)c2ccccc2)CC1 | arguable B
CCC(=O)N(c1ccccc1)C1CCN(CC(N2CCOCC2)c2ccccc2)CC1 | arguable B
CCC(=O)N(c1ccccc1)C1CCN(CC2(CC2)c2ccccc2)CC1 | arguable B
CCC(=O)N(c1ccccc1)C1CCN(C2CCc3ccccc3C2)CC1 | arguable B
CCC(=O)N(c1ccccc1)C1(C(C)C)CCN(CCc2ccccc2)CC1 | definite C
CCC(=O)N(c1ccccc1)C1(OC(C)=O)CCN(CCc2ccccc2)CC1 | definite C
CCC(=O)N(c1ccccc1)C1CCN(CCc2ccccc2)CC1Oc1ccccc1 | definite C
CCC(=O)N(c1ccccc1)C1(CC(=O)OC)CCN(CCc2ccccc2)CC1 | arguable C
CCC(=O)N(c1ccccc1)C1(COC)CCN(CCc2ccccc2)CC1 | arguable C
CCC(=O)N(c1ccccc1)C1CCN(CCc2ccccc2)CC1C1CCCO1 | arguable C
CCC(=O)N(c1ccccc1)C1CCN(CCc2ccccc2)CC1F | definite C
CCC(=O)N(c1ccccc1)C1CC2CCC(C1)N2CCc1ccccc1 | arguable C
CCC(=O)N(c1cccnc1)C1CCN(CCc2ccccc2)CC1 | arguable D
CCC(=O)N(c1cccc2ccccc12)C1CCN(CCc2ccccc2)CC1 | arguable D
CCC(=O)N(c1ccc(C#N)cc1)C1CCN(CCc2ccccc2)CC1 | definite D
O=CN(c1ccccc1)C1CCN(CCc2ccccc2)CC1 | arguable E
CN(C)C(=O)N(c1ccccc1)C1CCN(CCc2ccccc2)CC1 | arguable E
CCC(=S)N(c1ccccc1)C1CCN(CCc2ccccc2)CC1 | arguable E
CS(=O)(=O)N(c1ccccc1)C1CCN(CCc2ccccc2)CC1 | arguable E
O=C(C(F)(F)F)N(c1ccccc1)C1CCN(CCc2ccccc2)CC1 | definite E
O=C1Cc2ccccc2N1C1CCN(CCc2ccccc2)CC1 | arguable E
CCC(=O)N(c1ccccc1)C1CC[N+]([O-])(CCc2ccccc2)CC1 | arguable
CCC(=O)N(c1ccccc1)C1CC[N+](C)(CCc2ccccc2)CC1 | arguable
CCC(=O)N(c1ccccc1F)C1CC[N+]([O-])(CCc2ccccc2)CC1 | arguable D
CC(=O)N(c1ccccc1F)C1CCN(CC(C)c2ccccc2)CC1C | definite BCDE
CCC(=O)N(c1ccccc1)C1CCN(Cc2ccccc2)CC1 | no
CCC(=O)N(c1ccccc1)C1CCNCC1 | no
c1ccc(CCN2CCC(Nc3ccccc3)CC2)cc1 | no
CCN(CC)CC(=O)Nc1c(C)cccc1C | no
CCOC(=O)C1(c2ccccc2)CCN(C)CC1 | no
CCCCN1CCCCC1C(=O)Nc1c(C)cccc1C | no
"""

CN_CLASS = """
CCC(=O)N(c1ccccc1)C1CCN(Cc2ccccc2)CC1 | definite 4
CCC(=O)N(c1ccccc1)C1CCN(C(=O)OC(C)(C)C)CC1 | definite 4
CCC(=O)N(c1ccccc1)C1CCN(C)CC1 | definite 4
CCC(=O)N(c1cccnc1)C1CCN(CCc2ccccc2)CC1 | definite 2
CCC(=O)N(c1ccc(C#N)cc1)C1CCN(CCc2ccccc2)CC1 | definite 2
CCC(=O)N(c1ccc(-c2ccccc2)cc1)C1CCN(CCc2ccccc2)CC1 | arguable 2
CCC(=O)N(c1cccc2ncccc12)C1CCN(CCc2ccccc2)CC1 | arguable 2
CCC(=O)N(c1ccc2CCCc2c1)C1CCN(CCc2ccccc2)CC1 | arguable 2
CCC(=O)N(c1cccc2ccccc12)C1CCN(CCc2ccccc2)CC1 | no
CCC(=O)N(c1ccccc1)C1CCN(CCc2ccccc2)CC1O | definite 3
CCC(=O)N(c1ccccc1)C1(C=C)CCN(CCc2ccccc2)CC1 | definite 3
CCC(=O)N(c1ccccc1)C1CCN(CCc2ccccc2)CC1OC1CC1 | definite 3
CCC(=O)N(c1ccccc1)C1(C#N)CCN(CCc2ccccc2)CC1 | arguable 3
CCC(=O)N(c1ccccc1)C1(C(N)=O)CCN(CCc2ccccc2)CC1 | arguable 3
CCC(=O)N(c1ccccc1)C1(c2ccccc2)CCN(CCc2ccccc2)CC1 | arguable 3
CCC(=O)N(c1ccccc1)C1CC2CCC(C1)N2CCc1ccccc1 | arguable 3
CCC(=O)N(c1ccccc1)C1CCN(CCc2ccccc2)C(=O)C1 | arguable 3
O=CN(c1ccccc1)C1CCN(CCc2ccccc2)CC1 | arguable 1
CN(C)C(=O)N(c1ccccc1)C1CCN(CCc2ccccc2)CC1 | arguable 1
CS(=O)(=O)N(c1ccccc1)C1CCN(CCc2ccccc2)CC1 | arguable 1
CC(=O)N(c1ccccc1F)C1CCN(Cc2ccccc2)CC1C | definite 1234
O=CN(c1ccccc1)C1CCN(Cc2ccccc2)CC1 | arguable 14
CCC(=O)N(c1ccccc1)C1CC[N+](C)(C)CC1 | arguable 4
CCC(=O)N(c1ccc(F)cc1)C1CCNCC1 | arguable 2
Fc1ccc(NC2CCN(CCc3ccccc3)CC2)cc1 | arguable 2
CC(=O)N(c1ccccc1)C1CCNCC1 | arguable 1
CCN(c1ccccc1F)C1CCN(CCc2ccccc2)CC1 | arguable 2
c1ccc(CN2CCC(Nc3ccccc3)CC2)cc1 | arguable 4
CC(C)(C)OC(=O)N1CCC(Nc2ccccc2)CC1 | arguable 4
CCC(=O)N(c1ccccc1)C1CC[N+]([O-])(CCc2ccccc2)CC1 | arguable
CCC(=O)N(c1ccccc1)C1CC[N+](C)(CCc2ccccc2)CC1 | arguable
CCC(=O)N(c1ccccc1)C1CC[N+]([O-])(Cc2ccccc2)CC1 | arguable 4
CCC(=O)N(c1ccccc1)C1CCNCC1 | no
c1ccc(CCN2CCC(Nc3ccccc3)CC2)cc1 | no
c1ccc(NC2CCNCC2)cc1 | no
O=C1CCN(CCc2ccccc2)CC1 | no
CCN(CC)CC(=O)Nc1c(C)cccc1C | no
CCCCN1CCCCC1C(=O)Nc1c(C)cccc1C | no
"""

# SMILES, then the US answer from 2023-11-30 and the Chinese one. a amide, c carbamate, h halogen.
FAMILY_4_AP = """
c1ccc(NC2CCNCC2)cc1 | definite | no
CC(C)(C)OC(=O)N1CCC(Nc2ccccc2)CC1 | definite c | definite c
CCOC(=O)N1CCC(Nc2ccccc2)CC1 | definite c | definite c
O=C(OCc1ccccc1)N1CCC(Nc2ccccc2)CC1 | definite c | definite c
CC(=O)N1CCC(Nc2ccccc2)CC1 | definite a | definite a
O=CN1CCC(Nc2ccccc2)CC1 | definite a | definite a
O=C(c1ccccc1)N1CCC(Nc2ccccc2)CC1 | definite a | definite a
CCC(=O)N(c1ccccc1)C1CCNCC1 | definite a | arguable a
CCOC(=O)N(c1ccccc1)C1CCNCC1 | definite c | arguable c
CCC(=O)N(c1ccccc1)C1CCN(C(=O)OC(C)(C)C)CC1 | definite ac | arguable ac
Fc1ccc(NC2CCNCC2)cc1 | definite h | definite h
Clc1ccccc1NC1CCNCC1 | definite h | definite h
Fc1ccc(NC2CCNCC2)cc1Br | definite h | definite h
CC(C)(C)OC(=O)N1CCC(Nc2ccc(F)cc2)CC1 | definite ch | definite ch
CC(C)(C)OC(=O)N1CCC(Nc2cccc(F)c2)CC1 | definite ch | definite ch
CC(C)(C)OC(=O)N1CCC(Nc2ccccc2Cl)CC1 | definite ch | definite ch
CCOC(=O)N1CCC(Nc2ccc(F)cc2)CC1 | definite ch | definite ch
CC(=O)N1CCC(Nc2ccccc2I)CC1 | definite ah | definite ah
FC1CNCCC1Nc1ccccc1 | arguable h | arguable h
CN(C)C(=O)N1CCC(Nc2ccccc2)CC1 | arguable a | arguable a
CC(=S)N1CCC(Nc2ccccc2)CC1 | arguable a | arguable a
CS(=O)(=O)N1CCC(Nc2ccccc2)CC1 | arguable a | arguable a
c1ccc(CCN2CCC(Nc3ccccc3)CC2)cc1 | no | no
CCC(=O)N(c1ccccc1)C1CCN(Cc2ccccc2)CC1 | no | no
CCC(=O)N(c1ccccc1)C1CCN(CCc2ccccc2)CC1 | no | no
O=C1CCNCC1 | no | no
C1CCNCC1 | no | no
Nc1ccccc1 | no | no
CCN(CC)CC(=O)Nc1c(C)cccc1C | no | no
"""

# The US and the Chinese family have the same answers: k ketal or acetal, a amide, c carbamate. Only
# the parent itself, which the Chinese entry does not name as its derivative, is no member there.
PIPERIDONE = "O=C1CCNCC1"
FAMILY_4_PIPERIDONE = """
O=C1CCNCC1 | definite
CC(C)(C)OC(=O)N1CCC(=O)CC1 | definite c
CCOC(=O)N1CCC(=O)CC1 | definite c
O=C(OCc1ccccc1)N1CCC(=O)CC1 | definite c
CC(=O)N1CCC(=O)CC1 | definite a
O=CN1CCC(=O)CC1 | definite a
C1CC2(CCN1)OCCO2 | definite k
COC1(OC)CCNCC1 | definite k
CC(C)(C)OC(=O)N1CCC2(CC1)OCCO2 | definite ck
CC(=O)N1CCC(OC)(OC)CC1 | definite ak
COC1(O)CCNCC1 | arguable k
OC1(O)CCNCC1 | arguable k
C1CC2(CCN1)SCCS2 | arguable k
COC1=CCNCC1 | arguable k
ON=C1CCNCC1 | arguable k
CN=C1CCNCC1 | arguable k
CC(C)(C)OC(=O)N1CCC(=NO)CC1 | arguable ck
CN(C)C(=O)N1CCC(=O)CC1 | arguable a
CS(=O)(=O)N1CCC(=O)CC1 | arguable a
O=C1CCN(CCc2ccccc2)CC1 | no
COC(=O)C1CN(CCc2ccccc2)CCC1=O | no
CC(C)(C)OC(=O)N1CCC(O)CC1 | no
C1CCNCC1 | no
O=C1CCCCC1 | no
O=C1CCCCN1 | no
CCOC(=O)C1(c2ccccc2)CCN(C)CC1 | no
c1ccc(NC2CCNCC2)cc1 | no
"""

US_WORDS = {"a": "amides", "c": "carbamates", "h": "halides", "k": "acetals"}
CN_WORDS = {"a": "amide", "c": "carbamate", "h": "halogenated", "k": "ketal"}
TODAY = dt.date(2026, 1, 1)


def _rows(table: str) -> list[list[str]]:
    return [[cell.strip() for cell in line.split(" | ")] for line in table.strip().splitlines()]


def _verdict(cell: str, words: dict[str, str] | None = None) -> Verdict:
    """Read "definite BE" as a verdict."""
    answer, _, letters = cell.partition(" ")
    known: dict[str, Answer] = {"definite": "definite", "arguable": "arguable", "no": "no"}
    return Verdict(known[answer], frozenset(words[x] if words else x for x in letters))


def _mol(smiles: str) -> Chem.Mol:
    mol = Chem.MolFromSmiles(smiles)
    assert mol is not None, smiles
    return mol


def test_the_table_of_named_substances_is_whole() -> None:
    """All 63 named substances are asked, 30 of them marked as class members by DEA."""
    rows = _rows(NAMED)
    assert len({Chem.MolToSmiles(_mol(row[1])) for row in rows}) == 63
    assert sum(row[0].endswith("!") for row in rows) == 30


@pytest.mark.parametrize(("name", "smiles", "us", "cn"), _rows(NAMED))
def test_named_substances(name: str, smiles: str, us: str, cn: str) -> None:
    """Each named substance shows the letters and criteria that its structure shows."""
    assert us_fentanyl_related.judge(_mol(smiles)) == _verdict(us), name
    assert cn_fentanyl_class.judge(_mol(smiles)) == _verdict(cn), name


@pytest.mark.parametrize(("smiles", "expected"), _rows(US_CLASS))
def test_us_class(smiles: str, expected: str) -> None:
    """Each word of the US class means what the law notes say, open words arguably."""
    assert us_fentanyl_related.judge(_mol(smiles)) == _verdict(expected)


@pytest.mark.parametrize(("smiles", "expected"), _rows(CN_CLASS))
def test_chinese_class(smiles: str, expected: str) -> None:
    """The closed reading is definite, open words and the open reading are arguable."""
    assert cn_fentanyl_class.judge(_mol(smiles)) == _verdict(expected)


@pytest.mark.parametrize(("smiles", "us", "cn"), _rows(FAMILY_4_AP))
def test_4_anilinopiperidine_families(smiles: str, us: str, cn: str) -> None:
    """Both families hold amides, carbamates, halogens and combinations, and nothing else."""
    assert us_4_anilinopiperidine.judge(_mol(smiles), TODAY) == _verdict(us, US_WORDS)
    assert cn_north_america_12.judge(_mol(smiles)) == _verdict(cn, CN_WORDS)


@pytest.mark.parametrize(("smiles", "expected"), _rows(FAMILY_4_PIPERIDONE))
def test_4_piperidone_families(smiles: str, expected: str) -> None:
    """Both families hold ketals, amides, carbamates and combinations, and nothing else."""
    assert us_4_piperidone.judge(_mol(smiles)) == _verdict(expected, US_WORDS)
    derivative = "no" if smiles == PIPERIDONE else expected
    assert cn_north_america_13.judge(_mol(smiles)) == _verdict(derivative, CN_WORDS)


@pytest.mark.parametrize(
    ("smiles", "day", "expected"),
    [
        ("c1ccc(NC2CCNCC2)cc1", "2020-05-14", "no"),
        ("c1ccc(NC2CCNCC2)cc1", "2020-05-15", "definite"),
        ("CC(C)(C)OC(=O)N1CCC(Nc2ccccc2)CC1", "2020-05-14", "no"),
        ("CC(C)(C)OC(=O)N1CCC(Nc2ccccc2)CC1", "2020-05-15", "definite c"),
        ("Fc1ccc(NC2CCNCC2)cc1", "2023-11-29", "no"),
        ("Fc1ccc(NC2CCNCC2)cc1", "2023-11-30", "definite h"),
        ("CC(=O)N1CCC(Nc2ccc(F)cc2)CC1", "2023-11-29", "no"),
        ("CC(=O)N1CCC(Nc2ccc(F)cc2)CC1", "2023-11-30", "definite ah"),
    ],
)
def test_us_4_anilinopiperidine_by_day(smiles: str, day: str, expected: str) -> None:
    """The line begins on 2020-05-15 and reaches halides from 2023-11-30."""
    verdict = us_4_anilinopiperidine.judge(_mol(smiles), dt.date.fromisoformat(day))
    assert verdict == _verdict(expected, US_WORDS)


def _us_4_ap_today(mol: Chem.Mol) -> Verdict:
    return us_4_anilinopiperidine.judge(mol, TODAY)


@pytest.mark.parametrize(
    ("table", "judge"),
    [
        (US_CLASS, us_fentanyl_related.judge),
        (CN_CLASS, cn_fentanyl_class.judge),
        (FAMILY_4_AP, _us_4_ap_today),
        (FAMILY_4_AP, cn_north_america_12.judge),
        (FAMILY_4_PIPERIDONE, us_4_piperidone.judge),
    ],
)
def test_atom_order_does_not_matter(table: str, judge: Callable[[Chem.Mol], Verdict]) -> None:
    """A renumbered molecule gets the same answer with the same letters."""
    shuffle = random.Random(20260101)
    for smiles, *_ in _rows(table):
        mol = _mol(smiles)
        order = list(range(mol.GetNumAtoms()))
        shuffle.shuffle(order)
        assert judge(Chem.RenumberAtoms(mol, order)) == judge(mol), smiles


def test_salts_are_refused() -> None:
    """A salt is asked component by component, so two components at once are an error."""
    with pytest.raises(ValueError, match="one component"):
        us_fentanyl_related.judge(_mol("CCC(=O)N(c1ccccc1)C1CCN(CCc2ccccc2)CC1.Cl"))
