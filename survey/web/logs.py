"""What the server writes down: JSON without answers, tokens or addresses; of interviews nothing but counts.

Errors are told by their kind and where in the code they arose. Their message is left out: it may quote what
a person sent.
"""

from __future__ import annotations

import sys
import time
import traceback
import uuid
from typing import TYPE_CHECKING, TextIO

import structlog
from flask import g, request
from prometheus_client import CollectorRegistry, Counter

if TYPE_CHECKING:
    from flask import Flask, Response
    from structlog.typing import FilteringBoundLogger

COUNTS = "longdan-counts"
UNWRITTEN = ("/s/", "/k/", "/withdraw", "/static/")


def logger(stream: TextIO | None = None) -> FilteringBoundLogger:
    """A logger that writes one JSON object a line, to stderr unless told otherwise."""
    log: FilteringBoundLogger = structlog.wrap_logger(
        structlog.PrintLogger(stream or sys.stderr),
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="%Y-%m-%dT%H:%MZ", utc=True),
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(20),
    )
    return log


def register(app: Flask) -> None:
    """Number every request, count every answer, write down those of no interview."""
    registry = CollectorRegistry()
    app.extensions[COUNTS] = registry
    pages = Counter("longdan_pages", "Pages answered", ("page", "status"), registry=registry)
    app.before_request(_begin)

    @app.after_request
    def count(response: Response) -> Response:
        endpoint = request.endpoint or "none"
        pages.labels(endpoint, f"{response.status_code // 100}xx").inc()
        response.headers["X-Request-ID"] = g.request_id
        rule = request.url_rule.rule if request.url_rule else ""
        if rule and not rule.startswith(UNWRITTEN):
            milliseconds = round((time.perf_counter() - g.begun) * 1000)
            logger().info(
                "page",
                request=g.request_id,
                method=request.method,
                page=rule,
                status=response.status_code,
                ms=milliseconds,
            )
        return response


def _begin() -> None:
    g.request_id = uuid.uuid4().hex
    g.begun = time.perf_counter()


def crash(error: BaseException) -> None:
    """Write down an error in the program: its kind and the lines it came through."""
    frames = traceback.extract_tb(error.__traceback__)
    logger().error(
        "crash",
        request=g.get("request_id", ""),
        page=request.endpoint or "",
        kind=type(error).__name__,
        where=[f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames[-8:]],
    )
