"""An interview that is not sent yet: what was typed, kept sealed under a secret that the browser has."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from survey.answers import codes, drafts
from survey.waves import reads as waves
from survey.web import cookies
from survey.web.interview import flow
from survey.web.interview.fields import ItemForm
from survey.web.interview.meaning import Unanswered, meaning, scale_of, taken
from survey.web.site import site, speech

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from flask import Response
    from sqlalchemy import Connection

    from questionnaires.item_types import Answer
    from questionnaires.model import Instrument
    from survey.waves.reads import WaveView

TOKEN_BYTES = 16


@dataclass(frozen=True)
class Draft:
    """What is kept of an interview until it is sent.

    Attributes:
        place: the place's id.
        instrument: the hash of the version that the person started with.
        consent: the hash of the consent text that was shown.
        token: makes sending it twice one response; in hexadecimal.
        begun: seconds since 1970.
        typed: what was sent for each item, as it came.
        done: numbers of the pages that were answered.
        tried: numbers of the pages that were sent with faults, which are shown again.
    """

    place: str
    instrument: str
    consent: str
    token: str
    begun: int
    typed: Mapping[str, Sequence[str]]
    done: tuple[int, ...] = ()
    tried: tuple[int, ...] = ()

    def with_page(self, number: int, typed: Mapping[str, Sequence[str]], *, valid: bool) -> Draft:
        """The same after a page was sent."""
        done = set(self.done) | {number} if valid else set(self.done) - {number}
        tried = set(self.tried) - {number} if valid else set(self.tried) | {number}
        return replace(
            self, typed={**self.typed, **typed}, done=tuple(sorted(done)), tried=tuple(sorted(tried))
        )


@dataclass(frozen=True)
class Interview:
    """A draft with the version of the instrument that it answers."""

    secret: bytes
    draft: Draft
    instrument: Instrument

    @property
    def pages(self) -> tuple[flow.Page, ...]:
        """All pages, shown or not."""
        return flow.pages_of(self.instrument)

    @cached_property
    def _way(self) -> flow.Way:
        """Followed once, however often a page asks for a part of it."""
        return flow.follow(self.instrument, self.pages, self.draft.typed, self.draft.done)

    def answered(self, page: flow.Page, sent: Mapping[str, Sequence[str]]) -> Interview:
        """The same after a page was sent; among the answered ones it is when all its items have an answer."""
        items = flow.shown(self.instrument, page, self.answers())
        typed = taken(items, sent)
        valid = not any(
            isinstance(meaning(item, scale_of(self.instrument, item), typed.get(item.name, ())), Unanswered)
            for item in items
        )
        draft = self.draft.with_page(page.number, typed, valid=valid)
        return Interview(self.secret, draft, self.instrument)

    def answers(self) -> Mapping[str, Answer]:
        """The valid answers so far; what is not valid is left out."""
        return self._way.answers

    def form(self, page: flow.Page, sent: Mapping[str, Sequence[str]] | None = None) -> ItemForm:
        """The form of a page as it was sent just now, else as it was left."""
        form = ItemForm(self.instrument, flow.shown(self.instrument, page, self.answers()), speech())
        form.take(self.draft.typed if sent is None else sent)
        return form

    def shown_pages(self) -> tuple[flow.Page, ...]:
        """The pages that apply, given the answers so far."""
        return self._way.shown

    def unfinished(self) -> flow.Page | None:
        """The first page that is still to be answered; None when all are."""
        return self._way.unfinished


def cookie_name(wave: str) -> str:
    """The cookie that opens the draft of a wave."""
    return f"draft-{wave}"


def load(connection: Connection, wave: WaveView, *, to_change: bool = False) -> Interview | None:
    """The interview that this browser has begun in the wave; None when there is none."""
    secret = codes.read(cookies.take(cookie_name(wave.id)))
    return None if secret is None else opened(connection, wave, secret, to_change=to_change)


def opened(
    connection: Connection, wave: WaveView, secret: bytes, *, to_change: bool = False
) -> Interview | None:
    """The interview of a secret; None when there is none, or it belongs to another wave."""
    content = drafts.read(connection, secret, today=site().today(), to_change=to_change)
    if content is None or content.get("wave") != wave.id:
        return None
    kept = {name: value for name, value in content.items() if name != "wave"}
    draft = Draft(**{**kept, "done": tuple(kept["done"]), "tried": tuple(kept["tried"])})
    version = waves.version_for(connection, wave.id, draft.instrument)
    return None if version is None else Interview(secret, draft, version.instrument)


def save(connection: Connection, wave: WaveView, interview: Interview) -> None:
    """Keep an interview.

    Raises:
        ValueError: what was typed is longer than answers can be.
    """
    drafts.write(
        connection,
        interview.secret,
        wave=wave.id,
        instrument=interview.instrument,
        content={"wave": wave.id, **vars(interview.draft)},
        today=site().today(),
        days=site().settings.draft_days,
    )


def begin(connection: Connection, wave: WaveView, draft: Draft, instrument: Instrument) -> Interview:
    """Keep a new interview under a new secret."""
    interview = Interview(drafts.new(), draft, instrument)
    save(connection, wave, interview)
    return interview


def remember(response: Response, wave: WaveView, secret: bytes) -> None:
    """Let the browser open the draft for as long as it is kept."""
    cookies.put(response, cookie_name(wave.id), codes.show(secret), days=site().settings.draft_days)


def new_token() -> str:
    """A token of 128 random bits, in hexadecimal."""
    return secrets.token_hex(TOKEN_BYTES)


def read_token(text: str) -> bytes | None:
    """The token that a form brought back; None where it is none."""
    try:
        token = bytes.fromhex(text)
    except ValueError:
        return None
    return token if len(token) == TOKEN_BYTES else None


def erase(connection: Connection, interview: Interview) -> None:
    """Forget an interview that is not to be sent."""
    drafts.drop(connection, interview.secret)
