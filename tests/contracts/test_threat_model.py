"""The threat model says for everybody and everything what protects, and each claim has a test that runs."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections import Counter

import pytest

from tests.contracts.tree import ROOT

PAGE = ROOT / "docs" / "threat-model.md"
ACCEPTED = "`accepted`"
LEAST_REASON = 20  # characters: fewer give none

WHO, WHAT = "Who", "What they could want"
PAIRS, INPUTS = "Who against what", "What comes in"
_NAME = re.compile(r"^\* \*\*([^*]+)\*\*", re.MULTILINE)
_TEST = re.compile(r"`(tests/[\w/]+\.py::test_\w+)`")
_PART = re.compile(r"^## (.+?)\n(.*?)(?=^## |\Z)", re.MULTILINE | re.DOTALL)


def parts(page: str) -> dict[str, str]:
    """The text under each heading."""
    return dict(_PART.findall(page))


def rows(text: str) -> list[list[str]]:
    """The cells of a table, without its head."""
    lines = [line for line in text.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines[2:]]


def named(page: str) -> set[str]:
    """Every test that the page names."""
    return set(_TEST.findall(page))


def faults(page: str, known: set[str]) -> list[str]:
    """What the page lacks: pairs, reasons, tests; and tests that it names and nobody runs."""
    found = parts(page)
    missing = [heading for heading in (WHO, WHAT, PAIRS, INPUTS) if heading not in found]
    if missing:
        return [f"no part {heading}" for heading in missing]
    adversaries, assets = _NAME.findall(found[WHO]), _NAME.findall(found[WHAT])
    table = rows(found[PAIRS])
    inputs = rows(found[INPUTS])
    told = [
        f"row {row[0]}: {len(row)} cells"
        for some, cells in ((table, 4), (inputs, 3))
        for row in some
        if len(row) != cells
    ]
    if told:
        return told
    seen = Counter((row[0], row[1]) for row in table)
    due = {(adversary, asset) for adversary in adversaries for asset in assets}
    told += [f"no row for {who} x {what}" for who, what in sorted(due - seen.keys())]
    told += [f"unknown pair {who} x {what}" for who, what in sorted(seen.keys() - due)]
    told += [f"{count} rows for {who} x {what}" for (who, what), count in sorted(seen.items()) if count > 1]
    for row in table + inputs:
        told += [f"{row[0]} x {row[1]}: {fault}" for fault in _faults_of(row)]
    return told + [f"no such test: {test}" for test in sorted(named(page) - known)]


def _faults_of(row: list[str]) -> list[str]:
    said, last = row[1:-1], row[-1]
    told = [] if all(said) else ["does not say what protects"]
    tests, _, reason = last.partition(ACCEPTED)
    if ACCEPTED in last and len(reason.removeprefix(":").strip()) < LEAST_REASON:
        told.append("accepted without a reason")
    if ACCEPTED not in last and not _TEST.search(tests):
        told.append("neither a test nor accepted")
    if _TEST.sub("", tests).replace("<br>", "").strip():
        told.append("what is no test stands among the tests")
    return told


def collected(tests: set[str]) -> set[str]:
    """What pytest would run of the files of these tests, without parameters."""
    files = sorted({test.partition("::")[0] for test in tests})
    there = [file for file in files if (ROOT / file).is_file()]
    words = [sys.executable, "-m", "pytest", "--collect-only", "-q", "-p", "no:xdist", *there]
    plain = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST")}
    done = subprocess.run(words, cwd=ROOT, env=plain, capture_output=True, encoding="utf-8", check=False)  # noqa: S603 - our own tests
    assert done.returncode == 0, done.stdout[-2_000:]
    return {line.partition("[")[0] for line in done.stdout.splitlines() if "::" in line}


def test_every_pair_is_answered_and_every_named_test_runs() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert len(named(page)) > 100
    assert faults(page, collected(named(page))) == []


SOUND = """# Threats

## Who

* **officer**: stands there.
* **root**: has the machine.

## What they could want

* **answers**: what was said.

## Who against what

| who | what | what protects | test |
|---|---|---|---|
| officer | answers | the reset | `tests/a.py::test_one`<br>`tests/a.py::test_two` |
| root | answers | nothing | `accepted`: who has the machine has its memory. |

## What comes in

| what | then | test |
|---|---|---|
| a form | refused | `tests/a.py::test_one` |
"""
KNOWN = {"tests/a.py::test_one", "tests/a.py::test_two"}
ROOTS = "| root | answers | nothing | `accepted`: who has the machine has its memory. |"

PLANTED = {
    "a pair that is missing": (ROOTS, "", ["no row for root x answers"]),
    "a pair that stands twice": (ROOTS, f"{ROOTS}\n{ROOTS}", ["2 rows for root x answers"]),
    "nobody": ("| root |", "| thief |", ["no row for root x answers", "unknown pair thief x answers"]),
    "an asset without a row": (
        "* **answers**: what was said.",
        "* **answers**: what was said.\n* **keys**: files.",
        ["no row for officer x keys", "no row for root x keys"],
    ),
    "accepted without a reason": (
        ": who has the machine has its memory.",
        "",
        ["root x answers: accepted without a reason"],
    ),
    "accepted with half a reason": (
        ": who has the machine has its memory.",
        ": it is so.",
        ["root x answers: accepted without a reason"],
    ),
    "neither": (
        "`accepted`: who has the machine has its memory.",
        "see above",
        [
            "root x answers: neither a test nor accepted",
            "root x answers: what is no test stands among the tests",
        ],
    ),
    "nothing that protects": (
        "| the reset |",
        "|  |",
        ["officer x answers: does not say what protects"],
    ),
    "a test that is gone": ("test_two", "test_three", ["no such test: tests/a.py::test_three"]),
    "a test of an input that is gone": (
        "| refused | `tests/a.py::test_one` |",
        "| refused | `tests/b.py::test_one` |",
        ["no such test: tests/b.py::test_one"],
    ),
    "an input without a test": (
        "| refused | `tests/a.py::test_one` |",
        "| refused | |",
        ["a form x refused: neither a test nor accepted"],
    ),
    "a cell too few": (
        "| officer | answers | the reset |",
        "| officer | answers |",
        ["row officer: 3 cells"],
    ),
    "a heading": ("## What comes in", "## What comes", ["no part What comes in"]),
}


def test_a_sound_page_has_no_fault() -> None:
    assert faults(SOUND, KNOWN) == []


@pytest.mark.parametrize(("old", "new", "told"), PLANTED.values(), ids=PLANTED.keys())
def test_each_planted_fault_is_found(old: str, new: str, told: list[str]) -> None:
    assert old in SOUND
    assert faults(SOUND.replace(old, new, 1), KNOWN) == told


def test_what_is_collected_are_the_tests_that_are_there() -> None:
    here = "tests/contracts/test_threat_model.py::"
    found = collected({f"{here}test_a_sound_page_has_no_fault", "tests/contracts/test_gone.py::test_gone"})
    assert f"{here}test_each_planted_fault_is_found" in found
    assert f"{here}faults" not in found
    assert "tests/contracts/test_gone.py::test_gone" not in found
