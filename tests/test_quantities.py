"""Amounts and strengths: what trade writes, read to bounds that are never too small."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from screening.rules.quantities import (
    _EXACT,
    Reading,
    _converted,
    checked_amount,
    checked_percent,
    law_amount,
    mass_text,
    read_amount,
    read_number,
    read_strength,
    volume_text,
)
from tests.strategies import examples

KG = 10**6
L = 10**6


class TestAmounts:
    """A text of trade to milligrams and microlitres."""

    @pytest.mark.parametrize("unit", sorted(_EXACT))
    def test_usual_units_are_those_of_the_library_of_units(self, unit: str) -> None:
        """What is read without it is what it would say."""
        mass = unit.endswith(("gram", "ton", "pound", "ounce"))
        assert _EXACT[unit] == _converted(unit, mass=mass)

    @pytest.mark.parametrize(
        ("text", "kilograms"),
        [
            ("25 kg", 25),
            ("25KG", 25),
            ("25 KGS", 25),
            ("KGS 25", 25),
            ("２５ｋｇ", 25),
            ("25公斤", 25),
            ("25 千克", 25),
            ("2吨", 2000),
            ("614,40 MT", 614_400),
            ("614.4 M. TON", 614_400),
            ("1.234,5 kg", 1234.5),
            ("1,234.5 kg", 1234.5),
            ("1 234,5 kg", 1234.5),
            ("1'234.5 kg", 1234.5),
            ("12,34,567 g", 1234.567),
            ("0,5 kg", 0.5),
            ("0.500 kg", 0.5),
            ("1E+03 kg", 1000),
            ("25kg/drum x 40", 1000),
            ("25kgx40", 1000),
            ("40x25kg", 1000),
            ("4 x 10 x 25 kg", 1000),
            ("40 drums of 25 kg each", 1000),
            ("40 drums @ 25 kg", 1000),
            ("80 DRUMS X 100 KG/DRUM = 8,000 KG", 8000),
            ("160 KGS X 80 DRUMS=12800 KGS NET", 12_800),
            ("25公斤/桶×40桶", 1000),
            ("每桶25公斤,共40桶", 1000),
            ("40 桶 共计 1000 公斤", 1000),
            ("1000 KGS IN 40 DRUMS", 1000),
            ("1000 kg net", 1000),
            ("500 KG N/W", 500),
            ("N.W. 500 KG G.W. 540 KG", 540),
            ("500 kg (1102 lbs)", 500),
            ("500 kg / 1102 lbs", 500),
            ("200 KG NET / 215 KG GROSS", 215),
            ("ACETONE 99 % 25 KG", 25),
            ("10 kg + 5 kg", 15),
            ("100-120 kg", 120),
            ("20 MT +/-10%", 22_000),
            ("25 kg acetone", 25),
        ],
    )
    def test_masses(self, text: str, kilograms: float) -> None:
        """What is written plainly is read as it is."""
        reading = read_amount(text)
        assert reading.mass_mg == pytest.approx(kilograms * KG, abs=1)
        assert not reading.doubts

    @pytest.mark.parametrize(
        ("text", "litres"),
        [
            ("5 L", 5),
            ("200 ltr", 200),
            ("10 pcs x 500ml", 5),
            ("1.5 m3", 1500),
            ("500 US gal", 1892.705892),
            ("5升", 5),
        ],
    )
    def test_volumes(self, text: str, litres: float) -> None:
        """A volume stays a volume: what it weighs is not known here."""
        reading = read_amount(text)
        assert reading.volume_ul == pytest.approx(litres * L, abs=1)
        assert reading.mass_mg is None

    def test_mass_and_volume_together(self) -> None:
        """Both are kept where both are stated."""
        reading = read_amount("200 L (180 kg)")
        assert (reading.mass_mg, reading.volume_ul) == (180 * KG, 200 * L)

    @pytest.mark.parametrize(
        ("text", "kilograms"),
        [
            ("1,234 kg", 1234),
            ("25.000 KGS", 25_000),
            ("80 drums 8000 kg", 640_000),
            ("25 kg, 3 pallets", 75),
            ("1000 KG/40 DRUMS", 40_000),
            ("5 kg 10 kg", 15),
            ("80 drums x 100 kg = 9000 kg", 9000),
            ("80 drums x 100 kg = 7000 kg", 8000),
        ],
    )
    def test_what_can_be_read_in_two_ways_is_read_as_the_larger(
        self, text: str, kilograms: float
    ) -> None:
        """The larger reading counts, and the doubt is said."""
        reading = read_amount(text)
        assert reading.mass_mg == kilograms * KG
        assert reading.doubts

    def test_a_ton_and_a_gallon_are_the_largest_of_their_name(self) -> None:
        """Where one word names units of several sizes, the largest counts."""
        assert read_amount("1 ton").mass_mg == 1_016_046_909
        assert read_amount("1 metric ton").mass_mg == 1000 * KG
        assert read_amount("1 gallon").volume_ul == 4_546_090

    @pytest.mark.parametrize(
        "text",
        [
            *("", "NOS", "40 NOS", "100", "3 boxes", "1 LOT", "kg", "25 KG/BAG", "15 kg/l"),
            *("1/2 kg", "twenty kg", "2 million kg", "半吨", "-25 kg", "0 kg", "> 500 kg"),
            *("min 500 kg", "10 kg + 5 L", "10 kg + 3 drums", "1.2.3,4,5 kg", "x" * 501),
            "9e30 kg",
        ],
    )
    def test_what_is_not_read_says_why(self, text: str) -> None:
        """Nothing is guessed; the reason is a clause."""
        reading = read_amount(text)
        assert not reading.known
        assert reading.problem

    @pytest.mark.parametrize(
        ("text", "problem"),
        [
            ("", "it names no unit of mass or volume"),
            ("40 NOS", "it names no unit of mass or volume"),
            ("0 kg", "it states no amount above nothing"),
            ("-25 kg", "it is negative"),
            ("− 25 kg", "it is negative"),
            ("9e30 kg", "it is larger than any shipment"),
            ("9e30 l", "it is larger than any shipment"),
            ("x" * 501, "it is longer than 500 characters"),
            ("15 kg/l", "it is an amount per l"),
            ("15 kg per litre", "it is an amount per litre"),
            ("kg", "the unit 'kg' stands without a number"),
            ("1/2 kg", "it holds a fraction"),
            ("2 million kg", "the number word 'million' is not read"),
            ("> 500 kg", "it states a lower bound only"),
            ("1.2.3,4,5 kg", "the number '1.2.3,4,5' is not read"),
            ("10 kg + 5 L", "a part of it names no unit that fits the rest"),
            ("10 kg + 3 drums", "a part of it names no unit that fits the rest"),
            ("25 KG/BAG", "it does not say how many packages there are"),
            ("25 kg/drum (55.1 lb/drum)", "it does not say how many packages there are"),
            ("200 kg net 215 kg gross per drum", "it does not say how many packages there are"),
            ("200 L/drum (180 kg)", "it does not say how many packages there are"),
        ],
    )
    def test_the_reason_is_the_one_that_holds(self, text: str, problem: str) -> None:
        """An officer reads it after the text."""
        assert read_amount(text).problem == problem

    @pytest.mark.parametrize(
        ("text", "milligrams", "doubts"),
        [
            ("1,234 kg", 1234 * KG, ("'1,234' may be 1.234 or 1234",)),
            ("1,234 kg + 1,234 kg", 2468 * KG, ("'1,234' may be 1.234 or 1234",)),
            ("1,234 kg = 1234 kg", 1234 * KG, ()),
            (
                "80 drums 8000 kg",
                640_000 * KG,
                ("it may state the whole or the amount of each package",),
            ),
            ("0.5 drums 10 kg", 10 * KG, ("it may state the whole or the amount of each package",)),
            ("5 kg 10 kg", 15 * KG, ("it states several amounts",)),
            ("160 kg/drum 12800 kg", 12_960 * KG, ("it states several amounts",)),
            (
                "80 drums x 100 kg = 9000 kg",
                9000 * KG,
                ("the mass and the total that is stated differ",),
            ),
            ("1 drum 10 kg", 10 * KG, ()),
            ("100 kg, 10 drums x 10 kg", 100 * KG, ()),
            ("10 drums x 10 kg, 101 kg", 101 * KG, ()),
            ("100 kg 100.5 kg", 100_500_000, ()),
            ("2 x 100 kg net 110 kg gross", 220 * KG, ()),
            ("2 drums x 10 kg, 20 kg", 20 * KG, ()),
            ("40 drums of 25 kg", 1000 * KG, ()),
            ("25 kg xbags 40", 1000 * KG, ()),
            ("KGS 25 x 40", 1000 * KG, ()),
            ("500 KG NET 540 KG GROSS IN 20 DRUMS", 540 * KG, ()),
            (
                "20 drums N.W. 500 KG G.W. 540 KG",
                10_800 * KG,
                ("it may state the whole or the amount of each package",),
            ),
            (
                "20 drums 500 kg (500 000 g)",
                10_000 * KG,
                ("it may state the whole or the amount of each package",),
            ),
            ("40 25 kg", 1000 * KG, ("it may state the whole or the amount of each package",)),
            (
                "10 drums 25 kg in boxes",
                250 * KG,
                ("it may state the whole or the amount of each package",),
            ),
            (
                "in 10 drums 25 kg",
                250 * KG,
                ("it may state the whole or the amount of each package",),
            ),
        ],
    )
    def test_how_else_it_could_be_read_is_said_once(
        self, text: str, milligrams: int, doubts: tuple[str, ...]
    ) -> None:
        """The larger reading is taken; a second statement that agrees ends the doubt."""
        reading = read_amount(text)
        assert (reading.mass_mg, reading.doubts) == (milligrams, doubts)

    @pytest.mark.parametrize(
        ("text", "litres"),
        [
            ("2 L + 3 L", 5),
            ("10 x 2 L = 25 L", 25),
            ("200 L / 0.2 m3", 200),
            ("10 L ± 10 %", 11),
            ("10 L +/- 2,5 %", 10.25),
        ],
    )
    def test_volumes_are_joined_as_masses_are(self, text: str, litres: float) -> None:
        """Sums, statements and tolerances."""
        assert read_amount(text).volume_ul == litres * L

    def test_volumes_that_differ_are_told_as_masses_are(self) -> None:
        """The larger is taken."""
        reading = read_amount("10 x 2 L = 25 L")
        assert reading.doubts == ("the volume and the total that is stated differ",)

    def test_the_largest_amount_that_is_read(self) -> None:
        """A million tonnes; one more is no shipment."""
        assert read_amount("1000000 t").mass_mg == 10**15
        assert read_amount("1000001 t").mass_mg is None
        assert read_amount("1000000 m3").volume_ul == 10**15
        assert read_amount("1000001 m3").volume_ul is None
        assert read_amount(f"{'x' * 493} 25 kg") == read_amount("25 kg")

    @given(st.text(max_size=60))
    @examples(150)
    def test_no_text_is_an_error(self, text: str) -> None:
        """Whatever stands there, there is a reading or a reason."""
        reading = read_amount(text)
        assert reading.known != bool(reading.problem)

    @given(
        st.decimals(min_value=Decimal("0.001"), max_value=10**6, places=3),
        st.integers(min_value=1, max_value=200),
        st.sampled_from(["{n} drums x {kg} kg", "{kg} kg/drum x {n}", "{n}桶×{kg}公斤"]),
    )
    @examples(60)
    def test_packages_times_size(self, size: Decimal, count: int, form: str) -> None:
        """Count times size is never read as less than it is."""
        text = form.format(n=count, kg=size)
        reading = read_amount(text)
        assert reading.mass_mg is not None
        assert reading.mass_mg >= size * count * KG
        assert reading.doubts or reading.mass_mg == size * count * KG

    @given(
        st.lists(
            st.decimals(min_value=Decimal("0.0001"), max_value=10**4, places=4),
            min_size=2,
            max_size=6,
        )
    )
    @examples(60)
    def test_parts_are_never_less_than_the_whole(self, parts: list[Decimal]) -> None:
        """Rounding goes up, so that a split amount does not shrink."""
        whole = read_amount(f"{sum(parts)} kg")
        read = [read_amount(f"{part} kg") for part in parts]
        assert whole.mass_mg is not None
        if not whole.doubts:
            assert sum(r.mass_mg or 0 for r in read) >= whole.mass_mg

    def test_numbers(self) -> None:
        """Commas and points: which separates decimals is told by the rest of the number."""
        plain = {
            "1,5": "1.5", "1,50": "1.50", "1.2345": "1.2345", "1234.567": "1234.567",
            "1,000,000": "1000000", "1.000.000": "1000000", "1,000.25": "1000.25",
        }  # fmt: skip
        assert {t: str(read_number(t)[0]) for t in plain} == plain
        assert read_number("1,234")[0] == 1234
        assert read_number("1.234")[0] == 1234
        assert read_number("1.2e3") == (Decimal(1200), None)
        assert read_number("..") == (None, None)

    def test_reading_of_nothing(self) -> None:
        """A reading without an amount is not known."""
        assert not Reading(problem="x").known


class TestStrength:
    """Purity and concentration to bounds of the share."""

    @pytest.mark.parametrize(
        ("text", "low", "high"),
        [
            ("98 %", "0.98", "0.98"),
            ("98%", "0.98", "0.98"),
            ("98", "0.98", "0.98"),
            ("98 wt%", "0.98", "0.98"),
            ("HPLC 98", "0.98", "0.98"),
            ("99.5% (GC)", "0.995", "0.995"),
            ("99,5 %", "0.995", "0.995"),
            ("98,500 %", "0.985", "0.985"),
            ("98.500 %", "0.985", "0.985"),
            ("98-99 %", "0.98", "0.99"),
            ("98% - 99%", "0.98", "0.99"),
            ("98.5 - 101.0 %", "0.985", "1"),
            ("≥98%", "0.98", "1"),
            (">= 98 %", "0.98", "1"),
            ("min. 98 %", "0.98", "1"),
            ("98% min", "0.98", "1"),
            ("99%+", "0.99", "1"),
            ("<5 %", "0", "0.05"),
            ("max 30 %", "0", "0.3"),
            ("1 %", "0.01", "0.01"),
            ("0.5%", "0.005", "0.005"),
            ("1000 ppm", "0.001", "0.001"),
            ("5 mg/g", "0.005", "0.005"),
            ("acetone 30 %, toluene 70 %", "0.3", "0.7"),
            ("0.98", "0.0098", "0.98"),
        ],
    )
    def test_shares(self, text: str, low: str, high: str) -> None:
        """Both bounds are read; several shares are the widest."""
        strength = read_strength(text)
        assert (strength.low, strength.high) == (Decimal(low), Decimal(high))
        assert strength.stated

    @pytest.mark.parametrize(
        "text", ["AR grade", "tech", "120 %", "10 mg/ml", "2 M", "20 % w/v", ""]
    )
    def test_what_is_not_read_may_be_everything(self, text: str) -> None:
        """The bounds are then nothing and the whole."""
        strength = read_strength(text)
        assert (strength.low, strength.high) == (Decimal(0), Decimal(1))
        assert not strength.stated
        assert strength.problem

    def test_solutions_say_so(self) -> None:
        """A share of a volume speaks of a solution."""
        assert read_strength("10 mg/ml").solution
        assert read_strength("37 % aqueous").solution
        assert not read_strength("37 %").solution

    @given(st.text(max_size=60))
    @examples(150)
    def test_no_text_is_an_error(self, text: str) -> None:
        """Bounds are always a share."""
        strength = read_strength(text)
        assert 0 <= strength.low <= strength.high <= 1


class TestLaw:
    """Amounts of the watchlists: one way to write each, and units of one size."""

    def test_amounts(self) -> None:
        """A mass or a volume, rounded down: the law begins no later than it says."""
        assert law_amount("1500 kg") == (1500 * KG, None)
        assert law_amount("1.7 kg") == (1_700_000, None)
        assert law_amount("500 US gal") == (None, 1_892_705_892)
        assert law_amount("100 l") == (None, 100 * L)

    @pytest.mark.parametrize("text", ["1500kg", "500 gal", "1 ton", "1,500 kg", "kg", "5 drums"])
    def test_other_writing_is_refused(self, text: str) -> None:
        """Units of more than one size, and numbers that can be read in two ways, are refused."""
        with pytest.raises(ValueError, match="written like"):
            checked_amount(text)

    def test_percent(self) -> None:
        """A share is written with a space and is at most the whole."""
        assert checked_percent("40 %") == "40 %"
        assert checked_percent("100 %") == "100 %"
        for text in ("40%", "140 %", "100.5 %", "0.4"):
            with pytest.raises(ValueError, match="written like"):
                checked_percent(text)

    def test_words(self) -> None:
        """Amounts for people."""
        assert [mass_text(n) for n in (30, 1500, 1_250_000, 8000 * KG)] == [
            "30 mg", "1.5 g", "1.25 kg", "8,000 kg",
        ]  # fmt: skip
        assert volume_text(1500) == "1.5 ml"
