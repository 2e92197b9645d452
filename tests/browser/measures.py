"""What is measured on a page in a browser, and how a test waits: until something is so, never for a time."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from axe_playwright_python.sync_playwright import Axe

if TYPE_CHECKING:
    from playwright.sync_api import Page

PATIENCE = 60  # seconds after which what has not come is a fault, on a slow and busy machine too
WIDTHS = (320, 390, 1280)
# WCAG 2.2, 1.4.12: what a reader may set without losing anything.
TEXT_SPACING = (
    "* { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important }"
    "p { margin-bottom: 2em !important }"
)
CUT_WORDS = r"""() => {
  const cut = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode;
    if (node.parentElement.closest('.hash, .hidden, svg, style')) continue;
    for (const word of node.data.matchAll(/\p{Number}[\p{Number}.,%–−-]*|[\p{Letter}\p{Mark}]+/gu)) {
      const range = document.createRange();
      range.setStart(node, word.index);
      range.setEnd(node, word.index + word[0].length);
      const lines = new Set([...range.getClientRects()].map((box) => Math.round(box.top)));
      if (lines.size > 1) cut.push(word[0]);
    }
  }
  return cut;
}"""
SIDEWAYS = "() => document.documentElement.scrollWidth - window.innerWidth"
RING = (
    """(one) => getComputedStyle(one.matches('.answer input') ? one.nextElementSibling : one).outlineWidth"""
)
# A device that has a Vietnamese and an English voice, its own or one that sends the text elsewhere.
VOICES = """(() => {
  window.said = [];
  const voices = ['vi-VN', 'en-GB'].map((lang) => ({lang, localService: %s, name: lang}));
  Object.defineProperty(speechSynthesis, 'getVoices', {value: () => voices});
  Object.defineProperty(speechSynthesis, 'speak', {value: (words) => window.said.push(words)});
  window.SpeechSynthesisUtterance = class { constructor(text) { this.text = text } };
})()"""


def violations(page: Page) -> list[str]:
    """What axe-core finds, rule and places."""
    found = Axe().run(page).response["violations"]
    return [f"{rule['id']}: {[node['target'] for node in rule['nodes']][:3]}" for rule in found]


def watch(page: Page) -> list[str]:
    """What the browser complains of from now on, violations of the page's policy among it."""
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    return said


def press(page: Page, selector: str) -> None:
    """Press a control by the pointer and wait for the page to which it leads."""
    with page.expect_navigation():
        page.click(selector)


def until(page: Page, condition: str) -> None:
    """Wait until a condition holds, which is a function of JavaScript; pages forbid what playwright has."""
    end = time.monotonic() + PATIENCE
    while not page.evaluate(condition):
        assert time.monotonic() < end, f"never so: {condition}"
        page.wait_for_timeout(20)


def tab_to(page: Page, selector: str) -> None:
    """Press Tab until the focus is there and shows it."""
    wanted = page.locator(selector).first
    for _ in range(120):
        if wanted.evaluate("(one) => one === document.activeElement"):
            assert wanted.evaluate(RING) == "3px", selector
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"the keyboard does not reach {selector}")
