"""What was in force on a day, and what the bundle knew on a day."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from screening.rules.model import DateRange, Entry, Version
from screening.rules.timeline import Standing, current, describe, standing

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


def test_days_are_described_in_words() -> None:
    """An officer reads the day, or the days around it."""
    assert describe(DAY) == "2020-06-01"
    assert describe(between(5, 10)) == "not before 2020-06-05, not after 2020-06-10"
    assert describe(between(5, None)) == "not before 2020-06-05"
