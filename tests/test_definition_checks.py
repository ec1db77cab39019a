"""Lint and mutation testing of class definitions, on small laws made for it and on those we ship.

The law here is on acetanilide and says nothing of any real one.
"""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner
from rdkit import Chem

from screening import Screener, checks
from screening.chemistry.definition import CompiledDefinition
from screening.chemistry.groups import KINDS, LINKER_KINDS, Group, groups_around, is_kind
from screening.chemistry.inspection import (
    SAMPLES,
    can_stand,
    misread,
    sample_group,
    takes_in,
    unknown_kinds,
)
from screening.chemistry.language import ClassDefinition
from screening.cli import cli
from screening.definition_checks import Level, answers, lint, lint_entry
from screening.errors import DefinitionError
from screening.mutation import (
    INCLUDED as INCLUDED_WHY,
)
from screening.mutation import (
    NOT_BORNE,
    ONLY_REVIEW,
    SAME_FORCE,
    Report,
    mutants,
    mutate,
    mutate_entry,
)
from screening.rules.load import Bundle, load_bundle
from screening.rules.model import Entry, GroupWord
from tests import factories as make

DATA = Path(__file__).parent / "data"
FROM, DAY = dt.date(2020, 1, 1), dt.date(2020, 6, 1)

WORDS: dict[str, Any] = {
    "alkyl": {
        "certain": ["acyclic alkyl"],
        "arguable": {"cyclic": {"kinds": ["alkyl with a ring"], "says": "rings?", "who": "open"}},
    },
    "halo": {"certain": ["halogen"]},
}
LAW: dict[str, Any] = {
    "reference": "CC(=O)Nc1ccccc1",
    "reference_name": "acetanilide",
    "reference_is_member": False,
    "skeleton": "[N:1]-[C:2]=[O:3]",
    "positions": {
        "chain": {"title": "the methyl group", "branch": 2},
        "ring": {"title": "the phenyl ring", "ring": 1},
        "on-ring": {"title": "the phenyl ring", "substituents": [], "with_ring": "ring"},
        "nitrogen": {"title": "the nitrogen", "branch": 1},
    },
    "clauses": {
        "a": {"at": "chain", "becomes": "alkyl", "says": "another alkyl group"},
        "b": {"at": "on-ring", "bears": "halo", "says": "halogen on the ring"},
    },
    "readings": {
        "n-alkyl": {
            "allows": [{"at": "nitrogen", "becomes": "alkyl"}],
            "says": "alkyl on the nitrogen?",
            "who": "open",
        }
    },
}


def example(structure: str, day: dt.date = DAY, **more: Any) -> dict[str, Any]:
    """An example as a file states it."""
    return {"structure": structure, "day": day, "because": "it is", **more}


EXAMPLES: dict[str, Any] = {
    "must_match": [
        example("CCC(=O)Nc1ccccc1", FROM, clauses="a"),
        example("CC(=O)Nc1ccc(F)cc1", clauses="b"),
    ],
    "must_not_match": [
        example("CCC(=O)Nc1ccccc1", FROM - dt.timedelta(days=1)),
        example("CC(=O)Nc1ccccc1"),
        example("O=CNc1ccccc1"),
        example("O=C(O)Nc1ccccc1"),
        example("CC(=O)Nc1ccc(O)cc1"),
    ],
    "must_review": [
        example("O=C(C1CC1)Nc1ccccc1", clauses="a", reading="cyclic"),
        example("CC(=O)N(C)c1ccccc1", reading="n-alkyl"),
    ],
}


def version(**changes: Any) -> dict[str, Any]:
    """A version in force since the start of 2020."""
    checked = {"membership": "primary", "dates": "primary"}
    return {"in_force": FROM, "recorded": FROM, "citation": "Act 1", "checked": checked} | changes


def words(**changes: Any) -> dict[str, GroupWord]:
    """The group words of the small law, changed."""
    return {k: GroupWord.model_validate(v) for k, v in (WORDS | changes).items()}


