"""Texts, files and command lines that nobody would write, and what must hold for each.

Every item has a seed, so that a fault can be had again. Items run in worker processes with limits:
one that hangs or ends its process is named, and the rest goes on.
"""

from __future__ import annotations

import codecs
import contextlib
import csv
import datetime as dt
import io
import os
import random
import shutil
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property, partial
from pathlib import Path
from typing import Literal, NoReturn
from unittest import mock

from rdkit import rdBase

from screening import Screener, Shipment, batch
from screening.batch import Settings, chunked, in_order, results, screen_csv, screen_row
from screening.chemistry.structure import read_structure
from screening.cli import main as command_line
from screening.decision import Outcome
from screening.errors import (
    BundleFileError,
    InputFileError,
    ShipmentError,
    StructureError,
    WatchlistError,
)
from screening.guard import Limits, Trouble
from screening.report.dispositions import COLUMNS, read_dispositions
from screening.report.tables import RESULT_COLUMNS, CsvWriter, TextTable, read_table
from screening.rules.bundle_file import write_bundle_file
from screening.rules.cache import VARIABLE
from screening.rules.load import Bundle, load_bundle
from tests import factories as make
from tests.fakes import FakeScreener
from tests.reliability.texts import PIECES, Sources, changed, sources, structure_text
from tests.small_law import write_law

LIMITS = Limits(seconds=20)
DAY = "2025-11-20"

# --- loops: one item each; each answers with a word for the tally, or raises ------------------


@dataclass
class Tools:
    """What items need; goes to each worker once.

    Attributes:
        screener: the real one, for the loops that ask it.
        root: for files.
        whole: one structure text in so many is screened as a whole, the others are read.
    """

    screener: Screener | None
    root: Path
    whole: int = 1

    @cached_property
    def known(self) -> Sources:
        """Valid structure texts."""
        entries = self.screens().bundle.entries.values()
        return sources(entry.substance for entry in entries if entry.substance is not None)

    @property
    def folder(self) -> Path:
        """A folder of this process."""
        path = self.root / str(os.getpid())
        path.mkdir(exist_ok=True)
        return path

    def screens(self) -> Screener:
        """The real one."""
        assert self.screener is not None
        return self.screener


JOURNEYS = (
    *(("CN", "US"),) * 6,
    ("US", "MX"),
    ("DE", "CN"),
    ("IN", "CA"),
    ("GB", "HK"),
)
_DAY = dt.date.fromisoformat(DAY)


def structures(tools: Tools, rng: random.Random) -> str:
    """A structure that cannot be read is never passed as nothing found."""
    text, kind = structure_text(rng, tools.known)
    screener = tools.screens()
    if rng.randrange(tools.whole):
        return f"{kind}: {checked_reading(screener, text)}"
    return f"{kind}: {checked_structure(screener, text, rng.choice(JOURNEYS))}"


def checked_reading(screener: Screener, text: str) -> str:
    """Reads a structure text as the screener does, and then in full.

    Args:
        screener: what would screen it.
        text: the structure.

    Returns:
        Whether it was read; where the quick reader takes it for readable and it is not, the outcome
        of the whole screening.
    """
    stated = Shipment(structure=text, day=_DAY).structure or ""
    try:
        drawing = screener.compiled.filters.read(stated)
    except StructureError as error:
        assert str(error), "refused without a reason"
        return "refused"
    drawing.may_be_listed()
    drawing.may_open_to_listed()
    try:
        assert drawing.components, "read, and nothing came of it"
    except StructureError:
        return f"refused on a second look: {checked_structure(screener, text)}"
    return "read"


def checked_structure(screener: Screener, text: str, journey: tuple[str, str] = JOURNEYS[0]) -> str:
    """Screens a structure text and holds the outcome to what the text is.

    Args:
        screener: what screens.
        text: the structure.
        journey: from and to where.

    Returns:
        The outcome.
    """
    shipment = Shipment(structure=text, origin=journey[0], destination=journey[1], day=_DAY)
    try:
        read_structure(shipment.structure or "")
        readable = True
    except StructureError:
        readable = False
    decision = screener.screen(shipment)
    if not readable:
        assert decision.outcome is not Outcome.NO_LISTING_FOUND, "passed unread"
        assert decision.findings, "nothing is said"
    decision.model_dump_json()
    return decision.outcome.value


