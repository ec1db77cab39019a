"""Sentences are derived from proof and entry: what is there, in the law's own words."""

from __future__ import annotations

import ast
import datetime as dt
from pathlib import Path
from typing import Any

import pytest

import screening.explain
from screening.chemistry.identity import Form
from screening.chemistry.proof import Account, ClassProof, State
from screening.explain import explain, explain_requirement, latest_day, proof_table
from screening.rules.model import LegKind, RequirementRule
from tests import factories as make

ORIGIN: dict[str, Any] = {"leg": LegKind.ORIGIN, "place": "zz"}
CLASS_ENTRY = make.entry("zz/schedule/related", class_=True, paragraph="Rule 11(h)(30)")


def explained(proof: ClassProof, **options: Any) -> str:
    """The sentences for a proof of the class, at the origin."""
    return explain(CLASS_ENTRY, proof, **ORIGIN, **options)


def with_account(**changes: object) -> ClassProof:
    """The class proof with its last account changed."""
    proof = make.class_proof()
    last = proof.accounts[-1].model_copy(update=changes)
    return proof.model_copy(update={"accounts": (*proof.accounts[:-1], last)})


class TestSubstance:
    """A listed substance is named with its place in the law and its form."""

    def test_names_entry_paragraph_form_leg_and_place(self) -> None:
        """One sentence says what it is, under which law, and by which form."""
        text = explain(make.entry(), make.substance_proof(), leg=LegKind.DESTINATION, place="zz")
        assert text == (
            "Under the import law of the destination (ZZ), the component "
            f"{make.FENTANYL} is Fentanyl (Rule 12(c)(9)), as its salt."
        )

    def test_says_nothing_of_forms_when_drawn_as_listed(self) -> None:
        """Without forms, none is claimed."""
        proof = make.substance_proof(forms=())
        text = explain(make.entry(), proof, **ORIGIN)
        assert text.endswith("is Fentanyl (Rule 12(c)(9)).")

    @pytest.mark.parametrize("form", list(Form))
    def test_every_form_has_words_of_its_own(self, form: Form) -> None:
        """No form falls back to its bare name."""
        proof = make.substance_proof(forms=(str(form),))
        text = explain(make.entry(), proof, **ORIGIN)
        assert "in the form:" not in text
        assert len(text) > len(explain(make.entry(), make.substance_proof(forms=()), **ORIGIN))

    def test_a_derivative_is_not_said_to_be_the_substance(self) -> None:
        """An ester leads to the listed parent; the sentence says which of the two is which."""
        proof = make.substance_proof(forms=("salt", "ester"))
        text = explain(make.entry(), proof, **ORIGIN)
        assert f"the compound {make.FENTANYL}, of which the component is an ester, is" in text
        assert text.endswith(", as its salt.")

    def test_a_positional_isomer_is_not_said_to_be_the_substance(self) -> None:
        """Another arrangement of the same atoms is another compound."""
        proof = make.substance_proof(forms=("positional isomer",))
        text = explain(make.entry(), proof, **ORIGIN)
        assert "is a positional isomer of Fentanyl" in text

    def test_another_structure_of_the_entry_names_both(self) -> None:
        """An alias is named for itself and put under its entry."""
        proof = make.substance_proof(name="an ester of it")
        text = explain(make.entry(), proof, leg=LegKind.TREATY, place="un")
        assert "is an ester of it, which falls under Fentanyl (Rule 12(c)(9))" in text

    def test_an_entry_without_paragraph_cites_its_instrument(self) -> None:
        """There is always a place in the law to look up."""
        entry = make.entry(paragraph=None)
        text = explain(entry, make.substance_proof(), **ORIGIN)
        assert "(Rules on Scheduled Substances)" in text

    @pytest.mark.parametrize("leg", list(LegKind))
    def test_every_leg_has_words(self, leg: LegKind) -> None:
        """The law that is asked is said for every leg."""
        text = explain(make.entry(), make.substance_proof(), leg=leg, place="zz")
        assert text.startswith("Under the ")
        assert "(ZZ)" in text.split(",")[0]


