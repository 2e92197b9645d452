"""The interviews of the open wave: who comes forward, when, and what each of them sends."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from analysis.synthetic import volunteers
from survey.answers.codes import CODE_BYTES
from survey.answers.sending_many import Sending
from survey.answers.sent_response import SentResponse
from survey.demo.calendar import STRETCH, STRETCHES
from survey.demo.city import answers
from survey.waves.plan import procedure_of, roles_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from analysis.synthetic import City
    from analysis.synthetic.model import Array
    from survey.demo.calendar import Calendar
    from survey.registry.reads import PlaceView
    from survey.waves.reads import Version, WaveView

# People who were served well are readier to answer a code on the wall: one point more, 1.6 times the odds.
SELECTION: Final = 0.5

_OFFICE_HOURS = (8, 9, 10, 11, 13, 14, 15, 16)
_MEDIAN_SECONDS, _SPREAD = 270.0, 0.4
_TIMES = 4  # the stream of the seed from which hours and durations are drawn
_HOUR = 3600  # seconds


@dataclass(frozen=True)
class Asked:
    """What everybody in the wave is asked: version, consent (its hash) and places by their code."""

    wave: WaveView
    version: Version
    consent: str
    places: Mapping[str, PlaceView]


def stretches(
    city: City, calendar: Calendar, asked: Asked, *, seed: int, count: int
) -> Iterator[list[Sending]]:
    """What comes in, stretch by stretch, in the order of time; what is sent follows from the seed."""
    rows = volunteers(city, seed, count, selection=SELECTION)
    stream = np.random.default_rng([seed, _TIMES])
    second = _HOUR * stream.choice(_OFFICE_HOURS, size=count) + stream.integers(_HOUR, size=count)
    took = (_MEDIAN_SECONDS * np.exp(_SPREAD * stream.standard_normal(count))).astype(int)
    day = city.visits["day"][rows]
    order = np.lexsort((second, day))
    for stretch in range(STRETCHES):
        these = order[day[order] // STRETCH == stretch]
        moments = map(calendar.moment, day[these].tolist(), second[these].tolist())
        yield [
            Sending(secrets.token_bytes(CODE_BYTES), response, moment)
            for response, moment in zip(
                _responses(city, rows[these], took[these], asked), moments, strict=True
            )
        ]


def _responses(city: City, rows: Array, took: Array, asked: Asked) -> Iterator[SentResponse]:
    columns = answers(city, rows, asked.version.instrument)
    places = [asked.places[city.places[place].code] for place in city.visits["place"][rows].tolist()]
    for place, seconds, values in zip(
        places, took.tolist(), zip(*columns.values(), strict=True), strict=True
    ):
        own = dict(zip(columns, values, strict=True))
        procedure = procedure_of(asked.wave.plan, own)
        received, decides, helps = roles_of(asked.wave.plan, place, procedure)
        yield SentResponse(
            wave=asked.wave.id,
            instrument=asked.version.hash,
            place=place.id,
            received=received,
            decides=decides,
            helps=helps,
            procedure=procedure,
            mode="web",
            language="vi",
            consent=asked.consent,
            seconds=seconds,
            values=own,
            wants_receipt=True,
        )
