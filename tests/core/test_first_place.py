"""The story of #1: who is back, how many changes there were, and when they leave the headline."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core import first_place
from bot.core.digest import Digest
from bot.core.event import Event, Kind
from bot.core.ranking import Snapshot
from bot.core.view import View
from tests.builders import CLI_AGENTS, CODING, DAY, B, snapshot
from tests.scenes import CLI, NOW, calm, digest, entry, leader, patterns, spike, whole
from tests.ways import moved, overtook

NAMES = {"harrier": "Harrier", "foundry": "Foundry Agent", "roost": "Roost"}


def days_ago(days: int) -> date:
    return DAY - timedelta(days=days)


def change(item: str, former: str, days: int = 0, **changes: Any) -> Event:
    """``item`` takes #1 from ``former`` so many days before the digest's, by 0.3 per cent."""
    day = days_ago(days)
    evidence = {
        "previous_leader": {"id": former, "name": NAMES[former]},
        "previous_leader_rank": 2,
        "led_days": 1,
        "led_since": f"{day - timedelta(days=1)}",
        "led_at_least": False,
        "second": {"id": former, "name": NAMES[former], "tokens": str(6000 * B)},
        "lead_percent": "0.3",
        "left_board": [],
    }
    usual: dict[str, Any] = {"id": f"{item[:2]}{days}", "date": day, "item": item, "name": NAMES[item]}
    usual |= {"key": f"cli-agents/{CLI_AGENTS.key}/new_leader/{item}/{day}", "tokens": 6018 * B, "evidence": evidence}
    return leader(**{**usual, **changes})


def between(*ago: int, first: str = "foundry", second: str = "harrier") -> list[Event]:
    """Changes between two so many days ago, oldest first: ``first`` takes #1, ``second`` takes it back, and so on."""
    pair = (first, second)
    return [change(pair[place % 2], pair[(place + 1) % 2], days) for place, days in enumerate(ago)]


def board(*first: str) -> Snapshot:
    """The board of the day, these items at its top."""
    top = [(item, NAMES[item], (6018 - 18 * place) * B) for place, item in enumerate(first)]
    return snapshot(CLI_AGENTS, DAY, [*top, *(row for row in NOW if row[0] not in first)])


def view(changes: Sequence[Event], *told: Event, **others: Any) -> View:
    """The digest of the day of the last change tells that, unless others are told; the changes are stored."""
    last = changes[-1]
    former = last.evidence["previous_leader"]["id"]
    events = (*(told or (last,)), *others.pop("beside", ()))
    usual = {"current": board(last.item, former), "previous": board(former, last.item)}
    return calm(events=events, leaders=tuple(changes), **{**usual, **others})


def text(told: Digest) -> str:
    """The first line of the news."""
    return told.sections[0].news[0].text


def heads(changes: Sequence[Event]) -> bool:
    return digest(view(changes)).headline.startswith(NAMES[changes[-1].item])


class TestBack:
    def test_who_led_before_is_back_with_its_lead(self) -> None:
        """B2, the day on which it flips back."""
        told = digest(view(between(2, 0)))
        assert told.headline == "Harrier back at #1 in CLI agents, 0.3% ahead of Foundry Agent"
        assert text(told) == (
            "Harrier is back at #1: 6.02T (+23%), Foundry Agent 6.00T (+29%), a lead of 0.3%. "
            "Foundry Agent had led for 1 day."
        )
        assert told.sections[0].news[0].head == "Harrier is back at #1"

    def test_who_lost_it_too_long_ago_takes_it(self) -> None:
        assert first_place.is_back((last := between(first_place.BACK, 0))[-1], view(last))
        assert not first_place.is_back((last := between(first_place.BACK + 1, 0))[-1], view(last))
        assert text(digest(view(last))).startswith("Harrier takes #1: ")

    def test_a_lead_that_says_nothing_or_is_of_another_day_is_left_out(self) -> None:
        level = change("harrier", "foundry", evidence={**change("harrier", "foundry").evidence, "lead_percent": "0.0"})
        alone = change("harrier", "foundry", evidence={"previous_leader": {"id": "foundry", "name": "Foundry Agent"}})
        earlier = change("harrier", "foundry", 1)
        for last in (level, alone, earlier):
            assert digest(view([*between(3), last])).headline == "Harrier back at #1 in CLI agents"

    def test_beside_other_news_it_is_back_too(self) -> None:
        told = digest(view(between(2, 0), beside=(entry(),)))
        assert told.headline == "Harrier back at #1 in CLI agents · Sable enters the top 10"

    def test_on_another_board_it_is_said_beside(self) -> None:
        coding = [replace(one, watchlist="coding", board=CODING.key, key=f"c{one.key}") for one in between(2, 0)]
        other = whole(events=(coding[-1],), leaders=tuple(coding), current=None)
        assert text(digest(view(between(2, 0)), other)).endswith(" Also back at #1 in Coding.")
        assert text(digest(view(between(2, 0)), replace(other, leaders=()))).endswith(" Also new #1 in Coding.")

    def test_the_mails_first_line_says_it(self) -> None:
        told = digest(view(between(5, 4, 3, 2, 0)))
        assert told.lead.startswith("Foundry Agent is back at #1. ")