class TestClass:
    """A class is explained clause by clause, in the entry's words."""

    def test_each_clause_is_said_with_the_laws_words_and_the_atoms(self) -> None:
        """Letter, the clause's own text, the place, the group and its atoms, in the law's order."""
        text = explained(make.class_proof())
        assert "belongs to Fentanyl-related substances (Rule 11(h)(30))." in text
        aniline = (
            "by clause D (the aniline ring may be replaced by any aromatic monocycle), "
            "at the aniline ring there is c1ccc(F)cc1, an aromatic monocycle, in the law's word "
            "'aromatic monocycle' (atoms 6 to 12)"
        )
        acyl = "by clause E (the N-propionyl group may be replaced by another acyl group)"
        assert text.index(aniline) < text.index(acyl)
        assert text.endswith("everything else is as in fentanyl.")

    def test_words_come_from_the_entry_and_not_from_the_proof(self) -> None:
        """Another wording of position and clause gives another sentence for the same proof."""
        assert CLASS_ENTRY.class_ is not None
        definition = CLASS_ENTRY.class_.model_dump(by_alias=True)
        definition["positions"]["acyl"]["title"] = "the group on the amide nitrogen"
        definition["clauses"]["E"]["says"] = "Any other acyl may stand there."
        entry = make.entry("zz/schedule/related", class_=True, **{"class": definition})
        text = explain(entry, make.class_proof(), **ORIGIN)
        assert "by clause E (any other acyl may stand there), at the group on the amide" in text
        assert "N-propionyl" not in text

    def test_a_reading_is_named_with_what_it_says(self) -> None:
        """An arguable hit says on which reading it depends."""
        text = explained(make.class_proof(arguable=True))
        assert text.endswith(
            "It depends on the reading 'wide-acyl': Acyl is not defined; a wide reading takes in "
            "cycloalkylcarbonyl."
        )

    def test_given_readings_come_first_and_none_is_said_twice(self) -> None:
        """What the screen adds (an uncertain date) and what the proof needs are both said once."""
        readings = [("date_not_confirmed", "The day is not known."), ("wide-acyl", "Given text.")]
        text = explained(make.class_proof(arguable=True), certainty_readings=readings)
        assert "the readings 'date_not_confirmed': The day is not known; and 'wide-acyl'" in text
        assert text.count("wide-acyl") == 1
        assert "Given text." in text

    def test_a_definite_proof_depends_on_nothing(self) -> None:
        """No reading is mentioned where none is needed."""
        assert "reading" not in explained(make.class_proof())

    def test_the_reference_itself(self) -> None:
        """Where nothing differs, that is said, and no clause is named."""
        proof = make.class_proof()
        kept = tuple(
            a.model_copy(update={"state": State.REFERENCE, "clause": None, "word": None})
            for a in proof.accounts
        )
        text = explained(proof.model_copy(update={"accounts": kept, "clauses": ()}))
        assert "Compared with fentanyl: everything is as in fentanyl." in text
        assert "clause" not in text

    def test_a_substituent_is_carried_and_not_a_replacement(self) -> None:
        """A group that a clause lets the reference bear is said to be carried."""
        assert CLASS_ENTRY.class_ is not None
        definition = CLASS_ENTRY.class_.model_dump(by_alias=True)
        definition["clauses"]["D"] |= {"becomes": [], "bears": ["aromatic monocycle"]}
        entry = make.entry("zz/schedule/related", class_=True, **{"class": definition})
        text = explain(entry, make.class_proof(), **ORIGIN)
        assert "on the aniline ring there is c1ccc(F)cc1" in text
        assert "at the N-propionyl group there is C(=O)C1CC1" in text

    def test_hydrogen_is_said_in_words(self) -> None:
        """A group without heavy atoms is hydrogen."""
        text = explained(with_account(atoms=(), attachments=(), kind="hydrogen"))
        assert "at the N-propionyl group there is hydrogen" in text

    def test_a_change_by_reading_alone_names_the_reading(self) -> None:
        """A released position has no letter; its reading stands in its place."""
        proof = with_account(state=State.RELEASED, clause=None, word=None, readings=("wide-acyl",))
        text = explained(proof.model_copy(update={"readings": ("wide-acyl",), "clauses": ("D",)}))
        assert "on the reading 'wide-acyl' alone, at the N-propionyl group there is" in text
        assert text.index("by clause D") < text.index("on the reading")

    def test_both_ends_of_a_ring_and_a_bond_that_closes_one(self) -> None:
        """Accounts without atoms of their own are not mistaken for hydrogen."""
        proof = make.class_proof()
        end = proof.accounts[1].model_copy(
            update={"atoms": (), "state": State.READING, "clause": None, "readings": ("ring",)}
        )
        chord = Account(
            position="acyl",
            title="a bond between two atoms of the skeleton",
            state=State.READING,
            readings=("ring",),
            attachments=((13, 25),),
        )
        text = explained(proof.model_copy(update={"accounts": (end, proof.accounts[2], chord)}))
        assert "at the aniline ring there is the other end of the same ring" in text
        assert "a bond between two atoms of the skeleton closes a ring" in text
        assert "hydrogen" not in text

    def test_a_linking_atom_is_said_by_its_kind(self) -> None:
        """A link is an atom of the frame, so it has no atoms of its own to name."""
        text = explained(with_account(atoms=(), attachments=(), kind="oxygen link"))
        assert "at the N-propionyl group there is an oxygen link" in text

    def test_two_groups_under_one_clause_are_said_together(self) -> None:
        """The clause's text is not repeated for each of its groups."""
        proof = make.class_proof()
        parts = tuple(
            proof.accounts[1].model_copy(update={"atoms": atoms}) for atoms in ((10,), (6, 7, 8))
        )
        text = explained(proof.model_copy(update={"accounts": (*parts, proof.accounts[2])}))
        assert text.count("by clause D") == 1
        assert "(atom 10)" in text
        assert "(atoms 6 to 8)" in text


