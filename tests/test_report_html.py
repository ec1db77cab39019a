"""The officer's report: complete, readable without a script, inert to whatever was submitted."""

from __future__ import annotations

import datetime as dt
import re
import shutil
import subprocess
from collections.abc import Iterator
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import pytest

from screening.decision import (
    CoverageItem,
    Decision,
    FindingCode,
    Identity,
    Outcome,
    Provenance,
    Reading,
    Severity,
)
from screening.report import html as report
from screening.report.html import ReportRow, write_report
from screening.rules.model import Action, Checked, Coverage, Mark
from tests import factories as make

VOID = {"meta", "br", "input", "link", "img", "hr", "col"}

EVIL = (
    "</td></table><script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '" onmouseover="alert(1)" x="',
    "' autofocus onfocus=alert(1) '",
    "{{ 7 * 7 }}{% raw %}",
    "<!-- --><![CDATA[",
    "javascript:alert(1)",
    "</style><style>*{display:none}</style>",
    "</svg><foreignObject><iframe src='//evil.example/'>",
    "&lt;script&gt;&#x3c;b&#x3e;",
    "nul\x00 escape\x1b[31m override\u202egnp.exe surrogate\ud800",
    '=HYPERLINK("http://evil.example/","x")',
)


class Page(HTMLParser):
    """A parsed report: elements, their texts, and whether tags balance."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.source = text
        self.open: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.by_id: dict[str, list[str]] = {}
        self._ids: list[str | None] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)
            self._ids.append(dict(attrs).get("id"))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open[-1:] == [tag], f"</{tag}> does not close {self.open[-1:]}"
        self.open.pop()
        self._ids.pop()

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] in {"script", "style"}:
            return
        self.texts.append(data)
        for name in self._ids:
            if name is not None:
                self.by_id.setdefault(name, []).append(data)

    @property
    def text(self) -> str:
        """All that is read, spaces folded."""
        return " ".join(" ".join(self.texts).split())

    def part(self, name: str) -> str:
        """All that is read inside the element of an id."""
        return " ".join(" ".join(self.by_id[name]).split())

    def tags(self, name: str) -> list[dict[str, str | None]]:
        """The attributes of every element of a name."""
        return [attrs for tag, attrs in self.elements if tag == name]


def written(tmp_path: Path, *rows: ReportRow, **options: object) -> Page:
    """The report of some rows, parsed."""
    path = tmp_path / "report.html"
    write_report(path, iter(rows), bundle=make.bundle(), **options)  # type: ignore[arg-type]
    return Page(path.read_text("utf-8"))


def row(number: int = 1, decision: Decision | None = None, **submitted: str) -> ReportRow:
    """One line of the report."""
    return ReportRow(number, submitted, decision or make.decision())


ASYMMETRY = make.finding(
    FindingCode.ASYMMETRY,
    Severity.ASK,
    "Listed at the destination since 2018-02-06, not at the origin: the importer needs a permit.",
)


def sample_rows() -> list[ReportRow]:
    """One line of every outcome."""
    return [
        row(1, make.decision(hits=(make.hit(also=(make.second_proof(),)),)), name="fentanyl"),
        row(2, make.unlisted(id="A-2"), name="acetone"),
        row(
            3,
            make.decision(outcome=Outcome.REVIEW, hits=(make.class_hit(),), findings=(ASYMMETRY,)),
            品名="芬太尼",
        ),
        row(
            4,
            make.unlisted(
                outcome=Outcome.UNSCREENED,
                identities=(),
                findings=(
                    make.finding(FindingCode.NO_IDENTITY, Severity.ASK, "Nothing to go by."),
                ),
            ),
            name="drum 7",
        ),
    ]


@pytest.fixture
def page(tmp_path: Path) -> Page:
    """A report with one line of every outcome."""
    return written(tmp_path, *sample_rows(), title="Screening of drums")


class TestReading:
    """What an officer reads."""

    def test_summary_counts_lines_by_outcome_and_action(self, page: Page) -> None:
        """Every outcome and action is counted, those without lines too."""
        summary = page.part("summary")
        for outcome in ("Controlled 1", "Review 1", "Unscreened 1", "No listing found 1"):
            assert outcome in summary
        assert "Authorisation 2" in summary
        assert "None found 2" in summary
        assert "Prohibited 0" in summary

    def test_every_line_is_in_the_overview_once_and_in_order(self, page: Page) -> None:
        """Nothing is dropped, whatever its outcome."""
        lines = [a["data-line"] for a in page.tags("tr") if "data-line" in a]
        assert lines == ["1", "2", "3", "4"]

    def test_cards_only_where_something_was_found(self, page: Page) -> None:
        """A line without a listing has no card; every other line has one."""
        assert [a["id"] for a in page.tags("article")] == ["line-1", "line-3", "line-4"]

    def test_every_hit_has_sentence_citation_dates_and_how_it_was_checked(
        self, tmp_path: Path
    ) -> None:
        """A hit that cannot be looked up is no defended hit."""
        hits = (
            make.hit(until="2030-01-01", note="The entry is under revision."),
            make.class_hit(
                checked=Checked(membership=Mark.UNVERIFIED, dates=Mark.PRIMARY), surveillance=True
            ),
            make.hit(
                citation="Regulation 7 of 1999", proof=make.identifier_proof(), component=None
            ),
        )
        card = written(tmp_path, row(1, make.decision(hits=hits))).part("line-1")
        for hit in hits:
            for text in (hit.citation, hit.explanation, hit.instrument, hit.authority, hit.entry):
                assert text in card
            assert f"since {hit.in_force}" in card
        assert "2030-01-01 is the first day on which it no longer is" in card
        assert "The entry is under revision." in card
        assert "That it is listed: not verified: from memory" in card
        assert "The dates: read in commentary on the law" in card
        assert "asks for attention only" in card

    def test_an_arguable_hit_says_what_each_reading_would_mean(self, page: Page) -> None:
        """Reading, its text, who says so, and what follows if it holds or not."""
        (reading,) = make.class_hit().readings
        card = page.part("line-3")
        for text in ("Arguable", reading.name, reading.says, reading.who, "If the reading holds"):
            assert text in card
        assert "If the reading holds" not in page.part("line-1")

    def test_an_arguable_prohibition_does_not_read_like_one_that_stands(
        self, tmp_path: Path
    ) -> None:
        """Where only an arguable hit prohibits, what holds in any case is said first."""
        hits = (make.class_hit(action=Action.PROHIBITED), make.hit(action=Action.NOTIFICATION))
        page = written(tmp_path, row(1, make.decision(hits=hits, action=Action.PROHIBITED)))
        for part in ("row-1", "line-1"):
            assert "Notification, arguably prohibited" in page.part(part)
        firm = make.decision(hits=(make.hit(action=Action.PROHIBITED),), action=Action.PROHIBITED)
        assert "arguably" not in written(tmp_path, row(1, firm)).part("line-1")

    def test_clause_table_names_place_group_and_law(self, page: Page) -> None:
        """The proof is laid out line by line, in the entry's words."""
        card = page.part("line-3")
        assert "by any aromatic monocycle" in card
        assert "c1ccc(F)cc1 (aromatic monocycle; atoms 6 to 12)" in card
        assert "Every atom is accounted for exactly once" in card

    def test_second_proofs_are_shown_with_their_citation(self, page: Page) -> None:
        """A named substance that also meets a class says so."""
        card = page.part("line-1")
        assert "It also meets a class: Fentanyl-related substances (definite)" in card
        assert make.second_proof().citation in card

    def test_requirements_say_document_authority_who_and_latest_day(self, tmp_path: Path) -> None:
        """Where a lead time is known the latest day is counted back; otherwise none is invented."""
        due = (make.requirement(), make.requirement(document="Import permit", lead_days=None))
        page = written(
            tmp_path, row(1, make.decision(requirements=due)), written_on=dt.date(2025, 11, 6)
        )
        card = page.part("line-1")
        for text in (
            "Export permit (form 161)",
            "exporter",
            "Office of Tests",
            "2025-11-05",
            "at least 15 calendar days before shipping",
            "This day has passed.",
            "name and quantity; consignee",
            "Rule 312.21",
            "No lead time was read. Ask the authority.",
        ):
            assert text in card
        assert card.count("This day has passed.") == 1

    def test_no_day_has_passed_that_has_not(self, tmp_path: Path) -> None:
        """On the latest day itself there is time; without a day of writing nothing is said."""
        for written_on in (dt.date(2025, 11, 5), None):
            page = written(tmp_path, row(1), written_on=written_on)
            assert "has passed" not in page.text

    def test_a_hit_without_requirements_is_not_said_to_need_none(self, tmp_path: Path) -> None:
        """Silence of the lists is not read as freedom."""
        page = written(tmp_path, row(1, make.decision(requirements=())))
        assert "That does not mean that none is due" in page.part("line-1")

    def test_asymmetries_stand_at_the_top_and_on_their_card(self, page: Page) -> None:
        """Where the law differs along the way is said first, in plain words."""
        assert ASYMMETRY.message in page.part("differences")
        assert ASYMMETRY.message in page.part("line-3")
        assert page.source.index('id="differences"') < page.source.index('id="lines"')
        assert [a for a in page.tags("div") if a.get("class") == "callout"]

    def test_the_same_asymmetry_is_said_once_for_all_its_lines(self, tmp_path: Path) -> None:
        """A hundred drums of one substance are one sentence, with a link to each line."""
        found = {"findings": (ASYMMETRY,)}
        rows = (row(4, make.decision(**found)), row(9, make.unlisted(**found)))
        page = written(tmp_path, *rows)
        assert page.part("differences").count(ASYMMETRY.message) == 1
        assert 'href="#line-4"' in page.source
        assert 'href="#row-9"' in page.source

    def test_without_asymmetries_there_is_no_such_part(self, tmp_path: Path) -> None:
        """No empty heading, and no link to one."""
        page = written(tmp_path, row(1))
        assert 'href="#differences"' not in page.source

    def test_goods_are_named_before_they_are_numbered_or_drawn(self, tmp_path: Path) -> None:
        """The overview shows what a person calls the goods; a structure only where that is all."""
        cells = {"SMILES": "CCO", "CAS No.": "64-17-5", "品名": "ethanol", "Qty": "5 kg"}
        named = ReportRow(1, cells, make.decision())
        drawn = row(2, make.decision(identities=()), SMILES="CCO", Shipper="Example Ltd")
        page = written(tmp_path, named, drawn)
        assert "ethanol | fentanyl citrate | 64-17-5 Unknown" in page.part("row-1")
        assert "A-1 CCO Unknown" in page.part("row-2")

    def test_findings_and_submitted_columns_are_on_the_card(self, page: Page) -> None:
        """The officer sees the line as it came and what was odd about it."""
        assert "Nothing to go by." in page.part("line-4")
        assert "A person must decide:" in page.part("line-4")
        assert "drum 7" in page.part("line-4")
        assert "品名 芬太尼" in page.part("line-3")

    def test_coverage_says_what_was_not_asked_and_each_card_points_to_it(self, page: Page) -> None:
        """What is missing from a list is said, and every card leads there."""
        coverage = page.part("coverage-1")
        assert "Coverage 1" in coverage
        assert "everything after item 9" in page.part("coverage")
        assert "in part" in page.part("coverage")
        assert page.source.count('href="#coverage-1"') == 3

    def test_different_coverage_is_told_apart(self, tmp_path: Path) -> None:
        """Lines asked against other lists have their own statement."""
        rows = (row(1), row(2, make.decision(coverage=())), row(3))
        page = written(tmp_path, *rows)
        assert "2 lines were asked" in page.part("coverage")
        assert "1 line was asked" in page.part("coverage")
        assert "No list of any place was asked." in page.part("coverage")

    def test_it_is_no_clearance_and_no_legal_advice(self, page: Page) -> None:
        """Said before anything else, and again at the end."""
        for text in ("is no clearance", "This report is no legal advice."):
            assert page.text.index(text) < page.text.index("Lines by outcome")
            assert page.text.count(text) >= 2

    def test_provenance_names_bundle_versions_and_run(self, tmp_path: Path) -> None:
        """With it the report can be made again."""
        summary = {
            "input": {"file": "drums.csv", "sha256": "ab" * 32, "columns": {"name": ["Goods"]}},
            "counts": {"secret": "counted elsewhere"},
            "timings": {"begun": "2025-11-19T08:00:00+00:00"},
            "settings": {"override_day": None},
        }
        page = written(tmp_path, row(1), summary=summary)
        provenance = page.part("provenance")
        assert make.bundle().digest in provenance
        assert "0" * 64 in provenance  # the decision was made with another bundle than is loaded
        assert "ab" * 32 in provenance
        assert "input: columns: name Goods" in provenance
        assert "counted elsewhere" not in page.text
        assert "override day" not in page.text
        assert "1 line from drums.csv" in page.text
        assert "written on 2025-11-19" in page.text

    def test_statements_of_authorities_are_shown_where_they_matter(self, tmp_path: Path) -> None:
        """A stated position is given with source and day, once, and only for legs that were hit."""
        held = make.bundle()
        jurisdiction = held.jurisdictions["zz"]
        said = [
            {
                "leg": leg,
                "says": f"Position on the {leg}.",
                "who": "Office of Tests",
                "on": dt.date(2025, 11, 10),
                "citation": "Press release 7",
                "checked": "secondary",
            }
            for leg in ("origin", "transit")
        ]
        file = type(jurisdiction.file).model_validate(
            jurisdiction.file.model_dump() | {"statements": said}
        )
        bundle = type(held)({"zz": jurisdiction.model_copy(update={"file": file})})
        path = tmp_path / "report.html"
        write_report(path, [row(1), row(2)], bundle=bundle)
        page = Page(path.read_text("utf-8"))
        assert page.part("statements").count("Position on the origin.") == 1
        assert "Press release 7" in page.part("statements")
        assert "Position on the transit." not in page.text

    def test_empty_file(self, tmp_path: Path) -> None:
        """No line at all is still a report, and no clearance."""
        page = written(tmp_path)
        assert "0 lines" in page.text
        assert "That is no clearance" in page.text


