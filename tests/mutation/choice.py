"""What a mutation run takes: which modules, how many mutants of each, which tests."""

from __future__ import annotations

import random
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).parents[2]
DEFINITION = "screening/chemistry/definition.py"
SHARES = {
    "definition": 600, "requirements": 150, "quantities": 150, "index": 70, "parties": 80,
    "load": 70, "differences": 60, "bundle_file": 40, "cache": 40,
}  # fmt: skip
"""How many mutants of a module are drawn; of the others, all."""

TESTS = (
    "definition", "definition_checks", "requirements", "quantities", "timeline", "reach", "parties",
    "differences", "load", "lint", "cache", "bundle_file", "index", "coverage", "counter_ions",
    "duties", "faults", "history", "places", "law_cn", "law_goods", "law_other", "law_un", "law_us",
    "scenarios", "screener",
)  # fmt: skip
"""The tests of the decision code: `tests/test_NAME.py`."""


LONG = (
    "TestOurs", "test_the_command", "test_the_lists_that_ship", "TestPins", "TestPrivateFolders",
    "TestDocuments", "TestDownloadedList", "test_its_name_is_no_name_of_goods",
    "test_what_the_whole_law_leads_to_is_the_same", "test_included_kinds_on_ordinary_chemicals",
    "test_adding_a_jurisdiction_touches_no_python",
)  # fmt: skip
"""Tests among them that take too long to be run for every mutant."""


def modules() -> dict[str, str]:
    """The decision code: path of each module by its name."""
    rules = sorted((ROOT / "screening" / "rules").glob("[!_]*.py"))
    return {"definition": DEFINITION} | {p.stem: p.relative_to(ROOT).as_posix() for p in rules}


def drawn(names: Mapping[str, list[str]], seed: int, shares: Mapping[str, int]) -> list[str]:
    """The mutants to try, by a draw that the seed decides, in an order that it decides too.

    So what was tried when a run is stopped is a draw as well.
    """
    chosen: list[str] = []
    for module, all_of_it in names.items():
        share = min(shares.get(module, len(all_of_it)), len(all_of_it))
        chosen += random.Random(f"{seed} {module}").sample(all_of_it, share)
    random.Random(seed).shuffle(chosen)
    return chosen
