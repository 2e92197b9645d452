"""The real server as a process, which a test may kill at any moment."""

from __future__ import annotations

import http.client
import subprocess
import time
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from http.cookies import SimpleCookie
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from questionnaires import loader
from survey.config import SETTINGS, Home, settings_text
from survey.site import Site
from survey.web.site import EXTENSION
from tests.documents.desk import free_port, installed
from tests.survey.web.collecting import collect

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from questionnaires.model import Instrument

SECONDS = 60
NO_ANSWER = (OSError, http.client.HTTPException)


@dataclass(frozen=True)
class Reply:
    """What a server answered."""

    status: int
    location: str
    text: str


@dataclass
class Browser:
    """Somebody with an address and cookies of their own, behind the proxy that the site trusts."""

    port: int
    address: str = "192.0.2.1"
    cookies: dict[str, str] = field(default_factory=dict)

    def get(self, path: str) -> Reply:
        """Load a page; a redirect is not followed."""
        return self._ask("GET", path, "")

    def post(self, path: str, form: Mapping[str, str | Sequence[str]]) -> Reply:
        """Send a form."""
        return self._ask("POST", path, urlencode(form, doseq=True))

    def _ask(self, method: str, path: str, body: str) -> Reply:
        headers = {
            "X-Forwarded-For": self.address,
            "Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()),
            "Content-Type": "application/x-www-form-urlencoded",
        }
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=SECONDS)
        try:
            connection.request(method, path.partition("#")[0], body, headers)
            answer = connection.getresponse()
            text = answer.read().decode()
        finally:
            connection.close()
        for line in answer.headers.get_all("Set-Cookie", ()):
            for name, morsel in SimpleCookie(line).items():
                self.cookies[name] = morsel.value
        return Reply(answer.status, answer.headers.get("Location", ""), text)


class Server:
    """`longdan serve` at a port that it has again when it is started again."""

    def __init__(self, home: Home) -> None:
        self.port = free_port()
        self._words = [installed(), "serve", "--home", str(home.path), "--port", str(self.port)]
        self._process = self._started()

    @property
    def pid(self) -> int:
        """The process, for who limits what it may do."""
        return self._process.pid

    def start(self) -> None:
        """Start it anew and wait until it answers."""
        self._process = self._started()

    def kill(self) -> None:
        """As a crash does: nothing is finished or flushed."""
        self._process.kill()
        self._process.wait(timeout=SECONDS)

    def is_ready(self) -> bool:
        """What it tells a monitor."""
        try:
            return Browser(self.port).get("/readyz").status == 200
        except NO_ANSWER:
            return False

    def _started(self) -> subprocess.Popen[bytes]:
        silent = subprocess.DEVNULL
        process = subprocess.Popen(self._words, stdout=silent, stderr=silent)  # noqa: S603 - our own program
        wait_for(lambda: self.is_ready() or process.poll() is not None, "the server to be ready")
        assert process.poll() is None, "the server has ended"
        return process


@contextmanager
def serving(home: Home) -> Iterator[Server]:
    """A server that answers; it is killed at the end."""
    server = Server(home)
    try:
        yield server
    finally:
        server.kill()


def open_wave(site: Site) -> tuple[Site, str]:
    """Open a wave now, on a site that trusts one proxy, so that everybody has an address of their own.

    Returns:
        The site as its server sees it, and the address of the interview at its first place.
    """
    home = site.home
    survey = collect(
        site, instrument=two_pages(), first_day=datetime.now(UTC).astimezone(home.settings.zone).date()
    )
    survey.app.extensions[EXTENSION].stores.close()
    settings = home.settings.model_copy(update={"proxies": 1})
    (home.path / SETTINGS).write_text(settings_text(settings), encoding="utf-8")
    return Site(Home(home.path, settings), site.stores), survey.base


def two_pages() -> Instrument:
    """Four ratings; then one more and a comment, by which a test knows each response again."""
    whole = loader.shipped("service_responsibility")
    sections = {section.name: section for section in whole.sections}
    return replace(whole, sections=(sections["access"], sections["overall"]))


def wait_for(condition: Callable[[], bool], what: str) -> None:
    """Wait until something is so; it must be within a minute."""
    until = time.monotonic() + SECONDS
    while not condition():
        assert time.monotonic() < until, f"waited {SECONDS} seconds for {what}"
        time.sleep(0.05)
