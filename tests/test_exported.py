"""The public names: one alphabetical list, every one of them there."""

from __future__ import annotations

import doctest
import inspect
import subprocess
import sys

import pytest

import screening


def test_all_is_alphabetical() -> None:
    """`__all__` is sorted and names nothing twice."""
    assert list(screening.__all__) == sorted(set(screening.__all__))


@pytest.mark.parametrize("name", screening.__all__)
def test_importable(name: str) -> None:
    """Every public name can be imported from the top."""
    assert getattr(screening, name) is not None


@pytest.mark.parametrize("name", screening.__all__)
def test_documented(name: str) -> None:
    """Every public name says what it is for."""
    assert getattr(screening, name).__doc__


def test_the_contract_is_exported() -> None:
    """What the contract's examples import is public."""
    assert {"Screener", "Shipment", "Decision", "Outcome", "Action"} <= set(screening.__all__)


def test_star_import_brings_the_public_names_only() -> None:
    """In a fresh interpreter a star import brings exactly `__all__`."""
    code = (
        "names = {}\n"
        "exec('from screening import *', names)\n"
        "names.pop('__builtins__')\n"
        "import screening\n"
        "assert sorted(names) == screening.__all__, sorted(names)\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


def test_errors_form_one_tree() -> None:
    """Every public error derives from `ScreeningError`."""
    errors = [getattr(screening, name) for name in screening.__all__ if name.endswith("Error")]
    assert len(errors) > 4
    assert all(issubclass(error, screening.ScreeningError) for error in errors)


@pytest.mark.parametrize("name", screening.__all__)
def test_shown_by_an_example(name: str) -> None:
    """Every public name has an example of its own, which the doctests run."""
    doc = getattr(screening, name).__doc__
    assert doctest.DocTestParser().get_examples(doc)


@pytest.mark.parametrize("name", screening.__all__)
def test_options_are_keywords(name: str) -> None:
    """What may be left out of a public call is given by name; the first argument alone need not."""
    public = getattr(screening, name)
    calls = [public] if inspect.isfunction(public) else []
    calls += [f for n, f in vars(public).items() if inspect.isfunction(f) and n[0] != "_"]
    if name in {"Screener", "Shipment"}:
        calls.append(public.__init__)
    for call in calls:
        given = [p for n, p in inspect.signature(call).parameters.items() if n != "self"]
        by_place = [
            p.name
            for p in given[1:]
            if p.kind is p.POSITIONAL_OR_KEYWORD and p.default is not p.empty
        ]
        assert not by_place, f"{call.__qualname__}: {by_place}"


def loaded_by(code: str) -> set[str]:
    """The packages that a fresh interpreter has loaded after some code."""
    listing = "import sys; print(*sorted({name.partition('.')[0] for name in sys.modules}))"
    ran = subprocess.run(
        [sys.executable, "-c", f"{code}\n{listing}"],
        check=True,
        capture_output=True,
        text=True,
        timeout=120,
    )
    return set(ran.stdout.split())


HEAVY = {"numpy", "pandas", "pyarrow", "jinja2", "rich", "click", "xlsxwriter", "pytest"}


def test_an_import_alone_loads_nothing_heavy() -> None:
    """`import screening` loads no chemistry and no models; those come with the first name used."""
    assert not {"rdkit", "pydantic", "yaml", *HEAVY} & loaded_by("import screening")


def test_screening_loads_only_what_it_needs() -> None:
    """To make decisions, neither frames nor reports nor a command line are loaded."""
    code = (
        "from screening import Outcome, Screener, Shipment\n"
        "Shipment(cas='437-38-7', day='2025-11-20')"
    )
    assert not HEAVY & loaded_by(code)
