"""The installed program, run as a person runs it, and what a result folder says."""

from __future__ import annotations

import csv
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]
EXAMPLE = ROOT / "examples" / "kansas_city"
FORMS = ("scores.csv", "scores.json", "scores.parquet")
RESULT = (*FORMS, "report.html")
NUMBERS = (
    "estimate", "se", "ci_low", "ci_high", "df", "n", "n_valid", "missing_share", "bound_low", "bound_high",
    "deff", "reliability", "rank_low", "rank_high",
)  # fmt: skip

_PROGRAM = shutil.which("longdan", path=Path(sys.executable).parent) or "longdan"

Row = dict[str, str]


def longdan(*words: object, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    """Run the installed command."""
    command = [_PROGRAM, *map(str, words)]
    return subprocess.run(command, cwd=cwd, capture_output=True, encoding="utf-8", check=False)  # noqa: S603 - our own


def done(*words: object, cwd: Path = ROOT) -> str:
    """What a command that ends well prints."""
    run = longdan(*words, cwd=cwd)
    assert (run.returncode, run.stderr) == (0, ""), run.stderr
    return run.stdout


def freeze_kansas_city(out: Path) -> Path:
    """Freeze the example into a folder."""
    done(
        "freeze", "--data", EXAMPLE / "answers.csv", "--instrument", "kcmo_2021",
        "--design", EXAMPLE / "design.yaml", "--out", out,
    )  # fmt: skip
    return out


def rows_of(result: Path) -> list[Row]:
    """The rows of `scores.csv`, every cell as it is written."""
    with (result / "scores.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def row_of(rows: list[Row], agency: str, recipe: str, *, construct: str = "", item: str = "") -> Row:
    """The one row of this name."""
    [found] = [
        row
        for row in rows
        if (row["agency"], row["recipe"], row["construct"], row["item"]) == (agency, recipe, construct, item)
    ]
    return found


def number_of(row: Row) -> dict[str, float]:
    """The numbers of a row that are not empty."""
    return {name: float(row[name]) for name in NUMBERS if row[name]}


def change_a_byte(path: Path, place: int | None = None) -> None:
    """Change one byte of a file, in the middle if no place is given."""
    raw = bytearray(path.read_bytes())
    raw[len(raw) // 2 if place is None else place] ^= 1
    path.chmod(0o600)
    path.write_bytes(bytes(raw))


def faults_of(run: subprocess.CompletedProcess[str]) -> list[dict[str, str]]:
    """The faults that a command with `--json` printed."""
    assert run.returncode == 1, run.stdout + run.stderr
    faults = json.loads(run.stdout)["faults"]
    assert len(run.stderr.splitlines()) == len(faults)
    return list(faults)


def names_in(folder: Path) -> list[str]:
    """Everything under a folder, by its path there."""
    return sorted(
        Path(where, name).relative_to(folder).as_posix()
        for where, _, names in os.walk(folder)
        for name in names
    )
