"""A withdrawal takes away what waits at once, what has settled at the next settling, till closing."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from sqlalchemy import func, select, update

from survey.answers import codes, receipts
from survey.answers.anchor import Anchor, anchor_faults
from survey.answers.models import Answer, Inbox, Response, Withdrawal, WithdrawalRequest
from survey.answers.sending import send
from survey.answers.settling import settle
from survey.frozen.closing import close
from survey.waves.models import Wave
from tests.survey.answers.collecting import NOW, collecting, count, token

if TYPE_CHECKING:
    from survey.site import Site

ANCHOR = Anchor(NOW, "command")


def people(site: Site, number: int, *, settled: bool) -> list[str]:
    """So many people answer at the first place; their receipts."""
    home, stores = site
    asked = collecting(stores.main, wave=f"wave-{count(stores.main, Wave)}")
    tokens = [token() for _ in range(number)]
    for one in tokens:
        send(stores.main, home, one, asked.response(wants_receipt=True), NOW)
    if settled:
        settle(stores.main, home, anchor=ANCHOR)
    return [receipts.code(one) for one in tokens]


def withdraw(site: Site, code: str) -> None:
    receipts.withdraw(site.stores.main, code, pause=lambda _: None)


def test_what_has_settled_goes_at_the_next_settling(site: Site) -> None:
    home, stores = site
    codes_of = people(site, 25, settled=True)
    for code in codes_of[:3]:
        withdraw(site, code)
    assert (count(stores.main, Response), count(stores.main, WithdrawalRequest)) == (25, 3)
    settle(stores.main, home, anchor=ANCHOR)
    assert (count(stores.main, Response), count(stores.main, WithdrawalRequest)) == (22, 0)
    with stores.main.reading() as connection:
        assert connection.scalar(select(func.count(Answer.response.distinct()))) == 22
        assert connection.scalar(select(Withdrawal.n)) == 3
        assert anchor_faults(connection) == []


def test_every_code_leaves_the_same_rows(site: Site) -> None:
    people(site, 20, settled=True)
    waiting = people(site, 1, settled=False)
    for number, code in enumerate((*waiting, codes.show(secrets.token_bytes(10)), "no code at all", ""), 1):
        withdraw(site, code)
        assert count(site.stores.main, WithdrawalRequest) == number
    assert (count(site.stores.main, Inbox), count(site.stores.main, Response)) == (0, 20)
    settle(site.stores.main, site.home, anchor=ANCHOR)
    assert (count(site.stores.main, WithdrawalRequest), count(site.stores.main, Response)) == (0, 20)


def test_closing_grants_what_was_handed_in_before(site: Site) -> None:
    home, stores = site
    codes_of = people(site, 24, settled=True)
    withdraw(site, codes_of[0])
    closed = close(stores, home, "wave-0", NOW, actor="command")
    assert closed.responses == 23
    assert (closed.frozen / "withdrawals.csv").read_text(encoding="utf-8") == "place,n\np0000,1\n"
    assert count(stores.main, WithdrawalRequest) == 0


def test_a_request_after_closing_comes_too_late(site: Site) -> None:
    home, stores = site
    codes_of = people(site, 24, settled=True)
    with stores.main.writing() as connection:
        connection.execute(update(Wave).values(closed=NOW))
    withdraw(site, codes_of[0])
    settle(stores.main, home, anchor=ANCHOR)
    assert (count(stores.main, WithdrawalRequest), count(stores.main, Response)) == (0, 24)
    withdraw(site, codes_of[1])
    assert close(stores, home, "wave-0", NOW, actor="command").responses == 24


def test_closing_one_wave_leaves_the_requests_of_another(site: Site) -> None:
    home, stores = site
    people(site, 20, settled=True)
    other = people(site, 20, settled=True)
    withdraw(site, other[0])
    close(stores, home, "wave-0", NOW, actor="command")
    assert count(stores.main, WithdrawalRequest) == 1
    settle(stores.main, home, anchor=ANCHOR)
    assert count(stores.main, Response) == 19
