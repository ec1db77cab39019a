"""What comes from outside steers nothing: no network, no code, no file but the results.

What is altered is refused elsewhere: exported watchlists in `test_bundle_file`, sealed runs in
`test_seal`, kept records in `test_cache`, faulty answers in `test_dispositions`; cells that would
be formulas in `test_tables` and `test_workbook`; hostile text in pages in `test_report_html`.
"""

from __future__ import annotations

import ast
import contextlib
import csv
import datetime as dt
import importlib.util
import io
import json
import os
import re
import shutil
import socket
import sys
import tempfile
from collections.abc import Iterator
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from click.testing import CliRunner

from screening import Screener, Shipment
from screening.batch import screen_csv
from screening.cli import cli, records
from screening.cli.common import say
from screening.decision import Outcome
from screening.errors import InputFileError, WatchlistError
from screening.report.change import write_change_report
from screening.report.dispositions import read_dispositions, template
from screening.report.lines import read_lines
from screening.report.page import environment
from screening.report.replay import change, ordered
from screening.report.seal import SEAL_FILE, verify, write_seal
from screening.rules.cache import cache_folder
from screening.rules.load import load_bundle
from tests import factories as make
from tests.fakes import FakeScreener

ROOT = Path(__file__).resolve().parent.parent
LIBRARY = ROOT / "screening"
DAY = dt.date(2025, 11, 20)
RESULTS = ["decisions.csv", "decisions.jsonl", "report.html", "report.xlsx", "summary.json"]


# --- what a run reaches for ------------------------------------------------------------------


class Watch:
    """Sees, through the interpreter's own audit events, what is opened, started or unpickled."""

    WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_TRUNC
    NETWORK = (
        *("socket.connect", "socket.bind", "socket.sendto", "socket.getaddrinfo"),
        *("socket.gethostbyname", "socket.gethostbyaddr", "urllib.Request", "http.client.connect"),
        *("ftplib.connect", "smtplib.connect"),
    )
    CODE = ("os.system", "os.exec", "os.posix_spawn", "pickle.find_class")
    OWN_PICKLES = (("babel", "localedata.py"), ("dask", "tokenize.py"))
    """Installed packages that read pickles of their own: names of countries, constants."""
    PLACES = ("os.mkdir", "os.remove", "os.rename", "os.rmdir", "os.link", "os.symlink", "os.chmod")

    def __init__(self) -> None:
        self.on = False
        self.seen: list[str] = []
        self.opened: set[Path] = set()
        self.written: set[Path] = set()
        self.programs: set[str] = set()
        sys.addaudithook(self._hook)  # for good; silent while it is off

    def _hook(self, event: str, args: tuple[Any, ...]) -> None:
        if not self.on:
            return
        if event == "socket.__new__" and args[1] not in {socket.AF_UNIX, -1}:
            self.seen.append(f"{event} {args[1:]}")
        elif event in self.NETWORK or event in self.CODE:
            caller = Path(sys._getframe(1).f_code.co_filename)
            if event != "pickle.find_class" or caller.parts[-2:] not in self.OWN_PICKLES:
                self.seen.append(f"{event} {args} by {caller}")
        elif event == "subprocess.Popen":
            self.programs.add(Path(str(args[0])).name)
        elif event == "open" and isinstance(args[0], str | bytes):
            self.opened.add(Path(os.fsdecode(args[0])))
            if args[2] & self.WRITES:
                self._wrote(args[0])
        elif event in self.PLACES:
            for place in args[:2] if event in {"os.rename", "os.link", "os.symlink"} else args[:1]:
                self._wrote(place)
        elif event == "sqlite3.connect":
            self._wrote(str(args[0]).removeprefix("file://").partition("?")[0])

    def _wrote(self, place: object) -> None:
        if isinstance(place, str | bytes) and place not in {":memory:", ""}:
            self.written.add(Path(os.fsdecode(place)).absolute())

    @contextlib.contextmanager
    def while_watching(self) -> Iterator[None]:
        """Looks on from here to the end of the block."""
        self.seen.clear()
        self.opened.clear()
        self.written.clear()
        self.programs.clear()
        self.on = True
        try:
            yield
        finally:
            self.on = False

    def written_outside(self, *allowed: Path) -> list[Path]:
        """What was written, made or removed elsewhere."""
        inside = [place.resolve() for place in allowed]
        return [
            path
            for path in sorted(self.written)
            if path.name != "__pycache__" and path.parent.name != "__pycache__"
            if not any(path.resolve().is_relative_to(place) for place in inside)
        ]


