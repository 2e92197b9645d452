"""Inputs that look like real ones: Kansas City's departments in English, Hanoi's wards in Vietnamese.

The numbers come from arithmetic on the place in the list, so the same sample is the same everywhere; the
composites are built as a score is: interval round the estimate, bounds from what was left unanswered.
"""

from __future__ import annotations

import csv
from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path

from questionnaires.model import Measure, Rule
from survey.scoring.report.contents import Agency, ReportInput
from survey.scoring.rows import ScoreRow

ROOT = Path(__file__).parents[4]
DATA_HASH = "3f0c8e" + "a1b2c3d4" * 7 + "9e"
PLAN_HASH = "77aa41" + "0f9e8d7c" * 7 + "21"
DEPARTMENTS = {
    "animal_services": "Animal Services",
    "aviation": "Aviation",
    "call_311": "311 Call Center",
    "city": "City as a Whole",
    "fire_ems": "Fire and Emergency Medical Services",
    "health": "Health Department",
    "municipal_court": "Municipal Court",
    "neighborhoods": "Neighborhood Services",
    "parks": "Parks and Recreation",
    "planning": "City Planning and Development",
    "police": "Police",
    "public_works": "Public Works",
    "solid_waste": "Solid Waste",
    "stormwater": "Stormwater",
    "tourism": "Tourism and Conventions",
    "transit": "Transit",
    "water": "Water",
}
HANOI_CONSTRUCTS = {
    "access": "Tiếp cận dịch vụ",
    "procedure": "Thủ tục hành chính",
    "officer": "Người tiếp nhận hồ sơ",
    "outcome": "Kết quả giải quyết",
    "feedback": "Tiếp nhận, xử lý phản ánh, kiến nghị",
}
HANOI_ITEMS = {
    "ac1": ("access", "Tìm nơi nộp hồ sơ dễ hay khó?"),
    "ac2": ("access", "Chỗ ngồi chờ có đủ và sạch không?"),
    "ac3": ("access", "Thiết bị phục vụ dễ dùng hay khó dùng?"),
    "ac4": ("access", "Quý vị hài lòng hay không hài lòng với nơi tiếp nhận?"),
    "pr1": ("procedure", "Thủ tục được niêm yết ở chỗ dễ thấy không?"),
    "pr2": ("procedure", "Giấy tờ phải nộp có đúng như niêm yết không?"),
    "pr3": ("procedure", "Phí, lệ phí có đúng như niêm yết không?"),
    "pr4": ("procedure", "Thời gian giải quyết có đúng như niêm yết không?"),
    "pr5": ("procedure", "Quý vị hài lòng hay không hài lòng với thủ tục?"),
    "of1": ("officer", "Cán bộ nói chuyện lịch sự hay không lịch sự?"),
    "of2": ("officer", "Cán bộ nghe quý vị nói hết hay không?"),
    "of3": ("officer", "Lời giải thích dễ hiểu hay khó hiểu?"),
    "of4": ("officer", "Hướng dẫn một lần có đủ để làm hồ sơ không?"),
    "of5": ("officer", "Cán bộ làm đúng quy định hay không?"),
    "ou1": ("outcome", "Kết quả trả đúng ngày hẹn hay không?"),
    "ou2": ("outcome", "Kết quả có đủ thông tin không?"),
    "ou3": ("outcome", "Kết quả có đúng với hồ sơ không?"),
    "fb1": ("feedback", "Gửi phản ánh, kiến nghị dễ hay khó?"),
    "fb2": ("feedback", "Phản ánh, kiến nghị có được trả lời đúng hẹn không?"),
}


def score_row(  # noqa: PLR0913 - a row has all of these, each named
    agency: str,
    estimate: float,
    *,
    n_valid: int = 300,
    half: float = 4.2,
    missing: float = 0.02,
    construct: str = "",
    item: str = "",
    recipe: str = "top2/fixed_weights",
    basis: str = "probability",
    kind: str = "",
    reliability: float | None = None,
) -> ScoreRow:
    """One row with its numbers in keeping with one another; under ten respondents it is withheld."""
    row = ScoreRow(
        agency=agency, kind=kind, construct=construct, item=item, recipe=recipe, basis=basis,
        estimate=None, se=None, ci_low=None, ci_high=None, df=None, n=None, n_valid=None, missing_share=None,
        bound_low=None, bound_high=None, deff=None, reliability=None, rank_low=None, rank_high=None,
        decision_use="", suppressed="few_respondents",
    )  # fmt: skip
    if n_valid < 10:
        return row
    use = "none" if basis == "open" or n_valid < 30 else "decisions" if reliability else "improvement"
    return replace(
        row,
        estimate=estimate,
        se=half / 1.96,
        ci_low=max(estimate - half * 1.1, 0.0),
        ci_high=min(estimate + half * 0.9, 100.0),
        df=max(n_valid - 4, 1),
        n=n_valid + n_valid // 40,
        n_valid=n_valid,
        missing_share=missing,
        bound_low=estimate * (1 - missing),
        bound_high=estimate * (1 - missing) + 100 * missing,
        reliability=reliability,
        decision_use=use,
        suppressed="",
    )


