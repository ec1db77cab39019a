"""Makes the mutants of a module with mutmut and writes them into a copy of the repository."""

from __future__ import annotations

import difflib
import hashlib
import json
import os
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from mutmut.mutation.file_mutation import MutatedFile, mutate_file_contents


@dataclass(frozen=True)
class Mutant:
    """One small change of one function.

    `name` is `module.x_function__mutmut_number`; `function` the part before the number; `diff` the
    lines taken out and put in.
    """

    name: str
    module: str
    function: str
    diff: str


def write(folder: Path, paths: Iterable[str], kept: Path) -> list[Mutant]:
    """Replaces modules in a copy by such as hold every mutant of theirs, and the way to choose one.

    Args:
        folder: the copy; its `[tool.mutmut]` says what is not mutated.
        paths: of the modules, relative to it.
        kept: a folder with what was made before; it takes a minute for a thousand lines.
    """
    kept.mkdir(parents=True, exist_ok=True)
    settings = tomllib.loads((folder / "pyproject.toml").read_text(encoding="utf-8"))
    stated = repr(settings["tool"]["mutmut"]).encode()
    before = Path.cwd()
    os.chdir(folder)  # mutmut reads its settings from the working folder
    try:
        made: list[Mutant] = []
        for path in map(Path, paths):
            source = path.read_text(encoding="utf-8")
            store = kept / f"{hashlib.sha256(stated + source.encode()).hexdigest()}.json"
            if not store.exists():
                store.write_text(json.dumps(_made(path, source)), encoding="utf-8")
            code, mutants = json.loads(store.read_text(encoding="utf-8"))
            path.write_text(code, encoding="utf-8")
            made += [Mutant(**mutant) for mutant in mutants]
        return made
    finally:
        os.chdir(before)


def _made(path: Path, source: str) -> tuple[str, list[dict[str, str]]]:
    mutated = mutate_file_contents(str(path), source)
    dotted = ".".join(path.with_suffix("").parts)
    mutants = [_mutant(mutated, name, dotted, path.stem) for name in mutated.mutant_names]
    return mutated.code, [vars(mutant) for mutant in mutants]


def _mutant(mutated: MutatedFile, name: str, dotted: str, module: str) -> Mutant:
    function = name.rpartition("__mutmut_")[0]
    original, changed = (
        _lines(mutated, which).replace(which, "f").splitlines()
        for which in (f"{function}__mutmut_orig", name)
    )
    changes = difflib.unified_diff(original, changed, n=0, lineterm="")
    diff = "\n".join(x for x in changes if x[:2] not in {"--", "++", "@@"})
    return Mutant(f"{dotted}.{name}", module, f"{dotted}.{function}", diff)


def _lines(mutated: MutatedFile, function: str) -> str:
    span = mutated.line_span_by_function_name[function]
    return "\n".join(mutated.code.splitlines()[span.start - 1 : span.end])
