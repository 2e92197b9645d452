"""Signing in and out: the same answer whatever is wrong, and sessions that end and leave nothing behind."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from survey import keys
from survey.accounts import attempts, passwords, writes
from survey.accounts.models import AccountSession
from survey.app import create_app
from survey.config import Home
from survey.refusal import Refusal
from survey.web import limits
from survey.web.site import EXTENSION
from tests.survey.web.collecting import Clock, Person
from tests.survey.web.staff import Member, acts, change, member, new_account, plain, token_in

if TYPE_CHECKING:
    from collections.abc import Iterator

    from survey.site import Site
    from tests.survey.web.collecting import Survey

HTTPS = "https://y-kien.example.vn"
ON_SQLITE = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


WRONG = {
    "another name": {"name": "tran.lam"},
    "no name": {"name": ""},
    "a strange name": {"name": "</script>=1+1\0"},
    "another password": {"password": "bốn mùa nước xuống"},
    "no password": {"password": ""},
    "another code": {"totp": "000000"},
    "no code": {"totp": ""},
}


@ON_SQLITE
def test_whatever_is_wrong_the_answer_is_the_same(lan: Member) -> None:
    answers = set()
    for number, wrong in enumerate(WRONG.values()):
        lan.new_browser()
        lan.client.environ_base["REMOTE_ADDR"] = f"203.0.113.{number}"
        page = lan.sign_in(**wrong)
        typed = re.escape(wrong.get("name", "tran.lan").replace("\0", "\ufffd"))
        text = re.sub(r'name="csrf_token" value="[^"]+"|id="name" name="name" value="[^"]*"', "", page.text)
        answers.add((page.status_code, len(page.data), text.rstrip()))  # filled up to one length
        assert re.search(typed, page.text) is None or "<" not in typed
        assert lan.cookie() == ""
        lan.new_browser()
        assert lan.sign_in().location == "/account"
    assert len(answers) == 1
    assert answers.pop()[0] == 422


def test_the_sixth_try_is_refused_for_known_and_unknown_names_alike(survey: Survey, lan: Member) -> None:
    pages = {}
    for name in ("tran.lan", "nobody"):
        lan.new_browser()
        tried = [lan.sign_in(name=name, password="x") for _ in range(attempts.MOST + 1)]  # noqa: S106 - wrong
        assert [page.status_code for page in tried] == [422] * attempts.MOST + [429]
        pages[name] = tried[-1]
        assert 60 < int(tried[-1].headers["Retry-After"]) <= attempts.WINDOW.total_seconds()
        assert re.search(r"Thử lại sau \d\d:\d\d\.", plain(tried[-1]))
    assert lan.sign_in().status_code == 429  # the right one too
    survey.clock.now += attempts.WINDOW
    assert lan.sign_in().location == "/account"


@ON_SQLITE
def test_an_address_has_so_many_tries_whatever_names_it_tries(
    lan: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "GUESSES", 6)
    lan.new_browser()
    statuses = [lan.sign_in(name=f"somebody{number}").status_code for number in range(7)]
    assert statuses[-1] == 429
    assert 422 in statuses
    lan.client.environ_base["REMOTE_ADDR"] = "203.0.113.9"
    assert lan.sign_in().location == "/account"
    counted = vars(lan.app.extensions["longdan-attempts"])
    assert "sign-in" in str(counted)
    assert "203.0.113.9" not in str(counted)
    assert "127.0.0.1" not in str(counted)


@ON_SQLITE
@pytest.mark.parametrize(
    ("given", "lands"),
    [
        ("/privacy?a=b&c=đ", "/privacy?a=b&c=%C4%91"),
        ("//evil.example", "/account"),
        ("https://evil.example/account", "/account"),
        ("/\\evil.example", "/account"),
        ("\\\\evil.example", "/account"),
        ("/\t/evil.example", "/account"),
        ("/\r\nSet-Cookie: x=y", "/account"),
        ("javascript:alert(1)", "/account"),
        ("http://[", "/account"),
        ("evil.example", "/account"),
        ("", "/account"),
    ],
)
def test_signing_in_leads_to_a_page_of_this_site_only(lan: Member, given: str, lands: str) -> None:
    assert lan.get("/sign-in", query_string={"next": given}).location == lands  # signed in already
    lan.new_browser()
    page = lan.get("/sign-in", query_string={"next": given})
    assert "evil" not in page.text
    assert lan.sign_in(given).location == lands


@ON_SQLITE
def test_a_session_has_a_cookie_of_its_own_that_nobody_gave(survey: Survey, lan: Member) -> None:
    lan.post("/sign-out")
    lan.client.set_cookie("account", "a" * 43, domain="127.0.0.1")
    forms = lan.client.get_cookie("session", domain="127.0.0.1")
    old_form = token_in(lan.get("/sign-in"))
    assert lan.sign_in().location == "/account"
    first = lan.cookie()
    assert "a" * 43 not in first
    assert lan.client.get_cookie("session", domain="127.0.0.1") != forms
    assert lan.post_as_is("/account/links", {"csrf_token": old_form}).status_code == 400
    lan.new_browser()
    assert lan.sign_in().location == "/account"
    assert lan.cookie() != first
    with survey.site.stores.main.reading() as connection:
        hashes = connection.execute(select(AccountSession.cookie_hash)).scalars().all()
    assert len(set(hashes)) == len(hashes)


@ON_SQLITE
def test_half_an_hour_without_a_page_ends_a_session(survey: Survey, lan: Member) -> None:
    for _ in range(3):
        survey.clock.now += timedelta(minutes=29)
        assert lan.get("/account").status_code == 200
    survey.clock.now += timedelta(minutes=30)
    assert lan.get("/account").location == "/sign-in?next=%2Faccount"
    assert "Không có thao tác nào trong 30 phút" in plain(lan.get("/sign-in"))
    assert lan.post("/account/links").location == "/sign-in"


@ON_SQLITE
def test_twelve_hours_end_a_session_whatever_is_done(survey: Survey, lan: Member) -> None:
    for _ in range(35):
        survey.clock.now += timedelta(minutes=20)
        assert lan.get("/account").status_code == 200
    survey.clock.now += timedelta(minutes=20)
    assert lan.get("/account").status_code == 303
    assert "nhiều nhất 12 giờ" in plain(lan.get("/sign-in"))


@ON_SQLITE
@pytest.mark.parametrize("part", [0, 1, 2])
def test_a_changed_cookie_is_none(lan: Member, part: int) -> None:
    kept = lan.cookie().split(".")
    kept[part] = {0: "a" * 43, 1: str(int(kept[1]) + 10), 2: "0" * 64}[part]
    lan.client.set_cookie("account", ".".join(kept), domain="127.0.0.1")
    assert lan.get("/account").status_code == 303


def test_another_role_or_a_disabled_account_ends_the_session_at_once(survey: Survey, lan: Member) -> None:
    change(survey, writes.change_role, "tran.lan", "agency", "P0")
    assert lan.get("/account").status_code == 303
    assert "Vai trò của tài khoản đã đổi" in plain(lan.get("/sign-in"))
    assert lan.sign_in().location == "/account"
    assert "phường Yên Hòa" in plain(lan.get("/account"))
    change(survey, writes.disable, "tran.lan")
    assert lan.post("/account/links").location == "/sign-in"
    assert "khóa tài khoản này" in plain(lan.get("/sign-in"))
    assert lan.sign_in().status_code == 422


def test_signing_out_ends_the_session_and_leaves_nothing_in_the_browser(survey: Survey, lan: Member) -> None:
    page, stolen = lan.get("/account"), lan.cookie()
    assert page.headers["Cache-Control"] == "no-store"
    assert lan.client.get("/sign-out").status_code == 405
    assert lan.post("/sign-out").location == "/sign-in"
    assert lan.cookie() == ""
    assert lan.post("/sign-out").location == "/sign-in"  # once more does nothing
    lan.client.set_cookie("account", stolen, domain="127.0.0.1")
    assert lan.get("/account").status_code == 303
    assert [act for _, act in acts(survey)].count("signed out") == 1


def test_a_new_password_signs_other_browsers_out_and_renews_this_one(survey: Survey, lan: Member) -> None:
    other = Member(survey.app, "tran.lan", secret=lan.secret)
    assert other.sign_in().location == "/account"
    before, new = lan.cookie(), "một mùa nước xuống"
    page = lan.post("/account/password", {"password": "x", "new": new, "again": new})
    assert page.status_code == 422
    assert "Mật khẩu hiện tại chưa đúng" in plain(page)
    page = lan.post("/account/password", {"password": lan.password, "new": "short", "again": "short"})
    assert page.status_code == 422
    done = lan.post("/account/password", {"password": lan.password, "new": new, "again": new})
    assert done.location == "/account"
    assert lan.cookie() != before
    assert "Từ nay dùng mật khẩu mới" in plain(lan.get("/account"))
    assert other.get("/account").status_code == 303
    assert "Mật khẩu đã đổi lúc" in plain(other.get("/sign-in"))
    assert other.sign_in().status_code == 422
    other.password = new
    assert other.sign_in().location == "/account"


@ON_SQLITE
def test_the_present_password_can_be_guessed_five_times(lan: Member) -> None:
    form = {"password": "x", "new": "y" * 12, "again": "y" * 12}
    statuses = [lan.post("/account/password", form).status_code for _ in range(attempts.MOST + 1)]
    assert statuses == [422] * attempts.MOST + [429]


def test_every_other_browser_can_be_signed_out(survey: Survey, lan: Member) -> None:
    other = Member(survey.app, "tran.lan", secret=lan.secret)
    other.sign_in()
    page = plain(lan.get("/account"))
    assert page.count("Từ 09:3") == 2
    assert lan.post("/account/elsewhere").location == "/account"
    assert lan.get("/account").status_code == 200
    assert other.get("/account").status_code == 303
    assert "Đã đăng xuất từ một trình duyệt khác" in plain(other.get("/sign-in"))


@pytest.fixture
def secure(survey: Survey) -> Iterator[Member]:
    """An operator of a site that people reach over https."""
    site = survey.site
    settings = site.home.settings.model_copy(update={"site_url": HTTPS})
    app = create_app(Home(site.home.path, settings), clock=Clock())
    yield Member(app, "tran.lan", base=HTTPS)
    app.extensions[EXTENSION].stores.close()


@ON_SQLITE
def test_cookies_on_https_are_bound_to_the_host(site: Site, secure: Member) -> None:
    code = new_account(site, secure.app, "tran.lan", "operator")
    begun = secure.post(f"/sign-in/link/{code}")
    secure.post("/sign-in/password", {"new": secure.password, "again": secure.password})
    done = secure.enrol()
    assert done.location == "/account"
    kept = begun.headers.getlist("Set-Cookie") + done.headers.getlist("Set-Cookie")
    names = {cookie.split("=")[0] for cookie in kept}
    assert names == {"__Host-setup", "__Host-account", "__Host-session"}
    for cookie in kept:
        for part in ("Secure", "HttpOnly", "SameSite=Lax", "Path=/"):
            assert f"; {part}" in cookie, cookie
        assert "Domain" not in cookie
    assert secure.get("/account").status_code == 200


@ON_SQLITE
def test_too_many_at_once_are_asked_to_wait(lan: Member, monkeypatch: pytest.MonkeyPatch) -> None:
    def busy(*_: object) -> bool:
        raise passwords.BusyError

    monkeypatch.setattr(passwords, "is_right", busy)
    lan.new_browser()
    page = lan.sign_in()
    assert page.status_code == 503
    assert "chờ vài phút" in plain(page)


@ON_SQLITE
def test_citizens_are_asked_for_no_account(survey: Survey) -> None:
    person = Person(survey)
    assert person.finish().status_code == 200
    assert "account" not in "".join(str(cookie) for cookie in person.client._cookies)  # noqa: SLF001 - its only list


@ON_SQLITE
def test_an_agency_with_a_hostile_name_is_shown_as_it_is_written(survey: Survey) -> None:
    an = member(survey.site, survey.app, "an", "agency", "</script>=1+1")
    assert "&lt;/script&gt;=1+1" in an.get("/account").text


@ON_SQLITE
@pytest.mark.parametrize("purpose", keys.PURPOSES)
def test_nothing_is_served_while_a_key_is_missing(site: Site, purpose: str) -> None:
    (site.home.keys / purpose).unlink()
    with pytest.raises(Refusal, match=f"longdan keys rotate {purpose}"):
        create_app(site.home)
