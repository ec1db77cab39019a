"""InChIKeys: digests of InChI, by which a structure can be looked up and not be read."""

from __future__ import annotations

import re

from rdkit import Chem, rdBase

_KEY = re.compile(r"(?:InChIKey\s?[=:]\s?)?([A-Z]{14}-[A-Z]{8}[SN][A-Z]-[A-Z])", re.IGNORECASE)


def read_inchikey(text: str) -> str | None:
    """The InChIKey that a cell holds, None where it holds something else.

    >>> read_inchikey("InChIKey=CSCPPACGZOOCGX-UHFFFAOYSA-N")
    'CSCPPACGZOOCGX-UHFFFAOYSA-N'
    """
    match = _KEY.fullmatch(text.strip()) if len(text) < 60 else None
    return match[1].upper() if match else None


def inchikey_of(smiles: str) -> str | None:
    """The standard InChIKey of a structure, None where it has none."""
    with rdBase.BlockLogs():
        mol = Chem.MolFromSmiles(smiles)
        return str(Chem.MolToInchiKey(mol)) or None if mol is not None else None
