"""Screen one listing and one file, in a few lines. Run it: python examples/quickstart.py"""

from __future__ import annotations

import tempfile
from pathlib import Path

from screening import ListedError, Outcome, Screener, Shipment

screener = Screener()  # the bundled watchlists; build it once, share it between threads

decision = screener.screen(
    Shipment(
        structure="CCC(=O)N(c1ccccc1)C1CCNCC1",
        quantity="25 kg",
        origin="CN",
        transit=["SG"],
        destination="MX",
        day="2025-11-20",
    )
)
print(decision.outcome, decision.action)
for hit in decision.hits:
    print(f"- {hit.entry} ({hit.certainty}): {hit.explanation}")
    print(f"  {hit.citation}; in force since {hit.in_force}")
for requirement in decision.requirements:
    print(f"- {requirement.who}: {requirement.document}")
for finding in decision.findings:
    print(f"- {finding.severity}: {finding.message}")

# Gate a listing: raises for anything but "no listing found".
try:
    screener.screen(
        Shipment(name="4-piperidone hydrochloride", origin="US", destination="CN", day="2025-11-20")
    ).raise_for(Outcome.REVIEW)
except ListedError as error:
    print("held:", error)

# A whole file, as `screening csv` does it.
if __name__ == "__main__":
    from screening.batch import screen_csv

    table = Path(__file__).with_name("shipments.csv")
    with tempfile.TemporaryDirectory() as folder:
        summary = screen_csv(table, Path(folder), screener=screener)
        print(summary.as_dict()["counts"]["outcomes"])
