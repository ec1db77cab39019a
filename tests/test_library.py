"""How the library behaves in other people's programs: notebooks, threads, frames, schemas."""

from __future__ import annotations

import asyncio
import datetime as dt
import json
import threading
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import jsonschema
import pandas as pd
import pydantic
import pytest

from screening import Decision, Outcome, Screener, Shipment
from screening.batch import screen_frame
from screening.report.lines import LINE_FORMAT, published_schema
from tests import factories as make
from tests.fakes import FakeScreener

DAY = dt.date(2025, 11, 20)


class TestShown:
    """`repr` and the notebook's HTML say the essential."""

    def test_repr_is_one_line_with_answer_journey_and_entries(self) -> None:
        decision = make.decision(hits=(make.hit(), make.class_hit()))
        text = repr(decision)
        assert "\n" not in text
        assert len(text) < 400
        for part in (decision.outcome, decision.action, str(decision.day), decision.hits[0].entry):
            assert part in text

    def test_repr_of_many_entries_says_how_many_more(self) -> None:
        hits = tuple(make.hit(entry=f"zz/list/{name}") for name in "abcde")
        assert "zz/list/a, zz/list/b, zz/list/c and 2 more" in repr(make.decision(hits=hits))

    def test_repr_of_nothing_found_shows_no_action(self) -> None:
        assert repr(make.unlisted()).startswith("<Decision no_listing_found; ")

    def test_html_has_answer_picture_citation_duty_and_finding(self) -> None:
        decision = make.decision(
            hits=(make.class_hit(),),
            requirements=(make.requirement(),),
            findings=(make.finding(message="a finding for this test"),),
        )
        html = decision._repr_html_()
        assert html.count("<svg") == 1
        assert "Controlled" in html
        assert decision.hits[0].citation in html
        assert decision.requirements[0].document in html
        assert "a finding for this test" in html

    def test_html_draws_a_proof_once_and_not_too_many(self) -> None:
        same = (make.class_hit(), make.class_hit(entry="zz/other/entry"))
        assert make.decision(hits=same)._repr_html_().count("<svg") == 1
        proofs = [make.substance_proof(component=smiles) for smiles in ("C", "CC", "CCC", "CCCC")]
        hits = tuple(make.hit(proof=proof) for proof in proofs)
        assert make.decision(hits=hits)._repr_html_().count("<svg") == 3

    @pytest.mark.parametrize("field", ["id", "origin"])
    def test_html_shows_what_was_submitted_as_text(self, field: str) -> None:
        html = make.decision(**{field: "<script>alert(1)</script><b>"})._repr_html_()
        assert "<script" not in html
        assert "<b>" not in html

    def test_html_is_whole_and_needs_nothing_from_elsewhere(self) -> None:
        html = make.decision(hits=(make.class_hit(), make.hit()))._repr_html_()
        root = ET.fromstring(html.replace("<br>", "<br/>").strip())
        assert root.tag == "div"
        loading = {"src", "href", "onclick", "onload"}
        assert not [e for e in root.iter() if loading & {a.rpartition("}")[2] for a in e.attrib}]


class TestConcurrency:
    """One screener serves many threads, and an event loop stays free meanwhile."""

    LISTINGS = tuple(
        Shipment(id=f"{cas} {n}", cas=cas, origin="CN", destination="US", day=DAY)
        for n in range(4)
        for cas in ("437-38-7", "67-64-1", "124-07-2", "437-38-8")
    )

    def test_threads_get_the_answers_of_one_thread(self, screener: Screener) -> None:
        alone = [screener.screen(listing) for listing in self.LISTINGS]
        with ThreadPoolExecutor(4) as pool:
            assert list(pool.map(screener.screen, self.LISTINGS)) == alone

    def test_an_event_loop_is_not_blocked(self) -> None:
        """The loop lets a screening finish that waits for the loop: blocked, it would never end."""
        free = threading.Event()

        class Waiting(FakeScreener):
            def screen(self, shipment: Shipment) -> Decision:
                assert free.wait(timeout=30), "the loop was blocked"
                return super().screen(shipment)

        async def serve() -> list[Decision]:
            asyncio.get_running_loop().call_later(0.01, free.set)
            asked = (asyncio.to_thread(Waiting().screen, one) for one in self.LISTINGS[:3])
            return await asyncio.gather(*asked)

        assert [d.id for d in asyncio.run(serve())] == [s.id for s in self.LISTINGS[:3]]

    def test_screen_many_takes_one_shipment_for_one_decision(self, screener: Screener) -> None:
        """Nothing is read ahead, so a queue or a socket can stand behind it."""
        taken: list[str | None] = []

        def queue() -> Iterator[Shipment]:
            for listing in self.LISTINGS:
                taken.append(listing.id)
                yield listing

        decisions = screener.screen_many(queue())
        assert taken == []
        assert next(decisions).id == self.LISTINGS[0].id
        assert taken == [self.LISTINGS[0].id]


