"""The index of the offline table: what is found ahead is what would be found row by row."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from click.testing import CliRunner

from screening import InputFileError, MissingExtraError, Screener, Shipment, table_index
from screening.batch import Settings, _RowReader, _submitted, screen_row
from screening.cli import cli
from screening.columns import recognise
from screening.decision import Finding, FindingCode, Severity
from screening.names import installed_sources
from screening.registry import Registry
from screening.rendering import Submitted
from screening.report.tables import TableRow
from screening.shipment import read_day
from screening.systematic import Interpreted, SystematicNames
from screening.table_index import index_table
from tests.asking import TODAY

BENIGN = Path(__file__).parent / "data" / "benign.csv"
_VOUCHED = {("registry", True)}
JOURNEYS = ({"origin": "CN", "destination": "US"}, {"origin": "DE", "destination": "MX"})


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of its own for answers; what is compiled of the law stays where it is."""
    folder = tmp_path / "cache"
    folder.mkdir(mode=0o700)
    monkeypatch.setattr("screening.answers.cache_folder", lambda: folder)
    fresh = SystematicNames()
    monkeypatch.setattr("screening.names._nomenclature", lambda: fresh)
    return folder


@pytest.fixture(scope="module")
def goods() -> list[dict[str, str]]:
    """Some ordinary chemicals with number and name."""
    with BENIGN.open(encoding="utf-8", newline="") as file:
        return [row for row in csv.DictReader(file) if row["cas"]][::60]


@pytest.fixture
def few(goods: list[dict[str, str]], monkeypatch: pytest.MonkeyPatch) -> int:
    """The table holds only these goods, in chunks of a few; how many they are."""
    registry = installed_sources().registry
    assert registry is not None
    found = [(registry.by_cas(row["cas"]), row["name"]) for row in goods]
    texts = [(one.smiles, (one.name, name)) for one, name in found if one is not None]
    monkeypatch.setattr(Registry, "substances", lambda _: iter(texts))
    monkeypatch.setattr(table_index, "CHUNK", 8)
    return len(texts)


def lines(goods: Sequence[dict[str, str]]) -> Iterator[Shipment]:
    """The goods by number, by name in several spellings, by both, and beside other words."""
    for number, row in enumerate(goods):
        journey = JOURNEYS[number % 2]
        for said in (
            {"cas": row["cas"]},
            {"name": row["name"]},
            {"name": row["name"].upper()},
            {"cas": row["cas"], "name": row["name"].capitalize(), "hs_code": "2933.39"},
            {"cas": row["cas"], "name": goods[0]["name"], "exporter": "Example Ltd"},
            {"name": f"{row['name']} 99 % 25 kg"},
        ):
            yield Shipment(**said, **journey, day=TODAY, id=f"R{number}")


