"""Server and database are killed while eight people send: whoever was thanked has one response, nobody two.

Who gets no answer sends the same again, as a person does. Kills at every step of settling and of closing are
in `tests/survey/answers/test_settling.py` and `tests/survey/frozen/test_closing.py`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.attacks.crowd import answering, kept_once
from tests.attacks.served import open_wave, serving, wait_for

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
