"""The recipe for Spark runs and gives the answers of one machine, also when a worker is killed."""

from __future__ import annotations

import csv
import datetime as dt
import os
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pandas as pd
import pytest

from screening import Screener
from screening.batch import screen_frame
from screening.report.tables import RESULT_COLUMNS

ROOT = Path(__file__).resolve().parent.parent
RECIPE = ROOT / "examples" / "spark"
DAY = dt.date(2025, 11, 20)
KILLED_ONCE = """
import datetime as dt, os, signal, sys
from pathlib import Path
import spark_screening
from spark_screening import in_batches, screened, screener, session

table, out, folder = sys.argv[1:]

def harmed(batches, **how):
    mark = Path(folder) / "killed"
    if not mark.exists():
        mark.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    for batch in in_batches(batches, **how):
        with (Path(folder) / f"worker-{os.getpid()}").open("a") as notes:
            notes.write(f"{id(screener())}\\n")
        yield batch

spark = session("local[2]")
spark.sparkContext.addPyFile(spark_screening.__file__)
spark.conf.set("spark.sql.execution.arrow.maxRecordsPerBatch", 5)
rows = spark.read.csv(table, header=True).repartition(6)
screened(rows, day=dt.date(2025, 11, 20), work=harmed).write.parquet(out)
spark.stop()
"""

pytestmark = [
    pytest.mark.skipif(find_spec("pyspark") is None, reason="pyspark is not installed"),
    pytest.mark.skipif(shutil.which("java") is None, reason="there is no Java on this machine"),
]


@pytest.fixture(scope="module")
def rows() -> pd.DataFrame:
    """Lines of the example, as text, each with a reference and a consignee of its own."""
    with (ROOT / "examples" / "shipments.csv").open(encoding="utf-8", newline="") as stream:
        header, *lines = list(csv.reader(stream))[:41]
    frame = pd.DataFrame(lines, columns=header)
    # lines of one consignee are summed, and what is summed depends on how rows are cut into batches
    return frame.assign(Consignee=[f"Example Consignee {i} Ltd" for i in range(len(frame))])


def run(words: list[str]) -> None:
    """Runs a program with the recipe at hand."""
    env = os.environ | {
        "PYTHONPATH": os.pathsep.join([str(ROOT), str(RECIPE)]),
        "PYSPARK_PYTHON": sys.executable,
        "SPARK_LOCAL_IP": "127.0.0.1",
    }
    done = subprocess.run(
        [sys.executable, *words], env=env, capture_output=True, text=True, timeout=600, check=False
    )
    assert done.returncode == 0, done.stderr[-3_000:]


def same(out: Path, rows: pd.DataFrame, screener: Screener) -> None:
    """What Spark wrote is what one machine answers, row for row."""
    expected = screen_frame(screener, rows, day=DAY)
    found = pd.read_parquet(out).fillna("")
    assert list(found.columns) == [*rows.columns, *RESULT_COLUMNS]
    pd.testing.assert_frame_equal(
        found.sort_values("Ref", ignore_index=True).astype(object),
        expected.sort_values("Ref", ignore_index=True).astype(object),
    )


def test_the_command(tmp_path: Path, rows: pd.DataFrame, screener: Screener) -> None:
    """As the page says it is called."""
    path, out = tmp_path / "in.csv", tmp_path / "out"
    rows.to_csv(path, index=False)
    recipe = str(RECIPE / "spark_screening.py")
    run([recipe, str(path), str(out), "--day", str(DAY), "--master", "local[2]", "--parts", "4"])
    same(out, rows, screener)


def test_a_worker_is_killed(tmp_path: Path, rows: pd.DataFrame, screener: Screener) -> None:
    """Its task is tried again; each worker loads the lists once for all its tasks and batches."""
    path, out = tmp_path / "in.csv", tmp_path / "out"
    rows.to_csv(path, index=False)
    script = tmp_path / "killed_once.py"
    script.write_text(KILLED_ONCE, encoding="utf-8")
    run([str(script), str(path), str(out), str(tmp_path)])
    assert (tmp_path / "killed").exists()
    notes = [p.read_text().split() for p in tmp_path.glob("worker-*")]
    assert sum(map(len, notes)) >= 6
    assert all(len(set(ids)) == 1 for ids in notes)
    assert len(notes) <= 4
    same(out, rows, screener)
