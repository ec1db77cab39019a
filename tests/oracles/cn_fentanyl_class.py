"""China, fentanyl-related substances: the joint announcement of 2019-04-01, in force 2019-05-01.

Compared with fentanyl, one or more of four criteria: (1) another acyl on the amide nitrogen,
(2) another monocyclic aromatic group directly on it, (3) substituents on the piperidine ring,
(4) any group but hydrogen on the piperidine nitrogen in place of phenethyl.

Closed reading: every difference is one of the four. Open reading, which only makes a component
arguable: one criterion is met, and the acyl and the piperidine nitrogen may carry anything.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

from rdkit import Chem

from . import common
from .common import Account, Anilinopiperidine, Fit, Fragment, Group, Verdict


@dataclass(frozen=True)
class Part:
    """How one position reads: the fit, the criterion it uses, and whether it can be released."""

    fit: Fit
    letter: str = ""
    releasable: bool = False


def judge(mol: Chem.Mol) -> Verdict:
    """Say whether a component is a fentanyl-related substance, and by which criteria."""
    common.require_one_component(mol)
    return common.choose(
        account for sight in common.anilinopiperidines(mol) for account in _accounts(mol, sight)
    )


def _accounts(mol: Chem.Mol, sight: Anilinopiperidine) -> Iterator[Account]:
    found = common.fragments(mol, sight.atoms)
    places = dict.fromkeys(sight.piperidine.carbons, "3")
    places |= dict.fromkeys(sight.aryl, "2")
    places[sight.piperidine.n1] = "4"
    places[sight.nitrogen] = "1"
    direct = common.extra_core_bonds(mol, sight.atoms, sight.bonds(), [sight.aryl])
    bridged = bool(direct) or any(len({places[atom] for atom, _ in f.joints}) > 1 for f in found)
    # A bond between the aryl ring and the piperidine ring is a substituent of one of them.
    bonds = [
        sorted(touched) if touched == {"2", "3"} else ["chord"]
        for touched in ({places[atom] for atom in bond} for bond in direct)
    ]
    for bonded in product(*bonds):
        for owners in product(*[_owners(fragment, places) for fragment in found]):
            owned: dict[str, list[Fragment]] = {"1": [], "2": [], "3": [], "4": []}
            for fragment, holders in zip(found, owners, strict=True):
                for holder in holders:
                    owned[holder].append(fragment)
            fixed = [
                _aryl(mol, sight.aryl, owned["2"], "2" in bonded),
                _ring(mol, owned["3"], "3" in bonded),
                _acyl(mol, sight),
            ]
            for nitrogen in _ring_nitrogen(mol, sight):
                account = _account([*fixed, nitrogen], bridged)
                if account is not None:
                    yield account


def _owners(fragment: Fragment, places: dict[int, str]) -> list[frozenset[str]]:
    """Return who may answer for a fragment: nitrogens first, and a ring for what is fused to it."""
    touched = [places[atom] for atom, _ in fragment.joints]
    fused = {"2"} if touched.count("2") > 1 else set[str]()
    slots = {"1", "4"} & set(touched)
    if slots:
        return [frozenset(fused | slots)]
    return [frozenset(fused | {place}) for place in sorted(set(touched))]


def _account(parts: list[Part], bridged: bool) -> Account | None:
    letters = frozenset(part.letter for part in parts if part.letter and part.fit is not Fit.NO)
    doubts = sum(part.fit is Fit.ARGUABLE for part in parts)
    failing = [part for part in parts if part.fit is Fit.NO]
    if failing:
        if letters and all(part.releasable for part in failing):
            return Account(Fit.ARGUABLE, letters, doubts=doubts, released=len(failing))
        return None
    fit = min(part.fit for part in parts)
    if bridged:
        fit = min(fit, Fit.ARGUABLE)
    if fit is Fit.DEFINITE and not letters:
        return None
    return Account(fit, letters, doubts=doubts)


def _acyl(mol: Chem.Mol, sight: Anilinopiperidine) -> Part:
    """Criterion 1: propionyl replaced by another acyl, which hydrogen is not."""
    if sight.third is None:
        return Part(Fit.NO, releasable=True)
    if common.is_propionyl(mol, sight.nitrogen, sight.third):
        return Part(Fit.DEFINITE)
    kind = common.acyl_kind(mol, sight.nitrogen, sight.third)
    if kind == "none":
        return Part(Fit.NO, releasable=True)
    return Part(Fit.DEFINITE if kind == "acyl" else Fit.ARGUABLE, "1")


def _aryl(mol: Chem.Mol, ring: frozenset[int], owned: list[Fragment], bonded: bool) -> Part:
    """Criterion 2: another monocyclic aromatic group, substituted or not."""
    if common.is_benzene(mol, ring) and not owned and not bonded:
        return Part(Fit.DEFINITE)
    own = ring.union(*(fragment.atoms for fragment in owned))
    system = frozenset[int]().union(*common.ring_system(mol, ring, own))
    if system != ring:
        # Naphthyl and its like are plainly not monocyclic; other fused rings are left to a person.
        arene = common.is_aromatic_ring(mol, system) and all(
            common.number(mol, atom) == common.CARBON for atom in system
        )
        return Part(Fit.NO if arene else Fit.ARGUABLE, "2")
    ring_on_ring = any(
        common.ring_count(mol, root) for fragment in owned for _, root in fragment.joints
    )
    return Part(Fit.ARGUABLE if ring_on_ring else Fit.DEFINITE, "2")


def _ring(mol: Chem.Mol, owned: list[Fragment], bonded: bool) -> Part:
    """Criterion 3: substituents on the piperidine ring; the list ends with "and the like"."""
    worst = Fit.ARGUABLE if bonded else Fit.DEFINITE
    if not owned:
        return Part(worst, "3" if bonded else "")
    return Part(min(worst, *(_substituent(mol, fragment) for fragment in owned)), "3")


def _substituent(mol: Chem.Mol, fragment: Fragment) -> Fit:
    if len(fragment.joints) > 1:
        return Fit.ARGUABLE
    ((anchor, root),) = fragment.joints
    group = Group(mol, anchor, root, fragment.atoms)
    words = (
        common.alkyl_or_alkenyl,
        common.alkoxyl,
        common.ester,
        common.ether,
        common.hydroxyl,
        common.halo,
        common.haloalkyl,
        common.amino,
        common.nitro,
    )
    return max(Fit.ARGUABLE, *(word(group) for word in words))


def _ring_nitrogen(mol: Chem.Mol, sight: Anilinopiperidine) -> Iterator[Part]:
    """Criterion 4: any group but hydrogen; a further group on the nitrogen is arguable."""
    n1 = sight.piperidine.n1
    roots = [a for a in common.neighbours(mol, n1) if a not in sight.piperidine.atoms]
    if not roots:
        yield Part(Fit.NO, releasable=True)
    elif len(roots) == 1:
        yield _nitrogen_group(mol, sight, roots[0], Fit.DEFINITE)
    elif all(common.number(mol, a) in (common.CARBON, common.OXYGEN) for a in roots):
        carbons = [a for a in roots if common.number(mol, a) == common.CARBON]
        kept = [a for a in carbons if _is_phenethyl(mol, sight, a)]
        for root in kept or carbons:
            yield _nitrogen_group(mol, sight, root, Fit.ARGUABLE)


def _nitrogen_group(mol: Chem.Mol, sight: Anilinopiperidine, root: int, best: Fit) -> Part:
    return Part(best, "" if _is_phenethyl(mol, sight, root) else "4")


def _is_phenethyl(mol: Chem.Mol, sight: Anilinopiperidine, root: int) -> bool:
    """Say whether the group at ``root`` is fentanyl's own CH2CH2C6H5."""
    atoms = common.reach(mol, root, common.atom_set(mol) - sight.piperidine.atoms)
    if len(atoms) != 8 or any(common.number(mol, atom) != common.CARBON for atom in atoms):
        return False
    bonds_out = sum(n not in atoms for atom in atoms for n in common.neighbours(mol, atom))
    if bonds_out != 1:
        return False
    if not common.saturated(mol, root) or len(common.neighbours(mol, root)) != 2:
        return False
    (second,) = (a for a in common.neighbours(mol, root) if a != sight.piperidine.n1)
    if not common.saturated(mol, second) or len(common.neighbours(mol, second)) != 2:
        return False
    return common.is_benzene(mol, atoms - {root, second})
