"""The corpus: where its structures come from, and what the class entries make of one of them."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import date
from importlib.util import find_spec
from pathlib import Path

from screening.chemistry.identity import Form, opened_parts
from screening.chemistry.proof import ClassProof
from screening.chemistry.structure import Component, Structure, read_structure
from screening.decision import Certainty
from screening.errors import MatchLimitError, StructureError
from screening.rules.index import CompiledBundle
from screening.rules.model import Entry, FormRule, Mark, Version
from screening.rules.timeline import current

DAY = date(2026, 11, 22)
HITS = Path(__file__).parent / "hits.csv"
BENIGN = Path(__file__).parents[1] / "data" / "benign.csv"
MEDICINES = {"medicine", "medicine_salt", "open_class_words"}

# Tables of the `chemicals` package (MIT licence); the first that has a CAS number names it.
TABLES = (
    "chemical identifiers pubchem small.tsv",
    "chemical identifiers pubchem large.tsv",
    "chemical identifiers example user db.tsv",
    "Inorganic db.tsv",
)
_CAS, _SMILES, _SYSTEMATIC, _COMMON = 1, 4, 7, 8  # columns of the tables, which have no header

LIMIT = "limit passed"


@dataclass(frozen=True, slots=True)
class Chemical:
    """One row of the corpus."""

    name: str
    cas: str
    smiles: str


@dataclass(frozen=True, order=True, slots=True)
class HitRow:
    """One line of ``hits.csv``: a class entry that takes in a chemical, and on what.

    Attributes:
        certainty: definite, arguable, or `LIMIT` where the engine gave up.
        clauses: letters, in the law's order, joined by a space.
        readings: the readings it depends on, joined by a space.
        form: ester or ether where only what the chemical is made from is a member.
    """

    entry: str
    certainty: str
    name: str
    cas: str
    clauses: str
    readings: str
    form: str


def chemicals_of_the_package() -> list[Chemical]:
    """Every chemical of the `chemicals` package, once a CAS number.

    Raises:
        ModuleNotFoundError: the package is not installed; it is a test dependency.
    """
    found = find_spec("chemicals")  # the tables are read as files, nothing is imported
    if found is None or not found.submodule_search_locations:
        raise ModuleNotFoundError("the corpus needs the package `chemicals`: pip install '.[test]'")
    folder = Path(found.submodule_search_locations[0]) / "Identifiers"
    chemicals: dict[str, Chemical] = {}
    for table in TABLES:
        for line in (folder / table).read_text(encoding="utf-8").splitlines():
            cells = line.split("\t")
            if len(cells) > _COMMON and cells[_SMILES]:
                name = cells[_COMMON] or cells[_SYSTEMATIC] or cells[_CAS]
                chemicals.setdefault(cells[_CAS], Chemical(name, cells[_CAS], cells[_SMILES]))
    return list(chemicals.values())


def medicines() -> list[Chemical]:
    """The medicines of the benign corpus."""
    with BENIGN.open(encoding="utf-8", newline="") as file:
        return [
            Chemical(row["name"], row["cas"], row["smiles"])
            for row in csv.DictReader(file)
            if row["group"] in MEDICINES
        ]


def whole_corpus() -> list[Chemical]:
    """The medicines, then the chemicals of the package that they do not hold."""
    corpus = {c.cas: c for c in medicines()}
    for chemical in chemicals_of_the_package():
        corpus.setdefault(chemical.cas, chemical)
    return list(corpus.values())


def sample(corpus: Sequence[Chemical], size: int) -> list[Chemical]:
    """A fixed sample: the first by the SHA-256 of the CAS number, which favours nothing."""
    return sorted(corpus, key=lambda c: hashlib.sha256(c.cas.encode()).hexdigest())[:size]


def hits_of(chemical: Chemical, compiled: CompiledBundle) -> list[HitRow]:
    """Every class entry in force that takes in a component of a chemical, named or not.

    Raises:
        StructureError: the structure cannot be read.
    """
    structure = read_structure(chemical.smiles)
    best: dict[str, HitRow] = {}
    for entry, version in classes_in_force(compiled):
        definition = compiled.classes[entry.id]
        for form, part in _parts(structure):
            if not definition.may_match(part):
                continue
            try:
                proof = definition.prove(part, version.clauses)
            except MatchLimitError:
                row = HitRow(entry.id, LIMIT, chemical.name, chemical.cas, "", "", form or "")
                best.setdefault(entry.id, row)
                continue
            if proof is not None and (found := _row(chemical, entry, version, proof, form)):
                known = best.get(entry.id)
                if known is None or known.certainty != Certainty.DEFINITE:
                    best[entry.id] = found
    return sorted(best.values())


def classes_in_force(compiled: CompiledBundle) -> Iterator[tuple[Entry, Version]]:
    """The class entries in force on the day of the corpus, each with its version."""
    for entry_id in compiled.classes:
        entry = compiled.bundle.entries[entry_id]
        now = current(entry, DAY)
        if now is not None:
            yield entry, now.version


def _parts(structure: Structure) -> list[tuple[Form | None, Component]]:
    """Each component, then what it is an ester or ether of."""
    whole: list[tuple[Form | None, Component]] = [(None, c) for c in structure.components]
    return whole + [part for c in structure.components for part in opened_parts(c)]


def _row(
    chemical: Chemical, entry: Entry, version: Version, proof: ClassProof, form: Form | None
) -> HitRow | None:
    """The line of a proof; None where the law does not cover the form."""
    rule = None
    if form is not None:
        name = "esters" if form is Form.ESTER else "ethers"
        rule = (version.forms and getattr(version.forms, name)) or getattr(entry.forms, name)
    if rule is FormRule.NOT_COVERED:
        return None
    open_point = (
        bool(proof.readings)
        or rule is FormRule.REVIEW
        or version.checked.membership is Mark.UNVERIFIED
    )
    return HitRow(
        entry=entry.id,
        certainty=(Certainty.ARGUABLE if open_point else Certainty.DEFINITE).value,
        name=chemical.name,
        cas=chemical.cas,
        clauses=" ".join(proof.clauses),
        readings=" ".join(proof.readings),
        form=form.value if form else "",
    )


def read_hits(path: Path = HITS) -> list[HitRow]:
    """The pinned lines."""
    with path.open(encoding="utf-8", newline="") as file:
        return [HitRow(**row) for row in csv.DictReader(file)]


def write_hits(rows: Iterable[HitRow], path: Path = HITS) -> None:
    """Pins lines, sorted."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow([f.name for f in fields(HitRow)])
        writer.writerows([getattr(row, f.name) for f in fields(HitRow)] for row in sorted(rows))


def reason(error: StructureError) -> str:
    """Why a structure was not read, without what differs from one to the next."""
    return error.reason.split(" for atom ")[0].split(" # ")[0]
