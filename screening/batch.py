"""Frames and files: every row once and in order, whatever happens to a row or to a worker.

Rows stream through: memory does not grow with the file. Worker processes are started afresh, get
the screener once and chunks of rows after that; a row that kills its worker is found by halving its
chunk and comes back as ``unscreened``, like any row whose screening fails.
"""

from __future__ import annotations

import contextlib
import csv
import dataclasses
import datetime as dt
import functools
import hashlib
import importlib.util
import io
import itertools
import json
import os
import platform
import time
import warnings
from collections import Counter, deque
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import metadata
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, ParamSpec, Protocol, Self, TextIO, TypeVar

from screening.columns import ColumnMapping, read_cell, recognise, to_shipment
from screening.decision import (
    Decision,
    Finding,
    FindingCode,
    Outcome,
    Provenance,
    Severity,
)
from screening.errors import InputFileError, MissingExtraError, ScreeningError, ShipmentError
from screening.guard import (
    DEATHS,
    Crew,
    Limits,
    Trouble,
    look_ahead_of,
    with_look_ahead,
)
from screening.history import LedgerLine, Totals
from screening.places import place_code
from screening.rendering import (
    Rendered,
    Screens,
    Submitted,
    alike_row,
    render,
    with_findings,
)
from screening.report.dispositions import Answer, Dispositions
from screening.report.html import write_report
from screening.report.lines import (
    UNKNOWN,
    Coverages,
    decision_of,
    decision_of_json,
    json_line,
    read_lines,
)
from screening.report.rows import ReportRow
from screening.report.seal import (
    LINES_FILE,
    SEAL_FILE,
    START,
    last_link,
    relink,
    resealed,
    sealed_line,
    write_seal,
)
from screening.report.sources import open_table
from screening.report.tables import (
    DISPOSITION_COLUMN,
    RESULT_COLUMNS,
    CsvWriter,
    OutputFile,
    Table,
    TableRow,
    cell_text,
    decision_cells,
    safe_cell,
)
from screening.report.workbook import Workbook
from screening.row_cache import CACHE_ROWS, RowCache, RowStore, Slot
from screening.rules.load import Bundle
from screening.rules.model import Action
from screening.screener import Screener, coverage_of
from screening.shipment import Shipment
from screening.sums import Note, RowSums, Splice, counted, read_notes

if TYPE_CHECKING:
    import pandas as pd

CHUNK = 32
"""Rows that go to a worker at once."""

LARGE_CHUNK = 8 * CHUNK
"""The same in a long table: handing over costs the main process less a row, and drawings that are
looked at together the worker."""

TOGETHER = 16 * CHUNK
"""Rows that are looked at together where nothing is handed over."""

_LONG = 200 * CHUNK

_PLAIN_CELL = 500
"""A cell up to this length says nothing about limits."""

S = TypeVar("S")
T = TypeVar("T")
R = TypeVar("R")
T_contra = TypeVar("T_contra", contravariant=True)
P = ParamSpec("P")


# --- any function over chunks, in order, over worker processes -------------------------------


class Runs(Protocol[T_contra, R]):
    """What does the work."""

    def run(self, chunks: Iterable[Sequence[T_contra]]) -> Iterator[list[R]]:
        """The results of chunks, in order."""


class Engine(Protocol):
    """Where the work is done, if not in worker processes of this machine."""

    def crew(
        self,
        function: Callable[[S, T], R],
        state: S,
        killed: Callable[[T, Trouble], R],
        limits: Limits | None = None,
    ) -> contextlib.AbstractContextManager[Runs[T, R]]:
        """What does the work, with the arguments of `crew`."""


class _Here(Generic[S, T, R]):
    """A crew of none: this process does the work, without limits of time and memory."""

    def __init__(self, function: Callable[[S, T], R], state: S) -> None:
        self._function = function
        self._state = state

    def run(self, chunks: Iterable[Sequence[T]]) -> Iterator[list[R]]:
        """The results of chunks, in order."""
        ahead = look_ahead_of(self._function)
        for chunk in chunks:
            ahead(self._state, chunk)
            yield [self._function(self._state, item) for item in chunk]


@contextlib.contextmanager
def crew(
    function: Callable[[S, T], R],
    state: S,
    *,
    workers: int,
    killed: Callable[[T, Trouble], R],
    limits: Limits | None = None,
    engine: Engine | None = None,
) -> Iterator[Runs[T, R]]:
    """Workers that are opened before the first chunk is there.

    Args:
        function: a function of a module, called with `state` and one item; it must not raise.
        state: what every call needs; goes to worker processes once.
        workers: worker processes; 1 works in this process, unless there are limits.
        killed: the result for an item that passed its limits or kills its workers.
        limits: of an item; None: the usual ones for worker processes, none for this process.
        engine: where the work is done; None: in worker processes of this machine.
    """
    with contextlib.ExitStack() as stack:
        made: Runs[T, R] = _Here(function, state)
        if engine is not None:
            made = stack.enter_context(engine.crew(function, state, killed, limits))
        elif workers > 1 or limits is not None:
            try:
                made = stack.enter_context(Crew(function, state, killed, workers, limits=limits))
            except ConnectionError:
                warnings.warn(
                    "worker processes cannot start here (is the main program guarded by "
                    "`if __name__ == '__main__'`?); working in one process",
                    RuntimeWarning,
                    stacklevel=4,
                )
        yield made


