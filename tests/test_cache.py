"""What is kept between runs is what would be derived afresh, and never anything else."""

from __future__ import annotations

import hashlib
import os
import shutil
import stat
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from screening.chemistry.structure import read_structure
from screening.errors import WatchlistError
from screening.names import NameIndex
from screening.rules import cache
from screening.rules.index import compile_bundle
from screening.rules.load import bundled_watchlists, load_bundle


@pytest.fixture
def records(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder of records."""
    folder = tmp_path / "records"
    monkeypatch.setenv(cache.VARIABLE, str(folder))
    return folder


@pytest.fixture
def lists(tmp_path: Path) -> Path:
    """A small copy of the bundled lists."""
    shutil.copytree(bundled_watchlists() / "hk", tmp_path / "lists" / "hk")
    return tmp_path / "lists"


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What is built rather than taken from a record, in order."""
    built: list[str] = []
    stored = cache.stored

    def watched(kind: str, key: str | None, build: Callable[[], Any], **how: Any) -> Any:
        def counted() -> Any:
            built.append(kind)
            return build()

        return stored(kind, key, counted, **how)

    for module in ("screening.rules.load", "screening.rules.index", "screening.names"):
        monkeypatch.setattr(f"{module}.stored", watched)
    return built


def whole(lists: Path) -> tuple[Any, ...]:
    """Everything that is derived from lists, as it can be compared."""
    bundle = load_bundle([lists])
    compiled = compile_bundle(bundle)
    index = compiled.substances
    structure = read_structure("CC(=O)OC(C)=O.O")
    return (
        bundle,
        bundle.digest,
        {e: compiled.classes[e].reference.smiles for e in compiled.classes},
        index.near_keys,
        [(m.listed.owner, m.listed.name, m.forms, m.key) for m in index.matches(structure)],
        list(index.single_graphs()),
        NameIndex(bundle).read(cas="108-24-7", name="acetic anhydride 99 %"),
    )


def test_a_later_run_takes_everything_from_records_and_it_is_the_same(
    lists: Path, records: Path, reads: list[str]
) -> None:
    first = whole(lists)
    assert reads == ["bundle", "index", "names"]
    assert whole(lists) == first
    assert reads == ["bundle", "index", "names"]
    assert len(list(records.iterdir())) == 3


def test_what_the_whole_law_leads_to_is_the_same(
    records: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bundle = load_bundle()
    fresh, kept = compile_bundle(bundle).substances, compile_bundle(bundle).substances
    assert list(kept.single_graphs()) == list(fresh.single_graphs())
    assert kept.near_keys == fresh.near_keys
    assert [[c.smiles for c in s] for s in kept.salts()] == [
        [c.smiles for c in s] for s in fresh.salts()
    ]


def test_one_changed_byte_is_seen(lists: Path, records: Path) -> None:
    before = load_bundle([lists])
    path = next(p for p in sorted(lists.rglob("*.yaml")) if "in_force: 20" in p.read_text("utf-8"))
    text = path.read_text("utf-8")
    path.write_text(text.replace("in_force: 20", "in_force: 19", 1), "utf-8")
    assert load_bundle([lists]).digest != before.digest


def test_a_fault_is_reported_each_time_and_never_kept(lists: Path, records: Path) -> None:
    load_bundle([lists])
    (lists / "hk" / "jurisdiction.yaml").write_text("title: [", "utf-8")
    for _ in range(2):
        with pytest.raises(WatchlistError):
            load_bundle([lists])
    assert len(list(records.glob("bundle-*"))) == 1


def test_a_faulty_structure_is_reported_each_time(lists: Path, records: Path) -> None:
    path = next(p for p in sorted(lists.rglob("*.yaml")) if "\nsubstance: " in p.read_text("utf-8"))
    lines = path.read_text("utf-8").splitlines()
    lines = ["substance: 'C1CC'" if li.startswith("substance: ") else li for li in lines]
    path.write_text("\n".join(lines), "utf-8")
    bundle = load_bundle([lists])
    for _ in range(2):
        with pytest.raises(WatchlistError):
            compile_bundle(bundle)
    assert not list(records.glob("index-*"))


@pytest.mark.parametrize("damage", [b"", b"{}", b"0" * 64 + b"\n{}", b"\xff\x00"])
def test_a_damaged_record_is_made_anew(
    lists: Path, records: Path, reads: list[str], damage: bytes
) -> None:
    before = whole(lists)
    for record in records.iterdir():
        record.write_bytes(damage)
    reads.clear()
    assert whole(lists) == before
    assert reads == ["bundle", "index", "names"]


def test_a_record_that_is_whole_but_no_bundle_is_made_anew(lists: Path, records: Path) -> None:
    before = load_bundle([lists])
    (record,) = records.iterdir()
    cache._write(record, b'{"digest": "0", "jurisdictions": [{}]}')
    assert load_bundle([lists]) == before


@pytest.mark.parametrize("word", ["off", "OFF", "0"])
def test_it_can_be_switched_off(
    lists: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, word: str
) -> None:
    monkeypatch.setenv(cache.VARIABLE, word)
    monkeypatch.chdir(tmp_path)
    assert cache.cache_folder() is None
    load_bundle([lists])
    assert not (tmp_path / word).exists()


@pytest.mark.skipif(not hasattr(os, "getuid"), reason="the system knows no such permissions")
def test_a_folder_that_others_may_write_to_is_not_used(
    lists: Path, records: Path, reads: list[str]
) -> None:
    records.mkdir()
    records.chmod(0o777)
    load_bundle([lists])
    load_bundle([lists])
    assert reads == ["bundle", "bundle"]
    assert not list(records.iterdir())


def test_a_folder_that_cannot_be_made_is_no_fault(
    lists: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("in the way", "utf-8")
    monkeypatch.setenv(cache.VARIABLE, str(tmp_path / "file" / "records"))
    assert load_bundle([lists]).jurisdictions


def test_several_writers_leave_one_whole_record(lists: Path, records: Path) -> None:
    with ThreadPoolExecutor(4) as pool:
        digests = {b.digest for b in pool.map(lambda _: load_bundle([lists]), range(8))}
    assert len(digests) == 1
    (record,) = records.iterdir()
    head, _, body = record.read_bytes().partition(b"\n")
    assert cache._read(record) == body
    assert len(head) == 64


def test_old_records_go(lists: Path, records: Path) -> None:
    records.mkdir(mode=0o700)
    for number in range(cache.MAX_RECORDS + 5):
        old = records / f"bundle-{number:064}.json"
        old.write_bytes(b"old")
        os.utime(old, (number, number))
    load_bundle([lists])
    left = sorted(p.name for p in records.iterdir())
    assert len(left) == cache.MAX_RECORDS
    assert f"bundle-{0:064}.json" not in left


class TestKeys:
    """What a record is named by."""

    def test_a_digest_is_of_parts_and_not_of_their_sum(self) -> None:
        assert cache.digest_of([b"ab", b"c"]) != cache.digest_of([b"a", b"bc"])
        sized = b"\0" * 7 + b"\2" + b"ab" + b"\0" * 7 + b"\1" + b"c"
        assert cache.digest_of([b"ab", b"c"]) == hashlib.sha256(sized).hexdigest()

    def test_whatever_is_read_changes_the_key(self, tmp_path: Path) -> None:
        """A name, a byte, a place; what is hidden is not read."""
        folder = tmp_path / "lists"
        keys = []

        def key() -> str | None:
            return cache.folders_key([folder])

        (folder / "aa" / "list").mkdir(parents=True)
        keys.append(key())
        (folder / "aa" / "x.yaml").write_bytes(b"a: 1")
        keys.append(key())
        (folder / "aa" / "x.yaml").write_bytes(b"a: 2")
        keys.append(key())
        (folder / "aa" / "x.yaml").rename(folder / "aa" / "y.yaml")
        keys.append(key())
        (folder / "aa" / "y.yaml").rename(folder / "aa" / "list" / "y.yaml")
        keys.append(key())
        assert None not in keys
        assert len(set(keys)) == 5
        (folder / "aa" / ".hidden").write_bytes(b"a: 1")
        assert key() == keys[-1]
        assert cache.folders_key([folder, folder]) != keys[-1]

    def test_a_file_counts_by_its_bytes(self, tmp_path: Path) -> None:
        path = tmp_path / "law.zip"
        path.write_bytes(b"1")
        first = cache.folders_key([path])
        path.write_bytes(b"2")
        assert cache.folders_key([path]) != first
        assert first is not None

    def test_what_cannot_be_read_has_none(self, tmp_path: Path) -> None:
        """Nor has a folder that is too deep."""
        assert cache.folders_key([tmp_path / "none"]) is None
        deep = tmp_path.joinpath("lists", *"x" * cache.MAX_DEPTH)
        deep.mkdir(parents=True)
        (deep / "x.yaml").write_bytes(b"a: 1")
        assert cache.folders_key([tmp_path / "lists"]) is not None
        (deep / "deeper").mkdir()
        assert cache.folders_key([tmp_path / "lists"]) is None


class TestStored:
    """`stored`, with values that are their own record."""

    @staticmethod
    def ask(value: bytes, key: str | None = "k", kind: str = "kind") -> bytes:
        return cache.stored(kind, key, lambda: value, pack=lambda v: v or None, unpack=lambda v: v)

    def test_what_is_kept_is_given_again(self, records: Path) -> None:
        assert self.ask(b"first\n2") == b"first\n2"
        assert self.ask(b"other") == b"first\n2"
        assert self.ask(b"other", key="l") == b"other"
        assert self.ask(b"more", kind="of") == b"more"
        assert {p.name for p in records.iterdir()} == {"kind-k.json", "kind-l.json", "of-k.json"}

    def test_the_folder_is_made_with_those_around_it(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv(cache.VARIABLE, str(tmp_path / "a" / "b"))
        self.ask(b"first")
        assert self.ask(b"other") == b"first"

    def test_nothing_is_kept_without_a_key_or_a_body(self, records: Path) -> None:
        self.ask(b"first", key=None)
        self.ask(b"")
        assert not records.exists()

    @pytest.mark.skipif(not hasattr(os, "getuid"), reason="the system knows no such permissions")
    @pytest.mark.parametrize(
        ("mode", "private"), [(0o700, True), (0o755, True), (0o770, False), (0o702, False)]
    )
    def test_only_a_folder_of_ones_own_is_trusted(
        self, records: Path, mode: int, private: bool
    ) -> None:
        """Neither written to, nor read from."""
        self.ask(b"first")
        assert stat.S_IMODE(records.stat().st_mode) == 0o700
        records.chmod(mode)
        assert cache.is_private(records) is private
        assert self.ask(b"other") == (b"first" if private else b"other")
        self.ask(b"more", key="l")
        assert len(list(records.iterdir())) == (2 if private else 1)

    @pytest.mark.skipif(not hasattr(os, "getuid"), reason="the system knows no such permissions")
    def test_another_owner_is_not_trusted(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        tmp_path.chmod(0o700)
        assert cache.is_private(tmp_path)
        monkeypatch.setattr(os, "getuid", lambda: tmp_path.stat().st_uid + 1)
        assert not cache.is_private(tmp_path)

    def test_a_write_that_fails_leaves_nothing(
        self, records: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """And is no fault."""

        def fail(*_: object) -> None:
            raise OSError

        monkeypatch.setattr(Path, "replace", fail)
        assert self.ask(b"first") == b"first"
        assert list(records.iterdir()) == []

    def test_the_newest_of_each_kind_stay(self, records: Path) -> None:
        records.mkdir(mode=0o700)
        for kind in ("a-kind", "a-more"):
            for number in range(cache.MAX_RECORDS + 2):
                path = records / f"{kind}-{number}.json"
                path.write_bytes(b"")
                os.utime(path, (number, number))
        self.ask(b"new", key="ab", kind="a-kind")
        left = {p.name for p in records.glob("a-kind-*")}
        newest = {f"a-kind-{number}.json" for number in range(3, cache.MAX_RECORDS + 2)}
        assert left == {"a-kind-ab.json", *newest}
        assert len(list(records.glob("a-more-*"))) == cache.MAX_RECORDS + 2


@pytest.mark.parametrize(
    ("word", "folder"),
    [("off", None), (" No ", None), ("FALSE", None), ("0", None), (" here ", Path("here"))],
)
def test_the_variable_names_the_folder_or_none(
    monkeypatch: pytest.MonkeyPatch, word: str, folder: Path | None
) -> None:
    monkeypatch.setenv(cache.VARIABLE, word)
    assert cache.cache_folder() == folder


@pytest.mark.parametrize("word", [None, "", " "])
def test_without_it_the_users_own_folder_is_used(
    monkeypatch: pytest.MonkeyPatch, word: str | None
) -> None:
    if word is None:
        monkeypatch.delenv(cache.VARIABLE, raising=False)
    else:
        monkeypatch.setenv(cache.VARIABLE, word)
    where = "platformdirs.user_cache_path"
    monkeypatch.setattr(where, lambda name, *, appauthor: Path(str(appauthor), name))
    assert cache.cache_folder() == Path("False", "precursor-screening")
