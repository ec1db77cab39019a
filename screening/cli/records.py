"""`screening replay`, `rescreen`, `verify`, `dispositions`, `schema`: what a run left behind."""

from __future__ import annotations

import contextlib
import csv
import dataclasses
import datetime as dt
import io
import json
import sys
from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import click

from screening.batch import UNSAFE, screen_safely, settled_row
from screening.cli.common import (
    EXIT_BAD_INPUT,
    ITEMS_OPTION,
    PARTIES_OPTION,
    WATCHLISTS_OPTION,
    Bar,
    Source,
    bullet,
    columns_option,
    day_option,
    say,
)
from screening.decision import Decision, FindingCode
from screening.errors import InputFileError
from screening.report.change import write_change_report
from screening.report.dispositions import template
from screening.report.language import languages
from screening.report.lines import UNKNOWN, Line, published_schema, read_lines
from screening.report.replay import (
    LineChange,
    Rescreened,
    change,
    differences,
    ordered,
    proof_faults,
    shipment_of,
)
from screening.report.seal import LINES_FILE, SEAL_FILE, verify
from screening.report.sources import open_table
from screening.report.words import words
from screening.screener import Screener
from screening.shipment import Shipment
from screening.sums import Note, RowSums, counted

_REMEMBERED = 10_000

_LINES = click.argument("decisions", type=click.Path(path_type=Path))


def _lines_path(path: Path) -> Path:
    """The ``decisions.jsonl`` that a person means: the file, or the folder it is in."""
    return path / LINES_FILE if path.is_dir() else path


class _Again:
    """Screens lines again under the settings that each was made with; equal ones once.

    Args:
        watchlists: folders, none for the bundled lists.
        items: the caller's own table of items.
        parties: a downloaded list of parties.
    """

    def __init__(
        self, watchlists: Sequence[Source], items: Path | None, parties: Path | None
    ) -> None:
        self._watchlists = list(watchlists) or None
        self._items = items
        self._parties = parties
        self._screeners: dict[tuple[dt.date | None, tuple[str, ...] | None, int], Screener] = {}
        self._seen: OrderedDict[object, Decision] = OrderedDict()
        self._sums: dict[Screener, RowSums] = {}

    def screener(self, line: Decision) -> Screener:
        """The screener with the settings of a line."""
        provenance = line.provenance
        for option, asked, given in (
            ("--items", provenance.items, self._items),
            ("--parties", provenance.parties, self._parties),
        ):
            if asked is not None and given is None:  # without it findings would be lost in silence
                raise click.UsageError(
                    f"the run was made with a file of {option[2:]} (sha256 {asked[:12]}); give it, "
                    f"or a newer one, with {option}"
                )
        key = (provenance.known_on, provenance.jurisdictions, provenance.max_list_age_days)
        if key not in self._screeners:
            self._screeners[key] = Screener(
                self._watchlists,
                jurisdictions=provenance.jurisdictions,
                known_on=provenance.known_on,
                max_list_age_days=provenance.max_list_age_days,
                items=self._items,
                parties=self._parties,
            )
        return self._screeners[key]

    def screen(self, line: Decision, shipment: Shipment) -> Decision:
        """The decision for a line, asked again."""
        screener = self.screener(line)
        plain = dataclasses.replace(shipment, id=None)
        key = (id(screener), plain, line.read_findings)
        if key not in self._seen:
            self._seen[key] = screen_safely(screener, plain, line.read_findings)
            if len(self._seen) > _REMEMBERED:
                self._seen.popitem(last=False)
        return self._seen[key]

    def count(
        self,
        path: Path,
        history: Sequence[Path],
        as_of: dt.date | None = None,
        *,
        every: bool = True,
    ) -> None:
        """Counts lines towards thresholds, as when their file was screened.

        Args:
            path: the lines.
            history: earlier runs that counted with them.
            as_of: the shipping day to ask for, in place of each line's own.
            every: count also lines that hit nothing when they were screened.
        """
        for line in read_lines(path):
            shipment = shipment_of(line)
            if shipment is None or _died(line) or not (every or line.hits):
                continue
            note = self._note(line, self.screen(line, _on(shipment, as_of)))
            if note is not None:
                screener = self.screener(line)
                if screener not in self._sums:
                    self._sums[screener] = RowSums(screener.bundle, history)
                self._sums[screener].add(note)

    def settled(self, line: Line, decision: Decision) -> Decision:
        """The decision for a line, from the sums of all lines."""
        note = self._note(line, decision)
        sums = self._sums.get(self.screener(line))
        totals = None if note is None or sums is None else sums.beyond(note)
        if sums is None or totals is None:
            return decision
        return settled_row(decision, sums, totals)

    def _note(self, line: Line, decision: Decision) -> Note | None:
        # asking for another day moves no goods: they count in the period in which they ship
        shipped = decision.model_copy(update={"day": line.day})
        counts = counted(shipped, self.screener(line).bundle)
        return None if counts is None else Note(row=line.row, row_id=line.id, line=counts)

    def close(self) -> None:
        """Frees the sums."""
        for sums in self._sums.values():
            sums.close()


