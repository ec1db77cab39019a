"""Canada: what the five items on fentanyls and their precursors share.

Each item is a reference compound with its derivatives and analogues. Neither word has limits in
the Act, so a component that keeps the reference's frame is never more than arguable, and the
reference itself is named and no derivative of itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from rdkit import Chem

from . import common, generic
from .common import Account, Fit, Group, Piperidine, Verdict
from .generic import KEPT, OUTSIDE, Frame, Part, part

GroupTest = Callable[[Group], bool]
SLOTS = frozenset({"amine", "ring nitrogen"})


@dataclass(frozen=True)
class Reference:
    """A 4-anilinopiperidine as the law names it, and what may stand on its two nitrogens.

    Attributes:
        is_anilide: the amine nitrogen carries propionyl, and must carry an acyl.
        own: recognises the group on the ring nitrogen; None for hydrogen.
        allowed: what may stand there instead.
    """

    is_anilide: bool
    own: GroupTest | None
    allowed: GroupTest


@dataclass(frozen=True)
class Sight:
    """One sight of a 4-(arylamino)piperidine."""

    piperidine: Piperidine
    amine: int
    aryl_atom: int
    aryl: frozenset[int]

    def frame(self) -> Frame:
        """Return the kept atoms, each with its place."""
        ring = self.piperidine
        places = dict.fromkeys(ring.carbons, "piperidine")
        places |= dict.fromkeys(self.aryl, "aryl")
        places |= {ring.n1: "ring nitrogen", self.amine: "amine"}
        bonds = generic.chain_bonds((*ring.order, ring.n1), (ring.c4, self.amine, self.aryl_atom))
        return Frame(
            places,
            bonds,
            (self.aryl,),
            bare=SLOTS,
            open_to_rings={"piperidine": "piperidine", "amine": "anilino-nitrogen"},
        )


def judge(mol: Chem.Mol, reference: Reference) -> Verdict:
    """Say whether a component may be a derivative or analogue of a reference."""
    common.require_one_component(mol)
    accounts = [a for sight in _sights(mol) for a in _accounts(mol, sight, reference)]
    return generic.arguable_unless_reference(accounts)


def _sights(mol: Chem.Mol) -> Iterator[Sight]:
    """Yield every way to see a 4-(arylamino)piperidine, whatever else it carries."""
    for ring in common.saturated_piperidines(mol):
        for amine in common.neighbours(mol, ring.c4):
            if amine in ring.atoms or common.number(mol, amine) != common.NITROGEN:
                continue
            if not common.saturated(mol, amine):
                continue
            for atom in common.neighbours(mol, amine):
                for aryl in common.rings_with(mol, atom):
                    clear = not aryl & (ring.atoms | {amine})
                    if clear and common.is_aromatic_ring(mol, aryl):
                        yield Sight(ring, amine, atom, aryl)


def _accounts(mol: Chem.Mol, sight: Sight, reference: Reference) -> Iterator[Account]:
    frame = sight.frame()
    third = [a for a in common.neighbours(mol, sight.amine) if a not in frame.core]
    on_ring = [a for a in common.neighbours(mol, sight.piperidine.n1) if a not in frame.core]
    if len(third) > 1 or not common.inert(mol, sight.amine):
        return
    if (reference.is_anilide and not third) or (reference.own and not on_ring):
        return
    bare = reference.own is None
    if bare and reference.is_anilide and len(on_ring) > 1:
        return

    alone = generic.joined_rings(mol, sight.aryl, frame.core - sight.aryl) == sight.aryl
    same = common.is_benzene(mol, sight.aryl) and alone
    aryl = KEPT if same else part(Fit.ARGUABLE, "aryl")
    # Of two groups on the ring nitrogen one is a fourth group, as in an N-oxide.
    for fourth in on_ring if len(on_ring) > 1 else [None]:

        def read(place: str, group: Group, fourth: int | None = fourth) -> Part:
            if place == "amine":
                return _on_amine(group, reference)
            if place == "ring nitrogen":
                # Where the reference has nothing on the nitrogen, each group is of the form.
                if group.root == fourth or (bare and fourth is not None):
                    return part(min(Fit.ARGUABLE, _on_four(group)), "nitrogen-form")
                return _on_ring_nitrogen(group, reference)
            return part(Fit.ARGUABLE, place)

        parts = generic.read_fragments(mol, frame, read, slots=SLOTS)
        yield from generic.accounts(parts, aryl, reference_is_member=True)


def _on_four(group: Group) -> Fit:
    """The oxygen of an N-oxide, or a group bound by carbon."""
    oxide = group.elements() == [common.OXYGEN]
    return Fit.DEFINITE if oxide else generic.bound_by_carbon(group)


def _on_amine(group: Group, reference: Reference) -> Part:
    if not reference.is_anilide:
        return part(Fit.ARGUABLE, "anilino-nitrogen")
    if generic.is_own(group, generic.propionyl):
        return KEPT
    return part(min(Fit.ARGUABLE, generic.acyl(group)), "acyl")


def _on_ring_nitrogen(group: Group, reference: Reference) -> Part:
    if reference.own and generic.is_own(group, reference.own):
        return KEPT
    return part(Fit.ARGUABLE, "nitrogen") if reference.allowed(group) else OUTSIDE


def phenylalkyl(length: int) -> GroupTest:
    """Return a test for a bare phenyl at the end of a bare chain of that many carbons."""

    def test(group: Group) -> bool:
        mol, anchor, atom = group.mol, group.anchor, group.root
        if len(group.atoms) != length + 6 or set(group.elements()) != {common.CARBON}:
            return False
        for _ in range(length):
            beyond = [a for a in common.neighbours(mol, atom) if a != anchor]
            if len(beyond) != 1 or not common.saturated(mol, atom):
                return False
            anchor, atom = atom, beyond[0]
        return any(generic.bare_phenyl(mol, ring) for ring in common.rings_with(mol, atom))

    return test


def any_group(group: Group) -> bool:
    """Any group at all."""
    return bool(group.atoms)


def acyl_group(group: Group) -> bool:
    """An acyl of any kind."""
    return generic.acyl(group) is not Fit.NO


def arylmethyl_group(group: Group) -> bool:
    """A saturated carbon that bears an aromatic ring."""
    return generic.arylmethyl(group) is not Fit.NO
