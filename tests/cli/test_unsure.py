"""``if_unsure = "ask"``, end to end: a lost answer, the operator told once, their word, and the trouble's end."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from tests.cli.bench import Bench
from tests.servers.block_kit import all_text
from tests.servers.slack import CHANNEL, TOKEN, Act, FakeSlack, Fault
from tests.servers.smtp import FakeSmtp

OPS = f"""\
[channel.ops]
type = "slack"
token = "env:TOKEN"
channel = "{CHANNEL}"
api_url = "{{api_url}}"

[operator]
channels = ["ops"]
"""
WEBHOOK = """\
[channel.team]
type = "slack"
webhook_url = "env:WEBHOOK"
if_unsure = "ask"
when_quiet = "nothing"
"""
MAIL = """\
[channel.team]
type = "email"
host = "127.0.0.1"
port = {port}
security = "none"
from = "Rankings <rankings@example.com>"
to = ["one@example.com", "two@example.com"]
if_unsure = "ask"
when_quiet = "nothing"
"""
LOOK = "Look whether the message is there; then: rankbot deliveries discard 2, or retry 2 to send it again."


@pytest.fixture
def slack(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeSlack]:
    """A workspace in which the operator has a channel; readers have a webhook of it."""
    with FakeSlack() as made:
        monkeypatch.setenv("TOKEN", TOKEN)
        monkeypatch.setenv("WEBHOOK", made.webhook_url)
        bench.add(OPS.format(api_url=made.api_url))
        yield made


def to_readers(slack: FakeSlack) -> int:
    """How often the workspace has the digest, which came by the webhook."""
    return sum("metadata" not in post.body for post in slack.posts)


def to_operator(slack: FakeSlack) -> list[str]:
    """The notices."""
    return [all_text(post.body) for post in slack.posts if "metadata" in post.body]


def run_for_an_hour(bench: Bench) -> int:
    """Runs as often as a service would; the last exit code."""
    code = 0
    for _ in range(6):
        bench.now += timedelta(minutes=10)
        code = bench("run").code
    return code


@pytest.mark.parametrize("kept", [True, False])
def test_a_webhooks_lost_answer_waits_for_the_operators_word(bench: Bench, slack: FakeSlack, *, kept: bool) -> None:
    """Told once whatever the number of runs; the digest that is there is discarded, the one that is not is sent."""
    bench.add(WEBHOOK)
    slack.script(Fault(Act.DROP, "webhook", kept=kept))
    bench("run")
    assert run_for_an_hour(bench) == 0  # it is nothing that a run could mend
    assert to_readers(slack) == kept
    (told,) = to_operator(slack)
    assert "may have been delivered or not" in told
    assert "rankbot deliveries discard 2, or retry 2" in told
    status = bench("status")
    assert (status.code, LOOK in status.flat) == (1, True)
    assert [found["status"] for found in bench("deliveries", "--json").lines if found["id"] == 2] == ["unknown"]

    assert bench("deliveries", "discard" if kept else "retry", "2").code == 0
    assert to_readers(slack) == 1
    assert bench("status").code == 0
    run_for_an_hour(bench)
    assert to_readers(slack) == 1
    _, ended = to_operator(slack)
    assert "1 problem ended" in ended
    wanted = "discarded" if kept else "sent"
    assert [found["status"] for found in bench("deliveries", "--json").lines if found["id"] == 2] == [wanted]


@pytest.mark.usefixtures("slack")
def test_a_mails_lost_answer_is_sent_again_on_request_to_the_same_bytes(bench: Bench) -> None:
    """Nothing is sent to anybody a second time before; what was acknowledged is not sent again at all."""
    with FakeSmtp() as smtp:
        bench.add(MAIL.format(port=smtp.port))
        smtp.drop_at = "KEPT"
        bench("run")
        smtp.drop_at = ""
        run_for_an_hour(bench)
        assert sorted(mail.recipients for mail in smtp.mails) == [("one@example.com",), ("two@example.com",)]
        assert LOOK in bench("status").flat
        assert bench("deliveries", "retry", "2").code == 0
        assert bench("status").code == 0
        run_for_an_hour(bench)
        assert len(smtp.mails) == 4
        assert len({(mail.recipients, mail.content) for mail in smtp.mails}) == 2