def in_order(
    function: Callable[[S, T], R],
    state: S,
    chunks: Iterable[Sequence[T]],
    *,
    workers: int,
    killed: Callable[[T, Trouble], R],
    limits: Limits | None = None,
    engine: Engine | None = None,
) -> Iterator[list[R]]:
    """Applies a function to chunks of items and yields their results in the order of the chunks.

    Args:
        function: a function of a module, called with `state` and one item; it must not raise.
        state: what every call needs; goes to worker processes once.
        chunks: the items.
        workers: worker processes; 1 works in this process, unless there are limits.
        killed: the result for an item that passed its limits or kills its workers.
        limits: of an item; None: the usual ones for worker processes, none for this process.
        engine: where the work is done; None: in worker processes of this machine.

    Returns:
        One list of results a chunk.
    """
    with crew(
        function, state, workers=workers, killed=killed, limits=limits, engine=engine
    ) as made:
        yield from made.run(chunks)


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


def chunk_size(rows: int) -> int:
    """Rows that go to a worker of this machine at once.

    Args:
        rows: of the whole table; a short one is cut finely, so that every worker has a share.

    >>> chunk_size(1_000), chunk_size(1_000_000)
    (32, 256)
    """
    return CHUNK if rows < _LONG else LARGE_CHUNK


# --- one row ---------------------------------------------------------------------------------


def look_ahead(screener: Screens, rows: Sequence[Submitted]) -> None:
    """Looks at the drawings of rows that are screened next."""
    if not isinstance(screener, Screener):
        return
    # what goes wrong here goes wrong, and is told, with its row
    with contextlib.suppress(Exception):
        screener.look_ahead((row.stated, row.drawing) for row in rows if row.drawing is not None)


@with_look_ahead(look_ahead)
def screen_row(screener: Screens, submitted: Submitted) -> Rendered:
    """Screens one row; whatever fails becomes `unscreened` with the reason."""
    return alike_row(screener, submitted, whole=True) or _written(screener, submitted, cells=False)


@with_look_ahead(look_ahead)
def screen_cells(screener: Screens, submitted: Submitted) -> Rendered:
    """Screens one row of a frame, which gets the cells and no JSON."""
    return alike_row(screener, submitted, whole=False) or _written(screener, submitted, cells=True)


def _written(screener: Screens, submitted: Submitted, *, cells: bool) -> Rendered:
    """What is written of a row: all of it, or its cells alone."""
    decision = screen_safely(screener, submitted.shipment, submitted.findings, forms=not cells)
    try:
        line = counted(decision, screener.bundle)
        return render(decision, line, whole=not cells)
    except Exception as error:  # a decision that cannot be written must not end its worker
        reason = f"The decision was not written ({type(error).__name__}: {str(error)[:200]})."
        return render(
            not_processed(screener, submitted.shipment, reason, submitted.findings),
            whole=not cells,
        )


def screen_safely(
    screener: Screens, shipment: Shipment, findings: Sequence[Finding] = (), *, forms: bool = True
) -> Decision:
    """The decision for one shipment; never an error.

    Args:
        screener: what screens.
        shipment: what to screen.
        findings: what is known about how it was read; joined to those of the decision.
        forms: the forms of what is due are wanted.
    """
    screen = screener.screen
    if not forms and isinstance(screener, Screener):
        screen = screener.screen_bare
    try:
        return with_findings(screen(shipment), findings)
    except MemoryError:
        reason = _unsafe("it took more memory than there is for a row")
        return not_processed(screener, shipment, reason, findings)
    except Exception as error:  # a row never stops a batch; the officer is told
        reason = f"The row was not processed ({type(error).__name__}: {str(error)[:200]})."
        return not_processed(screener, shipment, reason, findings)


def settled_row(decision: Decision, sums: RowSums, totals: Totals) -> Decision:
    """A row's decision, settled from the sums of all rows.

    What was found while the row was read stands behind what was found about it, as when it was
    screened.
    """
    read = decision.read_findings
    own = tuple(f for f in decision.findings if f not in read)
    bare = decision.model_copy(update={"findings": own, "read_findings": ()})
    return with_findings(sums.settle(bare, totals), read)


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
    update = {
        "outcome": Outcome.UNSCREENED,
        "findings": (stop, *kept),
        "shipment": shipment,
    }
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


UNSAFE = "The row could not be processed safely"
"""How the reason begins on a row that passed its limits or killed its worker; nobody should ask it
again in his own process."""


def _unsafe(what: str) -> str:
    return f"{UNSAFE}: {what}. A person must identify the goods."


_TROUBLES = {
    Trouble.TIME: "it took more time than a row is given",
    Trouble.DIED: f"the process that screened it died, {DEATHS} times",
}


