"""Text -> `Structure`: one parsed submission, split in components, each with its matching graph.

Every component is kept and screened; a "salt former" can itself be listed. The matching graph of a
component is what keys and classes work on: isotopes cleared, hydrogens implicit, metals
disconnected, functional groups in one drawing, charges neutralised, covalent hydrates of carbonyls
and imidic acids of amides restored, stereo left out. Each step that changed something is recorded
as a form.

Atom i of a matching graph is the i-th atom of its SMILES, so a proof can name atoms in text.
"""

from __future__ import annotations

import enum
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Any

from rdkit import Chem, rdBase
from rdkit.Chem import rdMolDescriptors
from rdkit.Chem.MolStandardize import rdMolStandardize

from screening.errors import (
    StructureError,
    StructureLimitError,
    UnreadableStructureError,
    UnspecificStructureError,
)

MAX_TEXT = 20_000
MAX_ATOMS = 600
MAX_RINGS = 60
MAX_COMPONENTS = 60
LARGER = 6
"""A component with more heavy atoms is no mere counter-ion or solvent."""

# CXSMILES features that stand for more than one molecule: polymers, R groups, position variation.
_CX_UNSPECIFIC = re.compile(r"Sg:|SgD:|\$|LN:|RG:|m:|_R|u:|s:|rb:")
_BLOCK_END = re.compile(r"^M  END.*$", re.MULTILINE)
_ELEMENT = re.compile(r"([A-Z][a-z]?)(\d*)")
_STEREO_MARK = re.compile(r"[@/\\]")
_POLYMER_GROUPS = {"SRU", "MON", "MER", "COP", "CRO", "MOD", "GRA", "ANY", "MUL"}


class Step(enum.StrEnum):
    """What was done to a drawing on the way to its matching graph."""

    ISOTOPES_CLEARED = "isotopes cleared"
    METALS_DISCONNECTED = "metals disconnected"
    NEUTRALISED = "charges neutralised"
    HYDRATE_RESTORED = "covalent hydrate restored to the carbonyl"
    AMIDE_RESTORED = "imidic acid restored to the amide"


@dataclass(frozen=True)
class Component:
    """One component of a structure and its matching graph.

    A component that comes back from a compiled index has no graph yet; it is made of `smiles` when
    it is first asked for.

    Attributes:
        mol: the matching graph; atom order is that of `smiles`.
        smiles: canonical SMILES without stereo: the key of the graph.
        isomeric: canonical SMILES with stereo.
        steps: what changed on the way.
    """

    mol: Chem.Mol = field(repr=False, compare=False)
    smiles: str
    isomeric: str
    steps: frozenset[Step]

    @classmethod
    def stored(
        cls,
        smiles: str,
        isomeric: str,
        steps: frozenset[Step],
        formula: str,
        heavy_atoms: int,
        is_acid: bool,
        is_base: bool,
        is_cation: bool,
        mass: float,
    ) -> Component:
        """A component of what is known of it, its graph left to be made when it is needed."""
        component = object.__new__(cls)
        vars(component).update(
            smiles=smiles,
            isomeric=isomeric,
            steps=steps,
            formula=formula,
            heavy_atoms=heavy_atoms,
            is_acid=is_acid,
            is_base=is_base,
            is_cation=is_cation,
            mass=mass,
        )
        return component

    def __getattr__(self, name: str) -> Chem.Mol:
        """The graph, where it is not made yet: atom i of a graph is atom i of its SMILES."""
        if name != "mol" or "smiles" not in vars(self):
            raise AttributeError(name)
        with rdBase.BlockLogs():
            mol = Chem.MolFromSmiles(self.smiles)
        vars(self)["mol"] = mol
        return mol

    @property
    def can_be_stored(self) -> bool:
        """Its SMILES leads to the very same graph."""
        with rdBase.BlockLogs():
            again = Chem.MolFromSmiles(self.smiles)
        return again is not None and _drawn(again) == _drawn(self.mol)

    @cached_property
    def formula(self) -> str:
        """Hill formula of the neutral graph."""
        return str(rdMolDescriptors.CalcMolFormula(self.mol))

    @cached_property
    def heavy_atoms(self) -> int:
        """Number of heavy atoms."""
        return int(self.mol.GetNumHeavyAtoms())

    @cached_property
    def mass(self) -> float:
        """Mass of the neutral graph."""
        return float(rdMolDescriptors._CalcMolWt(self.mol))

    @property
    def is_water(self) -> bool:
        """It is water, also as hydroxide or oxonium."""
        return self.smiles == "O"

    @cached_property
    def is_cation(self) -> bool:
        """It carries a charge that no proton can take away: a metal, a quaternary ammonium."""
        return sum(_charges(self.mol)) > 0

    @cached_property
    def is_acid(self) -> bool:
        """It can give a proton to an amine: mineral acids, carboxylic, sulfonic, phosphoric."""
        return self.smiles in _MINERAL_ACIDS or self.mol.HasSubstructMatch(_ACID)

    @cached_property
    def is_base(self) -> bool:
        """It can take a proton: ammonia, amines, pyridines, amidines."""
        return is_base(self.mol)


