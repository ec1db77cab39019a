"""Structure texts that nobody would write: twelve kinds, in stated shares.

They are made of valid texts: the listed substances, two thousand ordinary chemicals of
`tests/data/benign.csv`, and drawings with every feature of SMILES; some of each as InChI and as MOL
blocks. What is made is looked at and forgotten.
"""

from __future__ import annotations

import csv
import itertools
import random
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from rdkit import Chem, rdBase

SMILES = (
    "CCO",
    "CC(=O)OC(C)=O",
    "O=C1CCNCC1",
    "CCC(=O)N(c1ccccc1)C1CCNCC1",
    "C[C@H](O)[C@@H](N)c1ccccc1",
    "F/C=C/F",
    "[Na+].[Cl-]",
    "[13CH4]",
    "c1ccc2[nH]ccc2c1",
    "OC1(O)CCNCC1.Cl",
    "[O-][N+](=O)c1ccccc1",
    "C1CC2CCC1CC2",
    "CC#N |$_AV:a$|",
    "[Fe+2].[Fe+3]",
    "B(O)O",
    "N#[N+][N-]c1ccccc1",
    "CS(=O)(=O)C",
    "OP(O)(O)=O",
    "[2H]OC",
    "C%12CCCCC%12",
    "*CC*",
    "C~C",
    "CC>>CC",
    "[#6]",
    "[C@TH1](F)(Cl)(Br)I",
    "[Pt@SP1](Cl)(Cl)(N)N",
)
_ORDINARY = Path(__file__).resolve().parent.parent / "data" / "benign.csv"

PIECES = (
    *"()[]=#:.-+/\\@%$~*>|0123456789CNOPSFIHcnos",
    "Cl",
    "Br",
    "[nH]",
    "[NH4+]",
    "[C@@H]",
    "[C@]",
    "%99",
    "%(100)",
    "->",
    "<-",
    "[U+99]",
    "[H]",
    "[999C]",
    "[CH99]",
    "[C-99]",
    "[C:99999999999]",
    "[Xx]",
    "[se]",
    "[Og]",
    "|",
    "$$",
    "InChI=1S/",
    "M  END",
    "V2000",
    "V3000",
    "M  CHG  1   1   9",
    "\0",
    "\n",
    "\r\n",
    "\t",
    " ",
    "\u2028",
    "\ufeff",
    "é",
    "氯",
    "\ud800",
    "1e999",
    "-1",
    "99999999999999999999",
    "NaN",
    "{",
    "}",
    ",",
    ";",
    '"',
    "'",
)
_LETTERS = (
    *"CNOPSFI()=#12.[]-+@c",
    "Cl",
    "Br",
    "n",
    "o",
    "s",
    "/",
    "\\",
    "%10",
    "[nH]",
    "c1ccccc1",
)
_ELEMENTS = (
    *"CNOSPFIBHKUVWY",
    "Cl",
    "Br",
    "Na",
    "Fe",
    "Pt",
    "se",
    "as",
    "c",
    "n",
    "Xx",
    "*",
    "#6",
    "",
)
_ODD = (
    "\u200b",
    "\u200f",
    "\u202e",
    "\u2212",
    "\u2013",
    "\u00a0",
    "\u3000",
    "\ufeff",
    "\x07",
    "\x1a",
    "\x7f",
    "\x85",
    "Ｃ",
    "（",
    "）",
    "＝",
    "С",  # Cyrillic
    "Ο",  # Greek
    "１",
    "²",
    "٣",
    "é",
    "e\u0301",
    "ﬁ",
    "氯",
    "😀",
    "\ud83d",
    "\U000e0041",
)
_EXTENSIONS = (
    "$a;b$",
    "$_AV:x$",
    "$;;_R1$",
    "c:0",
    "t:1",
    "(0,0,;1,1,;)",
    "(1e999,,;)",
    "^1:0",
    "^9:99",
    "atomProp:0.a.b",
    "m:0:1.2",
    "LN:0:1.3",
    "Sg:n:0,1::ht",
    "SgD:0:a:b",
    "SgH:0:0.1",
    "C:0.0",
    "H:0.1",
    "wU:0.0",
    "wD:9.9",
    "&1:0",
    "o1:0,1",
    "a:0",
    "f:0.1",
    "r",
    "lp:0:2",
    "rb:0:*",
    "s:0:*",
    "u:0",
    "RG:_R1={C}",
    "$",
    "|",
    "",
    "99999999999",
)