@pytest.fixture(scope="module")
def watch() -> Watch:
    """One for the module: an audit hook cannot be taken away again."""
    return Watch()


LEADING_ELSEWHERE = (
    "../../escaped",
    "/tmp/escaped",
    "..\\..\\escaped",
    "file:///etc/passwd",
    "http://example.invalid/x",
    "\\\\example.invalid\\share",
    "~/escaped",
    "..",
)
"""Texts that would be places elsewhere if anything took them for a path."""


def hostile_table(folder: Path) -> Path:
    """A table with such a text in every field, beside goods that are known."""
    header = "Ref,Name,CAS,SMILES,InChI,HS Code,Origin,Transit,Destination,Ship Date,Consignee,Qty"
    path = folder / "in..%2f..csv"
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow([*header.split(","), "../../column", "=1+1"])
        for text in LEADING_ELSEWHERE:
            writer.writerow([text, *[text] * 8, "2025-11-20", text, text, text, text])
            goods = [text, "norfentanyl", "", "", "", "", "CN", "", "US", "2025-11-20"]
            writer.writerow([*goods, text, "1 kg", text, text])
    return path


class TestRun:
    """A run over a table that tries to lead elsewhere."""

    def test_the_watch_itself_sees(self, watch: Watch, tmp_path: Path) -> None:
        """What is forbidden below would be noticed."""
        with watch.while_watching():
            socket.socket(socket.AF_INET).close()
            with contextlib.suppress(OSError):
                socket.getaddrinfo("localhost", 1)
            (tmp_path / "x").write_text("x")
        assert {text.split()[0] for text in watch.seen} == {
            "socket.__new__",
            "socket.getaddrinfo",
        }
        assert watch.written_outside(tmp_path / "other") == [tmp_path / "x"]

    def test_it_reaches_for_nothing_but_its_results(
        self, watch: Watch, tmp_path: Path, screener: Screener, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Neither network nor code nor a file outside the folder of results."""
        table = hostile_table(tmp_path)
        (tmp_path / "scratch").mkdir()
        monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "scratch"))
        out = tmp_path / "deep" / "out"
        with watch.while_watching():
            summary = screen_csv(table, out, screener=screener, day=DAY, seal=True, workers=1)
        assert summary.data["rows_out"] == 2 * len(LEADING_ELSEWHERE)
        assert sorted(set(watch.seen)) == []
        assert watch.programs <= {"java"}  # reads systematic names, where it is installed
        kept = [folder] if (folder := cache_folder()) is not None else []
        assert watch.written, "the watch saw nothing"
        assert watch.written_outside(out, tmp_path / "scratch", *kept) == [out.parent]
        assert sorted(p.name for p in out.iterdir()) == sorted([*RESULTS, SEAL_FILE])
        assert sorted(p.name for p in tmp_path.iterdir()) == sorted(["deep", "scratch", table.name])
        assert not verify(out).alterations

    def test_workers_give_the_same(self, tmp_path: Path, screener: Screener) -> None:
        """Other processes, which the watch does not see, leave the same files."""
        table = hostile_table(tmp_path)
        for workers in (1, 2):
            out = tmp_path / str(workers)
            screen_csv(table, out, screener=screener, day=DAY, workers=workers, report=False)
        one, two = ((tmp_path / n / "decisions.jsonl").read_bytes() for n in ("1", "2"))
        assert one == two
        assert sorted(p.name for p in tmp_path.iterdir()) == sorted(["1", "2", table.name])

    def test_reading_an_old_run_reaches_for_nothing(
        self, watch: Watch, tmp_path: Path, screener: Screener, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Nor do `replay`, `rescreen` and `dispositions` over the decisions that were written."""
        monkeypatch.setattr(records, "Screener", lambda *_, **__: screener)
        out = tmp_path / "out"
        screen_csv(hostile_table(tmp_path), out, screener=screener, day=DAY, report=False)
        page = tmp_path / "page.html"
        (tmp_path / "scratch").mkdir()
        monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "scratch"))
        with watch.while_watching():
            done = [
                CliRunner().invoke(cli, ["replay", str(out)]),
                CliRunner().invoke(
                    cli, ["rescreen", str(out), "--as-of", "2010-01-01", "--out", str(page)]
                ),
                CliRunner().invoke(cli, ["dispositions", str(out)]),
            ]
        assert [(d.exit_code, d.exception) for d in done] == [(0, None)] * 3
        assert watch.seen == []
        assert watch.programs <= {"java"}
        kept = [folder] if (folder := cache_folder()) is not None else []
        beside = watch.written_outside(tmp_path / "scratch", *kept)
        assert page in beside
        assert {p.parent for p in beside} == {tmp_path}


