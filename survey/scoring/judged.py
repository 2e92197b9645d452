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
    from collections.abc import Iterator, Sequence

    from analysis.frames import Frame
    from questionnaires.model import Construct, Item, Recipe

# two underscores: no item can be called so
AGENCY = "agency__judged"
OFF_ROUTE = "off_route"


@dataclass(frozen=True, kw_only=True)
class Part:
    """What a set of items stands for.

    Attributes:
        agency: whom it judges; empty: the domain is the agency.
        construct: what it measures; empty: the whole index.
        recipes: names of the recipes that are made of these items.
    """

    agency: str
    construct: str
    recipes: frozenset[str]


@dataclass(frozen=True, kw_only=True)
class Judgement:
    """Items that are scored together, and the sets for which they make indices.

    Attributes:
        items: the rated items.
        sets: whole indices and constructs.
        parts: what each set stands for, by its name.
        roles: roles in which the agencies are found; none where the instrument names them.
    """

    items: tuple[RatedItem, ...]
    sets: tuple[ItemSet, ...]
    parts: dict[str, Part]
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
    recipes = frozenset(recipe.name for recipe in instrument.recipes)
    found = [_named(named, recipes)] if named else []
    return [*found, _in_roles(by_role, recipes)] if by_role else found


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
        columns[f"judged__{role}"] = nw.when(condition).then(1).otherwise(0)
    for item in judgement.items:
        condition = holds[Role(str(item.judged).removeprefix("judged__"))]
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


def _named(constructs: dict[Construct, tuple[RatedItem, ...]], recipes: frozenset[str]) -> Judgement:
    agencies: dict[str, dict[str, tuple[RatedItem, ...]]] = {}
    for construct, items in constructs.items():
        agencies.setdefault(str(construct.agency), {})[construct.name] = items
    made = [
        (part, items)
        for agency, own in sorted(agencies.items())
        for construct_name, items in (("", _together(own)), *(own.items() if len(own) > 1 else ()))
        for part, items in _parts(Part(agency=agency, construct=construct_name, recipes=recipes), items)
    ]
    return _judgement(tuple(item for items in constructs.values() for item in items), made)


def _in_roles(constructs: dict[Construct, tuple[RatedItem, ...]], recipes: frozenset[str]) -> Judgement:
    judged = {
        construct.name: tuple(replace(item, judged=f"judged__{construct.role}") for item in items)
        for construct, items in constructs.items()
    }
    made = [
        (part, items)
        for construct_name, items in (("", _together(judged)), *judged.items())
        for part, items in _parts(Part(agency="", construct=construct_name, recipes=recipes), items)
    ]
    used = {construct.role for construct in constructs}
    return _judgement(_together(judged), made, tuple(role for role in Role if role in used))


def _together(parts: dict[str, tuple[RatedItem, ...]]) -> tuple[RatedItem, ...]:
    return tuple(item for items in parts.values() for item in items)


def _parts(whole: Part, items: tuple[RatedItem, ...]) -> Iterator[tuple[Part, tuple[RatedItem, ...]]]:
    """The part, and one more for each recipe that gives some of its items no weight.

    Who answered only such items is no respondent of that recipe: counted with the others, a few people's
    score would pass for that of many.
    """
    lighter = {}
    for place, measure in enumerate(MEASURES):
        weighted = tuple(item for item in items if item.weights[place] > 0)
        if len(weighted) < len(items):
            lighter[f"{measure}/{Rule.FIXED_WEIGHTS}"] = weighted
    yield replace(whole, recipes=whole.recipes - lighter.keys()), items
    for recipe, weighted in lighter.items():
        if weighted and recipe in whole.recipes:
            yield replace(whole, recipes=frozenset({recipe})), weighted


def _judgement(
    items: tuple[RatedItem, ...],
    made: Sequence[tuple[Part, tuple[RatedItem, ...]]],
    roles: tuple[Role, ...] = (),
) -> Judgement:
    named = {f"set_{place}": one for place, one in enumerate(made)}
    return Judgement(
        items=items,
        sets=tuple(ItemSet(name=name, items=own) for name, (_, own) in named.items()),
        parts={name: part for name, (part, _) in named.items()},
        roles=roles,
    )
