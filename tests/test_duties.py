"""Requirements of decisions: what is due, by when, on what sums, and what is left to settle."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from screening import Decision, Screener, Shipment
from screening.cli import advice
from screening.columns import recognise, to_shipment
from screening.decision import Finding, FindingCode, Outcome, Requirement, Severity
from screening.forms import ADVANCE_DATA, TITLES, FormField
from screening.rules.load import Bundle
from tests import duty_law
from tests.asking import TODAY


@pytest.fixture(scope="module")
def law(tmp_path_factory: pytest.TempPathFactory) -> Screener:
    """A screener over the law in miniature."""
    return Screener(duty_law.written(tmp_path_factory.mktemp("law")))


def ask(screener: Screener, structure: str = "CC(C)=O", **stated: str) -> Decision:
    """The decision for goods from nz to mx."""
    known = {"origin": "NZ", "destination": "MX", "day": "2025-11-20"} | stated
    return screener.screen(Shipment(structure=structure, **known))


def due(decision: Decision) -> dict[str, Requirement]:
    """The requirements by the last part of their id."""
    return {r.id.rpartition("/")[2]: r for r in decision.requirements}


def found(decision: Decision, code: FindingCode) -> list[Finding]:
    """The findings of one code."""
    return [f for f in decision.findings if f.code is code]


class TestAmounts:
    """Quantity and purity decide requirements and nothing else."""

    def test_over_and_under(self, law: Screener) -> None:
        """Over the threshold the declaration is due, under it the note; the hit stays."""
        over, under = ask(law, quantity="1000 kg"), ask(law, quantity="999 kg")
        assert "declaration" in due(over)
        assert "small-note" not in due(over)
        assert "small-note" in due(under)
        assert "declaration" not in due(under)
        assert over.hits == under.hits
        assert (over.outcome, over.action) == (under.outcome, under.action)

    def test_why_it_is_not_due(self, law: Screener) -> None:
        """The finding names the sum, the threshold, its citation and what is not due."""
        (said,) = found(ask(law, quantity="999 kg"), FindingCode.BELOW_THRESHOLD)
        assert said.severity is Severity.NOTE
        for part in ("999 kg", "500 l or 1000 kg", "Rule 3", "Export declaration", "stay listed"):
            assert part in said.message

    @pytest.mark.parametrize(
        ("quantity", "code"),
        [
            (None, FindingCode.QUANTITY_MISSING),
            ("40 drums", FindingCode.QUANTITY_NOT_READ),
            ("NOS", FindingCode.QUANTITY_NOT_READ),
        ],
    )
    def test_what_is_not_known_is_over(
        self, law: Screener, quantity: str | None, code: FindingCode
    ) -> None:
        """A missing or unreadable amount makes everything due, and says so."""
        decision = ask(law, **({} if quantity is None else {"quantity": quantity}))
        requirement = due(decision)["declaration"]
        assert found(decision, code)
        assert requirement.sums[0].over
        assert requirement.sums[0].unread == 1

    def test_an_ambiguous_amount_is_the_larger(self, law: Screener) -> None:
        """1,234 kg may be 1.234 kg."""
        decision = ask(law, quantity="1,234 kg")
        assert "declaration" in due(decision)
        assert found(decision, FindingCode.QUANTITY_AMBIGUOUS)

    def test_an_amount_that_is_not_read_makes_no_hit(self, law: Screener) -> None:
        """Goods that nothing lists stay without listing: the amount decides nothing there."""
        decision = ask(law, "CCCCCCCC", quantity="40 drums", destination="NZ")
        assert decision.outcome is Outcome.NO_LISTING_FOUND
        assert found(decision, FindingCode.QUANTITY_NOT_READ)

    def test_weights_beside_the_quantity(self, law: Screener) -> None:
        """The larger of quantity and net weight counts; the gross weight only without both."""
        assert "declaration" in due(ask(law, quantity="10 kg", net_weight="1000 kg"))
        assert "declaration" not in due(ask(law, quantity="10 kg", gross_weight="1000 kg"))
        assert "declaration" in due(ask(law, quantity="40 drums", gross_weight="1000 kg"))
        assert "declaration" not in due(ask(law, quantity="40 drums", gross_weight="999 kg"))

    def test_volumes(self, law: Screener) -> None:
        """A threshold with both units takes either; a density stands in for a missing one."""
        assert "declaration" in due(ask(law, quantity="500 l"))
        assert "declaration" not in due(ask(law, quantity="499 l"))
        toluene = "Cc1ccccc1"
        assert "declaration" not in due(ask(law, toluene, quantity="1000 l"))  # 900 kg at most
        assert "declaration" in due(ask(law, toluene, quantity="1001 l"))

    def test_base_weight(self, law: Screener) -> None:
        """A drawn salt counts as its base; a purity of 98 % takes nothing off."""
        base, salt, hydrate = "C1CCNCC1", "C1CCNCC1.Cl", "C1CCNCC1.Cl.O"
        assert "declaration" in due(ask(law, base, quantity="500 g"))
        assert "declaration" in due(ask(law, base, quantity="500 g", purity="98 %"))
        assert "declaration" not in due(ask(law, salt, quantity="700 g"))  # 0.7002 of it is base
        assert "declaration" in due(ask(law, salt, quantity="720 g"))
        assert "declaration" not in due(ask(law, hydrate, quantity="800 g"))
        named = {"cas": "110-89-4", "name": "piperidine hydrochloride"}
        assert "declaration" not in due(ask(law, salt, quantity="700 g", **named))

    def test_a_mixture_counts_by_what_it_holds(self, law: Screener) -> None:
        """Goods that are mostly something else count by their content, as far as it is certain."""
        base = "C1CCNCC1"
        assert "declaration" not in due(ask(law, base, quantity="1 kg", purity="45 %"))
        assert "declaration" in due(ask(law, base, quantity="1 kg", purity="10-60 %"))
        assert "declaration" in due(ask(law, base, quantity="1 kg", purity="technical"))
        assert found(
            ask(law, base, quantity="1 kg", purity="technical"), FindingCode.PURITY_NOT_READ
        )

    def test_an_entry_without_a_threshold(self, law: Screener) -> None:
        """Every amount is over, and the requirement says that there is none."""
        decision = ask(law, "CCC(=O)N(c1ccccc1)C1CCNCC1", quantity="1 mg")
        (total,) = due(decision)["declaration"].sums
        assert (total.limit, total.over) == (None, True)


class TestMixtures:
    """Limits, and questions for a person."""

    def test_within_and_over_the_limit(self, law: Screener) -> None:
        """Within the limit the licence falls away; purity that is not known is over it."""
        within = ask(law, purity="40 %", destination="CN")
        assert "licence" not in due(within)
        (said,) = found(within, FindingCode.MIXTURE_WITHIN_LIMIT)
        for part in ("40 %", "Export licence", "content is declared", "Rule 5"):
            assert part in said.message
        assert "licence" in due(ask(law, purity="41 %", destination="CN"))
        assert "licence" in due(ask(law, destination="CN"))

    def test_a_question(self, law: Screener) -> None:
        """A medicine gets the question; what hangs on it is conditional."""
        decision = ask(law, name="acetone tablets")
        (said,) = found(decision, FindingCode.MIXTURE_QUESTION)
        assert said.severity is Severity.ASK
        assert "Can the substance be easily recovered?" in said.message
        declaration = due(decision)["declaration"]
        assert declaration.conditional
        assert declaration.open == ("Can the substance be easily recovered?",)
        assert not due(ask(law))["declaration"].conditional


class TestRequirements:
    """What a requirement says."""

    def test_days(self, law: Screener) -> None:
        """The latest day is counted back from the shipping day; a regular customer gets longer."""
        assert due(ask(law))["declaration"].due == dt.date(2025, 11, 5)
        regular = due(ask(law, customer="regular"))["declaration"]
        assert (regular.lead_days, regular.lead_kind) == (3, "working")
        assert regular.due == dt.date(2025, 11, 17)
        assert "A regular customer is known." in regular.because
        assert due(ask(law))["customs-paper"].due is None

    def test_places_and_questions(self, law: Screener) -> None:
        """Sets of places decide; a question names the place."""
        assert "licence" not in due(ask(law))
        assert "licence" in due(ask(law, destination="CN"))
        statement = due(ask(law, destination="CN", end_use="resale"))["statement"]
        assert [text[:9] for text in statement.open] == ["Has China"]
        assert "statement" not in due(ask(law, end_use="industrial solvent"))
        assert "statement" in due(ask(law, end_use="various"))
        assert "what the goods are for is not known" in due(ask(law))["statement"].open

    def test_ids_and_owners(self, law: Screener) -> None:
        """A rule's id stands below the list or the jurisdiction that states it."""
        ids = {r.id for r in ask(law).requirements}
        assert {"nz/schedule/declaration", "nz/customs-paper"} <= ids

    def test_a_form_is_filled_where_the_shipment_says_something(self, law: Screener) -> None:
        """What is known is filled, what is not is marked missing."""
        decision = ask(law, exporter="Acme", quantity="2000 kg", end_use="paint")
        declaration = due(decision)["declaration"]
        assert declaration.form == "Form 486"
        assert {f.field: f.value for f in declaration.fields} == {
            FormField.EXPORTER: "Acme",
            FormField.CONSIGNEE: None,
            FormField.CONSIGNEE_ADDRESS: None,
            FormField.SUBSTANCE: "Acetone",
            FormField.NET_WEIGHT: "2000 kg",
            FormField.CAS: "67-64-1",
            FormField.END_USE: "paint",
            FormField.SIGNATURE: None,
        }

    def test_advance_data(self, law: Screener) -> None:
        """The score is the share that is stated; what is missing is named."""
        nothing, all_ = (
            ask(law),
            ask(
                law,
                consignee="B",
                consignee_address="Street 1",
                end_use="paint",
                transport="sea",
                quantity="10 kg",
                gross_weight="11 kg",
                hs_code="291411",
            ),
        )
        assert nothing.advance_data is not None
        assert all_.advance_data is not None
        assert nothing.advance_data.score == 0
        assert len(nothing.advance_data.missing) == len(ADVANCE_DATA)
        assert all_.advance_data.score == 1
        assert not all_.advance_data.missing
        assert set(TITLES) == set(FormField)

    def test_every_rule_of_the_bundle_is_sourced(self, screener: Screener) -> None:
        """A requirement, threshold, mixture and set has a citation and how it was checked."""
        bundle: Bundle = screener.bundle
        for jurisdiction in bundle.jurisdictions.values():
            rules = list(jurisdiction.file.requirements)
            rules += [r for w in jurisdiction.lists for r in w.file.requirements]
            assert all(r.citation and r.checked for r in rules)
            assert all(s.citation and s.checked for s in jurisdiction.file.sets.values())
        for entry in bundle.entries.values():
            assert all(t.citation and t.checked for t in entry.thresholds.values())
            assert all(m.citation and m.checked for m in entry.mixtures.values())

    def test_a_decision_survives_json(self, law: Screener) -> None:
        """Sums, forms and measures read back the same."""
        decision = ask(law, quantity="2000 kg", exporter="Acme")
        again = Decision.model_validate_json(decision.model_dump_json())
        assert again.requirements == decision.requirements
        assert again.measures == decision.measures


