"""Imports stand at the top, and name nothing that only one kind of operating system has."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from tests.contracts.tree import PACKAGES, PYTHON, ROOT, modules, plant

if TYPE_CHECKING:
    from pathlib import Path

POSIX_MODULES = {
    "crypt",
    "fcntl",
    "grp",
    "nis",
    "posix",
    "pty",
    "pwd",
    "resource",
    "spwd",
    "syslog",
    "termios",
    "tty",
}
POSIX_NAMES = {
    module: set(names.split())
    for module, names in {
        "os": (
            "chown chroot fork forkpty getegid geteuid getgid getgroups getloadavg getpgid getuid initgroups "
            "killpg lchown mkfifo nice sched_getaffinity setegid seteuid setgid setpgid setsid setuid "
            "statvfs sync uname wait wait3 wait4 waitid O_DIRECTORY O_NOFOLLOW WNOHANG"
        ),
        "signal": "SIGALRM SIGCHLD SIGHUP SIGKILL SIGQUIT SIGUSR1 SIGUSR2 alarm pause setitimer",
        "socket": "AF_UNIX socketpair",
        "time": "tzset",
    }.items()
}


def local_imports(root: Path) -> list[str]:
    """Imports inside functions: they hide a cycle or a cost."""
    return sorted(
        {
            f"{name}:{node.lineno}"
            for name, module in modules(root, within=PYTHON)
            for function in ast.walk(module)
            if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
            for node in ast.walk(function)
            if isinstance(node, ast.Import | ast.ImportFrom)
        }
    )


def posix_only(root: Path) -> list[str]:
    """Names in the three packages that Windows does not have."""
    return [
        f"{name}:{line}: {posix}"
        for name, module in modules(root, within=PACKAGES)
        for node in ast.walk(module)
        for line, posix in _posix_names(node)
    ]


def _posix_names(node: ast.AST) -> list[tuple[int, str]]:
    if isinstance(node, ast.Import):
        return [(node.lineno, alias.name) for alias in node.names if alias.name in POSIX_MODULES]
    if isinstance(node, ast.ImportFrom) and node.module in POSIX_MODULES:
        return [(node.lineno, node.module)]
    if isinstance(node, ast.ImportFrom):
        known = POSIX_NAMES.get(node.module or "", set())
        return [(node.lineno, f"{node.module}.{alias.name}") for alias in node.names if alias.name in known]
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
        known = POSIX_NAMES.get(node.value.id, set())
        return [(node.lineno, f"{node.value.id}.{node.attr}")] if node.attr in known else []
    return []


def test_no_import_hides_in_a_function() -> None:
    assert local_imports(ROOT) == []


def test_a_hidden_import_is_found(tmp_path: Path) -> None:
    hidden = "import os\n\ndef late():\n    if os:\n        import json\n    return json\n"
    plant(tmp_path, {"survey/hidden.py": hidden, "survey/open.py": "if True:\n    import json\n"})
    assert local_imports(tmp_path) == ["survey/hidden.py:5"]


def test_nothing_needs_posix() -> None:
    assert posix_only(ROOT) == []


def test_what_only_posix_has_is_found(tmp_path: Path) -> None:
    plant(
        tmp_path,
        {
            "survey/lock.py": "import fcntl\n",
            "survey/user.py": "from pwd import getpwnam\n",
            "analysis/child.py": "import os\nos.fork()\nos.getpid()\n",
            "questionnaires/bell.py": "from signal import SIGALRM, SIGINT\n",
            "tests/only.py": "import resource\n",
        },
    )
    assert posix_only(tmp_path) == [
        "analysis/child.py:2: os.fork",
        "questionnaires/bell.py:1: signal.SIGALRM",
        "survey/lock.py:1: fcntl",
        "survey/user.py:1: pwd",
    ]
