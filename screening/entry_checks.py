"""Lint of watchlists: faults that no single file shows, each with its file, line, key and remedy.

`lint` looks at entries, lists and jurisdictions, and at class definitions through
`screening.definition_checks`. What a file alone shows to be wrong, `screening.rules.load` refuses.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import enum
import itertools
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

from screening import definition_checks
from screening.chemistry import casrn
from screening.chemistry.definition import ENGINE_READINGS
from screening.chemistry.structure import read_structure
from screening.definition_checks import Level, Problem, readings_used
from screening.errors import StructureError
from screening.matching import LIST_READINGS
from screening.places import place_code
from screening.rules.load import Bundle, read_document
from screening.rules.model import (
    DateRange,
    Entry,
    Jurisdiction,
    LegKind,
    Mark,
    RequirementRule,
    Version,
)
from screening.rules.reach import legs_of
from screening.rules.timeline import describe

# --- what is in force, worked out from the file ------------------------------------------------


class Force(enum.StrEnum):
    """Whether an entry is in force on a day."""

    YES = "yes"
    PERHAPS = "perhaps"
    NO = "no"


def in_force(entry: Entry, day: dt.date) -> tuple[Force, Version | None]:
    """Whether an entry is in force on a day, and by which of its versions.

    Where one version passes into the next at a day that is not known exactly, the entry is in force
    on both sides of it.
    """
    found = [(_version_in_force(v, day), v) for v in entry.versions if v.withdrawn is None]
    sure = [v for force, v in found if force is Force.YES]
    if sure:
        return Force.YES, sure[0]
    perhaps = [v for force, v in found if force is Force.PERHAPS]
    passing = any(
        earlier.until == later.in_force and _reached(earlier.in_force, day) is Force.YES
        for earlier, later in itertools.pairwise(perhaps)
    )
    if perhaps:
        return Force.YES if passing else Force.PERHAPS, perhaps[-1]
    return Force.NO, None


def _version_in_force(version: Version, day: dt.date) -> Force:
    begun = _reached(version.in_force, day)
    ended = Force.NO if version.until is None else _reached(version.until, day)
    if begun is Force.NO or ended is Force.YES:
        return Force.NO
    return Force.PERHAPS if Force.PERHAPS in (begun, ended) else Force.YES


def _reached(when: dt.date | DateRange, day: dt.date) -> Force:
    """Whether a day that may not be known exactly has been reached."""
    if isinstance(when, dt.date):
        return Force.YES if day >= when else Force.NO
    if when.not_after is not None and day >= when.not_after:
        return Force.YES
    if when.not_before is not None and day < when.not_before:
        return Force.NO
    return Force.PERHAPS


def standing_text(entry: Entry, day: dt.date) -> str:
    """The standing of an entry on a day in words.

    Returns:
        Such as ``in force since 2025-11-10`` or ``not in force; from 2026-01-01``.
    """
    force, version = in_force(entry, day)
    if version is not None:
        said = "in force since" if force is Force.YES else "not certain; in force from"
        until = "" if version.until is None else f", until {describe(version.until)}"
        return f"{said} {describe(version.in_force)}{until}"
    kept = [v for v in entry.versions if v.withdrawn is None]
    if not kept:
        return "withdrawn"
    later = [v for v in kept if _reached(v.in_force, day) is Force.NO]
    if later:
        return f"not in force; from {describe(later[0].in_force)}"
    last = kept[-1].until
    return "no longer in force" + ("" if last is None else f" since {describe(last)}")


def boundaries(version: Version) -> list[dt.date]:
    """The days on which the answer of a version may change."""
    days: list[dt.date] = []
    for when in (version.in_force, version.until):
        if isinstance(when, dt.date):
            days.append(when)
        elif when is not None:
            days += [d for d in (when.not_before, when.not_after) if d is not None]
    return days


# --- lint ------------------------------------------------------------------------------------

Key = tuple[str | int, ...]
_Means = Callable[[str], bool]


def lint(
    bundle: Bundle,
    folders: Sequence[Path] = (),
    means: _Means = lambda _: True,
) -> list[Problem]:
    """Looks for faults that no single file shows.

    Args:
        bundle: loaded lists.
        folders: the folders they were loaded from; problems then name file and line, and files that
            nothing reads are told.
        means: whether an entry, a list or a law's own file is meant, by its id; what is meant is
            compared with everything that is loaded.

    Returns:
        Every problem, by entry.
    """
    meant = _part(bundle, means)
    problems = [p for rule in _OF_ONE for p in rule(meant)]
    problems += [p for rule in _OF_SEVERAL for p in rule(bundle, means)]
    problems += definition_checks.lint(bundle, means)
    problems += [p for folder in folders if folder.is_dir() for p in stray_files(folder)]
    files = _Files(folders)
    found = dict.fromkeys(files.located(p) for p in problems if means(p.entry))
    return sorted(found, key=lambda p: (p.entry, p.level, p.line, p.message))


def _part(bundle: Bundle, means: _Means) -> Bundle:
    """A bundle with those of its entries that are meant."""
    return Bundle(
        {
            code: jurisdiction.model_copy(
                update={
                    "lists": tuple(
                        w.model_copy(update={"entries": tuple(e for e in w.entries if means(e.id))})
                        for w in jurisdiction.lists
                    )
                }
            )
            for code, jurisdiction in bundle.jurisdictions.items()
        }
    )


class _Files:
    """The files of some watchlist folders, and the line of each of their keys."""

    def __init__(self, folders: Sequence[Path]) -> None:
        self._folders = folders
        self._lines: dict[Path, Callable[[Key], int]] = {}

    def located(self, problem: Problem) -> Problem:
        """A problem with its file and line, as far as they are found."""
        if problem.path is not None:
            return problem
        names = (f"{problem.entry}.yaml", f"{problem.entry}/list.yaml")
        for path in (folder / name for name in names for folder in self._folders):
            if path.is_file():
                return replace(problem, path=path, line=self._line(path, problem.key))
        return problem

    def _line(self, path: Path, key: Key) -> int:
        if path not in self._lines:
            document, _ = read_document(path)
            self._lines[path] = (lambda _: 0) if document is None else document.line
        return self._lines[path](key)


# --- files -----------------------------------------------------------------------------------

_STEM = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_SHARED = frozenset({"jurisdiction.yaml", "groups.yaml", "list.yaml"})


def stray_files(folder: Path) -> Iterator[Problem]:
    """Files of a watchlist folder that nothing reads although somebody may think so.

    Args:
        folder: a folder of jurisdictions.
    """
    for path in sorted(folder.rglob("*")):
        parts = path.relative_to(folder).parts
        if not path.is_file() or any(part[0] in "._" for part in parts):
            continue
        item = "/".join(parts).rpartition(".")[0]
        if path.suffix.casefold() in {".yaml", ".yml"}:
            if message := _stray(parts, path):
                yield Problem(Level.ERROR, item, message, path=path)
        elif len(parts) > 1 and path.suffix.casefold() in {".json", ".txt", ".csv", ""}:
            message = "is not read; an entry is a file that ends in .yaml"
            yield Problem(Level.WARNING, item, message, path=path)


def _stray(parts: Sequence[str], path: Path) -> str | None:
    """Why a YAML file is not read, or not under the id that its author thinks of."""
    if path.suffix != ".yaml":
        return f"is not read; name it {path.stem}.yaml"
    if len(parts) == 2 and path.name not in {"jurisdiction.yaml", "groups.yaml"}:
        return "is not read; an entry lies in the folder of its list, beside list.yaml"
    if len(parts) == 1 or len(parts) > 3:
        return "is not read; an entry lies at <jurisdiction>/<list>/<entry>.yaml"
    if len(parts) == 3 and path.name in _SHARED - {"list.yaml"}:
        return "would be an entry; this file belongs one folder up"
    odd = [p for p in (*parts[1:-1], path.stem) if not _STEM.fullmatch(p)]
    if odd and path.name not in _SHARED:
        return f"{odd[0]!r} is no name for an id; use small letters, digits and single hyphens"
    return None


# --- numbers, names and structures ---------------------------------------------------------------


def _check_digits(bundle: Bundle) -> Iterator[Problem]:
    for entry in bundle.entries.values():
        for number, cas in enumerate(entry.cas):
            if not re.fullmatch(r"[1-9]\d{1,6}-\d{2}-\d", cas):
                message = f"CAS {cas} is not written as a CAS number; write it as in '41661-47-6'"
            elif not casrn.is_valid(cas):
                right = casrn.check_digit(cas[:-2])
                message = (
                    f"CAS {cas}: the check digit is wrong, to the others belongs {right}; "
                    "copy the number from its source again"
                )
            else:
                continue
            yield Problem(Level.ERROR, entry.id, message, ("cas", number))
        for number, code in enumerate(entry.hs):
            if not re.fullmatch(r"\d{4}([. ]?\d{2}){0,3}", code):
                message = f"{code!r} is no customs code; write four to ten digits, as in '2933.39'"
                yield Problem(Level.WARNING, entry.id, message, ("hs", number))


def _texts(entry: Entry) -> Iterator[tuple[Key, str]]:
    """Every structure that an entry states, with its key."""
    if entry.substance is not None:
        yield ("substance",), entry.substance
    for text in entry.aliases:
        yield ("aliases", text), text
    for group in ("must_match", "must_review", "must_not_match"):
        for number, example in enumerate(getattr(entry.examples, group)):
            yield ("examples", group, number, "structure"), example.structure


def _structures_read(bundle: Bundle) -> Iterator[Problem]:
    for entry in bundle.entries.values():
        seen: set[str] = set()
        for key, text in _texts(entry):
            try:
                if text not in seen:
                    _spellings(text)
            except StructureError as error:
                message = f"{text!r} is no structure: {error}; draw it again or copy its SMILES"
                yield Problem(Level.ERROR, entry.id, message, key)
            seen.add(text)


@lru_cache(maxsize=16_384)
def _spellings(text: str) -> tuple[tuple[str, str, str], ...]:
    """The components of a structure, each without and with stereo, and its formula.

    Raises:
        StructureError: it cannot be read.
    """
    return tuple((c.smiles, c.isomeric, c.formula) for c in read_structure(text).components)


def _key(text: str | None) -> str | None:
    """A structure in one spelling; None where there is none or it cannot be read."""
    if text is None:
        return None
    try:
        return ".".join(isomeric for _, isomeric, _ in _spellings(text))
    except StructureError:
        return None


def _duplicate_structures(bundle: Bundle, means: _Means) -> Iterator[Problem]:
    """One list names a structure once; two entries for it would give two answers."""
    for watchlist in bundle.lists.values():
        if not any(means(entry.id) for entry in watchlist.entries):
            continue
        seen: dict[str, Entry] = {}
        for entry in watchlist.entries:
            for text in (entry.substance, *entry.aliases):
                key = _key(text)
                if key is None:
                    continue
                other = seen.setdefault(key, entry)
                if other is not entry and _overlap(entry, other):
                    own = text == entry.substance
                    where: Key = ("substance",) if own else ("aliases", str(text))
                    message = (
                        f"has the same structure as {other.id} of the same list; "
                        "keep one entry, with the names and dates of both"
                    )
                    yield Problem(Level.ERROR, entry.id, message, where)


def _overlap(entry: Entry, other: Entry) -> bool:
    """Whether two entries can be in force on the same day."""
    days = {d for e in (entry, other) for v in e.versions for d in boundaries(v)}
    states = ((in_force(entry, d)[0], in_force(other, d)[0]) for d in days)
    return any(Force.NO not in pair for pair in states)


def _cas(entry: Entry) -> Iterator[tuple[Key, str]]:
    for number, cas in enumerate(entry.cas):
        yield ("cas", number), cas


def _names(entry: Entry) -> Iterator[tuple[Key, str]]:
    for language in type(entry.names).model_fields:
        for number, name in enumerate(getattr(entry.names, language)):
            yield ("names", language, number), name


def _clashing_cas(bundle: Bundle, means: _Means) -> Iterator[Problem]:
    """One CAS number is one substance, whatever list it stands in."""
    yield from _clashing(bundle, means, _cas, "CAS {}", Level.ERROR)


def _clashing_names(bundle: Bundle, means: _Means) -> Iterator[Problem]:
    """One name is one substance, or a row that carries it is ambiguous."""
    yield from _clashing(bundle, means, _names, "the name {!r}", Level.WARNING)


def _clashing(
    bundle: Bundle,
    means: _Means,
    texts: Callable[[Entry], Iterable[tuple[Key, str]]],
    what: str,
    level: Level,
) -> Iterator[Problem]:
    users: dict[str, list[tuple[Key, str, Entry]]] = defaultdict(list)
    for entry in bundle.entries.values():
        for key, text in texts(entry):
            users[_folded(text)].append((key, text, entry))
    for uses in users.values():
        if not any(means(entry.id) for _, _, entry in uses):
            continue
        with_structure = [use for use in uses if use[2].substance is not None]
        graphs = {_graphs(e) for _, _, e in with_structure}
        if len(graphs) < 2 or frozenset.intersection(*graphs):
            continue
        for key, text, entry in with_structure:
            others = [e for _, _, e in with_structure if not _graphs(e) & _graphs(entry)]
            if 2 * len(others) >= len(with_structure):  # what most entries say is likely right
                other = others[0]
                message = (
                    f"{what.format(text)} stands for another structure in {other.id}; "
                    "see which of the two is right and mend it"
                )
                yield Problem(level, entry.id, message, key)


def _graphs(entry: Entry) -> frozenset[str]:
    """The components of an entry's structures without stereo, by which two entries compare."""
    keys: set[str] = set()
    for text in (entry.substance, *entry.aliases):
        with contextlib.suppress(StructureError):
            keys |= {smiles for smiles, _, _ in _spellings(text)} if text else set()
    return frozenset(keys)


