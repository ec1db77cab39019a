"""What is found about one shipment while it is screened, besides hits."""

from __future__ import annotations

from screening.decision import Finding, FindingCode, Severity

_SEVERITY_ORDER = list(Severity)


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
        self._found.setdefault(Finding(code=code, severity=severity, message=message))

    def sorted(self) -> tuple[Finding, ...]:
        """All of them, gravest first, else in the order in which they were found."""
        return tuple(sorted(self._found, key=lambda f: _SEVERITY_ORDER.index(f.severity)))
