"""What the goods are: every identifier read on its own and compared, and what is not known said."""

from __future__ import annotations

import csv
import os
import pickle
import random
import signal
from pathlib import Path

import pytest

from screening import Decision, FindingCode, Outcome, Screener, Shipment
from screening.chemistry.structure import read_structure
from screening.cli import main
from screening.errors import InputFileError, ShipmentError
from screening.findings import Findings
from screening.identification import Goods, Identification
from screening.items import ItemTable
from screening.names import NameIndex, Sources, installed_sources, key_digest, name_key
from screening.registry import Registry
from screening.systematic import SystematicNames
from tests.asking import TODAY
from tests.benchmarks.identification import one_compound, silent, spoilt, told, triples

NOMENCLATURE = SystematicNames()
needs_java = pytest.mark.skipif(NOMENCLATURE.missing is not None, reason="OPSIN needs Java")
NORFENTANYL = "CCC(=O)N(c1ccccc1)C1CCNCC1"
IBUPROFEN = "CC(C)Cc1ccc(cc1)C(C)C(=O)O"


def ask(screener: Screener, day: str = TODAY, **said: str) -> Decision:
    """A line from China to the United States with an amount."""
    said = {"quantity": "1 kg", "purity": "99 %", "origin": "CN", "destination": "US", **said}
    return screener.screen(Shipment(day=day, **said))


def codes(decision: Decision) -> set[FindingCode]:
    """Codes of the findings."""
    return {f.code for f in decision.findings}


def vias(decision: Decision) -> list[tuple[str, str, bool]]:
    """Source, origin and weight of each identity."""
    return [(i.source, i.via, i.exact) for i in decision.identities]


def without(screener: Screener, **sources: object) -> Identification:
    """The identification of a screener with some sources only."""
    names = NameIndex(screener.bundle, Sources(**sources))  # type: ignore[arg-type]
    return Identification(screener.bundle, names, read_structure)


def identified(part: Identification, **said: str) -> tuple[Goods, set[FindingCode]]:
    """What an identification makes of a line."""
    findings = Findings()
    goods = part.identify(Shipment(day=TODAY, **said), findings)
    return goods, {f.code for f in findings.sorted()}


