"""Looks into a class definition: what its SMARTS parses to, and where its kinds of group can stand.

Nothing here decides on a shipment. `screening.definition_checks` asks it whether a definition says
what its author meant: `misread` reports what a SMARTS was parsed as where that is seldom meant;
`takes_in` says which kinds of group include which; `can_stand` tries a sample group of a kind at a
position. The trials are the members that a clause itself describes; they are made and forgotten.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from rdkit import Chem, rdBase

from screening.chemistry.definition import CompiledDefinition, _Embedding, _groups_outside
from screening.chemistry.groups import (
    HYDROGEN,
    KINDS,
    LINKER_KINDS,
    Group,
    groups_around,
    is_kind,
)
from screening.chemistry.language import Change, Clause, GroupWord
from screening.chemistry.structure import read_structure
from screening.errors import DefinitionError, ScreeningError, StructureError

ANY = "any group"
"""The widest kind: whatever hangs there, hydrogen excepted."""

# --- what a SMARTS parses to -------------------------------------------------------------------

_USUAL = frozenset({1, 5, 6, 7, 8, 9, 14, 15, 16, 17, 34, 35, 53})
_AROMATIC_OFFSET = 1_000
_AROMATIC_ORDER = 12
_LINE = re.compile(r"(?P<indent> *)(?P<name>\w+)(?: (?P<value>-?\d+))?(?: (?P<no>!?)= val)?")


@dataclass(frozen=True)
class _Query:
    """One node of a parsed query, as RDKit describes it."""

    name: str
    value: int
    negated: bool
    children: tuple[_Query, ...]

    def nodes(self) -> Iterator[_Query]:
        """It and everything under it."""
        yield self
        for child in self.children:
            yield from child.nodes()

    def demands(self) -> Iterator[_Query]:
        """What must hold of every atom that fits: its leaves but those of alternatives."""
        if self.name.endswith("And"):
            for child in self.children:
                yield from child.demands()
        elif not self.children:
            yield self

    def elements(self) -> frozenset[tuple[int, bool | None]] | None:
        """The elements it leaves, each aromatic, not aromatic, or either; None for any."""
        if self.name == "AtomAtomicNum" and not self.negated:
            return frozenset({(self.value, None)})
        if self.name == "AtomType" and not self.negated:
            number, aromatic = self.value % _AROMATIC_OFFSET, self.value >= _AROMATIC_OFFSET
            return frozenset({(number, aromatic)})
        if self.name.endswith("Or"):
            parts = [child.elements() for child in self.children]
            known = [p for p in parts if p is not None]
            return frozenset().union(*known) if len(known) == len(parts) else None
        if self.name.endswith("And"):
            found = None
            for part in (child.elements() for child in self.children):
                if part is not None:
                    found = part if found is None else _both(found, part)
            return found
        return None


def _both(
    a: frozenset[tuple[int, bool | None]], b: frozenset[tuple[int, bool | None]]
) -> frozenset[tuple[int, bool | None]]:
    return frozenset(
        (number, one if other is None else other)
        for number, one in a
        for same, other in b
        if number == same and (one is None or other is None or one is other)
    )


def _query(described: str) -> _Query:
    """The tree that RDKit's description of a query writes by indentation."""
    rows = [m for line in described.splitlines() if line.strip() and (m := _LINE.match(line))]

    def node(i: int) -> tuple[_Query, int]:
        row, depth, children, n = rows[i], len(rows[i]["indent"]), [], i + 1
        while n < len(rows) and len(rows[n]["indent"]) > depth:
            child, n = node(n)
            children.append(child)
        value = int(row["value"] or 0)
        return _Query(row["name"], value, row["no"] == "!", tuple(children)), n

    return node(0)[0]


@dataclass(frozen=True, slots=True)
class Misreading:
    """Something that a SMARTS was parsed as.

    Attributes:
        grave: it is never meant, or it can match nothing.
        says: what, in words.
    """

    grave: bool
    says: str


