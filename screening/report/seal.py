"""A sealed run: a chain of digests over its lines, a digest of every file, and what was altered.

Each line of ``decisions.jsonl`` carries the digest of the input row it answers and a link: the
SHA-256 over the link before it and its own bytes. ``seal.json`` holds the last link and the digest
of every other file, and ends with a digest of itself. Whoever kept that last digest elsewhere can
tell, years later, that no byte is different; whoever has the folder alone can tell what was altered
without the seal being made again.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from screening.errors import InputFileError

SEAL_FORMAT = "precursor-screening/seal/1"
SEAL_FILE = "seal.json"
LINES_FILE = "decisions.jsonl"

START = hashlib.sha256(SEAL_FORMAT.encode()).hexdigest()
"""The link before the first line."""

_SEALED = re.compile(
    rb'(?P<body>\{.*,"seal":\{"input":"(?P<input>[0-9a-f]{64})"),"link":"(?P<link>[0-9a-f]{64})"\}\}\n',
    re.DOTALL,
)
_BLOCK = 1 << 20


def row_digest(cells: Sequence[str]) -> str:
    """The digest of an input row: of its cells as they came, whatever file format they came in."""
    text = json.dumps(list(cells), ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def sealed_line(line: str, previous: str, cells: Sequence[str]) -> tuple[str, str]:
    """Links a line to the one before it.

    Args:
        line: a line of ``decisions.jsonl`` with its line feed.
        previous: the link before it, `START` for the first line.
        cells: the cells of the input row, as they came.

    Returns:
        The line with its seal, and its link.
    """
    body = f'{line[:-2]},"seal":{{"input":"{row_digest(cells)}"'
    link = _link(previous, body.encode())
    return f'{body},"link":"{link}"}}}}\n', link


def resealed(line: str, before: bytes) -> bytes:
    """A line in the place of a sealed one, for the same input row; its link is still the old one.

    Args:
        line: the new line, without a seal.
        before: the line that it replaces; where that has no seal, the new one gets none.
    """
    found = _SEALED.fullmatch(before)
    if found is None:
        return line.encode()
    given = found["input"].decode()
    return (
        f'{line[:-2]},"seal":{{"input":"{given}","link":"{found["link"].decode()}"}}}}\n'.encode()
    )


def relink(source: Path, target: Path) -> None:
    """Copies lines and links each one anew to the one before it.

    Args:
        source: sealed lines, some of which have changed.
        target: the copy.
    """
    link = START
    with source.open("rb") as lines, target.open("wb") as out:
        for line in lines:
            found = _SEALED.fullmatch(line)
            if found is None:
                raise ValueError("a line is not sealed")
            link = _link(link, found["body"])
            out.write(found["body"] + f',"link":"{link}"}}}}\n'.encode())


def _link(previous: str, body: bytes) -> str:
    return hashlib.sha256(previous.encode() + body).hexdigest()


def last_link(path: Path) -> tuple[int, str]:
    """How many lines a file has, and the link of its last one, `START` for an empty file."""
    link, count = START, 0
    with path.open("rb") as stream:
        for line in stream:
            count += 1
            found = _SEALED.fullmatch(line)
            link = found["link"].decode() if found else link
    return count, link


def write_seal(folder: Path, names: Iterable[str], *, input_file: Mapping[str, Any]) -> str:
    """Writes ``seal.json`` over the files of a run.

    Args:
        folder: where they are.
        names: the files that are sealed; those that are not there are left out.
        input_file: name, ``sha256`` and ``rows`` of the table that was screened.

    Returns:
        The digest of the seal, to be kept elsewhere.
    """
    lines, link = last_link(folder / LINES_FILE)
    body: dict[str, Any] = {
        "format": SEAL_FORMAT,
        "input": dict(input_file),
        "lines": lines,
        "link": link,
        "files": {n: _file_digest(folder / n) for n in names if (folder / n).exists()},
    }
    digest = _body_digest(body)
    (folder / SEAL_FILE).write_bytes(_canonical(body | {"digest": digest}))
    return digest


def _body_digest(body: Mapping[str, Any]) -> str:
    return hashlib.sha256(_canonical(body)).hexdigest()


def _canonical(data: Mapping[str, Any]) -> bytes:
    return (json.dumps(data, ensure_ascii=True, indent=2) + "\n").encode()


def _file_digest(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while block := stream.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()


@dataclass(frozen=True, slots=True)
class Alteration:
    """Something that is not as it was sealed.

    Attributes:
        file: name of the file.
        line: its line, from 1; None for the file as a whole.
        what: what is wrong, a clause.
    """

    file: str
    line: int | None
    what: str

    def __str__(self) -> str:
        where = self.file if self.line is None else f"{self.file}, line {self.line:,}"
        return f"{where}: {self.what}"


@dataclass(frozen=True, slots=True)
class Sealed:
    """What a seal says, and what is not as it says.

    Attributes:
        lines: lines of decisions that were sealed.
        digest: of the seal, as it stands in the file.
        alterations: everything found, in the order of the files and lines.
        unsealed: files of the folder that the seal does not speak of.
    """

    lines: int
    digest: str
    alterations: tuple[Alteration, ...]
    unsealed: tuple[str, ...]


def verify(
    folder: Path,
    *,
    rows: Iterable[Sequence[str]] | None = None,
    digest: str | None = None,
    dispositions: Path | None = None,
) -> Sealed:
    """Tells what of a sealed run was altered.

    Args:
        folder: the folder of the run.
        rows: the cells of the rows that were screened, to compare them too.
        digest: the digest of the seal as it was kept elsewhere.
        dispositions: the file of answers that the run was given, to compare it too.

    Raises:
        InputFileError: the folder holds no sealed run, or its seal or the file of answers cannot be
            read.
    """
    path = folder / SEAL_FILE
    data, found = _read_seal(path)
    if digest is not None and digest.strip().lower() != data["digest"]:
        what = "another seal: its digest is not the one that was kept"
        found.append(Alteration(SEAL_FILE, None, what))
    inputs: list[str] = []
    if (folder / LINES_FILE).is_file():
        with (folder / LINES_FILE).open("rb") as stream:
            found += _lines(stream, data["lines"], data["link"], inputs)
    for name, expected in data["files"].items():
        if not (folder / name).is_file():
            found.append(Alteration(name, None, "missing"))
        elif _file_digest(folder / name) != expected and not any(a.file == name for a in found):
            found.append(Alteration(name, None, "altered"))
    if rows is not None:
        found += _rows(rows, inputs, data["input"]["file"])
    if dispositions is not None:
        found += _answers(folder, dispositions)
    known = {SEAL_FILE, *data["files"]}
    unsealed = sorted(p.name for p in folder.iterdir() if p.name not in known)
    return Sealed(data["lines"], data["digest"], tuple(found), tuple(unsealed))


def _read_seal(path: Path) -> tuple[dict[str, Any], list[Alteration]]:
    """The seal, and what is wrong with its own file."""
    try:
        raw = path.read_bytes()
    except OSError as error:
        reason = f"cannot be read ({error.strerror})"
        raise InputFileError(path, reason, "name the folder of a run made with --seal") from None
    try:
        data = json.loads(raw)
        body = {key: value for key, value in data.items() if key != "digest"}
        readable = (
            isinstance(data["digest"], str)
            and isinstance(data["lines"], int)
            and isinstance(data["link"], str)
            and isinstance(data["input"]["file"], str)
            and all(isinstance(v, str) for v in data["files"].values())
            # a seal speaks of the files beside it; another name would have one elsewhere read
            and all(re.fullmatch(r"[\w-][\w.-]*", name) for name in data["files"])
        )
    except (ValueError, KeyError, TypeError, AttributeError):
        readable = False
    if not readable:
        reason = "is no seal that can be read, so it was altered"
        raise InputFileError(path, reason, "use the seal as it was written")
    if _canonical(data) != raw or _body_digest(body) != data["digest"]:
        return data, [Alteration(SEAL_FILE, None, "altered: its own digest does not hold")]
    return data, []


def _lines(
    stream: Iterable[bytes], count: int, last: str, inputs: list[str]
) -> Iterator[Alteration]:
    """Checks every line against the link before it; fills `inputs` with the digests of the rows.

    A link that is itself altered shows on its own line and, where the next line was linked to the
    true one, there too; the first line named is where to look.
    """
    previous = START
    number = 0
    for number, line in enumerate(stream, start=1):
        sealed = _SEALED.fullmatch(line)
        if sealed is None:
            inputs.append("")
            yield Alteration(LINES_FILE, number, "altered: it carries no seal that can be read")
            continue
        link = sealed["link"].decode()
        inputs.append(sealed["input"].decode())
        if _link(previous, sealed["body"]) != link:
            yield Alteration(LINES_FILE, number, "altered, or a line before it is gone or moved")
        previous = link
    if number != count:
        yield Alteration(LINES_FILE, None, f"has {number:,} lines; {count:,} were sealed")
    elif previous != last:
        yield Alteration(LINES_FILE, number, "altered: the last link is not the sealed one")


def _rows(rows: Iterable[Sequence[str]], inputs: list[str], name: str) -> Iterator[Alteration]:
    """Checks the rows of the table against the digests that the lines carry."""
    number = 0
    for number, cells in enumerate(rows, start=1):
        if number > len(inputs):
            continue
        if inputs[number - 1] and row_digest(cells) != inputs[number - 1]:
            yield Alteration(name, number, "row altered since it was screened")
    if number != len(inputs):
        yield Alteration(name, None, f"has {number:,} rows; {len(inputs):,} were screened")


def _answers(folder: Path, path: Path) -> Iterator[Alteration]:
    """Checks a file of answers against the digest that the summary of the run gives."""
    try:
        own = _file_digest(path)
    except OSError as error:
        reason = f"cannot be read ({error.strerror})"
        raise InputFileError(path, reason, "name the file that --dispositions had") from None
    try:
        summary = json.loads((folder / "summary.json").read_bytes())
        given = (summary.get("dispositions") or {}).get("sha256")
    except (OSError, ValueError, AttributeError):
        return  # missing or altered, which is said of the summary itself
    if given is None:
        yield Alteration(path.name, None, "is not part of this run, which was given no answers")
    elif given != own:
        yield Alteration(path.name, None, "answers altered since the run")