class TestStory:
    @pytest.mark.parametrize(
        ("ago", "said"),
        [
            ((2, 0), ""),
            ((3, 2, 0), " Third change in 4 days; the two are within 1%."),
            ((6, 3, 0), " Third change in 7 days; the two are within 1%."),
            ((7, 3, 0), ""),
            ((9, 3, 2, 1, 0), " Fourth change in 4 days; the two are within 1%."),
            ((6, 5, 4, 3, 2, 1, 0), " Seventh change in 7 days; the two are within 1%."),
        ],
    )
    def test_from_the_third_change_in_seven_days_on_they_are_counted(self, ago: tuple[int, ...], said: str) -> None:
        changes = between(*ago)
        story = first_place.story(changes[-1], view(changes))
        assert story.startswith(said)
        assert bool(story) is bool(said)

    def test_the_change_that_begins_it_says_what_follows(self) -> None:
        assert text(digest(view(between(3, 2, 0)))).endswith(
            " Third change in 4 days; the two are within 1%. Until one leads for 3 days running, changes between them "
            "appear here as a line, not as the headline."
        )

    def test_those_after_it_say_why_they_are_a_line(self) -> None:
        assert text(digest(view(between(4, 3, 1, 0)))).endswith(
            " Fourth change in 5 days; the two are within 1%. No headline until one leads for 3 days running."
        )

    @pytest.mark.parametrize(
        ("tokens", "second", "close"),
        [(6060, "foundry", True), (6061, "foundry", False), (6018, "roost", False)],
    )
    def test_the_two_are_called_close_by_exact_figures(self, tokens: int, second: str, close: bool) -> None:
        before = between(3, 2)
        last = change("foundry", "harrier")
        evidence = {**last.evidence, "second": {"id": second, "name": "x", "tokens": str(6000 * B)}}
        if second == "foundry":
            evidence["second"]["id"] = "harrier"
        changes = [*before, replace(last, tokens=tokens * B, evidence=evidence)]
        assert ("within 1%" in first_place.story(changes[-1], view(changes))) is close

    def test_changes_among_three_are_counted_and_promise_nothing(self) -> None:
        changes = [*between(3, 2), change("roost", "harrier")]
        assert first_place.story(changes[-1], view(changes)) == " Third change in 4 days; the two are within 1%."

        apart = replace(changes[-1], tokens=6061 * B)
        assert first_place.story(apart, view([*changes[:-1], apart])) == " Third change in 4 days."

    def test_an_eighth_change_needs_no_word_of_its_own(self) -> None:
        again = [replace(one, key=f"{one.key}#2") for one in between(2, 1)]
        changes = [*between(6, 5, 4, 3), again[0], *between(2, 1, 0)]
        assert first_place.story(changes[-1], view(changes)).startswith(" 8th change in 7 days")
        changes = [*between(6, 5, 4, 3), *again, *between(2, 1, 0)]
        assert first_place.story(changes[-1], view(changes)).startswith(" 9th change in 7 days")


