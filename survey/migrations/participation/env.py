"""Alembic loads this file when it migrates the store."""

from survey.migrations.environment import run

run()
