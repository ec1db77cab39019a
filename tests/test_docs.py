"""What the pages say is true: their code runs, their files load, nothing is left out of them."""

from __future__ import annotations

import configparser
import contextlib
import csv
import io
import json
import re
import shlex
import shutil
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest
import yaml

from screening.chemistry import language
from screening.chemistry.groups import HYDROGEN, KINDS, LINKER_KINDS
from screening.cli import cli, main
from screening.decision import FindingCode, Outcome
from screening.forms import FormField
from screening.rules import model
from screening.rules.load import DEFAULT, load_bundle

ROOT = Path(__file__).resolve().parent.parent
PAGES = sorted(
    path.relative_to(ROOT).as_posix()
    for pattern in ("*.md", "docs/*.md", "watchlists/*.md", "examples/**/*.md")
    for path in ROOT.glob(pattern)
)
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
FILE = re.compile(r"# (\S+\.ya?ml)\n")
PLACEHOLDERS = re.compile(r"<\w+>|\bOLD\b")
SHIPMENTS = "SHIPMENTS.csv"
BLOCK = """

  1  0  0  0  0  0  0  0  0  0999 V2000
    0.0000    0.0000    0.0000 O   0  0
M  END
"""
MINE = """\
names: {en: [Hexyl benzoate]}
cas: ['6789-88-4']
substance: 'CCCCCCOC(=O)c1ccccc1'
versions:
  - in_force: 2026-01-01
    recorded: 2026-01-02
    citation: an invented notice
    checked: {membership: primary, dates: primary}
"""


def text_of(page: str) -> str:
    return (ROOT / page).read_text(encoding="utf-8")


def prose(page: str) -> str:
    """A page without its code blocks."""
    return FENCE.sub("", text_of(page))


