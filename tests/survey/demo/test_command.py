"""`longdan demo` as a person or a script runs it: made once, served again, and refused where it must be."""

from __future__ import annotations

import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest

from survey.demo.home import KIOSK, OPEN, SAMPLE, WEB
from tests.contracts.tree import ROOT
from tests.survey.demo.conftest import INTERVIEWS, SEED, Demo
from tests.survey.scoring.program import done, faults_of, longdan

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PAIR = re.compile(r"/k/[a-z2-7]{8}/pair/[a-z2-7]{16}")
START = "from survey.cli.main import main; main()"
LOADS = (
    "import sys, survey.cli.demo; print(sorted({'analysis', 'duckdb', 'numpy', 'scipy'} & set(sys.modules)))"
)


@contextmanager
def served(*words: object) -> Iterator[tuple[subprocess.Popen[str], dict[str, Any]]]:
    """The command in a process of its own, and what it told once it served."""
    command = [sys.executable, "-c", START, "demo", "--port", "0", "--json", *map(str, words)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, encoding="utf-8") as process:  # noqa: S603 - our own program
        assert process.stdout is not None
        try:
            yield process, json.loads(process.stdout.readline())
        finally:
            process.kill()


def fetch(url: str) -> tuple[int, str]:
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.netloc, timeout=20)
    connection.request("GET", parts.path or "/")
    answer = connection.getresponse()
    page = answer.read().decode("utf-8")
    connection.close()
    return answer.status, page


def state_of(home: Path) -> dict[str, tuple[int, int]]:
    """Everything but the main store, which notes each pairing."""
    return {
        path.relative_to(home).as_posix(): (path.stat().st_mtime_ns, path.stat().st_size)
        for path in home.rglob("*")
        if not path.name.startswith("main.db") and path != home
    }


def test_the_machine_form_is_what_scripts_rely_on(demo: Demo) -> None:
    told = demo.told
    assert list(told) == ["home", "url", "waves", "places", "sign_in", "truth"]
    assert (told["home"], told["url"]) == (str(demo.home), "http://127.0.0.1:8000")
    waves = {wave["id"]: wave for wave in told["waves"]}
    assert set(waves) == {OPEN, SAMPLE, WEB, KIOSK}
    asked = {OPEN: "service_responsibility", WEB: "service_responsibility", SAMPLE: "service_responsibility"}
    for name, wave in waves.items():
        assert list(wave) == ["id", "instrument", "state", "frozen", "result"]
        assert wave["instrument"] == asked.get(name, "kiosk_core")
        over = name in {OPEN, SAMPLE}
        assert wave["state"] == ("frozen" if over else "open")
        assert wave["frozen"] == (str(demo.home / "waves" / name) if over else None)
        assert wave["result"] == (str(demo.home / "results" / name) if over else None)
    assert len({place["id"] for place in told["places"]}) == len(told["places"]) > 126
    assert len({place["agency"] for place in told["places"]}) == 126
    for place in told["places"]:
        assert list(place) == ["id", "name", "agency", "web", "kiosk", "pair"]
        assert place["web"] == f"http://127.0.0.1:8000/s/{WEB}/{place['id']}"
        assert place["kiosk"] == f"http://127.0.0.1:8000/k/{place['id']}"
        assert PAIR.fullmatch(urlsplit(place["pair"]).path)
    assert told["sign_in"] == {}
    assert told["truth"] == str(demo.home / "city" / "truth.csv")


def test_the_same_again_serves_what_is_there(demo: Demo) -> None:
    before = state_of(demo.home)
    with served("--home", demo.home, "--seed", SEED) as (process, told):
        assert told["places"][0]["id"] == demo.told["places"][0]["id"]
        place = told["places"][0]
        assert place["web"].startswith(told["url"])
        status, front = fetch(told["url"])
        assert (status, place["web"].rpartition("/")[0].rpartition("/")[2] in front) == (200, True)
        status, page = fetch(place["web"])
        assert (status, place["name"] in page, "giả lập" in page) == (200, True, True)
        assert fetch(place["pair"])[0] == 200
        assert fetch(place["kiosk"])[0] == 403  # until the device is paired
        taken = urlsplit(told["url"]).port
        [fault] = faults_of(longdan("demo", "--home", demo.home, "--port", taken, "--json"))
        assert (fault["code"], "--port" in fault["remedy"]) == ("PORT_TAKEN", True)
        process.send_signal(signal.SIGINT)
        assert process.wait(20) == 0
    assert state_of(demo.home) == before
    with served("--home", demo.home, "--interviews", INTERVIEWS) as (_, told):
        assert fetch(told["url"])[0] == 200


