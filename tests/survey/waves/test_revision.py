"""A new version joins an open wave only where its answers can be pooled with those there are."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from questionnaires.canonical import instrument_hash
from questionnaires.model import ItemType, Rewording
from survey.audit.models import Entry
from survey.refusal import Refusal
from survey.waves import reads, writes
from survey.waves.models import InstrumentVersion
from tests.survey.waves.places import NOW, TODAY, kiosk_core, open_wave, other, version

if TYPE_CHECKING:
    from questionnaires.model import Instrument, Item
    from survey.site import Site
    from survey.waves.revision import Breaking
    from survey.waves.writes import Published

SQLITE = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
MANNER = kiosk_core().item("courtesy").wording
REWORDED = "Quý vị thấy thái độ của cán bộ thế nào?"


def publish(site: Site, instrument: Instrument, breaking: Breaking = "refuse") -> Published:
    with site.stores.main.writing() as connection:
        return writes.publish(
            connection, instrument, now=NOW, today=TODAY, actor="command", breaking=breaking
        )


def offers(site: Site, wave: str) -> list[str]:
    with site.stores.main.reading() as connection:
        return [one.hash for one in reads.versions_of(connection, wave)]


def faults(site: Site, instrument: Instrument, breaking: Breaking = "refuse") -> list[tuple[str, str]]:
    """Codes and places of a refusal, which left nothing."""
    before = offers(site, "w"), acts(site)
    with pytest.raises(Refusal) as refusal:
        publish(site, instrument, breaking)
    assert (offers(site, "w"), acts(site)) == before
    with site.stores.main.reading() as connection:
        known = select(InstrumentVersion.hash).where(InstrumentVersion.hash == instrument_hash(instrument))
        assert connection.scalar(known) is None
    assert all(fault.remedy and "--breaking" in fault.remedy for fault in refusal.value.faults)
    return [(fault.code, fault.where) for fault in refusal.value.faults]


def acts(site: Site) -> list[dict[str, Any]]:
    """What the audit chain keeps of publishing."""
    with site.stores.main.reading() as connection:
        details = connection.scalars(
            select(Entry.detail).where(Entry.act == "instrument published").order_by(Entry.number)
        )
        return [json.loads(str(detail)) for detail in details]


def changed(name: str, **fields: Any) -> Instrument:
    return mapped(lambda item: (replace(item, **fields) if item.name == name else item,))


def without(name: str) -> Instrument:
    return mapped(lambda item: () if item.name == name else (item,))


def mapped(to: Any) -> Instrument:
    def items(own: tuple[Item, ...]) -> tuple[Item, ...]:
        return tuple(made for item in own for made in to(item))

    sections = tuple(replace(section, items=items(section.items)) for section in kiosk_core().sections)
    return replace(kiosk_core(), sections=sections)


def test_what_changes_nothing_of_the_answers_is_offered_and_said(city: Site) -> None:
    open_wave(city, "w")
    done = publish(city, changed("courtesy", wording=MANNER.replace(" hay ", ", hay ")))
    assert (done.waves, done.changes) == (("w",), {"w": "cosmetic"})
    done = publish(city, other("Bản sau"))
    assert (done.waves, done.changes) == (("w",), {"w": "comparable"})
    assert len(offers(city, "w")) == 3
    assert acts(city)[-1]["changes"] == {"w": "comparable"}


def test_a_question_put_otherwise_is_refused_held_back_or_offered(city: Site) -> None:
    open_wave(city, "w")
    made = changed("courtesy", wording=REWORDED)
    assert faults(city, made) == [("BREAKING_CHANGE", "wave w: courtesy")]
    held = publish(city, made, "hold")
    assert (held.new, held.waves, held.changes) == (True, (), {"w": "breaking"})
    assert offers(city, "w") == [instrument_hash(kiosk_core())]
    assert version(city).hash == held.hash
    offered = publish(city, replace(made, title="Bản ba"), "offer")
    assert (offered.waves, offered.changes) == (("w",), {"w": "breaking"})
    assert offers(city, "w") == [instrument_hash(kiosk_core()), offered.hash]


def test_a_declared_rewording_joins(city: Site) -> None:
    open_wave(city, "w")
    declared = Rewording(text="item.courtesy", was=MANNER, reason="Người trả lời thử hiểu như nhau.")
    made = replace(changed("courtesy", wording=REWORDED), rewordings=(declared,))
    assert publish(city, made).changes == {"w": "comparable"}


def test_only_waves_that_would_offer_it_have_a_say(city: Site) -> None:
    open_wave(city, "pinned", pinned=True)
    made = changed("courtesy", wording=REWORDED)
    assert publish(city, made) == writes.Published(instrument_hash(made), new=True)


@SQLITE
def test_an_item_that_the_plan_names_is_not_dropped(city: Site) -> None:
    open_wave(city, "w")
    assert faults(city, without("courtesy")) == [("PLANNED_ITEM_DROPPED", "wave w: courtesy")]
    assert faults(city, without("procedure_group")) == [("PLANNED_ITEM_DROPPED", "wave w: procedure_group")]
    assert publish(city, without("extra_papers")).changes == {"w": "comparable"}


@SQLITE
def test_a_further_item_joins(city: Site) -> None:
    open_wave(city, "w")
    courtesy = kiosk_core().item("courtesy")
    made = mapped(
        lambda item: (item, replace(courtesy, name="patience")) if item.name == "courtesy" else (item,)
    )
    assert publish(city, made).changes == {"w": "comparable"}


@SQLITE
def test_every_fault_is_told_at_once(city: Site) -> None:
    open_wave(city, "w")
    open_wave(city, "x")
    made = replace(
        without("signs"),
        scales=tuple(
            replace(scale, satisfied=(5,)) if scale.name == "satisfaction5" else scale
            for scale in kiosk_core().scales
        ),
    )
    found = faults(city, made)
    assert {code for code, _ in found} == {"BREAKING_CHANGE", "PLANNED_ITEM_DROPPED"}
    assert {where.partition(":")[0] for _, where in found} == {"wave w", "wave x"}
    assert len(found) == 4


@SQLITE
def test_what_broke_once_may_go_back_and_breaks_no_more(city: Site) -> None:
    open_wave(city, "w")
    publish(city, changed("courtesy", wording=REWORDED), "offer")
    publish(city, replace(without("signs"), title="Thiếu"), "offer")
    again = publish(city, replace(changed("courtesy", wording=REWORDED), title="Như bản hai"))
    first = publish(city, other("Như bản một"))
    assert again.changes == first.changes == {"w": "comparable"}


@SQLITE
def test_no_item_changes_its_kind_of_column(city: Site) -> None:
    open_wave(city, "w")
    made = changed("extra_papers", type=ItemType.MULTIPLE_CHOICE)
    assert {code for code, _ in faults(city, made)} == {"OTHER_COLUMN", "BREAKING_CHANGE"}
    assert faults(city, made, "offer") == [("OTHER_COLUMN", "wave w: extra_papers")]
    assert publish(city, made, "hold").waves == ()


@SQLITE
def test_a_wave_at_kiosks_can_be_left_as_it_is(city: Site) -> None:
    open_wave(city, "w")
    open_wave(city, "k", modes=("kiosk",))
    comment = replace(kiosk_core().item("courtesy"), name="more", type=ItemType.SHORT_TEXT)
    comment = replace(comment, scale=None, construct=None, missing=())
    made = mapped(lambda item: (item, comment) if item.name == "courtesy" else (item,))
    with pytest.raises(Refusal, match="KIOSK_ITEM"):
        publish(city, made)
    assert publish(city, made, "hold").waves == ("w",)
