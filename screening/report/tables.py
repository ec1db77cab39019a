"""Tables in and out: a trade file as it comes, ``decisions.csv`` and ``decisions.jsonl``.

Reading never guesses in silence. A file is UTF-8, or UTF-16 with its mark, or a code page that the
bytes speak for; otherwise it is refused by name and the person names the encoding. Cells are
carried exactly as they came; only the columns that are added here are made safe for spreadsheets.
"""

from __future__ import annotations

import codecs
import contextlib
import csv
import datetime as dt
import gzip
import hashlib
import io
import json
import re
import zlib
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple, Self, TextIO, TypeVar

from charset_normalizer import from_bytes
from pydantic import BaseModel

from screening.columns import ColumnMapping, count_recognised, normalise_header, recognise
from screening.decision import Decision, Finding, FindingCode, Outcome, Requirement, Severity
from screening.errors import InputFileError, ShipmentError
from screening.explain import day_before, lead_text
from screening.forms import FilledField
from screening.once import made

P = TypeVar("P")

MAX_CELL = 10_000_000
"""Characters in one cell; a file with a larger one is refused by name."""

MAX_HEADER_ROW = 20
"""The header is looked for down to this row."""

SEPARATORS = (",", ";", "\t", "|")

RESULT_COLUMNS = (
    "screening_outcome",
    "screening_action",
    "screening_entries",
    "screening_requirements",
    "screening_findings",
    "screening_why",
)
"""The columns added to those of the input, in this order."""

LINE_ONLY = frozenset({"row", "id", "settlement", "format", "seal", "coverage_of"})
"""What a line of ``decisions.jsonl`` has beside the members of its decision."""

DISPOSITION_COLUMN = "screening_disposition"
"""A further column where officers' answers were given."""

_BLOCK = 1 << 20
_SNIFF_CHARACTERS = 1 << 20
_SNIFF_RECORDS = 60
_SAMPLE_BYTES = 1 << 18
_SEPARATOR_NAMES = {",": "comma", ";": "semicolon", "\t": "tab", "|": "pipe"}
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_CONTAINERS = (
    (b"PK\x03\x04", "is a workbook or an archive, not a table of text", "save it as CSV (UTF-8)"),
    (b"\xd0\xcf\x11\xe0", "is an old workbook, not a table of text", "save it as CSV (UTF-8)"),
    (b"\x1f\x8b", "is compressed", "unpack it first"),
    (b"%PDF", "is a PDF, not a table", "export the table as CSV (UTF-8)"),
)
_CODE_PAGES = ["gb18030", "big5", "shift_jis", "cp949", "euc_jp", "cp1252", "cp1250", "cp1251"]
# letters and signs of German, Spanish, French, Italian and Portuguese trade texts in cp1252
_WESTERN = frozenset(  # with no-break space and soft hyphen
    "ÀÁÂÃÄÇÈÉÊËÍÎÏÑÓÔÕÖÙÚÛÜŒßàáâãäçèéêëíîïñóôõöùúûüœÿ°ºª«»‹›–—‘’‚“”„…•·€£©®™µ±×²³½¼¾¿¡§´\u00a0\u00ad"
)
_SIGN_IN_WORD = re.compile(r"(?<=[^\W\d_])[¿¡²³½¼¾€£§](?=[^\W\d_])")
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


