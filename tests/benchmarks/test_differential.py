"""The long comparison runs and tells a difference; the short one is `tests/test_cascade.py`."""

from __future__ import annotations

import pytest

from screening import Screener, Shipment
from screening.decision import Decision
from tests.benchmarks import differential


def test_both_roads_are_compared_row_by_row(screener: Screener) -> None:
    rows = differential.structures(differential.CHUNK // 20, None)
    *_, result = differential.run(rows)
    assert result.rows == len(rows) == sum(result.outcomes.values())
    assert not result.different


@pytest.mark.parametrize("at", [0, 1, 2])
def test_another_decision_is_told(
    screener: Screener, monkeypatch: pytest.MonkeyPatch, at: int
) -> None:
    class Careless:
        def screen(self, line: Shipment) -> Decision:
            return screener.screen(Shipment(structure="CCO", day=line.day))

        def look_ahead(self, _: object) -> None: ...

    roads: list[Screener | Careless] = [screener, screener, screener]
    roads[at] = Careless()
    monkeypatch.setattr(differential, "_screeners", roads)
    result = differential.compare([(0, "CCO"), (4, "O=C1CCNCC1")])
    assert result.different == [(4, "O=C1CCNCC1")]
    assert result.rows == 2
