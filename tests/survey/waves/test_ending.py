"""On which moments an interview may be sent, and when it counts."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from survey.waves.ending import counted, takes

FIRST, LAST = date(2026, 3, 2), date(2026, 3, 31)
ZONE = ZoneInfo("Asia/Ho_Chi_Minh")


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """A moment counted from the first of March."""
    return datetime(2026, 3, 1, tzinfo=ZONE) + timedelta(days=day - 1, hours=hour, minutes=minute)


@pytest.mark.parametrize(
    ("begun", "sent", "taken"),
    [
        (at(1, 23, 59), at(2, 0, 5), False),
        (at(2, 0), at(2, 0), True),
        (at(31, 23, 59), at(31, 23, 59), True),
        (at(31, 23, 59), at(32, 0, 59), True),
        (at(31, 23, 59), at(32, 1), False),
        (at(2, 9), at(32, 0, 30), True),
        (at(32, 0), at(32, 0), False),
        (at(32, 0), at(32, 0, 30), False),
        (at(40, 9), at(40, 9), False),
    ],
)
def test_an_interview_is_taken(begun: datetime, sent: datetime, *, taken: bool) -> None:
    assert takes(FIRST, LAST, begun, sent) is taken


def test_what_comes_after_midnight_counts_on_the_last_day() -> None:
    assert counted(LAST, at(31, 23, 20)) == at(31, 23, 20)
    assert counted(LAST, at(32, 0, 20)) == at(31, 23, 59)
