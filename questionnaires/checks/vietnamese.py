"""Wording of Vietnamese questions, where a rule can be decided from the text alone; each finding is advice.

A sentence ends at . ; : ? or !, and a syllable (tiếng) is what stands between spaces.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from questionnaires.checks.places import placed_items, scored
from questionnaires.faults import Fault
from questionnaires.wording import source_texts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from questionnaires.model import Instrument
    from questionnaires.wording import SourceText

MAX_SYLLABLES = 22


def _words(*words: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{'|'.join(words)})(?!\w)", re.IGNORECASE)


_TONE_ON_SECOND_VOWEL = r"(?<!\w)\w*(?:o[àáảãạèéẻẽẹ]|(?<!q)u[ỳýỷỹỵ])(?!\w)"
_I_FOR_Y = r"(?<!\w)(?:kĩ|kì|kí|lí|mĩ|quí|tỉ lệ|hi vọng)(?!\w)"
_LOADED = (
    "tận tình", "chu đáo", "tận tụy", "nhũng nhiễu", "sách nhiễu", "hạch sách", "vòi vĩnh", "hách dịch",
)  # fmt: skip
_OFFICIALESE = ("tiến hành", "công tác", "thành phần hồ sơ", "bảo đảm", "thực hiện việc")
_IDENTITY = ("họ tên", "họ và tên", "số điện thoại", "căn cước", "địa chỉ nhà", "quận", "huyện")
_TAG = r"(?:phải không|đúng không|(?<!\w)chứ|(?<!\w)nhỉ)(?=\s*\?)"

# One code, the pattern that shows it and what to say of the match; for every text of the instrument.
_IN_ANY_TEXT = (
    ("SLASH_BRACKET", re.compile(r"\S*(?:[()\[\]]|(?<!\d)/|/(?!\d))\S*"), "is not read aloud"),
    ("ABBREVIATION", re.compile(r"(?<!\w)(?![IVX]+(?!\w))[A-ZĐ]{2,}(?!\w)"), "is an abbreviation"),
    ("OFFICIALESE", _words(*_OFFICIALESE), "is officialese"),
    (
        "TONE_PLACE",
        re.compile(f"{_TONE_ON_SECOND_VOWEL}|{_I_FOR_Y}", re.IGNORECASE),
        "is not in the house spelling",
    ),
)

# The same for what is asked: wordings and hints of items.
_IN_QUESTIONS = (
    (
        "PASSIVE",
        re.compile(r"(?<!\w)(?<!thiết )(?<!chuẩn )(?<!trang )bị(?!\w)", re.IGNORECASE),
        "judges",
    ),
    ("LOADED", _words(*_LOADED), "carries a judgement"),
    ("TAG_QUESTION", re.compile(_TAG, re.IGNORECASE), "asks for agreement"),
    ("TWO_IDEAS", _words("và", "cũng như", "cùng với"), "joins two ideas"),
    ("ABSOLUTE", _words("luôn", "luôn luôn", "mọi", "tuyệt đối", "hoàn toàn"), "allows no exception"),
    ("VAGUE_TIME", _words("gần đây", "thường xuyên", "thỉnh thoảng", "đôi khi"), "is no period"),
    ("IDENTITY", _words(*_IDENTITY), "asks who or where the person is"),
)

_NEGATIVES = _words("không", "chưa", "chẳng")
_ONE_POLE = re.compile(r"(?:mức (?:độ )?nào|như thế nào)", re.IGNORECASE)
_PERIOD = _words(
    "lần này", "lần làm thủ tục này", r"\d+ (?:ngày|tuần|tháng|năm) qua", "hôm nay", r"năm \d{4}"
)
_ADDRESSES = {
    "quý vị": _words("quý vị"),
    "bạn": _words("bạn"),
    "ông/bà": _words("ông", "bà"),
    "anh/chị": _words("anh", "chị"),
}
_BAND = re.compile(r"(\d+)\s*(?:[-–]|đến)\s*(\d+)")
_OPEN_BAND = re.compile(r"(\d+)\D*(?:trở lên|trở đi)")


def _questions(instrument: Instrument) -> Iterator[SourceText]:
    return (text for text in source_texts(instrument) if text.key.startswith("item."))


def _quoted(text: SourceText, found: str) -> str:
    return f"`{text.key}`: “{found.strip()}”"


def words(instrument: Instrument) -> Iterator[Fault]:
    """Words and signs that steer, obscure or cannot be read aloud."""
    for text in source_texts(instrument):
        for code, pattern, reason in _IN_ANY_TEXT:
            if found := pattern.search(text.text):
                yield Fault(code, text.path, f"{_quoted(text, found[0])} {reason}.")
    for text in _questions(instrument):
        for code, pattern, reason in _IN_QUESTIONS:
            if found := pattern.search(text.text):
                yield Fault(code, text.path, f"{_quoted(text, found[0])} {reason}.")


def sentences(instrument: Instrument) -> Iterator[Fault]:
    """A sentence is short and has at most one negative, a closing *không?* and *A hay không A* aside."""
    for text in source_texts(instrument):
        for sentence in re.findall(r"[^.;:?!]+[.;:?!]?", text.text):
            count = len(re.findall(r"\w+", sentence))
            if count > MAX_SYLLABLES:
                yield Fault("LONG_SENTENCE", text.path, f"{_quoted(text, sentence)} has {count} syllables.")
            if not text.key.startswith("item."):
                continue
            if len(_NEGATIVES.findall(_without_offers(sentence))) > 1:
                yield Fault("TWO_NEGATIVES", text.path, f"{_quoted(text, sentence)} has two negatives.")


def _without_offers(sentence: str) -> str:
    """The sentence without the *không* that belongs to the question: at the end, or after *hay*."""
    sentence = re.sub(r"(?<!\w)hay (?:là )?(?:không|chưa)(?!\w)", "", sentence, flags=re.IGNORECASE)
    return re.sub(r"(?<!\w)(?:không|chưa)\s*\?", "?", sentence, flags=re.IGNORECASE)


def poles(instrument: Instrument) -> Iterator[Fault]:
    """A question names both poles, and the scale is firm on both sides."""
    for path, item in placed_items(instrument):
        if item.type == "rating" and _ONE_POLE.search(item.wording) and " hay " not in item.wording:
            yield Fault("ONE_POLE", (*path, "wording"), f"`{item.name}` names one pole or none.")
    rated = {item.scale for item in instrument.items if item.type == "rating"}
    for text in source_texts(instrument):
        head, _, rest = text.key.partition(".")
        if head == "scale" and rest.split(".")[0] in rated and _words("chưa").search(text.text):
            yield Fault("SOFT_POLE", text.path, f"{_quoted(text, text.text)} says *chưa*.")


def period(instrument: Instrument) -> Iterator[Fault]:
    """A judgement is about a named errand or period."""
    for index, section in enumerate(instrument.sections):
        if _PERIOD.search(f"{section.title} {section.wording or ''}"):
            continue
        for place, item in enumerate(section.items):
            if scored(item) and not _PERIOD.search(item.wording):
                path = ("sections", index, "items", place, "wording")
                yield Fault("NO_PERIOD", path, f"`{item.name}` names no errand or period.")


def address(instrument: Instrument) -> Iterator[Fault]:
    """The respondent is addressed in one way."""
    first = ""
    for text in source_texts(instrument):
        for form, pattern in _ADDRESSES.items():
            if pattern.search(text.text):
                first = first or form
                if form != first:
                    yield Fault(
                        "ADDRESS_MIX", text.path, f"`{text.key}` says *{form}*, earlier it was *{first}*."
                    )


def bands(instrument: Instrument) -> Iterator[Fault]:
    """Bands of numbers follow each other without overlap or gap."""
    for index, scale in enumerate(instrument.scales):
        before = None
        for place, category in enumerate(scale.categories):
            band = _band(category.wording)
            if band is None:
                continue
            low, high = band
            if low > high or (before is not None and low != before + 1):
                path = ("scales", index, "categories", place, "wording")
                message = f"In `{scale.name}` “{category.wording}” leaves a gap or overlaps."
                yield Fault("BANDS", path, message)
            before = high


def _band(wording: str) -> tuple[int, int] | None:
    closed = _BAND.search(wording)
    if closed is not None:
        return int(closed[1]), int(closed[2])
    last = _OPEN_BAND.search(wording)
    return None if last is None else (int(last[1]), int(last[1]))


CHECKS = (words, sentences, poles, period, address, bands)
