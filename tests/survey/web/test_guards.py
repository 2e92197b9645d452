"""What stands round every page: headers, hosts, cookies, logs, errors, and what the process has loaded."""

from __future__ import annotations

import gzip
import io
import json
import re
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from survey.app import BODY_LIMIT, create_app
from survey.config import Home
from survey.web import limits, logs, static_files
from survey.web.headers import POLICY
from survey.web.pages import BLOCK, compressed
from survey.web.site import EXTENSION
from tests.contracts.tree import ROOT
from tests.survey.web.collecting import Person, Reader

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask.testing import FlaskClient

    from survey.site import Site
    from tests.survey.web.collecting import Survey

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)

AT = "\N{COMMERCIAL AT}"  # spelled out, so that no reader takes a host for the address of a person
PAGES = ("/", "/privacy", "/accessibility", "/display", "/withdraw", "/withdraw/done", "/nothing-here")


@pytest.fixture
def client(site: Site) -> Iterator[FlaskClient]:
    yield from _client(site.home)


@pytest.fixture
def secure(site: Site) -> Iterator[FlaskClient]:
    """A site that people reach over https through one proxy."""
    settings = {"site_url": "https://y-kien.example.vn", "proxies": 1, "metrics_token": "one-token"}
    yield from _client(Home(site.home.path, site.home.settings.model_copy(update=settings)))


def _client(home: Home) -> Iterator[FlaskClient]:
    app = create_app(home)
    yield app.test_client()
    app.extensions[EXTENSION].stores.close()


def test_every_answer_has_its_guards(client: FlaskClient) -> None:
    stylesheet = re.findall(r'href="(/static/[^"]+\.css)"', client.get("/").text)[0]
    for path in (*PAGES, "/healthz", stylesheet):
        headers = client.get(path).headers
        assert headers["Content-Security-Policy"] == POLICY
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["X-Frame-Options"] == "DENY"
        assert headers["Referrer-Policy"] == "no-referrer"
        assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
        assert "camera=()" in headers["Permissions-Policy"]
        assert "Strict-Transport-Security" not in headers
        assert "Server" not in headers
    assert "unsafe" not in POLICY
    assert POLICY.startswith("default-src 'none'")


def test_pages_are_kept_nowhere_and_files_for_a_year(client: FlaskClient) -> None:
    page = client.get("/")
    assert page.headers["Cache-Control"] == "no-store"
    for address in re.findall(r'"(/static/[^"]+)"', page.text):
        assert "immutable" in client.get(address).headers["Cache-Control"]
        assert client.get(re.sub(r"/static/\w+/", "/static/000000000000/", address)).status_code == 404


def test_no_page_has_inline_style_or_script(survey: Survey) -> None:
    person = Person(survey)
    pages = [person.get(path).text for path in PAGES]
    pages += [person.get(survey.base).text, person.get(person.agree()).text, person.get(person.walk()).text]
    for page in pages:
        assert not re.search(r"\sstyle=|<style|\son\w+=|javascript:|<script(?![^>]* src=\"/static/)", page)
        assert not re.search(r"(?:src|href)=\"(?:https?:)?//", page)


def test_cookies_on_https_are_bound_to_the_host(secure: FlaskClient) -> None:
    base = "https://y-kien.example.vn"
    page = secure.get("/display?lang=en", base_url=base)
    kept = page.headers.getlist("Set-Cookie")
    form = Reader(page.text).filled()
    sent = secure.post("/display", data=form | {"theme": "dark"}, base_url=base)
    kept += sent.headers.getlist("Set-Cookie")
    names = [cookie.split("=")[0] for cookie in kept]
    assert set(names) == {f"__Host-{name}" for name in ("lang", "session", "theme", "size", "sound")}
    for cookie in kept:
        assert cookie.startswith("__Host-")
        for part in ("Secure", "HttpOnly", "SameSite=Lax", "Path=/"):
            assert f"; {part}" in cookie, cookie
        assert "Domain" not in cookie
    assert "max-age=" in page.headers["Strict-Transport-Security"]
    assert 'data-theme="dark"' in secure.get("/", base_url=base).text


def test_cookies_on_plain_http_have_plain_names(survey: Survey) -> None:
    person = Person(survey)
    person.finish()
    for cookie in person.client._cookies.values():  # noqa: SLF001 - the client names its cookies nowhere else
        assert cookie.http_only
        assert cookie.same_site == "Lax"
        assert cookie.path == "/"
        assert not cookie.key.startswith("__Host-")


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example", "127.0.0.1" + AT + "evil.example", ""]
)
def test_a_foreign_host_is_refused(client: FlaskClient, host: str) -> None:
    answer = client.get("/", headers={"Host": host})
    assert answer.status_code == 400
    assert "evil" not in answer.text


