"""JSON Schemas of watchlist files, for editors: made from the models, never written by hand.

The files lie in ``watchlists/_schema/``, a folder that the loader skips, and are kept in step with
the models by a test. An editor finds them by the first line of each file (`editor_line`). They say
less than the loader, which also compares keys with each other.
"""

from __future__ import annotations

import copy
import inspect
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from screening.chemistry.groups import HYDROGEN, KINDS, LINKER_KINDS
from screening.rules.model import (
    RECOGNISERS,
    EntryFile,
    GroupWord,
    JurisdictionFile,
    ListFile,
    MixtureRule,
    Threshold,
    Version,
)

FOLDER = "_schema"
"""The folder of the schemas inside a folder of watchlists."""

_SINGLE = {"_one_or_many", "_one_or_several"}
"""Validators by which a file may write one value where a list of one is meant."""

_IN_PART: Mapping[tuple[str, str], Any] = {
    ("EntryFile", "versions"): Version,
    ("EntryFile", "thresholds"): Threshold,
    ("EntryFile", "mixtures"): MixtureRule,
    ("ListFile", "thresholds"): Threshold,
    ("ListFile", "mixtures"): MixtureRule,
}
"""Keys whose values are completed from the list: any of the model's keys, none of them required."""

_HELP: Mapping[str, Mapping[str, str]] = {
    "EntryFile": {
        "names": "Names by language, the one to show first.",
        "paragraph": "Where in the instrument the item stands.",
        "codes": "Numbers that authorities give it, such as dea: '9850'.",
        "cas": "CAS numbers, in single quotes; the last digit is checked.",
        "hs": "Customs codes, in single quotes: hints, never an identification.",
        "substance": "SMILES in single quotes. Without stereo it stands for every stereoisomer.",
        "aliases": "Further structures of the same legal item: SMILES to name.",
        "class": "A generic definition, compared with a reference compound.",
        "identifiers": "True for what has no one structure, such as an oil: names and CAS only.",
        "goods": "True for goods recognised by their description, such as machines.",
        "forms": "Only the forms that differ from the list.",
        "as_counter_ion": "False for an acid that is listed without its salts.",
        "action": "What a hit means on each leg; a leg not stated is not reached.",
        "applies_to": "Destinations that the entry is limited to.",
        "yields_to": "Entries or lists that go before this one.",
        "versions": "Its states in time, earliest first; leave out what the list states.",
        "says": "What an officer must know, in your own words.",
        "examples": "Answers that a class must give. Substances get theirs generated.",
    },
    "Version": {
        "in_force": "First day in force; {not_before: day, not_after: day} where it is not read.",
        "until": "First day no longer in force.",
        "published": "Day of the gazette; from it on a hit is announced.",
        "recorded": "Day on which these lists first said so.",
        "citation": "Instrument, number and date, as the law is cited.",
        "checked": "How membership and dates were checked: primary, secondary or unverified.",
        "clauses": "The clauses of the class that are open in this version; left out: all.",
        "still_to_read": "What a later check must settle.",
        "withdrawn": "Our own mistake, kept on record: the day and the reason.",
    },
    "ListFile": {
        "surveillance": "True where the list asks for attention and is no permit rule.",
        "forms": "Every form must be stated: covered, review or not_covered.",
        "version": "What the versions of all entries share.",
        "last_checked": "Day on which the list was last compared with its source.",
        "coverage": "How much of the list is here, as of when, and what is missing.",
        "incomplete": "Items the list is known to have and that could not be read.",
        "sources": "Addresses of the official texts.",
    },
    "JurisdictionFile": {
        "treaty": "True for a treaty: it is asked on every shipment.",
        "member_of": "Unions whose law is asked as well.",
        "coverage": "Bodies of law that are not, or only partly, here.",
        "shares": "Lists of another jurisdiction that are law here too.",
    },
}
"""What an editor shows beside a key, where its name does not say it all."""


def schemas() -> dict[str, JsonSchemaValue]:
    """The schemas of the four kinds of watchlist files.

    Returns:
        JSON Schema (draft 2020-12) by the kind: entry, list, jurisdiction, groups.
    """
    words = TypeAdapter(dict[str, GroupWord])
    return {
        "entry": _schema(EntryFile, "An entry of a watchlist"),
        "list": _schema(ListFile, "list.yaml of a watchlist"),
        "jurisdiction": _schema(JurisdictionFile, "jurisdiction.yaml of a watchlist"),
        "groups": _schema(words, "groups.yaml of a watchlist"),
    }


def files() -> dict[str, str]:
    """The text of each schema file by its name."""
    return {
        f"{kind}.json": json.dumps(schema, indent=1, ensure_ascii=False) + "\n"
        for kind, schema in schemas().items()
    }


