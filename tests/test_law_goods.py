"""Goods, parties and watched chemicals: what the lists of machines, names and supplies must answer.

Each fact names the text it comes from. One side of a shipment is the place under test and the other
Brazil, so that one law is asked on one leg, except where a list reaches some destinations only.
"""

from __future__ import annotations

from datetime import date

import pytest

from screening import Action, Certainty, Decision, Outcome, Screener, Shipment
from screening.decision import Basis
from screening.shipment import LegKind
from tests.asking import TODAY, Only, findings_of, hits_of

ASPIRIN = "CC(=O)Oc1ccccc1C(=O)O"
PHENETHYL_BROMIDE = "BrCCc1ccccc1"
SODIUM_BOROHYDRIDE = "[Na+].[BH4-]"
FORMIC_ACID = "O=CO"
DIETHYLAMINE = "CCNCC"
XYLAZINE = "Cc1cccc(C)c1NC1=NCCCS1"
ETHANOL = "CCO"
DICHLOROMETHANE = "ClCCl"
BENZOIC_ACID = "O=C(O)c1ccccc1"
EPHEDRINE = "CN[C@@H](C)[C@H](O)c1ccccc1"
ANPP = "c1ccc(CCN2CCC(Nc3ccccc3)CC2)cc1"

INSTITUTE = "us/entity-list/institute-of-forensic-science"
TABLETING = "us/machines/tableting-machine"
ENCAPSULATING = "us/machines/encapsulating-machine"
SUPPLIES = "us/special-surveillance-list/"
NEIGHBOURS = "cn/myanmar-laos-afghanistan-list/"


class Asking:
    """Questions to the laws of China, Great Britain, Japan and the United States."""

    def __init__(self, screener: Screener) -> None:
        """Asks one screener."""
        self.screener = screener

    def __call__(
        self, origin: str, destination: str, day: str = TODAY, **said: str | None
    ) -> Decision:
        """Screens what is said of a line."""
        return self.screener.screen(
            Shipment(
                origin=origin,
                destination=destination,
                day=date.fromisoformat(day),
                **said,  # type: ignore[arg-type]  # the fields that a test states
            )
        )


@pytest.fixture(scope="module")
def ask(only: Only) -> Asking:
    """Questions to four laws and no other."""
    return Asking(only("cn", "gb", "jp", "us"))


class TestEntityList:
    """15 CFR part 744, Supplement No. 4: added on 5 June 2020, removed by 88 FR 80131."""

    @pytest.mark.parametrize(
        ("day", "listed"),
        [("2020-06-04", False), ("2020-06-05", True), ("2023-11-15", True), ("2023-11-16", False)],
    )
    def test_both_sides_of_both_days(self, ask: Asking, day: str, listed: bool) -> None:
        decision = ask(
            "US", "BR", day, structure=ASPIRIN, consignee="Institute of Forensic Science, MPS"
        )
        assert (INSTITUTE in hits_of(decision, "us")) is listed
        assert (decision.outcome is Outcome.REVIEW) is listed
        assert any(r.id == "us/entity-list/bis-licence" for r in decision.requirements) is listed

    @pytest.mark.parametrize(
        "name",
        [
            "THE INSTITUTE OF FORENSIC SCIENCE OF CHINA",
            "Ministry of Public Security's Institute of Forensic Science of China, Beijing",
            "公安部物证鉴定中心",
        ],
    )
    def test_a_name_is_a_question_and_never_an_answer(self, ask: Asking, name: str) -> None:
        """A name identifies nobody."""
        hit = hits_of(ask("US", "BR", "2022-03-01", structure=ASPIRIN, consignee=name), "us")[
            INSTITUTE
        ]
        assert hit.basis is Basis.PARTY
        assert hit.certainty is Certainty.ARGUABLE
        assert hit.action is Action.AUTHORISATION

    @pytest.mark.parametrize("name", ["Oslo Institute of Forensic Science", "Ministry of Health"])
    def test_another_institute_is_not_hit(self, ask: Asking, name: str) -> None:
        decision = ask("US", "BR", "2022-03-01", structure=ASPIRIN, consignee=name)
        assert decision.outcome is Outcome.NO_LISTING_FOUND

    def test_the_name_is_no_name_of_goods(self, ask: Asking) -> None:
        decision = ask("US", "BR", "2022-03-01", name="Institute of Forensic Science of China")
        assert not decision.hits


