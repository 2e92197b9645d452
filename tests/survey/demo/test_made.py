"""What a demonstration holds: each answer once, scores that can be held against the truth, a whole chain."""

from __future__ import annotations

import csv
from collections import Counter
from datetime import date
from statistics import fmean
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from analysis.synthetic import MISSING_CODES, City, volunteers
from survey import site as sites
from survey.answers.models import Answer, Batch, ConsentText, Inbox, Response
from survey.audit.models import Entry
from survey.audit.reads import verify_chain
from survey.demo.city import DEPARTMENTS, build, communes
from survey.demo.home import OPEN, SAMPLE, Made, settings_for
from survey.demo.interviews import SELECTION
from survey.demo.making import make
from survey.frozen.reading import read, verify
from survey.registry.reads import organisations
from survey.scoring.result import replay
from survey.version import version
from tests.survey.answers.collecting import count
from tests.survey.demo.conftest import INTERVIEWS, SEED, Demo
from tests.survey.scoring.program import Row, rows_of

if TYPE_CHECKING:
    from pathlib import Path

    from tests.postgres import Cluster

ROLES = ("received", "decides", "helps")
HEADLINE = "top2/fixed_weights"
GROUPS = {"construction": "1", "land_housing": "2", "tax": "3", "other": "4"}
REASONS = {code: reason for reason, code in MISSING_CODES.items()}


@pytest.fixture(scope="module")
def city() -> City:
    return build(SEED)


def told_by(city: City) -> Counter[tuple[str, ...]]:
    """Place, procedure, roles and ratings of whoever comes forward, straight from the city's arrays."""
    rows = volunteers(city, SEED, INTERVIEWS, selection=SELECTION).tolist()
    visits = {name: values.tolist() for name, values in city.visits.items()}
    found: Counter[tuple[str, ...]] = Counter()
    for row in rows:
        place = city.places[visits["place"][row]].code
        group = GROUPS[city.procedures[visits["procedure"][row]].group]
        roles = (city.units[visits[role][row]].code for role in ROLES)
        ratings = (REASONS.get(code, str(code)) for code in city.codes[:, row].tolist())
        found[place, group, *roles, *ratings] += 1
    return found


def kept_in(frozen: Path, city: City) -> Counter[tuple[str, ...]]:
    """The same from a frozen wave."""
    columns = ["place", "procedure", *ROLES]
    columns += [f"coalesce({item.name}::VARCHAR, {item.name}__missing)" for item in city.items]
    with read(frozen).engine() as engine:
        return Counter(engine.table("responses").project(", ".join(columns)).fetchall())


def truth_of(home: Path) -> dict[tuple[str, ...], float]:
    with (home / "city" / "truth.csv").open(encoding="utf-8", newline="") as file:
        return {key_of(row): float(row["value"]) for row in csv.DictReader(file)}


def key_of(row: Row) -> tuple[str, ...]:
    return row["agency"], row["kind"], row["construct"], row["item"], row["recipe"]


def headlines(rows: list[Row]) -> list[Row]:
    return [
        row
        for row in rows
        if (row["construct"], row["item"], row["recipe"], row["suppressed"]) == ("", "", HEADLINE, "")
    ]


def errors(rows: list[Row], true: dict[tuple[str, ...], float]) -> list[float]:
    return [float(row["estimate"]) - true[key_of(row)] for row in rows]


def covered(rows: list[Row], true: dict[tuple[str, ...], float]) -> float:
    return fmean(float(row["ci_low"]) <= true[key_of(row)] <= float(row["ci_high"]) for row in rows)


def test_every_answer_of_the_open_wave_is_kept_once(demo: Demo, city: City) -> None:
    expected = told_by(city)
    assert expected.total() == INTERVIEWS
    assert kept_in(demo.home / "waves" / OPEN, city) == expected


def test_departments_decide_as_the_plan_says_and_communes_the_rest(city: City) -> None:
    deciding = {(group, decides == received or decides) for _, group, received, decides, *_ in told_by(city)}
    assert deciding == {("1", "SXD"), ("2", "SNNMT"), ("3", "THUE"), ("4", True)}
    assert [unit.code for unit in DEPARTMENTS] == ["SXD", "SNNMT", "THUE"]


