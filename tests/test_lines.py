"""A line names the jurisdictions it was asked of; what was checked of each stands once in a run."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from screening import Screener, Shipment
from screening.decision import Decision
from screening.errors import InputFileError
from screening.report import lines
from screening.report.html import write_report
from screening.report.lines import (
    LINE_FORMAT,
    UNKNOWN,
    Coverages,
    Items,
    Line,
    decision_of,
    decision_of_json,
    json_line,
    published_schema,
    read_lines,
)
from screening.report.replay import differences
from screening.report.rows import ReportRow
from screening.report.tables import decision_json
from screening.screener import coverage_of
from tests import factories as make

OLD = Path(__file__).parent / "data" / "decisions_format_1.jsonl"
FOREIGN = "0" * 64


def item(code: str, title: str) -> dict[str, Any]:
    """What was checked of a body of law."""
    (said,) = make.decision().coverage
    return said.model_dump(mode="json") | {"jurisdiction": code, "title": title}


def written(folder: Path, *decisions: Decision) -> Path:
    """A file of lines without a summary."""
    folder.mkdir(exist_ok=True)
    path = folder / "decisions.jsonl"
    texts = [json_line(n, d.id, decision_json(d)) for n, d in enumerate(decisions, start=1)]
    path.write_text("".join(texts), encoding="utf-8")
    return path


def summary(path: Path, items: list[dict[str, Any]], digest: str = FOREIGN) -> None:
    """A summary beside a file."""
    said = {"bundle": digest, "coverage": items}
    path.with_name("summary.json").write_text(json.dumps(said), encoding="utf-8")


@pytest.fixture
def norfentanyl(screener: Screener) -> Decision:
    """A decision under the bundled lists."""
    goods = Shipment(
        cas="1609-66-1", origin="CN", transit=["SG"], destination="MX", day="2026-01-12"
    )
    return screener.screen(goods)


class TestWritten:
    """What stands on a line."""

    def test_jurisdictions_in_the_order_of_their_items(self, norfentanyl: Decision) -> None:
        said = json.loads(decision_json(norfentanyl))
        assert "coverage" not in said
        places = [one.jurisdiction for one in norfentanyl.coverage]
        assert said["coverage_of"] == list(dict.fromkeys(places)) == list(norfentanyl.asked)
        assert {"cn", "sg", "mx", "un"} <= set(said["coverage_of"])

    def test_nothing_of_the_text(self, norfentanyl: Decision) -> None:
        """The text is long, and the same for millions of lines."""
        line = json_line(1, None, decision_json(norfentanyl))
        titles = {one.title for one in norfentanyl.coverage if one.list is None}
        assert titles
        assert not any(title in line for title in titles)

    def test_what_was_read_is_written_as_it_was(self, norfentanyl: Decision) -> None:
        """A line that is settled anew keeps whose law was asked, known or not."""
        text = decision_json(norfentanyl)
        line = json_line(7, "R-7", text)
        for again in (
            decision_of_json(text),
            decision_of(line.encode()),
            Coverages.beside(Path("none")).filled(decision_of_json(text)),
        ):
            assert decision_json(again) == text
            assert (
                decision_json(again.model_copy(update={"findings": ()})).count('"coverage_of"') == 1
            )

    def test_none_asked(self) -> None:
        """A decision without coverage, as of a screener that failed, says that."""
        nothing = make.decision(coverage=())
        assert json.loads(decision_json(nothing))["coverage_of"] == []
        assert decision_of_json(decision_json(nothing)).coverage_known


class TestRead:
    """Where the coverage of a line comes from."""

    def test_the_bundled_lists(self, norfentanyl: Decision, tmp_path: Path) -> None:
        """A file alone, made with the lists at hand."""
        (line,) = read_lines(written(tmp_path, norfentanyl))
        assert line.coverage == norfentanyl.coverage
        assert line.coverage_known

    def test_the_summary_beside_it(self, tmp_path: Path) -> None:
        """A file in its folder, made with lists that nobody has any more."""
        path = written(tmp_path, make.decision())
        summary(path, [item("aa", "Other"), item("zz", "Their law"), item("zz", "More of it")])
        (line,) = read_lines(path)
        assert [one.title for one in line.coverage] == ["Their law", "More of it"]

    @pytest.mark.parametrize("beside", ["nothing", "other lists", "other places", "damage"])
    def test_never_a_wrong_claim(self, tmp_path: Path, beside: str) -> None:
        """Where it is not known, the line says so, and still whose law was asked."""
        path = written(tmp_path, make.decision())
        if beside == "other lists":
            summary(path, [item("zz", "Law")], digest="1" * 64)
        elif beside == "other places":
            summary(path, [item("aa", "Law")])
        elif beside == "damage":
            summary(path, [{"jurisdiction": "zz"}])
        (line,) = read_lines(path)
        assert not line.coverage_known
        assert line.coverage == ()
        assert line.asked == ("zz",)

    def test_part_of_it_is_not_known(self, tmp_path: Path) -> None:
        """One jurisdiction that is missing would read as one that was not asked."""
        two = (*make.decision().coverage, make.decision().coverage[0].model_copy())
        both = tuple(
            one.model_copy(update={"jurisdiction": c}) for one, c in zip(two, "ab", strict=True)
        )
        path = written(tmp_path, make.decision(coverage=both))
        summary(path, [item("a", "Law")])
        (line,) = read_lines(path)
        assert (line.coverage, line.asked) == ((), ("a", "b"))

    def test_looked_up_once_and_only_when_asked(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Millions of lines share a few journeys."""
        path = written(tmp_path, make.decision(), make.decision(), make.decision(coverage=()))
        summary(path, [item("zz", "Law")])
        looked: list[Path] = []
        real = lines._summarised

        def counted(summary: Path) -> tuple[str, Items] | None:
            looked.append(summary)
            return real(summary)

        monkeypatch.setattr(lines, "_summarised", counted)
        assert [line.asked for line in read_lines(path, UNKNOWN)] == [("zz",), ("zz",), ()]
        assert not looked
        first, second, _ = read_lines(path)
        assert first.coverage is second.coverage
        assert len(looked) == 1

    def test_the_lists_of_the_run(self, tmp_path: Path) -> None:
        """A run that is not finished has no summary yet."""
        bundle = make.bundle()
        made = make.decision(
            coverage=tuple(c for j in bundle.jurisdictions.values() for c in coverage_of(j)),
            provenance=make.decision().provenance.model_copy(update={"bundle": bundle.digest}),
        )
        path = written(tmp_path, made)
        (line,) = read_lines(path, Coverages.of(bundle))
        assert line.coverage == made.coverage
        assert not next(read_lines(path)).coverage_known

    @pytest.mark.parametrize(
        ("change", "said"),
        [({"coverage_of": None}, "coverage_of"), ({"coverage": [item("aa", "Law")]}, "other")],
    )
    def test_a_line_must_say_whose_law(
        self, tmp_path: Path, change: dict[str, Any], said: str
    ) -> None:
        """Without it nothing could be said of what was not asked."""
        path = written(tmp_path, make.decision())
        data = json.loads(path.read_text("utf-8")) | change
        path.write_text(json.dumps({k: v for k, v in data.items() if v is not None}) + "\n")
        with pytest.raises(InputFileError, match=said):
            list(read_lines(path))


