from __future__ import annotations

import os
import re
import subprocess
import sys
from base64 import b64encode
from dataclasses import replace
from hashlib import sha256

import pytest

from questionnaires.model import Measure, Rule
from survey.i18n import LANGUAGES
from survey.scoring.report.contents import Agency, ReportInput
from survey.scoring.report.page import render
from tests.survey.scoring.report.pages import Node, plot_rows, read
from tests.survey.scoring.report.samples import ROOT, hanoi, hanoi_open, kansas_city, score_row

HOSTILE = (
    "</script><script>alert(1)</script>",
    "</style><b>=1+1",
    "\"onmouseover='x'",
    "{{ 7 * 7 }}",
    "%(agency)s 100%",
    "\N{RIGHT-TO-LEFT OVERRIDE}gnaw \N{PILE OF POO} & <i>",
)


def test_nothing_is_ranked(page: Node) -> None:
    assert not list(page.all("ol"))
    assert not re.search(r"\b(rank|hạng) \d", page.text)


def test_rank_intervals_of_the_rows_stay_in_the_files() -> None:
    report = kansas_city()
    ranked = tuple(replace(row, rank_low=3, rank_high=9) for row in report.rows)
    assert render(replace(report, rows=ranked), "en") == render(report, "en")


def test_an_open_wave_is_no_sample_anywhere() -> None:
    html = render(hanoi_open(), "vi")
    page = read(html)
    assert list(page.all("path", "diamond"))
    assert not list(page.all("line", "standard"))
    assert not list(page.all("tr", "group-row"))
    assert "Tham gia tự do" in page.one("li", "open").text
    ba_dinh = next(s for s in page.all("section", "agency") if s.one("h3").text == "Phường Ba Đình")
    said = next(ba_dinh.all("p")).text
    assert "Nếu coi người trả lời là mẫu ngẫu nhiên của người đến" in said
    assert "240 người tự trả lời trên 900 lượt đến, không phải mẫu ngẫu nhiên" in said
    assert "Không dùng để xếp hạng, khen thưởng hay bổ nhiệm" in said
    uncounted = next(s for s in page.all("section", "agency") if s.one("h3").text == "Phường Giảng Võ")
    assert "Lượt đến chưa được đếm" in next(uncounted.all("p")).text
    assert not list(plot_rows(page)["Phường Giảng Võ"].all("rect", "band"))


def test_an_open_wave_without_any_count_of_visitors_says_so() -> None:
    page = read(render(replace(hanoi_open(), visitors=None), "vi"))
    assert not list(page.one("table", "scores").all("rect", "band"))
    assert "lượt đến" not in page.one("table", "scores").text


def test_a_standard_is_not_applied_to_an_open_wave() -> None:
    page = read(render(replace(hanoi_open(), standard=80.0), "vi"))
    assert "Không so với mức chuẩn 80%" in page.one("section", "limits").text
    assert not list(page.all("line", "standard"))


def test_kinds_that_are_no_peers_stand_apart() -> None:
    report = hanoi(4)
    rows = tuple(replace(row, agency="so", kind="so") for row in report.rows if row.agency == "00004")
    agencies = {**report.agencies, "so": Agency(name="Sở Xây dựng", kind="so")}
    page = read(render(replace(report, rows=(*report.rows, *rows), agencies=agencies), "vi"))
    titles = [table.one("caption").text.partition(":")[0] for table in page.all("table", "scores")]
    assert titles == ["Xã, phường, đặc khu", "Sở, ban, ngành"]
    department = next(s for s in page.all("section", "agency") if s.one("h3").text == "Sở Xây dựng")
    assert "phần việc của Sở Xây dựng" in next(department.all("p")).text
    assert "phần việc của phường Ba Đình" in page.text


def test_basis_provenance_and_limits_are_on_the_page(sample: tuple[ReportInput, str], page: Node) -> None:
    report, code = sample
    foot = page.one("footer").text
    assert report.data_hash in foot
    assert all(version in foot for version in report.instruments)
    assert f"longdan {report.code_version}" in foot
    assert (report.plan_hash or {"vi": "Không có", "en": "None"}[code]) in foot
    assert {"vi": "không đánh giá từng cán bộ", "en": "do not assess single officers"}[code] in page.text
    assert page.one("html").attributes["lang"] == code


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("vi", ("Bảng hỏi có thay đổi", "được hỏi những câu này: “Tìm nơi nộp hồ sơ", "1.900 phiếu trả lời")),
        ("en", ("The questionnaire was changed", "asked these questions: “Tìm nơi nộp", "1,900 responses")),
    ],
)
def test_several_versions_are_told_with_how_many_had_each(code: str, said: tuple[str, ...]) -> None:
    report = hanoi(4)
    assert not any(words in read(render(report, code)).text for words in said)
    instruments = {"4c2e" * 16: 1900, "5d3f" * 16: 1}
    text = read(render(replace(report, instruments=instruments, partly=("ac1",)), code)).text
    assert [words for words in said if words not in text] == []
    assert f"{'5d3f' * 16}: 1 {'phiếu' if code == 'vi' else 'response'}" in text


