"""United States, fentanyl-related substances: 21 CFR 1308.11(h)(30) and 21 U.S.C. 812(c) I(e).

A member is fentanyl changed in one or more of five ways: (A) a monocycle in place of the phenyl
of the phenethyl group, (B) listed groups on the phenethyl group, (C) listed groups on the
piperidine ring, (D) an aromatic monocycle in place of the phenyl on the amide nitrogen, (E) another
acyl in place of propionyl. Fentanyl itself shows no change, so it is no member.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

from rdkit import Chem

from . import common
from .common import Account, Anilinopiperidine, Fit, Fragment, Group, Verdict, Word

Option = tuple[Fit, frozenset[str]]
UNCHANGED: Option = (Fit.DEFINITE, frozenset())


@dataclass(frozen=True)
class Skeleton:
    """One sight of fentanyl's frame: anilide, piperidine, two-carbon chain, ring at its end."""

    anilide: Anilinopiperidine
    acyl_atom: int
    chain: tuple[int, int]
    tail_atom: int
    tail: frozenset[int]

    def places(self) -> dict[int, str]:
        """Return the position that each core atom belongs to."""
        places = dict.fromkeys(self.anilide.piperidine.carbons, "piperidine")
        places |= dict.fromkeys(self.chain, "chain")
        places |= dict.fromkeys(self.tail, "tail")
        places |= dict.fromkeys(self.anilide.aryl, "aryl")
        places[self.anilide.piperidine.n1] = "piperidine nitrogen"
        places[self.anilide.nitrogen] = "amide nitrogen"
        places[self.acyl_atom] = "acyl"
        return places

    def bonds(self) -> set[frozenset[int]]:
        """Return the bonds between core atoms that fentanyl has, ring bonds of aryls left out."""
        alpha, beta = self.chain
        return self.anilide.bonds() | {
            frozenset({self.anilide.nitrogen, self.acyl_atom}),
            frozenset({self.anilide.piperidine.n1, alpha}),
            frozenset({alpha, beta}),
            frozenset({beta, self.tail_atom}),
        }


def judge(mol: Chem.Mol) -> Verdict:
    """Say whether a component is a fentanyl-related substance, and by which of (A) to (E)."""
    common.require_one_component(mol)
    return common.choose(
        account for skeleton in _skeletons(mol) for account in _accounts(mol, skeleton)
    )


def _skeletons(mol: Chem.Mol) -> Iterator[Skeleton]:
    for anilide in common.anilinopiperidines(mol):
        acyl, n1 = anilide.third, anilide.piperidine.n1
        if acyl is None or acyl in anilide.atoms:
            continue
        taken = anilide.atoms | {acyl}
        for alpha in common.neighbours(mol, n1):
            if alpha in taken or not _chain_carbon(mol, alpha):
                continue
            for beta in common.neighbours(mol, alpha):
                if beta in taken or not _chain_carbon(mol, beta):
                    continue
                for end in common.neighbours(mol, beta):
                    for ring in common.rings_with(mol, end):
                        if not ring & (taken | {alpha, beta}):
                            yield Skeleton(anilide, acyl, (alpha, beta), end, ring)


def _chain_carbon(mol: Chem.Mol, atom: int) -> bool:
    return (
        common.number(mol, atom) == common.CARBON
        and common.saturated(mol, atom)
        and common.inert(mol, atom)
    )


def _accounts(mol: Chem.Mol, skeleton: Skeleton) -> Iterator[Account]:
    places = skeleton.places()
    core = frozenset(places)
    found = common.fragments(mol, core)
    direct = common.extra_core_bonds(
        mol, core, skeleton.bonds(), [skeleton.tail, skeleton.anilide.aryl]
    )
    # A ring closed between two positions is in no letter's words, so it is never definite.
    bridged = bool(direct) or any(len({places[atom] for atom, _ in f.joints}) > 1 for f in found)
    bonds = [_bond_owners({places[atom] for atom in bond}) for bond in direct]
    for bonded in product(*bonds):
        for owners in product(*[_owners(fragment, places) for fragment in found]):
            owned: dict[str, list[Fragment]] = {place: [] for place in places.values()}
            for fragment, holders in zip(found, owners, strict=True):
                for holder in holders:
                    owned[holder].append(fragment)
            parts = [
                [_listed(mol, places, "piperidine", owned["piperidine"], "C", _word_c)],
                [_listed(mol, places, "chain", owned["chain"], "B", _word_b)],
                _tail(mol, places, skeleton.tail, owned["tail"], "tail" in bonded),
                [_aryl(mol, skeleton.anilide.aryl, owned["aryl"], "aryl" in bonded)],
                [_acyl(mol, skeleton.anilide.nitrogen, skeleton.acyl_atom)],
                [_nitrogen_form(mol, skeleton.anilide.piperidine.n1, owned["piperidine nitrogen"])],
            ]
            for options in product(*parts):
                fit = min(option[0] for option in options)
                letters = frozenset[str]().union(*(option[1] for option in options))
                if bridged:
                    fit = min(fit, Fit.ARGUABLE)
                if fit is Fit.DEFINITE and not letters:
                    continue
                doubts = sum(option[0] is Fit.ARGUABLE for option in options)
                kept = common.is_benzene(mol, skeleton.tail) and "A" not in letters
                yield Account(fit, letters, doubts=doubts, replaced=int(not kept))


