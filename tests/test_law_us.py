"""The law of the United States on fentanyls and their precursors, as the screen must give it.

The 63 names, paragraphs and structures stand in ``data/us_fentanyls.csv``. Goods leave the United
States for Brazil, so that the law of the United States is asked once, at the origin.
"""

from __future__ import annotations

import shutil
from datetime import date, timedelta

import pytest

from screening import Action, Certainty, Decision, FindingCode, Hit, Outcome, Screener, Shipment
from screening.chemistry.definition import CompiledDefinition, check_proof
from screening.chemistry.proof import ClassProof
from screening.chemistry.structure import read_structure
from screening.decision import Basis
from screening.rules.load import bundled_watchlists
from screening.shipment import LegKind
from tests.asking import TODAY, Decide, hits_of
from tests.drawings import (
    CITRATE,
    HYDROCHLORIDE,
    OXALATE,
    ionised,
    labelled,
    reordered,
    rows,
    salt,
    stereoisomers,
)

NAMED = rows("us_fentanyls.csv")
MEMBERS = [row for row in NAMED if row["letters"]]
CLASS = "us/schedule-i/fentanyl-related-substances"
CARBAMATE = "us/schedule-i/fentanyl-carbamate"
CROTONYL = "us/schedule-i/crotonyl-fentanyl"

FENTANYL = "CCC(=O)N(c1ccccc1)C1CCN(CCc2ccccc2)CC1"
META_FLUORO = "CCC(=O)N(c1cccc(F)c1)C1CCN(CCc2ccccc2)CC1"
ANPP = "c1ccc(CCN2CCC(Nc3ccccc3)CC2)cc1"
NORFENTANYL = "CCC(=O)N(c1ccccc1)C1CCNCC1"
AP = "c1ccc(NC2CCNCC2)cc1"
BOC_AP = "CC(C)(C)OC(=O)N1CCC(Nc2ccccc2)CC1"
FLUORO_AP = "Fc1ccc(NC2CCNCC2)cc1"
BENZYLFENTANYL = "CCC(=O)N(c1ccccc1)C1CCN(Cc2ccccc2)CC1"
PIPERIDONE = "O=C1CCNCC1"
PIPERIDONE_TRADE_FORM = "OC1(O)CCNCC1.Cl"
PIPERIDONE_KETAL = "C1CC2(CCN1)OCCO2"
BOC_PIPERIDONE = "CC(C)(C)OC(=O)N1CCC(=O)CC1"
NPP = "O=C1CCN(CCc2ccccc2)CC1"
PROPIONYL_CHLORIDE = "CCC(=O)Cl"
PROPIONIC_ANHYDRIDE = "CCC(=O)OC(=O)CC"
PIPERIDINE = "C1CCNCC1"

each_name = pytest.mark.parametrize("row", NAMED, ids=[row["entry"] for row in NAMED])
each_member = pytest.mark.parametrize("row", MEMBERS, ids=[row["entry"] for row in MEMBERS])


def here(decision: Decision) -> dict[str, Hit]:
    """The hits of United States law at the origin, by entry."""
    return hits_of(decision, "us")


@pytest.fixture
def export(decide: Decide) -> Decide:
    """Screens a structure that leaves the United States for Brazil."""

    def ask(structure: str, day: str = TODAY) -> Decision:
        return decide(structure, "US", "BR", day)

    return ask


@pytest.fixture(scope="module")
def class_rule(screener: Screener) -> CompiledDefinition:
    """The class rule alone, without the named entries before it."""
    bundle = screener.bundle
    definition = bundle.entries[CLASS].class_
    assert definition is not None
    return CompiledDefinition(definition, bundle.jurisdictions["us"].groups)


@pytest.fixture(scope="module")
def without_names(tmp_path_factory: pytest.TempPathFactory) -> Screener:
    """A screener over the law of the United States with the 63 named entries taken out."""
    folder = tmp_path_factory.mktemp("watchlists") / "us"
    shutil.copytree(bundled_watchlists() / "us", folder)
    for row in NAMED:
        (folder.parent / f"{row['entry']}.yaml").unlink()
    return Screener(folder.parent)


