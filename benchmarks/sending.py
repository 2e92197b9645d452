"""Sending a page of fifteen items and a whole interview, against a bare endpoint on the same server."""

from __future__ import annotations

import json

from measure import child
from tables import Table

DATABASES = {"sqlite": "SQLite, synchronous FULL", "postgresql": "PostgreSQL, fsync on"}
GOAL = 0.5
MOST_SECONDS, MOST_MEGABYTES = 60, 100


def speed(interviews: int) -> Table:
    """Requests a second and the 99th percentile of eight clients, on both databases."""
    table = Table(
        f"Sending {interviews:,} interviews of 15 items",
        "Eight clients with a connection each send to the server of `longdan serve`. `bare` is a Flask "
        "endpoint on the same server and database: parse, CSRF, one insert, redirect. `page` posts fifteen "
        "answers (checked, sealed, kept as a draft), `send` posts the looked-over interview (sealed into its "
        "place's batch, counted, the draft dropped). The three are measured in turn, in slices.",
        ("database and request", "a second", "p99 ms", "ratio"),
    )
    for database, name in DATABASES.items():
        found = json.loads(child("sent.py", database, str(interviews)))
        floor = found["bare"][0]
        for request in ("bare", "page", "send"):
            a_second, p99 = found[request]
            table.rows.append((f"{name}: {request}", a_second, p99, a_second / floor))
            if request != "bare":
                text = f"{name}, {request}: {a_second / floor:.2f} of the bare endpoint (goal: {GOAL})"
                table.goal(text, met=a_second / floor >= GOAL)
        kept = found["kept"]
        table.goal(f"{name}: {interviews:,} sent, {kept:,} kept after settling", met=kept == interviews)
    return table


def settling(interviews: int) -> Table:
    """Seconds to settle, and what an idle server weighs beside it."""
    table = Table(
        f"Settling {interviews:,} interviews at 126 places, and an idle server",
        "All that waits is opened, mixed and kept in one `settle`; seconds by the clock, and of processor "
        "time of its process (that of PostgreSQL is not in it). `MB` is the resident memory of the server of "
        "`longdan serve` after its first page.",
        ("database", "seconds", "cpu", "MB"),
    )
    for database, name in DATABASES.items():
        found = json.loads(child("settled.py", database, str(interviews)))
        table.rows.append((name, found["wall"], found["cpu"], found["memory"]))
        text = f"{name}: settled in {found['wall']:.1f} s (goal: {MOST_SECONDS}), {found['kept']:,} kept"
        table.goal(text, met=found["wall"] <= MOST_SECONDS and found["kept"] == interviews)
        text = f"{name}: {found['memory']:.1f} MB idle (goal: {MOST_MEGABYTES})"
        table.goal(text, met=found["memory"] <= MOST_MEGABYTES)
    return table
