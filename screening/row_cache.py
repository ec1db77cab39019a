"""Rows that were screened before: the same text under the same lists has the same decision."""

from __future__ import annotations

import hashlib
import json
from collections import OrderedDict
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from screening.answers import Answers
from screening.decision import Finding, FindingCode, Outcome
from screening.errors import InputFileError
from screening.history import LedgerLine
from screening.rendering import Rendered, Submitted
from screening.rules.cache import code_key, digest_of
from screening.rules.model import Action
from screening.shipment import Shipment

_FORMAT = 1
_MAX_BYTES = 2**34
_OF_THIS_MACHINE = frozenset({FindingCode.NOT_PROCESSED, FindingCode.LIMIT_PASSED})

CACHE_ROWS = 10_000
CACHE_CHARACTERS = 50_000_000
"""Bounds of what is kept of rows already screened, for exact duplicates."""


class RowStore:
    """Results of earlier runs, kept in a file for each set of lists, settings and software.

    Results that tell of this machine (a row that was not processed, a limit that was passed) are
    not kept. Where the file cannot be read or written any more, the rows are screened.

    Args:
        folder: where the files are; made if it is not there.
        depends_on: everything that a result owes to the run and not to its row.

    Raises:
        InputFileError: the folder cannot be written, or others may write to it: who can change a
            result could let goods pass.
    """

    def __init__(self, folder: Path, depends_on: Mapping[str, Any]) -> None:
        named = json.dumps([_FORMAT, code_key(), depends_on], sort_keys=True).encode()
        self._answers = Answers("rows", lambda: digest_of([named]), folder=folder, most=_MAX_BYTES)
        self.taken = 0
        if not self._answers.is_kept:
            reason = "cannot be used: it cannot be written, or others may write to it"
            raise InputFileError(folder, reason, "name a folder of your own with --cache")

    def get(self, key: bytes) -> Rendered | None:
        """The result of a row, None where none is kept."""
        found = self._answers.get(key.hex())
        if found is None:
            return None
        self.taken += 1
        text, cells, outcome, action, entries, findings, line = json.loads(found)
        return Rendered(
            json=text,
            cells=tuple(cells),
            outcome=Outcome(outcome),
            action=Action(action),
            entries=tuple(entries),
            findings=tuple(map(FindingCode, findings)),
            line=None if line is None else LedgerLine.model_validate_json(json.dumps(line)),
        )

    def put(self, key: bytes, result: Rendered) -> None:
        """Keeps a result."""
        if not _OF_THIS_MACHINE.isdisjoint(result.findings):
            return
        line = None if result.line is None else result.line.model_dump(mode="json")
        shown = [result.json, result.cells, result.outcome, result.action]
        found = [*shown, result.entries, result.findings, line]
        self._answers.put(key.hex(), json.dumps(found, ensure_ascii=False))

    def flush(self) -> None:
        """Writes what is still to be written."""
        self._answers.flush()


class Slot:
    """The place of a result that may still be under way."""

    __slots__ = ("result", "size")

    def __init__(self) -> None:
        self.result: Rendered | None = None
        self.size = 0

    def hold(self, result: Rendered) -> int:
        """Takes in the result, and tells its size in characters."""
        self.result = result
        self.size = len(result.json) + sum(map(len, result.cells))
        return self.size


class RowCache:
    """Results of rows already seen, up to a bound; the least used leave first."""

    def __init__(self, store: RowStore | None = None) -> None:
        self._store = store
        self._slots: OrderedDict[bytes, Slot] = OrderedDict()
        self._stated: dict[tuple[Shipment, tuple[Finding, ...]], bytes] = {}
        self._last: tuple[Submitted, bytes] | None = None
        self._characters = 0

    def key(self, submitted: Submitted) -> bytes:
        """Equal for rows that are read to the same shipment with the same findings."""
        if submitted.drawing is None:
            return self._key(submitted)
        if self._last is not None:  # most tables have one journey after the other
            one, stated = self._last
            if one.stated is submitted.stated and one.findings is submitted.findings:
                return stated + submitted.drawing.encode()
        stated = self._key(submitted)
        self._last = submitted, stated
        return stated + submitted.drawing.encode()

    def _key(self, submitted: Submitted) -> bytes:
        """A key but for the row's own drawing."""
        shared = submitted.stated, submitted.findings
        stated = self._stated.get(shared)
        if stated is None:
            if len(self._stated) >= CACHE_ROWS:
                self._stated.clear()
            text = repr(shared).encode("utf-8", "surrogatepass")
            stated = self._stated[shared] = hashlib.sha256(text).digest()
        if submitted.named is not None:
            return stated + b"\0" + json.dumps(submitted.named).encode()
        return stated

    def slot(self, key: bytes) -> tuple[Slot, bool]:
        """The slot of a row, and whether its result has still to be found."""
        slot = self._slots.get(key)
        if slot is not None:
            self._slots.move_to_end(key)
            return slot, False
        slot = self._slots[key] = Slot()
        kept = None if self._store is None else self._store.get(key)
        if kept is not None:
            self._characters += slot.hold(kept)
        while len(self._slots) > CACHE_ROWS or (
            self._characters > CACHE_CHARACTERS and len(self._slots) > 1
        ):
            _, gone = self._slots.popitem(last=False)
            self._characters -= gone.size
        return slot, slot.result is None

    def fill(self, key: bytes, slot: Slot, result: Rendered) -> None:
        """Puts a result in its slot, and in the store."""
        size = slot.hold(result)
        if self._store is not None:
            self._store.put(key, result)
        if self._slots.get(key) is slot:
            self._characters += size
