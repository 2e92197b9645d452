"""The codebook of a wave: each variable with its exact wording in every language, its codes and its base.

Where versions of the instrument have an item otherwise, each way has an entry of its own.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from questionnaires.changes import Kind, changes, incomparable, worst
from questionnaires.conditions import condition_text
from questionnaires.item_types import ITEM_TYPES, CodebookEntry
from questionnaires.model import Missing
from questionnaires.wording import missing_key, texts
from survey.frozen.engine import identifier
from survey.frozen.layout import item_columns, missing_column

if TYPE_CHECKING:
    from collections.abc import Iterator

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
    """What the codebook says of one item as some versions of the instrument have it.

    `columns` are its columns in the data. `base` says who was to answer it, in words of the data. `versions`
    are hashes, `responses` says how many had them; `n` counts answers, and with the reasons adds up to these.
    `change` is what the way in which these versions have the item does to the answers under the item's first
    entry; None in that entry. `not_offered` counts responses of versions without the item: off route.
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
    versions: tuple[str, ...]
    responses: int = 0
    not_offered: int = 0
    change: Kind | None = None

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
    """The entries of a wave's items in the order in which they were asked, those of later versions last."""
    counts = _counts(wave)
    ways: dict[str, list[Entry]] = {}
    for version, instrument in wave.instruments.items():
        wording = {language: texts(instrument, language) for language in instrument.languages}
        for section in instrument.sections:
            for item in section.items:
                if item_columns(instrument, item):
                    entry = _entry(instrument, section.name, item, wording, {})
                    _join(ways.setdefault(item.name, []), entry, version)
    return tuple(_counted(ways, counts, wave))


def _join(entries: list[Entry], entry: Entry, version: str) -> None:
    """Add a version to the entry that says the same, or the entry where none does."""
    for place, known in enumerate(entries):
        if replace(known, versions=()) == entry:
            entries[place] = replace(known, versions=(*known.versions, version))
            return
    entries.append(replace(entry, versions=(version,)))


def _counted(
    ways: dict[str, list[Entry]], counts: dict[str, dict[tuple[str, str | None], int]], wave: FrozenWave
) -> Iterator[Entry]:
    """The entries with what their versions count, and what they do to the answers under an item's first."""
    kinds, responses = _kinds(wave), wave.manifest.responses
    for name, entries in ways.items():
        offered = sum(responses[version] for entry in entries for version in entry.versions)
        for entry in entries:
            own: dict[str | None, int] = {}
            for (version, reason), count in counts[name].items():
                if version in entry.versions:
                    own[reason] = own.get(reason, 0) + count
            instrument = wave.instruments[entry.versions[0]]
            wording = {language: texts(instrument, language) for language in instrument.languages}
            yield replace(
                _entry(instrument, entry.section, entry.item, wording, own),
                versions=entry.versions,
                responses=sum(responses[version] for version in entry.versions),
                not_offered=sum(responses.values()) - offered,
                change=kinds.get((entries[0].versions[0], entry.versions[0], name)),
            )


def _kinds(wave: FrozenWave) -> dict[tuple[str, str, str], Kind]:
    """What each version does to the answers under an earlier one, by both and the item."""
    versions = list(wave.instruments.items())
    apart = incomparable([instrument for _, instrument in versions])
    found = {}
    for place, (later, instrument) in enumerate(versions):
        for earlier, before in versions[:place]:
            told = changes(before, instrument)
            for item in {name for change in told for name in change.items}:
                kind = worst(change for change in told if item in change.items)
                # a chain of rewordings may join what is breaking from end to end
                joined = kind is Kind.BREAKING and item not in apart
                found[earlier, later, item] = Kind.COMPARABLE if joined or kind is None else kind
    return found


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
        versions=(),
    )


def _counts(wave: FrozenWave) -> dict[str, dict[tuple[str, str | None], int]]:
    """How many responses of each version have each reason, and none, by item."""
    items = {
        item.name
        for instrument in wave.instruments.values()
        for item in instrument.items
        if item_columns(instrument, item)
    }
    counts = {}
    with wave.engine() as connection:
        for item in sorted(items):
            by = f"instrument, {identifier(missing_column(item))}"
            found = connection.table("responses").aggregate(f"{by}, count(*)", by).fetchall()
            counts[item] = {(version, reason): count for version, reason, count in found}
    return counts