def _disagreeing_cas(bundle: Bundle, means: _Means) -> Iterator[Problem]:
    """Entries of one name and one structure share a CAS number where they state any."""
    users: dict[str, list[Entry]] = defaultdict(list)
    for entry in bundle.entries.values():
        for name in {_folded(name) for _, name in _names(entry)} if entry.cas else ():
            users[name].append(entry)
    for entries in users.values():
        for entry in (e for e in entries if means(e.id)):
            apart = [e for e in entries if not set(e.cas) & set(entry.cas)]
            key = _key(entry.substance) if apart else None
            other = next((e for e in apart if key and _key(e.substance) == key), None)
            if other is not None:
                message = (
                    f"CAS {', '.join(entry.cas)}, but {other.id}, which has the same structure, "
                    f"has {', '.join(other.cas)}; see which is right, or state both"
                )
                yield Problem(Level.WARNING, entry.id, message, ("cas",))


def _folded(text: str) -> str:
    """A name without case, width, spaces and hyphens."""
    return re.sub(r"[\s\-‐‑–—_]", "", unicodedata.normalize("NFKC", text).casefold())


def _repeated_names(bundle: Bundle) -> Iterator[Problem]:
    for entry in bundle.entries.values():
        seen: dict[tuple[str | int, str], Key] = {}
        for key, name in _names(entry):
            first = seen.setdefault((key[1], name.casefold()), key)
            if first is not key:
                message = f"the name {name.casefold()!r} is given twice; delete one"
                yield Problem(Level.WARNING, entry.id, message, key)