def misread(smarts: str, *, mapped: bool = True) -> list[Misreading]:
    """What a SMARTS was parsed as, where an author seldom means it.

    Digits behind a bracket are isotopes, not numbers of hydrogens or atoms (``[CF2]`` is a carbon
    that is a fluorine of mass 2); an unwritten bond is single or aromatic; charges, hydrogens and
    stereo are not what the matching graph keeps. It is also written back and read again.

    Args:
        smarts: the pattern.
        mapped: every atom should have a map number of its own.

    Returns:
        What is suspicious; empty for a plain pattern.

    Raises:
        DefinitionError: it is no SMARTS.
    """
    with rdBase.BlockLogs():
        mol = Chem.MolFromSmarts(smarts)
    if mol is None:
        raise DefinitionError(f"{smarts} is no SMARTS")
    found: list[Misreading] = []
    trees = {a.GetIdx(): _query(a.DescribeQuery()) for a in mol.GetAtoms()}
    for atom in mol.GetAtoms():
        written = atom.GetSmarts()
        for grave, says in _misread_atom(atom, trees[atom.GetIdx()]):
            found.append(Misreading(grave, f"{written}: {says}"))
        if mapped and not atom.GetAtomMapNum():
            says = "has no map number, so nothing can be said of what it bears"
            found.append(Misreading(True, f"{written}: {says}"))
    for bond in mol.GetBonds():
        ends = [trees[i].elements() for i in (bond.GetBeginAtomIdx(), bond.GetEndAtomIdx())]
        pair = " and ".join(a.GetSmarts() for a in (bond.GetBeginAtom(), bond.GetEndAtom()))
        may = [e is None or any(aromatic is not False for _, aromatic in e) for e in ends]
        written = Chem.Bond.GetSmarts(bond, False)
        if not written and all(may):
            says = f"the bond between {pair} is not written: it is single or aromatic"
            found.append(Misreading(False, says))
        orders = [q.value for q in _query(bond.DescribeQuery()).demands() if q.name == "BondOrder"]
        if _AROMATIC_ORDER in orders and not all(may):
            says = f"the bond between {pair} is aromatic, which an end of it can never be"
            found.append(Misreading(True, says))
    again = Chem.MolFromSmarts(Chem.MolToSmarts(mol))
    if again is None or _described(again) != _described(mol):
        says = f"written back it is {Chem.MolToSmarts(mol)}, which reads differently"
        found.append(Misreading(True, says))
    return list(dict.fromkeys(found))


def _misread_atom(atom: Chem.Atom, tree: _Query) -> Iterator[tuple[bool, str]]:
    """What one atom was parsed as: grave or not, and the words for it."""
    elements = tree.elements()
    if elements is not None and not elements:
        yield True, "fits no atom: it names two elements at once"
    for number in sorted({n for n, _ in elements or ()} - _USUAL):
        symbol = Chem.GetPeriodicTable().GetElementSymbol(number)
        yield False, f"is read as the element {symbol} ({number})"
    for node in tree.nodes():
        match node.name:
            case "AtomIsotope":
                yield True, f"{node.value} is read as an isotope, which the matching graph clears"
            case "AtomFormalCharge" | "AtomNegativeFormalCharge":
                yield False, "states a charge, which the matching graph neutralises where it can"
            case "AtomHCount" | "AtomImplicitHCount":
                yield False, f"H{node.value} counts hydrogens: nothing else can stand there"
            case "AtomExplicitDegree":
                yield False, f"D{node.value} counts neighbours: nothing else can stand there"
    if atom.GetChiralTag() != Chem.ChiralType.CHI_UNSPECIFIED:
        yield False, "states stereochemistry, which the matching graph does not compare"


def _described(mol: Chem.Mol) -> tuple[list[str], list[str]]:
    return (
        [a.DescribeQuery() for a in mol.GetAtoms()],
        [b.DescribeQuery() for b in mol.GetBonds()],
    )


# --- kinds that include kinds ------------------------------------------------------------------

_BY_CARBON = (
    *("acyclic alkyl", "alkyl with a ring", "acyclic alkenyl", "alkenyl with a ring", "alkynyl"),
    *("acyclic haloalkyl", "haloalkyl with a ring", "acyclic alkoxyalkyl", "spaced ether"),
    *("spaced ester", "cyano", "arylmethyl", "carboxylic acyl", "formyl", "alkoxycarbonyl"),
    *("carboxyl", "other oxycarbonyl", "carbamoyl", "carbonyl halide", "carbonyl bound to sulphur"),
    *("carbonyl bound to another element", "thioacyl", "thiocarbonyl bound to oxygen or sulphur"),
    *("imidoyl", "quaternising group"),
)

