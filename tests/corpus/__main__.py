"""The command `python -m tests.corpus`: run, compare with what is pinned, pin anew."""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import lru_cache
from pathlib import Path

from screening.errors import StructureError
from screening.rules.index import CompiledBundle, compile_bundle
from screening.rules.load import load_bundle
from tests.corpus.corpus import (
    Chemical,
    HitRow,
    hits_of,
    read_hits,
    reason,
    sample,
    whole_corpus,
    write_hits,
)

BATCH = 500


@lru_cache(maxsize=1)
def _compiled(watchlists: tuple[Path, ...] | None) -> CompiledBundle:
    return compile_bundle(load_bundle(watchlists))


def _run(
    batch: Sequence[Chemical], watchlists: tuple[Path, ...] | None
) -> tuple[list[HitRow], list[str]]:
    """The hits of a batch, and the reasons why others were not read."""
    compiled = _compiled(watchlists)
    hits: list[HitRow] = []
    unread: list[str] = []
    for chemical in batch:
        try:
            hits += hits_of(chemical, compiled)
        except StructureError as error:
            unread.append(reason(error))
    return hits, unread


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the corpus.

    Returns:
        0 when the hits are those pinned, 1 when they differ.
    """
    parser = argparse.ArgumentParser(prog="python -m tests.corpus", description=__doc__)
    parser.add_argument("--sample", type=int, metavar="N", help="a fixed sample of N chemicals")
    parser.add_argument("--write", action="store_true", help="pin the hits of the whole corpus")
    parser.add_argument("--workers", type=int, default=1, help="processes (default: 1)")
    parser.add_argument(
        "--watchlists", type=Path, action="append", help="folders of watchlists (default: bundled)"
    )
    options = parser.parse_args(arguments)
    if options.write and options.sample is not None:
        parser.error("only the whole corpus can be pinned")
    watchlists = tuple(options.watchlists) if options.watchlists else None

    corpus = whole_corpus()
    if options.sample is not None:
        corpus = sample(corpus, options.sample)
    batches = [corpus[i : i + BATCH] for i in range(0, len(corpus), BATCH)]
    began = time.perf_counter()
    with ProcessPoolExecutor(max_workers=options.workers) as pool:
        results = list(pool.map(_run, batches, [watchlists] * len(batches)))
    hits = [row for found, _ in results for row in found]
    unread = Counter(why for _, reasons in results for why in reasons)

    seconds = time.perf_counter() - began
    print(f"{len(corpus)} chemicals, {len(hits)} hits, {unread.total()} not read, {seconds:.0f} s")
    for (entry, certainty), count in sorted(Counter((h.entry, h.certainty) for h in hits).items()):
        print(f"{count:6} {certainty:12} {entry}")
    for why, count in unread.most_common():
        print(f"{count:6} not read: {why}")
    if options.write:
        write_hits(hits)
        return 0
    within = {c.cas for c in corpus}
    pinned = {h for h in read_hits() if h.cas in within}
    gone, new = sorted(pinned - set(hits)), sorted(set(hits) - pinned)
    for sign, rows in (("-", gone), ("+", new)):
        for row in rows:
            print(sign, row.entry, row.certainty, row.name, row.cas, row.clauses, row.readings)
    return 1 if gone or new else 0


if __name__ == "__main__":
    sys.exit(main())
