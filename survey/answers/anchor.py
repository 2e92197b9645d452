"""The nightly anchor: count and root of each wave's settled responses stand in the audit chain.

Who deletes, adds or alters a settled response behind the program does not know how to make the root come out
again; withdrawals, which change it rightly, are counted apart.
"""

from __future__ import annotations

import json
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import String, cast, func, select

from survey.answers.models import Answer, Comment, Response, Withdrawal
from survey.audit.models import Entry
from survey.audit.writes import canonical, record
from survey.refusal import Fault
from survey.waves.models import Wave

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from sqlalchemy import Connection, Select

ACT: Final = "answers settled"

_AT_ONCE = 10_000


def anchor(connection: Connection, waves: Iterable[str], *, now: datetime, actor: str) -> None:
    """Write count and root of the settled responses of waves into the audit chain."""
    for wave in sorted(waves):
        detail = _standing(connection, wave)
        record(connection, now=now, actor=actor, act=ACT, subject=wave, detail=detail)


def anchor_faults(connection: Connection) -> list[Fault]:
    """Waves that are not frozen and whose settled responses are not those of their latest anchor."""
    faults = []
    for wave in connection.scalars(select(Wave.id).where(Wave.frozen.is_(None)).order_by(Wave.id)):
        latest = select(Entry.detail).where(Entry.act == ACT, Entry.subject == wave)
        detail = connection.scalar(latest.order_by(Entry.number.desc()).limit(1))
        if detail is None:
            continue
        then, now = json.loads(detail), _standing(connection, wave)
        withdrawn = now["withdrawn"] - then["withdrawn"]
        same = now == then if withdrawn == 0 else then["responses"] - withdrawn <= now["responses"]
        if not same:
            faults.append(_fault(wave, then, now))
    return faults


def _standing(connection: Connection, wave: str) -> dict[str, Any]:
    """How many responses there are, a SHA-256 over all of them, and how many were withdrawn so far."""
    digest = sha256()
    responses = 0
    plain = select(Response.__table__).where(Response.wave == wave).order_by(Response.id)
    for row in connection.execute(plain.execution_options(yield_per=_AT_ONCE)).mappings():
        responses += 1
        fields = {name: value.hex() if isinstance(value, bytes) else value for name, value in row.items()}
        digest.update(canonical(fields | {"day": str(row["day"])}).encode())
    for response, answers in connection.execute(_answers_of(wave)):
        digest.update(f"{response}\n{sorted(answers.splitlines())}".encode())
    texts = select(Comment.__table__).join(Response, Response.id == Comment.response)
    texts = texts.where(Response.wave == wave).order_by(Comment.response, Comment.item)
    for text in connection.execute(texts):
        digest.update(repr(tuple(text)).encode())
    withdrawn = select(func.coalesce(func.sum(Withdrawal.n), 0)).where(Withdrawal.wave == wave)
    return {
        "responses": responses,
        "root": digest.hexdigest(),
        "withdrawn": int(connection.scalar(withdrawn) or 0),
    }


def _answers_of(wave: str) -> Select[str, str]:
    """A response a row, with its answers a line each, in any order."""
    value = func.coalesce(cast(Answer.code, String), cast(Answer.number, String), Answer.missing)
    answers = func.aggregate_strings(Answer.variable + "=" + value, "\n")
    query = select(Answer.response, answers).join(Response, Response.id == Answer.response)
    return query.where(Response.wave == wave).group_by(Answer.response).order_by(Answer.response)


def _fault(wave: str, then: dict[str, Any], now: dict[str, Any]) -> Fault:
    return Fault(
        code="SETTLED_CHANGED",
        where=f"wave {wave}",
        expected=f"{then['responses']:,} settled responses with the root {then['root']}",
        got=f"{now['responses']:,} with the root {now['root']}",
        remedy="Compare with a backup: responses were changed behind the program.",
    )
