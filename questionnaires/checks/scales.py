"""Response scales: codes that mean one thing each, and an order that means and shares can rest on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from questionnaires.checks.places import placed_items, scale_or_none, scored
from questionnaires.faults import Fault

if TYPE_CHECKING:
    from collections.abc import Iterator

    from questionnaires.model import Instrument, ResponseScale

MIN_CATEGORIES = 2


def scale_too_short(instrument: Instrument) -> Iterator[Fault]:
    """A scale lets the respondent choose."""
    for index, scale in enumerate(instrument.scales):
        if len(scale.categories) < MIN_CATEGORIES:
            count = len(scale.categories)
            yield Fault(
                "SCALE_TOO_SHORT", ("scales", index), f"The scale `{scale.name}` has {count} categories."
            )


def category_duplicate(instrument: Instrument) -> Iterator[Fault]:
    """Each code, and each wording, belongs to one category."""
    for index, scale in enumerate(instrument.scales):
        codes: set[int] = set()
        wordings: set[str] = set()
        for place, category in enumerate(scale.categories):
            path = ("scales", index, "categories", place)
            wording = category.wording.strip().casefold()
            if category.code in codes:
                message = f"The code {category.code} stands twice in `{scale.name}`."
                yield Fault("CODE_DUPLICATE", (*path, "code"), message)
            if wording in wordings and wording:
                message = f"“{category.wording}” stands twice in `{scale.name}`."
                yield Fault("WORDING_DUPLICATE", (*path, "wording"), message)
            codes.add(category.code)
            wordings.add(wording)


def satisfied(instrument: Instrument) -> Iterator[Fault]:
    """The satisfied codes are the highest of the scale, each once, and not all of them."""
    for index, scale in enumerate(instrument.scales):
        path = ("scales", index, "satisfied")
        unknown = set(scale.satisfied) - set(scale.codes)
        if unknown or len(set(scale.satisfied)) < len(scale.satisfied):
            wrong = ", ".join(map(str, sorted(unknown))) or "a code twice"
            message = f"`{scale.name}` counts {wrong} as satisfied; its codes are {_listed(scale.codes)}."
            yield Fault("SATISFIED_UNKNOWN", path, message)
        elif scale.satisfied and set(scale.satisfied) != _highest(scale):
            message = (
                f"`{scale.name}` counts {_listed(scale.satisfied)} of {_listed(scale.codes)} as satisfied."
            )
            yield Fault("SATISFIED_ORDER", path, message)


def _highest(scale: ResponseScale) -> set[int]:
    count = min(len(scale.satisfied), len(scale.codes) - 1)
    return set(sorted(scale.codes)[-count:]) if count else set()


def _listed(codes: tuple[int, ...]) -> str:
    return ", ".join(map(str, codes))


def missing_code_clash(instrument: Instrument) -> Iterator[Fault]:
    """A code of outside data is either an answer or one reason for none."""
    for index, scale in enumerate(instrument.scales):
        seen = set(scale.codes)
        for place, missing in enumerate(scale.missing_codes):
            if missing.code in seen:
                path = ("scales", index, "missing_codes", place, "code")
                message = f"The code {missing.code} of `{scale.name}` means something else already."
                yield Fault("MISSING_CODE_CLASH", path, message)
            seen.add(missing.code)


def rating_scale(instrument: Instrument) -> Iterator[Fault]:
    """A scale of ratings rises in steps of one, and says what counts as satisfied where it is scored."""
    items = [item for _, item in placed_items(instrument) if item.type == "rating"]
    rated = {item.scale for item in items}
    judging = {item.scale for item in items if scored(item)}
    for index, scale in enumerate(instrument.scales):
        codes = list(scale.codes)
        rising = list(range(codes[0], codes[0] + len(codes))) if codes else []
        if scale.name in rated and codes != rising and len(set(codes)) == len(codes):
            message = f"`{scale.name}` is used for ratings and has the codes {_listed(scale.codes)}."
            yield Fault("RATING_CODES", ("scales", index, "categories"), message)
        if scale.name in judging and not scale.satisfied:
            message = f"`{scale.name}` is used to judge and names no satisfied codes."
            yield Fault("RATING_NO_SATISFIED", ("scales", index), message)


def unused(instrument: Instrument) -> Iterator[Fault]:
    """What no item uses is a left-over or a misspelling."""
    items = [item for _, item in placed_items(instrument)]
    for index, scale in enumerate(instrument.scales):
        if all(scale_or_none(instrument, item) != scale for item in items):
            yield Fault("UNUSED", ("scales", index), f"No item uses the scale `{scale.name}`.")
    for index, construct in enumerate(instrument.constructs):
        if all(item.construct != construct.name for item in items):
            yield Fault(
                "UNUSED", ("constructs", index), f"No item measures the construct `{construct.name}`."
            )
