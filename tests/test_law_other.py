"""The law of Mexico, India, Japan, Australia and Singapore, as far as it was read.

Each fact names the text it comes from. One side of a shipment is the place under test and the other
is Brazil, so that one law is asked on one leg.
"""

from __future__ import annotations

from datetime import date

import pytest

from screening import Action, Certainty, Decision, FindingCode, Hit, Outcome, Screener, Shipment
from screening.decision import Basis
from screening.shipment import LegKind
from tests.asking import TODAY, Only, findings_of, hits_of

FENTANYL = "CCC(=O)N(c1ccccc1)C1CCN(CCc2ccccc2)CC1"
CARFENTANIL = "CCC(=O)N(c1ccccc1)C1(C(=O)OC)CCN(CCc2ccccc2)CC1"
NPP = "O=C1CCN(CCc2ccccc2)CC1"
ANPP = "c1ccc(CCN2CCC(Nc3ccccc3)CC2)cc1"
AP = "c1ccc(NC2CCNCC2)cc1"
BOC_AP = "CC(C)(C)OC(=O)N1CCC(Nc2ccccc2)CC1"
NORFENTANYL = "CCC(=O)N(c1ccccc1)C1CCNCC1"
PIPERIDONE = "O=C1CCNCC1"
BOC_PIPERIDONE = "CC(C)(C)OC(=O)N1CCC(=O)CC1"
PROPIONYL_CHLORIDE = "CCC(=O)Cl"
EPHEDRINE = "CN[C@@H](C)[C@H](O)c1ccccc1"
PSEUDOEPHEDRINE = "CN[C@@H](C)[C@@H](O)c1ccccc1"
PERMANGANATE = "[K+].[O-][Mn](=O)(=O)=O"
ISOTONITAZEPYNE = "CC(C)Oc1ccc(Cc2nc3cc([N+](=O)[O-])ccc3n2CCN2CCCC2)cc1"
DESETHYL_ISOTONITAZENE = "CCNCCn1c(Cc2ccc(OC(C)C)cc2)nc2cc([N+](=O)[O-])ccc21"
BUTONITAZENE = "CCCCOc1ccc(Cc2nc3cc([N+](=O)[O-])ccc3n2CCN(CC)CC)cc1"
BENZYL_CHLORIDE = "ClCc1ccccc1"
ACETONE = "CC(C)=O"
ASPIRIN = "CC(=O)Oc1ccccc1C(=O)O"

FENTANYL_PRECURSORS = {
    "npp": NPP,
    "anpp": ANPP,
    "4-ap": AP,
    "1-boc-4-ap": BOC_AP,
    "norfentanyl": NORFENTANYL,
    "4-piperidone": PIPERIDONE,
    "1-boc-4-piperidone": BOC_PIPERIDONE,
}
PLACES = ("mx", "in", "jp", "au", "sg")


@pytest.fixture(scope="module")
def five(only: Only) -> Screener:
    """A screener that knows the five laws and no other."""
    return only(*PLACES)


class Asking:
    """Questions to the five laws: what leaves a place for Brazil, and what comes from there."""

    def __init__(self, screener: Screener) -> None:
        """Asks one screener."""
        self.screener = screener

    def decide(
        self,
        structure: str,
        day: str,
        *,
        origin: str = "BR",
        destination: str = "BR",
        transit: tuple[str, ...] = (),
    ) -> Decision:
        """Screens a structure on a route."""
        return self.screener.screen(
            Shipment(
                structure=structure,
                day=date.fromisoformat(day),
                origin=origin,
                destination=destination,
                transit=transit,
            )
        )

    def out(self, place: str, structure: str, day: str = TODAY) -> dict[str, Hit]:
        """The hits on what leaves a place."""
        decision = self.decide(structure, day, origin=place, destination="BR")
        return hits_of(decision, place)

    def into(self, place: str, structure: str, day: str = TODAY) -> dict[str, Hit]:
        """The hits on what comes to a place."""
        decision = self.decide(structure, day, origin="BR", destination=place)
        return hits_of(decision, place, LegKind.DESTINATION)

    def through(self, place: str, structure: str, day: str = TODAY) -> dict[str, Hit]:
        """The hits on what passes a place."""
        decision = self.decide(structure, day, origin="BR", transit=(place,), destination="CL")
        return hits_of(decision, place, LegKind.TRANSIT)


