"""The design file: how outside data were drawn, in YAML; every fault with its line, all at once."""

import json
from pathlib import Path
from typing import Annotated

from pydantic import (
    BaseModel,
    BeforeValidator,
    Field,
    PositiveInt,
    StringConstraints,
    ValidationError,
)

from questionnaires import document
from questionnaires.document import Document
from questionnaires.model import Role
from survey.frozen.layout import Basis, LonelyPsu
from survey.refusal import Fault, Refusal

_FPC = "a column of counts, a list of at most two, or {stratum: count} with whole counts of at least 1"

ColumnName = Annotated[str, StringConstraints(min_length=1)]


def _columns(value: object) -> object:
    """One column may stand without the brackets of a list."""
    if isinstance(value, str):
        return (value,)
    return tuple(value) if isinstance(value, list) else value


class DesignFile(BaseModel, frozen=True, extra="forbid", strict=True):
    """The keys of a design file.

    `strata`, `psu`, `ssu`, `weights`, `fpc` name columns of the data. `weights` null counts each interview
    once. `fpc` is a column of counts for each stage, or the count of each stratum.
    """

    basis: Basis
    id: ColumnName | None = None
    mode: ColumnName | None = None
    day: ColumnName | None = None
    strata: Annotated[tuple[ColumnName, ...], BeforeValidator(_columns)] = ()
    psu: ColumnName | None = None
    ssu: ColumnName | None = None
    weights: ColumnName | None = None
    fpc: Annotated[tuple[ColumnName, ...] | dict[str, PositiveInt], BeforeValidator(_columns)] = ()
    lonely_psu: LonelyPsu | None = None
    roles: dict[Role, ColumnName] = Field(default_factory=dict)
    ignore: tuple[ColumnName, ...] = ()

    @property
    def used(self) -> dict[str, tuple[str, ...]]:
        """The columns that the design reads, by key."""
        single = {key: getattr(self, key) for key in ("id", "mode", "day", "psu", "ssu", "weights")}
        used: dict[str, tuple[str, ...]] = {key: (name,) for key, name in single.items() if name is not None}
        used["strata"] = self.strata
        used["fpc"] = self.fpc if isinstance(self.fpc, tuple) else ()
        used.update({f"roles.{role}": (column,) for role, column in self.roles.items()})
        return {key: columns for key, columns in used.items() if columns}


class _Places:
    """Makes faults of a design file, each at the line of its key."""

    def __init__(self, path: Path, source: Document) -> None:
        self.path, self.source, self.found = path, source, list[tuple[int, Fault]]()

    def add(self, keys: tuple[int | str, ...], code: str, *, expected: str, got: str, remedy: str) -> None:
        """Note a fault at the deepest of the keys that the file has; one is enough for a place and code."""
        while len(keys) > 1 and keys not in self.source.lines:
            keys = keys[:-1]
        line = self.source.line(keys)
        where = f"{self.path}:{line}: {'.'.join(str(key) for key in keys)}"
        if all((fault.where, fault.code) != (where, code) for _, fault in self.found):
            fault = Fault(code=code, where=where, expected=expected, got=got, remedy=remedy)
            self.found.append((line, fault))

    def refuse(self) -> None:
        """Raise what was found, in the order of the lines."""
        if self.found:
            raise Refusal([fault for _, fault in sorted(self.found, key=lambda pair: pair[0])])


def read_design(path: Path) -> DesignFile:
    """Read and check a design file.

    Raises:
        Refusal: with every fault of the file, each at its line.
    """
    source = document.read(path)
    places = _Places(path, source)
    for fault in source.faults:
        where = f"{path}:{fault.line or source.line(fault.path)}"
        remedy = "Write it as docs/frozen-wave.md shows."
        expected = "a design file: plain YAML in UTF-8, each key once"
        entry = Fault(
            code=fault.code, where=where, expected=expected, got=fault.message.rstrip("."), remedy=remedy
        )
        places.found.append((fault.line or 1, entry))
    places.refuse()
    data = dict(source.data)
    _still_to_come(places, data)
    design = None
    try:
        design = DesignFile.model_validate_json(json.dumps(data))
    except ValidationError as error:
        _shape_faults(places, error)
    if design is not None:
        _contradictions(places, design)
    places.refuse()
    if design is None:
        raise AssertionError("a design that is no design has faults")
    return design


def _still_to_come(places: _Places, data: dict[str, object]) -> None:
    """Take out and name what the contract has and this version has not."""
    if "calibration" in data:
        data.pop("calibration")
        places.add(
            ("calibration",),
            "NOT_YET",
            expected="a design without calibration: it is still to come",
            got="calibration",
            remedy="Remove the key and give weights that are calibrated already.",
        )
    if data.get("lonely_psu") == "collapse":
        data.pop("lonely_psu")
        places.add(
            ("lonely_psu",),
            "NOT_YET",
            expected="certainty, remove, centre or average; `collapse` is still to come",
            got="collapse",
            remedy="Choose one of the others, or merge the strata in the data.",
        )


def _shape_faults(places: _Places, error: ValidationError) -> None:
    for detail in error.errors(include_url=False):
        keys, got = detail["loc"], json.dumps(detail["input"], ensure_ascii=False, default=str)[:80]
        if detail["type"] == "extra_forbidden":
            names = ", ".join(DesignFile.model_fields)
            places.add(
                keys,
                "UNKNOWN_KEY",
                expected=f"one of {names}",
                got=f"`{keys[-1]}`",
                remedy="Remove it or correct its spelling.",
            )
        elif detail["type"] == "missing":
            places.add(
                keys, "MISSING_KEY", expected=f"the key `{keys[-1]}`", got="none", remedy="Add the key."
            )
        else:
            expected = _FPC if keys[0] == "fpc" else detail["msg"].removeprefix("Input should be ")
            places.add(keys, "WRONG_VALUE", expected=expected, got=got, remedy="Correct the value.")


def _contradictions(places: _Places, design: DesignFile) -> None:
    if design.fpc and design.weights is None:
        places.add(
            ("fpc",),
            "FPC_WITHOUT_WEIGHTS",
            expected="weights beside fpc, since counts of the population say that N is known",
            got="weights: null",
            remedy="Name a column with N/n of each stratum (units in the population over units taken), "
            "or remove fpc.",
        )
    stages = len(design.fpc) if isinstance(design.fpc, tuple) else 1
    if stages > (1 if design.psu is None else 2):
        got = f"{stages} columns" + ("" if design.psu else " and no psu")
        remedy = "Name the psu, or drop a column."
        places.add(
            ("fpc",),
            "TOO_MANY_STAGES",
            expected="a count for each stage, at most two",
            got=got,
            remedy=remedy,
        )
    if design.ssu is not None and design.psu is None:
        remedy = "Name the column of first-stage units."
        places.add(("ssu",), "SSU_WITHOUT_PSU", expected="psu beside ssu", got="no psu", remedy=remedy)
    for key, columns in design.used.items():
        place = tuple(key.split("."))
        for column in columns:
            got = f"`{column}`"
            if column in design.ignore:
                expected, remedy = "a column either used or ignored", "Take it out of one of the two."
                places.add(place, "IGNORED_AND_USED", expected=expected, got=f"{got} in both", remedy=remedy)
            if key != "id" and column == design.id:
                expected = "a column other than the id, which is not kept"
                remedy = "Leave the key out: without psu the interview is the unit, and the id is never kept."
                places.add(place, "ID_KEPT", expected=expected, got=got, remedy=remedy)