@dataclass(frozen=True)
class Structure:
    """A parsed submission.

    Attributes:
        text: as submitted.
        components: every component, in the order of its canonical SMILES.
    """

    text: str
    components: tuple[Component, ...]

    @property
    def smiles(self) -> str:
        """SMILES of its matching graphs, without stereo."""
        return ".".join(component.smiles for component in self.components)

    def may_hold(self, smarts: str, max_heavy_atoms: int | None = None) -> bool:  # noqa: ARG002
        """A component, or what it is an ester or ether of, may hold a pattern.

        False is a proof, True says nothing; a structure that was read in full proves nothing.
        """
        return True

    def component_may_hold(
        self,
        smarts: str,  # noqa: ARG002
        max_heavy_atoms: int | None = None,  # noqa: ARG002
    ) -> bool:
        """A component may hold a pattern."""
        return True

    @property
    def opens(self) -> bool:
        """A component may be an ester or ether of anything."""
        return True

    def may_hold_of(self, patterns: Any) -> list[Any]:
        """What those of several patterns stand for that it may hold."""
        return list(patterns.of_all)

    def may_be_listed(self, targets: Any = None) -> bool:  # noqa: ARG002 - a later part's class
        """A component, or what it is an ester or ether of, may be a listed structure."""
        return True

    def may_open_to_listed(self, targets: Any = None) -> bool:  # noqa: ARG002 - as above
        """What a component is an ester or ether of may be a listed structure."""
        return True

    def may_be_near(self, neighbourhood: Any) -> bool:  # noqa: ARG002 - a later part's class
        """A component may be a neighbour of a named compound."""
        return True

    def several_larger(self) -> int:
        """How many larger components it has, where they are not all the same; else 0."""
        larger = [c.smiles for c in self.components if c.heavy_atoms > LARGER]
        return len(larger) if len(set(larger)) > 1 else 0

    @property
    def larger_components(self) -> int:
        """How many components have more than `LARGER` heavy atoms."""
        return sum(c.heavy_atoms > LARGER for c in self.components)

    def others(self, component: Component) -> Iterator[Component]:
        """The other components; water and bare protons are left out."""
        return (
            c
            for c in self.components
            if c is not component and not c.is_water and c.heavy_atoms > 0
        )

    def has_water(self, component: Component) -> bool:
        """Water stands beside the component."""
        return any(c.is_water for c in self.components if c is not component)


def is_base(graph: Chem.Mol) -> bool:
    """A matching graph can take a proton: ammonia, amines, pyridines, amidines."""
    return bool(graph.HasSubstructMatch(_BASE))


