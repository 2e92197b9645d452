"""A browser that talks to a server over its port, in place of the test client of the application."""

from __future__ import annotations

import http.client
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True)
class Reply:
    """What the server answered, by the names that the test client has for it."""

    status_code: int
    location: str
    text: str


@dataclass
class Wire:
    """One browser with its cookies; `said` is all that it has sent or got as a secret."""

    port: int
    headers: Mapping[str, str] = field(default_factory=dict)
    cookies: dict[str, str] = field(default_factory=dict)
    said: set[str] = field(default_factory=set)

    def get(self, path: str, **_: Any) -> Reply:
        """Load a page; a redirect is not followed."""
        return self._ask("GET", path, b"")

    def post(self, path: str, *, data: Mapping[str, Any], **_: Any) -> Reply:
        """Send a form."""
        return self._ask("POST", path, urlencode(data, doseq=True).encode())

    def _ask(self, method: str, path: str, body: bytes) -> Reply:
        kept = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        headers = {**self.headers, "Cookie": kept, "Content-Type": "application/x-www-form-urlencoded"}
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            text = answer.read().decode()
        finally:
            connection.close()
        for line in answer.headers.get_all("Set-Cookie", ()):
            for name, morsel in SimpleCookie(line).items():
                self.cookies[name] = morsel.value
                self.said.add(morsel.value)
        return Reply(answer.status, answer.headers.get("Location", ""), text)
