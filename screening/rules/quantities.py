"""Amounts and strengths as trade writes them, read to numbers; what is not read is the worse case.

Units are converted by pint. Masses are whole milligrams and volumes whole microlitres, rounded up:
integers add up the same in every order, and the parts of an amount never come to less than the
whole. An amount that can be read in two ways is read as the larger one, and says so.
"""

from __future__ import annotations

import enum
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_CEILING, Decimal, InvalidOperation
from functools import cache, lru_cache
from itertools import pairwise
from math import prod
from typing import Any

MAX_QUANTITY = 500
"""Characters that are read of a cell with an amount."""

MAX_MASS_MG = 10**15
MAX_VOLUME_UL = 10**15
"""A million tonnes or cubic metres; no shipment is larger, so such a text is not read."""


class Counts(enum.StrEnum):
    """What a threshold counts.

    `goods`: the whole weight that is shipped; `substance`: the listed substance as it stands in the
    goods, its salt included; `base`: the listed substance without the acid or metal of its salt and
    without water of crystallisation.
    """

    GOODS = "goods"
    SUBSTANCE = "substance"
    BASE = "base"


class Per(enum.StrEnum):
    """Over what a threshold adds up: always lines of the same exporter and consignee.

    `transaction` is everything of one shipping day; `month` and `year` are those of the calendar.
    """

    TRANSACTION = "transaction"
    MONTH = "month"
    YEAR = "year"


def _words(table: dict[str, str]) -> dict[str, str]:
    return {word: unit for unit, words in table.items() for word in words.split()}


# Word -> unit of pint. Where one word names units of different size (ton, gallon), the largest.
_MASS = _words(
    {
        "microgram": "ug µg μg mcg microgram micrograms",
        "milligram": "mg mgs milligram milligrams milligramme 毫克",
        "gram": "g gs gm gms gr grm grms gram grams gramm gramme grammes gramo gramos 克 公克",
        "kilogram": (
            "kg kgs kgm kgms kilo kilos kilogram kilograms kilogramm kilogramme kilogrammes "
            "kilogramo kilogramos quilograma quilogramas 千克 公斤 キログラム"
        ),
        "metric_ton": (
            "t mt mts mton mtons tne tonne tonnes tonnen tonelada toneladas 吨 噸 公吨 公噸 トン"
        ),
        "long_ton": "ton tons lton longton longtons",
        "short_ton": "shortton shorttons",
        "pound": "lb lbs lbr pound pounds libra libras pfund 磅",
        "ounce": "oz ozs ounce ounces",
        "troy_ounce": "ozt troyounce troyounces",
    }
)
_VOLUME = _words(
    {
        "microliter": "ul µl μl microliter microlitre",
        "milliliter": "ml mls mlt cc ccm cm3 milliliter milliliters millilitre millilitres 毫升",
        "centiliter": "cl centiliter centilitre centiliters centilitres",
        "deciliter": "dl deciliter decilitre",
        "liter": "l ls lt lts ltr ltrs lit liter liters litre litres litro litros dm3 升 公升",
        "hectoliter": "hl hectoliter hectolitre",
        "meter**3": "m3 cbm mtq kl kls kiloliter kilolitre kiloliters kilolitres 立方米",
        "US_liquid_gallon": "usgal usgals usgallon usgallons gll",
        "imperial_gallon": (
            "gal gals gallon gallons gln galon galones galón imperialgal imperialgallon "
            "imperialgallons 加仑"
        ),
        "imperial_quart": "qt qts quart quarts",
        "imperial_pint": "pint pints",
        "US_fluid_ounce": "floz fluidounce fluidounces",
    }
)
_UNITS = _MASS | _VOLUME

_LAW_UNITS = ("mg", "g", "kg", "t", "lb", "oz", "ml", "l", "m3", "US gal", "imperial gal")
"""Units in which the watchlists state amounts: each has one size."""


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


