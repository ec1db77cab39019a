"""Prints the figures of long runs: ``python -m tests.reliability kills|poison|fuzz``."""

from __future__ import annotations

import argparse
import dataclasses
import tempfile
import time
from pathlib import Path

from rdkit import rdBase

from screening import Screener
from tests.reliability import fuzz, kills, poison

STRUCTURES = (
    "CCO",
    "CCC(=O)N(c1ccccc1)C1CCNCC1",
    "c1ccccc1",
    "CC(=O)OC(C)=O",
    "O=C1CCNCC1",
    "CCN(CC)CC",
    "[Na+].[Cl-]",
    "no structure",
)


def main() -> None:
    """Reads the command line and prints one paragraph."""
    parser = argparse.ArgumentParser(prog="python -m tests.reliability")
    commands = parser.add_subparsers(dest="command", required=True)
    one = commands.add_parser("kills", help="kill and resume runs; compare with one left alone")
    one.add_argument("--kills", type=int, default=200)
    one.add_argument("--rows", type=int, default=50_000)
    one.add_argument("--workers", type=int, default=2)
    one.add_argument("--minutes", type=float, default=60)
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
    options = parser.parse_args()
    rdBase.DisableLog("rdApp.*")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if options.command == "poison":
            print(poison.poisoned(folder, options.rows, options.planted, workers=options.workers))
        elif options.command == "kills":
            _kills(folder, options)
        else:
            fuzz.main(options.what, count=options.count, minutes=options.minutes, seed=options.seed)


def _kills(folder: Path, options: argparse.Namespace) -> None:
    screener = Screener(jurisdictions=["us", "cn", "un"])
    path = folder / "in.csv"

    def cells(i: int) -> list[str]:
        return [f"R{i}", STRUCTURES[i % 8], f"{1 + i % 97} kg", "CN", "US", "2025-11-20", f"=c{i}"]

    header = ["Ref", "SMILES", "Quantity", "From", "To", "Ship Date", "Note"]
    kills.write_table(path, options.rows, cells, header)
    tally = kills.killed(
        folder,
        path,
        screener,
        kills=options.kills,
        workers=options.workers,
        seed=options.seed,
        until=time.monotonic() + 60 * options.minutes,
        said=lambda line: print(line, flush=True),
    )
    print(f"{options.rows} rows:", dataclasses.asdict(tally), "kills:", tally.kills)


if __name__ == "__main__":
    main()
