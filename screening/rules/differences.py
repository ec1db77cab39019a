"""What changed in the lists, in words: between two bundles, or between two days of one.

Between bundles every field of every entry, list and jurisdiction is compared, so that nothing can
change unsaid; between days, what the versions of entries, the requirements and the gaps of lists
say of each day in between. Everything is derived from the data; no sentence is written by hand.
"""

from __future__ import annotations

import datetime as dt
import enum
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from pydantic import BaseModel

from screening.rules.load import Bundle
from screening.rules.model import Entry, RequirementRule, Version
from screening.rules.reach import forms_of
from screening.rules.timeline import (
    Current,
    Standing,
    boundary_days,
    bounds,
    current,
    describe,
)

MAX_SAID = 160
"""Characters of one value in a sentence; longer texts are cut."""
SHARED_BY = 4
"""A statement true of so many entries of a list is made once."""


class Kind(enum.StrEnum):
    """What happened to an item."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


class Aspect(enum.StrEnum):
    """Which part of an item is meant; the order is that of the report."""

    WHOLE = "whole"
    DEFINITION = "definition"
    DATES = "dates"
    ACTION = "action"
    FORMS = "forms"
    REACH = "reach"
    REQUIREMENTS = "requirements"
    NAMES = "names"
    SOURCES = "sources"
    COVERAGE = "coverage"
    EXAMPLES = "examples"
    TEXT = "text"


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that changed.

    Attributes:
        kind: added, removed or changed.
        item: id of the entry, list or jurisdiction.
        title: its display name.
        aspect: which part of it.
        says: what changed, in words without the name of the item.
        when: the day on which the answer changes, as text; None where the data does not tie it to
            one.
        citation: the legal text that changes it, where there is one.
        entries: the entries concerned, where it was said once for several of a list.
    """

    kind: Kind
    item: str
    title: str
    aspect: Aspect
    says: str
    when: str | None = None
    citation: str | None = None
    entries: tuple[str, ...] = ()

    def __str__(self) -> str:
        number = f"{len(self.entries)} entries: " if self.entries else ""
        cited = f" ({self.citation})" if self.citation else ""
        when = f"{self.when}: " if self.when else ""
        return f"{self.item}: {number}{when}{self.says}{cited}"


# --- two bundles -----------------------------------------------------------------------------

_LABELS: Mapping[str, tuple[Aspect, str]] = {
    "title": (Aspect.NAMES, "title"),
    "names": (Aspect.NAMES, "names"),
    "codes": (Aspect.NAMES, "code"),
    "cas": (Aspect.NAMES, "CAS numbers"),
    "hs": (Aspect.NAMES, "customs codes"),
    "substance": (Aspect.DEFINITION, "structure"),
    "aliases": (Aspect.DEFINITION, "further structures"),
    "class": (Aspect.DEFINITION, "definition"),
    "identifiers": (Aspect.DEFINITION, "recognised by name and CAS number alone"),
    "goods": (Aspect.DEFINITION, "recognised by its description"),
    "party": (Aspect.DEFINITION, "names a party"),
    "groups": (Aspect.DEFINITION, "group word"),
    "forms": (Aspect.FORMS, "forms"),
    "as_counter_ion": (Aspect.FORMS, "counts as the ion of a salt"),
    "action": (Aspect.ACTION, "action"),
    "surveillance": (Aspect.ACTION, "only asks for attention"),
    "applies_to": (Aspect.REACH, "reaches destinations"),
    "yields_to": (Aspect.REACH, "yields to"),
    "member_of": (Aspect.REACH, "member of"),
    "shares": (Aspect.REACH, "shares the lists"),
    "treaty": (Aspect.REACH, "treaty law"),
    "analogue": (Aspect.REACH, "law on likeness"),
    "requirements": (Aspect.REQUIREMENTS, "requirement"),
    "thresholds": (Aspect.REQUIREMENTS, "threshold"),
    "mixtures": (Aspect.REQUIREMENTS, "mixtures"),
    "versions": (Aspect.DATES, "version"),
    "instrument": (Aspect.SOURCES, "instrument"),
    "authority": (Aspect.SOURCES, "authority"),
    "paragraph": (Aspect.SOURCES, "paragraph"),
    "sources": (Aspect.SOURCES, "sources"),
    "last_checked": (Aspect.COVERAGE, "last checked"),
    "coverage": (Aspect.COVERAGE, "coverage"),
    "incomplete": (Aspect.COVERAGE, "items not read"),
    "examples": (Aspect.EXAMPLES, "examples"),
}
# What is compared part by part.
_APART = frozenset({"id", "code", "jurisdiction", "file", "groups", "lists", "entries"})
# What a list states for its entries is compared where it arrives, at the entries.
_SHARED = frozenset(
    {
        *("instrument", "authority", "action", "forms", "as_counter_ion", "applies_to"),
        *("surveillance", "version"),
    }
)
_VERSION_PARTS: Mapping[str, tuple[Aspect, str]] = {
    "action": (Aspect.ACTION, "action"),
    "forms": (Aspect.FORMS, "forms"),
    "clauses": (Aspect.DEFINITION, "clauses in force"),
    "citation": (Aspect.SOURCES, "citation"),
    "checked": (Aspect.SOURCES, "checked"),
    "still_to_read": (Aspect.SOURCES, "still to read"),
    "recorded": (Aspect.SOURCES, "recorded"),
    "says": (Aspect.TEXT, "says"),
}
# Keys that tell which item of a list of items is meant.
_IDENTIFYING = ("id", "title", "name", "structure", "skeleton", "citation")


