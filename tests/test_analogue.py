"""Structural neighbours: who gets a person's look, and that nothing more is said of it."""

from __future__ import annotations

import dataclasses
from datetime import date

import pytest
from rdkit import Chem
from rdkit.Chem.rdFingerprintGenerator import GetTopologicalTorsionGenerator

from screening import Decision, Hit, Screener, Shipment
from screening.chemistry.analogue import (
    MIN_HEAVY,
    Neighbour,
    Neighbourhood,
    bond_counts,
    chain_counts,
)
from screening.chemistry.atoms import outline_of
from screening.chemistry.proof import AnalogueProof
from screening.chemistry.structure import Component, read_structure
from screening.decision import Basis, Certainty
from screening.errors import StructureError, WatchlistError
from screening.explain import explain_neighbour, proof_table
from screening.rules.index import compile_bundle
from screening.rules.load import Bundle
from screening.rules.model import AnalogueRule
from screening.shipment import LegKind
from tests.asking import TODAY, Decide
from tests.corpus.corpus import chemicals_of_the_package, sample
from tests.drawings import ionised, labelled, reordered, rows, salt

FENTANYL = "CCC(=O)N(c1ccccc1)C1CCN(CCc2ccccc2)CC1"
LONGER_CHAIN = "CCC(=O)N(c1ccccc1)C1CCN(CCCc2ccccc2)CC1"
OPENED_RING = "CCC(=O)N(c1ccccc1)C(C)CCN(C)CCc1ccccc1"
FURANYL = "O=C(c1ccco1)N(c1ccccc1)C1CCN(CCc2ccccc2)CC1"

# Medicines of the benign corpus that are close to a listed opioid; a person's look costs little.
KNOWN_NEAR = {
    "aminopentamide", "bamipine", "benperidol", "doxapram hydrochloride monohydrate",
    "fluspirilene", "loperamide", "loperamide hydrochloride", "pimozide", "spiperone",
    "thenalidine",
}  # fmt: skip


def component(smiles: str) -> Component:
    (found,) = read_structure(smiles).components
    return found


def around(*named: str) -> Neighbourhood:
    return Neighbourhood((f"list/{i}", f"named {i}", component(s)) for i, s in enumerate(named))


def neighbours(decision: Decision, place: str = "us") -> list[Hit]:
    return [h for h in decision.hits if h.basis is Basis.ANALOGUE and h.place == place]


