"""Conditions and rules: what holds, what does not, and what stays open for the worse case."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from screening.errors import WatchlistError
from screening.rules.load import load_bundle
from screening.rules.model import (
    Condition,
    Customer,
    Density,
    MixtureRule,
    Preparation,
    Purpose,
    RequirementRule,
    Threshold,
)
from screening.rules.quantities import Strength
from screening.rules.requirements import (
    Answer,
    Facts,
    due,
    holds,
    is_mixture,
    read_customer,
    read_preparations,
    read_purposes,
    reliefs,
)
from screening.rules.thresholds import (
    MAX_NAMED,
    Part,
    Total,
    limit_text,
    period_of,
    reached,
)
from screening.shipment import LegKind
from tests import duty_law

DAY = dt.date(2025, 11, 20)
KG = 10**6


def facts(**known: Any) -> Facts:
    """What a shipment from nz to mx states."""
    values: dict[str, Any] = {
        "day": DAY,
        "origin": frozenset({"nz"}),
        "destination": frozenset({"mx"}),
    }
    return Facts(**(values | known))


def rule(**changes: Any) -> RequirementRule:
    """A rule on the origin leg, changed."""
    data: dict[str, Any] = {
        "id": "licence", "leg": "origin", "document": "Licence", "authority": "Office",
        "who": "exporter", "because": "It is due.", "citation": "Act", "checked": "primary",
    }  # fmt: skip
    return RequirementRule.model_validate(data | changes)


def share(low: str, high: str) -> Strength:
    """A strength that is stated."""
    return Strength(Decimal(low), Decimal(high), stated=True)


def due_ids(*rules: RequirementRule, known: Facts | None = None) -> list[str]:
    """Ids of the rules that are due at the origin for one entry."""
    found, _ = due(rules, leg=LegKind.ORIGIN, entry="nz/list/a", facts=known or facts())
    return [one.rule.id for one in found]


class TestConditions:
    """Whether a condition holds."""

    @pytest.mark.parametrize(
        ("condition", "answer"),
        [
            ({}, Answer.YES),
            ({"destinations": "mx"}, Answer.YES),
            ({"destinations": ["us", "mx"]}, Answer.YES),
            ({"destinations": "us"}, Answer.NO),
            ({"not_destinations": "mx"}, Answer.NO),
            ({"destinations": "friends"}, Answer.YES),
            ({"not_destinations": "friends"}, Answer.NO),
            ({"origins": "nz", "not_origins": "us"}, Answer.YES),
            ({"origins": "us"}, Answer.NO),
            ({"origins": "nz", "not_origins": "nz"}, Answer.NO),
            ({"destinations": "us", "not_destinations": "ca"}, Answer.NO),
            ({"destinations": "mx", "not_destinations": "us"}, Answer.YES),
            ({"purpose": "industrial", "not_purpose": "medical"}, Answer.YES),
            ({"not_purpose": "medical"}, Answer.YES),
            ({"from": dt.date(2025, 11, 20)}, Answer.YES),
            ({"from": dt.date(2025, 11, 21)}, Answer.NO),
            ({"until": dt.date(2025, 11, 20)}, Answer.NO),
            ({"until": dt.date(2025, 11, 21)}, Answer.YES),
            ({"over": "small"}, Answer.NO),
            ({"over": "large"}, Answer.YES),
            ({"under": "small"}, Answer.YES),
            ({"under": "large"}, Answer.NO),
            ({"customer": "regular"}, Answer.YES),
            ({"customer": "new"}, Answer.NO),
            ({"purpose": "industrial"}, Answer.YES),
            ({"purpose": ["medical", "scientific"]}, Answer.NO),
            ({"not_purpose": "industrial"}, Answer.NO),
            ({"preparation": "solution"}, Answer.YES),
            ({"preparation": "medicine"}, Answer.NO),
            ({"concentration": {"above": "30 %"}}, Answer.NO),
            ({"concentration": {"at_least": "30 %"}}, Answer.YES),
            ({"concentration": {"at_most": "30 %"}}, Answer.YES),
            ({"concentration": {"below": "30 %"}}, Answer.NO),
            ({"concentration": {"above": "29 %"}}, Answer.YES),
            ({"concentration": {"at_least": "31 %"}}, Answer.NO),
            ({"concentration": {"at_most": "29 %"}}, Answer.NO),
            ({"concentration": {"below": "31 %"}}, Answer.YES),
            ({"destinations": "mx", "over": "small"}, Answer.NO),
        ],
    )
    def test_what_is_known_decides(self, condition: dict[str, Any], answer: Answer) -> None:
        """Every part of a condition must hold."""
        known = facts(
            over={"small": False, "large": True},
            customer=Customer.REGULAR,
            purposes=frozenset({Purpose.INDUSTRIAL}),
            preparations=frozenset({Preparation.SOLUTION}),
            strength=share("0.2", "0.3"),
            sets={"friends": frozenset({"us", "mx"})},
        )
        assert holds(Condition.model_validate(condition), known).answer is answer

    @pytest.mark.parametrize(
        ("condition", "answer"),
        [
            ({"destinations": "us"}, Answer.OPEN),
            ({"not_destinations": "us"}, Answer.OPEN),
            ({"purpose": "medical"}, Answer.OPEN),
            ({"not_purpose": "medical"}, Answer.OPEN),
            ({"customer": "new"}, Answer.YES),
            ({"customer": "regular"}, Answer.NO),
            ({"over": "any"}, Answer.YES),
            ({"under": "any"}, Answer.NO),
            ({"concentration": {"above": "99 %"}}, Answer.YES),
            ({"concentration": {"at_most": "99 %"}}, Answer.NO),
            ({"preparation": "medicine"}, Answer.NO),
            ({"destinations": "us", "under": "any"}, Answer.NO),
        ],
    )
    def test_what_is_not_known_is_the_worse_case(
        self, condition: dict[str, Any], answer: Answer
    ) -> None:
        """An amount is over, a strength above, a customer new; place and purpose stay open."""
        held = holds(Condition.model_validate(condition), Facts(day=DAY))
        assert held.answer is answer
        assert bool(held.open) == (answer is Answer.OPEN)

    def test_what_is_open_is_named(self) -> None:
        """Each that is not known, once and in order; a clause that follows a colon."""
        condition = {"origins": "nz", "destinations": "mx", "purpose": "medical"}
        held = holds(Condition.model_validate(condition), Facts(day=DAY))
        assert held.open == (
            "the origin is not known",
            "the destination is not known",
            "what the goods are for is not known",
        )
        assert holds(Condition(), Facts(day=DAY)).open == ()

    def test_several_purposes_may_be_stated(self) -> None:
        """One that is wanted is enough, and one that is not wanted is too."""
        both = facts(purposes=frozenset({Purpose.MEDICAL, Purpose.TRADE}))
        wanted = {"purpose": ["medical", "scientific"]}
        assert holds(Condition.model_validate(wanted), both).answer is Answer.YES
        unwanted = wanted | {"not_purpose": "trade"}
        assert holds(Condition.model_validate(unwanted), both).answer is Answer.NO

    def test_a_union_is_its_members(self) -> None:
        """A place that belongs to a union is meant where the union is named."""
        known = facts(destination=frozenset({"de", "eu"}))
        assert holds(Condition(destinations=("eu",)), known).answer is Answer.YES
        assert holds(Condition(not_destinations=("eu",)), known).answer is Answer.NO


class TestRules:
    """Which rules are due."""

    def test_leg_and_entry_and_day(self) -> None:
        """Each decides on its own."""
        one = rule(entries=["a"], when={"from": dt.date(2025, 1, 1), "until": dt.date(2026, 1, 1)})

        def ask(leg: LegKind, entry: str, day: dt.date) -> bool:
            return bool(due([one], leg=leg, entry=entry, facts=facts(day=day))[0])

        assert ask(LegKind.ORIGIN, "nz/list/a", DAY)
        assert not ask(LegKind.DESTINATION, "nz/list/a", DAY)
        assert not ask(LegKind.ORIGIN, "nz/list/b", DAY)
        assert not ask(LegKind.ORIGIN, "nz/list/a", dt.date(2026, 1, 1))
        assert not due_ids(rule(not_entries=["a"]))
        assert due_ids(rule(id="x", leg="destination"), rule(id="y")) == ["y"]

    def test_what_may_hold_is_due_and_what_may_spare_does_not(self) -> None:
        """`when` may be open; `unless` must be certain."""
        unknown = Facts(day=DAY)
        asked = rule(when={"destinations": "us"})
        spared = rule(unless={"destinations": "us"})
        assert due_ids(asked, spared, known=unknown) == ["licence", "licence"]
        found, _ = due([asked, spared], leg=LegKind.ORIGIN, entry="nz/list/a", facts=unknown)
        assert [one.open for one in found] == [("the destination is not known",)] * 2
        assert due_ids(asked, spared) == ["licence"]
        assert not due_ids(rule(unless=[{"customer": "regular"}, {"destinations": "mx"}]))

    def test_a_question_leaves_it_open(self) -> None:
        """A person has to answer before it is certain."""
        found, _ = due(
            [rule(question="Has it asked?")],
            leg=LegKind.ORIGIN,
            entry="nz/list/a",
            facts=facts(),
        )
        assert found[0].open == ("Has it asked?",)

    def test_a_shorter_lead_needs_certainty(self) -> None:
        """A customer who is not known gets the long lead."""
        one = rule(
            lead_days=15,
            lead_kind="working",
            shorter=[
                {"when": {"customer": "regular"}, "lead_days": 3, "lead_kind": "calendar",
                 "because": "Known."},
            ],
        )  # fmt: skip

        def lead(customer: Customer | None) -> tuple[int | None, str, str | None]:
            found, _ = due(
                [one], leg=LegKind.ORIGIN, entry="nz/list/a", facts=facts(customer=customer)
            )
            return found[0].lead_days, found[0].lead_kind, found[0].lead_because

        usual = (15, "working", None)
        assert [lead(None), lead(Customer.NEW)] == [usual, usual]
        assert lead(Customer.REGULAR) == (3, "calendar", "Known.")

    def test_what_is_open_of_every_part_is_kept_once(self) -> None:
        """What the condition, the exceptions and the questions leave open, with any lead time."""
        one = rule(
            when={"destinations": "us"},
            unless=[{"origins": "nz"}, {"destinations": "mx"}],
            question="Has it asked?",
            lead_days=15,
            shorter=[{"when": {}, "lead_days": 3, "because": "Always."}],
        )
        found, _ = due([one], leg=LegKind.ORIGIN, entry="nz/list/a", facts=Facts(day=DAY))
        assert [(d.rule, d.lead_days) for d in found] == [(one, 3)]
        assert found[0].open == (
            "the destination is not known", "the origin is not known", "Has it asked?",
        )  # fmt: skip

    @pytest.mark.parametrize(
        "other",
        [
            {"origins": "us"},
            {"destinations": "friends"},
            {"purpose": "medical"},
            {"customer": "new"},
            {"preparation": "medicine"},
            {"concentration": {"above": "50 %"}},
            {"from": dt.date(2026, 1, 1)},
        ],
        ids=str,
    )
    def test_a_threshold_is_no_reason_where_another_part_fails(self, other: dict[str, Any]) -> None:
        """Whatever else takes the rule away, no amount is said to do it."""
        small = facts(
            over={"month": False},
            purposes=frozenset({Purpose.INDUSTRIAL}),
            customer=Customer.REGULAR,
            preparations=frozenset({Preparation.SOLUTION}),
            strength=share("0.2", "0.3"),
            sets={"friends": frozenset({"us"})},
        )

        def gone(**changes: Any) -> list[str | None]:
            ask = {"leg": LegKind.ORIGIN, "entry": "nz/list/a", "facts": small}
            return [one.threshold for one in due([rule(**changes)], **ask)[1]]  # type: ignore[arg-type]

        assert gone(when={"over": "month"}) == ["month"]
        assert gone(when={"over": "month"} | other) == []

    def test_an_exception_that_holds_for_every_amount_is_no_threshold(self) -> None:
        """Only the amount must be what spares it."""
        small = facts(over={"month": False, "year": True})
        rules = [
            rule(id="a", when={"over": "month"}, unless={"destinations": "mx"}),
            rule(id="b", unless=[{"under": "year"}, {"under": "month"}]),
        ]
        _, gone = due(rules, leg=LegKind.ORIGIN, entry="nz/list/a", facts=small)
        assert [(one.rule.id, one.threshold) for one in gone] == [("b", "month")]

    def test_only_the_amount_is_named_as_the_reason(self) -> None:
        """A rule that is not due for another reason is not said to be spared by its threshold."""
        small = facts(over={"month": False})
        rules = [
            rule(id="a", when={"over": "month"}),
            rule(id="b", when={"over": "month", "destinations": "us"}),
            rule(id="c", unless={"under": "month"}),
        ]
        found, gone = due(rules, leg=LegKind.ORIGIN, entry="nz/list/a", facts=small)
        assert not found
        assert [(one.rule.id, one.threshold) for one in gone] == [("a", "month"), ("c", "month")]


class TestMixtures:
    """What a law makes of goods that hold a substance besides something else."""

    def mixture(self, **changes: Any) -> MixtureRule:
        """A limit of 40 % for the licence."""
        data: dict[str, Any] = {
            "limit": "40 %", "lifts": "licence", "says": "No licence.", "citation": "Rule 5",
            "checked": "primary",
        }  # fmt: skip
        return MixtureRule.model_validate(
            {k: v for k, v in (data | changes).items() if v is not None}
        )

    def met(self, mixture: MixtureRule, **known: Any) -> list[bool]:
        """Whether each rule that is met asks its question."""
        return [r.asked for r in reliefs({"m": mixture}, LegKind.ORIGIN, facts(**known))]

    def test_within_the_limit(self) -> None:
        """The upper bound of the share must be within; the rule says whether the limit is."""
        at_most, below = self.mixture(), self.mixture(exempt="below")
        assert self.met(at_most, strength=share("0.4", "0.4")) == [False]
        assert not self.met(below, strength=share("0.4", "0.4"))
        assert not self.met(at_most, strength=share("0.3", "0.5"))
        assert not self.met(at_most)

    def test_legs_solutions_and_preparations(self) -> None:
        """A rule may be for one leg, for no solutions, for medicines alone."""
        weak = share("0.1", "0.1")
        solution = frozenset({Preparation.SOLUTION})
        assert not self.met(self.mixture(legs="destination"), strength=weak)
        plain = self.mixture(solutions=False, legs="origin")
        assert self.met(plain, strength=weak) == [False]
        assert not self.met(plain, strength=weak, preparations=solution)
        medicine = self.mixture(preparations="medicine")
        assert not self.met(medicine, strength=weak)
        assert self.met(
            medicine, strength=weak, preparations=frozenset({Preparation.MEDICINE})
        ) == [False]

    def test_a_question_is_asked_of_mixtures_only(self) -> None:
        """Goods that are nearly all the substance get no question."""
        asks = self.mixture(limit=None, question="Can it be recovered?")
        assert self.met(asks, strength=share("0.1", "0.1")) == [True]
        assert self.met(asks, preparations=frozenset({Preparation.MIXTURE})) == [True]
        assert not self.met(asks, strength=share("0.98", "0.98"))
        assert not self.met(asks)

    def test_lifted_and_asked(self) -> None:
        """Within the limit a requirement falls away; with a question it stays, open."""
        weak = facts(strength=share("0.1", "0.1"))
        rules = [rule(), rule(id="other")]
        mixtures = {"m": self.mixture()}
        found, gone = due(
            rules, leg=LegKind.ORIGIN, entry="nz/list/a", facts=weak, mixtures=mixtures
        )
        assert [one.rule.id for one in found] == ["other"]
        assert [(one.rule.id, one.relief and one.relief.name) for one in gone] == [("licence", "m")]
        assert [one.threshold for one in gone] == [None]
        mixtures = {"m": self.mixture(question="Can it?", lifts="all")}
        found, gone = due(
            rules, leg=LegKind.ORIGIN, entry="nz/list/a", facts=weak, mixtures=mixtures
        )
        assert [one.open for one in found] == [("Can it?",), ("Can it?",)]
        assert not gone

    def test_a_question_about_another_requirement_is_not_asked(self) -> None:
        """A rule on mixtures asks only of what it lifts."""
        mixtures = {
            "other": self.mixture(question="Another?", lifts="other"),
            "licence": self.mixture(question="Can it?"),
        }
        weak = facts(strength=share("0.1", "0.1"))
        found, gone = due(
            [rule()], leg=LegKind.ORIGIN, entry="nz/list/a", facts=weak, mixtures=mixtures
        )
        assert [one.open for one in found] == [("Can it?",)]
        assert not gone

    def test_impurities_make_no_mixture(self) -> None:
        """Half and more of the substance is the substance; what is said to be a mixture is one."""
        assert not is_mixture(frozenset(), share("0.5", "0.5"))
        assert is_mixture(frozenset(), share("0.49", "0.49"))
        assert is_mixture(frozenset({Preparation.SOLUTION}), share("0.9", "0.9"))
        assert not is_mixture(frozenset(), Strength())


class TestThresholds:
    """Sums against amounts of the law."""

    def threshold(self, **changes: Any) -> Threshold:
        """A monthly threshold."""
        data: dict[str, Any] = {"per": "month", "citation": "Rule 3", "checked": "primary"}
        return Threshold.model_validate(data | changes)

    def total(self, *parts: tuple[int | None, int | None]) -> Total:
        """The sum of lines in kilograms and litres."""
        found = Total()
        for number, (mass, volume) in enumerate(parts):
            part = Part(
                f"line {number}",
                DAY,
                None if mass is None else mass * KG,
                None if volume is None else volume * KG,
            )
            found += Total.of(part)
        return found

    def test_at_least_and_more_than(self) -> None:
        """The amount itself is over one and not over the other."""
        meets, exceeds = (
            self.threshold(amount="100 kg", reached=word) for word in ("at_least", "more_than")
        )
        at = self.total((60, None), (40, None))
        assert reached(meets, at, None)
        assert not reached(exceeds, at, None)
        assert reached(exceeds, at + self.total((1, None)), None)

    def test_a_sum_counts_and_names_its_lines(self) -> None:
        """All are counted; the first ones are named; what is known is said in words."""
        lines = [Part(f"line {n}", DAY, KG, None) for n in range(MAX_NAMED + 5)]
        total = Total()
        for line in lines:
            total += Total.of(line)
        assert total.count == MAX_NAMED + 5
        assert total.named == tuple(lines[:MAX_NAMED])
        assert total.text == "25 kg"
        assert total.unnamed() == replace(total, named=())
        assert total.unnamed().count == total.count

    @pytest.mark.parametrize(
        ("parts", "total", "text"),
        [
            ([(2, None)], Total(2 * KG, 0, 2 * KG, 0, 0, 1), "2 kg"),
            ([(None, 3)], Total(0, 3 * KG, 0, 3 * KG, 0, 1), "3 l"),
            ([(2, 3)], Total(2 * KG, 3 * KG, 0, 0, 0, 1), "2 kg"),
            ([(None, None)], Total(0, 0, 0, 0, 1, 1), None),
            ([(0, None)], Total(0, 0, 0, 0, 0, 1), "0 mg"),
            (
                [(2, None), (None, 3), (None, None), (1, 1), (None, None)],
                Total(3 * KG, 4 * KG, 2 * KG, 3 * KG, 2, 5),
                "3 kg and 3 l",
            ),
        ],
    )
    def test_what_lines_add_up_to(
        self, parts: list[tuple[int | None, int | None]], total: Total, text: str | None
    ) -> None:
        """Mass and volume apart, with those that state only the one, and those that state none."""
        found = self.total(*parts)
        assert found.unnamed() == total
        assert found.text == text

    def test_a_line_in_words(self) -> None:
        """Its mass, else its volume, else nothing."""
        assert Part("a", DAY, 2 * KG, 3 * KG).text == "2 kg"
        assert Part("a", DAY, None, 3 * KG).text == "3 l"
        assert Part("a", DAY, None, None).text is None

    def test_a_density_counts_only_where_the_threshold_has_no_such_unit(self) -> None:
        """The law's own amount in the unit of the line decides."""
        both = self.threshold(amount=["500 l", "1000 kg"])
        odd = {"least_kg_per_l": 0.01, "greatest_kg_per_l": 20, "citation": "Tables",
               "checked": "primary"}  # fmt: skip
        density = Density.model_validate(odd)
        assert not reached(both, self.total((None, 250)), density)
        assert not reached(both, self.total((500, None)), density)

    def test_one_of_several_amounts_is_enough(self) -> None:
        """Of two amounts in one unit the smaller counts, and each line of either kind."""
        one = self.threshold(amount=["100 kg", "50 kg"])
        assert reached(one, self.total((50, None)), None)
        assert not reached(one, self.total((49, None)), None)
        by_volume = self.threshold(amount=["100 l", "50 l"])
        assert reached(by_volume, self.total((None, 50)), None)
        assert not reached(by_volume, self.total((None, 49)), None)
        assert limit_text(one) == "100 kg or 50 kg"
        assert limit_text(self.threshold(none=True)) is None

    def test_a_line_that_is_not_known_is_over(self) -> None:
        """So is every amount where there is no threshold."""
        one = self.threshold(amount="100 kg")
        assert not reached(one, self.total((1, None)), None)
        assert reached(one, self.total((1, None), (None, None)), None)
        assert reached(self.threshold(none=True), self.total((1, None)), None)

    def test_two_units(self) -> None:
        """Lines in either unit add up by their share of the amount."""
        one = self.threshold(amount=["500 l", "1000 kg"])
        assert not reached(one, self.total((400, None), (None, 250)), None)
        assert reached(one, self.total((500, None), (None, 250)), None)
        assert reached(one, self.total((10, 500)), None)
        assert reached(one, self.total((1000, 10)), None)
        assert not reached(one, self.total((999, 499)), None)

    def test_a_unit_that_the_threshold_does_not_have(self) -> None:
        """Without a density the line is over; with one it counts as the most that it may be."""
        one = self.threshold(amount="100 kg")
        line = self.total((None, 100))
        assert reached(one, line, None)
        bundle_density = {"citation": "Tables", "checked": "primary"}
        light = {"least_kg_per_l": 0.7, "greatest_kg_per_l": 0.9} | bundle_density
        assert not reached(one, line, Density.model_validate(light))
        heavy = Density.model_validate(light | {"greatest_kg_per_l": 1.0})
        assert reached(one, line, heavy)
        by_volume = self.threshold(amount="100 l")
        assert reached(by_volume, self.total((70, None)), heavy)
        assert not reached(by_volume, self.total((69, None)), heavy)

    def test_periods(self) -> None:
        """A day, a month or a year of the calendar."""
        periods = [
            period_of(self.threshold(none=True, per=word).per, DAY)
            for word in ("transaction", "month", "year")
        ]
        assert periods == ["2025-11-20", "2025-11", "2025"]

    def test_an_amount_or_none(self) -> None:
        """A threshold states one of the two, in units of one size."""
        for wrong in ({}, {"none": True, "amount": "1 kg"}, {"amount": "1 gal"}):
            with pytest.raises(ValidationError):
                self.threshold(**wrong)


