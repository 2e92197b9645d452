"""The texts of an instrument by key, in each of its languages.

The source wording stands in the definition, further languages in gettext catalogs (`catalogs.py`). A key
names the place of a text: `title`, `missing.<reason>`, `scale.<scale>.<code>`, `scale.<scale>.<reason>`,
`construct.<construct>`, `section.<section>.title`, `section.<section>.wording`, `item.<item>`,
`item.<item>.hint`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

    from questionnaires.faults import Path
    from questionnaires.model import Instrument, Item, Missing


class SourceText(NamedTuple):
    """One text in the source language: its key, the text, and its path in the definition."""

    key: str
    text: str
    path: Path


def source_texts(instrument: Instrument) -> Iterator[SourceText]:
    """Every text of the instrument in the source language, in the order of the definition."""
    yield SourceText("title", instrument.title, ("title",))
    for reason, wording in instrument.missing_wording.items():
        yield SourceText(f"missing.{reason}", wording, ("missing_wording", reason.value))
    yield from _scale_texts(instrument)
    for index, construct in enumerate(instrument.constructs):
        yield SourceText(f"construct.{construct.name}", construct.wording, ("constructs", index, "wording"))
    yield from _section_texts(instrument)


def _scale_texts(instrument: Instrument) -> Iterator[SourceText]:
    for index, scale in enumerate(instrument.scales):
        for place, category in enumerate(scale.categories):
            path: Path = ("scales", index, "categories", place, "wording")
            yield SourceText(f"scale.{scale.name}.{category.code}", category.wording, path)
        for reason, wording in scale.missing_wording.items():
            path = ("scales", index, "missing_wording", reason.value)
            yield SourceText(f"scale.{scale.name}.{reason}", wording, path)


def _section_texts(instrument: Instrument) -> Iterator[SourceText]:
    for index, section in enumerate(instrument.sections):
        path: Path = ("sections", index)
        yield SourceText(f"section.{section.name}.title", section.title, (*path, "title"))
        if section.wording is not None:
            yield SourceText(f"section.{section.name}.wording", section.wording, (*path, "wording"))
        for place, item in enumerate(section.items):
            yield SourceText(f"item.{item.name}", item.wording, (*path, "items", place, "wording"))
            if item.hint is not None:
                yield SourceText(f"item.{item.name}.hint", item.hint, (*path, "items", place, "hint"))


def texts(instrument: Instrument, language: str) -> dict[str, str]:
    """Every text by key in one of the instrument's languages.

    Raises:
        KeyError: the instrument does not speak the language.
    """
    if language == instrument.source_language:
        return {text.key: text.text for text in source_texts(instrument)}
    for wording in instrument.wordings:
        if wording.language == language:
            return wording.texts
    raise KeyError(language)


def missing_key(instrument: Instrument, item: Item, reason: Missing) -> str:
    """The key by which an item words a missing reason: its scale's own wording, else the general one."""
    if item.scale is not None and reason in instrument.scale_of(item).missing_wording:
        return f"scale.{item.scale}.{reason}"
    return f"missing.{reason}"
