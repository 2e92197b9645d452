"""What a command says while it works."""

from __future__ import annotations

import sys

import click


def say(step: str) -> None:
    """A step of long work, for a person who waits at a terminal."""
    if sys.stderr.isatty():
        click.echo(f"{step} ...", err=True)
