"""The days of a demonstration: a wave of twelve weeks that is over, and waves that are open now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cached_property
from typing import Final

STRETCHES: Final = 6  # what came in was settled after each: two weeks
STRETCH: Final = 10  # working days

_WEEKS = 12
_DAYS_A_WEEK = 5
_OPEN_WEEKS = 26
_FRIDAY = 4
_MORNING, _EVENING = time(9), time(21)


@dataclass(frozen=True)
class Calendar:
    """When everything happens, around the time at which the demonstration is made.

    Attributes:
        now: that time, in the zone of the site.
    """

    now: datetime

    @property
    def last(self) -> date:
        """The last day of the wave that is over: a Friday, so that the Monday after it has come."""
        settled = self.now.date() - timedelta(days=4)
        return settled - timedelta(days=(settled.weekday() - _FRIDAY) % 7)

    @property
    def first(self) -> date:
        """Its first day, a Monday."""
        return self.last - timedelta(weeks=_WEEKS - 1, days=_DAYS_A_WEEK - 1)

    @cached_property
    def days(self) -> tuple[date, ...]:
        """Its working days."""
        weeks = (self.first + timedelta(weeks=week) for week in range(_WEEKS))
        return tuple(monday + timedelta(days=day) for monday in weeks for day in range(_DAYS_A_WEEK))

    @property
    def prepared(self) -> datetime:
        """When the site was made and the wave opened: the Monday before."""
        return self._at(self.first - timedelta(weeks=1), _MORNING)

    def evening(self, stretch: int) -> datetime:
        """The evening of the last day of a stretch (from 0), after its last interview."""
        return self._at(self.days[(stretch + 1) * STRETCH - 1], _EVENING)

    @property
    def closed(self) -> datetime:
        """When the wave was closed: the Monday after."""
        return self._at(self.last + timedelta(days=3), _MORNING)

    @property
    def opens(self) -> date:
        """The first day of the waves that are open."""
        return self.now.date()

    @property
    def stops(self) -> date:
        """The last day of the waves that are open."""
        return self.now.date() + timedelta(weeks=_OPEN_WEEKS)

    def moment(self, day: int, second: int) -> datetime:
        """A second of one of the working days, both from 0."""
        return self._at(self.days[day], time()) + timedelta(seconds=second)

    def _at(self, day: date, moment: time) -> datetime:
        return datetime.combine(day, moment, tzinfo=self.now.tzinfo)
