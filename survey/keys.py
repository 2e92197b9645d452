"""Keys: one file a purpose in the home, in no configuration and no database, readable by their owner alone.

A batch of waiting answers has a key of its own, destroyed when the batch is settled: written over,
synchronised and unlinked, so that old copies of the database hold what nobody can read. Where a file system
keeps old blocks (snapshots, copy on write), writing over does not reach them; docs/running.md says so.
"""

from __future__ import annotations

import os
import re
import secrets
import stat
from typing import TYPE_CHECKING, Literal, get_args

from survey.config import SETTINGS
from survey.refusal import Fault, Refusal

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from survey.config import Home

# `session` signs cookies and forms, `totp` seals the secrets of one-time codes. Drafts and receipts need no
# key: theirs come from the respondent.
Purpose = Literal["session", "totp"]
PURPOSES: tuple[Purpose, ...] = get_args(Purpose)
LENGTH = 32

_BATCHES = "batches"
_BATCH_ID = re.compile(r"[0-9A-Za-z_-]{1,64}")
_ONLY_OWNER = stat.S_IRWXG | stat.S_IRWXO


def read(home: Home, purpose: Purpose) -> bytes:
    """The key of a purpose, 32 bytes.

    Raises:
        Refusal: there is none, or it is not whole.
    """
    return _read(home.keys / purpose, f"Run `longdan keys rotate {purpose}`.")


def create(home: Home, purpose: Purpose) -> bytes:
    """Make the first key of a purpose.

    Raises:
        FileExistsError: it has one.
    """
    home.keys.mkdir(mode=0o700, exist_ok=True)
    return _create(home.keys / purpose)


def create_missing(home: Home) -> list[Purpose]:
    """Make the first key of every purpose that has none, as of a site of an earlier version; returns them."""
    missing = [purpose for purpose in PURPOSES if not (home.keys / purpose).exists()]
    for purpose in missing:
        create(home, purpose)
    return missing


def rotate(home: Home, purpose: Purpose) -> bytes:
    """Give a purpose a new key and destroy the old one; what the old key sealed or signed is void."""
    home.keys.mkdir(mode=0o700, exist_ok=True)
    path, fresh = home.keys / purpose, home.keys / f".{purpose}.{secrets.token_hex(8)}"
    key = _create(fresh)
    if path.exists():
        _write_over(path)
    fresh.replace(path)
    _synchronise(home.keys)
    return key


def batch_create(home: Home, batch: str) -> bytes:
    """Make the key of a batch; it is on the disk when this returns.

    Raises:
        FileExistsError: the batch has one.
    """
    path = _batch(home, batch)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    return _create(path)


def batch_read(home: Home, batch: str) -> bytes:
    """The key of a batch.

    Raises:
        Refusal: it was destroyed, or never was.
    """
    return _read(_batch(home, batch), "Batch keys are in no backup: what it held is lost.")


def batch_destroy(home: Home, batch: str) -> None:
    """Destroy the key of a batch; doing it again, after a crash, does nothing."""
    path = _batch(home, batch)
    if path.exists():
        _write_over(path)
        path.unlink()
        _synchronise(path.parent)


def batches(home: Home) -> list[str]:
    """The ids of the batches whose keys exist, sorted."""
    folder = home.keys / _BATCHES
    return sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []


def permission_faults(home: Home) -> list[Fault]:
    """What in the home others than its owner may read: the home, its settings and stores, every key.

    Windows keeps rights otherwise and has no such bits; a home lies in a person's own folders there.
    """
    if os.name == "nt":
        return []
    return [
        Fault(
            code="PERMISSIONS",
            where=str(path),
            expected=f"rights {wanted:o}, the owner's alone",
            got=f"{found:o}",
            remedy=f"Run `chmod {wanted:o} '{path}'`, and think about who may have read it.",
        )
        for path in _private(home)
        for found in [_rights(path)]
        for wanted in [0o700 if path.is_dir() else 0o600]
        if found & _ONLY_OWNER
    ]


def refuse_wide(home: Home) -> None:
    """Refuse to start when others than its owner may read the home.

    Raises:
        Refusal: every path that is too wide.
    """
    faults = permission_faults(home)
    if faults:
        raise Refusal(faults)


def _private(home: Home) -> Iterator[Path]:
    yield home.path
    yield from sorted(path for path in home.path.iterdir() if path.is_dir() or _holds_secrets(path.name))
    if home.keys.is_dir():
        yield from sorted(home.keys.rglob("*"))


def _rights(path: Path) -> int:
    try:
        return stat.S_IMODE(path.stat().st_mode)
    except FileNotFoundError:  # the key of a batch that was settled meanwhile
        return 0


def _holds_secrets(name: str) -> bool:
    return name == SETTINGS or ".db" in name


def _batch(home: Home, batch: str) -> Path:
    if not _BATCH_ID.fullmatch(batch):
        raise ValueError(f"{batch!r} is not the id of a batch")
    return home.keys / _BATCHES / batch


def _read(path: Path, remedy: str) -> bytes:
    try:
        key = path.read_bytes()
    except FileNotFoundError as error:
        raise Refusal([_fault(path, "no such file", remedy)]) from error
    if len(key) != LENGTH:
        raise Refusal([_fault(path, f"{len(key)} bytes", remedy)])
    return key


def _fault(path: Path, got: str, remedy: str) -> Fault:
    return Fault(code="KEY", where=str(path), expected=f"a key of {LENGTH} bytes", got=got, remedy=remedy)


def _create(path: Path) -> bytes:
    key = secrets.token_bytes(LENGTH)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        _write_down(file.fileno(), key)
    _synchronise(path.parent)
    return key


def _write_over(path: Path) -> None:
    with path.open("r+b") as file:
        _write_down(file.fileno(), secrets.token_bytes(max(LENGTH, path.stat().st_size)))


def _write_down(descriptor: int, content: bytes) -> None:
    written = os.write(descriptor, content)
    if written != len(content):
        raise OSError(f"{written} of {len(content)} bytes of a key written")
    os.fsync(descriptor)


def _synchronise(folder: Path) -> None:
    if os.name == "nt":  # Windows opens no folders
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
