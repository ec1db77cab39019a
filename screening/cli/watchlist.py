"""`screening watchlist`: the lists looked at, checked and tried."""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Iterator
from pathlib import Path

import click

from screening import checks, mutation
from screening.chemistry.language import Change
from screening.cli.common import (
    EXIT_BAD_INPUT,
    WATCHLISTS_OPTION,
    Bar,
    Source,
    bullet,
    codes_option,
    day_option,
    say,
)
from screening.cli.watchlist_kit import (
    coverage_command,
    diff_command,
    export_command,
)
from screening.cli.watchlist_new import new_command
from screening.entry_prose import picture, prose, timeline
from screening.report.entry_page import write_entry_page
from screening.report.page import write_page
from screening.rules.load import Bundle, load_bundle
from screening.rules.model import Entry, FormRule, Version
from screening.rules.timeline import describe
from screening.schemas import write_schemas
from screening.screener import Screener


@click.group("watchlist")
def watchlist_group() -> None:
    """Look at the lists: what they hold, whether they are sound, whether they answer rightly."""


for command in (coverage_command, diff_command, export_command, new_command):
    watchlist_group.add_command(command)

_PATHS = click.argument("paths", type=click.Path(exists=True, path_type=Path), nargs=-1)


@watchlist_group.command("list")
@click.option(
    "--day", type=day_option, metavar="YYYY-MM-DD", help="The day asked for (default: today)."
)
@click.option(
    "--jurisdictions", type=codes_option, metavar="us,cn,...", help="Only these, such as us,cn."
)
@WATCHLISTS_OPTION
def list_command(
    day: dt.date | None, jurisdictions: tuple[str, ...] | None, watchlists: tuple[Source, ...]
) -> None:
    """List every entry with its standing on a day."""
    bundle = load_bundle(watchlists or None)
    day = day or dt.date.today()
    shown = 0
    for code, jurisdiction in bundle.jurisdictions.items():
        if jurisdictions is not None and code not in jurisdictions:
            continue
        for watchlist in jurisdiction.lists:
            say(f"{watchlist.id}: {watchlist.file.title} ({watchlist.file.instrument})")
            for entry in watchlist.entries:
                shown += 1
                standing = checks.standing_text(entry, day)
                say(f"  {entry.id}\t{entry.title}\t{standing}")
    say(f"{shown:,} entries as of {day}, bundle {bundle.digest[:12]}", err=True)


@watchlist_group.command("show")
@click.argument("entry_id", metavar="ENTRY")
@click.option(
    "--html",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Write it as a page with its picture.",
)
@click.option(
    "--picture",
    "drawn",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Write its picture (SVG).",
)
@WATCHLISTS_OPTION
def show_command(
    entry_id: str, html: Path | None, drawn: Path | None, watchlists: tuple[Source, ...]
) -> None:
    """Show one ENTRY (such as us/list-i/norfentanyl): in sentences, its days, every detail."""
    bundle = load_bundle(watchlists or None)
    entry = bundle.entries.get(entry_id.removesuffix(".yaml"))
    if entry is None:
        alike = [e for e in bundle.entries if entry_id.rpartition("/")[2] in e][:8]
        hint = f"; there are {', '.join(alike)}" if alike else "; see `screening watchlist list`"
        raise click.BadParameter(f"there is no entry {entry_id!r}{hint}", param_hint="ENTRY")
    if drawn is not None:
        write_page(drawn, [picture(entry)])
    if html is not None:
        write_entry_page(html, entry, bundle)
    say("\n".join(entry_text(entry, bundle)))


