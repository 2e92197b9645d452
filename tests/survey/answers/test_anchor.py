"""Chain and settled responses agree after every act of the program, and after no other."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner
from sqlalchemy import delete, insert, select, text, update

from survey.answers import receipts
from survey.answers.anchor import ACT, Anchor, anchor_faults
from survey.answers.models import Answer, Comment, Response
from survey.answers.sending import send
from survey.answers.settling import settle
from survey.audit.models import Entry
from survey.cli.main import longdan
from tests.survey.answers.collecting import NOW, collecting, token

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Connection

    from survey.site import Site

ANCHOR = Anchor(NOW, "command")


@pytest.fixture
def settled(site: Site) -> Site:
    """A site with two settled batches of one wave, comments among them."""
    home, stores = site
    asked = collecting(stores.main, instrument="service_responsibility")
    asked.rng.seed(11)
    for place in asked.places:
        for _ in range(20):
            send(stores.main, home, token(), asked.response(place=place), NOW)
        settle(stores.main, home, anchor=ANCHOR)
    with stores.main.reading() as connection:
        assert anchor_faults(connection) == []
    return site


def drop_a_response(connection: Connection) -> None:
    name = connection.scalar(select(Response.id).limit(1))
    connection.execute(delete(Response).where(Response.id == name))


def add_a_response(connection: Connection) -> None:
    row = dict(connection.execute(select(Response.__table__).limit(1)).mappings().one())
    connection.execute(insert(Response).values(row | {"id": "0" * 32, "receipt_hash": None}))


def change_an_answer(connection: Connection) -> None:
    name = connection.scalar(select(Response.id).limit(1))
    changed = update(Answer).where(Answer.response == name, Answer.variable == "signs")
    connection.execute(changed.values(code=None, number=5.5, missing=None))


def exchange_two_responses(connection: Connection) -> None:
    """Two responses at two places exchange their places; their count stays."""
    one, other = (
        connection.execute(select(Response.id, Response.place).where(Response.place == place).limit(1)).one()
        for place in connection.scalars(select(Response.place).distinct()).all()
    )
    for row, place in ((one, other.place), (other, one.place)):
        connection.execute(update(Response).where(Response.id == row.id).values(place=place))


def exchange_two_answers(connection: Connection) -> None:
    """The same answers, given by others."""
    said = select(Answer.response, Answer.code).where(Answer.variable == "procedure_group")
    rows = connection.execute(said.where(Answer.code.is_not(None))).all()
    first, second = rows[0], next(row for row in rows if row.code != rows[0].code)
    for row, code in ((first, second.code), (second, first.code)):
        mine = update(Answer).where(Answer.response == row.response, Answer.variable == "procedure_group")
        connection.execute(mine.values(code=code))


def change_a_comment(connection: Connection) -> None:
    connection.execute(update(Comment).values(text=Comment.text + "!"))


TAMPERED = (
    drop_a_response,
    add_a_response,
    change_an_answer,
    exchange_two_responses,
    exchange_two_answers,
    change_a_comment,
)


@pytest.mark.parametrize("tamper", TAMPERED, ids=lambda act: act.__name__)
def test_what_is_done_behind_the_program_is_named(
    settled: Site, tamper: Callable[[Connection], None]
) -> None:
    with settled.stores.main.writing() as connection:
        tamper(connection)
    with settled.stores.main.reading() as connection:
        (fault,) = anchor_faults(connection)
    assert (fault.code, fault.where) == ("SETTLED_CHANGED", "wave 2026-q1")
    done = CliRunner().invoke(longdan, ["verify", "--home", str(settled.home.path)])
    assert done.exit_code == 1
    assert done.stderr.startswith("wave 2026-q1: SETTLED_CHANGED")


def test_responses_that_nobody_settled_are_named(site: Site) -> None:
    """A wave without an anchor has no settled responses."""
    asked = collecting(site.stores.main)
    for _ in range(20):
        send(site.stores.main, site.home, token(), asked.response(), NOW)
    settle(site.stores.main, site.home)
    with site.stores.main.reading() as connection:
        assert [fault.code for fault in anchor_faults(connection)] == ["SETTLED_CHANGED"]


def test_withdrawals_and_settlings_in_any_order_come_out_alike(site: Site) -> None:
    home, stores = site
    asked = collecting(stores.main, places=3)
    chance = random.Random(5)  # noqa: S311 - the same order every time
    tokens: list[bytes] = []
    for _ in range(6):
        for _ in range(30):
            tokens.append(token())
            place = chance.choice(asked.places)
            send(stores.main, home, tokens[-1], asked.response(place=place, wants_receipt=True), NOW)
        for one in chance.sample(tokens, 4):
            receipts.withdraw(stores.main, receipts.code(one), pause=lambda _: None)
        settle(stores.main, home, anchor=ANCHOR)
        with stores.main.reading() as connection:
            assert anchor_faults(connection) == []
    with stores.main.reading() as connection:
        entries = connection.scalars(select(Entry.act).where(Entry.subject == asked.wave)).all()
    assert entries.count(ACT) > 6


def test_a_chain_that_was_cut_off_before_the_last_settling_is_named(settled: Site) -> None:
    with settled.stores.main.writing() as connection:
        at = "" if settled.stores.main.is_sqlite else " ON audit_entry"
        connection.execute(text(f"DROP TRIGGER keep_audit_entry{'_delete' if not at else ''}{at}"))
        last = connection.scalar(select(Entry.number).order_by(Entry.number.desc()).limit(1))
        connection.execute(delete(Entry).where(Entry.number == last))
        assert [fault.code for fault in anchor_faults(connection)] == ["SETTLED_CHANGED"]
