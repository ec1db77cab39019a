"""An index of the offline table, made once: what is else found when a name or number first comes.

A number or a name of the table stands for one text of a structure. Whether that structure meets
anything of the loaded law, and whether nomenclature reads the name as that structure, follows from
the lists, the table and the programs alone, so it can be found for all of them ahead. The answers
are the very ones that screening keeps in the user's cache when it meets a substance; with them, the
first row with it costs what a later one costs, and no decision changes.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from screening import registry as registry_code
from screening.answers import Answers
from screening.batch import chunked, in_order
from screening.errors import InputFileError, MissingExtraError
from screening.guard import Limits, Trouble
from screening.registry import EXTRA, Registry
from screening.rules.cache import VARIABLE, cache_folder, digest_of
from screening.screener import Screener

CHUNK = 64
"""Substances that are found together."""
_WRITTEN = 24
"""Chunks whose answers are written together."""
_LIMITS = Limits(seconds=300)


@dataclass(frozen=True, slots=True)
class Indexed:
    """What an index of the table holds.

    Attributes:
        substances: of the table.
        taken_over: those of them that were indexed before.
        structures, names: answers that were found now.
        left_out: substances that could not be indexed; they are read when they come.
        without: why no names were asked about, a clause; None where they were.
        size: bytes of the files that hold it.
    """

    substances: int
    taken_over: int
    structures: int
    names: int
    left_out: int
    without: str | None
    size: int


@dataclass(frozen=True, slots=True)
class _Task:
    """Substances to be indexed together.

    Attributes:
        at: number of the first of them.
        count: how many they are.
        structures, names: those that are not indexed yet.
    """

    at: int
    count: int
    structures: tuple[str, ...]
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Answered:
    """What was found of a task; None where it could not be found in whole."""

    structures: dict[str, str] | None
    names: dict[str, str] | None


def index_table(
    screener: Screener,
    *,
    workers: int = 1,
    started: Callable[[int, int], None] | None = None,
    progress: Callable[[int], None] | None = None,
) -> Indexed:
    """Indexes the offline table for the lists of a screener; what is indexed already is skipped.

    Args:
        screener: for whose lists; any screener with the same lists has the index.
        workers: processes.
        started: called once with the number of substances, and of those that are done.
        progress: called with the number of substances done.

    Returns:
        What was done. An interrupted run keeps what it found.

    Raises:
        MissingExtraError: the table is not installed.
        InputFileError: there is no cache folder to keep the index in, or no room in it.
    """
    registry = screener.names.sources.registry
    if registry is None or not registry.available:
        raise MissingExtraError(EXTRA, "the offline table of CAS numbers and names")
    structures = screener.of_tables.answers
    if not structures.is_kept:
        reason = "cannot hold an index: it is switched off, not writable, or open to others"
        remedy = f"name a folder of your own in {VARIABLE}"
        raise InputFileError(cache_folder() or Path("cache"), reason, remedy)
    nomenclature = screener.names.sources.systematic
    without = "nomenclature is not asked" if nomenclature is None else nomenclature.missing
    names = None if nomenclature is None or without is not None else nomenclature.answers
    edition = _edition(registry)
    total, tasks = _tasks(registry, structures, names, edition)
    done = total - sum(task.count for task in tasks)
    if started is not None:
        started(total, done)
    kept = _Kept(structures, names, edition)
    try:
        apply = in_order(
            _answered,
            screener,
            chunked(tasks, 1),
            workers=workers,
            killed=_lost,
            limits=_LIMITS if workers > 1 else None,
        )
        reached = done
        for task, answered in zip(tasks, _flat(apply), strict=True):
            kept.take(task, answered)
            reached += task.count
            if progress is not None:
                progress(reached)
    finally:
        kept.write()
        if nomenclature is not None:
            nomenclature.close()
    return Indexed(
        substances=total,
        taken_over=done,
        structures=kept.structures,
        names=kept.names,
        left_out=kept.left_out,
        without=without,
        size=structures.size + (0 if names is None else names.size),
    )


class _Kept:
    """Writes answers, many at once, each chunk with the mark that it is whole."""

    def __init__(self, structures: Answers, names: Answers | None, edition: str) -> None:
        self._stores = {"structures": structures, "names": names}
        self._edition = edition
        self._waiting: dict[str, dict[str, str]] = {"structures": {}, "names": {}}
        self._chunks = 0
        self.structures = self.names = self.left_out = 0

    def take(self, task: _Task, answered: _Answered) -> None:
        """Keeps what was found of a task."""
        mark = {_mark(self._edition, task.at): ""}
        if answered.structures is not None:
            self._waiting["structures"] |= answered.structures | mark
            self.structures += len(answered.structures)
        if answered.names is not None:
            self._waiting["names"] |= answered.names | mark
            self.names += len(answered.names)
        lost = answered.structures is None or (
            answered.names is None and self._stores["names"] is not None
        )
        self.left_out += task.count if lost else 0
        self._chunks += 1
        if self._chunks % _WRITTEN == 0:
            self.write()

    def write(self) -> None:
        """Writes what waits."""
        for kind, store in self._stores.items():
            waiting, self._waiting[kind] = self._waiting[kind], {}
            if store is not None and waiting and not store.put_all(waiting):
                reason = "cannot take the index: the disk or its file is full"
                raise InputFileError(
                    cache_folder() or Path("cache"), reason, "make room and go on with the same"
                )


def _tasks(
    registry: Registry, structures: Answers, names: Answers | None, edition: str
) -> tuple[int, list[_Task]]:
    """How many substances there are, and what of them is not indexed yet."""
    tasks: list[_Task] = []
    at = 0
    for chunk in chunked(registry.substances(), CHUNK):
        mark = _mark(edition, at)
        new = structures.get(mark) is None
        asked = names is not None and names.get(mark) is None
        if new or asked:
            texts = dict.fromkeys(smiles for smiles, _ in chunk) if new else ()
            spelt = dict.fromkeys(n for _, own in chunk for n in own) if asked else ()
            tasks.append(_Task(at, len(chunk), tuple(texts), tuple(spelt)))
        at += len(chunk)
    return at, tasks


def _edition(registry: Registry) -> str:
    """Tells one table, and one way to read it, from another."""
    parts = (registry.version or "", inspect.getsource(registry_code), str(CHUNK))
    return digest_of(part.encode() for part in parts)


def _mark(edition: str, at: int) -> str:
    """The question whose answer says that a chunk is indexed."""
    return f"indexed {edition} {at}"


def _answered(screener: Screener, task: _Task) -> _Answered:
    """What is to be kept of a task."""
    structures = screener.of_tables.settle(task.structures)
    if not task.names:
        return _Answered(structures, {})
    names = screener.names.vouched(task.names)
    nomenclature = screener.names.sources.systematic
    stopped = nomenclature is None or nomenclature.missing is not None
    return _Answered(structures, None if stopped else names)


def _lost(task: _Task, trouble: Trouble) -> _Answered:  # noqa: ARG001 - as a crew calls it
    """What is kept of a task that ended its worker."""
    return _Answered(None, None)


def _flat(chunks: Iterable[list[_Answered]]) -> Iterator[_Answered]:
    for chunk in chunks:
        yield from chunk
