"""Structures built at random around the classes, and other drawings of one structure.

Structures are made to try invariants and thrown away: nothing prints or saves them, and failing
examples are not kept on disk. `SCREENING_TESTS=long` in the environment multiplies the examples.
"""

from __future__ import annotations

import os
import random
from collections.abc import Sequence

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from rdkit import Chem, rdBase

Draw = st.DrawFn
_SINGLE = Chem.BondType.SINGLE

LONG = os.environ.get("SCREENING_TESTS") == "long"


def examples(count: int) -> settings:
    """Settings of a property.

    Args:
        count: examples in the ordinary run, where every run tries the same ones; a long run tries
            thirty times as many, other ones each time.
    """
    return settings(
        max_examples=count * 30 if LONG else count,
        derandomize=not LONG,
        deadline=None,
        database=None,
        print_blob=False,
        phases=(Phase.generate, Phase.shrink),
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
    )


# --- vocabulary ------------------------------------------------------------------------------
# Groups are written from the atom by which they are bound.

SUBSTITUENTS = (
    "C", "CC", "C(C)C", "C1CC1", "C=C", "C1=CCCC1", "C#C", "OC", "OC1CC1", "O", "F", "Cl", "Br",
    "C(F)(F)F", "CF", "C1(F)CC1", "N", "NC", "N(C)C", "N1CCOCC1", "NC(C)=O", "[N+](=O)[O-]", "C#N",
    "C(=O)OC", "OC(C)=O", "OC=O", "OC(=O)OC", "C(=O)SC", "COC", "CC(=O)OC", "C(OC)OC", "CO",
    "C(=O)O", "C(=O)N", "C(C)=O", "C=O", "S(C)(=O)=O", "SC", "Oc1ccccc1", "c1ccccc1", "COCF",
    "OCCOC", "C1CCCO1", "ON", "N=C", "P(C)C",
)  # fmt: skip

ACYLS = (
    "C(=O)CC", "C(=O)CC", "C(=O)CC", "C(=O)C", "C(=O)C1CC1", "C(=O)c1ccco1", "C(=O)c1ccccc1",
    "C=O", "C(=O)OCC", "C(=O)OC(C)(C)C", "C(=O)OC(C)=O", "C(=O)ON", "C(=O)O", "C(=O)NC", "C(=S)CC",
    "C(=O)SC", "C(=S)OC", "S(=O)(=O)CC", "S(=O)C", "P(=O)(OC)OC", "C(=O)C(F)(F)F", "C(=O)Cl",
    "C(=O)COC", "C(=O)C=C", "C(=O)C(=O)C", "C(=N)C", "C(=O)[SiH3]", "CC", "C", "",
)  # fmt: skip

RINGS = (
    "c1ccccc1", "c1ccccc1", "c1ccccc1", "c1ccncc1", "c1ccsc1", "c1cc[nH]c1", "C1CCCCC1", "C1CCOC1",
    "C1=CCCCC1", "c1ccc2ccccc2c1", "c1ccc2ncccc2c1", "c1ccc2c(c1)CCC2", "c1ccc2OCOc2c1",
    "c1ccc2OCCc2c1", "c1ccc(-c2ccccc2)cc1", "c1ccc(-c2ccccn2)cc1", "c1cc(-c2ccccc2)co1",
    "C1Cc2ccccc2C1", "C1CC2CCC1C2", "N1N=NN(CC)C1=O", "N1CCCCC1", "c1cccccc1=O",
)  # fmt: skip

TAILS = (
    "CC{ring}", "CC{ring}", "CC{ring}", "CC{ring}", "C(C)C{ring}", "CC(O){ring}", "C{ring}",
    "CCC{ring}", "", "C", "CCC(=O)OC", "C(=O)OC(C)(C)C", "C(=O)C", "C(=O)N", "S(C)(=O)=O", "C=C",
)  # fmt: skip

