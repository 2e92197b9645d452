"""The desk of a person who follows a document: a fresh folder, the installed program, a server that runs."""

from __future__ import annotations

import contextlib
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass, field
from http.client import HTTPConnection
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

SECONDS = 120


def installed() -> str:
    """The command `longdan` of this environment."""
    found = shutil.which("longdan", path=str(Path(sys.executable).parent))
    assert found, "the program is not installed: run `make setup`"
    return found


def free_port() -> int:
    """A port of this machine that nobody listens at."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
    return port


@dataclass
class Desk:
    """A folder, and the commands that were given there.

    Attributes:
        folder: where files lie and commands run.
        instead: words of the document in whose place the machine's own stand.
        port: where the server listens.
    """

    folder: Path
    instead: Mapping[str, str]
    port: int = field(default_factory=free_port)
    _server: subprocess.Popen[bytes] | None = None

    @property
    def site_url(self) -> str:
        """Where people reach the site."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def log(self) -> str:
        """What the server has said."""
        return (self.folder / "server.log").read_text(encoding="utf-8")

    def run(self, line: str) -> str:
        """Give a command; what it says. It must do what the document promises."""
        done = subprocess.run(  # noqa: S603 - our own program, as a document says
            self._words(line),
            cwd=self.folder,
            capture_output=True,
            encoding="utf-8",
            timeout=SECONDS,
            check=False,
        )
        assert done.returncode == 0, f"{line}\n{done.stdout}\n{done.stderr}"
        return done.stdout

    def serve(self, line: str) -> str:
        """Start the server, as in a terminal of its own, and wait until it answers; what it says first."""
        words = [*self._words(line), "--port", str(self.port)]
        with (self.folder / "server.log").open("wb") as log:
            self._server = subprocess.Popen(words, cwd=self.folder, stdout=log, stderr=log)  # noqa: S603 - as above
        until = time.monotonic() + SECONDS
        while not self._answers():
            assert self._server.poll() is None, self.log
            assert time.monotonic() < until, f"the server does not answer:\n{self.log}"
            time.sleep(0.1)
        return self.log

    def stop(self) -> None:
        """Press Ctrl+C in the terminal of the server, if it runs."""
        if self._server is not None and self._server.poll() is None:
            self._server.send_signal(signal.SIGINT)
            self._server.wait(timeout=SECONDS)

    def _words(self, line: str) -> list[str]:
        for written, own in self.instead.items():
            line = line.replace(written, own)
        program, *words = shlex.split(line, comments=True)
        assert program == "longdan", f"no command of ours: {line}"
        return [installed(), *words]

    def _answers(self) -> bool:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=5)
        with contextlib.suppress(OSError), contextlib.closing(connection):
            connection.request("GET", "/readyz")
            return connection.getresponse().status == 200
        return False
