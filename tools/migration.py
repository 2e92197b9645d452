"""Write the next step of a store's schema: what the models have and the steps do not lead to yet.

    python tools/migration.py main "add a table of complaints"

The file is a draft: read it, add what keeps rows (`survey.migrations.immutable`), and name every new table in
`survey/migrations/rights.py`. The tests compare the result with the models on both databases.
"""

from __future__ import annotations

import argparse
import importlib
import re
import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Literal

from alembic.autogenerate import produce_migrations, render_python_code
from alembic.migration import MigrationContext

from survey.config import Settings
from survey.migrations.schema import scripts
from survey.site import init
from survey.stores import Main, Moment, Participation, StoreName, open_stores

if TYPE_CHECKING:
    from alembic.autogenerate.api import AutogenContext

ROOT = Path(__file__).parents[1]
METADATA = {"main": Main.metadata, "participation": Participation.metadata}
STEP = '''"""{what}."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "{number:04d}"
down_revision = "{before}"


def upgrade() -> None:
    """{what}."""
{code}
'''


def code(name: StoreName) -> str:
    """What the models of a store have more than its steps lead to, as operations of Alembic."""
    for path in sorted((ROOT / "survey").rglob("models.py")):
        module = path.relative_to(ROOT).with_suffix("")
        importlib.import_module(".".join(module.parts))
    options = {"compare_type": True, "render_item": render, "render_as_batch": True}
    with TemporaryDirectory() as folder:
        home = init(Path(folder) / "site", Settings(), now=datetime.now(UTC))
        with closing(open_stores(home)) as stores, getattr(stores, name).engine.connect() as connection:
            context = MigrationContext.configure(connection, opts=options)
            found = produce_migrations(context, METADATA[name]).upgrade_ops
            rendered = (
                render_python_code(found, migration_context=context, render_as_batch=True, render_item=render)
                if found
                else "pass"
            )
    return "\n".join(line for line in rendered.splitlines() if "###" not in line)


def render(kind: str, value: Any, _context: AutogenContext) -> str | Literal[False]:
    """A step names the type that the database has, not ours."""
    return "sa.DateTime()" if kind == "type" and isinstance(value, Moment) else False


def main() -> None:
    """Write the file and say where it is."""
    parser = argparse.ArgumentParser(description="Write the next step of a store's schema.")
    parser.add_argument("store", choices=sorted(METADATA))
    parser.add_argument("what", help="what the step does, in a few words")
    asked = parser.parse_args()
    before = scripts(asked.store).get_current_head() or "0000"
    what = asked.what[0].upper() + asked.what[1:].rstrip(".")
    name = re.sub(r"\W+", "_", asked.what.lower()).strip("_")
    path = ROOT / "survey" / "migrations" / asked.store / "versions" / f"{name}.py"
    step = STEP.format(what=what, number=int(before) + 1, before=before, code=code(asked.store))
    path.write_text(step, encoding="utf-8")
    tidy = [sys.executable, "-m", "ruff", "format", "--quiet", str(path)]
    subprocess.run(tidy, check=True)  # noqa: S603 - a command of our own on a file that was just written
    print(path.relative_to(ROOT))


if __name__ == "__main__":
    main()
