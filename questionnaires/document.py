"""A YAML file as plain data with the line of every node.

Only plain YAML 1.2 is read: one document, no anchors, aliases or tags, no key twice, at most 1 MB and 40
levels, UTF-8, every text stored as NFC. Nothing in a definition can make the reader do more work than its
size says.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    CollectionEndEvent,
    CollectionStartEvent,
    DocumentStartEvent,
    ScalarEvent,
)
from ruamel.yaml.nodes import MappingNode, ScalarNode, SequenceNode

from questionnaires.faults import Fault, Path

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path as FilePath

    from ruamel.yaml.events import Event
    from ruamel.yaml.nodes import Node

MAX_BYTES = 1_000_000
MAX_DEPTH = 40
_TYPED = {f"tag:yaml.org,2002:{name}" for name in ("null", "bool", "int", "float")}


@dataclass
class Document:
    """The data of one definition, the line of each path in it, and what kept it from being read."""

    data: dict[str, Any] = field(default_factory=dict)
    lines: dict[Path, int] = field(default_factory=lambda: {(): 1})
    faults: list[Fault] = field(default_factory=list)

    def line(self, path: Path) -> int:
        """The line of a path, or of the nearest node around it."""
        while path not in self.lines:
            path = path[:-1]
        return self.lines[path]

    def cut(self, path: Path) -> None:
        """Take a node out, so that what is left can still be read; later members of a list move up."""
        parent: Any = self.data
        for step in path[:-1]:
            parent = parent[step]
        del parent[path[-1]]
        moved = {}
        for known, line in self.lines.items():
            if known[: len(path)] == path:
                continue
            moved[_moved_up(known, path)] = line
        self.lines = moved


def _moved_up(known: Path, gone: Path) -> Path:
    place = len(gone) - 1
    if known[:place] != gone[:place] or len(known) <= place:
        return known
    index, cut = known[place], gone[place]
    if isinstance(index, int) and isinstance(cut, int) and index > cut:
        return (*known[:place], index - 1, *known[place + 1 :])
    return known


def read_text(file: FilePath) -> str | Fault:
    """The file's text in NFC without a byte order mark, or why it cannot be had."""
    try:
        if file.stat().st_size > MAX_BYTES:
            return Fault("TOO_LARGE", (), f"The file has {file.stat().st_size:,} bytes.")
        content = file.read_bytes()
    except OSError as error:
        return Fault("NO_FILE", (), f"The file cannot be read: {error.strerror}.")
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        return Fault("NOT_UTF8", (), f"The byte 0x{content[error.start]:02x} is not UTF-8 text.", line)
    return unicodedata.normalize("NFC", text.removeprefix("\ufeff"))


def read(file: FilePath) -> Document:
    """Read a YAML file; the document has faults where it cannot be used as data."""
    text = read_text(file)
    if isinstance(text, Fault):
        return Document(faults=[text])
    try:
        faults = list(_forbidden(text))
        node = None if faults else YAML(typ="safe", pure=True).compose(text)
    except YAMLError as error:
        return Document(faults=[_syntax(error)])
    if faults:
        return Document(faults=faults)
    if node is None:
        return Document(faults=[Fault("EMPTY_FILE", (), "The file holds no YAML.")])
    if not isinstance(node, MappingNode):
        line = node.start_mark.line + 1
        return Document(faults=[Fault("NOT_A_MAPPING", (), f"The document is a {node.id}.", line)])
    document = Document()
    document.data = _Builder(document).mapping(node, ())
    return document


def _syntax(error: YAMLError) -> Fault:
    if isinstance(error, MarkedYAMLError):
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        problem = " ".join(str(error.problem or error.context or "The syntax is wrong").split())
        return Fault("NOT_YAML", (), f"{problem[0].upper()}{problem[1:].rstrip('.')}.", line)
    return Fault("NOT_YAML", (), " ".join(str(error).split())[:200] + ".")


def _forbidden(text: str) -> Iterator[Fault]:
    """What YAML allows and a definition does not; read from events, so that nesting costs no recursion."""
    depth = documents = 0
    for event in YAML(typ="safe", pure=True).parse(text):
        line = event.start_mark.line + 1
        if isinstance(event, DocumentStartEvent):
            documents += 1
            if documents == 2:  # noqa: PLR2004 - the second document is the first too many
                yield Fault("NOT_YAML", (), "A second document begins.", line)
        if isinstance(event, CollectionStartEvent):
            depth += 1
        elif isinstance(event, CollectionEndEvent):
            depth -= 1
        if depth > MAX_DEPTH:
            yield Fault("TOO_DEEP", (), f"Level {depth} begins.", line)
            return
        yield from _shorthand(event, line)


def _shorthand(event: Event, line: int) -> Iterator[Fault]:
    if isinstance(event, AliasEvent):
        yield Fault("ALIAS", (), f"The alias *{event.anchor} is used.", line)
    elif isinstance(event, (CollectionStartEvent, ScalarEvent)):
        if event.anchor:
            yield Fault("ALIAS", (), f"The anchor &{event.anchor} is set.", line)
        if event.tag:
            yield Fault("ALIAS", (), f"The tag {event.tag} is set.", line)


class _Builder:
    """Turns nodes into plain data, noting lines and faults in the document."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.constructor = YAML(typ="safe", pure=True).constructor

    def build(self, node: Node, path: Path) -> Any:
        self.document.lines.setdefault(path, node.start_mark.line + 1)
        if isinstance(node, MappingNode):
            return self.mapping(node, path)
        if isinstance(node, SequenceNode):
            return [self.build(child, (*path, index)) for index, child in enumerate(node.value)]
        return self.scalar(node, path)

    def mapping(self, node: MappingNode, path: Path) -> dict[str, Any]:
        mapping: dict[str, Any] = {}
        for key_node, value_node in node.value:
            line = key_node.start_mark.line + 1
            if not isinstance(key_node, ScalarNode):
                self.document.faults.append(Fault("WRONG_TYPE", path, "A key is not text.", line))
                continue
            key = str(key_node.value)
            if key in mapping:
                message = f"The key `{key}` stands already on line {self.document.lines[*path, key]}."
                self.document.faults.append(Fault("DUPLICATE_KEY", path, message, line))
                continue
            self.document.lines[*path, key] = line
            mapping[key] = self.build(value_node, (*path, key))
        return mapping

    def scalar(self, node: Node, path: Path) -> str | int | float | bool | None:
        """By the core schema of YAML 1.2; dates and whatever else stay the text that was written."""
        if node.tag not in _TYPED:
            return self.text(node, path)
        try:
            value: int | float | bool | None = self.constructor.construct_object(node)
        except ValueError:  # more digits than Python converts
            return str(node.value)
        return value

    def text(self, node: Node, path: Path) -> str:
        text = unicodedata.normalize("NFC", str(node.value))  # an escape may have brought NFD
        if any("\ud800" <= letter <= "\udfff" for letter in text):
            line = node.start_mark.line + 1
            self.document.faults.append(Fault("WRONG_TYPE", path, "The text holds half a character.", line))
        return text
