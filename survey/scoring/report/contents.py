"""What a report is made from: the scores, and everything that a reader must know to weigh them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from questionnaires.model import Measure, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import date

    from survey.scoring.rows import ScoreRow

COMMUNE_KINDS = ("phuong", "xa", "dac_khu")


@dataclass(frozen=True, kw_only=True)
class Agency:
    """Who is judged: the name as registered, and the kind of `units.csv` (empty outside the registry)."""

    name: str
    kind: str = ""


@dataclass(frozen=True, kw_only=True)
class Thresholds:
    """The limits under which a number is withheld, indicative or unfit for decisions; persons and points."""

    withheld_below: int = 10
    indicative_below: int = 30
    effective_n: int = 30
    df: int = 8
    width: int = 30
    reliability: float = 0.70


@dataclass(frozen=True, kw_only=True)
class ReportInput:
    """The scores of one frozen wave with their names and their provenance.

    `rows` are those of `scores.csv`. `items` and `constructs` give the wording by name, in the report's
    language and the instrument's order. `subject` says what one interview is about: an errand done at the
    agency, or the person's view of it. `interval` names the method of the intervals. `standard` (0 to 100, on
    the headline's measure) is given only where the sealed plan fixed it. `visitors` counts arrivals by agency
    in an open wave; an agency that is not counted is left out. `instruments` says how many answered each
    version, by its hash; `partly` names the items that some of them were not offered.

    Raises:
        ValueError: a row names an agency, item or construct without a name here, an agency has no row of the
            headline, or a row stands twice; all faults at once.
    """

    rows: tuple[ScoreRow, ...]
    title: str
    wave: str
    basis: Literal["probability", "all_invited", "open"]
    subject: Literal["errand", "person"]
    headline: str
    interval: Literal["t", "logit", "xlogit", "wilson", "beta", "korn_graubard"]
    agencies: Mapping[str, Agency]
    items: Mapping[str, str]
    constructs: Mapping[str, str]
    data_hash: str
    code_version: str
    instruments: Mapping[str, int] = field(default_factory=dict)
    partly: tuple[str, ...] = ()
    plan_hash: str | None = None
    after_the_fact: bool = False
    opened: date | None = None
    closed: date | None = None
    standard: float | None = None
    visitors: Mapping[str, int] | None = None
    thresholds: Thresholds = field(default_factory=Thresholds)

    def __post_init__(self) -> None:
        faults = list(_faults(self))
        if faults:
            raise ValueError("; ".join(faults))

    @property
    def measure(self) -> Measure:
        """What the headline measures."""
        return Measure(self.headline.partition("/")[0])

    @property
    def rule(self) -> Rule:
        """How the headline makes an index of items."""
        return Rule(self.headline.partition("/")[2])

    @property
    def compared(self) -> bool:
        """Whether agencies are set against a standard: it takes one from the plan, and a drawn sample."""
        return self.standard is not None and self.basis == "probability"

    def headlines(self) -> dict[str, ScoreRow]:
        """The headline row of each agency, by its code, in the order of the rows."""
        return {row.agency: row for row in self.rows if is_index(row) and row.recipe == self.headline}

    def of(self, agency: str) -> tuple[ScoreRow, ...]:
        """All rows of one agency."""
        return tuple(row for row in self.rows if row.agency == agency)


def is_index(row: ScoreRow) -> bool:
    """Whether the row is the agency's whole index, not one construct or item."""
    return not row.construct and not row.item


def _faults(report: ReportInput) -> Iterator[str]:
    try:
        report.measure, report.rule  # noqa: B018 - reading them is the check
    except ValueError:
        yield f"headline: expected a recipe such as top2/fixed_weights, got {report.headline!r}"
    headlines = report.headlines()
    seen = set()
    for row in report.rows:
        key = (row.agency, row.construct, row.item, row.recipe)
        where = "/".join(filter(None, key))
        if key in seen:
            yield f"{where}: the row stands twice"
        seen.add(key)
        if row.agency not in report.agencies:
            yield f"{where}: the agency has no name"
        if row.item and row.item not in report.items:
            yield f"{where}: the item has no wording"
        if row.construct and row.construct not in report.constructs:
            yield f"{where}: the construct has no wording"
        if row.basis != report.basis:
            yield f"{where}: expected the basis {report.basis}, got {row.basis!r}"
        if row.agency not in headlines:
            yield f"{where}: the agency has no row of the headline {report.headline}"
