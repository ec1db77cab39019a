"""Long tables: the time of a row and the memory of the main process, by the length of the table.

Rows are made as they are written: ordinary chemicals by drawing, on three journeys, with amounts;
goods repeat, as listings of a platform do. Nothing is kept but the figures.
"""

from __future__ import annotations

import argparse
import csv
import json
import random
import resource
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from tests.benchmarks.speed import DAY, chemicals

PLACES = (("CN", "US"), ("DE", "MX"), ("IN", "CA"))


def write_table(path: Path, rows: int, goods: Sequence[str]) -> None:
    """A table of so many rows; the goods are drawn with a fixed seed, some far more often."""
    chance = random.Random(8)
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(["Ref", "SMILES", "Origin", "Destination", "Ship Date", "Quantity"])
        for number in range(rows):
            structure = goods[int(len(goods) * chance.random() ** 3)]
            origin, destination = PLACES[number % len(PLACES)]
            writer.writerow([f"L{number}", structure, origin, destination, DAY, "25 kg"])


def screen(path: Path, out: Path, workers: int) -> None:
    """Screens the table in this process, and prints what it took."""
    from screening import Screener
    from screening.batch import screen_csv

    summary = screen_csv(path, out, screener=Screener(), workers=workers, report=False).as_dict()
    figures = {
        "rows": summary["rows_out"],
        "rows_per_s": summary["timings"]["rows_per_s"],
        "main_process_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "written_mb": sum(p.stat().st_size for p in out.iterdir()) / 2**20,
    }
    print(json.dumps(figures))


def main(arguments: Sequence[str] | None = None) -> None:
    """Prints a line a length."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.memory")
    parser.add_argument("--rows", type=int, nargs="+", default=[100_000, 1_000_000], metavar="N")
    parser.add_argument("--goods", type=int, default=5_000, metavar="N", help="different drawings")
    parser.add_argument("--workers", type=int, default=2, metavar="N")
    parser.add_argument("--screen", type=Path, nargs=2, help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.screen is not None:
        path, out = options.screen
        screen(path, out, options.workers)
        return
    goods = chemicals(options.goods)
    print("| rows | rows a second | main process, MB | written, MB |")
    print("| ---: | ---: | ---: | ---: |")
    for rows in options.rows:
        with tempfile.TemporaryDirectory() as folder:
            table, out = Path(folder) / "in.csv", Path(folder) / "out"
            write_table(table, rows, goods)
            done = subprocess.run(
                [sys.executable, "-m", "tests.benchmarks.memory", "--workers", str(options.workers),
                 "--screen", str(table), str(out)],
                capture_output=True, text=True, check=True,
            )  # fmt: skip
        found = json.loads(done.stdout)
        print(
            f"| {found['rows']:,} | {found['rows_per_s']:,.0f} | {found['main_process_mb']:,.0f} "
            f"| {found['written_mb']:,.0f} |",
            flush=True,
        )


if __name__ == "__main__":
    main()
