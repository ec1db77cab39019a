"""CAS numbers and names -> the entries and structures they stand for.

A cell is read in one pass: CAS numbers, purities and packing are taken out, what is left is cut at
separators, and every piece is looked up as a whole. Only a cell that is accounted for to the last
word counts as what it names; a name that stands inside other text, a cut-off name, an abbreviation
that means several things are possible identities, for a person to look at. Words of trade (grades,
packing, salts) are in ``data/names.yaml``; the names themselves are the entries' own. What no entry
carries is asked of further sources, in this order: the user's own item codes, the offline table of
registered chemicals, systematic nomenclature. A name that is a slip of the pen away from an entry's
is only ever a possible one.

A name is compared by its tokens, so that hyphens and blanks, kinds of brackets, dashes and quotes,
accents, Greek letters and their names, and the two Chinese scripts do not matter, while locants and
prefixes do: ``N-methyl-4-piperidone`` does not contain ``4-piperidone``.
"""

from __future__ import annotations

import contextlib
import html
import inspect
import itertools
import json
import re
import unicodedata
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from functools import cache, cached_property, lru_cache
from importlib import metadata
from typing import Any

from screening import registry as registry_code
from screening import spelling as spelling_code
from screening import systematic as systematic_code
from screening.answers import Answers
from screening.chemistry import casrn
from screening.chemistry.formula import flat, same_metal_salt
from screening.chemistry.identity import read_listed
from screening.chemistry.inchikey import inchikey_of
from screening.chemistry.structure import Structure
from screening.errors import StructureError
from screening.items import ItemTable
from screening.packaged import packaged_yaml
from screening.registry import PACKAGE as REGISTRY_PACKAGE
from screening.registry import Registered, Registry
from screening.rules.cache import digest_of, software_key, stored
from screening.rules.load import Bundle
from screening.rules.model import Entry
from screening.spelling import NearNames
from screening.systematic import PACKAGE as SYSTEMATIC_PACKAGE
from screening.systematic import Interpreted, SystematicNames

MIN_CUT = 10
"""Characters that a cut-off name must at least have."""
CUT_SHARE = 0.7
"""Share of a name that must be there for it to be read as cut off."""
MAX_CUT_NAMES = 12
"""A beginning shared by more names than this says nothing."""
MAX_NAME = 400
"""Longer texts are no single name."""
MAX_CELLS = 8192
"""Cells whose reading is kept; most rows of a file are of a few hundred goods."""
MAX_REST = 200
MAX_SHOWN = 200
MAX_PIECES = 40
"""Parts of a text that other sources than the entries are asked about."""
MAX_TOKENS = 80
"""A longer piece is prose: searched for names, but not read as one."""
MIN_WORD = 7
"""Letters of a word by which a longer name shows that it is of a listed substance's kind."""
MIN_PART = 4
"""Letters of a whole name that stands inside a longer one."""
MAX_RELATIVES = 4
MAX_INSIDE = 12
"""Words of a piece among which registered names are looked for."""

ENTRY, ITEM, REGISTRY, SYSTEMATIC, SPELLING = (
    "entry",
    "items",
    "registry",
    "systematic",
    "spelling",
)
"""Where an identity comes from."""


@dataclass(frozen=True)
class Sources:
    """What is asked about names and numbers that no entry carries.

    Attributes:
        items: the user's own item codes.
        registry: the offline table of registered chemicals.
        systematic: systematic nomenclature.
        installed: they are what is installed, so that a reading holds for later runs too.
    """

    items: ItemTable | None = None
    registry: Registry | None = None
    systematic: SystematicNames | None = None
    installed: bool = False

    @property
    def misses(self) -> int:
        """How often a source gave no answer so far where another time it may."""
        return self.systematic.misses if self.systematic is not None else 0

    @property
    def whole(self) -> bool:
        """Every source that is installed can be asked."""
        registry, systematic = self.registry, self.systematic
        return (registry is None or not registry.installed or registry.available) and (
            systematic is None or systematic.version is None or systematic.missing is None
        )


@cache
def _registry() -> Registry:
    return Registry(name_key, key_digest)


@cache
def _nomenclature() -> SystematicNames:
    return SystematicNames()


def installed_sources(items: ItemTable | None = None) -> Sources:
    """Every source that is there; one table and one program serve the whole process."""
    return Sources(items, _registry(), _nomenclature(), installed=True)


def source_versions() -> dict[str, str]:
    """The versions of the packages that names and numbers are looked up in."""
    found = {REGISTRY_PACKAGE: _registry().version, SYSTEMATIC_PACKAGE: _nomenclature().version}
    return {name: version for name, version in found.items() if version is not None}


@dataclass(frozen=True, slots=True)
class NamedIdentity:
    """One identifier of the cell that entries carry.

    Attributes:
        source: ``cas`` or ``name``.
        text: the part recognised, as it stood, cut to 200 characters.
        matched: the entries' own identifier.
        entries: ids of the entries that carry it.
        structures: SMILES of those entries, the alias's where the name is an alias's; empty for
            entries without structure.
        exact: it counts as that; otherwise it is only possible.
        salt: words for a salt or hydrate stood beside it.
        via: where it comes from: ``entry``, ``items``, ``registry``, ``systematic``, ``spelling``.
        numbers: CAS numbers that the source gives for it, where it is no entry.
    """

    source: str
    text: str
    matched: str
    entries: tuple[str, ...]
    structures: tuple[str, ...]
    exact: bool
    salt: bool = False
    via: str = ENTRY
    numbers: tuple[str, ...] = ()


@dataclass(frozen=True)
class NamesRead:
    """What was read of the CAS cell and the name cell of one line.

    Attributes:
        identities: in the order found, CAS numbers first; each identifier once.
        cas_found: valid CAS numbers, as written in the registry.
        cas_invalid: what has the shape of a CAS number and a wrong check digit.
        cas_unknown: valid CAS numbers that no entry and no other source carries.
        name_read: nothing of the name cell is left unexplained; also true for an empty cell, or one
            that holds only words of packing and quality.
        rest: what is left unexplained, cut to 200 characters.
        relatives: names of entries that are part of a longer name that is not known.
        generic: what is left names a class of chemicals and none of them.
        systematic: what is left looks like a systematic name.
    """

    identities: tuple[NamedIdentity, ...] = ()
    cas_found: tuple[str, ...] = ()
    cas_invalid: tuple[str, ...] = ()
    cas_unknown: tuple[str, ...] = ()
    name_read: bool = True
    rest: str = ""
    relatives: tuple[str, ...] = ()
    generic: bool = False
    systematic: bool = False


@dataclass(frozen=True, slots=True)
class _Record:
    """What one identifier stands for; `certain` when that is one substance.

    `carried` pairs each entry with the structure that it gives the identifier.
    """

    matched: str
    entries: tuple[str, ...]
    structures: tuple[str, ...]
    certain: bool
    carried: tuple[tuple[str, str | None], ...]


@dataclass(frozen=True, slots=True)
class _Records:
    """Every identifier of a bundle: CAS numbers, names by key, keys without borders of words."""

    cas: Mapping[str, _Record]
    names: Mapping[str, _Record]
    loose: Mapping[str, _Record]


@dataclass(slots=True)
class _Found:
    """What has been found so far of one line."""

    identities: dict[tuple[str, str], NamedIdentity] = field(default_factory=dict)
    cas_found: dict[str, None] = field(default_factory=dict)
    cas_invalid: dict[str, None] = field(default_factory=dict)
    cas_unknown: dict[str, None] = field(default_factory=dict)
    relatives: dict[str, None] = field(default_factory=dict)

    def add(self, identity: NamedIdentity) -> None:
        """Keeps one identity for each identifier, the exact one."""
        key = (identity.source, identity.matched)
        known = self.identities.get(key)
        if known is None or (identity.exact and not known.exact):
            self.identities[key] = identity

    def says(self, identity: NamedIdentity) -> bool:
        """Whether an exact identity is the very record, or structure, of another."""
        return any(
            other.exact
            and (
                not set(other.numbers).isdisjoint(identity.numbers)
                or not set(other.structures).isdisjoint(identity.structures)
            )
            for other in self.identities.values()
        )

    def constitutions(self) -> frozenset[str]:
        """What the exact identities are."""
        return frozenset().union(
            *(_constitutions(i.structures) for i in self.identities.values() if i.exact)
        )

    def result(self, name_read: bool, rest: str) -> NamesRead:
        """The answer."""
        return NamesRead(
            identities=tuple(self.identities.values()),
            cas_found=tuple(self.cas_found),
            cas_invalid=tuple(self.cas_invalid),
            cas_unknown=tuple(self.cas_unknown),
            name_read=name_read,
            rest=rest.strip()[:MAX_REST],
            relatives=tuple(self.relatives)[:MAX_RELATIVES],
            generic=bool(rest) and _is_generic(rest),
            systematic=bool(rest) and SystematicNames.looks_systematic(rest.strip()),
        )


