"""Reading a drawing only as far as the questions put to it need: filters before the full road.

Bringing a drawing to its matching graph costs several times what parsing it costs, and nearly every
drawing meets nothing. So a `Drawn` structure answers each question from its drawing first: could it
hold this pattern, could it be a listed substance, could it be near a named compound? Every answer
"no" is a proof; "yes" means only that the full road must be taken, and asking for its components
takes it. A drawing whose text is not of the plain kind below is read in full at once.

**Why no filter can lose a member.** Plain text holds neither metals bound to anything, nor explicit
hydrogens, isotopes, atom numbers or charges on carbon or boron, and the drawing holds no covalent
hydrate of a carbonyl. The way from such a drawing to its matching graph then only

- rewrites charges, bond orders and the hydrogens of atoms other than carbon: so elements, bonds,
  rings, and carbon's hydrogens and connections stay (what `relaxed` patterns ask for);
- adds or takes protons: so the elements of each fragment stay, and so do its hydrogens less its
  charge (what the key of a formula asks for).

The parts that an ester or ether is opened to are parts of the drawing, with a hydroxyl where the
oxygen stood. Validity is checked in full: valences, and aromatic rings that have a Kekulé form.
"""

from __future__ import annotations

import enum
import functools
import operator
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from operator import attrgetter
from typing import Any

from rdkit import Chem, rdBase
from rdkit.Chem.rdMolDescriptors import CalcFractionCSP3, CalcMolFormula

from screening.chemistry.analogue import MIN_HEAVY, Neighbourhood
from screening.chemistry.atoms import (
    CARBON,
    PROTON,
    WEIGHTS,
    AtomKind,
    Outline,
    code_of,
    key_of,
    outline_of,
)
from screening.chemistry.identity import SubstanceIndex
from screening.chemistry.relaxed import FullKind, Relaxed, compiled, is_in_full, relaxed
from screening.chemistry.structure import (
    CHANGED,
    IMIDIC_ACID,
    LARGER,
    MAX_ATOMS,
    MAX_COMPONENTS,
    MAX_RINGS,
    MAX_TEXT,
    Component,
    Structure,
    component_as_drawn,
    is_base,
    neutralised,
    parsed_smiles,
    read_structure,
    standard_graphs,
)
from screening.chemistry.surroundings import DrawnSurroundings, Surroundings

RingKey = tuple[int, tuple[tuple[int, int], ...]]
"""Rings, and the atoms in rings by element."""
Shape = tuple[tuple[int, int, int], ...]
"""Element, heavy atoms beside it and, on carbon, hydrogens (else -1) of each atom, sorted."""
Skeleton = tuple[Any, ...]
"""Element, and heavy atoms beside it, of each atom and of those up to two bonds from it, sorted."""

HYDROXYL = WEIGHTS[8] + PROTON
MAX_OPENINGS = 12
_MAX_ESTERS = 3

