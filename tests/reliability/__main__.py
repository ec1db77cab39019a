"""Prints the figures of long runs: ``python -m tests.reliability kills|steps|poison|fuzz``."""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from pathlib import Path

from rdkit import rdBase

from screening import Screener
from screening.batch import screen_csv
from tests.reliability import fuzz, goods, kills, poison, steps


def main() -> None:
    """Reads the command line and prints one paragraph."""
    parser = argparse.ArgumentParser(prog="python -m tests.reliability")
    commands = parser.add_subparsers(dest="command", required=True)
    one = commands.add_parser("kills", help="kill and resume runs; compare with one left alone")
    one.add_argument("--kills", type=int, default=200)
    one.add_argument("--rows", type=int, default=50_000)
    one.add_argument("--workers", type=int, default=2)
    one.add_argument("--minutes", type=float, default=60)
    one.add_argument("--a-run", type=int, default=20, help="kills a run, about")
    one.add_argument("--seed", type=int, default=1)
    one = commands.add_parser("steps", help="kill a run before each of its operations on files")
    one.add_argument("--rows", type=int, default=600)
    one.add_argument("--seed", type=int, default=1)
    one = commands.add_parser("poison", help="plant rows that crash, hang and eat memory")
    one.add_argument("--rows", type=int, default=10_000)
    one.add_argument("--planted", type=int, default=100)
    one.add_argument("--workers", type=int, default=2)
    one = commands.add_parser("fuzz", help="texts and files that nobody would write")
    one.add_argument("what", nargs="*", default=list(fuzz.LOOPS), help=", ".join(fuzz.LOOPS))
    one.add_argument("--count", type=int, default=1000, help="how many of each")
    one.add_argument("--minutes", type=float, default=60, help="of each at most")
    one.add_argument("--seed", type=int, default=1)
    one.add_argument("--first", type=int, default=0, help="number of the first item")
    one.add_argument("--workers", type=int, default=1, help="processes with limits; 0: none")
    one.add_argument("--whole", type=int, default=1, help="structures screened whole: 1 in so many")
    one.add_argument("--folder", type=Path, help="for the files of the items, such as /dev/shm")
    options = parser.parse_args()
    rdBase.DisableLog("rdApp.*")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if options.command == "poison":
            print(poison.poisoned(folder, options.rows, options.planted, workers=options.workers))
        elif options.command == "kills":
            _kills(folder, options)
        elif options.command == "steps":
            _steps(folder, options)
        else:
            fuzz.main(
                options.what,
                count=options.count,
                minutes=options.minutes,
                seed=options.seed,
                first=options.first,
                workers=options.workers,
                whole=options.whole,
                folder=options.folder,
            )


def _warmed(folder: Path, screener: Screener) -> None:
    """Screens each kind of goods once, so that a run taken up does not load its tables anew."""
    path = folder / "warm.csv"
    kills.write_table(path, 200, goods.cells, goods.HEADER)
    screen_csv(path, folder / "warm", screener=screener, day=kills.DAY, report=False)


def _kills(folder: Path, options: argparse.Namespace) -> None:
    screener = Screener(jurisdictions=["us", "cn", "un"])
    path = folder / "in.csv"
    _warmed(folder, screener)
    kills.write_table(path, options.rows, goods.cells, goods.HEADER)
    began = time.monotonic()
    tally = kills.killed(
        folder,
        path,
        screener,
        rows=options.rows,
        kills=options.kills,
        workers=options.workers,
        seed=options.seed,
        a_run=options.a_run,
        until=began + 60 * options.minutes,
        said=lambda line: print(line, flush=True),
    )
    print(
        f"{options.rows:,} rows: {tally.kills} kills ({tally.main} of the main process, of them "
        f"{tally.early} before the first row and {tally.late} after the last; {tally.helpers} of "
        f"its helpers) over {tally.runs} runs in {time.monotonic() - began:.0f} s: "
        f"{tally.runs - tally.different} results byte for byte the same, {tally.different} "
        f"different; {tally.orphans} processes left over"
    )
    for fault in tally.faults:
        print("  ", fault)
    if tally.different or tally.orphans:
        sys.exit(1)


def _steps(folder: Path, options: argparse.Namespace) -> None:
    path = folder / "in.csv"
    screener = Screener(jurisdictions=["us", "cn", "un"])
    _warmed(folder, screener)
    kills.write_table(path, options.rows, goods.cells, goods.HEADER)
    for seal in (True, False):
        found = steps.stepped(folder, path, screener, seal=seal, twice=random.Random(options.seed))
        print(
            f"{'sealed' if seal else 'not sealed'}: {len(found.operations)} operations, "
            f"{found.kills} kills, {len(found.wrong)} wrong"
        )
        for wrong in found.wrong:
            print("  ", wrong)


if __name__ == "__main__":
    main()
