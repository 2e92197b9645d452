"""On what was measured: the machine, how busy it was, the versions, the commit."""

from __future__ import annotations

import datetime as dt
import os
import platform
import shutil
import subprocess
from importlib.metadata import version
from pathlib import Path

PACKAGES = ("numpy", "duckdb", "polars", "narwhals", "scipy")
ROOT = Path(__file__).parents[1]


def described() -> str:
    """The lines at the top of the results."""
    versions = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    return "\n".join(
        [
            f"- Date: {dt.datetime.now(dt.UTC):%Y-%m-%d %H:%M} UTC; commit {_commit()}",
            f"- Machine: {_processor()}, {os.cpu_count()} cores, {_memory()}, {platform.platform()}",
            f"- Versions: Python {platform.python_version()}, {versions}",
        ]
    )


def load() -> str:
    """How many processes wanted a core in the last minutes, where the system counts them."""
    if not hasattr(os, "getloadavg"):
        return "unknown"
    return " / ".join(f"{one:.1f}" for one in os.getloadavg())


def _processor() -> str:
    name = _line(Path("/proc/cpuinfo"), "model name") or platform.processor() or "unknown processor"
    return name.partition(":")[2].strip() or name


def _memory() -> str:
    total = _line(Path("/proc/meminfo"), "MemTotal")
    return f"{int(total.split()[1]) / 2**20:.0f} GB of memory" if total else "unknown memory"


def _line(path: Path, start: str) -> str:
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    return next((line for line in lines if line.startswith(start)), "")


def _commit() -> str:
    """The commit, and whether the statistics were changed since."""
    git = shutil.which("git")
    if git is None:
        return "unknown"

    def ask(*arguments: str) -> str:
        ran = subprocess.run(  # noqa: S603 - git with arguments of our own
            [git, "-C", str(ROOT), *arguments], check=False, capture_output=True, encoding="utf-8"
        )
        return ran.stdout.strip()

    commit = ask("rev-parse", "--short", "HEAD") or "unknown"
    changed = ask("status", "--porcelain", "analysis", "survey", "questionnaires")
    return f"{commit} with changes" if changed else commit
