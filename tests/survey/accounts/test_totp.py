"""One-time codes: those of RFC 6238, a step to either side, from a secret that nothing else opens."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, unquote, urlsplit

import pyotp
import pytest

from survey.accounts import totp

# RFC 6238, appendix B: the secret "12345678901234567890", SHA-1; the last 6 of the 8 digits.
RFC_BASE32 = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
RFC = {59: "287082", 1111111109: "081804", 1111111111: "050471", 1234567890: "005924", 2000000000: "279037"}
NOW = datetime(2026, 11, 16, 2, 30, 10, tzinfo=UTC)
KEY, OTHER_KEY = b"k" * 32, b"o" * 32


@pytest.mark.parametrize(("seconds", "code"), RFC.items())
def test_codes_are_those_of_the_standard(seconds: int, code: str) -> None:
    assert totp.step_of(RFC_BASE32, code, datetime.fromtimestamp(seconds, UTC)) == seconds // 30


def test_a_clock_may_be_a_step_off_and_no_more() -> None:
    step = int(NOW.timestamp()) // 30
    codes = {off: pyotp.TOTP(RFC_BASE32).at(NOW + timedelta(seconds=30 * off)) for off in range(-2, 3)}
    found = {off: totp.step_of(RFC_BASE32, code, NOW) for off, code in codes.items()}
    assert found == {-2: None, -1: step - 1, 0: step, 1: step + 1, 2: None}


@pytest.mark.parametrize("typed", ["", "000000", "28708", "2870822", "２８７０８２", "287082\0", "x" * 9_999])
def test_anything_else_is_no_code(typed: str) -> None:
    assert totp.step_of(RFC_BASE32, typed, datetime.fromtimestamp(59, UTC)) is None


def test_blanks_in_a_code_do_not_matter() -> None:
    assert totp.step_of(RFC_BASE32, " 287 082\n", datetime.fromtimestamp(59, UTC)) == 1


def test_a_secret_opens_with_its_key_in_its_row_alone() -> None:
    secret = totp.new_secret()
    assert secret != totp.new_secret()
    sealed = totp.seal(KEY, 1, secret)
    assert secret.encode() not in sealed
    assert sealed != totp.seal(KEY, 1, secret)
    assert totp.unseal(KEY, 1, sealed) == secret
    assert totp.unseal(OTHER_KEY, 1, sealed) is None
    assert totp.unseal(KEY, 2, sealed) is None
    assert totp.unseal(KEY, 1, sealed[:-1] + bytes([sealed[-1] ^ 1])) is None


def test_the_picture_tells_the_app_whose_codes_to_make() -> None:
    parts = urlsplit(totp.address(RFC_BASE32, "tran.lan"))
    assert (parts.scheme, parts.netloc) == ("otpauth", "totp")
    assert unquote(parts.path) == "/Lòng dân:tran.lan"
    assert parse_qs(parts.query) == {"secret": [RFC_BASE32], "issuer": ["Lòng dân"]}
