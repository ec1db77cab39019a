"""A pattern made weaker: what every drawing of a molecule that it matches must hold.

The matching graph of a component is made of its drawing by steps that never bind two heavy atoms
that were not bound, never change an element, and leave alone what hangs on a carbon that carries no
charge and is no covalent hydrate (`screening.chemistry.structure`). The same holds of the parts
that an ester or ether is opened to: the hydroxyl that is restored stands where the oxygen was. So a
pattern that asks only for elements, for bonds of any order, for rings, and for the hydrogens and
connections of carbon matches the drawing whenever the full pattern matches the graph or a part of
it. That is what `relaxed` makes of a pattern. Whatever it does not understand it leaves out, which
makes the pattern weaker and never wrong.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any, NamedTuple

from rdkit import Chem, rdBase

from screening.chemistry.atoms import CARBON, AtomKind, kind_of

_AROMATIC = 1000  # RDKit's `AtomType` is the atomic number, and this much more where aromatic
_OXYGEN = kind_of(8, 0, 0)
_KEPT = {"AtomTotalDegree": "X", "AtomHCount": "H"}


Places = tuple[tuple[str, tuple[str, ...]], ...]


@dataclass(frozen=True)
class Relaxed:
    """A weaker pattern.

    Attributes:
        smarts: the pattern, its rarest atoms first.
        needs: how many atoms of each element it has at least, where an atom can be one only.
        rings: how many rings it has.
        saturated, unsaturated: how many of its carbons are bound to four atoms, and how many not.
        frames: its rings, as patterns of their own: many patterns share them.
        places: its atoms, each with those beside it, as SMARTS; equal ones once.
        full_places: the same of the full pattern, as far as it is understood.
    """

    smarts: str
    needs: tuple[tuple[int, int], ...]
    rings: int
    saturated: int
    unsaturated: int
    frames: tuple[str, ...]
    places: Places
    full_places: Places

    @cached_property
    def size(self) -> int:
        """How many atoms it has."""
        return int(self.query.GetNumAtoms())

    @cached_property
    def may_be_oxygen(self) -> bool:
        """One of its atoms may be oxygen."""
        return any(may_be(_OXYGEN, text) for text, _ in self.places)

    @cached_property
    def query(self) -> Chem.Mol:
        """The pattern, compiled when it is first asked for."""
        return Chem.MolFromSmarts(self.smarts)


@lru_cache(maxsize=4096)
def compiled(smarts: str) -> Chem.Mol:
    """A frame, compiled once."""
    return Chem.MolFromSmarts(smarts)


def plain(found: Relaxed | None) -> list[Any] | None:
    """A weaker pattern as plain data."""
    if found is None:
        return None
    return [
        found.smarts,
        found.needs,
        found.rings,
        found.saturated,
        found.unsaturated,
        found.frames,
        found.places,
        found.full_places,
    ]


def from_plain(data: Sequence[Any] | None) -> Relaxed | None:
    """A weaker pattern of its plain data."""
    if data is None:
        return None
    smarts, needs, rings, saturated, unsaturated, frames, *places = data
    pairs = tuple((element, count) for element, count in needs)
    weak, full = (tuple((text, tuple(beside)) for text, beside in of) for of in places)
    return Relaxed(smarts, pairs, rings, saturated, unsaturated, tuple(frames), weak, full)


@dataclass(slots=True)
class _Node:
    """One line of RDKit's description of an atom's query, and what stands under it."""

    text: str
    children: list[_Node]


def relaxed(smarts: str) -> Relaxed | None:
    """The weaker pattern of a SMARTS, None where nothing can be said.

    >>> found = relaxed("[#7:1]-[C:2]1-[C:3]-[C:4]-[#7:5]-[C:6]-[C:7]-1")
    >>> found.needs, found.rings
    (((6, 5), (7, 2)), 1)
    """
    with rdBase.BlockLogs():
        full = Chem.MolFromSmarts(smarts)
        if full is None or len(Chem.GetMolFrags(full)) != 1:
            return None
        Chem.FastFindRings(full)
        weak = Chem.RWMol()
        needs: dict[int, int] = {}
        texts = []
        full_texts = []
        for index in range(full.GetNumAtoms()):
            atom = full.GetAtomWithIdx(index)
            tree = _tree(atom.DescribeQuery())
            elements = _elements(tree)
            aromatic = False
            if elements is None:
                elements, aromatic = _alternatives(atom.GetSmarts())
            if elements is not None and len(elements) == 1:
                (element,) = elements
                needs[element] = needs.get(element, 0) + 1
            text = _atom_text(tree, elements, aromatic)
            texts.append(text)
            full_texts.append(_full_text(tree, elements, aromatic, atom.IsInRing()))
            weak.AddAtom(Chem.MolFromSmarts(text).GetAtomWithIdx(0))
        for index in range(full.GetNumBonds()):
            bond = full.GetBondWithIdx(index)
            text = _bond_text(bond.DescribeQuery())
            pair = Chem.MolFromSmarts(f"*{text}*")
            weak.AddBond(bond.GetBeginAtomIdx(), bond.GetEndAtomIdx(), Chem.BondType.SINGLE)
            weak.ReplaceBond(weak.GetNumBonds() - 1, pair.GetBondWithIdx(0))
        smarts = Chem.MolToSmarts(_from_the_rarest(weak.GetMol(), full))
        query = Chem.MolFromSmarts(smarts)
    if query is None or query.GetNumAtoms() != full.GetNumAtoms():
        return None
    return Relaxed(
        smarts,
        tuple(sorted(needs.items())),
        full.GetNumBonds() - full.GetNumAtoms() + 1,
        sum(text.startswith("[#6;") and ";X4" in text and "," not in text for text in texts),
        sum(text.startswith("[#6;") and ";!X4" in text for text in texts),
        _frames(full, texts),
        _places(full, texts),
        _places(full, full_texts),
    )


def _places(full: Chem.Mol, texts: Sequence[str]) -> Places:
    """The atoms of a pattern with those beside them."""
    found: dict[tuple[str, tuple[str, ...]], None] = {}
    for index, text in enumerate(texts):
        beside = (n.GetIdx() for n in full.GetAtomWithIdx(index).GetNeighbors())
        found[text, tuple(sorted(texts[i] for i in beside))] = None
    return tuple(found)


def _frames(full: Chem.Mol, texts: Sequence[str]) -> tuple[str, ...]:
    """The rings of a pattern: elements, and which carbons are not saturated."""
    found: dict[str, None] = {}
    for ring in Chem.GetSymmSSSR(full):
        atoms = [
            f"[{texts[i].strip('[]').split(';')[0]}{';!X4' if ';!X4' in texts[i] else ''}]"
            for i in ring
        ]
        turned = [line[k:] + line[:k] for line in (atoms, atoms[::-1]) for k in range(len(line))]
        first, *rest = max(turned)  # every turn of a ring is the same ring
        found[f"{first}1~{'~'.join(rest)}~1"] = None
    return tuple(found)


def _from_the_rarest(weak: Chem.Mol, full: Chem.Mol) -> Chem.Mol:
    """The atoms in an order that starts at the rarest: a search fails sooner."""
    rare = [_rarity(_elements(_tree(a.DescribeQuery()))) for a in weak.GetAtoms()]
    order = [max(range(len(rare)), key=lambda i: rare[i])]
    while len(order) < len(rare):
        beside = {
            n.GetIdx()
            for i in order
            for n in full.GetAtomWithIdx(i).GetNeighbors()
            if n.GetIdx() not in order
        }
        order.append(max(beside, key=lambda i: (rare[i], -i)))
    return Chem.RenumberAtoms(weak, order)


def _rarity(elements: frozenset[int] | None) -> int:
    if elements is None:
        return 0
    return 1 if CARBON in elements else 3 if len(elements) == 1 else 2


# --- RDKit's description of a query --------------------------------------------------------------


def _tree(description: str) -> _Node:
    """The lines of a description by their indent."""
    root = _Node("AtomAnd", [])
    path: list[tuple[int, _Node]] = [(-1, root)]
    for line in description.splitlines():
        if not line.strip():
            continue
        indent = len(line) - len(line.lstrip())
        node = _Node(line.strip(), [])
        while path[-1][0] >= indent:
            path.pop()
        path[-1][1].children.append(node)
        path.append((indent, node))
    return root


def _negated(node: _Node) -> bool:
    return "!=" in node.text or " not " in node.text


def _value(node: _Node) -> int | None:
    """The number of a line such as ``AtomType 6 = val``."""
    words = node.text.split()
    if len(words) == 4 and words[2:] == ["=", "val"] and words[1].lstrip("-").isdigit():
        return int(words[1])
    return None


def _elements(node: _Node) -> frozenset[int] | None:
    """The elements that an atom can be; None: any."""
    name = node.text.split()[0]
    if _negated(node):
        return None
    if name == "AtomAnd":
        known = [e for e in map(_elements, node.children) if e is not None]
        return frozenset.intersection(*known) if known else None
    if name == "AtomOr":
        found = [_elements(child) for child in node.children]
        if not found or None in found:
            return None
        return frozenset().union(*(e for e in found if e is not None))
    value = _value(node)
    if name in {"AtomType", "AtomAtomicNum"} and value is not None and value > 0:
        return frozenset({value % _AROMATIC})
    return None


def _alternatives(text: str) -> tuple[frozenset[int] | None, bool]:
    """What an atom is by alternatives, some of them by surroundings: ``[Cl,$(cO),$(cN)]``.

    Returns:
        Its elements, None for any; and whether it is aromatic carbon in each of them.
    """
    body = text.removeprefix("[").removesuffix("]")
    parts: list[str] = []
    depth = start = 0
    for at, letter in enumerate(f"{body},"):
        depth += (letter in "([") - (letter in ")]")
        if letter == "," and depth == 0:
            parts.append(body[start:at])
            start = at + 1
    found: set[int] = set()
    aromatic = True
    for part in parts:
        around = part.startswith("$(") and part.endswith(")")
        inner = Chem.MolFromSmarts(part[2:-1] if around else f"[{part}]")
        if inner is None:
            return None, False
        tree = _tree(inner.GetAtomWithIdx(0).DescribeQuery())
        elements = _elements(tree)
        if elements is None:
            return None, False
        found |= elements
        aromatic &= any(_is_aromatic_carbon(node) for node in _certain(tree))
    return frozenset(found), aromatic


def _is_aromatic_carbon(node: _Node) -> bool:
    return node.text.split()[0] == "AtomType" and _value(node) == _AROMATIC + CARBON


def _element_text(elements: frozenset[int] | None) -> str:
    return "*" if elements is None else ",".join(f"#{n}" for n in sorted(elements))


def _ring_text(node: _Node) -> str | None:
    """In a ring or in none, where a line of a query says so."""
    if node.text.split()[0] != "AtomInNRings" or "-1" not in node.text.split():
        return None
    return "!R" if "!=" in node.text else "R"


def _atom_text(tree: _Node, elements: frozenset[int] | None, aromatic: bool) -> str:
    """SMARTS of the weaker atom; aromatic carbon is never bound to four atoms."""
    parts = [_element_text(elements)]
    carbon = elements == frozenset({CARBON})
    if aromatic:
        parts.append("!X4")
    for node in _certain(tree):
        name, value, ring = node.text.split()[0], _value(node), _ring_text(node)
        if ring is not None:
            parts.append(ring)
        elif carbon and value is not None and name in _KEPT:
            parts.append(f"{_KEPT[name]}{value}")
        elif carbon and _is_aromatic_carbon(node):
            parts.append("!X4")
        elif carbon and name == "AtomOr":
            either = _either(node)
            if either:
                parts.append(either)
    return f"[{';'.join(parts)}]"


def _full_text(tree: _Node, elements: frozenset[int] | None, aromatic: bool, in_ring: bool) -> str:
    """What is understood of an atom of a full pattern: its element, and what else it must be."""
    parts = [_element_text(elements)]
    if aromatic:
        parts.append("a")
    if in_ring:
        parts.append("R")
    for node in _certain(tree):
        name, value, ring = node.text.split()[0], _value(node), _ring_text(node)
        if ring is not None:
            parts.append(ring)
        elif value is None:
            continue
        elif name in _KEPT:
            parts.append(f"{_KEPT[name]}{value}")
        elif name == "AtomType":
            parts.append("a" if value >= _AROMATIC else "A")
    return f"[{';'.join(parts)}]"


class FullKind(NamedTuple):
    """An atom of a matching graph.

    Attributes:
        number: atomic number.
        degree: heavy atoms beside it.
        hydrogens: that it carries.
        aromatic: it is aromatic.
        in_ring: it is in a ring.
    """

    number: int
    degree: int
    hydrogens: int
    aromatic: bool
    in_ring: bool


def is_in_full(kind: FullKind, text: str) -> bool:
    """An atom may be what is understood of a full pattern's atom, as ``[#7;A;X3]``."""

    def is_(primitive: str) -> bool:
        if primitive in {"a", "A"}:
            return kind.aromatic is (primitive == "a")
        if primitive in {"R", "!R"}:
            return kind.in_ring is (primitive == "R")
        return _is(kind, primitive)

    return _fits(text, is_)


