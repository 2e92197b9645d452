"""The audit chain: it grows in the act's own transaction, and shows what was done behind its back."""

from __future__ import annotations

import hashlib
import json
import threading
from datetime import UTC, datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import delete, insert, select, text, update

from survey.audit import reads, writes
from survey.audit.models import Entry

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Connection

    from survey.site import Site
    from survey.stores import Store

NOW = datetime(2026, 3, 2, 8, 15, 42, 7, tzinfo=UTC)
ENTRIES = 6  # the first was written by `init`


def entry(connection: Connection, subject: str = "wave-1", **more: Any) -> str:
    """Add one entry; the new head."""
    told = {"now": NOW, "actor": "command", "act": "opened", "detail": {"n": 1}} | more
    return writes.record(connection, subject=subject, **told)


@pytest.fixture
def chain(site: Site) -> Store:
    """A store whose chain has six entries."""
    with site.stores.main.writing() as connection:
        for number in range(2, ENTRIES + 1):
            entry(connection, f"wave-{number}")
    return site.stores.main


def faults(store: Store, head: str | None = None) -> list[tuple[str, str]]:
    """Code and place of what the verification finds."""
    with store.reading() as connection:
        return [(fault.code, fault.where) for fault in reads.verify_chain(connection, head)]


def rows(connection: Connection) -> list[dict[str, Any]]:
    """Every entry, in order."""
    return [
        dict(row) for row in connection.execute(select(Entry.__table__).order_by(Entry.number)).mappings()
    ]


def behind(store: Store, act: Callable[[Connection], object]) -> None:
    """Do something to the chain as who owns the database can: without the triggers."""
    with store.writing() as connection:
        if store.is_sqlite:
            for name in ("keep_audit_entry_update", "keep_audit_entry_delete"):
                connection.execute(text(f"DROP TRIGGER {name}"))
        else:
            connection.execute(text("DROP TRIGGER keep_audit_entry ON audit_entry"))
        act(connection)


def rewrite(connection: Connection, kept: list[dict[str, Any]]) -> None:
    """Put these entries in place of the chain, numbered and hashed as if they had always been there."""
    connection.execute(delete(Entry))
    previous = writes.FIRST_PREVIOUS
    for number, row in enumerate(kept, start=1):
        fresh = row | {"number": number, "previous": previous}
        previous = writes.hash_of(fresh)
        connection.execute(insert(Entry).values(**fresh | {"hash": previous}))


def test_an_entry_keeps_what_was_told_to_the_minute(site: Site) -> None:
    at = datetime(2026, 3, 2, 15, 15, 59, tzinfo=timezone(timedelta(hours=7)))
    with site.stores.main.writing() as connection:
        before = reads.head(connection)
        decomposed = "Lo\u0300ng da\u0302n"
        head = entry(connection, decomposed, now=at, detail={"b": [1, None], "a": decomposed})
        row = rows(connection)[-1]
        assert (reads.head(connection), reads.length(connection)) == (head, 2)
    assert row == {
        "number": 2, "minute": datetime(2026, 3, 2, 8, 15, tzinfo=UTC), "actor": "command", "act": "opened",
        "subject": "Lòng dân", "detail": '{"a":"Lòng dân","b":[1,null]}', "previous": before, "hash": head,
    }  # fmt: skip


