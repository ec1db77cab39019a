"""What lists are compiled to: what they ask of structures on a journey, and what is refused."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from screening.chemistry.structure import Component, Structure, read_structure
from screening.errors import Fault, WatchlistError
from screening.rules import cache, index
from screening.rules.index import Asked, CompiledBundle, compile_bundle, structures_of
from screening.rules.load import load_bundle
from screening.rules.model import Entry
from screening.shipment import Leg, LegKind
from tests.small_law import ACETONE, ETHYLAMINES, LIST, PLACE, WORDS, write_law

FENTANYL = "CCC(=O)N(c1ccccc1)C1CCN(CCc2ccccc2)CC1"
FURANYL = "O=C(c1ccco1)N(c1ccccc1)C1CCN(CCc2ccccc2)CC1"
LONGER_CHAIN = "CCC(=O)N(c1ccccc1)C1CCN(CCCc2ccccc2)CC1"
DAY = dt.date(2025, 4, 1)

ANALOGUE = f"""\
analogue:
  title: Law on likeness
  instrument: Order 8 of 2025
  authority: Office of Tests
  citation: Order 8 of 2025, section 2
  checked: {{membership: primary, dates: primary}}
  since: 2025-01-01
  recorded: 2026-01-01
  action: {{origin: authorisation}}
  lists: [us/schedule]
  treated_as: us/schedule
  says: What is alike counts.
  excepts: [{{structure: '{LONGER_CHAIN}', because: taken out by name}}]
"""
GAP = """\
incomplete:
  - since: 2025-03-01
    until: 2025-05-01
    candidates: {thioether: 'CSC'}
    max_heavy_atoms: 5
    says: The annex was not read.
    citation: Order 7 of 2025, annex
    checked: primary
"""
OPEN_GAP = """\
applies_to: [fr]
incomplete:
  - since: 2025-03-01
    candidates: {phosphane: 'CP'}
    says: The annex was not read.
    citation: Order 7 of 2025, annex
    checked: primary
"""
CLASS = (
    "names: {en: [Ethylamines]}\n"
    + ETHYLAMINES
    + """\
  positions:
    chain: {title: the ethyl chain, substituents: [1, 2]}
  clauses:
    a: {at: chain, bears: small alkyl, says: the chain bears an alkyl group}
versions:
  - in_force: 2025-02-01
