"""The same compound drawn otherwise, and the forms it is shipped in, for tests of entries.

Everything here is the given compound itself: its drawing, its salts and hydrates, labelled atoms,
its mirror image. Nothing makes another compound of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from rdkit import Chem, rdBase
from rdkit.Chem import rdDepictor

from screening.chemistry.structure import read_structure
from screening.errors import UnreadableStructureError

DRAWINGS = ("plain", "reordered", "kekule", "hydrogens", "mol block", "mol block v3000")
"""The ways of drawing one compound."""

ACIDS: Mapping[str, str] = {
    "hydrochloride": "Cl",
    "hydrobromide": "Br",
    "citrate": "OC(=O)CC(O)(C(=O)O)CC(=O)O",
    "oxalate": "OC(=O)C(=O)O",
    "sulfate": "OS(=O)(=O)O",
}
BASES: Mapping[str, str] = {"sodium": "[Na+]", "potassium": "[K+]", "ammonium": "[NH4+]"}
"""What bases and acids are shipped as."""


def redrawn(smiles: str, drawing: str, seed: int = 1) -> str:
    """A structure drawn otherwise.

    Args:
        smiles: the structure.
        drawing: one of `DRAWINGS`.
        seed: which order of atoms, 1 or more.

    Returns:
        SMILES or a MOL block of the same structure.

    Raises:
        UnreadableStructureError: the SMILES cannot be read.
        ValueError: there is no such drawing.
    """
    mol = _molecule(smiles)
    with rdBase.BlockLogs():
        if drawing == "plain":
            return str(Chem.MolToSmiles(mol))
        if drawing == "reordered":
            return str(Chem.MolToRandomSmilesVect(mol, 1, randomSeed=seed)[0])
        if drawing == "kekule":
            return str(Chem.MolToRandomSmilesVect(mol, 1, randomSeed=seed, kekuleSmiles=True)[0])
        if drawing == "hydrogens":
            whole = Chem.AddHs(mol)
            return str(Chem.MolToRandomSmilesVect(whole, 1, randomSeed=seed)[0])
        if drawing in {"mol block", "mol block v3000"}:
            other = Chem.MolFromSmiles(redrawn(smiles, "reordered", seed))
            rdDepictor.Compute2DCoords(other)
            return str(Chem.MolToMolBlock(other, forceV3000=drawing.endswith("v3000")))
    raise ValueError(f"there is no drawing {drawing!r}; there are {', '.join(DRAWINGS)}")


def salts(smiles: str) -> tuple[str, ...]:
    """The salts that a compound of one component is shipped as; none for what forms none."""
    structure = read_structure(smiles)
    if len(structure.components) != 1:
        return ()
    component = structure.components[0]
    if component.is_base:
        return tuple(f"{smiles}.{acid}" for acid in ACIDS.values())
    if component.is_acid:
        ion = _ionised(smiles)
        return () if ion is None else tuple(f"{ion}.{base}" for base in BASES.values())
    return ()


# Acids that lose their proton to a base: carboxylic, sulfonic and sulfuric, phosphoric.
_ACID = Chem.MolFromSmarts("[$([OX2H1]C=O),$([OX2H1]S(=O)=O),$([OX2H1]P=O)]")


def _ionised(smiles: str) -> str | None:
    """An acid without one proton; None where none is of the usual kinds."""
    mol = Chem.RWMol(_molecule(smiles))
    found = mol.GetSubstructMatch(_ACID)
    if not found:
        return None
    oxygen = mol.GetAtomWithIdx(found[0])
    oxygen.SetFormalCharge(-1)
    oxygen.SetNumExplicitHs(0)
    Chem.SanitizeMol(mol)
    return str(Chem.MolToSmiles(mol))


_ISOTOPES = {6: 13, 7: 15, 8: 18, 16: 34, 17: 37}


def labelled(smiles: str, atom: int) -> str:
    """A compound with one atom labelled.

    Args:
        smiles: the structure.
        atom: which of the atoms that have a usual label, counted round.

    Returns:
        SMILES; unchanged where no atom has a usual label.
    """
    mol = Chem.Mol(_molecule(smiles))
    able = [a for a in mol.GetAtoms() if a.GetAtomicNum() in _ISOTOPES]
    if able:
        chosen = able[atom % len(able)]
        chosen.SetIsotope(_ISOTOPES[chosen.GetAtomicNum()])
    return str(Chem.MolToSmiles(mol))


@lru_cache(maxsize=256)
def _molecule(smiles: str) -> Chem.Mol:
    with rdBase.BlockLogs():
        mol = Chem.MolFromSmiles(smiles)
    if mol is None:
        raise UnreadableStructureError(smiles, "it is no SMILES")
    return mol
