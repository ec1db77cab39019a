"""CAS numbers and names as traders write them, read against a small bundle."""

from __future__ import annotations

import pickle
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum import casrn

from screening.names import NamedIdentity, NameIndex, NamesRead
from screening.rules.load import load_bundle

FORMS = """
  salts: covered
  hydrates: covered
  optical_isomers: covered
  geometric_isomers: covered
  isotopologues: covered
  tautomers: covered
  esters: not_covered
  ethers: not_covered
  positional_isomers: not_covered
"""
JURISDICTION = "title: Test land\nauthority: Test office\n"
LIST = f"""
title: Test list
instrument: Test act
authority: Test office
action: {{origin: authorisation}}
forms: {FORMS}
version:
  in_force: 2020-01-01
  recorded: 2020-01-01
  citation: Test act, section 1
  checked: {{membership: unverified, dates: primary}}
last_checked: 2020-01-01
coverage: {{state: partly, as_of: 2020-01-01}}
"""

PIPERIDONE = "O=C1CCNCC1"
BOC = "CC(C)(C)OC(=O)N1CCC(=O)CC1"
NPP = "O=C1CCN(CCc2ccccc2)CC1"
FENTANYL = "CCC(=O)N(c1ccccc1)C1CCN(CCc2ccccc2)CC1"
TOLUENE = "Cc1ccccc1"
ACETONE = "CC(C)=O"
PIPERIDINE = "C1CCNCC1"
ANHYDRIDE = "CC(=O)OC(C)=O"
CHLORIDE = "CCC(=O)Cl"
PHENYLACETIC = "O=C(O)Cc1ccccc1"
AP = "c1ccc(NC2CCNCC2)cc1"
BUTYROLACTONE = "O=C1CCCO1"
EPHEDRINE = "C[C@H](NC)[C@H](O)c1ccccc1"
ACID = "Cl"
IODINE = "II"

ENTRIES = {
    "aa/one/4-piperidone": ("4-Piperidone, piperidin-4-one", "4-哌啶酮", "41661-47-6", PIPERIDONE),
    "aa/one/1-boc-4-piperidone": (
        "1-Boc-4-piperidone, N-Boc-4-piperidone, tert-butyl 4-oxopiperidine-1-carboxylate",
        "1-叔丁氧羰基-4-哌啶酮",
        "79099-07-3",
        BOC,
    ),
    "aa/one/npp": ("N-Phenethyl-4-piperidone, NPP, SHORT", "", "39742-60-4", NPP),
    "aa/one/fentanyl": ("Fentanyl", "芬太尼", "437-38-7", FENTANYL),
    "aa/one/toluene": ("Toluene, methylbenzene", "甲苯", "108-88-3", TOLUENE),
    "aa/one/acetone": ("Acetone, propan-2-one", "丙酮", "67-64-1", ACETONE),
    "aa/one/piperidine": ("Piperidine", "哌啶", "110-89-4", PIPERIDINE),
    "aa/one/acetic-anhydride": ("Acetic anhydride", "乙酸酐, 醋酸酐", "108-24-7", ANHYDRIDE),
    "aa/one/propionyl-chloride": ("Propionyl chloride", "丙酰氯", "79-03-8", CHLORIDE),
    "aa/one/phenylacetic-acid": ("Phenylacetic acid", "苯乙酸", "103-82-2", PHENYLACETIC),
    "aa/one/4-anilinopiperidine": ("4-Anilinopiperidine, 4-AP, SHORT", "", "23056-29-3", AP),
    "aa/one/gbl": ("gamma-Butyrolactone, GBL", "γ-丁内酯", "96-48-0", BUTYROLACTONE),
    "aa/one/ephedrine": ("Ephedrine", "麻黄碱", "299-42-3", EPHEDRINE),
    "aa/one/hydrochloric-acid": (
        "Hydrochloric acid, hydrogen chloride, HCl, sulphur chloride test",
        "盐酸",
        "7647-01-0",
        ACID,
    ),
    "aa/one/iodine": ("Iodine", "碘", "7553-56-2", IODINE),
    # The same toluene drawn the other way round, in another law.
    "bb/two/toluene": ("Toluene", "甲苯", "108-88-3", "c1ccccc1C"),
}
BY_NAME_ONLY = "aa/one/ephedra"
GERMAN = {"aa/one/acetic-anhydride": "Essigsäureanhydrid", "aa/one/piperidine": "Piperidin"}
SPANISH = {"aa/one/ephedrine": "Efedrina", "aa/one/phenylacetic-acid": "Ácido fenilacético"}


