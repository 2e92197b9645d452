"""Complementary suppression of one wave's cells: nobody may compute a withheld number from those published.

Within an agency the items make the constructs and the whole index, with weights that everybody knows. A
score that few people gave stays open over at least five of nine answers, and so does their number, for
whoever reads all cells of the agency (`statements.py`). No total over agencies is published, so none can be
subtracted.

What a rule weighs by the answers themselves (`pooled_answers`, `person_mean`) is no fixed sum of items. Such
a composite is published only where all its items are; if it is the headline, and few answered an item of the
agency, its whole index alone is.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from analysis.disclosure import complementary
from analysis.errors import StatisticsError
from questionnaires.model import ItemType, Rule
from survey.publication.cells import Withheld
from survey.publication.statements import MOST_OF_FEW, Agency, Part, protected, statements
from survey.refusal import Fault, Refusal

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from questionnaires.model import Instrument
    from survey.publication.cells import Cell, Key, Published

_LINEAR = frozenset({Rule.FIXED_WEIGHTS, Rule.ITEM_WEIGHTED, Rule.MEAN_OF_FACTORS})
_NONE: frozenset[Key] = frozenset()


def suppressed(
    cells: Mapping[Key, Cell],
    instrument: Instrument,
    headline: str,
    *,
    kept_back: frozenset[Key] = _NONE,
    known: frozenset[Key] = _NONE,
) -> dict[Key, Cell]:
    """The cells, and those withheld too from which others could be computed.

    Args:
        cells: of one wave, each under the thresholds by itself.
        instrument: the version by whose recipes the wave is scored.
        headline: the recipe that is kept as long as possible.
        kept_back: cells that an earlier release withheld so that they give nothing away.
        known: cells that an earlier release published as they are: to withhold them protects nothing.

    Raises:
        Refusal: the withheld numbers of an agency cannot be protected, because of what is known already.
    """
    agencies: dict[str, dict[Key, Published]] = {}
    for key, cell in cells.items():
        agencies.setdefault(key.agency, {})[key] = cell.content
    hidden: set[Key] = set()
    faults = []
    for name, contents in agencies.items():
        policy = _Policy(_agency(contents, instrument, headline), headline, kept_back - known, known)
        try:
            hidden |= policy.hidden()
        except StatisticsError as error:
            faults.append(_cannot_protect(name, error))
    if faults:
        raise Refusal(faults)
    return {key: _hide(cell) if key in hidden else cell for key, cell in cells.items()}


class _Policy:
    """Which cells of an agency are withheld beside those that few people gave."""

    def __init__(
        self, agency: Agency, headline: str, kept_back: frozenset[Key], known: frozenset[Key]
    ) -> None:
        self.agency = agency
        self.headline = headline
        self.rule = Rule(headline.partition("/")[2])
        self.known = known
        self.told = [key for key, found in agency.contents.items() if not isinstance(found, Withheld)]
        self.few = [key for key, found in agency.contents.items() if _is_few(found)]
        self.kept_back = frozenset(key for key in self.told if key in kept_back)

    def hidden(self) -> frozenset[Key]:
        """The keys of the cells to withhold.

        Raises:
            StatisticsError: what is known already gives a withheld number away.
        """
        if not self.few or all(key.item for key in self.told):
            return self.kept_back
        number = self.agency.number
        found = complementary(
            statements(self.agency),
            protected(self.agency, self.few),
            frozenset(number[key] for key in self._at_once()),
            [frozenset(number[key] for key in group) for group in self._groups()],
        )
        hidden = {key for key in self.told if number[key] in found}
        hidden |= self._weighed_by_answers_beside({*hidden, *self.few})
        if hidden & self.known:
            raise StatisticsError(
                "NOT_PROTECTED",
                where=f"{len(hidden & self.known)} cells",
                expected="cells that nobody has read yet",
                got="cells of an earlier release",
                remedy="Do not release this result.",
            )
        return frozenset(hidden)

    def _at_once(self) -> frozenset[Key]:
        """What is withheld before anything is computed."""
        if self.rule in _LINEAR:
            return self.kept_back | self._weighed_by_answers_beside(self.few)
        index_alone = (key for key in self.told if not (is_index(key) and key.rule == self.rule))
        return self.kept_back.union(index_alone) - self.known

    def _weighed_by_answers_beside(self, withheld: Iterable[Key]) -> frozenset[Key]:
        """Composites that are no fixed sum and of which an item is withheld."""
        constructs = {key.construct for key in withheld if key.item}
        return frozenset(
            key
            for key in self.told
            if not key.item
            and key.rule not in _LINEAR
            and not (is_index(key) and key.rule == self.rule)
            and (key.construct in constructs or (is_index(key) and constructs))
        )

    def _groups(self) -> list[list[Key]]:
        """The cells that may be withheld together, the least valuable first.

        Other recipes, then items, then constructs, the index last; of each first what fewest answered.
        """
        groups: dict[tuple[object, ...], list[Key]] = {}
        for key in self.told:
            if key not in self.kept_back:
                groups.setdefault(self._group(key), []).append(key)
        free = {order: keys for order, keys in groups.items() if not self.known.intersection(keys)}
        return [free[order] for order in sorted(free)]

    def _group(self, key: Key) -> tuple[object, ...]:
        """With what a cell is withheld, and its place among what else may be."""
        content = self.agency.contents[key]
        n_valid = 0 if isinstance(content, Withheld) else content.n_valid
        if key.item:
            return 1, n_valid, key.construct, key.item
        if key.rule != self.rule:
            return 0, is_index(key), key.rule
        if not is_index(key):
            return 2, n_valid, key.construct
        return 3, key.recipe == self.headline


def is_index(key: Key) -> bool:
    """Whether a cell is of an agency's whole index."""
    return not key.construct and not key.item


