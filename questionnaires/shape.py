"""The first pass: a document becomes an instrument, or its faults of shape are named, all of them.

Where a part has the wrong shape it is cut out after it was reported, so that the second pass still finds the
faults of the rest; what only dangles because of the cut is then not reported (`FindingCode.dangling`).
"""

from __future__ import annotations

import difflib
import json
from dataclasses import fields
from typing import TYPE_CHECKING, Any, NamedTuple

from pydantic import TypeAdapter, ValidationError

from questionnaires.faults import Fault, Path
from questionnaires.model import (
    Category,
    Comparison,
    Construct,
    Instrument,
    Item,
    ItemWeight,
    Junction,
    MissingCode,
    Recipe,
    ResponseScale,
    Rewording,
    Section,
)

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

    from questionnaires.document import Document

_ADAPTER = TypeAdapter(Instrument)
_UNREAD = "unread"
_REQUIRED_TEXTS = {"name", "title", "source_language"}

# What stands in each list or key of a definition; for the nearest spelling of an unknown key.
PARTS: dict[str, tuple[type, ...]] = {
    "": (Instrument,),
    "scales": (ResponseScale,),
    "categories": (Category,),
    "missing_codes": (MissingCode,),
    "constructs": (Construct,),
    "sections": (Section,),
    "items": (Item,),
    "ask_if": (Comparison, Junction),
    "conditions": (Comparison, Junction),
    "recipes": (Recipe,),
    "item_weights": (ItemWeight,),
    "rewordings": (Rewording,),
}

_EXPECTED = {
    "string_type": "text",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "greater_than_equal": "a whole number from 0",
    "tuple_type": "a list",
    "dict_type": "a mapping",
    "dataclass_type": "a mapping",
    "dataclass_exact_type": "a mapping",
}


class Shaped(NamedTuple):
    """What the first pass made; `whole` is false where a part had to be cut out."""

    instrument: Instrument | None
    faults: list[Fault]
    whole: bool


def shape(document: Document) -> Shaped:
    """Build the instrument of a document, its further languages still without texts."""
    faults = []
    if "wordings" in document.data:
        faults.append(_unknown_key(("wordings",)))
        document.cut(("wordings",))
    languages = document.data.pop("languages", [])
    document.data["wordings"] = (
        [{"language": language, "texts": {}} for language in languages]
        if isinstance(languages, list)
        else languages
    )
    whole = True
    while True:
        try:
            return Shaped(_ADAPTER.validate_json(json.dumps(document.data)), faults, whole)
        except ValidationError as error:
            found = _innermost([_fault(detail, document) for detail in error.errors(include_url=False)])
        if whole:
            faults.extend(fault._replace(path=_as_written(fault.path)) for fault in found)
            faults = [fault._replace(line=document.line(fault.path)) for fault in faults]
        whole = whole and all(fault.code == "UNKNOWN_KEY" for fault in found)
        if not _mend(document, found):
            return Shaped(None, faults, whole=False)


def _as_written(path: Path) -> Path:
    """The path in the file: what the model calls `wordings` is written as `languages`."""
    return ("languages", *path[1:2]) if path[:1] == ("wordings",) else path


def _fault(detail: ErrorDetails, document: Document) -> Fault:
    kind, loc = detail["type"], detail["loc"]
    if kind in {"unexpected_keyword_argument", "extra_forbidden"}:
        return _unknown_key(_resolve(loc, document))
    if kind == "missing":
        return Fault("MISSING_KEY", _resolve(loc[:-1], document), f"The key `{loc[-1]}` is absent.")
    if kind == "union_tag_not_found":
        return Fault("MISSING_KEY", _resolve(loc, document), "The key `operator` is absent.")
    path, context = _resolve(loc, document), detail.get("ctx", {})
    if kind == "union_tag_invalid":
        return _unknown_value((*path, "operator"), str(context["tag"]), str(context["expected_tags"]))
    if kind in {"enum", "literal_error"}:
        return _unknown_value(path, str(detail["input"]), str(context["expected"]))
    expected = _EXPECTED.get(kind, detail["msg"])
    return Fault("WRONG_TYPE", path, f"{_place(path)} must be {expected}, not {_shown(detail['input'])}.")


def _resolve(loc: tuple[int | str, ...], document: Document) -> Path:
    """The path in the data: without the names of union members that pydantic puts between."""
    node: Any = document.data
    path: list[int | str] = []
    for step in loc:
        if isinstance(node, dict):
            known = step in node
        else:
            known = isinstance(node, list) and isinstance(step, int) and step < len(node)
        if known:
            node = node[step]
            path.append(step)
    return tuple(path)


def _innermost(faults: list[Fault]) -> list[Fault]:
    """One fault a place: members of a union report the same fault, some of them further out."""
    first: dict[tuple[Path, str], Fault] = {}
    for fault in faults:
        key = fault.message if fault.code == "MISSING_KEY" else ""
        first.setdefault((fault.path, key), fault)
    wrong = [fault.path for fault in first.values() if fault.code == "WRONG_TYPE"]
    return [
        fault
        for fault in first.values()
        if fault.code != "WRONG_TYPE"
        or not any(len(path) > len(fault.path) and path[: len(fault.path)] == fault.path for path in wrong)
    ]


def _unknown_key(path: Path) -> Fault:
    parts = PARTS[next((str(step) for step in reversed(path[:-1]) if isinstance(step, str)), "")]
    known = {field.name for part in parts for field in fields(part)} - {"wordings"}
    if parts == (Instrument,):
        known.add("languages")
    close = difflib.get_close_matches(str(path[-1]), sorted(known), n=1)
    hint = f" Did you mean `{close[0]}`?" if close else f" Known are {', '.join(sorted(known))}."
    return Fault("UNKNOWN_KEY", path, f"The key `{path[-1]}` is unknown.{hint}")


def _unknown_value(path: Path, value: str, expected: str) -> Fault:
    allowed = expected.replace("'", "").replace(" or ", ", ").split(", ")
    close = difflib.get_close_matches(value, allowed, n=1)
    hint = f"did you mean `{close[0]}`?" if close else f"allowed are {', '.join(allowed)}."
    return Fault("UNKNOWN_VALUE", path, f"`{value[:60]}` is not a value of {_place(path)}: {hint}")


def _place(path: Path) -> str:
    named = next((str(step) for step in reversed(path) if isinstance(step, str)), "definition")
    return f"`{named}`"


def _shown(value: Any) -> str:
    kinds = {dict: "a mapping", list: "a list", type(None): "nothing", bool: "true or false"}
    return kinds.get(type(value)) or f"`{str(value)[:60]}`"


def _mend(document: Document, faults: list[Fault]) -> bool:
    """Cut out what has the wrong shape; false where nothing readable would be left."""
    gone: set[Path] = set()
    for fault in faults:
        path = fault.path
        if fault.code == "UNKNOWN_KEY":
            gone.add(path)
            continue
        while path and not isinstance(path[-1], int):
            path = path[:-1]
        if path:
            gone.add(path)
        elif not fault.path or fault.path[0] in _REQUIRED_TEXTS:
            for key in _REQUIRED_TEXTS:
                if not isinstance(document.data.get(key), str):
                    document.data[key] = _UNREAD
        else:
            gone.add(fault.path[:1])
    for path in sorted(gone, key=_last_first):
        if not any(path[:length] in gone for length in range(len(path))):
            document.cut(path)
    return isinstance(document.data.get("sections"), list)


def _last_first(path: Path) -> tuple[tuple[int, str], ...]:
    return tuple((-step, "") if isinstance(step, int) else (0, step) for step in path)
