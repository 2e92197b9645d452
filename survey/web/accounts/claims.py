"""What a form of these pages claims, and what is said when the claim does not hold."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from typing import TYPE_CHECKING
from unicodedata import normalize

from flask import current_app, request

from survey import keys
from survey.accounts.models import NAME_LENGTH
from survey.accounts.signing_in import Claim
from survey.i18n import _
from survey.web import errors
from survey.web.site import site, speech

if TYPE_CHECKING:
    from flask import Response

    from survey.accounts.passwords import BusyError
    from survey.accounts.signing_in import Outcome

CODE = "totp"  # the field of a code of the telephone, on every form
UNPROCESSABLE, TOO_MANY = 422, 429

WRONG_ALL = _("The name, the password or the code is not right.")
WRONG_PASSWORD = _("The present password is not right.")
WRONG_CODE = _("The code is not right, or was used. Each code works once; a new one comes every 30 seconds.")


@dataclass(frozen=True)
class Fault:
    """What is wrong with a form: at which field, in words; and until when nothing more is taken, if so."""

    field: str
    words: str
    status: int = UNPROCESSABLE
    retry_after: int = 0

    def on(self, response: Response) -> Response:
        """The response with the status and the header of the fault."""
        response.status_code = self.status
        if self.retry_after:
            response.headers["Retry-After"] = str(self.retry_after)
        return response


def key() -> bytes:
    """The key of the secrets of codes."""
    return keys.read(site().home, "totp")


def who(name: str) -> bytes:
    """Under what attempts at a name are counted; nobody reads from it what was typed as a name."""
    secret = current_app.config["SECRET_KEY"]
    return hmac.digest(secret, f"attempts {name}".encode("utf-8", "surrogatepass"), "sha256")


def typed_name() -> str:
    """The name of an account as it was meant: case, blanks and forms of letters do not matter."""
    return normalize("NFKC", request.form.get("name", "")).strip().lower()


def claim(name: str) -> Claim:
    """The name with the password and the code of this form."""
    sent = request.form
    known = name if len(name) <= NAME_LENGTH and name.isprintable() else ""
    return Claim(known, who(name), sent.get("password", ""), sent.get(CODE, ""))


def busy(error: BusyError) -> Response:
    """So many passwords are being checked that this one is not."""
    del error  # its name says it
    return errors.page(503, errors.WORDS[429])


def fault(outcome: Outcome, field: str, wrong: str) -> Fault:
    """What an outcome without a session says to a person, at which field."""
    speak = speech()
    if outcome.wait_until is None:
        return Fault(field, speak.gettext(wrong))
    until = outcome.wait_until.astimezone(site().settings.zone)
    words = speak.gettext("Tried too often. Try again after %(time)s.", time=f"{until:%H:%M}")
    seconds = (outcome.wait_until - site().clock()).total_seconds()
    return Fault(field, words, TOO_MANY, max(1, round(seconds)))
