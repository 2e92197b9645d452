"""The scores of a frozen wave: its answers through the statistics, on the engine that was chosen."""

from __future__ import annotations

import importlib
import os
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Literal

from analysis import SurveyDesign
from analysis.frames import lazy
from analysis.indices import IndexEstimate, indices
from survey.refusal import Fault, Refusal
from survey.scoring.judged import AGENCY, Judgement, Part, agencies_in_roles, judgements, unpooled
from survey.scoring.rows import ScoreRow
from survey.scoring.thresholds import decision_use, suppressed
from survey.scoring.versions import versions_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from survey.frozen.layout import Basis, Design
    from survey.frozen.reading import FrozenWave
    from survey.scoring.versions import Versions

Engine = Literal["duckdb", "polars"]

_Key = tuple[str, str, str, str]
"""Agency, construct, item and recipe."""


def scores(wave: FrozenWave, *, engine: Engine = "duckdb", threads: int | None = None) -> list[ScoreRow]:
    """Every score of the wave, sorted by agency, construct, item and recipe.

    Args:
        wave: the frozen wave.
        engine: who runs the pass; the numbers are the same to the last bit.
        threads: how many threads it may use; None: all cores.

    Raises:
        Refusal: an agency is both named by the instrument and found in a role, nothing is rated, or there are
            several versions of the instrument and the plan names none of them.
        StatisticsError: the design cannot carry an estimate.
    """
    versions = versions_of(wave)
    if not versions.rated:
        raise Refusal([_nothing_rated(wave)])
    rows: list[ScoreRow] = []
    with _frame(wave, engine, threads) as frame:
        design = _design(unpooled(frame, versions.changed) if versions.changed else frame, wave.design)
        for judgement in judgements(versions):
            made = list(_rows(_estimates(design, judgement, wave.design), judgement, versions, wave))
            twice = {row.agency for row in rows} & {row.agency for row in made}
            if twice:
                raise Refusal([_in_two_ways(agency) for agency in sorted(twice)])
            rows += made
    rows = _without_single_constructs(rows)
    return sorted(rows, key=lambda row: (row.agency, row.construct, row.item, row.recipe))


@contextmanager
def _frame(wave: FrozenWave, engine: Engine, threads: int | None) -> Iterator[object]:
    if engine == "duckdb":
        with wave.engine(threads=threads) as connection:
            yield connection.table("responses")
        return
    if threads is not None:
        # Polars reads this once, when it is loaded
        os.environ["POLARS_MAX_THREADS"] = str(threads)
    try:
        polars = importlib.import_module("polars")
    except ModuleNotFoundError as error:
        fault = Fault(
            code="NO_POLARS",
            where="--engine polars",
            expected="the package polars",
            got="it is not installed",
            remedy="Install the extra `research`, or leave --engine out.",
        )
        raise Refusal([fault]) from error
    yield polars.scan_parquet(list(wave.responses))


def _design(frame: object, design: Design) -> SurveyDesign:
    return SurveyDesign(
        frame,
        strata=design.strata,
        psu=design.psu,
        ssu=design.ssu,
        weights=design.weights,
        fpc=design.fpc or None,
        lonely_psu=design.lonely_psu or "fail",
    )


def _estimates(design: SurveyDesign, judgement: Judgement, described: Design) -> list[IndexEstimate]:
    if not judgement.roles:
        return indices(design, judgement.items, judgement.sets)
    named = (described.strata, described.psu, described.ssu, described.weights, *described.fpc)
    kept = [name for name in named if name is not None]
    rows = agencies_in_roles(lazy(design.frame), judgement, kept)
    return indices(design.observing(rows), judgement.items, judgement.sets, by=[AGENCY])


