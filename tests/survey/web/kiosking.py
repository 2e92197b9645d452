"""A kiosk that is paired to a place of an open wave, and persons who answer at it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from questionnaires import loader
from survey.registry import devices
from survey.web.interview.kiosk import DEVICE_COOKIE
from tests.survey.web.collecting import WARDS, Person, Reader, Survey, collect

if TYPE_CHECKING:
    from collections.abc import Callable

    from werkzeug.test import TestResponse

    from questionnaires.model import Instrument
    from survey.registry.reads import PlaceView
    from survey.site import Site


def collect_at_kiosks(
    site: Site,
    *,
    instrument: Instrument | None = None,
    wards: tuple[str, ...] = WARDS,
    limited: bool = True,
) -> Survey:
    """Open a wave that collects at kiosks."""
    asked = instrument or loader.shipped("kiosk_core")
    return collect(site, instrument=asked, wards=wards, modes=("kiosk",), limited=limited)


@dataclass
class Kiosk(Person):
    """A device with a browser, and who stands before it."""

    place: PlaceView | None = None

    def __post_init__(self) -> None:
        self.place = self.place or self.survey.places[0]
        self.base = f"/k/{self.place.id}"
        super().__post_init__()

    @property
    def cookies(self) -> set[str]:
        """What the device keeps, by name."""
        return {key[2] for key in self.client._cookies}  # noqa: SLF001 - the client shows no list of them

    def link(self) -> str:
        """A pairing link as `longdan pair` makes it."""
        assert self.place is not None
        with self.survey.site.stores.main.writing() as connection:
            code = devices.new_pairing(connection, self.place.id, self.survey.clock.now)
        return f"{self.base}/pair/{code}"

    def pair(self) -> Kiosk:
        """Make this device the kiosk of the place."""
        assert self.send(self.link()).location == self.base
        return self

    def key(self) -> str:
        """The cookie by which the device is known."""
        cookie = self.client.get_cookie(DEVICE_COOKIE)
        return "" if cookie is None else cookie.value

    def start(self, language: str = "vi") -> str:
        """Press the start button of a language; where the first item is."""
        page = self.get(self.base).text
        form = next(part for part in page.split("<form")[1:] if f'value="{language}"' in part)
        answer = self.post(self.base, {**Reader(f"<form{form}").filled(), "language": language})
        assert answer.status_code == 303
        return answer.location

    def form(self, where: str, place: int = 0) -> dict[str, Any]:
        """What the press on the answer of that place sends."""
        page = Reader(self.get(where).text)
        name, value = answers(page)[place]
        token = next(control.value for control in page.controls if control.name == "token")
        csrf = next(control.value for control in page.controls if control.name == "csrf_token")
        return {"csrf_token": csrf, "token": token, name: value}

    def tap(self, where: str, place: int = 0) -> str:
        """Press an answer; where that leads."""
        answer = self.post(where, self.form(where, place))
        assert answer.status_code == 303, answer.text
        return answer.location

    def finish(self, choose: Callable[[int], int] = lambda _turn: 0, **_settings: Any) -> TestResponse:
        """A whole interview; the page of thanks."""
        where, taps = self.start(), 0
        while not where.endswith("/thanks"):
            where = self.tap(where, choose(taps))
            taps += 1
        assert taps == len(self.survey.instrument.items)
        return self.get(where)


def answers(page: Reader) -> list[tuple[str, str]]:
    """The answers that can be pressed, in order, the reasons for none at the end."""
    tools = {"theme", "size", ""}
    return [(one.name, one.value) for one in page.controls if one.tag == "button" and one.name not in tools]
