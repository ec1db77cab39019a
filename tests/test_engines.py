"""A cluster gives the answers of one machine, in order, also when its workers are killed."""

from __future__ import annotations

import csv
import datetime as dt
import logging
import multiprocessing
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dask.config
import pandas as pd
import pytest
from distributed import LocalCluster

from screening import engines
from screening.batch import CHUNK, screen_csv, screen_frame
from screening.cli import main
from screening.engines import DaskEngine
from screening.errors import ClusterError
from screening.guard import LOOK_AHEAD, Limits
from tests.fakes import FakeScreener
from tests.reliability.victims import (
    ElsewhereScreener,
    PoisonedScreener,
    SlowScreener,
    marked,
    shaky,
)

DAY = dt.date(2025, 11, 20)
SHORT = Limits(seconds=1)
WRITTEN = ("decisions.csv", "decisions.jsonl")
ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="module")
def scheduler() -> Iterator[str]:
    """The address of a cluster of two worker processes."""
    with (
        dask.config.set(engines._SETTINGS),
        LocalCluster(
            n_workers=2,
            threads_per_worker=1,
            dashboard_address=None,
            scheduler_kwargs={"dashboard": False, "dashboard_address": "127.0.0.1:0"},
            silence_logs=logging.CRITICAL + 1,
        ) as cluster,
    ):
        yield cluster.scheduler_address


def table(folder: Path, names: list[str]) -> Path:
    """A table of goods; a column of its own keeps rows apart."""
    path = folder / "in.csv"
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(["Ref", "Name", "Dest", "Customer"])
        writer.writerows([f"R{i}", name, "MX", f"c{i}"] for i, name in enumerate(names))
    return path


def ordinary(rows: int) -> list[str]:
    """Names of which some are listed."""
    return [("listed", "maybe", f"x {i}")[i % 3] for i in range(rows)]


def written(out: Path) -> list[bytes]:
    """What a run wrote of its decisions."""
    return [(out / name).read_bytes() for name in WRITTEN]


class TestTheSameAnswers:
    """As one machine, byte for byte."""

    def test_a_worker_is_killed_under_way(self, tmp_path: Path) -> None:
        """Its tasks are done again elsewhere; nothing is lost, and the order is kept."""
        rows = 12 * CHUNK
        path = table(tmp_path, ordinary(rows))
        screen_csv(path, tmp_path / "one", screener=SlowScreener(), day=DAY, report=False)
        killed: list[int] = []
        others = multiprocessing.active_children()

        def kill(done: int) -> None:
            if done == CHUNK:
                ours = [p for p in multiprocessing.active_children() if p not in others]
                ours[0].kill()
                killed.append(len(ours))

        summary = screen_csv(
            path,
            tmp_path / "many",
            screener=SlowScreener(),
            day=DAY,
            report=False,
            progress=kill,
            engine=DaskEngine(workers=2, together=1),
        )
        assert killed == [2]
        assert summary.data["rows_out"] == rows
        assert written(tmp_path / "many") == written(tmp_path / "one")

    def test_rows_that_end_their_workers(self, tmp_path: Path, scheduler: str) -> None:
        """They are `unscreened` with the reason, and no row beside them is."""
        names = ordinary(60)
        names[5], names[6] = "segfault", "spin"
        path = table(tmp_path, names)
        runs: dict[str, dict[str, Any]] = {
            "one": {"workers": 2},
            "many": {"engine": DaskEngine(scheduler=scheduler, together=1)},
        }
        for name, how in runs.items():
            screen_csv(
                path,
                tmp_path / name,
                screener=PoisonedScreener(),
                day=DAY,
                report=False,
                limits=SHORT,
                **how,
            )
        assert written(tmp_path / "many") == written(tmp_path / "one")
        with (tmp_path / "many" / "decisions.csv").open(encoding="utf-8", newline="") as stream:
            rows = list(csv.DictReader(stream))
        unscreened = [i for i, r in enumerate(rows) if r["screening_outcome"] == "unscreened"]
        assert unscreened == [5, 6]
        assert "more time" in rows[6]["screening_findings"]

    def test_the_command(self, tmp_path: Path) -> None:
        """`--engine dask` with the lists as they are, on a cluster of its own."""
        path = tmp_path / "in.csv"
        with (ROOT / "examples" / "shipments.csv").open(encoding="utf-8", newline="") as stream:
            lines = stream.readlines()
        path.write_text("".join(lines[:25]), encoding="utf-8", newline="")
        for name, engine in (("one", "local"), ("many", "dask")):
            words = ["csv", str(path), "--out", str(tmp_path / name), "--day", "2025-11-20"]
            with pytest.raises(SystemExit) as ended:
                main([*words, "--workers", "2", "--engine", engine])
            assert not ended.value.code
        assert written(tmp_path / "many") == written(tmp_path / "one")

    def test_a_frame(self, scheduler: str) -> None:
        """The same rows, order, index and columns."""
        frame = pd.DataFrame({"Name": ordinary(80), "Dest": "MX"}, index=range(80, 0, -1))
        one = screen_frame(FakeScreener(), frame, day=DAY)
        many = screen_frame(
            FakeScreener(), frame, day=DAY, engine=DaskEngine(scheduler=scheduler, together=1)
        )
        pd.testing.assert_frame_equal(many, one)


