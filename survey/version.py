"""The version of the code, as installed."""

from __future__ import annotations

from importlib import metadata


def version() -> str:
    """The version of the distribution `longdan`."""
    return metadata.version("longdan")
