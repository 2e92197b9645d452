"""Counts, as a process of its own, what settling takes and what an idle server weighs; prints it as JSON."""

from __future__ import annotations

import json
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

from sent import served, site_on

from survey.answers.models import Response
from survey.answers.sending_many import Sending, send_many
from survey.answers.settling import settle
from tests.survey.answers.collecting import NOW, collecting, count

PLACES, AT_ONCE, TOKEN_BYTES = 126, 10_000, 16


def idle_megabytes(pid: int) -> float:
    """The resident memory of a process, in units of 10**6 bytes."""
    lines = Path(f"/proc/{pid}/status").read_text(encoding="utf-8").splitlines()
    return int(next(line for line in lines if line.startswith("VmRSS")).split()[1]) * 1024 / 1e6


database, interviews = sys.argv[1], int(sys.argv[2])
with tempfile.TemporaryDirectory() as folder, site_on(database, Path(folder)) as site:
    home, stores = site
    asked = collecting(stores.main, places=PLACES)
    for first in range(0, interviews, AT_ONCE):
        numbers = range(first, min(first + AT_ONCE, interviews))
        responses = [asked.response(place=asked.places[number % PLACES]) for number in numbers]
        tokens = [number.to_bytes(TOKEN_BYTES, "big") for number in numbers]
        send_many(stores.main, home, [Sending(*one, NOW) for one in zip(tokens, responses, strict=True)])
    clock, cpu = time.perf_counter(), time.process_time()
    settle(stores.main, home, least=0)
    took = time.perf_counter() - clock, time.process_time() - cpu
    with served("serving.py", site) as (pid, port):
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=60) as page:
            page.read()
        memory = idle_megabytes(pid)
    kept = count(stores.main, Response)
print(json.dumps({"kept": kept, "wall": took[0], "cpu": took[1], "memory": memory}))
