"""How a person answers: by the pointer or by the keyboard alone, on the web and at a kiosk."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.browser.measures import press, tab_to

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Page

PAGES = 20  # more than any interview here has
COMMENT = "Nên có thêm ghế ngồi chờ."
_CHOSEN = """() => Object.fromEntries(
  [...document.querySelectorAll('input:checked')].map((one) => [one.name, one.value]))"""


class Hand:
    """The pointer."""

    def press(self, page: Page, selector: str) -> None:
        """Press a control and wait for the page to which it leads."""
        press(page, selector)

    def choose(self, page: Page, group: int, place: int) -> None:
        """Choose the answer of a question."""
        page.locator("fieldset").nth(group).locator(".answer label").nth(place).click()

    def write(self, page: Page, text: str) -> None:
        """Write into the box of text."""
        page.locator("textarea").fill(text)


class Keyboard(Hand):
    """The keyboard alone."""

    def press(self, page: Page, selector: str) -> None:
        """Reach a control by Tab and press Enter."""
        tab_to(page, selector)
        with page.expect_navigation():
            page.keyboard.press("Enter")

    def choose(self, page: Page, group: int, place: int) -> None:
        """Reach the question by Tab, choose its first answer by Space, and go down from there."""
        tab_to(page, f"fieldset >> nth={group} >> input >> nth=0")
        page.keyboard.press("Space")
        for _ in range(place):
            page.keyboard.press("ArrowDown")

    def write(self, page: Page, text: str) -> None:
        """Reach the box and type."""
        tab_to(page, "textarea")
        page.keyboard.type(text)


POINTER, KEYBOARD = Hand(), Keyboard()
HANDS = {"pointer": POINTER, "keyboard": KEYBOARD}


def fill(page: Page, turn: int = 0, hand: Hand = POINTER) -> dict[str, str]:
    """Answer every question of a page, another answer each turn; what is then chosen, by item."""
    for group in range(page.locator("fieldset").count()):
        answers = page.locator("fieldset").nth(group).locator(".answer").count()
        hand.choose(page, group, (turn + group) % answers)
    if page.locator("textarea").count():
        hand.write(page, COMMENT)
    chosen: dict[str, str] = page.evaluate(_CHOSEN)
    return chosen


def walk(page: Page, start: str, chosen: dict[str, str] | None = None, hand: Hand = POINTER) -> Iterator[str]:
    """Go from the consent to the thanks; yields the name of each page when it stands there."""
    page.goto(start)
    yield "start"
    hand.press(page, "button[value=agree]")
    hand.press(page, "main .act button")
    yield "faults"
    for turn in range(PAGES):
        if page.url.endswith("/look"):
            break
        answers = fill(page, turn, hand)
        if chosen is not None:
            chosen |= answers
        yield page.url.rpartition("/")[2].partition("#")[0]
        hand.press(page, "main .act button")
    yield "look"
    hand.press(page, "main .act button")
    assert page.url.endswith("/thanks")
    yield "thanks"


def begin(page: Page, language: str = "vi", hand: Hand = POINTER) -> None:
    """Press the start button of a language at a kiosk."""
    hand.press(page, f"button[name=language][value={language}]")
    assert page.url.endswith("/1")


def tap(page: Page, place: int, hand: Hand = POINTER) -> tuple[str, str]:
    """Press an answer at a kiosk, once the guard is off; item and value that it stands for."""
    button = page.locator("button.answer").nth(place % page.locator("button.answer").count())
    name, value = button.get_attribute("name") or "", button.get_attribute("value") or ""
    hand.press(page, f'button.answer[value="{value}"]')
    return name, value
