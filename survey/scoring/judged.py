"""From versions to what is judged: rated items by agency, named by the instrument or found in a role."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import reduce
from operator import and_
from typing import TYPE_CHECKING

import narwhals as nw

from analysis.frames import lazy
from analysis.index_sums import MEASURES, ItemSet, RatedItem
from questionnaires.model import Role, Rule
from survey.frozen.layout import missing_column

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from analysis.frames import Frame
    from questionnaires.model import Construct, Instrument, Recipe
    from survey.scoring.versions import RatedBy, Versions

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


def judgements(versions: Versions) -> list[Judgement]:
    """What the versions of a wave judge: agencies that they name, and agencies found in their roles.

    Sets are made of the items of the plan's version; those that others added are scored alone.
    """
    recipes = frozenset(recipe.name for recipe in versions.planned.recipes)
    rated = {
        construct: tuple(
            _rated(one, versions.planned) for one in versions.rated if one.construct == construct
        )
        for construct in versions.planned.constructs
    }
    rated = {construct: items for construct, items in rated.items() if items}
    added = [(one.construct, _rated(one, versions.planned)) for one in versions.added]
    named = {construct: items for construct, items in rated.items() if construct.agency is not None}
    by_role = {construct: items for construct, items in rated.items() if construct.role is not None}
    named_alone = tuple(item for construct, item in added if construct.agency is not None)
    in_roles_alone = [(construct, item) for construct, item in added if construct.role is not None]
    found = []
    if named or named_alone:
        found.append(_named(named, named_alone, recipes))
    if by_role or in_roles_alone:
        found.append(_in_roles(by_role, in_roles_alone, recipes))
    return found


def unpooled(frame: object, items: Iterable[str]) -> Frame:
    """The responses without the answers to some items, as if these had concerned nobody."""
    columns: dict[str, nw.Expr] = {}
    for name in sorted(items):
        columns[name] = nw.lit(None, nw.Int64)
        columns[missing_column(name)] = nw.lit(OFF_ROUTE)
    return lazy(frame).with_columns(**columns)


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


def _rated(one: RatedBy, planned: Instrument) -> RatedItem:
    scale = one.instrument.scale_of(one.item)
    weights: dict[str, float] = {
        recipe.measure.value: _weight(recipe, one.item.name)
        for recipe in planned.recipes
        if _is_fixed(recipe)
    }
    top2, mean100 = (weights.get(measure, 1.0) for measure in MEASURES)
    return RatedItem(
        column=one.item.name,
        low=min(scale.codes),
        high=max(scale.codes),
        satisfied=scale.satisfied,
        construct=one.construct.name,
        missing=missing_column(one.item.name),
        weights=(top2, mean100),
    )


def _is_fixed(recipe: Recipe) -> bool:
    return recipe.rule is Rule.FIXED_WEIGHTS and bool(recipe.item_weights)


def _weight(recipe: Recipe, item: str) -> float:
    return next((float(one.weight) for one in recipe.item_weights if one.item == item), 0.0)


def _named(
    constructs: dict[Construct, tuple[RatedItem, ...]],
    alone: tuple[RatedItem, ...],
    recipes: frozenset[str],
) -> Judgement:
    agencies: dict[str, dict[str, tuple[RatedItem, ...]]] = {}
    for construct, items in constructs.items():
        agencies.setdefault(str(construct.agency), {})[construct.name] = items
    made = [
        (part, items)
        for agency, own in sorted(agencies.items())
        for construct_name, items in (("", _together(own)), *(own.items() if len(own) > 1 else ()))
        for part, items in _parts(Part(agency=agency, construct=construct_name, recipes=recipes), items)
    ]
    return _judgement((*(item for items in constructs.values() for item in items), *alone), made)


def _in_roles(
    constructs: dict[Construct, tuple[RatedItem, ...]],
    alone: list[tuple[Construct, RatedItem]],
    recipes: frozenset[str],
) -> Judgement:
    judged = {
        construct.name: tuple(_in_role(construct, item) for item in items)
        for construct, items in constructs.items()
    }
    made = [
        (part, items)
        for construct_name, items in (("", _together(judged)), *judged.items())
        if items
        for part, items in _parts(Part(agency="", construct=construct_name, recipes=recipes), items)
    ]
    used = {construct.role for construct in (*constructs, *(construct for construct, _ in alone))}
    items = (*_together(judged), *(_in_role(construct, item) for construct, item in alone))
    return _judgement(items, made, tuple(role for role in Role if role in used))


def _in_role(construct: Construct, item: RatedItem) -> RatedItem:
    return replace(item, judged=f"judged__{construct.role}")


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
