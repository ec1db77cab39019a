"""What a second worker process gains: one long table, all rows different, each run a new process.

Two gains are told. *With start* is the whole run, as a person waits for it: the table is
recognised, the workers start, and each meets everything for the first time. *Steady* is the rate
over the last three quarters of the rows, which is that of a table of any length. Both are by the
clock, so they mean something only on a machine that does nothing else; the processor time beside
them tells what two idle cores would give, also on a busy one. *Capacity* is what the machine gives
two processes that only parse and share nothing: no gain can be greater.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from rdkit import Chem, rdBase

from screening import Screener
from screening.batch import screen_csv
from screening.guard import Limits
from screening.report.tables import digest_of
from tests.benchmarks.speed import DAY, DESTINATION, ORIGIN, chemicals, molsets

ROWS = 40_000
RESULTS = ("decisions.csv", "decisions.jsonl")
PARSING_S = 5.0
SETTLED = 0.25
"""The share of the rows after which the rate counts as steady."""


@dataclass(frozen=True)
class Run:
    """One run over the table.

    Attributes:
        workers: worker processes; 0 is none, all is done in the main process.
        rows: of the table.
        whole_s: by the clock, all included.
        start_s: until the first row was written.
        steady_rows_per_s: over the last rows.
        main_us: processor time of the main process a row, in microseconds.
        workers_us: that of all its other processes.
    """

    workers: int
    rows: int
    whole_s: float
    start_s: float
    steady_rows_per_s: float
    main_us: float
    workers_us: float

    @property
    def name(self) -> str:
        """For people."""
        return ("none, one process", "one process", "two processes")[self.workers]

    @property
    def idle_rows_per_s(self) -> float:
        """What the processor times allow on two idle cores: the main process needs a share."""
        busiest = max(self.main_us, self.workers_us)
        spread = (self.main_us + self.workers_us) / 2
        return 1e6 / (spread if self.workers > 1 and spread > self.main_us else busiest)


@dataclass(frozen=True)
class Gains:
    """Two workers against fewer.

    Attributes:
        against: the workers of the other run.
        with_start: of the whole run, by the clock.
        steady: of the steady rate, by the clock.
        idle: as the processor times allow.
    """

    against: int
    with_start: float
    steady: float
    idle: float


def gains(one: Run, two: Run) -> Gains:
    """What the second run gains over the first."""
    return Gains(
        against=one.workers,
        with_start=one.whole_s / two.whole_s,
        steady=two.steady_rows_per_s / one.steady_rows_per_s,
        idle=two.idle_rows_per_s / one.idle_rows_per_s,
    )


def structures(rows: int, wheel: Path | None) -> list[str]:
    """So many different structures: ordinary chemicals, and drug-like molecules where given."""
    drugs = molsets(rows, wheel)
    share = rows // 2 if drugs else rows
    found = list(dict.fromkeys([*chemicals(share), *drugs]))[:rows]
    random.Random(8).shuffle(found)
    return found


def write_table(path: Path, found: Sequence[str]) -> None:
    """A row a structure, all on one journey."""
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(["Ref", "SMILES", "Origin", "Destination", "Ship Date", "Quantity"])
        for number, smiles in enumerate(found):
            writer.writerow([f"L{number}", smiles, ORIGIN, DESTINATION, DAY, "25 kg"])


def measure(path: Path, out: Path, workers: int) -> Run:
    """Screens the table from this process."""

    def spent(whose: int) -> float:
        used = resource.getrusage(whose)
        return used.ru_utime + used.ru_stime

    screener = Screener()
    with path.open("rb") as stream:
        marks = _Marks(sum(1 for _ in stream) - 1)
    main, others = spent(resource.RUSAGE_SELF), spent(resource.RUSAGE_CHILDREN)
    began = time.perf_counter()
    with rdBase.BlockLogs():
        summary = screen_csv(
            path,
            out,
            screener=screener,
            workers=max(1, workers),
            limits=Limits() if workers else None,
            report=False,
            progress=marks,
        )
    rows = summary.data["rows_out"]
    whole = time.perf_counter() - began
    main = spent(resource.RUSAGE_SELF) - main
    others = spent(resource.RUSAGE_CHILDREN) - others
    return Run(
        workers=workers,
        rows=rows,
        whole_s=whole,
        start_s=marks.first - began,
        steady_rows_per_s=marks.rate,
        main_us=main / rows * 1e6,
        workers_us=others / rows * 1e6,
    )


class _Marks:
    """Notes the times of the first row, of the one from which the rate is steady, and of the last.

    Args:
        rows: of the table.
    """

    def __init__(self, rows: int) -> None:
        self.first = 0.0
        self._from = max(1, int(SETTLED * rows))
        self._settled = self._last = (0, 0.0)

    def __call__(self, done: int) -> None:
        self._last = (done, time.perf_counter())
        if not self.first:
            self.first = self._last[1]
        if done == self._from:
            self._settled = self._last

    @property
    def rate(self) -> float:
        """Rows a second since it is steady."""
        (before, then), (after, now) = self._settled, self._last
        return (after - before) / (now - then)


def compare(rows: int = ROWS, wheel: Path | None = None, *, times: int = 1) -> dict[str, Any]:
    """Runs with no, one and two workers, each in a process of its own.

    Args:
        rows: of the table.
        wheel: of `molsets`; None: chemicals alone.
        times: how often; the quickest run counts.
    """
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "in.csv"
        write_table(path, structures(rows, wheel))
        made: dict[int, list[Run]] = {0: [], 1: [], 2: []}
        digests: set[tuple[str, ...]] = set()
        for _ in range(times):
            for workers, found in made.items():
                out = Path(folder) / "out"
                found.append(_in_a_process(path, out, workers))
                digests.add(tuple(digest_of(out / name) for name in RESULTS))
        if len(digests) > 1:
            raise RuntimeError("the decisions depend on the number of workers")
    best = [min(found, key=lambda run: run.whole_s) for found in made.values()]
    none, one, two = best
    return {
        "runs": [asdict(run) for run in best],
        "gains": [asdict(gains(none, two)), asdict(gains(one, two))],
        "capacity": capacity(),
        "load": os.getloadavg()[0] if hasattr(os, "getloadavg") else None,
    }


def parsed(seconds: float) -> int:
    """How many structures this process parses in so many seconds by the clock."""
    rows = chemicals(1_000)
    done = 0
    with rdBase.BlockLogs():
        end = time.perf_counter() + seconds
        while time.perf_counter() < end:
            for smiles in rows[:50]:
                Chem.MolFromSmiles(smiles)
            rows = rows[50:] + rows[:50]
            done += 50
    return done


def capacity(seconds: float = PARSING_S) -> float:
    """What two processes that share nothing parse together, in multiples of what one does alone."""
    command = [sys.executable, "-m", "tests.benchmarks.workers", "--parse", str(seconds)]
    counts = []
    for number in (1, 2):
        running = [
            subprocess.Popen(command, env=_environment(), stdout=subprocess.PIPE, text=True)
            for _ in range(number)
        ]
        counts.append(sum(int(one.communicate()[0]) for one in running))
    return counts[1] / counts[0]


def _environment() -> dict[str, str]:
    return os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}


def _in_a_process(path: Path, out: Path, workers: int) -> Run:
    done = subprocess.run(
        [sys.executable, "-m", "tests.benchmarks.workers", "--screen", path, out, str(workers)],
        env=_environment(),
        capture_output=True,
        text=True,
        check=True,
    )
    return Run(**json.loads(done.stdout))


def table(result: dict[str, Any]) -> str:
    """The figures as Markdown."""
    headers = (
        *("workers", "rows", "whole run", "first row", "steady, rows a second"),
        *("main process, a row", "workers, a row", "two idle cores, rows a second"),
    )
    lines = [f"| {' | '.join(headers)} |", "| --- " * len(headers) + "|"]
    for data in result["runs"]:
        run = Run(**data)
        lines.append(
            f"| {run.name} | {run.rows:,} | {run.whole_s:.1f} s | {run.start_s:.1f} s "
            f"| {run.steady_rows_per_s:,.0f} | {run.main_us:.0f} us | {run.workers_us:.0f} us "
            f"| {run.idle_rows_per_s:,.0f} |"
        )
    for found in result["gains"]:
        against = "none, all in one process" if found["against"] == 0 else "one"
        said = (
            f"{found['with_start']:.2f} times as fast with the start",
            f"{found['steady']:.2f} times steadily",
            f"{found['idle']:.2f} times by processor time",
        )
        lines += ["", f"Two workers against {against}: {', '.join(said)}."]
    most = "Two processes that only parse and share nothing do {:.2f} times what one does."
    lines += ["", most.format(result["capacity"])]
    return "\n".join(lines)


def main(arguments: Sequence[str] | None = None) -> None:
    """Prints the table and, where asked, writes the JSON."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.workers")
    parser.add_argument("--rows", type=int, default=ROWS, metavar="N")
    parser.add_argument("--molsets", type=Path, metavar="WHEEL", help="a wheel of molsets")
    parser.add_argument("--times", type=int, default=1, metavar="N", help="the quickest counts")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there")
    parser.add_argument("--screen", nargs=3, help=argparse.SUPPRESS)
    parser.add_argument("--parse", type=float, help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.parse is not None:
        print(parsed(options.parse))
        return
    if options.screen is not None:
        path, out, workers = options.screen
        print(json.dumps(asdict(measure(Path(path), Path(out), int(workers)))))
        return
    result = compare(options.rows, options.molsets, times=options.times)
    print(table(result))
    if options.json is not None:
        options.json.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
