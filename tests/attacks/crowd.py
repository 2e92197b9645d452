"""Eight persons at once who answer one interview after the other, and send again what got no answer."""

from __future__ import annotations

import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from typing import TYPE_CHECKING

from sqlalchemy import select

from survey.answers import receipts
from survey.answers.models import Batch, Comment, Inbox, Response
from survey.answers.settling import settle
from tests.attacks.served import NO_ANSWER, SECONDS, Browser
from tests.survey.answers.collecting import count as rows_of
from tests.survey.web.collecting import Reader, first

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from concurrent.futures import Future

    from survey.site import Site
    from tests.attacks.served import Reply, Server

PEOPLE = 8


@dataclass
class Crowd:
    """What became of the interviews.

    Attributes:
        server: who takes them.
        base: the address of the interview.
        thanked: the marks of those that were acknowledged; a mark is the comment.
        repeated: how many requests were sent again.
    """

    server: Server
    base: str
    thanked: list[str] = field(default_factory=list)
    repeated: int = 0
    _refused: set[int] = field(default_factory=set)
    _stop: threading.Event = field(default_factory=threading.Event)
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def answer(self) -> None:
        """Answer until it is enough; an interview that was begun is brought to its end."""
        while not self._stop.is_set():
            self.one_interview()

    def one_interview(self) -> None:
        """From the consent to the thanks."""
        number = next(self._numbers)
        mark = f"Ý kiến thứ {number}."
        browser = Browser(
            self.server.port, address=f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"
        )
        consent = self._form(browser, self.base)
        token = bytes.fromhex(consent["token"][0])
        where = self._send(browser, self.base, consent | {"act": ["agree"]})
        while not where.endswith("/look"):
            filled = self._form(browser, where)
            where = self._send(browser, where, filled | ({"comment": [mark]} if "comment" in filled else {}))
        look = self._form(browser, where)
        thanks = self._send(browser, where, look)
        assert thanks == f"{self.base}/thanks"
        self.thanked.append(mark)
        if number % 3 == 0:
            assert self._send(browser, where, look) == thanks
        page = self._until_answered(lambda: browser.get(thanks))
        assert receipts.code(token) in page.text

    def all_refused(self) -> bool:
        """Whether everybody has sent something and was told to try again."""
        return len(self._refused) == PEOPLE

    def enough(self) -> None:
        """No further interview is begun."""
        self._stop.set()

    def _form(self, browser: Browser, path: str) -> dict[str, list[str]]:
        """The form of a page with the first answer to each item."""
        page = Reader(self._until_answered(lambda: browser.get(path)).text)
        return page.filled() | {name: [first(name, values)] for name, values in page.choices().items()}

    def _send(self, browser: Browser, path: str, form: dict[str, list[str]]) -> str:
        reply = self._until_answered(lambda: browser.post(path, form))
        assert reply.status == 303, reply.text
        return reply.location

    def _until_answered(self, ask: Callable[[], Reply]) -> Reply:
        """What the server says once it is there and can keep what it gets; whatever it says then counts."""
        until = time.monotonic() + SECONDS
        while True:
            try:
                reply = ask()
            except NO_ANSWER:
                reply = None
            if reply is not None and reply.status != 503:
                self._refused.discard(threading.get_ident())
                return reply
            self._refused.add(threading.get_ident())
            assert time.monotonic() < until, f"no answer for {SECONDS} seconds"
            self.repeated += 1
            time.sleep(0.1)


@contextmanager
def answering(server: Server, base: str) -> Iterator[Crowd]:
    """A crowd at work; afterwards all of it has come to an end, or failed."""
    crowd = Crowd(server, base)
    with ThreadPoolExecutor(PEOPLE) as pool:
        at_work: list[Future[None]] = [pool.submit(crowd.answer) for _ in range(PEOPLE)]
        try:
            yield crowd
        finally:
            crowd.enough()
        for one in at_work:
            one.result(timeout=SECONDS)


def kept_once(site: Site, crowd: Crowd) -> None:
    """After settling every acknowledged interview is there once, and nothing else is."""
    settled = settle(site.stores.main, site.home, least=0)
    assert (settled.faults, settled.lost, settled.waiting) == ((), 0, 0)
    with site.stores.main.reading() as connection:
        marks = Counter(connection.scalars(select(Comment.text)))
    assert marks == Counter(crowd.thanked)
    assert len(crowd.thanked) == len(set(crowd.thanked)) == rows_of(site.stores.main, Response)
    assert rows_of(site.stores.main, Inbox) == rows_of(site.stores.main, Batch) == 0
