"""United Kingdom, fentanyls: Misuse of Drugs Act 1971, Schedule 2, Part I, paragraph 1(d).

Fentanyl modified in any of six ways: (i) a heteromonocycle in place of the phenyl of the phenethyl
group, (ii) listed groups on the phenethyl group, (iii) alkyl or alkenyl on the piperidine ring,
(iv) listed groups on the aniline ring, (v) alkoxycarbonyl, alkoxyalkyl or acyloxy at position 4 of
the piperidine, (vi) another acyl in place of propionyl. What paragraph 1(a) names is not asked.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from rdkit import Chem

from . import common, generic
from .common import Account, Anilinopiperidine, Fit, Fragment, Group, Verdict
from .generic import KEPT, OUTSIDE, Frame, Part, part

WORD_II = generic.any_of(
    generic.alkyl_or_alkenyl,
    generic.alkoxy,
    common.hydroxyl,
    common.halo,
    common.haloalkyl,
    common.amino,
    common.nitro,
)
WORD_IV = generic.any_of(generic.alkyl, generic.alkoxy, common.halo, common.haloalkyl)
SLOTS = frozenset({"acyl", "N1"})
WORD_V = generic.any_of(generic.alkoxycarbonyl, generic.alkoxyalkyl, generic.acyloxy)


@dataclass(frozen=True)
class Skeleton:
    """One sight of fentanyl's frame: anilide, piperidine, two-carbon chain, ring at its end."""

    anilide: Anilinopiperidine
    chain: tuple[int, int]
    tail_atom: int
    tail: frozenset[int]

    def frame(self, *, kept: bool) -> Frame:
        """Return the kept atoms, each with its place; ``kept`` says whether the tail is phenyl."""
        piperidine, nitrogen = self.anilide.piperidine, self.anilide.nitrogen
        places = dict.fromkeys(piperidine.carbons, "piperidine")
        places |= dict.fromkeys(self.chain, "phenethyl")
        places |= dict.fromkeys(self.tail, "tail")
        places |= dict.fromkeys(self.anilide.aryl, "aniline")
        places |= {piperidine.c4: "C4", piperidine.n1: "N1", nitrogen: "acyl"}
        path = generic.chain_bonds((piperidine.n1, *self.chain, self.tail_atom))
        return Frame(
            places,
            frozenset(self.anilide.bonds()) | path,
            (self.tail, self.anilide.aryl),
            closed=frozenset({"aniline", "tail"} if kept else {"aniline"}),
        )


def judge(mol: Chem.Mol) -> Verdict:
    """Say whether a component is a fentanyl of paragraph 1(d), and by which of (i) to (vi)."""
    common.require_one_component(mol)
    return common.choose(a for skeleton in _skeletons(mol) for a in _accounts(mol, skeleton))


def _skeletons(mol: Chem.Mol) -> Iterator[Skeleton]:
    for anilide in common.anilinopiperidines(mol):
        if anilide.third is None or not common.is_benzene(mol, anilide.aryl):
            continue
        for alpha in common.neighbours(mol, anilide.piperidine.n1):
            if alpha in anilide.atoms or not _chain_carbon(mol, alpha):
                continue
            for beta in common.neighbours(mol, alpha):
                if beta in anilide.atoms or not _chain_carbon(mol, beta):
                    continue
                for end in common.neighbours(mol, beta):
                    for ring in common.rings_with(mol, end):
                        if not ring & (anilide.atoms | {alpha, beta}):
                            yield Skeleton(anilide, (alpha, beta), end, ring)


def _chain_carbon(mol: Chem.Mol, atom: int) -> bool:
    is_carbon = common.number(mol, atom) == common.CARBON
    return is_carbon and common.saturated(mol, atom) and common.inert(mol, atom)


def _accounts(mol: Chem.Mol, skeleton: Skeleton) -> Iterator[Account]:
    core = skeleton.frame(kept=True).core
    acyl_bonds = [a for a in common.neighbours(mol, skeleton.anilide.nitrogen) if a not in core]
    if len(acyl_bonds) != 1:
        return
    form = _nitrogen_form(mol, skeleton, core)
    for kept, tail in _tails(mol, skeleton.tail, core):
        frame = skeleton.frame(kept=kept)

        def read(place: str, group: Group, kept: bool = kept) -> Part:
            if place == "tail" and not kept:
                return KEPT
            return _read(place, group)

        def special(fragment: Fragment, frame: Frame = frame) -> Part | None:
            places = {frame.places[anchor] for anchor, _ in fragment.joints}
            if places == {"tail"} and "tail" not in frame.closed:
                return KEPT
            fit = generic.alkylenedioxy(mol, fragment, skeleton.anilide.aryl)
            return part(fit, "(iv)") if fit else None

        parts = generic.read_fragments(mol, frame, read, special, SLOTS)
        for account in generic.accounts(parts, tail, form):
            yield replace(account, replaced=int(not kept))


def _tails(
    mol: Chem.Mol, ring: frozenset[int], core: frozenset[int]
) -> Iterator[tuple[bool, Part]]:
    """Read the ring at the end of the chain: kept as phenyl, or replaced by (i)."""
    if common.is_benzene(mol, ring):
        yield True, KEPT
    system = generic.joined_rings(mol, ring, core - ring)
    if system == ring:
        fit = Fit.DEFINITE if _hetero(mol, ring) else Fit.NO
    else:
        arene = common.is_aromatic_ring(mol, system) and not _hetero(mol, system)
        fit = Fit.NO if arene else Fit.ARGUABLE
    yield False, part(fit, "(i)")


def _hetero(mol: Chem.Mol, atoms: frozenset[int]) -> bool:
    return any(common.number(mol, atom) != common.CARBON for atom in atoms)


def _read(place: str, group: Group) -> Part:
    if place in ("phenethyl", "tail"):
        return part(WORD_II(group), "(ii)")
    if place == "aniline":
        return generic.best(part(WORD_IV(group), "(iv)"), _open_on_aniline(group))
    if place in ("piperidine", "C4"):
        listed = part(generic.alkyl_or_alkenyl(group), "(iii)")
        at_c4 = part(WORD_V(group), "(v)") if place == "C4" else OUTSIDE
        return generic.best(listed, at_c4)
    if place == "acyl":
        if generic.is_own(group, generic.propionyl):
            return KEPT
        return part(generic.acyl(group), "(vi)")
    lone_oxygen = group.elements() == [common.OXYGEN]
    charged = common.charge(group.mol, group.anchor) == 1
    fits = charged and (lone_oxygen or generic.bound_by_carbon(group) is not Fit.NO)
    return Part(Fit.ARGUABLE) if fits else OUTSIDE


def _open_on_aniline(group: Group) -> Part:
    """Groups that (ii) knows and (iv) does not: a person must look, and no clause is used."""
    fit = max(
        common.hydroxyl(group), common.amino(group), common.nitro(group), generic.alkenyl(group)
    )
    return part(min(fit, Fit.ARGUABLE))


def _nitrogen_form(mol: Chem.Mol, skeleton: Skeleton, core: frozenset[int]) -> Part:
    n1 = skeleton.anilide.piperidine.n1
    extra = [a for a in common.neighbours(mol, n1) if a not in core]
    fits = common.inert(mol, n1) if not extra else common.charge(mol, n1) == 1
    return KEPT if fits else OUTSIDE
