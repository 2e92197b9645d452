"""Files of the pages: read and compressed once at the start, named by their content, kept by browsers."""

from __future__ import annotations

import gzip
import hashlib
import mimetypes
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from flask import Blueprint, Response, abort, current_app, request

from survey.web.access import PUBLIC

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flask import Flask

FOLDER = Path(__file__).parent / "static"
files = Blueprint("files", __name__)
files.add_url_rule("/static/<version>/<path:name>", "serve", methods=["GET"], who=PUBLIC)

_EXTENSION = "longdan-files"
_TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml", ".woff2": "font/woff2"}
_TEXT = {".css", ".js", ".svg"}
_KEPT = "public, max-age=31536000, immutable"
_NAMED = re.compile(rb'url\("([^"]+)"\)')


@dataclass(frozen=True)
class StaticFile:
    """One file in memory, as it is and compressed (where that makes it smaller)."""

    type: str
    version: str
    plain: bytes
    compressed: bytes | None


def register(app: Flask) -> None:
    """Read every static file, and tell templates where each is served."""
    plain = {
        path.relative_to(FOLDER).as_posix(): path.read_bytes() for path in FOLDER.rglob("*") if path.is_file()
    }
    app.extensions[_EXTENSION] = {name: _file(name, _addressed(name, plain)) for name in plain}
    app.register_blueprint(files)
    app.jinja_env.globals["static_file"] = address


def address(name: str) -> str:
    """Where a static file is served; the address changes with its content.

    Raises:
        KeyError: there is no such file.
    """
    return f"/static/{_files()[name].version}/{name}"


@files.endpoint("files.serve")
def serve(version: str, name: str) -> Response:
    """The file, compressed for those who take it so."""
    file = _files().get(name)
    if file is None or file.version != version:
        abort(404)
    response = Response(file.plain, content_type=file.type)
    if file.compressed is not None:
        response.vary.add("Accept-Encoding")
        if request.accept_encodings["gzip"]:
            response.set_data(file.compressed)
            response.content_encoding = "gzip"
    response.headers["Cache-Control"] = _KEPT
    return response


def _files() -> dict[str, StaticFile]:
    files: dict[str, StaticFile] = current_app.extensions[_EXTENSION]
    return files


def _addressed(name: str, plain: Mapping[str, bytes]) -> bytes:
    """A style sheet with the addresses of the files that it names; another file as it is.

    Raises:
        KeyError: it names a file that there is not.
    """
    if not name.endswith(".css"):
        return plain[name]

    def where(found: re.Match[bytes]) -> bytes:
        named = found[1].decode()
        return f'url("/static/{_version(plain[named])}/{named}")'.encode()

    return _NAMED.sub(where, plain[name])


def _version(plain: bytes) -> str:
    return hashlib.sha256(plain).hexdigest()[:12]


def _file(name: str, plain: bytes) -> StaticFile:
    suffix = Path(name).suffix
    kind = _TYPES.get(suffix) or mimetypes.guess_type(name)[0] or "application/octet-stream"
    compressed = gzip.compress(plain, 9, mtime=0) if suffix in _TEXT else None
    return StaticFile(
        type=f"{kind}; charset=utf-8" if suffix in _TEXT else kind,
        version=_version(plain),
        plain=plain,
        compressed=compressed if compressed is not None and len(compressed) < len(plain) else None,
    )