# Parts of names that say an element is there. Words that only look so are left out.
_SAID: tuple[tuple[str, str], ...] = (
    ("F", r"fluor(?!en|esc|an)|氟"),
    ("Cl", r"chlor(?!oph)|氯"),
    ("Br", r"brom|溴"),
    ("I", r"iod|碘"),
    ("N", r"nitro|amin|anil|azid|pyrid|胺|硝|氮|吡啶|哌啶"),
    ("S", r"thio|thia|硫"),
    ("P", r"phosph|磷"),
    ("Si", r"sil[ay]l|silan"),
)
# A salt is often named beside the base that is listed; its acid says nothing of the base.
_SALT_WORDS = re.compile(
    r"\w*(?:hydro(?:chlor|brom|iod)|chlorhydr|bromhydr)\w*"
    r"|(?:chlor|brom|iod|fluor)(?:ide?|ures?|uros?)\b|phosphat\w*|phosphoric"
    r"|(?:bromo|cloro|yodo)metilato|metho(?:brom|chlor)id\w*|methiodid\w*"
    r"|盐酸|鹽酸|氢溴酸|硫酸|磷酸|氯化|溴化|碘化",
    re.IGNORECASE,
)
_TIMES = {"di": 2, "tri": 3, "tetra": 4, "penta": 5, "hexa": 6}
_STEMS = tuple(
    (element, re.compile(rf"({'|'.join(_TIMES)})?(?:{stem})", re.IGNORECASE))
    for element, stem in _SAID
)


