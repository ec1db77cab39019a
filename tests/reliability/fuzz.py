"""Texts, files and command lines that nobody would write, and what must hold for each.

Every item has a seed, so that a fault can be had again. Items run in worker processes with limits:
one that hangs or ends its process is named, and the rest goes on.
"""

from __future__ import annotations

import codecs
import contextlib
import csv
import io
import os
import random
import shutil
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal
from unittest import mock

from rdkit import Chem, rdBase

from screening import Screener, Shipment
from screening.batch import chunked, in_order, screen_csv
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
from screening.report.tables import RESULT_COLUMNS
from screening.rules.bundle_file import write_bundle_file
from screening.rules.cache import VARIABLE
from screening.rules.load import load_bundle
from tests.fakes import FakeScreener
from tests.small_law import write_law

LIMITS = Limits(seconds=20)
DAY = "2025-11-20"

# --- what texts are made of ------------------------------------------------------------------

SMILES = (
    "CCO",
    "CC(=O)OC(C)=O",
    "O=C1CCNCC1",
    "CCC(=O)N(c1ccccc1)C1CCNCC1",
    "C[C@H](O)[C@@H](N)c1ccccc1",
    "F/C=C/F",
    "[Na+].[Cl-]",
    "[13CH4]",
    "c1ccc2[nH]ccc2c1",
    "OC1(O)CCNCC1.Cl",
    "[O-][N+](=O)c1ccccc1",
    "C1CC2CCC1CC2",
    "CC#N |$_AV:a$|",
    "[Fe+2].[Fe+3]",
    "B(O)O",
    "N#[N+][N-]c1ccccc1",
    "CS(=O)(=O)C",
    "OP(O)(O)=O",
    "[2H]OC",
    "C%12CCCCC%12",
    "*CC*",
    "C~C",
    "CC>>CC",
    "[#6]",
    "[C@TH1](F)(Cl)(Br)I",
    "[Pt@SP1](Cl)(Cl)(N)N",
)
_PIECES = (
    *"()[]=#:.-+/\\@%$~*>|0123456789CNOPSFIHcnos",
    "Cl",
    "Br",
    "[nH]",
    "[NH4+]",
    "[C@@H]",
    "[C@]",
    "%99",
    "%(100)",
    "->",
    "<-",
    "[U+99]",
    "[H]",
    "[999C]",
    "[CH99]",
    "[C-99]",
    "[C:99999999999]",
    "[Xx]",
    "[se]",
    "[Og]",
    "|",
    "$$",
    "InChI=1S/",
    "M  END",
    "V2000",
    "V3000",
    "M  CHG  1   1   9",
    "\0",
    "\n",
    "\r\n",
    "\t",
    " ",
    "\u2028",
    "\ufeff",
    "é",
    "氯",
    "\ud800",
    "1e999",
    "-1",
    "99999999999999999999",
    "NaN",
    "{",
    "}",
    ",",
    ";",
    '"',
    "'",
)


def _drawn() -> tuple[str, ...]:
    """The texts that are changed: SMILES, and some as InChI and MOL blocks."""
    texts = list(SMILES)
    with rdBase.BlockLogs():
        for smiles in SMILES[:12]:
            mol = Chem.MolFromSmiles(smiles)
            texts += [Chem.MolToInchi(mol), Chem.MolToMolBlock(mol)]
            texts.append(Chem.MolToMolBlock(mol, forceV3000=True))
    return tuple(texts)


def _changed(
    rng: random.Random, text: str, pieces: tuple[str, ...], others: tuple[str, ...]
) -> str:
    """A text after some changes: cut, put in, doubled, swapped, joined with another."""
    for _ in range(rng.choice((0, 1, 1, 2, 3, 5, 9, 30))):
        at = rng.randrange(len(text) + 1)
        to = min(len(text), at + rng.choice((1, 1, 2, 5, 20)))
        match rng.randrange(8):
            case 0:
                text = text[:at] + text[to:]
            case 1 | 2:
                text = text[:at] + rng.choice(pieces) + text[at:]
            case 3:
                text = text[:at] + rng.choice(pieces) + text[to:]
            case 4:
                text = text[:to] + text[at:to] * rng.choice((1, 2, 10)) + text[to:]
            case 5:
                text = text[:at] + rng.choice(others) + text[at:]
            case 6:
                text = rng.choice(others)[: rng.randrange(1, 40)] + text[at:]
            case _:
                text = text[at:] + text[:at]
        if len(text) > 3_000:
            break
    return text


