"""Many drawings asked together: none that meets anything is passed over."""

from __future__ import annotations

import random
import re
import threading
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rdkit import Chem, rdBase
from rdkit.Chem.rdMolDescriptors import CalcMolFormula

from screening import Screener, Shipment, batch
from screening.chemistry import atoms
from screening.chemistry.atoms import key_of, outline_of
from screening.chemistry.cascade import HALF_AROMATIC, Drawn, Filters, is_hydrate
from screening.chemistry.identity import opened_parts
from screening.chemistry.layout import LAST_WORD, MAX_LETTERS, Layout, lay_out
from screening.chemistry.relaxed import relaxed
from screening.chemistry.structure import read_structure
from screening.chemistry.together import Sieve, _Asked
from screening.rules.index import CompiledBundle, structures_of
from tests import strategies as made
from tests.corpus.corpus import chemicals_of_the_package, sample
from tests.test_cascade import BROKEN, same

ODD = (
    "C1CC1", "C1=CC1", "CC1(C)CC1C(=O)O", "C12C3C4C1C5C2C3C45", "O=C(Oc1ccccc1)C(=O)Oc1ccccc1",
    "CC(=O)OC(C)=O", "CCOC(=O)Cc1ccccc1", "C[N+](C)(C)C.[Cl-]", "C[P+](C)(C)C.[I-]", "[Na+].[Cl-]",
    "NC(=O)c1ccccc1", "OC(=N)c1ccccc1", "FS(F)(F)(F)(F)F", "O=S(=O)(O)O.N", "c1ccsc1", "C%10CC%10",
    "CC(=O)N1CCC(CC1)N(c1ccccc1)C(=O)CC", "O=C1CCN(CCc2ccccc2)CC1", "OCC(O)CO", "O", "[Ar]",
    "CS(C)=O", "CS(=O)c1ccccc1", "C1CCCCC1.C1CCCCC1", "c1ccccc1.CCO", "C1.C1CC",
    "CC(C)(C)OC(=O)N1CCC(Nc2ccccc2)CC1",
)  # fmt: skip


def chemicals(size: int) -> list[str]:
    return [c.smiles for c in sample(chemicals_of_the_package(), size)]


@pytest.fixture(scope="module")
def oracle() -> Screener:
    """The same law without any filter."""
    return Screener(exhaustive=True)


def unmet(compiled: CompiledBundle, texts: Sequence[str]) -> dict[str, int]:
    """What is passed over where everything is asked."""
    return compiled.surely_unmet(compiled.sieve.read(texts), compiled.everything)


def check(screener: Screener, texts: Sequence[str]) -> int:
    """What is passed over meets nothing, by itself and in full; how many are."""
    compiled = screener.compiled
    found = unmet(compiled, texts)
    for text, larger in found.items():
        structure = read_structure(text)
        assert compiled.meets_nothing(structure, compiled.everything), text
        assert larger == structure.several_larger(), text
    return len(found)


def _atoms_before(layout: Layout) -> Any:
    """How many earlier atoms each is bound to."""
    return np.bincount(layout.first[layout.second < layout.first], minlength=len(layout.atoms))


class TestWhatIsPassedOverMeetsNothing:
    def test_among_ordinary_chemicals(self, screener: Screener) -> None:
        assert check(screener, chemicals(800)) > 400  # most of them are passed over

    def test_among_listed_substances(self, screener: Screener) -> None:
        entries = screener.bundle.entries.values()
        listed = sorted({s for e in entries for s in structures_of(e).values()})
        assert unmet(screener.compiled, listed) == {}

    @made.examples(15)
    @given(data=st.data())
    def test_around_the_classes(self, screener: Screener, data: st.DataObject) -> None:
        around = st.one_of(
            made.near_fentanyls(),
            made.near_nitazenes(),
            made.near_piperidones(),
            made.near_orphines(),
        )
        check(screener, data.draw(st.lists(around, min_size=8, max_size=12)))

    def test_of_what_is_broken_or_odd(self, screener: Screener) -> None:
        check(screener, [*BROKEN, *ODD])

    def test_whatever_stands_beside_it(self, screener: Screener) -> None:
        texts = [*ODD, *chemicals(100)]
        alone = {text for text in texts if unmet(screener.compiled, [text])}
        random.Random(5).shuffle(texts)
        assert set(unmet(screener.compiled, texts)) == alone