def _on(shipment: Shipment, day: dt.date | None) -> Shipment:
    return shipment if day is None else dataclasses.replace(shipment, day=day)


_HISTORY = click.option(
    "--history",
    type=click.Path(path_type=Path),
    multiple=True,
    help="decisions.jsonl of an earlier run that counted towards thresholds; in the same order.",
)


@click.command("replay")
@_LINES
@_HISTORY
@click.option("--show", type=int, default=20, show_default=True, help="Differences to print.")
@ITEMS_OPTION
@PARTIES_OPTION
@WATCHLISTS_OPTION
def replay_command(
    decisions: Path,
    history: tuple[Path, ...],
    show: int,
    items: Path | None,
    parties: Path | None,
    watchlists: tuple[Source, ...],
) -> None:
    """Derive every line of DECISIONS (a decisions.jsonl or its folder) again and compare.

    Each line is asked again under its own settings, every member of the answer is compared, and
    the proofs as written are checked by the verifier. Exits with 2 if anything differs.
    """
    path = _lines_path(decisions)
    again = _Again(watchlists, items, parties)
    click.get_current_context().with_resource(contextlib.closing(again))
    again.count(path, history, every=False)
    same = proofs = shown = unknown = 0
    different: list[int] = []
    without: list[int] = []
    others: set[str] = set()
    for line in _with_bar(path):
        shipment = shipment_of(line)
        if shipment is None or _died(line):
            without.append(line.row)
            continue
        now = again.settled(line, again.screen(line, shipment))
        screener = again.screener(line)
        faults = proof_faults(line, screener.compiled)
        proofs += _proof_count(line)
        others |= _other_makers(line, now)
        unknown += not line.coverage_known and line.provenance.bundle != now.provenance.bundle
        found = [str(d) for d in differences(line, now)] + list(faults)
        if not found:
            same += 1
            continue
        different.append(line.row)
        for text in found:
            shown += 1
            if shown <= show:
                say(f"row {line.row}{f' ({line.id})' if line.id else ''}: {text}")
    if shown > show:
        say(f"... and {shown - show:,} more differences (--show {shown})")
    for text in sorted(others):
        say(f"note: {text}", err=True)
    if unknown:
        said = "what was checked is not compared, as the summary.json of the run is not beside it"
        say(f"note: {unknown:,} lines: {said}", err=True)
    if without:
        say(f"{len(without):,} rows carry no input that can be asked again", err=True)
    total = same + len(different)
    say(
        f"{total:,} lines replayed: {same:,} identical, {len(different):,} different; "
        f"{proofs:,} class proofs checked"
    )
    if different:
        sys.exit(EXIT_BAD_INPUT)


def _with_bar(path: Path) -> Iterator[Line]:
    with Bar("rows") as bar:
        try:
            with path.open("rb") as stream:
                bar.start(sum(1 for _ in stream))
        except OSError as error:
            reason = f"cannot be read ({error.strerror})"
            raise InputFileError(path, reason, "name a decisions.jsonl or its folder") from None
        for number, line in enumerate(read_lines(path), start=1):
            yield line
            bar.show(number)


def _died(line: Decision) -> bool:
    """A line that killed its process must not kill this one."""
    return any(
        f.code is FindingCode.NOT_PROCESSED and f.message.startswith(UNSAFE) for f in line.findings
    )


def _proof_count(line: Decision) -> int:
    return sum((hit.proof.basis == "class") + len(hit.also) for hit in line.hits)


def _other_makers(line: Decision, now: Decision) -> set[str]:
    """What else could explain a difference: other lists or other software."""
    found = set()
    old, new = line.provenance, now.provenance
    if old.bundle != new.bundle:
        found.add(f"made with the lists {old.bundle[:12]}; replayed with {new.bundle[:12]}")
    for name, version in old.software.items():
        if new.software.get(name) != version:
            found.add(f"made with {name} {version}; replayed with {new.software.get(name)}")
    for name, was, is_now in (
        ("items", old.items, new.items),
        ("parties", old.parties, new.parties),
    ):
        if was != is_now:
            found.add(f"made with {name} {_short(was)}; replayed with {_short(is_now)}")
    return found


def _short(digest: str | None) -> str:
    return digest[:12] if digest else "none"