def _owners(fragment: Fragment, places: dict[int, str]) -> list[frozenset[str]]:
    """Return who may answer for a fragment: one position, which the others are then free of.

    The acyl and the fourth group of the nitrogen answer for all their atoms, and a ring for what is
    fused to it, whoever else does.
    """
    touched = [places[atom] for atom, _ in fragment.joints]
    fused = {place for place in ("tail", "aryl") if touched.count(place) > 1}
    slots = {"acyl", "piperidine nitrogen"} & set(touched)
    if slots:
        return [frozenset(fused | slots)]
    return [frozenset(fused | {place}) for place in sorted(set(touched))]


def _bond_owners(touched: set[str]) -> list[str]:
    """Return who may answer for a bond between two positions: a ring that it is bound to."""
    if "acyl" in touched:
        return ["acyl"]
    return sorted(touched & {"tail", "aryl"}) or ["chord"]


def _listed(
    mol: Chem.Mol,
    places: dict[int, str],
    place: str,
    owned: list[Fragment],
    letter: str,
    word: Word,
) -> Option:
    """Fit every fragment on a position to the closed list of (B) or (C)."""
    if not owned:
        return UNCHANGED
    fit = min(_listed_fragment(mol, places, place, fragment, word) for fragment in owned)
    return fit, frozenset({letter})


def _listed_fragment(
    mol: Chem.Mol, places: dict[int, str], place: str, fragment: Fragment, word: Word
) -> Fit:
    here = tuple(joint for joint in fragment.joints if places[joint[0]] == place)
    readings = [word(Group(mol, anchor, root, fragment.atoms)) for anchor, root in here]
    if len(fragment.joints) == 1:
        return readings[0]
    if not all(common.single(mol, *joint) for joint in fragment.joints):
        return Fit.NO
    dioxy = common.dioxy_bridge(mol, Fragment(fragment.atoms, here))
    return Fit.ARGUABLE if dioxy or max(readings) is not Fit.NO else Fit.NO


def _word_b(group: Group) -> Fit:
    """(B)'s closed list: alkyl, alkenyl, alkoxyl, hydroxyl, halo, haloalkyl, amino, nitro."""
    return max(
        common.alkyl_or_alkenyl(group),
        common.alkoxyl(group),
        common.hydroxyl(group),
        common.halo(group),
        common.haloalkyl(group),
        common.amino(group),
        common.nitro(group),
    )


def _word_c(group: Group) -> Fit:
    """(C)'s closed list: (B)'s, and ester and ether, set apart by a spacer only arguably."""
    return max(
        _word_b(group),
        common.ester(group),
        common.ether(group),
        common.spaced_ester_or_ether(group),
    )


def _tail(
    mol: Chem.Mol,
    places: dict[int, str],
    ring: frozenset[int],
    owned: list[Fragment],
    bonded: bool,
) -> list[Option]:
    """Read the ring at the end of the chain: as it was, with (B)'s groups, or replaced by (A)."""
    by_a = frozenset({"A"})
    if not common.is_benzene(mol, ring):
        return [(Fit.ARGUABLE, by_a)]
    if not owned and not bonded:
        return [UNCHANGED]
    fit_b = min(
        (_listed_fragment(mol, places, "tail", fragment, _word_b) for fragment in owned),
        default=Fit.DEFINITE,
    )
    if any(_reaches_on(places, fragment) for fragment in owned):
        fit_b = max(fit_b, Fit.ARGUABLE)
    if bonded:  # another ring of the core bound straight to this one is in no word of (B)
        fit_b = Fit.NO
    fit_a = Fit.DEFINITE if common.stands_alone(mol, ring) else Fit.ARGUABLE
    # A kept benzene ring counts as fentanyl's own with (B)'s groups unless (A) reads it better.
    options: list[Option] = []
    if fit_b is not Fit.NO:
        options.append((fit_b, frozenset({"B"})))
    if fit_a >= fit_b:
        options.append((fit_a, by_a))
    return options


def _reaches_on(places: dict[int, str], fragment: Fragment) -> bool:
    """Say whether what is fused to the ring goes on to another position; no word fits it well."""
    touched = [places[atom] for atom, _ in fragment.joints]
    return touched.count("tail") > 1 and len(set(touched)) > 1


def _aryl(mol: Chem.Mol, ring: frozenset[int], owned: list[Fragment], bonded: bool) -> Option:
    """Read the ring on the amide nitrogen: plain phenyl, or an aromatic monocycle by (D)."""
    benzene = common.is_benzene(mol, ring)
    if benzene and not owned and not bonded:
        return UNCHANGED
    settled = benzene and common.stands_alone(mol, ring)
    return (Fit.DEFINITE if settled else Fit.ARGUABLE), frozenset({"D"})


def _acyl(mol: Chem.Mol, nitrogen: int, root: int) -> Option:
    """Read the acyl on the amide nitrogen: propionyl, or another acyl by (E)."""
    if common.is_propionyl(mol, nitrogen, root):
        return UNCHANGED
    kind = common.acyl_kind(mol, nitrogen, root)
    if kind == "none":
        return Fit.NO, frozenset()
    return (Fit.DEFINITE if kind == "acyl" else Fit.ARGUABLE), frozenset({"E"})


def _nitrogen_form(mol: Chem.Mol, n1: int, owned: list[Fragment]) -> Option:
    """Read a fourth group on the piperidine nitrogen: an N-oxide or a quaternary salt."""
    if not owned:
        return (Fit.DEFINITE if common.inert(mol, n1) else Fit.NO), frozenset()
    roots = [root for fragment in owned for atom, root in fragment.joints if atom == n1]
    oxide_or_carbon = len(roots) == 1 and common.number(mol, roots[0]) in (
        common.OXYGEN,
        common.CARBON,
    )
    return (Fit.ARGUABLE if oxide_or_carbon else Fit.NO), frozenset()
