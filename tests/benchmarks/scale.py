"""Puts a measured rate into the pages that say what many rows cost, and works out their figures.

``python -m tests.benchmarks.scale --rate 700 --share 0.9`` writes docs/scale.md and README.md anew.
*Rate* is rows a second that one core screens, *share* the part of each core's time that remains for
screening when all of them work: half of what two workers gain over one.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BILLION = 1_000_000_000
LISTINGS = 45_000_000
MACHINES = (1, 4, 10, 40)
CORES = 16

_INPUT = re.compile(
    r"\*\*rate = (?P<rate>[\d,]+) rows a second for one core, share = (?P<share>0\.\d+|1\.0)\*\*"
)
_TABLE = re.compile(r"(?<=\n)\| machines of 16 cores \|.*?\n(?!\|)", re.DOTALL)
_PLATFORM = re.compile(r"(?<=<!-- by rate and share -->\n).*?(?=\n<!-- end -->)", re.DOTALL)


def hours(rows: int, rate: float, cores: int, share: float) -> float:
    """How long so many different rows take."""
    return rows / (rate * cores * share) / 3600


def stated(page: str) -> tuple[int, float]:
    """The rate and the share that docs/scale.md states."""
    found = _INPUT.search(page)
    if found is None:
        raise ValueError("docs/scale.md states no rate")
    return int(found["rate"].replace(",", "")), float(found["share"])


def scale_page(page: str, rate: int, share: float) -> str:
    """docs/scale.md with this rate and share, and the table that follows from them."""
    said = f"**rate = {rate:,} rows a second for one core, share = {share}**"
    return _TABLE.sub(lambda _: _table(rate, share), _INPUT.sub(said, page))


def _table(rate: int, share: float) -> str:
    lines = [
        "| machines of 16 cores | cores | rows a second | hours | core-hours |",
        "|---:|---:|---:|---:|---:|",
    ]
    for machines in MACHINES:
        cores = machines * CORES
        took = hours(BILLION, rate, cores, share)
        lines.append(
            f"| {machines} | {cores} | {rate * cores * share:,.0f} | {took:,.1f} "
            f"| {took * cores:,.0f} |"
        )
    return "\n".join(lines) + "\n"


def readme(page: str, rate: int, share: float) -> str:
    """README.md with what the rate means for a platform."""
    took = hours(LISTINGS, rate, 2, share)
    said = (
        f"In a platform's terms: **45 million different listings that meet nothing take "
        f"{took:,.1f} hours on two cores**, at\n{rate:,} rows a second for one core of which "
        f"{share:.0%} is left when both work."
    )
    return _PLATFORM.sub(lambda _: said, page)


def main(arguments: Sequence[str] | None = None) -> None:
    """Writes both pages."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.scale")
    parser.add_argument(
        "--rate", type=int, required=True, metavar="N", help="rows a second, a core"
    )
    parser.add_argument("--share", type=float, required=True, metavar="S", help="0 to 1")
    options = parser.parse_args(arguments)
    if not (options.rate > 0 and 0 < options.share <= 1):
        parser.error("the rate is above 0, the share above 0 and at most 1")
    for name, change in (("docs/scale.md", scale_page), ("README.md", readme)):
        path = ROOT / name
        text = path.read_text(encoding="utf-8")
        path.write_text(change(text, options.rate, round(options.share, 2)), encoding="utf-8")


if __name__ == "__main__":
    main()
