"""The law of mainland China on fentanyls and their precursors, as the screen must give it.

How each of the 63 names of the United States schedules stands in China is in
``data/cn_fentanyls.csv``. Where only Chinese law matters the goods go to Brazil.
"""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from screening import Action, Certainty, Decision, Hit, Outcome, Screener, Shipment
from screening.chemistry.definition import CompiledDefinition
from screening.chemistry.structure import read_structure
from screening.decision import Basis
from screening.rules.model import LegKind
from tests.asking import TODAY, Decide, Only, findings_of, hits_of
from tests.drawings import HYDROCHLORIDE, ionised, labelled, reordered, rows, salt

SMILES = {row["entry"]: row["smiles"] for row in rows("us_fentanyls.csv")}
FENTANYLS = rows("cn_fentanyls.csv")
each_name = pytest.mark.parametrize("row", FENTANYLS, ids=[r["us_entry"] for r in FENTANYLS])

NARCOTICS = "cn/narcotic-catalogue"
NON_MEDICINAL = "cn/non-medicinal-catalogue"
CLASS = "cn/non-medicinal-catalogue/fentanyl-class"
CATALOGUE = "cn/precursor-catalogue"
COUNTRIES = "cn/north-america-list"

NPP = "O=C1CCN(CCc2ccccc2)CC1"
ANPP = "c1ccc(CCN2CCC(Nc3ccccc3)CC2)cc1"
AP = "c1ccc(NC2CCNCC2)cc1"
BOC_AP = "CC(C)(C)OC(=O)N1CCC(Nc2ccccc2)CC1"
NORFENTANYL = "CCC(=O)N(c1ccccc1)C1CCNCC1"
PIPERIDONE = "O=C1CCNCC1"
PIPERIDONE_TRADE_FORM = "OC1(O)CCNCC1.Cl"
BOC_PIPERIDONE = "CC(C)(C)OC(=O)N1CCC(=O)CC1"
BENZYLFENTANYL = "CCC(=O)N(c1ccccc1)C1CCN(Cc2ccccc2)CC1"
KETO_ESTER = "COC(=O)C1CN(CCc2ccccc2)CCC1=O"
KETO_ETHYL_ESTER = "CCOC(=O)C1CN(CCc2ccccc2)CCC1=O"
CLASS_ONLY = "COCC(=O)N(c1ccccc1)C1CCN(CCc2ccccc2)CC1"

# Annex 1, part 1: entries 1 to 11 are single chemicals, 12 and 13 are families.
LISTED_FOR_COUNTRIES = {
    "1-ethoxycarbonyl-4-piperidone": "CCOC(=O)N1CCC(=O)CC1",
    "1-benzyloxycarbonyl-4-piperidone": "O=C(OCc1ccccc1)N1CCC(=O)CC1",
    "1-4-dioxa-8-azaspiro-4-5-decane": "C1CC2(CCN1)OCCO2",
    "1-acetyl-4-piperidone": "CC(=O)N1CCC(=O)CC1",
    "para-fluoro-1-boc-4-ap": "CC(C)(C)OC(=O)N1CCC(Nc2ccc(F)cc2)CC1",
    "meta-fluoro-1-boc-4-ap": "CC(C)(C)OC(=O)N1CCC(Nc2cccc(F)c2)CC1",
    "ortho-chloro-1-boc-4-ap": "CC(C)(C)OC(=O)N1CCC(Nc2ccccc2Cl)CC1",
    "para-fluoro-4-ap": "Fc1ccc(NC2CCNCC2)cc1",
    "1-ethoxycarbonyl-4-ap": "CCOC(=O)N1CCC(Nc2ccccc2)CC1",
    "para-fluoro-1-ethoxycarbonyl-4-ap": "CCOC(=O)N1CCC(Nc2ccc(F)cc2)CC1",
    "1-boc-4-hydroxypiperidine": "CC(C)(C)OC(=O)N1CCC(O)CC1",
}
FAMILIES = {
    "4-ap-derivatives": "CC(=O)N1CCC(Nc2ccccc2)CC1",
    "4-piperidone-derivatives": "COC1(OC)CCNCC1",
}
ANNEX = LISTED_FOR_COUNTRIES | FAMILIES
each_annex_entry = pytest.mark.parametrize(("name", "smiles"), ANNEX.items(), ids=list(ANNEX))


