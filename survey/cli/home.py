"""The site on which a command works, and the time there."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from survey.site import open_site

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from survey.config import Home
    from survey.site import Site


@contextmanager
def opened(path: Path) -> Iterator[Site]:
    """The site of a command; its stores are given back afterwards.

    Raises:
        Refusal: there is no site, others may read it, or its schema is not this program's.
    """
    site = open_site(path)
    try:
        yield site
    finally:
        site.stores.close()


def now_at(home: Home) -> datetime:
    """The time in the zone of the site; its date is the site's today."""
    return datetime.now(UTC).astimezone(home.settings.zone)