def _names_and_formulas(bundle: Bundle) -> Iterator[Problem]:
    """A name that speaks of an element belongs to a structure that has it, as often as said."""
    for entry in bundle.entries.values():
        if entry.substance is None:
            continue
        atoms = _atoms(entry)
        for key, name in _names(entry) if atoms else ():
            for element, count in said_elements(name):
                if atoms[element] < count:
                    has = f"{atoms[element]} of it" if atoms[element] else "none"
                    message = (
                        f"the name {name!r} speaks of {count} {element}, but the structure has "
                        f"{has}; compare name, CAS number and SMILES with the source"
                    )
                    yield Problem(Level.WARNING, entry.id, message, key)
                    break


def said_elements(name: str) -> Iterator[tuple[str, int]]:
    """The elements that a chemical name speaks of, each with the number of atoms it says.

    Args:
        name: a name in English or another European language, or in Chinese.

    >>> list(said_elements("2,6-difluoro-4-nitroaniline hydrochloride"))
    [('F', 2), ('N', 1), ('N', 1)]
    """
    text = _SALT_WORDS.sub(" ", name)
    for element, stem in _STEMS:
        for match in stem.finditer(text):
            yield element, _TIMES.get((match.group(1) or "").casefold(), 1)


def _atoms(entry: Entry) -> Counter[str]:
    """The most atoms of each element that a structure of an entry has; empty if none is read."""
    most: Counter[str] = Counter()
    for text in (entry.substance, *entry.aliases):
        with contextlib.suppress(StructureError):
            one: Counter[str] = Counter()
            for _, _, formula in _spellings(text or ""):
                for element, count in re.findall(r"([A-Z][a-z]?)(\d*)", formula):
                    one[element] += int(count or 1)
            most |= one
    return most