def entry_text(entry: Entry, bundle: Bundle) -> Iterator[str]:
    """An entry as readable text, line by line."""
    yield entry.id
    yield ""
    for paragraph in prose(entry, bundle):
        yield from bullet(paragraph, "")
        yield ""
    yield "Timeline"
    for period in timeline(entry):
        cited = f" ({period.citation})" if period.citation else ""
        yield from bullet(f"{period.says}{cited}", f"  {period.days:<26}")
    yield ""
    yield "Details"
    fields: dict[str, str | None] = {
        "paragraph": entry.paragraph,
        "authority": entry.authority,
        "codes": ", ".join(f"{k} {v}" for k, v in entry.codes.items()),
        "CAS": ", ".join(entry.cas),
        "customs codes": ", ".join(entry.hs),
        "structure": entry.substance,
        "recognised by": _recognised_by(entry),
        "counter-ion": "the ion in a salt counts as the substance"
        if entry.as_counter_ion
        else "the ion in a salt does not count",
        "reaches": ", ".join(entry.applies_to) if entry.applies_to else None,
        "yields to": ", ".join(entry.yields_to),
        "surveillance": "the list only asks for attention" if entry.surveillance else None,
    }
    for label, value in fields.items():
        if value:
            yield from _field(label, value)
    for language, names in entry.names.model_dump().items():
        if names:
            yield from _field(f"names ({language})", "; ".join(names))
    for smiles, name in entry.aliases.items():
        yield from _field("also", f"{name}: {smiles}")
    actions = entry.action.model_dump(exclude_none=True)
    yield from _field("action", ", ".join(f"{leg} {action}" for leg, action in actions.items()))
    yield from _field("forms", _forms_text(entry))
    if entry.says:
        yield from _field("says", entry.says)
    yield ""
    yield "Versions"
    for version in entry.versions:
        yield from _version_lines(version)
    if entry.class_ is not None:
        yield from _class_lines(entry)


def _recognised_by(entry: Entry) -> str:
    if entry.substance is not None:
        return "structure, CAS number, name"
    if entry.class_ is not None:
        return "class definition"
    if entry.party:
        return "name of the party"
    return "description of the goods" if entry.goods else "CAS number and name"


def _forms_text(entry: Entry) -> str:
    by_rule: dict[str, list[str]] = {}
    for name, rule in entry.forms.model_dump().items():
        if rule is not None:
            by_rule.setdefault(FormRule(rule).value, []).append(name)
    said = (f"{rule}: {', '.join(names)}" for rule, names in by_rule.items())
    return "; ".join(said).replace("_", " ")


def _field(label: str, value: str) -> list[str]:
    return bullet(value, f"{label:<16}")


def _version_lines(version: Version) -> Iterator[str]:
    until = "" if version.until is None else f" until {describe(version.until)}"
    yield f"  from {describe(version.in_force)}{until}"
    yield from bullet(version.citation, "      ")
    checked = f"membership {version.checked.membership}, dates {version.checked.dates}"
    said = [f"checked: {checked}", f"recorded {version.recorded}"]
    if version.published:
        said.append(f"published {version.published}")
    if version.clauses is not None:
        said.append(f"clauses {', '.join(version.clauses)}")
    if version.action is not None:
        actions = version.action.model_dump(exclude_none=True)
        said.append("action " + ", ".join(f"{k} {v}" for k, v in actions.items()))
    if version.forms is not None:
        own = version.forms.model_dump(exclude_none=True)
        said.append("forms " + ", ".join(f"{k} {v}" for k, v in own.items()).replace("_", " "))
    yield from bullet("; ".join(said), "      ")
    for text in (version.says, version.still_to_read and f"Still to read: {version.still_to_read}"):
        if text:
            yield from bullet(text, "      ")
    if version.withdrawn is not None:
        because = f"withdrawn on {version.withdrawn.on}: {version.withdrawn.because}"
        yield from bullet(because, "      ")


def _class_lines(entry: Entry) -> Iterator[str]:
    definition = entry.class_
    if definition is None:
        return
    member = "is a member" if definition.reference_is_member else "is no member itself"
    yield ""
    yield "Definition"
    yield from _field("reference", f"{definition.reference_name}, which {member}")
    yield from _field("", definition.reference)
    yield from _field("skeleton", definition.skeleton)
    for name, position in definition.positions.items():
        yield from _field(f"position {name}", f"{position.title} ({position.kind})")
    for name, clause in definition.clauses.items():
        yield from _field(f"clause {name}", f"{clause.says} [{_change_text(clause)}]")
    for name, reading in definition.readings.items():
        yield from _field(f"reading {name}", f"{reading.says} ({reading.who})")
        for change in reading.allows:
            extends = f"clause {change.clause}: " if change.clause else ""
            yield from _field("", f"allows {extends}{_change_text(change)}")
        if reading.releases:
            yield from _field("", f"releases {', '.join(reading.releases)}")
    if definition.limits.max_mass is not None:
        yield from _field("limit", f"neutral parent of at most {definition.limits.max_mass} g/mol")
    for exception in definition.excepts:
        yield from _field("except", f"{exception.structure}: {exception.because}")


