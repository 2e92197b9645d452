"""Two versions of an instrument compared, item by item: was the same asked, and coded the same?

* `cosmetic`: nobody reads or codes it otherwise. Texts have the same words in the same order; what differs is
  spacing, punctuation, the capital of a word, where Vietnamese puts its tone mark, or a name nobody sees.
* `comparable`: answers to both may be taken together. Another order, an item more or less, a corrected
  translation (languages are taken together within a version too), or a source text that the author declares
  to ask the same (`rewordings`).
* `breaking`: answers may not be pooled. Any other change of a source text that stands with the item, and any
  change of type, codes, satisfied and missing codes, offered reasons, bounds, routing, or whom it judges.

Wording is part of the measurement, and no program can tell whether other words ask the same; so it is taken
to ask something else until somebody answers for the contrary.
"""

from __future__ import annotations

import difflib
import unicodedata
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from questionnaires.canonical import instrument_hash
from questionnaires.conditions import condition_text, items_of
from questionnaires.model import ItemType, ResponseScale, Rule
from questionnaires.wording import missing_key, texts

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from questionnaires.model import Instrument, Item, Recipe, Section

_MARKS = ".,;:?!…\"'“”‘’«»()[]"
_TONES = frozenset("\N{COMBINING GRAVE ACCENT}\N{COMBINING ACUTE ACCENT}\N{COMBINING TILDE}") | frozenset(
    "\N{COMBINING HOOK ABOVE}\N{COMBINING DOT BELOW}"
)


_NO_SCALE = ResponseScale(name="none", categories=())


class Kind(StrEnum):
    """What a change does to the answers, from the mildest to the gravest."""

    COSMETIC = "cosmetic"
    COMPARABLE = "comparable"
    BREAKING = "breaking"


@dataclass(frozen=True, kw_only=True)
class Change:
    """One difference between two versions.

    Attributes:
        kind: what it does to the answers.
        items: the items it touches; none where it is about the instrument as a whole.
        part: what of them differs.
        before, after: how each version has it; empty where a version has none.
    """

    kind: Kind
    items: tuple[str, ...]
    part: str
    before: str
    after: str

    def __str__(self) -> str:
        """One line for the terminal."""
        where = f"{', '.join(self.items)}: " if self.items else ""
        return f"{self.kind}  {where}{self.part}: {_shown(self.before)} → {_shown(self.after)}"


class _Part(NamedTuple):
    """How a version has one part of an item; a text has the `key` by which a rewording names it."""

    value: str
    kind: Kind
    key: str = ""


class _Version:
    """An instrument with its items and texts at hand."""

    def __init__(self, instrument: Instrument) -> None:
        self.instrument = instrument
        self.items = {item.name: item for item in instrument.items}
        self.sections = {item.name: one for one in instrument.sections for item in one.items}
        self.texts = {language: texts(instrument, language) for language in instrument.languages}

    def parts(self, name: str) -> dict[str, _Part]:
        """Everything about an item that another version may have otherwise."""
        item, section = self.items[name], self.sections[name]
        gravest = Kind.COMPARABLE if item.type is ItemType.INFORMATION else Kind.BREAKING
        found = {part: _Part(value, gravest) for part, value in self._coding(item).items()}
        found |= {part: _Part(value, Kind.COMPARABLE) for part, value in self._layout(item).items()}
        found |= {part: _Part(value, Kind.COSMETIC) for part, value in self._unseen(item, section).items()}
        for language, known in self.texts.items():
            own = language == self.instrument.source_language
            for part, key in self._texts(item, section).items():
                said = _Part(known.get(key, ""), gravest if own else Kind.COMPARABLE, key)
                found[part if own else f"{part} in {language}"] = said
        return found

    def declares(self, key: str, was: str) -> bool:
        """Whether the author says that the text of this version was put so before, and asks the same."""
        return any(one.text == key and same_words(one.was or "", was) for one in self.instrument.rewordings)

    def _scale(self, item: Item) -> ResponseScale:
        return _NO_SCALE if item.scale is None else self.instrument.scale_of(item)

    def _coding(self, item: Item) -> dict[str, str]:
        scale = self._scale(item)
        construct = next((one for one in self.instrument.constructs if one.name == item.construct), None)
        return {
            "type": item.type.value,
            "codes": _listed(sorted(scale.codes)),
            "satisfied codes": _listed(sorted(scale.satisfied)),
            "missing codes": _listed(sorted(f"{one.code} {one.reason}" for one in scale.missing_codes)),
            "reasons": _listed(sorted(item.missing)),
            "bounds": "" if item.low is None else f"{item.low} to {item.high}",
            "asked": "always" if item.ask_if is None else f"where {condition_text(item.ask_if)}",
            "construct": item.construct or "",
            "judges": (construct.agency or str(construct.role)) if construct else "",
        }

    def _layout(self, item: Item) -> dict[str, str]:
        return {
            "order of codes": _listed(self._scale(item).codes),
            "order of reasons": _listed(item.missing),
            "length": "" if item.max_length is None else str(item.max_length),
        }

    def _unseen(self, item: Item, section: Section) -> dict[str, str]:
        wording = next((one.wording for one in self.instrument.constructs if one.name == item.construct), "")
        return {
            "name of the scale": item.scale or "",
            "name of the section": section.name,
            "wording of the construct": wording,
        }

    def _texts(self, item: Item, section: Section) -> dict[str, str]:
        """The keys of the texts that stand with the item, by what they are to it."""
        codes = self._scale(item).codes
        return {
            "wording": f"item.{item.name}",
            "hint": f"item.{item.name}.hint",
            "title of the section": f"section.{section.name}.title",
            "wording of the section": f"section.{section.name}.wording",
            **{f"label of {code}": f"scale.{item.scale}.{code}" for code in codes},
            **{f"label of {reason}": missing_key(self.instrument, item, reason) for reason in item.missing},
        }


