"""What every page shares: its words, how it is to look, and a length that does not tell what it says.

Who owns the network sees how long a page is. So pages are filled up to whole blocks: inside the header of
the compressed form, where the standard has room for it (RFC 1952, FEXTRA), else by spaces at the end.
"""

from __future__ import annotations

import struct
import zlib
from typing import TYPE_CHECKING, Any

from flask import request

from survey import i18n
from survey.web import cookies
from survey.web.site import site, speech

if TYPE_CHECKING:
    from flask import Flask, Response

BLOCK = 2048
THEMES = ("auto", "light", "dark", "contrast")
SIZES = ("normal", "large")
SOUNDS = ("off", "on")


def register(app: Flask) -> None:
    """Give templates their words, and answers their length."""
    app.context_processor(_words)
    app.after_request(_fill_up)


def chosen(name: str, allowed: tuple[str, ...]) -> str:
    """What the reader chose for a setting of the display; the first where nothing or nonsense."""
    value = cookies.take(name)
    return value if value in allowed else allowed[0]


def own_path(address: str, *, otherwise: str = "/") -> str:
    """Path and query of an address that somebody gave, if it is one of this site and nothing else."""
    is_path = address.startswith("/") and not address.startswith("//") and address.isprintable()
    return address if is_path and not set(address) & {"\\", "#"} else otherwise


def _words() -> dict[str, Any]:
    language = speech()
    other = next(code for code in i18n.LANGUAGES if code != language.code)
    return {
        "language": language,
        "_": language.gettext,
        "ngettext": language.ngettext,
        "other_language": other,
        "here": request.path,
        "settings": site().settings,
        "theme": chosen("theme", THEMES),
        "size": chosen("size", SIZES),
        "sound": chosen("sound", SOUNDS),
    }


def _fill_up(response: Response) -> Response:
    if response.mimetype != "text/html" or response.direct_passthrough:
        return response
    body = response.get_data()
    response.vary.add("Accept-Encoding")
    if request.accept_encodings["gzip"]:
        response.set_data(compressed(body))
        response.content_encoding = "gzip"
    else:
        response.set_data(body + b" " * (-len(body) % (4 * BLOCK)))
    return response


def compressed(body: bytes) -> bytes:
    """The bytes as gzip, filled up to whole blocks within the header."""
    packer = zlib.compressobj(6, zlib.DEFLATED, -zlib.MAX_WBITS)
    packed = packer.compress(body) + packer.flush()
    trailer = struct.pack("<II", zlib.crc32(body), len(body) & 0xFFFFFFFF)
    filling = -(12 + len(packed) + len(trailer)) % BLOCK
    header = b"\x1f\x8b\x08\x04\x00\x00\x00\x00\x00\xff" + struct.pack("<H", filling)
    return header + bytes(filling) + packed + trailer
