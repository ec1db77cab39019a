"""The keys by which two components are one substance, form by form.

A listed structure is compared with a component's matching graph. Equal graphs are the same
substance but for the forms that the drawing shows (salt, hydrate, stereoisomer, isotopologue);
unequal graphs may still be one substance by a tautomer, an ester or an ether, or worth a look as a
positional isomer. Which forms a law covers is not decided here.
"""

from __future__ import annotations

import enum
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from rdkit import Chem, rdBase
from rdkit.Chem import rdMolHash

from screening.chemistry.structure import Component, Step, Structure, component_of, read_structure


class Form(enum.StrEnum):
    """How a component differs from the listed structure while being the same substance."""

    SALT = "salt"
    HYDRATE = "hydrate"
    OPTICAL_ISOMER = "optical isomer"
    GEOMETRIC_ISOMER = "geometric isomer"
    STEREO_STATED = "stereochemistry stated, the listing names none"
    STEREO_NOT_STATED = "stereochemistry not stated"
    ISOTOPOLOGUE = "isotopologue"
    TAUTOMER = "tautomer"
    ESTER = "ester"
    ETHER = "ether"
    POSITIONAL_ISOMER = "positional isomer"


@dataclass(frozen=True)
class Listed:
    """A structure of a list.

    Attributes:
        owner: what it belongs to (an entry id).
        name: its name there.
        smiles: as listed.
        components: parsed; several only where the law lists a salt.
        as_counter_ion: False where the counter-ion of a salt is not the listed acid.
    """

    owner: str
    name: str
    smiles: str
    components: tuple[Component, ...] = field(repr=False)
    as_counter_ion: bool = True


@dataclass(frozen=True)
class Match:
    """A component that is a listed structure, and by which forms.

    Attributes:
        component: the component of the submission.
        part: what was compared: the component, or what its ester or ether leads to.
    """

    component: Component
    part: Component
    listed: Listed
    forms: tuple[Form, ...]
    key: str


_MAX_KEPT = 512
"""Goods, and graphs, of which is kept what was found; the memory it takes has to have an end."""

# Many laws list the same drawing; it is parsed once.
read_listed = lru_cache(maxsize=16_384)(read_structure)


def listed(owner: str, name: str, smiles: str, *, as_counter_ion: bool = True) -> Listed:
    """A structure of a list, parsed.

    Raises:
        StructureError: the SMILES cannot be read.
    """
    return Listed(owner, name, smiles, read_listed(smiles).components, as_counter_ion)