_PACKAGES = _set(
    """
    drum drums drm drms bag bags sack sacks bottle bottles btl btls carton cartons ctn ctns case
    cases box boxes keg kegs can cans tin tins pail pails bucket buckets barrel barrels cylinder
    cylinders jar jars vial vials ampoule ampoules ampule ampules tank tanks isotank isotanks ibc
    ibcs tote totes container containers fcl pallet pallets package packages pkg pkgs pack packs
    packet packets piece pieces pc pcs pce nos no number unit units unt set sets lot lots roll rolls
    jerrican jerricans jerrycan jerrycans canister canisters flexitank flexitanks bale bales parcel
    parcels tablet tablets capsule capsules strip strips kit kits
    fass fässer faesser trommel trommeln säcke saecke flasche flaschen karton kartons kiste
    kisten kanister stück stueck stk palette paletten
    tambor tambores bidón bidones bidon bidons saco sacos botella botellas caja cajas bolsa bolsas
    fût fûts fut futs sac sacs bouteille bouteilles
    桶 大桶 袋 瓶 箱 纸箱 件 罐 盒 包 托盘 个 支 只 樽 缶 本
    """
)
_TIMES = _set("x × * ✕ 乘 乘以 mal times by")
_EACH = _set("each per je pro 每 every ea cada @")
_OF = _set("a à de of von")
_WITHIN = _set("in packed en dans 装 分装")
_TOTAL = _set("= total totalling totaling gesamt 共 共计 合计 总计 计")
_PLUS = _set("+ ; & and und y et plus 和 及 另")
_NET_GROSS = _set(
    "net nett netto gross brutto bruto neto nw gw nwt gwt n.w n.w. g.w g.w. 净重 毛重 净 毛"
)
_MAGNITUDE = _set(
    """
    hundred hundreds thousand thousands thsd million millions mio mn dozen dozens doz dz half
    quarter double triple lakh lakhs crore crores k tausend hundert mil mille ciento
    百 千 万 萬 亿 億 半 打 两
    one two three four five six seven eight nine ten twenty thirty forty fifty
    一 二 三 四 五 六 七 八 九 十
    """
)
_AT_LEAST = _set("> ≥ min minimum mindestens über over from 至少")
_CJK = sorted(
    {
        word
        for words in (
            *(_UNITS, _PACKAGES, _TIMES, _EACH, _OF, _WITHIN, _TOTAL, _PLUS, _NET_GROSS),
            *(_MAGNITUDE, _AT_LEAST),
        )
        for word in words
        if ord(word[0]) > 0x2E80
    },
    key=lambda word: (-len(word), word),
)
_NUMBER = (
    r"\d{1,3}(?:[ \u00a0\u202f]\d{3})+(?:[.,]\d+)?(?!\d)"
    r"|(?:\d[\d.,'’]*|[.,]\d+)(?:e[+-]?\d{1,3}(?![a-z\d]))?"
)
_TOKEN = re.compile(
    rf"(?P<number>{_NUMBER})|(?P<cjk>{'|'.join(map(re.escape, _CJK))})"
    r"|(?P<word>n\.w\.?|g\.w\.?|[^\W\d_\u2e80-\uffff]+(?:[23](?!\d))?)|(?P<sign>\S)"
)
_TOLERANCE = re.compile(r"(?:\+\s*/?\s*[-−–]|±)\s*(\d{1,2}(?:[.,]\d+)?)\s*%")
_SHARES = re.compile(r"\d[\d.,]*\s*%")
_RANGE = re.compile(rf"(?P<low>{_NUMBER})\s*(?:-|–|—|~|to|bis|至|到)\s*(?=(?P<high>{_NUMBER}))")
_PHRASES = (
    (re.compile(r"\b(?:u\.?s\.?|american)\s*(?:liquid\s*)?(gal(?:lon)?s?)\b"), "us\\1"),
    (re.compile(r"\b(gal(?:lon)?s?)\s*\(?\s*u\.?s\b\.?\s*\)?"), "us\\1"),
    (re.compile(r"\b(?:imp(?:erial)?|uk)\.?\s*(gal(?:lon)?s?)\b"), "imperial\\1"),
    (re.compile(r"\b(?:metric|met)\.?\s*ton(?:ne)?s?\b|\bm\.\s?t(?:s|ons?)?\b\.?"), "mt"),
    (re.compile(r"\blong\s+tons?\b"), "longton"),
    (re.compile(r"\bshort\s+tons?\b|\bu\.?s\.?\s+tons?\b"), "shortton"),
    (re.compile(r"\btroy\s+(?:oz|ounces?)\b|\boz\.?\s*t(?:roy)?\b"), "ozt"),
    (re.compile(r"\bfl(?:uid)?\.?\s*(?:oz|ounces?)\b"), "floz"),
    (re.compile(r"\bcu(?:bic)?\.?\s*met(?:er|re)s?\b|m³|立方公尺"), "m3"),
    (re.compile(r"\bk\.\s?g(?:s)?\b\.?"), "kg"),
    (re.compile(r"\b([ng])\s*[./]\s*w(?:t|eight)?\b\.?"), "\\1w"),
)


