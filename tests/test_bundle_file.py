"""Watchlists as one file: the same law comes back, and nothing that was altered does."""

from __future__ import annotations

import hashlib
import json
import os
import pickle
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from screening import Screener, Shipment, WatchlistError, load_bundle
from screening.cli import main
from screening.errors import BundleFileError
from screening.rules.bundle_file import MANIFEST, read_bundle_file, write_bundle_file
from screening.rules.load import DEFAULT, bundled_watchlists, watchlist_folders
from tests.small_law import FILES, PLACE, write_law

UNKNOWN_WORD = """\
names: {en: [Amines]}
class:
  reference: 'CCN'
  reference_name: ethylamine
  reference_is_member: false
  skeleton: '[CX4:1]-[CX4:2]-[#7:3]'
  positions: {chain: {title: the chain, substituents: [1, 2]}}
  clauses: {a: {at: chain, bears: nobody knows, says: the chain bears something}}
versions: [{in_force: 2025-02-01}]
"""
Rewrite = Callable[[dict[str, bytes]], Mapping[str, bytes]]


@pytest.fixture(scope="module")
def law(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small law as a folder."""
    return write_law(tmp_path_factory.mktemp("law"))


@pytest.fixture(scope="module")
def exported(law: Path) -> Path:
    """The small law as a file."""
    path = law.parent / "law.zip"
    write_bundle_file(path, [law], bundle=load_bundle([law]).digest)
    return path


def rewritten(exported: Path, target: Path, change: Rewrite) -> Path:
    """The file with other members, each whole in itself."""
    with zipfile.ZipFile(exported) as archive:
        members = {i.filename: archive.read(i) for i in archive.infolist()}
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        for name, raw in change(members).items():
            archive.writestr(zipfile.ZipInfo(name), raw)
    return target


class TestTheSameLaw:
    """What is exported comes back."""

    def test_loads_to_the_same_bundle(self, law: Path, exported: Path) -> None:
        assert load_bundle([exported]) == load_bundle([law])
        assert load_bundle([exported]).digest == load_bundle([law]).digest

    def test_same_lists_same_bytes(self, exported: Path, tmp_path: Path) -> None:
        """Neither the place of the folder nor the age of its files shows."""
        copy = write_law(tmp_path / "elsewhere")
        for path in copy.rglob("*.yaml"):
            os.utime(path, (1, 1))
        write_bundle_file(tmp_path / "b.zip", [copy], bundle=load_bundle([copy]).digest)
        assert (tmp_path / "b.zip").read_bytes() == exported.read_bytes()

    def test_any_tool_opens_it(self, exported: Path) -> None:
        with zipfile.ZipFile(exported) as archive:
            assert archive.testzip() is None
            assert archive.namelist()[0] == MANIFEST
            assert {(i.create_system, i.date_time[0]) for i in archive.infolist()} == {(3, 1980)}
            text = archive.read("1/us/schedule/acetone.yaml").decode()
        assert text == FILES["us/schedule/acetone.yaml"]

    def test_screens_alike_here_and_in_another_process(self, law: Path, exported: Path) -> None:
        shipment = Shipment(
            structure="CC(C)=O", origin="us", destination="gb", day="2025-06-01", quantity="1 kg"
        )
        whole = Screener(exported)
        decision = whole.screen(shipment)
        assert [h.entry for h in decision.hits] == ["us/schedule/acetone"]
        assert decision == Screener(law).screen(shipment)
        assert pickle.loads(pickle.dumps(whole)).screen(shipment) == decision

    def test_a_folder_may_add_to_a_file(self, exported: Path, tmp_path: Path) -> None:
        """Also when both go into a file again: the order of loading is kept."""
        more = tmp_path / "more"
        (more / "us" / "schedule").mkdir(parents=True)
        pentane = "names: {en: [Pentane]}\nsubstance: 'CCCCC'\nversions: [{in_force: 2025-01-01}]\n"
        (more / "us" / "schedule" / "pentane.yaml").write_text(pentane)
        both = load_bundle([exported, more])
        assert "us/schedule/pentane" in both.entries
        write_bundle_file(tmp_path / "both.zip", [exported, more], bundle=both.digest)
        assert load_bundle([tmp_path / "both.zip"]) == both

    def test_the_word_default(self) -> None:
        """It stands for the bundled lists; a folder of that name is given as a path."""
        assert watchlist_folders([DEFAULT]) == [bundled_watchlists()]
        assert watchlist_folders(None) == [bundled_watchlists()]
        assert watchlist_folders([Path(DEFAULT), "other"]) == [Path("default"), Path("other")]

    def test_faults_name_the_file_and_the_place_inside(self, tmp_path: Path) -> None:
        folder = write_law(tmp_path / "law", {"us/jurisdiction.yaml": PLACE + "colour: red\n"})
        write_bundle_file(tmp_path / "law.zip", [folder], bundle="")
        with pytest.raises(WatchlistError) as caught:
            load_bundle([tmp_path / "law.zip"])
        (fault,) = caught.value.faults
        assert fault.path == tmp_path / "law.zip" / "us" / "jurisdiction.yaml"
        assert (fault.line, fault.key) == (3, "colour")

    def test_faults_between_files_do_so_too(self, tmp_path: Path) -> None:
        """Also those that show only when everything is read."""
        folder = write_law(tmp_path / "law", {"us/schedule/class.yaml": UNKNOWN_WORD})
        write_bundle_file(tmp_path / "law.zip", [folder], bundle="")
        with pytest.raises(WatchlistError) as caught:
            load_bundle([tmp_path / "law.zip"])
        (fault,) = caught.value.faults
        assert fault.path == tmp_path / "law.zip" / "us" / "schedule" / "class.yaml"


class TestRefused:
    """What was altered, or is no such file, is refused by name."""

    @pytest.mark.parametrize("name", sorted(FILES))
    def test_every_altered_part_is_named(self, exported: Path, tmp_path: Path, name: str) -> None:
        part = f"1/{name}"
        path = rewritten(
            exported, tmp_path / "x.zip", lambda m: {**m, part: m[part].replace(b"T", b"t") + b" "}
        )
        with pytest.raises(BundleFileError, match="was altered") as caught:
            load_bundle([path])
        assert caught.value.part == part
        assert str(path) in str(caught.value)

    @pytest.mark.parametrize(
        ("change", "said"),
        [
            (lambda m: {k: v for k, v in m.items() if "acetone" not in k}, "is missing from it"),
            (lambda m: {**m, "1/us/schedule/x.yaml": b"a: 1\n"}, "was added to it"),
            (lambda m: {**m, "1/us/schedule/ACETONE.yaml": b""}, "is there twice"),
            (lambda m: {k: v for k, v in m.items() if k != MANIFEST}, "is no exported file"),
            (lambda m: {**m, MANIFEST: b"[]"}, "is no exported file"),
            (lambda m: {**m, MANIFEST: b"[" * 100_000}, "is no exported file"),
            (lambda m: {**m, MANIFEST: manifest(m, version=2)}, "newer than this library"),
            (lambda m: {**m, MANIFEST: manifest(m, digest="0" * 64)}, f"{MANIFEST} was altered"),
            (lambda m: {**m, MANIFEST: manifest(m, files=[])}, f"{MANIFEST} was altered"),
        ],
    )
    def test_another_content(
        self, exported: Path, tmp_path: Path, change: Rewrite, said: str
    ) -> None:
        path = rewritten(exported, tmp_path / "x.zip", change)
        with pytest.raises(BundleFileError, match=said):
            load_bundle([path])

    @pytest.mark.parametrize(
        "name",
        [
            *("../x.yaml", "/etc/x.yaml", "1/us/../../x.yaml", "1/us/../../../x.yaml"),
            *("C:\\x.yaml", "1/us/..\\..\\x.yaml", "1/us/a\0b.yaml", "1/us/schedule/x.py"),
            *("1/us/.hidden/x.yaml", "1/us/_schema/x.yaml", "0/us/jurisdiction.yaml"),
        ],
    )
    def test_no_name_leads_elsewhere(self, exported: Path, tmp_path: Path, name: str) -> None:
        """Even where the manifest goes along with it."""
        made = tmp_path / "deep" / "deeper"
        made.mkdir(parents=True)
        path = rewritten(exported, made / "x.zip", lambda m: consistent({**m, name: b"a: 1\n"}))
        before = sorted(tmp_path.rglob("*"))
        with pytest.raises(BundleFileError, match="is no name that a watchlist has"):
            load_bundle([path])
        assert sorted(tmp_path.rglob("*")) == before

    def test_nothing_compressed_is_unpacked(self, exported: Path, tmp_path: Path) -> None:
        path = tmp_path / "bomb.zip"
        path.write_bytes(exported.read_bytes())
        with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("1/us/schedule/zeros.yaml", b"0" * 50_000_000)
        with pytest.raises(BundleFileError, match="is compressed"):
            load_bundle([path])

    @pytest.mark.parametrize(
        "raw", [b"", b"names: {}\n", b"PK\x03\x04", b"PK\x05\x06" + b"\0" * 18]
    )
    def test_other_files(self, tmp_path: Path, raw: bytes) -> None:
        path = tmp_path / "x"
        path.write_bytes(raw)
        with pytest.raises(BundleFileError, match="is no exported file"):
            load_bundle([path])

    @given(st.data())
    def test_any_damage_is_noticed_or_harmless(self, exported: Path, data: st.DataObject) -> None:
        """A changed byte is refused, or stands where nothing is read from."""
        raw = bytearray(exported.read_bytes())
        at = data.draw(st.integers(0, len(raw) - 1), "place")
        raw[at] ^= data.draw(st.integers(1, 255), "change")
        path = exported.with_name("damaged.zip")
        path.write_bytes(raw)
        try:
            files = read_bundle_file(path).files
        except BundleFileError:
            return
        assert files == read_bundle_file(exported).files

    def test_a_name_that_no_watchlist_has_is_not_written(self, tmp_path: Path) -> None:
        folder = write_law(
            tmp_path / "law", {'us/schedule/a"b.yaml': FILES["us/schedule/oil.yaml"]}
        )
        with pytest.raises(BundleFileError, match="rename it"):
            write_bundle_file(tmp_path / "x.zip", [folder], bundle="")
        assert not (tmp_path / "x.zip").exists()


def consistent(members: dict[str, bytes]) -> dict[str, bytes]:
    """The members with a manifest that agrees with them, as a forger would write it."""
    files = {n: hashlib.sha256(m).hexdigest() for n, m in members.items() if n != MANIFEST}
    text = json.dumps(dict(sorted(files.items())), ensure_ascii=False, separators=(",", ":"))
    digest = hashlib.sha256(text.encode()).hexdigest()
    return {**members, MANIFEST: manifest(members, files=files, digest=digest)}


def test_the_digests_are_no_signature(exported: Path, tmp_path: Path) -> None:
    """Who rewrites every digest makes another bundle, and its digest says that it is another."""
    part = "1/us/schedule/acetone.yaml"
    path = rewritten(
        exported,
        tmp_path / "x.zip",
        lambda m: consistent({**m, part: m[part].replace(b"2025-02-01", b"2026-02-01")}),
    )
    assert read_bundle_file(path).digest != read_bundle_file(exported).digest
    assert load_bundle([path]).digest != load_bundle([exported]).digest


def manifest(members: Mapping[str, bytes], **changes: object) -> bytes:
    """The manifest with changes."""
    return json.dumps({**json.loads(members[MANIFEST]), **changes}).encode()


class TestCommand:
    """`screening watchlist export`, and `--watchlists FILE`."""

    def test_export_and_load(
        self, law: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        path = tmp_path / "out.zip"

        def run(*arguments: object) -> tuple[object, str, str]:
            with pytest.raises(SystemExit) as caught:
                main([str(a) for a in arguments])
            return (caught.value.code, *capsys.readouterr())

        code, out, _ = run("watchlist", "export", path, "--watchlists", law)
        assert code == 0
        assert load_bundle([law]).digest in out
        assert read_bundle_file(path).digest in out
        code, out, _ = run("watchlist", "list", "--watchlists", path, "--day", "2025-02-01")
        assert code == 0
        assert "us/schedule/acetone" in out
        raw = path.read_bytes().replace(b"Acetone", b"Acetane")
        path.write_bytes(raw)
        code, _, err = run("watchlist", "list", "--watchlists", path)
        assert code == 2
        assert "1/us/schedule/acetone.yaml was altered" in err
