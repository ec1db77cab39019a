"""The command: results on stdout, diagnostics on stderr, exit codes 0, 2 and 3."""

from __future__ import annotations

import csv
import datetime as dt
import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from screening import checks
from screening.checks import Expected, Force
from screening.cli import advice, guess_kind, main
from screening.decision import Outcome
from screening.rules.load import load_bundle
from screening.rules.model import Entry
from screening.screener import Screener
from tests import factories as make

LIST = """\
title: Schedule of Tests
instrument: Rules on Tests
authority: Office of Tests
action: {origin: authorisation, destination: notification}
forms:
  salts: covered
  hydrates: covered
  optical_isomers: not_covered
  geometric_isomers: not_covered
  isotopologues: review
  tautomers: covered
  esters: not_covered
  ethers: not_covered
  positional_isomers: not_covered
version:
  recorded: 2025-01-01
  citation: Order 7 of 2025
  checked: {membership: primary, dates: primary}
last_checked: 2025-01-01
coverage: {state: partly, as_of: 2025-01-01, missing: [everything after item 2]}
requirements:
  - id: permit
    leg: origin
    document: Export permit
    authority: Office of Tests
    who: exporter
    lead_days: 10
    because: Scheduled substances leave with a permit only.
    citation: Rule 9
    checked: primary
"""
NORFENTANYL = """\
names: {en: [Norfentanyl], zh: [去丙酰芬太尼试验名]}
cas: ['1609-66-1']
substance: 'CCC(=O)N(c1ccccc1)C1CCNCC1'
versions:
  - in_force: 2025-02-01
"""
PIPERIDONE = """\
names: {en: [4-Piperidone]}
cas: ['41661-47-6']
substance: 'O=C1CCNCC1'
versions:
  - in_force: {not_before: 2025-03-01, not_after: 2025-04-01}
    checked: {dates: unverified}
    still_to_read: the day of effect
"""