Make = Callable[[random.Random, "Sources"], str]


@dataclass(frozen=True)
class Sources:
    """The texts that are changed, by the way in which they are written."""

    smiles: tuple[str, ...]
    inchi: tuple[str, ...]
    blocks: tuple[str, ...]

    @property
    def all(self) -> tuple[str, ...]:
        """Every one."""
        return self.smiles + self.inchi + self.blocks


def sources(listed: Iterable[str] = ()) -> Sources:
    """Valid texts.

    Args:
        listed: the listed substances, as SMILES.
    """
    with _ORDINARY.open(encoding="utf-8", newline="") as stream:
        ordinary = [row["smiles"] for row in csv.DictReader(stream)]
    smiles = tuple(dict.fromkeys((*SMILES, *listed, *ordinary)))
    inchi: list[str] = []
    blocks: list[str] = []
    with rdBase.BlockLogs():
        for text in (*SMILES[:12], *smiles[len(SMILES) :: 17]):
            mol = Chem.MolFromSmiles(text)
            if mol is not None:
                inchi.append(Chem.MolToInchi(mol))
                blocks.append(Chem.MolToMolBlock(mol, forceV3000=len(blocks) % 3 == 2))
    return Sources(smiles, tuple(filter(None, inchi)), tuple(blocks))


def changed(
    rng: random.Random,
    text: str,
    pieces: tuple[str, ...],
    others: tuple[str, ...],
    times: tuple[int, ...] = (0, 1, 1, 2, 3, 5, 9, 30),
) -> str:
    """A text after some changes: cut, put in, doubled, swapped, joined with another.

    Args:
        rng: draws.
        text: what is changed.
        pieces: what is put in.
        others: what it is joined with.
        times: how many changes, one of them.
    """
    for _ in range(rng.choice(times)):
        at = rng.randrange(len(text) + 1)
        to = min(len(text), at + rng.choice((1, 1, 2, 5, 20)))
        match rng.randrange(8):
            case 0:
                text = text[:at] + text[to:]
            case 1 | 2:
                text = text[:at] + rng.choice(pieces) + text[at:]
            case 3:
                text = text[:at] + rng.choice(pieces) + text[to:]
            case 4:
                text = text[:to] + text[at:to] * rng.choice((1, 2, 10)) + text[to:]
            case 5:
                text = text[:at] + rng.choice(others) + text[at:]
            case 6:
                text = rng.choice(others)[: rng.randrange(1, 40)] + text[at:]
            case _:
                text = text[at:] + text[:at]
        if len(text) > 3_000:
            break
    return text


def monster(rng: random.Random) -> str:
    """A text of one idea taken too far."""
    n = rng.choice((20, 59, 61, 100, 590, 700, 3000, 30_000))
    rings = "".join(f"C%{i:02d}" for i in range(10, 10 + min(n, 89)))
    return rng.choice(
        (
            "C(" * n + "C" + ")" * n,
            "[" * n,
            "C" * n,
            ".".join(["C"] * n),
            "C1" + "C" * n + "1",
            rings + rings,
            "C" + "(C)" * n,
            "C" + "=C" * n,
            "[Na]" * n,
            "N1CCC(CC1)" * min(n, 60) + "C",
            "C(=O)(O)" * n,
            "c1ccccc1" * n,
            "c1ccc2c(c1)" * min(n, 60),
            "[C@@](F)(Cl)" * n + "Br",
            "[OH2+]" * n,
            "C" * n + "\n" * n,
            "InChI=1S/" + "C" * n,
            "InChI=1S/C" + str(n) + "H" + "9" * n,
            "InChI=1S/C2H6O/c" + "1-2-" * n + "3/h3H,2H2,1H3",
            f"\n  x\n\n{min(n, 999):3}999  0  0  0  0  0  0  0  0999 V2000\nM  END",
            f"\n\n\n  0  0  0     0  0            999 V3000\nM  V30 COUNTS {n} {n} 0 0 0\nM  END",
        )
    )


