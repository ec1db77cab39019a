"""The class engine on small made-up laws, one feature of the language at a time.

The reference of most of them is acetanilide, an ordinary chemical. No law stands behind them.
"""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from rdkit import Chem

from screening.chemistry import definition as module
from screening.chemistry.definition import (
    RING_CLOSED,
    CompiledDefinition,
    check_proof,
    substructure_named,
)
from screening.chemistry.language import ClassDefinition, GroupWord
from screening.chemistry.proof import Account, ClassProof, State
from screening.chemistry.structure import read_structure
from screening.errors import DefinitionError, MatchLimitError, ProofError
from tests import strategies as some

ACETANILIDE = "CC(=O)Nc1ccccc1"

WORDS: dict[str, dict[str, Any]] = {
    "alkyl": {
        "certain": ["acyclic alkyl"],
        "arguable": {
            "cyclic-alkyl": {"kinds": ["alkyl with a ring"], "says": "rings?", "who": "nobody"}
        },
    },
    "short alkyl": {"certain": ["acyclic alkyl"], "max_carbons": 2},
    "halo": {"certain": ["halogen"]},
    "hydroxy": {"certain": ["hydroxyl"]},
    "alkoxy": {"certain": ["acyclic alkoxyl"]},
    "monocycle": {"certain": ["aromatic heteromonocycle", "benzene ring"]},
    "anything": {"certain": ["any group"]},
    "hydrogen": {"certain": ["hydrogen"]},
    "bridge": {"certain": ["alkylene bridge"]},
    "dioxy": {"certain": ["dioxy bridge"]},
    "soft bridge": {"certain": ["dioxy bridge"], "arguable": {
        "carbon-bridge": {"kinds": ["alkylene bridge"], "says": "carbon?", "who": "nobody"}}},
    "thio": {"certain": ["sulphur link"], "arguable": {
        "aza": {"kinds": ["nitrogen link"], "says": "nitrogen?", "who": "nobody"}}},
    "oxide": {"certain": ["oxide"]},
    "acetal": {"certain": ["acetal"]},
    "tosyl": {"certain": ["*S(=O)(=O)c1ccc(C)cc1"]},
}  # fmt: skip

BASE: dict[str, Any] = {
    "reference": ACETANILIDE,
    "reference_name": "acetanilide",
    "reference_is_member": False,
    "skeleton": "[#7:1]-[CX3:2]=[OX1:3]",
    "positions": {
        "ring": {"title": "the phenyl ring", "ring": 1},
        "on-ring": {"title": "the phenyl ring", "substituents": [], "with_ring": "ring"},
        "nitrogen": {"title": "the nitrogen", "branch": 1},
        "methyl": {"title": "the methyl of the acyl", "branch": 2},
    },
    "clauses": {
        "a": {"at": "on-ring", "bears": ["halo", "alkyl"], "says": "a"},
        "b": {"at": "methyl", "becomes": "alkyl", "says": "b"},
        "c": {"at": "nitrogen", "becomes": "alkyl", "says": "c"},
        "d": {"at": "ring", "becomes": "monocycle", "says": "d"},
    },
}


def law(**changes: Any) -> CompiledDefinition:
    """The base law with some keys changed; dictionaries are merged, and None removes an item."""
    data: dict[str, Any] = {}
    for key, value in (BASE | changes).items():
        old = BASE.get(key)
        both = old | value if isinstance(old, dict) and isinstance(value, dict) else value
        data[key] = {k: v for k, v in both.items() if v} if isinstance(both, dict) else both
    words = {name: GroupWord.model_validate(word) for name, word in WORDS.items()}
    return CompiledDefinition(ClassDefinition.model_validate(data), words)


def prove(
    definition: CompiledDefinition, smiles: str, clauses: list[str] | None = None
) -> ClassProof | None:
    """The checked proof of a structure of one component."""
    (component,) = read_structure(smiles).components
    proof = definition.prove(component, clauses)
    if proof is not None:
        check_proof(proof, definition)
    return proof


def said(definition: CompiledDefinition, smiles: str) -> str:
    """Letters and readings in one line: "a b", "c (cyclic-alkyl)", "no"."""
    proof = prove(definition, smiles)
    if proof is None:
        return "no"
    letters = " ".join(proof.clauses)
    return f"{letters} ({', '.join(proof.readings)})".strip() if proof.readings else letters


LAW = law()

NO_RING = {"ring": None, "on-ring": None, "nitrogen": None, "methyl": None}
NO_LETTER = {"a": None, "b": None, "c": None, "d": None}
GLYME: dict[str, Any] = {
    "reference": "COCCOC",
    "reference_name": "glyme",
    "skeleton": "[CX4:1]-[O:2]-[CX4:3]-[CX4:4]-[O:5]-[CX4:6]",
    "positions": NO_RING | {"chain": {"title": "the chain", "substituents": [3, 4]}},
    "clauses": NO_LETTER | {"a": {"at": "chain", "bears": ["alkyl", "halo"], "says": "a"}},
}
ETHER: dict[str, Any] = {
    "reference": "CCOCC",
    "reference_name": "ether",
    "skeleton": "[CX4:1]-[O,S,N,C:2]-[CX4:3]",
    "positions": NO_RING
    | {
        "one": {"title": "one end", "branch": 1},
        "other": {"title": "the other end", "branch": 3},
        "link": {"title": "the link", "linker": 2},
    },
    "clauses": NO_LETTER | {"a": {"at": "link", "becomes": "thio", "says": "a"}},
}
KETONE: dict[str, Any] = {
    "reference": "CCC(=O)CC",
    "reference_name": "pentanone",
    "reference_is_member": True,
    "skeleton": "[CH3:1]-[CX4:2]-[#6:3]-[CX4:4]-[CH3:5]",
    "positions": NO_RING | {"carbonyl": {"title": "the carbonyl", "on_atom": 3}},
    "clauses": NO_LETTER | {"a": {"at": "carbonyl", "becomes": "acetal", "says": "a"}},
}
BUTANOL: dict[str, Any] = {
    "reference": "CCCCO",
    "reference_name": "butanol",
    "reference_is_member": True,
    "skeleton": "[CX4:1]-[CX4:2]-[CX4:3]-[CX4:4]-[OH:5]",
    "positions": NO_RING | {"chain": {"title": "the chain", "substituents": [1, 2, 3, 4]}},
    "clauses": NO_LETTER | {"a": {"at": "chain", "bears": "halo", "says": "a"}},
}


