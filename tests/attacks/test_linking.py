"""Settled answers lead to nobody, even for who holds copies of everything and knows when each person came.

The same attacker that finds nothing finds nearly everybody as soon as one of the leaks is planted.
"""

from __future__ import annotations

import hmac
import random
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import event, select

from survey import keys
from survey.answers import receipts, settling
from survey.answers.models import Response
from survey.answers.sending import send
from survey.answers.settling import settle
from tests.attacks.attacker import Attacker, Copy, Person, copy_postgresql, copy_sqlite, point_of_chance
from tests.survey.answers.collecting import NOW, Collecting, collecting

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from survey.config import Home
    from survey.site import Site
    from survey.stores import Stores

DAYS = 4
PLACES = 5


@dataclass
class Scene:
    """A site with people who answer, and the copies that were taken of it.

    Attributes:
        persons: what the attacker saw.
        tags: whose response is whose, by a mark that says nothing; the attacker does not have it.
        take: takes a copy, with the keys of batches or, as a backup does, without.
        stamped: whether a response says when it was sent.
    """

    home: Home
    stores: Stores
    take: Callable[..., Copy]
    asked: Collecting
    persons: list[Person]
    tags: dict[str, str]
    stamped: bool = False

    def day(self, number: int, people: int) -> None:
        """So many people answer at each place, at seconds of their own."""
        rng = self.asked.rng
        seconds = sorted(rng.sample(range(8 * 3600), people * PLACES))
        places = [place for place in self.asked.places for _ in range(people)]
        rng.shuffle(places)
        for second, place in zip(seconds, places, strict=True):
            now = NOW + timedelta(days=number, seconds=second)
            person = Person(
                name=f"person {len(self.persons)}",
                place=place,
                day=now.astimezone(self.home.settings.zone).date(),
                second=number * 86_400 + second,
                duration=rng.randrange(20, 1500),
            )
            tag = rng.randbytes(8).hex()
            response = self.asked.response(
                place=place,
                seconds=person.duration,
                interviewer=tag,
                wants_receipt=True,
                channel=now.isoformat() if self.stamped else None,
            )
            send(self.stores.main, self.home, rng.randbytes(10), response, now)
            self.persons.append(person)
            self.tags[person.name] = tag

    def truth(self) -> dict[str, str]:
        """The response of each person."""
        with self.stores.main.reading() as connection:
            rows = connection.execute(select(Response.interviewer, Response.id))
            by_tag = dict(rows.all())
        return {name: by_tag[tag] for name, tag in self.tags.items() if tag in by_tag}


