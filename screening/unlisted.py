"""Structures of tables that are known to meet nothing of the loaded law, on any journey and day.

What a number or a name of the offline table stands for is the same text every day. Whether it meets
anything is found once, for a bundle where its drawing settles that, else for the lists that are
asked, and kept in the user's cache, under a digest of the law and of the code that asks. With that
known, its drawing is read only where it is to be compared with another one.
"""

from __future__ import annotations

import contextlib
import inspect
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from screening.answers import Answers
from screening.chemistry.structure import Structure
from screening.errors import StructureError
from screening.registry import Registry
from screening.rules.cache import digest_of, software_key
from screening.rules.index import Asked, CompiledBundle, Gap, holds, is_near, opened
from screening.rules.model import Entry

KEPT = 8192
"""Structures that are kept."""
_NOTHING, _SOMETHING, _OPEN = "nothing", "something", "open"
_SETTLED = "settled "
"""It was read in full and some law asks for something like it; what that is stands behind."""


@dataclass(frozen=True, slots=True)
class Met:
    """What of a bundle a structure meets, on whatever journey and day.

    Attributes:
        listed: it is a listed structure, in whatever list and form.
        lists: ids of the lists that name it in a form that the entry does not leave out.
        classes: ids of the entries whose class it may be in.
        gaps: what lists are known to lack that it is like: pattern and size.
        near: the laws that have a named compound close to it.
    """

    listed: bool
    lists: frozenset[str]
    classes: frozenset[str]
    gaps: frozenset[Gap]
    near: frozenset[str]

    def __bool__(self) -> bool:
        return self.listed or bool(self.classes or self.gaps or self.near)

    def told(self) -> str:
        """As JSON."""
        gaps = sorted(self.gaps, key=repr)
        lists, classes, near = sorted(self.lists), sorted(self.classes), sorted(self.near)
        return json.dumps([self.listed, lists, classes, gaps, near])

    @classmethod
    def of(cls, text: str) -> Met:
        """From its JSON."""
        listed, lists, classes, gaps, near = json.loads(text)
        return cls(
            bool(listed),
            frozenset(lists),
            frozenset(classes),
            frozenset((smarts, size) for smarts, size in gaps),
            frozenset(near),
        )


class TableStructure(Structure):
    """A structure of a table that was read before; read again when somebody looks at it.

    Args:
        text: of the table; it can be read.
        read: reads it.
        met: what it meets; None: that is not known.
    """

    met: Met | None

    def __init__(self, text: str, read: Callable[[str], Structure], met: Met | None) -> None:
        vars(self).update(text=text, met=met, _read=read)

    def __getattr__(self, name: str) -> Any:
        """The components, and the structure that it is read as."""
        if name not in {"components", "_whole"} or "text" not in vars(self):
            raise AttributeError(name)
        found = self._read(self.text) if name == "_whole" else self._whole.components
        vars(self)[name] = found
        return found

    def may_hold(self, smarts: str, max_heavy_atoms: int | None = None) -> bool:
        """As the structure that it is read as."""
        return bool(self._whole.may_hold(smarts, max_heavy_atoms))

    def component_may_hold(self, smarts: str, max_heavy_atoms: int | None = None) -> bool:
        """As the structure that it is read as."""
        return bool(self._whole.component_may_hold(smarts, max_heavy_atoms))

    def may_hold_of(self, patterns: Any) -> list[Any]:
        """As the structure that it is read as."""
        return list(self._whole.may_hold_of(patterns))

    def may_be_listed(self, targets: Any = None) -> bool:
        """As the structure that it is read as."""
        return bool(self._whole.may_be_listed(targets))

    def may_open_to_listed(self, targets: Any = None) -> bool:
        """As the structure that it is read as."""
        return bool(self._whole.may_open_to_listed(targets))

    def may_be_near(self, neighbourhood: Any) -> bool:
        """As the structure that it is read as."""
        return bool(self._whole.may_be_near(neighbourhood))


