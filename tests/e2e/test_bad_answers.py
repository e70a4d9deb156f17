"""Whatever the feed answers, no reader is told anything false, and the operator is told once, and of the end.

A bot ran well on one day. On the next the feed misbehaves over real HTTP for several cycles, then answers well again:
what readers have then is what a bot told them that never saw the bad answers.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.core.event import Event
from bot.sandbox import Sandbox, World
from bot.sandbox.answers import Answer, Request
from bot.wiring import House, load_config
from tests.e2e.bad_answers import ALL, APPS, DAY, MODELS, Bad, table

CONFIG = """\
[openrouter]
api_key = "sk-or-invented"
base_url = "{url}"
requests_per_minute = 10000
requests_per_day = 10000

[channel.apps]
type = "file"
directory = "apps"
when_quiet = "line"

[channel.models]
type = "file"
directory = "models"
when_quiet = "line"

[channel.ops]
type = "file"
directory = "ops"

[operator]
channels = ["ops"]

[watchlist.apps]
mine = ["Kestrel Code"]
channels = ["apps"]

[watchlist.models]
dataset = "models"
channels = ["models"]
"""
FIRST_RUN = datetime(2026, 11, 11, 5, 0, tzinfo=UTC)
BAD_RUNS = [datetime(2026, 11, 12, 2, 5, tzinfo=UTC) + timedelta(minutes=minutes) for minutes in (0, 10, 20)]
GOOD_RUN = datetime(2026, 11, 12, 5, 5, tzinfo=UTC)
TIME = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}[.\d]*Z")
"""When figures were asked for: the only thing in which a digest may differ that came later."""
NOTICE = re.compile(r"rankbot: (\d+) problems?( ended)?")
CASES = list(table())
SAMPLE = 26
"""Of so many cases one is looked at in every run, all of them in CI."""
MIXED = ("an id on both pages", "tokens that rise across the pages", "the second page begins too late")
"""How two pages look that were taken at different moments."""


@dataclass
class Feed:
    """A sandbox whose time is set, and which answers badly while it is told to."""

    sandbox: Sandbox
    plain: Callable[[Request], Answer]
    clock: dict[str, datetime]


@dataclass(frozen=True)
class Bot:
    """A bot in a folder of its own."""

    feed: Feed
    folder: Path

    def run(self, *moments: datetime) -> None:
        """A cycle at each of these moments."""
        with self.house() as house:
            for moment in moments:
                self.feed.clock["now"] = moment
                house.cycle().run()

    def house(self) -> House:
        """Its store and channels."""
        config = load_config(self.folder / "config.toml")
        return House(config, clock=lambda: self.feed.clock["now"], sleep=lambda _seconds: None)

    def told(self, channel: str) -> dict[str, str]:
        """What the channel's readers have, by file, without the times at which figures were asked for."""
        files = sorted((self.folder / channel).glob("*"))
        return {file.name: TIME.sub("TIME", file.read_text(encoding="utf-8")) for file in files}

    def notices(self) -> list[tuple[str, str]]:
        """The operator's notices: how many problems, and whether they began or ended."""
        files = sorted((self.folder / "ops").glob("*.txt"), key=lambda file: (len(file.name), file.name))
        found = [NOTICE.match(file.read_text(encoding="utf-8").strip().splitlines()[0]) for file in files]
        return [(match[1], "ended" if match[2] else "began") for match in found if match]

    def events(self) -> list[tuple[object, ...]]:
        """What was detected."""
        with self.house() as house:
            return [_facts(event) for event in house.store.events(held_back=True)]


def _facts(event: Event) -> tuple[object, ...]:
    figures = (event.name, event.rank, event.previous_rank, event.tokens, event.previous_tokens, event.compared_tokens)
    return (event.key, event.status, event.held_back, *figures)


