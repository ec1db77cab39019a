"""Headers and cells of trade tables are read for what they say, and never guessed."""

from __future__ import annotations

import datetime as dt
from typing import ClassVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from screening.columns import (
    FIELDS,
    MAX_TEXT,
    SPELLINGS,
    count_recognised,
    normalise_header,
    parse_overrides,
    read_cell,
    read_day_cell,
    recognise,
    recognise_header,
    split_places,
    to_shipment,
)
from screening.decision import FindingCode, Severity
from screening.errors import ShipmentError

FILL = dt.date(2026, 1, 31)


def read(header: list[str], row: list[str], **options: object):  # type: ignore[no-untyped-def]
    """One row read under its header."""
    return to_shipment(recognise(header), row, day=FILL, **options)  # type: ignore[arg-type]


class TestHeaders:
    """Columns are recognised under the names people use."""

    @pytest.mark.parametrize(
        ("header", "field"),
        [
            ("SMILES", "structure"),
            ("CAS No.", "cas"),
            ("CAS_NUMBER", "cas"),
            ("ＣＡＳ号", "cas"),
            ("N.º CAS", "cas"),
            ("PRODUCT_DESCRIPTION", "name"),
            ("PRODUCT_DESCRIPTION_3", "name"),
            ("GOODS DESCRIPTION", "name"),
            ("品名", "name"),
            ("商品名称", "name"),
            ("规格型号", "name"),
            ("品名/Product name", "name"),
            ("商品名称(中文)", "name"),
            ("Descripción de la mercancía", "name"),
            ("DÉSIGNATION DES MARCHANDISES", "name"),
            ("Warenbezeichnung", "name"),
            ("HS CODE_2", "hs_code"),
            ("HSCODE", "hs_code"),
            ("海关编码", "hs_code"),
            ("Fracción arancelaria", "hs_code"),
            ("STD QUANTITY", "quantity"),
            ("法定数量", "quantity"),
            ("NET_WEIGHT_KG", "quantity"),
            ("净重(千克)", "quantity"),
            ("QUANTITY_UNIT", "unit"),
            ("法定单位", "unit"),
            ("Purity (%)", "purity"),
            ("InChIKey", "inchi"),
            ("Molecular Formula", "formula"),
            ("分子式", "formula"),
            ("M.W.", "molar_mass"),
            ("Molekulargewicht", "molar_mass"),
            ("Item code", "item"),
            ("物料编码", "item"),
            ("UN No.", "un_number"),
            ("联合国编号", "un_number"),
            ("COUNTRY OF_ORIGIN", "origin"),
            ("原产地", "origin"),
            ("Ursprungsland", "origin"),
            ("Pays d’origine", "origin"),
            ("Dest", "destination"),
            ("最终目的国", "destination"),
            ("Zielland", "destination"),
            ("TRANSIT", "transit"),
            ("Ship Date", "day"),
            ("Fecha de embarque", "day"),
            ("EXPORTER_NAME", "exporter"),
            ("SUPPLIER_NAME", "exporter"),
            ("BUYER_NAME", "consignee"),
            ("收货人", "consignee"),
            ("Verwendungszweck", "end_use"),
            ("Ref", "id"),
        ],
    )
    def test_known_header(self, header: str, field: str) -> None:
        """A header that people write is its field."""
        known = recognise_header(header)
        assert known is not None
        assert known[0] == field

    @pytest.mark.parametrize(
        "header",
        [
            "HS_CODE_DESCRIPTION",
            "HS Code Description",
            "TARIFF_DESCRIPTION",
            "UNIT_PRICE_USD",
            "TOTAL VALUE",
            "PORT_OF_LOADING",
            "Formula of the invoice",
            "DATA",
            "COUNTRY",
            "",
        ],
    )
    def test_other_header(self, header: str) -> None:
        """What says nothing about goods or journey is carried, not read."""
        assert recognise_header(header) is None

    def test_every_spelling_is_its_own_field(self) -> None:
        """No spelling stands for two fields, so that the order of the table decides nothing."""
        seen: dict[str, tuple[str, str]] = {}
        for key, ranks in SPELLINGS.items():
            assert key[0] in FIELDS
            for spellings in ranks:
                for spelling in filter(str.strip, spellings.replace("\n", ";").split(";")):
                    normal = normalise_header(spelling)
                    assert seen.setdefault(normal, key) == key, spelling
                    known = recognise_header(spelling)
                    assert known is not None, spelling
                    assert (known[0], known[2]) == key, spelling

    def test_case_width_and_punctuation_do_not_matter(self) -> None:
        """The same header in any case, width and punctuation is the same column."""
        for header in ("cas no", "CAS-NO.", "ＣＡＳ　ＮＯ", " Cas_No ", "C.A.S. No"):
            assert recognise([header]).as_dict() == {"cas": [header]}

    def test_data_rows_do_not_look_like_headers(self) -> None:
        """A row of goods names no columns."""
        row = ["A-001", "toluene", "108-88-3", "25", "KGS", "CN", "2025-11-12"]
        assert count_recognised(row) == (0, False)


