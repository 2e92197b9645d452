"""The design file: every fault at its line, all at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from survey.frozen.design_file import read_design
from survey.refusal import Refusal

if TYPE_CHECKING:
    from pathlib import Path

FAULTS: dict[str, tuple[str, set[tuple[int, str]]]] = {
    "no basis": ("id: a\n", {(1, "MISSING_KEY")}),
    "an unknown basis": ("basis: chance\n", {(1, "WRONG_VALUE")}),
    "an unknown key": ("basis: open\nstratum: a\n", {(2, "UNKNOWN_KEY")}),
    "a key twice": ("basis: open\nid: a\nid: b\n", {(3, "DUPLICATE_KEY")}),
    "an unknown role": ("basis: open\nroles:\n  pays: a\n", {(3, "WRONG_VALUE")}),
    "a number for a column": ("basis: open\npsu: 3\n", {(2, "WRONG_VALUE")}),
    "population counts without weights": ("basis: probability\nfpc: n\n", {(2, "FPC_WITHOUT_WEIGHTS")}),
    "a count that is none": ("basis: probability\nweights: w\nfpc: {a: 0}\n", {(3, "WRONG_VALUE")}),
    "three stages": ("basis: probability\nweights: w\npsu: p\nfpc: [a, b, c]\n", {(4, "TOO_MANY_STAGES")}),
    "two stages without a PSU": ("basis: probability\nweights: w\nfpc: [a, b]\n", {(3, "TOO_MANY_STAGES")}),
    "an SSU without a PSU": ("basis: probability\nssu: a\n", {(2, "SSU_WITHOUT_PSU")}),
    "an id that would be kept": ("basis: probability\nid: a\npsu: a\n", {(3, "ID_KEPT")}),
    "ignored and used": ("basis: open\nid: a\nignore: [a]\n", {(2, "IGNORED_AND_USED")}),
    "collapse": ("basis: open\nlonely_psu: collapse\n", {(2, "NOT_YET")}),
    "calibration": ("basis: open\n\ncalibration: {method: rake}\n", {(3, "NOT_YET")}),
    "a list": ("- basis\n", {(1, "NOT_A_MAPPING")}),
    "nothing": ("# a comment\n", {(1, "EMPTY_FILE")}),
    "broken syntax": ("basis: open\nignore: [a\nid: b\n", {(3, "NOT_YAML")}),
    "many": (
        "basis: x\nfpc: n\nlonely_psu: collapse\nother: 1\ncalibration: {}\n",
        {(1, "WRONG_VALUE"), (3, "NOT_YET"), (4, "UNKNOWN_KEY"), (5, "NOT_YET")},
    ),
}


@pytest.mark.parametrize(("text", "expected"), FAULTS.values(), ids=FAULTS.keys())
def test_each_fault_stands_at_its_line(text: str, expected: set[tuple[int, str]], tmp_path: Path) -> None:
    path = tmp_path / "design.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(Refusal) as caught:
        read_design(path)
    found = {
        (int(fault.where.removeprefix(f"{path}:").split(":")[0]), fault.code) for fault in caught.value.faults
    }
    assert found == expected
    assert all(fault.expected and fault.got and fault.remedy for fault in caught.value.faults)


def test_the_remedy_for_counts_without_weights_names_them(tmp_path: Path) -> None:
    path = tmp_path / "design.yaml"
    path.write_text("basis: probability\nfpc: n\n", encoding="utf-8")
    with pytest.raises(Refusal, match="N/n"):
        read_design(path)


def test_one_column_needs_no_brackets(tmp_path: Path) -> None:
    path = tmp_path / "design.yaml"
    path.write_text(
        "basis: probability\nstrata: s\nweights: w\npsu: p\nfpc: {1: 20, b: 30}\nroles: {received: u}\n",
        encoding="utf-8",
    )
    design = read_design(path)
    assert (design.strata, design.fpc) == (("s",), {"1": 20, "b": 30})
