"""Keys: made once, rotated, destroyed, and for their owner's eyes alone."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from survey import keys
from survey.config import SETTINGS, Home, Settings
from survey.refusal import Refusal

ON_POSIX = os.name != "nt"


@pytest.fixture
def home(tmp_path: Path) -> Home:
    path = tmp_path / "site"
    path.mkdir(mode=0o700)
    (path / SETTINGS).touch(mode=0o600)
    (path / "main.db").touch(mode=0o600)
    return Home(path, Settings())


def rights(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_key_is_made_once_and_read_again(home: Home) -> None:
    key = keys.create(home, "session")
    assert len(key) == keys.LENGTH
    assert keys.read(home, "session") == key
    with pytest.raises(FileExistsError):
        keys.create(home, "session")
    assert keys.read(home, "session") == key


@pytest.mark.parametrize("content", [None, b"", b"x" * 31])
def test_a_key_that_is_missing_or_not_whole_is_refused_with_a_remedy(
    home: Home, content: bytes | None
) -> None:
    if content is not None:
        keys.create(home, "session")
        (home.keys / "session").write_bytes(content)
    with pytest.raises(Refusal, match="Run `longdan keys rotate session`"):
        keys.read(home, "session")


def test_rotation_gives_a_new_key_and_destroys_the_old(home: Home) -> None:
    old = keys.create(home, "session")
    with (home.keys / "session").open("rb") as before:  # the file as it was, though its name goes
        new = keys.rotate(home, "session")
        assert old not in before.read()
    assert new != old
    assert keys.read(home, "session") == new
    assert [path.name for path in home.keys.iterdir()] == ["session"]


def test_rotation_makes_a_key_that_is_missing(home: Home) -> None:
    assert keys.rotate(home, "session") == keys.read(home, "session")


def test_a_batch_has_a_key_until_it_is_destroyed(home: Home) -> None:
    assert keys.batches(home) == []
    first, second = keys.batch_create(home, "b1"), keys.batch_create(home, "a2")
    assert keys.batches(home) == ["a2", "b1"]
    with pytest.raises(FileExistsError):
        keys.batch_create(home, "b1")
    with (home.keys / "batches" / "b1").open("rb") as before:
        keys.batch_destroy(home, "b1")
        left = before.read()
    assert first not in left
    assert len(left) == keys.LENGTH
    with pytest.raises(Refusal, match="what it held is lost"):
        keys.batch_read(home, "b1")
    keys.batch_destroy(home, "b1")
    assert keys.batch_read(home, "a2") == second


@pytest.mark.parametrize("batch", ["", ".", "../session", "a/b", "a\\b", "x" * 65, "a\0"])
def test_the_id_of_a_batch_is_no_path(home: Home, batch: str) -> None:
    for act in (keys.batch_create, keys.batch_read, keys.batch_destroy):
        with pytest.raises(ValueError, match="is not the id of a batch"):
            act(home, batch)


def test_what_is_made_is_for_its_owner_alone(home: Home) -> None:
    mask = os.umask(0)
    try:
        keys.create(home, "session")
        keys.rotate(home, "session")
        keys.batch_create(home, "b1")
    finally:
        os.umask(mask)
    assert keys.permission_faults(home) == []
    if ON_POSIX:
        assert rights(home.keys) == rights(home.keys / "batches") == 0o700
        assert rights(home.keys / "session") == rights(home.keys / "batches" / "b1") == 0o600


@pytest.mark.parametrize(
    ("where", "mode"),
    [(".", 0o750), (".", 0o701), (SETTINGS, 0o640), ("main.db", 0o604), ("keys", 0o711),
     ("keys/session", 0o644), ("keys/batches", 0o755), ("keys/batches/b1", 0o620), ("waves", 0o755)],
)  # fmt: skip
def test_a_home_that_others_may_read_is_refused(home: Home, where: str, mode: int) -> None:
    home.waves.mkdir(mode=0o700)
    keys.create(home, "session")
    keys.batch_create(home, "b1")
    keys.refuse_wide(home)
    (home.path / where).chmod(mode)
    if not ON_POSIX:
        return
    with pytest.raises(Refusal) as refused:
        keys.refuse_wide(home)
    (fault,) = refused.value.faults
    assert (fault.code, Path(fault.where)) == ("PERMISSIONS", home.path / where)
    assert fault.got == f"{mode:o}"
    assert f"chmod {'700' if (home.path / where).is_dir() else '600'}" in fault.remedy