"""
)
DATED = "versions: [{in_force: 2025-02-01}]\n"
XYLENE = f"names: {{en: [o-Xylene]}}\nsubstance: 'Cc1ccccc1C'\n{DATED}"
ALCOHOL = f"names: {{en: [Cyclohexanol]}}\nsubstance: 'OC1CCCCC1'\n{DATED}"
LAW = {
    "us/jurisdiction.yaml": PLACE + ANALOGUE,
    "us/schedule/list.yaml": LIST + GAP,
    "us/schedule/acetone.yaml": ACETONE + "aliases: {'CC=O': ethanal}\n",
    "us/schedule/fentanyl.yaml": f"names: {{en: [Salt]}}\nsubstance: '{FENTANYL}.Cl'\n{DATED}",
    "us/schedule/acid.yaml": (
        f"names: {{en: [Hydrogen chloride]}}\nsubstance: Cl\nas_counter_ion: false\n{DATED}"
    ),
    "us/schedule/cyclohexanol.yaml": ALCOHOL,
    "us/schedule/xylene.yaml": XYLENE,
    "gb/groups.yaml": WORDS,
    "gb/annex/list.yaml": LIST.replace("Schedule", "Annex") + OPEN_GAP,
    "gb/annex/class.yaml": CLASS,
    "xi/jurisdiction.yaml": PLACE + "shares: [gb/annex]\n",
}


def compiled(folder: Path, changes: Mapping[str, str] | None = None) -> CompiledBundle:
    """The law of these tests with other files."""
    return compile_bundle(load_bundle([write_law(folder, LAW | dict(changes or {}))]))


def faults(folder: Path, changes: Mapping[str, str]) -> list[Fault]:
    """What is said of the law with other files."""
    with pytest.raises(WatchlistError) as caught:
        compiled(folder, changes)
    return list(caught.value.faults)


@pytest.fixture(scope="module")
def law(tmp_path_factory: pytest.TempPathFactory) -> CompiledBundle:
    """The law of these tests."""
    return compiled(tmp_path_factory.mktemp("law"))


def asked(
    law: CompiledBundle,
    place: str,
    kind: LegKind = LegKind.ORIGIN,
    destination: str | None = "fr",
    day: dt.date = DAY,
) -> Asked:
    """What is asked where one place is touched."""
    return law.asked((Leg(kind, place),), destination, day)


class TestAsked:
    """What the law of a journey asks of structures."""

    @pytest.mark.parametrize(
        ("day", "expected"),
        [
            ("2025-02-28", set()),
            ("2025-03-01", {("CSC", 5)}),
            ("2025-04-30", {("CSC", 5)}),
            ("2025-05-01", set()),
        ],
    )
    def test_a_gap_counts_from_its_first_day_until_its_end(
        self, law: CompiledBundle, day: str, expected: set[object]
    ) -> None:
        found = asked(law, "us", day=dt.date.fromisoformat(day))
        assert set(found.lacking) == expected

    @pytest.mark.parametrize(
        ("kind", "destination", "expected"),
        [
            (LegKind.ORIGIN, "fr", {("CP", None)}),
            (LegKind.ORIGIN, None, {("CP", None)}),
            (LegKind.ORIGIN, "de", set()),
            (LegKind.TRANSIT, "fr", set()),
        ],
    )
    def test_a_gap_counts_where_its_list_reaches(
        self, law: CompiledBundle, kind: LegKind, destination: str | None, expected: set[object]
    ) -> None:
        """A destination that is not known may be any."""
        assert set(asked(law, "gb", kind, destination).lacking) == expected

    def test_each_place_asks_by_its_own_law(self, law: CompiledBundle) -> None:
        """And by the lists that it shares."""
        us, gb, xi = (asked(law, place) for place in ("us", "gb", "xi"))
        acetone = law.filters.read("CC(C)=O")
        assert [acetone.may_be_listed(a.targets) for a in (us, gb, xi)] == [True, False, False]
        assert gb.targets is xi.targets
        assert us.lists == {"us/schedule"}
        assert gb.lists == {"gb/annex"}
        assert xi.lists == gb.lists
        assert [e.id for e in gb.patterns.of_all if isinstance(e, Entry)] == ["gb/annex/class"]
        assert not any(isinstance(of, Entry) for of in us.patterns.of_all)
        assert us.neighbourhoods == (law.neighbourhoods["us"],)
        assert gb.neighbourhoods == ()
        others = [of for of in gb.patterns.of_all if not isinstance(of, Entry)]
        assert others == gb.lacking

    def test_a_journey_asks_by_the_law_of_every_place_once(self, law: CompiledBundle) -> None:
        legs = tuple(Leg(LegKind.ORIGIN, place) for place in ("us", "gb", "us"))
        found = law.asked(legs, "fr", DAY)
        assert found.lists == {"us/schedule", "gb/annex"}
        assert set(found.lacking) == {("CSC", 5), ("CP", None)}
        assert len(found.neighbourhoods) == 1

    def test_everything_is_asked_of_what_no_journey_is_known_of(self, law: CompiledBundle) -> None:
        """Also what no list lacks any more."""
        found = law.everything
        assert found.lists == {"us/schedule", "gb/annex"}
        assert set(found.lacking) == {("CSC", 5), ("CP", None)}
        assert {e.id for e in found.patterns.of_all if isinstance(e, Entry)} == {"gb/annex/class"}
        assert found.neighbourhoods == (law.neighbourhoods["us"],)

    def test_a_question_is_kept_and_what_is_kept_has_an_end(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(index, "_MAX_ASKED", 2)
        law = compiled(tmp_path)
        first = asked(law, "us")
        asked(law, "gb")
        assert asked(law, "us") is first
        law.asked((Leg(LegKind.ORIGIN, "us"), Leg(LegKind.ORIGIN, "gb")), "fr", DAY)
        assert asked(law, "us") is not first
        assert asked(law, "us").targets is not first.targets
        assert asked(law, "us").lists == first.lists


Case = tuple[str, str, bool]
CASES: list[Case] = [
    ("CCCCCC", "us", True),
    ("CC(C)=O", "us", False),
    ("CC=O", "us", False),  # another structure of the entry
    ("CC(C)=O", "gb", True),  # of another place's list
    ("OC1CCCCC1", "us", False),
    ("CC(=O)OC1CCCCC1", "us", True),  # its list leaves out esters
    ("Cc1cccc(C)c1", "us", True),  # and positional isomers
    ("CC(C)N", "us", True),
    ("CC(C)N", "gb", False),  # may be of the class
    ("CC(C)N", "xi", False),
    ("CCCCCC.CC(C)N", "gb", False),  # a component of several
    ("CSCC", "us", False),  # like what the list lacks
    ("CCCCCC.CSCC", "us", False),
    ("CCSCCC", "us", True),  # larger than that
    ("CCSCC", "us", False),
    ("CSCC", "gb", True),
    (FURANYL, "us", False),  # near what is listed
    (f"CCCCCC.{FURANYL}", "us", False),
    (LONGER_CHAIN, "us", False),  # near; that it is taken out by name is asked later
]


class TestMeetsNothing:
    """Whether a structure is nothing that is asked for."""

    @pytest.mark.parametrize(("smiles", "place", "expected"), CASES)
    def test_the_answer_is_certain_both_ways(
        self, law: CompiledBundle, smiles: str, place: str, expected: bool
    ) -> None:
        """However the structure is read."""
        readers: tuple[Callable[[str], Structure], ...] = (read_structure, law.filters.read)
        for read in readers:
            found = law.meets_nothing(read(smiles), asked(law, place), own_lists=True)
            assert found is expected

    @pytest.mark.parametrize("smiles", ["CC(C)=O", "CC(=O)OC1CCCCC1"])
    def test_where_codes_are_compared_what_any_list_has_counts(
        self, law: CompiledBundle, smiles: str
    ) -> None:
        """In any form."""
        for read in (read_structure, law.filters.read):
            assert not law.meets_nothing(read(smiles), asked(law, "gb"))
        assert law.meets_nothing(read_structure("CCCCCC"), asked(law, "gb"))

    @pytest.mark.parametrize(
        ("smiles", "expected"),
        [("CCCCCC", True), ("CC(C)=O", False), ("CSCC", False), (FURANYL, False)],
    )
    def test_a_drawing_alone_may_show_it(
        self, law: CompiledBundle, smiles: str, expected: bool
    ) -> None:
        """A structure that was read in full shows nothing so."""
        assert law.surely_meets_nothing(law.filters.read(smiles), law.everything) is expected
        assert not law.surely_meets_nothing(read_structure(smiles), law.everything)

    @pytest.mark.parametrize("smiles", ["CC(=O)OC1CCCCC1", "COC1CCCCC1", "CCc1ccccc1"])
    def test_a_form_that_is_left_out_is_seen_on_the_drawing(
        self, tmp_path: Path, smiles: str
    ) -> None:
        """So that most goods are never read in full."""
        law = compiled(tmp_path)
        drawn = law.filters.read(smiles)
        assert drawn.may_be_listed()
        assert not drawn.may_be_listed(asked(law, "us").targets)

    @pytest.mark.parametrize(
        ("form", "smiles"),
        [
            ("esters", "CC(=O)OC1CCCCC1"),
            ("ethers", "COC1CCCCC1"),
            ("positional_isomers", "Cc1cccc(C)c1"),
        ],
    )
    @pytest.mark.parametrize("rule", ["covered", "review"])
    def test_a_form_that_an_entry_does_not_leave_out_is_met(
        self, tmp_path: Path, form: str, smiles: str, rule: str
    ) -> None:
        forms = f"forms: {{{form}: {rule}}}\n"
        files = {"xylene": XYLENE, "cyclohexanol": ALCOHOL}
        changes = {f"us/schedule/{name}.yaml": text + forms for name, text in files.items()}
        law = compiled(tmp_path, changes)
        for read in (read_structure, law.filters.read):
            assert not law.meets_nothing(read(smiles), asked(law, "us"), own_lists=True)
            assert law.meets_nothing(read("CCCCCC"), asked(law, "us"), own_lists=True)


class TestCompiled:
    """`compile_bundle`."""

    def test_an_entry_lists_its_structure_and_its_aliases(self, law: CompiledBundle) -> None:
        assert structures_of(law.bundle.entries["us/schedule/acetone"]) == {
            "Acetone": "CC(C)=O",
            "ethanal": "CC=O",
        }
        assert structures_of(law.bundle.entries["gb/annex/class"]) == {}
        (match,) = law.substances.matches(read_structure("CC=O"))
        assert (match.listed.owner, match.listed.name) == ("us/schedule/acetone", "ethanal")

    def test_the_reference_of_a_class_is_listed_where_it_is_a_member(
        self, law: CompiledBundle, tmp_path: Path
    ) -> None:
        reference = read_structure("CCN")
        assert law.substances.matches(reference) == []
        text = CLASS.replace("is_member: false", "is_member: true")
        (match,) = compiled(tmp_path, {"gb/annex/class.yaml": text}).substances.matches(reference)
        assert (match.listed.owner, match.listed.name) == ("gb/annex/class", "ethylamine")

    def test_a_class_is_made_once(self, law: CompiledBundle) -> None:
        assert list(law.classes) == ["gb/annex/class"]
        assert len(law.classes) == 1
        assert law.classes["gb/annex/class"] is law.classes["gb/annex/class"]

    @pytest.mark.parametrize(("entries", "near"), [("[fentanyl]", True), ("[acetone]", False)])
    def test_a_law_on_likeness_starts_from_the_entries_it_names(
        self, tmp_path: Path, entries: str, near: bool
    ) -> None:
        text = PLACE + ANALOGUE + f"  entries: {entries}\n"
        law = compiled(tmp_path, {"us/jurisdiction.yaml": text})
        (component,) = read_structure(FURANYL).components
        assert law.neighbourhoods["us"].is_close(component.mol) is near
        assert list(law.neighbourhoods) == ["us"]

    def test_a_neighbour_is_named_by_its_entry(self, law: CompiledBundle) -> None:
        """Of a salt it is the largest component that counts."""
        (component,) = read_structure(FURANYL).components
        found = law.neighbourhoods["us"].nearest(component)
        assert found is not None
        assert (found.owner, found.name) == ("us/schedule/fentanyl", "Salt")

    def test_what_comes_from_a_record_is_the_same(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv(cache.VARIABLE, str(tmp_path / "records"))
        fresh = compiled(tmp_path / "law")

        def fail(*_: object) -> None:
            raise AssertionError("it was found before")

        monkeypatch.setattr(index, "read_listed", fail)
        monkeypatch.setattr(index, "relaxed", fail)
        kept = compiled(tmp_path / "law")
        monkeypatch.setattr("screening.chemistry.cascade.relaxed", fail)
        assert len(list((tmp_path / "records").glob("index-*"))) == 1
        before, after = fresh.substances, kept.substances
        assert list(before.single_graphs()) == list(after.single_graphs()) != []
        assert before.near_keys == after.near_keys != {}
        assert list(before.never_counter_ions()) == list(after.never_counter_ions()) == ["HCl"]
        parts = [
            [(c.smiles, c.isomeric, c.steps, c.formula, c.heavy_atoms) for c in salt]
            for found in (before, after)
            for salt in found.salts()
        ]
        assert parts[0] == parts[1]
        for smarts in ("CSC", "CP", "[CX4:1]-[CX4:2]-[#7:3]"):
            assert kept.filters.pattern(smarts) == fresh.filters.pattern(smarts) is not None
        for smiles, place, expected in CASES:
            found_so = kept.meets_nothing(
                kept.filters.read(smiles), asked(kept, place), own_lists=True
            )
            assert found_so is expected

    def test_a_structure_whose_record_would_be_another_graph_is_read_anew(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv(cache.VARIABLE, str(tmp_path / "records"))
        monkeypatch.setattr(Component, "can_be_stored", False)
        fresh = compiled(tmp_path / "law")
        monkeypatch.setattr(index, "relaxed", lambda _: pytest.fail("it was found before"))
        kept = compiled(tmp_path / "law")
        before, after = (list(c.substances.single_graphs()) for c in (fresh, kept))
        assert before == after != []


class TestFaults:
    """What cannot be compiled is named, all of it at once."""

    def test_structures_and_definitions(self, tmp_path: Path) -> None:
        found = faults(
            tmp_path,
            {
                "us/schedule/acetone.yaml": ACETONE + "aliases: {'C1CC': ethanal}\n",
                "us/schedule/xylene.yaml": XYLENE.replace("Cc1ccccc1C", "Cc1cccc1C"),
                "gb/annex/class.yaml": CLASS.replace("[#7:3]", "[#8:3]"),
            },
        )
        assert {(str(f.path), f.line, f.key) for f in found} == {
            ("us/schedule/acetone.yaml", 0, "ethanal"),
            ("us/schedule/xylene.yaml", 0, "o-Xylene"),
            ("gb/annex/class.yaml", 0, "class"),
        }
        assert any(f.message.startswith("C1CC: ") for f in found)
        assert all(len(f.message) > 10 for f in found)

    @pytest.mark.parametrize(
        ("old", "new", "key", "message"),
        [
            ("lists: [us/schedule]", "lists: [us/none]", "analogue", "us has no list us/none"),
            ("lists: [us/schedule]", "lists: [gb/annex]", "analogue", "us has no list gb/annex"),
            ("treated_as: us/schedule", "treated_as: us/no", "analogue", "us has no list us/no"),
            ("says:", "entries: [none]\n  says:", "analogue.entries", "have no entry none"),
            (LONGER_CHAIN, "C1CC", "analogue.excepts", "C1CC: "),
        ],
    )
    def test_a_law_on_likeness_that_names_what_is_not_there(
        self, tmp_path: Path, old: str, new: str, key: str, message: str
    ) -> None:
        text = PLACE + ANALOGUE.replace(old, new)
        (fault,) = faults(tmp_path, {"us/jurisdiction.yaml": text})
        assert (str(fault.path), fault.line, fault.key) == ("us/jurisdiction.yaml", 0, key)
        assert message in fault.message
