"""Short runs of what ``python -m tests.reliability`` does at length, and faults of the system."""

from __future__ import annotations

import concurrent.futures
import datetime as dt
import json
import os
import random
import resource
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any, NoReturn

import pytest

from screening import Screener, Shipment
from screening.batch import UNSAFE, in_order, screen_csv, screen_frame, screen_shipments
from screening.decision import Outcome
from screening.errors import InputFileError
from screening.guard import Crew, Limits, Trouble
from tests import duty_law
from tests.fakes import FakeScreener
from tests.reliability import fuzz
from tests.reliability.kills import killed, write_table
from tests.reliability.poison import LIMITS, poisoned
from tests.reliability.steps import stepped
from tests.reliability.texts import SMILES
from tests.reliability.victims import (
    PoisonedScreener,
    doubled,
    echo,
    marked,
    nobody,
    process_of,
    shaky,
)

DAY = dt.date(2025, 11, 20)
HEADER = ["Ref", "Name", "Dest", "Ship Date"]
CORPUS = Path(__file__).resolve().parent.parent / "fuzz_corpus"


def cells(i: int) -> list[str]:
    """A row of an ordinary table."""
    return [f"R{i}", ("listed", "maybe", "toluene", f"x {i}")[i % 4], "MX", "2025-11-20"]


def table(folder: Path, rows: int) -> Path:
    """An ordinary table."""
    path = folder / "in.csv"
    write_table(path, rows, cells, HEADER)
    return path


class TestCrew:
    """Worker processes with limits."""

    @pytest.mark.parametrize("fork", [True, False], ids=["forked", "spawned"])
    def test_items_that_harm_are_marked_and_no_other(self, tmp_path: Path, fork: bool) -> None:
        """Each harmful item is marked with its trouble; the rest is done, in order."""
        if fork and sys.platform != "linux":
            pytest.skip("workers are forked on Linux only")
        state = {"folder": str(tmp_path), "3": "die", "20": "once", "47": "spin"}
        chunks = [list(range(i, i + 10)) for i in range(0, 60, 10)]
        with Crew(shaky, state, marked, 2, limits=Limits(seconds=1), fork=fork) as crew:
            results = list(crew.run([*chunks[:3], [], *chunks[3:]]))
        expected = [2 * i for i in range(60)]
        expected[3], expected[47] = -1, -2
        assert [r for chunk in results for r in chunk] == expected
        assert results[3] == []

    def test_what_waits_without_computing_is_ended_too(self) -> None:
        """The clock on the wall ends what no limit of computing time would."""
        limits = Limits(seconds=1, patience=1)
        found = list(
            in_order(shaky, {"1": "sleep"}, [[0, 1, 2]], workers=1, killed=marked, limits=limits)
        )
        assert found == [[0, -2, 4]]

    @pytest.mark.parametrize("harm", ["die", "spin", "sleep"])
    def test_what_harms_only_together_is_done_apart(self, harm: str) -> None:
        """A worker that comes to harm while it looks ahead costs no item."""
        limits = Limits(seconds=1, patience=1)
        with Crew(doubled, {"5": harm}, marked, 2, limits=limits) as crew:
            found = list(crew.run([list(range(8)), list(range(8, 12))]))
        assert found == [[2 * i for i in range(8)], [2 * i for i in range(8, 12)]]

    @pytest.mark.skipif(sys.platform != "linux", reason="workers are forked on Linux only")
    def test_a_helper_and_then_its_workers_may_be_killed(self) -> None:
        """Workers of a helper that is gone do not take those of the next one with them."""
        with Crew(process_of, None, nobody, 2) as crew:
            found = crew.run([i] for i in range(60))
            worker, helper = next(found)[0]
            os.kill(helper, signal.SIGKILL)
            os.kill(worker, signal.SIGKILL)
            for other in {next(found)[0][0], next(found)[0][0]} - {worker}:
                os.kill(other, signal.SIGKILL)
            rest = list(found)
            assert len(rest) == 57
            assert nobody(0, Trouble.DIED) not in [seen[0] for seen in rest]

    def test_a_result_that_cannot_be_sent_is_found(self) -> None:
        """Where the fault is in the answer, halving finds whose answer it is."""
        found = list(in_order(shaky, {"2": "secret"}, [[0, 1, 2, 3]], workers=2, killed=marked))
        assert found == [[0, 2, -1, 6]]

    def test_large_chunks_do_not_lock(self) -> None:
        """Chunks larger than any buffer go through, in both directions."""
        chunks = [[bytes(300_000)] * 3 for _ in range(12)]
        found = list(in_order(echo, None, chunks, workers=2, killed=marked))  # type: ignore[arg-type]
        assert found == chunks


