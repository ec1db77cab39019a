"""Lists that were last checked long before the shipping day say so, the same way at any time."""

from __future__ import annotations

import datetime as dt
import pickle
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from screening import Decision, FindingCode, Outcome, Screener, Severity, Shipment, ShipmentError
from screening.cli import main
from screening.decision import Finding
from tests.small_law import LIST, write_law

CHECKED = dt.date(2026, 1, 1)  # by both lists of the small law


@pytest.fixture(scope="module")
def law(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small law; one list of the two in us was checked a year later."""
    later = LIST.replace("last_checked: 2026-01-01", "last_checked: 2027-01-01")
    return write_law(tmp_path_factory.mktemp("law"), {"us/later/list.yaml": later})


@pytest.fixture(scope="module")
def fresh(law: Path) -> Screener:
    """With the usual setting."""
    return Screener(law)


def ask(screener: Screener, day: dt.date, structure: str = "CCCCCC") -> Decision:
    """Goods from us to gb."""
    return screener.screen(
        Shipment(structure=structure, quantity="1 kg", origin="us", destination="gb", day=day)
    )


def stale(decision: Decision) -> list[Finding]:
    return [f for f in decision.findings if f.code is FindingCode.LIST_STALE]


def after(days: int) -> dt.date:
    return CHECKED + dt.timedelta(days=days)


@pytest.mark.parametrize(
    ("days", "severity"),
    [
        (-3000, None),
        (0, None),
        (180, None),
        (181, Severity.NOTE),
        (360, Severity.NOTE),
        (361, Severity.ASK),
        (9000, Severity.ASK),
    ],
)
def test_age_is_counted_to_the_shipping_day(
    fresh: Screener, days: int, severity: Severity | None
) -> None:
    """A note past the age, a question to a person past twice of it; never for days gone by."""
    found = stale(ask(fresh, after(days)))
    assert {f.severity for f in found} == ({severity} if severity else set())
    for finding in found:
        assert "2026-01-01" in finding.message
        assert f"{days} days before the shipping day" in finding.message


def test_a_note_leaves_the_outcome_and_a_question_does_not(fresh: Screener) -> None:
    """An answer that rests on lists a year old is not "nothing found"."""
    assert ask(fresh, after(360)).outcome is Outcome.NO_LISTING_FOUND
    assert ask(fresh, after(361)).outcome is Outcome.REVIEW
    assert ask(fresh, after(361), "CC(C)=O").outcome is Outcome.CONTROLLED


def test_one_finding_a_jurisdiction_with_the_lists_that_are_old(fresh: Screener) -> None:
    """Of us one list is old and the other is not; of gb there is one alone."""
    us, gb = sorted(stale(ask(fresh, after(200))), key=lambda f: "(gb)" in f.message)
    assert "(us)" in us.message
    assert us.message.endswith("not in: Schedule of Tests.")
    assert "(gb)" in gb.message
    assert gb.message.endswith("not in: any of them.")


def test_only_laws_that_are_asked(law: Path) -> None:
    found = stale(ask(Screener(law, jurisdictions=["gb"]), after(200)))
    assert ["(gb)" in f.message for f in found] == [True]


def test_the_age_is_a_setting(law: Path) -> None:
    """It stands in the provenance, so that the answer can be derived again."""
    strict = Screener(law, max_list_age_days=10)
    assert not stale(ask(strict, after(10)))
    decision = ask(strict, after(11))
    assert stale(decision)
    assert decision.provenance.max_list_age_days == 10
    again = pickle.loads(pickle.dumps(strict))
    assert ask(again, after(11)) == decision
    with pytest.raises(ShipmentError, match="0 or more"):
        Screener(law, max_list_age_days=-1)


def test_what_was_known_then_was_checked_then_at_the_latest(law: Path) -> None:
    """A later check is not known yet on an earlier day."""
    then = Screener(law, known_on="2025-06-01")
    day = dt.date(2025, 6, 1)
    assert not stale(ask(then, day + dt.timedelta(days=180)))
    (finding, _) = stale(ask(then, day + dt.timedelta(days=181)))
    assert "were taken as known on 2025-06-01, 181 days before" in finding.message
    assert not stale(ask(Screener(law, known_on="2026-06-01"), after(180)))


@given(days=st.integers(-1000, 1000), age=st.integers(0, 400))
def test_older_is_never_fresher(fresh: Screener, days: int, age: int) -> None:
    """The severity only grows with the day and with a shorter age."""
    order = [None, Severity.NOTE, Severity.ASK]

    def grade(screener: Screener, day: dt.date) -> int:
        return max((order.index(f.severity) for f in stale(ask(screener, day))), default=0)

    day = after(days)
    assert grade(fresh, day) <= grade(fresh, day + dt.timedelta(days=age))


def test_command(law: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`--max-list-age` is the setting."""
    said = []
    for age in ("180", "200"):
        with pytest.raises(SystemExit):
            main(
                [
                    *("check", "CCCCCC", "--from", "US", "--to", "GB", "--day", str(after(190))),
                    *("--watchlists", str(law), "--max-list-age", age),
                ]
            )
        said.append("190 days before the shipping day" in " ".join(capsys.readouterr().out.split()))
    assert said == [True, False]
