"""Commands for answers: settle what waits, close a wave."""

from __future__ import annotations

import json
import multiprocessing
from typing import TYPE_CHECKING, Any

import click

from survey.answers.nightly import nightly
from survey.cli.faults import faults_of
from survey.cli.frozen import say
from survey.cli.home import now_at, opened
from survey.cli.options import home_option, json_option
from survey.frozen.closing import Closed
from survey.frozen.closing import close as close_wave
from survey.refusal import Fault, Refusal
from survey.site import ACTOR

if TYPE_CHECKING:
    from multiprocessing.connection import Connection
    from pathlib import Path


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
    closed = _in_a_child(home, wave, give_up=give_up)
    if machine:
        form = {"wave": wave, "frozen": str(closed.frozen), "manifest": closed.manifest}
        click.echo(json.dumps({**form, "responses": closed.responses, "given_up": closed.lost}))
    else:
        lost = f", given up {closed.lost:,}" if closed.lost else ""
        click.echo(f"{closed.frozen}: responses frozen {closed.responses:,}{lost}")


def _in_a_child(home: Path, wave: str, *, give_up: bool) -> Closed:
    """Close in a process of its own, whose memory with all answers ends with it.

    Raises:
        Refusal: what the child refused, or that it was killed.
    """
    context = multiprocessing.get_context("spawn")
    told, tell = context.Pipe(duplex=False)
    child = context.Process(target=_close, args=(tell, home, wave, give_up))
    child.start()
    tell.close()
    try:
        while True:
            kind, content = told.recv()
            if kind == "step":
                say(content)
            elif kind == "faults":
                raise Refusal(content)
            else:
                closed: Closed = content
                return closed
    except EOFError as error:
        child.join()
        fault = Fault(
            code="INTERRUPTED",
            where=f"wave {wave}",
            expected="the closing process to end",
            got=f"it ended with code {child.exitcode}",
            remedy="Close the wave again: nothing is lost and nothing is done twice.",
        )
        raise Refusal([fault]) from error
    finally:
        child.join()


def _close(tell: Connection[Any, Any], home: Path, wave: str, give_up: bool) -> None:  # noqa: FBT001 - by place
    try:
        with opened(home) as site:
            closed = close_wave(
                site.stores,
                site.home,
                wave,
                now_at(site.home),
                actor=ACTOR,
                give_up=give_up,
                step=lambda step: tell.send(("step", step)),
            )
        tell.send(("closed", closed))
    except Exception as error:
        faults = faults_of(error)
        if not faults:
            raise
        tell.send(("faults", faults))
