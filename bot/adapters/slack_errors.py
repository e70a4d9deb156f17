"""What Slack's answers mean for a post: who has it, whether asking again helps, and what the operator can do.

Sorted by the error table of chat.postMessage and that of incoming webhooks (docs.slack.dev). After an error that Slack
calls an internal one, after any 5xx, and after an answer that is none, the message may have been posted all the same.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any
from urllib.error import URLError

from bot.adapters.network_words import network_words
from bot.adapters.service_words import quoted
from bot.core.delivery import Failed, Unknown

_CODE = re.compile(r"[a-z][a-z0-9_]{0,59}")

BLOCKS_REFUSED = frozenset(
    {
        "invalid_blocks",
        "invalid_blocks_format",
        "msg_blocks_too_long",
        "invalid_attachments",
        "only_one_table_allowed",
        "invalid_payload",
    }
)
"""Slack posted nothing because of the blocks: a simpler form may still go."""

_AMBIGUOUS = frozenset({"fatal_error", "internal_error", "service_unavailable", "request_timeout", "rollup_error"})
_LATER = frozenset({"ratelimited", "rate_limited", "message_limit_exceeded", "team_added_to_org", "org_login_required"})

_FRESH = "Put the app's current bot token (xoxb-…) where config.toml takes it from, then retry."
_NEW_WEBHOOK = (
    "Make a new webhook in the app's settings and put its address where config.toml takes it from, then retry."
)
_ADMIN = "A workspace admin must allow the app to post there."
_NETWORK = "Check this machine's network, and HTTPS_PROXY and NO_PROXY if there is a proxy."
_OUR_FAULT = "This is rankbot's fault: please report it, with the message."

_REDIRECT = "a redirect, which is not followed"
_CHECK = "Check `api_url`, and whether a proxy stands in between."
_CHECK_WEBHOOK = "Check the webhook's address, and whether a proxy stands in between."

_HINTS: Mapping[str, str] = {
    # the channel
    "channel_not_found": (
        "Invite the bot to the channel (/invite @its-name), or correct `channel`: best is its id (see its details)."
    ),
    "not_in_channel": "Invite the bot to the channel: /invite @its-name",
    "is_archived": "The channel is archived: unarchive it, or name another one in config.toml.",
    "channel_is_archived": "The channel is archived: unarchive it, or make a webhook for another one.",
    "messages_tab_disabled": "The app's message tab is off: switch it on (App Home), or name a channel.",
    # the token
    "invalid_auth": f"The token was revoked or replaced. {_FRESH}",
    "not_authed": f"No token was sent. {_FRESH}",
    "account_inactive": f"The app was removed from the workspace. Install it again. {_FRESH}",
    "token_revoked": f"The token was revoked. {_FRESH}",
    "token_expired": f"The token has expired: switch token rotation off for the app. {_FRESH}",
    "not_allowed_token_type": f"This is not a bot token. {_FRESH}",
    "missing_scope": "Add the scope under OAuth & Permissions of the app, and install the app again.",
    "no_permission": "Add the scope chat:write under OAuth & Permissions of the app, and install the app again.",
    "two_factor_setup_required": "The workspace wants two-factor authentication: set it up for the app's owner.",
    # the workspace
    "access_denied": _ADMIN,
    "accesslimited": _ADMIN,
    "action_prohibited": _ADMIN,
    "ekm_access_denied": _ADMIN,
    "enterprise_is_restricted": _ADMIN,
    "posting_to_general_channel_denied": _ADMIN,
    "restricted_action": _ADMIN,
    "restricted_action_non_threadable_channel": "The channel takes no threads: use a webhook, or name another channel.",
    "restricted_action_read_only_channel": _ADMIN,
    "restricted_action_thread_locked": "The thread is locked: unlock it, or discard the delivery.",
    "restricted_action_thread_only_channel": "The channel takes replies only: name another one in config.toml.",
    "team_access_not_granted": _ADMIN,
    "team_disabled": "The workspace is switched off.",
    "metadata_must_be_sent_from_app": f"The token does not belong to an app. {_FRESH}",
    # the webhook
    "no_service": f"The webhook was removed or switched off. {_NEW_WEBHOOK}",
    "no_service_id": f"The webhook's address is not complete. {_NEW_WEBHOOK}",
    "no_team": f"The webhook's workspace does not exist. {_NEW_WEBHOOK}",
    "invalid_token": f"The webhook's address is not valid. {_NEW_WEBHOOK}",
    "user_not_found": f"The person the webhook posts to is gone. {_NEW_WEBHOOK}",
}
_PERMANENT_PREFIXES = ("slack_connect_", "restricted_action")
_SOON: Mapping[str, str] = {
    "message_limit_exceeded": "The workspace has used up what its plan takes; an admin sees it under its usage.",
    "team_added_to_org": "The workspace is being moved into an organization; that passes.",
    "org_login_required": "The workspace is being moved into an organization; that passes.",
}
_TOO_FAST = "Slack takes one message a second for each channel; that passes."
_PAYLOAD = BLOCKS_REFUSED | {
    "attachment_payload_limit_exceeded",
    "cannot_reply_to_message",
    "invalid_arg_name",
    "invalid_arguments",
    "invalid_array_arg",
    "invalid_charset",
    "invalid_form_data",
    "invalid_post_type",
    "markdown_text_conflict",
    "metadata_too_large",
    "missing_post_type",
    "msg_too_long",
    "no_text",
    "too_many_attachments",
}


def of_answer(status: int, headers: Mapping[str, str], data: object) -> Failed | Unknown:
    """What an answer of the Web API means that did not say ``ok`` in the way it should.

    ``data`` is the decoded answer: what Slack documents is an object with ``error``.
    """
    code = code_of(data)
    if status == 429 or code in _LATER:
        return _later(code, headers)
    if status >= 500 or status == 408:
        return Unknown(f"Slack answered HTTP {status}" + (f", `{code}`" if code else ""))
    if 300 <= status < 400:
        return Failed(f"Slack answered HTTP {status}: {_REDIRECT}", permanent=True, hint=_CHECK)
    if code and isinstance(data, Mapping):
        return of_code(code, data)
    if status == 200:
        return Unknown("Slack answered HTTP 200 with something else than its JSON")
    return Failed(f"Slack answered HTTP {status} without its JSON", permanent=status in (404, 405, 410), hint=_CHECK)


def of_code(code: str, details: Mapping[str, Any] | None = None) -> Failed | Unknown:
    """What one of Slack's error codes means. One that is not known is tried again: it may well pass."""
    reason = f"Slack said `{code}`" + _scopes(details or {}) + _particulars(details or {})
    if code in _AMBIGUOUS:
        return Unknown(reason)
    if code in _LATER:
        return Failed(reason, permanent=False, hint=_SOON.get(code, _TOO_FAST))
    if code in _PAYLOAD or code.startswith("invalid_metadata_"):
        return Failed(reason, permanent=True, hint=_OUR_FAULT)
    if code in _HINTS or code.startswith(_PERMANENT_PREFIXES):
        return Failed(reason, permanent=True, hint=_HINTS.get(code, _ADMIN))
    return Failed(reason, permanent=False, hint="rankbot does not know this error; Slack's documentation lists it.")


