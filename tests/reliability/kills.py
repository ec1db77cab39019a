"""Runs that are killed at random moments and taken up again, until each is complete."""

from __future__ import annotations

import contextlib
import csv
import datetime as dt
import json
import os
import random
import shutil
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from screening.batch import Screens, screen_csv

DAY = dt.date(2025, 11, 20)
COMPARED = ("decisions.csv", "decisions.jsonl")
_VARY = ("timings", "rows_taken_over", "seal")
"""What of ``summary.json`` may differ: how long it took, and the seal, which covers that."""


@dataclass
class Tally:
    """What was done and what came of it.

    Attributes:
        runs: completed runs that were killed on their way.
        main, helpers: kills of the main process, and of one of its worker processes.
        taken_over: rows that a resumed run took over, summed over runs.
        different: completed runs whose result is not that of the undisturbed run.
        orphans: processes still alive two seconds after their main process was killed.
    """

    runs: int = 0
    main: int = 0
    helpers: int = 0
    taken_over: int = 0
    different: int = 0
    orphans: int = 0
    faults: list[str] = field(default_factory=list)

    @property
    def kills(self) -> int:
        """All of them."""
        return self.main + self.helpers


def write_table(
    path: Path, rows: int, cells: Callable[[int], list[str]], header: list[str]
) -> None:
    """A table of so many rows."""
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(header)
        writer.writerows(cells(i) for i in range(rows))


def _started(path: Path, out: Path, screener: Screens, workers: int) -> int:
    """Starts a run in a process and a session of its own; the id of both."""
    pid = os.fork()
    if pid:
        return pid
    code = 1
    try:
        os.setsid()
        screen_csv(
            path,
            out,
            screener=screener,
            day=DAY,
            workers=workers,
            resume=True,
            report=False,
            seal=True,
        )
        code = 0
    except BaseException as error:
        print(f"run failed: {error!r}", file=sys.stderr, flush=True)
    finally:
        os._exit(code)


def _session(leader: int) -> list[int]:
    """Processes of a session, without its leader; those that ended do not count."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) != leader:
            with contextlib.suppress(OSError, IndexError):
                words = (entry / "stat").read_text().rpartition(")")[2].split()
                if int(words[3]) == leader and words[0] != "Z":
                    found.append(int(entry.name))
    return found


def _summary(out: Path) -> dict[str, Any]:
    data: dict[str, Any] = json.loads((out / "summary.json").read_text(encoding="utf-8"))
    return {key: value for key, value in data.items() if key not in _VARY}


def _same(one: Path, other: Path) -> bool:
    return _summary(one) == _summary(other) and all(
        (one / name).read_bytes() == (other / name).read_bytes() for name in COMPARED
    )


def killed(
    folder: Path,
    path: Path,
    screener: Screens,
    *,
    kills: int,
    workers: int = 2,
    seed: int = 1,
    until: float | None = None,
    said: Callable[[str], None] = lambda _: None,
) -> Tally:
    """Kills and resumes runs over a table until there were enough kills.

    Args:
        folder: for the results.
        path: the table.
        screener: what screens.
        kills: at least so many, unless time runs out.
        workers: worker processes.
        seed: of the moments.
        until: by `time.monotonic`, when no further run is begun.
        said: gets a line a run.
    """
    rng = random.Random(seed)
    whole = folder / "whole"
    began = time.monotonic()
    pid = _started(path, whole, screener, workers)
    if os.waitpid(pid, 0)[1]:
        raise RuntimeError("the undisturbed run failed")
    undisturbed = time.monotonic() - began
    tally = Tally()
    while tally.kills < kills and (until is None or time.monotonic() < until):
        out = folder / "out"
        shutil.rmtree(out, ignore_errors=True)
        before = tally.kills
        while True:
            pid = _started(path, out, screener, workers)
            if not _harmed(pid, rng, undisturbed * 0.6, tally):
                break
        status = os.waitpid(pid, 0)[1]
        if status:
            tally.faults.append(f"a resumed run ended with {status}")
        tally.runs += 1
        data = json.loads((out / "summary.json").read_text(encoding="utf-8")) if not status else {}
        tally.taken_over += data.get("rows_taken_over", 0)
        tally.different += bool(status) or not _same(whole, out)
        said(
            f"run {tally.runs}: {tally.kills - before} kills, {tally.kills} in all, "
            f"{tally.different} different"
        )
    return tally


def _harmed(pid: int, rng: random.Random, longest: float, tally: Tally) -> bool:
    """Kills workers of a run, and at some moment the run; False where it ends before that."""
    while True:
        end = time.monotonic() + rng.uniform(0, longest)
        while time.monotonic() < end and not _over(pid):
            time.sleep(0.005)
        others = _session(pid)
        if _over(pid):
            return False
        if others and rng.random() < 0.5:
            with contextlib.suppress(ProcessLookupError):
                os.kill(rng.choice(others), signal.SIGKILL)
                tally.helpers += 1
        else:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
            tally.main += 1
            tally.orphans += _left(pid)
            return True


def _over(pid: int) -> bool:
    """A process has ended and waits to be asked how."""
    return os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT | os.WNOHANG) is not None


def _left(leader: int) -> int:
    """Processes of a session that do not end by themselves in two seconds; they are ended."""
    end = time.monotonic() + 2
    while (others := _session(leader)) and time.monotonic() < end:
        time.sleep(0.01)
    for other in others:
        with contextlib.suppress(ProcessLookupError):
            os.kill(other, signal.SIGKILL)
    return len(others)
