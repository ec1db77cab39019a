"""Text to structure: what is refused and why, and what the matching graph of a component is."""

from __future__ import annotations

import contextlib
import pickle
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rdkit import Chem

from screening.chemistry import structure as module
from screening.chemistry.structure import Component, Step, read_structure
from screening.errors import (
    StructureError,
    StructureLimitError,
    UnreadableStructureError,
    UnspecificStructureError,
)
from tests import strategies as some


def only(text: str) -> Component:
    """The one component of a text."""
    (component,) = read_structure(text).components
    return component


def keys(text: str) -> list[str]:
    """The keys of all components of a text."""
    return sorted(component.smiles for component in read_structure(text).components)


def mol_block(smiles: str, extra: str = "") -> str:
    """A V2000 block with lines before its end."""
    block: str = Chem.MolToMolBlock(Chem.MolFromSmiles(smiles))
    return block.replace("M  END", f"{extra}M  END")


POLYMER = mol_block("CCO", "M  STY  1   1 SRU\nM  SAL   1  2   1   2\nM  SMT   1 n\n")
ANY_ATOM = mol_block("CCO").replace(" O  ", " A  ")
R_GROUP = mol_block("CCO").replace(" O  ", " R# ")


class TestRefusals:
    @pytest.mark.parametrize("text", ["", "   ", "\n", "\t \r\n"])
    def test_nothing_is_no_molecule(self, text: str) -> None:
        """The empty string parses to an empty molecule in RDKit; here it is an error."""
        with pytest.raises(UnreadableStructureError, match="empty"):
            read_structure(text)

    @pytest.mark.parametrize(
        "text",
        [
            "C1CC", "CC(C", "not_a_structure", "CCO)", "c1cccc1", "C(C)(C)(C)(C)C", "[Xx]",
            "InChI=1S/", "InChI=1S/C2H6O/c1-2-3/h3H,2H2,1H3 x", "InChI=oops", "=", "42",
            "CCO\nCCO", "氯化钠",
        ],
    )  # fmt: skip
    def test_what_no_parser_reads(self, text: str) -> None:
        """RDKit's None and its sanitisation errors become one error with a reason."""
        with pytest.raises(UnreadableStructureError) as caught:
            read_structure(text)
        assert caught.value.reason

    @pytest.mark.parametrize("text", ["CCO ethanol", "CCO CCN", "CCO\tx"])
    def test_more_than_one_word_is_refused_not_cut(self, text: str) -> None:
        """What stands behind a SMILES may be a second compound."""
        with pytest.raises(UnreadableStructureError, match="more than one word"):
            read_structure(text)

    def test_nul(self) -> None:
        """C code behind the parser would stop at NUL and drop the rest."""
        with pytest.raises(UnreadableStructureError, match="NUL"):
            read_structure("CCO\0CCN")

    @pytest.mark.parametrize(
        "text",
        [
            "*", "C*", "[*]C", "[1*]CC", "[#6]C", "C~C", "[C,N]C", "CC>>CN", "C>O>N",
            "*CC* |Sg:n:1:n:ht|", "CC |$R1;$|", "CCO |m:0:1.2|", ANY_ATOM, R_GROUP, POLYMER,
        ],
    )  # fmt: skip
    def test_what_stands_for_more_than_one_molecule(self, text: str) -> None:
        """Dummy atoms, SMARTS, reactions, polymers and R groups are no one compound."""
        with pytest.raises((UnspecificStructureError, UnreadableStructureError)):
            read_structure(text)

    @pytest.mark.parametrize("text", ["*", "CC>>CN", "*CC* |Sg:n:1:n:ht|", POLYMER, ANY_ATOM])
    def test_they_are_told_apart_from_what_is_unreadable(self, text: str) -> None:
        """The officer reads that it is no single molecule, not that it is garbled."""
        with pytest.raises(UnspecificStructureError):
            read_structure(text)

    def test_the_error_carries_the_text_cut_and_pickles(self) -> None:
        """A megabyte cell does not travel through messages; worker processes send errors back."""
        with pytest.raises(StructureError) as caught:
            read_structure("X" * 5_000)
        assert len(caught.value.text) == 200
        copy = pickle.loads(pickle.dumps(caught.value))
        assert (type(copy), copy.text, copy.reason) == (
            type(caught.value),
            caught.value.text,
            caught.value.reason,
        )


