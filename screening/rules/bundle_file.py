"""Watchlists as one file: to archive, to send, to load offline, checked against its own digests.

The file is a ZIP archive that any tool opens: the YAML files as they are, none of them compressed,
behind a ``manifest.json`` with the SHA-256 of each. The same lists give the same bytes. Reading
takes nothing on trust: names are matched against the few shapes that watchlists have, so nothing is
written elsewhere; what is compressed is refused, so nothing grows; and a file that does not have
its digest is refused by name. Nothing in it is code.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import os
import re
import tempfile
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from screening.errors import BundleFileError

FORMAT = "precursor-screening watchlists"
VERSION = 1
MANIFEST = "manifest.json"
MAX_BYTES = 256_000_000
"""A larger file is refused before it is read."""
MAX_FILES = 100_000

_PART = r"[^\W_][^/\\:*?\"<>|\x00-\x1f]*"
_NAME = re.compile(rf"[1-9]\d?/[a-z]{{2}}/(?:{_PART}/)?{_PART}\.yaml")
_AGAIN = "export it again, or take it again from where it came"
_EPOCH = (1980, 1, 1, 0, 0, 0)  # ZIP knows no day before this one


@dataclass(frozen=True, slots=True)
class BundleFile:
    """What an exported file holds, checked.

    Attributes:
        path: the file.
        digest: SHA-256 over the names and digests of its files, hexadecimal.
        bundle: digest of the bundle as the library that exported it read it.
        files: bytes of each YAML file by name; the first part of a name numbers the folder.
    """

    path: Path
    digest: str
    bundle: str
    files: Mapping[str, bytes]


def write_bundle_file(path: Path, folders: Iterable[Path], *, bundle: str) -> BundleFile:
    """Writes folders of watchlists, or exported files, into one file.

    Args:
        path: the file; it appears when it is complete, and replaces one that is there.
        folders: what is loaded, in the order in which it is loaded.
        bundle: digest of the bundle that they load to.

    Returns:
        What was written.

    Raises:
        BundleFileError: a name is none that a watchlist has, or an exported file among the folders
            does not hold.
        OSError: something cannot be read or written.
    """
    files: dict[str, bytes] = {}
    number = 0
    for folder in folders:
        parts = read_bundle_file(folder).files if folder.is_file() else _contents(folder)
        numbers = {name.partition("/")[0] for name in parts} or {"1"}
        for name, raw in parts.items():
            own, _, rest = name.partition("/")
            files[f"{number + int(own)}/{rest}"] = raw
        number += max(map(int, numbers))
    for name in files:
        if not _NAME.fullmatch(name):
            raise BundleFileError(path, f"{name} is no name that a watchlist has", "rename it")
    hashes = {name: hashlib.sha256(files[name]).hexdigest() for name in sorted(files)}
    manifest = {
        "format": FORMAT,
        "version": VERSION,
        "bundle": bundle,
        "digest": _digest(hashes),
        "files": hashes,
    }
    head = json.dumps(manifest, indent=1, ensure_ascii=False).encode()
    _write(path, _archive({MANIFEST: head} | {name: files[name] for name in hashes}))
    return BundleFile(path, _digest(hashes), bundle, files)


def read_bundle_file(path: Path) -> BundleFile:
    """Reads an exported file and checks every digest of it.

    Args:
        path: the file.

    Returns:
        What it holds; nothing is written anywhere.

    Raises:
        BundleFileError: it is none, was made by a later version, or was altered; names the part.
    """
    try:
        if path.stat().st_size > MAX_BYTES:
            raise BundleFileError(path, f"is larger than {MAX_BYTES:,} bytes", _AGAIN)
        with path.open("rb") as stream:
            members = _members(path, stream.read(MAX_BYTES + 1))
    except OSError as error:
        raise BundleFileError(path, f"cannot be read ({error.strerror})", _AGAIN) from None
    manifest = _manifest(path, members.pop(MANIFEST, None))
    hashes: dict[str, str] = manifest["files"]
    for name in sorted(members.keys() | hashes.keys()):
        if name not in members:
            raise BundleFileError(path, f"{name} is missing from it", _AGAIN, part=name)
        if name not in hashes:
            raise BundleFileError(path, f"{name} was added to it", _AGAIN, part=name)
        if hashlib.sha256(members[name]).hexdigest() != hashes[name]:
            raise BundleFileError(path, f"{name} was altered", _AGAIN, part=name)
    if manifest["digest"] != _digest(hashes):
        raise BundleFileError(path, f"{MANIFEST} was altered", _AGAIN, part=MANIFEST)
    return BundleFile(path, manifest["digest"], manifest["bundle"], members)


@contextlib.contextmanager
def unpacked(path: Path) -> Iterator[tuple[Path, ...]]:
    """The folders of an exported file, in a temporary place while they are read.

    Raises:
        BundleFileError: as `read_bundle_file`.
    """
    found = read_bundle_file(path)
    with tempfile.TemporaryDirectory(prefix="watchlists-") as root:
        for name, raw in found.files.items():
            target = Path(root, name)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(raw)
        yield tuple(sorted(Path(root).iterdir(), key=lambda p: int(p.name)))


# --- parts -----------------------------------------------------------------------------------


def _digest(hashes: Mapping[str, str]) -> str:
    """One digest for all files: over their names and digests, in order."""
    text = json.dumps(dict(sorted(hashes.items())), ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _contents(folder: Path) -> dict[str, bytes]:
    """The files of a folder that loading it reads."""
    found = {}
    for place in sorted(folder.iterdir()):
        if not place.is_dir() or place.name[0] in "._":
            continue
        lists = [p for p in place.iterdir() if p.is_dir() and p.name[0] not in "._"]
        for part in (place, *sorted(lists)):
            for file in sorted(part.glob("*.yaml")):
                if file.name[0] not in "._":
                    found[f"1/{file.relative_to(folder).as_posix()}"] = file.read_bytes()
    return found


def _archive(members: Mapping[str, bytes]) -> bytes:
    """An archive whose bytes depend on its members alone."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_STORED) as archive:
        for name, raw in members.items():
            info = zipfile.ZipInfo(name, _EPOCH)
            info.create_system = 3  # not the system that this happens to run on
            info.external_attr = 0o644 << 16
            archive.writestr(info, raw)
    return stream.getvalue()


