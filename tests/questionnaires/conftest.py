from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

DEFINITIONS = Path(__file__).parents[1] / "definitions"

SAMPLE = (DEFINITIONS / "features" / "construct_role.yaml").read_text(encoding="utf-8")


@pytest.fixture
def sample(tmp_path: Path) -> Callable[..., Path]:
    """Write a small valid definition with some texts replaced, and give its path."""

    def write(*replacements: tuple[str, str]) -> Path:
        text = SAMPLE
        for old, new in replacements:
            assert old in text
            text = text.replace(old, new, 1)
        file = tmp_path / "sample.yaml"
        file.write_text(text, encoding="utf-8", newline="\n")
        return file

    return write