def _write(folder: Path) -> Path:
    for code, name in (("aa", "one"), ("bb", "two")):
        (folder / code / name).mkdir(parents=True)
        (folder / code / "jurisdiction.yaml").write_text(JURISDICTION, encoding="utf-8")
        (folder / code / name / "list.yaml").write_text(LIST, encoding="utf-8")
    for entry, (en, zh, cas, smiles) in ENTRIES.items():
        lines = ["names:", "  en:", *(f"    - '{n}'" for n in en.split(", "))]
        lines += ["  zh:", *(f"    - '{n}'" for n in zh.split(", "))] if zh else []
        lines += [f"  de: '{GERMAN[entry]}'"] if entry in GERMAN else []
        lines += [f"  es: '{SPANISH[entry]}'"] if entry in SPANISH else []
        lines += [f"cas: ['{cas}']", f"substance: '{smiles}'"]
        if entry.endswith("/fentanyl"):
            lines += ["aliases: {'CC(C(=O)N(c1ccccc1)C1CCN(CCc2ccccc2)CC1)C': Isofentanyl test}"]
        (folder / f"{entry}.yaml").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (folder / f"{BY_NAME_ONLY}.yaml").write_text(
        "names: {en: Ephedra extract}\nidentifiers: true\n", encoding="utf-8"
    )
    return folder


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> NameIndex:
    """The names of a small bundle."""
    return NameIndex(load_bundle([_write(tmp_path_factory.mktemp("lists"))]))


def exact(read: NamesRead) -> set[str]:
    """The structures that count."""
    return {s for i in read.identities if i.exact for s in i.structures}


def possible(read: NamesRead) -> set[str]:
    """The structures that a person must look at."""
    return {s for i in read.identities if not i.exact for s in i.structures}


