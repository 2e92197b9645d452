"""`longdan serve`: it serves on this machine, and refuses to let others in without https."""

from __future__ import annotations

import http.client
import json
import socket
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from survey.app import BODY_LIMIT, create_app
from survey.cli.main import longdan
from survey.cli.serve import refuse_open
from survey.config import Home, Settings
from survey.web.site import EXTENSION
from tests.contracts.tree import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from survey.site import Site

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


@pytest.fixture
def port(site: Site) -> Iterator[int]:
    """The port of a server of its own process."""
    words = ("-m", "survey.cli.main", "serve", "--home", str(site.home.path), "--port", "0", "--json")
    start = "from survey.cli.main import main; main()"
    with (
        subprocess.Popen(  # noqa: S603 - our own program
            [sys.executable, "-c", start, *words[2:]], cwd=ROOT, stdout=subprocess.PIPE, encoding="utf-8"
        ) as process
    ):
        assert process.stdout is not None
        said = json.loads(process.stdout.readline())
        yield int(said["url"].rpartition(":")[2])
        process.terminate()


def fetch(port: int, path: str, **headers: str) -> http.client.HTTPResponse:
    """What the server answers; its body is read."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    connection.request("GET", path, headers=headers)
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return answer


def test_it_serves_until_it_is_stopped(port: int) -> None:
    assert fetch(port, "/healthz").status == 200
    front = fetch(port, "/")
    assert front.status == 200
    assert front.getheader("Server") is None
    assert fetch(port, "/", Host="evil.example").status == 400
    # the server must hand forwarded headers on, or everybody behind a proxy would be this machine
    assert fetch(port, "/metrics").status == 200
    assert fetch(port, "/metrics", **{"X-Forwarded-For": "203.0.113.5"}).status == 403


def test_the_server_itself_takes_no_more_than_the_limit(port: int) -> None:
    with socket.create_connection(("127.0.0.1", port), timeout=20) as client:
        head = f"POST /withdraw HTTP/1.1\r\nHost: localhost\r\nContent-Length: {BODY_LIMIT * 3}\r\n\r\n"
        client.sendall(head.encode())
        assert client.recv(200).startswith(b"HTTP/1.1 413")


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.7", "::", "a-name"])  # noqa: S104 - what is refused
def test_other_machines_are_not_let_in_without_https(site: Site, host: str) -> None:
    done = CliRunner().invoke(longdan, ["serve", "--home", str(site.home.path), "--host", host])
    assert done.exit_code == 1
    assert "NOT_SECURE" in done.stderr
    secure = Home(site.home.path, Settings(site_url="https://y-kien.example.vn"))
    refuse_open(secure, host)


@pytest.mark.parametrize("host", ["127.0.0.1", "127.9.9.9", "::1", "localhost"])
def test_this_machine_is_let_in(site: Site, host: str) -> None:
    refuse_open(site.home, host)


def test_a_home_that_others_may_read_is_refused(site: Site) -> None:
    site.home.path.chmod(0o755)
    done = CliRunner().invoke(longdan, ["serve", "--home", str(site.home.path), "--port", "0"])
    assert done.exit_code == 1
    site.home.path.chmod(0o700)


def test_a_missing_store_is_refused(site: Site) -> None:
    (site.home.path / "main.db").unlink()
    done = CliRunner().invoke(longdan, ["serve", "--home", str(site.home.path), "--port", "0"])
    assert done.exit_code == 1
    assert "Traceback" not in done.stderr


def test_the_settings_may_name_further_hosts(site: Site) -> None:
    app = create_app(Home(site.home.path, Settings(trusted_hosts=("khac.example.vn",))))
    for host, status in (("khac.example.vn", 200), ("khac.example.vn:8000", 200), ("x.khac.example.vn", 400)):
        assert app.test_client().get("/privacy", headers={"Host": host}).status_code == status
    app.extensions[EXTENSION].stores.close()
