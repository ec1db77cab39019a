"""Files of rows that are no tables of text: structures in SDF and SMILES files, and Parquet.

Each is a `Table`, so that a run, a report and a seal are the same for all of them. A file is read
record by record, never as a whole. A record that is broken is a row like any other, with a finding;
what its structure is, or that it is none, is for the chemistry to say.
"""

from __future__ import annotations

import io
import re
from abc import abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

from screening.columns import ColumnMapping, recognise, recognise_header
from screening.decision import Finding, Severity
from screening.errors import InputFileError, MissingExtraError, ShipmentError
from screening.report.tables import (
    MAX_CELL,
    Table,
    TableRow,
    encoding_of,
    is_packed,
    malformed,
    opened,
    read_table,
    scan_file,
)

MAX_FIELDS = 1_000
"""Data fields of different names in one SDF file; with more of them it is refused."""

BLOCK_COLUMN = "MOL block"
TITLE_COLUMN = "Title"
SMILES_COLUMN = "SMILES"

Columns = Mapping[str, str | Sequence[str]]
"""Headers by shipment field."""

_SDF = {".sdf", ".sd", ".mol"}
_SMILES = {".smi", ".smiles"}
_PARQUET = {".parquet", ".pq"}
_PARQUET_MARK = b"PAR1"
_PART = 1 << 18
_RECORD_END = re.compile(r"^\$\$\$\$[^\n]*\n", re.MULTILINE)
_FIELD = re.compile(r"^>[^<\n]*<[^\n]+>[^>\n]*$", re.MULTILINE)
_NAMED = re.compile(r">[^<]*<(.+)>[^>]*")
_NUMBERED = re.compile(r">\s*(?:\d+\s+)?(\S.*)?")


def open_table(
    path: Path | str,
    *,
    encoding: str | None = None,
    separator: str | None = None,
    columns: Columns | None = None,
) -> Table:
    """Recognises a file of rows and reads it through once, so that its faults are known at first.

    What it is is told by its name: ``.sdf``, ``.smi``, ``.smiles`` (each also with ``.gz``) and
    ``.parquet``; a Parquet file is also known by its first bytes. Anything else is a table of text.

    Args:
        path: the file.
        encoding: of its text; None recognises it.
        separator: the character between the cells of a table of text; None recognises it.
        columns: headers by shipment field, where they are not recognised.

    Returns:
        The table.

    Raises:
        InputFileError: it cannot be read, or nothing in it says what the goods are.
        MissingExtraError: it is Parquet, and the extra for that is not installed.
    """
    path = Path(path)
    kind = (path.with_suffix("") if is_packed(path) else path).suffix.lower()
    if kind in _PARQUET or _begins_as_parquet(path):
        return _parquet(path, encoding, separator, columns)
    if kind not in _SDF | _SMILES:
        return read_table(path, encoding=encoding, separator=separator, columns=columns)
    what = "an SDF file" if kind in _SDF else "a SMILES file"
    if separator is not None:
        raise InputFileError(path, f"is {what}, which has no separator", "leave out --separator")
    packed = is_packed(path)
    scan = scan_file(path, packed=packed)
    text = _Text(path, encoding_of(path, scan, encoding), packed)
    return (_read_sdf if kind in _SDF else _read_smiles)(text, scan.sha256, columns)


def _begins_as_parquet(path: Path) -> bool:
    if not path.is_file():
        return False
    with opened(path) as stream:
        return stream.read(len(_PARQUET_MARK)) == _PARQUET_MARK


def _parquet(
    path: Path, encoding: str | None, separator: str | None, columns: Columns | None
) -> Table:
    for name, given in (("encoding", encoding), ("separator", separator)):
        if given is not None:
            raise InputFileError(path, f"is Parquet, which has no {name}", f"leave out --{name}")
    if is_packed(path):
        raise InputFileError(path, "is compressed", "unpack it first")
    if find_spec("pyarrow") is None:
        raise MissingExtraError("parquet", "reading a Parquet file")
    table: Table = import_module("screening.report.parquet").read_parquet(path, columns)
    return table


def mapped(path: Path, header: Sequence[str], columns: Columns | None) -> ColumnMapping:
    """How the columns of a file are read.

    Raises:
        InputFileError: `columns` names one that is not there, or none says what the goods are.
    """
    try:
        mapping = recognise(header, columns)
    except ShipmentError as error:
        raise InputFileError(path, str(error), "correct --columns") from None
    if not mapping.identifies:
        seen = ", ".join(repr(h[:40]) for h in header[:12]) or "no column"
        raise InputFileError(
            path,
            "has no column that says what the goods are (structure, InChI, CAS number, name or "
            f"customs code); it has {seen}",
            "name one, such as --columns name='...'",
        )
    return mapping


# --- lines of text ---------------------------------------------------------------------------


def _by_title(path: Path, header: Sequence[str], columns: Columns) -> ColumnMapping:
    """The columns of a structure file; its titles are the references where no other column is."""
    mapping = mapped(path, header, columns)
    if not mapping.of("id") and TITLE_COLUMN in mapping.unused:
        mapping = mapped(path, header, {**columns, "id": TITLE_COLUMN})
    return mapping


