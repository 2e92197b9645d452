"""What waves tell: their state, computed from facts, their versions and their places."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from sqlalchemy import Date, bindparam, select

from questionnaires.canonical import from_json
from survey.refusal import Fault, Refusal
from survey.registry.models import Place
from survey.registry.reads import is_place_id, place_query, place_view
from survey.waves import plan as plans
from survey.waves.models import WAVE_ID, InstrumentVersion, Wave, WaveMode, WavePlace, WaveVersion

if TYPE_CHECKING:
    from datetime import date, datetime

    from sqlalchemy import ColumnElement, Connection, Row

    from questionnaires.model import Instrument
    from survey.registry.reads import PlaceView
    from survey.waves.plan import Basis, Mode, Plan

State = Literal["planned", "open", "ended", "closed", "frozen"]

_WAVE_ID = re.compile(WAVE_ID)
_HASH = re.compile("[0-9a-f]{64}")
_READ: dict[str, Instrument] = {}

# What every page of an interview asks is put together once: that takes longer than the asking.
_WAVES = select(Wave.__table__).order_by(Wave.from_day.desc(), Wave.id)
_WAVE = _WAVES.where(Wave.id == bindparam("wave"))
_PLACE = (
    place_query(bindparam("today", type_=Date))
    .join(WavePlace, WavePlace.place == Place.id)
    .where(WavePlace.wave == bindparam("wave"), Place.id == bindparam("place"))
)
_VERSION = select(WaveVersion.hash).where(
    WaveVersion.wave == bindparam("wave"), WaveVersion.hash == bindparam("hash")
)
_LATEST_VERSION = (
    select(WaveVersion.hash)
    .where(WaveVersion.wave == bindparam("wave"))
    .order_by(WaveVersion.offered.desc(), WaveVersion.hash)
    .limit(1)
)


@dataclass(frozen=True)
class WaveView:
    """A wave as it stands on a day.

    `state`: `planned` before its first day, `open` from then to its last, `ended` after that, `closed` when
    no answer is taken any more whatever the day, `frozen` when its folder is written.
    """

    id: str
    instrument: str
    pinned: bool
    from_day: date
    to_day: date
    state: State
    basis: Basis
    modes: frozenset[Mode]
    plan: Plan
    plan_text: str
    plan_hash: str
    opened: datetime
    closed: datetime | None
    frozen: str | None


@dataclass(frozen=True)
class Version:
    """A published instrument and the hash that names it."""

    hash: str
    instrument: Instrument


def is_wave_id(text: str) -> bool:
    """Whether a text has the form of a wave's name; anything may come in a link."""
    return _WAVE_ID.fullmatch(text) is not None


def wave(connection: Connection, wave_id: str, today: date) -> WaveView | None:
    """The wave of that name; None where there is none."""
    if not is_wave_id(wave_id):
        return None
    row = connection.execute(_WAVE, {"wave": wave_id}).one_or_none()
    return None if row is None else _view(row, today)


def known_wave(connection: Connection, wave_id: str, today: date) -> WaveView:
    """The wave that a person named.

    Raises:
        Refusal: there is none, and which there are.
    """
    found = wave(connection, wave_id, today)
    if found is None:
        names = ", ".join(one.id for one in waves(connection, today)) or "none yet"
        where, remedy = f"wave {wave_id}", "Correct the name."
        expected = f"a wave of this site: {names}"
        raise Refusal(
            [Fault(code="UNKNOWN_WAVE", where=where, expected=expected, got=wave_id, remedy=remedy)]
        )
    return found


def waves(connection: Connection, today: date) -> list[WaveView]:
    """Every wave, the latest first."""
    return _waves(connection, today=today)


def open_waves(connection: Connection, today: date) -> list[WaveView]:
    """The waves that take answers on a day, the latest first."""
    return _waves(connection, *_takes_answers(today), today=today)