class NameIndex:
    """Every CAS number and every name of a bundle's entries, compiled for reading cells.

    Built once, when the first cell is read; reading changes nothing in it, so it can be shared by
    threads and pickled.

    Args:
        bundle: the loaded watchlists.
        sources: what is asked about names and numbers that no entry carries.
    """

    def __init__(self, bundle: Bundle, sources: Sources | None = None) -> None:
        self._bundle = bundle
        self.sources = sources or Sources()
        self._read = lru_cache(maxsize=MAX_CELLS)(self._read_or_kept)
        self._readings = Answers("readings", self._readings_key)

    def __reduce__(self) -> tuple[Any, ...]:
        return NameIndex, (self._bundle, self.sources)

    @cached_property
    def _records(self) -> _Records:
        """What every identifier stands for: from the record of an earlier run, or compiled."""
        return stored(
            "names",
            digest_of([self._bundle.digest.encode(), software_key().encode()]),
            lambda: _compile(self._bundle),
            pack=_packed,
            unpack=_unpacked,
        )

    @cached_property
    def _cas(self) -> Mapping[str, _Record]:
        return self._records.cas

    @cached_property
    def _names(self) -> Mapping[str, _Record]:
        return self._records.names

    @cached_property
    def _loose(self) -> Mapping[str, _Record]:
        return self._records.loose

    @cached_property
    def _sorted(self) -> Sequence[str]:
        return sorted(key for key in self._names if len(key) > MIN_CUT)

    @cached_property
    def _tree(self) -> dict[str, Any]:
        return _tree(self._names)

    @cached_property
    def _near(self) -> NearNames:
        return NearNames(self._names)

    def read(self, *, cas: str | None = None, name: str | None = None) -> NamesRead:
        """What the CAS cell and the name cell of one line stand for.

        Args:
            cas: a cell that should hold CAS numbers, as it came.
            name: name or description of the goods, as it came, in any language of the entries.

        Returns:
            All identities found, and what could not be accounted for. Never raises on any text;
            the time is proportional to the length of the text.
        """
        if len(cas or "") + len(name or "") > MAX_NAME:  # prose does not come twice
            return self._read_cells(cas, name)
        return self._read(cas, name)

    def _readings_key(self) -> str | None:
        """A digest of all that the reading of a cell depends on."""
        parts = [self._bundle.digest.encode(), software_key().encode(), *_code_of_readings()]
        registry, systematic = self.sources.registry, self.sources.systematic
        parts.append(((registry and registry.version) or "").encode())
        parts.append((systematic.edition if systematic is not None else "").encode())
        return digest_of(parts)

    def _read_or_kept(self, cas: str | None, name: str | None) -> NamesRead:
        """What two cells stand for, from the reading of an earlier run where there is one.

        A number alone is looked up as quickly; what the user's own items say stays in memory.
        """
        if name is None or not self.sources.installed or self.sources.items is not None:
            return self._read_cells(cas, name)
        question = json.dumps([cas, name])
        said = self._readings.get(question)
        if said is not None:
            with contextlib.suppress(Exception):  # a reading that cannot be read is made anew
                return _reading_of(said)
        before = self.sources.misses
        read = self._read_cells(cas, name)
        if self.sources.misses == before and self.sources.whole:
            self._readings.put(question, _told(read))
        return read

    def _read_cells(self, cas: str | None, name: str | None) -> NamesRead:
        """What two cells stand for, read anew."""
        found = _Found()
        if cas and cas.strip():
            self._read_cas_cell(cas, found)
        if not name or not name.strip():
            return found.result(True, "")
        clean, folded = _fold(name)
        record = self._names.get(_key(folded)) if len(folded) <= MAX_NAME else None
        if record is not None:
            known = found.constitutions()
            identity = _confirmed(record, clean.strip(), known)
            if not identity.exact:
                identity = self._meant_elsewhere(clean.strip(), known) or identity
            found.add(identity)
            return found.result(identity.exact, "" if identity.exact else clean)
        if _key(folded) in _words().placeholders:
            return found.result(True, "")
        if _THREE_DIGITS.search(folded):
            folded = self._take_cas(clean, folded, found)
        return self._read_pieces(clean, _take_noise(folded), found)

    # --- CAS numbers -------------------------------------------------------------------------

    def _read_cas_cell(self, cell: str, found: _Found) -> None:
        """Numbers of the CAS cell: hyphenated, bare, or read by a spreadsheet as a day."""
        record = self._cas.get(cell)
        if record is not None:
            found.cas_found[cell] = None
            found.add(_identity(record, cell, record.certain, "cas"))
            return
        if _CAS_PLAIN.fullmatch(cell) and self._note(cell, cell, True, found):
            return
        clean, folded = _fold(cell)
        left = self._take_cas(clean, folded, found, cell=True)
        for match in _CAS_BARE_CELL.finditer(left):
            self._bare(clean[match.start() : match.end()], match[1] + match[2] + match[3], found)
        seen = found.identities or found.cas_found or found.cas_unknown or found.cas_invalid
        if not seen and _key(folded) not in _words().placeholders:
            found.cas_invalid[clean.strip()[:MAX_SHOWN]] = None

    def _take_cas(self, clean: str, folded: str, found: _Found, *, cell: bool = False) -> str:
        """Notes every CAS number and returns the text with a gap, same length, in its place."""
        if "ー" in folded or "一" in folded:
            folded = _IDEOGRAPH_DASH.sub("-", folded)
        spans: list[tuple[int, int]] = []
        for match in _CAS.finditer(folded):
            number = f"{match[1].lstrip('0')}-{match[2]}-{match[3]}"
            start = _label_start(folded, match.start())
            as_day = not cell and start == match.start() and _could_be_day(number)
            if as_day and number not in self._cas:
                continue
            if self._note(number, clean[match.start() : match.end()], not as_day, found):
                spans.append((start, match.end()))
            else:
                found.cas_invalid[clean[match.start() : match.end()].strip()] = None
                spans.append((start, match.end()))
        for match in _CAS_LABELLED.finditer(folded):
            digits = match[4] or match[1] + match[2] + match[3]
            self._bare(clean[match.start() : match.end()], digits, found)
            spans.append(match.span())
        for match in _DAY.finditer(folded):
            start = _label_start(folded, match.start())
            if (cell or start < match.start()) and self._day(match, clean, found):
                spans.append((start, match.end()))
        return _blank(folded, spans) if spans else folded

    def _note(self, number: str, text: str, exact: bool, found: _Found) -> bool:
        """Notes one number; False when its check digit is wrong."""
        record = self._cas.get(number)
        if record is None and not _is_cas(number):
            return False
        if exact:
            found.cas_found[number] = None
        if record is not None:
            found.add(_identity(record, text.strip(), exact and record.certain, "cas"))
            return True
        identity = self._registered_number(number, text.strip(), exact)
        if identity is not None:
            found.add(identity)
        else:
            found.cas_unknown[number] = None
        return True

    def _registered_number(self, number: str, text: str, exact: bool) -> NamedIdentity | None:
        """What the offline table says of a number; one that it has replaced is only possible."""
        registry = self.sources.registry
        if registry is None:
            return None
        one = registry.by_cas(number)
        if one is not None:
            return _registered((one,), text, "cas", number, exact=exact)
        return _registered(registry.by_other_cas(number), text, "cas", number, exact=False)

    def _bare(self, text: str, digits: str, found: _Found) -> None:
        """A number whose hyphens are lost is only possible."""
        digits = digits.lstrip("0")
        number = f"{digits[:-3]}-{digits[-3:-1]}-{digits[-1:]}"
        if not self._note(number, text, False, found):
            found.cas_invalid[text.strip()] = None

    def _day(self, match: re.Match[str], clean: str, found: _Found) -> bool:
        """A day that a spreadsheet may have made of a CAS number: 79-03-8 becomes 1979-03-08."""
        text = clean[match.start() : match.end()]
        numbers = list(dict.fromkeys(_numbers_of_day(match)))
        listed = [number for number in numbers if number in self._cas]
        noted = [self._note(number, text, False, found) for number in listed or numbers]
        return any(noted)

    # --- names -------------------------------------------------------------------------------

    def _read_pieces(self, clean: str, folded: str, found: _Found) -> NamesRead:
        """Cuts the text into pieces, reads each, and says whether all of it is accounted for."""
        if _JOINED.search(folded):
            folded = _WORD.sub(self._part, folded)
        pieces = [
            self._read_piece(piece, clean, found if number < MAX_PIECES else None)
            for number, piece in enumerate(_pieces(folded))
        ]
        _spread_salts(pieces)
        known: frozenset[str] = frozenset()
        if any(piece.unsure is not None for piece in pieces):
            known = found.constitutions().union(
                *(_constitutions(i.structures) for p in pieces for i in p.identities if i.exact)
            )
        for piece in pieces:
            if piece.unsure is not None:
                salt = any(i.salt for i in piece.identities)
                identity = _confirmed(piece.unsure, piece.shown(clean), known)
                if not identity.exact:
                    identity = self._meant_elsewhere(piece.shown(clean), known) or identity
                piece.identities = [replace(identity, salt=salt)]
                piece.accounted = identity.exact
        if len(pieces) == 1 and pieces[0].accounted and not pieces[0].identities:
            self._word_alone(pieces[0], clean)
        for left, right in itertools.pairwise(pieces):
            if right.before == _OPEN and not _same(left.identities, right.identities):
                left.doubt()
                right.doubt()
        unread = [piece for piece in pieces if not piece.accounted]
        if unread:
            self._complete_cut(unread[-1], clean)
            for piece in unread[:MAX_PIECES]:
                if not piece.identities:
                    found.relatives.update(self._relatives(piece))
                    self._look_inside(piece, clean)
            for piece in pieces:
                piece.doubt()
        for piece in pieces:
            for identity in piece.identities:
                found.add(identity)
        rest = " ".join(p.shown(clean) for p in pieces if not p.accounted)
        doubtful = any(not i.exact for p in pieces for i in p.identities)
        if doubtful and not rest:
            rest = clean
        return found.result(not rest, rest)

    def _word_alone(self, piece: _Piece, clean: str) -> None:
        """A material for packing that is all the cell holds may be the goods: aluminium."""
        registry = self.sources.registry
        if registry is not None and piece.tokens[0] in _words().materials:
            text, key = piece.shown(clean), " ".join(piece.tokens)
            found = _registered(registry.by_name(key), text, "name", key, exact=True)
            piece.identities = [found] if found is not None else []

    def _part(self, word: re.Match[str]) -> str:
        """Parts a Chinese word at its ands where every part is a name."""
        parts = _JOINED.split(word[0])
        known = len(parts) > 1 and all(_key(part) in self._names for part in parts)
        return _JOINED.sub(";", word[0]) if known else word[0]

    def _read_piece(self, piece: _Piece, clean: str, told: _Found | None) -> _Piece:
        """One piece between separators, read as a whole where that is possible.

        Args:
            piece: the piece.
            clean: the text that it is of.
            told: what the CAS numbers of the line led to; None: only entries are asked.
        """
        if not piece.tokens:
            return piece
        whole = None
        one = len(piece.tokens) <= MAX_TOKENS and piece.opens[0] and piece.closes[-1]
        if one:
            whole = self._whole(piece)
        if whole is not None:
            record, salt, as_written = whole
            exact = as_written and record.certain
            piece.identities = [_identity(record, piece.shown(clean), exact, salt=salt)]
            piece.accounted = exact
            piece.unsure = record if as_written and not exact else None
            if not as_written and (other := self._elsewhere(piece, clean, told)):
                # drawn by another source with what the entry's own name leaves out
                piece.identities.append(other)
                piece.accounted = other.exact
            return piece
        item = self._item(piece, clean) if one else None
        if item is not None:
            piece.identities, piece.accounted = list(item), True
        elif _only_noise(piece):
            piece.accounted = True
        elif one and (other := self._elsewhere(piece, clean, told)):
            piece.identities, piece.accounted = [other], other.exact
            if not other.exact:
                self._scan_too(piece, clean)
        else:
            self._scan(piece, clean)
        return piece

    def _scan_too(self, piece: _Piece, clean: str) -> None:
        """Names of entries inside a piece that another source knows only as a possible one."""
        other = piece.identities
        self._scan(piece, clean)
        piece.identities = [*other, *piece.identities]
        piece.accounted = False

    # --- what no entry carries -----------------------------------------------------------------

    def item(self, code: str, text: str | None = None) -> tuple[NamedIdentity, ...] | None:
        """What stands behind a user's own item code.

        Args:
            code: as it stands in a cell.
            text: what to show of it.

        Returns:
            Its identities, exact as the user says so; None where the code is not in the table.
        """
        found = self.sources.items.get(code) if self.sources.items is not None else None
        if found is None:
            return None
        identities: list[NamedIdentity] = []
        if found.structure is not None:
            identities.append(NamedIdentity("item", "", found.code, (), (found.structure,), True))
        read = self.read(cas=found.cas, name=found.name)
        identities += read.identities
        shown = (text or code)[:MAX_SHOWN]
        return tuple(replace(i, source="item", text=shown, via=ITEM) for i in identities)

    @cached_property
    def _keys(self) -> Mapping[str, Sequence[tuple[str, str, str]]]:
        """Entries and structures by the part of an InChIKey that stands for the skeleton."""
        listed = sorted(
            {
                (smiles, entry.id, entry.title)
                for entry in self._bundle.entries.values()
                for smiles in (_own_structure(entry), *entry.aliases)
                if smiles is not None
            }
        )
        keys = stored(
            "inchikeys",
            digest_of([repr(listed).encode(), software_key().encode()]),
            lambda: {smiles: inchikey_of(smiles) for smiles, _, _ in listed},
            pack=lambda found: json.dumps(found).encode(),
            unpack=json.loads,
        )
        found: dict[str, list[tuple[str, str, str]]] = {}
        for smiles, entry, title in listed:
            key = keys[smiles]
            if key:
                found.setdefault(key[:14], []).append((smiles, entry, title))
        return found

    def by_inchikey(self, key: str) -> tuple[NamedIdentity, ...]:
        """What an InChIKey stands for: entries first, then the offline table.

        Args:
            key: the whole key; the part for the skeleton decides, since lists name compounds in
                whatever form.
        """
        listed = self._keys.get(key[:14])
        if listed:
            record = _record([(title, entry, smiles) for smiles, entry, title in listed])
            return (_identity(record, key, record.certain, "inchi"),)
        registry = self.sources.registry
        rows = registry.by_inchikey(key) if registry is not None else ()
        found = _registered(rows, key, "inchi", key, exact=True)
        return (found,) if found is not None else ()

    def _item(self, piece: _Piece, clean: str) -> tuple[NamedIdentity, ...] | None:
        """A piece that is an item code, with words of trade around it."""
        if self.sources.items is None or not len(self.sources.items):
            return None
        first, last = 0, len(piece.tokens)
        while first < last:
            text = clean[piece.spans[first][0] : piece.spans[last - 1][1]]
            found = self.item(text)
            if found is not None:
                return found
            if not (_is_noise(piece.tokens, first) and piece.closes[first]):
                return None
            first += 1
        return None

    def _elsewhere(self, piece: _Piece, clean: str, told: _Found | None) -> NamedIdentity | None:
        """A piece that is one name of the offline table, or one systematic name.

        A name of the table counts at once where a CAS number of the line says the same; else it is
        read by nomenclature too, where that can be done, and both have to agree.
        """
        text = piece.shown(clean)
        if told is None:
            return None
        possible: NamedIdentity | None = None
        registry = self.sources.registry
        if registry is not None:
            for key, salt in piece.tried:
                english = _chinese().get(key) if _CJK.search(key) else None
                rows = registry.by_name(english) if english else self._rows_of(registry, key)
                found = _registered(rows, text, "name", english or key, exact=True)
                if found is None or not _can_be_salt(found.structures, salt):
                    continue
                if salt:
                    found = replace(found, salt=True)
                if found.exact and english is None and not told.says(found):
                    main = all(row.main for row in rows)
                    found = self._read_again(found, key, piece, clean, main=main)
                if found.exact:
                    return found
                possible = possible or found
        return possible or self._systematic(piece, clean)

    def _read_again(
        self, found: NamedIdentity, key: str, piece: _Piece, clean: str, *, main: bool
    ) -> NamedIdentity:
        """A name of the table, in doubt where nomenclature reads it as something else or open.

        Slang and trade names stand among synonyms (crystal, liquid, medicine): what is no main name
        counts only where nomenclature agrees, or, without it, where it is built of chemical words.
        """
        names = self.sources.systematic
        text = _spelt_out(_cut_to(key, piece, clean))
        read = _read_beside(names, text, found.structures) if names is not None else None
        if read is None:
            absent = names is None or names.missing is not None
            exact = main or (absent and _is_built(key))
            return found if exact else replace(found, exact=False)
        if read.same:
            return replace(found, exact=False) if read.open else found  # one of several isomers
        return replace(found, exact=False, structures=(*found.structures, read.smiles))

    def vouched(self, names: Iterable[str]) -> dict[str, str]:
        """What nomenclature says of names of the offline table, to be kept for later runs.

        Args:
            names: as the table spells them; each is also asked about as others spell it, since
                nomenclature may read capitals otherwise.

        Returns:
            Answers for `SystematicNames.answers`; what is kept already, and names that count or do
            not count whatever nomenclature says, are left out.
        """
        program = self.sources.systematic
        if program is None:
            return {}
        asked: dict[str, tuple[str, tuple[str, ...]]] = {}
        for name in names:
            for text, structures in self._to_vouch(name):
                question = _beside(text, structures)
                if question not in asked and program.answers.get(question) is None:
                    asked[question] = " ".join(text.split()), structures
        read = program.structures([text for text, _ in asked.values()])
        return {
            question: _said_beside(read[text], structures)
            for question, (text, structures) in asked.items()
            if text in read
        }

    def _to_vouch(self, name: str) -> Iterator[tuple[str, tuple[str, ...]]]:
        """What nomenclature is asked when a cell holds a name of the table and nothing else."""
        registry = self.sources.registry
        clean, folded = _fold(name)
        if registry is None or len(name) > MAX_NAME:
            return
        pieces = _pieces(_take_noise(folded))
        if len(pieces) != 1 or len(pieces[0].tokens) > MAX_TOKENS:
            return  # it is read part by part
        piece = pieces[0]
        key = " ".join(piece.tokens)
        found = _registered(self._rows_of(registry, key), clean, "name", key, exact=True)
        if found is not None and not found.exact:
            return
        structures = () if found is None else found.structures  # too many substances share it
        for spelling in _spellings(clean):
            text = _spelt_out(_cut_to(key, piece, spelling))
            if SystematicNames.looks_systematic(text):
                yield text, structures

    def _rows_of(self, registry: Registry, key: str) -> tuple[Registered, ...]:
        """The substances of a name; a main name that ends otherwise comes before synonyms."""
        rows = registry.by_name(key)
        if not rows or not all(row.main for row in rows):
            rows = _other_ending(registry, key) or rows
        return rows

    def _systematic(self, piece: _Piece, clean: str) -> NamedIdentity | None:
        """A piece that is a systematic name, without the words of trade around it."""
        names = self.sources.systematic
        if names is None:
            return None
        first, last = 0, len(piece.tokens)
        while last - first > 1 and _is_noise(piece.tokens, first) and piece.closes[first]:
            first += 1
        while last - first > 1 and _is_noise(piece.tokens, last - 1) and piece.opens[last - 1]:
            last -= 1
        text = clean[piece.spans[first][0] : piece.spans[last - 1][1]]
        spelt = _spelt_out(text)
        read = _read_beside(names, spelt, ())
        if read is None:
            return None
        key = " ".join(piece.tokens[first:last])
        exact = not (read.open or _is_code(key) or _mixes_locants(piece.tokens[first:last]))
        return NamedIdentity(
            "name", text[:MAX_SHOWN], spelt, (), (read.smiles,), exact, via=SYSTEMATIC
        )

    def _meant_elsewhere(self, text: str, known: frozenset[str]) -> NamedIdentity | None:
        """A name of several things that the offline table gives to what the line says it is."""
        registry = self.sources.registry
        if registry is None or not known:
            return None
        rows = registry.every_by_name(name_key(text))
        same = tuple(row for row in rows if _constitution(row.smiles) in known)
        found = _registered(same, text, "name", text, exact=True) if same else None
        return replace(found, exact=True) if found is not None else None

    @cached_property
    def _words_of_names(self) -> Mapping[str, str]:
        """Names of entries that are one word, and not a short one."""
        return {
            key: record.matched
            for key, record in self._names.items()
            if len(key) >= MIN_WORD and key.isalpha() and record.structures
        }

    def _relatives(self, piece: _Piece) -> Iterator[tuple[str, None]]:
        """Names of entries that a longer, unknown name holds, or that its words end with."""
        tokens = piece.tokens[:MAX_TOKENS]
        for start in range(len(tokens)):
            node, end = self._tree, 0
            for at in range(start, len(tokens)):
                if tokens[at] not in node:
                    break
                node = node[tokens[at]]
                end = at + 1 if _END in node else end
            key = " ".join(tokens[start:end])
            if sum(map(str.isalpha, key)) >= MIN_PART and self._names[key].structures:
                yield self._names[key].matched, None
        for token in tokens:
            for at in range(min(len(token), MAX_SHOWN) - MIN_WORD + 1):
                name = self._words_of_names.get(token[at:])
                if name is not None:
                    yield name, None
                    break

    def _look_inside(self, piece: _Piece, clean: str) -> None:
        """Registered names inside a piece, then entries' names misspelt: possible ones only."""
        registry = self.sources.registry
        tokens = piece.tokens[:MAX_INSIDE]
        if registry is not None:
            at = 0
            while at < len(tokens):
                end = self._registered_from(registry, piece, tokens, at, clean)
                at = max(end, at + 1)
        if not piece.identities and len(piece.tokens) <= MAX_TOKENS:
            for first, last, key in self._near.find(piece.tokens, piece.opens, piece.closes):
                if _is_part(piece, first, last):
                    continue
                text = clean[piece.spans[first][0] : piece.spans[last - 1][1]]
                found = _identity(self._names[key], text, False)
                piece.identities.append(replace(found, via=SPELLING))

    def _registered_from(
        self, registry: Registry, piece: _Piece, tokens: Sequence[str], at: int, clean: str
    ) -> int:
        """Takes the longest registered name that begins at a token; its end, or 0."""
        if not piece.opens[at] or _is_noise(tokens, at):
            return 0
        for end in range(len(tokens), at, -1):
            key = " ".join(tokens[at:end])
            if not piece.closes[end - 1] or _is_part(piece, at, end) or _is_code(key):
                continue
            text = clean[piece.spans[at][0] : piece.spans[end - 1][1]]
            rows = [row for row in registry.by_name(key) if row.sound]
            found = _registered(rows, text, "name", key, exact=False)
            if found is not None:
                piece.identities.append(found)
                return end
        return 0

    def _whole(self, piece: _Piece) -> tuple[_Record, bool, bool] | None:
        """A piece that is one name with words of trade, salts or stereochemistry around it.

        Returns:
            What the name stands for, whether salt words stood beside it, whether it stood there as
            an entry writes it.
        """
        tried = piece.tried
        for key, salt in tried:
            record = self._names.get(key)
            if record is not None and _can_be(record, salt):
                return record, bool(salt), True
        for key, salt in tried:
            bare = _without_labels(key)
            record = self._names.get(bare) if bare else None
            if record is not None and _can_be(record, salt):
                return record, bool(salt), False
        for key, salt in tried:
            record = self._loose.get(_loose(key))
            if record is not None and _can_be(record, salt):
                return record, bool(salt), False
        return None

    def _scan(self, piece: _Piece, clean: str) -> None:
        """Names that stand as whole words inside a piece."""
        tokens, spans = piece.tokens, piece.spans
        covered = [False] * len(tokens)
        records: list[tuple[_Record, int, int]] = []
        at = 0
        while at < len(tokens):
            end = self._longest(piece, at) if piece.opens[at] else 0
            if end and not _is_part(piece, at, end):
                records.append((self._names[" ".join(tokens[at:end])], at, end))
                covered[at:end] = [True] * (end - at)
                at = end
            else:
                at += end - at if end else 1
        words = _words()
        acid = other = False
        for i, token in enumerate(tokens):
            if not covered[i]:
                acid = acid or token in words.acid_salts
                other = other or token in words.salts
                covered[i] = _is_noise(tokens, i) or token in words.salts
        salt = acid or other
        one = len({_constitutions(r.structures) for r, _, _ in records}) == 1
        exact = (
            one
            and all(covered)
            and all(
                r.certain and r.structures and _can_be(r, "acid" if acid else "")
                for r, _, _ in records
            )
        )
        piece.identities = [
            _identity(r, clean[spans[i][0] : spans[j - 1][1]], exact, salt=salt)
            for r, i, j in records
        ]
        piece.accounted = exact

    def _longest(self, piece: _Piece, start: int) -> int:
        """The end of the longest name from a token on that ends at a word's end; 0 for none."""
        node = self._tree
        best = 0
        for at in range(start, len(piece.tokens)):
            found = node.get(piece.tokens[at])
            if found is None:
                break
            node = found
            if _END in node and piece.closes[at]:
                best = at + 1
        token = piece.tokens[start]
        if best == start + 1 and len(token) <= 2 and token.isascii():
            return 0  # one or two letters alone are a unit or a mark before they are a name
        return best

    def _complete_cut(self, piece: _Piece, clean: str) -> None:
        """A name that the end of the field cut off."""
        count = len(piece.tokens)
        for start in range(max(0, count - 12), count):
            if not piece.opens[start]:
                continue
            key = " ".join(piece.tokens[start:])
            if len(key) < MIN_CUT:
                return
            at = bisect_left(self._sorted, key)
            names = self._sorted[at : at + MAX_CUT_NAMES + 1]
            names = [n for n in names if n.startswith(key) and len(key) >= CUT_SHARE * len(n)]
            if names and len(names) <= MAX_CUT_NAMES and not _is_part(piece, start, count):
                text = clean[piece.spans[start][0] : piece.spans[-1][1]]
                piece.identities += [_identity(self._names[n], text, False) for n in names]
                return


