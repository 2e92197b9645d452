"""Frozen waves against the audit chain: a folder that was written anew is whole in itself."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from sqlalchemy import select

from survey.audit.models import Entry
from survey.frozen.layout import MANIFEST
from survey.frozen.writing import sha256_of
from survey.refusal import Fault

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from survey.config import Home

FROZEN: Final = "wave frozen"  # as the chain calls it


def noted_faults(connection: Connection, home: Home) -> list[Fault]:
    """Waves whose folder is gone, or has another manifest than the chain noted when it was frozen."""
    entries = select(Entry.subject, Entry.detail).where(Entry.act == FROZEN).order_by(Entry.number)
    faults = []
    for wave, detail in connection.execute(entries):
        noted, file = json.loads(detail)["manifest"], home.waves / wave / MANIFEST
        found = sha256_of(file) if file.exists() else "no such file"
        if found != noted:
            faults.append(_fault(str(file), noted, found))
    return faults


def _fault(where: str, noted: str, found: str) -> Fault:
    return Fault(
        code="NOT_AS_FROZEN",
        where=where,
        expected=f"the manifest {noted} that the audit chain noted",
        got=found,
        remedy="Put the folder back from a copy: it was moved, deleted or written anew.",
    )