EXACT_NAMES = [
    ("4-Piperidone", {PIPERIDONE}),
    ("4-PIPERIDONE", {PIPERIDONE}),
    ("4 - piperidone", {PIPERIDONE}),
    ("4 piperidone", {PIPERIDONE}),
    ("4‐Piperidone", {PIPERIDONE}),
    ("４－Ｐｉｐｅｒｉｄｏｎｅ", {PIPERIDONE}),
    ("  4-piperidone.  ", {PIPERIDONE}),
    ("tert-Butyl 4-oxopiperidine-1-carboxylate", {BOC}),
    ("N-Boc-4-\npiperidone", {BOC}),
    ("N-Boc-4-piperidone 99%", {BOC}),
    ("N-BOC-4-PIPERIDONE(79099-07-3) PURITY>=99.0PCT 25KG/DRUM X 4", {BOC}),
    ("1-叔丁氧羰基-4-哌啶酮 ９９％", {BOC}),
    ("1-叔丁氧羰基-4-呱啶酮", {BOC}),
    ("Toluene, 99.5 % min, 180 kg drum", {TOLUENE}),
    ("TOLUENE TECHNICAL GRADE 20 MT IN BULK", {TOLUENE}),
    ("toluene (industrial)", {TOLUENE}),
    ("Toluene UN1294 HS 2902.30", {TOLUENE}),
    ("acetone-25kg", {ACETONE}),
    ("工业级丙酮 160千克/桶", {ACETONE}),
    ("toluene / acetone", {TOLUENE, ACETONE}),
    ("toluene and acetone", {TOLUENE, ACETONE}),
    ("toluene; acetone", {TOLUENE, ACETONE}),
    ("TOLUENE &amp; ACETONE", {TOLUENE, ACETONE}),
    ("toluene 35% acetone 10%", {TOLUENE, ACETONE}),
    ("丙酮和甲苯", {ACETONE, TOLUENE}),
    ("丙酮、甲苯", {ACETONE, TOLUENE}),
    ("Toluene (methylbenzene) 99%", {TOLUENE}),
    ("methylbenzene / toluene", {TOLUENE}),
    ("哌啶 piperidine", {PIPERIDINE}),
    ("γ-butyrolactone", {BUTYROLACTONE}),
    ("gamma butyrolactone", {BUTYROLACTONE}),
    ("gamma-Butyrolactone (GBL)", {BUTYROLACTONE}),
    ("γ-丁內酯", {BUTYROLACTONE}),
    ("Essigsäureanhydrid 1.200 L", {ANHYDRIDE}),
    ("ESSIGSAEUREANHYDRID", {ANHYDRIDE}),
    ("ESSIGSAUREANHYDRID", {ANHYDRIDE}),
    ("ACIDO FENILACETICO 1.000,50 KG", {PHENYLACETIC}),
    ("苯乙酸 CAS 103-82-2 工业级 25千克/袋", {PHENYLACETIC}),
    ("4-anilinopiperidine (4-AP)", {AP}),
    ("Isofentanyl test", {"CC(C(=O)N(c1ccccc1)C1CCN(CCc2ccccc2)CC1)C"}),
    ("SULFUR CHLORIDE TEST", {ACID}),
    ("碘", {IODINE}),
]


@pytest.mark.parametrize(("text", "structures"), EXACT_NAMES)
def test_a_cell_that_is_accounted_for_counts_as_its_names(
    index: NameIndex, text: str, structures: set[str]
) -> None:
    """Names with words of trade, and several names in one cell, count when nothing is left."""
    read = index.read(name=text)
    assert exact(read) == structures, read
    assert not possible(read)
    assert read.name_read
    assert read.rest == ""


SALTS = [
    ("4-PIPERIDONE HCL MONOHYDRATE 98% MIN", PIPERIDONE),
    ("4-piperidone hydrochloride", PIPERIDONE),
    ("4-Piperidone, hydrochloride", PIPERIDONE),
    ("4-piperidone (hydrochloride)", PIPERIDONE),
    ("4-piperidone 98% HCl", PIPERIDONE),
    ("4-piperidone·HCl·H2O", PIPERIDONE),
    ("piperidine.HCl", PIPERIDINE),
    ("4-哌啶酮盐酸盐一水合物", PIPERIDONE),
    ("4-呱啶酮鹽酸鹽", PIPERIDONE),
    ("盐酸麻黄碱", EPHEDRINE),
    ("fentanyl citrate", FENTANYL),
    ("芬太尼柠檬酸盐", FENTANYL),
    ("Clorhidrato de efedrina", EPHEDRINE),
    ("Piperidinhydrochlorid", PIPERIDINE),
    ("Phenylacetic acid sodium salt", PHENYLACETIC),
]


@pytest.mark.parametrize(("text", "structure"), SALTS)
def test_words_for_salts_and_hydrates_leave_the_base(
    index: NameIndex, text: str, structure: str
) -> None:
    """The base counts, and the salt is said; the counter-ion's own entry is not meant."""
    read = index.read(name=text)
    assert exact(read) == {structure}, read
    assert all(i.salt for i in read.identities)
    assert read.name_read