# --- versions --------------------------------------------------------------------------------

LATE = 10
"""Years after its recording by which a day that is further off is taken for a slip."""


def _citations(bundle: Bundle) -> Iterator[Problem]:
    """A citation names an instrument: it is no placeholder and has a number or a date in it."""
    for entry in bundle.entries.values():
        for number, version in enumerate(entry.versions):
            said = version.citation
            key: Key = ("versions", number, "citation")
            where = f"versions.{number}"
            remedy = "write instrument, number and date, as the law is cited"
            if re.search(r"\b(?:todo|tbd|fixme|xxx)\b|\?\?", said, re.IGNORECASE):
                message = f"{where}.citation is a placeholder: {said!r}; {remedy}"
                yield Problem(Level.ERROR, entry.id, message, key)
            elif not re.search(r"\d", said):
                message = f"{where}.citation has no number or date: {said!r}; {remedy}"
                yield Problem(Level.WARNING, entry.id, message, key)
            unread = Mark.UNVERIFIED in (version.checked.membership, version.checked.dates)
            if unread and version.still_to_read is None:
                message = (
                    f"{where} is unverified and does not say what is still to read; "
                    "add `still_to_read` with the text that would settle it"
                )
                yield Problem(Level.WARNING, entry.id, message, ("versions", number, "checked"))


