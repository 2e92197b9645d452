"""Take a picture of every page that people see, on a site made by the product's own verbs.

    python tools/screenshots.py [--whole FOLDER]

The pictures that documents show go to `docs/images/pages`, listed with what they show in
`docs/screenshots.md`. `--whole` takes every page in every look at its full length as PNG into a new folder:
for looking at, not for keeping.
"""

from __future__ import annotations

import argparse
import base64
import contextlib
import shutil
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from pictured_pages import around, interview, kiosk
from pictured_site import Made, served_site
from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "docs" / "images" / "pages"
LIST = ROOT / "docs" / "screenshots.md"
TALLEST = 1200  # CSS pixels that a picture in a document shows of a long page
PATIENCE = 60_000  # milliseconds until a page that does not come is a fault
BAR = 7_000  # milliseconds of the twenty seconds that the picture of the warning shows
WEBP_QUALITY = 70
FLAGS = ("--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--font-render-hinting=none")
# Machines that take pictures have no voice; devices for which the pages are made have one.
VOICES = """Object.defineProperty(speechSynthesis, 'getVoices', {
  value: () => ['vi-VN', 'en-GB'].map((lang) => ({lang, localService: true}))})"""
PAUSE = """(time) => document.getAnimations().forEach((one) => { one.pause(); one.currentTime = time; })"""


@dataclass(frozen=True)
class Look:
    """How somebody looks at a page: the glass, the theme, the language."""

    name: str
    words: str
    width: int
    height: int
    scale: float = 1
    settings: dict[str, Any] = field(default_factory=dict)
    cookies: dict[str, str] = field(default_factory=dict)
    language: str = "vi"
    changed: bool = False


DARK = {"color_scheme": "dark"}
WEB = (
    Look("390", "phone", 390, 780, 1.3),
    Look("390-dark", "phone, dark", 390, 780, 1.3, DARK),
    Look("390-en", "phone, English", 390, 780, 1.3, language="en"),
    Look("320", "small phone", 320, 640, 1.3),
    Look("320-large", "small phone, large text", 320, 640, 1.3, cookies={"size": "large"}),
    Look("390-listen", "phone, questions read aloud", 390, 780, 1.3, cookies={"sound": "on"}),
    Look("1280", "desktop", 1280, 800),
    Look("1280-dark", "desktop, dark", 1280, 800, 1, DARK),
    Look("1280-contrast", "desktop, high contrast", 1280, 800, cookies={"theme": "contrast"}),
)
KIOSK = (
    Look("kiosk", "kiosk, upright", 1080, 1920, 0.5),
    Look("kiosk-en", "kiosk, upright, English", 1080, 1920, 0.5, language="en"),
    Look("kiosk-wide", "kiosk, lying", 1280, 800, 0.75),
    Look("kiosk-contrast", "kiosk, high contrast, large text", 1080, 1920, 0.5, changed=True),
    Look("kiosk-wide-contrast", "kiosk, lying, high contrast, large text", 1280, 800, 0.75, changed=True),
)
INTRODUCTION = (
    "Taken by `make screenshots` on a site made by the verbs of the product. Pages are in Vietnamese unless "
    "said otherwise; a long page is cut below."
)
# What documents show: each page once, and elsewhere where it looks different.
KEPT = {
    "front": ("390", "390-en", "1280"),
    "places": ("390", "1280"),
    "places-found": ("390",),
    "consent": ("320", "390", "390-dark", "390-en", "1280"),
    "begun": ("390",),
    "section": (
        "320",
        "320-large",
        "390",
        "390-dark",
        "390-en",
        "390-listen",
        "1280",
        "1280-dark",
        "1280-contrast",
    ),
    "faults": ("320", "390", "1280"),
    "comment": ("390",),
    "later": ("390",),
    "code": ("390",),
    "wrong-code": ("320",),
    "stop": ("390-dark",),
    "look-over": ("390", "390-dark", "390-en", "1280"),
    "thanks": ("390", "390-en", "1280"),
    "declined": ("390",),
    "withdraw": ("390",),
    "withdrawn": ("390",),
    "privacy": ("390", "1280"),
    "accessibility": ("390",),
    "display": ("390", "390-dark"),
    "sign-in": ("390",),
    "not-found": ("390",),
    "ended": ("390",),
    "sheet": ("1280",),
    "pair": ("kiosk",),
    "start": ("kiosk", "kiosk-wide", "kiosk-contrast"),
    "about": ("kiosk",),
    "choice": ("kiosk", "kiosk-wide"),
    "rating": ("kiosk", "kiosk-en", "kiosk-wide", "kiosk-contrast", "kiosk-wide-contrast"),
    "idle": ("kiosk", "kiosk-wide"),
    "stop-kiosk": ("kiosk",),
    "thanks-kiosk": ("kiosk", "kiosk-en", "kiosk-wide"),
    "gone": ("kiosk",),
    "nothing-open": ("kiosk",),
}


