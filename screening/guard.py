"""Worker processes with limits: an item that crashes, hangs or eats memory costs itself alone.

Each item has a time of computing and a process an amount of memory. The parent sees which item a
worker is at, so it knows the one that a worker died of; the items before and after it are done by
the worker's replacement. On Linux workers are forked from one helper process that holds the state
and nothing else, so that a replacement takes milliseconds; elsewhere each is started afresh. There
the memory is not limited and the time is that of the clock.
"""

from __future__ import annotations

import contextlib
import enum
import faulthandler
import gc
import mmap
import multiprocessing
import os
import pickle  # only between processes of one run
import signal
import socket
import struct
import sys
import threading
import time
import warnings
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from multiprocessing import connection
from types import TracebackType
from typing import Any, Generic, NoReturn, Protocol, Self, TypeVar

if sys.platform != "win32":
    import resource

LOOK_AHEAD = 4
"""Chunks a worker that may be under way at once."""

DEATHS = 3
"""How often a worker may die of an item; a person or the system may have killed it once."""

_AHEAD_BYTES = 48_000
"""A chunk up to this size is sent while another is worked on: it fits the socket's buffer."""

_TICK = 0.5
_STARTS = 3
_KILLED_STARTS = 30

S = TypeVar("S")
T = TypeVar("T")
R = TypeVar("R")
F = TypeVar("F", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Limits:
    """What one item may take.

    Attributes:
        seconds: of computing; whole seconds, exceeded by at most one.
        memory: bytes that a worker may take beyond what it starts with.
        patience: times `seconds` by the clock, for what hangs without computing.
    """

    seconds: int = 20
    memory: int = 2 * 2**30
    patience: int = 10


class Trouble(enum.StrEnum):
    """Why an item has no result of its own."""

    TIME = "took too long"
    DIED = "ended its process"


# --- in a worker -----------------------------------------------------------------------------


def _limit_memory(allowance: int) -> None:
    """Allows so many bytes more than this process has now."""
    if sys.platform != "linux":
        return
    with open("/proc/self/statm", encoding="ascii") as stream:  # noqa: PTH123
        pages = int(stream.read().split()[0])
    wanted = pages * resource.getpagesize() + allowance
    _lower(resource.RLIMIT_AS, wanted)


def _lower(kind: int, wanted: int) -> None:
    hard = resource.getrlimit(kind)[1]
    if hard != resource.RLIM_INFINITY:
        wanted = min(wanted, hard)
    resource.setrlimit(kind, (wanted, hard))


class _Clock:
    """The limit of computing time, moved on before each item; the system ends what passes it."""

    def __init__(self, seconds: int) -> None:
        self._seconds = seconds
        self._end = 0

    def start(self) -> None:
        """Gives the next item its whole time."""
        if sys.platform == "win32":
            return
        end = int(time.process_time()) + self._seconds + 1
        if end != self._end:
            self._end = end
            _lower(resource.RLIMIT_CPU, end)


LookAhead = Callable[[Any, Sequence[Any]], None]


def with_look_ahead(ahead: LookAhead) -> Callable[[F], F]:
    """Has a function of one item see the items of its chunk first, as some work is done together.

    Args:
        ahead: called with what every call needs and the items; must not raise, nor change what the
            function answers.
    """

    def marked(function: F) -> F:
        function.look_ahead = ahead  # type: ignore[attr-defined]
        return function

    return marked


def look_ahead_of(function: Callable[..., Any]) -> LookAhead:
    """What sees the items of a chunk first."""
    found: LookAhead = getattr(function, "look_ahead", _see_nothing)
    return found


def _see_nothing(state: Any, items: Sequence[Any]) -> None:
    """For functions that do nothing together."""


def _serve(
    channel: connection.Connection,
    place: Any,
    function: Callable[[S, T], R],
    state: S,
    limits: Limits,
) -> None:
    """Answers chunks until the parent hangs up.

    Args:
        channel: chunks in, results out.
        place: two numbers that the parent reads: the chunk and the item that this worker is at, 0
            while it looks ahead.
        function: what is done with an item.
        state: what it needs.
        limits: of an item.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the keyboard is for the main process
    faulthandler.disable()  # a row that crashes is told of by its finding
    if sys.platform != "win32":
        signal.signal(signal.SIGXCPU, signal.SIG_DFL)
        _lower(resource.RLIMIT_CORE, 0)
    _limit_memory(limits.memory)
    clock = _Clock(limits.seconds)
    gc.freeze()  # what it was given stays as long as it lives
    ahead = look_ahead_of(function)
    channel.send_bytes(b"")
    while True:
        try:
            number, items = pickle.loads(channel.recv_bytes())  # noqa: S301
        except (EOFError, ConnectionError):
            return
        place[1], place[0] = 0, number
        clock.start()
        ahead(state, items)
        results = []
        for at, item in enumerate(items, start=1):
            place[1] = at
            clock.start()
            results.append(function(state, item))
        place[1] = len(items) + 1
        try:
            channel.send_bytes(pickle.dumps((number, results), pickle.HIGHEST_PROTOCOL))
        except (BrokenPipeError, ConnectionError):
            return


def _serve_and_end(*arguments: Any) -> NoReturn:
    """`_serve` as the whole life of a forked process; nothing of the parent is tidied up twice."""
    code = 1
    try:
        _serve(*arguments)
        code = 0
    finally:
        os._exit(code)


# --- the helper that forks workers -----------------------------------------------------------


def _mother(
    control: socket.socket,
    others: socket.socket | None,
    function: Callable[[Any, Any], Any],
    state: Any,
    limits: Limits,
) -> None:
    """Forks workers on demand, and says how they ended; ends with its parent.

    Args:
        control: ``f`` asks for a worker, ``w`` and a process id for how that one ended.
        others: the parent's end of it, which a forked helper has to let go of.
        function: what is done with an item.
        state: what it needs.
        limits: of an item.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if others is not None:
        others.close()
    gc.collect()
    gc.freeze()
    children: set[int] = set()
    try:
        control.sendall(b"r")
        while True:
            asked = control.recv(1)
            if asked == b"f":
                children.add(_bear(control, function, state, limits))
            elif asked == b"w":
                (pid,) = struct.unpack("q", control.recv(8, socket.MSG_WAITALL))
                children.discard(pid)
                control.sendall(struct.pack("q", _exit_code(pid)))
            else:
                return
    except OSError:  # the parent is gone
        return
    finally:
        for pid in children:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)