def _days(bundle: Bundle) -> Iterator[Problem]:
    """The days of one version agree with each other."""
    for entry in bundle.entries.values():
        for number, version in enumerate(entry.versions):
            for name, message in _day_faults(version):
                level = Level.ERROR if name == "until" else Level.WARNING
                yield Problem(level, entry.id, message, ("versions", number, name))


def _day_faults(version: Version) -> Iterator[tuple[str, str]]:
    begins, ends = version.in_force, version.until
    if ends is not None and _latest(ends) <= _earliest(begins):
        message = f"ends {describe(ends)}, before it begins ({describe(begins)})"
        yield "until", f"{message}; `until` is the first day no longer in force"
    if version.published and version.published > _latest(begins):
        message = f"published {version.published}, after it came into force ({describe(begins)})"
        yield "published", f"{message}; `published` is the day of the gazette, look at both again"
    if version.published and version.recorded < version.published:
        message = f"recorded {version.recorded}, before it was published ({version.published})"
        yield "recorded", f"{message}; `recorded` is the day you add the version"
    for name, when in (("in_force", begins), ("until", ends)):
        for day in () if when is None else _stated(when):
            if not 1900 <= day.year <= version.recorded.year + LATE:
                yield name, f"{day} cannot be meant; look at the year again"


def _stated(when: dt.date | DateRange) -> list[dt.date]:
    if isinstance(when, dt.date):
        return [when]
    return [d for d in (when.not_before, when.not_after) if d is not None]


def _timelines(bundle: Bundle) -> Iterator[Problem]:
    """Versions follow each other without overlap; a gap is looked at."""
    for entry in bundle.entries.values():
        versions = [(n, v) for n, v in enumerate(entry.versions) if v.withdrawn is None]
        ordered = sorted(versions, key=lambda item: _earliest(item[1].in_force))
        if ordered != versions:
            message = "its versions are not in the order of their days; put the earliest first"
            yield Problem(Level.WARNING, entry.id, message, ("versions",))
        for (number, earlier), (_, later) in itertools.pairwise(ordered):
            begins, key = later.in_force, ("versions", number, "until")
            if earlier.until is None:
                message = (
                    f"the version in force from {describe(earlier.in_force)} has no `until`, but "
                    f"another one follows it; write `until: {_written(begins)}`"
                )
                yield Problem(Level.ERROR, entry.id, message, ("versions", number))
            elif _latest(earlier.until) > _latest(begins):
                message = (
                    f"versions overlap: until {describe(earlier.until)}, next from "
                    f"{describe(begins)}; one must end on the day the next begins"
                )
                yield Problem(Level.ERROR, entry.id, message, key)
            elif _earliest(earlier.until) < _earliest(begins):
                message = (
                    f"nothing is in force from {describe(earlier.until)} to {describe(begins)}; "
                    "if the control went on, let both days be the same"
                )
                yield Problem(Level.WARNING, entry.id, message, key)


def _written(when: dt.date | DateRange) -> str:
    """An effective day as a file writes it."""
    if isinstance(when, dt.date):
        return when.isoformat()
    parts = when.model_dump(exclude_none=True)
    return "{" + ", ".join(f"{name}: {day}" for name, day in parts.items()) + "}"


def _earliest(when: dt.date | DateRange) -> dt.date:
    return when if isinstance(when, dt.date) else when.not_before or dt.date.min


def _latest(when: dt.date | DateRange) -> dt.date:
    return when if isinstance(when, dt.date) else when.not_after or dt.date.max


