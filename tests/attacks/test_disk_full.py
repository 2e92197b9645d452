"""A disk that is full while people send: nothing is acknowledged that is not kept, and nothing sent is lost.

The system refuses to let a file grow, by the limit that it has for that: to the program it is a full disk,
and it needs no right to mount one. SQLite names a full disk apart; its own limit of pages makes it do so.
"""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import create_engine, event, select, text

from survey.answers.models import Comment, Draft
from survey.answers.settling import settle
from survey.web import health
from survey.web.site import EXTENSION
from tests import postgres as servers
from tests.attacks.crowd import answering, kept_once
from tests.attacks.served import Browser, open_wave, serving, wait_for
from tests.survey.answers.collecting import count
from tests.survey.web.collecting import Person, Reader, collect, first
from tests.survey.web.kiosking import Kiosk, collect_at_kiosks

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from survey.site import Site
    from tests.attacks.served import Reply, Server
    from tests.postgres import Cluster
    from tests.survey.web.collecting import Survey

SOME = 20  # interviews before the disk is full, and after it has room again
LOG_SEGMENT = 16 * 2**20  # files of PostgreSQL's log have that size from the start, full disk or not
FULL = "max_page_count = 1"  # SQLite makes that the number of pages there are
READ_ONLY = "query_only = ON"  # as on a disk that the system has taken for broken
MARK = "Ý kiến <b>của tôi</b>:\n“không mất”"


class SmallDisk:
    """The disk of a site and its server, which can be full."""

    def __init__(self, site: Site, server: Server, request: pytest.FixtureRequest) -> None:
        self._store, self._server = site.stores.main, server
        self._cluster: Cluster | None = None
        if not self._store.is_sqlite:
            self._cluster = request.getfixturevalue("cluster")

    def fill(self) -> None:
        """From now on no file grows."""
        servers.limit_files(self._server.pid, 0)
        if self._cluster is not None:
            # a table grows within a file of up to 1 GB: make it larger than what PostgreSQL's log must have
            self._by_hand("INSERT INTO inbox VALUES ('filling', 'none', NULL, :room)", room=LOG_SEGMENT)
            self._by_hand(
                "INSERT INTO draft VALUES ('filling', 'none', '2000-01-01', :room)", room=LOG_SEGMENT
            )
            self._by_hand("CHECKPOINT")  # what is in the files already may be written
            self._cluster.limit_files(LOG_SEGMENT)

    def empty(self) -> None:
        """There is room again."""
        servers.limit_files(self._server.pid, None)
        if self._cluster is not None:
            self._cluster.limit_files(None)
            self._by_hand("DELETE FROM inbox WHERE token_hash = 'filling'")
            self._by_hand("DELETE FROM draft WHERE id = 'filling'")

    def _by_hand(self, statement: str, *, room: int = 0) -> None:
        """As somebody who may do anything, without the laws of the tables."""
        assert self._cluster is not None
        address = self._cluster.address("longdan").replace("postgresql:", "postgresql+psycopg:")
        engine = create_engine(address, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text("SET session_replication_role = replica"))
            connection.execute(text(statement), {"room": os.urandom(room)} if room else {})
        engine.dispose()


def test_nothing_is_acknowledged_that_is_not_kept(alone: Site, request: pytest.FixtureRequest) -> None:
    site, base = open_wave(alone)
    with serving(site.home) as server:
        disk = SmallDisk(site, server, request)
        with answering(server, base) as crowd:
            wait_for(lambda: len(crowd.thanked) >= SOME, "interviews")
            disk.fill()
            wait_for(lambda: crowd.all_refused() and not server.is_ready(), "everybody to be refused")
            thanked, tried = len(crowd.thanked), crowd.repeated
            wait_for(lambda: crowd.repeated >= tried + SOME, "further tries")
            assert len(crowd.thanked) == thanked
            disk.empty()
            wait_for(lambda: len(crowd.thanked) >= thanked + SOME, "interviews with room again")
            assert server.is_ready()
        kept_once(site, crowd)


