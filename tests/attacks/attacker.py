"""Who holds copies of everything and knows when each person answered, and tries to find their answers.

The attacker knows the program, the second at which each person came and sent, the place, and every byte of
two copies of the site a night apart. Each attack links persons to responses; what is hidden well gives it no
more hits than a random guess within place and day has.
"""

from __future__ import annotations

import contextlib
import hmac
import json
import random
import re
import shutil
import sqlite3
from collections import defaultdict
from dataclasses import dataclass, field
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from scipy.stats import poisson
from sqlalchemy import text

from survey.answers.quality import band_of
from survey.answers.receipts import settled_hash

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterator
    from datetime import date
    from pathlib import Path

    from survey.config import Home
    from survey.stores import Store

TABLES = ("inbox", "sent", "response", "answer", "comment", "arrival", "batch")

_ID = re.compile(rb"(?=([0-9a-f]{32}))")

Links = dict[str, str]
"""The response that the attacker takes for a person's."""


@dataclass(frozen=True)
class Person:
    """What the attacker saw of somebody: where, on which day, when, and for how long."""

    name: str
    place: str
    day: date
    second: int
    duration: int


@dataclass
class Copy:
    """A copy of a site.

    Attributes:
        rows: of each table, in the order of their place in the file.
        orders: ways to sort responses that the bytes show, each a number by id.
        keys: every file under `keys`.
    """

    rows: dict[str, list[dict[str, Any]]]
    orders: dict[str, dict[str, int]] = field(default_factory=dict)
    keys: list[bytes] = field(default_factory=list)


def keys_of(home: Home, *, batches: bool) -> list[bytes]:
    """Every key of a home; a backup leaves those of batches out."""
    found = [path for path in sorted(home.keys.rglob("*")) if path.is_file()]
    return [path.read_bytes() for path in found if batches or path.parent.name != "batches"]


def copy_sqlite(home: Home, into: Path, *, batches: bool = True) -> Copy:
    """Copy the files of the main store byte by byte, and read them without the program."""
    into.mkdir()
    for path in home.path.glob("main.db*"):
        shutil.copy(path, into)
    raw = {path.name: path.read_bytes() for path in into.iterdir()}
    with contextlib.closing(sqlite3.connect(into / "main.db")) as connection:
        connection.row_factory = sqlite3.Row
        query = "SELECT rowid AS position, * FROM {} ORDER BY rowid"
        rows = {table: [dict(row) for row in connection.execute(query.format(table))] for table in TABLES}
    copy = Copy(rows, keys=keys_of(home, batches=batches))
    _bytes_of(copy, raw)
    return copy


def copy_postgresql(store: Store, home: Home, data: Path, *, batches: bool = True) -> Copy:
    """Read every table with the places and transactions of its rows, and the files of the server."""
    with store.engine.connect() as connection:
        rows = {}
        for table in TABLES:
            query = f"SELECT ctid::text AS tuple_at, xmin::text::bigint AS transaction, * FROM {table}"  # noqa: S608 - names of ours
            found = [dict(row) for row in connection.execute(text(query)).mappings()]
            found.sort(key=lambda row: tuple(int(part) for part in row["tuple_at"].strip("()").split(",")))
            rows[table] = [{**row, "position": number} for number, row in enumerate(found)]
    copy = Copy(rows, keys=keys_of(home, batches=batches))
    raw = {path.name: path.read_bytes() for path in sorted((data / "pg_wal").iterdir()) if path.is_file()}
    _bytes_of(copy, raw)
    return copy


def _bytes_of(copy: Copy, raw: dict[str, bytes]) -> None:
    """Where each response's id stands in the bytes of a file, for the first time and for the last."""
    names = {row["id"].encode() for row in copy.rows["response"]}
    for file, content in raw.items():
        first: dict[str, int] = {}
        last: dict[str, int] = {}
        for found in _ID.finditer(content):  # it looks ahead, so that neighbours of hexadecimal hide nothing
            if found[1] in names:
                first.setdefault(found[1].decode(), found.start())
                last[found[1].decode()] = found.start()
        if first:
            copy.orders[f"first in {file}"] = first
            copy.orders[f"last in {file}"] = last