INCLUDED: Mapping[str, frozenset[str]] = {
    "direct ether": frozenset({"aryloxy", "enol ether"}),
    "direct ester": frozenset({"acyloxy"}),
    "spaced ether": frozenset({"acyclic alkoxyalkyl"}),
    "ester in a wide sense": frozenset(
        {"carbonyl bound to sulphur", "thiocarbonyl bound to oxygen or sulphur"}
    ),
    "sulfonyl": frozenset({"acyclic alkylsulfonyl"}),
    "group bound by carbon": frozenset(_BY_CARBON),
}
"""Kinds whose every group is also of another kind; `ANY` includes every kind but hydrogen."""


INCLUDED_ON_CARBON: Mapping[str, frozenset[str]] = {
    "direct ether": frozenset({"acyclic alkoxyl", "alkoxyl with a ring", "acyclic haloalkoxyl"}),
}
"""Such kinds on a carbon that is no carbonyl: an oxygen on nitrogen or acyl is in no ether."""


def takes_in(wider: str, kind: str, *, on_carbon: bool = False) -> bool:
    """Whether every group of one kind is also of another, from what the kinds mean.

    Args:
        wider: the kind that may take in the other.
        kind: the other.
        on_carbon: what bears the group is a carbon and no carbonyl.

    >>> takes_in("direct ether", "aryloxy"), takes_in("aryloxy", "direct ether")
    (True, False)
    >>> takes_in("direct ether", "acyclic alkoxyl")
    False
    >>> takes_in("direct ether", "acyclic alkoxyl", on_carbon=True)
    True
    """
    if wider == kind:
        return True
    if HYDROGEN in (wider, kind) or {wider, kind} & set(LINKER_KINDS):
        return False
    if wider == ANY:
        return True
    if "*" in kind:
        return is_kind(sample_group(kind, kind), wider)
    included = INCLUDED.get(wider, frozenset())
    if on_carbon:
        included |= INCLUDED_ON_CARBON.get(wider, frozenset())
    return any(takes_in(k, kind, on_carbon=on_carbon) for k in included)


def stands_on_carbon(definition: CompiledDefinition, names: Iterable[str]) -> bool:
    """Whether all of some positions are at carbons of the reference that are no carbonyl."""
    mol, positions = definition.reference.mol, definition.definition.positions
    embedding = definition._embeddings(mol)[0]
    atoms: set[int | None] = set()
    for name in names:
        if positions[name].kind not in {"branch", "substituents"}:
            return False
        atoms |= {embedding.atom(number) for number in positions[name].anchors}
        atoms |= _ring_atoms(definition, embedding, positions[name].with_ring)
    return all(
        atom is not None
        and mol.GetAtomWithIdx(atom).GetAtomicNum() == 6
        and not any(b.GetBondTypeAsDouble() == 2 for b in mol.GetAtomWithIdx(atom).GetBonds())
        for atom in atoms
    )


def _ring_atoms(
    definition: CompiledDefinition, embedding: _Embedding, names: Iterable[str]
) -> set[int]:
    """The atoms of the reference's own rings at some ring positions."""
    mol = definition.reference.mol
    found: set[int] = set()
    for name in names:
        top = embedding.atom(definition.definition.positions[name].anchors[0])
        for group in _groups_outside(mol, embedding.match):
            if group.attachments[0][0] == top and group.frame is not None:
                found |= group.frame.ring
    return found


# --- sample groups -----------------------------------------------------------------------------

