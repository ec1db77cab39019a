"""Other engines are measured where they are installed, and nothing depends on them."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from screening import Screener
from tests.benchmarks import peers, speed
from tests.benchmarks.peers import PEERS, Peer, Task


def works() -> Task:
    """An engine that parses."""
    return speed.parse


def fails() -> Task:
    """An engine whose own parts are missing."""
    raise ImportError("a part of it")


def test_what_is_not_there_is_said() -> None:
    """By task: not installed, or broken; what runs has its version."""
    here, absent = peers.installed(
        [
            Peer("works", "rdkit", works),
            Peer("fails", "rdkit", fails),
            Peer("absent", "no-such-package-here", works),
        ]
    )
    assert [name.split()[0] for name in here] == ["works"]
    assert all(char.isdigit() or char == "." for char in next(iter(here)).split()[1])
    assert absent == {
        "fails": "installed and does not run (ImportError)",
        "absent": "not installed",
    }


def test_the_table_says_what_was_not_measured(screener: Screener) -> None:
    figures = speed.measure("few", ["CCO"], {"frame": speed.as_frame(screener)})
    shown = [{**f.__dict__, "rate": f.rate} for f in figures]
    result = {"figures": shown, "start": {}, "not_measured": {"medchem": "not installed"}}
    assert "| medchem | not installed |" in speed.table(result)


@pytest.mark.parametrize("peer", PEERS, ids=lambda peer: peer.task)
def test_an_engine_that_is_installed_takes_every_row(peer: Peer) -> None:
    """Also one that is no structure, or has several components."""
    if peer.version is None:
        pytest.skip(f"{peer.package} is not installed")
    rows: Sequence[str] = ["CCO", "[Na+].[Cl-]", "FC(F)(F)C(F)(F)C(=O)O", "C1CC(N"]
    peer.make()(rows)
