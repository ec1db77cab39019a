"""Frames and files: every row once and in order, whatever happens to a row or to a worker.

Rows stream through: memory does not grow with the file. Worker processes are started afresh, get
the screener once and chunks of rows after that; a row that kills its worker is found by halving its
chunk and comes back as ``unscreened``, like any row whose screening fails.
"""

from __future__ import annotations

import contextlib
import dataclasses
import datetime as dt
import hashlib
import importlib.util
import json
import multiprocessing
import os
import platform
import signal
import time
import warnings
from collections import Counter, OrderedDict, deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, Protocol, Self, TextIO, TypeVar

from screening.columns import ColumnMapping, recognise, to_shipment
from screening.decision import (
    Decision,
    Finding,
    FindingCode,
    Outcome,
    Provenance,
    Severity,
)
from screening.errors import InputFileError, MissingExtraError, ScreeningError, ShipmentError
from screening.report.html import ReportRow, write_report
from screening.report.tables import (
    RESULT_COLUMNS,
    CsvWriter,
    OutputFile,
    Table,
    TableRow,
    decision_cells,
    decision_json,
    read_table,
)
from screening.rules.load import Bundle
from screening.rules.model import Action
from screening.screener import coverage_of
from screening.shipment import Shipment

if TYPE_CHECKING:
    import pandas as pd

CHUNK = 32
"""Rows that go to a worker at once."""

LOOK_AHEAD = 4
"""Chunks a worker that may be under way at once."""

CACHE_ROWS = 10_000
CACHE_CHARACTERS = 50_000_000
"""Bounds of what is kept of rows already screened, for exact duplicates."""

S = TypeVar("S")
T = TypeVar("T")
R = TypeVar("R")


class Screens(Protocol):
    """What a batch needs of a screener."""

    @property
    def bundle(self) -> Bundle:
        """What it screens against."""

    def screen(self, shipment: Shipment) -> Decision:
        """The decision for one shipment."""


# --- any function over chunks, in order, over worker processes -------------------------------

_worker: dict[str, Any] = {}