SAMPLES: Mapping[str, tuple[str, ...]] = {
    ANY: ("*C", "*F", "*O", "*c1ccccc1"),
    "group at one place": ("*C", "*F", "*O", "*=O", "*c1ccccc1"),
    "acyclic alkyl": ("*C", "*CC"),
    "alkyl with a ring": ("*C1CC1", "*C1CCC1"),
    "acyclic alkenyl": ("*C=C", "*CC=C"),
    "alkenyl with a ring": ("*C1=CCC1", "*C1=CCCC1"),
    "alkylidene": ("*=C", "*=CC"),
    "alkynyl": ("*C#C", "*CC#C"),
    "acyclic haloalkyl": ("*CF", "*CCl"),
    "haloalkyl with a ring": ("*C1(F)CC1", "*C1(Cl)CC1"),
    "halogen": ("*F", "*Cl"),
    "hydroxyl": ("*O",),
    "oxo": ("*=O",),
    "acyclic alkoxyl": ("*OC", "*OCC"),
    "alkoxyl with a ring": ("*OC1CC1", "*OC1CCC1"),
    "aryloxy": ("*Oc1ccccc1", "*Oc1ccncc1"),
    "acyclic alkoxyalkyl": ("*COC", "*COCC"),
    "acyclic haloalkoxyl": ("*OCF", "*OCCl"),
    "acyclic alkylthio": ("*SC", "*SCC"),
    "acyclic alkylsulfonyl": ("*S(=O)(=O)C", "*S(=O)(=O)CC"),
    "cyano": ("*C#N",),
    "acyloxy": ("*OC(=O)C", "*OC(=O)CC"),
    "arylmethyl": ("*Cc1ccccc1", "*Cc1ccncc1"),
    "group bound by carbon": ("*C", "*CC"),
    "ring through the atom": ("*CCCC*", "*CCCCC*"),
    "direct ether": ("*OC", "*OCC"),
    "spaced ether": ("*COC", "*COCC"),
    "direct ester": ("*C(=O)OC", "*OC(=O)C"),
    "spaced ester": ("*CC(=O)OC", "*CC(=O)OCC"),
    "ester in a wide sense": ("*OC(=O)OC", "*OC(=O)OCC"),
    "primary amino": ("*N",),
    "substituted amino": ("*NC", "*NCC"),
    "nitro": ("*[N+](=O)[O-]",),
    "carboxylic acyl": ("*C(=O)C", "*C(=O)c1ccccc1"),
    "formyl": ("*C=O",),
    "alkoxycarbonyl": ("*C(=O)OC", "*C(=O)OCC"),
    "carboxyl": ("*C(=O)O",),
    "other oxycarbonyl": ("*C(=O)ON",),
    "carbamoyl": ("*C(=O)N", "*C(=O)NC"),
    "carbonyl halide": ("*C(=O)Cl", "*C(=O)F"),
    "carbonyl bound to sulphur": ("*C(=O)SC",),
    "carbonyl bound to another element": ("*C(=O)P",),
    "thioacyl": ("*C(=S)C", "*C(=S)CC"),
    "thiocarbonyl bound to oxygen or sulphur": ("*C(=S)OC",),
    "imidoyl": ("*C(=N)C",),
    "sulfonyl": ("*S(=O)(=O)C", "*S(=O)(=O)CC"),
    "sulfinyl": ("*S(=O)C", "*S(=O)CC"),
    "phosphoryl": ("*P(=O)(C)C",),
    "benzene ring": ("*c1ccc(F)cc1", "*c1ccccc1"),
    "benzene ring bearing a ring": ("*c1ccc(-c2ccccc2)cc1",),
    "other aromatic carbocycle": ("*c1cccc(=O)cc1",),
    "other aromatic carbocycle bearing a ring": ("*c1cc(C2CC2)cc(=O)cc1",),
    "aromatic heteromonocycle": ("*c1cccnc1", "*c1cccs1"),
    "aromatic heteromonocycle bearing a ring": ("*c1ccc(C2CC2)nc1",),
    "non-aromatic carbomonocycle": ("*C1CCCCC1",),
    "non-aromatic heteromonocycle": ("*C1CCOCC1",),
    "fused aromatic carbocycle": ("*c1ccc2ccccc2c1",),
    "other fused aromatic ring": ("*c1ccc2ncccc2c1", "*c1ccc2c(c1)CCC2"),
    "fused, bridged or spiro non-aromatic ring": ("*C1CCC2CCCCC2C1",),
    "dioxy bridge": ("*OCO*",),
    "alkylene bridge": ("*CC*", "*CCC*", "*CCCC*"),
    "acetal": ("*OCCO*", "*OC.*OC", "*OCC.*OCC"),
    "hemiacetal": ("*O.*OC",),
    "thioacetal": ("*SCCS*", "*SC.*SC"),
    "acylal": ("*OC(C)=O.*OC(C)=O",),
    "enol ether": ("*OC", "*OCC"),
    "imine": ("*=NO", "*=NC"),
    "oxide": ("*[O-]",),
    "quaternising group": ("*C", "*CC"),
    "nitrogen link": ("N",),
    "oxygen link": ("O",),
    "sulphur link": ("S",),
    "carbon link": ("C",),
}
"""Plain groups of each kind, * for the atom they are bound to; of a linking atom, its element."""

