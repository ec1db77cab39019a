"""Watchlist folders -> `Bundle`; every fault is reported at once, with file, line and key.

A bundle never loads in part: one fault anywhere and `WatchlistError` carries them all. YAML is read
by a loader that knows only plain data: no tags, no aliases, no duplicate keys, bounded size.
"""

from __future__ import annotations

import dataclasses
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
from screening.once import Once
from screening.rules.bundle_file import unpacked
from screening.rules.cache import folders_key, stored
from screening.rules.model import (
    Condition,
    Entry,
    EntryFile,
    FormRule,
    Forms,
    GroupWord,
    Jurisdiction,
    JurisdictionFile,
    ListFile,
    MixtureRule,
    RequirementRule,
    Threshold,
    Version,
    VersionDefaults,
    Watchlist,
)

DEFAULT = "default"
"""The word for the bundled lists among the folders to load; not a folder of that name."""

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


MAX_ANSWERS = 16_384
"""Answers kept of a bundle; the memory they take has to have an end."""


@dataclass(frozen=True)
class Bundle:
    """All loaded jurisdictions, lists and entries.

    Attributes:
        jurisdictions: by code, in alphabetical order.
        digest: SHA-256 over the canonical content, not over formatting or comments.

    >>> bundle = load_bundle()
    >>> bundle.entries["cn/precursor-catalogue/norfentanyl"].title
    'Norfentanyl'
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
    def once(self) -> Once:
        """What was found of the law for some question; it holds as long as the bundle does."""
        return Once(MAX_ANSWERS)

    @cached_property
    def lists_of(self) -> Mapping[str, tuple[Watchlist, ...]]:
        """The lists that are law in each jurisdiction: its own, then those it shares."""
        return {
            code: (*j.lists, *(self.lists[name] for name in j.file.shares))
            for code, j in self.jurisdictions.items()
        }


def watchlist_folders(paths: Iterable[Path | str] | None = None) -> list[Path]:
    """The folders and exported files that `load_bundle` reads, in order."""
    wanted = [DEFAULT] if paths is None else paths
    return [bundled_watchlists() if path == DEFAULT else Path(path) for path in wanted]


def load_bundle(paths: Iterable[Path | str] | None = None) -> Bundle:
    """Reads watchlists.

    Args:
        paths: folders that hold one folder a jurisdiction, files exported by
            `screening.rules.bundle_file`, and the word ``"default"`` for the bundled lists; later
            ones add jurisdictions, lists and entries to earlier ones. None: the bundled lists.

    Returns:
        The bundle.

    Raises:
        WatchlistError: any file has a fault; carries every fault of every file.
        BundleFileError: an exported file was altered.

    >>> "us/list-i" in load_bundle().lists
    True
    """
    folders = watchlist_folders(paths)

    def read() -> Bundle:
        reader = _Reader()
        for folder in folders:
            if folder.is_file():
                reader.read_exported(folder)
            else:
                reader.read_folder(folder)
        return reader.bundle()

    return stored("bundle", folders_key(folders), read, pack=_packed, unpack=_unpacked)


def _packed(bundle: Bundle) -> bytes | None:
    """A bundle as JSON, None where it would not come back the same."""
    jurisdictions = ",".join(
        j.model_dump_json(by_alias=True) for j in bundle.jurisdictions.values()
    )
    body = f'{{"digest":"{bundle.digest}","jurisdictions":[{jurisdictions}]}}'.encode()
    try:
        return body if _unpacked(body) == bundle else None
    except ValidationError:  # days inside `unless` are no days any more
        return None


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
        depth = 0
        for event in yaml.parse(text, Loader=_PlainLoader):
            line = event.start_mark.line + 1 if event.start_mark else 0
            if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
                return None, [Fault(path, line, "", "anchors and aliases are not allowed here")]
            depth += isinstance(event, yaml.CollectionStartEvent)
            depth -= isinstance(event, yaml.CollectionEndEvent)
            if depth > MAX_DEPTH:  # each level more costs the parser more than the one before
                return None, [Fault(path, line, "", f"nested deeper than {MAX_DEPTH}")]
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
    documents: dict[str, _Document] = field(default_factory=dict)

    def read_folder(self, folder: Path) -> None:
        """Reads one folder of jurisdictions."""
        if not folder.is_dir():
            message = "is no folder of watchlists, and no file that was exported from one"
            self.faults.append(Fault(folder, 0, "", message))
            return
        codes = [p for p in sorted(folder.iterdir()) if p.is_dir() and p.name[0] not in "._"]
        if not codes:
            self.faults.append(Fault(folder, 0, "", "holds no jurisdiction folder, such as `us`"))
        for path in codes:
            self._read_jurisdiction(path)

    def read_exported(self, path: Path) -> None:
        """Reads an exported file; faults name the file and the place inside it."""
        with unpacked(path) as folders:
            for folder in folders:
                known = len(self.faults)
                self.read_folder(folder)
                self.faults[known:] = [
                    dataclasses.replace(f, path=path / f.path.relative_to(folder))
                    for f in self.faults[known:]
                ]
                for document in self.documents.values():
                    if document.path.is_relative_to(folder):
                        document.path = path / document.path.relative_to(folder)

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
        if not (len(code) == 2 and code.isascii() and code.isalpha() and code.islower()):
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
        thresholds, faults = _merged(document, "thresholds", Threshold, shared.thresholds)
        self.faults += faults
        mixtures, faults = _merged(document, "mixtures", MixtureRule, shared.mixtures)
        self.faults += faults
        entry_id = f"{list_id}/{path.stem}"
        if entry_id in self.entries:
            self.faults.append(Fault(path, 0, "", f"{entry_id} was given by an earlier folder"))
            return
        if versions:
            self.documents[entry_id] = document
            entry = _resolve(entry_id, list_id, file, shared, versions)
            applied = {name: rule for name, rule in mixtures.items() if rule.applies}
            update = {"thresholds": thresholds, "mixtures": applied}
            self.entries[entry_id] = entry.model_copy(update=update)

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
                document = self.documents[entry.id]
                message = (
                    f"there is no word {word!r} in {entry.jurisdiction}/groups.yaml; "
                    "add it there, or use one of its words"
                )
                self.faults.append(
                    Fault(document.path, document.line(_using(document, word)), "class", message)
                )
        for code, file in self.files.items():
            for name in file.shares:
                if name not in self.lists:
                    where = Path(code) / "jurisdiction.yaml"
                    self.faults.append(Fault(where, 0, "shares", f"there is no list {name}"))
        self._check_requirements()
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

    def _check_requirements(self) -> None:
        """The names that requirements use: sets of places, thresholds, and what mixtures lift."""
        for code, file in self.files.items():
            own = Path(code) / "jurisdiction.yaml"
            lists = [name for name in self.lists if name.startswith(f"{code}/")]
            self._check_rules(own, file, file.requirements, lists)
            for name in lists:
                where = Path(name) / "list.yaml"
                rules = self.lists[name].requirements
                self._check_rules(where, file, rules, [name])
                known = {r.id for r in (*rules, *file.requirements)}
                for entry in self.entries.values():
                    if entry.list != name:
                        continue
                    lifted = {
                        (key, rule_id)
                        for key, mixture in entry.mixtures.items()
                        if mixture.lifts != "all"
                        for rule_id in mixture.lifts
                    }
                    for key, rule_id in sorted(lifted):
                        if rule_id not in known:
                            fault = Fault(
                                Path(f"{entry.id}.yaml"),
                                0,
                                f"mixtures.{key}.lifts",
                                f"there is no requirement {rule_id!r}",
                            )
                            self.faults.append(fault)

    def _check_rules(
        self,
        where: Path,
        file: JurisdictionFile,
        rules: Sequence[RequirementRule],
        lists: Sequence[str],
    ) -> None:
        thresholds = {
            name for e in self.entries.values() if e.list in lists for name in e.thresholds
        }
        for rule in rules:
            for condition in _conditions(rule):
                for name in sorted(_sets_named(condition) - set(file.sets)):
                    message = f"there is no set of places {name!r} in jurisdiction.yaml"
                    self.faults.append(Fault(where, 0, f"requirements.{rule.id}", message))
                for used in (condition.over, condition.under):
                    if used is not None and used not in thresholds:
                        message = f"no entry has a threshold {used!r}"
                        self.faults.append(Fault(where, 0, f"requirements.{rule.id}", message))


def _conditions(rule: RequirementRule) -> Iterator[Condition]:
    yield rule.when
    yield from rule.unless
    yield from (s.when for s in rule.shorter)


def _sets_named(condition: Condition) -> set[str]:
    """Names of sets in a condition; two letters are the code of a place."""
    named = (
        condition.origins,
        condition.not_origins,
        condition.destinations,
        condition.not_destinations,
    )
    return {place for places in named if places for place in places if len(place) > 2}


def _merged(
    document: _Document, key: str, model: type[M], shared: Mapping[str, Mapping[str, Any]]
) -> tuple[dict[str, M], list[Fault]]:
    """Named parts of an entry, completed key by key from those of its list.

    Of the two ways to state a threshold, the entry's replaces that of the list.
    """
    own: Mapping[str, Any] = document.data.get(key) or {}
    found: dict[str, M] = {}
    faults: list[Fault] = []
    for name in dict.fromkeys((*shared, *own)):
        part = own.get(name, {})
        base = dict(shared.get(name, {}))
        if "amount" in part or "none" in part:
            base.pop("amount", None)
            base.pop("none", None)
        lines = {k[2:]: n for k, n in document.lines.items() if k[:2] == (key, name)}
        line = document.line((key, name))
        value, problems = _validate(
            model, _Document(document.path, base | part, {(): line} | lines)
        )
        if value is not None:
            found[name] = value
        faults += [
            Fault(f.path, f.line, ".".join(filter(None, (key, name, f.key))), f.message)
            for f in problems
        ]
    return found, faults


def _using(document: _Document, word: str) -> KeyPath:
    """The first key of a definition that uses a group word."""
    for key, value in _leaves(document.data.get("class"), ("class",)):
        if value == word and {"becomes", "bears", "joins", "carrying"} & set(key):
            return key
    return ("class",)


def _leaves(data: Any, key: KeyPath) -> Iterator[tuple[KeyPath, Any]]:
    """Every plain value of some data, with its key."""
    if isinstance(data, dict):
        for name, value in data.items():
            yield from _leaves(value, (*key, name))
    elif isinstance(data, list):
        for number, value in enumerate(data):
            yield from _leaves(value, (*key, number))
    else:
        yield key, data


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
        density=file.density,
        substance=file.substance,
        aliases=file.aliases,
        class_=file.class_,
        identifiers=file.identifiers,
        goods=file.goods,
        party=file.party,
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
