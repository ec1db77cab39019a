"""The score of a mutation run and what survived it, as Markdown."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

OUTCOMES = ("killed", "survived", "not reached")


@dataclass(frozen=True)
class Trial:
    """What became of one mutant.

    `outcome` is `killed`, `survived`, `not reached`, or `at import` for what runs only when its
    module is loaded, where no mutant is at work; `by` is the test that failed, or `time`.
    """

    name: str
    module: str
    function: str
    diff: str
    outcome: str
    by: str


def latest(trials: Iterable[Trial]) -> list[Trial]:
    """What became of each mutant in the end; one may be tried again with other tests."""
    return list({trial.name: trial for trial in trials}.values())


def summary(trials: Iterable[Trial]) -> str:
    """The table of scores: one line a module."""
    of_module: dict[str, list[Trial]] = {}
    for trial in trials:
        if trial.outcome == "at import":
            continue
        of_module.setdefault(trial.module, []).append(trial)
    lines = ["| module | tried | killed | survived | not reached | score |", "|---" * 6 + "|"]
    every = [trial for found in of_module.values() for trial in found]
    for module, found in [*of_module.items(), ("all", every)]:
        count = [sum(t.outcome == outcome for t in found) for outcome in OUTCOMES]
        score = f"{100 * count[0] / len(found):.1f} %" if found else ""
        lines.append(f"| {' | '.join((module, str(len(found)), *map(str, count), score))} |")
    return "\n".join(lines) + "\n"


def survivors(trials: Iterable[Trial]) -> str:
    """The changes that no test noticed."""
    left = [trial for trial in trials if trial.outcome not in {"killed", "at import"}]
    return "\n".join(f"{t.name} ({t.outcome}, {t.by})\n{t.diff}\n" for t in left)
