"""What a real server writes down while people answer, are refused and fail: nothing of them.

The test has what the operator has: the output of the process. Every line must be of an allowed form, and no
secret of any browser may stand in it.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import text, update

from questionnaires import loader
from survey.answers.models import Draft
from survey.app import BODY_LIMIT
from survey.web.site import EXTENSION
from tests.contracts.tree import ROOT
from tests.survey.web.collecting import Person, Reader, collect
from tests.survey.web.kiosking import Kiosk
from tests.survey.web.over_the_wire import Wire
from tests.survey.web.test_interview import CODE

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from survey.site import Site
    from tests.survey.web.collecting import Survey

HEADERS = {
    "User-Agent": "Trinh-duyet-rieng/1.0",
    "X-Forwarded-For": "203.0.113.77",
    "Referer": "https://noi-den.example/ho-so-cua-toi",
    "Accept-Language": "tyz",
}
COMMENT = "Cán bộ Nguyễn Thị Bí Mật hẹn lại bốn lần"
IN_ADDRESS = "ho-so-so-4711"
LONG = "chu-rat-dai-"
TOO_LONG = LONG * (BODY_LIMIT // len(LONG) + 100)  # for the application; the server would hang up on more

PAGE = {"event", "level", "timestamp", "request", "method", "page", "status", "ms"}
CRASH = {"event", "level", "timestamp", "request", "page", "kind", "where"}
FORMS = {
    "event": r"page|crash",
    "level": r"info|error",
    "timestamp": r"\d{4}-\d\d-\d\dT\d\d:\d\dZ",
    "request": r"[0-9a-f]{32}",
    "method": r"GET|HEAD|POST",
    "status": r"\d{3}",
    "ms": r"\d+",
    "kind": r"\w+",
    "where": r"[\w./-]+\.(?:py|html):\d+ [\w<> -]+",
}


@contextmanager
def served(site: Site, log: Path) -> Iterator[int]:
    """The port of a server that runs for itself and writes both of its outputs into a file."""
    words = ["serve", "--home", str(site.home.path), "--port", "0", "--json"]
    start = [sys.executable, "-u", "-c", "from survey.cli.main import main; main()", *words]
    with log.open("wb") as output, subprocess.Popen(start, cwd=ROOT, stdout=output, stderr=output) as process:  # noqa: S603 - our own program
        try:
            until = time.monotonic() + 60
            while b"\n" not in log.read_bytes():
                assert time.monotonic() < until, "waited a minute for the server"
                assert process.poll() is None, log.read_text(encoding="utf-8")
                time.sleep(0.05)
            yield int(json.loads(log.read_bytes().split(b"\n")[0])["url"].rpartition(":")[2])
        finally:
            process.terminate()


@pytest.fixture
def surveys(site: Site) -> list[Survey]:
    """An open wave on the web and one at kiosks, today."""
    now = datetime.now(UTC)
    day = now.astimezone(site.home.settings.zone).date()
    opened = [
        collect(site, first_day=day),
        collect(site, first_day=day, wave="quay", modes=("kiosk",), instrument=loader.shipped("kiosk_core")),
    ]
    for survey in opened:
        survey.clock.now = now
        survey.app.extensions[EXTENSION].stores.close()
    return opened


def on_the_web(survey: Survey, port: int, secrets: set[str]) -> None:
    """A whole interview, its code for later, its receipt and its withdrawal, and everything going wrong."""
    person = Person(survey)
    wire = person.client = Wire(port, HEADERS, said=secrets)  # type: ignore[assignment] - it has the same two verbs
    where = person.agree()
    (later,) = CODE.findall(person.get(f"{survey.base}/later").text)
    look = person.walk(start=where, texts={"comment": COMMENT})
    page = Reader(person.get(look).text).filled()
    statuses = {
        person.post(look, {"token": page["token"][0]}).status_code,  # no token of our form
        person.post(f"{survey.base}/1", {"comment": COMMENT, "procedure_group": "1"}).status_code,
        person.post(f"{survey.base}/resume", page | {"code": later[:-4] + "0000"}).status_code,
        person.get(f"/s/{IN_ADDRESS}/{IN_ADDRESS}").status_code,
        person.get(f"/{IN_ADDRESS}?ma={IN_ADDRESS}").status_code,
        person.post("/privacy", {"comment": COMMENT}).status_code,
        person.post(f"{survey.base}/1", {"comment": TOO_LONG}).status_code,
        person.get(f"/privacy?ten={IN_ADDRESS}").status_code,
        person.get(f"/display?from=/s/{survey.wave}/{IN_ADDRESS}").status_code,
    }
    assert statuses == {200, 400, 404, 405, 413, 422}
    (receipt,) = CODE.findall(person.get(person.post(look, page).location).text)
    person.send("/withdraw", {"code": receipt})
    secrets |= {later, receipt, page["token"][0], page["csrf_token"][0], *wire.cookies.values()}


def at_a_kiosk(survey: Survey, port: int, secrets: set[str]) -> None:
    """Pairing with a wrong and the right code, an interview, and what is forbidden."""
    kiosk = Kiosk(survey)
    kiosk.client = Wire(port, HEADERS, said=secrets)  # type: ignore[assignment] - as above
    link = kiosk.link()
    code = link.rpartition("/")[2]
    assert kiosk.get(kiosk.base).status_code == 403
    assert kiosk.send(link[:-4] + "aaaa").status_code == 403
    assert kiosk.send(link).status_code == 303
    where = kiosk.start()
    form = kiosk.form(where)
    assert kiosk.finish().status_code == 200
    secrets |= {code, code[:-4] + "aaaa", form["token"], form["csrf_token"]}


def failing(survey: Survey, port: int, secrets: set[str]) -> None:
    """Drafts and tables that are broken behind the program."""
    person = Person(survey)
    wire = person.client = Wire(port, HEADERS, said=secrets)  # type: ignore[assignment] - as above
    look = person.walk(texts={"comment": COMMENT})
    form = Reader(person.get(look).text).filled()
    store = survey.site.stores.main
    with store.writing() as connection:
        connection.execute(update(Draft).values(sealed=b"\0" * 64))
    assert person.get(look).status_code == 500
    assert person.post(look, form).status_code == 500
    with store.writing() as connection:
        connection.execute(text("ALTER TABLE withdrawal_request RENAME TO elsewhere"))
    assert person.send("/withdraw", {"code": CODE_THAT_FAILS}).status_code >= 500
    secrets |= {form["token"][0], form["csrf_token"][0], CODE_THAT_FAILS, *wire.cookies.values()}


CODE_THAT_FAILS = "7ZKM-0XQ4-HB3D-91TC"


def lines_of(log: Path) -> list[dict[str, Any]]:
    """Every line that the server wrote but its first, which says where it is."""
    return [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()[1:]]


def strange(line: dict[str, Any], pages: set[str]) -> list[str]:
    """What stands in a line and must not."""
    allowed = PAGE if line["event"] == "page" else CRASH
    found = sorted(line.keys() ^ allowed)
    found += [] if line["page"] in pages else [str(line["page"])]
    for name, form in FORMS.items():
        values = line.get(name, [])
        for value in values if isinstance(values, list) else [values]:
            found += [] if re.fullmatch(form, str(value)) else [f"{name} {value}"]
    return found


def test_nothing_of_a_person_is_written_down_whatever_happens(
    site: Site, surveys: list[Survey], tmp_path: Path
) -> None:
    log, secrets = tmp_path / "log", {""}
    web, kiosk = surveys
    with served(site, log) as port:
        on_the_web(web, port, secrets)
        at_a_kiosk(kiosk, port, secrets)
        failing(web, port, secrets)
    lines = lines_of(log)
    rules = list(web.app.url_map.iter_rules())
    written = {rule.rule for rule in rules if not rule.rule.startswith(("/s/", "/k/", "/withdraw"))}
    crashed = {rule.endpoint for rule in rules}
    assert {line["page"] for line in lines if line["event"] == "page"} >= {"/privacy", "/display"}
    assert len([line for line in lines if line["event"] == "crash"]) == 3
    for line in lines:
        assert strange(line, written if line["event"] == "page" else crashed) == []
    said = log.read_text(encoding="utf-8").partition("\n")[2]
    secrets |= {*HEADERS.values(), COMMENT, "Bí Mật", IN_ADDRESS, LONG, *(place.id for place in web.places)}
    secrets |= {secret.replace("-", "") for secret in secrets} | {"203.0.113", "127.0.0.1"}
    secrets = {secret for secret in secrets if len(secret) >= 6}
    assert len(secrets) > 25
    assert {secret for secret in secrets if secret.lower() in said.lower()} == set()


def test_what_must_not_be_written_down_is_found() -> None:
    good = {
        "event": "page",
        "level": "info",
        "timestamp": "2026-03-02T08:15Z",
        "request": "0" * 32,
        "method": "GET",
        "page": "/privacy",
        "status": 200,
        "ms": 3,
    }
    assert strange(good, {"/privacy"}) == []
    planted = {
        "address": "203.0.113.77",
        "timestamp": "2026-03-02T08:15:31Z",
        "page": "/s/quy/aaaaaaaa",
        "method": "GET /x",
    }
    assert strange(good | planted, {"/privacy"}) == [
        "address",
        "/s/quy/aaaaaaaa",
        "timestamp 2026-03-02T08:15:31Z",
        "method GET /x",
    ]
