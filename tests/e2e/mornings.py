"""A bot that lives through some mornings over real HTTP and a real database, and what its readers were told.

After every morning, readers believe of what they were told exactly what stands: whatever a digest says, it says once.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest

from bot.app.compose import Composed
from bot.app.cycle import CycleReport
from bot.app.ports import Store
from bot.core.event import Event, EventStatus
from bot.sandbox import Sandbox
from bot.sandbox.source import Source
from bot.wiring import House, load_config
from tests.e2e.recorded import Fact

Verdict = tuple[date, str, str]
"""What happened without its figures: on which day, of which kind (with the n of a top), to which item."""

CONFIG = """
[openrouter]
api_key = "env:OPENROUTER_API_KEY"
base_url = "{url}"
requests_per_minute = 10000
requests_per_day = 100000
settle_hours = {settle_hours}
restate_days = {restate_days}

[operator]
channels = ["ops"]

[channel.ops]
type = "file"
directory = "ops"

[channel.daily]
type = "file"
directory = "daily"
when_quiet = "line"

[channel.weekly]
type = "file"
directory = "weekly"
days = ["mon"]

[channel.noon]
type = "file"
directory = "noon"
at = "12:00"

[defaults]
channels = ["daily", "weekly", "noon"]
"""


@dataclass(slots=True)
class Readers:
    """What the readers of one channel were told: ``told`` as news, ``revised`` how often, and what they believe."""

    told: dict[str, date] = field(default_factory=dict)
    revised: Counter[str] = field(default_factory=Counter)
    believed: set[str] = field(default_factory=set)

    def read(self, composed: Composed) -> None:
        """Reads a digest: news are news, and each of the revised turns what was believed round."""
        news = [line for section in composed.digest.sections for line in section.news]
        handles = [handle for line in news for handle in (line.id, *(proof.id for proof in line.also))]
        turned = [revision.id for revision in composed.digest.revisions]
        assert len({*handles, *turned}) == len(handles) + len(turned), "something is said twice in a digest"
        assert not set(handles) & {*self.told, *self.revised}, "something is news for the second time"
        self.told |= dict.fromkeys(handles, composed.digest.day)
        self.revised.update(turned)
        self.believed = (self.believed | set(handles)) ^ set(turned)

    @property
    def heard(self) -> set[str]:
        """All that they were ever told of."""
        return {*self.told, *self.revised}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the mornings left: their reports, every event (those held back, too), and the readers of each channel."""

    reports: dict[datetime, CycleReport]
    events: tuple[Event, ...]
    readers: dict[str, Readers]

    @property
    def stands(self) -> set[Verdict]:
        """What holds by the figures that the bot asked for last, told or held back."""
        return {verdict_of(event) for event in self.events if event.status is not EventStatus.RETRACTED}

    @property
    def retracted(self) -> set[Verdict]:
        """What was found once, and does not hold."""
        return {verdict_of(event) for event in self.events if event.status is EventStatus.RETRACTED}

    @property
    def late(self) -> set[Verdict]:
        """What holds, and was not found when its day was judged first, or held back then."""
        return {verdict_of(event) for event in self.events if event.late and event.status is not EventStatus.RETRACTED}

    def verdicts(self, handles: Iterable[str]) -> set[Verdict]:
        """The events with these handles."""
        wanted = set(handles)
        return {verdict_of(event) for event in self.events if event.id in wanted}

    def of(self, watchlist: str) -> Outcome:
        """One watchlist's share."""
        return Outcome(
            self.reports, tuple(event for event in self.events if event.watchlist == watchlist), self.readers
        )


@contextmanager
def without_charts() -> Iterator[None]:
    """A machine without the extra ``charts``: hundreds of digests are read here, and no picture is looked at."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(sys.modules, "matplotlib", None)
        yield


def play(
    folder: Path,
    source: Source,
    watchlists: str,
    mornings: Sequence[datetime],
    *,
    settle_hours: int = 2,
    restate_days: int = 1,
) -> Outcome:
    """A cycle at each of these moments, with the answers that the source has by then.

    The readers of ``daily`` are told at once, those of ``weekly`` on Mondays, and those of ``noon`` of each day on the
    morning after the next: it is checked by then. The last morning tells whatever is not told yet.
    """
    now = mornings[0]
    reports: dict[datetime, CycleReport] = {}
    readers = {"daily": Readers(), "weekly": Readers(), "noon": Readers()}

    def clock() -> datetime:
        return now

    with Sandbox(source, now=clock, limits=False) as sandbox, without_charts():
        common = CONFIG.format(url=sandbox.url, settle_hours=settle_hours, restate_days=restate_days)
        (folder / "config.toml").write_text(common + watchlists, encoding="utf-8")
        with House(load_config(folder / "config.toml"), clock=clock, sleep=lambda _seconds: None) as house:
            cycle = house.cycle()
            ids = [watchlist.id for watchlist in cycle.watchlists]
            for now in mornings:
                reports[now] = cycle.run(at_once=now == mornings[-1])
                assert not reports[now].broken
                _read(house.store, reports[now], readers, ids)
            events = tuple(house.store.events(held_back=True))
    return Outcome(reports, events, readers)


def _read(store: Store, report: CycleReport, readers: dict[str, Readers], watchlists: Sequence[str]) -> None:
    """The digests of a morning are read; who got one knows how all stands that he was told of, and nothing is left."""
    stands = {event.id for event in store.events() if event.status is not EventStatus.RETRACTED}
    for composed in report.composed:
        reader = readers[composed.channel]
        reader.read(composed)
        assert reader.believed == reader.heard & stands
        assert store.disputed(composed.channel, watchlists) == []


def at(day: date, clock: time) -> datetime:
    """That time of the day after: ``day`` is over."""
    return datetime.combine(day + timedelta(days=1), clock, UTC)


def fact_of(event: Event) -> Fact:
    """An event with its figures; its kind with what tells such events apart."""
    kind = f"{event.kind.value}:{event.threshold}" if event.threshold else event.kind.value
    return Fact(event.date, kind, event.item, event.rank, event.previous_rank, event.tokens)


def verdict_of(event: Event) -> Verdict:
    """An event without its figures."""
    return bare(fact_of(event))


def bare(fact: Fact) -> Verdict:
    """A fact without its figures."""
    return fact.day, fact.kind, fact.item