def _start(state: Any) -> None:
    """Runs once in each worker; an interrupt from the keyboard is for the main process."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _worker["state"] = state


def _ready() -> bool:
    return True


def _run(function: Callable[[Any, T], R], chunk: Sequence[T]) -> list[R]:
    return [function(_worker["state"], item) for item in chunk]


class _Pool(Generic[S, T, R]):
    """Worker processes that are replaced when one of them dies."""

    def __init__(
        self, function: Callable[[S, T], R], state: S, killed: Callable[[T], R], workers: int
    ) -> None:
        self._function = function
        self._state = state
        self._killed = killed
        self._workers = workers
        self._executor = self._open(workers)
        self._single: ProcessPoolExecutor | None = None

    def _open(self, workers: int) -> ProcessPoolExecutor:
        return ProcessPoolExecutor(
            workers,
            mp_context=multiprocessing.get_context("spawn"),
            initializer=_start,
            initargs=(self._state,),
        )

    def can_start(self) -> bool:
        """Whether a worker comes up; none does where the main program cannot be imported."""
        try:
            return self._executor.submit(_ready).result()
        except BrokenProcessPool:
            return False

    def submit(self, chunk: Sequence[T]) -> Future[list[R]] | None:
        """Puts a chunk under way; None when the pool is broken, for `result` to mend."""
        try:
            return self._executor.submit(_run, self._function, chunk)
        except BrokenProcessPool:
            return None

    def result(self, chunk: Sequence[T], future: Future[list[R]] | None) -> list[R]:
        """The results of a chunk; if its worker died, of the chunk tried again by itself."""
        try:
            if future is not None:
                return future.result()
        except BrokenProcessPool:
            pass
        return self._alone(chunk)

    def _alone(self, chunk: Sequence[T]) -> list[R]:
        """Runs a chunk in a worker of its own, halving it until the item that kills is found."""
        self._single = self._single or self._open(1)
        try:
            return self._single.submit(_run, self._function, chunk).result()
        except BrokenProcessPool:
            self._single.shutdown()
            self._single = None
        if len(chunk) == 1:
            return [self._killed(chunk[0])]
        middle = len(chunk) // 2
        return self._alone(chunk[:middle]) + self._alone(chunk[middle:])

    def mend(self) -> None:
        """Opens new workers in place of a broken pool."""
        self._executor.shutdown(wait=False, cancel_futures=True)
        self._executor = self._open(self._workers)

    def close(self) -> None:
        """Stops the workers; chunks not yet begun are dropped."""
        for executor in (self._executor, self._single):
            if executor is not None:
                executor.shutdown(wait=True, cancel_futures=True)


def in_order(
    function: Callable[[S, T], R],
    state: S,
    chunks: Iterable[Sequence[T]],
    *,
    workers: int,
    killed: Callable[[T], R],
) -> Iterator[list[R]]:
    """Applies a function to chunks of items and yields their results in the order of the chunks.

    Args:
        function: a function of a module, called with `state` and one item; it must not raise.
        state: what every call needs; sent to each worker once.
        chunks: the items.
        workers: worker processes; 1 works in this process.
        killed: the result for an item whose worker died twice while it had it.

    Returns:
        One list of results a chunk. At most `LOOK_AHEAD` chunks a worker are read ahead.
    """
    if workers <= 1:
        for chunk in chunks:
            yield [function(state, item) for item in chunk]
        return
    pool = _Pool(function, state, killed, workers)
    try:
        if not pool.can_start():
            warnings.warn(
                "worker processes cannot start here (is the main program guarded by "
                "`if __name__ == '__main__'`?); working in one process",
                RuntimeWarning,
                stacklevel=2,
            )
            yield from in_order(function, state, chunks, workers=1, killed=killed)
            return
        under_way: deque[tuple[Sequence[T], Future[list[R]] | None]] = deque()
        for chunk in chunks:
            under_way.append((chunk, pool.submit(chunk)))
            if under_way[-1][1] is None:
                yield from _drained(pool, under_way)
                pool.mend()
            while len(under_way) >= LOOK_AHEAD * workers:
                yield pool.result(*under_way.popleft())
        yield from _drained(pool, under_way)
    finally:
        pool.close()


def _drained(
    pool: _Pool[S, T, R], under_way: deque[tuple[Sequence[T], Future[list[R]] | None]]
) -> Iterator[list[R]]:
    while under_way:
        yield pool.result(*under_way.popleft())


def chunked(items: Iterable[T], size: int = CHUNK) -> Iterator[list[T]]:
    """Lists of at most `size` items, in order.

    >>> list(chunked("abcde", 2))
    [['a', 'b'], ['c', 'd'], ['e']]
    """
    chunk: list[T] = []
    for item in items:
        chunk.append(item)
        if len(chunk) == size:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


# --- one row ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Submitted:
    """One row as it goes to a worker: the shipment without its id, and how it was read."""

    shipment: Shipment
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class Rendered:
    """What is written of one decision.

    Attributes:
        json: the decision in one line, without row and id.
        cells: the cells of `RESULT_COLUMNS`.
        outcome, action: of the decision.
        entries: ids of the entries hit, each once.
        findings: codes of the findings, each once.
    """

    json: str
    cells: tuple[str, ...]
    outcome: Outcome
    action: Action
    entries: tuple[str, ...]
    findings: tuple[FindingCode, ...]


def render(decision: Decision) -> Rendered:
    """What is written of a decision."""
    return Rendered(
        json=decision_json(decision),
        cells=decision_cells(decision),
        outcome=decision.outcome,
        action=decision.action,
        entries=tuple(dict.fromkeys(hit.entry for hit in decision.hits)),
        findings=tuple(dict.fromkeys(f.code for f in decision.findings)),
    )


def screen_row(screener: Screens, submitted: Submitted) -> Rendered:
    """Screens one row; whatever fails becomes `unscreened` with the reason."""
    return render(screen_safely(screener, submitted.shipment, submitted.findings))


def screen_safely(
    screener: Screens, shipment: Shipment, findings: Sequence[Finding] = ()
) -> Decision:
    """The decision for one shipment; never an error.

    Args:
        screener: what screens.
        shipment: what to screen.
        findings: what is known about how it was read; joined to those of the decision.
    """
    try:
        return with_findings(screener.screen(shipment), findings)
    except Exception as error:  # a row never stops a batch; the officer is told
        reason = f"The row was not processed ({type(error).__name__}: {str(error)[:200]})."
        return not_processed(screener, shipment, reason, findings)


_LEAVE_UNSCREENED = frozenset({FindingCode.LIMIT_PASSED, FindingCode.NOT_PROCESSED})


def with_findings(decision: Decision, findings: Sequence[Finding]) -> Decision:
    """The decision with further findings, and the outcome that they leave.

    A shipment is never `no_listing_found` if anything about it could not be read: a limit that was
    passed leaves it `unscreened`, anything else that asks for a person leaves it for `review`.
    """
    if not findings:
        return decision
    outcome = decision.outcome
    if outcome is Outcome.NO_LISTING_FOUND:
        if any(f.code in _LEAVE_UNSCREENED for f in findings):
            outcome = Outcome.UNSCREENED
        elif any(f.severity is not Severity.NOTE for f in findings):
            outcome = Outcome.REVIEW
    order = list(Severity)
    joined = sorted((*decision.findings, *findings), key=lambda f: order.index(f.severity))
    return decision.model_copy(
        update={"findings": tuple(dict.fromkeys(joined)), "outcome": outcome}
    )


def not_processed(
    screener: Screens, shipment: Shipment, reason: str, findings: Sequence[Finding] = ()
) -> Decision:
    """The decision for a shipment that could not be processed: `unscreened`, with the reason.

    Args:
        screener: asked once more with the journey alone, so that the coverage is that of the row.
        shipment: what was submitted.
        reason: why it could not be processed, a sentence.
        findings: what is known about how it was read.
    """
    stop = Finding(code=FindingCode.NOT_PROCESSED, severity=Severity.STOP, message=reason)
    journey = dataclasses.replace(
        shipment, structure=None, inchi=None, cas=None, name=None, hs_code=None
    )
    try:
        base = screener.screen(journey)
    except Exception:  # the screener itself is at fault; the officer is told
        base = _bare_decision(screener.bundle, shipment)
    kept = tuple(f for f in base.findings if f.code is not FindingCode.NO_IDENTITY)
    update = {"outcome": Outcome.UNSCREENED, "findings": (stop, *kept)}
    return with_findings(base.model_copy(update=update), findings)


def _bare_decision(bundle: Bundle, shipment: Shipment) -> Decision:
    return Decision(
        id=shipment.id,
        outcome=Outcome.UNSCREENED,
        action=Action.NONE_FOUND,
        day=shipment.day,
        origin=shipment.origin,
        transit=tuple(shipment.transit),
        destination=shipment.destination,
        hits=(),
        requirements=(),
        findings=(),
        coverage=(),
        identities=(),
        provenance=Provenance(
            bundle=bundle.digest, software=software(), known_on=None, jurisdictions=None
        ),
    )


_DIED = "The row was not processed: the worker process that screened it died twice."


@dataclass(frozen=True)
class _KilledRow:
    """The result for a row whose worker process died."""

    screener: Screens

    def __call__(self, submitted: Submitted) -> Rendered:
        shipment = submitted.shipment
        return render(not_processed(self.screener, shipment, _DIED, submitted.findings))


@dataclass(frozen=True)
class _KilledShipment:
    """The decision for a shipment whose worker process died."""

    screener: Screens

    def __call__(self, shipment: Shipment) -> Decision:
        return not_processed(self.screener, shipment, _DIED)


def screen_shipments(
    screener: Screens, shipments: Iterable[Shipment], *, workers: int = 1
) -> Iterator[Decision]:
    """Screens shipments in order, over worker processes.

    Args:
        screener: what screens.
        shipments: any iterable; read ahead by a bounded number.
        workers: worker processes; 1 works in this process.

    Yields:
        One decision a shipment. One whose screening fails is `unscreened`.
    """
    killed = _KilledShipment(screener)
    for decisions in in_order(
        screen_safely, screener, chunked(shipments), workers=workers, killed=killed
    ):
        yield from decisions


# --- files -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Settings:
    """How rows are read, which is part of what a result depends on.

    Attributes:
        day: the day for rows that state none.
        override_day: the day for all rows.
        columns: headers by field, where they were given.
    """

    day: dt.date
    override_day: dt.date | None = None
    columns: Mapping[str, Sequence[str]] = field(default_factory=dict)


@dataclass
class Counts:
    """How many rows had what."""

    rows: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    actions: Counter[str] = field(default_factory=Counter)
    entries: Counter[str] = field(default_factory=Counter)
    findings: Counter[str] = field(default_factory=Counter)

    def add(self, result: Rendered) -> None:
        """Counts one row."""
        self.rows += 1
        self.outcomes[result.outcome.value] += 1
        self.actions[result.action.value] += 1
        self.entries.update(result.entries)
        self.findings.update(code.value for code in result.findings)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Counts by the names of their fields, as JSON gives them back."""
        return cls(
            rows=data["rows"],
            outcomes=Counter(data["outcomes"]),
            actions=Counter(data["actions"]),
            entries=Counter(data["entries"]),
            findings=Counter(data["findings"]),
        )

    def as_dict(self) -> dict[str, Any]:
        """For ``summary.json``; outcomes and actions in the order of gravity, zeros included."""
        return {
            "outcomes": {o.value: self.outcomes[o.value] for o in Outcome},
            "actions": {a.value: self.actions[a.value] for a in Action},
            "entries": dict(sorted(self.entries.items())),
            "findings": dict(sorted(self.findings.items())),
        }


