"""A real Chromium for the tests; a machine without it fails them, it does not skip them."""

from __future__ import annotations

import shutil
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

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


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    path = shutil.which("chromium")
    assert path is not None, "chromium is not installed: apt-get install chromium"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        yield browser
        browser.close()


@pytest.fixture
def opened(chromium: Browser) -> Opens:
    """Opens a page in a window of its own and hands it over; settings as for a browser context."""

    @contextmanager
    def open_page(url: str, *, width: int = 1280, height: int = 900, **settings: Any) -> Iterator[Page]:
        context = chromium.new_context(viewport={"width": width, "height": height}, **settings)
        page = context.new_page()
        page.goto(url)
        try:
            yield page
        finally:
            context.close()

    return open_page