@pytest.fixture(scope="module")
def ask(five: Screener) -> Asking:
    """Questions to the five laws."""
    return Asking(five)


def firm(hits: dict[str, Hit]) -> set[str]:
    """The entries that are hit for certain."""
    return {entry for entry, hit in hits.items() if hit.certainty is Certainty.DEFINITE}


class TestEverywhere:
    """What holds in all five."""

    @pytest.mark.parametrize("place", PLACES)
    @pytest.mark.parametrize("name", FENTANYL_PRECURSORS)
    def test_no_fentanyl_precursor_passes(self, ask: Asking, place: str, name: str) -> None:
        """Listed for certain or sent to a person, on the way out and on the way in."""
        smiles = FENTANYL_PRECURSORS[name]
        for decision in (
            ask.decide(smiles, TODAY, origin=place),
            ask.decide(smiles, TODAY, destination=place),
        ):
            assert decision.outcome in {Outcome.CONTROLLED, Outcome.REVIEW}

    @pytest.mark.parametrize("place", PLACES)
    def test_fentanyl(self, ask: Asking, place: str) -> None:
        """Fentanyl is hit in all five, for certain where the list was read."""
        hits = ask.out(place, FENTANYL)
        assert hits
        assert bool(firm(hits)) is (place in {"mx", "jp", "sg"})

    @pytest.mark.parametrize("place", PLACES)
    def test_a_medicine_is_not_hit(self, ask: Asking, place: str) -> None:
        """Acetylsalicylic acid stands in none of the lists."""
        assert not ask.out(place, ASPIRIN)
        assert not ask.into(place, ASPIRIN)


class TestMexico:
    """Law on precursors as of DOF 2023-05-03, Ley General de Salud as of DOF 2024-06-07."""

    def test_original_names(self, ask: Asking) -> None:
        """The law came into force ninety days after 26 December 1997 (first transitory article)."""
        entry = "mx/chemical-precursors/ephedrine"
        before = ask.out("mx", EPHEDRINE, "1998-03-25")
        assert entry not in firm(before)
        assert entry in firm(ask.out("mx", EPHEDRINE, "1998-03-26"))

    def test_added_by_acuerdo(self, ask: Asking) -> None:
        """4-AP: DOF 13 May 2021; the day of entry into force was not read."""
        entry = "mx/chemical-precursors/4-ap"
        assert entry not in ask.into("mx", AP, "2021-05-12")
        assert ask.into("mx", AP, "2021-05-13")[entry].certainty is Certainty.ARGUABLE
        assert entry in firm(ask.into("mx", AP, "2023-05-04"))

    def test_salts_are_covered(self, ask: Asking) -> None:
        """Art. 4, fr. I adds salts; the dihydrochloride of 4-AP is named besides."""
        assert "mx/chemical-precursors/4-ap" in firm(ask.out("mx", f"{AP}.Cl.Cl"))
        assert "mx/chemical-precursors/npp" in firm(ask.out("mx", f"{NPP}.Cl"))

    def test_not_in_the_text_that_was_read(self, ask: Asking) -> None:
        """Four precursors do not stand in the article; a later Acuerdo is possible."""
        for smiles in (NORFENTANYL, BOC_AP, PIPERIDONE, BOC_PIPERIDONE):
            assert not firm(ask.out("mx", smiles))
            decision = ask.decide(smiles, TODAY, origin="mx")
            assert FindingCode.LIST_INCOMPLETE.value in findings_of(decision)
        assert not ask.out("mx", PIPERIDONE, "2020-01-01")

    def test_narcotics_may_not_cross_the_country(self, ask: Asking) -> None:
        """Ley General de Salud, art. 293."""
        (hit,) = (h for h in ask.through("mx", FENTANYL).values() if h.list == "mx/narcotics")
        assert hit.action is Action.PROHIBITED
        assert ask.out("mx", FENTANYL)["mx/narcotics/fentanyl"].action is Action.AUTHORISATION

    def test_reform_of_2026(self, ask: Asking) -> None:
        """Carfentanil: reported for 15 January 2026, so never for certain."""
        entry = "mx/narcotics/carfentanil"
        assert entry not in ask.out("mx", CARFENTANIL, "2026-01-14")
        assert ask.out("mx", CARFENTANIL)[entry].certainty is Certainty.ARGUABLE

    def test_analogous_nature(self, ask: Asking) -> None:
        """Art. 234, last paragraph: a neighbour of a named narcotic goes to a person."""
        hits = ask.out("mx", "O=C(C1CC1)N(c1ccccc1)C1CCN(CCc2ccccc2)CC1", "2020-01-01")
        assert {h.basis for h in hits.values()} == {Basis.ANALOGUE}

    def test_register_within_a_day(self, ask: Asking) -> None:
        """Art. 12: registration in the system within 24 hours, since the reform of May 2023."""

        def due(day: str) -> set[str]:
            decision = ask.decide(BENZYL_CHLORIDE, day, origin="MX", destination="BR")
            return {r.document for r in decision.requirements if r.jurisdiction == "mx"}

        assert any("24 hours" in document for document in due("2023-05-04"))
        assert not any("24 hours" in document for document in due("2023-05-03"))


