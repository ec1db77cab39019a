"""Watchlist files: what loads, and how a wrong one is refused."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from screening import WatchlistError, load_bundle
from screening.rules.load import MAX_FILE_BYTES, bundled_watchlists

JURISDICTION = """\
title: Testland
authority: The Test Office
"""
LIST = """\
title: Test list
instrument: Test Act
authority: The Test Office
action: {origin: authorisation}
forms:
  salts: covered
  hydrates: covered
  optical_isomers: covered
  geometric_isomers: covered
  isotopologues: review
  tautomers: covered
  esters: not_covered
  ethers: not_covered
  positional_isomers: not_covered
version:
  recorded: 2026-01-01
  citation: Test Act, schedule
  checked: {membership: primary, dates: primary}
last_checked: 2026-01-01
coverage: {state: modelled, as_of: 2026-01-01}
"""
ENTRY = """\
names: {en: [toluene]}
cas: ['108-88-3']
substance: 'Cc1ccccc1'
versions:
  - in_force: 2020-01-01
"""

Write = Callable[[str, str], Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes a small sound watchlist folder, then one file of it anew."""
    for name, text in {
        "aa/jurisdiction.yaml": JURISDICTION,
        "aa/list/list.yaml": LIST,
        "aa/list/toluene.yaml": ENTRY,
    }.items():
        path = tmp_path / "lists" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def write_one(name: str, text: str) -> Path:
        path = tmp_path / "lists" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return tmp_path / "lists"

    return write_one


def refused(folder: Path) -> WatchlistError:
    """The error with which a folder is refused."""
    with pytest.raises(WatchlistError) as error:
        load_bundle([folder])
    return error.value


class TestSoundFiles:
    def test_an_entry_takes_from_its_list_what_it_does_not_state(self, write: Write) -> None:
        """Citation, action and forms come from the list; the id is the path."""
        bundle = load_bundle([write("aa/list/toluene.yaml", ENTRY)])
        entry = bundle.entries["aa/list/toluene"]
        assert entry.versions[0].citation == "Test Act, schedule"
        assert entry.versions[0].in_force == dt.date(2020, 1, 1)
        assert entry.forms.isotopologues == "review"

    def test_an_entry_overrides_form_by_form(self, write: Write) -> None:
        """What an entry states about one form leaves the others as in the list."""
        bundle = load_bundle(
            [write("aa/list/toluene.yaml", ENTRY + "forms: {salts: not_covered}\n")]
        )
        forms = bundle.entries["aa/list/toluene"].forms
        assert (forms.salts, forms.hydrates) == ("not_covered", "covered")

    def test_a_later_folder_adds_entries_to_a_list(self, write: Write, tmp_path: Path) -> None:
        """A private folder extends the lists without copying them."""
        first = write("aa/list/toluene.yaml", ENTRY)
        extra = tmp_path / "mine" / "aa" / "list" / "acetone.yaml"
        extra.parent.mkdir(parents=True)
        extra.write_text(ENTRY.replace("toluene", "acetone"), encoding="utf-8")
        bundle = load_bundle([first, tmp_path / "mine"])
        assert set(bundle.entries) == {"aa/list/toluene", "aa/list/acetone"}

    def test_the_digest_is_of_the_content_not_of_the_spelling(self, write: Write) -> None:
        """Comments and order do not change it; a changed date does."""
        first = load_bundle([write("aa/list/toluene.yaml", ENTRY)]).digest
        assert load_bundle([write("aa/list/toluene.yaml", "# note\n" + ENTRY)]).digest == first
        changed = ENTRY.replace("2020-01-01", "2020-01-02")
        assert load_bundle([write("aa/list/toluene.yaml", changed)]).digest != first

    def test_the_bundled_lists_load(self) -> None:
        """What we ship is sound."""
        bundle = load_bundle()
        assert {"us", "cn", "un"} <= set(bundle.jurisdictions)


WRONG = {
    "a key that is not known": (ENTRY + "colour: red\n", 6, "colour", "not known"),
    "a key given twice": (ENTRY + "cas: ['67-64-1']\n", 6, "cas", "given twice"),
    "a CAS number read as a day": (
        ENTRY.replace("['108-88-3']", "[2020-12-04]"), 2, "cas.0", "single quotes"),
    "a tariff code read as a number": (ENTRY + "hs: [2902.30]\n", 6, "hs.0", "single quotes"),
    "no way to recognise the goods": (
        ENTRY.replace("substance: 'Cc1ccccc1'\n", ""), 1, "", "exactly one of substance"),
    "two ways to recognise the goods": (ENTRY + "goods: true\n", 1, "", "exactly one of substance"),
    "an unverified date written as if it were known": (
        ENTRY + "    checked: {membership: primary, dates: unverified}\n",
        5, "versions.0", "not_before / not_after"),
    "an end before the beginning": (
        ENTRY + "    until: 2019-01-01\n", 5, "versions.0", "must follow in_force"),
    "an unknown mark": (
        ENTRY + "    checked: {membership: sure, dates: primary}\n",
        6, "versions.0.checked.membership", "is not one of"),
    "a day that is none": (ENTRY.replace("2020-01-01", "soon"), 5, "versions.0.in_force", "day"),
    "no names": (ENTRY.replace("names: {en: [toluene]}\n", ""), 1, "names", "required"),
    "YAML that does not parse": (ENTRY + "x: [\n", 7, "", "YAML"),
    "an anchor": (ENTRY + "says: &a text\n", 6, "", "anchors"),
    "a tag": (ENTRY + "says: !!python/object:os.system {}\n", 6, "says", "tag"),
    "a bare yes": (ENTRY.replace("[toluene]", "[no]"), 1, "names.en.0", "single quotes"),
}  # fmt: skip


