"""Any service by Apprise as a channel: the contract over its ``json://``, and what its failures mean."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event
from typing import Any

import pytest

from bot.adapters.apprise import AppriseChannel
from bot.app.ports import Channel
from bot.core.delivery import Failed, Outcome, Sent, Unknown
from bot.errors import UsageError
from tests.adapters.slack_channels import closed_port
from tests.contracts.channel_contract import ChannelContract, ChannelHarness, delivery, message
from tests.servers.json_service import PASSWORD, PATH, JsonService

SOURCE = "Source: OpenRouter (openrouter.ai/apps), as of 2026-11-11T02:15:41.208Z.\nChecked Wed 11 Nov 2026.\n"
DISCORD = "discord://4174216298/JHMHI8qBe7bk2ZwO5U711o3dV_js"


@pytest.fixture
def service() -> Iterator[JsonService]:
    with JsonService() as started:
        yield started


def channel(url: str, **changes: object) -> AppriseChannel:
    return AppriseChannel("phone", url=lambda: url, **changes)  # type: ignore[arg-type]


def send(channel: AppriseChannel) -> Outcome:
    steps = channel.steps(message())
    return channel.send(delivery(steps), steps[0], "")


class AppriseHarness(ChannelHarness):
    secrets = (PASSWORD, PATH)

    def __init__(self, service: JsonService) -> None:
        self.service = service
        self.channel: Channel = channel(service.url)

    def count(self) -> int:
        return len(self.service.messages)

    def refuse(self) -> None:
        self.service.always = 401

    def put_off(self, seconds: float | None) -> None:
        self.service.replies.append(503)

    @contextmanager
    def unreachable(self) -> Iterator[Channel]:
        yield channel(f"json://127.0.0.1:{closed_port()}/{PATH}")

    def lose_answer(self, *, kept: bool) -> None:
        self.service.drops.append(kept)


class TestAppriseKeepsTheContract(ChannelContract):
    @pytest.fixture
    def harness(self, service: JsonService) -> AppriseHarness:
        return AppriseHarness(service)

    def newest(self, harness: ChannelHarness) -> str:
        assert isinstance(harness, AppriseHarness)
        return str(harness.service.messages[-1])


class TestMessages:
    """What is sent: the headline as the title, the plain text, in parts that each have the source."""

    def test_title_and_text(self, service: JsonService) -> None:
        assert send(channel(service.url)) == Sent()
        (sent,) = service.messages
        assert (sent["title"], sent["message"]) == (message().subject, message().text.strip())

    def test_a_long_text_goes_in_parts_that_each_have_the_source(self) -> None:
        body = "\n\n".join(f"Event {number}. " + "word " * 60 for number in range(20))
        long = message(text=f"{body}\n\n{SOURCE}", source=SOURCE)
        bodies = [json.loads(step.payload)["body"] for step in channel(DISCORD).steps(long)]
        assert len(bodies) > 3
        assert all(text.endswith(f"\n\n{SOURCE}") and len(text) <= 2000 for text in bodies)
        assert bodies[1].startswith(f"(2 of {len(bodies)})\n\n")
        together = "".join(text.replace(SOURCE, "") for text in bodies)
        assert [f"Event {number}. " in together for number in range(20)] == [True] * 20

    def test_names_make_no_mention_and_no_link(self) -> None:
        tempting = message(text="@everyone <!channel> <@U1> [Sable](https://example.com) <b>\n", subject="<b> leads")
        (step,) = channel(DISCORD).steps(tempting)
        payload = json.loads(step.payload)
        assert payload["title"] == "‹b› leads"
        assert not [lure for lure in ("@everyone", "<!", "<@", "](", "<b") if lure in payload["body"]]

    @pytest.mark.parametrize(("limit", "value"), [("body_maxlen", 160), ("body_max_line_count", 2)])
    def test_a_service_too_small_for_the_source_is_refused(
        self, service: JsonService, limit: str, value: int, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Nothing goes out without the citation: not as a text message, not as a bubble on a desktop."""
        from apprise.plugins.custom_json import NotifyJSON

        monkeypatch.setattr(NotifyJSON, limit, value)
        one = channel(service.url)
        steps = one.steps(message(text="word " * 80 + SOURCE, source=SOURCE))
        outcome = one.send(delivery(steps), steps[0], "")
        assert isinstance(outcome, Failed)
        assert outcome.permanent
        assert "too few for the" in outcome.reason
        assert not service.messages

    def test_without_its_address_a_digest_is_cut_for_a_small_service(self) -> None:
        def gone() -> str:
            raise UsageError("APPRISE_URL is not set.", hint="Set it.")

        one = AppriseChannel("phone", url=gone)
        assert len(one.steps(message(text="word " * 2000, source=""))) > 4
        outcome = send(one)
        assert outcome == Failed("APPRISE_URL is not set.", permanent=False, hint="Set it.")
        assert one.describe() == "Apprise"

    def test_an_address_that_goes_away_meanwhile_is_hidden_all_the_same(self, service: JsonService) -> None:
        addresses = [service.url, service.url]

        def going() -> str:
            if not addresses:
                raise UsageError("APPRISE_URL is not set.")
            return addresses.pop()

        service.always = 401
        outcome = send(AppriseChannel("phone", url=going))
        assert isinstance(outcome, Failed)
        assert PASSWORD not in outcome.reason

    def test_between_two_messages_the_service_has_its_pause(self) -> None:
        """Ntfy wants 5.5 seconds, says Apprise; nothing is sent here, for nobody listens."""
        slept: list[float] = []
        one = channel(f"ntfy://127.0.0.1:{closed_port()}/topic", clock=lambda: 100.0, sleep=slept.append)
        for _ in range(3):
            send(one)
        assert slept == [5.5, 11.0]


