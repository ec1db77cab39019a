"""What is found once for many lines changes no answer, and takes no more memory than it may."""

from __future__ import annotations

import itertools
import pickle
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

from screening import Decision, Screener, Shipment
from screening.decision import Hit, Measure, Requirement
from screening.once import Once, made

FENTANYL = "CCC(=O)N(c1ccccc1)C1CCN(CCc2ccccc2)CC1"
NORFENTANYL = "CCC(=O)N(c1ccccc1)C1CCNCC1"
EPHEDRINE = "C[C@H](NC)[C@H](O)c1ccccc1"
ACETONE = "CC(C)=O"


def test_an_answer_is_found_once_and_forgotten_when_there_are_too_many() -> None:
    asked: list[int] = []

    def answer(number: int) -> int:
        asked.append(number)
        return number * number

    once = Once(3)
    for number in (1, 1, 2, 2, 3, 1):
        assert once(number, partial(answer, number)) == number * number
    assert asked == [1, 2, 3]
    for number in range(100):
        once(number, partial(answer, number))
        assert len(once) <= 3
    assert len(pickle.loads(pickle.dumps(once))) == 0


def test_an_answer_that_is_none_is_kept_too() -> None:
    once, asked = Once(2), []
    for _ in range(2):
        once("nothing", lambda: asked.append(1))
    assert asked == [1]


def test_a_model_that_is_made_is_equal_to_one_that_is_checked() -> None:
    fields: dict[str, Any] = {
        "entry": "a/b/c",
        "goods_mg": 1,
        "goods_ul": None,
        "substance_mg": 1,
        "base_mg": None,
    }
    checked = Measure(**fields)
    one = made(Measure, dict(fields))
    assert one == checked
    assert hash(one) == hash(checked)
    assert one.model_dump_json() == checked.model_dump_json()
    assert pickle.loads(pickle.dumps(one)) == checked
    assert one.model_copy(update={"goods_mg": 2}) == checked.model_copy(update={"goods_mg": 2})


def test_what_is_made_for_a_decision_would_pass_every_check(screener: Screener) -> None:
    for structure in (FENTANYL, EPHEDRINE + ".Cl", ACETONE):
        decision = screener.screen(
            Shipment(structure=structure, origin="CN", destination="US", day="2025-11-20")
        )
        assert decision.hits
        assert decision.requirements
        for hit in decision.hits:
            assert list(vars(hit)) == list(Hit.model_fields)
            assert Hit.model_validate_json(hit.model_dump_json()) == hit
        for requirement in decision.requirements:
            assert list(vars(requirement)) == list(Requirement.model_fields)
            assert Requirement.model_validate_json(requirement.model_dump_json()) == requirement
        assert Decision.model_validate_json(decision.model_dump_json()) == decision


def _lines() -> list[Shipment]:
    """Lines that share some of what is kept and differ in the rest."""
    return [
        Shipment(
            structure=structure,
            origin=origin,
            destination="US",
            broker=broker,
            day=day,
            quantity=quantity,
            ordered="2025-01-02",
        )
        for structure, origin, broker, day, quantity in itertools.product(
            (FENTANYL, NORFENTANYL, EPHEDRINE, ACETONE),
            ("CN", "DE"),
            (None, "CA"),
            ("2025-11-20", "2017-11-20"),
            ("25 kg", "1 g"),
        )
    ]


def test_a_decision_does_not_depend_on_the_lines_before_it(screener: Screener) -> None:
    lines = _lines()
    forwards = [screener.screen(line) for line in lines]
    other = Screener()
    backwards = [other.screen(line) for line in reversed(lines)]
    assert forwards == backwards[::-1]


def test_threads_that_share_what_is_kept_get_the_same_decisions(screener: Screener) -> None:
    lines = _lines()
    alone = [screener.screen(line) for line in lines]
    shared = Screener()
    with ThreadPoolExecutor(4) as pool:
        runs = pool.map(lambda _: [shared.screen(line) for line in lines], range(4))
        assert all(run == alone for run in runs)