def test_the_hash_is_what_a_stranger_would_calculate(chain: Store) -> None:
    with chain.reading() as connection:
        row = rows(connection)[-1]
    told = {name: row[name] for name in ("number", "actor", "act", "subject", "detail", "previous")}
    told["minute"] = "2026-03-02T08:15:00+00:00"
    form = json.dumps(told, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert row["hash"] == hashlib.sha256(form.encode()).hexdigest()


def test_the_chain_of_a_new_site_begins_with_zeros(site: Site) -> None:
    with site.stores.main.reading() as connection:
        (first,) = rows(connection)
    assert (first["number"], first["previous"], first["act"]) == (1, "0" * 64, "site made")
    assert faults(site.stores.main, "0" * 64) == []


def test_a_chain_is_whole_and_every_earlier_head_is_in_it(chain: Store) -> None:
    with chain.reading() as connection:
        heads = [row["hash"] for row in rows(connection)]
        assert reads.head(connection) == heads[-1]
    assert faults(chain) == []
    assert [faults(chain, head) for head in heads] == [[]] * ENTRIES


def test_an_act_that_fails_leaves_no_entry(chain: Store) -> None:
    def act() -> None:
        with chain.writing() as connection:
            entry(connection)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        act()
    with chain.reading() as connection:
        assert reads.length(connection) == ENTRIES


CHANGED: dict[str, Any] = {
    "minute": NOW + timedelta(minutes=1),
    "actor": "somebody",
    "act": "closed",
    "subject": "wave-9",
    "detail": '{"n":2}',
}


@pytest.mark.parametrize("field", CHANGED)
def test_a_changed_field_is_found_at_its_entry(chain: Store, field: str) -> None:
    behind(chain, lambda c: c.execute(update(Entry).where(Entry.number == 3).values({field: CHANGED[field]})))
    assert faults(chain) == [("CHAIN_ENTRY", "audit entry 3")]


def test_a_changed_entry_with_a_fitting_hash_is_found_at_the_next(chain: Store) -> None:
    def change(connection: Connection) -> None:
        row = rows(connection)[2] | {"actor": "somebody"}
        fitting = {"actor": "somebody", "hash": writes.hash_of(row)}
        connection.execute(update(Entry).where(Entry.number == 3).values(fitting))

    behind(chain, change)
    assert faults(chain) == [("CHAIN_LINK", "audit entry 4")]


@pytest.mark.parametrize(
    ("removed", "named"), [((1,), "1"), ((3,), "3"), ((3, 4, 5), "3 to 5")], ids=["first", "one", "three"]
)
def test_a_removed_entry_is_named(chain: Store, removed: tuple[int, ...], named: str) -> None:
    behind(chain, lambda c: c.execute(delete(Entry).where(Entry.number.in_(removed))))
    assert faults(chain) == [("CHAIN_GAP", f"audit entry {named}")]


def test_a_removed_entry_is_found_where_the_rest_moved_up(chain: Store) -> None:
    def remove(connection: Connection) -> None:
        connection.execute(delete(Entry).where(Entry.number == 3))
        for number in range(4, ENTRIES + 1):
            connection.execute(update(Entry).where(Entry.number == number).values(number=number - 1))

    behind(chain, remove)
    assert faults(chain)[0] == ("CHAIN_LINK", "audit entry 3")


def test_an_inserted_entry_is_found(chain: Store) -> None:
    def insert_one(connection: Connection) -> None:
        for number in range(ENTRIES, 2, -1):
            connection.execute(update(Entry).where(Entry.number == number).values(number=number + 1))
        before = rows(connection)[1]
        fresh = before | {"number": 3, "subject": "planted", "previous": before["hash"]}
        connection.execute(insert(Entry).values(**fresh | {"hash": writes.hash_of(fresh)}))

    behind(chain, insert_one)
    found = faults(chain)
    assert ("CHAIN_LINK", "audit entry 4") in found
    assert ("CHAIN_ENTRY", "audit entry 3") not in found


def test_two_exchanged_entries_are_found(chain: Store) -> None:
    def exchange(connection: Connection) -> None:
        for number, to in ((3, 99), (4, 3), (99, 4)):
            connection.execute(update(Entry).where(Entry.number == number).values(number=to))

    behind(chain, exchange)
    assert faults(chain)[0] == ("CHAIN_LINK", "audit entry 3")


def test_a_shortened_chain_shows_only_against_a_noted_head(chain: Store) -> None:
    with chain.reading() as connection:
        heads = [row["hash"] for row in rows(connection)]
    behind(chain, lambda c: c.execute(delete(Entry).where(Entry.number == ENTRIES)))
    assert faults(chain) == []
    assert faults(chain, heads[-2]) == []
    assert faults(chain, heads[-1]) == [("CHAIN_HEAD", "audit chain")]


def test_a_rewritten_chain_shows_only_against_a_noted_head(chain: Store) -> None:
    with chain.reading() as connection:
        heads = [row["hash"] for row in rows(connection)]
    behind(chain, lambda c: rewrite(c, [row for row in rows(c) if row["number"] != 3]))
    assert faults(chain) == []
    assert faults(chain, heads[1]) == []
    assert faults(chain, heads[2]) == [("CHAIN_HEAD", "audit chain")]
    assert faults(chain, heads[-1]) == [("CHAIN_HEAD", "audit chain")]


def test_a_chain_that_was_emptied_shows_against_any_head(chain: Store) -> None:
    with chain.reading() as connection:
        head = reads.head(connection)
    behind(chain, lambda c: c.execute(delete(Entry)))
    assert faults(chain, head) == [("CHAIN_HEAD", "audit chain")]


def test_writers_at_once_wait_for_each_other(chain: Store) -> None:
    each, writers = 10, 4
    start = threading.Barrier(writers)
    failed: list[BaseException] = []

    def write(name: str) -> None:
        start.wait()
        try:
            for _ in range(each):
                with chain.writing() as connection:
                    entry(connection, name)
        except BaseException as error:  # noqa: BLE001 - told below, in the thread of the test
            failed.append(error)

    threads = [threading.Thread(target=write, args=(f"writer-{number}",)) for number in range(writers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert failed == []
    assert faults(chain) == []
    with chain.reading() as connection:
        assert reads.length(connection) == ENTRIES + each * writers


def test_a_chain_that_is_read_in_parts_is_judged_alike(chain: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reads, "_AT_ONCE", 2)
    assert faults(chain) == []
    behind(chain, lambda c: c.execute(update(Entry).where(Entry.number == 5).values(actor="somebody")))
    assert faults(chain) == [("CHAIN_ENTRY", "audit entry 5")]


@pytest.mark.parametrize(("field", "length"), [("actor", 61), ("act", 41), ("subject", 121)])
def test_a_text_that_is_too_long_is_refused_alike_on_both(site: Site, field: str, length: int) -> None:
    told = {"subject": "wave-1", field: "x" * length}
    with site.stores.main.writing() as connection, pytest.raises(ValueError, match=field):
        entry(connection, **told)


def test_a_moment_needs_its_time_zone(site: Site) -> None:
    naive = NOW.replace(tzinfo=None)
    with site.stores.main.writing() as connection, pytest.raises(ValueError, match="time zone"):
        entry(connection, now=naive)
