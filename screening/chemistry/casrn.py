"""CAS Registry Numbers: how they are written, and their check digit.

The rule of the check digit is that of Chemical Abstracts Service: the digits before it, each times
its place counted from the right; the last digit of the sum.
"""

from __future__ import annotations

import re
import unicodedata

_NUMBER = re.compile(r"[1-9][0-9]{1,6}-[0-9]{2}-[0-9]")


def compact(text: str) -> str:
    """A number as it is usually written: no blanks, plain digits, plain hyphens, two of them.

    Args:
        text: the number, with or without hyphens, in whatever digits and dashes were typed.

    Returns:
        The number; a text that is none comes back in some form, which `is_valid` refuses.

    >>> compact("437387"), compact(" 437 – 38 – 7"), compact("４３７-38-7")
    ('437-38-7', '437-38-7', '437-38-7')
    """
    plain = "".join(
        "-" if unicodedata.category(sign) == "Pd" or sign == "\N{MINUS SIGN}" else sign
        for sign in unicodedata.normalize("NFKC", text)
        if not sign.isspace()
    )
    return plain if "-" in plain else f"{plain[:-3]}-{plain[-3:-1]}-{plain[-1:]}"


def check_digit(digits: str) -> str:
    """The check digit that belongs to the digits before it.

    Args:
        digits: of the number without its last one; hyphens do not matter.

    >>> check_digit("437-38")
    '7'
    """
    bare = digits.replace("-", "")
    return str(sum(place * int(digit) for place, digit in enumerate(reversed(bare), start=1)) % 10)


def is_valid(text: str) -> bool:
    """Whether a text is a CAS number with the check digit that belongs to it.

    >>> is_valid("437-38-7"), is_valid("437-38-8"), is_valid("0437-38-7")
    (True, False, False)
    """
    number = compact(text)
    return bool(_NUMBER.fullmatch(number)) and number[-1] == check_digit(number[:-2])
