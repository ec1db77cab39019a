"""The lines of ``decisions.jsonl``: written, read back, and described by a JSON Schema."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from importlib import resources
from json.encoder import encode_basestring_ascii
from pathlib import Path
from typing import Any, Literal, Self, TypeVar

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, model_validator

from screening.decision import CoverageItem, Decision
from screening.errors import InputFileError, ScreeningError
from screening.report.dispositions import Settlement
from screening.report.tables import one_line
from screening.rules.load import Bundle, load_bundle
from screening.screener import coverage_of

LINE_FORMAT = "precursor-screening/decision/2"
"""Names the schema. Within a number, members are only added; none changes its meaning or goes.

Lines of format 1 are read too: they carry the items of `Decision.coverage` themselves, which made
up nine tenths of a file.
"""

SCHEMA_FILE = "decision.schema.json"
SUMMARY_FILE = "summary.json"

_MAX_JOURNEYS = 4096


class LineSeal(BaseModel):
    """The seal of a line: see `screening.report.seal`.

    Attributes:
        input: SHA-256 of the cells of the input row.
        link: SHA-256 over the link of the line before and this line up to here.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    input: str = Field(pattern="^[0-9a-f]{64}$")
    link: str = Field(pattern="^[0-9a-f]{64}$")


class WrittenDecision(Decision):
    """A decision as a line holds it: the jurisdictions asked by code, and not what was checked.

    Attributes:
        coverage: filled from where it stands once, or by the line itself in format 1; empty where
            that is not at hand, see `coverage_known`.
        coverage_of: codes of the jurisdictions asked, in the order of `coverage`.
    """

    coverage: tuple[CoverageItem, ...] = ()
    coverage_of: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _says_whose_law(self) -> Self:
        if "coverage_of" in self.model_fields_set:
            if self.coverage and super().asked != self.coverage_of:
                raise ValueError("coverage and coverage_of name other jurisdictions")
        elif "coverage" in self.model_fields_set:
            vars(self)["coverage_of"] = super().asked
            self.__pydantic_fields_set__.add("coverage_of")
        else:
            raise ValueError("whose law was asked is not said (coverage_of)")
        return self

    @property
    def asked(self) -> tuple[str, ...]:
        """Codes of the jurisdictions whose law was asked."""
        return self.coverage_of

    @property
    def coverage_known(self) -> bool:
        """Whether `coverage` is what was checked; if not, it is empty and says nothing."""
        return bool(self.coverage) or not self.coverage_of


class Line(WrittenDecision):
    """One line of ``decisions.jsonl``: the decision, and what belongs to the row alone.

    Attributes:
        coverage_of: codes of the jurisdictions whose law was asked; what was checked of each stands
            once for all lines, under ``coverage`` of the run's ``summary.json``.
        row: number of the row, from 1.
        settlement: the questions of the line with the officers' answers, where answers were given.
        format: name and number of the schema.
        seal: of a sealed run.
    """

    row: int = Field(ge=1)
    settlement: Settlement | None = None
    format: Literal["precursor-screening/decision/1", "precursor-screening/decision/2"]
    seal: LineSeal | None = None


# --- where the coverage stands ---------------------------------------------------------------

Items = Mapping[str, tuple[CoverageItem, ...]]
"""What was checked of each jurisdiction's law, by its code."""

W = TypeVar("W", bound=WrittenDecision)
_ITEMS = TypeAdapter(tuple[CoverageItem, ...])


class Coverages:
    """Fills the coverage of lines from where its items stand once.

    Args:
        sources: each gives the items for the digest of some lists, None for lists it knows nothing
            of; they are asked in order.
    """

    def __init__(self, *sources: Callable[[str], Items | None]) -> None:
        self._sources = sources
        self._found: dict[tuple[str, tuple[str, ...]], tuple[CoverageItem, ...] | None] = {}

    @classmethod
    def beside(cls, path: Path) -> Self:
        """Of a file: the ``summary.json`` beside it, else the bundled lists, if they are its own.

        Args:
            path: a ``decisions.jsonl``.
        """
        return cls(
            _known_by(lambda: _summarised(path.with_name(SUMMARY_FILE))), _known_by(_bundled)
        )

    @classmethod
    def of(cls, bundle: Bundle) -> Self:
        """Of the lists that a run was made with."""
        return cls(_known_by(lambda: _carried(bundle)))

    def filled(self, line: W) -> W:
        """The line with its coverage; as it is where that is not known, or on the line already."""
        if line.coverage_known:
            return line
        key = (line.provenance.bundle, line.coverage_of)
        try:
            items = self._found[key]
        except KeyError:
            if len(self._found) >= _MAX_JOURNEYS:
                self._found.clear()
            items = self._found[key] = self._items(*key)
        return line if items is None else line.model_copy(update={"coverage": items})

    def _items(self, digest: str, codes: Iterable[str]) -> tuple[CoverageItem, ...] | None:
        for source in self._sources:
            items = source(digest)
            # one that is missing would read as law that was not asked
            if items is not None and all(code in items for code in codes):
                return tuple(item for code in codes for item in items[code])
        return None