WORDS = (
    "acetic anhydride",
    "4-ANPP",
    "norfentanyl",
    "piperidine hydrochloride",
    "toluene",
    "CAS 437-38-7",
    "437-38-8",
    "N-phenyl",
    "98%",
    "25kg/drum x 40",
    "HCl",
    "哌啶",
    "甲苯 99.5%",
    "α-",
    "ester",
    "salt of",
    "mixture",
    "UN 1294",
    "2,2'-",
    "(R)-",
    "of",
    "not",
    "free of",
    "grade A",
    "=1+1",
    "[",
    "(",
    "/",
    "mg",
    "1e308 kg",
    "1,000.5 L",
    "０．５",
    "ﬁ",
    "\u202e",
    "\u200b",
    "\0",
    "\n",
    "😀",
    "-",
    ".",
    ",",
    ";",
    "CCO",
    "InChI=1S/CH4/h1H4",
    "OTSUKJ-UHFFFAOYSA-N",
    "a" * 300,
    "1-" * 60,
    "yl" * 60,
)


def product_texts(tools: Tools, rng: random.Random) -> str:
    """Any text in any field of a shipment has a decision."""
    texts = [
        changed(rng, " ".join(rng.choices(WORDS, k=rng.randrange(1, 6))), PIECES, WORDS)
        for _ in range(9)
    ]
    names = (
        "name",
        "cas",
        "inchi",
        "hs_code",
        "end_use",
        "exporter",
        "consignee",
        "item",
        "un_number",
    )
    said = {n: t for n, t in zip(names, texts, strict=True) if n == "name" or rng.random() < 0.2}
    amounts = {n: rng.choice((*WORDS, "1 kg", "5")) for n in ("quantity", "purity")}
    places = {n: rng.choice(("CN", "US", "xx", "", "un", "é")) for n in ("origin", "destination")}
    try:
        shipment = Shipment(**said, **amounts, **places, day=DAY)
    except ShipmentError:
        return "refused"
    decision = tools.screens().screen(shipment)
    decision.model_dump_json()
    return decision.outcome.value


HEADERS = (
    "Name",
    "品名",
    "SMILES",
    "CAS No.",
    "Qty",
    "Unit",
    "Dest",
    "Ship Date",
    "Ref",
    "HS Code",
    "?",
    "",
)
CELLS = (
    "listed",
    "maybe",
    "toluene",
    "",
    " ",
    "=1+1",
    '"',
    '""',
    "a,b",
    "a;b",
    "a\tb",
    "a\nb",
    "a\r\nb",
    "a\rb",
    "é",
    "Ærø",
    "氯化钠",
    "ｆｕｌｌ",
    "\u2028",
    "\ufeff",
    "\x1a",
    "\x0c",
    "2025-11-20",
    "03/04/2025",
    "MX",
    "25 kg",
    "1e999",
    "x" * 5_000,
    "-",
    "@SUM(A1)",
    "+1",
    "NULL",
    "nan",
    "#N/A",
    "../../x",
    "'",
)
ENCODINGS = (
    "utf-8",
    "utf-8-sig",
    "utf-16",
    "utf-16-le",
    "utf-16-be",
    "utf-32",
    "cp1252",
    "latin-1",
    "cp437",
    "gb18030",
    "big5",
    "shift_jis",
    "euc_kr",
    "koi8-r",
    "cp1251",
    "utf-7",
    "cp037",
    "mac-roman",
)


_ROWS = (*(0, 1, 1, 2, 3, 4, 6) * 4, 40)


