"""A channel of which only the name is known: its id is looked up where the app may."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from bot.core.delivery import Sent
from tests.adapters.slack_channels import by_token
from tests.servers.slack import CHANNEL, Act, FakeSlack, Fault, error


@pytest.fixture
def slack() -> Iterator[FakeSlack]:
    with FakeSlack() as running:
        running.scopes.add("channels:read")
        yield running


def said(slack: FakeSlack, channel: str) -> str:
    """What asking the channel says, which posts nothing."""
    found = by_token(slack, channel=channel).probe()
    assert isinstance(found, Sent)
    assert not slack.posts
    return found.receipt


def test_the_id_is_found_on_whatever_page(slack: FakeSlack) -> None:
    assert said(slack, "#rankings").endswith(f'only by its id: so write channel = "{CHANNEL}"')
    assert slack.requests.count("conversations.list") == 2


def test_a_name_that_no_public_channel_has_is_said(slack: FakeSlack) -> None:
    assert "#secret is none of the public channels" in said(slack, "#secret")


def test_without_the_scope_it_says_which(slack: FakeSlack) -> None:
    slack.scopes.remove("channels:read")
    assert "needs the scope channels:read" in said(slack, "#rankings")


def test_what_slack_says_otherwise_is_repeated(slack: FakeSlack) -> None:
    slack.script(error("ratelimited", method="conversations.list"))
    assert "it can't be looked up: Slack said `ratelimited`" in said(slack, "#rankings")


def test_a_list_without_end_is_given_up(slack: FakeSlack) -> None:
    endless = {"ok": True, "channels": [{"name": "x"}, 3], "response_metadata": {"next_cursor": "again"}}
    body = json.dumps(endless)
    slack.script(*(Fault(Act.ANSWER, "conversations.list", body=body) for _ in range(20)))
    assert "#rankings is none of the public channels" in said(slack, "#rankings")