def test_no_header_changes_an_address(survey: Survey) -> None:
    person = Person(survey, headers={"X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "https"})
    answer = person.send(survey.base, button="agree")
    assert answer.location.startswith("/s/")
    assert "evil" not in person.get("/").text


@pytest.mark.parametrize(
    ("given", "lands"),
    [
        ("/privacy", "/privacy"),
        ("//evil.example/x", "/"),
        ("https://evil.example", "/"),
        ("/\\evil.example", "/"),
        ("/x\\..\\y", "/"),
        ("javascript:alert(1)", "/"),
        ("/\t/evil.example", "/"),
        ("", "/"),
    ],
)
def test_the_display_leads_back_into_the_site_only(client: FlaskClient, given: str, lands: str) -> None:
    form = Reader(client.get("/display").text).filled()
    assert client.post("/display", data=form | {"from": given}).location == lands


def test_the_display_is_kept_in_the_browser(client: FlaskClient) -> None:
    form = Reader(client.get("/display").text).filled()
    client.post("/display", data=form | {"theme": "contrast", "size": "large", "sound": "on"})
    assert (
        '<html lang="vi" data-theme="contrast" data-size="large" data-listen="Nghe">' in client.get("/").text
    )
    client.post("/display", data=form | {"theme": "<b>", "size": "normal", "sound": "off"})
    assert '<html lang="vi" data-theme="contrast">' in client.get("/").text


@pytest.mark.parametrize("path", ["/", "/healthz", "/privacy", "/withdraw/done"])
def test_nothing_is_changed_by_other_methods(client: FlaskClient, path: str) -> None:
    for method in ("POST", "PUT", "DELETE", "PATCH"):
        assert client.open(path, method=method).status_code in {400, 405}


def test_errors_speak_in_words_and_show_no_trace(
    survey: Survey, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(*_: object) -> None:
        raise ValueError("secret-of-a-person")

    monkeypatch.setattr("survey.web.public.views.waves.open_waves", fail)
    answer = Person(survey).get("/")
    assert answer.status_code == 500
    assert "Hệ thống gặp lỗi" in answer.text.replace("\N{NO-BREAK SPACE}", " ")
    written = capsys.readouterr().err
    assert "secret-of-a-person" not in answer.text + written
    crash = next(json.loads(line) for line in written.splitlines() if '"crash"' in line)
    assert crash["kind"] == "ValueError"
    assert crash["request"] in answer.text
    assert any("views.py" in place for place in crash["where"])


def test_nothing_of_an_interview_is_written_down(survey: Survey, capsys: pytest.CaptureFixture[str]) -> None:
    person = Person(survey)
    person.finish()
    person.send("/withdraw", {"code": "0000-0000-0000-0000"})
    person.get("/s/x/y")
    person.get("/privacy")
    captured = capsys.readouterr()
    lines = [json.loads(line) for line in captured.err.splitlines()]
    assert [line["page"] for line in lines] == ["/privacy"]
    assert set(lines[0]) == {"event", "level", "method", "ms", "page", "request", "status", "timestamp"}
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\dZ", lines[0]["timestamp"])
    assert captured.out == ""
    counted = person.get("/metrics").text
    assert 'longdan_pages_total{page="interview.answer",status="3xx"}' in counted
    assert survey.places[0].id not in counted


def test_the_log_writes_one_object_a_line(database: str) -> None:
    del database  # it writes to none
    stream = io.StringIO()
    logs.logger(stream).info("page", page="Lòng dân")
    assert json.loads(stream.getvalue())["page"] == "Lòng dân"
    assert "Lòng dân" in stream.getvalue()


def test_metrics_are_for_this_machine_or_for_who_knows_the_token(
    client: FlaskClient, secure: FlaskClient
) -> None:
    assert client.get("/metrics").status_code == 200
    assert client.get("/metrics", environ_base={"REMOTE_ADDR": "203.0.113.5"}).status_code == 403
    assert client.get("/metrics", headers={"X-Forwarded-For": "127.0.0.1"}).status_code == 403
    bearer = {"Authorization": "Bearer "}
    assert (
        client.get("/metrics", headers=bearer, environ_base={"REMOTE_ADDR": "203.0.113.5"}).status_code == 403
    )
    base = "https://y-kien.example.vn"
    outside = {"X-Forwarded-For": "203.0.113.5"}
    assert secure.get("/metrics", base_url=base, headers=outside).status_code == 403
    known = outside | {"Authorization": "Bearer one-token"}
    assert secure.get("/metrics", base_url=base, headers=known).status_code == 200
    wrong = outside | {"Authorization": "Bearer one-tokem"}
    assert secure.get("/metrics", base_url=base, headers=wrong).status_code == 403


def test_health_and_readiness(client: FlaskClient, site: Site) -> None:
    assert (client.get("/healthz").text, client.get("/readyz").text) == ("alive\n", "ready\n")
    (site.home.path / "main.db").rename(site.home.path / "gone.db")
    client.application.extensions[EXTENSION].stores.close()
    assert client.get("/healthz").status_code == 200
    assert client.get("/readyz").status_code == 503


def test_a_form_with_a_thousand_parts_or_a_megabyte_is_refused(client: FlaskClient) -> None:
    form = Reader(client.get("/withdraw").text).filled()
    assert client.post("/withdraw", data=form | {"code": "x" * BODY_LIMIT}).status_code == 413


def test_requests_of_one_address_are_limited(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "REQUESTS", "3 per minute")
    for found in _client(site.home):
        answers = [found.get("/privacy").status_code for _ in range(5)]
        assert answers == [200, 200, 200, 429, 429]
        assert found.get("/privacy", environ_base={"REMOTE_ADDR": "203.0.113.7"}).status_code == 200


def test_static_files_are_compressed_ahead_of_time(client: FlaskClient) -> None:
    address = re.findall(r'"(/static/[^"]+web\.css)"', client.get("/").text)[0]
    plain = client.get(address)
    packed = client.get(address, headers={"Accept-Encoding": "gzip, br"})
    assert packed.content_encoding == "gzip"
    assert gzip.decompress(packed.data) == plain.data == (static_files.FOLDER / "web.css").read_bytes()
    assert "Accept-Encoding" in packed.headers["Vary"]
    assert len(packed.data) <= 6_000


@pytest.mark.parametrize("body", [b"", b"a", b"Ph\xc6\xb0\xe1\xbb\x9dng " * 4_000])
def test_a_page_is_filled_up_to_whole_blocks_and_reads_the_same(body: bytes, database: str) -> None:
    del database  # pages are filled up without one
    packed = compressed(body)
    assert len(packed) % BLOCK == 0
    assert gzip.decompress(packed) == body


def test_the_first_page_and_the_interview_are_light(survey: Survey) -> None:
    person = Person(survey, headers={"Accept-Encoding": "gzip"})
    sizes = {}

    def load(path: str) -> str:
        answer = person.get(path)
        sizes[path] = len(answer.data) + len(str(answer.headers))
        text = gzip.decompress(answer.data).decode("utf-8")
        for address in re.findall(r'"(/static/[^"]+)"', text):
            file = person.get(address)
            sizes.setdefault(address, len(file.data) + len(str(file.headers)))
        return text

    page = Reader(load(survey.base))
    assert sum(sizes.values()) <= 30_000
    where = person.post(survey.base, page.filled() | {"act": ["agree"]}).location
    while not where.endswith("thanks"):
        page = Reader(load(where))
        chosen = {name: values[0] for name, values in page.choices().items()}
        where = person.post(where, page.filled() | chosen).location
    load(where)
    assert sum(sizes.values()) <= 120_000, sizes


def test_the_web_process_loads_no_statistics(site: Site) -> None:
    start = (
        "import sys\nfrom pathlib import Path\nfrom survey.app import create_app\n"
        "from survey.cli import serve\nfrom survey.config import open_home\n"
        f"client = create_app(open_home(Path({str(site.home.path)!r}))).test_client()\n"
        "assert client.get('/').status_code == 200\n"
        "roots = {name.partition('.')[0] for name in sys.modules}\n"
        "print(sorted(roots & {'analysis', 'duckdb', 'scipy', 'numpy', 'narwhals', 'polars'}))\n"
    )
    done = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-c", start], cwd=ROOT, capture_output=True, encoding="utf-8", check=True
    )
    assert done.stdout.strip() == "[]"


def test_every_page_has_a_title_one_heading_and_one_form_at_most(survey: Survey) -> None:
    person = Person(survey)
    addresses = [*PAGES, f"/s/{survey.wave}", survey.base, person.agree(), f"{survey.base}/resume"]
    addresses += [person.walk(), f"{survey.base}/later", f"{survey.base}/stop", f"{survey.base}/declined"]
    for address in addresses:
        page = person.get(address).text
        assert re.search(r"<title>\S.* – Lòng dân</title>", page), address
        assert page.count("<h1") == 1, address
        assert Reader(page).forms <= 1, address