def test_what_was_computed_afterwards_says_so() -> None:
    assert "After the fact" in render(kansas_city(), "en")
    assert "After the fact" not in render(replace(kansas_city(), after_the_fact=False), "en")


def test_only_the_pages_own_style_applies_and_nothing_runs(sample: tuple[ReportInput, str]) -> None:
    html = render(*sample)
    page = read(html)
    policy = next(
        m for m in page.all("meta") if m.attributes.get("http-equiv") == "Content-Security-Policy"
    ).attributes["content"]
    (style,) = re.findall("<style>(.*?)</style>", html, re.DOTALL)
    digest = b64encode(sha256(style.encode()).digest()).decode()
    assert policy == f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    assert "//" not in style
    assert "url(" not in style
    assert "@import" not in style
    for node in page.all():
        assert node.tag not in {
            "script",
            "link",
            "iframe",
            "object",
            "embed",
            "img",
            "base",
            "form",
            "template",
        }
        assert not [name for name in node.attributes if name == "style" or name.startswith("on")]
        assert node.attributes.get("href", "#").startswith("#")
        assert "src" not in node.attributes


def test_identifiers_are_unique_and_references_arrive(page: Node) -> None:
    ids = [node.attributes["id"] for node in page.all() if "id" in node.attributes]
    assert len(ids) == len(set(ids))
    for node in page.all():
        for name in ("aria-labelledby", "href"):
            if name in node.attributes:
                assert set(node.attributes[name].removeprefix("#").split()) <= set(ids)


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("code", LANGUAGES)
def test_hostile_names_are_only_text(text: str, code: str) -> None:
    report = hanoi(4)
    hostile = replace(
        report,
        title=text,
        wave=text,
        agencies={agency: Agency(name=f"{text} {agency}") for agency in report.agencies},
        items=dict.fromkeys(report.items, text),
        constructs=dict.fromkeys(report.constructs, text),
        data_hash=text,
        code_version=text,
        instruments={text: 1, f"{text} again": 2},
        plan_hash=text,
    )
    plain = read(render(report, code))
    page = read(render(hostile, code))
    wanted = " ".join(text.split())
    assert page.one("h1").text == wanted
    assert any(link.text.startswith(wanted) for link in page.all("a"))
    shape = ("script", "style", "b", "i", "main", "footer")
    assert [sum(1 for _ in page.all(tag)) for tag in shape] == [
        sum(1 for _ in plain.all(tag)) for tag in shape
    ]
    assert not [node for node in page.all() if any(name.startswith("on") for name in node.attributes)]


def test_the_same_input_gives_the_same_bytes_in_every_process() -> None:
    program = (
        "from hashlib import sha256; from survey.scoring.report.page import render;"
        "from tests.survey.scoring.report.samples import hanoi;"
        "print(sha256(render(hanoi(), 'vi').encode()).hexdigest())"
    )
    digests = {
        subprocess.run(  # noqa: S603 - our own program
            [sys.executable, "-c", program],
            cwd=ROOT,
            env={**os.environ, "PYTHONHASHSEED": seed, "TZ": zone, "LANG": "C"},
            capture_output=True,
            encoding="utf-8",
            check=True,
        ).stdout.strip()
        for seed, zone in (("1", "UTC"), ("2", "Asia/Ho_Chi_Minh"))
    }
    assert digests == {sha256(render(hanoi(), "vi").encode()).hexdigest()}


def test_the_order_of_the_rows_does_not_show() -> None:
    report = hanoi()
    assert render(replace(report, rows=tuple(reversed(report.rows))), "vi") == render(report, "vi")


def test_a_whole_city_stays_a_page_that_opens() -> None:
    html = render(hanoi(141), "vi")
    assert sum(1 for _ in read(html).all("section", "agency")) == 141
    assert len(html.encode()) < 1_500_000


