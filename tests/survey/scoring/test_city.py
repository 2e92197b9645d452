"""Agencies found in their roles: scores equal to a computation of their own, and near the truth."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from scipy.stats import t

from analysis.synthetic import CityModel, SamplePlan, Unit, draw, make_city, truth
from questionnaires import loader
from survey.demo.city import communes, rated_items
from survey.demo.files import write_sample
from survey.demo.home import QUESTIONNAIRE
from survey.frozen.outside import freeze
from survey.scoring.result import score
from tests.survey.scoring.program import done, number_of, row_of, rows_of

if TYPE_CHECKING:
    from pathlib import Path

    from analysis.synthetic import Sample
    from tests.survey.scoring.program import Row

DEPARTMENTS = tuple(Unit(f"S{number:02}", f"Sở thứ {number}", "so") for number in range(1, 16))
MODEL = CityModel(deciding_kinds=("so",))
DAYS = tuple(date(2026, 7, 1) + timedelta(days=day) for day in range(MODEL.days))
ROLES = ("received", "decides")
NOT_APPLICABLE = -3
NAMES = ("estimate", "se", "ci_low", "ci_high", "df", "n", "n_valid")


@pytest.fixture(scope="module")
def sample() -> Sample:
    """Twelve communes and four departments; about sixty interviews in each commune."""
    units = communes()[:12] + DEPARTMENTS[:4]
    city = make_city(units, rated_items(), 5, visits=12_000, model=MODEL)
    return draw(city, 6, SamplePlan(allocation=80))


@pytest.fixture(scope="module")
def rows(sample: Sample, tmp_path_factory: pytest.TempPathFactory) -> list[Row]:
    """Its scores, through the command line."""
    folder = tmp_path_factory.mktemp("city")
    paths = write_sample(sample, DAYS, folder)
    options = [word for name, path in paths.items() for word in (f"--{name}", path)]
    done("freeze", *options, "--instrument", QUESTIONNAIRE, "--out", folder / "wave")
    done("score", folder / "wave", "--out", folder / "result", "--engine", "polars")
    return rows_of(folder / "result")


class Frame:
    """The interviews as arrays; nothing here comes from the program under test but the sample."""

    def __init__(self, sample: Sample) -> None:
        columns = sample.columns
        self.codes = sample.codes.astype(float)
        self.roles = [item.role for item in sample.city.items]
        self.holder = {role: columns[role] for role in ROLES}
        self.weight = columns["weight"].astype(float)
        _, self.stratum = np.unique(columns["stratum"].astype(str), return_inverse=True)
        self.sampled = np.bincount(self.stratum)
        self.population = np.array([columns["fpc"][self.stratum == h][0] for h in range(len(self.sampled))])

    def of(self, agency: str, worth: Any) -> tuple[Any, Any, Any]:
        """Items x interviews: answered for this agency or not, in the base or not, and what it is worth."""
        holds = np.array([self.holder[role] == agency for role in self.roles])
        judged = holds.any(axis=1)
        codes, holds = self.codes[judged], holds[judged]
        answered = holds & (codes > 0)
        return answered, holds & (codes != NOT_APPLICABLE), np.where(answered, worth(codes), 0.0)

    def variance(self, linearised: Any) -> float:
        """Of the total of w·u over a stratified simple random sample without replacement."""
        z = self.weight * linearised
        total = np.bincount(self.stratum, z)
        square = np.bincount(self.stratum, z**2) - total**2 / self.sampled
        n, big = self.sampled, self.population
        return float(np.sum((1 - n / big) * n / (n - 1) * square))


def fixed_weights(frame: Frame, answered: Any, value: Any) -> tuple[float, Any]:
    """The mean of the item scores, and its linearised value for each interview."""
    base = answered @ frame.weight
    score = (value @ frame.weight) / base
    return score.mean(), (answered * (value - score[:, None]) / base[:, None]).mean(axis=0)


def pooled_answers(frame: Frame, answered: Any, value: Any) -> tuple[float, Any]:
    """All answers together."""
    count, points = answered.sum(axis=0), value.sum(axis=0)
    base = count @ frame.weight
    score = (points @ frame.weight) / base
    return score, (points - score * count) / base


def person_mean(frame: Frame, answered: Any, value: Any) -> tuple[float, Any]:
    """The mean of what each person said on average, of an agency in several roles everything together."""
    count = answered.sum(axis=0)
    valid = count > 0
    own = np.where(valid, value.sum(axis=0) / np.maximum(count, 1), 0.0)
    base = valid @ frame.weight
    score = (own @ frame.weight) / base
    return score, valid * (own - score) / base


def expected(frame: Frame, agency: str, measure: str, rule: Any) -> dict[str, float]:
    """The numbers of a row, from the sample alone."""
    worth = (lambda codes: codes >= 4) if measure == "top2" else (lambda codes: (codes - 1) / 4)
    answered, base, value = frame.of(agency, worth)
    score, linearised = rule(frame, answered, value)
    se = frame.variance(linearised) ** 0.5
    valid = answered.any(axis=0)
    df = int(valid.sum()) - len(set(frame.stratum[valid].tolist()))
    half = float(t.ppf(0.975, df)) * se
    interval = {"ci_low": max(score - half, 0.0), "ci_high": min(score + half, 1.0)}
    percent = {name: 100 * value for name, value in {"estimate": score, "se": se, **interval}.items()}
    return {**percent, "df": df, "n": int(base.any(axis=0).sum()), "n_valid": int(valid.sum())}


def test_there_are_agencies_in_one_role_in_two_and_in_the_other(sample: Sample) -> None:
    columns = sample.columns
    received, decides = set(columns["received"]), set(columns["decides"])
    assert {unit.code for unit in DEPARTMENTS[:4]} == decides - received
    assert len(received & decides) == 12
    assert (columns["received"] == columns["decides"]).any()
    assert (columns["received"] != columns["decides"]).any()
    assert len(set(columns["weight"].tolist())) > 5


@pytest.mark.parametrize("measure", ["top2", "mean100"])
@pytest.mark.parametrize("rule", [fixed_weights, pooled_answers, person_mean], ids=lambda rule: rule.__name__)
def test_each_agency_is_scored_as_by_hand(measure: str, rule: Any, sample: Sample, rows: list[Row]) -> None:
    frame = Frame(sample)
    agencies = {row["agency"] for row in rows}
    assert agencies == {unit.code for unit in sample.city.units}
    for agency in sorted(agencies):
        row = row_of(rows, agency, f"{measure}/{rule.__name__}")
        wanted = expected(frame, agency, measure, rule)
        if wanted["n_valid"] < 10:
            assert row["suppressed"] == "few_respondents"
            continue
        numbers = number_of(row)
        assert {name: numbers[name] for name in NAMES} == pytest.approx(wanted, rel=1e-8), agency


def test_every_composite_of_the_questionnaire_is_there(sample: Sample, rows: list[Row]) -> None:
    kinds = {unit.code: unit.kind for unit in sample.city.units}
    assert {(row["agency"], row["kind"]) for row in rows} == set(kinds.items())
    for agency, kind in kinds.items():
        own = {row["construct"] for row in rows if row["agency"] == agency and not row["item"]}
        every = {"access", "procedures", "officials", "result", "complaints"}
        assert own == {""} | ({"procedures", "result"} if kind == "so" else every)


def test_the_truth_lies_in_most_intervals(sample: Sample, rows: list[Row]) -> None:
    """Of 95 % intervals of 16 agencies by ten recipes, four in five; a wrong estimator has far fewer."""
    true = {(one.agency, one.recipe): one.value for one in truth(sample.city)}
    shown = [row for row in rows if not row["construct"] and not row["item"] and not row["suppressed"]]
    inside = [
        float(row["ci_low"]) <= true[row["agency"], row["recipe"]] <= float(row["ci_high"]) for row in shown
    ]
    assert len(inside) >= 150
    assert np.mean(inside) >= 0.8


def test_the_page_of_a_whole_city_stays_small(tmp_path: Path) -> None:
    """126 communes and 15 departments, 19 questions in their own wording: what a phone can load and keep."""
    city = make_city(communes() + DEPARTMENTS, rated_items(), 1, visits=150_000, model=MODEL)
    paths = write_sample(draw(city, 2, SamplePlan(allocation=150)), DAYS, tmp_path)
    plan = tmp_path / "plan.yaml"
    plan.write_text("headline: top2/fixed_weights\nstandard: 80\n", encoding="utf-8")
    freeze(instrument=loader.shipped(QUESTIONNAIRE), out=tmp_path / "wave", plan=plan, **paths)
    score(tmp_path / "wave", tmp_path / "result", language="vi")
    rows = rows_of(tmp_path / "result")
    assert len({row["agency"] for row in rows}) == 141
    assert sum(row["suppressed"] == "" for row in rows) > 0.9 * len(rows)
    assert (tmp_path / "result" / "report.html").stat().st_size < 1_500_000
