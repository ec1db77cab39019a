"""Sums over lines: parties, periods and files; no order or split of lines lowers a duty."""

from __future__ import annotations

import csv
import dataclasses
import datetime as dt
import io
import json
import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from screening import Decision, Screener, Shipment
from screening.batch import screen_csv, screen_frame, settled_row
from screening.cli import main
from screening.decision import FindingCode
from screening.errors import InputFileError
from screening.report.seal import verify
from screening.rules.parties import party_key
from screening.sums import Note, RowSums, counted
from tests import duty_law
from tests.strategies import examples

ACETONE, TOLUENE, PIPERIDINE = "CC(C)=O", "Cc1ccccc1", "C1CCNCC1"


@pytest.fixture(scope="module")
def law(tmp_path_factory: pytest.TempPathFactory) -> Screener:
    """A screener over the law in miniature."""
    return Screener(duty_law.written(tmp_path_factory.mktemp("law")))


def line(structure: str = ACETONE, **stated: Any) -> Shipment:
    """A line from Acme in nz to Foo in mx."""
    known: dict[str, Any] = {
        "origin": "NZ",
        "destination": "MX",
        "day": "2025-11-20",
        "exporter": "Acme",
        "consignee": "Foo",
    }
    return Shipment(structure=structure, **(known | stated))


def on(shipment: Shipment, day: str) -> Shipment:
    """The line on another day."""
    return dataclasses.replace(shipment, day=dt.date.fromisoformat(day))


def declared(decision: Decision) -> bool:
    """The duty that begins with the threshold is due."""
    return any(r.id.endswith("/declaration") for r in decision.requirements)


def settle(law: Screener, lines: Sequence[Shipment]) -> list[bool]:
    """For each line, whether its declaration is due once all of them are counted."""
    sums = RowSums(law.bundle)
    kept: list[tuple[Decision, Note | None]] = []
    for number, shipment in enumerate(lines, start=1):
        decision = law.screen(shipment)
        kept_line = counted(decision, law.bundle)
        note = None if kept_line is None else Note(row=number, row_id=None, line=kept_line)
        if note is not None:
            sums.add(note)
        kept.append((decision, note))
    found = []
    for decision, note in kept:
        totals = None if note is None else sums.beyond(note)
        found.append(declared(decision if totals is None else settled_row(decision, sums, totals)))
    sums.close()
    return found


class TestSums:
    """What counts together."""

    def test_a_month_of_the_same_parties(self, law: Screener) -> None:
        """Two lines of one month reach what neither does alone; both are told."""
        early, late = line(quantity="600 kg", day="2025-11-01"), line(quantity="400 kg")
        assert settle(law, [early, late]) == [True, True]
        assert settle(law, [early]) == [False]

    @pytest.mark.parametrize(
        "other",
        [
            {"day": "2025-12-01"},
            {"day": "2024-11-20"},
            {"exporter": "Other"},
            {"consignee": "Other"},
            {"structure": TOLUENE},
        ],
    )
    def test_other_lines_do_not_count(self, law: Screener, other: dict[str, str]) -> None:
        """Another month, party or substance is another sum."""
        assert settle(law, [line(quantity="600 kg"), line(**({"quantity": "600 kg"} | other))]) == [
            False,
            False,
        ]

    def test_days_and_years(self, law: Screener) -> None:
        """A threshold by transaction takes one day, one by year the whole year."""
        one = line(TOLUENE, quantity="600 kg")
        assert settle(law, [one, one]) == [True, True]
        assert settle(law, [one, on(one, "2025-11-21")]) == [False, False]
        small = line(PIPERIDINE, quantity="300 g")
        assert settle(law, [small, on(small, "2025-01-02")]) == [True, True]
        assert settle(law, [small, on(small, "2024-12-31")]) == [False, False]

    def test_a_missing_party_is_the_same_party(self, law: Screener) -> None:
        """A line without exporter or consignee counts with those of everyone."""
        unknown = line(quantity="600 kg", exporter=None)
        known = line(quantity="600 kg")
        assert settle(law, [unknown, known]) == [True, True]
        other = line(quantity="600 kg", exporter="Other", consignee=None)
        assert settle(law, [unknown, other]) == [True, True]

    def test_a_line_without_an_amount(self, law: Screener) -> None:
        """It counts as over, and so does every sum that it is in."""
        assert settle(law, [line(quantity="1 kg"), line()]) == [True, True]
        assert settle(law, [line(quantity="1 kg"), line(quantity="3 drums")]) == [True, True]

    def test_the_lines_are_named(self, law: Screener) -> None:
        """The requirement says which lines make up the sum, and the finding that it is the sum."""
        with law.ledger() as ledger:
            ledger.add(law.screen(line(quantity="600 kg", id="P-1", day="2025-11-02")))
            ledger.add(law.screen(line(quantity="500 kg", id="P-2", day="2025-12-02")))
            decision = law.screen(line(quantity="400 kg"), history=ledger)
        requirement = next(r for r in decision.requirements if r.id.endswith("/declaration"))
        (total,) = requirement.sums
        assert (total.total, total.count, total.period) == ("1,000 kg", 2, "2025-11")
        assert [(part.line, part.amount) for part in total.lines] == [
            ("this line", "400 kg"),
            ("P-1", "600 kg"),
        ]
        assert FindingCode.OVER_BY_SUM in {f.code for f in decision.findings}

    def test_many_lines_are_counted_and_some_named(self, law: Screener) -> None:
        """Twenty lines are named; the rest is a number."""
        with law.ledger() as ledger:
            one = law.screen(line(quantity="10 kg"))
            for number in range(200):
                ledger.add(one, f"line {number}")
            decision = law.screen(line(quantity="10 kg"), history=ledger)
        total = next(s for r in decision.requirements for s in r.sums)
        assert (total.count, len(total.lines), total.total) == (201, 20, "2,010 kg")

    def test_party_names(self) -> None:
        """Case, accents, width, punctuation and legal forms say nothing."""
        same = (
            "ACME Chemicals Co., Ltd.",
            "Acmé Chemicals",
            "acme chemicals inc",
            "ＡＣＭＥ　Chemicals",
        )
        assert {party_key(name) for name in same} == {"acme chemicals"}
        assert party_key("Foo S.A. de C.V.") == party_key("FOO") == "foo"
        assert party_key("上海化工有限公司") == party_key("上海化工")
        assert party_key("Co Ltd") == "co ltd"
        assert party_key("---") is None
        assert party_key(None) is None


