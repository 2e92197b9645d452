"""What the report says beside the numbers: names, wordings, period, plan and provenance of a wave."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Literal

from questionnaires.wording import texts
from survey.scoring.report.contents import Agency, ReportInput
from survey.version import version

if TYPE_CHECKING:
    from collections.abc import Sequence

    from survey.frozen.reading import FrozenWave
    from survey.scoring.rows import ScoreRow

HEADLINE = "top2/fixed_weights"


def report_of(wave: FrozenWave, rows: Sequence[ScoreRow], language: str, *, data: str) -> ReportInput:
    """The report's content in a language; the instrument keeps its own where it does not speak it."""
    instrument = wave.instrument
    wording = texts(instrument, language if language in instrument.languages else instrument.source_language)
    units = {
        str(unit["code"]): Agency(name=str(unit["name"]), kind=str(unit.get("kind") or ""))
        for unit in wave.units
    }
    agencies = {row.agency: units.get(row.agency) or Agency(name=row.agency) for row in rows}
    plan = wave.plan or {}
    by_role = any(construct.role is not None for construct in instrument.constructs)
    subject: Literal["errand", "person"] = "errand" if by_role else "person"
    standard = plan.get("standard")
    return ReportInput(
        rows=tuple(rows),
        title=wording["title"],
        wave=wave.manifest.wave,
        basis=wave.design.basis,
        subject=subject,
        headline=_headline(rows, plan),
        interval="t",
        agencies=agencies,
        items={item.name: wording[f"item.{item.name}"] for item in instrument.items if item.construct},
        constructs={one.name: wording[f"construct.{one.name}"] for one in instrument.constructs},
        data_hash=data,
        code_version=version(),
        instruments=wave.manifest.instruments,
        plan_hash=wave.manifest.plan,
        after_the_fact=wave.manifest.plan is None,
        opened=_day(wave.manifest.opened),
        closed=_day(wave.manifest.closed),
        standard=float(standard) if isinstance(standard, (int, float)) else None,
    )


def _headline(rows: Sequence[ScoreRow], plan: object) -> str:
    """The plan's headline; without a plan the usual one, or the first that the instrument has."""
    known = list(dict.fromkeys(row.recipe for row in rows if not row.construct and not row.item))
    planned = plan.get("headline") if isinstance(plan, dict) else None
    wanted = [recipe for recipe in (planned, HEADLINE) if recipe in known]
    return str((wanted or known)[0])


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text[:10])