def _rows(
    estimates: list[IndexEstimate], judgement: Judgement, versions: Versions, wave: FrozenWave
) -> Iterator[ScoreRow]:
    """The rows of the plan's recipes; where a recipe gives a part no weight, its row says so."""
    recipes = frozenset(recipe.name for recipe in versions.planned.recipes)
    by_item = frozenset(f"{recipe.measure}/item" for recipe in versions.planned.recipes)
    constructs = {one.item.name: one.construct for one in versions.all}
    found: dict[_Key, IndexEstimate | None] = {}
    for estimate in estimates:
        if estimate.item:
            construct = constructs[estimate.item]
            part = Part(agency=construct.agency or "", construct=construct.name, recipes=by_item)
        else:
            part = judgement.parts[estimate.set]
        agency = part.agency or str(estimate.domain[0])
        for recipe in recipes:
            # an agency that only added items judge has a whole index too, of which nothing is made
            found.setdefault((agency, "" if estimate.item else part.construct, "", recipe), None)
        recipe = f"{estimate.measure}/{estimate.rule}"
        if recipe in part.recipes:
            found[agency, part.construct, estimate.item, recipe] = estimate
    split = _split(found, judgement, versions)
    kinds = {str(unit["code"]): str(unit.get("kind") or "") for unit in wave.units}
    for key, one in found.items():
        yield _row(key, one, kinds, wave.design.basis, pooled=key not in split)


def _split(
    found: dict[_Key, IndexEstimate | None], judgement: Judgement, versions: Versions
) -> frozenset[_Key]:
    """Rows that would mix questions: of an item that changed, or of a set that not all were asked alike."""
    judged = {(agency, item) for agency, _, item, _ in found if item}
    sets = {one.name: {item.column for item in one.items} for one in judgement.sets}
    apart = versions.changed | versions.partly
    return frozenset(
        key
        for key, estimate in found.items()
        if key[2] in versions.changed
        or (
            estimate is not None
            and not key[2]
            and any((key[0], item) in judged for item in sets[estimate.set] & apart)
        )
    )


def _row(
    key: _Key, estimate: IndexEstimate | None, kinds: dict[str, str], basis: Basis, *, pooled: bool
) -> ScoreRow:
    agency, construct, item, recipe = key
    reason = suppressed(estimate, pooled=pooled)
    return ScoreRow(
        agency=agency,
        kind=kinds.get(agency, ""),
        construct=construct,
        item=item,
        recipe=recipe,
        basis=basis,
        decision_use=decision_use(estimate, basis, reason=reason),
        suppressed=reason,
        **({} if estimate is None or reason else _numbers(estimate)),
    )


def _numbers(estimate: IndexEstimate) -> dict[str, Any]:
    low, high = estimate.bound_low, estimate.bound_high
    return {
        "estimate": estimate.value,
        "se": estimate.se,
        "ci_low": estimate.low,
        "ci_high": estimate.high,
        "df": estimate.df,
        "n": estimate.n,
        "n_valid": estimate.n_valid,
        "missing_share": None if low is None or high is None else (high - low) / 100,
        "bound_low": low,
        "bound_high": high,
        "deff": estimate.deff,
    }


def _without_single_constructs(rows: list[ScoreRow]) -> list[ScoreRow]:
    """An agency that answers for one construct has no rows of it: they would say the index again."""
    constructs: dict[str, set[str]] = {}
    for row in rows:
        if row.construct and not row.item:
            constructs.setdefault(row.agency, set()).add(row.construct)
    single = {agency for agency, names in constructs.items() if len(names) == 1}
    return [row for row in rows if row.item or not row.construct or row.agency not in single]


def _nothing_rated(wave: FrozenWave) -> Fault:
    return Fault(
        code="NOTHING_RATED",
        where=f"{wave.path}: instrument {wave.instrument.name}",
        expected="at least one rated item with a construct",
        got="none",
        remedy="Say in the definition which construct each rating measures and whom it judges.",
    )


def _in_two_ways(agency: str) -> Fault:
    return Fault(
        code="AGENCY_IN_TWO_WAYS",
        where=f"agency {agency}",
        expected="an agency that the instrument names, or one found in a role",
        got="both",
        remedy="Give the agency that the constructs name a code of its own.",
    )
