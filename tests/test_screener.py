"""What users may rely on when they screen a shipment, whatever the law says.

Most tests run on a law in miniature, written here, so that a change of real law changes none of
them. It lists ordinary solvents.
"""

from __future__ import annotations

import datetime as dt
import pickle
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from screening import (
    Action,
    Certainty,
    Decision,
    FindingCode,
    ListedError,
    Outcome,
    Screener,
    ScreeningError,
    Severity,
    Shipment,
    ShipmentError,
)
from screening.decision import Basis
from screening.rules.model import LegKind
from tests.asking import TODAY, findings_of
from tests.drawings import rows

ACETONE = "CC(C)=O"
BUTANOL = "CCCCO"
HEPTANE = "CCCCCCC"
METHANOL = "CO"
PENTANE = "CCCCC"
TOLUENE = "Cc1ccccc1"
WATER = "O"
XYLENE = "Cc1ccccc1C"

LIST = """
title: {title}
instrument: Act on {title}
authority: Office for {title}
action: {action}
{extra}
forms:
  salts: covered
  hydrates: covered
  optical_isomers: covered
  geometric_isomers: covered
  isotopologues: review
  tautomers: covered
  esters: not_covered
  ethers: not_covered
  positional_isomers: not_covered
version:
  in_force: 2020-01-01
  recorded: 2024-06-01
  citation: Act on {title}, schedule
  checked: {{membership: primary, dates: primary}}
last_checked: 2024-06-01
coverage: {{state: modelled, as_of: 2024-06-01}}
"""
ANNOUNCED = "{in_force: 2022-01-01, published: 2021-12-01, recorded: 2024-09-01}"
ENTRY = "names:\n  en: [{name}]\nsubstance: '{smiles}'\n{extra}"

# list -> title, action, extra keys, entries (name, SMILES, extra keys)
LAW: dict[str, tuple[str, str, str, list[tuple[str, str, str]]]] = {
    "cn/bans": (
        "bans",
        "{origin: prohibited, transit: prohibited, destination: prohibited}",
        "",
        [("pentane", PENTANE, "")],
    ),
    "cn/countries": (
        "exports to countries",
        "{origin: authorisation}",
        "applies_to: [us, mx]",
        [("butanol", BUTANOL, "")],
    ),
    "us/solvents": (
        "solvents",
        "{origin: notification, transit: record, destination: notification}",
        "",
        [
            ("acetone", ACETONE, "cas: ['67-64-1']\n"),
            (
                "toluene",
                TOLUENE,
                "versions:\n  - in_force: {not_before: 2021-01-01, not_after: 2021-12-31}\n",
            ),
            (
                "xylene",
                XYLENE,
                f"versions:\n  - {ANNOUNCED}\n",
            ),
            (
                "hexane",
                "CCCCCC",
                "versions:\n  - checked: {membership: unverified}\n",
            ),
        ],
    ),
    "us/watch": (
        "goods to watch",
        "{origin: watch, destination: watch}",
        "surveillance: true",
        [("water", WATER, "")],
    ),
    "eu/imports": (
        "imports into the union",
        "{destination: authorisation}",
        "",
        [("heptane", HEPTANE, "")],
    ),
    "un/table": (
        "table of the treaty",
        "{treaty: notification}",
        "",
        [("acetone", ACETONE, ""), ("methanol", METHANOL, "cas: ['67-56-1']\n")],
    ),
}
JURISDICTIONS = {
    "cn": "title: China\nauthority: Office\n",
    "us": "title: United States\nauthority: Office\n",
    "de": "title: Germany\nauthority: Office\nmember_of: [eu]\n",
    "eu": "title: European Union\nauthority: Office\n",
    "un": "title: United Nations\nauthority: Office\ntreaty: true\n",
}


