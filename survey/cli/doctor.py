"""The command that says what is missing on this machine, each with its remedy."""

from __future__ import annotations

import contextlib
import json
import platform
import re
import shutil
import sys
from importlib import metadata
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import click

from survey import keys, migrations
from survey.cli.options import home_option, json_option
from survey.config import open_home
from survey.migrations import roles
from survey.refusal import Fault, Refusal
from survey.stores import open_stores

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from survey.config import Home

ROOM_BYTES = 1 << 30

_REQUIREMENT = re.compile(r"(?P<name>[\w.-]+)\s*(?:>=\s*(?P<least>[\d.]+))?\s*$")


@click.command()
@home_option
@json_option
def doctor(*, home: Path, machine: bool) -> None:
    """Say what is missing on this machine and in the site, and how to mend it."""
    well: dict[str, str] = {}
    faults: list[Fault] = []
    for name, check in _checks(home):
        try:
            well[name] = check()
        except Refusal as refusal:
            faults += refusal.faults
    if not machine:
        for name, found in well.items():
            click.echo(f"{name}: {found}")
    if faults:
        raise Refusal(faults)
    if machine:
        click.echo(json.dumps({"checks": well}, ensure_ascii=False))


def _checks(path: Path) -> Iterator[tuple[str, Callable[[], str]]]:
    """Every check with its name; those of the site only when there is one."""
    yield "Python", lambda: python(sys.version_info[:2])
    yield "packages", lambda: packages(metadata.requires("longdan") or [])
    yield "time zones", time_zones
    yield "disk", lambda: disk(path)
    yield "settings", lambda: str(open_home(path).path)
    try:
        home = open_home(path)
    except Refusal:
        return
    yield "permissions", lambda: permissions(home)
    yield "keys", lambda: key_files(home)
    yield "stores", lambda: stores(home)


def python(version: tuple[int, ...]) -> str:
    """The version of Python, at least what the distribution asks for."""
    wanted = metadata.metadata("longdan")["Requires-Python"].removeprefix(">=")
    if version < _numbers(wanted):
        got = ".".join(map(str, version))
        raise Refusal([_fault("PYTHON", "Python", f"{wanted} or newer", got, "Install a newer Python.")])
    return platform.python_version()


def packages(requirements: list[str]) -> str:
    """Every package that the program needs, as new as it asks for; extras are left to who wants them."""
    faults = []
    needed = [text for text in requirements if "extra ==" not in text]
    for text in needed:
        match = _REQUIREMENT.fullmatch(text.partition(";")[0].strip())
        name, least = (match["name"], match["least"] or "0") if match else (text, "0")
        try:
            found = metadata.version(name)
        except metadata.PackageNotFoundError:
            found = ""
        if not found or _numbers(found) < _numbers(least):
            remedy = f"Run `pip install '{text}'`."
            faults.append(_fault("PACKAGE", name, f"{least} or newer", found or "none", remedy))
    if faults:
        raise Refusal(faults)
    return f"{len(needed)} there"


def time_zones() -> str:
    """The table of time zones; Windows has none of its own."""
    try:
        return ZoneInfo("Asia/Ho_Chi_Minh").key
    except ZoneInfoNotFoundError as error:
        fault = _fault("TIME_ZONES", "time zones", "a table", "none", "Run `pip install tzdata`.")
        raise Refusal([fault]) from error


def disk(path: Path) -> str:
    """Room on the disk of the home, or of the folder where it would be made."""
    folder = next(place for place in (path.resolve(), *path.resolve().parents) if place.exists())
    free = shutil.disk_usage(folder).free
    if free < ROOM_BYTES:
        got = f"{free / (1 << 20):,.0f} MiB free"
        raise Refusal([_fault("DISK", str(folder), "1 GiB free", got, "Free some space.")])
    return f"{free / (1 << 30):,.1f} GiB free"


def permissions(home: Home) -> str:
    """Nobody but the owner may read the home."""
    keys.refuse_wide(home)
    return "the owner's alone"


def key_files(home: Home) -> str:
    """Every purpose has its key."""
    faults: list[Fault] = []
    for purpose in keys.PURPOSES:
        try:
            keys.read(home, purpose)
        except Refusal as refusal:
            faults += refusal.faults
    if faults:
        raise Refusal(faults)
    return ", ".join(keys.PURPOSES)


def stores(home: Home) -> str:
    """Both stores can be opened by every role and have the schema of this program."""
    faults = roles.unreachable(home) if home.settings.database else []
    if faults:
        raise Refusal(faults)
    with contextlib.closing(open_stores(home)) as opened:
        migrations.check(opened)
    return "PostgreSQL" if home.settings.database else "SQLite"


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", version)[:3])


def _fault(code: str, where: str, expected: str, got: str, remedy: str) -> Fault:
    return Fault(code=code, where=where, expected=expected, got=got, remedy=remedy)
