"""Restatements that meet something else: other rules since, an earlier day by name, a new reader, a later name."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from bot.app.evaluate import evaluate
from bot.app.preview import preview_day
from bot.app.records import DayStatus
from bot.app.revise import revise
from bot.app.subscription import Subscription
from bot.core.event import EventStatus, HeldBack, Kind
from bot.core.plan import Agenda
from bot.core.rules import EnteredTop, NewLeader
from bot.core.watchlist import Pattern, Watchlist
from tests.app.doubles import MORNING, SETTLE, FakeChannel, PlainRenderer
from tests.app.test_revise import NEXT, morning_after, ordered, restated
from tests.app.world import AGENTS, RULES, World
from tests.builders import CLI_AGENTS, DAY, snapshot
from tests.core.rules.days import ago
from tests.fakes import FakeStore

ONE = timedelta(days=1)


def leads(store: FakeStore) -> list[tuple[date, str, EventStatus]]:
    """The stored changes of the lead."""
    return [(one.date, one.item, one.status) for one in store.events() if one.kind is Kind.NEW_LEADER]


def save(store: FakeStore, day: date, *items: str, named: str = "") -> None:
    """Stores a board with these items, the first of them by another name if one is given."""
    rows = [(item, item.title(), 1000 - place) for place, item in enumerate(items)]
    store.save([snapshot(CLI_AGENTS, day, [(items[0], named or items[0].title(), 1000), *rows[1:]])])


def agenda(watchlist: Watchlist, *days: date) -> Agenda:
    """Days to be judged, of a watchlist that began on ago(3)."""
    return Agenda(watchlist, ago(3), days, ())


class TestChains:
    """A day that is judged by what was before it is judged again when that changes, wherever the change lies."""

    def test_days_after_the_one_that_was_asked_for_by_name(self) -> None:
        """As `run --date` asks: the plan ends on DAY, and what NEXT says follows from it."""
        world = World()
        world.on(DAY).cycle().run()
        world.feed.figures = lambda _board, end: ordered("item09") if end == DAY else ordered()
        world.on(NEXT).cycle().run()
        world.on(NEXT + ONE).cycle().run()
        assert leads(world.store) == [
            (DAY, "item09", EventStatus.TOLD),
            (NEXT, "item00", EventStatus.TOLD),
        ]
        rows = [(item, item.title(), tokens) for item, tokens in ordered()]
        world.store.save([snapshot(CLI_AGENTS, DAY, rows)])
        world.cycle(now=morning_after(DAY)).run()
        assert {status for _, _, status in leads(world.store)} == {EventStatus.RETRACTED}

    def test_a_walk_across_days_that_were_judged_by_other_rules(self) -> None:
        """ago(3) was judged by other rules and is left alone; but that x was in the top then makes DAY no entry."""
        store = FakeStore()
        other, tops = (replace(AGENTS, rules=(rule,)) for rule in (NewLeader(), EnteredTop(n=1, margin=1)))
        for day, order in ((ago(4), "abx"), (ago(3), "abx"), (ago(2), "axb"), (ago(1), "axb"), (DAY, "xab")):
            save(store, day, *order)
        evaluate(store, agenda(other, ago(3), ago(2)), now=MORNING)
        evaluate(store, agenda(tops, ago(1), DAY), now=MORNING)
        assert [(one.date, one.item, one.status) for one in store.events()] == [(DAY, "x", EventStatus.NEW)]
        save(store, ago(3), *"xab")
        assert [report.date for report in revise(store, agenda(tops))] == [ago(1), DAY]
        assert [one.status for one in store.events()] == [EventStatus.RETRACTED]
        assert revise(store, agenda(tops)) == []


class TestReaders:
    """Who is told of a revision, and what they read of it later."""

    def test_a_channel_that_never_had_the_watchlist_is_not_told_of_its_past(self) -> None:
        """DAY's event came late; the channel has had another watchlist's digests since before, and now gets this."""
        world = restated([], ["item09"])
        other = Watchlist("other", "Other", CLI_AGENTS, (NewLeader(),), channels=("mail",))
        mail = FakeChannel("mail")
        world.watchlists = (AGENTS, other)
        world.others = (Subscription(mail, world.subscription.cadence, (other,)),)
        world.on(NEXT + ONE).cycle().run()
        assert "Late, for Tue 10 Nov: Item09" in world.told[-1]
        assert len(mail.sent) == 1
        world.others = (Subscription(mail, world.subscription.cadence, (other, AGENTS)),)
        world.on(NEXT + 2 * ONE).cycle().run()
        assert len(mail.sent) == 2
        assert "Item09" not in mail.sent[-1][2]
        assert list(world.store.unsettled("mail", ["cli-agents"], NEXT)) == []

    def test_a_preview_of_a_past_day_tells_only_what_holds(self) -> None:
        world = restated(["item09"], [])
        preview = dict[str, str]()
        for moment in ("before", "after"):
            composed = preview_day(
                world.store, world.subscription, DAY, renderer=PlainRenderer(), now=world.clock(), settle=SETTLE
            )
            assert composed is not None
            preview[moment] = composed.message.text
            world.on(NEXT + ONE).cycle().run()
        assert "Item09" in preview["before"]
        assert "Item09" not in preview["after"]

    def test_the_last_news_of_a_quiet_section_is_news_that_holds(self) -> None:
        world = restated(["item09"], [])
        world.on(NEXT + ONE).cycle().run()
        composed = world.on(NEXT + 2 * ONE).cycle().rehearse(at_once=True).composed
        world.feed.figures = lambda _board, end: ordered("item07") if end > NEXT + ONE else ordered()
        report = world.on(NEXT + 3 * ONE).cycle().run()
        assert composed == []
        assert [one.item for one in world.store.events(status=EventStatus.TOLD) if one.kind is Kind.NEW_LEADER] == [
            "item07"
        ]
        assert len(report.composed) == 1
        quiet = preview_day(
            world.store, world.subscription, NEXT, renderer=PlainRenderer(), now=world.clock(), settle=SETTLE
        )
        assert quiet is not None
        assert [section.quiet for section in quiet.digest.sections] == ["CLI agents: nothing new."]


class TestLaterNames:
    """A day is judged by the names that were borne by then, whenever it is judged."""

    def test_a_day_that_is_made_up_for_is_judged_as_it_would_have_been(self) -> None:
        watchlist = replace(AGENTS, rules=(EnteredTop(n=1, margin=0),), exclude=(Pattern("spam*"),))
        store = FakeStore()
        save(store, ago(4), "a", "b")
        save(store, ago(3), "b", "a")
        save(store, ago(2), "b", "a", named="Spam b")
        evaluate(store, agenda(watchlist, ago(3), ago(2)), now=MORNING)
        assert [(one.item, one.held_back) for one in store.events(held_back=True)] == [("b", None)]

    def test_a_name_that_came_later_makes_nothing_late(self) -> None:
        """Only the followed count: b was called so after its entry, which OpenRouter has never revised."""
        watchlist = replace(AGENTS, rules=RULES, follow=(Pattern("ours"),), only_followed=True)
        store = FakeStore()
        deep = replace(snapshot(CLI_AGENTS, ago(4), [("a", "A", 9), ("b", "B", 8)]), depth=200)
        store.save([deep])
        for day, name in ((ago(3), "B"), (ago(2), "ours")):
            store.save([replace(snapshot(CLI_AGENTS, day, [("b", name, 9), ("a", "A", 8)]), depth=200)])
        evaluate(store, agenda(watchlist, ago(3)), now=MORNING)
        store.save([replace(deep, entries=tuple(replace(entry, tokens=entry.tokens + 1) for entry in deep.entries))])
        assert [report.date for report in revise(store, agenda(watchlist))] == [ago(3)]
        stored = store.events(held_back=True)
        assert {(one.held_back, one.late) for one in stored} == {(HeldBack.EXCLUDED, False)}


def test_a_gap_stays_one_while_only_what_it_is_compared_with_arrives() -> None:
    store = FakeStore()
    watchlist = replace(AGENTS, rules=(NewLeader(),))
    save(store, ago(4), "a", "b")
    save(store, ago(1), "a", "b")
    gap = Agenda(watchlist, ago(3), (), (ago(3), ago(2)))
    evaluate(store, gap, now=MORNING)
    before = {mark.date: mark for mark in store.ledger("cli-agents")}
    save(store, ago(3), "b", "a")
    assert [report.date for report in revise(store, gap)] == [ago(3)]
    after = {mark.date: mark for mark in store.ledger("cli-agents")}
    assert [after[day].status for day in (ago(3), ago(2))] == [DayStatus.EVALUATED, DayStatus.GAP]
    assert after[ago(2)] == replace(before[ago(2)], seen=store.version())
    assert leads(store) == [(ago(3), "b", EventStatus.NEW)]
    assert revise(store, gap) == []
