"""Commands for scores: make a result of a frozen wave, make it again and compare."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Literal

import click

from survey.cli.steps import say
from survey.refusal import Fault, Refusal
from survey.scoring.result import replay as replay_result
from survey.scoring.result import score as score_wave

_FOLDER = click.Path(path_type=Path)


@click.command()
@click.argument("frozen", type=_FOLDER)
@click.option("--out", required=True, type=_FOLDER, help="The result's folder, new or empty.")
@click.option(
    "--engine",
    type=click.Choice(["duckdb", "polars", "spark"]),
    default="duckdb",
    show_default=True,
    help="Who runs the pass; every engine gives the same bytes.",
)
@click.option("--threads", type=click.IntRange(min=1), help="How many threads; all cores when left out.")
@click.option(
    "--lang", type=click.Choice(["vi", "en"]), default="vi", show_default=True, help="The report's language."
)
@click.option("--json", "machine", is_flag=True, help="Print the machine form.")
def score(  # noqa: PLR0913 - an option each
    *,
    frozen: Path,
    out: Path,
    engine: Literal["duckdb", "polars", "spark"],
    threads: int | None,
    lang: Literal["vi", "en"],
    machine: bool,
) -> None:
    """Score a frozen wave: scores.csv, scores.json, scores.parquet, report.html and a manifest."""
    if engine == "spark":
        fault = Fault(
            code="NOT_YET",
            where="--engine spark",
            expected="duckdb or polars",
            got="spark",
            remedy="Leave --engine out: Spark is still to come.",
        )
        raise Refusal([fault])
    manifest = score_wave(frozen, out, language=lang, engine=engine, threads=threads, step=say)
    if machine:
        click.echo(json.dumps({"result": str(out), "id": manifest.id, "files": sorted(manifest.files)}))
    else:
        click.echo(f"{out}: scored; the report is {out / 'report.html'}")


@click.command()
@click.argument("result", type=_FOLDER)
@click.option("--json", "machine", is_flag=True, help="Print the machine form.")
def replay(*, result: Path, machine: bool) -> None:
    """Make a result again from its frozen wave; a difference is exit code 1."""
    with tempfile.TemporaryDirectory(prefix="longdan-") as scratch:
        manifest = replay_result(result, Path(scratch), step=say)
    if machine:
        click.echo(json.dumps({"result": str(result), "id": manifest.id, "equal": True}))
    else:
        click.echo(f"{result}: the same bytes again")
