"""What every visit would answer to every item: an ordered probit, and missing reasons."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from analysis.synthetic.model import CHANNELS, MISSING_CODES, Array, CityModel, ItemSpec

if TYPE_CHECKING:
    from numpy.typing import NDArray

_CHANNEL_EFFECT = {"counter": 0.0, "online": 0.05, "post": -0.1}
_AGE_EFFECT = (-0.1, -0.05, 0.0, 0.05, 0.12)
_EDUCATION_EFFECT = (0.08, 0.05, 0.0, 0.0, -0.05, -0.08)
_EDUCATION_DONT_KNOW = (1.6, 1.4, 1.1, 1.0, 0.8, 0.7)
_EASINESS_SD = 0.12
_CLIP = 2.0


def potential_answers(
    items: tuple[ItemSpec, ...],
    quality: Array,
    visits: dict[str, Array],
    *,
    model: CityModel,
    rng: np.random.Generator,
) -> NDArray[np.int8]:
    """The answers of all visits.

    Item k of construct f and role r, visit v, agency a = r(v): the latent satisfaction is
    quality[a, f] + easiness[k] + (person + day - difficulty)[v] + e, e ~ N(0, 1); the answer is 1 plus the
    number of thresholds below it (McKelvey and Zavoina 1975). Missing reasons are then laid over it.

    Args:
        items: the items.
        quality: units x constructs (in order of first appearance).
        visits: the variables of the visits, each of length N.
        model: the assumptions.
        rng: the stream to draw from.

    Returns:
        items x visits: 1..5, or a value of `MISSING_CODES`.
    """
    n = len(visits["place"])
    constructs = list(dict.fromkeys(item.construct for item in items))
    easiness = _EASINESS_SD * rng.standard_normal(len(items)).clip(-_CLIP, _CLIP)
    dont_know = rng.uniform(*model.dont_know, size=len(items))
    refused = rng.uniform(*model.refused, size=len(items))
    tendency, rarity = _tendency(visits, model, rng)
    ignorance = np.array(_EDUCATION_DONT_KNOW, dtype=np.float32)[visits["education"] - 1]
    codes = np.empty((len(items), n), dtype=np.int8)
    for k, item in enumerate(items):
        level = (quality[:, constructs.index(item.construct)] + easiness[k]).astype(np.float32)
        latent = rng.standard_normal(n, dtype=np.float32)
        latent += tendency
        latent += level[visits[item.role]]
        answer = codes[k]
        answer[:] = 1
        for threshold in model.thresholds:
            answer += latent > np.float32(threshold)
        chance = rng.random(n, dtype=np.float32)
        answer[chance < ignorance * np.float32(dont_know[k])] = MISSING_CODES["dont_know"]
        answer[chance > np.float32(1 - refused[k])] = MISSING_CODES["refused"]
        if item.applies < 1:
            answer[rarity >= np.float32(item.applies)] = MISSING_CODES["not_applicable"]
    return codes


def _tendency(visits: dict[str, Array], model: CityModel, rng: np.random.Generator) -> tuple[Array, Array]:
    """What all items of a visit share, and its rarity: an item applies where rarity < `applies`."""
    n = len(visits["place"])
    person = np.float32(model.person_sd) * rng.standard_normal(n, dtype=np.float32)
    person += np.array(_AGE_EFFECT, dtype=np.float32)[visits["age"] - 1]
    person += np.array(_EDUCATION_EFFECT, dtype=np.float32)[visits["education"] - 1]
    place_day = visits["place"] * model.days + visits["day"]
    day = np.float32(model.day_sd) * rng.standard_normal(int(place_day[-1]) + 1, dtype=np.float32)
    channel = np.array([_CHANNEL_EFFECT[name] for name in CHANNELS], dtype=np.float32)[visits["channel"]]
    # a uniform raised to a power: at `applies` = s it is below s with probability s ** exp(slope * person)
    rarity = rng.random(n, dtype=np.float32) ** np.exp(-np.float32(model.complaint_slope) * person)
    return person + day[place_day] + channel - visits["difficulty"], rarity
