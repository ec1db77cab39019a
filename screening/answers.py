"""Answers of slow programs, kept between runs in the user's cache folder.

Asking nomenclature about a name takes milliseconds, and the same names come again every day. An
answer is kept under everything that it depends on: another version of a program or of this library
has a table of its own. An answer is taken only where it is whole and belongs to the very question;
else the program is asked again. A folder that others may write to is not used, and whatever goes
wrong with the file costs nothing but time: without it answers are kept for the process.
"""

from __future__ import annotations

import atexit
import contextlib
import hashlib
import os
import threading
import weakref
from collections.abc import Callable, Mapping
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from screening.rules.cache import cache_folder, is_private

if TYPE_CHECKING:
    import sqlite3  # loaded with the first question, not with the library

MAX_FILES = 2
"""Tables kept of one kind: the newest ones."""
MAX_BYTES = 2**29
"""Size of a table; what is asked when it has that is not kept."""
MAX_WAITING = 1024
"""Answers that wait to be written together."""
WAIT_SECONDS = 2.0
"""Time for another process to write."""

_SCHEMA = "create table if not exists answer (key integer primary key, proof blob, said text)"


class Answers:
    """Answers by question; shared by threads, pickled without its file, opened anew in a fork.

    Args:
        kind: a word that names the file.
        key: gives a digest of everything that answers depend on besides the question; None: they
            are not kept.
        folder: where the file is; None: the user's cache folder.
        most: bytes that the file may have.
    """

    def __init__(
        self,
        kind: str,
        key: Callable[[], str | None],
        *,
        folder: Path | None = None,
        most: int = MAX_BYTES,
    ) -> None:
        self._kind = kind
        self._key = key
        self._folder = folder
        self._most = most
        self._lock = threading.RLock()
        self._waiting: dict[str, str] = {}
        self._process = os.getpid()
        self._full = False

    def __reduce__(self) -> tuple[Any, ...]:
        return partial(Answers, folder=self._folder, most=self._most), (self._kind, self._key)

    @property
    def is_kept(self) -> bool:
        """There is a file for the answers."""
        with self._lock:
            return self._connection is not None

    def get(self, question: str) -> str | None:
        """The answer to a question, None where it is not kept.

        >>> answers = Answers("example", lambda: None)
        >>> answers.put("2 + 2", "4")
        >>> answers.get("2 + 2"), answers.get("3 + 3")
        ('4', None)
        """
        waiting = self._waiting.get(question)
        if waiting is not None:
            return waiting
        key, proof = _digests(question)
        with self._lock:
            connection = self._connection
            if connection is None:
                return None
            try:
                row = connection.execute(
                    "select proof, said from answer where key = ?", (key,)
                ).fetchone()
            except Exception:  # locked, damaged or gone: the program is asked
                return None
        if row is None or not isinstance(row[1], str) or row[0] != proof(row[1]):
            return None
        return row[1]

    @property
    def size(self) -> int:
        """Bytes of the file, 0 without one."""
        with self._lock:
            return 0 if self._connection is None else _size(self._connection)

    def put_all(self, answers: Mapping[str, str]) -> bool:
        """Keeps many answers and writes them together.

        Returns:
            They are written; False where the table is full, or cannot be written any more.
        """
        with self._lock:
            self.flush()
            self._waiting |= answers
            self.flush()
            return all(self.get(question) is not None for question in list(answers)[:1])

    def put(self, question: str, answer: str) -> None:
        """Keeps an answer; it is written with others, at the latest when the process ends."""
        with self._lock:
            self._waiting[question] = answer
            if len(self._waiting) >= MAX_WAITING:
                self.flush()

    def flush(self) -> None:
        """Writes what waits."""
        with self._lock:
            waiting, self._waiting = self._waiting, {}
            connection = self._connection if waiting and not self._full else None
            if connection is None:
                return
            rows = []
            for question, answer in waiting.items():
                key, proof = _digests(question)
                rows.append((key, proof(answer), answer))
            rows.sort()  # a table in the order of its key is written faster
            with contextlib.suppress(Exception):  # a full disk stops no screening
                with connection:
                    connection.executemany("insert or replace into answer values (?, ?, ?)", rows)
                self._full = _size(connection) >= self._most

    @property
    def _connection(self) -> sqlite3.Connection | None:
        if self._process != os.getpid():  # the file of a process that this one was forked from
            self._process = os.getpid()
            self._waiting = {}
            self.__dict__.pop("_opened", None)
        return self._opened

    @cached_property
    def _opened(self) -> sqlite3.Connection | None:
        import sqlite3  # noqa: PLC0415 - not needed before the first question

        folder = self._folder or cache_folder()
        key = self._key() if folder is not None else None
        if folder is None or key is None:
            return None
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            if not is_private(folder):
                return None
            path = folder / f"{self._kind}-{key[:32]}.sqlite"
            connection = _open(path)
            self._full = _size(connection) >= self._most
        except (OSError, sqlite3.Error):
            return None
        _prune(path, self._kind)
        atexit.register(_flush, weakref.ref(self))
        return connection


def _flush(answers: weakref.ref[Answers]) -> None:
    """Writes what waits when the process ends, where the answers are still used."""
    kept = answers()
    if kept is not None:
        kept.flush()


def _size(connection: sqlite3.Connection) -> int:
    """Bytes of a table; told by its head, however long it is."""
    (pages,) = connection.execute("pragma page_count").fetchone()
    (page,) = connection.execute("pragma page_size").fetchone()
    return int(pages) * int(page)


def _open(path: Path) -> sqlite3.Connection:
    """A table; one that is damaged is begun anew."""
    import sqlite3  # noqa: PLC0415 - not needed before the first question

    for again in (True, False):
        connection = sqlite3.connect(path, timeout=WAIT_SECONDS, check_same_thread=False)
        try:
            connection.execute(_SCHEMA)
            # What a power cut takes or spoils is asked again: every answer carries its own proof.
            connection.execute("pragma synchronous = off")
        except sqlite3.DatabaseError as error:
            connection.close()
            if not again or isinstance(error, sqlite3.OperationalError):  # locked, not writable
                raise
            path.unlink(missing_ok=True)
            continue
        with contextlib.suppress(OSError):
            path.chmod(0o600)
            os.utime(path)  # the tables kept are those used last
        return connection
    raise sqlite3.DatabaseError(str(path))


def _prune(path: Path, kind: str) -> None:
    """Removes the oldest tables of a kind, the one in use apart."""
    with contextlib.suppress(OSError):
        others = [p for p in path.parent.glob(f"{kind}-*.sqlite") if p != path]
        for old in sorted(others, key=lambda p: p.stat().st_mtime, reverse=True)[MAX_FILES - 1 :]:
            old.unlink(missing_ok=True)


def _digests(question: str) -> tuple[int, Callable[[str], bytes]]:
    """The key of a question, and what proves that an answer is whole and is that of the question.

    The two share no bits, so that questions with one key do not have one proof.
    """
    digest = hashlib.blake2b(question.encode("utf-8", "surrogatepass"), digest_size=16).digest()

    def proof(answer: str) -> bytes:
        whole = digest + answer.encode("utf-8", "surrogatepass")
        return hashlib.blake2b(whole, digest_size=8).digest()

    return int.from_bytes(digest[:8], "big", signed=True), proof