class TestIndex:
    """What the index holds."""

    def test_no_decision_changes(
        self,
        goods: list[dict[str, str]],
        few: int,
        cache: Path,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        """And nomenclature is not asked about names that are indexed."""
        first = Screener()
        asked = list(lines(goods))
        unindexed = [first.screen(line) for line in asked]
        for answers in (first.of_tables.answers, first.names._readings):
            answers.flush()
        for file in cache.glob("*.sqlite"):
            file.unlink()
        nomenclature = SystematicNames()
        monkeypatch.setattr("screening.names._nomenclature", lambda: nomenclature)
        index_table(Screener())
        later = Screener()

        def ask(*_: object) -> None:
            raise AssertionError("nomenclature was asked")

        answer = nomenclature._asked
        monkeypatch.setattr(nomenclature, "_asked", ask)
        vouched = [
            (line, decision)
            for line, decision in zip(asked, unindexed, strict=True)
            if line.cas is None and {(i.via, i.exact) for i in decision.identities} == _VOUCHED
        ]
        assert len(vouched) > few
        assert [later.screen(line) for line, _ in vouched] == [decision for _, decision in vouched]
        monkeypatch.setattr(nomenclature, "_asked", answer)
        assert [later.screen(line) for line in asked] == unindexed
        without_short_roads = Screener(exhaustive=True)
        for line, decision in list(zip(asked, unindexed, strict=True))[:12]:
            full = without_short_roads.screen(line)
            assert (full.outcome, full.hits, full.findings, full.identities) == (
                decision.outcome,
                decision.hits,
                decision.findings,
                decision.identities,
            )

    def test_it_is_taken_up_where_it_was(
        self, few: int, cache: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """An interrupted run keeps what it found; a whole one is not made again."""
        monkeypatch.setattr(table_index, "_WRITTEN", 1)

        def stop(done: int) -> None:
            if done >= 16:
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            index_table(Screener(), progress=stop)
        begun: list[tuple[int, int]] = []
        second = index_table(Screener(), started=lambda *n: begun.append(n))
        assert begun == [(few, 16)]
        assert (second.substances, second.taken_over) == (few, 16)
        assert second.names
        assert second.structures
        third = index_table(Screener())
        assert (third.taken_over, third.structures, third.names) == (few, 0, 0)
        assert third.size == sum(
            path.stat().st_size for path in cache.glob("*.sqlite") if "readings" not in path.name
        )

    def test_without_the_table_there_is_none(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """The extra that is missing is named."""
        monkeypatch.setattr(Registry, "available", property(lambda _: False))
        with pytest.raises(MissingExtraError, match="registry"):
            index_table(Screener())
        result = CliRunner().invoke(cli, ["index"])
        assert isinstance(result.exception, MissingExtraError)

    def test_without_nomenclature_structures_are_indexed(
        self,
        few: int,
        cache: Path,  # noqa: ARG002 - switches the cache
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        """And it is said why names are not; later they can be."""
        with monkeypatch.context() as without:
            without.setattr(SystematicNames, "missing", property(lambda _: "Java is gone"))
            result = CliRunner().invoke(cli, ["index"])
        assert result.exit_code == 0
        assert f"{few:,} substances, 0 of them indexed before" in result.stdout
        assert "names were not indexed: Java is gone" in result.stderr
        later = index_table(Screener())
        assert (later.taken_over, later.structures) == (0, 0)
        assert later.names

    def test_without_a_cache_it_is_refused(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """There is nowhere to keep it."""
        monkeypatch.setattr("screening.answers.cache_folder", lambda: None)
        with pytest.raises(InputFileError, match="SCREENING_CACHE"):
            index_table(Screener())

    def test_without_room_it_is_said(
        self,
        few: int,  # noqa: ARG002 - makes the table small
        cache: Path,  # noqa: ARG002 - switches the cache
    ) -> None:
        """A file that takes no more answers ends the run."""
        full = Screener()
        full.of_tables.answers._most = 0
        with pytest.raises(InputFileError, match="full"):
            index_table(full)

    def test_what_cannot_be_indexed_is_counted(
        self,
        few: int,
        cache: Path,  # noqa: ARG002 - switches the cache
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        """It is no part of the index, and is tried again by the next run."""
        lost = table_index._Answered(None, None)
        with monkeypatch.context() as failing:
            failing.setattr(table_index, "_answered", lambda *_: lost)
            assert index_table(Screener()).left_out == few
        again = index_table(Screener())
        assert (again.taken_over, again.left_out) == (0, 0)


class _Program:
    """Stands for OPSIN: answers names one after the other, and hangs at some."""

    def __init__(self, hangs: frozenset[str]) -> None:
        self.pid = os.getpid()
        self._hangs = hangs

    def ask_all(self, names: Sequence[str]) -> Iterator[tuple[str, Interpreted | None]]:
        for name in names:
            if name in self._hangs:
                raise TimeoutError(name)
            yield name, Interpreted("CCO", name.endswith("?"))

    def end(self) -> None:
        """It has nothing to end."""


def test_a_name_that_takes_too_long_costs_itself_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of names asked together."""
    jar = tmp_path / "opsin-cli.jar"
    jar.write_bytes(b"")
    names = SystematicNames()
    vars(names).update(_java="java", _program=jar, version="1")
    hangs = frozenset({"b", "d"})
    monkeypatch.setattr("screening.systematic._Process", lambda *_: _Program(hangs))
    assert names.structures(["a", "b", "c?", "d", "a", "e"]) == {
        "a": Interpreted("CCO", False),
        "c?": Interpreted("CCO", True),
        "e": Interpreted("CCO", False),
    }
    names.close()


def test_a_row_is_written_alike_on_every_road(
    screener: Screener, goods: list[dict[str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """JSON, cells and counts of rows that share a decision are those of rows that do not."""
    note = Finding(code=FindingCode.DAY_FILLED, severity=Severity.NOTE, message="No day.")
    ask = Finding(code=FindingCode.PLACE_NOT_READ, severity=Severity.ASK, message="Which?")
    bare = Shipment(origin="CN", destination="US", day=TODAY, hs_code="8419")
    rows = [
        Submitted(bare, findings, None, named)
        for findings in ((), (note, ask))
        for row in goods[:12]
        for named in ((row["cas"], None), (None, row["name"]), (row["cas"], row["name"]))
    ]
    rows.append(Submitted(bare, (), None, (None, "布洛芬")))
    rows.append(Submitted(bare, (), None, (None, 'ibuprofen "\u2028"')))
    shared = [screen_row(screener, row) for row in rows]
    monkeypatch.setattr(Screener, "alike_of_table", lambda *_: None)
    assert [screen_row(screener, row) for row in rows] == shared


@pytest.mark.parametrize(
    "header",
    [
        ("Ref", "CAS", "Product", "Qty", "From", "To", "Date"),
        ("Ref", "CAS", "SMILES", "Product", "From", "To", "Date"),
        ("Product", "Description", "CAS", "To"),
    ],
)
def test_rows_that_differ_in_goods_alone_are_read_alike(header: tuple[str, ...]) -> None:
    """Whatever is in the cells of number, name, drawing and reference."""
    mapping = recognise(list(header), None)
    settings = Settings(day=read_day(TODAY))
    reader = _RowReader(mapping, settings)
    texts = ["", "64-17-5", "ethanol", " N/A ", "a&amp;b", "x\0", "y" * 600, "酒精", "CCO", "12"]
    rest = {"Qty": "25 kg", "From": "CN", "To": "US", "Date": "2026-01-10"}
    for number, text in enumerate(texts * len(texts)):
        other = texts[number // len(texts)]
        own = {"CAS": text, "Product": other, "Ref": other, "SMILES": text, "Description": text}
        row = TableRow(number, number, [{**own, **rest}[name] for name in header])
        read, row_id = reader.read(row)
        alone, alone_id = _submitted(mapping, row, settings)
        assert (read.shipment, read.findings) == (alone.shipment, alone.findings)
        assert row_id == alone_id
