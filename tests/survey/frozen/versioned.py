"""Frozen waves with answers to several versions of an instrument, written as closing writes them."""

from __future__ import annotations

import random
import secrets
from typing import TYPE_CHECKING, Any

from questionnaires.canonical import instrument_hash, to_json
from questionnaires.item_types import ExportType
from questionnaires.model import Missing
from survey.frozen.engine import identifier, locked_engine
from survey.frozen.layout import (
    ARRIVAL_COLUMNS,
    ARRIVALS,
    COMMENT_COLUMNS,
    COMMENTS,
    DESIGN,
    INSTRUMENTS,
    PLAN,
    RESPONSE_COLUMNS,
    RESPONSE_PART,
    RESPONSES,
    UNIT_COLUMNS,
    UNITS,
    WITHDRAWAL_COLUMNS,
    WITHDRAWALS,
    Design,
    export_type,
    item_columns,
    missing_column,
)
from survey.frozen.writing import canonical_json, seal, whole_folder, write_csv, write_parquet

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from questionnaires.model import Instrument, Item

Person = dict[str, Any]
"""Codes, numbers and missing reasons by item, the agency by role, the stratum."""

DRAWN = Design(
    basis="probability",
    strata="stratum",
    psu=None,
    ssu=None,
    weights="weight",
    fpc=(),
    lonely_psu=None,
    source={},
)


def people(
    instrument: Instrument, seed: int, count: int, *, agencies: Sequence[str] = ("a", "b")
) -> list[Person]:
    """So many who answer an instrument by chance, each agency judged in both its roles."""
    rng = random.Random(seed)  # noqa: S311 - the same people every time
    made = []
    for place in range(count):
        agency = agencies[place % len(agencies)]
        person: Person = {"received": agency, "decides": f"{agency}-office", "stratum": agency}
        for item in instrument.items:
            person[item.name] = _answer(instrument, item, rng)
        made.append(person)
    return made


def _answer(instrument: Instrument, item: Item, rng: random.Random) -> object:
    if rng.random() < 0.15 and item.missing:
        return rng.choice(item.missing)
    if item.low is not None and item.high is not None:
        return rng.randint(item.low, item.high)
    if item.scale is None:
        return Missing.BLANK
    codes = instrument.scale_of(item).codes
    if export_type(item) is ExportType.FLAG:
        return {code: int(rng.random() < 0.5) for code in codes}
    return rng.choice(codes)


def freeze_versions(
    out: Path,
    answers: Sequence[tuple[Instrument, Sequence[Person]]],
    *,
    plan: Mapping[str, object] | None = None,
) -> Path:
    """Freeze who answered each version, the first being the plan's unless a plan is given."""
    versions = {instrument_hash(instrument): instrument for instrument, _ in answers}
    columns: dict[str, str] = dict(RESPONSE_COLUMNS)
    for instrument in versions.values():
        for item in instrument.items:
            columns |= {column.name: column.type for column in item_columns(instrument, item)}
    rows = [_row(columns, instrument, person) for instrument, group in answers for person in group]
    with whole_folder(out) as folder, locked_engine(folder) as engine:
        described = ", ".join(f"{identifier(name)} {kind}" for name, kind in columns.items())
        engine.execute(f"CREATE TABLE responses ({described})")
        for row in rows:
            engine.table("responses").insert(row)
        described = ", ".join(f"{name} {kind}" for name, kind in COMMENT_COLUMNS.items())
        engine.execute(f"CREATE TABLE comments ({described})")
        part = folder / RESPONSES / RESPONSE_PART.format(number=0)
        write_parquet(engine.table("responses").order("response"), part)
        write_parquet(engine.table("comments"), folder / COMMENTS)
        (folder / INSTRUMENTS).mkdir()
        for name, instrument in versions.items():
            (folder / INSTRUMENTS / f"{name}.json").write_text(to_json(instrument), encoding="utf-8")
        sealed = {"version": next(iter(versions))} if plan is None else plan
        (folder / DESIGN).write_text(canonical_json(DRAWN.model_dump(mode="json")), encoding="utf-8")
        (folder / PLAN).write_text(canonical_json(sealed), encoding="utf-8")
        codes = {str(row[list(columns).index(role)]) for row in rows for role in ("received", "decides")}
        write_csv(folder / UNITS, UNIT_COLUMNS, [(code, code, "") for code in sorted(codes)])
        write_csv(folder / ARRIVALS, ARRIVAL_COLUMNS, [])
        write_csv(folder / WITHDRAWALS, WITHDRAWAL_COLUMNS, [])
        seal(
            folder,
            engine,
            wave="versioned",
            opened="2026-07-01",
            closed="2026-09-30",
            basis="probability",
            plan=None,
            version="test",
            instruments=tuple(versions),
        )
    return out


def _row(columns: Mapping[str, str], instrument: Instrument, person: Person) -> list[object]:
    """A person as the folder has one: what the version does not ask is off route."""
    row: dict[str, object] = {
        "response": secrets.token_hex(16),
        "instrument": instrument_hash(instrument),
        "weight": person.get("weight", 1.0),
        **{name: person[name] for name in ("received", "decides", "helps", "stratum") if name in person},
    }
    asked = {item.name: item for item in instrument.items}
    for column in columns:
        name = column.removesuffix("__missing")
        if column != name:
            value = person.get(name, Missing.BLANK) if name in asked else Missing.OFF_ROUTE
            row[column] = value.value if isinstance(value, Missing) else None
    for name in asked:
        value = person.get(name, Missing.BLANK)
        if isinstance(value, dict):
            row |= {f"{name}__{code}": chosen for code, chosen in value.items()}
        elif not isinstance(value, Missing):
            row[name] = value
    assert missing_column(next(iter(asked))) in row
    return [row.get(column) for column in columns]
