"""The plan as the Department writes it: read from YAML or JSON, held against instrument and organisations."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pydantic import ValidationError

from questionnaires import document
from questionnaires.model import ItemType
from survey.refusal import Fault, Refusal
from survey.waves.plan import ANY, PROCEDURE_ITEM, PlanFile

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from questionnaires.document import Document
    from questionnaires.model import Instrument, Recipe

_SHOWN = 80


@dataclass(frozen=True)
class PlanSource:
    """A plan and where it was read, so that faults name the line; without a file all is as usual."""

    plan: PlanFile
    path: Path | None = None
    source: Document | None = None

    def fault(self, keys: tuple[int | str, ...], code: str, *, expected: str, got: str, remedy: str) -> Fault:
        """A fault of the plan at a key."""
        key = ".".join(str(step) for step in keys)
        where = f"plan: {key}"
        if self.path is not None and self.source is not None:
            where = f"{self.path}:{self.source.line(keys)}" + (f": {key}" if key else "")
        return Fault(code=code, where=where, expected=expected, got=got, remedy=remedy)


def read_plan(path: Path) -> PlanSource:
    """Read a plan from YAML or JSON.

    Raises:
        Refusal: unknown keys and wrong values, all at once, each at its line.
    """
    source = document.read(path)
    if source.faults:
        expected, remedy = (
            "a plan: plain YAML in UTF-8, each key once",
            "Write it as docs/opening-a-wave.md shows.",
        )
        raise Refusal(
            [
                Fault(
                    code=fault.code,
                    where=f"{path}:{fault.line or source.line(fault.path)}",
                    expected=expected,
                    got=fault.message.rstrip("."),
                    remedy=remedy,
                )
                for fault in source.faults
            ]
        )
    try:
        return PlanSource(PlanFile.model_validate(source.data), path, source)
    except ValidationError as error:
        raise Refusal(list(_shape_faults(PlanSource(PlanFile(), path, source), error))) from error


def _shape_faults(source: PlanSource, error: ValidationError) -> Iterator[Fault]:
    for detail in error.errors(include_url=False):
        keys = detail["loc"]
        if detail["type"] == "extra_forbidden":
            expected = f"one of {', '.join(PlanFile.model_fields)}" if len(keys) == 1 else "a key of this row"
            got, remedy = f"`{keys[-1]}`", "Remove it or correct its spelling."
            yield source.fault(keys, "UNKNOWN_KEY", expected=expected, got=got, remedy=remedy)
        else:
            expected = detail["msg"].removeprefix("Value error, ").removeprefix("Input should be ")
            got = json.dumps(detail["input"], ensure_ascii=False, default=str)[:_SHOWN]
            remedy = "Correct the value."
            yield source.fault(keys, "WRONG_VALUE", expected=expected, got=got, remedy=remedy)


def headline_of(plan: PlanFile, instrument: Instrument) -> Recipe | None:
    """The instrument's recipe that the plan names."""
    return next((recipe for recipe in instrument.recipes if recipe.name == plan.headline), None)


def procedure_item_of(plan: PlanFile, instrument: Instrument) -> str | None:
    """The item that tells the procedure group: the plan's, else the usual one where the instrument has it."""
    if plan.procedure_item is not None:
        return plan.procedure_item
    usual = any(item.name == PROCEDURE_ITEM for item in instrument.items)
    return PROCEDURE_ITEM if usual else None


def plan_faults(
    source: PlanSource, instrument: Instrument, organisations: frozenset[str], receiving: frozenset[str]
) -> Iterator[Fault]:
    """What in a plan fits neither the instrument nor the organisations.

    Args:
        source: the plan.
        instrument: with which the wave opens.
        organisations: the codes that stand when the wave begins.
        receiving: the codes of the organisations of the wave's places.
    """
    plan = source.plan
    if headline_of(plan, instrument) is None:
        expected = f"a recipe of {instrument.name}: {', '.join(recipe.name for recipe in instrument.recipes)}"
        remedy = "Name one of these, or publish a version with the recipe."
        yield source.fault(
            ("headline",), "UNKNOWN_RECIPE", expected=expected, got=plan.headline, remedy=remedy
        )
    yield from _faults_of_items(source, instrument)
    codes = _procedure_codes(plan, instrument)
    for place, row in enumerate(plan.responsible):
        keys = ("responsible", place)
        if row.procedure != ANY and row.procedure not in codes:
            item = procedure_item_of(plan, instrument)
            expected = (
                f"a code of `{item}`: {', '.join(sorted(codes))}"
                if codes
                else "* alone: no item tells the procedure"
            )
            remedy = "Correct the code, or name the item in `procedure_item`."
            got = row.procedure
            yield source.fault(
                (*keys, "procedure"), "UNKNOWN_CODE", expected=expected, got=got, remedy=remedy
            )
        if row.received not in {ANY, *receiving}:
            expected, remedy = "the organisation of a place of the wave, or *", "Correct the code."
            yield source.fault(
                (*keys, "received"), "UNKNOWN_UNIT", expected=expected, got=row.received, remedy=remedy
            )
        for part in ("decides", "helps"):
            code = getattr(row, part)
            if code is not None and code not in organisations:
                expected = "an organisation that stands when the wave begins"
                remedy = "Correct the code, or add it with `longdan units import`."
                yield source.fault((*keys, part), "UNKNOWN_UNIT", expected=expected, got=code, remedy=remedy)


def _faults_of_items(source: PlanSource, instrument: Instrument) -> Iterator[Fault]:
    plan = source.plan
    items = {item.name: item for item in instrument.items}
    for place, name in enumerate(plan.adjusters):
        if name not in items or items[name].type is ItemType.RATING:
            expected = f"an item of {instrument.name} that is not rated"
            got = f"`{name}`, a rating" if name in items else f"`{name}`"
            remedy = (
                "Adjust by what no organisation can change: procedure, age, education, granted or refused."
            )
            yield source.fault(
                ("adjusters", place), "UNKNOWN_ITEM", expected=expected, got=got, remedy=remedy
            )
    named = plan.procedure_item
    if named is not None and (named not in items or items[named].type is not ItemType.SINGLE_CHOICE):
        expected, remedy = (
            f"a single-choice item of {instrument.name}",
            "Name the item of the procedure group.",
        )
        yield source.fault(
            ("procedure_item",), "UNKNOWN_ITEM", expected=expected, got=f"`{named}`", remedy=remedy
        )


def _procedure_codes(plan: PlanFile, instrument: Instrument) -> frozenset[str]:
    name = procedure_item_of(plan, instrument)
    item = next((one for one in instrument.items if one.name == name), None)
    if item is None or item.type is not ItemType.SINGLE_CHOICE:
        return frozenset()
    return frozenset(str(code) for code in instrument.scale_of(item).codes)
