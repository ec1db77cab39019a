"""Names of parties against party lists: entries of the watchlists, and a list the user downloads.

A name alone identifies nobody: a match is never more than a question to a person, and it says in
words in what way the names are alike. No score is shown.
"""

from __future__ import annotations

import csv
import datetime as dt
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from screening.errors import PartyListError

# Words that tell the form of a company and not which company it is.
_LEGAL_WORDS = """
    ltd limited co company corp corporation inc incorporated llc llp lp plc gmbh ag kg kgaa ohg ug
    sa sas sarl srl spa snc bv nv oy oyj ab as asa aps sdn bhd pte pty pvt private public pt cv tbk
    sro spzoo zrt kft doo jsc ojsc pjsc ooo oao zao fze fzco fzc dmcc est k kk gk the and of de
"""
_LEGAL_FORMS = frozenset(_LEGAL_WORDS.split())
_LEGAL_ENDINGS = re.compile(
    r"(?:股份有限公司|有限责任公司|集团有限公司|有限公司|株式会社|公司|集团|股份有限|責任有限公司)+$"
)
_ALIKE = 90.0  # of rapidfuzz's 100: about one letter in ten
_LEAST = 5  # shorter names are compared as they are: too much is like them


@dataclass(frozen=True, slots=True)
class ListedParty:
    """A party as a list names it.

    Attributes:
        owner: id of the watchlist entry, or the number in the downloaded list.
        name: the name that is compared.
        source: the list it stands in.
        citation: the notice that lists it, where the list gives one.
        since, until: first day listed, first day no longer; None where the list gives none.
    """

    owner: str
    name: str
    source: str = ""
    citation: str | None = None
    since: dt.date | None = None
    until: dt.date | None = None

    def listed_on(self, day: dt.date) -> bool:
        """Whether it was listed on a day; days that are not stated exclude nothing."""
        return (self.since is None or self.since <= day) and (
            self.until is None or day < self.until
        )


@dataclass(frozen=True, slots=True)
class PartyMatch:
    """A stated name that may be a listed party.

    Attributes:
        party: the listed party.
        text: the name as stated.
        reason: in what way the names are alike, in words that follow "The name".
    """

    party: ListedParty
    text: str
    reason: str


class PartyIndex:
    """Compares names with many listed parties.

    Args:
        parties: the listed parties, one for each name that they have.
    """

    def __init__(self, parties: Iterable[ListedParty]) -> None:
        self._by_key: dict[str, list[ListedParty]] = {}
        for party in parties:
            key = party_key(party.name)
            for one in {key, _unordered(key)} if key else ():
                self._by_key.setdefault(one, []).append(party)
        self._keys = [k for k in self._by_key if len(k) >= _LEAST]
        self._inner = tuple(k for k in self._by_key if _distinctive(k))
        self.matches = lru_cache(maxsize=8192)(self._matches)

    def __len__(self) -> int:
        return len({p for parties in self._by_key.values() for p in parties})

    def _matches(self, text: str) -> tuple[PartyMatch, ...]:
        """The listed parties that a stated name may be, each once, the closest way first."""
        key = party_key(text)
        if key is None:
            return ()
        found: dict[str, PartyMatch] = {}
        for reason, keys in self._ways(key):
            for other in keys:
                for party in self._by_key[other]:
                    found.setdefault(
                        party.owner, PartyMatch(party, text, reason.format(party.name))
                    )
        return tuple(found.values())

    def _ways(self, key: str) -> Iterator[tuple[str, Sequence[str]]]:
        if key in self._by_key:
            yield "is that of {!r}, but for punctuation and the form of the company", (key,)
        turned = _unordered(key)
        if turned in self._by_key:
            yield "has the words of {!r} in another order", (turned,)
        padded = f" {key} "
        inner = [k for k in self._inner if f" {k} " in padded or (_han(k) and k in key)]
        yield "holds the name {!r}", inner
        if len(key) >= _LEAST and self._keys:
            from rapidfuzz import fuzz, process  # noqa: PLC0415 - not for those without a list

            close = process.extract(
                key, self._keys, scorer=fuzz.ratio, score_cutoff=_ALIKE, limit=20
            )
            yield "differs from {!r} by a few letters", [k for k, _, _ in close]


@lru_cache(maxsize=4096)
def party_key(name: str | None) -> str | None:
    """A party's name without what says nothing: case, accents, punctuation and legal forms.

    Args:
        name: as written; None where it is not stated.

    Returns:
        The key; None where nothing is left: sums count it as every party, lists as none.

    >>> party_key("ACME Chemicals Co., Ltd."), party_key("Acmé Chemicals"), party_key("-")
    ('acme chemicals', 'acme chemicals', None)
    """
    if name is None:
        return None
    decomposed = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", name).casefold())
    plain = "".join(c for c in decomposed if not unicodedata.combining(c))
    plain = re.sub(r"(?<=\b\w)\.(?=\w\b)", "", plain)  # S.A. as one word
    plain = re.sub(r"['’]", "", plain)
    plain = _LEGAL_ENDINGS.sub("", unicodedata.normalize("NFKC", plain).strip())
    words = re.findall(r"\w+", plain.replace("_", " "))
    kept = [word for word in words if word not in _LEGAL_FORMS]
    return " ".join(kept or words) or None


def _unordered(key: str) -> str:
    return " ".join(sorted(key.split()))


def _han(key: str) -> bool:
    return any("一" <= c <= "鿿" for c in key)


def _distinctive(key: str) -> bool:
    """Long enough that a name which holds it is more than chance."""
    return (_han(key) and len(key) >= 4) or (len(key) >= 10 and " " in key)


def read_screening_list(path: Path | str) -> list[ListedParty]:
    """Reads a downloaded Consolidated Screening List.

    It is published by the International Trade Administration as a CSV file, see
    https://www.trade.gov/consolidated-screening-list.

    Args:
        path: the CSV file, with the columns `source` and `name`; alternative names,
            notices and days are read where it has them.

    Returns:
        One `ListedParty` for each name and alternative name.

    Raises:
        PartyListError: the file cannot be read, or is no such list.
    """
    path = Path(path)
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            reader = csv.DictReader(stream)
            missing = {"source", "name"} - set(reader.fieldnames or ())
            if missing:
                raise PartyListError(
                    path, f"it has no column {' and no column '.join(sorted(missing))}"
                )
            return [p for number, row in enumerate(reader, start=2) for p in _parties(row, number)]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise PartyListError(path, str(error)) from error


def _parties(
    row: Mapping[str | None, str | list[str] | None], number: int
) -> Iterator[ListedParty]:
    def cell(column: str) -> str:
        value = row.get(column)
        return value.strip() if isinstance(value, str) else ""

    names = [cell("name"), *(n.strip() for n in cell("alt_names").split(";"))]
    for name in dict.fromkeys(n for n in names if n):
        yield ListedParty(
            owner=cell("_id") or cell("entity_number") or f"row {number}",
            name=name,
            source=cell("source"),
            citation=cell("federal_register_notice") or None,
            since=_day(cell("start_date")),
            until=_day(cell("end_date")),
        )


def _day(text: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text[:10])
    except ValueError:
        return None
