"""A new entry from a few answers: each checked as it is given, then written as a file and linted.

Nothing is looked up anywhere: what is written is what was answered, beside what the list already
states. The answers are checked one by one, so that whoever asks (the command, a form) can ask again
at once; the file as a whole is then loaded together with the lists and linted before it is kept.
"""

from __future__ import annotations

import datetime as dt
import enum
import re
import tempfile
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from screening import checks
from screening.chemistry import casrn
from screening.chemistry.outline import numbered_pattern
from screening.chemistry.structure import read_structure
from screening.errors import NewEntryError, StructureError
from screening.rules.load import (
    DEFAULT,
    Bundle,
    bundled_watchlists,
    load_bundle,
)
from screening.rules.model import (
    DateRange,
    EffectiveDay,
    Entry,
    EntryNames,
    Jurisdiction,
    Mark,
    Watchlist,
)

SCHEMA_LINE = "# yaml-language-server: $schema=../../_schema/entry.json"
"""The first line of an entry, by which editors find the format of the rest."""

WIDTH = 100
ONE_DAY = dt.timedelta(days=1)
LANGUAGES = tuple(EntryNames.model_fields)

_STEM = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_HS = re.compile(r"\d{4}(?:[. ]?\d{2}){0,3}")
_PLACEHOLDER = re.compile(r"\b(?:todo|tbd|fixme|xxx)\b|\?\?", re.IGNORECASE)


class EntryKind(enum.StrEnum):
    """By what an entry recognises what is shipped."""

    SUBSTANCE = "substance"
    IDENTIFIERS = "identifiers"
    GOODS = "goods"
    CLASS = "class"


class PositionKind(enum.StrEnum):
    """Kinds of position that a first clause can be written for."""

    SUBSTITUENTS = "substituents"
    BRANCH = "branch"
    RING = "ring"


@dataclass(frozen=True, slots=True)
class ClassDraft:
    """The beginnings of a class definition: one position and one clause, to be continued.

    Attributes:
        reference: SMILES of the compound that the law starts from.
        reference_name: its name.
        reference_is_member: whether the law takes it in.
        skeleton: SMARTS with numbered atoms; None: the whole reference, to be cut down.
        position: what the law calls the place that may change.
        position_kind: what kind of place it is.
        anchors: numbers of the skeleton atoms it is anchored at.
        letter: the law's letter of the clause.
        words: the words of the law's ``groups.yaml`` that the clause allows there.
        says: the clause in our own words.
        members: compounds that the law names, or plainly means, as members by the clause.
        others: compounds that are surely none.
    """

    reference: str
    reference_name: str
    reference_is_member: bool
    position: str
    anchors: tuple[int, ...]
    letter: str
    words: tuple[str, ...]
    says: str
    members: tuple[str, ...]
    others: tuple[str, ...] = ()
    position_kind: PositionKind = PositionKind.SUBSTITUENTS
    skeleton: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryDraft:
    """A new entry, each answer as its check returned it.

    Attributes:
        list: id of the list, such as ``us/list-i``.
        stem: name of the file without ``.yaml``.
        kind: by what it recognises what is shipped.
        names: names by language, the preferred one first; English is required.
        in_force: first day; None: as the list states for all.
        membership: how it was checked that the item stands in the list.
        dates: how its days were checked.
        citation: the legal text; None: as the list states.
        recorded: the day on which the entry is written.
        published: day of the gazette.
        still_to_read: what a later check must settle; required where anything is unverified.
        cas: CAS Registry Numbers.
        hs: customs codes.
        substance: SMILES, for a substance.
        definition: for a class.
        paragraph: the exact place in the instrument.
        says: what else there is to know, in our own words.
    """

    list: str
    stem: str
    kind: EntryKind
    names: Mapping[str, Sequence[str]]
    in_force: EffectiveDay | None
    membership: Mark
    dates: Mark
    recorded: dt.date
    citation: str | None = None
    published: dt.date | None = None
    still_to_read: str | None = None
    cas: Sequence[str] = field(default=())
    hs: Sequence[str] = field(default=())
    substance: str | None = None
    definition: ClassDraft | None = None
    paragraph: str | None = None
    says: str | None = None

    @property
    def id(self) -> str:
        """The id of the entry, which is its path."""
        return f"{self.list}/{self.stem}"


