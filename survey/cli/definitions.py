"""Commands for definitions: check a questionnaire or a table of counts, compare two versions."""

from __future__ import annotations

import dataclasses
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from questionnaires import loader
from questionnaires.canonical import instrument_hash
from questionnaires.changes import changes, worst
from questionnaires.findings import Finding, Severity
from survey.cli.home import opened
from survey.cli.options import home_option, json_option
from survey.config import SETTINGS
from survey.counts import check_counts
from survey.refusal import Fault, Refusal
from survey.waves.writes import version_named

if TYPE_CHECKING:
    from questionnaires.model import Instrument

_DEFINITIONS = {".yaml", ".yml"}
_CHECKS = {".yaml": loader.check, ".yml": loader.check, ".csv": check_counts}


@click.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--json", "machine", is_flag=True, help="Print the machine form.")
def check(*, files: tuple[Path, ...], machine: bool) -> None:
    """Check definitions (YAML) and tables of counts (CSV): findings, one a line.

    Exit code 1 when one of them is an error; advice alone is 0.
    """
    findings = [finding for file in files for finding in _findings(file)]
    if machine:
        described = [dataclasses.asdict(finding) for finding in findings]
        click.echo(json.dumps({"findings": described}, ensure_ascii=False))
    else:
        for finding in findings:
            click.echo(str(finding))
    if any(finding.severity is Severity.ERROR for finding in findings):
        sys.exit(1)


def _findings(file: Path) -> list[Finding]:
    fault = None
    if not file.is_file():
        got = "a folder" if file.is_dir() else "nothing"
        fault = ("NO_FILE", f"Expected a file, got {got}.", "Check the path.")
    elif file.suffix.lower() not in _CHECKS:
        message = f"Expected one of {', '.join(_CHECKS)}, got `{file.suffix}`."
        fault = ("WRONG_KIND", message, "Give a definition as YAML, a table of counts as CSV.")
    if fault is None:
        return _CHECKS[file.suffix.lower()](file)
    code, message, remedy = fault
    where = f"{file}:1"
    return [Finding(code=code, severity=Severity.ERROR, where=where, message=message, remedy=remedy)]


@click.command()
@click.argument("before", metavar="A")
@click.argument("after", metavar="B")
@home_option
@json_option
def diff(*, before: str, after: str, home: Path, machine: bool) -> None:
    """Compare two versions of a questionnaire, item by item: cosmetic, comparable or breaking.

    A and B are each NAME, NAME@HASH of the site, or a definition (YAML).
    """
    one, other = _version(before, home), _version(after, home)
    found = changes(one, other)
    kind = worst(found)
    if machine:
        form = {
            "before": {"instrument": one.name, "hash": instrument_hash(one)},
            "after": {"instrument": other.name, "hash": instrument_hash(other)},
            "kind": kind,
            "changes": [dataclasses.asdict(change) for change in found],
        }
        click.echo(json.dumps(form, ensure_ascii=False))
        return
    for change in found:
        click.echo(str(change))
    click.echo(f"{before} → {after}: {kind or 'the same version'}")


def _version(asked: str, home: Path) -> Instrument:
    """A version by the path of its definition, or by the name under which it was published or is shipped.

    Raises:
        Refusal: nothing of that name or hash was published, and nothing so named comes with the program.
        DefinitionError: the definition has errors.
    """
    if Path(asked).suffix in _DEFINITIONS:
        return loader.load(Path(asked))
    name, at, digits = asked.partition("@")
    if at or (home / SETTINGS).exists():
        with opened(home) as site, site.stores.main.reading() as connection:
            known = version_named(connection, name, digits if at else None)
        if known is not None:
            return known.instrument
    if name in loader.shipped_names():
        return loader.shipped(name)
    expected = (
        f"a published questionnaire, one that comes with the program ({', '.join(loader.shipped_names())}), "
        "or a definition (YAML)"
    )
    remedy = "Correct the name, or name the site's folder with --home."
    raise Refusal(
        [Fault(code="UNKNOWN_INSTRUMENT", where=asked, expected=expected, got=asked, remedy=remedy)]
    )