class TableRow(NamedTuple):
    """One row of the data; a tuple, as a table may have tens of millions of them.

    Attributes:
        number: 1 for the first row under the header.
        line: the line of the file on which it begins.
        cells: one a column of `Table.header`, as they came; missing ones are empty.
        findings: what is wrong with its shape.
    """

    number: int
    line: int
    cells: list[str]
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class Table(ABC):
    """A file of rows that was read through once and can be read again, row by row.

    Attributes:
        path: the file.
        header: the header of each cell of a row.
        mapping: how its columns are read.
        row_count: its rows.
        sha256: of the file's bytes, hexadecimal.
        notes: what else a person should know about how it was read.
    """

    path: Path
    header: tuple[str, ...]
    mapping: ColumnMapping
    row_count: int
    sha256: str
    notes: tuple[str, ...]

    @property
    @abstractmethod
    def layout(self) -> dict[str, str | int]:
        """How the file is laid out, by the names of ``summary.json``."""

    @abstractmethod
    def in_short(self) -> str:
        """How the file is laid out and how many rows it has, in a few words."""

    def describe(self) -> list[str]:
        """What was recognised, line by line, for people."""
        return [
            f"{self.path}: {self.in_short()}",
            *(f"  {line}" for line in self.mapping.describe()),
            *(f"  note: {note}" for note in self.notes),
        ]

    @abstractmethod
    def _read(self) -> Iterator[TableRow]:
        """The rows in order, as the file has them now."""

    def rows(self) -> Iterator[TableRow]:
        """The rows in order; memory does not grow with the file.

        Raises:
            InputFileError: the file changed since it was recognised.
        """
        number = 0
        for row in self._read():
            number = row.number
            yield row
        if number != self.row_count:
            raise InputFileError(self.path, "changed while it was read", "run again on a copy")


@dataclass(frozen=True, slots=True)
class TextTable(Table):
    """A table of text with a character between cells; cells beyond the header are ``extra_1`` ...

    Attributes:
        encoding: name of the encoding.
        separator: the character between cells.
        header_row: row of the header, 1 for the first row of the file; rows under it without any
            character are no rows.
        blank_lines: lines under the header without any character.
    """

    encoding: str
    separator: str
    header_row: int
    blank_lines: int

    @property
    def layout(self) -> dict[str, str | int]:
        """Encoding, separator and row of the header."""
        return {
            "encoding": self.encoding,
            "separator": self.separator,
            "header_row": self.header_row,
        }

    def in_short(self) -> str:
        """Encoding, separator, row of the header, rows."""
        separator = _SEPARATOR_NAMES.get(self.separator, repr(self.separator))
        header = f"header on row {self.header_row}, {self.row_count:,} rows"
        return f"{self.encoding}, separator {separator}, {header}"

    def _read(self) -> Iterator[TableRow]:
        own_width = len(self.mapping.header)
        plain = own_width == len(self.header)
        with _open(self.path, self.encoding) as stream:
            number = 0
            for row, line, cells, lines in _records(self.path, stream, self.separator):
                if row <= self.header_row or not cells:
                    continue
                number += 1
                if plain and lines == 1 and len(cells) == own_width:
                    yield TableRow(number, line, cells)
                else:
                    yield TableRow(
                        number, line, *_shaped(cells, own_width, self.header, self.separator)
                    )


def read_table(
    path: Path | str,
    *,
    encoding: str | None = None,
    separator: str | None = None,
    columns: Mapping[str, str | Sequence[str]] | None = None,
) -> TextTable:
    """Recognises a table of text and reads it through once, so that its faults are known first.

    Args:
        path: the file.
        encoding: its encoding; None recognises it.
        separator: the character between cells; None recognises it.
        columns: headers by shipment field, where they are not recognised.

    Returns:
        The table.

    Raises:
        InputFileError: the file cannot be read, or nothing in it says what the goods are.
    """
    path = Path(path)
    scan = scan_file(path)
    encoding = encoding_of(path, scan, encoding)
    layout = _layout(path, encoding, separator, columns)
    own_width = len(layout.header)
    rows = blank = 0
    width = own_width
    with _open(path, encoding) as stream:
        for row, _, cells, _ in _records(path, stream, layout.separator):
            if row <= layout.header_row:
                continue
            if not cells:
                blank += 1
                continue
            rows += 1
            if len(cells) > width:
                width = max(width, _filled_width(cells, own_width))
    extra = tuple(f"extra_{n}" for n in range(1, width - own_width + 1))
    return TextTable(
        path=path,
        header=(*layout.header, *extra),
        mapping=layout.mapping,
        encoding=encoding,
        separator=layout.separator,
        header_row=layout.header_row,
        row_count=rows,
        blank_lines=blank,
        sha256=scan.sha256,
        notes=_notes(layout, rows, blank, extra),
    )


