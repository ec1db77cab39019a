"""Pictures show a proof: the right atoms in the right colour, with words beside them."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from itertools import pairwise

import pytest
from rdkit import Chem

from screening.chemistry.depict import (
    PALETTE,
    alternative,
    clause_colour,
    component_svg,
    group_smiles,
    legend,
)
from screening.chemistry.proof import State
from screening.errors import ProofError
from tests import factories as make

SVG = "{http://www.w3.org/2000/svg}"


def drawn_classes(svg: str, colour: str) -> set[str]:
    """The RDKit class names (`atom-3`, `bond-7`) of all that is drawn in a colour."""
    names: set[str] = set()
    for element in ET.fromstring(svg).iter():
        if colour.casefold() in element.get("style", "").casefold():
            names |= set(element.get("class", "").split())
    return names


def simulated(colour: str, kind: str) -> tuple[float, float, float]:
    """A colour as a dichromat sees it, as sRGB (method of Viénot, Brettel and Mollon, 1999)."""
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    r, g, b = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    red, blue = (0.29275, -0.02234) if kind == "deuteranopia" else (0.11238, 0.00401)
    yellow = red * r + (1 - red) * g
    seen = (max(0.0, min(1.0, c)) for c in (yellow, blue * (r - g) + b))
    first, second = (c * 12.92 if c <= 0.0031308 else 1.055 * c ** (1 / 2.4) - 0.055 for c in seen)
    return first, first, second


class TestPicture:
    """The drawing of a component."""

    def test_is_one_self_contained_element_with_a_text_alternative(self) -> None:
        """Title, description and role are there; scripts, links and other files are not."""
        svg = component_svg(make.class_proof())
        root = ET.fromstring(svg)
        assert root.tag == f"{SVG}svg"
        assert root.get("role") == "img"
        ids = (root.get("aria-labelledby") or "").split()
        texts = {e.get("id"): e.text or "" for e in root if e.tag in {f"{SVG}title", f"{SVG}desc"}}
        assert [make.MEMBER in texts[i] or "E marks" in texts[i] for i in ids] == [True, True]
        assert not list(root.iter(f"{SVG}script"))
        rest = svg.replace('xmlns="http://www.w3.org/2000/svg"', "", 1)
        assert not re.search(r"https?:|href|url\(|@import|<image|on\w+=|<\?|<!", rest)

    def test_atoms_of_each_clause_have_its_colour_and_no_others(self) -> None:
        """Every atom of a clause is marked in its colour; the frame and the unchanged are not."""
        proof = make.class_proof()
        svg = component_svg(proof)
        for account in proof.accounts:
            colour = clause_colour(proof, account)
            if account.state is State.REFERENCE:
                assert colour is None
                continue
            assert colour is not None
            atoms = {
                int(name.removeprefix("atom-"))
                for name in drawn_classes(svg, colour)
                if name.startswith("atom-")
            }
            # The bond that binds the group is marked too, up to its anchor in the frame.
            anchors = {outer for outer, _ in account.attachments}
            assert set(account.atoms) <= atoms <= set(account.atoms) | anchors

    def test_binding_bond_is_marked(self) -> None:
        """The bond between frame and group belongs to the group's colour."""
        proof = make.class_proof()
        mol = Chem.MolFromSmiles(proof.component)
        svg = component_svg(proof)
        for account in proof.accounts[1:]:
            (pair,) = account.attachments
            bond = mol.GetBondBetweenAtoms(*pair).GetIdx()
            colour = clause_colour(proof, account)
            assert colour is not None
            assert f"bond-{bond}" in drawn_classes(svg, colour)

    def test_a_substance_is_drawn_without_marks(self) -> None:
        """A listed substance is the whole component, so nothing is picked out."""
        svg = component_svg(make.substance_proof())
        assert not any(colour.casefold() in svg.casefold() for colour in PALETTE)
        assert "bond-0" in svg

    def test_unchanged_parts_lie_where_the_reference_has_them(self) -> None:
        """A member is laid out as its reference compound is, so that the two compare by eye."""
        proof = make.class_proof()
        kept = [*proof.skeleton.values(), *proof.accounts[0].atoms]
        reference = make.class_proof().model_copy(
            update={
                "component": make.FENTANYL,
                "accounts": (),
                "clauses": (),
                "skeleton": {1: 4, 2: 11, 3: 12, 4: 13, 5: 14, 6: 23, 7: 24},
            }
        )
        mol, model = Chem.MolFromSmiles(proof.component), Chem.MolFromSmiles(make.FENTANYL)
        part = Chem.MolFromSmiles("NC1CCN(CCc2ccccc2)CC1")
        ours, theirs = mol.GetSubstructMatch(part), model.GetSubstructMatch(part)
        assert set(ours) == set(kept)
        assert angles(component_svg(proof), mol, ours) == pytest.approx(
            angles(component_svg(reference), model, theirs), abs=0.05
        )

    def test_size_is_as_asked(self) -> None:
        """Width and height are the picture's own."""
        root = ET.fromstring(component_svg(make.class_proof(), width=640, height=200))
        assert (root.get("width"), root.get("height")) == ("640", "200")
        assert root.get("viewBox") == "0 0 640 200"

    def test_same_proof_same_picture(self) -> None:
        """Drawing is deterministic, so reports can be compared."""
        assert component_svg(make.class_proof()) == component_svg(make.class_proof())

    def test_text_in_the_proof_cannot_become_markup(self) -> None:
        """Names are escaped in the text alternative."""
        evil = "</desc><script>alert(1)</script>"
        root = ET.fromstring(component_svg(make.substance_proof(name=evil)))
        assert not list(root.iter(f"{SVG}script"))
        assert evil in "".join(root.itertext())

    def test_written_hydrogens_keep_atom_numbers(self) -> None:
        """Atom i stays the i-th atom written, also where a hydrogen is written as an atom."""
        proof = make.substance_proof(component="[H][H]", substance="[H][H]")
        assert "atom-1" in component_svg(proof)

    def test_what_the_model_lacks_is_drawn_all_the_same(self) -> None:
        """A component that shares no frame with its model is laid out freely."""
        assert "bond-0" in component_svg(
            make.substance_proof(component="CCO", substance="c1ccccc1")
        )
        proof = make.class_proof().model_copy(update={"reference": "CCO"})
        assert "bond-0" in component_svg(proof)

    @pytest.mark.parametrize("component", ["", "not a molecule", "C1CC"])
    def test_no_molecule_is_an_error(self, component: str) -> None:
        """A proof whose component cannot be read is no proof."""
        with pytest.raises(ProofError, match="no molecule"):
            component_svg(make.substance_proof(component=component))

    def test_atoms_that_are_not_there_are_an_error(self) -> None:
        """A proof that names other atoms than it has is no proof."""
        proof = make.class_proof()
        beyond = proof.accounts[1].model_copy(update={"atoms": (6, 99)})
        with pytest.raises(ProofError, match="does not have"):
            component_svg(proof.model_copy(update={"accounts": (beyond,)}))


