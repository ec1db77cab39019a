"""Watchlist folders -> `Bundle`; every fault is reported at once, with file, line and key.

A bundle never loads in part: one fault anywhere and `WatchlistError` carries them all. YAML is read
by a loader that knows only plain data: no tags, no aliases, no duplicate keys, bounded size.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from screening.chemistry.language import Model
from screening.errors import Fault, WatchlistError
from screening.rules.cache import folders_key, stored
from screening.rules.model import (
    Entry,
    EntryFile,
    FormRule,
    Forms,
    GroupWord,
    Jurisdiction,
    JurisdictionFile,
    ListFile,
    Version,
    VersionDefaults,
    Watchlist,
)

MAX_FILE_BYTES = 1_000_000
MAX_DEPTH = 40

_PLAIN_TAGS = frozenset(
    f"tag:yaml.org,2002:{name}"
    for name in ("map", "seq", "str", "int", "float", "bool", "null", "timestamp")
)

KeyPath = tuple[str | int, ...]
M = TypeVar("M", bound=BaseModel)


def bundled_watchlists() -> Path:
    """The folder of the lists that come with the library.

    Returns:
        The folder inside the installed package or, in a checkout, the one at its top.

    Raises:
        WatchlistError: neither is there.
    """
    package = Path(__file__).resolve().parent.parent
    for folder in (package / "_watchlists", package.parent / "watchlists"):
        if folder.is_dir():
            return folder
    raise WatchlistError([Fault(package, 0, "", "the bundled watchlists are not installed")])


@dataclass(frozen=True)
class Bundle:
    """All loaded jurisdictions, lists and entries.

    Attributes:
        jurisdictions: by code, in alphabetical order.
        digest: SHA-256 over the canonical content, not over formatting or comments.
    """

    jurisdictions: Mapping[str, Jurisdiction]

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the content, hexadecimal."""
        content = {
            c: j.model_dump(mode="json", by_alias=True) for c, j in self.jurisdictions.items()
        }
        text = json.dumps(content, sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()

    @cached_property
    def entries(self) -> Mapping[str, Entry]:
        """Every entry by its id."""
        return {e.id: e for j in self.jurisdictions.values() for w in j.lists for e in w.entries}

    @cached_property
    def lists(self) -> Mapping[str, Watchlist]:
        """Every list by its id, such as ``us/list-i``."""
        return {w.id: w for j in self.jurisdictions.values() for w in j.lists}

    @cached_property
    def lists_of(self) -> Mapping[str, tuple[Watchlist, ...]]:
        """The lists that are law in each jurisdiction: its own, then those it shares."""
        return {
            code: (*j.lists, *(self.lists[name] for name in j.file.shares))
            for code, j in self.jurisdictions.items()
        }


def load_bundle(paths: Iterable[Path | str] | None = None) -> Bundle:
    """Reads watchlist folders.

    Args:
        paths: folders that hold one folder a jurisdiction; later ones add lists and entries to
            earlier ones. None: the bundled lists.

    Returns:
        The bundle.

    Raises:
        WatchlistError: any file has a fault; carries every fault of every file.
    """
    folders = [bundled_watchlists()] if paths is None else [Path(p) for p in paths]

    def read() -> Bundle:
        reader = _Reader()
        for folder in folders:
            reader.read_folder(folder)
        return reader.bundle()

    return stored("bundle", folders_key(folders), read, pack=_packed, unpack=_unpacked)


def _packed(bundle: Bundle) -> bytes | None:
    """A bundle as JSON, None where it would not come back the same."""
    jurisdictions = ",".join(
        j.model_dump_json(by_alias=True) for j in bundle.jurisdictions.values()
    )
    body = f'{{"digest":"{bundle.digest}","jurisdictions":[{jurisdictions}]}}'.encode()
    return body if _unpacked(body) == bundle else None


def _unpacked(body: bytes) -> Bundle:
    """A bundle of its JSON, checked by the models as a watchlist is."""
    record = _Record.model_validate_json(body)
    bundle = Bundle({j.code: j for j in record.jurisdictions})
    vars(bundle)["digest"] = record.digest  # known already; deriving it again takes longer
    return bundle


class _Record(Model):
    """A recorded bundle."""

    digest: str
    jurisdictions: tuple[Jurisdiction, ...]


# --- YAML with positions ---------------------------------------------------------------------


# The C parser where PyYAML has it: several times faster, same events and marks.
_SafeLoader: type[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _PlainLoader(_SafeLoader):  # type: ignore[misc]  # chosen at run time
    """Plain data only; bare `no` and `on` stay booleans, so that strict text refuses them."""


@dataclass
class _Document:
    """One parsed file: its data, and the line of each key."""

    path: Path
    data: Any
    lines: dict[KeyPath, int]

    def line(self, key: KeyPath) -> int:
        """The line of the nearest known enclosing key."""
        while key and key not in self.lines:
            key = key[:-1]
        return self.lines.get(key, 1)


def read_document(path: Path) -> tuple[_Document | None, list[Fault]]:
    """Parses one YAML file into plain data with the line of each key."""
    try:
        raw = path.read_bytes()
    except OSError as error:
        return None, [Fault(path, 0, "", f"cannot be read: {error.strerror}")]
    if len(raw) > MAX_FILE_BYTES:
        return None, [Fault(path, 0, "", f"is larger than {MAX_FILE_BYTES} bytes")]
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        return None, [Fault(path, line, "", "is not UTF-8; save it as UTF-8")]
    faults: list[Fault] = []
    lines: dict[KeyPath, int] = {}
    loader = _PlainLoader(text)
    try:
        for event in yaml.parse(text, Loader=_PlainLoader):
            if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
                line = event.start_mark.line + 1 if event.start_mark else 0
                return None, [Fault(path, line, "", "anchors and aliases are not allowed here")]
        node = loader.get_single_node()
        data = None if node is None else _plain(loader, node, (), lines, faults, path)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        problem = getattr(error, "problem", None) or "is not YAML"
        return None, [Fault(path, mark.line + 1 if mark else 0, "", f"{problem} (YAML)")]
    except (ValueError, RecursionError) as error:
        return None, [Fault(path, 0, "", f"cannot be read as YAML: {error}")]
    finally:
        loader.dispose()
    return (None if faults else _Document(path, data, lines)), faults


def _plain(
    loader: _PlainLoader,
    node: yaml.Node,
    key: KeyPath,
    lines: dict[KeyPath, int],
    faults: list[Fault],
    path: Path,
) -> Any:
    """Builds plain data of a node, keeping lines and refusing duplicate keys and tags."""
    line = node.start_mark.line + 1
    lines.setdefault(key, line)
    if len(key) > MAX_DEPTH:
        raise ValueError(f"nested deeper than {MAX_DEPTH}")
    if node.tag not in _PLAIN_TAGS:
        faults.append(Fault(path, line, _dotted(key), f"the tag {node.tag} is not allowed"))
        return None
    if isinstance(node, yaml.MappingNode):
        result: dict[Any, Any] = {}
        for key_node, value_node in node.value:
            name = loader.construct_object(key_node, deep=True)
            name = name if isinstance(name, str) else str(key_node.value)
            inner = (*key, name)
            lines[inner] = key_node.start_mark.line + 1
            if name in result:
                faults.append(Fault(path, lines[inner], _dotted(inner), "this key is given twice"))
            result[name] = _plain(loader, value_node, inner, lines, faults, path)
        return result
    if isinstance(node, yaml.SequenceNode):
        return [_plain(loader, n, (*key, i), lines, faults, path) for i, n in enumerate(node.value)]
    return loader.construct_object(node, deep=True)


def _dotted(key: Sequence[str | int]) -> str:
    return ".".join(str(part) for part in key)


def _say(error: Mapping[str, Any]) -> str:
    """One pydantic error in words that name the remedy."""
    kind, message = error["type"], str(error["msg"])
    value = error.get("input")
    if kind == "extra_forbidden":
        return "this key is not known here; check its spelling against watchlists/README.md"
    if kind == "missing":
        return "this key is required and missing"
    if kind == "string_type" and isinstance(value, bool | int | float | dt.date):
        return f"must be text; put it in single quotes (YAML read it as {type(value).__name__})"
    if kind in {"date_type", "date_from_datetime_parsing"}:
        return "must be a day, written 2025-11-10 without quotes"
    if kind == "enum":
        return f"{value!r} is not one of {error.get('ctx', {}).get('expected', '')}"
    return message.removeprefix("Value error, ")


def _validate(model: type[M], document: _Document) -> tuple[M | None, list[Fault]]:
    """Checks a document against a model; faults carry the line of the key."""
    try:
        return model.model_validate(document.data), []
    except ValidationError as error:
        faults = []
        for item in error.errors():
            key = tuple(p for p in item["loc"] if p not in {"date", "DateRange", "function-before"})
            fault = Fault(document.path, document.line(key), _dotted(key), _say(item))
            if fault not in faults:
                faults.append(fault)
        return None, faults


# --- folders ---------------------------------------------------------------------------------


@dataclass
class _Reader:
    """Collects jurisdictions from folders, and every fault on the way."""

    faults: list[Fault] = field(default_factory=list)
    files: dict[str, JurisdictionFile] = field(default_factory=dict)
    groups: dict[str, dict[str, GroupWord]] = field(default_factory=dict)
    lists: dict[str, ListFile] = field(default_factory=dict)
    entries: dict[str, Entry] = field(default_factory=dict)

    def read_folder(self, folder: Path) -> None:
        """Reads one folder of jurisdictions."""
        if not folder.is_dir():
            self.faults.append(Fault(folder, 0, "", "is no folder of watchlists"))
            return
        codes = [p for p in sorted(folder.iterdir()) if p.is_dir() and p.name[0] not in "._"]
        if not codes:
            self.faults.append(Fault(folder, 0, "", "holds no jurisdiction folder, such as `us`"))
        for path in codes:
            self._read_jurisdiction(path)

    def _model(self, path: Path, model: type[M]) -> M | None:
        document, faults = read_document(path)
        self.faults += faults
        if document is None:
            return None
        value, faults = _validate(model, document)
        self.faults += faults
        return value

    def _read_jurisdiction(self, path: Path) -> None:
        code = path.name
        if len(code) != 2 or not code.isascii() or not code.islower():
            self.faults.append(
                Fault(path, 0, "", "is named by no jurisdiction; use ISO 3166-1 alpha-2, un or eu")
            )
            return
        own = path / "jurisdiction.yaml"
        if own.exists():
            file = self._model(own, JurisdictionFile)
            if code in self.files:
                self.faults.append(Fault(own, 0, "", f"{code} was described by an earlier folder"))
            elif file is not None:
                self.files[code] = file
        elif code not in self.files:
            self.faults.append(Fault(own, 0, "", "is missing"))
        words = path / "groups.yaml"
        if words.exists():
            self._read_groups(code, words)
        for folder in sorted(p for p in path.iterdir() if p.is_dir() and p.name[0] not in "._"):
            self._read_list(code, folder)

    def _read_groups(self, code: str, path: Path) -> None:
        document, faults = read_document(path)
        self.faults += faults
        if document is None:
            return
        if not isinstance(document.data, dict):
            self.faults.append(Fault(path, 1, "", "must map group words to their meaning"))
            return
        for word, data in document.data.items():
            inner = _Document(
                path,
                data,
                {k[1:]: n for k, n in document.lines.items() if k[:1] == (word,)},
            )
            value, found = _validate(GroupWord, inner)
            self.faults += [
                Fault(f.path, f.line, _dotted([word, *([f.key] if f.key else [])]), f.message)
                for f in found
            ]
            if value is not None:
                self.groups.setdefault(code, {})[word] = value

    def _read_list(self, code: str, folder: Path) -> None:
        name = f"{code}/{folder.name}"
        own = folder / "list.yaml"
        if own.exists():
            file = self._model(own, ListFile)
            if file is not None:
                self.faults += _unstated_forms(own, file.forms)
                if name in self.lists:
                    self.faults.append(Fault(own, 0, "", f"{name} is described by another folder"))
                self.lists[name] = file
        elif name not in self.lists:
            self.faults.append(Fault(own, 0, "", "is missing"))
        if name not in self.lists:
            return
        for path in sorted(folder.glob("*.yaml")):
            if path.name != "list.yaml" and not path.name.startswith("_"):
                self._read_entry(name, self.lists[name], path)

    def _read_entry(self, list_id: str, shared: ListFile, path: Path) -> None:
        document, faults = read_document(path)
        self.faults += faults
        if document is None:
            return
        file, faults = _validate(EntryFile, document)
        self.faults += faults
        if file is None:
            return
        versions, faults = _versions(document, file, shared.version)
        self.faults += faults
        entry_id = f"{list_id}/{path.stem}"
        if entry_id in self.entries:
            self.faults.append(Fault(path, 0, "", f"{entry_id} was given by an earlier folder"))
            return
        if versions:
            self.entries[entry_id] = _resolve(entry_id, list_id, file, shared, versions)

    def bundle(self) -> Bundle:
        """The bundle, or every fault at once."""
        for entry in self.entries.values():
            if entry.class_ is None:
                continue
            words = self.groups.get(entry.jurisdiction, {})
            changes = [*entry.class_.clauses.values()]
            used = {w for c in changes for w in c.words}
            used |= {w for r in entry.class_.readings.values() for c in r.allows for w in c.words}
            for word in sorted(used - set(words)):
                self.faults.append(
                    Fault(Path(f"{entry.id}.yaml"), 0, "class", f"no word {word!r} in groups.yaml")
                )
        for code, file in self.files.items():
            for name in file.shares:
                if name not in self.lists:
                    where = Path(code) / "jurisdiction.yaml"
                    self.faults.append(Fault(where, 0, "shares", f"there is no list {name}"))
        if self.faults:
            raise WatchlistError(self.faults)
        return Bundle(
            {
                code: Jurisdiction(
                    code=code,
                    file=file,
                    groups=self.groups.get(code, {}),
                    lists=tuple(
                        Watchlist(
                            id=list_id,
                            jurisdiction=code,
                            file=shared,
                            entries=tuple(e for e in self.entries.values() if e.list == list_id),
                        )
                        for list_id, shared in sorted(self.lists.items())
                        if list_id.startswith(f"{code}/")
                    ),
                )
                for code, file in sorted(self.files.items())
            }
        )


def _unstated_forms(path: Path, forms: Forms) -> Iterator[Fault]:
    """A list states every form: nothing about forms is assumed."""
    for name in Forms.model_fields:
        if getattr(forms, name) is None:
            options = ", ".join(FormRule)
            yield Fault(path, 0, f"forms.{name}", f"is not stated; write one of {options}")


def _versions(
    document: _Document, file: EntryFile, shared: VersionDefaults
) -> tuple[tuple[Version, ...], list[Fault]]:
    """The versions of an entry, completed from its list; without any, the list's own dates."""
    defaults = {k: v for k, v in shared.model_dump().items() if v is not None}
    versions: list[Version] = []
    faults: list[Fault] = []
    for index, raw in enumerate(file.versions or ({},)):
        merged = {**defaults, **raw}
        if isinstance(raw.get("checked"), dict) and isinstance(defaults.get("checked"), dict):
            merged["checked"] = {**defaults["checked"], **raw["checked"]}
        part = _Document(
            document.path,
            merged,
            {k[2:]: n for k, n in document.lines.items() if k[:2] == ("versions", index)},
        )
        value, found = _validate(Version, part)
        prefix = f"versions.{index}"
        faults += [
            Fault(f.path, f.line, f"{prefix}.{f.key}" if f.key else prefix, f.message)
            for f in found
        ]
        if value is not None:
            unknown = set(value.clauses or ()) - set(file.class_.clauses if file.class_ else ())
            for name in sorted(unknown):
                faults.append(
                    Fault(document.path, part.line(()), f"{prefix}.clauses", f"no clause {name}")
                )
            versions.append(value)
    return tuple(versions), faults


def _resolve(
    entry_id: str,
    list_id: str,
    file: EntryFile,
    shared: ListFile,
    versions: tuple[Version, ...],
) -> Entry:
    """An entry completed from its list."""
    own_forms = file.forms.model_dump(exclude_none=True) if file.forms else {}
    return Entry(
        id=entry_id,
        jurisdiction=list_id.partition("/")[0],
        list=list_id,
        title=file.title or file.names.en[0],
        names=file.names,
        paragraph=file.paragraph,
        codes=file.codes,
        cas=file.cas,
        hs=file.hs,
        substance=file.substance,
        aliases=file.aliases,
        class_=file.class_,
        identifiers=file.identifiers,
        goods=file.goods,
        forms=shared.forms.model_copy(update={k: FormRule(v) for k, v in own_forms.items()}),
        as_counter_ion=shared.as_counter_ion
        if file.as_counter_ion is None
        else file.as_counter_ion,
        action=file.action or shared.action,
        applies_to=shared.applies_to if file.applies_to is None else file.applies_to,
        yields_to=file.yields_to,
        versions=versions,
        says=file.says,
        examples=file.examples,
        surveillance=shared.surveillance,
        instrument=shared.instrument,
        authority=shared.authority,
    )
