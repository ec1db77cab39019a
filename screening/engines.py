"""The same work on a cluster: chunks of rows as tasks of Dask distributed.

An engine takes the place of the worker processes of this machine. Rows are read, counted and
written here, in order; only the screening of a row is done elsewhere. Workers get the screener as
its settings, once each, and are refused if their lists or versions are not those of this machine,
so that the answers are the same wherever they are made.

A worker that dies costs nothing: what it had to do is done again. Where a chunk was under way on a
worker that died, its rows are done again one by one with nothing else under way, so that a row that
ends its worker is told apart from its neighbours.

Dask distributed is the extra ``dask``; without it an import of this module raises
`MissingExtraError`.
"""

from __future__ import annotations

import contextlib
import faulthandler
import itertools
import logging
import math
import os
import threading
import time
import uuid
from asyncio import CancelledError
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from screening.batch import CHUNK, LARGE_CHUNK, chunked, software
from screening.errors import ClusterError, MissingExtraError
from screening.guard import DEATHS, LOOK_AHEAD, Limits, Trouble, look_ahead_of

try:
    import dask.config
    from distributed import Client, Future, KilledWorker, LocalCluster, WorkerPlugin, get_worker
    from distributed.protocol.pickle import dumps, loads
except ImportError:
    raise MissingExtraError("dask", "screening on a cluster") from None

PATIENCE = 3
"""Times the seconds of an item by the clock, as other work on a machine makes an item slower."""

WAIT = 60
"""Seconds that a cluster has to answer, and to have a worker."""

WITHOUT = 300
"""Seconds that a run waits for a cluster that has lost all its workers."""

_COUNT_AGAIN = 5.0
_LOOK = 10.0
_TAKE_UP = "put that right and take the run up with --resume"
_QUIET = logging.CRITICAL + 1
_SETTINGS = {
    # a task is given back at once when its worker dies; whether it is to blame is found out here
    "distributed.scheduler.allowed-failures": 0,
    # rows need no more memory than they need: nothing to move to disk, nothing to wait for
    "distributed.worker.memory.target": False,
    "distributed.worker.memory.spill": False,
    "distributed.worker.memory.pause": False,
    "distributed.worker.memory.terminate": 0.95,
    # on a busy machine a worker may need longer than the usual 15 s to come again
    "distributed.deploy.lost-worker-timeout": "1 day",
}

S = TypeVar("S")
T = TypeVar("T")
R = TypeVar("R")


# --- on a worker -----------------------------------------------------------------------------


class _Keeper(WorkerPlugin):
    """Lays the state down on each worker, also on one that comes later or again.

    Args:
        name: of the state.
        state: the state, pickled; it is made when the first chunk needs it.
        standing: what it must be where it is made.
    """

    def __init__(self, name: str, state: bytes, standing: dict[str, str]) -> None:
        self.name = name
        self._state = state
        self._standing = standing

    def setup(self, worker: Any) -> None:  # noqa: ARG002
        """The worker knows the state."""
        _KEPT[self.name] = self

    def teardown(self, worker: Any) -> None:  # noqa: ARG002
        """The worker forgets the state."""
        _KEPT.pop(self.name, None)
        _MADE.pop(self.name, None)

    def make(self) -> Any:
        """The state, if it is what it is where it came from."""
        state = loads(self._state)
        here = _standing(state)
        if here != self._standing:
            names = [k for k in self._standing if here.get(k) != self._standing[k]]
            reason = "; ".join(f"{n}: {here.get(n)} there, {self._standing[n]} here" for n in names)
            raise ClusterError(
                "a worker",
                f"would not give the same answers ({reason})",
                "install the same versions there, and use the same lists",
            )
        return state


_KEPT: dict[str, _Keeper] = {}
_MADE: dict[str, Any] = {}
_LOCK = threading.Lock()


def _standing(state: Any) -> dict[str, str]:
    """What answers depend on besides the rows: the lists of a screener, and versions."""
    bundle = getattr(state, "bundle", None)
    return software() | ({} if bundle is None else {"lists": bundle.digest})


def _state(name: str) -> Any:
    """The state, made when it is first asked for."""
    with _LOCK:
        if name not in _MADE:
            _MADE[name] = _KEPT[name].make()
        return _MADE[name]


def _ready(name: str) -> list[str]:
    """Makes the state, and tells the address of the worker that now has it."""
    _state(name)
    return [str(get_worker().address)]


