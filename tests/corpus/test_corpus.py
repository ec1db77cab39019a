"""What the classes catch among ordinary chemicals is pinned by name; this is the quick look at it.

The whole corpus is one command, ``python -m tests.corpus``.
"""

from __future__ import annotations

import pytest

from screening import Screener
from screening.errors import StructureError
from screening.rules.index import CompiledBundle
from tests.corpus.corpus import HitRow, hits_of, read_hits, sample, whole_corpus

SAMPLE = 400


@pytest.fixture(scope="module")
def compiled(screener: Screener) -> CompiledBundle:
    return screener._compiled


@pytest.fixture(scope="module")
def pinned() -> set[HitRow]:
    return set(read_hits())


def hits(cas: set[str], compiled: CompiledBundle) -> set[HitRow]:
    found: set[HitRow] = set()
    for chemical in whole_corpus():
        if chemical.cas in cas:
            try:
                found.update(hits_of(chemical, compiled))
            except StructureError:
                continue
    return found


def test_every_pinned_hit_is_still_one_and_no_other(
    compiled: CompiledBundle, pinned: set[HitRow]
) -> None:
    assert hits({h.cas for h in pinned}, compiled) == pinned


def test_a_sample_of_ordinary_chemicals_has_no_other_hit(
    compiled: CompiledBundle, pinned: set[HitRow]
) -> None:
    drawn = {c.cas for c in sample(whole_corpus(), SAMPLE)}
    assert len(drawn) == SAMPLE
    assert hits(drawn, compiled) == {h for h in pinned if h.cas in drawn}


def test_the_corpus_is_as_large_as_it_says() -> None:
    corpus = whole_corpus()
    assert len(corpus) > 76_000
    assert len({c.cas for c in corpus}) == len(corpus)


def test_every_pin_is_of_a_class_that_is_loaded(
    compiled: CompiledBundle, pinned: set[HitRow]
) -> None:
    assert pinned
    assert {h.entry for h in pinned} <= set(compiled.classes)
    for hit in pinned:
        assert (hit.certainty == "definite") <= (not hit.readings)
