"""Decisions, proofs and bundles made by hand, for tests of what is done with them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from screening.chemistry.proof import (
    Account,
    ClassProof,
    IdentifierProof,
    State,
    SubstanceProof,
)
from screening.decision import (
    Basis,
    Certainty,
    CoverageItem,
    Decision,
    Finding,
    FindingCode,
    Hit,
    Identity,
    Outcome,
    Provenance,
    Reading,
    Requirement,
    SecondProof,
    Severity,
)
from screening.rules.load import Bundle
from screening.rules.model import (
    Action,
    Checked,
    ClassDefinition,
    Coverage,
    Entry,
    GroupWord,
    Jurisdiction,
    JurisdictionFile,
    LegKind,
    ListFile,
    Mark,
    Watchlist,
)

DAY = dt.date(2025, 11, 20)

# Reference compound of the class below: N-(1-phenethylpiperidin-4-yl)-N-phenylpropanamide.
FENTANYL = "CCC(=O)N(c1ccccc1)C1CCN(CCc2ccccc2)CC1"

# A member by two clauses: 4-fluorophenyl for the aniline ring, cyclopropanecarbonyl for propionyl.
MEMBER = "O=C(C1CC1)N(c1ccc(F)cc1)C1CCN(CCc2ccccc2)CC1"


def class_definition() -> ClassDefinition:
    """A class law in miniature: two lettered clauses and a reading."""
    return ClassDefinition.model_validate(
        {
            "reference": FENTANYL,
            "reference_name": "fentanyl",
            "reference_is_member": True,
            "skeleton": "[N:1][C:2]1[C:3][C:4][N:5][C:6][C:7]1",
            "positions": {
                "phenethyl": {"title": "the phenethyl group", "branch": 5},
                "aniline-ring": {"title": "the aniline ring", "ring": 1},
                "acyl": {"title": "the N-propionyl group", "branch": 1},
            },
            "clauses": {
                "D": {
                    "at": ["aniline-ring"],
                    "becomes": ["aromatic monocycle"],
                    "says": "The aniline ring may be replaced by any aromatic monocycle.",
                },
                "E": {
                    "at": ["acyl"],
                    "becomes": ["acyl"],
                    "says": "The N-propionyl group may be replaced by another acyl group.",
                },
            },
            "readings": {
                "wide-acyl": {
                    "says": "Acyl is not defined; a wide reading takes in cycloalkylcarbonyl.",
                    "who": "the authority's own rulemaking",
                    "allows": [{"at": ["acyl"], "becomes": ["acyl"], "clause": "E"}],
                }
            },
        }
    )


def class_proof(*, arguable: bool = False) -> ClassProof:
    """How `MEMBER` meets the class of `class_definition`, by hand."""
    readings = ("wide-acyl",) if arguable else ()
    return ClassProof(
        component=MEMBER,
        reference=FENTANYL,
        reference_name="fentanyl",
        skeleton={1: 5, 2: 13, 3: 14, 4: 15, 5: 16, 6: 25, 7: 26},
        accounts=(
            Account(
                position="phenethyl",
                title="the phenethyl group",
                state=State.REFERENCE,
                kind="arylalkyl",
                atoms=(17, 18, 19, 20, 21, 22, 23, 24),
                attachments=((16, 17),),
            ),
            Account(
                position="aniline-ring",
                title="the aniline ring",
                state=State.CLAUSE,
                clause="D",
                word="aromatic monocycle",
                kind="aromatic_monocycle",
                atoms=(6, 7, 8, 9, 10, 11, 12),
                attachments=((5, 6),),
            ),
            Account(
                position="acyl",
                title="the N-propionyl group",
                state=State.READING if arguable else State.CLAUSE,
                clause="E",
                word="acyl",
                kind="cycloalkylcarbonyl",
                readings=readings,
                atoms=(0, 1, 2, 3, 4),
                attachments=((5, 1),),
            ),
        ),
        clauses=("D", "E"),
        readings=readings,
    )


def substance_proof(**changes: Any) -> SubstanceProof:
    """Fentanyl as its salt."""
    values: dict[str, Any] = {
        "component": "CCC(=O)N(c1ccccc1)C1CCN(CCc2ccccc2)CC1",
        "substance": FENTANYL,
        "name": "Fentanyl",
        "key": "CCC(=O)N(c1ccccc1)C1CCN(CCc2ccccc2)CC1",
        "forms": ("salt",),
    }
    return SubstanceProof(**(values | changes))


def identifier_proof(**changes: Any) -> IdentifierProof:
    """A name that is the entry's own."""
    values: dict[str, Any] = {
        "field": "name",
        "text": "FENTANYL CITRATE",
        "matched": "fentanyl citrate",
        "exact": True,
    }
    return IdentifierProof(**(values | changes))


