"""A browser without scripts: it keeps cookies, follows redirects, and sends the forms that pages have."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from html.parser import HTMLParser
from http.client import HTTPConnection
from http.cookies import SimpleCookie
from typing import TYPE_CHECKING
from urllib.parse import urlencode, urljoin, urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

SECONDS = 60
WRITTEN = ("text", "numeric")
_MOST_REDIRECTS = 5
_KINDS = {"input": "text", "textarea": "text", "button": "submit"}


@dataclass(frozen=True)
class Control:
    """One control of a form."""

    tag: str
    type: str
    name: str
    value: str
    chosen: bool = False


@dataclass
class Form:
    """A form of a page; the address to which it goes is resolved."""

    address: str
    method: str
    controls: list[Control] = field(default_factory=list)

    def named(self, name: str) -> list[Control]:
        """The controls of that name."""
        return [control for control in self.controls if control.name == name]

    def filled(self, values: Mapping[str, list[str]], pressed: Control | None) -> list[tuple[str, str]]:
        """What it sends: its own values, but for the names in `values`, and the button that was pressed."""
        for name, texts in values.items():
            self._refuse_foreign(name, texts)
        own = [
            (control.name, control.value)
            for control in self.controls
            if control.name not in values and control.tag != "button" and control.chosen
        ]
        given = [(name, value.replace("\n", "\r\n")) for name, texts in values.items() for value in texts]
        button = [(pressed.name, pressed.value)] if pressed is not None else []
        return own + given + button

    def _refuse_foreign(self, name: str, given: list[str]) -> None:
        """A person cannot send what the page does not have."""
        controls = self.named(name)
        assert controls, f"no control {name}"
        if not any(control.type in WRITTEN for control in controls):
            assert set(given) <= {control.value for control in controls}, f"{name} cannot be {given}"


class Page(HTMLParser):
    """What came: status and address, and of the text its forms, links, language and codes."""

    def __init__(self, status: int, address: str, html: str) -> None:
        super().__init__()
        self.status, self.address, self.html = status, address, html
        self.language = ""
        self.forms: list[Form] = []
        self.links: dict[str, str] = {}
        self._form: Form | None = None
        self._text: list[str] | None = None
        self._link = ""
        self.feed(html)

    @property
    def path(self) -> str:
        """Where it lies on the site."""
        return urlsplit(self.address).path

    def form_with(self, name: str) -> Form:
        """The first form that has a control of that name."""
        found = [form for form in self.forms if form.named(name)]
        assert found, f"no form with {name} at {self.address}: {self.status}\n{self.html}"
        return found[0]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        known = {name: value or "" for name, value in attrs}
        if tag == "html":
            self.language = known["lang"]
        elif tag == "a":
            self._link, self._text = urljoin(self.address, known["href"]), []
        elif tag == "form":
            address = urljoin(self.address, known.get("action", ""))
            self._form = Form(address, known.get("method", "get"))
            self.forms.append(self._form)
        elif self._form is not None and tag in {"input", "button", "textarea"}:
            kind = known.get("inputmode") or known.get("type") or _KINDS[tag]
            chosen = kind in {*WRITTEN, "hidden"} or "checked" in known
            control = Control(tag, kind, known.get("name", ""), known.get("value", ""), chosen)
            self._form.controls.append(control)
            if tag == "textarea":
                self._text = []

    def handle_data(self, data: str) -> None:
        if self._text is not None:
            self._text.append(data)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None
        elif tag == "a":
            self.links["".join(self._text or ()).strip()] = self._link
            self._text = None
        elif tag == "textarea" and self._form is not None:
            # the first line feed of a text area does not count
            text = "".join(self._text or ()).removeprefix("\n")
            self._form.controls[-1] = replace(self._form.controls[-1], value=text)
            self._text = None


class Browser:
    """One browser with cookies of its own."""

    def __init__(self) -> None:
        self._cookies: dict[str, str] = {}

    def get(self, address: str) -> Page:
        """Load a page."""
        return self._follow("GET", address, "")

    def send(
        self, form: Form, values: Mapping[str, list[str]] | None = None, pressed: Control | None = None
    ) -> Page:
        """Send a form; the page to which that leads."""
        return self._follow(form.method.upper(), form.address, urlencode(form.filled(values or {}, pressed)))

    def _follow(self, method: str, address: str, body: str) -> Page:
        for _ in range(_MOST_REDIRECTS):
            status, location, html = self._exchange(method, address, body)
            if location is None:
                return Page(status, address, html)
            assert status == 303, f"{address} led on with {status}"
            method, address, body = "GET", urljoin(address, location), ""
        raise AssertionError(f"{address} leads on for ever")

    def _exchange(self, method: str, address: str, body: str) -> tuple[int, str | None, str]:
        parts = urlsplit(address)
        headers = {"Content-Type": "application/x-www-form-urlencoded"} if method == "POST" else {}
        if self._cookies:
            headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in self._cookies.items())
        connection = HTTPConnection(parts.netloc, timeout=SECONDS)
        try:
            target = parts.path + (f"?{parts.query}" if parts.query else "")
            connection.request(method, target, body or None, headers)
            answer = connection.getresponse()
            self._keep(answer.headers.get_all("Set-Cookie") or ())
            return answer.status, answer.getheader("Location"), answer.read().decode("utf-8")
        finally:
            connection.close()

    def _keep(self, headers: Iterator[str] | list[str] | tuple[str, ...]) -> None:
        for header in headers:
            for name, morsel in SimpleCookie(header).items():
                if morsel["max-age"] == "0":
                    self._cookies.pop(name, None)
                else:
                    self._cookies[name] = morsel.value