class TestLegend:
    """What colours stand for."""

    def test_names_clause_and_place_with_the_colour_of_the_picture(self) -> None:
        """Each clause has its own colour, in the law's order, and it is the one drawn."""
        proof = make.class_proof()
        rows = legend(proof)
        assert [label for label, _ in rows] == [
            "Clause D: the aniline ring",
            "Clause E: the N-propionyl group",
        ]
        assert [colour for _, colour in rows] == [
            clause_colour(proof, account) for account in proof.accounts[1:]
        ]
        assert all(drawn_classes(component_svg(proof), colour) for _, colour in rows)

    def test_hydrogen_is_in_the_legend_though_not_in_the_picture(self) -> None:
        """What cannot be drawn is still said."""
        proof = make.class_proof()
        bare = proof.accounts[2].model_copy(
            update={"atoms": (), "attachments": (), "kind": "hydrogen"}
        )
        proof = proof.model_copy(update={"accounts": (*proof.accounts[:2], bare)})
        assert legend(proof)[1][0] == "Clause E: the N-propionyl group (hydrogen, not marked)"
        assert "E marks" not in alternative(proof)[1]

    def test_a_reading_without_a_letter_has_a_colour_of_its_own(self) -> None:
        """A released position is marked as such, after the clauses."""
        proof = make.class_proof()
        free = proof.accounts[1].model_copy(
            update={"state": State.RELEASED, "clause": None, "readings": ("open",)}
        )
        proof = proof.model_copy(
            update={"accounts": (free, proof.accounts[2]), "clauses": ("E",), "readings": ("open",)}
        )
        labels = [label for label, _ in legend(proof)]
        assert labels == ["Clause E: the N-propionyl group", "Reading open: the aniline ring"]
        assert len({colour for _, colour in legend(proof)}) == 2

    def test_a_substance_has_none(self) -> None:
        """Where nothing is marked, nothing is explained."""
        assert legend(make.substance_proof()) == ()

    @pytest.mark.parametrize("kind", ["deuteranopia", "protanopia"])
    def test_colours_differ_for_colour_blind_readers(self, kind: str) -> None:
        """Any two colours stay apart in hue or brightness when red and green look alike."""
        seen = [simulated(colour, kind) for colour in PALETTE]
        for i, first in enumerate(seen):
            for second in seen[:i]:
                assert sum((a - b) ** 2 for a, b in zip(first, second, strict=True)) ** 0.5 > 0.12