_ANCHORS = {"enol ether": "[C:1]=C", "quaternising group": "C[N+:1](C)C", "oxide": "C[N+:1](C)C"}


def sample_group(sample: str, kind: str) -> Group:
    """A sample as a group on carbon, or on what its kind has to be bound to.

    Args:
        sample: SMILES with * for the atom the group is bound to; several * on a bridge stand for
            several carbons, in several parts for one.
        kind: its kind.
    """
    frame = Chem.RWMol(Chem.MolFromSmiles(_ANCHORS.get(kind, "[C:1]")))
    one = "." in sample or kind in {"ring through the atom", "acetal", "hemiacetal", "thioacetal"}
    anchors = [next(a.GetIdx() for a in frame.GetAtoms() if a.GetAtomMapNum())]
    while not one and len(anchors) < sample.count("*"):
        anchors.append(frame.AddAtom(Chem.Atom(6)))
        frame.AddBond(anchors[-2], anchors[-1], Chem.BondType.SINGLE)
    for index in anchors:
        anchor = frame.GetAtomWithIdx(index)
        anchor.SetAtomMapNum(0)
        anchor.SetNumRadicalElectrons(0)
        anchor.SetNoImplicit(False)
    before = frame.GetNumAtoms()
    _bind(frame, sample, anchors * sample.count("*") if one else anchors)
    mol = frame.GetMol()
    Chem.SanitizeMol(mol)
    free = frozenset(range(before, mol.GetNumAtoms()))
    groups = groups_around(mol, frozenset(anchors), free)
    return Group(
        mol,
        frozenset().union(*(g.atoms for g in groups)),
        tuple(sorted(a for g in groups for a in g.attachments)),
    )


def _bind(frame: Chem.RWMol, sample: str, anchors: Sequence[int]) -> None:
    """Adds a sample, its dummies replaced by the anchors in their order."""
    with rdBase.BlockLogs():
        group = Chem.MolFromSmiles(sample)
    offset = frame.GetNumAtoms()
    frame.InsertMol(group)
    dummies = [a.GetIdx() + offset for a in group.GetAtoms() if a.GetAtomicNum() == 0]
    for anchor, dummy in zip(anchors, dummies, strict=False):
        bond = frame.GetAtomWithIdx(dummy).GetBonds()[0]
        frame.AddBond(anchor, bond.GetOtherAtomIdx(dummy), bond.GetBondType())
    for dummy in sorted(dummies, reverse=True):
        frame.RemoveAtom(dummy)


# --- trying a kind at a position ---------------------------------------------------------------


def can_stand(
    definition: CompiledDefinition, change: Change, words: str, kind: str, clause: str | None = None
) -> bool:
    """Whether a group of a kind can stand where a change allows it, on the reference's skeleton.

    Args:
        definition: the definition.
        change: the clause, or the change that a reading allows.
        words: by which of its lists: ``becomes``, ``bears``, ``joins`` or ``carrying``.
        kind: the kind.
        clause: the letter whose variants of the skeleton count as well.

    Returns:
        True if one of the kind's sample groups, put there, makes a member by that change alone.
    """
    if any(variant.clause == clause for variant in definition.definition.variants):
        return True  # another skeleton: its own places are not those of the reference
    if words == "carrying":
        return True  # what a new ring carries is whatever the ring's own sample may carry
    only = Clause.model_validate(
        {"at": change.at, "says": "tried", words: ("tried",), "max_carbons": change.max_carbons}
    )
    tried = definition.definition.model_copy(
        update={
            "clauses": {"tried": only},
            "readings": {},
            "reference_is_member": False,
        }
    )
    try:
        alone = CompiledDefinition(tried, {"tried": GroupWord(certain=(kind,))})
    except DefinitionError:
        return False
    if kind == HYDROGEN:
        samples: tuple[str, ...] = ("",)
    else:
        samples = (kind,) if "*" in kind else SAMPLES.get(kind, ())
    return any(
        _proves(alone, smiles)
        for sample in samples
        for smiles in _placed(alone, change.at, sample, together=words == "joins")
    )


def _proves(definition: CompiledDefinition, smiles: str) -> bool:
    try:
        components = read_structure(smiles).components
        return any(definition.prove(component) is not None for component in components)
    except (StructureError, ScreeningError):
        return False


