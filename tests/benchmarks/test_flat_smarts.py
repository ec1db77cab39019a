"""The comparison with flat patterns runs, and the class engine keeps what it promises there."""

from __future__ import annotations

import pytest

from screening import Screener
from screening.rules.index import CompiledBundle
from tests.benchmarks.flat_smarts import PATTERNS, compare, table
from tests.corpus.corpus import Chemical

FENTANYLS = "us/schedule-i/fentanyl-related-substances"
CORPUS = [
    Chemical("paracetamol", "103-90-2", "CC(=O)Nc1ccc(O)cc1"),
    Chemical("sodium benzoate", "532-32-1", "[Na+].O=C([O-])c1ccccc1"),
    Chemical("not a structure", "0-00-0", "C1CC"),
    Chemical("benzylfentanyl", "1474-02-8", "CCC(=O)N(c1ccccc1)C1CCN(Cc2ccccc2)CC1"),
    Chemical("3-methylfentanyl", "42045-86-3", "CCC(=O)N(c1ccccc1)C1CCN(CCc2ccccc2)CC1C"),
]


@pytest.fixture(scope="module")
def compiled(screener: Screener) -> CompiledBundle:
    return screener._compiled


@pytest.mark.parametrize("entry", PATTERNS)
def test_the_engine_finds_every_example_and_accuses_no_outsider(
    compiled: CompiledBundle, entry: str
) -> None:
    (comparison,) = compare(compiled, [], [entry]).comparisons
    assert comparison.members
    assert comparison.engine.members == comparison.members
    assert comparison.engine.outsiders == 0


def test_a_corpus_is_told_apart_by_both(compiled: CompiledBundle) -> None:
    result = compare(compiled, CORPUS, [FENTANYLS, "us/list-i/4-anilinopiperidine"])
    assert result.chemicals == 4
    assert result.components == 5
    fentanyls, precursors = result.comparisons
    assert fentanyls.named == 63
    assert fentanyls.engine.sure == fentanyls.flat.sure == {"42045-86-3"}
    assert precursors.flat.sure == {"1474-02-8", "42045-86-3"}
    assert precursors.engine.sure == set()


def test_the_table_has_two_lines_a_class(compiled: CompiledBundle) -> None:
    lines = table(compare(compiled, CORPUS, [FENTANYLS])).splitlines()
    assert len(lines) == 6
    assert "| flat |" in lines[4]
    assert "| engine |" in lines[5]
    assert len({line.count("|") for line in lines[2:]}) == 1
