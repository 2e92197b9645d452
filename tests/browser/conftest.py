"""A real Chromium for the tests; a machine without it fails them, it does not skip them."""

from __future__ import annotations

import shutil
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import Browser, Page, Playwright, sync_playwright

from tests.browser.measures import PATIENCE
from tests.browser.serving import Served, serve
from tests.survey.web.collecting import collect
from tests.survey.web.kiosking import collect_at_kiosks

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

    from survey.site import Site

    Opens = Callable[..., AbstractContextManager[Page]]

FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)
HERE = Path(__file__).parent
LONG_NAME = "Văn Miếu - Quốc Tử Giám tại trụ sở thứ hai"

MOST_SECONDS = 150
BROWSER_DIED = (r"Timeout \(>", r"^(\w+\.)*(Timeout|TargetClosed)?Error: ")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A test whose browser crashed or hung is run once more; one that found a fault is not."""
    for item in items:
        if item.path.parent == HERE:
            item.add_marker(pytest.mark.timeout(MOST_SECONDS))
            item.add_marker(pytest.mark.flaky(reruns=1, only_rerun=list(BROWSER_DIED)))


@pytest.fixture(scope="session")
def chromium_path() -> str:
    path = shutil.which("chromium")
    assert path is not None, "chromium is not installed: apt-get install chromium"
    return path


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture
def chromium(playwright: Playwright, chromium_path: str) -> Iterator[Browser]:
    """A browser of the test's own: one that lived through a hundred tests has been seen to hang."""
    browser = playwright.chromium.launch(executable_path=chromium_path, args=list(FLAGS))
    yield browser
    browser.close()


@pytest.fixture
def opened(chromium: Browser) -> Opens:
    """Opens a page in a window of its own and hands it over; settings as for a browser context."""

    @contextmanager
    def open_page(url: str, *, width: int = 1280, height: int = 900, **settings: Any) -> Iterator[Page]:
        context = chromium.new_context(viewport={"width": width, "height": height}, **settings)
        context.set_default_timeout(PATIENCE * 1000)
        page = context.new_page()
        page.goto(url)
        try:
            yield page
        finally:
            context.close()

    return open_page


@pytest.fixture
def web(site: Site) -> Iterator[Served]:
    """The responsibility survey on the web."""
    with serve(collect(site, limited=False)) as served:
        yield served


@pytest.fixture
def at_kiosk(site: Site) -> Iterator[Served]:
    """The shortest survey at kiosks, the first place with a long name."""
    with serve(collect_at_kiosks(site, wards=(LONG_NAME, "Cầu Giấy"), limited=False)) as served:
        yield served
