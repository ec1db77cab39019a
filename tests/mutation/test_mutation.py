"""The choice of a mutation run names what there is, and its report counts."""

from __future__ import annotations

from tests.mutation.choice import LONG, ROOT, SHARES, TESTS, drawn, modules
from tests.mutation.report import Trial, summary, survivors


def test_what_is_chosen_is_there() -> None:
    """A module, a test file or a test that was renamed is noticed."""
    assert set(SHARES) < set(modules())
    assert all((ROOT / path).is_file() for path in modules().values())
    texts = [(ROOT / "tests" / f"test_{name}.py").read_text(encoding="utf-8") for name in TESTS]
    assert [name for name in LONG if not any(name in text for text in texts)] == []


def test_a_draw_is_the_same_every_time() -> None:
    """The seed decides; modules that are not counted are taken whole."""
    names = {"load": [f"a{i}" for i in range(50)], "reach": ["b1", "b2"]}
    first = drawn(names, 9, {"load": 5})
    assert first == drawn(names, 9, {"load": 5})
    assert first != drawn(names, 10, {"load": 5})
    assert len(first) == 7
    assert {"b1", "b2"} < set(first)


def test_the_report_counts_and_names_what_is_left() -> None:
    """A mutant that no test reaches has not been killed either."""
    trials = [
        Trial(f"m{i}", "reach", "f", "-a\n+b", outcome, "")
        for i, outcome in enumerate(("killed", "killed", "survived", "not reached"))
    ]
    assert "| reach | 4 | 2 | 1 | 1 | 50.0 % |" in summary(trials)
    assert [name in survivors(trials) for name in ("m0", "m1", "m2", "m3")] == [
        False, False, True, True,
    ]  # fmt: skip