@cache
def kansas_city() -> ReportInput:
    """Seventeen departments, each judged on its own items; no plan, no standard, computed afterwards."""
    items: dict[str, str] = {}
    rows: list[ScoreRow] = []
    with (ROOT / "examples" / "kansas_city" / "codebook.csv").open(encoding="utf-8", newline="") as file:
        asked = [line for line in csv.DictReader(file) if line["agency"] in DEPARTMENTS]
    for place, (code, _) in enumerate(DEPARTMENTS.items()):
        estimate, n_valid = 31.4 + (place * 37 % 53), 1400 if place % 6 else 24
        if code == "tourism":
            n_valid = 4
        half = 2.4 if n_valid > 100 else 19.0
        rows += _composites(code, estimate, n_valid=n_valid, half=half, missing=0.01 * (place % 9))
        for line in (line for line in asked if line["agency"] == code):
            items[line["variable"]] = line["label"]
            shift = len(items) * 13 % 17 - 8
            rows += [
                score_row(
                    code, estimate + shift, n_valid=n_valid, half=half, item=line["variable"],
                    recipe=f"{measure}/item", missing=0.01 * (place % 9),
                )
                for measure in Measure
            ]  # fmt: skip
    return ReportInput(
        rows=tuple(rows),
        title="Kansas City resident survey 2021",
        wave="kcmo-2021q3",
        basis="probability",
        subject="person",
        headline="top2/fixed_weights",
        interval="t",
        agencies={code: Agency(name=name) for code, name in DEPARTMENTS.items()},
        items=items,
        constructs={},
        data_hash=DATA_HASH,
        code_version="0.1.0",
        instruments={"9b1d" * 16: 1033},
        after_the_fact=True,
    )


@cache
def hanoi(count: int = 30) -> ReportInput:
    """Hanoi's communes and wards by the registry: every class, indicative and withheld ones among them."""
    rows: list[ScoreRow] = []
    agencies: dict[str, Agency] = {}
    for place, unit in enumerate(_hanoi_units(count)):
        code, estimate = unit["code"], 64.35 + (place * 29 % 31)
        agencies[code] = Agency(name=unit["name"], kind=unit["kind"])
        n_valid = 7 if place % 11 == 4 else 10 + place if place % 9 == 5 else 240 + place
        half = 4.2 if n_valid > 100 else 16.0
        missing = 0.3 if place == 8 else 0.01 + place % 5 / 200
        reliability = 0.81 if place % 3 else None
        rows += _composites(
            code, estimate, n_valid=n_valid, half=half, missing=missing, kind=unit["kind"],
            constructs=tuple(HANOI_CONSTRUCTS), reliability=reliability,
        )  # fmt: skip
        for number, (item, (construct, _)) in enumerate(HANOI_ITEMS.items()):
            shift = (number * 11 + place) % 19 - 9
            rows += [
                score_row(
                    code, min(estimate + shift, 99.0), n_valid=max(n_valid - number * 3, 4), half=half + 1,
                    construct=construct, item=item, recipe=f"{measure}/item", missing=missing,
                    kind=unit["kind"],
                )
                for measure in Measure
            ]  # fmt: skip
    return ReportInput(
        rows=tuple(rows),
        title="Trách nhiệm phục vụ của xã, phường trong giải quyết thủ tục hành chính",
        wave="ha-noi-2026q3",
        basis="probability",
        subject="errand",
        headline="top2/fixed_weights",
        interval="t",
        agencies=agencies,
        items={item: wording for item, (_, wording) in HANOI_ITEMS.items()},
        constructs=HANOI_CONSTRUCTS,
        data_hash=DATA_HASH,
        code_version="0.1.0",
        instruments={"4c2e" * 16: 8000},
        plan_hash=PLAN_HASH,
        opened=date(2026, 7, 1),
        closed=date(2026, 9, 30),
        standard=80.0,
    )


@cache
def hanoi_open() -> ReportInput:
    """The same wards at open kiosks: whoever wished answered; one ward's visitors were not counted."""
    drawn = hanoi(12)
    rows = tuple(
        replace(row, basis="open", decision_use="none" if row.decision_use else "") for row in drawn.rows
    )
    codes = list(drawn.agencies)
    return replace(
        drawn,
        rows=rows,
        basis="open",
        wave="ha-noi-kiosk-2026q3",
        standard=None,
        visitors={code: 900 + 310 * place for place, code in enumerate(codes) if place != 2},
    )


def _composites(  # noqa: PLR0913 - as `score_row`
    code: str,
    estimate: float,
    *,
    n_valid: int,
    half: float,
    missing: float,
    kind: str = "",
    constructs: tuple[str, ...] = (),
    reliability: float | None = None,
) -> list[ScoreRow]:
    rows = []
    for construct in ("", *constructs):
        for place, rule in enumerate(Rule):
            for measure in Measure:
                shift = place * 0.4 - (3.1 if measure is Measure.MEAN100 else 0) + len(construct) % 7
                rows.append(
                    score_row(
                        code, estimate + shift, n_valid=n_valid, half=half, missing=missing,
                        construct=construct, recipe=f"{measure}/{rule}", kind=kind, reliability=reliability,
                    )
                )  # fmt: skip
    return rows


def _hanoi_units(count: int) -> list[dict[str, str]]:
    with (ROOT / "survey" / "registry" / "units_2026.csv").open(encoding="utf-8", newline="") as file:
        units = [unit for unit in csv.DictReader(file) if unit["kind"] in {"phuong", "xa"}]
    wards = [unit for unit in units if unit["province_code"] == "01"]
    half = count // 2
    return [*wards[:half], *wards[half - count :]] if count <= len(wards) else units[:count]
