"""How often intervals of indices cover the truth, over many small cities of known truth."""

from __future__ import annotations

import json

from measure import child
from tables import Table

SAMPLES = {
    "elements": "visits",
    "place_days": "days of places",
    "selected": "visits, the satisfied answer more",
}
BIASED = "selected"


def intervals(cities: int) -> Table:
    """The coverage of nominal 95 % intervals for each way of sampling."""
    table = Table(
        f"Intervals of agencies in {cities} small cities",
        "95 % intervals of agencies' indices against the truth of the known-truth city, a seed each. `below` "
        "and `above` count those that miss it on that side. Where the satisfied answer more, non-response "
        "depends on the answer: no interval knows that, and these shall be seen to miss.",
        ("sample and index", "intervals", "covered", "share", "below", "above"),
    )
    for sample, recipes in json.loads(child("covered.py", str(cities))).items():
        for recipe, found in recipes.items():
            name = f"{SAMPLES[sample]}: {recipe}"
            share = found["covered"] / found["intervals"]
            counts = (found["intervals"], found["covered"], share, found["below"], found["above"])
            table.rows.append((name, *counts))
            if sample != BIASED:
                table.goal(f"{name}: {share:.1%}, what chance allows around 95 %", met=found["sound"])
    return table