class TestForm:
    """A file that stands alone, prints, and works with keyboard and screen reader."""

    def test_tags_balance_and_ids_are_unique(self, page: Page) -> None:
        """The page is well formed."""
        assert page.open == []
        ids = [attrs["id"] for _, attrs in page.elements if "id" in attrs]
        assert len(ids) == len(set(ids))

    def test_every_link_leads_to_a_part_of_the_page(self, page: Page) -> None:
        """Nothing leads out of the file, and nothing leads nowhere."""
        ids = {attrs["id"] for _, attrs in page.elements if "id" in attrs}
        links = [attrs["href"] for _, attrs in page.elements if "href" in attrs]
        assert len(links) > 8
        assert all(link and link.startswith("#") and link[1:] in ids for link in links)

    def test_nothing_is_loaded(self, page: Page) -> None:
        """No address of any kind is fetched: the report works in a room without network."""
        for tag, attrs in page.elements:
            assert tag not in {"link", "img", "iframe", "object", "embed", "base", "form"}
            assert not {"src", "srcset", "action", "data", "poster"} & set(attrs), tag
        style = re.search(r"<style>(.*?)</style>", page.source, re.DOTALL)
        assert style is not None
        assert not re.search(r"url\(|@import|https?:", style[1])

    def test_policy_allows_one_script_and_it_is_the_one_there(self, page: Page) -> None:
        """The content policy names the digest of the only script."""
        (policy,) = [
            a["content"] or "" for a in page.tags("meta") if a.get("http-equiv") is not None
        ]
        (script,) = re.findall(r"<script>(.*?)</script>", page.source, re.DOTALL)
        assert "default-src 'none'" in policy
        assert f"script-src '{report._digest(script)}'" in policy

    def test_headings_go_down_step_by_step(self, page: Page) -> None:
        """One first-level heading, and no level is skipped."""
        levels = [int(tag[1]) for tag, _ in page.elements if re.fullmatch(r"h[1-6]", tag)]
        assert levels.count(1) == 1
        assert levels[0] == 1
        assert all(b <= a + 1 for a, b in pairwise(levels))

    def test_languages_and_labels(self, page: Page) -> None:
        """The page is English, submitted text is of unknown language, controls have labels."""
        assert page.tags("html")[0]["lang"] == "en"
        assert any(a.get("lang") == "" and a.get("dir") == "auto" for a in page.tags("dd"))
        labelled = {a["for"] for a in page.tags("label")}
        controls = {a["id"] for tag in ("input", "select") for a in page.tags(tag)}
        assert controls == labelled
        assert all(a.get("scope") in {"col", "row"} for a in page.tags("th"))

    def test_pictures_have_words_and_are_held_once(self, tmp_path: Path) -> None:
        """However many lines share a proof, its drawing is in the file once."""
        page = written(tmp_path, *(row(n, name="fentanyl") for n in range(1, 6)))
        drawings = [a for a in page.tags("svg") if str(a.get("id", "")).startswith("picture-")]
        uses = [a for a in page.tags("svg") if a.get("role") == "img" and "aria-label" in a]
        assert len(drawings) == 1
        assert len(uses) == 5
        assert all(make.FENTANYL in (a["aria-label"] or "") for a in uses)

    def test_colours_of_picture_legend_and_table_agree(self, page: Page) -> None:
        """A clause has one colour on its card."""
        (card,) = re.findall(r'<article[^>]*id="line-3".*?</article>', page.source, re.DOTALL)
        swatches = re.findall(r"background:(#[0-9A-F]{6})", card)
        assert len(swatches) == 4
        assert set(swatches[:2]) == set(swatches[2:])
        (picture,) = re.findall(r'use href="#(picture-\d+)"', card)
        (drawing,) = re.findall(rf'<svg id="{picture}".*?</svg>', page.source, re.DOTALL)
        assert all(colour in drawing for colour in swatches)

    def test_outcomes_are_told_by_words_and_signs_not_colour_alone(self, page: Page) -> None:
        """Each outcome has a name and its own sign."""
        words = report.Words()
        assert len({words.outcome_sign(o) for o in Outcome}) == len(Outcome)
        assert all(words.outcome(o) in page.part("summary") for o in Outcome)
        assert all(words.action(a) in page.part("summary") for a in Action)

    def test_a_proof_that_cannot_be_drawn_says_why(self, tmp_path: Path) -> None:
        """A broken proof costs its picture, not the report."""
        hit = make.hit(proof=make.substance_proof(component="not a molecule"))
        broken = make.class_hit(proof=make.class_proof().model_copy(update={"component": "C"}))
        page = written(tmp_path, row(1, make.decision(hits=(hit, broken))))
        assert page.part("line-1").count("No picture could be drawn") == 2

    def test_an_entry_that_is_no_longer_loaded(self, tmp_path: Path) -> None:
        """A decision of an older bundle is shown with what the proof itself says."""
        hit = make.class_hit(entry="zz/schedule/gone", jurisdiction="yy", place="yy")
        card = written(tmp_path, row(1, make.decision(hits=(hit,)))).part("line-1")
        assert "clause D" in card
        assert "The aniline ring" in card