class TestIdentifier:
    """A name or number is no structure, and the sentence says so where it matters."""

    def test_exact_name(self) -> None:
        """An exact name is one that the entry carries."""
        text = explain(make.entry(), make.identifier_proof(), **ORIGIN)
        assert "the name 'FENTANYL CITRATE' of the line is one that Fentanyl" in text

    def test_possible_name_goes_to_a_person(self) -> None:
        """A resemblance is never presented as a match."""
        proof = make.identifier_proof(exact=False, text="fentanil citr")
        text = explain(make.entry(), proof, **ORIGIN)
        assert "resembles 'fentanyl citrate'" in text
        assert "a person has to decide" in text

    def test_customs_code_identifies_nothing(self) -> None:
        """A customs code is a hint and is said to be one."""
        proof = make.identifier_proof(field="hs_code", text="2933.33", matched="2933.33")
        text = explain(make.entry(), proof, **ORIGIN)
        assert "the customs code '2933.33'" in text
        assert "identifies nothing" in text

    def test_submitted_text_is_cut_and_cannot_steer_a_terminal(self) -> None:
        """Control and direction characters are replaced, and a megabyte stays a line."""
        proof = make.identifier_proof(text="\x1b[31m\u202e" + "x" * 1_000_000, exact=False)
        text = explain(make.entry(), proof, **ORIGIN)
        assert len(text) < 1_000
        assert text.isprintable()