class TestOverrides:
    """`--columns` replaces what would be recognised for a field."""

    def test_override(self) -> None:
        """The named column is read, and the recognised one is not."""
        mapping = recognise(["SMILES", "mol_text"], {"structure": ["mol_text"]})
        assert mapping.as_dict() == {"structure": ["mol_text"]}
        assert mapping.unused == ("SMILES",)

    def test_override_takes_a_column_from_another_field(self) -> None:
        """A column is read once, as the field it was named for."""
        assert recognise(["Ref", "Name"], {"name": "Ref"}).as_dict() == {"name": ["Ref"]}

    def test_several_columns_for_one_field(self) -> None:
        """A field may be given more than once."""
        overrides = parse_overrides('name=Text A,name="B, C",cas=Nummer')
        assert overrides == {"name": ["Text A", "B, C"], "cas": ["Nummer"]}

    @pytest.mark.parametrize("text", ["colour=Farbe", "structure", "structure=", "=SMILES"])
    def test_bad_pair(self, text: str) -> None:
        """What is no pair of a known field and a header is refused by name."""
        with pytest.raises(ShipmentError, match="field"):
            parse_overrides(text)

    def test_unknown_header(self) -> None:
        """A header that is not there is an error that shows the headers."""
        with pytest.raises(ShipmentError, match=r"no column 'SMILE'.*'Mol', 'Ref'"):
            recognise(["Mol", "Ref"], {"structure": "SMILE"})

    def test_ambiguous_header(self) -> None:
        """A spelling that fits two columns is refused."""
        with pytest.raises(ShipmentError, match="several columns"):
            recognise(["Text 1", "text-1"], {"name": "TEXT1"})


class TestCells:
    """Cells are read generously for spelling and never for meaning."""

    @pytest.mark.parametrize("text", ["", "  ", "NULL", "n/a", "-", "none", "无", "\u3000", "N.A."])
    def test_nothing(self, text: str) -> None:
        """Words for nothing are nothing."""
        assert read_cell(text) is None

    def test_entities(self) -> None:
        """Entities are unescaped, twice where they were escaped twice, and only complete ones."""
        assert read_cell("A &amp; B") == "A & B"
        assert read_cell("2&amp;#39;-deoxy") == "2'-deoxy"
        assert read_cell("R&LTD") == "R&LTD"

    @settings(deadline=None)
    @given(st.text())
    def test_never_fails(self, text: str) -> None:
        """Any text is read without an error."""
        read_cell(text)
        read_day_cell(text)
        split_places(text)
        recognise_header(text)