def here(decision: Decision, leg: LegKind = LegKind.ORIGIN) -> dict[str, Hit]:
    """The hits of Chinese law on one leg, by entry."""
    return hits_of(decision, "cn", leg)


@pytest.fixture
def export(decide: Decide) -> Decide:
    """Screens a structure that leaves China for Brazil."""

    def ask(structure: str, day: str = TODAY) -> Decision:
        return decide(structure, "CN", "BR", day)

    return ask


@pytest.fixture(scope="module")
def class_rule(screener: Screener) -> CompiledDefinition:
    """The class of 2019 alone, without the named entries before it."""
    definition = screener.bundle.entries[CLASS].class_
    assert definition is not None
    return CompiledDefinition(definition, screener.bundle.jurisdictions["cn"].groups)


@pytest.fixture(scope="module")
def china_alone(only: Only) -> Screener:
    """A screener that knows the law of China and no treaty."""
    return only("cn")


class TestSixtyThreeNames:
    """What the 63 names are in China: a narcotic, a named substance, or a member of the class."""

    def test_the_data_cover_all(self) -> None:
        """13 names of the narcotic catalogue, 12 named additions, the rest by the class."""
        kinds = [row["kind"] for row in FENTANYLS]
        assert {row["us_entry"] for row in FENTANYLS} == set(SMILES)
        assert kinds.count("medicinal narcotic") == 4
        assert kinds.count("former narcotic") == 9
        assert kinds.count("named non-medicinal") == 12
        assert kinds.count("class") == 38

    @each_name
    def test_today(self, row: dict[str, str], export: Decide) -> None:
        """Four need a permit; all others may not leave; the carbamate depends on a reading."""
        decision = export(SMILES[row["us_entry"]])
        hits = here(decision)
        criteria = tuple(row["criteria"])
        match row["kind"]:
            case "medicinal narcotic":
                assert set(hits) == {row["entry"]}
                assert hits[row["entry"]].certainty is Certainty.DEFINITE
                assert decision.action is Action.AUTHORISATION
            case "named non-medicinal":
                assert set(hits) == {row["entry"]}
                hit = hits[row["entry"]]
                assert hit.certainty is Certainty.DEFINITE
                assert hit.basis is Basis.SUBSTANCE
                assert hit.action is Action.PROHIBITED
                assert [(a.entry, a.proof.clauses) for a in hit.also] == [(CLASS, criteria)]
            case "former narcotic":
                # It left the narcotic catalogue in July 2025 for the non-medicinal one; the words
                # of the class fit it in any case.
                assert not any(h.list == NARCOTICS for h in hits.values())
                assert row["entry"].replace(NARCOTICS, NON_MEDICINAL) in hits
                proven = [(h.entry, h.clauses) for h in hits.values()]
                proven += [(a.entry, a.proof.clauses) for h in hits.values() for a in h.also]
                assert (CLASS, criteria) in proven
                assert decision.action is Action.PROHIBITED
            case _:
                assert set(hits) == {CLASS}
                assert hits[CLASS].clauses == criteria
                assert (hits[CLASS].reading or "") == row["reading"]
                assert hits[CLASS].action is Action.PROHIBITED

    @each_name
    def test_outcome_today(self, row: dict[str, str], export: Decide) -> None:
        """All 63 are controlled but the carbamate, which a person must look at."""
        outcome = export(SMILES[row["us_entry"]]).outcome
        carbamate = row["us_entry"] == "us/schedule-i/fentanyl-carbamate"
        assert outcome is (Outcome.REVIEW if carbamate else Outcome.CONTROLLED)

    @each_name
    def test_class_proof_of_named_substances(
        self, row: dict[str, str], class_rule: CompiledDefinition
    ) -> None:
        """Criteria and reading hold for all 63 by the class's words alone, none for fentanyl."""
        (component,) = read_structure(SMILES[row["us_entry"]]).components
        proof = class_rule.prove(component)
        if not row["criteria"]:
            assert proof is None
            return
        assert proof is not None
        assert proof.clauses == tuple(row["criteria"])
        assert ("; ".join(proof.readings)) == row["reading"]

    @pytest.mark.parametrize(
        "row",
        [r for r in FENTANYLS if r["kind"] == "former narcotic"],
        ids=[r["us_entry"] for r in FENTANYLS if r["kind"] == "former narcotic"],
    )
    def test_former_narcotics_until_july_2025(self, row: dict[str, str], export: Decide) -> None:
        """Until the medicinal catalogue of 2025-07-21 nine more names were narcotics."""
        hits = here(export(SMILES[row["us_entry"]], "2025-07-20"))
        assert set(hits) == {row["entry"]}
        assert hits[row["entry"]].certainty is Certainty.DEFINITE
        assert row["entry"] not in here(export(SMILES[row["us_entry"]], "2025-07-21"))

    @pytest.mark.parametrize(
        "row",
        [r for r in FENTANYLS if r["since"] and not r["reading"]],
        ids=[r["us_entry"] for r in FENTANYLS if r["since"] and not r["reading"]],
    )
    def test_first_day(self, row: dict[str, str], export: Decide) -> None:
        """The additions of 2015, 2017 and 2018 and the class of 2019 count from their day."""
        first = date.fromisoformat(row["since"])
        eve = first - timedelta(days=1)
        before = here(export(SMILES[row["us_entry"]], eve.isoformat()))
        after = here(export(SMILES[row["us_entry"]], first.isoformat()))
        assert row["entry"] not in before
        assert after[row["entry"]].certainty is Certainty.DEFINITE


