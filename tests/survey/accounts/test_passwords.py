"""Passwords: long enough, not the name, the same on every keyboard, and as slow to refuse for nobody."""

from __future__ import annotations

import statistics
import threading
import time
import unicodedata

import pytest

from survey.accounts import passwords
from survey.accounts.passwords import BESIDE_NAME, LEAST, MOST, BusyError, hashed, is_right, weakness

GOOD = "bốn mùa nước lên"


@pytest.mark.parametrize(
    ("password", "again", "found"),
    [
        (GOOD, GOOD, None),
        ("a" * LEAST, "a" * LEAST, None),
        ("a" * (LEAST - 1), "a" * (LEAST - 1), "short"),
        ("", "", "short"),
        ("a" * MOST, "a" * MOST, None),
        ("a" * (MOST + 1), "a" * (MOST + 1), "long"),
        ("tran.lan2026", "tran.lan2026", "name"),
        ("Tran.Lan tran.lan", "Tran.Lan tran.lan", "name"),
        ("tran.lan" + "x" * BESIDE_NAME, "tran.lan" + "x" * BESIDE_NAME, None),
        (GOOD, GOOD + " ", "different"),
        (GOOD, GOOD.upper(), "different"),
        (GOOD, unicodedata.normalize("NFD", GOOD), None),
    ],
)
def test_a_password_is_long_and_not_the_name(password: str, again: str, found: str | None) -> None:
    assert weakness(password, again, "tran.lan") == found


def test_marks_count_as_letters_and_not_by_how_they_are_typed() -> None:
    short = unicodedata.normalize("NFD", "ễ" * (LEAST - 1))
    assert len(short) > LEAST
    assert weakness(short, short, "tran.lan") == "short"
    assert is_right(hashed(unicodedata.normalize("NFD", GOOD)), unicodedata.normalize("NFC", GOOD))


def test_only_the_password_opens_its_hash() -> None:
    kept = hashed(GOOD)
    assert kept.startswith("$argon2id$v=19$m=47104,t=2,p=1$")
    assert kept != hashed(GOOD)
    assert is_right(kept, GOOD)
    assert not is_right(kept, GOOD + "x")
    assert not is_right(kept, "")
    assert not is_right(None, GOOD)
    assert not is_right(None, "")


def test_it_takes_as_long_to_refuse_nobody_as_somebody() -> None:
    kept = hashed(GOOD)
    is_right(None, GOOD)  # the first time a hash of nobody is made, whoever comes

    def work(of: str | None) -> float:
        begun = time.process_time()
        is_right(of, "another one")
        return time.process_time() - begun

    somebody, nobody = (statistics.median(work(of) for _ in range(7)) for of in (kept, None))
    assert 0.6 < somebody / nobody < 1.6, (somebody, nobody)
    assert nobody > 0.01


def test_no_more_than_two_passwords_are_worked_out_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "_PATIENCE", 0.01)
    inside, leave = threading.Semaphore(0), threading.Event()

    def occupy() -> None:
        with passwords._turn():  # noqa: SLF001 - what the test is about
            inside.release()
            leave.wait(30)

    threads = [threading.Thread(target=occupy) for _ in range(2)]
    for thread in threads:
        thread.start()
    assert all(inside.acquire(timeout=30) for _ in threads)
    with pytest.raises(BusyError):
        hashed(GOOD)
    leave.set()
    for thread in threads:
        thread.join(30)
    assert is_right(hashed(GOOD), GOOD)
