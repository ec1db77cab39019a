"""Screening with filters and without, on many real structures: every decision must be the same.

The tests hold the filters to the exhaustive road on a sample; this is the long run. Structures are
the industrial chemicals of the package `chemicals` and, where its wheel is given, drug-like
molecules of `molsets`; journeys and days take turns, one of them with both ends open, so that the
law of every place is asked.
"""

from __future__ import annotations

import argparse
import multiprocessing
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from rdkit import rdBase

from screening import Screener, Shipment
from tests.benchmarks.speed import molsets
from tests.corpus.corpus import chemicals_of_the_package, sample

ROADS: tuple[dict[str, str], ...] = (
    {"day": "2026-11-22"},
    {"origin": "CN", "destination": "US", "day": "2026-11-22"},
    {"origin": "DE", "destination": "MX", "transit": "GB", "day": "2026-06-01"},
    {"origin": "IN", "destination": "CA", "day": "2019-06-01"},
)
CHUNK = 500


@dataclass
class Result:
    """What a comparison found.

    Attributes:
        rows: how many structures were compared.
        outcomes: of the decisions with filters.
        different: number and text of each structure whose decisions differ.
    """

    rows: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    different: list[tuple[int, str]] = field(default_factory=list)

    def add(self, other: Result) -> None:
        """Counts another part in."""
        self.rows += other.rows
        self.outcomes += other.outcomes
        self.different += other.different


_screeners: list[Screener] = []


def _prepare() -> None:
    _screeners[:] = [Screener(), Screener(), Screener(exhaustive=True)]


def compare(numbered: Sequence[tuple[int, str]]) -> Result:
    """Compares all roads on some structures, each on the journey of its number.

    With filters they are looked at one by one, and many together.
    """
    if not _screeners:
        _prepare()
    quick, together, full = _screeners
    result = Result()
    with rdBase.BlockLogs():
        lines = [Shipment(**road) for road in ROADS]
        together.look_ahead((lines[number % len(lines)], text) for number, text in numbered)
        for number, structure in numbered:
            line = Shipment(structure=structure, **ROADS[number % len(ROADS)])
            found = quick.screen(line)
            if not found == together.screen(line) == full.screen(line):
                result.different.append((number, structure))
            result.rows += 1
            result.outcomes[found.outcome.value] += 1
    return result


def structures(count: int, wheel: Path | None) -> list[str]:
    """So many structures: chemicals first, then molecules of the wheel."""
    known = [c.smiles for c in sample(chemicals_of_the_package(), count)]
    return known + molsets(count - len(known), wheel)[: count - len(known)]


def _parts(rows: Sequence[str]) -> Iterator[list[tuple[int, str]]]:
    numbered = iter(enumerate(rows))
    while part := list(islice(numbered, CHUNK)):
        yield part


def run(rows: Sequence[str], workers: int = 1) -> Iterator[Result]:
    """What was found so far, part by part."""
    whole = Result()
    if workers <= 1:
        for part in _parts(rows):
            whole.add(compare(part))
            yield whole
        return
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, mp_context=context, initializer=_prepare) as pool:
        for found in pool.map(compare, _parts(rows)):
            whole.add(found)
            yield whole


def main(arguments: Sequence[str] | None = None) -> int:
    """Prints what was compared; 1 where a decision differs."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.differential")
    parser.add_argument("--rows", type=int, default=200_000, metavar="N")
    parser.add_argument("--molsets", type=Path, metavar="WHEEL", help="for what is missing to N")
    parser.add_argument("--workers", type=int, default=1, metavar="N")
    options = parser.parse_args(arguments)
    rows = structures(options.rows, options.molsets)
    began = time.monotonic()
    result = Result()
    for result in run(rows, options.workers):
        if result.rows % (CHUNK * 20) == 0:
            print(f"{result.rows:,} compared, {len(result.different)} different", flush=True)
    minutes = (time.monotonic() - began) / 60
    outcomes = ", ".join(f"{number:,} {name}" for name, number in result.outcomes.most_common())
    print(
        f"{result.rows:,} structures in {minutes:.0f} minutes, {len(result.different)} with "
        f"another decision; {outcomes}"
    )
    for number, structure in result.different[:100]:
        print(f"{number}: {structure}")
    return 1 if result.different else 0


if __name__ == "__main__":
    sys.exit(main())
