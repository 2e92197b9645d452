"""What speaks against opening a wave: its name, days and places, what kiosks cannot ask or ask already."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sqlalchemy import select

from questionnaires.item_types import ITEM_TYPES
from survey.refusal import Fault
from survey.waves.models import Wave, WaveMode, WavePlace
from survey.waves.plan import PlanFile
from survey.waves.plan_file import PlanSource
from survey.waves.reads import is_wave_id

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from sqlalchemy import Connection

    from questionnaires.model import Instrument
    from survey.registry.reads import PlaceView
    from survey.waves.plan import Mode
    from survey.waves.reads import Version

AVAILABLE = frozenset({"web", "kiosk"})
KIOSK_ANSWERS = 12  # as many buttons fit on the smallest glass in large text
_SHOWN = 5


@dataclass(frozen=True, kw_only=True)
class Opening:
    """What is asked for when a wave opens; `places` are codes, None every place in force."""

    wave: str
    version: Version
    pinned: bool
    from_day: date
    to_day: date
    modes: tuple[Mode, ...]
    places: tuple[str, ...] | None = None
    plan: PlanSource = field(default_factory=lambda: PlanSource(PlanFile()))


def opening_faults(
    connection: Connection, asked: Opening, places: list[PlaceView], today: date
) -> Iterator[Fault]:
    """Every reason against a wave, but for its plan."""
    yield from _faults_of_name(connection, asked)
    yield from _faults_of_days(asked, today)
    yield from _faults_of_modes(asked)
    yield from _faults_of_places(asked, places)
    if "kiosk" in asked.modes:
        yield from _faults_of_kiosks(connection, asked, places)
        yield from kiosk_faults(asked.version.instrument)


def kiosk_faults(instrument: Instrument) -> Iterator[Fault]:
    """The items that a kiosk cannot ask: an answer is one tap there, and all answers stand on the glass."""
    for item in instrument.items:
        rule, where = ITEM_TYPES[item.type], f"instrument {instrument.name}, item {item.name}"
        if not rule.one_tap:
            remedy = "Leave the item out of the kiosk's questionnaire, or ask it as a single_choice."
            yield _fault("KIOSK_ITEM", where, "an item that one tap answers", item.type.value, remedy)
        elif rule.coded and len(instrument.scale_of(item).codes) > KIOSK_ANSWERS:
            expected, got = f"at most {KIOSK_ANSWERS} answers", str(len(instrument.scale_of(item).codes))
            yield _fault("KIOSK_ITEM", where, expected, got, "Put answers together, or divide the item.")


def _faults_of_name(connection: Connection, asked: Opening) -> Iterator[Fault]:
    if not is_wave_id(asked.wave):
        expected = "a name of 1 to 40 small letters, digits and hyphens, a letter or digit first"
        remedy = "Choose such a name, for example 2026-q1."
        yield _fault("WAVE_NAME", f"wave {asked.wave}", expected, repr(asked.wave), remedy)
    elif connection.execute(select(Wave.id).where(Wave.id == asked.wave)).scalar_one_or_none() is not None:
        remedy = "Choose another name: an opened wave and its plan stay as they are."
        yield _fault(
            "WAVE_EXISTS", f"wave {asked.wave}", "a name that is free", "a wave of that name", remedy
        )


def _faults_of_days(asked: Opening, today: date) -> Iterator[Fault]:
    if asked.to_day < asked.from_day:
        got, remedy = f"{asked.to_day} before {asked.from_day}", "Correct the days."
        yield _fault("DAYS", "--to", f"a day not before {asked.from_day}", got, remedy)
    elif asked.to_day < today:
        remedy = "Give a last day that is still to come; a plan is sealed before the answers."
        yield _fault("DAYS", "--to", f"a day not before today, {today}", str(asked.to_day), remedy)


def _faults_of_modes(asked: Opening) -> Iterator[Fault]:
    for mode in asked.modes:
        if mode not in AVAILABLE:
            expected = f"{' or '.join(sorted(AVAILABLE))}: the other modes are still to come"
            yield _fault("NOT_YET", f"--mode {mode}", expected, mode, "Leave the mode out.")


def _faults_of_places(asked: Opening, places: list[PlaceView]) -> Iterator[Fault]:
    days = f"between {asked.from_day} and {asked.to_day}"
    if not places and asked.from_day <= asked.to_day:
        remedy = "Add places with `longdan units import FILE`, kind `place`."
        yield _fault("NO_PLACES", f"wave {asked.wave}", f"a place in force {days}", "none", remedy)
    absent = sorted(set(asked.places or ()) - {place.code for place in places})
    if absent and places:
        remedy = "Leave these out of the file of units, or correct their days."
        yield _fault("NOT_IN_FORCE", f"wave {asked.wave}", f"places in force {days}", _listed(absent), remedy)


def _faults_of_kiosks(connection: Connection, asked: Opening, places: list[PlaceView]) -> Iterator[Fault]:
    """A kiosk has one wave at a time: whoever stands before it is asked one thing."""
    codes = {place.id: place.code for place in places}
    query = (
        select(Wave.id, WavePlace.place)
        .join(WaveMode, WaveMode.wave == Wave.id)
        .join(WavePlace, WavePlace.wave == Wave.id)
        .where(
            WaveMode.mode == "kiosk",
            Wave.closed.is_(None),
            Wave.from_day <= asked.to_day,
            Wave.to_day >= asked.from_day,
        )
    )
    busy: dict[str, list[str]] = {}
    for wave, place in connection.execute(query):
        if place in codes and wave != asked.wave:
            busy.setdefault(wave, []).append(codes[place])
    for wave, taken in sorted(busy.items()):
        expected = "one kiosk wave at a place at a time"
        got = f"wave {wave} at {_listed(sorted(taken))}"
        remedy = f"Choose other days or places, or close {wave} first."
        yield _fault("KIOSK_TAKEN", f"wave {asked.wave}", expected, got, remedy)


def _listed(codes: list[str]) -> str:
    more = f" and {len(codes) - _SHOWN} more" if len(codes) > _SHOWN else ""
    return ", ".join(codes[:_SHOWN]) + more


def _fault(code: str, where: str, expected: str, got: str, remedy: str) -> Fault:
    return Fault(code=code, where=where, expected=expected, got=got, remedy=remedy)
