"""Measures, as a process of its own, how fast interviews are sent on one database; prints it as JSON.

It takes sites and PostgreSQL's server from the tests, which only the repository's folder has.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING

from clients import CLIENTS, Browser, Sent, connect

from questionnaires import loader
from survey import site as sites
from survey.answers.models import Response
from survey.answers.settling import settle
from survey.config import Settings
from tests import postgres
from tests.survey.answers.collecting import count
from tests.survey.web.collecting import collect

if TYPE_CHECKING:
    from collections.abc import Iterator
    from socket import socket

    from survey.site import Site

HERE = Path(__file__).parent
SLICE = 200
NAMES = [f"q{number:02}" for number in range(1, 16)]


@contextmanager
def site_on(database: str, folder: Path) -> Iterator[Site]:
    """An empty site; PostgreSQL writes through to the disk as in production."""
    now = datetime.now(UTC)
    if database == "sqlite":
        opened = sites.open_site(sites.init(folder / "site", Settings(), now=now).path)
        yield opened
        opened.stores.close()
        return
    # a test's own temporary folder is closed to the account of PostgreSQL's server
    run = os.environ.get("LONGDAN_TEST_POSTGRES")
    own = postgres.new_folder(Path(run).parent if run else None)
    cluster = postgres.Cluster(own)
    try:
        cluster.make()
        with (own / "data" / "postgresql.conf").open("a", encoding="utf-8") as file:
            file.write("fsync = on\nfull_page_writes = on\n")
        cluster.start()
        settings = Settings(database=cluster.address("longdan", "longdan"))
        home = sites.init(folder / "site", settings, now=now, admin=cluster.address("postgres"))
        opened = sites.open_site(home.path)
        yield opened
        opened.stores.close()
    finally:
        postgres.remove(own)


@contextmanager
def served(script: str, site: Site) -> Iterator[tuple[int, int]]:
    """A server in a process of its own: its number and its port."""
    words = [sys.executable, str(HERE / script), str(site.home.path)]
    with subprocess.Popen(words, stdout=subprocess.PIPE, encoding="utf-8", env=os.environ) as process:  # noqa: S603 - our own script
        assert process.stdout is not None  # noqa: S101 - it was asked for
        yield process.pid, int(process.stdout.readline())
        process.kill()


def begun(connection: socket, base: str) -> tuple[Browser, str, dict[str, list[str]]]:
    """Somebody who agreed and has the page of fifteen items filled in before them."""
    browser = Browser(connection)
    page = browser.post(base, browser.form(base) | {"act": ["agree"]}).location
    return browser, page, browser.form(page)


def post(browser: Browser, path: str, form: dict[str, list[str]], end: str) -> None:
    """Send a form and see that it was taken."""
    reply = browser.post(path, form)
    if reply.status != HTTPStatus.SEE_OTHER or not reply.location.endswith(end):
        raise RuntimeError(f"POST {path}: {reply.status} {reply.location} {reply.text}")


def measure(site: Site, interviews: int) -> dict[str, object]:
    """Send pages and interviews, and as often to the bare endpoint, in turn."""
    today = datetime.now(UTC).astimezone(site.home.settings.zone).date()
    survey = collect(site, instrument=loader.load(HERE / "fifteen_items.yaml"), first_day=today)
    bare, page, whole = Sent(), Sent(), Sent()
    with served("serving.py", site) as (_, port), served("bare.py", site) as (_, floor):
        plain = [Browser(connect(floor)) for _ in range(CLIENTS)]
        lines = [connect(port) for _ in range(CLIENTS)]
        tokens = [one.get("/").text for one in plain]
        forms = [{name: ["4"] for name in NAMES} | {"csrf_token": [one]} for one in tokens]
        for start in range(0, interviews, SLICE):
            some = range(min(SLICE, interviews - start))
            people = [begun(lines[n % CLIENTS], survey.base) for n in some]
            bare.together(
                [partial(post, plain[n % CLIENTS], "/", forms[n % CLIENTS], "/thanks") for n in some]
            )
            page.together([partial(post, *one, "/look") for one in people])
            looks = [(browser, survey.base + "/look") for browser, _, _ in people]
            sending = [(browser, path, browser.form(path)) for browser, path in looks]
            whole.together([partial(post, *one, "/thanks") for one in sending])
    settle(site.stores.main, site.home, least=0)
    kept = count(site.stores.main, Response)
    told = {name: (one.a_second, one.p99) for name, one in (("bare", bare), ("page", page), ("send", whole))}
    return {"kept": kept, **told}


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as place, site_on(sys.argv[1], Path(place)) as made:
        print(json.dumps(measure(made, int(sys.argv[2]))))
