"""What a person agrees to at a kiosk: four short lines, and what stands behind them for who wants to know."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from questionnaires.item_types import ITEM_TYPES
from survey.answers.consents import hash_of

if TYPE_CHECKING:
    from questionnaires.model import Instrument
    from survey.config import Settings
    from survey.i18n import Language

ICONS = ("clock", "unseen", "door", "box")
_NAMES = {"vi": "Tiếng Việt", "en": "English"}
_SECONDS_AN_ITEM = 7.5  # twelve questions in ninety seconds


@dataclass(frozen=True)
class KioskConsent:
    """The start screen in one language.

    Attributes:
        language: its code.
        name: what it calls itself.
        invitation: what is asked.
        act: what the button says that agrees.
        about: what the link to the details says.
        lines: what is agreed to, one line an icon.
        details: what stands behind them.
    """

    language: str
    name: str
    invitation: str
    act: str
    about: str
    lines: tuple[str, ...]
    details: tuple[str, ...]

    @property
    def text(self) -> str:
        """All of it, a paragraph a line."""
        return "\n".join(self.lines + self.details)

    @property
    def hash(self) -> str:
        """SHA-256 of the whole text, in 64 hexadecimal digits."""
        return hash_of(self.text)


def kiosk_consent(instrument: Instrument, settings: Settings, speech: Language) -> KioskConsent:
    """The consent at a kiosk: length, who sees it, that it is free, how long it is kept and for what.

    Whoever runs the server can read what still waits; a promise that left this out would be false.
    """
    _ = speech.gettext
    questions = sum(bool(ITEM_TYPES[item.type].operators) for item in instrument.items)
    lines = (
        speech.ngettext(
            "%(number)s question, about %(seconds)s seconds, no names.",
            "%(number)s questions, about %(seconds)s seconds, no names.",
            questions,
            seconds=speech.integer(round(questions * _SECONDS_AN_ITEM / 10) * 10),
        ),
        _("Officers cannot see your answers."),
        _("Voluntary; stop any time."),
        _(
            "%(body)s keeps answers for %(years)s years to assess service; only combined figures are "
            "published.",
            body=settings.body,
            years=speech.integer(settings.retention_years),
        ),
    )
    details: tuple[str, ...] = (
        _(
            "We record your answers, the day, the kind of procedure and the place where you filed. We do not "
            "ask for your name, phone number or identity number."
        ),
        _(
            "The agency that is assessed sees only figures of 10 people or more. Researchers get data "
            "without identifying details."
        ),
        _("Who stops leaves nothing behind. What was sent cannot be taken back: a kiosk gives no receipt."),
        _("As long as responses have not been mixed, whoever runs the server could read one that waits."),
    )
    if settings.contact:
        rights = _(
            "Rights under the Personal Data Protection Law No. 91/2025/QH15: %(contact)s",
            contact=settings.contact,
        )
        details = (*details, rights)
    return KioskConsent(
        language=speech.code,
        name=_NAMES[speech.code],
        invitation=_("Just finished your errand? Tell us how it went."),
        act=_("Agree, start"),
        about=_("About the data"),
        lines=lines,
        details=details,
    )
