"""`screening index`: what the offline table leads to, found ahead."""

from __future__ import annotations

from collections.abc import Sequence

import click

from screening.cli.common import WATCHLISTS_OPTION, Bar, Source, say
from screening.rules.cache import cache_folder
from screening.screener import Screener
from screening.table_index import index_table


@click.command("index")
@click.option("--workers", type=click.IntRange(1, 512), default=1, help="Processes that index.")
@WATCHLISTS_OPTION
def index_command(workers: int, watchlists: Sequence[Source]) -> None:
    """Index the offline table, so that names and numbers never seen before are screened faster.

    For every substance of the extra `registry` it finds whether it meets anything of the lists, and
    whether nomenclature (extra `systematic`) reads its names as it; screening finds the same row by
    row. The index is kept in your cache folder, for these lists and versions. A command that was
    interrupted goes on where it was.
    """
    screener = Screener(list(watchlists) or None)
    with Bar("substances") as bar:
        done = index_table(
            screener,
            workers=workers,
            started=lambda total, before: bar.start(total, done=before),
            progress=bar.show,
        )
    if done.without is not None:
        say(f"note: names were not indexed: {done.without}", err=True)
    if done.left_out:
        left = f"{done.left_out:,} substances could not be indexed"
        say(f"note: {left}; they are read when they come", err=True)
    say(
        f"{done.substances:,} substances, {done.taken_over:,} of them indexed before; "
        f"{done.structures:,} structures and {done.names:,} spellings of names added; "
        f"{done.size / 1e6:,.0f} MB in {cache_folder()}"
    )
