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
├── BundleFileError                              an exported file of watchlists that does not hold
├── NoPictureError                               an entry without a structure to draw
├── NewEntryError             (also ValueError)  an answer that a new entry cannot be written from
├── PartyListError                               a downloaded party list that cannot be read
├── InputFileError                               a table that cannot be read, and the remedy
├── ClusterError                                 a cluster that cannot screen, and the remedy
└── MissingExtraError         (also ImportError) an optional part is not installed; names the extra

A bad row of a batch never raises: it comes back as `unscreened` with the reason.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


class ScreeningError(Exception):
    """Base of all errors of the library.

    >>> issubclass(ShipmentError, ScreeningError)
    True
    """


class StructureError(ScreeningError, ValueError):
    """A text is not a molecule that can be screened.

    Attributes:
        text: the text as submitted, cut to 200 characters.
        reason: why it cannot be screened, one clause without a full stop.

    A screener never raises it: there it becomes a finding. It comes from reading a text directly:

    >>> from screening.chemistry.structure import read_structure
    >>> try:
    ...     read_structure("C1CC")
    ... except StructureError as error:
    ...     error.text
    'C1CC'
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
    """A shipment that contradicts itself, or lacks what the library requires.

    >>> from screening import Shipment
    >>> try:
    ...     Shipment(cas="437-38-7", day="20/11/2025")
    ... except ShipmentError as error:
    ...     print(error)
    day '20/11/2025' is not written YYYY-MM-DD
    """


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

    >>> from screening import load_bundle
    >>> try:
    ...     load_bundle(["no-such-folder"])
    ... except WatchlistError as error:
    ...     len(error.faults)
    1
    """

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(str(fault) for fault in self.faults))

    def __reduce__(self) -> tuple[type[WatchlistError], tuple[tuple[Fault, ...]]]:
        return type(self), (self.faults,)


class BundleFileError(ScreeningError):
    """An exported file of watchlists is none, or was altered, so nothing of it was loaded.

    Attributes:
        path: the file.
        reason: what is wrong with it.
        remedy: what the person can do.
        part: the file inside it that is meant, None for the file as a whole.

    >>> from screening import load_bundle
    >>> try:
    ...     load_bundle([__file__])
    ... except BundleFileError as error:
    ...     error.path.name
    'errors.py'
    """

    def __init__(self, path: Path, reason: str, remedy: str, part: str | None = None) -> None:
        self.path = path
        self.reason = reason
        self.remedy = remedy
        self.part = part
        super().__init__(f"{path}: {reason}; {remedy}")

    def __reduce__(self) -> tuple[type[BundleFileError], tuple[Path, str, str, str | None]]:
        return type(self), (self.path, self.reason, self.remedy, self.part)


class PartyListError(ScreeningError):
    """A downloaded list of parties that cannot be read, so that nobody was compared with it.

    Attributes:
        path: the file.
        reason: what is wrong with it.
    """

    def __init__(self, path: Path, reason: str) -> None:
        self.path = path
        self.reason = reason
        super().__init__(f"{path}: {reason}; give the CSV file as it was downloaded")

    def __reduce__(self) -> tuple[type[PartyListError], tuple[Path, str]]:
        return type(self), (self.path, self.reason)


class NoPictureError(ScreeningError):
    """An entry is recognised by name or description alone, so that there is nothing to draw.

    Attributes:
        entry: id of the entry.
    """

    def __init__(self, entry: str) -> None:
        self.entry = entry
        super().__init__(f"{entry} has no structure to draw")

    def __reduce__(self) -> tuple[type[NoPictureError], tuple[str]]:
        return type(self), (self.entry,)


class NewEntryError(ScreeningError, ValueError):
    """An answer from which a new entry cannot be written.

    Attributes:
        key: which answer is meant.
        reason: what is wrong with it, and what to answer instead.
    """

    def __init__(self, key: str, reason: str) -> None:
        self.key = key
        self.reason = reason
        super().__init__(f"{key}: {reason}")

    def __reduce__(self) -> tuple[type[NewEntryError], tuple[str, str]]:
        return type(self), (self.key, self.reason)


class InputFileError(ScreeningError):
    """A table of shipments cannot be read.

    Attributes:
        path: the file.
        reason: what is wrong with it.
        remedy: what the person can do.

    >>> from screening import Screener
    >>> try:
    ...     Screener(items="no-such-table.csv")
    ... except InputFileError as error:
    ...     error.path.name
    'no-such-table.csv'
    """

    def __init__(self, path: Path, reason: str, remedy: str) -> None:
        self.path = path
        self.reason = reason
        self.remedy = remedy
        super().__init__(f"{path}: {reason}; {remedy}")

    def __reduce__(self) -> tuple[type[InputFileError], tuple[Path, str, str]]:
        return type(self), (self.path, self.reason, self.remedy)


class ClusterError(ScreeningError):
    """A cluster cannot screen, or would not give the answers of this machine.

    Attributes:
        address: of its scheduler.
        reason: what is wrong with it.
        remedy: what the person can do.
    """

    def __init__(self, address: str, reason: str, remedy: str) -> None:
        self.address = address
        self.reason = reason
        self.remedy = remedy
        super().__init__(f"{address}: {reason}; {remedy}")

    def __reduce__(self) -> tuple[type[ClusterError], tuple[str, str, str]]:
        return type(self), (self.address, self.reason, self.remedy)


class MissingExtraError(ScreeningError, ImportError):
    """An optional part of the library is not installed.

    Attributes:
        extra: the name of the extra that brings it.

    >>> print(MissingExtraError("pandas", "screening a frame"))
    screening a frame needs: pip install 'precursor-screening[pandas]'
    """

    def __init__(self, extra: str, purpose: str) -> None:
        self.extra = extra
        self.purpose = purpose
        super().__init__(f"{purpose} needs: pip install 'precursor-screening[{extra}]'")

    def __reduce__(self) -> tuple[type[MissingExtraError], tuple[str, str]]:
        return type(self), (self.extra, self.purpose)
