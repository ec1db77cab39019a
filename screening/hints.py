"""Customs codes and transport numbers: hints about goods that are no identification."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

from screening.packaged import packaged_yaml
from screening.rules.load import Bundle

MAX_TITLES = 6


@dataclass(frozen=True, slots=True)
class ListedCode:
    """Listed goods that are declared under one customs subheading.

    Attributes:
        titles: of the entries, in order, each once.
        residual: the subheading is one for everything not named elsewhere.
    """

    titles: tuple[str, ...]
    residual: bool

    def __str__(self) -> str:
        more = ", ..." if len(self.titles) > MAX_TITLES else ""
        return ", ".join(self.titles[:MAX_TITLES]) + more


@dataclass(frozen=True, slots=True)
class TransportNumber:
    """What a UN number of the transport of dangerous goods names.

    Attributes:
        name: the proper shipping name, in short.
        cas: the substance's CAS number; None where the number names a kind of goods.
    """

    name: str
    cas: str | None


class Hints:
    """The customs codes of a bundle's entries, by subheading, and transport numbers.

    Args:
        bundle: the loaded watchlists.
    """

    def __init__(self, bundle: Bundle) -> None:
        self._bundle = bundle

    @cached_property
    def _by_subheading(self) -> Mapping[str, ListedCode]:
        titles: dict[str, set[str]] = {}
        for entry in self._bundle.entries.values():
            for code in entry.hs:
                digits = digits_of(code)[:6]
                if len(digits) == 6:
                    titles.setdefault(digits, set()).add(entry.title)
        return {
            digits: ListedCode(tuple(sorted(found)), _is_residual(digits))
            for digits, found in titles.items()
        }

    def listed_under(self, hs_code: str | None) -> ListedCode | None:
        """The listed goods of a customs code; None for codes of fewer than six digits."""
        digits = digits_of(hs_code or "")[:6]
        return self._by_subheading.get(digits) if len(digits) == 6 else None

    def is_for_chemicals(self, hs_code: str) -> bool:
        """Whether chemicals or goods that hold some are declared in a code's chapter."""
        return digits_of(hs_code)[:2] in _goods()["chemical_chapters"]

    def is_for_preparations(self, hs_code: str) -> bool:
        """Whether a code is for medicines or preparations, which may hold a listed substance."""
        return digits_of(hs_code)[:4] in _goods()["preparation_headings"]

    def transport(self, un_number: str | None) -> TransportNumber | None:
        """What a UN number names; None where it is not known here."""
        found = _goods()["un_numbers"].get(digits_of(un_number or "").zfill(4)[-4:])
        return TransportNumber(found["name"], found.get("cas")) if found else None


def digits_of(code: str) -> str:
    """The digits of a code.

    >>> digits_of("2933.39.90")
    '29333990'
    """
    return "".join(c for c in code if c in "0123456789")


def _is_residual(digits: str) -> bool:
    """In the Harmonized System 9 stands for all other goods of a level, 0 for an undivided one."""
    return digits[5] == "9" or digits[4:] == "90"


@cache
def _goods() -> Mapping[str, Any]:
    data = packaged_yaml("goods.yaml")
    for name in ("chemical_chapters", "preparation_headings"):
        data[name] = frozenset(data[name])
    return data