_ACID = Chem.MolFromSmarts("[$([CX3](=[OX1])[OX2H]),$([S,P](=O)[OX2H]),$([#6]~[SX2H])]")
_BASE = Chem.MolFromSmarts(
    "[$([NX3;+0;!$(N-[C,S,P]=[O,S,N]);!$(N-[a]);!$(N-N=O)]),$([nX2;r6]),$([NX2]=C-[NX3]),"
    "$([nX2;r5]),$([NX3](-[a]))]"
)
_MINERAL_ACIDS = {"F", "Cl", "Br", "I", "O=[N+]([O-])O", "[O-][Cl+3]([O-])([O-])O"}
_GEM_DIOL = Chem.MolFromSmarts("[CX4;$([C]([OX2H])[OX2H]);!$([C]([O])([O])[O,N,S,P])]")

IMIDIC_ACID = Chem.MolFromSmarts("[O,S;X2;H1;+0]-[CX3;+0]=[NX2;+0]")


def _metal_disconnector() -> tuple[rdMolStandardize.MetalDisconnector, Chem.Mol]:
    """RDKit's, but an oxo anion such as permanganate stays whole, as it is in solution.

    Returns:
        The disconnector, and the query of its metals: without one of them it changes nothing.
    """
    disconnector = rdMolStandardize.MetalDisconnector()
    known = []
    for pattern, setter in (
        (disconnector.MetalNof, disconnector.SetMetalNof),
        (disconnector.MetalNon, disconnector.SetMetalNon),
    ):
        metals, others = str(pattern).split("]~", 1)
        setter(Chem.MolFromSmarts(f"{metals};!$([*]=[O])]~{others}"))
        known.append(metals.removeprefix("["))
    return disconnector, Chem.MolFromSmarts(f"[{','.join(known)}]")


def _smiles_parameters() -> Chem.SmilesParserParams:
    parameters = Chem.SmilesParserParams()
    parameters.sanitize = False  # type: ignore[assignment]
    parameters.removeHs = False  # type: ignore[assignment]
    parameters.allowCXSMILES = False  # type: ignore[assignment]
    parameters.parseName = False  # type: ignore[assignment]
    return parameters


_SMILES_PARAMETERS = _smiles_parameters()
_metals, _METAL = _metal_disconnector()
_normalizer = rdMolStandardize.Normalizer()
_uncharger = rdMolStandardize.Uncharger()

# What the normalizer and the uncharger can change: charges, hypervalent pnictogens and chalcogens.
# Hypervalent nitrogen without charges is settled when a molecule is sanitised.
CHANGED_ELEMENTS = (15, 33, 34, 51, 52)
CHANGED = ",".join([*(f"#{number}" for number in CHANGED_ELEMENTS), "$([#16;X3])"])
_UNSETTLED = Chem.MolFromSmarts(f"[!+0,{CHANGED}]")
_ISOTOPE = Chem.MolFromSmarts("[!0*]")
_HYDROGEN_ATOM = Chem.MolFromSmarts("[#1]")


def is_smiles(text: str) -> bool:
    """A text would be read as SMILES, rather than as InChI or a MOL block."""
    return "\n" not in text.strip() and not text.lstrip().startswith("InChI=")


def as_drawn(text: str) -> str:
    """The drawing of a SMILES, without what may stand behind it."""
    return text.split(maxsplit=1)[0]


def read_structure(text: str) -> Structure:
    """Parses SMILES, InChI or a MOL block.

    Args:
        text: one structure; components of a SMILES are separated by dots.

    Returns:
        The structure with every component.

    Raises:
        UnreadableStructureError: no parser accepts it, or it is empty.
        UnspecificStructureError: it holds dummy atoms, query features, a reaction or a polymer.
        StructureLimitError: more than `MAX_TEXT` characters, `MAX_ATOMS` atoms, `MAX_RINGS` rings
            or `MAX_COMPONENTS` components.

    >>> [c.smiles for c in read_structure("[Na+].OC(=O)c1ccccc1").components]
    ['O=C(O)c1ccccc1', '[Na+]']
    """
    with rdBase.BlockLogs():
        try:
            return Structure(text, tuple(_components(text, *_parse(text))))
        except StructureError:
            raise
        except Exception as error:  # a failing step means a person must look, never "nothing found"
            reason = str(error).strip().splitlines()[0] if str(error).strip() else "it failed"
            raise UnreadableStructureError(text, f"standardising failed: {reason[:120]}") from error


