"""What others wrote lies in a folder `vendor`, whose list `VENDORED` says what it is and proves it unchanged.

One line a file: its SHA-256, its path below the folder, and its source with version and licence.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from tests.contracts.tree import ROOT, files, place, plant

if TYPE_CHECKING:
    from pathlib import Path

LIST = "VENDORED"
COLUMNS = 3


def vendoring_faults(root: Path) -> list[str]:
    """Vendored files that are not listed, changed or gone, and lines that do not say where a file is from."""
    folders = {folder for path in files(root) for folder in path.parents if folder.name == "vendor"}
    return [fault for folder in sorted(folders) for fault in _faults_of(folder, root)]


def _faults_of(folder: Path, root: Path) -> list[str]:
    listing = folder / LIST
    lines = listing.read_text(encoding="utf-8").splitlines() if listing.is_file() else []
    rows = [line.split(maxsplit=COLUMNS - 1) for line in lines if line and not line.startswith("#")]
    listed = {row[1]: row[0] for row in rows if len(row) == COLUMNS}
    there = {place(path, folder): path for path in files(folder) if path != listing}
    name = place(folder, root)
    return [
        *(f"{name}/{LIST}: {' '.join(row)}: no source" for row in rows if len(row) != COLUMNS),
        *(f"{name}/{file}: not listed" for file in there if file not in listed),
        *(f"{name}/{file}: listed and gone" for file in listed if file not in there),
        *(
            f"{name}/{file}: changed"
            for file, path in there.items()
            if listed.get(file, "") not in {"", _sum(path)}
        ),
    ]


def _sum(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_vendored_files_are_listed_and_unchanged() -> None:
    assert vendoring_faults(ROOT) == []


def test_a_changed_and_an_unlisted_file_are_found(tmp_path: Path) -> None:
    same = hashlib.sha256(b"same").hexdigest()
    plant(
        tmp_path,
        {
            "survey/static/vendor/VENDORED": (
                "# sha256 path source\n"
                f"{same} same.js from the project, version 1, MIT\n"
                f"{same} changed.js from the project, version 1, MIT\n"
                f"{same} gone.js from the project, version 1, MIT\n"
                f"{same} bare.js\n"
            ),
            "survey/static/vendor/same.js": "same",
            "survey/static/vendor/changed.js": "other",
            "survey/static/vendor/bare.js": "same",
            "docs/vendor/new.js": "",
        },
    )
    assert vendoring_faults(tmp_path) == [
        "docs/vendor/new.js: not listed",
        f"survey/static/vendor/VENDORED: {same} bare.js: no source",
        "survey/static/vendor/bare.js: not listed",
        "survey/static/vendor/gone.js: listed and gone",
        "survey/static/vendor/changed.js: changed",
    ]