UNKNOWN = Coverages()
"""For readers to whom the coverage does not matter."""


def _known_by(read: Callable[[], tuple[str, Items] | None]) -> Callable[[str], Items | None]:
    """The items of one digest, read when they are first asked for."""
    once = cache(read)

    def items(digest: str) -> Items | None:
        found = once()
        return found[1] if found is not None and found[0] == digest else None

    return items


def _summarised(path: Path) -> tuple[str, Items] | None:
    """The digest and items of a ``summary.json``, None where it has none that can be read."""
    try:
        data = json.loads(path.read_bytes())
        found: dict[str, tuple[CoverageItem, ...]] = {}
        for item in _ITEMS.validate_python(data["coverage"]):
            found[item.jurisdiction] = (*found.get(item.jurisdiction, ()), item)
        return data["bundle"], found
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _carried(bundle: Bundle) -> tuple[str, Items]:
    items = {code: tuple(coverage_of(one)) for code, one in bundle.jurisdictions.items()}
    return bundle.digest, items


@cache
def _bundled() -> tuple[str, Items] | None:
    try:
        return _carried(load_bundle())
    except ScreeningError:  # they are not installed
        return None


# --- written and read ------------------------------------------------------------------------


def json_line(
    number: int, row_id: str | None, decision: str, settlement: Settlement | None = None
) -> str:
    """One line, without a seal.

    Args:
        number: of the row, from 1.
        row_id: the caller's reference.
        decision: the decision as `screening.report.tables.decision_json` wrote it.
        settlement: the officers' answers, where some were given.
    """
    extra = ""
    if settlement is not None:
        extra = f'"settlement":{one_line(settlement.model_dump_json())},'
    quoted = "null" if row_id is None else encode_basestring_ascii(row_id)
    return f'{{"row":{number},"id":{quoted},{decision[1:-1]},{extra}"format":"{LINE_FORMAT}"}}\n'


def read_lines(path: Path, coverages: Coverages | None = None) -> Iterator[Line]:
    """The lines of a ``decisions.jsonl``, in order.

    Args:
        path: the file.
        coverages: where their coverage stands; None: `Coverages.beside` the file.

    Raises:
        InputFileError: the file cannot be read, or a line is no decision.
    """
    if coverages is None:
        coverages = Coverages.beside(path)
    try:
        stream = path.open("rb")
    except OSError as error:
        reason = f"cannot be read ({error.strerror})"
        raise InputFileError(path, reason, "name a decisions.jsonl") from None
    with stream:
        for number, line in enumerate(stream, start=1):
            try:
                read = Line.model_validate_json(line)
            except ValueError as error:
                reason = f"holds no decision on line {number} ({str(error)[:200]})"
                remedy = "use a decisions.jsonl of this version"
                raise InputFileError(path, reason, remedy) from None
            yield coverages.filled(read)


def decision_of(line: bytes) -> WrittenDecision:
    """The decision of one line; `decision_json` writes it again as it was.

    Raises:
        ValueError: the line is no decision.
    """
    return Line.model_validate_json(line)


def decision_of_json(text: str) -> WrittenDecision:
    """The decision that `screening.report.tables.decision_json` wrote, without its ``id``.

    Raises:
        ValueError: it is no decision.
    """
    return WrittenDecision.model_validate_json(f'{{"id":null,{text[1:]}')


def line_schema() -> dict[str, Any]:
    """The JSON Schema of a line, derived from the models; the published one must be equal."""
    schema = Line.model_json_schema(mode="validation")
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    schema["$id"] = f"urn:{LINE_FORMAT.replace('/', ':')}"
    schema["title"] = "A line of decisions.jsonl"
    members = schema["properties"]
    members.pop("coverage")  # read in lines of format 1, and no longer written
    for name in ("CoverageItem", "Coverage"):
        schema["$defs"].pop(name)
    members["coverage_of"].pop("default")
    members["format"] = {"const": LINE_FORMAT, "title": "Format", "type": "string"}
    schema["required"].append("coverage_of")
    shipment = schema["$defs"]["Shipment"]
    shipment["required"] = ["day"]
    shipment["properties"]["day"] = {"format": "date", "title": "Day", "type": "string"}
    return schema


def published_schema() -> str:
    """The JSON Schema of a line, as it is published with the package."""
    return resources.files("screening.report").joinpath(SCHEMA_FILE).read_text("utf-8")
