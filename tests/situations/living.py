"""A bot that lives through a situation: an invented feed, its real configuration, and everything but the network.

The days are fetched, judged, composed, rendered and taken apart for the channels as in production; only what would go
over a wire is kept instead. So what a situation yields is what its readers would get.
"""

from __future__ import annotations

import email
import email.policy
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from email.message import EmailMessage
from html import unescape
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from bot.adapters.email import EmailChannel
from bot.adapters.pictures import Draw
from bot.adapters.render import JinjaRenderer
from bot.adapters.slack import SlackToken
from bot.adapters.slack_plain import forms
from bot.app.cycle import Cycle, Timing
from bot.app.deliver import Deliver
from bot.app.poll import no_progress
from bot.app.ports import Channel
from bot.app.subscription import Subscription
from bot.config import load
from bot.config.model import Config
from bot.core.catalogue import Listing
from bot.core.delivery import Delivery, Outcome, RetryPolicy, Sent, Step
from bot.core.due import rhythm
from bot.core.ranking import MODEL_DAY, MODEL_DEPTH, OTHER, Board, Dataset, Entry, Ranking
from bot.wiring import bundled_templates
from tests.app.doubles import Clock
from tests.fakes import FakeStore

ONE_DAY = timedelta(days=1)
SETTLE = timedelta(hours=2)
MORNING = time(8, 0, 20)
"""When the bot runs, UTC: just after nine in Berlin, in winter."""
CHANNELS = """
[openrouter]
api_key = "env:OPENROUTER_API_KEY"

[channel.team]
type = "slack"
token = "env:SLACK_BOT_TOKEN"
channel = "C0123456789"
days = {days}
at = "09:00"
timezone = "Europe/Berlin"

[channel.mail]
type = "email"
host = "smtp.example.com"
from = "Rank Watch <rankings@kestrel.example>"
to = ["team@kestrel.example"]
reply_to = "ops@kestrel.example"
days = {days}
at = "09:00"
timezone = "Europe/Berlin"
"""

Row = tuple[str, str, int]
"""(item, name, tokens)."""
Figures = Callable[[Board, date, datetime], Iterable[Row]]
"""What the feed says of a board's window at a moment, in any order. What has no tokens is not listed."""


@dataclass(frozen=True)
class Situation:
    """A story: what the feed says, who is told of it, and which mornings' messages are golden.

    ``first`` and ``last`` are the mornings between which the bot runs, but for those of ``down``. ``told`` are the
    mornings whose messages are looked at. ``history`` is how many days before its first morning are fetched, too, as
    by ``rankbot backfill``.
    """

    name: str
    figures: Figures
    watchlists: str
    first: date
    last: date
    told: Sequence[date]
    days: str = '"weekdays"'
    down: frozenset[date] = frozenset()
    listings: Sequence[Listing] = ()
    history: int = 0

    def mornings(self) -> Iterator[date]:
        """Those on which the bot runs."""
        for passed in range((self.last - self.first).days + 1):
            if (morning := self.first + passed * ONE_DAY) not in self.down:
                yield morning


@dataclass(frozen=True)
class Told:
    """A message, as the readers of both channels got it. ``slack`` are its posts.

    ``mail`` is None where there is none: of a reply in the thread of an earlier message.
    """

    mail: EmailMessage | None
    slack: Sequence[Mapping[str, Any]]

    @property
    def subject(self) -> str:
        """The mail's, and of a reply in a thread its headline."""
        return str(self.mail["Subject"]) if self.mail else str(unescape(self.slack[0]["text"]))

    @property
    def text(self) -> str:
        """The mail's text part."""
        return self._part("plain")

    @property
    def page(self) -> str:
        """The mail's HTML."""
        return self._part("html")

    def _part(self, subtype: str) -> str:
        body = self.mail.get_body((subtype,)) if self.mail else None
        return str(body.get_content()).replace("\r\n", "\n") if isinstance(body, EmailMessage) else ""

    @property
    def slack_text(self) -> str:
        """The posts as Slack gets them where it takes no blocks, one below the other."""
        plain = [list(forms(post["text"], post["blocks"]))[-1]["text"] for post in self.slack]
        return "\n\n────────\n\n".join(unescape(text) for text in plain) + "\n"

    def files(self) -> dict[str, str]:
        """What is golden of it, by the end of a file's name."""
        mail = {"txt": self.text, "html": self.page} if self.mail else {}
        slack = {"slack.json": in_lines(self.slack), "slack.txt": self.slack_text}
        return {"subject.txt": f"{self.subject}\n", **mail, **slack}


def in_lines(posts: Sequence[Mapping[str, Any]]) -> str:
    """Posts as JSON with a line for each block, as ``python -m tests.slack_page`` reads it."""
    written = []
    for post in posts:
        blocks = ",\n".join(json.dumps(block, ensure_ascii=False, sort_keys=True) for block in post["blocks"])
        written.append(f'{{"text": {json.dumps(post["text"], ensure_ascii=False)}, "blocks": [\n{blocks}\n]}}')
    return f"[{', '.join(written)}]\n"


