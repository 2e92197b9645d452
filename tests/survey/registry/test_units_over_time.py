"""Organisations over time: renamed, moved, merged, split; the same file again changes nothing."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, timedelta
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select

from survey.audit.models import Entry
from survey.refusal import Refusal
from survey.registry import reads
from survey.registry.timelines import BEGINNING, merge
from survey.registry.unit_file import UnitFile, UnitRow
from survey.tabular.rows import Row
from tests.survey.registry.unit_files import (
    CITY,
    TODAY,
    as_csv,
    lineage,
    organisations,
    places,
    take_in,
)

if TYPE_CHECKING:
    from survey.site import Site

MERGED = """\
phuong,00012,Phường Yên Hoà,01,2026-07-01,,00004;00008
place,BD-1,Điểm phục vụ số 1,00012,2026-07-01,,
place,NH-1,Điểm phục vụ Ngọc Hà,00012,2026-07-01,,
"""


def audited(site: Site) -> list[tuple[str, str]]:
    with site.stores.main.reading() as connection:
        return [
            tuple(row) for row in connection.execute(select(Entry.act, Entry.detail).order_by(Entry.number))
        ]


def test_a_place_has_eight_random_letters(site: Site, tmp_path: Path) -> None:
    take_in(site, as_csv(tmp_path, CITY))
    ids = [identity for identity, _, _ in places(site).values()]
    assert all(re.fullmatch("[a-z2-7]{8}", identity) for identity in ids)
    assert len(set(ids)) == 2


def test_the_same_file_again_changes_nothing(site: Site, tmp_path: Path) -> None:
    first = as_csv(tmp_path, CITY + MERGED.splitlines()[0].replace("00004;00008", "SNV") + "\n")
    take_in(site, first)
    before = organisations(site), places(site), lineage(site), audited(site)
    assert take_in(site, first).nothing
    assert (organisations(site), places(site), lineage(site), audited(site)) == before
    assert [act for act, _ in before[3]] == ["site made", "units imported"]


def test_a_merger_ends_the_predecessors_and_places_keep_their_links(site: Site, tmp_path: Path) -> None:
    take_in(site, as_csv(tmp_path, CITY))
    before = places(site)
    take_in(site, as_csv(tmp_path, MERGED))
    assert organisations(site) == [
        ("00004", "Phường Ba Đình", "2025-07-01", "2026-07-01"),
        ("00008", "Phường Ngọc Hà", "2025-07-01", "2026-07-01"),
        ("00012", "Phường Yên Hoà", "2026-07-01", ""),
        ("01", "Hà Nội", "2008-08-01", ""),
        ("SNV", "Sở Nội vụ", "2008-08-01", ""),
    ]
    assert lineage(site) == {
        ("00004 from 2025-07-01", "00012 from 2026-07-01", "merged"),
        ("00008 from 2025-07-01", "00012 from 2026-07-01", "merged"),
    }
    assert {code: spot[0] for code, spot in places(site).items()} == {c: s[0] for c, s in before.items()}
    assert {spot[2] for spot in places(site).values()} == {"00012"}


def test_a_file_that_holds_all_of_history_may_be_given_again(site: Site, tmp_path: Path) -> None:
    whole = as_csv(
        tmp_path,
        CITY.replace("place,BD-1,Điểm phục vụ số 1,00004,2025-07-01,,\n", "").replace(
            "place,NH-1,Điểm phục vụ Ngọc Hà,00008,2025-07-01,,\n", ""
        )
        + MERGED,
    )
    take_in(site, whole)
    before = organisations(site)
    assert take_in(site, whole).nothing
    assert organisations(site) == before


def test_a_split_and_a_new_code_have_their_names(site: Site, tmp_path: Path) -> None:
    take_in(site, as_csv(tmp_path, "xa,A,Xã A,,2020-01-01,,\nxa,R,Xã R,,2020-01-01,,\n"))
    take_in(site, as_csv(tmp_path, "xa,B,Xã B,,2025-07-01,,A\nxa,N,Xã N,,2025-07-01,,R\n"))
    assert lineage(site) == {
        ("A from 2020-01-01", "B from 2025-07-01", "renamed"),
        ("R from 2020-01-01", "N from 2025-07-01", "renamed"),
    }
    # the second successor tells that it was a split
    take_in(site, as_csv(tmp_path, "xa,C,Xã C,,2025-07-01,,A\n"))
    assert lineage(site) == {
        ("A from 2020-01-01", "B from 2025-07-01", "split"),
        ("A from 2020-01-01", "C from 2025-07-01", "split"),
        ("R from 2020-01-01", "N from 2025-07-01", "renamed"),
    }


def test_a_changed_name_is_a_new_row_from_its_day(site: Site, tmp_path: Path) -> None:
    take_in(site, as_csv(tmp_path, CITY))
    take_in(site, as_csv(tmp_path, "so,SNV,Sở Nội vụ và Lao động,01,2026-03-01,,\n"))
    assert [row for row in organisations(site) if row[0] == "SNV"] == [
        ("SNV", "Sở Nội vụ", "2008-08-01", "2026-03-01"),
        ("SNV", "Sở Nội vụ và Lao động", "2026-03-01", ""),
    ]
    assert lineage(site) == {("SNV from 2008-08-01", "SNV from 2026-03-01", "renamed")}
    with site.stores.main.reading() as connection:
        told = {
            day: next(one.name for one in reads.organisations(connection, day) if one.code == "SNV")
            for day in (date(2026, 2, 28), date(2026, 3, 1))
        }
    assert list(told.values()) == ["Sở Nội vụ", "Sở Nội vụ và Lao động"]


@pytest.mark.parametrize("day", ["", "2008-08-01"])
def test_history_is_not_rewritten(day: str, site: Site, tmp_path: Path) -> None:
    take_in(site, as_csv(tmp_path, CITY))
    with pytest.raises(Refusal) as refusal:
        take_in(site, as_csv(tmp_path, f"so,SNV,Tên khác,01,{day},,\nplace,BD-1,Tên khác,00004,{day},,\n"))
    assert [fault.code for fault in refusal.value.faults] == ["NO_DAY", "NO_DAY"]
    assert "what stood before is kept" in refusal.value.faults[0].remedy


def test_an_earlier_row_may_be_added_later(site: Site, tmp_path: Path) -> None:
    take_in(site, as_csv(tmp_path, "xa,A,Xã A,,2025-07-01,,\n"))
    take_in(site, as_csv(tmp_path, "xa,A,Xã A cũ,,2010-01-01,,\n"))
    assert organisations(site) == [
        ("A", "Xã A cũ", "2010-01-01", "2025-07-01"),
        ("A", "Xã A", "2025-07-01", ""),
    ]


def test_an_end_may_be_told_later_and_an_empty_cell_does_not_reopen(site: Site, tmp_path: Path) -> None:
    take_in(site, as_csv(tmp_path, "xa,A,Xã A,,2020-01-01,,\nplace,P,Điểm,A,2020-01-01,,\n"))
    ended = "xa,A,Xã A,,2020-01-01,2027-01-01,\nplace,P,Điểm,A,2020-01-01,2027-01-01,\n"
    imported = take_in(site, as_csv(tmp_path, ended))
    assert (imported.organisations_ended, imported.places_changed) == (1, 1)
    assert take_in(site, as_csv(tmp_path, "xa,A,Xã A,,2020-01-01,,\n")).nothing
    assert organisations(site) == [("A", "Xã A", "2020-01-01", "2027-01-01")]
    with site.stores.main.reading() as connection:
        inside = reads.places(connection, TODAY, TODAY)
        after = reads.places(connection, date(2027, 1, 1), date(2027, 2, 1))
    assert ([place.code for place in inside], after) == (["P"], [])


def test_without_a_first_day_an_organisation_stands_from_the_beginning(site: Site, tmp_path: Path) -> None:
    path = as_csv(tmp_path, "xa,A,Xã A,,,,\n")
    take_in(site, path)
    assert organisations(site) == [("A", "Xã A", str(BEGINNING), "")]
    assert take_in(site, path).nothing


def test_places_are_told_by_their_link_or_code_and_nothing_else(site: Site, tmp_path: Path) -> None:
    take_in(site, as_csv(tmp_path, CITY))
    identity = places(site)["BD-1"][0]
    with site.stores.main.reading() as connection:
        found = reads.place(connection, identity, TODAY)
        assert found is not None
        assert (found.code, found.organisation_name) == ("BD-1", "Phường Ba Đình")
        assert reads.place_named(connection, identity, TODAY) == found
        assert reads.place_named(connection, "BD-1", TODAY) == found
        for text in (
            "",
            "aaaaaaaa",
            "BD-1",
            identity.upper(),
            f"{identity}\n",
            "../../etc",
            "\0" * 8,
            "ạ" * 8,
        ):
            assert reads.place(connection, text, TODAY) is None
        assert reads.place_named(connection, "BD\0", TODAY) is None


def test_an_import_is_whole_or_not_at_all(site: Site, tmp_path: Path) -> None:
    with pytest.raises(Refusal):
        take_in(site, as_csv(tmp_path, CITY + "phuong,X,Tên,77,,,\n"))
    with site.stores.main.reading() as connection:
        assert connection.scalar(select(func.count()).select_from(Entry)) == 1
    assert organisations(site) == []


DAYS = st.integers(0, 60).map(lambda months: date(2020, 1, 1) + timedelta(days=30 * months))
STANDS = st.tuples(st.sampled_from("ABC"), DAYS, st.sampled_from(["Một", "Hai"]))


@given(st.lists(STANDS, max_size=12, unique_by=lambda stand: stand[:2]))
def test_one_name_holds_on_each_day_whatever_rows_come(told: list[tuple[str, date, str]]) -> None:
    path = Path("units.csv")
    rows = tuple(
        UnitRow(Row(path, number, {}), "xa", code, name, None, day, None, ())
        for number, (code, day, name) in enumerate(told, 2)
    )
    lines = merge([], UnitFile(path, rows, (), frozenset()))
    assert lines.faults == []
    for code, stands in lines.stands.items():
        ends = [stand.valid_to for stand in stands]
        assert ends == [*(stand.valid_from for stand in stands[1:]), None]
        for _, day, name in (row for row in told if row[0] == code):
            holding = [s for s in stands if s.valid_from <= day and (s.valid_to is None or day < s.valid_to)]
            assert [stand.name for stand in holding] == [name]
    every = chain.from_iterable(lines.stands.values())
    registered = [replace(stand, told=None, id=number) for number, stand in enumerate(every)]
    again = merge(registered, UnitFile(path, rows, (), frozenset()))
    assert again.faults == []
    assert {c: len(s) for c, s in again.stands.items()} == {c: len(s) for c, s in lines.stands.items()}
