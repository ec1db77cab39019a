"""A pattern is never ruled out by what stands beside the atoms of a structure that it matches."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rdkit import Chem

from screening import Screener
from screening.chemistry.atoms import outline_of
from screening.chemistry.relaxed import Relaxed, relaxed
from screening.chemistry.surroundings import DrawnSurroundings
from tests import strategies as made
from tests.corpus.corpus import chemicals_of_the_package, sample


def held(surroundings: DrawnSurroundings, mol: Chem.Mol) -> int:
    return surroundings.of(outline_of(mol))


@pytest.fixture(scope="module")
def patterns(screener: Screener) -> list[Relaxed]:
    """Every pattern that a list asks."""
    asked = screener._compiled.everything.patterns
    return [pattern for pattern, _, _ in asked._patterns if pattern is not None]


def check(patterns: list[Relaxed], surroundings: DrawnSurroundings, mol: Chem.Mol) -> int:
    """Nothing that matches is ruled out; how many are."""
    has = held(surroundings, mol)
    out = [p for p in patterns if surroundings.needs(p) & ~has]
    assert not [p.smarts for p in out if mol.HasSubstructMatch(p.query)]
    return len(out)


def test_no_pattern_of_a_list_is_ruled_out_where_it_matches(patterns: list[Relaxed]) -> None:
    surroundings = DrawnSurroundings(patterns)
    out = 0
    for chemical in sample(chemicals_of_the_package(), 600):
        mol = Chem.MolFromSmiles(chemical.smiles)
        if mol is not None and mol.GetNumHeavyAtoms() == mol.GetNumAtoms() > 0:
            out += check(patterns, surroundings, mol)
    assert out > 600 * len(patterns) / 2  # it is worth asking


@made.examples(80)
@given(data=st.data())
def test_nor_around_the_classes(patterns: list[Relaxed], data: st.DataObject) -> None:
    around = st.one_of(
        made.near_fentanyls(), made.near_nitazenes(), made.near_piperidones(), made.near_orphines()
    )
    mol = Chem.MolFromSmiles(data.draw(around))
    if mol is not None and mol.GetNumHeavyAtoms() == mol.GetNumAtoms():
        check(patterns, DrawnSurroundings(patterns), mol)


@pytest.mark.parametrize(
    ("smarts", "smiles", "may"),
    [
        ("[CH3]N[CH3]", "CNC", True),
        ("[CH3]N[CH3]", "CNCC", False),
        ("[CH3][CX4](O)N", "CC(O)N", True),
        ("[CH3][CX4](O)N", "CC(=O)N", False),
        ("[CH3][CX4](O)N", "CC(N)CO", False),
        ("C1CCNCC1", "C1CCOCC1", False),
        ("[N,O]C[Cl,Br]", "OCBr", True),
        ("[N,O]C[Cl,Br]", "OCF", False),
    ],
)
def test_an_atom_is_asked_for_with_those_beside_it(smarts: str, smiles: str, may: bool) -> None:
    pattern = relaxed(smarts)
    assert pattern is not None
    surroundings = DrawnSurroundings([pattern, None])
    has = held(surroundings, Chem.MolFromSmiles(smiles))
    assert bool(surroundings.needs(pattern) & ~has) is not may


def test_a_pattern_that_it_does_not_know_is_let_through() -> None:
    pattern = relaxed("CCl")
    assert pattern is not None
    assert DrawnSurroundings([]).needs(pattern) == 0
