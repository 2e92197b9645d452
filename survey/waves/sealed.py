"""Whether waves are as they were sealed: the plan against the audit chain, the wave against its plan."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from survey.audit.models import Entry
from survey.refusal import Fault
from survey.registry.models import Place
from survey.waves import plan as plans
from survey.waves.models import Wave, WaveMode, WavePlace

if TYPE_CHECKING:
    from sqlalchemy import Connection, Row

OPENED = "wave opened"  # as the chain calls it


def seal_faults(connection: Connection) -> list[Fault]:
    """Waves whose plan is not the one that the chain noted, or that are not as their plan says."""
    faults = []
    for row in connection.execute(select(Wave.__table__).order_by(Wave.id)):
        noted, has = _noted(connection, row.id), plans.plan_hash(row.plan)
        if {noted, row.plan_hash, has} != {has}:
            faults.append(_fault(row.id, f"the plan {noted} that the audit chain noted", f"a plan {has}"))
            continue
        said, found = _said(plans.from_json(row.plan)), _found(connection, row)
        other = [name for name in said if said[name] != found[name]]
        expected = ", ".join(f"{name} {said[name]}" for name in other)
        got = ", ".join(f"{name} {found[name]}" for name in other)
        faults += [_fault(row.id, f"as its plan says: {expected}", got)] if other else []
    return faults


def _noted(connection: Connection, wave: str) -> str:
    """The hash of the plan with which the chain says that the wave opened."""
    opened = select(Entry.detail).where(Entry.act == OPENED, Entry.subject == wave)
    details = connection.scalars(opened.order_by(Entry.number)).all()
    return str(json.loads(details[0])["plan"]) if details else "(none)"


def _said(plan: plans.Plan) -> dict[str, Any]:
    return {
        "instrument": plan.instrument,
        "pinned": plan.pinned,
        "days": f"{plan.starts} to {plan.stops}",
        "basis": plan.basis,
        "modes": sorted(plan.modes),
        "places": sorted(plan.places),
    }


def _found(connection: Connection, row: Row[Any]) -> dict[str, Any]:
    modes = select(WaveMode.mode).where(WaveMode.wave == row.id)
    places = select(Place.code).join(WavePlace, WavePlace.place == Place.id).where(WavePlace.wave == row.id)
    return {
        "instrument": row.instrument,
        "pinned": row.pinned,
        "days": f"{row.from_day} to {row.to_day}",
        "basis": row.basis,
        "modes": sorted(connection.scalars(modes)),
        "places": sorted(connection.scalars(places)),
    }


def _fault(wave: str, expected: str, got: str) -> Fault:
    remedy = "Compare with a backup: the wave was changed behind the program."
    return Fault(code="PLAN_CHANGED", where=f"wave {wave}", expected=expected, got=got, remedy=remedy)
