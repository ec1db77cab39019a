"""What names and numbers lead to, beside each package alone, and what slips through.

    python -m tests.benchmarks.identification CASES.csv             # rates by kind of identifier
    python -m tests.benchmarks.identification --swaps 10000         # true triples, then spoilt
    python -m tests.benchmarks.identification --speed               # rows a second by identifier
    python -m tests.benchmarks.identification --speed --indexed DIR # the same with an index, too

`DIR` is a folder in which nothing was done but `SCREENING_CACHE=DIR screening index`.
`CASES.csv` has the columns `text`, `kind`, `smiles`: a name or number as it may stand in a paper,
what kind it is, and the structure that it stands for. Kinds with `cas` in their name are read as
the CAS cell, all others as the description.
"""

from __future__ import annotations

import argparse
import contextlib
import csv
import gc
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from stdnum import casrn

from screening import Decision, FindingCode, Outcome, Screener, Shipment
from screening.chemistry.structure import Structure, read_structure
from screening.errors import StructureError
from screening.names import SYSTEMATIC, NameIndex, installed_sources
from screening.rules.cache import cache_folder
from screening.systematic import SystematicNames

BENIGN = Path(__file__).parent.parent / "data" / "benign.csv"
SPOILT = frozenset(
    {
        FindingCode.IDENTIFIERS_DISAGREE,
        FindingCode.POSSIBLE_IDENTITY,
        FindingCode.NAME_UNKNOWN,
        FindingCode.CAS_UNKNOWN,
        FindingCode.CAS_INVALID,
        FindingCode.NO_IDENTITY,
        FindingCode.SEVERAL_GOODS,
    }
)
"""Findings by which an officer learns that the identifiers of a line do not hold together."""

Resolver = Callable[[str, str], tuple[list[str], list[str]]]
"""A text and its kind to the structures that count and those that are only possible."""


# --- rates -----------------------------------------------------------------------------------


def graphs(smiles: Iterable[str]) -> list[frozenset[str]]:
    """The components of structures, stereochemistry and forms apart."""
    found = []
    for text in smiles:
        with contextlib.suppress(StructureError):
            found.append(frozenset(c.smiles for c in read_structure(text).components))
    return found


def judged(wanted: str, counts: Sequence[str], possible: Sequence[str]) -> str:
    """Right, wrong, possible or none: a salt of what was asked for is right."""
    want = graphs([wanted])[0]
    sure, maybe = graphs(counts), graphs(possible)
    if sure:
        return "right" if all(want <= got or got <= want for got in sure) else "wrong"
    if maybe:
        return "possible" if any(want <= got or got <= want for got in maybe) else "none"
    return "none"


def this_library(screener: Screener) -> Resolver:
    """The names and numbers of the lists with every source that is installed."""
    index = NameIndex(screener.bundle, installed_sources())

    def resolve(text: str, kind: str) -> tuple[list[str], list[str]]:
        read = index.read(cas=text) if "cas" in kind else index.read(name=text)
        sure = [s for i in read.identities if i.exact for s in i.structures]
        return sure, [s for i in read.identities if not i.exact for s in i.structures]

    return resolve


def opsin_alone() -> Resolver:
    """OPSIN on the text as it stands."""
    names = SystematicNames()

    def resolve(text: str, kind: str) -> tuple[list[str], list[str]]:
        read = None if "cas" in kind else names.structure(text, whatever=True)
        return ([read.smiles] if read else []), []

    return resolve


def chemicals_search() -> Resolver:
    """The package's own search, with its guesses."""
    from chemicals.identifiers import search_chemical

    def resolve(text: str, kind: str) -> tuple[list[str], list[str]]:
        try:
            return [search_chemical(text).smiles], []
        except Exception:  # the package raises many kinds for what it does not know
            return [], []

    return resolve


def chemicals_exact() -> Resolver:
    """The package's exact indexes."""
    from chemicals.identifiers import ChemicalMetadataDB

    table = ChemicalMetadataDB()  # type: ignore[no-untyped-call]
    table.autoload_main_db()  # type: ignore[no-untyped-call]

    def resolve(text: str, kind: str) -> tuple[list[str], list[str]]:
        if "cas" in kind:
            found = table.CAS_index.get(int(text.replace("-", "")))
        else:
            found = table.name_index.get(text) or table.name_index.get(text.lower())
        return ([found.smiles] if found else []), []

    return resolve


