"""Commands for definitions: check a questionnaire or a table of counts."""

from __future__ import annotations

import dataclasses
import json
import sys
from pathlib import Path

import click

from questionnaires import loader
from questionnaires.findings import Finding, Severity
from survey.counts import check_counts

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
