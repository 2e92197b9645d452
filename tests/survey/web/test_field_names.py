"""No item can take the place of a field that the forms of an interview have of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from questionnaires.checks.names import FORM_NAMES
from survey.web.site import EXTENSION
from tests.survey.web.collecting import Person
from tests.survey.web.kiosking import Kiosk, collect_at_kiosks

if TYPE_CHECKING:
    from survey.site import Site
    from tests.survey.web.collecting import Survey

ON_SQLITE = pytest.mark.parametrize("database", ["sqlite"], indirect=True)  # forms need no database


def names_beside(page: str, items: set[str]) -> set[str]:
    """What the forms with items send beside the items."""
    found: set[str] = set()
    for form in page.split("<form")[1:]:
        names = {part.split('"', 1)[0] for part in form.split("</form>")[0].split(' name="')[1:]}
        if names & items:
            found |= names - items
    return found


@ON_SQLITE
def test_the_forms_of_the_web_have_no_other_fields_than_those_forbidden_to_items(survey: Survey) -> None:
    items = {item.name for item in survey.instrument.items}
    person = Person(survey)
    person.walk()
    pages = [person.get(f"{survey.base}/{number}").text for number in range(1, 6)]
    beside = set().union(*(names_beside(page, items) for page in pages))
    assert beside == {"csrf_token"} <= FORM_NAMES


@ON_SQLITE
def test_the_forms_of_a_kiosk_have_no_other_fields_than_those_forbidden_to_items(site: Site) -> None:
    survey = collect_at_kiosks(site)
    items = {item.name for item in survey.instrument.items}
    kiosk = Kiosk(survey).pair()
    assert names_beside(kiosk.get(kiosk.start()).text, items) == {"csrf_token", "token"} <= FORM_NAMES
    survey.app.extensions[EXTENSION].stores.close()


def test_a_field_beside_the_items_is_found() -> None:
    page = '<form><input name="q"></form><form method="post"><input name="signs"><b name="planted"></form>'
    assert names_beside(page, {"signs"}) == {"planted"}
