"""What pages, the API and metrics read of results: published cells and nothing else.

Loads neither statistics nor frozen waves, so that the process which serves pages can import it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from sqlalchemy import select

from survey.publication.models import (
    PublishedAgency,
    PublishedCell,
    PublishedRelease,
    PublishedWording,
    ReleaseWithdrawal,
)
from survey.publication.rows import cell_of
from survey.scoring.report.contents import Agency
from survey.scoring.report.naming import alphabet_key

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import date, datetime

    from sqlalchemy import ColumnElement, Connection, RowMapping

    from survey.frozen.layout import Basis
    from survey.publication.cells import Cell, Key, Published

State = Literal["current", "superseded", "withdrawn"]


@dataclass(frozen=True, kw_only=True)
class Withdrawal:
    """A release's tombstone."""

    at: datetime
    actor: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class Release:
    """One release of a wave and how it can be checked.

    Attributes:
        id: its number in the database.
        wave, number: the wave, and which of its releases it is, from 1.
        state: `current`, `superseded` by a later release of the wave, or `withdrawn`. Where the latest was
            withdrawn none is current: an earlier one does not come back by itself.
        outside: whether the wave was frozen from data that were collected elsewhere.
        basis: on what its numbers rest.
        subject: whether an interview is about an errand or a person's view.
        opened, closed: the first and the last day, where they are known.
        headline: the recipe that counts.
        standard: the score, 0 to 100, that the sealed plan sets; None without.
        plan, plan_hash: the sealed plan as JSON and its hash; None where there was none.
        instruments: the hashes of the questionnaire's versions.
        data: the SHA-256 of the frozen wave's manifest.
        result: the id of the result.
        version: of the program that scored.
        released, actor: when, to the minute, and who.
        hash: over everything that is public of the release.
        head: of the audit chain with its entry.
        withdrawn: the tombstone; None while it stands.
        wordings: title, `construct.<name>` and `item.<name>`, by language.
    """

    id: int
    wave: str
    number: int
    state: State
    outside: bool
    basis: Basis
    subject: Literal["errand", "person"]
    opened: date | None
    closed: date | None
    headline: str
    standard: float | None
    plan: str | None
    plan_hash: str | None
    instruments: tuple[str, ...]
    data: str
    result: str
    version: str
    released: datetime
    actor: str
    hash: str
    head: str
    withdrawn: Withdrawal | None
    wordings: Mapping[str, Mapping[str, str]] = field(repr=False)

    @property
    def is_current(self) -> bool:
        """Whether its numbers are those that pages show."""
        return self.state == "current"

    @property
    def is_compared(self) -> bool:
        """Whether agencies are set against a standard: it takes one from the plan, and a drawn sample."""
        return self.standard is not None and self.basis == "probability"

    def wording(self, name: str, language: str) -> str:
        """The words of `title`, `construct.<name>` or `item.<name>`."""
        return self.wordings[language][name]


@dataclass(frozen=True, kw_only=True)
class ReleasedAgency:
    """An agency of a release with the number that counts.

    Attributes:
        code: as the registry has it.
        named: its name and kind when it was released.
        headline: its whole index by the headline recipe.
    """

    code: str
    named: Agency
    headline: Published


@dataclass(frozen=True, kw_only=True)
class AgencyResult:
    """All that one release tells of an agency.

    Attributes:
        release: the release.
        agency: the agency and its headline.
        cells: every cell by its key.
    """

    release: Release
    agency: ReleasedAgency
    cells: Mapping[Key, Cell] = field(repr=False)


def releases(connection: Connection) -> list[Release]:
    """Every release, the latest first; withdrawn ones too, as tombstones."""
    return list(reversed(_releases(connection)))


def releases_of(connection: Connection, wave: str) -> list[Release]:
    """The releases of a wave, the first one first."""
    return _releases(connection, PublishedRelease.wave == wave)


