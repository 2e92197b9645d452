"""What a monitor asks: is the process alive, can it work, how much has it done."""

from __future__ import annotations

import hmac
import shutil
from ipaddress import ip_address
from typing import TYPE_CHECKING

from flask import Blueprint, Response, abort, current_app, request
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from survey import migrations
from survey.refusal import Refusal
from survey.web import logs
from survey.web.access import PUBLIC
from survey.web.site import site

if TYPE_CHECKING:
    from prometheus_client import CollectorRegistry

health = Blueprint("health", __name__)
health.add_url_rule("/healthz", "alive", methods=["GET"], who=PUBLIC)
health.add_url_rule("/readyz", "ready", methods=["GET"], who=PUBLIC)
health.add_url_rule("/metrics", "metrics", methods=["GET"], who=PUBLIC)

LEAST_FREE = 32_000_000  # bytes: said before the first answer is refused
_FORWARDED = ("Forwarded", "X-Forwarded-For", "X-Real-IP")


@health.endpoint("health.alive")
def alive() -> Response:
    """The process answers."""
    return Response("alive\n", mimetype="text/plain")


@health.endpoint("health.ready")
def ready() -> Response:
    """The databases answer, have the schema that this code expects, and keep what is written."""
    trouble = _trouble()
    if trouble:
        return Response(f"not ready: {trouble}\n", status=503, mimetype="text/plain")
    return Response("ready\n", mimetype="text/plain")


def _trouble() -> str:
    """Why no answers can be taken; empty when they can."""
    try:
        with site().stores.main.reading() as connection:
            connection.execute(text("SELECT 1"))
        migrations.check(site().stores)
    except Refusal:
        return "a database has another schema"
    except (SQLAlchemyError, OSError):
        return "a database does not answer"
    if site().stores.main.refuses:
        return "the database does not keep what is written"
    if shutil.disk_usage(site().home.path).free < LEAST_FREE:
        return "the disk is full"
    return ""


@health.endpoint("health.metrics")
def metrics() -> Response:
    """Counts for a monitor on this machine, or for one that knows the token."""
    if not (_is_local() or _knows_the_token()):
        abort(403)
    registry: CollectorRegistry = current_app.extensions[logs.COUNTS]
    return Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


def _is_local() -> bool:
    # a proxy that the settings do not know would make everybody local
    if any(name in request.headers for name in _FORWARDED):
        return False
    try:
        return ip_address(request.remote_addr or "").is_loopback
    except ValueError:
        return False


def _knows_the_token() -> bool:
    token = site().settings.metrics_token
    shown = request.headers.get("Authorization", "")
    return bool(token) and hmac.compare_digest(shown.encode(), f"Bearer {token}".encode())
