"""The class engine and the second reading of each class law give the same answer, and prove it.

The engine reads the watchlists; the second readings in ``tests/oracles`` are plain code written
from the legal facts. Definite answers must agree to the letter. Where an answer is arguable, more
than one account may carry it: there the engine's letters must be those of an account that the
second reading knows too.
"""

from __future__ import annotations

import datetime as dt
import itertools
import random
from collections.abc import Callable, Iterable, Iterator, Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rdkit import Chem

from screening import Screener
from screening.chemistry.definition import CompiledDefinition, check_proof
from screening.chemistry.proof import Account, ClassProof, State
from screening.chemistry.structure import read_structure
from screening.errors import ProofError
from tests import strategies as some
from tests.drawings import rows
from tests.oracles import (
    ca_4_ap,
    ca_4_piperidone,
    ca_anpp,
    ca_benzylfentanyl,
    ca_item_16,
    ca_norfentanyl,
    cn_fentanyl_class,
    cn_nitazene,
    cn_north_america_12,
    cn_north_america_13,
    cn_orphine_brorphine,
    cn_orphine_spirobrorphine,
    gb_fentanyl,
    gb_nitazene,
    gb_pethidine,
    sg_fentanyl,
    us_4_anilinopiperidine,
    us_4_piperidone,
    us_fentanyl_related,
)
from tests.oracles.common import Verdict

TODAY = dt.date(2026, 11, 22)
Judge = Callable[[Chem.Mol], Verdict]
Classes = Mapping[str, CompiledDefinition]

LAWS: Mapping[str, Judge] = {
    "us/schedule-i/fentanyl-related-substances": us_fentanyl_related.judge,
    "us/list-i/4-anilinopiperidine": lambda mol: us_4_anilinopiperidine.judge(mol, TODAY),
    "us/list-i/4-piperidone": us_4_piperidone.judge,
    "cn/non-medicinal-catalogue/fentanyl-class": cn_fentanyl_class.judge,
    "cn/north-america-list/4-ap-derivatives": cn_north_america_12.judge,
    "cn/north-america-list/4-piperidone-derivatives": cn_north_america_13.judge,
    "cn/non-medicinal-catalogue/nitazene-class": cn_nitazene.judge,
    "cn/non-medicinal-catalogue/orphine-class-brorphine": cn_orphine_brorphine.judge,
    "cn/non-medicinal-catalogue/orphine-class-spirobrorphine": cn_orphine_spirobrorphine.judge,
    "gb/mda-class-a/fentanyl-generic": gb_fentanyl.judge,
    "gb/mda-class-a/nitazene-generic": gb_nitazene.judge,
    "gb/mda-class-a/pethidine-generic": gb_pethidine.judge,
    "sg/class-a-drugs/fentanyl-derivatives": sg_fentanyl.judge,
    "ca/schedule-i/anpp-derivatives-and-analogues": ca_anpp.judge,
    "ca/schedule-i/fentanyl-derivatives-and-analogues": ca_item_16.judge,
    "ca/schedule-vi/4-ap-derivatives-and-analogues": ca_4_ap.judge,
    "ca/schedule-vi/4-piperidone-derivatives-and-analogues": ca_4_piperidone.judge,
    "ca/schedule-vi/benzylfentanyl-derivatives-and-analogues": ca_benzylfentanyl.judge,
    "ca/schedule-vi/norfentanyl-derivatives-and-analogues": ca_norfentanyl.judge,
}
FAMILIES = {
    "fentanyls": some.near_fentanyls(),
    "anilinopiperidines": some.near_anilinopiperidines(),
    "piperidones": some.near_piperidones(),
    "nitazenes": some.near_nitazenes(),
    "orphines": some.near_orphines(),
    "pethidines": some.near_pethidines(),
}
each_law = pytest.mark.parametrize("law", LAWS)
each_family = pytest.mark.parametrize("family", FAMILIES)

BENIGN = rows("benign.csv")
SAMPLE = BENIGN if some.LONG else random.Random(20191101).sample(BENIGN, 500)


@pytest.fixture(scope="module")
def classes(screener: Screener) -> Classes:
    """Every class definition, compiled from the bundled lists."""
    bundle = screener.bundle
    compiled = {}
    for law in LAWS:
        definition = bundle.entries[law].class_
        assert definition is not None
        words = bundle.jurisdictions[law.split("/")[0]].groups
        compiled[law] = CompiledDefinition(definition, words)
    return compiled


def answer_of(proof: ClassProof | None) -> str:
    """The engine's answer in the words of the second readings."""
    if proof is None:
        return "no"
    return "definite" if proof.definite else "arguable"


