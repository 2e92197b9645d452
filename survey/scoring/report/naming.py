"""How agencies are named, put in order and grouped into peers."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from survey.i18n import sort_key
from survey.scoring.report.contents import COMMUNE_KINDS

if TYPE_CHECKING:
    from survey.i18n import Language
    from survey.scoring.report.contents import Agency

_COMMUNE_HEAD = re.compile(r"^(?:ủy ban nhân dân\s+)?(?:phường|xã|đặc khu)\s+", re.IGNORECASE)
_PEERS = {"so": "so", **dict.fromkeys(COMMUNE_KINDS, "commune")}


def display_name(agency: Agency, language: Language) -> str:
    """The name at the head of a line: a commune with the word for its kind, others as registered."""
    name = agency.name
    if agency.kind not in COMMUNE_KINDS or _COMMUNE_HEAD.match(name):
        return name
    if agency.kind == "phuong":
        return language.gettext("%(name)s ward", name=name)
    if agency.kind == "xa":
        return language.gettext("%(name)s commune", name=name)
    return language.gettext("%(name)s special zone", name=name)


def name_in_sentence(agency: Agency, language: Language) -> str:
    """The name inside a sentence: Vietnamese writes phường, xã, đặc khu small there."""
    name = display_name(agency, language)
    if language.code == "vi" and agency.kind in COMMUNE_KINDS:
        return name[0].lower() + name[1:]
    return name


def alphabet_key(agency: Agency) -> str:
    """The key by which a reader looks a name up: communes by their proper name, whatever their kind."""
    proper = _COMMUNE_HEAD.sub("", agency.name) if agency.kind in COMMUNE_KINDS else agency.name
    return sort_key(proper)


def peers_of(kind: str) -> str:
    """The peers among which an agency stands: communes of every kind are one, else its own kind."""
    return _PEERS.get(kind, kind)


def peers_title(peers: str, language: Language) -> str:
    """The heading over a group of peers; a kind of the user's own registry is its own name."""
    if peers == "commune":
        return language.gettext("Wards, communes and special zones")
    if peers == "so":
        return language.gettext("Departments")
    return peers or language.gettext("Agencies")