class TestIndia:
    """Notifications under the NDPS Act; the Schedules of the Order were not read."""

    def test_piperidones(self, ask: Asking) -> None:
        """G.S.R. 71(E) came into force on its publication on 23 January 2025."""
        for name in ("4-piperidone", "1-boc-4-piperidone"):
            entry = f"in/controlled-substances/{name}"
            smiles = FENTANYL_PRECURSORS[name]
            assert entry not in ask.out("in", smiles, "2025-01-22")
            assert entry in firm(ask.out("in", smiles, "2025-01-23"))
            assert entry in firm(ask.into("in", smiles, "2025-01-23"))

    def test_unread_schedules_give_review(self, ask: Asking) -> None:
        """What the amendments of 2018 and 2022 name was not read."""
        for smiles in (ANPP, NPP, AP, BOC_AP, NORFENTANYL):
            hits = ask.out("in", smiles)
            assert hits
            assert not firm(hits)

    def test_declaration_of_2013(self, ask: Asking) -> None:
        """Phenylacetone stands in S.O. 834(E) of 26 March 2013; acetone does not."""
        entry = "in/controlled-substances/1-phenyl-2-propanone"
        assert entry not in ask.out("in", "CC(=O)Cc1ccccc1", "2013-03-25")
        assert entry in firm(ask.out("in", "CC(=O)Cc1ccccc1", "2013-03-26"))
        assert not ask.out("in", ACETONE)

    def test_butonitazene(self, ask: Asking) -> None:
        """S.O. 1729(E) of 16 April 2025, with salts; before it a frame for a person."""
        entry = "in/manufactured-drugs/butonitazene"
        assert not firm(ask.out("in", BUTONITAZENE, "2025-04-15"))
        assert entry in firm(ask.out("in", f"{BUTONITAZENE}.Cl", "2025-04-16"))

    @pytest.mark.parametrize(
        ("smiles", "document"),
        [(PIPERIDONE, "No Objection Certificate for export"), (BUTONITAZENE, "Export authoris")],
    )
    def test_three_weeks(self, ask: Asking, smiles: str, document: str) -> None:
        """21 working days: cl. 10 of the Order of 2013, rule 59 of the Rules of 1985."""
        decision = ask.decide(smiles, TODAY, origin="IN", destination="BR")
        (due,) = (r for r in decision.requirements if r.document.startswith(document))
        assert (due.lead_days, due.lead_kind) == (21, "working")


