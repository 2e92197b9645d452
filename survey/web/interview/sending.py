"""From an interview that is done to a response that is sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from survey.answers import sending
from survey.answers.sent_response import SentResponse
from survey.answers.values import of_answers
from survey.refusal import Refusal
from survey.waves.plan import procedure_of, roles_of
from survey.web.interview.fields import spoken
from survey.web.site import site, speech

if TYPE_CHECKING:
    from survey.waves.plan import Mode
    from survey.waves.reads import WaveView
    from survey.web.interview.draft import Interview
    from survey.web.interview.entry import Here

PUT_AWAY = "sent"


def cookie_name(wave: str) -> str:
    """The cookie that remembers that this browser has answered, and its receipt until it is put away."""
    return f"sent-{wave}"


def days_left(wave: WaveView) -> int:
    """How long a receipt is of use: until the wave ends."""
    return max(1, (wave.to_day - site().today()).days + 1)


def send(here: Here, interview: Interview, token: bytes, *, repeat: bool, mode: Mode = "web") -> bool:
    """Send a finished interview and forget its draft, in one transaction.

    Returns:
        False when the wave takes no more answers; the draft then stays.
    """
    draft, plan = interview.draft, here.wave.plan
    made = of_answers(interview.instrument, interview.answers())
    procedure = procedure_of(plan, made.values)
    received, decides, helps = roles_of(plan, here.place, procedure)
    now = site().clock()
    response = SentResponse(
        wave=here.wave.id,
        instrument=draft.instrument,
        place=here.place.id,
        received=received,
        decides=decides,
        helps=helps,
        procedure=procedure,
        mode=mode,
        language=spoken(interview.instrument, speech()),
        consent=draft.consent,
        repeat=repeat,
        seconds=max(0, int(now.timestamp()) - draft.begun),
        values=made.values,
        comments=made.comments,
        wants_receipt=mode == "web",
    )
    try:
        sending.send(site().stores.main, site().home, token, response, now, draft=interview.secret)
    except Refusal as refusal:
        if any(fault.code == "WAVE_CLOSED" for fault in refusal.faults):
            return False
        raise
    return True
