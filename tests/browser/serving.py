"""A survey that a real server serves to real browsers: on the web, or at a kiosk."""

from __future__ import annotations

import contextlib
import threading
from typing import TYPE_CHECKING, NamedTuple

from waitress import wasyncore  # type: ignore[import-untyped]  # it ships no types

from survey.cli.serve import listen
from survey.web.site import EXTENSION
from tests.browser.measures import press
from tests.survey.web.kiosking import Kiosk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Page

    from tests.survey.web.collecting import Survey


class Served(NamedTuple):
    """A survey and where it is served."""

    survey: Survey
    url: str

    @property
    def interview(self) -> str:
        """The interview of the first place on the web."""
        return self.url + self.survey.base

    @property
    def kiosk(self) -> str:
        """The kiosk of the first place."""
        return f"{self.url}/k/{self.survey.places[0].id}"

    def pair(self, page: Page) -> None:
        """Make the browser the kiosk of the first place."""
        page.goto(self.url + Kiosk(self.survey).link())
        press(page, "button.first")
        assert page.url == self.kiosk


@contextlib.contextmanager
def serve(survey: Survey) -> Iterator[Served]:
    """Serve a survey as `longdan serve` does, until the block ends."""
    server = listen(survey.app, "127.0.0.1", 0)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        yield Served(survey, f"http://127.0.0.1:{server.effective_port}")
    finally:
        # closed by the thread that waits for its sockets: one closed under it is an error there
        server.trigger.pull_trigger(lambda: wasyncore.close_all(server._map))  # noqa: SLF001 - it has no verb
        thread.join(10)
        server.task_dispatcher.shutdown(cancel_pending=True)
        survey.app.extensions[EXTENSION].stores.close()