# --- what is altered -------------------------------------------------------------------------


def sealed_run(folder: Path, **options: Any) -> Path:
    """A sealed run over two rows."""
    table = folder / "in.csv"
    table.write_text("Ref,Name,Dest,Ship Date\n1,listed,MX,2025-11-20\n2,maybe,MX,2025-11-20\n")
    out = folder / "out"
    screen_csv(table, out, screener=FakeScreener(), day=DAY, seal=True, report=False, **options)
    return out


class TestAltered:
    """What was altered is refused by name, and what refuses it reads nothing else."""

    @pytest.mark.parametrize("name", ["../secret.txt", "/etc/hostname", "a/b", "..\\x", "..", ""])
    def test_a_seal_that_names_other_files(self, watch: Watch, tmp_path: Path, name: str) -> None:
        """Even one whose own digest holds has no file read that is not beside it."""
        out = sealed_run(tmp_path)
        (tmp_path / "secret.txt").write_text("secret")
        body = json.loads((out / SEAL_FILE).read_text("utf-8"))
        del body["digest"]
        body["files"][name] = "0" * 64
        forged(out, body)
        with watch.while_watching(), pytest.raises(InputFileError, match="altered"):
            verify(out)
        assert watch.opened == {out / SEAL_FILE}

    def test_answers_that_were_altered_after_the_run(self, tmp_path: Path) -> None:
        """`verify --dispositions` compares the file with the one that the run was given."""
        answers = tmp_path / "dispositions.csv"
        stream = io.StringIO()
        asking = make.decision(outcome=Outcome.REVIEW, hits=(make.class_hit(),))
        rows = list(template([("1", asking)]))
        filled = ["released", "J. Officer", "2025-11-21", "COA seen", *rows[1][4:]]
        csv.writer(stream).writerows([rows[0], filled])
        answers.write_text(stream.getvalue(), "utf-8")
        out = sealed_run(tmp_path, dispositions=read_dispositions(answers))

        def asked(*more: str) -> tuple[int, str]:
            done = CliRunner().invoke(cli, ["verify", str(out), *more])
            return done.exit_code, done.output

        assert asked("--dispositions", str(answers))[0] == 0
        answers.write_text(stream.getvalue().replace("J. Officer", "A. Other"), "utf-8")
        code, said = asked("--dispositions", str(answers))
        assert code == 2
        assert "dispositions.csv: answers altered since the run" in said
        done = CliRunner().invoke(cli, ["verify", str(out), "--dispositions", str(tmp_path / "no")])
        assert isinstance(done.exception, InputFileError)

    def test_answers_that_a_run_never_had(self, tmp_path: Path) -> None:
        """A file that is laid beside a run afterwards is no part of it."""
        (tmp_path / "d.csv").write_text("answer,who\n")
        found = verify(sealed_run(tmp_path), dispositions=tmp_path / "d.csv").alterations
        assert [(a.file, a.what) for a in found] == [
            ("d.csv", "is not part of this run, which was given no answers")
        ]

    def test_another_file_of_answers_does_not_take_a_run_up(self, tmp_path: Path) -> None:
        """What was answered differently begins anew, so that no line keeps an old answer."""
        from tests.fakes import InterruptedScreener

        table = tmp_path / "in.csv"
        rows = "".join(f"{n},n{n}\n" for n in range(1_300))
        table.write_text("Ref,Name\n" + rows, "utf-8")
        empty = "answer,who,when,why,about,version,reading,identity\n"
        (tmp_path / "one.csv").write_text(empty)
        (tmp_path / "two.csv").write_text(empty + "held,A,2025-11-20,x,e,v,,i\n")

        def taken_over(name: str) -> int:
            out = tmp_path / f"out-{name}"
            options: dict[str, Any] = {"day": DAY, "report": False}
            with pytest.raises(KeyboardInterrupt):
                screen_csv(
                    table,
                    out,
                    screener=InterruptedScreener(after=1_200),
                    dispositions=read_dispositions(tmp_path / "one.csv"),
                    **options,
                )
            again = screen_csv(
                table,
                out,
                screener=FakeScreener(),
                dispositions=read_dispositions(tmp_path / name),
                resume=True,
                **options,
            )
            assert again.data["rows_out"] == 1_300
            return int(again.data["rows_taken_over"])

        assert taken_over("one.csv") > 0
        assert taken_over("two.csv") == 0


