"""The way past every page that people see: round the interview, the interview on the web, at a kiosk."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from pictured_site import Made
    from playwright.sync_api import Page

    Take = Callable[[str, str], None]  # the name of the page, what it shows

COMMENT = "Nên có thêm ghế ngồi chờ và bảng gọi số."
SECTION, RATING = 2, 6


def press(page: Page, selector: str) -> None:
    """Press a control and wait for the page that it leads to."""
    with page.expect_navigation():
        page.click(selector)


def around(made: Made, page: Page, take: Take) -> None:
    """The pages round the interview."""
    for name, address, says in (
        ("front", "/", "The front page with the open surveys."),
        ("places", f"/s/{made.wave}", "Where did you file? A box to search, and all places of the wave."),
        ("places-found", f"/s/{made.wave}?q=van+mieu", "A place that was searched without marks."),
        ("declined", f"{made.web}/declined", "You are not taking part: nothing was recorded."),
        ("withdraw", "/withdraw", "Withdraw a response by its receipt code."),
        ("withdrawn", "/withdraw/done", "The same words for every code, known or not."),
        ("privacy", "/privacy", "What is recorded, who sees it, what is promised and what is not."),
        ("accessibility", "/accessibility", "How pages can be read, heard and operated."),
        ("display", "/display", "Colours, size of text and reading aloud."),
        ("sign-in", "/sign-in", "Where the staff sign in."),
        ("not-found", "/nothing-here", "An address that does not exist."),
        ("ended", f"/s/{made.ended}", "A survey that has ended."),
        ("sheet", made.sheet, "The printed sheet of a place with its link and QR code."),
    ):
        page.goto(made.url + address if address.startswith("/") else address)
        take(name, says)


def interview(made: Made, page: Page, take: Take) -> None:
    """The interview on the web from the consent to the thanks."""
    page.goto(made.web)
    take("consent", "The place in large type and the consent.")
    press(page, "button[value=agree]")
    press(page, "main .act button")
    take("faults", "What is still to do: a summary on top, each fault at its question.")
    for path, name, says in (
        ("", "begun", "A part not yet sent is on this device."),
        ("/later", "later", "Continue later: a code for another device."),
        ("/stop", "stop", "Erase the answers? The button names the act."),
        ("/resume", "code", "Continue with the code from another device."),
    ):
        page.goto(made.web + path)
        take(name, says)
    page.fill("#code", "abcd")
    press(page, "main .act button")
    take("wrong-code", "A code that is not right, with what a code looks like.")
    page.goto(f"{made.web}/1")
    turn = 0
    while not page.url.endswith("/look"):
        _fill(page, turn)
        if turn == SECTION:
            take("section", "A section of ratings.")
        if page.locator("textarea").count():
            take("comment", "A rating, and a comment of up to 1,000 characters.")
        press(page, "main .act button")
        turn += 1
    take("look-over", "All answers before they are sent, each with a way to change it.")
    press(page, "main .act button")
    take("thanks", "The response has arrived; the receipt code.")


def _fill(page: Page, turn: int) -> None:
    for place, group in enumerate(page.locator("fieldset").all()):
        choices = group.locator(".answer label")
        choices.nth((turn + place * 2) % choices.count()).click()
    for box in page.locator("textarea").all():
        box.fill(COMMENT)


def kiosk(made: Made, page: Page, take: Take, language: str, *, changed: bool) -> None:
    """The interview at a kiosk from its pairing to the thanks; `changed`: large text, high contrast."""
    page.goto(made.pairing_link(made.kiosk))
    take("pair", "Make this device a kiosk: one button.")
    press(page, "button.first")
    if changed:
        _change(page)
    take("start", "The place, the short consent, a start button for each language.")
    press(page, f"a[hreflang={language}]")
    take("about", "What stands behind the four lines of the consent.")
    press(page, "a.first")
    press(page, f"button[name=language][value={language}]")
    if changed:
        _change(page)
    while not page.url.endswith("/thanks"):
        number = int(page.url.rpartition("/")[2])
        if number == 1:
            take("choice", "The first question, one tap an answer.")
        if number == RATING:
            take("rating", "A rating: five levels, and the two ways not to answer apart.")
            _stop(made, page, take)
        press(page, f".answers li:nth-child({1 + number % 2}) .answer")
    take("thanks-kiosk", "The thanks, the same bytes for all answers.")
    page.goto(made.kiosk)
    press(page, f"button[name=language][value={language}]")
    page.evaluate("document.querySelector('form.replies').csrf_token.value = 'old'")
    press(page, ".answers li:first-child .answer")
    take("gone", "A form of a visit that is over: nothing of it is shown.")
    page.goto(made.pairing_link(made.idle_kiosk))
    press(page, "button.first")
    take("nothing-open", "No survey is open here now.")


def _stop(made: Made, page: Page, take: Take) -> None:
    for path, name, says in (
        ("/stop", "stop-kiosk", "Stop and erase the answers?"),
        ("/idle", "idle", "Are you still there? Twenty seconds in words and as a bar."),
    ):
        page.goto(made.kiosk + path)
        take(name, says)
    press(page, "a.first")


def _change(page: Page) -> None:
    for name in ("size", "theme"):
        if page.locator(f"button[name={name}][aria-pressed=false]").count():
            press(page, f"button[name={name}]")
