"""The schema of both stores and the steps that lead to it."""

from survey.migrations.schema import check, refuse_used, schema_faults, upgrade

__all__ = ["check", "refuse_used", "schema_faults", "upgrade"]