_QUANTITIES = st.integers(min_value=1, max_value=700).map(lambda kg: f"{kg} kg")
_LINES = st.lists(
    st.tuples(
        st.one_of(_QUANTITIES, st.integers(1, 300).map(lambda n: f"{n} l"), st.none()),
        st.sampled_from(["Acme", "Bolt", None]),
        st.sampled_from(["Foo", None]),
        st.sampled_from(["2025-11-20", "2025-11-03", "2025-10-03"]),
        st.sampled_from([ACETONE, TOLUENE]),
    ),
    min_size=1,
    max_size=6,
)


def lines_of(
    stated: Sequence[tuple[str | None, str | None, str | None, str, str]],
) -> list[Shipment]:
    """Lines of what was drawn."""
    return [
        line(structure, quantity=quantity, exporter=exporter, consignee=consignee, day=day)
        for quantity, exporter, consignee, day, structure in stated
    ]


class TestInvariants:
    """No order, split or gap lowers a requirement."""

    @given(_LINES, st.randoms(use_true_random=False))
    @examples(25)
    def test_order_does_not_matter(
        self, law: Screener, stated: list[Any], chance: random.Random
    ) -> None:
        """Each line has the same duties wherever it stands."""
        lines = lines_of(stated)
        order = list(range(len(lines)))
        chance.shuffle(order)
        straight = settle(law, lines)
        shuffled = settle(law, [lines[i] for i in order])
        assert [shuffled[order.index(i)] for i in range(len(lines))] == straight

    @given(_LINES, st.data())
    @examples(25)
    def test_splitting_a_line_lowers_nothing(
        self, law: Screener, stated: list[Any], data: st.DataObject
    ) -> None:
        """Two lines in the place of one, with its amount between them."""
        amount = data.draw(st.integers(min_value=2, max_value=2000))
        first = data.draw(st.integers(min_value=1, max_value=amount - 1))
        lines = lines_of(stated)
        whole = dataclasses.replace(lines[0], quantity=f"{amount} g")
        parts = [
            dataclasses.replace(lines[0], quantity=f"{grams} g")
            for grams in (first, amount - first)
        ]
        before = settle(law, [whole, *lines[1:]])
        after = settle(law, [*parts, *lines[1:]])
        assert [after[0], *after[2:]] == before
        assert after[1] >= before[0]

    @given(_LINES, st.sampled_from(["quantity", "exporter", "consignee"]), st.data())
    @examples(25)
    def test_what_is_left_out_lowers_nothing(
        self, law: Screener, stated: list[Any], field: str, data: st.DataObject
    ) -> None:
        """A line that loses its amount or a party, and a line more, only ever add duties."""
        lines = lines_of(stated)
        place = data.draw(st.integers(min_value=0, max_value=len(lines) - 1))
        before = settle(law, lines)
        gap: dict[str, Any] = {field: None}
        lines[place] = dataclasses.replace(lines[place], **gap)
        after = settle(law, lines)
        more = settle(law, [*lines, line()])
        assert all(now >= was for was, now in zip(before, after, strict=True))
        assert all(now >= was for was, now in zip(after, more, strict=False))


