"""The 1961 and 1988 conventions on fentanyls and their precursors, as the screen must give them.

How each of the 63 names of the United States schedules stands in Schedules I and IV is in
``data/un_fentanyls.csv``, both Tables of 1988 in ``data/un_1988_tables.csv``. Goods go from Brazil
to Peru, so that the treaties are asked and no national law that the bundle carries.
"""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta

import pytest

from screening import Action, Certainty, Decision, Hit, Outcome, Screener
from screening.decision import Basis
from screening.rules.model import LegKind
from screening.rules.timeline import Standing, current
from tests.asking import TODAY, Decide, findings_of, hits_of
from tests.drawings import labelled, reordered, rows, salt

SMILES = {row["entry"]: row["smiles"] for row in rows("us_fentanyls.csv")}
FENTANYLS = rows("un_fentanyls.csv")
TABLES = rows("un_1988_tables.csv")
each_name = pytest.mark.parametrize("row", FENTANYLS, ids=[r["us_entry"] for r in FENTANYLS])
each_substance = pytest.mark.parametrize("row", TABLES, ids=[r["name"] for r in TABLES])

SCHEDULE_I = "un/1961-schedule-i"
SCHEDULE_IV = "un/1961-schedule-iv"
TABLE_I = "un/1988-table-i"
TABLE_II = "un/1988-table-ii"

ANPP = "c1ccc(CCN2CCC(Nc3ccccc3)CC2)cc1"
BETA_HYDROXY = "CCC(=O)N(c1ccccc1)C1CCN(CC(O)c2ccccc2)CC1"
METHYL_3 = "CCC(=O)N(c1ccccc1)[C@@H]1CCN(CCc2ccccc2)C[C@@H]1C"


def here(decision: Decision) -> dict[str, Hit]:
    """The hits of the treaties, by entry."""
    return hits_of(decision, "un", LegKind.TREATY)


@pytest.fixture
def trade(decide: Decide) -> Decide:
    """Screens a structure that goes from Brazil to Peru."""

    def ask(structure: str, day: str = TODAY) -> Decision:
        return decide(structure, "BR", "PE", day)

    return ask