class TestHostile:
    """Whatever stands in a field is shown and never acts."""

    @pytest.mark.parametrize("evil", EVIL)
    def test_every_field_is_inert(self, tmp_path: Path, evil: str) -> None:
        """No field adds an element or an attribute, and each is shown as text."""

        def rows(text: str) -> list[ReportRow]:
            hit = make.class_hit(
                title=text,
                paragraph=text,
                citation=text,
                explanation=text,
                instrument=text,
                authority=text,
                in_force=text,
                until=text,
                form=text,
                note=text,
                reading=text,
                clauses=(text,),
                entry=text,
                readings=(Reading(name=text, says=text, who=text),),
                also=(make.second_proof().model_copy(update={"entry": text, "citation": text}),),
            )
            names = make.hit(proof=make.identifier_proof(text=text, matched=text))
            substance = make.hit(proof=make.substance_proof(name=text, forms=(text,)))
            accounts = tuple(
                a.model_copy(update={"title": text, "word": text, "kind": text, "clause": text})
                for a in make.class_proof().accounts
            )
            odd = make.class_proof().model_copy(
                update={"accounts": accounts, "clauses": (text,), "reference_name": text}
            )
            decision = make.decision(
                id=text,
                origin=text,
                transit=(text,),
                destination=text,
                hits=(hit, names, substance, make.class_hit(entry=text, proof=odd)),
                requirements=(
                    make.requirement(
                        document=text, authority=text, who=text, because=text, contains=(text,)
                    ),
                ),
                findings=(
                    make.finding(message=text),
                    make.finding(FindingCode.ASYMMETRY, Severity.STOP, text),
                ),
                identities=(
                    Identity(source=text, text=text, smiles=text, exact=False, disputed=True),
                ),
                coverage=(
                    CoverageItem(
                        jurisdiction="zz",
                        title=text,
                        list=text,
                        state=Coverage.PARTLY,
                        as_of=make.DAY,
                        missing=(text,),
                    ),
                ),
                provenance=Provenance(
                    bundle=text, software={text: text}, known_on=None, jurisdictions=(text,)
                ),
            )
            return [ReportRow(1, {text: text, "b": text}, decision)]

        def options(text: str) -> dict[str, object]:
            return {"title": text, "source": text, "summary": {text: {text: text}}}

        plain = written(tmp_path, *rows("plain"), **options("plain"))
        hostile = written(tmp_path, *rows(evil), **options(evil))

        def skeleton(page: Page) -> list[tuple[str, tuple[str, ...]]]:
            # Paths are left out: a clause's letter is drawn, one path a character.
            return [(tag, tuple(sorted(attrs))) for tag, attrs in page.elements if tag != "path"]

        assert skeleton(hostile) == skeleton(plain)
        shown = " ".join(str(report._visible(evil)).split())
        assert hostile.text.count(shown) >= 20
        assert all(c.isprintable() or c == "\n" for c in hostile.source)

    def test_huge_cell(self, tmp_path: Path) -> None:
        """A megabyte in a cell is kept on the card and cut in the table."""
        huge = "x" * 1_000_000
        rows = [row(1, make.decision(identities=()), cell=huge)]
        page = written(tmp_path, *rows)
        assert huge in page.part("line-1")
        assert len(page.part("lines")) < 2_000

    def test_control_characters_are_shown(self) -> None:
        """What would act on a page is named in its place; text of any script is kept."""
        assert report._visible("a\x00\x1b\u202e\u2066b") == "a[U+0000][U+001B][U+202E][U+2066]b"
        assert report._visible("芬太尼 ü\tx\ny") == "芬太尼 ü\tx\ny"
        assert report._visible(None) == ""
        assert report._visible(3) == 3


