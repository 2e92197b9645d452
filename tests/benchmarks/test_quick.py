"""The benchmarks run through on few rows; how fast is none of a test's business."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

RUN = Path(__file__).parents[2] / "benchmarks" / "run.py"


def test_the_smoke_run_finishes_and_writes_its_results(tmp_path: Path) -> None:
    results = tmp_path / "RESULTS.md"
    ran = subprocess.run(  # noqa: S603 - our own script
        [sys.executable, str(RUN), "--quick", "--out", str(results), "--cache", str(tmp_path / "cache")],
        check=False,
        capture_output=True,
        encoding="utf-8",
    )
    assert ran.returncode == 0, ran.stderr
    text = results.read_text(encoding="utf-8")
    for work in ("mean, clustered", "proportion, unclustered", "indices, unclustered"):
        assert f"| {work}: longdan" in text
    assert "`longdan score`" in text
    assert "| visits: top2/fixed_weights" in text
    for database in ("SQLite, synchronous FULL", "PostgreSQL, fsync on"):
        assert f"Met: {database}: 40 sent, 40 kept after settling" in text
        assert f"| {database}: page" in text
        assert f"Met: {database}: settled in" in text
    assert "nan" not in text
