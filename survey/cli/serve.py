"""The command that serves the pages of a site."""

from __future__ import annotations

import json
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any

import click
from waitress.server import create_server  # type: ignore[import-untyped]  # it ships no types

from survey import keys
from survey.app import BODY_LIMIT, create_app
from survey.cli.options import home_option, json_option
from survey.config import open_home
from survey.refusal import Fault, Refusal

if TYPE_CHECKING:
    from pathlib import Path

    from flask import Flask

    from survey.config import Home

THREADS = 8
_ROUND_THE_BODY = 10_000  # the application answers what is a little too long in words


@click.command()
@home_option
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen at.")
@click.option(
    "--port", type=click.IntRange(0, 65535), default=8000, show_default=True, help="The port; 0: a free one."
)
@json_option
def serve(*, home: Path, host: str, port: int, machine: bool) -> None:
    """Serve the pages of a site until it is stopped."""
    found = open_home(home)
    keys.refuse_wide(found)
    refuse_open(found, host)
    server = listen(create_app(found), host, port)
    # a name such as localhost may stand for several addresses; each then has the port asked for
    url = f"http://{host}:{getattr(server, 'effective_port', port)}"
    if machine:
        click.echo(json.dumps({"home": str(home), "url": url}, ensure_ascii=False))
    else:
        click.echo(f"{home}: served at {url}; people reach it at {found.settings.site_url}")
    server.run()


def refuse_open(home: Home, host: str) -> None:
    """Refuse to let other machines in without https: answers and codes would travel in the open.

    Raises:
        Refusal: the address is not of this machine alone, and `site_url` is not https.
    """
    if home.settings.secure or _is_loopback(host):
        return
    fault = Fault(
        code="NOT_SECURE",
        where=f"--host {host}",
        expected="an address of this machine, or `site_url` with https",
        got=home.settings.site_url,
        remedy="Put a proxy with a certificate in front, and write its https address into longdan.toml.",
    )
    raise Refusal([fault])


def listen(app: Flask, host: str, port: int) -> Any:
    """A production server that has the port and takes requests once it runs."""
    return create_server(
        app,
        host=host,
        port=port,
        threads=THREADS,
        ident=None,
        max_request_body_size=BODY_LIMIT + _ROUND_THE_BODY,
        # the application reads forwarded headers as the settings say, and must see those it does not trust
        clear_untrusted_proxy_headers=False,
    )


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
