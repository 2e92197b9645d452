"""`settle` and `close` as a person or a script runs them, on a site of their own."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING

from click.testing import CliRunner

from survey import keys
from survey.answers.sending import send
from survey.cli.main import longdan
from survey.frozen.reading import verify
from survey.scoring.result import score
from tests.survey.answers.collecting import NOW, collecting, token

if TYPE_CHECKING:
    from pathlib import Path

    from click.testing import Result

    from survey.site import Site
    from tests.survey.answers.collecting import Collecting


def run(site: Site, *words: str) -> Result:
    return CliRunner().invoke(longdan, [*words, "--home", str(site.home.path)])


def answered(site: Site, numbers: tuple[int, ...]) -> Collecting:
    home, stores = site
    asked = collecting(stores.main, places=len(numbers))
    for place, number in zip(asked.places, numbers, strict=True):
        for _ in range(number):
            send(stores.main, home, token(), asked.response(place=place), NOW + timedelta(minutes=1))
    return asked


def test_settle_tells_what_it_did(site: Site) -> None:
    asked = answered(site, (20, 7))
    result = run(site, "settle")
    assert result.exit_code == 0
    assert result.stdout.splitlines() == [
        f"{asked.wave}: responses settled 20",
        "answers that wait for others of their place: 7",
    ]
    assert json.loads(run(site, "settle", "--json").stdout) == {"responses": {}, "waiting": 7, "faults": []}


def test_close_makes_a_wave_that_verifies_and_scores(site: Site, tmp_path: Path) -> None:
    asked = answered(site, (40, 12, 1))
    result = run(site, "close", asked.wave, "--json")
    assert result.exit_code == 0, result.stderr
    frozen = site.home.waves / asked.wave
    told = json.loads(result.stdout)
    assert (told["wave"], told["frozen"]) == (asked.wave, str(frozen))
    assert (told["responses"], told["given_up"]) == (53, 0)
    assert verify(frozen) == []
    score(frozen, tmp_path / "result")
    again = run(site, "close", asked.wave)
    assert again.exit_code == 1
    assert "FROZEN" in again.stderr


def test_an_unknown_wave_is_refused_with_its_reason(site: Site) -> None:
    result = run(site, "close", "2031-q4")
    assert result.exit_code == 1
    assert "2031-q4" in result.stderr
    assert "Traceback" not in result.stderr


def test_what_no_key_opens_is_named_and_given_up_only_when_asked(site: Site) -> None:
    asked = answered(site, (20, 3))
    for batch in keys.batches(site.home):
        keys.batch_destroy(site.home, batch)
    settled = run(site, "settle")
    assert settled.exit_code == 1
    assert settled.stderr.count("UNREADABLE") == 1
    closed = run(site, "close", asked.wave)
    assert closed.exit_code == 1
    assert closed.stderr.count("UNREADABLE") == 2
    given_up = run(site, "close", asked.wave, "--give-up-unreadable")
    assert given_up.exit_code == 0
    assert given_up.stdout == f"{site.home.waves / asked.wave}: responses frozen 0, given up 23\n"
