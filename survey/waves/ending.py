"""When a wave takes an answer: on its days, and for an hour more from who began before its last midnight.

Somebody who has the last question before them at midnight has answered on the last day. A response of that
hour counts at the end of the last day, so that no count lies outside the days of the wave.
"""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from datetime import date

GRACE: Final = timedelta(hours=1)


def takes(first: date, last: date, begun: datetime, now: datetime) -> bool:
    """Whether an interview that began then may be sent now.

    Args:
        first: of the wave's days; `last` likewise.
        last: as above.
        begun: in the time zone of the site, as all moments here.
        now: when it is sent.
    """
    midnight = _end(last, now)
    return first <= begun.date() and begun < midnight and now < midnight + GRACE


def counted(last: date, now: datetime) -> datetime:
    """The moment at which a response counts that is sent now."""
    return min(now, _end(last, now) - timedelta(minutes=1))


def _end(last: date, now: datetime) -> datetime:
    return datetime.combine(last + timedelta(days=1), time(), now.tzinfo)
