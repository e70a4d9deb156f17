"""Stand-ins for the world outside, typed by the ports: a feed that is told its answers, a channel, a clock."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta

from bot.app.records import Message, SlackPart
from bot.core.catalogue import Listing
from bot.core.delivery import Delivery, Failed, IfUnsure, Outcome, Sent, Step
from bot.core.digest import Digest, Provenance, Revision
from bot.core.ranking import MODEL_DAY, Board, Ranking
from bot.errors import FeedError, TemplateError
from tests.builders import DAY, snapshot

SETTLE = timedelta(hours=2)
MORNING = datetime.combine(DAY + timedelta(days=1), time(2, 15), UTC)
"""A quarter past the moment when DAY became final."""

Figures = Callable[[Board, date], Sequence[tuple[str, int]]]
"""(item, tokens) of a board's window, highest first."""


def steady(_board: Board, _day: date) -> Sequence[tuple[str, int]]:
    """Twenty items that never change."""
    return [(f"item{place:02}", 1000 - place) for place in range(20)]


def ranking(board: Board, day: date, rows: Iterable[tuple[str, int]], *, depth: int = 100) -> Ranking:
    """What the feed answers."""
    whole = snapshot(board, day, [(item, item.title(), tokens) for item, tokens in rows], depth=depth)
    return Ranking(
        board, whole.start_date, day, whole.as_of, whole.fetched_at, depth=depth, entries=whole.entries, sample=False
    )


@dataclass
class FakeFeed:
    """A feed whose figures follow from board and day; ``fails`` holds errors by (board key, end), used up in turn.

    Without a ``clock`` it answers as on the morning after each window.
    """

    figures: Figures = steady
    fails: dict[tuple[str, date], list[FeedError]] = field(default_factory=dict)
    down: FeedError | None = None
    asked: list[tuple[str, date]] = field(default_factory=list)
    requests: int = 0
    clock: Callable[[], datetime] | None = None
    listings: Sequence[Listing] = ()
    catalogue_fails: list[FeedError] = field(default_factory=list)
    catalogue_asked: int = 0

    def app_ranking(self, board: Board, end_date: date, depth: int) -> Ranking:
        self._ask(board, end_date)
        return self._now(ranking(board, end_date, self.figures(board, end_date)[:depth], depth=depth))

    def model_days(self, start: date, end: date) -> Sequence[Ranking]:
        self._ask(MODEL_DAY, end)
        days = [start + timedelta(days=offset) for offset in range((end - start).days + 1)]
        answers = {day: self.figures(MODEL_DAY, day) for day in days}
        return [self._now(ranking(MODEL_DAY, day, rows, depth=50)) for day, rows in answers.items() if rows != ()]

    def _now(self, answer: Ranking) -> Ranking:
        if self.clock is None:
            return answer
        now = self.clock()
        return replace(answer, fetched_at=now, as_of=f"{now:%Y-%m-%dT%H:%M:%S}Z")

    def catalogue(self) -> Sequence[Listing]:
        self.requests += 1
        self.catalogue_asked += 1
        if self.catalogue_fails:
            raise self.catalogue_fails.pop(0)
        return self.listings

    def _ask(self, board: Board, end: date) -> None:
        self.requests += 1
        self.asked.append((board.key, end))
        if self.down:
            raise self.down
        errors = self.fails.get((board.key, end))
        if errors:
            raise errors.pop(0)


@dataclass
class FakeChannel:
    """A channel that keeps what it is given; ``answers`` and ``looks`` are used up in turn, then all is well.

    An answer that is an exception is raised, as a bug would be; ``broken`` fails to take a message apart.
    """

    name: str = "team"
    kind: str = "fake"
    if_unsure: IfUnsure = IfUnsure.RESEND
    can_be_asked: bool = True
    has_threads: bool = False
    shows_pictures: bool = False
    parts: int = 1
    replies: bool = False
    answers: list[Outcome | Exception] = field(default_factory=list)
    broken: bool = False
    looks: list[Outcome] = field(default_factory=list)
    sent: list[tuple[int, str, str]] = field(default_factory=list)
    looked: list[int] = field(default_factory=list)
    on_send: Callable[[], object] = lambda: None

    def steps(self, message: Message) -> tuple[Step, ...]:
        if self.broken:
            raise KeyError("a bug")
        return tuple(
            Step(number, self.name, message.text, reply=self.replies and number > 0) for number in range(self.parts)
        )

    def send(self, delivery: Delivery, step: Step, thread: str) -> Outcome:
        self.sent.append((step.number, thread, step.payload))
        self.on_send()
        answer = self.answers.pop(0) if self.answers else Sent(f"ts{step.number}")
        if isinstance(answer, Exception):
            raise answer
        return answer

    def find(self, delivery: Delivery, step: Step, thread: str) -> Outcome:
        self.looked.append(step.number)
        return self.looks.pop(0) if self.looks else Failed("not there", permanent=False)

    def test(self) -> Outcome:
        return Sent("test")

    def probe(self) -> Outcome:
        return Sent("probed")

    def describe(self) -> str:
        return "a fake"


class PlainRenderer:
    """Renders a digest as its headline, news and revisions, one line each. ``failing`` templates do not work."""

    def __init__(self) -> None:
        self.failing: list[TemplateError] = []
        self.on_render: Callable[[], object] = lambda: None

    def check(self) -> Sequence[TemplateError]:
        return self.failing

    def render(self, digest: Digest, *, key: str, now: datetime) -> Message:
        self.on_render()
        lines = [digest.headline, *(news.text for section in digest.sections for news in section.news)]
        lines += [revision.text for revision in digest.revisions]
        text = "\n".join(lines)
        return Message(key, digest.day, now, digest.headline, text, text, (SlackPart(text),))

    def correction(
        self, revisions: Sequence[Revision], subject: str, provenance: Provenance, *, key: str, now: datetime
    ) -> Message:
        cited = [citation.text for citation in provenance.citations]
        text = "\n".join([subject, *(revision.text for revision in revisions), *cited])
        return Message(key, now.date(), now, subject, text, text, (SlackPart(text),))

    def notice(self, subject: str, lines: Sequence[str], *, key: str, now: datetime) -> Message:
        text = "\n".join([subject, *lines])
        return Message(key, now.date(), now, subject, text, text, (SlackPart(text),))


@dataclass
class Clock:
    """A clock that is set; sleeping moves it on."""

    now: datetime = MORNING
    slept: list[float] = field(default_factory=list)

    def __call__(self) -> datetime:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += timedelta(seconds=seconds)