def kiosk_wave(connection: Connection, place: str, today: date) -> WaveView | None:
    """The one open wave of a place's kiosk."""
    if not is_place_id(place):
        return None
    here = select(WavePlace.wave).where(WavePlace.place == place)
    kiosk = select(WaveMode.wave).where(WaveMode.mode == "kiosk")
    found = _waves(connection, *_takes_answers(today), Wave.id.in_(here), Wave.id.in_(kiosk), today=today)
    return found[0] if found else None


def places_of(connection: Connection, wave_id: str, today: date) -> list[PlaceView]:
    """The places of a wave, by code."""
    here = select(WavePlace.place).where(WavePlace.wave == wave_id)
    query = place_query(today).where(Place.id.in_(here)).order_by(Place.code)
    return [place_view(row) for row in connection.execute(query)]


def place_of(connection: Connection, wave_id: str, place: str, today: date) -> PlaceView | None:
    """The place of a link where the wave collects; None for any other text."""
    if not (is_wave_id(wave_id) and is_place_id(place)):
        return None
    row = connection.execute(_PLACE, {"wave": wave_id, "place": place, "today": today}).one_or_none()
    return None if row is None else place_view(row)


def version_for(connection: Connection, wave_id: str, version: str | None) -> Version | None:
    """The version on which a person goes on, or with which one starts now.

    Args:
        connection: of the main store.
        wave_id: the wave.
        version: the hash a person started with; None for somebody who starts.

    Returns:
        None when the wave offers no such version.
    """
    if version is None:
        found = connection.execute(_LATEST_VERSION, {"wave": wave_id}).scalar_one_or_none()
    elif _HASH.fullmatch(version):
        found = connection.execute(_VERSION, {"wave": wave_id, "hash": version}).scalar_one_or_none()
    else:
        found = None
    return None if found is None else Version(found, instrument(connection, found))


def versions_of(connection: Connection, wave_id: str) -> list[Version]:
    """Every version that the wave has offered, in that order."""
    query = select(WaveVersion.hash).where(WaveVersion.wave == wave_id)
    hashes = connection.execute(query.order_by(WaveVersion.offered, WaveVersion.hash)).scalars()
    return [Version(found, instrument(connection, found)) for found in hashes]


def instrument(connection: Connection, version: str) -> Instrument:
    """The published instrument of that hash; what a hash names never changes, so each is read once.

    Raises:
        KeyError: none of that hash was published.
    """
    if version not in _READ:
        query = select(InstrumentVersion.form).where(InstrumentVersion.hash == version)
        form = connection.execute(query).scalar_one_or_none()
        if form is None:
            raise KeyError(version)
        _READ[version] = from_json(form)
    return _READ[version]


def _takes_answers(today: date) -> tuple[ColumnElement[bool], ...]:
    return Wave.from_day <= today, Wave.to_day >= today, Wave.closed.is_(None)


def _waves(connection: Connection, *conditions: ColumnElement[bool], today: date) -> list[WaveView]:
    return [_view(row, today) for row in connection.execute(_WAVES.where(*conditions))]


def _view(row: Row[*tuple[Any, ...]], today: date) -> WaveView:
    plan = plans.from_json(row.plan)
    return WaveView(
        id=row.id,
        instrument=row.instrument,
        pinned=row.pinned,
        from_day=row.from_day,
        to_day=row.to_day,
        state=_state(row.from_day, row.to_day, row.closed, row.frozen, today),
        basis=row.basis,
        modes=frozenset(plan.modes),
        plan=plan,
        plan_text=row.plan,
        plan_hash=row.plan_hash,
        opened=row.opened,
        closed=row.closed,
        frozen=row.frozen,
    )


def _state(first: date, last: date, closed: datetime | None, frozen: str | None, today: date) -> State:
    if closed is not None:
        return "closed" if frozen is None else "frozen"
    if today < first:
        return "planned"
    return "open" if today <= last else "ended"
