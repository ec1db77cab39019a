"""What several commands share: options, the progress bar, exit codes."""

from __future__ import annotations

import contextlib
import datetime as dt
import functools
import gc
import re
import sys
import textwrap
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Self, TypeVar

import click
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TextColumn,
    TimeRemainingColumn,
)
from rich.text import Text

from screening.columns import parse_overrides
from screening.decision import Outcome
from screening.errors import ShipmentError
from screening.freshness import MAX_LIST_AGE_DAYS
from screening.report.words import visible
from screening.rules.load import DEFAULT
from screening.screener import Screener

EXIT_BAD_INPUT = 2
EXIT_FAIL_ON_MET = 3
WIDTH = 96
_MOVE = 0.1

F = TypeVar("F", bound=Callable[..., Any])
Source = str | Path
"""What `--watchlists` takes: a path, or the word for the bundled lists."""


def say(text: str, *, err: bool = False) -> None:
    """Prints text for people: what came from files or from the caller never steers their terminal.

    Args:
        text: what is said; control and direction characters in it are shown and do not act.
        err: to stderr.
    """
    click.echo(visible(text), err=err)


def day_option(text: str) -> dt.date:
    """A day written YYYY-MM-DD, or a usage error."""
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise click.BadParameter(f"{text!r} is not a day written YYYY-MM-DD") from None


def columns_option(text: str) -> dict[str, list[str]]:
    """Headers by field, or a usage error."""
    try:
        return parse_overrides(text)
    except ShipmentError as error:
        raise click.BadParameter(str(error)) from None


def codes_option(text: str) -> tuple[str, ...]:
    """Codes in lower case, or a usage error."""
    codes = tuple(c.strip().lower() for c in text.split(",") if c.strip())
    if not codes or not all(re.fullmatch(r"[a-z]{2}", c) for c in codes):
        raise click.BadParameter(f"{text!r} is no list of two-letter codes, such as us,cn,un")
    return codes


def watchlists_option(text: str) -> Source:
    """The word for the bundled lists, or a path."""
    return DEFAULT if text == DEFAULT else Path(text)


WATCHLISTS_OPTION = click.option(
    "--watchlists",
    type=watchlists_option,
    metavar="PATH|default",
    multiple=True,
    help="A folder of watchlists, a file exported from one, or `default` for the bundled lists; "
    "may be given more than once.",
)

ITEMS_OPTION = click.option(
    "--items",
    type=click.Path(path_type=Path),
    metavar="ITEMS.csv",
    help="Your own item codes: a table with the columns item and smiles, cas or name.",
)
PARTIES_OPTION = click.option(
    "--parties",
    type=click.Path(path_type=Path),
    metavar="FILE.csv",
    help="A downloaded Consolidated Screening List; names like one in it are a finding.",
)

OUTCOME = click.Choice([o.value for o in Outcome])


def _screener_to_keep(*arguments: Any, **settings: Any) -> Screener:
    """A screener for the whole life of the process.

    The garbage collector need not go through the lists again and again.
    """
    screener = Screener(*arguments, **settings)
    gc.freeze()
    return screener


def bundle_options(command: Callable[..., None]) -> Callable[..., None]:
    """The options that choose what is screened against.

    The command gets `make_screener`, which makes the screener that they ask for.
    """

    @functools.wraps(command)
    def wrapped(
        *,
        watchlists: Sequence[Source],
        jurisdictions: tuple[str, ...] | None,
        known_on: dt.date | None,
        max_list_age: int,
        items: Path | None,
        parties: Path | None,
        **others: Any,
    ) -> None:
        make_screener = functools.partial(
            _screener_to_keep,
            list(watchlists) or None,
            jurisdictions=jurisdictions,
            known_on=known_on,
            max_list_age_days=max_list_age,
            items=items,
            parties=parties,
        )
        command(make_screener=make_screener, **others)

    for option in (
        click.option(
            "--jurisdictions",
            type=codes_option,
            metavar="us,cn,...",
            help="Ask only these laws, such as us,cn,un.",
        ),
        click.option(
            "--known-on",
            type=day_option,
            metavar="YYYY-MM-DD",
            help="Answer with what the lists had recorded by this day.",
        ),
        click.option(
            "--max-list-age",
            type=click.IntRange(min=0),
            default=MAX_LIST_AGE_DAYS,
            metavar="DAYS",
            show_default=True,
            help="Say so where a list was last checked longer than this before the shipping day.",
        ),
        ITEMS_OPTION,
        PARTIES_OPTION,
        WATCHLISTS_OPTION,
    ):
        wrapped = option(wrapped)
    return wrapped


class _Rate(ProgressColumn):
    """How many are done a second."""

    def render(self, task: Task) -> Text:
        """The rate of the last half minute, or of all when it is over."""
        rate = task.finished_speed or task.speed
        return Text(
            "" if rate is None else f"{rate:,.0f} {task.description}/s", "progress.data.speed"
        )


class Bar:
    """A progress bar on a terminal, with the rate and the time left; nothing in a pipe."""

    def __init__(self, what: str) -> None:
        self._what = what
        self._stack = contextlib.ExitStack()
        self._show: Callable[[int], None] | None = None
        self._done = 0
        self._shown = 0.0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        if self._show is not None:
            self._show(self._done)
        self._stack.close()

    def start(self, total: int, *, done: int = 0) -> None:
        """Shows the bar if stderr is a terminal.

        Args:
            total: how many there are.
            done: how many of them were done before, which say nothing about the rate.
        """
        if not sys.stderr.isatty():
            return
        columns = (
            TextColumn(self._what),
            BarColumn(),
            MofNCompleteColumn(),
            _Rate(),
            TimeRemainingColumn(),
        )
        console = Console(stderr=True)
        progress = self._stack.enter_context(
            Progress(*columns, console=console, get_time=time.monotonic)
        )
        task = progress.add_task(self._what, total=total, completed=done)
        self._done = done
        self._show = lambda now: progress.update(task, completed=now)

    def show(self, done: int) -> None:
        """Moves the bar, a few times a second at most."""
        if self._show is None:
            return
        self._done = done
        now = time.monotonic()
        if now - self._shown >= _MOVE:
            self._shown = now
            self._show(done)


def bullet(text: str, indent: str = "  - ") -> list[str]:
    """A text in lines; long structures are not broken."""
    return textwrap.wrap(
        text,
        WIDTH,
        initial_indent=indent,
        subsequent_indent=" " * len(indent),
        break_long_words=False,
        break_on_hyphens=False,
    )
