"""The second pass: what the parts of an instrument mean together, one function a rule."""

from __future__ import annotations

from typing import TYPE_CHECKING

from questionnaires.checks import (
    items,
    languages,
    names,
    recipes,
    references,
    rewordings,
    scales,
    vietnamese,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from questionnaires.faults import Fault
    from questionnaires.model import Instrument

VIETNAMESE = "vi"

CHECKS: tuple[Callable[[Instrument], Iterator[Fault]], ...] = (
    names.name_form,
    names.name_reserved,
    names.name_duplicate,
    scales.scale_too_short,
    scales.category_duplicate,
    scales.satisfied,
    scales.missing_code_clash,
    scales.rating_scale,
    scales.unused,
    items.no_items,
    items.typed_fields,
    items.bounds,
    items.missing_reasons,
    items.no_dont_know,
    items.construct_judges,
    items.empty_text,
    references.unknown_scale,
    references.unknown_construct,
    references.condition_order,
    references.condition_kind,
    references.empty_condition,
    references.unequal_effort,
    recipes.recipe_duplicate,
    recipes.weight_values,
    recipes.weighted_items,
    rewordings.reworded_texts,
    languages.languages,
)


def faults_of(instrument: Instrument) -> list[Fault]:
    """Every fault that the checks find in an instrument; Vietnamese wording is checked as such."""
    checks = CHECKS + (vietnamese.CHECKS if instrument.source_language == VIETNAMESE else ())
    return [fault for check in checks for fault in check(instrument)]
