"""What is stored is explained from the rows it was judged by, and what they do not give is called an error."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.app.evaluate import evaluate
from bot.app.explain import Account, Check, DayAccount, explain_day, explain_event
from bot.app.records import DayStatus, WatchlistDay
from bot.app.revise import revise
from bot.core.event import Event, EventStatus, HeldBack, Kind
from bot.core.plan import Agenda
from bot.core.ranking import Board
from bot.core.rules import EnteredTop, LeftTop, NewLeader, Rule, Spike
from bot.core.watchlist import Pattern, Watchlist
from tests.app.doubles import MORNING, ranking
from tests.app.worlds import APPS, TWO_MODEL_DAYS, World, live, watchlists
from tests.builders import CLI_AGENTS, DAY
from tests.core.rules.days import ago
from tests.fakes import FakeStore

RULES: tuple[Rule, ...] = (NewLeader(), EnteredTop(n=2, margin=0), LeftTop(n=2, margin=0), Spike())
AGENTS = Watchlist("cli-agents", "CLI agents", CLI_AGENTS, RULES)
LATER = MORNING + timedelta(days=4)
"""When no day waits for anything any more."""


def lived(columns: Mapping[date, str], watchlist: Watchlist = AGENTS) -> FakeStore:
    """A bot that judged those boards, each on its own; a string counts as its letters. The first is only a base."""
    store = FakeStore()
    save(store, columns)
    judge(store, watchlist, sorted(columns)[1:])
    return store


def save(store: FakeStore, columns: Mapping[date, str], later: timedelta = timedelta()) -> None:
    for day, items in columns.items():
        rows = [(item, 1000 - place) for place, item in enumerate(items)]
        answer = ranking(CLI_AGENTS, day, rows, depth=100)
        as_of = f"{day + timedelta(days=1) + later}T02:15:41.208Z"
        store.save([replace(answer, fetched_at=answer.fetched_at + later, as_of=as_of)])


def judge(store: FakeStore, watchlist: Watchlist, days: list[date], now: datetime = LATER) -> None:
    for day in days:
        store.mark(WatchlistDay(watchlist.id, day, DayStatus.WAITING, MORNING - timedelta(days=60)))
    evaluate(store, Agenda(watchlist, days[0], tuple(days), ()), now=now)


def tell(store: FakeStore) -> None:
    """A digest states all that is new."""
    store.change_events(replace(event, status=EventStatus.TOLD) for event in store.events(status=EventStatus.NEW))


def stored(store: FakeStore, kind: Kind, item: str) -> Event:
    (found,) = [one for one in store.events(held_back=True) if (one.kind, one.item) == (kind, item)]
    return found


def explained(store: FakeStore, event: Event, watchlist: Watchlist = AGENTS) -> Account:
    return explain_event(store, [watchlist], event)


def reasons(account: DayAccount) -> dict[str, str]:
    return {one.title: one.reason for one in account.findings}


def recomputed(data: st.DataObject, seed: int) -> None:
    """Lets a bot live, and recomputes all that it found, and some of what it did not."""
    watchlist = data.draw(watchlists(data.draw(st.sampled_from([APPS, TWO_MODEL_DAYS]))))
    world = World(seed, watchlist.board, restated=data.draw(st.booleans()))
    store = live(world, watchlist, told=data.draw(st.booleans()))
    for event in store.events(held_back=True):
        account = explain_event(store, [watchlist], event)
        assert account.check is Check.SAME, (event, account.differences)
    for mark in store.ledger("w")[::3]:
        for item in ("1", "2"):
            assert explain_day(store, watchlist, item, mark.date).agrees


@given(data=st.data(), seed=st.integers(0, 2**32))
@settings(max_examples=20, deadline=None)
def test_all_that_a_bot_ever_found_can_be_recomputed(*, data: st.DataObject, seed: int) -> None:
    recomputed(data, seed)


@pytest.mark.slow
@given(data=st.data(), seed=st.integers(0, 2**32))
@settings(max_examples=300, deadline=None)
def test_and_in_many_more_worlds(*, data: st.DataObject, seed: int) -> None:
    recomputed(data, seed)


class Thinned(FakeStore):
    """A store whose old boards were thinned, up to a day."""

    until: date | None = None

    def thinned_until(self, board: Board) -> date | None:
        return self.until if board == CLI_AGENTS else None


class TestThinned:
    """Where only some lines of old boards are kept, a difference is no mismatch."""

    def test_an_event_that_can_no_longer_be_redone_is_shown_as_stored(self) -> None:
        store = Thinned()
        save(store, {ago(1): "abc", DAY: "bac"})
        judge(store, AGENTS, [DAY])
        event = stored(store, Kind.NEW_LEADER, "b")
        store.until = DAY
        assert explained(store, event).check is Check.SAME
        wrong = replace(event, tokens=1)
        assert explained(store, wrong).check is Check.THINNED
        assert explained(store, replace(wrong, board=CLI_AGENTS.twin.key)).check is not Check.THINNED

    def test_after_that_other_rules_are_still_other_rules(self) -> None:
        store = Thinned()
        save(store, {ago(1): "abc", DAY: "bac"})
        judge(store, AGENTS, [DAY])
        wrong = replace(stored(store, Kind.NEW_LEADER, "b"), tokens=1)
        other = replace(AGENTS, rules=(NewLeader(confirm_days=2),))
        store.until = ago(30)
        assert explained(store, wrong, other).check is Check.OTHER_RULES
        store.until = DAY
        assert explained(store, wrong, other).check is Check.THINNED


class TestEvents:
    """An event by its handle."""

    def test_what_is_stored_is_what_its_rows_give(self) -> None:
        store = lived({ago(1): "abc", DAY: "bac"})
        account = explained(store, stored(store, Kind.NEW_LEADER, "b"))
        assert (account.check, account.differences, account.reason) == (Check.SAME, (), "")

    def test_by_the_rows_that_it_was_judged_by_though_newer_ones_came(self) -> None:
        store = lived({ago(1): "abc", DAY: "bac"})
        save(store, {DAY: "abc"}, later=timedelta(days=1))
        assert explained(store, stored(store, Kind.NEW_LEADER, "b")).check is Check.SAME

    def test_a_number_that_its_rows_do_not_give_is_an_error(self) -> None:
        store = lived({ago(1): "abc", DAY: "bac"})
        event = stored(store, Kind.NEW_LEADER, "b")
        store.change_events([replace(event, previous_rank=3, evidence={**event.evidence, "led_days": 7})])
        account = explained(store, stored(store, Kind.NEW_LEADER, "b"))
        assert account.check is Check.DIFFERS
        assert [(one.what, one.stored, one.recomputed) for one in account.differences] == [
            ("previous rank", "3", "2"),
            ("led days", "7", "1"),
        ]

    def test_an_event_that_does_not_come_about_is_an_error(self) -> None:
        store = lived({ago(1): "abc", DAY: "bac"})
        event = stored(store, Kind.NEW_LEADER, "b")
        (made_up,) = store.add_events([replace(event, item="c", key=event.key.replace("/b/", "/c/"))])
        account = explained(store, made_up)
        assert (account.check, account.differences[0].recomputed) == (Check.DIFFERS, "does not come about")

    def test_what_holds_it_back_is_part_of_the_verdict(self) -> None:
        store = lived({ago(1): "abc", DAY: "bac"})
        event = replace(stored(store, Kind.NEW_LEADER, "b"), held_back=HeldBack.EXCLUDED)
        store.change_events([event])
        account = explained(store, event)
        assert account.check is Check.DIFFERS
        assert (account.differences[0].what, account.differences[0].stored) == ("held back", "excluded")

    def test_a_held_back_event_names_what_holds_it_back(self) -> None:
        watchlist = replace(AGENTS, rules=(EnteredTop(n=2, margin=0),), exclude=(Pattern("B*"),))
        store = lived({ago(3): "acb", ago(2): "cab", ago(1): "acb", DAY: "abc"}, watchlist)
        excluded = stored(store, Kind.ENTERED_TOP, "b")
        assert explained(store, excluded, watchlist).reason == 'held back: excluded by "B*"'

    def test_changed_rules_are_no_error(self) -> None:
        store = lived({ago(1): "abc", DAY: "bac"})
        event = stored(store, Kind.NEW_LEADER, "b")
        other = replace(AGENTS, rules=(EnteredTop(n=1, margin=0),))
        assert explained(store, event, other).check is Check.SAME
        store.change_events([replace(event, previous_rank=3)])
        assert explained(store, stored(store, Kind.NEW_LEADER, "b"), other).check is Check.OTHER_RULES

    def test_a_watchlist_that_is_gone_is_judged_by_the_events_own_rule(self) -> None:
        store = lived({ago(1): "abc", DAY: "bac"})
        event = stored(store, Kind.NEW_LEADER, "b")
        assert explain_event(store, [], event).check is Check.SAME
        unknown = replace(event, rule={"since": 3})
        assert explain_event(store, [], unknown).check is Check.OTHER_RULES

    def test_without_a_mark_nothing_is_known_of_its_rows(self) -> None:
        store = lived({ago(1): "abc", DAY: "bac"})
        event = stored(store, Kind.NEW_LEADER, "b")
        stray = replace(event, date=ago(5), key=event.key.replace(str(DAY), str(ago(5))))
        assert explained(store, stray).check is Check.OTHER_RULES


class TestRestated:
    """What was told is kept, whatever came since."""

    def restated(self, items: str) -> FakeStore:
        store = lived({ago(1): "abcd", DAY: "bacd"})
        tell(store)
        save(store, {DAY: items}, later=timedelta(days=1))
        revise(store, Agenda(AGENTS, DAY, (), ()))
        return store

    def test_told_and_still_true_by_older_rows(self) -> None:
        store = self.restated("bca")
        event = stored(store, Kind.NEW_LEADER, "b")
        assert (event.status, explained(store, event).check) == (EventStatus.TOLD, Check.SAME)

    def test_taken_back(self) -> None:
        store = self.restated("abcd")
        event = stored(store, Kind.NEW_LEADER, "b")
        assert (event.status, explained(store, event).check) == (EventStatus.RETRACTED, Check.SAME)

    def test_taken_back_though_it_holds_is_an_error(self) -> None:
        store = lived({ago(1): "abc", DAY: "bac"})
        event = replace(stored(store, Kind.NEW_LEADER, "b"), status=EventStatus.RETRACTED)
        store.change_events([event])
        account = explained(store, event)
        assert (account.check, account.differences[0].recomputed) == (Check.DIFFERS, "it holds")

    def test_told_with_figures_that_no_rows_ever_gave(self) -> None:
        store = self.restated("bca")
        event = replace(stored(store, Kind.NEW_LEADER, "b"), tokens=5)
        store.change_events([event])
        assert explained(store, event).check is Check.DIFFERS

    def test_told_with_the_second_of_four_revisions_of_the_window_before(self) -> None:
        """The change in tokens is as it was told, though it has been restated twice since."""
        store = lived({ago(7): "bac", ago(1): "abc", DAY: "bac"})
        save(store, {ago(7): "cab"}, later=timedelta(days=1))
        store.mark(replace(store.ledger("cli-agents")[-1], seen=store.version()))
        told = replace(stored(store, Kind.NEW_LEADER, "b"), compared_tokens=998, status=EventStatus.TOLD)
        store.change_events([told])
        for later, items in ((2, "acb"), (3, "abc")):
            save(store, {ago(7): items}, later=timedelta(days=later))
            revise(store, Agenda(AGENTS, ago(1), (), ()))
        assert explained(store, told).check is Check.SAME

    def test_told_before_a_cooldown_was_known(self) -> None:
        """On the first day b was not in the top 2 after all, so its entry on the last is told, and stays told."""
        rules = (EnteredTop(n=2, margin=0),)
        watchlist = replace(AGENTS, rules=rules)
        store = lived({ago(3): "acb", ago(2): "acb", ago(1): "acb", DAY: "abc"}, watchlist)
        tell(store)
        save(store, {ago(2): "abc"}, later=timedelta(days=1))
        revise(store, Agenda(watchlist, ago(2), (), ()))
        late, told = (one for one in store.events(held_back=True) if one.item == "b")
        assert (late.late, told.status, told.held_back) == (True, EventStatus.TOLD, None)
        account = explained(store, told, watchlist)
        assert account.check is Check.SAME
        assert account.cooled == f"held back by the cooldown of 7 days: {late.id} told the same on Sun 8 Nov"


class TestDays:
    """Why nothing was told of an item."""

    def test_each_rule_says_why(self) -> None:
        store = lived({ago(1): "abc", DAY: "bac"})
        account = explain_day(store, AGENTS, "c", DAY)
        assert account.agrees
        assert reasons(account) == {
            "new_leader": "rank: #3, 2 tokens behind #1 (wanted: #1)",
            "entered_top 2": "rank: #3 (wanted: #2 or better)",
            "left_top 2": "state before: out, until #2 (wanted: in)",
            "spike": "not evaluated: spikes need the window to 2026-11-03, which is missing",
        }

    def test_the_cooldown_with_the_event_that_holds_it_back(self) -> None:
        watchlist = replace(AGENTS, rules=(EnteredTop(n=2, margin=0),))
        store = lived({ago(3): "acb", ago(2): "abc", ago(1): "acb", DAY: "abc"}, watchlist)
        first, held = (one for one in store.events(held_back=True) if one.item == "b")
        account = explain_day(store, watchlist, "b", DAY)
        words = f"held back by the cooldown of 7 days: {first.id} told the same on {first.date:%a} 8 Nov"
        assert (reasons(account), held.held_back) == ({"entered_top 2": words}, HeldBack.COOLDOWN)
        assert account.stored[0].reason == words

    def test_only_what_is_followed(self) -> None:
        watchlist = replace(AGENTS, only_followed=True, follow=(Pattern("A"),))
        store = lived({ago(1): "abc", DAY: "bac"}, watchlist)
        said = reasons(explain_day(store, watchlist, "b", DAY))["new_leader"]
        assert said == "held back: only what is followed is told (only_followed), and this is not"

    def test_the_smallest_top_tells_it(self) -> None:
        watchlist = replace(AGENTS, rules=(EnteredTop(n=1, margin=0), EnteredTop(n=2, margin=0)))
        store = lived({ago(1): "acb", DAY: "bac"}, watchlist)
        said = reasons(explain_day(store, watchlist, "b", DAY))
        assert said == {
            "entered_top 1": "",
            "entered_top 2": "it holds, and the smallest top that the item enters that day tells it",
        }

    @pytest.mark.parametrize("change", ["gone", "made up"])
    def test_what_is_stored_and_what_comes_about_must_agree(self, change: str) -> None:
        store = lived({ago(1): "abc", DAY: "bac"})
        event = stored(store, Kind.NEW_LEADER, "b")
        if change == "gone":
            store.change_events([replace(event, item="c")])
        else:
            store.change_events([replace(event, rank=2)])
        assert not explain_day(store, AGENTS, "b", DAY).agrees

    def test_by_other_rules_than_it_was_judged_by(self) -> None:
        store = lived({ago(1): "abc", DAY: "bac"})
        account = explain_day(store, replace(AGENTS, rules=(EnteredTop(n=1, margin=0),)), "b", DAY)
        assert account.other_rules
        assert account.agrees
        assert reasons(account) == {"entered_top 1": ""}

    def test_a_day_without_a_snapshot(self) -> None:
        store = lived({ago(1): "abc", DAY: "bac"})
        account = explain_day(store, AGENTS, "b", ago(30))
        assert (account.judged, account.findings, account.since) == (None, (), DAY)

    def test_a_day_that_was_not_judged_is_judged_now(self) -> None:
        store = lived({ago(1): "abc", DAY: "bac"})
        save(store, {ago(3): "abc", ago(2): "bac"})
        account = explain_day(store, AGENTS, "b", ago(2))
        assert account.mark is None
        assert reasons(account)["new_leader"] == ""
        assert account.findings[0].event is not None

    def test_as_in_a_backtest(self) -> None:
        """The cooldown of a backtest's first day holds its last one back, though the bot never told of it."""
        watchlist = replace(AGENTS, rules=(EnteredTop(n=2, margin=0),))
        store = lived({ago(1): "acb", DAY: "abc"}, watchlist)
        save(store, {ago(3): "acb", ago(2): "abc"})
        assert reasons(explain_day(store, watchlist, "b", DAY)) == {"entered_top 2": ""}
        account = explain_day(store, watchlist, "b", DAY, backtest_from=ago(2))
        assert reasons(account)["entered_top 2"].startswith("held back by the cooldown of 7 days: ")
        first = explain_day(store, watchlist, "b", ago(2), backtest_from=ago(2))
        assert (first.backtest, reasons(first)) == (True, {"entered_top 2": ""})