def compare_bundles(before: Bundle, after: Bundle) -> tuple[Difference, ...]:
    """Compares two bundles.

    Args:
        before: the earlier one.
        after: the later one.

    Returns:
        Every difference, by item and aspect; none if, and only if, the two say the same.
    """
    found: list[Difference] = []
    for code in sorted(before.jurisdictions.keys() | after.jurisdictions.keys()):
        found += _jurisdiction(code, before, after)
    for name in sorted(before.lists.keys() | after.lists.keys()):
        found += _list(name, before, after)
    return tuple(sorted(found, key=_order))


def _order(difference: Difference) -> tuple[str, int, str]:
    return difference.item, list(Aspect).index(difference.aspect), difference.says


def _jurisdiction(code: str, before: Bundle, after: Bundle) -> Iterator[Difference]:
    old, new = before.jurisdictions.get(code), after.jurisdictions.get(code)
    present = new or old
    assert present is not None  # the code comes from one of the two
    title = present.file.title
    if old is None or new is None:
        yield _whole(Kind.ADDED if old is None else Kind.REMOVED, code, title, "the jurisdiction")
        return
    yield from _fields(code, title, old.file, new.file)
    yield from _fields(code, title, old, new, leave_out=_APART)
    was, now = ({k: _plain(v) for k, v in side.groups.items()} for side in (old, new))
    for path, says in _changes(was, now):
        yield Difference(
            Kind.CHANGED, code, title, Aspect.DEFINITION, _sentence(("group word", *path), says)
        )


def _list(name: str, before: Bundle, after: Bundle) -> Iterator[Difference]:
    old, new = before.lists.get(name), after.lists.get(name)
    present = new or old
    assert present is not None  # the name comes from one of the two
    title = present.file.title
    if old is not None and new is not None:
        yield from _fields(name, title, old.file, new.file, leave_out=_SHARED)
        yield from _fields(name, title, old, new, leave_out=_APART)
    else:
        kind = Kind.ADDED if old is None else Kind.REMOVED
        yield _whole(kind, name, title, f"the list, with {len(present.entries)} entries")
    was = {e.id: e for e in old.entries} if old else {}
    now = {e.id: e for e in new.entries} if new else {}
    found: list[Difference] = []
    for entry_id in sorted(was.keys() | now.keys()):
        found += _entry(entry_id, was.get(entry_id), now.get(entry_id))
    yield from _said_once(found, name, title)


def _said_once(found: Iterable[Difference], name: str, title: str) -> Iterator[Difference]:
    """A change that the list makes to many of its entries is one statement."""
    alike: dict[tuple[Aspect, str, str | None, str | None], list[Difference]] = defaultdict(list)
    for item in found:
        alike[item.aspect, item.says, item.when, item.citation].append(item)
    for items in alike.values():
        if len(items) < SHARED_BY or items[0].kind is not Kind.CHANGED:
            yield from items
            continue
        entries = tuple(d.item for d in items)
        yield replace(items[0], item=name, title=title, entries=entries)


def _entry(entry_id: str, old: Entry | None, new: Entry | None) -> Iterator[Difference]:
    present = new or old
    assert present is not None  # the id comes from one of the two
    if old is None or new is None:
        kind = Kind.ADDED if old is None else Kind.REMOVED
        versions = [v for v in present.versions if v.withdrawn is None]
        said = "; ".join(_period(v) for v in versions) or "withdrawn"
        cited = versions[0].citation if versions else None
        yield Difference(
            kind, entry_id, present.title, Aspect.WHOLE, f"the entry, {said}", citation=cited
        )
        return
    yield from _fields(entry_id, new.title, old, new, leave_out=frozenset({"id", "versions"}))
    yield from _versions(new, old.versions, new.versions)