def _placed(
    definition: CompiledDefinition, names: Sequence[str], sample: str, *, together: bool
) -> Iterator[str]:
    """The reference with a sample at one of the positions, or bridging them: SMILES."""
    mol = definition.reference.mol
    embedding = definition._embeddings(mol)[0]
    positions = definition.definition.positions
    for chosen in [tuple(names)] if together else [(name,) for name in names]:
        removed: set[int] = set()
        sites: list[list[int]] = []
        for name in chosen:
            kind = positions[name].kind
            anchors = [a for n in positions[name].anchors if (a := embedding.atom(n)) is not None]
            if kind in {"branch", "ring", "on_atom"}:
                own = definition._reference_keys.get(name, HYDROGEN)
                for group in _groups_outside(mol, embedding.match):
                    if group.attachments[0][0] in anchors and (
                        kind == "on_atom" or group.key == own
                    ):
                        removed |= group.atoms
                        break
            anchors += sorted(_ring_atoms(definition, embedding, positions[name].with_ring))
            sites.append(anchors)
        if positions[chosen[0]].kind == "linker":
            yield from _relinked(mol, sites[0], sample)
            continue
        charged = positions[chosen[0]].kind == "atom_form"
        for places in _site_choices(mol, sites, sample.count("*"), on_one="." in sample):
            for double in (False, True) if positions[chosen[0]].kind == "on_atom" else (False,):
                smiles = _built(mol, removed, places, sample, charged=charged, double=double)
                if smiles is not None:
                    yield smiles


def _site_choices(
    mol: Chem.Mol, sites: Sequence[Sequence[int]], bonds: int, *, on_one: bool
) -> Iterator[tuple[int, ...]]:
    """The atoms to which a group's bonds may go: bound atoms before one atom, before any two."""
    if bonds == 0:
        yield ()
    elif len(sites) > 1:
        yield from itertools.product(*sites)
    elif bonds == 1:
        yield from ((a,) for a in sites[0])
    else:
        pairs = list(itertools.permutations(sites[0], 2))
        bound = [p for p in pairs if mol.GetBondBetweenAtoms(*p) is not None]
        if not on_one:
            yield from bound
        yield from ((a,) * bonds for a in sites[0])
        if not on_one:
            yield from (p for p in pairs if p not in bound)


def _relinked(mol: Chem.Mol, sites: Sequence[int], symbol: str) -> Iterator[str]:
    for site in sites:
        editable = Chem.RWMol(mol)
        atom = editable.GetAtomWithIdx(site)
        atom.SetAtomicNum(Chem.GetPeriodicTable().GetAtomicNumber(symbol))
        atom.SetNumExplicitHs(0)
        yield from _sane(editable)


def _built(
    mol: Chem.Mol,
    removed: set[int],
    places: Sequence[int],
    sample: str,
    *,
    charged: bool,
    double: bool,
) -> str | None:
    """The molecule with a group taken away and a sample bound; None where that is no molecule."""
    editable = Chem.RWMol(mol)
    for place in places:
        anchor = editable.GetAtomWithIdx(place)
        anchor.SetNumExplicitHs(0)
        anchor.SetNoImplicit(False)
        if charged:
            anchor.SetFormalCharge(1)
    if sample:
        _bind(editable, sample, places)
    if double:  # an enol ether has a double bond at the carbon it stands on
        for bond in editable.GetAtomWithIdx(places[0]).GetBonds() if places else ():
            if bond.GetOtherAtomIdx(places[0]) < mol.GetNumAtoms() and bond.IsInRing():
                bond.SetBondType(Chem.BondType.DOUBLE)
                break
    for atom in removed:
        for neighbour in editable.GetAtomWithIdx(atom).GetNeighbors():
            neighbour.SetNoImplicit(False)
    for atom in sorted(removed, reverse=True):
        editable.RemoveAtom(atom)
    return next(_sane(editable), None)


def _sane(editable: Chem.RWMol) -> Iterator[str]:
    with rdBase.BlockLogs():
        try:
            mol = editable.GetMol()
            Chem.SanitizeMol(mol)
        except (Chem.AtomValenceException, Chem.KekulizeException, ValueError):
            return
        yield str(Chem.MolToSmiles(mol))


def unknown_kinds() -> frozenset[str]:
    """Kinds without a sample; a kind added to the vocabulary needs one."""
    return frozenset({*KINDS, *LINKER_KINDS} - set(SAMPLES))
