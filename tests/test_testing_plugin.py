"""The kit for people with watchlists of their own: pytest plugin, `assert_entry`, strategies."""

from __future__ import annotations

import builtins
import os
import subprocess
import sys
import tomllib
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from screening import Screener, Shipment
from screening.chemistry.structure import read_structure
from screening.errors import MissingExtraError, StructureError
from screening.testing import DrawnForm, assert_entry, drawings, forms
from tests.strategies import examples
from tests.test_lint import ACETONE, JURISDICTION, LIST, TOLUENE

ROOT = Path(__file__).resolve().parent.parent
WRONG = """\
examples:
  must_not_match:
    - {structure: 'Cc1ccccc1', day: 2021-01-01, because: the schedule leaves it out}
"""
EXTENDING = """\
names: {en: [testone]}
substance: 'CCCCCCC(C)=O'
versions: [{in_force: 2024-01-01, citation: Notice 1 of 2024}]
"""


def write(folder: Path, **texts: str) -> None:
    """Writes files, whose names stand with -- for / and without .yaml."""
    for name, text in texts.items():
        path = folder / f"{name.replace('__', '/')}.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Runs pytest in a folder as a person would, with the plugin."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith("PYTEST")}
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "_screening_pytestplugin", "-p", "no:cacheprovider",
         "-rA", *arguments],
        cwd=folder, capture_output=True, text=True, encoding="utf-8", timeout=300, check=False,
        env=environment | {"PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8", "COLUMNS": "300"},
    )  # fmt: skip


