"""Definitions: a YAML file becomes an instrument, or is refused with every fault at once.

Two passes: the shape of the document (`shape.py`), then what its parts mean together (`checks/`), then the
catalogs of its further languages.
"""

from __future__ import annotations

import dataclasses
from pathlib import Path

from questionnaires.catalogs import DEFINITIONS, catalog_file, read_catalog
from questionnaires.checks import VIETNAMESE, faults_of
from questionnaires.checks.languages import known
from questionnaires.document import read
from questionnaires.faults import Fault
from questionnaires.finding_codes import CODES
from questionnaires.findings import DefinitionError, Finding, Severity
from questionnaires.model import Instrument, Measure, Origin, Recipe, Rule, Wording
from questionnaires.shape import shape

ALL_RECIPES = tuple(Recipe(measure=measure, rule=rule) for rule in Rule for measure in Measure)


def load(path: Path | str) -> Instrument:
    """The instrument that a definition describes, in all its languages.

    A definition without `recipes` gets all of them with equal weights.

    Raises:
        DefinitionError: the definition has errors; all of them, in the order of the lines.
    """
    instrument, findings = _examine(Path(path))
    errors = [finding for finding in findings if finding.severity is Severity.ERROR]
    if errors or instrument is None:
        raise DefinitionError(errors)
    return instrument


def check(path: Path | str) -> list[Finding]:
    """Every finding about a definition, advice included, in the order of the lines."""
    return _examine(Path(path))[1]


def shipped_names() -> tuple[str, ...]:
    """The names of the definitions that come with the program."""
    return tuple(sorted(file.stem for file in DEFINITIONS.glob("*.yaml")))


def shipped(name: str) -> Instrument:
    """A definition that comes with the program.

    Raises:
        DefinitionError: there is none of that name.
    """
    if name not in shipped_names():
        message = f"No definition `{name}` comes with the program; there are {', '.join(shipped_names())}."
        raise DefinitionError([_finding(Fault("NO_FILE", (), message, 1), f"{name}:1", None)])
    return load(DEFINITIONS / f"{name}.yaml")


def _examine(file: Path) -> tuple[Instrument | None, list[Finding]]:
    document = read(file)
    faults = list(document.faults)
    instrument = None
    if document.data:
        shaped = shape(document)
        instrument = shaped.instrument
        faults += shaped.faults
        if instrument is not None:
            found = faults_of(instrument)
            if shaped.whole:
                instrument, of_catalogs = _translated(instrument, file)
                found += of_catalogs
            else:
                found = [fault for fault in found if not CODES[fault.code].dangling]
            faults += _gathered(found, instrument)
            instrument = _with_recipes(instrument)
    placed = sorted(
        (fault.file or "", fault.line or document.line(fault.path), fault.code, fault) for fault in faults
    )
    return instrument, [
        _finding(fault, f"{catalog or file}:{line}", instrument) for catalog, line, _, fault in placed
    ]


def _translated(instrument: Instrument, file: Path) -> tuple[Instrument, list[Fault]]:
    wordings: list[Wording] = []
    faults: list[Fault] = []
    for wording in instrument.wordings:
        if not known(wording.language):
            continue
        read_wording, found = read_catalog(instrument, wording.language, catalog_file(file, wording.language))
        wordings.append(read_wording)
        faults += found
    return dataclasses.replace(instrument, wordings=tuple(wordings)), faults


def _with_recipes(instrument: Instrument) -> Instrument:
    return instrument if instrument.recipes else dataclasses.replace(instrument, recipes=ALL_RECIPES)


def _gathered(faults: list[Fault], instrument: Instrument) -> list[Fault]:
    """One advice a rule for wording from outside: nobody can mend it, so the first place is enough."""
    if instrument.origin is Origin.OWN:
        return faults
    gathered = [fault for fault in faults if not CODES[fault.code].policy]
    for code in sorted({fault.code for fault in faults if CODES[fault.code].policy}):
        same = [fault for fault in faults if fault.code == code]
        more = f" The same holds at {len(same) - 1} other places." if len(same) > 1 else ""
        gathered.append(same[0]._replace(message=same[0].message + more))
    return gathered


def _finding(fault: Fault, where: str, instrument: Instrument | None) -> Finding:
    code = CODES[fault.code]
    severity = code.severity
    if code.policy and instrument is not None and not _ours_in_vietnamese(instrument):
        severity = Severity.ADVICE
    return Finding(code=fault.code, severity=severity, where=where, message=fault.message, remedy=code.remedy)


def _ours_in_vietnamese(instrument: Instrument) -> bool:
    return instrument.origin is Origin.OWN and instrument.source_language == VIETNAMESE
