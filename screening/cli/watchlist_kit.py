"""`screening watchlist coverage`, `diff`, `export`: what the lists hold and what changed."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import click

from screening.cli.common import (
    WATCHLISTS_OPTION,
    Bar,
    Source,
    bullet,
    codes_option,
    columns_option,
    day_option,
    say,
    watchlists_option,
)
from screening.coverage import CoverageReport, LawState, PlaceState, coverage_report
from screening.impact import LineChange, changed_lines
from screening.places import place_title
from screening.report.sources import open_table
from screening.report.tables import Table
from screening.rules.bundle_file import write_bundle_file
from screening.rules.differences import Difference, Kind, compare_bundles, compare_days
from screening.rules.load import load_bundle, watchlist_folders
from screening.rules.model import Coverage
from screening.screener import Screener

_STATES = {
    Coverage.MODELLED: "modelled",
    Coverage.PARTLY: "partly modelled",
    Coverage.NOT_MODELLED: "not modelled",
}
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


# --- coverage --------------------------------------------------------------------------------


@click.command("coverage")
@click.option("--jurisdictions", type=codes_option, metavar="us,cn,...", help="Only these.")
@click.option("--json", "as_json", is_flag=True, help="Print it as JSON.")
@WATCHLISTS_OPTION
def coverage_command(
    jurisdictions: tuple[str, ...] | None, as_json: bool, watchlists: tuple[Source, ...]
) -> None:
    """Say what is modelled of each law, as of when, what is missing, and which law is not here."""
    report = coverage_report(load_bundle(watchlists or None))
    if jurisdictions is not None:
        kept = tuple(place for place in report.places if place.code in jurisdictions)
        report = dataclasses.replace(report, places=kept)
    if as_json:
        click.echo(_json(dataclasses.asdict(report)))
        return
    for line in _coverage_lines(report, everywhere=jurisdictions is None):
        say(line)


def _coverage_lines(report: CoverageReport, *, everywhere: bool) -> Iterator[str]:
    for place in report.places:
        if place.has_law or not everywhere:
            yield from _place_lines(place)
    if not everywhere:
        return
    if report.union_only:
        yield "Only the law of their union is modelled, not their own"
        yield from bullet(_named(report.union_only), "  ")
    yield f"No law is modelled for {len(report.not_modelled)} places; a shipment to one says so"
    yield from bullet(_named(report.not_modelled), "  ")


def _place_lines(place: PlaceState) -> Iterator[str]:
    more = [f"with the law of {', '.join(place.unions)}"] if place.unions else []
    more += [f"shares {', '.join(place.shares)}"] if place.shares else []
    yield f"{place.title} ({place.code}){''.join(f'; {text}' for text in more)}"
    for law in place.laws:
        yield from bullet(_law_text(law))
        for missing in law.missing:
            yield from bullet(f"missing: {missing}", "      ")
    yield ""


def _law_text(law: LawState) -> str:
    if law.list is None:
        return f"{law.title}: {_STATES[law.state]} (as of {law.as_of})"
    return (
        f"{law.list}: {_STATES[law.state]} as of {law.as_of}, {law.entries:,} entries, last "
        f"checked {law.last_checked}: {law.title}"
    )


def _named(codes: Sequence[str]) -> str:
    return ", ".join(f"{place_title(code)} ({code})" for code in codes)


# --- export ----------------------------------------------------------------------------------


@click.command("export")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@WATCHLISTS_OPTION
def export_command(file: Path, watchlists: tuple[Source, ...]) -> None:
    """Write the lists into one FILE, to archive, send, or load offline with --watchlists FILE.

    The same lists give the same bytes. Loading checks every part of the file against its digest.
    """
    bundle = load_bundle(watchlists or None)
    written = write_bundle_file(file, watchlist_folders(watchlists or None), bundle=bundle.digest)
    say(f"{file}: {len(bundle.entries):,} entries in {len(written.files):,} files")
    say(f"  bundle {bundle.digest}")
    say(f"  file   {written.digest}")


# --- diff ------------------------------------------------------------------------------------


@click.command("diff")
@click.argument("before", metavar="A")
@click.argument("after", metavar="B")
@click.option(
    "--against",
    type=click.Path(path_type=Path),
    metavar="SHIPMENTS.csv",
    help="Show the lines of a table whose answer changes.",
)
@click.option(
    "--day",
    type=day_option,
    metavar="YYYY-MM-DD",
    help="The shipping day of lines that state none (default: today).",
)
@click.option(
    "--columns",
    type=columns_option,
    metavar="FIELD=HEADER,...",
    help="Columns to use, such as structure=SMILES.",
)
@click.option("--jurisdictions", type=codes_option, metavar="us,cn,...", help="Only these laws.")
@click.option("--json", "as_json", is_flag=True, help="Print it as JSON.")
@WATCHLISTS_OPTION
def diff_command(
    *,
    before: str,
    after: str,
    against: Path | None,
    day: dt.date | None,
    columns: Mapping[str, list[str]] | None,
    jurisdictions: tuple[str, ...] | None,
    as_json: bool,
    watchlists: tuple[Source, ...],
) -> None:
    """Say in words what changed from A to B.

    A and B are two bundles (a folder, an exported file, or `default`), or two days of one: then
    every change of the law between them is told on its day. With --against the lines of a table
    are screened twice, and those whose answer changes are shown with what changes it: against both
    bundles on their own day, or on both days.
    """
    days = _two_days(before, after)
    if days is None and watchlists:
        raise click.UsageError("--watchlists goes with two days; A and B name the bundles here")
    sources: list[Sequence[Source] | None]
    if days is None:
        sources = [[watchlists_option(before)], [watchlists_option(after)]]
        bundles = [load_bundle(source) for source in sources]
        found = compare_bundles(*bundles)
    else:
        sources = [list(watchlists) or None]
        bundles = [load_bundle(sources[0])]
        found = compare_days(bundles[0], *days)
    if jurisdictions is not None:
        found = tuple(d for d in found if d.item.partition("/")[0] in jurisdictions)
    table = None if against is None else open_table(against, columns=columns)
    lines: list[LineChange] = []
    if table is not None:
        screeners = [Screener(source, jurisdictions=jurisdictions) for source in sources]
        day = day or dt.date.today()
        lines = list(_lines(table, screeners[0], screeners[-1], day=day, days=days))
    if as_json:
        data: dict[str, object] = {
            "before": before,
            "after": after,
            "bundles": [bundle.digest for bundle in bundles],
            "differences": [dataclasses.asdict(d) for d in found],
        }
        if table is not None:
            data["lines"] = [dataclasses.asdict(line) for line in lines]
        click.echo(_json(data))
        return
    for text in _difference_lines(found, by_day=days is not None):
        say(text)
    say(f"{len(found):,} differences from {before} to {after}", err=True)
    if table is not None:
        for text in _impact_lines(lines):
            say(text)
        other = sum(line.outcome_changes for line in lines)
        said = f"{len(lines):,} of {table.row_count:,} lines change, {other:,} in their outcome"
        say(said, err=True)


def _two_days(before: str, after: str) -> tuple[dt.date, dt.date] | None:
    """Two days, None for two bundles."""
    given = [_DAY.fullmatch(text) is not None for text in (before, after)]
    if not any(given):
        return None
    if not all(given):
        raise click.UsageError("A and B must both be days, or both be bundles")
    days = day_option(before), day_option(after)
    if days[0] >= days[1]:
        raise click.UsageError(f"{after} is not later than {before}")
    return days


def _lines(
    table: Table,
    before: Screener,
    after: Screener,
    *,
    day: dt.date,
    days: tuple[dt.date, dt.date] | None,
) -> Iterator[LineChange]:
    with Bar("lines") as bar:
        bar.start(table.row_count)
        changes = changed_lines(table, before, after, day=day, days=days)
        for number, change in enumerate(changes, start=1):
            bar.show(number)
            if change is not None:
                yield change


def _difference_lines(found: Sequence[Difference], *, by_day: bool) -> Iterator[str]:
    """The differences in words: by day, or by what was added, removed and changed."""
    if by_day:
        for day in dict.fromkeys(d.when for d in found):
            yield str(day)
            for difference in found:
                if difference.when == day:
                    yield from bullet(str(dataclasses.replace(difference, when=None)))
        return
    for kind in Kind:
        of_kind = [d for d in found if d.kind is kind]
        if of_kind:
            yield kind.value.capitalize()
        for difference in of_kind:
            yield from bullet(str(difference))


def _impact_lines(lines: Sequence[LineChange]) -> Iterator[str]:
    if lines:
        yield "Lines whose answer changes"
    for line in lines:
        name = f"line {line.row}" + (f" ({line.id})" if line.id else "")
        before, after = (
            f"{outcome.value}, {action.value}"
            for outcome, action in (
                (line.before, line.action_before),
                (line.after, line.action_after),
            )
        )
        said = f"{before} -> {after}" if before != after else f"{before}, on other grounds"
        days = " and ".join(str(day) for day in dict.fromkeys(line.days))
        yield from bullet(f"{name}, shipping {days}: {said}")
        for cause in line.causes:
            yield from bullet(str(cause), "      ")


def _json(data: object) -> str:
    return json.dumps(data, ensure_ascii=False, indent=2, default=str)
