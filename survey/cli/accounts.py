"""Commands for accounts: who of the staff may sign in, and as what."""

from __future__ import annotations

import json
from contextlib import contextmanager
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from survey.accounts import links, reads, writes
from survey.accounts.models import ROLES
from survey.cli.home import now_at, opened
from survey.cli.options import home_option, json_option
from survey.refusal import Fault, Refusal
from survey.registry.reads import organisations
from survey.site import ACTOR

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from sqlalchemy import Connection

    from survey.site import Site

_ROLE = click.option("--role", required=True, type=click.Choice(ROLES), help="What the account may do.")
_AGENCY = click.option("--agency", help="The code of the organisation, for the role `agency` alone.")
_FIRST = f"{links.FIRST.total_seconds() / 3600:.0f} hours"
_LATER = f"{links.LATER.total_seconds() / 60:.0f} minutes"


@click.group()
def account() -> None:
    """The accounts of the staff."""


@account.command()
@click.argument("name")
@_ROLE
@_AGENCY
@home_option
@json_option
def add(*, name: str, role: str, agency: str | None, home: Path, machine: bool) -> None:
    """Add an account and print the link by which its holder sets it up, once, within 24 hours."""
    with _working(home) as (site, connection, how):
        with _known(site, connection, name, agency):
            code = writes.add(connection, name, role, agency, **how)
        told = {"name": name, "role": role, "agency": agency, "link": address(site, code)}
    _say(told, f"{name}: to be opened by its holder within {_FIRST}; it works once", machine=machine)


@account.command()
@click.argument("name")
@home_option
@json_option
def link(*, name: str, home: Path, machine: bool) -> None:
    """Print a link by which the holder sets the account up anew, once, within 15 minutes."""
    _print_link(writes.new_link, name, home, machine=machine)


@account.command()
@click.argument("name")
@home_option
@json_option
def enable(*, name: str, home: Path, machine: bool) -> None:
    """Let a disabled account in again, by a link as that of `longdan account link`."""
    _print_link(writes.enable, name, home, machine=machine)


@account.command()
@click.argument("name")
@home_option
@json_option
def disable(*, name: str, home: Path, machine: bool) -> None:
    """Shut an account out at once; password and telephone are forgotten."""
    with _working(home) as (_, connection, how):
        writes.disable(connection, name, **how)
    _say({"name": name, "disabled": True}, f"{name}: disabled, and signed out everywhere", machine=machine)


@account.command()
@click.argument("name")
@_ROLE
@_AGENCY
@home_option
@json_option
def role(*, name: str, role: str, agency: str | None, home: Path, machine: bool) -> None:
    """Give an account another role or agency; it is signed out everywhere."""
    with _working(home) as (site, connection, how), _known(site, connection, name, agency):
        writes.change_role(connection, name, role, agency, **how)
    told = {"name": name, "role": role, "agency": agency}
    _say(told, f"{name}: {_described(role, agency)} from now on; signed out everywhere", machine=machine)


@account.command(name="list")
@home_option
@json_option
def list_accounts(*, home: Path, machine: bool) -> None:
    """Every account with its role, its state, and in how many browsers it is signed in."""
    with opened(home) as site, site.stores.main.reading() as connection:
        found = reads.accounts(connection, now_at(site.home))
    if machine:
        click.echo(json.dumps({"accounts": [asdict(one) for one in found]}, ensure_ascii=False))
        return
    for one in found:
        described = _described(one.role, one.agency)
        click.echo(f"{one.name}: {described}, {one.state}, browsers signed in {one.sessions:,}")


def address(site: Site, code: str) -> str:
    """The link of a code, at the address of the site."""
    return links.address(site.home.settings.site_url, code)


@contextmanager
def _working(home: Path) -> Iterator[tuple[Site, Connection, dict[str, Any]]]:
    """The site, a transaction of its main store, and who acts when."""
    with opened(home) as site, site.stores.main.writing() as connection:
        yield site, connection, {"now": now_at(site.home), "actor": ACTOR}


def _print_link(verb: Callable[..., str], name: str, home: Path, *, machine: bool) -> None:
    with _working(home) as (site, connection, how):
        told = {"name": name, "link": address(site, verb(connection, name, **how))}
    _say(told, f"{name}: to be opened by its holder within {_LATER}; it works once", machine=machine)


def _say(told: dict[str, Any], words: str, *, machine: bool) -> None:
    """The machine form; else a link alone on stdout, and what it is on stderr."""
    if machine:
        click.echo(json.dumps(told, ensure_ascii=False))
    elif "link" in told:
        click.echo(told["link"])
        click.echo(words, err=True)
    else:
        click.echo(words)


def _described(role: str, agency: str | None) -> str:
    return role if agency is None else f"{role} {agency}"


@contextmanager
def _known(site: Site, connection: Connection, name: str, agency: str | None) -> Iterator[None]:
    """Refuse an agency that the registry does not have today, together with whatever else is refused."""
    there = {one.code for one in organisations(connection, now_at(site.home).date())}
    faults = [] if not agency or agency in there else [_unknown_agency(name, agency)]
    try:
        yield
    except Refusal as refusal:
        raise Refusal([*refusal.faults, *faults]) from refusal
    if faults:
        raise Refusal(faults)


def _unknown_agency(name: str, agency: str) -> Fault:
    return Fault(
        code="UNKNOWN_AGENCY",
        where=f"account {name}",
        expected="the code of an organisation in force today",
        got=agency,
        remedy="`longdan units import FILE` takes organisations in; their codes stand in its column `code`.",
    )