class TestNamedSubstances:
    """All 63 names of Schedules I and II hit their own entry, however they are drawn."""

    def test_there_are_57_names_in_schedule_i_and_6_in_schedule_ii(self) -> None:
        """The data file holds each name, code and structure once."""
        assert sum(row["paragraph"].startswith("1308.11(b)") for row in NAMED) == 57
        assert sum(row["paragraph"].startswith("1308.12(c)") for row in NAMED) == 6
        assert len(MEMBERS) == 30
        for column in ("paragraph", "dea_code", "name", "smiles", "entry"):
            assert len({row[column] for row in NAMED}) == 63, column

    @each_name
    def test_by_structure(self, row: dict[str, str], export: Decide) -> None:
        """The structure hits its own entry, definitely, and stands before the class."""
        decision = export(row["smiles"])
        hits = here(decision)
        assert decision.outcome is Outcome.CONTROLLED
        assert set(hits) == {row["entry"]}
        hit = hits[row["entry"]]
        assert hit.certainty is Certainty.DEFINITE
        assert hit.basis is Basis.SUBSTANCE
        assert hit.form is None
        assert hit.action is Action.AUTHORISATION
        assert hit.paragraph == f"21 CFR {row['paragraph']}"

    @each_name
    def test_entry_carries_its_code(self, row: dict[str, str], screener: Screener) -> None:
        """The entry states the DEA code number of its paragraph."""
        assert screener.bundle.entries[row["entry"]].codes["dea"] == row["dea_code"]

    @each_name
    def test_as_salts(self, row: dict[str, str], export: Decide) -> None:
        """Hydrochloride, citrate, oxalate and an ionised drawing hit it definitely, as salts."""
        smiles = row["smiles"]
        acids = (HYDROCHLORIDE, CITRATE, OXALATE)
        for drawing in [*(salt(smiles, acid) for acid in acids), ionised(smiles)]:
            hits = here(export(drawing))
            assert set(hits) == {row["entry"]}, drawing
            assert hits[row["entry"]].certainty is Certainty.DEFINITE, drawing
            assert hits[row["entry"]].form == "salt", drawing

    @each_name
    def test_with_stereo_labels(self, row: dict[str, str], export: Decide) -> None:
        """A stereoisomer of a name that states none is that substance."""
        for drawing in stereoisomers(row["smiles"]):
            hits = here(export(drawing))
            assert set(hits) == {row["entry"]}, drawing
            assert hits[row["entry"]].certainty is Certainty.DEFINITE, drawing

    def test_some_names_have_centres(self) -> None:
        """The test above is not empty: 13 names leave a centre open."""
        assert sum(bool(stereoisomers(row["smiles"])) for row in NAMED) == 13

    def test_crotonyl_is_listed_as_the_e_form(self, export: Decide) -> None:
        """The Z form of crotonyl fentanyl goes by the class rule: geometric isomers are no isomers
        of 1308.11(b), and the acyl group is another one."""
        row = next(row for row in NAMED if row["entry"] == CROTONYL)
        z_form = row["smiles"].replace("C/C=C/C", "C/C=C\\C")
        assert z_form != row["smiles"]
        hits = here(export(z_form))
        assert set(hits) == {CLASS}
        assert hits[CLASS].certainty is Certainty.DEFINITE
        assert hits[CLASS].clauses == ("E",)
        without_stereo = here(export(row["smiles"].replace("/", "")))
        assert without_stereo[CROTONYL].certainty is Certainty.DEFINITE

    @each_name
    def test_with_isotope_labels(self, row: dict[str, str], export: Decide) -> None:
        """The law is silent on labels: the entry is hit, as an isotopologue, if only for review."""
        for drawing in labelled(row["smiles"]):
            decision = export(drawing)
            hit = here(decision)[row["entry"]]
            assert decision.outcome in {Outcome.CONTROLLED, Outcome.REVIEW}
            assert hit.form is not None, drawing
            assert "isotopologue" in hit.form, drawing

    @each_name
    def test_in_any_atom_order(self, row: dict[str, str], export: Decide) -> None:
        """The order in which the atoms are written changes nothing."""
        as_listed = here(export(row["smiles"]))
        for seed in (1, 2, 3):
            drawing = reordered(row["smiles"], seed)
            assert here(export(drawing)) == as_listed, drawing

    @pytest.mark.parametrize(
        "row",
        [row for row in NAMED if row["named_since"]],
        ids=[row["entry"] for row in NAMED if row["named_since"]],
    )
    def test_first_day_of_the_name(self, row: dict[str, str], export: Decide) -> None:
        """The first order that names a substance counts from its day; before it the class may."""
        first = date.fromisoformat(row["named_since"])
        before = here(export(row["smiles"], (first - timedelta(days=1)).isoformat()))
        assert row["entry"] not in before
        after = here(export(row["smiles"], first.isoformat()))
        assert after[row["entry"]].certainty is Certainty.DEFINITE
        if row["letters"] and row["entry"] != CARBAMATE:
            assert before[CLASS].certainty is Certainty.DEFINITE


