"""Every route by every role: what a page of another role answers, and what nobody in particular hears.

A route that is not in the table fails, and so does a line without a route.
"""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest
from flask import Blueprint, request
from sqlalchemy import select

from survey.accounts import attempts
from survey.accounts.models import ROLES
from survey.audit.models import Entry
from survey.stores import Main
from survey.web import access
from survey.web.access import CITIZEN, PUBLIC, STAFF, AccessRule, UndeclaredError
from tests.survey.web.collecting import Reader, collect
from tests.survey.web.staff import Member, member

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask

    from survey.site import Site
    from tests.survey.web.collecting import Survey

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)

NOBODY = "nobody"
SIGN_IN, NOT_YOURS = 303, 403


def everybody(status: int) -> dict[str, int]:
    """The same for all, signed in or not."""
    return dict.fromkeys((NOBODY, *ROLES), status)


def staff(status: int) -> dict[str, int]:
    """For every role; who is not signed in is asked to."""
    return everybody(status) | {NOBODY: SIGN_IN}


def only(*roles: str, status: int) -> dict[str, int]:
    """For these roles; others may not, and who is not signed in is asked to."""
    return everybody(NOT_YOURS) | {NOBODY: SIGN_IN} | dict.fromkeys(roles, status)


# What an empty form of ours, or a plain request, answers: by method and route.
TABLE: dict[str, dict[str, int]] = {
    "GET /": everybody(200),
    "GET /accessibility": everybody(200),
    "GET /display": everybody(200),
    "POST /display": everybody(303),
    "GET /healthz": everybody(200),
    "GET /metrics": everybody(200),  # on this machine
    "GET /privacy": everybody(200),
    "GET /readyz": everybody(200),
    "GET /static/<version>/<path:name>": everybody(404),
    # citizens: nobody is asked who he is, and staff are nobody there
    "GET /s/<wave>": everybody(200),
    "GET /s/<wave>/<place>": everybody(200),
    "POST /s/<wave>/<place>": everybody(303),
    "GET /s/<wave>/<place>/<int:number>": everybody(303),
    "POST /s/<wave>/<place>/<int:number>": everybody(400),
    "GET /s/<wave>/<place>/declined": everybody(200),
    "GET /s/<wave>/<place>/later": everybody(303),
    "GET /s/<wave>/<place>/look": everybody(303),
    "POST /s/<wave>/<place>/look": everybody(400),
    "GET /s/<wave>/<place>/resume": everybody(200),
    "POST /s/<wave>/<place>/resume": everybody(422),
    "GET /s/<wave>/<place>/stop": everybody(303),
    "POST /s/<wave>/<place>/stop": everybody(303),
    "GET /s/<wave>/<place>/thanks": everybody(303),
    "POST /s/<wave>/<place>/thanks": everybody(303),
    "GET /withdraw": everybody(200),
    "POST /withdraw": everybody(303),
    "GET /withdraw/done": everybody(200),
    # kiosks: known by the cookie of a device, which nobody here has
    "GET /k/<place>": everybody(403),
    "POST /k/<place>": everybody(403),
    "GET /k/<place>/<int:number>": everybody(403),
    "POST /k/<place>/<int:number>": everybody(403),
    "GET /k/<place>/about/<code>": everybody(403),
    "POST /k/<place>/display": everybody(403),
    "GET /k/<place>/idle": everybody(403),
    "GET /k/<place>/pair/<code>": everybody(200),
    "POST /k/<place>/pair/<code>": everybody(403),
    "GET /k/<place>/stop": everybody(403),
    "POST /k/<place>/stop": everybody(403),
    "GET /k/<place>/thanks": everybody(403),
    # signing in
    "GET /sign-in": everybody(303) | {NOBODY: 200},
    "POST /sign-in": everybody(422),
    "POST /sign-out": everybody(303),
    "GET /sign-in/link/<code>": everybody(404),
    "POST /sign-in/link/<code>": everybody(303),
    "GET /sign-in/password": everybody(303),
    "POST /sign-in/password": everybody(303),
    "GET /sign-in/telephone": everybody(303),
    "POST /sign-in/telephone": everybody(303),
    # accounts
    "GET /account": staff(200),
    "POST /account/elsewhere": staff(303),
    "POST /account/links": staff(303),
    "GET /account/password": staff(200),
    "POST /account/password": staff(422),
}