POSSIBLE = [
    ("paint thinner, toluene 35% acetone 10%", {TOLUENE, ACETONE}),
    ("fentanyl citrate starter kit 50 mcg/ml, 10 x 2 ml", {FENTANYL}),
    ("propionyl chlor", {CHLORIDE}),
    ("DRUMS WITH ACETIC ANHYDR", {ANHYDRIDE}),
    ("toluene; unknown stuff", {TOLUENE}),
    ("toluene (acetone)", {TOLUENE, ACETONE}),
    ("acetone citrate", {ACETONE}),
    ("Piperidine, 4-methyl-", {PIPERIDINE}),
    ("reagent for piperidine", {PIPERIDINE}),
    ("phenyl acetic acid", {PHENYLACETIC}),
    ("N-Boc4piperidone", {BOC}),
    ("NPP", {NPP}),
    ("4-AP", {AP}),
    ("SHORT", {NPP, AP}),
    ("bottle of SHORT things", {NPP, AP}),
    ("GBL cleaning agent", {BUTYROLACTONE}),
    ("(±)-ephedrine", {EPHEDRINE}),
    ("dl-ephedrine hydrochloride", {EPHEDRINE}),
    ("fentanyl-d5", {FENTANYL}),
]


@pytest.mark.parametrize(("text", "structures"), POSSIBLE)
def test_a_name_inside_other_text_is_only_possible(
    index: NameIndex, text: str, structures: set[str]
) -> None:
    """Unexplained text, cut names, shared abbreviations and labels leave a possible identity."""
    read = index.read(name=text)
    assert possible(read) == structures, read
    assert not exact(read)
    assert not read.name_read
    assert read.rest


NO_MATCH = [
    "N-methyl-4-piperidone",
    "N METHYL 4 PIPERIDONE",
    "1-methyl-4-piperidone hydrochloride",
    "4-chloro-4-piperidone",
    "2-methylpiperidine",
    "4-methyl piperidine",
    "piperidine-4-carboxamide",
    "piperidine derivatives",
    "toluene diisocyanate",
    "p-toluenesulfonic acid",
    "toluene-4-sulfonic acid",
    "acetone cyanohydrin",
    "acetone free",
    "acetyl fentanyl",
    "苯乙酸乙酯",
    "乙酰苯乙酸",
    "对甲苯磺酸",
    "碘化钾",
    "iodine monochloride",
    "BUPIVACAINE HCL 10KG; LIDOCAINE BASE 25KG; MANNITOL 100KG",
    "tetracaine hydrochloride",
    "tablet press, rotary, 33 stations",
    "protonitazene",
]


@pytest.mark.parametrize("text", NO_MATCH)
def test_part_of_a_longer_name_is_no_name(index: NameIndex, text: str) -> None:
    """Locants, prefixes and words behind belong to the name; a salt word is not its acid."""
    read = index.read(name=text)
    assert read.identities == ()
    assert not read.name_read
    assert read.rest


@pytest.mark.parametrize(
    "text",
    ["25 KG DRUM", "chem. intermediates", "sample 14", "N/A", "-", "", None, "  ", "UN 1294"],
)
def test_words_of_trade_alone_leave_nothing_unread(index: NameIndex, text: str | None) -> None:
    """A cell without any name of goods gives neither an identity nor an unread rest."""
    assert index.read(name=text) == NamesRead()


@pytest.mark.parametrize("text", ["Intermediate A-17", "secret", "X-100"])
def test_what_is_not_known_is_said(index: NameIndex, text: str) -> None:
    """An unknown code or word is the unread rest."""
    read = index.read(name=text)
    assert (read.identities, read.name_read, read.rest) == ((), False, text)


CAS_CELLS = [
    ("108-88-3", ["108-88-3"]),
    ("CAS No.: 108-88-3", ["108-88-3"]),
    ("108–88–3", ["108-88-3"]),
    ("１０８－８８－３", ["108-88-3"]),
    ("108一88一3", ["108-88-3"]),
    ("0000108-88-3", ["108-88-3"]),
    ("108-88-3; 67-64-1", ["108-88-3", "67-64-1"]),
    ("67-64-1/108-88-3", ["67-64-1", "108-88-3"]),
    ("67-64-1,108-88-3", ["67-64-1", "108-88-3"]),
    ("[108-88-3]", ["108-88-3"]),
    ("toluene 108-88-3", ["108-88-3"]),
]


