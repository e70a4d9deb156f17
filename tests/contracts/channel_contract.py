"""What every channel promises, whatever it speaks. Test modules subclass ``ChannelContract`` and bring a harness."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime

import pytest

from bot.adapters.stored_text import text_of
from bot.app.ports import Channel
from bot.app.records import Message, SlackPart
from bot.core.delivery import Delivery, DeliveryStatus, Failed, Sent, Step, Unknown

CREATED_AT = datetime(2026, 11, 11, 8, 0, tzinfo=UTC)
CITATION = (
    "~ Source: OpenRouter (\x02openrouter.ai/apps\x1fhttps://openrouter.ai/apps\x03), as of 2026-11-11T02:15:41.208Z."
)


def message(**changes: object) -> Message:
    """A digest in every form."""
    fields: dict[str, object] = {
        "key": "team/2026-11-11T08:00:00Z",
        "day": date(2026, 11, 10),
        "created_at": CREATED_AT,
        "subject": "Kestrel Code passes Marlin for #4",
        "text": "Kestrel Code passes Marlin for #4.\n",
        "html": "<p>Kestrel Code passes Marlin for #4.</p>",
        "slack": (
            SlackPart(f"# Kestrel Code passes Marlin for #4\n* Sable enters the top 10.\n{CITATION}"),
            SlackPart(f"# Top 10\n| 1\tHarrier\t7.21T\n| 2\tMarlin\t1.79T\n{CITATION}"),
        ),
    }
    return Message(**{**fields, **changes})  # type: ignore[arg-type]


def delivery(steps: tuple[Step, ...] = (), number: int = 7) -> Delivery:
    """The stored delivery of those steps."""
    return Delivery(number, "team", CREATED_AT, DeliveryStatus.CLAIMED, "Kestrel Code", steps, CREATED_AT)


class ChannelHarness(ABC):
    """A channel and the service behind it, with what may go wrong there."""

    channel: Channel
    secrets: tuple[str, ...] = ()
    permanent_hint = True

    @abstractmethod
    def count(self) -> int:
        """How many messages the service holds."""

    @abstractmethod
    def refuse(self) -> None:
        """From now on the service refuses for good."""

    @abstractmethod
    def put_off(self, seconds: float | None) -> None:
        """The next request is put off; the service names the seconds to wait, if it can."""

    @contextmanager
    def unreachable(self) -> Iterator[Channel]:
        """The same channel with nobody listening at its service's address."""
        pytest.skip("there is no network between this channel and its service")
        yield self.channel

    def lose_answer(self, *, kept: bool) -> None:
        """The answer to the next message is lost; the service has taken it, or not."""
        pytest.skip("this channel's service can't lose an answer")

    names_wait = False