# Atoms in brackets: no isotope, no atom number, no hydrogen atom, no metal, no charge on carbon or
# boron (a borohydride loses a hydride, not a proton).
_NO_METAL = "N|O|F|Si|P|S|Cl|As|Se|Br|Te|I|n|o|s|p|se|as|te"
_ATOM = re.compile(
    r"\[(?:(?:C|c|B)@{0,2}(?:H[1-4]?)?|"
    rf"(?:{_NO_METAL})@{{0,2}}(?:H[0-9]?)?(?:\++|-+|[+-][1-9])?)\]"
)
_AROMATIC = re.compile(r"[bcnopst]")
_CARBON_IN_BRACKETS = re.compile(r"\[[Cc][@H\]]")
_RADICAL = Chem.MolFromSmarts("[#6;!v4]")
_BRACKETS = re.compile(r"\[[^\[\]]*\]")
# No explicit aromatic bond: drawn where no ring is aromatic, it may have no standard form.
_BARE = re.compile(r"[BCNOPSFIbcnopslr().0-9%=#/\\-]*")
# A metal or noble gas that stands alone is bound to nothing.
LONE = (
    "Li|Na|K|Rb|Cs|Be|Mg|Ca|Sr|Ba|Al|Ga|In|Tl|Ge|Sn|Pb|Sb|Bi|Sc|Ti|V|Cr|Mn|Fe|Co|Ni|Cu|Zn|Y|Zr|Nb|"
    "Mo|Tc|Ru|Rh|Pd|Ag|Cd|La|Ce|Pr|Nd|Sm|Eu|Gd|Tb|Dy|Ho|Er|Tm|Yb|Lu|Hf|Ta|W|Re|Os|Ir|Pt|Au|Hg|Th|U|"
    "He|Ne|Ar|Kr|Xe"
)
_LONE_ATOM = re.compile(rf"(?:(?<=\.)|^)\[(?:{LONE})(?:\++|\+[1-9])?\](?:\.|$)")
# Aromatic in no ring of five or six: valid perhaps, and yet without a standard form.
ODD_AROMATIC = Chem.MolFromSmarts("[a;!r5;!r6]")
_AROMATIC_ATOM = Chem.MolFromSmarts("a")
# The same of what is drawn as aromatic among atoms that are not.
HALF_AROMATIC = Chem.MolFromSmarts("[a;!$(*(:*):*)]")
_IN_BRACKETS = re.compile(r"\[([A-Za-z])[^\]]*\]")
MARK = "-"
"""Before an atom that a bond is drawn to."""
_MARKED_LETTERS = str.maketrans("=#/\\-", 5 * MARK, "lr().0123456789%")
# A ring that is closed by a bond that is drawn; or a charge.
DRAWN_CLOSURE = re.compile(r"[=#/\\-][0-9%]")
# Two hydroxyls, or their anions, on one carbon: a covalent hydrate, or an acid.
_TWO_OXYGENS = Chem.MolFromSmarts("[#8;D1]~[#6]~[#8;D1]")
_HYDRATE = Chem.MolFromSmarts("[#8;D1;!$([#8]=*)]~[#6;!$([#6]=*)]~[#8;D1;!$([#8]=*)]")
# What standardising may change in plain text: any charge but that of a nitro group, some elements.
_UNSETTLED = Chem.MolFromSmarts(
    f"[$([!+0;!$([N+;D3](=O)([O-;D1])[#6]);!$([O-;D1]-[N+;D3](=O)[#6])]),{CHANGED}]"
)
# Acids without their proton, amines with one more, and cations of four carbons, which have none to
# give: no bond is drawn otherwise for it.
_IONISED = Chem.MolFromSmarts(
    "[$([O-;D1]-[C;X3;+0]=[O;X1;+0]),$([O-;D1]-[S;X4;+0](=[O;X1;+0])(=[O;X1;+0])[#6,O;+0]),"
    "$([O-;D1]-[c,CX4;+0]),$([NX4+;H1,H2,H3;!$([N+]~[!#6]);!$([N+]-[#6;!+0])]),"
    "$([N,P;X4;+1;D4;!$(*~[!#6]);!$(*-[#6;!+0])])]"
)
_THREE_RING = Chem.MolFromSmarts("*1~*~*~1")
_LINK = code_of(AtomKind(8, 2, -1))
_OPENING = Chem.MolFromSmarts("[#6]!@[#8;D2]!@[#6]")
_ESTER = Chem.MolFromSmarts("[#8;D1]~[#6]!@[#8;D2]!@[#6]")


class Reach(enum.Flag):
    """By what a component may meet a listed structure.

    Attributes:
        ITSELF: it is the same graph, or a tautomer of it.
        SCAFFOLD: it has the same scaffold, as a positional isomer has.
        OPENED: it is an ester or ether of it.
    """

    ITSELF = enum.auto()
    SCAFFOLD = enum.auto()
    OPENED = enum.auto()


ANYHOW = Reach.ITSELF | Reach.SCAFFOLD | Reach.OPENED


class Targets:
    """Listed structures that are asked for, by the key of their formula.

    Args:
        substances: the listed structures.
        reach: by what a structure of an owner is met; None: anyhow.
    """

    def __init__(
        self, substances: SubstanceIndex, reach: Callable[[str], Reach] | None = None
    ) -> None:
        self._by_key: dict[int, list[str]] = {}
        self._scaffolds: set[int] = set()
        self._opened: dict[int, list[str]] = {}
        for smiles, formula, owners in substances.single_graphs():
            by = ANYHOW
            if reach is not None:
                by = functools.reduce(operator.or_, map(reach, owners))
            key = key_of(formula)[1]
            if Reach.ITSELF in by:
                self._by_key.setdefault(key, []).append(smiles)
            if Reach.SCAFFOLD in by:
                self._scaffolds.add(key)
            if Reach.OPENED in by:
                self._opened.setdefault(key, []).append(smiles)
        self.never_counter_ions = frozenset(
            key_of(formula)[1] for formula in substances.never_counter_ions()
        )
        self.salts = tuple(
            frozenset(key_of(c.formula)[1] for c in parts) for parts in substances.salts()
        )

    def lists(self, key: int) -> bool:
        """A graph of one component with that formula is listed."""
        return key in self._by_key

    def keys(self) -> Iterable[int]:
        """The keys of the formulas of listed graphs of one component."""
        return self._by_key.keys()

    def rings(self, key: int) -> Iterator[RingKey]:
        """The rings of the listed graphs of a formula."""
        return map(_rings_of, self._by_key.get(key, ()))

    def skeletons(self, key: int) -> Iterator[Skeleton]:
        """The skeletons of the listed graphs of a formula."""
        return map(_skeleton_of, self._by_key.get(key, ()))

    def asks_for_scaffold(self, key: int) -> bool:
        """Compounds with the scaffold of a graph of that formula are asked for."""
        return key in self._scaffolds

    def opens(self, key: int) -> bool:
        """Esters or ethers of a graph of that formula are asked for."""
        return key in self._opened

    def shapes(self, key: int) -> Iterator[Shape]:
        """The shapes of the graphs of a formula whose esters or ethers are asked for."""
        return map(_shape_of, self._opened.get(key, ()))


