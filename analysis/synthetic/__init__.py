"""The known-truth city: a synthetic population whose every score is known, to test estimators against.

`make_city` builds the finite population, `truth` computes its values, `draw` takes a sample from it,
`volunteers` lets answer who wants to.
`docs/known-truth-city.md` has the formulas and says what the city does not show.
"""

from analysis.synthetic.city import make_city
from analysis.synthetic.model import MISSING_CODES, City, CityModel, ItemSpec, Place, Procedure, Unit
from analysis.synthetic.plan import SamplePlan
from analysis.synthetic.sampling import Sample, draw, volunteers
from analysis.synthetic.truth import RECIPES, Truth, item_truth, truth

__all__ = [
    "MISSING_CODES",
    "RECIPES",
    "City",
    "CityModel",
    "ItemSpec",
    "Place",
    "Procedure",
    "Sample",
    "SamplePlan",
    "Truth",
    "Unit",
    "draw",
    "item_truth",
    "make_city",
    "truth",
    "volunteers",
]
