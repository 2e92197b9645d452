"""Commands for waves: publish an instrument, open a wave."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from questionnaires import loader
from survey.cli.home import now_at, opened
from survey.cli.options import home_option, json_option
from survey.frozen.design_file import DesignFile, read_design
from survey.refusal import Fault, Refusal
from survey.registry.unit_file import read_units
from survey.registry.writes import import_units
from survey.site import ACTOR
from survey.waves import writes
from survey.waves.opening import Opening
from survey.waves.plan import MODES, PlanFile
from survey.waves.plan_file import PlanSource, read_plan
from survey.waves.reads import Version, known_wave
from survey.waves.revision import BREAKING
from survey.waves.sheet import write_sheet

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

    from questionnaires.model import Instrument
    from survey.registry.unit_file import UnitFile
    from survey.waves.plan import Mode
    from survey.waves.revision import Breaking

_FILE = click.Path(path_type=Path)
_DAY = click.DateTime(formats=["%Y-%m-%d"])
_DEFINITIONS = {".yaml", ".yml"}
# what a design file may say of a wave that anybody may answer: each place a stratum, each interview a unit
_OPEN_DESIGNS = (DesignFile(basis="open"), DesignFile(basis="open", strata=("place",)))


@click.command()
@click.argument("file", type=_FILE)
@click.option(
    "--breaking",
    type=click.Choice(BREAKING),
    default="refuse",
    show_default=True,
    help="What becomes of open waves whose answers could not be pooled with those to this version.",
)
@home_option
@json_option
def publish(*, file: Path, breaking: Breaking, home: Path, machine: bool) -> None:
    """Publish a version of an instrument, named by its hash; open waves offer it from then on."""
    instrument = loader.load(file)
    with opened(home) as site, site.stores.main.writing() as connection:
        now = now_at(site.home)
        done = writes.publish(
            connection, instrument, now=now, today=now.date(), actor=ACTOR, breaking=breaking
        )
    name = f"{instrument.name}@{done.hash}"
    if machine:
        form = {"instrument": instrument.name, "hash": done.hash, "new": done.new, "waves": done.waves}
        click.echo(json.dumps({**form, "changes": done.changes}))
    else:
        click.echo(name + ("" if done.new else ": published before"))
        for wave, kind in done.changes.items():
            click.echo(f"{'offered in' if wave in done.waves else 'held back from'} {wave}: {kind} change")


@click.command(name="open")
@click.argument("wave")
@click.option("--instrument", required=True, help="NAME or NAME@HASH of a published one, or a definition.")
@click.option("--from", "first", required=True, type=_DAY, help="The first day, as 2026-07-01.")
@click.option("--to", "last", required=True, type=_DAY, help="The last day: the stopping date.")
@click.option("--mode", "modes", multiple=True, type=click.Choice(MODES), help="Again for each; web alone.")
@click.option("--units", type=_FILE, help="Organisations and places to import; its places are the wave's.")
@click.option("--design", type=_FILE, help="The design file (YAML); of an open wave.")
@click.option("--plan", type=_FILE, help="The plan to seal (YAML or JSON).")
@home_option
@json_option
def open_wave(  # noqa: PLR0913 - an option each
    *,
    wave: str,
    instrument: str,
    first: datetime,
    last: datetime,
    modes: tuple[Mode, ...],
    units: Path | None,
    design: Path | None,
    plan: Path | None,
    home: Path,
    machine: bool,
) -> None:
    """Open a wave: seal its plan and write a printable sheet of links and QR codes, a page a place."""
    if design is not None:
        _refuse_other_design(design)
    planned = PlanSource(PlanFile()) if plan is None else read_plan(plan)
    told = None if units is None else read_units(units)
    with opened(home) as site, site.stores.main.writing() as connection:
        now = now_at(site.home)
        if told is not None:
            import_units(connection, told, now=now, actor=ACTOR)
        version, pinned = _version(connection, instrument, now)
        asked = Opening(
            wave=wave,
            version=version,
            pinned=pinned,
            from_day=first.date(),
            to_day=last.date(),
            modes=tuple(dict.fromkeys(modes)) or ("web",),
            places=None if told is None else _places(told),
            plan=planned,
        )
        done = writes.open_wave(connection, asked, now=now, today=now.date(), actor=ACTOR)
        view = known_wave(connection, wave, now.date())
        sheet = write_sheet(site.home, view, done.places, done.head)
    if machine:
        form = {
            "wave": wave,
            "instrument": version.instrument.name,
            "version": version.hash,
            "plan": done.plan_hash,
            "head": done.head,
            "places": len(done.places),
            "sheet": str(sheet),
        }
        click.echo(json.dumps(form, ensure_ascii=False))
    else:
        click.echo(f"{wave}: {view.state}, places: {len(done.places):,}, plan {done.plan_hash}")
        click.echo(str(sheet))


def _refuse_other_design(path: Path) -> None:
    """A design that this version cannot carry out with answers of its own.

    Raises:
        Refusal: the file has faults, or asks for anything but an open wave.
    """
    if read_design(path) not in _OPEN_DESIGNS:
        fault = Fault(
            code="NOT_YET",
            where=str(path),
            expected="basis open, strata place and nothing else: drawn samples of our own are still to come",
            got="another design",
            remedy="Leave the design out, or freeze data of a drawn sample with `longdan freeze`.",
        )
        raise Refusal([fault])


def _version(connection: Connection, asked: str, now: datetime) -> tuple[Version, bool]:
    """The version with which a wave opens, and whether it stays with that one.

    A definition is published by this; so is one that comes with the program and was never published.

    Raises:
        Refusal: there is no such instrument or version.
        DefinitionError: the definition has errors.
    """
    if Path(asked).suffix in _DEFINITIONS:
        return _published(connection, loader.load(Path(asked)), now), False
    name, at, version = asked.partition("@")
    known = writes.version_named(connection, name, version if at else None)
    if known is not None:
        return known, bool(at)
    if name not in loader.shipped_names():
        fault = Fault(
            code="UNKNOWN_INSTRUMENT",
            where=f"--instrument {asked}",
            expected="a published instrument, one that comes with the program "
            f"({', '.join(loader.shipped_names())}), or a definition (YAML)",
            got=name,
            remedy="Publish it with `longdan publish FILE`, or correct the name.",
        )
        raise Refusal([fault])
    return _published(connection, loader.shipped(name), now), False


def _published(connection: Connection, instrument: Instrument, now: datetime) -> Version:
    # what another open wave could not pool stays out of it
    done = writes.publish(connection, instrument, now=now, today=now.date(), actor=ACTOR, breaking="hold")
    return Version(done.hash, instrument)


def _places(told: UnitFile) -> tuple[str, ...]:
    return tuple(row.code for row in told.rows if row.is_place)