def forged(out: Path, body: dict[str, Any]) -> None:
    """Writes a seal whose own digest holds, as a forger would."""
    made = dict(body["files"])
    write_seal(out, ["decisions.jsonl"], input_file=body["input"])
    seal = importlib.import_module("screening.report.seal")
    whole = json.loads((out / SEAL_FILE).read_text("utf-8"))
    del whole["digest"]
    whole["files"] = made
    digest = seal._body_digest(whole)
    (out / SEAL_FILE).write_bytes(seal._canonical(whole | {"digest": digest}))


# --- watchlists ------------------------------------------------------------------------------

YAML = {
    "a tag that makes an object": "names: !!python/object/apply:os.system ['touch {marker}']\n",
    "a tag that names a module": "names: !!python/module:os\n",
    "a tag of its own": "names: !steal x\n",
    "a billion laughs": "a: &a [x,x]\nb: &b [*a,*a]\nc: &c [*b,*b]\nnames: *c\n",
    "a merge key": "a: &a {b: 1}\n<<: *a\n",
    "a hundred thousand lists in each other": "names: " + "[" * 100_000 + "]" * 100_000 + "\n",
    "a hundred thousand maps in each other": "{a: " * 100_000 + "}" * 100_000 + "\n",
    "two documents": "names: {en: [x]}\n---\nnames: {en: [y]}\n",
    "a number of a million digits": "names: " + "9" * 1_000_000 + "\n",
    "a key that is a list": "? [a, b]\n: c\n",
}


@pytest.mark.parametrize("kind", YAML)
def test_hostile_yaml_is_refused_and_does_nothing(watch: Watch, tmp_path: Path, kind: str) -> None:
    """A watchlist is data: such a file is refused by its name, and nothing of it is carried out."""
    shutil.copytree(ROOT / "watchlists" / "hk", tmp_path / "lists" / "hk")
    entry = next(
        p for p in sorted((tmp_path / "lists" / "hk").rglob("*.yaml")) if p.name != "list.yaml"
    )
    marker = tmp_path / "marker"
    entry.write_text(YAML[kind].replace("{marker}", str(marker)), "utf-8")
    with watch.while_watching(), pytest.raises(WatchlistError) as caught:
        load_bundle([tmp_path / "lists"])
    assert entry in {fault.path for fault in caught.value.faults}
    assert not marker.exists()
    assert watch.seen == []
    assert not watch.programs


# --- terminals and pages ---------------------------------------------------------------------

STEERING = "\x1b[2J\x1b]0;title\x07\x9b31m\u202eevil\r"
"""Clears a terminal, renames its window, colours it, turns what follows around."""


def inert(text: str) -> bool:
    """Nothing in it steers a terminal."""
    return all(c.isprintable() or c in "\n\t" for c in text)


