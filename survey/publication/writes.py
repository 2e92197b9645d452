"""The act by which a result becomes public, and the one by which it is withdrawn."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from sqlalchemy import func, insert, select

from survey import i18n
from survey.audit.writes import record, take_turn
from survey.frozen.layout import PLAN
from survey.publication.differencing import compared
from survey.publication.drafting import drafted, with_reach
from survey.publication.evidence import evidence_of
from survey.publication.models import (
    PublishedAgency,
    PublishedCell,
    PublishedRelease,
    PublishedWording,
    ReleaseWithdrawal,
)
from survey.publication.noted import RELEASED, WITHDRAWN
from survey.publication.reads import Release, cells_of, releases_of
from survey.publication.rows import hash_of, row_of
from survey.publication.suppression import suppressed
from survey.publication.visitors import counted_visitors
from survey.refusal import Fault, Refusal
from survey.scoring.described import report_of
from survey.waves.models import Wave

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from pathlib import Path

    from sqlalchemy import Connection

    from survey.config import Home
    from survey.publication.cells import Cell, Key
    from survey.publication.evidence import Evidence
    from survey.publication.rows import Row
    from survey.scoring.report.contents import ReportInput
    from survey.stores import Store

REASON_LENGTH = 1_000
_AT_ONCE = 500


@dataclass(frozen=True)
class Released:
    """What a release made public.

    Attributes:
        wave, number: which release of which wave.
        hash: over everything that is public of it.
        head: of the audit chain with the entry of the release.
        shown, withheld: how many cells have a number, and how many have none.
        new: False when the very same was public already; nothing was written then.
    """

    wave: str
    number: int
    hash: str
    head: str
    shown: int
    withheld: int
    new: bool


@dataclass(frozen=True)
class _Draft:
    """Everything that a release writes but its number, its time and the chain."""

    header: Row
    agencies: list[Row]
    wordings: list[Row]
    cells: list[Row]

    @property
    def hash(self) -> str:
        return hash_of(self.header, self.agencies, self.wordings, self.cells)


def release(  # noqa: PLR0913 - what a command asks for
    store: Store,
    home: Home,
    result: Path,
    now: datetime,
    *,
    actor: str,
    step: Callable[[str], None] = lambda _: None,
) -> Released:
    """Make a result public: verified, rounded, suppressed, held against what was released before.

    Args:
        store: the main store, opened as its owner.
        home: the site; the result's frozen wave lies under its `waves/`.
        result: the folder that `longdan score` wrote.
        now: when, with a time zone.
        actor: who does it, for the audit chain.
        step: told of each step, for a person who waits.

    Raises:
        Refusal: result or wave are not what was scored and sealed; a number differs from an earlier release
            of the wave by fewer than ten respondents; or what is withheld cannot be protected any more.
    """
    evidence = evidence_of(home, result, step)
    wave = evidence.wave.manifest.wave
    with store.reading() as connection:
        outside = _is_outside(connection, evidence)
        earlier = releases_of(connection, wave)
        before = [cells_of(connection, one) for one in earlier]
    step("Withholding what gives other numbers away")
    report = report_of(evidence.wave, evidence.rows, "vi", data=evidence.manifest.data)
    draft = _draft(evidence, report, _cells(evidence, report, before), outside=outside)
    step("Publishing")
    with store.writing() as connection:
        take_turn(connection)
        if [one.id for one in releases_of(connection, wave)] != [one.id for one in earlier]:
            raise Refusal([_meanwhile(wave)])
        same = next((one for one in earlier if one.hash == draft.hash and one.is_current), None)
        if same is not None:
            return _released(same, draft, new=False)
        return _released(_write(connection, draft, len(earlier) + 1, now, actor), draft, new=True)


def withdraw(connection: Connection, found: Release, reason: str, now: datetime, *, actor: str) -> str:
    """Withdraw a release: pages show when and why in its place, and the chain keeps the act.

    Args:
        connection: a transaction of the main store.
        found: the release.
        reason: for everybody to read.
        now: when, with a time zone.
        actor: who does it.

    Returns:
        The new head of the audit chain.

    Raises:
        Refusal: it is withdrawn already, or the reason is empty or too long.
    """
    where = f"wave {found.wave}, release {found.number}"
    said = " ".join(reason.split())
    if not 1 <= len(said) <= REASON_LENGTH:
        expected, got = f"a reason of 1 to {REASON_LENGTH:,} characters", f"{len(said):,}"
        remedy = "Say in a sentence why it is withdrawn; it stands on the page."
        raise Refusal([Fault(code="REASON", where=where, expected=expected, got=got, remedy=remedy)])
    if found.withdrawn is not None:
        expected, got = "a release that stands", f"one withdrawn on {found.withdrawn.at:%Y-%m-%d}"
        remedy = "Nothing more is to be done."
        raise Refusal([Fault(code="WITHDRAWN", where=where, expected=expected, got=got, remedy=remedy)])
    moment = _to_the_minute(now)
    detail = {"release": found.hash, "number": found.number, "reason": said}
    head = record(connection, now=now, actor=actor, act=WITHDRAWN, subject=found.wave, detail=detail)
    row = {"release": found.id, "withdrawn": moment, "actor": actor, "reason": said}
    connection.execute(insert(ReleaseWithdrawal).values(row))
    return head


def _is_outside(connection: Connection, evidence: Evidence) -> bool:
    """Whether the wave was frozen from data of others; one of this site's own must be the one it froze.

    Raises:
        Refusal: the site has a wave of that name that is not frozen, or froze other data.
    """
    name = evidence.wave.manifest.wave
    query = select(Wave.frozen).where(Wave.id == name)
    found = connection.execute(query).one_or_none()
    if found is None:
        return True
    if found.frozen != evidence.manifest.data:
        fault = Fault(
            code="OTHER_DATA",
            where=f"wave {name}",
            expected=f"the data that this site froze, {found.frozen or 'which it has not yet done'}",
            got=evidence.manifest.data,
            remedy="Close the wave, score what that writes, and release that; "
            "freeze data of others under another name.",
        )
        raise Refusal([fault])
    return False


def _cells(evidence: Evidence, report: ReportInput, before: list[dict[Key, Cell]]) -> dict[Key, Cell]:
    cells = drafted(report, counted_visitors(evidence.wave))
    asked = compared(cells, before)
    kept = suppressed(
        cells, evidence.wave.instrument, report.headline, kept_back=asked.kept_back, known=asked.known
    )
    return with_reach(kept, report)


def _draft(evidence: Evidence, report: ReportInput, cells: dict[Key, Cell], *, outside: bool) -> _Draft:
    plan = None if report.plan_hash is None else (evidence.wave.path / PLAN).read_text(encoding="utf-8")
    header = {
        "wave": report.wave,
        "outside": outside,
        "basis": report.basis,
        "subject": report.subject,
        "opened": report.opened,
        "closed": report.closed,
        "headline": report.headline,
        "standard": None if plan is None else report.standard,
        "plan": plan,
        "plan_hash": report.plan_hash,
        "instruments": json.dumps(list(evidence.wave.manifest.instruments)),
        "data": report.data_hash,
        "result": evidence.manifest.id,
        "version": report.code_version,
    }
    agencies = [{"code": code, **asdict(agency)} for code, agency in report.agencies.items()]
    return _Draft(header, agencies, _wordings(evidence), [row_of(cell) for cell in cells.values()])


def _wordings(evidence: Evidence) -> list[Row]:
    """The words of title, constructs and items in each language of the interface."""
    found = []
    for language in i18n.LANGUAGES:
        said = report_of(evidence.wave, evidence.rows, language, data=evidence.manifest.data)
        texts = {"title": said.title}
        texts |= {f"construct.{name}": text for name, text in said.constructs.items()}
        texts |= {f"item.{name}": text for name, text in said.items.items()}
        found += [{"language": language, "name": name, "text": text} for name, text in texts.items()]
    return found


def _write(connection: Connection, draft: _Draft, number: int, now: datetime, actor: str) -> Release:
    wave = draft.header["wave"]
    detail = {
        "release": draft.hash,
        "number": number,
        "result": draft.header["result"],
        "data": draft.header["data"],
        "plan": draft.header["plan_hash"],
        "cells": len(draft.cells),
        "outside": draft.header["outside"],
    }
    head = record(connection, now=now, actor=actor, act=RELEASED, subject=wave, detail=detail)
    newest = connection.scalar(select(func.max(PublishedRelease.id))) or 0
    row = {
        **draft.header,
        "id": newest + 1,
        "number": number,
        "released": _to_the_minute(now),
        "actor": actor,
        "hash": draft.hash,
        "head": head,
    }
    connection.execute(insert(PublishedRelease).values(row))
    for table, rows in (
        (PublishedAgency, draft.agencies),
        (PublishedWording, draft.wordings),
        (PublishedCell, draft.cells),
    ):
        for first in range(0, len(rows), _AT_ONCE):
            some = [{"release": row["id"], **one} for one in rows[first : first + _AT_ONCE]]
            connection.execute(insert(table), some)
    return releases_of(connection, wave)[-1]


def _released(found: Release, draft: _Draft, *, new: bool) -> Released:
    withheld = sum(row["shown"] == "withheld" for row in draft.cells)
    return Released(
        wave=found.wave,
        number=found.number,
        hash=found.hash,
        head=found.head,
        shown=len(draft.cells) - withheld,
        withheld=withheld,
        new=new,
    )


def _to_the_minute(now: datetime) -> datetime:
    """As the audit chain keeps it."""
    return now.replace(second=0, microsecond=0)


def _meanwhile(wave: str) -> Fault:
    return Fault(
        code="MEANWHILE",
        where=f"wave {wave}",
        expected="the releases that were there at the start",
        got="another one, made in the meantime",
        remedy="Release again: it is then held against that one too.",
    )
