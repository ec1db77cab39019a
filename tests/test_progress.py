"""The progress bar of the command: rate and time left on a terminal, nothing in a pipe."""

from __future__ import annotations

import io
import re
import sys
import time

import pytest

from screening.cli.common import Bar


class Terminal(io.StringIO):
    """A stream that says that it is a terminal."""

    def isatty(self) -> bool:
        return True


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The time, which a test moves on."""
    now = [1_000.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    return now


def shown(stream: Terminal) -> str:
    """What stood last on the terminal, without its control characters."""
    text = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", stream.getvalue())
    return [line for line in re.split(r"[\r\n]", text) if line.strip()][-1]


def test_rate_and_time_left(monkeypatch: pytest.MonkeyPatch, clock: list[float]) -> None:
    """What was done before says nothing about the rate; the last row is shown."""
    stream = Terminal()
    monkeypatch.setattr(sys, "stderr", stream)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "120")
    monkeypatch.delenv("NO_COLOR", raising=False)
    with Bar("rows") as bar:
        bar.start(10_000, done=4_000)
        for done in range(4_000, 7_001):
            bar.show(done)
            clock[0] += 0.002
    line = shown(stream)
    assert "7000/10000" in line
    rate = re.search(r"(\d+) rows/s", line)
    assert rate
    assert 480 <= int(rate[1]) <= 520
    assert re.search(r"0:00:0[5-7]", line)


def test_nothing_in_a_pipe(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who reads the messages by program gets no bar."""
    stream = io.StringIO()
    monkeypatch.setattr(sys, "stderr", stream)
    with Bar("rows") as bar:
        bar.start(10)
        bar.show(5)
    assert not stream.getvalue()