def entry(
    examples: Mapping[str, Any] = EXAMPLES, versions: list[dict[str, Any]] | None = None, **law: Any
) -> Entry:
    """The small law as an entry, changed; clauses, positions and readings are added."""
    merged = dict(LAW)
    for key, value in law.items():
        added = key in {"clauses", "positions", "readings"}
        merged[key] = {**LAW[key], **value} if added else value
    return make.entry(
        "zz/schedule/anilides",
        class_=True,
        examples=examples,
        versions=versions or [version()],
        **{"class": ClassDefinition.model_validate(merged)},
    )


def said(one: Entry, **changed_words: Any) -> list[str]:
    """What lint says of an entry."""
    return [str(p) for p in lint_entry(one, words(**changed_words))]


class TestLint:
    """Each fault of a definition is found, and a sound one has none."""

    def test_a_sound_definition_has_no_problem(self) -> None:
        """Nothing is said of a definition that its examples pin."""
        assert said(entry()) == []

    def test_no_class_no_problem(self) -> None:
        """Other entries are not looked at."""
        assert list(lint_entry(make.entry(), words())) == []

    def test_a_clause_that_can_never_match(self) -> None:
        """A doubly bound group cannot stand on the carbon of a carbonyl group."""
        c = {"at": "chain", "becomes": "imino", "says": "an imine"}
        problems = said(entry(clauses={"c": c}), imino={"certain": ["imine"]})
        assert any(p.startswith("error") and "clause c can never match" in p for p in problems)
        assert any("'imine' can stand at no position" in p for p in problems)
        assert not any("clause a can" in p or "clause b can" in p for p in problems)

    def test_a_kind_that_can_never_stand(self) -> None:
        """A kind among others of a word is named by itself; the clause still matches."""
        (problem,) = said(entry(), halo={"certain": ["halogen", "imine"]})
        assert "word 'halo': 'imine' can stand at no position where the word is used" in problem

    def test_a_clause_that_an_earlier_one_shadows(self) -> None:
        """Whatever the later clause takes in, the earlier takes in definitely."""
        narrow = {"at": "chain", "becomes": "ethyl", "says": "ethyl"}
        ethyl = {"certain": ["*CC"]}
        assert any(
            "clause c is shadowed" in p for p in said(entry(clauses={"c": narrow}), ethyl=ethyl)
        )
        other = {"at": "nitrogen", "becomes": "ethyl", "says": "ethyl"}
        problems = said(entry(clauses={"c": other}), ethyl=ethyl)
        assert not any("shadowed" in p for p in problems)

    def test_a_limit_keeps_a_clause_from_shadowing(self) -> None:
        """A clause up to two carbons does not take in what one without a limit does."""
        a = LAW["clauses"]["a"] | {"max_carbons": 2}
        c = {"at": "chain", "becomes": "alkyl", "says": "alkyl"}
        assert not any("shadowed" in p for p in said(entry(clauses={"a": a, "c": c})))
        assert any("clause c is shadowed" in p for p in said(entry(clauses={"a": a, "c": a})))

    def test_readings_that_can_never_be_needed(self) -> None:
        """A reading of the definition and one of a word, where clauses take in all of it."""
        again = LAW["readings"]["n-alkyl"] | {"allows": [{"at": "chain", "becomes": "ethyl"}]}
        problems = said(entry(readings={"again": again}), ethyl={"certain": ["*CC"]})
        assert any("the reading again can never be needed" in p for p in problems)
        assert not any("the reading n-alkyl can" in p for p in problems)
        arguable = {"ethers": {"kinds": ["acyclic alkoxyl"], "says": "?", "who": "open"}}
        wide = {"certain": ["halogen", "direct ether"], "arguable": arguable}
        problems = said(entry(), halo=wide)
        assert any(
            "the reading ethers of the word 'halo' can never be needed" in p for p in problems
        )

    def test_a_word_that_no_clause_uses(self) -> None:
        """Words are looked at law by law, where it has a class at all."""
        bundle = make.bundle(entry())
        jurisdiction = bundle.jurisdictions["zz"]
        known = jurisdiction.model_copy(update={"groups": words(nitro={"certain": ["nitro"]})})
        found = [str(p) for p in lint(Bundle({"zz": known}))]
        assert found == ["warning: zz/groups: no clause uses the word 'nitro'"]

    def test_words_and_kinds_without_an_example(self) -> None:
        """A kind that no hit example bears is named; a word none of whose kinds is, by itself."""
        problems = said(entry(), halo={"certain": ["halogen", "nitro"]})
        assert [p.rpartition(": ")[2] for p in problems if "'halo'" in p] == ["nitro"]
        c = {"at": "on-ring", "bears": "nitro", "says": "nitro"}
        problems = said(entry(clauses={"c": c}), nitro={"certain": ["nitro"]})
        assert any(p.endswith("no example pins the word 'nitro'") for p in problems)

    def test_a_position_that_nothing_touches(self) -> None:
        """One that holds nothing in the reference is dead; one that holds something is closed."""
        dead = {"title": "the nitrogen", "atom_form": 1}
        assert any("position form is dead" in p for p in said(entry(positions={"form": dead})))
        assert not any("position ring" in p for p in said(entry()))

    def test_a_skeleton_that_cannot_be_used(self) -> None:
        """A skeleton without map numbers, or that the reference does not fit, is an error."""
        problems = said(entry(skeleton="[N:1]-[C:2]=O"))
        assert sum("without a map number" in p or "no map number" in p for p in problems) == 2
        problems = said(entry(skeleton="[N:1]-[C:2]=[S:3]"))
        assert any("does not match the reference" in p for p in problems)
        assert all(p.startswith("error") for p in problems)

    def test_an_isotope_in_a_smiles(self) -> None:
        """Isotopes are cleared before anything is compared, so a stated one says nothing."""
        assert any("states an isotope" in p for p in said(entry(reference="[13CH3]C(=O)Nc1ccccc1")))

    def test_a_reference_that_is_no_member(self) -> None:
        """The reference is stated to be a member, and an exception takes it out."""
        out = [{"structure": "CC(=O)Nc1ccccc1", "because": "it"}]
        problems = said(entry(reference_is_member=True, excepts=out))
        assert any(
            "the reference is no member, but reference_is_member is true" in p for p in problems
        )

    def test_a_reference_that_is_a_member(self) -> None:
        """Read from its other end it is changed as two clauses allow."""
        law = {
            "reference": "CCOC",
            "reference_name": "an ether",
            "reference_is_member": False,
            "skeleton": "[C:1]-[O:2]-[C:3]",
            "positions": {
                "left": {"title": "l", "branch": 1},
                "right": {"title": "r", "branch": 3},
            },
            "clauses": {
                "a": {"at": "left", "becomes": "nothing", "says": "without"},
                "b": {"at": "right", "becomes": "alkyl", "says": "with"},
            },
        }
        one = make.entry("zz/schedule/x", class_=True, **{"class": law})
        problems = said(one, nothing={"certain": ["hydrogen"]})
        assert any(
            "the reference is a member, but reference_is_member is false" in p for p in problems
        )

    def test_missing_examples(self) -> None:
        """Each clause has a must_match, each reading a must_review, and there is a non-member."""
        problems = said(entry({"must_match": EXAMPLES["must_match"][:1]}))
        for text in (
            "no must_match example uses clause b",
            "no must_review example names the reading n-alkyl",
            "no must_review example names the reading cyclic",
            "no example of what it must not match",
        ):
            assert any(text in p for p in problems)
        assert not any("uses clause a" in p for p in problems)

    def test_a_clause_of_arguable_words_needs_no_match(self) -> None:
        """Where every word of a clause is arguable, a must_review example pins it."""
        kinds = {"kinds": ["acyclic alkyl", "alkyl with a ring"], "says": "?", "who": "open"}
        never = {"arguable": {"cyclic": kinds}}
        assert not any("uses clause a" in p for p in said(entry(), alkyl=never))

    def test_boundary_days_without_an_example(self) -> None:
        """A day on which the answer changes has an example on it and one on the day before."""
        until = [version(until=dt.date(2021, 1, 1))]
        problems = said(entry(versions=until))
        assert [p.partition("; ")[2] for p in problems] == [
            "no example on 2020-12-31 and 2021-01-01"
        ]
        renewed = [*until, version(in_force=dt.date(2021, 1, 1))]
        assert said(entry(versions=renewed)) == []  # the law goes on: no answer changes

    def test_the_lists_that_ship(self) -> None:
        """No definition we ship has an error, and every example that lint asks for is there."""
        problems = list(lint(bundled()))
        assert [p for p in problems if p.level is Level.ERROR] == []
        assert [str(p) for p in problems if "example" in p.message] == []


