"""What a questionnaire is made of: frozen, typed objects that the loader builds and everything else reads.

Codes, never labels, are data. Wording is part of the measurement, so it is part of the instrument and of its
hash; `wording.py` finds a text by its key in one of the instrument's languages.

A field added later gets a default and a default never changes: the canonical form leaves defaults out
(`canonical.py`), so that hashes of published instruments stand. The shapes are checked here, what they mean
together in `checks/`.
"""

from __future__ import annotations

from enum import StrEnum
from functools import cached_property
from typing import Annotated, Literal, TypeVar, cast, dataclass_transform

from pydantic import ConfigDict, Field, WithJsonSchema
from pydantic.dataclasses import dataclass

Part = TypeVar("Part")


@dataclass_transform(frozen_default=True, kw_only_default=True, field_specifiers=(Field,))
def frozen(part: type[Part]) -> type[Part]:
    """A frozen, strictly typed dataclass; the decorator tells the type checker so."""
    config = ConfigDict(extra="forbid", strict=True)
    return cast("type[Part]", dataclass(part, frozen=True, kw_only=True, config=config))


NAME_FORM = "[a-z][a-z0-9]*(_[a-z0-9]+)*"
AGENCY_FORM = "[A-Za-z0-9]+([._-][A-Za-z0-9]+)*"

# Editors read the forms from the schema; `checks/names.py` refuses with the better message.
Name = Annotated[str, WithJsonSchema({"type": "string", "pattern": f"^{NAME_FORM}$"})]
AgencyCode = Annotated[str, WithJsonSchema({"type": "string", "pattern": f"^{AGENCY_FORM}$"})]
Text = Annotated[str, WithJsonSchema({"type": "string", "pattern": r"\S"})]


class Missing(StrEnum):
    """Why an item has no answer."""

    DONT_KNOW = "dont_know"
    REFUSED = "refused"
    NOT_APPLICABLE = "not_applicable"
    OFF_ROUTE = "off_route"
    NOT_REACHED = "not_reached"
    BLANK = "blank"

    @property
    def in_base(self) -> bool:
        """Whether the person could have rated: item non-response counts, what did not apply does not."""
        return self not in {Missing.NOT_APPLICABLE, Missing.OFF_ROUTE}


class Role(StrEnum):
    """The part an organisation played in an errand, and so what a construct may judge it for."""

    RECEIVED = "received"
    DECIDES = "decides"
    HELPS = "helps"


class ItemType(StrEnum):
    """The closed set of item types; `item_types.py` says what each one means."""

    SINGLE_CHOICE = "single_choice"
    RATING = "rating"
    MULTIPLE_CHOICE = "multiple_choice"
    NUMBER = "number"
    SHORT_TEXT = "short_text"
    LONG_TEXT = "long_text"
    INFORMATION = "information"


class Origin(StrEnum):
    """Whose wording it is: ours to mend, or transcribed from outside and so only to be advised on."""

    OWN = "own"
    OUTSIDE = "outside"


class Measure(StrEnum):
    """What an answer on a response scale is worth."""

    TOP2 = "top2"
    MEAN100 = "mean100"


class Rule(StrEnum):
    """How items make an index."""

    FIXED_WEIGHTS = "fixed_weights"
    POOLED_ANSWERS = "pooled_answers"
    ITEM_WEIGHTED = "item_weighted"
    MEAN_OF_FACTORS = "mean_of_factors"
    PERSON_MEAN = "person_mean"


@frozen
class Category:
    """One code of a response scale and its wording in the source language."""

    code: Annotated[int, Field(ge=0)]
    wording: Text


@frozen
class MissingCode:
    """A code by which data from outside say that an answer is missing, and for which reason."""

    code: int
    reason: Missing


@frozen
class ResponseScale:
    """An ordered set of categories; `satisfied` are the codes that count for top-2-box.

    `missing_wording` replaces the instrument's wording of a missing reason on this scale ("don't remember"
    suits a fact, "don't know" an opinion).
    """

    name: Name
    categories: tuple[Category, ...]
    satisfied: tuple[int, ...] = ()
    missing_codes: tuple[MissingCode, ...] = ()
    missing_wording: dict[Missing, Text] = Field(default_factory=dict)

    @cached_property
    def codes(self) -> tuple[int, ...]:
        """The codes in the scale's own order."""
        return tuple(category.code for category in self.categories)


