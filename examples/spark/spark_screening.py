"""Screening of a Spark frame: `mapInPandas`, one screener in each Python worker.

    python spark_screening.py shipments.csv decided --day 2026-01-10

writes the rows with the columns of `decisions.csv` as Parquet files into the folder `decided`.
"""

from __future__ import annotations

import argparse
import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache, partial
from importlib import import_module
from pathlib import Path

import pandas as pd
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql.types import StringType, StructField, StructType

from screening import Screener
from screening.batch import screen_frame
from screening.report.tables import RESULT_COLUMNS

RETRIES = 4
"""A task whose worker dies is tried so often before the job ends."""


@cache
def screener() -> Screener:
    """The screener of this Python worker; Spark keeps the worker for the tasks that follow."""
    return Screener()


def in_batches(
    batches: Iterator[pd.DataFrame],
    *,
    headers: Sequence[str],
    day: dt.date,
    columns: Mapping[str, str] | None,
) -> Iterator[pd.DataFrame]:
    """Answers one batch of rows after the other; what a Python worker runs."""
    for batch in batches:
        rows = batch.set_axis(list(headers), axis="columns")
        answered = screen_frame(screener(), rows, day=day, columns=columns)
        yield answered.set_axis([*batch.columns, *RESULT_COLUMNS], axis="columns")


def screened(
    frame: DataFrame,
    *,
    day: dt.date,
    columns: Mapping[str, str] | None = None,
    work: Callable[..., Iterator[pd.DataFrame]] = in_batches,
) -> DataFrame:
    """The rows of a frame with the columns of their answers.

    Args:
        frame: shipments, a row each, every column as text.
        day: the shipping day of rows that state none; given, so that a retry tells the same.
        columns: headers by field, where they are not recognised.
        work: what a Python worker runs, with the arguments of `in_batches`.
    """
    headers = frame.columns
    # Spark takes the dot of a header such as `CAS No.` for a part of a column
    plain = frame.toDF(*(f"column_{place}" for place in range(len(headers))))
    answers = [StructField(name, StringType()) for name in RESULT_COLUMNS]
    schema = StructType([*plain.schema.fields, *answers])
    run = partial(work, headers=headers, day=day, columns=columns)
    return plain.mapInPandas(run, schema).toDF(*headers, *RESULT_COLUMNS)


def session(master: str | None) -> SparkSession:
    """A session in which a task is tried again when its worker dies.

    Args:
        master: such as ``local[2]``; None is what `spark-submit` says.
    """
    builder = SparkSession.builder.appName("screening")
    if master is not None:
        # on one machine the number of tries is part of the name; elsewhere it is a setting
        with_tries = master.replace("]", f",{RETRIES}]") if master.startswith("local[") else master
        builder = builder.master(with_tries)
    return (
        builder.config("spark.task.maxFailures", RETRIES)
        .config("spark.python.worker.reuse", "true")
        .getOrCreate()
    )


def main() -> None:
    """Screens a CSV file into a folder of Parquet files."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("table")
    parser.add_argument("out")
    parser.add_argument("--day", type=dt.date.fromisoformat, required=True)
    parser.add_argument("--master", help="such as local[2]; default: that of spark-submit")
    parser.add_argument("--parts", type=int, help="tasks to cut the rows into")
    given = parser.parse_args()
    spark = session(given.master)
    spark.sparkContext.addPyFile(__file__)
    # by its name and not as the main program, so that a worker loads it, and its screener, once
    recipe = import_module(Path(__file__).stem)
    rows = spark.read.csv(
        given.table, header=True, inferSchema=False, multiLine=True, quote='"', escape='"'
    )
    if given.parts:
        rows = rows.repartition(given.parts)
    recipe.screened(rows, day=given.day).write.mode("overwrite").parquet(given.out)
    spark.stop()


if __name__ == "__main__":
    main()
