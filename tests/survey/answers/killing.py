"""A process that works on a site again and again and is killed at a step, one further each time.

It loads the program once and forks for each try: what is killed has opened its stores itself, and starting
takes no time. A kill is `_exit`: no `finally` runs, nothing is flushed, locks fall as the system drops them.
"""

from __future__ import annotations

import subprocess
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

_PROGRAM = """
import os
import sys
from datetime import UTC, datetime
from pathlib import Path
from survey.answers.anchor import Anchor
from survey.answers.settling import settle
from survey.frozen.closing import close
from survey.site import open_site

def act(wave, step):
    home, stores = open_site(Path(sys.argv[1]))
    if wave:
        close(stores, home, wave, datetime(2026, 4, 11, tzinfo=UTC), actor="command", step=step)
    else:
        anchor = Anchor(datetime(2026, 4, 11, tzinfo=UTC), "command")
        settle(stores.main, home, anchor=anchor, step=step)

for line in sys.stdin:
    point, _, wave = line.strip().partition(" ")
    child = os.fork()
    if child == 0:
        seen = []
        def step(name):
            seen.append(name)
            if len(seen) == int(point):
                os._exit(9)
        act(wave, step)
        os._exit(0)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""


@contextmanager
def killer(home: Path) -> Iterator[Callable[..., bool]]:
    """Gives `kill(point, wave="")`: whether settling, or closing of a wave, died at that step.

    False: it came to its end before; anything else that stops it is an error.
    """
    with subprocess.Popen(  # noqa: S603 - our own program
        [sys.executable, "-c", _PROGRAM, str(home)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:

        def kill(point: int, wave: str = "") -> bool:
            assert process.stdin is not None
            assert process.stdout is not None
            process.stdin.write(f"{point} {wave}\n")
            process.stdin.flush()
            code = int(process.stdout.readline())
            assert code in {0, 9}
            return code == 9

        yield kill
        process.communicate()
