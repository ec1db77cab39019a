"""A run that is killed at each file that it opens, moves or removes, one after the other.

A moment drawn at random hits the last thousandth of a run about never, and there the results are
put in their places. So the run ends itself before each of its operations in turn, is taken up, and
must come to the very files of the run left alone.
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import sys
from dataclasses import dataclass, field
from pathlib import Path

from screening.batch import screen_csv
from screening.rendering import Screens
from tests.reliability.kills import DAY, differences

_OPERATIONS = frozenset({"open", "os.rename", "os.remove", "os.truncate", "os.mkdir", "os.rmdir"})
_FAILED = 1


@dataclass
class Steps:
    """What was done and what came of it.

    Attributes:
        operations: of the run left alone, each with the files it is about.
        kills: runs that were killed.
        wrong: operations after which the run taken up came to something else, and what.
    """

    operations: list[str] = field(default_factory=list)
    kills: int = 0
    wrong: list[str] = field(default_factory=list)


def _run(path: Path, out: Path, screener: Screens, *, seal: bool, stop: int, log: Path) -> int:
    """A run in a process of its own that is killed before an operation; how that ended.

    Args:
        path: the table.
        out: the folder.
        screener: what screens.
        seal: the run is sealed.
        stop: number of the operation, from 1; 0: none.
        log: gets a line for each operation.
    """
    pid = os.fork()
    if pid:
        return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    code = _FAILED
    try:
        stream = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        done = 0

        def count(event: str, about: tuple[object, ...]) -> None:
            nonlocal done
            if event not in _OPERATIONS or str(out) not in str(about[0]):
                return
            done += 1
            names = [os.path.relpath(str(a), out) for a in about[:2] if str(out) in str(a)]
            os.write(stream, f"{done} {event} {' -> '.join(names)}\n".encode())
            if done == stop:
                os.kill(os.getpid(), signal.SIGKILL)

        sys.addaudithook(count)
        screen_csv(path, out, screener=screener, day=DAY, resume=True, report=False, seal=seal)
        code = 0
    except BaseException as error:
        print(f"run failed: {error!r}", file=sys.stderr, flush=True)
    finally:
        os._exit(code)


def stepped(
    folder: Path,
    path: Path,
    screener: Screens,
    *,
    seal: bool,
    first: int = 1,
    twice: random.Random | None = None,
) -> Steps:
    """Kills a run before each of its operations, takes it up and compares.

    Args:
        folder: for the results.
        path: the table.
        screener: what screens; ask it once before, so that what it loads is loaded.
        seal: seal the runs.
        first: the operation to begin with; negative: counted from the end.
        twice: kills the run taken up too, before an operation that is drawn, and takes it up again.
    """
    whole, out, log = folder / "whole", folder / "out", folder / "log"
    shutil.rmtree(whole, ignore_errors=True)
    if _run(path, whole, screener, seal=seal, stop=0, log=log):
        raise RuntimeError("the undisturbed run failed")
    steps = Steps(log.read_text(encoding="utf-8").splitlines())
    count = len(steps.operations)
    for stop in range(first if first > 0 else max(1, count + 1 + first), count + 1):
        shutil.rmtree(out, ignore_errors=True)
        stops = [stop] if twice is None else [stop, twice.randrange(1, count + 1)]
        said = []
        for one in stops:
            said.append(_run(path, out, screener, seal=seal, stop=one, log=log))
            steps.kills += said[-1] == -signal.SIGKILL
        ended = _run(path, out, screener, seal=seal, stop=0, log=log)
        wrong = [f"it ended with {ended}"] if ended else differences(whole, out)
        if said[0] != -signal.SIGKILL:
            wrong.append(f"it was not killed but ended with {said[0]}")
        if wrong:
            names = ", then ".join(steps.operations[one - 1] for one in stops)
            steps.wrong.append(f"killed before {names}: {'; '.join(wrong)}")
    return steps