@dataclass(frozen=True)
class _KilledRow:
    """The result for a row whose worker process died."""

    screener: Screens

    def __call__(self, submitted: Submitted, trouble: Trouble) -> Rendered:
        reason = _unsafe(_TROUBLES[trouble])
        shipment = submitted.shipment
        return render(not_processed(self.screener, shipment, reason, submitted.findings))


@dataclass(frozen=True)
class _KilledShipment:
    """The decision for a shipment whose worker process died."""

    screener: Screens

    def __call__(self, shipment: Shipment, trouble: Trouble) -> Decision:
        return not_processed(self.screener, shipment, _unsafe(_TROUBLES[trouble]))


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
        origin, destination, transit: the places for rows that state none.

    Raises:
        ShipmentError: a place is not known.
    """

    day: dt.date
    override_day: dt.date | None = None
    columns: Mapping[str, Sequence[str]] = field(default_factory=dict)
    origin: str | None = None
    destination: str | None = None
    transit: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        named = [("origin", self.origin), ("destination", self.destination)]
        for name, place in [*named, *(("transit", place) for place in self.transit)]:
            if place is not None and place_code(place) is None:
                raise ShipmentError(
                    f"{name} {place[:40]!r} is not read as one place; write its code, such as CN"
                )

    @property
    def places(self) -> dict[str, Any]:
        """The places, as JSON gives them back."""
        return {
            "origin": self.origin,
            "destination": self.destination,
            "transit": list(self.transit),
        }


def _places(given: Sequence[str]) -> tuple[str, ...]:
    """Places given as one text or several."""
    return (given,) if isinstance(given, str) else tuple(given)


@dataclass
class Counts:
    """How many rows had what."""

    rows: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    actions: Counter[str] = field(default_factory=Counter)
    entries: Counter[str] = field(default_factory=Counter)
    findings: Counter[str] = field(default_factory=Counter)

    def exchange(self, before: Decision, after: Decision) -> None:
        """Counts a row that was counted before by what it is now."""
        self.findings.subtract({f.code.value for f in before.findings})
        self.findings.update({f.code.value for f in after.findings})
        self.findings = +self.findings

    def add(self, result: Rendered) -> None:
        """Counts one row."""
        self.rows += 1
        # `value` is found by a search at each use, at five times the cost
        self.outcomes[result.outcome._value_] += 1
        self.actions[result.action._value_] += 1
        for entry in result.entries:
            self.entries[entry] += 1
        for code in result.findings:
            self.findings[code._value_] += 1

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


@dataclass(frozen=True, slots=True)
class _Block:
    """Rows read together: their cells, ids and slots, and which slots are new."""

    rows: list[tuple[TableRow, str | None, Slot]]
    new: list[tuple[bytes, Slot]]


Apply = Callable[[Iterable[Sequence[Submitted]]], Iterator[list[Rendered]]]
"""Screens chunks of rows, in order."""


def results(
    table: Table,
    settings: Settings,
    apply: Apply,
    *,
    skip: int = 0,
    store: RowStore | None = None,
    size: int = CHUNK,
) -> Iterator[tuple[TableRow, str | None, Rendered]]:
    """Screens a table row by row, in order.

    Args:
        table: the table.
        settings: how rows are read.
        apply: screens chunks of rows, in order.
        skip: rows at the start that are left out.
        store: results of earlier runs, which gets those of this one; None: none.
        size: rows of a chunk.

    Returns:
        The row, its id and its result, once for each row.
    """
    blocks: deque[_Block] = deque()
    cache = RowCache(store)
    reader = _RowReader(table.mapping, settings)

    def chunks() -> Iterator[list[Submitted]]:
        for rows in chunked(itertools.islice(table.rows(), skip, None), size):
            block = _Block([], [])
            chunk = []
            for row in rows:
                submitted, row_id = reader.read(row)
                key = cache.key(submitted)
                slot, new = cache.slot(key)
                block.rows.append((row, row_id, slot))
                if new:
                    block.new.append((key, slot))
                    chunk.append(submitted)
            blocks.append(block)
            yield chunk

    for answers in apply(chunks()):
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
            mapping,
            row.cells,
            day=settings.day,
            override_day=settings.override_day,
            origin=settings.origin,
            destination=settings.destination,
            transit=settings.transit,
        )
    except ScreeningError as error:
        shipment = Shipment(day=settings.override_day or settings.day)
        reason = f"The row was not read ({str(error)[:200]})."
        findings = (
            Finding(code=FindingCode.NOT_PROCESSED, severity=Severity.STOP, message=reason),
        )
    plain = shipment.but(id=None)
    return Submitted(plain, (*findings, *row.findings)), shipment.id


def _cells_but(own: Collection[int | None], width: int) -> Callable[[list[str]], tuple[str, ...]]:
    """What picks the cells of a row that lie under a header, all but some."""
    others = [at for at in range(width) if at not in own]
    if len(others) < 2:  # `itemgetter` has no tuple then
        return lambda cells: tuple(cells[at] for at in others)
    return itemgetter(*others)


class _RowReader:
    """Reads rows; those that differ in nothing but id and drawing, or number and name, once.

    Args:
        mapping: how the columns are read.
        settings: what rows owe to the run.
    """

    def __init__(self, mapping: ColumnMapping, settings: Settings) -> None:
        self._mapping = mapping
        self._settings = settings
        columns = {field: mapping.of(field) for field in ("structure", "cas", "name", "id")}
        at = {field: found[0].index for field, found in columns.items() if found}
        one = {field for field, found in columns.items() if len(found) <= 1}
        self._id = at.get("id")
        self._drawn = at.get("structure")
        if not {"structure", "id"} <= one or mapping.of("inchi"):
            self._drawn = None
        self._cas, self._name = at.get("cas"), at.get("name")
        if not {"cas", "name", "id"} <= one:
            self._cas = self._name = None
        self._width = len(mapping.header)
        self._beside_drawing = _cells_but({self._id, self._drawn}, self._width)
        self._beside_name = _cells_but({self._id, self._cas, self._name}, self._width)
        self._known: dict[tuple[bool, tuple[str, ...]], Submitted] = {}

    def read(self, row: TableRow) -> tuple[Submitted, str | None]:
        """A row as it goes to a worker, and its id."""
        found = None if row.findings else self._shared(row)
        return found or _submitted(self._mapping, row, self._settings)

    def _shared(self, row: TableRow) -> tuple[Submitted, str | None] | None:
        """A row by how another one was read; None where that is not sure to be the same."""
        cells = row.cells
        if len(cells) < self._width:
            return None
        row_id = _plain_cell(cells, self._id)
        if row_id is _NOT_PLAIN:
            return None
        drawing = _plain_cell(cells, self._drawn)
        if drawing is not None:
            if drawing is _NOT_PLAIN or drawing.startswith("InChI") or not drawing.isascii():
                return None
            named, key = None, (True, self._beside_drawing(cells))
        else:
            named = _plain_cell(cells, self._cas), _plain_cell(cells, self._name)
            if named == (None, None) or _NOT_PLAIN in named:
                return None
            key = (False, self._beside_name(cells))
        known = self._known.get(key)
        if known is None:
            read, row_id = _submitted(self._mapping, row, self._settings)
            known = read.sharing(drawing, named)
            if known is None:
                return read, row_id
            if len(self._known) >= CACHE_ROWS:
                self._known.clear()
            self._known[key] = known
        return Submitted(known.stated, known.findings, drawing, named), row_id


_NOT_PLAIN = "\0"


def _plain_cell(cells: Sequence[str], at: int | None) -> str | None:
    """A cell as it is read, None where it says nothing; `_NOT_PLAIN` where more is to be said."""
    text = "" if at is None or at >= len(cells) else cells[at]
    if not text:
        return None
    return read_cell(text) if len(text) <= _PLAIN_CELL and text.isprintable() else _NOT_PLAIN


@dataclass(frozen=True, slots=True)
class Summary:
    """What a run over a file did; `as_dict` is ``summary.json``."""

    data: Mapping[str, Any]
    table: Table

    def as_dict(self) -> dict[str, Any]:
        """For ``summary.json``."""
        return dict(self.data)

    def met(self, threshold: Outcome) -> bool:
        """Whether any row meets `threshold`; anything but `NO_LISTING_FOUND` meets `REVIEW`.

        A row for review whose questions an officer answered, all with a release, no longer counts.
        """
        mildest = Outcome.UNSCREENED if threshold is Outcome.REVIEW else threshold
        counts = dict(self.data["counts"]["outcomes"])
        released = (self.data.get("settled") or {}).get(Answer.RELEASED.value, 0)
        counts[Outcome.REVIEW.value] -= released  # a person has looked and let them go
        return any(counts[o.value] for o in Outcome if o.gravity <= mildest.gravity)


Progress = Callable[[int], None]


def _faults_named(function: Callable[P, T]) -> Callable[P, T]:
    """A run that the system stops, as on a full disk, says why and how to go on."""

    @functools.wraps(function)
    def run(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return function(*args, **kwargs)
        except BrokenPipeError:  # whoever reads what is printed has gone
            raise
        except OSError as error:
            out = Path(error.filename or str(kwargs.get("out") or args[1]))
            reason = f"could not be read or written ({error.strerror or error})"
            remedy = "put that right and take the run up with --resume"
            raise InputFileError(out, reason, remedy) from error

    return run


def _unchanged(table: Table) -> None:
    """The table is still the file whose digest the summary states."""
    with table.path.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
    if digest != table.sha256:
        raise InputFileError(table.path, "changed while it was screened", "run again on a copy")


@_faults_named
def screen_csv(
    path: Path | str,
    out: Path | str,
    *,
    screener: Screens,
    day: dt.date | None = None,
    override_day: dt.date | None = None,
    origin: str | None = None,
    destination: str | None = None,
    transit: Sequence[str] = (),
    columns: Mapping[str, str | Sequence[str]] | None = None,
    workers: int = 1,
    encoding: str | None = None,
    separator: str | None = None,
    resume: bool = False,
    recognised: Callable[[Table, int], None] | None = None,
    progress: Progress | None = None,
    report: bool = True,
    history: Sequence[Path | str] = (),
    dispositions: Dispositions | None = None,
    seal: bool = False,
    language: str = "en",
    limits: Limits | None = None,
    engine: Engine | None = None,
    cache: Path | str | None = None,
) -> Summary:
    """Screens a table of shipments into a folder.

    Writes ``decisions.csv``, ``decisions.jsonl``, ``report.html``, ``report.xlsx`` and
    ``summary.json``; they appear when all of them are complete. Until then they grow in a folder
    beside them, from which a run that was interrupted can be taken up.

    Args:
        path: the table.
        out: the folder; made if it is not there.
        screener: what screens.
        day: the day for rows that state none; None: today.
        override_day: the day for all rows.
        origin: the country of export for rows that state none, such as those of a file of
            structures; a cell that says anything is never replaced.
        destination: the country of import for rows that state none.
        transit: the places of transit for rows that state none.
        columns: headers by field, where they are not recognised.
        workers: worker processes; 1 works in this process.
        encoding: of the table; None recognises it.
        separator: of the table; None recognises it.
        resume: take up an interrupted run of the same table, lists and settings, if there is one.
        recognised: called once with what was recognised and the number of rows taken over from an
            interrupted run, before the first row is screened.
        progress: called with the number of rows done.
        report: write ``report.html`` and ``report.xlsx`` too.
        history: files ``decisions.jsonl`` of earlier runs, whose lines count towards thresholds.
        dispositions: what officers answered before; laid beside the questions of each line.
        seal: link the lines and write ``seal.json``, so that any later change is found.
        language: of the report and the workbook.
        limits: of a row, which is then screened in a worker process, also with one worker; None:
            the usual limits with more than one worker, none in this process.
        engine: where rows are screened, such as a `DaskEngine`; None: on this machine.
        cache: folder in which results are kept between runs: the same row under the same lists,
            settings and software is screened once. None: only rows of this run are remembered.

    Returns:
        What was done.

    Raises:
        InputFileError: the table cannot be read or changed meanwhile, or the folder cannot be
            written.
        ShipmentError: a place is not known.
    """
    started = time.monotonic()
    begun = dt.datetime.now(dt.UTC)
    given = {k: [v] if isinstance(v, str) else list(v) for k, v in (columns or {}).items()}
    table = open_table(path, encoding=encoding, separator=separator, columns=given)
    folder = _made(Path(out), table)
    work = _Work(folder)
    answered = _Settling(dispositions, link=START if seal else None)
    if resume and day is None:
        day = work.day()
    settings = Settings(
        day or dt.date.today(), override_day, given, origin, destination, _places(transit)
    )
    depends_on = _fingerprint(table, settings, screener)
    depends_on |= _given_too(history, dispositions, sealed=seal)
    store = None if cache is None else RowStore(Path(cache), depends_on["provenance"])
    counts = work.begin(depends_on, resume=resume)
    taken_over = counts.rows
    killed = _KilledRow(screener)
    with crew(
        screen_row, screener, workers=workers, killed=killed, limits=limits, engine=engine
    ) as made:
        if recognised is not None:
            recognised(table, taken_over)
        read = time.monotonic()
        further = (DISPOSITION_COLUMN,) if dispositions is not None else ()
        if taken_over and seal:
            answered.link = last_link(work.folder / LINES_FILE)[1]
        with work:
            if not taken_over:
                CsvWriter(work.csv).header(table.header, further)
            size = chunk_size(table.row_count) if engine is None else CHUNK
            rows = results(table, settings, made.run, skip=taken_over, store=store, size=size)
            work.write(rows, answered, counts, progress)
    if store is not None:
        store.flush()
    _unchanged(table)
    work.settle(
        screener.bundle,
        history,
        table,
        _Settling(dispositions, link=None),
        counts,
        sealed=seal,
    )
    screened = time.monotonic()
    data = _summary(table, settings, counts, bundle=screener.bundle, workers=workers, begun=begun)
    data["rows_taken_over"] = taken_over
    if store is not None:
        data["rows_from_cache"] = store.taken
    if seal:
        lines, link = last_link(work.folder / LINES_FILE)
        data["seal"] = {"lines": lines, "link": link}
    if dispositions is not None:
        data["dispositions"] = {"sha256": dispositions.sha256, "answers": dispositions.count}
        data["settled"] = answered.tally(work.folder)
    if report:
        _write_report(work.folder, table, screener.bundle, data, language)
    finished = time.monotonic()
    data["timings"] |= {
        "reading_s": round(read - started, 3),
        "screening_s": round(screened - read, 3),
        "report_s": round(finished - screened, 3),
        "total_s": round(finished - started, 3),
        "rows_per_s": round((counts.rows - taken_over) / max(screened - read, 1e-9), 1),
    }
    work.finish(data, sealed=seal)
    return Summary(data, table)


class _Settling:
    """What a line gets besides its result: the officers' answers, and its link of the seal."""

    def __init__(self, dispositions: Dispositions | None, *, link: str | None) -> None:
        self._dispositions = dispositions
        self.link = link

    def written(
        self, row: TableRow, row_id: str | None, result: Rendered
    ) -> tuple[str, tuple[str, ...]]:
        """The line of ``decisions.jsonl`` and the further cells of ``decisions.csv``."""
        settlement = None
        cells: tuple[str, ...] = ()
        if self._dispositions is not None:
            cells = ("",)
            if result.outcome in {Outcome.REVIEW, Outcome.CONTROLLED}:
                decision = decision_of_json(result.json)
                settlement = self._dispositions.settle(decision, row_id)
            if settlement is not None:
                cells = (safe_cell(settlement.in_short()),)
        line = json_line(row.number, row_id, result.json, settlement)
        if self.link is not None:
            line, self.link = sealed_line(line, self.link, row.cells)
        return line, cells

    @staticmethod
    def tally(folder: Path) -> dict[str, int]:
        """How many lines are settled, by answer; read from the file, rows taken over included."""
        counts = Counter[str]()
        for line in read_lines(folder / LINES_FILE, UNKNOWN):
            if line.settlement is not None and line.settlement.answer is not None:
                counts[line.settlement.answer.value] += 1
        return {answer.value: counts[answer.value] for answer in Answer}


