"""A flat SMARTS pattern for each class, beside the class engine: what each finds and costs.

One pattern a class is how generic law is commonly screened. The patterns below were written for
this comparison as a careful chemist would write them: what every member keeps, open wherever the
law lets something vary. Both sides get the same matching graphs (salts split, charges neutralised,
isotopes cleared; for the examples also what an ester or ether is made from), so that only the two
ways of matching are compared.

Run ``python -m tests.benchmarks.flat_smarts [--chemicals N | --whole]``.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from rdkit import Chem

from screening.chemistry.identity import opened_parts
from screening.chemistry.structure import Component, Structure, read_structure
from screening.errors import MatchLimitError, StructureError
from screening.rules.index import CompiledBundle, compile_bundle
from screening.rules.load import load_bundle
from screening.rules.model import Entry, Example
from screening.rules.timeline import Standing, current
from tests.corpus.corpus import Chemical, medicines, sample, whole_corpus
from tests.drawings import rows

_PHENETHYL_ANILIDE = "a[NX3]([CX3]=O)[CX4]1[CX4][CX4][NX3]([CX4][CX4][R])[CX4][CX4]1"

PATTERNS: Mapping[str, str] = {
    "us/schedule-i/fentanyl-related-substances": _PHENETHYL_ANILIDE,
    "gb/mda-class-a/fentanyl-generic": _PHENETHYL_ANILIDE,
    "cn/non-medicinal-catalogue/fentanyl-class": "a[NX3]([CX3]=O)C1CCN([#6])CC1",
    "cn/non-medicinal-catalogue/nitazene-class": "c1ccc2c(c1)nc([#6,#7,#8,#16]~[#6])n2CC[NX3]",
    "gb/mda-class-a/nitazene-generic": "c1ccc2c(c1)nc([CX4,NX3,OX2,SX2]a)n2[CX4][CX4][NX3]",
    "cn/non-medicinal-catalogue/orphine-class-brorphine": "O=c1[nX3]c2ccccc2n1C1CCN([#6])CC1",
    "gb/mda-class-a/pethidine-generic": "a[CX4]1([$([CX3](=O)O),$(OC=O)])CCNCC1",
    "us/list-i/4-anilinopiperidine": "a[NX3]C1CC[NX3]CC1",
    "us/list-i/4-piperidone": "[$(C=O),$(C([OX2])[OX2])]1CC[NX3]CC1",
}
"""One pattern a class entry, for the classes that a flat pattern can express at all."""

NITAZENES = "us/schedule-i"
"""The list that names nitazenes one by one."""

Matcher = Callable[[Component], bool | None]
"""True for a member, None for one that a person must judge, False for the rest."""


@dataclass
class Side:
    """What one way of matching gave.

    Attributes:
        members: examples of members and arguable members that it flags.
        named: substances of the kind, named in law, that it flags, sure or for review.
        outsiders: counter-examples that it flags.
        sure: corpus chemicals that it calls members.
        review: corpus chemicals that it sends to a person; a pattern sends none.
        seconds: time on the corpus.
    """

    members: int = 0
    named: int = 0
    outsiders: int = 0
    sure: set[str] = field(default_factory=set)
    review: set[str] = field(default_factory=set)
    seconds: float = 0.0

    def ask(self, matcher: Matcher, cas: str, structure: Structure) -> None:
        """Asks about one chemical of the corpus, and keeps answer and time."""
        began = time.perf_counter()
        answers = [matcher(c) for c in structure.components]
        self.seconds += time.perf_counter() - began
        if True in answers:
            self.sure.add(cas)
        elif None in answers:
            self.review.add(cas)


@dataclass(frozen=True)
class Comparison:
    """Both ways on one class.

    Attributes:
        members: how many examples of members there are, arguable ones included.
        named: how many substances of the kind that a law names were tried.
        outsiders: how many counter-examples.
    """

    entry: str
    members: int
    named: int
    outsiders: int
    flat: Side
    engine: Side


@dataclass(frozen=True)
class Result:
    """A whole run.

    Attributes:
        chemicals: chemicals read; `components` is the number of their components.
        parse_seconds: time to read them, against which the others are put.
    """

    chemicals: int
    components: int
    parse_seconds: float
    comparisons: tuple[Comparison, ...]


def flat(smarts: str) -> Matcher:
    """A class as one pattern."""
    pattern = Chem.MolFromSmarts(smarts)
    assert pattern is not None, f"{smarts} is no SMARTS"

    def match(component: Component) -> bool:
        return bool(component.mol.HasSubstructMatch(pattern))

    return match


def engine(compiled: CompiledBundle, entry_id: str) -> Matcher:
    """A class as its entry defines it."""
    definition = compiled.classes[entry_id]

    def match(component: Component) -> bool | None:
        if not definition.may_match(component):
            return False
        try:
            proof = definition.prove(component)
        except MatchLimitError:
            return None
        return False if proof is None else proof.definite or None

    return match


def compare(
    compiled: CompiledBundle, chemicals: Iterable[Chemical], entries: Sequence[str] | None = None
) -> Result:
    """Runs both ways over the examples of the entries and over a corpus.

    Args:
        compiled: the watchlists.
        chemicals: the corpus; what cannot be read is passed over.
        entries: ids of `PATTERNS`; None: all that the watchlists have.
    """
    wanted = [e for e in entries or PATTERNS if e in compiled.classes]
    runs = [_Run.of(compiled, entry) for entry in wanted]
    read = components = 0
    parse_seconds = 0.0
    for chemical in chemicals:
        began = time.perf_counter()
        try:
            structure = read_structure(chemical.smiles)
        except StructureError:
            continue
        finally:
            parse_seconds += time.perf_counter() - began
        read += 1
        components += len(structure.components)
        for run in runs:
            run.flat.ask(run.flat_matcher, chemical.cas, structure)
            run.engine.ask(run.engine_matcher, chemical.cas, structure)
    return Result(read, components, parse_seconds, tuple(run.comparison for run in runs))


@dataclass(frozen=True)
class _Run:
    """One class under comparison: its two matchers and what they gave so far."""

    comparison: Comparison
    flat_matcher: Matcher
    engine_matcher: Matcher

    @property
    def flat(self) -> Side:
        """What the pattern gave."""
        return self.comparison.flat

    @property
    def engine(self) -> Side:
        """What the engine gave."""
        return self.comparison.engine

    @classmethod
    def of(cls, compiled: CompiledBundle, entry_id: str) -> _Run:
        """Tries both matchers on the examples of an entry."""
        entry = compiled.bundle.entries[entry_id]
        members = {e.structure for e in (*entry.examples.must_match, *entry.examples.must_review)}
        outsiders = {
            e.structure
            for e in entry.examples.must_not_match
            if _on_structure(entry, e) and not _named_elsewhere(compiled, entry, e.structure)
        }
        named = _named_of_the_kind(compiled, entry_id)
        matchers = flat(PATTERNS[entry_id]), engine(compiled, entry_id)
        sides = [
            Side(_flagged(m, members), _flagged(m, named), _flagged(m, outsiders)) for m in matchers
        ]
        comparison = Comparison(entry_id, len(members), len(named), len(outsiders), *sides)
        return cls(comparison, *matchers)


def _on_structure(entry: Entry, example: Example) -> bool:
    """A counter-example says no by its structure, not by its day: the whole class is in force."""
    now = current(entry, example.day)
    return (
        now is not None
        and now.standing is Standing.IN_FORCE
        and now.version.clauses == entry.versions[-1].clauses
    )


def _named_elsewhere(compiled: CompiledBundle, entry: Entry, smiles: str) -> bool:
    """Another entry of the law names it: whether the class yields is no matter of structure."""
    matches = compiled.substances.matches(read_structure(smiles))
    owners = (compiled.bundle.entries[m.listed.owner] for m in matches)
    return any(o.jurisdiction == entry.jurisdiction for o in owners)


def _named_of_the_kind(compiled: CompiledBundle, entry_id: str) -> list[str]:
    """The 63 fentanyls or the nitazenes that the law of the United States names."""
    if "fentanyl" in entry_id:
        return [row["smiles"] for row in rows("us_fentanyls.csv")]
    if "nitazene" in entry_id:
        return [
            entry.substance
            for entry in compiled.bundle.entries.values()
            if entry.list == NITAZENES and "nitazene" in entry.id and entry.substance
        ]
    return []


def _flagged(matcher: Matcher, structures: Iterable[str]) -> int:
    """How many structures are flagged: a component, or what one is an ester or ether of."""
    found = 0
    for smiles in structures:
        components = read_structure(smiles).components
        parts = [*components, *(part for c in components for _, part in opened_parts(c))]
        found += any(matcher(part) is not False for part in parts)
    return found


def table(result: Result) -> str:
    """The comparison as a Markdown table."""
    read = f"{result.chemicals} chemicals with {result.components} components"
    heads = (
        "class", "way", "members found", "named ones found", "outsiders accused", "corpus: sure",
        "corpus: review", "only this way", "time",
    )  # fmt: skip
    lines = [
        f"{read}; time is a share of the time to read them.",
        "",
        f"| {' | '.join(heads)} |",
        "| --- " * len(heads) + "|",
    ]
    for c in result.comparisons:
        for way, side, other in (("flat", c.flat, c.engine), ("engine", c.engine, c.flat)):
            only = len((side.sure | side.review) - (other.sure | other.review))
            named = f"{side.named} of {c.named}" if c.named else "-"
            lines.append(
                f"| {c.entry} | {way} | {side.members} of {c.members} | {named} "
                f"| {side.outsiders} of {c.outsiders} | {len(side.sure)} | {len(side.review)} "
                f"| {only} | {side.seconds / result.parse_seconds:.3f} |"
            )
    return "\n".join(lines)


def main(arguments: Sequence[str] | None = None) -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.flat_smarts")
    parser.add_argument(
        "--chemicals", type=int, default=2_000, metavar="N", help="beside the medicines"
    )
    parser.add_argument("--whole", action="store_true", help="the whole corpus")
    parser.add_argument("--watchlists", type=Path, action="append", help="default: bundled")
    options = parser.parse_args(arguments)
    compiled = compile_bundle(load_bundle(options.watchlists))
    corpus = whole_corpus()
    if not options.whole:
        corpus = list({*medicines(), *sample(corpus, options.chemicals)})
    print(table(compare(compiled, corpus)))


if __name__ == "__main__":
    main()