class TestJapan:
    """e-Gov texts with their history, read to June 2026."""

    @pytest.mark.parametrize(
        ("name", "health", "trade"),
        [
            ("npp", "2017-08-25", "2018-07-01"),
            ("anpp", "2017-08-25", "2018-07-01"),
            ("4-ap", "2022-08-26", "2022-11-15"),
            ("1-boc-4-ap", "2022-08-26", "2022-11-15"),
            ("norfentanyl", "2022-08-26", "2022-11-15"),
            ("4-piperidone", "2024-08-30", "2025-03-17"),
            ("1-boc-4-piperidone", "2024-08-30", "2025-03-17"),
        ],
    )
    def test_two_clocks(self, ask: Asking, name: str, health: str, trade: str) -> None:
        """Cabinet Order No. 238 of 1990, art. 5, and MITI Ordinance No. 38 of 1992, art. 1."""
        smiles = FENTANYL_PRECURSORS[name]
        for entry, first in (
            (f"jp/raw-materials/{name}", health),
            (f"jp/export-approval/{name}", trade),
        ):
            day = date.fromisoformat(first)
            eve = date.fromordinal(day.toordinal() - 1)
            assert entry not in ask.out("jp", smiles, eve.isoformat())
            assert entry in firm(ask.out("jp", f"{smiles}.Cl", first))
        assert f"jp/export-approval/{name}" not in ask.into("jp", smiles)

    def test_named_one_by_one(self, ask: Asking) -> None:
        """N-Desethyl isotonitazene became a narcotic on 3 October 2025."""
        entry = "jp/narcotics/n-desethyl-isotonitazene"
        assert entry not in ask.into("jp", DESETHYL_ISOTONITAZENE, "2025-10-02")
        assert entry in firm(ask.into("jp", DESETHYL_ISOTONITAZENE, "2025-10-03"))

    def test_designated_but_no_narcotic(self, ask: Asking) -> None:
        """Isotonitazepyne: a designated substance since 31 January 2026, no narcotic."""
        assert not ask.into("jp", ISOTONITAZEPYNE, "2026-01-30")
        hits = ask.into("jp", ISOTONITAZEPYNE, "2026-01-31")
        assert set(hits) == {"jp/designated-substances/isotonitazepyne"}
        assert hits.popitem()[1].action is Action.PROHIBITED

    def test_no_listing(self, ask: Asking) -> None:
        """Propionyl chloride and benzylfentanyl stand in no list that was read."""
        assert not ask.out("jp", PROPIONYL_CHLORIDE)
        assert not ask.out("jp", "CCC(=O)N(c1ccccc1)C1CCN(Cc2ccccc2)CC1")

    def test_ephedrines_are_raw_materials_of_stimulants(self, ask: Asking) -> None:
        """Stimulants Control Act, Appended Table, item 1: one name for both."""
        for smiles in (EPHEDRINE, PSEUDOEPHEDRINE):
            assert firm(ask.out("jp", smiles)) == {"jp/stimulant-raw-materials/ephedrine"}

    def test_heroin(self, ask: Asking) -> None:
        """Narcotics Act, art. 12: nobody may export it."""
        heroin = "CC(=O)Oc1ccc2c3c1O[C@H]1[C@@H](OC(C)=O)C=C[C@H]4[C@@H](C2)N(C)CC[C@@]341"
        assert ask.out("jp", heroin)["jp/narcotics/heroin"].action is Action.PROHIBITED

    def test_papers(self, ask: Asking) -> None:
        """Approval of the trade ministry and form 39 for the health ministry, both each time."""
        decision = ask.decide(NPP, TODAY, origin="JP", destination="BR")
        documents = {r.document for r in decision.requirements if r.jurisdiction == "jp"}
        assert "Export approval" in documents
        assert "Notification of this export, form 39" in documents
        acetone = ask.decide(ACETONE, TODAY, origin="JP", destination="BR")
        assert "Export approval" not in {r.document for r in acetone.requirements}


class TestAustralia:
    """Guidance and notices; the Schedules were not read."""

    def test_guidance_of_2016(self, ask: Asking) -> None:
        """Ephedrine with its salts: Office of Drug Control, 8 December 2016."""
        entry = "au/prohibited-imports/ephedrine"
        assert entry in firm(ask.into("au", f"{EPHEDRINE}.Cl", "2016-12-08"))
        assert ask.into("au", EPHEDRINE, "2016-12-07")[entry].certainty is Certainty.ARGUABLE

    def test_notice_of_2024(self, ask: Asking) -> None:
        """Protonitazene from 21 February 2024, Australian Customs Notice 2024/06."""
        smiles = "CCCOc1ccc(Cc2nc3cc([N+](=O)[O-])ccc3n2CCN(CC)CC)cc1"
        for entry, hits in (
            ("au/prohibited-imports/protonitazene", ask.into),
            ("au/prohibited-exports-drugs/protonitazene", ask.out),
        ):
            assert not firm(hits("au", smiles, "2024-02-20"))
            assert entry in firm(hits("au", smiles, "2024-02-21"))

    def test_fentanyl_precursors_are_not_confirmed(self, ask: Asking) -> None:
        """All seven go to a person: no list that names them was read."""
        for smiles in FENTANYL_PRECURSORS.values():
            assert not firm(ask.out("au", smiles))
            decision = ask.decide(smiles, TODAY, origin="AU", destination="BR")
            assert decision.outcome is Outcome.REVIEW

    def test_notice_five_days_before(self, ask: Asking) -> None:
        """Customs (Prohibited Exports) Regulations 1958, reg. 10AB(1)."""
        decision = ask.decide(EPHEDRINE, TODAY, origin="AU", destination="BR")
        (due,) = (r for r in decision.requirements if r.document.startswith("Notice of the export"))
        assert (due.lead_days, due.lead_kind) == (5, "calendar")


