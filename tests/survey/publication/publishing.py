"""Small surveys of outside data, frozen and scored in the home of a site, ready to be released."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from questionnaires import loader
from survey.frozen.outside import freeze
from survey.publication.models import PublishedCell
from survey.publication.reads import releases
from survey.publication.writes import release
from survey.scoring.result import score
from tests.survey.scoring.surveys import Survey

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from survey.publication.reads import Release
    from survey.publication.writes import Released
    from survey.site import Site

NOW = datetime(2026, 9, 30, 8, 15, 42, tzinfo=UTC)
LATER = datetime(2026, 10, 7, 8, 0, tzinfo=UTC)
HEADLINE = "top2/fixed_weights"
ITEMS = {
    "manner": "service", "speed": "service", "clarity": "service",
    "complaint_way": "complaints", "complaint_reply": "complaints", "complaint_time": "complaints",
}  # fmt: skip
BOTH_RECEIVED = {"service": {"role": "received"}, "complaints": {"role": "received"}}
# of five answers four are satisfied: scores of 80, far from either end
MIXED = (5, 4, 2, 4, 5)


def answers(n: int, answered: Mapping[str, int], turn: int = 0) -> dict[str, list[object]]:
    """The answers of n people to each item, of whom so many answered it (all, unless it is named)."""
    return {
        item: [
            MIXED[(person + place + turn) % len(MIXED)]
            if person < answered.get(item, n)
            else "not_applicable"
            for person in range(n)
        ]
        for place, item in enumerate(ITEMS)
    }


def survey(folder: Path, offices: Mapping[str, tuple[int, Mapping[str, int]]], **more: Any) -> Survey:
    """A survey of offices, each with its people and how many of them answered which item."""
    columns: dict[str, list[object]] = {"received": [], **{item: [] for item in ITEMS}}
    for turn, (office, (n, answered)) in enumerate(offices.items()):
        columns["received"] += [office] * n
        for item, cells in answers(n, answered, turn).items():
            columns[item] += cells
    made = Survey(folder=folder, columns=columns, items=ITEMS, constructs=BOTH_RECEIVED)
    return replace(made, **{"plan": {"standard": 50.0}, **more})


def without(made: Survey, rows: Sequence[int]) -> Survey:
    """The same survey without some of its people."""
    gone = set(rows)
    columns = {
        name: [cell for place, cell in enumerate(cells) if place not in gone]
        for name, cells in made.columns.items()
    }
    return replace(made, columns=columns, folder=made.folder.with_name(f"{made.folder.name}-{len(gone)}"))


def scored(site: Site, made: Survey, wave: str = "autumn") -> Path:
    """The result of a survey whose wave lies in the home; what lay there under its name makes room."""
    frozen, result = site.home.waves / wave, site.home.results / wave
    for old in (frozen, result):
        shutil.rmtree(old, ignore_errors=True)
    paths = made.write()
    freeze(instrument=loader.load(paths.pop("instrument")), out=frozen, **paths)
    score(frozen, result, language="en", threads=1)
    return result


def released(site: Site, result: Path, now: datetime = NOW) -> Released:
    return release(site.stores.main, site.home, result, now, actor="command")


def latest(site: Site) -> Release:
    """The newest release of the site."""
    with site.stores.main.reading() as connection:
        return releases(connection)[0]


def rows_of(site: Site, release_id: int | None = None) -> list[dict[str, Any]]:
    """The rows of the table of cells, of the newest release unless another is named."""
    wanted = latest(site).id if release_id is None else release_id
    query = select(PublishedCell.__table__).where(PublishedCell.release == wanted)
    with site.stores.main.reading() as connection:
        return [dict(row) for row in connection.execute(query).mappings()]