class TestNeighbourhood:
    @pytest.mark.parametrize("smiles", [LONGER_CHAIN, OPENED_RING, FURANYL])
    def test_a_relative_is_a_neighbour(self, smiles: str) -> None:
        assert around(FENTANYL).nearest(component(smiles)) == Neighbour("list/0", "named 0")

    @pytest.mark.parametrize(
        "smiles",
        [
            "CC(=O)Nc1ccc(O)cc1",
            "CN1C(=O)N(C)c2ncn(C)c2C1=O",
            "O=C(c1ccccc1)c1ccccc1",
            "c1ccc(CCc2ccccc2)cc1",
            "CC(C)Cc1ccc(C(C)C(=O)O)cc1",
            "CCOC(=O)C1(c2ccccc2)CCN(C)CC1",
            "[Na+]",
            "O",
        ],
    )
    def test_an_ordinary_compound_is_none(self, smiles: str) -> None:
        assert around(FENTANYL).nearest(component(smiles)) is None

    def test_the_most_similar_one_is_named(self) -> None:
        found = around(FENTANYL, LONGER_CHAIN).nearest(
            component("CC(=O)N(c1ccccc1)C1CCN(CCCc2ccccc2)CC1")
        )
        assert found == Neighbour("list/1", "named 1")

    def test_the_order_of_the_named_compounds_does_not_matter(self) -> None:
        there = around(FENTANYL, FURANYL).nearest(component(LONGER_CHAIN))
        back = around(FURANYL, FENTANYL).nearest(component(LONGER_CHAIN))
        assert there == Neighbour("list/0", "named 0")
        assert back == Neighbour("list/1", "named 1")

    def test_the_drawing_does_not_matter(self) -> None:
        neighbourhood = around(FENTANYL, FURANYL)
        expected = neighbourhood.nearest(component(LONGER_CHAIN))
        assert expected is not None
        drawings = [salt(LONGER_CHAIN), ionised(LONGER_CHAIN), *labelled(LONGER_CHAIN)]
        drawings += [reordered(LONGER_CHAIN, seed) for seed in range(1, 5)]
        for drawing in drawings:
            largest = max(read_structure(drawing).components, key=lambda c: c.heavy_atoms)
            assert neighbourhood.nearest(largest) == expected

    def test_a_named_graph_is_no_neighbour_of_others(self) -> None:
        """Dextromethorphan is an isomer of levomethorphan, about which the entry itself speaks."""
        levomethorphan = "COc1ccc2C[C@@H]3[C@@H]4CCCC[C@]4(c2c1)CCN3C"
        levorphanol = "Oc1ccc2C[C@@H]3[C@@H]4CCCC[C@]4(c2c1)CCN3C"
        dextromethorphan = "COc1ccc2C[C@H]3[C@H]4CCCC[C@@]4(c2c1)CCN3C"
        assert around(levorphanol).nearest(component(dextromethorphan)) is not None
        assert around(levomethorphan, levorphanol).nearest(component(dextromethorphan)) is None

    def test_only_owners_that_count_are_neighbours(self) -> None:
        neighbourhood = around(FURANYL, FENTANYL)
        near = component(FURANYL)
        assert neighbourhood.nearest(near) is None
        assert neighbourhood.nearest(near, lambda owner: owner == "list/1") == Neighbour(
            "list/1", "named 1"
        )
        assert neighbourhood.nearest(near, lambda _: False) is None

    @pytest.mark.parametrize("small", ["C1CCNCC1", "CNC(C)Cc1ccccc1", "CC(C)CCCCCCCCCCCCCCC(=O)O"])
    def test_a_small_named_compound_has_no_neighbourhood(self, small: str) -> None:
        neighbourhood = around(small)
        assert len(neighbourhood) == 0
        assert neighbourhood.nearest(component(FENTANYL)) is None

    def test_what_the_law_takes_out_is_nobodys_neighbour(self) -> None:
        named = [("list/0", "named 0", component(FENTANYL))]
        taken_out = Neighbourhood(named, excepts=[component(LONGER_CHAIN)])
        assert taken_out.nearest(component(LONGER_CHAIN)) is None
        assert taken_out.nearest(component(FURANYL)) is not None

    def test_nothing_but_owner_and_name_leaves(self) -> None:
        assert [f.name for f in dataclasses.fields(Neighbour)] == ["owner", "name"]
        assert set(AnalogueProof.model_fields) == {"basis", "component", "owner", "name"}

    def test_every_named_fentanyl_is_near_the_others(self) -> None:
        named = [(r["entry"], r["name"], component(r["smiles"])) for r in rows("us_fentanyls.csv")]
        assert len(named) == 63
        for _, name, left_out in named:
            others = Neighbourhood(n for n in named if n[2].smiles != left_out.smiles)
            assert others.nearest(left_out) is not None, name


