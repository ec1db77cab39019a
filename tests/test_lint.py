"""Lint: a wrong entry of each kind is refused with file, line, key and remedy.

The law here is made for the tests and says nothing of any real one.
"""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from screening import Screener, checks
from screening.cli import cli
from screening.entry_checks import said_elements, stray_files
from screening.errors import WatchlistError
from screening.rules.load import bundled_watchlists, load_bundle
from tests import factories as make

JURISDICTION = """\
title: Testland
authority: The Test Office
requirements:
  - id: notice
    leg: origin
    document: Notice
    authority: The Test Office
    who: exporter
    because: the Act asks for it
    citation: Test Act, section 2 (2019)
    checked: primary
"""
GROUPS = """\
alkyl:
  certain: [acyclic alkyl]
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
  citation: Test Act (2019), schedule
  checked: {membership: primary, dates: primary}
last_checked: 2026-01-01
coverage: {state: modelled, as_of: 2026-01-01}
requirements:
  - id: licence
    leg: origin
    document: Licence
    authority: The Test Office
    who: exporter
    because: the schedule asks for it
    citation: Test Act, section 3 (2019)
    checked: primary
    entries: [toluene]
    when: {destinations: [fr], from: 2020-01-01}
"""
TOLUENE = """\
names:
  en: [toluene, methylbenzene]
cas: ['108-88-3']
hs: ['2902.30']
substance: 'Cc1ccccc1'
versions:
  - in_force: 2020-01-01
    until: 2022-01-01
    published: 2019-12-01
  - in_force: 2022-01-01
"""
ACETONE = """\
names: {en: [acetone]}
cas: ['67-64-1']
substance: 'CC(C)=O'
versions: [{in_force: 2020-01-01}]
"""
ANILIDES = """\
names: {en: [anilides]}
class:
  reference: 'CC(=O)Nc1ccccc1'
  reference_name: acetanilide
  reference_is_member: false
  skeleton: '[N:1]-[C:2]=[O:3]'
  positions:
    chain: {title: the methyl group, branch: 2}
    ring: {title: the phenyl ring, ring: 1}
  clauses:
    a: {at: chain, becomes: alkyl, says: another alkyl group}
versions: [{in_force: 2020-01-01}]
examples:
  must_match:
    - {structure: 'CCC(=O)Nc1ccccc1', day: 2020-01-01, clauses: a, because: ethyl}
  must_not_match:
    - {structure: 'CCC(=O)Nc1ccccc1', day: 2019-12-31, because: the day before}
"""
SOUND = {
    "jurisdiction.yaml": JURISDICTION,
    "groups.yaml": GROUPS,
    "schedule/list.yaml": LIST,
    "schedule/toluene.yaml": TOLUENE,
    "schedule/acetone.yaml": ACETONE,
    "schedule/anilides.yaml": ANILIDES,
}

DATED = "versions: [{in_force: 2020-01-01}]\n"
VERSIONS = TOLUENE.partition("versions:\n")[2]