class TestSmarts:
    """A SMARTS that parses to something else than its author read."""

    @pytest.mark.parametrize(
        ("smarts", "grave", "says"),
        [
            ("[CF2:1]-[N:2]", True, "2 is read as an isotope"),
            ("[CF2:1]-[N:2]", True, "names two elements at once"),
            ("[6:1]-[N:2]", True, "6 is read as an isotope"),
            ("[2C:1]", True, "2 is read as an isotope"),
            ("[Cl2:1]", True, "2 is read as an isotope"),
            ("[cC:1]", True, "names two elements at once"),
            ("[C;a&N:1]", True, "names two elements at once"),
            ("[C:1]:[c:2]", True, "an end of it can never be"),
            ("[N:1]C", True, "has no map number"),
            ("[Sc:1]", False, "read as the element Sc"),
            ("[CH2:1]-[N:2]", False, "H2 counts hydrogens"),
            ("[ND2:1]", False, "D2 counts neighbours"),
            ("[N+:1]", False, "states a charge"),
            ("[C@H:1]([F:2])[Cl:3]", False, "states stereochemistry"),
            ("[#6:1]1[#6:2]-[#6:3]-1", False, "is not written: it is single or aromatic"),
            ("[#7:1][c:2]", False, "is not written: it is single or aromatic"),
        ],
    )
    def test_traps(self, smarts: str, grave: bool, says: str) -> None:
        """Each trap is found, and told apart by how grave it is."""
        found = [m for m in misread(smarts) if says in m.says]
        assert len(found) == 1
        assert found[0].grave is grave

    @pytest.mark.parametrize(
        "smarts",
        [
            "[#7:1]-[C:2]1-[C:3]-[C:4]-[#7:5]-[C:6]-[C:7]-1",
            "[#6:1]1-,=[C;X4,X3:2]-[CX4:3]-[#7:4]-[CX4:5]-[C;X4,X3:6]-,=1",
            "[N:1]-[C:2]-[n:3]1:[c:4](-[C,O,S,N;!a:5]):[n:6]:[c:7]:[c:8]:1",
            "[C:1][N:2]",  # neither can be aromatic: the bond is single
            "[c,n:1]:[#6:2]~[O,$(NC=O):3]",
        ],
    )
    def test_plain_patterns(self, smarts: str) -> None:
        """Nothing is said of a pattern that means what it shows."""
        assert misread(smarts) == []

    def test_no_smarts(self) -> None:
        """What cannot be parsed is refused."""
        with pytest.raises(DefinitionError):
            misread("[C")