def rates(cases: Path, resolvers: dict[str, Resolver]) -> dict[str, dict[str, Counter[str]]]:
    """Answers counted by kind and resolver."""
    table: dict[str, dict[str, Counter[str]]] = {}
    with cases.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            for name, resolve in resolvers.items():
                said = judged(row["smiles"], *resolve(row["text"], row["kind"]))
                table.setdefault(row["kind"], {}).setdefault(name, Counter())[said] += 1
    return table


def print_rates(table: dict[str, dict[str, Counter[str]]]) -> None:
    """A table of right / wrong / possible / none."""
    names = list(next(iter(table.values())))
    print("right / wrong / only possible / none\n")
    print("| kind | " + " | ".join(names) + " |")
    print("| --- |" + " --- |" * len(names))
    for kind, found in table.items():
        cells = [
            " / ".join(str(found[name][said]) for said in ("right", "wrong", "possible", "none"))
            for name in names
        ]
        print(f"| {sum(found[names[0]].values())} {kind} | " + " | ".join(cells) + " |")


# --- spoilt triples --------------------------------------------------------------------------


@dataclass(frozen=True)
class Triple:
    """One substance with three true identifiers."""

    name: str
    cas: str
    smiles: str
    structure: Structure


@dataclass(frozen=True)
class Spoilt:
    """One line made from a triple, and what was done to it.

    Attributes:
        how: nothing, or which identifier was swapped or mistyped.
    """

    how: str
    shipment: Shipment


def triples(screener: Screener) -> list[Triple]:
    """True triples: ordinary chemicals, and listed ones with one structure and a CAS number."""
    with BENIGN.open(encoding="utf-8", newline="") as file:
        rows = [(r["name"], r["cas"], r["smiles"]) for r in csv.DictReader(file)]
    rows += [
        (entry.names.all()[0], entry.cas[0], entry.substance)
        for entry in screener.bundle.entries.values()
        if entry.substance is not None and len(entry.cas) == 1
    ]
    found: dict[str, Triple] = {}
    for name, cas, smiles in rows:
        if name and cas and smiles and casrn.is_valid(cas):
            with contextlib.suppress(StructureError):
                found.setdefault(cas, Triple(name, cas, smiles, read_structure(smiles)))
    return list(found.values())


def spoilt(pool: Sequence[Triple], count: int, seed: int = 7) -> Iterator[Spoilt]:
    """Lines with one identifier swapped for that of another compound, or mistyped."""
    rng = random.Random(seed)
    shapes = [
        ("name", "cas"),
        ("cas", "structure"),
        ("name", "structure"),
        ("name", "cas", "structure"),
    ]
    made = 0
    while made < count:
        one, other = rng.choice(pool), rng.choice(pool)
        if _alike(one, other):
            continue
        shape = rng.choice(shapes)
        said = {"name": one.name, "cas": one.cas, "structure": one.smiles}
        swapped = {"name": other.name, "cas": other.cas, "structure": other.smiles}
        what = rng.choice(shape)
        how = rng.choice(["swap", "swap", "swap", "typo"])
        if how == "swap":
            said[what] = swapped[what]
        elif what == "structure":
            continue
        else:
            said[what] = _mistyped(said[what], rng)
        yield Spoilt(
            f"{how} of {what} in {'+'.join(shape)}",
            Shipment(
                **{field: said[field] for field in shape},
                quantity="1 kg",
                purity="99 %",
                origin="CN",
                destination="US",
                day="2026-01-10",
            ),
        )
        made += 1


def _alike(one: Triple, other: Triple) -> bool:
    """They share a component, so that one may be a salt or form of the other."""
    left, right = ({c.smiles for c in t.structure.components} for t in (one, other))
    return bool(left & right)


def _mistyped(text: str, rng: random.Random) -> str:
    """One sign changed, dropped or swapped with the next."""
    at = rng.randrange(len(text) - 1)
    if text[at].isdigit():
        digit = rng.choice([d for d in "0123456789" if d != text[at]])
        return text[:at] + digit + text[at + 1 :]
    kind = rng.choice(["drop", "swap", "change"])
    if kind == "drop":
        return text[:at] + text[at + 1 :]
    if kind == "swap":
        return text[:at] + text[at + 1] + text[at] + text[at + 2 :]
    return text[:at] + rng.choice("abcdefghijklmnopqrstuvwxyz") + text[at + 1 :]


