"""The benchmark runs and says what it measured; it asserts no times."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from screening import Screener
from tests.benchmarks import speed


def test_it_measures_every_task_on_the_same_rows(screener: Screener) -> None:
    rows = speed.chemicals(12)
    tasks = {
        "frame": speed.as_frame(screener),
        "one by one": speed.one_by_one(screener),
        "loop": speed.flat_loop(screener),
        "catalog": speed.catalog(screener),
    }
    figures = speed.measure("chemicals", rows, tasks, size=6)
    assert [f.task for f in figures] == list(tasks)
    assert all(f.rows == 12 and 0 < f.low <= f.cost <= f.high for f in figures)


def test_made_up_entries_load_and_are_entries(tmp_path: Path) -> None:
    figures = list(speed.against_entries(["CCO", "CCCCCC"], ["CCCCCCCCN", "CCCCCCCCCO"]))
    counts = [int(f.task.split("(")[1].rstrip(")").replace(",", "")) for f in figures]
    assert counts[1] - counts[0] == 4


def test_the_table_holds_every_figure(screener: Screener) -> None:
    figures = speed.measure("few", ["CCO"], {"frame": speed.as_frame(screener)})
    shown = [{**f.__dict__, "rate": f.rate} for f in figures]
    result = {"figures": shown, "start": {"later run": [0.5, 0.2, 0.1, 0.9]}}
    text = speed.table(json.loads(json.dumps(result)))
    assert "frame" in text
    assert "later run" in text


@pytest.mark.parametrize("count", [1, 5])
def test_a_sample_has_the_rows_asked_for(count: int) -> None:
    assert len(speed.chemicals(count)) == count
