"""Rows that crash, hang or eat memory among ordinary ones."""

from __future__ import annotations

import csv
import datetime as dt
import random
import time
from dataclasses import dataclass
from pathlib import Path

from screening.batch import UNSAFE, screen_csv
from screening.guard import Limits
from tests.reliability.victims import POISONS, PoisonedScreener

DAY = dt.date(2025, 11, 20)
LIMITS = Limits(seconds=1, memory=512 * 2**20)


@dataclass(frozen=True)
class Result:
    """What a run with planted rows came to.

    Attributes:
        rows, planted: how many.
        marked: planted rows that came back as such.
        wrong: rows that were marked and are ordinary, or came back changed or out of place.
        seconds: it took.
    """

    rows: int
    planted: int
    marked: int
    wrong: int
    seconds: float


def poisoned(folder: Path, rows: int, planted: int, *, workers: int, seed: int = 1) -> Result:
    """Screens a table with planted rows, and looks at every row of the result."""
    rng = random.Random(seed)
    names = [("listed", "maybe", "toluene")[i % 3] + " " * 0 for i in range(rows)]
    names = [name if name == "listed" else f"{name} {i}" for i, name in enumerate(names)]
    for i, place in enumerate(sorted(rng.sample(range(rows), planted))):
        names[place] = POISONS[i % len(POISONS)]
    path = folder / "in.csv"
    with path.open("w", encoding="utf-8", newline="") as stream:
        # A column of its own keeps rows apart, so that no planted row is answered from another's.
        writer = csv.writer(stream)
        writer.writerow(["Ref", "Name", "Dest", "Ship Date", "Customer"])
        writer.writerows([f"R{i}", n, "MX", "2025-11-20", f"c{i}"] for i, n in enumerate(names))
    began = time.monotonic()
    screen_csv(
        path,
        folder / "out",
        screener=PoisonedScreener(),
        day=DAY,
        workers=workers,
        limits=LIMITS,
        report=False,
    )
    seconds = time.monotonic() - began
    with (folder / "out" / "decisions.csv").open(encoding="utf-8", newline="") as stream:
        answered = list(csv.DictReader(stream))
    marked = wrong = abs(len(answered) - rows)
    marked = 0
    for i, (name, row) in enumerate(zip(names, answered, strict=False)):
        unsafe = UNSAFE in row["screening_findings"]
        unscreened = row["screening_outcome"] == "unscreened"
        planted_here = name in POISONS
        marked += planted_here and unsafe and unscreened
        right = row["Ref"] == f"R{i}" and row["Name"] == name
        wrong += not right or (unsafe or unscreened) is not planted_here
    return Result(rows, planted, marked, wrong, seconds)
