"""Other engines of rules on the same rows, each run as its own users run it, where it is installed.

They are measured and nothing else: none of their code or patterns is in here, and none is needed.
They ask other questions than ours, so the figures compare what an answer costs and not what it is
worth. See ``README.md`` for how to install them.
"""

from __future__ import annotations

import contextlib
import functools
import json
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module, metadata
from pathlib import Path
from typing import Any

Task = Callable[[Sequence[str]], None]


@dataclass(frozen=True)
class Peer:
    """Another engine.

    Attributes:
        task: what it is called in the table.
        package: the distribution that has its version.
        make: imports it and gives what is timed; raises ImportError where it is not installed.
    """

    task: str
    package: str
    make: Callable[[], Task]

    @property
    def version(self) -> str | None:
        """The version that is installed, None for none."""
        try:
            return metadata.version(self.package)
        except metadata.PackageNotFoundError:
            return None


def _medchem(name: str) -> Task:
    """One of medchem's structural filters on SMILES, in this process."""
    filters = getattr(import_module("medchem.structural"), name)()

    def run(rows: Sequence[str]) -> None:
        filters(list(rows), n_jobs=1, progress=False)

    return run


def _rd_filters() -> Task:
    """What the command `rd_filters filter` does with each line, under the rules that it ships."""
    module = import_module("rd_filters.rd_filters")
    data = Path(str(module.__file__)).parent / "data"
    rules: Mapping[str, Any] = json.loads((data / "rules.json").read_text(encoding="utf-8"))
    chosen = [name.removeprefix("Rule_") for name, on in rules.items() if on is True]
    filters = module.RDFilters(str(data / "alert_collection.csv"))
    filters.build_rule_list(chosen)

    def run(rows: Sequence[str]) -> None:
        for number, smiles in enumerate(rows):
            filters.evaluate([smiles, str(number)])

    return run


def _pfasgroups() -> Task:
    """`parse_smiles` on all rows at once."""
    parse_smiles = import_module("PFASGroups").parse_smiles

    def run(rows: Sequence[str]) -> None:
        with warnings.catch_warnings():  # of rows that are no structure
            warnings.simplefilter("ignore")
            parse_smiles(list(rows))

    return run


PEERS = (
    Peer(
        "medchem CommonAlertsFilters (BMS)",
        "medchem",
        functools.partial(_medchem, "CommonAlertsFilters"),
    ),
    Peer("medchem NIBRFilters", "medchem", functools.partial(_medchem, "NIBRFilters")),
    Peer("rd_filters (its default rules)", "rd_filters", _rd_filters),
    Peer("PFASGroups parse_smiles", "PFASGroups", _pfasgroups),
)


def installed(peers: Sequence[Peer] = PEERS) -> tuple[dict[str, Task], dict[str, str]]:
    """The engines that are here, and why each of the others is not.

    Returns:
        What is timed, by task with its version; and a reason by task.
    """
    here: dict[str, Task] = {}
    absent: dict[str, str] = {}
    for peer in peers:
        version = peer.version
        if version is None:
            absent[peer.task] = "not installed"
            continue
        with _no_noise():
            try:
                here[f"{peer.task} {version}"] = peer.make()
            except Exception as error:  # it is theirs to be whole; ours is measured all the same
                absent[peer.task] = f"installed and does not run ({type(error).__name__})"
    return here, absent


@contextlib.contextmanager
def _no_noise() -> Iterator[None]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield
