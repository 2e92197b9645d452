"""The program as a whole: exit codes, refusals without a traceback, and every command documented."""

from __future__ import annotations

import errno
import io
import json
import re
import subprocess
import sys
import tomllib

import click
import pytest
from click.testing import CliRunner

from analysis.errors import StatisticsError
from questionnaires.findings import DefinitionError, Finding, Severity
from survey.cli import main as program
from survey.cli.main import COMMANDS, Commands, longdan
from survey.refusal import Fault, Refusal
from tests.contracts.tree import ROOT

FIELDS = {"where": "row 3", "expected": "a weight", "got": "-1", "remedy": "Mend the weight."}
FINDING = Finding(
    code="NO_ITEMS", severity=Severity.ERROR, where="a.yaml:3", message="No items.", remedy="Add one."
)
SECTION = re.compile(r"^## `longdan ([\w-]+)`\n(.*?)(?=^## |\Z)", re.MULTILINE | re.DOTALL)
DISK_FULL = (
    "out/scores.csv: DISK_FULL expected room on the disk, got No space left on device. "
    "Free some space or choose another folder, then run again."
)
ODD = (
    "operating system: SYSTEM expected the operating system to carry this out, got odd. "
    "Remove the cause, then run again."
)
REFUSALS = {
    "bad input": (
        Refusal([Fault(code="WEIGHT", **FIELDS), Fault(code="CODE", **FIELDS)]),
        [
            "row 3: WEIGHT expected a weight, got -1. Mend the weight.",
            "row 3: CODE expected a weight, got -1. Mend the weight.",
        ],
    ),
    "a broken definition": (DefinitionError([FINDING]), ["a.yaml:3: NO_ITEMS No items. Add one."]),
    "a refused estimate": (
        StatisticsError("LONELY_PSU", **FIELDS),
        ["row 3: LONELY_PSU expected a weight, got -1. Mend the weight."],
    ),
    "a full disk": (
        OSError(errno.ENOSPC, "No space left on device", "out/scores.csv"),
        [DISK_FULL],
    ),
    "an error of the system without a number": (OSError("odd"), [ODD]),
}


def group_with(error: BaseException, monkeypatch: pytest.MonkeyPatch) -> Commands:
    """The group of all commands with one that only raises."""

    @click.command()
    @click.option("--json", "as_json", is_flag=True)
    def fail(*, as_json: bool) -> None:
        del as_json
        raise error

    monkeypatch.setattr(program, "fail", fail, raising=False)
    monkeypatch.setitem(COMMANDS, "fail", "survey.cli.main")
    return Commands("longdan")


@pytest.mark.parametrize(("error", "lines"), REFUSALS.values(), ids=REFUSALS.keys())
def test_a_refusal_gives_its_reasons_and_exit_code_1(
    error: Exception, lines: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    result = CliRunner().invoke(group_with(error, monkeypatch), ["fail"])
    assert result.exit_code == 1
    assert result.stderr.splitlines() == lines
    assert result.stdout == ""


@pytest.mark.parametrize(("error", "lines"), REFUSALS.values(), ids=REFUSALS.keys())
def test_json_gives_the_machine_form_beside_the_reasons(
    error: Exception, lines: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    result = CliRunner().invoke(group_with(error, monkeypatch), ["fail", "--json"])
    assert result.exit_code == 1
    assert result.stderr.splitlines() == lines
    faults = json.loads(result.stdout)["faults"]
    assert [fault["code"] in line for fault, line in zip(faults, lines, strict=True)] == [True] * len(lines)
    assert all(fault["where"] and fault["remedy"] for fault in faults)


def test_an_error_in_the_program_is_not_dressed_up(monkeypatch: pytest.MonkeyPatch) -> None:
    result = CliRunner().invoke(group_with(ZeroDivisionError("planted"), monkeypatch), ["fail"])
    assert isinstance(result.exception, ZeroDivisionError)


@pytest.mark.parametrize("words", [["no-such-command"], ["--no-such-option"]])
def test_wrong_usage_is_exit_code_2(words: list[str]) -> None:
    assert CliRunner().invoke(longdan, words).exit_code == 2


def test_the_version_is_that_of_the_distribution() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert CliRunner().invoke(longdan, ["--version"]).stdout == f"longdan, version {project['version']}\n"


def test_output_is_utf_8_where_the_terminal_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    written = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(written, encoding="ascii"))
    monkeypatch.setattr(sys, "stderr", io.TextIOWrapper(io.BytesIO(), encoding="ascii"))
    monkeypatch.setattr(program, "longdan", lambda: print("Lòng dân"))  # noqa: T201 - what the test looks at
    program.main()
    sys.stdout.flush()
    assert written.getvalue().decode("utf-8").strip() == "Lòng dân"


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_explains_itself(name: str) -> None:
    command = longdan.get_command(click.Context(longdan), name)
    assert command is not None
    assert command.name == name
    assert command.help
    assert [
        option.name for option in command.params if isinstance(option, click.Option) and not option.help
    ] == []


def undocumented(group: click.Group, page: str) -> list[str]:
    """Commands and options that a page does not explain under their heading, and headings of no command."""
    sections = dict(SECTION.findall(page))
    context = click.Context(group)
    commands = {
        name: command
        for name in group.list_commands(context)
        if (command := group.get_command(context, name))
    }
    found = [f"{name} is not documented" for name in commands if name not in sections]
    found += [
        f"{name} {inner} is not documented"
        for name, command in commands.items()
        if name in sections and isinstance(command, click.Group)
        for inner in command.commands
        if f"longdan {name} {inner} " not in sections[name]
    ]
    found += [f"{name} is documented and does not exist" for name in sections if name not in commands]
    return found + [
        f"{name} {option} is not documented"
        for name, command in commands.items()
        if name in sections
        for option in _options(command)
        if option.startswith("--") and f"`{option}" not in sections[name]
    ]


def _options(command: click.Command) -> list[str]:
    """The options of a command, and of its own commands when it is a group."""
    own = [option for parameter in command.params for option in parameter.opts]
    inner = command.commands.values() if isinstance(command, click.Group) else ()
    return own + [option for one in inner for option in _options(one)]


def test_every_command_is_documented() -> None:
    assert undocumented(longdan, (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")) == []


def test_what_the_page_lacks_is_found() -> None:
    group = click.Group("longdan")
    for name in ("check", "freeze"):
        group.add_command(click.Command(name, params=[click.Option(["--out"]), click.Option(["--json"])]))
    turn = click.Command("turn", params=[click.Option(["--far"])])
    group.add_command(click.Group("keys", commands=[turn]))
    page = (
        "## `longdan check`\n\n`--out DIR` is where.\n\n## `longdan gone`\n\n`--json`\n\n## `longdan keys`\n"
    )
    assert undocumented(group, page) == [
        "freeze is not documented",
        "keys turn is not documented",
        "gone is documented and does not exist",
        "check --json is not documented",
        "keys --far is not documented",
    ]


def test_what_needs_no_statistics_does_not_load_them() -> None:
    start = (
        "import sys\nfrom survey.cli.main import longdan\n"
        "try:\n    longdan(['--version'])\nexcept SystemExit:\n    pass\n"
        "sys.exit(bool({'scipy', 'duckdb', 'analysis'} & set(sys.modules)))\n"
    )
    done = subprocess.run([sys.executable, "-c", start], cwd=ROOT, check=False)  # noqa: S603 - our own program
    assert done.returncode == 0
