"""What descriptions say besides the name."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from screening.chemistry.formula import (
    Agreement,
    agrees_with_itself,
    compare_formula,
    compare_mass,
    parse_formula,
)
from screening.chemistry.inchikey import inchikey_of, read_inchikey
from screening.chemistry.structure import read_structure
from screening.product_text import read_product_text
from screening.spelling import NearNames


@pytest.mark.parametrize(
    ("text", "purity", "quantity"),
    [
        (
            "N-BOC-4-PIPERIDONE(79099-07-3) PURITY>=99.0PCT 25KG/DRUM X 4",
            ">=99.0PCT",
            "25KG/DRUM X 4",
        ),
        ("PIPERONAL 80 DRUMS X 100 KG/DRUM = 8,000 KG", None, "8,000 KG"),
        ("tert-Butyl ..., 5 X 1 KG ALU BAG", None, "5 X 1 KG"),
        ("ACIDO FENILACETICO 1.000,50 KG", None, "1.000,50 KG"),
        ("Essigsäureanhydrid 1.200 L", None, "1.200 L"),
        ("1-叔丁氧羰基-4-哌啶酮 ９９％ 5千克", "99%", "5千克"),
        ("苯乙酸 工业级 25千克/袋", None, None),
        ("fentanyl citrate injection 50 mcg/ml", None, None),
        ("BUPIVACAINE HCL 10KG; LIDOCAINE BASE 25KG", None, None),
        ("toluene 35% acetone 10%", None, None),
        ("1-chloro-2-g test 4-5", None, None),
        ("4-piperidone", None, None),
    ],
)
def test_purity_and_quantity(text: str, purity: str | None, quantity: str | None) -> None:
    """One of each is taken as it is written; of several none, nor what one package holds."""
    read = read_product_text(text)
    assert (read.purity, read.quantity) == (purity, quantity)


def test_codes_grade_and_pack() -> None:
    """Labelled codes come without their labels."""
    read = read_product_text(
        "Acetone technical grade UN 1090 HS code: 2914.11 formula: C3H6O M.W. 58.08 160 kg/drum"
    )
    assert read.grade == "technical grade"
    assert read.un_number == "1090"
    assert read.hs_code == "2914.11"
    assert (read.formula, read.molar_mass) == ("C3H6O", "58.08")
    assert read.pack == "160 kg/drum"


@settings(max_examples=60)
@given(st.text(max_size=300))
def test_no_text_raises(text: str) -> None:
    """Whatever stands in a cell."""
    read_product_text(text)
    parse_formula(text)
    read_inchikey(text)
    NearNames(["4 piperidone"]).near(text)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("C5H9NO", [{"C": 5, "H": 9, "N": 1, "O": 1}]),
        ("C₅H₉NO·HCl", [{"C": 5, "H": 9, "N": 1, "O": 1}, {"H": 1, "Cl": 1}]),
        ("(C2H5)2O", [{"C": 4, "H": 10, "O": 1}]),
        ("CuSO4.5H2O", [{"Cu": 1, "S": 1, "O": 4}, {"H": 10, "O": 5}]),
        ("C5H9NO x HCl", [{"C": 5, "H": 9, "N": 1, "O": 1}, {"H": 1, "Cl": 1}]),
    ],
)
def test_formulas(text: str, parts: list[dict[str, int]]) -> None:
    """Indices, brackets, and parts with numbers before them."""
    read = parse_formula(text)
    assert read is not None
    assert [dict(part) for part in read] == parts


@pytest.mark.parametrize("text", ["", "acetone", "C5H9(NO", "Xx2", "5", "()", "C5)H9", "·"])
def test_what_is_no_formula(text: str) -> None:
    """It is not guessed."""
    assert parse_formula(text) is None


@pytest.mark.parametrize(
    ("smiles", "formula", "said"),
    [
        ("O=C1CCNCC1", "C5H9NO", Agreement.SAME),
        ("O=C1CCNCC1.Cl", "C5H10ClNO", Agreement.SAME),
        ("O=C1CCNCC1", "C5H10ClNO", Agreement.FORM),
        ("O=C1CCNCC1.Cl", "C5H9NO", Agreement.FORM),
        ("O=C1CCNCC1", "C5H9NO·HCl·H2O", Agreement.FORM),
        ("OC(=O)Cc1ccccc1", "C8H7NaO2", Agreement.FORM),
        ("O=C1CCNCC1", "C6H11NO", Agreement.OTHER),
    ],
)
def test_a_formula_against_a_structure(smiles: str, formula: str, said: Agreement) -> None:
    """The same, another salt or hydrate, or another compound."""
    parts = parse_formula(formula)
    assert parts is not None
    assert compare_formula(read_structure(smiles), parts) is said


@pytest.mark.parametrize(
    ("smiles", "text", "said"),
    [
        ("O=C1CCNCC1", "99.13", Agreement.SAME),
        ("O=C1CCNCC1", "99,1 g/mol", Agreement.SAME),
        ("O=C1CCNCC1", "135.59", Agreement.FORM),
        ("O=C1CCNCC1", "181.9", Agreement.OTHER),
        ("O=C1CCNCC1", "about 99", None),
    ],
)
def test_a_molar_mass_against_a_structure(smiles: str, text: str, said: Agreement | None) -> None:
    """As many digits as are written have to fit."""
    assert compare_mass(read_structure(smiles), text) is said


def test_a_record_that_contradicts_itself() -> None:
    """A table's structure must have the table's formula; charges do not count."""
    assert agrees_with_itself("CCO", "C2H6O")
    assert agrees_with_itself("[Na+].[Cl-]", "ClNa")
    assert not agrees_with_itself("CCO", "C3H8O")
    assert not agrees_with_itself("not a smiles", "C3H8O")


def test_inchikeys() -> None:
    """Read from a cell, with or without their label, and made of a structure."""
    key = "HEFNNWSXXWATRW-UHFFFAOYSA-N"
    assert inchikey_of("CC(C)Cc1ccc(cc1)C(C)C(=O)O") == key
    assert read_inchikey(f" InChIKey={key.lower()} ") == key
    assert read_inchikey("C1CCCCC1") is None


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("norfentany1", ["norfentanyl"]),
        ("norfentnayl", ["norfentanyl"]),
        ("4 piperld0ne", ["4 piperidone"]),
        ("2 piperidone", []),
        ("piperidine", []),
        ("methadone", []),
        ("pip", []),
    ],
)
def test_near_names(text: str, found: list[str]) -> None:
    """A letter or two away, numbers as they are."""
    assert NearNames(["norfentanyl", "4 piperidone", "boc"]).near(text) == found