@pytest.fixture
def survey(site: Site) -> Iterator[Survey]:
    """A survey whose addresses may ask as often as the table is long."""
    opened = collect(site, limited=False)
    yield opened
    opened.app.extensions["longdan"].stores.close()


def routes(app: Flask) -> Iterator[tuple[str, str, str]]:
    """Method, route and name in the table of everything that the application answers."""
    for rule in app.url_map.iter_rules():
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            yield method, rule.rule, f"{method} {rule.rule}"


def address(survey: Survey, route: str) -> str:
    """An address of a route: of what is there, else of something that is not."""
    there = {"wave": survey.wave, "place": survey.places[0].id, "number": "1"}
    return re.sub(r"<(?:\w+:)?(\w+)>", lambda part: there.get(part[1], "x" * 16), route)


def somebody(survey: Survey, role: str) -> Member:
    """Who has a role, signed in; or nobody."""
    if role == NOBODY:
        return Member(survey.app, NOBODY)
    return member(survey.site, survey.app, f"lan.{role}", role, "P0" if role == "agency" else None)


def test_every_route_is_in_the_table_and_the_table_holds_nothing_else(survey: Survey) -> None:
    assert {name for _, _, name in routes(survey.app)} == set(TABLE)
    assert all(set(expected) == {NOBODY, *ROLES} for expected in TABLE.values())


@pytest.mark.parametrize("role", [NOBODY, *ROLES])
def test_a_role_gets_what_is_for_it_and_nothing_else(survey: Survey, role: str) -> None:
    who = somebody(survey, role)
    found = {}
    for method, route, name in routes(survey.app):
        if role != NOBODY and who.get("/account").status_code != 200:
            who.new_browser()
            assert who.sign_in().location == "/account", name
        path = address(survey, route)
        answer = who.get(path) if method == "GET" else who.post(path)
        found[name] = answer.status_code
        if role == NOBODY and route.startswith("/account"):
            where = f"/sign-in?next={quote(path, safe='')}" if method == "GET" else "/sign-in"
            assert answer.location == where
    assert found == {name: expected[role] for name, expected in TABLE.items()}


@pytest.mark.parametrize("role", [NOBODY, *ROLES])
def test_looking_at_every_page_twice_changes_nothing(survey: Survey, role: str) -> None:
    who = somebody(survey, role)
    survey.clock.now += timedelta(minutes=10)
    before = contents(survey)
    for _ in range(2):
        survey.clock.now += timedelta(minutes=1)
        for method, route, _ in routes(survey.app):
            if method == "GET":
                assert who.get(address(survey, route)).status_code < 500
    assert contents(survey) == before


@pytest.mark.parametrize("token", [{}, {"csrf_token": ""}, {"csrf_token": "x"}, {"csrf_token": "IjAwIg.a.b"}])
@pytest.mark.parametrize("role", ROLES)
def test_no_form_of_a_role_is_taken_without_its_token(
    survey: Survey, role: str, token: dict[str, str]
) -> None:
    who = somebody(survey, role)
    before = contents(survey)
    for method, route, name in routes(survey.app):
        if method == "POST" and not route.startswith(("/s/", "/k/")):
            answer = who.post_as_is(address(survey, route), {"totp": "000000", "act": "x"} | token)
            assert answer.status_code in {400, NOT_YOURS}, name
    assert contents(survey) == before


def contents(survey: Survey) -> dict[str, list[Any]]:
    """Every row of the main store; the other store has no tables yet."""
    with survey.site.stores.main.reading() as connection:
        return {name: connection.execute(select(table)).all() for name, table in Main.metadata.tables.items()}


def plant(app: Flask, route: str, name: str, **options: Any) -> None:
    """Give the application one page more, which says who asks and what was sent."""
    pages = Blueprint(name, __name__)
    pages.add_url_rule(route, "say", **options)

    @pages.endpoint(f"{name}.say")
    def say(**parts: str) -> str:
        holder = access.current()
        return f"{holder.name} {holder.role} {holder.agency} {parts} {sorted(request.form.items(multi=True))}"

    app.register_blueprint(pages)


