"""Setting an account up and signing in, in a real browser: no script, the keyboard alone, every theme."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.browser.hands import KEYBOARD
from tests.browser.measures import press, tab_to, watch
from tests.browser.test_web import THEMES, dress, examine
from tests.survey.web.staff import PHRASE, Member, member, new_account

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.browser.conftest import Opens
    from tests.browser.serving import Served

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)

NAME = "tran.lan"
SEND = "form.fields button"


def link(web: Served) -> str:
    """The link of a new account of an agency."""
    site, app = web.survey.site, web.survey.app
    return f"{web.url}/sign-in/link/{new_account(site, app, NAME, 'agency', 'P0')}"


def signed_in_elsewhere(web: Served) -> Member:
    """Somebody whose account is set up, with a telephone to sign in from here."""
    return member(web.survey.site, web.survey.app, NAME, "agency", "P0")


def type_into(page: Page, field: str, text: str) -> None:
    """Reach a field by Tab and type."""
    tab_to(page, f"#{field}")
    page.keyboard.type(text)


def fill_in(page: Page, lan: Member) -> None:
    """The form of the sign-in page, by the keyboard."""
    for field, text in {"name": lan.name, "password": PHRASE, "totp": lan.code()}.items():
        type_into(page, field, text)


@pytest.mark.parametrize("language", ["vi", "en"])
def test_by_the_keyboard_without_a_script_from_the_link_to_signing_out_and_in(
    web: Served, opened: Opens, language: str
) -> None:
    lan = Member(web.survey.app, NAME)
    address = link(web)
    with opened(f"{web.url}/?lang={language}", width=390, java_script_enabled=False) as page:
        said = watch(page)
        hosts: set[str] = set()
        page.on("request", lambda request: hosts.add(request.url.split("/")[2]))
        page.goto(address)
        KEYBOARD.press(page, "main button")
        for field in ("new", "again"):
            type_into(page, field, PHRASE)
        KEYBOARD.press(page, SEND)
        lan.secret = "".join(page.locator(".key span").all_inner_texts())
        type_into(page, "totp", lan.code())
        KEYBOARD.press(page, SEND)
        assert page.url == f"{web.url}/account"
        assert page.locator(".told").count() == 1
        KEYBOARD.press(page, ".told button")
        assert page.locator(".told").count() == 0
        KEYBOARD.press(page, ".who button")
        assert page.url == f"{web.url}/sign-in"
        page.goto(f"{web.url}/account/password")
        assert page.url.endswith("/sign-in?next=%2Faccount%2Fpassword")
        fill_in(page, lan)
        page.keyboard.press("Enter")
        page.wait_for_url(f"{web.url}/account/password")
        assert page.locator("html").get_attribute("lang") == language
        assert hosts == {web.url.removeprefix("http://")}
    assert said == []


@pytest.mark.parametrize("theme", THEMES)
def test_axe_finds_nothing_and_nothing_is_too_small_cut_or_wider_than_the_glass(
    web: Served, opened: Opens, theme: str
) -> None:
    lan = Member(web.survey.app, NAME)
    address = link(web)
    with opened("about:blank", width=320, bypass_csp=True, **THEMES[theme][1]) as page:
        dress(page, web, theme)
        page.goto(f"{web.url}/sign-in")
        examine(page, f"{theme}, sign in")
        page.goto(address)
        examine(page, f"{theme}, link")
        press(page, "main button")
        examine(page, f"{theme}, password")
        for field in ("new", "again"):
            page.fill(f"#{field}", "short")
        press(page, SEND)
        assert page.evaluate("document.activeElement.id") == "faults"
        examine(page, f"{theme}, password too short")
        for field in ("new", "again"):
            page.fill(f"#{field}", PHRASE)
        press(page, SEND)
        examine(page, f"{theme}, telephone")
        lan.secret = "".join(page.locator(".key span").all_inner_texts())
        page.fill("#totp", lan.code())
        press(page, SEND)
        examine(page, f"{theme}, account")
        page.goto(f"{web.url}/account/password")
        examine(page, f"{theme}, another password")
        press(page, ".who button")
        examine(page, f"{theme}, signed out")
        page.goto(address)
        examine(page, f"{theme}, link used")


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_going_back_after_signing_out_shows_nothing_of_the_account(
    web: Served, opened: Opens, *, scripts: bool
) -> None:
    lan = signed_in_elsewhere(web)
    with opened(f"{web.url}/sign-in", java_script_enabled=scripts) as page:
        fill_in(page, lan)
        press(page, SEND)
        page.goto(f"{web.url}/account/password")
        assert NAME in page.content()
        press(page, ".who button")
        for _ in range(3):
            page.go_back()
            assert page.url.startswith(f"{web.url}/sign-in")
            assert NAME not in page.content()


def test_a_second_tab_is_signed_out_as_well(web: Served, opened: Opens) -> None:
    lan = signed_in_elsewhere(web)
    with opened(f"{web.url}/sign-in") as page:
        fill_in(page, lan)
        press(page, SEND)
        other = page.context.new_page()
        other.goto(f"{web.url}/account")
        press(page, ".who button")
        press(other, "a[href='/account/password']")
        assert other.url.startswith(f"{web.url}/sign-in")