def read_text(path: Path) -> str:
    """The text of a small file in whatever encoding it speaks for, line ends as they are.

    Raises:
        InputFileError: it cannot be read.
    """
    encoding = encoding_of(path, scan_file(path), None)
    try:
        with _open(path, encoding) as stream:
            return stream.read()
    except UnicodeError as error:
        reason = f"is not {encoding} throughout ({error})"
        raise InputFileError(path, reason, "save it as UTF-8") from None


def _notes(layout: _Layout, rows: int, blank: int, extra: Sequence[str]) -> tuple[str, ...]:
    notes = []
    if layout.header_row > 1:
        above = layout.header_row - 1
        plural = "row above it is" if above == 1 else "rows above it are"
        notes.append(f"the header is on row {layout.header_row}; the {above} {plural} no shipment")
    if not rows:
        notes.append("there is no row under the header")
    if blank:
        notes.append(f"{blank:,} lines without any character are no rows")
    if extra:
        notes.append(f"some rows have more cells than the header; they are in {', '.join(extra)}")
    repeated = {h for h in layout.header if h and layout.header.count(h) > 1}
    if repeated:
        notes.append(f"headers that stand more than once: {', '.join(sorted(map(repr, repeated)))}")
    return tuple(notes)


# --- bytes and encodings ---------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Scan:
    """What one pass over the bytes of a file found.

    Attributes:
        sha256: of the bytes as they are stored, hexadecimal.
        head: the first bytes.
        nul: some byte is NUL.
        not_utf8: place of the first byte that is not UTF-8; None: there is none.
        sample: lines with bytes beyond ASCII.
    """

    sha256: str
    head: bytes
    nul: bool
    not_utf8: int | None
    sample: bytes


def is_packed(path: Path) -> bool:
    """The name says that the file is packed with gzip."""
    return path.suffix.lower() == ".gz"


@contextlib.contextmanager
def opened(path: Path, *, packed: bool = False) -> Iterator[io.BufferedReader | gzip.GzipFile]:
    """The bytes of a file, unpacked where it is packed.

    Raises:
        InputFileError: it is not there, cannot be read, or is no whole archive.
    """
    if path.is_dir():
        raise InputFileError(path, "is a folder", "name a file")
    try:
        if packed:
            with gzip.open(path, "rb") as unpacked:
                yield unpacked
        else:
            with path.open("rb") as stream:
                yield stream
    except FileNotFoundError:
        raise InputFileError(path, "does not exist", "check its name and folder") from None
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        reason = f"cannot be unpacked ({error})"
        raise InputFileError(path, reason, "pack it again, or unpack it first") from None
    except OSError as error:
        reason = f"cannot be opened ({error.strerror})"
        raise InputFileError(path, reason, "check that it may be read") from None


def scan_file(path: Path, *, packed: bool = False) -> Scan:
    """Reads the bytes once: digest, NUL, UTF-8 or not, and lines with bytes beyond ASCII.

    Args:
        path: the file.
        packed: it is packed with gzip; what is looked at is what is in it.

    Raises:
        InputFileError: it is not there, cannot be read, is empty, or is no text at all.
    """
    digest = hashlib.sha256()
    decoder = codecs.getincrementaldecoder("utf-8")("strict")
    head, sample = b"", bytearray()
    nul, bad, offset = False, None, 0
    with opened(path, packed=packed) as stream:
        while block := stream.read(_BLOCK):
            head = head or block[:8]
            digest.update(block)
            nul = nul or b"\0" in block
            if bad is None:
                try:
                    decoder.decode(block)
                except UnicodeDecodeError as error:
                    bad = offset + max(error.start, 0)
            if len(sample) < _SAMPLE_BYTES and not block.isascii():
                lines = (line for line in block.splitlines(True) if not line.isascii())
                for line in lines:
                    sample += line[:20_000]
                    if len(sample) >= _SAMPLE_BYTES:
                        break
            offset += len(block)
    if bad is None:
        try:
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            bad = offset
    if not offset:
        raise InputFileError(path, "is empty", "export the table again")
    for magic, reason, remedy in _CONTAINERS:
        if head.startswith(magic):
            raise InputFileError(path, reason, remedy)
    sha256 = digest_of(path) if packed else digest.hexdigest()
    return Scan(sha256, head, nul, bad, bytes(sample))