PIPERIDONES = (
    "O=C9CC{n}CC9", "O=C9CC{n}CC9", "O=C9CC{n}CC9", "COC9(OC)CC{n}CC9", "CCOC9(OC)CC{n}CC9",
    "C19(OCCO1)CC{n}CC9", "C19(OCCCO1)CC{n}CC9", "C19(SCCS1)CC{n}CC9", "C19(OCCS1)CC{n}CC9",
    "CSC9(SC)CC{n}CC9", "OC9(OC)CC{n}CC9", "OC9(SC)CC{n}CC9", "SC9(S)CC{n}CC9",
    "CC(=O)OC9(OC(C)=O)CC{n}CC9", "CC(=O)OC9(OC)CC{n}CC9", "ON=C9CC{n}CC9", "CN=C9CC{n}CC9",
    "CNN=C9CC{n}CC9", "C=C9CC{n}CC9", "OC9CC{n}CC9", "CC9(O)CC{n}CC9", "NC9(OC)CC{n}CC9",
    "S=C9CC{n}CC9", "FC9(F)CC{n}CC9", "COC9=CC{n}CC9", "CC(=O)OC9=CC{n}CC9", "NC9=CC{n}CC9",
    "C9CC{n}CC9",
)  # fmt: skip

LINKS = ("", "C", "CC", "CCC", "O", "OC", "OCO", "C(=O)", "CC(=O)", "C=C", "N", "COC")

COUNTER_IONS = (
    ("Cl", "[Cl-]"), ("Br", "[Br-]"), ("OC(=O)C(=O)O", "[O-]C(=O)C(=O)O"),
    ("OC(=O)CC(O)(C(=O)O)CC(=O)O", "OC(=O)CC(O)(CC(=O)O)C(=O)[O-]"),
    ("OS(=O)(=O)O", "OS(=O)(=O)[O-]"), ("CS(=O)(=O)O", "CS(=O)(=O)[O-]"),
    ("OC(=O)C(F)(F)F", "[O-]C(=O)C(F)(F)F"),
)  # fmt: skip

SOLVENTS = ("O", "CCO", "CC#N", "Cc1ccccc1", "ClCCl")


# --- building --------------------------------------------------------------------------------


def parsed(smiles: str) -> Chem.Mol | None:
    """The molecule of a SMILES, None where it is none; the toolkit's log stays silent."""
    with rdBase.BlockLogs():
        return Chem.MolFromSmiles(smiles)


def _settled(mol: Chem.Mol) -> Chem.Mol | None:
    """A molecule that reads back from its own SMILES, None where it does not."""
    with rdBase.BlockLogs():
        try:
            Chem.SanitizeMol(mol)
        except Chem.MolSanitizeException:
            return None
        return Chem.MolFromSmiles(Chem.MolToSmiles(mol))


def _free(mol: Chem.Mol) -> list[int]:
    """Carbons and nitrogens that carry hydrogen."""
    return [
        a.GetIdx() for a in mol.GetAtoms() if a.GetAtomicNum() in (6, 7) and a.GetTotalNumHs() > 0
    ]


def _bear(mol: Chem.Mol, atom: int, group: str) -> Chem.Mol | None:
    """A molecule with a group in place of a hydrogen."""
    part = parsed(f"*{group}")
    if part is None:
        return None
    both = Chem.RWMol(Chem.CombineMols(mol, part))
    dummy = mol.GetNumAtoms()
    both.AddBond(atom, both.GetAtomWithIdx(dummy).GetNeighbors()[0].GetIdx(), _SINGLE)
    if mol.GetAtomWithIdx(atom).GetAtomicNum() == 7:
        both.GetAtomWithIdx(atom).SetNumExplicitHs(0)
    both.RemoveAtom(dummy)
    return _settled(both.GetMol())


def _joined(mol: Chem.Mol, ends: Sequence[int], link: str) -> Chem.Mol | None:
    """A molecule with two atoms joined through a link, or by a bond where the link is empty."""
    editable = Chem.RWMol(mol)
    for atom in ends:
        if editable.GetAtomWithIdx(atom).GetAtomicNum() == 7:
            editable.GetAtomWithIdx(atom).SetNumExplicitHs(0)
    if not link:
        if mol.GetBondBetweenAtoms(*ends) is not None:
            return None
        editable.AddBond(ends[0], ends[1], _SINGLE)
        return _settled(editable.GetMol())
    part = parsed(f"*{link}*") if link != "C(=O)" else parsed("*C(*)=O")
    if part is None:
        return None
    both = Chem.RWMol(Chem.CombineMols(mol, part))
    first, last = (a.GetIdx() for a in both.GetAtoms() if a.GetAtomicNum() == 0)
    for dummy, atom in ((first, ends[0]), (last, ends[1])):
        both.AddBond(atom, both.GetAtomWithIdx(dummy).GetNeighbors()[0].GetIdx(), _SINGLE)
        if mol.GetAtomWithIdx(atom).GetAtomicNum() == 7:
            both.GetAtomWithIdx(atom).SetNumExplicitHs(0)
    for dummy in sorted((first, last), reverse=True):
        both.RemoveAtom(dummy)
    return _settled(both.GetMol())


