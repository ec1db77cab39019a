"""Makes mutants of the decision code, tries them, prints the score: ``python -m tests.mutation``.

The repository is copied, so that the files of the checkout stay as they are.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

from tests.mutation import mutants
from tests.mutation.choice import LONG, ROOT, SHARES, TESTS, drawn, modules
from tests.mutation.report import Trial, latest, summary, survivors


def _copy_to(folder: Path) -> None:
    """Copies the repository without what is not under version control."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, check=True, capture_output=True, text=True,
    ).stdout.splitlines()  # fmt: skip
    for name in listed:
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, folder / name)


def _read(path: Path) -> Iterable[Trial]:
    if path.exists():
        for line in path.read_text(encoding="utf-8").splitlines():
            yield Trial(**json.loads(line))


def _run(options: argparse.Namespace) -> None:
    tried = latest(_read(options.out))
    done = {t.name for t in tried if not (options.again and t.outcome != "killed")}
    with tempfile.TemporaryDirectory(prefix="mutation-") as name:
        work = Path(name)
        _copy_to(work)
        kept = (options.work or work / "kept").resolve()
        wanted = options.module or modules()
        paths = {module: path for module, path in modules().items() if module in wanted}
        made = mutants.write(work, paths.values(), kept)
        by_module: dict[str, list[str]] = {module: [] for module in paths}
        for mutant in made:
            by_module[mutant.module].append(mutant.name)
        todo = drawn(by_module, options.seed, SHARES | dict(options.share))
        by_name = {mutant.name: mutant for mutant in made}
        if options.again:
            todo = [t.name for t in tried if t.name not in done and t.name in by_name]
        if options.only:
            todo = [mutant for mutant in todo if any(part in mutant for part in options.only)]
        print(f"{len(made)} mutants, {len(todo)} drawn, {len(done & set(todo))} tried before")
        plan = {
            "mutants": [vars(by_name[name]) for name in todo if name not in done],
            "out": str(options.out.resolve()),
            "budget": options.budget,
            "workers": options.workers,
            "without": [*LONG, *options.without],
        }
        (work / "plan.json").write_text(json.dumps(plan), encoding="utf-8")
        tests = [f"tests/test_{test}.py" for test in options.tests or TESTS]
        tests += paths.values()  # their doctests
        subprocess.run(
            [sys.executable, "-m", "tests.mutation.trials", "plan.json", *tests],
            cwd=work,
            env=os.environ | {"PYTHONPATH": str(work), "SCREENING_CACHE": str(kept / "cache")},
            check=True,
        )


def _share(text: str) -> tuple[str, int]:
    module, _, number = text.partition("=")
    return module, int(number)


def main() -> None:
    """Reads the command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutation", description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("mutation.jsonl"), help="taken up again")
    parser.add_argument("--seed", type=int, default=9, help="of the draw")
    parser.add_argument(
        "--share", type=_share, action="append", default=[], metavar="MODULE=N",
        help=f"draw so many mutants of a module; without: {SHARES}, all of the others",
    )  # fmt: skip
    parser.add_argument("--module", action="append", choices=modules(), help="only of these")
    parser.add_argument("--only", action="append", help="mutants whose name has this part")
    parser.add_argument("--tests", action="append", metavar="NAME", help=f"without: {TESTS}")
    parser.add_argument(
        "--without", action="append", default=[], metavar="PART",
        help="leave out tests whose name has this part",
    )  # fmt: skip
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--again", action="store_true", help="only what survived in OUT")
    parser.add_argument("--work", type=Path, help="keep made mutants here")
    parser.add_argument("--budget", type=float, default=15, help="seconds of tests for a mutant")
    parser.add_argument("--report", action="store_true", help="print what OUT holds, try nothing")
    options = parser.parse_args()
    if not options.report:
        _run(options)
    trials = latest(_read(options.out))
    print(summary(trials))
    print(survivors(trials))


if __name__ == "__main__":
    main()