def test_a_person_is_told_where_to_begin(demo: Demo) -> None:
    said = done("demo", "--home", demo.home, "--no-serve")
    assert str(demo.home / "results" / SAMPLE / "report.html") in said
    assert f"{WEB}: open" in said
    done("verify", "--home", demo.home)
    done("doctor", "--home", demo.home)


def test_another_demonstration_in_the_same_folder_is_refused_with_a_remedy(demo: Demo) -> None:
    before = state_of(demo.home)
    words = ("--seed", SEED + 1, "--interviews", 20_000, "--no-serve", "--json")
    faults = faults_of(longdan("demo", "--home", demo.home, *words))
    assert [fault["code"] for fault in faults] == ["OTHER_DEMO"] * 2
    assert [fault["where"].rpartition(" ")[2] for fault in faults] == ["seed", "interviews"]
    assert all("--home" in fault["remedy"] for fault in faults)
    assert state_of(demo.home) == before


@pytest.mark.parametrize("kind", ["a site", "a folder with files", "a file", "a broken one"])
def test_a_home_that_is_no_demonstration_is_refused_and_left_alone(kind: str, tmp_path: Path) -> None:
    home = tmp_path / "home"
    if kind == "a site":
        done("init", "--home", home)
    elif kind == "a file":
        home.write_text("mine", encoding="utf-8")
    else:
        home.mkdir()
        (home / "demo.json").write_text('{"format": "longdan-demo/1"}', encoding="utf-8")
    if kind == "a folder with files":
        (home / "demo.json").rename(home / "notes.json")
    before = state_of(home)
    [fault] = faults_of(longdan("demo", "--home", home, "--no-serve", "--json"))
    assert (fault["code"], fault["where"]) == ("NOT_A_DEMO", str(home))
    assert "--home" in fault["remedy"]
    assert state_of(home) == before
    assert list(tmp_path.iterdir()) == [home]


def unfinished(folder: Path) -> Path:
    """The folder of a demonstration that is being made; waits until it is a site."""
    for _ in range(600):
        for found in folder.glob(".home.*.unfinished"):
            if (found / "city" / "truth.csv").exists():
                return found
        time.sleep(0.1)
    raise AssertionError("nothing is being made")


@pytest.mark.parametrize("how", ["kill", "interrupt"])
def test_what_was_stopped_half_way_is_never_taken_for_whole(how: str, tmp_path: Path) -> None:
    """Killed, what is left is named with what to do; interrupted, nothing is left."""
    home = tmp_path / "home"
    words = ("demo", "--home", str(home), "--interviews", "300", "--no-serve")
    command = [sys.executable, "-c", START, *words]
    with subprocess.Popen(command, cwd=ROOT, start_new_session=True, stderr=subprocess.DEVNULL) as process:  # noqa: S603 - our own program
        left = unfinished(tmp_path)
        os.killpg(process.pid, signal.SIGKILL if how == "kill" else signal.SIGINT)
        assert process.wait(60) != 0
    assert not home.exists()
    if how == "interrupt":
        assert list(tmp_path.iterdir()) == []
        return
    [fault] = faults_of(longdan("demo", "--home", home, "--no-serve", "--json"))
    assert fault["code"] == "UNFINISHED"
    assert str(left) in fault["got"]
    assert "remove that folder" in fault["remedy"]
    assert not home.exists()


@pytest.mark.parametrize(
    "words", [("--interviews", "0"), ("--interviews", "100001"), ("--seed", "-1"), ("--port", "65536")]
)
def test_what_cannot_be_made_is_wrong_usage(words: tuple[str, str], tmp_path: Path) -> None:
    run = longdan("demo", "--home", tmp_path / "home", "--no-serve", *words)
    assert run.returncode == 2
    assert words[0] in run.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_taken_port_is_refused_before_anything_is_made(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        [fault] = faults_of(longdan("demo", "--home", tmp_path / "home", "--port", port, "--json"))
    assert fault["code"] == "PORT_TAKEN"
    assert list(tmp_path.iterdir()) == []


def test_the_process_that_serves_loads_no_statistics() -> None:
    command = [sys.executable, "-c", LOADS]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, encoding="utf-8", check=True)  # noqa: S603 - our own program
    assert run.stdout == "[]\n"
