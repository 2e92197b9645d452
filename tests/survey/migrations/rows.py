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
    "audit_entry": {"number": 3, "hash": OTHER_HASH},
}  # fmt: skip
ROWS["lineage"] = {"predecessor": 1, "successor": 2, "relation": "merged"}

# Others refer to the second row of these, so it is there already; a third differs from it by this.
FURTHER: dict[str, dict[str, Any]] = {
    "organisation": {"id": 3, "code": "hu"},
    "place": {"id": "cccccccc", "code": "p3"},
    "instrument_version": {"hash": "c" * 64},
}

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
    "ck_audit_entry_counts_from_one": {"number": 0},
    "ck_audit_entry_hash_length": {"previous": "a" * 63},
    "uq_organisation_code_valid_from": {"code": "hn", "parent": None},
    "uq_place_code": {"code": "p1"},
    "uq_device_cookie_hash": {"cookie_hash": KEY},
    "uq_device_offered_hash": {"offered_hash": KEY},
    "uq_inbox_receipt_hash": {"receipt_hash": KEY},
    "uq_response_receipt_hash": {"receipt_hash": KEY},
    "uq_account_name": {"name": "an"},
    "uq_audit_entry_hash": {"hash": HASH},
}