class _Slot:
    """The place of a result that may still be under way."""

    __slots__ = ("result",)

    def __init__(self) -> None:
        self.result: Rendered | None = None


class _Cache:
    """Results of rows already seen, up to a bound; the least used leave first."""

    def __init__(self) -> None:
        self._slots: OrderedDict[bytes, _Slot] = OrderedDict()
        self._characters = 0

    @staticmethod
    def key(submitted: Submitted) -> bytes:
        """Equal for rows that are read to the same shipment with the same findings."""
        text = repr((submitted.shipment, submitted.findings))
        return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()

    def slot(self, key: bytes) -> tuple[_Slot, bool]:
        """The slot of a row, and whether it is new."""
        slot = self._slots.get(key)
        if slot is not None:
            self._slots.move_to_end(key)
            return slot, False
        slot = self._slots[key] = _Slot()
        while len(self._slots) > CACHE_ROWS or (
            self._characters > CACHE_CHARACTERS and len(self._slots) > 1
        ):
            _, gone = self._slots.popitem(last=False)
            self._characters -= _size(gone)
        return slot, True

    def fill(self, key: bytes, slot: _Slot, result: Rendered) -> None:
        """Puts a result in its slot."""
        slot.result = result
        if self._slots.get(key) is slot:
            self._characters += _size(slot)


