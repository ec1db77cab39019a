"""Parquet files, through pyarrow: the one module that imports it, for whoever has such a file."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from screening.decision import Severity
from screening.errors import InputFileError
from screening.report.sources import Columns, mapped
from screening.report.tables import Table, TableRow, cell_text, digest_of, malformed

_BATCH = 1_024
_BUFFER = 1 << 20


@dataclass(frozen=True, slots=True)
class ParquetTable(Table):
    """The rows of a Parquet file, each value as the text that a table would hold."""

    @property
    def layout(self) -> dict[str, str | int]:
        """The format."""
        return {"format": "Parquet"}

    def in_short(self) -> str:
        """Format and rows."""
        return f"Parquet, {self.row_count:,} rows"

    def _read(self) -> Iterator[TableRow]:
        number = 0
        for batch in _batches(self.path):
            columns = [_texts(column) for column in batch.columns]
            for place in range(batch.num_rows):
                number += 1
                cells = [texts[place][0] for texts in columns]
                torn = [h for h, texts in zip(self.header, columns, strict=True) if texts[place][1]]
                findings = tuple(
                    malformed(
                        f"The column {name!r} holds bytes that are no UTF-8; they are shown as "
                        "escapes.",
                        Severity.ASK,
                    )
                    for name in torn
                )
                yield TableRow(number, number, cells, findings)


def read_parquet(path: Path, columns: Columns | None) -> ParquetTable:
    """Reads a Parquet file through once, so that a damaged part is known at first.

    Args:
        path: the file.
        columns: headers by shipment field, where they are not recognised.

    Raises:
        InputFileError: it cannot be read, or nothing in it says what the goods are.
    """
    sha256 = digest_of(path)
    with _faults_named(path), pq.ParquetFile(path) as file:
        header = tuple(str(name) for name in file.schema_arrow.names)
    mapping = mapped(path, header, columns)
    rows = sum(batch.num_rows for batch in _batches(path))
    notes = () if rows else ("there is no row in it",)
    return ParquetTable(path, header, mapping, rows, sha256, notes)


def _batches(path: Path) -> Iterator[pa.RecordBatch]:
    """The rows in small parts; a row group is read through a buffer and not as a whole."""
    with (
        _faults_named(path),
        pq.ParquetFile(path, buffer_size=_BUFFER, pre_buffer=False) as file,
    ):
        yield from file.iter_batches(batch_size=_BATCH, use_threads=False)


@contextlib.contextmanager
def _faults_named(path: Path) -> Iterator[None]:
    try:
        yield
    except FileNotFoundError:
        raise InputFileError(path, "does not exist", "check its name and folder") from None
    except (pa.ArrowException, OSError, ValueError) as error:
        said = (str(error).splitlines() or ["it failed"])[0][:200]
        reason = f"cannot be read as Parquet ({said})"
        raise InputFileError(path, reason, "write it again") from None


def _texts(column: pa.Array) -> list[tuple[str, bool]]:
    """The values of a column as text, and of each whether some of its bytes are no text."""
    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    if pa.types.is_timestamp(column.type) and column.type.unit == "ns":  # Python has microseconds
        column = column.cast(pa.timestamp("us", column.type.tz), safe=False)
    if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
        try:
            return [(value or "", False) for value in column.to_pylist()]
        except UnicodeDecodeError:
            large = pa.types.is_large_string(column.type)
            column = column.cast(pa.large_binary() if large else pa.binary())
    values = column.to_pylist()
    return [_bytes(v) if isinstance(v, bytes) else (cell_text(v), False) for v in values]


def _bytes(value: bytes) -> tuple[str, bool]:
    """Text that was stored as bytes, as some programs do; other bytes as escapes."""
    try:
        return value.decode("utf-8"), False
    except UnicodeDecodeError:
        return value.decode("utf-8", "backslashreplace"), True