def digest_of(path: Path) -> str:
    """The SHA-256 of a file's bytes, hexadecimal.

    Raises:
        InputFileError: it is not there or cannot be read.
    """
    with opened(path) as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def encoding_of(path: Path, scan: Scan, wanted: str | None) -> str:
    """The encoding that was named, or that the bytes speak for.

    Raises:
        InputFileError: it is not known, or nothing speaks for one.
    """
    if wanted is not None:
        try:
            info = codecs.lookup(wanted)
            "a".encode(wanted)
        except (LookupError, TypeError, ValueError):
            reason = f"cannot be read as {wanted!r}, which is no known encoding"
            raise InputFileError(path, reason, "use utf-8, gb18030, cp1252, ...") from None
        if info.name == "utf-8":
            return "utf-8-sig"
        marked = [name for mark, name in _MARKS if scan.head.startswith(mark)]
        return marked[0] if marked and info.name.startswith(marked[0]) else info.name
    for mark, name in _MARKS:
        if scan.head.startswith(mark):
            return name
    if scan.nul:
        raise InputFileError(
            path,
            "holds NUL bytes, so it is no text or UTF-16 without its mark",
            "save it as UTF-8, or name its encoding with --encoding utf-16-le",
        )
    if scan.not_utf8 is None:
        return "utf-8"
    guesses = from_bytes(scan.sample, cp_isolation=_CODE_PAGES)
    ranked = [(guess.encoding, guess.chaos) for guess in guesses]
    if _looks_chinese(scan.sample, ranked):
        return "gb18030"
    if _looks_western(scan.sample):
        return "cp1252"
    perhaps = f" (perhaps {ranked[0][0]})" if ranked else ""
    raise InputFileError(
        path,
        f"is not UTF-8 (byte {scan.not_utf8:,}) and its encoding is not certain",
        f"save it as UTF-8, or name its encoding with --encoding{perhaps}",
    )


def _looks_chinese(sample: bytes, ranked: Sequence[tuple[str, float]]) -> bool:
    """Whether the bytes are GB 18030 and nothing else speaks as loudly.

    Nearly all characters of simplified trade texts are two-byte characters of GB 2312, most of
    them of its first level; other code pages read so end up in its rare corners.
    """
    try:
        sample.decode("gb18030")
    except UnicodeDecodeError:
        return False
    pairs = _high_pairs(sample)
    everyday = sum(t >= 0xA1 and (0xA1 <= b <= 0xA3 or 0xB0 <= b <= 0xD7) for b, t in pairs)
    listed = sum(t >= 0xA1 and (0xA1 <= b <= 0xA9 or 0xB0 <= b <= 0xF7) for b, t in pairs)
    if listed < 0.9 * len(pairs) or everyday < 0.6 * len(pairs):
        return False
    chaos = dict(ranked)
    if "gb18030" not in chaos:
        return False
    others = [value for name, value in ranked if name != "gb18030"]
    if not others or chaos["gb18030"] < min(others):
        return True
    # too little text to tell by its characters: a header or unit that is known decides
    words = re.findall(r"[\u4e00-\u9fff]+", sample.decode("gb18030"))
    return any(count_recognised([word])[0] for word in words[:2_000])


