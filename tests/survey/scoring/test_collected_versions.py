"""From opening to scores with versions that come while a wave collects: each answer under its own."""

from __future__ import annotations

import csv
from collections import Counter
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from questionnaires.canonical import instrument_hash
from questionnaires.model import Missing
from survey.answers.sending import send
from survey.exports.writing import export
from survey.frozen.closing import close
from survey.frozen.reading import read, verify
from survey.refusal import Refusal
from survey.scoring.result import replay, score
from survey.waves.writes import publish
from tests.survey.answers.collecting import DAY, NOW, Collecting, collecting, token
from tests.survey.scoring.program import number_of, row_of, rows_of

if TYPE_CHECKING:
    from pathlib import Path

    from questionnaires.model import Instrument, Item
    from survey.site import Site
    from survey.waves.revision import Breaking

AFTER = NOW + timedelta(days=40)


def mapped(instrument: Instrument, name: str, *made: Item) -> Instrument:
    """The instrument with something else in place of an item."""
    sections = tuple(
        replace(
            section,
            items=tuple(new for item in section.items for new in (made if item.name == name else (item,))),
        )
        for section in instrument.sections
    )
    return replace(instrument, sections=sections)


def publishing(site: Site, instrument: Instrument, breaking: Breaking = "refuse") -> dict[str, str]:
    with site.stores.main.writing() as connection:
        done = publish(connection, instrument, now=NOW, today=DAY, actor="command", breaking=breaking)
    return dict(done.changes)


def interviews(site: Site, asked: Collecting, instrument: Instrument, count: int) -> list[dict[str, object]]:
    """So many people answer a version; their answers by item."""
    home, stores = site
    on_it = replace(asked, instrument=instrument)
    sent = []
    for _ in range(count):
        response = on_it.response()
        send(stores.main, home, token(), response, NOW)
        sent.append(dict(response.values))
    return sent


def share(answers: list[dict[str, object]], item: str) -> float:
    codes = [one[item] for one in answers if item in one and not isinstance(one[item], Missing)]
    return 100 * sum(code in {4, 5} for code in codes) / len(codes)


@dataclass(frozen=True)
class Collected:
    """A closed wave in which a question was added and later another put otherwise, and its answers."""

    frozen: Path
    counts: dict[str, int]
    early: list[dict[str, object]]
    middle: list[dict[str, object]]
    late: list[dict[str, object]]


def three_versions(site: Site) -> Collected:
    home, stores = site
    asked = collecting(stores.main, instrument="kiosk_core", places=1)
    first = asked.instrument
    courtesy = first.item("courtesy")
    patience = replace(courtesy, name="patience", wording="Quý vị hài lòng hay không hài lòng với việc chờ?")
    second = mapped(first, "courtesy", courtesy, patience)
    signs = replace(second.item("signs"), wording="Quý vị thấy biển chỉ dẫn thế nào?")
    third = mapped(second, "signs", signs)
    early = interviews(site, asked, first, 24)
    assert publishing(site, second) == {asked.wave: "comparable"}
    middle = interviews(site, asked, second, 22)
    with pytest.raises(Refusal, match="BREAKING_CHANGE"):
        publishing(site, third)
    assert publishing(site, third, "offer") == {asked.wave: "breaking"}
    late = interviews(site, asked, third, 20)
    closed = close(stores, home, asked.wave, AFTER, actor="command")
    counts = dict(zip(map(instrument_hash, (first, second, third)), (24, 22, 20), strict=True))
    return Collected(closed.frozen, counts, early, middle, late)


def test_answers_under_three_versions_are_scored_where_they_may_be(site: Site, tmp_path: Path) -> None:
    made = three_versions(site)
    manifest = read(made.frozen).manifest
    assert (manifest.instruments, manifest.responses) == (tuple(made.counts), made.counts)
    assert verify(made.frozen) == []
    score(made.frozen, tmp_path / "result", threads=1)
    rows = rows_of(tmp_path / "result")
    everybody = made.early + made.middle + made.late
    courteous = number_of(row_of(rows, "001", "top2/item", construct="officials", item="courtesy"))
    assert courteous["estimate"] == pytest.approx(share(everybody, "courtesy"))
    patient = number_of(row_of(rows, "001", "top2/item", construct="officials", item="patience"))
    assert patient["estimate"] == pytest.approx(share(made.middle + made.late, "patience"))
    assert (courteous["n"], patient["n"]) == (66, 42)
    signs = row_of(rows, "001", "top2/item", construct="access", item="signs")
    assert signs["suppressed"] == "versions_differ"
    for construct in ("", "access"):
        for recipe in ("top2/fixed_weights", "mean100/person_mean"):
            assert row_of(rows, "001", recipe, construct=construct)["suppressed"] == "versions_differ"
    officials = number_of(row_of(rows, "001", "top2/item_weighted", construct="officials"))
    planned = [share(everybody, item) for item in ("courtesy", "answers")]
    assert officials["estimate"] == pytest.approx(sum(planned) / 2)
    replay(tmp_path / "result", tmp_path)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_report_and_export_tell_who_answered_which_version(site: Site, tmp_path: Path) -> None:
    made = three_versions(site)
    score(made.frozen, tmp_path / "result", language="vi", threads=1)
    page = (tmp_path / "result" / "report.html").read_text(encoding="utf-8")
    page = page.replace("\N{NO-BREAK SPACE}", " ")
    assert "Không công bố: không phải ai cũng được hỏi như nhau" in page
    assert all(f"{version}: {count} phiếu trả lời" in page for version, count in made.counts.items())
    export(read(made.frozen), form="csv", out=tmp_path / "out")
    with (tmp_path / "out" / "data.csv").open(encoding="utf-8", newline="") as file:
        data = list(csv.DictReader(file))
    assert Counter(row["instrument"] for row in data) == made.counts
    first = next(iter(made.counts))
    assert {row["patience__missing"] for row in data if row["instrument"] == first} == {"off_route"}


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_the_plans_version_is_kept_though_nobody_answered_it(site: Site, tmp_path: Path) -> None:
    home, stores = site
    asked = collecting(stores.main, places=1)
    second = replace(asked.instrument, title="Bản thứ hai", recipes=asked.instrument.recipes[:1])
    assert publishing(site, second) == {asked.wave: "comparable"}
    interviews(site, asked, second, 30)
    closed = close(stores, home, asked.wave, AFTER, actor="command")
    assert read(closed.frozen).manifest.responses == {asked.version: 0, instrument_hash(second): 30}
    score(closed.frozen, tmp_path / "result", threads=1)
    recipes = {row["recipe"] for row in rows_of(tmp_path / "result") if not row["item"]}
    assert recipes == {recipe.name for recipe in asked.instrument.recipes}
    assert len(recipes) == 10