class Attacker:
    """Tries everything it can think of; `chance` keeps guesses the same every time."""

    def __init__(self, persons: list[Person], earlier: list[Copy], latest: Copy) -> None:
        self._persons = persons
        self._copies = [*earlier, latest]
        self._latest = latest
        self._chance = random.Random(1)  # noqa: S311 - guesses
        self._responses: dict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
        for row in latest.rows["response"]:
            self._responses[row["place"], str(row["day"])].append(row)

    def attacks(self) -> Iterator[tuple[str, Links, int]]:
        """Each attack by name, what it links, and how many hits a random guess has on average."""
        cells = len({(person.place, person.day) for person in self._persons})
        for name, number in self._orders().items():
            yield name, self._in_order(number), cells
        bands = {(person.place, person.day, band_of(person.duration)) for person in self._persons}
        yield "duration", self._by_duration(), len(bands)
        for name, attack in (
            ("kept keys", self._by_keys),
            ("equal hashes", self._by_equal_hashes),
            ("derived receipts", self._by_derived_receipts),
        ):
            yield name, attack(), cells

    def _orders(self) -> dict[str, Callable[[dict[str, Any]], Any]]:
        """Every way to sort responses: place, transaction, each column, bytes, what hangs on them."""
        orders: dict[str, Callable[[dict[str, Any]], Any]] = {}
        for column in self._latest.rows["response"][0]:
            orders[f"column {column}"] = lambda row, column=column: (
                row[column] is not None,
                row[column] if isinstance(row[column], int | bytes) else str(row[column]),
            )
        for copy in self._copies:
            for name, places in copy.orders.items():
                orders[name] = lambda row, places=places: places.get(row["id"], -1)
        for table in ("answer", "comment"):
            places: dict[str, int] = {}
            for row in self._latest.rows[table]:
                places.setdefault(row["response"], row["position"])
            orders[f"place of {table}"] = lambda row, places=places: places.get(row["id"], -1)
        return orders

    def _in_order(self, number: Callable[[dict[str, Any]], Any]) -> Links:
        """Who came first gave the response that sorts first, within place and day."""
        links: Links = {}
        for cell, persons in self._cells(lambda person: (person.place, str(person.day))).items():
            rows = list(self._responses[cell])
            self._chance.shuffle(rows)  # ties are guessed
            rows.sort(key=number)
            for person, row in zip(persons, rows, strict=False):
                links[person.name] = row["id"]
        return links

    def _by_duration(self) -> Links:
        """Who took so long gave the response that says so, in seconds or in bands."""
        links: Links = {}
        for cell, persons in self._cells(lambda person: (person.place, str(person.day))).items():
            free = list(self._responses[cell])
            self._chance.shuffle(free)
            for person in persons:
                known = [row for row in free if row["seconds"] == person.duration]
                known = known or [row for row in free if row["seconds"] == band_of(person.duration)]
                if known:
                    links[person.name] = known[0]["id"]
                    free.remove(known[0])
        return links

    def _by_keys(self) -> Links:
        """Open what waited in any copy with any key of any copy, and look for the same answers."""
        answers: dict[str, dict[str, Any]] = defaultdict(dict)
        for row in self._latest.rows["answer"]:
            known = (row["code"], row["number"], row["missing"])
            answers[row["response"]][row["variable"]] = next(one for one in known if one is not None)
        by_answers = {json.dumps(said, sort_keys=True): name for name, said in answers.items()}
        keys = {key for copy in self._copies for key in copy.keys if len(key) == 32}
        opened: dict[bytes, str] = {}
        for copy in self._copies:
            for row in copy.rows["inbox"]:
                content = _opened(keys, bytes(row["sealed"]), bytes(row["token_hash"]))
                name = by_answers.get(json.dumps(content["values"], sort_keys=True)) if content else None
                if name is not None:
                    opened[bytes(row["token_hash"])] = name
        return self._by_tokens(opened)

    def _by_equal_hashes(self) -> Links:
        """The receipt's hash of the inbox stands at a response, too."""
        settled = {bytes(row["receipt_hash"]): row["id"] for row in self._settled_receipts()}
        return self._by_tokens(
            {
                bytes(row["token_hash"]): settled[bytes(row["receipt_hash"])]
                for copy in self._copies
                for row in copy.rows["inbox"]
                if row["receipt_hash"] is not None and bytes(row["receipt_hash"]) in settled
            }
        )

    def _by_derived_receipts(self) -> Links:
        """A receipt made from a key of the site and the token's hash, both of which are there."""
        settled = {bytes(row["receipt_hash"]): row["id"] for row in self._settled_receipts()}
        found: dict[bytes, str] = {}
        for key in {key for copy in self._copies for key in copy.keys}:
            for row in self._latest.rows["sent"]:
                token_hash = bytes(row["token_hash"])
                secret = hmac.digest(key, token_hash, "sha256")[:10]
                for digest in (settled_hash(secret), sha256(secret).digest()):
                    if digest in settled:
                        found[token_hash] = settled[digest]
        return self._by_tokens(found)

    def _by_tokens(self, found: dict[bytes, str]) -> Links:
        """From tokens, whose order in `sent` is that of arrival, to persons."""
        tokens = [bytes(row["token_hash"]) for row in self._latest.rows["sent"]]
        came = sorted(self._persons, key=lambda person: (person.day, person.second))
        return {
            person.name: found[token] for person, token in zip(came, tokens, strict=True) if token in found
        }

    def _settled_receipts(self) -> list[dict[str, Any]]:
        return [row for row in self._latest.rows["response"] if row["receipt_hash"] is not None]

    def _cells(self, cell: Callable[[Person], Hashable]) -> dict[Any, list[Person]]:
        cells: dict[Any, list[Person]] = defaultdict(list)
        for person in sorted(self._persons, key=lambda person: person.second):
            cells[cell(person)].append(person)
        return cells


def point_of_chance(mean: int) -> int:
    """How many hits random guesses exceed in one of a thousand tries.

    Guesses without replacement in a cell have one hit on average, whatever its size: the fixed points of a
    random permutation. Their sum over cells is Poisson to a close approximation.
    """
    return int(poisson.isf(0.001, mean))


def _opened(keys: set[bytes], sealed: bytes, bound_to: bytes) -> dict[str, Any] | None:
    for key in keys:
        with contextlib.suppress(InvalidTag):
            padded = AESGCM(key).decrypt(sealed[:12], sealed[12:], bound_to)
            content: dict[str, Any] = json.loads(padded[4 : 4 + int.from_bytes(padded[:4])])
            return content
    return None