def _fields(
    item: str, title: str, old: BaseModel, new: BaseModel, leave_out: frozenset[str] = frozenset()
) -> Iterator[Difference]:
    """Every field of two models that differs; a field without a label goes by its own name."""
    was, now = _plain(old, leave_out), _plain(new, leave_out)
    for field in was.keys() | now.keys():
        if was.get(field) == now.get(field):
            continue
        aspect, label = _LABELS.get(field, (Aspect.TEXT, field.replace("_", " ")))
        for path, says in _changes(was.get(field), now.get(field)):
            yield Difference(Kind.CHANGED, item, title, aspect, _sentence((label, *path), says))


def _versions(entry: Entry, old: Sequence[Version], new: Sequence[Version]) -> Iterator[Difference]:
    """What changed in the versions, each told by its first day."""

    def made(
        aspect: Aspect, says: str, version: Version, citation: str | None = None
    ) -> Difference:
        when = describe(version.in_force)
        return Difference(Kind.CHANGED, entry.id, entry.title, aspect, says, when, citation)

    gone, come = list(old), list(new)
    pairs: list[tuple[Version, Version]] = []
    for same_day in (True, False):
        for version in list(gone):
            for other in come:
                if same_day is (version.in_force == other.in_force):
                    pairs.append((version, other))
                    gone.remove(version)
                    come.remove(other)
                    break
            if not same_day:
                break  # one version whose first day was put right; more would be a guess
    for version in come:
        yield made(Aspect.DATES, f"a version added, {_period(version)}", version, version.citation)
    for version in gone:
        yield made(Aspect.DATES, f"a version removed, {_period(version)}", version)
    for was, now in pairs:
        if was.in_force != now.in_force:
            says = f"in force from {describe(was.in_force)} -> from {describe(now.in_force)}"
            yield made(Aspect.DATES, says, now, now.citation)
        if was.until != now.until:
            ends = (describe(v.until) if v.until else "open" for v in (was, now))
            yield made(Aspect.DATES, f"until {' -> '.join(ends)}", now, now.citation)
        if was.published != now.published:
            days = (str(v.published or "not stated") for v in (was, now))
            yield made(Aspect.DATES, f"published {' -> '.join(days)}", now)
        if was.withdrawn != now.withdrawn:
            says = "no longer withdrawn"
            if now.withdrawn is not None:
                says = f"withdrawn on {now.withdrawn.on}: {now.withdrawn.because}"
            yield made(Aspect.DATES, says, now)
        dumps = _plain(was), _plain(now)
        for field in dumps[0].keys() | dumps[1].keys():
            if field in {"in_force", "until", "published", "withdrawn"}:
                continue
            aspect, label = _VERSION_PARTS.get(field, (Aspect.TEXT, field.replace("_", " ")))
            for path, says in _changes(dumps[0].get(field), dumps[1].get(field)):
                yield made(aspect, _sentence((label, *path), says), now)


def _period(version: Version) -> str:
    until = f" until {describe(version.until)}" if version.until is not None else ""
    return f"in force from {describe(version.in_force)}{until}"


def _whole(kind: Kind, item: str, title: str, says: str) -> Difference:
    return Difference(kind, item, title, Aspect.WHOLE, says)


# --- any two values --------------------------------------------------------------------------

_Path = tuple[str, ...]


def _plain(model: BaseModel, leave_out: frozenset[str] = frozenset()) -> dict[str, Any]:
    """A model as plain data without what is not stated."""
    return model.model_dump(
        mode="json", by_alias=True, exclude_none=True, exclude=set(leave_out) or None
    )


def _changes(old: Any, new: Any, path: _Path = ()) -> Iterator[tuple[_Path, str]]:
    """Every place where two values differ, with what differs there in words."""
    if old == new:
        return
    if isinstance(old, dict) and isinstance(new, dict):
        for key in [*old, *(k for k in new if k not in old)]:
            yield from _changes(old.get(key), new.get(key), (*path, str(key)))
    elif isinstance(old, list) and isinstance(new, list):
        yield from _listed(old, new, path)
    elif old is None:
        yield path, f"added {_said(new)}"
    elif new is None:
        yield path, f"removed {_said(old)}"
    else:
        yield path, f"{_said(old)} -> {_said(new)}"


