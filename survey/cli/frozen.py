"""The command that makes a frozen wave of outside data."""

from __future__ import annotations

import json
from pathlib import Path

import click

from questionnaires import loader
from survey.cli.steps import say
from survey.frozen.outside import freeze as freeze_data

_FILE = click.Path(path_type=Path)


@click.command()
@click.option("--data", required=True, type=_FILE, help="CSV (UTF-8), Parquet or XLSX; a row a response.")
@click.option("--instrument", required=True, help="A shipped instrument's name, or a definition (YAML).")
@click.option("--design", required=True, type=_FILE, help="The design file (YAML).")
@click.option("--units", type=_FILE, help="A table of organisations: code, name, kind.")
@click.option("--plan", type=_FILE, help="The sealed plan (YAML or JSON).")
@click.option("--out", required=True, type=_FILE, help="The wave's folder, new or empty.")
@click.option("--json", "machine", is_flag=True, help="Print the machine form.")
def freeze(  # noqa: PLR0913 - an option each
    *,
    data: Path,
    instrument: str,
    design: Path,
    units: Path | None,
    plan: Path | None,
    out: Path,
    machine: bool,
) -> None:
    """Make a frozen wave of outside data, or list every fault."""
    asked = loader.load(Path(instrument)) if _is_file(instrument) else loader.shipped(instrument)
    manifest = freeze_data(
        data=data, instrument=asked, design=design, units=units, plan=plan, out=out, step=say
    )
    responses = sum(
        entry.rows or 0 for name, entry in manifest.files.items() if name.startswith("responses/")
    )
    if machine:
        form = {"frozen": str(out), "wave": manifest.wave, "basis": manifest.basis, "responses": responses}
        click.echo(json.dumps({**form, "instruments": manifest.instruments}, ensure_ascii=False))
    else:
        click.echo(f"{out}: {responses:,} responses frozen, basis {manifest.basis}")


def _is_file(instrument: str) -> bool:
    return Path(instrument).suffix in {".yaml", ".yml"} or Path(instrument).exists()
