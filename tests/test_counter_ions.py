"""An acid listed without its salts is not hit by the counter-ion of a salt; alone it is.

Hydrochloric and sulphuric acid stand in Table II of the 1988 Convention, in China's catalogue and
in List II of the United States; none of these lists takes their salts.
"""

from __future__ import annotations

import pytest

from screening import Decision, Outcome, Screener, Shipment
from tests.asking import TODAY, Decide, findings_of
from tests.drawings import ionised, rows

ACIDS = {
    "cn/precursor-catalogue/hydrochloric-acid",
    "cn/precursor-catalogue/sulfuric-acid",
    "un/1988-table-ii/hydrochloric-acid",
    "un/1988-table-ii/sulphuric-acid",
    "us/list-i/hydriodic-acid",
    "us/list-ii/hydrogen-chloride",
    "us/list-ii/sulfuric-acid",
}
HYDROCHLORIC = {e for e in ACIDS if "chlor" in e}
SULPHURIC = {e for e in ACIDS if "furic" in e or "phuric" in e}

SALTS = [
    row
    for row in rows("benign.csv")
    if row["group"] in {"medicine_salt", "inorganic", "organic_salt"} and "." in row["smiles"]
]
HALIDES_AND_SULPHATES = [
    row
    for row in SALTS
    if {"Cl", "[Cl-]", "O=S(=O)(O)O", "O=S(=O)([O-])[O-]", "O=S(=O)([O-])O"}
    & set(row["smiles"].split("."))
]


@pytest.fixture
def export(screener: Screener) -> Decide:
    """Screens a structure from China through the United States, both of which list the acids.

    The goods end in Colombia, one of the places to which List II takes in the two acids.
    """

    def ask(structure: str) -> Decision:
        return screener.screen(
            Shipment(structure=structure, origin="CN", transit=["US"], destination="CO", day=TODAY)
        )

    return ask


def acids(decision: Decision) -> set[str]:
    """The listed acids that were hit, arguably or not."""
    return {h.entry for h in decision.hits} & ACIDS


def test_the_entries_exist(export: Decide) -> None:
    """The ids above are entries that a drawing of the acid hits."""
    assert acids(export("Cl")) == HYDROCHLORIC
    assert acids(export("OS(O)(=O)=O")) == SULPHURIC
    assert acids(export("I")) == {"us/list-i/hydriodic-acid"}


def test_there_are_many_salts() -> None:
    """The data hold over 200 chlorides and sulphates, so the test below means something."""
    assert len(HALIDES_AND_SULPHATES) > 200


@pytest.mark.parametrize(
    "row", HALIDES_AND_SULPHATES, ids=[row["name"] for row in HALIDES_AND_SULPHATES]
)
def test_salts_of_trade(row: dict[str, str], export: Decide) -> None:
    """Chlorides and sulphates, of metals, ammonium and medicines, give no hit for their acid."""
    assert not acids(export(row["smiles"]))


@pytest.mark.parametrize(
    "drawing",
    [
        "[Na+].[Cl-]",
        "[Na]Cl",
        "[K+].[Cl-].[Na+].[Cl-]",
        "[NH4+].[Cl-]",
        "N.Cl",
        "[NH4+].[NH4+].[O-]S(=O)(=O)[O-]",
        "N.N.OS(O)(=O)=O",
        "[NH4+].OS(=O)(=O)[O-]",
        "[Na+].OS(=O)(=O)[O-]",
        "O.O.O.O.O.[Cu+2].[O-]S(=O)(=O)[O-]",
        "[Fe+3].[Cl-].[Cl-].[Cl-].O",
        "C[N+](C)(C)C.[Cl-]",
        "[Na+].[I-]",
        "NN.Cl",
        "NO.Cl",
        "NC(N)=N.Cl",
        "NCC(=O)O.Cl",
    ],
)
def test_however_a_salt_is_drawn(drawing: str, export: Decide) -> None:
    """Ionised, as neutral parts, with water, of metals and of every kind of base."""
    assert not acids(export(drawing))


