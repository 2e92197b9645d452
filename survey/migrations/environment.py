"""How migrations run: on the connection and in the transaction that `schema` opened: all or nothing."""

from __future__ import annotations

from alembic import context


def run() -> None:
    """Run the migrations that Alembic asked for; called by the `env.py` of each store."""
    context.configure(
        connection=context.config.attributes["connection"],
        target_metadata=None,
        render_as_batch=True,  # SQLite alters a table by making it anew
        transactional_ddl=True,  # both databases take back a half-made schema
    )
    with context.begin_transaction():
        context.run_migrations()