def csv_bytes(rng: random.Random) -> tuple[bytes, str | None, str | None]:
    """A table in some encoding, perhaps damaged; what is said about its encoding and separator."""
    width = rng.randrange(1, 8)
    separator = rng.choice(",,,;\t|")
    ending = rng.choice(("\r\n", "\n", "\n", "\r"))
    text = io.StringIO()
    quote = rng.random() < 0.3
    quoting: Literal[0, 1] = csv.QUOTE_ALL if quote else csv.QUOTE_MINIMAL
    writer = csv.writer(text, delimiter=separator, lineterminator=ending, quoting=quoting)
    for _ in range(rng.choice((0, 0, 0, 1, 3))):
        writer.writerow(["Report of", rng.choice(CELLS)])
    writer.writerow(["Name", *(rng.choice(HEADERS) for _ in range(width - 1))])
    for _ in range(rng.choice(_ROWS)):
        wide = width if rng.random() < 0.9 else rng.randrange(0, 12)
        writer.writerow(
            [rng.choice(CELLS) if rng.random() < 0.5 else f"n{rng.random()}" for _ in range(wide)]
        )
        if rng.random() < 0.01:
            writer.writerow(["\0"])
    encoding = rng.choice(ENCODINGS) if rng.random() < 0.5 else "utf-8"
    raw = bytearray(text.getvalue().encode(encoding, rng.choice(("ignore", "replace"))))
    if rng.random() < 0.3:
        for _ in range(rng.randrange(1, 6)):
            at = rng.randrange(len(raw) + 1)
            match rng.randrange(4):
                case 0:
                    raw[at : at + rng.choice((1, 3, 50))] = b""
                case 1:
                    raw[at:at] = bytes(rng.choices(range(256), k=rng.choice((1, 2, 8))))
                case 2:
                    raw[at:at] = rng.choice(
                        (b'"', b"\0", b"\r", b"\xff\xfe", b",", b"\n\n", b"\xef\xbb\xbf")
                    )
                case _:
                    raw = raw[:at]
    named = 0.3 if encoding == "utf-8" else 0.75
    said = encoding if rng.random() < named else None
    if rng.random() < 0.02:
        said = rng.choice(("no-such", "rot13", "", "base64", "idna", "utf8\0"))
    return bytes(raw), said, separator if rng.random() < 0.2 else None


_WHOLE_FILES = 3
"""One table in so many goes through the whole of `screen_csv`; the others are read, screened row by
row and written as its files are, without the folder, the summary and the state around them."""


@dataclass
class QuickScreener(FakeScreener):
    """Answers by name, of one and the same small bundle."""

    @cached_property
    def bundle(self) -> Bundle:
        """A small bundle."""
        return make.bundle()


_QUICK = QuickScreener()
_SETTINGS = Settings(day=_DAY)


def csv_files(tools: Tools, rng: random.Random) -> str:
    """A file is refused with a reason, or every row of it is answered, in place and unchanged."""
    raw, encoding, separator = csv_bytes(rng)
    whole = not rng.randrange(_WHOLE_FILES)
    return checked_csv(tools.folder, raw, encoding, separator, whole=whole)


def checked_csv(
    folder: Path, raw: bytes, encoding: str | None, separator: str | None, *, whole: bool = True
) -> str:
    """Screens a table and compares the result with it, read by other means.

    Args:
        folder: for files.
        raw: the table.
        encoding, separator: what is said about it.
        whole: with all files of a run, or the rows alone.

    Returns:
        Whether it was refused or screened.
    """
    path = folder / "in.csv"
    path.write_bytes(raw)
    _QUICK.asked.clear()
    try:
        table, text = (_run_of if whole else _rows_of)(path, encoding, separator)
    except (InputFileError, ShipmentError) as error:
        assert str(error)
        assert not (folder / "out" / "decisions.csv").exists(), "a refused table left results"
        return "refused"
    _compare(raw, table, text)
    return "screened, with all files" if whole else "screened"


def _run_of(path: Path, encoding: str | None, separator: str | None) -> tuple[TextTable, str]:
    """A whole run: the table as it was read, and its ``decisions.csv``."""
    out = path.parent / "out"
    summary = screen_csv(
        path, out, screener=_QUICK, encoding=encoding, separator=separator, report=False
    )
    table = summary.table
    assert isinstance(table, TextTable)
    text = (out / "decisions.csv").read_bytes().decode("utf-8")
    lines = (out / "decisions.jsonl").read_bytes().count(b"\n")
    assert {summary.data["rows_in"], summary.data["rows_out"], lines} == {table.row_count}
    shutil.rmtree(out)
    return table, text


