"""The schema of both stores and the steps that lead to it."""

from survey.migrations.schema import check, schema_faults, upgrade

__all__ = ["check", "schema_faults", "upgrade"]