class TestTiming:
    """What the days around the shipping day change."""

    def test_law_that_came_after_the_order(self, law: Screener) -> None:
        """The law of the shipping day counts, and the officer is told."""
        (said,) = found(ask(law, ordered="2024-05-20"), FindingCode.LAW_CHANGED)
        assert "announced only" in said.message
        assert "2024-06-01" in said.message
        (said,) = found(ask(law, ordered="2024-04-20"), FindingCode.LAW_CHANGED)
        assert "was not listed" in said.message
        assert not found(ask(law, ordered="2024-07-01"), FindingCode.LAW_CHANGED)
        assert not found(ask(law), FindingCode.LAW_CHANGED)

    def test_law_that_is_about_to_lapse(self, law: Screener) -> None:
        """A version that ends soon is named with its day."""
        norfentanyl = "CCC(=O)N(c1ccccc1)C1CCNCC1"
        (said,) = found(ask(law, norfentanyl), FindingCode.ABOUT_TO_LAPSE)
        assert "2025-12-01" in said.message
        early = ask(law, norfentanyl, day="2025-06-01")
        assert not found(early, FindingCode.ABOUT_TO_LAPSE)

    def test_a_requirement_that_is_about_to_begin(self, law: Screener) -> None:
        """It is not due yet, and said."""
        decision = ask(law)
        assert "new-paper" not in due(decision)
        (said,) = found(decision, FindingCode.ABOUT_TO_CHANGE)
        assert "New paper" in said.message
        assert "2025-12-20" in said.message
        assert "new-paper" in due(ask(law, day="2025-12-20"))

    def test_a_list_for_some_destinations(self, law: Screener) -> None:
        """What is granted for one destination is for that one."""
        norfentanyl = "CCC(=O)N(c1ccccc1)C1CCNCC1"
        (said,) = found(ask(law, norfentanyl), FindingCode.DESTINATION_ONLY)
        assert "Mexico only" in said.message
        assert not found(ask(law), FindingCode.DESTINATION_ONLY)

    def test_asymmetry_names_what_the_authority_said(self, screener: Screener) -> None:
        """Listed at one end only: with the position of an authority where one is on record."""
        decision = screener.screen(
            Shipment(cas="108-95-2", origin="CN", destination="US", day=TODAY)
        )
        for finding in found(decision, FindingCode.ASYMMETRY):
            assert "no listing was found" in finding.message


