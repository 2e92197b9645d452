"""Who may open which page. Every URL rule says it; one that does not is refused when the app is made.

    waves.add_url_rule("/waves", "list", methods=["GET"], who={"department", "operator"}, menu=_("Waves"))

`menu` puts a page on the list of what one may do at `/account`. `fresh_totp=True` has the code of the
telephone asked for again before a POST, unless one was entered within 5 minutes; the view needs nothing for
it, the form is sent on as it was. In a view `current()` is who is signed in.
"""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from typing import TYPE_CHECKING, Any, Final, Literal, cast, get_args
from urllib.parse import urlencode

from flask import g, redirect, request
from werkzeug.routing import Rule

from survey.accounts import reads
from survey.accounts.models import ROLES, AccountRole
from survey.accounts.sessions import FRESH
from survey.i18n import _
from survey.web import errors, session
from survey.web.site import site

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flask import Flask, Response
    from werkzeug.wrappers import Response as AnyResponse

    from survey.accounts.reads import Holder

# Nobody signs in for these: pages for everybody, interviews of citizens, a kiosk known by its own cookie.
Open = Literal["public", "citizen", "device"]
PUBLIC: Final = "public"
CITIZEN: Final = "citizen"
DEVICE: Final = "device"

STAFF: Final[AbstractSet[AccountRole]] = frozenset(ROLES)  # whoever is signed in

_NOT_YOURS = (_("Your role may not open this page"), _("Go back, or sign in with another account."))


class UndeclaredError(Exception):
    """A URL rule does not say who may open it, or names nobody that there is."""


class AccessRule(Rule):
    """A URL rule that says who may open it.

    Attributes:
        who: nobody in particular, or the roles that may.
        menu: how the list of what one may do calls the page; empty: not on it.
        fresh_totp: whether a POST asks for the code of the telephone again.
    """

    def __init__(
        self,
        string: str,
        *,
        who: Open | AbstractSet[AccountRole] | None = None,
        menu: str = "",
        fresh_totp: bool = False,
        **options: Any,
    ) -> None:
        super().__init__(string, **options)
        self.who: Open | frozenset[AccountRole] = self._declared(who)
        self.menu, self.fresh_totp = menu, fresh_totp
        if isinstance(self.who, str) and (menu or fresh_totp):
            raise UndeclaredError(f"{string}: menu and fresh_totp are for pages of roles, not for {who!r}")
        if menu and "<" in string:
            raise UndeclaredError(f"{string}: a page on the menu has one address")

    def _declared(self, who: Open | AbstractSet[AccountRole] | None) -> Open | frozenset[AccountRole]:
        if isinstance(who, str) and who in get_args(Open):
            return who
        if isinstance(who, AbstractSet) and who and who <= STAFF:
            return frozenset(who)
        known = f"{', '.join(get_args(Open))} or a set of {', '.join(ROLES)}"
        raise UndeclaredError(f"{self.rule}: who= is {who!r}, and has to be {known}")

    def get_empty_kwargs(self) -> Mapping[str, Any]:
        """What a copy of the rule is made with."""
        said = {"who": self.who, "menu": self.menu, "fresh_totp": self.fresh_totp}
        return {**super().get_empty_kwargs(), **said}


def register(app: Flask) -> None:
    """Ask every URL rule from now on who may open it, and let nobody else in."""
    app.url_rule_class = AccessRule  # type: ignore[assignment]  # mypy takes Flask's default for an alias
    app.before_request(_let_in)
    app.after_request(_keep_nothing)
    app.context_processor(lambda: {"holder": g.get("holder"), "local": _local})


def rule() -> AccessRule | None:
    """The rule of this request; None where no page has its address."""
    found = request.url_rule
    return found if isinstance(found, AccessRule) else None


def current() -> Holder:
    """Who is signed in: `.name`, `.role`, `.agency` (the code, for the role `agency`).

    Raises:
        LookupError: nobody; the page is not one of roles.
    """
    holder: Holder | None = g.get("holder")
    if holder is None:
        raise LookupError("nobody is signed in: the rule of this page does not ask for it")
    return holder


def token() -> str:
    """What the cookie of the current session carries."""
    return cast("session.Carried", g.carried).token


def signed_in() -> Holder | None:
    """Who is signed in, on a page that is open to everybody too."""
    carried = session.carried()
    if carried is None or carried.idle:
        return None
    with site().stores.main.reading() as connection:
        holder = reads.holder(connection, carried.token, site().clock())
    if holder is not None:
        g.holder, g.carried = holder, carried
    return holder


def is_fresh() -> bool:
    """Whether a code of the telephone was entered within the last 5 minutes."""
    return site().clock() - current().proved < FRESH


def menu(app: Flask, role: AccountRole) -> list[tuple[str, str]]:
    """Addresses and names of the pages that a role finds on its list."""
    return [
        (found.rule, found.menu)
        for found in app.url_map.iter_rules()
        if isinstance(found, AccessRule) and found.menu and role in found.who
    ]


def _let_in() -> AnyResponse | None:
    asked = rule()
    if asked is None or isinstance(asked.who, str):
        return None
    holder = signed_in()
    if holder is None:
        return redirect(_sign_in_address(), 303)
    return None if holder.role in asked.who else errors.page(403, _NOT_YOURS)


def _sign_in_address() -> str:
    """Where to sign in; afterwards a page that was asked for comes, a form has to be filled in again."""
    if request.method not in {"GET", "HEAD"}:
        return "/sign-in"
    query = request.query_string.decode("ascii", "replace")
    return "/sign-in?" + urlencode({"next": f"{request.path}?{query}" if query else request.path})


def _keep_nothing(response: Response) -> Response:
    """No browser keeps a page of somebody who is signed in, whatever the view says of it."""
    if "holder" in g:
        response.headers["Cache-Control"] = "no-store"
        session.renew(response, g.carried)
    return response


def _local(moment: Any) -> Any:
    """A moment in the time zone of the site."""
    return moment.astimezone(site().settings.zone)