def _size(slot: _Slot) -> int:
    result = slot.result
    return 0 if result is None else len(result.json) + sum(map(len, result.cells))


@dataclass(frozen=True, slots=True)
class _Block:
    """Rows read together: their cells, ids and slots, and which slots are new."""

    rows: list[tuple[TableRow, str | None, _Slot]]
    new: list[tuple[bytes, _Slot]]


def results(
    table: Table, screener: Screens, settings: Settings, *, workers: int = 1, skip: int = 0
) -> Iterator[tuple[TableRow, str | None, Rendered]]:
    """Screens a table row by row, in order.

    Args:
        table: the table.
        screener: what screens.
        settings: how rows are read.
        workers: worker processes; 1 works in this process.
        skip: rows at the start that are left out.

    Returns:
        The row, its id and its result, once for each row.
    """
    blocks: deque[_Block] = deque()
    cache = _Cache()

    def chunks() -> Iterator[list[Submitted]]:
        for rows in chunked(row for row in table.rows() if row.number > skip):
            block = _Block([], [])
            chunk = []
            for row in rows:
                submitted, row_id = _submitted(table.mapping, row, settings)
                key = cache.key(submitted)
                slot, new = cache.slot(key)
                block.rows.append((row, row_id, slot))
                if new:
                    block.new.append((key, slot))
                    chunk.append(submitted)
            blocks.append(block)
            yield chunk

    for answers in in_order(
        screen_row, screener, chunks(), workers=workers, killed=_KilledRow(screener)
    ):
        block = blocks.popleft()
        for (key, slot), result in zip(block.new, answers, strict=True):
            cache.fill(key, slot, result)
        for row, row_id, slot in block.rows:
            if slot.result is None:
                raise RuntimeError("a row was reached before its result")
            yield row, row_id, slot.result