def test_a_person_gets_back_what_they_sent(alone: Site, request: pytest.FixtureRequest) -> None:
    site, base = open_wave(alone)
    with serving(site.home) as server:
        disk, browser = SmallDisk(site, server, request), Browser(server.port)

        def send_twice(path: str, sent: dict[str, list[str]]) -> str:
            """Send a form to the full disk, and what comes back when there is room; where that leads."""
            disk.fill()
            refused = until_refused(lambda: browser.post(path, sent))
            assert Reader(refused.text).filled() == sent
            assert not server.is_ready()
            assert browser.get(path).status == 200  # what was kept can be read
            disk.empty()
            answer = browser.post(path, Reader(refused.text).filled())
            assert (answer.status, server.is_ready()) == (303, True)
            return answer.location

        first_page = browser.post(base, form(browser.get(base)) | {"act": ["agree"]}).location
        last_page = browser.post(first_page, form(browser.get(first_page))).location
        look = send_twice(last_page, form(browser.get(last_page)) | {"comment": [MARK]})
        assert send_twice(look, form(browser.get(look))) == f"{base}/thanks"
    settle(site.stores.main, site.home, least=0)
    with site.stores.main.reading() as connection:
        assert connection.scalars(select(Comment.text)).all() == [MARK]
    assert count(site.stores.main, Draft) == 0


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize("trouble", [FULL, READ_ONLY])
def test_a_database_that_takes_nothing_does_so_in_words(site: Site, trouble: str) -> None:
    survey = collect(site)
    person = Person(survey)
    sent = Reader(person.get(person.base).text).filled() | {"act": ["agree"]}
    with in_trouble(survey, trouble):
        for _ in range(2):
            answer = person.post(person.base, sent)
            assert answer.status_code == 503
            assert Reader(answer.text).filled() == sent
            assert "Chưa lưu được nội dung quý vị vừa gửi" in answer.text
            assert "sqlite" not in answer.text.lower()
        assert person.get("/readyz").text == "not ready: the database does not keep what is written\n"
    assert person.post(person.base, sent).location == f"{person.base}/1"
    assert person.get("/readyz").text == "ready\n"
    survey.app.extensions[EXTENSION].stores.close()


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_kiosk_offers_the_tap_again_and_goes_on_by_itself(site: Site) -> None:
    survey = collect_at_kiosks(site)
    kiosk = Kiosk(survey).pair()
    where = kiosk.start()
    tapped = kiosk.form(where)
    with in_trouble(survey, READ_ONLY):
        answer = kiosk.post(where, tapped)
    assert answer.status_code == 503
    assert answer.headers["Refresh"].endswith(f"url={kiosk.base}/idle")
    given_back = Reader(answer.text).filled()
    assert given_back == {name: [value] for name, value in tapped.items()}
    assert kiosk.post(where, given_back).status_code == 303
    survey.app.extensions[EXTENSION].stores.close()


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_monitor_is_told_before_the_first_answer_is_refused(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    survey = collect(site)
    client = survey.app.test_client()
    monkeypatch.setattr(health, "LEAST_FREE", 2**62)
    assert client.get("/readyz").text == "not ready: the disk is full\n"
    monkeypatch.setattr(health, "LEAST_FREE", 0)
    assert client.get("/readyz").text == "ready\n"
    survey.app.extensions[EXTENSION].stores.close()


def form(page: Reply) -> dict[str, list[str]]:
    """The form of a page with the first answer to each item."""
    read = Reader(page.text)
    return read.filled() | {name: [first(name, values)] for name, values in read.choices().items()}


def until_refused(send: Callable[[], Reply]) -> Reply:
    """Send the same until the disk has no room even for it; a database has some left in its files."""
    for _ in range(200):
        reply = send()
        if reply.status == 503:
            return reply
    raise AssertionError("nothing was refused")


@contextmanager
def in_trouble(survey: Survey, trouble: str) -> Iterator[None]:
    """The application's connections to SQLite have a setting that keeps them from writing."""
    engine = survey.app.extensions[EXTENSION].stores.main.engine

    def begin(connection: Any, *_: object) -> None:
        connection.execute(f"PRAGMA {trouble}")

    event.listen(engine, "checkout", begin)
    yield
    event.remove(engine, "checkout", begin)
    engine.dispose()  # the setting goes with its connections