class TestFailures:
    """What a failure means, as far as Apprise lets one know."""

    @pytest.mark.parametrize(
        ("status", "kind", "permanent"),
        [
            (400, Failed, True),
            (404, Failed, True),
            (410, Failed, True),
            (429, Failed, False),
            (503, Failed, False),
            (500, Unknown, None),
            (502, Unknown, None),
            (504, Unknown, None),
        ],
    )
    def test_by_the_status(self, service: JsonService, status: int, kind: type, *, permanent: bool | None) -> None:
        service.always = status
        outcome = send(channel(service.url))
        assert isinstance(outcome, kind)
        assert getattr(outcome, "permanent", None) is permanent
        assert str(status) in outcome.reason  # type: ignore[union-attr]

    def test_an_address_that_apprise_does_not_know(self) -> None:
        for outcome in (send(channel("nope://token")), channel("nope://token").probe()):
            assert isinstance(outcome, Failed)
            assert outcome.permanent
            assert "token" not in outcome.reason

    def test_its_own_retries_are_off(self, service: JsonService) -> None:
        service.always = 503
        service.drops = [True]
        assert isinstance(send(channel(f"{service.url}?retry=5&wait=0.01&optional=yes")), Unknown)
        assert len(service.messages) == 1

    def test_a_service_that_never_answers_is_given_up_and_what_it_says_later_is_of_no_other(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        from apprise.plugins.custom_json import NotifyJSON

        begun, answered, logged = Event(), Event(), Event()

        def late(self: Any, **_arguments: object) -> bool:
            if not begun.is_set():
                begun.set()
                answered.wait(60)
                self.logger.warning("Failed to send the first: error=401.")
                logged.set()
                return False
            return logged.wait(60) and False

        monkeypatch.setattr(NotifyJSON, "send", late)
        one = channel("json://127.0.0.1/", deadline=0.01)
        assert send(one) == Unknown("Apprise broke off: no answer came in time")
        assert begun.wait(60)
        answered.set()
        assert send(channel("json://127.0.0.1/")) == Failed("Apprise gave no reason", permanent=False)

    def test_of_several_targets_some_may_have_it(self, monkeypatch: pytest.MonkeyPatch) -> None:
        from apprise.plugins.custom_json import NotifyJSON

        with JsonService() as service:
            service.always = 401
            monkeypatch.setattr(NotifyJSON, "__len__", lambda _self: 2)
            outcome = send(channel(service.url))
        assert isinstance(outcome, Unknown)
        assert "not all of the address's 2 targets" in outcome.reason

    def test_apprise_logs_nothing_of_it(self, service: JsonService, caplog: pytest.LogCaptureFixture) -> None:
        caplog.set_level(logging.DEBUG)
        before = (logging.getLogger("apprise").level, logging.getLogger("apprise").propagate)
        service.always = 401
        send(channel(service.url))
        assert not [record for record in caplog.records if record.name.startswith("apprise")]
        assert (logging.getLogger("apprise").level, logging.getLogger("apprise").propagate) == before

    def test_a_reason_that_is_not_given_is_tried_again(self, monkeypatch: pytest.MonkeyPatch) -> None:
        from apprise.plugins.custom_json import NotifyJSON

        monkeypatch.setattr(NotifyJSON, "send", lambda _self, **_arguments: False)
        assert send(channel("json://127.0.0.1/")) == Failed("Apprise gave no reason", permanent=False)


def test_a_probe_sends_nothing(service: JsonService) -> None:
    outcome = channel(service.url).probe()
    assert isinstance(outcome, Sent)
    assert "the address is one of JSON's" in outcome.receipt
    assert not service.messages


def test_it_describes_itself_by_its_kind_of_address(service: JsonService) -> None:
    assert channel(service.url).describe() == "Apprise (json://)"
    assert channel("nonsense").describe() == "Apprise"