def entry(entry_id: str = "zz/schedule/fentanyl", *, class_: bool = False, **changes: Any) -> Entry:
    """A resolved entry of a jurisdiction that does not exist."""
    values: dict[str, Any] = {
        "id": entry_id,
        "jurisdiction": entry_id.partition("/")[0],
        "list": entry_id.rpartition("/")[0],
        "title": "Fentanyl-related substances" if class_ else "Fentanyl",
        "names": {"en": ["Fentanyl"]},
        "paragraph": "Rule 12(c)(9)",
        "codes": {},
        "cas": (),
        "hs": (),
        "substance": None if class_ else FENTANYL,
        "aliases": {},
        "class": class_definition() if class_ else None,
        "identifiers": False,
        "goods": False,
        "forms": {},
        "as_counter_ion": True,
        "action": {"origin": "authorisation", "destination": "authorisation"},
        "applies_to": None,
        "yields_to": (),
        "versions": [
            {
                "in_force": dt.date(2018, 2, 6),
                "recorded": dt.date(2025, 1, 1),
                "citation": "Order 83 of 2018",
                "checked": {"membership": "primary", "dates": "secondary"},
            }
        ],
        "says": None,
        "examples": {},
        "surveillance": False,
        "instrument": "Rules on Scheduled Substances",
        "authority": "Office of Tests",
    }
    return Entry.model_validate(values | changes)


def bundle(*entries: Entry) -> Bundle:
    """A bundle of one list that holds the entries."""
    held = entries or (entry(), entry("zz/schedule/related", class_=True))
    forms = dict.fromkeys(
        (
            "salts",
            "hydrates",
            "optical_isomers",
            "geometric_isomers",
            "isotopologues",
            "tautomers",
            "esters",
            "ethers",
            "positional_isomers",
        ),
        "covered",
    )
    file = ListFile.model_validate(
        {
            "title": "Schedule of Tests",
            "instrument": "Rules on Scheduled Substances",
            "authority": "Office of Tests",
            "action": {"origin": "authorisation"},
            "forms": forms,
            "last_checked": dt.date(2025, 1, 1),
            "coverage": {"state": "modelled", "as_of": dt.date(2025, 1, 1)},
        }
    )
    own = JurisdictionFile(title="Testland", authority="Office of Tests")
    return Bundle(
        {
            "zz": Jurisdiction(
                code="zz",
                file=own,
                groups={"acyl": GroupWord(certain=("acyl",))},
                lists=(Watchlist(id="zz/schedule", jurisdiction="zz", file=file, entries=held),),
            )
        }
    )


def hit(**changes: Any) -> Hit:
    """A definite hit on a named substance."""
    values: dict[str, Any] = {
        "entry": "zz/schedule/fentanyl",
        "title": "Fentanyl",
        "jurisdiction": "zz",
        "list": "zz/schedule",
        "instrument": "Rules on Scheduled Substances",
        "authority": "Office of Tests",
        "paragraph": "Rule 12(c)(9)",
        "place": "zz",
        "leg": LegKind.ORIGIN,
        "action": Action.AUTHORISATION,
        "certainty": Certainty.DEFINITE,
        "reading": None,
        "readings": (),
        "basis": Basis.SUBSTANCE,
        "form": "salt",
        "clauses": (),
        "component": FENTANYL,
        "in_force": "1971-05-01",
        "until": None,
        "checked": Checked(membership=Mark.PRIMARY, dates=Mark.SECONDARY),
        "citation": "Act 812 of 1970, schedule II(b)(6)",
        "explanation": "The component is Fentanyl (Rule 12(c)(9)), as its salt.",
        "proof": substance_proof(),
    }
    return Hit(**(values | changes))