def changes(before: Instrument, after: Instrument) -> tuple[Change, ...]:
    """Every difference between two versions, the gravest first; none where their hashes are equal."""
    if instrument_hash(before) == instrument_hash(after):
        return ()
    old, new = _Version(before), _Version(after)
    names = dict.fromkeys([*new.items, *old.items])
    found = _together((change, name) for name in names for change in _of_item(old, new, name))
    found += _moves(old, new)
    found += _of_whole(old, new)
    if not found:
        found = [Change(kind=Kind.COSMETIC, items=(), part="what nobody sees", before="", after="")]
    return tuple(sorted(found, key=lambda change: -_gravity(change.kind)))


def worst(found: Iterable[Change]) -> Kind | None:
    """The gravest of some changes; None where there is none."""
    return max((change.kind for change in found), key=_gravity, default=None)


def incomparable(versions: Sequence[Instrument]) -> frozenset[str]:
    """The items whose answers may not be pooled over versions, of those that several versions have.

    Versions belong together where a chain of comparable ones joins them: who declares a rewording declares it
    against one earlier wording.
    """
    known = [_Version(one) for one in versions]
    names = {name for one in known for name in one.items}
    return frozenset(name for name in names if len(_chains(known, name)) > 1)


def breaks(earlier: Sequence[Instrument], after: Instrument) -> tuple[Change, ...]:
    """The breaking changes by which items of a version can be pooled with no earlier version that has them.

    Args:
        earlier: versions in the order in which they were offered; each change is told against the last.
        after: the version that comes.
    """
    new = _Version(after)
    joined: set[str] = set()
    told: dict[str, list[Change]] = {}
    for old in map(_Version, earlier):
        for name in old.items.keys() & new.items.keys():
            told[name] = [change for change in _of_item(old, new, name) if change.kind is Kind.BREAKING]
            if not told[name]:
                joined.add(name)
    return tuple(
        _together((change, name) for name in new.items if name not in joined for change in told.get(name, ()))
    )


def same_words(one: str, other: str) -> bool:
    """Whether two texts have the same words in the same order: a difference that is cosmetic."""
    return list(_words(one)) == list(_words(other))


def _words(text: str) -> Iterator[str]:
    for word in unicodedata.normalize("NFD", text).split():
        bare = word.strip(_MARKS)
        # hoà and hòa are one syllable; a word in capitals is emphasis and stays another
        letters = "".join(letter for letter in bare if letter not in _TONES)
        tones = "".join(letter for letter in bare if letter in _TONES)
        if bare:
            yield letters[:1].lower() + letters[1:] + tones


def _chains(versions: Sequence[_Version], name: str) -> list[list[_Version]]:
    chains: list[list[_Version]] = []
    for one in versions:
        if name in one.items:
            met = [chain for chain in chains if any(_comparable(other, one, name) for other in chain)]
            chains = [chain for chain in chains if chain not in met]
            chains.append([one, *(other for chain in met for other in chain)])
    return chains


