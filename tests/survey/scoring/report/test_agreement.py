"""Picture, table and sentence say the same, and what the rows say."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from questionnaires.model import Measure, Rule
from survey.i18n import language, sort_key
from survey.scoring.report.naming import display_name
from survey.scoring.report.page import render
from survey.scoring.report.standing import bounds, shown
from tests.survey.scoring.report.pages import Node, plot_rows, read
from tests.survey.scoring.report.samples import hanoi, kansas_city

if TYPE_CHECKING:
    from survey.scoring.report.contents import ReportInput
    from survey.scoring.rows import ScoreRow


def named(report: ReportInput, code: str) -> dict[str, ScoreRow]:
    """The headline row by the name that the page prints."""
    return {
        display_name(report.agencies[agency], language(code)): row
        for agency, row in report.headlines().items()
    }


def test_every_agency_has_its_line_its_figures_and_its_sentences(
    sample: tuple[ReportInput, str], page: Node
) -> None:
    expected = set(named(*sample))
    assert set(plot_rows(page)) == expected
    assert {
        next(row.all("th")).text for row in page.one("table", "figures").one("tbody").all("tr")
    } == expected
    assert {section.one("h3").text for section in page.all("section", "agency")} == expected


def test_picture_table_and_sentence_say_the_same_numbers(sample: tuple[ReportInput, str], page: Node) -> None:
    report, code = sample
    speech = language(code)
    lines = plot_rows(page)
    figures = {next(r.all("th")).text: r for r in page.one("table", "figures").one("tbody").all("tr")}
    sentences = {s.one("h3").text: next(s.all("p")).text for s in page.all("section", "agency")}
    for name, row in named(report, code).items():
        numbers = shown(row)
        if numbers is None:
            continue
        estimate, interval = speech.percent(numbers.estimate), speech.interval(numbers.low, numbers.high)
        label = lines[name].one("svg", "mark").attributes["aria-label"].replace("\N{NO-BREAK SPACE}", " ")
        cells = [cell.text for cell in figures[name].all("td")]
        assert lines[name].one("td", "value").text == f"{estimate} {interval}"
        assert cells[1:3] == [estimate, interval]
        assert cells[5] == speech.integer(numbers.n_valid)
        assert row.missing_share is not None
        assert cells[4] == speech.percent(row.missing_share * 100)
        assert cells[3] == speech.interval(*(bounds(row) or ()))
        for text in (label, sentences[name]):
            assert estimate in text
            assert speech.percent(numbers.low) in text
            assert speech.percent(numbers.high) in text
        assert speech.integer(numbers.n_valid) in sentences[name]


def test_the_drawing_stands_where_the_numbers_say(sample: tuple[ReportInput, str], page: Node) -> None:
    report, code = sample
    ticks = next(page.all("svg", "axis")).all("text")
    labels = [tick for tick in ticks if "label" not in tick.classes]
    start = int(labels[0].text)
    assert [float(tick.attributes["x"].removesuffix("%")) for tick in labels] == pytest.approx(
        [(int(tick.text.removesuffix("%")) - start) / (100 - start) * 100 for tick in labels], abs=0.006
    )
    lines = plot_rows(page)
    for name, row in named(report, code).items():
        numbers = shown(row)
        if numbers is None:
            assert not list(lines[name].all("svg"))
            continue
        svg = lines[name].one("svg", "mark")

        def value(share: str) -> float:
            return start + float(share.removesuffix("%")) * (100 - start) / 100

        if report.basis == "open":
            line = svg.one("line", "dash")
            found = (line.attributes["x1"], svg.one("svg").attributes["x"], line.attributes["x2"])
            low, middle, high = (value(share) for share in found)
            assert not list(svg.all("circle"))
        else:
            whisker, dot = svg.one("rect", "whisker"), svg.one("circle")
            low, middle = value(whisker.attributes["x"]), value(dot.attributes["cx"])
            high = low + float(whisker.attributes["width"].removesuffix("%")) * (100 - start) / 100
            assert dot.classes == {"hollow" if numbers.n_valid < 30 else "dot"}
            band, (band_low, band_high) = svg.one("rect", "band"), bounds(row) or (0.0, 0.0)
            assert value(band.attributes["x"]) == pytest.approx(band_low, abs=0.006)
            width = float(band.attributes["width"].removesuffix("%")) * (100 - start) / 100
            assert width == pytest.approx(band_high - band_low, abs=0.011)
        assert (low, middle, high) == pytest.approx((numbers.low, numbers.estimate, numbers.high), abs=0.011)


def test_a_withheld_score_has_words_and_no_number(sample: tuple[ReportInput, str], page: Node) -> None:
    report, code = sample
    words = {"vi": "Không công bố: dưới 10 người trả lời", "en": "Not published: fewer than 10 respondents"}[
        code
    ]
    withheld = [name for name, row in named(report, code).items() if shown(row) is None]
    assert withheld
    lines, sections = plot_rows(page), {s.one("h3").text: s for s in page.all("section", "agency")}
    for name in withheld:
        assert lines[name].text == f"{name} {words}"
        sentences, *_ = sections[name].all("p")
        assert sentences.text == f"{words}."
        parts = [
            row for table in sections[name].all("table", "parts") for row in table.one("tbody").all("tr")
        ]
        assert all(row.text.endswith(words) for row in parts)
        assert not list(sections[name].all("table", "recipes"))


def test_names_stand_in_the_order_of_the_alphabet_within_their_class(
    sample: tuple[ReportInput, str], page: Node
) -> None:
    for body in page.one("table", "scores").all("tbody"):
        proper = [re.sub("^(Phường|Xã) ", "", link.text) for link in body.all("a")]
        assert proper == sorted(proper, key=sort_key)
        assert len(proper) > 1
    assert sum(1 for _ in page.one("table", "scores").all("tbody")) == (4 if sample[0].standard else 1)


def test_the_classes_stand_in_their_order_with_their_counts() -> None:
    page = read(render(hanoi(), "vi"))
    heads = [row.one("span", "group-title").text for row in page.all("tr", "group-row")]
    assert heads == [
        "Thấp hơn mức chuẩn",
        "Chưa đủ căn cứ để nói khác mức chuẩn",
        "Cao hơn mức chuẩn",
        "Không so với mức chuẩn",
    ]
    bodies = list(page.one("table", "scores").all("tbody"))
    counts = [str(sum(1 for _ in body.all("a"))) for body in bodies]
    assert [item.one("b").text for item in page.one("ul", "tallies").all("li")] == counts
    assert sum(map(int, counts)) == 30
    lead = page.one("p", "lead").text
    assert all(f"{count} nơi" in lead for count in counts)


def test_every_recipe_stands_beside_the_others() -> None:
    page = read(render(kansas_city(), "en"))
    police = next(s for s in page.all("section", "agency") if s.one("h3").text == "Police")
    table = police.one("table", "recipes")
    rows = kansas_city().of("police")
    for rule, line in zip(Rule, table.one("tbody").all("tr"), strict=True):
        for measure, cell in zip(Measure, line.all("td"), strict=True):
            (row,) = (r for r in rows if r.recipe == f"{measure}/{rule}" and not r.item and not r.construct)
            estimate, low, high, _ = shown(row) or (0.0, 0.0, 0.0, 0)
            written = f"{estimate:.1f}%" if measure is Measure.TOP2 else f"{estimate:.1f}"
            assert cell.text == f"{written} {low:.1f}\N{EN DASH}{high:.1f}"
    assert "used on this page" in next(table.one("tbody").all("tr")).text


def test_constructs_and_items_stand_in_the_instruments_order() -> None:
    report = hanoi()
    page = read(render(report, "vi"))
    table = next(page.all("table", "parts"))
    names = [next(row.all("th")).text for row in table.one("tbody").all("tr")]
    expected = []
    for construct, wording in report.constructs.items():
        own = [row.item for row in report.rows if row.construct == construct and row.item]
        expected += [wording, *(report.items[item] for item in report.items if item in own)]
    assert names == expected


def test_mean_scores_carry_no_per_cent_sign() -> None:
    report = replace(kansas_city(), headline="mean100/pooled_answers")
    page = read(render(report, "en"))
    (row,) = (r for r in report.headlines().values() if r.agency == "police")
    assert plot_rows(page)["Police"].one("td", "value").text.startswith(f"{row.estimate:.1f} ")
    axis = next(page.all("svg", "axis"))
    assert not any("%" in text.text for text in axis.all("text"))
    assert "on a scale from 0 to 100" in page.text