class TestDecisionsAreTheSame:
    def test_after_looking_ahead(self, screener: Screener, oracle: Screener) -> None:
        line = Shipment(day="2026-11-22")
        texts = [*BROKEN, *ODD, *chemicals(60)]
        screener.look_ahead((line, text) for text in texts)
        for text in texts:
            same(screener, oracle, text)

    def test_on_journeys_of_their_own(self, screener: Screener, oracle: Screener) -> None:
        lines = [
            Shipment(origin="CN", destination="US", day="2026-11-22"),
            Shipment(origin="DE", destination="MX", day="2019-06-01", hs_code="293399"),
        ]
        texts = chemicals(40)
        screener.look_ahead((line, text) for line in lines for text in texts)
        for line in lines:
            for text in texts:
                whole = line.but(structure=text)
                assert screener.screen(whole) == oracle.screen(whole)

    def test_of_what_was_seen_before(self, oracle: Screener) -> None:
        screener = Screener()
        line = Shipment(origin="CN", destination="US", day="2026-11-22")
        texts = [*ODD, *chemicals(40), "O=C1CCNCC1"]
        for _ in range(2):
            screener.look_ahead((line, text) for text in texts)
            for text in texts:
                whole = line.but(structure=text)
                assert screener.screen(whole) == oracle.screen(whole)

    def test_whoever_looks_ahead_meanwhile(self, screener: Screener, oracle: Screener) -> None:
        line = Shipment(origin="CN", destination="US", day="2026-11-22")
        texts = chemicals(60)
        wrong: list[str] = []

        def screens(part: list[str]) -> None:
            for _ in range(3):
                screener.look_ahead((line, text) for text in part)
                shipments = [line.but(structure=text) for text in part]
                wrong.extend(
                    text
                    for text, one in zip(part, shipments, strict=True)
                    if screener.screen(one) != expected[text]
                )

        expected = {text: oracle.screen(line.but(structure=text)) for text in texts}
        threads = [
            threading.Thread(target=screens, args=(part,)) for part in (texts[:40], texts[20:])
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert wrong == []


def test_a_table_is_screened_though_looking_ahead_fails(
    monkeypatch: pytest.MonkeyPatch, screener: Screener
) -> None:
    rows = pd.DataFrame({"SMILES": chemicals(20), "Origin": "CN", "Destination": "US"})
    whole = batch.screen_frame(screener, rows)

    def fail(*_: Any) -> None:
        raise RuntimeError("it fails")

    monkeypatch.setattr(Screener, "look_ahead", fail)
    pd.testing.assert_frame_equal(batch.screen_frame(screener, rows), whole)


@pytest.fixture(scope="module")
def layout() -> Layout:
    found = lay_out([*ODD, *chemicals(300)])
    assert found is not None
    return found


class TestALayout:
    def test_has_the_atoms_of_each_drawing(self, layout: Layout) -> None:
        assert layout.whole.sum() > 0.9 * len(layout)
        for row in np.flatnonzero(layout.whole).tolist():
            mol = layout.mols[row]
            begin, end = layout.starts[row], layout.starts[row + 1]
            outline, alone = layout.outline(row, mol), outline_of(mol)
            assert outline.codes == alone.codes
            assert outline.beside == alone.beside
            assert outline.weights == alone.weights
            assert layout.codes[begin:end].tolist() == alone.codes
            atoms = [mol.GetAtomWithIdx(i) for i in range(mol.GetNumAtoms())]
            assert layout.aromatic[begin:end].tolist() == [a.GetIsAromatic() for a in atoms]
            assert layout.in_ring[begin:end].tolist() == [a.IsInRing() for a in atoms]
            assert layout.hydrogens[begin:end].tolist() == [a.GetTotalNumHs() for a in atoms]
            assert layout.charges[begin:end].tolist() == [a.GetFormalCharge() for a in atoms]

    def test_has_the_formula_and_rings_of_each_fragment(self, layout: Layout) -> None:
        unit = 0
        for row in range(len(layout)):
            for part in Chem.GetMolFrags(layout.mols[row], asMols=True):
                if layout.whole[row]:
                    assert layout.keys[unit] == key_of(CalcMolFormula(part))[1] & LAST_WORD
                    rings = part.GetNumBonds() - part.GetNumAtoms() + 1
                    assert layout.unit_rings[unit] == rings
                    triangles = [r for r in part.GetRingInfo().AtomRings() if len(r) == 3]
                    pattern = Chem.MolFromSmarts("*1~*~*~1")
                    assert layout.triangles[unit] == len(part.GetSubstructMatches(pattern))
                    assert layout.triangles[unit] >= len(triangles)
                unit += 1
        assert unit == len(layout.units)

    def test_is_settled_where_standardising_changes_nothing(self, layout: Layout) -> None:
        settled = np.flatnonzero(layout.whole & layout.settled).tolist()
        assert len(settled) > len(layout) / 2
        for row in settled:
            drawn = Chem.MolToSmiles(layout.mols[row], isomericSmiles=False)
            parts = sorted(
                Chem.CanonSmiles(c.smiles) for c in read_structure(layout.texts[row]).components
            )
            assert ".".join(parts) == ".".join(sorted(Chem.CanonSmiles(drawn).split(".")))

    def test_leaves_out_what_has_to_be_read_by_itself(self) -> None:
        with rdBase.BlockLogs():
            assert lay_out(["C" * (MAX_LETTERS + 1), "c1cccc1", "[2H]OC", "CC[Mg]Br", ""]) is None

    @pytest.mark.parametrize(
        "text",
        [
            "[CH2]CC",  # a radical
            "c1ccc2cccc2cc1",  # aromatic in no ring of six
            "OC(O)C1CCNCC1",  # a covalent hydrate
            "c1ccc1",  # drawn as aromatic, and not
            "FS(F)(F)(F)(F)F",  # more neighbours than are laid out
            "CNs1C=CC=C/C1=C\\[NH+]=O.[Cl-]",  # drawn as aromatic among atoms that are not
        ],
    )
    def test_has_not_the_whole_of_what_is_odd(self, text: str) -> None:
        with rdBase.BlockLogs():
            layout = lay_out([text])
        assert layout is None or not layout.whole.any()

    def test_finds_covalent_hydrates_as_one_drawing_is_asked(self) -> None:
        acids = [
            "OC(O)C1CCNCC1",
            "OC(O)=O",
            "CC(O)(O)C",
            "OC(=O)C",
            "[O-]C([O-])C",
            "OB(O)C",
            "OC(O)(O)C",
        ]
        layout = lay_out(
            [*chemicals(600), *acids, "OCC(O)O", "OC(O)=C", "C(O)O.CC", "OC1(O)CCNCC1"]
        )
        assert layout is not None
        found = layout.any_atom(layout.hydrates).tolist()
        assert found == [is_hydrate(mol) for mol in layout.mols]
        assert sum(found) > 5

    def test_finds_what_is_drawn_aromatic_among_atoms_that_are_not(self) -> None:
        """As the toolkit finds it in the drawing, by the marks of bonds alone."""
        chance = random.Random(5)
        seen = half = 0
        for text in chemicals(1500):
            with rdBase.BlockLogs():
                mol = Chem.MolFromSmiles(text)
                small = [] if mol is None else re.findall("[cnos]|[^cnos]+", Chem.MolToSmiles(mol))
                for at in range(len(small)):
                    if small[at] in "cnos" and chance.random() < 0.1:
                        small[at] = chance.choice([small[at].upper(), "-" + small[at]])
                drawn = "".join(small)
                layout = lay_out([drawn])
                if layout is None:
                    continue
                seen += 1
                unsanitised = Chem.MolFromSmiles(drawn, sanitize=False)
            found = {i for (i,) in unsanitised.GetSubstructMatches(HALF_AROMATIC)}
            half += bool(found)
            flagged = {*np.flatnonzero(layout.half_aromatic).tolist()}
            assert found <= flagged, drawn
            # where a ring is closed at the atom after a mark, both its bonds count as drawn
            assert flagged == found or _atoms_before(layout)[[*flagged]].max() > 1, drawn
        assert seen > 500
        assert half > 50

    def test_takes_the_toolkits_hash_for_no_proof(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Where two kinds of atoms shared a hash, their drawing is read by itself."""
        known = atoms.MET
        ethanol, amine = Chem.MolFromSmiles("CCO"), Chem.MolFromSmiles("CCN")
        first, second = known.hashes(ethanol), known.hashes(amine)
        known.learn(ethanol, first)
        monkeypatch.setattr(known, "by_hash", known.by_hash | {second[2]: known.by_hash[first[2]]})
        layout = lay_out(["CCO", "CCN"])
        assert layout is not None
        assert layout.whole.tolist() == [True, False]


class TestChains:
    def test_allow_what_one_drawing_allows(self, screener: Screener) -> None:
        compiled = screener.compiled
        texts = [*chemicals(300), *structures_of_schedule_i(screener)[:60]]
        layout = lay_out(texts)
        assert layout is not None
        asked = _Asked(layout, compiled.filters, compiled.sieve, {})
        near = 0
        for neighbourhood in compiled.neighbourhoods.values():
            flags = asked._near(neighbourhood)
            for row in np.flatnonzero(layout.whole).tolist():
                drawn = compiled.filters.read(layout.texts[row])
                if isinstance(drawn, Drawn) and drawn.may_be_near(neighbourhood):
                    near += 1
                    assert flags[row], drawn.text
            assert flags.mean() < 0.5
        assert near > 30


def structures_of_schedule_i(screener: Screener) -> list[str]:
    entries = screener.bundle.entries.values()
    named = {e.substance for e in entries if e.list == "us/schedule-i" and e.substance}
    return sorted(named)


@pytest.mark.parametrize(
    ("smarts", "texts"),
    [
        ("C1CCNCC1", ["C1CCNCC1", "CC(=O)N1CCCCC1c1ccccc1", "C1CC2CCC(C1)N2"]),
        ("[NX3;+0]c1ccccc1", ["Nc1ccccc1", "CN(C)c1ccc2ccccc2c1"]),
        ("[OH][CH2][CH2]C(=O)[O;H1,-]", ["OCCC(=O)O"]),
        ("[!R]-[R]", ["Cc1ccccc1"]),
        ("[$(c1cc(Cl)ccc1),$([CH2]c1ccccc1)]N1CC[$([NH])]CC1", ["Clc1cccc(N2CCNCC2)c1"]),
    ],
)
def test_a_full_pattern_has_its_places_where_it_matches(
    screener: Screener, smarts: str, texts: list[str]
) -> None:
    filters = Filters(screener.compiled.substances, {smarts: relaxed(smarts)})
    sieve = Sieve(filters)
    thresholds = sieve.thresholds(filters.together([(smarts, None, "it")]))
    layout = lay_out(texts)
    assert layout is not None
    query = Chem.MolFromSmarts(smarts)
    assert all(mol.HasSubstructMatch(query) for mol in layout.mols)
    assert _Asked(layout, filters, sieve, {})._left(thresholds).all()
    others = lay_out(["CCCCCC", "c1ccncc1", "CC(=O)C"])
    assert others is not None
    assert not _Asked(others, filters, sieve, {})._left(thresholds).any()


@pytest.mark.parametrize(("of_parts", "left"), [((), False), (("[OX2H][CH2]Cc1ccccc1",), True)])
def test_a_pattern_may_be_asked_of_what_an_ester_is_opened_to(
    screener: Screener, of_parts: tuple[str, ...], left: bool
) -> None:
    smarts = "[OX2H][CH2]Cc1ccccc1"
    filters = Filters(screener.compiled.substances, {smarts: relaxed(smarts)})
    sieve = Sieve(filters)
    thresholds = sieve.thresholds(filters.together([(smarts, None, "it")], of_parts))
    layout = lay_out(["CC(=O)OCCc1ccccc1"])
    assert layout is not None
    asked = _Asked(layout, filters, sieve, {})
    assert asked._left(thresholds).any() == left


def test_no_pattern_of_a_list_is_passed_over_where_it_matches(screener: Screener) -> None:
    """Nor where only the matching graph holds it, or what that is an ester or ether of."""
    compiled = screener.compiled
    listed = sorted(
        {s for e in compiled.bundle.entries.values() for s in structures_of(e).values()}
    )
    drawn = random.Random(11).sample(listed, 150)
    esters = [f"CC(=O)O{s[1:]}" for s in drawn if s.startswith("OC")]
    salts = [f"{s}.Cl" for s in drawn[:40]] + [
        "[NH3+]c1ccccc1.[Cl-]",
        "CC(=O)[O-].[NH3+]CCc1ccccc1",
        "C[N+]1(C)CCCCC1.[I-]",
    ]
    sulfur = ["CS(=O)CCc1ccccc1CCN", "O=S(C1CCNCC1)c1ccccc1", "CS(=O)N1CCCCC1"]
    layout = lay_out([*chemicals(600), *drawn, *esters, *salts, *sulfur])
    assert layout is not None
    patterns = compiled.everything.patterns
    thresholds = compiled.sieve.thresholds(patterns)
    left = _Asked(layout, compiled.filters, compiled.sieve, {})._left(thresholds)
    held = 0
    for row in np.flatnonzero(layout.whole).tolist():
        components = read_structure(layout.texts[row]).components
        opened = [part.mol for c in components for _, part in opened_parts(c)]
        for at, query in enumerate(thresholds.queries):
            limit = thresholds.most[at]
            graphs = [c.mol for c in components if c.heavy_atoms <= limit]
            graphs += opened if patterns.full[at] in patterns.of_parts else []
            if any(graph.HasSubstructMatch(query) for graph in graphs):
                held += 1
                assert left[row, at], (layout.texts[row], patterns.full[at])
    assert held > 500
    assert left[:600].mean() < 0.1
