"""Kinds of group: every kind says yes to one group and no to another that is close to it.

A group is written as SMILES. Atoms with a map number are the skeleton; the rest is the group.
"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rdkit import Chem

from screening.chemistry.groups import (
    HALOGENS,
    HYDROGEN,
    KINDS,
    LINKER_KINDS,
    Group,
    group_key,
    groups_around,
    is_kind,
    kinds_of,
)
from tests import strategies as some


def group(smiles: str) -> Group:
    """All that is not skeleton, as one group."""
    mol = Chem.MolFromSmiles(smiles)
    assert mol is not None, smiles
    skeleton = frozenset(a.GetIdx() for a in mol.GetAtoms() if a.GetAtomMapNum())
    for atom in mol.GetAtoms():
        atom.SetAtomMapNum(0)
    parts = groups_around(mol, skeleton, frozenset(range(mol.GetNumAtoms())) - skeleton)
    atoms = frozenset().union(*(part.atoms for part in parts))
    return Group(mol, atoms, tuple(sorted(a for part in parts for a in part.attachments)))


# Kind, groups that are of it, groups that are not; [CH3:1] and the like are the skeleton.
EXAMPLES: dict[str, tuple[list[str], list[str]]] = {
    "any group": (["[CH3:1]F", "[CH3:1]C(=O)[SiH3]"], []),
    "group at one place": (
        ["[CH3:1]F", "[CH2:1]=C", "[CH3:1]C1CC1"],
        ["[CH2:1]1CC1", "[CH2:1]1C[CH2:2]1"],
    ),
    "acyclic alkyl": (
        ["[CH3:1]C", "[CH3:1]C(C)(C)C", "[CH3:1]CCCCCCC"],
        ["[CH3:1]C1CC1", "[CH3:1]C=C", "[CH3:1]CO", "[CH2:1]=C", "[CH3:1]C#N", "[CH3:1]F"],
    ),
    "alkyl with a ring": (["[CH3:1]C1CC1", "[CH3:1]CC1CCCCC1"], ["[CH3:1]CC", "[CH3:1]C1CCO1"]),
    "acyclic alkenyl": (
        ["[CH3:1]C=C", "[CH3:1]CC=CC=C"],
        ["[CH3:1]CC", "[CH3:1]C1=CC1", "[CH2:1]=C"],
    ),
    "alkenyl with a ring": (
        ["[CH3:1]C1=CCCC1"],
        ["[CH3:1]C1CCCC1", "[CH3:1]c1ccccc1", "[CH3:1]C=C"],
    ),
    "alkylidene": (["[CH2:1]=C", "[CH2:1]=CC"], ["[CH3:1]C=C", "[CH2:1]=O", "[CH3:1]C"]),
    "alkynyl": (["[CH3:1]C#C", "[CH3:1]CC#C"], ["[CH3:1]C#N", "[CH3:1]C=C", "[CH3:1]C1CC1C#C"]),
    "acyclic haloalkyl": (
        ["[CH3:1]CF", "[CH3:1]C(F)(F)F", "[CH3:1]CC(Cl)Br"],
        ["[CH3:1]F", "[CH3:1]C1CC1F", "[CH3:1]OCF", "[CH3:1]CC", "[CH3:1]C=CF"],
    ),
    "haloalkyl with a ring": (["[CH3:1]C1(F)CC1"], ["[CH3:1]C1CC1", "[CH3:1]CF", "[CH3:1]C1OC1F"]),
    "halogen": (["[CH3:1]F", "[CH3:1]Cl", "[CH3:1]Br", "[CH3:1]I"], ["[CH3:1]CF", "[CH3:1]O"]),
    "hydroxyl": (["[CH3:1]O"], ["[CH3:1]OC", "[CH2:1]=O", "[CH3:1]OO", "[CH3:1]S"]),
    "oxo": (["[CH2:1]=O"], ["[CH3:1]O", "[CH2:1]=S", "[CH2:1]=NO"]),
    "acyclic alkoxyl": (
        ["[CH3:1]OC", "[CH3:1]OC(C)C"],
        ["[CH3:1]O", "[CH3:1]OC1CC1", "[CH3:1]OC=C", "[CH3:1]OCF", "[CH3:1]COC", "[CH3:1]SC"],
    ),
    "alkoxyl with a ring": (["[CH3:1]OC1CC1"], ["[CH3:1]OC", "[CH3:1]Oc1ccccc1"]),
    "aryloxy": (["[CH3:1]Oc1ccccc1", "[CH3:1]Oc1cccnc1"], ["[CH3:1]OCc1ccccc1", "[CH3:1]OC"]),
    "acyclic alkoxyalkyl": (
        ["[CH3:1]COC", "[CH3:1]CCOCC"],
        ["[CH3:1]OC", "[CH3:1]COC1CC1", "[CH3:1]COC(F)F", "[CH3:1]CO", "[CH3:1]CC"],
    ),
    "acyclic haloalkoxyl": (["[CH3:1]OC(F)F"], ["[CH3:1]OC", "[CH3:1]CF", "[CH3:1]OC1CC1F"]),
    "acyclic alkylthio": (
        ["[CH3:1]SC", "[CH3:1]SCC"],
        ["[CH3:1]S", "[CH3:1]OC", "[CH3:1]S(C)(=O)=O", "[CH3:1]Sc1ccccc1", "[CH3:1][S+](C)[O-]"],
    ),
    "acyclic alkylsulfonyl": (
        ["[CH3:1]S(C)(=O)=O"],
        ["[CH3:1]SC", "[CH3:1]S(=O)(=O)c1ccccc1", "[CH3:1]S(=O)(=O)N", "[CH3:1]S(=O)C"],
    ),
    "cyano": (["[CH3:1]C#N"], ["[CH3:1]C#C", "[CH3:1]CC#N", "[CH3:1]C=N"]),
    "acyloxy": (["[CH3:1]OC(C)=O"], ["[CH3:1]C(=O)OC", "[CH3:1]OC", "[CH3:1]OC(=O)N"]),
    "arylmethyl": (
        ["[CH3:1]Cc1ccccc1", "[CH3:1]C(C)c1ccncc1"],
        ["[CH3:1]c1ccccc1", "[CH3:1]CCc1ccccc1", "[CH3:1]Oc1ccccc1"],
    ),
    "group bound by carbon": (["[CH3:1]C", "[CH3:1]C(=O)O"], ["[CH3:1]O", "[CH2:1]=C", "[CH3:1]N"]),
    "ring through the atom": (["[CH2:1]1CC1"], ["[CH3:1]C", "[CH2:1]1C[CH2:2]1", "[CH:1](C)=C"]),
    "direct ether": (
        ["[CH3:1]OC", "[CH3:1]Oc1ccccc1", "[CH3:1]OCOC"],
        ["[CH3:1]O", "[CH3:1]OC(C)=O", "[CH3:1]COC", "[CH3:1]OS(C)(=O)=O"],
    ),
    "spaced ether": (
        ["[CH3:1]COC", "[CH3:1]CC(OC)OC", "[CH3:1]C1CCCO1"],
        ["[CH3:1]OC", "[CH3:1]CC", "[CH3:1]CO", "[CH3:1]C(N)COC", "[CH3:1]C=COC"],
    ),
    "direct ester": (
        ["[CH3:1]C(=O)OC", "[CH3:1]OC(C)=O", "[CH3:1]C(=O)OCc1ccccc1"],
        ["[CH3:1]C(=O)O", "[CH3:1]CC(=O)OC", "[CH3:1]OC=O", "[CH3:1]C(=O)SC", "[CH3:1]OC(=O)OC"],
    ),
    "spaced ester": (
        ["[CH3:1]CC(=O)OC", "[CH3:1]CCOC(C)=O"],
        ["[CH3:1]C(=O)OC", "[CH3:1]CC(=O)O", "[CH3:1]CC(N)C(=O)OC", "[CH3:1]COC"],
    ),
    "ester in a wide sense": (
        ["[CH3:1]OC=O", "[CH3:1]OC(=O)OC", "[CH3:1]OC(=O)N", "[CH3:1]C(=O)SC", "[CH3:1]C(=S)OC"],
        ["[CH3:1]C(=O)OC", "[CH3:1]C(C)=S", "[CH3:1]C(=O)C", "[CH3:1]OC"],
    ),
    "primary amino": (["[CH3:1]N"], ["[CH3:1]NC", "[CH3:1]O", "[CH3:1]NO", "[CH2:1]=N"]),
    "substituted amino": (
        ["[CH3:1]NC", "[CH3:1]N(C)C", "[CH3:1]N1CCOCC1"],
        ["[CH3:1]N", "[CH3:1]NC(C)=O", "[CH3:1]Nc1ccccc1", "[CH3:1][N+](C)(C)C", "[CH3:1]NO"],
    ),
    "nitro": (["[CH3:1][N+](=O)[O-]"], ["[CH3:1]N=O", "[CH3:1]ON=O", "[CH3:1]N"]),
    "carboxylic acyl": (
        ["[CH3:1]C(C)=O", "[CH3:1]C(=O)c1ccccc1", "[CH3:1]C(=O)C(F)(F)F"],
        ["[CH3:1]C=O", "[CH3:1]C(=O)O", "[CH3:1]C(=O)OC", "[CH3:1]C(=O)N", "[CH3:1]CC(C)=O"],
    ),
    "formyl": (["[CH3:1]C=O"], ["[CH3:1]C(C)=O", "[CH3:1]C(=O)O", "[CH3:1]CC=O"]),
    "alkoxycarbonyl": (
        ["[CH3:1]C(=O)OC", "[CH3:1]C(=O)OC(C)(C)C", "[CH3:1]C(=O)Oc1ccccc1"],
        ["[CH3:1]C(=O)O", "[CH3:1]C(=O)OC(C)=O", "[CH3:1]C(=O)ON", "[CH3:1]OC(C)=O"],
    ),
    "carboxyl": (["[CH3:1]C(=O)O"], ["[CH3:1]C(=O)OC", "[CH3:1]C=O", "[CH3:1]CC(=O)O"]),
    "other oxycarbonyl": (
        ["[CH3:1]C(=O)OC(C)=O", "[CH3:1]C(=O)ON", "[CH3:1]C(=O)OO"],
        ["[CH3:1]C(=O)OC", "[CH3:1]C(=O)O", "[CH3:1]C(=O)NO"],
    ),
    "carbamoyl": (["[CH3:1]C(N)=O", "[CH3:1]C(=O)N(C)C"], ["[CH3:1]C(C)=O", "[CH3:1]NC(C)=O"]),
    "carbonyl halide": (["[CH3:1]C(=O)Cl"], ["[CH3:1]C(=O)CCl", "[CH3:1]CCl"]),
    "carbonyl bound to sulphur": (["[CH3:1]C(=O)SC", "[CH3:1]C(=O)S"], ["[CH3:1]C(=S)OC"]),
    "carbonyl bound to another element": (
        ["[CH3:1]C(=O)[SiH3]", "[CH3:1]C(=O)P(C)C"],
        ["[CH3:1]C(C)=O", "[CH3:1]C(=O)N", "[CH3:1]C(=O)O", "[CH3:1]C(=O)S"],
    ),
    "thioacyl": (["[CH3:1]C(C)=S", "[CH3:1]C(N)=S"], ["[CH3:1]C(C)=O", "[CH3:1]C(=S)OC"]),
    "thiocarbonyl bound to oxygen or sulphur": (
        ["[CH3:1]C(=S)OC", "[CH3:1]C(=S)SC"],
        ["[CH3:1]C(C)=S", "[CH3:1]C(=O)SC"],
    ),
    "imidoyl": (["[CH3:1]C(C)=N"], ["[CH3:1]C(C)=O", "[CH3:1]C#N", "[CH2:1]=NC"]),
    "sulfonyl": (["[CH3:1]S(C)(=O)=O", "[CH3:1]S(N)(=O)=O"], ["[CH3:1]S(C)=O", "[CH3:1]SC"]),
    "sulfinyl": (
        ["[CH3:1]S(C)=O", "[CH3:1][S+](C)[O-]"],
        ["[CH3:1]S(C)(=O)=O", "[CH3:1]SC", "[CH3:1][S+](C)C"],
    ),
    "phosphoryl": (["[CH3:1]P(C)(C)=O"], ["[CH3:1]P(C)C", "[CH3:1]S(C)(=O)=O"]),
    "benzene ring": (
        ["[CH3:1]c1ccccc1", "[CH3:1]c1ccc(C#N)cc1", "[CH3:1]c1ccccc1CC1CC1"],
        ["[CH3:1]c1ccncc1", "[CH3:1]c1ccc2ccccc2c1", "[CH3:1]c1ccc(C2CC2)cc1", "[CH3:1]Cc1ccccc1"],
    ),
    "benzene ring bearing a ring": (["[CH3:1]c1ccc(-c2ccccc2)cc1"], ["[CH3:1]c1ccccc1Cc1ccccc1"]),
    "other aromatic carbocycle": (
        ["[CH3:1]c1cccccc1=O"],
        ["[CH3:1]c1ccccc1", "[CH3:1]c1ccccc(C2CC2)c1=O", "[CH3:1]c1ccco1"],
    ),
    "other aromatic carbocycle bearing a ring": (
        ["[CH3:1]c1ccccc(C2CC2)c1=O"],
        ["[CH3:1]c1cccccc1=O", "[CH3:1]c1ccc(C2CC2)cc1"],
    ),
    "aromatic heteromonocycle": (
        ["[CH3:1]c1ccncc1", "[CH3:1]n1cccc1", "[CH3:1]c1ccco1"],
        ["[CH3:1]c1ccccc1", "[CH3:1]c1ccc2ncccc2c1", "[CH3:1]c1ccc(-c2ccccc2)o1", "[CH3:1]C1CCCO1"],
    ),
    "aromatic heteromonocycle bearing a ring": (
        ["[CH3:1]c1ccc(-c2ccccc2)o1"],
        ["[CH3:1]c1ccco1", "[CH3:1]c1ccc(-c2ccccc2)cc1"],
    ),
    "non-aromatic carbomonocycle": (
        ["[CH3:1]C1CCCCC1", "[CH3:1]C1=CCCC1", "[CH3:1]C1CC(F)C1"],
        ["[CH3:1]c1ccccc1", "[CH3:1]C1CCOC1", "[CH3:1]C1CC2CCC1C2", "[CH3:1]CC1CC1"],
    ),
    "non-aromatic heteromonocycle": (
        ["[CH3:1]C1CCOC1", "[CH3:1]N1CCCCC1"],
        ["[CH3:1]C1CCCC1", "[CH3:1]c1ccco1", "[CH3:1]N1CCc2ccccc21"],
    ),
    "fused aromatic carbocycle": (
        ["[CH3:1]c1ccc2ccccc2c1"],
        ["[CH3:1]c1ccccc1", "[CH3:1]c1ccc2ncccc2c1", "[CH3:1]c1ccc2c(c1)CCC2"],
    ),
    "other fused aromatic ring": (
        ["[CH3:1]c1ccc2ncccc2c1", "[CH3:1]c1ccc2OCOc2c1", "[CH3:1]c1ccc2c(c1)CCC2"],
        ["[CH3:1]c1ccc2ccccc2c1", "[CH3:1]c1ccccc1", "[CH3:1]C1Cc2ccccc2C1"],
    ),
    "fused, bridged or spiro non-aromatic ring": (
        ["[CH3:1]C1Cc2ccccc2C1", "[CH3:1]C1CC2CCC1C2", "[CH3:1]C1CCC2(C1)CC2"],
        ["[CH3:1]C1CCCC1", "[CH3:1]c1ccc2c(c1)CCC2", "[CH3:1]C1CCC(C2CC2)C1"],
    ),
    "dioxy bridge": (
        ["[CH2:1]1OCO[CH2:2]1", "[CH2:1]1OCCO[CH2:2]1", "[CH2:1]1OC(C)O[CH2:2]1"],
        ["[CH2:1]1OCC[CH2:2]1", "[CH2:1]1OCSCO[CH2:2]1", "[CH2:1]1OC(=O)O[CH2:2]1", "[CH2:1]1OCO1"],
    ),
    "alkylene bridge": (
        ["[CH2:1]1C[CH2:2]1", "[CH2:1]1CCC[CH2:2]1"],
        ["[CH2:1]1O[CH2:2]1", "[CH2:1]1C=C[CH2:2]1", "[CH3:1]C"],
    ),
    "acetal": (
        ["[CH2:1]1OCCO1", "[CH2:1](OC)OC"],
        ["[CH2:1](O)OC", "[CH2:1](OC)SC", "[CH2:1](OC)OC(C)=O", "[CH3:1]OC", "[CH2:1](OC)C"],
    ),
    "hemiacetal": (["[CH2:1](O)OC"], ["[CH2:1](OC)OC", "[CH2:1](O)OC(C)=O", "[CH2:1](O)SC"]),
    "thioacetal": (
        ["[CH2:1]1SCCS1", "[CH2:1](OC)SC", "[CH2:1](O)SC", "[CH2:1](S)S"],
        ["[CH2:1](OC)OC", "[CH3:1]SC", "[CH2:1](SC)C", "[CH2:1](OC)N"],
    ),
    "acylal": (
        ["[CH2:1](OC(C)=O)OC(C)=O", "[CH2:1](OC)OC(C)=O"],
        ["[CH2:1](OC)OC", "[CH3:1]OC(C)=O", "[CH2:1](OC(C)=O)SC"],
    ),
    "enol ether": (
        ["[CH2:2]=[CH:1]OC"],
        ["[CH3:2][CH2:1]OC", "[CH2:2]=[CH:1]OC(C)=O", "[CH2:2]=[CH:1]O", "[NH:2]=[CH:1]OC"],
    ),
    "imine": (["[CH2:1]=NO", "[CH2:1]=NC", "[CH2:1]=NN"], ["[CH2:1]=O", "[CH3:1]NC", "[CH2:1]=CN"]),
    "oxide": (["[NH3+:1][O-]"], ["[NH2:1]O", "[CH3:1]OC", "[NH2:1]OC"]),
    "quaternising group": (["[NH3+:1]C", "[NH3+:1]CC=C"], ["[NH2:1]C", "[NH3+:1][O-]"]),
}  # fmt: skip

CASES = [(kind, smiles, True) for kind, (yes, _) in EXAMPLES.items() for smiles in yes]
CASES += [(kind, smiles, False) for kind, (_, no) in EXAMPLES.items() for smiles in no]


def test_every_kind_has_a_group_that_is_of_it_and_one_that_is_not() -> None:
    """A kind without examples is a word nobody has looked at; only `any group` refuses none."""
    assert set(EXAMPLES) == set(KINDS)
    assert all(yes for yes, _ in EXAMPLES.values())
    assert [kind for kind, (_, no) in EXAMPLES.items() if not no] == ["any group"]


@pytest.mark.parametrize(("kind", "smiles", "expected"), CASES)
def test_kind(kind: str, smiles: str, expected: bool) -> None:
    """A kind is a plain fact about a group."""
    assert KINDS[kind](group(smiles)) is expected
    assert (kind in kinds_of(group(smiles))) is expected


def test_any_group_is_no_hydrogen() -> None:
    """An empty branch is the kind hydrogen, which no other kind includes."""
    mol = Chem.MolFromSmiles("C")
    assert not KINDS["any group"](Group(mol, frozenset(), ()))
    assert HYDROGEN not in KINDS


def test_linking_atoms_are_named_by_element() -> None:
    """Linker kinds are atoms, not groups."""
    assert set(LINKER_KINDS.values()) == {6, 7, 8, 16}
    assert not set(LINKER_KINDS) & set(KINDS)
    assert {9, 17, 35, 53} == HALOGENS


class TestOneGroupNamedOutright:
    @pytest.mark.parametrize(
        ("kind", "yes", "no"),
        [
            ("*C(=O)CC", "[CH3:1]C(=O)CC", "[CH3:1]C(=O)C"),
            ("*OCO*", "[CH2:1]1OCO[CH2:2]1", "[CH2:1]1OCCO[CH2:2]1"),
            ("*c1ccccc1", "[CH3:1]c1ccccc1", "[CH3:1]c1ccccc1F"),
        ],
    )
    def test_it_is_that_group_and_no_other(self, kind: str, yes: str, no: str) -> None:
        """A word may name one group as SMILES with * where it is bound."""
        assert is_kind(group(yes), kind)
        assert not is_kind(group(no), kind)

    @pytest.mark.parametrize("kind", ["propionyl", "CC", "*C(", "*C.*C", "C*C"])
    def test_what_names_no_group(self, kind: str) -> None:
        """Nothing else passes as a kind."""
        with pytest.raises(ValueError, match="group"):
            group_key(kind)


class TestGroup:
    def test_a_key_tells_attachment_apart(self) -> None:
        """Ethoxycarbonyl and propionyloxy are made of the same atoms."""
        assert group("[CH3:1]C(=O)OCC").key != group("[CH3:1]OC(=O)CC").key
        assert group("[CH3:1]C(=O)OCC").key == group("[NH2:1]C(=O)OCC").key

    def test_a_ring_frame_is_the_ring_by_which_it_is_bound(self) -> None:
        """What it carries and what it is fused to stand outside the frame."""
        plain, fluoro = group("[CH3:1]c1ccccc1").frame, group("[CH3:1]c1ccccc1F").frame
        naphthyl = group("[CH3:1]c1ccc2ccccc2c1").frame
        assert plain is not None
        assert fluoro is not None
        assert naphthyl is not None
        assert plain.key == fluoro.key == naphthyl.key
        assert (plain.alone, fluoro.alone, naphthyl.alone) == (True, True, False)
        assert [len(part.atoms) for part in fluoro.carried] == [1]
        assert group("[CH3:1]Cc1ccccc1").frame is None

    def test_of_several_rings_the_aromatic_one_is_the_frame(self) -> None:
        """A small bridge across an aromatic ring does not hide it."""
        frame = group("[CH3:1]c1c2cccc1CC2").frame
        assert frame is not None
        assert frame.aromatic

    def test_a_bond_that_a_group_does_not_own_counts_as_hydrogen(self) -> None:
        """A group read as if its ring were open ends in hydrogen there."""
        bridge = group("[CH2:1]1O[CH2:2]1")
        assert not KINDS["hydroxyl"](bridge)
        assert KINDS["hydroxyl"](bridge.opened(bridge.attachments[0]))


@some.examples(100)
@given(st.sampled_from(some.SUBSTITUENTS), st.integers(0, 1000))
def test_kinds_do_not_depend_on_atom_order(substituent: str, seed: int) -> None:
    """A group is what it is, whatever the order of its atoms."""
    mol = Chem.MolFromSmiles(f"[CH3:1]{substituent}")
    assert mol is not None
    text = Chem.MolToRandomSmilesVect(mol, 1, randomSeed=seed)[0]
    assert kinds_of(group(text)) == kinds_of(group(f"[CH3:1]{substituent}"))