def told(decision: Decision) -> bool:
    """Whether the officer learns that the identifiers do not hold together."""
    return any(f.code in SPOILT for f in decision.findings)


def one_compound(decision: Decision) -> bool:
    """Whether all that the line was read as is one compound: a slip that changed nothing."""
    read = [
        frozenset(c.smiles for c in read_structure(i.smiles).components)
        for i in decision.identities
        if i.smiles
    ]
    return bool(read) and all(a & b for a in read for b in read)


def silent(screener: Screener, lines: Iterable[Spoilt]) -> tuple[Counter[str], list[Spoilt]]:
    """Counts by kind, and the lines whose fault nobody is told about.

    A mistyped name that is read as the very compound of the other cells is no fault.
    """
    counts: Counter[str] = Counter()
    missed: list[Spoilt] = []
    for line in lines:
        decision = screener.screen(line.shipment)
        counts[line.how] += 1
        if not told(decision) and not (line.how.startswith("typo") and one_compound(decision)):
            missed.append(line)
        elif decision.outcome is Outcome.NO_LISTING_FOUND and not one_compound(decision):
            counts["passed with notes only"] += 1
    return counts, missed


# --- speed -----------------------------------------------------------------------------------

FIELDS = {"structure": "smiles", "cas": "cas", "name": "name"}
"""Fields of a line, and the columns of the ordinary chemicals that they are filled from."""
KINDS = {
    "structure": ("structure",),
    "cas": ("cas",),
    "name": ("name",),
    "cas+name": ("cas", "name"),
}
"""Kinds of lines, by the fields that say what the goods are."""
WARM_UP = 60
"""Goods screened before the clock starts, by which whatever is made once is made."""
KEPT = ("systematic-*.sqlite", "unlisted-*.sqlite", "readings-*.sqlite")
"""What earlier runs leave in the cache about names and structures."""


@dataclass(frozen=True)
class Rates:
    """Rows a second of processor time, with that of Java where it was started.

    Attributes:
        new: goods that were never screened before, with nothing kept of earlier runs.
        kept: goods that an earlier run screened; this process sees each for the first time.
        again: goods that this process has screened before.
        indexed: goods that were never screened before, with the offline table indexed; None where
            no index was given.
    """

    new: float
    kept: float
    again: float
    indexed: float | None = None


def line_of(goods: dict[str, str], kind: str) -> Shipment:
    """A line of a kind."""
    said = {field: goods[FIELDS[field]] for field in KINDS[kind]}
    return Shipment(**said, origin="CN", destination="US", day="2026-01-10")


def ordinary(screener: Screener, count: int) -> list[dict[str, str]]:
    """Ordinary chemicals that lines of every kind find to be nothing listed.

    The offline table carries their names: of others nomenclature alone knows, and the second that
    it takes to start would be all that is measured.
    """
    with BENIGN.open(encoding="utf-8", newline="") as file:
        goods = [row for row in csv.DictReader(file) if row["name"] and row["cas"]]
    random.Random(5).shuffle(goods)
    found: list[dict[str, str]] = []
    for row in goods:
        if len(found) == count:
            break
        said = [screener.screen(line_of(row, kind)) for kind in KINDS]
        if all(
            decision.outcome is Outcome.NO_LISTING_FOUND
            and all(identity.via != SYSTEMATIC for identity in decision.identities)
            for decision in said
        ):
            found.append(row)
    return found


def timed(kind: str, goods: Sequence[dict[str, str]]) -> tuple[float, float]:
    """Rows a second the first time and the second time, in a process that has seen no goods."""
    screener = Screener()
    gc.freeze()  # as the commands and worker processes do
    for row in goods[:WARM_UP]:
        screener.screen(line_of(row, kind))
    lines = [line_of(row, kind) for row in goods[WARM_UP:]]
    nomenclature = installed_sources().systematic
    assert nomenclature is not None
    nomenclature.close()  # what it took for the first goods is not counted
    found = []
    for _ in range(2):
        start = processor_time()
        for line in lines:
            screener.screen(line)
        nomenclature.close()  # the system counts the time of a process when it ends
        found.append(len(lines) / (processor_time() - start))
    return found[0], found[1]