class TestAdvice:
    """What `screening check` prints."""

    def test_what_why_by_when(self, law: Screener) -> None:
        """The first deadline stands at the top; each duty says who, why and on what authority."""
        decision = ask(law, quantity="2000 kg", exporter="Acme")
        text = " ".join(advice(decision, today=dt.date(2025, 11, 1)).split())
        assert "First comes Export declaration (Form 486), by 2025-11-05 (exporter)." in text
        assert "by 2025-11-05: Export declaration (Form 486) [origin NZ]" in text
        assert "2,000 kg reaches the threshold of 500 l or 1000 kg (Rule 3)" in text
        assert "Missing: Importer or consignee; Address of the consignee" in text
        assert "Rule 4 [checked: primary]" in text
        assert "To settle first: what the goods are for is not known; Has Mexico asked" in text
        assert text.index("What has to be done") < text.index("Why 1.")

    def test_a_deadline_that_has_passed(self, law: Screener) -> None:
        """Read after the latest day, it says so and what to do."""
        text = advice(ask(law), today=dt.date(2025, 11, 6))
        assert "by 2025-11-05 (has passed)" in text
        assert "Move the shipping day or ask the authority" in " ".join(text.split())


class TestColumns:
    """What a table says of amounts, parties and days reaches the shipment."""

    HEADER = (
        "CAS No", "Qty", "Unit", "Net weight (kg)", "Gross weight (kg)", "Order date", "Exporter",
        "Exporter address", "Consignee", "Consignee address", "Customer status", "Transport mode",
        "Ship date",
    )  # fmt: skip

    def read(self, *row: str) -> tuple[Shipment, set[FindingCode]]:
        """A row as it is read."""
        shipment, findings = to_shipment(
            recognise(list(self.HEADER)), list(row), day=dt.date(2025, 1, 1)
        )
        return shipment, {f.code for f in findings}

    def test_every_field(self) -> None:
        """A number without a unit takes that of its column or header."""
        shipment, codes = self.read(
            *("67-64-1", "40", "drums", "1000", "1080", "2025-10-01", "Acme", "Road 1", "Foo"),
            *("Road 2", "regular", "sea", "2025-11-20"),
        )
        assert shipment == Shipment(
            cas="67-64-1",
            quantity="1000 kg",
            net_weight="1000 kg",
            gross_weight="1080 kg",
            ordered="2025-10-01",
            exporter="Acme",
            exporter_address="Road 1",
            consignee="Foo",
            consignee_address="Road 2",
            customer="regular",
            transport="sea",
            day="2025-11-20",
        )
        assert not codes

    def test_an_order_day_that_is_not_read(self) -> None:
        """It is left out, and said."""
        shipment, codes = self.read("67-64-1", *[""] * 4, "03/04/2025", *[""] * 6, "2025-11-20")
        assert shipment.ordered is None
        assert codes == {FindingCode.ORDER_DAY_NOT_READ}


def test_the_law_in_miniature_has_no_fault(tmp_path: Path) -> None:
    """The tests above ask a law that loads."""
    assert Screener(duty_law.written(tmp_path)).bundle.entries
