"""Names of parties: what is asked of a person, and what is not."""

from __future__ import annotations

import csv
import datetime as dt
import pickle
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from screening import Outcome, Screener, Shipment
from screening.decision import Decision
from screening.errors import PartyListError
from screening.rules.parties import ListedParty, PartyIndex, party_key, read_screening_list
from tests import strategies as some

INDEX = PartyIndex(
    [
        ListedParty("a", "Acme Fine Chemicals Co., Ltd."),
        ListedParty("a", "极优精细化工有限公司"),
        ListedParty("b", "Nil"),
        ListedParty("c", "Señor Químico S.A. de C.V."),
    ]
)


@pytest.mark.parametrize(
    ("text", "owner", "words"),
    [
        ("ACME FINE CHEMICALS LIMITED", "a", "but for punctuation"),
        ("Chemicals Fine, Acme", "a", "in another order"),
        ("Acme Fine Chemicals Co Ltd, Shanghai branch", "a", "holds the name"),
        ("Acme Fine Chemicls", "a", "a few letters"),
        ("上海极优精细化工有限公司", "a", "holds the name"),
        ("senor quimico", "c", "but for punctuation"),
        ("NIL", "b", "but for punctuation"),
    ],
)
def test_a_name_that_is_like_a_listed_one_is_found_and_says_how(
    text: str, owner: str, words: str
) -> None:
    (match,) = INDEX.matches(text)
    assert match.party.owner == owner
    assert words in match.reason


def test_the_way_in_which_names_are_alike_is_a_sentence() -> None:
    """It follows "The name" and ends with the listed name or what differs."""
    name = "'Acme Fine Chemicals Co., Ltd.'"
    said = {
        "Acme Fine Chemicals": (
            f"is that of {name}, but for punctuation and the form of the company"
        ),
        "Fine Acme Chemicals": f"has the words of {name} in another order",
        "New Acme Fine Chemicals": f"holds the name {name}",
        "Acme Fina Chemicals": f"differs from {name} by a few letters",
    }
    assert {text: INDEX.matches(text)[0].reason for text in said} == said
    assert {INDEX.matches(text)[0].text for text in said} == set(said)


def test_the_closest_way_is_told_and_each_party_once() -> None:
    """Parties of one name are both found; a party of several names that fit is found once."""
    index = PartyIndex(
        [ListedParty("a", "Delta Works"), ListedParty("b", "Delta Works Ltd"),
         ListedParty("a", "Works, Delta")]
    )  # fmt: skip
    assert len(index) == 3
    found = index.matches("delta works")
    assert [m.party.owner for m in found] == ["a", "b"]
    assert all("but for punctuation" in m.reason for m in found)
    assert len(PartyIndex([ListedParty("x", "Ltd.!"), ListedParty("y", "?")])) == 1


@pytest.mark.parametrize(
    ("listed", "text", "found"),
    [
        ("Abcdef", "Abxdef", False),  # a tenth of the letters and more is another name
        ("Abcdefghij", "Abcdefghix", True),
        ("Abcde", "Abcdef", True),
        ("Abcdef", "Abcde", True),
        ("Abcd", "Abcd Works", False),  # a short name in a longer one is chance
        ("Omega Tens", "New Omega Tens", True),
        ("Omegatensx", "New Omegatensx Group of Works", False),
        ("极优", "上海极优分部", False),
        ("极优精细", "上海极优精细分部", True),
        ("一一一一", "上海一一一一分部", True),
        ("鿿鿿鿿鿿", "上海鿿鿿鿿鿿分部", True),
        ("Omega Tens", "NewOmega Tensing Group of Works", False),
    ],
)
def test_how_much_must_be_alike(listed: str, text: str, found: bool) -> None:
    assert bool(PartyIndex([ListedParty("a", listed)]).matches(text)) is found


def test_every_name_that_is_nearly_the_same_is_told() -> None:
    index = PartyIndex([ListedParty(str(n), f"Abcdefghijkl{n}") for n in range(8)])
    assert len(index.matches("Abcdefghijklm")) == 8


@pytest.mark.parametrize(
    ("name", "key"),
    [
        (None, None),
        ("  ", None),
        ("Acme_Fine\tChemicals", "acme fine chemicals"),
        ("Señor Químico S.A. de C.V.", "senor quimico"),
        ("O'Neil’s Paints", "oneils paints"),
        ("ＡＣＭＥ Ｌｔｄ", "acme"),
        ("极优精细化工有限公司 ", "极优精细化工"),
        ("北方集团有限公司", "北方"),
        ("The Limited", "the limited"),  # nothing else is left of it
    ],
)
def test_the_key_of_a_name_leaves_out_what_says_nothing(name: str | None, key: str | None) -> None:
    assert party_key(name) == key