def processor_time() -> float:
    """Seconds of this process and of those that it has seen the end of."""
    ended = os.times()
    return time.process_time() + ended.children_user + ended.children_system


def speed(count: int, index: Path | None = None) -> dict[str, Rates]:
    """Rates by the kind of line, the same goods each time, each in processes of its own.

    Args:
        count: how many goods.
        index: a cache folder that holds an index of the offline table and nothing of any goods.
    """
    found: dict[str, Rates] = {}
    with tempfile.TemporaryDirectory() as folder:
        cache, goods = Path(folder) / "cache", Path(folder) / "goods.json"
        cache.mkdir(mode=0o700)
        for path in (cache_folder() or cache).iterdir():  # what is compiled of law and tables
            if not any(path.match(pattern) for pattern in KEPT):
                (cache / path.name).symlink_to(path)
        _run(cache, "--choose", str(count), str(goods))
        for kind in KINDS:
            indexed = None
            if index is not None:
                _forget(cache)
                for pattern in KEPT:
                    for path in index.glob(pattern):
                        shutil.copy(path, cache)
                indexed, _ = _run(cache, "--rate-of", kind, str(goods))
            _forget(cache)
            new, _ = _run(cache, "--rate-of", kind, str(goods))
            kept, again = _run(cache, "--rate-of", kind, str(goods))
            found[kind] = Rates(new, kept, again, indexed)
    return found


def _forget(cache: Path) -> None:
    """Removes what is kept of goods and of the table."""
    for pattern in KEPT:
        for path in cache.glob(pattern):
            path.unlink()


def _run(cache: Path, *arguments: str) -> list[float]:
    """What this module prints in another process with a cache of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.benchmarks.identification", *arguments],
        env={**os.environ, "SCREENING_CACHE": str(cache)},
        check=True,
        capture_output=True,
        text=True,
    )
    return [float(word) for word in done.stdout.split()]


def print_speed(rates: dict[str, Rates]) -> None:
    """A table of rates, each with its share of that of drawings."""
    print("rows a second of processor time (share of the rate of drawings)\n")
    print("| a line has | never seen | never seen, indexed | seen by an earlier run | seen here |")
    print("| --- | --- | --- | --- | --- |")
    drawn = rates["structure"]
    for kind, own in rates.items():
        cells = [
            "" if rate is None or of is None else f"{rate:,.0f} ({rate / of:.2f})"
            for rate, of in (
                (own.new, drawn.new),
                (own.indexed, drawn.indexed),
                (own.kept, drawn.kept),
                (own.again, drawn.again),
            )
        ]
        print(f"| {kind} only | " + " | ".join(cells) + " |")


def main() -> None:
    """Runs what is asked for."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("cases", nargs="?", type=Path)
    parser.add_argument("--swaps", type=int, metavar="ROWS")
    parser.add_argument("--speed", type=int, nargs="?", const=800, metavar="GOODS")
    parser.add_argument("--indexed", type=Path, metavar="DIR")
    parser.add_argument("--choose", nargs=2, help=argparse.SUPPRESS)
    parser.add_argument("--rate-of", nargs=2, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.speed:
        print_speed(speed(asked.speed, asked.indexed))
        return
    if asked.rate_of:
        kind, path = asked.rate_of
        print(*timed(kind, json.loads(Path(path).read_text(encoding="utf-8"))))
        return
    screener = Screener()
    if asked.choose:
        goods = ordinary(screener, int(asked.choose[0]) + WARM_UP)
        Path(asked.choose[1]).write_text(json.dumps(goods), encoding="utf-8")
    if asked.cases is not None:
        resolvers = {
            "this library": this_library(screener),
            "OPSIN": opsin_alone(),
            "chemicals, search": chemicals_search(),
            "chemicals, exact index": chemicals_exact(),
        }
        print_rates(rates(asked.cases, resolvers))
    if asked.swaps:
        counts, missed = silent(screener, spoilt(triples(screener), asked.swaps))
        for how, number in sorted(counts.items()):
            print(f"{number:>7,}  {how}")
        print(f"{len(missed):>7,}  of {asked.swaps:,} rows say nothing of their fault")
        for line in missed[:40]:
            print(
                "        ", line.how, line.shipment.name, line.shipment.cas, line.shipment.structure
            )


if __name__ == "__main__":
    main()
