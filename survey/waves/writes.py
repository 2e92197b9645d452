"""What is done with waves: a version is published, a wave opens with its plan sealed."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import func, insert, select

from questionnaires.canonical import instrument_hash, to_json
from survey.audit.writes import record
from survey.refusal import Fault, Refusal
from survey.registry import reads as registry
from survey.waves import plan as plans
from survey.waves.models import InstrumentVersion, Wave, WaveMode, WavePlace, WaveVersion
from survey.waves.opening import Opening, opening_faults
from survey.waves.plan import Plan
from survey.waves.plan_file import headline_of, plan_faults, procedure_item_of
from survey.waves.reads import Version, versions_of
from survey.waves.reads import instrument as published_instrument
from survey.waves.revision import Breaking, Revision, allowed, revision
from survey.waves.sealed import OPENED

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime

    from sqlalchemy import Connection

    from questionnaires.changes import Kind
    from questionnaires.model import Instrument
    from survey.registry.reads import PlaceView

_SHORTEST_HASH = 8


@dataclass(frozen=True)
class Published:
    """A version, and the waves that offer it from now on; nothing has changed where it is not `new`.

    `changes` says what the version does to the answers of each wave that would offer it; where it was held
    back, the wave stands there and not among `waves`.
    """

    hash: str
    new: bool
    waves: tuple[str, ...] = ()
    changes: Mapping[str, Kind] = field(default_factory=dict)


@dataclass(frozen=True)
class Opened:
    """A wave that has opened: its plan's hash, the head of the audit chain after it, its places."""

    wave: str
    plan_hash: str
    head: str
    places: tuple[PlaceView, ...]


def publish(  # noqa: PLR0913 - what a command asks for
    connection: Connection,
    instrument: Instrument,
    *,
    now: datetime,
    today: date,
    actor: str,
    breaking: Breaking = "refuse",
) -> Published:
    """Publish a version of an instrument; every wave of that name that still takes answers offers it.

    A wave that was opened with a version of its own keeps it. Publishing the same again changes nothing.

    Args:
        connection: of the main store.
        instrument: the version.
        now: when, with a time zone.
        today: the day in the zone of the site.
        actor: who does it, for the audit chain.
        breaking: what becomes of a wave whose answers could not be pooled with those to this version.

    Raises:
        Refusal: such a wave is open, and the version is neither held back from it nor offered all the same,
            or it cannot be offered there at all, as a kiosk cannot ask some of its items.
    """
    version = instrument_hash(instrument)
    known = select(InstrumentVersion.hash).where(InstrumentVersion.hash == version)
    if connection.execute(known).scalar_one_or_none() is not None:
        return Published(version, new=False)
    revisions = _revisions(connection, instrument, today)
    waves = allowed(revisions, breaking)
    latest = select(func.max(InstrumentVersion.published)).where(InstrumentVersion.name == instrument.name)
    published = _later(now, connection.scalar(latest))
    row = {"hash": version, "name": instrument.name, "form": to_json(instrument), "published": published}
    connection.execute(insert(InstrumentVersion).values(row))
    for wave in waves:
        latest = select(func.max(WaveVersion.offered)).where(WaveVersion.wave == wave)
        offered = _later(now, connection.scalar(latest))
        connection.execute(insert(WaveVersion).values(wave=wave, hash=version, offered=offered))
    changes = {one.wave: one.kind for one in revisions}
    detail = {"hash": version, "waves": list(waves), "changes": changes}
    record(
        connection, now=now, actor=actor, act="instrument published", subject=instrument.name, detail=detail
    )
    return Published(version, new=True, waves=waves, changes=changes)


def _revisions(connection: Connection, instrument: Instrument, today: date) -> list[Revision]:
    """What the version brings to each wave that follows its instrument."""
    follows = (
        select(Wave.id, Wave.plan)
        .where(
            Wave.instrument == instrument.name,
            Wave.pinned.is_(False),
            Wave.closed.is_(None),
            Wave.to_day >= today,
        )
        .order_by(Wave.id)
    )
    return [
        revision(
            wave,
            plans.from_json(plan),
            [one.instrument for one in versions_of(connection, wave)],
            instrument,
        )
        for wave, plan in connection.execute(follows).all()
    ]


