"""The JSON Schemas of watchlist files: made from the models, in step, and true of every file."""

from __future__ import annotations

import datetime as dt
import types
import typing
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from click.testing import CliRunner
from pydantic import BaseModel

from screening import schemas
from screening.cli import cli
from screening.rules import model
from screening.rules.load import bundled_watchlists, read_document

LISTS = bundled_watchlists()
FILES = sorted(p for p in LISTS.glob("*/**/*.yaml") if not p.name.startswith("_"))


@pytest.fixture(scope="module")
def validators() -> Mapping[str, jsonschema.Draft202012Validator]:
    """A validator of each kind of file."""
    return {k: jsonschema.Draft202012Validator(s) for k, s in schemas.schemas().items()}


def kind(path: Path) -> str:
    """The kind of a watchlist file."""
    shared = {"list.yaml", "jurisdiction.yaml", "groups.yaml"}
    return path.stem if path.name in shared else "entry"


def content(path: Path) -> Any:
    """What a file holds, as an editor reads it: days are text."""
    document, faults = read_document(path)
    assert document is not None, faults
    return as_json(document.data)


def as_json(data: Any) -> Any:
    """Plain data with days as text."""
    if isinstance(data, dict):
        return {key: as_json(value) for key, value in data.items()}
    if isinstance(data, list):
        return [as_json(value) for value in data]
    return data.isoformat() if isinstance(data, dt.date) else data


def test_the_committed_files_are_in_step() -> None:
    """After a change of the models: `screening watchlist schema watchlists`."""
    committed = {p.name: p.read_text("utf-8") for p in (LISTS / schemas.FOLDER).iterdir()}
    assert committed == schemas.files()


def test_they_are_schemas() -> None:
    """Each is valid by the rules of JSON Schema itself."""
    for schema in schemas.schemas().values():
        jsonschema.Draft202012Validator.check_schema(schema)


def test_every_file_that_ships_meets_its_schema(
    validators: Mapping[str, jsonschema.Draft202012Validator],
) -> None:
    """What loads is not underlined in an editor."""
    assert len(FILES) > 1_000
    for path in (*FILES, LISTS / "_template.yaml"):
        found = [error.message for error in validators[kind(path)].iter_errors(content(path))]
        assert found == [], path


def test_every_file_that_ships_names_its_schema() -> None:
    """The first line leads an editor to the schema, whose file is there."""
    for path in (*FILES, LISTS / "_template.yaml"):
        with path.open(encoding="utf-8") as file:
            first = file.readline().rstrip("\n")
        assert first == schemas.editor_line(path.relative_to(LISTS)), path
        assert (path.parent / first.partition("$schema=")[2]).resolve().is_file(), path


ENTRY: dict[str, Any] = {
    "names": {"en": ["toluene"]},
    "substance": "Cc1ccccc1",
    "versions": [{"in_force": "2020-01-01"}],
}


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"colour": "red"}, ""),
        ({"cas": [108]}, "cas"),
        ({"goods": True}, ""),
        ({"forms": {"salts": "perhaps"}}, "forms.salts"),
        ({"versions": [{"in_force": 2020}]}, "versions.0.in_force"),
        ({"versions": [{"checked": {"membership": "sure"}}]}, "versions.0.checked.membership"),
        ({"versions": [{"since": "2020-01-01"}]}, "versions.0"),
        ({"action": {"origin": "forbidden"}}, "action.origin"),
        ({"thresholds": {"export": {"amounts": "1 kg"}}}, "thresholds.export"),
    ],
)
def test_what_the_loader_refuses_is_underlined(
    validators: Mapping[str, jsonschema.Draft202012Validator], change: dict[str, Any], where: str
) -> None:
    """Unknown keys, wrong words, wrong types and two recognisers, each at its place."""
    assert list(validators["entry"].iter_errors(ENTRY)) == []
    found = [".".join(map(str, e.path)) for e in validators["entry"].iter_errors(ENTRY | change)]
    assert where in found


def test_a_single_value_stands_for_a_list(
    validators: Mapping[str, jsonschema.Draft202012Validator],
) -> None:
    """As the loader lets a file write it."""
    assert list(validators["entry"].iter_errors(ENTRY | {"cas": "108-88-3"})) == []


def test_kinds_of_group_are_known(
    validators: Mapping[str, jsonschema.Draft202012Validator],
) -> None:
    """A word of groups.yaml takes the kinds of the library, or one group written with a star."""
    words: dict[str, Any] = {
        "alkyl": {"certain": ["acyclic alkyl", "*CC"]},
        "none": {"certain": "hydrogen"},
    }
    assert list(validators["groups"].iter_errors(words)) == []
    words["alkyl"]["certain"] = ["alkyls"]
    assert len(list(validators["groups"].iter_errors(words))) == 1


def models() -> Iterator[type[BaseModel]]:
    """Every model that a watchlist file is read into."""
    read = (model.EntryFile, model.ListFile, model.JurisdictionFile, model.Version)
    seen: set[type[BaseModel]] = set()
    waiting: list[Any] = [*read, model.Threshold, model.MixtureRule]
    while waiting:
        one = waiting.pop()
        if isinstance(one, type) and issubclass(one, BaseModel) and one not in seen:
            seen.add(one)
            waiting += [field.annotation for field in one.model_fields.values()]
            yield one
        elif typing.get_origin(one) is not None or isinstance(one, types.UnionType):
            waiting += typing.get_args(one)


def test_no_part_of_a_file_is_left_open() -> None:
    """Where a model takes any value, to be completed from the list, the schema says which."""
    left: set[tuple[str, str]] = set()
    for one in models():
        for name, field in one.model_fields.items():
            if "typing.Any" in str(field.annotation):
                left.add((one.__name__, name))
    assert left == set(schemas._IN_PART)


def test_help_is_of_keys_that_there_are() -> None:
    """A key that is renamed loses no help unnoticed."""
    known = {one.__name__: one for one in models()}
    for name, keys in schemas._HELP.items():
        fields = known[name].model_fields
        assert set(keys) <= {field.alias or key for key, field in fields.items()}


def test_the_command_writes_them_for_a_private_folder(tmp_path: Path) -> None:
    """A folder outside the library gets its own copy, to which its files lead."""
    ran = CliRunner().invoke(cli, ["watchlist", "schema", str(tmp_path)])
    assert ran.exit_code == 0
    written = {p.name: p.read_text("utf-8") for p in (tmp_path / schemas.FOLDER).iterdir()}
    assert written == schemas.files()
    line = schemas.editor_line(Path("us/list-i/x.yaml")).partition("$schema=")[2]
    assert (tmp_path / "us" / "list-i" / line).resolve(strict=False).is_file()
