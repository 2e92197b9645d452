"""Commands that documents show are commands of the program, with options that it has."""

from __future__ import annotations

import re
import shlex
from typing import TYPE_CHECKING

import click
import pytest

from survey.cli.main import longdan
from tests.contracts.tree import ROOT

if TYPE_CHECKING:
    from pathlib import Path

# the synopses of docs/commands.md are compared by tests/contracts/test_command_line.py
PAGES = [page for page in (ROOT / "README.md", *(ROOT / "docs").glob("*.md")) if page.name != "commands.md"]
BLOCK = re.compile(r"^```(?:sh|console)\n(.*?)^```", re.MULTILINE | re.DOTALL)
INDENTED = re.compile(r"^ {4}(longdan .*)$", re.MULTILINE)
OURS = re.compile(r"(?:sudo -u longdan )?(?:/\S+/bin/)?longdan (.*)")


def shown(page: str) -> list[list[str]]:
    """The words after `longdan` of every command in blocks of a page, whoever gives it."""
    lines = [line for block in BLOCK.findall(page) for line in block.splitlines()] + INDENTED.findall(page)
    return [shlex.split(ours[1], comments=True) for line in lines if (ours := OURS.fullmatch(line))]


def parse(group: click.Group, words: list[str]) -> None:
    """Take the words of a command as the program would, without carrying it out."""
    name, *others = words
    command = group.get_command(click.Context(group), name)
    if command is None:
        raise click.UsageError(f"no command {name}")
    if isinstance(command, click.Group):
        parse(command, others)
    else:
        command.make_context(name, others)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_command_shown_can_be_given(page: Path) -> None:
    for words in shown(page.read_text(encoding="utf-8")):
        parse(longdan, words)


@pytest.mark.parametrize(
    "line",
    [
        "longdan unfold",
        "longdan units export units.csv",
        "longdan init --where x",
        "sudo -u longdan /srv/longdan/program/bin/longdan close",
    ],
)
def test_a_command_that_is_none_is_found(line: str) -> None:
    (words,) = shown(f"```sh\npip install .\n{line}  # so\n```\n")
    with pytest.raises(click.UsageError):
        parse(longdan, words)
