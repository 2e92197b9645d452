"""Who came to the places of an open wave, by agency, as the frozen wave has it."""

from __future__ import annotations

import csv
from collections import defaultdict
from typing import TYPE_CHECKING

from survey.frozen.layout import ARRIVALS
from survey.publication.drafting import Counted

if TYPE_CHECKING:
    from survey.frozen.reading import FrozenWave


def counted_visitors(wave: FrozenWave) -> dict[str, Counted]:
    """The visitors of each agency at all of whose places they were counted on every day with an answer.

    A day that was not counted would make participation look greater than it was: such an agency is left out,
    as is every agency of a wave that knows no arrivals.
    """
    agencies = (wave.plan or {}).get("places")
    if wave.design.basis != "open" or not isinstance(agencies, dict):
        return {}
    days: dict[tuple[str, str], int] = {}
    responses: dict[str, int] = defaultdict(int)
    uncounted = set()
    for row in _arrivals(wave):
        agency = str(agencies.get(row["place"], ""))
        responses[agency] += int(row["responses"])
        if row["visitors"]:
            days[row["place"], row["day"]] = int(row["visitors"])
        else:
            uncounted.add(agency)
    visitors: dict[str, int] = defaultdict(int)
    for (place, _), came in days.items():
        visitors[str(agencies.get(place, ""))] += came
    return {
        agency: Counted(came, responses[agency])
        for agency, came in visitors.items()
        if agency and agency not in uncounted
    }


def _arrivals(wave: FrozenWave) -> list[dict[str, str]]:
    with (wave.path / ARRIVALS).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