CHECKPOINT_ROWS = 512
"""Rows after which an interrupted run can be taken up."""

_GROWING = ("decisions.csv", LINES_FILE)
_NOTES = "amounts.jsonl"
_RESULTS = ("decisions.csv", LINES_FILE, "report.html", "report.xlsx", "summary.json", SEAL_FILE)


class _Work:
    """The folder in which results grow, with what is needed to take up an interrupted run."""

    def __init__(self, out: Path) -> None:
        self._out = out
        self.folder = out / ".screening-partial"
        self._state = self.folder / "state.json"
        self._fingerprint: dict[str, Any] = {}
        self.csv: TextIO
        self.json: TextIO
        self.notes: TextIO

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
        same = state.get("fingerprint") == fingerprint and self._holds(state["sizes"])
        sizes = state["sizes"] if same else {"csv": 0, "json": 0, "notes": 0}
        self.folder.mkdir(exist_ok=True)
        for name in _RESULTS[2:]:
            (self.folder / name).unlink(missing_ok=True)
        self.csv = _opened(self.folder / "decisions.csv", sizes["csv"])
        self.json = _opened(self.folder / "decisions.jsonl", sizes["json"])
        self.notes = _opened(self.folder / _NOTES, sizes["notes"])
        return Counts.from_dict(state["counts"]) if same else Counts()

    def _holds(self, sizes: Mapping[str, int]) -> bool:
        """The files are as long as at the checkpoint, or longer; a power cut may undo that."""
        names = {"csv": "decisions.csv", "json": LINES_FILE, "notes": _NOTES}
        paths = {self.folder / names[kind]: size for kind, size in sizes.items()}
        return all(p.is_file() and p.stat().st_size >= size for p, size in paths.items())

    def _read_state(self) -> dict[str, Any]:
        try:
            state = json.loads(self._state.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return state if isinstance(state, dict) else {}

    def checkpoint(self, counts: Counts) -> None:
        """Notes how far the files are complete."""
        for stream in (self.csv, self.json, self.notes):
            stream.flush()
        state = {
            "fingerprint": self._fingerprint,
            "sizes": {
                "csv": (self.folder / "decisions.csv").stat().st_size,
                "json": (self.folder / "decisions.jsonl").stat().st_size,
                "notes": (self.folder / _NOTES).stat().st_size,
            },
            "counts": {f.name: getattr(counts, f.name) for f in dataclasses.fields(counts)},
        }
        with OutputFile(self._state) as file:
            file.stream.write(json.dumps(state))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        for stream in (self.csv, self.json, self.notes):
            stream.close()

    def places(self) -> tuple[int, int]:
        """Where the table and the lines end, in bytes."""
        return self.csv.tell(), self.json.tell()

    def write(
        self,
        rows: Iterable[tuple[TableRow, str | None, Rendered]],
        answered: _Settling,
        counts: Counts,
        progress: Progress | None,
    ) -> None:
        """Writes rows with their results, and notes those that count towards thresholds."""
        writer = CsvWriter(self.csv)
        for row, row_id, result in rows:
            line, cells = answered.written(row, row_id, result)
            begins = self.places() if result.line is not None else None
            writer.row(row.cells, result.cells, cells)
            self.json.write(line)
            if begins is not None and result.line is not None:
                self.note(row.number, row_id, result.line, begins)
            counts.add(result)
            if counts.rows % CHECKPOINT_ROWS == 0:
                self.checkpoint(counts)
            if progress is not None:
                progress(counts.rows)
        self.checkpoint(counts)

    def note(self, row: int, row_id: str | None, line: LedgerLine, begins: tuple[int, int]) -> None:
        """Notes a row that counts towards thresholds, once it is written."""
        ends = self.places()
        note = Note(
            row=row,
            row_id=row_id,
            line=line,
            csv=(begins[0], ends[0]),
            json_=(begins[1], ends[1]),
        )
        self.notes.write(note.model_dump_json() + "\n")

    def settle(
        self,
        bundle: Bundle,
        history: Sequence[Path | str],
        table: Table,
        answered: _Settling,
        counts: Counts,
        *,
        sealed: bool,
    ) -> None:
        """Writes those rows anew whose sums reach beyond them.

        Args:
            bundle: whose thresholds are summed for.
            history: files of earlier runs.
            table: the table.
            answered: what a line gets besides its result.
            counts: of the run; gets what the rows are now.
            sealed: the lines are linked.
        """
        notes = self.folder / _NOTES
        with contextlib.closing(RowSums(bundle, history)) as sums:
            for note in read_notes(notes):
                sums.add(note)
            if any(sums.beyond(note) is not None for note in read_notes(notes)):
                self._settle(sums, table, answered, counts, sealed=sealed)
        notes.unlink()

    def _settle(
        self, sums: RowSums, table: Table, answered: _Settling, counts: Counts, *, sealed: bool
    ) -> None:
        """Writes both files beside the old ones, and then puts them in their places."""
        places = {self.folder / name: self.folder / f"settled-{name}" for name in _GROWING}
        (old_table, new_table), (old_lines, new_lines) = places.items()
        width = len(table.header)
        with Splice(old_table, new_table) as rows, Splice(old_lines, new_lines) as lines:
            for note in read_notes(self.folder / _NOTES):
                totals = sums.beyond(note)
                if totals is None:
                    continue
                cells = next(csv.reader([rows.part(note.csv).decode()]))[:width]
                before = lines.part(note.json_)
                decision = decision_of(before)
                settled = settled_row(decision, sums, totals)
                counts.exchange(decision, settled)
                row = TableRow(note.row, 0, cells)
                result = render(settled)
                line, further = answered.written(row, note.row_id, result)
                text = io.StringIO()
                CsvWriter(text).row(cells, result.cells, further)
                rows.put(text.getvalue().encode())
                lines.put(resealed(line, before))
        self._state.unlink(missing_ok=True)  # from here on the run cannot be taken up
        if sealed:
            relink(new_lines, old_lines)
            new_lines.unlink()
        else:
            new_lines.replace(old_lines)
        new_table.replace(old_table)

    def finish(self, summary: dict[str, Any], *, sealed: bool = False) -> None:
        """Puts the complete results in their places and removes the folder.

        Args:
            summary: what ``summary.json`` says; gets the digest of the seal, which the file itself,
                being sealed, cannot hold.
            sealed: seal the files.
        """
        text = json.dumps(summary, ensure_ascii=False, indent=2) + "\n"
        (self.folder / "summary.json").write_text(text, encoding="utf-8")
        if sealed:
            given = summary["input"]
            input_file = {k: given[k] for k in ("file", "sha256")} | {"rows": summary["rows_in"]}
            names = [name for name in _RESULTS if name != SEAL_FILE]
            digest = write_seal(self.folder, names, input_file=input_file)
            summary["seal"] = summary["seal"] | {"digest": digest}
        for name in _RESULTS:
            if (self.folder / name).exists():
                (self.folder / name).replace(self._out / name)
            else:  # one of an earlier run would stand beside results that are not its own
                (self._out / name).unlink(missing_ok=True)
        self._state.unlink(missing_ok=True)
        with contextlib.suppress(OSError):  # something else was put into it
            self.folder.rmdir()


def _opened(path: Path, size: int) -> TextIO:
    """A file cut to a size, for writing on; never one that something else points to."""
    if path.is_symlink():
        path.unlink()
    if not path.exists():
        path.touch()
    stream = path.open("r+", encoding="utf-8", newline="")
    stream.truncate(size)
    stream.seek(0, os.SEEK_END)
    return stream


def _sha256(path: Path) -> str:
    """The digest of a file of the history."""
    try:
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError as error:
        reason = f"cannot be read ({error.strerror})"
        raise InputFileError(path, reason, "name a decisions.jsonl of an earlier run") from None


def _fingerprint(table: Table, settings: Settings, screener: Screens) -> dict[str, Any]:
    """Everything that the results depend on, as JSON gives it back."""
    provenance = screener.screen(Shipment(day=settings.day)).provenance
    return {
        "sha256": table.sha256,
        "layout": table.layout,
        "header": list(table.header),
        "columns": table.mapping.as_dict(),
        "day": settings.day.isoformat(),
        "override_day": settings.override_day and settings.override_day.isoformat(),
        **settings.places,
        "provenance": provenance.model_dump(mode="json"),
    }


def _given_too(
    history: Sequence[Path | str], dispositions: Dispositions | None, *, sealed: bool
) -> dict[str, Any]:
    """What else the results depend on, where it was given."""
    found: dict[str, Any] = {}
    if history:
        found["history"] = [_sha256(Path(file)) for file in history]
    if sealed or dispositions is not None:
        found |= {"sealed": sealed, "dispositions": dispositions and dispositions.sha256}
    return found


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
            **table.layout,
            "columns": table.mapping.as_dict(),
            "columns_not_read": list(table.mapping.unused),
            "notes": list(table.notes),
        },
        "settings": {
            "day": settings.day.isoformat(),
            "override_day": settings.override_day and settings.override_day.isoformat(),
            **settings.places,
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


_IN_REPORT = ("input", "settings", "bundle", "versions", "timings", "dispositions", "seal")


def _write_report(
    folder: Path, table: Table, bundle: Bundle, data: Mapping[str, Any], language: str
) -> None:
    """``report.html`` and ``report.xlsx``, from the rows and decisions as they were written."""
    summary = {key: data[key] for key in _IN_REPORT if key in data}
    known = Coverages.of(bundle)
    rows = (
        ReportRow(
            row=row.number,
            submitted=_submitted_cells(table, row),
            decision=line,
            settlement=line.settlement,
        )
        for row, line in zip(table.rows(), read_lines(folder / LINES_FILE, known), strict=True)
    )
    with Workbook(folder / "report.xlsx", language=language) as workbook:
        write_report(
            folder / "report.html",
            workbook.passing(rows),
            bundle=bundle,
            source=table.path.name,
            summary=summary,
            written_on=dt.date.today(),
            language=language,
        )
        workbook.close_with(bundle, summary, table.path.name)


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
    yield from read_lines(path)


# --- frames ----------------------------------------------------------------------------------


def screen_frame(
    screener: Screens,
    df: pd.DataFrame,
    *,
    columns: Mapping[str, str | Sequence[str]] | None = None,
    workers: int = 1,
    day: dt.date | None = None,
    override_day: dt.date | None = None,
    origin: str | None = None,
    destination: str | None = None,
    transit: Sequence[str] = (),
    history: Sequence[Path | str] = (),
    engine: Engine | None = None,
) -> pd.DataFrame:
    """Screens a pandas frame.

    Args:
        screener: what screens.
        df: the shipments; columns are recognised by their names.
        columns: headers by field, where they are not recognised.
        workers: worker processes; 1 works in this process.
        day: the day for rows that state none; None: today.
        override_day: the day for all rows.
        origin: the country of export for rows that state none.
        destination: the country of import for rows that state none.
        transit: the places of transit for rows that state none.
        history: files ``decisions.jsonl`` of earlier runs, whose lines count towards thresholds.
        engine: where rows are screened, such as a `DaskEngine`; None: on this machine.

    Returns:
        A copy with the same rows, order and index, and the new columns of ``decisions.csv``.

    Raises:
        MissingExtraError: pandas is not installed.
        ShipmentError: no column says what the goods are, `columns` names one that is not there, or
            a place is not known.
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
    settings = Settings(
        day or dt.date.today(),
        override_day,
        origin=origin,
        destination=destination,
        transit=_places(transit),
    )
    table = (
        TableRow(number, number, [cell_text(value) for value in values])
        for number, values in enumerate(df.itertuples(index=False, name=None), start=1)
    )
    reader = _RowReader(mapping, settings)
    waiting: deque[tuple[Submitted, str | None]] = deque()

    def submitted() -> Iterator[Submitted]:
        for row in table:
            one, row_id = reader.read(row)
            waiting.append((one, row_id))
            yield one

    cells: list[tuple[str, ...]] = []
    counting: list[tuple[Note, Submitted]] = []
    killed = _KilledRow(screener)
    for answers in in_order(
        screen_cells,
        screener,
        chunked(submitted(), chunk_size(len(df)) if workers > 1 else TOGETHER),
        workers=workers,
        killed=killed,
        engine=engine,
    ):
        for one in answers:
            cells.append(one.cells)
            row, row_id = waiting.popleft()
            if one.line is not None:
                counting.append((Note(row=len(cells), row_id=row_id, line=one.line), row))
    if counting or history:
        with contextlib.closing(RowSums(screener.bundle, history)) as sums:
            for note, _ in counting:
                sums.add(note)
            for note, row in counting:
                totals = sums.beyond(note)
                if totals is not None:
                    decision = screen_safely(screener, row.shipment, row.findings, forms=False)
                    cells[note.row - 1] = decision_cells(settled_row(decision, sums, totals))
    return _with_results(df, cells)


def _with_results(df: pd.DataFrame, cells: Sequence[tuple[str, ...]]) -> pd.DataFrame:
    """A copy of a frame with the columns of results, in place of any of that name."""
    new = {name: [row[at] for row in cells] for at, name in enumerate(RESULT_COLUMNS)}
    result = df.copy()
    if df.columns.nlevels > 1 or not set(RESULT_COLUMNS).isdisjoint(df.columns):
        for name, column in new.items():
            result[name] = column
        return result
    import pandas as pd  # noqa: PLC0415 - an extra; whoever has a frame has it

    joined = pd.concat([result, pd.DataFrame(new, index=df.index)], axis=1)
    joined.attrs = result.attrs
    return joined