class TestStatements:
    """What a shipment says, in the words of conditions."""

    def test_purposes(self) -> None:
        """Several may be stated; words that say nothing leave it open."""
        both = frozenset({Purpose.MEDICAL, Purpose.INDUSTRIAL})
        assert read_purposes("Pharmaceutical production") == both
        assert read_purposes("科研") == frozenset({Purpose.SCIENTIFIC})
        assert read_purposes("own use") == frozenset({Purpose.PERSONAL})
        assert read_purposes("various") is None
        assert read_purposes(None) is None
        assert read_purposes("x" * 1991 + " research")
        assert read_purposes("x" * 1992 + " research") is None  # more is not read

    def test_customers(self) -> None:
        """Only who is said to be regular is."""
        said = {
            "regular": Customer.REGULAR, "Existing customer": Customer.REGULAR, "new": Customer.NEW,
            "not regular": Customer.NEW, "老客户": Customer.REGULAR, "新客户": Customer.NEW,
            "ok": None,
        }  # fmt: skip
        assert {text: read_customer(text) for text in said} == said
        assert read_customer(None) is None

    def test_preparations(self) -> None:
        """Words of the description, and headings of medicaments."""
        assert read_preparations("Fentanyl citrate injection", None) == {Preparation.MEDICINE}
        assert read_preparations("something", "3004.90") == {Preparation.MEDICINE}
        assert read_preparations("Acetone solution", "291411") == {Preparation.SOLUTION}
        assert not read_preparations("Acetone", "291411")