class Filters:
    """What a structure must hold, at least, to meet anything.

    Args:
        substances: the listed structures.
        patterns: weaker patterns by SMARTS; a pattern that is not among them is made weaker here.
    """

    def __init__(
        self, substances: SubstanceIndex, patterns: Mapping[str, Relaxed | None] | None = None
    ) -> None:
        self.targets = Targets(substances)
        self._patterns = dict(patterns or {})

    def pattern(self, smarts: str) -> Relaxed | None:
        """The weaker pattern of a SMARTS; None where nothing can be said."""
        try:
            return self._patterns[smarts]
        except KeyError:
            return self._patterns.setdefault(smarts, relaxed(smarts))

    def may_be_oxygen(self, smarts: str) -> bool:
        """An atom of a SMARTS may be oxygen."""
        pattern = self.pattern(smarts)
        return pattern is None or pattern.may_be_oxygen

    def together(
        self, patterns: Iterable[tuple[str, int | None, Any]], of_parts: Collection[str] = ()
    ) -> WeakPatterns:
        """The weaker patterns of several SMARTS, to be asked together.

        Args:
            patterns: each with the heavy atoms that a component may have, None for any number, and
                with what it stands for.
            of_parts: those SMARTS that are asked of what a component is an ester or ether of, too.
        """
        asked = list(patterns)
        weaker = ((self.pattern(smarts), limit, of) for smarts, limit, of in asked)
        return WeakPatterns(weaker, [smarts for smarts, _, _ in asked], of_parts, self.surroundings)

    @cached_property
    def surroundings(self) -> DrawnSurroundings:
        """What stands beside the atoms of all weaker patterns."""
        return DrawnSurroundings(self._patterns.values())

    @cached_property
    def full_surroundings(self) -> Surroundings[FullKind]:
        """What stands beside the atoms of all full patterns, as far as it is understood."""
        of = attrgetter("full_places")
        return Surroundings(self._patterns.values(), of, is_in_full)

    def read(self, text: str) -> Structure:
        """Reads a structure as `read_structure` does, errors included, but puts off what it can.

        Returns:
            A `Drawn` structure where the text is plain and valid, else one that is read in full.
        """
        return _drawn(text, self) or Whole(read_structure(text), self)


_MAX_KINDS = 16_384
_FEW = 8


class WeakPatterns:
    """Weaker patterns that are asked together, and which of them a drawing leaves.

    Attributes:
        full, of_parts: as given.

    Args:
        patterns: each with the heavy atoms that a component may have, None for any number, and with
            what it stands for; a pattern that says nothing is None.
        full: the SMARTS that each was made of.
        of_parts: those that are asked of what a component is an ester or ether of, too.
        surroundings: what stands beside the atoms of them and perhaps others.
    """

    def __init__(
        self,
        patterns: Iterable[tuple[Relaxed | None, int | None, Any]],
        full: Sequence[str],
        of_parts: Collection[str],
        surroundings: DrawnSurroundings,
    ) -> None:
        self._patterns = tuple(patterns)
        self.full = tuple(full)
        self.of_parts = frozenset(of_parts)
        known = [
            (1 << place, pattern, limit)
            for place, (pattern, limit, _) in enumerate(self._patterns)
            if pattern is not None
        ]
        self._all = (1 << len(self._patterns)) - 1
        needs: dict[int, dict[int, int]] = {}
        for bit, pattern, _ in known:
            for element, count in pattern.needs:
                needs.setdefault(element, {})[bit] = count
        self._elements = [(element, self._enough(by)) for element, by in needs.items()]
        self._rings = self._enough({bit: p.rings for bit, p, _ in known})
        self._saturated = self._enough({bit: p.saturated for bit, p, _ in known})
        self._unsaturated = self._enough({bit: p.unsaturated for bit, p, _ in known})
        self._limited = [(bit, p.size, most) for bit, p, most in known if most is not None]
        self._surroundings = surroundings
        self._of_bits: dict[int, tuple[tuple[int, Relaxed | None, Any], ...]] = {}

    def _enough(self, needed: Mapping[int, int]) -> list[int]:
        """The bits of the patterns that a count is enough for, by count up to what any needs."""
        return [
            self._all - sum(bit for bit, least in needed.items() if least > count)
            for count in range(max(needed.values(), default=0) + 1)
        ]

    def __iter__(self) -> Iterator[tuple[Relaxed | None, int | None, Any]]:
        """Each pattern, the heavy atoms that a component may have, and what it stands for."""
        return iter(self._patterns)

    @property
    def of_all(self) -> Iterator[Any]:
        """What the patterns stand for."""
        return (of for _, _, of in self._patterns)

    def left(
        self, counts: _Counts, sizes: Sequence[int], outline: Callable[[], Outline]
    ) -> Sequence[tuple[Relaxed | None, Any]]:
        """The patterns that a drawing has the atoms, rings and surroundings for.

        Args:
            counts: of the drawing.
            sizes: the heavy atoms of its fragments.
            outline: the drawing as lists, asked for where several patterns are left.
        """
        bits = self._all
        found = counts.elements.get
        for element, enough in self._elements:
            bits &= enough[min(found(element, 0), len(enough) - 1)]
        bits &= self._rings[min(counts.rings, len(self._rings) - 1)]
        bits &= self._saturated[min(counts.saturated, len(self._saturated) - 1)]
        bits &= self._unsaturated[min(counts.unsaturated, len(self._unsaturated) - 1)]
        for bit, least, most in self._limited:
            if bits & bit and not any(least <= size <= most for size in sizes):
                bits -= bit
        if not bits:
            return ()
        left = self._of_bits.get(bits)
        if left is None:
            if len(self._of_bits) >= _MAX_KINDS:
                self._of_bits.clear()
            left = self._of_bits[bits] = tuple(
                (0 if pattern is None else self._surroundings.needs(pattern), pattern, of)
                for place, (pattern, _, of) in enumerate(self._patterns)
                if bits >> place & 1
            )
        if len(left) <= _FEW:
            return [(pattern, of) for _, pattern, of in left]
        lacks = ~self._surroundings.of(outline())
        return [(pattern, of) for need, pattern, of in left if not need & lacks]


