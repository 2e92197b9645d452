"""What a person agreed to is kept as it was shown, for good, and every response names it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select, text

from survey.answers.consents import consent_faults, hash_of, keep
from survey.answers.models import ConsentText, Response
from survey.answers.sending import send
from survey.answers.settling import settle
from tests.survey.answers.collecting import CONSENT, NOW, collecting, token

if TYPE_CHECKING:
    from survey.site import Site


def kept(site: Site) -> dict[str, str]:
    with site.stores.main.reading() as connection:
        return dict(connection.execute(select(ConsentText.hash, ConsentText.text)).all())


def test_a_text_is_kept_once_under_its_hash(site: Site) -> None:
    with site.stores.main.writing() as connection:
        assert keep(connection, "Đồng ý.\nDừng lúc nào cũng được.") == keep(
            connection, "Đồng ý.\nDừng lúc nào cũng được."
        )
    assert list(kept(site).values()) == ["Đồng ý.\nDừng lúc nào cũng được."]
    assert [hash_of(one) for one in kept(site).values()] == list(kept(site))


def test_the_consent_of_every_settled_response_can_be_read(site: Site) -> None:
    home, stores = site
    asked = collecting(stores.main)
    for _ in range(20):
        send(stores.main, home, token(), asked.response(), NOW)
    settle(stores.main, home)
    with stores.main.reading() as connection:
        names = set(connection.scalars(select(Response.consent)))
    assert [kept(site)[name] for name in names] == [CONSENT]


def test_a_text_that_was_changed_behind_the_program_is_named(site: Site) -> None:
    with site.stores.main.writing() as connection:
        digest = keep(connection, CONSENT)
        assert consent_faults(connection) == []
        table = "" if site.stores.main.is_sqlite else " ON consent_text"
        trigger = "keep_consent_text_update" if site.stores.main.is_sqlite else "keep_consent_text"
        connection.execute(text(f"DROP TRIGGER {trigger}{table}"))
        connection.execute(text("UPDATE consent_text SET text = 'another'"))
        (fault,) = consent_faults(connection)
    assert (fault.code, fault.where) == ("CONSENT_CHANGED", f"consent {digest}")
