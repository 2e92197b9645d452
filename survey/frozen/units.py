"""The organisations of a wave: from a file of units, or as far as instrument and data name them."""

from __future__ import annotations

import difflib
from collections import Counter
from typing import TYPE_CHECKING

from questionnaires.model import Role
from survey.frozen.checks import Check, where
from survey.frozen.engine import literal
from survey.frozen.layout import UNIT_COLUMNS
from survey.refusal import Fault

if TYPE_CHECKING:
    from collections.abc import Iterator

    import duckdb

    from questionnaires.model import Instrument
    from survey.frozen.design_file import DesignFile
    from survey.frozen.tables import Table

_ORGANISATIONS = tuple(Role)


def agencies(table: Table, design: DesignFile) -> dict[str, str]:
    """The organisation in each role as SQL; who decides or helps is who received, unless the data say."""
    cells = {
        role: table.column(design.roles[role]) for role in Role if design.roles.get(role) in table.header
    }
    received = cells.get(Role.RECEIVED, "NULL")
    columns = {role.value: f"coalesce({cells.get(role, 'NULL')}, {received})" for role in _ORGANISATIONS}
    return columns | {Role.RECEIVED.value: received}


def role_faults(instrument: Instrument, design: DesignFile, path: str) -> Iterator[Fault]:
    """Roles that the instrument judges and nothing in the design fills."""
    judged = {construct.role for construct in instrument.constructs if construct.role is not None}
    if Role.RECEIVED in design.roles:
        return
    for role in sorted(judged - set(design.roles)):
        names = ", ".join(construct.name for construct in instrument.constructs if construct.role is role)
        yield Fault(
            code="MISSING_ROLE",
            where=f"{path}: roles.{role}",
            expected=f"the column of the organisation that constructs {names} judge",
            got="none",
            remedy=f"Add `roles: {{{role}: column}}`; without it the score would belong to nobody.",
        )


def unit_rows(
    connection: duckdb.DuckDBPyConnection, units: Table
) -> tuple[tuple[str, ...], list[tuple[str | None, ...]]]:
    """Header and rows of a file of units, `code`, `name` and `kind` first."""
    header = (*UNIT_COLUMNS, *(name for name in units.header if name not in UNIT_COLUMNS))
    cells = ", ".join(units.column(name) for name in header)
    return header, connection.table(units.name).order("row").project(cells).fetchall()


def unit_faults(rows: list[tuple[str | None, ...]], units: Table, instrument: Instrument) -> Iterator[Fault]:
    """Units without code or name, codes twice, and agencies of the instrument that are no unit."""
    for place, name in enumerate(("code", "name")):
        empty = [number for number, row in enumerate(rows, 2) if row[place] is None]
        if empty:
            got = f"nothing ({len(empty):,} rows: {', '.join(str(number) for number in empty[:5])})"
            yield _fault("EMPTY_UNIT", where(units, name), f"a {name} in every row", got, "Fill it in.")
    codes = Counter(row[0] for row in rows if row[0] is not None)
    twice = [f"`{code}`" for code, count in codes.items() if count > 1]
    if twice:
        yield _fault(
            "UNIT_TWICE", where(units, "code"), "each code once", ", ".join(twice[:5]), "Keep one of them."
        )
    for code in sorted(
        {construct.agency for construct in instrument.constructs if construct.agency} - set(codes)
    ):
        expected = f"agency `{code}`, which instrument {instrument.name} judges"
        yield _fault("UNKNOWN_UNIT", where(units, "code"), expected, "no such code", _nearest(code, codes))


def role_checks(table: Table, design: DesignFile, codes: set[str] | None) -> Iterator[Check]:
    """Rows whose organisation is empty where it must not be, or is in no row of the units."""
    for role, column in design.roles.items():
        if column not in table.header:
            continue
        cell = table.column(column)
        rule = {"column": column, "shown": cell}
        if role is Role.RECEIVED or Role.RECEIVED not in design.roles:
            yield Check(
                code="EMPTY_UNIT",
                offends=f"{cell} IS NULL",
                expected=f"the organisation that {role} in every row",
                remedy="Fill the cells in; `decides` and `helps` may be empty where `received` is given.",
                **rule,
            )
        if codes is not None:
            known = ", ".join(literal(code) for code in sorted(codes))
            yield Check(
                code="UNKNOWN_UNIT",
                offends=f"{cell} NOT IN ({known})" if codes else f"{cell} IS NOT NULL",
                expected="a code of the file of units",
                remedy="Correct the cells or add the units; a code keeps its leading zeros.",
                **rule,
            )


def named_units(
    connection: duckdb.DuckDBPyConnection, table: Table, instrument: Instrument, design: DesignFile
) -> tuple[tuple[str, ...], list[tuple[str | None, ...]]]:
    """Header and rows of units where no file was given: named agencies and the codes in the data."""
    wordings: dict[str, list[str]] = {}
    for construct in instrument.constructs:
        if construct.agency is not None:
            wordings.setdefault(construct.agency, []).append(construct.wording)
    names = {code: texts[0] if len(texts) == 1 else code for code, texts in wordings.items()}
    for column in design.roles.values():
        cell = table.column(column)
        codes = connection.table(table.name).filter(f"{cell} IS NOT NULL").project(cell).distinct()
        for (code,) in codes.fetchall():
            names.setdefault(code, code)
    return UNIT_COLUMNS, [(code, names[code], "") for code in sorted(names)]


def _nearest(code: str, codes: Counter[str]) -> str:
    near = difflib.get_close_matches(code, [name for name in codes if name], n=1)
    return f"Add the unit{f', or rename `{near[0]}`' if near else ''}."


def _fault(code: str, place: str, expected: str, got: str, remedy: str) -> Fault:
    return Fault(code=code, where=place, expected=expected, got=got, remedy=remedy)
