"""The filters never change a decision: screening with them and without them is compared.

`Screener(exhaustive=True)` takes the full road for every structure and tries every definition on
every component; it is the oracle. Journeys leave both ends open, so that the law of every place is
asked.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rdkit import Chem, rdBase
from rdkit.Chem.MolStandardize import rdMolStandardize
from rdkit.Chem.rdMolDescriptors import CalcMolFormula

from screening import Screener, Shipment
from screening.chemistry.cascade import LONE, Drawn
from screening.chemistry.definition import substructure_named
from screening.chemistry.identity import opened_parts
from screening.chemistry.relaxed import relaxed
from screening.chemistry.structure import Structure, read_structure
from screening.errors import StructureError
from screening.rules.index import skeletons_of, structures_of
from tests import strategies as made
from tests.corpus.corpus import chemicals_of_the_package, sample
from tests.drawings import rows

DAYS = ("2026-11-22", "2019-06-01")

BROKEN = (
    "", " ", "C(", "c1cccc1", "c1ccnc1", "C1CC", "F(C)C", "FC(F)(F)(F)F", "[Xx]", "CC>>CO", "C*",
    "[#6]", "C~C", "CC CO", "C" * 700, "C.C." * 40 + "C", "[Na+].c1cccc1", "N(C)(C)(C)(C)C",
    "O=P(=O)OP(=O)=O", "[nH]1cccc1", "n1cccc1", "C%", "C1CC1%", "[C-]#N.[K+]", "OC(O)C1CCNCC1",
    "OC1(O)CCN(CCc2ccccc2)CC1.Cl", "CCN(CC)CC.O.O", "[13CH3]C(=O)C", "[2H]OC", "[H]C([H])([H])O",
    "[Na]OC(=O)Cc1ccccc1", "CC[Mg]Br", "OC=N", "C1C2.C12", "C1CCN(CC1)[Na]", "[CH3:1]O",
    "Cl[Pt](Cl)(N)N", "[O-][n+]1ccccc1", "C=[N+]=[N-]", "[N-]=[N+]=NC", "CS(C)=O", "CP(=O)(O)O",
    "Co1CCCC1", "c1cc=oc1", "Cn1=Cc2ccccc2C1", "O=n1CCCCO1", "O=C(O)c1=occ(O)cc1",
    "CN(C)c1ccc(C(=C2C=sC(=[N+](C)C)C=C2)c2ccc(N(C)C)cc2)cc1.[Cl-]",
    "CNs1C=CC=C/C1=C\\[NH+]=O.[Cl-]",
    "CC%(1)CCOc1=%(1)cc(C(=O)NCCN(CC)CC)c2ccccc2n1", "O=c1[nH]=c(=O)n(Cl)c(=O)n1Cl",
    "CN(C)CCCN1c2cc:%99ccc2S\\%99c2ccccc21", "C1:C:C:C:C:C:1",
    "CN(C)CCC=C1c2ccccc2ss=Cc2ccccc21.Cl", "c1ccc2cccc2cc1", "c1ccc2ccccc2c1",
    "InChI=1S/C3H6O/c1-3(2)4/h1-2H3", "InChI=1S/", "CC(C)=O |Sg:n:0:n:ht|",
)  # fmt: skip


@pytest.fixture(scope="module")
def oracle() -> Screener:
    """The same law without any filter."""
    return Screener(exhaustive=True)


def decision(screener: Screener, structure: str, day: str = DAYS[0], **fields: Any) -> Any:
    """A decision as plain data, but for what says how it was asked."""
    found = screener.screen(Shipment(structure=structure, day=day, **fields))
    return found.model_dump(mode="json")


def same(screener: Screener, oracle: Screener, structure: str, **fields: Any) -> None:
    """Both give the same decision."""
    for day in DAYS:
        with_filters = decision(screener, structure, day, **fields)
        without = decision(oracle, structure, day, **fields)
        assert with_filters == without


def ordinary(size: int) -> list[str]:
    """Structures of ordinary chemicals, a fixed sample."""
    return [c.smiles for c in sample(chemicals_of_the_package(), size)]


def tautomers(smiles: str, count: int) -> Iterator[str]:
    """Other tautomers of a compound, as far as the toolkit draws them."""
    enumerator = rdMolStandardize.TautomerEnumerator()
    enumerator.SetMaxTautomers(20)
    with rdBase.BlockLogs():
        found = sorted(Chem.MolToSmiles(t) for t in enumerator.Enumerate(made.parsed(smiles)))
    yield from random.Random(7).sample(found, min(count, len(found)))


def derivatives(smiles: str) -> Iterator[str]:
    """Esters and ethers of a compound at its first hydroxyl."""
    mol = made.parsed(smiles)
    assert mol is not None
    hydroxyl = mol.GetSubstructMatch(Chem.MolFromSmarts("[OX2H][#6]"))
    for group in ("C", "C(C)=O", "C(=O)c1ccccc1", "CC"):
        if hydroxyl:
            part = Chem.MolFromSmiles(group)
            both = Chem.RWMol(Chem.CombineMols(mol, part))
            both.AddBond(hydroxyl[0], mol.GetNumAtoms(), Chem.BondType.SINGLE)
            both.GetAtomWithIdx(hydroxyl[0]).SetNumExplicitHs(0)
            with rdBase.BlockLogs():
                Chem.SanitizeMol(both)
            yield Chem.MolToSmiles(both)


@pytest.fixture(scope="module")
def listed(screener: Screener) -> list[str]:
    """Every structure that an entry lists, in an order that favours nothing."""
    found = {s for e in screener.bundle.entries.values() for s in structures_of(e).values()}
    return random.Random(3).sample(sorted(found), len(found))


class TestDecisionsAreTheSame:
    @pytest.mark.parametrize("structure", BROKEN)
    def test_of_what_is_broken_or_odd(
        self, screener: Screener, oracle: Screener, structure: str
    ) -> None:
        same(screener, oracle, structure)

    def test_of_listed_substances(
        self, screener: Screener, oracle: Screener, listed: list[str]
    ) -> None:
        for smiles in listed[:20]:
            same(screener, oracle, smiles)

    def test_of_tautomers_esters_and_ethers_of_them(
        self, screener: Screener, oracle: Screener, listed: list[str]
    ) -> None:
        for smiles in [s for s in listed if "." not in s][:6]:
            for other in (*tautomers(smiles, 2), *derivatives(smiles)):
                same(screener, oracle, other)

    def test_of_ordinary_chemicals(self, screener: Screener, oracle: Screener) -> None:
        for smiles in ordinary(40):
            same(screener, oracle, smiles)

    def test_of_medicines(self, screener: Screener, oracle: Screener) -> None:
        for row in random.Random(11).sample(rows("benign.csv"), 30):
            same(screener, oracle, row["smiles"])

    @made.examples(12)
    @given(data=st.data())
    def test_of_structures_around_the_classes(
        self, screener: Screener, oracle: Screener, data: st.DataObject
    ) -> None:
        smiles = data.draw(
            st.one_of(
                made.near_fentanyls(),
                made.near_piperidones(),
                made.near_nitazenes(),
                made.near_orphines(),
                made.near_pethidines(),
            )
        )
        same(screener, oracle, data.draw(made.dressed(smiles)))

    def test_with_a_name_and_a_number_beside_the_drawing(
        self, screener: Screener, oracle: Screener
    ) -> None:
        same(screener, oracle, "CC(C)=O", name="acetone, 99 %", cas="67-64-1")
        same(screener, oracle, "CCCCCC", name="acetone", cas="67-64-1")
        same(screener, oracle, "CCCCCC", inchi="InChI=1S/C3H6O/c1-3(2)4/h1-2H3")

    def test_where_lines_share_all_but_the_drawing(
        self, screener: Screener, oracle: Screener
    ) -> None:
        line = {
            "origin": "CN", "destination": "US", "transit": ["SG"], "quantity": "25 kg",
            "purity": "99 %", "hs_code": "2922.49", "consignee": "A", "end_use": "resale",
        }  # fmt: skip
        for number, smiles in enumerate(ordinary(25)):
            same(screener, oracle, smiles, id=f"line {number}", **line)


class TestADrawing:
    """What is known of a drawing that is not read in full is what reading it in full finds."""

    CHANGED = (
        "CS(=O)c1ccccc1", "CP(C)(C)=O", "CCOP(=S)(OCC)SCC", "C[As](C)(=O)O", "CC(=O)[O-].[Na+]",
        "C[N+](=O)[O-]", "OC(=N)c1ccccc1", "C[N+](C)(C)C.[Cl-]", "C[P+](C)(C)C", "C[Se](C)=O",
        "[O-][n+]1ccccc1", "CN=[N+]=[N-]", "C[S+](C)[O-]", "CS(C)(=O)=O", "NCC(=O)O", "C/C=C/C",
        "N[C@@H](C)C(=O)O", "[NH3+]CC(=O)[O-]", "[NH4+].[Cl-]", "CS(=N)(=O)C",
    )  # fmt: skip

    ALONE = tuple(
        f"CC(=O)c1ccccc1.[{symbol}{charge}]"
        for symbol in LONE.split("|")
        for charge in ("", "+", "+3")
    )

    def test_has_the_matching_graphs(self, screener: Screener) -> None:
        asked = 0
        for text in (*ordinary(400), *self.CHANGED, *self.ALONE):
            read = screener.compiled.filters.read(text)
            if isinstance(read, Drawn) and read.graphs is not None:
                asked += 1
                graphs = (Chem.MolToSmiles(g, isomericSmiles=False) for g in read.graphs)
                full = (c.smiles for c in read_structure(text).components)
                found = sorted(map(Chem.CanonSmiles, graphs))
                assert found == sorted(map(Chem.CanonSmiles, full)), text
        assert asked > 300 + len(self.ALONE)

    def test_that_standardising_leaves_as_it_is_has_its_component(self, screener: Screener) -> None:
        asked = 0
        for text in (*ordinary(400), *self.CHANGED):
            read = screener.compiled.filters.read(text)
            found = read._as_drawn() if isinstance(read, Drawn) else ()
            asked += bool(found)
            for one, full in zip(found, read_structure(text).components, strict=bool(found)):
                known = {name: vars(one)[name] for name in vars(full)}
                assert known == vars(full), text
        assert asked > 200


@pytest.mark.parametrize(
    "structure",
    [
        "CNs1C=CC=C/C1=C\\[NH+]=O.[Cl-]",
        "CN(C)c1ccc(C(=C2C=sC(=[N+](C)C)C=C2)c2ccc(N(C)C)cc2)cc1.[Cl-]",
        "c1ccc2cccc2cc1",
        "Cn1=Cc2ccccc2C1",
    ],
)
def test_what_may_have_no_standard_form_is_read_in_full(screener: Screener, structure: str) -> None:
    """Valid as it is drawn, it is unreadable all the same: no filter may take it for settled."""
    try:
        read = screener.compiled.filters.read(structure)
    except StructureError:
        return
    assert not isinstance(read, Drawn)


def test_the_toolkit_says_nothing_of_what_is_broken(
    screener: Screener, capfd: pytest.CaptureFixture[str]
) -> None:
    """A table with broken drawings would fill the terminal; their findings say what is wrong."""
    for structure in BROKEN:
        decision(screener, structure, origin="CN", destination="US", quantity="3 kg")
    assert capfd.readouterr().err == ""


class TestWhatIsRuledOutIsNotThere:
    """The filters one by one: an answer "no" against what the full road finds."""

    @pytest.mark.parametrize("size", [150])
    def test_on_ordinary_chemicals(self, screener: Screener, size: int) -> None:
        ruled_out = 0
        for smiles in ordinary(size):
            drawn = self.read(screener, smiles)
            if isinstance(drawn, Drawn):
                ruled_out += self.check(screener, drawn, read_structure(smiles))
        assert ruled_out > size * 50, "the filters rule next to nothing out"

    def test_on_members_and_listed_substances(self, screener: Screener, listed: list[str]) -> None:
        examples = [
            example.structure
            for entry in screener.bundle.entries.values()
            for example in (*entry.examples.must_match, *entry.examples.must_review)
        ]
        for smiles in (*listed[:80], *random.Random(5).sample(examples, 40)):
            drawn = self.read(screener, smiles)
            if isinstance(drawn, Drawn):
                self.check(screener, drawn, read_structure(smiles))

    @staticmethod
    def read(screener: Screener, smiles: str) -> Structure | None:
        try:
            return screener.compiled.filters.read(smiles)
        except StructureError:
            return None

    @staticmethod
    def check(screener: Screener, drawn: Drawn, full: Structure) -> int:
        """How many questions the drawing settles; every one of them rightly."""
        compiled = screener.compiled
        settled = 0
        if not drawn.may_be_listed():
            settled += 1
            assert not compiled.substances.matches(full)
        parts = [p for c in full.components for p in (c, *(part for _, part in opened_parts(c)))]
        for entry in compiled.bundle.entries.values():
            if entry.class_ is None:
                continue
            if not any(map(drawn.may_hold, skeletons_of(entry.class_))):
                settled += 1
                assert not any(map(compiled.classes[entry.id].may_match, parts))
        for watchlist in compiled.bundle.lists.values():
            for gap in watchlist.file.incomplete:
                for smarts in gap.candidates.values():
                    if not drawn.may_hold(smarts):
                        settled += 1
                        assert not any(substructure_named(smarts, c) for c in full.components)
        for neighbourhood in compiled.neighbourhoods.values():
            if not drawn.may_be_near(neighbourhood):
                settled += 1
                assert not any(map(neighbourhood.nearest, full.components))
        assert drawn.larger_components == full.larger_components
        return settled


@pytest.mark.parametrize(
    "smiles", ["C1=CC=[N+]2C(=C1)SC=C2[O-]", "C1=CC=C(C=C1)[N+]2=NOC(=C2)[O-]"]
)
def test_a_ring_whose_charges_cannot_be_joined_is_not_filled_up_with_hydrogen(smiles: str) -> None:
    mol = made.parsed(smiles)
    assert mol is not None
    (component,) = read_structure(smiles).components
    assert component.formula == CalcMolFormula(mol)


class TestAWeakerPattern:
    @pytest.mark.parametrize(
        ("smarts", "smiles"),
        [
            ("[NX3;H2]-[CX4]", "C[NH3+]"),
            ("c1ccccc1-[CX4]", "CC1=CC=CC=C1"),
            ("[NX3]C(=O)", "CN=C([O-])C"),
            ("[$([NX3;H1]),$(O-c)]C", "COC"),
            ("[!#6]-[#6]", "CO"),
            ("C(=O)[O;H1,-]", "CC([O-])=O"),
        ],
    )
    def test_fits_other_drawings_of_what_the_pattern_fits(self, smarts: str, smiles: str) -> None:
        weak = relaxed(smarts)
        assert weak is not None
        mol = Chem.MolFromSmiles(smiles, sanitize=False)
        mol.UpdatePropertyCache(strict=False)
        Chem.FastFindRings(mol)
        assert mol.HasSubstructMatch(weak.query)

    def test_is_not_made_of_a_pattern_of_two_parts(self) -> None:
        assert relaxed("C.N") is None

    def test_still_rules_something_out(self) -> None:
        weak = relaxed("c1ccccc1C(=O)[NX3]")
        assert weak is not None
        for smiles in ("C1CCCCC1C(=O)N", "c1ccccc1CC", "CC(=O)N"):
            assert not Chem.MolFromSmiles(smiles).HasSubstructMatch(weak.query)
