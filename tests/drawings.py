"""Other drawings of one compound: salts, labels, stereo, atom order; and rows of the data files."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from rdkit import Chem
from rdkit.Chem import EnumerateStereoisomers

DATA = Path(__file__).parent / "data"

HYDROCHLORIDE = "Cl"
CITRATE = "OC(=O)CC(O)(C(=O)O)CC(=O)O"
OXALATE = "OC(=O)C(=O)O"

# The nitrogen that takes the proton: an amine between carbons that are no carbonyl and no arene.
_AMINE = Chem.MolFromSmarts("[NX3;!$(N-[a]);!$(N-C=[O,S,N]);!$(N-N)]([CX4])[#1,CX4]")


def rows(name: str) -> list[dict[str, str]]:
    """The rows of a data file."""
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def salt(smiles: str, acid: str = HYDROCHLORIDE) -> str:
    """The compound with an acid beside it, both drawn neutral."""
    return f"{smiles}.{acid}"


def ionised(smiles: str) -> str:
    """The hydrochloride with its charges drawn."""
    mol = Chem.RWMol(_molecule(smiles))
    amine = mol.GetSubstructMatch(_AMINE)
    assert amine, f"{smiles} has no amine"
    nitrogen = mol.GetAtomWithIdx(amine[0])
    hydrogens = nitrogen.GetTotalNumHs()
    nitrogen.SetFormalCharge(1)
    nitrogen.SetNoImplicit(True)
    nitrogen.SetNumExplicitHs(hydrogens + 1)
    Chem.SanitizeMol(mol)
    return f"{Chem.MolToSmiles(mol)}.[Cl-]"


def labelled(smiles: str) -> Iterator[str]:
    """The compound with carbon-13 at its first carbon, then with one phenyl ring deuterated."""
    carbon = _molecule(smiles)
    next(a for a in carbon.GetAtoms() if a.GetAtomicNum() == 6).SetIsotope(13)
    yield Chem.MolToSmiles(carbon)
    ring = Chem.RWMol(Chem.AddHs(_molecule(smiles)))
    aromatic = [a for a in ring.GetAtoms() if a.GetIsAromatic() and a.GetAtomicNum() == 6]
    members = {i for r in ring.GetRingInfo().AtomRings() if aromatic[0].GetIdx() in r for i in r}
    for index in members:
        for neighbour in ring.GetAtomWithIdx(index).GetNeighbors():
            if neighbour.GetAtomicNum() == 1:
                neighbour.SetIsotope(2)
    yield Chem.MolToSmiles(Chem.RemoveHs(ring))


def stereoisomers(smiles: str) -> list[str]:
    """Every stereoisomer of the centres and double bonds that the drawing leaves open."""
    mol = _molecule(smiles)
    enumerate_all: Any = EnumerateStereoisomers.EnumerateStereoisomers  # without types
    names = sorted({str(Chem.MolToSmiles(isomer)) for isomer in enumerate_all(mol)})
    return [name for name in names if name != Chem.MolToSmiles(mol)]


def reordered(smiles: str, seed: int) -> str:
    """The compound written from another atom on, branches in another order."""
    return str(Chem.MolToRandomSmilesVect(_molecule(smiles), 1, randomSeed=seed)[0])


def _molecule(smiles: str) -> Chem.Mol:
    mol = Chem.MolFromSmiles(smiles)
    assert mol is not None, f"{smiles} is no molecule"
    return mol