def _rows_of(path: Path, encoding: str | None, separator: str | None) -> tuple[TextTable, str]:
    """The rows alone: the table as it was read, and what ``decisions.csv`` would hold."""
    table = read_table(path, encoding=encoding, separator=separator)
    apply = partial(in_order, screen_row, _QUICK, workers=1, killed=_never)
    text = io.StringIO()
    writer = CsvWriter(text)
    writer.header(table.header, ())
    for row, _, result in results(table, _SETTINGS, apply):
        writer.row(row.cells, result.cells)
    return table, text.getvalue()


def _never(*_: object) -> NoReturn:
    raise AssertionError("no process was there to die")


def _compare(raw: bytes, table: TextTable, answered: str) -> None:
    """Every row of a table has its answer, in order, and its cells are what they were."""
    text = codecs.decode(raw, table.encoding)
    records = list(
        csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""), delimiter=table.separator)
    )
    expected = [cells for cells in records[table.header_row :] if cells]
    header, *written = list(csv.reader(io.StringIO(answered, newline="")))
    width = len(header) - len(RESULT_COLUMNS)
    assert table.row_count == len(written), "rows were lost"
    assert len(expected) == len(written), "rows were lost on reading"
    for cells, row in zip(expected, written, strict=True):
        kept = [*cells, *[""] * width][: max(width, 0)]
        assert row[:width] == kept, "carried cells changed"
        assert not any(cells[width:]), "cells were dropped"
        assert row[width], "a row without an outcome"


_YAML = (
    ": ",
    "- ",
    "\n",
    "  ",
    "{",
    "}",
    "[",
    "]",
    "&a ",
    "*a",
    "!!python/object/apply:os.system [ls]",
    "!!binary |",
    "<<: *a",
    "? ",
    "|\n",
    ">\n",
    "'",
    '"',
    "#",
    "%YAML 9\n",
    "---\n",
    "...\n",
    "no",
    "on",
    "1e999",
    "0x10",
    "1_000",
    "9" * 400,
    ".inf",
    ".nan",
    "2025-13-45",
    "2025-02-01",
    "~",
    "null",
    "\t",
    "é",
    "\0",
    "\u2028",
    "a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n",
    "=",
    "names: {}",
    "versions: []",
    "class: {}",
    "[" * 60,
    "{a: " * 60,
    "in_force: 9999-99-99",
    "substance: 'C'",
    "says: x\nsays: y\n",
)


def watchlists(tools: Tools, rng: random.Random) -> str:
    """A folder loads, or every fault is named with its file; nothing else comes out."""
    folder = tools.folder / "law"
    shutil.rmtree(folder, ignore_errors=True)
    write_law(folder)
    files = sorted(p for p in folder.rglob("*") if p.is_file())
    for path in rng.sample(files, rng.choice((1, 1, 2))):
        text = path.read_text(encoding="utf-8")
        mangled = changed(rng, text, _YAML, (text, *_YAML))
        raw = mangled.encode("utf-8", "replace" if rng.random() < 0.9 else "surrogatepass")
        path.write_bytes(raw)
    return checked_watchlists(folder)


def checked_watchlists(folder: Path) -> str:
    """Loads a folder of watchlists."""
    try:
        bundle = load_bundle([folder])
    except WatchlistError as error:
        assert error.faults
        assert all(str(fault) for fault in error.faults)
        return "refused"
    assert bundle.digest
    return "loaded"


def dispositions(tools: Tools, rng: random.Random) -> str:
    """A file of answers is read, or refused with a reason."""
    row = [
        "released",
        "J. Officer",
        "2025-11-21",
        "seen",
        "",
        "zz/a/b",
        "2025-01-01",
        "",
        "",
        "x",
        "",
        "",
        "",
    ]
    lines = [",".join(COLUMNS), *[",".join(row)] * rng.randrange(4)]
    pieces = (
        "refused",
        "held",
        "2025-99-99",
        ",",
        '"',
        "\n",
        "\0",
        "'=1",
        "é",
        "=cmd()",
        "a" * 500,
        "until",
    )
    text = changed(rng, "\r\n".join(lines), pieces, (*pieces, ",".join(row)))
    path = tools.folder / "dispositions.csv"
    path.write_bytes(text.encode(rng.choice(("utf-8", "utf-16", "gb18030")), "replace"))
    try:
        read_dispositions(path)
    except InputFileError as error:
        assert str(error)
        return "refused"
    return "read"


