"""Slack as a channel, against a workspace on loopback: the contract, and posting with a token."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from bot.adapters.slack import EVENT_TYPE
from bot.adapters.slack_call import Limits
from bot.app.ports import Channel
from bot.app.records import Message, SlackPart
from bot.config.tables import LONGEST_REQUEST
from bot.core.delivery import Failed, Sent, Unknown
from bot.errors import UsageError
from tests.adapters.slack_channels import Paces, by_token, by_webhook, closed_port
from tests.contracts.channel_contract import CREATED_AT, ChannelContract, ChannelHarness, delivery, message
from tests.servers.block_kit import all_text
from tests.servers.slack import TOKEN, WEBHOOK_PATH, Act, FakeSlack, Fault, error

QUICK = Limits(timeout=5, deadline=0.3)


@pytest.fixture
def slack() -> Iterator[FakeSlack]:
    with FakeSlack(clock=CREATED_AT.timestamp()) as server:
        yield server


class TokenHarness(ChannelHarness):
    secrets: tuple[str, ...] = (TOKEN,)
    names_wait = True

    def __init__(self, slack: FakeSlack) -> None:
        self.slack = slack
        self.channel: Channel = by_token(slack)

    def count(self) -> int:
        return len(self.slack.posts)

    def refuse(self) -> None:
        self.slack.script(*[error("channel_not_found") for _ in range(5)])

    def put_off(self, seconds: float | None) -> None:
        headers = {} if seconds is None else {"Retry-After": f"{seconds:g}"}
        body = json.dumps({"ok": False, "error": "ratelimited"})
        self.slack.script(Fault(Act.ANSWER, status=429, body=body, headers=headers))

    @contextmanager
    def unreachable(self) -> Iterator[Channel]:
        yield by_token(self.slack, api_url=f"http://127.0.0.1:{closed_port()}/api/")

    def lose_answer(self, *, kept: bool) -> None:
        self.slack.script(Fault(Act.DROP, kept=kept))


class WebhookHarness(TokenHarness):
    def __init__(self, slack: FakeSlack) -> None:
        super().__init__(slack)
        self.secrets = (slack.webhook_url, WEBHOOK_PATH, WEBHOOK_PATH.strip("/"))
        self.channel = by_webhook(slack)

    def refuse(self) -> None:
        self.slack.script(*[Fault(Act.ANSWER, "webhook", status=404, body="no_service") for _ in range(5)])

    def put_off(self, seconds: float | None) -> None:
        headers = {} if seconds is None else {"Retry-After": f"{seconds:g}"}
        self.slack.script(Fault(Act.ANSWER, "webhook", status=429, body="rate_limited", headers=headers))

    @contextmanager
    def unreachable(self) -> Iterator[Channel]:
        address = f"http://127.0.0.1:{closed_port()}{WEBHOOK_PATH}"
        yield by_webhook(self.slack, url=lambda: address)

    def lose_answer(self, *, kept: bool) -> None:
        self.slack.script(Fault(Act.DROP, "webhook", kept=kept))


class TestTokenKeepsTheContract(ChannelContract):
    @pytest.fixture
    def harness(self, slack: FakeSlack) -> TokenHarness:
        return TokenHarness(slack)

    def newest(self, harness: ChannelHarness) -> str:
        assert isinstance(harness, TokenHarness)
        return all_text(harness.slack.posts[-1].body)


class TestWebhookKeepsTheContract(TestTokenKeepsTheContract):
    @pytest.fixture
    def harness(self, slack: FakeSlack) -> WebhookHarness:
        return WebhookHarness(slack)


def test_replies_stand_in_the_thread_of_the_parent(slack: FakeSlack) -> None:
    channel = by_token(slack)
    steps = channel.steps(message())
    parent = channel.send(delivery(steps), steps[0], "")
    assert isinstance(parent, Sent)
    assert channel.send(delivery(steps), steps[1], parent.receipt) == Sent(slack.posts[1].ts)
    assert [post.thread_ts for post in slack.posts] == ["", parent.receipt]


def test_a_reply_without_a_thread_is_never_posted(slack: FakeSlack) -> None:
    channel = by_token(slack)
    steps = channel.steps(message())
    with pytest.raises(ValueError, match="no thread"):
        channel.send(delivery(steps), steps[1], "")
    assert slack.requests == []


def test_a_post_bears_its_marker_and_nothing_unfolds_or_is_parsed(slack: FakeSlack) -> None:
    channel = by_token(slack)
    steps = channel.steps(message())
    channel.send(delivery(steps), steps[0], "")
    body = slack.posts[0].body
    assert body["metadata"] == {
        "event_type": EVENT_TYPE,
        "event_payload": {"delivery": delivery(steps).marker, "step": 0},
    }
    assert (body["unfurl_links"], body["unfurl_media"], body["mrkdwn"]) == (False, False, False)
    assert body["text"] == "Kestrel Code passes Marlin for #4"


def test_each_post_waits_for_its_turn(slack: FakeSlack) -> None:
    paces = Paces()
    channel = by_token(slack, pace=paces)
    steps = channel.steps(message())
    channel.send(delivery(steps), steps[0], "")
    assert paces.count == 1


@pytest.mark.parametrize("code", ["invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long"])
def test_refused_blocks_are_posted_as_plain_text_at_once(slack: FakeSlack, code: str) -> None:
    slack.script(error(code))
    paces = Paces()
    channel = by_token(slack, pace=paces)
    steps = channel.steps(message())
    assert channel.send(delivery(steps), steps[0], "") == Sent(slack.posts[0].ts)
    body = slack.posts[0].body
    assert "blocks" not in body
    assert "• Sable enters the top 10." in body["text"]
    assert "Source: OpenRouter (openrouter.ai/apps), as of 2026-11-11T02:15:41.208Z." in body["text"]
    assert body["metadata"]["event_payload"]["step"] == 0
    assert paces.count == 2


CHART = "@ bar\tTokens\n@ App\tTokens\n@ Harrier\t7.21T\n@ Marlin\t1.79T"


def charted() -> Message:
    """A digest with a table and a chart in its thread."""
    parent, top = message().slack
    heading, *rest = top.markup.split("\n")
    return message(slack=(parent, SlackPart("\n".join([heading, CHART, *rest]))))


@pytest.mark.parametrize(
    ("unknown", "shown", "asked"),
    [
        (set(), ["header", "data_visualization", "table", "context"], 1),
        ({"data_visualization"}, ["header", "table", "context"], 2),
        ({"table"}, ["header", "rich_text", "context"], 3),
        ({"data_visualization", "table"}, ["header", "rich_text", "context"], 3),
        ({"data_visualization", "table", "rich_text"}, [], 4),
    ],
)
def test_what_a_workspace_does_not_have_is_left_out_and_nothing_is_posted_twice(
    slack: FakeSlack, unknown: set[str], shown: list[str], asked: int
) -> None:
    channel = by_token(slack, pace=(paces := Paces()))
    steps = channel.steps(charted())
    parent = slack.take({"text": "parent"})
    slack.unknown_blocks = unknown
    outcome = channel.send(delivery(steps), steps[1], parent.ts)
    (post,) = slack.posts[1:]
    assert outcome == Sent(post.ts)
    assert [block["type"] for block in post.body.get("blocks", [])] == shown
    assert post.body["metadata"]["event_payload"] == {"delivery": delivery(steps).marker, "step": 1}
    assert post.thread_ts == parent.ts
    assert (len(slack.requests), paces.count) == (asked, asked)
    assert ("Harrier" in all_text(post.body)) or ("Harrier" in post.body["text"])


def test_a_lost_answer_to_a_simpler_form_is_unknown_and_found(slack: FakeSlack) -> None:
    slack.unknown_blocks = {"data_visualization"}
    slack.script(error("invalid_blocks"), Fault(Act.DROP, kept=True))
    channel = by_token(slack)
    steps = channel.steps(charted())
    assert isinstance(channel.send(delivery(steps), steps[0], ""), Unknown)
    assert channel.find(delivery(steps), steps[0], "") == Sent(slack.posts[0].ts)
    assert len(slack.posts) == 1


def test_every_form_of_a_message_is_asked_for_within_a_lease() -> None:
    assert 4 * (Limits().deadline + 1) <= LONGEST_REQUEST


def test_a_refused_plain_text_is_dead(slack: FakeSlack) -> None:
    slack.script(error("invalid_blocks"), error("msg_too_long"))
    channel = by_token(slack)
    steps = channel.steps(message())
    outcome = channel.send(delivery(steps), steps[0], "")
    assert isinstance(outcome, Failed)
    assert outcome.permanent
    assert "msg_too_long" in outcome.reason


@pytest.mark.parametrize(
    "fault",
    [
        Fault(Act.RESET, kept=True),
        Fault(Act.ANSWER, status=500, body="<html>oops</html>", kept=True),
        Fault(Act.ANSWER, status=503, body='{"ok": false, "error": "service_unavailable"}', kept=True),
        Fault(Act.ANSWER, status=200, body="<html>proxy</html>", kept=True),
        Fault(Act.ANSWER, status=200, body="", kept=True),
        Fault(Act.ANSWER, status=200, body="[1]", kept=True),
        Fault(Act.ANSWER, status=200, body="null", kept=True),
        Fault(Act.ANSWER, status=200, body='{"ok": true}', kept=True),
        Fault(Act.ANSWER, status=200, body="\x1f", headers={"Content-Type": "application/gzip"}, kept=True),
        Fault(Act.ANSWER, status=200, body="x", headers={"Content-Type": "text/html; charset=nonsense"}, kept=True),
        Fault(Act.ANSWER, status=408, body="", kept=True),
        error("fatal_error"),
        error("internal_error"),
        error("request_timeout"),
    ],
)
def test_what_may_have_been_posted_is_unknown_and_asked_once(slack: FakeSlack, fault: Fault) -> None:
    slack.script(fault)
    channel = by_token(slack)
    steps = channel.steps(message())
    assert isinstance(channel.send(delivery(steps), steps[0], ""), Unknown)
    assert slack.requests == ["chat.postMessage"]


@pytest.mark.parametrize("act", [Act.HANG, Act.DRIBBLE])
@pytest.mark.parametrize("make", [by_token, by_webhook])
def test_an_answer_that_never_ends_is_given_up(slack: FakeSlack, act: Act, make: Callable[..., Channel]) -> None:
    slack.script(Fault(act, "chat.postMessage", kept=True), Fault(act, "webhook", kept=True))
    channel = make(slack, limits=QUICK)
    steps = channel.steps(message())
    assert isinstance(channel.send(delivery(steps), steps[0], ""), Unknown)
    assert len(slack.posts) == 1


@pytest.mark.parametrize(
    ("status", "body", "permanent"),
    [(404, "<html>", True), (403, "<html>", False), (400, "{}", False)],
)
def test_an_answer_that_is_not_slacks_was_not_posted(
    slack: FakeSlack, status: int, body: str, *, permanent: bool
) -> None:
    slack.script(Fault(Act.ANSWER, status=status, body=body))
    channel = by_token(slack)
    steps = channel.steps(message())
    outcome = channel.send(delivery(steps), steps[0], "")
    assert isinstance(outcome, Failed)
    assert outcome.permanent is permanent
    assert "api_url" in outcome.hint


def test_missing_scopes_are_named(slack: FakeSlack) -> None:
    slack.script(error("missing_scope", needed="chat:write", provided="channels:history"))
    channel = by_token(slack)
    steps = channel.steps(message())
    outcome = channel.send(delivery(steps), steps[0], "")
    assert isinstance(outcome, Failed)
    assert outcome.permanent
    assert "needs chat:write; the token has channels:history" in outcome.reason


def test_a_wrong_token_is_permanent_and_never_shown(slack: FakeSlack) -> None:
    channel = by_token(slack, token=lambda: "xoxb-another-secret")
    steps = channel.steps(message())
    outcome = channel.send(delivery(steps), steps[0], "")
    assert isinstance(outcome, Failed)
    assert outcome.permanent
    assert "invalid_auth" in outcome.reason
    assert "another-secret" not in repr(outcome)


def test_a_token_that_slack_repeats_is_scrubbed(slack: FakeSlack) -> None:
    slack.script(error("missing_scope", needed=f"x {TOKEN} y", provided=TOKEN))
    channel = by_token(slack)
    steps = channel.steps(message())
    assert TOKEN not in repr(channel.send(delivery(steps), steps[0], ""))


@pytest.mark.parametrize("secret", ["", "two words", "line\nbreak", "xoxb-ümlaut"])
def test_a_token_that_is_none_is_refused_before_any_request(
    slack: FakeSlack, secret: str, caplog: pytest.LogCaptureFixture
) -> None:
    channel = by_token(slack, token=lambda: secret)
    steps = channel.steps(message())
    outcome = channel.send(delivery(steps), steps[0], "")
    assert isinstance(outcome, Failed)
    assert outcome.permanent
    assert slack.requests == []
    assert not secret or secret not in repr(outcome) + caplog.text


@pytest.mark.parametrize(
    "address", ["http://slack.example/api/", "ftp://127.0.0.1/", "https://[", "http://[::2]/", "x"]
)
def test_no_secret_goes_over_an_open_line(slack: FakeSlack, address: str) -> None:
    for channel in (by_token(slack, api_url=address), by_webhook(slack, url=lambda: address)):
        steps = channel.steps(message())
        outcome = channel.send(delivery(steps), steps[0], "")
        assert isinstance(outcome, Failed)
        assert outcome.permanent
        assert "https" in outcome.reason


def test_a_secret_that_cannot_be_read_now_is_transient(slack: FakeSlack) -> None:
    def gone() -> str:
        raise UsageError("the file of the secret is not there.", hint="Put it back.")

    for channel in (by_token(slack, token=gone), by_webhook(slack, url=gone)):
        steps = channel.steps(message())
        expected = Failed("the file of the secret is not there.", permanent=False, hint="Put it back.")
        assert channel.send(delivery(steps), steps[0], "") == expected


def test_a_name_that_cannot_be_resolved_is_transient(slack: FakeSlack) -> None:
    channel = by_token(slack, api_url="https://slack.invalid/api/")
    steps = channel.steps(message())
    outcome = channel.send(delivery(steps), steps[0], "")
    assert isinstance(outcome, Failed)
    assert not outcome.permanent


def test_the_sdk_logs_no_secret_even_at_debug(slack: FakeSlack, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        for channel in (by_token(slack), by_webhook(slack)):
            steps = channel.steps(message())
            channel.send(delivery(steps), steps[0], "")
    assert TOKEN not in caplog.text
    assert WEBHOOK_PATH not in caplog.text
    assert len(slack.posts) == 2