@pytest.mark.parametrize(("cell", "numbers"), CAS_CELLS)
def test_cas_numbers_of_a_cas_cell(index: NameIndex, cell: str, numbers: list[str]) -> None:
    """Every kind of dash, labels, padding and several numbers in a cell are read."""
    read = index.read(cas=cell)
    assert list(read.cas_found) == numbers
    assert [i.matched for i in read.identities] == numbers
    assert all(i.exact and i.source == "cas" for i in read.identities)
    assert not read.cas_invalid
    assert not read.cas_unknown


@pytest.mark.parametrize(
    "text",
    [
        "CAS 108-88-3 solvent",
        "solvent (CAS: 108–88–3)",
        "solvent[CAS NO 108-88-3]",
        "溶剂CAS号108-88-3",
        "CAS-No. 108-88-3 99%",
        "108-88-3",
    ],
)
def test_a_cas_number_inside_the_description_counts(index: NameIndex, text: str) -> None:
    """A number with its hyphens and a right check digit counts wherever it stands."""
    read = index.read(name=text)
    assert exact(read) == {TOLUENE}
    assert read.cas_found == ("108-88-3",)
    assert read.name_read


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("name", "ORGANIC INTERMEDIATE / CAS79099073"),
        ("name", "CAS 79099 07 3"),
        ("cas", "79099073"),
        ("cas", "79099 07 3"),
    ],
)
def test_lost_hyphens_are_only_possible(index: NameIndex, field: str, text: str) -> None:
    """A run of digits with a right check digit is a possible number."""
    read = index.read(**{field: text})
    assert possible(read) == {BOC}
    assert not exact(read)
    assert read.cas_found == ()


@pytest.mark.parametrize("text", ["1979-03-08", "1979-03-08 00:00:00", "1979/3/8", "08/03/1979"])
def test_a_day_of_a_spreadsheet_may_be_a_cas_number(index: NameIndex, text: str) -> None:
    """Spreadsheets turn 79-03-8 into a day; the number is possible, not certain."""
    assert casrn.is_valid("79-03-8")
    read = index.read(cas=text)
    assert possible(read) == {CHLORIDE}
    assert not exact(read)
    assert possible(index.read(name=f"goods CAS {text}")) == {CHLORIDE}
    assert index.read(name=f"goods MFG {text}").identities == ()


def test_a_day_that_could_be_an_unlisted_number_is_unknown_in_the_cas_cell_only(
    index: NameIndex,
) -> None:
    """2020-12-04 could be 2020-12-4, which no entry carries; in a description it is a day."""
    assert index.read(cas="2020-12-04").cas_unknown == ("2020-12-4",)
    assert index.read(name="made 2020-12-4").cas_unknown == ()


def test_wrong_check_digits_and_unknown_numbers_are_told_apart(index: NameIndex) -> None:
    """A wrong check digit is invalid; a right one that no entry carries is unknown."""
    read = index.read(cas="79099-07-4; 64-17-5")
    assert read.cas_invalid == ("79099-07-4",)
    assert read.cas_unknown == ("64-17-5",)
    assert read.cas_found == ("64-17-5",)
    assert read.identities == ()
    named = index.read(name="N-Boc-4-piperidone 79099-07-4")
    assert named.cas_invalid == ("79099-07-4",)
    assert exact(named) == {BOC}


@pytest.mark.parametrize("cell", ["toluene", "2933399073", "108.88.3"])
def test_a_cas_cell_that_holds_no_cas_number_is_not_dropped(index: NameIndex, cell: str) -> None:
    """What cannot be read as a number is reported as it stood."""
    assert index.read(cas=cell).cas_invalid == (cell,)


