"""Contrast computed from the style sheet's own tokens, for every theme."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from survey.scoring.report import page

CSS = (Path(page.__file__).parent / "templates" / "report.css").read_text(encoding="utf-8")
TOKEN = re.compile(r"--([a-z-]+): (#[0-9A-F]{6});")
TEXT = [
    (ink, ground) for ink in ("ink", "ink-soft", "brand", "brand-strong") for ground in ("paper", "surface")
]
MARKS = [
    (mark, ground)
    for mark in ("below", "unclear", "above", "standard", "line-strong", "ink-soft")
    for ground in ("surface", "paper")
] + [(mark, "band") for mark in ("below", "unclear", "above", "standard", "ink-soft")]


def block(after: str) -> dict[str, str]:
    """The tokens of the first `:root` after a mark."""
    return dict(TOKEN.findall(CSS[CSS.index(after) :].partition("}")[0]))


LIGHT = block(":root {")
DARK = {**LIGHT, **block("prefers-color-scheme: dark")}
PRINT = {**LIGHT, **block("@media print")}
THEMES = {"light": LIGHT, "dark": DARK, "print": PRINT}
CONTRAST = {name: {**THEMES[name], "ink-soft": THEMES[name]["ink"]} for name in ("light", "dark")}


def luminance(colour: str) -> float:
    """WCAG 2.2, relative luminance."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """WCAG 2.2, contrast ratio."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_the_formula_is_the_standards() -> None:
    assert contrast("#FFFFFF", "#000000") == pytest.approx(21)
    assert contrast("#777777", "#FFFFFF") == pytest.approx(4.48, abs=0.005)


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize(("ink", "ground"), TEXT)
def test_text_is_readable(theme: str, ink: str, ground: str) -> None:
    assert contrast(THEMES[theme][ink], THEMES[theme][ground]) >= 4.5


@pytest.mark.parametrize("theme", CONTRAST)
@pytest.mark.parametrize(("ink", "ground"), TEXT)
def test_text_is_readable_with_more_contrast(theme: str, ink: str, ground: str) -> None:
    assert contrast(CONTRAST[theme][ink], CONTRAST[theme][ground]) >= 7


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize(("mark", "ground"), MARKS)
def test_marks_are_visible(theme: str, mark: str, ground: str) -> None:
    assert contrast(THEMES[theme][mark], THEMES[theme][ground]) >= 3


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_focus_shows_on_any_ground(theme: str) -> None:
    colours = THEMES[theme]
    for ground in ("paper", "surface"):
        best = max(contrast(colours[ring], colours[ground]) for ring in ("focus", "focus-edge"))
        assert best >= 3


def test_more_contrast_makes_soft_ink_ink() -> None:
    asked = CSS[CSS.index("prefers-contrast: more") :].partition("}\n}")[0]
    assert "--ink-soft: var(--ink)" in asked
    assert "--line: var(--line-strong)" in asked


def test_no_colour_stands_outside_the_tokens() -> None:
    assert re.findall(r"#[0-9A-Fa-f]{3,8}\b", TOKEN.sub("", CSS)) == []
