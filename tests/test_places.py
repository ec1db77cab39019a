"""Places as trade papers write them."""

from __future__ import annotations

import pytest
from babel import Locale
from hypothesis import given
from hypothesis import strategies as st

from screening.places import MAX_TEXT, place_code, place_title

READ = [
    ("CN", "cn"),
    ("cn", "cn"),
    (" Cn ", "cn"),
    ("CHN", "cn"),
    ("156", "cn"),
    ("ＣＮ", "cn"),
    ("China", "cn"),
    ("CHINA, PEOPLE'S REPUBLIC OF", "cn"),
    ("People’s Republic of China", "cn"),
    ("P.R. CHINA", "cn"),
    ("P. R. China", "cn"),
    ("PR China", "cn"),
    ("China (Mainland)", "cn"),
    ("中国", "cn"),
    ("中國", "cn"),
    ("República Popular China", "cn"),
    ("CN - China", "cn"),
    ("CHINA (CN)", "cn"),
    ("U.S.A.", "us"),
    ("USA", "us"),
    ("US", "us"),
    ("UNITED STATES", "us"),
    ("United States of America", "us"),
    ("Estados Unidos", "us"),
    ("EE.UU.", "us"),
    ("États-Unis", "us"),
    ("美国", "us"),
    ("KOREA, REPUBLIC OF", "kr"),
    ("Rep. of Korea", "kr"),
    ("South Korea", "kr"),
    ("Korea, Democratic People's Republic of", "kp"),
    ("UK", "gb"),
    ("U.K.", "gb"),
    ("Great Britain", "gb"),
    ("英国", "gb"),
    ("Northern Ireland", "xi"),
    ("XI", "xi"),
    ("United Kingdom (Northern Ireland)", "xi"),
    ("Ireland", "ie"),
    ("Republic of Ireland", "ie"),
    ("EU", "eu"),
    ("European Union", "eu"),
    ("HONG KONG", "hk"),
    ("Hong Kong SAR China", "hk"),
    ("香港", "hk"),
    ("Macau", "mo"),
    ("Taiwan, Province of China", "tw"),
    ("Taiwan (China)", "tw"),
    ("Germany", "de"),
    ("德国", "de"),
    ("德國", "de"),
    ("Deutschland", "de"),
    ("Alemania", "de"),
    ("ドイツ", "de"),
    ("México", "mx"),
    ("MEXICO", "mx"),
    ("墨西哥", "mx"),
    ("巴基斯坦", "pk"),
    ("BRASIL", "br"),
    ("TÜRKİYE", "tr"),
    ("Turkey", "tr"),
    ("Viet Nam", "vn"),
    ("Schweiz", "ch"),
    ("Guinea-Bissau", "gw"),
    ("Guinea", "gn"),
    ("Equatorial Guinea", "gq"),
    ("Papua New Guinea", "pg"),
    ("Niger", "ne"),
    ("Nigeria", "ng"),
    ("Dominica", "dm"),
    ("Dominican Republic", "do"),
    ("St. Lucia", "lc"),
    ("Trinidad & Tobago", "tt"),
    ("COTE D IVOIRE", "ci"),
    ("Iran (Islamic Republic of)", "ir"),
    ("Congo, Dem. Rep. of the", "cd"),
    ("Republic of the Congo", "cg"),
    ("Lao P.D.R.", "la"),
    ("NETHERLANDS, THE", "nl"),
    ("Georgia", "ge"),
    ("NO", "no"),
    ("Norway", "no"),
]

NOT_READ = [
    "",
    "   ",
    "?",
    "n/a",
    "ZZ",
    "Korea",
    "Congo",
    "Virgin Islands",
    "Republic of China",
    "Republic of",
    "CT",
    "CN/US",
    "China, Japan",
    "Georgia, USA",
    "Atlanta, Georgia",
    "New Jersey",
    "Shanghai",
    "United Nations",
    "Yugoslavia",
    "x" * 100_000,
    "(" * 150,
]


@pytest.mark.parametrize(("text", "code"), READ)
def test_a_known_spelling_is_read(text: str, code: str) -> None:
    """Codes, official, short and trade forms in several languages give the one place they name."""
    assert place_code(text) == code


@pytest.mark.parametrize("text", NOT_READ)
def test_what_is_ambiguous_or_unknown_is_not_guessed(text: str) -> None:
    """Unknown texts, split states and cells that name two places are not read."""
    assert place_code(text) is None


def test_each_code_reads_back_by_code_and_by_english_name() -> None:
    """No two places share a code or an English name, but for those that are declared ambiguous."""
    codes = [str(c).casefold() for c in Locale("en").territories if place_code(str(c))]
    assert len(codes) > 240
    for code in codes:
        assert place_code(code) == code
        assert place_code(place_title(code)) == code or code == "mf", code


def test_names_of_other_languages_never_lead_to_another_place() -> None:
    """A name that the CLDR gives one place is read as that place or, when shared, not at all."""
    read = 0
    for language in ("zh", "zh_Hant", "de", "es", "fr", "ja", "pt", "it", "nl", "ko", "ar"):
        for key, name in Locale.parse(language).territories.items():
            code = place_code(str(key))
            if code is not None:
                found = place_code(name)
                assert found in {code, None}, (language, name)
                read += found is not None
    assert read > 2500


def test_titles() -> None:
    """A title is the English name; an unknown code stands for itself."""
    assert place_title("CN") == "China"
    assert place_title("xi") == "Northern Ireland"
    assert place_title("eu") == "European Union"
    assert place_title("un") == "United Nations"
    assert place_title("q9") == "Q9"


@given(st.text(max_size=MAX_TEXT + 10))
def test_no_text_raises(text: str) -> None:
    """Any text is a place or None."""
    code = place_code(text)
    assert code is None or (len(code) == 2 and code.islower())


@given(
    st.sampled_from(["Korea, Republic of", "United States", "德国", "Hong Kong", "CHN"]),
    st.sampled_from(["", " ", "\t", "  "]),
    st.sampled_from([str.upper, str.lower, str.title, str.swapcase]),
)
def test_case_and_blanks_do_not_matter(text: str, blank: str, case: object) -> None:
    """Upper and lower case and blanks around leave the answer as it is."""
    assert callable(case)
    assert place_code(blank + case(text) + blank) == place_code(text)
