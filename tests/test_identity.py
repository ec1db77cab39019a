"""The forms by which a component is a listed substance, each by its name."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from screening.chemistry.identity import (
    Form,
    Match,
    SubstanceIndex,
    context_forms,
    is_counter_ion,
    listed,
    opened_parts,
    scaffold_key,
    tautomer_key,
)
from screening.chemistry.structure import read_structure
from tests import strategies as some

AMINE = "CC(N)Cc1ccccc1"
KETONE = "CC(=O)Cc1ccccc1"
CROTONYL = "C/C=C/C(=O)N(C)c1ccccc1"
ONE_HAND = "C[C@H](N)Cc1ccccc1"
OTHER_HAND = "C[C@@H](N)Cc1ccccc1"
ACID = "O=C(O)Cc1ccccc1"
PHENOL = "CN1CCC(c2cccc(O)c2)CC1"


def matches(text: str, *substances: str, as_counter_ion: bool = True) -> list[Match]:
    """What a text is of some listed structures."""
    index = SubstanceIndex(
        listed(f"entry-{i}", smiles, smiles, as_counter_ion=as_counter_ion)
        for i, smiles in enumerate(substances)
    )
    return index.matches(read_structure(text))


def forms(text: str, substance: str, *, as_counter_ion: bool = True) -> list[set[Form]]:
    """The forms of each match with one listed structure."""
    return [set(m.forms) for m in matches(text, substance, as_counter_ion=as_counter_ion)]


class TestForms:
    @pytest.mark.parametrize(
        ("text", "substance", "expected"),
        [
            (AMINE, AMINE, set()),
            (f"{AMINE}.Cl", AMINE, {Form.SALT}),
            ("CC([NH3+])Cc1ccccc1.[Cl-]", AMINE, {Form.SALT}),
            ("CC([NH3+])Cc1ccccc1", AMINE, set()),
            (f"{AMINE}.{ACID}", ACID, {Form.SALT}),
            ("[Na+].[O-]C(=O)Cc1ccccc1", ACID, {Form.SALT}),
            (f"{AMINE}.O", AMINE, {Form.HYDRATE}),
            (f"{AMINE}.O.Cl", AMINE, {Form.HYDRATE, Form.SALT}),
            ("OC1(O)CCNCC1", "O=C1CCNCC1", {Form.HYDRATE}),
            ("OC1(O)CCNCC1.Cl", "O=C1CCNCC1", {Form.HYDRATE, Form.SALT}),
            ("ClC(Cl)(Cl)C(O)O", "O=CC(Cl)(Cl)Cl", {Form.HYDRATE}),
            ("[2H]C([2H])([2H])C(N)Cc1ccccc1", AMINE, {Form.ISOTOPOLOGUE}),
            ("C[13CH](N)Cc1ccccc1.Cl", AMINE, {Form.ISOTOPOLOGUE, Form.SALT}),
            (ONE_HAND, AMINE, {Form.STEREO_STATED}),
            (AMINE, ONE_HAND, {Form.STEREO_NOT_STATED}),
            (ONE_HAND, ONE_HAND, set()),
            (OTHER_HAND, ONE_HAND, {Form.OPTICAL_ISOMER}),
            (r"C/C=C\C(=O)N(C)c1ccccc1", CROTONYL, {Form.GEOMETRIC_ISOMER}),
            (CROTONYL, CROTONYL, set()),
            ("CC=CC(=O)N(C)c1ccccc1", CROTONYL, {Form.STEREO_NOT_STATED}),
            ("CC(O)=Cc1ccccc1", KETONE, {Form.TAUTOMER}),
            ("C=C(O)Cc1ccccc1", KETONE, {Form.TAUTOMER}),
            ("COC(=O)C(=C(C)O)c1ccccc1", "COC(=O)C(C(C)=O)c1ccccc1", {Form.TAUTOMER}),
            ("Oc1ccccn1", "O=c1cccc[nH]1", {Form.TAUTOMER}),
            ("COC(=O)Cc1ccccc1", ACID, {Form.ESTER}),
            ("O=C(Cc1ccccc1)OCc1ccccc1", ACID, {Form.ESTER}),
            ("CN1CCC(c2cccc(OC)c2)CC1", PHENOL, {Form.ETHER}),
            ("CN1CCC(c2cccc(OC(C)=O)c2)CC1", PHENOL, {Form.ESTER}),
            ("CN1CCC(c2cccc(OCC)c2)CC1.Cl", PHENOL, {Form.ETHER, Form.SALT}),
            ("Cc1ccc(CC(C)N)cc1", "Cc1cccc(CC(C)N)c1", {Form.POSITIONAL_ISOMER}),
        ],
    )
    def test_each_form_has_its_name(self, text: str, substance: str, expected: set[Form]) -> None:
        """Which forms a law covers is decided elsewhere, by these names."""
        assert expected in forms(text, substance)

    @pytest.mark.parametrize(
        ("text", "substance"),
        [
            ("CC(N)Cc1ccccc1C", AMINE),
            ("CCC(N)Cc1ccccc1", AMINE),
            ("CC(=O)Cc1ccncc1", KETONE),
            ("O=CCCc1ccccc1", ACID),
            ("O=C1CCCCO1", "OCCCCC(=O)O"),
            ("c1ccc2c(c1)OCO2", "Oc1ccccc1O"),
            ("O", "[OH-].[Na+]"),
            ("CC(C)C", "CCCC"),
        ],
    )
    def test_other_compounds_are_none_of_these(self, text: str, substance: str) -> None:
        """Homologues, lactones, ring acetals and chain isomers are other substances."""
        assert forms(text, substance) == []

    @pytest.mark.parametrize("text", [KETONE, f"{KETONE}.CCO", f"{KETONE}.Cl", f"CCO.{KETONE}.O"])
    def test_a_ketone_beside_an_acid_is_no_salt(self, text: str) -> None:
        """A salt needs a base and an acid."""
        assert all(Form.SALT not in found for found in forms(text, KETONE))
        assert forms(text, KETONE) != []

    def test_the_plainest_match_is_kept(self) -> None:
        """A compound that is listed is not also shown as the ester of itself."""
        (match,) = matches("COC(=O)Cc1ccccc1", "COC(=O)Cc1ccccc1")
        assert match.forms == ()

    def test_every_component_is_compared(self) -> None:
        """Each of two listed components is found, each with its own form."""
        found = matches(f"{AMINE}.{ACID}.CCO", AMINE, ACID)
        assert {m.listed.smiles for m in found} == {AMINE, ACID}
        assert all(m.forms == (Form.SALT,) for m in found)

    def test_the_part_of_an_ester_is_named(self) -> None:
        """The proof can say which acid or alcohol the ester leads to."""
        (match,) = matches("COC(=O)Cc1ccccc1", ACID)
        assert match.part.smiles == read_structure(ACID).components[0].smiles
        assert match.component.smiles == "COC(=O)Cc1ccccc1"

    def test_stereo_of_a_part_is_kept(self) -> None:
        """Cutting an ester elsewhere does not lose a stereocentre."""
        (match,) = matches("CN[C@@H](C)[C@H](OC(C)=O)c1ccccc1", "CN[C@@H](C)[C@H](O)c1ccccc1")
        assert match.forms == (Form.ESTER,)


class TestCounterIons:
    @pytest.mark.parametrize(
        ("text", "acid"),
        [
            ("CCN(CC)CC.Cl", "Cl"),
            ("CC[NH+](CC)CC.[Cl-]", "Cl"),
            ("[Na+].[Cl-]", "Cl"),
            ("[NH4+].[NH4+].[O-]S(=O)(=O)[O-]", "OS(=O)(=O)O"),
            ("N.N.OS(=O)(=O)O", "OS(=O)(=O)O"),
            ("C[N+](C)(C)C.[Cl-]", "Cl"),
            ("CCN.O.Cl", "Cl"),
        ],
    )
    def test_the_acid_of_a_salt_is_not_the_listed_acid(self, text: str, acid: str) -> None:
        """An acid listed without its salts is not hit by a counter-ion, however it is drawn."""
        assert forms(text, acid, as_counter_ion=False) == []
        assert forms(text, acid, as_counter_ion=True) != []

    @pytest.mark.parametrize("text", ["Cl", "Cl.O", "[OH3+].[Cl-]", "Cl.CCO", "Cl.Clc1ccccc1"])
    def test_the_acid_alone_or_in_water_is(self, text: str) -> None:
        """Muriatic acid is hydrochloric acid."""
        assert forms(text, "Cl", as_counter_ion=False) != []

    def test_what_counts_as_a_counter_ion(self) -> None:
        """An acid that stands beside a base or a metal."""
        salt = read_structure("Cl.CCN")
        by_key = {component.smiles: component for component in salt.components}
        assert is_counter_ion(salt, by_key["Cl"])
        alone = read_structure("Cl.O")
        assert not is_counter_ion(alone, alone.components[0])


class TestListedSalts:
    PERMANGANATE = "[K+].[O-][Mn](=O)(=O)=O"

    @pytest.mark.parametrize(
        "text",
        ["[K+].[O-][Mn](=O)(=O)=O", "[K]O[Mn](=O)(=O)=O", "O.[K+].[O-][Mn](=O)(=O)=O"],
    )
    def test_a_substance_listed_as_a_salt(self, text: str) -> None:
        """All its components must be there, in any drawing, beside others."""
        assert forms(text, self.PERMANGANATE) != []

    @pytest.mark.parametrize(
        "text", ["[K+].[Cl-]", "[Na+].[O-][Mn](=O)(=O)=O", "[K+].[K+].[O-][Mn](=O)(=O)[O-]"]
    )
    def test_one_of_its_ions_is_not_enough(self, text: str) -> None:
        """Potassium chloride is no permanganate, manganate neither."""
        assert forms(text, self.PERMANGANATE) == []


class TestKeys:
    def test_tautomers_share_a_key(self) -> None:
        """Enol and keto form, lactim and lactam."""
        for one, other in (("CC(O)=Cc1ccccc1", KETONE), ("Oc1ccccn1", "O=c1cccc[nH]1")):
            keys = {tautomer_key(read_structure(text).components[0]) for text in (one, other)}
            assert len(keys) == 1

    def test_a_scaffold_needs_a_ring(self) -> None:
        """Chains have none, so they have no positional isomers."""
        assert scaffold_key(read_structure("CCCCO").components[0]) == ""
        assert scaffold_key(read_structure("Cc1ccccc1").components[0]) == "c1ccccc1"

    def test_esters_are_cut_one_by_one_and_all_at_once(self) -> None:
        """A diester leads to two half esters and to the diacid."""
        parts = opened_parts(read_structure("COC(=O)CCC(=O)OCC").components[0])
        esters = {part.smiles for form, part in parts if form is Form.ESTER}
        assert {"O=C(O)CCC(=O)O", "CCOC(=O)CCC(=O)O", "COC(=O)CCC(=O)O", "CO", "CCO"} <= esters

    @pytest.mark.parametrize("smiles", ["C1CCOC1", "O=C1CCCO1", "COCOC", "CCCC", "CC(=O)OC(C)=O"])
    def test_what_is_cut_into_nothing(self, smiles: str) -> None:
        """Ring ethers, lactones, acetals and anhydrides stay whole."""
        assert opened_parts(read_structure(smiles).components[0]) == ()


@some.examples(60)
@given(st.data())
def test_a_listed_structure_is_itself_in_every_drawing(data: st.DataObject) -> None:
    """Order, notation and hydrogens are no form."""
    smiles = data.draw(some.near_fentanyls())
    (match, *_) = matches(data.draw(some.drawings(smiles)), smiles)
    assert match.forms == ()


@some.examples(60)
@given(st.data())
def test_forms_of_random_structures_are_found(data: st.DataObject) -> None:
    """A salt, hydrate or labelled compound is the listed one, by that form."""
    smiles = data.draw(some.near_fentanyls())
    key = read_structure(smiles).components[0].smiles
    text = data.draw(st.one_of(some.salts(smiles), some.labelled(smiles), st.just(f"{smiles}.O")))
    structure = read_structure(text)
    (component,) = {c.smiles: c for c in structure.components if c.smiles == key}.values()
    found = next(m for m in matches(text, smiles) if m.component.smiles == key)
    assert set(context_forms(structure, component)) <= set(found.forms)
    if any(atom in text for atom in ("[13C", "[14C", "[2H]", "[3H]", "[15N")):
        assert Form.ISOTOPOLOGUE in found.forms