class TestSources:
    """Where an identity comes from is said, and how much it weighs."""

    @pytest.mark.parametrize(
        ("said", "via"),
        [
            ({"cas": "67-56-1"}, "registry"),
            ({"name": "Lidocaine hydrochloride"}, "registry"),
            ({"name": "METHANOL 99.9% 160 KG/DRUM"}, "registry"),
            ({"name": "Norfentanyl"}, "entry"),
            ({"structure": IBUPROFEN}, "drawing"),
            ({"inchi": "HEFNNWSXXWATRW-UHFFFAOYSA-N"}, "registry"),
        ],
    )
    def test_an_exact_identifier_counts(
        self, screener: Screener, said: dict[str, str], via: str
    ) -> None:
        """Ordinary goods are identified by one number or name, and the table is named."""
        decision = ask(screener, **said)
        assert [(i.via, i.exact) for i in decision.identities] == [(via, True)]
        assert decision.outcome is not Outcome.UNSCREENED

    def test_a_name_from_a_table_alone_is_said(self, screener: Screener) -> None:
        """What only a table says is noted, and no longer once the CAS number says it too."""
        assert FindingCode.IDENTITY_FROM_TABLE in codes(ask(screener, name="lidocaine"))
        both = ask(screener, name="lidocaine", cas="137-58-6")
        assert FindingCode.IDENTITY_FROM_TABLE not in codes(both)
        assert both.outcome is Outcome.NO_LISTING_FOUND

    @needs_java
    @pytest.mark.skipif(os.name == "nt", reason="no such signal there")
    def test_nomenclature_that_dies_leaves_no_file_and_is_started_again(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Java would write the environment and its memory where it was started."""
        monkeypatch.chdir(tmp_path)
        monkeypatch.setenv("SCREENING_CACHE", "off")
        names = SystematicNames()
        assert names.structure("2-chloropropane") is not None
        assert names._process is not None
        started = names._process._process
        started.send_signal(signal.SIGSEGV)
        started.wait(60)
        assert list(tmp_path.iterdir()) == []
        assert names.structure("2-bromopropane") is None  # the answer that died with it
        assert names.structure("2-fluoropropane") is not None
        names.close()

    @needs_java
    def test_a_systematic_name_is_interpreted(self, screener: Screener) -> None:
        """A name that no list and no table carries leads to the class it is a member of."""
        decision = ask(
            screener, name="N-(1-phenethyl-4-piperidyl)-N-(3-fluorophenyl)oxolane-3-carboxamide"
        )
        assert vias(decision) == [("name", "systematic", True)]
        assert "us/schedule-i/fentanyl-related-substances" in {h.entry for h in decision.hits}

    @needs_java
    @pytest.mark.parametrize("name", ["toluidine", "chloronitrobenzene", "methylpiperidine"])
    def test_a_name_that_leaves_positions_open_does_not_count(
        self, screener: Screener, name: str
    ) -> None:
        """One of several isomers is only a possible identity."""
        decision = ask(screener, name=name)
        assert decision.identities
        assert not any(i.exact for i in decision.identities)
        assert decision.outcome is Outcome.REVIEW

    @pytest.mark.parametrize("name", ["polyethylene", "castor oil", "DMF", "phenol resin"])
    def test_polymers_mixtures_and_abbreviations_do_not_count(
        self, screener: Screener, name: str
    ) -> None:
        """A table that draws one structure for them draws a part, or guesses."""
        decision = ask(screener, name=name)
        assert not any(i.exact for i in decision.identities)
        assert decision.outcome in {Outcome.REVIEW, Outcome.UNSCREENED}

    @pytest.mark.parametrize("name", ["crystal meal", "special k", "horse tranquilizer", "imodium"])
    def test_slang_and_trade_names_do_not_count(self, screener: Screener, name: str) -> None:
        """They stand among the synonyms of databases, beside what they mean to others."""
        assert not any(i.exact for i in ask(screener, name=name).identities)

    @pytest.mark.parametrize(
        "name", ["norfentany1", "Norfentnayl", "acetic anhydrlde", "4-piperld0ne", "ephedrlne"]
    )
    def test_a_slip_of_the_pen_is_only_possible(self, screener: Screener, name: str) -> None:
        """It leads to review, whatever it is a slip for."""
        decision = ask(screener, name=name)
        assert {i.via for i in decision.identities} == {"spelling"}
        assert decision.outcome is Outcome.REVIEW
        assert all(h.reading and "possible-identity" in h.reading for h in decision.hits)

    def test_another_locant_is_no_slip(self, screener: Screener) -> None:
        """2-Piperidone is another compound than 4-piperidone."""
        decision = ask(screener, name="2-piperidone")
        assert not any(i.via in {"spelling", "entry"} for i in decision.identities)

    def test_an_inchikey_of_a_listed_substance(self, screener: Screener) -> None:
        """It is looked up, in either field of structures; stereochemistry aside."""
        for field in ("inchi", "structure"):
            decision = ask(screener, **{field: "PMCBDBWCQQBSRJ-UHFFFAOYSA-N"})
            assert "us/schedule-ii/norfentanyl" in {h.entry for h in decision.hits}

    def test_an_unknown_inchikey_is_not_read(self, screener: Screener) -> None:
        """No structure can be read from a digest."""
        decision = ask(screener, inchi="AAAAAAAAAAAAAA-UHFFFAOYSA-N")
        assert decision.outcome is Outcome.UNSCREENED
        assert FindingCode.STRUCTURE_UNREADABLE in codes(decision)


class TestTriangulation:
    """Identifiers of one line are compared; all are screened and the worst stands."""

    @pytest.mark.parametrize(
        "said",
        [
            {"name": "ibuprofen", "cas": "50-78-2"},
            {"name": "norfentanyl", "cas": "50-78-2"},
            {"name": "aspirin", "cas": "1609-66-1"},
            {"name": "ibuprofen", "structure": NORFENTANYL},
            {"cas": "50-78-2", "structure": IBUPROFEN, "name": "ibuprofen"},
            {"structure": IBUPROFEN, "formula": "C12H18O2"},
            {"structure": IBUPROFEN, "molar_mass": "180.16"},
            {"name": "ibuprofen", "inchi": "InChI=1S/CH4O/c1-2/h2H,1H3"},
        ],
    )
    def test_disagreement_is_never_silent(self, screener: Screener, said: dict[str, str]) -> None:
        """Whatever two identifiers contradict each other, a person must look."""
        decision = ask(screener, **said)
        assert FindingCode.IDENTIFIERS_DISAGREE in codes(decision)
        assert decision.outcome in {Outcome.REVIEW, Outcome.CONTROLLED}

    @pytest.mark.parametrize("said", [{"cas": "50-78-2"}, {"structure": IBUPROFEN}])
    def test_a_listed_name_over_other_goods_still_hits(
        self, screener: Screener, said: dict[str, str]
    ) -> None:
        """A disputed identity is screened all the same."""
        decision = ask(screener, name="Norfentanyl", **said)
        assert "us/schedule-ii/norfentanyl" in {h.entry for h in decision.hits}

    @pytest.mark.parametrize(
        "said",
        [
            {"structure": "O=C1CCNCC1", "name": "4-piperidone HCl monohydrate"},
            {"structure": "O=C1CCNCC1", "formula": "C5H9NO·HCl·H2O"},
            {"structure": "O=C1CCNCC1", "molar_mass": "135.59"},
            {"name": "tetracaine", "cas": "136-47-0"},
        ],
    )
    def test_another_form_is_noted(self, screener: Screener, said: dict[str, str]) -> None:
        """Salt against base is one compound: said, and no contradiction."""
        found = codes(ask(screener, **said))
        assert FindingCode.FORM_DIFFERS in found
        assert FindingCode.IDENTIFIERS_DISAGREE not in found

    def test_agreement_says_nothing(self, screener: Screener) -> None:
        """Five identifiers of one compound."""
        decision = ask(
            screener,
            name="Ibuprofen",
            cas="15687-27-1",
            structure=IBUPROFEN,
            formula="C13H18O2",
            molar_mass="206.28 g/mol",
            hs_code="2916.39",
        )
        assert decision.outcome is Outcome.NO_LISTING_FOUND
        assert not told(decision)
        assert FindingCode.FORM_DIFFERS not in codes(decision)

    def test_an_unknown_number_beside_a_name_of_the_table_is_asked_about(
        self, screener: Screener
    ) -> None:
        """Nobody vouches that the number is that of the name."""
        decision = ask(screener, name="lidocaine", cas="1193389-70-6")
        assert decision.outcome is Outcome.REVIEW

    def test_true_triples_spoilt_are_told(self, screener: Screener) -> None:
        """Every swapped or mistyped identifier leaves a finding; more rows by the benchmark."""
        pool = random.Random(2).sample(triples(screener), 400)
        _, missed = silent(screener, spoilt(pool, 60, seed=2))
        assert not missed

    def test_true_triples_agree(self, screener: Screener) -> None:
        """An unspoilt line is one compound, and no identifier is disputed."""
        for triple in random.Random(3).sample(triples(screener), 25):
            decision = ask(screener, name=triple.name, cas=triple.cas, structure=triple.smiles)
            assert FindingCode.IDENTIFIERS_DISAGREE not in codes(decision), triple.name
            assert one_compound(decision), triple.name


class TestGoods:
    """Descriptions of several goods, of none, and what stands beside the name."""

    SAID: tuple[dict[str, str], ...] = (
        {"structure": NORFENTANYL}, {"structure": IBUPROFEN}, {"inchi": "InChI=1S/CH4/h1H4"},
        {"cas": "1609-66-1"}, {"cas": "67-64-1"}, {"cas": "67-64-2"}, {"name": "acetone"},
        {"name": "4-anilinopiperidine"}, {"name": "hydrochloride of what"}, {"formula": "C3H6O"},
        {"formula": "C14H20N2O"}, {"molar_mass": "58.08"}, {"molar_mass": "232.3"},
        {"item": "A-1"}, {"item": "B-2"}, {"hs_code": "2914.11"}, {"un_number": "1090"},
    )  # fmt: skip

    def test_are_kept_by_all_that_is_said_of_them(self) -> None:
        """A line is decided as if no other had been there, whatever others say of like goods."""
        items = {"A-1": NORFENTANYL, "B-2": "CC(C)=O"}
        shared, alone = Screener(items=items), Screener(items=items)
        lines = [one | other for one in self.SAID for other in self.SAID]
        random.Random(3).shuffle(lines)
        outcomes = set()
        for said in lines:
            alone._identification._goods.clear()
            alone._told.clear()
            alone._mets.clear()
            found = ask(shared, **said)
            assert found == ask(alone, **said), said
            outcomes.add(found.outcome)
        assert len(outcomes) > 2

    def test_two_chemicals_in_a_cell_are_both_screened(self, screener: Screener) -> None:
        """The listed one counts in full beside the ordinary one."""
        decision = ask(screener, name="LIDOCAINE BASE 25KG; NORFENTANYL 1KG")
        assert FindingCode.SEVERAL_GOODS in codes(decision)
        assert len(decision.identities) == 2
        assert decision.outcome is Outcome.CONTROLLED

    def test_further_goods_are_no_contradiction(self, screener: Screener) -> None:
        """A number that belongs to one of the names leaves the other as it is."""
        decision = ask(screener, name="lidocaine; norfentanyl", cas="137-58-6")
        assert decision.outcome is Outcome.CONTROLLED
        assert FindingCode.IDENTIFIERS_DISAGREE not in codes(decision)

    def test_purity_and_quantity_are_read_from_the_description(self, screener: Screener) -> None:
        """They fill empty cells, and that is said; a stated cell wins."""
        said = {"name": "TOLUENE 30% 25 KG/DRUM X 4", "origin": "CN", "destination": "US"}
        bare = screener.screen(Shipment(day=TODAY, **said))
        read = [f.message for f in bare.findings if f.code is FindingCode.READ_FROM_TEXT]
        assert len(read) == 1
        assert "25 KG/DRUM X 4" in read[0]
        assert "30%" in read[0]
        assert FindingCode.QUANTITY_MISSING not in codes(bare)
        stated = screener.screen(Shipment(day=TODAY, quantity="7 kg", purity="99 %", **said))
        assert FindingCode.READ_FROM_TEXT not in codes(stated)

    @pytest.mark.parametrize(
        ("name", "said"),
        [
            ("Intermediate A-17 (secrecy agreement)", "A-17"),
            ("piperidine derivatives", "class of chemicals"),
            ("chem. intermediates", "names no chemical"),
            ("garden chairs, steel, 33 cartons", "not known"),
            ("Hexanoyl fentanyl", "may be a relative"),
        ],
    )
    def test_no_identity_says_what_is_missing(
        self, screener: Screener, name: str, said: str
    ) -> None:
        """A person is told why, and what to ask the supplier for."""
        decision = ask(screener, name=name)
        assert decision.outcome is Outcome.UNSCREENED
        messages = [f.message for f in decision.findings if f.code is FindingCode.NO_IDENTITY]
        assert said in messages[0]
        assert "safety data sheet" in messages[0]
        assert "certificate of analysis" in messages[0]

    @pytest.mark.parametrize(
        ("english", "chinese"),
        [
            ("1-Boc-4-piperidone 99% 25KG", "1-叔丁氧羰基-4-哌啶酮 ９９％ 25千克"),
            ("4-piperidone hydrochloride", "4-呱啶酮鹽酸鹽"),
            ("fentanyl citrate injection", "枸橼酸芬太尼注射液"),
            ("acetone, technical grade", "丙酮 工业级"),
            ("methanol", "甲醇"),
            ("ibuprofen", "布洛芬"),
        ],
    )
    def test_chinese_and_english_lines_agree(
        self, screener: Screener, english: str, chinese: str
    ) -> None:
        """The same goods are the same decision."""
        one, other = ask(screener, name=english), ask(screener, name=chinese)
        assert one.outcome is other.outcome
        assert [(h.entry, h.certainty) for h in one.hits] == [
            (h.entry, h.certainty) for h in other.hits
        ]


class TestCodes:
    """Customs codes and transport numbers are hints."""

    @pytest.mark.parametrize(
        ("said", "code", "outcome"),
        [
            # a code of its own for a listed substance, over other goods
            (
                {"name": "ibuprofen", "hs_code": "2932.93"},
                FindingCode.CUSTOMS_CODE_LISTED,
                Outcome.REVIEW,
            ),
            # a code for everything not named elsewhere
            (
                {"name": "ibuprofen", "hs_code": "2933.39"},
                FindingCode.CUSTOMS_CODE_LISTED,
                Outcome.NO_LISTING_FOUND,
            ),
            # listed goods under a code of others
            (
                {"name": "piperonal", "hs_code": "2916.39"},
                FindingCode.CUSTOMS_CODE_DISAGREES,
                Outcome.CONTROLLED,
            ),
            # a chemical under machines
            (
                {"name": "ibuprofen", "hs_code": "8479.89"},
                FindingCode.CUSTOMS_CODE_DISAGREES,
                Outcome.REVIEW,
            ),
            (
                {"name": "ibuprofen", "un_number": "1090"},
                FindingCode.TRANSPORT_NUMBER,
                Outcome.REVIEW,
            ),
            ({"un_number": "UN 1090"}, FindingCode.TRANSPORT_NUMBER, Outcome.UNSCREENED),
            ({"name": "UN2811"}, FindingCode.TRANSPORT_NUMBER, Outcome.UNSCREENED),
            # a number of no table, and what is no number
            (
                {"name": "ibuprofen", "un_number": "9999"},
                FindingCode.TRANSPORT_NUMBER,
                Outcome.NO_LISTING_FOUND,
            ),
            (
                {"name": "ibuprofen", "un_number": "see papers"},
                FindingCode.TRANSPORT_NUMBER,
                Outcome.NO_LISTING_FOUND,
            ),
        ],
    )
    def test_a_code_that_does_not_fit_is_said(
        self, screener: Screener, said: dict[str, str], code: FindingCode, outcome: Outcome
    ) -> None:
        """In both directions, and never as an identification."""
        decision = ask(screener, **said)
        assert code in codes(decision)
        assert decision.outcome is outcome

    @pytest.mark.parametrize(
        "said",
        [
            {"name": "acetone", "hs_code": "2914.11", "un_number": "UN1090"},
            {"name": "morphine sulfate injection", "hs_code": "3004.49"},
            {"name": "ibuprofen", "hs_code": "2916.39"},
            {"name": "ibuprofen", "un_number": "n/a"},
        ],
    )
    def test_a_code_that_fits_says_nothing(self, screener: Screener, said: dict[str, str]) -> None:
        """Nor does a code for medicines over a substance that is a medicine's."""
        found = codes(ask(screener, **said))
        assert not found & {FindingCode.CUSTOMS_CODE_DISAGREES, FindingCode.TRANSPORT_NUMBER}


@pytest.mark.parametrize("purity", ["130 %", "-1 %", "−5%", ">= 101 %"])
@pytest.mark.parametrize("name", ["ibuprofen", "norfentanyl"])
def test_a_strength_that_none_can_have_is_said(screener: Screener, name: str, purity: str) -> None:
    """Whatever the goods are, and it is never taken for a small share."""
    said = [f for f in ask(screener, name=name, purity=purity).findings if purity in f.message]
    assert [f.code for f in said] == [FindingCode.PURITY_NOT_READ]
    assert "no share of a whole" in said[0].message


class TestExtras:
    """Without the extras everything else works, and they are named where they may have helped."""

    def test_the_table_is_named_only_where_it_was_missed(self, screener: Screener) -> None:
        """Not for listed goods, not for a drawing."""
        absent = Registry(name_key, key_digest)
        absent.__dict__["installed"] = False
        part = without(screener, registry=absent)
        goods, found = identified(part, name="ibuprofen")
        assert not goods.candidates
        assert FindingCode.EXTRA_MISSING in found
        assert FindingCode.EXTRA_MISSING in identified(part, cas="15687-27-1")[1]
        assert FindingCode.EXTRA_MISSING not in identified(part, name="norfentanyl")[1]
        assert FindingCode.EXTRA_MISSING not in identified(part, structure=IBUPROFEN)[1]

    def test_nomenclature_is_named_only_for_systematic_names(self, screener: Screener) -> None:
        """Without Java or the package, such a name is not interpreted, and that is said."""
        absent = SystematicNames()
        absent.__dict__["_java"] = None
        absent.__dict__["_program"] = Path("opsin.jar")
        part = without(screener, systematic=absent)
        name = "N-(1-phenethyl-4-piperidyl)-N-(3-fluorophenyl)oxolane-3-carboxamide"
        assert FindingCode.EXTRA_MISSING in identified(part, name=name)[1]
        assert FindingCode.EXTRA_MISSING not in identified(part, name="lot 44 sample, as agreed")[1]

    def test_a_program_that_cannot_run_is_given_up(self, tmp_path: Path) -> None:
        """A Java that fails is tried a few times, and never raises."""
        broken = SystematicNames()
        broken.__dict__["_java"] = "/bin/false"
        broken.__dict__["_program"] = tmp_path / "none.jar"
        assert [broken.structure(f"{n}-methylpiperidine") for n in (2, 3, 4, 5)] == [None] * 4
        assert broken.missing == "OPSIN could not be run"


class TestRegistry:
    """The offline table: exact look-ups only."""

    def test_numbers_names_and_keys_lead_to_one_record(self) -> None:
        """Three indexes of one table."""
        table = Registry(name_key, key_digest)
        one = table.by_cas("15687-27-1")
        assert one is not None
        assert one.sound
        assert [r.cas for r in table.by_name(name_key("Ibuprofen"))] == [one.cas]
        assert [r.cas for r in table.by_inchikey("HEFNNWSXXWATRW-UHFFFAOYSA-N")] == [one.cas]
        assert table.by_cas("50-00-1") is None

    @pytest.mark.parametrize("name", ["N-Boc-norfentanyl", "P2P", "ibuprofeen", "sample", ""])
    def test_what_is_not_in_the_index_is_not_guessed(self, name: str) -> None:
        """The package's own search makes nitride of the first and phosphorus of the second."""
        assert Registry(name_key, key_digest).by_name(name_key(name)) == ()

    def test_a_main_name_goes_before_synonyms_of_others(self) -> None:
        """Methanol is also written at a radical and at a substituent of another compound."""
        table = Registry(name_key, key_digest)
        assert [r.smiles for r in table.by_name("methanol")] == ["CO"]
        assert len(table.every_by_name("methanol")) > 1

    def test_a_table_that_is_cut_off_is_written_again(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A damaged file of the cache never answers."""
        monkeypatch.setenv("SCREENING_CACHE", str(tmp_path))
        monkeypatch.setattr("screening.registry._substances", _two_substances)
        tmp_path.chmod(0o700)
        assert Registry(name_key, key_digest).by_cas("67-56-1") is not None
        (path,) = tmp_path.glob("registry-*.sqlite")
        path.write_bytes(path.read_bytes()[:5000])
        assert Registry(name_key, key_digest).by_cas("67-56-1") is not None

    def test_a_package_that_cannot_be_read_stops_nothing(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """It counts as missing."""

        def broken() -> list[_Substance]:
            raise AttributeError("another layout")

        monkeypatch.setenv("SCREENING_CACHE", str(tmp_path))
        monkeypatch.setattr("screening.registry._substances", broken)
        table = Registry(name_key, key_digest)
        assert table.by_cas("67-56-1") is None
        assert not table.available
        assert table.missing == "the package `chemicals` could not be read"

    def test_it_works_without_a_cache(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """The table is built in memory then."""
        monkeypatch.setenv("SCREENING_CACHE", "off")
        monkeypatch.setattr("screening.registry._substances", _two_substances)
        table = Registry(name_key, key_digest)
        assert [r.cas for r in table.by_name("wood spirit")] == ["67-56-1"]
        assert pickle.loads(pickle.dumps(table)).by_cas("64-17-5") is not None


class _Substance:
    """One record as the package gives it."""

    def __init__(self, cas: int, smiles: str, formula: str, key: str, names: list[str]) -> None:
        self.CAS, self.smiles, self.formula, self.InChI_key = cas, smiles, formula, key
        self.common_name = self.iupac_name = names[0]
        self.synonyms = names


def _two_substances() -> list[_Substance]:
    return [
        _Substance(67561, "CO", "CH4O", "OKKJLVBELUTLKV-UHFFFAOYSA-N", ["methanol", "wood spirit"]),
        _Substance(64175, "CCO", "C2H6O", "LFQSCWFLJHTTHZ-UHFFFAOYSA-N", ["ethanol"]),
    ]


class TestItems:
    """A user's own item codes."""

    def test_a_code_stands_for_its_structure(self) -> None:
        """In the item cell and in the description, however it is spaced."""
        own = Screener(
            items={
                "A-17": NORFENTANYL,
                "B 2": {"cas": "79099-07-3"},
                "C-3": {"name": "ibuprofen"},
            }
        )
        for said in ({"item": "a-17"}, {"name": "Intermediate A-17 99% 25KG"}, {"name": "A - 17"}):
            decision = ask(own, **said)
            assert "us/schedule-ii/norfentanyl" in {h.entry for h in decision.hits}, said
            assert decision.outcome is Outcome.CONTROLLED
        assert ask(own, item="B2").hits
        assert ask(own, item="C-3").outcome is Outcome.NO_LISTING_FOUND
        again = pickle.loads(pickle.dumps(own))
        assert ask(again, item="A-17").outcome is Outcome.CONTROLLED
        unknown = ask(own, item="Z-9")
        assert unknown.outcome is Outcome.UNSCREENED
        assert FindingCode.ITEM_UNKNOWN in codes(unknown)
        disputed = ask(own, item="A-17", structure=IBUPROFEN)
        assert FindingCode.IDENTIFIERS_DISAGREE in codes(disputed)
        assert disputed.hits

    def test_a_file_of_items(self, tmp_path: Path) -> None:
        """Columns under the names people use, in any order."""
        path = tmp_path / "items.csv"
        path.write_text("SMILES,Artikelnummer,Note\nCCO,X1,\n,X2,nothing\n", encoding="utf-8")
        with pytest.raises(InputFileError, match=r"line 3.*X2"):
            ItemTable.read(path)
        path.write_text("SMILES,货号,CAS No.\nCCO,X1,64-17-5\n\n,X2,67-56-1\n", encoding="utf-8")
        table = ItemTable.read(path)
        assert table.codes() == ("X1", "X2")
        assert table.digest != ItemTable({"X1": "CCO"}).digest

    def test_the_command_takes_a_file_of_items(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """For one thing and for a table; a faulty file is refused before anything is screened."""
        items, table = tmp_path / "items.csv", tmp_path / "lines.csv"
        items.write_text(f"item,smiles\nA-17,{NORFENTANYL}\n", encoding="utf-8")
        table.write_text("Item code,Quantity,Dest\nA-17,1 kg,US\nB-1,1 kg,US\n", encoding="utf-8")
        out = tmp_path / "out"
        line = ["csv", str(table), "--out", str(out), "--items", str(items), "--day", TODAY]
        with pytest.raises(SystemExit) as done:
            main([*line, "--jurisdictions", "us"])
        assert done.value.code in {0, None}
        with (out / "decisions.csv").open(encoding="utf-8-sig", newline="") as file:
            rows = [row["screening_outcome"] for row in csv.DictReader(file)]
        assert rows == ["controlled", "unscreened"]
        items.write_text("item,smiles\nA-17,not a smiles\n", encoding="utf-8")
        with pytest.raises(SystemExit) as refused:
            main(line)
        assert refused.value.code == 2
        assert "line 2" in capsys.readouterr().err

    @pytest.mark.parametrize(
        "items",
        [
            {"A": "no smiles"},
            {"A": {"cas": "64-17-6"}},
            {"": "CCO"},
            {"A": {}},
            {"A": {"smell": "x"}},
            {"A-1": "CCO", "a-1 ": "CO"},
        ],
    )
    def test_a_faulty_table_never_loads(self, items: dict[str, str]) -> None:
        """Not in part either."""
        with pytest.raises(ShipmentError):
            ItemTable(items)

    def test_a_file_without_codes_is_refused(self, tmp_path: Path) -> None:
        """The remedy is named."""
        path = tmp_path / "items.csv"
        path.write_text("smiles\nCCO\n", encoding="utf-8")
        with pytest.raises(InputFileError, match="item,smiles,cas,name"):
            ItemTable.read(path)


def test_sources_are_shared_by_all_screeners() -> None:
    """One table and one program serve the process."""
    one, other = installed_sources(), installed_sources()
    assert one.registry is other.registry
    assert one.systematic is other.systematic
