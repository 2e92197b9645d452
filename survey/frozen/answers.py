"""From the cells of outside data to answers: codes, numbers, texts, or the reason for having none.

Everything here is SQL over a loaded table; nothing walks over rows.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from questionnaires.conditions import items_of
from questionnaires.item_types import LONG_TEXT_LENGTH, SHORT_TEXT_LENGTH, ExportType
from questionnaires.model import (
    Answered,
    Comparison,
    Condition,
    Instrument,
    Item,
    ItemType,
    Junction,
    Missing,
)
from survey.frozen.checks import Check
from survey.frozen.engine import literal
from survey.frozen.layout import export_type, missing_column, value_columns

if TYPE_CHECKING:
    from survey.frozen.tables import Table

_NUMERAL = "[+-]?[0-9]+([.,][0-9]+)?"
_NUMBER = "[+-]?[0-9]{1,15}([.]0*)?"  # more digits than a double holds are no count of anything
_ZERO_ONE = {"0": 0, "0.0": 0, "false": 0, "1": 1, "1.0": 1, "true": 1}
_OPERATORS = {"eq": "=", "ne": "<>", "lt": "<", "le": "<=", "gt": ">", "ge": ">="}
_REASONS = {reason.value: reason.value for reason in Missing}


@dataclass(frozen=True, kw_only=True)
class Variable:
    """An item of the instrument as SQL over the table of outside data.

    `values` are its columns of the responses, `text` its words for the comments, `reason` why it has no
    answer (null where it has one), `answered` a truth value that is never null.
    """

    item: Item
    values: dict[str, str]
    text: str | None
    reason: str
    answered: str
    checks: tuple[Check, ...]


def variables(instrument: Instrument, table: Table) -> dict[str, Variable]:
    """Every item whose columns the table has, in the order of the instrument.

    A blank cell is `off_route` where the item's condition does not hold, else `blank`.
    """
    found: dict[str, Variable] = {}
    for item in instrument.items:
        columns = value_columns(instrument, item)
        if not columns or not set(columns) <= set(table.header):
            continue
        # Where an earlier item's column is absent, which is a fault of its own, nobody knows who was asked.
        asked = "true"
        if item.ask_if is not None and items_of(item.ask_if) <= found.keys():
            asked = _holds(item.ask_if, found)
        found[item.name] = _variable(instrument, item, table, asked)
    return found


def _variable(instrument: Instrument, item: Item, table: Table, asked: str) -> Variable:
    values, own_reason, checks = _cells(instrument, item, table)
    is_text = export_type(item) is ExportType.TEXT
    first = table.column(value_columns(instrument, item)[0])
    answered = f"({next(iter(values.values()), first)}) IS NOT NULL"
    blank = f"CASE WHEN {asked} THEN 'blank' ELSE 'off_route' END"
    stated = "NULL"
    if missing_column(item.name) in table.header:
        stated = table.column(missing_column(item.name))
        checks = [*checks, *_stated_checks(item, stated, answered, own_reason)]
    if item.ask_if is not None:
        checks = [
            *checks,
            Check(
                code="OFF_ROUTE_ANSWER",
                column=value_columns(instrument, item)[0],
                offends=f"({answered}) AND NOT ({asked})",
                shown=first,
                expected="no answer where the item's condition does not hold",
                remedy="Empty these cells, or correct the earlier item or the instrument's condition.",
            ),
        ]
    return Variable(
        item=item,
        values=values,
        text=first if is_text else None,
        reason=f"CASE WHEN {answered} THEN NULL ELSE coalesce({own_reason}, {stated}, {blank}) END",
        answered=answered,
        checks=tuple(checks),
    )


def _cells(instrument: Instrument, item: Item, table: Table) -> tuple[dict[str, str], str, list[Check]]:
    """Values and reason that the cells themselves give, and what they must keep to."""
    kind = export_type(item)
    if kind is ExportType.FLAG:
        return _choices(instrument, item, table)
    if kind is ExportType.CODE:
        return _coded(instrument, item, table.column(item.name))
    if kind is ExportType.NUMBER:
        return _number(item, table.column(item.name))
    return _text(item, table.column(item.name))


def _coded(instrument: Instrument, item: Item, cell: str) -> tuple[dict[str, str], str, list[Check]]:
    scale = instrument.scale_of(item)
    values = {form: code for code in scale.codes for form in (f"{code}", f"{code}.0")}
    reasons = dict(_REASONS)
    for missing in scale.missing_codes:
        reasons.update({f"{missing.code}": missing.reason.value, f"{missing.code}.0": missing.reason.value})
    known = ", ".join(literal(form) for form in (*values, *reasons))
    unknown = f"{cell} NOT IN ({known})"
    expected = ", ".join(str(code) for code in scale.codes)
    if scale.missing_codes:
        expected += " or " + ", ".join(
            f"{missing.code} ({missing.reason})" for missing in scale.missing_codes
        )
    numeral = f"regexp_full_match({cell}, '{_NUMERAL}')"
    remedy = "Correct the cells, or add the code to the scale or to its missing codes."
    rule = {"column": item.name, "shown": cell}
    checks = [
        Check(
            code="UNKNOWN_CODE",
            offends=f"{unknown} AND {numeral}",
            expected=f"a code of scale {scale.name}: {expected}",
            remedy=remedy,
            **rule,
        ),
        Check(
            code="TEXT_FOR_CODE",
            offends=f"{unknown} AND NOT {numeral}",
            expected=f"a code of scale {scale.name} ({expected}), not its label",
            remedy="Export codes instead of labels; a missing reason may be given by its name.",
            **rule,
        ),
    ]
    return {item.name: _lookup(cell, values)}, _lookup(cell, reasons), checks


def _number(item: Item, cell: str) -> tuple[dict[str, str], str, list[Check]]:
    value = f"CASE WHEN regexp_full_match({cell}, '{_NUMBER}') THEN TRY_CAST({cell} AS DOUBLE) END"
    names = ", ".join(literal(name) for name in _REASONS)
    rule = {"column": item.name, "shown": cell}
    bounds = [f"at least {item.low}"] if item.low is not None else []
    bounds += [f"at most {item.high}"] if item.high is not None else []
    outside = [f"({value}) < {item.low}"] if item.low is not None else []
    outside += [f"({value}) > {item.high}"] if item.high is not None else []
    checks = [
        Check(
            code="TEXT_FOR_NUMBER",
            offends=f"{cell} NOT IN ({names}) AND NOT coalesce(({value}) = floor({value}), false)",
            expected="a whole number without a unit",
            remedy="Correct the cells; a missing reason is given by its name.",
            **rule,
        )
    ]
    if outside:
        checks.append(
            Check(
                code="OUT_OF_RANGE",
                offends=f"coalesce({' OR '.join(outside)}, false)",
                expected="a number of " + " and ".join(bounds),
                remedy="Correct the cells, or the bounds of the item.",
                **rule,
            )
        )
    return {item.name: value}, _lookup(cell, _REASONS), checks


def _choices(instrument: Instrument, item: Item, table: Table) -> tuple[dict[str, str], str, list[Check]]:
    columns = value_columns(instrument, item)
    cells = [table.column(column) for column in columns]
    known = ", ".join(literal(form) for form in _ZERO_ONE)
    checks = [
        Check(
            code="UNKNOWN_CODE",
            column=column,
            offends=f"{cell} NOT IN ({known})",
            shown=cell,
            expected="1 (chosen) or 0 (not chosen)",
            remedy=f"Correct the cells; a missing reason goes into {missing_column(item.name)}.",
        )
        for column, cell in zip(columns, cells, strict=True)
    ]
    some, none = (f" {word} ".join(f"{cell} IS NULL" for cell in cells) for word in ("OR", "AND"))
    checks.append(
        Check(
            code="PART_BLANK",
            column=f"{columns[0]} to {columns[-1]}",
            offends=f"({some}) AND NOT ({none})",
            shown="concat_ws(',', " + ", ".join(f"coalesce({cell}, '-')" for cell in cells) + ")",
            expected="0 or 1 in every column of the item, or in none",
            remedy="Write 0 where a category was not chosen, or empty the whole item.",
        )
    )
    values = {column: _lookup(cell, _ZERO_ONE) for column, cell in zip(columns, cells, strict=True)}
    return values, "NULL", checks


def _text(item: Item, cell: str) -> tuple[dict[str, str], str, list[Check]]:
    """Words are kept as they are; a reason for having none is said in `<item>__missing` alone."""
    short = item.type is ItemType.SHORT_TEXT
    most = item.max_length or (SHORT_TEXT_LENGTH if short else LONG_TEXT_LENGTH)
    rule = {"column": item.name, "shown": cell}
    checks = [
        Check(
            code="TOO_LONG",
            offends=f"length({cell}) > {most}",
            expected=f"at most {most} characters",
            remedy="Shorten the texts, or raise the item's `max_length`.",
            **rule,
        )
    ]
    if short:
        checks.append(
            Check(
                code="SEVERAL_LINES",
                offends=f"regexp_matches({cell}, '[\r\n]')",
                expected="one line of text",
                remedy="Join the lines, or make the item a long text.",
                **rule,
            )
        )
    return {}, "NULL", checks


def _stated_checks(item: Item, stated: str, answered: str, own_reason: str) -> list[Check]:
    names = ", ".join(literal(name) for name in _REASONS)
    rule = {"column": missing_column(item.name), "shown": stated}
    return [
        Check(
            code="UNKNOWN_REASON",
            offends=f"{stated} NOT IN ({names})",
            expected="a missing reason: " + ", ".join(_REASONS),
            remedy="Correct the cells, or empty them.",
            **rule,
        ),
        Check(
            code="ANSWER_AND_REASON",
            offends=f"({answered} OR coalesce({own_reason}, {stated}) <> {stated}) AND {stated} IS NOT NULL",
            expected="a reason only where the item has no answer and no other reason",
            remedy="Empty one of the two.",
            **rule,
        ),
    ]


def _lookup(cell: str, values: dict[str, int] | dict[str, str]) -> str:
    """A CASE over exact spellings; what is not among them is null."""
    branches = " ".join(
        f"WHEN {literal(form)} THEN {literal(value) if isinstance(value, str) else value}"
        for form, value in values.items()
    )
    return f"CASE {cell} {branches} END"


def _holds(condition: Condition, earlier: dict[str, Variable]) -> str:
    """A condition over earlier items as SQL that is true or false, never null."""
    if isinstance(condition, Junction):
        parts = [_holds(part, earlier) for part in condition.conditions]
        joined = f"({(' AND ' if condition.operator == 'all' else ' OR ').join(parts)})"
        return f"NOT {joined}" if condition.operator == "none" else joined
    variable = earlier[condition.item]
    if isinstance(condition, Answered):
        return f"({variable.answered})"
    return f"coalesce({_compared(condition, variable)}, false)"


def _compared(condition: Comparison, variable: Variable) -> str:
    values = condition.value if isinstance(condition.value, tuple) else (condition.value,)
    if condition.operator == "includes":
        columns = (variable.values.get(f"{condition.item}__{value}", "NULL") for value in values)
        return "(" + " OR ".join(f"({column}) = 1" for column in columns) + ")"
    cell = next(iter(variable.values.values()), "NULL")
    if condition.operator == "in":
        return f"({cell}) IN ({', '.join(str(value) for value in values)})"
    return f"({cell}) {_OPERATORS[condition.operator]} {values[0]}"