class TestClassRule:
    """Fentanyl-related substances: five letters, in any combination."""

    @each_member
    def test_thirty_members_prove_their_letters(
        self, row: dict[str, str], class_rule: CompiledDefinition
    ) -> None:
        """The 30 that DEA stated to be members prove the class with exactly their letters."""
        (component,) = read_structure(row["smiles"]).components
        proof = class_rule.prove(component)
        assert proof is not None
        assert proof.clauses == tuple(row["letters"])
        readings = ("alkoxycarbonyl-as-acyl",) if row["entry"] == CARBAMATE else ()
        assert proof.readings == readings
        check_proof(proof, class_rule)

    @each_member
    def test_thirty_members_without_their_names(
        self, row: dict[str, str], without_names: Screener
    ) -> None:
        """With the names switched off the class takes the 30, the carbamate as a reading."""
        decision = without_names.screen(
            Shipment(
                structure=row["smiles"],
                origin="US",
                destination="BR",
                day=date.fromisoformat(TODAY),
            )
        )
        hits = here(decision)
        assert set(hits) == {CLASS}
        hit = hits[CLASS]
        assert hit.basis is Basis.CLASS
        assert hit.clauses == tuple(row["letters"])
        assert isinstance(hit.proof, ClassProof)
        if row["entry"] == CARBAMATE:
            assert decision.outcome is Outcome.REVIEW
            assert hit.reading == "alkoxycarbonyl-as-acyl"
        else:
            assert decision.outcome is Outcome.CONTROLLED
            assert hit.certainty is Certainty.DEFINITE

    def test_fentanyl_shows_no_modification(self, class_rule: CompiledDefinition) -> None:
        """Fentanyl meets no letter."""
        (component,) = read_structure(FENTANYL).components
        assert class_rule.prove(component) is None

    @pytest.mark.parametrize(
        "smiles", [ANPP, NORFENTANYL, BENZYLFENTANYL, AP], ids=["ANPP", "nor", "benzyl", "4-AP"]
    )
    def test_no_letter_for_what_has_its_own_heading(
        self, smiles: str, class_rule: CompiledDefinition
    ) -> None:
        """No letter shortens the ethylene link or removes the acyl group or the phenethyl group."""
        (component,) = read_structure(smiles).components
        assert class_rule.prove(component) is None

    @pytest.mark.parametrize(
        ("smiles", "letters", "reading"),
        [
            ("CCC(=O)N(c1ccccc1)C1CCN(CCc2ccc(C#N)cc2)CC1", "A", None),
            ("CCC(=O)N(c1ccccc1)C1CCN(CCc2ccccn2)CC1", "A", "other-monocycle"),
            ("CCC(=O)N(c1ccccc1)C1CCN(CCC2CCCCC2)CC1", "A", "other-monocycle"),
            ("CCC(=O)N(c1ccccc1)C1(C(=O)OCC)CCN(CCc2ccccc2)CC1", "C", None),
            ("CCC(=O)N(c1ccccc1)C1CCN(CCc2ccccc2)CC1OC", "C", None),
            ("CCC(=O)N(c1ccccn1)C1CCN(CCc2ccccc2)CC1", "D", "aromatic-heterocycle"),
            ("CS(=O)(=O)N(c1ccccc1)C1CCN(CCc2ccccc2)CC1", "E", "wide-acyl"),
            ("CNC(=O)N(c1ccccc1)C1CCN(CCc2ccccc2)CC1", "E", "wide-acyl"),
        ],
    )
    def test_open_points_are_readings(
        self, smiles: str, letters: str, reading: str | None, export: Decide
    ) -> None:
        """Plain words are definite; where careful readers differ the reading is named."""
        decision = export(smiles)
        hit = here(decision)[CLASS]
        assert hit.clauses == tuple(letters)
        assert hit.reading == reading
        expected = Outcome.CONTROLLED if reading is None else Outcome.REVIEW
        assert decision.outcome is expected

    def test_esters_and_ethers_of_members(self, export: Decide) -> None:
        """The regulation takes in esters and ethers of a member; the form is named."""
        hit = here(export("O=C(CO)N(c1ccccc1)C1CCN(CC(OC(=O)C(C)C)c2ccccc2)CC1"))[CLASS]
        assert hit.form is not None
        assert "ester" in hit.form

    @pytest.mark.parametrize(
        ("smiles", "form"),
        [
            ("CCC(=O)N(c1ccc(CC)cc1)C1CCN(CC(OC2CC2)c2ccccc2)CC1", "ether"),
            ("CCC(=O)N(c1ccccc1)C1(OC(=O)OC)CCN(CCc2ccccc2)CC1", "ester"),
        ],
    )
    def test_an_open_reading_does_not_hide_a_sure_relative(
        self, smiles: str, form: str, export: Decide
    ) -> None:
        """Arguable by its own letters, but surely an ester or ether of a member: definite."""
        hit = here(export(smiles))[CLASS]
        assert (hit.certainty, hit.form) == (Certainty.DEFINITE, form)

    def test_legal_basis_changes_in_2025(self, export: Decide) -> None:
        """The class is continuous from 2018; since 2025-07-16 it stands on the statute as well."""
        before = here(export(FENTANYL.replace("CCC(=O)", "CC(C)(C)C(=O)"), "2025-07-15"))[CLASS]
        after = here(export(FENTANYL.replace("CCC(=O)", "CC(C)(C)C(=O)"), "2025-07-16"))[CLASS]
        assert "119-26" not in before.citation
        assert "119-26" in after.citation
        assert "1308.11(h)(30)" in after.citation

    @pytest.mark.parametrize(
        "day",
        ["2018-02-06", "2020-02-05", "2020-02-06", "2021-05-05", "2021-05-06", "2025-07-15", TODAY],
    )
    def test_no_gap_in_the_class(self, day: str, export: Decide) -> None:
        """Around each link of the extension chain a member stays controlled."""
        decision = export("CC(C)(C)C(=O)N(c1ccccc1)C1CCN(CCc2ccccc2)CC1", day)
        assert here(decision)[CLASS].certainty is Certainty.DEFINITE


