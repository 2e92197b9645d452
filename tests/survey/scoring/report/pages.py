"""A page read back as a tree, so that a test can ask what stands in it."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_EMPTY = {"meta", "br", "link", "img", "input", "hr"}


@dataclass
class Node:
    """An element with its attributes and what it holds."""

    tag: str
    attributes: dict[str, str]
    children: list[Node | str] = field(default_factory=list)

    @property
    def classes(self) -> set[str]:
        """Its classes."""
        return set(self.attributes.get("class", "").split())

    @property
    def text(self) -> str:
        """All its text, white space made single, no-break spaces plain."""
        parts = [child if isinstance(child, str) else f" {child.text} " for child in self.children]
        return " ".join("".join(parts).replace("\N{NO-BREAK SPACE}", " ").split())

    def all(self, tag: str = "", within: str = "") -> Iterator[Node]:
        """Every element below of that tag and class, in the order of the page."""
        for child in self.children:
            if isinstance(child, Node):
                if tag in {"", child.tag} and (not within or within in child.classes):
                    yield child
                yield from child.all(tag, within)

    def one(self, tag: str = "", within: str = "") -> Node:
        """The only such element."""
        (found,) = self.all(tag, within)
        return found


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = Node("", {})
        self.open = [self.root]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_startendtag(tag, attrs)
        if tag not in _EMPTY:
            node = self.open[-1].children[-1]
            assert isinstance(node, Node)
            self.open.append(node)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.open[-1].children.append(Node(tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        assert self.open[-1].tag == tag, f"</{tag}> closes <{self.open[-1].tag}>"
        self.open.pop()

    def handle_data(self, data: str) -> None:
        self.open[-1].children.append(data)


def read(html: str) -> Node:
    """The page as a tree; an element left open or closed out of turn fails the test."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    assert reader.open == [reader.root]
    return reader.root


def plot_rows(page: Node) -> dict[str, Node]:
    """The row of each agency in the interval plot, by its name."""
    rows = [row for table in page.all("table", "scores") for row in table.all("tr")]
    return {link.text: row for row in rows for link in row.all("a")}