@dataclass(frozen=True, slots=True)
class _Text:
    """A file of text, and how its lines are read."""

    path: Path
    encoding: str
    packed: bool

    def parts(self) -> Iterator[str]:
        """The text in order, in parts of some size, with one character for a line end."""
        read = 0
        try:
            with (
                opened(self.path, packed=self.packed) as data,
                io.TextIOWrapper(data, encoding=self.encoding, errors="strict") as stream,
            ):
                while part := stream.read(_PART):
                    if "\0" in part:
                        reason = "holds a NUL character"
                        raise InputFileError(self.path, reason, "remove it, or export it again")
                    yield part
                    read += len(part)
        except UnicodeDecodeError as error:
            raise InputFileError(
                self.path,
                f"is not {error.encoding} after character {read:,}",
                "save it as UTF-8, or name its encoding with --encoding",
            ) from None

    def lines(self) -> Iterator[tuple[int, str]]:
        """The lines without their ends, each with its number."""
        number, rest = 0, ""
        for part in self.parts():
            *lines, rest = (rest + part).split("\n")
            for line in lines:
                number += 1
                yield number, line
            if len(rest) > MAX_CELL:
                reason = f"has a line of more than {MAX_CELL:,} characters (line {number + 1:,})"
                raise InputFileError(self.path, reason, "export it again")
        if rest:
            yield number + 1, rest


@dataclass(frozen=True, slots=True)
class _TextRows(Table):
    """A table that is read from lines of text."""

    text: _Text

    @property
    @abstractmethod
    def _kind(self) -> str:
        """Name of the format."""

    @property
    def layout(self) -> dict[str, str | int]:
        """The format and the encoding."""
        return {"format": self._kind, "encoding": self.text.encoding}

    def in_short(self) -> str:
        """Format, encoding, rows."""
        packed = ", packed" if self.text.packed else ""
        return f"{self._kind}{packed}, {self.text.encoding}, {self.row_count:,} rows"


# --- SDF -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Record:
    """The text of one record without the line that ends it."""

    line: int
    text: str
    closed: bool


@dataclass(slots=True)
class _Molecule:
    """A record taken apart: the MOL block, the data by field, what is doubtful about it."""

    block: str
    title: str
    data: dict[str, str] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class SdfTable(_TextRows):
    """A record a row: its MOL block, its title, and a column for each data field of the file."""

    @property
    def _kind(self) -> str:
        return "SDF"

    def _read(self) -> Iterator[TableRow]:
        fields = self.header[2:]
        for number, record in enumerate(_records(self.text), start=1):
            molecule = _taken_apart(record)
            cells = [molecule.block, molecule.title, *(molecule.data.get(f, "") for f in fields)]
            yield TableRow(number, record.line, cells, tuple(molecule.findings))


def _read_sdf(text: _Text, sha256: str, columns: Columns | None) -> SdfTable:
    """Reads an SDF file through once.

    The MOL block says what the goods are; a data field with another drawing does not, as nothing
    tells which of the two is meant.
    """
    names: dict[str, None] = {}
    rows = 0
    for record in _records(text):
        rows += 1
        names.update(dict.fromkeys(_taken_apart(record).data))
        if len(names) > MAX_FIELDS:
            reason = f"has more than {MAX_FIELDS:,} data fields of different names"
            raise InputFileError(text.path, reason, "leave out those that are not needed")
    header = (BLOCK_COLUMN, TITLE_COLUMN, *names)
    given = {"structure": BLOCK_COLUMN, **(columns or {})}
    mapping = _by_title(text.path, header, given)
    notes = []
    if not rows:
        notes.append("there is no record in it")
    other = [
        name
        for name in names
        if name in mapping.unused and (known := recognise_header(name)) and known[0] == "structure"
    ]
    if other:
        said = ", ".join(map(repr, other))
        notes.append(f"the structure is that of the MOL block; {said} is carried and not read")
    return SdfTable(text.path, header, mapping, rows, sha256, tuple(notes), text)


def _records(text: _Text) -> Iterator[_Record]:
    """The records in order; blank lines behind the last one are none."""
    line, kept = 1, ""
    for part in text.parts():
        kept += part
        begin = 0
        for end in _RECORD_END.finditer(kept):
            record = kept[begin : end.start()]
            yield _Record(line, record, closed=True)
            line += record.count("\n") + 1
            begin = end.end()
        kept = kept[begin:]
        if len(kept) > MAX_CELL:
            raise InputFileError(
                text.path,
                f"has a record of more than {MAX_CELL:,} characters from line {line:,}",
                "look for a missing line $$$$",
            )
    if kept.startswith("$$$$") or "\n$$$$" in kept:  # in the last line, which has no end
        yield _Record(line, kept[: kept.rindex("$$$$")], closed=True)
    elif kept.strip():
        yield _Record(line, kept, closed=False)