class TableStructures:
    """Reads the structures of tables for a bundle, and knows which of them meet nothing of it.

    Args:
        compiled: the bundle.
        read: text to structure.

    Attributes:
        answers: which of them meet nothing.
    """

    def __init__(self, compiled: CompiledBundle, read: Callable[[str], Structure]) -> None:
        self._compiled = compiled
        self._in_full = read
        self.answers = Answers("unlisted", self._key)
        self.read = lru_cache(maxsize=KEPT)(self._read)
        self._law_of = lru_cache(maxsize=256)(_law_of)

    def _key(self) -> str:
        written_by = (TableStructures, Met, _law_of, _met_by, Registry)
        code = "".join(inspect.getsource(part) for part in written_by)
        parts = (self._compiled.bundle.digest, software_key(), code)
        return digest_of(part.encode() for part in parts)

    def _read(self, text: str) -> Structure:
        """A structure of a table.

        Raises:
            StructureError: it cannot be read.
        """
        said = self.answers.get(text)
        if said is None:
            structure = self._in_full(text)
            out = self._compiled.surely_meets_nothing(structure, self._compiled.everything)
            said = _NOTHING if out else _OPEN
            self.answers.put(text, said)
        return TableStructure(text, self._in_full, _met(said))

    def settle(self, texts: Iterable[str]) -> dict[str, str]:
        """What is to be kept of structures of a table, each read in full where that is needed.

        Args:
            texts: of the table; those that cannot be read are left out, as those that are settled.

        Returns:
            Answers for `answers`.
        """
        found: dict[str, str] = {}
        compiled = self._compiled
        for text in texts:
            if self.answers.get(text) not in {None, _OPEN}:
                continue
            with contextlib.suppress(StructureError):
                structure = self._in_full(text)
                if compiled.surely_meets_nothing(structure, compiled.everything):
                    found[text] = _NOTHING
                    continue
                met = _met_by(compiled, structure)
                found[text] = _SETTLED + met.told() if met else _NOTHING
        return found

    def meets_nothing(self, structure: Structure, asked: Asked, *, own_lists: bool = False) -> bool:
        """A structure of a table is nothing that is asked for on a journey.

        Args:
            structure: as `read` gave it.
            asked: what is asked on the journey.
            own_lists: only the lists that are asked on the journey count, and not those of others,
                where it is known which lists name it.
        """
        met = structure.met if isinstance(structure, TableStructure) else None
        if met is not None:
            return not met or self._out_of(met, asked, own_lists=own_lists)
        question = f"{self._law_of(asked)} {structure.text}"
        said = self.answers.get(question)
        if said is None:
            out = self._compiled.meets_nothing(structure, asked)
            said = _NOTHING if out else _SOMETHING
            self.answers.put(question, said)
        return said == _NOTHING

    def _out_of(self, met: Met, asked: Asked, *, own_lists: bool) -> bool:
        """Nothing of what a structure meets is asked for on a journey."""
        return not (
            (bool(met.lists & asked.lists) if own_lists else met.listed)
            or any(
                of.id in met.classes if isinstance(of, Entry) else of in met.gaps
                for of in asked.patterns.of_all
            )
            or any(
                self._compiled.neighbourhoods[law] is one
                for law in met.near
                for one in asked.neighbourhoods
            )
        )


def _met(said: str) -> Met | None:
    """What a structure is known to meet; None where that is left open."""
    if said.startswith(_SETTLED):
        return Met.of(said.removeprefix(_SETTLED))
    return _MET_NOTHING if said == _NOTHING else None


_MET_NOTHING = Met(False, *(frozenset(),) * 4)


def _met_by(compiled: CompiledBundle, structure: Structure) -> Met:
    """What of a bundle a structure meets, read in full."""
    everything = compiled.everything
    held = structure.may_hold_of(everything.patterns)
    parts = opened(structure)
    matches = compiled.substances.matches(structure) if structure.may_be_listed() else ()
    return Met(
        listed=bool(matches),
        lists=frozenset(filter(None, map(compiled.list_of, matches))),
        classes=frozenset(
            of.id
            for of in held
            if isinstance(of, Entry)
            and any(compiled.classes[of.id].may_match(part) for part in parts)
        ),
        gaps=frozenset(of for of in held if not isinstance(of, Entry) and holds(structure, *of)),
        near=frozenset(
            law
            for law, neighbourhood in compiled.neighbourhoods.items()
            if is_near(structure, neighbourhood)
        ),
    )


def _law_of(asked: Asked) -> str:
    """A digest of the lists that are asked, and of what they are known to lack."""
    lacking = sorted(map(repr, asked.lacking))
    return digest_of(text.encode() for text in (*sorted(asked.lists), "", *lacking))