@dataclass(frozen=True, slots=True)
class _Counts:
    """What can be counted of a drawing.

    Attributes:
        key: its formula.
        elements: how many atoms of each element.
        rings: bonds less atoms and fragments.
        saturated, unsaturated: carbons bound to four atoms, hydrogens included, and the others.
    """

    key: int
    elements: Mapping[int, int]
    rings: int
    saturated: int
    unsaturated: int

    def suffice_for(self, pattern: Relaxed) -> bool:
        """There are atoms and rings enough for a pattern."""
        return (
            pattern.rings <= self.rings
            and pattern.unsaturated <= self.unsaturated
            and pattern.saturated <= self.saturated
            and all(count <= self.elements.get(element, 0) for element, count in pattern.needs)
        )


class Drawn(Structure):
    """A structure that is read in full only where a question cannot be settled on its drawing."""

    def __init__(self, text: str, mol: Chem.Mol, filters: Filters, fragments: int) -> None:
        vars(self).update(
            text=text, mol=mol, _filters=filters, fragments=fragments, _answers={}, _held={}
        )

    def __getattr__(self, name: str) -> Any:
        """The components, where the drawing is not read in full yet."""
        if name != "components" or "text" not in vars(self):
            raise AttributeError(name)
        found = vars(self)["components"] = self._as_drawn() or read_structure(self.text).components
        return found

    def _as_drawn(self) -> tuple[Component, ...]:
        """The only component, where standardising leaves it as it is drawn; else none."""
        if self.fragments > 1 or not _stays(self.mol):
            return ()
        try:
            return (component_as_drawn(self.text, self.mol),)
        except Exception:  # the full road says what fails
            return ()

    def _answer(self, key: object, find: Callable[[], bool]) -> bool:
        found: bool | None = self._answers.get(key)
        if found is None:
            found = self._answers[key] = find()
        return found

    def may_hold(self, smarts: str, max_heavy_atoms: int | None = None) -> bool:
        """A component, or what it is an ester or ether of, may hold a pattern.

        A component has the heavy atoms of its fragment: no covalent hydrate is there to lose one.
        """
        alone = self.fragments == 1
        if max_heavy_atoms is not None and alone and self.mol.GetNumAtoms() > max_heavy_atoms:
            return False
        found = self._answers.get(smarts)
        if found is None:
            found = self._answers[smarts] = self._holds(smarts)
        return bool(found)

    def may_hold_of(self, patterns: WeakPatterns) -> list[Any]:
        """What those of several patterns stand for that it may hold."""
        found: list[Any] | None = self._answers.get(patterns)
        if found is None:
            left = self._left_of(patterns)
            found = [of for pattern, of in left if self.may_hold_pattern(pattern)]
            self._answers[patterns] = found
        return found

    def _left_of(self, patterns: WeakPatterns) -> Sequence[tuple[Relaxed | None, Any]]:
        return patterns.left(self._counts, self._sizes, lambda: self._outline)

    @cached_property
    def _sizes(self) -> Sequence[int]:
        """The heavy atoms of each fragment."""
        return [len(atoms) for atoms in self._fragment_atoms]

    def component_may_hold(self, smarts: str, max_heavy_atoms: int | None = None) -> bool:
        """A component may hold a pattern, by its matching graph but for the order of atoms."""
        return self.may_hold(smarts, max_heavy_atoms) and self._answer(
            (smarts, max_heavy_atoms), lambda: self._component_holds(smarts, max_heavy_atoms)
        )

    def _component_holds(self, smarts: str, max_heavy_atoms: int | None) -> bool:
        graphs = self.graphs
        return graphs is None or any(
            (max_heavy_atoms is None or graph.GetNumAtoms() <= max_heavy_atoms)
            and graph.HasSubstructMatch(compiled(smarts))
            for graph in graphs
        )

    def _holds(self, smarts: str) -> bool:
        pattern = self._filters.pattern(smarts)
        return pattern is None or (
            self._counts.suffice_for(pattern) and self.may_hold_pattern(pattern)
        )

    def may_hold_pattern(self, pattern: Relaxed | None) -> bool:
        """It may hold a weaker pattern: rings that many patterns share first, then the pattern."""
        if pattern is None:
            return True
        found: bool | None = self._held.get(pattern.smarts)
        if found is None:
            found = all(map(self._holds_frame, pattern.frames)) and bool(
                self.mol.HasSubstructMatch(pattern.query)
            )
            self._held[pattern.smarts] = found
        return found

    def _holds_frame(self, frame: str) -> bool:
        found: bool | None = self._held.get(frame)
        if found is None:
            found = self._held[frame] = bool(self.mol.HasSubstructMatch(compiled(frame)))
        return found

    @cached_property
    def _counts(self) -> _Counts:
        """What can be counted of the whole drawing."""
        mol = self.mol
        elements, key = key_of(CalcMolFormula(mol))
        carbons = elements.get(CARBON, 0)
        saturated = round(CalcFractionCSP3(mol) * carbons)
        rings = mol.GetNumBonds() - mol.GetNumAtoms() + self.fragments
        return _Counts(key, elements, rings, saturated, carbons - saturated)

    @cached_property
    def _outline(self) -> Outline:
        """The drawing as lists."""
        return Outline(self.mol, self._counts.key)

    def may_open_to_listed(self, targets: Targets | None = None) -> bool:
        """What a component is an ester or ether of may be a listed structure.

        Args:
            targets: the listed structures that count; None: all.
        """
        among = targets or self._filters.targets
        return self._answer(("opened", among), lambda: self._may_open_to_listed(among))

    def may_be_listed(self, targets: Targets | None = None) -> bool:
        """A component, or what it is an ester or ether of, may be a listed structure.

        The same graph, a tautomer and a positional isomer all have the formula of what is listed.

        Args:
            targets: the listed structures that count; None: all.
        """
        among = targets or self._filters.targets
        return self._answer(("listed", among), lambda: self._may_be_listed(among))

    def _may_be_listed(self, targets: Targets) -> bool:
        if self.fragments == 1:
            key = self._counts.key
            whole = range(self.mol.GetNumAtoms())
            if targets.lists(key) and self._may_be_single(key, whole, targets):
                return True
        else:
            weights = self._outline.weights
            fragments = self._fragment_atoms
            keys = [sum(weights[i] for i in atoms) for atoms in fragments]
            for key, atoms in zip(keys, fragments, strict=True):
                if targets.lists(key) and self._may_be_single(key, atoms, targets):
                    return True
            if any(salt <= set(keys) for salt in targets.salts):
                return True
        return self.may_open_to_listed(targets)

    def _may_be_single(self, key: int, atoms: Sequence[int], targets: Targets) -> bool:
        """A fragment with the formula of listed structures may be one of them, or near one.

        The same graph, a tautomer and a compound with the same scaffold all have as many rings, of
        the same elements; the first two have the same atoms beside each other, and a scaffold needs
        a ring. An acid whose entries leave out the counter-ions of salts is none beside a base.
        """
        rings = self._ring_key(atoms)
        if rings not in targets.rings(key):
            return False
        scaffold = rings[0] > 0 and targets.asks_for_scaffold(key)
        if not scaffold and self._skeleton(atoms) not in targets.skeletons(key):
            return False
        if len(atoms) == 1 and key in targets.never_counter_ions:
            graphs = self.graphs
            ionised = self.mol.GetAtomWithIdx(atoms[0]).GetFormalCharge() < 0
            return graphs is None or not any(
                is_base(graph) or (ionised and Chem.GetFormalCharge(graph) > 0) for graph in graphs
            )
        return True

    def _skeleton(self, atoms: Sequence[int]) -> Skeleton:
        return _skeleton(self._outline.numbers, self._outline.beside, atoms)

    def _ring_key(self, atoms: Sequence[int]) -> RingKey:
        """Rings of a fragment, and the atoms in them by element."""
        info, outline = self.mol.GetRingInfo(), self._outline
        counts: dict[int, int] = {}
        for index in atoms:
            if info.NumAtomRings(index):
                number = outline.numbers[index]
                counts[number] = counts.get(number, 0) + 1
        ends = sum(len(outline.beside[index]) for index in atoms)
        return ends // 2 - len(atoms) + 1, tuple(sorted(counts.items()))

    @cached_property
    def _fragment_atoms(self) -> Sequence[Sequence[int]]:
        if self.fragments == 1:
            return [range(self.mol.GetNumAtoms())]
        return Chem.GetMolFrags(self.mol)

    def _may_open_to_listed(self, targets: Targets) -> bool:
        """Whether cutting oxygen from carbon, one bond or all esters, can leave a listed formula.

        Every bond that an ester or ether could be cut at is tried, and some that none can.
        """
        matches = self._openings
        if not matches:
            return False
        if len(matches) > MAX_OPENINGS:
            return True  # which of so many are cut is not looked into here
        lists = targets.opens
        below, above, parents = self._halves
        for first, oxygen, second in matches:
            for carbon in (first, second):
                # No ring closes over such a bond, so one of its ends is the other's parent.
                if parents[carbon] == oxygen:
                    one, other = below[carbon], above[carbon]
                else:
                    one, other = above[oxygen], below[oxygen]
                if (lists(one + HYDROXYL) or lists(other + PROTON)) and (
                    self._leaves_listed(carbon, [(oxygen, carbon)], targets)
                    or self._leaves_listed(oxygen, [(oxygen, carbon)], targets)
                ):
                    return True
        if len(matches) == 1:
            return False
        esters = {(m[2], m[3]) for m in self.mol.GetSubstructMatches(_ESTER, maxMatches=1000)}
        if len(esters) > _MAX_ESTERS:
            return True
        return len(esters) > 1 and self._opened_at_once(esters, targets)

    @property
    def opens(self) -> bool:
        """A component may be an ester or ether of anything."""
        return bool(self._openings)

    @cached_property
    def _openings(self) -> Sequence[Sequence[int]]:
        """Carbon, oxygen and carbon in a row, bound in no ring."""
        if _LINK not in self._outline.codes:
            return ()
        found: Sequence[Sequence[int]] = self.mol.GetSubstructMatches(_OPENING, maxMatches=1000)
        return found

    @cached_property
    def _halves(self) -> tuple[list[int], list[int], list[int]]:
        """The keys of both sides of the bond from each atom to its parent, and the parents.

        The parents are those of a walk through the drawing; a bond in no ring is always between an
        atom and its parent.
        """
        outline = self._outline
        beside = outline.beside
        size = len(beside)
        parents = [-2] * size
        roots = [0] * size
        below = list(outline.weights)
        order: list[int] = []
        for start in range(size):
            if parents[start] != -2:
                continue
            parents[start] = -1
            waiting = [start]
            while waiting:
                here = waiting.pop()
                order.append(here)
                roots[here] = start
                for other in beside[here]:
                    if parents[other] == -2:
                        parents[other] = here
                        waiting.append(other)
        for here in reversed(order):
            if parents[here] >= 0:
                below[parents[here]] += below[here]
        return below, [below[roots[i]] - below[i] for i in range(size)], parents

    def _opened_at_once(self, esters: set[tuple[int, int]], targets: Targets) -> bool:
        """Whether cutting several of some bonds leaves a listed formula, whichever they are."""
        cuts = sorted(esters)
        for chosen in range(1, 2 ** len(cuts)):
            cut = [bond for i, bond in enumerate(cuts) if chosen >> i & 1]
            if len(cut) > 1 and any(
                self._leaves_listed(end, cut, targets) for bond in cut for end in bond
            ):
                return True
        return False

    def _leaves_listed(self, start: int, cut: Sequence[tuple[int, int]], targets: Targets) -> bool:
        """The part at an atom after some bonds of oxygen to carbon are cut may be listed.

        Cutting puts a hydroxyl on the carbon and a hydrogen on the oxygen.
        """
        outline = self._outline
        closed = {*cut, *((carbon, oxygen) for oxygen, carbon in cut)}
        atoms = _reached(outline.beside, start, closed)
        hydroxyls = sum(carbon in atoms for _, carbon in cut)
        freed = [oxygen for oxygen, _ in cut if oxygen in atoms]
        key = sum(outline.weights[i] for i in atoms)
        key += hydroxyls * HYDROXYL + len(freed) * PROTON
        if not targets.opens(key):
            return False
        shape = [(8, 1, -1)] * hydroxyls
        for index in atoms:
            number = outline.numbers[index]
            degree = len(outline.beside[index]) - freed.count(index)
            shape.append((number, degree, outline.hydrogens[index] if number == CARBON else -1))
        return tuple(sorted(shape)) in targets.shapes(key)

    def may_be_near(self, neighbourhood: Neighbourhood) -> bool:
        """A component may be a neighbour of a named compound."""
        return self._answer(neighbourhood, lambda: self._may_be_near(neighbourhood))

    def _may_be_near(self, neighbourhood: Neighbourhood) -> bool:
        counts = self._counts
        if not neighbourhood.allows(self.mol.GetNumAtoms(), counts.rings, counts.elements):
            return False
        large = (atoms for atoms in self._fragment_atoms if len(atoms) >= MIN_HEAVY)
        outline, triangles = self._outline, self._triangles
        if not any(neighbourhood.may_be_close(outline, atoms, triangles) for atoms in large):
            return False
        graphs = self.graphs
        return graphs is None or any(map(neighbourhood.is_close, graphs))

    @cached_property
    def _triangles(self) -> int:
        """How many rings of three it has."""
        if not self._counts.rings:
            return 0
        return len(self.mol.GetSubstructMatches(_THREE_RING, maxMatches=10_000))

    @cached_property
    def graphs(self) -> Sequence[Chem.Mol] | None:
        """The matching graphs but for the order of their atoms; None where that fails."""
        try:
            with rdBase.BlockLogs():
                parts = (self.mol,)
                if self.fragments > 1:
                    parts = Chem.GetMolFrags(self.mol, asMols=True, sanitizeFrags=True)
                found: list[Chem.Mol] = []
                for part in parts:
                    found += _settled_graph(part)
                return found
        except Exception:  # the full road is taken, and says what fails
            return None

    def several_larger(self) -> int:
        """How many larger components it has, where they are not all the same; else 0."""
        if self.fragments == 1:
            return 0
        larger = [atoms for atoms in self._fragment_atoms if len(atoms) > LARGER]
        if len(larger) < 2:
            return 0
        weights = self._outline.weights
        kinds = {sum(weights[i] for i in atoms) for atoms in larger}
        if len(kinds) > 1:
            return len(larger)
        texts = self.text.strip().split(".")
        if len(texts) == self.fragments and len({t for t in texts if _is_larger(t)}) == 1:
            return 0  # no ring closure binds what a dot parts, and all are drawn alike
        return super().several_larger()

    @property
    def larger_components(self) -> int:
        """How many components have more than six heavy atoms."""
        return sum(len(atoms) > LARGER for atoms in self._fragment_atoms)