def released_agencies(
    connection: Connection, release: Release, kind: str | None = None, *, code: str | None = None
) -> list[ReleasedAgency]:
    """The agencies of a release in the order of the alphabet, each with its headline; never by their score.

    Args:
        connection: of the main store.
        release: a withdrawn one has none.
        kind: of that kind alone, as the registry names it.
        code: that one alone.
    """
    if release.withdrawn is not None:
        return []
    query = (
        select(PublishedAgency.name, PublishedAgency.kind, PublishedCell.__table__)
        .join(PublishedCell, PublishedCell.agency == PublishedAgency.code)
        .where(
            PublishedAgency.release == release.id,
            PublishedCell.release == release.id,
            PublishedCell.recipe == release.headline,
            PublishedCell.construct == "",
            PublishedCell.item == "",
        )
    )
    if kind is not None:
        query = query.where(PublishedAgency.kind == kind)
    if code is not None:
        query = query.where(PublishedAgency.code == code)
    found = [
        ReleasedAgency(
            code=row["agency"],
            named=Agency(name=row["name"], kind=row["kind"]),
            headline=cell_of(row).content,
        )
        for row in connection.execute(query).mappings()
    ]
    return sorted(found, key=lambda one: (alphabet_key(one.named), one.code))


def agency(connection: Connection, code: str) -> list[AgencyResult]:
    """What every current release tells of an agency, the latest wave first; empty where there is nothing."""
    found = []
    for one in releases(connection):
        if not one.is_current:
            continue
        for known in released_agencies(connection, one, code=code):
            cells = _cells(connection, one, PublishedCell.agency == code)
            found.append(AgencyResult(release=one, agency=known, cells=cells))
    return found


def cell(connection: Connection, release: Release, key: Key) -> Cell | None:
    """One cell; None where the release has none of that key, or was withdrawn."""
    if release.withdrawn is not None:
        return None
    conditions = (
        PublishedCell.agency == key.agency,
        PublishedCell.construct == key.construct,
        PublishedCell.item == key.item,
        PublishedCell.recipe == key.recipe,
    )
    return _cells(connection, release, *conditions).get(key)


def cells_of(connection: Connection, release: Release) -> dict[Key, Cell]:
    """Every cell that a release wrote, withdrawn or not: what is new must be held against it."""
    return _cells(connection, release)


def _releases(connection: Connection, *conditions: ColumnElement[bool]) -> list[Release]:
    query = (
        select(
            PublishedRelease.__table__,
            ReleaseWithdrawal.withdrawn,
            ReleaseWithdrawal.actor.label("withdrawn_by"),
            ReleaseWithdrawal.reason,
        )
        .join(ReleaseWithdrawal, ReleaseWithdrawal.release == PublishedRelease.id, isouter=True)
        .where(*conditions)
        .order_by(PublishedRelease.id)
    )
    rows = connection.execute(query).mappings().all()
    latest = {row["wave"]: row["id"] for row in rows}
    wordings = _wordings(connection, [row["id"] for row in rows])
    return [_release(row, wordings[row["id"]], is_latest=row["id"] == latest[row["wave"]]) for row in rows]


def _release(row: RowMapping, wordings: Mapping[str, Mapping[str, str]], *, is_latest: bool) -> Release:
    state: State = "current" if is_latest else "superseded"
    tombstone = None
    if row["withdrawn"] is not None:
        state = "withdrawn"
        tombstone = Withdrawal(at=row["withdrawn"], actor=row["withdrawn_by"], reason=row["reason"])
    names = (
        "id",
        "wave",
        "number",
        "outside",
        "basis",
        "subject",
        "opened",
        "closed",
        "headline",
        "standard",
    )
    more = ("plan", "plan_hash", "data", "result", "version", "released", "actor", "hash", "head")
    return Release(
        **{name: row[name] for name in (*names, *more)},
        state=state,
        instruments=tuple(json.loads(row["instruments"])),
        withdrawn=tombstone,
        wordings=wordings,
    )


def _wordings(connection: Connection, ids: Sequence[int]) -> dict[int, dict[str, dict[str, str]]]:
    found: dict[int, dict[str, dict[str, str]]] = {one: {} for one in ids}
    query = select(PublishedWording.__table__).where(PublishedWording.release.in_(ids))
    for row in connection.execute(query):
        found[row.release].setdefault(row.language, {})[row.name] = row.text
    return found


def _cells(connection: Connection, release: Release, *conditions: ColumnElement[bool]) -> dict[Key, Cell]:
    query = select(PublishedCell.__table__).where(PublishedCell.release == release.id, *conditions)
    found: Iterator[Cell] = (cell_of(row) for row in connection.execute(query).mappings())
    return {one.key: one for one in found}
