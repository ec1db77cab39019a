"""A law in miniature with every kind of condition: for tests of requirements, sums and forms."""

from __future__ import annotations

from pathlib import Path

JURISDICTION = """\
title: Testland
authority: Office of Tests
sets:
  friends:
    places: [us, mx]
    citation: Rule on Friends
    checked: primary
statements:
  - leg: origin
    says: Exporters keep an eye on the law of the destination
    who: Office of Tests
    on: 2024-01-01
    citation: Circular 1
    checked: primary
requirements:
  - id: customs-paper
    leg: origin
    document: Customs paper
    authority: Customs
    who: exporter
    because: Every export is declared.
    citation: Customs Rule 1
    checked: primary
"""

LIST = """\
title: Schedule of Tests
instrument: Rules on Tests
authority: Office of Tests
action: {origin: notification}
forms:
  salts: covered
  hydrates: covered
  optical_isomers: not_covered
  geometric_isomers: not_covered
  isotopologues: review
  tautomers: covered
  esters: not_covered
  ethers: not_covered
  positional_isomers: not_covered
version:
  in_force: 2024-06-01
  published: 2024-05-01
  recorded: 2024-05-01
  citation: Order 7 of 2024
  checked: {membership: primary, dates: primary}
last_checked: 2025-11-01
coverage: {state: modelled, as_of: 2025-11-01}
thresholds:
  month:
    none: true
    reached: at_least
    per: month
    counts: goods
    citation: Rule 3
    checked: primary
mixtures:
  forty:
    limit: '40 %'
    lifts: licence
    says: No licence at or below the limit; the content is declared.
    citation: Rule 5
    checked: primary
  usable:
    question: Can the substance be easily recovered?
    preparations: medicine
    lifts: declaration
    says: The test has no number.
    citation: Rule 6
    checked: primary
requirements:
  - id: declaration
    leg: origin
    document: Export declaration
    form: Form 486
    fields: [exporter, consignee, consignee_address, substance, net_weight, cas, end_use, signature]
    authority: Office of Tests
    who: exporter
    lead_days: 15
    shorter:
      - when: {customer: regular}
        lead_days: 3
        lead_kind: working
        because: A regular customer is known.
    because: Exports are declared from the threshold on.
    citation: Rule 4
    checked: primary
    when: {over: month}
  - id: licence
    leg: origin
    document: Export licence
    authority: Office of Tests
    who: exporter
    because: Exports outside the circle of friends need a licence.
    citation: Rule 7
    checked: secondary
    when: {not_destinations: friends}
  - id: small-note
    leg: origin
    document: Note on a small amount
    authority: Office of Tests
    who: exporter
    because: Small amounts are noted.
    citation: Rule 8
    checked: primary
    when: {under: month}
  - id: statement
    leg: origin
    document: Statement of use
    authority: Office of Tests
    who: importer
    because: Use outside industry is stated.
    question: Has {destination} asked for statements?
    citation: Rule 9
    checked: primary
    unless: {purpose: industrial}
  - id: new-paper
    leg: origin
    document: New paper
    authority: Office of Tests
    who: exporter
    because: The new rules ask for it.
    citation: Rules of 2025
    checked: primary
    when: {from: 2025-12-20}
"""

ENTRIES = {
    "acetone": """\
names: {en: [Acetone]}
cas: ['67-64-1']
substance: 'CC(C)=O'
thresholds:
  month: {amount: ['500 l', '1000 kg']}
""",
    "toluene": """\
names: {en: [Toluene]}
cas: ['108-88-3']
substance: 'Cc1ccccc1'
density: {least_kg_per_l: 0.8, greatest_kg_per_l: 0.9, citation: Tables, checked: secondary}
thresholds:
  month: {amount: '900 kg', reached: more_than, per: transaction}
""",
    "piperidine": """\
names: {en: [Piperidine]}
cas: ['110-89-4']
substance: 'C1CCNCC1'
thresholds:
  month: {amount: '500 g', counts: base, per: year}
""",
    "norfentanyl": """\
names: {en: [Norfentanyl]}
cas: ['1609-66-1']
substance: 'CCC(=O)N(c1ccccc1)C1CCNCC1'
mixtures:
  forty: {applies: false}
applies_to: [us, mx]
versions:
  - in_force: 2024-06-01
    until: 2025-12-01
""",
}


def written(
    root: Path, *, jurisdiction: str = JURISDICTION, law: str = LIST, **entries: str
) -> Path:
    """The law as a folder of watchlists, with some files changed."""
    folder = root / "nz" / "schedule"
    folder.mkdir(parents=True)
    (root / "nz" / "jurisdiction.yaml").write_text(jurisdiction, encoding="utf-8")
    (folder / "list.yaml").write_text(law, encoding="utf-8")
    for name, text in (ENTRIES | entries).items():
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
    return root