class TestHeadline:
    def test_the_third_change_is_the_headline_and_later_ones_are_lines(self) -> None:
        assert heads(between(3, 2, 0))
        assert not heads(between(4, 3, 1, 0))
        told = digest(view(between(4, 3, 1, 0)))
        assert told.headline == "Nothing else new in CLI agents: Kestrel Code stays #4"
        assert [news.kind for news in told.sections[0].news] == [Kind.NEW_LEADER]
        assert told.stated == ("ha0",)

    def test_other_news_takes_its_place_and_it_is_counted(self) -> None:
        told = digest(view(between(4, 3, 1, 0), beside=(entry(), spike())))
        assert told.headline == "Sable enters the top 10 in CLI agents · 1 new #1 · 1 spike"

    def test_after_three_days_running_a_change_is_a_headline_again(self) -> None:
        assert not heads(between(5, 4, 3, 2, 0))
        assert heads(between(6, 5, 4, 3, 0))

    def test_a_third_item_is_a_headline_whatever_the_two_do(self) -> None:
        assert heads([*between(4, 3, 2, 1), change("roost", "harrier")])

    def test_a_digest_in_which_it_begins_was_preceded_by_no_announcement(self) -> None:
        """Over several days the last change is told; where the two flapped before, as a line."""
        changes = between(6, 5, 4, 2, 1, 0)
        for told, headline in (
            (changes[1:], "Harrier back at #1 in CLI agents, 0.3% ahead of Foundry Agent"),
            (changes[2:5], "Foundry Agent back at #1 in CLI agents"),
            (changes[3:], "Nothing else new in CLI agents: Kestrel Code stays #4"),
        ):
            several = view(changes[: changes.index(told[-1]) + 1], *told)
            assert digest(several, days=tuple(one.date for one in told)).headline == headline

    @pytest.mark.parametrize(("led", "is_line"), [(1, True), (2, True), (3, False)])
    def test_three_days_are_those_up_to_the_digests_day(self, led: int, is_line: bool) -> None:
        changes = between(6, 5, 4, 3)
        last = changes[-1].date + timedelta(days=led - 1)
        shown = view(changes, current=replace(board("harrier", "foundry"), end_date=last))
        assert first_place.is_line(changes[-1], shown) is is_line

    def test_who_has_led_for_three_days_by_the_digests_day_is_the_headline(self) -> None:
        changes = between(6, 5, 4, 3, 2)
        told = digest(view(changes), days=(days_ago(2), DAY))
        assert told.headline == "Foundry Agent back at #1 in CLI agents"
        assert text(told).endswith(" Fifth change in 5 days; the two are within 1%.")

    def test_neither_do_the_moves_of_the_two_take_it(self) -> None:
        """Nor an overtake, nor what the reader's own line shows."""
        changes = between(4, 3, 1, 0)
        lost = moved(item="foundry", name="Foundry Agent", rank=2, previous_rank=1)
        passed = {"id": "foundry", "name": "Foundry Agent", "rank": 2, "tokens": str(6000 * B)}
        passed |= {"previous_rank": 1, "previous_tokens": str(6018 * B)}
        past = overtook(item="harrier", name="Harrier", rank=1, previous_rank=2, evidence={"passed": passed})
        watchlist = replace(CLI, mine=patterns("Foundry Agent"), follow=patterns("Harrier"))
        told = digest(view(changes, beside=(lost, past), watchlist=watchlist))
        assert told.headline == "Nothing else new in CLI agents"
        assert set(told.stated) == {"ha0", lost.id, past.id}

    def test_where_two_boards_have_the_same_new_leader_the_one_that_may_be_a_headline_leads(self) -> None:
        fresh = change("harrier", "roost", watchlist="coding", board=CODING.key, key="c/1", id="c")
        told = digest(view(between(4, 3, 1, 0)), whole(events=(fresh,), current=None))
        assert told.headline.startswith("Harrier takes #1 in Coding")
        (news,) = told.sections[1].news
        assert news.text.endswith(" Also back at #1 in CLI agents.")

    def test_without_a_board_the_day_of_the_change_counts(self) -> None:
        changes = between(4, 3, 1, 0)
        assert first_place.is_line(changes[-1], view(changes, current=None))

    def test_other_kinds_have_no_part_in_it(self) -> None:
        assert not first_place.is_line(entry(), view(between(4, 3, 1, 0)))
        assert not first_place.is_back(entry(item="harrier"), view(between(4, 3, 1, 0)))

    def test_nothing_is_made_of_an_event_that_does_not_say_who_led(self) -> None:
        (told,) = digest(calm(events=(leader(evidence={}),), leaders=(leader(evidence={}),))).sections[0].news
        assert told.text == "Foundry Agent takes #1: 6.02T (+23%)."


class TestNet:
    def test_a_lead_that_changed_often_and_came_back_says_how_often(self) -> None:
        changes = between(4, 3, 1, 0)
        told = digest(view(changes, *changes), days=tuple(one.date for one in changes))
        assert told.sections[0].passed == "Came and went: Foundry Agent at #1 (Fri 6 Nov, the first of 4 changes)."
        two = between(1, 0)
        told = digest(view(two, *two), days=(days_ago(1), DAY))
        assert told.sections[0].passed == "Came and went: Foundry Agent at #1 (Mon 9 Nov)."


@given(st.lists(st.sampled_from(["harrier", "foundry", "roost"]), min_size=2, max_size=25))
def test_day_by_day_a_headline_is_left_out_only_after_it_was_announced(leaders: list[str]) -> None:
    """Each day's digest, as sent: a change is a line only after a headline that promised it, and never after rest."""
    changes: list[Event] = []
    promised: frozenset[str | None] | None = None
    led = 0
    for place, (before, now) in enumerate(pairwise(leaders)):
        led += 1
        if before == now:
            continue
        changes.append(change(now, before, len(leaders) - place))
        today = changes[-1].date
        one = view(changes, current=replace(board(now, before), end_date=today))
        if led >= first_place.STEADY:
            promised = None
        line = first_place.is_line(changes[-1], one)
        story = first_place.story(changes[-1], one)
        assert not line or promised is not None
        if "as a line, not as the headline" in story:
            promised = first_place.rivals(changes[-1])
            assert not line
        led = 0
