"""What is kept of slow answers between runs: taken only where whole, and no decision is another."""

from __future__ import annotations

import csv
import os
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from screening import Screener, Shipment
from screening.answers import Answers
from screening.items import ItemTable
from screening.names import NameIndex, installed_sources
from screening.registry import Registry
from screening.systematic import Interpreted, SystematicNames
from tests.asking import TODAY

BENIGN = Path(__file__).parent / "data" / "benign.csv"
CELLS = [
    "ibuprofen",
    "1-phenylpropan-2-one 99 % 25 kg/drum",
    "N-phenethyl-4-piperidone hydrochloride",
    "4-bromobutan-2-ol",
    "布洛芬 99%",
    "acetone / toluene (CAS 108-88-3)",
    "piperidine derivatives",
    "norfentanyI",
    "lot 44 sample, as agreed",
    "UN1090",
]


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of its own for answers; what is compiled of the law stays where it is."""
    folder = tmp_path / "cache"
    folder.mkdir(mode=0o700)
    monkeypatch.setattr("screening.answers.cache_folder", lambda: folder)
    return folder


def table(cache: Path) -> Path:
    """The one table of a cache."""
    (path,) = cache.glob("*.sqlite")
    return path


class TestAnswers:
    """A table of answers."""

    def test_an_answer_is_there_for_the_next_run(self, cache: Path) -> None:
        """Also one that is empty; under another key there is none."""
        first = Answers("test", lambda: "a" * 32)
        first.put("one", "1")
        first.put("none", "")
        assert first.get("one") == "1"
        first.flush()
        again = Answers("test", lambda: "a" * 32)
        assert (again.get("one"), again.get("none"), again.get("two")) == ("1", "", None)
        assert Answers("test", lambda: "b" * 32).get("one") is None
        assert len(list(cache.glob("test-*.sqlite"))) == 2

    @pytest.mark.parametrize(
        "damage",
        [
            "update answer set said = '2'",
            "update answer set proof = zeroblob(8)",
            "update answer set key = key + 1",
            "update answer set said = null",
            "drop table answer",
        ],
    )
    def test_an_answer_that_was_changed_is_not_taken(self, cache: Path, damage: str) -> None:
        """Nor is one that belongs to another question."""
        first = Answers("test", lambda: "a" * 32)
        first.put("one", "1")
        first.flush()
        with sqlite3.connect(table(cache)) as connection:
            connection.execute(damage)
        assert Answers("test", lambda: "a" * 32).get("one") is None

    def test_a_file_that_is_none_is_begun_anew(self, cache: Path) -> None:
        """Without an error."""
        (cache / f"test-{'a' * 32}.sqlite").write_bytes(b"no table at all" * 1000)
        one = Answers("test", lambda: "a" * 32)
        one.put("one", "1")
        one.flush()
        assert Answers("test", lambda: "a" * 32).get("one") == "1"

    @pytest.mark.skipif(not hasattr(os, "getuid"), reason="the system has no owners of folders")
    def test_a_folder_of_others_is_not_used(self, cache: Path) -> None:
        """Who can change an answer can change a decision."""
        cache.chmod(0o777)
        one = Answers("test", lambda: "a" * 32)
        one.put("one", "1")
        one.flush()
        assert not list(cache.iterdir())

    def test_without_a_cache_nothing_is_kept(
        self, cache: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """And nothing fails."""
        monkeypatch.setattr("screening.answers.cache_folder", lambda: None)
        one = Answers("test", lambda: "a" * 32)
        one.put("one", "1")
        one.flush()
        assert not list(cache.iterdir())


class _Program:
    """Stands for OPSIN: says the same of every name, or dies."""

    def __init__(self, answer: Interpreted | None, *, dies: bool = False) -> None:
        self.pid = os.getpid()
        self.asked: list[str] = []
        self._answer = answer
        self._dies = dies

    def ask(self, name: str) -> Interpreted | None:
        self.asked.append(name)
        if self._dies:
            raise OSError("gone")
        return self._answer

    def end(self) -> None:
        """It has nothing to end."""


@pytest.fixture
def nomenclature(tmp_path: Path) -> Callable[[_Program], SystematicNames]:
    """Nomenclature that asks a program of ours."""
    jar = tmp_path / "opsin-cli.jar"
    jar.write_bytes(b"")

    def make(program: _Program) -> SystematicNames:
        names = SystematicNames()
        vars(names).update(_java="java", _program=jar, version="1", _process=program)
        return names

    return make


class TestNomenclature:
    """What OPSIN said of a name."""

    @pytest.mark.parametrize(
        "answer", [Interpreted("CCO", False), Interpreted("CC(O)C", True), None]
    )
    def test_a_name_is_asked_once(
        self,
        cache: Path,  # noqa: ARG002 - switches the cache
        nomenclature: Callable[[_Program], SystematicNames],
        answer: Interpreted | None,
    ) -> None:
        """A later run has the answer, and that there is none is one."""
        program = _Program(answer)
        first = nomenclature(program)
        assert [first.structure("2-methylpropanol") for _ in range(2)] == [answer] * 2
        first.answers.flush()
        later = nomenclature(program)
        assert later.structure("2-methylpropanol") == answer
        assert program.asked == ["2-methylpropanol"]

    def test_silence_is_no_answer(
        self,
        cache: Path,  # noqa: ARG002 - switches the cache
        nomenclature: Callable[[_Program], SystematicNames],
    ) -> None:
        """A later run asks again where the program died."""
        first = nomenclature(_Program(None, dies=True))
        assert first.structure("2-methylpropanol") is None
        assert first.missed("2-methylpropanol")
        assert first.misses == 1
        first.answers.flush()
        later = nomenclature(_Program(Interpreted("CCO", False)))
        assert later.structure("2-methylpropanol") == Interpreted("CCO", False)


class TestReadings:
    """What cells stand for."""

    def test_a_kept_reading_is_the_same(
        self, screener: Screener, cache: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Field by field, and the tables are not asked for it."""
        first = NameIndex(screener.bundle, installed_sources())
        told = [first.read(cas="64-17-5", name=cell) for cell in CELLS]
        first._readings.flush()
        assert list(cache.glob("readings-*.sqlite"))
        later = NameIndex(screener.bundle, installed_sources())

        def asked(*_: object, **__: object) -> None:
            raise AssertionError("the table was asked")

        monkeypatch.setattr(Registry, "by_name", asked)
        monkeypatch.setattr(Registry, "by_cas", asked)
        assert [later.read(cas="64-17-5", name=cell) for cell in CELLS] == told

    def test_what_an_item_stands_for_is_not_kept(self, screener: Screener, cache: Path) -> None:
        """A user's own table stays out of the cache."""
        index = NameIndex(screener.bundle, installed_sources(ItemTable({"A-17": "CCO"})))
        assert index.read(name="A-17").identities
        index._readings.flush()
        assert not list(cache.iterdir())


