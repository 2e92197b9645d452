"""Every address, field, parameter, cookie and header with what should never come: it crashes nothing.

The addresses are read from the routes, so that a new page is tried as well.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest

from questionnaires import loader
from survey.answers.models import Inbox
from survey.web.site import EXTENSION
from tests.survey.web.collecting import Person, Reader, collect
from tests.survey.web.kiosking import Kiosk
from tests.survey.web.test_interview import count

if TYPE_CHECKING:
    from collections.abc import Iterator

    from survey.site import Site
    from tests.survey.web.collecting import Survey

HOSTILE = {
    "nul": b"a\0b",
    "only nul": b"\0",
    "no UTF-8": b"\xff\xfe\xc3(",
    "a surrogate": b"\xed\xa0\x80",
    "long": b"x" * 20_000,
    "digits": b"9" * 5_000,
    "right to left": "\u202e\u2066שלום".encode(),
    "combining": ("a" + "\u0301" * 400).encode(),
    "line ends": b"a\r\nSet-Cookie: x=y\r\n\r\n<b>",
    "sql": b"' OR 1=1; DROP TABLE response; --",
    "template": b"{{ 7*7 }}{% raw %}${7*7}",
    "path": b"../../../../etc/passwd",
    "html": b"<script>alert(1)</script>",
}
FIELDS = (
    "act", "token", "consent", "language", "code", "from", "theme", "size", "sound", "suffix", "q", "lang",
    "procedure_group", "outcome", "comment", "overall", "name", "password",
    "next", "totp", "new", "again",
)  # fmt: skip
COOKIES = (
    "lang",
    "theme",
    "size",
    "sound",
    "kiosk",
    "kiosk-draft",
    "kiosk-lang",
    "session",
    "account",
    "setup",
)


@pytest.fixture
def both(site: Site) -> Iterator[list[Survey]]:
    """A wave on the web and one at kiosks, of one site."""
    opened = [collect(site, limited=False)]
    core = loader.shipped("kiosk_core")
    opened.append(collect(site, wave="quay", modes=("kiosk",), instrument=core, limited=False))
    yield opened
    for survey in opened:
        survey.app.extensions[EXTENSION].stores.close()


def addresses(survey: Survey, method: str, *, part: str = "") -> set[str]:
    """What takes a method, with true values, and with one that is hostile in place of each."""
    values = {"wave": survey.wave, "place": survey.places[0].id, "number": "1", "code": "a" * 16}
    found = set()
    for rule in survey.app.url_map.iter_rules():
        if method in (rule.methods or ()):
            names = re.findall(r"<(?:\w+:)?(\w+)>", rule.rule)
            for hostile in names if part else [""]:
                filled = {name: part if name == hostile else values.get(name, "x") for name in names}
                found.add(re.sub(r"<(?:\w+:)?(\w+)>", lambda name, known=filled: known[name[1]], rule.rule))
    return found


@pytest.mark.parametrize("hostile", HOSTILE.values(), ids=HOSTILE.keys())
def test_in_an_address_or_a_parameter(both: list[Survey], hostile: bytes) -> None:
    person = Person(both[0])
    person.walk()
    written = quote(hostile, safe="")
    paths = addresses(both[0], "GET", part=written)
    paths |= {
        f"{path}?{name}={written}"
        for path in addresses(both[0], "GET")
        for name in ("lang", "from", "q", "next")
    }
    assert len(paths) > 30
    for path in paths:
        answer = person.client.get(path)
        assert answer.status_code < 500, path
        assert "\r\n" not in answer.headers.get("Location", ""), path
        assert b"root:" not in answer.data, path
        assert b"<script>alert" not in answer.data, path


@pytest.mark.parametrize("hostile", HOSTILE.values(), ids=HOSTILE.keys())
def test_in_every_field_of_every_form(both: list[Survey], hostile: bytes) -> None:
    web, kiosks = both
    person, kiosk = Person(web), Kiosk(kiosks).pair()
    person.walk()
    kiosk.start()
    for somebody, survey in ((person, web), (kiosk, kiosks)):
        csrf = Reader(somebody.get(f"{somebody.base}/stop").text).filled()["csrf_token"][0]
        # pages of items first, erasing last
        for path in sorted(addresses(survey, "POST"), key=lambda path: (path[-1] != "1", "stop" in path)):
            own = path.startswith("/k/") == (somebody is kiosk)
            fields = dict.fromkeys(FIELDS, hostile) | {"csrf_token": csrf.encode()}
            body = b"&".join(f"{name}={quote(value)}".encode() for name, value in fields.items())
            kind = "application/x-www-form-urlencoded"
            answer = somebody.client.post(path, data=body, content_type=kind)
            assert answer.status_code < 500, path
            assert not own or answer.status_code != 404, path
    assert count(web, Inbox) == 0


@pytest.mark.parametrize("hostile", HOSTILE.values(), ids=HOSTILE.keys())
def test_in_a_cookie_or_a_header(both: list[Survey], hostile: bytes) -> None:
    survey = both[0]
    sent = hostile.decode("latin-1").replace("\r", "").replace("\n", "").replace("\0", "%00")[:4_000]
    names = (*COOKIES, f"draft-{survey.wave}", f"sent-{survey.wave}")
    cookie = "; ".join(f"{name}={sent}" for name in names)
    headers = {"Accept-Language": sent, "Accept-Encoding": sent, "User-Agent": sent, "Authorization": sent}
    client = survey.app.test_client(use_cookies=False)
    for path in sorted(addresses(survey, "GET")):
        answer = client.get(path, headers={"Cookie": cookie, **headers, "Referer": sent})
        assert answer.status_code < 500, path


@pytest.mark.parametrize("kind", ["application/json", "text/plain", "multipart/form-data; boundary=x", "x"])
def test_as_a_body_of_another_kind(both: list[Survey], kind: str) -> None:
    person = Person(both[0])
    person.walk()
    for path in addresses(both[0], "POST"):
        for body in (b"", b"{", b"\0" * 1_000, b'--x\r\nContent-Disposition: form-data; name="\0"\r\n\r\n\0'):
            assert person.client.post(path, data=body, content_type=kind).status_code in {400, 403, 303}, path