_AMINE = Chem.MolFromSmarts(
    "[NX3;H0;+0;!$(N-[a]);!$(N-C=[O,S,N]);!$(N-[S,P,N,O])]([CX4])([CX4])[CX4]"
)


def _on_nitrogen(mol: Chem.Mol, group: str) -> Chem.Mol | None:
    """The N-oxide or a quaternary ion of the first tertiary amine."""
    found = mol.GetSubstructMatch(_AMINE)
    if not found:
        return None
    editable = Chem.RWMol(mol)
    editable.GetAtomWithIdx(found[0]).SetFormalCharge(1)
    added = editable.AddAtom(Chem.Atom("O" if group == "oxide" else "C"))
    if group == "oxide":
        editable.GetAtomWithIdx(added).SetFormalCharge(-1)
    editable.AddBond(found[0], added, _SINGLE)
    return _settled(editable.GetMol())


def decorate(draw: Draw, mol: Chem.Mol) -> Chem.Mol:
    """Up to three more groups, at times two positions joined, at times a changed nitrogen."""
    for _ in range(draw(st.sampled_from((0, 0, 1, 1, 2, 3)))):
        places = _free(mol)
        if places:
            place, group = draw(st.sampled_from(places)), draw(st.sampled_from(SUBSTITUENTS))
            mol = _bear(mol, place, group) or mol
    if draw(st.integers(0, 3)) == 0:
        places = _free(mol)
        if len(places) > 1:
            ends = draw(st.lists(st.sampled_from(places), min_size=2, max_size=2, unique=True))
            mol = _joined(mol, ends, draw(st.sampled_from(LINKS))) or mol
    if draw(st.integers(0, 9)) == 0:
        mol = _on_nitrogen(mol, draw(st.sampled_from(("oxide", "methyl")))) or mol
    return mol


def _built(draw: Draw, smiles: str) -> str:
    mol = parsed(smiles)
    assert mol is not None, "the vocabulary makes molecules only"
    return str(Chem.MolToSmiles(decorate(draw, mol)))


def _amine(third: str, aryl: str, tail: str) -> str:
    """A 4-(arylamino)piperidine from its parts; an empty part is hydrogen."""
    head = f"N({third})({aryl})" if third else f"N({aryl})"
    nitrogen = f"N({tail})" if tail else "N"
    return f"{head}C9CC{nitrogen}CC9"


@st.composite
def near_fentanyls(draw: Draw) -> str:
    """A structure with the frame of fentanyl, anything at any of its positions."""
    tail = draw(st.sampled_from(TAILS)).format(ring=draw(st.sampled_from(RINGS)))
    third, aryl = draw(st.sampled_from(ACYLS)), draw(st.sampled_from(RINGS))
    return _built(draw, _amine(third, aryl, tail))


@st.composite
def near_anilinopiperidines(draw: Draw) -> str:
    """A structure with the frame of 4-anilinopiperidine, anything on its nitrogens and rings."""
    third = draw(st.sampled_from(("", "", "", *ACYLS)))
    tail = draw(st.sampled_from(("", "", *ACYLS)))
    aryl = draw(st.sampled_from(("c1ccccc1", "c1ccc(F)cc1", "c1ccccc1Cl", *RINGS)))
    return _built(draw, _amine(third, aryl, tail))


@st.composite
def near_piperidones(draw: Draw) -> str:
    """A structure with the frame of 4-piperidone, its carbonyl free, masked or changed."""
    tail = draw(st.sampled_from(("", *ACYLS)))
    frame = draw(st.sampled_from(PIPERIDONES))
    return _built(draw, frame.format(n=f"N({tail})" if tail else "N"))


NITAZENE_AMINES = ("N", "NC", "N(CC)CC", "N(C)C", "N1CCCC1", "N1CCOCC1", "NC(C)C", "[N+](C)(C)C")
NITAZENE_TAILS = ("", "OCC", "OC(C)C", "O", "Cl", "SC", "OC(C)=O", "C1CC1", "F", "C#N", "N")
NITAZENE_LINKS = ("C", "C(C)", "C(O)", "O", "S", "N", "CC", "C(=O)")