def may_be(kind: AtomKind, text: str) -> bool:
    """An atom may be what the text of a weaker pattern's atom asks for, as ``[#6;X4;H1,H2]``."""
    if kind.number == CARBON:
        return _fits(text, lambda primitive: _is(kind, primitive))
    # only carbon keeps its hydrogens and connections
    return _fits(text, lambda primitive: not primitive.startswith("#") or _is(kind, primitive))


def _fits(text: str, is_: Callable[[str], bool]) -> bool:
    """The text of an atom holds, given which of its primitives do."""
    return all(
        any(all(map(is_, either.split("&"))) for either in part.split(","))
        for part in text.strip("[]").split(";")
    )


def _is(kind: AtomKind | FullKind, primitive: str) -> bool:
    """An atom may be what one primitive asks for; what is not understood here is let through."""
    connections = kind.degree + kind.hydrogens
    if primitive.startswith("#"):
        return kind.number == int(primitive[1:])
    if primitive.startswith("X"):
        return connections == int(primitive[1:])
    if primitive.startswith("!X"):
        return connections != int(primitive[2:])
    if primitive.startswith("H"):
        return kind.hydrogens == int(primitive[1:])
    return True


def _certain(node: _Node) -> list[_Node]:
    """What must hold of the atom: the lines that only ands stand above."""
    found: list[_Node] = []
    for child in node.children:
        plain = child.text.split()[0] == "AtomAnd" and not _negated(child)
        found += _certain(child) if plain else [child]
    return found


def _either(node: _Node) -> str | None:
    """Alternatives of a carbon, such as ``H1,H2``, where each is understood."""
    if _negated(node):
        return None
    texts = []
    for child in node.children:
        kept = []
        for inner in _certain(_Node("AtomAnd", [child])):
            name, value = inner.text.split()[0], _value(inner)
            if value is not None and name in _KEPT:
                kept.append(f"{_KEPT[name]}{value}")
        if not kept:
            return None
        texts.append("&".join(kept))
    return ",".join(texts)


def _bond_text(description: str) -> str:
    """SMARTS of the weaker bond: any order; in a ring or not where the pattern says so."""
    lines = [line.strip() for line in description.splitlines() if line.strip()]
    if len(lines) > 1 and lines[0] != "BondAnd":
        return "~"
    if any(line.split()[0] in {"BondOr", "BondXor"} for line in lines):
        return "~"
    for line in lines:
        if line == "BondInRing 1 = val":
            return "@"
        if line == "BondInRing 1 != val":
            return "!@"
    return "~"