class TestLimits:
    @pytest.mark.parametrize(
        ("text", "word"),
        [
            ("C" * (module.MAX_TEXT + 1), "characters"),
            ("C" * (module.MAX_ATOMS + 1), "atoms"),
            (".".join(["C"] * (module.MAX_COMPONENTS + 1)), "components"),
            ("C1CC1" * (module.MAX_RINGS + 1), "rings"),
        ],
    )
    def test_past_each_limit(self, text: str, word: str) -> None:
        """Each limit ends in its own error, with its number, and at once."""
        start = time.perf_counter()
        with pytest.raises(StructureLimitError, match=word):
            read_structure(text)
        assert time.perf_counter() - start < 5

    @pytest.mark.parametrize(
        "text",
        ["C" * module.MAX_ATOMS, ".".join(["C"] * module.MAX_COMPONENTS), "C1CC1" * 30],
    )
    def test_at_the_limit_it_is_read(self, text: str) -> None:
        """The limit itself is allowed."""
        assert read_structure(text).components

    def test_hydrogens_drawn_do_not_count_as_heavy_atoms(self) -> None:
        """A drawing with all its hydrogens is the same compound."""
        drawn = Chem.MolToSmiles(Chem.AddHs(Chem.MolFromSmiles("C" * 250)))
        assert only(drawn).heavy_atoms == 250


