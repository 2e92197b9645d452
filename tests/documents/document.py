"""A document as a newcomer follows it: the files that it shows, and its commands and changes in their order.

A file is a block under a line that is its name alone; a command is a line of a block of `sh`; a change of a
file is a block of `diff`. Days are moved, in files and commands alike, so that the survey runs today.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

_FILE = re.compile(r"^`(?P<name>[\w.-]+)`\n\n```\w+\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
_STEP = re.compile(r"^```(?P<kind>sh|diff)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
_DIFF = re.compile(r"--- (?P<name>[\w.-]+)\n\+\+\+ (?P=name)\n(?P<lines>.*)", re.DOTALL)
_DAY = re.compile(r"\b\d{4}-\d{2}-\d{2}\b")


@dataclass(frozen=True)
class Command:
    """A line for the terminal."""

    line: str


@dataclass(frozen=True)
class Change:
    """Lines of a file, and what stands there afterwards."""

    file: str
    before: str
    after: str

    def of(self, text: str) -> str:
        """The file's text after the change; its lines must stand there once, as the document has them."""
        assert text.count(self.before) == 1, f"{self.file} does not have once:\n{self.before}"
        return text.replace(self.before, self.after)


def section(document: str, heading: str) -> str:
    """What stands under a heading, up to the next one of its rank or a higher one."""
    found = re.search(rf"^(?P<rank>#+) {re.escape(heading)}$", document, re.MULTILINE)
    assert found, f"no heading {heading!r}"
    rest = document[found.end() :]
    after = re.search(rf"^#{{1,{len(found['rank'])}}} ", rest, re.MULTILINE)
    return rest[: after.start()] if after else rest


def moved(document: str, first: date, to: date) -> str:
    """The document with all days moved, so that `first` falls on `to`."""
    later: timedelta = to - first
    return _DAY.sub(lambda day: (date.fromisoformat(day[0]) + later).isoformat(), document)


def files(document: str) -> dict[str, str]:
    """The files that the document shows, by name."""
    return {found["name"]: found["text"] for found in _FILE.finditer(document)}


def steps(document: str) -> list[Command | Change]:
    """What the document tells its reader to do."""
    found: list[Command | Change] = []
    for block in _STEP.finditer(document):
        if block["kind"] == "sh":
            found += [Command(line) for line in block["text"].splitlines() if line]
        else:
            found.append(_change(block["text"]))
    return found


def commands(document: str) -> list[str]:
    """The commands of ours in a document."""
    return [
        step.line for step in steps(document) if isinstance(step, Command) and step.line.startswith("longdan")
    ]


def _change(text: str) -> Change:
    diff = _DIFF.fullmatch(text)
    assert diff, f"no change of a file:\n{text}"
    lines = diff["lines"].splitlines(keepends=True)
    before, after = (
        "".join(line[1:] for line in lines if line[0] in marks) for marks in ({" ", "-"}, {" ", "+"})
    )
    return Change(diff["name"], before, after)
