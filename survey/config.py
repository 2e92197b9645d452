"""A site's settings: `longdan.toml` in its home, and where things lie there. A leaf that all may import."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, Field, ValidationError

from survey.refusal import Fault, Refusal

if TYPE_CHECKING:
    from pathlib import Path

SETTINGS = "longdan.toml"


def _known_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise ValueError("a time zone such as Asia/Ho_Chi_Minh") from error
    return name


class Settings(BaseModel, frozen=True, extra="forbid"):
    """What `longdan.toml` says.

    Attributes:
        site_url: where people reach the site; absolute addresses come from here and nowhere else.
        time_zone: in which days and hours are told.
        database: a PostgreSQL address for the main store, `postgresql://user@host/name`; empty: SQLite files.
        participation_database: the same for the store of who takes part.
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
    database: str = ""
    participation_database: str = ""
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