class TestGraph:
    @pytest.mark.parametrize(
        ("text", "smiles", "step"),
        [
            ("[2H]C([2H])([2H])c1ccccc1", "Cc1ccccc1", Step.ISOTOPES_CLEARED),
            ("[13CH3]O", "CO", Step.ISOTOPES_CLEARED),
            ("C[NH2+]C", "CNC", Step.NEUTRALISED),
            ("CC(=O)[O-]", "CC(=O)O", Step.NEUTRALISED),
            ("OC1(O)CCNCC1", "O=C1CCNCC1", Step.HYDRATE_RESTORED),
            ("ClC(Cl)(Cl)C(O)O", "O=CC(Cl)(Cl)Cl", Step.HYDRATE_RESTORED),
            ("CC(O)=NC", "CNC(C)=O", Step.AMIDE_RESTORED),
        ],
    )
    def test_each_step_is_recorded(self, text: str, smiles: str, step: Step) -> None:
        """What was done to a drawing is known: it is a form that a law may or may not cover."""
        component = only(text)
        assert component.smiles == smiles
        assert step in component.steps

    @pytest.mark.parametrize("text", ["CCO", "C[N+](C)(C)C", "C[N+](=O)[O-]", "CS(C)(=O)=O"])
    def test_nothing_is_recorded_where_nothing_changed(self, text: str) -> None:
        """A plain drawing has no steps."""
        assert only(text).steps == frozenset()

    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("[Na]OC(=O)C", ["CC(=O)O", "[Na+]"]),
            ("CC(=O)O[Ag]", ["CC(=O)O", "[Ag+]"]),
            ("[K]Oc1ccccc1", ["Oc1ccccc1", "[K+]"]),
        ],
    )
    def test_metals_are_disconnected(self, text: str, expected: list[str]) -> None:
        """A salt drawn with a bond to its metal is the salt."""
        assert keys(text) == expected

    @pytest.mark.parametrize(
        "text",
        ["[K+].[O-][Mn](=O)(=O)=O", "[K]O[Mn](=O)(=O)=O", "O=[Mn](=O)(=O)O[K]"],
    )
    def test_permanganate_stays_whole(self, text: str) -> None:
        """Cut to bare ions it would depend on how the drawing shares out the charges."""
        assert keys(text) == keys("O[Mn](=O)(=O)=O.[K+]")
        assert keys(text) != keys("[K+].[O-][Mn](=O)(=O)[O-].[K+]")

    @pytest.mark.parametrize(
        "text",
        ["C[Hg]C", "[K+].F[P-](F)(F)(F)(F)F", "[Na+].F[B-](F)(F)F", "[Li]CCCC", "[NH4+].[Cl-]"],
    )
    def test_inorganic_and_metal_compounds_are_read(self, text: str) -> None:
        """Reagents and salts without a place for a proton do not stop the screen."""
        assert read_structure(text).components

    @pytest.mark.parametrize(
        "text", ["OC(O)(O)C", "OC(O)OC", "OC1OC(CO)C(O)C(O)C1O", "COC(C)(C)OC", "OCO"]
    )
    def test_only_gem_diols_are_hydrates(self, text: str) -> None:
        """Sugars, acetals and orthoacids stay; methanediol is formaldehyde."""
        restored = Step.HYDRATE_RESTORED in only(text).steps
        assert restored is (text == "OCO")

    @pytest.mark.parametrize("text", ["Oc1ccccn1", "ON=C(C)C", "COC(C)=NC", "CC(=O)N=C"])
    def test_only_imidic_acids_are_amides(self, text: str) -> None:
        """Hydroxypyridines, oximes, imidates and acylimines stay as drawn."""
        assert Step.AMIDE_RESTORED not in only(text).steps

    def test_every_component_is_kept(self) -> None:
        """Nothing is stripped: a salt former can itself be listed."""
        assert keys("CCN.Cl.O.CC(=O)O.[Na+].[Cl-]") == ["CC(=O)O", "CCN", "Cl", "Cl", "O", "[Na+]"]

    def test_stereo_is_kept_apart(self) -> None:
        """The key of the graph has no stereo, the isomeric SMILES has."""
        component = only("C[C@H](N)C(=O)O")
        assert component.smiles == "CC(N)C(=O)O"
        assert "@" in component.isomeric

    def test_what_a_component_says_of_itself(self) -> None:
        """Formula, water, acid, base and cation are facts of the graph."""
        assert only("CCO").formula == "C2H6O"
        assert only("[OH2]").is_water
        assert only("Cl").is_acid
        assert only("CC(=O)O").is_acid
        assert only("CCN").is_base
        assert only("c1ccncc1").is_base
        assert only("[Na+]").is_cation
        assert only("C[N+](C)(C)C").is_cation
        assert not only("C[N+](=O)[O-]").is_cation
        assert not only("CC(=O)NC").is_base

    def test_the_text_is_kept_as_submitted(self) -> None:
        """What the officer wrote comes back to him."""
        assert read_structure("  OCC ").text == "  OCC "

    @pytest.mark.parametrize("text", ["CCO |(1,2,;3,4,;5,6,)|", "C[C@H](F)O |&1:1|"])
    def test_harmless_extensions_are_read(self, text: str) -> None:
        """Coordinates and stereo groups stand for one compound."""
        assert only(text).heavy_atoms >= 3


@some.examples(80)
@given(st.one_of(some.near_fentanyls(), some.near_piperidones()))
def test_a_graph_reads_back_as_itself(smiles: str) -> None:
    """The key of a component is its own graph, atom by atom in the order written."""
    for component in read_structure(smiles).components:
        again = only(component.smiles)
        assert again.smiles == component.smiles
        written = Chem.MolFromSmiles(component.smiles)
        assert [a.GetAtomicNum() for a in written.GetAtoms()] == [
            a.GetAtomicNum() for a in component.mol.GetAtoms()
        ]
        for bond in written.GetBonds():
            ends = bond.GetBeginAtomIdx(), bond.GetEndAtomIdx()
            assert component.mol.GetBondBetweenAtoms(*ends) is not None


def _read_or_refused(text: str) -> None:
    """Reads a text; nothing but a structure with components or a refusal may come of it."""
    with contextlib.suppress(StructureError):
        assert read_structure(text).components


@some.examples(200)
@given(st.text(max_size=30))
def test_no_text_does_worse_than_an_error(text: str) -> None:
    """Any text is a structure or one of the errors, never another exception."""
    _read_or_refused(text)


@some.examples(100)
@given(st.text(alphabet="CNOcno123()=#[]+-@/\\.*H%", max_size=25))
def test_garbled_smiles_do_no_worse_than_an_error(text: str) -> None:
    """The same for texts that look like SMILES."""
    _read_or_refused(text)