def _parse(text: str) -> tuple[Chem.Mol, int]:
    """A sanitised molecule of the whole text, and its number of fragments."""
    body = text.strip()
    plain = False
    if not body:
        raise UnreadableStructureError(text, "it is empty")
    if len(body) > MAX_TEXT:
        raise StructureLimitError(text, f"it is longer than {MAX_TEXT} characters")
    if "\0" in body:
        raise UnreadableStructureError(text, "it holds a NUL character")
    if body.startswith("InChI="):
        if not re.match(r"InChI=1S?/[A-Za-z0-9.]+(/|$)", body) or len(body.split()) > 1:
            raise UnreadableStructureError(text, "it is no complete InChI")
        _check_inchi_size(text, body)
        mol = Chem.MolFromInchi(body, sanitize=False, removeHs=False)
    elif "\n" in body and ("V2000" in body or "V3000" in body or "M  END" in body):
        _check_one_block(text)
        mol = Chem.MolFromMolBlock(text, sanitize=False, removeHs=False, strictParsing=True)
    else:
        mol = _parse_smiles(text, body)
        plain = True
    if mol is None:
        raise UnreadableStructureError(text, "it cannot be read as a structure")
    if not plain:  # a SMILES that could hold such things was refused by its text
        _check_specific(text, mol)
    atoms, bonds = mol.GetNumAtoms(), mol.GetNumBonds()
    if atoms == 0:
        raise UnreadableStructureError(text, "it holds no atom")
    if atoms > MAX_ATOMS and (mol.GetNumHeavyAtoms() > MAX_ATOMS or atoms > 3 * MAX_ATOMS):
        raise StructureLimitError(text, f"it has more than {MAX_ATOMS} atoms")
    fragments = 1 if plain and "." not in body else len(Chem.GetMolFrags(mol))
    if fragments > MAX_COMPONENTS:
        raise StructureLimitError(text, f"it has more than {MAX_COMPONENTS} components")
    if bonds - atoms + fragments > MAX_RINGS:
        raise StructureLimitError(text, f"it has more than {MAX_RINGS} rings")
    try:
        Chem.SanitizeMol(mol)
    except Chem.MolSanitizeException as error:
        raise UnreadableStructureError(text, f"it is no valid molecule: {error}") from error
    if not plain or _STEREO_MARK.search(body):
        Chem.AssignStereochemistry(mol, cleanIt=True, force=True)
    return mol, fragments


def _check_inchi_size(text: str, inchi: str) -> None:
    """Refuses by its formula an InChI that the toolkit would take minutes to build."""
    heavy = total = 0
    for part in inchi.split("/")[1].split("."):
        times = re.match(r"\d*", part)
        many = int((times and times[0]) or 1)
        for element, count in _ELEMENT.findall(part):
            total += many * int(count or 1)
            heavy += many * int(count or 1) * (element != "H")
    if heavy > MAX_ATOMS or total > 3 * MAX_ATOMS:
        raise StructureLimitError(text, f"it has more than {MAX_ATOMS} atoms")


def _check_one_block(text: str) -> None:
    """Refuses what follows a MOL block, data of its record apart: the toolkit would drop it."""
    end = _BLOCK_END.search(text)
    data, _, further = text[end.end() :].strip().partition("$$$$") if end else ("", "", "")
    if further.strip() or (data and not data.startswith(">")) or "M  END" in data:
        raise UnspecificStructureError(text, "something follows its MOL block")