class TestClass:
    """Fentanyl-related substances since 2019-05-01: four criteria, one or more."""

    def test_first_day_is_announced_before(self, china_alone: Screener) -> None:
        """Published on 2019-04-01, in force on 2019-05-01: between the two a person must look."""

        def outcome(day: str) -> tuple[Outcome, set[str]]:
            decision = china_alone.screen(
                Shipment(
                    structure=CLASS_ONLY,
                    origin="CN",
                    destination="BR",
                    day=date.fromisoformat(day),
                )
            )
            return decision.outcome, findings_of(decision)

        assert outcome("2019-03-31")[0] is Outcome.NO_LISTING_FOUND
        eve, findings = outcome("2019-04-30")
        assert eve is Outcome.REVIEW
        assert "announced_law" in findings
        first, findings = outcome("2019-05-01")
        assert first is Outcome.CONTROLLED
        assert "announced_law" not in findings

    @pytest.mark.parametrize("smiles", [ANPP, NORFENTANYL, AP, NPP, PIPERIDONE])
    def test_precursors_meet_no_criterion(self, smiles: str, export: Decide) -> None:
        """Hydrogen is excepted at the piperidine nitrogen and is no acyl: precursors stay that."""
        hits = here(export(smiles))
        assert CLASS not in hits
        assert all(h.list == CATALOGUE for h in hits.values())

    @pytest.mark.parametrize(
        ("smiles", "criteria"),
        [
            (BENZYLFENTANYL, ("4",)),
            ("CCC(=O)N(c1ccccc1)C1CCN(C(=O)OC(C)(C)C)CC1", ("4",)),
            ("CCC(=O)N(c1cccnc1)C1CCN(CCc2ccccc2)CC1", ("2",)),
            ("CCC(=O)N(c1ccccc1)C1CCN(CCc2ccccc2)CC1F", ("3",)),
        ],
    )
    def test_closed_reading_is_definite(
        self, smiles: str, criteria: tuple[str, ...], export: Decide
    ) -> None:
        """Where every difference is one of the four, the export is prohibited."""
        decision = export(smiles)
        assert here(decision)[CLASS].clauses == criteria
        assert decision.outcome is Outcome.CONTROLLED
        assert decision.action is Action.PROHIBITED

    @pytest.mark.parametrize(
        ("smiles", "reading"),
        [
            ("CCC(=O)N(c1ccc(F)cc1)C1CCNCC1", "open-comparison"),
            ("Fc1ccc(NC2CCN(CCc3ccccc3)CC2)cc1", "open-comparison"),
            ("CS(=O)(=O)N(c1ccccc1)C1CCN(CCc2ccccc2)CC1", "wide-acyl"),
            ("O=CN(c1ccccc1)C1CCN(CCc2ccccc2)CC1", "wide-acyl"),
            (
                "CCC(=O)N(c1ccc(-c2ccccc2)cc1)C1CCN(CCc2ccccc2)CC1",
                "aromatic-ring-with-another-ring",
            ),
            ("CCC(=O)N(c1ccccc1)C1(C#N)CCN(CCc2ccccc2)CC1", "open-list"),
        ],
    )
    def test_open_points_go_to_a_person(
        self, smiles: str, reading: str, china_alone: Screener
    ) -> None:
        """Open comparison, wide acyl, biaryl and the open list are readings, for review."""
        decision = china_alone.screen(
            Shipment(structure=smiles, origin="CN", destination="BR", day=date.fromisoformat(TODAY))
        )
        assert here(decision)[CLASS].reading == reading
        assert decision.outcome is Outcome.REVIEW

    def test_forms(self, export: Decide) -> None:
        """Salts in every drawing and any atom order are controlled; labelled members for review."""
        for drawing in (
            salt(CLASS_ONLY),
            ionised(CLASS_ONLY),
            reordered(CLASS_ONLY, 7),
            reordered(salt(CLASS_ONLY), 8),
        ):
            assert here(export(drawing))[CLASS].certainty is Certainty.DEFINITE, drawing
        for drawing in labelled(CLASS_ONLY):
            hit = here(export(drawing))[CLASS]
            assert hit.certainty is Certainty.ARGUABLE
            assert hit.reading == "form-isotopologue"

    def test_requirement(self, export: Decide) -> None:
        """A class member may not be exported; the three situations of Art. 4 are said."""
        (due,) = [r for r in export(CLASS_ONLY).requirements if r.jurisdiction == "cn"]
        assert due.document == "May not be exported"
        assert "Art. 4" in due.citation
        assert len(due.contains) == 3

    def test_narcotics_need_a_permit(self, export: Decide) -> None:
        """Fentanyl itself leaves under an export permit of the drug regulator (Art. 66)."""
        (due,) = [
            r
            for r in export(SMILES["us/schedule-ii/fentanyl"]).requirements
            if r.jurisdiction == "cn"
        ]
        assert "出口准许证" in due.document
        assert due.leg is LegKind.ORIGIN


