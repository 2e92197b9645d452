"""One response as the interview hands it over, and its form while it waits."""

from __future__ import annotations

from dataclasses import dataclass, field, fields, replace
from typing import TYPE_CHECKING, Any

from questionnaires.model import Missing
from survey.answers.values import Value, clean_text

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, kw_only=True)
class SentResponse:
    """What one person answered.

    Attributes:
        wave: the wave's id.
        instrument: the hash of the version that was asked.
        place: the place's id.
        received: the organisation that received the errand; likewise `decides` and `helps`.
        procedure: the group of procedures, as the plan names it.
        channel: how the service was delivered.
        mode: web, kiosk, interviewer, telephone or paper.
        language: in which the questions were read.
        consent: the hash of the consent text that was shown.
        repeat: whether the same browser has answered in this wave before.
        interviewer: the code of the interviewer, if there was one.
        seconds: how long it took; kept in one of eight bands.
        values: every variable of the instrument (`values.of_answers`).
        comments: texts by item.
        wants_receipt: whether a code for withdrawal is shown afterwards; only in mode web.
    """

    wave: str
    instrument: str
    place: str
    received: str
    decides: str
    helps: str
    procedure: str | None = None
    channel: str | None = None
    mode: str
    language: str
    consent: str
    repeat: bool = False
    interviewer: str | None = None
    seconds: int | None = None
    values: Mapping[str, Value]
    comments: Mapping[str, str] = field(default_factory=dict)
    wants_receipt: bool = False


def cleaned(response: SentResponse) -> SentResponse:
    """The same with its texts as they are kept, empty ones left out."""
    texts = {item: clean_text(text) for item, text in response.comments.items()}
    return replace(response, comments={item: text for item, text in texts.items() if text.strip()})


def to_content(response: SentResponse) -> dict[str, Any]:
    """What JSON can say of it."""
    return {one.name: _plain(getattr(response, one.name)) for one in fields(response)}


def of_content(content: Mapping[str, Any]) -> SentResponse:
    """The response whose content this is."""
    values = {
        name: Missing(value) if isinstance(value, str) else value for name, value in content["values"].items()
    }
    return SentResponse(**{**content, "values": values})


def _plain(value: Any) -> Any:
    return dict(value) if isinstance(value, dict) else value