def _monster(rng: random.Random) -> str:
    """A text of one idea taken too far."""
    n = rng.choice((20, 59, 61, 100, 590, 700, 3000, 30_000))
    rings = "".join(f"C%{i:02d}" for i in range(10, 10 + min(n, 89)))
    return rng.choice(
        (
            "C(" * n + "C" + ")" * n,
            "[" * n,
            "C" * n,
            ".".join(["C"] * n),
            "C1" + "C" * n + "1",
            rings + rings,
            "C" + "(C)" * n,
            "C" + "=C" * n,
            "[Na]" * n,
            "N1CCC(CC1)" * min(n, 60) + "C",
            "C(=O)(O)" * n,
            "c1ccccc1" * n,
            "c1ccc2c(c1)" * min(n, 60),
            "[C@@](F)(Cl)" * n + "Br",
            "[OH2+]" * n,
            "C" * n + "\n" * n,
            "InChI=1S/" + "C" * n,
            "InChI=1S/C" + str(n) + "H" + "9" * n,
            "InChI=1S/C2H6O/c" + "1-2-" * n + "3/h3H,2H2,1H3",
            f"\n  x\n\n{min(n, 999):3}999  0  0  0  0  0  0  0  0999 V2000\nM  END",
            f"\n\n\n  0  0  0     0  0            999 V3000\nM  V30 COUNTS {n} {n} 0 0 0\nM  END",
        )
    )


# --- loops: one item each; each answers with a word for the tally, or raises ------------------


@dataclass
class Tools:
    """What items need; goes to each worker once."""

    screener: Screener | None
    root: Path
    drawn: tuple[str, ...] = field(default_factory=_drawn)

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


def structure_text(rng: random.Random, drawn: tuple[str, ...]) -> str:
    """One structure text."""
    if rng.random() < 0.01:
        return _monster(rng)
    return _changed(rng, rng.choice(drawn), _PIECES, drawn)


def structures(tools: Tools, rng: random.Random) -> str:
    """A structure that cannot be read is never passed as nothing found."""
    return checked_structure(tools.screens(), structure_text(rng, tools.drawn))


def checked_structure(screener: Screener, text: str) -> str:
    """Screens a structure text and holds the outcome to what the text is."""
    shipment = Shipment(structure=text, origin="CN", destination="US", day=DAY)
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
        _changed(rng, " ".join(rng.choices(WORDS, k=rng.randrange(1, 6))), _PIECES, WORDS)
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
    "\0",
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
    for _ in range(rng.choice((0, 1, 2, 5, 40))):
        wide = width if rng.random() < 0.9 else rng.randrange(0, 12)
        writer.writerow(
            [rng.choice(CELLS) if rng.random() < 0.5 else f"n{rng.random()}" for _ in range(wide)]
        )
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
    said = encoding if rng.random() < 0.3 else None
    if rng.random() < 0.02:
        said = rng.choice(("no-such", "rot13", "", "base64", "idna", "utf8\0"))
    return bytes(raw), said, separator if rng.random() < 0.2 else None


def csv_files(tools: Tools, rng: random.Random) -> str:
    """A file is refused with a reason, or every row of it is answered, in place and unchanged."""
    return checked_csv(tools.folder, *csv_bytes(rng))