def _exit_code(pid: int) -> int:
    """How a child of this process ended; -1 for one that is none."""
    try:
        return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    except ChildProcessError:
        return -1


def _bear(
    control: socket.socket, function: Callable[[Any, Any], Any], state: Any, limits: Limits
) -> int:
    """Forks one worker, and sends the parent its channel and its place."""
    ours, theirs = socket.socketpair()
    memory = os.memfd_create("place")
    os.ftruncate(memory, 16)
    with warnings.catch_warnings():  # threads of numeric libraries, which end before a fork
        warnings.simplefilter("ignore", DeprecationWarning)
        pid = os.fork()
    if not pid:
        with contextlib.suppress(BaseException):
            control.close()
            ours.close()
            place = memoryview(mmap.mmap(memory, 16)).cast("q")
            channel = connection.Connection(theirs.detach())
            _serve_and_end(channel, place, function, state, limits)
        os._exit(1)
    theirs.close()
    with ours:
        socket.send_fds(control, [struct.pack("q", pid)], [ours.fileno(), memory])
    os.close(memory)
    return pid


# --- workers as the parent sees them ---------------------------------------------------------


@dataclass(eq=False)
class _Part(Generic[T]):
    """Items of a job that go to a worker together."""

    job: _Job[T, Any]
    offset: int
    items: Sequence[T]
    number: int = 0


@dataclass(eq=False)
class _Job(Generic[T, R]):
    """A chunk and what is known of its results."""

    items: Sequence[T]
    results: list[Any]
    open: int
    deaths: dict[int, int] = field(default_factory=dict)

    @property
    def done(self) -> bool:
        """Every item has its result."""
        return self.open == 0


@dataclass(eq=False)
class _Worker:
    """A worker process.

    Attributes:
        channel: to and from it.
        place: the chunk and the item that it is at.
        end: ends it.
        ended: how it ended, once its channel is closed.
        ready: it has said that it works.
        parts: what it has to do, in order.
        seen: where it was when the parent last looked, and when that was new.
        late: it was ended for its time.
    """

    channel: connection.Connection
    place: Any
    end: Callable[[], None]
    ended: Callable[[], int]
    ready: bool = False
    parts: deque[_Part[Any]] = field(default_factory=deque)
    seen: tuple[int, int, float] = (0, 0, 0.0)
    late: bool = False


class _Starter(Protocol):
    """What starts workers."""

    def start(self) -> _Worker:
        """A new worker; it may not be ready yet."""

    def close(self) -> None:
        """Lets go of what is needed to start workers."""


def may_fork() -> bool:
    """No other thread of this process may hold a lock that a fork would copy as held."""
    return threading.active_count() == 1


