"""Design-based statistics: frames and arrays in, estimates out. No web, no database, no language."""

from analysis.design import SurveyDesign
from analysis.estimators import difference, mean, proportion, ratio, total

__all__ = ["SurveyDesign", "difference", "mean", "proportion", "ratio", "total"]
