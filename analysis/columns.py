"""The columns of a frame that hold its design, and the remedies for a stratum with one PSU."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

LonelyPsu = Literal["fail", "certainty", "remove", "centre", "average"]


@dataclass(frozen=True, kw_only=True)
class Columns:
    """Which columns of the frame hold the design; `fpc` has one count column a stage."""

    strata: tuple[str, ...] = ()
    psu: str | None = None
    ssu: str | None = None
    weights: str | None = None
    fpc: tuple[str, ...] = ()

    @property
    def units(self) -> tuple[str, ...]:
        """The columns that must hold a value in every row: all but the weights, each once."""
        named = (*self.strata, self.psu, self.ssu, *self.fpc)
        return tuple(dict.fromkeys(name for name in named if name is not None))

    @property
    def all(self) -> tuple[str, ...]:
        """Every column of the design, each once."""
        return self.units if self.weights is None else tuple(dict.fromkeys((*self.units, self.weights)))
