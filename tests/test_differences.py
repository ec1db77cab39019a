"""What changed in the lists, in words: nothing unsaid, nothing said of what is the same."""

from __future__ import annotations

import datetime as dt
import enum
import json
from pathlib import Path
from typing import Any

import pytest

from screening import Bundle, load_bundle
from screening.cli import main
from screening.rules.differences import Aspect, Difference, Kind, compare_bundles, compare_days
from screening.rules.model import Entry, JurisdictionFile, ListFile
from tests.small_law import (
    ACETONE,
    BUTANONE,
    ETHYLAMINES,
    FILES,
    LIST,
    PLACE,
    TOLUENE,
    WORDS,
    write_law,
)

CLASS = (
    "names: {en: [Butylated tests]}\n"
    + ETHYLAMINES
    + """\
  positions:
    chain: {title: the ethyl chain, substituents: [1, 2]}
  clauses:
    a: {at: chain, bears: small alkyl, says: the chain bears an alkyl group}
    b: {at: chain, bears: halogen, says: the chain bears a halogen}
versions:
  - in_force: 2025-02-01
examples:
  must_match:
    - {structure: 'CC(C)N', day: 2025-02-01, because: clause a}
"""
)


@pytest.fixture(scope="module")
def law(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small law with a class."""
    return write_law(tmp_path_factory.mktemp("law"), {"us/schedule/class.yaml": CLASS})


@pytest.fixture(scope="module")
def bundle(law: Path) -> Bundle:
    """The small law, loaded."""
    return load_bundle([law])


def changed(tmp_path: Path, name: str, text: str | None) -> Bundle:
    """The small law with one other file."""
    return load_bundle([write_law(tmp_path, {"us/schedule/class.yaml": CLASS, name: text})])


def edit(text: str, old: str, new: str) -> str:
    assert text.count(old) == 1, old
    return text.replace(old, new)


SCHEDULE = "us/schedule/list.yaml"
LIKENESS = """\
analogue:
  title: Law on likeness
  instrument: Order 8
  authority: Office of Tests
  citation: Order 8
  checked: {membership: primary, dates: primary}
  since: 2025-01-01
  recorded: 2026-01-01
  action: {origin: authorisation}
  lists: [us/schedule]
  treated_as: us/schedule
  says: What is alike counts.
"""
NOTICE = """\
  - id: notice
    leg: origin
    document: Notice
    authority: Office of Tests
    who: exporter
    because: The Rules ask for it.
    citation: Rule 10
    checked: primary
"""
A, T, B, C = (f"us/schedule/{n}.yaml" for n in ("acetone", "toluene", "butanone", "class"))

CHANGES: list[tuple[str, str, Aspect, str]] = [
    (A, edit(ACETONE, ", propan-2-one", ", dimethyl ketone"), Aspect.NAMES, "names: en: added dim"),
    (A, edit(ACETONE, ", propan-2-one", ""), Aspect.NAMES, "names: en: removed propan-2-one"),
    (A, edit(ACETONE, "67-64-1'", "67-64-1', '75-07-0'"), Aspect.NAMES, "CAS numbers: added 75-0"),
    (A, edit(ACETONE, "CC(C)=O", "CC(=O)C"), Aspect.DEFINITION, "CC(C)=O -> CC(=O)C"),
    (A, ACETONE + "aliases: {'CC=O': ethanal}\n", Aspect.DEFINITION, "CC=O: added ethanal"),
    (A, ACETONE + "forms: {salts: review}\n", Aspect.FORMS, "forms: salts: covered -> review"),
    (A, ACETONE + "as_counter_ion: false\n", Aspect.FORMS, "ion of a salt: yes -> no"),
    (A, ACETONE + "action: {origin: record}\n", Aspect.ACTION, "origin: authorisation -> record"),
    (A, ACETONE + "applies_to: [mx]\n", Aspect.REACH, "reaches destinations: added mx"),
    (A, ACETONE + "says: Other words.\n", Aspect.TEXT, "says: added Other words."),
    (A, ACETONE + "paragraph: item 2\n", Aspect.SOURCES, "paragraph: added item 2"),
    (A, edit(ACETONE, "2025-02-01", "2025-03-01"), Aspect.DATES, "2025-02-01 -> from 2025-03-01"),
    (A, edit(ACETONE, "2025-01-15", "2025-01-16"), Aspect.DATES, "published 2025-01-15 -> 2025"),
    (A, ACETONE + "    until: 2026-05-01\n", Aspect.DATES, "until open -> 2026-05-01"),
    (
        A,
        ACETONE + "    citation: Order 8\n",
        Aspect.SOURCES,
        "citation: Order 7 of 2025, item 1 ->",
    ),
    (A, ACETONE + "    recorded: 2026-02-01\n", Aspect.SOURCES, "recorded: 2026-01-01 -> 2026-02"),
    (A, ACETONE + "    checked: {dates: secondary}\n", Aspect.SOURCES, "primary -> secondary"),
    (
        A,
        ACETONE + "    withdrawn: {on: 2026-03-01, because: never listed}\n",
        Aspect.DATES,
        "withdrawn on 2026-03-01: never listed",
    ),
    (
        T,
        TOLUENE + "  - in_force: 2026-01-01\n",
        Aspect.DATES,
        "a version added, in force from 2026",
    ),
    (B, edit(BUTANONE, "2025-03-01", "2025-03-02"), Aspect.DATES, "not before 2025-03-01"),
    (C, edit(CLASS, "small alkyl", "halogen"), Aspect.DEFINITION, "clauses: a: bears"),
    (C, edit(CLASS, "[1, 2]", "[2, 1]"), Aspect.DEFINITION, "substituents: order changed"),
    (C, edit(CLASS, "[1, 2]", "[1]"), Aspect.DEFINITION, "positions: chain: substituents"),
    (C, edit(CLASS, "member: false", "member: true"), Aspect.DEFINITION, "is member: no -> yes"),
    (C, edit(CLASS, "because: clause a", "because: x"), Aspect.EXAMPLES, "clause a -> x"),
    (
        C,
        CLASS.replace("2025-02-01\n", "2025-02-01\n    clauses: [a]\n"),
        Aspect.DEFINITION,
        "clauses",
    ),
    (SCHEDULE, edit(LIST, "days: 10", "days: 15"), Aspect.REQUIREMENTS, "lead days: 10 -> 15"),
    (SCHEDULE, LIST + "surveillance: true\n", Aspect.ACTION, "only asks for attention: no -> yes"),
    (SCHEDULE, LIST + NOTICE, Aspect.REQUIREMENTS, "requirement: added notice"),
    (SCHEDULE, edit(LIST, "partly", "not_modelled"), Aspect.COVERAGE, "partly -> not modelled"),
    (SCHEDULE, edit(LIST, "9 to 12", "9 to 11"), Aspect.COVERAGE, "added items 9 to 11"),
    (
        SCHEDULE,
        edit(LIST, "last_checked: 2026-01-01", "last_checked: 2026-05-01"),
        Aspect.COVERAGE,
        "last checked: 2026-01-01 -> 2026-05-01",
    ),
    (
        "us/groups.yaml",
        edit(WORDS, "2}", "3}"),
        Aspect.DEFINITION,
        "group word: small alkyl: max carbons: 2 -> 3",
    ),
    ("us/jurisdiction.yaml", PLACE + "member_of: [eu]\n", Aspect.REACH, "member of: added eu"),
]


class TestBundles:
    """`compare_bundles`."""

    def test_the_same_law_has_no_difference(self, bundle: Bundle, tmp_path: Path) -> None:
        """Formatting and comments are no difference."""
        other = changed(tmp_path, A, "# a comment\n" + ACETONE.replace("{en:", "{ en:"))
        assert compare_bundles(bundle, other) == ()

    @pytest.mark.parametrize(("name", "text", "aspect", "says"), CHANGES)
    def test_every_change_is_said(
        self, bundle: Bundle, tmp_path: Path, name: str, text: str, aspect: Aspect, says: str
    ) -> None:
        """Under its own heading, of its own item, and nothing else is said."""
        found = compare_bundles(bundle, changed(tmp_path, name, text))
        assert {d.aspect for d in found} == {aspect}
        assert any(says in d.says for d in found), [str(d) for d in found]
        item = name.removesuffix(".yaml").removesuffix("/list").partition("/groups")[0]
        assert {d.item for d in found} == {item.removesuffix("/jurisdiction")}
        assert all(d.kind is Kind.CHANGED and d.title for d in found)

    @pytest.mark.parametrize(("name", "text", "aspect"), [c[:3] for c in CHANGES[:12]])
    def test_back_again(
        self, bundle: Bundle, tmp_path: Path, name: str, text: str, aspect: Aspect
    ) -> None:
        """The other way round something is said too."""
        other = changed(tmp_path, name, text)
        assert {d.aspect for d in compare_bundles(other, bundle)} == {aspect}

    @pytest.mark.filterwarnings("ignore:Pydantic serializer")  # any other value will do
    def test_no_field_changes_unsaid(self, bundle: Bundle) -> None:
        """Whatever field of an entry or a list is another, there is a difference."""
        entry = bundle.entries["us/schedule/class"]
        for field in set(Entry.model_fields) - {"id", "jurisdiction", "list"}:
            other = entry.model_copy(update={field: _another(getattr(entry, field))})
            assert compare_bundles(bundle, _with_entry(bundle, other)), field
        shared = {"instrument", "authority", "action", "forms", "as_counter_ion", "applies_to"}
        own = set(ListFile.model_fields) - shared - {"surveillance", "version"}
        file = bundle.lists["us/schedule"].file
        for field in own:
            changed_file = file.model_copy(update={field: _another(getattr(file, field))})
            assert compare_bundles(bundle, _with_list(bundle, changed_file)), field
        place = bundle.jurisdictions["us"]
        for field in JurisdictionFile.model_fields:
            other_file = place.file.model_copy(update={field: _another(getattr(place.file, field))})
            other_place = place.model_copy(update={"file": other_file})
            assert compare_bundles(bundle, Bundle({**bundle.jurisdictions, "us": other_place}))

    def test_entries_come_and_go(self, bundle: Bundle, tmp_path: Path) -> None:
        other = changed(tmp_path, A, None)
        (gone,) = compare_bundles(bundle, other)
        assert (gone.kind, gone.item) == (Kind.REMOVED, "us/schedule/acetone")
        (come,) = compare_bundles(other, bundle)
        assert come.kind is Kind.ADDED
        assert "in force from 2025-02-01" in come.says
        assert come.citation == "Order 7 of 2025, item 1"

    def test_lists_and_jurisdictions_come_and_go(self, bundle: Bundle, tmp_path: Path) -> None:
        gone = {name: None for name in FILES if name.startswith("gb/")}
        other = load_bundle([write_law(tmp_path, {C: CLASS, **gone})])
        found = compare_bundles(bundle, other)
        assert {(d.kind, d.item) for d in found} == {
            (Kind.REMOVED, item) for item in ("gb", "gb/annex", "gb/annex/toluene")
        }
        back = compare_bundles(other, bundle)
        assert {(d.kind, d.item, d.says) for d in back} == {
            (Kind.ADDED, d.item, d.says) for d in found
        }
        assert "the list, with 1 entries" in {d.says for d in found}

    def test_a_version_comes_and_goes_with_its_day_and_citation(
        self, bundle: Bundle, tmp_path: Path
    ) -> None:
        """What goes is cited by nobody."""
        other = changed(tmp_path, T, TOLUENE + "  - in_force: 2026-01-01\n")
        (come,) = compare_bundles(bundle, other)
        (gone,) = compare_bundles(other, bundle)
        assert (come.says, come.when, come.citation) == (
            "a version added, in force from 2026-01-01",
            "2026-01-01",
            "Order 7 of 2025, item 1",
        )
        assert (gone.says, gone.when, gone.citation) == (
            "a version removed, in force from 2026-01-01",
            "2026-01-01",
            None,
        )

    def test_the_law_on_likeness(self, tmp_path: Path) -> None:
        """Its day, and that it is not known exactly, in words."""
        place = "us/jurisdiction.yaml"
        first = changed(tmp_path / "a", place, PLACE + LIKENESS)
        unsure = "since: {not_before: 2025-03-01, not_after: 2025-04-01}"
        other = changed(tmp_path / "b", place, PLACE + edit(LIKENESS, "since: 2025-01-01", unsure))
        (found,) = compare_bundles(first, other)
        assert (found.aspect, found.item, found.title) == (Aspect.REACH, "us", "Testland")
        assert found.says == (
            "law on likeness: since: 2025-01-01 -> not before 2025-03-01, not after 2025-04-01"
        )
        days = dt.date(2025, 2, 28), dt.date(2025, 4, 1)
        said = [d for d in compare_days(other, *days) if d.aspect is Aspect.REACH]
        assert [(d.when, d.kind, d.item, d.citation) for d in said] == [
            (day, Kind.ADDED, "us", "Order 8") for day in ("2025-03-01", "2025-04-01")
        ]
        assert {d.says.partition(" from ")[0] for d in said} == {"the law on likeness counts"}
        for known_on, count in ((dt.date(2025, 12, 31), 0), (dt.date(2026, 1, 1), 2)):
            found_so = compare_days(other, *days, known_on=known_on)
            assert len([d for d in found_so if d.aspect is Aspect.REACH]) == count

    def test_what_a_list_changes_is_said_once(self, bundle: Bundle, tmp_path: Path) -> None:
        """With the entries it concerns."""
        other = changed(tmp_path, SCHEDULE, edit(LIST, "salts: covered", "salts: review"))
        (once,) = compare_bundles(bundle, other)
        assert once.item == "us/schedule"
        assert len(once.entries) == len(bundle.lists["us/schedule"].entries)
        assert "5 entries: forms: salts: covered -> review" in str(once)


def _another(value: Any) -> Any:
    """Some other value in the place of one."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, dt.date):
        return value + dt.timedelta(days=1)
    if isinstance(value, enum.Enum):
        return next(v for v in type(value) if v is not value)
    if isinstance(value, str):
        return value + " x"
    if isinstance(value, dict):
        return {**value, "x": "y"}
    if isinstance(value, tuple):
        return () if value else ("x",)
    if value is None:
        return "x"
    first, *_ = type(value).model_fields
    return value.model_copy(update={first: _another(getattr(value, first))})


def _with_entry(bundle: Bundle, entry: Entry) -> Bundle:
    return _with(bundle, lambda w: {"entries": tuple(entry if e.id == entry.id else e for e in w)})


def _with_list(bundle: Bundle, file: ListFile) -> Bundle:
    return _with(bundle, lambda _: {"file": file})


def _with(bundle: Bundle, update: Any) -> Bundle:
    """The bundle with something else in the list us/schedule."""
    place = bundle.jurisdictions["us"]
    lists = tuple(w.model_copy(update=update(w.entries)) for w in place.lists)
    other = place.model_copy(update={"lists": lists})
    return Bundle({**bundle.jurisdictions, "us": other})


def test_a_difference_says_no_more_than_it_knows() -> None:
    """Of day, entries and citation each is said where there is one."""
    made = Difference(Kind.ADDED, "us/x", "X", Aspect.WHOLE, "the entry")
    assert str(made) == "us/x: the entry"
    made = Difference(
        Kind.CHANGED, "us/x", "X", Aspect.WHOLE, "other", "2025-01-01", "Order 1", ("a", "b")
    )
    assert str(made) == "us/x: 2 entries: 2025-01-01: other (Order 1)"


def says(found: tuple[Difference, ...]) -> list[tuple[str | None, str, Kind, str]]:
    return [(d.when, d.item.rpartition("/")[2], d.kind, d.says.partition(":")[0]) for d in found]


class TestDays:
    """`compare_days`."""

    def test_each_change_on_its_day(self, bundle: Bundle) -> None:
        found = compare_days(bundle, dt.date(2025, 1, 1), dt.date(2025, 12, 31))
        us = tuple(d for d in found if d.item.startswith("us") and d.item != "us/schedule/class")
        assert says(us) == [
            ("2025-01-15", "acetone", Kind.CHANGED, "announced, in force from 2025-02-01"),
            ("2025-02-01", "acetone", Kind.ADDED, "in force"),
            ("2025-02-01", "oil", Kind.ADDED, "in force"),
            (
                "2025-03-01",
                "butanone",
                Kind.ADDED,
                "perhaps in force (the day is not before 2025-03-01, not after 2025-04-01)",
            ),
            ("2025-04-01", "butanone", Kind.CHANGED, "now in force for certain"),
            (
                "2025-06-01",
                "toluene",
                Kind.REMOVED,
                "no longer in force; it was by Order 7 of 2025, item 1",
            ),
        ]

    def test_what_comes_into_force_says_its_action(self, bundle: Bundle) -> None:
        found = compare_days(bundle, dt.date(2025, 1, 31), dt.date(2025, 2, 1))
        (oil,) = (d for d in found if d.item == "us/schedule/oil")
        assert oil.says == "in force: origin authorisation, destination prohibited"
        assert (oil.title, oil.aspect) == ("Oil of tests", Aspect.WHOLE)
        assert oil.citation == "Order 7 of 2025, item 1"

    @pytest.mark.parametrize(
        ("before", "after", "expected"),
        [("2025-01-31", "2025-02-01", 3), ("2025-02-01", "2025-02-28", 0)],
    )
    def test_the_last_day_counts_and_the_first_does_not(
        self, bundle: Bundle, before: str, after: str, expected: int
    ) -> None:
        days = dt.date.fromisoformat(before), dt.date.fromisoformat(after)
        assert len(compare_days(bundle, *days)) == expected

    def test_days_in_order_only(self, bundle: Bundle) -> None:
        with pytest.raises(ValueError, match="is not later"):
            compare_days(bundle, dt.date(2025, 2, 1), dt.date(2025, 2, 1))

    def test_as_it_was_known(self, bundle: Bundle) -> None:
        days = dt.date(2025, 1, 1), dt.date(2025, 12, 31)
        assert compare_days(bundle, *days, known_on=dt.date(2025, 12, 31)) == ()

    def test_a_next_version_says_what_it_changes(self, tmp_path: Path) -> None:
        text = edit(TOLUENE, "2025-06-01", "2025-06-01\n  - in_force: 2025-06-01")
        text += "    action: {origin: prohibited}\n    forms: {salts: review}\n"
        other = changed(tmp_path, T, text)
        found = compare_days(other, dt.date(2025, 5, 31), dt.date(2025, 6, 1))
        said = {d.says for d in found}
        assert said == {
            "action: origin: authorisation -> prohibited",
            "action: destination: removed prohibited",
            "forms: salts: covered -> review",
        }
        assert {d.kind for d in found} == {Kind.CHANGED}

    def test_a_next_version_may_open_or_close_clauses(self, tmp_path: Path) -> None:
        """None stated means every clause."""
        text = CLASS.replace(
            "  - in_force: 2025-02-01\n",
            "  - {in_force: 2025-02-01, until: 2025-06-01, clauses: [a]}\n"
            "  - {in_force: 2025-06-01, clauses: [a, b], until: 2025-07-01}\n"
            "  - {in_force: 2025-07-01}\n",
        )
        found = compare_days(changed(tmp_path, C, text), dt.date(2025, 5, 31), dt.date(2025, 7, 1))
        said = [(d.when, d.says) for d in found if d.item == "us/schedule/class"]
        assert said == [
            ("2025-06-01", "clauses in force: added b"),
            ("2025-07-01", "goes on under another text"),
        ]

    def test_a_next_version_may_change_the_text_alone(self, tmp_path: Path) -> None:
        text = edit(TOLUENE, "2025-06-01", "2025-06-01\n  - in_force: 2025-06-01")
        other = changed(tmp_path, T, text + "    citation: Order 9 of 2025\n")
        (only,) = compare_days(other, dt.date(2025, 5, 31), dt.date(2025, 6, 1))
        assert (only.says, only.citation) == ("goes on under another text", "Order 9 of 2025")

    def test_where_goods_go_on_to_be_listed(self, tmp_path: Path) -> None:
        """An entry that ends where another one for the same goods begins says so."""
        text = TOLUENE.replace("2024-01-01\n    until: 2025-06-01", "2025-06-01")
        folder = write_law(
            tmp_path, {"us/other/list.yaml": LIST, "us/other/methylbenzene.yaml": text}
        )
        found = compare_days(load_bundle([folder]), dt.date(2025, 5, 31), dt.date(2025, 6, 1))
        (gone,) = (d for d in found if d.kind is Kind.REMOVED)
        assert gone.says.endswith("on this day under us/other/methylbenzene")

    def test_requirements_and_gaps_have_days_too(self, tmp_path: Path) -> None:
        text = LIST + "    when: {from: 2025-05-01}\n"
        text += (
            "incomplete:\n  - {since: 2025-05-02, until: 2025-05-03, candidates: {x: 'C'}, "
            "says: some esters, citation: Order 1, checked: primary}\n"
        )
        other = changed(tmp_path, SCHEDULE, text)
        found = compare_days(other, dt.date(2025, 4, 30), dt.date(2025, 5, 31))
        assert [(d.when, d.kind, d.aspect) for d in found] == [
            ("2025-05-01", Kind.ADDED, Aspect.REQUIREMENTS),
            ("2025-05-02", Kind.ADDED, Aspect.COVERAGE),
            ("2025-05-03", Kind.REMOVED, Aspect.COVERAGE),
        ]
        assert found[0].says == "requirement: Export permit (origin): due from this day"
        assert found[1].says == found[2].says == "items not read: some esters"
        assert [d.citation for d in found] == ["Rule 9", "Order 1", "Order 1"]
        assert {(d.item, d.title) for d in found} == {("us/schedule", "Schedule of Tests")}

    def test_what_a_requirement_depends_on_has_days_too(self, tmp_path: Path) -> None:
        text = LIST + "    when: {until: 2025-05-04}\n    unless: [{from: 2025-05-02}]\n"
        text += "    shorter: [{when: {until: 2025-05-03}, lead_days: 5, because: it is near}]\n"
        other = changed(tmp_path, SCHEDULE, text)
        found = compare_days(other, dt.date(2025, 5, 1), dt.date(2025, 5, 4))
        depends = "requirement: Export permit (origin): what it depends on changes"
        assert [(d.when, d.kind, d.says) for d in found] == [
            ("2025-05-02", Kind.CHANGED, depends),
            ("2025-05-03", Kind.CHANGED, depends),
            ("2025-05-04", Kind.REMOVED, "requirement: Export permit (origin): no longer due"),
        ]
        assert [d.item for d in found] == ["us/schedule"] * 3
        assert compare_days(other, dt.date(2025, 5, 4), dt.date(2025, 5, 5)) == ()


SHIPMENTS = """\
Ref,SMILES,Qty,Origin,Dest,Ship Date
a,CC(C)=O,1 kg,US,GB,2025-05-01
b,Cc1ccccc1,1 kg,US,US,2025-05-01
c,CCCCCC,1 kg,US,GB,2025-05-01
"""


class TestCommand:
    """`screening watchlist diff`."""

    @pytest.fixture
    def run(self, capsys: pytest.CaptureFixture[str]) -> Any:
        def _run(*arguments: object) -> tuple[object, str, str]:
            with pytest.raises(SystemExit) as caught:
                main([str(a) for a in arguments])
            return (caught.value.code, *capsys.readouterr())

        return _run

    def test_two_bundles_against_shipments(self, law: Path, tmp_path: Path, run: Any) -> None:
        other = write_law(tmp_path / "other", {C: CLASS, A: edit(ACETONE, "-02-01", "-06-01")})
        table = tmp_path / "in.csv"
        table.write_text(SHIPMENTS)
        code, out, err = run("watchlist", "diff", law, other, "--against", table)
        assert code == 0
        assert "us/schedule/acetone: 2025-06-01: in force from 2025-02-01 -> from" in out
        assert "1 of 3 lines change, 1 in their outcome" in err
        assert "line 1 (a), shipping 2025-05-01: controlled, authorisation -> review" in out
        assert "hit gone: us/schedule/acetone (origin, US)" in out
        assert "finding added: announced_law" in out

    def test_a_line_may_stand_on_other_grounds(self, law: Path, tmp_path: Path, run: Any) -> None:
        """The action and the hits of a line count, not its outcome alone."""
        text = TOLUENE + "action: {destination: prohibited, origin: record}\n"
        other = write_law(tmp_path / "other", {C: CLASS, T: text})
        table = tmp_path / "in.csv"
        table.write_text(SHIPMENTS)
        code, out, err = run("watchlist", "diff", law, other, "--against", table)
        assert code == 0
        assert "1 of 3 lines change, 0 in their outcome" in err
        assert "line 2 (b), shipping 2025-05-01: controlled, prohibited, on other grounds" in out
        assert "action authorisation -> record" in out

    def test_a_hit_may_go_without_a_day(self, law: Path, tmp_path: Path, run: Any) -> None:
        """A structure put right is no end of the entry, which ends later."""
        text = edit(TOLUENE, "Cc1ccccc1", "CCCCC").replace("cas: ['108-88-3']\n", "")
        other = write_law(tmp_path / "other", {C: CLASS, T: text})
        table = tmp_path / "in.csv"
        table.write_text(SHIPMENTS)
        _, out, _ = run("watchlist", "diff", law, other, "--against", table, "--json")
        (line,) = json.loads(out)["lines"]
        assert {(c["kind"], c["says"], c["when"]) for c in line["causes"]} == {
            ("hit gone", "no longer met", None)
        }

    def test_two_days_as_json(self, law: Path, tmp_path: Path, run: Any) -> None:
        """Both days are asked of every line, whatever its own day is."""
        table = tmp_path / "in.csv"
        table.write_text(SHIPMENTS)
        code, out, _ = run(
            *("watchlist", "diff", "2025-05-31", "2025-06-01", "--watchlists", law),
            *("--against", table, "--json"),
        )
        assert code == 0
        data = json.loads(out)
        assert [d["item"] for d in data["differences"]] == ["us/schedule/toluene"]
        (line,) = data["lines"]
        assert (line["id"], line["days"]) == ("b", ["2025-05-31", "2025-06-01"])
        assert (line["before"], line["after"]) == ("controlled", "no_listing_found")
        assert {c["leg"] for c in line["causes"]} == {"origin", "destination"}
        assert {(c["by"], c["when"]) for c in line["causes"]} == {
            ("us/schedule/toluene", "until 2025-06-01")
        }

    @pytest.mark.parametrize(
        ("arguments", "said"),
        [
            (["2025-05-31", "default"], "both be days, or both be bundles"),
            (["2025-05-31", "2025-05-31"], "is not later"),
            (["2025-13-31", "2025-05-31"], "is not a day"),
            (["nowhere", "default"], "is no folder of watchlists"),
        ],
    )
    def test_bad_usage(self, run: Any, arguments: list[str], said: str) -> None:
        code, _, err = run("watchlist", "diff", *arguments)
        assert code == 2
        assert said in err
