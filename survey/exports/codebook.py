"""The codebook of a wave: each variable with its exact wording in every language, its codes and its base."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from questionnaires.conditions import condition_text
from questionnaires.item_types import ITEM_TYPES, CodebookEntry
from questionnaires.model import Missing
from questionnaires.wording import missing_key, texts
from survey.frozen.layout import item_columns, missing_column

if TYPE_CHECKING:

    from questionnaires.model import Construct, Instrument, Item
    from survey.frozen.reading import FrozenWave


@dataclass(frozen=True, kw_only=True)
class Code:
    """One code of a variable with its label by language; `satisfied` None where no code counts as such."""

    code: int
    labels: dict[str, str]
    satisfied: bool | None


@dataclass(frozen=True, kw_only=True)
class Reason:
    """A missing reason of a variable, its wording by language where the form offered it, and how often."""

    reason: Missing
    labels: dict[str, str]
    n: int


@dataclass(frozen=True, kw_only=True)
class Entry:
    """What the codebook says of one item.

    `columns` are its columns in the data. `base` says who was to answer it, in words of the data. `n` counts
    answers; with the reasons it adds up to all responses.
    """

    item: Item
    section: str
    columns: tuple[str, ...]
    reason_column: str
    wordings: dict[str, str]
    hints: dict[str, str]
    construct: Construct | None
    base: str
    codes: tuple[Code, ...]
    reasons: tuple[Reason, ...]
    n: int

    @property
    def kind(self) -> CodebookEntry:
        """What there is to print."""
        return ITEM_TYPES[self.item.type].codebook

    @property
    def judges(self) -> str:
        """Whom the item judges: a role or a named agency; empty for facts."""
        if self.construct is None:
            return ""
        return self.construct.agency or str(self.construct.role)


def codebook(wave: FrozenWave) -> tuple[Entry, ...]:
    """The entries of a wave's items in the order in which they were asked.

    Raises:
        Refusal: the wave has several versions of its instrument.
    """
    instrument = wave.instrument
    wording = {language: texts(instrument, language) for language in instrument.languages}
    counts = _counts(wave, instrument)
    return tuple(
        _entry(instrument, section.name, item, wording, counts[item.name])
        for section in instrument.sections
        for item in section.items
        if item.name in counts
    )


def _entry(
    instrument: Instrument,
    section: str,
    item: Item,
    wording: dict[str, dict[str, str]],
    counts: dict[str | None, int],
) -> Entry:
    def in_each_language(key: str) -> dict[str, str]:
        return {language: found[key] for language, found in wording.items() if key in found}

    scale = None if item.scale is None else instrument.scale_of(item)
    codes = () if scale is None else scale.codes
    satisfied = () if scale is None else scale.satisfied
    offered = {*item.missing, *(Missing(reason) for reason in counts if reason is not None)}
    construct = next(
        (construct for construct in instrument.constructs if construct.name == item.construct), None
    )
    return Entry(
        item=item,
        section=section,
        columns=tuple(
            column.name
            for column in item_columns(instrument, item)
            if column.name != missing_column(item.name)
        ),
        reason_column=missing_column(item.name),
        wordings=in_each_language(f"item.{item.name}"),
        hints=in_each_language(f"item.{item.name}.hint"),
        construct=construct,
        base="all responses" if item.ask_if is None else f"responses where {condition_text(item.ask_if)}",
        codes=tuple(
            Code(
                code=code,
                labels=in_each_language(f"scale.{item.scale}.{code}"),
                satisfied=code in satisfied if satisfied else None,
            )
            for code in codes
        ),
        reasons=tuple(
            Reason(
                reason=reason,
                labels=in_each_language(missing_key(instrument, item, reason)),
                n=counts.get(reason.value, 0),
            )
            for reason in Missing
            if reason in offered
        ),
        n=counts.get(None, 0),
    )


def _counts(wave: FrozenWave, instrument: Instrument) -> dict[str, dict[str | None, int]]:
    """How many responses have each reason, and none, by item."""
    counts = {}
    with wave.engine() as connection:
        for item in instrument.items:
            if item_columns(instrument, item):
                column = f'"{missing_column(item.name)}"'
                found = connection.table("responses").aggregate(f"{column}, count(*)", column).fetchall()
                counts[item.name] = dict(found)
    return counts
