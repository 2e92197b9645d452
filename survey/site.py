"""A site: made whole or not at all, and opened only when rights and schema are as they must be."""

from __future__ import annotations

import contextlib
import os
import shutil
from typing import TYPE_CHECKING, NamedTuple

from survey import keys, migrations
from survey.accounts.writes import void_secrets
from survey.audit.writes import record
from survey.config import SETTINGS, Home, open_home, settings_text
from survey.migrations import roles
from survey.refusal import Fault, Refusal
from survey.stores import STORES, Role, Stores, open_stores, sqlite_file
from survey.version import version

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from survey.config import Settings
    from survey.keys import Purpose

ACTOR = "command"  # as the audit chain names who works at the command line


class Site(NamedTuple):
    """A home and its stores."""

    home: Home
    stores: Stores


def init(path: Path, settings: Settings, *, now: datetime, admin: str = "") -> Home:
    """Make an empty site: settings, keys, stores, folders, and the first entry of the audit chain.

    Args:
        path: its home, a new or empty folder.
        settings: what its `longdan.toml` shall say.
        now: when, with a time zone.
        admin: the address of a role of PostgreSQL that may make roles and databases, where they are missing.

    Raises:
        Refusal: the folder holds something, or the databases cannot be reached or made; nothing is left.
    """
    _refuse_occupied(path)
    existed = path.exists()
    with contextlib.ExitStack() as undo:
        undo.callback(_remove, path, keep=existed)
        home = _make_home(path, settings)
        if settings.database and roles.unreachable(home):
            undo.callback(roles.make(home, admin).undo)
        if settings.database and (faults := roles.unreachable(home)):
            raise Refusal(faults)
        stores = open_stores(home)
        undo.callback(stores.close)
        migrations.refuse_used(stores)
        migrations.upgrade(stores)
        with stores.main.writing() as connection:
            detail = {"version": version()}
            record(connection, now=now, actor=ACTOR, act="site made", subject="site", detail=detail)
        stores.close()
        undo.pop_all()
    return home


def open_site(path: Path, *, role: Role = "owner") -> Site:
    """Open a site to work on it.

    Args:
        path: its home.
        role: `web` for the process that serves pages; it matters on PostgreSQL.

    Raises:
        Refusal: there is no site, others may read it, or its schema is not this program's.
    """
    home = open_home(path)
    keys.refuse_wide(home)
    stores = open_stores(home, role=role)
    try:
        migrations.check(stores)
    except BaseException:
        stores.close()
        raise
    return Site(home, stores)


def upgrade(path: Path, *, now: datetime) -> list[str]:
    """Bring the stores of a site up to this program, and make keys that it did not need before.

    Returns:
        The names of the stores that changed.

    Raises:
        Refusal: there is no site, others may read it, or its schema is of a later program.
    """
    home = open_home(path)
    keys.refuse_wide(home)
    with contextlib.closing(open_stores(home)) as stores:
        changed = migrations.upgrade(stores)
        keys.create_missing(home)
        if changed:
            with stores.main.writing() as connection:
                detail = {"stores": changed, "version": version()}
                record(connection, now=now, actor=ACTOR, act="schema upgraded", subject="site", detail=detail)
    return changed


def rotate(site: Site, purpose: Purpose, *, now: datetime, actor: str = ACTOR) -> str:
    """Give a purpose a new key, and say so in the audit chain.

    Everybody is signed out by it; a new key `totp` leaves every account in need of a new link.

    Returns:
        The new head of the chain.
    """
    with site.stores.main.writing() as connection:
        head = record(connection, now=now, actor=actor, act="key rotated", subject=purpose, detail={})
        if purpose == "totp":
            void_secrets(connection, now)
        keys.rotate(site.home, purpose)
    return head


def _refuse_occupied(path: Path) -> None:
    if path.is_symlink() or (path.exists() and not (path.is_dir() and not any(path.iterdir()))):
        fault = Fault(
            code="OCCUPIED",
            where=str(path),
            expected="a new or empty folder",
            got="a folder with files" if path.is_dir() else "a file",
            remedy="Name another with `--home DIR`; nothing is ever overwritten.",
        )
        raise Refusal([fault])


def _make_home(path: Path, settings: Settings) -> Home:
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.chmod(0o700)
    home = Home(path.resolve(), settings)
    for folder in (home.keys, home.waves, home.results, home.sheets):
        folder.mkdir(mode=0o700)
    _write_private(home.path / SETTINGS, settings_text(settings).encode("utf-8"))
    keys.create_missing(home)
    for name in STORES:
        if not settings.address(name):
            _write_private(sqlite_file(home, name), b"")
    return home


def _write_private(path: Path, content: bytes) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)


def _remove(path: Path, *, keep: bool) -> None:
    shutil.rmtree(path, ignore_errors=True)
    if keep:
        path.mkdir(exist_ok=True)
