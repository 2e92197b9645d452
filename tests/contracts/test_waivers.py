"""Nothing is waived without its reason: no test is skipped, and each exception from a rule says why."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from typing import TYPE_CHECKING

from tests.contracts.tree import PYTHON, ROOT, files, modules, place, plant

if TYPE_CHECKING:
    from pathlib import Path

WAYS_TO_SKIP = {"skip", "skipif", "importorskip", "xfail", "skipTest", "SkipTest", "skipUnless", "skipIf"}
WAIVER = re.compile(r"#\s*(noqa|type:\s*ignore|pragma:\s*no cover|nosec|mypy:|ruff:)")
REASONED = re.compile(r"#\s*(?:noqa: [A-Z0-9, ]+|type: ignore\[[a-z, -]+\]) +[-#] \S.{4,}")
IGNORED_RULE = re.compile(r'^ +"[A-Z]+[0-9]*", *(#.*)?$')


def skips(root: Path) -> list[str]:
    """Places where a test could end without having tested."""
    return sorted(
        f"{name}:{node.lineno}: {called}"
        for name, module in modules(root, within=("tests",))
        for node in ast.walk(module)
        if isinstance(node, ast.Attribute | ast.Name | ast.alias)
        for called in [_last_name(node)]
        if called in WAYS_TO_SKIP
    )


def _last_name(node: ast.Attribute | ast.Name | ast.alias) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else node.name


def waivers_without_reason(root: Path) -> list[str]:
    """Comments that silence a tool and do not name the rule and the reason."""
    return [
        f"{place(path, root)}:{token.start[0]}: {token.string}"
        for path in files(root, ".py", within=PYTHON)
        for token in tokenize.generate_tokens(io.StringIO(path.read_text(encoding="utf-8")).readline)
        if token.type == tokenize.COMMENT and WAIVER.search(token.string) and not REASONED.match(token.string)
    ]


def rules_ignored_without_reason(configuration: str) -> list[str]:
    """Rules of ruff that the configuration switches off without saying why, one a line."""
    lint = configuration[configuration.index("[tool.ruff.lint]") :].split("[tool.mypy]", maxsplit=1)[0]
    matches = (IGNORED_RULE.match(line) for line in lint.splitlines())
    return [match.string.strip() for match in matches if match and not match[1]]


def test_no_test_is_skipped() -> None:
    assert skips(ROOT) == []


def test_a_skipped_test_is_found(tmp_path: Path) -> None:
    plant(
        tmp_path,
        {
            "tests/test_a.py": "import pytest\npytest.importorskip('flask')\n",
            "tests/test_b.py": "from pytest import mark, skip\n@mark.xfail\ndef test(): ...\n",
            "survey/list.py": "row.skip()\n",
        },
    )
    assert skips(tmp_path) == [
        "tests/test_a.py:2: importorskip",
        "tests/test_b.py:1: skip",
        "tests/test_b.py:2: xfail",
    ]


def test_every_waiver_has_its_reason() -> None:
    assert waivers_without_reason(ROOT) == []


def test_a_waiver_without_reason_is_found(tmp_path: Path) -> None:
    plant(
        tmp_path,
        {
            "survey/a.py": (
                "import b  # noqa\n"
                "import c  # noqa: F401\n"
                "import d  # noqa: F401 - names what others import\n"
                "import e  # type: ignore[import-untyped]\n"
                "import f  # type: ignore[import-untyped]  # it ships no types\n"
                "TEXT = '# noqa'\n"
            )
        },
    )
    assert waivers_without_reason(tmp_path) == [
        "survey/a.py:1: # noqa",
        "survey/a.py:2: # noqa: F401",
        "survey/a.py:4: # type: ignore[import-untyped]",
    ]


def test_every_ignored_rule_has_its_reason() -> None:
    assert rules_ignored_without_reason((ROOT / "pyproject.toml").read_text(encoding="utf-8")) == []


def test_a_rule_ignored_without_reason_is_found() -> None:
    planted = (
        '[tool.ruff.lint]\nignore = [\n  "D203", # contradicts D211\n  "S101",\n]\n[tool.mypy]\n  "X1",\n'
    )
    assert rules_ignored_without_reason(planted) == ['"S101",']
