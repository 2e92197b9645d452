"""Alembic migrations, one line of them a store."""