@pytest.fixture(scope="session")
def law(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the law in miniature."""
    root = tmp_path_factory.mktemp("law")
    for code, text in JURISDICTIONS.items():
        (root / code).mkdir()
        (root / code / "jurisdiction.yaml").write_text(text, encoding="utf-8")
    for path, (title, action, extra, entries) in LAW.items():
        folder = root / path
        folder.mkdir()
        text = LIST.format(title=title, action=action, extra=extra)
        (folder / "list.yaml").write_text(text, encoding="utf-8")
        for name, smiles, keys in entries:
            entry = ENTRY.format(name=name, smiles=smiles, extra=keys)
            (folder / f"{name}.yaml").write_text(entry, encoding="utf-8")
    return root


@pytest.fixture(scope="session")
def small(law: Path) -> Screener:
    """A screener over the law in miniature."""
    return Screener(law)


def line(structure: str | None = None, **fields: Any) -> Shipment:
    """A shipment from China to the United States today, unless said otherwise."""
    given: dict[str, Any] = {
        "structure": structure,
        "origin": "CN",
        "destination": "US",
        "day": "2024-12-01",
    }
    return Shipment(**(given | fields))


def entries(decision: Decision) -> list[tuple[str, str]]:
    """Entry and leg of every hit, in order."""
    return [(h.entry, h.leg.value) for h in decision.hits]


class TestShipment:
    """What is submitted."""

    @pytest.mark.parametrize("day", [None, "", "  ", "20.11.2025", "2025-13-01", 20251120])
    def test_a_day_is_required(self, day: object) -> None:
        """Without its day, or with one that is not YYYY-MM-DD, there is no shipment."""
        with pytest.raises(ShipmentError):
            line(ACETONE, day=day)

    def test_the_error_is_a_value_error(self) -> None:
        """The error belongs to the one tree and is a `ValueError` too."""
        with pytest.raises(ShipmentError) as caught:
            Shipment(structure=ACETONE)  # type: ignore[call-arg]
        assert isinstance(caught.value, ScreeningError)
        assert isinstance(caught.value, ValueError)

    @pytest.mark.parametrize(
        "day", ["2025-11-20", " 2025-11-20 ", dt.date(2025, 11, 20), dt.datetime(2025, 11, 20, 9)]
    )
    def test_days_are_read(self, day: object) -> None:
        """A date, a moment and the written day are the same day."""
        assert line(ACETONE, day=day).day == dt.date(2025, 11, 20)

    def test_other_fields_are_text(self) -> None:
        """A field that is no text is a mistake of the caller, not of the goods."""
        with pytest.raises(ShipmentError, match="quantity"):
            line(ACETONE, quantity=25)

    def test_blank_is_missing(self, small: Screener) -> None:
        """An empty cell is a missing one."""
        decision = small.screen(line(ACETONE, origin=" ", name=""))
        assert "origin_missing" in findings_of(decision)


class TestOutcomes:
    """Controlled, review, unscreened, no listing found: one answer, never "clear"."""

    def test_controlled(self, small: Screener) -> None:
        """A definite hit on a leg, in force on the day."""
        decision = small.screen(line(ACETONE))
        assert decision.outcome is Outcome.CONTROLLED
        assert decision.action is Action.NOTIFICATION
        assert entries(decision) == [
            ("us/solvents/acetone", "destination"),
            ("un/table/acetone", "treaty"),
        ]

    @pytest.mark.parametrize(
        ("structure", "day", "reading"),
        [
            (TOLUENE, "2021-06-01", "date-not-confirmed"),
            ("CCCCCC", "2024-12-01", "membership-not-confirmed"),
            (WATER, "2024-12-01", "surveillance"),
            ("[2H]C([2H])([2H])C(C)=O", "2024-12-01", "form-isotopologue"),
        ],
    )
    def test_review(self, structure: str, day: str, reading: str, small: Screener) -> None:
        """An uncertain day, an unconfirmed membership, surveillance, an open form."""
        decision = small.screen(line(structure, day=day))
        assert decision.outcome is Outcome.REVIEW
        assert decision.hits
        for hit in decision.hits:
            assert hit.certainty is Certainty.ARGUABLE
            assert hit.reading == reading
            assert [r.name for r in hit.readings] == [reading]

    def test_uncertain_days_are_firm_outside(self, small: Screener) -> None:
        """Before the earliest day there is no hit, after the latest a definite one."""
        assert not small.screen(line(TOLUENE, day="2020-12-31")).hits
        (hit,) = small.screen(line(TOLUENE, day="2022-01-01")).hits
        assert hit.certainty is Certainty.DEFINITE

    def test_announced_law_is_review(self, small: Screener) -> None:
        """Published and not yet in force: no hit, but a person must look."""
        assert small.screen(line(XYLENE, day="2021-11-30")).outcome is Outcome.NO_LISTING_FOUND
        decision = small.screen(line(XYLENE, day="2021-12-31"))
        assert not decision.hits
        assert decision.outcome is Outcome.REVIEW
        assert "announced_law" in findings_of(decision)
        assert small.screen(line(XYLENE, day="2022-01-01")).outcome is Outcome.CONTROLLED

    @pytest.mark.parametrize(
        ("structure", "code"),
        [
            ("not a structure", "structure_unreadable"),
            ("CC(C", "structure_unreadable"),
            ("*CC", "structure_unspecific"),
            ("C" * 20_001, "limit_passed"),
            (".".join(["C"] * 70), "limit_passed"),
        ],
    )
    def test_unscreened(self, structure: str, code: str, small: Screener) -> None:
        """What no parser accepts, what is no one molecule, what passes a limit."""
        decision = small.screen(line(structure))
        assert decision.outcome is Outcome.UNSCREENED
        assert {code, "no_identity"} <= findings_of(decision)

    @pytest.mark.parametrize(
        "fields", [{}, {"name": "goods as agreed"}, {"cas": "1193389-70-6"}, {"hs_code": "2914.11"}]
    )
    def test_no_structure_is_unscreened(self, fields: dict[str, str], small: Screener) -> None:
        """If it cannot be established what the goods are, a person must say."""
        decision = small.screen(line(None, **fields))
        assert decision.outcome is Outcome.UNSCREENED
        assert decision.findings[0].code is FindingCode.NO_IDENTITY
        assert decision.findings[0].severity is Severity.STOP

    def test_no_listing_found(self, small: Screener) -> None:
        """Nothing found is said as that, with what was checked."""
        decision = small.screen(line("CCCCCCCC"))
        assert decision.outcome is Outcome.NO_LISTING_FOUND
        assert decision.action is Action.NONE_FOUND
        assert not decision.hits
        assert not decision.requirements
        assert {c.jurisdiction for c in decision.coverage} == {"cn", "us", "un"}

    def test_there_is_no_clear(self) -> None:
        """The four outcomes are all there is, gravest first."""
        assert [o.value for o in Outcome] == [
            "controlled",
            "review",
            "unscreened",
            "no_listing_found",
        ]
        assert [a.value for a in Action] == [
            "prohibited",
            "authorisation",
            "notification",
            "record",
            "watch",
            "none_found",
        ]

    def test_raise_for(self, small: Screener) -> None:
        """`raise_for(REVIEW)` is met by anything but `no_listing_found`."""
        found = small.screen(line(ACETONE))
        unread = small.screen(line("not a structure"))
        free = small.screen(line("CCCCCCCC"))
        for decision in (found, unread):
            with pytest.raises(ListedError) as caught:
                decision.raise_for(Outcome.REVIEW)
            assert caught.value.decision is decision
        assert free.raise_for(Outcome.REVIEW) is free
        assert unread.raise_for(Outcome.CONTROLLED) is unread


class TestOrder:
    """Hits by action, then definite before arguable, then leg, then entry; findings by severity."""

    def test_hits(self, screener: Screener) -> None:
        """The order holds on a mixture that hits many entries of real law."""
        mixture = (
            "CCC(=O)N(c1ccccc1)C1CCN(CCc2ccccc2)CC1.COCC(=O)N(c1ccccc1)C1CCN(CCc2ccccc2)CC1."
            "CC(C)=O.CCC(=O)Cl.O=C1CCNCC1.CN1CCC(N(Cc2ccccc2)c2ccccc2)CC1"
        )
        decision = screener.screen(line(mixture, origin=None, destination=None, day=TODAY))
        actions, legs = list(Action), list(LegKind)
        assert legs[:4] == [LegKind.ORIGIN, LegKind.DESTINATION, LegKind.TRANSIT, LegKind.TREATY]
        assert legs[4:] == [LegKind.BROKER]
        keys = [
            (
                actions.index(h.action),
                h.certainty is Certainty.ARGUABLE,
                legs.index(h.leg),
                h.entry,
            )
            for h in decision.hits
        ]
        assert keys == sorted(keys)
        assert len({k[0] for k in keys}) >= 3
        assert len({k[1] for k in keys}) == 2
        assert len({k[2] for k in keys}) == 3

    def test_the_gravest_action_is_the_decisions(self, small: Screener) -> None:
        """A ban stands before a notification, wherever it stands in the journey."""
        decision = small.screen(line(f"{ACETONE}.{PENTANE}"))
        assert decision.action is Action.PROHIBITED
        assert entries(decision) == [
            ("cn/bans/pentane", "origin"),
            ("us/solvents/acetone", "destination"),
            ("un/table/acetone", "treaty"),
        ]

    def test_findings(self, small: Screener) -> None:
        """Stop, then ask, then note."""
        decision = small.screen(line("not a structure", destination=None, name="goods"))
        severities = [list(Severity).index(f.severity) for f in decision.findings]
        assert severities == sorted(severities)
        assert len(set(severities)) == 3


class TestPlaces:
    """Which laws are asked."""

    def test_each_leg_is_asked_apart(self, small: Screener) -> None:
        """Export law of the origin, transit law, import law of the destination, the treaty."""
        decision = small.screen(
            line(f"{ACETONE}.{PENTANE}", origin="US", transit=["CN"], destination="BR")
        )
        assert entries(decision) == [
            ("cn/bans/pentane", "transit"),
            ("us/solvents/acetone", "origin"),
            ("un/table/acetone", "treaty"),
        ]
        through = small.screen(line(ACETONE, origin="BR", transit=["US"], destination="PE"))
        assert [(h.entry, h.action.value) for h in through.hits] == [
            ("un/table/acetone", "notification"),
            ("us/solvents/acetone", "record"),
        ]

    @pytest.mark.parametrize("place", ["CN", "cn", "China", "中国", "People's Republic of China"])
    def test_places_as_people_write_them(self, place: str, small: Screener) -> None:
        """A code or a name in either language is the same place."""
        assert small.screen(line(PENTANE, origin=place)).origin == "cn"

    @pytest.mark.parametrize(
        ("fields", "code"),
        [
            ({"origin": None}, "origin_missing"),
            ({"destination": None}, "destination_missing"),
            ({"origin": "Utopia"}, "place_not_read"),
            ({"destination": "Utopia"}, "place_not_read"),
            ({"transit": ["Utopia"]}, "place_not_read"),
        ],
    )
    def test_an_unknown_place_counts_as_every_place(
        self, fields: dict[str, Any], code: str, small: Screener
    ) -> None:
        """The law of every place loaded is asked on that leg, and nothing is found free."""
        base = {"origin": "BR", "destination": "PE"}
        decision = small.screen(line(PENTANE, **(base | fields)))
        assert {h.entry for h in decision.hits} == {"cn/bans/pentane"}
        assert code in findings_of(decision)
        unlisted = small.screen(line("CCCCCCCC", **(base | fields)))
        assert unlisted.outcome is Outcome.REVIEW

    def test_law_that_is_not_modelled_is_said(self, small: Screener) -> None:
        """A place without a watchlist is named for each leg."""
        decision = small.screen(line("CCCCCCCC", origin="BR", destination="PE"))
        said = [f for f in decision.findings if f.code is FindingCode.JURISDICTION_NOT_MODELLED]
        assert [("(br)" in f.message, "(pe)" in f.message) for f in said] == [
            (True, False),
            (False, True),
        ]

    def test_a_treaty_alone_counts_as_controlled(self, small: Screener) -> None:
        """The States are bound, so a hit on the treaty alone is controlled."""
        decision = small.screen(line(METHANOL, origin="BR", destination="PE"))
        assert decision.outcome is Outcome.CONTROLLED
        assert entries(decision) == [("un/table/methanol", "treaty")]

    def test_a_union_is_asked_for_its_members(self, small: Screener) -> None:
        """The destination's union has import law of its own."""
        decision = small.screen(line(HEPTANE, destination="DE"))
        assert entries(decision) == [("eu/imports/heptane", "destination")]
        assert not small.screen(line(HEPTANE, destination="BR")).hits

    @pytest.mark.parametrize("destination", ["US", "MX", None, "Utopia"])
    def test_a_list_for_some_destinations(self, destination: str | None, small: Screener) -> None:
        """It reaches its destinations, and a destination that is missing or unread."""
        (hit,) = small.screen(line(BUTANOL, destination=destination)).hits
        assert hit.entry == "cn/countries/butanol"
        assert hit.certainty is Certainty.DEFINITE

    def test_a_list_for_other_destinations(self, small: Screener) -> None:
        """Elsewhere it is silent; goods that pass through go to a person."""
        assert not small.screen(line(BUTANOL, destination="BR")).hits
        (hit,) = small.screen(line(BUTANOL, transit=["MX"], destination="BR")).hits
        assert hit.reading == "passes-through"
        assert hit.certainty is Certainty.ARGUABLE

    def test_asymmetry_is_said(self, small: Screener) -> None:
        """Listed at one end and not at the other, since when, in a finding."""
        decision = small.screen(line(PENTANE))
        (finding,) = [f for f in decision.findings if f.code is FindingCode.ASYMMETRY]
        assert "2020-01-01" in finding.message
        assert "United States" in finding.message


class TestSettings:
    """jurisdictions, known_on, watchlists."""

    def test_jurisdictions_narrow(self, law: Path) -> None:
        """What is left out is said."""
        decision = Screener(law, jurisdictions=["us"]).screen(line(f"{ACETONE}.{PENTANE}"))
        assert entries(decision) == [("us/solvents/acetone", "destination")]
        said = [f for f in decision.findings if f.code is FindingCode.JURISDICTION_NOT_ASKED]
        assert len(said) == 2
        assert {c.jurisdiction for c in decision.coverage} == {"us"}
        assert decision.provenance.jurisdictions == ("us",)

    def test_jurisdictions_add(self, law: Path) -> None:
        """A place off the journey is asked for its export and its import law."""
        decision = Screener(law, jurisdictions=["us", "cn"]).screen(
            line(ACETONE, origin="BR", destination="PE")
        )
        assert entries(decision) == [
            ("us/solvents/acetone", "origin"),
            ("us/solvents/acetone", "destination"),
        ]

    @pytest.mark.parametrize("codes", [["zz"], ["us", "zz"], [], [" "]])
    def test_unknown_jurisdictions_are_refused(self, codes: list[str], law: Path) -> None:
        """A code without a watchlist is an error, not an empty answer."""
        with pytest.raises(ShipmentError, match="there are cn, de, eu, un, us"):
            Screener(law, jurisdictions=codes)

    def test_known_on(self, law: Path) -> None:
        """The second clock: what the bundle had recorded by a day."""
        before = Screener(law, known_on="2024-05-31").screen(line(ACETONE))
        after = Screener(law, known_on=dt.date(2024, 6, 1)).screen(line(ACETONE))
        assert not before.hits
        assert len(after.hits) == 2
        assert before.provenance.known_on == dt.date(2024, 5, 31)
        assert not Screener(law, known_on="2024-08-31").screen(line(XYLENE)).hits
        assert Screener(law, known_on="2024-09-01").screen(line(XYLENE)).hits

    def test_a_folder_of_ones_own_adds(self, law: Path, tmp_path: Path) -> None:
        """Later folders add entries to the lists of earlier ones."""
        folder = tmp_path / "us" / "solvents"
        folder.mkdir(parents=True)
        (folder / "octane.yaml").write_text(
            ENTRY.format(name="octane", smiles="CCCCCCCC", extra=""), encoding="utf-8"
        )
        decision = Screener([law, tmp_path]).screen(line("CCCCCCCC"))
        assert entries(decision) == [("us/solvents/octane", "destination")]

    def test_exhaustive_gives_the_same(self, law: Path, small: Screener) -> None:
        """Filters before the definitions change no answer."""
        every = Screener(law, exhaustive=True)
        for structure in (ACETONE, PENTANE, "CCCCCCCC"):
            assert every.screen(line(structure)).hits == small.screen(line(structure)).hits


class TestIdentity:
    """What counts as knowing what the goods are."""

    def test_every_way_of_saying_it(self, small: Screener) -> None:
        """SMILES, InChI, a MOL block, the CAS number and the entry's name are the same goods."""
        expected = small.screen(line(ACETONE)).hits
        inchi = "InChI=1S/C3H6O/c1-3(2)4/h1-2H3"
        block = (
            "\n  hand\n\n  4  3  0  0  0  0  0  0  0  0999 V2000\n"
            "    0.0000    0.0000    0.0000 C   0  0\n    1.5000    0.0000    0.0000 C   0  0\n"
            "    2.2500    1.3000    0.0000 C   0  0\n    2.2500   -1.3000    0.0000 O   0  0\n"
            "  1  2  1  0\n  2  3  1  0\n  2  4  2  0\nM  END\n"
        )
        assert small.screen(line(None, inchi=inchi)).hits == expected
        assert small.screen(line(block)).hits == expected
        assert small.screen(line(None, cas="67-64-1")).hits == expected
        assert small.screen(line(None, name="Acetone")).hits == expected
        assert small.screen(line(ACETONE, cas="67-64-1", name="acetone")).hits == expected

    def test_every_component_is_screened(self, small: Screener) -> None:
        """None is stripped as a salt former or a solvent."""
        decision = small.screen(line(f"CC(=O)Oc1ccccc1C(=O)O.{ACETONE}.{METHANOL}"))
        assert {h.entry for h in decision.hits} == {
            "us/solvents/acetone",
            "un/table/acetone",
            "un/table/methanol",
        }

    def test_disputed_by_the_structure(self, small: Screener) -> None:
        """The drawing counts, the CAS number that disputes it is arguable, a finding says so."""
        decision = small.screen(line(METHANOL, cas="67-64-1"))
        certainty = {h.entry: h.certainty for h in decision.hits}
        assert certainty["un/table/methanol"] is Certainty.DEFINITE
        assert certainty["us/solvents/acetone"] is Certainty.ARGUABLE
        (disputed,) = [h for h in decision.hits if h.entry == "us/solvents/acetone"]
        assert disputed.reading == "identifiers-disagree"
        assert "identifiers_disagree" in findings_of(decision)

    def test_number_and_name_disagree(self, small: Screener) -> None:
        """Neither counts as the goods, so a person must look."""
        decision = small.screen(line(None, cas="67-64-1", name="methanol"))
        assert decision.outcome is Outcome.REVIEW
        assert {h.reading for h in decision.hits} == {"identifiers-disagree"}

    def test_an_unlisted_structure_does_not_hide_a_listed_number(self, small: Screener) -> None:
        """Disagreeing identifiers never end in `no_listing_found`."""
        decision = small.screen(line("CCCCCCCC", cas="67-64-1"))
        assert decision.outcome is Outcome.REVIEW
        assert "identifiers_disagree" in findings_of(decision)

    def test_structure_and_inchi_disagree(self, small: Screener) -> None:
        """Both are screened, and the finding asks."""
        decision = small.screen(line("CCCCCCCC", inchi="InChI=1S/CH4O/c1-2/h2H,1H3"))
        assert {h.entry for h in decision.hits} == {"un/table/methanol"}
        assert "identifiers_disagree" in findings_of(decision)

    def test_invalid_number(self, small: Screener) -> None:
        """A wrong check digit identifies nothing and is asked about."""
        decision = small.screen(line(None, cas="67-64-2"))
        assert decision.outcome is Outcome.UNSCREENED
        assert "cas_invalid" in findings_of(decision)
        beside = small.screen(line("CCCCCCCC", cas="67-64-2"))
        assert beside.outcome is Outcome.REVIEW

    def test_possible_identities_are_review(self, small: Screener) -> None:
        """A listed name inside other words may be the goods: arguable, and asked about."""
        decision = small.screen(line(None, name="cleaning agent with acetone and perfume"))
        assert decision.outcome is Outcome.REVIEW
        assert {h.reading for h in decision.hits} == {"possible-identity"}
        assert "possible_identity" in findings_of(decision)
        assert not any(i.exact for i in decision.identities)

    def test_exact_name_with_trade_words(self, small: Screener) -> None:
        """Grade, purity and packing are no doubt about the name."""
        decision = small.screen(line(None, name="Acetone 99.5 % AR, 200 L drum"))
        assert decision.outcome is Outcome.CONTROLLED

    def test_customs_codes_only_hint(self, screener: Screener) -> None:
        """A code under which listed goods are declared is asked about, never a hit."""
        decision = screener.screen(line(None, hs_code="2933.37", day=TODAY))
        assert decision.outcome is Outcome.UNSCREENED
        assert "customs_code_listed" in findings_of(decision)

    def test_provenance_of_identities(self, small: Screener) -> None:
        """Each identity says from which field it came."""
        decision = small.screen(line(ACETONE, cas="67-64-1"))
        assert [(i.source, i.smiles, i.exact) for i in decision.identities] == [
            ("structure", "CC(C)=O", True),
            ("cas", "CC(C)=O", True),
        ]


class TestHits:
    """What a hit carries."""

    def test_example_of_the_contract(self, screener: Screener) -> None:
        """Norfentanyl from China through Singapore to Mexico."""
        decision = screener.screen(
            line(
                "CCC(=O)N(c1ccccc1)C1CCNCC1",
                quantity="25 kg",
                purity="98 %",
                transit=["SG"],
                destination="MX",
                day="2025-11-20",
                consignee="a buyer",
                end_use="research",
                id="line 7",
            )
        )
        assert decision.id == "line 7"
        assert decision.outcome is Outcome.CONTROLLED
        assert decision.action is Action.AUTHORISATION
        hit = decision.hits[0]
        assert hit.entry == "cn/precursor-catalogue/norfentanyl"
        assert hit.list == "cn/precursor-catalogue"
        assert (hit.jurisdiction, hit.leg) == ("cn", LegKind.ORIGIN)
        assert hit.basis is Basis.SUBSTANCE
        assert hit.certainty is Certainty.DEFINITE
        assert hit.proof.basis == "substance"
        assert hit.in_force == "2024-09-01"
        assert hit.citation
        assert "Norfentanyl" in hit.explanation
        assert decision.requirements
        assert decision.coverage
        assert decision.transit == ("sg",)

    def test_quantity_changes_no_hit(self, screener: Screener) -> None:
        """A little is a hit as much as a lot."""
        some = screener.screen(line(ACETONE, quantity="1 mg", day=TODAY))
        much = screener.screen(line(ACETONE, quantity="25 t", day=TODAY))
        none = screener.screen(line(ACETONE, day=TODAY))
        assert some.hits == much.hits == none.hits
        assert "quantity_missing" in findings_of(none) - findings_of(much)

    def test_every_hit_is_explained_and_cited(self, screener: Screener) -> None:
        """Explanation, citation, authority and first day are never empty."""
        for row in rows("us_fentanyls.csv")[::9]:
            decision = screener.screen(line(row["smiles"], day=TODAY))
            assert decision.hits
            for hit in decision.hits:
                assert hit.explanation
                assert hit.citation
                assert hit.authority
                assert hit.instrument
                assert hit.in_force

    def test_decisions_survive_json(self, screener: Screener) -> None:
        """A decision written as JSON reads back as the same decision."""
        decision = screener.screen(
            line("CCOC(=O)N(c1ccccc1)C1CCN(CCc2ccccc2)CC1.CN1CCC(=O)CC1", day=TODAY)
        )
        assert Decision.model_validate_json(decision.model_dump_json()) == decision

    def test_requirements_name_their_entries(self, screener: Screener) -> None:
        """Each requirement says which entries make it due, and none is due without a hit."""
        decision = screener.screen(line("O=C1CCNCC1.CC(C)=O", day=TODAY))
        hit_entries = {h.entry for h in decision.hits}
        for due in decision.requirements:
            assert due.entries
            assert set(due.entries) <= hit_entries


def some_lines() -> Iterator[Shipment]:
    """Shipments of every kind, for comparing two ways of screening them."""
    for row in rows("us_fentanyls.csv")[::6]:
        yield line(row["smiles"], day=TODAY)
    for row in rows("benign.csv")[::100]:
        yield line(row["smiles"], origin=None, day=TODAY)
    yield line(None, cas="437-38-7", day=TODAY)
    yield line("not a structure", day=TODAY)


class TestReuse:
    """One screener for everything: threads, processes, many shipments."""

    def test_threads_give_equal_answers(self, screener: Screener) -> None:
        """Screening changes nothing in the screener."""
        shipments = list(some_lines())
        alone = [screener.screen(s) for s in shipments]
        with ThreadPoolExecutor(4) as pool:
            together = list(pool.map(screener.screen, shipments))
        assert together == alone

    def test_pickling_keeps_settings(self, law: Path) -> None:
        """It pickles as its settings and answers the same in another process."""
        settings = Screener(law, jurisdictions=["us"], known_on="2024-07-01", exhaustive=True)
        copy = pickle.loads(pickle.dumps(settings))
        assert copy.bundle.digest == settings.bundle.digest
        for structure in (ACETONE, XYLENE, PENTANE):
            assert copy.screen(line(structure)) == settings.screen(line(structure))

    def test_shipments_and_decisions_pickle(self, small: Screener) -> None:
        """What goes in and what comes out can be sent to another process."""
        shipment = line(ACETONE, transit=["SG"])
        assert pickle.loads(pickle.dumps(shipment)) == shipment
        decision = small.screen(shipment)
        assert pickle.loads(pickle.dumps(decision)) == decision

    def test_same_question_same_answer(self, small: Screener) -> None:
        """Nothing is carried over from one shipment to the next."""
        first = small.screen(line(ACETONE))
        small.screen(line("not a structure", origin=None))
        assert small.screen(line(ACETONE)) == first

    def test_screen_many_is_lazy_and_in_order(self, small: Screener) -> None:
        """Decisions come one by one, in the order of the shipments."""

        def endless() -> Iterator[Shipment]:
            number = 0
            while True:
                yield line(ACETONE if number % 2 else PENTANE, id=str(number))
                number += 1

        decisions = small.screen_many(endless())
        first = [next(decisions) for _ in range(4)]
        assert [d.id for d in first] == ["0", "1", "2", "3"]
        assert [d.action for d in first] == [Action.PROHIBITED, Action.NOTIFICATION] * 2

    def test_screen_frame_keeps_rows_order_and_index(self, small: Screener) -> None:
        """The same rows in the same order under the same index, with new columns."""
        pandas = pytest.importorskip("pandas")
        frame = pandas.DataFrame(
            {
                "SMILES": [ACETONE, "not a structure", "CCCCCCCC"],
                "Origin": ["CN"] * 3,
                "Destination": ["US"] * 3,
                "Ship Date": ["2024-12-01"] * 3,
                "note": ["a", "b", "c"],
            },
            index=[30, 10, 20],
        )
        result = small.screen_frame(frame)
        assert list(result.index) == [30, 10, 20]
        assert list(result["note"]) == ["a", "b", "c"]
        assert list(result["screening_outcome"]) == ["controlled", "unscreened", "no_listing_found"]
        assert list(frame.columns) == ["SMILES", "Origin", "Destination", "Ship Date", "note"]