class TestDays:
    """A date is read when it can be one day only."""

    @pytest.mark.parametrize(
        "text",
        [
            "2025-11-12",
            "2025/11/12",
            "2025.11.12",
            "20251112",
            "12.11.2025",
            "12-Nov-2025",
            "12-NOV-2025",
            "12 November 2025",
            "12. November 2025",
            "Nov 12, 2025",
            "12 nov. 2025",
            "12 de noviembre de 2025",
            "12 novembre 2025",
            "2025年11月12日",
            "2025 年 11 月 12 日",
            "２０２５－１１－１２",
            "2025-11-12 00:00:00",
            "2025-11-12T08:30:00Z",
            "12.11.2025 14:05",
        ],
    )
    def test_one_day(self, text: str) -> None:
        """Each way of writing 12 November 2025 is that day."""
        assert read_day_cell(text).day == dt.date(2025, 11, 12)

    @pytest.mark.parametrize(
        ("text", "day"),
        [
            ("13/11/2025", dt.date(2025, 11, 13)),
            ("11/13/2025", dt.date(2025, 11, 13)),
            ("05/05/2025", dt.date(2025, 5, 5)),
            ("1-12-2025", None),
            ("11/12/2025", None),
        ],
    )
    def test_day_and_month(self, text: str, day: dt.date | None) -> None:
        """Day and month are told apart by their numbers alone, or not at all."""
        assert read_day_cell(text).day == day

    @pytest.mark.parametrize(
        "text",
        ["45973", "12-Nov-25", "31.02.2025", "2025-13-01", "next week", "0205-01-01", "2025-11"],
    )
    def test_no_day(self, text: str) -> None:
        """What is no certain day is not read, and says why."""
        reading = read_day_cell(text)
        assert reading.day is None
        assert reading.problem

    @given(st.dates(dt.date(1950, 1, 1), dt.date(2100, 12, 31)))
    def test_every_day_round_trips(self, day: dt.date) -> None:
        """Every day is read back from each unambiguous way of writing it."""
        for pattern in ("%Y-%m-%d", "%Y/%m/%d", "%d.%m.%Y", "%Y%m%d", "%d-%b-%Y", "%B %d, %Y"):
            assert read_day_cell(day.strftime(pattern)).day == day

    @given(st.integers(1, 12), st.integers(1, 12))
    def test_ambiguity_is_never_guessed(self, first: int, second: int) -> None:
        """Two numbers up to twelve are a day only when they are equal."""
        day = read_day_cell(f"{first:02}/{second:02}/2025").day
        assert (day is None) == (first != second)

    def test_ambiguous_day_is_a_finding(self) -> None:
        """An ambiguous date is asked about, and the fill day is used."""
        shipment, findings = read(["Name", "Ship Date"], ["toluene", "03/04/2025"])
        assert shipment.day == FILL
        assert [(f.code, f.severity) for f in findings] == [
            (FindingCode.DAY_NOT_READ, Severity.ASK)
        ]
        assert "2025-04-03 or 2025-03-04" in findings[0].message

    @pytest.mark.parametrize("text", ["", "NULL", "00/00/0000", "0000-00-00"])
    def test_empty_day_is_filled(self, text: str) -> None:
        """A row without a day takes the fill day and says so in a note."""
        shipment, findings = read(["Name", "Ship Date"], ["toluene", text])
        assert shipment.day == FILL
        assert [(f.code, f.severity) for f in findings] == [(FindingCode.DAY_FILLED, Severity.NOTE)]

    def test_override_day_replaces_all(self) -> None:
        """`override_day` is the day of every row, without a finding."""
        other = dt.date(2024, 2, 29)
        for text in ("2025-11-12", "", "03/04/2025"):
            shipment, findings = read(["Name", "Ship Date"], ["x", text], override_day=other)
            assert (shipment.day, findings) == (other, ())


class TestFilledPlaces:
    """Places for rows that state none."""

    HEADER: ClassVar[list[str]] = ["Name", "Origin", "Dest", "Via"]
    GIVEN: ClassVar[dict[str, object]] = {"origin": "CN", "destination": "US", "transit": ("SG",)}

    @pytest.mark.parametrize("empty", ["", "  ", "n/a", "-"])
    def test_an_empty_cell_is_filled_and_said(self, empty: str) -> None:
        """Each place that was filled is a note, which asks nobody anything."""
        row = ["toluene", empty, "MX", empty]
        shipment, findings = read(self.HEADER, row, override_day=FILL, **self.GIVEN)
        assert (shipment.origin, shipment.destination) == ("CN", "MX")
        assert shipment.transit == ("SG",)
        expected = (FindingCode.PLACE_FILLED, Severity.NOTE)
        assert [(f.code, f.severity) for f in findings] == [expected] * 2
        assert "'CN'" in findings[0].message
        assert "'SG'" in findings[1].message

    def test_a_table_without_the_columns_is_filled(self) -> None:
        """As a structure file is, which has no places."""
        shipment, _ = read(["SMILES"], ["CCO"], **self.GIVEN)
        assert (shipment.origin, shipment.destination, shipment.transit) == ("CN", "US", ("SG",))

    @pytest.mark.parametrize("said", ["DE", "Atlantis", "unknown port"])
    def test_what_a_cell_says_is_never_replaced(self, said: str) -> None:
        """Also where no place can be read from it: then every place counts."""
        shipment, findings = read(
            self.HEADER, ["toluene", said, said, said], override_day=FILL, **self.GIVEN
        )
        assert (shipment.origin, shipment.destination, shipment.transit) == (said, said, (said,))
        assert not findings

    def test_what_may_be_a_country_is_not_filled(self) -> None:
        """NA is nothing, or Namibia; the row is asked about as without a given place."""
        row = ["toluene", "NA", "NA", "NA"]
        shipment, findings = read(self.HEADER, row, override_day=FILL, **self.GIVEN)
        assert (shipment.origin, shipment.destination, shipment.transit) == (None, None, ())
        assert {f.code for f in findings} == {FindingCode.PLACE_NOT_READ}


