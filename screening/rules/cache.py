"""What is derived from watchlists, kept between runs in the user's cache folder.

Only plain data is kept: JSON, never code. A record is named by a digest of everything that it is
derived from (the bytes of the watchlists, the code that compiles them, the toolkit's version), so a
changed byte is another record. It carries its own digest; a record that is cut off or damaged is
built anew. Nothing faulty is ever kept, since faults are raised before a record is written.

`SCREENING_CACHE` names another folder, or switches the cache off with ``off``. A folder that other
users may write to is not used: who can change a record can change the law.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import stat
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import TypeVar

from screening.chemistry.structure import toolkit_version

VARIABLE = "SCREENING_CACHE"
OFF = frozenset({"off", "0", "no", "false"})
MAX_RECORDS = 12
"""Records kept of each kind; the oldest go first."""
MAX_DEPTH = 6
"""A watchlist folder nested deeper is read without the cache."""

T = TypeVar("T")


def cache_folder() -> Path | None:
    """The folder of the records, None where the cache is off."""
    wanted = os.environ.get(VARIABLE, "").strip()
    if wanted.casefold() in OFF:
        return None
    if wanted:
        return Path(wanted)
    import platformdirs  # noqa: PLC0415 - not needed where the variable is set

    return platformdirs.user_cache_path("precursor-screening", appauthor=False)


def stored(
    kind: str,
    key: str | None,
    build: Callable[[], T],
    *,
    pack: Callable[[T], bytes | None],
    unpack: Callable[[bytes], T],
) -> T:
    """A value from its record, or built and recorded.

    Args:
        kind: what is kept, a word that names the file.
        key: digest of everything that the value is derived from; None: nothing is read or kept.
        build: makes the value; what it raises is passed on, and nothing is kept.
        pack: the value as plain data; None: it is not kept.
        unpack: the value of that data; whatever it raises counts as a damaged record.

    Returns:
        The value.
    """
    folder = None if key is None else cache_folder()
    if folder is None:
        return build()
    path = folder / f"{kind}-{key}.json"
    body = _read(path)
    if body is not None:
        with contextlib.suppress(Exception):  # a damaged record is no reason to fail
            return unpack(body)
    value = build()
    packed = pack(value)
    if packed is not None:
        _write(path, packed)
    return value


def digest_of(parts: Iterable[bytes]) -> str:
    """SHA-256 of several parts, each with its length, hexadecimal."""
    total = hashlib.sha256()
    for part in parts:
        total.update(len(part).to_bytes(8, "big"))
        total.update(part)
    return total.hexdigest()


def folders_key(folders: Iterable[Path]) -> str | None:
    """A digest of every file in some folders or exported files, and of the code that reads them.

    Returns:
        The digest; None where something cannot be read, so that reading it reports the fault.
    """
    parts = [software_key().encode()]
    try:
        for folder in folders:
            if folder.is_file():
                parts += [b"file", folder.read_bytes()]
                continue
            parts.append(b"folder")
            parts += _contents(folder, "", 0)
    except (OSError, RecursionError):
        return None
    return digest_of(parts)


def _contents(folder: Path, prefix: str, depth: int) -> Iterator[bytes]:
    """Names of all that a folder holds, and the bytes of its files, in order."""
    if depth > MAX_DEPTH:
        raise RecursionError(str(folder))
    with os.scandir(folder) as found:
        items = sorted(found, key=lambda item: item.name)
    for item in items:
        if item.name.startswith("."):
            continue
        name = f"{prefix}{item.name}"
        if item.is_dir():
            yield f"{name}/".encode()
            yield from _contents(Path(item.path), f"{name}/", depth + 1)
        else:
            yield name.encode()
            with open(item.path, "rb", buffering=0) as file:  # noqa: PTH123 - thousands of files
                yield file.read()


@cache
def software_key() -> str:
    """A digest of what compiles watchlists: this library, its code, the toolkit, the interpreter.

    The code is read as well as the version, since a checkout changes without its version.
    """
    package = Path(__file__).resolve().parent.parent
    code = [
        *sorted((package / "rules").glob("*.py")),
        *sorted((package / "chemistry").glob("*.py")),
        package / "names.py",
        package / "shipment.py",
        package / "data" / "names.yaml",
    ]
    try:
        version = metadata.version("precursor-screening")
    except metadata.PackageNotFoundError:
        version = "unknown"
    named = (version, toolkit_version(), metadata.version("pydantic"), sys.version)
    return digest_of([*(text.encode() for text in named), *(path.read_bytes() for path in code)])


@cache
def code_key() -> str:
    """A digest of all that decides: every file of this library, and what `software_key` names."""
    package = Path(__file__).resolve().parent.parent
    files = sorted(p for p in package.rglob("*") if p.suffix in {".py", ".yaml", ".json", ".csv"})
    files = [p for p in files if "_watchlists" not in p.parts]  # the lists have their own digest
    named = [str(p.relative_to(package)).encode() for p in files]
    return digest_of([software_key().encode(), *named, *(p.read_bytes() for p in files)])


# --- files -------------------------------------------------------------------------------------


def _read(path: Path) -> bytes | None:
    """The body of a record, None where it is missing, damaged or not ours alone."""
    try:
        if not is_private(path.parent):
            return None
        raw = path.read_bytes()
    except OSError:
        return None
    head, _, body = raw.partition(b"\n")
    return body if head == hashlib.sha256(body).hexdigest().encode() else None


def _write(path: Path, body: bytes) -> None:
    """Writes a record at once or not at all; a folder that cannot be written to is no fault."""
    with contextlib.suppress(OSError):
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not is_private(path.parent):
            return
        handle, name = tempfile.mkstemp(prefix=".", suffix=".part", dir=path.parent)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(hashlib.sha256(body).hexdigest().encode() + b"\n" + body)
            Path(name).replace(path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
        _prune(path)


def is_private(folder: Path) -> bool:
    """Whether nobody else may write to a folder, as far as the system can tell."""
    if not hasattr(os, "getuid"):
        return True
    found = folder.stat()
    return found.st_uid == os.getuid() and not found.st_mode & (stat.S_IWGRP | stat.S_IWOTH)


def _prune(path: Path) -> None:
    """Removes the oldest records of one kind."""
    kind = path.name.rpartition("-")[0]
    with contextlib.suppress(OSError):
        records = sorted(
            path.parent.glob(f"{kind}-*.json"), key=lambda p: p.stat().st_mtime, reverse=True
        )
        for old in records[MAX_RECORDS:]:
            old.unlink(missing_ok=True)