# --- the answers, one by one -----------------------------------------------------------------


def read_list(text: str, bundle: Bundle) -> str:
    """The id of a list that is there.

    Raises:
        NewEntryError: there is none of that name.
    """
    wanted = text.strip().strip("/")
    if wanted in bundle.lists:
        return wanted
    alike = [name for name in bundle.lists if wanted.partition("/")[0] == name.partition("/")[0]]
    there = ", ".join(alike or bundle.lists)
    raise NewEntryError("list", f"there is no list {wanted!r}; there are {there}")


def suggest_stem(name: str) -> str:
    """A file name for an entry; empty where its name has no Latin letters.

    >>> suggest_stem("4-Piperidone (hydrate)"), suggest_stem("哌啶酮")
    ('4-piperidone-hydrate', '')
    """
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().casefold()
    return "-".join(re.findall(r"[a-z0-9]+", plain))


def read_stem(text: str, list_id: str, bundle: Bundle) -> str:
    """The file name of an entry that is not there yet.

    Raises:
        NewEntryError: it is no name for a file, or it is taken.
    """
    stem = text.strip().removesuffix(".yaml")
    if not _STEM.fullmatch(stem) or stem == "list":
        raise NewEntryError(
            "file name", f"{stem!r} is no file name; use small letters, digits and single hyphens"
        )
    if f"{list_id}/{stem}" in bundle.entries:
        raise NewEntryError(
            "file name", f"{list_id}/{stem} is there already; a change of it is a new version there"
        )
    return stem


def read_names(text: str) -> tuple[str, ...]:
    """Names apart by semicolons, the preferred one first.

    Raises:
        NewEntryError: there is none, or one is given twice.
    """
    names = tuple(" ".join(part.split()) for part in re.split(r"[;；]", text) if part.strip())
    if not names:
        raise NewEntryError("names", "at least one name is needed")
    folded = [name.casefold() for name in names]
    twice = [n for n, f in zip(names, folded, strict=True) if folded.count(f) > 1]
    if twice:
        raise NewEntryError("names", f"{twice[0]!r} is given twice")
    return names


def read_cas(text: str) -> tuple[str, ...]:
    """CAS Registry Numbers apart by commas, semicolons or spaces, each with its check digit.

    Raises:
        NewEntryError: one is none.
    """
    numbers = tuple(dict.fromkeys(part for part in re.split(r"[,;\s]+", text) if part))
    for number in numbers:
        if not re.fullmatch(r"[1-9]\d{1,6}-\d{2}-\d", number):
            raise NewEntryError("cas", f"{number!r} is not written like a CAS number, 437-38-7")
        if not casrn.is_valid(number):
            raise NewEntryError("cas", f"{number}: the check digit is wrong; read it again")
    return numbers


def read_codes(text: str) -> tuple[str, ...]:
    """Customs codes apart by commas or semicolons.

    Raises:
        NewEntryError: one is none.
    """
    codes = tuple(dict.fromkeys(p.strip() for p in re.split(r"[,;]", text) if p.strip()))
    for code in codes:
        if not _HS.fullmatch(code):
            raise NewEntryError("hs", f"{code!r} is no customs code, such as 2933.39")
    return codes


def read_smiles(text: str) -> str:
    """A structure that can be screened.

    Raises:
        NewEntryError: it is none.
    """
    smiles = text.strip()
    try:
        read_structure(smiles)
    except StructureError as error:
        raise NewEntryError("structure", f"{smiles!r}: {error}") from None
    return smiles


def read_day(text: str, key: str = "day") -> dt.date:
    """A day.

    Raises:
        NewEntryError: it is none.
    """
    try:
        return dt.date.fromisoformat(text.strip())
    except ValueError:
        message = f"{text.strip()!r} is no day; write it like 2025-11-10"
        raise NewEntryError(key, message) from None


