"""The public names: one alphabetical list, every one of them there."""

from __future__ import annotations

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
