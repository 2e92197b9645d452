"""Against earlier releases of the same wave: nobody may subtract one from the other.

Who reads two numbers that rest on nearly the same people knows something about those few by whom they differ.
So a cell is published again as it was, or with at least ten respondents more or fewer. What an earlier
release withheld lest it give another number away stays withheld. Withdrawn releases count as well: what was
public once is known.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from survey.publication.cells import Cell, PublishedCount, PublishedEstimate, Withheld
from survey.refusal import Fault, Refusal
from survey.scoring.thresholds import WITHHELD_BELOW

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from survey.publication.cells import Key, Published

LEAST_DIFFERENCE = 10
_SHOWN = 5


@dataclass(frozen=True)
class Compared:
    """What earlier releases ask of a new one.

    Attributes:
        kept_back: cells that stay withheld.
        known: cells that were published as they are now.
    """

    kept_back: frozenset[Key]
    known: frozenset[Key]


def compared(cells: Mapping[Key, Cell], earlier: Iterable[Mapping[Key, Cell]]) -> Compared:
    """Hold the cells of a new release against those of earlier ones.

    Args:
        cells: each under the thresholds by itself, before what is complementary is withheld.
        earlier: the cells of every earlier release of the wave, withdrawn ones too.

    Raises:
        Refusal: cells differ from earlier ones by fewer than ten respondents; a fault an agency.
    """
    kept_back: set[Key] = set()
    known: set[Key] = set()
    close: dict[str, dict[Key, str]] = {}
    for before in earlier:
        for key in cells.keys() & before.keys():
            old, new = before[key].content, cells[key].content
            if _is_same(old, new):
                known.add(key)
            elif _stays_withheld(old, new):
                kept_back.add(key)
            elif _is_too_close(old, new):
                close.setdefault(key.agency, {})[key] = _difference(old, new)
    if close:
        raise Refusal([_fault(agency, found) for agency, found in sorted(close.items())])
    return Compared(frozenset(kept_back), frozenset(known))


def _is_same(old: Published, new: Published) -> bool:
    if isinstance(old, Withheld) or isinstance(new, Withheld):
        return False
    return _numbers(old) == _numbers(new)


def _numbers(content: PublishedEstimate | PublishedCount) -> PublishedEstimate | PublishedCount:
    """What a cell says of people: labels that a later version of the program adds tell nothing of them."""
    if isinstance(content, PublishedCount):
        return content
    return replace(content, df=0, decision_use="none", reliability=None, standing=None, reach=None)


def _is_too_close(old: Published, new: Published) -> bool:
    """Whether a number that was published and is another now may differ by a few people."""
    if isinstance(old, Withheld):
        return False
    if isinstance(new, Withheld):
        # who answered is one of nought to nine people now
        return new.reason == "few_respondents" and old.n_valid - (WITHHELD_BELOW - 1) < LEAST_DIFFERENCE
    could_rate = abs(old.n - new.n)
    return abs(old.n_valid - new.n_valid) < LEAST_DIFFERENCE or 0 < could_rate < LEAST_DIFFERENCE


def _stays_withheld(old: Published, new: Published) -> bool:
    """Whether a number that was withheld could be told by the difference, were it published now."""
    if not isinstance(old, Withheld) or isinstance(new, Withheld):
        return False
    if old.reason == "few_respondents":
        return new.n_valid - (WITHHELD_BELOW - 1) < LEAST_DIFFERENCE
    return old.reason == "complementary"


def _difference(old: Published, new: Published) -> str:
    """In words; how many people a withheld number rests on is not told."""
    before, now = (
        f"fewer than {WITHHELD_BELOW}" if isinstance(content, Withheld) else f"{content.n_valid}"
        for content in (old, new)
    )
    return f"{before} respondents before, {now} now"


def _fault(agency: str, cells: Mapping[Key, str]) -> Fault:
    shown = [f"{_name(key)} ({difference})" for key, difference in sorted(cells.items())[:_SHOWN]]
    more = f"; and {len(cells) - _SHOWN:,} more" if len(cells) > _SHOWN else ""
    return Fault(
        code="TOO_CLOSE",
        where=f"agency {agency}",
        expected=f"each number as it was released, or {LEAST_DIFFERENCE} respondents more or fewer",
        got="; ".join(shown) + more,
        remedy="Release what was released before, or nothing: the difference would tell of a few people.",
    )


def _name(key: Key) -> str:
    return "/".join(part for part in (key.construct, key.item, key.recipe) if part)
