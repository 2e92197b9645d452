"""The design of a sample: strata, first and second stage units, weights, finite populations.

The model follows Lumley, *Complex Surveys* (2010), and R's `survey`: an estimate for a domain keeps the whole
design, so the units are listed here once for all estimates, whatever rows those use.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, get_args

from analysis import units
from analysis.columns import Columns, LonelyPsu
from analysis.errors import StatisticsError
from analysis.frames import Frame, lazy, require
from analysis.measured import Measured, measure
from analysis.units import LastStage

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, init=False)
class SurveyDesign:
    """A frame of interviews with the design by which they were taken.

    Args:
        frame: any eager or lazy frame that Narwhals reads, kept on its own engine, or a file's path (DuckDB).
        strata: column, or list of columns whose combinations are the strata; None is one stratum.
        psu: column of first-stage units; None: the interview is the unit.
        ssu: column of second-stage units. It counts only where `fpc` names two stages: without finite
            populations PSUs are taken as drawn with replacement, and later stages add nothing.
        weights: column of weights, zero or more; None: each interview weighs 1. Zero takes an interview
            out of every estimate but leaves its unit in the design.
        fpc: column of population counts of PSUs (of interviews where `psu` is None), or two columns, the
            second counting second-stage units of the PSU.
        nest: PSU codes repeat across strata.
        lonely_psu: what to do with a stratum that has one PSU: `fail`; `certainty` and `remove` let it add
            nothing; `centre` centres it at zero (R: `adjust`); `average` lets it add what others add on
            average.

    Raises:
        StatisticsError: at construction, naming column, place and remedy.
    """

    frame: Frame
    columns: Columns
    nest: bool
    lonely_psu: LonelyPsu
    base: Frame = field(repr=False)
    shares_interviews: bool
    _ranges: dict[str, Measured] = field(repr=False, compare=False)

    def __init__(  # noqa: PLR0913 - the design has these parts, and the contract names them
        self,
        frame: object,
        *,
        strata: str | Sequence[str] | None = None,
        psu: str | None = None,
        ssu: str | None = None,
        weights: str | None = None,
        fpc: str | Sequence[str] | None = None,
        nest: bool = False,
        lonely_psu: LonelyPsu = "fail",
    ) -> None:
        columns = Columns(
            strata=tuple(dict.fromkeys(_as_tuple(strata))),
            psu=psu,
            ssu=ssu,
            weights=weights,
            fpc=_as_tuple(fpc),
        )
        opened = lazy(frame)
        _check_arguments(columns, lonely_psu)
        require(opened, columns.all, "design")
        for name, value in (
            ("frame", opened),
            ("columns", columns),
            ("nest", nest),
            ("lonely_psu", lonely_psu),
            ("base", opened),
            ("shares_interviews", False),
            ("_ranges", {}),
        ):
            object.__setattr__(self, name, value)
        _ = self.units  # refuse a bad design where it is made, not where it is first used

    @cached_property
    def units(self) -> units.Units:
        """The strata and PSUs of the whole design with their counts."""
        return units.list_units(self.base, self.columns, nest=self.nest, lonely_psu=self.lonely_psu)

    def measured(self, names: Sequence[str]) -> dict[str, Measured]:
        """Type and range of numeric columns, each scanned once.

        Raises:
            StatisticsError: as `measured.measure`.
        """
        new = [name for name in names if name not in self._ranges]
        if new:
            self._ranges.update(measure(self.frame, new))
        return {name: self._ranges[name] for name in names}

    def observing(self, frame: Frame) -> SurveyDesign:
        """The same design and units with other rows to sum over.

        For rows that are parts of interviews (one a judged agency): the units stay those of all interviews.
        Each interview may stand in a domain once only, but in several domains: their covariance is then not
        known where the interview is the last stage, and is refused.
        """
        other = object.__new__(SurveyDesign)
        for name in ("columns", "nest", "lonely_psu", "base"):
            object.__setattr__(other, name, getattr(self, name))
        object.__setattr__(other, "frame", frame)
        object.__setattr__(other, "units", self.units)
        object.__setattr__(other, "_ranges", {})
        object.__setattr__(other, "shares_interviews", True)
        return other

    def refuse_shared_interviews(self) -> None:
        """Refuse to relate domains that may hold the same interviews, where interviews are not listed.

        Raises:
            StatisticsError: `SHARED_INTERVIEWS`.
        """
        listed = self.units.last_stage in {LastStage.PSU, LastStage.SSU}
        if self.shares_interviews and not listed:
            raise StatisticsError(
                "SHARED_INTERVIEWS",
                where="covariance",
                expected="domains that share no interview",
                got="rows of which several may belong to one interview",
                remedy="Estimate on whole interviews, or declare each interview a PSU.",
            )


def _as_tuple(names: str | Sequence[str] | None) -> tuple[str, ...]:
    if names is None:
        return ()
    return (names,) if isinstance(names, str) else tuple(names)


def _check_arguments(columns: Columns, lonely_psu: str) -> None:
    if lonely_psu not in get_args(LonelyPsu):
        raise StatisticsError(
            "UNKNOWN_REMEDY",
            where="lonely_psu",
            expected=", ".join(get_args(LonelyPsu)),
            got=lonely_psu,
            remedy="Choose one of them.",
        )
    if columns.fpc and columns.weights is None:
        raise StatisticsError(
            "FPC_WITHOUT_WEIGHTS",
            where="weights",
            expected="a column of weights, N/n of each stratum or the product of N/n over the stages",
            got="fpc without weights",
            remedy="Give the weights: a weight of 1 would contradict the population counts.",
        )
    if len(columns.fpc) > 2 or (len(columns.fpc) == 2 and columns.psu is None):  # noqa: PLR2004 - two stages
        raise StatisticsError(
            "FPC_STAGES",
            where="fpc",
            expected="one column a stage: one without `psu`, at most two with it",
            got=f"{len(columns.fpc)} columns",
            remedy="Name the population counts of the stages that the design has.",
        )
    if columns.ssu is not None and columns.psu is None:
        raise StatisticsError(
            "SSU_WITHOUT_PSU",
            where="ssu",
            expected="`psu` too",
            got="ssu alone",
            remedy="Give the first-stage units, or name this column `psu`.",
        )