class SubstanceIndex:
    """Listed structures by their keys.

    Args:
        structures: every listed structure.
        near_keys: tautomer key and scaffold key by graph, as far as they are known already.
    """

    def __init__(
        self,
        structures: Iterable[Listed],
        near_keys: Mapping[str, tuple[str, str]] | None = None,
    ) -> None:
        known = near_keys or {}
        self._by_key: dict[str, list[Listed]] = {}
        self._by_formula: dict[str, list[Listed]] = {}
        self._salts: list[tuple[Counter[str], Listed]] = []
        self._tautomer_keys: dict[str, str] = {}
        self._scaffolds: dict[str, str] = {}
        for item in structures:
            if len(item.components) > 1:
                self._salts.append((Counter(c.smiles for c in item.components), item))
                continue
            component = item.components[0]
            self._by_key.setdefault(component.smiles, []).append(item)
            self._by_formula.setdefault(component.formula, []).append(item)
            if component.smiles not in self._tautomer_keys and component.heavy_atoms > 3:
                tautomer, scaffold = known.get(component.smiles) or (
                    tautomer_key(component),
                    scaffold_key(component),
                )
                self._tautomer_keys[component.smiles] = tautomer
                self._scaffolds[component.smiles] = scaffold
        self._found = lru_cache(maxsize=_MAX_KEPT)(self._matches)

    def single_graphs(self) -> Iterator[tuple[str, str, list[str]]]:
        """The listed graphs of one component, each once, with its formula and its owners."""
        for smiles, items in self._by_key.items():
            yield smiles, items[0].components[0].formula, [item.owner for item in items]

    def never_counter_ions(self) -> Iterator[str]:
        """Formulas of listed single atoms that no entry takes in as the counter-ion of a salt."""
        for items in self._by_key.values():
            component = items[0].components[0]
            if component.heavy_atoms == 1 and not any(item.as_counter_ion for item in items):
                yield component.formula

    def salts(self) -> Iterator[tuple[Component, ...]]:
        """The components of the salts that are listed as such."""
        return (item.components for _, item in self._salts)

    @property
    def near_keys(self) -> dict[str, tuple[str, str]]:
        """Tautomer key and scaffold key by graph."""
        return {graph: (key, self._scaffolds[graph]) for graph, key in self._tautomer_keys.items()}

    def matches(self, structure: Structure) -> list[Match]:
        """Every listed structure that a component of the submission is, by whatever form."""
        return list(self._found(structure.components, structure.may_open_to_listed()))

    def _matches(self, components: tuple[Component, ...], opens: bool) -> tuple[Match, ...]:
        found: dict[tuple[str, str, str], Match] = {}
        for match in self._all_matches(Structure("", components), opens):
            key = (match.component.smiles, match.listed.owner, match.listed.name)
            if key not in found or len(match.forms) < len(found[key].forms):
                found[key] = match
        return tuple(found.values())

    def _all_matches(self, structure: Structure, opens: bool) -> Iterator[Match]:
        here = Counter(c.smiles for c in structure.components)
        for wanted, item in self._salts if len(structure.components) > 1 else ():
            if all(here[key] >= count for key, count in wanted.items()):
                first = max(item.components, key=lambda c: c.heavy_atoms)
                component = next(c for c in structure.components if c.smiles == first.smiles)
                yield Match(component, component, item, (), " + ".join(sorted(wanted)))
        for component in structure.components:
            context = context_forms(structure, component)
            for item in self._by_key.get(component.smiles, ()):
                if item.as_counter_ion or not is_counter_ion(structure, component):
                    forms = (*context, *_stereo_forms(component, item.components[0]))
                    yield Match(component, component, item, forms, component.smiles)
            yield from self._near(component, context)
            if not opens:
                continue
            for form, part in opened_parts(component):
                for item in self._by_key.get(part.smiles, ()):
                    forms = (*context, form, *_stereo_forms(part, item.components[0]))
                    yield Match(component, part, item, forms, part.smiles)

    def _near(self, component: Component, context: Sequence[Form]) -> Iterator[Match]:
        """Tautomers and positional isomers, looked for among equal formulas only."""
        same = [
            item
            for item in self._by_formula.get(component.formula, ())
            if item.components[0].smiles != component.smiles
            and item.components[0].smiles in self._tautomer_keys
        ]
        if not same:
            return
        own_tautomer, own_scaffold = self._own_near_keys(component)
        for item in same:
            key = item.components[0].smiles
            if self._tautomer_keys[key] == own_tautomer:
                yield Match(component, component, item, (*context, Form.TAUTOMER), own_tautomer)
            elif own_scaffold and self._scaffolds[key] == own_scaffold:
                forms = (*context, Form.POSITIONAL_ISOMER)
                yield Match(component, component, item, forms, own_scaffold)

    def _own_near_keys(self, component: Component) -> tuple[str, str]:
        """Tautomer key and scaffold key; those of a listed graph are known."""
        tautomer = self._tautomer_keys.get(component.smiles)
        if tautomer is None:
            return tautomer_key(component), scaffold_key(component)
        return tautomer, self._scaffolds[component.smiles]


