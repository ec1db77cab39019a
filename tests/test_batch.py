"""Every row comes back once, in order and unchanged, whatever happens on the way."""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import json
import os
import pickle
import subprocess
import sys
import tracemalloc
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from screening import Screener, batch, rendering, row_cache
from screening.batch import (
    chunked,
    in_order,
    read_decisions,
    screen_csv,
    screen_frame,
    screen_safely,
    screen_shipments,
)
from screening.decision import Decision, Finding, FindingCode, Outcome, Severity
from screening.errors import InputFileError, ShipmentError
from screening.guard import LOOK_AHEAD, Trouble
from screening.rendering import Submitted, with_findings
from screening.report.tables import RESULT_COLUMNS, cell_text, decision_json
from screening.shipment import Shipment
from tests import factories as make
from tests.fakes import BrokenScreener, FakeScreener, InterruptedScreener

DAY = dt.date(2025, 11, 20)
HEADER = ["Ref", "Name", "Dest", "Ship Date"]


def table(folder: Path, rows: list[list[str]], header: list[str] | None = None) -> Path:
    """A CSV file."""
    path = folder / "in.csv"
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows([header or HEADER, *rows])
    return path


def rows_of(names: list[str]) -> list[list[str]]:
    """Rows with these names."""
    return [[f"R{i}", name, "MX", "2025-11-20"] for i, name in enumerate(names, start=1)]


def run(path: Path, out: Path, screener: Any = None, **options: Any) -> batch.Summary:
    """A run without the HTML report, which has tests of its own."""
    options.setdefault("report", False)
    return screen_csv(path, out, screener=screener or FakeScreener(), day=DAY, **options)