def lived(situation: Situation, *, draw: Draw = lambda _chart: b"") -> dict[date, list[Told]]:
    """What each of the situation's mornings brought: the digest, and replies in the threads of earlier ones before it.

    ``draw`` makes the mail's pictures; without it they are empty.
    """
    bot = Bot(situation, draw)
    found: dict[date, list[Told]] = {}
    for morning in situation.mornings():
        bot.run(morning)
        if morning in situation.told:
            found[morning] = bot.told()
    return found


class _Slack(SlackToken):
    """Posts as they would go over the wire, kept."""

    def send(self, delivery: Delivery, step: Step, thread: str) -> Outcome:
        return Sent(f"{delivery.id}.{step.number}")


class _Mail(EmailChannel):
    """Mails as they would go over the wire, kept."""

    def send(self, delivery: Delivery, step: Step, thread: str) -> Outcome:
        return Sent(f"<{delivery.id}@kestrel.example>")


@dataclass
class _Feed:
    """The invented feed, by the clock."""

    situation: Situation
    clock: Clock
    requests: int = 0

    def app_ranking(self, board: Board, end_date: date, depth: int) -> Ranking:
        self.requests += 1
        return self._ranking(board, end_date, depth)

    def model_days(self, start: date, end: date) -> Sequence[Ranking]:
        self.requests += 1
        days = [start + passed * ONE_DAY for passed in range((end - start).days + 1)]
        return [self._ranking(MODEL_DAY, day, MODEL_DEPTH) for day in days]

    def catalogue(self) -> Sequence[Listing]:
        self.requests += 1
        return self.situation.listings

    def _ranking(self, board: Board, end: date, depth: int) -> Ranking:
        rows = [row for row in self.situation.figures(board, end, self.clock()) if row[2] > 0]
        other = sum(tokens for item, _, tokens in rows if item == OTHER)
        listed = sorted((row for row in rows if row[0] != OTHER), key=lambda row: (-row[2], row[0]))[:depth]
        return Ranking(
            board,
            board.start(end),
            end,
            f"{self.clock():%Y-%m-%d}T02:15:{'41.208' if board.dataset is Dataset.APPS else '09.114'}Z",
            self.clock(),
            depth=depth,
            entries=tuple(Entry(rank, *row) for rank, row in enumerate(listed, start=1)),
            other_tokens=other,
        )


class Bot:
    """The bot of a situation, over a store in memory."""

    def __init__(self, situation: Situation, draw: Draw = lambda _chart: b"") -> None:
        config = _config(situation)
        self.store, self.clock = FakeStore(), Clock()
        self.channels: dict[str, Channel] = {
            "team": _Slack("team", token=str, channel="C0123456789", pace=lambda: None),
            "mail": self._mail(config),
        }
        self._seen: set[int] = set()
        self._history = situation.history
        self._cycle = Cycle(
            store=self.store,
            feed=_Feed(situation, self.clock),
            renderer=JinjaRenderer(bundled_templates(), draw=draw),
            watchlists=config.watchlists,
            subscriptions=[
                Subscription(channel, config.channels[name].cadence, config.watchlists)
                for name, channel in self.channels.items()
            ],
            operators=(),
            deliver=Deliver(
                store=self.store,
                channels=self.channels,
                policy=RetryPolicy(),
                clock=self.clock,
                jitter=lambda: 1.0,
                sleep=self.clock.sleep,
            ),
            timing=Timing(self.clock, self.clock, SETTLE, catch_up_days=31),
        )

    def _mail(self, config: Config) -> EmailChannel:
        return _Mail(
            "mail",
            host="smtp.example.com",
            port=587,
            security="starttls",
            sender="Rank Watch <rankings@kestrel.example>",
            to=["team@kestrel.example"],
            reply_to="ops@kestrel.example",
            rhythm=rhythm(config.channels["mail"].cadence),
            now=self.clock,
        )

    def run(self, morning: date) -> None:
        """One run, on which everything must go well."""
        self.clock.now = datetime.combine(morning, MORNING, UTC)
        self._seen = {delivery.id for delivery in self.store.deliveries()}
        if self._history:
            ends = morning - self._history * ONE_DAY, morning - 2 * ONE_DAY
            self._cycle.poll(self._cycle.plan_history(*ends), accept=frozenset(), progress=no_progress)
            self._history = 0
        report = self._cycle.run()
        assert report.complete, (morning, report.poll, report.broken)

    def told(self) -> list[Told]:
        """What the last run sent, a reply in an earlier thread before the digest."""
        new = [delivery for delivery in self.store.deliveries() if delivery.id not in self._seen]
        mails = {delivery.due_at: delivery for delivery in new if delivery.channel == "mail"}
        posts = [delivery for delivery in new if delivery.channel == "team"]
        return [
            Told(_read(mails.get(post.due_at)), [json.loads(step.payload) for step in post.steps]) for post in posts
        ]


def _config(situation: Situation) -> Config:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "config.toml"
        path.write_text(CHANNELS.format(days=situation.days) + situation.watchlists, encoding="utf-8")
        return load(path, environ={"OPENROUTER_API_KEY": "k", "SLACK_BOT_TOKEN": "k"}, secrets=False)


def _read(delivery: Delivery | None) -> EmailMessage | None:
    if delivery is None:
        return None
    mail = email.message_from_bytes(delivery.steps[0].payload.encode("ascii"), policy=email.policy.default)
    assert isinstance(mail, EmailMessage)
    return mail
