"""The one form builder: every item type has its field, whatever page asks it.

A form holds the items of one page. Field names are item names; values are codes, numbers, text or missing
reasons. What was typed is kept as it came, so that it can be given back with its error.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from werkzeug.datastructures import MultiDict
from wtforms import Field, ValidationError
from wtforms.fields.core import UnboundField
from wtforms.form import BaseForm

from questionnaires.model import ItemType, Missing
from questionnaires.wording import missing_key, texts
from survey.answers.values import clean_text, text_limit
from survey.web.interview.meaning import Unanswered, meaning, scale_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from questionnaires.model import Instrument, Item, ResponseScale
    from survey.i18n import Language


@dataclass(frozen=True)
class Option:
    """One answer that can be chosen: what is sent and what is read, its id in the page, whether chosen."""

    value: str
    label: str
    id: str
    chosen: bool


@dataclass(frozen=True)
class Asked:
    """An item as it is asked: the item, its scale, the instrument's texts and the language of the page."""

    item: Item
    scale: ResponseScale | None
    texts: Mapping[str, str]
    reasons: Mapping[Missing, str]
    language: Language

    def text(self, key: str) -> str:
        """A text of the instrument, kept together where a break would change it."""
        return self.language.keep_together(self.texts[key])


class ItemField(Field):
    """The field of one item.

    Attributes:
        control: which part of the page draws it.
        typed: what was sent or kept, as it came.
        data: the answer, once validated.
    """

    control: ClassVar[str]
    typed: tuple[str, ...]

    def __init__(self, asked: Asked, **parts: Any) -> None:
        super().__init__(label=asked.text(f"item.{asked.item.name}"), **parts)
        self.asked = asked
        self.item = asked.item
        self.typed = ()

    @property
    def hint(self) -> str:
        """The hint under the question; empty where there is none."""
        return self.asked.text(f"item.{self.item.name}.hint") if self.item.hint else ""

    @property
    def anchor(self) -> str:
        """The id of the first control, to which an error links."""
        return f"q-{self.item.name}"

    @property
    def options(self) -> list[Option]:
        """The categories in the order of the scale; none for numbers and text."""
        scale = self.asked.scale
        if scale is None:
            return []
        return [
            self._option(str(code), f"scale.{scale.name}.{code}", first=place == 0)
            for place, code in enumerate(scale.codes)
        ]

    @property
    def reasons(self) -> list[Option]:
        """The ways not to answer that the item offers."""
        return [self._option(reason.value, key) for reason, key in self.asked.reasons.items()]

    @property
    def written(self) -> str:
        """What stands in a line or box of text."""
        reasons = {reason.value for reason in self.item.missing}
        return next((text for text in self.typed if text not in reasons), "")

    def _option(self, value: str, key: str, *, first: bool = False) -> Option:
        anchor = self.anchor if first else f"{self.anchor}-{value}"
        return Option(value, self.asked.text(key), anchor, chosen=value in self.typed)

    def process_data(self, value: Any) -> None:
        """Take what is kept: the strings as they were sent."""
        self.typed = tuple(value or ())

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Take what was sent."""
        self.typed = tuple(clean_text(str(value)) for value in valuelist)

    def pre_validate(self, form: BaseForm) -> None:
        """Make the answer of what was typed.

        Raises:
            ValidationError: it is no answer to this item; the message says how to go on.
        """
        del form  # an item is judged alone; which items apply is decided by routing
        meant = meaning(self.item, self.asked.scale, self.typed)
        if isinstance(meant, Unanswered):
            raise ValidationError(self._remedy_for(meant))
        self.data = meant

    def _remedy_for(self, fault: Unanswered) -> str:
        _ = self.asked.language.gettext
        if fault is Unanswered.BOTH:
            return _("Please answer, or choose one reason for not answering, not both.")
        if fault is Unanswered.NOTHING:
            words = self.asked.text(self.asked.reasons[Missing.REFUSED])
            return _("No answer yet. Please answer, or choose “%(reason)s”.", reason=words)
        return self.remedy()

    def remedy(self) -> str:
        """What to do when the value is none that the item takes."""
        return self.asked.language.gettext("Please choose one of the answers shown.")


class OneCode(ItemField):
    """One category: radio buttons on the web, buttons that send themselves at a kiosk."""

    control = "one"


class SomeCodes(ItemField):
    """Any number of categories: check boxes."""

    control = "several"


class WholeNumber(ItemField):
    """A whole number within bounds."""

    control = "number"

    def remedy(self) -> str:
        """Between which numbers."""
        speech = self.asked.language
        low, high = self.item.low or 0, self.item.high or 0
        return speech.gettext(
            "Please enter a whole number from %(low)s to %(high)s.",
            low=speech.integer(low),
            high=speech.integer(high),
        )


class Text(ItemField):
    """Several lines of text."""

    control = "text"

    def remedy(self) -> str:
        """How long it is and may be."""
        speech = self.asked.language
        return speech.gettext(
            "The text has %(length)s characters; at most %(most)s can be kept. Please shorten it.",
            length=speech.integer(len(self.written.strip())),
            most=speech.integer(text_limit(self.item)),
        )


class Line(Text):
    """One line of text."""

    control = "line"


class Note(ItemField):
    """A text to read; it takes no answer."""

    control = "note"


FIELDS: dict[ItemType, type[ItemField]] = {
    ItemType.SINGLE_CHOICE: OneCode,
    ItemType.RATING: OneCode,
    ItemType.MULTIPLE_CHOICE: SomeCodes,
    ItemType.NUMBER: WholeNumber,
    ItemType.SHORT_TEXT: Line,
    ItemType.LONG_TEXT: Text,
    ItemType.INFORMATION: Note,
}


class ItemForm(BaseForm):
    """The form of one page of items."""

    def __init__(self, instrument: Instrument, items: Iterable[Item], language: Language) -> None:
        words = texts(instrument, spoken(instrument, language))
        super().__init__(
            (item.name, UnboundField(FIELDS[item.type], _asked(instrument, item, words, language)))
            for item in items
        )

    def take(self, typed: Mapping[str, Sequence[str]]) -> None:
        """Fill the form with what was sent or kept: strings by item; items that are not in it are empty."""
        pairs = [(name, value) for name in self._fields for value in typed.get(name, ())]
        self.process(MultiDict(pairs))

    def typed(self) -> dict[str, tuple[str, ...]]:
        """What stands in the form, by item."""
        return {field.item.name: field.typed for field in self.items() if field.control != "note"}

    def items(self) -> list[ItemField]:
        """The fields in the order in which they are asked."""
        return [field for field in self if isinstance(field, ItemField)]


def spoken(instrument: Instrument, language: Language) -> str:
    """The language in which the questions are read: the reader's, else the instrument's own."""
    return language.code if language.code in instrument.languages else instrument.source_language


def _asked(instrument: Instrument, item: Item, words: Mapping[str, str], language: Language) -> Asked:
    reasons = {reason: missing_key(instrument, item, reason) for reason in item.missing}
    return Asked(item, scale_of(instrument, item), words, reasons, language)