def _answers(
    function: Callable[[Any, T], R], name: str, seconds: int, items: Sequence[T]
) -> list[R]:
    """The results of a chunk; an item that takes longer than its time ends the worker."""
    state = _state(name)
    look_ahead = look_ahead_of(function)
    results = []
    armed = 0.0
    with open(os.devnull, "w", encoding="ascii") as nowhere:  # noqa: PTH123
        try:
            for at, item in enumerate(items):
                now = time.monotonic()
                if now - armed >= 1:  # arming for each item would cost as much as a quick one
                    # a thread of the system's, which ends even what holds the interpreter's lock
                    faulthandler.dump_traceback_later(seconds + 1, exit=True, file=nowhere)
                    armed = now
                if at % LARGE_CHUNK == 0:
                    look_ahead(state, items[at : at + LARGE_CHUNK])
                results.append(function(state, item))
        finally:
            faulthandler.cancel_dump_traceback_later()
    return results


# --- here ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class DaskEngine:
    """Screens on a cluster of Dask distributed.

    Attributes:
        scheduler: address of its scheduler, such as ``tcp://10.0.0.5:8786``; None starts a cluster
            on this machine, which ends with the run.
        workers: worker processes of the cluster that is started, of one thread each.
        together: chunks that make up a task; a task costs the scheduler some milliseconds.
    """

    scheduler: str | None = None
    workers: int = 1
    together: int = 16

    @contextlib.contextmanager
    def crew(
        self,
        function: Callable[[S, T], R],
        state: S,
        killed: Callable[[T, Trouble], R],
        limits: Limits | None = None,
    ) -> Iterator[DaskCrew[S, T, R]]:
        """Workers that are there before the first chunk is.

        Args:
            function: a function of a module, called with `state` and one item; must not raise.
            state: what every call needs; goes to each worker once.
            killed: the result for an item that passed its time or ends its workers.
            limits: of an item; None: the usual ones.

        Raises:
            ClusterError: there is no such cluster, or it would not give the same answers.
        """
        limits = limits or Limits()
        with contextlib.ExitStack() as stack:
            where = self.scheduler or "the cluster on this machine"
            guard = "guard the main program by `if __name__ == '__main__'`"
            remedy = "check that it runs and has workers" if self.scheduler else guard
            with _faults_named(where, "does not start or answer", remedy):
                client = self._client(stack, limits)
                made = DaskCrew(client, where, function, state, killed, limits, self.together)
            stack.callback(made.close)
            yield made

    def _client(self, stack: contextlib.ExitStack, limits: Limits) -> Client:
        cluster: Any = self.scheduler
        if cluster is None:
            stack.enter_context(dask.config.set(_SETTINGS))
            cluster = stack.enter_context(
                LocalCluster(
                    n_workers=self.workers,
                    threads_per_worker=1,
                    memory_limit=limits.memory,
                    dashboard_address=None,
                    scheduler_kwargs={"dashboard": False, "dashboard_address": "127.0.0.1:0"},
                    silence_logs=_QUIET,
                )
            )
        client: Client = stack.enter_context(Client(cluster, timeout=WAIT, set_as_default=False))
        client.wait_for_workers(1, timeout=WAIT)
        return client


@contextlib.contextmanager
def _faults_named(where: str, what: str, remedy: str) -> Iterator[None]:
    """Whatever a cluster fails with, as an error that says what to do."""
    try:
        yield
    except ClusterError as error:
        raise ClusterError(where, error.reason, error.remedy) from None
    except (Exception, CancelledError) as error:
        said = (str(error).splitlines() or [""])[0][:200]
        reason = f"{what} ({type(error).__name__}: {said})"
        raise ClusterError(where, reason, remedy) from error


