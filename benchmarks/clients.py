"""Browsers without anything that slows them down: kept connections, requests written by hand."""

from __future__ import annotations

import re
import socket
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from tests.survey.web.collecting import Reader, first

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

CLIENTS = 8
_COOKIE = re.compile(rb"\r\nSet-Cookie: ([^=]+)=([^;\r]*)", re.IGNORECASE)
_LOCATION = re.compile(rb"\r\nLocation: ([^\r#]*)", re.IGNORECASE)
_LENGTH = re.compile(rb"\r\nContent-Length: (\d+)", re.IGNORECASE)


@dataclass(frozen=True)
class Reply:
    """What a server answered."""

    status: int
    location: str
    text: str


def connect(port: int) -> socket.socket:
    """A connection that is kept, for one client, whoever it sends for."""
    connection = socket.create_connection(("127.0.0.1", port), timeout=60)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connection


@dataclass
class Browser:
    """A person's cookies, on the connection of a client."""

    connection: socket.socket
    cookies: dict[str, str] = field(default_factory=dict)

    def get(self, path: str) -> Reply:
        """Load a page; a redirect is not followed."""
        return self._ask("GET", path, b"")

    def post(self, path: str, form: Mapping[str, Sequence[str]]) -> Reply:
        """Send a form."""
        return self._ask("POST", path, urlencode(form, doseq=True).encode())

    def form(self, path: str) -> dict[str, list[str]]:
        """The form of a page with the first answer to every item."""
        page = Reader(self.get(path).text)
        return page.filled() | {name: [first(name, values)] for name, values in page.choices().items()}

    def _ask(self, method: str, path: str, body: bytes) -> Reply:
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        asked = (
            f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: {cookies}\r\n"
            f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        self.connection.sendall(asked.encode() + body)
        raw = b""
        while b"\r\n\r\n" not in raw:
            raw += self._more()
        head, _, text = raw.partition(b"\r\n\r\n")
        length = _LENGTH.search(head)
        while length and len(text) < int(length[1]):
            text += self._more()
        self.cookies |= {name.decode(): value.decode() for name, value in _COOKIE.findall(head)}
        location = _LOCATION.search(head)
        return Reply(int(head[9:12]), location[1].decode() if location else "", text.decode())

    def _more(self) -> bytes:
        got = self.connection.recv(65536)
        if not got:
            raise ConnectionError("the server closed the connection")
        return got


@dataclass
class Sent:
    """What sending took: seconds by the clock while all clients sent, and of each request."""

    wall: float = 0.0
    each: list[float] = field(default_factory=list)

    @property
    def a_second(self) -> float:
        """Requests a second."""
        return len(self.each) / self.wall

    @property
    def p99(self) -> float:
        """Milliseconds in which 99 of 100 requests were answered."""
        return sorted(self.each)[int(0.99 * (len(self.each) - 1))] * 1000

    def together(self, works: Sequence[Callable[[], None]]) -> None:
        """Time works that clients do at once, a share each."""

        def share(client: int) -> list[float]:
            took = []
            for work in works[client::CLIENTS]:
                begun = time.perf_counter()
                work()
                took.append(time.perf_counter() - begun)
            return took

        with ThreadPoolExecutor(CLIENTS) as pool:
            begun = time.perf_counter()
            for took in pool.map(share, range(CLIENTS)):
                self.each += took
            self.wall += time.perf_counter() - begun
