"""Earlier lines, and the lines of one file: what the same parties moved in a day, month or year.

A `Ledger` keeps sums and not decisions, in a temporary database that the operating system removes:
memory does not grow with the number of lines. Adding is commutative, so that the order of lines
does not matter.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import sqlite3
import threading
from collections.abc import Iterable, Iterator, Mapping
from itertools import product
from pathlib import Path
from typing import Any, Self

from pydantic import BaseModel, ConfigDict

from screening.decision import Decision, FindingCode, Measure
from screening.errors import InputFileError
from screening.once import made
from screening.rules.load import Bundle
from screening.rules.parties import party_key
from screening.rules.quantities import Counts, Per
from screening.rules.thresholds import MAX_NAMED, Part, Total, period_of

Totals = Mapping[tuple[str, str], Total]
"""Sums by entry and name of the threshold."""

_ANY = "*"
_UNKNOWN = "?"
_TABLES = """
    PRAGMA journal_mode = OFF;
    PRAGMA synchronous = OFF;
    CREATE TABLE sums (
        key BLOB PRIMARY KEY, mass INTEGER, volume INTEGER, mass_only INTEGER,
        volume_only INTEGER, unread INTEGER, count INTEGER
    ) WITHOUT ROWID;
    CREATE TABLE lines (
        line INTEGER PRIMARY KEY, label TEXT, day TEXT, mass INTEGER, volume INTEGER
    );
    CREATE TABLE members (key BLOB, line INTEGER, PRIMARY KEY (key, line)) WITHOUT ROWID;
    BEGIN;
"""
# Sums stop growing at 2**62, far over every threshold, before the database would round them.
_ADD = """
    INSERT INTO sums VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (key) DO UPDATE SET
        mass = min(mass + excluded.mass, 4611686018427387904),
        volume = min(volume + excluded.volume, 4611686018427387904),
        mass_only = min(mass_only + excluded.mass_only, 4611686018427387904),
        volume_only = min(volume_only + excluded.volume_only, 4611686018427387904),
        unread = unread + excluded.unread,
        count = count + excluded.count
"""
# Up to eight keys are asked for at once; unused places are NULL, which no key equals.
_SUMS = """
    SELECT mass, volume, mass_only, volume_only, unread, count FROM sums
    WHERE key IN (?, ?, ?, ?, ?, ?, ?, ?)
"""
_NAMED = """
    SELECT label, day, mass, volume FROM members JOIN lines USING (line)
    WHERE key IN (?, ?, ?, ?, ?, ?, ?, ?) ORDER BY line LIMIT ?
"""


class LedgerLine(BaseModel):
    """What a ledger keeps of one line.

    Attributes:
        label: which line, in words.
        exporter, consignee: keys of the parties, None where not stated.
        day: the shipping day, None where the line states none.
        measures: what it weighs under each entry.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    label: str
    exporter: str | None
    consignee: str | None
    day: dt.date | None
    measures: tuple[Measure, ...]


def line_of(decision: Decision, label: str) -> LedgerLine:
    """What a ledger keeps of a decision."""
    shipment = decision.shipment
    filled = {f.code for f in decision.read_findings} & _DAY_NOT_STATED
    fields = {
        "label": label,
        "exporter": party_key(shipment.exporter) if shipment else None,
        "consignee": party_key(shipment.consignee) if shipment else None,
        "day": None if filled else decision.day,
        "measures": decision.measures,
    }
    return made(LedgerLine, fields)


_DAY_NOT_STATED = frozenset({FindingCode.DAY_FILLED, FindingCode.DAY_NOT_READ})