def _submitted(
    mapping: ColumnMapping, row: TableRow, settings: Settings
) -> tuple[Submitted, str | None]:
    """A row as it goes to a worker, and its id; a row that cannot be read says so."""
    try:
        shipment, findings = to_shipment(
            mapping, row.cells, day=settings.day, override_day=settings.override_day
        )
    except ScreeningError as error:
        shipment = Shipment(day=settings.override_day or settings.day)
        reason = f"The row was not read ({str(error)[:200]})."
        findings = (
            Finding(code=FindingCode.NOT_PROCESSED, severity=Severity.STOP, message=reason),
        )
    plain = dataclasses.replace(shipment, id=None)
    return Submitted(plain, (*findings, *row.findings)), shipment.id


@dataclass(frozen=True, slots=True)
class Summary:
    """What a run over a file did; `as_dict` is ``summary.json``."""

    data: Mapping[str, Any]
    table: Table

    def as_dict(self) -> dict[str, Any]:
        """For ``summary.json``."""
        return dict(self.data)

    def met(self, threshold: Outcome) -> bool:
        """Whether any row meets `threshold`; anything but `NO_LISTING_FOUND` meets `REVIEW`."""
        mildest = Outcome.UNSCREENED if threshold is Outcome.REVIEW else threshold
        counts = self.data["counts"]["outcomes"]
        return any(counts[o.value] for o in Outcome if o.gravity <= mildest.gravity)


Progress = Callable[[int], None]


