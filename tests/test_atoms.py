"""A graph as lists says what the toolkit says of each atom and bond."""

from __future__ import annotations

import pytest
from rdkit import Chem
from rdkit.Chem.rdMolDescriptors import CalcMolFormula

from screening.chemistry import atoms
from screening.chemistry.atoms import Outline, key_of, outline_of
from tests.corpus.corpus import chemicals_of_the_package, sample

CHARGED = ("[O-][N+](=O)c1ccccc1", "C[N+](C)(C)CC([O-])=O", "[NH4+].[Cl-]", "C[S+](C)[O-]", "[OH-]")


def molecules() -> list[Chem.Mol]:
    drawn = (c.smiles for c in sample(chemicals_of_the_package(), 400))
    found = (Chem.MolFromSmiles(smiles) for smiles in (*CHARGED, *drawn))
    return [mol for mol in found if mol is not None and mol.GetNumAtoms() == mol.GetNumHeavyAtoms()]


def said(mol: Chem.Mol) -> list[tuple[int, int, list[int]]]:
    """Number, hydrogens and what stands beside each atom, asked one by one."""
    return [
        (a.GetAtomicNum(), a.GetTotalNumHs(), sorted(n.GetIdx() for n in a.GetNeighbors()))
        for a in mol.GetAtoms()
    ]


def listed(found: Outline) -> list[tuple[int, int, list[int]]]:
    return list(zip(found.numbers, found.hydrogens, found.beside, strict=True))


def test_lists_are_what_each_atom_says() -> None:
    for mol in molecules():
        assert listed(outline_of(mol)) == said(mol)


def test_keys_add_up_to_that_of_the_formula() -> None:
    """Hydrogens count less the charge, so a salt and its base have one key but for the proton."""
    for mol in molecules():
        assert sum(outline_of(mol).weights) == key_of(CalcMolFormula(mol))[1]
    assert key_of("C2H8N+")[1] == key_of("C2H7N")[1]
    assert key_of("C2H7N")[1] != key_of("C2H6N")[1]


def test_two_kinds_of_atoms_with_one_hash_are_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    """The toolkit's hashes are no proof, so what they lead to is checked."""
    monkeypatch.setattr(atoms, "MET", atoms.Met())
    monkeypatch.setattr(
        atoms, "GetConnectivityInvariants", lambda mol, **_: [7] * mol.GetNumAtoms()
    )
    for smiles in ("CCO", "CC(C)=O", "c1ccncc1", "OCC"):
        mol = Chem.MolFromSmiles(smiles)
        assert listed(outline_of(mol)) == said(mol)


def test_what_is_kept_of_atoms_has_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    met = atoms.Met()
    monkeypatch.setattr(atoms, "MET", met)
    monkeypatch.setattr(atoms, "_MOST", 2)
    for smiles in ("CCO", "CC(C)=O", "c1ccncc1", "CCO"):
        mol = Chem.MolFromSmiles(smiles)
        assert listed(outline_of(mol)) == said(mol)
    assert len(met.by_hash) == 2


def test_stars_are_equal_where_atoms_and_what_is_beside_them_are() -> None:
    mol = Chem.MolFromSmiles("CCC(C)CO")
    stars = outline_of(mol).stars
    kinds = outline_of(mol).kinds
    around = [sorted(kinds[i] for i in beside) for beside in outline_of(mol).beside]
    for a in range(len(stars)):
        for b in range(len(stars)):
            alike = (kinds[a], around[a]) == (kinds[b], around[b])
            assert (stars[a] == stars[b]) is alike
