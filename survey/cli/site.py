"""Commands for a site as a whole: make it, bring its stores up to date, change its keys."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from survey import site
from survey.accounts.writes import add
from survey.audit import reads
from survey.cli.accounts import address
from survey.cli.home import opened
from survey.cli.options import home_option, json_option
from survey.config import settings_of
from survey.keys import PURPOSES

if TYPE_CHECKING:
    from pathlib import Path

    from survey.keys import Purpose


FIRST_ACCOUNT = "operator"


@click.command()
@home_option
@click.option("--database", default="", help="A PostgreSQL database, postgresql://owner@host/name.")
@click.option(
    "--admin",
    default="",
    help="The address of a PostgreSQL role that may make roles and databases, where they are missing.",
    show_default="postgres on the same server",
)
@json_option
def init(*, home: Path, database: str, admin: str, machine: bool) -> None:
    """Make an empty site: settings, keys, stores, folders, and the account of its first operator."""
    settings = settings_of({"database": database}, "--database")
    now = datetime.now(UTC)
    site.init(home, settings, now=now, admin=admin)
    with opened(home) as found, found.stores.main.writing() as connection:
        code = add(connection, FIRST_ACCOUNT, "operator", None, now=now, actor=site.ACTOR)
        head = reads.head(connection)
        link = address(found, code)
    if machine:
        form = {"home": str(home), "head": head, "account": FIRST_ACCOUNT, "link": link}
        click.echo(json.dumps(form, ensure_ascii=False))
    else:
        click.echo(f"{home}: an empty site; its settings are in {home / 'longdan.toml'}")
        click.echo(f"The audit chain begins with {head}")
        click.echo(f"The account {FIRST_ACCOUNT} is set up by this link, once, within 24 hours: {link}")


@click.command()
@home_option
@json_option
def upgrade(*, home: Path, machine: bool) -> None:
    """Bring the stores of a site to the schema of this program."""
    changed = site.upgrade(home, now=datetime.now(UTC))
    if machine:
        click.echo(json.dumps({"home": str(home), "changed": changed}, ensure_ascii=False))
    else:
        click.echo(f"{home}: {' and '.join(changed) + ' changed' if changed else 'up to date'}")


@click.group()
def keys() -> None:
    """The keys of a site."""


@keys.command()
@click.argument("purpose", type=click.Choice(PURPOSES))
@home_option
@json_option
def rotate(*, purpose: Purpose, home: Path, machine: bool) -> None:
    """Give a purpose a new key and destroy the old one."""
    with opened(home) as found:
        head = site.rotate(found, purpose, now=datetime.now(UTC))
    if machine:
        click.echo(json.dumps({"purpose": purpose, "head": head}))
    else:
        click.echo(f"{purpose}: a new key; the old one is destroyed")