@pytest.mark.parametrize("cell", ["N/A", "-", "none", " ", None])
def test_an_empty_cas_cell_says_nothing(index: NameIndex, cell: str | None) -> None:
    """Placeholders are no numbers."""
    assert index.read(cas=cell) == NamesRead()


@pytest.mark.parametrize("text", ["203-625-9", "EC 203-625-9", "0512-5512345-1", "HS 2902-30-00"])
def test_other_numbers_are_no_cas_numbers(index: NameIndex, text: str) -> None:
    """EC numbers, telephone numbers and customs codes have another shape."""
    read = index.read(name=text)
    assert read.cas_found == read.cas_invalid == read.cas_unknown == ()


def test_one_name_of_several_laws_names_all_entries_and_one_structure(index: NameIndex) -> None:
    """Two drawings of one substance are one identity, carried by the entries of both laws."""
    for read in (index.read(name="toluene"), index.read(cas="108-88-3")):
        (identity,) = read.identities
        assert set(identity.entries) == {"aa/one/toluene", "bb/two/toluene"}
        assert identity.structures == (TOLUENE,)
        assert identity.exact


def test_an_entry_without_structure_is_named_all_the_same(index: NameIndex) -> None:
    """Entries recognised by name alone give an exact identity without structure."""
    (identity,) = index.read(name="EPHEDRA EXTRACT 25 kg").identities
    assert identity.entries == (BY_NAME_ONLY,)
    assert identity.structures == ()
    assert identity.exact


def test_a_shared_abbreviation_means_what_the_line_names_elsewhere(index: NameIndex) -> None:
    """NPP and 4-AP stand for other goods too, unless the line's CAS number or name says which."""
    assert exact(index.read(cas="39742-60-4", name="NPP")) == {NPP}
    assert index.read(cas="39742-60-4", name="SHORT").name_read
    assert exact(index.read(cas="39742-60-4", name="SHORT")) == {NPP}
    assert exact(index.read(name="4-anilinopiperidine (SHORT)")) == {AP}
    salt = index.read(name="SHORT HCl (4-anilinopiperidine)")
    assert exact(salt) == {AP}
    assert any(i.matched == "SHORT" and i.salt for i in salt.identities)
    disputed = index.read(cas="108-88-3", name="NPP")
    assert exact(disputed) == {TOLUENE}
    assert possible(disputed) == {NPP}


def test_identities_that_disagree_are_both_given(index: NameIndex) -> None:
    """CAS number and name of different substances each count; the screen sets them against
    each other."""
    read = index.read(cas="108-88-3", name="acetone")
    assert exact(read) == {TOLUENE, ACETONE}
    assert [i.source for i in read.identities] == ["cas", "name"]


def test_the_text_is_given_as_it_stood(index: NameIndex) -> None:
    """The recognised part keeps its case and its own dashes; the match is the entry's spelling."""
    read = index.read(name="Solvent (CAS: 108–88–3), TOLUENE 20 MT")
    assert [(i.text, i.matched) for i in read.identities] == [
        ("108–88–3", "108-88-3"),
        ("TOLUENE", "Toluene"),
    ]


def test_the_index_can_be_pickled_and_shared(index: NameIndex) -> None:
    """A copy reads the same, and threads do not disturb one another."""
    texts = [text for text, _ in EXACT_NAMES] + NO_MATCH
    alone = [index.read(name=text) for text in texts]
    copy = pickle.loads(pickle.dumps(index))
    assert [copy.read(name=text) for text in texts] == alone
    with ThreadPoolExecutor(4) as pool:
        for _ in range(3):
            assert list(pool.map(lambda text: index.read(name=text), texts)) == alone


NAMES = [text for text, found in EXACT_NAMES if len(found) == 1] + [text for text, _ in SALTS]
PLAIN = [en.split(", ")[0] for en, _, _, _ in ENTRIES.values()]
NOISE = [
    "99%",
    ">=99.5PCT",
    "25KG/DRUM X 4",
    "CAS",
    "pharmaceutical intermediate",
    "工业级",
    "25千克/袋",
    "(sample)",
    "n-",
    "-methyl",
    "methyl",
    "4-",
    "(2-",
    ")",
    "1,",
    "hydrochloride",
    "citrate",
    "acid",
    "und",
    "/",
    "; ",
    "\n",
    "α",
    "盐",
    "\u0308",
]


