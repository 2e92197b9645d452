"""Counts of a closed wave that stand beside its responses, and the places and organisations they name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sqlalchemy import func, select

from survey.answers.models import Arrival, Response, Withdrawal
from survey.frozen.layout import UNIT_COLUMNS
from survey.registry.models import Visitors
from survey.registry.reads import organisations

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import date

    from sqlalchemy import Connection

    from survey.registry.reads import PlaceView
    from survey.waves.reads import WaveView

POOLED: Final = "(pooled)"  # no place's code has parentheses
ARRIVALS_LEAST: Final = 5


@dataclass(frozen=True)
class PlaceOfWave:
    """A place as the frozen wave has it: by its code, with its stratum and its count of interviews."""

    code: str
    organisation: str
    stratum: str
    interviews: int


def places_in(connection: Connection, wave: str, places: list[PlaceView]) -> dict[str, PlaceOfWave]:
    """The places of a wave by id.

    Each is a stratum. Places with one interview are joined, with the next smallest where there is but one:
    a stratum with one interview has no variance, and a wave that has it could not be scored.
    """
    query = select(Response.place, func.count()).where(Response.wave == wave).group_by(Response.place)
    interviews = dict(row for row in connection.execute(query))
    pooled = _pooled({place.id: interviews[place.id] for place in places if place.id in interviews})
    return {
        place.id: PlaceOfWave(
            place.code,
            place.organisation,
            POOLED if place.id in pooled else place.code,
            interviews.get(place.id, 0),
        )
        for place in places
    }


def _pooled(interviews: Mapping[str, int]) -> list[str]:
    by_size = sorted(interviews, key=lambda place: (interviews[place], place))
    single = [place for place in by_size if interviews[place] == 1]
    return by_size[: 2 if len(single) == 1 else len(single)]


def arrivals(
    connection: Connection, wave: WaveView, places: Mapping[str, PlaceOfWave]
) -> Iterator[tuple[str, str, int | None, int, int | None]]:
    """Place, day, hour, responses and the day's visitors.

    A day with an hour of fewer than five responses is one row without an hour. A day on which visitors were
    counted and nobody answered has a row too. Visitors stand in every row of their day: count them once.
    """
    query = select(Arrival.place, Arrival.day, Arrival.hour, Arrival.responses).where(Arrival.wave == wave.id)
    days: dict[tuple[str, date], dict[int, int]] = {}
    for place, day, hour, responses in connection.execute(query):
        days.setdefault((place, day), {})[hour] = responses
    visitors = _visitors(connection, wave, places)
    for place, day in sorted(days.keys() | visitors.keys(), key=lambda key: (places[key[0]].code, key[1])):
        hours = days.get((place, day), {})
        told = places[place].code, day.isoformat()
        came = visitors.get((place, day))
        if hours and min(hours.values()) >= ARRIVALS_LEAST:
            yield from ((*told, hour, hours[hour], came) for hour in sorted(hours))
        else:
            yield *told, None, sum(hours.values()), came


def withdrawals(
    connection: Connection, wave: str, places: Mapping[str, PlaceOfWave]
) -> Iterator[tuple[str, int]]:
    """Place and how many responses were withdrawn there."""
    query = select(Withdrawal.place, Withdrawal.n).where(Withdrawal.wave == wave)
    yield from sorted((places[place].code, n) for place, n in connection.execute(query))


def units(
    connection: Connection, wave: str, places: Mapping[str, PlaceOfWave], day: date
) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """Header and rows of the organisations that the places belong to or a response names in a role."""
    named = {place.organisation for place in places.values()}
    for role in (Response.received, Response.decides, Response.helps):
        named.update(connection.scalars(select(role).where(Response.wave == wave).distinct()))
    known = {
        one.code: (one.code, one.name, one.kind, one.parent or "") for one in organisations(connection, day)
    }
    # one that ended before the wave did is told by its code alone
    return (*UNIT_COLUMNS, "parent"), [known.get(code, (code, code, "", "")) for code in sorted(named)]


def _visitors(
    connection: Connection, wave: WaveView, places: Mapping[str, PlaceOfWave]
) -> dict[tuple[str, date], int]:
    query = select(Visitors.place, Visitors.day, Visitors.visitors).where(
        Visitors.day.between(wave.from_day, wave.to_day)
    )
    return {(place, day): came for place, day, came in connection.execute(query) if place in places}
