"""DuckDB for a frozen wave: no extension is loaded, and no file outside the named folders is touched."""

from __future__ import annotations

import tempfile
from contextlib import contextmanager
from typing import TYPE_CHECKING

import duckdb

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_NO_EXTENSIONS = {
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "allow_community_extensions": "false",
}


def identifier(name: str) -> str:
    """A column or table name for SQL."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """A text constant for SQL."""
    return "'" + text.replace("'", "''") + "'"


def exact_path(path: Path) -> str:
    """A path for DuckDB's readers, in which `*`, `?` and `[` are letters and not a pattern."""
    return "".join(f"[{letter}]" if letter in "*?[" else letter for letter in path.resolve().as_posix())


@contextmanager
def locked_engine(*folders: Path, threads: int | None = None) -> Iterator[duckdb.DuckDBPyConnection]:
    """A database in memory that reads and writes only under `folders` and a scratch folder of its own.

    Its settings are locked, so that no query can widen them. `threads` None takes every core.
    """
    with tempfile.TemporaryDirectory(prefix="longdan-", ignore_cleanup_errors=True) as scratch:
        config: dict[str, str | bool | int | float | list[str]] = {
            **_NO_EXTENSIONS,
            "temp_directory": scratch,
        }
        if threads is not None:
            config["threads"] = threads
        connection = duckdb.connect(config=config)
        try:
            # DuckDB checks a path before and after reading it as a pattern.
            paths = {form for folder in folders for form in (folder.resolve().as_posix(), exact_path(folder))}
            allowed = ", ".join(literal(path) for path in sorted(paths))
            connection.execute(f"SET allowed_directories = [{allowed}]")
            connection.execute("SET enable_external_access = false")
            connection.execute("SET lock_configuration = true")
            yield connection
        finally:
            connection.close()