def _members(path: Path, raw: bytes) -> dict[str, bytes]:
    """The members of an archive by name, each with a name that a watchlist has."""
    members: dict[str, bytes] = {}
    folded: set[str] = set()
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            infos = archive.infolist()
            if len(infos) > MAX_FILES:
                raise BundleFileError(path, f"holds more than {MAX_FILES:,} files", _AGAIN)
            for info in infos:
                name = info.filename
                said = _refused(info, folded)
                if said is not None:
                    raise BundleFileError(path, f"{name!r} {said}", _AGAIN, part=name)
                folded.add(name.casefold())
                members[name] = _member(path, archive, info)
    except zipfile.BadZipFile:
        raise BundleFileError(path, "is no exported file of watchlists", _AGAIN) from None
    return members


def _refused(info: zipfile.ZipInfo, folded: set[str]) -> str | None:
    """Why a member is not read; None where it may be."""
    if info.filename != MANIFEST and not _NAME.fullmatch(info.filename):
        return "is no name that a watchlist has"
    if info.filename.casefold() in folded:
        return "is there twice"
    if info.compress_type != zipfile.ZIP_STORED or info.compress_size != info.file_size:
        return "is compressed, which exported files never are"
    return None


def _member(path: Path, archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> bytes:
    """The bytes of a member; whatever stands in the way of them is an alteration of it."""
    try:
        return archive.read(info)
    except Exception as error:  # damaged headers raise errors of many kinds
        name = info.filename
        raise BundleFileError(path, f"{name} was altered ({error})", _AGAIN, part=name) from None


def _manifest(path: Path, raw: bytes | None) -> dict[str, Any]:
    """The manifest, in the shape that it has to have."""
    try:
        data = json.loads(raw or b"")
        known = data["format"] == FORMAT
    except (ValueError, KeyError, TypeError, RecursionError):
        raise BundleFileError(path, "is no exported file of watchlists", _AGAIN) from None
    if not known or not isinstance(data.get("version"), int):
        raise BundleFileError(path, "is no exported file of watchlists", _AGAIN)
    if data["version"] > VERSION:
        raise BundleFileError(
            path, f"has format {data['version']}, newer than this library", "update the library"
        )
    files = data.get("files")
    texts = [data.get("digest"), data.get("bundle")]
    texts += [*files, *files.values()] if isinstance(files, dict) else [None]
    if not all(isinstance(text, str) for text in texts):
        raise BundleFileError(path, f"{MANIFEST} was altered", _AGAIN, part=MANIFEST)
    return dict(data)


def _write(path: Path, raw: bytes) -> None:
    """Writes a file at once or not at all."""
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".part", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(raw)
        Path(name).chmod(0o644)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