class Whole(Structure):
    """A structure that is read in full, whose matching graphs are asked as drawings are.

    Args:
        structure: as it was read.
        filters: what is asked.
    """

    _filters: Filters

    def __init__(self, structure: Structure, filters: Filters) -> None:
        vars(self).update(vars(structure), _filters=filters)

    @cached_property
    def _parts(self) -> Sequence[Drawn] | None:
        """Each component; None where one has hydrogens as atoms, or carbon of another valence."""
        found = []
        for component in self.components:
            graph = component.mol
            if component.heavy_atoms < graph.GetNumAtoms() or graph.HasSubstructMatch(_RADICAL):
                return None
            one = Drawn(component.smiles, graph, self._filters, 1)
            vars(one)["graphs"] = (graph,)
            found.append(one)
        return found

    def may_hold_of(self, patterns: WeakPatterns) -> list[Any]:
        """What those of several patterns stand for that it may hold."""
        if self._parts is None:
            return super().may_hold_of(patterns)
        found = {id(of): of for part in self._parts for of in part.may_hold_of(patterns)}
        return list(found.values())

    def may_be_near(self, neighbourhood: Neighbourhood) -> bool:
        """A component may be a neighbour of a named compound."""
        parts = self._parts
        return parts is None or any(part.may_be_near(neighbourhood) for part in parts)