class TestKinds:
    """What lint believes of kinds is true of groups."""

    def test_every_kind_has_samples_that_are_of_it(self) -> None:
        """A kind added to the vocabulary needs a sample, and each sample is of its kind."""
        assert not unknown_kinds()
        for kind, samples in SAMPLES.items():
            for sample in samples if kind not in LINKER_KINDS else ():
                assert is_kind(sample_group(sample, kind), kind), (kind, sample)

    def test_included_kinds_on_samples(self) -> None:
        """Where one kind is said to take in another, it takes in its samples."""
        for kind in set(SAMPLES) - set(LINKER_KINDS):
            for wider in KINDS:
                if takes_in(wider, kind, on_carbon=True):
                    for sample in SAMPLES[kind]:
                        assert is_kind(sample_group(sample, kind), wider), (wider, kind)

    def test_included_kinds_on_ordinary_chemicals(self) -> None:
        """And it takes in every such group that ordinary chemicals have."""
        pairs = [(w, k) for w in KINDS for k in KINDS if takes_in(w, k) and w != k]
        plainly = {(w, k) for w in KINDS for k in KINDS if takes_in(w, k, on_carbon=True)}
        tried = 0
        for group in ordinary_groups():
            anchor = group.mol.GetAtomWithIdx(group.attachments[0][0])
            double = any(b.GetBondTypeAsDouble() == 2 for b in anchor.GetBonds())
            held = plainly if anchor.GetAtomicNum() == 6 and not double else pairs
            of = {k for k in KINDS if is_kind(group, k)}
            tried += len(of)
            assert [(w, k) for w, k in held if k in of and w not in of] == []
        assert tried > 300

    def test_literal_groups(self) -> None:
        """A group written out is of the kinds that its structure has."""
        assert takes_in("acyclic alkyl", "*CC")
        assert takes_in("direct ether", "*OC")
        assert not takes_in("alkyl with a ring", "*CC")
        assert not takes_in("any group", "hydrogen")

    def test_where_a_kind_can_stand(self) -> None:
        """Tried with a sample at the place itself: alone, as a bridge, as another linking atom."""
        law = LAW | {
            "positions": LAW["positions"]
            | {"link": {"title": "l", "linker": 1}, "form": {"title": "f", "atom_form": 1}},
            "skeleton": "[N,O,S:1]-[C:2]=[O:3]",
            "clauses": {
                "a": {"at": "chain", "becomes": "alkyl", "says": "s"},
                "b": {"at": "on-ring", "bears": "halo", "says": "s"},
                "c": {"at": "link", "becomes": "halo", "says": "s"},
                "d": {"at": "form", "bears": "halo", "says": "s"},
                "e": {"at": ["chain", "nitrogen"], "joins": "halo", "says": "s"},
            },
        }
        definition = ClassDefinition.model_validate(law)
        compiled = CompiledDefinition(definition, words())

        def stands(letter: str, which: str, kind: str) -> bool:
            return can_stand(compiled, definition.clauses[letter], which, kind, letter)

        assert stands("a", "becomes", "acyclic alkyl")
        assert stands("a", "becomes", "hydrogen")
        assert not stands("a", "becomes", "oxo")
        assert stands("b", "bears", "dioxy bridge")
        assert not stands("b", "bears", "imine")
        assert not stands("b", "bears", "hydrogen")
        assert stands("c", "becomes", "oxygen link")
        assert not stands("c", "becomes", "carbon link")  # the skeleton names N, O and S
        assert stands("d", "bears", "oxide")
        assert not stands("d", "bears", "hydrogen")
        assert stands("e", "joins", "alkylene bridge")
        assert not stands("e", "joins", "halogen")