def screen_csv(
    path: Path | str,
    out: Path | str,
    *,
    screener: Screens,
    day: dt.date | None = None,
    override_day: dt.date | None = None,
    columns: Mapping[str, str | Sequence[str]] | None = None,
    workers: int = 1,
    encoding: str | None = None,
    separator: str | None = None,
    resume: bool = False,
    recognised: Callable[[Table, int], None] | None = None,
    progress: Progress | None = None,
    report: bool = True,
) -> Summary:
    """Screens a table of shipments into a folder.

    Writes ``decisions.csv``, ``decisions.jsonl``, ``report.html`` and ``summary.json``; they appear
    when all of them are complete. Until then they grow in a folder beside them, from which a run
    that was interrupted can be taken up.

    Args:
        path: the table.
        out: the folder; made if it is not there.
        screener: what screens.
        day: the day for rows that state none; None: today.
        override_day: the day for all rows.
        columns: headers by field, where they are not recognised.
        workers: worker processes; 1 works in this process.
        encoding: of the table; None recognises it.
        separator: of the table; None recognises it.
        resume: take up an interrupted run of the same table, lists and settings, if there is one.
        recognised: called once with what was recognised and the number of rows taken over from an
            interrupted run, before the first row is screened.
        progress: called with the number of rows done.
        report: write ``report.html`` too.

    Returns:
        What was done.

    Raises:
        InputFileError: the table cannot be read, or the folder cannot be written.
    """
    started = time.monotonic()
    begun = dt.datetime.now(dt.UTC)
    given = {k: [v] if isinstance(v, str) else list(v) for k, v in (columns or {}).items()}
    table = read_table(path, encoding=encoding, separator=separator, columns=given)
    folder = _made(Path(out), table)
    work = _Work(folder)
    if resume and day is None:
        day = work.day()
    settings = Settings(day=day or dt.date.today(), override_day=override_day, columns=given)
    counts = work.begin(_fingerprint(table, settings, screener), resume=resume)
    taken_over = counts.rows
    if recognised is not None:
        recognised(table, taken_over)
    read = time.monotonic()
    with work:
        writer = CsvWriter(work.csv)
        if not taken_over:
            writer.header(table.header)
        for row, row_id, result in results(
            table, screener, settings, workers=workers, skip=taken_over
        ):
            writer.row(row.cells, result.cells)
            work.json.write(json_line(row.number, row_id, result))
            counts.add(result)
            if counts.rows % CHECKPOINT_ROWS == 0:
                work.checkpoint(counts)
            if progress is not None:
                progress(counts.rows)
        work.checkpoint(counts)
    screened = time.monotonic()
    data = _summary(table, settings, counts, bundle=screener.bundle, workers=workers, begun=begun)
    data["rows_taken_over"] = taken_over
    if report:
        _write_report(work.folder, table, screener.bundle, data)
    finished = time.monotonic()
    data["timings"] |= {
        "reading_s": round(read - started, 3),
        "screening_s": round(screened - read, 3),
        "report_s": round(finished - screened, 3),
        "total_s": round(finished - started, 3),
        "rows_per_s": round((counts.rows - taken_over) / max(screened - read, 1e-9), 1),
    }
    work.finish(data)
    return Summary(data, table)


CHECKPOINT_ROWS = 512
"""Rows after which an interrupted run can be taken up."""

_RESULTS = ("decisions.csv", "decisions.jsonl", "report.html", "summary.json")


