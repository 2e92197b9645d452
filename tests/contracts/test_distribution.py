"""What a user installs: `pip install .` into an empty environment gives a program that works on its own."""

from __future__ import annotations

import shutil
import subprocess
import sys
import venv
import zipfile
from typing import TYPE_CHECKING

import pytest

from tests.contracts.tree import ROOT, files, is_left_by_tools, place

if TYPE_CHECKING:
    from pathlib import Path


def run(*words: str, cwd: Path) -> str:
    """Output of a command that must succeed."""
    done = subprocess.run(words, cwd=cwd, capture_output=True, encoding="utf-8", check=False)  # noqa: S603 - our own
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def copy_of_the_tree(folder: Path) -> Path:
    """The repository without what tools left there, so that a build leaves nothing in ours."""
    copied = folder / "source"
    shutil.copytree(ROOT, copied, ignore=lambda _, names: [name for name in names if is_left_by_tools(name)])
    return copied


def test_the_wheel_holds_code_definitions_and_catalogs_and_nothing_else(tmp_path: Path) -> None:
    source = copy_of_the_tree(tmp_path)
    build = ("wheel", "--quiet", "--no-deps", "--no-build-isolation", "--wheel-dir", "dist", ".")
    run(sys.executable, "-m", "pip", *build, cwd=source)
    (wheel,) = (source / "dist").iterdir()
    inside = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    packages = ("questionnaires", "analysis", "survey")
    wanted = {place(path, ROOT) for path in files(ROOT, within=packages) if path.suffix != ".md"}
    wanted |= {place(path, ROOT) for path in files(ROOT, ".po", within=("translations",))}
    assert inside == wanted


@pytest.mark.full
def test_an_installed_program_needs_no_source_tree(tmp_path: Path) -> None:
    source = copy_of_the_tree(tmp_path)
    environment = tmp_path / "empty"
    venv.create(environment, with_pip=True)
    programs = environment / ("Scripts" if sys.platform == "win32" else "bin")
    run(str(programs / "python"), "-m", "pip", "install", "--quiet", str(source), cwd=tmp_path)
    shutil.rmtree(source)
    longdan = str(programs / "longdan")
    assert "freeze" in run(longdan, "--help", cwd=tmp_path)
    kansas_city = ROOT / "examples" / "kansas_city"
    where = "import questionnaires; print(questionnaires.__path__[0])"
    definitions = run(str(programs / "python"), "-c", where, cwd=tmp_path).strip()
    for name in ("service_responsibility", "kiosk_core", "kcmo_2021"):
        run(longdan, "check", f"{definitions}/definitions/{name}.yaml", cwd=tmp_path)
    run(
        longdan, "freeze", "--data", str(kansas_city / "answers.csv"), "--instrument", "kcmo_2021",
        "--design", str(kansas_city / "design.yaml"), "--out", "wave",
        cwd=tmp_path,
    )  # fmt: skip
    for language in ("vi", "en"):
        run(longdan, "score", "wave", "--out", f"result-{language}", "--lang", language, cwd=tmp_path)
        run(longdan, "replay", f"result-{language}", cwd=tmp_path)
        assert (tmp_path / f"result-{language}" / "report.html").is_file()