def read_in_force(text: str, dates: Mark) -> EffectiveDay:
    """The first day: one day, or the two days around one that was not read.

    Args:
        text: ``2025-11-10``, ``2018-01-01..2018-12-31``, ``2018-01-01..`` or ``..2018-12-31``.
        dates: how the day was checked.

    Raises:
        NewEntryError: it is no day, or one that was not verified is written as if it was.
    """
    first, dots, last = (part.strip() for part in text.partition(".."))
    if dots:
        try:
            return DateRange(
                not_before=read_day(first, "in force") if first else None,
                not_after=read_day(last, "in force") if last else None,
            )
        except ValueError:
            message = f"{text.strip()!r} is no range; write 2018-01-01..2018-12-31"
            raise NewEntryError("in force", message) from None
    day = read_day(first, "in force")
    if dates is Mark.UNVERIFIED:
        raise NewEntryError(
            "in force",
            "a day that is unverified is written as the days around it, such as "
            f"{day.year}-01-01..{day.year}-12-31",
        )
    return day


def read_citation(text: str) -> str:
    """A citation that names its instrument by a number or a date.

    Raises:
        NewEntryError: it is a placeholder, or has neither.
    """
    said = " ".join(text.split())
    if not said or _PLACEHOLDER.search(said):
        raise NewEntryError("citation", "name the legal text: instrument, number, date, place")
    if not re.search(r"\d", said):
        raise NewEntryError("citation", f"{said!r} has no number and no date to find it by")
    return said


def read_words(texts: Iterable[str], jurisdiction: Jurisdiction) -> tuple[str, ...]:
    """Group words that the law of a jurisdiction has.

    Raises:
        NewEntryError: there is no such word, or the jurisdiction has none.
    """
    words = tuple(dict.fromkeys(t.strip() for t in texts if t.strip()))
    known = jurisdiction.groups
    if not known:
        raise NewEntryError(
            "words",
            f"the law of {jurisdiction.file.title} has no words for groups yet; write "
            f"{jurisdiction.code}/groups.yaml first",
        )
    for word in words:
        if word not in known:
            raise NewEntryError("words", f"no word {word!r}; there are {', '.join(known)}")
    if not words:
        raise NewEntryError("words", f"choose at least one of {', '.join(known)}")
    return words


def read_anchors(text: str, skeleton: str) -> tuple[int, ...]:
    """Numbers of atoms of a skeleton.

    Raises:
        NewEntryError: one is no number of the skeleton.
    """
    parts = [part for part in re.split(r"[,;\s]+", text) if part]
    there = {int(n) for n in re.findall(r":(\d+)\]", skeleton)}
    for part in parts:
        if not part.isdecimal() or int(part) not in there:
            raise NewEntryError("anchors", f"the skeleton has no atom {part!r}")
    if not parts:
        raise NewEntryError("anchors", "name at least one atom of the skeleton by its number")
    return tuple(dict.fromkeys(int(part) for part in parts))


# --- the file --------------------------------------------------------------------------------


def entry_text(draft: EntryDraft) -> str:
    """The file of an entry.

    Args:
        draft: the answers.

    Returns:
        YAML, with the line for editors first.
    """
    lines = [SCHEMA_LINE, "names:"]
    for language in LANGUAGES:
        if draft.names.get(language):
            lines += _flow(f"  {language}: ", draft.names[language])
    if draft.paragraph:
        lines += _text("paragraph", draft.paragraph)
    for key, codes in (("cas", draft.cas), ("hs", draft.hs)):
        if codes:
            lines += _flow(f"{key}: ", codes, quote=True)
    if draft.kind is EntryKind.SUBSTANCE:
        lines.append(f"substance: {_quoted(draft.substance or '')}")
    elif draft.definition is not None:
        lines += _class(draft.definition)
    else:
        lines.append(f"{draft.kind}: true")
    lines += _version(draft)
    if draft.says:
        lines += _text("says", draft.says)
    if draft.definition is not None:
        lines += _examples(draft.definition, _first_day(draft))
    return "\n".join(lines) + "\n"


def _version(draft: EntryDraft) -> list[str]:
    parts: list[str] = []
    if draft.in_force is not None:
        parts.append(f"in_force: {_day(draft.in_force)}")
    if draft.published is not None:
        parts.append(f"published: {draft.published}")
    parts.append(f"recorded: {draft.recorded}")
    if draft.citation:
        parts += _text("citation", draft.citation)
    parts.append(f"checked: {{membership: {draft.membership}, dates: {draft.dates}}}")
    if draft.still_to_read:
        parts += _text("still_to_read", draft.still_to_read)
    return ["versions:", f"  - {parts[0]}", *(f"    {part}" for part in parts[1:])]