class TestBoundaries:
    """Each date answers differently on its two sides."""

    @pytest.mark.parametrize(
        ("smiles", "entry", "before", "first"),
        [
            (META_FLUORO, CLASS, "2018-02-05", "2018-02-06"),
            (ANPP, "us/schedule-ii/anpp", "2010-08-29", "2010-08-30"),
            (NORFENTANYL, "us/schedule-ii/norfentanyl", "2020-05-17", "2020-05-18"),
            (AP, "us/list-i/4-anilinopiperidine", "2020-05-14", "2020-05-15"),
            (BOC_AP, "us/list-i/4-anilinopiperidine", "2020-05-14", "2020-05-15"),
            (BOC_AP, "us/list-i/1-boc-4-ap", "2022-11-08", "2022-11-09"),
            (FLUORO_AP, "us/list-i/4-anilinopiperidine", "2023-11-29", "2023-11-30"),
            (BENZYLFENTANYL, "us/list-i/benzylfentanyl", "2020-05-14", "2020-05-15"),
            (PIPERIDONE, "us/list-i/4-piperidone", "2023-05-11", "2023-05-12"),
            (PIPERIDONE_TRADE_FORM, "us/list-i/4-piperidone", "2023-05-11", "2023-05-12"),
            (PIPERIDONE_KETAL, "us/list-i/4-piperidone", "2023-05-11", "2023-05-12"),
            (BOC_PIPERIDONE, "us/list-i/4-piperidone", "2023-05-11", "2023-05-12"),
            (BOC_PIPERIDONE, "us/list-i/1-boc-4-piperidone", "2025-10-01", "2025-10-02"),
            (NPP, "us/list-i/npp", "2007-04-22", "2007-04-23"),
        ],
    )
    def test_first_day(
        self, smiles: str, entry: str, before: str, first: str, export: Decide
    ) -> None:
        """No hit on the day before, a definite one on the day."""
        assert entry not in here(export(smiles, before))
        decision = export(smiles, first)
        assert here(decision)[entry].certainty is Certainty.DEFINITE
        assert decision.outcome is Outcome.CONTROLLED

    @pytest.mark.parametrize("smiles", [AP, BENZYLFENTANYL], ids=["4-AP", "benzylfentanyl"])
    def test_nothing_listed_before_2020(self, smiles: str, export: Decide) -> None:
        """A month before the rule was published nothing is listed; likeness may ask a person."""
        decision = export(smiles, "2020-03-15")
        assert all(h.basis is Basis.ANALOGUE for h in decision.hits)
        assert decision.outcome in {Outcome.NO_LISTING_FOUND, Outcome.REVIEW}

    def test_published_rule_is_announced(self, export: Decide) -> None:
        """Between publication and its day a rule is an announcement, which a person must see."""
        decision = export(AP, "2020-05-14")
        assert not here(decision)
        assert FindingCode.ANNOUNCED_LAW in {f.code for f in decision.findings}
        assert decision.outcome is Outcome.REVIEW

    def test_own_line_stands_before_the_family(self, export: Decide) -> None:
        """1-boc-4-piperidone has its own line; the family is a second proof, not a second hit."""
        hits = here(export(BOC_PIPERIDONE))
        assert set(hits) == {"us/list-i/1-boc-4-piperidone"}
        also = hits["us/list-i/1-boc-4-piperidone"].also
        assert [second.entry for second in also] == ["us/list-i/4-piperidone"]
        assert also[0].proof.clauses == ("carbamates",)

    def test_propionyl_chloride_is_held_for_review(self, export: Decide) -> None:
        """Its final rule was published on 2026-03-10; the effective day is unread, so from then on
        a person must look, and nobody is told that it is in force or free."""
        before = here(export(PROPIONYL_CHLORIDE, "2026-03-09"))
        assert set(before) == {"us/special-surveillance-list/propionyl-chloride"}
        for day in ("2026-03-10", "2026-04-09", TODAY):
            decision = export(PROPIONYL_CHLORIDE, day)
            hit = here(decision)["us/list-i/propionyl-chloride"]
            assert hit.certainty is Certainty.ARGUABLE
            assert hit.reading == "date-not-confirmed"
            assert decision.outcome is Outcome.REVIEW


