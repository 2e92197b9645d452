"""From an instrument to what is judged: rated items by agency, named by the instrument or found in a role."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import reduce
from operator import and_
from typing import TYPE_CHECKING

import narwhals as nw

from analysis.index_sums import MEASURES, ItemSet, RatedItem
from questionnaires.model import Instrument, ItemType, Role, Rule
from survey.frozen.layout import missing_column

if TYPE_CHECKING:
    from collections.abc import Sequence

    from analysis.frames import Frame
    from questionnaires.model import Construct, Item, Recipe

AGENCY = "agency"
OFF_ROUTE = "off_route"


@dataclass(frozen=True, kw_only=True)
class Judgement:
    """Items that are scored together, and the sets for which they make indices.

    Attributes:
        items: the rated items.
        sets: whole indices and constructs.
        names: agency (empty: the domain is the agency) and construct (empty: the whole) by the set's name.
        roles: roles in which the agencies are found; none where the instrument names them.
    """

    items: tuple[RatedItem, ...]
    sets: tuple[ItemSet, ...]
    names: dict[str, tuple[str, str]]
    roles: tuple[Role, ...] = ()


def judgements(instrument: Instrument) -> list[Judgement]:
    """What the instrument judges: agencies that it names, and agencies found in their roles."""
    rated = {
        construct: tuple(
            _rated(instrument, item)
            for item in instrument.items
            if item.type is ItemType.RATING and item.construct == construct.name
        )
        for construct in instrument.constructs
    }
    rated = {construct: items for construct, items in rated.items() if items}
    named = {construct: items for construct, items in rated.items() if construct.agency is not None}
    by_role = {construct: items for construct, items in rated.items() if construct.role is not None}
    found = [_named(named)] if named else []
    return [*found, _in_roles(by_role)] if by_role else found


def agencies_in_roles(frame: Frame, judgement: Judgement, kept: Sequence[str]) -> Frame:
    """One row for each interview and agency that it judges, with the items of other agencies off route.

    An agency that holds several roles in an errand has one row with the items of all of them.

    Args:
        frame: the responses.
        judgement: the items and roles.
        kept: further columns to keep: those of the design.
    """
    branches = []
    for place, role in enumerate(judgement.roles):
        agency = nw.col(role.value)
        new = [~agency.is_null(), *(_differs(agency, earlier) for earlier in judgement.roles[:place])]
        branches.append(frame.filter(reduce(and_, new)).select(*kept, **_columns(judgement, agency)))
    rows: Frame = nw.concat(branches, how="vertical")
    return rows


def _columns(judgement: Judgement, agency: nw.Expr) -> dict[str, nw.Expr]:
    holds = {role: nw.col(role.value) == agency for role in judgement.roles}
    columns = {AGENCY: agency}
    for role, condition in holds.items():
        columns[f"judged_{role}"] = nw.when(condition).then(1).otherwise(0)
    for item in judgement.items:
        condition = holds[Role(str(item.judged).removeprefix("judged_"))]
        columns[item.column] = nw.when(condition).then(nw.col(item.column))
        columns[item.missing] = nw.when(condition).then(nw.col(item.missing)).otherwise(nw.lit(OFF_ROUTE))
    return columns


def _differs(agency: nw.Expr, earlier: Role) -> nw.Expr:
    other = nw.col(earlier.value)
    return other.is_null() | (other != agency)


def _rated(instrument: Instrument, item: Item) -> RatedItem:
    scale = instrument.scale_of(item)
    weights: dict[str, float] = {
        recipe.measure.value: _weight(recipe, item.name) for recipe in instrument.recipes if _is_fixed(recipe)
    }
    top2, mean100 = (weights.get(measure, 1.0) for measure in MEASURES)
    return RatedItem(
        column=item.name,
        low=min(scale.codes),
        high=max(scale.codes),
        satisfied=scale.satisfied,
        construct=str(item.construct),
        missing=missing_column(item.name),
        weights=(top2, mean100),
    )


def _is_fixed(recipe: Recipe) -> bool:
    return recipe.rule is Rule.FIXED_WEIGHTS and bool(recipe.item_weights)


def _weight(recipe: Recipe, item: str) -> float:
    return next((float(one.weight) for one in recipe.item_weights if one.item == item), 0.0)


def _named(constructs: dict[Construct, tuple[RatedItem, ...]]) -> Judgement:
    agencies: dict[str, dict[str, tuple[RatedItem, ...]]] = {}
    for construct, items in constructs.items():
        agencies.setdefault(str(construct.agency), {})[construct.name] = items
    names: dict[str, tuple[str, str]] = {}
    sets: list[ItemSet] = []
    for agency, parts in sorted(agencies.items()):
        whole = tuple(item for items in parts.values() for item in items)
        for construct_name, items in (("", whole), *(parts.items() if len(parts) > 1 else ())):
            name = f"set_{len(sets)}"
            names[name] = (agency, construct_name)
            sets.append(ItemSet(name=name, items=items))
    items = tuple(item for items in constructs.values() for item in items)
    return Judgement(items=items, sets=tuple(sets), names=names)


def _in_roles(constructs: dict[Construct, tuple[RatedItem, ...]]) -> Judgement:
    judged = {
        construct.name: tuple(replace(item, judged=f"judged_{construct.role}") for item in items)
        for construct, items in constructs.items()
    }
    whole = tuple(item for items in judged.values() for item in items)
    parts = (("", whole), *judged.items())
    used = {construct.role for construct in constructs}
    return Judgement(
        items=whole,
        sets=tuple(ItemSet(name=f"set_{k}", items=items) for k, (_, items) in enumerate(parts)),
        names={f"set_{k}": ("", name) for k, (name, _) in enumerate(parts)},
        roles=tuple(role for role in Role if role in used),
    )
