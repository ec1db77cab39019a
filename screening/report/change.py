"""The report of a rescreen: what changed, why, and for whom, as one HTML file."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from pathlib import Path

from screening.report.language import SOURCE, catalogue, message
from screening.report.page import asset, environment, write_page
from screening.report.replay import Kind, Rescreened

_KINDS = {
    Kind.STRICTER: message("Stricter"),
    Kind.OTHERWISE: message("Otherwise different"),
    Kind.MILDER: message("Milder"),
}


def write_change_report(
    path: Path,
    result: Rescreened,
    *,
    as_of: dt.date | None,
    source: str,
    language: str = SOURCE,
) -> None:
    """Writes the report of a rescreen.

    Args:
        path: the file to write; one that is there is replaced.
        result: what the rescreen found.
        as_of: the shipping day that was asked for, None for each line's own.
        source: name of the file whose lines were asked again.
        language: of the report's own words.

    Raises:
        OSError: the file cannot be written.
    """
    counts = Counter(line.kind for line in result.changes)
    say = catalogue(language).gettext
    page = environment(language).get_template("change.html.j2")
    pieces = page.generate(
        result=result,
        as_of=as_of,
        source=source,
        kinds=[(say(_KINDS[kind]), counts[kind]) for kind in Kind],
        entries=result.by_entry(),
        style=asset("style.css"),
    )
    write_page(path, pieces)