class TestPrecursorCatalogue:
    """The three-class catalogue, for every destination."""

    @pytest.mark.parametrize(
        ("smiles", "entry", "before", "first"),
        [
            (NPP, "npp", "2018-01-31", "2018-02-01"),
            (ANPP, "anpp", "2018-01-31", "2018-02-01"),
            (AP, "4-ap", "2024-08-31", "2024-09-01"),
            (BOC_AP, "1-boc-4-ap", "2024-08-31", "2024-09-01"),
            (NORFENTANYL, "norfentanyl", "2024-08-31", "2024-09-01"),
            (PIPERIDONE, "4-piperidone", "2025-07-19", "2025-07-20"),
            (PIPERIDONE_TRADE_FORM, "4-piperidone", "2025-07-19", "2025-07-20"),
            (BOC_PIPERIDONE, "1-boc-4-piperidone", "2025-07-19", "2025-07-20"),
        ],
    )
    def test_first_day(
        self, smiles: str, entry: str, before: str, first: str, export: Decide
    ) -> None:
        """No definite hit on the day before, one on the day, and a licence.

        The open reading of the class reaches some of them before they were listed.
        """
        eve = here(export(smiles, before))
        assert f"{CATALOGUE}/{entry}" not in eve
        assert all(h.certainty is Certainty.ARGUABLE for h in eve.values())
        hit = here(export(smiles, first))[f"{CATALOGUE}/{entry}"]
        assert hit.certainty is Certainty.DEFINITE
        assert hit.action is Action.AUTHORISATION

    @pytest.mark.parametrize(
        ("smiles", "eve"),
        [
            (PIPERIDONE, "2025-07-19"),
            (BOC_PIPERIDONE, "2025-07-19"),
            (AP, "2024-08-31"),
            (BOC_AP, "2024-08-31"),
        ],
    )
    def test_announced_before_its_day(self, smiles: str, eve: str, china_alone: Screener) -> None:
        """Between announcement and force the law is announced, and a person must look."""
        decision = china_alone.screen(
            Shipment(structure=smiles, origin="CN", destination="BR", day=date.fromisoformat(eve))
        )
        assert all(h.list != CATALOGUE for h in decision.hits)
        assert "announced_law" in findings_of(decision)
        assert decision.outcome is Outcome.REVIEW

    @pytest.mark.parametrize(
        ("drawing", "entry"),
        [
            (salt(NPP), "npp"),
            (salt("CN[C@@H](C)[C@H](O)c1ccccc1"), "ephedrine"),
            ("CN[C@@H](C)[C@@H](O)c1ccccc1.OS(=O)(=O)O", "pseudoephedrine"),
            ("[Na+].[O-]C(=O)Cc1ccccc1", "phenylacetic-acid"),
            (salt("C1CCNCC1"), "piperidine"),
            (PIPERIDONE_TRADE_FORM, "4-piperidone"),
            ("[Na+].[O-]C(=O)c1ccccc1N", "anthranilic-acid"),
        ],
    )
    def test_salts_of_class_1_and_2(self, drawing: str, entry: str, export: Decide) -> None:
        """The annex covers the possible salts of classes 1 and 2."""
        hit = here(export(drawing))[f"{CATALOGUE}/{entry}"]
        assert hit.certainty is Certainty.DEFINITE
        assert hit.form is not None
        assert "salt" in hit.form

    @pytest.mark.parametrize(
        "drawing", ["[Na+].[Cl-]", "[NH4+].[Cl-]", "O=S(=O)([O-])[O-].[Na+].[Na+]", "N.Cl"]
    )
    def test_no_salts_of_class_3(self, drawing: str, export: Decide) -> None:
        """Nothing equivalent holds for class 3: a chloride is no hydrochloric acid."""
        assert not here(export(drawing))

    @pytest.mark.parametrize(
        ("smiles", "entry"),
        [
            ("Cc1ccccc1", "toluene"),
            ("CC(C)=O", "acetone"),
            ("CCC(C)=O", "methyl-ethyl-ketone"),
            ("Cl", "hydrochloric-acid"),
            ("O=S(=O)(O)O", "sulfuric-acid"),
            ("[K+].[O-][Mn](=O)(=O)=O", "potassium-permanganate"),
            ("CC(=O)OC(C)=O", "acetic-anhydride"),
            ("C1CCNCC1", "piperidine"),
            ("ClC(Cl)Cl", "chloroform"),
            ("CCOCC", "diethyl-ether"),
        ],
    )
    def test_chemicals_of_2005(self, smiles: str, entry: str, export: Decide) -> None:
        """The 2005 annex needs a licence for every destination, from its first day on."""
        assert not here(export(smiles, "2005-10-31"))
        assert here(export(smiles, "2005-11-01"))[f"{CATALOGUE}/{entry}"]
        assert here(export(smiles))[f"{CATALOGUE}/{entry}"].certainty is Certainty.DEFINITE

    def test_the_catalogue_has_47_items(self, screener: Screener) -> None:
        """23 of 2005 and 24 additions make 47; ephedrines count as one item."""
        entries = [e for e in screener.bundle.entries.values() if e.list == CATALOGUE]
        ephedrines = {
            "ephedrine",
            "pseudoephedrine",
            "norephedrine",
            "methylephedrine",
            "ephedra-extract",
        }
        stems = {e.id.rpartition("/")[2] for e in entries}
        assert ephedrines <= stems
        assert len(stems - ephedrines) + 1 == 47
        assert all(e.codes["class"] in {"1", "2", "3"} for e in entries)

    def test_requirements(self, export: Decide) -> None:
        """Licence, proof of lawful use, international verification."""
        due = {r.document: r for r in export(PIPERIDONE).requirements if r.jurisdiction == "cn"}
        (licence,) = [r for d, r in due.items() if "两用物项和技术出口许可证" in d]
        assert licence.lead_days == 20
        assert "Art. 26" in licence.citation
        assert any("lawful use" in d for d in due)
        assert any("国际核查" in d for d in due)

    def test_ephedrines_only_by_approved_firms(self, export: Decide) -> None:
        """Art. 28 asks for an approved firm for ephedrines, and for nothing else."""

        def asked(smiles: str) -> bool:
            return any("Art. 28" in r.citation for r in export(smiles).requirements)

        assert asked("CN[C@@H](C)[C@H](O)c1ccccc1")
        assert not asked(NPP)

    def test_import_and_transit(self, decide: Decide) -> None:
        """Import needs a licence too, and goods in transit show it."""
        decision = decide(NPP, "BR", "CN")
        assert f"{CATALOGUE}/npp" in here(decision, LegKind.DESTINATION)
        documents = [r.document for r in decision.requirements if r.jurisdiction == "cn"]
        assert any("两用物项和技术进口许可证" in d for d in documents)


