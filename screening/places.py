"""Places as trade papers write them -> ISO 3166-1 alpha-2 in lower case.

Names come from the Unicode CLDR (through Babel) in many languages, codes from its territory
aliases, and what trade adds to both from ``data/places.yaml``. What could mean two places, or none,
is not read at all: a missing place is screened as every place, a guessed one is not.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

from babel import Locale
from babel.core import get_global

from screening.packaged import packaged_yaml

MAX_TEXT = 200
"""Longer texts are no name of a place; the longest one known has under a hundred characters."""

_WORD = re.compile(r"[^\W_]+")
_PART = re.compile(r"[^()\[\]{}/|:;,=+–—-]+")
_EDGE = " \t\r\n'\"*#()[]"
_Key = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Words:
    """How words are compared: those that carry nothing, titles, short forms."""

    fillers: frozenset[str]
    official: frozenset[str]
    short: Mapping[str, str]


@lru_cache(maxsize=4096)
def place_code(text: str) -> str | None:
    """The place that a text names.

    Args:
        text: an ISO 3166-1 code (alpha-2, alpha-3 or three digits), or a name in one of the
            languages of ``data/places.yaml``, in official, short or trade form; also code and name
            of the same place side by side, such as ``CN - China``.

    Returns:
        The alpha-2 code in lower case, ``xi`` for Northern Ireland, ``eu`` for the European Union;
        None for what is unknown, could mean several places, or names several.

    >>> [place_code(text) for text in ("KOREA, REPUBLIC OF", "德国", "U.S.A.", "Korea")]
    ['kr', 'de', 'us', None]
    """
    if not text or len(text) > MAX_TEXT:
        return None
    whole = _look_up(text)
    if whole is not None:
        return whole
    parts = [part for part in _PART.findall(unicodedata.normalize("NFKC", text)) if part.strip()]
    if len(parts) < 2:
        return None
    codes = {_look_up(part) for part in parts}
    return codes.pop() if len(codes) == 1 else None


def place_title(code: str) -> str:
    """The English name of a place for display.

    Args:
        code: alpha-2 in any case, or ``xi``, ``eu``, ``un``.

    Returns:
        The name, or the code in upper case where the CLDR knows none.

    >>> place_title("cn"), place_title("xi")
    ('China', 'Northern Ireland')
    """
    lower = code.casefold()
    title = _data()["titles"].get(lower) or _territories("en").get(code.upper())
    return str(title or code.upper())


def every_place() -> tuple[str, ...]:
    """The codes of all countries and territories that can be read, in order."""
    return tuple(sorted(_known() - {"eu", "un"}))


def _look_up(text: str) -> str | None:
    """One code or one name, as a whole."""
    bare = unicodedata.normalize("NFKC", text).casefold().replace(".", "")
    code = _codes().get(bare.strip(_EDGE))
    if code is not None:
        return code
    words = _words()
    key = _key(text, words)
    short = tuple(word for word in key if word not in words.official)
    for name in (key, short) if short != key else (key,):
        for table in (_trade_names, _english_names, _other_names):
            found = table().get(name) if name else None
            if found is not None:
                return found or None
    return None


def _fold(text: str) -> str:
    """NFKC, case folded, Latin letters without their accents."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    if folded.isascii():
        return folded
    kept: list[str] = []
    base = ""
    for char in unicodedata.normalize("NFD", folded):
        if not unicodedata.combining(char):
            base = char
        elif base < "\u0250":
            continue
        kept.append(char)
    return unicodedata.normalize("NFC", "".join(kept)).replace("ı", "i")


def _key(text: str, words: _Words) -> _Key:
    """What two spellings of one name share: its words without fillers, in alphabetical order."""
    bare = _fold(text).replace(".", " " if re.search(r"\.\w{2}", text) else "")
    bare = bare.replace("'s ", " ").replace("’s ", " ").replace("'", " ").replace("’", " ")
    found = [words.short.get(word, word) for word in _WORD.findall(bare)]
    return tuple(sorted({word for word in found if word not in words.fillers}))


@cache
def _data() -> Mapping[str, Any]:
    """The data file, read once."""
    return packaged_yaml("places.yaml")


@cache
def _words() -> _Words:
    data = _data()
    return _Words(frozenset(data["fillers"]), frozenset(data["official"]), data["words"])


def _territories(language: str) -> Mapping[str, str]:
    """CLDR territory names of one language by upper-case code."""
    names: Mapping[str, str] = Locale.parse(language).territories
    return names


@cache
def _known() -> frozenset[str]:
    """Every place that can be the answer, as alpha-2 in lower case."""
    codes = {code.casefold() for code in _territories("en") if len(code) == 2 and code.isalpha()}
    return frozenset(codes - set(_data()["left_out"]) | {"xi"})


@cache
def _codes() -> Mapping[str, str]:
    """Codes of two letters, three letters and three digits.

    Withdrawn alpha-2 codes are left out: two letters are often a state or a port, and a code that
    was reused or split would be a guess.
    """
    known = _known()
    table = {code: code for code in known}
    for alias, targets in get_global("territory_aliases").items():
        target = targets[0].casefold()
        if len(alias) == 3 and len(targets) == 1 and target in known:
            table[alias.casefold()] = target
    table.update(_data()["codes"])
    return table


def _table(names: Iterable[tuple[str, str]]) -> dict[_Key, str]:
    """Names to codes; a name of several places gets the empty code, which is never read."""
    words = _words()
    table: dict[_Key, str] = {}
    for name, code in names:
        key = _key(name, words)
        if key:
            table[key] = code if table.get(key, code) == code else ""
    return table


@cache
def _trade_names() -> Mapping[_Key, str]:
    data = _data()
    table = _table((n, code) for code, names in data["spellings"].items() for n in names)
    return table | dict.fromkeys((_key(n, _words()) for n in data["ambiguous"]), "")


def _cldr_names(language: str) -> Iterable[tuple[str, str]]:
    known = _known()
    for code, name in _territories(language).items():
        if code.casefold() in known:
            yield name, code.casefold()


@cache
def _english_names() -> Mapping[_Key, str]:
    return _table(_cldr_names("en"))


@cache
def _other_names() -> Mapping[_Key, str]:
    """Names in the other languages; read only when English does not know the name."""
    return _table(pair for language in _data()["languages"] for pair in _cldr_names(language))
