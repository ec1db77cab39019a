"""The lines of ``decisions.jsonl``: written, read back, and described by a JSON Schema."""

from __future__ import annotations

import json
from collections.abc import Iterator
from importlib import resources
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from screening.decision import Decision
from screening.errors import InputFileError
from screening.report.dispositions import Settlement
from screening.report.tables import one_line

LINE_FORMAT = "precursor-screening/decision/1"
"""Names the schema. Within a number, members are only added; none changes its meaning or goes."""

SCHEMA_FILE = "decision.schema.json"


class LineSeal(BaseModel):
    """The seal of a line: see `screening.report.seal`.

    Attributes:
        input: SHA-256 of the cells of the input row.
        link: SHA-256 over the link of the line before and this line up to here.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    input: str = Field(pattern="^[0-9a-f]{64}$")
    link: str = Field(pattern="^[0-9a-f]{64}$")


class Line(Decision):
    """One line of ``decisions.jsonl``: the decision, and what belongs to the row alone.

    Attributes:
        row: number of the row, from 1.
        settlement: the questions of the line with the officers' answers, where answers were given.
        format: name and number of the schema.
        seal: of a sealed run.
    """

    row: int = Field(ge=1)
    settlement: Settlement | None = None
    format: Literal["precursor-screening/decision/1"]
    seal: LineSeal | None = None


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
    return (
        f'{{"row":{number},"id":{json.dumps(row_id)},{decision[1:-1]},'
        f'{extra}"format":"{LINE_FORMAT}"}}\n'
    )


def read_lines(path: Path) -> Iterator[Line]:
    """The lines of a ``decisions.jsonl``, in order.

    Raises:
        InputFileError: the file cannot be read, or a line is no decision.
    """
    try:
        stream = path.open("rb")
    except OSError as error:
        reason = f"cannot be read ({error.strerror})"
        raise InputFileError(path, reason, "name a decisions.jsonl") from None
    with stream:
        for number, line in enumerate(stream, start=1):
            try:
                yield Line.model_validate_json(line)
            except ValueError as error:
                reason = f"holds no decision on line {number} ({str(error)[:200]})"
                remedy = "use a decisions.jsonl of this version"
                raise InputFileError(path, reason, remedy) from None


def decision_of(line: bytes) -> Decision:
    """The decision of one line, without what belongs to the row alone.

    Raises:
        ValueError: the line is no decision.
    """
    whole = Line.model_validate_json(line)
    return Decision.model_construct(
        **{name: getattr(whole, name) for name in Decision.model_fields}
    )


def line_schema() -> dict[str, Any]:
    """The JSON Schema of a line, derived from the models; the published one must be equal."""
    schema = Line.model_json_schema(mode="validation")
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    schema["$id"] = f"urn:{LINE_FORMAT.replace('/', ':')}"
    schema["title"] = "A line of decisions.jsonl"
    shipment = schema["$defs"]["Shipment"]
    shipment["required"] = ["day"]
    shipment["properties"]["day"] = {"format": "date", "title": "Day", "type": "string"}
    return schema


def published_schema() -> str:
    """The JSON Schema of a line, as it is published with the package."""
    return resources.files("screening.report").joinpath(SCHEMA_FILE).read_text("utf-8")