@pytest.fixture(scope="module")
def feed() -> Iterator[Feed]:
    """One world for all."""
    clock = {"now": FIRST_RUN}
    with Sandbox(World(7, DAY), now=lambda: clock["now"], limits=False) as sandbox:
        yield Feed(sandbox, sandbox.answer, clock)


@pytest.fixture(scope="module")
def first_day(feed: Feed, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a bot that ran well on the first day."""
    folder = tmp_path_factory.mktemp("first")
    (folder / "config.toml").write_text(CONFIG.format(url=feed.sandbox.url), encoding="utf-8")
    Bot(feed, folder).run(FIRST_RUN)
    return folder


@pytest.fixture(scope="module")
def unharmed(feed: Feed, first_day: Path, tmp_path_factory: pytest.TempPathFactory) -> Bot:
    """The bot that never saw a bad answer."""
    bot = Bot(feed, tmp_path_factory.mktemp("unharmed") / "bot")
    shutil.copytree(first_day, bot.folder)
    bot.run(GOOD_RUN)
    return bot


@pytest.fixture
def bot(feed: Feed, first_day: Path, unharmed: Bot, tmp_path: Path) -> Iterator[Bot]:
    """One that ran well on the first day."""
    shutil.copytree(first_day, tmp_path / "bot")
    yield Bot(feed, tmp_path / "bot")
    feed.sandbox.answer = feed.plain


def test_there_are_enough_of_them_and_there_is_something_to_miss(unharmed: Bot, first_day: Path) -> None:
    assert len(CASES) >= 40
    assert len({case.name for case in CASES}) == len(CASES)
    before = Bot(unharmed.feed, first_day)
    for channel in (APPS, MODELS):
        assert set(unharmed.told(channel)) - set(before.told(channel)) == {
            f"{DAY}{suffix}" for suffix in (".txt", ".html", ".slack.json", ".csv")
        }
    assert len([key for key, *_ in unharmed.events() if str(key).endswith(str(DAY))]) >= 2
    assert unharmed.notices() == []


@pytest.mark.parametrize(
    "case",
    [
        pytest.param(case, id=case.name, marks=[pytest.mark.slow] if place % SAMPLE else [])
        for place, case in enumerate(CASES)
    ],
)
def test_nothing_false_is_told_the_operator_hears_once_and_nothing_is_missed(
    case: Bad, bot: Bot, unharmed: Bot, first_day: Path
) -> None:
    before = Bot(bot.feed, first_day)
    harmed = (APPS, MODELS) if case.where == ALL else (case.where,)

    bot.feed.sandbox.answer = case.answers(bot.feed.plain)
    bot.run(*BAD_RUNS)
    for channel in harmed:
        assert bot.told(channel) == before.told(channel)
    notices = bot.notices()
    assert [what for _, what in notices] == ["began"]

    bot.feed.sandbox.answer = bot.feed.plain
    bot.run(GOOD_RUN, GOOD_RUN + timedelta(minutes=1))
    for channel in (APPS, MODELS):
        assert bot.told(channel) == unharmed.told(channel)
    assert bot.events() == unharmed.events()
    assert bot.notices() == [*notices, (notices[0][0], "ended")]


@pytest.mark.parametrize("name", MIXED)
def test_two_pages_taken_at_different_moments_are_asked_for_again_at_once(name: str, bot: Bot, unharmed: Bot) -> None:
    case = next(case for case in CASES if case.name == f"apps: {name}")
    pages: list[str] = []

    def answer(request: Request) -> Answer:
        if not case.meets(request):
            return bot.feed.plain(request)
        pages.append(request.query["offset"])
        return case.bend(bot.feed.plain, request) if len(pages) <= 2 else bot.feed.plain(request)

    bot.feed.sandbox.answer = answer
    bot.run(BAD_RUNS[0])
    assert pages == ["0", "100"] * 2
    assert bot.notices() == []
    assert bot.events() == unharmed.events()
    assert bot.told(APPS) == unharmed.told(APPS)