def version_named(connection: Connection, name: str, version: str | None = None) -> Version | None:
    """The version published last under a name, or that whose hash begins so.

    Returns:
        None when no hash is asked for and nothing was published under the name.

    Raises:
        Refusal: no version, or several, have such a hash.
    """
    query = select(InstrumentVersion.hash).where(InstrumentVersion.name == name)
    newest = query.order_by(InstrumentVersion.published.desc(), InstrumentVersion.hash)
    hashes = list(connection.execute(newest).scalars())
    if version is None:
        return Version(hashes[0], published_instrument(connection, hashes[0])) if hashes else None
    found = [one for one in hashes if one.startswith(version)] if len(version) >= _SHORTEST_HASH else []
    if len(found) != 1:
        expected = (
            f"the hash of one published version of {name}, or its first {_SHORTEST_HASH} digits or more"
        )
        there = ", ".join(one[:12] for one in hashes) or "none"
        remedy = f"There are: {there}. Publish the version first, or name another."
        where = f"instrument {name}@{version}"
        fault = Fault(code="UNKNOWN_VERSION", where=where, expected=expected, got=version, remedy=remedy)
        raise Refusal([fault])
    return Version(found[0], published_instrument(connection, found[0]))


def open_wave(connection: Connection, asked: Opening, *, now: datetime, today: date, actor: str) -> Opened:
    """Open a wave: its plan is sealed, and the audit chain keeps the plan's hash, in one transaction.

    Raises:
        Refusal: everything that speaks against it, at once.
    """
    places = registry.places(connection, asked.from_day, asked.to_day)
    if asked.places is not None:
        places = [place for place in places if place.code in set(asked.places)]
    standing = registry.organisations(connection, max(asked.from_day, min(today, asked.to_day)))
    organisations = frozenset(one.code for one in standing)
    receiving = frozenset(place.organisation for place in places)
    faults = list(opening_faults(connection, asked, places, today))
    faults += plan_faults(asked.plan, asked.version.instrument, organisations, receiving)
    if faults:
        raise Refusal(faults)
    plan = _sealed(asked, places)
    text = plans.to_json(plan)
    digest = plans.plan_hash(text)
    _insert(connection, asked, places, text, now)
    detail = {
        "plan": digest,
        "instrument": plan.instrument,
        "version": plan.version,
        "pinned": plan.pinned,
        "from": plan.starts.isoformat(),
        "to": plan.stops.isoformat(),
        "modes": list(plan.modes),
        "basis": plan.basis,
        "places": len(places),
    }
    head = record(connection, now=now, actor=actor, act=OPENED, subject=asked.wave, detail=detail)
    return Opened(asked.wave, digest, head, tuple(places))


def _sealed(asked: Opening, places: list[PlaceView]) -> Plan:
    instrument = asked.version.instrument
    written = asked.plan.plan
    recipe = headline_of(written, instrument)
    weights = {} if recipe is None else {one.item: one.weight for one in recipe.item_weights}
    equal = {item.name: 1.0 for item in instrument.items if item.construct is not None}
    return Plan.model_validate(
        dict(written)
        | {
            "procedure_item": procedure_item_of(written, instrument),
            "wave": asked.wave,
            "instrument": instrument.name,
            "version": asked.version.hash,
            "pinned": asked.pinned,
            "modes": asked.modes,
            "basis": "open",
            "starts": asked.from_day,
            "stops": asked.to_day,
            "places": {place.code: place.organisation for place in places},
            "item_weights": weights or equal,
        }
    )


def _insert(
    connection: Connection, asked: Opening, places: list[PlaceView], plan: str, now: datetime
) -> None:
    connection.execute(
        insert(Wave).values(
            id=asked.wave,
            instrument=asked.version.instrument.name,
            pinned=asked.pinned,
            from_day=asked.from_day,
            to_day=asked.to_day,
            basis="open",
            plan=plan,
            plan_hash=plans.plan_hash(plan),
            opened=now,
        )
    )
    version = {"wave": asked.wave, "hash": asked.version.hash, "offered": now}
    connection.execute(insert(WaveVersion).values(version))
    connection.execute(insert(WaveMode), [{"wave": asked.wave, "mode": mode} for mode in asked.modes])
    connection.execute(insert(WavePlace), [{"wave": asked.wave, "place": place.id} for place in places])


def _later(now: datetime, latest: datetime | None) -> datetime:
    """Now, but after what came last: the order of versions must not hang on a clock that was put back."""
    return now if latest is None else max(now, latest + timedelta(microseconds=1))
