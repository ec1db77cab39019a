"""Kept results are those of the very row, lists and settings, or the row is screened."""

from __future__ import annotations

import csv
import datetime as dt
import json
import os
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from screening import Screener
from screening.batch import screen_csv
from screening.decision import Decision
from screening.errors import InputFileError
from screening.shipment import Shipment
from tests.fakes import FakeScreener

DAY = dt.date(2026, 11, 20)
RESULTS = ("decisions.csv", "decisions.jsonl")


class Failing(FakeScreener):
    """A screener that fails on goods."""

    def screen(self, shipment: Shipment) -> Decision:
        if shipment.name is not None:
            raise MemoryError
        return super().screen(shipment)


def asked(screener: FakeScreener) -> int:
    """How many goods it was asked about."""
    return sum(shipment.name is not None for shipment in screener.asked)


def table(folder: Path, names: list[str]) -> Path:
    path = folder / "in.csv"
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows([["Ref", "Name", "Dest"], *([n, n, "MX"] for n in names)])
    return path


def run(path: Path, out: Path, screener: Any, cache: Path | None) -> dict[str, Any]:
    return screen_csv(path, out, screener=screener, day=DAY, report=False, cache=cache).as_dict()


def written(out: Path) -> list[bytes]:
    return [(out / name).read_bytes() for name in RESULTS]


def test_a_row_is_screened_once_in_all_runs(tmp_path: Path) -> None:
    path, cache = table(tmp_path, ["acetone", "benzene", "acetone"]), tmp_path / "cache"
    first, later = FakeScreener(), FakeScreener()
    run(path, tmp_path / "a", first, cache)
    summary = run(path, tmp_path / "b", later, cache)
    assert (asked(first), asked(later)) == (2, 0)
    assert summary["rows_from_cache"] == 2
    assert written(tmp_path / "a") == written(tmp_path / "b")


def test_results_with_hits_and_sums_come_back_as_they_were(
    screener: Screener, tmp_path: Path
) -> None:
    path = tmp_path / "in.csv"
    path.write_text(
        "SMILES,Name,Origin,Destination,Quantity,Ship Date\n"
        "O=C1CCNCC1,,US,MX,0.2 kg,2026-11-20\n"
        ",acetone,US,CO,30 kg,2026-11-20\n"
        ",acetone,US,CO,40 kg,2026-11-20\n"
        "CCOC(=O)c1ccccc1,,US,CO,40 kg,2026-11-20\n",
        "utf-8",
    )
    run(path, tmp_path / "plain", screener, None)
    for out in ("first", "second"):
        summary = run(path, tmp_path / out, screener, tmp_path / "cache")
        assert written(tmp_path / out) == written(tmp_path / "plain")
    assert summary["rows_from_cache"] == 4


def test_other_settings_take_nothing(tmp_path: Path) -> None:
    path, cache = table(tmp_path, ["O=C1CCNCC1"]), tmp_path / "cache"
    run(path, tmp_path / "a", Screener(jurisdictions=["us"]), cache)
    other = run(path, tmp_path / "b", Screener(jurisdictions=["us"], max_list_age_days=1), cache)
    assert other["rows_from_cache"] == 0


def test_a_changed_or_damaged_result_is_not_taken(tmp_path: Path) -> None:
    path, cache = table(tmp_path, ["acetone", "benzene"]), tmp_path / "cache"
    run(path, tmp_path / "a", FakeScreener(), cache)
    (file,) = cache.glob("*.sqlite")
    with sqlite3.connect(file) as connection:
        rows = connection.execute("select key, said from answer").fetchall()
        assert len(rows) == 2
        altered = rows[0][1].replace("controlled", "no_listing_found").replace("review", "x")
        swapped = [(altered + " ", rows[0][0]), (rows[0][1], rows[1][0])]
        connection.executemany("update answer set said = ? where key = ?", swapped)
    connection.close()
    again = FakeScreener()
    run(path, tmp_path / "b", again, cache)
    assert asked(again) == 2
    assert written(tmp_path / "a") == written(tmp_path / "b")
    file.write_bytes(b"no database at all" * 100)
    run(path, tmp_path / "c", FakeScreener(), cache)
    assert written(tmp_path / "a") == written(tmp_path / "c")


def test_what_tells_of_this_machine_is_not_kept(tmp_path: Path) -> None:
    path, cache = table(tmp_path, ["acetone"]), tmp_path / "cache"
    run(path, tmp_path / "a", Failing(), cache)
    line = json.loads((tmp_path / "a" / "decisions.jsonl").read_text("utf-8"))
    assert line["outcome"] == "unscreened"
    assert run(path, tmp_path / "b", Failing(), cache)["rows_from_cache"] == 0


@pytest.mark.skipif(not hasattr(os, "getuid"), reason="no owners of files here")
def test_a_folder_that_others_may_write_to_is_refused(tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    cache.mkdir()
    cache.chmod(0o777)
    with pytest.raises(InputFileError, match="others may write"):
        run(table(tmp_path, ["acetone"]), tmp_path / "a", FakeScreener(), cache)
