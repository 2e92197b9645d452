"""A server of PostgreSQL for tests: a cluster of its own under the temporary folder, on a free loopback port.

The superuser `postgres` needs no password there, every other role does, so that what `init` writes down is
used. Writes are not synchronised to the disk: a killed server loses nothing by that, only a power cut would.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

WAIT_SECONDS = 60
_PREFIX = "longdan-postgres-"
_CONFIGURATION = """
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
max_connections = 200
shared_buffers = 32MB
fsync = off
full_page_writes = off
"""
_WHO_MAY = """
host all postgres 127.0.0.1/32 trust
host all all 127.0.0.1/32 scram-sha-256
"""


class Cluster:
    """One server and its data in a folder."""

    def __init__(self, folder: Path) -> None:
        self._data = folder / "data"
        self._folder = folder

    @property
    def port(self) -> int:
        """Where it listens."""
        return int((self._folder / "port").read_text(encoding="ascii"))

    def address(self, database: str, user: str = "postgres") -> str:
        """The address of one of its databases, as settings have it."""
        return f"postgresql://{user}@127.0.0.1:{self.port}/{database}"

    def make(self) -> None:
        """Make the cluster; it does not run yet."""
        if os.geteuid() == 0:  # the server refuses to run as root
            shutil.chown(self._folder, "postgres", "postgres")
        how = ("--auth=trust", "--username=postgres", "--encoding=UTF8", "--locale=C", "--no-sync")
        self._run("initdb", "-D", str(self._data), *how)
        with (self._data / "postgresql.conf").open("a", encoding="utf-8") as file:
            file.write(_CONFIGURATION)
        (self._data / "pg_hba.conf").write_text(_WHO_MAY, encoding="utf-8")

    def start(self) -> None:
        """Start the server on a free port, the same as before where there was one."""
        if not (self._folder / "port").exists():
            with socket.create_server(("127.0.0.1", 0)) as free:
                port = free.getsockname()[1]
            (self._folder / "port").write_text(str(port), encoding="ascii")
        log = str(self._folder / "log")
        self._run("pg_ctl", "start", "--wait", "-D", str(self._data), "-l", log, "-o", f"-p {self.port}")

    def stop(self) -> None:
        """Stop the server without waiting for those who use it."""
        self._run("pg_ctl", "stop", "--wait", "--mode=immediate", "-D", str(self._data))

    def kill(self) -> None:
        """Kill every process of the server at once, as a crash does; `start` brings it back."""
        processes = self._processes()
        for process in processes:
            os.kill(process, signal.SIGKILL)
        _wait_for(lambda: not any(Path(f"/proc/{process}/exe").exists() for process in processes))
        (self._data / "postmaster.pid").unlink()

    def limit_files(self, size: int | None) -> None:
        """Let the server write no file beyond that size, as on a full disk; None: while there is room."""
        for process in self._processes():
            limit_files(process, size, as_whom=_as_whom())

    def _processes(self) -> list[int]:
        """The server first, then its children."""
        main = int((self._data / "postmaster.pid").read_text(encoding="ascii").split("\n", 1)[0])
        children = Path(f"/proc/{main}/task/{main}/children").read_text(encoding="ascii").split()
        return [main, *map(int, children)]

    def _run(self, program: str, *arguments: str) -> None:
        # a server that is started keeps what it inherits: no pipe that somebody would wait on
        with (self._folder / "said").open("w+b") as said:
            command = [*_as_whom(), str(_programs() / program), *arguments]
            done = subprocess.run(  # noqa: S603 - the server's own programs
                command, cwd=self._folder, stdin=subprocess.DEVNULL, stdout=said, stderr=said, check=False
            )
            said.seek(0)
            if done.returncode:
                raise RuntimeError(f"{program} failed:\n{said.read().decode(errors='replace')}")


def shared(folder: Path) -> Cluster:
    """The cluster of this run of the tests: whoever needs it first makes it, the others wait."""
    cluster = Cluster(folder)
    try:
        (folder / "claimed").mkdir()
    except FileExistsError:
        _wait_for((folder / "ready").exists)
        return cluster
    cluster.make()
    cluster.start()
    (folder / "ready").touch()
    return cluster


def new_folder(within: Path | None = None) -> Path:
    """A folder for a cluster, named after this process; the server's account must be able to reach it."""
    return Path(tempfile.mkdtemp(prefix=f"{_PREFIX}{os.getpid()}-", dir=within))


def remove_left_behind() -> None:
    """Remove the clusters of runs that were killed."""
    for folder in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*-*"):
        process = folder.name.removeprefix(_PREFIX).partition("-")[0]
        if process.isdigit() and not Path(f"/proc/{process}").exists():
            with contextlib.suppress(OSError):  # another run may be at it
                remove(folder)


def remove(folder: Path) -> None:
    """Stop the cluster of a run, if somebody needed one, and remove it."""
    if (folder / "data" / "postmaster.pid").exists():
        with contextlib.suppress(RuntimeError):  # its process was killed with the run
            Cluster(folder).stop()
    shutil.rmtree(folder)


def limit_files(process: int, size: int | None, *, as_whom: tuple[str, ...] = ()) -> None:
    """Let a process write no file beyond that size; None: while there is room."""
    limit = f"--fsize={'unlimited' if size is None else size}:unlimited"
    command = [*as_whom, "prlimit", "--pid", str(process), limit]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - of the system
    # a child that has just ended needs no limit
    if done.returncode and Path(f"/proc/{process}").exists():
        raise RuntimeError(f"prlimit failed: {done.stderr}")


def _as_whom() -> tuple[str, ...]:
    """The server refuses to run as root."""
    return ("runuser", "-u", "postgres", "--") if os.geteuid() == 0 else ()


def _programs() -> Path:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    if found:
        return found[-1].parent
    on_path = shutil.which("initdb")
    if on_path is None:
        raise RuntimeError("PostgreSQL is not installed: run `sh tools/system.sh postgresql`")
    return Path(on_path).resolve().parent


def _wait_for(condition: Callable[[], bool]) -> None:
    until = time.monotonic() + WAIT_SECONDS
    while not condition():
        if time.monotonic() > until:
            raise TimeoutError(f"waited {WAIT_SECONDS} seconds for the server of PostgreSQL")
        time.sleep(0.05)
