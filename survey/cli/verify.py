"""The command that compares what is there with what was sealed: frozen waves, the chain, what it noted."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from survey.answers.anchor import anchor_faults
from survey.answers.consents import consent_faults
from survey.audit import reads
from survey.cli.home import opened
from survey.cli.options import home_option, json_option
from survey.frozen.noted import noted_faults
from survey.frozen.reading import verify as verify_wave
from survey.publication.noted import release_faults
from survey.refusal import Refusal
from survey.waves.sealed import seal_faults

if TYPE_CHECKING:
    from typing import Any

    from survey.refusal import Fault


@click.command()
@click.argument("frozen", required=False, type=click.Path(path_type=Path))
@click.option("--head", help="The head of the audit chain that was noted elsewhere.")
@home_option
@json_option
def verify(*, frozen: Path | None, head: str | None, home: Path, machine: bool) -> None:
    """Compare a frozen wave with its checksums, and a site's audit chain with itself and a noted head.

    With FROZEN alone only that folder is compared. Without it the audit chain of the site is, what the
    database holds with what the chain noted, and every frozen wave of the site.
    """
    found: dict[str, Any] = {}
    faults: list[Fault] = []
    if frozen is None or head is not None:
        faults += _chain(home, head, found)
    waves = [frozen] if frozen is not None else _waves_of(home)
    for wave in waves:
        faults += verify_wave(wave)
    if faults:
        raise Refusal(faults)
    if machine:
        one = {"frozen": str(frozen)} if frozen is not None else {"waves": [str(wave) for wave in waves]}
        click.echo(json.dumps({**one, **found, "verified": True}, ensure_ascii=False))
        return
    if found:
        click.echo(f"{home}: the audit chain is whole, {found['entries']} entries, head {found['head']}")
    for wave in waves:
        click.echo(f"{wave}: as it was sealed")


def _chain(home: Path, head: str | None, found: dict[str, Any]) -> list[Fault]:
    with opened(home) as site, site.stores.main.reading() as connection:
        faults = reads.verify_chain(connection, head)
        faults += anchor_faults(connection)
        faults += consent_faults(connection)
        faults += seal_faults(connection)
        faults += noted_faults(connection, site.home)
        faults += release_faults(connection)
        found |= {"entries": reads.length(connection), "head": reads.head(connection)}
    return faults


def _waves_of(home: Path) -> list[Path]:
    # a name that begins with a point is of a wave that is being written
    return sorted(path for path in (home / "waves").iterdir() if not path.name.startswith("."))