def _parse_smiles(text: str, body: str) -> Chem.Mol | None:
    """An unsanitised molecule of a SMILES; more than one word is refused, nothing is dropped."""
    smiles, *rest = body.split(maxsplit=1)
    if rest:
        extension = rest[0]
        if not (extension.startswith("|") and extension.rstrip().endswith("|")):
            raise UnreadableStructureError(text, "it holds more than one word")
        if _CX_UNSPECIFIC.search(extension):
            raise UnspecificStructureError(text, "its CXSMILES extension is no single molecule")
    if ">" in smiles:
        raise UnspecificStructureError(text, "it is a reaction")
    if "~" in smiles or "[#" in smiles or "*" in smiles:
        raise UnspecificStructureError(text, "it holds query features or dummy atoms")
    return parsed_smiles(smiles)


def parsed_smiles(smiles: str) -> Chem.Mol | None:
    """A molecule of a SMILES as it is drawn, not sanitised; None where it cannot be read."""
    mol: Chem.Mol | None = Chem.MolFromSmiles(smiles, _SMILES_PARAMETERS)
    return mol


def _check_specific(text: str, mol: Chem.Mol) -> None:
    """Refuses whatever stands for more than one molecule."""
    for atom in mol.GetAtoms():
        if atom.GetAtomicNum() == 0 or atom.HasQuery():
            raise UnspecificStructureError(text, "it holds query features or dummy atoms")
    for bond in mol.GetBonds():
        if bond.HasQuery() or bond.GetBondType() == Chem.BondType.UNSPECIFIED:
            raise UnspecificStructureError(text, "it holds query bonds")
    for group in Chem.GetMolSubstanceGroups(mol):
        if group.HasProp("TYPE") and group.GetProp("TYPE") in _POLYMER_GROUPS:
            raise UnspecificStructureError(text, "it is a polymer")


def _components(text: str, mol: Chem.Mol, before: int) -> Iterator[Component]:
    """The components of a sanitised molecule of some fragments, sorted by SMILES."""
    if mol.HasSubstructMatch(_METAL):
        mol = _metals.Disconnect(mol)
        Chem.SanitizeMol(mol)
        fragments = Chem.GetMolFrags(mol, asMols=True, sanitizeFrags=True)
    elif before == 1:
        fragments = (mol,)
    else:
        fragments = Chem.GetMolFrags(mol, asMols=True, sanitizeFrags=True)
    cut = len(fragments) != before
    if len(fragments) > MAX_COMPONENTS:
        raise StructureLimitError(text, f"it has more than {MAX_COMPONENTS} components")
    yield from sorted((_component(f, cut) for f in fragments), key=lambda c: c.isomeric)


def _component(fragment: Chem.Mol, metals_cut: bool) -> Component:
    """One fragment with its matching graph."""
    if fragment.GetNumAtoms() == 1:  # ions and water: the same few in most salts
        atom = fragment.GetAtomWithIdx(0)
        return _lone_atom(
            atom.GetAtomicNum(),
            atom.GetFormalCharge(),
            atom.GetTotalNumHs(),
            atom.GetNumRadicalElectrons(),
            atom.GetIsotope(),
            metals_cut,
        )
    return _standardised(fragment, metals_cut)


@lru_cache(maxsize=2048)
def _lone_atom(
    number: int, charge: int, hydrogens: int, radical: int, isotope: int, metals_cut: bool
) -> Component:
    """A fragment of one atom."""
    mol = Chem.RWMol()
    atom = Chem.Atom(number)
    atom.SetFormalCharge(charge)
    atom.SetNumExplicitHs(hydrogens)
    atom.SetNumRadicalElectrons(radical)
    atom.SetNoImplicit(True)
    atom.SetIsotope(isotope)
    mol.AddAtom(atom)
    Chem.SanitizeMol(mol)
    return _standardised(mol, metals_cut)


def component_as_drawn(text: str, mol: Chem.Mol) -> Component:
    """The component of a drawing that standardising leaves as it is.

    Args:
        text: the drawing.
        mol: what was read of it, sanitised, of one fragment; it is left as it is.
    """
    with rdBase.BlockLogs():
        if _STEREO_MARK.search(text):
            mol = Chem.Mol(mol)
            Chem.AssignStereochemistry(mol, cleanIt=True, force=True)
        return component_of(mol, sanitised=True)


