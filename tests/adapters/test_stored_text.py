"""What a delivery says, read from the outbox. That each kind of channel can be read is in the channels' contract."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.adapters.email import EmailChannel
from bot.adapters.file import FileChannel
from bot.adapters.stored_text import text_of
from bot.app.ports import Channel
from bot.app.records import SlackPart
from bot.core.delivery import Step
from tests.adapters.slack_channels import by_token, by_webhook
from tests.contracts.channel_contract import CITATION, CREATED_AT, delivery, message
from tests.servers.slack import FakeSlack


def mail(to: list[str]) -> EmailChannel:
    return EmailChannel("mail", host="", port=1, security="none", sender="r@example.com", to=to, now=lambda: CREATED_AT)


def read(channel: Channel, **changes: object) -> str:
    return text_of(delivery(channel.steps(message(**changes))))


def test_of_files_the_text(tmp_path: Path) -> None:
    assert read(FileChannel("files", directory=tmp_path)) == "Kestrel Code passes Marlin for #4."


def test_of_mails_to_several_the_text_once() -> None:
    said = read(mail(["jo@example.com", "lou@example.com"]), text="Größer als zuvor.\nZweitens.\n")
    assert said.startswith("Größer als zuvor.\nZweitens.\n")
    assert said.count("Größer") == 1
    assert "<p>" not in said


def test_of_a_thread_all_its_posts_in_order_and_unescaped() -> None:
    with FakeSlack() as slack:
        said = read(
            by_token(slack), slack=(SlackPart(f"# One & <two>\n{CITATION}"), SlackPart(f"# Top 10\n{CITATION}"))
        )
    first, citation, second = said.split("\n\n")[:3]
    assert (first, second) == ("One & <two>", "Top 10")
    assert citation.startswith("Source: OpenRouter (openrouter.ai/apps), as of 2026-11-11T02:15:41.208Z.")


def test_of_a_webhook_its_one_post_with_the_table() -> None:
    with FakeSlack() as slack:
        said = read(by_webhook(slack))
    assert "Sable enters the top 10." in said
    assert "Harrier" in said
    assert said.count("Kestrel Code passes Marlin for #4") == 1


@pytest.mark.parametrize("steps", [(), (Step(0, "2026-11-10", ""), Step(1, "2026-11-10", ""))])
def test_nothing_of_what_is_not_kept(steps: tuple[Step, ...]) -> None:
    assert text_of(delivery(steps)) == ""