class TestCountryList:
    """Annex 1, part 1: a licence for the United States, Mexico and Canada only."""

    @each_annex_entry
    def test_by_destination(self, name: str, smiles: str, decide: Decide) -> None:
        """Each of the 13 entries reaches the three destinations and no other."""
        entry = f"{COUNTRIES}/{name}"
        for destination in ("US", "MX", "CA"):
            hit = here(decide(smiles, "CN", destination))[entry]
            assert hit.certainty is Certainty.DEFINITE, destination
            assert hit.action is Action.AUTHORISATION
        for destination in ("JP", "BR"):
            assert entry not in here(decide(smiles, "CN", destination)), destination

    @each_annex_entry
    def test_first_day(self, name: str, smiles: str, decide: Decide) -> None:
        """In force on publication, 2025-11-10."""
        entry = f"{COUNTRIES}/{name}"
        assert entry not in here(decide(smiles, "CN", "MX", "2025-11-09"))
        assert entry in here(decide(smiles, "CN", "MX", "2025-11-10"))

    @each_annex_entry
    def test_unknown_destination_counts(self, name: str, smiles: str, decide: Decide) -> None:
        """A destination that is missing or cannot be read counts as every place."""
        for destination in (None, "Utopia"):
            hit = here(decide(smiles, "CN", destination))[f"{COUNTRIES}/{name}"]
            assert hit.certainty is Certainty.DEFINITE, destination

    @each_annex_entry
    def test_salts(self, name: str, smiles: str, decide: Decide) -> None:
        """The possible salts of all 13 are controlled."""
        assert f"{COUNTRIES}/{name}" in here(decide(salt(smiles, HYDROCHLORIDE), "CN", "US"))

    def test_routing_through_a_listed_country(self, screener: Screener) -> None:
        """Goods that pass through one of the three go to a person."""
        decision = screener.screen(
            Shipment(
                structure=LISTED_FOR_COUNTRIES["1-acetyl-4-piperidone"],
                origin="CN",
                transit=["CA"],
                destination="BR",
                day=date.fromisoformat(TODAY),
            )
        )
        hit = here(decision)[f"{COUNTRIES}/1-acetyl-4-piperidone"]
        assert hit.reading == "passes-through"
        assert decision.outcome in {Outcome.REVIEW, Outcome.CONTROLLED}

    @pytest.mark.parametrize(
        ("smiles", "entry", "clauses"),
        [
            ("COC(=O)N1CCC(Nc2ccccc2)CC1", "4-ap-derivatives", ("carbamate",)),
            ("Brc1ccc(NC2CCNCC2)cc1", "4-ap-derivatives", ("halogenated",)),
            ("CC(=O)N1CCC(Nc2ccc(Cl)cc2)CC1", "4-ap-derivatives", ("amide", "halogenated")),
            ("CCC(=O)N1CCC(=O)CC1", "4-piperidone-derivatives", ("amide",)),
            ("COC(=O)N1CCC2(CC1)OCCO2", "4-piperidone-derivatives", ("ketal", "carbamate")),
        ],
    )
    def test_families(
        self, smiles: str, entry: str, clauses: tuple[str, ...], decide: Decide
    ) -> None:
        """Entries 12 and 13 are families: derivatives, their combinations and salts."""
        hit = here(decide(smiles, "CN", "US"))[f"{COUNTRIES}/{entry}"]
        assert hit.clauses == clauses
        assert hit.certainty is Certainty.DEFINITE

    @pytest.mark.parametrize(
        ("smiles", "entry"),
        [(BOC_PIPERIDONE, "1-boc-4-piperidone"), (BOC_AP, "1-boc-4-ap"), (AP, "4-ap")],
    )
    def test_catalogue_comes_first(self, smiles: str, entry: str, decide: Decide) -> None:
        """What the catalogue names is a catalogue chemical for every destination."""
        assert set(here(decide(smiles, "CN", "US"))) == {f"{CATALOGUE}/{entry}"}
        assert set(here(decide(smiles, "CN", "BR"))) == {f"{CATALOGUE}/{entry}"}

    @pytest.mark.parametrize(
        ("smiles", "name"),
        [
            (KETO_ESTER, "methyl-1-phenethyl-4-oxopiperidine-3-carboxylate"),
            (KETO_ETHYL_ESTER, "ethyl-1-phenethyl-4-oxopiperidine-3-carboxylate"),
        ],
    )
    def test_additions_of_september_2026(self, smiles: str, name: str, decide: Decide) -> None:
        """Announcement 2026 No. 40 adds two chemicals on 2026-09-22."""
        entry = f"{COUNTRIES}/{name}"
        eve = decide(smiles, "CN", "US", "2026-09-21")
        assert entry not in here(eve)
        assert eve.outcome is Outcome.REVIEW
        hit = here(decide(smiles, "CN", "US", "2026-09-22"))[entry]
        assert hit.certainty is Certainty.DEFINITE
        assert entry not in here(decide(smiles, "CN", "BR"))

    def test_unknown_names_of_may_2026(self, decide: Decide) -> None:
        """From 2026-05-22 an intermediate that hits nothing is told that the list is incomplete."""
        intermediate = "OC(=O)C1CCNCC1"
        before = decide(intermediate, "CN", "US", "2026-05-21")
        assert before.outcome is Outcome.NO_LISTING_FOUND
        after = decide(intermediate, "CN", "US", "2026-05-22")
        assert not after.hits
        assert "list_incomplete" in findings_of(after)
        assert after.outcome is Outcome.REVIEW

    @pytest.mark.parametrize("smiles", ["OC(=O)C1CCNCC1", "Nc1ccc(F)cc1", "BrCCc1ccccc1"])
    def test_kinds_of_intermediate(self, smiles: str, decide: Decide) -> None:
        """Piperidine, aniline and phenethyl intermediates may be one of the three."""
        for destination in ("US", "MX", "CA", None):
            assert "list_incomplete" in findings_of(decide(smiles, "CN", destination))
        assert "list_incomplete" not in findings_of(decide(smiles, "CN", "BR"))
        assert "list_incomplete" not in findings_of(decide(smiles, "US", "CN"))

    def test_coverage_says_what_is_missing(self, decide: Decide) -> None:
        """The coverage printed with the decision names the three unknown chemicals."""
        (item,) = [c for c in decide("CCO", "CN", "US").coverage if c.list == COUNTRIES]
        assert item.state.value == "partly"
        assert any("22 May 2026" in gap for gap in item.missing)

    def test_requirement(self, decide: Decide) -> None:
        """A dual-use licence, and the proof of lawful use in the original."""
        decision = decide(FAMILIES["4-piperidone-derivatives"], "CN", "MX")
        due = [r for r in decision.requirements if r.jurisdiction == "cn"]
        assert any("两用物项和技术出口许可证" in r.document for r in due)
        assert any("lawful use" in r.document for r in due)
        assert all(r.leg is LegKind.ORIGIN for r in due)
