"""What is found about one shipment while it is screened, besides hits."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from screening.decision import Finding, FindingCode, Severity

_SEVERITY_ORDER = list(Severity)


@lru_cache(maxsize=4096)
def finding(code: FindingCode, severity: Severity, message: str) -> Finding:
    """A finding; most rows of a file have the same ones."""
    return Finding(code=code, severity=severity, message=message)


class Findings:
    """Collects findings, each once; state of one screening, never shared.

    Attributes:
        unscreened: something of the goods could not be screened at all.
    """

    def __init__(self) -> None:
        self._found: dict[Finding, None] = {}
        self.unscreened = False

    def add(self, code: FindingCode, severity: Severity, message: str) -> None:
        """Keeps a finding once."""
        self._found.setdefault(finding(code, severity, message))

    def take(self, findings: Iterable[Finding]) -> None:
        """Keeps findings that were made before."""
        for one in findings:
            self._found.setdefault(one)

    def all(self) -> tuple[Finding, ...]:
        """All of them, in the order in which they were found."""
        return tuple(self._found)

    def sorted(self) -> tuple[Finding, ...]:
        """All of them, gravest first, else in the order in which they were found."""
        return tuple(sorted(self._found, key=lambda f: _SEVERITY_ORDER.index(f.severity)))
