"""A link sets an account up, once: a password, a telephone; and its use is told to the holder."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from survey.accounts import writes
from tests.survey.web.staff import Member, acts, change, new_account, plain

if TYPE_CHECKING:
    from tests.survey.web.collecting import Survey

ON_SQLITE = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


def test_a_link_leads_to_a_password_a_telephone_and_the_account(survey: Survey) -> None:
    new = Member(survey.app, "tran.lan")
    code = new_account(survey.site, survey.app, "tran.lan", "agency", "P0")
    page = new.get(f"/sign-in/link/{code}")
    assert (page.status_code, page.text.count("<button")) == (200, 1)
    assert new.set_up(code).location == "/account"
    page = new.get("/account")
    assert page.status_code == 200
    for words in (
        "tran.lan",
        "cơ quan được đánh giá",
        "Ủy ban nhân dân phường Yên Hòa",
        "Tài khoản đã sẵn sàng",
    ):
        assert words in plain(page)
    assert new.post("/sign-out").location == "/sign-in"
    assert "Đã đăng xuất" in plain(new.get("/sign-in"))
    assert new.sign_in("/privacy?x=1").location == "/privacy?x=1"
    assert acts(survey)[-5:] == [
        ("test", "account added"),
        ("tran.lan", "account link used"),
        ("tran.lan", "account set up"),
        ("tran.lan", "signed out"),
        ("tran.lan", "signed in"),
    ]


def test_the_use_of_a_link_is_told_until_the_holder_knows(survey: Survey, lan: Member) -> None:
    told = "Có người đã dùng liên kết của tài khoản này lúc 09:30 ngày 16/11/2026."
    for path in ("/account", "/account/password", "/account"):
        assert told in plain(lan.get(path))
    assert lan.post("/account/links").location == "/account"
    assert "Có người" not in plain(lan.get("/account"))
    code = change(survey, writes.new_link, "tran.lan")
    thief = Member(survey.app, "tran.lan")
    assert thief.post(f"/sign-in/link/{code}").status_code == 303
    assert "Có người đã dùng liên kết" in plain(lan.get("/account"))


def test_who_comes_after_a_thief_is_told_when_the_link_was_used(survey: Survey, lan: Member) -> None:
    code = change(survey, writes.new_link, "tran.lan")
    thief = Member(survey.app, "tran.lan")
    assert thief.set_up(code, "mật khẩu của kẻ khác").location == "/account"
    page = Member(survey.app, "tran.lan").get(f"/sign-in/link/{code}")
    assert (page.status_code, page.text.count("<button")) == (410, 0)
    assert "Có người đã dùng liên kết" in plain(page)
    assert lan.get("/account").location == "/sign-in?next=%2Faccount"
    page = lan.get("/sign-in")
    assert "Tài khoản đã thiết lập lại lúc" in plain(page)
    assert "báo ngay cho người vận hành" in plain(page)
    assert lan.sign_in().status_code == 422


@ON_SQLITE
@pytest.mark.parametrize("wrong", ["x", "a" * 43, "%00", "password"])
def test_a_forged_link_leads_nowhere(survey: Survey, wrong: str) -> None:
    somebody = Member(survey.app, "tran.lan")
    new_account(survey.site, survey.app, "tran.lan", "operator")
    assert somebody.get(f"/sign-in/link/{wrong}").status_code == 404
    assert somebody.post(f"/sign-in/link/{wrong}").location.startswith("/sign-in/link/")
    assert somebody.get("/sign-in/password").location == "/sign-in"
    assert somebody.post("/sign-in/password", {"new": "x" * 12, "again": "x" * 12}).location == "/sign-in"
    assert somebody.get("/sign-in/telephone").location == "/sign-in"
    assert somebody.post("/sign-in/telephone", {"totp": "123456"}).location == "/sign-in"
    assert [act for _, act in acts(survey)][-1] == "account added"


def test_a_link_that_is_old_or_superseded_or_reused_leads_nowhere(survey: Survey) -> None:
    first = new_account(survey.site, survey.app, "tran.lan", "operator")
    second = change(survey, writes.new_link, "tran.lan")
    somebody = Member(survey.app, "tran.lan")
    assert somebody.get(f"/sign-in/link/{first}").status_code == 404
    survey.clock.now += timedelta(minutes=15)
    assert somebody.get(f"/sign-in/link/{second}").status_code == 404
    somebody.post(f"/sign-in/link/{second}")
    assert somebody.get("/sign-in/password").location == "/sign-in"
    third = change(survey, writes.new_link, "tran.lan")
    assert somebody.post(f"/sign-in/link/{third}").location == "/sign-in/password"
    assert somebody.post(f"/sign-in/link/{third}").location == "/sign-in/password"  # pressed twice
    other = Member(survey.app, "tran.lan")
    assert other.post(f"/sign-in/link/{third}").location == f"/sign-in/link/{third}"
    assert other.get("/sign-in/password").location == "/sign-in"


@ON_SQLITE
def test_a_password_that_is_too_weak_is_refused_in_words(survey: Survey) -> None:
    new = Member(survey.app, "tran.lan")
    new.post(f"/sign-in/link/{new_account(survey.site, survey.app, 'tran.lan', 'operator')}")
    tried = [("short", "short", "ít nhất 12 ký tự"), ("x" * 201, "x" * 201, "nhiều nhất 200 ký tự")]
    tried += [("tran.lan2026", "tran.lan2026", "giống tên"), ("a" * 12, "b" * 12, "không giống nhau")]
    for password, again, words in tried:
        page = new.post("/sign-in/password", {"new": password, "again": again})
        assert page.status_code == 422
        assert words in plain(page)
        assert password not in page.text
        assert "<title>Lỗi: " in page.text.replace("\N{NO-BREAK SPACE}", " ")
        assert new.get("/sign-in/telephone").location == "/sign-in/password"


@ON_SQLITE
def test_the_secret_of_the_telephone_stays_until_its_code_comes(survey: Survey) -> None:
    new = Member(survey.app, "tran.lan")
    new.post(f"/sign-in/link/{new_account(survey.site, survey.app, 'tran.lan', 'operator')}")
    new.post("/sign-in/password", {"new": new.password, "again": new.password})
    pages = [new.get("/sign-in/telephone"), new.post("/sign-in/telephone", {"totp": "000000"})]
    assert [page.status_code for page in pages] == [200, 422]
    assert len({re.findall(r"secret=(\w+)", page.text)[0] for page in pages}) == 1
    assert "Mã chưa đúng" in plain(pages[1])
    assert all(re.search(r"<svg[^>]*viewBox", page.text) for page in pages)
    assert new.enrol().location == "/account"