class TestWrongFiles:
    @pytest.mark.parametrize("kind", WRONG)
    def test_each_kind_of_fault_names_file_line_key_and_remedy(
        self, write: Write, kind: str
    ) -> None:
        """A maintainer finds the place and what to write instead."""
        text, line, key, words = WRONG[kind]
        faults = refused(write("aa/list/toluene.yaml", text)).faults
        fault = faults[0]
        assert fault.path.name == "toluene.yaml"
        assert fault.line == line, str(fault)
        assert fault.key == key, str(fault)
        assert words in fault.message, str(fault)

    def test_all_faults_of_all_files_come_at_once(self, write: Write) -> None:
        """Two wrong files and two faults in one of them are all named."""
        write("aa/list/acetone.yaml", "names: {en: [acetone]}\nsmell: sweet\n")
        folder = write("aa/list/toluene.yaml", ENTRY + "colour: red\nshape: round\n")
        message = str(refused(folder))
        for word in ("smell", "colour", "shape"):
            assert word in message

    def test_a_list_states_every_form(self, write: Write) -> None:
        """Nothing about forms is assumed."""
        folder = write("aa/list/list.yaml", LIST.replace("  salts: covered\n", ""))
        assert any(f.key == "forms.salts" for f in refused(folder).faults)

    def test_a_missing_list_file_or_jurisdiction_file_is_named(self, write: Write) -> None:
        """A folder without its own file is a fault, not an empty list."""
        folder = write("aa/list/toluene.yaml", ENTRY)
        (folder / "aa" / "list" / "list.yaml").unlink()
        (folder / "aa" / "jurisdiction.yaml").unlink()
        names = {f.path.name for f in refused(folder).faults}
        assert names == {"list.yaml", "jurisdiction.yaml"}

    def test_a_folder_that_is_no_jurisdiction_is_refused(self, write: Write) -> None:
        """Typing errors in a code do not create a country."""
        folder = write("usa/jurisdiction.yaml", JURISDICTION)
        assert "ISO 3166-1" in str(refused(folder))

    def test_a_file_that_is_not_utf_8_or_too_large_is_refused(self, write: Write) -> None:
        """Neither is read in part."""
        folder = write("aa/list/toluene.yaml", ENTRY)
        path = folder / "aa" / "list" / "toluene.yaml"
        path.write_bytes(b"names: {en: [\xff]}\n")
        assert "UTF-8" in str(refused(folder))
        path.write_text("x" * (MAX_FILE_BYTES + 1), encoding="utf-8")
        assert "larger than" in str(refused(folder))

    def test_no_folder_is_no_bundle(self, tmp_path: Path) -> None:
        """A wrong path does not load an empty bundle."""
        assert "no folder" in str(refused(tmp_path / "nothing"))
        (tmp_path / "empty").mkdir()
        assert "no jurisdiction folder" in str(refused(tmp_path / "empty"))

    def test_an_unreadable_structure_is_found_when_the_bundle_is_compiled(
        self, write: Write
    ) -> None:
        """A SMILES that no parser accepts never loads."""
        from screening import Screener

        folder = write("aa/list/toluene.yaml", ENTRY.replace("Cc1ccccc1", "Cc1cccc1"))
        with pytest.raises(WatchlistError, match="aa/list/toluene"):
            Screener(folder)


def test_adding_a_jurisdiction_touches_no_python(tmp_path: Path, write: Write) -> None:
    """A new country is a folder of YAML; its law is asked at once."""
    from screening import Screener, Shipment

    folder = tmp_path / "all"
    shutil.copytree(write("aa/list/toluene.yaml", ENTRY), folder)
    decision = Screener([bundled_watchlists(), folder], jurisdictions=["aa"]).screen(
        Shipment(cas="108-88-3", origin="DE", destination="FR", day="2026-01-01")
    )
    assert [h.entry for h in decision.hits] == ["aa/list/toluene"]