class TestPlaces:
    """Transit cells hold several places."""

    @pytest.mark.parametrize(
        ("text", "places"),
        [
            ("SG", ("SG",)),
            ("SG; HK", ("SG", "HK")),
            ("SG/HK", ("SG", "HK")),
            ("SG,HK", ("SG", "HK")),
            ("SG + HK", ("SG", "HK")),
            ("SG HK KR", ("SG", "HK", "KR")),
            ("Hong Kong", ("Hong Kong",)),
            ("Hong Kong; Singapore", ("Hong Kong", "Singapore")),
            ("新加坡、香港", ("新加坡", "香港")),
            ("KOREA, REPUBLIC OF", ("KOREA, REPUBLIC OF",)),
            ("SG; KOREA, REPUBLIC OF", ("SG", "KOREA, REPUBLIC OF")),
            ("via SG -> AE", ("SG", "AE")),
            ("SG; SG; -", ("SG",)),
        ],
    )
    def test_split(self, text: str, places: tuple[str, ...]) -> None:
        """Places are split at their separators, and at spaces between codes only."""
        assert split_places(text) == places

    def test_country_of_export_comes_before_origin(self) -> None:
        """The law asked is that of the country of export; the country of origin is noted."""
        shipment, findings = read(
            ["Name", "Country of Origin", "Export Country"], ["toluene", "CN", "SG"]
        )
        assert shipment.origin == "SG"
        assert (FindingCode.PLACE_NOT_READ, Severity.NOTE) in [
            (f.code, f.severity) for f in findings
        ]

    def test_two_destinations_ask(self) -> None:
        """Two columns of the same kind that differ ask a person."""
        shipment, findings = read(["Name", "Dest", "Final destination"], ["toluene", "HK", "MX"])
        assert shipment.destination == "HK"
        assert (FindingCode.PLACE_NOT_READ, Severity.ASK) in [
            (f.code, f.severity) for f in findings
        ]

    def test_na_is_not_silently_a_country(self) -> None:
        """NA counts as not stated, the worse case, and is asked about."""
        shipment, findings = read(["Name", "Dest"], ["toluene", "NA"])
        assert shipment.destination is None
        assert FindingCode.PLACE_NOT_READ in [f.code for f in findings]


