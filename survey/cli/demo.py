"""The command that makes the demonstration and serves it."""

from __future__ import annotations

import importlib
import json
import socket
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from survey.app import create_app
from survey.cli.children import in_a_child
from survey.cli.home import now_at, opened
from survey.cli.options import json_option
from survey.cli.serve import listen
from survey.cli.steps import say
from survey.config import open_home
from survey.demo.home import Made, made_in, refuse_other, settings_for
from survey.demo.told import told
from survey.version import version

if TYPE_CHECKING:
    from collections.abc import Callable

    from survey.config import Settings

_HOST, _PORT = "127.0.0.1", 8000
_SEED, _INTERVIEWS, _MOST = 1, 20_000, 100_000


@click.command()
@click.option(
    "--home",
    type=click.Path(path_type=Path),
    default=Path("longdan-demo"),
    show_default="./longdan-demo",
    help="The demonstration's folder.",
)
@click.option(
    "--interviews",
    type=click.IntRange(1, _MOST),
    show_default=f"{_INTERVIEWS:,}",
    help="How many the open wave collects.",
)
@click.option(
    "--seed", type=click.IntRange(min=0), show_default=str(_SEED), help="The seed of city and answers."
)
@click.option(
    "--port", type=click.IntRange(0, 65535), default=_PORT, show_default=True, help="The port; 0: a free one."
)
@click.option("--no-serve", is_flag=True, help="Make it, tell what is there, and end.")
@json_option
def demo(  # noqa: PLR0913 - an option each
    *, home: Path, interviews: int | None, seed: int | None, port: int, no_serve: bool, machine: bool
) -> None:
    """Make a city whose true scores are known, with waves that are over and waves that are open; serve it."""
    made = made_in(home)
    if made is not None:
        refuse_other(home, made, seed=seed, interviews=interviews)
    if not no_serve:
        _refuse_taken(port)
    url = f"http://{_HOST}:{port or _PORT}"
    if made is None:
        wanted = Made(
            seed=_SEED if seed is None else seed, interviews=interviews or _INTERVIEWS, version=version()
        )
        remedy = "Start again: nothing was kept."
        in_a_child(_make, home, settings_for(url), wanted, step=say, where=str(home), remedy=remedy)
    server: Any = None
    if not no_serve:
        server = listen(create_app(open_home(home)), _HOST, port)
        url = f"http://{_HOST}:{server.effective_port}"
    with opened(home) as site:
        form = told(site, url, now_at(site.home))
    click.echo(json.dumps(form, ensure_ascii=False) if machine else _words(form, served=not no_serve))
    if server is not None:
        server.run()


def _make(home: Path, settings: Settings, made: Made, *, step: Callable[[str], None]) -> None:
    # loaded in the child alone, by its name: the statistics have no place in a process that serves pages
    importlib.import_module("survey.demo.making").make(home, settings, made, step=step)


def _refuse_taken(port: int) -> None:
    """Find out before a minute of work whether the port can be had.

    Raises:
        OSError: it cannot.
    """
    socket.create_server((_HOST, port)).close()


def _words(form: dict[str, Any], *, served: bool) -> str:
    """What a person needs to begin."""
    place = form["places"][0]
    lines = [f"{form['home']}: a city of which the true scores are known ({form['truth']})"]
    for wave in form["waves"]:
        report = f", report {Path(wave['result']) / 'report.html'}" if wave["result"] else ""
        lines.append(f"{wave['id']}: {wave['state']}{report}")
    if served:
        lines += [
            f"An interview on the web: {place['web']}",
            f"A kiosk, to be paired within 15 minutes: {place['pair']}",
            f"{form['url']}: served until you press Ctrl+C",
        ]
    return "\n".join(lines)
