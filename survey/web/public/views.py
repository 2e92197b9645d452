"""Pages for everybody: which surveys are open, what happens to answers, how pages can be read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, Response, make_response, redirect, render_template, request

from survey.waves import reads as waves
from survey.web import cookies
from survey.web.access import PUBLIC
from survey.web.interview.entry import title
from survey.web.pages import SIZES, SOUNDS, THEMES, own_path
from survey.web.site import site

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as AnyResponse

public = Blueprint("public", __name__)
public.add_url_rule("/", "front", methods=["GET"], who=PUBLIC)
public.add_url_rule("/privacy", "privacy", methods=["GET"], who=PUBLIC)
public.add_url_rule("/accessibility", "accessibility", methods=["GET"], who=PUBLIC)
public.add_url_rule("/display", "display", methods=["GET"], who=PUBLIC)
public.add_url_rule("/display", "change_display", methods=["POST"], who=PUBLIC)

_DISPLAY = {"theme": THEMES, "size": SIZES, "sound": SOUNDS}
_KEPT_DAYS = 365


@public.endpoint("public.front")
def front() -> str:
    """The open surveys that can be answered here."""
    with site().stores.main.reading() as connection:
        found = [wave for wave in waves.open_waves(connection, site().today()) if "web" in wave.modes]
        versions = [waves.version_for(connection, wave.id, None) for wave in found]
    titles = [title(version.instrument) if version else "" for version in versions]
    return render_template("public/front.html", waves=list(zip(found, titles, strict=True)))


@public.endpoint("public.privacy")
def privacy() -> str:
    """What is recorded, who sees it, how long it is kept, and what is not promised."""
    return render_template("public/privacy.html")


@public.endpoint("public.accessibility")
def accessibility() -> str:
    """How pages can be read, heard and operated, and what is known to be missing."""
    return render_template("public/accessibility.html")


@public.endpoint("public.display")
def display() -> str:
    """How pages look and sound on this browser."""
    return render_template("public/display.html", back=own_path(request.args.get("from", "")))


@public.endpoint("public.change_display")
def change_display() -> AnyResponse:
    """Keep the choice in the browser and go back to where the reader came from."""
    response: Response = make_response(redirect(own_path(request.form.get("from", "")), 303))
    for name, allowed in _DISPLAY.items():
        chosen = request.form.get(name, "")
        if chosen == allowed[0]:
            cookies.drop(response, name)
        elif chosen in allowed:
            cookies.put(response, name, chosen, days=_KEPT_DAYS)
    return response
