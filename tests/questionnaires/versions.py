"""A small instrument with items of several types, and edits of it that are known by what they do."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from questionnaires.changes import Kind
from questionnaires.model import (
    Category,
    Comparison,
    Construct,
    Instrument,
    Item,
    ItemType,
    ItemWeight,
    Measure,
    Missing,
    MissingCode,
    Recipe,
    ResponseScale,
    Role,
    Rule,
    Section,
    Wording,
)

if TYPE_CHECKING:
    from collections.abc import Callable

OFFERED = (Missing.DONT_KNOW, Missing.REFUSED)
SATISFACTION = ResponseScale(
    name="satisfaction",
    categories=tuple(
        Category(code=code, wording=wording)
        for code, wording in enumerate(("Không hài lòng", "Bình thường", "Hài lòng"), 1)
    ),
    satisfied=(3,),
    missing_codes=(MissingCode(code=9, reason=Missing.DONT_KNOW),),
)
PAPERS = ResponseScale(
    name="papers",
    categories=(Category(code=1, wording="Giấy khai sinh"), Category(code=2, wording="Sổ đỏ")),
    missing_wording={Missing.DONT_KNOW: "Không nhớ"},
)
FIRST = Instrument(
    name="small",
    title="Khảo sát nhỏ",
    source_language="vi",
    missing_wording={Missing.DONT_KNOW: "Không biết", Missing.REFUSED: "Không muốn trả lời"},
    scales=(SATISFACTION, PAPERS),
    constructs=(
        Construct(name="service", wording="Cách phục vụ", role=Role.RECEIVED),
        Construct(name="result", wording="Kết quả", role=Role.DECIDES),
    ),
    sections=(
        Section(
            name="errand",
            title="Lần này",
            wording="Mời quý vị nghĩ về lần này.",
            items=(
                Item(
                    name="papers",
                    type=ItemType.MULTIPLE_CHOICE,
                    wording="Cán bộ hỏi giấy tờ nào?",
                    scale="papers",
                    missing=OFFERED,
                ),
                Item(
                    name="times",
                    type=ItemType.NUMBER,
                    wording="Quý vị đến mấy lần?",
                    low=1,
                    high=9,
                    missing=OFFERED,
                ),
                Item(
                    name="why",
                    type=ItemType.SHORT_TEXT,
                    wording="Vì sao đến nhiều lần?",
                    ask_if=Comparison(operator="ge", item="times", value=2),
                ),
            ),
        ),
        Section(
            name="service",
            title="Phục vụ",
            items=(
                Item(name="note", type=ItemType.INFORMATION, wording="Cán bộ là người nhận hồ sơ."),
                Item(
                    name="manner",
                    type=ItemType.RATING,
                    wording="Hài lòng hay không hài lòng với thái độ?",
                    scale="satisfaction",
                    construct="service",
                    missing=OFFERED,
                ),
                Item(
                    name="speed",
                    type=ItemType.RATING,
                    wording="Hài lòng hay không hài lòng với thời gian?",
                    scale="satisfaction",
                    construct="result",
                    missing=OFFERED,
                ),
            ),
        ),
    ),
    recipes=(
        Recipe(
            measure=Measure.TOP2,
            rule=Rule.FIXED_WEIGHTS,
            item_weights=(ItemWeight(item="manner", weight=1), ItemWeight(item="speed", weight=2)),
        ),
        Recipe(measure=Measure.MEAN100, rule=Rule.POOLED_ANSWERS),
    ),
    wordings=(Wording(language="en", texts={"item.manner": "Satisfied with the manner?"}),),
)
ALL = ("papers", "times", "why", "note", "manner", "speed")


def items(instrument: Instrument, name: str, **fields: Any) -> Instrument:
    """The instrument with other fields of one item."""
    sections = tuple(
        replace(
            section,
            items=tuple(replace(item, **fields) if item.name == name else item for item in section.items),
        )
        for section in instrument.sections
    )
    return replace(instrument, sections=sections)


def scale(instrument: Instrument, place: int, **fields: Any) -> Instrument:
    """The instrument with other fields of one scale."""
    scales = list(instrument.scales)
    scales[place] = replace(scales[place], **fields)
    return replace(instrument, scales=tuple(scales))


def label(instrument: Instrument, code: int, wording: str) -> Instrument:
    """The instrument with another label of one degree of satisfaction."""
    found = instrument.scales[0].categories
    return scale(
        instrument,
        0,
        categories=tuple(replace(one, wording=wording) if one.code == code else one for one in found),
    )


def section(instrument: Instrument, place: int, **fields: Any) -> Instrument:
    """The instrument with other fields of one section."""
    sections = list(instrument.sections)
    sections[place] = replace(sections[place], **fields)
    return replace(instrument, sections=tuple(sections))


def without(instrument: Instrument, name: str) -> Instrument:
    """The instrument without an item."""
    sections = tuple(
        replace(one, items=tuple(item for item in one.items if item.name != name))
        for one in instrument.sections
    )
    return replace(instrument, sections=sections)


@dataclass(frozen=True)
class Edit:
    """A change of the small instrument: what it does, which items it does that to, in which part of them."""

    name: str
    kind: Kind
    touched: tuple[str, ...]
    part: str
    make: Callable[[Instrument], Instrument]

    def __repr__(self) -> str:
        return self.name


def _reversed_papers(one: Instrument) -> Instrument:
    return scale(one, 1, categories=PAPERS.categories[::-1])


def _fourth(one: Instrument) -> Instrument:
    categories = (*one.scales[0].categories, Category(code=4, wording="Rất hài lòng"))
    return scale(one, 0, categories=categories)


def _renamed_scale(one: Instrument) -> Instrument:
    changed = scale(one, 0, name="five_steps")
    return items(items(changed, "manner", scale="five_steps"), "speed", scale="five_steps")


def _another_construct(one: Instrument) -> Instrument:
    return replace(one, constructs=(replace(one.constructs[0], role=Role.HELPS), *one.constructs[1:]))


def _renamed_construct(one: Instrument) -> Instrument:
    return replace(one, constructs=(replace(one.constructs[0], wording="Phục vụ"), *one.constructs[1:]))


def _with_opinion(one: Instrument) -> Instrument:
    opinion = Item(name="opinion", type=ItemType.LONG_TEXT, wording="Ý kiến khác?")
    return section(one, 0, items=(*one.sections[0].items, opinion))


def _papers_last(one: Instrument) -> Instrument:
    last = sorted(one.sections[0].items, key=lambda item: item.name == "papers")
    return section(one, 0, items=tuple(last))


def _equal_weights(one: Instrument) -> Instrument:
    return replace(one, recipes=(replace(one.recipes[0], item_weights=()), *one.recipes[1:]))


def _in_english(text: str) -> Callable[[Instrument], Instrument]:
    return lambda one: replace(one, wordings=(Wording(language="en", texts={"item.manner": text}),))


def _of(name: str, **fields: Any) -> Callable[[Instrument], Instrument]:
    return lambda one: items(one, name, **fields)


def _missing_wording(text: str) -> Callable[[Instrument], Instrument]:
    return lambda one: replace(one, missing_wording={**one.missing_wording, Missing.REFUSED: text})


_COSMETIC = Kind.COSMETIC
_COMPARABLE = Kind.COMPARABLE
_BREAKING = Kind.BREAKING
OFFERING = ("papers", "times", "why", "manner", "speed")
RATED = ("manner", "speed")
EDITS = (
    Edit("a comma", _COSMETIC, ("manner",), "wording",
         _of("manner", wording="hài lòng, hay không hài lòng với thái độ")),
    Edit("a space", _COSMETIC, ("times",), "wording", _of("times", wording="Quý vị  đến mấy lần ?")),
    Edit("a construct's wording", _COSMETIC, ("manner",), "wording of the construct", _renamed_construct),
    Edit("a scale's name", _COSMETIC, RATED, "name of the scale", _renamed_scale),
    Edit("a section's name", _COSMETIC, ("note", *RATED), "name of the section",
         lambda one: section(one, 1, name="office")),
    Edit("another title", _COMPARABLE, (), "title", lambda one: replace(one, title="Khảo sát khác")),
    Edit("a further item", _COMPARABLE, ("opinion",), "item", _with_opinion),
    Edit("an item less", _COMPARABLE, ("why",), "item", lambda one: without(one, "why")),
    Edit("another place", _COMPARABLE, ("papers",), "place", _papers_last),
    Edit("the order of choices", _COMPARABLE, ("papers",), "order of codes", _reversed_papers),
    Edit("the order of reasons", _COMPARABLE, ("speed",), "order of reasons",
         _of("speed", missing=OFFERED[::-1])),
    Edit("room for text", _COMPARABLE, ("why",), "length", _of("why", max_length=50)),
    Edit("a corrected translation", _COMPARABLE, ("manner",), "wording in en",
         _in_english("How satisfied or dissatisfied with the manner?")),
    Edit("a text to read", _COMPARABLE, ("note",), "wording", _of("note", wording="Cán bộ là người ở quầy.")),
    Edit("other weights", _COMPARABLE, (), "recipe top2/fixed_weights", _equal_weights),
    Edit("another question", _BREAKING, ("manner",), "wording",
         _of("manner", wording="Hài lòng hay không hài lòng với cán bộ?")),
    Edit("emphasis", _BREAKING, ("speed",), "wording",
         _of("speed", wording="Hài lòng hay KHÔNG hài lòng với thời gian?")),
    Edit("a hint", _BREAKING, ("times", "why"), "hint", _of("times", hint="Kể cả lần này.")),
    Edit("another period", _BREAKING, ("papers", "times", "why"), "wording of the section",
         lambda one: section(one, 0, wording="Mời quý vị nghĩ về năm qua.")),
    Edit("another heading", _BREAKING, RATED, "title of the section",
         lambda one: section(one, 1, title="Cả cơ quan")),
    Edit("another label", _BREAKING, RATED, "label of 3",
         lambda one: label(one, 3, "Khá hài lòng")),
    Edit("a reason's wording", _BREAKING, OFFERING, "label of refused", _missing_wording("Bỏ qua")),
    Edit("a fourth code", _BREAKING, RATED, "codes", _fourth),
    Edit("other satisfied codes", _BREAKING, RATED, "satisfied codes",
         lambda one: scale(one, 0, satisfied=(2, 3))),
    Edit("other missing codes", _BREAKING, RATED, "missing codes",
         lambda one: scale(one, 0, missing_codes=())),
    Edit("a reason more", _BREAKING, ("manner",), "reasons",
         _of("manner", missing=(*OFFERED, Missing.NOT_APPLICABLE))),
    Edit("other bounds", _BREAKING, ("times", "why"), "bounds", _of("times", high=99)),
    Edit("another type", _BREAKING, ("speed",), "type", _of("speed", type=ItemType.SINGLE_CHOICE)),
    Edit("another condition", _BREAKING, ("why",), "asked",
         _of("why", ask_if=Comparison(operator="ge", item="times", value=3))),
    Edit("no condition", _BREAKING, ("why",), "asked", _of("why", ask_if=None)),
    Edit("another construct", _BREAKING, ("speed",), "construct", _of("speed", construct="service")),
    Edit("another judged", _BREAKING, ("manner",), "judges", _another_construct),
)  # fmt: skip