@st.composite
def near_nitazenes(draw: Draw) -> str:
    """A structure with the frame of a 2-benzylbenzimidazole opioid."""
    amine = draw(st.sampled_from(NITAZENE_AMINES))
    link = draw(st.sampled_from(NITAZENE_LINKS))
    tail = draw(st.sampled_from(NITAZENE_TAILS))
    five = draw(st.sampled_from(("", "[N+](=O)[O-]", "C#N", "C(F)(F)F", "Cl", "C", "N", "OC")))
    phenyl = f"c2ccc({tail})cc2" if tail else "c2ccccc2"
    core = f"c3cc({five})ccc13" if five else "c3ccccc13"
    return _built(draw, f"C(C{amine.replace('1', '4')})n1c({link}{phenyl})n{core}")


ORPHINE_FRAMES = (
    "O=c1[nH]c2ccccc2n1C1CCN({n})CC1",
    "O=C1NCN(c2ccccc2)C12CCN({n})CC2",
    "O=C1NC2(CCN({n})CC2)c2ccccc21",
    "O=c1n(C)c2ccccc2n1C1CCN({n})CC1",
    "O=C1N(C)CN(c2ccccc2)C12CCN({n})CC2",
)
ORPHINE_TAILS = ("C(C)c3ccc(Br)cc3", "Cc3ccccc3", "CCc3ccccc3", "C(CC)c3ccc(Cl)cc3", "CCC", "CCCC")


@st.composite
def near_orphines(draw: Draw) -> str:
    """A structure with the frame of an orphine."""
    frame = draw(st.sampled_from(ORPHINE_FRAMES))
    return _built(draw, frame.format(n=draw(st.sampled_from(ORPHINE_TAILS))))


@st.composite
def near_pethidines(draw: Draw) -> str:
    """A structure with the frame of a 4-phenylpiperidine opioid."""
    on_nitrogen = draw(st.sampled_from(("C", "CC=C", "Cc3ccccc3", "CCc3ccccc3", "C(C)=O", "CCO")))
    at_four = draw(
        st.sampled_from(("C(=O)OCC", "C(=O)OC", "OC(=O)CC", "C(C)=O", "COC", "O", "C#N", "C(=O)O"))
    )
    phenyl = draw(st.sampled_from(("c2ccccc2", "c2cccc(O)c2", "c2ccc(Cl)cc2", "c2ccc(OC)cc2")))
    methyl = draw(st.sampled_from(("C", "C(C)")))
    return _built(draw, f"C1({phenyl})({at_four}){methyl}CN({on_nitrogen})CC1")


# --- other drawings of one structure ---------------------------------------------------------


def _mol(smiles: str) -> Chem.Mol:
    mol = parsed(smiles)
    assert mol is not None, "a drawing starts from a molecule"
    return mol


def shuffled(draw: Draw, mol: Chem.Mol) -> Chem.Mol:
    """The molecule with its atoms in another order."""
    order = list(range(mol.GetNumAtoms()))
    random.Random(draw(st.integers(0, 2**16))).shuffle(order)
    return Chem.RenumberAtoms(mol, order)


def _in_order(mol: Chem.Mol, *, kekule: bool = False) -> str:
    """SMILES in the order of the atoms."""
    return str(Chem.MolToSmiles(mol, canonical=False, kekuleSmiles=kekule))


def _as_kekule(mol: Chem.Mol) -> str:
    mol = Chem.Mol(mol)
    Chem.Kekulize(mol, clearAromaticFlags=True)
    return _in_order(mol, kekule=True)


def _as_inchi(mol: Chem.Mol) -> str | None:
    """The InChI, None where InChI itself makes another compound of it."""
    with rdBase.BlockLogs():
        inchi = str(Chem.MolToInchi(mol))
        back = Chem.MolFromInchi(inchi) if inchi else None
    flat = Chem.MolToSmiles(mol, isomericSmiles=False)
    same = back is not None and Chem.MolToSmiles(back, isomericSmiles=False) == flat
    return inchi if same else None


@st.composite
def drawings(draw: Draw, smiles: str) -> str:
    """Another drawing of one component: atom order, Kekule, hydrogens drawn, InChI, MOL block."""
    mol = shuffled(draw, _mol(smiles))
    form = draw(st.sampled_from(("smiles", "kekule", "hydrogens", "inchi", "v2000", "v3000")))
    if form == "kekule":
        return _as_kekule(mol)
    if form == "hydrogens":
        return _in_order(shuffled(draw, Chem.AddHs(mol)))
    if form == "inchi":
        return _as_inchi(mol) or _in_order(mol)
    if form in ("v2000", "v3000"):
        return str(Chem.MolToMolBlock(mol, forceV3000=form == "v3000"))
    return _in_order(mol)


