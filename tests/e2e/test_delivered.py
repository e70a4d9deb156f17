"""The main job end to end: sandbox, HTTP, SQLite, detection, and real Slack and SMTP servers on loopback."""

from __future__ import annotations

import email
import email.policy
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.app.cycle import CycleReport
from bot.core.digest import CAVEAT
from bot.sandbox import Sandbox, World, last_completed_day
from bot.wiring import House, load_config
from tests.servers.block_kit import all_text, problems
from tests.servers.json_service import JsonService
from tests.servers.slack import CHANNEL, TOKEN, FakeSlack
from tests.servers.smtp import FakeSmtp

NOW = datetime(2026, 11, 11, 5, 0, tzinfo=UTC)
CONFIG = """\
[openrouter]
api_key = "env:OPENROUTER_API_KEY"
base_url = "{feed}"
requests_per_minute = 10000

[channel.team]
type = "slack"
token = "env:TOKEN"
channel = "{channel}"
api_url = "{slack}"

[channel.hook]
type = "slack"
webhook_url = "env:WEBHOOK"

[channel.mail]
type = "email"
host = "127.0.0.1"
port = {port}
security = "none"
from = "Rankings <rankings@example.com>"
to = ["one@example.com", "two@example.com"]

[watchlist.cli-agents]
subcategory = "cli-agent"
mine = ["Kestrel Code"]

[watchlist.models]
dataset = "models"
"""
APPS = "Source: OpenRouter (openrouter.ai/apps), as of 2026-11-11T05:00:00.000Z."
MODELS = "Source: OpenRouter (openrouter.ai/rankings), as of 2026-11-11T05:00:00.000Z."


class Office:
    """A feed, a Slack workspace, a mail server, and the configuration that names them."""

    def __init__(self, folder: Path, sandbox: Sandbox, slack: FakeSlack, smtp: FakeSmtp) -> None:
        self.slack, self.smtp, self.now = slack, smtp, NOW
        text = CONFIG.format(feed=sandbox.url, channel=CHANNEL, slack=slack.api_url, port=smtp.port)
        (folder / "config.toml").write_text(text, encoding="utf-8")
        self._config = folder / "config.toml"

    def add(self, text: str) -> None:
        """Adds to the configuration."""
        self._config.write_text(self._config.read_text(encoding="utf-8") + text, encoding="utf-8")

    def subject(self, channel: str) -> str:
        """The title of the channel's digest."""
        with House(load_config(self._config), clock=lambda: self.now) as house:
            (delivery,) = (one for one in house.store.deliveries() if one.channel == channel)
            return f"SAMPLE: {delivery.subject}"

    def run(self) -> CycleReport:
        """One cycle, in which waiting takes no time."""
        with House(load_config(self._config), clock=lambda: self.now, sleep=lambda _seconds: None) as house:
            return house.cycle().run()


@pytest.fixture
def office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Office]:
    """Everything on loopback."""
    world = World(7, last_completed_day(NOW))
    with (
        Sandbox(world, now=lambda: NOW, limits=False) as sandbox,
        FakeSlack() as slack,
        FakeSmtp() as smtp,
    ):
        monkeypatch.setenv("OPENROUTER_API_KEY", "sk-or-invented")
        monkeypatch.setenv("TOKEN", TOKEN)
        monkeypatch.setenv("WEBHOOK", slack.webhook_url)
        yield Office(tmp_path, sandbox, slack, smtp)


def cited(text: str) -> bool:
    """Whether a message bears both citations, the caveat, and the sample mark."""
    flat = " ".join(text.split())
    return all(words in flat for words in (APPS, MODELS, CAVEAT, "SAMPLE DATA"))


def test_one_parent_and_one_mail_a_recipient_each_cited(office: Office) -> None:
    report = office.run()
    assert report.complete
    parents = [post for post in office.slack.posts if not post.thread_ts]
    by_token = [post for post in parents if "metadata" in post.body]
    assert len(by_token) == 1
    assert len(parents) == 2  # the other one came by the webhook
    for post in office.slack.posts:
        assert not problems(post.body)
        assert cited(all_text(post.body))
        assert post.body["unfurl_links"] is False
        assert post.body["unfurl_media"] is False
    replies = [post for post in office.slack.posts if post.thread_ts]
    assert replies
    assert {post.thread_ts for post in replies} == {by_token[0].ts}
    assert sorted(mail.recipients for mail in office.smtp.mails) == [("one@example.com",), ("two@example.com",)]
    for mail in office.smtp.mails:
        message = email.message_from_bytes(mail.content, policy=email.policy.default)
        parts = {part.get_content_type(): part.get_content() for part in message.walk() if not part.is_multipart()}
        assert cited(parts["text/plain"])
        assert APPS in parts["text/html"]
        assert APPS in parts["text/csv"]
        assert "You get this every day as soon as the figures are final because" in " ".join(
            parts["text/plain"].split()
        )
        assert message["Auto-Submitted"] == "auto-generated"


def test_a_service_of_apprises_gets_the_text_in_parts_that_are_each_cited(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    from apprise.plugins.custom_json import NotifyJSON

    monkeypatch.setattr(NotifyJSON, "body_maxlen", 2000)
    with JsonService() as service:
        monkeypatch.setenv("PHONE", service.url)
        office.add('[channel.phone]\ntype = "apprise"\nurl = "env:PHONE"\n')
        office.run()
        office.run()
    headline = office.subject("phone")
    assert len(service.messages) > 1
    for sent in service.messages:
        assert sent["title"] == headline
        assert cited(sent["message"])


def test_run_again_nothing_is_sent(office: Office) -> None:
    office.run()
    posts, mails = len(office.slack.posts), len(office.smtp.mails)
    again = office.run()
    assert (again.composed, again.attempts) == ([], [])
    assert (len(office.slack.posts), len(office.smtp.mails)) == (posts, mails)


def test_a_server_that_is_down_holds_up_only_its_own_channel(office: Office) -> None:
    office.smtp.sender_reply = "451 4.3.0 try later"
    office.run()
    assert [post for post in office.slack.posts if "metadata" in post.body]
    assert not office.smtp.mails
    office.smtp.sender_reply = ""
    office.now += timedelta(minutes=2)
    posts = len(office.slack.posts)
    office.run()
    assert len(office.smtp.mails) == 2
    assert len(office.slack.posts) == posts


def test_the_notification_is_the_headline(office: Office) -> None:
    report = office.run()
    headline = next(one.digest.headline for one in report.composed if one.channel == "team")
    parent = next(post for post in office.slack.posts if "metadata" in post.body and not post.thread_ts)
    assert parent.body["blocks"][0]["text"]["text"] == headline
    assert json.dumps(parent.body["metadata"]).count("rankbot-team-20261111T020000Z") == 1