def _standardised(fragment: Chem.Mol, metals_cut: bool) -> Component:
    """One fragment with its matching graph."""
    mol, steps, changed = _standard_graph(fragment, metals_cut)
    return component_of(mol, frozenset(steps), sanitised=not changed)


def _standard_graph(fragment: Chem.Mol, metals_cut: bool) -> tuple[Chem.Mol, set[Step], bool]:
    """The matching graph but for its atom order, what was done, and whether anything was."""
    steps = {Step.METALS_DISCONNECTED} if metals_cut else set()
    mol = Chem.RWMol(fragment)
    changed = False
    if mol.HasSubstructMatch(_ISOTOPE):
        steps.add(Step.ISOTOPES_CLEARED)
        changed = True
        for atom in _atoms(mol):
            atom.SetIsotope(0)
    for atom in _atoms(mol):
        if atom.GetAtomMapNum():
            atom.SetAtomMapNum(0)
            changed = True
    if mol.HasSubstructMatch(_HYDROGEN_ATOM) and mol.GetNumHeavyAtoms():
        mol = Chem.RWMol(Chem.RemoveAllHs(mol))
        if len(Chem.GetMolFrags(mol)) > 1:
            raise ValueError("a hydrogen atom is bound to more than one other atom")
        changed = True
    if mol.HasSubstructMatch(_UNSETTLED):
        mol = _normalized(mol)
        charges = _charges(mol)  # after it, since a sulfone drawn with charges is no salt
        mol = _uncharged(mol)
        if sum(map(abs, _charges(mol))) < sum(map(abs, charges)):
            steps.add(Step.NEUTRALISED)
        changed = True
    restored = restore_carbonyl(mol)
    if restored is not None:
        steps.add(Step.HYDRATE_RESTORED)
        mol = Chem.RWMol(restored)
        changed = True
    restored = restore_amide(mol)
    if restored is not None:
        steps.add(Step.AMIDE_RESTORED)
        mol = Chem.RWMol(restored)
        changed = True
    return mol, steps, changed


def standard_graphs(mol: Chem.Mol, fragments: int) -> list[Chem.Mol]:
    """The matching graphs of a molecule without metals bound to anything, but for their atom order.

    Args:
        mol: a molecule that is valid, not necessarily sanitised; it is left as it is.
        fragments: how many it has.
    """
    mol = Chem.Mol(mol)
    Chem.SanitizeMol(mol)
    parts = (mol,) if fragments == 1 else Chem.GetMolFrags(mol, asMols=True, sanitizeFrags=True)
    found = []
    for part in parts:
        graph, _, changed = _standard_graph(part, False)
        if changed:
            Chem.SanitizeMol(graph)
        found.append(graph)
    return found


def neutralised(fragment: Chem.Mol) -> Chem.Mol:
    """A sanitised fragment with its charges neutralised; it is left as it is."""
    mol = _uncharged(Chem.RWMol(fragment))
    Chem.SanitizeMol(mol)
    return mol


def _atoms(mol: Chem.Mol) -> list[Chem.Atom]:
    """The atoms of a molecule; by index, which takes a tenth of the time of iterating."""
    return [mol.GetAtomWithIdx(i) for i in range(mol.GetNumAtoms())]


def component_of(
    mol: Chem.Mol, steps: frozenset[Step] = frozenset(), *, sanitised: bool = False
) -> Component:
    """A component of a molecule that is already a matching graph but for its atom order.

    Args:
        mol: the molecule; it is left as it is.
        steps: what was done to it.
        sanitised: nothing was done to it since it was sanitised.
    """
    if not sanitised:
        mol = Chem.Mol(mol)
        for atom in _atoms(mol):
            if atom.GetNoImplicit() and _plain(atom):
                atom.SetNoImplicit(False)
        Chem.SanitizeMol(mol)
        Chem.AssignStereochemistry(mol, cleanIt=True, force=True)
    isomeric = Chem.MolToSmiles(mol)
    stereo = _STEREO_MARK.search(isomeric) is not None
    drawn = Chem.MolToSmiles(mol, isomericSmiles=False) if stereo else isomeric
    known = _KNOWN.get((isomeric, drawn))
    facts = vars(_settled_graph(isomeric, drawn) if known is None else known)
    component = object.__new__(Component)
    vars(component).update(facts, steps=steps)
    return component


