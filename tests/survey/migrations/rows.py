"""A valid row of every table, a second one beside it, and for every constraint what breaks just that one."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

NOON = datetime(2026, 3, 2, 5, 0, tzinfo=UTC)
MORNING, AFTERNOON = NOON - timedelta(hours=4), NOON + timedelta(hours=4)
DAY, LATER, EARLIER = date(2026, 3, 2), date(2026, 4, 2), date(2026, 2, 2)
HASH, OTHER_HASH = "a" * 64, "b" * 64
ARGON = "$argon2id$v=19$"
KEY, OTHER_KEY = b"a" * 32, b"b" * 32

# In the order in which they can be inserted.
ROWS: dict[str, dict[str, Any]] = {
    "organisation": {
        "id": 1, "code": "hn", "name": "Hà Nội", "kind": "city", "parent": None, "valid_from": DAY,
        "valid_to": None,
    },
    "place": {
        "id": "aaaaaaaa", "code": "p1", "name": "Ba Đình", "organisation": "hn", "valid_from": DAY,
        "valid_to": None,
    },
    "pairing": {"code_hash": KEY, "place": "aaaaaaaa", "expires": NOON},
    "device": {
        "id": 1, "place": "aaaaaaaa", "paired_on": DAY, "cookie_hash": KEY, "offered_hash": KEY,
        "renewal_key": KEY, "renewed_on": DAY, "seen": NOON, "revoked_on": None, "revoked_why": None,
    },
    "superseded_cookie": {"cookie_hash": KEY, "device": 1},
    "visitors": {"place": "aaaaaaaa", "day": DAY, "visitors": 0},
    "instrument_version": {"hash": HASH, "name": "kiosk_core", "form": "{}", "published": NOON},
    "wave": {
        "id": "w1", "instrument": "kiosk_core", "pinned": False, "from_day": DAY, "to_day": DAY,
        "basis": "open", "plan": "{}", "plan_hash": HASH, "opened": NOON, "closed": None, "frozen": None,
    },
    "wave_mode": {"wave": "w1", "mode": "web"},
    "wave_version": {"wave": "w1", "hash": HASH, "offered": NOON},
    "wave_place": {"wave": "w1", "place": "aaaaaaaa"},
    "batch": {"id": "b1", "wave": "w1", "place": "aaaaaaaa", "day": DAY},
    "inbox": {"token_hash": KEY, "batch": "b1", "receipt_hash": KEY, "sealed": b"x"},
    "sent": {"token_hash": KEY, "wave": "w1"},
    "draft": {"id": KEY, "wave": "w1", "expires": DAY, "sealed": b"x"},
    "consent_text": {"hash": HASH, "text": "x"},
    "response": {
        "id": "a" * 32, "wave": "w1", "instrument": HASH, "place": "aaaaaaaa", "received": "hn",
        "decides": "hn", "helps": "hn", "procedure": None, "channel": None, "mode": "web", "language": "vi",
        "consent": HASH, "repeat": False, "interviewer": None, "seconds": 7, "flags": "", "day": DAY,
        "draw_class": None, "receipt_hash": KEY,
    },
    "answer": {"response": "a" * 32, "variable": "v1", "code": 1, "number": None, "missing": None},
    "comment": {"response": "a" * 32, "item": "i1", "text": "x"},
    "arrival": {"wave": "w1", "place": "aaaaaaaa", "day": DAY, "hour": 0, "responses": 0},
    "withdrawal_request": {"receipt_hash": KEY},
    "withdrawal": {"wave": "w1", "place": "aaaaaaaa", "n": 0},
    "account": {
        "id": 1, "name": "an", "role": "agency", "agency": "hn", "password": ARGON, "totp_secret": b"x",
        "totp_step": 0, "made": NOON, "disabled": None,
    },
    "account_link": {
        "code_hash": KEY, "account": 1, "made": NOON, "expires": AFTERNOON, "used": None, "seen": None,
    },
    "account_setup": {
        "cookie_hash": KEY, "account": 1, "expires": NOON, "password": None, "totp_secret": b"x",
    },
    "account_session": {
        "cookie_hash": KEY, "account": 1, "began": NOON, "ends": AFTERNOON, "proved": NOON, "ended": None,
        "why": None,
    },
    "sign_in_attempt": {"name_hash": KEY, "attempts": 0, "until": NOON},
    "published_release": {
        "id": 1, "wave": "w1", "number": 1, "outside": False, "basis": "probability", "subject": "errand",
        "opened": DAY, "closed": DAY, "headline": "top2/item", "standard": 100.0, "plan": "{}",
        "plan_hash": HASH, "instruments": "[]", "data": HASH, "result": HASH, "version": "0.1.0",
        "released": NOON, "actor": "a", "hash": HASH, "head": HASH,
    },
    "published_agency": {"release": 1, "code": "hn", "name": "Hà Nội", "kind": "city"},
    "published_wording": {"release": 1, "language": "vi", "name": "title", "text": "x"},
    "published_cell": {
        "release": 1, "agency": "hn", "construct": "", "item": "", "recipe": "top2/item", "basis": "open",
        "shown": "estimate", "reason": None, "value": 500, "low": 0, "high": 1000, "bound_low": 400,
        "bound_high": 600, "missing": 200, "reach_low": 400, "reach_high": 1000, "decimals": 0, "n": 10,
        "n_valid": 10, "visitors": 10, "df": 1, "reliability": None, "decision_use": "none",
        "standing": None,
    },
    "release_withdrawal": {"release": 1, "withdrawn": NOON, "actor": "a", "reason": "x"},
    "audit_entry": {
        "number": 2, "minute": NOON, "actor": "a", "act": "a", "subject": "a", "detail": "{}",
        "previous": HASH, "hash": HASH,
    },
}  # fmt: skip

# What a second row has otherwise, so that it can stand beside the first.
BESIDE: dict[str, dict[str, Any]] = {
    "organisation": {"id": 2, "code": "hp", "parent": "hn", "valid_to": LATER},
    "lineage": {"predecessor": 2, "successor": 1, "relation": "renamed"},
    "place": {"id": "bbbbbbbb", "code": "p2", "valid_to": LATER},
    "pairing": {"code_hash": OTHER_KEY},
    "device": {
        "id": 2, "cookie_hash": OTHER_KEY, "offered_hash": None, "revoked_on": DAY, "revoked_why": "stolen",
    },
    "superseded_cookie": {"cookie_hash": OTHER_KEY},
    "visitors": {"day": LATER},
    "instrument_version": {"hash": OTHER_HASH},
    "wave": {"id": "w2", "closed": NOON, "frozen": HASH},
    "wave_mode": {"mode": "kiosk"},
    "wave_version": {"hash": OTHER_HASH},
    "wave_place": {"place": "bbbbbbbb"},
    "batch": {"id": "b2"},
    "inbox": {"token_hash": OTHER_KEY, "receipt_hash": None},
    "sent": {"token_hash": OTHER_KEY},
    "draft": {"id": OTHER_KEY},
    "consent_text": {"hash": OTHER_HASH},
    "response": {"id": "b" * 32, "day": None, "draw_class": "c1", "seconds": None, "receipt_hash": None},
    "answer": {"variable": "v2", "code": None, "missing": "refused"},
    "comment": {"item": "i2"},
    "arrival": {"hour": 23},
    "withdrawal_request": {"receipt_hash": OTHER_KEY},
    "withdrawal": {"place": "bbbbbbbb"},
    "account": {
        "id": 2, "name": "binh", "role": "operator", "agency": None, "password": None, "totp_secret": None,
        "disabled": NOON,
    },
    "account_link": {"code_hash": OTHER_KEY, "used": NOON, "seen": AFTERNOON},
    "account_setup": {"cookie_hash": OTHER_KEY, "password": ARGON},
    "account_session": {"cookie_hash": OTHER_KEY, "ended": NOON, "why": "role"},
    "sign_in_attempt": {"name_hash": OTHER_KEY},
    "published_release": {
        "id": 2, "number": 2, "opened": None, "closed": None, "plan": None, "plan_hash": None,
        "standard": None, "head": OTHER_HASH,
    },
    "published_agency": {"code": "hp"},
    "published_wording": {"language": "en"},
    "published_cell": {
        "construct": "access", "item": "signs", "basis": "probability", "reach_low": None,
        "reach_high": None, "visitors": None, "decimals": 1, "n": 40, "n_valid": 30,
    },
    "release_withdrawal": {"release": 2},
    "audit_entry": {"number": 3, "hash": OTHER_HASH},
}  # fmt: skip
ROWS["lineage"] = {"predecessor": 1, "successor": 2, "relation": "merged"}

# Others refer to the second row of these, so it is there already; a third differs from it by this.
FURTHER: dict[str, dict[str, Any]] = {
    "organisation": {"id": 3, "code": "hu"},
    "place": {"id": "cccccccc", "code": "p3"},
    "instrument_version": {"hash": "c" * 64},
    "published_release": {"id": 3, "number": 3, "head": "c" * 64},
}

# A cell that is no estimate, a withheld one, one of an open wave, one fit for decisions.
_NO_NUMBERS: dict[str, Any] = dict.fromkeys(
    ("value", "low", "high", "bound_low", "bound_high", "missing", "df", "decimals")
)
_WITHHELD = _NO_NUMBERS | {"shown": "withheld", "reason": "few_respondents", "n": None, "n_valid": None}
_OPEN: dict[str, Any] = {"basis": "open", "visitors": 40, "reach_low": 0, "reach_high": 1000}
_FOR_DECISIONS: dict[str, Any] = {
    "decision_use": "decisions", "reliability": 70, "df": 8, "low": 350, "high": 650,
}  # fmt: skip

# What breaks a constraint in a row that could stand otherwise. Keys and references are broken alike
# everywhere (the key of the first row again, a reference to what is not there): only the others are told.
BREAKS: dict[str, dict[str, Any]] = {
    "ck_organisation_code_length": {"code": ""},
    "ck_organisation_ends_after_it_begins": {"valid_to": DAY},
    "ck_organisation_is_not_its_own_parent": {"parent": "hu"},
    "ck_lineage_does_not_follow_itself": {"successor": 2},
    "ck_lineage_relation": {"relation": "sold"},
    "ck_place_id_length": {"id": "bbbbbbb"},
    "ck_place_ends_after_it_begins": {"valid_to": EARLIER},
    "ck_device_revoked_has_a_reason": {"revoked_why": None},
    "ck_visitors_not_negative": {"visitors": -1},
    "ck_instrument_version_hash_length": {"hash": "b" * 63},
    "ck_wave_id_length": {"id": ""},
    "ck_wave_ends_after_it_begins": {"to_day": EARLIER},
    "ck_wave_basis": {"basis": "convenience"},
    "ck_wave_plan_hash_length": {"plan_hash": ""},
    "ck_wave_frozen_is_closed": {"closed": None},
    "ck_wave_mode_mode": {"mode": "fax"},
    "ck_consent_text_hash_length": {"hash": "c"},
    "ck_response_id_length": {"id": "b"},
    "ck_response_seconds_band": {"seconds": 8},
    "ck_response_drawn_has_no_day": {"day": DAY},
    "ck_answer_exactly_one": {"code": 1},
    "ck_answer_missing": {"missing": "lost"},
    "ck_comment_text_length": {"text": ""},
    "ck_arrival_hour": {"hour": 24},
    "ck_arrival_not_negative": {"responses": -1},
    "ck_withdrawal_not_negative": {"n": -1},
    "ck_account_name_length": {"name": "b"},
    "ck_account_name_is_lower_case": {"name": "Binh"},
    "ck_account_role": {"role": "owner"},
    "ck_account_agency_has_its_organisation": {"agency": "hn"},
    "ck_account_agency_length": {"role": "agency", "agency": ""},
    "ck_account_set_up_whole": {"totp_secret": b"x"},
    "ck_account_password_is_a_hash": {"password": "x", "totp_secret": b"x", "disabled": None},
    "ck_account_disabled_cannot_sign_in": {"password": ARGON, "totp_secret": b"x"},
    "ck_account_link_expires_after_it_was_made": {"expires": NOON, "used": None, "seen": None},
    "ck_account_link_used_in_time": {"used": AFTERNOON},
    "ck_account_link_seen_was_used": {"used": None},
    "ck_account_setup_password_is_a_hash": {"password": "x"},
    "ck_account_session_ends_after_it_began": {"ends": NOON},
    "ck_account_session_proved_within": {"proved": MORNING},
    "ck_account_session_ended_has_a_reason": {"ended": None},
    "ck_account_session_why": {"why": "mood"},
    "ck_sign_in_attempt_not_negative": {"attempts": -1},
    "ck_published_release_counts_from_one": {"number": 0},
    "ck_published_release_wave_length": {"wave": ""},
    "ck_published_release_basis": {"basis": "census"},
    "ck_published_release_subject": {"subject": "house"},
    "ck_published_release_ends_after_it_begins": {"opened": DAY, "closed": EARLIER},
    "ck_published_release_period_is_whole": {"opened": DAY},
    "ck_published_release_standard": {"plan": "{}", "plan_hash": HASH, "standard": 100.5},
    "ck_published_release_plan_has_its_hash": {"plan_hash": HASH},
    "ck_published_release_standard_is_planned": {"standard": 80.0},
    "ck_published_release_plan_hash_length": {"plan": "{}", "plan_hash": "a"},
    "ck_published_release_hash_length": {"hash": ""},
    "ck_published_agency_code_length": {"code": ""},
    "ck_published_wording_language": {"language": "fr"},
    "ck_published_cell_item_has_a_construct": {"construct": ""},
    "ck_published_cell_basis": {"basis": "census"},
    "ck_published_cell_shown": _NO_NUMBERS | {"shown": "hidden"},
    "ck_published_cell_withheld_has_a_reason": _WITHHELD | {"reason": None},
    "ck_published_cell_reason": _WITHHELD | {"reason": "whim"},
    "ck_published_cell_withheld_has_no_count": _WITHHELD | {"n_valid": 10},
    "ck_published_cell_only_an_estimate_has_numbers": _NO_NUMBERS | {"shown": "count", "value": 500},
    "ck_published_cell_estimate_has_its_uncertainty": {"low": None},
    "ck_published_cell_shown_has_its_respondents": {"n": None},
    "ck_published_cell_ten_respondents": {"decimals": 0, "n_valid": 9},
    "ck_published_cell_respondents_could_rate": {"n": 29},
    "ck_published_cell_interval": {"low": 501},
    "ck_published_cell_bounds": {"bound_high": 499},
    "ck_published_cell_missing": {"missing": 1001},
    "ck_published_cell_decimals": {"decimals": 2},
    "ck_published_cell_digits": {"decimals": 0, "missing": 201},
    "ck_published_cell_digits_of_reach": _OPEN | {"decimals": 0, "reach_high": 601},
    "ck_published_cell_indicative_is_whole_and_unused": {"n_valid": 29},
    "ck_published_cell_decision_use": {"decision_use": "all"},
    "ck_published_cell_only_an_estimate_is_used": _NO_NUMBERS
    | {"shown": "count", "decision_use": "improvement"},
    "ck_published_cell_open_is_not_used": _OPEN | {"decision_use": "improvement"},
    "ck_published_cell_decisions_are_reliable": _FOR_DECISIONS | {"reliability": None},
    "ck_published_cell_reliability": {"reliability": 101},
    "ck_published_cell_df": {"df": 0},
    "ck_published_cell_standing": {"construct": "", "item": "", "recipe": "top2/x", "standing": "first"},
    "ck_published_cell_standing_of_a_drawn_index": {"item": "", "standing": "above"},
    "ck_published_cell_open_estimate_has_visitors": {"basis": "open"},
    "ck_published_cell_visitors_have_a_reach": _OPEN | {"reach_low": None},
    "ck_published_cell_respondents_are_visitors": _OPEN | {"visitors": 39},
    "ck_published_cell_reach": _OPEN | {"reach_low": 410},
    "ck_release_withdrawal_reason_length": {"reason": ""},
    "ck_audit_entry_counts_from_one": {"number": 0},
    "ck_audit_entry_hash_length": {"previous": "a" * 63},
    "uq_organisation_code_valid_from": {"code": "hn", "parent": None},
    "uq_place_code": {"code": "p1"},
    "uq_device_cookie_hash": {"cookie_hash": KEY},
    "uq_device_offered_hash": {"offered_hash": KEY},
    "uq_inbox_receipt_hash": {"receipt_hash": KEY},
    "uq_response_receipt_hash": {"receipt_hash": KEY},
    "uq_account_name": {"name": "an"},
    "uq_published_release_wave_number": {"number": 1},
    "uq_published_release_head": {"head": HASH},
    "uq_audit_entry_hash": {"hash": HASH},
}
