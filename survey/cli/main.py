"""`longdan`: the group of all commands, and the one place where refusals become words and exit codes.

Exit code 0: done. 1: findings or a refusal, with the reasons on stderr. 2: wrong usage.
"""

from __future__ import annotations

import importlib
import sys
from io import TextIOWrapper
from typing import TYPE_CHECKING, Any

import click

from survey.cli.faults import faults_of, machine_form

if TYPE_CHECKING:
    from collections.abc import Sequence

# A command is loaded when it is called: the statistics take seconds to import, and most commands need none.
COMMANDS = {
    "demo": "survey.cli.demo",
    "init": "survey.cli.site",
    "account": "survey.cli.accounts",
    "units": "survey.cli.registry",
    "check": "survey.cli.definitions",
    "diff": "survey.cli.definitions",
    "publish": "survey.cli.waves",
    "open": "survey.cli.waves:open_wave",
    "serve": "survey.cli.serve",
    "pair": "survey.cli.registry",
    "visitors": "survey.cli.registry",
    "settle": "survey.cli.answers",
    "close": "survey.cli.answers",
    "freeze": "survey.cli.frozen",
    "score": "survey.cli.scores",
    "replay": "survey.cli.scores",
    "release": "survey.cli.release",
    "export": "survey.cli.exports",
    "verify": "survey.cli.verify",
    "doctor": "survey.cli.doctor",
    "upgrade": "survey.cli.site",
    "keys": "survey.cli.site",
}


class Commands(click.Group):
    """A group that finds its commands in `COMMANDS` and answers a refusal with its reasons."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The commands in the order in which the work goes."""
        del ctx  # the list is the same everywhere
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name, imported now; None when there is none."""
        del ctx  # as above
        if cmd_name not in COMMANDS:
            return None
        module, _, function = COMMANDS[cmd_name].partition(":")
        command = getattr(importlib.import_module(module), function or cmd_name)
        if not isinstance(command, click.Command):
            raise TypeError(f"{COMMANDS[cmd_name]}.{cmd_name} is not a command")
        return command

    def main(self, args: Sequence[str] | None = None, *positional: Any, **named: Any) -> Any:
        """Run a command; a refusal ends with its reasons on stderr and exit code 1, without a traceback.

        With `--json` the faults are also printed on stdout as `{"faults": [...]}`.
        """
        words = list(sys.argv[1:] if args is None else args)
        try:
            return super().main(words, *positional, **named)
        except Exception as error:
            faults = faults_of(error)
            if not faults:
                raise
            for fault in faults:
                click.echo(str(fault), err=True)
            if "--json" in words:
                click.echo(machine_form(faults))
            sys.exit(1)


@click.group(cls=Commands)
@click.version_option(package_name="longdan", prog_name="longdan")
def longdan() -> None:
    """Measure how well public agencies serve people, so that the number can be trusted."""


def main() -> None:
    """Entry point of the program: the group, on a terminal that may not speak UTF-8."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(encoding="utf-8")
    longdan()