def test_a_party_is_listed_from_its_first_day_to_the_day_before_its_last() -> None:
    """A day that is not stated excludes nothing."""
    first, last = dt.date(2024, 5, 1), dt.date(2025, 5, 1)
    one = ListedParty("a", "A", since=first, until=last)
    days = [first - dt.timedelta(1), first, last - dt.timedelta(1), last]
    assert [one.listed_on(day) for day in days] == [False, True, True, False]
    assert ListedParty("a", "A").listed_on(first)
    assert not ListedParty("a", "A", until=first).listed_on(first)
    assert not ListedParty("a", "A", since=last).listed_on(first)


def written(path: Path, *rows: str) -> Path:
    """A file of these lines."""
    path.write_text("\n".join(rows) + "\n", encoding="utf-8-sig")
    return path


def test_a_downloaded_list_is_read_column_by_column(tmp_path: Path) -> None:
    """Each name has what its row states; names that are told twice count once."""
    path = written(
        tmp_path / "list.csv",
        "source,entity_number,name,alt_names,federal_register_notice,start_date,end_date,_id",
        'SDN,77, Ünïted Works ,"UW ;; Ünïted Works ; U Works",99 FR 1,2024-05-01T00,2025-01-02,x1',
        "DPL,78,Beta,,,soon,,",
        "DPL,,Gamma,,,,,",
        "DPL,79,,,,,,",
        "DPL,80",
    )
    first = ListedParty(
        "x1", "Ünïted Works", "SDN", "99 FR 1", dt.date(2024, 5, 1), dt.date(2025, 1, 2)
    )
    assert read_screening_list(path) == [
        first,
        replace(first, name="UW"),
        replace(first, name="U Works"),
        ListedParty("78", "Beta", "DPL"),
        ListedParty("row 4", "Gamma", "DPL"),
    ]


def test_a_line_break_within_a_name_is_part_of_it(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_bytes(b'source,name\r\nSDN,"Acme\r\nWorks"\r\n')
    assert [p.name for p in read_screening_list(path)] == ["Acme\r\nWorks"]


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (["a,b", "1,2"], "it has no column name and no column source"),
        (["source,b", "1,2"], "it has no column name;"),
        (["b,name", "1,2"], "it has no column source;"),
    ],
)
def test_a_file_without_the_columns_is_refused(lines: list[str], said: str, tmp_path: Path) -> None:
    with pytest.raises(PartyListError, match=rf"other\.csv.*{said}"):
        read_screening_list(written(tmp_path / "other.csv", *lines))


def test_a_list_that_is_not_there_or_no_text_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(PartyListError, match=r"none\.csv.*No such file"):
        read_screening_list(tmp_path / "none.csv")
    (tmp_path / "bytes.csv").write_bytes(b"source,name\n\xff\xfe,b\n")
    with pytest.raises(PartyListError, match=r"bytes\.csv.*decode"):
        read_screening_list(tmp_path / "bytes.csv")


@pytest.mark.parametrize(
    "text", ["", "Co., Ltd.", "Chemicals", "Nile", "Beta Coarse Metals", "公司"]
)
def test_a_name_that_is_not_like_one_is_not_found(text: str) -> None:
    assert INDEX.matches(text) == ()


@some.examples(60)
@given(st.text(max_size=60))
def test_any_text_is_compared(text: str) -> None:
    for match in INDEX.matches(text):
        assert match.party.owner in "abc"
    assert party_key(party_key(text)) == party_key(text)