class TestMembership:
    @pytest.mark.parametrize(
        ("smiles", "expected"),
        [
            (ACETANILIDE, "no"),
            ("CC(=O)Nc1ccc(F)cc1", "a"),
            ("CC(=O)Nc1c(C)cc(F)cc1Cl", "a"),
            ("CCC(=O)Nc1ccccc1", "b"),
            ("CC(=O)N(C)c1ccccc1", "c"),
            ("CC(=O)Nc1ccncc1", "d"),
            ("CCC(=O)N(CC)c1ccc(Br)cc1", "a b c"),
            ("O=CNc1ccccc1", "no"),
            ("CC(=O)NC", "no"),
            ("CC(=O)Nc1ccc2ccccc2c1", "no"),
            ("CC(=S)Nc1ccccc1", "no"),
            ("CCO", "no"),
        ],
    )
    def test_every_position_is_the_references_or_a_clauses(
        self, smiles: str, expected: str
    ) -> None:
        """One group that nothing accounts for, hydrogen in place of a group too, and it is out."""
        assert said(LAW, smiles) == expected

    def test_one_atom_too_many_is_enough_to_be_out(self) -> None:
        """Every heavy atom must be accounted for."""
        assert said(LAW, "CC(=O)N(C)c1ccc(F)cc1") == "a c"
        assert said(LAW, "CC(=O)N(CO)c1ccc(F)cc1") == "no"

    def test_the_reference_may_be_a_member(self) -> None:
        """`reference_is_member` decides on the compound that meets no letter."""
        proof = prove(law(reference_is_member=True), ACETANILIDE)
        assert proof is not None
        assert (proof.clauses, proof.definite) == ((), True)
        assert all(account.state is State.REFERENCE for account in proof.accounts)

    def test_letters_in_force(self) -> None:
        """A version may know only some letters."""
        assert prove(LAW, "CC(=O)Nc1ccc(F)cc1", ["b", "c"]) is None
        assert prove(LAW, "CC(=O)Nc1ccc(F)cc1", ["a"]) is not None

    def test_a_skeleton_is_necessary_not_sufficient(self) -> None:
        """The filter before the proof lets every member through."""
        for smiles, expected in (("CC(=O)NCO", True), ("CCO", False)):
            assert LAW.may_match(read_structure(smiles).components[0]) is expected

    @some.examples(60)
    @given(st.data())
    def test_atom_order_does_not_matter(self, data: st.DataObject) -> None:
        """The proof is the same proof, whatever the drawing."""
        smiles = data.draw(st.sampled_from(
            ["CCC(=O)N(CC)c1ccc(Br)cc1", "CC(=O)Nc1cc(C2CC2)ccc1F", "CC(=O)Nc1ccncc1"]
        ))  # fmt: skip
        assert prove(LAW, data.draw(some.drawings(smiles))) == prove(LAW, smiles)


class TestPreference:
    def test_a_kept_ring_counts_as_kept_where_a_clause_allows_it(self) -> None:
        """Fluorophenyl is the reference's ring with fluorine, not another ring."""
        assert said(LAW, "CC(=O)Nc1ccc(F)cc1") == "a"
        assert said(LAW, "CC(=O)Nc1ccc(O)cc1") == "d"

    def test_definite_before_arguable(self) -> None:
        """A proof by a reading is taken only where there is no other."""
        assert said(LAW, "CC(=O)Nc1ccc(C2CC2)cc1") == "a (cyclic-alkyl)"
        wide = law(clauses={"e": {"at": "on-ring", "bears": "anything", "says": "e"}})
        assert said(wide, "CC(=O)Nc1ccc(C2CC2)cc1") == "e"

    def test_fewest_letters_then_the_laws_order(self) -> None:
        """Two letters are not used where one will do."""
        both = law(clauses={"e": {"at": ["on-ring", "methyl"], "bears": "halo", "becomes": "alkyl",
                                  "says": "e"}})  # fmt: skip
        assert said(both, "CC(=O)Nc1ccc(F)cc1") == "a"
        assert said(both, "CCC(=O)Nc1ccc(F)cc1") == "e"

    def test_letters_stand_in_the_laws_order(self) -> None:
        """Not in that of the alphabet."""
        last = {"at": "nitrogen", "becomes": "alkyl", "says": "0"}
        proof = prove(law(clauses={"c": None, "0": last}), "CC(=O)N(C)c1ccc(F)cc1")
        assert proof is not None
        assert proof.clauses == ("a", "0")

    def test_other_accounts_are_counted(self) -> None:
        """The proof says that there is more than one way to read the compound."""
        proof = prove(LAW, "CC(=O)N(c1ccccc1)c1ccccc1")
        assert proof is None
        two_rings = law(clauses={"c": {"at": "nitrogen", "becomes": "anything", "says": "c"}})
        proof = prove(two_rings, "CC(=O)N(c1ccc(F)cc1)c1ccc(Cl)cc1")
        assert proof is not None
        assert proof.alternatives == 1


