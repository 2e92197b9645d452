"""The printable sheet of a wave: one page a place, with its link, a QR code and what to compare.

One file that opens from disk and prints on A4. It hangs where somebody could paste another code over it, so
it names the address that a screen must show, and the head of the audit chain as of the opening.
"""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import TYPE_CHECKING

import segno
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from survey import i18n
from survey.i18n import EN_DASH

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from survey.config import Home
    from survey.registry.reads import PlaceView
    from survey.waves.reads import WaveView

LANGUAGE = "vi"
_LONG_NAME = 60  # characters that two lines of the large type hold
_PLAN_DIGITS = 16
_GROUP = 8


@dataclass(frozen=True)
class _Page:
    place: PlaceView
    address: str
    invitation: str
    kiosk: str | None
    code: Markup

    @property
    def long(self) -> bool:
        return len(self.place.name) > _LONG_NAME


def web_address(site_url: str, wave: str, place: str) -> str:
    """Where a person answers on a device of their own."""
    return f"{site_url}/s/{wave}/{place}"


def kiosk_address(site_url: str, place: str) -> str:
    """What the kiosk of a place shows."""
    return f"{site_url}/k/{place}"


def pairing_address(site_url: str, place: str, code: str) -> str:
    """The link by which a device becomes the kiosk of a place, once."""
    return f"{kiosk_address(site_url, place)}/pair/{code}"


def write_sheet(home: Home, wave: WaveView, places: Iterable[PlaceView], head: str) -> Path:
    """Write the sheet of a wave, whole or not at all; only its owner may read it: the links are secrets.

    Args:
        home: of the site; addresses begin with its `site_url`.
        wave: the wave.
        places: a page each, in this order.
        head: the head of the audit chain after the opening.

    Returns:
        Where it lies.
    """
    home.sheets.mkdir(mode=0o700, exist_ok=True)
    path = home.sheets / f"{wave.id}.html"
    unfinished = path.with_suffix(".unfinished")
    unfinished.touch(mode=0o600)
    try:
        text = render_sheet(home.settings.site_url, wave, places, head)
        unfinished.write_text(text, encoding="utf-8", newline="\n")
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)
    return path


def render_sheet(site_url: str, wave: WaveView, places: Iterable[PlaceView], head: str) -> str:
    """The sheet as HTML with a content security policy that lets nothing load or run."""
    speech = i18n.language(LANGUAGE)
    style = _style()
    digest = b64encode(sha256(style.encode()).digest()).decode()
    return (
        _environment()
        .get_template("sheet.html")
        .render(
            language=speech,
            _=speech.gettext,
            policy=f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'",
            style=Markup(style),  # noqa: S704 - our own style sheet
            wave=wave,
            period=f"{speech.date(wave.from_day)} {EN_DASH} {speech.date(wave.to_day)}",
            pages=[_page(site_url, wave, place, speech) for place in places],
            origin=f"{site_url}/",  # with its end: an address that only begins alike is another
            plan=_grouped(wave.plan_hash[:_PLAN_DIGITS]),
            head=_grouped(head),
        )
    )


def _page(site_url: str, wave: WaveView, place: PlaceView, speech: i18n.Language) -> _Page:
    kiosk = kiosk_address(site_url, place.id) if "kiosk" in wave.modes else None
    if "web" in wave.modes:
        address = web_address(site_url, wave.id, place.id)
        invitation = speech.gettext("Tell us how your errand went: scan the code, or type the address.")
        return _Page(place, address, invitation, kiosk, _code(address))
    address = kiosk_address(site_url, place.id)
    invitation = speech.gettext("The survey kiosk of this place opens this address.")
    return _Page(place, address, invitation, None, _code(address))


def _code(address: str) -> Markup:
    """The QR code as inline SVG; never a Micro QR, which many readers miss."""
    drawn = segno.make_qr(address, error="m").svg_inline(omitsize=True, lineclass=None, svgclass=None)
    return Markup(drawn)  # noqa: S704 - drawn from our own address, no text of others in it


def _grouped(digits: str) -> list[str]:
    return [digits[start : start + _GROUP] for start in range(0, len(digits), _GROUP)]


@cache
def _style() -> str:
    return files("survey.waves").joinpath("templates", "sheet.css").read_text(encoding="utf-8")


@cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("survey.waves"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
