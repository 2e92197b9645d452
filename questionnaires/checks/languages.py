"""The languages of an instrument: known tags, each listed once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from babel.core import Locale, UnknownLocaleError

from questionnaires.faults import Fault

if TYPE_CHECKING:
    from collections.abc import Iterator

    from questionnaires.faults import Path
    from questionnaires.model import Instrument


def languages(instrument: Instrument) -> Iterator[Fault]:
    """A tag names a language that the translations' tools know; the source stands apart from the others."""
    seen: set[str] = set()
    for index, language in enumerate(instrument.languages):
        path: Path = ("languages", index - 1) if index else ("source_language",)
        if not known(language):
            yield Fault("LANGUAGE_UNKNOWN", path, f"`{language}` is no language tag.")
        if language in seen:
            yield Fault("LANGUAGE_DUPLICATE", path, f"`{language}` is listed already.")
        seen.add(language)


def known(language: str) -> bool:
    """Whether the tag is one of the languages that have plural rules and formats, as it is written there."""
    try:
        return str(Locale.parse(language)) == language
    except (UnknownLocaleError, ValueError):
        return False