class TestGroupsAndLimits:
    def test_hydrogen_is_a_group_of_its_own(self) -> None:
        """`any group` never takes in an empty branch; the kind hydrogen does."""
        assert said(law(clauses={"b": {"at": "methyl", "becomes": "anything", "says": "b"}}),
                    "O=CNc1ccccc1") == "no"  # fmt: skip
        assert said(law(clauses={"b": {"at": "methyl", "becomes": "hydrogen", "says": "b"}}),
                    "O=CNc1ccccc1") == "b"  # fmt: skip

    def test_one_group_named_outright(self) -> None:
        """A word may be one group."""
        named = law(clauses={"c": {"at": "nitrogen", "becomes": "tosyl", "says": "c"}})
        assert said(named, "CC(=O)N(S(=O)(=O)c1ccc(C)cc1)c1ccccc1") == "c"
        assert said(named, "CC(=O)N(S(=O)(=O)c1ccccc1)c1ccccc1") == "no"

    @pytest.mark.parametrize(("carbons", "expected"), [(2, "c"), (3, "c"), (4, "no")])
    def test_max_carbons_of_a_clause(self, carbons: int, expected: str) -> None:
        """A limit on the size of one group."""
        limited = law(clauses={"c": {"at": "nitrogen", "becomes": "alkyl", "max_carbons": 3,
                                     "says": "c"}})  # fmt: skip
        assert said(limited, f"CC(=O)N({'C' * carbons})c1ccccc1") == expected

    @pytest.mark.parametrize(("carbons", "expected"), [(2, "c"), (3, "no")])
    def test_max_carbons_of_a_word(self, carbons: int, expected: str) -> None:
        """A limit that belongs to the word."""
        limited = law(clauses={"c": {"at": "nitrogen", "becomes": "short alkyl", "says": "c"}})
        assert said(limited, f"CC(=O)N({'C' * carbons})c1ccccc1") == expected

    def test_a_word_that_is_too_small_leaves_the_next_one(self) -> None:
        """Every word of a clause is asked."""
        both = law(clauses={"c": {"at": "nitrogen", "becomes": ["short alkyl", "alkyl"],
                                  "says": "c"}})  # fmt: skip
        assert said(both, "CC(=O)N(CCC)c1ccccc1") == "c"

    @pytest.mark.parametrize(
        ("smiles", "expected"),
        [("CC(=O)Nc1ccc(F)cc1", "a"), ("CC(=O)Nc1cc(F)cc(F)c1", "a"),
         ("CC(=O)Nc1cc(F)c(F)c(F)c1", "no")],
    )  # fmt: skip
    def test_max_count(self, smiles: str, expected: str) -> None:
        """A limit on the number of groups at a position."""
        limited = law(clauses={"a": {"at": "on-ring", "bears": "halo", "max_count": 2, "says": "a"},
                               "d": None})  # fmt: skip
        assert said(limited, smiles) == expected

    def test_max_mass(self) -> None:
        """A limit on the compound as a whole, on its neutral graph."""
        limited = law(limits={"max_mass": 154.0})
        assert said(limited, "CC(=O)Nc1ccc(F)cc1") == "a"
        assert said(limited, "CC(=O)Nc1ccc(Cl)cc1") == "no"

    def test_what_the_law_takes_out(self) -> None:
        """An excepted compound is no member, in any drawing of it."""
        spared = law(excepts=[{"structure": "CC(=O)Nc1ccc(F)cc1", "because": "a medicine"}])
        assert said(spared, "CC(=O)Nc1ccc(F)cc1") == "no"
        assert said(spared, "[13CH3]C(=O)Nc1ccc(F)cc1") == "no"
        assert said(spared, "CC(=O)Nc1cccc(F)c1") == "a"

    def test_what_a_replacing_ring_may_carry(self) -> None:
        """`carrying` limits the substituents of the new ring; left out, it may carry anything."""
        clause = {"at": "ring", "becomes": "monocycle", "carrying": ["halo", "alkyl"], "says": "d"}
        limited = law(clauses={"a": None, "d": clause})
        assert said(limited, "CC(=O)Nc1ccnc(F)c1") == "d"
        assert said(limited, "CC(=O)Nc1ccnc(O)c1") == "no"
        assert said(limited, "CC(=O)Nc1ccnc(CC2CC2)c1") == "d (cyclic-alkyl)"
        assert said(LAW, "CC(=O)Nc1ccnc(O)c1") == "d"