class Picture(NamedTuple):
    """A picture and what it shows."""

    file: str
    page: str
    look: Look
    says: str


@dataclass
class Camera:
    """Takes what is wanted of the pages that pass by."""

    folder: Path
    whole: bool
    taken: list[Picture] = field(default_factory=list)

    def take(self, page: Page, look: Look, name: str, says: str) -> None:
        """Take the page, if documents show it in this look."""
        if not self.whole and look.name not in KEPT[name]:
            return
        page.mouse.move(0, 0)  # what the pointer is over looks chosen
        page.evaluate("document.fonts.ready.then(() => true)")
        page.evaluate(PAUSE, BAR)
        kind = "png" if self.whole else "webp"
        file = self.folder / f"{name}-{look.name}.{kind}"
        file.write_bytes(self._shot(page, look, kind))
        self.taken.append(Picture(file.name, name, look, says))
        print(f"{file.name}: {file.stat().st_size / 1000:.0f} kB")

    def _shot(self, page: Page, look: Look, kind: str) -> bytes:
        length = int(page.evaluate("document.documentElement.scrollHeight"))
        height = length if self.whole else min(length, max(look.height, TALLEST))
        scale = 1 if self.whole else look.scale
        clip = {"x": 0, "y": 0, "width": look.width, "height": height, "scale": scale}
        asked: dict[str, Any] = {"format": kind, "clip": clip, "captureBeyondViewport": True}
        if kind == "webp":
            asked["quality"] = WEBP_QUALITY
        session = page.context.new_cdp_session(page)
        data = session.send("Page.captureScreenshot", asked)["data"]
        session.detach()
        return base64.b64decode(data)


def take_all(made: Made, browser: Browser, camera: Camera) -> None:
    """Every page in every look."""
    for look in (*WEB, *KIOSK):
        size = {"width": look.width, "height": look.height}
        with contextlib.closing(browser.new_context(viewport=size, **look.settings)) as context:
            context.set_default_timeout(PATIENCE)
            cookies = {"lang": look.language, **look.cookies}
            context.add_cookies(
                [{"name": name, "value": value, "url": made.url} for name, value in cookies.items()]
            )
            context.add_init_script(VOICES)
            page = context.new_page()

            def take(name: str, says: str, page: Page = page, look: Look = look) -> None:
                camera.take(page, look, name, says)

            if look in KIOSK:
                kiosk(made, page, take, look.language, changed=look.changed)
            else:
                around(made, page, take)
                interview(made, page, take)


def listing(taken: list[Picture]) -> str:
    """The document that shows the pictures."""
    lines = ["# Pictures of every page", "", INTRODUCTION]
    for title, looks in (("On the web and on paper", WEB), ("At a kiosk", KIOSK)):
        lines += ["", f"## {title}"]
        for name in KEPT:
            shown = [one for one in taken if one.page == name and one.look in looks]
            if shown:
                lines += ["", f"### {shown[0].says.rstrip('.')}", ""]
            for one in shown:
                words = f"{one.says.rstrip('.')} ({one.look.words})"
                lines.append(f"![{words}](images/pages/{one.file})")
    return "\n".join(lines) + "\n"


def main() -> None:
    """Take the pictures."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--whole", type=Path, help="a new folder for every page in every look, as PNG")
    asked = parser.parse_args()
    folder: Path = asked.whole or FOLDER
    path = shutil.which("chromium")
    if path is None:
        parser.error("Chromium is not installed: apt-get install chromium")
    if asked.whole is None:
        shutil.rmtree(FOLDER, ignore_errors=True)
    folder.mkdir(parents=True)
    camera = Camera(folder, whole=asked.whole is not None)
    with (
        tempfile.TemporaryDirectory() as made_in,
        served_site(Path(made_in)) as made,
        sync_playwright() as playwright,
        contextlib.closing(playwright.chromium.launch(executable_path=path, args=list(FLAGS))) as browser,
    ):
        take_all(made, browser, camera)
    if asked.whole is None:
        LIST.write_text(listing(camera.taken), encoding="utf-8", newline="\n")
    total = sum((folder / one.file).stat().st_size for one in camera.taken)
    print(f"{len(camera.taken)} pictures, {total / 1e6:.1f} MB, in {folder}")


if __name__ == "__main__":
    main()