@frozen
class Comparison:
    """True when the answer to `item` stands in the relation to `value`; a missing answer makes it false."""

    operator: Literal["eq", "ne", "lt", "le", "gt", "ge", "in", "includes"]
    item: Name
    value: int | tuple[int, ...]


@frozen
class Answered:
    """True when `item` has an answer that is not missing."""

    operator: Literal["answered"]
    item: Name


@frozen
class Junction:
    """All, any or none of the conditions hold (`none` of one condition is its negation)."""

    operator: Literal["all", "any", "none"]
    conditions: tuple[Condition, ...]


Condition = Annotated[Comparison | Answered | Junction, Field(discriminator="operator")]


@frozen
class Item:
    """One question asked of one respondent.

    `missing` lists the reasons the respondent is offered (don't know, refused, not applicable); `low` and
    `high` bound a whole number, `max_length` a text in characters.
    """

    name: Name
    type: ItemType
    wording: Text
    hint: Text | None = None
    scale: Name | None = None
    construct: Name | None = None
    missing: tuple[Missing, ...] = ()
    ask_if: Condition | None = None
    low: int | None = None
    high: int | None = None
    max_length: int | None = None


@frozen
class Section:
    """A page-sized group of items; `wording` may name the errand or period that its items ask about."""

    name: Name
    title: Text
    wording: Text | None = None
    items: tuple[Item, ...]


@frozen
class Construct:
    """What a set of items measures, and whom it judges: exactly one of a role or a named agency."""

    name: Name
    wording: Text
    role: Role | None = None
    agency: AgencyCode | None = None


@frozen
class ItemWeight:
    """The fixed weight of one item in an index; a choice, not an estimate."""

    item: Name
    weight: float


@frozen
class Recipe:
    """How items make an index: the headline uses `fixed_weights` with the instrument's own weights.

    `item_weights` default to equal weights over every rated item that has a construct.
    """

    measure: Measure
    rule: Rule
    item_weights: tuple[ItemWeight, ...] = ()

    @property
    def name(self) -> str:
        """The name used in `scores.csv`, for example `top2/fixed_weights`."""
        return f"{self.measure}/{self.rule}"


@frozen
class Wording:
    """The texts of one further language by key (`item.<name>`, `scale.<name>.<code>`, ...)."""

    language: str
    texts: dict[str, str]


@frozen
class Rewording:
    """The author's word that a text was put otherwise before and asks the same: by it versions are pooled.

    `text` is the key of the text (`wording.py`), `was` how an earlier version put it in the source language
    (None: it was not there), `reason` why answers to both may be taken together.
    """

    text: Text
    was: Text | None = None
    reason: Text


@frozen
class Instrument:
    """A questionnaire as a measuring device. Its hash covers wordings and recipes (`canonical.py`)."""

    name: Name
    title: Text
    source_language: str
    origin: Origin = Origin.OWN
    missing_wording: dict[Missing, Text] = Field(default_factory=dict)
    scales: tuple[ResponseScale, ...] = ()
    constructs: tuple[Construct, ...] = ()
    sections: tuple[Section, ...]
    recipes: tuple[Recipe, ...] = ()
    rewordings: tuple[Rewording, ...] = ()
    wordings: tuple[Wording, ...] = ()

    @cached_property
    def items(self) -> tuple[Item, ...]:
        """All items in the order in which they are asked."""
        return tuple(item for section in self.sections for item in section.items)

    @cached_property
    def languages(self) -> tuple[str, ...]:
        """The source language first, then the further ones."""
        return (self.source_language, *(wording.language for wording in self.wordings))

    def item(self, name: str) -> Item:
        """The item of that name.

        Raises:
            KeyError: the instrument has no such item.
        """
        for item in self.items:
            if item.name == name:
                return item
        raise KeyError(name)

    def scale_of(self, item: Item) -> ResponseScale:
        """The response scale of a coded item.

        Raises:
            KeyError: the item names no scale of this instrument.
        """
        for scale in self.scales:
            if scale.name == item.scale:
                return scale
        raise KeyError(item.name)
