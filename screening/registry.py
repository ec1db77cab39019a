"""CAS numbers and trivial names of ordinary chemicals, offline, from the `chemicals` package.

The package (extra ``registry``) carries about 76,000 substances with their CAS number, structure
and some 850,000 names. Its own search guesses where a name is not in its index; that is never used
here. What it carries is written once into an SQLite file of the user's cache, so that a number or a
name costs one indexed look-up, start-up costs nothing and memory stays flat. Without a cache the
same table is built in memory by the first look-up.

The package takes the last of several substances that share a name. Here all of them are kept: a
name counts only where it stands for one substance, or is the main name of one.
"""

from __future__ import annotations

import contextlib
import gc
import hashlib
import importlib.util
import inspect
import os
import re
import tempfile
import threading
import weakref
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

from screening.chemistry.formula import agrees_with_itself
from screening.errors import MissingExtraError
from screening.rules.cache import cache_folder, digest_of, is_private

if TYPE_CHECKING:
    import sqlite3  # loaded with the first look-up, not with the library

EXTRA = "registry"
PACKAGE = "chemicals"
MAX_FILES = 2
"""Tables kept in the cache: the newest ones."""
MAX_SAME_NAME = 12
"""A name of more substances than this says nothing."""

_MAIN_NAME, _SYSTEMATIC, _SYNONYM = range(3)
_SCHEMA = """
create table substance (id integer primary key, cas integer unique, smiles text, formula text,
                        name text, inchikey text, sound integer);
create table name (key integer, substance integer, rank integer, primary key (key, substance))
  without rowid;
create table skeleton (key integer, substance integer, primary key (key, substance)) without rowid;
create table done (substances integer);
"""
# What databases write behind a name: the language, the edition of an index, who gave the name.
_NOTE_BEHIND = re.compile(
    r"\s+(?:\[[a-z0-9 :,.-]{2,40}\]|\((?:[0-9]{1,2}ci,?)+\)|\((?:van|parent|acn|9ci)\))$"
)
_STEREO_BEFORE = re.compile(
    r"^(?:\((?:[+-]|\+/-|[0-9]{0,2}[rsez](?:,[0-9]{0,2}[rsez])*)\)-|(?:d|l|dl)-)+(?=[a-z0-9])",
    re.IGNORECASE,
)
_CAS_NUMBER = re.compile(r"[0-9]{2,7}-[0-9]{2}-[0-9]")
_LETTERS = re.compile(r"[^\W\d_]{2}")


@dataclass(frozen=True, slots=True)
class Registered:
    """One substance of the table.

    Attributes:
        cas: its CAS number.
        name: its main name.
        smiles: its structure.
        sound: its structure has the formula that the table gives.
        main: the look-up was by its CAS number, key, main or systematic name, not by a synonym.
    """

    cas: str
    name: str
    smiles: str
    sound: bool
    main: bool


