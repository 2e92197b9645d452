"""What a release rests on: a result that comes out again, byte for byte, of a wave that lies in the home.

A manifest can be written to fit what somebody changed; scores cannot. So the wave under `waves/` is scored
once more, and only what that gives is released.
"""

from __future__ import annotations

import json
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from survey.frozen.layout import MANIFEST
from survey.frozen.reading import read
from survey.frozen.writing import sha256_of
from survey.refusal import Fault, Refusal
from survey.scoring.result import FILES, JSON, ResultManifest, score
from survey.scoring.rows import ScoreRow
from survey.version import version
from survey.waves.reads import is_wave_id

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from survey.config import Home
    from survey.frozen.reading import FrozenWave

_SCORE_AGAIN = "Score the wave again with `longdan score`, and release that."


@dataclass(frozen=True)
class Evidence:
    """A result that was made again, its wave, and its scores."""

    manifest: ResultManifest
    wave: FrozenWave
    rows: tuple[ScoreRow, ...]


def read_manifest(result: Path) -> ResultManifest:
    """What a result folder says of itself; nothing of it is checked against anything.

    Raises:
        Refusal: it is no result folder.
    """
    path = result / MANIFEST
    try:
        return ResultManifest.model_validate_json(path.read_bytes())
    except (OSError, ValueError) as error:
        got = " ".join(str(error).split())[:200]
        remedy = "Name a folder that `longdan score` has written."
        raise Refusal([_fault("NO_RESULT", path, "the manifest of a result folder", got, remedy)]) from error


def evidence_of(home: Home, result: Path, step: Callable[[str], None]) -> Evidence:
    """Verify a result by making it again of the wave that the home holds.

    Raises:
        Refusal: a file was changed or comes out otherwise, the result is of another version of the program,
            or the home holds no such wave.
    """
    manifest = read_manifest(result)
    frozen = _frozen(home, result, manifest)
    faults = list(_changed(result, manifest))
    if manifest.version != version():
        expected, got = f"a result of version {version()}", f"one of version {manifest.version}"
        faults.append(_fault("OTHER_VERSION", result / MANIFEST, expected, got, _SCORE_AGAIN))
    if faults:
        raise Refusal(faults)
    with tempfile.TemporaryDirectory(prefix="longdan-") as scratch:
        again = Path(scratch) / "again"
        made = score(frozen, again, language=manifest.language, step=step)
        # where the wave lay and who ran the pass change no number
        made = made.model_copy(update={"frozen": manifest.frozen, "engine": manifest.engine})
        if made != manifest:
            raise Refusal(list(_differing(result, manifest, made)))
        rows = json.loads((again / JSON).read_bytes())["rows"]
    return Evidence(manifest, read(frozen, verified=False), tuple(ScoreRow(**row) for row in rows))


def _frozen(home: Home, result: Path, manifest: ResultManifest) -> Path:
    where = f"{result / MANIFEST}: wave"
    if not is_wave_id(manifest.wave):
        got = repr(manifest.wave[:60])
        raise Refusal([_fault("WAVE_NAME", where, "the name of a wave", got, _SCORE_AGAIN)])
    frozen = home.waves / manifest.wave
    if not (frozen / MANIFEST).is_file():
        expected = f"the frozen wave {manifest.wave} under {home.waves}"
        remedy = "Put the frozen wave there: what this site releases, it can show."
        raise Refusal([_fault("NO_WAVE", where, expected, "no such folder", remedy)])
    found = sha256_of(frozen / MANIFEST)
    if found != manifest.data:
        expected = f"the wave of the result, whose manifest has the SHA-256 {manifest.data}"
        raise Refusal([_fault("OTHER_DATA", frozen / MANIFEST, expected, found, _SCORE_AGAIN)])
    return frozen


def _changed(result: Path, manifest: ResultManifest) -> Iterator[Fault]:
    for name in FILES:
        path, expected = result / name, "the file that was scored"
        if not path.is_file():
            yield _fault("MISSING_FILE", path, expected, "no file", _SCORE_AGAIN)
        elif sha256_of(path) != manifest.files.get(name):
            yield _fault("CHANGED", path, expected, "another content", _SCORE_AGAIN)


def _differing(result: Path, manifest: ResultManifest, made: ResultManifest) -> Iterator[Fault]:
    expected = "what the wave gives when it is scored again"
    names = [name for name in FILES if manifest.files.get(name) != made.files[name]]
    for name in names or [MANIFEST]:
        yield _fault("DIFFERS", result / name, expected, "something else", _SCORE_AGAIN)


def _fault(code: str, where: Path | str, expected: str, got: str, remedy: str) -> Fault:
    return Fault(code=code, where=str(where), expected=expected, got=got, remedy=remedy)
