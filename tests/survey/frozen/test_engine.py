"""DuckDB is locked: no extension, no network, no file outside the named folders, no way to widen it."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from survey.frozen.engine import literal, locked_engine
from tests.contracts.tree import ROOT, files, place

REFUSED = {
    "a file elsewhere": "SELECT * FROM read_csv('{outside}/data.csv')",
    "by a path that climbs": "SELECT * FROM read_csv('{inside}/../outside/data.csv')",
    "by a pattern": "SELECT * FROM read_csv('{outside}/*.csv')",
    "text of a file": "SELECT content FROM read_text('{outside}/data.csv')",
    "a list of files": "SELECT * FROM glob('{outside}/*')",
    "a copy elsewhere": "COPY (SELECT 1 AS x) TO '{outside}/new.csv'",
    "another database": "ATTACH '{outside}/new.db'",
    "an address": "SELECT * FROM read_csv('https://example.org/data.csv')",
    "an extension": "LOAD httpfs",
    "an extension from elsewhere": "INSTALL httpfs",
    "an extension of others": "INSTALL h3 FROM community",
    "wider folders": "SET allowed_directories = ['/']",
    "wider access": "SET enable_external_access = true",
    "an unlocked configuration": "SET lock_configuration = false",
    "loading by itself": "SET autoload_known_extensions = true",
    "unsigned extensions": "SET allow_unsigned_extensions = true",
}


@pytest.fixture
def folders(tmp_path: Path) -> dict[str, str]:
    """A folder that may be read, and one that may not, each with a table."""
    made = {}
    for name in ("inside", "outside"):
        folder = tmp_path / name
        folder.mkdir()
        (folder / "data.csv").write_text("x\n1\n", encoding="utf-8")
        made[name] = folder.as_posix()
    return made


@pytest.mark.parametrize("statement", REFUSED.values(), ids=REFUSED.keys())
def test_it_reaches_nothing_else(folders: dict[str, str], statement: str) -> None:
    with locked_engine(Path(folders["inside"])) as engine, pytest.raises(duckdb.Error):
        engine.execute(statement.format(**folders)).fetchall()
    assert sorted(path.name for path in Path(folders["outside"]).iterdir()) == ["data.csv"]


def test_it_reads_and_writes_where_it_may(folders: dict[str, str]) -> None:
    inside = folders["inside"]
    with locked_engine(Path(inside)) as engine:
        assert engine.execute(f"SELECT x FROM read_csv({literal(inside + '/data.csv')})").fetchall() == [(1,)]  # noqa: S608 - a folder of this test
        engine.execute(f"COPY (SELECT 2 AS x) TO {literal(inside + '/new.csv')}")
    assert (Path(inside) / "new.csv").read_text(encoding="utf-8").split() == ["x", "2"]


def test_no_database_of_duckdb_is_opened_but_by_the_lock() -> None:
    """A site reads by `locked_engine` alone; the library of statistics opens the file that it is given."""
    opening = {
        place(path, ROOT)
        for path in files(ROOT, ".py", within=("survey", "analysis", "questionnaires"))
        if "duckdb.connect(" in path.read_text(encoding="utf-8")
    }
    assert opening == {"survey/frozen/engine.py"}