class TestPoison:
    """Rows that crash, hang or eat memory."""

    @pytest.mark.parametrize("workers", [1, 2])
    def test_planted_rows_are_marked_and_no_other(self, tmp_path: Path, workers: int) -> None:
        """Every planted row is unscreened with the reason, every other row as ever."""
        result = poisoned(tmp_path, 80, 6, workers=workers)
        assert (result.marked, result.wrong) == (6, 0)

    def test_shipments_and_frames(self) -> None:
        """The same holds for `screen_many` and for frames."""
        goods = [Shipment(name=n, day=DAY) for n in ("toluene", "abort", "listed")]
        made = list(screen_shipments(PoisonedScreener(), goods, workers=2))
        assert [d.outcome.value for d in made] == ["no_listing_found", "unscreened", "controlled"]
        assert made[1].findings[0].message.startswith(UNSAFE)
        pandas = pytest.importorskip("pandas")
        frame = pandas.DataFrame({"Name": ["toluene", "segfault", "listed"], "Dest": "MX"})
        said = screen_frame(PoisonedScreener(), frame, workers=2, day=DAY)
        assert list(said["screening_outcome"]) == [d.outcome.value for d in made]

    def test_the_worst_accepted_structure_takes_seconds(self, screener: Screener) -> None:
        """In this process too a drawing that a class fits in very many ways comes to an end."""
        for text in ("N1CCC(CC1)" * 55 + "C", "N1CCC(CC1)" * 20 + "C", "C" * 600, "C(=O)(O)" * 150):
            before = resource.getrusage(resource.RUSAGE_SELF).ru_utime
            screener.screen(Shipment(structure=text, origin="CN", destination="US", day=DAY))
            assert resource.getrusage(resource.RUSAGE_SELF).ru_utime - before < 10


def test_killed_runs_are_taken_up(tmp_path: Path) -> None:
    """A run that is killed at random moments ends with the very same files, and nothing is left."""
    tally = killed(tmp_path, table(tmp_path, 1_500), FakeScreener(), rows=1_500, kills=6, a_run=2)
    assert tally.kills >= 6
    assert (tally.different, tally.orphans, tally.faults) == (0, 0, [])


class TestEachOperation:
    """A run that is killed before each file that it opens, moves or removes."""

    @pytest.mark.parametrize(
        ("seal", "summed"), [(True, False), (False, True)], ids=["sealed-alone", "plain-summed"]
    )
    def test_a_run_killed_anywhere_is_taken_up(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seal: bool, summed: bool
    ) -> None:
        """Whatever was done last, the files become those of a run left alone."""
        law = Screener(duty_law.written(tmp_path / "law"))
        header = ["Ref", "SMILES", "Quantity", "From", "To", "Ship Date", "Shipper"]

        def counting(i: int) -> list[str]:
            who = "Acme" if summed else f"Acme {i}"
            return [f"R{i}", "CC(C)=O", "90 kg", "NZ", "MX", "2025-11-20", who]

        monkeypatch.setattr("screening.batch.CHECKPOINT_ROWS", 4)
        path = tmp_path / "in.csv"
        write_table(path, 6, counting, header)
        screen_csv(path, tmp_path / "first", screener=law, day=DAY, report=False)
        found = stepped(tmp_path, path, law, seal=seal, first=-24)
        assert found.kills == 24
        assert found.wrong == []