# --- what a law reaches ------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Law:
    """A list of a jurisdiction, or the jurisdiction itself, with its requirements."""

    owner: str
    jurisdiction: Jurisdiction
    entries: tuple[Entry, ...]
    requirements: tuple[RequirementRule, ...]
    shared: bool

    @property
    def legs(self) -> set[LegKind]:
        """The legs that its entries reach."""
        return {leg for entry in self.entries for leg in legs_of(entry)}


def _laws(bundle: Bundle) -> Iterator[_Law]:
    for code, jurisdiction in bundle.jurisdictions.items():
        lists = bundle.lists_of[code]
        everything = tuple(e for w in lists for e in w.entries)
        rules = jurisdiction.file.requirements
        yield _Law(f"{code}/jurisdiction", jurisdiction, everything, rules, shared=True)
        for watchlist in jurisdiction.lists:
            own = watchlist.file.requirements
            yield _Law(watchlist.id, jurisdiction, watchlist.entries, own, shared=False)


def _reach(bundle: Bundle, _: _Means) -> Iterator[Problem]:
    """An entry reaches some leg that is asked, and a place that exists."""
    for entry in bundle.entries.values():
        treaty = bundle.jurisdictions[entry.jurisdiction].file.treaty
        asked = {LegKind.TREATY} if treaty else set(LegKind) - {LegKind.TREATY}
        if not legs_of(entry) & asked:
            names = ", ".join(sorted(leg.value for leg in asked))
            message = f"no `action` reaches a leg that is asked here; state one of {names}"
            yield Problem(Level.ERROR, entry.id, message, ("action",))
        if entry.applies_to is not None and not entry.applies_to:
            message = "`applies_to` names no place, so nothing is asked; name one, or leave it out"
            yield Problem(Level.ERROR, entry.id, message, ("applies_to",))
        for number, place in enumerate(entry.applies_to or ()):
            yield from _place(entry.id, place, ("applies_to", number))
    for code, jurisdiction in bundle.jurisdictions.items():
        yield from _place(f"{code}/jurisdiction", code, ())
        for number, place in enumerate(jurisdiction.file.member_of):
            yield from _place(f"{code}/jurisdiction", place, ("member_of", number))


_OURS = re.compile(r"eu|un|aa|zz|q[m-z]|x[a-z]")  # those that ISO 3166-1 leaves to its users


def _place(owner: str, code: str, key: Key) -> Iterator[Problem]:
    """A code that stands for no place would never be met."""
    found = place_code(code)
    if found == code or _OURS.fullmatch(code):
        return
    instead = f"write {found!r}" if found else "use ISO 3166-1 alpha-2, un or eu"
    yield Problem(Level.ERROR, owner, f"{code!r} is the code of no place; {instead}", key)


def _requirements(bundle: Bundle, _: _Means) -> Iterator[Problem]:
    """A requirement can be due, for entries that there are, under an id of its own."""
    for law in _laws(bundle):
        stems = {e.id.rpartition("/")[2] for e in law.entries}
        ids: set[str] = set()
        for number, rule in enumerate(law.requirements):
            at: Key = ("requirements", number)
            if rule.id in ids:
                message = f"the id {rule.id!r} is given twice; give each requirement its own"
                yield Problem(Level.ERROR, law.owner, message, (*at, "id"))
            ids.add(rule.id)
            for name in ("entries", "not_entries"):
                for stem in getattr(rule, name) or ():
                    if stem not in stems:
                        message = f"there is no entry {stem!r} here; write the name of its file"
                        yield Problem(Level.ERROR, law.owner, message, (*at, name))
            if law.entries and rule.leg not in law.legs and not law.shared:
                message = f"no entry reaches the leg {rule.leg}, so it is never due; look at `leg`"
                yield Problem(Level.WARNING, law.owner, message, (*at, "leg"))
            yield from _condition(law.owner, rule, at)


