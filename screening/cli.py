"""The command `screening`.

Results go to stdout, diagnostics to stderr. Exit codes: 0 the work was done, 2 bad usage or input
that cannot be read (watchlists with faults included), 3 ``--fail-on`` was given and met.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import io
import re
import sys
import textwrap
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NoReturn, Self, TypeVar

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from screening import checks, mutation
from screening.batch import Summary, screen_csv, software
from screening.chemistry.language import Change
from screening.chemistry.structure import read_structure
from screening.columns import parse_overrides
from screening.decision import CoverageItem, Decision, Finding, Hit, Outcome, Severity
from screening.errors import ScreeningError, ShipmentError, StructureError, WatchlistError
from screening.explain import explain_requirement
from screening.places import place_title
from screening.report.tables import Table
from screening.rules.load import Bundle, load_bundle
from screening.rules.model import Action, Coverage, Entry, FormRule, Version
from screening.rules.timeline import describe
from screening.screener import Screener
from screening.shipment import Shipment

EXIT_BAD_INPUT = 2
EXIT_FAIL_ON_MET = 3

_WIDTH = 96
_ACTIONS = {
    Action.PROHIBITED: "it is prohibited",
    Action.AUTHORISATION: "it needs an authorisation before it moves",
    Action.NOTIFICATION: "it has to be notified before it moves",
    Action.RECORD: "it needs records or a declaration",
    Action.WATCH: "it is on a list that asks for attention",
    Action.NONE_FOUND: "no duty was found",
}
_OUTCOMES = {
    Outcome.CONTROLLED: "CONTROLLED",
    Outcome.REVIEW: "REVIEW: a person must look at it",
    Outcome.UNSCREENED: "UNSCREENED: a person must identify the goods",
    Outcome.NO_LISTING_FOUND: "NO LISTING FOUND in the lists that were asked; this is no clearance",
}
_STATES = {
    Coverage.MODELLED: "modelled",
    Coverage.PARTLY: "partly modelled",
    Coverage.NOT_MODELLED: "not modelled",
}
_SEVERITIES = {Severity.STOP: "Stop", Severity.ASK: "Ask a person", Severity.NOTE: "Note"}

F = TypeVar("F", bound=Callable[..., Any])


def _day(text: str) -> dt.date:
    """A day written YYYY-MM-DD, or a usage error."""
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise click.BadParameter(f"{text!r} is not a day written YYYY-MM-DD") from None


def _columns(text: str) -> dict[str, list[str]]:
    """Headers by field, or a usage error."""
    try:
        return parse_overrides(text)
    except ShipmentError as error:
        raise click.BadParameter(str(error)) from None


def _jurisdictions(text: str) -> tuple[str, ...]:
    """Codes in lower case, or a usage error."""
    codes = tuple(c.strip().lower() for c in text.split(",") if c.strip())
    if not codes or not all(re.fullmatch(r"[a-z]{2}", c) for c in codes):
        raise click.BadParameter(f"{text!r} is no list of two-letter codes, such as us,cn,un")
    return codes


OUTCOME = click.Choice([o.value for o in Outcome])


def _bundle_options(command: F) -> F:
    """The options that choose what is screened against."""
    for option in (
        click.option(
            "--jurisdictions",
            type=_jurisdictions,
            metavar="us,cn,...",
            help="Ask only these laws, such as us,cn,un.",
        ),
        click.option(
            "--known-on",
            type=_day,
            metavar="YYYY-MM-DD",
            help="Answer with what the lists had recorded by this day.",
        ),
        click.option(
            "--watchlists",
            type=click.Path(path_type=Path),
            multiple=True,
            help="A folder of watchlists to load; may be given more than once.",
        ),
    ):
        command = option(command)
    return command


def _screener(
    watchlists: Sequence[Path],
    jurisdictions: tuple[str, ...] | None,
    known_on: dt.date | None,
) -> Screener:
    return Screener(list(watchlists) or None, jurisdictions=jurisdictions, known_on=known_on)


def _version(ctx: click.Context, _: click.Parameter, value: bool) -> None:
    if value and not ctx.resilient_parsing:
        versions = software()
        own = versions.pop("precursor-screening", "(not installed)")
        others = ", ".join(f"{name} {version}" for name, version in versions.items())
        click.echo(f"screening {own} ({others}; watchlists {load_bundle().digest[:12]})")
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


# --- csv -------------------------------------------------------------------------------------


@cli.command("csv")
@click.argument("table", type=click.Path(path_type=Path))
@click.option(
    "--out", type=click.Path(path_type=Path), required=True, help="The folder for the results."
)
@click.option(
    "--day",
    type=_day,
    metavar="YYYY-MM-DD",
    help="The shipping day of rows that state none (default: today).",
)
@click.option(
    "--override-day", type=_day, metavar="YYYY-MM-DD", help="The shipping day of every row."
)
@click.option(
    "--columns",
    type=_columns,
    metavar="FIELD=HEADER,...",
    help="Columns to use, such as structure=SMILES,name='Text A'.",
)
@click.option("--encoding", help="Encoding of the table, such as gb18030 or cp1252.")
@click.option("--separator", help="Separator of the table; write tab for a tabulator.")
@click.option("--workers", type=click.IntRange(1, 512), default=1, help="Processes that screen.")
@click.option("--resume", is_flag=True, help="Take up an interrupted run into the same folder.")
@click.option("--fail-on", type=OUTCOME, help="Exit with 3 if any row is as grave as this.")
@_bundle_options
def csv_command(
    *,
    table: Path,
    out: Path,
    day: dt.date | None,
    override_day: dt.date | None,
    columns: Mapping[str, list[str]] | None,
    encoding: str | None,
    separator: str | None,
    workers: int,
    resume: bool,
    fail_on: str | None,
    watchlists: tuple[Path, ...],
    jurisdictions: tuple[str, ...] | None,
    known_on: dt.date | None,
) -> None:
    """Screen a TABLE of shipments (CSV in any usual form) into a folder.

    Writes decisions.csv, decisions.jsonl, report.html and summary.json.
    """
    if day is not None and override_day is not None:
        raise click.UsageError("give --day or --override-day, not both")
    if separator is not None:
        separator = {"tab": "\t", "\\t": "\t"}.get(separator, separator)
        if len(separator) != 1 or separator in '\r\n"':
            raise click.BadParameter("must be one character", param_hint="--separator")
    screener = _screener(watchlists, jurisdictions, known_on)
    with _resumable(), _Bar("rows") as bar:

        def recognised(found: Table, taken_over: int) -> None:
            for line in found.describe():
                click.echo(line, err=True)
            if resume:
                said = f"{taken_over:,} rows are taken over" if taken_over else "nothing to take up"
                click.echo(f"  resume: {said}", err=True)
            bar.start(found.row_count)

        summary = screen_csv(
            table,
            out,
            screener=screener,
            day=day,
            override_day=override_day,
            columns=columns,
            workers=workers,
            encoding=encoding,
            separator=separator,
            resume=resume,
            recognised=recognised,
            progress=bar.show,
        )
    _print_summary(summary, out)
    if fail_on is not None and summary.met(Outcome(fail_on)):
        sys.exit(EXIT_FAIL_ON_MET)


@contextlib.contextmanager
def _resumable() -> Iterator[None]:
    """Says how to go on when a person interrupts the run."""
    try:
        yield
    except KeyboardInterrupt:
        click.echo("interrupted; the same command with --resume takes the run up", err=True)
        raise


def _print_summary(summary: Summary, out: Path) -> None:
    data = summary.data
    click.echo(f"{data['rows_out']:,} of {data['rows_in']:,} rows")
    for outcome, count in data["counts"]["outcomes"].items():
        click.echo(f"  {outcome:<17} {count:>9,}")
    click.echo(f"Results: {out / 'report.html'}, decisions.csv, decisions.jsonl, summary.json")


class _Bar:
    """A progress bar on a terminal; nothing in a pipe."""

    def __init__(self, what: str) -> None:
        self._what = what
        self._stack = contextlib.ExitStack()
        self._show: Callable[[int], None] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self._stack.close()

    def start(self, total: int) -> None:
        """Shows the bar if stderr is a terminal."""
        if not sys.stderr.isatty():
            return
        columns = (TextColumn(self._what), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        progress = self._stack.enter_context(Progress(*columns, console=Console(stderr=True)))
        task = progress.add_task(self._what, total=total)
        self._show = lambda done: progress.update(task, completed=done)

    def show(self, done: int) -> None:
        """Moves the bar."""
        if self._show is not None:
            self._show(done)


# --- check -----------------------------------------------------------------------------------


@cli.command("check")
@click.argument("text", required=False)
@click.option(
    "--as",
    "kind",
    type=click.Choice(["structure", "inchi", "cas", "name"]),
    help="What TEXT is, where that is not plain.",
)
@click.option("--structure", help="SMILES.")
@click.option("--inchi", help="InChI.")
@click.option("--cas", help="CAS Registry Number.")
@click.option("--name", help="Name or description of the goods.")
@click.option("--hs-code", help="Customs code.")
@click.option("--quantity", help="Such as '25 kg'.")
@click.option("--purity", help="Such as '98 %'.")
@click.option("--from", "origin", help="Country of export.")
@click.option("--to", "destination", help="Country of import.")
@click.option("--via", multiple=True, help="Country of transit; may be given more than once.")
@click.option("--day", type=_day, metavar="YYYY-MM-DD", help="The shipping day (default: today).")
@click.option("--exporter", help="Who ships.")
@click.option("--consignee", help="Who receives.")
@click.option("--end-use", help="Stated purpose.")
@click.option("--coverage", "in_full", is_flag=True, help="Say what is missing of each law too.")
@click.option("--json", "as_json", is_flag=True, help="Print the decision as JSON.")
@click.option("--fail-on", type=OUTCOME, help="Exit with 3 if the outcome is as grave as this.")
@_bundle_options
def check_command(
    *,
    text: str | None,
    kind: str | None,
    structure: str | None,
    inchi: str | None,
    cas: str | None,
    name: str | None,
    hs_code: str | None,
    quantity: str | None,
    purity: str | None,
    origin: str | None,
    destination: str | None,
    via: tuple[str, ...],
    day: dt.date | None,
    exporter: str | None,
    consignee: str | None,
    end_use: str | None,
    in_full: bool,
    as_json: bool,
    fail_on: str | None,
    watchlists: tuple[Path, ...],
    jurisdictions: tuple[str, ...] | None,
    known_on: dt.date | None,
) -> None:
    """Screen one thing: TEXT is a structure (SMILES), an InChI, a CAS number or a name."""
    said = {"structure": structure, "inchi": inchi, "cas": cas, "name": name}
    if text is None and not any((*said.values(), hs_code)):
        raise click.UsageError("say what the goods are: TEXT, --structure, --cas, --name, ...")
    screener = _screener(watchlists, jurisdictions, known_on)
    if text is not None:
        kind = kind or guess_kind(text, screener.bundle)
        if said[kind] is not None:
            raise click.UsageError(f"TEXT was read as {kind}, and --{kind} is given too; say --as")
        said[kind] = text
        click.echo(f"read as {kind}: {text}", err=True)
    decision = screener.screen(
        Shipment(
            **said,
            hs_code=hs_code,
            quantity=quantity,
            purity=purity,
            origin=origin,
            destination=destination,
            transit=via,
            day=day or dt.date.today(),
            exporter=exporter,
            consignee=consignee,
            end_use=end_use,
        )
    )
    if as_json:
        click.echo(decision.model_dump_json(indent=2))
    else:
        click.echo(advice(decision, day_given=day is not None, in_full=in_full))
    if fail_on is not None and _meets(decision, Outcome(fail_on)):
        sys.exit(EXIT_FAIL_ON_MET)


def _meets(decision: Decision, threshold: Outcome) -> bool:
    mildest = Outcome.UNSCREENED if threshold is Outcome.REVIEW else threshold
    return decision.outcome.gravity <= mildest.gravity


def guess_kind(text: str, bundle: Bundle) -> str:
    """What a text is: structure, inchi, cas or name.

    A word that is both a name of an entry and a SMILES (NPP) is the name.

    Args:
        text: what a person typed.
        bundle: whose entries have names.
    """
    text = text.strip()
    if text.startswith("InChI="):
        return "inchi"
    if re.fullmatch(r"\d{2,7}-\d{2}-\d", text):
        return "cas"
    folded = text.casefold()
    if any(folded == n.casefold() for e in bundle.entries.values() for n in e.names.all()):
        return "name"
    try:
        read_structure(text)
    except StructureError:
        # what is written in the signs of SMILES and is none must not pass as an unknown name
        smiles_only = re.fullmatch(r"[^\s,]*[=#@\[\]\\][^\s,]*", text)
        return "structure" if smiles_only and text.isascii() else "name"
    return "structure"


def advice(decision: Decision, *, day_given: bool = True, in_full: bool = False) -> str:
    """A decision as a careful colleague would put it: what, why, by when.

    Args:
        decision: the decision.
        day_given: the day was stated, not filled in.
        in_full: say what is missing of each law too.
    """
    lines = [_OUTCOMES[decision.outcome]]
    if decision.hits:
        confirmed = "" if decision.outcome is Outcome.CONTROLLED else "if confirmed, "
        lines[0] += f" - {confirmed}{_ACTIONS[decision.action]}"
    filled = "" if day_given else " (today, as no --day was given)"
    lines += ["", f"Shipping day: {decision.day}{filled}", f"Way: {_way(decision)}"]
    for identity in decision.identities:
        how = "" if identity.exact else ", possibly"
        how += ", disputed" if identity.disputed else ""
        lines += _item(f"Identified by {identity.source} {_cut(identity.text)}{how}", "")
    if decision.hits:
        lines += ["", "Why"]
        for number, hit in enumerate(decision.hits, start=1):
            lines += _hit_lines(number, hit)
    if decision.requirements:
        lines += ["", "What has to be done"]
        for requirement in decision.requirements:
            text = explain_requirement(requirement, day=decision.day)
            lines += _item(f"{text} [{requirement.citation}; checked: {requirement.checked}]")
    lines += _finding_lines(decision.findings)
    lines += ["", "What was checked", *_coverage_lines(decision.coverage, in_full=in_full)]
    return "\n".join(lines)


def _coverage_lines(coverage: Sequence[CoverageItem], *, in_full: bool) -> Iterator[str]:
    """What was checked, by jurisdiction; in short, what is missing of each law is left out."""
    if not coverage:
        yield from _item("nothing")
    if in_full:
        for item in coverage:
            missing = f"; missing: {'; '.join(item.missing)}" if item.missing else ""
            state = f"{_STATES[item.state]} as of {item.as_of}"
            yield from _item(f"{item.jurisdiction.upper()} {item.title}: {state}{missing}")
        return
    for code in dict.fromkeys(item.jurisdiction for item in coverage):
        for state, words in _STATES.items():
            found = [i for i in coverage if i.jurisdiction == code and i.state is state]
            if found:
                titles = "; ".join(i.title.partition(" (")[0] for i in found)
                as_of = min(i.as_of for i in found)
                yield from _item(f"{code.upper()}, {words} as of {as_of}: {titles}")
    if any(item.missing for item in coverage):
        yield from _item("What is missing of each is shown with --coverage.")


def _way(decision: Decision) -> str:
    stops = (decision.origin, *decision.transit, decision.destination)
    return " -> ".join(f"{place_title(s)} ({s.upper()})" if s else "not known" for s in stops)


def _hit_lines(number: int, hit: Hit) -> Iterator[str]:
    leg = f"{hit.leg.value} {hit.place.upper()}"
    yield f"  {number}. {hit.entry}: {hit.action.value}, {leg}, {hit.certainty.value}"
    yield from _item(hit.explanation, "     ")
    until = f" until {hit.until}" if hit.until else ""
    checked = f"membership {hit.checked.membership}, dates {hit.checked.dates}"
    text = f"In force since {hit.in_force}{until}: {hit.citation} [checked: {checked}]"
    yield from _item(text, "     ")
    for reading in hit.readings:
        yield from _item(f"Open: {reading.says} ({reading.who})", "     ")
    if hit.note:
        yield from _item(hit.note, "     ")


def _finding_lines(findings: Sequence[Finding]) -> Iterator[str]:
    if findings:
        yield from ("", "What else to know")
    for finding in findings:
        yield from _item(f"{_SEVERITIES[finding.severity]}: {finding.message}")


def _item(text: str, indent: str = "  - ") -> list[str]:
    """A text in lines; long structures are not broken."""
    return textwrap.wrap(
        text,
        _WIDTH,
        initial_indent=indent,
        subsequent_indent=" " * len(indent),
        break_long_words=False,
        break_on_hyphens=False,
    )


def _cut(text: str) -> str:
    return repr(text if len(text) <= 80 else text[:79] + "…")


# --- watchlist -------------------------------------------------------------------------------


@cli.group("watchlist")
def watchlist_group() -> None:
    """Look at the lists: what they hold, whether they are sound, whether they answer rightly."""


_WATCHLISTS = click.option(
    "--watchlists",
    type=click.Path(path_type=Path),
    multiple=True,
    help="A folder of watchlists to load; may be given more than once.",
)
_PATHS = click.argument("paths", type=click.Path(exists=True, path_type=Path), nargs=-1)


@watchlist_group.command("list")
@click.option("--day", type=_day, metavar="YYYY-MM-DD", help="The day asked for (default: today).")
@click.option(
    "--jurisdictions", type=_jurisdictions, metavar="us,cn,...", help="Only these, such as us,cn."
)
@_WATCHLISTS
def list_command(
    day: dt.date | None, jurisdictions: tuple[str, ...] | None, watchlists: tuple[Path, ...]
) -> None:
    """List every entry with its standing on a day."""
    bundle = load_bundle(watchlists or None)
    day = day or dt.date.today()
    shown = 0
    for code, jurisdiction in bundle.jurisdictions.items():
        if jurisdictions is not None and code not in jurisdictions:
            continue
        for watchlist in jurisdiction.lists:
            click.echo(f"{watchlist.id}: {watchlist.file.title} ({watchlist.file.instrument})")
            for entry in watchlist.entries:
                shown += 1
                standing = checks.standing_text(entry, day)
                click.echo(f"  {entry.id}\t{entry.title}\t{standing}")
    click.echo(f"{shown:,} entries as of {day}, bundle {bundle.digest[:12]}", err=True)


@watchlist_group.command("show")
@click.argument("entry_id", metavar="ENTRY")
@_WATCHLISTS
def show_command(entry_id: str, watchlists: tuple[Path, ...]) -> None:
    """Show one ENTRY (such as us/list-i/norfentanyl) with everything its list gives it."""
    bundle = load_bundle(watchlists or None)
    entry = bundle.entries.get(entry_id.removesuffix(".yaml"))
    if entry is None:
        alike = [e for e in bundle.entries if entry_id.rpartition("/")[2] in e][:8]
        hint = f"; there are {', '.join(alike)}" if alike else "; see `screening watchlist list`"
        raise click.BadParameter(f"there is no entry {entry_id!r}{hint}", param_hint="ENTRY")
    click.echo("\n".join(entry_text(entry, bundle)))


def entry_text(entry: Entry, bundle: Bundle) -> Iterator[str]:
    """An entry as readable text, line by line."""
    yield entry.id
    yield f"{entry.title} - {bundle.lists[entry.list].file.title}, {entry.instrument}"
    yield ""
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
    return "description of the goods" if entry.goods else "CAS number and name"


def _forms_text(entry: Entry) -> str:
    by_rule: dict[str, list[str]] = {}
    for name, rule in entry.forms.model_dump().items():
        if rule is not None:
            by_rule.setdefault(FormRule(rule).value, []).append(name)
    said = (f"{rule}: {', '.join(names)}" for rule, names in by_rule.items())
    return "; ".join(said).replace("_", " ")


def _field(label: str, value: str) -> list[str]:
    return _item(value, f"{label:<16}")


def _version_lines(version: Version) -> Iterator[str]:
    until = "" if version.until is None else f" until {describe(version.until)}"
    yield f"  from {describe(version.in_force)}{until}"
    yield from _item(version.citation, "      ")
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
    yield from _item("; ".join(said), "      ")
    for text in (version.says, version.still_to_read and f"Still to read: {version.still_to_read}"):
        if text:
            yield from _item(text, "      ")
    if version.withdrawn is not None:
        because = f"withdrawn on {version.withdrawn.on}: {version.withdrawn.because}"
        yield from _item(because, "      ")


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
    problems = [p for p in checks.lint(bundle) if selection.means(p.entry)]
    for problem in problems:
        click.echo(str(problem))
    errors = sum(p.level is checks.Level.ERROR for p in problems)
    warnings = len(problems) - errors
    click.echo(f"{len(wanted):,} entries: {errors} errors, {warnings} warnings", err=True)
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
    with _Bar("examples") as bar:
        bar.start(len(cases))
        for number, result in enumerate(checks.run(cases, screener), start=1):
            bar.show(number)
            if not result.passed:
                failed += 1
                click.echo(str(result))
    click.echo(f"{len(cases):,} examples: {failed:,} not as expected", err=True)
    if failed:
        sys.exit(EXIT_BAD_INPUT)


def _run_mutants(selection: checks.Selection) -> None:
    """Prints the mutants of class entries that no example kills."""
    bundle = load_bundle(selection.folders)
    classes = [e for e in selection.entries(bundle) if bundle.entries[e].class_ is not None]
    killed = equivalent = unnoticed = failing = 0
    with _Bar("entries") as bar:
        bar.start(len(classes))
        for number, report in enumerate(mutation.mutate(bundle, classes), start=1):
            bar.show(number)
            for text in report.failing:
                click.echo(f"fails without any change: {text}")
            for mutant in report.survivors:
                click.echo(f"no example notices: {mutant}")
            killed += report.killed
            equivalent += len(report.equivalent)
            unnoticed += len(report.survivors)
            failing += len(report.failing)
    click.echo(
        f"{len(classes):,} definitions, {killed + unnoticed:,} mutants: {unnoticed:,} not noticed; "
        f"{equivalent:,} more change no answer",
        err=True,
    )
    if unnoticed or failing:
        sys.exit(EXIT_BAD_INPUT)


# --- the way in ------------------------------------------------------------------------------


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
            click.echo(f"screening: {fault}", err=True)
        sys.exit(EXIT_BAD_INPUT)
    except ScreeningError as error:
        click.echo(f"screening: {error}", err=True)
        sys.exit(EXIT_BAD_INPUT)
    sys.exit(0)


if __name__ == "__main__":
    main()