@click.command("rescreen")
@_LINES
@_HISTORY
@click.option(
    "--as-of",
    type=day_option,
    metavar="YYYY-MM-DD",
    help="The shipping day to ask for, in place of each line's own.",
)
@click.option(
    "--out", type=click.Path(path_type=Path), help="Write the report as an HTML file, too."
)
@click.option(
    "--language", type=click.Choice(languages()), default="en", help="Language of the HTML file."
)
@ITEMS_OPTION
@PARTIES_OPTION
@WATCHLISTS_OPTION
def rescreen_command(
    decisions: Path,
    history: tuple[Path, ...],
    as_of: dt.date | None,
    out: Path | None,
    language: str,
    items: Path | None,
    parties: Path | None,
    watchlists: tuple[Source, ...],
) -> None:
    """Ask every line of DECISIONS again: for another day, or of newer lists; say what changed."""
    path = _lines_path(decisions)
    again = _Again(watchlists, items, parties)
    click.get_current_context().with_resource(contextlib.closing(again))
    again.count(path, history, as_of)
    changes: list[LineChange] = []
    not_asked: list[int] = []
    count = 0
    for line in _with_bar(path):
        shipment = shipment_of(line)
        if shipment is None or _died(line):
            not_asked.append(line.row)
            continue
        count += 1
        now = again.settled(line, again.screen(line, _on(shipment, as_of)))
        bundle = again.screener(line).bundle
        found = change(line, now, bundle=bundle, route=words().route(now))
        if found is not None:
            changes.append(found)
    result = Rescreened(count, tuple(not_asked), ordered(changes))
    say("\n".join(rescreen_text(result, as_of)))
    if out is not None:
        write_change_report(out, result, as_of=as_of, source=str(path.name), language=language)
        say(f"Report: {out}", err=True)


def rescreen_text(result: Rescreened, as_of: dt.date | None) -> Iterator[str]:
    """What a rescreen found, for a terminal.

    Args:
        result: what it found.
        as_of: the day that was asked for, None for each line's own.
    """
    day = f" as of {as_of}" if as_of else ""
    kinds = dict.fromkeys(dict.fromkeys(line.kind for line in result.changes), 0)
    for line in result.changes:
        kinds[line.kind] += 1
    split = ", ".join(f"{count:,} {kind}" for kind, count in kinds.items())
    changed = f"{len(result.changes):,} changed" + (f" ({split})" if split else "")
    yield f"{result.lines:,} lines asked again{day}: {changed}"
    if result.not_asked:
        yield f"{len(result.not_asked):,} lines carry no input that can be asked again"
    for title, why, lines in result.by_entry():
        yield ""
        yield title
        yield from bullet(why, "  ")
        for line in lines:
            hit = next(h for h in line.hits if h.why == why and title.startswith(h.title))
            moved = f"{hit.before or 'not listed'} -> {hit.after or 'not listed'}"
            reference = line.reference or f"row {line.row}"
            whom = f", for {line.consignee}" if line.consignee else ""
            yield from bullet(f"{reference}: {line.goods} ({line.route}{whom}): {moved}", "  - ")


@click.command("verify")
@click.argument("folder", type=click.Path(path_type=Path))
@click.option(
    "--input",
    "table",
    type=click.Path(path_type=Path),
    help="The table that was screened, to compare its rows too.",
)
@click.option("--digest", help="The digest of the seal, as it was kept elsewhere.")
@click.option(
    "--dispositions",
    type=click.Path(path_type=Path),
    help="The answers that the run was given, to compare them too.",
)
@click.option("--columns", type=columns_option, help="As for the run, if they were given.")
@click.option("--encoding", help="Of the table, as for the run.")
@click.option("--separator", help="Of the table, as for the run.")
def verify_command(
    folder: Path,
    table: Path | None,
    digest: str | None,
    dispositions: Path | None,
    columns: Mapping[str, list[str]] | None,
    encoding: str | None,
    separator: str | None,
) -> None:
    """Tell what was altered in the FOLDER of a sealed run; exits with 2 if anything was."""
    rows = None
    if table is not None:
        read = open_table(table, encoding=encoding, separator=separator, columns=columns)
        rows = (row.cells for row in read.rows())
    sealed = verify(folder, rows=rows, digest=digest, dispositions=dispositions)
    for alteration in sealed.alterations:
        say(str(alteration))
    for name in sealed.unsealed:
        say(f"note: {name} is not part of the seal", err=True)
    said = "altered" if sealed.alterations else "intact"
    say(f"{said}: {sealed.lines:,} lines sealed; {SEAL_FILE} has the digest {sealed.digest}")
    if digest is None and not sealed.alterations:
        said = (
            "give --digest with the one you kept to be sure that the seal itself is the first one"
        )
        say(f"note: {said}", err=True)
    if sealed.alterations:
        sys.exit(EXIT_BAD_INPUT)


@click.command("dispositions")
@_LINES
def dispositions_command(decisions: Path) -> None:
    """Print a dispositions.csv to fill in: every question of DECISIONS once.

    Fill in answer (released, held or refused), who, when and why; until is optional, and a
    reference limits an answer to that line. Give it to `screening csv --dispositions`.
    """
    stream = io.StringIO()
    lines = ((line.id, line) for line in read_lines(_lines_path(decisions), UNKNOWN))
    csv.writer(stream, lineterminator="\n").writerows(template(lines))
    click.echo(stream.getvalue(), nl=False)


@click.command("schema")
def schema_command() -> None:
    """Print the JSON Schema of a line of decisions.jsonl."""
    click.echo(json.dumps(json.loads(published_schema()), indent=2))
