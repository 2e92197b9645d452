"""Databases and roles on the server of PostgreSQL of a run, for a site that a document makes."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from sqlalchemy import create_engine, text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.postgres import Cluster

ROLES = ("", "_web", "_participation")


@contextmanager
def a_site_on(cluster: Cluster, name: str) -> Iterator[dict[str, str]]:
    """Addresses of the server in place of those of the documents; what was made there is dropped."""
    try:
        yield {
            "postgresql://longdan@localhost/longdan": cluster.address(name, name),
            "postgresql://postgres@localhost/postgres": cluster.address("postgres"),
        }
    finally:
        stores = [f"DROP DATABASE IF EXISTS {name}{store} WITH (FORCE)" for store in ("", "_participation")]
        roles = [f"DROP ROLE IF EXISTS {name}{role}" for role in ROLES]
        command(cluster, "postgres", *stores, *roles)


def command(cluster: Cluster, database: str, *statements: str) -> None:
    """Run statements as the superuser, each for itself."""
    address = cluster.address(database).replace("postgresql:", "postgresql+psycopg:")
    engine = create_engine(address, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for statement in statements:
            connection.execute(text(statement))
    engine.dispose()