class TestChains:
    @pytest.mark.parametrize(
        "smiles",
        ["CCCC", "C1CC1", "CC1CC1C1CC1", "C1CCC1C", "C12C3C4C1C5C2C3C45", "CC1(C)C2CC3CC1C23",
         "COc1ccc2c(c1)OCO2", "C1OC1COCC1CO1", "O=C1CCN(CCc2ccccc2)CC1", "CC(C)(C)C"],
    )  # fmt: skip
    def test_are_torsions_but_for_one_in_each_ring_of_three(self, smiles: str) -> None:
        """What the bound on similarity rests on."""
        mol = Chem.MolFromSmiles(smiles)
        triangles = len(mol.GetSubstructMatches(Chem.MolFromSmarts("*1~*~*~1")))
        torsions = GetTopologicalTorsionGenerator().GetSparseCountFingerprint(mol).GetTotalVal()
        outline = outline_of(mol)
        assert sum(chain_counts(outline).values()) + triangles == torsions
        if not triangles:
            assert sum(bond_counts(outline).values()) == torsions

    def test_never_rule_out_what_is_close(self, screener: Screener) -> None:
        """Each named compound against the others, and ordinary ones against all."""
        near = 0
        for neighbourhood in screener.compiled.neighbourhoods.values():
            ordinary = [c.smiles for c in sample(chemicals_of_the_package(), 300)]
            named = [row["smiles"] for row in rows("us_fentanyls.csv")]
            mols = [Chem.MolFromSmiles(smiles) for smiles in (*named, *ordinary)]
            for mol in (m for m in mols if m is not None and m.GetNumHeavyAtoms() >= MIN_HEAVY):
                if mol.GetNumAtoms() == mol.GetNumHeavyAtoms() and neighbourhood.is_close(mol):
                    outline = outline_of(mol)
                    triangles = len(mol.GetSubstructMatches(Chem.MolFromSmarts("*1~*~*~1")))
                    near += 1
                    assert neighbourhood.may_be_close(outline, range(len(outline)), triangles)
        assert near > 63