class TestRequirement:
    """A requirement says what, who, where, by when and why."""

    def test_all_of_it(self) -> None:
        """Every part is in the sentence, with the latest day counted back."""
        text = explain_requirement(make.requirement(), day=dt.date(2025, 11, 20))
        assert text == (
            "Exporter: Export permit (form 161) (authority: Office of Tests), at least 15 calendar "
            "days before shipping, so by 2025-11-05 at the latest. Scheduled substances leave with "
            "a permit only. Particulars: name and quantity; consignee."
        )

    def test_no_lead_time_invents_no_day(self) -> None:
        """Where no lead time was read, no day is named."""
        text = explain_requirement(make.requirement(lead_days=None), day=make.DAY)
        assert "before shipping" not in text
        assert "latest" not in text

    def test_a_rule_of_a_list_is_said_the_same_way(self) -> None:
        """The rule as its file states it needs no decision to be explained."""
        rule = RequirementRule.model_validate(
            {
                "id": "permit",
                "leg": "origin",
                "document": "Export permit",
                "authority": "Office of Tests",
                "who": "exporter",
                "because": "it is due.",
                "citation": "Rule 1",
                "checked": "primary",
            }
        )
        text = explain_requirement(rule)
        assert text == "Exporter: Export permit (authority: Office of Tests). It is due."

    @pytest.mark.parametrize(
        ("lead", "kind", "latest"),
        [
            (0, "calendar", "2025-11-17"),
            (15, "calendar", "2025-11-02"),
            (0, "working", "2025-11-17"),
            (1, "working", "2025-11-14"),  # 17 November 2025 is a Monday
            (5, "working", "2025-11-10"),
            (6, "working", "2025-11-07"),
            (None, "calendar", None),
        ],
    )
    def test_latest_day(self, lead: int | None, kind: str, latest: str | None) -> None:
        """Calendar days are counted as they are, working days without weekends."""
        due = make.requirement(lead_days=lead, lead_kind=kind)
        found = latest_day(due, dt.date(2025, 11, 17))
        assert found == (None if latest is None else dt.date.fromisoformat(latest))


class TestTable:
    """The table of a proof accounts for every atom."""

    def test_class_rows_hold_every_atom_once(self) -> None:
        """Frame and groups together are the whole component."""
        rows = proof_table(CLASS_ENTRY, make.class_proof())
        assert [row.clause for row in rows] == [None, None, "D", "E"]
        assert rows[0].there == "NC1CCNCC1 (atoms 5, 13 to 16, 25, 26)"
        assert rows[2].position == "The aniline ring"
        assert rows[2].word == "aromatic monocycle"
        assert rows[2].by.startswith("clause D: the aniline ring may be")

    def test_readings_are_in_the_row_they_belong_to(self) -> None:
        """Only the row that depends on a reading names it."""
        rows = proof_table(CLASS_ENTRY, make.class_proof(arguable=True))
        assert [row.reading for row in rows] == ["", "", "", "wide-acyl"]

    def test_without_the_entry_the_proof_still_reads(self) -> None:
        """An old decision can be shown when its entry is no longer at hand."""
        rows = proof_table(None, make.class_proof())
        assert rows[3].by == "clause E"
        assert rows[3].position == "The N-propionyl group"

    def test_substance_and_identifier(self) -> None:
        """Other proofs say what was compared with what."""
        rows = proof_table(make.entry(), make.substance_proof())
        assert [row.by for row in rows] == ["form: salt", "the entry"]
        (row,) = proof_table(make.entry(), make.identifier_proof(exact=False))
        assert row.by == "similar: a person has to decide"
        assert row.word == "fentanyl citrate"

    def test_released_row(self) -> None:
        """A position that a reading leaves open says so."""
        account = Account(
            position="acyl", title="the N-propionyl group", state=State.RELEASED, readings=("open",)
        )
        proof = make.class_proof().model_copy(update={"accounts": (account,)})
        row = proof_table(CLASS_ENTRY, proof)[1]
        assert (row.there, row.by, row.reading) == ("hydrogen", "left open by the reading", "open")


def test_it_imports_no_chemistry_toolkit_and_nothing_below_it() -> None:
    """Sentences are made from proof and law alone; drawing and parsing stay in chemistry."""
    tree = ast.parse(Path(screening.explain.__file__).read_text("utf-8"))
    modules = {n.module for n in ast.walk(tree) if isinstance(n, ast.ImportFrom) and n.module}
    modules |= {a.name for n in ast.walk(tree) if isinstance(n, ast.Import) for a in n.names}
    own = {m for m in modules if m.startswith(("screening", "rdkit"))}
    assert own == {
        "screening.chemistry.depict",
        "screening.chemistry.language",
        "screening.chemistry.proof",
        "screening.decision",
        "screening.rules.model",
        "screening.rules.quantities",
    }
