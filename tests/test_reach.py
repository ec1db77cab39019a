"""How far an entry reaches, in its versions and on a day."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from screening.chemistry.identity import Form
from screening.rules.model import Entry, FormRule, LegKind
from screening.rules.reach import forms_of, legs_of, never_covers, open_points
from screening.rules.timeline import Current, Standing
from tests import factories

FORMS = {"salts": "covered", "esters": "not_covered", "ethers": "review", "hydrates": "not_covered"}


def version(**changes: Any) -> dict[str, Any]:
    """A version that was checked, changed."""
    return {
        "in_force": dt.date(2018, 2, 6),
        "recorded": dt.date(2025, 1, 1),
        "citation": "Order 83 of 2018",
        "checked": {"membership": "primary", "dates": "primary"},
    } | changes


def entry(*versions: dict[str, Any], **changes: Any) -> Entry:
    """An entry with these versions."""
    return factories.entry(**({"versions": versions, "forms": FORMS} | changes))


class TestForms:
    """Which forms are covered."""

    def test_a_version_states_what_differs_from_its_entry(self) -> None:
        """What it does not state is the entry's."""
        one = entry(version(forms={"esters": "covered"}), version())
        assert forms_of(one, one.versions[0]).esters is FormRule.COVERED
        assert forms_of(one, one.versions[0]).ethers is FormRule.REVIEW
        assert forms_of(one, one.versions[1]).esters is FormRule.NOT_COVERED
        assert forms_of(one, None) == one.forms

    def test_never_means_in_no_version_and_without_doubt(self) -> None:
        """A form that one version covers, or leaves open, may still be listed on some day."""
        plain = entry(version(), version())
        assert never_covers(plain, Form.ESTER)
        assert not never_covers(plain, Form.ETHER)
        assert not never_covers(plain, Form.SALT)
        assert not never_covers(plain, Form.STEREO_NOT_STATED)
        widened = entry(version(), version(forms={"esters": "review"}))
        assert not never_covers(widened, Form.ESTER)
        assert never_covers(widened, Form.HYDRATE)
        narrowed = entry(version(forms={"salts": "not_covered"}), version())
        assert not never_covers(narrowed, Form.SALT)
        assert never_covers(entry(version(forms={"salts": "not_covered"})), Form.SALT)
        assert never_covers(entry(), Form.ESTER)
        assert not never_covers(entry(), Form.SALT)


class TestLegs:
    """Which legs are reached."""

    def test_those_of_every_version(self) -> None:
        """A version without an action of its own has the entry's."""
        action = {"origin": "authorisation", "destination": "notification"}
        assert legs_of(entry(version(), action=action)) == {LegKind.ORIGIN, LegKind.DESTINATION}
        both = entry(version(action={"transit": "prohibited"}), version(), action=action)
        assert legs_of(both) == {LegKind.ORIGIN, LegKind.DESTINATION, LegKind.TRANSIT}
        own = entry(version(action={"transit": "prohibited"}), action=action)
        assert legs_of(own) == {LegKind.TRANSIT}
        assert legs_of(entry(action=action)) == {LegKind.ORIGIN, LegKind.DESTINATION}


class TestOpenPoints:
    """What is open on a day."""

    @pytest.mark.parametrize(
        ("changes", "standing", "forms", "expected"),
        [
            ({}, Standing.IN_FORCE, (), ()),
            ({}, Standing.IN_FORCE, (Form.SALT,), ()),
            ({}, Standing.IN_FORCE, (Form.STEREO_NOT_STATED,), ()),
            ({}, Standing.IN_FORCE, (Form.SALT, Form.ETHER), ("form-ether",)),
            ({}, Standing.IN_FORCE, (Form.ETHER, Form.ESTER), None),
            ({}, Standing.UNCERTAIN, (), ("date-not-confirmed",)),
            ({}, Standing.ANNOUNCED, (), ()),
            (
                {"checked": {"membership": "unverified", "dates": "primary"}},
                Standing.IN_FORCE,
                (),
                ("membership-not-confirmed",),
            ),
            (
                {"checked": {"membership": "secondary", "dates": "secondary"}},
                Standing.IN_FORCE,
                (),
                (),
            ),
            ({"forms": {"ethers": "covered"}}, Standing.IN_FORCE, (Form.ETHER,), ()),
        ],
    )
    def test_each_is_named(
        self,
        changes: dict[str, Any],
        standing: Standing,
        forms: tuple[Form, ...],
        expected: tuple[str, ...] | None,
    ) -> None:
        """By the form, the date or the membership; a form that is not covered ends it."""
        one = entry(version(**changes))
        assert open_points(one, Current(one.versions[0], standing), forms) == expected

    def test_a_form_of_two_words_and_a_list_that_is_only_watched(self) -> None:
        """The readings are named in one word, and what is only watched is open too."""
        one = entry(version(), forms={"optical_isomers": "review"}, surveillance=True)
        now = Current(one.versions[0], Standing.IN_FORCE)
        found = open_points(one, now, [Form.OPTICAL_ISOMER])
        assert found == ("form-optical-isomer", "surveillance")