def disagreement(proof: ClassProof | None, verdict: Verdict) -> str | None:
    """How two readings differ, None where they agree.

    The engine sends a bridge between positions to review on its own account; a second reading need
    not know of it.
    """
    answer = answer_of(proof)
    if verdict.answer == "no" and proof is not None and "ring-closed" in proof.readings:
        return None
    if answer != verdict.answer:
        return f"the engine says {answer}, the second reading {verdict.answer}"
    if proof is None:
        return None
    letters = frozenset(proof.clauses)
    known = {verdict.letters} | (verdict.others if answer == "arguable" else set())
    if letters in known:
        return None
    return f"{answer} by {sorted(letters)}, and by {sorted(map(sorted, known))}"


def compare(classes: Classes, smiles: str, laws: Iterable[str] = LAWS) -> list[str]:
    """Asks both readings of every law about each component, checks proofs, returns differences."""
    found = []
    for component in read_structure(smiles).components:
        mol = Chem.MolFromSmiles(component.smiles)
        for law in laws:
            proof = classes[law].prove(component)
            if proof is not None:
                check_proof(proof, classes[law])
            difference = disagreement(proof, LAWS[law](mol))
            if difference:
                found.append(f"{law}: {difference}")
    return found


def test_no_class_without_a_second_reading(screener: Screener) -> None:
    """Every class entry of the bundled lists is read twice."""
    assert {e.id for e in screener.bundle.entries.values() if e.class_ is not None} == set(LAWS)


# --- what is named ------------------------------------------------------------------------------


def test_the_named_fentanyls(classes: Classes) -> None:
    """Both readings agree on the 63 substances that the United States names."""
    named = rows("us_fentanyls.csv")
    assert len(named) == 63
    assert {row["entry"]: d for row in named if (d := compare(classes, row["smiles"]))} == {}


def test_every_example_of_every_class(classes: Classes, screener: Screener) -> None:
    """Both readings agree on all that the entries of these classes give as examples."""
    structures = {
        example.structure
        for entry in (screener.bundle.entries[law] for law in LAWS)
        for kind in ("must_match", "must_not_match", "must_review")
        for example in getattr(entry.examples, kind)
        if example.structure is not None
    }
    assert len(structures) > 60
    assert {s: d for s in sorted(structures) if (d := compare(classes, s))} == {}


def test_every_listed_substance(classes: Classes, screener: Screener) -> None:
    """Both readings agree on every substance that these jurisdictions list by name."""
    listed = {
        entry.substance: entry.id
        for entry in screener.bundle.entries.values()
        if entry.substance is not None and entry.jurisdiction in ("us", "cn", "gb", "ca", "sg")
    }
    assert len(listed) > 100
    assert {name: d for smiles, name in listed.items() if (d := compare(classes, smiles))} == {}


# --- what is ordinary ---------------------------------------------------------------------------


def test_ordinary_chemicals(classes: Classes) -> None:
    """Both readings agree on ordinary chemicals; a long run tries all of them."""
    assert {row["name"]: d for row in SAMPLE if (d := compare(classes, row["smiles"]))} == {}


# --- what is built at random --------------------------------------------------------------------


@each_family
def test_random_structures(family: str, classes: Classes) -> None:
    """Both readings agree on structures decorated, closed and charged at random."""

    @some.examples(80)
    @given(FAMILIES[family])
    def agree(smiles: str) -> None:
        assert compare(classes, smiles) == []

    agree()


@each_family
def test_random_drawings(family: str, classes: Classes) -> None:
    """What the engine says of any drawing is what the second reading says of the bare compound."""

    @some.examples(50)
    @given(st.data())
    def agree(data: st.DataObject) -> None:
        smiles = data.draw(FAMILIES[family])
        text = data.draw(some.dressed(smiles))
        key = read_structure(smiles).components[0].smiles
        (component,) = {
            c.smiles: c for c in read_structure(text).components if c.smiles == key
        }.values()
        for law, judge in LAWS.items():
            proof = classes[law].prove(component)
            assert disagreement(proof, judge(Chem.MolFromSmiles(smiles))) is None, law

    agree()


# --- proofs that do not hold --------------------------------------------------------------------


def _with(proof: ClassProof, i: int, **changes: object) -> ClassProof:
    """The proof with one account changed."""
    accounts = list(proof.accounts)
    accounts[i] = accounts[i].model_copy(update=changes)
    return proof.model_copy(update={"accounts": tuple(accounts)})


def _renamed(proof: ClassProof, old: str, new: str) -> ClassProof:
    """The proof with one clause letter in place of another, wherever it stands."""
    accounts = tuple(
        a.model_copy(update={"clause": new}) if a.clause == old else a for a in proof.accounts
    )
    clauses = tuple(new if c == old else c for c in proof.clauses)
    return proof.model_copy(update={"accounts": accounts, "clauses": clauses})


