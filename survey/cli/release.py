"""The command that makes a result public, and withdraws a release."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from survey.cli.children import in_a_child
from survey.cli.home import now_at, opened
from survey.cli.options import home_option, json_option
from survey.cli.steps import say
from survey.publication.evidence import read_manifest
from survey.publication.reads import releases
from survey.publication.writes import release as release_result
from survey.publication.writes import withdraw as withdraw_release
from survey.refusal import Fault, Refusal
from survey.site import ACTOR

if TYPE_CHECKING:
    from collections.abc import Callable

    from survey.publication.reads import Release
    from survey.publication.writes import Released


@click.command()
@click.argument("result")
@click.option("--withdraw", "reason", help="Withdraw the release of RESULT, for this reason.")
@home_option
@json_option
def release(*, result: str, reason: str | None, home: Path, machine: bool) -> None:
    """Make a result public: its numbers rounded, small ones and those that give them away withheld.

    RESULT is the folder that `longdan score` wrote; to withdraw a release, its hash will do.
    """
    if reason is not None:
        _withdraw(home, result, reason, machine=machine)
        return
    remedy = "Release it again: nothing is public before all of it is."
    done = in_a_child(_release, home, Path(result), step=say, where=result, remedy=remedy)
    if machine:
        click.echo(json.dumps(asdict(done)))
    elif done.new:
        click.echo(f"{done.wave}: release {done.number}, numbers {done.shown:,}, withheld {done.withheld:,}")
        click.echo(f"hash {done.hash}, head of the audit chain {done.head}")
    else:
        click.echo(f"{done.wave}: the same is public already as release {done.number}, hash {done.hash}")


def _release(home: Path, result: Path, *, step: Callable[[str], None]) -> Released:
    with opened(home) as site:
        return release_result(site.stores.main, site.home, result, now_at(site.home), actor=ACTOR, step=step)


def _withdraw(home: Path, result: str, reason: str, *, machine: bool) -> None:
    with opened(home) as site, site.stores.main.writing() as connection:
        found = _named(releases(connection), result)
        head = withdraw_release(connection, found, reason, now_at(site.home), actor=ACTOR)
    if machine:
        form = {"wave": found.wave, "number": found.number, "hash": found.hash, "head": head}
        click.echo(json.dumps(form))
    else:
        click.echo(f"{found.wave}: release {found.number} withdrawn, head of the audit chain {head}")


def _named(known: list[Release], result: str) -> Release:
    """The latest release of a result that stands, by its folder or by the hash of the release.

    Raises:
        Refusal: there is none.
    """
    is_folder = Path(result).is_dir()
    name = read_manifest(Path(result)).id if is_folder else result
    found = [one for one in known if name in {one.hash, one.result}]
    if found:
        return next((one for one in found if one.withdrawn is None), found[0])
    fault = Fault(
        code="NOT_RELEASED",
        where=result,
        expected="a result that was released, or the hash of a release",
        got="neither" if not is_folder else "a result that was not",
        remedy="Take the hash from the page of the result or from the audit chain.",
    )
    raise Refusal([fault])