def tautomer_key(component: Component) -> str:
    """RDKit's heteroatom-tautomer hash, version 2: equal where only mobile hydrogen differs."""
    with rdBase.BlockLogs():
        return str(rdMolHash.MolHash(component.mol, rdMolHash.HashFunction.HetAtomTautomerv2))


def scaffold_key(component: Component) -> str:
    """SMILES of the Bemis-Murcko scaffold; empty for compounds without a ring."""
    with rdBase.BlockLogs():
        return str(Chem.MolToSmiles(Chem.MurckoDecompose(component.mol)))


def is_counter_ion(structure: Structure, component: Component) -> bool:
    """An acid that stands beside something it forms a salt with.

    Beside metal ions alone, an acid drawn with its protons is the free acid: sulphuric acid mixed
    with sodium chloride stays sulphuric acid.
    """
    ionised = Step.NEUTRALISED in component.steps
    return any(
        other.is_base or (other.is_cation and ionised) for other in structure.others(component)
    )


def context_forms(structure: Structure, component: Component) -> tuple[Form, ...]:
    """The forms that the drawing around a component shows."""
    forms = []
    others = list(structure.others(component))
    paired = (component.is_base and any(o.is_acid for o in others)) or (
        component.is_acid and is_counter_ion(structure, component)
    )
    if paired or (others and Step.NEUTRALISED in component.steps):
        forms.append(Form.SALT)
    hydrated = Step.HYDRATE_RESTORED in component.steps or structure.has_water(component)
    if hydrated and not component.is_water:
        forms.append(Form.HYDRATE)
    if Step.ISOTOPES_CLEARED in component.steps:
        forms.append(Form.ISOTOPOLOGUE)
    return tuple(forms)


def _stereo_forms(component: Component, item: Component) -> tuple[Form, ...]:
    """How the stereo of two components with equal graphs differs."""
    if component.isomeric == item.isomeric:
        return ()
    if item.isomeric == item.smiles:
        return (Form.STEREO_STATED,)
    if component.isomeric == component.smiles:
        return (Form.STEREO_NOT_STATED,)
    return _stereo_between(component.isomeric, item.isomeric)


@lru_cache(maxsize=8192)
def _stereo_between(drawn: str, wanted: str) -> tuple[Form, ...]:
    """How the stereo of two SMILES differs that both state some."""
    if _agrees(drawn, wanted):
        return (Form.STEREO_NOT_STATED,)
    own, other = _stereo_keys(drawn), _stereo_keys(wanted)
    forms = []
    if own[0] != other[0]:
        forms.append(Form.OPTICAL_ISOMER)
    if own[1] != other[1]:
        forms.append(Form.GEOMETRIC_ISOMER)
    return tuple(forms) or (Form.OPTICAL_ISOMER,)


@lru_cache(maxsize=_MAX_KEPT)
def _with_stereo(isomeric: str) -> Chem.Mol:
    """The molecule of a SMILES; nobody changes it."""
    return Chem.MolFromSmiles(isomeric)


def _agrees(drawn: str, wanted: str) -> bool:
    """Every centre that is drawn is as listed; the drawing only leaves some of them open."""
    return bool(_with_stereo(wanted).HasSubstructMatch(_with_stereo(drawn), useChirality=True))


@lru_cache(maxsize=4096)
def _stereo_keys(isomeric: str) -> tuple[str, str]:
    """Isomeric SMILES with tetrahedral stereo alone, and with double-bond stereo alone."""
    tetrahedral = Chem.Mol(_with_stereo(isomeric))
    double = Chem.Mol(tetrahedral)
    for bond in map(tetrahedral.GetBondWithIdx, range(tetrahedral.GetNumBonds())):
        bond.SetStereo(Chem.BondStereo.STEREONONE)
        bond.SetBondDir(Chem.BondDir.NONE)
    for atom in map(double.GetAtomWithIdx, range(double.GetNumAtoms())):
        atom.SetChiralTag(Chem.ChiralType.CHI_UNSPECIFIED)
    return str(Chem.MolToSmiles(tetrahedral)), str(Chem.MolToSmiles(double))