def csv_rows(out: Path) -> list[dict[str, str]]:
    """``decisions.csv`` as dictionaries."""
    with (out / "decisions.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def json_rows(out: Path) -> list[dict[str, Any]]:
    """``decisions.jsonl`` as dictionaries."""
    with (out / "decisions.jsonl").open(encoding="utf-8") as stream:
        return [json.loads(line) for line in stream]


class TestFiles:
    """What a run writes."""

    def test_results(self, tmp_path: Path) -> None:
        """Every row is in both files, in place, with its own answer."""
        path = table(tmp_path, rows_of(["listed", "toluene", "maybe", "", "listed"]))
        run(path, tmp_path / "out")
        rows = csv_rows(tmp_path / "out")
        assert [r["Ref"] for r in rows] == ["R1", "R2", "R3", "R4", "R5"]
        outcomes = ["controlled", "no_listing_found", "review", "unscreened", "controlled"]
        assert [r["screening_outcome"] for r in rows] == outcomes
        assert rows[0]["screening_entries"] == "zz/schedule/fentanyl"
        lines = json_rows(tmp_path / "out")
        assert [line["row"] for line in lines] == [1, 2, 3, 4, 5]
        assert [line["id"] for line in lines] == ["R1", "R2", "R3", "R4", "R5"]
        assert [line["outcome"] for line in lines] == outcomes
        assert list(lines[0])[:5] == ["row", "id", "outcome", "action", "day"]
        assert lines[0]["hits"][0]["proof"]["basis"] == "substance"
        assert sorted(p.name for p in (tmp_path / "out").iterdir()) == [
            "decisions.csv",
            "decisions.jsonl",
            "summary.json",
        ]

    def test_decisions_can_be_read_back(self, tmp_path: Path) -> None:
        """A line of ``decisions.jsonl`` is the decision it came from."""
        path = table(tmp_path, rows_of(["listed", "toluene"]))
        run(path, tmp_path / "out")
        first, second = read_decisions(tmp_path / "out" / "decisions.jsonl")
        assert first.id == "R1"
        assert first.hits == (make.hit(),)
        assert second.outcome is Outcome.NO_LISTING_FOUND
        (tmp_path / "bad.jsonl").write_text('{"row": 1}\n')
        with pytest.raises(InputFileError, match="line 1"):
            list(read_decisions(tmp_path / "bad.jsonl"))

    def test_summary(self, tmp_path: Path) -> None:
        """The summary counts rows, names the input by its digest and says what was recognised."""
        path = table(tmp_path, rows_of(["listed", "listed", "toluene", "raise"]))
        summary = run(path, tmp_path / "out")
        data = json.loads((tmp_path / "out" / "summary.json").read_text(encoding="utf-8"))
        assert data == summary.as_dict()
        assert data["input"]["sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()
        assert data["input"]["columns"]["name"] == ["Name"]
        assert (data["rows_in"], data["rows_out"]) == (4, 4)
        assert data["counts"]["outcomes"] == {
            "controlled": 2,
            "review": 0,
            "unscreened": 1,
            "no_listing_found": 1,
        }
        assert data["counts"]["entries"] == {"zz/schedule/fentanyl": 2}
        assert data["counts"]["findings"]["not_processed"] == 1
        assert data["bundle"] == make.bundle().digest
        assert data["coverage"][0]["list"] == "zz/schedule"
        assert data["timings"]["total_s"] >= 0
        assert data["versions"]["python"]

    @pytest.mark.parametrize(
        ("names", "threshold", "met"),
        [
            (["toluene"], Outcome.REVIEW, False),
            (["maybe"], Outcome.REVIEW, True),
            ([""], Outcome.REVIEW, True),
            (["maybe"], Outcome.CONTROLLED, False),
            (["listed"], Outcome.CONTROLLED, True),
            (["toluene"], Outcome.NO_LISTING_FOUND, True),
        ],
    )
    def test_fail_on(self, tmp_path: Path, names: list[str], threshold: Outcome, met: bool) -> None:
        """`review` is met by anything but no listing found, the others by that or graver."""
        assert run(table(tmp_path, rows_of(names)), tmp_path / "out").met(threshold) is met

    def test_report_is_written(self, tmp_path: Path) -> None:
        """The report holds a card for the row that was hit."""
        path = table(tmp_path, rows_of(["listed", "toluene"]))
        run(path, tmp_path / "out", report=True)
        page = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
        assert "zz/schedule/fentanyl" in page

    def test_days(self, tmp_path: Path) -> None:
        """`day` fills what is empty, `override_day` replaces all."""
        rows = [["1", "a", "MX", "2024-02-29"], ["2", "b", "MX", ""]]
        path = table(tmp_path, rows)
        run(path, tmp_path / "one")
        assert [r["day"] for r in json_rows(tmp_path / "one")] == ["2024-02-29", "2025-11-20"]
        run(path, tmp_path / "two", override_day=dt.date(2020, 1, 1))
        assert [r["day"] for r in json_rows(tmp_path / "two")] == ["2020-01-01"] * 2

    def test_old_results_never_stand_beside_new_ones(self, tmp_path: Path) -> None:
        """A run replaces all results of an earlier one in the same folder."""
        path = table(tmp_path, rows_of(["listed"]))
        run(path, tmp_path / "out", report=True)
        run(table(tmp_path, rows_of(["a", "b"])), tmp_path / "out")
        assert not (tmp_path / "out" / "report.html").exists()
        assert len(csv_rows(tmp_path / "out")) == 2

    def test_no_output_on_refusal(self, tmp_path: Path) -> None:
        """A table that is refused leaves no results."""
        path = tmp_path / "in.csv"
        path.write_text("When,Where\nnow,here\n")
        with pytest.raises(InputFileError):
            run(path, tmp_path / "out")
        assert not (tmp_path / "out").exists()

    def test_input_is_never_overwritten(self, tmp_path: Path) -> None:
        """A table that lies where a result would go is refused."""
        path = table(tmp_path, rows_of(["a"])).rename(tmp_path / "decisions.csv")
        with pytest.raises(InputFileError, match="overwritten"):
            run(path, tmp_path)

    def test_folder_that_cannot_be_written(self, tmp_path: Path) -> None:
        """A folder that cannot be made is refused by name."""
        path = table(tmp_path, rows_of(["a"]))
        (tmp_path / "file").write_text("")
        with pytest.raises(InputFileError, match="--out"):
            run(path, tmp_path / "file" / "out")


class TestCarriedCells:
    """Columns of the input come back as they were."""

    @settings(max_examples=30, deadline=None)
    @given(
        st.lists(
            st.lists(
                st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")),
                min_size=4,
                max_size=4,
            ),
            max_size=5,
        )
    )
    def test_any_text(
        self, tmp_path_factory: pytest.TempPathFactory, rows: list[list[str]]
    ) -> None:
        """Any rows of text come back unchanged, once each and in order, with an answer."""
        folder = tmp_path_factory.mktemp("carried")
        run(table(folder, rows), folder / "out")
        text = (folder / "out" / "decisions.csv").read_text(encoding="utf-8", errors="strict")
        with (folder / "out" / "decisions.csv").open(encoding="utf-8", newline="") as stream:
            again = list(csv.reader(stream))
        assert again[0] == [*HEADER, *RESULT_COLUMNS]
        assert [row[:4] for row in again[1:]] == rows
        assert all(row[4] for row in again[1:])
        assert "\ufeff" not in text[:1]

    def test_formula_cells_are_carried(self, tmp_path: Path) -> None:
        """A carried cell that starts a formula is not changed."""
        cell = '=HYPERLINK("http://example.invalid")'
        run(table(tmp_path, [["1", cell, "MX", ""]]), tmp_path / "out")
        assert csv_rows(tmp_path / "out")[0]["Name"] == cell

    def test_malformed_rows(self, tmp_path: Path) -> None:
        """Ragged rows keep all cells; a long one is never passed as nothing found."""
        path = tmp_path / "in.csv"
        path.write_text("Ref,Name,Dest\n1,a\n2,b,US,x\n3,c,US\n")
        run(path, tmp_path / "out")
        rows = csv_rows(tmp_path / "out")
        assert [r["extra_1"] for r in rows] == ["", "x", ""]
        outcomes = [r["screening_outcome"] for r in rows]
        assert outcomes == ["no_listing_found", "review", "no_listing_found"]
        assert "row_malformed" in rows[1]["screening_findings"]


class TestBadRows:
    """A bad row never stops a batch."""

    @pytest.mark.parametrize("workers", [1, 2])
    def test_rows_that_raise(self, tmp_path: Path, workers: int) -> None:
        """A row whose screening raises is unscreened with the reason; its neighbours are not."""
        path = table(tmp_path, rows_of(["a", "raise", "b", "recurse", "listed"]))
        run(path, tmp_path / "out", workers=workers)
        rows = csv_rows(tmp_path / "out")
        assert [r["screening_outcome"] for r in rows] == [
            "no_listing_found",
            "unscreened",
            "no_listing_found",
            "unscreened",
            "controlled",
        ]
        assert "RuntimeError: this row" in rows[1]["screening_findings"]
        assert "RecursionError" in rows[3]["screening_findings"]

    def test_screener_out_of_order(self) -> None:
        """Even a screener that fails on everything gives a decision."""
        made = screen_safely(BrokenScreener(), Shipment(name="x", day=DAY, id="7"))
        assert (made.id, made.outcome) == ("7", Outcome.UNSCREENED)
        assert [f.code for f in made.findings] == [FindingCode.NOT_PROCESSED]

    def test_killed_worker(self, tmp_path: Path) -> None:
        """A row that kills its worker is found by itself; all other rows are screened."""
        names = [f"n{i}" for i in range(100)]
        names[37] = names[81] = "die"
        names[90] = "listed"
        run(table(tmp_path, rows_of(names)), tmp_path / "out", workers=2)
        rows = csv_rows(tmp_path / "out")
        assert [r["Name"] for r in rows] == names
        expected = ["no_listing_found"] * 100
        expected[37] = expected[81] = "unscreened"
        expected[90] = "controlled"
        assert [r["screening_outcome"] for r in rows] == expected
        assert "died" in rows[37]["screening_findings"]

    @pytest.mark.parametrize(
        ("found", "outcome"),
        [
            ((FindingCode.DAY_FILLED, Severity.NOTE), Outcome.NO_LISTING_FOUND),
            ((FindingCode.DAY_NOT_READ, Severity.ASK), Outcome.REVIEW),
            ((FindingCode.LIMIT_PASSED, Severity.ASK), Outcome.UNSCREENED),
            ((FindingCode.NOT_PROCESSED, Severity.STOP), Outcome.UNSCREENED),
        ],
    )
    def test_what_could_not_be_read_is_never_nothing_found(
        self, found: tuple[FindingCode, Severity], outcome: Outcome
    ) -> None:
        """A finding about reading lifts the outcome, and never lowers one."""
        finding = Finding(code=found[0], severity=found[1], message="m")
        nothing = make.decision(outcome=Outcome.NO_LISTING_FOUND, hits=())
        assert with_findings(nothing, [finding]).outcome is outcome
        listed = make.decision()
        assert with_findings(listed, [finding]).outcome is Outcome.CONTROLLED
        assert finding in with_findings(listed, [finding]).findings


class TestWorkers:
    """Worker processes change nothing in the result."""

    def test_same_files(self, tmp_path: Path) -> None:
        """One process and two write the same bytes."""
        names = ["listed", "maybe", "toluene", "", "raise"]
        path = table(tmp_path, rows_of([names[i % 5] for i in range(300)]))
        run(path, tmp_path / "one")
        run(path, tmp_path / "two", workers=2)
        for name in ("decisions.csv", "decisions.jsonl"):
            assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()

    def test_long_tables(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """The larger chunks of a long table, the last of them not full, write the same bytes."""
        path = table(tmp_path, rows_of([f"n{i}" if i % 5 else "listed" for i in range(300)]))
        run(path, tmp_path / "short")
        monkeypatch.setattr(batch, "_LONG", 300)
        assert batch.chunk_size(300) == batch.LARGE_CHUNK
        for workers in (1, 2):
            run(path, tmp_path / str(workers), workers=workers)
            for name in ("decisions.csv", "decisions.jsonl"):
                written = (tmp_path / str(workers) / name).read_bytes()
                assert written == (tmp_path / "short" / name).read_bytes()

    def test_what_rows_share_travels_once(self) -> None:
        """A chunk of rows that differ in their drawing alone is little more than the drawings."""
        stated = Shipment(origin="CN", destination="US", quantity="25 kg", day=DAY)
        finding = make.finding()
        rows = [Submitted(stated, (finding,), "C" * (20 + n % 9)) for n in range(batch.LARGE_CHUNK)]
        bare = rendering.render(make.decision())
        results = [bare._replace(json="{}" * n) for n in range(batch.LARGE_CHUNK)]
        for chunk, own in (
            (rows, 30),
            (results, len(results)),
        ):  # characters of their own, on average
            sent = pickle.dumps(chunk, pickle.HIGHEST_PROTOCOL)
            assert pickle.loads(sent) == chunk
            assert len(sent) < len(pickle.dumps(chunk[:1])) + len(chunk) * (own + 40)

    def test_shipments_in_order(self) -> None:
        """Shipments come back in order, over workers too."""
        shipments = [Shipment(name=f"n{i}", day=DAY, id=str(i)) for i in range(150)]
        decisions = list(screen_shipments(FakeScreener(), shipments, workers=2))
        assert [d.id for d in decisions] == [s.id for s in shipments]

    def test_look_ahead_is_bounded(self) -> None:
        """No more is read ahead than the workers need, so memory does not grow."""
        read = 0

        def chunks() -> Iterator[list[int]]:
            nonlocal read
            for number in range(200):
                read += 1
                yield [number]

        results = in_order(_double, 2, chunks(), workers=2, killed=_none)
        assert next(results) == [0]
        assert read <= LOOK_AHEAD * 2
        assert list(results) == [[2 * n] for n in range(1, 200)]

    def test_where_workers_cannot_start(self, tmp_path: Path) -> None:
        """A main program that workers cannot import is said, and the work is done all the same."""
        root = Path(__file__).resolve().parent.parent
        program = (
            "import threading, time\n"
            "threading.Thread(target=time.sleep, args=(60,), daemon=True).start()\n"
            "from tests.fakes import FakeScreener\n"
            "from screening.batch import screen_shipments\n"
            "from screening.shipment import Shipment\n"
            "goods = [Shipment(name=n, day='2025-11-20') for n in ('a', 'listed')]\n"
            "made = screen_shipments(FakeScreener(), goods, workers=2)\n"
            "print([d.outcome.value for d in made])\n"
        )
        path = tmp_path / "unguarded.py"
        path.write_text(program)
        done = subprocess.run(
            [sys.executable, str(path)],
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
            env=os.environ | {"PYTHONPATH": str(root)},
        )
        assert done.stdout == "['no_listing_found', 'controlled']\n"
        assert "working in one process" in done.stderr

    def test_chunks(self) -> None:
        """Chunks hold every item once and in order."""
        assert list(chunked(range(5), 2)) == [[0, 1], [2, 3], [4]]


def _double(state: int, item: int) -> int:
    return state * item


def _none(item: int, trouble: Trouble) -> int:
    return -1


class TestUnwritable:
    """A decision that cannot be written is a row all the same."""

    def test_it_is_unscreened(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """The reason stands in its line; the other rows are there."""
        real = decision_json

        def written(decision: Decision) -> str:
            if decision.shipment and decision.outcome is Outcome.CONTROLLED:
                raise TypeError("no such thing in JSON")
            return real(decision)

        monkeypatch.setattr(rendering, "decision_json", written)
        path = tmp_path / "in.csv"
        path.write_text(
            "CAS,From,To,Ship Date\n437-38-7,CN,US,2026-11-20\n64-17-5,CN,US,2026-11-20\n", "utf-8"
        )
        run(path, tmp_path / "out", Screener())
        first, second = json_rows(tmp_path / "out")
        assert first["outcome"] == "unscreened"
        assert "no such thing" in first["findings"][0]["message"]
        assert second["outcome"] == "no_listing_found"


class TestDuplicates:
    """Equal rows are screened once."""

    def test_each_row_has_its_own_id(self, tmp_path: Path) -> None:
        """Rows that differ in their id alone share the screening and keep their ids."""
        screener = FakeScreener()
        path = table(tmp_path, rows_of(["toluene"] * 200 + ["listed"] * 200))
        run(path, tmp_path / "out", screener)
        asked = [s for s in screener.asked if s.name]
        assert [s.name for s in asked] == ["toluene", "listed"]
        assert [line["id"] for line in json_rows(tmp_path / "out")] == [
            f"R{i}" for i in range(1, 401)
        ]

    def test_rows_that_differ_are_not_taken_for_equal(self, tmp_path: Path) -> None:
        """Any difference in what is read is another screening."""
        rows = [["1", "a", "MX", "2025-11-20"], ["2", "a", "US", "2025-11-20"]]
        rows += [["3", "a", "MX", "2025-11-21"], ["4", "a", "MX", "03/04/2025"]]
        screener = FakeScreener()
        run(table(tmp_path, rows), tmp_path / "out", screener)
        assert len([s for s in screener.asked if s.name]) == 4
        findings = [r["screening_findings"] for r in csv_rows(tmp_path / "out")]
        assert ["day_not_read" in f for f in findings] == [False, False, False, True]

    def test_cache_is_bounded(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """With a small bound rows are screened again, and the result is the same."""
        names = [f"n{i % 50}" for i in range(500)]
        path = table(tmp_path, rows_of(names))
        run(path, tmp_path / "one")
        monkeypatch.setattr(row_cache, "CACHE_ROWS", 3)
        screener = FakeScreener()
        run(path, tmp_path / "two", screener)
        assert len(screener.asked) > 400
        one, two = (tmp_path / n / "decisions.jsonl" for n in ("one", "two"))
        assert one.read_bytes() == two.read_bytes()

    def test_memory_does_not_grow_with_the_file(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Eight times the rows take no more memory while they are screened."""
        monkeypatch.setattr(row_cache, "CACHE_ROWS", 100)

        def most(count: int) -> int:
            path = table(tmp_path, rows_of([f"substance {i} {'x' * 200}" for i in range(count)]))
            sizes: list[int] = []
            tracemalloc.start()
            run(
                path,
                tmp_path / "out",
                QuietScreener(),
                progress=lambda _: sizes.append(tracemalloc.get_traced_memory()[0]),
            )
            tracemalloc.stop()
            return max(sizes)

        most(100)
        assert most(4_000) < 3 * most(500)  # the collector runs when it likes


class QuietScreener(FakeScreener):
    """Keeps nothing of what it was asked."""

    def screen(self, shipment: Shipment) -> Any:
        """The answer; the question is forgotten."""
        self.asked.clear()
        return super().screen(shipment)


class TestResume:
    """An interrupted run is taken up where its last checkpoint was."""

    @pytest.fixture(autouse=True)
    def _often(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(batch, "CHECKPOINT_ROWS", 10)

    def interrupted(self, folder: Path, names: list[str]) -> Path:
        """A run that stops in the middle."""
        path = table(folder, rows_of(names))
        with pytest.raises(KeyboardInterrupt):
            run(path, folder / "out", InterruptedScreener(after=100))
        return path

    def test_result_is_that_of_one_run(self, tmp_path: Path) -> None:
        """The files of a resumed run are those of a run in one go, and rows are not done twice."""
        names = [f"n{i}" if i % 3 else "listed" for i in range(250)]
        path = self.interrupted(tmp_path, names)
        assert not (tmp_path / "out" / "decisions.csv").exists()
        screener = FakeScreener()
        summary = run(path, tmp_path / "out", screener, resume=True)
        taken_over = summary.data["rows_taken_over"]
        assert taken_over > 0
        assert screener.asked[1].id is None
        assert not {s.name for s in screener.asked} & {f"n{i}" for i in range(taken_over)}
        run(path, tmp_path / "whole")
        for name in ("decisions.csv", "decisions.jsonl"):
            assert (tmp_path / "out" / name).read_bytes() == (
                tmp_path / "whole" / name
            ).read_bytes()
        whole = json.loads((tmp_path / "whole" / "summary.json").read_text(encoding="utf-8"))
        assert summary.data["counts"] == whole["counts"]
        assert not (tmp_path / "out" / ".screening-partial").exists()

    @pytest.mark.parametrize("name", ["decisions.csv", "decisions.jsonl", "amounts.jsonl"])
    def test_a_file_that_lost_its_end_begins_anew(self, tmp_path: Path, name: str) -> None:
        """After a power cut a file may be shorter than its checkpoint says; nothing is made up."""
        names = [f"n{i}" for i in range(250)]
        path = self.interrupted(tmp_path, names)
        file = tmp_path / "out" / ".screening-partial" / name
        file.write_bytes(file.read_bytes()[:9]) if file.stat().st_size else file.unlink()
        summary = run(path, tmp_path / "out", resume=True)
        assert summary.data["rows_taken_over"] == 0
        assert [r["Name"] for r in csv_rows(tmp_path / "out")] == names

    def test_a_planted_link_is_not_followed(self, tmp_path: Path) -> None:
        """Results do not go where somebody else's link in the folder of a run points to."""
        other = tmp_path / "other.txt"
        other.write_text("mine", encoding="utf-8")
        partial = tmp_path / "out" / ".screening-partial"
        partial.mkdir(parents=True)
        (partial / "decisions.csv").symlink_to(other)
        run(table(tmp_path, rows_of(["a"])), tmp_path / "out")
        assert other.read_text(encoding="utf-8") == "mine"

    def test_half_written_rows_are_cut_off(self, tmp_path: Path) -> None:
        """What was written after the last checkpoint is written again, not twice."""
        path = self.interrupted(tmp_path, [f"n{i}" for i in range(250)])
        partial = tmp_path / "out" / ".screening-partial"
        with (partial / "decisions.csv").open("a", encoding="utf-8") as stream:
            stream.write('R99,"half a ro')
        run(path, tmp_path / "out", resume=True)
        assert [r["Ref"] for r in csv_rows(tmp_path / "out")] == [f"R{i}" for i in range(1, 251)]

    def test_another_file_begins_anew(self, tmp_path: Path) -> None:
        """Rows of another table or with other settings are never taken over."""
        self.interrupted(tmp_path, [f"n{i}" for i in range(250)])
        path = table(tmp_path, rows_of([f"m{i}" for i in range(250)]))
        summary = run(path, tmp_path / "out", resume=True)
        assert summary.data["rows_taken_over"] == 0
        assert [r["Name"] for r in csv_rows(tmp_path / "out")] == [f"m{i}" for i in range(250)]

    def test_other_day_begins_anew(self, tmp_path: Path) -> None:
        """Another day for rows without one is another result."""
        path = self.interrupted(tmp_path, [f"n{i}" for i in range(250)])
        summary = screen_csv(
            path,
            tmp_path / "out",
            screener=FakeScreener(),
            day=dt.date(2020, 1, 1),
            resume=True,
            report=False,
        )
        assert summary.data["rows_taken_over"] == 0

    @pytest.mark.parametrize(
        "places", [{"origin": "CN"}, {"destination": "US"}, {"transit": ["SG"]}]
    )
    def test_other_places_begin_anew(self, tmp_path: Path, places: dict[str, Any]) -> None:
        """Other places for rows without them are other results."""
        path = self.interrupted(tmp_path, [f"n{i}" for i in range(250)])
        summary = run(path, tmp_path / "out", resume=True, **places)
        assert summary.data["rows_taken_over"] == 0
        with_them = summary.data["settings"]
        assert {name: with_them[name] for name in places} == places

    def test_day_of_the_first_run_is_kept(self, tmp_path: Path) -> None:
        """Without a day the resumed run keeps the day on which the first one began."""
        path = self.interrupted(tmp_path, [f"n{i}" for i in range(250)])
        summary = screen_csv(
            path, tmp_path / "out", screener=FakeScreener(), resume=True, report=False
        )
        assert summary.data["settings"]["day"] == DAY.isoformat()
        assert summary.data["rows_taken_over"] > 0

    def test_nothing_to_resume(self, tmp_path: Path) -> None:
        """Without an interrupted run, `resume` is a run from the start."""
        path = table(tmp_path, rows_of(["a", "b"]))
        assert run(path, tmp_path / "out", resume=True).data["rows_taken_over"] == 0
        assert len(csv_rows(tmp_path / "out")) == 2

    def test_damaged_state_begins_anew(self, tmp_path: Path) -> None:
        """A state file that cannot be read is no reason to stop."""
        path = self.interrupted(tmp_path, [f"n{i}" for i in range(250)])
        (tmp_path / "out" / ".screening-partial" / "state.json").write_text("{")
        assert run(path, tmp_path / "out", resume=True).data["rows_taken_over"] == 0


class TestFrames:
    """Pandas in, pandas out."""

    def test_frame(self) -> None:
        """The same rows, order and index come back with the new columns; the input is unchanged."""
        df = pd.DataFrame(
            {
                "品名": ["listed", None, "toluene"],
                "Qty": [25.0, 1.5, float("nan")],
                "Ship Date": [pd.Timestamp("2025-11-12"), pd.NaT, pd.Timestamp("2025-11-13")],
            },
            index=pd.Index([7, 7, 3], name="line"),
        )
        before = df.copy()
        result = screen_frame(FakeScreener(), df, day=DAY)
        pd.testing.assert_frame_equal(df, before)
        pd.testing.assert_frame_equal(result[list(df.columns)], df)
        assert list(result.columns) == [*df.columns, *RESULT_COLUMNS]
        outcomes = ["controlled", "unscreened", "no_listing_found"]
        assert list(result["screening_outcome"]) == outcomes
        assert "day_filled" in result["screening_findings"].iloc[1]
        assert "day_filled" not in result["screening_findings"].iloc[0]

    def test_places_of_rows_that_state_none(self) -> None:
        """A frame without places is screened with those that are given."""
        screener = FakeScreener()
        df = pd.DataFrame({"Name": ["a", "b"], "Dest": ["MX", None]})
        result = screen_frame(
            screener, df, day=DAY, origin="CN", destination="US", transit="Hong Kong"
        )
        journeys = [(s.origin, s.transit, s.destination) for s in screener.asked]
        assert journeys == [("CN", ("Hong Kong",), "MX"), ("CN", ("Hong Kong",), "US")]
        assert result["screening_findings"].str.count("place_filled").tolist() == [2, 3]
        with pytest.raises(ShipmentError, match="origin 'Atlantis'"):
            screen_frame(screener, df, origin="Atlantis")

    def test_empty_frame(self) -> None:
        """A frame without rows gets the columns."""
        result = screen_frame(FakeScreener(), pd.DataFrame({"SMILES": []}), day=DAY)
        assert list(result.columns) == ["SMILES", *RESULT_COLUMNS]

    def test_workers(self) -> None:
        """Workers give the same frame."""
        df = pd.DataFrame({"Name": ["listed", "a"] * 50, "Dest": "MX"})
        one = screen_frame(FakeScreener(), df, day=DAY)
        two = screen_frame(FakeScreener(), df, day=DAY, workers=2)
        pd.testing.assert_frame_equal(one, two)

    def test_columns(self) -> None:
        """Columns can be named; one that is not there is an error, and so is none at all."""
        df = pd.DataFrame({"was": ["listed"]})
        result = screen_frame(FakeScreener(), df, columns={"name": "was"}, day=DAY)
        assert result["screening_outcome"].tolist() == ["controlled"]
        with pytest.raises(ShipmentError, match="'was'"):
            screen_frame(FakeScreener(), df)
        with pytest.raises(ShipmentError, match="no column 'wo'"):
            screen_frame(FakeScreener(), df, columns={"name": "wo"})

    @pytest.mark.parametrize(
        ("value", "text"),
        [
            ("x", "x"),
            (None, ""),
            (float("nan"), ""),
            (pd.NA, ""),
            (pd.NaT, ""),
            (25.0, "25"),
            (0.5, "0.5"),
            (7, "7"),
            (pd.Timestamp("2025-11-12"), "2025-11-12"),
            (dt.date(2025, 11, 12), "2025-11-12"),
        ],
    )
    def test_cell_text(self, value: object, text: str) -> None:
        """A value is the text that a file would hold."""
        assert cell_text(value) == text
