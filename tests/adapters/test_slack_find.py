"""What was posted to Slack is found again, and what can't be told is said to be so."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from bot.adapters.slack import EVENT_TYPE
from bot.core.delivery import Failed, Sent, Unknown
from tests.adapters.slack_channels import by_token
from tests.contracts.channel_contract import CREATED_AT, delivery, message
from tests.servers.slack import Act, FakeSlack, Fault, error


@pytest.fixture
def slack() -> Iterator[FakeSlack]:
    with FakeSlack(clock=CREATED_AT.timestamp()) as server:
        yield server


def test_a_lost_post_is_found_once_history_shows_it(slack: FakeSlack) -> None:
    slack.script(Fault(Act.DROP, kept=True))
    slack.lag = 1
    channel = by_token(slack)
    steps = channel.steps(message())
    assert isinstance(channel.send(delivery(steps), steps[0], ""), Unknown)
    assert channel.find(delivery(steps), steps[0], "") == Failed("not found in the channel's history", permanent=False)
    assert channel.find(delivery(steps), steps[0], "") == Sent(slack.posts[0].ts)


def test_a_reply_is_looked_for_in_its_thread(slack: FakeSlack) -> None:
    channel = by_token(slack)
    steps = channel.steps(message())
    parent = channel.send(delivery(steps), steps[0], "")
    assert isinstance(parent, Sent)
    slack.script(Fault(Act.DROP, kept=True))
    assert isinstance(channel.send(delivery(steps), steps[1], parent.receipt), Unknown)
    assert channel.find(delivery(steps), steps[1], parent.receipt) == Sent(slack.posts[1].ts)
    assert slack.requests[-1] == "conversations.replies"


def test_the_whole_history_is_read_page_by_page() -> None:
    with FakeSlack(clock=CREATED_AT.timestamp(), page=2) as slack:
        channel = by_token(slack)
        steps = channel.steps(message())
        first = channel.send(delivery(steps), steps[0], "")
        for number in range(8, 13):
            channel.send(delivery(steps, number), steps[0], "")
        assert channel.find(delivery(steps), steps[0], "") == first
        assert slack.requests.count("conversations.history") == 3


def test_a_channel_with_endless_traffic_gives_no_answer() -> None:
    with FakeSlack(clock=CREATED_AT.timestamp(), page=1) as slack:
        channel = by_token(slack)
        steps = channel.steps(message())
        for number in range(8, 30):
            slack.take({"metadata": {"event_type": EVENT_TYPE, "event_payload": {"delivery": "x", "step": number}}})
        assert isinstance(channel.find(delivery(steps), steps[0], ""), Unknown)


def test_another_delivery_or_step_is_not_ours(slack: FakeSlack) -> None:
    channel = by_token(slack)
    steps = channel.steps(message())
    channel.send(delivery(steps, number=8), steps[0], "")
    assert isinstance(channel.find(delivery(steps, number=7), steps[0], ""), Failed)
    assert isinstance(channel.find(delivery(steps, number=8), replace(steps[0], number=5), ""), Failed)


def test_what_was_posted_long_before_the_attempt_is_not_looked_at(slack: FakeSlack) -> None:
    channel = by_token(slack)
    steps = channel.steps(message())
    channel.send(delivery(steps), steps[0], "")
    later = replace(steps[0], started_at=CREATED_AT.replace(hour=12))
    assert isinstance(channel.find(delivery(steps), later, ""), Failed)


def test_a_copy_of_our_marker_by_another_app_is_not_ours(slack: FakeSlack) -> None:
    channel = by_token(slack)
    steps = channel.steps(message())
    channel.send(delivery(steps), steps[0], "")
    slack.posts[0] = replace(slack.posts[0], bot_id="B0OTHER")
    assert isinstance(channel.find(delivery(steps), steps[0], ""), Failed)


def test_without_the_right_to_read_it_cannot_tell(slack: FakeSlack) -> None:
    slack.scopes.remove("channels:history")
    channel = by_token(slack)
    steps = channel.steps(message())
    outcome = channel.find(delivery(steps), steps[0], "")
    assert isinstance(outcome, Unknown)
    assert "channels:history" in outcome.reason


def test_without_the_right_to_read_metadata_it_cannot_tell(slack: FakeSlack) -> None:
    slack.scopes.remove("metadata.message:read")
    channel = by_token(slack)
    steps = channel.steps(message())
    channel.send(delivery(steps), steps[0], "")
    outcome = channel.find(delivery(steps), steps[0], "")
    assert isinstance(outcome, Unknown)
    assert "metadata.message:read" in outcome.reason


@pytest.mark.parametrize("method", ["auth.test", "conversations.history"])
@pytest.mark.parametrize(
    ("fault", "passing"),
    [
        (lambda method: Fault(Act.DROP, method), True),
        (lambda method: Fault(Act.ANSWER, method, status=503), True),
        (lambda method: error("ratelimited", method=method, status=429), True),
        (lambda method: error("internal_error", method=method), True),
        (lambda method: error("invalid_auth", method=method), False),
        (lambda method: error("an_error_of_tomorrow", method=method), False),
    ],
)
def test_a_look_that_fails_cannot_tell_and_says_whether_the_next_may(
    slack: FakeSlack, method: str, fault: Callable[[str], Fault], passing: bool
) -> None:
    slack.script(fault(method))
    channel = by_token(slack)
    steps = channel.steps(message())
    outcome = channel.find(delivery(steps), steps[0], "")
    assert isinstance(outcome, Unknown)
    assert outcome.passing is passing


def test_a_token_that_is_no_bots_cannot_tell(slack: FakeSlack) -> None:
    slack.script(Fault(Act.ANSWER, "auth.test", body='{"ok": true, "user": "jo"}'))
    channel = by_token(slack)
    steps = channel.steps(message())
    assert isinstance(channel.find(delivery(steps), steps[0], ""), Unknown)


def test_an_odd_history_holds_nothing(slack: FakeSlack) -> None:
    slack.script(Fault(Act.ANSWER, "conversations.history", body='{"ok": true, "messages": {"a": 1}}'))
    channel = by_token(slack)
    steps = channel.steps(message())
    assert isinstance(channel.find(delivery(steps), steps[0], ""), Failed)