class TestMachines:
    """21 CFR 1310.05(c)(1): a report 15 calendar days before the port, from the first machine."""

    @pytest.mark.parametrize(
        ("name", "entry"),
        [
            ("Tablet press", TABLETING),
            ("TDP-5 tablet press, 1 set", TABLETING),
            ("PILL PRESS MACHINE", TABLETING),
            ("单冲压片机", TABLETING),
            ("全自动胶囊填充机", ENCAPSULATING),
            ("Capsule filling machine, semi automatic", ENCAPSULATING),
        ],
    )
    def test_a_machine_is_known_by_its_name(self, ask: Asking, name: str, entry: str) -> None:
        decision = ask("US", "BR", name=name)
        hit = hits_of(decision, "us")[entry]
        assert (hit.basis, hit.certainty) == (Basis.GOODS, Certainty.ARGUABLE)
        assert decision.outcome is Outcome.REVIEW

    @pytest.mark.parametrize(
        ("origin", "destination", "rule"),
        [("US", "BR", "export-report"), ("BR", "US", "import-report")],
    )
    def test_the_report_and_its_day(
        self, ask: Asking, origin: str, destination: str, rule: str
    ) -> None:
        decision = ask(origin, destination, "2026-11-22", name="Tablet press", hs_code="8479.89")
        (report,) = [r for r in decision.requirements if r.id == f"us/machines/{rule}"]
        assert (report.form, report.lead_days) == ("DEA Form 452", 15)
        assert report.due == date(2026, 11, 7)
        assert not findings_of(decision) & {"no_identity", "customs_code_disagrees"}

    @pytest.mark.parametrize(
        "name", ["empty gelatin capsules", "aspirin tablets", "hydraulic press"]
    )
    def test_what_is_no_such_machine(self, ask: Asking, name: str) -> None:
        assert not ask("US", "BR", name=name).hits


class TestSpecialSurveillanceList:
    """64 FR 25910 and 88 FR 73044: watched and never licensed; an export counts as a sale."""

    @pytest.mark.parametrize(
        ("structure", "entry", "first"),
        [
            (FORMIC_ACID, "formic-acid", "1999-05-13"),
            (DIETHYLAMINE + ".Cl", "diethylamine", "1999-05-13"),
            (PHENETHYL_BROMIDE, "phenethyl-bromide", "2023-10-24"),
            (SODIUM_BOROHYDRIDE, "sodium-borohydride", "2023-10-24"),
        ],
    )
    def test_a_supply_is_for_a_person_to_look_at(
        self, ask: Asking, structure: str, entry: str, first: str
    ) -> None:
        day = date.fromisoformat(first)
        before = ask("US", "BR", str(day.replace(day=day.day - 1)), structure=structure)
        assert not before.hits
        decision = ask("US", "BR", first, structure=structure)
        hit = hits_of(decision, "us")[SUPPLIES + entry]
        assert hit.surveillance
        assert (hit.certainty, hit.action) == (Certainty.ARGUABLE, Action.WATCH)
        assert decision.outcome is Outcome.REVIEW

    @pytest.mark.parametrize(
        "structure", ["[Na+].[O-]C=O", "CN1CCCC1.OC=O", "[Li+].[Cl-]", "[NH4+].[Cl-]", "CCOC=O"]
    )
    def test_salts_and_esters_that_are_not_named(self, ask: Asking, structure: str) -> None:
        """Appendix K of the Chemical Handler's Manual names salts for some chemicals only."""
        assert not ask("US", "BR", structure=structure).hits

    def test_what_went_to_list_i(self, ask: Asking) -> None:
        """Two chemicals of List I were taken off on 24 October 2023, and stay supplies as such."""
        entry = SUPPLIES + "red-phosphorus"
        for day, listed in (("2023-10-23", True), ("2023-10-24", False)):
            hits = hits_of(ask("US", "BR", day, name="Red phosphorus"), "us")
            assert (entry in hits) is listed
            assert hits["us/list-i/red-phosphorus"].certainty is Certainty.DEFINITE

    def test_punches_and_dies(self, ask: Asking) -> None:
        """88 FR 73044 added tableting machines with their punches and dies."""
        hits = hits_of(ask("US", "BR", name="Tablet press dies"), "us")
        assert SUPPLIES + "tableting-machines" in hits


