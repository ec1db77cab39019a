"""A table as trade files are: the same few hundred lines over and over, and some that are new."""

from __future__ import annotations

HEADER = ["Ref", "Name", "SMILES", "CAS", "Quantity", "From", "To", "Ship Date", "Shipper", "Note"]

_ORDINARY = (
    ("", "CCO", ""),
    ("", "c1ccccc1", "71-43-2"),
    ("glycerol", "OCC(O)CO", ""),
    ("", "[Na+].[Cl-]", "7647-14-5"),
    ("", "", "13463-67-7"),
    ("", "CC(C)O", "67-63-0"),
    ("citric acid", "", ""),
    ("", "CCCCCC", ""),
    ("unheard-of preparation", "", ""),
    ("", "no structure", ""),
    ("", "CCCCCCCCO", ""),
    ("urea", "NC(N)=O", "57-13-6"),
)
_LISTED = (
    ("norfentanyl", "CCC(=O)N(c1ccccc1)C1CCNCC1", ""),
    ("acetic anhydride", "CC(=O)OC(C)=O", "108-24-7"),
    ("4-piperidone", "", "41661-47-6"),
)
_PLACES = (("CN", "US"), ("CN", "US"), ("US", "CN"), ("CN", "DE"))


def cells(i: int) -> list[str]:
    """Row i, from 0: one in 101 of listed goods, one in 20 with a shipper of its own."""
    name, smiles, cas = _LISTED[i // 101 % 3] if i % 101 == 0 else _ORDINARY[i % len(_ORDINARY)]
    origin, destination = _PLACES[i // 7 % len(_PLACES)]
    shipper = f"Shipper {i}" if i % 20 == 7 else f"Works {i % 3}"
    day = f"2025-11-{1 + i // 1000 % 28:02}"
    amount = f"{1 + i // 3 % 4} kg"
    return [f"R{i}", name, smiles, cas, amount, origin, destination, day, shipper, f"=c{i}"]