def _condition(owner: str, rule: RequirementRule, at: Key) -> Iterator[Problem]:
    """A condition that nothing can meet."""
    when = rule.when
    key = (*at, "when")
    if when.since and when.until and when.until <= when.since:
        message = f"until {when.until} is not after from {when.since}, so it is never due"
        yield Problem(Level.ERROR, owner, f"{message}; look at both days", key)
    for name in ("origins", "destinations"):
        wanted, unwanted = getattr(when, name), getattr(when, f"not_{name}")
        if wanted is not None and set(wanted) <= set(unwanted or ()):
            message = f"{name} leaves no place, so it is never due; take out what not_{name} names"
            yield Problem(Level.ERROR, owner, message, key)
        for number, place in enumerate(wanted or ()):
            if len(place) == 2:
                yield from _place(owner, place, (*key, name, number))


def _named_elsewhere(bundle: Bundle, _: _Means) -> Iterator[Problem]:
    """Entries and lists that are named by their id are there."""
    known = {*bundle.entries, *bundle.lists}
    for entry in bundle.entries.values():
        for number, name in enumerate(entry.yields_to):
            if name not in known:
                message = f"there is no entry or list {name!r}; write its id, such as 'us/list-i'"
                yield Problem(Level.ERROR, entry.id, message, ("yields_to", number))
    for code, jurisdiction in bundle.jurisdictions.items():
        rule = jurisdiction.file.analogue
        for name in () if rule is None else (*rule.lists, rule.treated_as):
            if name not in bundle.lists:
                message = f"there is no list {name!r}; write its id, such as 'us/list-i'"
                yield Problem(Level.ERROR, f"{code}/jurisdiction", message, ("analogue",))


# --- examples of entries -------------------------------------------------------------------------

_OF_THE_SCREEN = {*ENGINE_READINGS, *LIST_READINGS}
"""Readings that no law states: of the method, of days and marks. Those of forms start `form-`."""


def _examples(bundle: Bundle) -> Iterator[Problem]:
    """An example names clauses and readings that there are, and no two contradict each other."""
    for entry in bundle.entries.values():
        letters = set(entry.class_.clauses) if entry.class_ else set()
        readings = set(_OF_THE_SCREEN)
        if entry.class_ is not None:
            words = bundle.jurisdictions[entry.jurisdiction].groups
            readings |= set(readings_used(entry.class_, words))
        said: dict[tuple[str | None, dt.date], str] = {}
        for group in ("must_match", "must_review", "must_not_match"):
            for number, example in enumerate(getattr(entry.examples, group)):
                at: Key = ("examples", group, number)
                for letter in example.clauses or ():
                    if letter not in letters:
                        message = f"there is no clause {letter!r}; there are {_among(letters)}"
                        yield Problem(Level.ERROR, entry.id, message, (*at, "clauses"))
                named = example.reading
                if named and named not in readings and not named.startswith("form-"):
                    message = f"there is no reading {named!r}; there are {_among(readings)}"
                    yield Problem(Level.ERROR, entry.id, message, (*at, "reading"))
                before = said.setdefault((_key(example.structure), example.day), group)
                if before != group:
                    message = (
                        f"{example.structure} on {example.day} stands under {before} too; "
                        "one structure has one answer on one day"
                    )
                    yield Problem(Level.ERROR, entry.id, message, at)


def _among(names: Iterable[str]) -> str:
    return ", ".join(sorted(names)) or "none"


_Rule = Callable[[Bundle], Iterator[Problem]]
_OF_ONE: tuple[_Rule, ...] = (
    _check_digits,
    _structures_read,
    _repeated_names,
    _names_and_formulas,
    _citations,
    _days,
    _timelines,
    _examples,
)
_OF_SEVERAL: tuple[Callable[[Bundle, _Means], Iterator[Problem]], ...] = (
    _duplicate_structures,
    _clashing_cas,
    _clashing_names,
    _disagreeing_cas,
    _reach,
    _requirements,
    _named_elsewhere,
)
