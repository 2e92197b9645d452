"""The one error type of the statistics: it says where, what was expected, what came and what to do."""

from __future__ import annotations


class StatisticsError(Exception):
    """A design or an estimate was refused.

    Attributes:
        code: short upper-case name of the fault, for example `LONELY_PSU`.
        where: the column, stratum, level or argument at fault.
        expected: what should have been there.
        got: what was there.
        remedy: how to proceed.
    """

    def __init__(self, code: str, *, where: str, expected: str, got: str, remedy: str) -> None:
        self.code, self.where, self.expected, self.got, self.remedy = code, where, expected, got, remedy
        super().__init__(f"{where}: {code} expected {expected}, got {got}. {remedy}")