def _high_pairs(raw: bytes) -> list[tuple[int, int]]:
    """The two-byte characters of text in a double-byte code page."""
    pairs = []
    index = 0
    while index < len(raw):
        if raw[index] < 0x80:
            index += 1
            continue
        pairs.append((raw[index], raw[index + 1] if index + 1 < len(raw) else 0))
        index += 2
    return pairs


def _looks_western(sample: bytes) -> bool:
    """Whether cp1252 gives nothing but the letters of western trade languages, in their places.

    Letters beyond ASCII stand single in them; in double-byte code pages they come in pairs.
    """
    try:
        text = sample.decode("cp1252")
    except UnicodeDecodeError:
        return False
    pairs = _high_pairs(sample)
    if sum(second >= 0xA1 for _, second in pairs) > 0.2 * len(pairs):
        return False
    beyond = {c for c in text if not c.isascii()}
    return beyond <= _WESTERN and not _SIGN_IN_WORD.search(text)


def _open(path: Path, encoding: str) -> TextIO:
    return path.open(encoding=encoding, errors="strict", newline="")


# --- records, header and separator -----------------------------------------------------------


class _Record(NamedTuple):
    row: int
    line: int
    cells: list[str]
    lines: int


class _Lines:
    """Lines of a stream, with those of the current record kept."""

    def __init__(self, path: Path, stream: TextIO) -> None:
        self._path = path
        self._stream = stream
        self.number = 0
        self.kept: list[str] = []

    def __iter__(self) -> Iterator[str]:
        for line in self._stream:
            self.number += 1
            if "\0" in line:
                reason = f"holds a NUL character on line {self.number}"
                raise InputFileError(
                    self._path, reason, "remove it, or save the file as CSV (UTF-8)"
                )
            self.kept.append(line)
            yield line


def _records(path: Path, stream: TextIO, separator: str) -> Iterator[_Record]:
    """Records of a stream, with their row and line; faults carry the file's name."""
    csv.field_size_limit(max(csv.field_size_limit(), MAX_CELL))
    lines = _Lines(path, stream)
    reader = csv.reader(lines, delimiter=separator)
    row, start, last = 0, 1, []
    try:
        for cells in reader:
            row += 1
            yield _Record(row, start, cells, lines.number + 1 - start)
            start, last = lines.number + 1, lines.kept
            lines.kept = []
    except UnicodeError as error:
        named = isinstance(error, UnicodeDecodeError) and f"is not {error.encoding}"
        reason = named or f"cannot be decoded ({error})"
        raise InputFileError(
            path,
            f"{reason} after line {lines.number:,}",
            "save it as CSV (UTF-8), or name its encoding with --encoding",
        ) from None
    except csv.Error as error:
        if "field larger" in str(error):
            raise InputFileError(
                path,
                f"has a cell of more than {MAX_CELL:,} characters in the row of line {start:,}",
                "look for a quotation mark that is never closed, or shorten the cell",
            ) from None
        reason = f"cannot be read as a table at line {lines.number:,} ({error})"
        raise InputFileError(path, reason, "save it as CSV (UTF-8)") from None
    if last and sum(1 for _ in csv.reader([*last, "\n"], delimiter=separator)) == 1:
        # a line put behind the end became part of the last row, so its quotation mark is open
        first = lines.number - len(last) + 1
        raise InputFileError(
            path,
            f"opens a quotation mark in the row of line {first:,} and never closes it",
            "close it, or double quotation marks inside cells",
        )


@dataclass(frozen=True, slots=True)
class _Layout:
    separator: str
    header_row: int
    header: tuple[str, ...]
    mapping: ColumnMapping