@cache
def _registry() -> Any:
    import pint  # loading it takes a while, and not every shipment states an amount

    return pint.UnitRegistry(non_int_type=Decimal)


_EXACT = {
    "microgram": Decimal("0.001"),
    "milligram": Decimal(1),
    "gram": Decimal(10**3),
    "kilogram": Decimal(10**6),
    "metric_ton": Decimal(10**9),
    "microliter": Decimal(1),
    "milliliter": Decimal(10**3),
    "liter": Decimal(10**6),
    "meter**3": Decimal(10**9),
    "pound": Decimal("453592.37"),
    "ounce": Decimal("28349.523125"),
    "US_liquid_gallon": Decimal("3785411.784"),
    "imperial_gallon": Decimal(4546090),
}
"""Milligrams or microlitres in the units of the law and of nearly every table, by definition; so
that a process need not load all units to read `25 kg`."""


@cache
def _factor(word: str) -> Decimal:
    """Milligrams or microlitres in one unit."""
    unit = _UNITS[word]
    return _EXACT[unit] if unit in _EXACT else _converted(unit, mass=word in _MASS)


def _converted(unit: str, *, mass: bool) -> Decimal:
    target = "milligram" if mass else "microliter"
    return Decimal(str(_registry().Quantity(Decimal(1), unit).to(target).magnitude))


@dataclass(frozen=True, slots=True)
class Reading:
    """What a text says of an amount; a bound from above, never from below.

    Attributes:
        mass_mg: milligrams, None where no mass was read.
        volume_ul: microlitres, None where no volume was read.
        problem: why nothing was read, one clause; None where something was.
        doubts: how else the text could be read, one clause each; the larger reading was taken.
    """

    mass_mg: int | None = None
    volume_ul: int | None = None
    problem: str | None = None
    doubts: tuple[str, ...] = ()

    @property
    def known(self) -> bool:
        """A mass or a volume was read."""
        return self.mass_mg is not None or self.volume_ul is not None


@lru_cache(maxsize=4096)
def read_amount(text: str) -> Reading:
    """Reads an amount as trade writes it.

    Args:
        text: such as ``25 kg``, ``25kg/drum x 40``, ``614,40 MT``, ``40桶×25公斤``.

    Returns:
        The amount; where nothing was read, the reason.

    >>> read_amount("80 DRUMS X 100 KG/DRUM = 8,000 KG").mass_mg == 8_000 * 10**6
    True
    >>> read_amount("1,234 kg").doubts
    ("'1,234' may be 1.234 or 1234",)
    >>> read_amount("40 NOS").problem
    'it names no unit of mass or volume'
    """
    if len(text) > MAX_QUANTITY:
        return Reading(problem=f"it is longer than {MAX_QUANTITY} characters")
    try:
        return _Reader(text).read()
    except _UnreadError as error:
        return Reading(problem=str(error))


