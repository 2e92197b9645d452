"""A frozen wave is whole or not there, and what changed in it afterwards is named."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import pytest

from survey.frozen.layout import Manifest
from survey.frozen.reading import read, verify
from survey.frozen.writing import whole_folder
from survey.refusal import Refusal
from tests.survey.frozen.small import UNITS, Files

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[3]


@pytest.fixture
def wave(tmp_path: Path) -> Path:
    """The folder of a small frozen wave."""
    return Files(tmp_path, units=UNITS, plan="unit: errand\n").freeze().path


def names(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def test_the_folder_has_the_files_of_the_contract(wave: Path) -> None:
    manifest = Manifest.model_validate_json((wave / "manifest.json").read_bytes())
    assert names(wave) == sorted(
        [
            "arrivals.csv",
            "comments.parquet",
            "design.json",
            f"instruments/{manifest.instruments[0]}.json",
            "manifest.json",
            "plan.json",
            "responses/part-0000.parquet",
            "units.csv",
            "withdrawals.csv",
        ]
    )
    assert set(manifest.files) == set(names(wave)) - {"manifest.json"}
    assert {name: entry.rows for name, entry in manifest.files.items() if entry.rows is not None} == {
        "arrivals.csv": 0,
        "comments.parquet": 3,
        "responses/part-0000.parquet": 4,
        "units.csv": 2,
        "withdrawals.csv": 0,
    }
    assert (wave / "arrivals.csv").read_text(encoding="utf-8") == "place,day,hour,responses,visitors\n"
    assert verify(wave) == []


def test_each_file_changed_by_one_byte_is_named(wave: Path) -> None:
    for name in names(wave):
        if name == "manifest.json":
            continue
        raw = (wave / name).read_bytes()
        changed = bytearray(raw)
        changed[len(raw) // 2] ^= 1
        (wave / name).write_bytes(bytes(changed))
        [fault] = verify(wave)
        assert (fault.code, fault.where) == ("WRONG_CHECKSUM", str(wave / name))
        with pytest.raises(Refusal, match="WRONG_CHECKSUM"):
            read(wave)
        (wave / name).write_bytes(raw)
    assert verify(wave) == []


def test_missing_extra_short_and_linked_files_are_all_named(wave: Path) -> None:
    (wave / "units.csv").unlink()
    (wave / "notes.txt").write_text("x", encoding="utf-8")
    with (wave / "comments.parquet").open("rb+") as file:
        file.truncate(20)
    shutil.copy(wave / "design.json", wave.parent / "design.json")
    (wave / "design.json").unlink()
    (wave / "design.json").symlink_to(wave.parent / "design.json")
    assert {(fault.code, Path(fault.where).name) for fault in verify(wave)} == {
        ("MISSING_FILE", "units.csv"),
        ("EXTRA_FILE", "notes.txt"),
        ("WRONG_SIZE", "comments.parquet"),
        ("LINK", "design.json"),
    }


def change_manifest(wave: Path, **changes: object) -> None:
    path = wave / "manifest.json"
    manifest = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps({**manifest, **changes}), encoding="utf-8")


def test_a_checksum_that_is_wrong_in_the_manifest_names_the_file(wave: Path) -> None:
    manifest = json.loads((wave / "manifest.json").read_text(encoding="utf-8"))
    manifest["files"]["units.csv"]["sha256"] = "0" * 64
    change_manifest(wave, files=manifest["files"])
    [fault] = verify(wave)
    assert (fault.code, fault.where) == ("WRONG_CHECKSUM", str(wave / "units.csv"))


def test_a_file_that_retention_removed_may_be_gone(wave: Path) -> None:
    (wave / "comments.parquet").unlink()
    assert [fault.code for fault in verify(wave)] == ["MISSING_FILE"]
    change_manifest(wave, removed=[{"file": "comments.parquet", "day": "2026-12-01", "reason": "retention"}])
    assert verify(wave) == []
    with read(wave).engine() as connection:
        assert connection.table("comments").fetchall() == []


MANIFESTS = {
    "another format": {"format": "longdan-frozen-wave/2"},
    "a path that leaves the folder": {"files": {"../x": {"sha256": "0", "bytes": 1, "rows": None}}},
    "an unknown field": {"note": "x"},
    "a basis that is none": {"basis": "chance"},
}


@pytest.mark.parametrize("changes", MANIFESTS.values(), ids=MANIFESTS.keys())
def test_a_manifest_of_another_shape_is_refused(changes: dict[str, object], wave: Path) -> None:
    change_manifest(wave, **changes)
    assert {fault.code for fault in verify(wave)} == {"WRONG_MANIFEST"}


def test_an_instrument_or_plan_under_a_wrong_hash_is_named(wave: Path) -> None:
    change_manifest(wave, plan="0" * 64)
    assert [(fault.code, Path(fault.where).name) for fault in verify(wave)] == [("WRONG_HASH", "plan.json")]


def test_a_folder_without_a_manifest_is_no_wave(wave: Path) -> None:
    (wave / "manifest.json").unlink()
    assert [fault.code for fault in verify(wave)] == ["NO_WAVE"]
    assert [fault.code for fault in verify(wave / "nowhere")] == ["NO_WAVE"]


def test_the_engine_reads_nothing_but_the_folder(wave: Path) -> None:
    secret = wave.parent / "secret.csv"
    secret.write_text("a\n1\n", encoding="utf-8")
    with read(wave).engine() as connection:
        for query in (
            f"FROM read_csv('{secret}')",
            f"FROM read_csv('{wave}/../secret.csv')",
            f"COPY (SELECT 1) TO '{wave.parent}/leak.csv'",
            "SET enable_external_access = true",
            "INSTALL httpfs",
            "LOAD excel",
        ):
            with pytest.raises(duckdb.Error):
                connection.execute(query)


def test_an_interruption_leaves_nothing(tmp_path: Path) -> None:
    def interrupted() -> None:
        with whole_folder(tmp_path / "wave") as folder:
            (folder / "half").write_text("x", encoding="utf-8")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert list(tmp_path.iterdir()) == []


# A file of at most 64 kB is what a disk with 64 kB left gives: the write that goes beyond it fails.
SMALL_DISK = """
import signal, sys
from pathlib import Path
try:
    import resource
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), int(sys.argv[2])))
except ImportError:
    raise SystemExit("this system cannot limit the size of a file: run the test where it can")