def _layout(
    path: Path,
    encoding: str,
    separator: str | None,
    columns: Mapping[str, str | Sequence[str]] | None,
) -> _Layout:
    """The separator and header row under which the most columns are recognised."""
    try:
        with _open(path, encoding) as stream:
            text = stream.read(_SNIFF_CHARACTERS)
    except UnicodeError as error:  # a codec may also say no more than that its mark is missing
        where = f"byte {error.start:,}" if isinstance(error, UnicodeDecodeError) else str(error)
        reason = f"is not {encoding} ({where})"
        remedy = "save it as CSV (UTF-8), or name its encoding with --encoding"
        raise InputFileError(path, reason, remedy) from None
    if not text.strip():
        raise InputFileError(path, "holds no text", "export the table again")
    wanted = [normalise_header(n) for names in (columns or {}).values() for n in _as_list(names)]
    best: tuple[tuple[bool, int, float], str, int, list[str]] | None = None
    for candidate in SEPARATORS if separator is None else (separator,):
        records = _first_records(text, candidate)
        for row, cells in enumerate(records[:MAX_HEADER_ROW], start=1):
            count, identifies = count_recognised(cells)
            if wanted:
                present = {normalise_header(c) for c in cells}
                hits = sum(name in present for name in wanted)
                count, identifies = count + 100 * hits, identifies or hits == len(wanted)
            if row > 1 and count < 2 and len(cells) > 1:
                continue  # one word in a row of data is no header
            under = [r for r in records[row:] if r]
            fits = sum(_filled_width(r, len(cells)) == len(cells) for r in under)
            score = (identifies, count, fits / len(under) if under else 1.0)
            if best is None or score > best[0]:
                best = (score, candidate, row, cells)
    if best is None:
        raise InputFileError(path, "holds no table", "export the table again")
    score, separator, row, cells = best
    header = tuple(cells)
    try:
        mapping = recognise(header, columns)
    except ShipmentError as error:
        raise InputFileError(path, str(error), "correct --columns") from None
    if not mapping.identifies:
        seen = ", ".join(repr(h[:40]) for h in header[:12]) or "nothing"
        raise InputFileError(
            path,
            "has no column that says what the goods are (structure, InChI, CAS number, name or "
            f"customs code); its first row has {seen}",
            "name one, such as --columns name='...'",
        )
    return _Layout(separator, row, header, mapping)


def _as_list(names: str | Sequence[str]) -> Sequence[str]:
    return [names] if isinstance(names, str) else names


def _first_records(text: str, separator: str) -> list[list[str]]:
    """The first records of a text under one separator, as far as they can be read."""
    csv.field_size_limit(max(csv.field_size_limit(), MAX_CELL))
    records: list[list[str]] = []
    try:
        for cells in csv.reader(
            io.StringIO(text.replace("\0", ""), newline=""), delimiter=separator
        ):
            records.append(cells)
            if len(records) == _SNIFF_RECORDS:
                break
    except csv.Error:
        pass  # the pass over the whole file says what is wrong
    return records


def _filled_width(cells: Sequence[str], least: int) -> int:
    """Cells up to the last filled one, but not fewer than `least`."""
    width = len(cells)
    while width > least and not cells[width - 1]:
        width -= 1
    return max(width, least)


def _shaped(
    cells: list[str], own_width: int, header: Sequence[str], separator: str
) -> tuple[list[str], tuple[Finding, ...]]:
    """Cells padded to the header, with a finding where the shape of the row is doubtful."""
    findings = []
    width = _filled_width(cells, own_width)
    if width > own_width:
        extra = width - own_width
        findings.append(
            malformed(
                f"The row has {extra} more cell{'s' if extra > 1 else ''} than the header, so "
                "cells may stand in the wrong columns.",
                Severity.ASK,
            )
        )
    elif len(cells) < own_width:
        missing = own_width - len(cells)
        findings.append(
            malformed(
                f"The row has {missing} fewer cell{'s' if missing > 1 else ''} than the header.",
                Severity.NOTE,
            )
        )
    if own_width > 2 and any("\n" in c and _holds_rows(c, separator, own_width) for c in cells):
        findings.append(
            malformed(
                "A cell of the row holds what look like further rows; look for a quotation mark "
                "that is not closed.",
                Severity.ASK,
            )
        )
    shaped = cells[:width] + [""] * (len(header) - min(len(cells), width))
    return shaped, tuple(findings)