# --- readings that are kept --------------------------------------------------------------------


def _told(read: NamesRead) -> str:
    """A reading as JSON."""
    identities = [[getattr(i, f.name) for f in fields(i)] for i in read.identities]
    others = [getattr(read, f.name) for f in fields(read) if f.name != "identities"]
    return json.dumps([identities, *others], separators=(",", ":"))


def _reading_of(text: str) -> NamesRead:
    """The reading of its JSON."""
    identities, *others = json.loads(text)
    read = tuple(NamedIdentity(*map(_frozen, values)) for values in identities)
    return NamesRead(read, *map(_frozen, others))


def _frozen(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


@cache
def _code_of_readings() -> tuple[bytes, ...]:
    """What reads cells beside this module, and the data that it reads them with."""
    code = map(inspect.getsource, (registry_code, spelling_code, systematic_code))
    chinese = repr(packaged_yaml("chinese.yaml"))
    return tuple(text.encode() for text in (*code, metadata.version("rapidfuzz"), chinese))


# --- what entries carry ----------------------------------------------------------------------


def _is_cas(number: str) -> bool:
    """A CAS number with its check digit."""
    return casrn.is_valid(number)


def _compile(bundle: Bundle) -> _Records:
    """The identifiers of all entries."""
    names: dict[str, list[tuple[str, str, str | None]]] = {}
    numbers: dict[str, list[tuple[str, str, str | None]]] = {}
    for entry in bundle.entries.values():
        if entry.party:  # its names are those of a person or a company, not of goods
            continue
        for number in entry.cas:
            if _is_cas(number):
                numbers.setdefault(number, []).append((number, entry.id, _own_structure(entry)))
        for name, smiles in _names_of(entry):
            for key in _index_keys(name):
                names.setdefault(key, []).append((name, entry.id, smiles))
    shared = {_key_of(text) for text in _words().shared_abbreviations}
    loose: dict[str, list[tuple[str, str, str | None]]] = {}
    for key, found in names.items():
        loose.setdefault(_loose(key), []).extend(found)
    return _Records(
        {number: _record(found) for number, found in numbers.items()},
        {key: _record(found, key not in shared) for key, found in names.items()},
        {key: _record(found, certain=False) for key, found in loose.items()},
    )


_TABLES = ("cas", "names", "loose")


def _packed(records: _Records) -> bytes:
    """The identifiers as JSON."""
    tables = {
        table: {
            key: [r.matched, r.entries, r.structures, r.certain, r.carried]
            for key, r in getattr(records, table).items()
        }
        for table in _TABLES
    }
    return json.dumps(tables, ensure_ascii=True).encode()


def _unpacked(body: bytes) -> _Records:
    """The identifiers of their JSON."""
    tables = json.loads(body)
    return _Records(
        *(
            {
                key: _Record(
                    matched,
                    tuple(entries),
                    tuple(structures),
                    certain,
                    tuple((entry, smiles) for entry, smiles in carried),
                )
                for key, (matched, entries, structures, certain, carried) in tables[table].items()
            }
            for table in _TABLES
        )
    )


def _own_structure(entry: Entry) -> str | None:
    """The structure that an entry is named after; a family that includes its head has that name."""
    if entry.class_ is not None and entry.class_.reference_is_member:
        return entry.class_.reference
    return entry.substance


def _names_of(entry: Entry) -> Iterator[tuple[str, str | None]]:
    """The names of an entry, each with the structure it stands for."""
    aliases = {_key_of(name): smiles for smiles, name in entry.aliases.items()}
    for name in entry.names.all():
        yield name, aliases.get(_key_of(name), _own_structure(entry))
    for smiles, name in entry.aliases.items():
        yield name, smiles


def _index_keys(name: str) -> set[str]:
    """The keys of an entry's name: umlauts are written with and without the e."""
    umlauts = name.translate(_UMLAUTS)
    return {key for key in (_key_of(name), _key_of(umlauts)) if key}


def _record(found: Sequence[tuple[str, str, str | None]], certain: bool = True) -> _Record:
    """One identifier of one or several entries."""
    structures = tuple(dict.fromkeys(smiles for _, _, smiles in found if smiles is not None))
    if len(structures) > 1:
        drawings = {_drawing(smiles): smiles for smiles in reversed(structures)}
        structures = tuple(smiles for smiles in structures if smiles in drawings.values())
    one = len(structures) < 2 or len(_constitutions(structures)) == 1
    entries = tuple(dict.fromkeys(entry for _, entry, _ in found))
    carried = tuple((entry, smiles) for _, entry, smiles in found)
    return _Record(found[0][0], entries, structures, certain and one, carried)


def _confirmed(record: _Record, text: str, known: frozenset[str]) -> NamedIdentity:
    """A name that may mean several things means the one that the line names elsewhere too."""
    if record.certain:
        return _identity(record, text, True)
    same = [(e, s) for e, s in record.carried if s is not None and _constitution(s) in known]
    if not same:
        return _identity(record, text, False)
    found = [(record.matched, entry, smiles) for entry, smiles in same]
    narrowed = _record(found)
    return _identity(narrowed, text, narrowed.certain)


def _identity(
    record: _Record, text: str, exact: bool, source: str = "name", salt: bool = False
) -> NamedIdentity:
    return NamedIdentity(
        source=source,
        text=text[:MAX_SHOWN],
        matched=record.matched,
        entries=record.entries,
        structures=record.structures,
        exact=exact,
        salt=salt,
    )


def _registered(
    rows: Sequence[Registered], text: str, source: str, matched: str, *, exact: bool
) -> NamedIdentity | None:
    """What the offline table says, where its structures can be read.

    It counts only where it is one substance, and where the record agrees with itself.
    """
    if len(rows) > 1:
        rows = [row for row in rows if _structure(row.smiles) is not None]
    if not rows:
        return None
    structures = tuple({row.smiles: None for row in rows})
    if len(structures) > 1:
        structures = tuple({_drawing(smiles): smiles for smiles in structures}.values())
    sure = (
        exact
        and (len(structures) == 1 or len(_constitutions(structures)) == 1)
        and all(row.sound for row in rows)
        and (source != "name" or not (_is_code(matched) or _is_mixed(matched)))
    )
    numbers = tuple(dict.fromkeys(row.cas for row in rows))
    shown = matched if source == "name" else rows[0].name
    return NamedIdentity(
        source, text[:MAX_SHOWN], shown, (), structures, sure, via=REGISTRY, numbers=numbers
    )


def _other_ending(registry: Registry, key: str) -> tuple[Registered, ...]:
    """The main name that a German or Spanish name differs from by its last letter: lidocain(a)."""
    if key.endswith("ina"):
        key = key[:-1]
    if not key.isalpha() or not key.endswith(("in", "on", "an", "en")):
        return ()
    rows = registry.by_name(f"{key}e")
    return rows if all(row.main for row in rows) else ()


def _spellings(name: str) -> tuple[str, ...]:
    """A name as it stands, as papers write it, each with a capital, and in capitals.

    >>> _spellings("n-methylaniline")[1:4]
    ('n-Methylaniline', 'N-methylaniline', 'N-Methylaniline')
    """
    if not name.isascii():
        return (name,)
    marked = _MARK.sub(lambda match: match[0].upper(), name)
    spelt = (each for one in (name, marked) for each in (one, _with_capital(one)))
    return tuple(dict.fromkeys((*spelt, name.upper())))


def _with_capital(name: str) -> str:
    return _FIRST_WORD.sub(lambda match: match[0].capitalize(), name, count=1)


_FIRST_WORD = re.compile(r"[a-z]{3,}")
# Atoms and configurations are written with capitals; o-, m- and p- are positions on a ring.
_MARK = re.compile(r"(?<![a-zA-Z])(?:[a-z]{2}|[a-lnq-z])(?![a-zA-Z])")


def _is_built(key: str) -> bool:
    """A name made of at least two parts of nomenclature, or of one with a number."""
    count = len(_PARTS.findall(key))
    return SystematicNames.looks_systematic(key) and (
        count > 1 or (count == 1 and any(map(str.isdigit, key)))
    )


_PARTS = re.compile(
    r"meth|eth|prop|but|pent|hex|hept|oct|phen|benz|tol|chlor|brom|fluor|iod|nitr|amin|amid|oxy|oxid|"
    r"hydr|sulf|phosph|carb|acet|form|naphth|pyri|pyrr|furan|thi|azin|azol|cycl|sodium|potassium|"
    r"calcium|magnesium|ammonium|zinc|acid|anhydr|glycol|ester|ether"
)


def _mixes_locants(tokens: Sequence[str]) -> bool:
    """A name with `para` beside numbers, where nomenclature may set it on another ring."""
    return not _POSITIONS.isdisjoint(tokens) and any(token.isdecimal() for token in tokens)


_POSITIONS = frozenset({"ortho", "meta", "para", "o", "m", "p"})


def _is_mixed(key: str) -> bool:
    """A key that names a polymer or what grows and is pressed: databases draw one part of it."""
    words = _words()
    return any(
        token in words.mixed or token.startswith(words.mixed_beginnings) for token in key.split(" ")
    )


def _one_compound(smiles: str, structures: Iterable[str]) -> bool:
    """Whether a structure is one of several, as far as the largest component goes."""
    if any(flat(smiles) == flat(other) or same_metal_salt(smiles, other) for other in structures):
        return True
    own = _constitution(smiles).split(".")
    return any(
        max(own, key=len) == max(_constitution(other).split("."), key=len) for other in structures
    )


@dataclass(frozen=True, slots=True)
class _ReadBeside:
    """What nomenclature makes of a name beside the structures that a table gives for it.

    Attributes:
        smiles: its structure, which can be read; empty where it is one of the table's.
        open: the name leaves something open.
        same: it is one of the table's compounds.
    """

    smiles: str
    open: bool
    same: bool


_SAME, _OTHER, _SURE, _NOT_SURE = "s", "o", "=", "?"


def _read_beside(
    names: SystematicNames, name: str, structures: Sequence[str]
) -> _ReadBeside | None:
    """What nomenclature makes of a name, None where that is nothing.

    Comparing drawings takes longer than reading the rest of a line, so the answer is kept.
    """
    if names.missing is not None or not names.looks_systematic(name):
        return None
    question = _beside(name, structures)
    said = names.answers.get(question)
    if said is None:
        read = names.structure(name)
        if read is None and names.missed(name):
            return None  # it may answer the next time: nothing is kept
        said = _said_beside(read, structures)
        names.answers.put(question, said)
    return _ReadBeside(said[2:], said[1] == _NOT_SURE, said[0] == _SAME) if said else None


def _beside(name: str, structures: Sequence[str]) -> str:
    """The question that `_read_beside` answers, as it is kept."""
    return " ".join(("beside", *structures, "", name))


def _said_beside(read: Interpreted | None, structures: Sequence[str]) -> str:
    """The answer to it, as it is kept: where it is one of the compounds, without its drawing."""
    if read is None or not _is_readable(read.smiles, structures):
        return ""
    sure = _NOT_SURE if read.open else _SURE
    if _one_compound(read.smiles, structures):
        return f"{_SAME}{sure}"
    return f"{_OTHER}{sure}{read.smiles}"


def _is_readable(smiles: str, structures: Iterable[str]) -> bool:
    """Whether a structure can be read; as far as that of a table which draws the very same."""
    plain = "*" not in smiles and len(smiles) <= MAX_NAME
    same = plain and any(flat(smiles) == flat(other) for other in structures)
    return same or _structure(smiles) is not None


def _cut_to(key: str, piece: _Piece, clean: str) -> str:
    """The part of a piece that a key without some of its outer words stands for, as it stood."""
    wanted = key.split(" ")
    for at in range(len(piece.tokens) - len(wanted) + 1):
        if piece.tokens[at : at + len(wanted)] == wanted:
            return clean[piece.spans[at][0] : piece.spans[at + len(wanted) - 1][1]]
    return key


def _is_code(key: str) -> bool:
    """A key without any word long enough to be of a name: a code, an abbreviation."""
    longest = max((len(word) for word in _LETTERS.findall(key)), default=0)
    return longest < (4 if key.isalpha() else 5) and not _CJK.search(key)


_LETTERS = re.compile(r"[^\W\d_]+")
_CJK = re.compile(r"[\u3400-\u9fff]")


def is_placeholder(text: str) -> bool:
    """Whether a cell says only that nothing is stated: n/a, none, a dash.

    >>> is_placeholder("N/A"), is_placeholder("1170")
    (True, False)
    """
    return _key_of(text) in _words().placeholders


def _is_generic(text: str) -> bool:
    """Whether a text names a class of chemicals, such as `piperidine derivatives`."""
    return not _words().generic.isdisjoint(_tokens(_fold(text)[1]))


# Abbreviations of groups that nomenclature writes out.
_GROUPS = {
    "cbz": "benzyloxycarbonyl",
    "fmoc": "fluorenylmethoxycarbonyl",
    "bn": "benzyl",
    "bz": "benzoyl",
    "ac": "acetyl",
    "ph": "phenyl",
    "me": "methyl",
    "et": "ethyl",
    "ipr": "isopropyl",
    "i-pr": "isopropyl",
    "tbu": "tert-butyl",
    "t-bu": "tert-butyl",
    "t-butyl": "tert-butyl",
    "n-bu": "butyl",
    "hcl": "hydrochloride",
    "hbr": "hydrobromide",
}
_GROUP = re.compile(
    rf"(?<![a-z])(?:{'|'.join(sorted(map(re.escape, _GROUPS), key=len, reverse=True))})(?![a-z])",
    re.IGNORECASE,
)


def _spelt_out(text: str) -> str:
    """A name with its abbreviated groups written out, in plain signs."""
    plain = text.translate(_PLAIN)
    return _GROUP.sub(lambda match: _GROUPS[match[0].lower()], plain).strip(" .,;:-")


def name_key(name: str) -> str:
    """What all spellings of one name share; the key of the offline table.

    >>> name_key("N-Phenethyl-4-piperidone") == name_key("n-phenethyl-4 piperidone")
    True
    """
    if name.isascii() and not _HARD.search(name):  # the quick way to the same key
        folded = name.lower()
        if "sulph" in folded:
            folded = folded.replace("sulph", "sulf")
        if "(" in folded or "[" in folded or "," in folded or "{" in folded:
            folded = folded.translate(_SPACED)
        return " ".join(folded.replace("-", " ").split())
    key = _key(_fold(name)[1])
    return " ".join(filter(None, (t.strip(".") for t in key.split(" ")))) if "." in key else key


_HARD = re.compile(r"[&+.`_]")
_SPACED = str.maketrans({**dict.fromkeys("([{", " ( "), **dict.fromkeys(")]}", " ) "), ",": " , "})


def key_digest() -> str:
    """Changes whenever `name_key` may."""
    code = [inspect.getsource(part) for part in (name_key, _fold, _normalize, _tokens, _key)]
    tables = (_TOKEN.pattern, _HARD.pattern, _SPACED, _CLEAN, _fold_table(), _words().spellings)
    return digest_of([*(text.encode() for text in code), repr(tables).encode()])


def _structure(smiles: str) -> Structure | None:
    try:
        return read_listed(smiles)
    except StructureError:
        return None


def _constitution(smiles: str) -> str:
    """The matching graph of a structure without water: what two drawings of one substance share."""
    structure = _structure(smiles)
    if structure is None:
        return smiles
    return ".".join(c.smiles for c in structure.components if not c.is_water)


def _drawing(smiles: str) -> str:
    """What two spellings of one drawing share, stereochemistry included."""
    structure = _structure(smiles)
    return smiles if structure is None else ".".join(c.isomeric for c in structure.components)


def _constitutions(structures: Iterable[str]) -> frozenset[str]:
    return frozenset(_constitution(smiles) for smiles in structures)


def _can_be(record: _Record, salt: str) -> bool:
    """Whether the word beside it makes it a salt: `acetate` after an alcohol is an ester."""
    return _can_be_salt(record.structures, salt)


def _can_be_salt(structures: Sequence[str], salt: str) -> bool:
    """The same of structures."""
    return salt != "acid" or not structures or _has_base(structures)


def _has_base(structures: Iterable[str]) -> bool:
    """Every structure holds a base, which an acid can make a salt of."""
    read = [_structure(smiles) for smiles in structures]
    return all(s is not None and any(c.is_base for c in s.components) for s in read)


def _same(left: Sequence[NamedIdentity], right: Sequence[NamedIdentity]) -> bool:
    """Two identifiers side by side are one substance, or one of them is none."""
    if not left or not right:
        return True
    known = {_constitutions(i.structures) for i in (*left, *right) if i.structures}
    return len(known) <= 1


# --- folding ---------------------------------------------------------------------------------

_GREEK = {
    "α": "alpha",
    "β": "beta",
    "γ": "gamma",
    "δ": "delta",
    "ε": "epsilon",
    "ω": "omega",
    "Α": "alpha",
    "Β": "beta",
    "Γ": "gamma",
    "Δ": "delta",
    "Ω": "omega",
}
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue"})
# Letters with accents, each with its letter; combining marks that NFKC could not compose go.
_ACCENTS = {
    code: unicodedata.normalize("NFD", chr(code))[0]
    for code in (*range(0xC0, 0x250), *range(0x1E00, 0x1F00))
    if unicodedata.normalize("NFD", chr(code)) != chr(code)
}
_CLEAN = str.maketrans(
    {
        **dict.fromkeys("‐‑‒–—―−⁃˗⸺⸻﹣", "-"),
        **dict.fromkeys("’‘ʹ′´`ʼ＇", "'"),
        "″": "''",
        **dict.fromkeys("“”„«»", '"'),
        **dict.fromkeys("[{【〔〈《「『〖", "("),
        **dict.fromkeys("]}】〕〉》」』〗", ")"),
        **dict.fromkeys("·•・∙⋅_\t\u00a0\u3000", " "),
        **dict.fromkeys("\u200b\u200c\u200d\u2060\ufeff\u00ad", ""),
        **{chr(code): "" for code in range(0x300, 0x370)},
        "\x1f": " ",
        "\x1e": " ",
        "\x1d": " ",
        **_GREEK,
    }
)
_PLAIN = str.maketrans(
    {
        **dict.fromkeys("‐‑‒–—―−⁃˗⸺⸻﹣", "-"),
        **dict.fromkeys("’‘ʹ′´`ʼ＇", "'"),
        **dict.fromkeys("\t\n\r\u00a0\u3000", " "),
        **dict.fromkeys("\u200b\u200c\u200d\u2060\ufeff\u00ad", ""),
        **_GREEK,
    }
)
_ENTITY = re.compile(r"&(?:#[0-9]{1,6}|#x[0-9a-f]{1,5}|[a-z]{2,8});", re.IGNORECASE)
_RACEMIC = re.compile(r"\+ ?/ ?-|\+-")
_DOTTED_SALT = re.compile(r"\.(?=[0-9x]?(?:hcl|hbr|h2o|hi)(?![a-z]))")
_DOTTED_LOCANT = re.compile(r"(?<![0-9.])([0-9])\.([0-9])(?=-[a-z\u4e00-\u9fff(])")


def _fold(text: str) -> tuple[str, str]:
    """Text as it stood in compatibility forms, and the same folded for comparing, equally long."""
    clean = folded = text if text.isascii() else _normalize(text)
    if "&" in folded:
        clean = folded = _ENTITY.sub(lambda m: html.unescape(m[0]), folded)
    folded = folded.translate(_CLEAN).lower()
    if not folded.isascii():
        folded = folded.translate(_fold_table())
        for wrong, right in _words().spellings:
            folded = folded.replace(wrong, right)
    if "." in folded:
        folded = _DOTTED_LOCANT.sub(r"\1,\2", _DOTTED_SALT.sub(" ", folded))
    if "+" in folded:
        folded = _RACEMIC.sub(lambda m: "±".ljust(len(m[0])), folded)
    return (clean, folded) if len(clean) == len(folded) else (folded, folded)


def _normalize(text: str) -> str:
    """NFKC in blocks: the time for one long run of combining marks grows with its square."""
    if len(text) <= 512:
        return unicodedata.normalize("NFKC", text)
    blocks = (text[i : i + 256] for i in range(0, len(text), 256))
    return "".join(unicodedata.normalize("NFKC", block) for block in blocks)


@cache
def _fold_table() -> dict[int, str]:
    """Accents and traditional characters."""
    table = {code: letter.lower() for code, letter in _ACCENTS.items()}
    table |= {ord(old): new for old, new in _words().traditional}
    table[ord("ß")] = "ss"
    table[ord("ı")] = "i"
    return table


# --- words of trade --------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Words:
    """The data file, compiled."""

    acid_salts: frozenset[str]
    salts: frozenset[str]
    salt_metals: frozenset[str]
    salt_nouns: frozenset[str]
    salt_counts: frozenset[str]
    salt_of: frozenset[str]
    suffixes: re.Pattern[str]
    prefixes: re.Pattern[str]
    noise: frozenset[str]
    noise_pairs: Mapping[str, str]
    leading: frozenset[str]
    prefix_endings: tuple[str, ...]
    prefix_words: frozenset[str]
    following_words: frozenset[str]
    stereo: frozenset[str]
    shared_abbreviations: tuple[str, ...]
    generic: frozenset[str]
    materials: frozenset[str]
    mixed: frozenset[str]
    mixed_beginnings: tuple[str, ...]
    placeholders: frozenset[str]
    spellings: tuple[tuple[str, str], ...]
    traditional: tuple[tuple[str, str], ...]


@cache
def _words() -> _Words:
    """The words of trade, read once."""
    data = packaged_yaml("names.yaml")
    noise = data["noise_affixes"]
    other = [*data["hydrate_suffixes"], *data["metal_salt_suffixes"]]
    suffixes = _affixes(acid=data["acid_salt_suffixes"], other=other, noise=noise)
    prefixes = _affixes(
        acid=data["acid_salt_prefixes"], other=data["hydrate_prefixes"], noise=noise
    )
    return _Words(
        acid_salts=frozenset(data["acid_salts"]),
        salts=frozenset(data["acid_salts"]) | frozenset(data["hydrates"]),
        salt_metals=frozenset(data["salt_metals"]),
        salt_nouns=frozenset(data["salt_nouns"]),
        salt_counts=frozenset(data["salt_counts"]),
        salt_of=frozenset(data["salt_of"]),
        suffixes=re.compile(f"(?:{suffixes})\\Z"),
        prefixes=re.compile(f"\\A(?:{prefixes})"),
        noise=frozenset(data["noise"]) | frozenset(data["noise_affixes"]),
        noise_pairs=data["noise_pairs"],
        leading=frozenset(data["leading"]),
        prefix_endings=tuple(data["prefix_endings"]),
        prefix_words=frozenset(data["prefix_words"]),
        following_words=frozenset(data["following_words"]),
        stereo=frozenset(data["stereo_prefixes"]),
        shared_abbreviations=tuple(data["shared_abbreviations"]),
        generic=frozenset(data["generic"]),
        materials=frozenset(data["materials"]),
        mixed=frozenset(data["mixed"]),
        mixed_beginnings=tuple(data["mixed_beginnings"]),
        placeholders=frozenset(data["placeholders"]),
        spellings=tuple(data["spellings"].items()),
        traditional=tuple(data["traditional"].items()),
    )


@cache
def _chinese() -> Mapping[str, str]:
    """Keys of Chinese names with the keys of their English ones."""
    data = packaged_yaml("chinese.yaml")
    return {_key_of(chinese): name_key(english) for chinese, english in data["names"].items()}


def _affixes(**kinds: Sequence[str]) -> str:
    """An alternation of affixes, the longest of each kind first, in a group named by its kind."""
    return "|".join(
        f"(?P<{kind}>{'|'.join(map(re.escape, sorted(texts, key=len, reverse=True)))})"
        for kind, texts in kinds.items()
    )


_AMOUNT = r"[0-9]{1,9}(?:[.,'][0-9]{1,6}){0,4}"
_UNIT = (
    r"(?:kgs?|kgm|kilos?|g|gms?|gr|grams?|mg|mcg|ug|μg|l|lts?|ltrs?|lit(?:er|re)s?|ml|mts?|mt2|"
    r"t|tons?|tonnes?|lbs?|oz|gal(?:lons?)?|drums?|bags?|ctns?|cartons?|box(?:es)?|bottles?|btls?|"
    r"cans?|jerr[iy]cans?|pcs?|nos|sets?|pallets?|plts?|cases?|ibcs?|iso ?tanks?|tanks?|vials?|"
    r"cylinders?|fcl|units?|tambor(?:es)?|bolsas?|sack|fass|"
    r"千克|公斤|毫克|克|公升|毫升|升|吨|桶|袋|箱|瓶|包|件|托|罐|支)"
)


@cache
def _noise() -> re.Pattern[str]:
    """Shares, quantities, codes and days; compiled when the first name with a digit is read."""
    return re.compile(
        # a share, with the words and signs around it
        rf"(?<![a-z0-9.'])(?<![0-9],)(?:[<>≥≤~±=]{{1,2}} ?){{0,2}}{_AMOUNT} ?(?:[-~] ?{_AMOUNT} ?)?"
        r"(?:%|pct\b|percent\b)(?: ?(?:w/w|w/v|v/v|min|max|up)\b)?-?"
        # a quantity
        rf"|(?<![a-z0-9.'])(?<![0-9],)[<>≥≤~]?{_AMOUNT} ?{_UNIT}(?![a-z0-9(,'-])"
        # customs codes, UN and EC numbers, lots, days
        r"|(?<![a-z])h\.?s\.? ?(?:code)? ?(?:no\.?)? ?[:#.]? ?[0-9]{4}[0-9. ]{0,10}"
        r"|(?<![a-z])un ?(?:no\.?)? ?[:#]? ?[0-9]{4}(?![0-9])"
        r"|(?<![a-z])(?:einecs|ec|elincs) ?(?:no\.?)? ?[:#.]? ?[0-9]{3}-[0-9]{3}-[0-9](?![0-9])"
        r"|(?<![a-z])(?:lot|batch) ?(?:no\.?)? ?[:#.]? ?(?=[a-z-]{0,8}[0-9])[a-z0-9-]{1,20}"
        r"|(?<![a-z0-9-])(?:19|20)[0-9]{2}[-/.][0-9]{1,2}[-/.][0-9]{1,2}(?![0-9-])"
    )


def _take_noise(folded: str) -> str:
    """Puts a gap of equal length in the place of shares, quantities and codes."""
    if not _DIGIT.search(folded):
        return folded
    return _noise().sub(lambda m: _GAP.ljust(len(m[0])), folded)


def _blank(text: str, spans: Iterable[tuple[int, int]]) -> str:
    parts: list[str] = []
    at = 0
    for start, end in sorted(spans):
        if start < at:
            continue
        parts += [text[at:start], _GAP.ljust(end - start)]
        at = end
    return "".join([*parts, text[at:]])


# --- CAS numbers -----------------------------------------------------------------------------

_DIGIT = re.compile(r"[0-9]")
_THREE_DIGITS = re.compile(r"[0-9]{2}.{0,4}[0-9]")
_IDEOGRAPH_DASH = re.compile(r"(?<=[0-9])[ー一](?=[0-9])")
_CAS_PLAIN = re.compile(r"[1-9][0-9]{1,6}-[0-9]{2}-[0-9]")
_CAS = re.compile(
    r"(?<![0-9])(?<![0-9][-.])(0{0,5}[1-9][0-9]{1,6}) ?-{1,2} ?([0-9]{2}) ?-{1,2} ?([0-9])"
    r"(?![0-9])(?!-[0-9])"
)
_LABEL = (
    r"(?<![a-z])cas[ -]{0,2}(?:r\.?n\.?|registry|reg\.?)?[ .:#-]{0,3}"
    r"(?:number|num|no|nr|n|登记号|编号|号码|号)?[ .:#=(]{0,4}"
)
_LABEL_BEFORE = re.compile(rf"{_LABEL}$")
_CAS_LABELLED = re.compile(
    rf"{_LABEL}(?:([0-9]{{2,7}}) ([0-9]{{2}}) ([0-9])|([0-9]{{5,10}}))(?![0-9]|-[0-9]|[.,][0-9])"
)
_CAS_BARE_CELL = re.compile(r"(?<![0-9.,-])([0-9]{2,7}) ?([0-9]{2}) ?([0-9])(?![0-9]|[-.,/][0-9])")
_DAY = re.compile(
    r"(?<![0-9])(?:([0-9]{4})[-/.]([0-9]{1,2})[-/.]([0-9]{1,2})|"
    r"([0-9]{1,2})[-/.]([0-9]{1,2})[-/.]([0-9]{4}))(?![0-9])(?:[ t]00:00(?::00)?)?"
)


def _label_start(folded: str, at: int) -> int:
    """Where the words "CAS No." before a number begin; the number's own start without any."""
    before = folded[max(0, at - 32) : at]
    label = _LABEL_BEFORE.search(before)
    return at - len(before) + label.start() if label else at


def _could_be_day(number: str) -> bool:
    """Whether a number alone in a text may as well be a day: 2020-12-4."""
    year, month, day = number.split("-")
    return len(year) == 4 and year[:2] in {"19", "20"} and "01" <= month <= "12" and day != "0"


def _numbers_of_day(match: re.Match[str]) -> Iterator[str]:
    """The CAS numbers that a spreadsheet may have read as this day."""
    year = match[1] or match[6]
    orders = [(match[2], match[3])] if match[1] else [(match[4], match[5]), (match[5], match[4])]
    for month, day in orders:
        if int(month) <= 12 and int(day) <= 9:
            for first in (year, year[2:]):
                if first[0] != "0":
                    yield f"{first}-{int(month):02d}-{int(day)}"


# --- pieces ----------------------------------------------------------------------------------

_GAP = "\x1f"
_OPEN = "\x1e"
_CLOSE = "\x1d"
_END = ""
_SALT_BORDERS = {_OPEN, _GAP, ","}
_SOFT = {"", _GAP, "\n", "\r", _OPEN, _CLOSE}
_TOKEN = re.compile(r"[(),]|[^\s(),-]+")
_SEPARATOR = re.compile(
    r"[;|\n\r\f\v:=\"<>*#!?@~、。/\x1d-\x1f]|(?<!\()[+&](?!\))"
    # a comma that stands between no two locants
    r"|,(?![0-9]| [0-9]{1,2}[-,'(]|[nosrhez][0-9'),-])"
    r"|(?<![0-9])(?<![0-9][a-z'])(?<!\b[nosrhez])(?<!'),"
    r"|(?<=\s)(?:and|und|con|mit|with|plus|y|et)(?=\s)"
)
_BARE = {"(", ")", ","}
_BRACKET = re.compile(r"[()]")
_WORD = re.compile(r"[^\s;,()]+")
_JOINED = re.compile(r"[和及与]")
_DESCRIPTOR = re.compile(r"[±+,]|[0-9]{0,2}[rsez]{1,2}\*?|[dl]{1,2}")
_ISOTOPES = re.compile(r"d[0-9]{1,2}|[1-9]*(?:13c|14c|15n|2h|3h)[0-9]{0,2}")


@dataclass(slots=True)
class _Piece:
    """A part of the text between separators.

    Attributes:
        tokens: its tokens, and `spans` where they stand.
        opens, closes: whether a word may begin, and end, at the token.
        before: the separator before it.
        accounted: all of it is explained.
        unsure: what it stands for as a whole, where that is not certain.
    """

    tokens: list[str]
    spans: list[tuple[int, int]]
    opens: list[bool]
    closes: list[bool]
    before: str = ""
    accounted: bool = False
    unsure: _Record | None = None
    identities: list[NamedIdentity] = field(default_factory=list)
    _tried: list[tuple[str, str]] | None = None

    @property
    def tried(self) -> list[tuple[str, str]]:
        """Its key, then what is left of it without words around the name, and the kind of salt."""
        if self._tried is None:
            self._tried = [(" ".join(self.tokens), ""), *_trimmed(self)]
        return self._tried

    def shown(self, clean: str) -> str:
        """The piece as it stood."""
        return clean[self.spans[0][0] : self.spans[-1][1]] if self.spans else ""

    def doubt(self) -> None:
        """Makes its identities possible ones."""
        self.identities = [replace(identity, exact=False) for identity in self.identities]


def _tokens(folded: str) -> list[str]:
    """The tokens of a folded text."""
    if "sulph" in folded:
        folded = folded.replace("sulph", "sulf")
    return _TOKEN.findall(folded)


def _key(folded: str) -> str:
    """What all spellings of one name share: its tokens."""
    return " ".join(_tokens(folded))


def _key_of(name: str) -> str:
    """The key of a name that is not folded yet."""
    return _key(_fold(name)[1])


def _loose(key: str) -> str:
    """A key without any borders of words."""
    return key.translate(_LOOSE)


_LOOSE = str.maketrans("", "", " ()")


def _tree(keys: Iterable[str]) -> dict[str, Any]:
    """The keys as a tree of tokens."""
    root: dict[str, Any] = {}
    for key in keys:
        node = root
        for token in key.split(" "):
            node = node.setdefault(token, {})
        node[_END] = {}
    return root


def _pieces(folded: str) -> list[_Piece]:
    """The pieces of a text in their order; what stands in brackets of trade is a piece."""
    text = _mark_brackets(folded)
    pieces: list[_Piece] = []
    start, before = 0, ""
    while True:
        match = _SEPARATOR.search(text, start)
        end, after = (match.start(), match[0]) if match else (len(text), "")
        piece = _piece(text, start, end)
        if piece.tokens:
            piece.before = before
            _tie(piece, text, (start, end), after)
            pieces.append(piece)
        if match is None:
            return pieces
        start, before = match.end(), after


def _tie(piece: _Piece, text: str, span: tuple[int, int], after: str) -> None:
    """A hyphen at a separator ties a piece to what is beyond it: `/-4-piperidone`."""
    first, last = piece.spans[0][0], piece.spans[-1][1]
    if text[span[0] : first] == "-" and piece.before not in _SOFT:
        piece.opens[0] = False
    if text[last : span[1]] == "-" and after not in _SOFT:
        piece.closes[-1] = False


def _piece(text: str, start: int, end: int) -> _Piece:
    """Tokens of one piece, and where words may begin and end."""
    tokens: list[str] = []
    spans: list[tuple[int, int]] = []
    for match in _TOKEN.finditer(text, start, end):
        token = match[0].strip(".")
        if token:
            if "sulph" in token:
                token = token.replace("sulph", "sulf")
            tokens.append(token)
            spans.append(match.span())
    count = len(tokens)
    borders = [True] * (count + 1)
    for i in range(1, count):
        gap = text[spans[i - 1][1] : spans[i][0]]
        borders[i] = bool(gap) and (
            "-" not in gap or (gap[0] != "-" and gap[-1] != "-" and _apart(tokens, i))
        )
    return _Piece(tokens, spans, borders[:count], borders[1:])


def _apart(tokens: Sequence[str], at: int) -> bool:
    """A spaced hyphen separates, unless a locant stands beside it."""
    return not any(len(t) == 1 or t.isdigit() for t in (tokens[at - 1], tokens[at]))


def _mark_brackets(text: str) -> str:
    """Marks the outer brackets of trade; those of chemical names stay.

    Brackets are of trade when nothing of a name goes on behind them, or when they hold nothing but
    words of trade.
    """
    if "(" not in text:
        return text
    marks: dict[int, str] = {}
    opened: list[int] = []
    for match in _BRACKET.finditer(text):
        at = match.start()
        if match[0] == "(":
            opened.append(at)
            continue
        if not opened:
            continue
        start = opened.pop()
        if not opened and (_ends_name(text, at + 1) or _holds_noise(text, start + 1, at)):
            marks[start], marks[at] = _OPEN, _CLOSE
    if not marks:
        return text
    parts: list[str] = []
    last = 0
    for at in sorted(marks):
        parts += [text[last:at], marks[at]]
        last = at + 1
    return "".join([*parts, text[last:]])


_GOES_ON = re.compile(r"\s{0,2}-\s{0,2}[a-z0-9(\u3400-\u9fff]|[a-z0-9'(\u3400-\u9fff]")


def _ends_name(text: str, at: int) -> bool:
    return _GOES_ON.match(text, at) is None


def _holds_noise(text: str, start: int, end: int) -> bool:
    if end - start > 60:
        return False
    inner = text[start:end]
    if "-" in inner:
        return False
    tokens = [token.strip(".:") for token in _TOKEN.findall(inner.replace(_GAP, " "))]
    return all(_is_noise(tokens, i) for i in range(len(tokens)))


def _is_noise(tokens: Sequence[str], at: int) -> bool:
    """Whether a token says nothing about which chemical it is."""
    words = _words()
    token = tokens[at]
    if token in words.noise:
        return True
    if token in words.leading:
        return tokens[at + 1 : at + 2] != [] and tokens[at + 1] in words.noise
    second = words.noise_pairs.get(token)
    return second is not None and tokens[at + 1 : at + 2] == [second]


def _only_noise(piece: _Piece) -> bool:
    """Words of trade, of salts and bare numbers only."""
    salts = _words().salts
    for at, token in enumerate(piece.tokens):
        if token in salts or token in _BARE:
            continue
        if not (piece.opens[at] and piece.closes[at]):
            return False
        if not (_is_noise(piece.tokens, at) or token.replace(".", "").isdecimal()):
            return False
    return True


def _is_part(piece: _Piece, start: int, end: int) -> bool:
    """Whether the name from `start` to `end` is part of a longer one, or a word for a salt."""
    words = _words()
    if start:
        before = piece.tokens[start - 1]
        if before in words.prefix_words or before.endswith(words.prefix_endings):
            return True
        if end == start + 1 and piece.tokens[start] in words.salts:
            return True
    after = piece.tokens[end : end + 2]
    if after and words.noise_pairs.get(after[0]) in after[1:]:
        return False
    return bool(after) and after[0] in words.following_words


def _trimmed(piece: _Piece) -> Iterator[tuple[str, str]]:
    """Keys of a piece without words of trade and salts around it, and the kind of salt."""
    words = _words()
    tokens = list(piece.tokens)
    opens, closes = piece.opens, piece.closes
    first, last = 0, len(tokens)
    salt = ""
    while last - first > 1 and _is_noise(tokens, first) and closes[first]:
        first += 1
        yield " ".join(tokens[first:last]), salt
    if (
        last - first > 2
        and tokens[first] in words.acid_salts
        and tokens[first + 1] in words.salt_of
    ):
        first += 2
        salt = "acid"
        yield " ".join(tokens[first:last]), salt
    elif (
        last - first > 1
        and tokens[first] in words.acid_salts
        and tokens[first + 1].startswith("d'")
    ):
        first += 1
        tokens[first] = tokens[first].removeprefix("d'")
        salt = "acid"
        yield " ".join(tokens[first:last]), salt
    while last - first > 1:
        token = tokens[last - 1]
        if token in words.salts:
            salt = "acid" if token in words.acid_salts or salt == "acid" else "other"
        elif token in words.salt_nouns and tokens[last - 2] in words.salt_metals:
            salt = salt or "other"
            last -= 1
        elif not (
            (_is_noise(tokens, last - 1) and opens[last - 1])
            or (salt and (token in words.salt_counts or token in {"(", ")"}))
            or (token in words.salt_nouns and tokens[last - 2] in words.salts)
        ):
            break
        last -= 1
        if last > first:
            yield " ".join(tokens[first:last]), salt
    if last > first:
        yield from _without_affixes(tokens[first:last], salt)


def _without_affixes(tokens: list[str], salt: str) -> Iterator[tuple[str, str]]:
    """Keys of a name without what Chinese and German write onto it."""
    words = _words()
    for at, affixes in ((-1, words.suffixes), (0, words.prefixes)):
        while (found := affixes.search(tokens[at])) and len(found[0]) < len(tokens[at]):
            tokens[at] = tokens[at][: found.start()] + tokens[at][found.end() :]
            kind = found.lastgroup
            if kind != "noise":
                salt = "acid" if kind == "acid" or salt == "acid" else "other"
            yield " ".join(tokens), salt


def _without_labels(key: str) -> str | None:
    """A key without descriptors of stereochemistry before it and isotope labels behind it.

    Returns:
        What is left; None when it had neither.
    """
    tokens = key.split(" ")
    first, last = 0, len(tokens)
    if tokens[0] == "(" and ")" in tokens[:8]:
        end = tokens.index(")")
        if all(_DESCRIPTOR.fullmatch(token) for token in tokens[1:end]):
            first = end + 1
    elif tokens[0] in _words().stereo:
        first = 1
    if last - first > 1 and _ISOTOPES.fullmatch(tokens[last - 1]):
        last -= 1
    return " ".join(tokens[first:last]) if last - first < len(tokens) else None


def _spread_salts(pieces: Sequence[_Piece]) -> None:
    """Salt words that a bracket or a share cut off belong to the name before them."""
    words = _words()
    for left, right in itertools.pairwise(pieces):
        if right.before not in _SALT_BORDERS or not left.identities or not _only_noise(right):
            continue
        if not words.salts.intersection(right.tokens):
            continue
        acid = not words.acid_salts.isdisjoint(right.tokens)
        if acid and not all(_has_base(i.structures) for i in left.identities):
            continue  # an acid of its own
        right.identities, right.accounted, right.unsure = [], True, None
        left.identities = [replace(identity, salt=True) for identity in left.identities]
