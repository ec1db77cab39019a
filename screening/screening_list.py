"""A list of parties that the user downloaded, compared with the names on a shipment.

Such a list is not law of one leg of a journey and carries no entry: a name that is like one in it
is a finding, always for a person, whatever way the goods go.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

from screening.decision import FindingCode, Severity
from screening.findings import Findings
from screening.rules.parties import PartyIndex, read_screening_list
from screening.shipment import Shipment

_FIELDS = ("exporter", "consignee")
_SHOWN = 5


class ScreeningList:
    """A downloaded Consolidated Screening List, ready to be asked.

    Args:
        path: the CSV file as downloaded.

    Raises:
        PartyListError: it cannot be read, or is no such list.
    """

    def __init__(self, path: Path) -> None:
        parties = read_screening_list(path)
        self.digest = hashlib.sha256(path.read_bytes()).hexdigest()
        self._index = PartyIndex(parties)

    def __len__(self) -> int:
        return len(self._index)

    def compare(self, shipment: Shipment, findings: Findings) -> None:
        """Says which names of a shipment are like one that is listed on its day.

        Args:
            shipment: what is submitted.
            findings: takes what is found; a name that was listed on another day only is a note.
        """
        for field in _FIELDS:
            stated = getattr(shipment, field)
            if stated is None:
                continue
            for match in self._index.matches(stated)[:_SHOWN]:
                party = match.party
                listed = party.listed_on(shipment.day)
                by = f" ({party.citation})" if party.citation else ""
                days = "" if listed else f" It is listed on other days only than {shipment.day}."
                findings.add(
                    FindingCode.PARTY_LISTED,
                    Severity.ASK if listed else Severity.NOTE,
                    f"The name of the {field} {stated[:80]!r} {match.reason}, which stands in "
                    f"{party.source or 'the downloaded list of parties'}{by}. A name identifies "
                    f"nobody: compare address and papers.{days}",
                )