class TestTerminal:
    """What was submitted is shown on a terminal and does not steer it."""

    def test_say(self, capsys: pytest.CaptureFixture[str]) -> None:
        """On both streams, also where click would pass escapes on."""
        say(STEERING)
        say(STEERING, err=True)
        for said in capsys.readouterr():
            assert "evil" in said
            assert "[U+001B]" in said
            assert inert(said)

    def test_commands(
        self, tmp_path: Path, screener: Screener, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Neither references, names, parties and headers nor faults in them."""
        monkeypatch.setattr(records, "Screener", lambda *_, **__: screener)
        monkeypatch.setattr("screening.cli.common.Screener", lambda *_, **__: screener)
        table = tmp_path / "in.csv"
        with table.open("w", encoding="utf-8", newline="") as stream:
            csv.writer(stream).writerows(
                [
                    ["Ref", "Name", "From", "To", "Ship Date", "Consignee", STEERING],
                    [STEERING, "norfentanyl", "CN", "US", "2025-11-20", STEERING, STEERING],
                ]
            )
        out = tmp_path / "out"
        screen_csv(table, out, screener=screener, day=DAY, report=False)
        changed = tmp_path / "changed.jsonl"
        lines = (out / "decisions.jsonl").read_text("utf-8")
        changed.write_text(lines.replace('"outcome":"controlled"', '"outcome":"review"', 1))
        commands = [
            ["replay", str(changed)],
            ["rescreen", str(out), "--as-of", "2010-01-01"],
            ["check", f"nor{STEERING}fentanyl", "--from", "CN", "--day", "2025-11-20"],
            ["csv", str(table), "--out", str(tmp_path / "again"), "--columns", "name=Name"],
            ["csv", str(tmp_path / "\x1b[31mnone.csv"), "--out", str(tmp_path / "again")],
        ]
        shown = 0
        for words in commands:
            done = CliRunner().invoke(cli, words, color=True)
            error = done.exception
            assert error is None or isinstance(error, SystemExit | InputFileError), words
            assert inert(done.output), words
            shown += "[U+001B]" in done.output
        assert shown >= 3, "what was submitted is not shown at all"


class TestPages:
    """Every value of a page is escaped by the template engine."""

    def test_templates_escape_everything_but_our_own_files(self) -> None:
        """`safe` is used for style, scripts and what templates have rendered already."""
        assert environment().autoescape is True
        found: set[str] = set()
        for path in (LIBRARY / "report" / "templates").glob("*.j2"):
            text = path.read_text("utf-8")
            found |= set(re.findall(r"([\w.]+)\s*\|\s*safe\b", text))
            assert "autoescape" not in text
            assert len(re.findall(r"\|\s*safe\b", text)) == len(
                re.findall(r"\b(?:style|scripts\.\w+|chunk)\s*\|\s*safe\b", text)
            )
        assert found == {"style", "scripts.early", "scripts.report", "chunk"}

    def test_the_page_of_a_rescreen(self, tmp_path: Path) -> None:
        """Hostile text of an old run is text on the page that compares it."""
        evil = "</td><script>alert(1)</script><img src=x onerror=alert(1)>"
        before = make.decision(
            id=evil,
            hits=(make.hit(title=evil, citation=evil, explanation=evil),),
            shipment=Shipment(name=evil, consignee=evil, day=make.DAY),
        )
        after = before.model_copy(
            update={"hits": (), "outcome": Outcome.NO_LISTING_FOUND, "requirements": ()}
        )
        line = next(_as_lines(before, tmp_path))
        found = change(line, after, bundle=make.bundle(), route=evil)
        assert found is not None
        result = _rescreened(ordered([found]))
        path = tmp_path / "page.html"
        write_change_report(path, result, as_of=None, source=evil, language="en")
        page = path.read_text("utf-8")
        assert page.count("&lt;script&gt;") >= 3
        assert "<script" not in page
        assert "<img" not in page


def _as_lines(decision: Any, folder: Path) -> Iterator[Any]:
    """A decision as a run writes it, read back."""
    from screening.report.lines import json_line
    from screening.report.tables import decision_json

    path = folder / "decisions.jsonl"
    path.write_text(json_line(1, decision.id, decision_json(decision), None), "utf-8")
    return read_lines(path)


def _rescreened(changes: Any) -> Any:
    from screening.report.replay import Rescreened

    return Rescreened(1, (), changes)


# --- the code --------------------------------------------------------------------------------


def dotted(node: ast.AST) -> str:
    """A name with its dots; empty for anything else."""
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}".lstrip(".")
    return node.id if isinstance(node, ast.Name) else ""


FORBIDDEN = {
    "eval": set(),
    "exec": set(),
    "os.system": set(),
    "os.popen": set(),
    "tempfile.mktemp": set(),
    "yaml.full_load": set(),
    "yaml.unsafe_load": set(),
    "yaml.load": {"packaged.py"},  # with the safe loader, of the library's own files
    "pickle.load": set(),
    "pickle.loads": {"guard.py"},  # between the processes of one run
    "marshal.loads": set(),
    "shelve.open": set(),
    "shutil.unpack_archive": set(),
    "subprocess.run": set(),
    "subprocess.Popen": {"systematic.py"},  # the reader of systematic names, without a shell
    "subprocess.call": set(),
    "subprocess.check_output": set(),
}
"""Calls that turn data into code or run other programs, and the only files that may make them."""

NETWORK = {
    *("asyncio", "ftplib", "http", "httpx", "imaplib", "poplib", "requests", "smtplib", "ssl"),
    *("socketserver", "telnetlib", "urllib3", "webbrowser", "xmlrpc"),
}


@pytest.mark.parametrize("path", sorted(LIBRARY.rglob("*.py")), ids=lambda p: p.name)
def test_no_code_path_runs_data_or_knows_a_network(path: Path) -> None:
    """Whatever a module of the library calls or imports."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Call):
            name = dotted(node.func)
            assert path.name in FORBIDDEN.get(name, {path.name}), (name, node.lineno)
            assert not name.endswith(".extractall"), (name, node.lineno)
            given = {k.arg: k.value for k in node.keywords}
            shell = given.get("shell")
            assert shell is None or getattr(shell, "value", None) is False, node.lineno
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [node.module or ""]
        for name in names:
            first = name.partition(".")[0]
            # engines speak to a cluster, where a caller asks for one
            allowed = {"asyncio"} if path.name == "engines.py" else set()
            assert first not in NETWORK - allowed, name
            assert name != "urllib.request"
            assert first != "socket" or path.name == "guard.py", name


def test_what_is_imported_brings_no_network_along(watch: Watch, tmp_path: Path) -> None:
    """Nor do the libraries that a screen needs: none of their clients is even loaded."""
    import subprocess

    code = (
        "import sys, screening; from screening import Screener, Shipment;"
        "Screener().screen(Shipment(name='norfentanyl', origin='CN', day='2025-11-20'));"
        "print(*sorted({'ssl', 'http.client', 'urllib.request', 'ftplib', 'smtplib', 'requests',"
        " 'urllib3', 'httpx', 'xmlrpc.client'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert done.stdout.split() == []


# --- the supply chain ------------------------------------------------------------------------


@pytest.fixture(scope="module")
def licences() -> ModuleType:
    """The check of licences that CI runs over the bill of materials."""
    pytest.importorskip("license_expression")
    loader = SourceFileLoader("licences", str(ROOT / ".ci" / "licences"))
    spec = importlib.util.spec_from_loader("licences", loader)
    assert spec is not None
    module = importlib.util.module_from_spec(spec)
    loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    ("licence", "allowed"),
    [
        ({"license": {"id": "MIT"}}, True),
        ({"license": {"name": "License :: OSI Approved :: BSD License"}}, True),
        ({"expression": "Apache-2.0 OR GPL-3.0-only"}, True),
        ({"expression": "BSD-3-Clause AND 0BSD AND MIT AND Zlib AND CC0-1.0"}, True),
        ({"license": {"id": "GPL-3.0-only"}}, False),
        ({"expression": "MIT AND LGPL-2.1-or-later"}, False),
        ({"expression": "GPL-3.0-or-later WITH GCC-exception-3.1"}, False),
        ({"license": {"id": "MPL-2.0"}}, False),
        ({"license": {"name": "see the file"}}, False),
        ({"license": {"name": ""}}, False),
    ],
)
def test_only_permissive_licences_pass(
    licences: ModuleType, licence: dict[str, Any], allowed: bool
) -> None:
    """One choice that is allowed is enough; of several that hold together each has to be."""
    bom = {"components": [{"name": "x", "version": "1", "licenses": [licence]}]}
    assert (licences.faults(bom) == []) is allowed
    second = {"license": {"id": "GPL-2.0-only"}}
    assert licences.faults({"components": [{"name": "x", "licenses": [licence, second]}]})


def test_a_licence_that_is_not_stated_does_not_pass(licences: ModuleType) -> None:
    """Neither a component without one, nor a bill of materials without components."""
    assert licences.faults({"components": [{"name": "x", "version": "1"}]}) == [
        "x 1: states no licence"
    ]
    assert licences.faults({"components": []})
