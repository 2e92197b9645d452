"""The documents for a survey of one's own, followed word by word: every answer sent is frozen once.

The installed command in a fresh folder, a server that runs, people with browsers; then what they sent is
compared with the frozen waves, and their mean with the scores.
"""

from __future__ import annotations

import csv
import json
import os
import re
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest

from tests.contracts.tree import ROOT
from tests.documents.desk import Desk
from tests.documents.document import Change, commands, files, moved, section, steps
from tests.documents.fieldwork import Fieldwork
from tests.documents.frozen import answered, rows
from tests.documents.postgresql import a_site_on

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.documents.fieldwork import Roles
    from tests.documents.frozen import Answered
    from tests.postgres import Cluster

FIRST_DAY = date(2026, 7, 1)  # of the waves in the documents
OPENS = re.compile(r"^longdan open ", re.MULTILINE)
JUDGE = {"courtesy": 0, "on_time": 1}  # whom these items judge: who received, who decided
LEAST = 10  # respondents of a score that is shown
GUIDE = "docs/opening-a-wave.md"
FOLLOWED = [
    name
    for name in ("README.md", *(f"docs/{page.name}" for page in sorted((ROOT / "docs").glob("*.md"))))
    if OPENS.search((ROOT / name).read_text(encoding="utf-8"))
]


def text_of(name: str) -> str:
    """What a newcomer follows of a document, its days moved so that its waves have begun two days ago."""
    text = (ROOT / name).read_text(encoding="utf-8")
    today = datetime.now(UTC).astimezone(ZoneInfo("Asia/Ho_Chi_Minh")).date()
    part = section(text, "Your own survey") if name == "README.md" else text
    return moved(part, FIRST_DAY, today - timedelta(days=2))


@pytest.fixture
def desk(database: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Desk]:
    """A desk in a fresh folder; for PostgreSQL the site is made by the command of `docs/running.md`."""
    if database == "sqlite":
        yield from _at_work(Desk(tmp_path, {}))
        return
    cluster: Cluster = request.getfixturevalue("postgres")
    with a_site_on(cluster, f"city_{os.getpid()}") as instead:
        (init,) = commands(section(text_of("docs/running.md"), "PostgreSQL"))
        yield from _at_work(Desk(tmp_path, {"longdan init": init, **instead}))


def _at_work(desk: Desk) -> Iterator[Desk]:
    yield desk
    desk.stop()


def follow(document: str, desk: Desk) -> Fieldwork:
    """Make the files that a document shows, and do what it says, step by step; people answer meanwhile."""
    shown = files(document)
    for name, text in shown.items():
        (desk.folder / name).write_text(text, encoding="utf-8")
    tables = [shown[name] for name in ("units.csv", "changes.csv") if name in shown]
    languages = ("vi", "en") if "counter.en.po" in shown else ("vi",)
    work = Fieldwork(desk, languages, answerable(tables, planned="plan.yaml" in shown))
    for step in steps(document):
        if isinstance(step, Change):
            file = desk.folder / step.file
            file.write_text(step.of(file.read_text(encoding="utf-8")), encoding="utf-8")
            continue
        work.before(step.line)
        said = desk.serve(step.line) if step.line.split()[1] == "serve" else desk.run(step.line)
        work.after(step.line, said)
    return work


def answerable(tables: list[str], *, planned: bool) -> Roles:
    """Who received, decided and helped: the organisation of the place, but as the guide's plan has it."""
    places = {
        row["code"]: row["parent"]
        for table in tables
        for row in csv.DictReader(table.splitlines())
        if row["kind"] == "place"
    }

    def roles(wave: str, place: str, procedure: object) -> tuple[str, str, str]:
        own = places[place]
        if not planned or wave != "2026-q3" or procedure != 2:
            return own, own, own
        return (own, own, "SNNMT") if own == "00012" else (own, "SNNMT", own)

    return roles


@pytest.mark.parametrize(
    ("name", "database"),
    [*((name, "sqlite") for name in FOLLOWED), (GUIDE, "postgresql")],
    indirect=["database"],
)
def test_every_answer_sent_is_frozen_once(name: str, desk: Desk) -> None:
    work = follow(text_of(name), desk)
    compare(desk, work)
    if name == GUIDE:
        compare_what_the_guide_adds(desk, work)


def test_every_document_that_opens_a_wave_is_followed() -> None:
    assert GUIDE in FOLLOWED


def compare(desk: Desk, work: Fieldwork) -> None:
    """What was sent with what was frozen, and its means with the scores."""
    site = desk.folder / "longdan-site"
    frozen = {wave.name: wave for wave in (site / "waves").iterdir()}
    assert {name: Counter(answered(wave)) for name, wave in frozen.items()} == work.sent
    withdrawn = {
        (name, row["place"]): int(row["n"])
        for name, wave in frozen.items()
        for row in rows(wave / "withdrawals.csv")
    }
    assert withdrawn == work.withdrawn
    assert work.withdrawn.total() == 2
    arrived = sum(int(row["responses"]) for wave in frozen.values() for row in rows(wave / "arrivals.csv"))
    assert arrived == sum(sent.total() for sent in work.sent.values()) + work.withdrawn.total()
    for result in (site / "results").iterdir():
        assert shown(rows(result / "scores.csv")) == by_hand(work.sent[result.name])
    assert "Người số" not in desk.log
    assert "crash" not in desk.log


def compare_what_the_guide_adds(desk: Desk, work: Fieldwork) -> None:
    """Two versions, a plan, visitors, and the data for others."""
    versions = {wave: {one.version for one in sent} for wave, sent in work.sent.items()}
    assert {wave: len(found) for wave, found in versions.items()} == {"2026-q3": 2, "kiosk-q3": 1}
    wave = desk.folder / "longdan-site" / "waves" / "2026-q3"
    assert json.loads((wave / "plan.json").read_text(encoding="utf-8"))["standard"] == 80
    visitors = [int(row["visitors"]) for row in rows(wave / "arrivals.csv") if row["visitors"]]
    assert sorted(visitors) == [96, 187, 214]
    exported = rows(desk.folder / "2026-q3-csv" / "data.csv")
    assert Counter(row["instrument"] for row in exported) == Counter(
        one.version for one in work.sent["2026-q3"].elements()
    )


def shown(scores: list[dict[str, str]]) -> dict[tuple[str, str, str], str]:
    """Of the items in `JUDGE` the scores by agency and recipe, to nine digits; empty where withheld."""
    return {
        (row["agency"], row["item"], row["recipe"]): f"{float(row['estimate']):.9g}"
        if row["estimate"]
        else ""
        for row in scores
        if row["item"] in JUDGE
    }


def by_hand(sent: Counter[Answered]) -> dict[tuple[str, str, str], str]:
    """The same from what people sent: the share of 4 and 5, and the mean with 1 at 0 and 5 at 100."""
    judged: dict[tuple[str, str], list[int]] = {}
    for one in sent.elements():
        for item, (kind, code) in one.answers:
            if item in JUDGE:
                codes = judged.setdefault((one.roles[JUDGE[item]], item), [])
                codes += [code] if kind == "value" and isinstance(code, int) else []
    made = {}
    for (agency, item), codes in judged.items():
        enough, n = len(codes) >= LEAST, max(len(codes), 1)
        top2, mean = 100 * sum(code >= 4 for code in codes) / n, 25 * (sum(codes) / n - 1)
        for recipe, value in (("top2/item", top2), ("mean100/item", mean)):
            made[agency, item, recipe] = f"{value:.9g}" if enough else ""
    return made
