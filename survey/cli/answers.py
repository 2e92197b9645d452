"""Commands for answers: settle what waits, close a wave."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from survey.answers.nightly import nightly
from survey.cli.children import in_a_child
from survey.cli.home import now_at, opened
from survey.cli.options import home_option, json_option
from survey.cli.steps import say
from survey.frozen.closing import close as close_wave
from survey.refusal import Refusal
from survey.site import ACTOR

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from survey.frozen.closing import Closed


@click.command()
@home_option
@json_option
def settle(*, home: Path, machine: bool) -> None:
    """Open the answers of every place where 20 or more wait; to be run every night."""
    with opened(home) as site:
        settled = nightly(site.stores.main, site.home, now_at(site.home), actor=ACTOR, step=say)
    if machine:
        form = {"responses": settled.responses, "waiting": settled.waiting}
        click.echo(json.dumps({**form, "faults": [str(fault) for fault in settled.faults]}))
    else:
        for wave, responses in sorted(settled.responses.items()):
            click.echo(f"{wave}: responses settled {responses:,}")
        click.echo(f"answers that wait for others of their place: {settled.waiting:,}")
    if settled.faults:
        raise Refusal(settled.faults)


@click.command()
@click.argument("wave")
@click.option("--give-up-unreadable", "give_up", is_flag=True, help="Drop and count what no key opens.")
@home_option
@json_option
def close(*, wave: str, give_up: bool, home: Path, machine: bool) -> None:
    """Close a wave for good and freeze its answers to waves/WAVE."""
    remedy = "Close the wave again: nothing is lost and nothing is done twice."
    closed = in_a_child(_close, home, wave, give_up, step=say, where=f"wave {wave}", remedy=remedy)
    if machine:
        form = {"wave": wave, "frozen": str(closed.frozen), "manifest": closed.manifest}
        click.echo(json.dumps({**form, "responses": closed.responses, "given_up": closed.lost}))
    else:
        lost = f", given up {closed.lost:,}" if closed.lost else ""
        click.echo(f"{closed.frozen}: responses frozen {closed.responses:,}{lost}")


def _close(home: Path, wave: str, give_up: bool, *, step: Callable[[str], None]) -> Closed:  # noqa: FBT001 - by place
    with opened(home) as site:
        now = now_at(site.home)
        return close_wave(site.stores, site.home, wave, now, actor=ACTOR, give_up=give_up, step=step)