Said = tuple[str, int, str, str]
Change = Callable[[Path], None]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A sound folder of watchlists with one jurisdiction."""
    for name, text in SOUND.items():
        path = tmp_path / "lists" / "zz" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return tmp_path / "lists"


def said(folder: Path) -> list[Said]:
    """Everything that is said of a folder: file, line, key, message."""
    try:
        bundle = load_bundle([folder])
    except WatchlistError as error:
        return [(f.path.name, f.line, f.key, f.message) for f in error.faults]
    return [
        (p.path.name if p.path else "", p.line, ".".join(map(str, p.key)), p.message)
        for p in checks.lint(bundle, [folder])
    ]


def replaced(name: str, old: str, new: str) -> Change:
    """Writes a file anew, one passage of it changed."""

    def change(folder: Path) -> None:
        path = folder / "zz" / name
        assert SOUND[name].count(old) == 1, f"{old!r} does not stand once in {name}"
        path.write_text(SOUND[name].replace(old, new), encoding="utf-8")

    return change


def added(name: str, text: str) -> Change:
    """Writes a further file."""

    def change(folder: Path) -> None:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    return change


T, A, C, L = (f"schedule/{name}.yaml" for name in ("toluene", "acetone", "anilides", "list"))

# What is wrong -> the change that makes it so; file, line and key named; words of the remedy.
WRONG: dict[str, tuple[Change, str, int, str, str]] = {
    # the file by itself
    "a key that is not known": (
        replaced(T, "hs: [", "colour: ["), "toluene.yaml", 4, "colour", "check its spelling"),
    "a key that is missing": (
        replaced(A, "names: {en: [acetone]}\n", ""), "acetone.yaml", 1, "names", "required"),
    "a CAS number without quotes": (
        replaced(A, "'67-64-1'", "2067-06-01"), "acetone.yaml", 2, "cas.0", "single quotes"),
    "a day that is none": (
        replaced(A, "2020-01-01", "spring"), "acetone.yaml", 4, "versions.0.in_force", "a day"),
    "two ways to recognise": (
        replaced(A, "substance:", "identifiers: true\nsubstance:"), "acetone.yaml", 1, "",
        "exactly one of"),
    "an unverified date as if it were known": (
        replaced(A, "in_force: 2020-01-01",
                 "in_force: 2020-01-01, checked: {membership: primary, dates: unverified}"),
        "acetone.yaml", 4, "versions.0", "not_before / not_after"),
    "an end before the beginning": (
        replaced(T, "until: 2022-01-01", "until: 2019-01-01"), "toluene.yaml", 7, "versions.0",
        "must follow in_force"),
    "a mark that is none": (
        replaced(L, "membership: primary", "membership: certain"), "list.yaml", 18,
        "version.checked.membership", "is not one of"),
    "a form that is not stated": (
        replaced(L, "  esters: not_covered\n", ""), "list.yaml", 0, "forms.esters",
        "write one of covered, review, not_covered"),
    "a group word that is not defined": (
        replaced(C, "becomes: alkyl", "becomes: alkenyl"), "anilides.yaml", 11, "class",
        "add it there, or use one of its words"),
    "a clause of a version that is not there": (
        replaced(C, "[{in_force: 2020-01-01}]", "[{in_force: 2020-01-01, clauses: z}]"),
        "anilides.yaml", 12, "versions.0.clauses", "no clause z"),
    # numbers, names, structures
    "a wrong check digit": (
        replaced(A, "67-64-1", "67-64-2"), "acetone.yaml", 2, "cas.0",
        "to the others belongs 1; copy the number from its source again"),
    "a CAS number that is none": (
        replaced(A, "67-64-1", "67641"), "acetone.yaml", 2, "cas.0", "write it as in '41661-47-6'"),
    "a customs code that is none": (
        replaced(T, "'2902.30'", "'29.02.30'"), "toluene.yaml", 4, "hs.0", "as in '2933.39'"),
    "a structure that cannot be read": (
        replaced(A, "CC(C)=O", "CC(C=O"), "acetone.yaml", 3, "substance", "draw it again"),
    "one structure twice in a list": (
        replaced(A, "CC(C)=O", "c1ccccc1C"), "toluene.yaml", 5, "substance", "keep one entry"),
    "a CAS number of another structure": (
        replaced(A, "67-64-1", "108-88-3"), "acetone.yaml", 2, "cas.0",
        "which of the two is right"),
    "a name of another structure": (
        replaced(A, "[acetone]", "[acetone, Methyl benzene]"), "acetone.yaml", 1, "names.en.1",
        "which of the two is right"),
    "a name given twice": (
        replaced(A, "[acetone]", "[acetone, Acetone]"), "acetone.yaml", 1, "names.en.1",
        "delete one"),
    "a name that the formula contradicts": (
        replaced(A, "[acetone]", "[acetone, 'hexafluoroacetone']"), "acetone.yaml", 1, "names.en.1",
        "speaks of 6 F, but the structure has none; compare name, CAS number and SMILES"),
    # dates and citations
    "a version without an end": (
        replaced(T, "    until: 2022-01-01\n", ""), "toluene.yaml", 7, "versions.0",
        "write `until: 2022-01-01`"),
    "versions that overlap": (
        replaced(T, "until: 2022-01-01", "until: 2023-01-01"), "toluene.yaml", 8,
        "versions.0.until", "must end on the day the next begins"),
    "a gap between versions": (
        replaced(T, "until: 2022-01-01", "until: 2021-01-01"), "toluene.yaml", 8,
        "versions.0.until", "let both days be the same"),
    "versions out of order": (
        replaced(T, VERSIONS, VERSIONS[-25:] + VERSIONS[:-25]),
        "toluene.yaml", 6, "versions", "put the earliest first"),
    "an end before the beginning, not known exactly": (
        replaced(A, "in_force: 2020-01-01",
                 "in_force: {not_before: 2020-01-01}, until: {not_after: 2019-01-01}"),
        "acetone.yaml", 4, "versions.0.until", "the first day no longer in force"),
    "published after it came into force": (
        replaced(T, "published: 2019-12-01", "published: 2020-12-01"), "toluene.yaml", 9,
        "versions.0.published", "look at both again"),
    "recorded before it was published": (
        replaced(T, "published: 2019-12-01", "published: 2019-12-01\n    recorded: 2018-01-01"),
        "toluene.yaml", 10, "versions.0.recorded", "the day you add the version"),
    "a year that cannot be meant": (
        replaced(A, "2020-01-01", "2220-01-01"), "acetone.yaml", 4, "versions.0.in_force",
        "look at the year again"),
    "a citation that is a placeholder": (
        replaced(A, "in_force: 2020-01-01", "in_force: 2020-01-01, citation: TODO"),
        "acetone.yaml", 4, "versions.0.citation", "write instrument, number and date"),
    "a citation without number or date": (
        replaced(A, "in_force: 2020-01-01", "in_force: 2020-01-01, citation: the Act"),
        "acetone.yaml", 4, "versions.0.citation", "write instrument, number and date"),
    "unverified and nothing left to read": (
        replaced(A, "in_force: 2020-01-01",
                 "in_force: 2020-01-01, checked: {membership: unverified}"),
        "acetone.yaml", 4, "versions.0.checked", "add `still_to_read`"),
    # what a law reaches
    "an action that no leg of the place has": (
        replaced(A, "substance:", "action: {treaty: record}\nsubstance:"), "acetone.yaml", 3,
        "action", "state one of broker, destination, origin, transit"),
    "a place that is none": (
        replaced(A, "substance:", "applies_to: [fr, uk]\nsubstance:"), "acetone.yaml", 3,
        "applies_to.1", "write 'gb'"),
    "no place at all": (
        replaced(A, "substance:", "applies_to: []\nsubstance:"), "acetone.yaml", 3, "applies_to",
        "name one, or leave it out"),
    "an entry named that is not there": (
        replaced(A, "substance:", "yields_to: [zz/schedule/benzene]\nsubstance:"), "acetone.yaml",
        3, "yields_to.0", "write its id"),
    "a requirement for an entry that is not there": (
        replaced(L, "entries: [toluene]", "entries: [xylene]"), "list.yaml", 30,
        "requirements.0.entries", "write the name of its file"),
    "a requirement on a leg that is not reached": (
        replaced(L, "    leg: origin", "    leg: transit"), "list.yaml", 23,
        "requirements.0.leg", "look at `leg`"),
    "a requirement that can never be due": (
        replaced(L, "from: 2020-01-01", "from: 2020-01-01, until: 2019-01-01"), "list.yaml", 31,
        "requirements.0.when", "look at both days"),
    "a condition on a place that is none": (
        replaced(L, "destinations: [fr]", "destinations: [jj]"), "list.yaml", 31,
        "requirements.0.when.destinations.0", "use ISO 3166-1 alpha-2"),
    "a condition that leaves no place": (
        replaced(L, "destinations: [fr]", "destinations: [fr], not_destinations: [fr]"),
        "list.yaml", 31, "requirements.0.when", "take out what not_destinations names"),
    # definitions and examples
    "a skeleton that the reference does not have": (
        replaced(C, "]=[O:3]", "]=[S:3]"), "anilides.yaml", 2, "class", "cannot be used"),
    "a pattern that nothing can meet": (
        replaced(C, "[N:1]-[C:2]", "[NC:1]-[C:2]"), "anilides.yaml", 6, "class.skeleton",
        "names two elements at once"),
    "a clause that nothing can meet": (
        replaced("groups.yaml", "[acyclic alkyl]", "[imine]"), "anilides.yaml", 11,
        "class.clauses.a", "can never match"),
    "an exception that takes out nothing": (
        replaced(C, "versions:", "  excepts: [{structure: 'CCO', because: named}]\nversions:"),
        "anilides.yaml", 12, "class.excepts.0.structure", "does nothing"),
    "a clause that no example pins": (
        replaced(C, "must_match:", "must_review:"), "anilides.yaml", 13, "examples.must_match",
        "no must_match example uses clause a"),
    "a boundary day that no example pins": (
        replaced(C, "2019-12-31", "2019-11-30"), "anilides.yaml", 13, "examples",
        "no example on 2019-12-31"),
    "an example of a clause that is not there": (
        replaced(C, "clauses: a, because", "clauses: b, because"), "anilides.yaml", 15,
        "examples.must_match.0.clauses", "there are a"),
    "an example of a reading that is not there": (
        replaced(C, "clauses: a, because", "clauses: a, reading: wide, because"), "anilides.yaml",
        15, "examples.must_match.0.reading", "there is no reading 'wide'; there are"),
    "examples that contradict each other": (
        replaced(C, "2019-12-31", "2020-01-01"), "anilides.yaml", 17, "examples.must_not_match.0",
        "one structure has one answer on one day"),
    # files
    "a file that nothing reads": (
        added("zz/schedule/xylene.yml", ACETONE), "xylene.yml", 0, "", "name it xylene.yaml"),
    "an entry in the wrong folder": (
        added("zz/xylene.yaml", ACETONE), "xylene.yaml", 0, "", "the folder of its list"),
    "a folder too deep": (
        added("zz/schedule/new/xylene.yaml", ACETONE), "xylene.yaml", 0, "",
        "<jurisdiction>/<list>/<entry>.yaml"),
    "a file name that is no id": (
        added("zz/schedule/Acetone 2.yaml", "names: {en: [x]}\nidentifiers: true\n" + DATED),
        "Acetone 2.yaml", 0, "", "small letters, digits and single hyphens"),
    "a code that is no jurisdiction": (
        added("usa/jurisdiction.yaml", JURISDICTION), "usa", 0, "", "use ISO 3166-1 alpha-2"),
    "a code that is another's": (
        added("uk/jurisdiction.yaml", JURISDICTION), "jurisdiction.yaml", 1, "", "write 'gb'"),
}  # fmt: skip


class TestWrongEntries:
    def test_a_sound_folder_has_no_problem(self, folder: Path) -> None:
        """Every problem below comes from the one change made for it."""
        assert said(folder) == []

    @pytest.mark.parametrize("kind", WRONG)
    def test_each_kind_names_file_line_key_and_remedy(self, folder: Path, kind: str) -> None:
        """A maintainer finds the place, and what to write instead."""
        change, name, line, key, words = WRONG[kind]
        change(folder)
        problems = said(folder)
        mine = [p for p in problems if p[0] == name and words in p[3]]
        assert mine, problems
        assert mine[0][1:3] == (line, key), problems

    def test_problems_of_a_law_name_its_own_file(self, folder: Path) -> None:
        """A requirement of the jurisdiction, a word of its groups, a union that is none."""
        more = "    checked: primary\n    entries: [xylene]\nmember_of: [jj]\n"
        replaced("jurisdiction.yaml", "    checked: primary\n", more)(folder)
        more = "[acyclic alkyl]\nhalo: {certain: [halogen]}\n"
        replaced("groups.yaml", "[acyclic alkyl]\n", more)(folder)
        found = {(name, line, key) for name, line, key, _ in said(folder)}
        assert found == {
            ("jurisdiction.yaml", 12, "requirements.0.entries"),
            ("jurisdiction.yaml", 13, "member_of.0"),
            ("groups.yaml", 3, "halo"),
        }

    def test_the_printed_line_leads_an_editor_to_the_place(self, folder: Path) -> None:
        """File and line stand first, as compilers print them."""
        replaced(A, "67-64-1", "67-64-2")(folder)
        ran = CliRunner().invoke(cli, ["watchlist", "lint", str(folder)])
        assert ran.exit_code == 2
        path = folder / "zz" / A
        assert f"{path.resolve()}:2: error: cas.0: CAS 67-64-2: the check digit" in ran.stdout

    def test_other_files_are_left_alone(self, folder: Path) -> None:
        """Notes, pictures, schemas and whatever begins with _ or a dot belong to nobody."""
        for name in ("README.md", "zz/notes.md", "zz/schedule/_draft.yaml", "_schema/entry.json",
                     ".git/config", "zz/schedule/scan.pdf"):  # fmt: skip
            added(name, "x")(folder)
        assert list(stray_files(folder)) == []
        added("zz/schedule/table.csv", "x")(folder)
        assert [p.level for p in stray_files(folder)] == [checks.Level.WARNING]


class TestAgreement:
    """Names, numbers, formulas and structures of several entries against each other."""

    def test_the_odd_one_of_several_is_named(self) -> None:
        """Where most entries agree on a name, the one that does not is told, not all of them."""
        several = [make.entry(f"zz/schedule/{n}", names={"en": [n, "Fen"]}) for n in ("a", "b")]
        several = [e.model_copy(update={"list": f"zz/{e.id[-1]}"}) for e in several]
        odd = make.entry("zz/schedule/c", names={"en": ["Fen"]}, substance="CCO")
        problems = [p for p in checks.lint(make.bundle(*several, odd)) if "'Fen'" in p.message]
        assert [p.entry for p in problems] == ["zz/schedule/c"]

    def test_one_structure_with_two_numbers(self) -> None:
        """Two entries of one structure that share no CAS number are told, both of them."""
        first = make.entry("zz/schedule/a", cas=("437-38-7",))
        other = make.entry("zz/schedule/b", cas=("67-64-1",))
        found = {p.entry for p in checks.lint(make.bundle(first, other)) if p.key == ("cas",)}
        assert found == {"zz/schedule/a", "zz/schedule/b"}
        both = make.entry("zz/schedule/b", cas=("67-64-1", "437-38-7"))
        assert not [p for p in checks.lint(make.bundle(first, both)) if p.key == ("cas",)]

    @pytest.mark.parametrize(
        ("name", "elements"),
        [
            ("2',6'-difluorofentanyl", {("F", 2)}),
            ("para-chlorofentanyl hydrochloride", {("Cl", 1)}),
            ("对氟芬太尼", {("F", 1)}),
            ("盐酸哌替啶", set()),
            ("fluorene", set()),
            ("codeine phosphate", set()),
            ("thiofentanyl", {("S", 1)}),
            ("4-anilinopiperidine", {("N", 1)}),
        ],
    )
    def test_elements_that_a_name_speaks_of(
        self, name: str, elements: set[tuple[str, int]]
    ) -> None:
        """Stems of names, with their number; the acid of a salt says nothing of the base."""
        assert set(said_elements(name)) == elements


class TestPrivateFolders:
    """A folder outside the library is looked at together with the bundled lists."""

    ENTRY = (
        "names: {en: [testone]}\n"
        "substance: 'CCCCCCC(C)=O'\n"
        "versions: [{in_force: 2024-01-01, citation: Notice 1 of 2024}]\n"
    )

    def test_it_extends_a_bundled_list(self, tmp_path: Path) -> None:
        """Only its own entries are meant; names are compared with everything that is loaded."""
        added("us/list-i/testone.yaml", self.ENTRY)(tmp_path)
        selection = checks.select([tmp_path])
        assert selection.folders == (bundled_watchlists(), tmp_path.resolve())
        bundle = load_bundle(selection.folders)
        assert selection.entries(bundle) == ["us/list-i/testone"]
        for inside in ("us", "us/list-i", "us/list-i/testone.yaml"):
            assert checks.select([tmp_path / inside]) == selection
        clash = self.ENTRY.replace("testone", "testone, norfentanyl")
        added("us/list-i/testone.yaml", clash)(tmp_path)
        (problem,) = checks.lint(load_bundle(selection.folders), selection.files, selection.means)
        assert problem.path == tmp_path.resolve() / "us" / "list-i" / "testone.yaml"
        assert problem.key == ("names", "en", 1)

    def test_a_jurisdiction_of_its_own_is_meant_whole(self, folder: Path) -> None:
        """Its lists and its own file are meant with it, and the bundled ones are beside it."""
        selection = checks.select([folder])
        assert selection.prefixes == ("zz",)
        assert selection.means("zz/groups")
        assert not selection.means("us/list-i/norfentanyl")

    def test_a_copy_of_a_bundled_jurisdiction_stands_alone(self, tmp_path: Path) -> None:
        """Two descriptions of one jurisdiction cannot be loaded together."""
        added("us/jurisdiction.yaml", JURISDICTION)(tmp_path)
        assert checks.select([tmp_path]) == checks.Selection((tmp_path.resolve(),), ())

    def test_bundled_paths_mean_bundled_entries(self) -> None:
        """A list, an entry, everything."""
        lists = bundled_watchlists()
        assert checks.select([lists / "us" / "list-i"]).prefixes == ("us/list-i",)
        assert checks.select([lists / "us" / "list-i" / "list.yaml"]).prefixes == ("us/list-i",)
        assert checks.select([lists]) == checks.select([]) == checks.Selection(None, ())


class TestDocuments:
    """The template and the examples of the guide are what they say: entries that work."""

    def guide(self) -> list[str]:
        """The YAML blocks of the guide, in order."""
        text = (bundled_watchlists() / "README.md").read_text("utf-8")
        return [part.partition("```")[0] for part in text.split("```yaml\n")[1:]]

    @pytest.mark.parametrize("source", ["template", "guide"])
    def test_the_example_entry(self, tmp_path: Path, source: str) -> None:
        """Copied to its place, it has no problem and answers for every boundary, form and name."""
        shutil.copytree(bundled_watchlists() / "cn", tmp_path / "cn")
        path = tmp_path / "cn" / "precursor-catalogue" / "4-piperidone.yaml"
        template = (bundled_watchlists() / "_template.yaml").read_text("utf-8")
        path.write_text(template if source == "template" else self.guide()[0], "utf-8")
        bundle = load_bundle([tmp_path])
        name = "cn/precursor-catalogue/4-piperidone"
        assert checks.lint(bundle, [tmp_path], lambda item: item == name) == []
        results = list(checks.run(checks.cases(bundle, [name]), Screener(tmp_path)))
        assert [str(r) for r in results if not r.passed] == []
        assert {"boundary", "form (salts)", "cas", "name"} <= {r.case.kind for r in results}

    def test_the_template_is_not_read(self) -> None:
        """It lies beside the jurisdictions; were it read, it would be an entry twice."""
        assert (bundled_watchlists() / "_template.yaml").is_file()
        assert not any("_template" in entry for entry in load_bundle().entries)

    def test_the_new_jurisdiction_of_the_guide(self, tmp_path: Path) -> None:
        """Its two files, with one entry, are a law without a problem."""
        _, jurisdiction, list_ = self.guide()
        entry = "names: {en: [Fentanyl]}\nsubstance: 'CCC(=O)N(c1ccccc1)C1CCN(CCc2ccccc2)CC1'\n"
        entry += "versions: [{in_force: 1999-02-01, citation: Portaria 344 of 1998}]\n"
        for name, text in (("jurisdiction", jurisdiction), ("portaria-344/list", list_)):
            assert text.startswith(f"# br/{name}.yaml")
            added(f"br/{name}.yaml", text)(tmp_path)
        added("br/portaria-344/fentanyl.yaml", entry)(tmp_path)
        assert said(tmp_path) == []


class TestPins:
    """What the examples pin is counted, and of the lists that ship it is everything."""

    def test_the_lists_that_ship_are_pinned_whole(self) -> None:
        """Every clause and reading has its example, every boundary day and its eve are tried."""
        pins = checks.pins(load_bundle())
        assert pins.missing == ()
        assert pins.clauses[0] == pins.clauses[1] > 100
        assert pins.days[0] == pins.days[1] > 2_000

    def test_what_is_missing_is_named(self, folder: Path) -> None:
        """A clause without its example, and a day that nothing tries."""
        assert checks.pins(load_bundle([folder])).missing == ()
        replaced(C, "must_match:", "must_review:")(folder)
        assert (
            "zz/schedule/anilides: clause a is not pinned"
            in checks.pins(load_bundle([folder])).missing
        )
        until = "[{in_force: 2020-01-01, until: 2021-01-01, clauses: a}]"
        replaced(C, "[{in_force: 2020-01-01}]", until)(folder)
        pins = checks.pins(load_bundle([folder]))
        days = [f"zz/schedule/anilides: {day} is not tried" for day in ("2020-12-31", "2021-01-01")]
        assert list(pins.missing) == days
        assert pins.days == (8, 10)

    def test_a_withdrawn_version_has_no_boundary(self) -> None:
        """What never was the law changes no answer."""
        version = {"in_force": dt.date(2018, 2, 6), "recorded": dt.date(2025, 1, 1),
                   "citation": "Order 83 of 2018",
                   "checked": {"membership": "primary", "dates": "primary"},
                   "withdrawn": {"on": dt.date(2025, 2, 1), "because": "misread"}}  # fmt: skip
        assert checks.changes_on(make.entry(versions=[version])) == ()
