"""Fixtures that several test modules share."""

from __future__ import annotations

import shutil
from datetime import date
from functools import cache

import pytest
from hypothesis import settings

from screening import Decision, Screener, Shipment, guard
from screening.rules.load import bundled_watchlists
from tests.asking import TODAY, Decide, Only
from tests.strategies import LONG

# An ordinary run tries the same examples every time; `SCREENING_TESTS=long` looks for new ones.
settings.register_profile("steady", derandomize=not LONG, deadline=None, database=None)
settings.load_profile("steady")


@pytest.fixture(autouse=True)
def _forks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Worker processes are forked though a test worker has a thread: it waits and holds no lock."""
    monkeypatch.setattr(guard, "may_fork", lambda: True)


@pytest.fixture(scope="session")
def screener() -> Screener:
    """One screener over the bundled lists; loading it takes seconds, screening changes nothing."""
    return Screener()


@pytest.fixture(scope="session")
def decide(screener: Screener) -> Decide:
    """Screens a structure between two places on a day, each question once a session."""

    @cache
    def ask(
        structure: str, origin: str | None, destination: str | None, day: str = TODAY
    ) -> Decision:
        return screener.screen(
            Shipment(
                structure=structure,
                origin=origin,
                destination=destination,
                day=date.fromisoformat(day),
            )
        )

    return ask


@pytest.fixture(scope="session")
def only(tmp_path_factory: pytest.TempPathFactory) -> Only:
    """Screeners over a part of the bundled lists: some jurisdictions and no other."""

    @cache
    def part(*codes: str) -> Screener:
        root = tmp_path_factory.mktemp("part")
        for code in codes:
            shutil.copytree(bundled_watchlists() / code, root / code)
        return Screener(root)

    return part
