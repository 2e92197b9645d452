"""What is public: releases with their agencies, words and cells, and tombstones of withdrawn ones."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from survey.migrations.immutable import keep_rows

revision = "0006"
down_revision = "0005"

_RELEASE_LAWS = {
    "counts_from_one": "number >= 1",
    "wave_length": "length(wave) BETWEEN 1 AND 40",
    "basis": "basis IN ('probability', 'all_invited', 'open')",
    "subject": "subject IN ('errand', 'person')",
    "ends_after_it_begins": "closed >= opened",
    "period_is_whole": "(opened IS NULL) = (closed IS NULL)",
    "standard": "standard BETWEEN 0 AND 100",
    "plan_has_its_hash": "(plan IS NULL) = (plan_hash IS NULL)",
    "standard_is_planned": "plan IS NOT NULL OR standard IS NULL",
    "plan_hash_length": "length(plan_hash) = 64",
    "hash_length": "length(data) = 64 AND length(result) = 64 AND length(hash) = 64 AND length(head) = 64",
}
_CELL_LAWS = {
    "item_has_a_construct": "item = '' OR construct <> ''",
    "basis": "basis IN ('probability', 'all_invited', 'open')",
    "shown": "shown IN ('estimate', 'count', 'withheld')",
    "withheld_has_a_reason": "(shown = 'withheld') = (reason IS NOT NULL)",
    "reason": "reason IN ('few_respondents', 'item_without_answers', 'no_degrees_of_freedom', "
    "'no_weight', 'versions_differ', 'complementary')",
    "withheld_has_no_count": "shown <> 'withheld' OR (n IS NULL AND n_valid IS NULL)",
    "only_an_estimate_has_numbers": "shown = 'estimate' OR (value IS NULL AND low IS NULL AND high IS NULL "
    "AND bound_low IS NULL AND bound_high IS NULL AND missing IS NULL AND df IS NULL AND decimals IS NULL "
    "AND reach_low IS NULL AND reach_high IS NULL AND reliability IS NULL AND standing IS NULL "
    "AND visitors IS NULL)",
    "estimate_has_its_uncertainty": "shown <> 'estimate' OR (value IS NOT NULL AND low IS NOT NULL "
    "AND high IS NOT NULL AND bound_low IS NOT NULL AND bound_high IS NOT NULL AND missing IS NOT NULL "
    "AND df IS NOT NULL AND decimals IS NOT NULL)",
    "shown_has_its_respondents": "shown = 'withheld' OR (n IS NOT NULL AND n_valid IS NOT NULL)",
    "ten_respondents": "n_valid >= 10",
    "respondents_could_rate": "n >= n_valid",
    "interval": "0 <= low AND low <= value AND value <= high AND high <= 1000",
    "bounds": "0 <= bound_low AND bound_low <= value AND value <= bound_high AND bound_high <= 1000",
    "missing": "missing BETWEEN 0 AND 1000",
    "decimals": "decimals IN (0, 1)",
    "digits": "decimals = 1 OR (value / 10 * 10 = value AND low / 10 * 10 = low AND high / 10 * 10 = high "
    "AND bound_low / 10 * 10 = bound_low AND bound_high / 10 * 10 = bound_high "
    "AND missing / 10 * 10 = missing)",
    "digits_of_reach": "decimals = 1 OR "
    "(reach_low / 10 * 10 = reach_low AND reach_high / 10 * 10 = reach_high)",
    "indicative_is_whole_and_unused": "n_valid >= 30 OR shown <> 'estimate' OR "
    "(decimals = 0 AND decision_use = 'none' AND standing IS NULL)",
    "decision_use": "decision_use IN ('decisions', 'improvement', 'none')",
    "only_an_estimate_is_used": "shown = 'estimate' OR decision_use = 'none'",
    "open_is_not_used": "basis <> 'open' OR decision_use = 'none'",
    "decisions_are_reliable": "decision_use <> 'decisions' OR "
    "(reliability IS NOT NULL AND reliability >= 70 AND df >= 8 AND high - low <= 300)",
    "reliability": "reliability BETWEEN 0 AND 100",
    "df": "df >= 1",
    "standing": "standing IN ('below', 'unclear', 'above')",
    "standing_of_a_drawn_index": "standing IS NULL OR "
    "(basis = 'probability' AND construct = '' AND item = '')",
    "open_estimate_has_visitors": "shown <> 'estimate' OR (basis = 'open') = (visitors IS NOT NULL)",
    "visitors_have_a_reach": "(visitors IS NULL) = (reach_low IS NULL) "
    "AND (visitors IS NULL) = (reach_high IS NULL)",
    "respondents_are_visitors": "visitors >= n",
    "reach": "0 <= reach_low AND reach_low <= bound_low AND bound_high <= reach_high AND reach_high <= 1000",
}
_COUNTS = ("value", "low", "high", "bound_low", "bound_high", "missing", "reach_low", "reach_high")
_FURTHER_COUNTS = ("decimals", "n", "n_valid", "visitors", "df", "reliability")


def upgrade() -> None:
    """Make the tables; nothing that was public is changed or removed."""
    for make in (_releases, _agencies_and_words, _cells, _withdrawals):
        make()
    for table in (
        "published_release",
        "published_agency",
        "published_wording",
        "published_cell",
        "release_withdrawal",
    ):
        keep_rows(table)


def _releases() -> None:
    op.create_table(
        "published_release",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("wave", sa.String(length=40), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("outside", sa.Boolean(), nullable=False),
        sa.Column("basis", sa.String(length=12), nullable=False),
        sa.Column("subject", sa.String(length=6), nullable=False),
        sa.Column("opened", sa.Date(), nullable=True),
        sa.Column("closed", sa.Date(), nullable=True),
        sa.Column("headline", sa.String(length=40), nullable=False),
        sa.Column("standard", sa.Double(), nullable=True),
        sa.Column("plan", sa.Text(), nullable=True),
        sa.Column("plan_hash", sa.String(length=64), nullable=True),
        sa.Column("instruments", sa.Text(), nullable=False),
        sa.Column("data", sa.String(length=64), nullable=False),
        sa.Column("result", sa.String(length=64), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("released", sa.DateTime(), nullable=False),
        sa.Column("actor", sa.String(length=60), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("head", sa.String(length=64), nullable=False),
        *_checks("published_release", _RELEASE_LAWS),
        sa.PrimaryKeyConstraint("id", name="pk_published_release"),
        sa.UniqueConstraint("head", name="uq_published_release_head"),
        sa.UniqueConstraint("wave", "number", name="uq_published_release_wave_number"),
    )


def _agencies_and_words() -> None:
    op.create_table(
        "published_agency",
        sa.Column("release", sa.Integer(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        *_checks("published_agency", {"code_length": "length(code) >= 1"}),
        sa.ForeignKeyConstraint(["release"], ["published_release.id"], name="fk_published_agency_release"),
        sa.PrimaryKeyConstraint("release", "code", name="pk_published_agency"),
    )
    op.create_table(
        "published_wording",
        sa.Column("release", sa.Integer(), nullable=False),
        sa.Column("language", sa.String(length=5), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        *_checks("published_wording", {"language": "language IN ('vi', 'en')"}),
        sa.ForeignKeyConstraint(["release"], ["published_release.id"], name="fk_published_wording_release"),
        sa.PrimaryKeyConstraint("release", "language", "name", name="pk_published_wording"),
    )


def _cells() -> None:
    op.create_table(
        "published_cell",
        sa.Column("release", sa.Integer(), nullable=False),
        sa.Column("agency", sa.Text(), nullable=False),
        sa.Column("construct", sa.Text(), nullable=False),
        sa.Column("item", sa.Text(), nullable=False),
        sa.Column("recipe", sa.String(length=40), nullable=False),
        sa.Column("basis", sa.String(length=12), nullable=False),
        sa.Column("shown", sa.String(length=8), nullable=False),
        sa.Column("reason", sa.String(length=24), nullable=True),
        *(sa.Column(name, sa.Integer(), nullable=True) for name in (*_COUNTS, *_FURTHER_COUNTS)),
        sa.Column("decision_use", sa.String(length=12), nullable=False),
        sa.Column("standing", sa.String(length=8), nullable=True),
        *_checks("published_cell", _CELL_LAWS),
        sa.ForeignKeyConstraint(
            ["release", "agency"],
            ["published_agency.release", "published_agency.code"],
            name="fk_published_cell_release_agency",
        ),
        sa.PrimaryKeyConstraint("release", "agency", "construct", "item", "recipe", name="pk_published_cell"),
    )
    op.create_index("ix_published_cell_agency", "published_cell", ["agency"])
    op.create_index(
        "ix_published_cell_of_recipe", "published_cell", ["release", "recipe", "construct", "item"]
    )


def _withdrawals() -> None:
    op.create_table(
        "release_withdrawal",
        sa.Column("release", sa.Integer(), nullable=False),
        sa.Column("withdrawn", sa.DateTime(), nullable=False),
        sa.Column("actor", sa.String(length=60), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        *_checks("release_withdrawal", {"reason_length": "length(reason) >= 1"}),
        sa.ForeignKeyConstraint(["release"], ["published_release.id"], name="fk_release_withdrawal_release"),
        sa.PrimaryKeyConstraint("release", name="pk_release_withdrawal"),
    )


def _checks(table: str, laws: dict[str, str]) -> list[sa.CheckConstraint]:
    return [sa.CheckConstraint(law, name=f"ck_{table}_{name}") for name, law in laws.items()]
