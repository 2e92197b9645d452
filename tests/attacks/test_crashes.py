"""Server and database are killed while eight people send: whoever was thanked has one response, nobody two.

Who gets no answer sends the same again, as a person does. The database is also killed at every step of
settling and closing; who settles and closes is so in `tests/survey/answers/test_settling.py` and
`tests/survey/frozen/test_closing.py`.
"""

from __future__ import annotations

import contextlib
from functools import partial
from typing import TYPE_CHECKING

import pytest
from sqlalchemy.exc import OperationalError

from survey import keys
from survey.answers.models import Response
from survey.answers.settling import settle
from survey.frozen.closing import close
from survey.frozen.reading import verify
from tests.attacks.crowd import answering, kept_once
from tests.attacks.served import open_wave, serving, wait_for
from tests.survey.answers.collecting import collecting, count, kept
from tests.survey.answers.test_settling import people
from tests.survey.frozen.test_closing import AFTER, EMPTY, answer, is_done, rows_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from survey.site import Site
    from tests.attacks.served import Server
    from tests.postgres import Cluster

SOME = 20  # interviews before the crash, and after it


def crashing(site: Site, crash: Callable[[Server], None]) -> None:
    """People answer, and go on when it has crashed."""
    site, base = open_wave(site)
    with serving(site.home) as server:
        with answering(server, base) as crowd:
            wait_for(lambda: len(crowd.thanked) >= SOME, "interviews")
            crash(server)
            before = len(crowd.thanked)
            wait_for(lambda: len(crowd.thanked) >= before + SOME, "interviews after the crash")
        assert crowd.repeated > 0
        kept_once(site, crowd)


def test_the_server_is_killed(site: Site) -> None:
    def crash(server: Server) -> None:
        server.kill()
        server.start()

    crashing(site, crash)


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_postgresql_is_killed(alone: Site, cluster: Cluster) -> None:
    def crash(server: Server) -> None:
        cluster.kill()
        assert not server.is_ready()
        cluster.start()
        wait_for(server.is_ready, "the server to find its database again")

    crashing(alone, crash)


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_server_and_postgresql_are_killed_at_once(alone: Site, cluster: Cluster) -> None:
    def crash(server: Server) -> None:
        cluster.kill()
        server.kill()
        cluster.start()
        server.start()

    crashing(alone, crash)


def dies_at(cluster: Cluster, point: int, act: Callable[[Callable[[str], None]], object]) -> bool:
    """Whether the database was killed at that step of an act, and not there any more for what followed."""
    seen = 0

    def step(_: str) -> None:
        nonlocal seen
        seen += 1
        if seen == point:
            cluster.kill()

    with contextlib.suppress(OperationalError):
        act(step)
    if seen < point:
        return False
    cluster.start()
    return True


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_postgresql_is_killed_at_every_step_of_settling(alone: Site, cluster: Cluster) -> None:
    home, stores = alone
    asked = collecting(stores.main)
    for point in range(1, 30):
        people(alone, asked, 20)
        killed = dies_at(cluster, point, lambda step: settle(stores.main, home, step=step))
        assert kept(stores.main) == 20 * point
        settle(stores.main, home)
        assert count(stores.main, Response) == 20 * point
        assert keys.batches(home) == []
        if not killed:
            break
    assert 7 < point < 29


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
@pytest.mark.parametrize("first_step", [1, 2])
def test_postgresql_is_killed_at_every_other_step_of_closing(
    alone: Site, cluster: Cluster, first_step: int
) -> None:
    home, stores = alone
    for point in range(first_step, 60, 2):
        asked = collecting(stores.main, wave=f"wave-{point}")
        sent = answer(alone, asked, [22, 3])
        freeze = partial(close, stores, home, asked.wave, AFTER, actor="command")
        killed = dies_at(cluster, point, lambda step, freeze=freeze: freeze(step=step))
        if killed and not is_done(stores, asked.wave):
            freeze()
        frozen = home.waves / asked.wave
        assert verify(frozen) == []
        found = [row["interviewer"] for row in rows_of(frozen)]
        assert sorted(found) == sorted(response.interviewer for response in sent)
        assert [count(stores.main, table) for table in EMPTY] == [0] * len(EMPTY)
        assert not list(home.waves.glob(".*unfinished"))
        if not killed:
            break
    assert 15 < point < 59
