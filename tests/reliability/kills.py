"""Runs that are killed at random moments and taken up again, until each is complete."""

from __future__ import annotations

import contextlib
import csv
import datetime as dt
import json
import mmap
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

from screening.batch import screen_csv
from screening.rendering import Screens

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
        early, late: kills of the main process before its first row, and after its last.
        taken_over: rows that the last run of each took over, summed.
        different: completed runs whose result is not that of the undisturbed run.
        orphans: processes still alive two seconds after their main process was killed.
        faults: what else went wrong.
    """

    runs: int = 0
    main: int = 0
    helpers: int = 0
    early: int = 0
    late: int = 0
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


class _Counter:
    """Rows done by a run in another process, and those it took over; seen from this one at once."""

    def __init__(self) -> None:
        self._memory = memoryview(mmap.mmap(-1, 16)).cast("q")

    @property
    def rows(self) -> int:
        """Rows done; -1 before the first."""
        return self._memory[0] - 1

    def clear(self) -> None:
        """For another run."""
        self._memory[0] = 0

    def progress(self, rows: int) -> None:
        """So many rows are done."""
        self._memory[0] = rows + 1


def _started(path: Path, out: Path, screener: Screens, workers: int, counter: _Counter) -> int:
    """Starts a run in a process and a session of its own; the id of both."""
    counter.clear()
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
            recognised=lambda _, taken_over: counter.progress(taken_over),
            progress=counter.progress,
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


def differences(one: Path, other: Path) -> list[str]:
    """How two results differ; nothing for those of the same bytes.

    Args:
        one: the folder of a run left alone.
        other: the folder of another run.
    """
    here, there = (sorted(p.name for p in folder.iterdir()) for folder in (one, other))
    if here != there:
        return [f"the files are {there} and not {here}"]
    found = [name for name in COMPARED if (one / name).read_bytes() != (other / name).read_bytes()]
    if _summary(one) != _summary(other):
        found.append("summary.json")
    return [f"{name} differs" for name in found]


@dataclass(frozen=True)
class _Pace:
    """How long the parts of an undisturbed run took, in seconds, and how it is to be disturbed.

    Attributes:
        start: until the first row is done.
        end: from the last row to the end.
        rows: of the table.
        span: rows that are done between two kills at most.
    """

    start: float
    end: float
    rows: int
    span: int


def killed(
    folder: Path,
    path: Path,
    screener: Screens,
    *,
    rows: int,
    kills: int,
    workers: int = 2,
    seed: int = 1,
    a_run: int = 20,
    until: float | None = None,
    said: Callable[[str], None] = lambda _: None,
) -> Tally:
    """Kills and resumes runs over a table until there were enough kills.

    A kill comes after a random number of further rows, or at a random moment of the time before the
    first row or after the last, so that a slow machine is killed in the same places as a quick one.

    Args:
        folder: for the results.
        path: the table.
        screener: what screens.
        rows: of the table.
        kills: at least so many, unless time runs out; the run under way is then left alone.
        workers: worker processes.
        seed: of the moments.
        a_run: about so many kills come in the rows of a run.
        until: by `time.monotonic`, when no further run is begun.
        said: gets a line a run.
    """
    rng = random.Random(seed)
    whole = folder / "whole"
    counter = _Counter()
    marks = [time.monotonic()]
    pid = _started(path, whole, screener, workers, counter)
    for passed in (0, rows - 1):
        while counter.rows <= passed and not _over(pid):
            time.sleep(_LOOK)
        marks.append(time.monotonic())
    if os.waitpid(pid, 0)[1]:
        raise RuntimeError("the undisturbed run failed")
    pace = _Pace(marks[1] - marks[0], time.monotonic() - marks[2], rows, max(1, 2 * rows // a_run))
    said(f"undisturbed: {time.monotonic() - marks[0]:.1f} s")
    tally = Tally()
    while tally.kills < kills and (until is None or time.monotonic() < until):
        out = folder / "out"
        shutil.rmtree(out, ignore_errors=True)
        before = tally.kills
        while True:
            pid = _started(path, out, screener, workers, counter)
            if tally.kills >= kills or not _harmed(pid, rng, pace, counter, tally):
                break
        status = os.waitpid(pid, 0)[1]
        tally.runs += 1
        if status:
            tally.faults.append(f"run {tally.runs}: a resumed run ended with {status}")
            wrong = True
        else:
            data = json.loads((out / "summary.json").read_text(encoding="utf-8"))
            tally.taken_over += data["rows_taken_over"]
            differs = differences(whole, out)
            wrong = bool(differs)
            tally.faults += [f"run {tally.runs}: {what}" for what in differs]
        tally.different += wrong
        if wrong:  # kept to be looked at
            shutil.copytree(out, folder / f"different-{tally.runs}")
        said(
            f"run {tally.runs}: {tally.kills - before} kills, {tally.kills} in all "
            f"({tally.helpers} of workers), {tally.different} different"
        )
    return tally


_LOOK = 0.004


def _harmed(pid: int, rng: random.Random, pace: _Pace, counter: _Counter, tally: Tally) -> bool:
    """Kills workers of a run, and at some moment the run; False where it ends before that."""
    while True:
        if rng.random() < 0.12:
            goal, delay = -1, rng.uniform(0, pace.start)
        else:
            goal, delay = max(counter.rows, 0) + rng.randrange(pace.span), rng.uniform(0, 0.02)
        if goal >= pace.rows:
            goal, delay = pace.rows, rng.uniform(0, 1.5 * pace.end)
        while counter.rows < goal and not _over(pid):
            time.sleep(_LOOK)
        end = time.monotonic() + delay
        while (left := end - time.monotonic()) > 0 and not _over(pid):
            time.sleep(min(_LOOK, left))
        others = _session(pid)
        rows = counter.rows
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
            tally.early += rows < 0
            tally.late += rows >= pace.rows
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