def _as_it_is(rng: random.Random, known: Sources) -> str:
    """Valid, perhaps with spaces around it."""
    return rng.choice(("", "", "", " ", "\t")) + rng.choice(known.smiles) + rng.choice(("", " "))


def _edited(rng: random.Random, known: Sources) -> str:
    """A SMILES with one or two letters put in, taken out or replaced; many stay valid."""
    text = rng.choice(known.smiles)
    for _ in range(rng.choice((1, 1, 2))):
        at = rng.randrange(len(text) + 1)
        text = text[:at] + rng.choice((*_LETTERS, "")) + text[at + rng.randrange(2) :]
    return text


def _mangled(rng: random.Random, known: Sources) -> str:
    """A SMILES after many changes, with pieces of any kind."""
    return changed(rng, rng.choice(known.smiles), PIECES, known.smiles, (1, 2, 3, 5, 9, 30))


def _spliced(rng: random.Random, known: Sources) -> str:
    """The front of one text and the back of another, or several side by side."""
    one, other = rng.choice(known.smiles), rng.choice(known.smiles)
    if rng.random() < 0.5:
        return one[: rng.randrange(len(one) + 1)] + other[rng.randrange(len(other) + 1) :]
    parts = [one, other, *rng.choices(known.smiles, k=rng.choice((0, 0, 1, 3)))]
    return rng.choice((".", ".", ".", "..", " ", ">", ">>", ";", ",", "")).join(parts)


def _soup(rng: random.Random, known: Sources) -> str:
    """Tokens of SMILES in any order, brackets and rings closed more often than not."""
    tokens = rng.choices(_LETTERS, k=rng.randrange(1, 25))
    text = "".join(tokens)
    if rng.random() < 0.7:
        text = text.replace("[]", "C").replace("()", "")
        text += ")" * max(0, text.count("(") - text.count(")"))
        text += "".join(d for d in "12" if text.count(d) % 2)
    return text


def _bracket(rng: random.Random, known: Sources) -> str:
    """A SMILES with a bracket atom of odd isotope, chirality, hydrogens, charge or number."""
    number = rng.choice((*map(str, range(20)), "999", "4294967296", "9" * 30))
    atom = "".join(
        (
            number if rng.random() < 0.3 else "",
            rng.choice(_ELEMENTS),
            rng.choice(("", "", "@", "@@", "@TH2", "@AL1", "@SP4", "@TB20", "@OH30", "@OH99")),
            rng.choice(("", "", "H", "H2", "H4", "H9", "H99", "HH")),
            rng.choice(("", "", "+", "-", "++", "--", "+2", "-15", "+16", "+999", "+-")),
            rng.choice(("", "", "", ":1", ":0", ":" + number)),
        )
    )
    text = rng.choice(known.smiles)
    at = rng.randrange(len(text) + 1)
    return f"{text[:at]}[{atom}]{text[at:]}"


