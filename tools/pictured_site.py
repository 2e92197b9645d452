"""The site whose pages are pictured: a city with fourteen wards, made by the product's own verbs.

The clock stands still, so that days do not change from one run to the next.
"""

from __future__ import annotations

import contextlib
import threading
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, NamedTuple

from questionnaires import loader
from survey import site as sites
from survey.app import create_app
from survey.cli.serve import listen
from survey.config import Settings
from survey.registry import devices
from survey.registry.unit_file import read_units
from survey.registry.writes import import_units
from survey.waves import reads
from survey.waves.opening import Opening
from survey.waves.sheet import write_sheet
from survey.waves.writes import open_wave, publish, version_named
from survey.web.site import EXTENSION

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from survey.site import Site
    from survey.waves.plan import Mode

NOW = datetime(2026, 7, 15, 2, 30, tzinfo=UTC)
BEGUN = datetime(2026, 7, 1, 0, 0, tzinfo=UTC)
FIRST, LAST = date(2026, 7, 1), date(2026, 9, 30)
WARDS = (
    "Ba Đình",
    "Bạch Mai",
    "Cầu Giấy",
    "Cửa Nam",
    "Đống Đa",
    "Giảng Võ",
    "Hai Bà Trưng",
    "Hoàn Kiếm",
    "Kim Liên",
    "Nghĩa Đô",
    "Ngọc Hà",
    "Ô Chợ Dừa",
    "Văn Miếu - Quốc Tử Giám",
    "Yên Hòa",
)
PLACES = tuple(f"D{number}" for number in range(1, len(WARDS) + 1))
ASKED: dict[Mode, str] = {"web": "service_responsibility", "kiosk": "kiosk_core"}
CONTACT = "Sở Nội vụ, 18B Lê Lợi, phường Hà Đông. Điện thoại: 024 0000 0000"


class Made(NamedTuple):
    """A site that is served: its address, a wave on the web, a place's interview, two kiosks, a sheet."""

    site: Site
    url: str
    wave: str
    ended: str
    web: str
    kiosk: str
    idle_kiosk: str
    sheet: str

    def pairing_link(self, kiosk: str) -> str:
        """A link that makes a browser the kiosk of a place."""
        with self.site.stores.main.writing() as connection:
            code = devices.new_pairing(connection, kiosk.rpartition("/")[2], NOW)
        return f"{kiosk}/pair/{code}"


@contextlib.contextmanager
def served_site(folder: Path) -> Iterator[Made]:
    """The site, made in a folder and served until the block ends.

    A wave on the web is open at every place, one at kiosks at the last place, and one has ended.
    """
    site = _made(folder)
    wave, ended = "2026-q3", "2026-06"
    head = _open(site, wave, "web", LAST, PLACES)
    _open(site, ended, "web", FIRST, PLACES[-1:])
    _open(site, "kiosk-2026-q3", "kiosk", LAST, PLACES[-1:])
    with site.stores.main.reading() as connection:
        places = {place.code: place for place in reads.places_of(connection, wave, FIRST)}
        here, other = places[PLACES[-1]], places[PLACES[0]]
        sheet = write_sheet(site.home, reads.known_wave(connection, wave, FIRST), [here], head)
    app = create_app(site.home, clock=lambda: NOW, limited=False)
    server = listen(app, "127.0.0.1", 0)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        url = f"http://127.0.0.1:{server.effective_port}"
        kiosks = (f"{url}/k/{here.id}", f"{url}/k/{other.id}")
        yield Made(site, url, wave, ended, f"{url}/s/{wave}/{here.id}", *kiosks, sheet.as_uri())
    finally:
        server.close()
        server.task_dispatcher.shutdown(cancel_pending=True)
        thread.join(10)
        app.extensions[EXTENSION].stores.close()
        site.stores.close()


def _made(folder: Path) -> Site:
    home = sites.init(folder / "site", Settings(contact=CONTACT), now=BEGUN)
    site = sites.open_site(home.path)
    file = folder / "units.csv"
    file.write_text("\n".join(_units()) + "\n", encoding="utf-8")
    with site.stores.main.writing() as connection:
        import_units(connection, read_units(file), now=BEGUN, actor="command")
    return site


def _units() -> Iterator[str]:
    yield "kind,code,name,parent,valid_from,valid_to,predecessors"
    yield "thanh_pho,HN,Ủy ban nhân dân thành phố Hà Nội,,,,"
    for number, (place, ward) in enumerate(zip(PLACES, WARDS, strict=True), start=1):
        yield f"phuong,P{number},Ủy ban nhân dân phường {ward},HN,2025-07-01,,"
        yield f"place,{place},Điểm phục vụ hành chính công phường {ward},P{number},2025-07-01,,"


def _open(site: Site, wave: str, mode: Mode, last: date, places: Sequence[str]) -> str:
    instrument = ASKED[mode]
    with site.stores.main.writing() as connection:
        publish(connection, loader.shipped(instrument), now=BEGUN, today=FIRST, actor="command")
        version = version_named(connection, instrument)
        if version is None:
            raise LookupError(instrument)
        asked = Opening(
            wave=wave,
            version=version,
            pinned=False,
            from_day=FIRST,
            to_day=last,
            modes=(mode,),
            places=tuple(places),
        )
        return open_wave(connection, asked, now=BEGUN, today=FIRST, actor="command").head
