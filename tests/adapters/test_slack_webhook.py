"""Slack by webhook; testing, probing and describing either kind of channel."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from bot.app.records import SlackPart
from bot.core.delivery import Failed, Sent, Unknown
from tests.adapters.slack_channels import by_token, by_webhook
from tests.contracts.channel_contract import CREATED_AT, delivery, message
from tests.servers.block_kit import all_text
from tests.servers.slack import CHANNEL, Act, FakeSlack, Fault, error


@pytest.fixture
def slack() -> Iterator[FakeSlack]:
    with FakeSlack(clock=CREATED_AT.timestamp()) as server:
        yield server


def test_a_webhook_gets_everything_in_one_post(slack: FakeSlack) -> None:
    channel = by_webhook(slack)
    steps = channel.steps(message())
    assert channel.send(delivery(steps), steps[0], "") == Sent()
    body = slack.posts[0].body
    assert "Sable enters the top 10." in all_text(body)
    assert "Harrier" in all_text(body)
    assert all_text(body).count("Source: OpenRouter") == 1
    assert (body["unfurl_links"], body["unfurl_media"], body["mrkdwn"]) == (False, False, False)


@pytest.mark.parametrize("code", ["invalid_blocks", "invalid_payload"])
def test_a_webhook_that_refuses_blocks_gets_plain_text(slack: FakeSlack, code: str) -> None:
    slack.script(*[Fault(Act.ANSWER, "webhook", status=400, body=code) for _ in range(2)])
    channel = by_webhook(slack)
    steps = channel.steps(message())
    assert channel.send(delivery(steps), steps[0], "") == Sent()
    assert "blocks" not in slack.posts[0].body
    assert "• Sable enters the top 10." in slack.posts[0].body["text"]
    assert len(slack.requests) == 3  # with its table, without, and this


def test_a_webhook_of_a_workspace_without_tables_gets_monospaced_ones(slack: FakeSlack) -> None:
    slack.unknown_blocks = {"table", "data_visualization"}
    channel = by_webhook(slack)
    steps = channel.steps(message())
    assert channel.send(delivery(steps), steps[0], "") == Sent()
    (post,) = slack.posts
    assert "rich_text_preformatted" in json.dumps(post.body["blocks"])
    assert "Harrier" in all_text(post.body)
    assert len(slack.requests) == 2


@pytest.mark.parametrize(
    ("status", "body"), [(200, "<html>"), (200, ""), (200, "OK"), (500, "rollup_error"), (503, "<html>"), (408, "")]
)
def test_a_webhook_answer_that_says_nothing_is_unknown(slack: FakeSlack, status: int, body: str) -> None:
    slack.script(Fault(Act.ANSWER, "webhook", status=status, body=body, kept=True))
    channel = by_webhook(slack)
    steps = channel.steps(message())
    assert isinstance(channel.send(delivery(steps), steps[0], ""), Unknown)
    assert slack.requests == ["webhook"]


@pytest.mark.parametrize(
    ("status", "body", "permanent"),
    [
        (404, "no_service", True),
        (410, "channel_is_archived", True),
        (403, "action_prohibited", True),
        (404, "<html>", True),
        (400, "something_new", True),
        (407, "<html>", False),
        (418, "something_new", False),
    ],
)
def test_a_webhooks_refusals_are_sorted(slack: FakeSlack, status: int, body: str, *, permanent: bool) -> None:
    slack.script(Fault(Act.ANSWER, "webhook", status=status, body=body))
    channel = by_webhook(slack)
    steps = channel.steps(message())
    outcome = channel.send(delivery(steps), steps[0], "")
    assert isinstance(outcome, Failed)
    assert outcome.permanent is permanent
    assert outcome.hint


def test_a_message_without_any_part_is_its_subject(slack: FakeSlack) -> None:
    empty = message(slack=(SlackPart("\n \n"),))
    for channel in (by_token(slack), by_webhook(slack)):
        (step,) = channel.steps(empty)
        assert isinstance(channel.send(delivery((step,)), step, ""), Sent)
    assert {post.body["text"] for post in slack.posts} == {"Kestrel Code passes Marlin for #4"}


# ── testing and describing ───────────────────────────────────────────────────────────────────────────────────


def test_a_test_reports_what_slack_said(slack: FakeSlack) -> None:
    outcome = by_token(slack).test()
    assert outcome == Sent(f"ok: message {slack.posts[0].ts} in {CHANNEL}, rank-watch of Invented")
    assert slack.requests == ["auth.test", "chat.postMessage"]


def test_a_channel_given_by_name_can_be_posted_to_but_not_asked(slack: FakeSlack) -> None:
    channel = by_token(slack, channel="#rankings")
    assert not channel.can_be_asked
    outcome = channel.test()
    assert isinstance(outcome, Sent)
    assert f'channel = "{CHANNEL}"' in outcome.receipt
    steps = channel.steps(message())
    assert isinstance(channel.find(delivery(steps), steps[0], ""), Unknown)


def test_a_test_message_does_not_hinder_a_later_look(slack: FakeSlack) -> None:
    channel = by_token(slack)
    channel.test()
    steps = channel.steps(message())
    assert isinstance(channel.find(delivery(steps), steps[0], ""), Failed)


def test_a_test_with_a_bad_token_posts_nothing(slack: FakeSlack) -> None:
    slack.script(error("token_revoked", method="auth.test"))
    outcome = by_token(slack).test()
    assert isinstance(outcome, Failed)
    assert "token_revoked" in outcome.reason
    assert slack.posts == []


def test_a_test_whose_answer_has_no_place_is_unknown(slack: FakeSlack) -> None:
    slack.script(Fault(Act.ANSWER, body='{"ok": true}'))
    assert isinstance(by_token(slack).test(), Unknown)


def test_a_probe_of_a_token_posts_nothing(slack: FakeSlack) -> None:
    expected = "token accepted, rank-watch of Invented; a lost answer can be looked for"
    assert by_token(slack).probe() == Sent(expected)
    assert slack.posts == []


def test_a_probe_says_what_hinders_a_later_look(slack: FakeSlack) -> None:
    slack.scopes.remove("channels:history")
    outcomes = by_token(slack).probe(), by_token(slack, channel="#rankings").probe()
    words = [outcome.receipt for outcome in outcomes if isinstance(outcome, Sent)]
    assert "channels:history" in words[0]
    assert "only by its id" in words[1]


def test_a_probe_of_a_bad_token_fails(slack: FakeSlack) -> None:
    assert isinstance(by_token(slack, token=lambda: "xoxb-other").probe(), Failed)


def test_a_probe_of_a_webhook_posts_nothing(slack: FakeSlack) -> None:
    assert isinstance(by_webhook(slack).probe(), Sent)
    slack.script(Fault(Act.ANSWER, "webhook", status=404, body="no_service"))
    assert isinstance(by_webhook(slack).probe(), Failed)
    assert slack.posts == []


def test_channels_describe_themselves_without_secrets(slack: FakeSlack) -> None:
    assert by_token(slack).describe() == f"Slack {CHANNEL}"
    assert by_webhook(slack).describe() == "Slack webhook"
