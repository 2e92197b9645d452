"""What a new version brings to a wave that would offer it: may its answers join those there are?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, get_args

from questionnaires.changes import Kind, breaks, changes, worst
from questionnaires.item_types import ITEM_TYPES
from survey.refusal import Fault, Refusal
from survey.waves.opening import kiosk_faults

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from questionnaires.changes import Change
    from questionnaires.model import Instrument
    from survey.waves.plan import Plan

Breaking = Literal["refuse", "hold", "offer"]
"""What becomes of a version that breaks an open wave: it is refused, held back from it, or offered there."""

BREAKING: tuple[Breaking, ...] = get_args(Breaking)

_HOLD = "publish with `--breaking hold` for waves to come"
_OFFER = "with `--breaking offer`: scores that need it are then withheld in this wave"


@dataclass(frozen=True, kw_only=True)
class Revision:
    """A version as it is to one wave.

    Attributes:
        wave: the wave.
        kind: what the version does to the answers that the wave has or may still get.
        faults: why they could not all be pooled.
        impossible: why the wave cannot offer it whatever is lost.
    """

    wave: str
    kind: Kind
    faults: tuple[Fault, ...]
    impossible: tuple[Fault, ...]


def revision(wave: str, plan: Plan, offered: Sequence[Instrument], new: Instrument) -> Revision:
    """What a version brings to a wave.

    Args:
        wave: its name.
        plan: what it sealed: items that the plan names shall be asked of everybody.
        offered: the versions it has offered, in that order; who began with one goes on with it.
        new: the version that comes.
    """
    broken = breaks(offered, new)
    faults = [_broken(wave, change) for change in broken]
    faults += [_dropped(wave, name) for name in sorted(_dropped_items(plan, offered, new))]
    impossible = [*_other_columns(wave, offered, new)]
    if "kiosk" in plan.modes:
        impossible += kiosk_faults(new)
    since = worst(change for change in changes(offered[-1], new) if change.kind is not Kind.BREAKING)
    kind = Kind.BREAKING if faults else since or Kind.COMPARABLE
    return Revision(wave=wave, kind=kind, faults=tuple(faults), impossible=tuple(impossible))


def allowed(revisions: Sequence[Revision], breaking: Breaking) -> tuple[str, ...]:
    """The waves that are to offer a version.

    Raises:
        Refusal: the version breaks a wave, and that is neither avoided nor accepted, or cannot be.
    """
    if breaking == "hold":
        return tuple(one.wave for one in revisions if not one.faults and not one.impossible)
    faults = [fault for one in revisions for fault in one.impossible]
    if breaking == "refuse":
        faults += [fault for one in revisions for fault in one.faults]
    if faults:
        raise Refusal(list(dict.fromkeys(faults)))
    return tuple(one.wave for one in revisions)


def _broken(wave: str, change: Change) -> Fault:
    return Fault(
        code="BREAKING_CHANGE",
        where=f"wave {wave}: {', '.join(change.items)}",
        expected=f"the {change.part} of the versions that the wave offers, {change.before or 'none'}",
        got=change.after or "none",
        remedy=f"Declare under `rewordings` that it asks the same, or {_HOLD}, or {_OFFER}.",
    )


def _dropped_items(plan: Plan, offered: Sequence[Instrument], new: Instrument) -> set[str]:
    """Items that the plan names, everybody was asked until now and the new version no longer asks."""
    named = {name for name, weight in plan.item_weights.items() if weight > 0} | set(plan.adjusters)
    if plan.procedure_item is not None:
        named.add(plan.procedure_item)
    asked = [{item.name for item in one.items} for one in offered]
    return named.intersection(*asked) - {item.name for item in new.items}


def _dropped(wave: str, name: str) -> Fault:
    return Fault(
        code="PLANNED_ITEM_DROPPED",
        where=f"wave {wave}: {name}",
        expected="every item that the sealed plan names",
        got="a version without it",
        remedy=f"Keep the item, or {_HOLD}, or {_OFFER}.",
    )


def _other_columns(wave: str, offered: Sequence[Instrument], new: Instrument) -> Iterator[Fault]:
    """Items that would need two kinds of column under one name in the wave's data."""
    for item in new.items:
        now = ITEM_TYPES[item.type].export
        before = [one for version in offered for one in version.items if one.name == item.name]
        if other := next((one for one in before if ITEM_TYPES[one.type].export is not now), None):
            yield Fault(
                code="OTHER_COLUMN",
                where=f"wave {wave}: {item.name}",
                expected=f"a {other.type} item, as this wave has offered it",
                got=f"a {item.type} item",
                remedy=f"Give the item another name, or {_HOLD}.",
            )
