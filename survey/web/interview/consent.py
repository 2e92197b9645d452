"""What a person agrees to before the first question, with the settings of the site filled in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from questionnaires.item_types import ITEM_TYPES
from survey.answers.consents import hash_of

if TYPE_CHECKING:
    from questionnaires.model import Instrument
    from survey.config import Settings
    from survey.i18n import Language
    from survey.waves.reads import WaveView

_SECONDS_AN_ITEM = 7.5  # twelve questions in ninety seconds


@dataclass(frozen=True)
class Consent:
    """The text as it is shown; it is kept under its hash, which stands with the response."""

    paragraphs: tuple[str, ...]

    @property
    def text(self) -> str:
        """All of it, a paragraph a line."""
        return "\n".join(self.paragraphs)

    @property
    def hash(self) -> str:
        """SHA-256 of the text, in 64 hexadecimal digits."""
        return hash_of(self.text)


def web_consent(wave: WaveView, instrument: Instrument, settings: Settings, speech: Language) -> Consent:
    """The consent of an interview on the web: purpose, what is kept, who sees it, how long, what one may do.

    Whoever runs the server can read what still waits; a promise that left this out would be false.
    """
    _ = speech.gettext
    questions = sum(bool(ITEM_TYPES[item.type].operators) for item in instrument.items)
    minutes = max(1, round(questions * _SECONDS_AN_ITEM / 60))
    purpose = _(
        "%(body)s asks for opinions to assess how people are served, and answers for the data.",
        body=settings.body,
    )
    length = speech.ngettext("%(number)s question,", "%(number)s questions,", questions)
    time = speech.ngettext("about %(number)s minute.", "about %(number)s minutes.", minutes)
    paragraphs = (
        f"{purpose} {length} {time}",
        _(
            "We record your answers, the day, the kind of procedure and the place where you filed. We do not "
            "ask for your name, phone number or identity number."
        ),
        _(
            "The agency that is assessed sees only figures of 10 people or more. Researchers get data "
            "without identifying details."
        ),
        _(
            "Responses are kept for %(years)s years. What was not sent is erased after %(days)s days.",
            years=speech.integer(settings.retention_years),
            days=speech.integer(settings.draft_days),
        ),
        _(
            "You may skip a question or stop. You may withdraw the response by its receipt code before "
            "%(day)s. None of this affects your dossier.",
            day=speech.date(wave.to_day),
        ),
        _("As long as responses have not been mixed, whoever runs the server could read one that waits."),
    )
    if not settings.contact:
        return Consent(paragraphs)
    rights = _(
        "Rights under the Personal Data Protection Law No. 91/2025/QH15: %(contact)s",
        contact=settings.contact,
    )
    return Consent((*paragraphs, rights))
