"""Signing in: each code once, five tries, and no word about which names there are."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pyotp
import pytest
from sqlalchemy import func, select

from survey import keys
from survey.accounts import attempts, passwords, reads, setting_up, signing_in, writes
from survey.accounts.models import Account, AccountSession, AccountSetup, SignInAttempt
from survey.accounts.signing_in import Claim, Outcome

if TYPE_CHECKING:
    from collections.abc import Callable

    from survey.site import Site
    from survey.stores import Store

NOW = datetime(2026, 11, 16, 2, 30, tzinfo=UTC)
STEP = timedelta(seconds=30)
PHRASE = "bốn mùa nước lên"
WHO = b"w" * 32


@dataclass
class Account0:
    """An account that was set up, and its telephone."""

    store: Store
    key: bytes
    secret: str
    token: str

    def claim(self, when: datetime, name: str = "tran.lan", typed: str = PHRASE) -> Claim:
        return Claim(name, WHO, typed, pyotp.TOTP(self.secret).at(when))

    def sign_in(self, when: datetime, claim: Claim | None = None) -> Outcome:
        return signing_in.sign_in(self.store, self.key, claim or self.claim(when), when)


@pytest.fixture
def account(site: Site) -> Account0:
    """The account of tran.lan, set up by its link."""
    key, store = keys.read(site.home, "totp"), site.stores.main
    with store.writing() as connection:
        code = writes.add(connection, "tran.lan", "department", None, now=NOW, actor="test")
        begun = setting_up.begin(connection, key, code, NOW)
        assert begun is not None
        setting_up.choose_password(connection, begun, passwords.hashed(PHRASE))
        setup = setting_up.begun(connection, key, begun, NOW)
        assert setup is not None
        right = pyotp.TOTP(setup.secret).at(NOW)
        token = setting_up.finish(connection, key, begun, right, who=WHO, now=NOW)
    assert token is not None
    return Account0(store, key, setup.secret, token)


def test_setting_up_takes_effect_with_the_code_alone(site: Site) -> None:
    key, store = keys.read(site.home, "totp"), site.stores.main
    with store.writing() as connection:
        code = writes.add(connection, "tran.lan", "department", None, now=NOW, actor="test")
        begun = setting_up.begin(connection, key, code, NOW)
        assert begun is not None
        assert setting_up.begin(connection, key, code, NOW) is None
        setup = setting_up.begun(connection, key, begun, NOW)
        assert setup is not None
        right = pyotp.TOTP(setup.secret).at(NOW)
        assert setting_up.finish(connection, key, begun, right, who=WHO, now=NOW) is None  # no password yet
        setting_up.choose_password(connection, begun, passwords.hashed(PHRASE))
        assert setting_up.finish(connection, key, begun, "000000", who=WHO, now=NOW) is None
        kept = connection.execute(select(Account)).one()
        assert (kept.password, kept.totp_secret) == (None, None)
        late = NOW + setting_up.LASTS
        assert setting_up.begun(connection, key, begun, late) is None
        assert setting_up.finish(connection, key, begun, right, who=WHO, now=NOW) is not None
        assert setting_up.begun(connection, key, begun, NOW) is None


def test_name_password_and_code_sign_in(account: Account0) -> None:
    done = account.sign_in(NOW + STEP)
    assert done.token is not None
    with account.store.reading() as connection:
        holder = reads.holder(connection, done.token, NOW + STEP)
        kept = connection.execute(select(AccountSession.cookie_hash)).scalars().all()
    assert holder is not None
    assert (holder.name, holder.role, holder.agency, holder.proved) == (
        "tran.lan",
        "department",
        None,
        NOW + STEP,
    )
    assert done.token != account.token
    assert all(done.token.encode() not in one for one in kept)


WRONG: dict[str, Callable[[Account0, datetime], Claim]] = {
    "another name": lambda one, when: one.claim(when, name="tran.lam"),
    "no name": lambda one, when: one.claim(when, name=""),
    "another password": lambda one, when: one.claim(when, typed=PHRASE + "x"),
    "no password": lambda one, when: one.claim(when, typed=""),
    "no code": lambda one, when: replace(one.claim(when), code=""),
    "the code of tomorrow": lambda one, when: one.claim(when + timedelta(days=1)),
}


@pytest.mark.parametrize("wrong", WRONG.values(), ids=WRONG.keys())
def test_one_wrong_part_is_enough(account: Account0, wrong: Callable[[Account0, datetime], Claim]) -> None:
    when = NOW + STEP
    assert account.sign_in(when, wrong(account, when)) == Outcome()
    assert account.sign_in(when).token is not None


def test_a_code_works_once(account: Account0) -> None:
    assert account.sign_in(NOW) == Outcome()  # it finished the set-up
    when = NOW + STEP
    assert account.sign_in(when).token is not None
    assert account.sign_in(when) == Outcome()
    assert account.sign_in(when + STEP, account.claim(when)) == Outcome()
    assert account.sign_in(when + STEP).token is not None
    assert account.sign_in(when + STEP, account.claim(when)) == Outcome()  # an older one, never used


def test_of_many_at_once_with_one_code_one_gets_in(account: Account0) -> None:
    when = NOW + STEP
    with ThreadPoolExecutor(attempts.MOST) as pool:
        done = list(pool.map(lambda _: account.sign_in(when), range(attempts.MOST)))
    assert sum(one.token is not None for one in done) == 1


def test_after_five_tries_nobody_gets_in_for_a_quarter_of_an_hour(account: Account0) -> None:
    when = NOW + STEP
    wrong = account.claim(when, typed="x")
    assert [account.sign_in(when, wrong) for _ in range(attempts.MOST)] == [Outcome()] * attempts.MOST
    until = when + attempts.WINDOW
    assert account.sign_in(when) == Outcome(wait_until=until)
    assert account.sign_in(until - timedelta(seconds=1)) == Outcome(wait_until=until)
    assert account.sign_in(until).token is not None
    with account.store.reading() as connection:
        assert connection.scalar(select(func.count()).select_from(SignInAttempt)) == 0


def test_names_that_no_account_has_are_answered_alike(account: Account0) -> None:
    when, other = NOW + STEP, b"o" * 32
    claim = Claim("nobody", other, PHRASE, "123456")
    tried = [account.sign_in(when, claim) for _ in range(attempts.MOST + 1)]
    assert tried == [*[Outcome()] * attempts.MOST, Outcome(wait_until=when + attempts.WINDOW)]
    assert account.sign_in(when).token is not None


def test_the_same_work_is_done_for_names_that_no_account_has(
    account: Account0, monkeypatch: pytest.MonkeyPatch
) -> None:
    checked: list[str | None] = []
    codes: list[str] = []
    is_right, step_of = passwords.is_right, signing_in.totp.step_of
    monkeypatch.setattr(
        passwords, "is_right", lambda kept, typed: (checked.append(kept), is_right(kept, typed))[1]
    )
    monkeypatch.setattr(
        signing_in.totp, "step_of", lambda *typed: (codes.append(typed[1]), step_of(*typed))[1]
    )
    when = NOW + STEP
    for name in ("tran.lan", "nobody"):
        account.sign_in(when, account.claim(when, name=name, typed="x"))
    assert [kept is None for kept in checked] == [False, True]
    assert len(codes) == 2


def test_of_many_tries_at_once_five_are_looked_at(account: Account0) -> None:
    def count(_: int) -> bool:
        with account.store.writing() as connection:
            return attempts.count(connection, WHO, NOW) is None

    with ThreadPoolExecutor(12) as pool:
        assert sum(pool.map(count, range(24))) == attempts.MOST


def test_a_code_is_entered_anew_in_a_session(account: Account0) -> None:
    when = NOW + timedelta(minutes=20)
    claim = Claim("tran.lan", WHO, "", pyotp.TOTP(account.secret).at(when))
    assert signing_in.prove(account.store, account.key, claim, account.token, when).token == account.token
    assert signing_in.prove(account.store, account.key, claim, account.token, when) == Outcome()
    with account.store.reading() as connection:
        holder = reads.holder(connection, account.token, when)
    assert holder is not None
    assert holder.proved == when


def test_a_new_password_ends_every_session_and_begins_another(account: Account0) -> None:
    when, new = NOW + STEP, "một mùa nước xuống"
    wrong = Claim("tran.lan", WHO, "x")
    assert signing_in.change_password(account.store, wrong, new, when) == Outcome()
    right = Claim("tran.lan", WHO, PHRASE)
    done = signing_in.change_password(account.store, right, new, when)
    assert done.token is not None
    with account.store.reading() as connection:
        assert reads.why_ended(connection, account.token) == ("password", when)
        assert reads.holder(connection, done.token, when) is not None
    assert account.sign_in(when + STEP) == Outcome()
    assert account.sign_in(when + STEP, account.claim(when + STEP, typed=new)).token is not None


def test_a_new_link_takes_the_account_over_when_it_is_set_up_again(account: Account0) -> None:
    when, new = NOW + STEP, "một mùa nước xuống"
    with account.store.writing() as connection:
        code = writes.new_link(connection, "tran.lan", now=when, actor="test")
        begun = setting_up.begin(connection, account.key, code, when)
        assert begun is not None
        setting_up.choose_password(connection, begun, passwords.hashed(new))
        setup = setting_up.begun(connection, account.key, begun, when)
    assert setup is not None
    assert setup.secret != account.secret
    assert account.sign_in(when).token is not None  # what was chosen before counts until then
    with account.store.writing() as connection:
        right = pyotp.TOTP(setup.secret).at(when)
        assert setting_up.finish(connection, account.key, begun, right, who=WHO, now=when) is not None
        assert reads.why_ended(connection, account.token) == ("set_up", when)
    assert account.sign_in(when + STEP) == Outcome()
    account.secret = setup.secret
    assert account.sign_in(when + STEP, account.claim(when + STEP, typed=new)).token is not None


def test_a_new_password_ends_the_setting_up_that_was_under_way(account: Account0) -> None:
    with account.store.writing() as connection:
        code = writes.new_link(connection, "tran.lan", now=NOW, actor="test")
        begun = setting_up.begin(connection, account.key, code, NOW)
    assert begun is not None
    claim = Claim("tran.lan", WHO, PHRASE)
    assert signing_in.change_password(account.store, claim, "một mùa nước xuống", NOW).token is not None
    with account.store.reading() as connection:
        assert setting_up.begun(connection, account.key, begun, NOW) is None
        assert connection.scalar(select(func.count()).select_from(AccountSetup)) == 0


def test_who_was_disabled_while_typing_does_not_get_in(
    account: Account0, monkeypatch: pytest.MonkeyPatch
) -> None:
    is_right = passwords.is_right

    def slow(kept: str | None, typed: str) -> bool:
        with account.store.writing() as connection:
            writes.disable(connection, "tran.lan", now=NOW, actor="test")
        return is_right(kept, typed)

    monkeypatch.setattr(passwords, "is_right", slow)
    assert account.sign_in(NOW + STEP) == Outcome()