def _taken_apart(record: _Record) -> _Molecule:
    """A record as a MOL block and data fields; nothing of it is left out.

    The block ends where the data begin, and not at its own last line, so that something between the
    two reaches the toolkit, which refuses it.
    """
    text = record.text
    end = text.find("\nM  END")
    if end >= 0:
        begin = text.find("\n>", end) + 1 or len(text)
    else:
        data = _FIELD.search(text)
        begin = data.start() if data else len(text)
    block = text[:begin].rstrip()
    molecule = _Molecule(block, text[:begin].partition("\n")[0].strip())
    if end < 0:
        message = "The record has no line 'M  END', so its structure may not be whole."
        molecule.findings.append(malformed(message, Severity.ASK))
    if begin < len(text):
        _read_data(text[begin:].split("\n"), molecule)
    if not record.closed:
        message = "The file ends without the line $$$$ after this record"
        message += ", so its data may not be whole." if molecule.data else "."
        severity = Severity.ASK if molecule.data else Severity.NOTE
        molecule.findings.append(malformed(message, severity))
    return molecule


def _read_data(lines: Sequence[str], molecule: _Molecule) -> None:
    """Reads the data fields of a record; a value may have several lines, also blank ones."""
    name, value = "", list[str]()

    def put() -> None:
        text = "\n".join(value).rstrip()
        if name not in molecule.data:
            molecule.data[name] = text
        elif molecule.data[name] != text:
            molecule.data[name] += f"\n{text}"
            message = f"The data field {name!r} stands in the record more than once."
            molecule.findings.append(malformed(message, Severity.ASK))

    for line in lines:
        apart = not name or (bool(value) and not value[-1].strip())
        found = _NAMED.fullmatch(line.rstrip())
        if found is None and apart:
            found = _NUMBERED.fullmatch(line.rstrip())
        if found is None:
            value.append(line)
            continue
        if name:
            put()
        name, value = found[1] or "unnamed field", []
        if not apart:
            message = f"No blank line stands before the data field {name!r}, so it may be none."
            molecule.findings.append(malformed(message, Severity.ASK))
    if name:
        put()


# --- SMILES files ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SmilesTable(_TextRows):
    """A line a row: a SMILES, and after a blank or tabulator its name or number.

    Attributes:
        headed: the first line is a header.
        tabbed: cells are separated by tabulators; else the first blank ends the SMILES.
        blank_lines: lines that are empty or blank.
    """

    headed: bool
    tabbed: bool
    blank_lines: int

    @property
    def _kind(self) -> str:
        return "SMILES file"

    def _read(self) -> Iterator[TableRow]:
        width = len(self.header)
        number = 0
        for line, text in self.text.lines():
            if not text.strip() or (self.headed and line == 1):
                continue
            number += 1
            cells = _smiles_cells(text, width, tabbed=self.tabbed)
            findings: tuple[Finding, ...] = ()
            if self.tabbed and "\t" in cells[-1]:
                message = "The row has more cells than the header; the last one holds all of them."
                findings = (malformed(message, Severity.ASK),)
            yield TableRow(number, line, cells + [""] * (width - len(cells)), findings)


def _read_smiles(text: _Text, sha256: str, columns: Columns | None) -> SmilesTable:
    """Reads a SMILES file through once."""
    header: tuple[str, ...] = (SMILES_COLUMN, TITLE_COLUMN)
    headed = tabbed = False
    rows = blank = 0
    for line, content in text.lines():
        if not content.strip():
            blank += 1
            continue
        known = recognise_header(content.split()[0]) if line == 1 else None
        if known is not None and known[0] == "structure":
            headed, tabbed = True, "\t" in content
            header = tuple(content.split("\t") if tabbed else content.split())
            header = header if len(header) > 1 else (*header, TITLE_COLUMN)
        else:
            rows += 1
    mapping = _by_title(text.path, header, {"structure": header[0], **(columns or {})})
    notes = []
    if not rows:
        notes.append("there is no SMILES in it")
    if blank:
        notes.append(f"{blank:,} blank lines are no rows")
    return SmilesTable(
        text.path, header, mapping, rows, sha256, tuple(notes), text, headed, tabbed, blank
    )


def _smiles_cells(text: str, width: int, *, tabbed: bool) -> list[str]:
    """The cells of a line; an extension in bars belongs to the SMILES before it.

    >>> _smiles_cells("CCO |f:0.1| ethyl alcohol", 2, tabbed=False)
    ['CCO |f:0.1|', 'ethyl alcohol']
    """
    if tabbed:
        return text.split("\t", width - 1)
    smiles, *rest = text.split(maxsplit=1)
    if rest and rest[0].startswith("|"):
        end = rest[0].find("|", 1) + 1 or len(rest[0])
        smiles, rest = f"{smiles} {rest[0][:end]}", [rest[0][end:].strip()]
    further = rest[0].strip() if rest else ""
    return [smiles, *further.split(maxsplit=width - 2)] if width > 2 else [smiles, further]
