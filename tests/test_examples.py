"""The examples run as printed."""

from __future__ import annotations

import runpy
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).resolve().parent.parent / "examples"


def test_the_quickstart_runs_and_says_what_the_readme_promises(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The first ten minutes: import, screen, gate, screen a file."""
    runpy.run_path(str(EXAMPLES / "quickstart.py"), run_name="__main__")
    out = capsys.readouterr().out
    assert out.startswith("controlled authorisation")
    assert "cn/precursor-catalogue/norfentanyl" in out
    assert "held: controlled: cn/precursor-catalogue/4-piperidone, us/list-i/4-piperidone" in out
    assert "'controlled'" in out