class ChannelContract(ABC):
    """The suite. ``harness`` is a fixture of the subclass."""

    def send_all(self, channel: Channel) -> list[str]:
        """Sends every step of the message as the outbox does; the receipts."""
        steps = channel.steps(message())
        receipts: list[str] = []
        for step in steps:
            outcome = channel.send(delivery(steps), step, receipts[0] if receipts else "")
            assert isinstance(outcome, Sent), outcome
            receipts.append(outcome.receipt)
        return receipts

    def test_the_outbox_can_be_read(self, harness: ChannelHarness) -> None:
        """What a channel keeps there is of a form that ``stored_text`` knows."""
        assert "Kestrel Code passes Marlin for #4" in text_of(delivery(harness.channel.steps(message())))

    def test_each_step_is_sent_once(self, harness: ChannelHarness) -> None:
        receipts = self.send_all(harness.channel)
        assert harness.count() == len(receipts) == len(harness.channel.steps(message()))

    def test_steps_are_numbered_and_only_later_ones_are_replies(self, harness: ChannelHarness) -> None:
        steps = harness.channel.steps(message())
        assert [step.number for step in steps] == list(range(len(steps)))
        assert not steps[0].reply
        assert all(step.target and step.payload for step in steps)

    def test_the_same_message_gives_the_same_steps(self, harness: ChannelHarness) -> None:
        assert harness.channel.steps(message()) == harness.channel.steps(message())

    def test_a_refusal_for_good_is_permanent_and_says_what_to_do(self, harness: ChannelHarness) -> None:
        steps = harness.channel.steps(message())
        harness.refuse()
        outcome = harness.channel.send(delivery(steps), steps[0], "")
        assert isinstance(outcome, Failed), outcome
        assert outcome.permanent
        assert outcome.reason
        assert outcome.hint or not harness.permanent_hint
        assert harness.count() == 0

    def test_what_passes_is_transient(self, harness: ChannelHarness) -> None:
        steps = harness.channel.steps(message())
        harness.put_off(None)
        outcome = harness.channel.send(delivery(steps), steps[0], "")
        assert isinstance(outcome, Failed), outcome
        assert not outcome.permanent
        assert harness.count() == 0
        assert isinstance(harness.channel.send(delivery(steps), steps[0], ""), Sent)

    def test_the_time_that_the_service_names_is_handed_on(self, harness: ChannelHarness) -> None:
        if not harness.names_wait:
            pytest.skip("this channel's service names no time")
        steps = harness.channel.steps(message())
        harness.put_off(37)
        outcome = harness.channel.send(delivery(steps), steps[0], "")
        assert isinstance(outcome, Failed), outcome
        assert outcome.retry_after == 37

    def test_nobody_listening_is_transient(self, harness: ChannelHarness) -> None:
        with harness.unreachable() as channel:
            steps = channel.steps(message())
            outcome = channel.send(delivery(steps), steps[0], "")
        assert isinstance(outcome, Failed), outcome
        assert not outcome.permanent

    @pytest.mark.parametrize("kept", [True, False])
    def test_a_lost_answer_is_unknown_and_nothing_is_sent_twice(self, harness: ChannelHarness, *, kept: bool) -> None:
        steps = harness.channel.steps(message())
        harness.lose_answer(kept=kept)
        outcome = harness.channel.send(delivery(steps), steps[0], "")
        assert isinstance(outcome, Unknown), outcome
        assert harness.count() == int(kept)

    def test_find_tells_what_is_there(self, harness: ChannelHarness) -> None:
        receipts = self.send_all(harness.channel)
        steps = harness.channel.steps(message())
        for step, receipt in zip(steps, receipts, strict=True):
            outcome = harness.channel.find(delivery(steps), step, receipts[0] if step.reply else "")
            assert outcome == Sent(receipt) if harness.channel.can_be_asked else isinstance(outcome, Unknown)

    def test_find_tells_what_is_not_there(self, harness: ChannelHarness) -> None:
        steps = harness.channel.steps(message())
        outcome = harness.channel.find(delivery(steps), steps[0], "")
        if harness.channel.can_be_asked:
            assert isinstance(outcome, Failed)
            assert not outcome.permanent
        else:
            assert isinstance(outcome, Unknown)

    def test_a_test_message_is_sent_and_marked(self, harness: ChannelHarness) -> None:
        assert isinstance(harness.channel.test(), Sent)
        assert harness.count() == 1
        assert "TEST" in self.newest(harness)

    def test_a_test_that_fails_says_why(self, harness: ChannelHarness) -> None:
        harness.refuse()
        outcome = harness.channel.test()
        assert isinstance(outcome, Failed)
        assert outcome.reason

    def test_no_secret_is_ever_shown(self, harness: ChannelHarness) -> None:
        shown = [repr(harness.channel), repr(vars(harness.channel)), harness.channel.describe()]
        steps = harness.channel.steps(message())
        shown.append(repr(steps))
        harness.put_off(None)
        shown.append(repr(harness.channel.send(delivery(steps), steps[0], "")))
        harness.refuse()
        shown.append(repr(harness.channel.send(delivery(steps), steps[0], "")))
        shown.append(repr(harness.channel.find(delivery(steps), steps[0], "")))
        shown.append(repr(harness.channel.test()))
        assert not [secret for secret in harness.secrets for text in shown if secret in text]

    @abstractmethod
    def newest(self, harness: ChannelHarness) -> str:
        """All text of the newest message that the service holds."""
