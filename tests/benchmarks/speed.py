"""What screening costs, in multiples of what parsing the same structures costs in the same run.

Absolute times of one machine say little about another, and this one is never alone on its machine;
so every figure is a ratio within one process, of tasks that take turns over slices of the rows.
"""

from __future__ import annotations

import argparse
import datetime as dt
import gc
import gzip
import json
import os
import platform
import random
import statistics
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pandas as pd
from rdkit import Chem, rdBase
from rdkit.Chem import FilterCatalog
from rdkit.Chem.MolStandardize import rdMolStandardize

from screening import Outcome, Screener, Shipment
from screening.rules.index import skeletons_of
from screening.rules.load import bundled_watchlists
from tests.benchmarks import peers
from tests.corpus.corpus import chemicals_of_the_package, sample

ORIGIN, DESTINATION, DAY = "CN", "US", "2026-11-22"
SLICE = 1_000
ORDERS = 10_000
PEER_ROWS = 300
PEER_SLICE = 100


@dataclass(frozen=True)
class Figure:
    """One line of the table.

    Attributes:
        task: what was done.
        sample: on which structures.
        rows: how many.
        cost: processor time a row, in multiples of parsing it; the median over slices.
        low, high: the least and the greatest of them.
        rate: rows in the time that parsing takes for one, the inverse of `cost`.
    """

    task: str
    sample: str
    rows: int
    cost: float
    low: float
    high: float

    @property
    def rate(self) -> float:
        """Of the rate of parsing."""
        return 1 / self.cost


# --- rows ------------------------------------------------------------------------------------


def chemicals(count: int) -> list[str]:
    """Industrial chemicals with CAS numbers, a fifth of them salts and mixtures."""
    return [c.smiles for c in sample(chemicals_of_the_package(), count)]