def bundle_files(tools: Tools, rng: random.Random) -> str:
    """An exported file that was altered anywhere is refused."""
    good = tools.root / "law.zip"
    if not good.exists():
        law = write_law(tools.root / "law")
        write_bundle_file(good, [law], bundle=load_bundle([law]).digest)
    raw = bytearray(good.read_bytes())
    for _ in range(rng.choice((1, 1, 2, 10))):
        at = rng.randrange(len(raw) + 1)
        match rng.randrange(4):
            case 0:
                raw[at : at + rng.choice((1, 4, 100))] = b""
            case 1:
                raw[at:at] = bytes(rng.choices(range(256), k=rng.choice((1, 4, 40))))
            case 2 if at < len(raw):
                raw[at] ^= 1 << rng.randrange(8)
            case _:
                raw = raw[:at] + raw[rng.randrange(len(raw) + 1) :]
    path = tools.folder / "altered.zip"
    path.write_bytes(raw)
    try:
        bundle = load_bundle([path])
    except (BundleFileError, WatchlistError) as error:
        assert str(error)
        return "refused"
    assert bundle.digest == load_bundle([good]).digest, "altered, and other law came out of it"
    return "not altered in what it says"


_ARGUMENTS = (
    "csv",
    "check",
    "replay",
    "verify",
    "dispositions",
    "schema",
    "watchlist",
    "lint",
    "show",
    "list",
    "diff",
    "--out",
    "--day",
    "--from",
    "--to",
    "--columns",
    "--encoding",
    "--separator",
    "--jurisdictions",
    "--help",
    "--known-on",
    "--fail-on",
    "--watchlists",
    "--resume",
    "--seal",
    "--",
    "-",
    "",
    "2025-11-20",
    "2025-99-99",
    "us,cn",
    "zz",
    "un",
    "structure=SMILES",
    "=",
    "utf-8",
    "\t",
    "review",
    "CCO",
    "C1CC",
    "437-38-7",
    "é\0",
    "acetone",
    "--quantity",
    "1 kg",
    "9" * 400,
    "../..",
    "/dev/null",
    "/nowhere/x",
    "{law}",
    "{file}",
    "{out}",
)


def commands(tools: Tools, rng: random.Random) -> str:
    """Any command line ends with a known exit code, never with a traceback."""
    folder = tools.folder
    law = folder / "law"
    if not law.exists():
        write_law(law)
    (folder / "in.csv").write_bytes(csv_bytes(rng)[0])
    places = {"{law}": str(law), "{file}": str(folder / "in.csv"), "{out}": str(folder / "out")}
    first = rng.choice(
        (["csv", "{file}", "--out", "{out}"], ["check"], ["watchlist"], ["replay"], ["verify"], [])
    )
    words = [*first, *rng.choices(_ARGUMENTS, k=rng.randrange(6))]
    if words[:1] in (["check"], ["csv"]) or "diff" in words:
        words += ["--watchlists", "{law}"]
    return checked_command([places.get(w, w) for w in words])


def checked_command(words: list[str]) -> str:
    """Runs a command line in this process."""
    silent = io.StringIO()
    try:
        with contextlib.redirect_stdout(silent), contextlib.redirect_stderr(silent):
            command_line(words)
    except SystemExit as end:
        assert end.code in {0, 1, 2, 3}, f"exit code {end.code!r}"
        return f"exit {end.code}"


LOOPS: Mapping[str, Callable[[Tools, random.Random], str]] = {
    "structures": structures,
    "texts": product_texts,
    "csv": csv_files,
    "watchlists": watchlists,
    "dispositions": dispositions,
    "bundles": bundle_files,
    "commands": commands,
}
_REAL = frozenset({"structures", "texts"})
_HERE = frozenset({"commands"})
"""Loops that start processes of their own, or end the one that they are in."""

Answer = tuple[str, str, float]
"""How an item ended, or ``fault``; what went wrong; the computing time it took, in seconds."""


def once(tools: Tools, item: tuple[str, str]) -> Answer:
    """One item."""
    kind, seed = item
    began = time.process_time()
    try:
        with rdBase.BlockLogs():
            word, said = LOOPS[kind](tools, random.Random(seed)), ""
    except Exception as error:  # whatever it is, it is a finding
        word, said = "fault", f"{kind} {seed}: {type(error).__name__}: {str(error)[:300]}"
    return word, said, time.process_time() - began


