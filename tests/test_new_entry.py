"""A new entry from a few answers: what is written loads, is clean and answers rightly."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st

from screening import Bundle, Screener, checks, load_bundle
from screening.cli import cli
from screening.errors import NewEntryError
from screening.new_entry import (
    SCHEMA_LINE,
    ClassDraft,
    EntryDraft,
    EntryKind,
    PositionKind,
    entry_text,
    next_steps,
    read_anchors,
    read_cas,
    read_citation,
    read_codes,
    read_day,
    read_in_force,
    read_list,
    read_names,
    read_smiles,
    read_stem,
    read_words,
    sources_with,
    suggest_stem,
    writable_folder,
    write_entry,
)
from screening.rules.model import DateRange, Mark
from tests.small_law import write_law

TODAY = dt.date(2026, 11, 22)
PENTANE = EntryDraft(
    list="us/schedule",
    stem="pentane",
    kind=EntryKind.SUBSTANCE,
    names={"en": ("Pentane", "n-pentane"), "zh": ("戊烷",)},
    cas=("109-66-0",),
    hs=("2901.10",),
    substance="CCCCC",
    in_force=dt.date(2025, 3, 1),
    published=dt.date(2025, 2, 1),
    citation="Order 8 of 2025",
    membership=Mark.PRIMARY,
    dates=Mark.SECONDARY,
    recorded=TODAY,
)
CHAIN = ClassDraft(
    reference="CCN",
    reference_name="ethylamine",
    reference_is_member=False,
    position="the ethyl chain",
    anchors=(1, 2),
    letter="a",
    words=("halogen",),
    says="a halogen stands on the chain",
    members=("FCCN", "ClCCN", "BrCCN", "ICCN"),
    others=("CCO",),
)
HALO = replace(
    PENTANE,
    stem="haloethylamines",
    kind=EntryKind.CLASS,
    names={"en": ("Haloethylamines",)},
    cas=(),
    substance=None,
    definition=CHAIN,
)


@pytest.fixture
def law(tmp_path: Path) -> Path:
    """The small law, to write into."""
    return write_law(tmp_path / "law")


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    """The small law, loaded."""
    return load_bundle([write_law(tmp_path_factory.mktemp("law"))])


DRAFTS: Mapping[str, EntryDraft] = {
    "substance": PENTANE,
    "as the list states": replace(PENTANE, citation=None, says="Some words. " * 20),
    "a day that was not read": replace(
        PENTANE,
        in_force=DateRange(not_before=dt.date(2025, 1, 1), not_after=dt.date(2025, 12, 31)),
        published=None,
        dates=Mark.UNVERIFIED,
        membership=Mark.UNVERIFIED,
        still_to_read="the gazette of 2025",
    ),
    "identifiers": replace(PENTANE, kind=EntryKind.IDENTIFIERS, substance=None, stem="oil-2"),
    "goods": replace(PENTANE, kind=EntryKind.GOODS, substance=None, cas=(), stem="machine"),
    "class": HALO,
}


@pytest.mark.parametrize("draft", DRAFTS.values(), ids=DRAFTS)
def test_what_is_written_is_clean_and_answers_rightly(law: Path, draft: EntryDraft) -> None:
    """It loads, lint has nothing to say, and every example of it comes out as expected."""
    written = write_entry(draft, law)
    assert written.path == law / f"{draft.id}.yaml"
    assert written.problems == ()
    selection = checks.select([written.path])
    bundle = load_bundle(selection.folders)
    assert checks.lint(bundle, selection.files, selection.means) == []
    cases = list(checks.cases(bundle, [draft.id]))
    assert len(cases) >= (4 if draft.kind is not EntryKind.GOODS else 3)
    screener = Screener(list(selection.folders or ()))
    assert [str(r) for r in checks.run(cases, screener) if not r.passed] == []


def test_the_entry_says_what_was_answered(law: Path) -> None:
    entry = write_entry(PENTANE, law).entry
    version = entry.versions[0]
    assert entry.names.zh == ("戊烷",)
    assert (entry.cas, entry.hs, entry.substance) == (("109-66-0",), ("2901.10",), "CCCCC")
    assert (version.in_force, version.recorded) == (dt.date(2025, 3, 1), TODAY)
    assert (version.checked.membership, version.checked.dates) == (Mark.PRIMARY, Mark.SECONDARY)


def test_a_substance_is_a_short_file() -> None:
    """With the line by which editors find the format first."""
    lines = entry_text(PENTANE).splitlines()
    assert lines[0] == SCHEMA_LINE
    assert len(lines) < 25


@given(
    texts=st.lists(
        st.text(st.characters(exclude_categories=["C"]), min_size=1).filter(str.split), min_size=1
    ),
    says=st.text(st.characters(exclude_categories=["C"]), max_size=400).filter(str.split),
)
def test_any_text_comes_back_from_yaml(texts: list[str], says: str) -> None:
    """Whatever signs a name or a sentence has, the file holds it; spaces are one space."""
    names = tuple(" ".join(t.split()) for t in texts)
    draft = replace(PENTANE, names={"en": names}, says=says, citation=says, paragraph=names[0])
    data = yaml.safe_load(entry_text(draft))
    assert tuple(data["names"]["en"]) == names
    assert " ".join(data["says"].split()) == " ".join(says.split())
    assert data["versions"][0]["citation"] == " ".join(says.split())
    assert data["paragraph"] == names[0]


class TestClass:
    """The beginnings of a class definition."""

    @pytest.mark.parametrize(
        "change",
        [
            {
                "position_kind": PositionKind.BRANCH,
                "skeleton": "[CX4:1]-[#7:2]",
                "anchors": (1,),
                "words": ("small alkyl",),
                "reference": "CCN",
                "reference_is_member": True,
                "members": ("CCCN",),
                "others": ("CCO",),
            },
        ],
    )
    def test_other_kinds_of_place(self, law: Path, change: dict[str, Any]) -> None:
        draft = replace(HALO, definition=replace(CHAIN, **change))
        written = write_entry(draft, law)
        cases = list(checks.cases(load_bundle([law]), [draft.id]))
        results = checks.run(cases, Screener(law))
        assert [str(r) for r in results if not r.passed] == []
        assert all(p.level is checks.Level.WARNING for p in written.problems)

    def test_what_is_left_to_do_is_said(self, law: Path) -> None:
        """An example too few is a warning, not a refusal: the author goes on from there."""
        draft = replace(
            HALO, definition=replace(CHAIN, others=(), words=("halogen", "small alkyl"))
        )
        written = write_entry(draft, law)
        assert any("small alkyl" in p.message for p in written.problems)

    def test_a_skeleton_that_is_none_is_refused(self, law: Path) -> None:
        draft = replace(HALO, definition=replace(CHAIN, skeleton="[CX4:1]-[CX4:2]-[#7:3]-[#8:4]"))
        with pytest.raises(NewEntryError, match="the entry as a whole"):
            write_entry(draft, law)
        assert not (law / f"{draft.id}.yaml").exists()


class TestRefused:
    """Nothing is written that does not hold."""

    @pytest.mark.parametrize(
        ("change", "said"),
        [
            ({"cas": ("67-64-1",)}, "stands for another structure in us/schedule/acetone"),
            ({"substance": "CC(=O)C", "cas": ()}, "same structure as us/schedule/acetone"),
            ({"dates": Mark.UNVERIFIED}, "still to read"),
            ({"stem": "acetone"}, "is there already"),
        ],
    )
    def test_clashes(self, law: Path, change: dict[str, Any], said: str) -> None:
        before = sorted(law.rglob("*"))
        with pytest.raises(NewEntryError, match=said):
            write_entry(replace(PENTANE, **change), law)
        assert sorted(law.rglob("*")) == before

    def test_a_clash_with_another_list(self, law: Path) -> None:
        """Of whatever jurisdiction: one CAS number is one substance."""
        ethanol = "names: {en: [Ethanol]}\ncas: ['64-17-5']\nsubstance: 'CCO'\n"
        (law / "gb" / "annex" / "ethanol.yaml").write_text(
            ethanol + "versions: [{in_force: 2025-01-01}]\n"
        )
        with pytest.raises(NewEntryError, match="another structure in gb/annex/ethanol"):
            write_entry(replace(PENTANE, cas=("64-17-5",)), law)

    ANSWERS: tuple[tuple[Callable[[Bundle], object], str], ...] = (
        (lambda b: read_list("us/other", b), "there are us/schedule"),
        (lambda b: read_stem("acetone", "us/schedule", b), "is there already"),
        (lambda b: read_stem("Two Words", "us/schedule", b), "small letters"),
        (lambda b: read_stem("list", "us/schedule", b), "is no file name"),
        (lambda _: read_names(" ; "), "at least one name"),
        (lambda _: read_names("Acetone; acetone"), "given twice"),
        (lambda _: read_cas("67-64-2"), "check digit is wrong"),
        (lambda _: read_cas("67641"), "not written like"),
        (lambda _: read_codes("29.1"), "no customs code"),
        (lambda _: read_smiles("CC(C"), "CC(C"),
        (lambda _: read_smiles("*CC"), "CC"),
        (lambda _: read_day("2025-2-1"), "write it like 2025-11-10"),
        (lambda _: read_in_force("2025-02-01", Mark.UNVERIFIED), "2025-01-01..2025-12-31"),
        (lambda _: read_in_force("2025-02-01..2025-01-01", Mark.PRIMARY), "is no range"),
        (lambda _: read_in_force("..", Mark.PRIMARY), "is no range"),
        (lambda _: read_citation("see above"), "no number and no date"),
        (lambda _: read_citation("TODO 1"), "name the legal text"),
        (lambda b: read_words(["ester"], b.jurisdictions["us"]), "there are small alkyl, halogen"),
        (lambda b: read_words(["ester"], b.jurisdictions["gb"]), "gb/groups.yaml first"),
        (lambda _: read_anchors("4", "[#6:1]-[#6:2]"), "no atom '4'"),
    )

    @pytest.mark.parametrize(("answer", "said"), ANSWERS)
    def test_answers(self, bundle: Bundle, answer: Callable[[Bundle], object], said: str) -> None:
        """Each says what is wrong with it and what to answer instead."""
        with pytest.raises(NewEntryError) as caught:
            answer(bundle)
        assert said in str(caught.value)


def test_answers_as_people_write_them(bundle: Bundle) -> None:
    assert read_list(" us/schedule/ ", bundle) == "us/schedule"
    assert read_names("Acetone ;  propan-2-one；丙酮") == ("Acetone", "propan-2-one", "丙酮")
    assert read_cas("67-64-1, 108-88-3 67-64-1") == ("67-64-1", "108-88-3")
    assert read_in_force("2025-01-01..", Mark.UNVERIFIED) == DateRange(
        not_before=dt.date(2025, 1, 1)
    )
    assert suggest_stem("4-Fluoro-N,N-diméthyl") == "4-fluoro-n-n-dimethyl"


class TestCommand:
    """`screening watchlist new`."""

    FLAGS = (
        *("--list", "us/schedule", "--name", "Pentane", "--smiles", "CCCCC", "--cas", "109-66-0"),
        *("--in-force", "2025-03-01", "--citation", "Order 8 of 2025"),
        *("--membership", "primary", "--dates", "primary"),
    )

    @staticmethod
    def run(*arguments: object, answers: str = "") -> Result:
        command = ["watchlist", "new", *map(str, arguments)]
        return CliRunner().invoke(cli, command, input=answers, catch_exceptions=True)

    def test_flags(self, law: Path) -> None:
        """Without anybody to ask: the file, and the commands by which it is tried."""
        ran = self.run("--no-ask", "--folder", law, *self.FLAGS, "--other-name", "zh=戊烷")
        assert ran.exit_code == 0, ran.output
        path = law / "us" / "schedule" / "pentane.yaml"
        assert f"screening watchlist lint {path}" in ran.output
        assert f"screening watchlist test {path}" in ran.output
        assert load_bundle([law]).entries["us/schedule/pentane"].names.zh == ("戊烷",)

    def test_questions(self, law: Path) -> None:
        """Each answer is checked at once, and asked for again."""
        given = [
            *("nowhere", "us/schedule", "substance", "Pentane", "", "acetone", "pentane"),
            *("109-66-1", "109-66-0", "", "CCC(", "CCCCC", "secondary", "unverified"),
            *("the gazette", "2025-03-01", "2025-01-01..2025-12-31", "", "Order 8 of 2025"),
            *("", "", ""),
        ]
        ran = self.run("--ask", "--folder", law, answers="\n".join(given) + "\n")
        assert ran.exit_code == 0, ran.output
        for said in (
            *("there is no list 'nowhere'", "is there already", "check digit is wrong"),
            *("'CCC('", "a day that is unverified is written as the days around it"),
        ):
            assert said in ran.output
        version = load_bundle([law]).entries["us/schedule/pentane"].versions[0]
        assert version.in_force == DateRange(
            not_before=dt.date(2025, 1, 1), not_after=dt.date(2025, 12, 31)
        )

    def test_a_class(self, law: Path) -> None:
        ran = self.run(
            *("--no-ask", "--folder", law, "--list", "us/schedule", "--kind", "class"),
            *("--name", "Haloethylamines", "--in-force", "2025-03-01", "--citation", "Order 8/25"),
            *("--membership", "primary", "--dates", "primary", "--reference", "CCN"),
            *("--reference-name", "ethylamine", "--reference-is-no-member"),
            *("--position", "the ethyl chain", "--anchors", "1,2", "--clause", "a"),
            *("--clause-says", "a halogen stands on the chain", "--words", "halogen"),
            *("--member", "FCCN", "--member", "ClCCN", "--member", "BrCCN", "--member", "ICCN"),
            *("--no-member", "CCO"),
        )
        assert ran.exit_code == 0, ran.output
        assert "test --mutate" in ran.output
        entry = load_bundle([law]).entries["us/schedule/haloethylamines"]
        assert entry.class_ is not None
        assert entry.class_.skeleton == "[#6:1]-[#6:2]-[#7:3]"

    def test_what_is_missing_is_named(self, law: Path) -> None:
        ran = self.run("--no-ask", "--folder", law, *self.FLAGS[2:])
        assert ran.exit_code == 2
        assert "--list is needed" in ran.output

    def test_a_wrong_answer_writes_nothing(self, law: Path) -> None:
        ran = self.run("--no-ask", "--folder", law, *self.FLAGS, "--hs", "x")
        assert isinstance(ran.exception, NewEntryError)
        assert not (law / "us" / "schedule" / "pentane.yaml").exists()


def test_a_folder_of_ones_own_adds_to_the_bundled_lists(
    law: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An entry of a bundled list may stand in a private folder; the two are loaded together."""
    for module in ("rules.load", "checks", "new_entry"):
        monkeypatch.setattr(f"screening.{module}.bundled_watchlists", lambda: law)
    mine = tmp_path / "mine"
    assert sources_with(mine) == ["default"]
    written = write_entry(PENTANE, mine)
    assert written.entry.instrument == "Order 7 of 2025"
    assert sources_with(mine) == ["default", mine]
    bundle = load_bundle(["default", mine])
    assert bundle.entries["us/schedule/pentane"] == written.entry
    assert len(bundle.entries) == len(load_bundle().entries) + 1
    assert next_steps(written, mine)[-1].endswith(f"--watchlists default --watchlists {mine}")
    with pytest.raises(NewEntryError, match="same structure as us/schedule/pentane"):
        write_entry(replace(PENTANE, stem="other", cas=(), names={"en": ("Other",)}), mine)


def test_an_installed_package_is_not_written_into(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("screening.new_entry.bundled_watchlists", lambda: tmp_path / "_watchlists")
    with pytest.raises(NewEntryError, match="name a folder of yours"):
        writable_folder(None)
    assert writable_folder(tmp_path) == tmp_path
