"""Commands for the registry: organisations and places, visitors, kiosks."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import click

from survey.audit.writes import record
from survey.cli.home import now_at, opened
from survey.cli.options import home_option, json_option
from survey.refusal import Fault, Refusal
from survey.registry.devices import PAIRING_MINUTES, new_pairing, revoked
from survey.registry.reads import place_named
from survey.registry.unit_file import read_units
from survey.registry.writes import import_units
from survey.site import ACTOR
from survey.waves.reads import kiosk_wave, known_wave
from survey.waves.sheet import pairing_address
from survey.waves.visitors import count_visitors

_FILE = click.Path(path_type=Path)


@click.group()
def units() -> None:
    """Organisations and places over time."""


@units.command(name="import")
@click.argument("file", type=_FILE)
@home_option
@json_option
def import_file(*, file: Path, home: Path, machine: bool) -> None:
    """Take organisations and places from CSV or XLSX; the same file again changes nothing."""
    with opened(home) as site:
        told = read_units(file)
        with site.stores.main.writing() as connection:
            imported = import_units(connection, told, now=now_at(site.home), actor=ACTOR)
    if machine:
        click.echo(json.dumps({"file": str(file), **asdict(imported)}, ensure_ascii=False))
    elif imported.nothing:
        click.echo(f"{file}: nothing new")
    else:
        click.echo(
            f"{file}: organisations {imported.organisations_new:,} new, {imported.organisations_ended:,} "
            f"ended; places {imported.places_new:,} new, {imported.places_changed:,} changed"
        )


@click.command()
@click.argument("wave")
@click.argument("file", type=_FILE)
@home_option
@json_option
def visitors(*, wave: str, file: Path, home: Path, machine: bool) -> None:
    """Keep how many people came to a wave's places, by day, from CSV or XLSX."""
    with opened(home) as site, site.stores.main.writing() as connection:
        now = now_at(site.home)
        counted = count_visitors(
            connection, known_wave(connection, wave, now.date()), file, now=now, actor=ACTOR
        )
    if machine:
        click.echo(json.dumps({"wave": wave, **asdict(counted)}))
    else:
        click.echo(f"{wave}: visitors {counted.visitors:,}, places {counted.places:,}, days {counted.days:,}")


@click.command()
@click.argument("place")
@home_option
@json_option
def pair(*, place: str, home: Path, machine: bool) -> None:
    """Make a link that turns one device into the kiosk of a place, once, within 15 minutes."""
    with opened(home) as site, site.stores.main.writing() as connection:
        now = now_at(site.home)
        found = place_named(connection, place, now.date())
        if found is None:
            expected, remedy = "a place's code, or the id in its links", "The sheet of a wave prints both."
            where = f"place {place}"
            fault = Fault(code="UNKNOWN_PLACE", where=where, expected=expected, got=place, remedy=remedy)
            raise Refusal([fault])
        code = new_pairing(connection, found.id, now)
        detail = {"place": found.code, "minutes": PAIRING_MINUTES}
        record(connection, now=now, actor=ACTOR, act="pairing made", subject=found.code, detail=detail)
        wave = kiosk_wave(connection, found.id, now.date())
        shut_out = [device for device in revoked(connection) if device.place == found.id]
        link = pairing_address(site.home.settings.site_url, found.id, code)
    if machine:
        flags = [{"device": one.device, "on": one.on.isoformat(), "why": one.why} for one in shut_out]
        form = {"place": found.code, "id": found.id, "pair": link, "wave": wave and wave.id, "revoked": flags}
        click.echo(json.dumps(form, ensure_ascii=False))
        return
    click.echo(link)
    click.echo(
        f"{found.name}: open it on the device within {PAIRING_MINUTES} minutes; it works once", err=True
    )
    if wave is None:
        click.echo(f"{found.name}: no kiosk wave is open there now", err=True)
    for device in shut_out:
        click.echo(f"{found.name}: kiosk {device.device} was shut out on {device.on}: {device.why}", err=True)