def _class(draft: ClassDraft) -> list[str]:
    name = suggest_stem(draft.position) or "position"
    verb = "bears" if draft.position_kind is PositionKind.SUBSTITUENTS else "becomes"
    anchors = str(list(draft.anchors))
    if draft.position_kind is not PositionKind.SUBSTITUENTS:
        anchors = str(draft.anchors[0])
    skeleton = draft.skeleton or numbered_pattern(draft.reference)
    return [
        "class:",
        f"  reference: {_quoted(draft.reference)}",
        f"  reference_name: {_scalar(draft.reference_name)}",
        f"  reference_is_member: {str(draft.reference_is_member).lower()}",
        "  # What every member keeps; take out what may change.",
        f"  skeleton: {_quoted(skeleton)}",
        "  positions:",
        f"    {name}:",
        *_text("title", draft.position, "      "),
        f"      {draft.position_kind}: {anchors}",
        "  clauses:",
        f"    {_scalar(draft.letter)}:",
        f"      at: {name}",
        *_flow(f"      {verb}: ", draft.words),
        *_text("says", draft.says, "      "),
    ]


def _examples(draft: ClassDraft, day: dt.date) -> list[str]:
    """The compounds that were named, and the first of them on the day before."""

    def example(structure: str, on: dt.date, because: str, *, clause: bool = False) -> list[str]:
        lines = [f"    - structure: {_quoted(structure)}", f"      day: {on}"]
        if clause:
            lines.append(f"      clauses: [{_scalar(draft.letter)}]")
        return [*lines, f"      because: {_scalar(because)}"]

    lines = ["examples:", "  must_match:"]
    for smiles in draft.members:
        lines += example(smiles, day, f"a member by clause {draft.letter}", clause=True)
    lines.append("  must_not_match:")
    lines += example(draft.members[0], day - ONE_DAY, "the day before")
    for smiles in draft.others:
        lines += example(smiles, day, "not what the law describes")
    return lines


def _first_day(draft: EntryDraft) -> dt.date:
    """The first day on which the entry is in force for certain, as far as the draft says."""
    if isinstance(draft.in_force, dt.date):
        return draft.in_force
    if draft.in_force is not None and draft.in_force.not_after is not None:
        return draft.in_force.not_after
    raise NewEntryError("in force", "a class needs a day from which its examples are certain")


def _day(effective: EffectiveDay) -> str:
    if isinstance(effective, dt.date):
        return effective.isoformat()
    parts = effective.model_dump(exclude_none=True)
    return f"{{{', '.join(f'{key}: {day}' for key, day in parts.items())}}}"


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _scalar(text: str) -> str:
    """A text as YAML, in quotes wherever YAML could read something else."""
    line = " ".join(text.split())
    try:
        plain = yaml.safe_load(f"[{line}]") == [line] and not re.search(r"[\[\]{}#&*!|>%@`]", line)
    except yaml.YAMLError:
        plain = False
    return line if plain else _quoted(line)


def _flow(head: str, texts: Sequence[str], *, quote: bool = False) -> list[str]:
    """A list on one line, or on as many as it needs."""
    written = [_quoted(t) if quote else _scalar(t) for t in texts]
    lines = [f"{head}["]
    for index, text in enumerate(written):
        piece = text + ("," if index < len(written) - 1 else "]")
        fresh = lines[-1].endswith("[")
        if not fresh and len(lines[-1]) + len(piece) + 1 > WIDTH:
            lines.append(" " * len(head) + " " + piece)
        else:
            lines[-1] += piece if fresh else f" {piece}"
    return lines


def _text(key: str, text: str, indent: str = "") -> list[str]:
    """A text of any length."""
    line = " ".join(text.split())
    if len(indent) + len(key) + 2 + len(line) + 2 <= WIDTH:
        return [f"{indent}{key}: {_scalar(line)}"]
    lines, current = [f"{indent}{key}: >-"], ""
    for word in line.split(" "):
        if current and len(indent) + 2 + len(current) + 1 + len(word) > WIDTH:
            lines.append(f"{indent}  {current}")
            current = word
        else:
            current = f"{current} {word}".strip()
    return [*lines, f"{indent}  {current}"]


# --- into its place --------------------------------------------------------------------------