def plain() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "Name": ["listed", None, "maybe", "toluene"],
            "Qty": [25, None, 3, 4],
            "Dest": ["US", "MX", "US", None],
            "Ship Date": ["2025-11-20", "2025-11-21", None, "2025-11-20"],
            "sold": [True, False, None, True],
        }
    )


KINDS = {
    "nullable": lambda df: df.convert_dtypes(),
    "arrow": lambda df: df.convert_dtypes(dtype_backend="pyarrow"),
    "categorical": lambda df: df.astype({"Name": "category", "Dest": "category"}),
    "times": lambda df: df.assign(**{"Ship Date": pd.to_datetime(df["Ship Date"])}),
    "arrow days": lambda df: df.assign(
        **{"Ship Date": pd.to_datetime(df["Ship Date"]).astype("date32[day][pyarrow]")}
    ),
    "objects": lambda df: df.astype(object),
}
INDEXES: dict[str, pd.Index[Any]] = {
    "texts": pd.Index(["d", "a", "a", "c"], name="ref"),
    "days": pd.date_range("2025-01-01", periods=4, tz="UTC"),
    "levels": pd.MultiIndex.from_tuples([("x", 1), ("x", 1), ("y", 2), ("z", 0)], names=["p", "q"]),
    "categories": pd.CategoricalIndex(["b", "a", "b", "a"]),
    "periods": pd.period_range("2025-01", periods=4, freq="M"),
}


class TestFrames:
    """Whatever pandas holds the cells in, the answers are those of plain text."""

    @pytest.mark.parametrize("kind", KINDS)
    def test_the_answers_do_not_depend_on_the_types(self, kind: str) -> None:
        expected = screen_frame(FakeScreener(), plain(), day=DAY)
        frame = KINDS[kind](plain())
        got = screen_frame(FakeScreener(), frame, day=DAY)
        new = [name for name in expected.columns if name not in frame.columns]
        pd.testing.assert_frame_equal(got[list(frame.columns)], frame)
        assert got[new].to_numpy().tolist() == expected[new].to_numpy().tolist()
        assert set(expected["screening_outcome"]) == {
            "controlled", "unscreened", "review", "no_listing_found",
        }  # fmt: skip

    @pytest.mark.parametrize("kind", INDEXES)
    def test_any_index_is_kept(self, kind: str) -> None:
        frame = plain().set_axis(INDEXES[kind])
        got = screen_frame(FakeScreener(), frame, day=DAY)
        pd.testing.assert_index_equal(got.index, frame.index)
        expected = screen_frame(FakeScreener(), plain(), day=DAY)["screening_outcome"].tolist()
        assert got["screening_outcome"].tolist() == expected

    def test_a_slice_is_screened_without_a_warning(self) -> None:
        frame = plain()
        part = frame[frame["Qty"] > 3]
        got = screen_frame(FakeScreener(), part, day=DAY)
        assert list(got.index) == [0, 3]
        assert list(part.columns) == list(frame.columns)


class TestModels:
    """What comes back is frozen, and published as a versioned schema."""

    def test_nothing_of_a_decision_can_be_changed(self) -> None:
        decision = make.decision(
            hits=(make.hit(),), requirements=(make.requirement(),), findings=(make.finding(),)
        )
        parts = (decision, decision.hits[0], decision.requirements[0], decision.findings[0])
        for part in (*parts, decision.provenance, decision.hits[0].proof):
            name = next(iter(type(part).model_fields))
            with pytest.raises(pydantic.ValidationError, match="frozen"):
                setattr(part, name, None)

    def test_json_reads_back_and_fits_the_schema(self) -> None:
        decision = make.decision(hits=(make.hit(), make.class_hit()))
        text = decision.model_dump_json()
        assert Decision.model_validate_json(text) == decision
        schema = Decision.model_json_schema(mode="serialization")
        jsonschema.validate(json.loads(text), schema)
        assert {outcome.value for outcome in Outcome} == set(schema["$defs"]["Outcome"]["enum"])

    def test_the_published_schema_names_its_version(self) -> None:
        version = LINE_FORMAT.rpartition("/")[2]
        assert version.isdigit()
        assert json.loads(published_schema())["$id"].endswith(f":{version}")
