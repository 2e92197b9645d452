"""What the web role of PostgreSQL may do: take in answers and serve pages, never read what was said.

SQLite has no roles; there the file's owner is the only one who reads.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import inspect, text

from survey.stores import web_role

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection

    from survey.stores import StoreName

_READ = "SELECT"
_APPEND = "SELECT, INSERT"
_COUNT = "SELECT, INSERT, UPDATE"
_KEEP = "SELECT, INSERT, UPDATE, DELETE"

# Every table of the main store, so that a new one is thought about; a test compares. Of a settled response
# nothing can be read, changed or deleted: who withdraws one leaves a request, which settling grants. Of
# accounts it exchanges what their holders choose; it makes none, gives no role and makes no link.
WEB_RIGHTS = {
    "alembic_version": _READ,
    "organisation": _READ,
    "lineage": _READ,
    "place": _READ,
    "visitors": _READ,
    "pairing": _KEEP,
    "device": _COUNT,
    "superseded_cookie": _APPEND,
    "instrument_version": _READ,
    "wave": _READ,
    "wave_mode": _READ,
    "wave_version": _READ,
    "wave_place": _READ,
    "batch": _COUNT,
    "inbox": "SELECT (token_hash, batch, receipt_hash), INSERT, DELETE",
    "sent": _APPEND,
    "arrival": _COUNT,
    "draft": _KEEP,
    "withdrawal": _COUNT,
    "consent_text": _APPEND,
    "withdrawal_request": "INSERT",
    "response": "",
    "answer": "",
    "comment": "",
    "account": "SELECT, UPDATE (password, totp_secret, totp_step)",
    "account_link": "SELECT, UPDATE (used, seen), DELETE",
    "account_setup": _KEEP,
    "account_session": _KEEP,
    "sign_in_attempt": _KEEP,
    "published_release": _READ,
    "published_agency": _READ,
    "published_wording": _READ,
    "published_cell": _READ,
    "release_withdrawal": _READ,
    "audit_entry": _APPEND,
}


def grant(connection: Connection, store: StoreName) -> None:
    """Give the web role its rights on every table and nothing else; the participation store gives none.

    Args:
        connection: of the store's owner, after its schema changed.
        store: which one.
    """
    if connection.dialect.name != "postgresql" or store != "main":
        return
    for statement in _statements(connection):
        connection.execute(text(statement))


def _statements(connection: Connection) -> Iterator[str]:
    quote = connection.dialect.identifier_preparer.quote
    role = quote(web_role(connection.engine.url.username or ""))
    yield f"GRANT USAGE ON SCHEMA public TO {role}"
    yield f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {role}"
    for table in inspect(connection).get_table_names():
        if WEB_RIGHTS.get(table):
            yield f"GRANT {WEB_RIGHTS[table]} ON {quote(table)} TO {role}"
    for sequence in inspect(connection).get_sequence_names():
        yield f"GRANT USAGE ON SEQUENCE {quote(sequence)} TO {role}"
