"""What was in force on a day, and what the bundle knew on a day."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from screening.rules.model import DateRange, Entry, Version
from screening.rules.timeline import (
    Standing,
    boundary_days,
    bounds,
    current,
    describe,
    standing,
)

DAY = dt.date(2020, 6, 1)


def version(**changes: Any) -> Version:
    """A version in force from 2020-01-01, changed."""
    data: dict[str, Any] = {
        "in_force": dt.date(2020, 1, 1),
        "recorded": dt.date(2026, 1, 1),
        "citation": "Test Act",
        "checked": {"membership": "primary", "dates": "primary"},
    }
    return Version.model_validate(data | changes)


def between(first: int | None, last: int | None) -> DateRange:
    """A range of days of June 2020."""
    return DateRange(
        not_before=dt.date(2020, 6, first) if first else None,
        not_after=dt.date(2020, 6, last) if last else None,
    )


class TestStanding:
    def test_the_first_day_is_in_force_and_the_day_before_is_not(self) -> None:
        """`in_force` is the first day."""
        one = version(in_force=DAY)
        assert standing(one, DAY) is Standing.IN_FORCE
        assert standing(one, DAY - dt.timedelta(1)) is Standing.NOT_IN_FORCE

    def test_until_is_the_first_day_no_longer_in_force(self) -> None:
        """An interval is half open."""
        one = version(until=DAY)
        assert standing(one, DAY - dt.timedelta(1)) is Standing.IN_FORCE
        assert standing(one, DAY) is Standing.NOT_IN_FORCE

    @pytest.mark.parametrize(
        ("day", "expected"),
        [(4, Standing.NOT_IN_FORCE), (5, Standing.UNCERTAIN), (9, Standing.UNCERTAIN),
         (10, Standing.IN_FORCE)],
    )  # fmt: skip
    def test_a_range_is_uncertain_inside_and_firm_outside(
        self, day: int, expected: Standing
    ) -> None:
        """Not before the 5th, not after the 10th."""
        assert standing(version(in_force=between(5, 10)), dt.date(2020, 6, day)) is expected

    def test_an_open_range_stays_uncertain(self) -> None:
        """Without a last day it never becomes firm; without a first one it always may be."""
        assert standing(version(in_force=between(5, None)), dt.date(2030, 1, 1)) is (
            Standing.UNCERTAIN
        )
        assert standing(version(in_force=between(None, 10)), dt.date(1990, 1, 1)) is (
            Standing.UNCERTAIN
        )

    def test_published_law_is_announced_until_it_is_in_force(self) -> None:
        """From the day of the gazette on."""
        one = version(in_force=DAY, published=dt.date(2020, 5, 1))
        assert standing(one, dt.date(2020, 4, 30)) is Standing.NOT_IN_FORCE
        assert standing(one, dt.date(2020, 5, 1)) is Standing.ANNOUNCED
        assert standing(one, dt.date(2020, 5, 31)) is Standing.ANNOUNCED

    @pytest.mark.parametrize(
        ("day", "expected"),
        [(4, Standing.IN_FORCE), (5, Standing.UNCERTAIN), (9, Standing.UNCERTAIN),
         (10, Standing.NOT_IN_FORCE)],
    )  # fmt: skip
    def test_an_end_that_is_a_range_is_uncertain_inside(self, day: int, expected: Standing) -> None:
        """Not before the 5th no longer in force, not after the 10th."""
        assert standing(version(until=between(5, 10)), dt.date(2020, 6, day)) is expected

    def test_law_that_ended_is_not_announced(self) -> None:
        """Published law that has come and gone is no law to come."""
        one = version(until=DAY, published=dt.date(2019, 12, 1))
        assert standing(one, DAY) is Standing.NOT_IN_FORCE

    @given(st.dates(dt.date(2015, 1, 1), dt.date(2025, 1, 1)))
    def test_a_range_of_one_day_is_that_day(self, day: dt.date) -> None:
        """A range that leaves nothing open answers as the day itself."""
        exact = version(in_force=DAY)
        ranged = version(in_force=DateRange(not_before=DAY, not_after=DAY))
        assert standing(exact, day) is standing(ranged, day)


def entry(*versions: Version) -> Entry:
    """An entry with these versions."""
    return Entry.model_validate(
        {
            "id": "aa/list/toluene", "jurisdiction": "aa", "list": "aa/list", "title": "Toluene",
            "names": {"en": ["toluene"]}, "paragraph": None, "codes": {}, "cas": (), "hs": (),
            "substance": "Cc1ccccc1", "aliases": {}, "class": None, "identifiers": False,
            "goods": False, "forms": {}, "as_counter_ion": True, "action": {}, "applies_to": None,
            "yields_to": (), "versions": versions, "says": None, "examples": {},
            "surveillance": False, "instrument": "Test Act", "authority": "The Test Office",
        }
    )  # fmt: skip


class TestCurrent:
    def test_versions_that_meet_in_a_range_are_one_control(self) -> None:
        """Inside the range the entry is in force, whichever of the two it is."""
        middle = between(5, 10)
        now = current(
            entry(version(until=middle), version(in_force=middle, citation="New Act")),
            dt.date(2020, 6, 7),
        )
        assert now is not None
        assert now.standing is Standing.IN_FORCE
        assert now.version.citation == "New Act"

    def test_a_version_whose_day_is_open_counts_as_uncertain(self) -> None:
        """It counts before law to come, and behind law that is in force."""
        open_day = version(in_force=between(5, 10), citation="Open Act")
        day = dt.date(2020, 6, 7)
        now = current(entry(open_day), day)
        assert now is not None
        assert (now.standing, now.version.citation) == (Standing.UNCERTAIN, "Open Act")
        now = current(entry(version(), open_day), day)
        assert now is not None
        assert (now.standing, now.version.citation) == (Standing.IN_FORCE, "Test Act")

    def test_a_gap_that_may_be_there_leaves_it_uncertain(self) -> None:
        """Two ranges that are not the same may leave days between them."""
        now = current(
            entry(version(until=between(5, 10)), version(in_force=between(5, 12))),
            dt.date(2020, 6, 7),
        )
        assert now is not None
        assert now.standing is Standing.UNCERTAIN

    @pytest.mark.parametrize(
        ("first", "last"),
        [
            ({"in_force": between(1, 10)}, {}),
            ({}, {"until": between(6, 20)}),
            ({}, {"until": between(7, 20)}),
            ({}, {"until": dt.date(2020, 6, 7)}),
        ],
    )
    def test_what_meets_must_have_begun_and_must_last(
        self, first: dict[str, Any], last: dict[str, Any]
    ) -> None:
        """A beginning or an end that is open itself leaves the control uncertain."""
        middle = between(5, 10)
        old = version(**({"until": middle} | first))
        new = version(**({"in_force": middle} | last))
        now = current(entry(old, new), dt.date(2020, 6, 7))
        assert now is not None
        assert now.standing is Standing.UNCERTAIN

    def test_what_meets_may_have_begun_on_the_day_itself(self) -> None:
        """The last day on which the earlier version can have begun is a day of the control."""
        middle = between(5, 10)
        old = version(in_force=between(1, 7), until=middle)
        new = version(in_force=middle, until=between(8, 20))
        now = current(entry(old, new), dt.date(2020, 6, 7))
        assert now is not None
        assert now.standing is Standing.IN_FORCE

    def test_three_versions_may_meet_at_the_second_change(self) -> None:
        """Every pair of versions is looked at."""
        middle = between(5, 10)
        now = current(
            entry(
                version(in_force=between(1, None), until=between(4, None)),
                version(until=middle),
                version(in_force=middle),
            ),
            dt.date(2020, 6, 7),
        )
        assert now is not None
        assert now.standing is Standing.IN_FORCE

    def test_law_to_come_counts_where_there_is_no_other(self) -> None:
        """Announced law is found behind law that ended, and never before law in force."""
        ended = version(until=dt.date(2020, 3, 1))
        to_come = version(
            in_force=dt.date(2020, 9, 1), published=dt.date(2020, 5, 1), citation="New Act"
        )
        now = current(entry(ended, to_come), DAY)
        assert now is not None
        assert (now.standing, now.version.citation) == (Standing.ANNOUNCED, "New Act")
        now = current(entry(version(), to_come), DAY)
        assert now is not None
        assert (now.standing, now.version.citation) == (Standing.IN_FORCE, "Test Act")
        assert current(entry(ended), DAY) is None

    def test_a_version_is_withdrawn_from_that_day_on(self) -> None:
        """On the day itself the bundle knew of the mistake."""
        one = entry(version(withdrawn={"on": dt.date(2026, 5, 1), "because": "misread"}))
        assert current(one, DAY, dt.date(2026, 5, 1)) is None

    def test_known_on_hides_what_was_recorded_later(self) -> None:
        """The second clock: what the bundle knew."""
        one = entry(version(recorded=dt.date(2026, 3, 1)))
        assert current(one, DAY, dt.date(2026, 2, 28)) is None
        assert current(one, DAY, dt.date(2026, 3, 1)) is not None

    def test_a_withdrawn_version_counts_only_for_what_was_known_before(self) -> None:
        """Our own mistake stays on record."""
        mistake = {"on": dt.date(2026, 5, 1), "because": "misread"}
        one = entry(version(withdrawn=mistake))
        assert current(one, DAY) is None
        assert current(one, DAY, dt.date(2026, 4, 30)) is not None

    def test_a_later_version_never_removes_an_earlier_day(self) -> None:
        """Adding law for later days leaves earlier days as they were."""
        old = version(until=DAY)
        new = version(in_force=DAY, citation="New Act")
        for day in (dt.date(2020, 1, 1), dt.date(2020, 5, 31)):
            assert current(entry(old), day) == current(entry(old, new), day)


def test_bounds_of_a_day_that_is_not_known() -> None:
    """A side that is open has no bound; a day that is known is both."""
    assert bounds(DAY) == (DAY, DAY)
    assert bounds(between(5, None)) == (dt.date(2020, 6, 5), dt.date.max)
    assert bounds(between(None, 10)) == (dt.date.min, dt.date(2020, 6, 10))


def test_boundary_days_are_those_on_which_an_answer_may_change() -> None:
    """Each end of each range and each publication, once and in order; what is open is none."""
    one = entry(
        version(published=dt.date(2019, 5, 1), until=between(5, 10)),
        version(in_force=between(5, None), until=between(None, 10)),
    )
    assert boundary_days(one) == (
        dt.date(2019, 5, 1), dt.date(2020, 1, 1), dt.date(2020, 6, 5), dt.date(2020, 6, 10),
    )  # fmt: skip


def test_days_are_described_in_words() -> None:
    """An officer reads the day, or the days around it."""
    assert describe(DAY) == "2020-06-01"
    assert describe(between(5, 10)) == "not before 2020-06-05, not after 2020-06-10"
    assert describe(between(5, None)) == "not before 2020-06-05"
    assert describe(between(None, 10)) == "not after 2020-06-10"