class _Forked:
    """Workers forked from a helper process."""

    def __init__(self, function: Callable[[Any, Any], Any], state: Any, limits: Limits) -> None:
        self._arguments = (function, state, limits)
        self._control, self._process = self._helper()

    def _helper(self, tries: int = _STARTS) -> tuple[socket.socket, Any]:
        if multiprocessing.current_process().daemon:
            raise ConnectionError("a daemon process has no processes of its own")
        ours, theirs = socket.socketpair()
        fork = may_fork()
        context: Any = multiprocessing.get_context("fork" if fork else "spawn")
        others = ours if fork else None
        process = context.Process(
            target=_mother, args=(theirs, others, *self._arguments), daemon=True
        )
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            process.start()
        theirs.close()
        if ours.recv(1) != b"r":
            ours.close()
            process.join()
            if tries > 1 and (process.exitcode or 0) < 0:  # somebody killed it
                return self._helper(tries - 1)
            raise ConnectionError("the helper process did not start")
        return ours, process

    def start(self) -> _Worker:
        """A new worker, from a new helper if the old one is gone."""
        for _ in range(_STARTS):
            try:
                return self._start()
            except OSError:
                self.close()
                self._control, self._process = self._helper()
        return self._start()

    def _start(self) -> _Worker:
        self._control.sendall(b"f")
        text, files, _, _ = socket.recv_fds(self._control, 8, 2)
        if len(files) != 2:
            raise ConnectionError("the helper process is gone")
        (pid,) = struct.unpack("q", text)
        place = memoryview(mmap.mmap(files[1], 16)).cast("q")
        os.close(files[1])
        helper = self._process

        def end() -> None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

        def ended() -> int:
            return self._ended(pid) if self._process is helper else -1

        return _Worker(connection.Connection(files[0]), place, end, ended)

    def _ended(self, pid: int) -> int:
        """How a worker of the present helper ended; of one of an earlier helper nobody knows."""
        try:
            self._control.sendall(b"w" + struct.pack("q", pid))
            said = self._control.recv(8, socket.MSG_WAITALL)
        except OSError:
            return -1
        return int(struct.unpack("q", said)[0]) if len(said) == 8 else -1

    def close(self) -> None:
        """Ends the helper, and with it its workers."""
        with contextlib.suppress(OSError):
            self._control.sendall(b"q")
        self._control.close()
        self._process.join(5)
        if self._process.is_alive():
            self._process.kill()
            self._process.join()


class _Spawned:
    """Workers that are started afresh one by one."""

    def __init__(self, function: Callable[[Any, Any], Any], state: Any, limits: Limits) -> None:
        self._arguments = (function, state, limits)
        self._context = multiprocessing.get_context("spawn")

    def start(self) -> _Worker:
        """A new worker."""
        ours, theirs = self._context.Pipe()
        place = self._context.RawArray("q", 2)
        process = self._context.Process(
            target=_serve, args=(theirs, place, *self._arguments), daemon=True
        )
        process.start()
        theirs.close()

        def ended() -> int:
            process.join()
            return process.exitcode or 0

        return _Worker(ours, place, process.kill, ended)

    def close(self) -> None:
        """Nothing is held."""