class TestMutation:
    """A change that no example notices is reported."""

    def report(self, one: Entry, **changed_words: Any) -> Report:
        """What came of the mutants of an entry."""
        return mutate_entry(one, words(**changed_words))

    def left(self, one: Entry, **changed_words: Any) -> list[str]:
        """What survives, without the entry's id."""
        return [m.says for m in self.report(one, **changed_words).survivors]

    def test_a_strong_set_of_examples_kills_all(self) -> None:
        """Every mutant of the small law is killed, and there is one of each sort."""
        report = self.report(entry())
        assert report.survivors == ()
        assert report.failing == ()
        assert report.equivalent == ()
        made = {m.says for m in mutants(entry(), words())}
        assert report.killed == len(made)
        assert made >= {
            "without clause a",
            "clause a: becomes any other group as well",
            "clause a: becomes hydrogen as well",
            "clause b: bears any other group as well",
            "without the reading n-alkyl",
            "the reading n-alkyl as settled",
            "the reading cyclic as settled",
            "the word 'alkyl': without 'acyclic alkyl'",
            "the word 'alkyl': without the reading cyclic",
            "reference_is_member: true",
            "versions.0.in_force: 2020-01-01 a day earlier",
            "versions.0.in_force: 2020-01-01 a day later",
        }

    @pytest.mark.parametrize(
        ("group", "number", "unnoticed"),
        [
            ("must_match", 1, ["without clause b", "the word 'halo': without 'halogen'"]),
            (
                "must_not_match",
                0,
                ["versions.0.in_force: 2020-01-01 a day earlier"],
            ),
            ("must_not_match", 1, ["reference_is_member: true"]),
            ("must_not_match", 2, ["clause a: becomes hydrogen as well"]),
            ("must_not_match", 4, ["clause b: bears any other group as well"]),
            (
                "must_review",
                0,
                ["the reading cyclic as settled", "the word 'alkyl': without the reading cyclic"],
            ),
            (
                "must_review",
                1,
                ["without the reading n-alkyl", "the reading n-alkyl as settled"],
            ),
        ],
    )
    def test_a_weak_set_is_reported(self, group: str, number: int, unnoticed: list[str]) -> None:
        """Without one example, exactly the changes that it alone notices survive."""
        fewer = [e for i, e in enumerate(EXAMPLES[group]) if i != number]
        assert self.left(entry(EXAMPLES | {group: fewer})) == unnoticed

    def test_no_examples_kill_nothing(self) -> None:
        """Without examples every mutant survives."""
        report = self.report(entry({}))
        assert report.killed == 0
        assert len(report.survivors) == len(list(mutants(entry(), words())))

    def test_an_example_that_fails_kills_nothing(self) -> None:
        """It is said apart, and what it seemed to pin survives."""
        wrong = EXAMPLES["must_match"][1] | {"clauses": ("a",)}
        report = self.report(entry(EXAMPLES | {"must_match": [EXAMPLES["must_match"][0], wrong]}))
        assert len(report.failing) == 1
        assert "without clause b" in [m.says for m in report.survivors]

    def test_limits(self) -> None:
        """Limits of a word, of a clause, in number and of the whole are dropped in turn."""
        limited: dict[str, Any] = {
            "clauses": {
                "a": LAW["clauses"]["a"] | {"max_carbons": 3},
                "b": LAW["clauses"]["b"] | {"max_count": 2},
            },
            "limits": {"max_mass": 250},
            "excepts": [{"structure": "CC(=O)Nc1ccc(Cl)cc1", "because": "named"}],
        }
        says = {
            "clause a: without max_carbons": example("CCCCC(=O)Nc1ccccc1"),
            "clause b: without max_count": example("CC(=O)Nc1c(F)cc(F)cc1F"),
            "without the limit of mass": example("CC(=O)Nc1ccc(I)cc1"),
            "without the exception of CC(=O)Nc1ccc(Cl)cc1": example("CC(=O)Nc1ccc(Cl)cc1"),
        }
        assert set(self.left(entry(**limited))) == set(says)
        outside = [*EXAMPLES["must_not_match"], *says.values()]
        assert self.left(entry(EXAMPLES | {"must_not_match": outside}, **limited)) == []
        short = WORDS["halo"] | {"max_carbons": 1}
        assert self.left(entry(), halo=short) == ["the word 'halo': without max_carbons"]

    def test_parts_of_clauses_and_readings(self) -> None:
        """A word of a list, a position of a clause, a part of a reading, a variant, alone."""
        law: dict[str, Any] = {
            "clauses": {
                "b": {
                    "at": ["on-ring", "nitrogen"],
                    "bears": "halo",
                    "becomes": "halo",
                    "says": "s",
                }
            },
            "readings": {
                "open": {
                    "allows": [{"at": "on-ring", "bears": ["alkyl", "nitro"]}],
                    "releases": "chain",
                    "says": "?",
                    "who": "open",
                }
            },
            "variants": [{"skeleton": "[N:1]-[C:2]=[S:3]", "clause": "a", "says": "thio"}],
        }
        left = self.left(entry(**law), nitro={"certain": ["nitro"]})
        assert {
            "clause a: without its variant of the skeleton",
            "clause b: not at nitrogen",
            "the reading open: bears without the word 'nitro'",
            "the reading open: without what it allows at on-ring",
            "the reading open: without releasing chain",
        } <= set(left)
        assert "clause b: not at on-ring" not in left

    def test_what_no_example_can_notice_is_told_by_rule(self) -> None:
        """Each rule sets its mutants apart, with the reason, and no others."""

        def apart(one: Entry, **changed_words: Any) -> dict[str, str | None]:
            found = mutants(one, words(**changed_words))
            return {m.says: m.equivalent for m in found if m.equivalent is not None}

        assert apart(entry()) == {}
        ethers = {"certain": ["halogen", "acyclic alkoxyl", "direct ether"]}
        lost = "the word 'halo': without 'acyclic alkoxyl'"
        assert apart(entry(), halo=ethers) == {lost: INCLUDED_WHY}
        listed = {"at": "on-ring", "bears": ["halo", "chloro"], "says": "s"}
        found = apart(entry(clauses={"b": listed}), chloro={"certain": ["*Cl"]})
        assert found == {
            "clause b: bears without the word 'chloro'": INCLUDED_WHY,
            "the word 'chloro': without '*Cl'": INCLUDED_WHY,
        }
        borne = {"certain": ["halogen", "hydrogen"]}
        assert apart(entry(), halo=borne) == {"the word 'halo': without 'hydrogen'": NOT_BORNE}
        renewed = [version(until=dt.date(2021, 1, 1)), version(in_force=dt.date(2021, 1, 1))]
        assert apart(entry(versions=renewed)) == {
            "versions.0.until: 2021-01-01 a day later": SAME_FORCE,
            "versions.1.in_force: 2021-01-01 a day earlier": SAME_FORCE,
        }
        unread = [version(checked={"membership": "unverified", "dates": "primary"})]
        assert set(apart(entry(versions=unread)).values()) == {ONLY_REVIEW}

    def test_days_that_are_not_known(self) -> None:
        """Both edges of a range are moved; only hand-written examples pin them."""
        edges = [dt.date(2020, 1, 1), dt.date(2020, 3, 1)]
        range_ = {"not_before": edges[0], "not_after": edges[1]}
        versions = [version(in_force=range_)]
        moved = [
            f"versions.0.in_force: {edge} {day} a day {way}"
            for way in ("earlier", "later")
            for edge, day in zip(("not_before", "not_after"), edges, strict=True)
        ]
        later = [e | {"day": DAY} for e in EXAMPLES["must_match"]]
        plain = EXAMPLES | {"must_match": later}
        left = self.left(
            entry(plain | {"must_not_match": EXAMPLES["must_not_match"][1:]}, versions)
        )
        assert sorted(left) == sorted(moved)
        ethyl = "CCC(=O)Nc1ccccc1"
        pinned = {
            "must_match": [*later, example(ethyl, edges[1])],
            "must_review": [
                *EXAMPLES["must_review"],
                example(ethyl, edges[0], reading="date-not-confirmed"),
                example(ethyl, edges[1] - dt.timedelta(days=1), reading="date-not-confirmed"),
            ],
        }
        assert self.left(entry(plain | pinned, versions)) == []

    def test_an_ether_of_a_member_is_another_answer(self) -> None:
        """Losing a kind is noticed even where the entry takes in the compound as an ether."""
        bears = {"at": "on-ring", "bears": ["halo", "oxy"], "says": "s"}
        oxy = {"certain": ["hydroxyl", "acyclic alkoxyl"]}
        more = [*EXAMPLES["must_match"], example("CC(=O)Nc1ccc(OC)cc1", clauses="b")]
        more.append(example("CC(=O)Nc1ccc(O)cc1", clauses="b"))
        outside = [e for e in EXAMPLES["must_not_match"] if "(O)cc" not in e["structure"]]
        outside.append(example("CC(=O)Nc1ccc(N)cc1"))
        one = entry(
            EXAMPLES | {"must_match": more, "must_not_match": outside}, clauses={"b": bears}
        )
        covered = one.model_copy(
            update={
                "forms": one.forms.model_copy(update={"ethers": "covered", "esters": "covered"})
            }
        )
        assert self.left(covered, oxy=oxy) == []

    def test_the_command(self, tmp_path: Path) -> None:
        """`watchlist test --mutate` prints what survives and exits with 2, else with 0."""
        folder = tmp_path / "zz" / "schedule"
        folder.mkdir(parents=True)
        held = make.bundle(entry()).jurisdictions["zz"].lists[0].file
        listed = held.model_dump(mode="json", exclude_defaults=True) | {"last_checked": FROM}
        listed["coverage"]["as_of"] = FROM
        for path, content in (
            (tmp_path / "zz" / "jurisdiction.yaml", {"title": "T", "authority": "O"}),
            (tmp_path / "zz" / "groups.yaml", WORDS),
            (folder / "list.yaml", listed),
        ):
            path.write_text(plain_yaml(content))
        file = {"names": {"en": ["anilides"]}, "class": LAW, "versions": [version()]}
        path = folder / "anilides.yaml"
        for examples, code in ((EXAMPLES, 0), (EXAMPLES | {"must_review": []}, 2)):
            path.write_text(plain_yaml(file | {"examples": examples}))
            ran = CliRunner().invoke(cli, ["watchlist", "test", "--mutate", str(tmp_path)])
            assert ran.exit_code == code, ran.output
            survivor = "no example notices: zz/schedule/anilides: the reading cyclic as settled"
            assert (survivor in ran.stdout) is (code == 2)
            assert "1 definitions" in ran.stderr


