"""A site's settings: `longdan.toml` in its home, and where things lie there. A leaf that all may import."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Literal, Self
from urllib.parse import SplitResult, urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, Field, ValidationError, model_validator

from survey.refusal import Fault, Refusal

if TYPE_CHECKING:
    from pathlib import Path

SETTINGS = "longdan.toml"

# Two roles are named after the owner; PostgreSQL keeps 63 characters of a name.
_NAME = re.compile(r"[a-z_][a-z0-9_]{0,45}")


def _known_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise ValueError("a time zone such as Asia/Ho_Chi_Minh") from error
    return name


def _known_address(address: str) -> str:
    if not address:
        return address
    parts = urlsplit(address)
    if (
        parts.scheme != "postgresql"
        or not _NAME.fullmatch(parts.username or "")
        or not _NAME.fullmatch(parts.path[1:])
    ):
        raise ValueError("an address postgresql://owner@host/name, names in lower-case letters, digits and _")
    if parts.password is not None:
        raise ValueError("no password here: it belongs in a file of passwords that only its owner may read")
    return address


class Settings(BaseModel, frozen=True, extra="forbid"):
    """What `longdan.toml` says.

    Attributes:
        site_url: where people reach the site; absolute addresses come from here and nowhere else.
        time_zone: in which days and hours are told.
        database: a PostgreSQL address for the main store, `postgresql://owner@host/name`; empty: files of
            SQLite.
        participation_database: the same for the store of who takes part; empty: beside the main one, the
            names of its role and its database ending in `_participation`.
        body: who asks and answers for the data, as the consent names it.
        contact: where a person turns with questions about the data; shown as it stands.
        retention_years: how long answers are kept.
        draft_days: how long an unsent draft is kept.
        trusted_hosts: further host names under which the site answers.
        proxies: how many reverse proxies stand in front, each adding a forwarded header.
        metrics_token: lets a monitor read `/metrics` from elsewhere; empty: from this machine only.
    """

    site_url: Annotated[str, Field(pattern=r"^https?://[^/\s]+$")] = "http://127.0.0.1:8000"
    time_zone: Annotated[str, AfterValidator(_known_zone)] = "Asia/Ho_Chi_Minh"
    database: Annotated[str, AfterValidator(_known_address)] = ""
    participation_database: Annotated[str, AfterValidator(_known_address)] = ""
    body: str = "Sở Nội vụ"
    contact: str = ""
    retention_years: Annotated[int, Field(ge=1, le=20)] = 2
    draft_days: Annotated[int, Field(ge=1, le=60)] = 7
    trusted_hosts: tuple[str, ...] = ()
    proxies: Annotated[int, Field(ge=0, le=5)] = 0
    metrics_token: str = ""

    @property
    def secure(self) -> bool:
        """Whether the site is reached over https, so that cookies must be."""
        return self.site_url.startswith("https://")

    @property
    def zone(self) -> ZoneInfo:
        """The time zone as an object."""
        return ZoneInfo(self.time_zone)

    def address(self, store: Literal["main", "participation"]) -> str:
        """The PostgreSQL address of a store; empty: a file of SQLite."""
        if store == "main" or not self.database:
            return self.database
        if self.participation_database:
            return self.participation_database
        parts = urlsplit(self.database)
        place = parts.netloc.rpartition("@")[2]
        netloc = f"{parts.username}_participation@{place}"
        return SplitResult(
            parts.scheme, netloc, f"{parts.path}_participation", parts.query, parts.fragment
        ).geturl()

    @model_validator(mode="after")
    def _two_databases(self) -> Self:
        if self.participation_database and not self.database:
            raise ValueError("`database` too, when `participation_database` is set")
        if self.database and self.address("participation") == self.database:
            raise ValueError("two databases: who took part and what was said never meet")
        return self


@dataclass(frozen=True)
class Home:
    """A site's folder: settings, stores, keys, frozen waves, results."""

    path: Path
    settings: Settings

    @property
    def keys(self) -> Path:
        """One file a purpose; in no configuration and no database."""
        return self.path / "keys"

    @property
    def passwords(self) -> Path:
        """The passwords of roles of PostgreSQL that `init` made, in the form of libpq's password file."""
        return self.keys / "pgpass"

    @property
    def waves(self) -> Path:
        """Frozen waves, a folder each."""
        return self.path / "waves"

    @property
    def results(self) -> Path:
        """Scored waves, a folder each."""
        return self.path / "results"

    @property
    def sheets(self) -> Path:
        """Printable sheets of links and QR codes, one file a wave."""
        return self.path / "sheets"


def open_home(path: Path) -> Home:
    """Read the settings of a site.

    Raises:
        Refusal: there is no site, or its settings are wrong; every fault at once.
    """
    file = path / SETTINGS
    try:
        found = tomllib.loads(file.read_text(encoding="utf-8"))
        return Home(path.resolve(), Settings.model_validate(found))
    except OSError as error:
        raise Refusal(
            [
                _fault(
                    str(file), "the settings of a site", "no such file", f"Run `longdan init --home {path}`."
                )
            ]
        ) from error
    except tomllib.TOMLDecodeError as error:
        raise Refusal([_fault(str(file), "TOML", str(error), "Mend the line.")]) from error
    except ValidationError as error:
        raise Refusal(
            [
                _fault(
                    f"{file}: {'.'.join(map(str, one['loc']))}",
                    one["msg"],
                    repr(one["input"]),
                    "Mend the setting; docs/running.md lists them all.",
                )
                for one in error.errors()
            ]
        ) from error


def _fault(where: str, expected: str, got: str, remedy: str) -> Fault:
    return Fault(code="SETTINGS", where=where, expected=expected, got=got, remedy=remedy)