class Crew(Generic[S, T, R]):
    """Worker processes that are replaced when one of them dies. A context manager.

    Args:
        function: a function of a module, called with `state` and one item.
        state: what every call needs; must pickle.
        killed: the result for an item that passed its time, or of which `DEATHS` workers died.
        workers: how many.
        limits: of an item.
        fork: fork workers where that can be done.

    Raises:
        ConnectionError: no worker can be started, as where the main program cannot be imported.
    """

    def __init__(
        self,
        function: Callable[[S, T], R],
        state: S,
        killed: Callable[[T, Trouble], R],
        workers: int,
        *,
        limits: Limits | None = None,
        fork: bool = sys.platform == "linux",
    ) -> None:
        self._killed = killed
        self._limits = limits or Limits()
        self._ahead = fork
        self._number = 0
        self._failed = 0
        starter = _Forked if fork else _Spawned
        self._starter: _Starter = starter(function, state, self._limits)
        self._workers = [self._starter.start() for _ in range(workers)]
        self._todo: deque[_Part[T]] = deque()
        try:
            while not any(w.ready for w in self._workers):
                self._listen(None)
        except BaseException:
            self.__exit__(None, None, None)
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for worker in self._workers:
            worker.end()
            worker.channel.close()
            worker.ended()
        self._starter.close()

    def run(self, chunks: Iterable[Sequence[T]]) -> Iterator[list[R]]:
        """The results of chunks, in order; at most `LOOK_AHEAD` chunks a worker are read ahead."""
        jobs: deque[_Job[T, R]] = deque()
        source = iter(chunks)
        more = True
        while True:
            while more and len(jobs) < LOOK_AHEAD * len(self._workers):
                items = next(source, None)
                if items is None:
                    more = False
                    break
                jobs.append(_Job(items, [None] * len(items), len(items)))
                if items:
                    self._todo.append(_Part(jobs[-1], 0, items))
            self._assign()
            if jobs and jobs[0].done:
                yield jobs.popleft().results
            elif jobs:
                self._listen(_TICK)
            elif not more:
                return

    def _assign(self) -> None:
        for most in (1, 2) if self._ahead else (1,):
            for worker in self._workers:
                if self._todo and worker.ready and len(worker.parts) < most:
                    self._send(worker, first=most == 1)

    def _send(self, worker: _Worker, *, first: bool) -> None:
        """Sends the next part; to a worker that is not waiting only what its buffer can hold."""
        part = self._todo[0]
        self._number += 1
        part.number = self._number
        data = pickle.dumps((part.number, part.items), pickle.HIGHEST_PROTOCOL)
        if not first and len(data) > _AHEAD_BYTES:
            return
        self._todo.popleft()
        if first:
            worker.seen = (0, 0, time.monotonic())
        worker.parts.append(part)
        with contextlib.suppress(OSError):  # it is dead, which its channel will say
            worker.channel.send_bytes(data)

    def _listen(self, timeout: float | None) -> None:
        """Takes in results and deaths."""
        by_channel = {worker.channel: worker for worker in self._workers}
        for channel in connection.wait(list(by_channel), timeout):
            worker = by_channel[channel]  # type: ignore[index]
            try:
                data = worker.channel.recv_bytes()
            except (EOFError, OSError):
                self._replace(worker)
                continue
            if not data:
                worker.ready = True
                self._failed = 0
                continue
            number, results = pickle.loads(data)  # noqa: S301
            part = worker.parts.popleft()
            if part.number != number:
                raise RuntimeError("a worker answered another chunk than it was given")
            worker.seen = (0, 0, time.monotonic())
            part.job.results[part.offset : part.offset + len(results)] = results
            part.job.open -= len(results)
        self._watch()

    def _watch(self) -> None:
        """Ends workers that have been at one item, or at the look ahead, too long by the clock."""
        now = time.monotonic()
        seconds = self._limits.seconds * (self._limits.patience if self._ahead else 1)
        for worker in self._workers:
            if not worker.parts:
                continue
            at = (worker.place[0], worker.place[1])
            if at != worker.seen[:2]:
                worker.seen = (*at, now)
            elif now - worker.seen[2] > seconds and self._is_at_work(worker):
                worker.late = True
                worker.end()
                worker.seen = (*at, now)

    @staticmethod
    def _is_at_work(worker: _Worker) -> bool:
        """A worker has begun its first part: it looks ahead, or is at an item."""
        part = worker.parts[0]
        return bool(worker.place[0] == part.number and worker.place[1] <= len(part.items))

    @staticmethod
    def _item(worker: _Worker) -> int | None:
        """Which item of its first part a worker is at; None before the first or after the last."""
        part = worker.parts[0]
        number, at = worker.place[0], worker.place[1]
        return at - 1 if number == part.number and 1 <= at <= len(part.items) else None

    def _replace(self, worker: _Worker) -> None:
        """Puts another worker in the place of a dead one, and its work back to be done."""
        worker.channel.close()
        code = worker.ended()
        if not worker.ready:
            self._failed += 1 if code < 0 else _KILLED_STARTS // _STARTS  # killed, or by itself
            if self._failed >= _KILLED_STARTS:
                raise ConnectionError(f"worker processes do not start (the last ended with {code})")
        late = worker.late or (sys.platform != "win32" and code == -signal.SIGXCPU)
        back = list(worker.parts)
        if back:
            at = self._item(worker)
            if at is None and len(back[0].items) == 1:
                at = 0
            back[:1] = _halved(back[0]) if at is None else self._without(back[0], at, late=late)
        self._todo.extendleft(reversed(back))
        self._workers[self._workers.index(worker)] = self._starter.start()

    def _without(self, part: _Part[T], at: int, *, late: bool) -> list[_Part[T]]:
        """What is left to do of a part whose worker died at an item of it."""
        job, place = part.job, part.offset + at
        deaths = job.deaths[place] = job.deaths.get(place, 0) + 1
        cut = [(0, at), (at, at + 1), (at + 1, len(part.items))]
        if late or deaths >= DEATHS:
            job.results[place] = self._killed(
                part.items[at], Trouble.TIME if late else Trouble.DIED
            )
            job.open -= 1
            del cut[1]
        return [
            _Part(job, part.offset + start, part.items[start:stop])
            for start, stop in cut
            if stop > start
        ]


def _halved(part: _Part[T]) -> list[_Part[T]]:
    """A part in two: its worker died on the way to its items or back, and no item is known."""
    middle = len(part.items) // 2
    return [
        _Part(part.job, part.offset, part.items[:middle]),
        _Part(part.job, part.offset + middle, part.items[middle:]),
    ]
