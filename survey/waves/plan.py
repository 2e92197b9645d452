"""The plan of a wave: what is measured, how and by whom it is answered for, decided before any answer.

`PlanFile` is what the Department writes, `Plan` what is sealed: the same with the facts of the opening. Its
canonical JSON becomes `plan.json` of the frozen wave, and the SHA-256 of that is the plan's hash.
"""

from __future__ import annotations

import hashlib
import json
import unicodedata
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING, Annotated, Literal, Self, get_args

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator, model_validator

from questionnaires.model import AGENCY_FORM, NAME_FORM, Missing

if TYPE_CHECKING:
    from collections.abc import Mapping

    from survey.registry.reads import PlaceView

FORMAT: Literal["longdan-plan/1"] = "longdan-plan/1"
ANY = "*"
PROCEDURE_ITEM = "procedure_group"

Basis = Literal["probability", "all_invited", "open"]
Mode = Literal["web", "kiosk", "interviewer", "telephone", "paper"]

MODES: tuple[Mode, ...] = get_args(Mode)

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=1_000)]
_Code = Annotated[str, StringConstraints(pattern=f"^{AGENCY_FORM}$", max_length=40)]
_CodeOrAny = Annotated[str, StringConstraints(pattern=rf"^({AGENCY_FORM}|\*)$", max_length=40)]
_Name = Annotated[str, StringConstraints(pattern=f"^{NAME_FORM}$", max_length=60)]


class _Sealed(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Responsibility(_Sealed):
    """Who decides and who helps in a procedure that a place's organisation received; `*` stands for any.

    Without `decides` or `helps` the organisation that received the errand plays that part too.
    """

    procedure: Annotated[str, StringConstraints(pattern=r"^(-?\d{1,9}|\*)$")] = ANY
    received: _CodeOrAny = ANY
    decides: _Code | None = None
    helps: _Code | None = None

    @field_validator("procedure", mode="before")
    @classmethod
    def _code_as_text(cls, value: object) -> object:
        """The code of a procedure group is a whole number in the instrument."""
        return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


class Thresholds(_Sealed):
    """From how many respondents, and how precise, a number is shown and used: the same for all waves."""

    withheld_below: Literal[10] = 10
    indicative_below: Literal[30] = 30
    effective_n: Literal[30] = 30
    degrees_of_freedom: Literal[8] = 8
    interval_width: Literal[30] = 30
    reliability_percent: Literal[70] = 70


class PlanFile(_Sealed):
    """What the Department decides beforehand; every key may be left out.

    Attributes:
        population: whose answers the numbers speak of.
        unit: what is counted: an errand or a person.
        frame: from what the people who are asked come.
        headline: the recipe that counts, of the instrument; its item weights are the instrument's.
        procedure_item: the item whose answer is the procedure group.
        adjusters: items by which agencies' scores may be made comparable, none of them rated.
        exclusions: which responses are left out, in words.
        standard: the score, 0 to 100, with which agencies are compared; none without.
        responsible: who decides and helps, by procedure group and organisation; the most exact row counts.
    """

    population: Text = "Những người vừa làm xong thủ tục tại các điểm phục vụ của đợt khảo sát."
    unit: Literal["errand", "person"] = "errand"
    frame: Text = "Ai đến điểm phục vụ trong đợt khảo sát đều được mời trả lời; ai muốn thì trả lời."
    headline: Text = "top2/fixed_weights"
    procedure_item: _Name | None = None
    adjusters: tuple[_Name, ...] = ()
    exclusions: tuple[Text, ...] = ()
    standard: Annotated[float, Field(ge=0, le=100, allow_inf_nan=False)] | None = None
    responsible: tuple[Responsibility, ...] = ()

    @field_validator("adjusters", "exclusions", "responsible", mode="before")
    @classmethod
    def _list(cls, value: object) -> object:
        return tuple(value) if isinstance(value, list) else value

    @model_validator(mode="after")
    def _one_row_a_case(self) -> Self:
        cases = [(row.procedure, row.received) for row in self.responsible]
        twice = sorted({case for case in cases if cases.count(case) > 1})
        if twice:
            shown = "; ".join(f"procedure {procedure}, received {received}" for procedure, received in twice)
            raise ValueError(f"one row for each procedure and organisation, more for {shown}")
        return self


class Plan(PlanFile):
    """A sealed plan.

    Attributes:
        item_weights: the fixed weights of the headline's items, as the instrument has them.
        places: the organisation of each place, by the place's code.
        instrument: the questionnaire's name; `version` is the hash offered first, `pinned` whether it stays.
        stops: the last day on which answers are taken.
        strata, psu: how open answers are laid out for the statistics.
    """

    format: Literal["longdan-plan/1"] = FORMAT
    wave: str
    instrument: str
    version: str
    pinned: bool
    modes: tuple[Mode, ...]
    basis: Basis
    starts: Annotated[date, Field(strict=False)]
    stops: Annotated[date, Field(strict=False)]
    places: dict[str, str]
    item_weights: dict[str, float]
    thresholds: Thresholds = Thresholds()
    strata: Literal["place"] = "place"
    psu: Literal["interview"] = "interview"


def to_json(plan: Plan) -> str:
    """The canonical JSON of a plan, defaults included: a plan says all of itself."""
    data = plan.model_dump(mode="json")
    text = json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return unicodedata.normalize("NFC", text)


def plan_hash(text: str) -> str:
    """SHA-256 of the canonical JSON, in 64 hexadecimal digits."""
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


@lru_cache(maxsize=64)
def from_json(text: str) -> Plan:
    """The plan whose canonical JSON this is; sealed plans never change, so each is read once."""
    return Plan.model_validate_json(text)


def roles_of(plan: Plan, place: PlaceView, procedure: str | None) -> tuple[str, str, str]:
    """The organisations that received the errand, decided it and helped, by the plan's table.

    Args:
        plan: of the wave.
        place: where the answer is given; its organisation is the one that the plan sealed.
        procedure: the code of the procedure group as text; None when the person did not say.
    """
    received = plan.places.get(place.code, place.organisation)
    rows = {(row.procedure, row.received): row for row in plan.responsible}
    named = () if procedure is None else ((procedure, received), (procedure, ANY))
    row = next((rows[case] for case in (*named, (ANY, received), (ANY, ANY)) if case in rows), None)
    if row is None:
        return received, received, received
    return received, row.decides or received, row.helps or received


def procedure_of(plan: Plan, values: Mapping[str, int | float | Missing]) -> str | None:
    """The procedure group that a person named, as `roles_of` takes it; None when it is missing."""
    value = values.get(plan.procedure_item) if plan.procedure_item is not None else None
    return None if value is None or isinstance(value, (Missing, float)) else str(int(value))