def test_nothing_of_a_vietnamese_page_is_left_in_english() -> None:
    said = {"h2", "th", "dt", "summary", "li", "p", "caption"}
    english, vietnamese = (
        {node.text for node in read(render(hanoi(), code)).all() if node.tag in said} for code in ("en", "vi")
    )
    own = {*hanoi().items.values(), *hanoi().constructs.values()}
    assert len(english) > 100
    assert english & vietnamese - own == set()


def test_no_answer_is_turned_round_at_the_end_of_a_line() -> None:
    html = render(hanoi(), "vi")
    assert "không hài lòng" not in html
    assert "không\N{NO-BREAK SPACE}hài\N{NO-BREAK SPACE}lòng" in html


def test_all_faults_of_the_input_are_named_at_once() -> None:
    report = kansas_city()
    stray = [
        score_row("nobody", 50.0),
        score_row("police", 50.0, item="no_such_item", recipe="top2/item"),
        score_row("police", 50.0, construct="no_such_construct"),
        score_row("water", 50.0, basis="open", recipe="top2/other"),
    ]
    with pytest.raises(ValueError, match="the agency has no name") as refused:
        replace(report, rows=(*report.rows, *stray, report.rows[0]))
    for fault in (
        "police/no_such_item/top2/item: the item has no wording",
        "police/no_such_construct/top2/fixed_weights: the construct has no wording",
        "water/top2/other: expected the basis probability, got 'open'",
        "animal_services/top2/fixed_weights: the row stands twice",
    ):
        assert fault in str(refused.value)
    with pytest.raises(ValueError, match="the agency has no row of the headline"):
        replace(report, rows=tuple(row for row in report.rows if row.recipe != report.headline))
    with pytest.raises(ValueError, match="expected a recipe such as"):
        replace(report, headline="stars")


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        ("few_respondents", "Không công bố: dưới 10 người trả lời"),
        ("item_without_answers", "Không công bố: có câu hỏi không ai trả lời"),
        ("no_degrees_of_freedom", "Không công bố: chưa tính được khoảng tin cậy"),
        ("no_weight", "Không công bố: cách tính này không tính các câu hỏi về cơ quan này"),
        ("complementary", "Chưa công bố để không lộ số của nơi khác"),
        ("", "Không công bố: chưa tính được khoảng tin cậy"),
    ],
)
def test_each_reason_for_withholding_has_its_words(reason: str, words: str) -> None:
    rows = tuple(
        replace(row, suppressed=reason, ci_low=None, ci_high=None) if row.agency == "00004" else row
        for row in hanoi(4).rows
    )
    page = read(render(replace(hanoi(4), rows=rows), "vi"))
    assert plot_rows(page)["Phường Ba Đình"].text == f"Phường Ba Đình {words}"


def test_an_unknown_reason_for_withholding_is_refused() -> None:
    report = kansas_city()
    rows = tuple(replace(row, suppressed="weather") if row.suppressed else row for row in report.rows)
    with pytest.raises(ValueError, match="got 'weather'"):
        render(replace(report, rows=rows), "en")


@pytest.mark.parametrize("code", LANGUAGES)
@pytest.mark.parametrize("rule", Rule)
@pytest.mark.parametrize("measure", Measure)
def test_every_recipe_can_be_the_headline(code: str, rule: Rule, measure: Measure) -> None:
    page = read(render(replace(hanoi(4), headline=f"{measure}/{rule}"), code))
    assert f"({measure}/{rule})" in page.one("main").text
    assert len(plot_rows(page)) == 4


@pytest.mark.parametrize("code", LANGUAGES)
def test_every_method_of_an_interval_is_named(code: str) -> None:
    methods = ("t", "logit", "xlogit", "wilson", "beta", "korn_graubard")
    assert len({render(replace(hanoi(4), interval=method), code) for method in methods}) == len(methods)


def test_everyone_invited_is_said_and_not_compared() -> None:
    report = hanoi(4)
    rows = tuple(replace(row, basis="all_invited") for row in report.rows)
    page = read(render(replace(report, rows=rows, basis="all_invited"), "vi"))
    assert "Mời tất cả" in page.one("li", "all_invited").text
    assert "tất cả đều được mời" in page.text
    assert "Không so với mức chuẩn 80%" in page.one("section", "limits").text
    assert not list(page.all("line", "standard"))


def test_a_sentence_has_at_most_thirty_syllables() -> None:
    for make in (hanoi, hanoi_open):
        for paragraph in read(render(make(), "vi")).all("p"):
            for sentence in re.split(r"[.;:?](?:\s|$)", paragraph.text):
                assert len(sentence.split()) <= 30, sentence