class TestPositions:
    def test_substituents_on_atoms(self) -> None:
        """Hydrogens of the skeleton replaced by groups, one or several."""
        chain = law(**GLYME)
        assert said(chain, "COCC(C)OC") == "a"
        assert said(chain, "COC(F)(F)C(C)OC") == "a"
        assert said(chain, "COCC(O)OC") == "no"
        assert said(chain, "CCOCCOC") == "no"
        assert said(chain, "COC1CCCCC1OC") == f"a ({RING_CLOSED})"
        assert said(chain, "COC1CC1OC") == f"a ({RING_CLOSED})"

    def test_a_bridge_that_a_clause_joins(self) -> None:
        """`joins` closes a ring between positions; without it the ring is a reading."""
        joined = law(clauses={"j": {"at": ["nitrogen", "methyl"], "joins": "bridge", "says": "j"}})
        assert said(joined, "O=C1CCCN1c1ccccc1") == "j"
        assert said(LAW, "O=C1CCCN1c1ccccc1") == f"b c ({RING_CLOSED})"
        borne = law(clauses={"j": {"at": ["nitrogen", "methyl"], "bears": "bridge", "says": "j"}})
        assert said(borne, "O=C1CCCN1c1ccccc1") == f"b c ({RING_CLOSED})"
        proof = prove(joined, "O=C1CCCN1c1ccccc1")
        assert proof is not None
        ends = [a for a in proof.accounts if a.clause == "j"]
        assert {a.position for a in ends} == {"nitrogen", "methyl"}
        assert sum(bool(a.atoms) for a in ends) == 1

    def test_a_bridge_by_a_reading(self) -> None:
        """Both ends rest on it."""
        joins = {"at": ["nitrogen", "methyl"], "joins": "soft bridge", "says": "j"}
        proof = prove(law(clauses={"j": joins}), "O=C1CCCN1c1ccccc1")
        assert proof is not None
        assert (proof.clauses, proof.readings) == (("j",), ("carbon-bridge",))
        ends = [a for a in proof.accounts if a.clause == "j"]
        assert [a.readings for a in ends] == [("carbon-bridge",)] * 2

    def test_a_bridge_within_one_position(self) -> None:
        """A group with two bonds to one ring is one group where a word takes it in."""
        dioxy = law(clauses={"e": {"at": "on-ring", "bears": "dioxy", "says": "e"}, "d": None})
        assert said(dioxy, "CC(=O)Nc1ccc2c(c1)OCO2") == "e"
        assert said(law(clauses={"d": None}), "CC(=O)Nc1ccc2c(c1)OCO2") == "no"
        assert said(law(clauses={"d": None}), "CC(=O)Nc1ccc2c(c1)CCC2") == f"a ({RING_CLOSED})"

    def test_a_ring_closed_between_positions_stands_at_one_of_them(self) -> None:
        """It must fit where it stands; the other position is free of it."""
        assert said(LAW, "CC(=O)N1CCc2ccccc21") == f"c ({RING_CLOSED})"
        assert said(LAW, "CC(=O)N1COc2ccccc21") == "no"
        assert said(LAW, "CC(=O)N1CCc2c(F)cccc21") == f"a c ({RING_CLOSED})"

    def test_a_bond_between_skeleton_atoms(self) -> None:
        """It closes a ring without any atom, and needs a position that may bear something."""
        bearing = law(**BUTANOL)
        assert said(bearing, "CCCCO") == ""
        assert said(bearing, "OC1CCC1") == f"({RING_CLOSED})"
        only_first = NO_RING | {"chain": {"title": "the chain", "substituents": [2]}}
        assert said(law(**BUTANOL | {"positions": only_first}), "OC1CCC1") == "no"

    def test_a_linking_atom(self) -> None:
        """An atom that may be another element, certainly or by a reading."""
        ether = law(**ETHER)
        assert said(ether, "CCOCC") == "no"
        assert said(ether, "CCSCC") == "a"
        assert said(ether, "CCNCC") == "a (aza)"
        assert said(ether, "CCCCC") == "no"
        wide = {
            "says": "other atoms?",
            "who": "nobody",
            "allows": [{"at": "link", "becomes": "thio"}],
        }
        read = law(**ETHER | {
            "clauses": NO_LETTER | {"a": {"at": "one", "becomes": "halo", "says": "a"}},
            "readings": {"wide": wide}})  # fmt: skip
        assert said(read, "CCSCC") == "(wide)"
        assert said(read, "CCNCC") == "(aza, wide)"

    def test_the_form_of_an_atom(self) -> None:
        """A fourth group on a nitrogen."""
        amine = law(
            reference="CN(C)C", reference_name="trimethylamine",
            skeleton="[CX4:1]-[#7:2](-[CX4:3])-[CX4:4]",
            positions={"ring": None, "on-ring": None, "nitrogen": None, "methyl": None,
                       "form": {"title": "the nitrogen", "atom_form": 2}},
            clauses={"a": {"at": "form", "bears": "oxide", "says": "a"}, "b": None, "c": None,
                     "d": None},
        )  # fmt: skip
        assert said(amine, "C[N+](C)(C)[O-]") == "a"
        assert said(amine, "C[N+](C)(C)C") == "no"

    def test_everything_on_an_atom(self) -> None:
        """Double bonds and rings that close on the atom are one group there."""
        ketone = law(**KETONE)
        assert said(ketone, "CCC(=O)CC") == ""
        assert said(ketone, "CCC(OC)(OC)CC") == "a"
        assert said(ketone, "CCC1(CC)OCCO1") == "a"
        assert said(ketone, "CCC(O)CC") == "no"
        assert said(ketone, "CCC(C)(OC)CC") == "no"
        assert said(ketone, "CCCCC") == "no"
        ringed = law(
            **KETONE
            | {
                "positions": KETONE["positions"]
                | {"chain": {"title": "it", "substituents": [2, 4]}}
            }
        )
        proof = prove(ringed, "CC1COC1(OC)CC")
        assert proof is not None
        assert (proof.clauses, proof.readings) == (("a",), (RING_CLOSED,))
        assert [(a.position, len(a.atoms)) for a in proof.accounts] == [
            ("carbonyl", 4),
            ("chain", 0),
        ]
        bare = law(**KETONE | {"clauses": KETONE["clauses"] | {
            "b": {"at": "carbonyl", "becomes": "hydrogen", "says": "b"}}})  # fmt: skip
        assert said(bare, "CCCCC") == "b"

    def test_another_skeleton_by_a_clause(self) -> None:
        """A variant skeleton gives its letter."""
        thio = law(variants=[{"skeleton": "[#7:1]-[CX3:2]=[SX1:3]", "clause": "d", "says": "thio"}])
        assert said(thio, "CC(=S)Nc1ccccc1") == "d"
        assert said(thio, "CC(=S)Nc1ccc(F)cc1") == "a d"
        assert prove(thio, "CC(=S)Nc1ccccc1", ["a"]) is None