class TestFile:
    """Writing."""

    def test_rows_are_taken_once_and_one_by_one(self, tmp_path: Path) -> None:
        """An iterator is enough: the file can be larger than memory."""

        def stream() -> Iterator[ReportRow]:
            for number in range(1, 301):
                yield row(number, make.unlisted())

        path = tmp_path / "report.html"
        write_report(path, stream(), bundle=make.bundle())
        assert path.read_text("utf-8").count("data-line=") == 300

    def test_same_input_same_file(self, tmp_path: Path) -> None:
        """Nothing of the clock or the machine is in it."""
        first = written(tmp_path, *sample_rows()).source
        assert written(tmp_path, *sample_rows()).source == first

    def test_a_failure_leaves_the_old_file_and_no_rest(self, tmp_path: Path) -> None:
        """A report is there whole or not at all."""

        def broken() -> Iterator[ReportRow]:
            yield row(1)
            raise RuntimeError("the disk is full")

        path = tmp_path / "report.html"
        path.write_text("old")
        with pytest.raises(RuntimeError):
            write_report(path, broken(), bundle=make.bundle())
        assert path.read_text() == "old"
        assert [p.name for p in tmp_path.iterdir()] == ["report.html"]

    def test_a_folder_that_is_not_there(self, tmp_path: Path) -> None:
        """The error is the system's own and names the path."""
        with pytest.raises(FileNotFoundError):
            write_report(tmp_path / "no" / "report.html", [row(1)], bundle=make.bundle())


