"""Two small laws, written into a folder, for tests of what is done with watchlists as such.

They describe jurisdictions that the bundled lists describe too, so that a command that is given the
folder loads it alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

FORMS = """\
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
"""
ETHYLAMINES = """\
class:
  reference: 'CCN'
  reference_name: ethylamine
  reference_is_member: false
  skeleton: '[CX4:1]-[CX4:2]-[#7:3]'
"""
"""How a class of ethylamines begins; its positions and clauses follow."""
LIST = f"""\
title: Schedule of Tests
instrument: Order 7 of 2025
authority: Office of Tests
action: {{origin: authorisation, destination: prohibited}}
{FORMS}version:
  recorded: 2026-01-01
  citation: Order 7 of 2025, item 1
  checked: {{membership: primary, dates: primary}}
last_checked: 2026-01-01
coverage: {{state: partly, as_of: 2026-01-01, missing: [items 9 to 12]}}
requirements:
  - id: permit
    leg: origin
    document: Export permit
    authority: Office of Tests
    who: exporter
    lead_days: 10
    because: Scheduled substances leave with a permit only.
    citation: Rule 9
    checked: primary
"""
WORDS = """\
small alkyl: {certain: [acyclic alkyl], max_carbons: 2}
halogen: {certain: [halogen]}
"""
ACETONE = """\
names: {en: [Acetone, propan-2-one], zh: [丙酮]}
cas: ['67-64-1']
substance: 'CC(C)=O'
versions:
  - in_force: 2025-02-01
    published: 2025-01-15
"""
TOLUENE = """\
names: {en: [Toluene]}
cas: ['108-88-3']
substance: 'Cc1ccccc1'
versions:
  - in_force: 2024-01-01
    until: 2025-06-01
"""
BUTANONE = """\
names: {en: [Butanone]}
substance: 'CCC(C)=O'
versions:
  - in_force: {not_before: 2025-03-01, not_after: 2025-04-01}
    checked: {dates: unverified}
    still_to_read: the day of effect
"""
OIL = """\
names: {en: [Oil of tests]}
identifiers: true
versions:
  - in_force: 2025-02-01
"""
PLACE = "title: Testland\nauthority: Office of Tests\n"

FILES: Mapping[str, str] = {
    "us/jurisdiction.yaml": PLACE,
    "us/groups.yaml": WORDS,
    "us/schedule/list.yaml": LIST,
    "us/schedule/acetone.yaml": ACETONE,
    "us/schedule/toluene.yaml": TOLUENE,
    "us/schedule/butanone.yaml": BUTANONE,
    "us/schedule/oil.yaml": OIL,
    "gb/jurisdiction.yaml": PLACE.replace("Testland", "Elsewhere"),
    "gb/annex/list.yaml": LIST.replace("Schedule", "Annex"),
    "gb/annex/toluene.yaml": TOLUENE.replace("    until: 2025-06-01\n", ""),
}


def write_law(folder: Path, changes: Mapping[str, str | None] | None = None) -> Path:
    """Writes the small law.

    Args:
        folder: where to.
        changes: files to write otherwise, None for those to leave out.
    """
    for name, text in ({**FILES, **(changes or {})}).items():
        if text is not None:
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
    return folder