def forgeries(
    proof: ClassProof, definition: CompiledDefinition
) -> Iterator[tuple[str, ClassProof]]:
    """Proofs that claim something else than a good one does, each with what was changed."""
    accounts = proof.accounts
    with_atoms = [i for i, account in enumerate(accounts) if account.atoms]
    for i in range(len(accounts)):
        rest = (*accounts[:i], *accounts[i + 1 :])
        yield "an account dropped", proof.model_copy(update={"accounts": rest})
        yield "another position", _with(proof, i, position="nowhere")
    for i in with_atoms:
        atoms = accounts[i].atoms
        yield "an atom left out", _with(proof, i, atoms=atoms[1:])
        yield "an atom twice", _with(proof, i, atoms=(*atoms, atoms[0]))
        yield (
            "an atom of the skeleton",
            _with(proof, i, atoms=(*atoms, next(iter(proof.skeleton.values())))),
        )
        yield "an atom that is none", _with(proof, i, atoms=(*atoms[1:], 10_000))
    for i, j in itertools.pairwise(with_atoms):
        moved = _with(proof, i, atoms=accounts[i].atoms[1:])
        yield "a moved atom", _with(moved, j, atoms=(*accounts[j].atoms, accounts[i].atoms[0]))
    for i, account in enumerate(accounts):
        if account.state is not State.REFERENCE:
            yield (
                "said to be the reference's",
                _with(
                    proof, i, state=State.REFERENCE, clause=None, word=None, kind=None, readings=()
                ),
            )
        if account.word is not None:
            for other in [w for w in definition.words if w != account.word][:1]:
                yield "a swapped word", _with(proof, i, word=other)
            yield "a swapped kind", _with(proof, i, kind="hydroxyl, but not")
        if account.readings:
            yield "a reading left out", _with(proof, i, readings=account.readings[1:])
        yield "a reading added", _with(proof, i, readings=(*account.readings, "no-such-reading"))
        for pair in account.attachments:
            yield (
                "a bond left out",
                _with(proof, i, attachments=tuple(p for p in account.attachments if p != pair)),
            )
    if proof.readings:
        yield "said to be definite", proof.model_copy(update={"readings": ()})
    yield "said to be arguable", proof.model_copy(update={"readings": (*proof.readings, "doubt")})
    for letter in proof.clauses:
        fewer = tuple(c for c in proof.clauses if c != letter)
        yield "a clause left out", proof.model_copy(update={"clauses": fewer})
    for letter in {a.clause for a in accounts if a.clause}:
        for other in definition.definition.clauses:
            if other not in proof.clauses:
                yield "a changed clause", _renamed(proof, letter, other)
    numbers = sorted(proof.skeleton)
    for a, b in itertools.pairwise(numbers):
        swapped = proof.skeleton | {a: proof.skeleton[b], b: proof.skeleton[a]}
        yield "two skeleton atoms swapped", proof.model_copy(update={"skeleton": swapped})
    yield (
        "a skeleton atom left out",
        proof.model_copy(update={"skeleton": {n: proof.skeleton[n] for n in numbers[1:]}}),
    )
    yield "another compound", proof.model_copy(update={"component": f"C{proof.component}"})
    yield "no compound", proof.model_copy(update={"component": "not a structure"})


def accepted(proof: ClassProof, definition: CompiledDefinition) -> list[str]:
    """The forgeries of a proof that the checker takes."""
    taken = []
    for what, forgery in forgeries(proof, definition):
        try:
            check_proof(forgery, definition)
        except ProofError:
            continue
        taken.append(what)
    return taken


@each_law
def test_forged_proofs_of_examples_are_refused(
    law: str, classes: Classes, screener: Screener
) -> None:
    """The checker takes the proof of each example, also as JSON, and none of its forgeries."""
    examples = screener.bundle.entries[law].examples
    tried = 0
    for example in (*examples.must_match, *examples.must_review):
        assert example.structure is not None
        for component in read_structure(example.structure).components:
            proof = classes[law].prove(component)
            if proof is None:
                continue
            check_proof(ClassProof.model_validate_json(proof.model_dump_json()), classes[law])
            assert accepted(proof, classes[law]) == [], example.because
            tried += 1
    assert tried >= 4


@each_family
def test_forged_proofs_of_random_members_are_refused(family: str, classes: Classes) -> None:
    """The checker takes no forgery of any proof the engine finds."""

    @some.examples(15)
    @given(FAMILIES[family])
    def refuse(smiles: str) -> None:
        for component in read_structure(smiles).components:
            for definition in classes.values():
                proof = definition.prove(component)
                if proof is not None:
                    assert accepted(proof, definition) == []

    refuse()


@each_law
def test_a_proof_is_checked_against_its_own_law(law: str, classes: Classes) -> None:
    """The proof of one law is no proof of another."""
    definition = classes[law]
    example = next(iter(definition.definition.clauses))
    proof = ClassProof(
        component=definition.reference.smiles,
        reference=definition.definition.reference,
        reference_name=definition.definition.reference_name,
        skeleton={},
        accounts=(Account(position="x", title="x", state=State.CLAUSE, clause=example),),
        clauses=(example,),
        readings=(),
    )
    with pytest.raises(ProofError, match="skeleton"):
        check_proof(proof, definition)