def checked_csv(folder: Path, raw: bytes, encoding: str | None, separator: str | None) -> str:
    """Screens a table and compares the result with it, read by other means."""
    path, out = folder / "in.csv", folder / "out"
    path.write_bytes(raw)
    try:
        summary = screen_csv(
            path, out, screener=FakeScreener(), encoding=encoding, separator=separator, report=False
        )
    except (InputFileError, ShipmentError) as error:
        assert str(error)
        assert not (out / "decisions.csv").exists(), "a refused table left results"
        return "refused"
    table = summary.table
    text = codecs.decode(raw, table.encoding)
    records = list(
        csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""), delimiter=table.separator)
    )
    expected = [cells for cells in records[table.header_row :] if cells]
    with (out / "decisions.csv").open(encoding="utf-8", newline="") as stream:
        header, *written = list(csv.reader(stream))
    shutil.rmtree(out)
    width = len(header) - len(RESULT_COLUMNS)
    assert summary.data["rows_in"] == summary.data["rows_out"] == len(written), "rows were lost"
    assert len(expected) == len(written), "rows were lost on reading"
    for cells, row in zip(expected, written, strict=True):
        kept = [*cells, *[""] * width][: max(width, 0)]
        assert row[:width] == kept, "carried cells changed"
        assert not any(cells[width:]), "cells were dropped"
        assert row[width], "a row without an outcome"
    return "screened"


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
        changed = _changed(rng, text, _YAML, (text, *_YAML))
        raw = changed.encode("utf-8", "replace" if rng.random() < 0.9 else "surrogatepass")
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
    text = _changed(rng, "\r\n".join(lines), pieces, (*pieces, ",".join(row)))
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


def once(tools: Tools, item: tuple[str, str]) -> tuple[str, str]:
    """One item: how it ended, or ``fault`` and what went wrong."""
    kind, seed = item
    try:
        with rdBase.BlockLogs():
            return LOOPS[kind](tools, random.Random(seed)), ""
    except Exception as error:  # whatever it is, it is a finding
        return "fault", f"{kind} {seed}: {type(error).__name__}: {str(error)[:300]}"


def _killed(item: tuple[str, str], trouble: Trouble) -> tuple[str, str]:
    return "fault", f"{item[0]} {item[1]}: {trouble.value}"


@dataclass
class Figures:
    """What a loop came to."""

    done: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    seconds: float = 0.0


def run(
    kind: str,
    count: int,
    root: Path,
    *,
    seed: int = 1,
    workers: int = 1,
    until: float | None = None,
) -> Figures:
    """Runs a loop.

    Args:
        kind: one of `LOOPS`.
        count: items.
        root: a folder for files.
        seed: of the run.
        workers: worker processes; 1 works in this process, without limits.
        until: by `time.monotonic`, when no further items are begun.
    """
    tools = Tools(Screener() if kind in _REAL else None, root)
    figures = Figures()
    began = time.monotonic()

    def items() -> Iterator[tuple[str, str]]:
        for number in range(count):
            if until is not None and time.monotonic() > until:
                return
            yield kind, f"{seed}-{number}"

    limits = None if workers == 1 else LIMITS
    with mock.patch.dict(os.environ, {VARIABLE: "off"}):  # no record of what is loaded here
        for results in in_order(
            once, tools, chunked(items()), workers=workers, killed=_killed, limits=limits
        ):
            for word, said in results:
                figures.done[word] += 1
                if said:
                    figures.faults.append(said)
    figures.seconds = time.monotonic() - began
    return figures


def main(kinds: list[str], *, count: int, minutes: float, seed: int) -> None:
    """Runs loops and prints a line each."""
    for kind in kinds:
        with tempfile.TemporaryDirectory() as name:
            until = time.monotonic() + 60 * minutes
            workers = 1 if kind == "commands" else 2
            figures = run(kind, count, Path(name), seed=seed, workers=workers, until=until)
        total = sum(figures.done.values())
        rate = total / max(figures.seconds, 1e-9)
        print(f"{kind}: {total:,} in {figures.seconds:.0f} s ({rate:.0f}/s):", dict(figures.done))
        for fault in figures.faults[:50]:
            print("  ", fault, flush=True)
