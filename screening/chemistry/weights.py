"""How much of a compound as drawn is one of its components: for laws that count base weight."""

from __future__ import annotations

from decimal import Decimal
from functools import lru_cache

from rdkit import Chem, rdBase
from rdkit.Chem import rdMolDescriptors

from screening.chemistry.structure import Component, Structure

MAX_TEXT = 20_000
"""Characters of a drawing that is read once more to be weighed."""


def share_of(structure: Structure, component: str) -> Decimal:
    """The share of the mass of a compound that a component makes up, without salt and water.

    Args:
        structure: the compound as it was drawn.
        component: canonical SMILES of the component, neutral, as it was matched.

    Returns:
        The share, above 0 and at most 1; 1 where it cannot be told. Counts every occurrence of the
        component, as in a sulfate of two bases.
    """
    if all(c.smiles == component for c in structure.components):
        return Decimal(1)
    return _share(structure.text, structure.components, component)


@lru_cache(maxsize=1024)
def _share(text: str, components: tuple[Component, ...], component: str) -> Decimal:
    """The share of a component beside others."""
    found = [c for c in components if c.smiles == component]
    whole = _drawn(text)
    if not found or whole is None:
        return Decimal(1)
    for atom in whole.GetAtoms():
        atom.SetIsotope(0)  # components are matched without labels; both sides are of one kind
    part = sum(c.mass for c in found)
    total = float(rdMolDescriptors._CalcMolWt(whole))
    if total <= 0 or part >= total:
        return Decimal(1)
    return Decimal(repr(part / total))


def _drawn(text: str) -> Chem.Mol | None:
    """The compound once more as it was drawn; None where that is not read."""
    if len(text) > MAX_TEXT:
        return None
    with rdBase.BlockLogs():
        whole: Chem.Mol | None
        if text.startswith("InChI="):
            whole = Chem.MolFromInchi(text)
        elif "\n" in text:
            whole = Chem.MolFromMolBlock(text)
        else:
            whole = Chem.MolFromSmiles(text)
        return whole
