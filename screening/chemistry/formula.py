"""Molecular formulas and molar masses as papers state them, compared with a structure."""

from __future__ import annotations

import enum
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cache, lru_cache

from rdkit import Chem, rdBase
from rdkit.Chem import rdMolDescriptors

from screening.chemistry.structure import Component, Structure

MAX_FORMULA = 120
MAX_COUNT = 9_999


class Agreement(enum.StrEnum):
    """What a stated formula or mass says about a structure."""

    SAME = "same"
    FORM = "form"
    OTHER = "other"


_TOKEN = re.compile(r"([A-Z][a-z]?)|([0-9]{1,4})|([()\[\]])")
_DOT = re.compile(r"\s*[·•∙⋅.*]\s*|\s+x\s+(?=[0-9A-Z])")
_CHARGE = re.compile(r"(?:\^?[0-9]?[+-]+|\^[+-][0-9])$")
_MASS = re.compile(
    r"([0-9]{1,5}(?:[.,][0-9]{1,6})?)\s*(?:g\s*/\s*mol|g\s*mol-1|da|u|amu)?", re.IGNORECASE
)

# What stands beside a base, an acid or a carbonyl compound in its salts, hydrates and solvates.
_BESIDE = (
    *("H2O", "HCl", "HBr", "HI", "HF", "HNO3", "H2SO4", "H3PO4", "HClO4"),
    *("CH4O3S", "C7H8O3S", "C6H6O3S", "CH2O2", "C2H4O2", "C2HF3O2", "C2H2O4", "C3H4O4"),
    *("C4H4O4", "C4H6O4", "C4H6O5", "C4H6O6", "C6H8O7", "C3H6O3", "C7H6O2", "NH3", "CH4O"),
    *("C2H6O", "C3H6O"),
)
# Metals that stand for hydrogen in the salts of acids.
_METALS = ("Na", "K", "Li", "Ca", "Mg", "Ba", "Zn", "Al")
_MOST = 4
"""Of one of these, beside one molecule."""


def parse_formula(text: str) -> tuple[Mapping[str, int], ...] | None:
    """The parts of a formula, such as a base and its acid.

    Args:
        text: as written: ``C12H22N2O2``, ``C₅H₉NO·HCl·H₂O``, ``(C2H5)2O``, ``C5H9NO x HCl``.

    Returns:
        Atoms by element of each part; None where it is no formula.

    >>> parse_formula("C5H9NO·2H2O")
    (Counter({'H': 9, 'C': 5, 'N': 1, 'O': 1}), Counter({'H': 4, 'O': 2}))
    """
    if len(text) > MAX_FORMULA:
        return None
    parts = [
        _counted(_CHARGE.sub("", part.strip()))
        for part in _DOT.split(unicodedata.normalize("NFKC", text).strip())
        if part.strip()
    ]
    if not parts or any(part is None for part in parts):
        return None
    return tuple(part for part in parts if part is not None)


def _counted(text: str) -> Counter[str] | None:
    """The atoms of one part, with a number before it."""
    match = re.match(r"([0-9]{0,3}(?:/[0-9])?)\s*(.*)$", text, re.DOTALL)
    assert match is not None
    number, rest = match[1] or "1", "".join(match[2].split())
    if "/" in number or not rest:
        return None
    stack: list[Counter[str]] = [Counter()]
    last: Counter[str] = Counter()
    at = 0
    for token in _TOKEN.finditer(rest):
        if token.start() != at:
            return None
        at = token.end()
        symbol, count, bracket = token.groups()
        if symbol:
            symbol = "H" if symbol in {"D", "T"} else symbol
            if symbol not in _elements():
                return None
            last = Counter({symbol: 1})
            stack[-1].update(last)
        elif count:
            more = int(count) - 1
            if not last or more > MAX_COUNT:
                return None
            stack[-1].update({s: n * more for s, n in last.items()})
            last = Counter()
        elif bracket in "([":
            stack.append(Counter())
            last = Counter()
        else:
            if len(stack) < 2:
                return None
            last = stack.pop()
            stack[-1].update(last)
    if at != len(rest) or len(stack) != 1 or not stack[0]:
        return None
    return Counter({s: n * int(number) for s, n in stack[0].items() if n > 0})


def compare_formula(structure: Structure, parts: tuple[Mapping[str, int], ...]) -> Agreement:
    """Whether a stated formula is that of a structure, of another form of it, or of neither."""
    stated: Counter[str] = Counter()
    for part in parts:
        stated.update(part)
    if stated == _atoms_of(structure):
        return Agreement.SAME
    main = Counter(_main(structure))
    if stated == main or any(part == main for part in parts):
        return Agreement.FORM
    for form in _forms(main):
        if stated == form:
            return Agreement.FORM
    return Agreement.OTHER