class Ledger:
    """Sums of what the same parties moved; threads may share it, processes may not.

    Args:
        bundle: whose thresholds are summed for.
    """

    def __init__(self, bundle: Bundle) -> None:
        self._bundle = bundle
        self._lock = threading.Lock()
        # the name "" is a private database in a temporary file, kept in memory while it is small
        self._db = sqlite3.connect("", check_same_thread=False, isolation_level=None)
        self._db.executescript(_TABLES)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def close(self) -> None:
        """Frees the database."""
        self._db.close()

    def add(self, decision: Decision, label: str | None = None) -> None:
        """Counts a line in.

        Args:
            decision: for the line.
            label: which line it is, in words; None: its id, else its day.
        """
        self.add_line(line_of(decision, label or decision.id or f"a line of {decision.day}"))

    def add_line(self, line: LedgerLine) -> None:
        """Counts a line in."""
        with self._lock:
            for measure in line.measures:
                for per, counts in self._kinds(measure.entry):
                    self._insert(line, measure, per, counts)

    def _kinds(self, entry_id: str) -> tuple[tuple[Per, Counts], ...]:
        entry = self._bundle.entries.get(entry_id)
        thresholds = entry.thresholds.values() if entry else ()
        return tuple(dict.fromkeys((t.per, t.counts) for t in thresholds if not t.none))

    def _insert(self, line: LedgerLine, measure: Measure, per: Per, counts: Counts) -> None:
        part = part_of(line.label, line.day, measure, counts)
        total = Total.of(part)
        found = self._db.execute(
            "INSERT INTO lines (label, day, mass, volume) VALUES (?, ?, ?, ?)",
            (
                part.line,
                part.day.isoformat() if part.day else None,
                part.mass_mg,
                part.volume_ul,
            ),
        )
        number = found.lastrowid
        values = (
            *(total.mass_mg, total.volume_ul, total.mass_without_volume_mg),
            *(total.volume_without_mass_ul, total.unread, total.count),
        )
        period = period_of(per, line.day) if line.day else None
        said = ((line.exporter, _ANY), (line.consignee, _ANY), (period, _ANY))
        keys = [
            _key(measure.entry, per, counts, [_UNKNOWN if v is None else v for v in chosen])
            for chosen in product(*said)
        ]
        self._db.executemany(_ADD, [(key, *values) for key in keys])
        self._db.executemany("INSERT INTO members VALUES (?, ?)", [(key, number) for key in keys])

    def totals(self, line: LedgerLine) -> dict[tuple[str, str], Total]:
        """What the lines that were counted in add up to, for each threshold a line is under.

        Lines count with the line where exporter, consignee and period are the same, or where one of
        the two does not state them.
        """
        found: dict[tuple[str, str], Total] = {}
        for measure in line.measures:
            entry = self._bundle.entries.get(measure.entry)
            for name, threshold in (entry.thresholds if entry else {}).items():
                if not threshold.none:
                    found[measure.entry, name] = self._total(
                        line, measure.entry, threshold.per, threshold.counts
                    )
        return found

    def _total(self, line: LedgerLine, entry: str, per: Per, counts: Counts) -> Total:
        period = period_of(per, line.day) if line.day else None
        choices = [
            (_ANY,) if value is None else (value, _UNKNOWN)
            for value in (line.exporter, line.consignee, period)
        ]
        keys = [_key(entry, per, counts, chosen) for chosen in product(*choices)]
        places = [*keys, *[None] * (8 - len(keys))]
        with self._lock:
            sums = self._db.execute(_SUMS, places).fetchall()
            lines = self._db.execute(_NAMED, [*places, MAX_NAMED]).fetchall()
        named = tuple(
            Part(label, dt.date.fromisoformat(day) if day else None, mass, volume)
            for label, day, mass, volume in lines
        )
        if not sums:
            return Total()
        mass, volume, mass_only, volume_only, unread, count = map(sum, zip(*sums, strict=True))
        return Total(mass, volume, mass_only, volume_only, unread, count, named)

    def add_file(self, path: Path | str) -> int:
        """Counts in the decisions of an earlier run, line by line.

        Args:
            path: a ``decisions.jsonl``.

        Returns:
            How many lines it has.

        Raises:
            InputFileError: it cannot be read, or a line is no decision of this library; the ledger
                is closed then, as its sums are not whole.
        """
        count = 0
        try:
            for line in _lines_of(Path(path)):
                self.add_line(line)
                count += 1
        except InputFileError:
            self.close()  # sums without the rest of the file would be too small
            raise
        return count


def part_of(label: str, day: dt.date | None, measure: Measure, counts: Counts) -> Part:
    """What a line adds to a sum.

    Args:
        label: which line, in words.
        day: its shipping day, None where it states none.
        measure: what it weighs under an entry.
        counts: what is counted of that.
    """
    mass = {
        Counts.GOODS: measure.goods_mg,
        Counts.SUBSTANCE: measure.substance_mg,
        Counts.BASE: measure.base_mg,
    }[counts]
    return Part(label, day, mass, measure.goods_ul)


def own_totals(line: LedgerLine, bundle: Bundle) -> dict[tuple[str, str], Total]:
    """What a line adds up to alone, for each threshold it is under."""
    return {
        (measure.entry, name): Total.of(part_of(line.label, line.day, measure, threshold.counts))
        for measure in line.measures
        if measure.entry in bundle.entries
        for name, threshold in bundle.entries[measure.entry].thresholds.items()
    }


def joined(own: Totals, others: Totals) -> dict[tuple[str, str], Total]:
    """Sums of a line with those of other lines."""
    return {key: total + others.get(key, Total()) for key, total in own.items()}


def _key(entry: str, per: Per, counts: Counts, chosen: Iterable[str]) -> bytes:
    text = "\x1f".join((entry, per, counts, *chosen))
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()


def _lines_of(path: Path) -> Iterator[LedgerLine]:
    """The lines of a file of decisions, one at a time; only what a ledger needs is read."""
    try:
        with path.open(encoding="utf-8", newline="\n") as stream:
            for number, text in enumerate(stream, start=1):
                if text.strip():
                    yield _line(path, number, text)
    except OSError as error:
        reason = f"cannot be read ({error.strerror})"
        raise InputFileError(path, reason, "name a decisions.jsonl of an earlier run") from None
    except UnicodeDecodeError:
        reason = "is not UTF-8"
        raise InputFileError(path, reason, "name a decisions.jsonl of an earlier run") from None


def _line(path: Path, number: int, text: str) -> LedgerLine:
    try:
        data: dict[str, Any] = json.loads(text)
        shipment: dict[str, Any] = data.get("shipment") or {}
        codes = {finding["code"] for finding in data.get("read_findings", ())}
        name = f" ({data['id']})" if data.get("id") else ""
        if data["hits"] and "measures" not in data:
            raise ValueError("without amounts")  # noqa: TRY301 - answered below
        return LedgerLine(
            label=f"{path.name} line {number}{name}",
            exporter=party_key(shipment.get("exporter")),
            consignee=party_key(shipment.get("consignee")),
            day=None if codes & _DAY_NOT_STATED else dt.date.fromisoformat(data["day"]),
            measures=tuple(Measure.model_validate(m) for m in data["measures"]),
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        reason = f"holds no decision on line {number} ({type(error).__name__})"
        raise InputFileError(path, reason, "name a decisions.jsonl of an earlier run") from None
