"""Tries mutants one by one inside one pytest session, each in a fork of it.

The tests run once on the code as it is; that tells which tests reach a function, and how long they
take. A mutant is then tried with these, those of its own module first, until one fails. The
fixtures of the session are kept between, but for mutants of what they are made with.
"""

from __future__ import annotations

import contextlib
import functools
import gc
import inspect
import json
import os
import resource
import shutil
import signal
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Generator, Mapping
from pathlib import Path
from typing import Any

import pytest
from mutmut.mutation.trampoline import set_mutant_under_test
from mutmut.state import state

LONGEST = 4.0
"""Tests that take more seconds are left out."""
WHOLE = {"load", "model", "index", "cache", "bundle_file"}
"""Mutants of these are tried with session fixtures made anew: bundled law is read with them."""
MEMORY = 3 * 2**30


def _forgets(cache: Any) -> bool:
    """A cache of ours that holds answers; the registry of units is no answer, and slow to make."""
    module = getattr(cache, "__module__", None) or ""
    return module.startswith(("screening", "tests")) and bool(inspect.signature(cache).parameters)


class Trials:
    """The plugin that takes the place of pytest's own loop over the tests."""

    def __init__(self, plan: Mapping[str, Any]) -> None:
        self.mutants: list[dict[str, str]] = plan["mutants"]
        self.budget: float = plan["budget"]
        self.workers: int = plan["workers"]
        self.out = Path(plan["out"])
        self.failed = ""
        self.reach: dict[str, set[pytest.Item]] = defaultdict(set)
        self.takes: dict[pytest.Item, float] = {}
        self.killers: dict[str, list[pytest.Item]] = defaultdict(list)
        self.kills: Counter[pytest.Item] = Counter()
        self.breadth: Counter[pytest.Item] = Counter()
        self.shared: list[Any] = []
        self.shared_takes = 0.0
        self.made_with: set[str] = set()
        self.at_import: set[str] = set()
        self.caches: list[Any] = []
        self.screeners: list[Any] = []
        self.kept: list[Any] = []
        self.names: dict[pytest.Item, dict[str, Any]] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Remembers a failure."""
        if report.failed:
            self.failed = report.nodeid

    @pytest.hookimpl(wrapper=True)
    def pytest_fixture_setup(self, fixturedef: Any) -> Generator[None, Any, Any]:
        """Tells what a fixture of the session runs from what the tests run."""
        if fixturedef.scope != "session" or not fixturedef.func.__module__.endswith("conftest"):
            return (yield)
        seen, start = set(state()._stats), time.process_time()
        result = yield
        self.shared.append(fixturedef)
        self.shared_takes += time.process_time() - start
        self.made_with |= state()._stats
        state()._stats = seen
        return result

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Leaves out the doctests of the copies that mutmut made of a function."""
        items[:] = [item for item in items if "__mutmut_" not in item.name]

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Runs the tests once, then tries the mutants."""
        self.at_import = set(state()._stats)
        self._first_run(session.items)
        self._run_again()
        for worker in range(1, self.workers):
            if not os.fork():
                self._try_all(self.mutants[worker :: self.workers])
                os._exit(0)
        self._try_all(self.mutants[:: self.workers])
        with contextlib.suppress(ChildProcessError):
            while True:
                os.wait()
        return True

    def _try_all(self, mutants: list[dict[str, str]]) -> None:
        for number, mutant in enumerate(mutants, 1):
            start = time.monotonic()
            outcome, by = self._try(mutant)
            took = round(time.monotonic() - start, 2)
            line = json.dumps(mutant | {"outcome": outcome, "by": by}) + "\n"
            with self.out.open("ab", buffering=0) as out:
                out.write(line.encode())
            print(f"{number}/{len(mutants)} {outcome} {took} s {mutant['name']} {by}")
            sys.stdout.flush()

    def _first_run(self, items: list[pytest.Item]) -> None:
        set_mutant_under_test("stats")
        for number, (item, after) in enumerate(zip(items, [*items[1:], items[0]], strict=True)):
            if number % 200 == 0:
                self._look_for_memories()
            self._forget()
            state()._stats.clear()
            self.failed, self.shared_takes, start = "", 0.0, time.process_time()
            if isinstance(item, pytest.DoctestItem):
                self.names[item] = dict(item.dtest.globs)  # a doctest empties them at its end
            item.ihook.pytest_runtest_protocol(item=item, nextitem=after)
            self.takes[item] = time.process_time() - start - self.shared_takes
            if self.failed:
                print(f"left out, it fails without a mutant: {item.nodeid}")
            elif self.takes[item] > LONGEST:
                print(f"left out, it takes {self.takes[item]:.1f} s: {item.nodeid}")
            else:
                self.breadth[item] = len(state()._stats)
                for function in state()._stats:
                    self.reach[function].add(item)
            if self.takes[item] > 1:
                print(f"{self.takes[item]:.1f} s: {item.nodeid}")
        print(f"{sum(self.takes.values()):.0f} s for {len(items)} tests")
        sys.stdout.flush()
        set_mutant_under_test("")
        self._look_for_memories()
        self._forget()
        gc.collect()
        gc.freeze()

    def _run_again(self) -> None:
        """Leaves out tests that fail at their second time, when no mutant is at work either."""
        receive, send = os.pipe()
        child = os.fork()
        if not child:
            self._quiet()
            items = list(self.takes)
            for item, after in zip(items, [*items[1:], items[0]], strict=True):
                self._run(item, after)
                if self.failed:
                    os.write(send, f"{self.failed}\n".encode())
            os._exit(0)
        os.close(send)
        with os.fdopen(receive) as pipe:
            failed = set(pipe.read().splitlines())
        _, status = os.waitpid(child, 0)
        if status:
            raise RuntimeError("the tests do not run a second time")
        print(f"left out, they fail the second time: {sorted(failed)}")
        for reached in self.reach.values():
            reached -= {item for item in reached if item.nodeid in failed}

    def _run(self, item: pytest.Item, after: pytest.Item) -> None:
        self.failed = ""
        if isinstance(item, pytest.DoctestItem):
            item.dtest.globs.update(self.names[item])
        item.ihook.pytest_runtest_protocol(item=item, nextitem=after)

    def _quiet(self) -> None:
        self._own_cache()
        nothing = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nothing, 1)
        os.dup2(nothing, 2)

    def _look_for_memories(self) -> None:
        """Finds what remembers answers: functions with a cache, and screeners."""
        gc.unfreeze()  # a command that was run here has hidden what there was
        found = gc.get_objects()
        self.caches = [thing for thing in found if isinstance(thing, functools._lru_cache_wrapper)]
        self.caches = [c for c in self.caches if _forgets(c)]
        self.screeners = [thing for thing in found if type(thing).__name__ == "Screener"]
        self.kept = [thing for thing in found if type(thing).__name__ == "Once"]

    def _forget(self) -> None:
        """Empties what remembers answers, so that every test computes its own."""
        for cache in self.caches:
            cache.cache_clear()
        for screener in self.screeners:
            screener._told.clear()
            screener._seen.clear()
            screener._read_ahead = {}
            screener._last_rest = (None, None)
        for kept in self.kept:
            kept._found.clear()

    def _tests_of(self, mutant: Mapping[str, str]) -> list[pytest.Item]:
        """Its tests: what killed its like, what killed most, its module's, what reaches most."""
        function = mutant["function"]
        killers = self.killers[function]
        reached = self.reach[function]
        of_file: dict[Path, float] = defaultdict(float)
        for item in reached:
            of_file[item.path] += self.takes[item]

        def place(item: pytest.Item) -> tuple[Any, ...]:
            own = item.path.stem.removeprefix("test_").startswith(mutant["module"])
            rank = -killers.index(item) if item in killers else 1
            kills = self.kills[item]
            return rank, -kills, not own, of_file[item.path], str(item.path), -self.breadth[item]

        chosen: list[pytest.Item] = []
        left = self.budget
        for item in sorted(reached, key=place):
            left -= self.takes[item]
            if left < 0 and chosen:
                break
            chosen.append(item)
        return chosen

    def _try(self, mutant: Mapping[str, str]) -> tuple[str, str]:
        tests = self._tests_of(mutant)
        if not tests:
            return "at import" if mutant["function"] in self.at_import else "not reached", ""
        receive, send = os.pipe()
        child = os.fork()
        if not child:
            with contextlib.suppress(BaseException):
                self._in_child(mutant, tests, send)
            os._exit(3)
        os.close(send)
        with os.fdopen(receive) as pipe:
            by = pipe.read()
        _, status = os.waitpid(child, 0)
        if os.WIFEXITED(status) and os.WEXITSTATUS(status) == 0:
            return "survived", f"{len(tests)} tests"
        if os.WIFSIGNALED(status):
            name = signal.Signals(os.WTERMSIG(status)).name
            return "killed", "time" if name in {"SIGXCPU", "SIGALRM"} else name
        found = next((item for item in tests if item.nodeid == by), None)
        if found is not None:
            self.kills[found] += 1
            killers = self.killers[mutant["function"]]
            killers[:] = [*(k for k in killers if k is not found), found]
        return "killed", by or "the test run itself failed"

    def _in_child(self, mutant: Mapping[str, str], tests: list[pytest.Item], send: int) -> None:
        expected = sum(self.takes[item] for item in tests) + 10
        resource.setrlimit(resource.RLIMIT_CPU, (int(3 * expected), int(3 * expected) + 5))
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        signal.alarm(int(20 * expected))
        self._quiet()
        if mutant["module"] in WHOLE or mutant["function"] in self.made_with:
            for fixture in self.shared:
                fixture.cached_result = None
            known = {fixture.argname for fixture in self.shared}
            tests = sorted(tests, key=lambda t: bool(known & set(getattr(t, "fixturenames", ()))))
        set_mutant_under_test(mutant["name"])
        elsewhere = next(i for i in self.takes if i.path != tests[-1].path)
        for item, after in zip(tests, [*tests[1:], elsewhere], strict=True):
            self._run(item, after)
            if self.failed:
                os.write(send, self.failed.encode())
                os._exit(1)
        os._exit(0)

    def _own_cache(self) -> None:
        """A cache that holds no law, so that a mutant neither reads nor leaves what is compiled."""
        shared = Path(os.environ["SCREENING_CACHE"])
        own = Path(f"cache-{os.getppid()}").absolute()  # one for each that tries mutants
        shutil.rmtree(own, ignore_errors=True)
        own.mkdir(mode=0o700)
        for path in shared.glob("registry-*"):  # slow to make, and of another module
            (own / path.name).symlink_to(path)
        os.environ["SCREENING_CACHE"] = str(own)


def main() -> int:
    """Tries the mutants of a plan with some files of tests: ``PLAN TEST...``."""
    plan = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    quiet = ["-s", "-p", "no:terminal", "-p", "no:cacheprovider", "-p", "no:xdist"]
    settings = [
        "-o",
        "addopts=",
        "--import-mode=importlib",
        "--doctest-modules",
        "-k",
        f"not {' and not '.join(plan['without'])}",
    ]
    set_mutant_under_test("stats")
    done = pytest.main([*quiet, *settings, *sys.argv[2:]], plugins=[Trials(plan)])
    return 0 if done is pytest.ExitCode.TESTS_FAILED else int(done)  # those are left out


if __name__ == "__main__":
    raise SystemExit(main())
