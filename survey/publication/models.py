"""Tables of what is public; rows are added and never changed (triggers refuse it).

Numbers are whole: scores and shares in tenths of a point, so that what stands here is what is printed.
"""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from survey.publication.cells import REASONS, STANDINGS, USES
from survey.stores import Main

NUMBERS = ("value", "low", "high", "bound_low", "bound_high", "missing")
_ALL = (*NUMBERS, "df", "decimals")
_FURTHER = ("reach_low", "reach_high", "reliability", "standing")


def _one_of(column: str, allowed: tuple[str, ...]) -> str:
    return f"{column} IN ({', '.join(repr(one) for one in allowed)})"


def _each(columns: tuple[str, ...], condition: str) -> str:
    return " AND ".join(f"{column} {condition}" for column in columns)


class PublishedRelease(Main):
    """One release of a wave: on what it rests and how it can be checked.

    `number` counts the releases of a wave from 1. `hash` is over everything that is public of it, `head` that
    of the audit chain with the entry of the release. `outside`: the wave was frozen from data of others.
    """

    __tablename__ = "published_release"
    __table_args__ = (
        UniqueConstraint("wave", "number"),
        CheckConstraint("number >= 1", name="counts_from_one"),
        CheckConstraint("length(wave) BETWEEN 1 AND 40", name="wave_length"),
        CheckConstraint(_one_of("basis", ("probability", "all_invited", "open")), name="basis"),
        CheckConstraint(_one_of("subject", ("errand", "person")), name="subject"),
        CheckConstraint("closed >= opened", name="ends_after_it_begins"),
        CheckConstraint("(opened IS NULL) = (closed IS NULL)", name="period_is_whole"),
        CheckConstraint("standard BETWEEN 0 AND 100", name="standard"),
        CheckConstraint("(plan IS NULL) = (plan_hash IS NULL)", name="plan_has_its_hash"),
        CheckConstraint("plan IS NOT NULL OR standard IS NULL", name="standard_is_planned"),
        CheckConstraint("length(plan_hash) = 64", name="plan_hash_length"),
        CheckConstraint(
            "length(data) = 64 AND length(result) = 64 AND length(hash) = 64 AND length(head) = 64",
            name="hash_length",
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    wave: Mapped[str] = mapped_column(String(40))
    number: Mapped[int]
    outside: Mapped[bool]
    basis: Mapped[str] = mapped_column(String(12))
    subject: Mapped[str] = mapped_column(String(6))
    opened: Mapped[date | None]
    closed: Mapped[date | None]
    headline: Mapped[str] = mapped_column(String(40))
    standard: Mapped[float | None]
    plan: Mapped[str | None] = mapped_column(Text)
    plan_hash: Mapped[str | None] = mapped_column(String(64))
    instruments: Mapped[str] = mapped_column(Text)
    data: Mapped[str] = mapped_column(String(64))
    result: Mapped[str] = mapped_column(String(64))
    version: Mapped[str] = mapped_column(Text)
    released: Mapped[datetime]
    actor: Mapped[str] = mapped_column(String(60))
    hash: Mapped[str] = mapped_column(String(64))
    head: Mapped[str] = mapped_column(String(64), unique=True)


class PublishedAgency(Main):
    """An agency of a release, as it was called then."""

    __tablename__ = "published_agency"
    __table_args__ = (CheckConstraint("length(code) >= 1", name="code_length"),)

    release: Mapped[int] = mapped_column(ForeignKey("published_release.id"), primary_key=True)
    code: Mapped[str] = mapped_column(Text, primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(Text)


class PublishedWording(Main):
    """The words of a release: its title, constructs and items as people read them, by language."""

    __tablename__ = "published_wording"
    __table_args__ = (CheckConstraint(_one_of("language", ("vi", "en")), name="language"),)

    release: Mapped[int] = mapped_column(ForeignKey("published_release.id"), primary_key=True)
    language: Mapped[str] = mapped_column(String(5), primary_key=True)
    name: Mapped[str] = mapped_column(Text, primary_key=True)
    text: Mapped[str] = mapped_column(Text)


class PublishedCell(Main):
    """One score of a release: an estimate with its uncertainty, a count alone, or why it is withheld.

    An empty construct is the whole index, an empty item a composite. Scores, ends and shares are in tenths of
    a point, `reliability` in hundredths.
    """

    __tablename__ = "published_cell"
    __table_args__ = (
        ForeignKeyConstraint(["release", "agency"], ["published_agency.release", "published_agency.code"]),
        Index("ix_published_cell_agency", "agency"),
        Index("ix_published_cell_of_recipe", "release", "recipe", "construct", "item"),
        CheckConstraint("item = '' OR construct <> ''", name="item_has_a_construct"),
        CheckConstraint(_one_of("basis", ("probability", "all_invited", "open")), name="basis"),
        CheckConstraint(_one_of("shown", ("estimate", "count", "withheld")), name="shown"),
        CheckConstraint("(shown = 'withheld') = (reason IS NOT NULL)", name="withheld_has_a_reason"),
        CheckConstraint(_one_of("reason", REASONS), name="reason"),
        CheckConstraint(
            f"shown <> 'withheld' OR ({_each(('n', 'n_valid'), 'IS NULL')})",
            name="withheld_has_no_count",
        ),
        CheckConstraint(
            f"shown = 'estimate' OR ({_each((*_ALL, *_FURTHER, 'visitors'), 'IS NULL')})",
            name="only_an_estimate_has_numbers",
        ),
        CheckConstraint(
            f"shown <> 'estimate' OR ({_each(_ALL, 'IS NOT NULL')})", name="estimate_has_its_uncertainty"
        ),
        CheckConstraint(
            "shown = 'withheld' OR (n IS NOT NULL AND n_valid IS NOT NULL)", name="shown_has_its_respondents"
        ),
        CheckConstraint("n_valid >= 10", name="ten_respondents"),
        CheckConstraint("n >= n_valid", name="respondents_could_rate"),
        CheckConstraint("0 <= low AND low <= value AND value <= high AND high <= 1000", name="interval"),
        CheckConstraint(
            "0 <= bound_low AND bound_low <= value AND value <= bound_high AND bound_high <= 1000",
            name="bounds",
        ),
        CheckConstraint("missing BETWEEN 0 AND 1000", name="missing"),
        CheckConstraint("decimals IN (0, 1)", name="decimals"),
        CheckConstraint(
            f"decimals = 1 OR ({' AND '.join(f'{name} / 10 * 10 = {name}' for name in NUMBERS)})",
            name="digits",
        ),
        CheckConstraint(
            "decimals = 1 OR (reach_low / 10 * 10 = reach_low AND reach_high / 10 * 10 = reach_high)",
            name="digits_of_reach",
        ),
        CheckConstraint(
            "n_valid >= 30 OR shown <> 'estimate' OR "
            "(decimals = 0 AND decision_use = 'none' AND standing IS NULL)",
            name="indicative_is_whole_and_unused",
        ),
        CheckConstraint(_one_of("decision_use", USES), name="decision_use"),
        CheckConstraint("shown = 'estimate' OR decision_use = 'none'", name="only_an_estimate_is_used"),
        CheckConstraint("basis <> 'open' OR decision_use = 'none'", name="open_is_not_used"),
        CheckConstraint(
            "decision_use <> 'decisions' OR "
            "(reliability IS NOT NULL AND reliability >= 70 AND df >= 8 AND high - low <= 300)",
            name="decisions_are_reliable",
        ),
        CheckConstraint("reliability BETWEEN 0 AND 100", name="reliability"),
        CheckConstraint("df >= 1", name="df"),
        CheckConstraint(_one_of("standing", STANDINGS), name="standing"),
        CheckConstraint(
            "standing IS NULL OR (basis = 'probability' AND construct = '' AND item = '')",
            name="standing_of_a_drawn_index",
        ),
        CheckConstraint(
            "shown <> 'estimate' OR (basis = 'open') = (visitors IS NOT NULL)",
            name="open_estimate_has_visitors",
        ),
        CheckConstraint(
            "(visitors IS NULL) = (reach_low IS NULL) AND (visitors IS NULL) = (reach_high IS NULL)",
            name="visitors_have_a_reach",
        ),
        CheckConstraint("visitors >= n", name="respondents_are_visitors"),
        CheckConstraint(
            "0 <= reach_low AND reach_low <= bound_low AND bound_high <= reach_high AND reach_high <= 1000",
            name="reach",
        ),
    )

    release: Mapped[int] = mapped_column(primary_key=True)
    agency: Mapped[str] = mapped_column(Text, primary_key=True)
    construct: Mapped[str] = mapped_column(Text, primary_key=True)
    item: Mapped[str] = mapped_column(Text, primary_key=True)
    recipe: Mapped[str] = mapped_column(String(40), primary_key=True)
    basis: Mapped[str] = mapped_column(String(12))
    shown: Mapped[str] = mapped_column(String(8))
    reason: Mapped[str | None] = mapped_column(String(24))
    value: Mapped[int | None]
    low: Mapped[int | None]
    high: Mapped[int | None]
    bound_low: Mapped[int | None]
    bound_high: Mapped[int | None]
    missing: Mapped[int | None]
    reach_low: Mapped[int | None]
    reach_high: Mapped[int | None]
    decimals: Mapped[int | None]
    n: Mapped[int | None]
    n_valid: Mapped[int | None]
    visitors: Mapped[int | None]
    df: Mapped[int | None]
    reliability: Mapped[int | None]
    decision_use: Mapped[str] = mapped_column(String(12))
    standing: Mapped[str | None] = mapped_column(String(8))


class ReleaseWithdrawal(Main):
    """A tombstone: the release was withdrawn, when, by whom and why. What it said stays as evidence."""

    __tablename__ = "release_withdrawal"
    __table_args__ = (CheckConstraint("length(reason) >= 1", name="reason_length"),)

    release: Mapped[int] = mapped_column(ForeignKey("published_release.id"), primary_key=True)
    withdrawn: Mapped[datetime]
    actor: Mapped[str] = mapped_column(String(60))
    reason: Mapped[str] = mapped_column(Text)