_BASIC = Chem.MolFromSmarts("[NX3;+0;!$(N-[a]);!$(N-[C,S,P]=[O,S,N]);!$(N-[N,O,S,P]);!$(N-C=C)]")


def protonated(smiles: str) -> str | None:
    """The compound with a proton on its first amine, None without one."""
    mol = Chem.RWMol(_mol(smiles))
    found = mol.GetSubstructMatch(_BASIC)
    if not found:
        return None
    nitrogen = mol.GetAtomWithIdx(found[0])
    hydrogens = nitrogen.GetTotalNumHs()
    nitrogen.SetFormalCharge(1)
    nitrogen.SetNoImplicit(True)
    nitrogen.SetNumExplicitHs(hydrogens + 1)
    settled = _settled(mol.GetMol())
    return None if settled is None else str(Chem.MolToSmiles(settled))


@st.composite
def salts(draw: Draw, smiles: str) -> str:
    """The compound beside a common counter-ion, drawn neutral or, where it can be, ionised."""
    acid, anion = draw(st.sampled_from(COUNTER_IONS))
    ion = protonated(smiles)
    if ion is not None and draw(st.booleans()):
        return f"{anion}.{ion}"
    return f"{smiles}.{acid}"


@st.composite
def labelled(draw: Draw, smiles: str) -> str:
    """The compound with isotopes at random: carbon-13 or -14, nitrogen-15, deuterium, tritium."""
    labels = {6: (13, 14), 7: (15,), 8: (17, 18), 1: (2, 3)}
    mol = Chem.AddHs(_mol(smiles))
    places = [a.GetIdx() for a in mol.GetAtoms() if a.GetAtomicNum() in labels]
    for place in draw(st.lists(st.sampled_from(places), min_size=1, max_size=5, unique=True)):
        atom = mol.GetAtomWithIdx(place)
        atom.SetIsotope(draw(st.sampled_from(labels[atom.GetAtomicNum()])))
    return str(Chem.MolToSmiles(Chem.RemoveHs(mol)))


@st.composite
def stereo_labelled(draw: Draw, smiles: str) -> str:
    """The compound with each open stereocentre and double bond drawn one way."""
    mol = _mol(smiles)
    with rdBase.BlockLogs():
        for place in Chem.FindPotentialStereo(mol):
            if place.specified != Chem.StereoSpecified.Unspecified:
                continue
            if place.type == Chem.StereoType.Atom_Tetrahedral:
                turns = (Chem.ChiralType.CHI_TETRAHEDRAL_CW, Chem.ChiralType.CHI_TETRAHEDRAL_CCW)
                mol.GetAtomWithIdx(place.centeredOn).SetChiralTag(draw(st.sampled_from(turns)))
            elif place.type == Chem.StereoType.Bond_Double:
                bond = mol.GetBondWithIdx(place.centeredOn)
                # Two atoms at each end; hydrogen that is not drawn has no number.
                around = list(place.controllingAtoms)
                pairs = (around[:2], around[2:])
                ends = [[a for a in pair if a < mol.GetNumAtoms()] for pair in pairs]
                if all(ends):
                    bond.SetStereoAtoms(ends[0][0], ends[1][0])
                    sides = (Chem.BondStereo.STEREOCIS, Chem.BondStereo.STEREOTRANS)
                    bond.SetStereo(draw(st.sampled_from(sides)))
    return str(Chem.MolToSmiles(mol))


@st.composite
def mixtures(draw: Draw, smiles: str) -> str:
    """The compound beside one to three other ordinary components, in any order."""
    others = draw(st.lists(st.sampled_from(SOLVENTS), min_size=1, max_size=3))
    parts = draw(st.permutations([smiles, *others]))
    return ".".join(parts)


def dressed(smiles: str) -> st.SearchStrategy[str]:
    """The compound in any other drawing: reordered, salt, labelled, stereo stated, in a mixture."""
    return st.one_of(
        drawings(smiles), salts(smiles), labelled(smiles), stereo_labelled(smiles), mixtures(smiles)
    )
