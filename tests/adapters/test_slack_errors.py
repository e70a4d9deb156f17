"""Slack's error codes, sorted as its documentation describes them."""

from __future__ import annotations

from http.client import IncompleteRead, RemoteDisconnected
from urllib.error import URLError

import pytest

from bot.adapters.slack_errors import code_of, of_answer, of_code, of_exception, of_webhook, retry_after
from bot.core.delivery import Failed, Unknown

CONFIGURATION = [
    "channel_not_found",
    "not_in_channel",
    "is_archived",
    "invalid_auth",
    "not_authed",
    "account_inactive",
    "token_revoked",
    "token_expired",
    "missing_scope",
    "no_permission",
    "not_allowed_token_type",
    "restricted_action",
    "restricted_action_read_only_channel",
    "restricted_action_thread_only_channel",
    "restricted_action_non_threadable_channel",
    "restricted_action_thread_locked",
    "ekm_access_denied",
    "access_denied",
    "accesslimited",
    "team_access_not_granted",
    "enterprise_is_restricted",
    "messages_tab_disabled",
    "two_factor_setup_required",
    "slack_connect_canvas_sharing_blocked",
    "slack_connect_file_link_sharing_blocked",
    "metadata_must_be_sent_from_app",
]
PAYLOAD = [
    "invalid_blocks",
    "invalid_blocks_format",
    "msg_blocks_too_long",
    "msg_too_long",
    "no_text",
    "invalid_arguments",
    "invalid_arg_name",
    "invalid_array_arg",
    "invalid_charset",
    "invalid_form_data",
    "invalid_post_type",
    "missing_post_type",
    "markdown_text_conflict",
    "too_many_attachments",
    "attachment_payload_limit_exceeded",
    "metadata_too_large",
    "invalid_metadata_format",
    "invalid_metadata_schema",
]
LATER = ["ratelimited", "rate_limited", "message_limit_exceeded", "team_added_to_org", "org_login_required"]
AMBIGUOUS = ["fatal_error", "internal_error", "service_unavailable", "request_timeout"]


@pytest.mark.parametrize("code", CONFIGURATION + PAYLOAD)
def test_what_asking_again_does_not_help_is_permanent_with_a_hint(code: str) -> None:
    outcome = of_answer(200, {}, {"ok": False, "error": code})
    assert isinstance(outcome, Failed)
    assert outcome.permanent
    assert outcome.hint
    assert f"`{code}`" in outcome.reason


@pytest.mark.parametrize("code", LATER)
def test_what_passes_is_transient(code: str) -> None:
    outcome = of_answer(200, {"Retry-After": "12"}, {"ok": False, "error": code})
    assert isinstance(outcome, Failed)
    assert not outcome.permanent
    assert outcome.retry_after == 12


@pytest.mark.parametrize("code", AMBIGUOUS)
@pytest.mark.parametrize("status", [200, 500])
def test_slacks_own_troubles_leave_it_open(code: str, status: int) -> None:
    assert isinstance(of_answer(status, {}, {"ok": False, "error": code}), Unknown)


def test_an_unknown_code_is_tried_again_and_never_a_success() -> None:
    outcome = of_code("brand_new_error")
    assert isinstance(outcome, Failed)
    assert not outcome.permanent


def test_what_slack_says_beside_the_code_is_kept() -> None:
    outcome = of_code("invalid_blocks", {"errors": ["must be less than 151 characters [json-pointer:/blocks/0/text]"]})
    assert "json-pointer:/blocks/0/text" in outcome.reason


@pytest.mark.parametrize("data", [None, [], "text", {"error": 5}, {"error": "<html> a page"}, {"error": "x" * 61}])
def test_only_what_looks_like_a_code_is_one(data: object) -> None:
    assert code_of(data) == ""


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        (ConnectionRefusedError(111, "Connection refused"), "hooks.slack.com refused the connection"),
        (TimeoutError("timed out"), "hooks.slack.com did not answer in time"),
        (OSError(101, "Network is unreachable"), "hooks.slack.com could not be reached: Network is unreachable"),
    ],
)
def test_what_fails_before_the_request_is_written_was_not_posted(reason: OSError, words: str) -> None:
    outcome = of_exception(URLError(reason), "hooks.slack.com")
    assert isinstance(outcome, Failed)
    assert (outcome.reason, outcome.permanent) == (words, False)
    assert "network" in outcome.hint


def test_words_of_an_address_that_cannot_be_used_are_not_repeated() -> None:
    outcome = of_exception(URLError("unknown url type: https+secret"), "hooks.slack.com")
    assert isinstance(outcome, Failed)
    assert "secret" not in outcome.reason


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (ConnectionResetError(104, "reset"), "hooks.slack.com closed the connection"),
        (RemoteDisconnected("x secret"), "hooks.slack.com closed the connection"),
        (TimeoutError(), "hooks.slack.com did not answer in time"),
        (IncompleteRead(b"x secret"), "hooks.slack.com broke off its answer"),
        (ValueError("x secret"), "an answer came that can't be read"),
    ],
)
def test_what_fails_afterwards_leaves_it_open(error: Exception, words: str) -> None:
    assert of_exception(error, "hooks.slack.com") == Unknown(f"the answer was lost: {words}")


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"Retry-After": "30"}, 30),
        ({"retry-after": "1.5"}, 1.5),
        ({"Retry-After": "soon"}, None),
        ({"Retry-After": "nan"}, None),
        ({"Retry-After": "inf"}, None),
        ({"Retry-After": "-1"}, None),
        ({}, None),
    ],
)
def test_retry_after_in_seconds(headers: dict[str, str], seconds: float | None) -> None:
    assert retry_after(headers) == seconds


def test_a_webhook_that_is_gone_is_permanent() -> None:
    outcome = of_webhook(404, {}, "no_service")
    assert isinstance(outcome, Failed)
    assert outcome.permanent
    assert "webhook" in outcome.hint
