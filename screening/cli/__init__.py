"""The command `screening`.

Results go to stdout, diagnostics to stderr. Exit codes: 0 the work was done, 2 bad usage or input
that cannot be read (watchlists with faults included), 3 ``--fail-on`` was given and met.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Sequence
from typing import NoReturn

import click

from screening.batch import software
from screening.cli.common import EXIT_BAD_INPUT, say
from screening.cli.index import index_command
from screening.cli.records import (
    dispositions_command,
    replay_command,
    rescreen_command,
    schema_command,
    verify_command,
)
from screening.cli.screen import advice, check_command, csv_command, guess_kind
from screening.cli.watchlist import watchlist_group
from screening.errors import ScreeningError, WatchlistError
from screening.rules.load import load_bundle

__all__ = ["advice", "cli", "guess_kind", "main"]


def _version(ctx: click.Context, _: click.Parameter, value: bool) -> None:
    if value and not ctx.resilient_parsing:
        versions = software()
        own = versions.pop("precursor-screening", "(not installed)")
        others = ", ".join(f"{name} {version}" for name, version in versions.items())
        say(f"screening {own} ({others}; watchlists {load_bundle().digest[:12]})")
        ctx.exit()


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_version,
    help="Show the versions of the program and of its lists.",
)
def cli() -> None:
    """Say which legal entries a shipment of chemicals falls under, why, and what has to be done.

    Works offline. What is not listed here is not cleared.
    """


for command in (
    csv_command,
    check_command,
    replay_command,
    rescreen_command,
    verify_command,
    dispositions_command,
    schema_command,
    index_command,
    watchlist_group,
):
    cli.add_command(command)


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Runs the command; the entry point of the installed `screening`.

    Args:
        arguments: in place of those of the process.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a console that knows no Chinese shows escapes
            stream.reconfigure(errors="backslashreplace")
    try:
        cli.main(arguments, prog_name="screening", standalone_mode=True)
    except WatchlistError as error:
        for fault in error.faults:
            say(f"screening: {fault}", err=True)
        sys.exit(EXIT_BAD_INPUT)
    except ScreeningError as error:
        say(f"screening: {error}", err=True)
        sys.exit(EXIT_BAD_INPUT)
    sys.exit(0)
