"""`screening csv` and `screening check`: shipments through the screen."""

from __future__ import annotations

import contextlib
import datetime as dt
import re
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from importlib import import_module
from pathlib import Path

import click

from screening.batch import Summary, screen_csv
from screening.chemistry.inchikey import read_inchikey
from screening.chemistry.structure import read_structure
from screening.cli.common import (
    EXIT_FAIL_ON_MET,
    OUTCOME,
    Bar,
    bullet,
    bundle_options,
    columns_option,
    day_option,
    say,
)
from screening.decision import (
    CoverageItem,
    Decision,
    Finding,
    FindingCode,
    Hit,
    Outcome,
    Requirement,
    Severity,
)
from screening.errors import StructureError
from screening.explain import document_title, explain_amounts, lead_time
from screening.guard import Limits
from screening.places import place_title
from screening.report.dispositions import read_dispositions
from screening.report.language import languages
from screening.report.tables import Table
from screening.rules.load import Bundle
from screening.rules.model import Action, Coverage
from screening.screener import Screener
from screening.shipment import Shipment

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


@click.command("csv")
@click.argument("table", type=click.Path(path_type=Path))
@click.option(
    "--out", type=click.Path(path_type=Path), required=True, help="The folder for the results."
)
@click.option(
    "--day",
    type=day_option,
    metavar="YYYY-MM-DD",
    help="The shipping day of rows that state none (default: today).",
)
@click.option(
    "--override-day", type=day_option, metavar="YYYY-MM-DD", help="The shipping day of every row."
)
@click.option(
    "--origin",
    metavar="PLACE",
    help="The country of export of rows that state none, such as those of an SDF file.",
)
@click.option(
    "--destination", metavar="PLACE", help="The country of import of rows that state none."
)
@click.option(
    "--transit",
    metavar="PLACE",
    multiple=True,
    help="A place of transit of rows that state none; may be given more than once.",
)
@click.option(
    "--columns",
    type=columns_option,
    metavar="FIELD=HEADER,...",
    help="Columns to use, such as structure=SMILES,name='Text A'.",
)
@click.option("--encoding", help="Encoding of the table, such as gb18030 or cp1252.")
@click.option("--separator", help="Separator of the table; write tab for a tabulator.")
@click.option("--workers", type=click.IntRange(1, 512), default=1, help="Processes that screen.")
@click.option(
    "--engine",
    "engine_name",
    type=click.Choice(["local", "dask"]),
    default="local",
    help="Where rows are screened: in processes of this machine, or on a cluster of Dask.",
)
@click.option(
    "--scheduler",
    metavar="ADDRESS",
    help="Scheduler of a running cluster of Dask, such as tcp://10.0.0.5:8786; without it "
    "`--engine dask` starts a cluster of --workers processes on this machine.",
)
@click.option(
    "--history",
    type=click.Path(path_type=Path),
    multiple=True,
    help="decisions.jsonl of an earlier run, whose lines count towards thresholds; may be given "
    "more than once.",
)
@click.option(
    "--cache",
    type=click.Path(path_type=Path),
    metavar="FOLDER",
    help="Keep results there: a row seen before, under the same lists and settings, is not "
    "screened again.",
)
@click.option("--resume", is_flag=True, help="Take up an interrupted run into the same folder.")
@click.option("--fail-on", type=OUTCOME, help="Exit with 3 if any row is as grave as this.")
@click.option(
    "--dispositions",
    type=click.Path(path_type=Path),
    help="Officers' answers to earlier questions (see `screening dispositions`).",
)
@click.option("--seal", is_flag=True, help="Link and seal the results, for `screening verify`.")
@click.option(
    "--language", type=click.Choice(languages()), default="en", help="Language of the report."
)
@bundle_options
def csv_command(
    *,
    table: Path,
    out: Path,
    day: dt.date | None,
    override_day: dt.date | None,
    origin: str | None,
    destination: str | None,
    transit: tuple[str, ...],
    columns: Mapping[str, list[str]] | None,
    encoding: str | None,
    separator: str | None,
    workers: int,
    engine_name: str,
    cache: Path | None,
    scheduler: str | None,
    history: tuple[Path, ...],
    resume: bool,
    fail_on: str | None,
    dispositions: Path | None,
    seal: bool,
    language: str,
    make_screener: Callable[[], Screener],
) -> None:
    """Screen a TABLE of shipments into a folder.

    TABLE is CSV or TSV in any usual form, Parquet, SDF or a SMILES file.

    Writes decisions.csv, decisions.jsonl, report.html, report.xlsx and summary.json, and seal.json
    with --seal.
    """
    if day is not None and override_day is not None:
        raise click.UsageError("give --day or --override-day, not both")
    if separator is not None:
        separator = {"tab": "\t", "\\t": "\t"}.get(separator, separator)
        if len(separator) != 1 or separator in '\r\n"':
            raise click.BadParameter("must be one character", param_hint="--separator")
    if scheduler is not None and engine_name != "dask":
        raise click.UsageError("--scheduler goes with --engine dask")
    engine = None
    if engine_name == "dask":
        engine = import_module("screening.engines").DaskEngine(scheduler=scheduler, workers=workers)
    answers = read_dispositions(dispositions) if dispositions is not None else None
    screener = make_screener()
    with _resumable(), Bar("rows") as bar:

        def recognised(found: Table, taken_over: int) -> None:
            for line in found.describe():
                say(line, err=True)
            filled = [("origin", origin), ("destination", destination)]
            given = [
                f"{name} {p}" for name, p in [*filled, *(("transit", p) for p in transit)] if p
            ]
            if given:
                say(f"  rows that state none: {', '.join(given)}", err=True)
            if resume:
                said = f"{taken_over:,} rows are taken over" if taken_over else "nothing to take up"
                say(f"  resume: {said}", err=True)
            bar.start(found.row_count, done=taken_over)

        summary = screen_csv(
            table,
            out,
            screener=screener,
            day=day,
            override_day=override_day,
            origin=origin,
            destination=destination,
            transit=transit,
            columns=columns,
            workers=workers,
            encoding=encoding,
            separator=separator,
            resume=resume,
            history=history,
            recognised=recognised,
            progress=bar.show,
            dispositions=answers,
            seal=seal,
            language=language,
            limits=Limits(),
            engine=engine,
            cache=cache,
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
        say("interrupted; the same command with --resume takes the run up", err=True)
        raise


def _print_summary(summary: Summary, out: Path) -> None:
    """The essential of a run in ten lines."""
    data = summary.data
    timings, counts = data["timings"], data["counts"]
    took = f"{timings['total_s']:,.0f} s ({timings['rows_per_s']:,.0f} rows a second)"
    lists = f"lists {data['bundle'][:12]}"
    say(f"{data['rows_out']:,} of {data['rows_in']:,} rows in {took}; {lists}")
    actions = [f"{a} {n:,}" for a, n in counts["actions"].items() if n and a != "none_found"]
    settled = ", ".join(f"{n:,} {answer}" for answer, n in (data.get("settled") or {}).items() if n)
    remarks = {
        Outcome.CONTROLLED: f"with review: {', '.join(actions)}" if actions else "",
        Outcome.REVIEW: f"of these settled: {settled}" if settled else "a person must look",
        Outcome.UNSCREENED: "a person must identify the goods",
        Outcome.NO_LISTING_FOUND: "in the lists that were asked; this is no clearance",
    }
    for name, count in counts["outcomes"].items():
        remark = remarks[Outcome(name)] if count else ""
        say(f"  {name:<17} {count:>9,}  {remark}".rstrip())
    for title, found in (("Entries", counts["entries"]), ("Findings", counts["findings"])):
        most = sorted(found.items(), key=lambda item: (-item[1], item[0]))[:3]
        if most:
            say(f"{title} most met: {', '.join(f'{name} ({n:,})' for name, n in most)}")
    say(f"Results: {out / 'report.html'}, and beside it report.xlsx, decisions.csv, ...")
    if "seal" in data:
        say(f"Sealed: {data['seal']['digest']} (keep this elsewhere)")


@click.command("check")
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
@click.option("--formula", help="Molecular formula.")
@click.option("--item", help="Your own item code; needs --items.")
@click.option("--hs-code", help="Customs code.")
@click.option("--un-number", help="Transport number, such as UN1090.")
@click.option("--quantity", help="Such as '25 kg'.")
@click.option("--purity", help="Such as '98 %'.")
@click.option("--from", "origin", help="Country of export.")
@click.option("--to", "destination", help="Country of import.")
@click.option("--via", multiple=True, help="Country of transit; may be given more than once.")
@click.option("--broker", help="Country from which somebody arranges a deal between others.")
@click.option(
    "--day", type=day_option, metavar="YYYY-MM-DD", help="The shipping day (default: today)."
)
@click.option(
    "--ordered", type=day_option, metavar="YYYY-MM-DD", help="The day of the order or contract."
)
@click.option("--exporter", help="Who ships.")
@click.option("--exporter-address", help="Where the exporter is.")
@click.option("--consignee", help="Who receives.")
@click.option("--consignee-address", help="Where the consignee is.")
@click.option("--customer", help="What the consignee is to the exporter: regular or new.")
@click.option("--end-use", help="Stated purpose.")
@click.option("--transport", help="Means of transport and route.")
@click.option("--net-weight", help="Such as '1000 kg'.")
@click.option("--gross-weight", help="Such as '1080 kg'.")
@click.option(
    "--history",
    type=click.Path(path_type=Path),
    multiple=True,
    help="decisions.jsonl of an earlier run, whose lines count towards thresholds.",
)
@click.option("--coverage", "in_full", is_flag=True, help="Say what is missing of each law too.")
@click.option("--json", "as_json", is_flag=True, help="Print the decision as JSON.")
@click.option("--fail-on", type=OUTCOME, help="Exit with 3 if the outcome is as grave as this.")
@bundle_options
def check_command(
    *,
    text: str | None,
    kind: str | None,
    structure: str | None,
    inchi: str | None,
    cas: str | None,
    name: str | None,
    formula: str | None,
    item: str | None,
    hs_code: str | None,
    un_number: str | None,
    quantity: str | None,
    purity: str | None,
    origin: str | None,
    destination: str | None,
    via: tuple[str, ...],
    broker: str | None,
    day: dt.date | None,
    ordered: dt.date | None,
    exporter: str | None,
    exporter_address: str | None,
    consignee: str | None,
    consignee_address: str | None,
    customer: str | None,
    end_use: str | None,
    transport: str | None,
    net_weight: str | None,
    gross_weight: str | None,
    history: tuple[Path, ...],
    in_full: bool,
    as_json: bool,
    fail_on: str | None,
    make_screener: Callable[[], Screener],
) -> None:
    """Screen one thing: TEXT is a structure (SMILES), an InChI, a CAS number or a name."""
    said = {"structure": structure, "inchi": inchi, "cas": cas, "name": name}
    if text is None and not any((*said.values(), formula, item, hs_code, un_number)):
        raise click.UsageError("say what the goods are: TEXT, --structure, --cas, --name, ...")
    screener = make_screener()
    if text is not None:
        kind = kind or guess_kind(text, screener.bundle)
        if said[kind] is not None:
            raise click.UsageError(f"TEXT was read as {kind}, and --{kind} is given too; say --as")
        said[kind] = text
        say(f"read as {kind}: {text}", err=True)
    decision = screener.screen(
        Shipment(
            **said,
            formula=formula,
            item=item,
            hs_code=hs_code,
            un_number=un_number,
            quantity=quantity,
            purity=purity,
            origin=origin,
            destination=destination,
            transit=via,
            broker=broker,
            day=day or dt.date.today(),
            ordered=ordered,
            exporter=exporter,
            exporter_address=exporter_address,
            consignee=consignee,
            consignee_address=consignee_address,
            customer=customer,
            end_use=end_use,
            transport=transport,
            net_weight=net_weight,
            gross_weight=gross_weight,
        ),
        history=screener.ledger(*history) if history else None,
    )
    if as_json:
        click.echo(decision.model_dump_json(indent=2))
    else:
        say(advice(decision, day_given=day is not None, in_full=in_full, today=dt.date.today()))
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
    if text.startswith("InChI=") or read_inchikey(text) is not None:
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


def advice(
    decision: Decision,
    *,
    day_given: bool = True,
    in_full: bool = False,
    today: dt.date | None = None,
) -> str:
    """A decision as a careful colleague would put it: what, why, by when.

    Args:
        decision: the decision.
        day_given: the day was stated, not filled in.
        in_full: say what is missing of each law too.
        today: the day on which it is read, to say which deadlines have passed; None says none.
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
        lines += bullet(f"Identified by {identity.source} {_cut(identity.text)}{how}", "")
    lines += _in_short(decision, today)
    if decision.requirements:
        lines += ["", "What has to be done"]
        for requirement in sorted(decision.requirements, key=_by_day):
            lines += _requirement_lines(requirement, today)
    if decision.hits:
        lines += ["", "Why"]
        for number, hit in enumerate(decision.hits, start=1):
            lines += _hit_lines(number, hit)
    lines += _finding_lines(decision.findings)
    if decision.hits and decision.advance_data and decision.advance_data.missing:
        lines += ["", f"Data of the shipment: {decision.advance_data.score:.0%} complete"]
        lines += bullet(f"missing: {'; '.join(decision.advance_data.missing)}")
    lines += ["", "What was checked", *_coverage_lines(decision.coverage, in_full=in_full)]
    return "\n".join(lines)


def _in_short(decision: Decision, today: dt.date | None) -> Iterator[str]:
    """The advice in two or three sentences."""
    said: list[str] = []
    if decision.action is Action.PROHIBITED and decision.outcome is Outcome.CONTROLLED:
        said.append("Do not ship.")
    first = next(iter(sorted(decision.requirements, key=_by_day)), None)
    if first is not None and first.due is not None:
        passed = today is not None and first.due < today
        when = f"by {first.due}" + (", which has passed" if passed else "")
        said.append(f"First comes {document_title(first)}, {when} ({first.who}).")
        if passed and decision.action is not Action.PROHIBITED:
            said.append("Move the shipping day or ask the authority.")
    open_ = {text for r in decision.requirements for text in r.open}
    asked = len(open_) + sum(
        f.severity is Severity.ASK and f.code is not FindingCode.MIXTURE_QUESTION
        for f in decision.findings
    )
    if asked and decision.hits:
        said.append(
            "One point has to be settled first; it is marked below."
            if asked == 1
            else f"{asked} points have to be settled first; they are marked below."
        )
    if said:
        yield from ("", "In short", *bullet(" ".join(said), "  "))


def _by_day(requirement: Requirement) -> tuple[bool, dt.date]:
    """The earliest first; what has no day last."""
    return requirement.due is None, requirement.due or dt.date.max


def _requirement_lines(requirement: Requirement, today: dt.date | None) -> Iterator[str]:
    """One requirement: the day and the document, then who, why and on what authority."""
    when = "no set day" if requirement.due is None else f"by {requirement.due}"
    if requirement.due is not None and today is not None and requirement.due < today:
        when += " (has passed)"
    leg = f"{requirement.leg.value} {requirement.jurisdiction.upper()}"
    yield from bullet(f"{when}: {document_title(requirement)} [{leg}]")
    parts = [f"Who: {requirement.who}", f"to: {requirement.authority}"]
    if requirement.lead_days is not None:
        parts.append(lead_time(requirement))
    yield from bullet("; ".join(parts) + ".", "    ")
    if requirement.open:
        yield from bullet(f"To settle first: {'; '.join(requirement.open)}", "    ")
    why = f"Why: {' '.join(requirement.because.split())}"
    yield from bullet(" ".join((why, *explain_amounts(requirement))), "    ")
    if requirement.contains and not requirement.fields:
        yield from bullet(f"It must contain: {'; '.join(requirement.contains)}.", "    ")
    missing = [f.title for f in requirement.fields if f.value is None]
    if requirement.fields:
        known = len(requirement.fields) - len(missing)
        text = f"It asks for {len(requirement.fields)} things, of which {known} are known here"
        text += f". Missing: {'; '.join(missing)}." if missing else "."
        yield from bullet(text, "    ")
    yield from bullet(f"{requirement.citation} [checked: {requirement.checked}]", "    ")


def _coverage_lines(coverage: Sequence[CoverageItem], *, in_full: bool) -> Iterator[str]:
    """What was checked, by jurisdiction; in short, what is missing of each law is left out."""
    if not coverage:
        yield from bullet("nothing")
    if in_full:
        for item in coverage:
            missing = f"; missing: {'; '.join(item.missing)}" if item.missing else ""
            state = f"{_STATES[item.state]} as of {item.as_of}"
            yield from bullet(f"{item.jurisdiction.upper()} {item.title}: {state}{missing}")
        return
    for code in dict.fromkeys(item.jurisdiction for item in coverage):
        for state, words in _STATES.items():
            found = [i for i in coverage if i.jurisdiction == code and i.state is state]
            if found:
                titles = "; ".join(i.title.partition(" (")[0] for i in found)
                as_of = min(i.as_of for i in found)
                yield from bullet(f"{code.upper()}, {words} as of {as_of}: {titles}")
    if any(item.missing for item in coverage):
        yield from bullet("What is missing of each is shown with --coverage.")


def _way(decision: Decision) -> str:
    stops = (decision.origin, *decision.transit, decision.destination)
    return " -> ".join(f"{place_title(s)} ({s.upper()})" if s else "not known" for s in stops)


def _hit_lines(number: int, hit: Hit) -> Iterator[str]:
    leg = f"{hit.leg.value} {hit.place.upper()}"
    yield f"  {number}. {hit.entry}: {hit.action.value}, {leg}, {hit.certainty.value}"
    yield from bullet(hit.explanation, "     ")
    until = f" until {hit.until}" if hit.until else ""
    checked = f"membership {hit.checked.membership}, dates {hit.checked.dates}"
    text = f"In force since {hit.in_force}{until}: {hit.citation} [checked: {checked}]"
    yield from bullet(text, "     ")
    for reading in hit.readings:
        yield from bullet(f"Open: {reading.says} ({reading.who})", "     ")
    if hit.note:
        yield from bullet(hit.note, "     ")


def _finding_lines(findings: Sequence[Finding]) -> Iterator[str]:
    if findings:
        yield from ("", "What else to know")
    for finding in findings:
        yield from bullet(f"{_SEVERITIES[finding.severity]}: {finding.message}")


def _cut(text: str) -> str:
    return repr(text if len(text) <= 80 else text[:79] + "…")