@pytest.fixture(scope="module")
def downloaded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file in the columns of the Consolidated Screening List, with invented parties."""
    path = tmp_path_factory.mktemp("parties") / "consolidated.csv"
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(
            [
                "_id",
                "source",
                "name",
                "alt_names",
                "federal_register_notice",
                "start_date",
                "end_date",
            ]
        )
        writer.writerow(
            [
                "1",
                "Entity List",
                "Acme Fine Chemicals Co., Ltd.",
                "AFC Trading; Acme FC",
                "99 FR 1",
                "2024-05-01",
                "",
            ]
        )
        writer.writerow(
            ["2", "Denied Persons List", "Beta Coarse Metals", "", "", "", "2020-01-01"]
        )
    return path


@pytest.fixture(scope="module")
def asked(downloaded: Path) -> Screener:
    """A screener that was given the file."""
    return Screener(parties=downloaded)


class TestDownloadedList:
    """A list that the user downloaded."""

    def screen(self, screener: Screener, day: str = "2026-01-10", **names: str) -> Decision:
        return screener.screen(
            Shipment(structure="CCO", origin="FR", destination="BR", day=day, **names)
        )

    def test_each_name_and_alternative_name_is_read(self, downloaded: Path) -> None:
        names = [p.name for p in read_screening_list(downloaded)]
        assert names == [
            "Acme Fine Chemicals Co., Ltd.", "AFC Trading", "Acme FC", "Beta Coarse Metals"
        ]  # fmt: skip

    @pytest.mark.parametrize("field", ["exporter", "consignee"])
    def test_a_listed_name_asks_a_person(self, field: str, asked: Screener) -> None:
        decision = self.screen(asked, **{field: "acme fine chemicals limited"})
        (finding,) = [f for f in decision.findings if f.code == "party_listed"]
        assert decision.outcome is Outcome.REVIEW
        assert field in finding.message
        assert "99 FR 1" in finding.message
        assert not any(word in finding.message for word in ("score", "%"))

    def test_a_name_that_was_listed_on_other_days_only_is_a_note(self, asked: Screener) -> None:
        for day in ("2024-04-30", "2026-01-10"):
            consignee = "Acme FC" if day < "2025" else "Beta Coarse Metals"
            decision = self.screen(asked, day, consignee=consignee)
            (finding,) = [f for f in decision.findings if f.code == "party_listed"]
            assert (finding.severity, decision.outcome) == ("note", Outcome.NO_LISTING_FOUND)

    def test_other_names_are_left_alone(self, asked: Screener) -> None:
        decision = self.screen(asked, consignee="Gamma Paints")
        assert not any(f.code == "party_listed" for f in decision.findings)

    def test_the_decision_says_which_list_was_asked(self, asked: Screener) -> None:
        assert self.screen(asked).provenance.parties is not None
        assert pickle.loads(pickle.dumps(asked)).screen is not None

    @pytest.mark.parametrize("content", ["a,b\n1,2\n", "", "\xff\xfe"])
    def test_another_file_is_refused_by_name(self, content: str, tmp_path: Path) -> None:
        path = tmp_path / "other.csv"
        path.write_bytes(content.encode("latin-1"))
        with pytest.raises(PartyListError, match=r"other\.csv"):
            Screener(parties=path)


ENTRY = """\
names: {en: [Acme Fine Chemicals], zh: [极优精细化工]}
party: true
versions: [{in_force: 2020-06-05, until: 2023-11-16}]
"""
LIST = """\
title: Entity list
instrument: An order
authority: An office
surveillance: false
action: {origin: authorisation}
forms: {salts: covered, hydrates: covered, optical_isomers: covered, geometric_isomers: covered,
  isotopologues: covered, tautomers: covered, esters: covered, ethers: covered,
  positional_isomers: covered}
version: {recorded: 2026-01-01, citation: an order, checked: {membership: primary, dates: primary}}
last_checked: 2026-01-01
coverage: {state: modelled, as_of: 2026-01-01}
"""


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Screener:
    folder = tmp_path_factory.mktemp("lists")
    (folder / "us" / "parties").mkdir(parents=True)
    (folder / "us" / "jurisdiction.yaml").write_text("title: A state\nauthority: An office\n")
    (folder / "us" / "parties" / "list.yaml").write_text(LIST, encoding="utf-8")
    (folder / "us" / "parties" / "acme.yaml").write_text(ENTRY, encoding="utf-8")
    return Screener(folder)


class TestPartyEntry:
    """A party that a watchlist carries."""

    @pytest.mark.parametrize(
        ("day", "listed"),
        [("2020-06-04", False), ("2020-06-05", True), ("2023-11-15", True), ("2023-11-16", False)],
    )
    def test_it_is_review_while_listed(self, day: str, listed: bool, own: Screener) -> None:
        decision = own.screen(
            Shipment(
                structure="CCO",
                origin="US",
                destination="CN",
                day=day,
                consignee="ACME fine chemicals",
            )
        )
        assert [h.basis for h in decision.hits] == (["party"] if listed else [])
        if listed:
            (hit,) = decision.hits
            assert (hit.certainty, hit.reading) == ("arguable", "party-name")
            assert "consignee" in hit.explanation
            assert decision.outcome is Outcome.REVIEW

    def test_its_name_is_no_name_of_goods(self, own: Screener) -> None:
        shipment = Shipment(
            name="Acme Fine Chemicals", origin="US", destination="CN", day="2021-01-01"
        )
        assert own.screen(shipment).hits == ()

    def test_the_law_of_other_places_does_not_ask_it(self, own: Screener) -> None:
        shipment = Shipment(
            structure="CCO",
            origin="DE",
            destination="US",
            day=dt.date(2021, 1, 1),
            consignee="极优精细化工",
        )
        assert own.screen(shipment).hits == ()