class TestSeats:
    """Several positions at one atom: what stands in the slot, and what beside it."""

    TAIL = law(
        reference="CCO", reference_name="ethanol", skeleton="[CX4:1]-[OH:2]",
        positions=NO_RING | {"tail": {"title": "the tail", "branch": 1},
                             "more": {"title": "beside it", "substituents": [1]}},
        clauses=NO_LETTER | {"a": {"at": "tail", "becomes": "halo", "says": "a"},
                             "b": {"at": "more", "bears": "alkyl", "says": "b"}},
    )  # fmt: skip
    RING = law(
        positions={"nitrogen": None, "more": {"title": "beside it", "substituents": [1]}},
        clauses={"c": {"at": "more", "bears": ["alkyl", "monocycle"], "says": "c"},
                 "r": {"at": "ring", "becomes": "hydrogen", "says": "r"}},
    )  # fmt: skip

    @pytest.mark.parametrize(
        ("smiles", "expected"),
        [("FCO", "a"), ("CC(C)O", "b"), ("CC(F)O", "no"), ("CC(C)(F)O", "no"), ("FC(F)O", "no")],
    )
    def test_the_references_own_group_keeps_its_slot(self, smiles: str, expected: str) -> None:
        """It is no addition beside another group that takes its place."""
        assert said(self.TAIL, smiles) == expected

    @pytest.mark.parametrize(
        ("smiles", "expected"),
        [
            ("CC(=O)Nc1ccccc1", "no"),  # the reference: its ring is no substituent
            ("CC(=O)N", "r"),
            ("CC(=O)NC", "c r"),
            ("CC(=O)N(C)C", "c r"),
            ("CC(=O)N(C)c1ccccc1", "c"),
            ("CC(=O)N(c1ccccc1)c1ccncc1", "c"),
        ],
    )
    def test_a_slot_stands_empty_only_where_nothing_could_fill_it(
        self, smiles: str, expected: str
    ) -> None:
        """A ring fills the slot of a ring before it is a substituent; a chain does not."""
        assert said(self.RING, smiles) == expected

    @pytest.mark.parametrize(
        ("smiles", "expected"),
        [
            ("CC(=O)N1CCc2ccccc21", f"a ({RING_CLOSED})"),
            ("CC(=O)N1CCc2ncccc21", f"d ({RING_CLOSED})"),
        ],
    )
    def test_a_ring_may_hold_what_joins_it_to_the_same_atom(
        self, smiles: str, expected: str
    ) -> None:
        """The bridge is then a substituent of the ring, and nothing stands beside it."""
        assert said(self.RING, smiles) == expected

    def test_a_ring_position_takes_rings_alone(self) -> None:
        """Bound by a single bond: a chain is none, nor a ring that shares its aromatic bonds."""
        takes_all = law(clauses={"d": {"at": "ring", "becomes": "anything", "says": "d"}})
        assert said(takes_all, "CC(=O)NC1CC1") == "d"
        assert said(takes_all, "CC(=O)NC") == "no"
        anything = law(clauses={"c": {"at": "nitrogen", "becomes": "anything", "says": "c"}})
        assert said(anything, "CC(=O)n1ccc2ccccc21") == "no"
        assert said(anything, "CC(=O)n1cccc1") == "no"

    @pytest.mark.parametrize(
        ("smiles", "narrow", "wide"),
        [
            ("CC(=O)N1CCc2ccccc21", "c", "c"),
            ("CC(=O)N1CCc2ncccc21", "c d", "c d"),
            ("CC(=O)N1CCc2nc(O)ccc21", "c d", "c d"),
            ("CC(=O)N1c2ccccc21", "no", "c"),
        ],
    )
    def test_a_ring_at_the_end_of_a_bridge_is_the_references_or_another(
        self, smiles: str, narrow: str, wide: str
    ) -> None:
        """The ring is read without the bridge; the bridge alone must fit where it stands."""
        anything = law(clauses={"c": {"at": "nitrogen", "becomes": "anything", "says": "c"}})
        for definition, expected in ((LAW, narrow), (anything, wide)):
            reading = "" if expected == "no" else f" ({RING_CLOSED})"
            assert said(definition, smiles) == expected + reading


class TestReadings:
    OPEN = law(
        readings={
            "wide": {"says": "hydroxy?", "who": "nobody",
                     "allows": [{"at": "on-ring", "bears": "hydroxy", "clause": "a"},
                                {"at": "on-ring", "bears": "alkoxy"}]},
            "open": {"says": "anything else?", "who": "nobody", "releases": ["nitrogen", "methyl"]},
        },
        clauses={"d": None},
    )  # fmt: skip

    @pytest.mark.parametrize(
        ("smiles", "expected"),
        [
            ("CC(=O)Nc1ccc(O)cc1", "a (wide)"),
            ("CC(=O)Nc1ccc(OC)cc1", "(wide)"),
            ("CC(=O)N(O)c1ccc(F)cc1", "a (open)"),
            ("O=CNc1ccc(F)cc1", "a (open)"),
            ("OC(=O)N(Cl)c1ccc(F)cc1", "a (open)"),
            ("O=CNc1ccccc1", "no"),
            ("CC(=O)N(O)c1ccccc1", "no"),
            ("O=CNc1ccc(OC)cc1", "no"),
            ("CC(=O)N(O)c1ccc(C#N)cc1", "no"),
        ],
    )
    def test_readings_widen_and_release(self, smiles: str, expected: str) -> None:
        """A release needs one letter that fits, and frees its own positions alone."""
        assert said(self.OPEN, smiles) == expected

    def test_a_released_position_is_the_last_resort(self) -> None:
        """What a clause accounts for is not released, hydrogen of the reference neither."""
        proof = prove(self.OPEN, "CC(=O)N(C)c1ccc(F)cc1")
        assert proof is not None
        assert proof.definite
        proof = prove(self.OPEN, "CCC(=O)N(O)c1ccc(F)cc1")
        assert proof is not None
        assert proof.clauses == ("a", "b")
        assert [a.position for a in proof.accounts if a.state is State.RELEASED] == ["nitrogen"]

    def test_a_reading_for_letters_not_in_force(self) -> None:
        """A reading that extends a letter falls with it."""
        assert prove(self.OPEN, "CC(=O)Nc1ccc(O)cc1", ["b"]) is None

    def test_every_reading_has_its_text(self) -> None:
        """Readings of the definition, of the words, and of the method."""
        for name in ("wide", "open", "cyclic-alkyl", RING_CLOSED):
            assert self.OPEN.reading_text(name).says
        with pytest.raises(KeyError):
            self.OPEN.reading_text("nobody's")


