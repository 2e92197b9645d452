"""Closing: everything is settled, the frozen wave written and verified, the live tables emptied.

Each step can be done again after a crash: a wave that is closed and not frozen is closed again, a folder that
is whole is not written twice, and rows are deleted only once the wave is known to be frozen.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from functools import partial
from importlib.metadata import version
from typing import TYPE_CHECKING

from sqlalchemy import delete, exists, func, select, update

from questionnaires.canonical import to_json
from survey.answers import locks
from survey.answers.anchor import Anchor
from survey.answers.models import Answer, Arrival, Draft, Response, Sent, Withdrawal
from survey.answers.receipts import grant_requests
from survey.answers.settling import settle, tidy
from survey.audit.reads import head as audit_head
from survey.audit.writes import record
from survey.frozen.collected import Collected, versions_in
from survey.frozen.engine import locked_engine
from survey.frozen.layout import (
    ARRIVAL_COLUMNS,
    ARRIVALS,
    COMMENTS,
    DESIGN,
    INSTRUMENTS,
    MANIFEST,
    PLAN,
    RESPONSE_PART,
    RESPONSES,
    UNITS,
    WITHDRAWAL_COLUMNS,
    WITHDRAWALS,
    Design,
)
from survey.frozen.noted import FROZEN
from survey.frozen.reading import read
from survey.frozen.tallies import POOLED, arrivals, places_in, units, withdrawals
from survey.frozen.writing import canonical_json, seal, sha256_of, whole_folder, write_csv, write_parquet
from survey.refusal import Fault, Refusal
from survey.waves.models import Wave
from survey.waves.reads import known_wave, places_of, versions_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date, datetime
    from pathlib import Path

    from survey.answers.settling import Settled
    from survey.config import Home
    from survey.frozen.layout import FileEntry
    from survey.frozen.tallies import PlaceOfWave
    from survey.stores import Store, Stores
    from survey.waves.reads import WaveView

_AT_ONCE = 2_000  # responses deleted in one transaction: others wait to send meanwhile


@dataclass(frozen=True)
class Closed:
    """What closing made.

    Attributes:
        frozen: the folder.
        manifest: the SHA-256 of its manifest.
        responses: how many it holds.
        lost: how many no key opened and were given up.
    """

    frozen: Path
    manifest: str
    responses: int
    lost: int


def close(  # noqa: PLR0913 - what a command asks for
    stores: Stores,
    home: Home,
    wave_id: str,
    now: datetime,
    *,
    actor: str,
    give_up: bool = False,
    step: Callable[[str], None] = lambda _: None,
) -> Closed:
    """Close a wave for good and freeze it to `waves/<wave>/` of the home.

    Args:
        stores: opened as their owner.
        home: the site.
        wave_id: the wave; before its last day too, which the audit chain then says.
        now: in the time zone of the site.
        actor: who does it, for the audit chain.
        give_up: whether answers that no key opens are dropped and counted.
        step: told of each step, for a person who waits.

    Raises:
        Refusal: there is no such wave, it is frozen already, some answers cannot be opened, or its folder is
            not what was written; it can be closed again once that is mended.
    """
    store = stores.main
    with store.reading() as connection:
        wave = known_wave(connection, wave_id, now.date())
    if wave.frozen is not None:
        return _finished(store, home, wave, step)
    wave = _stop(store, wave, now, actor)
    step("no further answers are taken")
    settle_some = partial(settle, store, home, wave=wave.id, anchor=Anchor(now, actor), step=step)
    settled = _settle_all(settle_some, give_up=give_up)
    target = home.waves / wave.id
    if not target.exists():
        _write(store, target, wave, _last_day(wave, home), step)
    responses = _verified(store, target, wave)
    step("the frozen wave is verified")
    manifest = sha256_of(target / MANIFEST)
    _note_frozen(store, wave, now, actor, manifest=manifest, responses=responses, lost=settled.lost)
    step("noted as frozen")
    _empty(store, wave.id, step)
    return Closed(target, manifest, responses, settled.lost)


def _finished(store: Store, home: Home, wave: WaveView, step: Callable[[str], None]) -> Closed:
    """A frozen wave: what a crash left of its live rows goes; if nothing is left there is nothing to do."""
    with store.reading() as connection:
        left = connection.execute(select(exists().where(Sent.wave == wave.id))).scalar_one()
        left = left or connection.execute(select(exists().where(Response.wave == wave.id))).scalar_one()
    target = home.waves / wave.id
    if not left:
        got = f"frozen in {target}"
        raise Refusal(
            [_fault("FROZEN", f"wave {wave.id}", "a wave that is not frozen", got, "Score that folder.")]
        )
    responses = sum(entry.rows or 0 for entry in _parts(target))
    _empty(store, wave.id, step)
    return Closed(target, str(wave.frozen), responses, 0)


def _stop(store: Store, wave: WaveView, now: datetime, actor: str) -> WaveView:
    """From here on nobody sends to the wave or withdraws from it."""
    with store.writing() as connection:
        locks.closing(connection, wave.id)
        grant_requests(connection, wave=wave.id, anchor=Anchor(now, actor))
        stopped = update(Wave).where(Wave.id == wave.id, Wave.closed.is_(None)).values(closed=now)
        if connection.execute(stopped).rowcount:
            detail = {"last day": wave.to_day.isoformat(), "early": now.date() <= wave.to_day}
            record(connection, now=now, actor=actor, act="wave closed", subject=wave.id, detail=detail)
        return known_wave(connection, wave.id, now.date())


def _settle_all(settle_some: Callable[..., Settled], *, give_up: bool) -> Settled:
    """Settle what still waits, first what is enough by itself, so that a rest finds its place's last day.

    Raises:
        Refusal: some answers cannot be opened and are not given up.
    """
    settle_some()
    settled = settle_some(least=0, give_up=give_up)
    if settled.waiting:
        raise Refusal(settled.faults)
    return settled


def _write(store: Store, target: Path, wave: WaveView, last: date, step: Callable[[str], None]) -> None:
    for left in target.parent.glob(f".{target.name}.*.unfinished"):
        shutil.rmtree(left, ignore_errors=True)  # of a process that was killed: it holds answers
    with whole_folder(target) as folder, locked_engine(folder) as engine, store.reading() as connection:
        step("collecting the responses")
        places = places_in(connection, wave.id, places_of(connection, wave.id, last))
        versions = {found.hash: found.instrument for found in versions_of(connection, wave.id)}
        used = versions_in(connection, wave.id) | {wave.plan.version}
        versions = {name: found for name, found in versions.items() if name in used}
        collected = Collected(engine, versions)
        collected.fill(connection, wave.id, places)
        step("writing the frozen wave")
        write_parquet(
            engine.table("responses").order("response"),
            folder / RESPONSES / RESPONSE_PART.format(number=0),
        )
        write_parquet(engine.table("comments").order("response, item"), folder / COMMENTS)
        (folder / INSTRUMENTS).mkdir()
        for name, found in versions.items():
            _write_text(folder / INSTRUMENTS / f"{name}.json", to_json(found))
        _write_text(folder / DESIGN, canonical_json(_design(places).model_dump(mode="json")))
        _write_text(folder / PLAN, wave.plan_text)
        write_csv(folder / UNITS, *units(connection, wave.id, places, last))
        write_csv(folder / ARRIVALS, ARRIVAL_COLUMNS, arrivals(connection, wave, places))
        write_csv(folder / WITHDRAWALS, WITHDRAWAL_COLUMNS, withdrawals(connection, wave.id, places))
        step("sealing")
        seal(
            folder,
            engine,
            wave=wave.id,
            opened=wave.from_day.isoformat(),
            closed=last.isoformat(),
            basis=wave.basis,
            plan=wave.plan_hash,
            head=audit_head(connection),
            version=version("longdan"),
            instruments=tuple(versions),
        )
    step("the frozen wave is written")


def _last_day(wave: WaveView, home: Home) -> date:
    """The last day on which the wave took answers."""
    closed = wave.to_day if wave.closed is None else wave.closed.astimezone(home.settings.zone).date()
    return max(wave.from_day, min(wave.to_day, closed))


def _design(places: dict[str, PlaceOfWave]) -> Design:
    """Stratum place, first stage the interview, weight 1; which places share a stratum is noted."""
    pooled = sorted(place.code for place in places.values() if place.stratum == POOLED)
    one_interview = sum(place.interviews for place in places.values()) == 1
    return Design(
        basis="open",
        strata="stratum",
        psu=None,
        ssu=None,
        weights="weight",
        fpc=(),
        # a wave with one interview has no variance at all, and nothing of it is shown
        lonely_psu="centre" if one_interview else None,
        source={"basis": "open", "strata": ["place"], "pooled": {POOLED: pooled} if pooled else {}},
    )


def _verified(store: Store, target: Path, wave: WaveView) -> int:
    """How many responses the folder holds, once it is known to be this wave's and whole.

    Raises:
        Refusal: it is not.
    """
    frozen = read(target)
    with store.reading() as connection:
        live = connection.scalar(select(func.count()).select_from(Response).where(Response.wave == wave.id))
    held = sum(entry.rows or 0 for entry in _parts(target))
    if frozen.manifest.wave != wave.id or frozen.manifest.plan != wave.plan_hash or held != live:
        expected = f"wave {wave.id} with plan {wave.plan_hash} and {live} responses"
        got = f"wave {frozen.manifest.wave} with plan {frozen.manifest.plan} and {held} responses"
        remedy = "Move the folder elsewhere and close the wave again."
        raise Refusal([_fault("OTHER_WAVE", str(target), expected, got, remedy)])
    return held


def _parts(target: Path) -> list[FileEntry]:
    files = read(target, verified=False).manifest.files
    return [entry for name, entry in files.items() if name.startswith(f"{RESPONSES}/")]


def _note_frozen(  # noqa: PLR0913 - what the chain keeps
    store: Store, wave: WaveView, now: datetime, actor: str, *, manifest: str, responses: int, lost: int
) -> None:
    with store.writing() as connection:
        connection.execute(update(Wave).where(Wave.id == wave.id).values(frozen=manifest))
        detail = {"manifest": manifest, "responses": responses, "unreadable given up": lost}
        record(connection, now=now, actor=actor, act=FROZEN, subject=wave.id, detail=detail)


def _empty(store: Store, wave: str, step: Callable[[str], None]) -> None:
    """Delete the wave's live rows, in pieces; those by which `_finished` knows that some are left go last."""
    some = select(Response.id).where(Response.wave == wave).limit(_AT_ONCE)
    while True:
        with store.writing() as connection:
            names = connection.scalars(some).all()
            connection.execute(delete(Answer).where(Answer.response.in_(names)))
            connection.execute(delete(Response).where(Response.id.in_(names)))
        if not names:
            break
        step(f"{len(names):,} live responses deleted")
    with store.writing() as connection:
        for table in (Draft, Arrival, Withdrawal, Sent):
            connection.execute(delete(table).where(table.wave == wave))
    tidy(store)


def _write_text(path: Path, text: str) -> None:
    """Without a line end: the file's SHA-256 is the hash that names its content."""
    path.write_text(text, encoding="utf-8", newline="\n")


def _fault(code: str, where: str, expected: str, got: str, remedy: str) -> Fault:
    return Fault(code=code, where=where, expected=expected, got=got, remedy=remedy)