class TestFiles:
    """Thresholds, mixtures and sets as watchlist files state them."""

    def test_an_entry_states_what_differs(self, tmp_path: Path) -> None:
        """Key by key; an amount takes the list's `none` away, and a rule can be switched off."""
        bundle = load_bundle([duty_law.written(tmp_path)])
        acetone = bundle.entries["nz/schedule/acetone"]
        assert acetone.thresholds["month"].amount == ("500 l", "1000 kg")
        assert not acetone.thresholds["month"].none
        assert acetone.thresholds["month"].citation == "Rule 3"
        norfentanyl = bundle.entries["nz/schedule/norfentanyl"]
        assert norfentanyl.thresholds["month"].none
        assert set(norfentanyl.mixtures) == {"usable"}
        assert set(acetone.mixtures) == {"forty", "usable"}

    @pytest.mark.parametrize(
        ("change", "key", "said"),
        [
            (("law", "over: month", "over: moon"), "requirements.declaration", "no entry has"),
            (("law", "friends", "foes"), "requirements.licence", "there is no set"),
            (("law", "lifts: licence", "lifts: license"), "mixtures.forty.lifts", "no requirement"),
            (("acetone", "1000 kg", "1000kg"), "thresholds.month.amount.1", "written like"),
            (("acetone", "amount:", "amout:"), "thresholds.month.amout", "not known"),
            (("law", "'40 %'", "'40%'"), "mixtures.forty.limit", "written like"),
            (("law", "purpose: industrial", "purpose: fun"), "unless", "industrial"),
            (("law", "cas, end_use", "cas, endues"), "fields", "not one of"),
        ],
    )
    def test_faults_are_named(
        self, tmp_path: Path, change: tuple[str, str, str], key: str, said: str
    ) -> None:
        """A name that leads nowhere and a value that is not known do not load."""
        what, old, new = change
        files = {"law": duty_law.LIST, **duty_law.ENTRIES}
        assert old in files[what]
        with pytest.raises(WatchlistError) as caught:
            load_bundle([duty_law.written(tmp_path, **{what: files[what].replace(old, new)})])
        assert any(key in fault.key and said in fault.message for fault in caught.value.faults)
