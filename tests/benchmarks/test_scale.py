"""What the pages say of many rows follows from the one rate that docs/scale.md states."""

from __future__ import annotations

import pytest

from tests.benchmarks import scale


def text_of(name: str) -> str:
    return (scale.ROOT / name).read_text(encoding="utf-8")


def test_the_pages_agree_with_the_rate_they_state() -> None:
    """If not: `python -m tests.benchmarks.scale --rate RATE --share SHARE`."""
    page, front = text_of("docs/scale.md"), text_of("README.md")
    rate, share = scale.stated(page)
    assert scale.scale_page(page, rate, share) == page
    assert scale.readme(front, rate, share) == front


def test_another_rate_is_put_into_both() -> None:
    page = scale.scale_page(text_of("docs/scale.md"), 1_000, 0.9)
    assert scale.stated(page) == (1_000, 0.9)
    assert "| 1 | 16 | 14,400 | 19.3 | 309 |" in page
    assert "take 6.9 hours on two cores" in scale.readme(text_of("README.md"), 1_000, 0.9)


def test_a_page_without_a_rate_is_a_fault() -> None:
    with pytest.raises(ValueError, match="no rate"):
        scale.stated("nothing")