def test_a_page_of_roles_is_one_line(survey: Survey) -> None:
    roles = {"department", "agency"}
    plant(survey.app, "/planted", "planted", methods=["GET"], who=roles, menu="Planted")
    assert {name for _, _, name in routes(survey.app)} - set(TABLE) == {"GET /planted"}
    expected = only(*roles, status=200)
    for role in (NOBODY, *ROLES):
        who = somebody(survey, role)
        answer = who.get("/planted")
        assert answer.status_code == expected[role]
        assert ("lan." in answer.text) == (role in roles)
        assert ('<a href="/planted">Planted</a>' in who.get("/account").text) == (role in roles)
        if role == "agency":
            assert answer.text.startswith("lan.agency agency P0 ")


def test_an_act_that_asks_for_a_fresh_code_gets_its_form_as_it_was_sent(survey: Survey) -> None:
    route = "/planted/<wave>"
    plant(survey.app, route, "acts", methods=["POST"], who={"department"}, fresh_totp=True)
    plant(survey.app, route, "shows", methods=["GET"], who={"department"})
    lan, other = somebody(survey, "department"), somebody(survey, "researcher")
    form = {"a": ["1", "2"], "name": "<b>"}
    sent = "[('a', '1'), ('a', '2'), ('csrf_token', "
    assert sent in lan.post("/planted/q4", form).text  # signed in just now
    survey.clock.now += timedelta(minutes=5)
    assert other.post("/planted/q4", form).status_code == NOT_YOURS
    asked = lan.post("/planted/q4", form)
    assert asked.status_code == 403
    assert '<a href="/planted/q4">' in asked.text
    again = Reader(asked.text).filled()
    assert (again["a"], again["name"]) == (["1", "2"], ["<b>"])
    assert lan.post_as_is("/planted/q4", again | {"totp": ["000000"]}).status_code == 422
    done = lan.post_as_is("/planted/q4", again | {"totp": [lan.code()]})
    assert done.status_code == 200
    assert sent in done.text
    assert "('name', '<b>')" in done.text
    survey.clock.now += timedelta(minutes=4)
    assert sent in lan.post("/planted/q4", form).text
    survey.clock.now += timedelta(minutes=5)
    wrong = [lan.post("/planted/q4", {"totp": "000000"}).status_code for _ in range(attempts.MOST + 1)]
    assert wrong == [422] * attempts.MOST + [429]
    assert lan.post("/planted/q4", {"totp": lan.code()}).status_code == 429
    assert lan.get("/planted/q4").status_code == 200
    with survey.site.stores.main.reading() as connection:
        acts = [row.act for row in connection.execute(select(Entry)) if row.actor == lan.name]
    assert acts.count("code entered") == 1


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"who": "everybody"},
        {"who": set()},
        {"who": {"departement"}},
        {"who": {"department", "citizen"}},
        {"who": PUBLIC, "menu": "Menu"},
        {"who": CITIZEN, "fresh_totp": True},
    ],
)
def test_a_route_that_does_not_say_who_may_open_it_is_refused(survey: Survey, said: dict[str, Any]) -> None:
    with pytest.raises(UndeclaredError, match=r"^/planted: "):
        plant(survey.app, "/planted", "planted", methods=["GET"], **said)
    assert {name for _, _, name in routes(survey.app)} == set(TABLE)


def test_a_page_with_many_addresses_is_on_no_menu(survey: Survey) -> None:
    with pytest.raises(UndeclaredError, match="one address"):
        plant(survey.app, "/planted/<x>", "planted", methods=["GET"], who=STAFF, menu="Planted")


def test_a_copy_of_a_rule_says_the_same(survey: Survey) -> None:
    for rule in survey.app.url_map.iter_rules():
        assert isinstance(rule, AccessRule)
        copy = rule.empty()
        assert (copy.who, copy.menu, copy.fresh_totp) == (rule.who, rule.menu, rule.fresh_totp)


def test_a_page_for_everybody_knows_nobody(survey: Survey) -> None:
    plant(survey.app, "/planted", "planted", methods=["GET"], who=PUBLIC)
    lan = somebody(survey, "department")
    assert lan.get("/planted").status_code == 500  # a view that asks who is there, on a page for everybody
