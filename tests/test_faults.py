"""The fault table: every kind of missing or broken field, and the outcome that it must lead to.

Each fault is put on goods that are on no list, where it must be said and must not pass as nothing
found unless the field has no bearing on that, and on listed goods, where no fault but one of the
drawing itself may soften the answer.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from screening import Screener, Shipment
from screening.chemistry.structure import (
    MAX_ATOMS,
    MAX_COMPONENTS,
    MAX_RINGS,
    MAX_TEXT,
    read_structure,
)
from screening.decision import FindingCode, Outcome
from screening.errors import ShipmentError, StructureError, UnspecificStructureError

FREE = {
    "structure": "CCO",
    "origin": "CN",
    "destination": "US",
    "quantity": "1 kg",
    "purity": "99 %",
    "day": "2025-11-20",
}
LISTED = FREE | {"structure": "CCC(=O)N(c1ccccc1)C1CCNCC1"}

NONE, REVIEW, UNSCREENED = Outcome.NO_LISTING_FOUND, Outcome.REVIEW, Outcome.UNSCREENED
Code = FindingCode

DRAWINGS: tuple[tuple[str, str | None, Code], ...] = (
    ("no identifier at all", None, Code.NO_IDENTITY),
    ("blank", " \t ", Code.NO_IDENTITY),
    ("ring not closed", "C1CC", Code.STRUCTURE_UNREADABLE),
    ("words", "no structure", Code.STRUCTURE_UNREADABLE),
    ("two words", "CCO CC", Code.STRUCTURE_UNREADABLE),
    ("unknown element", "[Xx]", Code.STRUCTURE_UNREADABLE),
    ("impossible valence", "C(C)(C)(C)(C)C", Code.STRUCTURE_UNREADABLE),
    ("cut off", "C=[O", Code.STRUCTURE_UNREADABLE),
    ("incomplete InChI", "InChI=1S/C2H6O", Code.STRUCTURE_UNREADABLE),
    ("damaged MOL block", "\n\n\n  2  9  0 V2000\nM  END", Code.STRUCTURE_UNREADABLE),
    ("NUL character", "CC\0O", Code.STRUCTURE_UNREADABLE),
    ("lone half of a surrogate pair", "CC\ud800O", Code.STRUCTURE_UNREADABLE),
    ("dummy atom", "*CC*", Code.STRUCTURE_UNSPECIFIC),
    ("query bond", "C~C", Code.STRUCTURE_UNSPECIFIC),
    ("reaction", "CC>>CC", Code.STRUCTURE_UNSPECIFIC),
    ("polymer", "CCO |Sg:n:1,2::ht|", Code.STRUCTURE_UNSPECIFIC),
    ("too many atoms", "C" * (MAX_ATOMS + 1), Code.LIMIT_PASSED),
    ("too many components", ".".join("C" * (MAX_COMPONENTS + 1)), Code.LIMIT_PASSED),
    ("too many rings", "C1CC1" * (MAX_RINGS + 1), Code.LIMIT_PASSED),
    ("too long", "C" * (MAX_TEXT + 1), Code.LIMIT_PASSED),
    ("too many ways to lie in a class", "N1CCC(CC1)" * 55 + "C", Code.LIMIT_PASSED),
)

FIELDS: tuple[tuple[str, str, Any, Outcome, Code | None], ...] = (
    ("inchi", "another compound", "InChI=1S/CH4/h1H4", REVIEW, Code.IDENTIFIERS_DISAGREE),
    ("inchi", "no InChI", "nonsense", UNSCREENED, Code.STRUCTURE_UNREADABLE),
    ("cas", "wrong check digit", "64-17-6", REVIEW, Code.CAS_INVALID),
    ("cas", "no number", "soon", REVIEW, Code.CAS_INVALID),
    ("cas", "another compound", "437-38-7", REVIEW, Code.IDENTIFIERS_DISAGREE),
    ("cas", "not known", "999999-99-4", NONE, Code.CAS_UNKNOWN),
    ("name", "another compound", "norfentanyl", REVIEW, Code.IDENTIFIERS_DISAGREE),
    ("name", "not known", "qqq", NONE, Code.NAME_UNKNOWN),
    ("formula", "another compound", "C3H8O", REVIEW, Code.IDENTIFIERS_DISAGREE),
    ("molar_mass", "another compound", "99", REVIEW, Code.IDENTIFIERS_DISAGREE),
    ("hs_code", "no code", "no", REVIEW, Code.CUSTOMS_CODE_DISAGREES),
    ("origin", "missing", None, REVIEW, Code.ORIGIN_MISSING),
    ("origin", "no place", "Atlantis", REVIEW, Code.PLACE_NOT_READ),
    ("origin", "unassigned code", "xx", REVIEW, Code.PLACE_NOT_READ),
    ("destination", "missing", None, REVIEW, Code.DESTINATION_MISSING),
    ("destination", "no place", "Atlantis", REVIEW, Code.PLACE_NOT_READ),
    ("transit", "no place", ["Nowhere"], REVIEW, Code.PLACE_NOT_READ),
    ("quantity", "missing", None, NONE, Code.QUANTITY_MISSING),
    *(
        ("quantity", said, text, NONE, Code.QUANTITY_NOT_READ)
        for said, text in (
            ("words", "some"),
            ("no unit", "5"),
            ("negative", "-5 kg"),
            ("too large a number", "1e999 kg"),
            ("no number", "nan kg"),
            ("unknown unit", "5 bags"),
            ("two readings of its points", "1,000.5.2 kg"),
        )
    ),
    ("purity", "missing", None, NONE, None),
    ("purity", "words", "pure", NONE, None),
    ("purity", "over one hundred", "120 %", NONE, None),
)

REFUSED: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("day", "missing", {"day": None}),
    ("day", "no such day", {"day": "2025-02-30"}),
    ("day", "another order of the date", {"day": "20/11/2025"}),
    ("structure", "no text but a number", {"structure": 5}),
)

ALONE: tuple[tuple[str, dict[str, str], Outcome], ...] = (
    ("nothing", {}, UNSCREENED),
    ("a CAS number with a wrong check digit", {"cas": "64-17-6"}, UNSCREENED),
    ("a name that says nothing", {"name": "chemicals"}, UNSCREENED),
    ("a listed name with a slip", {"name": "norfentanil"}, REVIEW),
    ("a customs code", {"hs_code": "29333300"}, UNSCREENED),
    ("an InChI that is none", {"inchi": "junk"}, UNSCREENED),
    ("a formula", {"formula": "C2H6O"}, UNSCREENED),
    ("a number of the item", {"item": "A1"}, UNSCREENED),
    ("a UN number", {"un_number": "1170"}, UNSCREENED),
    ("an end use", {"end_use": "research"}, UNSCREENED),
)


def screened(screener: Screener, base: dict[str, Any], **changes: Any) -> tuple[Outcome, set[Code]]:
    """The outcome and the codes of the findings."""
    decision = screener.screen(Shipment(**(base | changes)))
    return decision.outcome, {f.code for f in decision.findings}


def test_the_goods_without_a_fault(screener: Screener) -> None:
    """What the table changes is free, or controlled, without a fault."""
    assert screened(screener, FREE)[0] is NONE
    assert screened(screener, LISTED)[0] is Outcome.CONTROLLED


@pytest.mark.parametrize(("said", "text", "code"), DRAWINGS, ids=[row[0] for row in DRAWINGS])
def test_a_drawing_that_cannot_be_screened(
    screener: Screener, said: str, text: str | None, code: Code
) -> None:
    """It is unscreened with the reason; a listed CAS number beside it still counts."""
    outcome, codes = screened(screener, FREE, structure=text)
    assert outcome is UNSCREENED
    assert code in codes
    beside = screened(screener, FREE, structure=text, cas="437-38-7")[0]
    assert beside in {REVIEW, Outcome.CONTROLLED}


@pytest.mark.parametrize(
    ("name", "said", "value", "outcome", "code"), FIELDS, ids=[f"{r[0]}: {r[1]}" for r in FIELDS]
)
def test_a_field_beside_a_good_drawing(
    screener: Screener, name: str, said: str, value: Any, outcome: Outcome, code: Code | None
) -> None:
    """The outcome is that of the table for free goods, and controlled goods stay controlled."""
    found, codes = screened(screener, FREE, **{name: value})
    assert found is outcome
    assert code is None or code in codes
    assert screened(screener, LISTED, **{name: value})[0] is Outcome.CONTROLLED


@pytest.mark.parametrize(
    ("name", "said", "changes"), REFUSED, ids=[f"{r[0]}: {r[1]}" for r in REFUSED]
)
def test_what_no_shipment_is_made_of(name: str, said: str, changes: dict[str, Any]) -> None:
    """The library refuses what has no meaning at all; in a file it is a finding instead."""
    with pytest.raises(ShipmentError):
        Shipment(**(FREE | changes))


@pytest.mark.parametrize(("said", "fields", "outcome"), ALONE, ids=[row[0] for row in ALONE])
def test_goods_without_a_drawing(
    screener: Screener, said: str, fields: dict[str, str], outcome: Outcome
) -> None:
    """Without an exact identity nothing passes."""
    assert screened(screener, FREE, structure=None, **fields)[0] is outcome


def as_markdown() -> str:
    """The fault table as the README prints it."""
    rows: dict[tuple[str, str], list[str]] = {}
    for said, _, _ in DRAWINGS:
        rows.setdefault(("`structure`", f"`{UNSCREENED}`"), []).append(said)
    for said, _, outcome in ALONE:
        rows.setdefault(("no drawing, and only", f"`{outcome}`"), []).append(said)
    for name, said, _, outcome, _ in FIELDS:
        rows.setdefault((f"`{name}`", f"`{outcome}`"), []).append(said)
    for name, said, _ in REFUSED:
        rows.setdefault((f"`{name}`", "refused: `ShipmentError`"), []).append(said)
    lines = ["| field | missing or wrong how | outcome |", "|---|---|---|"]
    lines += [f"| {name} | {', '.join(said)} | {to} |" for (name, to), said in rows.items()]
    return "\n".join(lines) + "\n"


def test_the_readme_has_the_fault_table() -> None:
    """What it says is what is tested here."""
    readme = Path(__file__).parents[1] / "README.md"
    assert as_markdown() in readme.read_text(encoding="utf-8")


ETHANOL = (
    "\n\n\n  3  2  0  0  0  0  0  0  0  0999 V2000\n"
    + ("    0.0000    0.0000    0.0000 {}   0  0\n" * 3).format("C", "C", "O")
    + "  1  2  1  0\n  2  3  1  0\nM  END\n"
)


@pytest.mark.parametrize("after", ["$$$$\n" + ETHANOL, ETHANOL, "CCC(=O)N(c1ccccc1)C1CCNCC1\n"])
def test_nothing_after_a_drawing_is_dropped(after: str) -> None:
    """A second record behind a MOL block would not be screened, so the text is refused."""
    with pytest.raises(UnspecificStructureError, match="follows"):
        read_structure(ETHANOL + after)
    assert read_structure(ETHANOL + "> <batch>\n7\n\n$$$$\n").components[0].smiles == "CCO"


def test_refusals_are_structure_errors() -> None:
    """Every text of the table that reading refuses is refused with the library's own error."""
    for said, text, code in DRAWINGS:
        if code is not Code.LIMIT_PASSED and text is not None:
            with pytest.raises(StructureError):
                read_structure(text)
        assert said