_MAX_KNOWN = 16_384
_KNOWN: dict[tuple[str, str], Component] = {}
"""Graphs whose SMILES, with stereo and without, are known to stay as they are when read back."""


def know(component: Component) -> None:
    """Keeps a graph of a list, so that it need not be settled each time that it is drawn.

    Args:
        component: its SMILES, with stereo and without, stay as they are when they are read back.
    """
    if len(_KNOWN) < _MAX_KNOWN:
        _KNOWN.setdefault((component.isomeric, component.smiles), component)


def is_settled(component: Component) -> bool:
    """The SMILES of a graph, with stereo and without, stay as they are when they are read back."""
    with rdBase.BlockLogs():
        again = _settled_graph(component.isomeric, component.smiles)
    return (again.isomeric, again.smiles) == (component.isomeric, component.smiles)


@lru_cache(maxsize=1024)
def _settled_graph(isomeric: str, drawn: str) -> Component:
    """The graph of the SMILES of a molecule, with stereo and without; no step was taken."""
    stereo = isomeric != drawn or _STEREO_MARK.search(isomeric) is not None
    flat, smiles = _reread(drawn)
    if smiles != drawn:  # a second round settles drawings whose aromaticity the first one changed
        flat, smiles = _reread(smiles)
        isomeric = _settled(isomeric)
    else:
        isomeric = _settled(isomeric) if stereo else smiles
    order = [int(i) for i in flat.GetProp("_smilesAtomOutputOrder").strip("[],").split(",")]
    if order != sorted(order):
        flat = Chem.RenumberAtoms(flat, order)
    return Component(flat, smiles, isomeric, frozenset())


def _reread(smiles: str) -> tuple[Chem.Mol, str]:
    """The molecule of a SMILES without stereo, and its own SMILES."""
    mol = Chem.MolFromSmiles(smiles)
    if mol is None:
        raise ValueError("its own SMILES cannot be read back")
    return mol, Chem.MolToSmiles(mol, isomericSmiles=False)


def _settled(isomeric: str) -> str:
    """A SMILES with stereo as its own molecule is written."""
    mol = Chem.MolFromSmiles(isomeric)
    return isomeric if mol is None else Chem.MolToSmiles(mol)


def _drawn(mol: Chem.Mol) -> list[object]:
    """Every atom of a graph in order, and its bonds."""
    return [
        *(
            (a.GetAtomicNum(), a.GetFormalCharge(), a.GetTotalNumHs(), a.GetIsAromatic())
            for a in mol.GetAtoms()
        ),
        *sorted(
            (*sorted((b.GetBeginAtomIdx(), b.GetEndAtomIdx())), str(b.GetBondType()))
            for b in mol.GetBonds()
        ),
    ]


def _plain(atom: Chem.Atom) -> bool:
    """An uncharged carbon, nitrogen or oxygen without radical electrons."""
    return (
        atom.GetAtomicNum() in {6, 7, 8}
        and atom.GetFormalCharge() == 0
        and atom.GetNumRadicalElectrons() == 0
    )


def _charges(mol: Chem.Mol) -> list[int]:
    return [a.GetFormalCharge() for a in _atoms(mol)]


