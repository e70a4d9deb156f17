"""Digests rendered with the bundled templates, and what a reader sees of each form; shared by the renderer's tests."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path

from bot.adapters.render import JinjaRenderer
from bot.adapters.slack_blocks import SlackMessage
from bot.app.records import Message
from bot.core.correction import Correction, Turn
from bot.core.digest import Digest
from bot.core.watchlist import Watchlist
from tests.builders import CLI_AGENTS, DAY, MODELS, B, snapshot
from tests.scenes import (
    NOW,
    RESTATED,
    THEN,
    calm,
    cli,
    correction,
    digest,
    entry,
    flapping,
    ide,
    leader,
    left,
    other_side,
    spike,
    trending,
    whole,
    whole_entry,
)
from tests.weeks import apps as week_apps
from tests.weeks import briefing
from tests.weeks import models as week_models

BUNDLED = Path(__file__).resolve().parents[2] / "templates"
NOW_AT = datetime(2026, 11, 11, 8, 0, tzinfo=UTC)


def rendered(told: Digest, user: Path | None = None, warnings: Callable[[str], None] | None = None) -> Message:
    return JinjaRenderer(BUNDLED, user, warnings=warnings).render(told, key="team/2026-11-11", now=NOW_AT)


def models() -> Digest:
    """Two datasets in one digest."""
    board = ide(
        watchlist=Watchlist("models", "Models", MODELS, ()),
        current=snapshot(MODELS, DAY, NOW, as_of="2026-11-11T02:20:00.000Z"),
    )
    return digest(cli(events=(entry(),)), board)


def scenes() -> dict[str, Digest]:
    coding = whole(events=(whole_entry(),))
    return {
        "ordinary": digest(cli(events=(entry(), spike())), ide()),
        "new-leader": digest(calm(events=(leader(),))),
        "flapping": digest(flapping()),
        "first": digest(ide(new=True, current=snapshot(ide().watchlist.board, DAY, NOW))),
        "quiet": digest(calm(last_news=date(2026, 11, 3)), ide()),
        "two-watchlists": digest(coding, cli(events=(leader(), entry()))),
        "several-days": several_days(),
        "week": briefing(week_models(), week_apps()),
        "catch-up": catch_up(),
        "quiet-week": quiet_week(),
        "revised": digest(calm(events=(spike(),)), corrections=revised(headed=False)),
        "revised-headline": digest(cli(events=(entry(),)), ide(), corrections=revised(headed=True)),
    }


def revised(*, headed: bool) -> tuple[Correction, ...]:
    """One of each turn: Sable did not enter, Ibex did after all, Quill trended and was not told."""
    before = other_side(rank=None, tokens=None, as_of="2026-11-09T02:15:41.208Z", came=[], gone=[{"name": "Quarry"}])
    return (
        correction(headed=headed, id="0ld1"),
        correction(Turn.RESTORED, id="r3st", item="ibex", name="Ibex", rank=9, tokens=500 * B, as_of=RESTATED),
        Correction(trending(date=date(2026, 11, 8), as_of=RESTATED, revised=before), Turn.LATE),
    )


def several_days() -> Digest:
    """What happened from Saturday on, told on Tuesday after a gap; some of it goes on, one thing does not."""
    saturday, sunday = date(2026, 11, 7), date(2026, 11, 8)
    events = (
        entry(date=saturday, previous_date=date(2026, 11, 5), rank=8, previous_rank=12),
        spike(date=sunday, rank=11),
        trending(date=saturday),
        trending(date=saturday, id="gone", item="loom", name="Loomwright"),
        left(),
    )
    board = cli(
        previous=snapshot(CLI_AGENTS, date(2026, 11, 5), THEN),
        twin=snapshot(CLI_AGENTS.twin, DAY, [("sable", "Sable", 455 * B), ("quill", "Quill", 390 * B)]),
        events=events,
        not_evaluated=(
            "no data came for 2026-11-06",
            "spike: spikes need the window to 2026-10-17, which is missing",
            "spike: spikes need the window to 2026-10-18, which is missing",
        ),
    )
    return digest(board, days=(saturday, sunday, DAY), late="2 days were not reported in time")


def catch_up() -> Digest:
    """Thursday to Tuesday, told late on Wednesday: Sable came and left, Ibex was in for a day, Foundry Agent leads."""
    thursday, friday, sunday = date(2026, 11, 5), date(2026, 11, 6), date(2026, 11, 8)
    events = (
        entry(date=thursday, item="ibex", name="Ibex", id="1bex", rank=8, previous_rank=12, tokens=530 * B),
        left(date=friday, item="ibex", name="Ibex", id="1b3x", rank=17, previous_rank=8, tokens=380 * B),
        entry(date=sunday, rank=9, previous_rank=12),
        spike(date=sunday, rank=11),
        left(),
    )
    board = cli(previous=snapshot(CLI_AGENTS, date(2026, 11, 4), THEN), events=events)
    return digest(
        board,
        days=(thursday, friday, sunday, DAY),
        late="Five days were not reported in time (5 to 9 Nov)",
        since=date(2026, 11, 4),
    )


def quiet_week() -> Digest:
    """A daily channel that heard nothing for a week."""
    last = date(2026, 11, 3)
    boards = tuple(snapshot(CLI_AGENTS, DAY - timedelta(days=back), NOW) for back in reversed(range(8)))
    board = calm(previous=boards[0], recent=boards, last_news=last)
    word = "Next word when something moves, or on Tue 17 Nov."
    return digest(board, ide(), since=last, next_word=word)


TAGS = {"html", "head", "meta", "title", "style", "body", "table", "tbody", "tr", "td", "th"}
TAGS |= {"p", "h1", "h2", "h3", "a", "span", "strong", "br"}
"""What a page is made of; whatever else there is, a name made."""


class Page(HTMLParser):
    """What a reader sees of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self.tags: set[str] = set()
        self._hidden = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self._hidden = tag in ("style", "title")

    def handle_endtag(self, tag: str) -> None:
        self._hidden = False

    def handle_data(self, data: str) -> None:
        if not self._hidden and data.strip():
            self.words.append(" ".join(data.split()))


def words(page: str) -> str:
    parser = Page()
    parser.feed(page)
    return " ".join(parser.words)


def plain(markup: str) -> str:
    """A Slack part without its marks and addresses."""
    return re.sub("\x1f[^\x03]*\x03|[\x02\x0e\x0f]", "", markup)


def in_lines(posts: Sequence[SlackMessage]) -> str:
    """Posts as JSON with a line for each block, as ``python -m tests.slack_page`` draws it."""
    written = []
    for post in posts:
        blocks = ",\n".join(json.dumps(block, ensure_ascii=False, sort_keys=True) for block in post.blocks)
        written.append(f'{{"text": {json.dumps(post.text, ensure_ascii=False)}, "blocks": [\n{blocks}\n]}}')
    return f"[{', '.join(written)}]\n"


def forms(message: Message) -> list[str]:
    """Each part and form, as it is read, on one line."""
    every = [message.text, words(message.html), *(plain(part.markup).replace("\n~ ", " ") for part in message.slack)]
    return [" ".join(form.split()) for form in every]
