"""What is found once for many lines never gives a line what belongs to another one."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from unittest import mock

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from rdkit import Chem

from screening import Decision, Screener, Shipment
from screening import screener as screener_module
from screening.batch import screen_cells, screen_row
from screening.chemistry import identity, structure
from screening.chemistry.identity import opened_parts
from screening.chemistry.structure import Component, component_of, is_settled, know, read_structure
from screening.rendering import Submitted
from screening.report.tables import LINE_ONLY, decision_cells, decision_json
from screening.rules.memberships import Memberships, proved
from tests.strategies import LONG

FENTANYL = "CCC(=O)N(c1ccccc1)C1CCN(CCc2ccccc2)CC1"
NORFENTANYL = "CCC(=O)N(c1ccccc1)C1CCNCC1"
EPHEDRINE = "C[C@H](NC)[C@H](O)c1ccccc1"
GOODS: tuple[Mapping[str, str], ...] = (
    {"structure": FENTANYL},
    {"structure": "O=C(CC)N(C1CCN(CC1)CCc1ccccc1)c1ccccc1"},
    {"structure": f"{FENTANYL}.OC(=O)CC(O)(CC(=O)O)C(=O)O"},
    {"structure": NORFENTANYL},
    {"structure": f"{NORFENTANYL}.Cl"},
    {"structure": "CCC(=O)N(c1ccc(F)cc1)C1CCN(CCc2ccccc2)CC1"},
    {"structure": "CC(=O)c1ccccc1"},
    {"structure": "CC(C)=O"},
    {"structure": "CC(=O)OC(C)=O"},
    {"structure": f"{EPHEDRINE}.Cl"},
    {"structure": EPHEDRINE},
    {"structure": "CC(=O)Oc1ccccc1C(=O)O"},
    {"cas": "437-38-7"},
    {"cas": "67-64-1"},
    {"name": "norfentanyl hydrochloride"},
    {"name": "acetone 25 kg drum"},
)
FIELDS: Mapping[str, tuple[Any, ...]] = {
    "origin": ("CN", "IN", "DE", None),
    "transit": ((), ("SG",), ("AE", "HK")),
    "destination": ("US", "MX", "CA", "BR", "AR", None),
    "broker": (None, "CH", "GB"),
    "day": ("2026-11-22", "2024-03-01", "2019-06-15"),
    "ordered": (None, "2023-12-30", "2018-01-10"),
    "quantity": (None, "25 kg", "3 g", "5000 kg", "200 l", "about some"),
    "net_weight": (None, "24 kg"),
    "gross_weight": (None, "30 kg"),
    "purity": (None, "98 %", "5 %", "12 % w/v"),
    "exporter": (None, "Delta Chem"),
    "consignee": (None, "Alpha GmbH", "Beta\u2028Ltd"),
    "consignee_address": (None, "Kai 1, Hamburg"),
    "end_use": (None, "research", "solvent for paint"),
    "customer": (None, "regular", "new"),
    "hs_code": (None, "2933.39", "3004.90", "8479.89"),
    "transport": (None, "air"),
    "id": (None, "A-1"),
}


@pytest.fixture(scope="module")
def fresh(screener: Screener) -> Callable[[], Screener]:
    """Makes screeners that have seen nothing, over lists that were compiled once."""
    compiled = screener.compiled

    def make() -> Screener:
        vars(compiled.bundle).pop("once", None)
        with (
            mock.patch.object(screener_module, "load_bundle", return_value=compiled.bundle),
            mock.patch.object(screener_module, "compile_bundle", return_value=compiled),
        ):
            return Screener()

    return make


@pytest.fixture(scope="module")
def used() -> Screener:
    """A screener that sees all lines of the module, in one order or another."""
    return Screener()


@st.composite
def two_lines(draw: st.DrawFn) -> tuple[dict[str, Any], dict[str, Any]]:
    """Two lines that differ in the goods, or in one other field."""
    one = dict(draw(st.sampled_from(GOODS)))
    one |= {name: draw(st.sampled_from(values)) for name, values in FIELDS.items()}
    name = draw(st.sampled_from(["goods", *FIELDS]))
    if name == "goods":
        rest = {field: one[field] for field in FIELDS}
        return one, {**draw(st.sampled_from(GOODS)), **rest}
    return one, one | {name: draw(st.sampled_from(FIELDS[name]))}


def _told(screener: Screener, line: Mapping[str, Any]) -> tuple[Any, ...]:
    """All that is told of a line, in every way in which it is told."""
    shipment = Shipment(**line)
    plain = shipment.but(id=None, structure=None)
    submitted = Submitted(plain, (), shipment.structure)
    decision = screener.screen(shipment)
    written, short = screen_row(screener, submitted), screen_cells(screener, submitted)
    return decision.model_dump_json(), written.json, written.cells, short.cells, short.line


_FENTANYL = {"structure": FENTANYL, "origin": "CN", "destination": "US", "day": "2026-11-22"}
_ACETONE = {
    "structure": "CC(C)=O",
    "origin": "US",
    "destination": "MX",
    "day": "2026-11-22",
    "quantity": "5000 kg",
    "purity": "98 %",
    "consignee": "Alpha SA",
    "exporter": "Delta Chem",
}


@settings(max_examples=1_000 if LONG else 25)
@example((_FENTANYL, _FENTANYL | {"broker": "CH"}))
@example((_FENTANYL, _FENTANYL | {"ordered": "2018-01-10"}))
@example((_ACETONE, _ACETONE | {"quantity": "3 g"}))
@example((_ACETONE, _ACETONE | {"purity": "5 %"}))
@example((_ACETONE, _ACETONE | {"customer": "regular"}))
@example((_ACETONE, _ACETONE | {"end_use": "research"}))
@example(
    (
        _ACETONE | {"origin": "CN", "destination": "BR"},
        _ACETONE | {"origin": "CN", "destination": "AR"},
    )
)
@example((_ACETONE, _ACETONE | {"day": "2019-06-15"}))
@given(two_lines())
def test_a_line_is_told_the_same_whatever_was_screened_before(
    fresh: Callable[[], Screener], used: Screener, lines: tuple[dict[str, Any], dict[str, Any]]
) -> None:
    alone = [_told(fresh(), line) for line in lines]
    one, other = lines
    forth = fresh()
    assert [_told(forth, one), _told(forth, other)] == alone
    back = fresh()
    assert [_told(back, other), _told(back, one)] == alone[::-1]
    assert [_told(used, one), _told(used, other)] == alone


@pytest.mark.parametrize("goods", [g for g in GOODS if "structure" in g])
def test_another_drawing_of_goods_that_were_seen_meets_the_same(
    goods: Mapping[str, str], used: Screener, fresh: Callable[[], Screener]
) -> None:
    def hits(screener: Screener, text: str) -> list[Any]:
        line = Shipment(structure=text, origin="IN", destination="CA", day="2026-11-22")
        return [hit.model_dump() for hit in screener.screen(line).hits]

    text = goods["structure"]
    Chem.rdBase.SeedRandomNumberGenerator(7)
    again = Chem.MolToSmiles(Chem.MolFromSmiles(text), doRandom=True)
    assert hits(used, text) == hits(used, again) == hits(fresh(), again)


def test_the_cells_of_a_frame_are_those_of_the_whole_decision(screener: Screener) -> None:
    for goods in GOODS:
        line = Shipment(**goods, origin="CN", destination="US", day="2026-11-22", quantity="3 kg")
        bare, whole = screener.screen_bare(line), screener.screen(line)
        assert decision_cells(bare) == decision_cells(whole)
        assert all(not requirement.fields for requirement in bare.requirements)


def test_what_goods_meet_is_kept_up_to_a_bound(
    fresh: Callable[[], Screener], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(screener_module, "_MAX_MET", 3)
    monkeypatch.setattr(screener_module, "_MAX_TOLD", 4)
    monkeypatch.setattr(screener_module, "_MAX_SEEN", 4)
    screener = fresh()
    for goods in GOODS:
        for day in FIELDS["day"]:
            screener.screen(Shipment(**goods, origin="CN", destination="US", day=day))
            assert len(screener._mets) <= 3
            assert len(screener._told) <= 4
            assert len(screener._seen) <= 4


# --- lines -------------------------------------------------------------------------------------


def _whole(decision: Decision) -> str:
    """A line written in one piece."""
    text = decision.model_dump_json(exclude={*LINE_ONLY, "coverage"})
    asked = json.dumps(decision.asked, separators=(",", ":"))
    text = f'{text[:-1]},"coverage_of":{asked}}}'
    for character in ("\u0085", "\u2028", "\u2029"):
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text


@pytest.mark.parametrize("goods", GOODS)
def test_a_line_in_parts_is_the_line_in_one_piece(
    goods: Mapping[str, str], screener: Screener
) -> None:
    for consignee in ("Alpha GmbH", 'a "requirements":[', "Beta\u2028\u0085Ltd", "北京"):
        line = Shipment(
            **goods,
            origin="CN",
            destination="US",
            day="2026-11-22",
            quantity="3 g",
            consignee=consignee,
            end_use='"findings":[',
        )
        decision = screener.screen(line)
        assert decision_json(decision) == _whole(decision)
        again = Decision.model_validate_json(decision.model_dump_json())
        assert decision_json(again) == _whole(again)


def test_a_shipment_but_for_some_texts_is_as_if_it_were_stated_so() -> None:
    one = Shipment(cas="437-38-7", transit=["SG"], day="2026-11-22", ordered="2026-01-01", id="A")
    other = one.but(id=None, structure="CCO")
    assert other == dataclasses.replace(one, id=None, structure="CCO")
    assert one.id == "A"


# --- what is known of listed substances ----------------------------------------------------------


@contextmanager
def _nothing_known() -> Iterator[None]:
    """Graphs and parts are found anew."""
    structure._settled_graph.cache_clear()
    identity._parts_of.cache_clear()
    with (
        mock.patch.dict(structure._KNOWN, clear=True),
        mock.patch.dict(identity._OPENED, clear=True),
    ):
        yield


def _all_of(component: Component) -> tuple[Any, ...]:
    return (
        *(component.smiles, component.isomeric, component.steps, component.formula),
        *(component.heavy_atoms, component.mass),
        *(component.is_acid, component.is_base, component.is_cation),
        structure._drawn(component.mol),
    )


DRAWINGS = (
    EPHEDRINE,
    f"{EPHEDRINE}.{EPHEDRINE}.OS(=O)(=O)O",
    "C[NH2+][C@@H](C)[C@H](O)c1ccccc1.[Cl-]",
    "[2H]C(=O)c1ccccc1",
    "CC(=O)Oc1ccccc1C(=O)O",
    "[NH3+]CC(=O)[O-].[NH3+]CC(=O)[O-]",
    "OC1(O)CCNCC1.Cl",
    "COC(=O)[C@H]1[C@@H](OC(=O)c2ccccc2)C[C@@H]2CC[C@H]1N2C",
)


@pytest.mark.parametrize("text", DRAWINGS)
def test_a_graph_that_is_known_is_the_one_that_is_made(text: str, screener: Screener) -> None:
    with _nothing_known():
        made = read_structure(text).components
        parts = [[(form, _all_of(part)) for form, part in opened_parts(c)] for c in made]
    for component in made:
        if component.can_be_stored and is_settled(component):
            know(component)
    known = read_structure(text).components
    assert list(map(_all_of, known)) == list(map(_all_of, made))
    assert len(set(map(id, known))) == len(set(map(id, made)))
    assert [[(form, _all_of(part)) for form, part in opened_parts(c)] for c in known] == parts


def test_a_graph_that_changes_when_it_is_read_back_is_not_settled() -> None:
    (component,) = read_structure(FENTANYL).components
    assert is_settled(component)
    assert not is_settled(dataclasses.replace(component, isomeric="C1=CC=CC=C1"))


def test_a_molecule_leads_to_the_graph_of_its_own_steps() -> None:
    mol = Chem.MolFromSmiles(EPHEDRINE)
    steps = frozenset({structure.Step.NEUTRALISED})
    know(component_of(mol))
    assert component_of(mol, steps).steps == steps
    assert component_of(mol).steps == frozenset()


def test_what_is_kept_of_classes_is_what_is_proved(screener: Screener) -> None:
    compiled = screener.compiled
    texts = (FENTANYL, "CCC(=O)N(c1ccc(F)cc1)C1CCN(CCc2ccccc2)CC1", NORFENTANYL, "CC(C)=O")
    components = [c for text in texts for c in read_structure(text).components]
    record = proved(
        components, compiled.bundle.entries, compiled.classes, lambda _: compiled.classes
    )
    members = Memberships(json.loads(json.dumps(record)))
    assert len(members) == len(components)
    found = 0
    for component in components:
        for name, definition in compiled.classes.items():
            for version in compiled.bundle.entries[name].versions:
                told = members.of(component, name, version.clauses)
                parts = ((None, component), *opened_parts(component))
                proofs = ((form, definition.prove(part, version.clauses)) for form, part in parts)
                assert told == tuple((form, proof) for form, proof in proofs if proof is not None)
                found += len(told or ())
    assert found
    unknown = read_structure("CCCCC(=O)N(c1ccccc1)C1CCN(CCc2ccccc2)CC1").components[0]
    assert members.of(unknown, next(iter(compiled.classes)), None) is None
