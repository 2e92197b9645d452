"""What an error says to a person: every kind of refusal becomes faults, an error in the program does not."""

from __future__ import annotations

import dataclasses
import errno
import json
from typing import Any, Protocol, runtime_checkable

from questionnaires.findings import DefinitionError, Finding
from survey.refusal import Fault, Refusal


@runtime_checkable
class Reasoned(Protocol):
    """An error that carries its own reasons, as `analysis.errors.StatisticsError` does.

    It is known by its shape: importing its class would load the statistics for every command.
    """

    code: str
    where: str
    expected: str
    got: str
    remedy: str


_PERMISSION = ("NOT_PERMITTED", "the right to read or write", "Ask for it or choose another path.")
_FULL = ("DISK_FULL", "room on the disk", "Free some space or choose another folder, then run again.")
_SYSTEM_FAULTS = {
    errno.ENOSPC: _FULL,
    errno.EDQUOT: _FULL,
    errno.EACCES: _PERMISSION,
    errno.EPERM: _PERMISSION,
    errno.EROFS: _PERMISSION,
    errno.ENOENT: ("NOT_FOUND", "an existing file or folder", "Check the spelling of the path."),
    errno.EEXIST: ("EXISTS", "a name that is free", "Choose another name or remove what is there."),
    errno.EISDIR: ("NOT_A_FILE", "a file", "Name a file inside the folder."),
    errno.EADDRINUSE: (
        "PORT_TAKEN",
        "a port on which nothing listens yet",
        "Stop what listens there, or name another with `--port`.",
    ),
    errno.ENOTDIR: ("NOT_A_FOLDER", "a folder", "Name a folder."),
}
_OTHER_FAULT = ("SYSTEM", "the operating system to carry this out", "Remove the cause, then run again.")


def faults_of(error: BaseException) -> tuple[Fault | Finding, ...]:
    """The faults that an error carries.

    Args:
        error: what a command raised.

    Returns:
        Every fault; empty when the error is no refusal but a mistake in the program.
    """
    if isinstance(error, Refusal):
        return error.faults
    if isinstance(error, DefinitionError):
        return tuple(error.findings)
    if isinstance(error, OSError):
        return (_system_fault(error),)
    if isinstance(error, Reasoned):
        return (
            Fault(
                code=error.code,
                where=error.where,
                expected=error.expected,
                got=error.got,
                remedy=error.remedy,
            ),
        )
    return ()


def machine_form(faults: tuple[Fault | Finding, ...]) -> str:
    """The faults as one JSON object, `{"faults": [...]}`, with the fields of each."""
    described: list[dict[str, Any]] = [dataclasses.asdict(fault) for fault in faults]
    return json.dumps({"faults": described}, ensure_ascii=False, indent=2, default=str)


def _system_fault(error: OSError) -> Fault:
    """What the operating system refused; the path where it tells one."""
    code, expected, remedy = _SYSTEM_FAULTS.get(error.errno or 0, _OTHER_FAULT)
    names = [str(name) for name in (error.filename, error.filename2) if name is not None]
    return Fault(
        code=code,
        where=" -> ".join(names) or "operating system",
        expected=expected,
        got=error.strerror or str(error) or type(error).__name__,
        remedy=remedy,
    )