class TestPrecursors:
    """Immediate precursors and the List I chemicals tied to fentanyl."""

    @pytest.mark.parametrize(
        ("smiles", "entry"),
        [(ANPP, "us/schedule-ii/anpp"), (NORFENTANYL, "us/schedule-ii/norfentanyl")],
    )
    def test_immediate_precursors_are_controlled_substances(
        self, smiles: str, entry: str, export: Decide
    ) -> None:
        """ANPP and norfentanyl stand in Schedule II (g)(3); a permit is due, no declaration."""
        decision = export(smiles)
        hits = here(decision)
        assert set(hits) == {entry}
        assert hits[entry].paragraph == "21 CFR 1308.12(g)(3)"
        assert hits[entry].action is Action.AUTHORISATION
        assert here(export(salt(smiles)))[entry].certainty is Certainty.DEFINITE
        assert not any("486" in r.document for r in decision.requirements)

    @pytest.mark.parametrize(
        ("smiles", "entry", "clauses"),
        [
            (salt(AP), "4-anilinopiperidine", ()),
            ("CC(=O)N1CCC(Nc2ccccc2)CC1", "4-anilinopiperidine", ("amides",)),
            ("COC(=O)N1CCC(Nc2ccccc2)CC1", "4-anilinopiperidine", ("carbamates",)),
            ("Clc1ccccc1NC1CCNCC1", "4-anilinopiperidine", ("halides",)),
            ("COC(=O)N1CCC(Nc2ccccc2Br)CC1.Cl", "4-anilinopiperidine", ("carbamates", "halides")),
            (salt(PIPERIDONE), "4-piperidone", ()),
            ("COC1(OC)CCNCC1", "4-piperidone", ("acetals",)),
            ("CC(=O)N1CCC(=O)CC1", "4-piperidone", ("amides",)),
            ("O=C(OCc1ccccc1)N1CCC(=O)CC1", "4-piperidone", ("carbamates",)),
            ("CCOC(=O)N1CCC2(CC1)OCCO2", "4-piperidone", ("acetals", "carbamates")),
        ],
    )
    def test_families(
        self, smiles: str, entry: str, clauses: tuple[str, ...], export: Decide
    ) -> None:
        """The families reach their derivatives, salts and combinations."""
        hit = here(export(smiles))[f"us/list-i/{entry}"]
        assert hit.certainty is Certainty.DEFINITE
        assert hit.clauses == clauses
        assert hit.action is Action.NOTIFICATION

    def test_a_tautomer_of_a_listed_reference(self, export: Decide) -> None:
        """The enol drawing of 4-piperidone is 4-piperidone, and hits its line once."""
        found = [h for h in export("OC1=CCNCC1").hits if h.entry == "us/list-i/4-piperidone"]
        assert [(h.form, h.certainty) for h in found] == [("tautomer", Certainty.DEFINITE)]

    @pytest.mark.parametrize(
        ("smiles", "entry"),
        [
            (NPP, "npp"),
            (salt(BENZYLFENTANYL), "benzylfentanyl"),
            (salt(BOC_AP), "1-boc-4-ap"),
            (PIPERIDINE, "piperidine"),
            (salt(PIPERIDINE), "piperidine"),
            (PROPIONIC_ANHYDRIDE, "propionic-anhydride"),
        ],
    )
    def test_lines_of_their_own(self, smiles: str, entry: str, export: Decide) -> None:
        """Each line is hit by its substance, and by its salts where the line has them."""
        assert here(export(smiles))[f"us/list-i/{entry}"].certainty is Certainty.DEFINITE

    def test_a_line_that_does_not_name_salts_asks_about_them(self, export: Decide) -> None:
        """21 CFR 1310.02(a) names NPP without its salts."""
        hit = here(export(salt(NPP)))["us/list-i/npp"]
        assert (hit.certainty, hit.reading) == (Certainty.ARGUABLE, "form-salt")

    @pytest.mark.parametrize(
        "smiles",
        ["CN1CCC(=O)CC1", "CC1CCNCC1", "OC1CCNCC1", "CCC(=O)O", "CCC(=O)OC", "Nc1ccccc1"],
    )
    def test_relatives_without_a_line(self, smiles: str, export: Decide) -> None:
        """Ordinary relatives that no line names give no hit under this law."""
        assert not here(export(smiles))


