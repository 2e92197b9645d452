"""Catalogs are whole and fresh: nothing fuzzy, empty or obsolete, and the texts are those of the code.

That the catalogs of definitions have the keys of their definition is checked where definitions are checked.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po

from tests.contracts.tree import ROOT, files, place, plant

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from babel.messages.catalog import Catalog, Message

PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]|\{\w*\}")
INTERFACE = "interface"


def catalog_faults(root: Path) -> list[str]:
    """What is wrong inside the catalogs of a tree."""
    return [
        f"{place(path, root)}: {fault}"
        for path in files(root, ".po", within=("translations",))
        for fault in [*_faults(_catalog(path)), *_stray(path, root)]
    ]


def _catalog(path: Path) -> Catalog:
    with path.open("rb") as file:
        return read_po(file, locale=path.parts[-3], abort_invalid=True)


def _faults(catalog: Catalog) -> Iterator[str]:
    yield from (f"obsolete: {_first(message)}" for message in catalog.obsolete.values())
    for message in catalog:
        if message.id:
            yield from (f"{fault}: {_first(message)}" for fault in _faults_of(message))


def _faults_of(message: Message) -> Iterator[str]:
    sources, texts = _forms(message.id), _forms(message.string)
    if message.fuzzy:
        yield "fuzzy"
    if not texts or not all(texts):
        yield "untranslated"
        return
    expected = {placeholder for source in sources for placeholder in PLACEHOLDER.findall(source)}
    if any(set(PLACEHOLDER.findall(text)) != expected for text in texts):
        yield "other placeholders"
    if any(not unicodedata.is_normalized("NFC", text) for text in texts):
        yield "not NFC"


def _forms(text: str | tuple[str, ...] | list[str]) -> list[str]:
    return [text] if isinstance(text, str) else list(text)


def _first(message: Message) -> str:
    return _forms(message.id)[0]


def _stray(path: Path, root: Path) -> Iterator[str]:
    definition = root / "questionnaires" / "definitions" / f"{path.stem}.yaml"
    if path.stem != INTERFACE and not definition.is_file():
        yield "belongs to no definition"


def stale_interface(root: Path) -> list[str]:
    """Texts in the code that an interface catalog lacks, and texts in it that the code no longer has."""
    with (root / "translations" / "babel.cfg").open(encoding="utf-8") as file:
        methods, options = parse_mapping_cfg(file)
    in_code = {
        _forms(text)[0]
        for _, _, text, _, _ in extract_from_dir(root / "survey", method_map=methods, options_map=options)
    }
    found = []
    for path in sorted((root / "translations").glob(f"*/LC_MESSAGES/{INTERFACE}.po")):
        in_catalog = {_first(message) for message in _catalog(path) if message.id}
        found += [f"{path.parts[-3]} lacks: {text}" for text in sorted(in_code - in_catalog)]
        found += [f"{path.parts[-3]} no longer needs: {text}" for text in sorted(in_catalog - in_code)]
    return found


def test_the_catalogs_are_whole() -> None:
    assert catalog_faults(ROOT) == []


def test_each_fault_of_a_catalog_is_found(tmp_path: Path) -> None:
    head = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n\n'
    plant(
        tmp_path,
        {
            "translations/vi/LC_MESSAGES/interface.po": head
            + '#, fuzzy\nmsgid "Score"\nmsgstr "Điểm"\n\n'
            + 'msgid "Basis"\nmsgstr ""\n\n'
            + 'msgid "%(low)s to %(high)s"\nmsgstr "%(low)s đến %(hight)s"\n\n'
            + 'msgid "One"\nmsgid_plural "%(number)s"\nmsgstr[0] "%(number)s"\n\n'
            + f'msgid "Agency"\nmsgstr "{unicodedata.normalize("NFD", "Cơ quan")}"\n\n'
            + '#~ msgid "Old"\n#~ msgstr "Cũ"\n',
            "translations/vi/LC_MESSAGES/gone.po": head,
        },
    )
    interface = "translations/vi/LC_MESSAGES/interface.po"
    assert catalog_faults(tmp_path) == [
        "translations/vi/LC_MESSAGES/gone.po: belongs to no definition",
        f"{interface}: obsolete: Old",
        f"{interface}: fuzzy: Score",
        f"{interface}: untranslated: Basis",
        f"{interface}: other placeholders: %(low)s to %(high)s",
        f"{interface}: not NFC: Agency",
    ]


def test_the_interface_says_what_the_code_says() -> None:
    assert stale_interface(ROOT) == []


def test_vietnamese_is_among_the_languages() -> None:
    assert (ROOT / "translations" / "vi" / "LC_MESSAGES" / f"{INTERFACE}.po").is_file()


def test_a_text_missing_and_a_text_left_over_are_found(tmp_path: Path) -> None:
    plant(
        tmp_path,
        {
            "translations/babel.cfg": (ROOT / "translations" / "babel.cfg").read_text(encoding="utf-8"),
            "translations/vi/LC_MESSAGES/interface.po": 'msgid "Kept"\nmsgstr "a"\nmsgid "Old"\nmsgstr "b"\n',
            "survey/page.py": "language.gettext('Kept')\nlanguage.ngettext('One', 'Many', 2)\n",
            "survey/templates/page.html": "<p>{{ _('New') }}</p>{% trans %}Said{% endtrans %}",
        },
    )
    assert stale_interface(tmp_path) == [
        "vi lacks: New",
        "vi lacks: One",
        "vi lacks: Said",
        "vi no longer needs: Old",
    ]
