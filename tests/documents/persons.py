"""Persons who answer, on the web with a browser of their own or one after another at a kiosk.

Each keeps what was sent, read off the page as a person sees it. What somebody answers follows from a number,
so that all answers, reasons for none and empty boxes come about; a text names the number.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from tests.documents.browser import WRITTEN, Browser

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.documents.browser import Control, Form, Page

Sent = tuple[Literal["value", "codes", "text", "missing"], int | str | tuple[int, ...]]
_OF_THE_FORM = ("csrf_token", "token", "")
_CODE = re.compile(r'<p class="code"[^>]*>([^<]+)</p>')


@dataclass(frozen=True)
class Place:
    """A page of a sheet: the wave, the place's code and the address that is printed."""

    wave: str
    code: str
    address: str


@dataclass
class Person:
    """Somebody who answers about an errand at a place.

    Attributes:
        number: decides the answers.
        place: where the errand was.
        language: in which the questions are read.
        version: of the questionnaire, as offered when the person began.
        repeat: whether the browser had answered before.
        sent: the answers by item.
        receipt: by which the response can be withdrawn.
    """

    number: int
    place: Place
    language: str
    browser: Browser = field(default_factory=Browser)
    mode: Literal["web", "kiosk"] = "web"
    version: str = ""
    repeat: bool = False
    sent: dict[str, Sent] = field(default_factory=dict)
    receipt: str = ""

    def begin(self, version: str) -> Page:
        """Read the consent in one's language and agree to it."""
        self.version = version
        page = self.browser.get(self.place.address)
        if page.language != self.language:
            page = self.browser.get(next(where for where in page.links.values() if "?lang=" in where))
        assert page.language == self.language
        form = page.form_with("act")
        return self.browser.send(form, pressed=form.named("act")[0])

    def answer(self, page: Page) -> Page:
        """Answer what a page asks."""
        form = page.form_with("csrf_token")
        answers = dict(self._answers(form))
        following = self.browser.send(form, {name: values for name, (_, values) in answers.items()})
        assert following.address != page.address, following.html
        self.sent |= {name: sent for name, (sent, _) in answers.items()}
        return following

    def answer_all(self, page: Page) -> Page:
        """Answer page after page up to looking over."""
        while not page.path.endswith("/look"):
            page = self.answer(page)
        return page

    def send(self, look: Page) -> Page:
        """Send the response; the thanks, whose receipt is noted."""
        thanks = self.browser.send(look.form_with("token"))
        assert thanks.path.endswith("/thanks"), thanks.html
        self.receipt = _CODE.findall(thanks.html)[0]
        return thanks

    def withdraw(self, site_url: str) -> None:
        """Take the response back by its receipt."""
        form = self.browser.get(f"{site_url}/withdraw").form_with("code")
        assert self.browser.send(form, {"code": [self.receipt]}).path == "/withdraw/done"

    def _answers(self, form: Form) -> Iterator[tuple[str, tuple[Sent, list[str]]]]:
        """Of each item on the page what is meant, and the values that are sent for it."""
        names = dict.fromkeys(control.name for control in form.controls if control.name not in _OF_THE_FORM)
        for place, name in enumerate(names):
            yield name, chosen(form.named(name), self.number, place)


def chosen(controls: list[Control], number: int, place: int) -> tuple[Sent, list[str]]:
    """What the person of that number answers to the item at that place of a page."""
    turn = number + 2 * place
    codes = [control.value for control in controls if control.value.isdigit()]
    reasons = [control.value for control in controls if control.type in {"radio", "checkbox", "submit"}]
    reasons = [value for value in reasons if not value.isdigit()]
    written = next((control for control in controls if control.type in WRITTEN), None)
    if reasons and turn % 7 == 3:
        reason = reasons[number // 7 % len(reasons)]
        return ("missing", reason), [reason] if written is None else ["", reason]
    if written is not None and written.type == "numeric":
        return ("value", 1 + number % 20), [str(1 + number % 20)]
    if written is not None and not reasons and turn % 5 == 4:
        return ("missing", "blank"), [""]
    if written is not None:
        text = told(number, lines=written.tag == "textarea")
        return ("text", unicodedata.normalize("NFC", text)), [text]
    if controls[0].type == "checkbox":
        ticked = [code for bit, code in enumerate(codes) if (number >> bit) & 1] or codes[:1]
        return ("codes", tuple(map(int, ticked))), ticked
    code = codes[(number + place) % len(codes)]
    return ("value", int(code)), [code]


def told(number: int, *, lines: bool) -> str:
    """A text that nobody else writes; every other person's keyboard takes letters and marks apart."""
    text = f"Người số {number}: <b>biển & ghế</b> “cũ” 🙂" + ("\nXin thêm quạt." if lines else "")
    return unicodedata.normalize("NFD" if number % 2 else "NFC", text)


def visit(person: Person) -> None:
    """Answer one item a tap at a kiosk, from its start to the thanks."""
    start = person.browser.get(person.place.address)
    button, form = next(
        (one, form) for form in start.forms for one in form.named("language") if one.value == person.language
    )
    page = person.browser.send(form, pressed=button)
    assert page.language == person.language
    while not page.path.endswith("/thanks"):
        taps = [(one, form) for form in page.forms for one in _answers(form)]
        sent, (value,) = chosen([one for one, _ in taps], person.number, len(person.sent))
        button, form = next(tap for tap in taps if tap[0].value == value)
        assert button.name not in person.sent
        person.sent[button.name] = sent
        page = person.browser.send(form, pressed=button)


def _answers(form: Form) -> list[Control]:
    """The answers of a form that can be pressed."""
    return [one for one in form.controls if form.named("token") and one.tag == "button" and one.name]