def _listed(old: list[Any], new: list[Any], path: _Path) -> Iterator[tuple[_Path, str]]:
    """What came and went in a list; items that say who they are are compared with themselves."""
    gone = [item for item in old if item not in new]
    come = [item for item in new if item not in old]
    if not gone and not come:
        yield (
            path,
            "order changed" if sorted(map(str, old)) == sorted(map(str, new)) else "repeated",
        )
        return
    for item in list(gone):
        name = _name(item)
        other = next((i for i in come if name is not None and _name(i) == name), None)
        if other is not None and name is not None:
            gone.remove(item)
            come.remove(other)
            yield from _changes(item, other, (*path, name))
    if come:
        yield path, f"added {', '.join(map(_said, come))}"
    if gone:
        yield path, f"removed {', '.join(map(_said, gone))}"


def _name(item: Any) -> str | None:
    """What tells an item of a list from the others; None where nothing does."""
    if not isinstance(item, dict):
        return None
    return next((str(item[key]) for key in _IDENTIFYING if key in item), None)


def _said(value: Any) -> str:
    """A value in a sentence."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dict) and value.keys() <= {"not_before", "not_after"}:
        return ", ".join(f"{key.replace('_', ' ')} {day}" for key, day in value.items())
    if isinstance(value, dict):
        name = _name(value)
        if name is not None:
            return _cut(name)
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return _cut(", ".join(value)) or "nothing"
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return _cut(text.replace("_", " ") if text.isidentifier() else text)


def _cut(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= MAX_SAID else f"{line[: MAX_SAID - 3]}..."


def _sentence(path: Sequence[str], says: str) -> str:
    return ": ".join((*(part.replace("_", " ") for part in path), says))


# --- two days --------------------------------------------------------------------------------


def compare_days(
    bundle: Bundle, before: dt.date, after: dt.date, *, known_on: dt.date | None = None
) -> tuple[Difference, ...]:
    """What the law of a bundle changes from one day to another, each change on its day.

    Args:
        bundle: loaded lists.
        before: the earlier day.
        after: the later day; its own changes are in, those of `before` are not.
        known_on: what the bundle had recorded by that day; None: all of it.

    Returns:
        Every change, in the order of the days.

    Raises:
        ValueError: `after` is not the later day.
    """
    if after <= before:
        raise ValueError(f"{after} is not later than {before}")
    found: list[tuple[dt.date, Difference]] = []
    same = _Same(bundle, known_on)
    for entry in bundle.entries.values():
        found += _steps(entry, before, after, known_on, same)
    for code, jurisdiction in bundle.jurisdictions.items():
        title = jurisdiction.file.title
        found += _due(code, title, jurisdiction.file.requirements, before, after)
        analogue = jurisdiction.file.analogue
        if analogue is not None and (known_on is None or analogue.recorded <= known_on):
            for day in dict.fromkeys(bounds(analogue.since)):
                if before < day <= after:
                    says = f"the law on likeness counts from {describe(analogue.since)}"
                    made = Difference(Kind.ADDED, code, title, Aspect.REACH, says, str(day))
                    found.append((day, replace(made, citation=analogue.citation)))
    for name, watchlist in bundle.lists.items():
        title = watchlist.file.title
        found += _due(name, title, watchlist.file.requirements, before, after)
        for gap in watchlist.file.incomplete:
            for edge, kind in ((gap.since, Kind.ADDED), (gap.until, Kind.REMOVED)):
                if edge is not None and before < edge <= after:
                    says = f"items not read: {_cut(gap.says)}"
                    made = Difference(kind, name, title, Aspect.COVERAGE, says, str(edge))
                    found.append((edge, replace(made, citation=gap.citation)))
    return tuple(d for _, d in sorted(found, key=lambda pair: (pair[0], _order(pair[1]))))


class _Same:
    """Entries of one jurisdiction for the same goods, by structure as written or CAS number."""

    def __init__(self, bundle: Bundle, known_on: dt.date | None) -> None:
        self._known_on = known_on
        self._by_key: dict[tuple[str, str], list[Entry]] = defaultdict(list)
        for entry in bundle.entries.values():
            for key in self._keys(entry):
                self._by_key[key].append(entry)

    @staticmethod
    def _keys(entry: Entry) -> set[tuple[str, str]]:
        texts = {*entry.cas, *([entry.substance] if entry.substance else [])}
        return {(entry.jurisdiction, text) for text in texts}

    def elsewhere(self, entry: Entry, day: dt.date) -> list[str]:
        """Ids of other entries that stand for the same goods on a day."""
        found = {e.id: e for key in self._keys(entry) for e in self._by_key[key] if e != entry}
        return [
            i
            for i, other in sorted(found.items())
            if (now := current(other, day, self._known_on)) is not None
            and now.standing is not Standing.ANNOUNCED
        ]


def _steps(
    entry: Entry, before: dt.date, after: dt.date, known_on: dt.date | None, same: _Same
) -> Iterator[tuple[dt.date, Difference]]:
    """What the days of an entry's versions change, one step after the other."""
    was = current(entry, before, known_on)
    for day in boundary_days(entry):
        if not before < day <= after:
            continue
        now = current(entry, day, known_on)
        for kind, aspect, says in _step(entry, was, now):
            cited = now.version.citation if now else None
            there = same.elsewhere(entry, day) if kind is Kind.REMOVED else []
            moved = f"; on this day under {', '.join(there)}" if there else ""
            whole = f"{says}{moved}"
            yield day, Difference(kind, entry.id, entry.title, aspect, whole, str(day), cited)
        was = now