def writable_folder(folder: Path | None) -> Path:
    """The watchlist folder to write into.

    Args:
        folder: the one that was named; None: that of the bundled lists, in a checkout.

    Raises:
        NewEntryError: the bundled lists are those of an installed package.
    """
    if folder is not None:
        return folder
    bundled = bundled_watchlists()
    if bundled.name.startswith("_"):
        raise NewEntryError(
            "folder", "the bundled lists are part of the installed package; name a folder of yours"
        )
    return bundled


def sources_with(folder: Path) -> list[Path | str]:
    """What to load so that a folder is there: it alone, or behind the bundled lists."""
    places = [p for p in folder.iterdir() if p.is_dir()] if folder.is_dir() else []
    if not any(re.fullmatch(r"[a-z]{2}", place.name) for place in places):
        return [DEFAULT]
    bundled = bundled_watchlists()
    folders = checks.select([folder]).folders or (bundled,)
    return [DEFAULT if f == bundled else folder for f in folders]


@dataclass(frozen=True, slots=True)
class Written:
    """A new entry in its place.

    Attributes:
        path: the file.
        entry: the entry as it loads.
        problems: what lint says of it; warnings only.
    """

    path: Path
    entry: Entry
    problems: tuple[checks.Problem, ...]


def write_entry(draft: EntryDraft, folder: Path) -> Written:
    """Writes a new entry, unless it does not load or has an error.

    Args:
        draft: the answers.
        folder: the watchlist folder; the list may be one of the bundled lists.

    Returns:
        The file, and what is left to look at.

    Raises:
        NewEntryError: something unverified does not say what is still to read; the file is there
            already; lint finds an error.
        WatchlistError: the file does not load.
        OSError: it cannot be written.
    """
    if Mark.UNVERIFIED in (draft.membership, draft.dates) and not draft.still_to_read:
        raise NewEntryError("still to read", "say what a later check must settle")
    path = folder / f"{draft.id}.yaml"
    if path.exists():
        raise NewEntryError("file name", f"{path} is there already")
    text = entry_text(draft)
    with tempfile.TemporaryDirectory(prefix="watchlists-") as root:
        trial = Path(root) / f"{draft.id}.yaml"
        trial.parent.mkdir(parents=True)
        trial.write_text(text, encoding="utf-8")
        bundle = load_bundle([*sources_with(folder), Path(root)])
    problems = checks.lint(_around(bundle, draft.id), means=lambda item: item == draft.id)
    errors = [p.message for p in problems if p.level is checks.Level.ERROR]
    if errors:
        raise NewEntryError("the entry as a whole", "; ".join(errors))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return Written(path, bundle.entries[draft.id], tuple(problems))


def _around(bundle: Bundle, entry_id: str) -> Bundle:
    """A bundle with the entry and those alone that it could clash with."""
    entry = bundle.entries[entry_id]
    own = _tokens(entry)

    def kept(watchlist: Watchlist) -> tuple[Entry, ...]:
        return tuple(
            e
            for e in watchlist.entries
            if e.id == entry_id or (e.class_ is None and (e.list == entry.list or own & _tokens(e)))
        )

    return Bundle(
        {
            code: j.model_copy(
                update={"lists": tuple(w.model_copy(update={"entries": kept(w)}) for w in j.lists)}
            )
            for code, j in bundle.jurisdictions.items()
        }
    )


def _tokens(entry: Entry) -> set[str]:
    """Numbers and names by which two entries can clash, without case, spaces and signs."""
    texts = (*entry.cas, *entry.names.all())
    folded = (unicodedata.normalize("NFKC", text).casefold() for text in texts)
    return {re.sub(r"[\W_]", "", text) for text in folded}


def next_steps(written: Written, folder: Path) -> tuple[str, ...]:
    """The commands by which the author goes on."""
    sources = sources_with(folder)
    options = "" if sources == [DEFAULT] else "".join(f" --watchlists {s}" for s in sources)
    steps = [
        f"screening watchlist lint {written.path}",
        f"screening watchlist test {written.path}",
        f"screening watchlist show {written.entry.id}{options}",
    ]
    if written.entry.class_ is not None:
        steps.insert(2, f"screening watchlist test --mutate {written.path}")
    return tuple(steps)