class TestNeighbouringCountries:
    """Order 2005 No. 12, Annex 1, part 2: export from China to three countries alone."""

    @pytest.mark.parametrize("destination", ["MM", "LA", "AF"])
    def test_a_name_that_was_read(self, ask: Asking, destination: str) -> None:
        decision = ask("CN", destination, structure=ETHANOL)
        assert decision.outcome is Outcome.CONTROLLED
        assert hits_of(decision, "cn")[NEIGHBOURS + "ethanol"].action is Action.AUTHORISATION
        assert any(r.id.endswith("specific-country-export-licence") for r in decision.requirements)

    @pytest.mark.parametrize("destination", ["TH", "VN", "US", "BR"])
    def test_no_other_destination(self, ask: Asking, destination: str) -> None:
        assert not hits_of(ask("CN", destination, structure=ETHANOL), "cn")

    def test_the_day_of_a_line_is_not_known(self, ask: Asking) -> None:
        """The regime began on 1 September 2005; the list was read in the catalogue of 2026."""
        for day, expected in (("2005-08-31", None), ("2015-01-01", Certainty.ARGUABLE)):
            hit = hits_of(ask("CN", "MM", day, structure=ETHANOL), "cn").get(NEIGHBOURS + "ethanol")
            assert (hit.certainty if hit else None) is expected

    def test_a_name_told_from_a_customs_code_is_a_question(self, ask: Asking) -> None:
        """Heading 2903.12 holds dichloromethane alone."""
        hit = hits_of(ask("CN", "LA", structure=DICHLOROMETHANE), "cn")
        assert hit[NEIGHBOURS + "dichloromethane"].certainty is Certainty.ARGUABLE

    def test_lines_without_a_name(self, ask: Asking) -> None:
        """Of heading 2916.31 (benzoic acid, its salts and esters) only a code was read."""
        decision = ask("CN", "AF", structure=BENZOIC_ACID)
        assert "list_incomplete" in findings_of(decision)
        assert decision.outcome is Outcome.REVIEW
        assert "list_incomplete" not in findings_of(ask("CN", "TH", structure=BENZOIC_ACID))


class TestSedatives:
    """Misuse of Drugs Act 1971, Part III, by SI 2024/1361 (Home Office Circular 002/2025)."""

    @pytest.mark.parametrize(("day", "listed"), [("2025-01-14", False), ("2025-01-15", True)])
    def test_xylazine(self, ask: Asking, day: str, listed: bool) -> None:
        for structure in (XYLAZINE, XYLAZINE + ".Cl"):
            hits = hits_of(ask("GB", "BR", day, structure=structure), "gb")
            assert ("gb/mda-class-c/xylazine" in hits) is listed

    def test_it_is_no_controlled_substance_of_the_union(self, ask: Asking) -> None:
        """Not in 21 CFR 1308.11 to 1308.15 on 21 September 2026."""
        assert not ask("US", "BR", "2026-09-21", structure=XYLAZINE).hits


class TestJapaneseMixtures:
    """Enforcement Regulations, Appended Table 3, and the Appended Table of the Stimulants Act."""

    @pytest.mark.parametrize(
        ("structure", "purity", "rule", "due"),
        [
            (ANPP, "50 %", "jp/raw-materials/export-notification", False),
            (ANPP, "51 %", "jp/raw-materials/export-notification", True),
            (EPHEDRINE, "10 %", "jp/stimulant-raw-materials/export-permission", False),
            (EPHEDRINE, "11 %", "jp/stimulant-raw-materials/export-permission", True),
        ],
    )
    def test_both_sides_of_the_limit(
        self, ask: Asking, structure: str, purity: str, rule: str, due: bool
    ) -> None:
        decision = ask("JP", "BR", structure=structure, name="mixture", purity=purity)
        assert hits_of(decision, "jp", LegKind.ORIGIN)
        assert any(r.id == rule for r in decision.requirements) is due
