"""Watchlist files: what loads, and how a wrong one is refused."""

from __future__ import annotations

import datetime as dt
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from screening import WatchlistError, load_bundle
from screening.rules import load
from screening.rules.load import (
    MAX_DEPTH,
    MAX_FILE_BYTES,
    bundled_watchlists,
    read_document,
)
from screening.rules.model import Entry
from tests.small_law import ETHYLAMINES

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


def test_the_bundled_folder_is_that_of_the_package_or_of_the_checkout(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An installed package holds its lists; neither of them is said."""
    monkeypatch.setattr(load, "__file__", str(tmp_path / "screening" / "rules" / "load.py"))
    with pytest.raises(WatchlistError, match="are not installed") as error:
        bundled_watchlists()
    assert [f.path for f in error.value.faults] == [tmp_path / "screening"]
    (tmp_path / "watchlists").mkdir()
    assert bundled_watchlists() == tmp_path / "watchlists"
    (tmp_path / "screening" / "_watchlists").mkdir(parents=True)
    assert bundled_watchlists() == tmp_path / "screening" / "_watchlists"


WRONG = {
    "a key that is not known": (ENTRY + "colour: red\n", 6, "colour", "watchlists/README.md"),
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
        6, "versions.0.checked.membership", "is not one of 'primary'"),
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
        assert not fault.message.startswith("Value error"), str(fault)

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
        said = {(f.path.name, f.line, f.key, f.message) for f in refused(folder).faults}
        assert said == {(n, 0, "", "is missing") for n in ("list.yaml", "jurisdiction.yaml")}

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
        (tmp_path / "empty").mkdir()
        for name, words in (("nothing", "no folder"), ("empty", "no jurisdiction folder")):
            (fault,) = refused(tmp_path / name).faults
            assert (fault.path, fault.line, fault.key) == (tmp_path / name, 0, "")
            assert words in fault.message

    def test_an_unreadable_structure_is_found_when_the_bundle_is_compiled(
        self, write: Write
    ) -> None:
        """A SMILES that no parser accepts never loads."""
        from screening import Screener

        folder = write("aa/list/toluene.yaml", ENTRY.replace("Cc1ccccc1", "Cc1cccc1"))
        with pytest.raises(WatchlistError, match="aa/list/toluene"):
            Screener(folder)


REQUIREMENT = """\
requirements:
  - id: permit
    leg: origin
    document: Permit
    authority: The Test Office
    who: exporter
    because: the Act asks for it
    citation: Test Act, section 2
    checked: primary
"""
SMALL = "citation: 'Test Act, section 3', checked: primary"
THRESHOLD = f"thresholds:\n  small: {{amount: 1 kg, {SMALL}}}\n"
MIXTURE = f"mixtures:\n  dilute: {{limit: 5 %, lifts: [permit], says: Diluted., {SMALL}}}\n"
J, L, E, G = "aa/jurisdiction.yaml", "aa/list/list.yaml", "aa/list/toluene.yaml", "aa/groups.yaml"

AMINES = (
    "names: {en: [Amines]}\n"
    + ETHYLAMINES
    + """\
  positions: {chain: {title: the chain, substituents: [1, 2]}}
  clauses:
    alkenyl: {at: chain, bears: alkyl, says: alkenyl}
    b:
      at: chain
      says: alkenyl
      bears: WORDS
versions: [{in_force: 2025-02-01}]
"""
)

# What does not fit together: the file and its text; the file, line and key that are named, words.
BETWEEN = {
    "a list that is shared and not there": (
        J, JURISDICTION + "shares: [bb/list]\n", J, 0, "shares", "there is no list bb/list"),
    "words that are a list": (G, "- alkyl\n", G, 1, "", "^must map group words to their meaning$"),
    "a word without a meaning": (
        G, "alkyl: {certain: [acyclic alkyl]}\nother: {}\n", G, 2, "other", "at least one kind"),
    "a word with a key that is not known": (
        G, "alkyl:\n  certain: [acyclic alkyl]\n  colour: red\n", G, 3, "alkyl.colour",
        "not known"),
    "a clause that is not there": (
        E, ENTRY + "    clauses: [b, a]\n", E, 5, "versions.0.clauses", "no clause a"),
    "a requirement that mixtures lift and nobody states": (
        E, ENTRY + MIXTURE, "aa/list/toluene.yaml", 0, "mixtures.dilute.lifts",
        "there is no requirement 'permit'"),
    "a threshold with a key that is not known": (
        E, ENTRY + "thresholds:\n  small:\n    amount: 1 kg\n    colour: red\n    citation: Act\n"
        "    checked: primary\n", E, 9, "thresholds.small.colour", "not known"),
    "a threshold that lacks its mark": (
        E, ENTRY + "thresholds:\n  small: {amount: 1 kg, citation: Act}\n", E, 7,
        "thresholds.small.checked", "required"),
}  # fmt: skip
CONDITIONS = {
    "origins: [nowhere]": "there is no set of places 'nowhere'",
    "not_origins: [nowhere]": "there is no set of places 'nowhere'",
    "destinations: [fr, nowhere]": "there is no set of places 'nowhere'",
    "not_destinations: [nowhere]": "there is no set of places 'nowhere'",
    "over: small": "no entry has a threshold 'small'",
    "under: small": "no entry has a threshold 'small'",
}


class TestFaultsBetweenFiles:
    """What shows only when everything is read."""

    @pytest.mark.parametrize("kind", BETWEEN)
    def test_each_kind_names_file_line_key_and_remedy(self, write: Write, kind: str) -> None:
        name, text, where, line, key, words = BETWEEN[kind]
        fault = refused(write(name, text)).faults[0]
        assert str(fault.path).endswith(where), str(fault)
        assert (fault.line, fault.key) == (line, key), str(fault)
        assert re.search(words, fault.message)

    @pytest.mark.parametrize("condition", CONDITIONS)
    @pytest.mark.parametrize(
        "part",
        [
            "    when: {%s}\n",
            "    unless: [{from: 2020-01-01}, {%s}]\n",
            "    lead_days: 9\n    shorter: [{when: {%s}, lead_days: 1, because: it is near}]\n",
        ],
    )
    def test_a_condition_names_what_is_there(self, write: Write, condition: str, part: str) -> None:
        """In every place where a requirement has conditions, of a list and of a jurisdiction."""
        words = CONDITIONS[condition]
        rule = REQUIREMENT + part % condition
        for name, text in ((L, LIST), (J, JURISDICTION)):
            (fault,) = refused(write(name, text + rule)).faults
            assert (str(fault.path), fault.line) == (name, 0)
            assert (fault.key, fault.message.partition(" in ")[0]) == ("requirements.permit", words)
            write(name, text)

    def test_what_is_there_may_be_named(self, write: Write) -> None:
        """Sets of the jurisdiction, thresholds of an entry, requirements of either file."""
        sets = "sets: {nowhere: {places: [fr], citation: Act, checked: primary}}\n"
        write(J, JURISDICTION + sets + REQUIREMENT)
        rule = REQUIREMENT.replace("permit", "notice")
        write(L, LIST + rule + "    when: {destinations: [fr, nowhere], over: small}\n")
        both = MIXTURE.replace("[permit]", "[permit, notice]")
        bundle = load_bundle([write(E, ENTRY + THRESHOLD + both)])
        assert bundle.entries["aa/list/toluene"].mixtures["dilute"].lifts == ("permit", "notice")

    def test_a_word_that_is_not_there_is_found_among_others(self, write: Write) -> None:
        """The line is that of the word, in whatever part of the definition it stands."""
        write(G, "alkyl: {certain: [acyclic alkyl]}\n")
        for words, line in (("[alkyl,\n      alkenyl]", 14), ("alkenyl", 13)):
            (fault,) = refused(write("aa/list/amines.yaml", AMINES.replace("WORDS", words))).faults
            assert (fault.path.name, fault.line, fault.key) == ("amines.yaml", line, "class")
            assert "no word 'alkenyl' in aa/groups.yaml" in fault.message

    def test_a_condition_may_have_days_wherever_it_stands(
        self, write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The same each time, whether or not it can be kept between runs."""
        monkeypatch.setenv("SCREENING_CACHE", str(tmp_path / "records"))
        days = "    when: {from: 2020-01-01}\n    unless: [{from: 2021-01-01}]\n    lead_days: 9\n"
        days += "    shorter: [{when: {until: 2022-01-01}, lead_days: 1, because: it is near}]\n"
        folder = write(L, LIST + REQUIREMENT + days)
        for _ in range(2):
            (rule,) = load_bundle([folder]).lists["aa/list"].file.requirements
            assert rule.when.since == dt.date(2020, 1, 1)
            assert rule.unless[0].since == dt.date(2021, 1, 1)
            assert rule.shorter[0].when.until == dt.date(2022, 1, 1)

    def test_nothing_is_described_twice(self, write: Write, tmp_path: Path) -> None:
        """Neither a place, nor a list, nor an entry, by two folders."""
        first = write(E, ENTRY)
        shutil.copytree(first, tmp_path / "again")
        with pytest.raises(WatchlistError) as error:
            load_bundle([first, tmp_path / "again"])
        assert {(f.path.name, f.line, f.message) for f in error.value.faults} == {
            ("jurisdiction.yaml", 0, "aa was described by an earlier folder"),
            ("list.yaml", 0, "aa/list is described by another folder"),
            ("toluene.yaml", 0, "aa/list/toluene was given by an earlier folder"),
        }

    @pytest.mark.parametrize("code", ["usa", "a", "AA", "a1", "éé"])
    def test_a_code_has_two_small_letters(self, write: Write, code: str) -> None:
        folder = write(f"{code}/jurisdiction.yaml", JURISDICTION)
        (fault,) = refused(folder).faults
        assert fault.path == folder / code
        assert fault.line == 0

    def test_what_is_hidden_is_not_read(self, write: Write) -> None:
        """Folders and files that begin with a dot or an underscore are nobody's."""
        for name in ("_aa/x.yaml", ".aa/x.yaml", "aa/_list/x.yaml", "aa/.list/x.yaml"):
            write(name, "x: [")
        bundle = load_bundle([write("aa/list/_draft.yaml", "x: [")])
        assert set(bundle.entries) == {"aa/list/toluene"}


class TestWhatAnEntryTakesFromItsList:
    """Key by key, and never more than it leaves unsaid."""

    @pytest.fixture
    def load(self, write: Write) -> Callable[[str, str], Entry]:
        def _load(more_of_list: str, more_of_entry: str) -> Entry:
            write(J, JURISDICTION + REQUIREMENT)
            write(L, LIST + more_of_list)
            return load_bundle([write(E, ENTRY + more_of_entry)]).entries["aa/list/toluene"]

        return _load

    def test_a_threshold(self, load: Callable[[str, str], Entry]) -> None:
        """Of the two ways to state it, the entry's own counts."""
        of_list = load(THRESHOLD, "").thresholds["small"]
        assert (of_list.amount, of_list.citation) == (("1 kg",), "Test Act, section 3")
        own = load(THRESHOLD, "thresholds: {small: {none: true}}\n").thresholds["small"]
        assert (own.amount, own.none, own.citation) == ((), True, "Test Act, section 3")
        none = THRESHOLD.replace("amount: 1 kg", "none: true")
        own = load(none, "thresholds: {small: {amount: 2 kg}}\n").thresholds["small"]
        assert (own.amount, own.none) == (("2 kg",), False)
        own = load(THRESHOLD, "thresholds: {small: {reached: more_than}}\n").thresholds["small"]
        assert (own.amount, own.reached) == (("1 kg",), "more_than")
        assert set(load(THRESHOLD, THRESHOLD.replace("small", "large")).thresholds) == {
            "small", "large",
        }  # fmt: skip

    def test_a_rule_on_mixtures(self, load: Callable[[str, str], Entry]) -> None:
        """One that does not apply to the entry is none of its."""
        assert load(MIXTURE, "").mixtures["dilute"].limit == "5 %"
        assert load(MIXTURE, "mixtures: {dilute: {limit: 6 %}}\n").mixtures["dilute"].limit == "6 %"
        assert load(MIXTURE, "mixtures: {dilute: {applies: false}}\n").mixtures == {}

    def test_what_it_states_itself_counts(self, load: Callable[[str, str], Entry]) -> None:
        """Also where it says no, or nothing."""
        entry = load("as_counter_ion: false\napplies_to: [fr]\nsurveillance: true\n", "")
        assert (entry.as_counter_ion, entry.applies_to, entry.surveillance) == (
            False, ("fr",), True,
        )  # fmt: skip
        entry = load("applies_to: [fr]\n", "as_counter_ion: false\napplies_to: [de]\ntitle: Tol\n")
        assert (entry.as_counter_ion, entry.applies_to, entry.title) == (False, ("de",), "Tol")
        entry = load("", "action: {transit: record}\nparagraph: '7'\nhs: ['2902.30']\nsays: So.\n")
        assert (entry.action.origin, entry.action.transit) == (None, "record")
        assert (entry.paragraph, entry.hs, entry.says) == ("7", ("2902.30",), "So.")
        entry = load("", "yields_to: [aa/list/x]\naliases: {CC: ethane}\ncodes: {x: y}\n")
        assert (entry.yields_to, entry.aliases, entry.codes) == (
            ("aa/list/x",), {"CC": "ethane"}, {"x": "y"},
        )  # fmt: skip
        entry = load("", "")
        assert (entry.title, entry.action.origin, entry.surveillance) == (
            "toluene", "authorisation", False,
        )  # fmt: skip
        assert (entry.instrument, entry.authority, entry.jurisdiction, entry.list) == (
            "Test Act", "The Test Office", "aa", "aa/list",
        )  # fmt: skip

    def test_marks_one_by_one(self, load: Callable[[str, str], Entry]) -> None:
        (version,) = load("", "    checked: {dates: secondary}\n").versions
        assert (version.checked.membership, version.checked.dates) == ("primary", "secondary")

    def test_an_entry_without_versions_has_the_dates_of_its_list(self, write: Write) -> None:
        write(L, LIST.replace("version:\n", "version:\n  in_force: 2019-05-01\n"))
        bundle = load_bundle([write(E, ENTRY.partition("versions:")[0])])
        (version,) = bundle.entries["aa/list/toluene"].versions
        assert version.in_force == dt.date(2019, 5, 1)


class TestReading:
    """`read_document`."""

    def test_depth_has_an_end(self, tmp_path: Path) -> None:
        path = tmp_path / "x.yaml"
        for depth, said in ((MAX_DEPTH - 1, None), (MAX_DEPTH, f"nested deeper than {MAX_DEPTH}")):
            path.write_text("a: 1\nx: " + "[" * depth + "]" * depth + "\n", encoding="utf-8")
            document, faults = read_document(path)
            assert (document is None) is (said is not None)
            assert [(f.path, f.line, f.key, f.message) for f in faults] == (
                [(path, 2, "", said)] if said else []
            )

    def test_size_has_an_end(self, tmp_path: Path) -> None:
        path = tmp_path / "x.yaml"
        path.write_text("a: 1 #".ljust(MAX_FILE_BYTES, "x"), encoding="utf-8")
        document, faults = read_document(path)
        assert document is not None
        assert (document.data, faults) == ({"a": 1}, [])
        path.write_text("a: 1 #".ljust(MAX_FILE_BYTES + 1, "x"), encoding="utf-8")
        document, (fault,) = read_document(path)
        assert document is None
        assert (fault.path, fault.line, fault.key) == (path, 0, "")

    @pytest.mark.parametrize(
        ("raw", "line", "said"),
        [
            (b"a: 1\nb: 2\nc: \xff\n", 3, "is not UTF-8"),
            (b"a: 1\nb: ]\n", 2, "expected"),
            (b"a: 1\nb: 2020-13-45\n", 0, "cannot be read as YAML: "),
            (b"a: 1\nb: &x 1\n", 2, "anchors and aliases are not allowed here"),
            (b"a: 1\nb: *x\n", 2, "anchors and aliases are not allowed here"),
            (b"a: 1\nb:\n  c: !x 1\n", 3, "the tag !x is not allowed"),
            (b"a: 1\na: 2\n", 2, "this key is given twice"),
        ],
    )
    def test_a_fault_has_its_line(self, tmp_path: Path, raw: bytes, line: int, said: str) -> None:
        path = tmp_path / "x.yaml"
        path.write_bytes(raw)
        document, (fault,) = read_document(path)
        assert document is None
        assert (fault.path, fault.line) == (path, line)
        assert said in fault.message

    def test_what_cannot_be_opened_is_said(self, tmp_path: Path) -> None:
        document, (fault,) = read_document(tmp_path / "none.yaml")
        assert document is None
        assert (fault.line, fault.message) == (0, "cannot be read: No such file or directory")

    def test_every_key_has_its_line(self, tmp_path: Path) -> None:
        """What is no key has the line of the nearest one around it."""
        path = tmp_path / "x.yaml"
        path.write_text("# note\na:\n  - {b: 1,\n     c: [x,\n 2]}\n1: z\n", encoding="utf-8")
        document, _ = read_document(path)
        assert document is not None
        assert document.data == {"a": [{"b": 1, "c": ["x", 2]}], "1": "z"}
        keys: list[tuple[str | int, ...]] = [
            ("a",), ("a", 0), ("a", 0, "b"), ("a", 0, "c"), ("a", 0, "c", 1), ("a", 0, "d"), ("1",)
        ]  # fmt: skip
        assert [document.line(key) for key in keys] == [2, 3, 3, 4, 5, 3, 6]
        assert document.line(("zz",)) == 2

    def test_an_empty_file_holds_nothing(self, tmp_path: Path) -> None:
        (tmp_path / "x.yaml").write_text("# note\n", encoding="utf-8")
        document, faults = read_document(tmp_path / "x.yaml")
        assert document is not None
        assert (document.data, faults, document.line(("a",))) == (None, [], 1)


def test_adding_a_jurisdiction_touches_no_python(tmp_path: Path, write: Write) -> None:
    """A new country is a folder of YAML; its law is asked at once."""
    from screening import Screener, Shipment

    folder = tmp_path / "all"
    shutil.copytree(write("aa/list/toluene.yaml", ENTRY), folder)
    decision = Screener([bundled_watchlists(), folder], jurisdictions=["aa"]).screen(
        Shipment(cas="108-88-3", origin="DE", destination="FR", day="2026-01-01")
    )
    assert [h.entry for h in decision.hits] == ["aa/list/toluene"]