class TestOurs:
    """The definitions that ship."""

    @pytest.mark.parametrize(
        "entry_id", [e.id for e in load_bundle().entries.values() if e.class_ is not None]
    )
    def test_every_mutant_is_killed(self, entry_id: str) -> None:
        """No change of a definition we ship goes unnoticed."""
        (report,) = mutate(bundled(), [entry_id])
        assert report.failing == ()
        assert [str(m) for m in report.survivors] == []
        assert report.killed > 10

    def test_the_definition_answers_as_the_screen_does(self, screener: Screener) -> None:
        """What mutants are judged by is what a shipment is told, on every fifth example."""
        bundle = screener.bundle
        held = [
            (one, case)
            for one in bundle.entries.values()
            if one.class_ is not None
            for case in checks.hand_written(one)
        ]
        compiled: dict[str, CompiledDefinition] = {}
        for one, case in held[::5]:
            assert one.class_ is not None
            assert case.shipment.structure is not None
            if one.id not in compiled:
                law = bundle.jurisdictions[one.jurisdiction].groups
                compiled[one.id] = CompiledDefinition(one.class_, law)
            found = answers(one, compiled[one.id], case.shipment.structure, case.shipment.day)
            here = checks.compare(case, [(a.definite, a.proof.clauses, a.readings) for a in found])
            there = checks.judge(case, screener.screen(case.shipment))
            assert here.got.partition(" (")[0] == there.got.partition(" (")[0], str(there)


@cache
def bundled() -> Bundle:
    """The lists that ship, loaded once."""
    return load_bundle()


def plain_yaml(content: Any) -> str:
    """YAML without anchors, which watchlists do not allow."""

    class Plain(yaml.SafeDumper):
        def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002 - PyYAML's signature
            return True

    return yaml.dump(content, Dumper=Plain)


def ordinary_groups() -> list[Group]:
    """The groups left and right of single bonds in ordinary chemicals."""
    found = []
    with (DATA / "benign.csv").open(encoding="utf-8", newline="") as file:
        molecules = [Chem.MolFromSmiles(row["smiles"]) for row in csv.DictReader(file)]
    for mol in molecules[::60]:
        everything = frozenset(a.GetIdx() for a in mol.GetAtoms())
        for bond in mol.GetBonds():
            if bond.IsInRing() or bond.GetBondType() != Chem.BondType.SINGLE:
                continue
            for anchor in (bond.GetBeginAtomIdx(), bond.GetEndAtomIdx()):
                groups = groups_around(mol, frozenset({anchor}), everything - {anchor})
                found += [g for g in groups if len(g.attachments) == 1]
    return found
