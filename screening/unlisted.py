"""Structures of tables that are known to meet nothing of the loaded law, on any journey and day.

What a number or a name of the offline table stands for is the same text every day. Whether it meets
anything is found once, for a bundle where its drawing settles that, else for the lists that are
asked, and kept in the user's cache, under a digest of the law and of the code that asks. With that
known, its drawing is read only where it is to be compared with another one.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from screening.answers import Answers
from screening.chemistry.structure import Structure
from screening.registry import Registry
from screening.rules.cache import digest_of, software_key
from screening.rules.index import Asked, CompiledBundle

KEPT = 8192
"""Structures that are kept."""
_NOTHING, _SOMETHING, _OPEN = "nothing", "something", "open"


class TableStructure(Structure):
    """A structure of a table that was read before; read again when somebody looks at it.

    Args:
        text: of the table; it can be read.
        read: reads it.
        unlisted: it meets nothing of a bundle.
    """

    unlisted: bool

    def __init__(self, text: str, read: Callable[[str], Structure], *, unlisted: bool) -> None:
        vars(self).update(text=text, unlisted=unlisted, _read=read)

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

    def may_hold_any(self, patterns: Any) -> bool:
        """As the structure that it is read as."""
        return bool(self._whole.may_hold_any(patterns))

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
        code = "".join(inspect.getsource(part) for part in (TableStructures, _law_of, Registry))
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
        return TableStructure(text, self._in_full, unlisted=said == _NOTHING)

    def meets_nothing(self, structure: Structure, asked: Asked) -> bool:
        """A structure of a table is nothing that is asked for on a journey, nor listed elsewhere.

        Args:
            structure: as `read` gave it.
            asked: what is asked on the journey.
        """
        if isinstance(structure, TableStructure) and structure.unlisted:
            return True
        question = f"{self._law_of(asked)} {structure.text}"
        said = self.answers.get(question)
        if said is None:
            out = self._compiled.meets_nothing(structure, asked)
            said = _NOTHING if out else _SOMETHING
            self.answers.put(question, said)
        return said == _NOTHING


def _law_of(asked: Asked) -> str:
    """A digest of the lists that are asked, and of what they are known to lack."""
    lacking = sorted(map(repr, asked.lacking.of_all))
    return digest_of(text.encode() for text in (*sorted(asked.lists), "", *lacking))