def _reached(beside: Sequence[Sequence[int]], start: int, closed: set[tuple[int, int]]) -> set[int]:
    """The atoms reached from one without crossing some bonds."""
    seen = {start}
    waiting = [start]
    while waiting:
        here = waiting.pop()
        for other in beside[here]:
            if other not in seen and (here, other) not in closed:
                seen.add(other)
                waiting.append(other)
    return seen


@lru_cache(maxsize=65_536)
def _rings_of(smiles: str) -> RingKey:
    """Rings of a listed graph."""
    with rdBase.BlockLogs():
        mol = Chem.MolFromSmiles(smiles, sanitize=False)
    Chem.FastFindRings(mol)
    info = mol.GetRingInfo()
    counts: dict[int, int] = {}
    for atom in map(mol.GetAtomWithIdx, range(mol.GetNumAtoms())):
        if info.NumAtomRings(atom.GetIdx()):
            counts[atom.GetAtomicNum()] = counts.get(atom.GetAtomicNum(), 0) + 1
    return mol.GetNumBonds() - mol.GetNumAtoms() + 1, tuple(sorted(counts.items()))


@lru_cache(maxsize=65_536)
def _skeleton_of(smiles: str) -> Skeleton:
    """The skeleton of a listed graph."""
    with rdBase.BlockLogs():
        mol = Chem.MolFromSmiles(smiles)
    outline = outline_of(mol)
    return _skeleton(outline.numbers, outline.beside, range(len(outline)))