HEADER = ["Ref", "SMILES", "Quantity", "From", "To", "Ship date", "Exporter", "Consignee"]


def table(path: Path, rows: Sequence[Sequence[str]]) -> Path:
    """A CSV file of lines."""
    with path.open("w", newline="", encoding="utf-8") as stream:
        csv.writer(stream).writerows([HEADER, *rows])
    return path


def some_rows(count: int, seed: int = 3) -> list[list[str]]:
    """Lines of a few parties, some with gaps; the same ones every time."""
    chance = random.Random(seed)
    return [
        [
            f"A-{number}",
            chance.choice([ACETONE, ACETONE, TOLUENE, "CCCCCC"]),
            chance.choice(["90 kg", "40 l", "120 kg", "3 kg"]) if number % 17 else "2 drums",
            *("NZ", "MX"),
            chance.choice(["2025-11-03", "2025-11-20", "2025-10-02", "20/11/2025", ""]),
            chance.choice(["Acme", "Acme Ltd", "Bolt", "Cord", "Dust"]),
            chance.choice(["Foo", "Bar", "Baz", "Foo S.A.", ""]) if number % 11 else "",
        ]
        for number in range(count)
    ]


class TestFiles:
    """The same answers over a file, a frame, workers, and a run that is taken up."""

    def run(self, law: Screener, source: Path, out: Path, **options: Any) -> list[dict[str, Any]]:
        """The lines that a run writes."""
        screen_csv(source, out, screener=law, report=False, **options)
        written = (out / "decisions.jsonl").read_text(encoding="utf-8")
        return [json.loads(text) for text in written.split("\n")[:-1]]

    def test_rows_count_together_wherever_they_stand(self, law: Screener, tmp_path: Path) -> None:
        """A row far ahead is settled by one that comes later, and names it."""
        rows = [["A-1", ACETONE, "600 kg", "NZ", "MX", "2025-11-03", "Acme", "Foo"]]
        rows += [
            [f"X-{i}", "CCCCCC", "1 kg", "NZ", "MX", "2025-11-03", "A", "B"] for i in range(40)
        ]
        rows += [["A-2", ACETONE, "600 kg", "NZ", "MX", "2025-11-30", "ACME Ltd.", "Foo"]]
        found = self.run(law, table(tmp_path / "t.csv", rows), tmp_path / "out")
        for number in (0, -1):
            (total,) = [s for r in found[number]["requirements"] for s in r["sums"]][:1]
            assert [part["line"] for part in total["lines"]] == ["row 1 (A-1)", "row 42 (A-2)"]
        assert found[0]["coverage_of"] == found[1]["coverage_of"] != []
        summary = json.loads((tmp_path / "out" / "summary.json").read_text("utf-8"))
        assert summary["counts"]["findings"]["over_by_sum"] == 2
        assert "below_threshold" not in summary["counts"]["findings"]

    def test_a_file_and_a_frame_and_workers_agree(self, law: Screener, tmp_path: Path) -> None:
        """Whoever screens, and in how many processes, the bytes are the same."""
        rows = some_rows(120)
        source = table(tmp_path / "t.csv", rows)
        day = {"day": line().day}
        one = self.run(law, source, tmp_path / "one", **day)
        self.run(law, source, tmp_path / "two", workers=2, **day)
        for name in ("decisions.csv", "decisions.jsonl"):
            assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()
        text = (tmp_path / "one" / "decisions.csv").read_text("utf-8")
        written = list(csv.DictReader(io.StringIO(text)))
        frame = screen_frame(law, pd.DataFrame(rows, columns=HEADER), day=line().day)
        for column in frame.columns[len(HEADER) :]:
            assert list(frame[column]) == [row[column] for row in written]
        codes = {f["code"] for row in one for f in row["findings"]}
        assert {"over_by_sum", "below_threshold", "quantity_not_read"} <= codes

    def test_a_run_that_is_taken_up(
        self, law: Screener, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Rows from before the interruption count as those after it."""
        monkeypatch.setattr("screening.batch.CHECKPOINT_ROWS", 16)
        source = table(tmp_path / "t.csv", some_rows(90))
        day = {"day": line().day}
        self.run(law, source, tmp_path / "whole", **day)

        def stop(done: int) -> None:
            if done == 50:
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            self.run(law, source, tmp_path / "parts", progress=stop, **day)
        self.run(law, source, tmp_path / "parts", resume=True, **day)
        for name in ("decisions.csv", "decisions.jsonl"):
            whole, parts = (tmp_path / where / name for where in ("whole", "parts"))
            assert whole.read_bytes() == parts.read_bytes()
        assert sorted(p.name for p in (tmp_path / "parts").iterdir()) == sorted(
            p.name for p in (tmp_path / "whole").iterdir()
        )

    def test_a_sealed_run_stays_sound(self, law: Screener, tmp_path: Path) -> None:
        """Rows that are written anew are linked like the others."""
        source = table(tmp_path / "t.csv", some_rows(60))
        found = self.run(law, source, tmp_path / "out", seal=True)
        assert any(s["count"] > 1 for row in found for r in row["requirements"] for s in r["sums"])
        assert not verify(tmp_path / "out").alterations

    def test_history_counts(self, law: Screener, tmp_path: Path) -> None:
        """Lines of earlier runs count; they are named by file and line."""
        before = [["P-1", ACETONE, "600 kg", "NZ", "MX", "2025-11-03", "Acme", "Foo"]]
        now = [["N-1", ACETONE, "600 kg", "NZ", "MX", "2025-11-20", "Acme", "Foo"]]
        self.run(law, table(tmp_path / "b.csv", before), tmp_path / "before")
        source = table(tmp_path / "n.csv", now)
        alone = self.run(law, source, tmp_path / "alone")
        past = tmp_path / "before" / "decisions.jsonl"
        both = self.run(law, source, tmp_path / "both", history=[past])
        assert not any(r["id"].endswith("/declaration") for r in alone[0]["requirements"])
        total = next(s for r in both[0]["requirements"] for s in r["sums"])
        assert [part["line"] for part in total["lines"]] == [
            "decisions.jsonl line 1 (P-1)",
            "row 1 (N-1)",
        ]
        frame = screen_frame(law, pd.DataFrame(now, columns=HEADER), history=[past])
        assert "Export declaration" in frame["screening_requirements"][0]

    def test_a_replay_counts_the_same_lines(
        self, law: Screener, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """Sums over a file, and over its history, come out the same when it is replayed."""
        past = tmp_path / "past"
        self.run(law, table(tmp_path / "p.csv", some_rows(20, seed=5)), past)
        source = table(tmp_path / "t.csv", some_rows(40))
        history = past / "decisions.jsonl"
        self.run(law, source, tmp_path / "out", history=[history])
        lists = duty_law.written(tmp_path / "lists")
        command = ["replay", str(tmp_path / "out"), "--watchlists", str(lists)]
        with pytest.raises(SystemExit) as caught:
            main([*command, "--history", str(history)])
        assert "40 identical, 0 different" in capsys.readouterr().out
        assert not caught.value.code
        with pytest.raises(SystemExit):
            main(command)
        assert "0 different" not in capsys.readouterr().out

    @pytest.mark.parametrize("text", ["{}\n", "no json\n", '{"hits": [1], "day": "2025-11-20"}\n'])
    def test_a_history_that_is_none(self, law: Screener, tmp_path: Path, text: str) -> None:
        """A line that cannot be read is an error with its number: left out, it would lower sums."""
        past = tmp_path / "past.jsonl"
        past.write_text(text)
        with pytest.raises(InputFileError, match="line 1"):
            law.ledger(past)
        with pytest.raises(InputFileError, match="cannot be read"):
            law.ledger(tmp_path / "missing.jsonl")

    def test_a_row_without_a_day_counts_in_every_period(
        self, law: Screener, tmp_path: Path
    ) -> None:
        """A day that is filled in is not known."""
        rows = [
            ["A-1", ACETONE, "600 kg", "NZ", "MX", "2025-03-03", "Acme", "Foo"],
            ["A-2", ACETONE, "600 kg", "NZ", "MX", "", "Acme", "Foo"],
        ]
        source = table(tmp_path / "t.csv", rows)
        found = self.run(law, source, tmp_path / "out", day=line().day)
        assert all(
            any(r["id"].endswith("/declaration") for r in row["requirements"]) for row in found
        )