def compare_mass(structure: Structure, text: str) -> Agreement | None:
    """Whether a stated molar mass is that of a structure, of another form of it, or of neither.

    Args:
        structure: what the goods are said to be.
        text: in g/mol, as written; half a unit of its last digit is allowed on either side.

    Returns:
        None where the text is no mass.
    """
    match = _MASS.fullmatch(text.strip())
    if match is None:
        return None
    written = match[1].replace(",", ".")
    stated = float(written)
    digits = len(written.partition(".")[2])
    margin = 0.5 * 10.0**-digits + 0.02 + 0.0001 * stated
    if abs(stated - _mass(_atoms_of(structure))) <= margin:
        return Agreement.SAME
    main = Counter(_main(structure))
    # a sum of masses may fit by chance, so only the usual salts and hydrates are tried
    forms = _forms(main, most=2, wet=1)
    if any(abs(stated - _mass(form)) <= margin for form in (main, *forms)):
        return Agreement.FORM
    return Agreement.OTHER


def agrees_with_itself(smiles: str, formula: str) -> bool:
    """Whether a record's structure has the formula that the record states, charges apart.

    A carbon radical is what databases draw for the name of a group, so it agrees with nothing.
    """
    with rdBase.BlockLogs():
        mol = Chem.MolFromSmiles(smiles, sanitize=False)
        if mol is None:
            return False
        mol.UpdatePropertyCache(strict=False)
        Chem.AssignRadicals(mol)
    if any(a.GetNumRadicalElectrons() and a.GetAtomicNum() == 6 for a in mol.GetAtoms()):
        return False
    drawn = str(rdMolDescriptors.CalcMolFormula(mol))
    if drawn == formula:
        return True
    parts, stated = parse_formula(drawn), parse_formula(formula)
    return parts is not None and parts == stated


@lru_cache(maxsize=8192)
def same_metal_salt(one: str, other: str) -> bool:
    """Whether two drawings have one formula with a metal in it; its bonds are a matter of taste.

    >>> same_metal_salt("O=[Ti]=O", "[O-2].[O-2].[Ti+4]"), same_metal_salt("CCO", "COC")
    (True, False)
    """
    left, right = _sum_of(one), _sum_of(other)
    return left is not None and left == right and not _NON_METALS.issuperset(left)


_NON_METALS = frozenset({*("H", "B", "C", "N", "O", "F", "Si", "P", "S", "Cl", "Se", "Br", "I")})


def _sum_of(smiles: str) -> Mapping[str, int] | None:
    with rdBase.BlockLogs():
        mol = Chem.MolFromSmiles(smiles, sanitize=False)
        if mol is None:
            return None
        mol.UpdatePropertyCache(strict=False)
        parts = parse_formula(str(rdMolDescriptors.CalcMolFormula(mol)))
    return parts[0] if parts else None


@lru_cache(maxsize=8192)
def flat(smiles: str) -> str:
    """A drawing's canonical SMILES without stereochemistry; its own text where it has none."""
    with rdBase.BlockLogs():
        mol = Chem.MolFromSmiles(smiles)
    return smiles if mol is None else str(Chem.MolToSmiles(mol, isomericSmiles=False))


def _main(structure: Structure) -> Counter[str]:
    largest = max(structure.components, key=lambda c: c.heavy_atoms)
    return _atoms(largest)


def _atoms_of(structure: Structure) -> Counter[str]:
    total: Counter[str] = Counter()
    for component in structure.components:
        total.update(_atoms(component))
    return total


def _atoms(component: Component) -> Counter[str]:
    parts = parse_formula(component.formula)
    return Counter(parts[0]) if parts else Counter()


def _forms(main: Counter[str], most: int = _MOST, wet: int = _MOST - 1) -> Iterator[Counter[str]]:
    """A compound with up to some of one thing beside it, and up to some water; its metal salts."""
    water = _beside()["H2O"]
    for unit in _beside().values():
        form = Counter(main)
        for _ in range(most):
            form = form + unit
            hydrate = Counter(form)
            for _ in range(wet + 1):
                yield Counter(hydrate)
                hydrate = hydrate + water
    double = main + main  # two of a base with one acid: a sulfate, an oxalate
    for unit in _beside().values():
        yield double + unit
        yield double + unit + water
    for metal in _METALS:
        for count in range(1, min(most, main["H"]) + 1):
            form = Counter(main)
            form["H"] -= count
            form[metal] += 1 if metal in {"Ca", "Mg", "Ba", "Zn"} else count
            yield +form


@cache
def _beside() -> Mapping[str, Counter[str]]:
    return {text: Counter(part[0]) for text in _BESIDE if (part := parse_formula(text))}


@cache
def _elements() -> frozenset[str]:
    table = Chem.GetPeriodicTable()
    return frozenset(table.GetElementSymbol(number) for number in range(1, 119))


def _mass(atoms: Mapping[str, int]) -> float:
    table = Chem.GetPeriodicTable()
    return sum(float(table.GetAtomicWeight(symbol)) * count for symbol, count in atoms.items())