def _killed(item: tuple[str, str], trouble: Trouble) -> Answer:
    return "fault", f"{item[0]} {item[1]}: {trouble.value}", 0.0


@dataclass
class Figures:
    """What a loop came to.

    Attributes:
        done: how many items ended in which way.
        faults: what went wrong, each with the seed to have it again.
        seconds: by the clock.
        computing: seconds of computing, of the items alone.
        slowest: the longest item's seconds of computing, and its seed.
    """

    done: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    seconds: float = 0.0
    computing: float = 0.0
    slowest: tuple[float, str] = (0.0, "")


def run(
    kind: str,
    count: int,
    root: Path,
    *,
    seed: int = 1,
    first: int = 0,
    workers: int = 0,
    whole: int = 1,
    until: float | None = None,
    said: Callable[[Figures], None] = lambda _: None,
) -> Figures:
    """Runs a loop.

    Args:
        kind: one of `LOOPS`.
        count: items.
        root: a folder for files.
        seed: of the run.
        first: number of the first item, for a run that is taken up.
        workers: worker processes with limits; 0 works in this process, without limits.
        whole: one structure text in so many is screened as a whole, the others are read.
        until: by `time.monotonic`, when no further items are begun.
        said: gets the figures so far, now and then.
    """
    tools = Tools(Screener() if kind in _REAL else None, root, whole)
    if kind == "structures":
        _ = tools.known  # before there are workers, which have it from here
    figures = Figures()
    began = told = time.monotonic()

    def items() -> Iterator[tuple[str, str]]:
        for number in range(first, first + count):
            if until is not None and time.monotonic() > until:
                return
            yield kind, f"{seed}-{number}"

    number = first
    limits = LIMITS if workers else None
    with (
        mock.patch.dict(os.environ, {VARIABLE: "off"}),  # no record of what is loaded here
        mock.patch.object(batch, "software", cache(batch.software)),  # the same in every item
    ):
        for answers in in_order(
            once, tools, chunked(items()), workers=max(1, workers), killed=_killed, limits=limits
        ):
            for word, fault, seconds in answers:
                figures.done[word] += 1
                figures.computing += seconds
                if seconds > figures.slowest[0]:
                    figures.slowest = seconds, f"{seed}-{number}"
                if fault:
                    figures.faults.append(fault)
                number += 1
            figures.seconds = time.monotonic() - began
            if time.monotonic() > told + _TOLD_EVERY:
                told = time.monotonic()
                said(figures)
    figures.seconds = time.monotonic() - began
    return figures


_TOLD_EVERY = 60


def _in_words(kind: str, figures: Figures) -> str:
    """The figures of a loop in a line."""
    total = sum(figures.done.values())
    rate = total / max(figures.seconds, 1e-9)
    slowest, seed = figures.slowest
    return (
        f"{kind}: {total:,} in {figures.seconds:.0f} s by the clock, {figures.computing:.0f} s of "
        f"computing ({rate:.0f}/s), {len(figures.faults)} faults, slowest {slowest:.2f} s ({seed})"
    )


def main(
    kinds: list[str],
    *,
    count: int,
    minutes: float,
    seed: int,
    first: int = 0,
    workers: int = 1,
    whole: int = 1,
    folder: Path | None = None,
) -> None:
    """Runs loops and prints what each came to."""
    for kind in kinds:
        known = 0

        def say(figures: Figures, kind: str = kind) -> None:
            nonlocal known
            print(_in_words(kind, figures), flush=True)
            for fault in figures.faults[known : known + 50]:
                print("  ", fault, flush=True)
            known = len(figures.faults)

        with tempfile.TemporaryDirectory(dir=folder) as name:
            figures = run(
                kind,
                count,
                Path(name),
                seed=seed,
                first=first,
                workers=0 if kind in _HERE else workers,
                whole=whole,
                until=time.monotonic() + 60 * minutes,
                said=say,
            )
        say(figures)
        for word, many in sorted(figures.done.items()):
            print(f"   {word}: {many:,}")