class TestGroup:
    """Fragments in words."""

    def test_is_written_from_where_it_is_bound(self) -> None:
        """The first atom of the fragment is the one that binds the group."""
        proof = make.class_proof()
        groups = [group_smiles(proof, account) for account in proof.accounts]
        assert groups == ["CCc1ccccc1", "c1ccc(F)cc1", "C(=O)C1CC1"]

    def test_hydrogen_is_empty(self) -> None:
        """A group without heavy atoms has no fragment."""
        proof = make.class_proof()
        assert group_smiles(proof, proof.accounts[0].model_copy(update={"atoms": ()})) == ""

    def test_needs_a_molecule(self) -> None:
        """A fragment of nothing is an error, not an empty text."""
        proof = make.class_proof().model_copy(update={"component": "X"})
        with pytest.raises(ProofError):
            group_smiles(proof, proof.accounts[0])


def angles(svg: str, mol: Chem.Mol, atoms: tuple[int, ...]) -> list[float]:
    """Directions (cosine, sine) of the drawn bonds between some atoms, in their order."""
    found: list[float] = []
    paths = bond_lines(svg)
    for one, other in pairwise(atoms):
        bond = mol.GetBondBetweenAtoms(one, other)
        if bond is None or bond.GetIdx() not in paths:
            continue
        x, y = paths[bond.GetIdx()]
        if bond.GetBeginAtomIdx() != one:
            x, y = -x, -y
        length = (x * x + y * y) ** 0.5
        found += [x / length, y / length]
    assert len(found) >= 16
    return found


def bond_lines(svg: str) -> dict[int, tuple[float, float]]:
    """The vector of the first line that is drawn for each bond, from its first atom on."""
    vectors: dict[int, tuple[float, float]] = {}
    for element in ET.fromstring(svg).iter(f"{SVG}path"):
        numbers = [float(n) for n in re.findall(r"-?\d+(?:\.\d+)?", element.get("d", ""))]
        names = element.get("class", "").split()
        if "fill:none" in element.get("style", "") and len(numbers) == 4 and "bond" in names[0]:
            vector = (numbers[2] - numbers[0], numbers[3] - numbers[1])
            vectors.setdefault(int(names[0].removeprefix("bond-")), vector)
    return vectors