from survey.frozen.outside import freeze
from tests.survey.frozen.small import INSTRUMENT
from survey.refusal import Refusal
folder = Path(sys.argv[1])
try:
    paths = {"data": folder / "data.csv", "design": folder / "design.yaml", "out": folder / "wave"}
    freeze(instrument=INSTRUMENT, **paths)
except Refusal as refusal:
    print(*[fault.code for fault in refusal.faults])
"""


def large(folder: Path) -> Files:
    """Answers whose frozen form is about 400 kB: random texts do not pack."""
    row = ("00004", "5", "1", "", "1", "0")
    rows = tuple((f"r{number}", *row, os.urandom(40).hex()) for number in range(9000))
    return Files(folder, rows=rows)


def refused_for_want_of_room(folder: Path, room: int) -> None:
    """Freeze where no file may grow beyond `room` bytes; it must be refused and leave nothing."""
    large(folder).write()
    command = [sys.executable, "-c", SMALL_DISK, str(folder), str(room)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, encoding="utf-8", check=False)  # noqa: S603 - our own
    assert (done.stdout.split(), done.returncode) == (["DISK_FULL"], 0), done.stdout + done.stderr
    assert names(folder) == ["data.csv", "design.yaml"]


@pytest.mark.parametrize("room", [65536, 4096, 100])
def test_a_write_that_fails_for_want_of_room_leaves_nothing(room: int, tmp_path: Path) -> None:
    refused_for_want_of_room(tmp_path, room)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path | None]:
    """A real file system of 256 kB; None where this person may not mount one."""
    place = tmp_path / "disk"
    place.mkdir()
    mount, umount = shutil.which("mount"), shutil.which("umount")
    mounted = False
    if mount and umount:
        command = [mount, "-t", "tmpfs", "-o", "size=256k", "tmpfs", str(place)]
        mounted = subprocess.run(command, capture_output=True, check=False).returncode == 0  # noqa: S603 - the system's
    yield place if mounted else None
    if mounted:
        subprocess.run([str(umount), str(place)], check=True)  # noqa: S603 - as above


def test_a_full_disk_leaves_nothing_half_written(small_disk: Path | None, tmp_path: Path) -> None:
    inputs = tmp_path / "inputs"
    inputs.mkdir()
    if small_disk is None:  # the nearest that everybody may do
        refused_for_want_of_room(inputs, 256 * 1024)
        return
    files = large(inputs)
    files.out = small_disk / "wave"
    with pytest.raises(Refusal) as caught:
        files.freeze()
    assert [fault.code for fault in caught.value.faults] == ["DISK_FULL"]
    assert list(small_disk.iterdir()) == []
