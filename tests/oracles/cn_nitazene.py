"""China, nitazenes: catalogue of non-medicinal narcotic and psychotropic drugs.

Compared with etonitazene, one or more of four criteria: (1) another 1H-benzimidazolyl in place of
the 5-nitro one, (2) another hydrocarbyl of one or two carbons in place of the methylene, (3)
another aromatic group in place of 4-ethoxyphenyl, (4) another amino group in place of
diethylamino.

Closed reading: every difference is one of the four. Open reading, which only makes a component
arguable: another criterion is met, and anything stands where the aromatic group stood.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from rdkit import Chem

from . import common, generic
from .common import CARBON, NITROGEN, OXYGEN, SULFUR, Account, Fit, Fragment, Group, Verdict
from .generic import KEPT, OUTSIDE, Benzimidazole, Frame, Part, part

SLOTS = frozenset({"C5", "amine"})


@dataclass(frozen=True)
class Skeleton:
    """One sight of the frame; ``tail`` is the first atom of the aryl place, None for hydrogen."""

    amine: int
    chain: tuple[int, int]
    core: Benzimidazole
    bridge: tuple[int, ...]
    tail: int | None

    def frame(self) -> Frame:
        """Return the kept atoms, each with its place."""
        places = dict.fromkeys((*self.core.order,), "nowhere")
        places |= dict.fromkeys((self.core.c4, self.core.c5, self.core.c6, self.core.c7), "core")
        places |= dict.fromkeys(self.chain, "chain")
        places |= dict.fromkeys(self.bridge, "bridge")
        places |= {self.amine: "amine", self.core.c5: "C5"}
        bonds = generic.chain_bonds(
            (self.amine, *self.chain, self.core.n1), (self.core.c2, *self.bridge)
        )
        return Frame(places, bonds | self.core.bonds(), bare=frozenset({"nowhere"}))


def judge(mol: Chem.Mol) -> Verdict:
    """Say whether a component is a nitazene of the class, and by which of criteria 1 to 4."""
    common.require_one_component(mol)
    accounts = [a for skeleton in _skeletons(mol) for a in _accounts(mol, skeleton)]
    if Account(Fit.DEFINITE) in accounts:  # etonitazene, however else it can be looked at
        return Verdict("no")
    return common.choose(accounts)


def _skeletons(mol: Chem.Mol) -> Iterator[Skeleton]:
    for core in generic.benzimidazoles(mol):
        if not all(common.aromatic(mol, atom) for atom in core.order):
            continue
        for amine, far, near in _chains(mol, core):
            taken = {*core.order, amine, far, near}
            for bridge in _bridges(mol, core, taken):
                tails: list[int | None] = [
                    a for a in common.neighbours(mol, bridge[-1]) if a not in {*taken, *bridge}
                ]
                for tail in [*tails, None]:
                    yield Skeleton(amine, (far, near), core, bridge, tail)


def _aliphatic(mol: Chem.Mol, atom: int, *elements: int) -> bool:
    return common.number(mol, atom) in elements and not common.aromatic(mol, atom)


def _chains(mol: Chem.Mol, core: Benzimidazole) -> Iterator[tuple[int, int, int]]:
    """Yield amine nitrogen and the two carbons between it and N1."""
    for near in common.neighbours(mol, core.n1):
        if near in core.order or not _aliphatic(mol, near, CARBON):
            continue
        for far in common.neighbours(mol, near):
            single = common.single(mol, near, far)
            if far in core.order or not single or not _aliphatic(mol, far, CARBON):
                continue
            for amine in common.neighbours(mol, far):
                outside = amine not in core.order and amine != near
                if outside and _aliphatic(mol, amine, NITROGEN) and common.single(mol, far, amine):
                    yield amine, far, near


def _bridges(mol: Chem.Mol, core: Benzimidazole, taken: set[int]) -> Iterator[tuple[int, ...]]:
    for first in common.neighbours(mol, core.c2):
        held = common.single(mol, core.c2, first) and first not in taken
        if not held or not _aliphatic(mol, first, CARBON, OXYGEN, SULFUR, NITROGEN):
            continue
        yield (first,)
        for second in common.neighbours(mol, first):
            both_carbon = _aliphatic(mol, first, CARBON) and _aliphatic(mol, second, CARBON)
            if second not in taken and both_carbon:
                yield first, second


def _accounts(mol: Chem.Mol, skeleton: Skeleton) -> Iterator[Account]:
    frame = skeleton.frame()

    def special(fragment: Fragment) -> Part | None:
        return _ring_amine(mol, frame, fragment)

    fixed = [_bridge(mol, skeleton), _amine(mol, skeleton)]
    if skeleton.core.c5 not in {a for f in common.fragments(mol, frame.core) for a, _ in f.joints}:
        fixed.append(part(Fit.DEFINITE, "1"))
    released = skeleton.tail is None or not common.aromatic(mol, skeleton.tail)
    if released:
        fixed.append(Part(Fit.ARGUABLE))
    elif not _on_benzene(mol, skeleton.tail, frame.core):
        fixed.append(part(Fit.DEFINITE, "3"))
    bridged = not released and any(
        (skeleton.bridge[-1], skeleton.tail) in f.joints and len(f.joints) > 1
        for f in common.fragments(mol, frame.core)
    )
    on_amine = [a for a in common.neighbours(mol, skeleton.amine) if a not in skeleton.chain]
    for fourth in on_amine if len(on_amine) > 2 else [None]:

        def read(place: str, group: Group, fourth: int | None = fourth) -> Part:
            if place == "bridge" and group.root == skeleton.tail:
                return _tail(group)
            if place == "amine" and group.root == fourth:
                return _fourth(group)
            return _read(place, group)

        parts = generic.read_fragments(mol, frame, read, special, SLOTS)
        for account in generic.accounts(parts, *fixed, reference_is_member=True):
            if not account.letters and released:
                continue
            yield replace(account, released=int(released))
            if bridged:
                # Free of the bridge, the aryl may still differ by what else it carries.
                yield replace(account, letters=account.letters | {"3"})


def _read(place: str, group: Group) -> Part:
    if place == "C5":
        own = common.nitro(group) is Fit.DEFINITE
        return KEPT if own else part(Fit.DEFINITE, "1")
    if place == "core":
        return part(Fit.DEFINITE, "1")
    if place == "bridge":
        return part(Fit.DEFINITE, "2")
    if place == "chain":
        return Part(Fit.ARGUABLE)
    if place == "amine":
        if common.number(group.mol, group.root) == CARBON:
            if generic.is_own(group, _ethyl):
                return KEPT
            return part(generic.bound_by_carbon(group) or Fit.ARGUABLE, "4")
        return part(Fit.ARGUABLE, "4")
    return OUTSIDE


def _fourth(group: Group) -> Part:
    """A fourth group on the amine, as in an N-oxide or a quaternary ion, is in no criterion."""
    oxide = group.elements() == [OXYGEN]
    return Part(Fit.ARGUABLE) if oxide or generic.bound_by_carbon(group) else OUTSIDE


def _ethyl(group: Group) -> bool:
    return generic.alkyl(group) is Fit.DEFINITE and generic.carbons(group) == 2


def _tail(group: Group) -> Part:
    """Criterion 3: any aromatic group; anything else only by the open reading."""
    if not common.aromatic(group.mol, group.root):
        return Part(Fit.ARGUABLE)
    return KEPT if generic.is_own(group, _ethoxyphenyl) else part(Fit.DEFINITE, "3")


def _on_benzene(mol: Chem.Mol, atom: int | None, core: frozenset[int]) -> bool:
    """Say whether an atom is in a benzene ring with no ring fused to it, as in etonitazene."""
    rings = [] if atom is None else common.rings_with(mol, atom)
    return any(
        common.is_benzene(mol, ring) and generic.joined_rings(mol, ring, core) == ring
        for ring in rings
    )


def _ethoxyphenyl(group: Group) -> bool:
    """Say whether a group is 4-ethoxyphenyl."""
    mol = group.mol
    rings = [r for r in common.rings_with(mol, group.root) if common.is_benzene(mol, r)]
    if len(group.atoms) != 9 or len(rings) != 1:
        return False
    (ring,) = rings
    rest = group.atoms - ring
    joints = [(a, b) for a in ring for b in group.inside(a) if b in rest]
    if len(joints) != 1:
        return False
    anchor, root = joints[0]
    near = set(common.neighbours(mol, group.root)) & ring
    ortho_or_ipso = near | {group.root}
    meta = {b for a in near for b in common.neighbours(mol, a) if b in ring} - ortho_or_ipso
    branch = Group(mol, anchor, root, rest)
    ethoxy = generic.alkoxy(branch) is Fit.DEFINITE and generic.carbons(branch) == 2
    return ethoxy and anchor not in ortho_or_ipso | meta


def _ring_amine(mol: Chem.Mol, frame: Frame, fragment: Fragment) -> Part | None:
    """Criterion 4: a ring closed on the amine nitrogen is one amino group."""
    if [frame.places[anchor] for anchor, _ in fragment.joints] != ["amine", "amine"]:
        return None
    carbon = all(
        common.number(mol, root) == CARBON and common.single(mol, anchor, root)
        for anchor, root in fragment.joints
    )
    return part(Fit.DEFINITE if carbon else Fit.ARGUABLE, "4")


def _bridge(mol: Chem.Mol, skeleton: Skeleton) -> Part:
    """Criterion 2: another hydrocarbyl of one or two carbons; other elements are arguable."""
    if common.number(mol, skeleton.bridge[0]) != CARBON:
        return part(Fit.ARGUABLE, "2")
    return KEPT if len(skeleton.bridge) == 1 else part(Fit.DEFINITE, "2")


def _amine(mol: Chem.Mol, skeleton: Skeleton) -> Part:
    """Criterion 4: hydrogens on the nitrogen; a charged nitrogen is arguable."""
    carried = [a for a in common.neighbours(mol, skeleton.amine) if a not in skeleton.chain]
    if len(carried) < 2:
        return part(Fit.DEFINITE, "4")
    return KEPT if common.inert(mol, skeleton.amine) else Part(Fit.ARGUABLE)