@pytest.fixture(scope="module")
def lists(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of watchlists with two entries."""
    root = tmp_path_factory.mktemp("lists")
    folder = root / "nz" / "schedule"
    folder.mkdir(parents=True)
    (root / "nz" / "jurisdiction.yaml").write_text("title: Testland\nauthority: Office of Tests\n")
    (folder / "list.yaml").write_text(LIST)
    (folder / "norfentanyl.yaml").write_text(NORFENTANYL, encoding="utf-8")
    (folder / "4-piperidone.yaml").write_text(PIPERIDONE)
    return root


@dataclass
class Ran:
    """What a command did."""

    code: int
    out: str
    err: str


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]):  # type: ignore[no-untyped-def]
    """Runs the command in this process."""

    def _run(*arguments: object) -> Ran:
        with pytest.raises(SystemExit) as caught:
            main([str(a) for a in arguments])
        captured = capsys.readouterr()
        code = caught.value.code
        return Ran(code if isinstance(code, int) else 1, captured.out, captured.err)

    return _run


def shipments(folder: Path, text: str) -> Path:
    """A file of shipments."""
    path = folder / "in.csv"
    path.write_text(text, encoding="utf-8")
    return path


TABLE = """\
Ref,品名,SMILES,Qty,Unit,Origin,Dest,Ship Date
1,Norfentanyl,CCC(=O)N(c1ccccc1)C1CCNCC1,1,kg,NZ,NZ,2025-06-01
2,Norfentanyl,CCC(=O)N(c1ccccc1)C1CCNCC1,1,kg,NZ,NZ,2025-01-31
3,,not a smiles,1,kg,NZ,NZ,2025-06-01
"""


class TestCsv:
    """`screening csv`."""

    def test_results(self, tmp_path: Path, lists: Path, run) -> None:  # type: ignore[no-untyped-def]
        """What was recognised is said first on stderr; counts go to stdout; files are written."""
        path = shipments(tmp_path, TABLE)
        ran = run("csv", path, "--out", tmp_path / "out", "--watchlists", lists)
        assert ran.code == 0
        lines = ran.err.splitlines()
        assert lines[0] == f"{path}: utf-8, separator comma, header on row 1, 3 rows"
        assert "  structure: 'SMILES'" in lines
        assert "  name: '品名'" in lines
        assert "3 of 3 rows" in ran.out
        with (tmp_path / "out" / "decisions.csv").open(encoding="utf-8", newline="") as stream:
            rows = list(csv.DictReader(stream))
        assert [r["screening_outcome"] for r in rows] == [
            "controlled",
            "no_listing_found",
            "unscreened",
        ]
        assert rows[0]["screening_entries"] == "nz/schedule/norfentanyl"
        assert "at least 10 calendar days" in rows[0]["screening_requirements"]
        for name in ("decisions.jsonl", "report.html", "summary.json"):
            assert (tmp_path / "out" / name).stat().st_size

    def test_places_for_rows_that_state_none(self, tmp_path: Path, run) -> None:  # type: ignore[no-untyped-def]
        """A structure file is screened for the journey that is named, which is said first."""
        path = tmp_path / "in.smi"
        path.write_text("Cc1ccccc1 A-1\n", "utf-8")
        options = ("--origin", "China", "--destination", "US", "--transit", "SG", "--transit", "HK")
        ran = run("csv", path, "--out", tmp_path / "out", *options)
        said = "  rows that state none: origin China, destination US, transit SG, transit HK"
        assert said in ran.err.splitlines()
        line = json.loads((tmp_path / "out" / "decisions.jsonl").read_text("utf-8"))
        found = line["origin"], line["transit"], line["destination"]
        assert found == ("cn", ["sg", "hk"], "us")
        assert line["coverage_of"][:2] == ["cn", "us"]

    @pytest.mark.parametrize(
        ("text", "fail_on", "code"),
        [
            (TABLE, "controlled", 3),
            (TABLE.replace("2025-06-01", "2024-06-01"), "controlled", 0),
            (TABLE.replace("2025-06-01", "2024-06-01"), "review", 3),
            (TABLE.replace("3,,not a smiles", "3,,CO"), "unscreened", 3),
        ],
    )
    def test_fail_on(  # type: ignore[no-untyped-def]
        self, tmp_path: Path, lists: Path, run, *, text: str, fail_on: str, code: int
    ) -> None:
        """3 when any row is as grave as asked, else 0; the results are written all the same."""
        path = shipments(tmp_path, text)
        ran = run(
            *("csv", path, "--out", tmp_path / "o", "--watchlists", lists, "--fail-on", fail_on)
        )
        assert ran.code == code
        assert (tmp_path / "o" / "decisions.csv").exists()

    def test_bad_input(self, tmp_path: Path, lists: Path, run) -> None:  # type: ignore[no-untyped-def]
        """A file that cannot be read is exit 2 and one line that names it and what to do."""
        for path in (tmp_path / "none.csv", shipments(tmp_path, "When,Where\nnow,here\n")):
            ran = run("csv", path, "--out", tmp_path / "out", "--watchlists", lists)
            assert ran.code == 2
            assert ran.out == ""
            assert len(ran.err.splitlines()) == 1
            assert str(path) in ran.err

    @pytest.mark.parametrize(
        ("options", "said"),
        [
            (["--day", "12.11.2025"], "YYYY-MM-DD"),
            (["--day", "2025-01-01", "--override-day", "2025-01-01"], "not both"),
            (["--origin", "Atlantis"], "origin 'Atlantis'"),
            (["--transit", "SG", "--transit", "A; B"], "transit 'A; B'"),
            (["--columns", "colour=x"], "no field 'colour'"),
            (["--columns", "name=Nowhere"], "no column 'Nowhere'"),
            (["--jurisdictions", "usa"], "two-letter"),
            (["--jurisdictions", "qq"], "no watchlist for qq"),
            (["--fail-on", "bad"], "bad"),
            (["--workers", "0"], "workers"),
            (["--separator", "::"], "one character"),
            (["--encoding", "utf-ocho"], "no known encoding"),
        ],
    )
    def test_bad_usage(  # type: ignore[no-untyped-def]
        self, tmp_path: Path, lists: Path, run, options: list[str], said: str
    ) -> None:
        """Bad options are exit 2 with a reason, and nothing is written."""
        path = shipments(tmp_path, TABLE)
        ran = run("csv", path, "--out", tmp_path / "out", "--watchlists", lists, *options)
        assert ran.code == 2
        assert said in ran.err
        assert not (tmp_path / "out" / "decisions.csv").exists()

    def test_out_is_required(self, tmp_path: Path, run) -> None:  # type: ignore[no-untyped-def]
        """Without --out nothing is done."""
        assert run("csv", shipments(tmp_path, TABLE)).code == 2

    def test_faulty_watchlists(self, tmp_path: Path, run) -> None:  # type: ignore[no-untyped-def]
        """Watchlists with faults are exit 2, every fault on a line of its own."""
        (tmp_path / "nz" / "schedule").mkdir(parents=True)
        ran = run("csv", "x.csv", "--out", tmp_path / "out", "--watchlists", tmp_path)
        assert ran.code == 2
        assert len(ran.err.splitlines()) >= 2
        assert all(line.startswith("screening: ") for line in ran.err.splitlines())


class TestCheck:
    """`screening check`."""

    def test_advice(self, lists: Path, run) -> None:  # type: ignore[no-untyped-def]
        """The answer says what, why, by when, and what was not checked."""
        ran = run(
            *("check", "CCC(=O)N(c1ccccc1)C1CCNCC1", "--from", "NZ", "--to", "NZ"),
            *("--day", "2025-06-30", "--quantity", "1 kg", "--watchlists", lists),
        )
        assert ran.code == 0
        assert ran.out.startswith("CONTROLLED - it needs an authorisation")
        assert "nz/schedule/norfentanyl: authorisation, origin NZ, definite" in ran.out
        assert "Order 7 of 2025" in ran.out
        assert "2025-06-20" in ran.out
        assert "partly modelled as of 2025-01-01: Schedule of Tests" in ran.out
        assert "everything after item 2" not in ran.out

    def test_arguable(self, lists: Path, run) -> None:  # type: ignore[no-untyped-def]
        """What is only arguable is put as a question, not as a duty."""
        options = ("--from", "NZ", "--to", "NZ", "--day", "2025-03-15", "--watchlists", lists)
        ran = run("check", "O=C1CCNCC1", *options)
        assert ran.out.startswith("REVIEW: a person must look at it - if confirmed, it needs")
        assert "not confirmed" in ran.out

    def test_coverage_in_full(self, lists: Path, run) -> None:  # type: ignore[no-untyped-def]
        """--coverage says what is missing."""
        ran = run("check", "CO", "--day", "2025-06-30", "--watchlists", lists, "--coverage")
        assert "everything after item 2" in " ".join(ran.out.split())

    def test_day_defaults_to_today(self, lists: Path, run) -> None:  # type: ignore[no-untyped-def]
        """Without --day it is today's answer, and says so."""
        way = ("--from", "NZ", "--to", "NZ", "--max-list-age", 100_000)
        ran = run("check", "CO", *way, "--watchlists", lists)
        assert f"{dt.date.today()} (today, as no --day was given)" in ran.out
        assert "no clearance" in ran.out

    def test_json_and_fail_on(self, lists: Path, run) -> None:  # type: ignore[no-untyped-def]
        """--json prints the decision; --fail-on sets the exit code."""
        options = ("--day", "2025-06-30", "--watchlists", lists, "--json", "--fail-on", "review")
        ran = run("check", "1609-66-1", *options)
        assert json.loads(ran.out)["outcome"] == "controlled"
        assert ran.code == 3
        assert "read as cas" in ran.err

    def test_nothing_said(self, run) -> None:  # type: ignore[no-untyped-def]
        """Without goods it is bad usage."""
        assert run("check", "--from", "CN").code == 2

    def test_contradicting_text(self, lists: Path, run) -> None:  # type: ignore[no-untyped-def]
        """TEXT and an option for the same thing are not silently one."""
        ran = run("check", "CO", "--structure", "CCO", "--watchlists", lists)
        assert ran.code == 2
        assert "--as" in ran.err

    def test_guess(self, lists: Path) -> None:
        """A text is read as what it looks like; a listed name that is also a SMILES is the name."""
        bundle = load_bundle([lists])
        kinds = {
            "InChI=1S/CH4O/c1-2/h2H,1H3": "inchi",
            "1609-66-1": "cas",
            "CCO": "structure",
            "C1CC": "name",
            "CC(=O": "structure",
            "norfentanyl": "name",
            "4-Piperidone": "name",
            "丙酮": "name",
            "acetone, 99 %": "name",
        }
        assert {text: guess_kind(text, bundle) for text in kinds} == kinds
        npp = make.bundle(make.entry(names={"en": ["NPP"]}))
        assert guess_kind("NPP", npp) == "name"
        assert guess_kind("NPP", bundle) == "structure"

    def test_advice_without_hits(self) -> None:
        """An answer without hits never reads as a clearance."""
        text = advice(make.decision(outcome=Outcome.NO_LISTING_FOUND, hits=(), requirements=()))
        assert "no clearance" in text
        assert "Why" not in text


class TestWatchlist:
    """`screening watchlist`."""

    def test_list(self, lists: Path, run) -> None:  # type: ignore[no-untyped-def]
        """Every entry stands with its standing on the day."""
        ran = run("watchlist", "list", "--watchlists", lists, "--day", "2025-02-01")
        assert ran.code == 0
        assert "nz/schedule/norfentanyl\tNorfentanyl\tin force since 2025-02-01" in ran.out
        assert "not in force; from not before 2025-03-01" in ran.out
        ran = run("watchlist", "list", "--watchlists", lists, "--day", "2025-01-31")
        assert "not in force; from 2025-02-01" in ran.out

    def test_show(self, lists: Path, run) -> None:  # type: ignore[no-untyped-def]
        """An entry is shown with what its list gives it."""
        ran = run("watchlist", "show", "nz/schedule/norfentanyl", "--watchlists", lists)
        assert ran.code == 0
        for text in ("1609-66-1", "Order 7 of 2025", "covered: salts", "去丙酰芬太尼试验名"):
            assert text in ran.out

    def test_show_class(self, run) -> None:  # type: ignore[no-untyped-def]
        """A class is shown with its clauses and readings."""
        ran = run("watchlist", "show", "us/schedule-i/fentanyl-related-substances")
        assert ran.code == 0
        entry = load_bundle().entries["us/schedule-i/fentanyl-related-substances"]
        assert entry.class_ is not None
        for name in entry.class_.clauses:
            assert f"clause {name}" in ran.out

    def test_show_unknown(self, lists: Path, run) -> None:  # type: ignore[no-untyped-def]
        """An entry that is not there is exit 2, with those that are alike."""
        ran = run("watchlist", "show", "us/list-i/norfentanyl", "--watchlists", lists)
        assert ran.code == 2
        assert "nz/schedule/norfentanyl" in ran.err

    def test_lint_and_test(self, lists: Path, run) -> None:  # type: ignore[no-untyped-def]
        """Sound lists pass both; a path to one entry tests that entry alone."""
        assert run("watchlist", "lint", lists).code == 0
        ran = run("watchlist", "test", lists)
        assert ran.code == 0, ran.out
        whole = int(ran.err.split()[0])
        ran = run("watchlist", "test", lists / "nz" / "schedule" / "norfentanyl.yaml")
        assert ran.code == 0
        assert 0 < int(ran.err.split()[0]) < whole

    def test_lint_says_faults(self, tmp_path: Path, run) -> None:  # type: ignore[no-untyped-def]
        """A fault of a file and a fault between files are both exit 2."""
        folder = tmp_path / "nz" / "schedule"
        folder.mkdir(parents=True)
        (tmp_path / "nz" / "jurisdiction.yaml").write_text("title: T\nauthority: O\n")
        (folder / "list.yaml").write_text(LIST)
        (folder / "a.yaml").write_text(PIPERIDONE.replace("41661-47-6", "41661-47-7"))
        ran = run("watchlist", "lint", tmp_path)
        assert ran.code == 2
        assert "41661-47-7: the check digit is wrong" in ran.out
        (folder / "a.yaml").write_text(PIPERIDONE + "colour: red\n")
        ran = run("watchlist", "lint", tmp_path)
        assert ran.code == 2
        assert "a.yaml:8: colour" in ran.err


def version(**changes: Any) -> dict[str, Any]:
    """A version with changes."""
    values: dict[str, Any] = {
        "in_force": dt.date(2018, 2, 6),
        "recorded": dt.date(2025, 1, 1),
        "citation": "Order 83 of 2018",
        "checked": {"membership": "primary", "dates": "primary"},
    }
    return values | changes


class TestLint:
    """Each lint rule finds its fault, and nothing in sound entries."""

    def problems(self, *entries: Entry) -> list[str]:
        """What lint says, as text."""
        return [str(p) for p in checks.lint(make.bundle(*entries))]

    def test_sound(self) -> None:
        """A sound entry has no problem."""
        assert self.problems(make.entry("zz/schedule/a")) == []

    def test_bundled_lists_have_no_errors(self) -> None:
        """The lists that ship have no lint errors."""
        errors = [p for p in checks.lint(load_bundle()) if p.level is checks.Level.ERROR]
        assert errors == []

    @pytest.mark.parametrize(
        ("change", "said"),
        [
            ({"cas": ("437-38-8",)}, "check digit"),
            ({"substance": "c1ccc"}, "is no structure"),
            ({"names": {"en": ["Fentanyl", "FENTANYL"]}}, "given twice"),
            ({"versions": [version(citation="TODO")]}, "placeholder"),
            ({"versions": [version(citation="the statute")]}, "no number or date"),
            (
                {
                    "versions": [
                        version(checked={"membership": "unverified", "dates": "primary"}),
                    ]
                },
                "still to read",
            ),
            (
                {"versions": [version(), version(in_force=dt.date(2020, 1, 1))]},
                "has no `until`",
            ),
            (
                {
                    "versions": [
                        version(until=dt.date(2021, 1, 1)),
                        version(in_force=dt.date(2020, 1, 1)),
                    ]
                },
                "overlap",
            ),
            (
                {
                    "versions": [
                        version(until=dt.date(2019, 1, 1)),
                        version(in_force=dt.date(2020, 1, 1)),
                    ]
                },
                "nothing is in force",
            ),
        ],
    )
    def test_one_entry(self, change: dict[str, Any], said: str) -> None:
        """A fault of one entry is found, and is the only one."""
        problems = self.problems(make.entry("zz/schedule/a", **change))
        assert len(problems) == 1
        assert said in problems[0]

    def test_between_entries(self) -> None:
        """One structure twice in a list, one CAS or one name for two structures are found."""
        twice = self.problems(
            make.entry("zz/schedule/a"), make.entry("zz/schedule/b", names={"en": ["Other"]})
        )
        assert any("same structure as zz/schedule/a" in p for p in twice)
        clash = self.problems(
            make.entry("zz/schedule/a", cas=("437-38-7",)),
            make.entry("zz/schedule/b", cas=("437-38-7",), substance="CCO"),
        )
        assert any("CAS 437-38-7 stands for another structure" in p for p in clash)
        assert any("name 'Fentanyl' stands for another structure" in p for p in clash)


class TestExamples:
    """`watchlist test` finds a wrong answer."""

    def test_boundary_that_is_wrong(self, lists: Path) -> None:
        """A case whose expectation is not met fails and says what came."""
        screener = Screener([lists])
        entry = screener.bundle.entries["nz/schedule/norfentanyl"]
        cases = list(checks.generated(entry))
        assert {c.kind for c in cases} >= {"boundary", "cas", "name", "form (salts)"}
        assert all(r.passed for r in checks.run(cases, screener))
        opposite = {
            Expected.MATCH: Expected.NONE,
            Expected.ANY: Expected.NONE,
            Expected.REVIEW: Expected.MATCH,
            Expected.NONE: Expected.MATCH,
        }
        wrong = [
            checks.Case(c.entry, c.kind, c.shipment, opposite[c.expected], c.because) for c in cases
        ]
        assert not any(r.passed for r in checks.run(wrong, screener))

    def test_uncertain_days(self, lists: Path) -> None:
        """Between the two days of a range the expected answer is a review, firm outside."""
        entry = load_bundle([lists]).entries["nz/schedule/4-piperidone"]
        days = {
            dt.date(2025, 2, 28): Force.NO,
            dt.date(2025, 3, 1): Force.PERHAPS,
            dt.date(2025, 3, 31): Force.PERHAPS,
            dt.date(2025, 4, 1): Force.YES,
        }
        assert {d: checks.in_force(entry, d)[0] for d in days} == days
        cases = {
            c.shipment.day: c.expected for c in checks.generated(entry) if c.kind == "boundary"
        }
        assert cases == {
            dt.date(2025, 2, 28): Expected.NONE,
            dt.date(2025, 3, 1): Expected.REVIEW,
            dt.date(2025, 3, 31): Expected.REVIEW,
            dt.date(2025, 4, 1): Expected.MATCH,
        }

    def test_forms(self) -> None:
        """The forms that are tried are the substance itself, labelled, mirrored or as a salt."""
        assert checks.labelled("CC(=O)N") == "CC(=[18O])N"
        assert checks.labelled("Cl") is None
        assert checks.labelled("c1ccccc1") is None
        assert checks.mirror_image("C[C@H](N)[C@@H](O)C") == "C[C@@H](N)[C@H](O)C"
        assert checks.mirror_image("O[C@H]1C[C@@H](O)C1") is None


class TestProcesses:
    """The command as a process of its own, with the lists that ship."""

    def process(self, *arguments: object, **environment: str) -> subprocess.CompletedProcess[str]:
        """Runs the command away from the checkout."""
        root = Path(__file__).resolve().parent.parent
        return subprocess.run(
            [sys.executable, "-m", "screening.cli", *map(str, arguments)],
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=300,
            check=False,
            env=os.environ | {"PYTHONPATH": str(root), "PYTHONIOENCODING": "utf-8"} | environment,
        )

    def test_version(self) -> None:
        """--version names the program and its lists."""
        done = self.process("--version")
        assert done.returncode == 0
        assert done.stdout.startswith("screening ")
        assert load_bundle().digest[:12] in done.stdout

    def test_real_file_over_workers(self, tmp_path: Path) -> None:
        """The examples are screened over two workers: every row once, in order, unchanged."""
        path = Path(__file__).resolve().parent.parent / "examples" / "shipments.csv"
        done = self.process("csv", path, "--out", tmp_path, "--workers", 2, "--day", "2026-06-01")
        assert done.returncode == 0, done.stderr
        assert "\x1b" not in done.stderr
        with path.open(encoding="utf-8-sig", newline="") as stream:
            before = list(csv.reader(stream))
        with (tmp_path / "decisions.csv").open(encoding="utf-8", newline="") as stream:
            after = list(csv.reader(stream))
        width = len(before[0])
        assert [row[:width] for row in after] == before
        assert {row[width] for row in after[1:]} >= {"controlled", "no_listing_found"}
        with (tmp_path / "decisions.jsonl").open(encoding="utf-8") as stream:
            assert [json.loads(line)["row"] for line in stream] == list(range(1, len(before)))

    def test_check_and_fail_on(self) -> None:
        """A listed precursor is controlled, and --fail-on says so to a script."""
        done = self.process(
            *("check", "CCC(=O)N(c1ccccc1)C1CCNCC1", "--from", "CN", "--to", "MX"),
            *("--day", "2025-11-20", "--fail-on", "controlled"),
        )
        assert done.returncode == 3
        assert "cn/precursor-catalogue/norfentanyl" in done.stdout

    def test_console_without_chinese(self) -> None:
        """A console that knows no Chinese shows escapes and does not fail."""
        done = self.process(
            *("check", "去甲芬太尼", "--day", "2025-11-20"), PYTHONIOENCODING="ascii"
        )
        assert done.returncode == 0, done.stderr
        assert "Traceback" not in done.stderr