class _UnreadError(Exception):
    """A text that cannot be read as an amount."""


@dataclass
class _Term:
    """What stands between two plus signs: amounts, counts of packages, and how they are joined."""

    masses: list[Decimal] = field(default_factory=list)
    volumes: list[Decimal] = field(default_factory=list)
    counts: list[Decimal] = field(default_factory=list)
    joined: bool = False  # a sign or word says that amount and count are multiplied
    each: bool = False  # the amount is that of one package
    within: bool = False  # an amount "in" so many packages is the whole
    labelled: bool = False  # net or gross: two amounts of the same goods


class _Reader:
    """Reads one text."""

    def __init__(self, text: str) -> None:
        plain = unicodedata.normalize("NFKC", text).casefold()
        for pattern, replacement in _PHRASES:
            plain = pattern.sub(replacement, plain)
        self.doubts: list[str] = []
        self.tolerance = Decimal(1)
        if found := _TOLERANCE.search(plain):
            self.tolerance += Decimal(found[1].replace(",", ".")) / 100
            plain = _TOLERANCE.sub(" ", plain)
        self.text = _RANGE.sub(self._upper_end, _SHARES.sub(" ", plain))

    def _upper_end(self, found: re.Match[str]) -> str:
        """A range counts as its upper end."""
        low, high = read_number(found["low"])[0], read_number(found["high"])[0]
        return " " if low is not None and high is not None and low <= high else found[0]

    def read(self) -> Reading:
        """The amount."""
        if re.match(r"\s*[-−]\s*\d", self.text):
            raise _UnreadError("it is negative")
        totals = [self._total(terms) for terms in self._sides()]
        if not any(m is not None or v is not None for m, v in totals):
            raise _UnreadError("it names no unit of mass or volume")
        mass = self._agreed([m for m, _ in totals if m is not None], "mass")
        volume = self._agreed([v for _, v in totals if v is not None], "volume")
        if not mass and not volume:
            raise _UnreadError("it states no amount above nothing")
        result = Reading(
            None if mass is None else _up(mass * self.tolerance),
            None if volume is None else _up(volume * self.tolerance),
            doubts=tuple(dict.fromkeys(self.doubts)),
        )
        if (result.mass_mg or 0) > MAX_MASS_MG or (result.volume_ul or 0) > MAX_VOLUME_UL:
            raise _UnreadError("it is larger than any shipment")
        return result

    def _agreed(self, values: Sequence[Decimal], what: str) -> Decimal | None:
        """Amounts stated more than once: the largest, and a word where they differ."""
        if not values:
            return None
        if not _near(values):
            self.doubts.append(f"the {what} and the total that is stated differ")
        elif len(values) > 1:
            self.doubts.clear()  # what was doubtful is confirmed by the other statement
        return max(values)

    def _sides(self) -> list[list[_Term]]:
        """What stands on each side of "=" or "total", as terms to be added up."""
        sides = [[_Term()]]
        for kind, word, number in self._tokens():
            term = sides[-1][-1]
            if kind == "amount":
                (term.masses if word in _MASS else term.volumes).append(number * _factor(word))
            elif kind == "count":
                term.counts.append(number)
            elif word in _PLUS:
                sides[-1].append(_Term())
            elif word in _TOTAL:
                sides.append([_Term()])
            elif word in _TIMES or word in _EACH or word == "/":
                term.joined = term.each = True
            elif word in _OF:
                term.joined = True
            elif word in _WITHIN:
                term.within = bool(term.masses or term.volumes) and not term.counts
            elif word in _NET_GROSS:
                term.labelled = True
        # "25 kg a drum, 40 drums in all": a total of packages belongs to the amount before it
        for before, after in pairwise(sides):
            only = [t for t in after if t.counts and not t.masses and not t.volumes]
            if len(only) == len([t for t in after if t.counts or t.masses or t.volumes]):
                if len(before) == 1 and not before[0].counts:
                    before[0].counts += [n for t in only for n in t.counts]
                    before[0].joined = True
                after[:] = []
        return sides

    def _tokens(self) -> Iterator[tuple[str, str, Decimal]]:
        """Amounts (a number with its unit), counts (a number without) and signs."""
        raw = [(m.lastgroup or "", m[0]) for m in _TOKEN.finditer(self.text)]
        tokens = list(_split_times(raw))
        pending: Decimal | None = None
        unit = ""  # written before its number
        previous = ""
        for (kind, word), (following, _) in pairwise([*tokens, ("", "")]):
            if kind == "number":
                if pending is not None:
                    yield "count", "", pending
                pending = self._number(word)
                if unit:
                    yield "amount", unit, pending
                    pending, unit = None, ""
            elif word in _UNITS:
                if pending is not None:
                    yield "amount", word, pending
                    pending = None
                elif previous == "/" or previous in _EACH:
                    raise _UnreadError(f"it is an amount per {word}")
                elif following == "number":
                    unit = word
                else:
                    raise _UnreadError(f"the unit {word!r} stands without a number")
            elif (
                word == "/" and following == "number"
            ):  # two amounts, not one for each of something
                if pending is not None:
                    raise _UnreadError("it holds a fraction")
            else:
                if pending is not None:
                    yield "count", "", pending
                    pending = None
                if word in _MAGNITUDE:
                    raise _UnreadError(f"the number word {word!r} is not read")
                if word in _AT_LEAST:
                    raise _UnreadError("it states a lower bound only")
                yield "sign", word, Decimal(0)
            previous = word
        if pending is not None:
            yield "count", "", pending

    def _number(self, text: str) -> Decimal:
        value, doubt = read_number(text)
        if value is None:
            raise _UnreadError(f"the number {text!r} is not read")
        if doubt is not None:
            self.doubts.append(doubt)
        return value

    def _total(self, terms: Sequence[_Term]) -> tuple[Decimal | None, Decimal | None]:
        """The mass and the volume of terms that are added up."""
        totals = [self._term(t) for t in terms if t.masses or t.volumes or t.counts]
        masses = [m for m, _ in totals if m is not None]
        volumes = [v for _, v in totals if v is not None]
        if len(masses) < len(totals) and len(volumes) < len(totals) and len(totals) > 1:
            raise _UnreadError("a part of it names no unit that fits the rest")
        mass = sum(masses, Decimal(0)) if masses and len(masses) == len(totals) else None
        volume = sum(volumes, Decimal(0)) if volumes and len(volumes) == len(totals) else None
        return mass, volume

    def _term(self, term: _Term) -> tuple[Decimal | None, Decimal | None]:
        if not term.masses and not term.volumes:
            return None, None
        one = all(not v or term.labelled or _near(v) for v in (term.masses, term.volumes))
        if term.each and not term.counts and one:
            raise _UnreadError("it does not say how many packages there are")
        count = prod(term.counts, start=Decimal(1))
        if term.counts and term.within and not term.joined:
            count = Decimal(1)
        elif term.counts and not term.joined and count != 1:
            self.doubts.append("it may state the whole or the amount of each package")
            count = max(count, Decimal(1))
        return (
            self._one(term.masses, count, term),
            self._one(term.volumes, count, term),
        )

    def _one(self, values: Sequence[Decimal], count: Decimal, term: _Term) -> Decimal | None:
        if not values:
            return None
        if len(values) == 1:
            return values[0] * count
        if _near(values) or term.labelled:
            return max(values) * count
        if count != 1:
            each, whole = min(values), max(values)
            if _near([each * count, whole]):
                return max(each * count, whole)
        self.doubts.append("it states several amounts")
        return sum(values, Decimal(0)) * count


