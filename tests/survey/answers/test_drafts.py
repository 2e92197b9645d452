"""A draft opens for its secret alone, costs the same bytes whatever is in it, and ends."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select, update

from survey.answers import codes, drafts
from survey.answers.models import Draft
from survey.refusal import Refusal
from tests.survey.answers.collecting import DAY, collecting, count

if TYPE_CHECKING:
    from survey.site import Site
    from tests.survey.answers.collecting import Collecting


def keep(site: Site, asked: Collecting, secret: bytes, content: dict[str, object]) -> None:
    with site.stores.main.writing() as connection:
        drafts.write(
            connection,
            secret,
            wave=asked.wave,
            instrument=asked.instrument,
            content=content,
            today=DAY,
            days=7,
        )


def test_a_draft_is_read_with_its_secret_and_with_no_other(site: Site) -> None:
    asked = collecting(site.stores.main)
    secret = drafts.new()
    keep(site, asked, secret, {"page": 1})
    keep(site, asked, secret, {"page": 2, "answers": {"signs": 4}})
    with site.stores.main.reading() as connection:
        assert drafts.read(connection, secret, today=DAY) == {"page": 2, "answers": {"signs": 4}}
        assert drafts.read(connection, drafts.new(), today=DAY) is None
        typed = codes.read(codes.show(secret).lower())
        assert typed is not None
        assert drafts.read(connection, typed, today=DAY) is not None
    assert count(site.stores.main, Draft) == 1


def test_neither_secret_nor_answers_stand_in_the_row(site: Site) -> None:
    asked = collecting(site.stores.main)
    secret = drafts.new()
    keep(site, asked, secret, {"text": "mười hai"})
    with site.stores.main.reading() as connection:
        [row] = connection.execute(select(Draft.__table__)).all()
    assert secret not in row.id + row.sealed
    assert "mười hai".encode() not in row.sealed


def test_every_draft_of_an_instrument_costs_the_same_bytes(site: Site) -> None:
    asked = collecting(site.stores.main, instrument="service_responsibility")
    for content in ({}, {"comment": "ế" * 2000}, {"comment": "😀" * 2000, "page": 9}):
        keep(site, asked, drafts.new(), dict(content))
    with site.stores.main.reading() as connection:
        assert len({len(sealed) for sealed in connection.scalars(select(Draft.sealed))}) == 1


def test_a_draft_ends_by_being_dropped_and_by_its_day(site: Site) -> None:
    asked = collecting(site.stores.main)
    secrets = [drafts.new() for _ in range(2)]
    for secret in secrets:
        keep(site, asked, secret, {})
    last = DAY + timedelta(days=7)
    with site.stores.main.writing() as connection:
        drafts.drop(connection, secrets[0])
        assert drafts.read(connection, secrets[0], today=DAY) is None
        assert drafts.read(connection, secrets[1], today=last) == {}
        assert drafts.read(connection, secrets[1], today=last + timedelta(days=1)) is None
        assert drafts.expire(connection, last) == 0
        assert drafts.expire(connection, last + timedelta(days=1)) == 1
    assert count(site.stores.main, Draft) == 0


def test_a_draft_that_was_moved_or_changed_is_refused(site: Site) -> None:
    asked = collecting(site.stores.main)
    one, other = drafts.new(), drafts.new()
    keep(site, asked, one, {"page": 1})
    keep(site, asked, other, {"page": 2})
    with site.stores.main.writing() as connection:
        sealed = list(connection.scalars(select(Draft.sealed)))
        connection.execute(update(Draft).values(sealed=sealed[0][:-1] + bytes([sealed[0][-1] ^ 1])))
        for secret in (one, other):
            with pytest.raises(Refusal, match="SEAL"):
                drafts.read(connection, secret, today=DAY)


def test_a_guessable_secret_and_too_much_content_are_mistakes_of_the_program(site: Site) -> None:
    asked = collecting(site.stores.main)
    with pytest.raises(ValueError, match="10 bytes"):
        keep(site, asked, b"short", {})
    with pytest.raises(ValueError, match="to seal"):
        keep(site, asked, drafts.new(), {"text": "a" * 100_000})