class TestSystem:
    """The disk, the input and the folder."""

    def test_a_full_disk_is_said(self, tmp_path: Path) -> None:
        """A write that the system refuses is an error that says so; the run can be taken up."""
        path = table(tmp_path, 3_000)
        program = (
            "import resource, signal, sys\n"
            "from screening.batch import screen_csv\n"
            "from screening.errors import InputFileError\n"
            "from tests.fakes import FakeScreener\n"
            "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
            "resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))\n"
            "try:\n"
            "    screen_csv(sys.argv[1], sys.argv[2], screener=FakeScreener(), report=False)\n"
            "except InputFileError as error:\n"
            "    print(error)\n"
        )
        root = Path(__file__).resolve().parent.parent.parent
        done = subprocess.run(
            [sys.executable, "-c", program, str(path), str(tmp_path / "out")],
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
            env=os.environ | {"PYTHONPATH": str(root)},
        )
        assert "could not be read or written (File too large)" in done.stdout
        assert "--resume" in done.stdout
        assert not (tmp_path / "out" / "decisions.csv").exists()

    def test_an_input_that_changes_under_way_is_refused(self, tmp_path: Path) -> None:
        """The same number of other rows is noticed, and nothing of them becomes a result."""
        path = table(tmp_path, 50)

        def meddle(*_: object) -> None:
            path.write_bytes(path.read_bytes().replace(b"toluene", b"acetone"))

        with pytest.raises(InputFileError, match="changed"):
            screen_csv(
                path,
                tmp_path / "out",
                screener=FakeScreener(),
                day=DAY,
                report=False,
                recognised=meddle,
            )
        assert not (tmp_path / "out" / "decisions.csv").exists()

    def test_final_files_appear_at_once(self, tmp_path: Path) -> None:
        """Until a run is complete the results of the earlier run stand, whole."""
        out = tmp_path / "out"
        screen_csv(table(tmp_path, 10), out, screener=FakeScreener(), day=DAY, report=False)
        before = {p.name: p.read_bytes() for p in out.iterdir()}
        path = table(tmp_path, 2_000)

        def look(done: int) -> None:
            if done % 700 == 0:
                assert {p.name: p.read_bytes() for p in out.iterdir() if p.is_file()} == before

        screen_csv(path, out, screener=FakeScreener(), day=DAY, report=False, progress=look)
        assert json.loads((out / "summary.json").read_text())["rows_out"] == 2_000


class TestConcurrency:
    """One screener in many threads and processes."""

    GOODS = tuple(
        Shipment(structure=s, origin=o, destination="US", day=DAY)
        for s in SMILES[:16]
        for o in ("CN", "DE")
    )

    def test_threads(self, screener: Screener) -> None:
        """Eight threads in any order get the answers of one."""
        expected = {g: screener.screen(g).model_dump_json() for g in self.GOODS}

        def ask(seed: int) -> list[bool]:
            goods = list(self.GOODS)
            random.Random(seed).shuffle(goods)
            return [screener.screen(g).model_dump_json() == expected[g] for g in goods]

        with concurrent.futures.ThreadPoolExecutor(8) as threads:
            assert all(all(same) for same in threads.map(ask, range(16)))

    def test_processes(self, screener: Screener) -> None:
        """Three processes give the answers of one, in order."""
        expected = [screener.screen(g).model_dump_json() for g in self.GOODS]
        made = screen_shipments(screener, self.GOODS, workers=3)
        assert [d.model_dump_json() for d in made] == expected