class TestLaw:
    @pytest.mark.parametrize("smiles", [LONGER_CHAIN, OPENED_RING, f"{LONGER_CHAIN}.Cl"])
    def test_a_relative_goes_to_review(self, decide: Decide, smiles: str) -> None:
        decision = decide(smiles, "US", "JP")
        (hit,) = neighbours(decision)
        assert hit.leg is LegKind.ORIGIN
        assert hit.entry == "us/analogue"
        assert hit.certainty is Certainty.ARGUABLE
        assert hit.reading == "structural-neighbour"
        assert hit.proof == AnalogueProof(
            component=hit.component, owner="us/schedule-ii/fentanyl", name="Fentanyl"
        )
        assert not [h for h in decision.hits if h.certainty is Certainty.DEFINITE]

    def test_one_sentence_is_said_and_no_number(self, decide: Decide) -> None:
        (hit,) = neighbours(decide(OPENED_RING, "US", "JP"))
        sentence = "structurally close to Fentanyl; a person must judge."
        assert hit.explanation.endswith(f"is {sentence}")
        assert hit.readings[0].says == f"It is {sentence}"
        assert not any(word in hit.explanation for word in ("similarity", "score", "%", "0."))
        assert isinstance(hit.proof, AnalogueProof)
        assert hit.explanation == explain_neighbour(hit.proof, leg=LegKind.ORIGIN, place="us")
        (row,) = proof_table(None, hit.proof)
        assert row.word == "Fentanyl"

    @pytest.mark.parametrize(
        "smiles",
        [
            FENTANYL,
            FURANYL,
            "CCC(=O)N(c1ccccc1)C1CCN(Cc2ccccc2)CC1",
            "CCC(=O)N(c1ccccc1)C1CCN(CCc2ccncc2)CC1",
        ],
    )
    def test_what_the_law_lists_itself_is_no_neighbour(self, decide: Decide, smiles: str) -> None:
        """Definite or arguable, a hit of its own goes before likeness."""
        decision = decide(smiles, "US", "US")
        assert [h for h in decision.hits if h.place == "us"]
        assert neighbours(decision) == []

    def test_only_what_is_in_force_on_the_day_has_neighbours(self, decide: Decide) -> None:
        """Furanyl fentanyl was no listed substance in 2010, and fentanyl was."""
        (hit,) = neighbours(decide(FURANYL, "US", "JP", "2010-06-01"))
        assert isinstance(hit.proof, AnalogueProof)
        assert hit.proof.owner == "us/schedule-ii/fentanyl"
        assert neighbours(decide(FURANYL, "US", "JP", TODAY)) == []

    def test_before_the_law_there_is_none(self, decide: Decide) -> None:
        assert neighbours(decide(OPENED_RING, "US", "JP", "1986-10-26")) == []
        assert len(neighbours(decide(OPENED_RING, "US", "JP", "1986-10-27"))) == 1

    def test_a_day_that_is_not_confirmed_is_said(self, decide: Decide) -> None:
        (hit,) = neighbours(decide(OPENED_RING, "CA", "JP", "2010-01-10"), "ca")
        assert hit.reading == "structural-neighbour; date-not-confirmed"
        (hit,) = neighbours(decide(OPENED_RING, "CA", "JP", "2026-01-10"), "ca")
        assert hit.reading == "structural-neighbour"

    def test_before_the_bundle_recorded_it_there_is_none(self) -> None:
        shipment = Shipment(
            structure=OPENED_RING, origin="US", destination="JP", day=date.fromisoformat(TODAY)
        )
        assert neighbours(Screener(known_on="2026-11-21").screen(shipment)) == []

    def test_a_country_without_such_a_law_has_none(self, decide: Decide) -> None:
        decision = decide(OPENED_RING, "CN", "CN")
        assert not [h for h in decision.hits if h.basis is Basis.ANALOGUE]

    @pytest.mark.parametrize("place", ["us", "ca"])
    def test_what_would_be_due_is_shown_as_conditional(self, decide: Decide, place: str) -> None:
        due = [
            r
            for r in decide(OPENED_RING, place.upper(), "JP").requirements
            if r.jurisdiction == place
        ]
        assert due
        assert all(r.because.startswith("If the arguable hit is confirmed:") for r in due)

    def test_medicines_that_the_law_takes_out_are_none(self, screener: Screener) -> None:
        rule = analogue_rule(screener.bundle)
        assert rule.excepts
        for taken_out in rule.excepts:
            shipment = Shipment(
                structure=taken_out.structure,
                origin="US",
                destination="US",
                day=date.fromisoformat(TODAY),
            )
            assert neighbours(screener.screen(shipment)) == [], taken_out.because

    def test_ordinary_chemicals_stay_out(self, screener: Screener) -> None:
        """The neighbours among 2,000 goods of ordinary trade are known by name."""
        near = set()
        neighbourhood = compile_bundle(screener.bundle).neighbourhoods["us"]
        for row in rows("benign.csv"):
            try:
                structure = read_structure(row["smiles"])
            except StructureError:
                continue
            if any(neighbourhood.nearest(c) for c in structure.components):
                shipment = Shipment(
                    structure=row["smiles"],
                    origin="US",
                    destination="US",
                    day=date.fromisoformat(TODAY),
                )
                if neighbours(screener.screen(shipment)):
                    near.add(row["name"])
        assert near <= KNOWN_NEAR


def analogue_rule(bundle: Bundle, code: str = "us") -> AnalogueRule:
    rule = bundle.jurisdictions[code].file.analogue
    assert rule is not None
    return rule


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"lists": ("us/no-such-list",)}, "us has no list us/no-such-list"),
        ({"lists": ("ca/schedule-i",)}, "us has no list ca/schedule-i"),
        ({"treated_as": "us/no-such-list"}, "us has no list us/no-such-list"),
        ({"entries": ("no-such-entry",)}, "the lists have no entry no-such-entry"),
    ],
)
def test_a_rule_that_names_what_is_not_there_does_not_load(
    screener: Screener, change: dict[str, object], message: str
) -> None:
    bundle = screener.bundle
    states = bundle.jurisdictions["us"]
    rule = analogue_rule(bundle).model_copy(update=change)
    file = states.file.model_copy(update={"analogue": rule})
    wrong = Bundle({**bundle.jurisdictions, "us": states.model_copy(update={"file": file})})
    with pytest.raises(WatchlistError) as caught:
        compile_bundle(wrong)
    assert [f.message for f in caught.value.faults] == [message]
