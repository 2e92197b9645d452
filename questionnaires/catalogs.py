"""Wordings in further languages: gettext catalogs, msgctxt the text's key, msgid the source text.

The catalog of a definition `forms/errand.yaml` in English is `forms/errand.en.po`. Those of the definitions
that ship with the program stand with its other translations: `translations/<language>/LC_MESSAGES/<name>.po`
beside this package, in the source tree and in an installed copy alike.
"""

from __future__ import annotations

import unicodedata
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from babel.core import UnknownLocaleError
from babel.messages.catalog import Catalog
from babel.messages.pofile import PoFileError, read_po, write_po

from questionnaires.document import read_text
from questionnaires.faults import Fault
from questionnaires.model import Wording
from questionnaires.wording import source_texts

if TYPE_CHECKING:
    from questionnaires.model import Instrument

DEFINITIONS = Path(__file__).parent / "definitions"
TRANSLATIONS = Path(__file__).parents[1] / "translations"

# Without dates and names: a catalog changes when a wording does.
_HEADER = (
    'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=UTF-8\\n"\n'
    '"Content-Transfer-Encoding: 8bit\\n"\n"Language: {language}\\n"\n\n'
)


def catalog_file(definition: Path, language: str) -> Path:
    """Where the catalog of a definition in a language stands, or belongs."""
    if definition.resolve().parent != DEFINITIONS.resolve():
        return definition.with_name(f"{definition.stem}.{language}.po")
    return TRANSLATIONS / language / "LC_MESSAGES" / f"{definition.stem}.po"


def read_catalog(instrument: Instrument, language: str, file: Path) -> tuple[Wording, list[Fault]]:
    """The wording of a language from its catalog, with what is missing, stale, fuzzy or foreign in it."""
    source = {text.key: text for text in source_texts(instrument)}
    catalog = _parse(file, language)
    if isinstance(catalog, Fault):
        return Wording(language=language, texts={}), [catalog]
    wanted = dict(source)
    found: dict[str, str] = {}
    faults = []
    for message in catalog:
        if not message.id:
            continue  # the header
        key, line = message.context or "", message.lineno or 1
        text = wanted.pop(key, None)
        if text is None:
            named = f"`{key}`" if key else f"`{message.id}` without a msgctxt"
            faults.append(Fault("TRANSLATION_UNKNOWN", (), f"No text has the key {named}.", line, str(file)))
        elif not message.string:
            wanted[key] = text
        elif message.fuzzy:
            faults.append(Fault("TRANSLATION_FUZZY", (), f"`{key}` is fuzzy.", line, str(file)))
        elif message.id != text.text:
            detail = f"`{key}` translates “{message.id}”, the source says “{text.text}”."
            faults.append(Fault("TRANSLATION_STALE", (), detail, line, str(file)))
        else:
            found[key] = str(message.string)
    faults.extend(
        Fault("TRANSLATION_MISSING", (), f"`{key}` (“{text.text}”) is not in {language}.", 1, str(file))
        for key, text in wanted.items()
    )
    return Wording(language=language, texts=found), faults


def _parse(file: Path, language: str) -> Catalog | Fault:
    text = read_text(file)
    if isinstance(text, Fault):
        code = "CATALOG_MISSING" if text.code == "NO_FILE" else "CATALOG_BROKEN"
        return Fault(code, (), text.message, text.line or 1, str(file))
    try:
        return read_po(BytesIO(text.encode("utf-8")), locale=language, charset="utf-8", abort_invalid=True)
    except (PoFileError, ValueError, UnknownLocaleError) as error:
        return Fault("CATALOG_BROKEN", (), f"{error}.", 1, str(file))


def refreshed_catalog(instrument: Instrument, language: str, file: Path) -> str:
    """The catalog brought up to the instrument: every key in order, the old translation where there was one.

    What is new stays empty, and what was translated from another wording is marked fuzzy; both are findings
    until somebody has looked.

    Raises:
        ValueError: the present catalog cannot be read.
    """
    old = _parse(file, language) if file.exists() else Catalog(locale=language)
    if isinstance(old, Fault):
        raise ValueError(f"{old.file}:{old.line}: {old.message}")  # noqa: TRY004 - a fault of the file
    known = {message.context: message for message in old if message.id}
    catalog = Catalog(locale=language)
    for text in source_texts(instrument):
        message = known.get(text.key)
        string = str(message.string) if message else ""
        stale = message is not None and (message.fuzzy or message.id != text.text)
        catalog.add(text.text, string, context=text.key, flags=["fuzzy"] if stale and string else [])
    output = BytesIO()
    write_po(output, catalog, width=0, omit_header=True)
    body = unicodedata.normalize("NFC", output.getvalue().decode("utf-8"))
    return _HEADER.format(language=language) + body