class TestRequirements:
    """What must be done before the goods leave."""

    @pytest.mark.parametrize("smiles", [AP, PIPERIDONE, NPP, PIPERIDINE])
    def test_list_i_exports_are_declared_15_days_ahead(self, smiles: str, export: Decide) -> None:
        """DEA Form 486, at least 15 calendar days before the export (21 U.S.C. 971(a))."""
        (due,) = [
            r
            for r in export(smiles).requirements
            if r.jurisdiction == "us" and "486" in r.document and "Return" not in r.document
        ]
        assert due.leg is LegKind.ORIGIN
        assert (due.lead_days, due.lead_kind) == (15, "calendar")
        assert "971(a)" in due.citation

    @pytest.mark.parametrize("smiles", [FENTANYL, META_FLUORO, ANPP, NORFENTANYL])
    def test_scheduled_substances_need_a_permit(self, smiles: str, export: Decide) -> None:
        """DEA Form 161 asks for the permit, which is DEA Form 36 (21 U.S.C. 953)."""
        (due,) = [
            r
            for r in export(smiles).requirements
            if r.jurisdiction == "us" and "permit" in r.document
        ]
        assert "161" in due.document
        assert "36" in due.document
        assert due.leg is LegKind.ORIGIN
        assert "953" in due.citation

    def test_destination_asks_the_importer(self, decide: Decide) -> None:
        """At the destination the importer has the duties, not the exporter."""
        decision = decide(PIPERIDONE, "BR", "US")
        due = [r for r in decision.requirements if r.jurisdiction == "us"]
        assert due
        assert {r.leg for r in due} == {LegKind.DESTINATION}
        assert {r.who for r in due} == {"importer"}

    def test_arguable_hits_say_if(self, export: Decide) -> None:
        """What depends on an arguable hit says so."""
        due = [r for r in export(PROPIONYL_CHLORIDE).requirements if r.jurisdiction == "us"]
        assert due
        assert all(r.because.startswith("If the arguable hit is confirmed") for r in due)
