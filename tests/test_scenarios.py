"""What must happen, told as cases: goods, way, day and quantity, and what the law then asks for.

The cases stand in ``scenarios/*.yaml``, written from the law and not from the watchlists. A case
has one `shipment`, or `shipments` of which the last is looked at. `due` are requirements that must
be there, `not_due` such as must not be. Texts are looked for inside the field that they are given
for; a requirement whose hit is only arguable is due with `arguable: true` alone, one that hangs on
an answer with `question: true`. `filled` and `missing` are fields of its form.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from screening import Decision, FindingCode, Screener, Shipment
from screening.decision import Requirement
from tests.asking import findings_of

FOLDER = Path(__file__).parent / "scenarios"
ARGUABLE = "If the arguable hit is confirmed"
KEYS = frozenset(
    {
        *(
            "id",
            "why",
            "citation",
            "shipment",
            "shipments",
            "outcome",
            "action",
            "hits",
            "not_hits",
        ),
        *("due", "not_due", "findings", "not_findings", "coverage"),
    }
)
WANTED = frozenset(
    {
        *("place", "leg", "document", "form", "authority", "who", "lead", "kind", "contains"),
        *("arguable", "question", "filled", "missing"),
    }
)


def _cases() -> Iterator[Any]:
    for file in sorted(FOLDER.glob("*.yaml")):
        for case in yaml.safe_load(file.read_text(encoding="utf-8")):
            yield pytest.param(case, id=f"{file.stem}:{case['id']}")


CASES = list(_cases())


def meets(requirement: Requirement, wanted: dict[str, Any]) -> bool:
    """A requirement has everything that a case wants of it."""
    said = " | ".join(requirement.contains)
    texts = {
        "document": requirement.document,
        "form": requirement.form or "",
        "authority": requirement.authority,
        "who": requirement.who,
        "contains": said,
    }
    exact = {
        "place": requirement.jurisdiction,
        "leg": requirement.leg.value,
        "lead": requirement.lead_days,
        "kind": requirement.lead_kind,
        "question": requirement.conditional,
    }
    asked = {field.field.value: field.value for field in requirement.fields}
    return all(
        [
            *(words in texts[key] for key, words in wanted.items() if key in texts),
            *(value == exact[key] for key, value in wanted.items() if key in exact),
            *(words in (asked.get(key) or "") for key, words in wanted.get("filled", {}).items()),
            *(key in asked and asked[key] is None for key in wanted.get("missing", ())),
        ]
    )


def decided(screener: Screener, case: dict[str, Any]) -> Decision:
    """The decision on the shipment of a case, or on the last of several."""
    *earlier, last = [Shipment(**fields) for fields in case.get("shipments") or [case["shipment"]]]
    ledger = screener.ledger()
    for shipment in earlier:
        ledger.add(screener.screen(shipment))
    return screener.screen(last, history=ledger)


def shown(decision: Decision) -> str:
    """Everything that came back, for the message of a failure."""
    due = [
        f"{r.jurisdiction} {r.leg}: {r.document} ({r.lead_days} {r.lead_kind}; {r.because[:40]})"
        for r in decision.requirements
    ]
    hits = [f"{h.entry} {h.leg} {h.action} {h.certainty}" for h in decision.hits]
    findings = [f"{f.code} {f.message}" for f in decision.findings]
    return "\n  ".join([f"{decision.outcome} {decision.action}", *hits, *due, *findings])


@pytest.mark.parametrize("case", CASES)
def test_scenario(case: dict[str, Any], screener: Screener) -> None:
    decision = decided(screener, case)
    report = f"{case['why']} ({case['citation']})\n  {shown(decision)}"
    if "outcome" in case:
        assert decision.outcome == case["outcome"], report
    if "action" in case:
        assert decision.action == case["action"], report
    entries = {hit.entry for hit in decision.hits}
    assert set(case.get("hits", ())) <= entries, report
    assert not set(case.get("not_hits", ())) & entries, report
    for wanted in case.get("due", ()):
        found = [r for r in decision.requirements if meets(r, wanted)]
        assert found, f"missing: {wanted}\n{report}"
        arguable = all(r.because.startswith(ARGUABLE) for r in found)
        assert arguable is wanted.get("arguable", False), f"certainty of {wanted}\n{report}"
    for unwanted in case.get("not_due", ()):
        found = [r for r in decision.requirements if meets(r, unwanted)]
        assert not found, f"not due: {unwanted}\n{report}"
    codes = findings_of(decision)
    assert set(case.get("findings", ())) <= codes, report
    assert not set(case.get("not_findings", ())) & codes, report
    titles = [item.title for item in decision.coverage]
    for words in case.get("coverage", ()):
        assert any(words in title for title in titles), f"{words!r} is not covered\n{report}"


def test_cases_are_well_formed() -> None:
    cases = [param.values[0] for param in CASES]
    assert len(cases) >= 60
    names = [case["id"] for case in cases]
    assert len(set(names)) == len(names)
    for case in cases:
        assert set(case) <= KEYS, case["id"]
        assert case["why"], case["id"]
        assert case["citation"], case["id"]
        assert ("shipment" in case) != ("shipments" in case), case["id"]
        wanted = [*case.get("due", ()), *case.get("not_due", ())]
        assert all(set(w) <= WANTED for w in wanted), case["id"]
        # a case that expects nothing could not fail
        expected = {"outcome", "action", "hits", "not_hits", "due", "not_due", "findings"}
        assert any(case.get(key) for key in expected), case["id"]


def test_what_must_not_be_exists(screener: Screener) -> None:
    """A misspelt document, entry or finding would never be there, and its case could not fail."""
    documents = {
        (code, rule.document)
        for code, jurisdiction in screener.bundle.jurisdictions.items()
        for rule in (
            *jurisdiction.file.requirements,
            *(rule for listed in jurisdiction.lists for rule in listed.file.requirements),
        )
    }
    for case in (param.values[0] for param in CASES):
        for unwanted in case.get("not_due", ()):
            assert any(
                unwanted.get("place", code) == code and unwanted["document"] in document
                for code, document in documents
            ), f"{case['id']}: {unwanted}"
        assert set(case.get("not_hits", ())) <= set(screener.bundle.entries), case["id"]
        assert set(case.get("not_findings", ())) <= set(FindingCode), case["id"]


def test_every_requirement_is_cited_and_marked(screener: Screener) -> None:
    """No document without the law that asks for it and how that was checked."""
    for code, jurisdiction in screener.bundle.jurisdictions.items():
        rules = [
            *jurisdiction.file.requirements,
            *(rule for listed in jurisdiction.lists for rule in listed.file.requirements),
        ]
        for rule in rules:
            assert rule.citation.strip(), f"{code}: {rule.id}"
            assert rule.checked, f"{code}: {rule.id}"
