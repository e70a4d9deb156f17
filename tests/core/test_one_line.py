"""One item, one line, in the whole message: over boards of several watchlists, judged by the rules as in life."""

from __future__ import annotations

import re
from datetime import timedelta

from hypothesis import event as note
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.briefing import compose
from bot.core.digest import Digest
from bot.core.event import Kind
from bot.core.history import MemoryHistory
from bot.core.rules import Climbed, Dropped, Milestone, Moved, Overtook, Rule
from bot.core.view import View
from bot.core.watchlist import Pattern, Watchlist
from tests.builders import CLI_AGENTS, CODING, DAY
from tests.core.test_briefing_days import BASE, ITEMS, LENGTH, RULES, WEEKS, stored, view

EVERY: tuple[Rule, ...] = (
    *RULES,
    Climbed(over_days=2, bands=((10, 1),)),
    Dropped(over_days=2, bands=((10, 1),)),
    Moved(),
    Overtook(),
    Milestone(tokens=(2000, 2900)),
)
FOLLOWED = st.sets(st.sampled_from(ITEMS)).map(lambda names: tuple(Pattern(name) for name in sorted(names)))


def told(agents: View, coding: View) -> Digest:
    days = tuple(BASE + timedelta(days=place + 1) for place in range(LENGTH))
    return compose("team", day=DAY, days=days, views=[agents, coding], late="", checked=DAY)


def overtaken(digest: Digest) -> list[tuple[str, str, str]]:
    """(title, who, whom) of every overtake that the words of the message tell."""
    found = []
    for section in digest.sections:
        for row in section.standing:
            found += [(section.title, row.name, whom) for whom in _listed(row.gap, "passes")]
        for news in section.news:
            found += [(section.title, news.name, whom) for whom in _listed(news.head, "passes")]
            for clause in re.findall(r"past \w+(?: in \w+)?", news.detail.partition(" Also ")[2]):
                whom, _, title = clause.removeprefix("past ").partition(" in ")
                found.append((title or section.title, news.name, whom))
    return found


def _listed(words: str, verb: str) -> list[str]:
    """The names after the verb: "passes Ada, Bea and 1 other"."""
    (clause,) = re.findall(rf"{verb} ((?:\w+(?:, | and |$|(?= for| \()))+)", words)[:1] or [""]
    return [name for name in re.split(r", | and ", clause) if name in ITEMS]


@settings(max_examples=100, deadline=None)
@given(st.tuples(WEEKS, WEEKS, WEEKS), FOLLOWED, FOLLOWED, st.sets(st.sampled_from(EVERY), min_size=1))
def test_no_item_has_two_lines_of_news_nor_one_that_says_what_its_standing_says(
    weeks: tuple[list[list[str]], list[list[str]], list[list[str]]],
    mine: tuple[Pattern, ...],
    follow: tuple[Pattern, ...],
    rules: set[Rule],
) -> None:
    agents, coding, trending = weeks
    watchlists = [
        Watchlist("a", "Agents", CLI_AGENTS, tuple(rules), mine=mine, follow=follow),
        Watchlist("c", "Coding", CODING, tuple(rules), follow=mine),
    ]
    history = MemoryHistory(
        [
            *stored(CLI_AGENTS, agents),
            *stored(CODING, coding),
            *stored(CLI_AGENTS.twin, trending),
            *stored(CODING.twin, trending),
        ]
    )
    views = [view(watchlist, history, twin=True) for watchlist in watchlists]
    digest = told(*views)
    subjects = [news.item for section in digest.sections for news in section.news]
    assert len(subjects) == len(set(subjects))
    assert len(digest.stated) == len(set(digest.stated))
    said = overtaken(digest)
    assert len(said) == len(set(said))
    shown = {proof.id for section in digest.sections for row in section.standing for proof in row.moves}
    beside = {proof.id for section in digest.sections for news in section.news for proof in news.also}
    assert not shown & beside
    for section in digest.sections:
        note(f"news {len(section.news)}, moves {len(shown)}, overtakes {len(said)}")
        rows = {row.item for row in section.standing}
        assert not rows & {news.item for news in section.news if news.kind in (Kind.MOVED, Kind.OVERTOOK)}