def blocks(page: str) -> Iterator[tuple[str, str]]:
    """Language and text of every code block of a page."""
    for found in FENCE.finditer(text_of(page)):
        yield found[1], found[2]


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder as the pages take it for granted: a table, its report, a list of one's own."""
    folder = tmp_path_factory.mktemp("desk")
    with (ROOT / "examples" / "shipments.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.reader(stream))[:8]
    for name in (SHIPMENTS, "examples/shipments.csv"):
        (folder / name).parent.mkdir(exist_ok=True)
        with (folder / name).open("w", encoding="utf-8", newline="") as stream:
            csv.writer(stream).writerows(rows)
    (folder / "LIBRARY.sdf").write_text(f"water{BLOCK}$$$$\n", encoding="utf-8")
    entry = folder / "my-lists" / "us" / "list-i" / "my-substance.yaml"
    entry.parent.mkdir(parents=True)
    entry.write_text(MINE, encoding="utf-8")
    with contextlib.chdir(folder):
        assert command(["csv", SHIPMENTS, "--out", "report", "--day", "2026-01-10"])[0] == 0
    return folder


def command(arguments: list[str]) -> tuple[int, str]:
    """Runs `screening` in this process; its exit code and what it printed."""
    printed = io.StringIO()
    with (
        contextlib.redirect_stdout(printed),
        contextlib.redirect_stderr(io.StringIO()),
        pytest.raises(SystemExit) as ended,
    ):
        main(arguments)
    code = ended.value.code
    return (code if isinstance(code, int) else 0 if code is None else 1), printed.getvalue()


def understood(arguments: list[str]) -> None:
    """The command and its options exist; it is not run."""
    found: click.Command = cli
    while isinstance(found, click.Group):
        name, *arguments = arguments
        found = found.commands[name]
    found.make_parser(click.Context(found)).parse_args(list(arguments))


def run_shell(line: str) -> None:
    """Runs one line of a shell block, or makes sure that it is run elsewhere."""
    words = shlex.split(line, comments=True)
    if not words:
        return
    stated = re.search(r"# exit (\d)$", line)
    target = None
    if ">" in words:
        target = words[words.index(">") + 1]
        words = words[: words.index(">")]
    if line.startswith("python3 -m venv .venv-test "):
        assert r"grep -m 1 -E '^python3 -m venv \.venv-test ' README.md" in text_of(".ci/run")
    elif line.startswith("python3 -m venv .venv "):
        run_shell(line.rpartition("&& ")[2].removeprefix(".venv/bin/"))
    elif words[:2] == ["pip", "install"]:
        project = tomllib.loads(text_of("pyproject.toml"))["project"]
        for extra in re.findall(r"precursor-screening\[(\w+)\]", line):
            assert extra in project["optional-dependencies"]
    elif words[0] == "pytest":
        options = {word for word in words if word.startswith("--")}
        assert options <= {"--watchlist"}, "tests/test_testing_plugin.py runs no other option"
        assert words[1] == "my-lists" or (ROOT / words[1]).is_file()
    elif words[0] == "uvicorn":
        assert words[1] == "app:create_app"
        assert "def create_app(" in text_of("examples/platform/app.py")
    elif words[0] == "screening":
        arguments = words[1:]
        everything = arguments in (["watchlist", "lint"], ["watchlist", "test"])
        if everything:  # minutes over all lists, so it is a step of its own
            assert f"/{line.strip()}\n" in text_of(".ci/run")
        elif PLACEHOLDERS.search(line) or arguments[:2] == ["watchlist", "new"]:
            understood(arguments)  # run in tests of their own, with answers
        elif arguments[0] == "index":
            understood(arguments)  # minutes; tests/test_table_index.py indexes a small table
        else:
            code, printed = command(arguments)
            gate = {0, 3} if "--fail-on" in arguments else {0}
            assert code in ({int(stated[1])} if stated else gate), line
            if target:
                Path(target).write_text(printed, encoding="utf-8")
    else:
        pytest.fail(f"no test knows how to run: {line}")


def write_yaml(text: str, folder: Path) -> None:
    """Lays a file where its first line says; checks what is no watchlist."""
    named = FILE.match(text)
    data = yaml.safe_load(text)
    if named is None:  # an entry, shown without its place
        model.EntryFile.model_validate(data)
        (folder / "my-lists" / "us" / "list-i" / "my-substance.yaml").write_text(text, "utf-8")
        return
    name = named[1]
    if name.startswith("."):
        for line in shell_lines(data):
            understood(shlex.split(line)[1:])
        return
    path = folder / (name if name.startswith("my-lists/") else f"my-lists/{name}")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


WHOLE: dict[str, type[language.Model]] = {
    "requirements": model.RequirementRule,
    "thresholds": model.Threshold,
    "mixtures": model.MixtureRule,
    "sets": model.PlaceSet,
    "density": model.Density,
}


def check_parts(text: str) -> None:
    """Parts of several files, each under a comment that names the file; an entry's may be short."""
    heads = r"^# (?=list\.yaml|an entry|jurisdiction\.yaml)"
    for part in re.split(heads, text, flags=re.MULTILINE)[1:]:
        name, _, body = part.partition("\n")
        for key, value in yaml.safe_load(body).items():
            made = WHOLE[key]
            short = name.startswith("an entry") and key != "density"
            several = value if isinstance(value, list) else list(value.values())
            for one in [value] if key == "density" else several:
                if short:
                    assert set(one) <= set(made.model_fields), one
                else:
                    made.model_validate(one)


def shell_lines(data: dict[str, Any]) -> Iterator[str]:
    """The calls of `screening` in a workflow, or by the hooks of a configuration."""
    for job in data.get("jobs", {}).values():
        steps = [step["run"] for step in job["steps"] if "run" in step]
        assert any(step.startswith("screening ") for step in steps)
        yield from (step for step in steps if step.startswith("screening "))
    hooks = {h["id"]: h for h in yaml.safe_load(text_of(".pre-commit-hooks.yaml"))}
    for repository in data.get("repos", []):
        for hook in repository["hooks"]:
            yield f"{hooks[hook['id']]['entry']} {shlex.join(hook['args'])}"


@pytest.mark.parametrize("page", [page for page in PAGES if any(k for k, _ in blocks(page))])
def test_every_code_block_runs(
    page: str, desk: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In the page's order, in one folder, Python in one namespace."""
    folder = tmp_path / "desk"
    shutil.copytree(desk, folder)
    monkeypatch.chdir(folder)
    namespace: dict[str, Any] = {"__name__": page}
    for kind, text in blocks(page):
        match kind:
            case "" | "text":
                pass  # a drawing of folders
            case "python":
                exec(compile(text, page, "exec"), namespace)
                for name in [n for n in namespace if n.startswith("test_")]:
                    namespace.pop(name)()
            case "sh":
                for line in text.splitlines():
                    run_shell(line)
            case "yaml":
                write_yaml(text, folder)
            case "yml":
                check_parts(text)
            case "json":
                json.loads(text)
            case "ini":
                configparser.ConfigParser().read_string(text)
            case _:
                pytest.fail(f"no test knows what to do with a block of {kind}")
    load_bundle([DEFAULT, "my-lists"])


@pytest.mark.parametrize("page", PAGES)
def test_every_link_leads_somewhere(page: str) -> None:
    for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", re.sub(r"`[^`\n]+`", "", prose(page))):
        if not target.startswith(("https:", "mailto:")):
            assert (ROOT / page).parent.joinpath(target).exists(), target


def test_every_page_is_linked_from_the_readme() -> None:
    said = text_of("README.md") + text_of("docs/maintainer.md")
    for page in PAGES:
        if page != "README.md":
            assert Path(page).name in said or str(Path(page).parent) in said, page


# --- commands --------------------------------------------------------------------------------


def commands(found: click.Command, path: str) -> Iterator[tuple[str, click.Command]]:
    yield path, found
    if isinstance(found, click.Group):
        for name, inner in found.commands.items():
            yield from commands(inner, f"{path} {name}")


COMMANDS = dict(commands(cli, "screening"))


def section(path: str) -> str:
    """What docs/commands.md says of a command."""
    heading = rf"^## `{re.escape(path)}(?: [A-Z\[][^`]*)?`$(.*?)(?=^## |\Z)"
    found = re.search(heading, text_of("docs/commands.md"), re.MULTILINE | re.DOTALL)
    assert found, f"docs/commands.md has no section on `{path}`"
    return found[1]


@pytest.mark.parametrize("path", COMMANDS)
def test_every_command_and_option_is_documented(path: str) -> None:
    """The page has each option in the words of `--help`, and no option that is not there."""
    found = COMMANDS[path]
    expected = set()
    for option in found.params:
        if isinstance(option, click.Option) and not option.hidden:
            record = option.get_help_record(click.Context(found))
            assert record is not None
            assert record[1].strip(), f"{path} {option.opts[0]} says nothing"
            names = ", ".join(f"`{name}`" for name in option.opts)
            expected.add(f"| {names} | {' '.join(record[1].split()).replace('|', 'or')} |")
    rows = re.findall(r"^\| `-.*\|$", section(path), re.MULTILINE)
    assert set(rows) == expected


def test_no_section_outlives_its_command() -> None:
    headings = re.findall(
        r"^## `(screening[a-z -]*?)(?: [A-Z\[].*)?`$", text_of("docs/commands.md"), re.MULTILINE
    )
    assert sorted(headings) == sorted(COMMANDS)


# --- closed lists ----------------------------------------------------------------------------


def keys(*models: type[language.Model]) -> set[str]:
    return {f.alias or name for m in models for name, f in m.model_fields.items()}


CLOSED = {
    "docs/class-language.md": keys(
        language.ClassDefinition,
        language.Position,
        language.Clause,
        language.Reading,
        language.Limits,
        language.Except,
        language.GroupWord,
        language.Variant,
    )
    | {*KINDS, *LINKER_KINDS, HYDROGEN},
    "docs/requirements-language.md": keys(
        model.RequirementRule,
        model.Condition,
        model.Concentration,
        model.Shorter,
        model.Threshold,
        model.MixtureRule,
        model.PlaceSet,
        model.Density,
    )
    | {field.value for field in FormField},
    "docs/report.md": {code.value for code in FindingCode},
    "README.md": {outcome.value for outcome in Outcome},
}


@pytest.mark.parametrize("page", CLOSED)
def test_every_word_of_a_closed_list_is_documented(page: str) -> None:
    said = {" ".join(word.split()) for word in re.findall(r"`([^`]+)`", prose(page))}
    assert CLOSED[page] - said == set()


def test_the_changelog_names_the_version() -> None:
    version = tomllib.loads(text_of("pyproject.toml"))["project"]["version"]
    assert re.search(rf"^## {re.escape(version)}\b", text_of("CHANGELOG.md"), re.MULTILINE)
