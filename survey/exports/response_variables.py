"""What the variables mean that every response has."""

from __future__ import annotations

from typing import NamedTuple

from survey.frozen.layout import RESPONSE_COLUMNS

_MEANINGS = {
    "response": "Random id of the response; it leads to nobody and to no other file.",
    "instrument": "SHA-256 of the instrument's version that was asked.",
    "mode": "How the answer was given (web, kiosk, paper ...); outside data keep their word.",
    "day": "Day of the response or of its batch, empty where it is not known.",
    "language": "Language in which the items were shown.",
    "channel": "How the service itself was delivered.",
    "procedure": "Group of the administrative procedure.",
    "place": "Place of the errand.",
    "received": "Organisation that received the errand.",
    "decides": "Organisation that decides it.",
    "helps": "Organisation that helped with it.",
    "consent": "Version of the consent text that was shown.",
    "repeat": "Whether the same browser had answered before.",
    "interviewer": "Code of the interviewer.",
    "seconds": "Time taken, in one of 8 bands.",
    "stratum": "Stratum of the sample design.",
    "psu": "First-stage unit; empty where the interview itself is the first stage.",
    "ssu": "Second-stage unit.",
    "weight": "Final weight of the response.",
    "fpc1": "Units of the first stage in the population of the stratum.",
    "fpc2": "Units of the second stage in the population of the PSU.",
    "flags": "Signs of doubt about quality; nothing is deleted for them.",
}


class ResponseVariable(NamedTuple):
    """A variable of every response: its name, its type in words of SQL, its meaning."""

    name: str
    type: str
    meaning: str


RESPONSE_VARIABLES = tuple(
    ResponseVariable(name, kind.lower(), _MEANINGS[name]) for name, kind in RESPONSE_COLUMNS.items()
)