@pytest.fixture
def _offline(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever opens an internet socket or looks up a host fails."""

    class Local(socket.socket):
        def __init__(self, family: int = -1, *rest: Any, **named: Any) -> None:
            internet = (socket.AF_INET, socket.AF_INET6, -1)
            if family in internet and named.get("fileno") is None and len(rest) < 3:
                raise AssertionError("a socket was opened")
            super().__init__(family, *rest, **named)

    def no_lookup(*_: object, **__: object) -> NoReturn:
        raise AssertionError("a host was looked up")

    monkeypatch.setattr(socket, "socket", Local)
    monkeypatch.setattr(socket, "getaddrinfo", no_lookup)
    monkeypatch.setattr(socket, "create_connection", no_lookup)


class TestOffline:
    """No code path of a screen reaches for a network."""

    def test_the_guard_of_this_test(self, _offline: None) -> None:  # noqa: PT019
        """A socket would be noticed."""
        with pytest.raises(AssertionError):
            socket.socket()

    def test_a_run_and_a_screen(self, tmp_path: Path, screener: Screener, _offline: None) -> None:  # noqa: PT019
        """Files, report, names, numbers and drawings are worked on without one."""
        path = tmp_path / "in.csv"
        path.write_text(
            "Ref,Name,CAS,SMILES,From,To,Ship Date\n"
            "1,norfentanyl,,,CN,US,2025-11-20\n"
            "2,,437-38-7,,CN,US,2025-11-20\n"
            "3,,,CCO,CN,US,2025-11-20\n"
            "4,unheard-of substance,,,CN,US,2025-11-20\n",
            encoding="utf-8",
        )
        summary = screen_csv(path, tmp_path / "out", screener=screener, workers=1)
        assert summary.data["rows_out"] == 4
        assert (tmp_path / "out" / "report.html").exists()

    def test_no_module_knows_how(self) -> None:
        """No part of the library imports a client of the network, or reads code from data."""
        root = Path(__file__).resolve().parent.parent.parent / "screening"
        allowed = {"guard.py": {"socket", "pickle"}}  # between processes of one run
        words = {
            "urllib.request",
            "http.client",
            "requests",
            "httpx",
            "socket",
            "pickle",
            "marshal",
        }
        for path in root.rglob("*.py"):
            lines = path.read_text(encoding="utf-8").splitlines()
            for line in lines:
                first, *rest = line.split() or [""]
                if first in {"import", "from"} and rest:
                    assert rest[0] not in words - allowed.get(path.name, set()), (path, line)


COUNTS = {
    "structures": 1_500,
    "texts": 120,
    "csv": 120,
    "watchlists": 80,
    "dispositions": 200,
    "bundles": 100,
}


class TestFuzz:
    """Texts and files that nobody would write; ``python -m tests.reliability fuzz`` at length."""

    @pytest.mark.parametrize("kind", sorted(COUNTS))
    def test_a_short_run(
        self, kind: str, tmp_path: Path, screener: Screener, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """No item raises what is not said, loses a row, or passes unread."""
        monkeypatch.setattr(fuzz, "Screener", lambda: screener)
        figures = fuzz.run(kind, COUNTS[kind], tmp_path, seed=7, whole=2)
        assert figures.faults == []
        assert sum(figures.done.values()) == COUNTS[kind]
        assert len(figures.done) > 1, "the items are all alike"

    @pytest.mark.parametrize(
        "words",
        [
            ["check", "CCO", "--day", "2025-99-99"],
            ["csv", "/nowhere/in.csv", "--out", "/nowhere"],
            ["csv"],
            ["no-such-command"],
            ["replay", "/dev/null"],
            ["verify", "/nowhere"],
            ["check", "é\ud800", "--watchlists", "/nowhere"],
            ["--day", "9" * 400],
        ],
    )
    def test_command_lines(self, words: list[str]) -> None:
        """A command line that means nothing ends with a known exit code."""
        assert fuzz.checked_command(words).startswith("exit")

    def test_structures_that_were_found_stay_found(self, screener: Screener) -> None:
        """Every structure that once was a finding is held to the same."""
        lines = (CORPUS / "structures.jsonl").read_text(encoding="utf-8").splitlines()
        for line in lines:
            found = json.loads(line)
            outcome = fuzz.checked_structure(screener, found["text"])
            assert outcome == found["outcome"], found["why"]
        assert lines

    @pytest.mark.parametrize("whole", [True, False], ids=["run", "rows"])
    def test_tables_that_were_found_stay_found(self, tmp_path: Path, whole: bool) -> None:
        """Every table that once was a finding is held to the same."""
        lines = (CORPUS / "tables.jsonl").read_text(encoding="utf-8").splitlines()
        for line in lines:
            found = json.loads(line)
            raw = bytes.fromhex(found["hex"])
            said = fuzz.checked_csv(
                tmp_path, raw, found["encoding"], found["separator"], whole=whole
            )
            assert said.startswith(found["outcome"]), found["why"]
        assert lines


def test_the_limits_of_a_row_are_those_that_are_told() -> None:
    """The words of the documentation and the limits are the same."""
    text = (Path(__file__).resolve().parent / "README.md").read_text(encoding="utf-8")
    usual = Limits()
    assert f"{usual.seconds} seconds" in text
    assert f"{usual.memory // 2**30} GiB" in text
    assert LIMITS.seconds < usual.seconds
    assert Outcome.UNSCREENED.value in text
