"""The second pass of a linear index where the interview is the last stage.

Listing interviews as PSUs is what the engine avoids, so each interview's linearised value is summed where the
interviews are: u = Σ v_k (W/A_k) (x_k - R_k) over the items it answered, W the weight of the respondents, so
that Σ w·u / W is the linearised index. The coefficients go to the engine as integers.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from operator import add
from typing import TYPE_CHECKING

import narwhals as nw
import numpy as np

from analysis.covariance import Smooth, pair, variance
from analysis.exact import bits
from analysis.frames import beside
from analysis.index_sums import answered, is_satisfied, steps
from analysis.totals import Request, Variable, sum_up

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from analysis.index_rules import Linear, Summed

    Floats = NDArray[np.float64]

COEFFICIENT_BITS = 44


@dataclass(frozen=True, kw_only=True)
class _Coefficients:
    """D x K integers that stand for v·W/A and v·W/A·R times 2**(COEFFICIENT_BITS - exponent).

    The D exponents give each domain a scale of its own: where few answered an item W/A is large, and on its
    scale the other domains would lose their digits.
    """

    slope: NDArray[np.int64]
    origin: NDArray[np.int64]
    exponent: NDArray[np.int64]


def variances(of: Summed, indices: Sequence[Linear], by: Sequence[str]) -> list[Floats]:
    """D variances of each linear index."""
    if not indices or not of.totals.domains:
        return [np.zeros(0) for _ in indices]
    made = [_coefficients(of, index) for index in indices]
    flat = {
        f"__{kind}{i}_{k}": (one.slope if kind == "s" else one.origin)[:, k]
        for i, one in enumerate(made)
        for k in range(one.slope.shape[1])
        for kind in "so"
    }
    frame = of.design.frame
    if by:
        keys = {name: [level[k] for level in of.totals.domains] for k, name in enumerate(by)}
        small = beside(frame, keys, flat)
        frame = frame.join(small, on=list(by), how="inner")
        known = {name: nw.col(name) for name in flat}
    else:
        known = {name: nw.lit(int(column[0])) for name, column in flat.items()}
    request = Request()
    columns = {}
    for i, index in enumerate(indices):
        columns[f"__u{i}"] = _linearised(index, of.unit, known, i) * 2.0**-COEFFICIENT_BITS
        u = Variable(value=nw.col(f"__u{i}"), integer=False)
        request.sums[f"u{i}"] = u
        request.moments[pair(f"u{i}", f"u{i}")] = u.times(u)
    design = of.design.observing(frame.with_columns(**columns))
    totals = sum_up(design, request, by=by)
    out = []
    for i, (index, one) in enumerate(zip(indices, made, strict=True)):
        weight = of.sums[f"{index.set.key}:valid"]
        scale = np.ldexp(1.0, one.exponent)
        gradient = np.divide(scale, weight, out=np.zeros(len(weight)), where=weight > 0)[:, None]
        out.append(variance(totals, design.units, Smooth(parts=(f"u{i}",), value=weight, gradient=gradient)))
    return out


def _coefficients(of: Summed, index: Linear) -> _Coefficients:
    weight = of.sums[f"{index.set.key}:valid"][:, None]
    answers = np.stack([of.sums[f"{item.column}:a"] for item in index.set.items], axis=1)
    usable = (index.weights > 0) & (answers > 0)
    share = np.divide(index.weights * weight, answers, out=np.zeros(answers.shape), where=usable)
    exponent = np.array([bits(bound) for bound in share.sum(axis=1)], dtype=np.int64)
    shift = COEFFICIENT_BITS - exponent[:, None]
    slope = np.rint(np.ldexp(share / of.most(index.measure), shift)).astype(np.int64)
    origin = np.rint(np.ldexp(np.where(usable, share * index.scores, 0.0), shift)).astype(np.int64)
    return _Coefficients(slope=slope, origin=origin, exponent=exponent)


def _linearised(index: Linear, unit: int, known: dict[str, nw.Expr], i: int) -> nw.Expr:
    """Σ slope·x - origin over the answered items; integers, so in any order the same."""
    terms = []
    for k, item in enumerate(index.set.items):
        slope, origin = known[f"__s{i}_{k}"], known[f"__o{i}_{k}"]
        if index.measure == "top2":
            value = nw.when(is_satisfied(item)).then(slope - origin).when(answered(item)).then(-origin)
        else:
            value = nw.when(answered(item)).then(slope * steps(item, unit) - origin)
        terms.append(value.otherwise(0))
    return reduce(add, terms).cast(nw.Float64)
