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
from functools import cached_property

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

# CXSMILES features that stand for more than one molecule: polymers, R groups, position variation.
_CX_UNSPECIFIC = re.compile(r"Sg:|SgD:|\$|LN:|RG:|m:|_R|u:|s:|rb:")
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
        cls, smiles: str, isomeric: str, steps: frozenset[Step], formula: str, heavy_atoms: int
    ) -> Component:
        """A component of what is known of it, its graph left to be made when it is needed."""
        component = object.__new__(cls)
        vars(component).update(
            smiles=smiles, isomeric=isomeric, steps=steps, formula=formula, heavy_atoms=heavy_atoms
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

    @property
    def is_water(self) -> bool:
        """It is water, also as hydroxide or oxonium."""
        return self.smiles == "O"

    @cached_property
    def is_cation(self) -> bool:
        """It carries a charge that no proton can take away: a metal, a quaternary ammonium."""
        return any(a.GetFormalCharge() > 0 for a in self.mol.GetAtoms()) and (
            sum(a.GetFormalCharge() for a in self.mol.GetAtoms()) > 0
        )

    @cached_property
    def is_acid(self) -> bool:
        """It can give a proton to an amine: mineral acids, carboxylic, sulfonic, phosphoric."""
        return self.smiles in _MINERAL_ACIDS or self.mol.HasSubstructMatch(_ACID)

    @cached_property
    def is_base(self) -> bool:
        """It can take a proton: ammonia, amines, pyridines, amidines."""
        return bool(self.mol.HasSubstructMatch(_BASE))


@dataclass(frozen=True)
class Structure:
    """A parsed submission.

    Attributes:
        text: as submitted.
        components: every component, in the order of its canonical SMILES.
    """

    text: str
    components: tuple[Component, ...]

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


_ACID = Chem.MolFromSmarts("[$([CX3](=[OX1])[OX2H]),$([S,P](=O)[OX2H]),$([#6]~[SX2H])]")
_BASE = Chem.MolFromSmarts(
    "[$([NX3;+0;!$(N-[C,S,P]=[O,S,N]);!$(N-[a]);!$(N-N=O)]),$([nX2;r6]),$([NX2]=C-[NX3]),"
    "$([nX2;r5]),$([NX3](-[a]))]"
)
_MINERAL_ACIDS = {"F", "Cl", "Br", "I", "O=[N+]([O-])O", "[O-][Cl+3]([O-])([O-])O"}
_GEM_DIOL = Chem.MolFromSmarts("[CX4;$([C]([OX2H])[OX2H]);!$([C]([O])([O])[O,N,S,P])]")

_IMIDIC_ACID = Chem.MolFromSmarts("[O,S;X2;H1;+0]-[CX3;+0]=[NX2;+0]")


def _metal_disconnector() -> rdMolStandardize.MetalDisconnector:
    """RDKit's, but an oxo anion such as permanganate stays whole, as it is in solution."""
    disconnector = rdMolStandardize.MetalDisconnector()
    for pattern, setter in (
        (disconnector.MetalNof, disconnector.SetMetalNof),
        (disconnector.MetalNon, disconnector.SetMetalNon),
    ):
        metals, others = str(pattern).split("]~", 1)
        setter(Chem.MolFromSmarts(f"{metals};!$([*]=[O])]~{others}"))
    return disconnector


_metals = _metal_disconnector()
_normalizer = rdMolStandardize.Normalizer()
_uncharger = rdMolStandardize.Uncharger()


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
            mol = _parse(text)
            return Structure(text, tuple(_components(text, mol)))
        except StructureError:
            raise
        except Exception as error:  # a failing step means a person must look, never "nothing found"
            reason = str(error).strip().splitlines()[0] if str(error).strip() else "it failed"
            raise UnreadableStructureError(text, f"standardising failed: {reason[:120]}") from error


def _parse(text: str) -> Chem.Mol:
    """A sanitised molecule of the whole text."""
    body = text.strip()
    if not body:
        raise UnreadableStructureError(text, "it is empty")
    if len(body) > MAX_TEXT:
        raise StructureLimitError(text, f"it is longer than {MAX_TEXT} characters")
    if "\0" in body:
        raise UnreadableStructureError(text, "it holds a NUL character")
    if body.startswith("InChI="):
        if not re.match(r"InChI=1S?/[A-Za-z0-9.]+(/|$)", body) or len(body.split()) > 1:
            raise UnreadableStructureError(text, "it is no complete InChI")
        mol = Chem.MolFromInchi(body, sanitize=False, removeHs=False)
    elif "\n" in body and ("V2000" in body or "V3000" in body or "M  END" in body):
        mol = Chem.MolFromMolBlock(text, sanitize=False, removeHs=False, strictParsing=True)
    else:
        mol = _parse_smiles(text, body)
    if mol is None:
        raise UnreadableStructureError(text, "it cannot be read as a structure")
    _check_specific(text, mol)
    atoms, bonds = mol.GetNumAtoms(), mol.GetNumBonds()
    if atoms == 0:
        raise UnreadableStructureError(text, "it holds no atom")
    heavy = mol.GetNumHeavyAtoms()
    if heavy > MAX_ATOMS or atoms > 3 * MAX_ATOMS:
        raise StructureLimitError(text, f"it has more than {MAX_ATOMS} atoms")
    fragments = len(Chem.GetMolFrags(mol))
    if fragments > MAX_COMPONENTS:
        raise StructureLimitError(text, f"it has more than {MAX_COMPONENTS} components")
    if bonds - atoms + fragments > MAX_RINGS:
        raise StructureLimitError(text, f"it has more than {MAX_RINGS} rings")
    try:
        Chem.SanitizeMol(mol)
    except Chem.MolSanitizeException as error:
        raise UnreadableStructureError(text, f"it is no valid molecule: {error}") from error
    Chem.AssignStereochemistry(mol, cleanIt=True, force=True)
    return mol  # type: ignore[no-any-return]


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
    parameters = Chem.SmilesParserParams()
    parameters.sanitize = False  # type: ignore[assignment]
    parameters.removeHs = False  # type: ignore[assignment]
    parameters.allowCXSMILES = False  # type: ignore[assignment]
    parameters.parseName = False  # type: ignore[assignment]
    mol: Chem.Mol | None = Chem.MolFromSmiles(smiles, parameters)
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


def _components(text: str, mol: Chem.Mol) -> Iterator[Component]:
    """The components of a sanitised molecule, sorted by SMILES."""
    before = len(Chem.GetMolFrags(mol))
    disconnected = _metals.Disconnect(mol)
    Chem.SanitizeMol(disconnected)
    fragments = Chem.GetMolFrags(disconnected, asMols=True, sanitizeFrags=True)
    cut = len(fragments) != before
    if len(fragments) > MAX_COMPONENTS:
        raise StructureLimitError(text, f"it has more than {MAX_COMPONENTS} components")
    yield from sorted((_component(f, cut) for f in fragments), key=lambda c: c.isomeric)


def _component(fragment: Chem.Mol, metals_cut: bool) -> Component:
    """One fragment with its matching graph."""
    steps = {Step.METALS_DISCONNECTED} if metals_cut else set()
    mol = Chem.RWMol(fragment)
    for atom in mol.GetAtoms():
        if atom.GetIsotope():
            steps.add(Step.ISOTOPES_CLEARED)
            atom.SetIsotope(0)
        atom.SetAtomMapNum(0)
    if mol.GetNumHeavyAtoms():
        mol = Chem.RWMol(Chem.RemoveAllHs(mol))
    _normalizer.normalizeInPlace(mol)
    charges = _charges(mol)  # after it, since a sulfone drawn with charges is no salt
    mol = _uncharged(mol)
    if sum(map(abs, _charges(mol))) < sum(map(abs, charges)):
        steps.add(Step.NEUTRALISED)
    restored = restore_carbonyl(mol)
    if restored is not None:
        steps.add(Step.HYDRATE_RESTORED)
        mol = Chem.RWMol(restored)
    restored = restore_amide(mol)
    if restored is not None:
        steps.add(Step.AMIDE_RESTORED)
        mol = Chem.RWMol(restored)
    return component_of(mol.GetMol(), frozenset(steps))


def component_of(mol: Chem.Mol, steps: frozenset[Step] = frozenset()) -> Component:
    """A component of a molecule that is already a matching graph but for its atom order."""
    mol = Chem.Mol(mol)
    for atom in mol.GetAtoms():
        atom.SetNoImplicit(False) if _plain(atom) else None
    Chem.SanitizeMol(mol)
    Chem.AssignStereochemistry(mol, cleanIt=True, force=True)
    isomeric = Chem.MolToSmiles(mol)
    flat = mol
    smiles = ""
    for _ in range(2):  # the second round settles drawings whose aromaticity the first one changed
        flat = Chem.MolFromSmiles(Chem.MolToSmiles(flat, isomericSmiles=False))
        if flat is None:
            raise ValueError("its own SMILES cannot be read back")
    smiles = Chem.MolToSmiles(flat, isomericSmiles=False)
    order = list(flat.GetPropsAsDict(True, True)["_smilesAtomOutputOrder"])
    flat = Chem.RenumberAtoms(flat, [int(i) for i in order])
    settled = Chem.MolFromSmiles(isomeric)
    isomeric = Chem.MolToSmiles(settled) if settled is not None else isomeric
    return Component(flat, smiles, isomeric, steps)


def _drawn(mol: Chem.Mol) -> list[object]:
    """Every atom and every bond of a graph, in order."""
    return [
        *(
            (a.GetAtomicNum(), a.GetFormalCharge(), a.GetTotalNumHs(), a.GetIsAromatic())
            for a in mol.GetAtoms()
        ),
        *(
            (*sorted((b.GetBeginAtomIdx(), b.GetEndAtomIdx())), b.GetBondType())
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
    return [a.GetFormalCharge() for a in mol.GetAtoms()]


def restore_carbonyl(mol: Chem.Mol) -> Chem.Mol | None:
    """The carbonyl of a covalent hydrate (gem-diol), None where there is none.

    4-Piperidone is traded as its gem-diol hydrochloride; law names the ketone.
    """
    editable = Chem.RWMol(mol)
    doomed: list[int] = []
    for (carbon,) in mol.GetSubstructMatches(_GEM_DIOL, maxMatches=100):
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
    editable = Chem.RWMol(mol)
    done: set[int] = set()
    for acid, carbon, nitrogen in mol.GetSubstructMatches(_IMIDIC_ACID, maxMatches=100):
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