class TestRows:
    """A row becomes a shipment with nothing lost."""

    def test_whole_row(self) -> None:
        """Every field arrives."""
        said = {
            "Ref": "A-1",
            "品名": "甲苯",
            "CAS No.": "108-88-3",
            "SMILES": "Cc1ccccc1",
            "HS_CODE": "2902.30",
            "QTY": "1.000,50",
            "UNIT": "KG",
            "Purity": "99 %",
            "COUNTRY OF_ORIGIN": "CN",
            "TRANSIT": "SG/HK",
            "Dest": "MX",
            "Ship Date": "2025-11-12",
            "EXPORTER_NAME": "Seller",
            "CONSIGNEE_NAME": "Buyer",
            "End use": "solvent",
        }
        shipment, findings = read(list(said), list(said.values()))
        assert findings == ()
        assert shipment.id == "A-1"
        assert shipment.name == "甲苯"
        assert shipment.cas == "108-88-3"
        assert shipment.structure == "Cc1ccccc1"
        assert shipment.hs_code == "2902.30"
        assert shipment.quantity == "1.000,50 KG"
        assert shipment.purity == "99 %"
        assert (shipment.origin, shipment.transit, shipment.destination) == (
            "CN",
            ("SG", "HK"),
            "MX",
        )
        assert shipment.day == dt.date(2025, 11, 12)
        assert (shipment.exporter, shipment.consignee) == ("Seller", "Buyer")
        assert shipment.end_use == "solvent"

    def test_split_descriptions_are_joined(self) -> None:
        """Text split over columns is one text; repeats and the tariff's wording are left out."""
        header = ["PRODUCT_DESCRIPTION_1", "HS_CODE_DESCRIPTION", "PRODUCT_DESCRIPTION_2", "品名"]
        shipment, _ = read(header, ["TOLUENE IN", "Cyclic hydrocarbons", "DRUMS", "TOLUENE IN"])
        assert shipment.name == "TOLUENE IN DRUMS"

    def test_inchi_in_a_structure_column(self) -> None:
        """A structure column may hold InChI."""
        text = "InChI=1S/CH4O/c1-2/h2H,1H3"
        shipment, _ = read(["SMILES"], [text])
        assert (shipment.structure, shipment.inchi) == (None, text)

    def test_two_structures_ask(self) -> None:
        """Two structure columns of the same kind that differ are not silently one."""
        _, findings = read(["SMILES", "Structure"], ["CO", "CCO"])
        assert FindingCode.ROW_MALFORMED in [f.code for f in findings]

    @pytest.mark.parametrize(
        ("header", "row", "quantity"),
        [
            (["Name", "QTY", "UNIT"], ["x", "25", "KGS"], "25 KGS"),
            (["Name", "QTY", "UNIT"], ["x", "25 KG", ""], "25 KG"),
            (["Name", "QTY", "UNIT"], ["x", "25 KG", "KG"], "25 KG"),
            (["Name", "QTY", "UNIT"], ["x", "614.40 MT2", "NULL"], "614.40 MT2"),
            (["Name", "QTY", "UNIT"], ["x", "", "KG"], None),
            (["Name", "NET_WEIGHT_KG"], ["x", "1000"], "1000 KG"),
            (
                ["Name", "数量", "单位", "法定数量", "法定单位"],
                ["x", "", "袋", "1000", "千克"],
                "1000 千克",
            ),
            (["Name", "Weight", "UNIT"], ["x", "1000", "KG"], "1000 KG"),
            (["Name", "QTY", "UNIT", "Weight"], ["x", "40", "BAG", "1000"], "40 BAG"),
            (["Name", "QTY", "NET_WEIGHT_KG"], ["x", "40", "1000"], "1000 KG"),
            (["Name", "QTY", "UNIT", "NET_WEIGHT_KG"], ["x", "40", "BAG", ""], "40 BAG"),
        ],
    )
    def test_quantity_and_unit(
        self, header: list[str], row: list[str], quantity: str | None
    ) -> None:
        """A number is joined with its own unit, and a number with a unit is preferred."""
        assert read(header, row)[0].quantity == quantity

    def test_mol_block_keeps_its_first_line(self) -> None:
        """A MOL block begins with its title line, which may be empty and must stay."""
        block = "\n  drawn\n\n  1  0  0  0  0  0  0  0  0  0999 V2000\nM  END\n"
        assert read(["Structure"], [block])[0].structure == block

    def test_line_numbers_are_no_names(self) -> None:
        """The number in an item column is not part of the name; alone it stays."""
        assert read(["Item", "Description"], ["12", "toluene"])[0].name == "toluene"
        assert read(["Item", "Description"], ["12", ""])[0].name == "12"

    def test_money_is_no_quantity(self) -> None:
        """Amounts, prices and values are not quantities."""
        for header in ("Amount", "FOB VALUE", "Unit price", "TOTAL_VALUE_USD"):
            assert read(["Name", header, "UNIT"], ["x", "12500", "KG"])[0].quantity is None

    def test_two_shipping_days_ask(self) -> None:
        """Two shipping days that differ are asked about."""
        shipment, findings = read(["Name", "ETD", "BL date"], ["x", "2025-11-09", "2025-11-10"])
        assert shipment.day == dt.date(2025, 11, 9)
        assert [f.code for f in findings] == [FindingCode.DAY_NOT_READ]

    def test_long_text_is_cut_and_said(self) -> None:
        """A text of a megabyte is read to the limit, and the row says so."""
        shipment, findings = read(["Name"], ["x" * 1_000_000])
        assert shipment.name is not None
        assert len(shipment.name) == MAX_TEXT
        assert FindingCode.LIMIT_PASSED in [f.code for f in findings]

    def test_long_structure_is_not_cut(self) -> None:
        """A structure is never cut, since a part of one is another molecule."""
        shipment, _ = read(["SMILES"], ["C" * 1_000_000])
        assert shipment.structure == "C" * 1_000_000

    @settings(deadline=None)
    @given(st.lists(st.text(), min_size=8, max_size=8))
    def test_any_cells(self, row: list[str]) -> None:
        """Any cells make a shipment, never an error."""
        header = ["SMILES", "CAS", "Name", "QTY", "Unit", "Dest", "Transit", "Ship Date"]
        shipment, _ = read(header, row)
        assert shipment.day is not None