def molsets(count: int, wheel: Path | None) -> list[str]:
    """Drug-like molecules of one component, evenly drawn from a wheel of the package `molsets`.

    It is read as an archive: installed, it brings a package `tests` of its own, which hides ours.
    """
    if wheel is None or count < 1:
        return []
    with zipfile.ZipFile(wheel) as archive:
        packed = archive.read("moses/dataset/data/train.csv.gz")
    lines = gzip.decompress(packed).decode().splitlines()[1:]
    return [line.split(",")[0] for line in lines[:: max(1, len(lines) // count)]][:count]


def shipment(structure: str) -> Shipment:
    """A line that says nothing but its structure and journey."""
    return Shipment(
        structure=structure, origin=ORIGIN, destination=DESTINATION, day=DAY, quantity="25 kg"
    )


def frame(rows: Sequence[str]) -> pd.DataFrame:
    """The rows as a table of shipments."""
    return pd.DataFrame({"SMILES": rows}).assign(
        **{"Origin": ORIGIN, "Destination": DESTINATION, "Ship Date": DAY, "Quantity": "25 kg"}
    )


# --- tasks -----------------------------------------------------------------------------------


def parse(rows: Sequence[str]) -> None:
    """The measure of all: the toolkit reads, checks and perceives each structure."""
    for smiles in rows:
        Chem.MolFromSmiles(smiles)


def flat_loop(screener: Screener) -> Callable[[Sequence[str]], None]:
    """What is commonly written instead: clean up, neutralise, one pattern after the other."""
    patterns = [Chem.MolFromSmarts(s) for s in _skeletons(screener)]
    uncharger = rdMolStandardize.Uncharger()

    def run(rows: Sequence[str]) -> None:
        for smiles in rows:
            mol = Chem.MolFromSmiles(smiles)
            if mol is None:
                continue
            try:
                clean = uncharger.uncharge(rdMolStandardize.Cleanup(mol))
            except (ValueError, RuntimeError):
                continue
            for pattern in patterns:
                clean.HasSubstructMatch(pattern)

    return run


def catalog(screener: Screener) -> Callable[[Sequence[str]], None]:
    """The toolkit's own catalogue of patterns, on structures as they are drawn."""
    patterns = FilterCatalog.FilterCatalog()
    for smarts in _skeletons(screener):
        matcher = FilterCatalog.SmartsMatcher(smarts, smarts)
        patterns.AddEntry(FilterCatalog.FilterCatalogEntry(smarts, matcher))

    def run(rows: Sequence[str]) -> None:
        for smiles in rows:
            mol = Chem.MolFromSmiles(smiles)
            if mol is not None:
                patterns.HasMatch(mol)

    return run


def _skeletons(screener: Screener) -> list[str]:
    classes = [e.class_ for e in screener.bundle.entries.values() if e.class_ is not None]
    return list(dict.fromkeys(s for c in classes for s in skeletons_of(c)))


def one_by_one(screener: Screener) -> Callable[[Sequence[str]], None]:
    """`Screener.screen` on each row."""

    def run(rows: Sequence[str]) -> None:
        for smiles in rows:
            screener.screen(shipment(smiles))

    return run


def as_frame(screener: Screener) -> Callable[[Sequence[str]], None]:
    """`Screener.screen_frame` on all rows."""

    def run(rows: Sequence[str]) -> None:
        screener.screen_frame(frame(rows))

    return run


def as_orders(screener: Screener) -> Callable[[Sequence[str]], None]:
    """The same, each row with an amount and a consignee of its own, as a platform's orders have."""

    def run(rows: Sequence[str]) -> None:
        table = frame(rows)
        chance = random.Random(len(rows))
        table["Quantity"] = [f"{chance.randint(1, 400)} kg" for _ in rows]
        table["Consignee"] = [f"Consignee {chance.randrange(300)} Ltd" for _ in rows]
        screener.screen_frame(table)

    return run


def negatives(screener: Screener, rows: Sequence[str]) -> list[str]:
    """The rows that meet nothing."""
    return [
        smiles
        for smiles in rows
        if screener.screen(shipment(smiles)).outcome is Outcome.NO_LISTING_FOUND
    ]


# --- measuring -------------------------------------------------------------------------------


def measure(
    name: str,
    rows: Sequence[str],
    tasks: Mapping[str, Callable[[Sequence[str]], None]],
    *,
    size: int = SLICE,
) -> list[Figure]:
    """The cost of each task, the tasks taking turns over slices of the rows."""
    ratios: dict[str, list[float]] = {task: [] for task in tasks}
    with rdBase.BlockLogs():
        for start in range(0, len(rows), size):
            part = rows[start : start + size]
            before = _timed(parse, part)
            spent = {task: _timed(run, part) for task, run in tasks.items()}
            parsing = (before + _timed(parse, part)) / 2
            for task, seconds in spent.items():
                ratios[task].append(seconds / parsing)
    return [
        Figure(task, name, len(rows), statistics.median(found), min(found), max(found))
        for task, found in ratios.items()
    ]


def _timed(run: Callable[[Sequence[str]], None], rows: Sequence[str]) -> float:
    began = time.process_time()
    run(rows)
    return time.process_time() - began


def against_rows(screener: Screener, rows: Sequence[str]) -> Iterator[Figure]:
    """The cost of a row in tables of growing length."""
    length = max(1, len(rows) // 4)
    while length <= len(rows):
        part = list(rows[:length])
        forget(screener)
        yield from measure("chemicals", part, {"frame, by length": as_frame(screener)}, size=length)
        length *= 2


def against_entries(rows: Sequence[str], listed: Sequence[str]) -> Iterator[Figure]:
    """The cost of a row under twice the entries: further substances, with all their forms covered.

    Of random substances some rows are isomers or esters, and so become hits. What a hit costs is
    measured by itself; so the rows that both lists leave alone are measured apart.
    """
    with tempfile.TemporaryDirectory() as folder:
        more = Path(folder)
        for country in ("us", "cn"):
            write_list(more, country, listed)
        screeners = [
            Screener(),
            Screener([bundled_watchlists(), more]),
        ]
        names = [
            f"screen, {name} ({len(screener.bundle.entries):,})"
            for name, screener in zip(
                ("the bundled entries", "twice the entries"), screeners, strict=True
            )
        ]
        clear = rows
        for screener in screeners:
            clear = negatives(screener, clear)
            forget(screener)
        tasks = {n: one_by_one(s) for n, s in zip(names, screeners, strict=True)}
        yield from measure("chemicals", rows, tasks)
        for screener in screeners:
            forget(screener)
        if clear:
            yield from measure("chemicals, negatives", clear, tasks)


def write_list(folder: Path, country: str, listed: Sequence[str]) -> None:
    """A made-up list of substances, to see what their number costs."""
    place = folder / country / "made-up"
    place.mkdir(parents=True)
    forms = "".join(
        f"  {form}: covered\n"
        for form in (
            "salts", "hydrates", "optical_isomers", "geometric_isomers", "isotopologues",
            "tautomers", "esters", "ethers", "positional_isomers",
        )
    )  # fmt: skip
    (place / "list.yaml").write_text(
        "title: Made-up list\ninstrument: none\nauthority: none\nlast_checked: 2026-11-01\n"
        f"action: {{origin: watch, destination: watch}}\nforms:\n{forms}"
        "version: {in_force: 2020-01-01, recorded: 2026-11-01, citation: none, "
        "checked: {membership: unverified, dates: primary}}\n"
        "coverage: {state: modelled, as_of: 2026-11-01}\n",
        encoding="utf-8",
    )
    for number, smiles in enumerate(listed):
        quoted = smiles.replace("'", "''")
        (place / f"made-up-{number}.yaml").write_text(
            f"names: {{en: [made-up {number}]}}\nsubstance: '{quoted}'\n", encoding="utf-8"
        )


def forget(screener: Screener) -> None:
    """Drops what is kept of structures already seen."""
    screener._identification.read.cache_clear()  # type: ignore[attr-defined]
    screener._identification._goods.clear()
    screener._mets.clear()
    screener._told.clear()
    screener._seen.clear()
    screener._read_ahead = {}


_START = """
import time
began = time.perf_counter()
import screening
imported = time.perf_counter()
screener = screening.Screener()
loaded = time.perf_counter()
screener.screen(screening.Shipment(
    structure="CCC(=O)N(c1ccccc1)C1CCNCC1", origin="CN", destination="US", day="2026-11-22"))
print(imported - began, loaded - imported, time.perf_counter() - loaded)
"""


def start_up() -> dict[str, list[float]]:
    """Seconds to import, to load and to the first decision, without and with the records kept."""
    found = {}
    with tempfile.TemporaryDirectory() as folder:
        environment = os.environ | {
            "SCREENING_CACHE": folder,
            "PYTHONPATH": os.pathsep.join(sys.path),
        }
        for name in ("first run", "later run"):
            began = time.perf_counter()
            answer = subprocess.run(
                [sys.executable, "-c", _START],
                env=environment,
                capture_output=True,
                text=True,
                check=True,
            )
            whole = time.perf_counter() - began
            found[name] = [*map(float, answer.stdout.split()), whole]
    return found


def run(
    rows: int, *, wheel: Path | None = None, worker_rows: int = 0, peer_rows: int = PEER_ROWS
) -> dict[str, Any]:
    """Everything.

    Args:
        rows: structures of each sample.
        wheel: of `molsets`; None: without that sample.
        worker_rows: rows of the table for worker processes; 0 leaves them out.
        peer_rows: structures of each sample for other engines, which take longer.
    """
    others, absent = peers.installed()
    screener = Screener()
    exhaustive = Screener(exhaustive=True)
    gc.freeze()  # as the commands and worker processes do
    corpus = chemicals(2 * rows)
    figures: list[Figure] = []
    for name, structures in (("chemicals", corpus[:rows]), ("molsets", molsets(rows, wheel))):
        if not structures:
            continue
        clear = negatives(screener, structures)
        forget(screener)
        tasks = {
            "screen_frame, all rows": as_frame(screener),
            "patterns in a loop after MolStandardize": flat_loop(screener),
            "FilterCatalog": catalog(screener),
        }
        figures += measure(name, structures, tasks)
        forget(screener)
        figures += measure(name, clear, {"screen_frame, negatives": as_frame(screener)})
        last = clear[-SLICE // 4 :]
        figures += measure(name, last, {"screen_frame, seen before": as_frame(screener)})
        few = structures[: max(20, rows // 20)]
        figures += measure(name, few, {"exhaustive": one_by_one(exhaustive)})
        for task, other in others.items():
            try:
                figures += measure(name, structures[:peer_rows], {task: other}, size=PEER_SLICE)
            except Exception as error:  # it is theirs to take every row
                absent[task] = f"stops on these rows ({type(error).__name__})"
    hits = [s for s in _listed(screener) if "." not in s][:rows]
    forget(screener)
    figures += measure("listed substances", hits, {"screen_frame, hits": as_frame(screener)})
    chance = random.Random(rows)
    orders = [chance.choice(hits) for _ in range(min(ORDERS, 5 * rows))]
    forget(screener)
    ordered = {"screen_frame, orders of hits": as_orders(screener)}
    figures += measure("listed substances", orders, ordered, size=len(orders))
    figures += against_rows(screener, corpus[:rows])
    entries = len(screener.bundle.entries)
    listed = [s for s in corpus[rows:] if "." not in s and Chem.MolFromSmiles(s) is not None]
    figures += against_entries(corpus[: rows // 2], listed[: entries // 2])
    result: dict[str, Any] = {
        "made": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
        "python": platform.python_version(),
        "rdkit": rdBase.rdkitVersion,
        "processors": os.cpu_count(),
        "load": os.getloadavg()[0] if hasattr(os, "getloadavg") else None,
        "bundle": screener.bundle.digest,
        "figures": [asdict(f) | {"rate": f.rate} for f in figures],
        "not_measured": absent,
        "start": start_up(),
    }
    if worker_rows:
        from tests.benchmarks import workers  # which takes its rows from here

        result["workers"] = workers.compare(worker_rows, wheel)
    return result


def _listed(screener: Screener) -> list[str]:
    entries = screener.bundle.entries.values()
    return sorted({e.substance for e in entries if e.substance is not None})


def table(result: Mapping[str, Any]) -> str:
    """The figures as Markdown."""
    lines = [
        "| task | sample | rows | cost, in parses | least and greatest | of the rate of parsing |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    lines += [
        f"| {f['task']} | {f['sample']} | {f['rows']:,} | {f['cost']:.2f} "
        f"| {f['low']:.2f} to {f['high']:.2f} | {f['rate']:.2f} |"
        for f in result["figures"]
    ]
    lines += [f"| {name} | {why} | | | | |" for name, why in result.get("not_measured", {}).items()]
    lines += ["", "| start | import | load | first decision | whole process |", "| --- " * 5 + "|"]
    lines += [
        f"| {name} | " + " | ".join(f"{seconds:.2f} s" for seconds in found) + " |"
        for name, found in result["start"].items()
    ]
    if "workers" in result:
        from tests.benchmarks import workers

        lines += ["", workers.table(result["workers"])]
    return "\n".join(lines)


def main(arguments: Sequence[str] | None = None) -> None:
    """Prints the table and, where asked, writes the JSON."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks")
    parser.add_argument("--rows", type=int, default=4_000, metavar="N", help="of each sample")
    parser.add_argument(
        "--molsets",
        type=Path,
        metavar="WHEEL",
        help="a wheel of molsets (pip download --no-deps molsets), for a second sample",
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there")
    parser.add_argument("--worker-rows", type=int, default=40_000, metavar="N", help="of one table")
    parser.add_argument("--no-workers", action="store_true", help="leave worker processes out")
    options = parser.parse_args(arguments)
    result = run(
        options.rows,
        wheel=options.molsets,
        worker_rows=0 if options.no_workers else options.worker_rows,
    )
    print(table(result))
    if options.json is not None:
        options.json.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
