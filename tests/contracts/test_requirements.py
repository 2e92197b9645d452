"""The locked requirements: a hash for each, no address, and every dependency of the project among them."""

from __future__ import annotations

import re
import tomllib
from typing import TYPE_CHECKING, Any

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.contracts.tree import ROOT, plant

if TYPE_CHECKING:
    from pathlib import Path

PIN = re.compile(r"(?P<name>[a-z0-9-]+)==(?P<version>[0-9][\w.!+-]*)(?: ; [^\\]+)? \\")
HASH = re.compile(r" {4}--hash=sha256:[0-9a-f]{64}(?: \\)?")


def lock_faults(text: str) -> list[str]:
    """Lines of a lock that are neither a pin nor a hash, and pins without a hash."""
    lines = text.splitlines()
    found = [
        f"{number}: {line}"
        for number, line in enumerate(lines, start=1)
        if not (PIN.fullmatch(line) or HASH.fullmatch(line))
    ]
    following = [*lines[1:], ""]
    return found + [
        line
        for line, after in zip(lines, following, strict=True)
        if PIN.fullmatch(line) and not HASH.fullmatch(after)
    ]


def pins(text: str) -> dict[str, set[str]]:
    """The versions that a lock pins, by name; more than one where they differ by version of Python."""
    found: dict[str, set[str]] = {}
    for line in text.splitlines():
        if match := PIN.fullmatch(line):
            found.setdefault(match["name"], set()).add(match["version"])
    return found


def not_covered(requirements: list[str], text: str) -> list[str]:
    """Requirements that no pin of the lock satisfies."""
    locked = pins(text)
    parsed = [Requirement(requirement) for requirement in requirements]
    return [
        str(requirement)
        for requirement in parsed
        if not any(
            requirement.specifier.contains(version)
            for version in locked.get(canonicalize_name(requirement.name), ())
        )
    ]


def project(root: Path) -> dict[str, Any]:
    """What the project says it needs: `core`, `build` and `dev` (all extras and the tools)."""
    table = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    core, build = table["project"]["dependencies"], table["build-system"]["requires"]
    extras = [line for extra in table["project"].get("optional-dependencies", {}).values() for line in extra]
    groups = [
        line for group in table["dependency-groups"].values() for line in group if isinstance(line, str)
    ]
    return {"core": core, "build": build, "dev": [*core, *build, *extras, *groups]}


def requirement_faults(root: Path) -> list[str]:
    """All faults of all locks, named by file."""
    needed = project(root)
    texts = {name: (root / "requirements" / f"{name}.txt").read_text(encoding="utf-8") for name in needed}
    found = [f"{name}.txt:{fault}" for name, text in texts.items() for fault in lock_faults(text)]
    found += [
        f"{name}.txt lacks {line}" for name, text in texts.items() for line in not_covered(needed[name], text)
    ]
    everything = pins(texts["dev"])
    return found + [
        f"{name}.txt and dev.txt pin {package} apart"
        for name in ("core", "build")
        for package, versions in pins(texts[name]).items()
        if everything.get(package) != versions
    ]


def test_the_locks_are_whole() -> None:
    assert requirement_faults(ROOT) == []


def test_each_fault_of_a_lock_is_found(tmp_path: Path) -> None:
    good = "    --hash=sha256:" + "0" * 64
    plant(
        tmp_path,
        {
            "pyproject.toml": (
                '[build-system]\nrequires = ["setuptools>=77"]\n'
                '[project]\ndependencies = ["numpy>=2.3", "scipy"]\n'
                '[dependency-groups]\ndev = ["ruff>=0.14"]\n'
            ),
            "requirements/build.txt": f"setuptools==84.0 \\\n{good}\n",
            "requirements/core.txt": f"--index-url https://example.org\nnumpy==2.2.1 \\\n{good}\n",
            "requirements/dev.txt": f"setuptools==84.1 \\\n{good}\nnumpy==2.4 \\\nscipy==1.17.1 \\\n{good}\n",
        },
    )
    assert requirement_faults(tmp_path) == [
        "core.txt:1: --index-url https://example.org",
        "dev.txt:numpy==2.4 \\",
        "core.txt lacks numpy>=2.3",
        "core.txt lacks scipy",
        "dev.txt lacks ruff>=0.14",
        "core.txt and dev.txt pin numpy apart",
        "build.txt and dev.txt pin setuptools apart",
    ]