class TestSchedules:
    """The 1961 Convention controls by name: 27 fentanyls in Schedule I, 11 of them in IV."""

    def test_the_data_cover_all(self, screener: Screener) -> None:
        """27 names in Schedule I, 11 of them in Schedule IV, each with its entry."""
        assert {row["us_entry"] for row in FENTANYLS} == set(SMILES)
        first = {row["entry"] for row in FENTANYLS if row["entry"]}
        fourth = {row["entry"] for row in FENTANYLS if row["schedules"] == "I+IV"}
        assert (len(first), len(fourth)) == (27, 11)
        lists = screener.bundle.lists
        assert {e.id for e in lists[SCHEDULE_I].entries} >= {f"{SCHEDULE_I}/{n}" for n in first}
        assert {e.id for e in lists[SCHEDULE_IV].entries} >= {f"{SCHEDULE_IV}/{n}" for n in fourth}

    @each_name
    def test_today(self, row: dict[str, str], trade: Decide) -> None:
        """A listed name is a definite hit of Schedule I, and of IV where that was confirmed."""
        decision = trade(SMILES[row["us_entry"]])
        definite = {e for e, h in here(decision).items() if h.certainty is Certainty.DEFINITE}
        expected = set()
        if row["entry"]:
            expected.add(f"{SCHEDULE_I}/{row['entry']}")
        if row["schedule_iv_confirmed"] == "yes":
            expected.add(f"{SCHEDULE_IV}/{row['entry']}")
        assert definite == expected
        if row["schedules"] == "I+IV":
            assert f"{SCHEDULE_IV}/{row['entry']}" in here(decision)
        if row["entry"]:
            assert decision.outcome is Outcome.CONTROLLED
            assert decision.action is Action.AUTHORISATION

    @each_name
    def test_no_class(self, row: dict[str, str], trade: Decide) -> None:
        """There is no generic definition: an unlisted relative is at most an isomer to look at."""
        decision = trade(SMILES[row["us_entry"]])
        assert all(h.basis is Basis.SUBSTANCE for h in decision.hits)
        if not row["entry"]:
            assert decision.outcome in {Outcome.REVIEW, Outcome.NO_LISTING_FOUND}
            assert all("positional isomer" in (h.form or "") for h in decision.hits)

    def test_constitutional_isomers_are_looked_at(self, trade: Decide) -> None:
        """Isobutyryl against butyryl, meta- against para-fluoro: review, never silent."""
        for name, listed in (
            ("us/schedule-i/isobutyryl-fentanyl", "butyrfentanyl"),
            ("us/schedule-i/meta-fluorofentanyl", "para-fluorofentanyl"),
        ):
            decision = trade(SMILES[name])
            hit = here(decision)[f"{SCHEDULE_I}/{listed}"]
            assert hit.reading == "form-positional-isomer"
            assert decision.outcome is Outcome.REVIEW

    def test_forms_of_schedule_i(self, trade: Decide) -> None:
        """Salts, stereoisomers, esters and ethers are covered; labels are for review."""
        for drawing, form in (
            (salt(BETA_HYDROXY), "salt"),
            (reordered(salt(BETA_HYDROXY), 3), "salt"),
            ("CCC(=O)N(c1ccccc1)C1CCN(CC(OC(C)=O)c2ccccc2)CC1", "ester"),
            ("CCC(=O)N(c1ccccc1)C1CCN(CC(OC)c2ccccc2)CC1", "ether"),
        ):
            hit = here(trade(drawing))[f"{SCHEDULE_I}/beta-hydroxyfentanyl"]
            assert hit.certainty is Certainty.DEFINITE, drawing
            assert hit.form == form
        assert here(trade(METHYL_3))[f"{SCHEDULE_I}/3-methylfentanyl"].certainty is (
            Certainty.DEFINITE
        )
        for drawing in labelled(SMILES["us/schedule-ii/fentanyl"]):
            hit = here(trade(drawing))[f"{SCHEDULE_I}/fentanyl"]
            assert hit.reading == "form-isotopologue"

    def test_forms_of_schedule_iv(self, trade: Decide) -> None:
        """Schedule IV adds salts and says nothing of esters and ethers: there they are arguable."""
        entry = f"{SCHEDULE_IV}/acetyl-alpha-methylfentanyl"
        smiles = SMILES["us/schedule-i/acetyl-alpha-methylfentanyl"]
        assert here(trade(salt(smiles)))[entry].certainty is Certainty.DEFINITE
        ester = "CCC(=O)N(c1ccccc1)C1CCN(CC(OC(C)=O)c2ccccc2)CC1"
        hit = here(trade(ester))[f"{SCHEDULE_IV}/beta-hydroxyfentanyl"]
        assert "form-ester" in (hit.reading or "")

    @pytest.mark.parametrize(
        ("name", "listed", "vote"),
        [
            ("acetyl-fentanyl", "acetylfentanyl", "2016-03-18"),
            ("butyryl-fentanyl", "butyrfentanyl", "2017-03-16"),
            ("ocfentanil", "ocfentanil", "2018-03-14"),
            ("furanyl-fentanyl", "furanylfentanyl", "2018-03-14"),
            ("acryl-fentanyl", "acryloylfentanyl", "2018-03-14"),
        ],
    )
    def test_votes(self, name: str, listed: str, vote: str, trade: Decide) -> None:
        """A decision binds from its communication: nothing before the vote, and from the vote on
        at least a person must look."""
        smiles = SMILES[f"us/schedule-i/{name}"]
        eve = date.fromisoformat(vote) - timedelta(days=1)
        assert f"{SCHEDULE_I}/{listed}" not in here(trade(smiles, eve.isoformat()))
        hit = here(trade(smiles, vote))[f"{SCHEDULE_I}/{listed}"]
        assert hit.reading == "date-not-confirmed"

    def test_requirements(self, trade: Decide) -> None:
        """Article 31: licence, import certificate, export authorisation, copy with the goods."""
        due = trade(SMILES["us/schedule-ii/fentanyl"]).requirements
        text = " ".join(r.document for r in due)
        for document in ("Licence", "Import certificate", "Export authorisation", "Copy"):
            assert document in text
        assert {r.leg for r in due} == {LegKind.TREATY}
        assert all("art. 31" in r.citation for r in due)

    def test_special_measures_of_schedule_iv(self, trade: Decide) -> None:
        """Article 2(5): whether either State prohibits the drug must be confirmed."""
        due = trade(SMILES["us/schedule-ii/carfentanil"]).requirements
        assert any("art. 2(5)" in r.citation for r in due)


