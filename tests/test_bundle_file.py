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
from screening.rules import bundle_file
from screening.rules.bundle_file import (
    MANIFEST,
    read_bundle_file,
    unpacked,
    write_bundle_file,
)
from screening.rules.load import DEFAULT, bundled_watchlists, watchlist_folders
from tests.small_law import ETHYLAMINES, FILES, PLACE, write_law

UNKNOWN_WORD = (
    "names: {en: [Amines]}\n"
    + ETHYLAMINES
    + """\
  positions: {chain: {title: the chain, substituents: [1, 2]}}
  clauses: {a: {at: chain, bears: nobody knows, says: the chain bears something}}
versions: [{in_force: 2025-02-01}]
"""
)
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
        with pytest.raises(BundleFileError, match=r"zeros\.yaml' is compressed, which"):
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


def test_a_name_may_have_any_letters(exported: Path, tmp_path: Path) -> None:
    """The digest is over the text of the names, not over how JSON may spell it."""
    name = "1/us/schedule/丙酮.yaml"
    path = rewritten(exported, tmp_path / "x.zip", lambda m: consistent({**m, name: b"a: 1\n"}))
    assert read_bundle_file(path).files[name] == b"a: 1\n"


def manifest(members: Mapping[str, bytes], **changes: object) -> bytes:
    """The manifest with changes."""
    return json.dumps({**json.loads(members[MANIFEST]), **changes}).encode()


class TestWritten:
    """`write_bundle_file`."""

    def test_what_is_returned_is_what_is_read(self, law: Path, tmp_path: Path) -> None:
        path = tmp_path / "law.zip"
        path.write_bytes(b"older")
        made = write_bundle_file(path, [law], bundle="of the bundle")
        assert made == read_bundle_file(path)
        assert (made.path, made.bundle) == (path, "of the bundle")
        assert made.files == {f"1/{name}": text.encode() for name, text in FILES.items()}
        if hasattr(os, "getuid"):  # elsewhere a file has no such mode
            assert path.stat().st_mode & 0o777 == 0o644
        with zipfile.ZipFile(path) as archive:
            assert {(i.create_system, i.date_time) for i in archive.infolist()} == {
                (3, (1980, 1, 1, 0, 0, 0))
            }
            assert {i.external_attr >> 16 for i in archive.infolist()} == {0o644}
            assert {i.compress_type for i in archive.infolist()} == {zipfile.ZIP_STORED}
            head = archive.read(MANIFEST).decode()
            assert archive.namelist() == [MANIFEST, *sorted(made.files)]
        said = json.loads(head)
        assert said == {
            "format": "precursor-screening watchlists",
            "version": 1,
            "bundle": "of the bundle",
            "digest": made.digest,
            "files": {n: hashlib.sha256(raw).hexdigest() for n, raw in made.files.items()},
        }
        assert head.startswith('{\n "format"')

    def test_folders_keep_their_order(self, tmp_path: Path) -> None:
        """More than nine of them, files among them, and such as hold nothing."""
        for number in range(1, 12):
            folder = tmp_path / f"{number}"
            (folder / "us").mkdir(parents=True)
            (folder / "us" / "jurisdiction.yaml").write_text(f"{number}")
        some = [tmp_path / f"{number}" for number in range(1, 12)]
        write_bundle_file(tmp_path / "a.zip", some, bundle="")
        with unpacked(tmp_path / "a.zip") as folders:
            read = [(f.name, (f / "us/jurisdiction.yaml").read_text()) for f in folders]
        assert read == [(f"{n}", f"{n}") for n in range(1, 12)]
        assert not any(folder.exists() for folder in folders)
        (tmp_path / "empty").mkdir()
        write_bundle_file(tmp_path / "b.zip", some[:2], bundle="")
        parts = [tmp_path / "empty", tmp_path / "b.zip", some[4], tmp_path / "b.zip"]
        files = write_bundle_file(tmp_path / "c.zip", parts, bundle="").files
        assert files == {
            f"{at}/us/jurisdiction.yaml": f"{number}".encode()
            for at, number in ((2, 1), (3, 2), (4, 5), (5, 1), (6, 2))
        }

    def test_only_what_loading_reads_is_written(self, tmp_path: Path) -> None:
        folder = write_law(tmp_path / "law")
        for name in ("x.yaml", "us/_x.yaml", "us/.x.yaml", "us/notes.md", "_us/x.yaml"):
            (folder / name).parent.mkdir(exist_ok=True)
            (folder / name).write_text("x")
        for name in ("us/_old", "us/.old", ".git"):
            (folder / name).mkdir()
            (folder / name / "x.yaml").write_text("x")
        made = write_bundle_file(tmp_path / "x.zip", [folder], bundle="")
        assert set(made.files) == {f"1/{name}" for name in FILES}

    def test_a_write_that_fails_leaves_nothing(self, law: Path, tmp_path: Path) -> None:
        (tmp_path / "folder" / "in the way").mkdir(parents=True)
        with pytest.raises(OSError, match="folder"):
            write_bundle_file(tmp_path / "folder", [law], bundle="")
        assert [p.name for p in tmp_path.iterdir()] == ["folder"]


class TestLimits:
    """What is too large is refused, and what just fits is not."""

    def test_bytes(self, exported: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        size = exported.stat().st_size
        monkeypatch.setattr(bundle_file, "MAX_BYTES", size)
        assert read_bundle_file(exported).files
        monkeypatch.setattr(bundle_file, "MAX_BYTES", size - 1)
        with pytest.raises(BundleFileError, match="is larger than"):
            read_bundle_file(exported)

    def test_files(self, exported: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(bundle_file, "MAX_FILES", len(FILES) + 1)
        assert read_bundle_file(exported).files
        monkeypatch.setattr(bundle_file, "MAX_FILES", len(FILES))
        with pytest.raises(BundleFileError, match="holds more than"):
            read_bundle_file(exported)

    def test_what_cannot_be_opened_is_said(self, tmp_path: Path) -> None:
        with pytest.raises(BundleFileError, match="cannot be read"):
            read_bundle_file(tmp_path / "none.zip")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"format": "another"}, "is no exported file"),
        ({"version": "1"}, "is no exported file"),
        ({"version": None}, "is no exported file"),
        ({"digest": None}, f"{MANIFEST} was altered"),
        ({"bundle": 3}, f"{MANIFEST} was altered"),
        ({"files": {"1/us/jurisdiction.yaml": 3}}, f"{MANIFEST} was altered"),
    ],
)
def test_a_manifest_of_another_shape_is_refused(
    exported: Path, tmp_path: Path, changes: dict[str, object], said: str
) -> None:
    path = rewritten(
        exported, tmp_path / "x.zip", lambda m: {**m, MANIFEST: manifest(m, **changes)}
    )
    with pytest.raises(BundleFileError, match=said) as caught:
        read_bundle_file(path)
    assert caught.value.part == (MANIFEST if "altered" in said else None)


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
