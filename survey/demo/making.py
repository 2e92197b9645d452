"""Making a demonstration: a site with two waves that are over and scored, and two that are open."""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from analysis.synthetic import SamplePlan, draw
from questionnaires import loader
from survey import i18n
from survey import site as sites
from survey.answers import consents
from survey.answers.nightly import nightly
from survey.answers.sending_many import send_many
from survey.demo import city as cities
from survey.demo.calendar import Calendar
from survey.demo.files import write_sample, write_truth, write_units, write_visitors
from survey.demo.home import (
    CITY,
    FILE,
    KIOSK,
    KIOSK_QUESTIONNAIRE,
    OPEN,
    QUESTIONNAIRE,
    SAMPLE,
    TRUTH,
    WEB,
)
from survey.demo.interviews import Asked, stretches
from survey.frozen.closing import close
from survey.frozen.outside import freeze
from survey.frozen.writing import whole_folder
from survey.registry.unit_file import read_units
from survey.registry.writes import import_units
from survey.scoring.result import score
from survey.site import ACTOR, Site
from survey.waves.opening import Opening
from survey.waves.plan import PlanFile
from survey.waves.plan_file import PlanSource
from survey.waves.reads import known_wave, places_of, version_for
from survey.waves.sheet import write_sheet
from survey.waves.visitors import count_visitors
from survey.waves.writes import open_wave, publish, version_named
from survey.web.interview.consent import web_consent

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date
    from pathlib import Path

    from analysis.synthetic import City
    from survey.config import Settings
    from survey.demo.home import Made
    from survey.waves.plan import Mode
    from survey.waves.reads import WaveView

    Step = Callable[[str], None]

_ASKED: dict[str, tuple[str, Mode]] = {
    OPEN: (QUESTIONNAIRE, "web"),
    WEB: (QUESTIONNAIRE, "web"),
    KIOSK: (KIOSK_QUESTIONNAIRE, "kiosk"),
}
_POPULATION = (
    "Các lần làm thủ tục trong mười hai tuần ở thành phố giả lập của bản trình diễn. Không phải số liệu thật."
)
_FRAME = "Danh sách mọi lần làm thủ tục; ở mỗi nơi tiếp nhận rút ngẫu nhiên một số lần như nhau."
_STANDARD = 80.0
_LEAST_DRAWN = 100  # of each commune: with fewer, intervals of the whole index promise too much
_INTERVIEWS_A_DRAW = 100  # at 20,000 interviews in the open wave 200 visitors of each commune are drawn


def make(
    path: Path, settings: Settings, made: Made, *, now: datetime | None = None, step: Step = lambda _: None
) -> None:
    """Make a demonstration, whole or not at all.

    Args:
        path: its home, a new or empty folder.
        settings: of the site.
        made: from what. The answers follow from it; keys, tokens and the letters of links do not.
        now: round which the days lie; None: the time it is.
        step: told of each step, for a person who waits.

    Raises:
        Refusal: the folder holds something, or the disk is full; nothing is left.
    """
    calendar = Calendar((now or datetime.now(UTC)).astimezone(settings.zone))
    with whole_folder(path) as folder:
        step("making the city")
        city = cities.build(made.seed)
        home = sites.init(folder, settings, now=calendar.prepared)
        (home.path / CITY).mkdir(mode=0o700)
        write_truth(city, home.path / CITY / TRUTH)
        site = sites.open_site(home.path)
        with closing(site.stores):
            _import_city(site, city, calendar)
            _collect(site, city, calendar, made, step)
            for wave in (WEB, KIOSK):
                _open(site, wave, (calendar.opens, calendar.stops), calendar.now)
        step(f"freezing {SAMPLE}")
        _draw(site, city, calendar, made)
        for wave in (OPEN, SAMPLE):
            step(f"scoring {wave}")
            score(home.waves / wave, home.results / wave)
        (folder / FILE).write_text(made.model_dump_json(indent=1) + "\n", encoding="utf-8", newline="\n")


def _import_city(site: Site, city: City, calendar: Calendar) -> None:
    file = site.home.path / CITY / "units.csv"
    write_units(city, file)
    with site.stores.main.writing() as connection:
        import_units(connection, read_units(file), now=calendar.prepared, actor=ACTOR)
        for name in (QUESTIONNAIRE, KIOSK_QUESTIONNAIRE):
            instrument = loader.shipped(name)
            today = calendar.prepared.date()
            publish(connection, instrument, now=calendar.prepared, today=today, actor=ACTOR)


def _open(site: Site, wave: str, days: tuple[date, date], now: datetime) -> WaveView:
    """Open a wave at every place and write its sheet."""
    instrument, mode = _ASKED[wave]
    plan = PlanFile(population=_POPULATION, standard=_STANDARD, responsible=cities.responsible())
    with site.stores.main.writing() as connection:
        version = version_named(connection, instrument)
        if version is None:
            raise AssertionError(f"{instrument} was published")
        asked = Opening(
            wave=wave,
            version=version,
            pinned=False,
            from_day=days[0],
            to_day=days[1],
            modes=(mode,),
            plan=PlanSource(plan),
        )
        done = open_wave(connection, asked, now=now, today=now.date(), actor=ACTOR)
        view = known_wave(connection, wave, now.date())
        write_sheet(site.home, view, done.places, done.head)
    return view


def _collect(site: Site, city: City, calendar: Calendar, made: Made, step: Step) -> None:
    """The open wave that is over: opened, collected and settled stretch by stretch, closed, frozen."""
    store, home = site.stores.main, site.home
    wave = _open(site, OPEN, (calendar.first, calendar.last), calendar.prepared)
    asked = _asked(site, wave)
    sent = 0
    for stretch, sendings in enumerate(
        stretches(city, calendar, asked, seed=made.seed, count=made.interviews)
    ):
        sent += send_many(store, home, sendings)
        nightly(store, home, calendar.evening(stretch), actor=ACTOR)
        step(f"interviews collected: {sent:,} of {made.interviews:,}")
    file = home.path / CITY / "visitors.csv"
    write_visitors(city, calendar.days, file)
    with store.writing() as connection:
        count_visitors(connection, wave, file, now=calendar.closed, actor=ACTOR)
    step(f"closing {wave.id}")
    close(site.stores, home, wave.id, calendar.closed, actor=ACTOR)


def _asked(site: Site, wave: WaveView) -> Asked:
    with site.stores.main.writing() as connection:
        version = version_for(connection, wave.id, None)
        if version is None:
            raise AssertionError(f"{wave.id} offers a version")
        text = web_consent(wave, version.instrument, site.home.settings, i18n.language("vi")).text
        places = {place.code: place for place in places_of(connection, wave.id, wave.from_day)}
        return Asked(wave, version, consents.keep(connection, text), places)


def _draw(site: Site, city: City, calendar: Calendar, made: Made) -> None:
    """The wave of a drawn sample, whose data come from outside: of the same visits as the open wave."""
    each = max(_LEAST_DRAWN, made.interviews // _INTERVIEWS_A_DRAW)
    sample = draw(city, made.seed, SamplePlan(allocation=each))
    folder = site.home.path / CITY
    plan = PlanFile(population=_POPULATION, frame=_FRAME, standard=_STANDARD)
    file = folder / "sample-plan.yaml"
    file.write_text(plan.model_dump_json(indent=1) + "\n", encoding="utf-8", newline="\n")
    paths = write_sample(sample, calendar.days, folder)
    freeze(
        data=paths["data"],
        instrument=loader.shipped(QUESTIONNAIRE),
        design=paths["design"],
        units=paths["units"],
        plan=file,
        out=site.home.waves / SAMPLE,
    )