@pytest.mark.parametrize(
    "medicine",
    [
        "CN(C)CCOC(c1ccccc1)c1ccccc1",
        "CCN(CC)CCOC(=O)c1ccc(N)cc1",
        "CC(C)NCC(O)COc1cccc2ccccc12",
        "CN(C)C(=N)NC(N)=N",
    ],
    ids=["diphenhydramine", "procaine", "propranolol", "metformin"],
)
def test_hydrochlorides_of_medicines(medicine: str, export: Decide) -> None:
    """The hydrochloride of an ordinary medicine, neutral or ionised, is no hydrochloric acid."""
    drawings = [f"{medicine}.Cl", f"Cl.{medicine}.O"]
    if "NC(N)=N" not in medicine:
        drawings.append(ionised(medicine))
    for drawing in drawings:
        assert not acids(export(drawing)), drawing


@pytest.mark.parametrize(
    ("drawing", "expected"),
    [
        ("Cl", HYDROCHLORIC),
        ("[Cl-].[H+]", HYDROCHLORIC),
        ("Cl.O", HYDROCHLORIC),
        ("O.O.Cl", HYDROCHLORIC),
        ("[OH3+].[Cl-]", HYDROCHLORIC),
        ("[OH3+].[Cl-].O.O", HYDROCHLORIC),
        ("Cl.C1COCCO1", HYDROCHLORIC),
        ("Cl.CO", HYDROCHLORIC),
        ("OS(O)(=O)=O", SULPHURIC),
        ("OS(O)(=O)=O.O", SULPHURIC),
        ("[OH3+].[OH3+].[O-]S(=O)(=O)[O-]", SULPHURIC),
        ("[OH3+].OS(=O)(=O)[O-]", SULPHURIC),
        ("Cl.OS(O)(=O)=O", HYDROCHLORIC | SULPHURIC),
    ],
)
def test_the_acid_is_hit(drawing: str, expected: set[str], export: Decide) -> None:
    """Alone, with water, drawn as its ions, in a solvent or beside another acid it is the acid."""
    decision = export(drawing)
    assert acids(decision) == expected
    assert decision.outcome is Outcome.CONTROLLED


def test_acid_beside_a_finished_salt(export: Decide) -> None:
    """Free acid beside a salt whose charges balance is not that salt's counter-ion."""
    assert acids(export("[Na+].[Cl-].OS(O)(=O)=O")) >= SULPHURIC


@pytest.mark.parametrize(
    ("drawing", "entry"),
    [
        ("C1CCNCC1.Cl", "cn/precursor-catalogue/piperidine"),
        ("O=C1CCNCC1.Cl", "us/list-i/4-piperidone"),
        ("CCC(=O)N(c1ccccc1)C1CCN(CCc2ccccc2)CC1.Cl", "us/schedule-ii/fentanyl"),
    ],
)
def test_the_base_is_hit_and_the_acid_is_not(drawing: str, entry: str, export: Decide) -> None:
    """Every component is screened: a listed base stays listed as its hydrochloride."""
    decision = export(drawing)
    assert entry in {h.entry for h in decision.hits}
    assert not acids(decision)


def test_a_counter_ion_can_itself_be_listed(export: Decide) -> None:
    """Phenylacetic acid is listed with its salts, so as the acid of a salt it is hit."""
    decision = export("C[NH+](C)CCOC(c1ccccc1)c1ccccc1.[O-]C(=O)Cc1ccccc1")
    assert "us/list-i/phenylacetic-acid" in {h.entry for h in decision.hits}


def test_table_salt_is_in_order(decide: Decide) -> None:
    """Table salt and ammonium sulphate find no listing at all."""
    for drawing in ("[Na+].[Cl-]", "[NH4+].[NH4+].[O-]S(=O)(=O)[O-]"):
        for origin, destination in (("CN", "US"), ("US", "CN")):
            decision = decide(drawing, origin, destination)
            assert decision.outcome is Outcome.NO_LISTING_FOUND
            assert "list_incomplete" not in findings_of(decision)
