"""Every error that the library raises, in one tree.

ScreeningError
├── StructureError            (also ValueError)  a text is not a molecule that can be screened
│   ├── UnreadableStructureError                 no parser accepts the text
│   ├── UnspecificStructureError                 dummy atoms, query features, polymers
│   └── StructureLimitError                      a limit of the screen was passed
├── MatchLimitError                              a definition could not be decided within its limit
├── DefinitionError           (also ValueError)  a definition that cannot be compiled
├── ProofError                                   a proof that does not hold
├── ShipmentError             (also ValueError)  a shipment that contradicts itself or lacks its day
├── WatchlistError                               watchlist files with faults; carries all of them
├── InputFileError                               a table that cannot be read, and the remedy
└── MissingExtraError         (also ImportError) an optional part is not installed; names the extra

A bad row of a batch never raises: it comes back as `unscreened` with the reason.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


class ScreeningError(Exception):
    """Base of all errors of the library."""


class StructureError(ScreeningError, ValueError):
    """A text is not a molecule that can be screened.

    Attributes:
        text: the text as submitted, cut to 200 characters.
        reason: why it cannot be screened, one clause without a full stop.
    """

    def __init__(self, text: str, reason: str) -> None:
        self.text = text[:200]
        self.reason = reason
        super().__init__(reason)

    def __reduce__(self) -> tuple[type[StructureError], tuple[str, str]]:
        return type(self), (self.text, self.reason)


class UnreadableStructureError(StructureError):
    """No parser accepts the text as a molecule."""


class UnspecificStructureError(StructureError):
    """The text stands for more than one molecule: dummy atoms, query features, polymers."""


class StructureLimitError(StructureError):
    """The structure passes a limit of the screen, so it was not screened."""


class MatchLimitError(ScreeningError):
    """A definition could not be decided within its limit of embeddings.

    Attributes:
        definition: the reference compound of the definition.
        limit: the number of embeddings that were allowed.
    """

    def __init__(self, definition: str, limit: int) -> None:
        self.definition = definition
        self.limit = limit
        super().__init__(f"more than {limit} ways to lay the skeleton of {definition} on it")

    def __reduce__(self) -> tuple[type[MatchLimitError], tuple[str, int]]:
        return type(self), (self.definition, self.limit)


class DefinitionError(ScreeningError, ValueError):
    """A class definition that cannot be compiled."""


class ProofError(ScreeningError):
    """A proof does not hold for the molecule and the definition it names."""


class ShipmentError(ScreeningError, ValueError):
    """A shipment that contradicts itself, or lacks what the library requires."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault of a watchlist file.

    Attributes:
        path: the file.
        line: 1-based line, 0 where the file as a whole is meant.
        key: dotted path of the key, empty for the file as a whole.
        message: what is wrong and what to write instead.
    """

    path: Path
    line: int
    key: str
    message: str

    def __str__(self) -> str:
        where = f"{self.path}:{self.line}" if self.line else str(self.path)
        return f"{where}: {self.key}: {self.message}" if self.key else f"{where}: {self.message}"


class WatchlistError(ScreeningError):
    """Watchlist files have faults, so nothing of them was loaded.

    Attributes:
        faults: every fault found, in the order of files and lines.
    """

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(str(fault) for fault in self.faults))

    def __reduce__(self) -> tuple[type[WatchlistError], tuple[tuple[Fault, ...]]]:
        return type(self), (self.faults,)


class InputFileError(ScreeningError):
    """A table of shipments cannot be read.

    Attributes:
        path: the file.
        reason: what is wrong with it.
        remedy: what the person can do.
    """

    def __init__(self, path: Path, reason: str, remedy: str) -> None:
        self.path = path
        self.reason = reason
        self.remedy = remedy
        super().__init__(f"{path}: {reason}; {remedy}")

    def __reduce__(self) -> tuple[type[InputFileError], tuple[Path, str, str]]:
        return type(self), (self.path, self.reason, self.remedy)


class MissingExtraError(ScreeningError, ImportError):
    """An optional part of the library is not installed.

    Attributes:
        extra: the name of the extra that brings it.
    """

    def __init__(self, extra: str, purpose: str) -> None:
        self.extra = extra
        self.purpose = purpose
        super().__init__(f"{purpose} needs: pip install 'precursor-screening[{extra}]'")

    def __reduce__(self) -> tuple[type[MissingExtraError], tuple[str, str]]:
        return type(self), (self.extra, self.purpose)
