"""CAS numbers are read as an independent library reads them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum import casrn as independent

from screening.chemistry import casrn

NUMBERS = st.from_regex(r"[0-9]{1,8}-[0-9]{1,3}-[0-9]{1,2}", fullmatch=True)


@given(NUMBERS | st.text(alphabet="0123456789- –－４", max_size=14))
def test_valid_where_the_other_says_so(text: str) -> None:
    """The same answer on numbers, near numbers and other texts; what is valid is written alike."""
    # the other one does not read full-width digits; trade documents from East Asia have them
    plain = text.replace("４", "4")
    assert casrn.is_valid(text) == independent.is_valid(plain)
    if casrn.is_valid(text):
        assert casrn.compact(text) == independent.compact(plain)


@given(st.from_regex(r"[1-9][0-9]{1,6}-[0-9]{2}", fullmatch=True))
def test_one_digit_belongs_to_a_number(digits: str) -> None:
    """Exactly one check digit makes a number valid, and it is the one that is told."""
    valid = [d for d in "0123456789" if casrn.is_valid(f"{digits}-{d}")]
    assert valid == [casrn.check_digit(digits)]


@pytest.mark.parametrize("text", ["", "-", "4", "437-38-7\n437-38-7", "４３７-38-8", "a37-38-7"])
def test_other_texts_are_none(text: str) -> None:
    """Neither an error nor a number."""
    assert not casrn.is_valid(text)