def write_schemas(folder: Path) -> list[Path]:
    """Writes the schemas into a folder of watchlists.

    Args:
        folder: the folder of jurisdictions; the schemas go into its folder ``_schema``.

    Returns:
        The files.
    """
    (folder / FOLDER).mkdir(parents=True, exist_ok=True)
    written = []
    for name, text in files().items():
        path = folder / FOLDER / name
        path.write_text(text, encoding="utf-8")
        written.append(path)
    return written


def editor_line(path: Path) -> str:
    """The first line of a watchlist file, by which an editor finds its schema.

    Args:
        path: the file, inside its folder of watchlists: ``us/list-i/list.yaml``.

    >>> editor_line(Path("us/list-i/norfentanyl.yaml"))
    '# yaml-language-server: $schema=../../_schema/entry.json'
    """
    kind = path.stem if path.name in {"list.yaml", "jurisdiction.yaml", "groups.yaml"} else "entry"
    up = "../" * (len(path.parts) - 1)
    return f"# yaml-language-server: $schema={up}{FOLDER}/{kind}.json"


# --- how a schema is made ------------------------------------------------------------------------


class _Generator(GenerateJsonSchema):
    """Lets a single value stand for a list of one where the loader does; names faults inside."""

    def nullable_schema(self, schema: core_schema.NullableSchema) -> JsonSchemaValue:
        inner = self.generate_inner(schema["schema"])
        # "this or nothing" would hide from an editor what is wrong inside
        return inner if "$ref" in inner else super().nullable_schema(schema)

    def function_before_schema(
        self, schema: core_schema.BeforeValidatorFunctionSchema
    ) -> JsonSchemaValue:
        inner = self.generate_inner(schema["schema"])
        name = getattr(schema["function"]["function"], "__name__", "")
        if name in _SINGLE and inner.get("type") == "array":
            return {"anyOf": [inner["items"], inner]}
        return inner


def _schema(source: Any, title: str) -> JsonSchemaValue:
    """The schema of one kind of file."""
    adapter = source if isinstance(source, TypeAdapter) else TypeAdapter(source)
    schema = adapter.json_schema(schema_generator=_Generator)
    definitions: dict[str, Any] = schema.setdefault("$defs", {})
    models = {name: definitions[name] for name in definitions}
    if not isinstance(source, TypeAdapter):
        models[source.__name__] = schema
    for (model, key), part in _IN_PART.items():
        if model in models:
            _complete(models[model]["properties"][key], _partial(part, definitions))
    for name, model in definitions.items():
        for key in ("certain", "kinds") if name in {"GroupWord", "WordReading"} else ():
            if key in model["properties"]:
                _replace_items(model["properties"][key], _KIND)
    if source is EntryFile:
        schema["oneOf"] = [{"required": [name]} for name in RECOGNISERS]
    for name, model in models.items():
        _describe(name, model)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **schema,
        "title": title,
    }


_KIND: JsonSchemaValue = {
    "anyOf": [
        {"enum": [HYDROGEN, *KINDS, *LINKER_KINDS]},
        {"type": "string", "pattern": r"\*", "description": "one group as SMILES, * where bound"},
    ]
}


def _partial(model: Any, definitions: dict[str, Any]) -> JsonSchemaValue:
    """The schema of a model of which a file may leave out any key that its list states."""
    whole = TypeAdapter(model).json_schema(schema_generator=_Generator)
    for name, inner in whole.pop("$defs", {}).items():
        definitions.setdefault(name, inner)
    whole.pop("required", None)
    if model is Version:  # the loader completes the two marks one by one
        marks = copy.deepcopy(definitions["Checked"])
        marks.pop("required", None)
        whole["properties"]["checked"] = marks
    _describe(model.__name__, whole)
    return whole


def _complete(schema: JsonSchemaValue, part: JsonSchemaValue) -> None:
    """Puts a schema in the place of `any value` under a list or a mapping."""
    if schema.get("type") == "array":
        schema["items"] = part
    elif "patternProperties" in schema:
        schema["patternProperties"] = dict.fromkeys(schema["patternProperties"], part)
    else:
        schema["additionalProperties"] = part


def _replace_items(schema: JsonSchemaValue, item: JsonSchemaValue) -> None:
    """Puts a schema in the place of the items of a list, and of the single value."""
    for option in schema.get("anyOf", [schema]):
        if option.get("type") == "array":
            option["items"] = item
    if "anyOf" in schema:
        schema["anyOf"] = [
            option if option.get("type") == "array" else item for option in schema["anyOf"]
        ]


def _describe(name: str, schema: JsonSchemaValue) -> None:
    """Docstrings on one line, and help for keys."""
    if "description" in schema:
        schema["description"] = re.sub(r"\s+", " ", inspect.cleandoc(schema["description"]))
    for key, text in _HELP.get(name, {}).items():
        schema["properties"][key]["description"] = text