def test_goods_of_tables_are_decided_alike_on_every_road(
    cache: Path,
) -> None:
    """With nothing kept, with all of it kept, and without any filter or short road."""
    with BENIGN.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))[::80]
    said = [
        *({"name": row["name"], "hs_code": "2933.39"} for row in rows),
        *({"cas": row["cas"], "un_number": "1090"} for row in rows if row["cas"]),
        *({"name": f"{row['name']} 99 % 25 kg", "consignee": "Example Ltd"} for row in rows),
        {"name": "norfentanyl"},
        {"name": "zinc phosphate HCl"},
        {"cas": "99918-43-1"},
    ]
    lines = [Shipment(**s, origin="CN", destination="US", day=TODAY) for s in said]
    new = Screener()
    first = [new.screen(line) for line in lines]
    names = new._identification.names
    for answers in (names._readings, new._of_tables.answers):
        answers.flush()
    assert len(list(cache.glob("*.sqlite"))) >= 2
    kept = Screener()
    assert [kept.screen(line) for line in lines] == first
    every = Screener(exhaustive=True)
    for line, decision in zip(lines, first, strict=True):
        full = every.screen(line)
        assert full.outcome is decision.outcome
        assert full.findings == decision.findings
        assert full.hits == decision.hits
        assert full.requirements == decision.requirements
        assert full.advance_data == decision.advance_data
        assert full.identities == decision.identities
