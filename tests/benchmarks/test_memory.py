"""The long run prints a line a length."""

from __future__ import annotations

import pytest

from tests.benchmarks import memory


def test_every_row_is_screened(capsys: pytest.CaptureFixture[str]) -> None:
    memory.main(["--rows", "40", "--goods", "10", "--workers", "1"])
    line = capsys.readouterr().out.splitlines()[-1]
    assert line.split("|")[1].strip() == "40"