# --- esters and ethers -----------------------------------------------------------------------

# Open-chain esters C(=O)-O-C and ethers C-O-C; rings (lactones, dihydrofurans) and acetals stay.
_ESTER = Chem.MolFromSmarts("[CX3](=[OX1])-;!@[OX2:1]-;!@[#6;!$([#6]=[O,S,N]):2]")
_ETHER = Chem.MolFromSmarts(
    "[#6;!$([#6]=[O,S,N]);!$([CX4]([OX2])[OX2]):1]-;!@[OX2]-;!@"
    "[#6;!$([#6]=[O,S,N]);!$([CX4]([OX2])[OX2]):2]"
)
_MAX_CUTS = 12


_MAX_OPENED = 8192
_OPENED: dict[str, tuple[tuple[Form, Component], ...]] = {}
"""What listed components are esters and ethers of, by their SMILES with stereo."""


def know_parts(isomeric: str, parts: Iterable[tuple[Form, Component]]) -> None:
    """Keeps what a listed component is an ester or ether of, as `opened_parts` gives it."""
    if len(_OPENED) < _MAX_OPENED:
        _OPENED.setdefault(isomeric, tuple(parts))


def opened_parts(component: Component) -> tuple[tuple[Form, Component], ...]:
    """What a component is an ester or ether of: each bond cut alone, then all of one kind at once.

    Returns:
        The form and one part each, its hydroxyl or carboxyl group restored.
    """
    known = _OPENED.get(component.isomeric)
    return _parts_of(component.isomeric) if known is None else known


@lru_cache(maxsize=2048)
def _parts_of(isomeric: str) -> tuple[tuple[Form, Component], ...]:
    return tuple(_opened_parts(isomeric))


def _opened_parts(isomeric: str) -> Iterator[tuple[Form, Component]]:
    if "O" not in isomeric:
        return
    mol = _with_stereo(isomeric)
    seen: set[tuple[Form, str]] = set()
    for form, pattern, oxygen, carbon in (
        (Form.ESTER, _ESTER, 2, 3),
        (Form.ETHER, _ETHER, 1, 2),
    ):
        bonds = [
            (match[oxygen], match[carbon])
            for match in mol.GetSubstructMatches(pattern, maxMatches=100)
        ]
        if form is Form.ETHER:
            bonds += [
                (match[1], match[0]) for match in mol.GetSubstructMatches(pattern, maxMatches=100)
            ]
        bonds = sorted(set(bonds))[:_MAX_CUTS]
        cuts = [[bond] for bond in bonds]
        if form is Form.ESTER and len(bonds) > 1:
            cuts.append(bonds)
        for cut in cuts:
            for part in _cut(mol, cut):
                if (form, part.smiles) not in seen:
                    seen.add((form, part.smiles))
                    yield form, part


def _cut(mol: Chem.Mol, bonds: Sequence[tuple[int, int]]) -> Iterator[Component]:
    """The parts after cutting oxygen-carbon bonds, with a hydroxyl on each side; stereo is kept."""
    indices = [mol.GetBondBetweenAtoms(a, b).GetIdx() for a, b in bonds]
    editable = Chem.RWMol(Chem.FragmentOnBonds(mol, indices, addDummies=True))
    for atom in map(editable.GetAtomWithIdx, range(editable.GetNumAtoms())):
        if atom.GetAtomicNum() == 0:
            on_oxygen = atom.GetNeighbors()[0].GetIdx() in {oxygen for oxygen, _ in bonds}
            atom.SetAtomicNum(1 if on_oxygen else 8)
            atom.SetIsotope(0)
    try:
        result = Chem.RemoveHs(editable.GetMol())
        parts = Chem.GetMolFrags(result, asMols=True)
    except Chem.MolSanitizeException:
        return
    for part in parts:
        yield component_of(part)
