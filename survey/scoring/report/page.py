"""Makes `report.html`: one file that opens from disk, with its own content security policy and no script."""

from __future__ import annotations

from base64 import b64encode
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import TYPE_CHECKING

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from survey import i18n
from survey.scoring.report import explanation
from survey.scoring.report.view import PageBuilder, standard_label

if TYPE_CHECKING:
    from survey.scoring.report.contents import ReportInput


def render(report: ReportInput, language: str) -> str:
    """The report as HTML; the same input gives the same bytes. Write it as UTF-8 with plain line feeds.

    Args:
        report: the scores of one frozen wave, with names and provenance.
        language: the code of the interface's language, vi or en.

    Raises:
        ValueError: the interface does not speak the language, or a row is withheld for an unknown reason.
    """
    speech = i18n.language(language)
    builder = PageBuilder(report, speech)
    style = _style()
    return (
        _environment()
        .get_template("report.html")
        .render(
            language=speech,
            _=speech.gettext,
            report=report,
            policy=_policy(style),
            style=Markup(style),  # noqa: S704 - our own style sheet, the only text that is not escaped
            peers=builder.peers(),
            tallies=builder.tallies(),
            lead=builder.lead(),
            badges=builder.badges(),
            axis=builder.axis,
            standard=standard_label(report, speech),
            standard_x=builder.axis.x(report.standard or 0.0) if report.compared else "",
            basis=explanation.basis_title(report, speech),
            period=explanation.period(report, speech),
            what_it_is=explanation.what_it_is(report, speech),
            limits=tuple(explanation.limits(report, speech)),
            computation=tuple(explanation.computation(report, speech)),
            provenance=tuple(explanation.provenance(report, speech)),
        )
    )


def _policy(style: str) -> str:
    """Nothing may load or run, and only this very style sheet applies."""
    digest = b64encode(sha256(style.encode()).digest()).decode()
    return f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"


@cache
def _style() -> str:
    return files("survey.scoring.report").joinpath("templates", "report.css").read_text(encoding="utf-8")


@cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("survey.scoring.report"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_refuse_bare_number,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


def _refuse_bare_number(value: object) -> object:
    """A number reaches the page only as text that states its precision.

    Raises:
        TypeError: a template placed a float.
    """
    if isinstance(value, float):
        raise TypeError(f"a template placed the bare number {value!r}; write it with its interval and basis")
    return value
