"""The audit chain: grows in the act's own transaction, and shows what was done to it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text

from survey.audit import reads, writes

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from survey.site import Site

NOW = datetime(2026, 3, 2, 8, 15, 42, tzinfo=UTC)


def grow(connection: Connection, entries: int = 1) -> str:
    """Add entries; the new head."""
    for number in range(entries):
        subject, detail = f"wave-{number}", {"n": number}
        head = writes.record(
            connection, now=NOW, actor="command", act="opened", subject=subject, detail=detail
        )
    return head


def test_the_head_is_that_of_the_newest_entry(site: Site) -> None:
    with site.stores.main.writing() as connection:
        head = grow(connection)
    with site.stores.main.reading() as connection:
        assert reads.head(connection) == head
        assert reads.verify_chain(connection) == []
