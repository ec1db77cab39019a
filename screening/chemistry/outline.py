"""A reference compound as the author of a definition sees it: numbered, and with its positions."""

from __future__ import annotations

from html import escape

from rdkit import Chem, rdBase

from screening.chemistry.depict import _HEAD, _STYLE, _printable
from screening.chemistry.language import ClassDefinition
from screening.chemistry.structure import read_structure
from screening.errors import DefinitionError, UnreadableStructureError

FRAME_COLOUR = "#56B4E9"
"""What every member keeps, in a colour that people with any common colour blindness can tell."""

_LINE_HEIGHT = 20


def numbered_pattern(smiles: str) -> str:
    """The whole of a compound as SMARTS, its atoms numbered as they are written.

    The author of a definition cuts it down to what every member keeps; the numbers that are left
    anchor its positions.

    Args:
        smiles: the reference compound.

    Returns:
        SMARTS with every bond written.

    Raises:
        StructureError: the text is not a molecule that can be screened.

    >>> numbered_pattern("CC=O")
    '[#6:1]-[#6:2]=[#8:3]'
    """
    read_structure(smiles)
    mol = _molecule(smiles)
    for atom in mol.GetAtoms():
        atom.SetAtomMapNum(atom.GetIdx() + 1)
    return str(Chem.MolToSmarts(mol))


def definition_svg(definition: ClassDefinition, *, width: int = 640, height: int = 360) -> str:
    """Draws the reference compound of a definition: its frame in colour, its positions numbered.

    Args:
        definition: the class definition.
        width: of the picture, in pixels.
        height: of the drawing, in pixels; the legend comes below it.

    Returns:
        One ``<svg>`` element with a text alternative; it has no script and refers to nothing
        outside itself.

    Raises:
        DefinitionError: the skeleton does not lie on the reference compound.
        StructureError: the reference is no molecule.
    """
    mol = _molecule(definition.reference)
    places = _skeleton_atoms(definition, mol)
    notes: dict[int, list[str]] = {}
    legend = []
    for number, position in enumerate(definition.positions.values(), start=1):
        for anchor in position.anchors:
            if anchor in places:
                notes.setdefault(places[anchor], []).append(str(number))
        legend.append(f"({number}) {position.title}")
    for atom, numbers in notes.items():
        mol.GetAtomWithIdx(atom).SetProp("atomNote", f"({','.join(numbers)})")
    legend.append("In colour: the frame that every member keeps.")
    drawing = _drawn(mol, set(places.values()), width, height)
    title = _printable(f"{definition.reference_name}, the reference compound")
    texts = "".join(
        f'<text x="12" y="{height + _LINE_HEIGHT * (i + 1) - 6}" font-size="14" '
        f'font-family="sans-serif">{escape(_printable(line))}</text>'
        for i, line in enumerate(legend)
    )
    total = height + _LINE_HEIGHT * len(legend) + 8
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" viewBox="0 0 {width} {total}" '
        f'width="{width}" height="{total}" aria-labelledby="rt rd">'
        f'<title id="rt">{escape(title)}</title>'
        f'<desc id="rd">{escape(_printable("; ".join(legend)))}</desc>'
        f'<rect width="{width}" height="{total}" fill="#FFFFFF"/>'
        f"{drawing.removesuffix('</svg>')}{texts}</svg>"
    )


def _drawn(mol: Chem.Mol, frame: set[int], width: int, height: int) -> str:
    """What stands between the tags of the drawing."""
    # Brings numpy with it, which screening alone does not need.
    from rdkit.Chem.Draw import rdMolDraw2D  # noqa: PLC0415

    drawer = rdMolDraw2D.MolDraw2DSVG(width, height)
    options = drawer.drawOptions()
    options.useBWAtomPalette()  # element colours would compete with that of the frame
    for name, value in _STYLE.items():
        setattr(options, name, value)
    options.setAnnotationColour((0, 0, 0))
    options.setAtomNoteColour((0, 0, 0))
    red, green, blue = (int(FRAME_COLOUR[i : i + 2], 16) / 255 for i in (1, 3, 5))
    colour = (red, green, blue)
    bonds = [
        bond.GetIdx()
        for bond in mol.GetBonds()
        if {bond.GetBeginAtomIdx(), bond.GetEndAtomIdx()} <= frame
    ]
    rdMolDraw2D.PrepareAndDrawMolecule(
        drawer,
        mol,
        highlightAtoms=sorted(frame),
        highlightBonds=bonds,
        highlightAtomColors=dict.fromkeys(frame, colour),
        highlightBondColors=dict.fromkeys(bonds, colour),
        kekulize=True,
    )
    drawer.FinishDrawing()
    return _HEAD.sub("", str(drawer.GetDrawingText()), count=1).strip()


def _skeleton_atoms(definition: ClassDefinition, mol: Chem.Mol) -> dict[int, int]:
    """The atom of the reference for each number of the skeleton."""
    with rdBase.BlockLogs():
        query = Chem.MolFromSmarts(definition.skeleton)
    match = mol.GetSubstructMatch(query) if query is not None else ()
    if not match:
        raise DefinitionError("the skeleton does not lie on the reference compound")
    return {query.GetAtomWithIdx(i).GetAtomMapNum(): atom for i, atom in enumerate(match)}


def _molecule(smiles: str) -> Chem.Mol:
    with rdBase.BlockLogs():
        mol = Chem.MolFromSmiles(smiles)
    if mol is None or mol.GetNumAtoms() == 0:
        raise UnreadableStructureError(smiles, "no SMILES of one compound")
    return mol
