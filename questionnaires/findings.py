"""What checking a definition finds: a code, a severity, a place, what is wrong and what to do."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """Whether a finding stops the definition from being used."""

    ERROR = "error"
    ADVICE = "advice"


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One fault or advice from checking a definition; `where` is `file:line`."""

    code: str
    severity: Severity
    where: str
    message: str
    remedy: str

    def __str__(self) -> str:
        """One line for the terminal, as `longdan check` prints it."""
        return f"{self.where}: {self.code} {self.message} {self.remedy}"


class DefinitionError(Exception):
    """A definition was refused; `findings` holds every error that was found, in the order of the lines."""

    def __init__(self, findings: list[Finding] | tuple[Finding, ...]) -> None:
        self.findings = tuple(findings)
        super().__init__("\n".join(str(finding) for finding in self.findings))