class TestSingapore:
    """Misuse of Drugs Act 1973 as in force on 1 June 2026."""

    FENTANYLS = "sg/class-a-drugs/fentanyl-derivatives"

    def test_class_of_fentanyls(self, ask: Asking) -> None:
        """First Schedule, Part 1, paragraph 7: a name that is not in it, by its structure."""
        hits = ask.out("sg", "O=C(C1CCCC1)N(c1ccccc1)C1CCN(CCc2ccccc2)CC1")
        assert firm(hits) == {self.FENTANYLS}
        assert hits[self.FENTANYLS].clauses == ("formyl", "methyl")

    def test_outside_the_class(self, ask: Asking) -> None:
        """Norfentanyl and ANPP are precursors: the Third Schedule names them, with salts."""
        for name in ("norfentanyl", "anpp"):
            hits = ask.through("sg", f"{FENTANYL_PRECURSORS[name]}.Cl")
            assert firm(hits) == {f"sg/controlled-substances/{name}"}

    def test_all_seven_precursors(self, ask: Asking) -> None:
        """Third Schedule, Part 1; the last order on it commenced on 1 December 2024."""
        for name, smiles in FENTANYL_PRECURSORS.items():
            assert f"sg/controlled-substances/{name}" in firm(ask.into("sg", smiles, "2024-12-01"))

    def test_piperidone_before(self, ask: Asking) -> None:
        """Circular 8 lists what came on 1 June 2024, and 4-piperidone is not in it."""
        entry = "sg/controlled-substances/4-piperidone"
        assert entry not in ask.into("sg", PIPERIDONE, "2024-06-01")
        assert ask.into("sg", PIPERIDONE, "2024-11-30")[entry].certainty is Certainty.ARGUABLE

    @pytest.mark.parametrize(
        ("name", "smiles", "first"),
        [
            ("n-desethyl-isotonitazene", DESETHYL_ISOTONITAZENE, "2025-07-01"),
            ("isotonitazepyne", ISOTONITAZEPYNE, "2026-06-01"),
            ("butonitazene", BUTONITAZENE, "2023-07-01"),
        ],
    )
    def test_nitazenes(self, ask: Asking, name: str, smiles: str, first: str) -> None:
        """Paragraph 18, by the order marked at the item: S 453/2023, S 471/2025, S 321/2026."""
        entry = f"sg/class-a-new-opioids/{name}"
        eve = date.fromordinal(date.fromisoformat(first).toordinal() - 1).isoformat()
        assert entry not in ask.out("sg", smiles, eve)
        assert entry in firm(ask.out("sg", smiles, first))

    def test_positional_isomer(self, ask: Asking) -> None:
        """The item on U-47700 adds dichloro positional isomers: a person reads it."""
        hits = ask.out("sg", "CN(C)C1CCCCC1N(C)C(=O)c1cccc(Cl)c1Cl")
        assert hits["sg/class-a-new-opioids/u-47700"].certainty is Certainty.ARGUABLE

    def test_permit(self, ask: Asking) -> None:
        """Regulations of 1999, reg. 3: a permit out and in; no lead time was read."""
        decision = ask.decide(PERMANGANATE, TODAY, origin="BR", destination="SG")
        (due,) = (r for r in decision.requirements if r.document.startswith("Permit to import"))
        assert due.lead_days is None
