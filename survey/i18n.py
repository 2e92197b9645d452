"""How the application speaks: translated texts, numbers and dates as people write them, the alphabet's order.

Babel alone, so that pages, reports and the command line share one way. Message ids are English; the
Vietnamese catalogue is complete. Rounding is decided here and nowhere else: half up, on the
digits that a number prints.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from babel.dates import format_date, format_datetime
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal
from babel.support import Translations

if TYPE_CHECKING:
    from datetime import date, datetime

LANGUAGES = ("vi", "en")
_DOMAIN = "interface"
NO_BREAK_SPACE = "\u00a0"
MINUS = "\u2212"
EN_DASH = "\u2013"

_TRANSLATIONS = Path(__file__).parent.parent / "translations"
_DATE_PATTERNS = {"vi": "dd/MM/yyyy", "en": "d MMMM yyyy"}
_MOMENT_PATTERNS = {"vi": "HH:mm 'ngày' dd/MM/yyyy", "en": "HH:mm 'on' d MMMM yyyy"}

# A line that ends in "không" turns an answer round, and a number must not leave what it counts,
# nor the groups of a telephone number one another.
_KEPT_TOGETHER = re.compile(
    r"(?<=\bkhông) (?=\w)|(?<=\bhài) (?=lòng\b)|(?<=\d) (?=\w)"
    r"|(?<=\bđiều) (?=\d)|(?<=\bông) (?=[^\W\d])|(?<=\btỷ) (?=lệ\b)",
    re.IGNORECASE,
)

_ALPHABET = {letter: place for place, letter in enumerate("aăâbcdđeêfghijklmnoôơpqrstuưvwxyz")}
_TONES = {"\u0300": "1", "\u0309": "2", "\u0303": "3", "\u0301": "4", "\u0323": "5"}
_WORD = re.compile(r"[0-9]+|[^\W\d_]+")
_NUMBER_DIGITS = 20


def _(message: str) -> str:
    """Mark a message for the catalogue where it stands in a table; `Language.gettext` translates it."""
    return message


def round_half_up(value: float, decimals: int) -> Decimal:
    """The number rounded half up on its shortest decimal form, so that 72.45 is 72.5 whatever its bits say.

    Raises:
        ValueError: the value is not finite.
    """
    exact = Decimal(repr(float(value)))
    if not exact.is_finite():
        raise ValueError(f"only a finite number can be printed, got {value!r}")
    rounded = exact.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)
    return abs(rounded) if rounded.is_zero() else rounded


def keep_together(text: str) -> str:
    """The Vietnamese text with no-break spaces where a line break would change or hide the meaning."""
    return _KEPT_TOGETHER.sub(NO_BREAK_SPACE, text)


def sort_key(text: str) -> str:
    """A key that puts names into the order of the Vietnamese alphabet, by plain comparison of text or in SQL.

    Syllable by syllable: first the letters (a ă â b c d đ e ê ...), then the tone (ngang huyền hỏi ngã sắc
    nặng), so Hoa Lư, Hòa An, Hỏa Lò. Numbers come first and count as numbers; case and punctuation do not
    matter until all else is equal. Babel cannot collate and ICU weighs tones after the last syllable.
    """
    plain = unicodedata.normalize("NFC", text)
    return " ".join([*(_syllable_key(word) for word in _WORD.findall(plain.casefold())), " " + plain])


def _syllable_key(word: str) -> str:
    """Letters, then `!` and the tone: `!` sorts before every letter, so a shorter syllable comes first."""
    if word[0] in "0123456789":
        return word.lstrip("0").zfill(_NUMBER_DIGITS)
    decomposed = unicodedata.normalize("NFD", word)
    tone = next((_TONES[mark] for mark in decomposed if mark in _TONES), "0")
    letters = unicodedata.normalize("NFC", "".join(mark for mark in decomposed if mark not in _TONES))
    places = (
        chr(ord("A") + _ALPHABET[letter]) if letter in _ALPHABET else f"~{letter}" for letter in letters
    )
    return f"{''.join(places)}!{tone}"


@dataclass(frozen=True)
class Language:
    """One language of the interface: its texts and its way of writing numbers, intervals and dates."""

    code: str
    translations: Translations

    def gettext(self, message: str, **values: str) -> str:
        """The message in this language, its named placeholders filled; a literal per cent sign is `%%`."""
        return self.keep_together(self.translations.gettext(message) % values)

    def ngettext(self, singular: str, plural: str, number: int, **values: str) -> str:
        """As `gettext`, for a counted thing; the count is the placeholder `number`."""
        text = self.translations.ngettext(singular, plural, number)
        return self.keep_together(text % {"number": self.integer(number), **values})

    def keep_together(self, text: str) -> str:
        """The text as this language may break it; Vietnamese alone has rules."""
        return keep_together(text) if self.code == "vi" else text

    def number(self, value: float, decimals: int = 1) -> str:
        """A number with a fixed count of decimals, grouped, with a real minus: 1.234,5 or 1,234.5."""
        pattern = "#,##0." + "0" * decimals if decimals else "#,##0"
        written: str = format_decimal(round_half_up(value, decimals), format=pattern, locale=self.code)
        return written.replace("-", MINUS)

    def integer(self, value: int) -> str:
        """A whole number, grouped."""
        return self.number(value, 0)

    def percent(self, value: float, decimals: int = 1) -> str:
        """A percentage from 0 to 100 with its sign, unspaced: 72,4% or 72.4%."""
        return f"{self.number(value, decimals)}%"

    def interval(self, low: float, high: float) -> str:
        """Two ends with an en dash, as tables print them: 67,1–77,1."""
        return f"{self.number(low)}{EN_DASH}{self.number(high)}"

    def date(self, day: date) -> str:
        """A day as official papers write it: 05/01/2026 or 5 January 2026."""
        written: str = format_date(day, format=_DATE_PATTERNS[self.code], locale=self.code)
        return written

    def moment(self, when: datetime) -> str:
        """Hour and day in the zone of the moment: 14:05 ngày 05/01/2026 or 14:05 on 5 January 2026."""
        local = when.replace(tzinfo=None)  # else it is told in UTC
        written: str = format_datetime(local, format=_MOMENT_PATTERNS[self.code], locale=self.code)
        return written


@cache
def language(code: str) -> Language:
    """The language of that code.

    Raises:
        ValueError: the interface does not speak it.
    """
    if code not in LANGUAGES:
        raise ValueError(f"expected a language of the interface ({', '.join(LANGUAGES)}), got {code!r}")
    return Language(code=code, translations=_translations(code))


def _translations(code: str) -> Translations:
    """The catalogue, compiled in memory: it stands beside this package, in the source tree and installed."""
    source = _TRANSLATIONS / code / "LC_MESSAGES" / f"{_DOMAIN}.po"
    binary = BytesIO()
    with source.open("rb") as file:
        write_mo(binary, read_po(file, locale=code, domain=_DOMAIN, abort_invalid=True))
    binary.seek(0)
    return Translations(binary)
