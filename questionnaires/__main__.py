"""`python -m questionnaires` writes anew what is made from the code and the definitions that ship with it.

The schema for editors, and the catalogs: new texts empty, texts whose source changed marked fuzzy.
"""

from __future__ import annotations

from questionnaires import schema
from questionnaires.catalogs import DEFINITIONS, catalog_file, refreshed_catalog
from questionnaires.document import read
from questionnaires.shape import shape


def refresh() -> None:
    """Write the schema and every catalog of a definition whose shape can be read."""
    schema.write()
    for definition in sorted(DEFINITIONS.glob("*.yaml")):
        instrument = shape(read(definition)).instrument
        if instrument is None:
            continue
        for wording in instrument.wordings:
            file = catalog_file(definition, wording.language)
            file.parent.mkdir(parents=True, exist_ok=True)
            text = refreshed_catalog(instrument, wording.language, file)
            file.write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    refresh()