def _split_times(tokens: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """Words that run into a sign of multiplication, as in "25kgx40", taken apart."""
    known = {*_UNITS, *_PACKAGES}
    for kind, word in tokens:
        if kind == "word" and word not in known and word.endswith("x") and word[:-1] in known:
            yield kind, word[:-1]
            yield "sign", "x"
        elif kind == "word" and word not in known and word[0] == "x" and word[1:] in known:
            yield "sign", "x"
            yield kind, word[1:]
        else:
            yield kind, word


def _near(values: Sequence[Decimal]) -> bool:
    """All within one percent: the same amount in two units, or rounded."""
    return max(values) - min(values) <= max(values) / 100


def _up(value: Decimal) -> int:
    return int(value.to_integral_value(rounding=ROUND_CEILING))


def read_number(text: str) -> tuple[Decimal | None, str | None]:
    """A number with commas, points, spaces or apostrophes in it.

    Returns:
        The number, the larger one where a comma or point may be either; and what the doubt is.

    >>> read_number("1.234,5"), read_number("614,40"), read_number("12,34,567")
    ((Decimal('1234.5'), None), (Decimal('614.40'), None), (Decimal('1234567'), None))
    >>> read_number("25.000")
    (Decimal('25000'), "'25.000' may be 25.000 or 25000")
    """
    plain = re.sub(r"[ \u00a0\u202f'’]", "", text.strip()).rstrip(".,")
    mantissa, mark, exponent = plain.partition("e")
    commas, points = mantissa.count(","), mantissa.count(".")
    doubt: str | None = None
    if commas and points:
        if max(commas, points) > 1 and min(commas, points) > 1:
            return None, None
        decimal_mark = "," if mantissa.rindex(",") > mantissa.rindex(".") else "."
        if mantissa.count(decimal_mark) > 1:
            return None, None
        grouping = "." if decimal_mark == "," else ","
        mantissa = mantissa.replace(grouping, "").replace(decimal_mark, ".")
    elif commas > 1 or points > 1:
        mantissa = mantissa.replace(",", "").replace(".", "")
    elif commas or points:
        whole, _, rest = mantissa.replace(",", ".").partition(".")
        mantissa = f"{whole}.{rest}"
        if len(rest) == 3 and 1 <= len(whole) <= 3 and whole.strip("0") and not mark:
            doubt = f"{text.strip()!r} may be {mantissa} or {whole}{rest}"
            mantissa = whole + rest
    try:
        return Decimal(f"{mantissa}e{exponent}" if mark else mantissa), doubt
    except InvalidOperation:
        return None, None


# --- amounts that the law states -------------------------------------------------------------

_LAW_AMOUNT = re.compile(
    rf"(\d+(?:\.\d+)?) ({'|'.join(map(re.escape, sorted(_LAW_UNITS, key=len, reverse=True)))})"
)
_PERCENT = re.compile(r"(\d+(?:\.\d+)?) %")


def checked_amount(text: str) -> str:
    """An amount as the law's data must write it.

    Raises:
        ValueError: it is written otherwise.
    """
    if not _LAW_AMOUNT.fullmatch(text):
        raise ValueError(f"an amount is written like '1500 kg'; units: {', '.join(_LAW_UNITS)}")
    return text


@lru_cache(maxsize=1024)
def law_amount(text: str) -> tuple[int | None, int | None]:
    """The milligrams or the microlitres of an amount of the law's data.

    >>> law_amount("4 kg"), law_amount("500 US gal")
    ((4000000, None), (None, 1892705892))
    """
    found = _LAW_AMOUNT.fullmatch(text)
    if found is None:
        raise ValueError(f"{text!r} is no amount")
    word = found[2].replace(" ", "").casefold()
    value = int(Decimal(found[1]) * _factor(word))  # rounded down: the law begins no later
    return (value, None) if word in _MASS else (None, value)


def checked_percent(text: str) -> str:
    """A share as the law's data must write it.

    Raises:
        ValueError: it is written otherwise.
    """
    found = _PERCENT.fullmatch(text)
    if found is None or Decimal(found[1]) > 100:
        raise ValueError("a share is written like '40 %'")
    return text


@lru_cache(maxsize=1024)
def law_percent(text: str) -> Decimal:
    """The share that a text of the law's data states, 1 for the whole.

    >>> law_percent("40 %")
    Decimal('0.4')
    """
    return Decimal(text.removesuffix(" %")) / 100


# --- strength --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Strength:
    """What a text says of the share of the substance in the goods.

    Attributes:
        low, high: bounds of the share, 0 to 1.
        stated: a share was read.
        solution: the text itself speaks of a solution (w/v, g/l, molar).
        problem: why no share was read, one clause; None where one was, or nothing is stated.
        doubts: how else the text could be read.
    """

    low: Decimal = Decimal(0)
    high: Decimal = Decimal(1)
    stated: bool = False
    solution: bool = False
    problem: str | None = None
    doubts: tuple[str, ...] = ()


_SHARE = re.compile(
    r"(?P<bound>>=|<=|[<>≥≤⩾⩽≧≦]|\b(?:min|max|at least|at most|not less than|not more than|nlt|nmt|"
    r"minimum|maximum|mind|mindestens|höchstens|up to|no less than)\b\.?"
    r"|不低于|不少于|大于|小于|至少)?"
    r"\s*(?P<first>\d[\d.,]*)\s*(?P<sign>%|pct\b|percent\b)?\s*"
    r"(?:(?P<range>-|–|—|~|to|bis|至|到)\s*(?P<second>\d[\d.,]*)\s*)?"
    r"(?P<unit>(?:wt\.?|w|m|mol|vol\.?|v)?\s*(?:%|percent|pct\b|per cent)|ppm\b|ppb\b|"
    r"(?:mg|g|µg|μg|ug|kg)\s*/\s*(?:ml|l|dl|kg|g|tablet|tab|cap|vial|amp)\w*|m\b|n\b|mol\s*/\s*l)?"
    r"\s*(?P<after>\+|min\b|max\b|up\b)?"
)
_BELOW = re.compile(r"<|≤|⩽|≦|max|at most|not more|nmt|höchst|up to|小于")
_NEGATIVE = re.compile(r"\s*[<>≥≤=~:]*\s*[-−–]\s*\d")
IMPOSSIBLE = "it is no share of a whole"
"""What is said of a strength below 0 % or above 100 %."""
_NO_SHARE = re.compile(
    r"\b(?:hplc|gc|lc|ms|nmr|uv|qnmr|tlc|usp|bp|ep|jp|acs|ar|cas|lot|batch)\b\.?"
)
_BY_VOLUME_WEIGHT = re.compile(r"\bw\s*/\s*v|%\s*w\s*/\s*v|m\s*/\s*v\b")
_IN_SOLUTION = re.compile(r"v\s*/\s*v|\b(?:aq|aqueous|sol(?:ution|n)?)\b|溶液|lösung|solución")


@lru_cache(maxsize=4096)
def read_strength(text: str | None) -> Strength:
    """Reads a purity or concentration.

    Args:
        text: such as ``98 %``, ``≥98%``, ``98-99 wt%``, ``HPLC 98``; None where nothing is stated.

    Returns:
        Bounds of the share; the widest where nothing was read.

    >>> read_strength("98-99 wt%").high, read_strength("≥98%").high, read_strength("HPLC 98").high
    (Decimal('0.99'), Decimal('1'), Decimal('0.98'))
    """
    if text is None:
        return Strength()
    plain = unicodedata.normalize("NFKC", text[:MAX_QUANTITY]).casefold()
    solution = bool(_IN_SOLUTION.search(plain))
    if _BY_VOLUME_WEIGHT.search(plain):
        return Strength(solution=True, problem="a share by weight cannot be told from it")
    plain = _NO_SHARE.sub(" ", plain)
    if _NEGATIVE.match(plain):
        return Strength(solution=solution, problem=IMPOSSIBLE)
    lows: list[Decimal] = []
    highs: list[Decimal] = []
    doubts: list[str] = []
    for found in _SHARE.finditer(plain):
        unit = re.sub(r"[\s.]", "", found["unit"] or "")
        if unit in {"m", "n"} or "/" in unit:
            scale = _MASS_SHARES.get(unit)
            if scale is None:
                return Strength(solution=True, problem="a share by weight cannot be told from it")
        else:
            scale = _PARTS.get(unit, Decimal("0.01"))
        low = _share_number(found["first"], doubts)
        high = _share_number(found["second"], doubts) if found["second"] else low
        if low is None or high is None:
            return Strength(solution=solution, problem="its number is not read")
        low, high = low * scale, high * scale
        if not (found["unit"] or found["sign"]) and high <= Decimal("0.01") and high > 0:
            # "0.98" alone may be a share of 98 % or 0.98 %
            doubts.append(f"{found['first']!r} may be a share or a percentage")
            high *= 100
        if low <= 1 < high and found["second"]:
            high = Decimal(1)  # an assay of 98.5 to 101.0 %
        if high > 1 or low > high:
            return Strength(solution=solution, problem=IMPOSSIBLE)
        bound = found["bound"] or found["after"]
        if bound and _BELOW.search(bound):
            low = Decimal(0)
        elif bound:
            high = Decimal(1)
        lows.append(low)
        highs.append(high)
    if not highs:
        return Strength(solution=solution, problem="it states no share")
    if len(highs) > 1:
        doubts.append("it states several shares")
    return Strength(min(lows), max(highs), True, solution, None, tuple(dict.fromkeys(doubts)))


_PARTS = {"ppm": Decimal("1e-6"), "ppb": Decimal("1e-9")}
_MASS_SHARES = {
    "mg/g": Decimal("1e-3"),
    "mg/kg": Decimal("1e-6"),
    "g/kg": Decimal("1e-3"),
    "g/g": Decimal(1),
}


def _share_number(text: str, doubts: list[str]) -> Decimal | None:
    """A number of a share: of two readings, the one that can be a percentage."""
    value, doubt = read_number(text)
    if value is None or doubt is None:
        return value
    if value > 100:
        return Decimal(text.rstrip(".,").replace(",", "."))
    doubts.append(doubt)
    return value


# --- in words --------------------------------------------------------------------------------


def mass_text(milligrams: int) -> str:
    """A mass for people: in kilograms from one upward, else in grams or milligrams.

    >>> mass_text(8_000_000_000), mass_text(1_250_000), mass_text(30)
    ('8,000 kg', '1.25 kg', '30 mg')
    """
    for size, unit in ((10**6, "kg"), (10**3, "g")):
        if milligrams >= size:
            return f"{_figure(Decimal(milligrams) / size)} {unit}"
    return f"{milligrams} mg"


def volume_text(microlitres: int) -> str:
    """A volume for people: in litres, else in millilitres.

    >>> volume_text(1_892_705_892), volume_text(250_000)
    ('1,892.706 l', '250 ml')
    """
    if microlitres >= 10**6:
        return f"{_figure(Decimal(microlitres) / 10**6)} l"
    return f"{_figure(Decimal(microlitres) / 10**3)} ml"


def _figure(value: Decimal) -> str:
    text = f"{value:,.3f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def share_text(share: Decimal) -> str:
    """A share for people.

    >>> share_text(Decimal("0.985"))
    '98.5 %'
    """
    return f"{_figure(share * 100)} %"