class DaskCrew(Generic[S, T, R]):
    """A function over chunks of items, as tasks of a cluster.

    Args:
        client: of the cluster.
        where: what the cluster is called in an error.
        function: a function of a module, called with `state` and one item; it must not raise.
        state: what every call needs.
        killed: the result for an item that passed its time or ends its workers.
        limits: of an item; its time is that of the clock, `PATIENCE` times its seconds.
        together: chunks that make up a task.
    """

    def __init__(
        self,
        client: Client,
        where: str,
        function: Callable[[S, T], R],
        state: S,
        killed: Callable[[T, Trouble], R],
        limits: Limits,
        together: int,
    ) -> None:
        self._client = client
        self._where = where
        self._function = function
        self._killed = killed
        self._seconds = limits.seconds * PATIENCE
        self._name = f"screening-{uuid.uuid4().hex}"
        self._together = together
        self._tasks = 0
        self._ready_at: str | None = None
        self._ahead = 0
        self._counted = 0.0
        client.register_plugin(_Keeper(self._name, dumps(state), _standing(state)), self._name)

    def close(self) -> None:
        """The workers forget the state."""
        with contextlib.suppress(Exception):  # the cluster may be gone
            self._client.unregister_worker_plugin(self._name)

    def run(self, chunks: Iterable[Sequence[T]]) -> Iterator[list[R]]:
        """The results of chunks, in order; a bounded number is under way.

        Raises:
            ClusterError: the cluster is gone, or a worker would not give the same answers.
        """
        under_way: deque[tuple[list[Sequence[T]], Future[Any]]] = deque()
        source = iter(chunks)
        more = True
        while True:
            while more and len(under_way) < self._most():
                group = list(itertools.islice(source, self._together))
                more = bool(group)
                if more:
                    under_way.append((group, self._submitted(list(itertools.chain(*group)))))
            if not under_way:
                return
            group, future = under_way.popleft()
            results = iter(self._results(group, future, under_way))
            for chunk in group:
                yield list(itertools.islice(results, len(chunk)))

    def _most(self) -> int:
        """How many tasks may be under way; workers come and go."""
        now = time.monotonic()
        if not self._ahead or now - self._counted > _COUNT_AGAIN:
            with self._lost_named():
                threads = sum(self._client.nthreads().values())
            self._ahead, self._counted = LOOK_AHEAD * max(1, threads), now
        return self._ahead

    def _submitted(self, items: Sequence[T], worker: str | None = None) -> Future[Any]:
        arguments = (self._function, self._name, self._seconds, items)
        return self._task(_answers, *arguments, worker=worker)

    def _task(
        self, function: Callable[..., Any], *arguments: Any, worker: str | None = None
    ) -> Future[Any]:
        self._tasks += 1
        with self._lost_named():
            return self._client.submit(
                function,
                *arguments,
                key=f"{self._name}-{self._tasks}",
                pure=False,
                workers=worker,
                allow_other_workers=worker is not None,
            )

    def _lost_named(self) -> contextlib.AbstractContextManager[None]:
        return _faults_named(self._where, "does not screen any more", _TAKE_UP)

    def _results(
        self,
        group: Iterable[Sequence[T]],
        future: Future[Any],
        under_way: Iterable[tuple[Any, Future[Any]]],
    ) -> list[R]:
        """The results of a task; where its worker died, what its parts give with nothing else."""
        results = self._result(future)
        if results is not None:
            return results
        with self._lost_named():
            for _, other in under_way:
                other.exception()  # waits for it
        return list(self._again(list(itertools.chain(*group))))

    def _result(self, future: Future[Any]) -> list[R] | None:
        """What a task gives; None where its worker died."""
        with self._lost_named():
            seen = time.monotonic()
            while True:
                try:
                    results: list[R] = future.result(timeout=_LOOK)
                except KilledWorker:
                    self._ready_at = None
                    return None
                except TimeoutError:
                    if self._client.nthreads():
                        seen = time.monotonic()
                    elif time.monotonic() - seen > WITHOUT:
                        raise ClusterError(
                            self._where, "has no worker any more", _TAKE_UP
                        ) from None
                else:
                    return results

    def _again(self, items: Sequence[T]) -> Iterator[R]:
        """The results of items in ever smaller parts, each with nothing else under way."""
        size = 1 if len(items) <= CHUNK else math.isqrt(len(items))
        for part in chunked(items, size):
            if len(part) == 1:
                yield self._alone(part[0])
                continue
            results = self._result(self._submitted(part))
            yield from self._again(part) if results is None else results

    def _alone(self, item: T) -> R:
        """The result of an item; if its worker dies meanwhile, it is of its doing."""
        for _ in range(DEATHS):
            while self._ready_at is None:  # on a worker that has the state its time is its own
                ready = self._result(self._task(_ready, self._name))
                self._ready_at = None if ready is None else str(ready[0])
            began = time.monotonic()
            results = self._result(self._submitted([item], self._ready_at))
            if results is not None:
                return results[0]
            if time.monotonic() - began > self._seconds:
                return self._killed(item, Trouble.TIME)
        return self._killed(item, Trouble.DIED)
