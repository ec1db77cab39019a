"""Whether the lists that a decision rests on were checked lately enough for its day.

Age runs from the day of the last check to the shipping day, not to the day of the run: a later
check of the law can only matter for what changed in between, and the same question gives the same
answer whenever it is asked again. A list checked after the shipping day is never old for it. Where
the screen answers with what was known on an earlier day, it knows no check made after that day.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from screening.decision import FindingCode, Severity
from screening.findings import Findings
from screening.rules.load import Bundle
from screening.rules.model import Watchlist

MAX_LIST_AGE_DAYS = 180
"""A list counts as fresh for half a year, unless the setting says otherwise."""


def stale_lists(
    bundle: Bundle,
    places: Iterable[str],
    day: dt.date,
    *,
    known_on: dt.date | None,
    max_age: int,
    findings: Findings,
) -> None:
    """Says which of the lists asked are old for the day; past twice the age a person must look.

    Args:
        bundle: the loaded law.
        places: codes of the jurisdictions whose law is asked.
        day: the shipping day.
        known_on: what the bundle had recorded by that day; None: all of it.
        max_age: days for which a list counts as fresh.
        findings: takes one finding a jurisdiction.
    """
    for place in dict.fromkeys(places):
        old = [
            (age, watchlist)
            for watchlist in bundle.lists_of[place]
            if (age := _age(watchlist, day, known_on)) > max_age
        ]
        if not old:
            continue
        age = max(a for a, _ in old)
        grave = age > 2 * max_age
        since = day - dt.timedelta(days=age)
        how = "last checked" if since != known_on else "taken as known"
        every = len(old) == len(bundle.lists_of[place])
        titles = "any of them" if every else "; ".join(w.file.title for _, w in old)
        findings.add(
            FindingCode.LIST_STALE,
            Severity.ASK if grave else Severity.NOTE,
            f"The lists of {bundle.jurisdictions[place].file.title} ({place}) were {how} on "
            f"{since}, {age} days before the shipping day; a list counts as fresh for {max_age} "
            f"days. What changed after that is not in: {titles}."
            + (" A person must look up what changed." if grave else ""),
        )


def _age(watchlist: Watchlist, day: dt.date, known_on: dt.date | None) -> int:
    """Days from the last check that counts to the shipping day; negative for a later check."""
    checked = watchlist.file.last_checked
    return (day - (checked if known_on is None else min(checked, known_on))).days