def _comparable(old: _Version, new: _Version, name: str) -> bool:
    return all(change.kind is not Kind.BREAKING for change in _of_item(old, new, name))


def _of_item(old: _Version, new: _Version, name: str) -> Iterator[Change]:
    """The changes of one item, not yet with its name."""
    if name not in old.items or name not in new.items:
        before, after = (one.items[name].wording if name in one.items else "" for one in (old, new))
        yield Change(kind=Kind.COMPARABLE, items=(), part="item", before=before, after=after)
        return
    earlier, later = old.parts(name), new.parts(name)
    differing = [part for part in later if part in earlier and earlier[part].value != later[part].value]
    for part in differing:
        ordered = part.removeprefix("order of ")
        if ordered == part or ordered not in differing:
            was, now = earlier[part], later[part]
            kind = _kind(
                was, now, declared=old.declares(was.key, now.value) or new.declares(now.key, was.value)
            )
            yield Change(kind=kind, items=(), part=part, before=was.value, after=now.value)
    condition = new.items[name].ask_if
    if condition is not None and "asked" not in differing:
        for asked in sorted(items_of(condition)):
            if not _comparable(old, new, asked):
                part, after = "what decides whether it is asked", f"{asked}, which changed"
                yield Change(kind=Kind.BREAKING, items=(), part=part, before=asked, after=after)


def _kind(was: _Part, now: _Part, *, declared: bool) -> Kind:
    gravest = max(was.kind, now.kind, key=_gravity)
    if not now.key:
        return gravest
    if same_words(was.value, now.value):
        return Kind.COSMETIC
    return Kind.COMPARABLE if declared else gravest


def _together(found: Iterable[tuple[Change, str]]) -> list[Change]:
    """Changes with the names of their items: what is alike at several items is one change."""
    names: dict[Change, list[str]] = {}
    for change, name in found:
        names.setdefault(change, []).append(name)
    return [replace(change, items=tuple(own)) for change, own in names.items()]


def _moves(old: _Version, new: _Version) -> Iterator[Change]:
    """Items that others have overtaken."""
    earlier = [name for name in old.items if name in new.items]
    later = [name for name in new.items if name in old.items]
    kept = {
        name
        for block in difflib.SequenceMatcher(None, earlier, later, autojunk=False).get_matching_blocks()
        for name in later[block.b : block.b + block.size]
    }
    for name in later:
        if name not in kept:
            before, after = (str(list(one.items).index(name) + 1) for one in (old, new))
            yield Change(kind=Kind.COMPARABLE, items=(name,), part="place", before=before, after=after)


def _of_whole(old: _Version, new: _Version) -> Iterator[Change]:
    """Changes of no item: they move no answer, and what was asked stays comparable."""
    one, other = old.instrument, new.instrument
    pairs = {
        "name": (one.name, other.name),
        "source language": (one.source_language, other.source_language),
        "languages": (_listed(sorted(one.languages)), _listed(sorted(other.languages))),
        "first recipe": (_first(one), _first(other)),
    }
    recipes = [{recipe.name: _weights(recipe) for recipe in each.recipes} for each in (one, other)]
    for name in dict.fromkeys(name for each in recipes for name in each):
        pairs[f"recipe {name}"] = (recipes[0].get(name, ""), recipes[1].get(name, ""))
    for part, (before, after) in pairs.items():
        if before != after:
            yield Change(kind=Kind.COMPARABLE, items=(), part=part, before=before, after=after)
    for language in one.languages:
        if language in other.languages:
            before, after = (each.texts[language].get("title", "") for each in (old, new))
            if before != after:
                kind = Kind.COSMETIC if same_words(before, after) else Kind.COMPARABLE
                part = "title" if language == other.source_language else f"title in {language}"
                yield Change(kind=kind, items=(), part=part, before=before, after=after)


def _first(instrument: Instrument) -> str:
    return instrument.recipes[0].name if instrument.recipes else ""


def _weights(recipe: Recipe) -> str:
    if recipe.item_weights:
        return _listed(f"{one.item} {one.weight:g}" for one in recipe.item_weights)
    return "equal weights" if recipe.rule is Rule.FIXED_WEIGHTS else "every rated item"


def _gravity(kind: Kind) -> int:
    return tuple(Kind).index(kind)


def _listed(values: Iterable[object]) -> str:
    return ", ".join(str(value) for value in values)


def _shown(value: str) -> str:
    return f"“{value}”" if value else "none"
