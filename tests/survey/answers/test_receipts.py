"""A receipt withdraws; nobody learns from the answer whether a code was a true one."""

from __future__ import annotations

import secrets
import time
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey.answers import codes, receipts
from survey.answers.models import Inbox
from survey.answers.sending import send
from tests.survey.answers.collecting import NOW, collecting, count, token

if TYPE_CHECKING:
    from survey.site import Site


@given(st.binary(min_size=10, max_size=10))
def test_a_code_is_read_back_however_it_is_typed(secret: bytes) -> None:
    shown = codes.show(secret)
    assert codes.read(shown) == secret
    assert codes.read(f"  {shown.lower().replace('-', ' ')} ") == secret
    assert codes.read(shown.replace("0", "O").replace("1", "l")) == secret
    assert [len(group) for group in shown.split("-")] == [4, 4, 4, 4]
    assert not set(shown) & set("ILOU")


@pytest.mark.parametrize(
    "typed", ["", "0000", "U" * 16, "7ZKM-0XQ4-HB3D-91T", "7ZKM-0XQ4-HB3D-91TCC", "ế" * 16]
)
def test_what_is_no_code_is_none(typed: str) -> None:
    assert codes.read(typed) is None


def test_a_receipt_is_that_of_its_token_and_of_no_other() -> None:
    mine = token()
    assert receipts.code(mine) == receipts.code(mine) != receipts.code(token())
    waiting, settled = receipts.hashes(mine)
    assert waiting != settled


def test_a_thousand_false_codes_look_like_ten_true_ones(site: Site) -> None:
    home, stores = site
    asked = collecting(stores.main)
    tokens = [token() for _ in range(12)]
    for one in tokens:
        send(stores.main, home, one, asked.response(wants_receipt=True), NOW)
    typed = [receipts.code(one) for one in tokens[:10]]
    typed += [codes.show(secrets.token_bytes(10)) for _ in range(990)] + [
        "",
        "no code",
        "\0",
        "0" * 10_000,
    ] * 3
    pauses: list[float] = []
    answers = {repr(receipts.withdraw(stores.main, code, pause=pauses.append)) for code in typed}
    assert answers == {"None"}
    assert count(stores.main, Inbox) == 2
    # each had time left, so that all of them together take the same
    assert len(pauses) == len(typed)
    assert sorted(pauses)[len(pauses) // 20] > 0


def test_true_and_false_codes_take_the_same_time(site: Site) -> None:
    home, stores = site
    mine = token()
    send(stores.main, home, mine, collecting(stores.main).response(wants_receipt=True), NOW)
    took = []
    for code in (receipts.code(mine), receipts.code(token()), "no code"):
        began = time.monotonic()
        receipts.withdraw(stores.main, code)
        took.append(time.monotonic() - began)
    assert min(took) >= receipts.WITHDRAWAL_SECONDS - 0.001  # the resolution of the clock
