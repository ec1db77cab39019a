"""The benchmark of worker processes runs and adds up; it asserts no times."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import pytest

from tests.benchmarks import workers
from tests.benchmarks.workers import Run


def run(workers: int, main_us: float, workers_us: float, **times: float) -> Run:
    """A run with these processor times."""
    clock = {"whole_s": 10.0, "start_s": 1.0, "steady_rows_per_s": 100.0} | times
    return Run(workers=workers, rows=1_000, main_us=main_us, workers_us=workers_us, **clock)


def test_every_structure_of_the_table_is_another(tmp_path: Path) -> None:
    """Equal rows are screened once, so they would show a gain that is none."""
    found = workers.structures(200, None)
    assert len(found) == len(set(found)) == 200
    workers.write_table(tmp_path / "in.csv", found)
    assert len((tmp_path / "in.csv").read_text("utf-8").splitlines()) == 201


@pytest.mark.parametrize("count", [0, 2])
def test_a_run_tells_its_times(tmp_path: Path, count: int) -> None:
    """The main process has no helpers where no worker is asked for."""
    path = tmp_path / "in.csv"
    workers.write_table(path, workers.structures(40, None))
    found = workers.measure(path, tmp_path / "out", count)
    assert (found.rows, found.workers) == (40, count)
    assert 0 < found.start_s < found.whole_s
    assert found.steady_rows_per_s > 0
    assert (found.workers_us > 0) == (count > 0)


def test_gains() -> None:
    """By the clock as measured; by processor time as two idle cores would share the work."""
    one = run(0, 1_000, 0)
    two = run(2, 100, 1_000, whole_s=6.0, steady_rows_per_s=180.0)
    found = workers.gains(one, two)
    assert found.with_start == pytest.approx(10 / 6)
    assert found.steady == pytest.approx(1.8)
    assert found.idle == pytest.approx(1_000 / 550)
    # one worker works beside the main process, which waits for it
    assert workers.gains(run(1, 100, 1_000), two).idle == pytest.approx(1_000 / 550)
    # a main process with more to do than all workers is what everything waits for
    assert run(2, 800, 400).idle_rows_per_s == pytest.approx(1e6 / 800)


def test_the_table_holds_every_run() -> None:
    runs = [run(0, 900, 0), run(1, 100, 900), run(2, 100, 900)]
    compared = [workers.gains(one, runs[2]) for one in runs[:2]]
    result = {
        "runs": [asdict(r) for r in runs],
        "gains": [asdict(g) for g in compared],
        "capacity": 1.93,
    }
    text = workers.table(json.loads(json.dumps(result)))
    assert all(r.name in text for r in runs)
    assert "1.80 times by processor time" in text
    assert "do 1.93 times" in text


def test_parsing_alone_is_counted_until_its_time_is_over() -> None:
    """Nothing is screened; the rows begin again where they end."""
    assert workers.parsed(0.05) >= 50
