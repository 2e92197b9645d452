"""Nothing in the tree belongs to one person, one machine or one package index."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tests.contracts.tree import ROOT, plant, text_files

if TYPE_CHECKING:
    from pathlib import Path

PATHS_OF_A_MACHINE = re.compile(r"(?<![\w./-])/(?:home|Users|root|work)/\w|\b[A-Z]:\\Users\b")
# Written in pieces, so that this file does not find itself.
INDEX_HOSTS = re.compile(
    "|".join(
        re.escape(".".join(parts))
        for parts in (
            ("pypi", "org"),
            ("pythonhosted", "org"),
            ("npmjs", "org"),
            ("npmjs", "com"),
            ("deb", "debian", "org"),
            ("security", "debian", "org"),
            ("crates", "io"),
        )
    )
)
MAIL = re.compile(r"(?<![\w.+\\-])[\w.+-]+@(?!example\.)[\w-]+(?:\.[\w-]+)*\.[a-z]{2,}\b")
SECRETS = re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----|\b(?:ghp|pypi|xox[abp])[-_][A-Za-z0-9_-]{16,}")
RULES = {
    "a path of one machine": PATHS_OF_A_MACHINE,
    "a host of a package index": INDEX_HOSTS,
    "a mail address": MAIL,
    "a secret": SECRETS,
}


def personal(root: Path) -> list[str]:
    """Lines that name a person, a machine, a package index or a secret."""
    return [
        f"{name}:{number}: {what}"
        for name, text in text_files(root)
        for what, pattern in RULES.items()
        if pattern.search(text)
        for number, line in enumerate(text.splitlines(), start=1)
        if pattern.search(line)
    ]


def test_the_tree_belongs_to_nobody() -> None:
    assert personal(ROOT) == []


def test_what_belongs_to_somebody_is_found(tmp_path: Path) -> None:
    mail, host, key = "lan@" + "gov.vn", "files.python" + "hosted.org", "-----BEGIN PRIV" + "ATE KEY-----"
    plant(
        tmp_path,
        {
            "survey/a.py": 'PATH = "/' + 'home/lan/data.csv"\nURL = "/surveys/home/x"\n',
            "docs/b.md": f"Ask {mail}, or somebody@example.org.\n",
            "requirements/c.txt": f"numpy @ https://{host}/numpy.whl\n",
            "keys/d": f"{key}\n",
        },
    )
    assert personal(tmp_path) == [
        "docs/b.md:1: a mail address",
        "keys/d:1: a secret",
        "requirements/c.txt:1: a host of a package index",
        "survey/a.py:1: a path of one machine",
    ]