def restore_carbonyl(mol: Chem.Mol) -> Chem.Mol | None:
    """The carbonyl of a covalent hydrate (gem-diol), None where there is none.

    4-Piperidone is traded as its gem-diol hydrochloride; law names the ketone.
    """
    matches = mol.GetSubstructMatches(_GEM_DIOL, maxMatches=100)
    if not matches:
        return None
    editable = Chem.RWMol(mol)
    doomed: list[int] = []
    for (carbon,) in matches:
        oxygens = [
            n.GetIdx()
            for n in mol.GetAtomWithIdx(carbon).GetNeighbors()
            if n.GetAtomicNum() == 8 and n.GetTotalNumHs() == 1 and n.GetDegree() == 1
        ]
        if len(oxygens) != 2:
            continue
        keep, drop = oxygens
        editable.GetBondBetweenAtoms(carbon, keep).SetBondType(Chem.BondType.DOUBLE)
        editable.GetAtomWithIdx(keep).SetNumExplicitHs(0)
        editable.GetAtomWithIdx(carbon).SetChiralTag(Chem.ChiralType.CHI_UNSPECIFIED)
        doomed.append(drop)
    if not doomed:
        return None
    for index in sorted(doomed, reverse=True):
        editable.RemoveAtom(index)
    result = editable.GetMol()
    Chem.SanitizeMol(result)
    return result


def restore_amide(mol: Chem.Mol) -> Chem.Mol | None:
    """The amide or thioamide of what is drawn as its imidic acid, None where there is none.

    The two are drawings of one compound; law's words for groups know the amide.
    """
    matches = mol.GetSubstructMatches(IMIDIC_ACID, maxMatches=100)
    if not matches:
        return None
    editable = Chem.RWMol(mol)
    done: set[int] = set()
    for acid, carbon, nitrogen in matches:
        if done & {acid, carbon, nitrogen}:
            continue
        done |= {acid, carbon, nitrogen}
        editable.GetBondBetweenAtoms(carbon, acid).SetBondType(Chem.BondType.DOUBLE)
        imine = editable.GetBondBetweenAtoms(carbon, nitrogen)
        imine.SetStereo(Chem.BondStereo.STEREONONE)
        imine.SetBondType(Chem.BondType.SINGLE)
        hydrogens = mol.GetAtomWithIdx(nitrogen).GetTotalNumHs()
        for index, count in ((acid, 0), (nitrogen, hydrogens + 1)):
            atom = editable.GetAtomWithIdx(index)
            atom.SetNoImplicit(True)
            atom.SetNumExplicitHs(count)
    if not done:
        return None
    result = editable.GetMol()
    Chem.SanitizeMol(result)
    return result


def _normalized(mol: Chem.RWMol) -> Chem.RWMol:
    """Functional groups in one drawing; as drawn where that would make another compound.

    Where charges are brought together in an aromatic ring that then has no Kekule form, the
    toolkit leaves its bonds single and fills them up with hydrogen.
    """
    drawn = Chem.RWMol(mol)
    try:
        _normalizer.normalizeInPlace(mol)
        settled = Chem.RWMol(mol)
        for atom in _atoms(settled):
            if atom.GetNoImplicit() and _plain(atom):
                atom.SetNoImplicit(False)
        Chem.SanitizeMol(settled)
    except Chem.MolSanitizeException:
        return drawn
    return mol if _hydrogens(settled) == _hydrogens(drawn) else drawn


def _hydrogens(mol: Chem.Mol) -> int:
    """Hydrogens less charge, which no other drawing of a compound changes."""
    return sum(a.GetTotalNumHs() - a.GetFormalCharge() for a in _atoms(mol))


def _uncharged(mol: Chem.RWMol) -> Chem.RWMol:
    """Charges neutralised; as drawn where no proton fits, as on hexafluorophosphate."""
    neutral = Chem.RWMol(mol)
    _uncharger.unchargeInPlace(neutral)
    try:
        Chem.SanitizeMol(Chem.RWMol(neutral))
    except Chem.MolSanitizeException:
        return mol
    return neutral


def toolkit_version() -> str:
    """Version of the chemistry toolkit, on which keys and aromaticity depend."""
    return str(rdBase.rdkitVersion)
