"""How the application says no: every fault at once, each with its place and its remedy."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Fault:
    """One reason for a refusal.

    `where` names the place (file, line, column, key), `expected` what should stand there, `got` what was
    found, `remedy` what to do about it. All are plain sentences or values for a person to read.
    """

    code: str
    where: str
    expected: str
    got: str
    remedy: str

    def __str__(self) -> str:
        """One line for the terminal."""
        return f"{self.where}: {self.code} expected {self.expected}, got {self.got}. {self.remedy}"


class Refusal(Exception):  # noqa: N818 - the field's word; it is a decision, not a programming error
    """Bad input was refused; nothing was written. The command line exits with 1 and prints every fault."""

    def __init__(self, faults: tuple[Fault, ...] | list[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(str(fault) for fault in self.faults))