class _Work:
    """The folder in which results grow, with what is needed to take up an interrupted run."""

    def __init__(self, out: Path) -> None:
        self._out = out
        self.folder = out / ".screening-partial"
        self._state = self.folder / "state.json"
        self._fingerprint: dict[str, Any] = {}
        self.csv: TextIO
        self.json: TextIO

    def day(self) -> dt.date | None:
        """The day for rows without one in the interrupted run, None without such a run."""
        try:
            return dt.date.fromisoformat(self._read_state()["fingerprint"]["day"])
        except (KeyError, TypeError, ValueError):
            return None

    def begin(self, fingerprint: dict[str, Any], *, resume: bool) -> Counts:
        """Opens the files, cut to the last checkpoint of the same run, or empty.

        Args:
            fingerprint: what the results depend on; another one begins anew.
            resume: take up what is there.

        Returns:
            The counts of the rows taken over.
        """
        state = self._read_state() if resume else {}
        self._fingerprint = fingerprint
        same = state.get("fingerprint") == fingerprint
        sizes = state["sizes"] if same else {"csv": 0, "json": 0}
        self.folder.mkdir(exist_ok=True)
        for name in _RESULTS[2:]:
            (self.folder / name).unlink(missing_ok=True)
        self.csv = _opened(self.folder / "decisions.csv", sizes["csv"])
        self.json = _opened(self.folder / "decisions.jsonl", sizes["json"])
        return Counts.from_dict(state["counts"]) if same else Counts()

    def _read_state(self) -> dict[str, Any]:
        try:
            state = json.loads(self._state.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return state if isinstance(state, dict) else {}

    def checkpoint(self, counts: Counts) -> None:
        """Notes how far the files are complete."""
        self.csv.flush()
        self.json.flush()
        state = {
            "fingerprint": self._fingerprint,
            "sizes": {
                "csv": (self.folder / "decisions.csv").stat().st_size,
                "json": (self.folder / "decisions.jsonl").stat().st_size,
            },
            "counts": {f.name: getattr(counts, f.name) for f in dataclasses.fields(counts)},
        }
        with OutputFile(self._state) as file:
            file.stream.write(json.dumps(state))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.csv.close()
        self.json.close()

    def finish(self, summary: Mapping[str, Any]) -> None:
        """Puts the complete results in their places and removes the folder."""
        text = json.dumps(summary, ensure_ascii=False, indent=2) + "\n"
        (self.folder / "summary.json").write_text(text, encoding="utf-8")
        for name in _RESULTS:
            if (self.folder / name).exists():
                (self.folder / name).replace(self._out / name)
            else:  # one of an earlier run would stand beside results that are not its own
                (self._out / name).unlink(missing_ok=True)
        self._state.unlink(missing_ok=True)
        with contextlib.suppress(OSError):  # something else was put into it
            self.folder.rmdir()


def _opened(path: Path, size: int) -> TextIO:
    """A file cut to a size, for writing on."""
    if not path.exists():
        path.touch()
    stream = path.open("r+", encoding="utf-8", newline="")
    stream.truncate(size)
    stream.seek(0, os.SEEK_END)
    return stream


def _fingerprint(table: Table, settings: Settings, screener: Screens) -> dict[str, Any]:
    """Everything that the results depend on, as JSON gives it back."""
    provenance = screener.screen(Shipment(day=settings.day)).provenance
    return {
        "sha256": table.sha256,
        "encoding": table.encoding,
        "separator": table.separator,
        "header": list(table.header),
        "columns": table.mapping.as_dict(),
        "day": settings.day.isoformat(),
        "override_day": settings.override_day and settings.override_day.isoformat(),
        "provenance": provenance.model_dump(mode="json"),
    }


def json_line(number: int, row_id: str | None, result: Rendered) -> str:
    """One line of ``decisions.jsonl``: row and id, then the decision."""
    return f'{{"row":{number},"id":{json.dumps(row_id)},{result.json[1:]}\n'


def _made(folder: Path, table: Table) -> Path:
    """The output folder, writable and not over the input."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe = folder / ".screening-probe"
        probe.touch()
        probe.unlink()
    except OSError as error:
        reason = f"cannot be written ({error.strerror})"
        raise InputFileError(folder, reason, "name another folder with --out") from None
    if table.path.resolve() in {(folder / name).resolve() for name in _RESULTS}:
        reason = "would be overwritten by the result"
        raise InputFileError(table.path, reason, "name another folder with --out")
    return folder


def _summary(
    table: Table,
    settings: Settings,
    counts: Counts,
    *,
    bundle: Bundle,
    workers: int,
    begun: dt.datetime,
) -> dict[str, Any]:
    """``summary.json`` without its durations."""
    return {
        "input": {
            "file": table.path.name,
            "sha256": table.sha256,
            "encoding": table.encoding,
            "separator": table.separator,
            "header_row": table.header_row,
            "columns": table.mapping.as_dict(),
            "columns_not_read": list(table.mapping.unused),
            "notes": list(table.notes),
        },
        "settings": {
            "day": settings.day.isoformat(),
            "override_day": settings.override_day and settings.override_day.isoformat(),
            "columns": {k: list(v) for k, v in settings.columns.items()},
            "workers": workers,
        },
        "rows_in": table.row_count,
        "rows_out": counts.rows,
        "counts": counts.as_dict(),
        "coverage": [
            item.model_dump(mode="json")
            for jurisdiction in bundle.jurisdictions.values()
            for item in coverage_of(jurisdiction)
        ],
        "bundle": bundle.digest,
        "versions": software(),
        "timings": {"begun": begun.isoformat(timespec="seconds")},
    }


def software() -> dict[str, str]:
    """Versions of what a result depends on."""
    versions = {"python": platform.python_version()}
    for name in ("precursor-screening", "rdkit", "pydantic"):
        try:
            versions[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return versions


def _write_report(folder: Path, table: Table, bundle: Bundle, data: Mapping[str, Any]) -> None:
    """``report.html``, from the rows and decisions as they were written."""
    rows = (
        ReportRow(row=row.number, submitted=_submitted_cells(table, row), decision=decision)
        for row, decision in zip(
            table.rows(), read_decisions(folder / "decisions.jsonl"), strict=True
        )
    )
    write_report(
        folder / "report.html",
        rows,
        bundle=bundle,
        source=table.path.name,
        summary={k: data[k] for k in ("input", "settings", "bundle", "versions", "timings")},
        written_on=dt.date.today(),
    )


def _submitted_cells(table: Table, row: TableRow) -> dict[str, str]:
    """The filled cells of a row by their header."""
    cells: dict[str, str] = {}
    for header, cell in zip(table.header, row.cells, strict=True):
        if cell.strip():
            cells[header] = f"{cells[header]} | {cell}" if header in cells else cell
    return cells


def read_decisions(path: Path) -> Iterator[Decision]:
    """The decisions of a ``decisions.jsonl``, in order.

    Raises:
        InputFileError: a line is no decision.
    """
    with path.open(encoding="utf-8", newline="\n") as stream:
        for number, line in enumerate(stream, start=1):
            try:
                data = json.loads(line)
                del data["row"]
                yield Decision.model_validate_json(json.dumps(data))
            except (ValueError, KeyError, TypeError) as error:
                reason = f"holds no decision on line {number} ({str(error)[:100]})"
                raise InputFileError(
                    path, reason, "use a decisions.jsonl of this version"
                ) from None


# --- frames ----------------------------------------------------------------------------------


def screen_frame(
    screener: Screens,
    df: pd.DataFrame,
    *,
    columns: Mapping[str, str | Sequence[str]] | None = None,
    workers: int = 1,
    day: dt.date | None = None,
    override_day: dt.date | None = None,
) -> pd.DataFrame:
    """Screens a pandas frame.

    Args:
        screener: what screens.
        df: the shipments; columns are recognised by their names.
        columns: headers by field, where they are not recognised.
        workers: worker processes; 1 works in this process.
        day: the day for rows that state none; None: today.
        override_day: the day for all rows.

    Returns:
        A copy with the same rows, order and index, and the new columns of ``decisions.csv``.

    Raises:
        MissingExtraError: pandas is not installed.
        ShipmentError: no column says what the goods are, or `columns` names one that is not there.
    """
    if importlib.util.find_spec("pandas") is None:
        raise MissingExtraError("pandas", "screening a frame")
    headers = [str(name) for name in df.columns]
    mapping = recognise(headers, columns)
    if not mapping.identifies:
        raise ShipmentError(
            "no column says what the goods are (structure, InChI, CAS number, name or customs "
            f"code); the frame has {', '.join(map(repr, headers[:12])) or 'none'}"
        )
    settings = Settings(day=day or dt.date.today(), override_day=override_day)
    rows = (
        TableRow(number, number, [cell_text(value) for value in values])
        for number, values in enumerate(df.itertuples(index=False, name=None), start=1)
    )
    chunks = chunked(_submitted(mapping, row, settings)[0] for row in rows)
    cells = [
        result.cells
        for answers in in_order(
            screen_row, screener, chunks, workers=workers, killed=_KilledRow(screener)
        )
        for result in answers
    ]
    result = df.copy()
    for place, name in enumerate(RESULT_COLUMNS):
        result[name] = [row[place] for row in cells]
    return result


def cell_text(value: object) -> str:
    """A value of a frame as the text that a file would hold.

    >>> cell_text(25.0), cell_text(None), cell_text(dt.datetime(2025, 11, 12))
    ('25', '', '2025-11-12')
    """
    if isinstance(value, str):
        return value
    text = str(value)
    if value is None or text in {"<NA>", "NaT", "nan"}:
        return ""
    if isinstance(value, dt.date):
        return value.isoformat()[:10]
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return text
