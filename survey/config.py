"""A site's settings: `longdan.toml` in its home, and where things lie there. A leaf that all may import."""

from __future__ import annotations

import json
import re
import textwrap
import tomllib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self
from urllib.parse import SplitResult, urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, Field, ValidationError, model_validator

from survey.refusal import Fault, Refusal

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from pydantic_core import ErrorDetails

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
    """What `longdan.toml` says; the descriptions stand there as comments and in docs/running.md."""

    site_url: Annotated[str, Field(pattern=r"^https?://[^/\s]+$")] = Field(
        "http://127.0.0.1:8000",
        description="Where people reach the site. Absolute addresses come from here and nowhere else.",
    )
    time_zone: Annotated[str, AfterValidator(_known_zone)] = Field(
        "Asia/Ho_Chi_Minh", description="The time zone in which days and hours are told."
    )
    database: Annotated[str, AfterValidator(_known_address)] = Field(
        "",
        description=(
            "A PostgreSQL database for the main store, postgresql://owner@host/name, without a password. "
            "Empty: files of SQLite in this folder."
        ),
    )
    participation_database: Annotated[str, AfterValidator(_known_address)] = Field(
        "",
        description=(
            "The same for the store of who takes part. Empty: beside the main one, the names of its role "
            "and its database ending in _participation."
        ),
    )
    body: str = Field("Sở Nội vụ", description="Who asks and answers for the data, as the consent names it.")
    contact: str = Field(
        "", description="Where a person turns with questions about the data; shown as it stands."
    )
    retention_years: Annotated[int, Field(ge=1, le=20)] = Field(
        2, description="How many years answers are kept."
    )
    draft_days: Annotated[int, Field(ge=1, le=60)] = Field(
        7, description="How many days an unsent draft is kept."
    )
    trusted_hosts: tuple[str, ...] = Field((), description="Further host names under which the site answers.")
    proxies: Annotated[int, Field(ge=0, le=5)] = Field(
        0, description="How many reverse proxies stand in front, each adding a forwarded header."
    )
    metrics_token: str = Field(
        "",
        description=("Lets a monitor read /metrics from another machine. Empty: from this machine only."),
    )

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


def settings_text(settings: Settings) -> str:
    """The settings as a file that explains itself: every setting with its meaning, in TOML."""
    lines = ["# The settings of this site. Keys and passwords are not here but in files under keys/.", ""]
    for name, field in Settings.model_fields.items():
        lines += textwrap.wrap(field.description or "", width=96, initial_indent="# ", subsequent_indent="# ")
        # a text, a number or a list of texts is written alike in JSON and in TOML
        lines += [f"{name} = {json.dumps(getattr(settings, name), ensure_ascii=False)}", ""]
    return "\n".join(lines)


def open_home(path: Path) -> Home:
    """Read the settings of a site.

    Raises:
        Refusal: there is no site, or its settings are wrong; every fault at once.
    """
    file = path / SETTINGS
    try:
        found = tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        remedy = f"Run `longdan init --home {path}`."
        raise Refusal([_fault(str(file), "the settings of a site", "no such file", remedy)]) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise Refusal([_fault(str(file), "TOML in UTF-8", str(error), "Mend the line.")]) from error
    return Home(path.resolve(), settings_of(found, str(file)))


def settings_of(found: Mapping[str, Any], where: str) -> Settings:
    """The settings that a file or a command line gives.

    Raises:
        Refusal: every setting that is unknown or wrong.
    """
    try:
        return Settings.model_validate(found)
    except ValidationError as error:
        remedy = "Mend the setting; docs/running.md lists them all."
        raise Refusal(
            [
                _fault(": ".join([where, *map(str, one["loc"])]), _wanted(one), _shown(one), remedy)
                for one in error.errors()
            ]
        ) from error


def _wanted(error: ErrorDetails) -> str:
    return error["msg"].removeprefix("Value error, ")


def _shown(error: ErrorDetails) -> str:
    """What was found, without a password; of all settings together only that they do not fit."""
    if not error["loc"]:
        return "settings that contradict each other"
    return re.sub(r"//([^:@/]*):[^@]*@", r"//\1:…@", repr(error["input"]))


def _fault(where: str, expected: str, got: str, remedy: str) -> Fault:
    return Fault(code="SETTINGS", where=where, expected=expected, got=got, remedy=remedy)