class TestFormer:
    """A line of format 1, as it was written before."""

    def test_it_is_read_in_full(self, tmp_path: Path) -> None:
        """It needs no lists and no summary."""
        path = Path(shutil.copy(OLD, tmp_path))
        (line,) = read_lines(path, UNKNOWN)
        data = json.loads(OLD.read_text("utf-8"))
        assert line.format == data["format"] != LINE_FORMAT
        assert [one.model_dump(mode="json") for one in line.coverage] == data["coverage"]
        assert (line.asked, line.coverage_known) == (("mx", "un"), True)
        assert [hit.entry for hit in line.hits] == [hit["entry"] for hit in data["hits"]]

    def test_it_is_written_as_lines_are_now(self) -> None:
        """As when a row is settled that an older version screened."""
        now = json.loads(json_line(1, "F-1", decision_json(decision_of(OLD.read_bytes()))))
        old = json.loads(OLD.read_text("utf-8"))
        assert now.pop("coverage_of") == ["mx", "un"]
        assert now.pop("format") == LINE_FORMAT
        assert now == {k: v for k, v in old.items() if k not in {"coverage", "format", "seal"}}

    def test_the_published_schema_is_of_lines_as_they_are_now(self) -> None:
        schema = json.loads(published_schema())
        assert not jsonschema.Draft202012Validator(schema).is_valid(json.loads(OLD.read_bytes()))


class TestCompared:
    """Coverage in a replay."""

    def test_where_both_know_it(self, tmp_path: Path) -> None:
        """An item that says something else is named."""
        path = written(tmp_path, make.decision())
        summary(path, [item("zz", "Schedule of Trials")])
        (line,) = read_lines(path)
        (difference,) = differences(line, make.decision())
        assert str(difference) == (
            "coverage[0].title: was Schedule of Trials, is Schedule of Tests"
        )

    def test_where_one_names_only_places(self, tmp_path: Path) -> None:
        """What is not known differs from nothing; places that were asked are always compared."""
        (line,) = read_lines(written(tmp_path, make.decision()))
        assert differences(line, make.decision()) == ()
        (difference,) = differences(line, make.decision(coverage=()))
        assert str(difference) == "coverage_of: was ['zz'], is []"


def test_pages_claim_nothing_that_is_not_known(tmp_path: Path) -> None:
    """The report and the notebook name the places; neither says that none was asked."""
    (line,) = read_lines(written(tmp_path, make.decision()))
    report = tmp_path / "report.html"
    write_report(
        report, [ReportRow(1, {}, line)], bundle=make.bundle(), source="in.csv", summary={}
    )
    page = report.read_text("utf-8")
    assert 'href="#coverage-zz"' in page
    assert "asked for 1 line" in page
    assert "no list of any place was asked" not in page
    shown = line._repr_html_()
    assert "0 bodies of law" not in shown
    assert "the law of ZZ" in shown


def test_a_line_reads_back_equal(tmp_path: Path) -> None:
    """Known or not, as any model does."""
    path = written(tmp_path, make.decision())
    for known in (False, True):
        if known:
            summary(path, [item("zz", "Law")])
        (line,) = read_lines(path)
        assert line.coverage_known is known
        assert Line.model_validate_json(line.model_dump_json()) == line