def _skeleton(
    numbers: Sequence[int], beside: Sequence[Sequence[int]], atoms: Sequence[int]
) -> Skeleton:
    labels: dict[int, tuple[Any, ...]] = {i: (numbers[i], len(beside[i])) for i in atoms}
    for _ in range(2):
        labels = {i: (labels[i], *sorted(labels[j] for j in beside[i])) for i in atoms}
    return tuple(sorted(labels.values()))


@lru_cache(maxsize=65_536)
def _shape_of(smiles: str) -> Shape:
    """The shape of a listed graph."""
    with rdBase.BlockLogs():
        mol = Chem.MolFromSmiles(smiles)
    return tuple(
        sorted(
            (
                a.GetAtomicNum(),
                a.GetDegree(),
                a.GetTotalNumHs() if a.GetAtomicNum() == CARBON else -1,
            )
            for a in map(mol.GetAtomWithIdx, range(mol.GetNumAtoms()))
        )
    )


@lru_cache(maxsize=4096)
def _plain_atom(text: str) -> bool:
    """An atom in brackets is of the plain kind."""
    return _ATOM.fullmatch(text) is not None


def is_plain(body: str) -> bool:
    """A text is of the plain kind."""
    if "[" not in body:
        return _BARE.fullmatch(body) is not None
    bare = _BRACKETS.sub("", body)
    if _BARE.fullmatch(bare) is None:
        return False
    if all(map(_plain_atom, _BRACKETS.findall(body))):
        return True
    return all(map(_plain_atom, _BRACKETS.findall(_LONE_ATOM.sub(".", body))))


