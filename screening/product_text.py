"""What a description says besides the name: purity, grade, pack size, quantity, codes of customs.

Everything is taken as it is written; the amounts are read by the rules on quantities, which know
units. Where a description holds several goods, an amount belongs to one of them and not to the
line, so none is handed on.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache

MAX_TEXT = 4_000

_NUMBER = r"[0-9]{1,9}(?:[.,'][0-9]{1,6}){0,4}"
_MASS = (
    r"(?:kgs?|kgm|kilos?|kilograms?|kilogramm?e?s?|g|gms?|gr|grams?|gramm|mg|mcg|µg|μg|ug|lbs?|oz|"
    r"mts?|t|tons?|tonnes?|tonnen|toneladas?|千克|公斤|毫克|克|吨|噸)"
)
_VOLUME = r"(?:l|lts?|ltrs?|lit(?:er|re)s?|litros?|ml|cc|gal(?:lons?)?|m3|kl|公升|毫升|升|加仑)"
_MEASURE = rf"(?:{_MASS}|{_VOLUME})"
_PACK = (
    r"(?:drums?|bags?|ctns?|cartons?|boxe?s?|bottles?|btls?|cans?|jerr[iy]cans?|pails?|kegs?|cases?|"
    r"cylinders?|ibcs?|pallets?|vials?|ampoules?|sachets?|packs?|pkgs?|tins?|tambor(?:es)?|bidones|"
    r"bolsas?|sacos?|fass|fässer|sack|säcke|flaschen?|fûts?|sacs?|桶|袋|箱|瓶|包|罐|支|听)"
)
_SHARE = (
    rf"(?:(?P<sign>>=|<=|[<>≥≤~≈])\s?)?(?P<low>{_NUMBER})\s?(?:(?:-|–|~|to|bis|a|至)\s?"
    rf"(?P<high>{_NUMBER})\s?)?(?:%|pct\b|percent\b|per\s?cent\b|prozent\b|por\s?ciento\b)"
    r"(?:\s?(?:w/w|w/v|v/v|min\b|max\b|up\b))?"
)
_GRADE = re.compile(
    r"\b(?P<name>technical|tech|industrial|pharma(?:ceutical)?|food|feed|cosmetic|electronic|reagent|"
    r"analytical|laboratory|hplc|acs)\.?\s+grade\b"
    r"|(?P<cn>工业级|试剂级|医药级|药用级|食品级|饲料级|电子级|化妆品级|分析纯|化学纯|优级纯|色谱纯)"
    r"|\b(?P<book>USP|BP|EP|Ph\.?\s?Eur|JP|NF|FCC|ACS|AR|CP|LR|GR)\b(?!\s*[0-9:])",
)
_MEASURED = rf"{_NUMBER}\s?{_MEASURE}(?![a-z0-9%])"
# 25KG/DRUM X 4; 5 X 1 KG; 80 DRUMS X 100 KG/DRUM = 8,000 KG; 25千克/袋; 1.000,50 KG
_TOTAL = rf"=\s?(?P<total>{_MEASURED})"
_PACKED = (
    rf"(?P<count>[0-9]{{1,6}})\s?{_PACK}?\s?(?:x|×|\*|@|of|à|de|of)\s?(?P<each>{_MEASURED})"
    rf"(?:\s?/\s?{_PACK})?"
    rf"|(?P<each2>{_MEASURED})\s?(?:/|per|pro|por|par)?\s?{_PACK}?\s?(?:x|×|\*)\s?"
    rf"(?P<count2>[0-9]{{1,6}})(?:\s?{_PACK})?(?![0-9.,%])"
)
_PER_PACK = rf"(?P<each>{_MEASURED})\s?(?:/|per|pro|por|par|每)\s?(?P<pack>{_PACK})"
_COUNTED = rf"(?P<count>[0-9]{{1,6}})\s?(?P<pack>{_PACK})"
_ALONE = rf"(?<![a-z0-9.,/'-])(?P<all>{_MEASURED})(?!\s?(?:/|per\b|x\b|×|\*))"
_PER = rf"{_MEASURED}\s?/\s?{_MEASURE}\b"
_UN = r"(?<![a-z0-9])un[\s-]?(?:no\.?|number|nr\.?)?\s?[:#.]?\s?([0-9]{4})(?![0-9])"
_HS = (
    r"(?<![a-z])h\.?s\.?(?:\s?code)?\s?(?:no\.?)?\s?[:#.]?\s?([0-9]{4}(?:[. ]?[0-9]{2}){0,3})"
    r"(?![0-9])"
)
_FORMULA = (
    r"(?:formula|分子式|m\.?f\.?|summenformel|fórmula|formule)\s?[:=]\s?"
    r"([A-Z][A-Za-z0-9().·]{1,60})"
)
_MOLAR = (
    r"(?:m\.?w\.?|mol(?:ecular|ar)?\.?\s?(?:weight|mass|wt)|分子量|molmasse|peso molecular)"
    r"\s?[:=]?\s?([0-9]{2,4}(?:[.,][0-9]{1,4})?)"
)


@dataclass(frozen=True, slots=True)
class ProductText:
    """What a description says besides the name, as it is written.

    Attributes:
        purity: the share, where there is one and only one.
        quantity: the amount, where there is one and only one.
        grade: technical, reagent, of a pharmacopoeia.
        pack: what one package holds.
        un_number, hs_code, formula, molar_mass: as written, without their labels.
        several: there are several shares, or several amounts.
    """

    purity: str | None = None
    quantity: str | None = None
    grade: str | None = None
    pack: str | None = None
    un_number: str | None = None
    hs_code: str | None = None
    formula: str | None = None
    molar_mass: str | None = None
    several: bool = False


_NOTHING = ProductText()


def read_product_text(text: str | None) -> ProductText:
    """Takes a description apart.

    Args:
        text: a name or description of the goods, in any language.

    >>> read = read_product_text("N-BOC-4-PIPERIDONE PURITY>=99.0PCT 25KG/DRUM X 4")
    >>> read.purity, read.quantity, read.pack
    ('>=99.0PCT', '25KG/DRUM X 4', '25KG/DRUM')
    """
    if not text or not any(c.isdigit() for c in text):
        return _NOTHING if not text else ProductText(grade=_grade(text))
    text = unicodedata.normalize("NFKC", text[:MAX_TEXT])
    shares = list(dict.fromkeys(match[0].strip() for match in _compiled(_SHARE).finditer(text)))
    amounts = _amounts(_compiled(_SHARE).sub(" ", text))
    pack = _compiled(_PER_PACK).search(text)
    return ProductText(
        purity=shares[0] if len(shares) == 1 else None,
        quantity=amounts[0] if len(amounts) == 1 else None,
        grade=_grade(text),
        pack=pack[0] if pack else None,
        un_number=_first(_UN, text),
        hs_code=_first(_HS, text),
        formula=_first(_FORMULA, text),
        molar_mass=_first(_MOLAR, text),
        several=len(shares) > 1 or len(amounts) > 1,
    )


def in_packs(quantity: str, pack: str | None) -> str | None:
    """A number of packages as an amount, where the description says what one of them holds.

    >>> in_packs("40 袋", "25千克/袋"), in_packs("40 kg", "25 kg/drum"), in_packs("3 drums", None)
    ('40 x 25千克', None, None)
    """
    count = _compiled(_COUNTED).fullmatch(unicodedata.normalize("NFKC", quantity).strip())
    each = _compiled(_PER_PACK).fullmatch(pack) if pack else None
    if count is None or each is None or count["pack"].lower()[:3] != each["pack"].lower()[:3]:
        return None
    return f"{count['count']} x {each['each']}"


def _grade(text: str) -> str | None:
    match = _GRADE.search(text)
    return match[0] if match else None


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    """A pattern, compiled when the first description with a digit is read."""
    return re.compile(pattern, re.IGNORECASE)


def _first(pattern: str, text: str) -> str | None:
    match = _compiled(pattern).search(text)
    return match[1].strip() if match else None


def _amounts(text: str) -> list[str]:
    """The amounts of a text: a stated total stands for what it is the total of."""
    text = _compiled(_PER).sub(" ", text)  # 50 mcg/ml is a strength
    totals = [match["total"] for match in _compiled(_TOTAL).finditer(text)]
    if totals:
        return list(dict.fromkeys(totals))
    packed = [match[0].strip() for match in _compiled(_PACKED).finditer(text)]
    rest = _compiled(_PACKED).sub(" ", text)
    if packed and _compiled(_ALONE).search(rest) is None:
        return list(dict.fromkeys(packed))
    rest = _compiled(_PER_PACK).sub(" ", rest)
    return list(
        dict.fromkeys(
            [*packed, *(match["all"].strip() for match in _compiled(_ALONE).finditer(rest))]
        )
    )
