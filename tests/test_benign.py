"""Two thousand ordinary chemicals: what the screen may say about them, and nothing else.

``data/benign.csv`` holds the chemicals, ``data/benign_hits.csv`` every hit that was read and found
right in the law of China, of the United States and of the conventions. The hits are a ratchet: one
more or one less is a change that somebody must have meant.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pytest

from screening import Decision, Outcome, Screener, Shipment
from tests.asking import TODAY, Only, findings_of
from tests.drawings import rows

CHEMICALS = rows("benign.csv")
HITS = rows("benign_hits.csv")
PLACES = ("cn", "un", "us")

OUT, BACK, NOWHERE = "China to the United States", "the United States to China", "no places"
WAYS: dict[str, tuple[str | None, str | None]] = {
    OUT: ("CN", "US"),
    BACK: ("US", "CN"),
    NOWHERE: (None, None),
}

# How many of a group may be told that a list is incomplete, on the two ways with places. Fewer is
# better; more is a change that somebody must have meant.
INCOMPLETE: dict[str, dict[str, int]] = {
    OUT: {
        "agrochemical": 8,
        "amino_acid": 4,
        "dye": 36,
        "flavour_fragrance": 1,
        "industrial": 7,
        "listed_somewhere": 20,
        "medicine": 128,
        "medicine_salt": 118,
        "monomer": 4,
        "open_class_words": 6,
        "organic_salt": 1,
        "vitamin": 2,
    },
    BACK: {},
}

HitKey = tuple[str, str, str, str, str]
PINNED: set[HitKey] = {
    (h["name"], h["entry"], h["certainty"], h["reading"], h["form"]) for h in HITS
}
# The law reaches these only towards places that are on none of the ways: 21 CFR 1310.08, and the
# Chinese list for Myanmar, Laos and Afghanistan.
ELSEWHERE = {
    "us/list-ii/hydrogen-chloride",
    "us/list-ii/methyl-isobutyl-ketone",
    "us/list-ii/sulfuric-acid",
    *(h["entry"] for h in HITS if h["entry"].startswith("cn/myanmar-laos-afghanistan-list/")),
}
DEFINITE = {name for name, _, certainty, _, _ in PINNED if certainty == "definite"}
LOOKED_AT = {name for name, *_ in PINNED} - DEFINITE


@dataclass
class Result:
    """What came back for all chemicals on one way."""

    hits: set[HitKey] = field(default_factory=set)
    outcomes: dict[str, Outcome] = field(default_factory=dict)
    findings: dict[str, set[str]] = field(default_factory=dict)

    def add(self, name: str, decision: Decision) -> None:
        """Keeps what the tests ask for."""
        self.outcomes[name] = decision.outcome
        self.findings[name] = findings_of(decision)
        for h in decision.hits:
            self.hits.add((name, h.entry, h.certainty.value, h.reading or "", h.form or ""))

    def named(self, outcome: Outcome) -> set[str]:
        """The chemicals that came back with an outcome."""
        return {name for name, found in self.outcomes.items() if found is outcome}


def screened(screener: Screener) -> dict[str, Result]:
    """Every chemical on every way; all ways of one chemical together, so that it is read once."""
    results = {way: Result() for way in WAYS}
    for row in CHEMICALS:
        for way, (origin, destination) in WAYS.items():
            shipment = Shipment(
                structure=row["smiles"],
                origin=origin,
                destination=destination,
                day=date.fromisoformat(TODAY),
            )
            results[way].add(row["name"], screener.screen(shipment))
    return results


def faults(way: str, result: Result) -> list[str]:
    """What is wrong on any way: unmeant hits, lost hits, chemicals that were not screened."""
    groups = {row["name"]: row["group"] for row in CHEMICALS}
    controlled = result.named(Outcome.CONTROLLED)
    pinned = {pin for pin in PINNED if way == NOWHERE or pin[1] not in ELSEWHERE}
    definite = {name for name, _, certainty, _, _ in pinned if certainty == "definite"}
    found: dict[str, set[Any]] = {
        "unmeant hit": result.hits - pinned,
        "lost hit": pinned - result.hits,
        "not screened": result.named(Outcome.UNSCREENED),
        "controlled, though no law names it": {
            name for name in controlled if groups[name] != "listed_somewhere"
        },
        "controlled, and not pinned": controlled - definite,
        "pinned, and not controlled": definite - controlled,
    }
    return [f"{way}: {what}: {name}" for what, names in found.items() for name in sorted(names)]


def test_the_pins_are_within_what_is_listed() -> None:
    """Definite hits are pinned for the group `listed_somewhere` alone; every pin is a chemical."""
    groups = {row["name"]: row["group"] for row in CHEMICALS}
    assert len(CHEMICALS) == 2000
    assert {name for name, *_ in PINNED} <= set(groups)
    assert {groups[name] for name in DEFINITE} == {"listed_somewhere"}
    assert len(PINNED) == len(HITS)
    for _, _, certainty, reading, _ in PINNED:
        assert (certainty == "arguable") == bool(reading)


def test_two_thousand_chemicals_on_three_ways(only: Only) -> None:
    """Nothing is controlled that no law names, nothing is lost, and each review has its reason.

    With both places the only reason besides a pinned hit is that names of a list are unknown.
    Without places every law is asked, here these three: the hits are the same, besides those that
    hang on the destination, and nothing comes back as `no_listing_found`.
    """
    results = screened(only(*PLACES))
    wrong = [fault for way, result in results.items() for fault in faults(way, result)]
    assert not wrong, "\n".join(wrong)

    groups = {row["name"]: row["group"] for row in CHEMICALS}
    for way, allowed in INCOMPLETE.items():
        told = {n for n, codes in results[way].findings.items() if "list_incomplete" in codes}
        for_another_reason = results[way].named(Outcome.REVIEW) - LOOKED_AT - told
        assert not for_another_reason, (way, sorted(for_another_reason))
        counts = Counter(groups[name] for name in told)
        more = {group: n for group, n in counts.items() if n > allowed.get(group, 0)}
        assert not more, (way, more, sorted(told))

    nowhere = results[NOWHERE]
    assert not nowhere.named(Outcome.NO_LISTING_FOUND)
    for codes in nowhere.findings.values():
        assert {"origin_missing", "destination_missing"} <= codes


@pytest.mark.parametrize(
    "name", ["acetone", "toluene", "hydrochloric acid", "sulfuric acid", "piperidine", "safrole"]
)
def test_well_known_ones_are_pinned(name: str) -> None:
    """The pins hold what everybody in the trade knows to be listed."""
    assert name in DEFINITE