def test_the_truth_is_told_for_every_score(demo: Demo) -> None:
    true = truth_of(demo.home)
    for wave in (OPEN, SAMPLE):
        scored = {key_of(row) for row in rows_of(demo.home / "results" / wave)}
        assert scored <= set(true)
        assert len(scored) > 0.98 * len(true)  # a question about complaints may have no answer somewhere
    assert {key[0] for key in true} == {unit.code for unit in communes() + DEPARTMENTS}
    assert len({key[0] for key in true}) == 129
    assert all(0 <= value <= 100 for value in true.values())


def test_a_drawn_sample_finds_the_truth(demo: Demo) -> None:
    """95 % intervals: of single questions, and of whole indices, whose rarest questions few answered here."""
    true, rows = truth_of(demo.home), rows_of(demo.home / "results" / SAMPLE)
    own = headlines(rows)
    assert len(own) == 129
    assert {row["basis"] for row in rows} == {"probability"}
    assert covered(own, true) > 0.85
    items = [row for row in rows if row["item"] and not row["suppressed"]]
    assert len(items) > 4_000
    assert 0.925 < covered(items, true) < 0.975
    assert abs(fmean(errors(own, true))) < 1.5


def test_volunteers_miss_it_and_nothing_is_made_of_them(demo: Demo) -> None:
    true, rows = truth_of(demo.home), rows_of(demo.home / "results" / OPEN)
    assert fmean(errors(headlines(rows), true)) > 1.5
    assert {row["basis"] for row in rows} == {"open"}
    assert {row["decision_use"] for row in rows} == {"none"}


def test_waves_and_results_are_whole_and_can_be_made_again(demo: Demo, tmp_path: Path) -> None:
    for wave in (OPEN, SAMPLE):
        assert verify(demo.home / "waves" / wave) == []
        replay(demo.home / "results" / wave, tmp_path / wave)
        page = (demo.home / "results" / wave / "report.html").read_text(encoding="utf-8")
        assert "Phường Ba Đình" in page
    arrivals = rows_in(demo.home / "waves" / OPEN / "arrivals.csv")
    assert sum(int(row["responses"]) for row in arrivals) == INTERVIEWS
    visitors = {(row["place"], row["day"]): int(row["visitors"]) for row in arrivals}
    assert sum(visitors.values()) == 400_000


def rows_in(path: Path) -> list[Row]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_the_site_is_one_like_any_other(demo: Demo) -> None:
    site = sites.open_site(demo.home)
    try:
        with site.stores.main.reading() as connection:
            assert verify_chain(connection, None) == []
            acts = connection.execute(select(Entry.act, Entry.minute).order_by(Entry.number)).all()
            units = organisations(connection, date(2026, 1, 1))
            consents = list(connection.scalars(select(ConsentText.text)))
        assert [count(site.stores.main, table) for table in (Response, Answer, Inbox, Batch)] == [0] * 4
    finally:
        site.stores.close()
    assert [at for _, at in acts] == sorted(at for _, at in acts)
    assert Counter(act for act, _ in acts)["wave opened"] == 3
    assert Counter(one.kind for one in units) == {"phuong": 51, "xa": 75, "so": 3, "thanh_pho": 1}
    assert all("giả lập" in text for text in consents)


def test_postgresql_holds_the_same_answers(demo: Demo, city: City, postgres: Cluster, tmp_path: Path) -> None:
    """In this process, where a warning is an error."""
    database = postgres.address("demonstration", "demonstrator")
    settings = settings_for("http://127.0.0.1:8000").model_copy(update={"database": database})
    steps: list[str] = []
    made = Made(seed=SEED, interviews=INTERVIEWS, version=version())
    make(tmp_path / "home", settings, made, step=steps.append)
    assert steps[0] == "making the city"
    assert f"interviews collected: {INTERVIEWS:,} of {INTERVIEWS:,}" in steps
    wave = tmp_path / "home" / "waves"
    assert kept_in(wave / OPEN, city) == kept_in(demo.home / "waves" / OPEN, city)
    assert kept_in(wave / SAMPLE, city) == kept_in(demo.home / "waves" / SAMPLE, city)
