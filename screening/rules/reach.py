"""How far an entry reaches: forms, legs, and what its standing on a day leaves open.

Screening and the checks of the lists ask the same questions of an entry; they are answered here.
"""

from __future__ import annotations

from collections.abc import Iterable

from screening.chemistry.identity import Form
from screening.rules.model import Entry, FormRule, Forms, LegKind, Mark, Version
from screening.rules.timeline import Current, Standing

# Which rule of a list decides about a form; the two stereo notes are decided by none: a name
# without stereo takes in every stereoisomer, and stereo not stated counts as the worse case.
FORM_RULES = {
    Form.SALT: "salts",
    Form.HYDRATE: "hydrates",
    Form.OPTICAL_ISOMER: "optical_isomers",
    Form.GEOMETRIC_ISOMER: "geometric_isomers",
    Form.ISOTOPOLOGUE: "isotopologues",
    Form.TAUTOMER: "tautomers",
    Form.ESTER: "esters",
    Form.ETHER: "ethers",
    Form.POSITIONAL_ISOMER: "positional_isomers",
}


def forms_of(entry: Entry, version: Version | None) -> Forms:
    """The forms that an entry covers in one of its versions; None: in those that state none."""
    if version is None or version.forms is None:
        return entry.forms
    return entry.forms.model_copy(update=version.forms.model_dump(exclude_none=True))


def never_covers(entry: Entry, form: Form) -> bool:
    """No version of an entry covers a form, nor leaves it open."""
    name = FORM_RULES.get(form)
    if name is None:
        return False
    own = [getattr(v.forms, name, None) or getattr(entry.forms, name) for v in entry.versions]
    return all(rule == FormRule.NOT_COVERED for rule in own or [getattr(entry.forms, name)])


def legs_of(entry: Entry) -> frozenset[LegKind]:
    """The legs that an entry reaches in any of its versions."""
    actions = [v.action or entry.action for v in entry.versions] or [entry.action]
    return frozenset(leg for leg in LegKind if any(a.on(leg) is not None for a in actions))


def open_points(entry: Entry, now: Current, forms: Iterable[Form]) -> tuple[str, ...] | None:
    """What an entry leaves open about goods in some forms, on the day for which it stands.

    Args:
        entry: the entry.
        now: its version on the day, and how firmly it stands.
        forms: the forms by which the goods are what it lists.

    Returns:
        Names of the library's own readings; empty where nothing is open, None where the entry does
        not cover one of the forms.
    """
    rules = forms_of(entry, now.version)
    found: list[str] = []
    for form in forms:
        rule = getattr(rules, FORM_RULES[form]) if form in FORM_RULES else None
        if rule == FormRule.NOT_COVERED:
            return None
        if rule == FormRule.REVIEW:
            found.append(f"form-{form.value.replace(' ', '-')}")
    if now.standing is Standing.UNCERTAIN:
        found.append("date-not-confirmed")
    if now.version.checked.membership is Mark.UNVERIFIED:
        found.append("membership-not-confirmed")
    if entry.surveillance:
        found.append("surveillance")
    return tuple(found)