@pytest.fixture
def scene(
    site: Site, database: str, tmp_path: Path, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> Scene:
    home, stores = site
    asked = collecting(stores.main, places=PLACES)
    numbers = iter(range(100))

    def take(*, batches: bool) -> Copy:
        if database == "sqlite":
            return copy_sqlite(home, tmp_path / f"copy-{next(numbers)}", batches=batches)
        data = request.getfixturevalue("postgres")._data  # noqa: SLF001 - the attacker has the disk
        return copy_postgresql(stores.main, home, data, batches=batches)

    # random as ever, and the same every time
    rng = random.Random(7)  # noqa: S311 - a test
    monkeypatch.setattr(settling.secrets, "token_hex", lambda size: rng.randbytes(size).hex())
    return Scene(home, stores, take, asked, [], {})


def hits(scene: Scene, earlier: list[Copy], latest: Copy) -> dict[str, tuple[int, int]]:
    """How many each attack finds, and how many it may find by chance."""
    truth = scene.truth()
    return {
        name: (
            sum(truth.get(person) == response for person, response in links.items()),
            point_of_chance(mean),
        )
        for name, links, mean in Attacker(scene.persons, earlier, latest).attacks()
    }


def test_copies_a_night_apart_lead_to_nobody(scene: Scene) -> None:
    for number in range(DAYS - 1):
        scene.day(number, 50)
        settle(scene.stores.main, scene.home)
    complete = scene.take(batches=True)
    scene.day(DAYS - 1, 50)
    backup = scene.take(batches=False)  # as a backup: what waits is there, its keys are not
    settle(scene.stores.main, scene.home)
    latest = scene.take(batches=True)
    found = hits(scene, [complete, backup], latest)
    assert len(scene.persons) == len(scene.truth()) == 1000
    assert len(found) > 25
    assert {name: both for name, both in found.items() if both[0] > both[1]} == {}


def test_a_copy_with_the_keys_of_batches_reads_what_waits_and_nothing_else(scene: Scene) -> None:
    """The limit that is told: who takes the running machine reads what still waits in it."""
    scene.day(0, 40)
    settle(scene.stores.main, scene.home)
    scene.day(1, 25)
    running = scene.take(batches=True)
    settle(scene.stores.main, scene.home)
    latest = scene.take(batches=True)
    assert hits(scene, [running], latest)["kept keys"][0] == 25 * PLACES


def plant_insert_order(scene: Scene, patch: pytest.MonkeyPatch) -> None:
    """Random ids, but rows go in as they came."""

    class Unsorted(list[tuple[object, ...]]):
        def sort(self, **_: object) -> None:
            """Leave the order of arrival."""

    del scene  # every site would leak
    plain = settling._Rows.__init__  # noqa: SLF001 - the leak is planted inside

    def init(rows: settling._Rows) -> None:
        plain(rows)
        rows._responses = Unsorted()  # noqa: SLF001 - as above

    patch.setattr(settling._Rows, "__init__", init)  # noqa: SLF001 - as above


def plant_kept_keys(scene: Scene, patch: pytest.MonkeyPatch) -> None:
    """Batch keys are not destroyed."""
    del scene
    patch.setattr(keys, "batch_destroy", lambda *_: None)


def plant_clock_time(scene: Scene, patch: pytest.MonkeyPatch) -> None:
    """A response says when it was sent."""
    del patch
    scene.stamped = True


def plant_whole_seconds(scene: Scene, patch: pytest.MonkeyPatch) -> None:
    """Seconds are kept as they are; the constraint that forbids it is taken away first."""
    store = scene.stores.main
    if store.is_sqlite:
        store.engine.dispose()
        event.listen(
            store.engine,
            "connect",
            lambda connection, _: connection.execute("PRAGMA ignore_check_constraints=ON"),
        )
    else:
        with store.writing() as connection:
            connection.exec_driver_sql("ALTER TABLE response DROP CONSTRAINT ck_response_seconds_band")
    patch.setattr(settling, "band_of", lambda seconds: seconds)


def plant_receipt_of_site_key(scene: Scene, patch: pytest.MonkeyPatch) -> None:
    """A receipt is made from a key of the site, so that it could be shown again."""
    key = keys.read(scene.home, keys.PURPOSES[0])
    patch.setattr(receipts, "_secret", lambda token: hmac.digest(key, sha256(token).digest(), "sha256")[:10])


def plant_equal_hashes(scene: Scene, patch: pytest.MonkeyPatch) -> None:
    """Inbox and responses know a receipt by the same hash."""
    del scene
    patch.setattr(receipts, "waiting_hash", receipts.settled_hash)


LEAKS = {
    "column position": plant_insert_order,
    "kept keys": plant_kept_keys,
    "column channel": plant_clock_time,
    "duration": plant_whole_seconds,
    "derived receipts": plant_receipt_of_site_key,
    "equal hashes": plant_equal_hashes,
}


@pytest.mark.parametrize("attack", LEAKS)
def test_the_same_attacker_succeeds_on_a_planted_leak(
    scene: Scene, attack: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    LEAKS[attack](scene, monkeypatch)
    scene.day(0, 40)
    backup = scene.take(batches=False)
    settle(scene.stores.main, scene.home)
    found = hits(scene, [backup], scene.take(batches=True))
    assert found[attack][0] > 150 > found[attack][1]