@pytest.fixture(scope="module")
def private(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A private folder: a jurisdiction of its own with one sound entry, one wrong, one broken."""
    folder = tmp_path_factory.mktemp("mine")
    write(
        folder / "lists",
        zz__jurisdiction=JURISDICTION,
        zz__schedule__list=LIST,
        zz__schedule__toluene=TOLUENE + WRONG,
        zz__schedule__acetone=ACETONE,
        zz__schedule__ethanol=ACETONE.replace("acetone", "ethanol")
        .replace("CC(C)=O", "CCO")
        .replace("67-64-1", "64-17-6"),
    )
    return folder


@pytest.fixture(scope="module")
def ran(private: Path) -> subprocess.CompletedProcess[str]:
    """One run of pytest over the private folder."""
    return run(private, "lists")


class TestPlugin:
    def test_it_is_installed_by_its_entry_point(self) -> None:
        """The entry point names a module outside the package, and the wheel carries it."""
        project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
        (target,) = project["project"]["entry-points"]["pytest11"].values()
        assert hasattr(import_module(target), "pytest_collect_file")
        wheel = project["tool"]["hatch"]["build"]["targets"]["wheel"]
        assert f"{target}.py" in wheel["force-include"]

    def test_one_case_an_example(self, ran: subprocess.CompletedProcess[str]) -> None:
        """Each boundary day, form, number and name is a test of its own, by its name."""
        for name in (
            "boundary CC(C)=O on 2019-12-31",
            "boundary CC(C)=O on 2020-01-01",
            "form (hydrates) CC(C)=O.O on 2020-01-01",
            "cas 67-64-1 on 2020-01-01",
            "name acetone on 2020-01-01",
            "is sound",
        ):
            assert f"PASSED lists/zz/schedule/acetone.yaml::{name}" in ran.stdout
        assert "PASSED lists/zz/schedule/list.yaml::is sound" in ran.stdout
        assert "PASSED lists/zz/jurisdiction.yaml::is sound" in ran.stdout
        assert ran.returncode == 1

    def test_a_wrong_answer_is_told_in_words(self, ran: subprocess.CompletedProcess[str]) -> None:
        """What was asked, what the file says, what the screen says and why, and where to look."""
        line = (TOLUENE + WRONG).splitlines().index(WRONG.splitlines()[-1]) + 1
        for text in (
            "zz/schedule/toluene: toluene (Test Act)",
            "Asked            Cc1ccccc1, from zz to zz, on 2021-01-01 (example)",
            "The file says    no hit, because: the schedule leaves it out",
            "The screen says  a definite hit",
            f"toluene.yaml:{line}",
            "Key              examples.must_not_match.0",
            "if not, mend the example.",
        ):
            assert text in ran.stdout, ran.stdout
        assert "Traceback" not in ran.stdout
        assert "raise " not in ran.stdout
        names = [line for line in ran.stdout.splitlines() if line.startswith("FAILED")]
        assert len(names) == 3
        assert "toluene.yaml::must_not_match.0 Cc1ccccc1 on 2021-01-01" in "".join(names)

    def test_a_lint_error_fails_its_file_alone(self, ran: subprocess.CompletedProcess[str]) -> None:
        """With file, line, key and remedy."""
        assert "ethanol.yaml:2: error: cas.0: CAS 64-17-6: the check digit is wrong" in ran.stdout
        assert "FAILED lists/zz/schedule/ethanol.yaml::is sound" in ran.stdout

    def test_a_folder_that_extends_the_bundled_lists_is_named(self, tmp_path: Path) -> None:
        """By the option or in the ini file; without either its files are nobody's tests."""
        write(tmp_path / "mine", us__list_i__testone=EXTENDING)
        (tmp_path / "mine" / "us" / "list_i").rename(tmp_path / "mine" / "us" / "list-i")
        done = run(tmp_path, "mine")
        assert "collected 0 items" in done.stdout
        done = run(tmp_path, "--watchlist", "mine", "mine")
        assert done.returncode == 0, done.stdout
        assert "PASSED mine/us/list-i/testone.yaml::name testone on 2024-01-01" in done.stdout
        (tmp_path / "pytest.ini").write_text("[pytest]\nscreening_watchlists = mine\n")
        write(tmp_path / "mine", **{"us__list-i__testone": EXTENDING + "colour: red\n"})
        done = run(tmp_path)
        assert "testone.yaml:4: colour: this key is not known here" in done.stdout
        assert done.returncode == 1

    def test_strangers_notice_nothing(self, tmp_path: Path) -> None:
        """Their YAML files are left alone, and nothing of the library is imported."""
        write(tmp_path, data__list="a: 1\n", data__us__x="b: 2\n", jurisdiction="c: 3\n")
        code = (
            "import sys\n\n\ndef test_nothing():\n"
            "    assert not [m for m in sys.modules if m.split('.')[0] in {'screening', 'rdkit'}]\n"
        )
        (tmp_path / "test_own.py").write_text(code)
        done = run(tmp_path, "-q")
        assert "1 passed" in done.stdout
        assert done.returncode == 0, done.stdout


class TestAssertEntry:
    def test_a_sound_entry(self, private: Path) -> None:
        """It passes in silence, whatever else lies in its folder."""
        assert_entry(private / "lists" / "zz" / "schedule" / "acetone.yaml")

    def test_a_wrong_one_says_everything(self, private: Path) -> None:
        """Wrong answers and lint errors of all entries meant, in one message."""
        with pytest.raises(AssertionError) as wrong:
            assert_entry(private / "lists")
        message = str(wrong.value)
        assert "The file says    no hit, because: the schedule leaves it out" in message
        assert "ethanol.yaml:2: error: cas.0" in message
        assert "acetone" not in message

    def test_a_file_that_does_not_load(self, tmp_path: Path) -> None:
        """Its faults are the message; a path without any entry is told too."""
        path = tmp_path / "zz" / "schedule" / "toluene.yaml"
        write(tmp_path, zz__jurisdiction=JURISDICTION, zz__schedule__list=LIST)
        write(tmp_path, zz__schedule__toluene=TOLUENE + "colour: red\n")
        with pytest.raises(AssertionError, match=r"toluene\.yaml:11: colour"):
            assert_entry(path)
        path.unlink()
        write(tmp_path, zz__schedule__list=LIST.partition("requirements:")[0])
        with pytest.raises(AssertionError, match="holds no entry"):
            assert_entry(tmp_path)


FENTANYL = "CCC(=O)N(c1ccccc1)C1CCN(CCc2ccccc2)CC1"
EPHEDRINE = "C[C@H](NC)[C@H](O)c1ccccc1"


class TestStrategies:
    @given(data=st.data())
    @examples(60)
    def test_a_drawing_is_the_same_structure(self, data: st.DataObject) -> None:
        """Whatever the drawing, its components are those that were given, stereo included."""
        structure = data.draw(st.sampled_from([FENTANYL, EPHEDRINE, "[Na+].OC(=O)c1ccccc1", "C"]))
        drawn = data.draw(drawings(structure))
        assert read_structure(drawn).components == read_structure(structure).components

    def test_every_way_of_drawing_comes(self) -> None:
        """SMILES and both kinds of MOL block."""
        seen: set[str] = set()

        @given(drawings(FENTANYL))
        @examples(60)
        def draw(text: str) -> None:
            kind = "V3000" if "V3000" in text else "V2000" if "V2000" in text else "SMILES"
            seen.add(kind)

        draw()
        assert seen == {"SMILES", "V2000", "V3000"}

    @given(form=forms(EPHEDRINE))
    @examples(40)
    def test_a_form_is_the_compound_itself(self, form: DrawnForm) -> None:
        """Without stereo, labels and what stands beside it, it is what was given."""
        own = read_structure(EPHEDRINE).components[0]
        components = read_structure(form.structure).components
        assert own.smiles in {c.smiles for c in components}
        assert (len(components) > 1) is (form.form in {"salts", "hydrates"})
        if form.form == "optical_isomers":
            assert components[0].isomeric != own.isomeric

    @pytest.mark.parametrize(
        ("structure", "kinds"),
        [
            (EPHEDRINE, {"salts", "hydrates", "isotopologues", "optical_isomers"}),
            ("OC(=O)Cc1ccccc1", {"salts", "hydrates", "isotopologues"}),
            ("CC(C)=O", {"hydrates", "isotopologues"}),
        ],
    )
    def test_a_compound_has_the_forms_that_it_can_have(
        self, structure: str, kinds: set[str]
    ) -> None:
        """Bases and acids form salts; what has a stated centre has a mirror image."""
        for kind in ("salts", "hydrates", "isotopologues", "optical_isomers"):
            if kind in kinds:
                assert not forms(structure, only=[kind]).is_empty
            else:
                with pytest.raises(ValueError, match=f"has no {kind}"):
                    forms(structure, only=[kind])

    @given(form=forms(FENTANYL, only=["salts", "hydrates"]))
    @examples(15)
    def test_the_screen_answers_for_every_form_that_a_list_covers(
        self, screener: Screener, form: DrawnForm
    ) -> None:
        """A salt and a hydrate of a listed substance are hits by its entry."""
        decision = screener.screen(
            Shipment(structure=form.structure, origin="US", destination="DE", day="2026-01-10")
        )
        assert "us/schedule-ii/fentanyl" in {hit.entry for hit in decision.hits}

    def test_what_is_no_structure_is_refused_at_once(self) -> None:
        """Not first when an example is drawn."""
        for strategy in (drawings, forms):
            with pytest.raises(StructureError):
                strategy("CC(C")

    def test_without_hypothesis_the_extra_is_named(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """The rest of the kit works without it."""
        plain = builtins.__import__

        def without(name: str, *arguments: Any, **more: Any) -> Any:
            if name.partition(".")[0] == "hypothesis":
                raise ImportError(name)
            return plain(name, *arguments, **more)

        monkeypatch.setattr(builtins, "__import__", without)
        with pytest.raises(MissingExtraError) as error:
            drawings(FENTANYL)
        assert error.value.extra == "testing"
