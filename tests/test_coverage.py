"""What is modelled of each law, and that a place without any is never passed over."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from screening import FindingCode, Screener, Shipment, load_bundle
from screening.cli import main
from screening.coverage import coverage_report
from screening.places import every_place, place_code
from screening.rules.model import Coverage
from tests.small_law import PLACE, write_law

REST = "coverage: [{title: Customs law, state: not_modelled, as_of: 2026-01-01}]\n"


@pytest.fixture(scope="module")
def law(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small law, with a member of a union that has no list and a union that has one."""
    place = PLACE + REST
    return write_law(
        tmp_path_factory.mktemp("law"),
        {
            "us/jurisdiction.yaml": place,
            "fr/jurisdiction.yaml": place + "member_of: [gb]\n",
            "nz/jurisdiction.yaml": place,
            "xi/jurisdiction.yaml": place + "shares: [gb/annex]\n",
        },
    )


def test_every_list_and_what_is_beside_them(law: Path) -> None:
    report = coverage_report(load_bundle([law]))
    us = next(p for p in report.places if p.code == "us")
    schedule, customs = us.laws
    assert (schedule.list, schedule.state, schedule.entries) == ("us/schedule", Coverage.PARTLY, 4)
    assert str(schedule.last_checked) == "2026-01-01"
    assert schedule.missing == ("items 9 to 12",)
    assert (customs.list, customs.title, customs.state) == (
        None,
        "Customs law",
        Coverage.NOT_MODELLED,
    )


def test_every_place_of_the_world_is_somewhere(law: Path) -> None:
    """With law of its own, through its union, or named as having none."""
    report = coverage_report(load_bundle([law]))
    own = {p.code for p in report.places if p.has_law}
    assert own == {"us", "gb", "xi"}
    assert report.union_only == ("fr",)
    assert "nz" in report.not_modelled
    assert not {*report.union_only, *own} & {*report.not_modelled}
    assert own | {*report.union_only, *report.not_modelled} == set(every_place())
    assert all(place_code(code) == code for code in every_place())


@pytest.mark.parametrize("role", ["origin", "destination", "transit"])
@pytest.mark.parametrize("code", ["fr", "nz", "mx"])
def test_a_shipment_that_touches_a_place_without_law_says_so(
    law: Path, role: str, code: str
) -> None:
    """Also where the law of its union was asked."""
    way = {"origin": "us", "destination": "us", role: code}
    decision = Screener(law).screen(Shipment(structure="CCCCCC", day="2026-01-01", **way))
    said = [f.message for f in decision.findings if f.code is FindingCode.JURISDICTION_NOT_MODELLED]
    assert len(said) == 1
    assert f"({code}) is not modelled" in said[0]
    assert role in said[0]


class TestCommand:
    """`screening watchlist coverage`."""

    @staticmethod
    def run(capsys: pytest.CaptureFixture[str], *arguments: object) -> str:
        with pytest.raises(SystemExit) as caught:
            main(["watchlist", "coverage", *map(str, arguments)])
        assert caught.value.code == 0
        return capsys.readouterr().out

    def test_text(self, law: Path, capsys: pytest.CaptureFixture[str]) -> None:
        out = self.run(capsys, "--watchlists", law)
        assert "us/schedule: partly modelled as of 2026-01-01, 4 entries, last checked" in out
        assert "missing: items 9 to 12" in out
        assert "Customs law: not modelled" in out
        assert "No law is modelled for" in out
        only = self.run(capsys, "--watchlists", law, "--jurisdictions", "gb")
        assert "gb/annex" in only
        assert "us/schedule" not in only

    def test_json(self, law: Path, capsys: pytest.CaptureFixture[str]) -> None:
        data = json.loads(self.run(capsys, "--watchlists", law, "--json"))
        assert data["union_only"] == ["fr"]
        assert {p["code"] for p in data["places"]} == {"us", "gb", "fr", "nz", "xi"}


def test_the_bundled_lists_say_what_they_lack(screener: Screener) -> None:
    """A list that is modelled in part names what is missing of it."""
    report = coverage_report(screener.bundle)
    laws = [law for place in report.places for law in place.laws]
    assert [law.list for law in laws if law.state is Coverage.PARTLY and not law.missing] == []
    assert {"at", "fr"} <= set(report.union_only)