BROWSER = next(
    (
        found
        for name in ("chromium", "chromium-browser", "google-chrome", "chrome")
        if (found := shutil.which(name))
    ),
    None,
)


@pytest.mark.skipif(BROWSER is None, reason="no chromium or chrome binary is on the PATH")
class TestBrowser:
    """The file in a real browser."""

    @pytest.fixture
    def path(self, tmp_path: Path) -> Path:
        """A report with hostile text in it, on disk."""
        path = tmp_path / "report.html"
        rows = [*sample_rows(), row(5, make.decision(id=EVIL[0]), a=EVIL[1], b=EVIL[8])]
        write_report(path, rows, bundle=make.bundle())
        return path

    @staticmethod
    def run(tmp_path: Path, address: str, *flags: str) -> subprocess.CompletedProcess[str]:
        """Loads an address in a browser without a window."""
        assert BROWSER is not None
        return subprocess.run(
            [
                BROWSER,
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-quic",
                "--no-first-run",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
                f"--user-data-dir={tmp_path / 'profile'}",
                *flags,
                address,
            ],
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=120,
            check=True,
        )

    def dumped(self, tmp_path: Path, address: str) -> tuple[Page, str]:
        """The page after its script ran, and what the browser complained of."""
        done = self.run(tmp_path, address, "--dump-dom", "--enable-logging=stderr", "--log-level=0")
        return Page(done.stdout), done.stderr

    def test_filter_works_and_nothing_is_loaded(self, tmp_path: Path, path: Path) -> None:
        """The view that the address asks for is the one shown, cards included."""
        page, log = self.dumped(tmp_path, f"{path.as_uri()}#outcome=review")
        assert "Content Security Policy" not in log
        assert "Uncaught" not in log
        shown = [a["data-line"] for a in page.tags("tr") if "data-line" in a and "hidden" not in a]
        cards = [a["id"] for a in page.tags("article") if "hidden" not in a]
        assert shown == ["3"]
        assert cards == ["line-3"]
        assert "1 of 5 lines are shown" in page.part("filter-shown")
        assert not [a for _, a in page.elements if "src" in a]

    def test_text_filter(self, tmp_path: Path, path: Path) -> None:
        """Text is looked for in the whole line, upper and lower case alike."""
        page, _ = self.dumped(tmp_path, f"{path.as_uri()}#text=DRUM%207")
        shown = [a["data-line"] for a in page.tags("tr") if "data-line" in a and "hidden" not in a]
        assert shown == ["4"]

    def test_hostile_text_stays_text(self, tmp_path: Path, path: Path) -> None:
        """The browser builds no element from what was submitted, and runs nothing."""
        page, log = self.dumped(tmp_path, path.as_uri())
        assert len(page.tags("script")) == 1
        assert not page.tags("img")
        assert not page.tags("iframe")
        assert EVIL[1] in page.part("line-5")
        assert "alert" not in log

    def test_it_prints(self, tmp_path: Path, path: Path) -> None:
        """The print view makes a PDF of several pages."""
        pdf = tmp_path / "report.pdf"
        self.run(tmp_path, path.as_uri(), f"--print-to-pdf={pdf}")
        data = pdf.read_bytes()
        assert data.startswith(b"%PDF")
        assert len(re.findall(rb"/Type\s*/Page\b", data)) >= 3
