"""The anchor: count and root of each wave's settled responses stand in the audit chain.

The entry is written in the transaction that settles or withdraws, so that chain and responses agree after
every crash. The root is a product modulo a prime over the rows (MuHash: Bellare and Micciancio 1997, "A New
Paradigm for Collision-Free Hashing"): rows come and go in any order at the cost of these rows alone, and who
deletes, adds or alters one behind the program cannot make the root come out again.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from hashlib import sha256, shake_256
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import String, cast, func, select

from survey.answers.models import Answer, Comment, Response
from survey.audit.models import Entry
from survey.audit.writes import record, take_turn
from survey.refusal import Fault
from survey.waves.models import Wave

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy import ColumnElement, Connection

ACT: Final = "answers settled"

_PRIME = 2**3072 - 1_103_717  # the largest safe prime of 3,072 bits
_BYTES = 3072 // 8
_AT_ONCE = 10_000


@dataclass(frozen=True)
class Standing:
    """How many settled responses a wave has, and the product over their rows."""

    responses: int
    root: int

    @property
    def shown(self) -> str:
        """For a person: the count, and a short form of the root."""
        return f"{self.responses:,} settled responses with the root {sha256(_hex(self.root)).hexdigest()}"


NOTHING: Final = Standing(0, 1)


@dataclass(frozen=True)
class Anchor:
    """Who settles, and when, as the audit chain says it."""

    now: datetime
    actor: str

    def add(self, connection: Connection, wave: str, responses: Sequence[str]) -> None:
        """Note responses that have just been inserted into a wave."""
        more = _standing(connection, Response.id.in_(responses))
        take_turn(connection)
        then = _anchored(connection, wave)
        self._note(connection, wave, Standing(then.responses + more.responses, then.root * more.root))

    def remove(self, connection: Connection, wave: str, responses: Sequence[str]) -> None:
        """Note responses that are going to be deleted from a wave."""
        less = _standing(connection, Response.id.in_(responses))
        take_turn(connection)
        then = _anchored(connection, wave)
        root = then.root * pow(less.root, -1, _PRIME)
        self._note(connection, wave, Standing(then.responses - less.responses, root))

    def _note(self, connection: Connection, wave: str, standing: Standing) -> None:
        root = _hex(standing.root % _PRIME).decode()
        detail = {"responses": standing.responses, "root": root}
        record(connection, now=self.now, actor=self.actor, act=ACT, subject=wave, detail=detail)


def anchor_faults(connection: Connection) -> list[Fault]:
    """Waves that are not frozen and whose settled responses are not those of their latest anchor."""
    faults = []
    for wave in connection.scalars(select(Wave.id).where(Wave.frozen.is_(None)).order_by(Wave.id)):
        then, now = _anchored(connection, wave), _standing(connection, Response.wave == wave)
        if now != then:
            faults.append(_fault(wave, then, now))
    return faults


def _anchored(connection: Connection, wave: str) -> Standing:
    """What the chain says last of a wave."""
    entries = select(Entry.detail).where(Entry.act == ACT, Entry.subject == wave)
    detail = connection.scalar(entries.order_by(Entry.number.desc()).limit(1))
    if detail is None:
        return NOTHING
    said = json.loads(detail)
    return Standing(said["responses"], int(said["root"], 16))


def _standing(connection: Connection, which: ColumnElement[bool]) -> Standing:
    """Count and product over those responses, their answers and their comments."""
    responses = select(Response.__table__).where(which)
    value = func.coalesce(cast(Answer.code, String), cast(Answer.number, String), Answer.missing)
    # a response a row: its answers come as one text, in any order
    answers = select(Answer.response, func.aggregate_strings(Answer.variable + "=" + value, "\n"))
    answers = answers.join(Response, Response.id == Answer.response).where(which).group_by(Answer.response)
    comments = select(Comment.__table__).join(Response, Response.id == Comment.response).where(which)
    count, root = 0, 1
    for row in connection.execute(responses.execution_options(yield_per=_AT_ONCE)):
        count += 1
        root = root * _number("response", *row) % _PRIME
    for response, said in connection.execute(answers.execution_options(yield_per=_AT_ONCE)):
        root = root * _number("answers", response, *sorted(said.split("\n"))) % _PRIME
    for row in connection.execute(comments):
        root = root * _number("comment", *row) % _PRIME
    return Standing(count, root)


def _number(*parts: Any) -> int:
    """A number of 3,072 bits that stands for a row."""
    text = json.dumps(list(map(_plain, parts)), ensure_ascii=False, separators=(",", ":"))
    return int.from_bytes(shake_256(text.encode()).digest(_BYTES)) % _PRIME or 1


def _plain(part: Any) -> Any:
    if isinstance(part, bytes):
        return part.hex()
    return part.isoformat() if isinstance(part, date) else part


def _hex(root: int) -> bytes:
    return f"{root:x}".encode()


def _fault(wave: str, then: Standing, now: Standing) -> Fault:
    return Fault(
        code="SETTLED_CHANGED",
        where=f"wave {wave}",
        expected=then.shown,
        got=now.shown,
        remedy="Compare with a backup: responses were changed behind the program.",
    )
