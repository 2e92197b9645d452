"""What the report says beside the numbers: names, wordings, period, plan and provenance of a wave."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Literal

from questionnaires.wording import texts
from survey.frozen.layout import PLAN
from survey.refusal import Fault, Refusal
from survey.scoring.report.contents import Agency, ReportInput
from survey.scoring.versions import versions_of
from survey.version import version

if TYPE_CHECKING:
    from collections.abc import Sequence

    from questionnaires.model import Instrument
    from survey.frozen.reading import FrozenWave
    from survey.scoring.rows import ScoreRow
    from survey.scoring.versions import Versions

HEADLINE = "top2/fixed_weights"
TOP = 100


def report_of(wave: FrozenWave, rows: Sequence[ScoreRow], language: str, *, data: str) -> ReportInput:
    """The report's content in a language; the instrument keeps its own where it does not speak it.

    Raises:
        Refusal: the plan's headline is no recipe of the instrument, or its standard no score.
    """
    versions = versions_of(wave)
    instrument = versions.planned
    units = {
        str(unit["code"]): Agency(name=str(unit["name"]), kind=str(unit.get("kind") or ""))
        for unit in wave.units
    }
    agencies = {row.agency: units.get(row.agency) or Agency(name=row.agency) for row in rows}
    headline, standard = _planned(wave)
    by_role = any(construct.role is not None for construct in instrument.constructs)
    subject: Literal["errand", "person"] = "errand" if by_role else "person"
    return ReportInput(
        rows=tuple(rows),
        title=_wording(instrument, language)["title"],
        wave=wave.manifest.wave,
        basis=wave.design.basis,
        subject=subject,
        headline=headline,
        interval="t",
        agencies=agencies,
        items={
            one.item.name: _wording(one.instrument, language)[f"item.{one.item.name}"] for one in versions.all
        },
        constructs=_constructs(versions, language),
        data_hash=data,
        code_version=version(),
        instruments={name: wave.manifest.responses[name] for name in wave.manifest.instruments},
        partly=tuple(one.item.name for one in versions.all if one.item.name in versions.partly),
        plan_hash=wave.manifest.plan,
        after_the_fact=wave.manifest.plan is None,
        opened=_day(wave.manifest.opened),
        closed=_day(wave.manifest.closed),
        standard=standard,
    )


def _constructs(versions: Versions, language: str) -> dict[str, str]:
    """The constructs of the plan's version, then those that only added items measure."""
    wording = _wording(versions.planned, language)
    found = {one.name: wording[f"construct.{one.name}"] for one in versions.planned.constructs}
    for one in versions.added:
        key = f"construct.{one.construct.name}"
        found.setdefault(one.construct.name, _wording(one.instrument, language)[key])
    return found


def _wording(instrument: Instrument, language: str) -> dict[str, str]:
    return texts(instrument, language if language in instrument.languages else instrument.source_language)


def _planned(wave: FrozenWave) -> tuple[str, float | None]:
    """The plan's headline and standard; without a plan the usual recipe, or the instrument's first."""
    recipes = [recipe.name for recipe in wave.instrument.recipes]
    plan = wave.plan or {}
    headline = plan.get("headline", HEADLINE if HEADLINE in recipes else recipes[0])
    standard = plan.get("standard")
    faults = []
    if headline not in recipes:
        faults.append(_not_as_planned(wave, "headline", "a recipe of the instrument", headline))
    is_score = isinstance(standard, (int, float)) and not isinstance(standard, bool) and 0 <= standard <= TOP
    if standard is not None and not is_score:
        faults.append(_not_as_planned(wave, "standard", "a number from 0 to 100", standard))
    if faults:
        raise Refusal(faults)
    return str(headline), float(standard) if isinstance(standard, (int, float)) else None


def _not_as_planned(wave: FrozenWave, key: str, expected: str, got: object) -> Fault:
    return Fault(
        code="WRONG_PLAN",
        where=f"{wave.path / PLAN}: {key}",
        expected=expected,
        got=repr(got),
        remedy="Freeze the wave with a plan that can be carried out; a sealed one is not mended.",
    )


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text[:10])