def _holds_rows(cell: str, separator: str, width: int) -> bool:
    return any(line.count(separator) >= width - 1 for line in cell.split("\n"))


def malformed(message: str, severity: Severity) -> Finding:
    """A finding on the shape of a row."""
    return Finding(code=FindingCode.ROW_MALFORMED, severity=severity, message=message)


def cell_text(value: object) -> str:
    """A value of a frame or of a typed file as the text that a table would hold.

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


# --- writing ---------------------------------------------------------------------------------


def safe_cell(text: str) -> str:
    """A cell of ours that no spreadsheet takes for a formula.

    >>> safe_cell("=1+1"), safe_cell("controlled")
    ("'=1+1", 'controlled')
    """
    return "'" + text if text.startswith(FORMULA_STARTS) else text


def decision_cells(decision: Decision) -> tuple[str, ...]:
    """The cells of `RESULT_COLUMNS` for one decision."""
    entries = dict.fromkeys(hit.entry for hit in decision.hits)
    requirements = [_due(requirement, decision.day) for requirement in decision.requirements]
    findings = map(finding_cell, decision.findings)
    return tuple(
        safe_cell(text)
        for text in (
            decision.outcome.value,
            decision.action.value,
            "; ".join(entries),
            "; ".join(dict.fromkeys(requirements)),
            " | ".join(findings),
            _why(decision),
        )
    )


def finding_cell(finding: Finding) -> str:
    """One finding as it stands in the cell of them all."""
    return f"{finding.severity} {finding.code}: {finding.message}"


def _due(requirement: Requirement, day: dt.date) -> str:
    """A requirement in short: what, who, to whom, and by when."""
    lead = requirement.lead_days, requirement.lead_kind
    return _in_short(requirement.document, requirement.who, requirement.authority, *lead, day)


@lru_cache(maxsize=4096)
def _in_short(
    document: str,
    who: str,
    authority: str,
    lead_days: int | None,
    lead_kind: str,
    day: dt.date,
) -> str:
    parts = [who, authority, lead_text(lead_days, lead_kind)]
    latest = day_before(lead_days, lead_kind, day)
    if latest is not None:
        parts.append(f"by {latest}")
    return f"{document} ({', '.join(filter(None, parts))})"


def _why(decision: Decision) -> str:
    """Why the outcome is what it is, in words."""
    if decision.hits:
        return " ".join(dict.fromkeys(hit.explanation for hit in decision.hits))
    asked = [f.message for f in decision.findings if f.severity is not Severity.NOTE]
    if decision.outcome is Outcome.NO_LISTING_FOUND:
        asked.append("No listing was found in the lists that were asked; that is no clearance.")
    return " ".join(dict.fromkeys(asked))


def decision_json(decision: Decision) -> str:
    """One decision as JSON in one line, without its `id`, which belongs to the row.

    Of the coverage it names the jurisdictions; what was checked of each stands once in a run, in
    ``summary.json``. Line separators of Unicode are escaped, so that every reader sees one line.
    """
    text = one_line(decision.model_dump_json(exclude=_APART))
    before, _, after = text.partition(_AFTER_THEM)  # no text of a field holds a bare quotation mark
    hits = _written(_HITS, decision.hits, _array)
    due = ",".join(map(_requirement_json, decision.requirements))
    asked = json.dumps(decision.asked, separators=(",", ":"))
    return (
        f'{before}"hits":{hits},"requirements":[{due}],{_AFTER_THEM}{after[:-1]},'
        f'"coverage_of":{asked}}}'
    )


_APART = {*LINE_ONLY, "coverage", "hits", "requirements"}
_AFTER_THEM = '"findings":['
"""What follows hits and requirements in a line."""
_MAX_WRITTEN = 512
_MAX_FIELDS = 8192
"""Parts of lines whose text is kept; the memory it takes has to have an end."""

_Written = dict[int, tuple[object, str]]
_HITS: _Written = {}
_FIELDS: _Written = {}


def _written(known: _Written, part: P, write: Callable[[P], str], most: int = _MAX_WRITTEN) -> str:
    """The text of a part that many lines share, written once: it is known by its identity.

    Args:
        known: what was written, each with its part, so that nothing else takes its place.
        part: frozen models.
        write: writes it.
        most: parts that are kept.
    """
    found = known.get(id(part))
    if found is not None and found[0] is part:
        return found[1]
    text = write(part)
    if len(known) >= most:
        known.clear()
    known[id(part)] = (part, text)
    return text


def _array(models: Sequence[BaseModel]) -> str:
    return one_line(f"[{','.join([model.model_dump_json() for model in models])}]")


def _requirement_json(requirement: Requirement) -> str:
    """A requirement as JSON: those of many lines differ in form and sums alone."""
    values = vars(requirement).copy()
    fields, sums, entries = values.pop("fields"), values.pop("sums"), values.pop("entries")
    before, between, after = _around(tuple(values.values()))
    form = ",".join([_written(_FIELDS, one, _one, _MAX_FIELDS) for one in fields])
    amounts = _array(sums) if sums else "[]"
    return f"{before}[{form}]{between}{amounts}{after}{_names(entries)}}}"


def _one(field: FilledField) -> str:
    return one_line(field.model_dump_json())


@lru_cache(maxsize=1024)
def _names(names: tuple[str, ...]) -> str:
    """Ids as JSON."""
    return one_line(json.dumps(names, separators=(",", ":"), ensure_ascii=False))


@lru_cache(maxsize=1024)
def _around(values: tuple[Any, ...]) -> tuple[str, str, str]:
    """What stands before the form of a requirement, its sums, and its entries, which end it.

    Args:
        values: of its other fields, in their order.
    """
    of = iter(values)
    apart = {"fields", "sums", "entries"}
    fields = {n: () if n in apart else next(of) for n in Requirement.model_fields}
    text = one_line(made(Requirement, fields).model_dump_json())
    before, _, rest = text.partition('"fields":[]')
    between, _, after = rest.partition('"sums":[]')
    return f'{before}"fields":', f'{between}"sums":', after.removesuffix("[]}")


_BREAKS = ("\u0085", "\u2028", "\u2029")
_BREAK_BYTES = tuple(character.encode() for character in _BREAKS)


def one_line(text: str) -> str:
    """JSON text with the line separators of Unicode escaped."""
    raw = text.encode("utf-8", "surrogatepass")  # bytes are searched many times faster
    if not any(character in raw for character in _BREAK_BYTES):
        return text
    for character in _BREAKS:
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text


class CsvWriter:
    """Writes ``decisions.csv``: the cells as they came, then ours."""

    def __init__(self, stream: TextIO) -> None:
        self._writer = csv.writer(stream, lineterminator="\r\n")

    def header(self, header: Iterable[str], further: Iterable[str] = ()) -> None:
        """Writes the headers of the input and ours, and further ones of this run."""
        self._writer.writerow([*header, *RESULT_COLUMNS, *further])

    def row(self, cells: Iterable[str], result: Iterable[str], further: Iterable[str] = ()) -> None:
        """Writes one row of the input with its result, and further cells of this run."""
        self._writer.writerow([*cells, *result, *further])


class OutputFile:
    """A text file that appears under its name only when it is complete.

    Used as a context manager: on success it replaces the file of that name at once, on an error it
    leaves what was there.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._part = path.with_name(f".{path.name}.part")
        self.stream: TextIO = io.StringIO()

    def __enter__(self) -> Self:
        self.stream = self._part.open("w", encoding="utf-8", newline="")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stream.close()
        if kind is None:
            self._part.replace(self.path)
        else:
            self._part.unlink(missing_ok=True)