def _later(code: str, headers: Mapping[str, str]) -> Failed:
    """What was not posted, and may be after a while."""
    hint = _SOON.get(code, _TOO_FAST)
    return Failed(f"Slack said `{code or 'HTTP 429'}`", permanent=False, hint=hint, retry_after=retry_after(headers))


def passes(outcome: Failed | Unknown, code: str) -> bool:
    """Whether the same request may well bring an answer later; not so with a code that nobody knows here."""
    return isinstance(outcome, Unknown) or (not outcome.permanent and (not code or code in _LATER))


def of_webhook(status: int, headers: Mapping[str, str], body: str) -> Failed | Unknown:
    """What an incoming webhook's answer means that was not ``200 ok``. Its body is a code, if Slack wrote it."""
    code = word(body)
    if status == 429 or code in _LATER:
        return _later(code, headers)
    if status == 200 or status >= 500 or status == 408:
        return Unknown(f"the webhook answered HTTP {status}" + (f", `{code}`" if code else " with an unknown text"))
    if 300 <= status < 400:
        return Failed(f"the webhook answered HTTP {status}: {_REDIRECT}", permanent=True, hint=_CHECK_WEBHOOK)
    outcome = of_code(code) if code else None
    if isinstance(outcome, Failed) and outcome.permanent:
        return outcome
    words = f", `{code}`" if code else ""
    return Failed(f"the webhook answered HTTP {status}{words}", permanent=status in _GONE, hint=_NEW_WEBHOOK)


_GONE = frozenset({400, 401, 403, 404, 405, 410})


def of_exception(error: Exception, place: str) -> Failed | Unknown:
    """What it means that no answer came from ``place``, a host.

    The standard library wraps what happens before the whole request is written (DNS, refused connection, TLS) as
    URLError, and leaves what happens afterwards as it is: then the message may be there.
    """
    if isinstance(error, URLError):
        cause = error.reason
        words = network_words(cause, place) if isinstance(cause, OSError) else "the address can't be used"
        return Failed(words, permanent=False, hint=_NETWORK)
    return Unknown(f"the answer was lost: {network_words(error, place)}")


def retry_after(headers: Mapping[str, str]) -> float | None:
    """The seconds that a Retry-After header names, or None."""
    text = next((value for name, value in headers.items() if name.lower() == "retry-after"), "")
    try:
        seconds = float(text)
    except ValueError:
        return None
    return seconds if math.isfinite(seconds) and seconds >= 0 else None


def code_of(data: object) -> str:
    """Slack's error code in an answer; empty where there is none."""
    code = data.get("error") if isinstance(data, Mapping) else None
    return word(code) if isinstance(code, str) else ""


def word(text: str) -> str:
    """The text if it looks like one of Slack's codes, else nothing: a web page is not repeated."""
    text = text.strip()
    return text if _CODE.fullmatch(text) else ""


def _scopes(details: Mapping[str, Any]) -> str:
    needed, provided = details.get("needed"), details.get("provided")
    return f" (needs {quoted(needed)}; the token has {quoted(str(provided))})" if isinstance(needed, str) else ""


def _particulars(details: Mapping[str, Any]) -> str:
    """What Slack says beside the code, as it does of refused blocks."""
    found = details.get("errors")
    return f": {quoted('; '.join(map(str, found)))}" if isinstance(found, list) and found else ""
