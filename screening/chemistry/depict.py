"""A proof as a picture: the component in SVG, the atoms of each clause in that clause's colour.

Colours are those of Okabe and Ito (2008), which people with any common colour blindness can tell
apart; each group carries the letter of its clause as well, so that nothing rests on colour alone.
Where the component shares a frame with the reference compound or with the listed substance, it is
laid out as that one is, so that two pictures can be compared by eye.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from functools import lru_cache
from html import escape

from rdkit import Chem, rdBase

from screening.chemistry.proof import Account, ClassProof, State, SubstanceProof
from screening.errors import ProofError

# Okabe and Ito's palette without its black, which is the colour of the bonds; light ones first,
# because black lines are drawn on top of them.
PALETTE = ("#E69F00", "#56B4E9", "#009E73", "#F0E442", "#CC79A7", "#D55E00", "#0072B2")

_STYLE = {
    "clearBackground": False,
    "includeMetadata": False,
    "padding": 0.08,
    "maxFontSize": 22,
    "fixedBondLength": 32,
    "annotationFontScale": 1.0,
    "highlightBondWidthMultiplier": 12,
}

# Two drawn atoms nearer than this (in units of length of the layout, where a bond is 1.5) overlap.
_TOO_NEAR = 0.5

_HEAD = re.compile(r"^.*?<svg\b[^>]*>\s*(?:<!-- END OF HEADER -->)?\s*", re.DOTALL)


def component_svg(
    proof: ClassProof | SubstanceProof, *, width: int = 420, height: int = 300
) -> str:
    """Draws the component of a proof.

    Args:
        proof: what to draw; atom i is the i-th atom of its `component`.
        width: of the picture, in pixels.
        height: of the picture, in pixels.

    Returns:
        One ``<svg>`` element with a text alternative; it has no script and refers to nothing
        outside itself.

    Raises:
        ProofError: the component of the proof is no molecule, or the proof names atoms that it
            does not have.

    >>> proof = SubstanceProof(component="CCO", substance="OCC", name="ethanol", key="k", forms=())
    >>> component_svg(proof).startswith('<svg xmlns="http://www.w3.org/2000/svg" role="img"')
    True
    """
    mol = _molecule(proof.component)
    _lay_out(mol, proof)

    atom_colours: dict[int, tuple[float, float, float]] = {}
    bond_colours: dict[int, tuple[float, float, float]] = {}
    if isinstance(proof, ClassProof):
        for account, colour in _coloured(proof):
            _colour(mol, account, colour, atom_colours, bond_colours)

    # Brings numpy with it, which screening alone does not need.
    from rdkit.Chem.Draw import rdMolDraw2D  # noqa: PLC0415

    drawer = rdMolDraw2D.MolDraw2DSVG(width, height)
    options = drawer.drawOptions()
    options.useBWAtomPalette()  # element colours would compete with those of the clauses
    for name, value in _STYLE.items():
        setattr(options, name, value)
    options.setAnnotationColour((0, 0, 0))
    options.setAtomNoteColour((0, 0, 0))
    rdMolDraw2D.PrepareAndDrawMolecule(
        drawer,
        mol,
        highlightAtoms=sorted(atom_colours),
        highlightBonds=sorted(bond_colours),
        highlightAtomColors=atom_colours,
        highlightBondColors=bond_colours,
        kekulize=True,
    )
    drawer.FinishDrawing()
    drawing = _HEAD.sub("", drawer.GetDrawingText(), count=1)
    title, description = alternative(proof)
    name = f"s{proof_key(proof)[:12]}"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" viewBox="0 0 {width} {height}" '
        f'width="{width}" height="{height}" aria-labelledby="{name}t {name}d">'
        f'<title id="{name}t">{escape(title)}</title>'
        f'<desc id="{name}d">{escape(description)}</desc>{drawing.strip()}'
    )


def proof_key(proof: ClassProof | SubstanceProof) -> str:
    """A digest that is equal for equal proofs, so that a picture need be drawn only once."""
    return hashlib.sha256(repr(proof).encode("utf-8", "backslashreplace")).hexdigest()


def alternative(proof: ClassProof | SubstanceProof) -> tuple[str, str]:
    """The picture in words, for people who do not see it.

    Returns:
        A title, and a description that names what each colour marks.
    """
    title = _printable(f"Structure of {proof.component}")
    if isinstance(proof, SubstanceProof):
        drawn = f"Drawn as the listed substance {proof.name} is. No part is marked."
        return title, _printable(drawn)
    marks = [
        f"{_mark(account)} marks {account.title}: {group_smiles(proof, account)}"
        for account, _ in _coloured(proof)
        if account.atoms
    ]
    drawn = f"Drawn as the reference compound {proof.reference_name} is. "
    return title, _printable(drawn + ("; ".join(marks) + "." if marks else "No part is marked."))


def _printable(text: str) -> str:
    """Without what SVG may not hold: control characters and halves of surrogate pairs."""
    return "".join(c if c.isprintable() else "\ufffd" for c in text)


def legend(proof: ClassProof | SubstanceProof) -> tuple[tuple[str, str], ...]:
    """What the colours of `component_svg` stand for.

    Returns:
        Pairs of label and colour (``#RRGGBB``), in the law's order of the clauses; empty where
        nothing is marked.
    """
    if isinstance(proof, SubstanceProof):
        return ()
    titles: dict[tuple[str, str], list[str]] = {}
    for account, colour in _coloured(proof):
        seen = titles.setdefault((_mark(account), colour), [])
        marked = account.atoms or account.attachments
        title = account.title if marked else f"{account.title} ({account.kind}, not marked)"
        if title not in seen:
            seen.append(title)
    order = {mark: index for index, mark in enumerate(_marks(proof))}
    return tuple(
        (f"{mark}: {', '.join(seen)}", colour)
        for (mark, colour), seen in sorted(titles.items(), key=lambda item: order[item[0][0]])
    )


def group_smiles(proof: ClassProof, account: Account) -> str:
    """The group of an account as SMILES, written from the atom by which it is bound.

    Args:
        proof: the proof whose component is meant.
        account: one of its accounts.

    Returns:
        The fragment; empty where the group is hydrogen.

    Raises:
        ProofError: the component is no molecule or lacks the account's atoms.

    >>> acyl = Account(position="n", title="the amide nitrogen", state=State.CLAUSE,
    ...                atoms=(0, 1, 2), attachments=((3, 1),))
    >>> proof = ClassProof(component="CC(=O)N(C)C", reference="CNC", reference_name="dimethylamine",
    ...                    skeleton={1: 3}, accounts=(acyl,), clauses=(), readings=())
    >>> group_smiles(proof, acyl)
    'C(C)=O'
    """
    roots = [inner for _, inner in account.attachments if inner in account.atoms]
    return _fragment(proof.component, account.atoms, roots[0] if roots else -1)


@lru_cache(maxsize=4096)
def _fragment(component: str, atoms: tuple[int, ...], root: int) -> str:
    mol = _parsed(component)
    if mol is None or mol.GetNumAtoms() == 0:
        raise ProofError(f"{component[:80]!r} is no molecule")
    _require_atoms(mol, atoms)
    if not atoms:
        return ""
    return str(Chem.MolFragmentToSmiles(mol, atomsToUse=list(atoms), rootedAtAtom=root))


# --- colours ---------------------------------------------------------------------------------


def _mark(account: Account) -> str:
    """What a colour stands for: the clause, or else the readings alone."""
    if account.clause is not None:
        return f"Clause {account.clause}"
    return f"Reading {', '.join(account.readings)}"


def _marks(proof: ClassProof) -> list[str]:
    """Everything that gets a colour, clauses in the law's order, then readings."""
    marks = [f"Clause {clause}" for clause in proof.clauses]
    for account in proof.accounts:
        if account.state is not State.REFERENCE and _mark(account) not in marks:
            marks.append(_mark(account))
    return marks


def _coloured(proof: ClassProof) -> list[tuple[Account, str]]:
    """The accounts that differ from the reference, each with its colour."""
    colours = {m: PALETTE[i % len(PALETTE)] for i, m in enumerate(_marks(proof))}
    return [
        (account, colours[_mark(account)])
        for account in proof.accounts
        if account.state is not State.REFERENCE
    ]


def clause_colour(proof: ClassProof | SubstanceProof, account: Account) -> str | None:
    """The colour of an account in the picture, None where it is not marked."""
    if isinstance(proof, SubstanceProof) or account.state is State.REFERENCE:
        return None
    return PALETTE[_marks(proof).index(_mark(account)) % len(PALETTE)]


def _colour(
    mol: Chem.Mol,
    account: Account,
    colour: str,
    atom_colours: dict[int, tuple[float, float, float]],
    bond_colours: dict[int, tuple[float, float, float]],
) -> None:
    """Marks the atoms of an account, the bonds between them and those that bind it."""
    _require_atoms(mol, account.atoms)
    red, green, blue = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    own = set(account.atoms)
    for atom in own:
        atom_colours[atom] = (red, green, blue)
    binding = {frozenset(pair) for pair in account.attachments}
    for bond in mol.GetBonds():
        ends = {bond.GetBeginAtomIdx(), bond.GetEndAtomIdx()}
        if ends <= own or frozenset(ends) in binding:
            bond_colours[bond.GetIdx()] = (red, green, blue)
    if own and account.clause is not None:
        # In brackets, so that a clause "2" beside a fluorine does not read as a count.
        note = f"({_printable(account.clause)})"
        mol.GetAtomWithIdx(_outermost(mol, own)).SetProp("atomNote", note)


def _outermost(mol: Chem.Mol, atoms: set[int]) -> int:
    """The atom of a group that lies farthest from the middle, where a note has room."""
    points = mol.GetConformer().GetPositions()
    middle = points.mean(axis=0)
    return max(sorted(atoms), key=lambda a: float(((points[a] - middle) ** 2).sum()))


# --- layout ----------------------------------------------------------------------------------


@lru_cache(maxsize=1024)
def _parsed(smiles: str) -> Chem.Mol | None:
    # Hydrogens stay, so that atom i remains the i-th atom written.
    params = Chem.SmilesParserParams()
    params.removeHs = False  # type: ignore[assignment]  # the stub gives it the class's own type
    with rdBase.BlockLogs():
        return Chem.MolFromSmiles(smiles, params)


def _molecule(smiles: str) -> Chem.Mol:
    """A fresh copy of the molecule of a SMILES from a proof."""
    mol = _parsed(smiles)
    if mol is None or mol.GetNumAtoms() == 0:
        raise ProofError(f"{smiles[:80]!r} is no molecule")
    return Chem.Mol(mol)


def _require_atoms(mol: Chem.Mol, atoms: Iterable[int]) -> None:
    if any(not 0 <= atom < mol.GetNumAtoms() for atom in atoms):
        raise ProofError("the proof names atoms that its component does not have")


def _lay_out(mol: Chem.Mol, proof: ClassProof | SubstanceProof) -> None:
    """Gives a component coordinates: those of its model as far as the two agree."""
    from rdkit.Chem import rdDepictor  # noqa: PLC0415 - brings numpy with it, as above

    model = _molecule(proof.reference if isinstance(proof, ClassProof) else proof.substance)
    rdDepictor.Compute2DCoords(model)
    if isinstance(proof, ClassProof):
        pairs = _shared_with_reference(mol, model, proof)
    else:
        pairs = list(enumerate(mol.GetSubstructMatch(model)))
    if pairs:
        try:
            rdDepictor.GenerateDepictionMatching2DStructure(mol, model, pairs)
        except (RuntimeError, ValueError):
            pass  # ring frames that cannot be laid on each other: drawn freely below
        else:
            if not _overlaps(mol):
                return
    rdDepictor.Compute2DCoords(mol)


def _shared_with_reference(
    mol: Chem.Mol, model: Chem.Mol, proof: ClassProof
) -> list[tuple[int, int]]:
    """The atoms that component and reference share, as pairs (atom of the model, of the component).

    The skeleton and the unchanged groups come first; then as much of each other group as still
    fits: all of it, its first atom with its neighbours, or its first atom.
    """
    frame = set(proof.skeleton.values())
    frame |= {a for c in proof.accounts if c.state is State.REFERENCE for a in c.atoms}
    _require_atoms(mol, frame)
    found = _match(mol, model, frame)
    if not found:
        return []
    changed = [c for c in proof.accounts if c.state is not State.REFERENCE and c.atoms]
    for reach in (None, 1, 0):
        for account in changed:
            more = _near_attachment(mol, account, reach)
            if not more <= frame and (wider := _match(mol, model, frame | more)):
                frame |= more
                found = wider
    return found


def _near_attachment(mol: Chem.Mol, account: Account, reach: int | None) -> set[int]:
    """The atoms of a group at most `reach` bonds from where it is bound; None: all of them."""
    own = set(account.atoms)
    if reach is None:
        return own
    _require_atoms(mol, own)
    near = {inner for _, inner in account.attachments} & own
    for _ in range(reach):
        near |= {n.GetIdx() for a in near for n in mol.GetAtomWithIdx(a).GetNeighbors()} & own
    return near


def _match(mol: Chem.Mol, model: Chem.Mol, atoms: set[int]) -> list[tuple[int, int]]:
    """Where the model has this part of the component, as pairs; empty where it has not."""
    query, kept = _query(mol, atoms)
    match = model.GetSubstructMatch(query)
    return list(zip(match, kept, strict=True)) if match else []


def _query(mol: Chem.Mol, atoms: set[int]) -> tuple[Chem.Mol, list[int]]:
    """The part of a molecule that some of its atoms make, with the atom each one was."""
    part = Chem.RWMol(mol)
    for atom in part.GetAtoms():
        atom.SetIntProp("_was", atom.GetIdx())
        atom.SetNoImplicit(True)
    for index in reversed(range(mol.GetNumAtoms())):
        if index not in atoms:
            part.RemoveAtom(index)
    kept = [atom.GetIntProp("_was") for atom in part.GetAtoms()]
    return part.GetMol(), kept


def _overlaps(mol: Chem.Mol) -> bool:
    """Whether two atoms are drawn on top of each other."""
    points = mol.GetConformer().GetPositions()
    return any(
        float(((points[i] - points[:i]) ** 2).sum(axis=1).min()) < _TOO_NEAR**2
        for i in range(1, len(points))
    )
