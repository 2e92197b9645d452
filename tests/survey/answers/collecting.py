"""A wave that collects, and people who answer: what the tests of answers share."""

from __future__ import annotations

import random
import secrets
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from sqlalchemy import func, insert, select

from questionnaires import loader
from questionnaires.canonical import instrument_hash
from questionnaires.model import ItemType, Missing
from questionnaires.routing import applies
from survey.answers.consents import hash_of, keep
from survey.answers.models import Inbox, Response
from survey.answers.sent_response import SentResponse
from survey.answers.values import of_answers
from survey.registry.models import Organisation, Place
from survey.waves.opening import Opening
from survey.waves.reads import Version
from survey.waves.writes import open_wave, publish

if TYPE_CHECKING:
    from questionnaires.item_types import Answer
    from questionnaires.model import Instrument, Item
    from survey.stores import Main, Store
    from survey.waves.plan import Mode

NOW = datetime(2026, 3, 2, 2, 30, tzinfo=UTC)  # half past nine in the morning in Vietnam
DAY = date(2026, 3, 2)
LAST = date(2026, 3, 31)
CONSENT = "Quý vị có thể dừng bất cứ lúc nào."


@dataclass(frozen=True)
class Collecting:
    """An open wave: its name, its instrument and the ids of its places."""

    wave: str
    instrument: Instrument
    places: tuple[str, ...]
    rng: random.Random

    @property
    def version(self) -> str:
        return instrument_hash(self.instrument)

    def response(self, **fields: object) -> SentResponse:
        """Somebody answers every item by chance."""
        answers: dict[str, Answer] = {}
        for item in self.instrument.items:
            if applies(item, answers):
                answers[item.name] = self._answer(item)
        made = of_answers(self.instrument, answers)
        plain = {
            "wave": self.wave,
            "instrument": self.version,
            "place": self.places[0],
            "received": "001",
            "decides": "001",
            "helps": "001",
            "mode": "web",
            "language": "vi",
            "consent": hash_of(CONSENT),
            "seconds": self.rng.randrange(20, 900),
            "values": made.values,
            "comments": made.comments,
        }
        return SentResponse(**{**plain, **fields})  # type: ignore[arg-type] - a test may send anything

    def _answer(self, item: Item) -> Answer:
        if item.missing and self.rng.random() < 0.1:
            return self.rng.choice(item.missing)
        if item.type is ItemType.NUMBER:
            return self.rng.randint(item.low or 0, item.high or 9)
        if item.type in {ItemType.SHORT_TEXT, ItemType.LONG_TEXT}:
            return f"Ý kiến {self.rng.randrange(10**9)}" if self.rng.random() < 0.3 else Missing.BLANK
        if item.type is ItemType.INFORMATION:
            return Missing.BLANK
        codes = self.instrument.scale_of(item).codes
        if item.type is ItemType.MULTIPLE_CHOICE:
            return tuple(code for code in codes if self.rng.random() < 0.4)
        return self.rng.choice(codes)


def collecting(
    store: Store,
    *,
    wave: str = "2026-q1",
    instrument: str | Instrument = "kiosk_core",
    places: int = 2,
    modes: tuple[Mode, ...] = ("web",),
) -> Collecting:
    """Open a wave at so many places, which the first wave of a site makes."""
    asked = loader.shipped(instrument) if isinstance(instrument, str) else instrument
    ids = tuple(f"place{chr(97 + number // 26)}{chr(97 + number % 26)}a" for number in range(places))
    with store.writing() as connection:
        if connection.scalar(select(func.count()).select_from(Place)) == 0:
            unit = {"code": "001", "name": "Phường Một", "kind": "ward", "parent": None}
            connection.execute(insert(Organisation).values(**unit, valid_from=date(2025, 7, 1)))
            rows = [
                {
                    "id": place,
                    "code": f"p{number:04}",
                    "name": f"Nơi {number}",
                    "organisation": "001",
                    "valid_from": date(2025, 7, 1),
                }
                for number, place in enumerate(ids)
            ]
            connection.execute(insert(Place), rows)
        keep(connection, CONSENT)
        publish(connection, asked, now=NOW, today=DAY, actor="command")
        version = Version(instrument_hash(asked), asked)
        opening = Opening(
            wave=wave,
            version=version,
            pinned=False,
            from_day=DAY,
            to_day=LAST,
            modes=modes,
        )
        open_wave(connection, opening, now=NOW, today=DAY, actor="command")
    return Collecting(wave, asked, ids, random.Random(wave))  # noqa: S311 - the same people every time


def token() -> bytes:
    return secrets.token_bytes(10)


def count(store: Store, table: type[Main]) -> int:
    with store.reading() as connection:
        return connection.scalar(select(func.count()).select_from(table)) or 0


def kept(store: Store) -> int:
    """How many responses there are, waiting or settled."""
    return count(store, Inbox) + count(store, Response)
