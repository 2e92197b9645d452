"""Recipes: fixed weights that are decided for every rated item, and can be used."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from questionnaires.checks.places import placed_items, scored
from questionnaires.faults import Fault
from questionnaires.model import Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from questionnaires.model import Instrument


def recipe_duplicate(instrument: Instrument) -> Iterator[Fault]:
    """A recipe's name stands for one index."""
    seen = set()
    for index, recipe in enumerate(instrument.recipes):
        if recipe.name in seen:
            yield Fault("RECIPE_DUPLICATE", ("recipes", index), f"The recipe `{recipe.name}` stands twice.")
        seen.add(recipe.name)


def weight_values(instrument: Instrument) -> Iterator[Fault]:
    """Weights are finite, not negative and not all zero, and belong to a rule that uses them."""
    for index, recipe in enumerate(instrument.recipes):
        path = ("recipes", index, "item_weights")
        weights = [part.weight for part in recipe.item_weights]
        for place, part in enumerate(recipe.item_weights):
            if not math.isfinite(part.weight) or part.weight < 0:
                message = f"`{recipe.name}` gives `{part.item}` the weight {part.weight}."
                yield Fault("WEIGHT_INVALID", (*path, place, "weight"), message)
        if weights and not any(weights):
            yield Fault("WEIGHTS_ZERO", path, f"`{recipe.name}` gives every item the weight zero.")
        if weights and recipe.rule is not Rule.FIXED_WEIGHTS:
            yield Fault("WEIGHTS_UNUSED", path, f"The rule `{recipe.rule}` knows no item weights.")


def weighted_items(instrument: Instrument) -> Iterator[Fault]:
    """Weights are given to exactly the items that take part in an index, once each."""
    taking_part = [item.name for _, item in placed_items(instrument) if scored(item)]
    names = {item.name for item in instrument.items}
    for index, recipe in enumerate(instrument.recipes):
        path = ("recipes", index, "item_weights")
        weighed = [part.item for part in recipe.item_weights]
        for place, name in enumerate(weighed):
            here = (*path, place, "item")
            if name not in names:
                yield Fault("UNKNOWN_ITEM", here, f"There is no item `{name}`.")
            elif name not in taking_part:
                yield Fault("WEIGHT_NOT_RATED", here, f"`{name}` takes part in no index.")
            elif name in weighed[:place]:
                yield Fault("WEIGHT_DUPLICATE", here, f"`{recipe.name}` weighs `{name}` twice.")
        for name in taking_part:
            if weighed and name not in weighed:
                yield Fault("WEIGHT_MISSING", path, f"`{recipe.name}` gives `{name}` no weight.")