def _is_few(content: Published) -> bool:
    return isinstance(content, Withheld) and content.reason == "few_respondents"


def _hide(cell: Cell) -> Cell:
    return replace(cell, content=Withheld(basis=cell.content.basis, reason="complementary"))


def _agency(contents: Mapping[Key, Published], instrument: Instrument, headline: str) -> Agency:
    judged = {key.item for key in contents if key.item}
    parts = [
        Part(item.name, str(item.construct), instrument.scale_of(item))
        for item in instrument.items
        if item.type is ItemType.RATING and item.construct is not None and item.name in judged
    ]
    few = frozenset(key.item for key, content in contents.items() if key.item and _is_few(content))
    weights = {}
    for key, content in contents.items():
        inside = [part for part in parts if key.construct in {"", part.construct}]
        if not key.item and Rule(key.rule) in _LINEAR:
            weights[key] = _linear(key, inside, instrument)
        elif is_index(key) and key.rule == headline.partition("/")[2] and not isinstance(content, Withheld):
            weights[key] = _at_most(few, inside, content.n_valid)
    return Agency(contents, {key: place for place, key in enumerate(contents)}, parts, weights)


def _linear(key: Key, inside: list[Part], instrument: Instrument) -> dict[str, float]:
    """The weights of a rule that is the same for everybody."""
    if Rule(key.rule) is Rule.FIXED_WEIGHTS:
        recipe = next(one for one in instrument.recipes if one.name == key.recipe)
        fixed = {one.item: float(one.weight) for one in recipe.item_weights}
        raw = {part.item: fixed.get(part.item, 0.0) if fixed else 1.0 for part in inside}
    elif Rule(key.rule) is Rule.MEAN_OF_FACTORS:
        size = [part.construct for part in inside]
        raw = {part.item: 1.0 / size.count(part.construct) for part in inside}
    else:
        raw = dict.fromkeys((part.item for part in inside), 1.0)
    total = sum(raw.values())
    return {item: weight / total for item, weight in raw.items() if weight > 0}


def _at_most(few: frozenset[str], inside: list[Part], n_valid: int) -> dict[str, float]:
    """Of an index weighed by the answers: the most that items of few can weigh in it, the rest on the others.

    The closer a reader gets to such an item the more it weighs, so that nobody gets closer than this.
    """
    rest = [part.item for part in inside if part.item not in few]
    own = min(MOST_OF_FEW / n_valid, 1 / max(1, len(few)))
    left = (1 - own * len(few)) / max(1, len(rest))
    return dict.fromkeys(few, own) | dict.fromkeys(rest, left)


def _cannot_protect(agency: str, error: StatisticsError) -> Fault:
    return Fault(
        code=error.code,
        where=f"agency {agency}: {error.where}",
        expected=error.expected,
        got=error.got,
        remedy=error.remedy,
    )
