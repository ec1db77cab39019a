"""``report.xlsx``: the same answers as sheets, for people who sort, filter and tick off.

Everything submitted is written as text, so no cell is ever a formula or a link. Rows stream
through: memory does not grow with the file.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from screening.decision import Decision, Hit, Outcome, Requirement, Severity
from screening.explain import lead_time
from screening.report.language import SOURCE, catalogue, message
from screening.report.rows import ReportRow, due_day, goods_of, party_of
from screening.report.tables import FORMULA_STARTS
from screening.report.words import visible, words
from screening.rules.load import Bundle

MAX_ROWS = 1_048_576
"""Rows of a sheet; further ones go to another sheet of the same name with a number."""

MAX_CELL = 32_000
"""Characters of a cell; a sheet holds at most 32,767."""

_CUT = message("… (cut here; the whole text is in decisions.csv)")

_Cell = str | int | float | dt.date | None

_LINES = (
    (message("Line"), 7),
    (message("Reference"), 14),
    (message("Goods"), 44),
    (message("Consignee"), 28),
    (message("Origin"), 16),
    (message("Transit"), 16),
    (message("Destination"), 16),
    (message("Day"), 11),
    (message("Outcome"), 17),
    (message("Action"), 15),
    (message("Entries"), 40),
    (message("Requirements"), 44),
    (message("Findings"), 44),
    (message("Officer's answer"), 24),
)
_HITS = (
    (message("Line"), 7),
    (message("Reference"), 14),
    (message("Title"), 32),
    (message("Entry"), 36),
    (message("Place"), 18),
    (message("Law asked"), 24),
    (message("Action"), 15),
    (message("Certainty"), 11),
    (message("Reading"), 24),
    (message("Rests on"), 24),
    (message("Form"), 16),
    (message("Clauses"), 10),
    (message("In force"), 14),
    (message("Until"), 14),
    (message("Why"), 60),
    (message("Legal text"), 44),
    (message("Listing checked"), 24),
    (message("Dates checked"), 24),
    (message("Component"), 40),
)
_REQUIREMENTS = (
    (message("Latest day"), 12),
    (message("Line"), 7),
    (message("Reference"), 14),
    (message("Document or act"), 44),
    (message("Form"), 20),
    (message("Who"), 14),
    (message("Authority"), 32),
    (message("Place"), 18),
    (message("Law asked"), 24),
    (message("Shipping day"), 12),
    (message("Lead time"), 26),
    (message("Certain"), 12),
    (message("To be settled"), 36),
    (message("Particulars"), 44),
    (message("Why"), 44),
    (message("On what authority"), 36),
    (message("How it was checked"), 24),
    (message("Entries"), 36),
    (message("Done on"), 12),
    (message("Done by"), 16),
)
_SUMS = (
    (message("Line"), 7),
    (message("Reference"), 14),
    (message("Entry"), 36),
    (message("Threshold"), 24),
    (message("Total"), 14),
    (message("Limit"), 14),
    (message("Over"), 8),
    (message("Period"), 16),
    (message("Lines counted"), 9),
    (message("Made up of"), 60),
    (message("Without an amount"), 10),
    (message("On what authority"), 36),
)
_FORMS = (
    (message("Line"), 7),
    (message("Reference"), 14),
    (message("Document or act"), 40),
    (message("Form"), 20),
    (message("Field"), 36),
    (message("From the line"), 44),
    (message("Missing"), 10),
)
_QUESTIONS = (
    (message("Line"), 7),
    (message("Reference"), 14),
    (message("About"), 32),
    (message("Question"), 70),
    (message("Answer"), 12),
    (message("Who"), 16),
    (message("When"), 12),
    (message("Because"), 36),
)
_ABOUT = ((message("What"), 34), (message("Says"), 100))


class _Sheet:
    """A sheet that is continued on another one when it is full."""

    def __init__(self, book: Workbook, title: str, columns: Sequence[tuple[str, int]]) -> None:
        self._book = book
        self._title = title
        self._columns = columns
        self._number = 0
        self._row = MAX_ROWS
        self._sheet: Worksheet
        self._open()

    def _open(self) -> None:
        self._number += 1
        title = self._title if self._number == 1 else f"{self._title} {self._number}"
        self._sheet = self._book.sheet(title[:31])
        for place, (heading, width) in enumerate(self._columns):
            self._sheet.set_column(place, place, width)
            self._sheet.write_string(0, place, self._book.say(heading), self._book.heading)
        self._sheet.freeze_panes(1, 2)
        self._sheet.set_landscape()
        self._sheet.set_paper(9)  # A4
        self._sheet.fit_to_pages(1, 0)
        self._sheet.repeat_rows(0)
        self._row = 0

    def add(self, *cells: _Cell) -> None:
        """Writes a row."""
        if self._row + 1 >= MAX_ROWS:
            self.close()
            self._open()
        self._row += 1
        for place, cell in enumerate(cells):
            self._book.write(self._sheet, self._row, place, cell)

    def close(self) -> None:
        """Puts the filter over what was written."""
        self._sheet.autofilter(0, 0, max(self._row, 1), len(self._columns) - 1)


class Workbook:
    """Writes ``report.xlsx`` row by row; used as a context manager.

    Args:
        path: the file to write.
        language: of headings and closed words.
    """

    def __init__(self, path: Path, *, language: str = SOURCE) -> None:
        self.say = catalogue(language).gettext
        self._words = words(language)
        self._path = path
        options = {
            "constant_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
            "tmpdir": str(path.parent),
        }
        self._book = xlsxwriter.Workbook(str(path), options)
        # a fixed day, so that the same decisions give the same bytes
        self._book.set_properties({"created": dt.datetime(2000, 1, 1)})
        plain = {"valign": "top", "text_wrap": True}
        self.heading: Format = self._book.add_format(
            {"bold": True, "text_wrap": True, "valign": "top", "bg_color": "#F4F6F8", "bottom": 2}
        )
        self._text: Format = self._book.add_format(plain)
        # the mark that keeps a text a text when a person edits its cell
        self._quoted: Format = self._book.add_format(plain | {"quote_prefix": True})
        self._day: Format = self._book.add_format(plain | {"num_format": "yyyy-mm-dd"})
        self._lines = _Sheet(self, self.say(message("All lines")), _LINES)
        self._hits = _Sheet(self, self.say(message("Hits")), _HITS)
        self._requirements = _Sheet(self, self.say(message("Requirements")), _REQUIREMENTS)
        self._sums = _Sheet(self, self.say(message("Sums")), _SUMS)
        self._forms = _Sheet(self, self.say(message("Forms")), _FORMS)
        self._questions = _Sheet(self, self.say(message("Questions")), _QUESTIONS)
        self._about = _Sheet(self, self.say(message("About")), _ABOUT)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for sheet in (
            self._lines,
            self._hits,
            self._requirements,
            self._sums,
            self._forms,
            self._questions,
            self._about,
        ):
            sheet.close()
        self._book.close()
        if kind is not None:
            self._path.unlink(missing_ok=True)

    def sheet(self, title: str) -> Worksheet:
        """A new sheet."""
        return self._book.add_worksheet(title)

    def write(self, sheet: Worksheet, row: int, place: int, cell: _Cell) -> None:
        """Writes one cell: a text as a text, whatever it looks like."""
        if cell is None or cell == "":
            return
        if isinstance(cell, dt.date):
            if cell.year >= 1900:
                sheet.write_datetime(row, place, cell, self._day)
                return
            cell = cell.isoformat()  # a sheet knows no day before 1900
        if isinstance(cell, int | float):
            sheet.write_number(row, place, cell, self._text)
            return
        text = visible(cell)
        if len(text) > MAX_CELL:
            text = text[: MAX_CELL - len(_CUT)] + self.say(_CUT)
        quoted = text.startswith(FORMULA_STARTS)
        sheet.write_string(row, place, text, self._quoted if quoted else self._text)

    def passing(self, rows: Iterable[ReportRow]) -> Iterator[ReportRow]:
        """Adds rows as they pass by, for another writer of the same rows."""
        for row in rows:
            self.add(row)
            yield row

    def add(self, row: ReportRow) -> None:
        """Adds one line to every sheet that it belongs on."""
        decision = row.decision
        said = self._words
        requirements = [r.document for r in decision.requirements]
        self._lines.add(
            row.row,
            decision.id,
            goods_of(row),
            party_of(row, "consignee"),
            decision.origin and said.place(decision.origin),
            ", ".join(said.place(code) for code in decision.transit),
            decision.destination and said.place(decision.destination),
            decision.day,
            said.outcome(decision.outcome),
            said.action(decision.action),
            "\n".join(dict.fromkeys(hit.entry for hit in decision.hits)),
            "\n".join(dict.fromkeys(requirements)),
            "\n".join(f.message for f in decision.findings if f.severity is not Severity.NOTE),
            row.settlement.in_short() if row.settlement else None,
        )
        for hit in decision.hits:
            self._hits.add(row.row, decision.id, *self._hit(hit))
        for requirement in decision.requirements:
            self._requirement(row.row, decision, requirement)
        self._ask(row)

    def _hit(self, hit: Hit) -> tuple[_Cell, ...]:
        said = self._words
        return (
            hit.title,
            hit.entry,
            said.place(hit.place),
            said.leg(hit.leg),
            said.action(hit.action),
            said.certainty(hit.certainty),
            hit.reading,
            said.basis(hit.basis),
            hit.form,
            ", ".join(hit.clauses),
            hit.in_force,
            hit.until,
            hit.explanation,
            hit.citation,
            said.mark(hit.checked.membership),
            said.mark(hit.checked.dates),
            hit.component,
        )

    def _requirement(self, row: int, decision: Decision, requirement: Requirement) -> None:
        said, say = self._words, self.say
        self._requirements.add(
            due_day(requirement, decision.day),
            row,
            decision.id,
            requirement.document,
            requirement.form,
            requirement.who,
            requirement.authority,
            said.place(requirement.jurisdiction),
            said.leg(requirement.leg),
            decision.day,
            lead_time(requirement),
            say(message("to be settled")) if requirement.conditional else say(message("due")),
            "\n".join(requirement.open),
            "\n".join(requirement.contains),
            requirement.because,
            requirement.citation,
            said.mark(requirement.checked),
            "\n".join(requirement.entries),
        )
        for total in requirement.sums:
            self._sums.add(
                row,
                decision.id,
                total.entry,
                total.threshold,
                total.total or say(message("not known")),
                total.limit or say(message("any amount")),
                say(message("yes")) if total.over else say(message("no")),
                total.period,
                total.count,
                "; ".join(f"{part.line}: {part.amount or '?'}" for part in total.lines),
                total.unread,
                total.citation,
            )
        document = (row, decision.id, requirement.document, requirement.form)
        for field in requirement.fields:
            missing = None if field.value else say(message("missing"))
            self._forms.add(*document, field.title, field.value, missing)

    def _ask(self, row: ReportRow) -> None:
        """The questions of a line, with the answers that were given."""
        if row.decision.outcome is Outcome.NO_LISTING_FOUND:
            return
        for question in row.questions():
            given = question.given
            self._questions.add(
                row.row,
                row.decision.id,
                question.about,
                question.asks,
                self._words.answer(given.answer) if given else None,
                given.who if given else None,
                given.when if given else None,
                given.why if given else question.lapsed,
            )

    def close_with(self, bundle: Bundle, facts: Mapping[str, Any], source: str) -> None:
        """Writes what the answers rest on; after the last row."""
        add, say = self._about.add, self.say
        add(say(message("“No listing found” is no clearance.")), say(_NOTICE))
        add(say(message("This report is no legal advice.")), say(_ADVICE))
        add(say(message("Screened file")), source)
        add(say(message("Bundle of lists")), bundle.digest)
        for name, value in flat(facts):
            add(name, value)
        for code, jurisdiction in bundle.jurisdictions.items():
            for watchlist in jurisdiction.lists:
                coverage = watchlist.file.coverage
                missing = f"; {'; '.join(coverage.missing)}" if coverage.missing else ""
                state = self._words.coverage(coverage.state)
                title = f"{self._words.place(code)}: {watchlist.file.title}"
                add(title, f"{state} ({coverage.as_of}){missing}")


_NOTICE = message(
    "It says only that nothing was found in the lists named here, on the shipping day, for the "
    "goods as described. Law that is not carried was not asked."
)
_ADVICE = message(
    "It points to legal texts and says why they may apply. The text in force and the competent "
    "authority decide, and a person has to judge every hit."
)


def flat(values: Mapping[str, object], prefix: str = "") -> Iterator[tuple[str, str]]:
    """The facts of a summary, as names and texts.

    >>> list(flat({"input": {"file": "a.csv", "notes": []}, "day": None}))
    [('input: file', 'a.csv')]
    """
    for key, value in values.items():
        name = f"{prefix}{key.replace('_', ' ')}"
        if isinstance(value, Mapping):
            yield from flat(value, f"{name}: ")
        elif isinstance(value, list | tuple):
            if value:
                yield name, ", ".join(str(item) for item in value)
        elif value is not None and value != "":
            yield name, str(value)
