"""Every response of the web and of a kiosk names a consent whose text is kept as it was shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from survey.answers.models import ConsentText
from survey.web.site import EXTENSION
from tests.survey.web.collecting import Person
from tests.survey.web.kiosking import Kiosk, collect_at_kiosks
from tests.survey.web.test_interview import waiting

if TYPE_CHECKING:
    from survey.site import Site
    from tests.survey.web.collecting import Survey


def kept(survey: Survey) -> dict[str, str]:
    with survey.site.stores.main.reading() as connection:
        return dict(connection.execute(select(ConsentText.hash, ConsentText.text)).all())


@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_consent_of_the_web_is_kept_in_the_language_in_which_it_was_read(
    survey: Survey, language: str
) -> None:
    person = Person(survey)
    shown = person.get(f"{survey.base}?lang={language}").text
    person.finish()
    (response,) = waiting(survey)
    for paragraph in kept(survey)[response.consent].split("\n"):
        assert f"<p>{paragraph}</p>" in shown


@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_consent_of_a_kiosk_is_kept_with_what_stands_behind_it(site: Site, language: str) -> None:
    survey = collect_at_kiosks(site)
    kiosk = Kiosk(survey).pair()
    shown = kiosk.get(kiosk.base).text + kiosk.get(f"{kiosk.base}/about/{language}").text
    where = kiosk.start(language)
    while not where.endswith("/thanks"):
        where = kiosk.tap(where)
    (response,) = waiting(survey)
    for line in kept(survey)[response.consent].split("\n"):
        assert line in shown
    survey.app.extensions[EXTENSION].stores.close()


def test_reading_a_consent_keeps_nothing(survey: Survey) -> None:
    Person(survey).get(survey.base)
    assert kept(survey) == {}