class Registry:
    """The offline table; opened by the first look-up, shared by threads, pickled without it.

    Args:
        key_of: what all spellings of one name share.
        key_digest: gives what changes whenever `key_of` does.
    """

    def __init__(self, key_of: Callable[[str], str], key_digest: Callable[[], str]) -> None:
        self._key_of = key_of
        self._key_digest = key_digest
        self._lock = threading.Lock()
        self._unreadable = False

    def __reduce__(self) -> tuple[Any, ...]:
        return Registry, (self._key_of, self._key_digest)

    @cached_property
    def installed(self) -> bool:
        """Whether the package is installed; it is not imported for that."""
        return importlib.util.find_spec(PACKAGE) is not None

    @property
    def available(self) -> bool:
        """Whether the table can be asked."""
        return self.installed and not self._unreadable

    @property
    def missing(self) -> str | None:
        """Why the table cannot be asked, a clause; None where it can."""
        if not self.installed:
            return f"the extra `{EXTRA}` is not installed"
        return f"the package `{PACKAGE}` could not be read" if self._unreadable else None

    @cached_property
    def version(self) -> str | None:
        """The package's version."""
        return metadata.version(PACKAGE) if self.installed else None

    def by_cas(self, number: str) -> Registered | None:
        """The substance of a CAS number.

        Args:
            number: a valid CAS number, as written in the registry.
        """
        if not self.available:
            return None
        rows = self._rows("where cas = ?", (_cas_key(number),))
        return _registered(rows[0], main=True) if rows else None

    def by_other_cas(self, number: str) -> tuple[Registered, ...]:
        """The substances that carry a CAS number as a synonym: replaced numbers, other forms."""
        return self._named(f"cas {_cas_key(number)}") if self.available else ()

    def by_name(self, key: str) -> tuple[Registered, ...]:
        """The substances of a name.

        Args:
            key: of the name, by the function that the registry was made with.

        Returns:
            Those whose main name it is; if there are none, those whose systematic name it is, or
            else those that carry it as a synonym. Empty where it is not known or says nothing.
        """
        if not self.available or not _LETTERS.search(key):
            return ()
        return self._named(key)

    def every_by_name(self, key: str) -> tuple[Registered, ...]:
        """The substances that carry a name in any way, also where it is the main name of others."""
        if not self.available or not key:
            return ()
        return tuple(_registered(row, main=row[5] != _SYNONYM) for row in self._every(key))

    def by_inchikey(self, key: str) -> tuple[Registered, ...]:
        """The substances of an InChIKey; those of its skeleton where the whole key is not there."""
        if not self.available:
            return ()
        rows = self._rows(
            "join skeleton on id = substance where key = ? limit 50", (_hash(key[:14].upper()),)
        )
        rows = [row for row in rows if row[4][:14] == key[:14].upper()]
        whole = [row for row in rows if row[4] == key.upper()]
        return tuple(_registered(row, main=bool(whole)) for row in whole or rows)

    def substances(self) -> Iterator[tuple[str, tuple[str, ...]]]:
        """The structure and the names of every substance, as the package spells them.

        Raises:
            MissingExtraError: the package cannot be imported.
        """
        for substance in _substances():
            yield substance.smiles, tuple(dict.fromkeys(_spelt(substance)))

    def _named(self, key: str) -> tuple[Registered, ...]:
        rows = self._every(key)
        best = [row for row in rows if row[5] == rows[0][5]]
        if len(best) > MAX_SAME_NAME:
            return ()
        return tuple(_registered(row, main=row[5] != _SYNONYM) for row in best)

    def _every(self, key: str) -> list[tuple[Any, ...]]:
        return self._rows(
            "join name on id = substance where key = ? order by rank, id limit 50",
            (_hash(key),),
            ", rank",
        )

    def _rows(self, where: str, values: Sequence[int], more: str = "") -> list[tuple[Any, ...]]:
        with self._lock:
            try:
                connection = self._connection
            except Exception:  # a package that was changed or is broken stops no screening
                self._unreadable = True
                return []
            cursor = connection.execute(
                f"select cas, name, smiles, sound, inchikey{more} from substance {where}",  # noqa: S608 - our own words
                values,
            )
            return cursor.fetchall()

    @cached_property
    def _connection(self) -> sqlite3.Connection:
        import sqlite3  # noqa: PLC0415 - not needed before the first look-up

        folder = cache_folder()
        if folder is not None:
            with contextlib.suppress(OSError, sqlite3.Error):
                connection = self._stored(folder)
                weakref.finalize(self, connection.close)
                return connection
        connection = sqlite3.connect(":memory:", check_same_thread=False)
        weakref.finalize(self, connection.close)
        _fill(connection, self._key_of)
        return connection

    def _stored(self, folder: Path) -> sqlite3.Connection:
        """The table of the user's cache, written first where it is not there."""
        import sqlite3  # noqa: PLC0415 - not needed before the first look-up

        code = "".join(inspect.getsource(part) for part in _WRITTEN_BY)
        parts = tuple(
            text.encode() for text in (code, _SCHEMA, self._key_digest(), self.version or "")
        )
        path = folder / f"registry-{digest_of(parts)[:32]}.sqlite"
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not is_private(folder):
            raise OSError(f"{folder} can be written to by others")
        with contextlib.suppress(sqlite3.Error, OSError):
            connection = _opened(path)
            with contextlib.suppress(OSError):
                os.utime(path)  # the tables kept are those used last
            return connection
        handle, name = tempfile.mkstemp(prefix=".", suffix=".part", dir=folder)
        os.close(handle)
        try:
            connection = sqlite3.connect(name)
            _fill(connection, self._key_of)
            connection.close()
            Path(name).replace(path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
        _prune(folder)
        return _opened(path)


def _opened(path: Path) -> sqlite3.Connection:
    """A whole table, read only."""
    import sqlite3  # noqa: PLC0415 - not needed before the first look-up

    # A table is written under another name and never changed, so nothing has to be locked.
    where = f"{path.as_uri()}?mode=ro&immutable=1"
    connection = sqlite3.connect(where, uri=True, check_same_thread=False)
    try:
        size = path.stat().st_size
        connection.execute(f"pragma mmap_size = {size}")
        _check_whole(connection, size)
    except BaseException:
        connection.close()
        raise
    return connection


def _check_whole(connection: sqlite3.Connection, size: int) -> None:
    """Raises where a file was cut off."""
    import sqlite3  # noqa: PLC0415 - not needed before the first look-up

    (done,) = connection.execute("select substances from done").fetchone() or (0,)
    (found,) = connection.execute("select count(*) from substance").fetchone()
    (pages,) = connection.execute("pragma page_count").fetchone()
    (page,) = connection.execute("pragma page_size").fetchone()
    if not done or done != found or pages * page != size:
        raise sqlite3.DatabaseError("the table is not whole")


def _prune(folder: Path) -> None:
    with contextlib.suppress(OSError):
        files = sorted(folder.glob("registry-*.sqlite"), key=lambda p: p.stat().st_mtime)
        for old in files[:-MAX_FILES]:
            old.unlink(missing_ok=True)


# --- writing the table ---------------------------------------------------------------------------


def _fill(connection: sqlite3.Connection, key_of: Callable[[str], str]) -> None:
    """Writes every substance of the package with all its names.

    Raises:
        MissingExtraError: the package cannot be imported.
    """
    connection.executescript("pragma journal_mode = off; pragma synchronous = off;" + _SCHEMA)
    collects = gc.isenabled()
    gc.disable()  # a million small things, none of which can be collected
    try:
        _write(connection, key_of)
    finally:
        if collects:
            gc.enable()


def _write(connection: sqlite3.Connection, key_of: Callable[[str], str]) -> None:
    names: list[tuple[int, int, int]] = []
    skeletons: list[tuple[int, int]] = []
    rows: list[tuple[Any, ...]] = []
    for number, substance in enumerate(_substances()):
        key = str(substance.InChI_key).upper()
        rows.append(
            (
                number,
                substance.CAS,
                substance.smiles,
                str(substance.formula),
                substance.common_name,
                key,
                agrees_with_itself(substance.smiles, str(substance.formula)),
            )
        )
        skeletons.append((_hash(key[:14]), number))
        ranks: dict[int, int] = {}
        for name, rank in _names_of(substance, key_of):
            ranks[name] = min(rank, ranks.get(name, rank))
        names += [(name, number, rank) for name, rank in ranks.items()]
    connection.executemany("insert into substance values (?, ?, ?, ?, ?, ?, ?)", rows)
    names.sort()  # a table in the order of its key is written much faster
    connection.executemany("insert into name values (?, ?, ?)", names)
    connection.executemany("insert into skeleton values (?, ?)", sorted(skeletons))
    connection.execute("insert into done values (?)", (len(rows),))
    connection.commit()


def _substances() -> Iterator[Any]:
    """The package's substances; its own records and nothing that it derives."""
    try:
        from chemicals.identifiers import ChemicalMetadataDB  # noqa: PLC0415 - an extra, and slow
    except ImportError as error:
        raise MissingExtraError(EXTRA, "the offline table of CAS numbers and names") from error
    table: Any = ChemicalMetadataDB()  # type: ignore[no-untyped-call]
    table.autoload_main_db()
    yield from table.CAS_index.values()


def _names_of(substance: Any, key_of: Callable[[str], str]) -> Iterator[tuple[int, int]]:
    """The hashed keys of a substance's names, and how near each is to being its main name."""
    ranked = ((substance.common_name, _MAIN_NAME), (substance.iupac_name, _SYSTEMATIC))
    known = {text: rank for text, rank in reversed(ranked) if text}
    for text in {**known, **dict.fromkeys(substance.synonyms)}:
        rank = known.get(text, _SYNONYM)
        if text[-2:-1] == "-" and _CAS_NUMBER.fullmatch(text):
            number = _cas_key(text)
            if number != substance.CAS:
                yield _hash(f"cas {number}"), _SYNONYM
            continue
        yield _hash(key_of(text)), rank
        if rank != _SYNONYM and (flat := _STEREO_BEFORE.sub("", text)) != text:
            yield _hash(key_of(flat)), _SYSTEMATIC
        if text[-1:] in {")", "]"}:
            bare = _NOTE_BEHIND.sub("", text)
            if bare != text:
                yield _hash(key_of(bare)), _SYNONYM


def _spelt(substance: Any) -> Iterator[str]:
    """A substance's names, each also without what `_names_of` leaves out of it."""
    for text in (substance.common_name, substance.iupac_name, *substance.synonyms):
        if not text or _CAS_NUMBER.fullmatch(text):
            continue
        yield text
        for pattern in (_STEREO_BEFORE, _NOTE_BEHIND):
            if (bare := pattern.sub("", text)) != text:
                yield bare


def _hash(key: str) -> int:
    """64 bits of a digest, signed, as SQLite keeps them."""
    digest = hashlib.blake2b(key.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)


def _cas_key(number: str) -> int:
    return int(number.replace("-", ""))


_WRITTEN_BY = (_write, _names_of, _hash, agrees_with_itself)
"""What the table depends on besides the package and the spelling of names."""


def _registered(row: Sequence[Any], *, main: bool) -> Registered:
    digits = str(row[0])
    return Registered(
        cas=f"{digits[:-3]}-{digits[-3:-1]}-{digits[-1]}",
        name=row[1],
        smiles=row[2],
        sound=bool(row[3]),
        main=main,
    )