class TestWhatAProofSays:
    """Of each group: where it stands, by what it may, what it rests on, and its atoms."""

    CASES: tuple[tuple[CompiledDefinition, str, dict[int, int], tuple[str, ...]], ...] = (
        (LAW, "CCC(=O)N(C)c1ccc(F)cc1", {1: 4, 2: 2, 3: 3}, (
            "ring: as in the reference; 6 7 8 9 11 12; 4-6",
            "on-ring: clause a halo <halogen>; 10; 9-10",
            "nitrogen: clause c alkyl <acyclic alkyl>; 5; 4-5",
            "methyl: clause b alkyl <acyclic alkyl>; 0 1; 2-1",
        )),
        (LAW, "CC(=O)Nc1ccncc1", {1: 3, 2: 1, 3: 2}, (
            "ring: clause d monocycle <aromatic heteromonocycle>; 4 5 6 7 8 9; 3-4",
            "nitrogen: as in the reference <hydrogen>; ; ",
            "methyl: as in the reference; 0; 1-0",
        )),
        (LAW, "CC(=O)Nc1ccc(C2CC2)cc1", {1: 3, 2: 1, 3: 2}, (
            "ring: as in the reference; 4 5 6 7 11 12; 3-4",
            "on-ring: clause a alkyl <alkyl with a ring> (cyclic-alkyl); 8 9 10; 7-8",
            "nitrogen: as in the reference <hydrogen>; ; ",
            "methyl: as in the reference; 0; 1-0",
        )),
        (LAW, "O=C1CCCN1c1ccccc1", {1: 5, 2: 1, 3: 0}, (
            "ring: as in the reference; 6 7 8 9 10 11; 5-6",
            "nitrogen: reading c alkyl <acyclic alkyl> (ring-closed); ; 5-4",
            "methyl: reading b alkyl <acyclic alkyl> (ring-closed); 2 3 4; 1-2",
        )),
        (law(clauses={"j": {"at": ["nitrogen", "methyl"], "joins": "bridge", "says": "j"}}),
         "O=C1CCCN1c1ccccc1", {1: 5, 2: 1, 3: 0}, (
            "ring: as in the reference; 6 7 8 9 10 11; 5-6",
            "nitrogen: clause j bridge <alkylene bridge>; ; 5-4",
            "methyl: clause j bridge <alkylene bridge>; 2 3 4; 1-2",
        )),
        (law(clauses={"e": {"at": "on-ring", "bears": "dioxy", "says": "e"}, "d": None}),
         "CC(=O)Nc1ccc2c(c1)OCO2", {1: 3, 2: 1, 3: 2}, (
            "ring: as in the reference; 4 5 6 7 8 9; 3-4",
            "on-ring: clause e dioxy <dioxy bridge>; 10 11 12; 7-12 8-10",
            "nitrogen: as in the reference <hydrogen>; ; ",
            "methyl: as in the reference; 0; 1-0",
        )),
        (LAW, "CC(=O)N1CCc2c(F)cccc21", {1: 3, 2: 1, 3: 2}, (
            "ring: as in the reference; 6 7 9 10 11 12; 3-12",
            "on-ring: clause a halo <halogen>; 8; 7-8",
            "nitrogen: reading c alkyl <acyclic alkyl> (ring-closed); 4 5; 3-4",
            "methyl: as in the reference; 0; 1-0",
        )),
        (TestReadings.OPEN, "COc1ccc(NC(C)=O)cc1", {1: 6, 2: 7, 3: 9}, (
            "ring: as in the reference; 2 3 4 5 10 11; 6-5",
            "on-ring: reading alkoxy <acyclic alkoxyl> (wide); 0 1; 2-1",
            "nitrogen: as in the reference <hydrogen>; ; ",
            "methyl: as in the reference; 8; 7-8",
        )),
        (TestReadings.OPEN, "O=CN(Cl)c1ccc(F)cc1", {1: 2, 2: 1, 3: 0}, (
            "ring: as in the reference; 4 5 6 7 9 10; 2-4",
            "on-ring: clause a halo <halogen>; 8; 7-8",
            "nitrogen: released (open); 3; 2-3",
            "methyl: released <hydrogen> (open); ; ",
        )),
        (law(**GLYME), "COC1CCCCC1OC", {1: 0, 2: 1, 3: 2, 4: 7, 5: 8, 6: 9}, (
            "chain: reading (ring-closed); ; 7-6",
            "chain: reading a alkyl <acyclic alkyl> (ring-closed); 3 4 5 6; 2-3",
        )),
        (law(**ETHER), "CCNCC", {1: 1, 2: 2, 3: 3}, (
            "one: as in the reference; 0; 1-0",
            "other: as in the reference; 4; 3-4",
            "link: clause a thio <nitrogen link> (aza); ; ",
        )),
        (law(**KETONE), "CCC1(CC)OCCO1", {1: 0, 2: 1, 3: 2, 4: 3, 5: 4}, (
            "carbonyl: clause a acetal <acetal>; 5 6 7 8; 2-5 2-8",
        )),
        (law(**BUTANOL), "OC1CC(F)C1", {1: 2, 2: 3, 3: 5, 4: 1, 5: 0}, (
            "chain: reading (ring-closed); ; 1-2",
            "chain: clause a halo <halogen>; 4; 3-4",
        )),
    )  # fmt: skip

    @pytest.mark.parametrize(
        ("definition", "smiles", "skeleton", "accounts"), CASES, ids=[case[1] for case in CASES]
    )
    def test_of_every_group(
        self,
        definition: CompiledDefinition,
        smiles: str,
        skeleton: dict[int, int],
        accounts: tuple[str, ...],
    ) -> None:
        """Atoms are numbered as in the canonical SMILES of the component."""
        proof = prove(definition, smiles)
        assert proof is not None
        assert proof.skeleton == skeleton
        assert proof.component == Chem.CanonSmiles(smiles)
        assert tuple(map(self.line, proof.accounts)) == accounts
        positions = definition.definition.positions
        closing = "a bond between two atoms of the skeleton"
        assert all(a.title in {positions[a.position].title, closing} for a in proof.accounts)

    def line(self, account: Account) -> str:
        """State, letter, word, kind and readings; atoms; bonds to the skeleton."""
        said = (
            account.clause,
            account.word,
            f"<{account.kind}>" if account.kind else None,
            f"({' '.join(account.readings)})" if account.readings else None,
        )
        words = " ".join([account.state, *(word for word in said if word)])
        bonds = " ".join(f"{a}-{b}" for a, b in account.attachments)
        return f"{account.position}: {words}; {' '.join(map(str, account.atoms))}; {bonds}"