class TestTables:
    """Tables I and II of the 1988 Convention, complete."""

    def test_counts(self) -> None:
        """29 items of Table I, with 16 named esters, and 8 of Table II."""
        numbers = {(row["table"], row["number"]) for row in TABLES}
        assert Counter(table for table, _ in numbers) == {"I": 29, "II": 8}
        of_2024 = [row for row in TABLES if row["fully_effective"] == "2024-12-03"]
        assert len(of_2024) == 18  # two piperidones, nine and seven glycidic chemicals

    def test_the_tables_are_complete(self, screener: Screener) -> None:
        """What stands in the Tables today is exactly what the data name, neither more nor less."""
        day = date.fromisoformat(TODAY)
        for table, list_id in (("I", TABLE_I), ("II", TABLE_II)):
            standing = {
                e.id
                for e in screener.bundle.lists[list_id].entries
                if (now := current(e, day)) is not None and now.standing is Standing.IN_FORCE
            }
            assert standing == {row["entry"] for row in TABLES if row["table"] == table}

    @each_substance
    def test_hits(self, row: dict[str, str], trade: Decide) -> None:
        """Each substance hits its own entry definitely, with the action of its Table."""
        decision = trade(row["smiles"])
        hit = here(decision)[row["entry"]]
        assert hit.certainty is Certainty.DEFINITE
        assert hit.action is (Action.NOTIFICATION if row["table"] == "I" else Action.RECORD)
        assert decision.outcome is Outcome.CONTROLLED
        tables = {h.list for h in here(decision).values() if h.list.startswith("un/1988")}
        assert tables == {TABLE_I if row["table"] == "I" else TABLE_II}

    @each_substance
    def test_numbers(self, row: dict[str, str], screener: Screener) -> None:
        """The entry carries the CAS number of the substance."""
        if row["cas"]:
            assert row["cas"] in screener.bundle.entries[row["entry"]].cas

    @pytest.mark.parametrize(
        "row",
        [r for r in TABLES if r["fully_effective"]],
        ids=[r["name"] for r in TABLES if r["fully_effective"]],
    )
    def test_first_day(self, row: dict[str, str], trade: Decide) -> None:
        """An amendment counts from the day of its full effect."""
        first = date.fromisoformat(row["fully_effective"])
        eve = (first - timedelta(days=1)).isoformat()
        assert row["entry"] not in here(trade(row["smiles"], eve))
        hit = here(trade(row["smiles"], first.isoformat()))[row["entry"]]
        assert hit.certainty is Certainty.DEFINITE

    def test_announced_between_vote_and_full_effect(self, trade: Decide) -> None:
        """The vote of 19 March 2024 is announced law until 3 December 2024."""
        decision = trade("O=C1CCNCC1", "2024-12-02")
        assert not decision.hits
        assert "announced_law" in findings_of(decision)
        assert decision.outcome is Outcome.REVIEW

    @pytest.mark.parametrize(
        ("drawing", "entry"),
        [
            (salt(ANPP), f"{TABLE_I}/4-anilino-n-phenethylpiperidine"),
            ("OC1(O)CCNCC1.Cl", f"{TABLE_I}/4-piperidone"),
            (salt("CN[C@@H](C)[C@H](O)c1ccccc1"), f"{TABLE_I}/ephedrine"),
            ("[Na+].[O-]C(=O)Cc1ccccc1", f"{TABLE_I}/phenylacetic-acid"),
            ("[K+].[O-]C(=O)C1(C)OC1c1ccccc1", f"{TABLE_I}/p-2-p-methyl-glycidic-acid"),
            (salt("C1CCNCC1"), f"{TABLE_II}/piperidine"),
            ("[Na+].[O-]C(=O)c1ccccc1N", f"{TABLE_II}/anthranilic-acid"),
        ],
    )
    def test_salts_are_covered(self, drawing: str, entry: str, trade: Decide) -> None:
        """Both Tables cover the salts of their substances."""
        hit = here(trade(drawing))[entry]
        assert hit.certainty is Certainty.DEFINITE
        assert "salt" in (hit.form or "")

    @pytest.mark.parametrize(
        "drawing",
        [
            "[Na+].[Cl-]",
            "[NH4+].[Cl-]",
            "C1CCNCC1.Cl",
            "[NH4+].[NH4+].[O-]S(=O)(=O)[O-]",
            "O.[Cu+2].[O-]S(=O)(=O)[O-]",
        ],
    )
    def test_except_those_of_two_acids(self, drawing: str, trade: Decide) -> None:
        """The salts of hydrochloric and sulphuric acid are excepted."""
        hits = here(trade(drawing))
        assert f"{TABLE_II}/hydrochloric-acid" not in hits
        assert f"{TABLE_II}/sulphuric-acid" not in hits

    @pytest.mark.parametrize(
        "smiles",
        [
            "CCOC(=O)Cc1ccccc1",  # an ester of phenylacetic acid
            "CCC(=O)OC(=O)CC",  # propionic anhydride
            "CCC(=O)Cl",  # propionyl chloride
            "C1CC2(CCN1)OCCO2",  # a ketal of 4-piperidone
            "CCOC(=O)N1CCC(=O)CC1",  # another carbamate
            "CCCCCOC(=O)C1(C)OC1c1ccccc1",  # an ester that the footnote does not name
        ],
    )
    def test_no_rule_for_esters_and_protected_forms(self, smiles: str, trade: Decide) -> None:
        """There is no rule for esters, ketals, carbamates: only the named ones are listed."""
        assert not here(trade(smiles))

    def test_one_isomer_is_not_the_other(self, trade: Decide) -> None:
        """The Tables have no isomer rule: pseudoephedrine is not surely listed as ephedrine."""
        hits = here(trade("C[C@H](NC)[C@@H](O)c1ccccc1"))
        definite = {e for e, h in hits.items() if h.certainty is Certainty.DEFINITE}
        assert definite == {f"{TABLE_I}/pseudoephedrine"}

    @pytest.mark.parametrize("smiles", ["CC(NC)C(O)c1ccccc1", "C[C@H](NC)C(O)c1ccccc1"])
    def test_open_centres_can_be_either(self, smiles: str, trade: Decide) -> None:
        """A centre that is left open counts as the worse case: both are hit, definitely."""
        hits = here(trade(smiles))
        assert set(hits) == {f"{TABLE_I}/ephedrine", f"{TABLE_I}/pseudoephedrine"}
        assert {h.certainty for h in hits.values()} == {Certainty.DEFINITE}

    @pytest.mark.parametrize(
        "smiles",
        ["C[C@H](N)[C@H](O)c1ccccc1", "C[C@@H](N)[C@@H](O)c1ccccc1", "CC(=O)C(C#N)c1ccccc1"],
    )
    def test_mirror_images_are_listed(self, smiles: str, trade: Decide) -> None:
        """Norephedrine is listed with its optical isomers: either mirror image is definite."""
        assert {h.certainty for h in here(trade(smiles)).values()} == {Certainty.DEFINITE}

    @pytest.mark.parametrize("smiles", [ANPP, "O=C1CCNCC1", "CC(=O)OC(C)=O"])
    def test_pre_export_notification_on_table_i(self, smiles: str, trade: Decide) -> None:
        """Article 12(10)(a): the importing State that asked is told before the export."""
        (due,) = [r for r in trade(smiles).requirements if "Pre-export" in r.document]
        assert "art. 12(10)(a)" in due.citation
        assert due.leg is LegKind.TREATY
        text = " ".join(due.contains)
        for datum in ("exporter", "importer", "quantity", "point of entry", "date of dispatch"):
            assert datum in text

    @pytest.mark.parametrize("smiles", ["CC(C)=O", "Cc1ccccc1", "Cl"])
    def test_none_on_table_ii(self, smiles: str, trade: Decide) -> None:
        """The treaty's notice is for Table I only; labels and records are due on both."""
        documents = [r.document for r in trade(smiles).requirements]
        assert not any("Pre-export" in d for d in documents)
        assert any("Labels" in d for d in documents)
        assert any("Records" in d for d in documents)

    def test_moves_between_the_tables(self, trade: Decide) -> None:
        """Acetic anhydride stood in Table II first, stands in Table I today, never in neither."""
        smiles = "CC(=O)OC(C)=O"
        assert f"{TABLE_II}/acetic-anhydride" in here(trade(smiles, "1995-01-10"))
        assert set(here(trade(smiles))) == {f"{TABLE_I}/acetic-anhydride"}
        for year in range(1991, 2027):
            assert trade(smiles, f"{year}-06-15").hits, year


class TestTreatyAlone:
    """A hit on a treaty alone counts as controlled, and says what was not checked."""

    def test_counts_as_controlled(self, trade: Decide) -> None:
        """The States are bound; that national law was not checked is said for both ends."""
        decision = trade(ANPP)
        assert decision.outcome is Outcome.CONTROLLED
        assert {h.leg for h in decision.hits} == {LegKind.TREATY}
        unmodelled = [f for f in decision.findings if f.code.value == "jurisdiction_not_modelled"]
        assert len(unmodelled) == 2
