"""A published cell: one score as everybody may read it, or why it is not told.

No number here can be written by itself. `str`, an f-string and a template raise on a number and on a cell;
what they offer instead says how a person writes them; an estimate is never without its interval and basis.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Literal, NamedTuple, get_args

from questionnaires.model import Measure
from survey.i18n import EN_DASH
from survey.scoring.thresholds import INDICATIVE_BELOW

if TYPE_CHECKING:
    from survey.frozen.layout import Basis
    from survey.i18n import Language

Use = Literal["decisions", "improvement", "none"]
Standing = Literal["below", "unclear", "above"]
Reason = Literal[
    "few_respondents",
    "item_without_answers",
    "no_degrees_of_freedom",
    "no_weight",
    "versions_differ",
    "complementary",
]
USES: tuple[Use, ...] = get_args(Use)
STANDINGS: tuple[Standing, ...] = get_args(Standing)
REASONS: tuple[Reason, ...] = get_args(Reason)


class Key(NamedTuple):
    """What a cell is about; an empty construct is the whole index, an empty item a composite."""

    agency: str
    construct: str
    item: str
    recipe: str

    @property
    def measure(self) -> Measure:
        """What the recipe measures."""
        return Measure(self.recipe.partition("/")[0])

    @property
    def rule(self) -> str:
        """How the recipe makes a number of answers; of an item `item`."""
        return self.recipe.partition("/")[2]


class _NeverBare:
    """Raises where a program or a template would write the object without saying how."""

    def __str__(self) -> str:
        raise TypeError(self._why())

    def __html__(self) -> str:
        raise TypeError(self._why())

    def _why(self) -> str:
        return f"a {type(self).__name__} is never written bare: use `written(language)`"


@dataclass(frozen=True, order=True, repr=False)
class Rounded(_NeverBare):
    """A number from 0 to 100 with the decimals that are published of it.

    Attributes:
        tenths: ten times the number.
        decimals: 0 or 1.
        is_share: whether it is a percentage, written with its sign.
    """

    tenths: int
    decimals: int
    is_share: bool

    def __repr__(self) -> str:
        return f"Rounded({self.exact})"

    @property
    def exact(self) -> Decimal:
        """The number itself, to compare it and to draw its place; never to be printed."""
        return Decimal(self.tenths).scaleb(-1)

    def written(self, language: Language) -> str:
        """The number as a person writes it: 82,5% or 82.5."""
        write = language.percent if self.is_share else language.number
        return write(float(self.exact), self.decimals)


@dataclass(frozen=True, repr=False)
class Range(_NeverBare):
    """Two ends."""

    low: Rounded
    high: Rounded

    def __repr__(self) -> str:
        return f"Range({self.low.exact} to {self.high.exact})"

    def written(self, language: Language) -> str:
        """Both ends as a table prints them, without the sign of a percentage: 78,6-85,9 with an en dash."""
        ends = (language.number(float(end.exact), end.decimals) for end in (self.low, self.high))
        return EN_DASH.join(ends)


@dataclass(frozen=True, kw_only=True)
class PublishedEstimate(_NeverBare):
    """An estimate with all that must stand beside it.

    Attributes:
        basis: on what it rests.
        value: the score.
        interval: its 95 % interval; of an open wave a model's.
        bounds: the least and the greatest it can be, whatever those think who left questions unanswered.
        missing: what item non-response leaves open, the width of the bounds.
        n: respondents who could rate.
        n_valid: respondents who answered at least one item.
        df: degrees of freedom of the interval.
        decision_use: what it is fit for.
        reliability: of the unit, in hundredths; None where it is not known.
        standing: on which side of the plan's standard it lies; None where it is not compared.
        visitors: how many came, of an open wave.
        reach: the least and the greatest it can be among all who came, of an open wave.
    """

    basis: Basis
    value: Rounded
    interval: Range
    bounds: Range
    missing: Rounded
    n: int
    n_valid: int
    df: int
    decision_use: Use
    reliability: int | None = None
    standing: Standing | None = None
    visitors: int | None = None
    reach: Range | None = None

    @property
    def is_indicative(self) -> bool:
        """Whether so few answered that it only gives an idea."""
        return self.n_valid < INDICATIVE_BELOW

    def written(self, language: Language) -> str:
        """The estimate with its interval: 82,5% (78,6-85,9)."""
        return f"{self.value.written(language)} ({self.interval.written(language)})"


@dataclass(frozen=True, kw_only=True)
class PublishedCount(_NeverBare):
    """How many answered, where no percentage may be told: an open wave whose visitors nobody counted."""

    basis: Basis
    n: int
    n_valid: int

    def written(self, language: Language) -> str:
        """The number of respondents."""
        return language.integer(self.n_valid)


@dataclass(frozen=True, kw_only=True)
class Withheld(_NeverBare):
    """No number, and why; how many answered is not told either."""

    basis: Basis
    reason: Reason

    def written(self, language: Language) -> str:
        """A dash: the words that belong to the reason are in `sentences.py`."""
        del language  # it is the same in each
        return EN_DASH


Published = PublishedEstimate | PublishedCount | Withheld


@dataclass(frozen=True, kw_only=True)
class Cell:
    """What is published of one agency, part and recipe."""

    key: Key
    content: Published
