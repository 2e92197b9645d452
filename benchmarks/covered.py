"""Counts, as a process of its own, the intervals that cover the truth, and prints them as JSON.

It stands apart since it takes the count from the tests, which only the repository's folder has.
"""

import json
import sys
from dataclasses import asdict

from tests.analysis.coverage import ELEMENTS, PLACE_DAYS, SELECTED, coverage

PLANS = {"elements": ELEMENTS, "place_days": PLACE_DAYS, "selected": SELECTED}

FIRST = 1_001  # other cities than those of the tests

cities = range(FIRST, FIRST + int(sys.argv[1]))
found = {
    name: {recipe: asdict(one) | {"sound": one.within()} for recipe, one in coverage(plan, cities).items()}
    for name, plan in PLANS.items()
}
print(json.dumps(found))