@given(
    st.sampled_from(NAMES),
    st.lists(st.sampled_from(NOISE), max_size=3),
    st.lists(st.sampled_from(NOISE), max_size=3),
    st.sampled_from(["", " "]),
)
def test_noise_around_a_name_never_makes_another_structure_exact(
    index: NameIndex, name: str, before: list[str], after: list[str], glue: str
) -> None:
    """Whatever stands around a name, nothing but that name's structure can count."""
    own = exact(index.read(name=name))
    read = index.read(name=glue.join([*before, name, *after]))
    assert exact(read) <= own, read


@given(st.sampled_from(PLAIN), st.text("abeilmnoprtxy0123456789-,'()", min_size=1, max_size=8))
def test_a_name_with_letters_or_locants_joined_to_it_is_another_name(
    index: NameIndex, name: str, joined: str
) -> None:
    """A prefix or suffix joined by a letter makes another name, which may only be possible."""
    own = exact(index.read(name=name))
    assert exact(index.read(name=joined + name)) <= own
    assert exact(index.read(name=name + joined)) <= own
    assert exact(index.read(name="x" + joined + "x-" + name)) == set()


@given(st.text(max_size=300), st.text(max_size=60))
def test_no_text_raises(index: NameIndex, name: str, cas: str) -> None:
    """Any text is read, and what is exact stands in the bundle."""
    read = index.read(cas=cas, name=name)
    assert all(isinstance(i, NamedIdentity) and i.entries for i in read.identities)


@given(st.from_regex(r"[1-9][0-9]{1,6}-[0-9]{2}-[0-9]", fullmatch=True))
def test_the_check_digit_decides(index: NameIndex, number: str) -> None:
    """Every text of the right shape is found when its check digit is right, and only then."""
    read = index.read(cas=number)
    assert (number in read.cas_found) == casrn.is_valid(number)
    assert (number in read.cas_invalid) == (not casrn.is_valid(number))


@pytest.mark.parametrize("unit", ["(", "1-", "苯乙酸", "cas ", "(1)", "\u0301\u0323", "99% "])
def test_a_megabyte_of_name_is_read(index: NameIndex, unit: str) -> None:
    """Hostile cells of 1 MB take a time that grows with their length, not with its square."""
    text = unit * (1_000_000 // len(unit))
    start = time.process_time()
    index.read(name=text)
    assert time.process_time() - start < 20


@pytest.mark.parametrize("unit", ["9", "9-", "2020-12-04 "])
def test_a_megabyte_of_cas_cell_is_read(index: NameIndex, unit: str) -> None:
    """The same holds for the CAS cell."""
    text = unit * (1_000_000 // len(unit))
    start = time.process_time()
    read = index.read(cas=text)
    assert time.process_time() - start < 20
    assert read.cas_found or read.cas_unknown or read.cas_invalid


def test_an_entity_of_endless_digits_is_left_alone(index: NameIndex) -> None:
    """Character references longer than any character are text."""
    index.read(name="&#" + "1" * 10_000 + "; toluene")


def test_every_name_and_number_of_the_bundled_lists_leads_to_its_entry() -> None:
    """Nothing that an entry carries is beyond reading."""
    bundle = load_bundle()
    index = NameIndex(bundle)
    for entry in bundle.entries.values():
        if entry.party:
            continue  # its names are no goods
        for name in entry.names.all():
            read = index.read(name=name)
            assert any(entry.id in i.entries for i in read.identities), (entry.id, name)
        for number in entry.cas:
            read = index.read(cas=number)
            assert any(entry.id in i.entries for i in read.identities), (entry.id, number)