def _rings(rng: random.Random, known: Sources) -> str:
    """Ring numbers that do not close, close twice or are no numbers; branches in branches."""
    numbers = [rng.choice(("1", "0", "9", "%10", "%99", "%1", "%(1)", "%(99999)", "%%", "%"))] * 2
    bonds = rng.choices(("", "", "=", "#", "-", ":", "/", "\\", "$", "~"), k=2)
    text = rng.choice(known.smiles)
    for number, bond in zip(numbers[: rng.choice((1, 2, 2, 2))], bonds, strict=False):
        at = rng.randrange(len(text) + 1)
        text = text[:at] + bond + number + text[at:]
    if rng.random() < 0.3:
        deep = rng.choice((1, 2, 5, 20, 50))
        text = "C(" * deep + text + ")" * rng.choice((deep, deep, deep, deep - 1, deep + 1))
    return text


def _inchi(rng: random.Random, known: Sources) -> str:
    """An InChI, as it is or changed."""
    pieces = (
        *"/-(),;.0123456789HChqpbtmsifr+",
        "InChI=",
        "1S/",
        "/p+1",
        "/q-1",
        "/i1+1",
        " ",
        "\n",
    )
    return changed(rng, rng.choice(known.inchi), pieces, known.inchi, (0, 1, 1, 1, 2, 3, 9))


def _block(rng: random.Random, known: Sources) -> str:
    """A MOL block with lines dropped, doubled, swapped or changed, or cut anywhere."""
    lines = rng.choice(known.blocks).split("\n")
    for _ in range(rng.choice((0, 1, 1, 2, 5))):
        at = rng.randrange(len(lines))
        match rng.randrange(6):
            case 0:
                del lines[at]
                lines = lines or [""]
            case 1:
                lines.insert(at, lines[rng.randrange(len(lines))])
            case 2:
                lines[at] = changed(rng, lines[at], PIECES, ("M  END", "$$$$"), (1, 2))
            case 3:
                extra = (
                    "M  CHG  1   1   9",
                    "M  ISO  1   1 999",
                    "M  RGP  1   1   1",
                    "A    1",
                    "$$$$",
                )
                lines.insert(at, rng.choice(extra))
            case 4:
                words = lines[at].split(" ")
                rng.shuffle(words)
                lines[at] = " ".join(words)
            case _:
                lines = lines[: at + 1]
    return rng.choice(("\n", "\n", "\n", "\r\n", "\r")).join(lines)


def _extended(rng: random.Random, known: Sources) -> str:
    """A SMILES with a CXSMILES extension."""
    parts = rng.choices(_EXTENSIONS, k=rng.choice((1, 1, 2, 4)))
    end = rng.choice(("|", "|", "|", "", "| name"))
    return f"{rng.choice(known.smiles)} |{','.join(parts)}{end}"


def _odd(rng: random.Random, known: Sources) -> str:
    """A text with signs of other scripts, direction marks, half characters, control characters."""
    text = rng.choice(rng.choice((known.smiles, known.smiles, known.inchi)))
    for _ in range(rng.choice((1, 1, 2, 4))):
        at = rng.randrange(len(text) + 1)
        text = text[:at] + rng.choice(_ODD) + text[at + rng.randrange(2) :]
    return text


def _monster(rng: random.Random, known: Sources) -> str:
    """One idea taken too far."""
    return monster(rng)


KINDS: Mapping[str, tuple[float, Make]] = {
    "as it is": (6, _as_it_is),
    "edited": (34, _edited),
    "mangled": (12, _mangled),
    "spliced": (9, _spliced),
    "token soup": (8, _soup),
    "odd bracket": (8, _bracket),
    "odd rings": (6, _rings),
    "InChI": (6, _inchi),
    "MOL block": (6, _block),
    "CXSMILES": (2.9, _extended),
    "odd signs": (2, _odd),
    "monster": (0.1, _monster),
}
"""Each kind with its share, in percent."""
_MAKERS = tuple(KINDS)
_SHARES = tuple(itertools.accumulate(share for share, _ in KINDS.values()))


def structure_text(rng: random.Random, known: Sources) -> tuple[str, str]:
    """One structure text, and its kind."""
    kind = rng.choices(_MAKERS, cum_weights=_SHARES)[0]
    return KINDS[kind][1](rng, known), kind