def _step(
    entry: Entry, was: Current | None, now: Current | None
) -> Iterator[tuple[Kind, Aspect, str]]:
    old = None if was is None or was.standing is Standing.ANNOUNCED else was
    if now is None:
        if old is not None:
            yield (
                Kind.REMOVED,
                Aspect.WHOLE,
                f"no longer in force; it was by {old.version.citation}",
            )
        elif was is not None:
            yield Kind.CHANGED, Aspect.DATES, "no longer announced"
        return
    if now.standing is Standing.ANNOUNCED:
        says = f"announced, {_period(now.version)}"
        if old is not None:
            yield Kind.REMOVED, Aspect.WHOLE, f"no longer in force; {says}"
        elif was != now:
            yield Kind.CHANGED, Aspect.DATES, says
        return
    firm = now.standing is Standing.IN_FORCE
    if old is None:
        action = now.version.action or entry.action
        legs = ", ".join(f"{k} {v}" for k, v in _plain(action).items())
        says = "in force" if firm else f"perhaps in force (the day is {_days(now.version)})"
        yield Kind.ADDED, Aspect.WHOLE, f"{says}: {legs}"
        return
    if old.standing is not now.standing:
        if firm:
            yield Kind.CHANGED, Aspect.DATES, "now in force for certain"
        else:
            yield Kind.CHANGED, Aspect.DATES, f"perhaps no longer in force: {_days(now.version)}"
    if old.version != now.version:
        yield from _next_version(entry, old.version, now.version)


def _next_version(entry: Entry, old: Version, new: Version) -> Iterator[tuple[Kind, Aspect, str]]:
    """What one version changes of the one before it."""
    parts: list[tuple[Aspect, str, Any, Any]] = [
        (Aspect.ACTION, "action", old.action or entry.action, new.action or entry.action),
        (Aspect.FORMS, "forms", forms_of(entry, old), forms_of(entry, new)),
    ]
    silent = True
    for aspect, label, was, now in parts:
        for path, says in _changes(_plain(was), _plain(now)):
            silent = False
            yield Kind.CHANGED, aspect, _sentence((label, *path), says)
    every = list(entry.class_.clauses) if entry.class_ else []
    then, then_on = (list(v.clauses) if v.clauses is not None else every for v in (old, new))
    for path, says in _changes(then, then_on, ("clauses in force",)):
        silent = False
        yield Kind.CHANGED, Aspect.DEFINITION, _sentence(path, says)
    if silent:
        yield Kind.CHANGED, Aspect.SOURCES, "goes on under another text"


def _days(version: Version) -> str:
    """The days of a version that are not known exactly."""
    until = f"; until {describe(version.until)}" if version.until is not None else ""
    return f"{describe(version.in_force)}{until}"


def _due(
    item: str,
    title: str,
    rules: Sequence[RequirementRule],
    before: dt.date,
    after: dt.date,
) -> Iterator[tuple[dt.date, Difference]]:
    """Requirements that begin or end between two days."""
    for rule in rules:
        for day, kind, how in (
            (rule.when.since, Kind.ADDED, "due from this day"),
            (rule.when.until, Kind.REMOVED, "no longer due"),
        ):
            if day is not None and before < day <= after:
                yield day, _due_from(item, title, rule, day, kind, how)
        others = (*rule.unless, *(shorter.when for shorter in rule.shorter))
        for day in {edge for c in others for edge in (c.since, c.until) if edge is not None}:
            if before < day <= after:
                how = "what it depends on changes"
                yield day, _due_from(item, title, rule, day, Kind.CHANGED, how)


def _due_from(
    item: str, title: str, rule: RequirementRule, day: dt.date, kind: Kind, how: str
) -> Difference:
    says = f"requirement: {rule.document} ({rule.leg}): {how}"
    return Difference(kind, item, title, Aspect.REQUIREMENTS, says, str(day), rule.citation)