class TestLimitsOfTheMethod:
    CHAIN = law(
        reference="CC", reference_name="ethane", skeleton="[CX4:1]-[CX4:2]",
        positions={"ring": None, "on-ring": None, "nitrogen": None, "methyl": None,
                   "one": {"title": "one", "branch": 1}, "two": {"title": "two", "branch": 2}},
        clauses={"a": {"at": ["one", "two"], "becomes": "anything", "says": "a"}, "b": None,
                 "c": None, "d": None},
    )  # fmt: skip

    def test_too_many_embeddings_are_an_error_not_a_no(self) -> None:
        """RDKit stops silently at its limit; here nothing is decided and that is said."""
        assert said(self.CHAIN, "CCCC") == "a"
        (component,) = read_structure("C" * 590).components
        with pytest.raises(MatchLimitError) as caught:
            self.CHAIN.prove(component)
        assert caught.value.limit == module.MAX_EMBEDDINGS
        assert caught.value.definition == "ethane"

    def test_too_many_accounts_are_an_error_too(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """The same for the ways to account for one embedding."""
        monkeypatch.setattr(module, "MAX_COMBINATIONS", 1)
        two_ways = law(
            clauses={"c": {"at": "nitrogen", "becomes": "anything", "says": "c"},
                     "e": {"at": "nitrogen", "becomes": "alkyl", "says": "e"}}
        )  # fmt: skip
        (component,) = read_structure("CC(=O)N(C)c1ccccc1").components
        with pytest.raises(MatchLimitError):
            two_ways.prove(component)
        monkeypatch.setattr(module, "MAX_COMBINATIONS", 2)
        assert two_ways.prove(component) is not None

    @pytest.mark.parametrize(
        ("name", "enough", "said"), [("MAX_EMBEDDINGS", 6, 5), ("MAX_WORK", 24, 5)]
    )
    def test_a_limit_is_reached_by_one_more(
        self, name: str, enough: int, said: int, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Six embeddings in four atoms: what is exactly at the limit is decided."""
        (component,) = read_structure("CCCC").components
        monkeypatch.setattr(module, name, enough)
        assert self.CHAIN.prove(component) is not None
        monkeypatch.setattr(module, name, enough - 1)
        with pytest.raises(MatchLimitError) as caught:
            self.CHAIN.prove(component)
        assert (caught.value.definition, caught.value.limit) == ("ethane", said)


class TestCompiling:
    @pytest.mark.parametrize(
        ("changes", "message"),
        [
            ({"skeleton": "[#7:1"}, "no SMARTS"),
            ({"skeleton": "[#7:1]-[CX3:1]"}, "twice"),
            ({"skeleton": "[#7:1]-[CX3:2]=[OX1]"}, "without a map number"),
            ({"skeleton": "[#7:1]-[CX3:2]=[SX1:3]"}, "does not match the reference"),
            ({"skeleton": "[#7:7]-[CX3:2]=[OX1:3]"}, "no skeleton atom :1"),
            ({"reference": "CC(=O)Nc1ccccc1.Cl"}, "one component"),
            ({"reference": "CC(=O"}, "^reference: "),
            ({"positions": {"methyl": None}, "clauses": {"b": None}}, "belong to no position"),
            ({"clauses": {"b": {"at": "methyl", "becomes": "alkynyl", "says": "b"}}},
             "no group word"),
            ({"excepts": [{"structure": "C(", "because": "x"}]}, "^excepts: "),
        ],
    )  # fmt: skip
    def test_what_does_not_fit_together(self, changes: dict[str, Any], message: str) -> None:
        """A definition that cannot be meant is refused when it is loaded."""
        with pytest.raises(DefinitionError, match=message):
            law(**changes)

    def test_a_word_of_an_unknown_kind(self) -> None:
        """Kinds are a closed list."""
        word = GroupWord.model_validate({"certain": ["alkyle"]})
        data = BASE | {"clauses": {"b": {"at": "methyl", "becomes": "odd", "says": "b"}}}
        with pytest.raises(DefinitionError, match="alkyle"):
            CompiledDefinition(ClassDefinition.model_validate(data), {"odd": word})

    @pytest.mark.parametrize(
        ("changes", "message"),
        [
            ({"clauses": {"b": {"at": "nowhere", "becomes": "alkyl", "says": "b"}}}, "nowhere"),
            ({"clauses": {"b": {"at": "methyl", "says": "b"}}}, "becomes, bears or joins"),
            ({"positions": {"methyl": {"title": "x", "branch": 2, "ring": 2}}}, "exactly one"),
            ({"positions": {"methyl": {"title": "x"}}}, "exactly one"),
            ({"positions": {"methyl": {"title": "x", "branch": 2, "with_ring": "ring"}}},
             "substituents only"),
            ({"positions": {"on-ring": {"title": "x", "substituents": []}}}, "with_ring"),
            ({"positions": {"on-ring": {"title": "x", "substituents": [], "with_ring": "methyl"}}},
             "no ring position"),
            ({"readings": {"r": {"says": "x", "who": "y"}}}, "allows changes or releases"),
            ({"readings": {"r": {"says": "x", "who": "y", "releases": "nowhere"}}}, "nowhere"),
            ({"readings": {"r": {"says": "x", "who": "y", "allows": [
                {"at": "methyl", "becomes": "halo", "clause": "z"}]}}}, "no clause z"),
            ({"variants": [{"skeleton": "C", "clause": "z", "says": "x"}]}, "no clause z"),
            ({"surprise": 1}, "surprise"),
        ],
    )  # fmt: skip
    def test_what_no_file_may_say(self, changes: dict[str, Any], message: str) -> None:
        """The models refuse names that point nowhere and positions that are two things."""
        with pytest.raises(ValidationError, match=message):
            law(**changes)


class TestCheckingProofs:
    GOOD = prove(LAW, "CCC(=O)N(C)c1ccc(F)cc1")

    def test_a_proof_survives_json(self) -> None:
        """It can be checked by somebody else, later."""
        assert self.GOOD is not None
        copy = ClassProof.model_validate_json(self.GOOD.model_dump_json())
        assert copy == self.GOOD
        check_proof(copy, LAW)

    @pytest.mark.parametrize(
        "changes",
        [
            {"component": "CCC(=O)N(C)c1ccc(O)cc1"},
            {"component": "nonsense("},
            {"clauses": ("a", "b")},
            {"clauses": ("a", "b", "d")},
            {"readings": ("cyclic-alkyl",)},
            {"reference_name": "something else"},
            {"skeleton": {}},
            {"accounts": ()},
        ],
    )
    def test_every_part_of_it_counts(self, changes: dict[str, Any]) -> None:
        """Nothing of a proof can be changed and still be taken."""
        assert self.GOOD is not None
        with pytest.raises(ProofError):
            check_proof(self.GOOD.model_copy(update=changes), LAW)

    def test_any_two_skeleton_atoms_exchanged(self) -> None:
        """The skeleton must lie where it says."""
        assert self.GOOD is not None
        for a, b in itertools.combinations(self.GOOD.skeleton, 2):
            swapped = self.GOOD.skeleton | {a: self.GOOD.skeleton[b], b: self.GOOD.skeleton[a]}
            with pytest.raises(ProofError):
                check_proof(self.GOOD.model_copy(update={"skeleton": swapped}), LAW)

    @pytest.mark.parametrize("atom", [99, -1, 2])
    def test_a_skeleton_names_atoms_that_are_there_and_each_once(self, atom: int) -> None:
        """No number outside the molecule, and none that stands for two."""
        assert self.GOOD is not None
        assert self.GOOD.skeleton[2] == 2
        moved = self.GOOD.model_copy(update={"skeleton": self.GOOD.skeleton | {1: atom}})
        with pytest.raises(ProofError, match="distinct atoms"):
            check_proof(moved, LAW)

    def test_accounts_must_be_those_of_the_definition(self) -> None:
        """A clause that does not allow the group is not taken, whatever the proof says."""
        assert self.GOOD is not None
        for i, account in enumerate(self.GOOD.accounts):
            for changed in _lies(account):
                accounts = list(self.GOOD.accounts)
                accounts[i] = changed
                with pytest.raises(ProofError):
                    check_proof(self.GOOD.model_copy(update={"accounts": tuple(accounts)}), LAW)

    def test_a_proof_under_a_repealed_letter(self) -> None:
        """A definition that has lost the letter does not take its proof."""
        assert self.GOOD is not None
        with pytest.raises(ProofError):
            check_proof(self.GOOD, law(clauses={"a": None, "d": None}))


def _lies(account: Account) -> list[Account]:
    """The account with one thing changed."""
    changes: list[dict[str, Any]] = [
        {"position": "methyl" if account.position != "methyl" else "nitrogen"},
        {"title": "something"},
        {"state": State.RELEASED},
        {"clause": "z"},
        {"word": "bridge"},
        {"kind": "nitro"},
        {"readings": ("wide",)},
    ]
    return [account.model_copy(update=change) for change in changes]


def test_a_substructure_for_findings() -> None:
    """Named substructures serve findings; a pattern that is none is an error."""
    (component,) = read_structure(ACETANILIDE).components
    assert substructure_named("NC=O", component)
    assert not substructure_named("NC=S", component)
    with pytest.raises(DefinitionError, match="no SMARTS"):
        substructure_named("NC(", component)


def test_the_reference_is_read_as_the_matching_graph() -> None:
    """The compiled reference is what proofs compare with."""
    assert LAW.reference.smiles == Chem.CanonSmiles(ACETANILIDE)