class TestChunks:
    """Any function over chunks of items."""

    def test_in_order_whatever_happens(
        self, tmp_path: Path, scheduler: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Empty and large chunks, an item that ends its worker, and one that does so once."""
        monkeypatch.setattr(engines, "DEATHS", 1)
        state = {"folder": str(tmp_path), "3": "die", "20": "once"}
        chunks = [list(range(8)), [], list(range(8, 100)), [100], list(range(101, 128)), []]
        engine = DaskEngine(scheduler=scheduler, together=3)
        with engine.crew(shaky, state, marked, SHORT) as crew:
            found = list(crew.run(iter(chunks)))
        assert found == [[-1 if i == 3 else 2 * i for i in chunk] for chunk in chunks]

    def test_read_ahead_is_bounded(self, scheduler: str) -> None:
        """Chunks are taken from their source as results are taken away."""
        taken = 0

        def source() -> Iterator[list[int]]:
            nonlocal taken
            for i in range(1_000):
                taken += 1
                yield [i]

        engine = DaskEngine(scheduler=scheduler, together=2)
        with engine.crew(shaky, {"folder": ""}, marked) as crew:
            run = crew.run(source())
            for _ in range(10):
                next(run)
            assert taken <= 10 + 2 * 2 * LOOK_AHEAD + 2


class TestRefusals:
    """A cluster that cannot screen is refused by name."""

    def test_other_lists(self, tmp_path: Path, scheduler: str) -> None:
        """Workers with other lists than this machine's would give other answers."""
        path = table(tmp_path, ordinary(3))
        with pytest.raises(ClusterError, match=r"not give the same answers \(lists: ") as raised:
            screen_csv(
                path,
                tmp_path / "out",
                screener=ElsewhereScreener(),
                day=DAY,
                engine=DaskEngine(scheduler=scheduler),
            )
        assert raised.value.address == scheduler
        assert not (tmp_path / "out" / "decisions.csv").exists()

    def test_no_cluster(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """An address where nothing answers."""
        monkeypatch.setattr(engines, "WAIT", 1)
        engine = DaskEngine(scheduler="tcp://127.0.0.1:9")
        with (
            pytest.raises(ClusterError, match="does not start or answer"),
            engine.crew(shaky, {}, marked),
        ):
            pass

    def test_a_scheduler_without_the_engine(self, capsys: pytest.CaptureFixture[str]) -> None:
        """Is bad usage."""
        with pytest.raises(SystemExit) as ended:
            main(["csv", "in.csv", "--out", "out", "--scheduler", "tcp://127.0.0.1:9"])
        assert ended.value.code == 2
        assert "--scheduler goes with --engine dask" in capsys.readouterr().err

    def test_without_the_extra(self) -> None:
        """The error names the extra."""
        code = (
            "import sys; sys.modules['distributed'] = None\n"
            "from screening.errors import MissingExtraError\n"
            "try:\n    import screening.engines\n"
            "except MissingExtraError as error:\n    print(error)\n"
        )
        done = subprocess.run(
            [sys.executable, "-c", code], check=True, capture_output=True, text=True, timeout=120
        )
        assert done.stdout.strip().endswith("pip install 'precursor-screening[dask]'")


def test_nothing_is_left(scheduler: str) -> None:
    """When a run is over, the workers have forgotten its state."""
    engine = DaskEngine(scheduler=scheduler)
    with engine.crew(shaky, {"folder": ""}, marked) as crew:
        assert list(crew.run([[1]])) == [[2]]
        kept = crew._client.run(lambda: (len(engines._KEPT), len(engines._MADE)))
        assert max(kept.values()) == (1, 1)
    with engine.crew(shaky, {"folder": ""}, marked) as crew:
        kept = crew._client.run(lambda: (len(engines._KEPT), len(engines._MADE)))
        assert set(kept.values()) == {(1, 0)}
