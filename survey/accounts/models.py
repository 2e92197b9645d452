"""Tables of accounts. Of links and cookies only hashes are kept; the secret of codes is sealed."""

from __future__ import annotations

from datetime import datetime
from typing import Literal, get_args

from sqlalchemy import CheckConstraint, ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from survey.stores import Main

AccountRole = Literal["researcher", "agency", "department", "operator"]
ROLES: tuple[AccountRole, ...] = get_args(AccountRole)
# Why a session ended before its time.
Ending = Literal["signed_out", "elsewhere", "password", "set_up", "role", "disabled", "key"]
ENDINGS: tuple[Ending, ...] = get_args(Ending)

NAME_LENGTH, AGENCY_LENGTH = 40, 40
HASH_BYTES = 32
_IS_A_HASH = "password IS NULL OR substr(password, 1, 10) = '$argon2id$'"


def _one_of(column: str, allowed: tuple[str, ...]) -> str:
    return f"{column} IN ({', '.join(repr(one) for one in allowed)})"


class Account(Main):
    """A person of the staff. A name is never given to another person: the audit chain says who by it.

    `password` is a hash with its parameters (argon2id), `totp_secret` sealed, `totp_step` the latest step of
    30 seconds whose code was used. Both are there once the holder has set up the account.
    """

    __tablename__ = "account"
    __table_args__ = (
        CheckConstraint("length(name) BETWEEN 2 AND 40", name="name_length"),
        CheckConstraint("name = lower(name)", name="name_is_lower_case"),
        CheckConstraint(_one_of("role", ROLES), name="role"),
        CheckConstraint("(role = 'agency') = (agency IS NOT NULL)", name="agency_has_its_organisation"),
        CheckConstraint("agency IS NULL OR length(agency) BETWEEN 1 AND 40", name="agency_length"),
        CheckConstraint("(password IS NULL) = (totp_secret IS NULL)", name="set_up_whole"),
        CheckConstraint(_IS_A_HASH, name="password_is_a_hash"),
        CheckConstraint("disabled IS NULL OR password IS NULL", name="disabled_cannot_sign_in"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(NAME_LENGTH), unique=True)
    role: Mapped[str] = mapped_column(String(12))
    agency: Mapped[str | None] = mapped_column(String(AGENCY_LENGTH))
    password: Mapped[str | None] = mapped_column(String(200))
    totp_secret: Mapped[bytes | None] = mapped_column(LargeBinary)
    totp_step: Mapped[int]
    made: Mapped[datetime]
    disabled: Mapped[datetime | None]


class AccountLink(Main):
    """A link that sets an account up, once; `seen` when the holder was told of its use and said so."""

    __tablename__ = "account_link"
    __table_args__ = (
        CheckConstraint("expires > made", name="expires_after_it_was_made"),
        CheckConstraint("used IS NULL OR used < expires", name="used_in_time"),
        CheckConstraint("seen IS NULL OR used IS NOT NULL", name="seen_was_used"),
    )

    code_hash: Mapped[bytes] = mapped_column(LargeBinary(HASH_BYTES), primary_key=True)
    account: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    made: Mapped[datetime]
    expires: Mapped[datetime]
    used: Mapped[datetime | None]
    seen: Mapped[datetime | None]


class AccountSetup(Main):
    """A browser in which an account is being set up: what is chosen already, until it takes effect."""

    __tablename__ = "account_setup"
    __table_args__ = (CheckConstraint(_IS_A_HASH, name="password_is_a_hash"),)

    cookie_hash: Mapped[bytes] = mapped_column(LargeBinary(HASH_BYTES), primary_key=True)
    account: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    expires: Mapped[datetime]
    password: Mapped[str | None] = mapped_column(String(200))
    totp_secret: Mapped[bytes] = mapped_column(LargeBinary)


class AccountSession(Main):
    """A browser in which somebody is signed in until `ends`; `proved` when a code was last entered there.

    An ended one stays until then, so that the browser is told why.
    """

    __tablename__ = "account_session"
    __table_args__ = (
        CheckConstraint("ends > began", name="ends_after_it_began"),
        CheckConstraint("proved >= began", name="proved_within"),
        CheckConstraint("(ended IS NULL) = (why IS NULL)", name="ended_has_a_reason"),
        CheckConstraint(_one_of("why", ENDINGS), name="why"),
    )

    cookie_hash: Mapped[bytes] = mapped_column(LargeBinary(HASH_BYTES), primary_key=True)
    account: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    began: Mapped[datetime]
    ends: Mapped[datetime]
    proved: Mapped[datetime]
    ended: Mapped[datetime | None]
    why: Mapped[str | None] = mapped_column(String(12))


class SignInAttempt(Main):
    """How often somebody tried to get in under a name, known or not, up to `until`; the name is hashed."""

    __tablename__ = "sign_in_attempt"
    __table_args__ = (CheckConstraint("attempts >= 0", name="not_negative"),)

    name_hash: Mapped[bytes] = mapped_column(LargeBinary(HASH_BYTES), primary_key=True)
    attempts: Mapped[int]
    until: Mapped[datetime]
