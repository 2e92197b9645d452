"""`docs/running.md`: what it tells to be done by hand on PostgreSQL makes a site."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

import pytest

from tests.contracts.tree import ROOT
from tests.documents.desk import Desk
from tests.documents.document import section
from tests.documents.postgresql import ROLES, a_site_on, command

if TYPE_CHECKING:
    from pathlib import Path

    from tests.postgres import Cluster

PART = section((ROOT / "docs" / "running.md").read_text(encoding="utf-8"), "PostgreSQL")


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_roles_and_databases_made_by_hand_are_enough(
    postgres: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = f"by_hand_{os.getpid()}"
    (script,) = re.findall(r"^```sql\n(.*?)^```", PART, re.MULTILINE | re.DOTALL)
    with a_site_on(postgres, name) as instead:
        run(postgres, script.replace("longdan", name))
        passwords = tmp_path / "pgpass"
        passwords.touch(mode=0o600)
        monkeypatch.setenv("PGPASSFILE", str(passwords))
        for role in ROLES:
            command(postgres, "postgres", f"ALTER ROLE {name}{role} PASSWORD 'secret{role}'")
            with passwords.open("a", encoding="ascii") as file:
                file.write(f"*:*:*:{name}{role}:secret{role}\n")
        desk = Desk(tmp_path, instead)
        desk.run("longdan init --database postgresql://longdan@localhost/longdan")
        assert "stores: PostgreSQL" in desk.run("longdan doctor")
        assert not (tmp_path / "longdan-site" / "keys" / "pgpass").exists()


def run(cluster: Cluster, script: str) -> None:
    """Run a script of `psql`, which may go over to another database."""
    first, *others = re.split(r"^\\connect ", script, flags=re.MULTILINE)
    for part in (f"postgres\n{first}", *others):
        database, _, statements = part.partition("\n")
        command(cluster, database, *(line for line in statements.splitlines() if line))