def _change_text(change: Change) -> str:
    parts = [f"at {', '.join(change.at)}"]
    for verb in ("becomes", "bears", "joins", "carrying"):
        words = getattr(change, verb)
        if words:
            parts.append(f"{verb} {', '.join(words)}")
    if change.max_carbons is not None:
        parts.append(f"up to {change.max_carbons} carbons")
    if change.max_count is not None:
        parts.append(f"up to {change.max_count} groups")
    return "; ".join(parts)


@watchlist_group.command("lint")
@_PATHS
def lint_command(paths: tuple[Path, ...]) -> None:
    """Load watchlists and print every fault and problem.

    PATHS are watchlist folders, or jurisdictions, lists or entries inside one; default: the bundled
    lists. Exits with 2 if there is any error.
    """
    selection = checks.select(paths)
    bundle = load_bundle(selection.folders)
    wanted = selection.entries(bundle)
    problems = checks.lint(bundle, selection.files, selection.means)
    for problem in problems:
        say(str(problem))
    errors = sum(p.level is checks.Level.ERROR for p in problems)
    warnings = len(problems) - errors
    say(f"{len(wanted):,} entries: {errors} errors, {warnings} warnings", err=True)
    if errors:
        sys.exit(EXIT_BAD_INPUT)


@watchlist_group.command("test")
@click.option(
    "--mutate",
    is_flag=True,
    help="Change each class definition bit by bit and show which changes no example notices.",
)
@_PATHS
def run_examples(paths: tuple[Path, ...], *, mutate: bool) -> None:
    """Put the examples of entries through the screen: those in the files, and generated ones.

    PATHS are watchlist folders, or jurisdictions, lists or entries inside one; default: the bundled
    lists. Exits with 2 if any answer is not the expected one, or if a change goes unnoticed.
    """
    selection = checks.select(paths)
    if mutate:
        _run_mutants(selection)
        return
    screener = Screener(list(selection.folders) if selection.folders else None)
    cases = list(checks.cases(screener.bundle, selection.entries(screener.bundle)))
    failed = 0
    with Bar("examples") as bar:
        bar.start(len(cases))
        for number, result in enumerate(checks.run(cases, screener), start=1):
            bar.show(number)
            if not result.passed:
                failed += 1
                say(str(result))
    pins = checks.pins(screener.bundle, selection.entries(screener.bundle))
    for text in pins.missing:
        say(text)
    say(f"{len(cases):,} examples: {failed:,} not as expected", err=True)
    say(str(pins), err=True)
    if failed or pins.missing:
        sys.exit(EXIT_BAD_INPUT)


def _run_mutants(selection: checks.Selection) -> None:
    """Prints the mutants of class entries that no example kills."""
    bundle = load_bundle(selection.folders)
    classes = [e for e in selection.entries(bundle) if bundle.entries[e].class_ is not None]
    killed = equivalent = unnoticed = failing = 0
    with Bar("entries") as bar:
        bar.start(len(classes))
        for number, report in enumerate(mutation.mutate(bundle, classes), start=1):
            bar.show(number)
            for text in report.failing:
                say(f"fails without any change: {text}")
            for mutant in report.survivors:
                say(f"no example notices: {mutant}")
            killed += report.killed
            equivalent += len(report.equivalent)
            unnoticed += len(report.survivors)
            failing += len(report.failing)
    say(
        f"{len(classes):,} definitions, {killed + unnoticed:,} mutants: {unnoticed:,} not noticed; "
        f"{equivalent:,} more change no answer",
        err=True,
    )
    if unnoticed or failing:
        sys.exit(EXIT_BAD_INPUT)


@watchlist_group.command("schema")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
def schema_command(folder: Path) -> None:
    """Write the JSON Schemas of watchlist files into FOLDER/_schema, for editors."""
    for path in write_schemas(folder):
        say(str(path))