def _is_larger(text: str) -> bool:
    """A part of a text may stand for a larger component: it has more letters than small ones."""
    return sum(map(str.isalpha, text)) > LARGER


def _stays(part: Chem.Mol) -> bool:
    """Nothing of a sanitised fragment of plain text is left for standardising to change."""
    return not (part.HasSubstructMatch(IMIDIC_ACID) or part.HasSubstructMatch(_UNSETTLED))


def _settled_graph(part: Chem.Mol) -> Sequence[Chem.Mol]:
    """The matching graph of a sanitised fragment, but for the order of its atoms."""
    if part.GetNumAtoms() == 1:
        atom = part.GetAtomWithIdx(0)
        kind = atom.GetSymbol(), atom.GetTotalNumHs(), atom.GetFormalCharge()
        return _lone_graph(*kind)
    if _stays(part):
        return (part,)
    unsettled = part.GetSubstructMatches(_UNSETTLED, maxMatches=64)
    ionised = part.GetSubstructMatches(_IONISED, maxMatches=64)
    if part.HasSubstructMatch(IMIDIC_ACID) or len(unsettled) > len(ionised):
        return standard_graphs(part, 1)
    return (neutralised(part),)  # only protons are missing or too many


def letters_of(body: str) -> str:
    """A letter for each atom of plain text, in order; a small one where it is drawn as aromatic."""
    return marked_letters_of(body).replace(MARK, "")


def marked_letters_of(body: str) -> str:
    """The same, with a `MARK` before each atom that a bond is drawn to, of whatever order."""
    if "[" in body:
        body = _IN_BRACKETS.sub(r"\1", body)
    return body.translate(_MARKED_LETTERS)


def draws_aromatic(body: str) -> bool:
    """Atoms of plain text may be drawn as aromatic."""
    return _AROMATIC.search(body) is not None


@lru_cache(maxsize=1024)
def _lone_graph(symbol: str, hydrogens: int, charge: int) -> Sequence[Chem.Mol]:
    """The matching graph of an atom that stands alone."""
    return standard_graphs(Chem.MolFromSmiles(f"[{symbol}H{hydrogens}{charge:+}]"), 1)


def _keeps_aromatic(mol: Chem.Mol, body: str) -> bool:
    """All that is drawn as aromatic is so, and in rings that have a standard form."""
    perceived = {i for (i,) in mol.GetSubstructMatches(_AROMATIC_ATOM, maxMatches=MAX_ATOMS)}
    drawn = {i for i, letter in enumerate(letters_of(body)) if letter.islower()}
    return drawn <= perceived and not mol.HasSubstructMatch(ODD_AROMATIC)


def parsed(body: str, *, by_marks: bool = False) -> tuple[Chem.Mol, int] | None:
    """The sanitised molecule of plain text, and its fragments; None where it is not to be had.

    The toolkit's complaints are for the caller to keep quiet.

    Args:
        body: the text.
        by_marks: what is drawn as aromatic among atoms that are not is for the caller to find.
    """
    mol = parsed_smiles(body)
    if mol is None:
        return None
    atoms = mol.GetNumAtoms()
    fragments = 1 if "." not in body else len(Chem.GetMolFrags(mol))
    rings = mol.GetNumBonds() - atoms + fragments
    if not 0 < atoms <= MAX_ATOMS or rings > MAX_RINGS or fragments > MAX_COMPONENTS:
        return None
    if not by_marks and draws_aromatic(body) and mol.HasSubstructMatch(HALF_AROMATIC):
        return None
    try:
        Chem.SanitizeMol(mol)
    except Chem.MolSanitizeException:
        return None
    return mol, fragments


def is_hydrate(mol: Chem.Mol) -> bool:
    """A carbon carries two hydroxyls and may be a covalent hydrate."""
    return bool(mol.HasSubstructMatch(_TWO_OXYGENS) and mol.HasSubstructMatch(_HYDRATE))


def has_radical(mol: Chem.Mol, body: str) -> bool:
    """A carbon, which can only be one in brackets, is not bound four times."""
    return bool(_CARBON_IN_BRACKETS.search(body) and mol.HasSubstructMatch(_RADICAL))


def _drawn(text: str, filters: Filters) -> Drawn | None:
    """A plain drawing that is valid; None where the full road is taken, or says what is wrong."""
    body = text.strip()
    if not body or len(body) > MAX_TEXT or not is_plain(body):
        return None
    with rdBase.BlockLogs():
        found = parsed(body)
    if found is None:
        return None
    mol, fragments = found
    if draws_aromatic(body) and not _keeps_aromatic(mol, body):
        return None
    if has_radical(mol, body):
        return None
    if body.count("O") > 1 and is_hydrate(mol):  # hydroxyl is never written as aromatic
        return None
    return Drawn(text, mol, filters, fragments)
