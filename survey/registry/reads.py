"""What the registry tells: places and organisations as they stand on a day."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import String, and_, or_, select, type_coerce

from survey.registry.models import PLACE_ID_LENGTH, Organisation, Place

if TYPE_CHECKING:
    from datetime import date

    from sqlalchemy import BindParameter, ColumnElement, Connection, Row, Select

PLACE_LETTERS = "abcdefghijklmnopqrstuvwxyz234567"
_PLACE_ID = re.compile(f"[{PLACE_LETTERS}]{{{PLACE_ID_LENGTH}}}")


@dataclass(frozen=True)
class PlaceView:
    """A service point, and the organisation that receives people there."""

    id: str
    code: str
    name: str
    organisation: str
    organisation_name: str


@dataclass(frozen=True)
class OrganisationView:
    """An organisation as it stands on a day."""

    code: str
    name: str
    kind: str
    parent: str | None


def is_place_id(text: str) -> bool:
    """Whether a text has the form of a place's id; anything may come in a link."""
    return _PLACE_ID.fullmatch(text) is not None


def place(connection: Connection, place_id: str, today: date) -> PlaceView | None:
    """The place of a link; None where there is none."""
    if not is_place_id(place_id):
        return None
    return _first(connection, place_query(today).where(Place.id == place_id))


def place_named(connection: Connection, name: str, today: date) -> PlaceView | None:
    """The place of that id or, where no id is such, of that code: what a person types."""
    found = place(connection, name, today)
    if found is not None or "\0" in name:
        return found
    return _first(connection, place_query(today).where(Place.code == name))


def places(connection: Connection, first: date, last: date) -> list[PlaceView]:
    """The places in force on some day between two days, by code."""
    query = place_query(first).where(
        Place.valid_from <= last, or_(Place.valid_to.is_(None), Place.valid_to > first)
    )
    return [place_view(row) for row in connection.execute(query.order_by(Place.code))]


def organisations(connection: Connection, day: date) -> list[OrganisationView]:
    """The organisations in force on a day, by code."""
    query = (
        select(Organisation.code, Organisation.name, Organisation.kind, Organisation.parent)
        .where(_in_force(day))
        .order_by(Organisation.code)
    )
    return [OrganisationView(*row) for row in connection.execute(query)]


def organisation_name(connection: Connection, code: str, day: date) -> str | None:
    """The name of an organisation on a day; None where it is not in force."""
    query = select(Organisation.name).where(Organisation.code == code, _in_force(day))
    return connection.scalar(query)


def place_query(day: date | BindParameter[date]) -> Select[str, str, str, str, str | None]:
    """The columns of `PlaceView`, for readers further up to narrow; without an organisation its code."""
    return select(
        Place.id,
        Place.code,
        Place.name,
        Place.organisation,
        type_coerce(Organisation.name, String).label("organisation_name"),
    ).join(Organisation, and_(Organisation.code == Place.organisation, _in_force(day)), isouter=True)


def place_view(row: Row[str, str, str, str, str | None]) -> PlaceView:
    """A row of `place_query`."""
    return PlaceView(row[0], row[1], row[2], row[3], row[4] or row[3])


def _first(connection: Connection, query: Select[str, str, str, str, str | None]) -> PlaceView | None:
    row = connection.execute(query).one_or_none()
    return None if row is None else place_view(row)


def _in_force(day: date | BindParameter[date]) -> ColumnElement[bool]:
    return and_(
        Organisation.valid_from <= day, or_(Organisation.valid_to.is_(None), Organisation.valid_to > day)
    )