def class_hit(**changes: Any) -> Hit:
    """An arguable hit on a class."""
    values: dict[str, Any] = {
        "entry": "zz/schedule/related",
        "title": "Fentanyl-related substances",
        "paragraph": "Rule 11(h)(30)",
        "certainty": Certainty.ARGUABLE,
        "reading": "wide-acyl",
        "readings": (
            Reading(
                name="wide-acyl",
                says="Acyl is not defined; a wide reading takes in cycloalkylcarbonyl.",
                who="the authority's own rulemaking",
            ),
        ),
        "basis": Basis.CLASS,
        "form": None,
        "clauses": ("D", "E"),
        "component": MEMBER,
        "in_force": "2018-02-06",
        "citation": "Order 83 of 2018",
        "explanation": "Compared with fentanyl: clause D and clause E.",
        "proof": class_proof(arguable=True),
    }
    return hit(**(values | changes))


def second_proof() -> SecondProof:
    """The class as a second proof of a named substance."""
    return SecondProof(
        entry="zz/schedule/related",
        citation="Order 83 of 2018",
        certainty=Certainty.DEFINITE,
        proof=class_proof(),
    )


def requirement(**changes: Any) -> Requirement:
    """A permit that takes fifteen days."""
    values: dict[str, Any] = {
        "jurisdiction": "zz",
        "document": "Export permit (form 161)",
        "authority": "Office of Tests",
        "who": "exporter",
        "leg": LegKind.ORIGIN,
        "lead_days": 15,
        "lead_kind": "calendar",
        "contains": ("name and quantity", "consignee"),
        "because": "Scheduled substances leave with a permit only.",
        "citation": "Rule 312.21",
        "checked": Mark.PRIMARY,
        "entries": ("zz/schedule/fentanyl",),
    }
    return Requirement(**(values | changes))


def finding(
    code: FindingCode = FindingCode.DAY_FILLED,
    severity: Severity = Severity.NOTE,
    message: str = "No day was given; the run's day was used.",
) -> Finding:
    """Something that the officer must know."""
    return Finding(code=code, severity=severity, message=message)


def decision(**changes: Any) -> Decision:
    """A controlled line with one hit and one requirement."""
    values: dict[str, Any] = {
        "id": "A-1",
        "outcome": Outcome.CONTROLLED,
        "action": Action.AUTHORISATION,
        "day": DAY,
        "origin": "zz",
        "transit": (),
        "destination": "yy",
        "hits": (hit(),),
        "requirements": (requirement(),),
        "findings": (),
        "coverage": (
            CoverageItem(
                jurisdiction="zz",
                title="Schedule of Tests",
                list="zz/schedule",
                state=Coverage.PARTLY,
                as_of=dt.date(2025, 1, 1),
                missing=("everything after item 9",),
            ),
        ),
        "identities": (
            Identity(source="name", text="fentanyl citrate", smiles=FENTANYL, exact=True),
        ),
        "provenance": Provenance(
            bundle="0" * 64, software={"screening": "0.1"}, known_on=None, jurisdictions=None
        ),
    }
    return Decision(**(values | changes))


def unlisted(**changes: Any) -> Decision:
    """A line for which no listing was found."""
    values: dict[str, Any] = {
        "outcome": Outcome.NO_LISTING_FOUND,
        "action": Action.NONE_FOUND,
        "hits": (),
        "requirements": (),
    }
    return decision(**(values | changes))


Columns = Mapping[str, str]
