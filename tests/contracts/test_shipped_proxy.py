"""The configuration of a proxy that the documents show keeps nothing of who answered."""

from __future__ import annotations

import re

from survey.app import BODY_LIMIT
from tests.contracts.tree import ROOT

PAGE = ROOT / "docs" / "running.md"


def servers(page: str) -> list[str]:
    """Every server of every nginx configuration of a page."""
    blocks = re.findall(r"```nginx\n(.*?)```", page, flags=re.DOTALL)
    return [part for block in blocks for part in re.split(r"^server ", block, flags=re.MULTILINE)[1:]]


def faults(page: str) -> list[str]:
    """What such a server would keep, or let through."""
    told = []
    for number, server in enumerate(servers(page), 1):
        told += (
            [] if re.search(r"^ *access_log off;", server, re.MULTILINE) else [f"{number}: it keeps a log"]
        )
        if "proxy_pass" not in server:
            continue
        wanted = (
            "gzip off;",
            f"client_max_body_size {BODY_LIMIT // 1_000_000}m;",
            f"client_body_buffer_size {BODY_LIMIT // 1_000_000}m;",
            "proxy_max_temp_file_size 0;",
            "error_log /var/log/nginx/longdan.log crit;",
            "X-Forwarded-For $proxy_add_x_forwarded_for;",
        )
        told += [f"{number}: no {line}" for line in wanted if line not in server]
        told += [f"{number}: it tells the host that was asked for"] * ("X-Forwarded-Host" in server)
    return told


def test_the_proxy_of_the_documents_keeps_no_log() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert len(servers(page)) == 2
    assert faults(page) == []


def test_a_proxy_that_keeps_one_is_found() -> None:
    page = PAGE.read_text(encoding="utf-8")
    planted = page.replace("access_log off;", "access_log /var/log/nginx/access.log;", 1)
    planted = planted.replace("gzip off;", "gzip on;")
    assert faults(planted) == ["1: it keeps a log", "2: no gzip off;"]
