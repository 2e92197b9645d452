"""What a check yields before its place in the file is known: code, path in the definition, message."""

from __future__ import annotations

from typing import NamedTuple

Path = tuple[str | int, ...]


class Fault(NamedTuple):
    """One fault; `line` is given where no path can say it, `file` where it lies in a catalog."""

    code: str
    path: Path
    message: str
    line: int | None = None
    file: str | None = None
