"""Rows of one file that count towards thresholds: noted while they are screened, settled after.

A row can be settled only when every row of the file, and the history, has been counted: that is why
the order of rows does not matter. What is written of a row meanwhile is that of the row alone; rows
whose sums reach beyond them are then written anew, and everything else is copied as it stands.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

from pydantic import BaseModel, ConfigDict

from screening.decision import Decision
from screening.duties import settled
from screening.history import Ledger, LedgerLine, Totals, line_of
from screening.rules.load import Bundle

_BLOCK = 1 << 20

Span = tuple[int, int]
"""Where something begins and ends in a file, in bytes."""


class Note(BaseModel):
    """One row that counts towards a threshold.

    Attributes:
        row: its number, from 1.
        row_id: the caller's reference.
        line: what a ledger keeps of it.
        csv, json: what was written of it, in the table and in the lines.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    row: int
    row_id: str | None
    line: LedgerLine
    csv: Span = (0, 0)
    json_: Span = (0, 0)


def counted(decision: Decision, bundle: Bundle) -> LedgerLine | None:
    """What a ledger keeps of a decision; None where no threshold asks for it."""
    entries = (bundle.entries.get(m.entry) for m in decision.measures)
    if any(not t.none for e in entries if e is not None for t in e.thresholds.values()):
        return line_of(decision, "")
    return None


def row_label(row: int, row_id: str | None) -> str:
    """A row in words.

    >>> row_label(7, None), row_label(7, "A-12")
    ('row 7', 'row 7 (A-12)')
    """
    return f"row {row:,}" + (f" ({row_id})" if row_id else "")


class RowSums:
    """What the rows of a table and the lines of its history add up to.

    Args:
        bundle: whose thresholds are summed for.
        history: files ``decisions.jsonl`` of earlier runs.

    Raises:
        InputFileError: a file of the history cannot be read.
    """

    def __init__(self, bundle: Bundle, history: Sequence[Path | str] = ()) -> None:
        self._bundle = bundle
        self._ledger = Ledger(bundle)
        for path in history:
            self._ledger.add_file(path)

    def add(self, note: Note) -> None:
        """Counts a row in."""
        label = row_label(note.row, note.row_id)
        self._ledger.add_line(note.line.model_copy(update={"label": label}))

    def beyond(self, note: Note) -> Totals | None:
        """The sums of a row that was counted in; None where no other line is in them."""
        totals = self._ledger.totals(note.line)
        return totals if any(total.count > 1 for total in totals.values()) else None

    def settle(self, decision: Decision, totals: Totals) -> Decision:
        """The decision for a row, from the sums of all rows."""
        return settled(decision, totals, self._bundle)

    def close(self) -> None:
        """Frees the ledger."""
        self._ledger.close()


def read_notes(path: Path) -> Iterator[Note]:
    """The notes of a file, in the order of the rows."""
    with path.open(encoding="utf-8", newline="\n") as stream:
        for text in stream:
            yield Note.model_validate_json(text)


class Splice:
    """Copies a file with some parts of it replaced; used as a context manager.

    Args:
        source: what is copied.
        target: takes the copy.
    """

    def __init__(self, source: Path, target: Path) -> None:
        self._source = source
        self._target = target
        self._read: BinaryIO
        self._write: BinaryIO

    def __enter__(self) -> Self:
        self._read = self._source.open("rb")
        self._write = self._target.open("wb")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if kind is None:
            self._copy(None)
        self._read.close()
        self._write.close()

    def part(self, span: Span) -> bytes:
        """Copies up to a part and takes that part out."""
        begin, end = span
        self._copy(begin - self._read.tell())
        return self._read.read(end - begin)

    def put(self, text: bytes) -> None:
        """What stands in the place of the part."""
        self._write.write(text)

    def _copy(self, size: int | None) -> None:
        """Copies some bytes, or all that is left."""
        while size is None or size > 0:
            block = self._read.read(_BLOCK if size is None else min(size, _BLOCK))
            if not block:
                return
            self._write.write(block)
            size = None if size is None else size - len(block)
