"""Command for exports: a frozen wave as files for other programs."""

from __future__ import annotations

import json
from pathlib import Path

import click

from survey.cli.steps import say
from survey.exports.writing import TO_COME
from survey.exports.writing import export as write_export
from survey.frozen.reading import read


@click.command()
@click.argument("frozen", type=click.Path(path_type=Path))
@click.option(
    "--format", "form", required=True, type=click.Choice(["csv", "parquet", *TO_COME]), help="Of the data."
)
@click.option("--out", required=True, type=click.Path(path_type=Path), help="A new or empty folder.")
@click.option("--json", "machine", is_flag=True, help="Print the machine form.")
def export(*, frozen: Path, form: str, out: Path, machine: bool) -> None:
    """Write a frozen wave for other programs, missing reasons apart from values, with a codebook."""
    say("verifying")
    files = write_export(read(frozen), form=form, out=out, step=say)
    if machine:
        click.echo(json.dumps({"out": str(out), "files": files}, ensure_ascii=False))
    else:
        click.echo(f"{out}: {', '.join(files)}")
