"""What every Store keeps for restatements: checks, versions, what a day was judged by, and what readers believe."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from bot.app.ports import Store
from bot.app.records import Belief, DayStatus, NewDelivery, Settlement, WatchlistDay
from bot.core.delivery import DeliveryStatus, Step, StepStatus
from bot.core.event import Event, EventStatus, HeldBack
from bot.core.ranking import MODEL_DAY, Board, Dataset
from tests.builders import ALL_APPS, CLI_AGENTS, CODING, DAY, event, fetched_at, snapshot

NOW = datetime(2026, 11, 11, 9, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
YESTERDAY = DAY - timedelta(days=1)
ROWS = [("10", "Hermes", 500), ("20", "Kilo", 400)]
OTHERS = [("20", "Kilo", 600), ("10", "Hermes", 500)]
STEPS = (Step(0, "C1", "text"),)


def told(store: Store, *events: Event, channel: str = "team", stated: bool = True) -> Sequence[Event]:
    """The events as they are stored once a digest of the channel has settled them."""
    added = store.add_events(events)
    settlements = [Settlement(one.id, stated=stated) for one in added]
    assert store.enqueue(NewDelivery(channel, NOW, DAY, "s", STEPS), settlements, NOW) is not None
    return [found for one in added if (found := store.event(one.id))]


def put(store: Store, delivery_id: int, status: DeliveryStatus) -> None:
    """Gives a delivery that nobody holds another state."""
    options = {"held_until": None, "next_attempt_at": None}
    assert store.release(delivery_id, status, attempts=1, looks=0, last_error="", **options)


class RestatementContract:
    """Revisions by their order, and what became of what was told."""

    def test_an_equal_answer_moves_when_a_window_was_last_checked(self, store: Store) -> None:
        store.save([snapshot(CLI_AGENTS, DAY, ROWS)])
        assert store.checked([CLI_AGENTS], DAY, DAY) == {CLI_AGENTS: {DAY: fetched_at(DAY)}}
        store.save([snapshot(CLI_AGENTS, DAY, ROWS, fetched_at=NOW)])
        assert store.checked([CLI_AGENTS], DAY, DAY) == {CLI_AGENTS: {DAY: NOW}}
        assert store.checked([CLI_AGENTS], DAY, DAY)[CLI_AGENTS][DAY].tzinfo is UTC

    def test_a_part_of_what_is_stored_is_a_check_too(self, store: Store) -> None:
        store.save([snapshot(CLI_AGENTS, DAY, ROWS, depth=2)])
        store.save([snapshot(CLI_AGENTS, DAY, ROWS[:1], depth=1, fetched_at=NOW)])
        assert store.checked([CLI_AGENTS], DAY, DAY) == {CLI_AGENTS: {DAY: NOW}}

    def test_a_new_revision_is_checked_when_it_was_fetched(self, store: Store) -> None:
        store.save([snapshot(CLI_AGENTS, DAY, ROWS)])
        store.save([snapshot(CLI_AGENTS, DAY, ROWS, fetched_at=NOW + HOUR)])
        store.save([snapshot(CLI_AGENTS, DAY, OTHERS, fetched_at=NOW)])
        assert store.checked([CLI_AGENTS], DAY, DAY) == {CLI_AGENTS: {DAY: NOW}}

    def test_checks_are_of_one_board_within_the_days_ascending(self, store: Store) -> None:
        days = [DAY - timedelta(days=back) for back in range(4)]
        store.save([snapshot(CLI_AGENTS, day, ROWS) for day in days])
        store.save([snapshot(CODING, DAY, ROWS)])
        assert list(store.checked([CLI_AGENTS, ALL_APPS], days[2], days[1])[CLI_AGENTS]) == [days[2], days[1]]
        assert store.checked([ALL_APPS], days[3], DAY) == {}

    def test_the_version_grows_with_what_is_stored_and_only_with_that(self, store: Store) -> None:
        assert store.version() == 0
        versions = []
        for rows in (ROWS, ROWS, OTHERS, ROWS):
            store.save([snapshot(CLI_AGENTS, DAY, rows)])
            versions.append(store.version())
        assert versions[0] == versions[1]
        assert 0 < versions[1] < versions[2] < versions[3]

    def test_changed_windows_are_those_stored_since_each_with_its_newest_version(self, store: Store) -> None:
        store.save([snapshot(CLI_AGENTS, YESTERDAY, ROWS)])
        first = store.version()
        store.save([snapshot(CLI_AGENTS, DAY, ROWS)])
        second = store.version()
        store.save([snapshot(CODING, DAY, ROWS)])
        store.save([snapshot(CLI_AGENTS, YESTERDAY, OTHERS)])
        last = store.version()
        assert store.changed([CLI_AGENTS], 0) == {(CLI_AGENTS, YESTERDAY): last, (CLI_AGENTS, DAY): second}
        assert store.changed([CLI_AGENTS, CODING], first).keys() == {
            (CLI_AGENTS, DAY),
            (CODING, DAY),
            (CLI_AGENTS, YESTERDAY),
        }
        assert store.changed([CLI_AGENTS], second) == {(CLI_AGENTS, YESTERDAY): last}
        assert store.changed([CLI_AGENTS, CODING], last) == {}

    def test_what_is_saved_at_once_has_versions_in_its_order(self, store: Store) -> None:
        store.save([snapshot(MODEL_DAY, day, ROWS) for day in (DAY, YESTERDAY)])
        changed = store.changed([MODEL_DAY], 0)
        assert changed[MODEL_DAY, DAY] < changed[MODEL_DAY, YESTERDAY] == store.version()

    def test_the_history_of_a_version_knows_nothing_of_what_came_later(self, store: Store) -> None:
        week = Board(Dataset.MODELS, 7)
        store.save([snapshot(MODEL_DAY, DAY - timedelta(days=back), ROWS) for back in range(7)])
        store.save([snapshot(CLI_AGENTS, YESTERDAY, ROWS)])
        then = store.version()
        store.save([snapshot(MODEL_DAY, DAY, OTHERS), snapshot(CLI_AGENTS, YESTERDAY, OTHERS)])
        store.save([snapshot(CLI_AGENTS, DAY, OTHERS)])
        old, new = store.history(then), store.history()
        found = [history.at(CLI_AGENTS, YESTERDAY) for history in (old, new, store.history(0))]
        assert [one.revision if one else None for one in found] == [1, 2, None]
        sums = [history.at(week, DAY) for history in (old, new)]
        assert [one.tokens("20") if one else None for one in sums] == [2800, 3000]
        assert [list(history.days(CLI_AGENTS, YESTERDAY, DAY)) for history in (old, new)] == [
            [YESTERDAY],
            [YESTERDAY, DAY],
        ]
        assert [list(history.leaders(CLI_AGENTS, DAY)) for history in (old, new)] == [
            [(YESTERDAY, "10")],
            [(DAY, "20"), (YESTERDAY, "20")],
        ]
        assert old.last_in(CLI_AGENTS, "20", 1, DAY) is None
        assert new.last_in(CLI_AGENTS, "20", 1, DAY) == YESTERDAY

    def test_names_until_a_day_are_those_of_windows_that_ended_by_then(self, store: Store) -> None:
        days = [DAY - timedelta(days=back) for back in (60, 2, 1, 0)]
        for day, name in zip(days, ("Back", "Old", "New", "Back"), strict=True):
            store.save([snapshot(CLI_AGENTS, day, [("10", name, 5), ("20", "Kilo", 4)])])
        assert store.names(["10"]) == {"10": ("Back", "New", "Old")}
        assert store.names(["10", "20"], days[2]) == {"10": ("New", "Old", "Back"), "20": ("Kilo",)}
        assert store.names(None, days[1]) == {"10": ("Old", "Back"), "20": ("Kilo",)}
        assert store.names(["10"], days[0] - HOUR * 24) == {}

    def test_a_mark_keeps_by_what_its_day_was_judged(self, store: Store) -> None:
        waiting = WatchlistDay("w", DAY, DayStatus.WAITING, NOW)
        store.mark(waiting)
        assert list(store.ledger("w")) == [waiting]
        judged = WatchlistDay("w", DAY, DayStatus.EVALUATED, NOW + HOUR, ("note",), seen=7, policy="cafe")
        store.mark(judged)
        assert list(store.ledger("w")) == [replace(judged, first_asked_at=NOW)]
        again = replace(judged, notes=(), seen=9, policy="f00d")
        store.mark(again)
        assert list(store.ledger("w")) == [replace(again, first_asked_at=NOW)]

    def test_an_event_is_overwritten_with_what_became_of_it(self, store: Store) -> None:
        first, second = store.add_events([event(item="a"), event(item="b")])
        after = replace(
            first,
            rank=None,
            tokens=2**70,
            status=EventStatus.RETRACTED,
            held_back=HeldBack.COOLDOWN,
            late=True,
            revised={"rank": None, "tokens": "12", "came": [{"name": "é", "tokens": "1"}], "gone": []},
            evidence={"first_seen": True},
        )
        store.change_events([after])
        assert [store.event(one.id) for one in (first, second)] == [after, second]
        store.change_events([first])
        assert store.event(first.id) == first
        store.change_events([])

    def test_readers_who_were_told_what_does_not_hold_are_found_until_they_know(self, store: Store) -> None:
        (known,) = told(store, event())
        assert list(store.disputed("team", ["cli-agents"])) == []
        gone = replace(known, status=EventStatus.RETRACTED)
        store.change_events([gone])
        (delivery,) = store.deliveries()
        belief = Belief(gone, delivery.id)
        assert list(store.disputed("team", ["cli-agents"])) == [belief]
        store.note_beliefs("team", [replace(belief, retracted=True)])
        assert list(store.disputed("team", ["cli-agents"])) == [replace(belief, retracted=True)]
        store.note_beliefs("team", [replace(belief, retracted=True, answered=True)])
        assert list(store.disputed("team", ["cli-agents"])) == []

    def test_what_was_given_up_unsent_nobody_believes(self, store: Store) -> None:
        (known,) = told(store, event())
        store.change_events([replace(known, status=EventStatus.RETRACTED)])
        (delivery,) = store.deliveries()
        for status, believed in ((DeliveryStatus.DEAD, 0), (DeliveryStatus.PENDING, 1), (DeliveryStatus.DISCARDED, 0)):
            put(store, delivery.id, status)
            assert len(store.disputed("team", ["cli-agents"])) == believed

    def test_of_what_was_given_up_in_part_readers_have_the_rest(self, store: Store) -> None:
        (known,) = told(store, event())
        store.change_events([replace(known, status=EventStatus.RETRACTED)])
        (delivery,) = store.deliveries()
        sent = replace(STEPS[0], status=StepStatus.SENT, receipt="ts")
        assert store.record_step(delivery.id, sent, held_until=None, lease_until=None)
        put(store, delivery.id, DeliveryStatus.DEAD)
        assert len(store.disputed("team", ["cli-agents"])) == 1

    def test_what_holds_after_all_is_disputed_the_other_way(self, store: Store) -> None:
        (known,) = told(store, event())
        (delivery,) = store.deliveries()
        store.note_beliefs("team", [Belief(known, delivery.id, retracted=True, answered=True)])
        assert list(store.disputed("team", ["cli-agents"])) == [Belief(known, delivery.id, True, True)]

    def test_only_who_was_told_is_concerned(self, store: Store) -> None:
        (known,) = told(store, event())
        (other,) = told(store, event(item="netted"), channel="mail", stated=False)
        store.change_events([replace(one, status=EventStatus.RETRACTED) for one in (known, other)])
        assert [belief.event.item for belief in store.disputed("team", ["x", "cli-agents"])] == ["sable"]
        assert list(store.disputed("team", ["other"])) == []
        assert list(store.disputed("team", [])) == []
        assert list(store.disputed("mail", ["cli-agents"])) == []

    def test_disputed_events_come_in_the_order_of_events(self, store: Store) -> None:
        days = [event(item="b"), event(item="a", rank=3), event(item="c", date=YESTERDAY)]
        store.change_events([replace(one, status=EventStatus.RETRACTED) for one in told(store, *days)])
        assert [belief.event.item for belief in store.disputed("team", ["cli-agents"])] == ["c", "a", "b"]

    def test_each_channel_has_its_own_beliefs(self, store: Store) -> None:
        (known,) = told(store, event())
        settled = [Settlement(known.id, stated=True)]
        mailed = store.enqueue(NewDelivery("mail", NOW, DAY, "s", STEPS), settled, NOW)
        assert mailed is not None
        gone = replace(known, status=EventStatus.RETRACTED)
        store.change_events([gone])
        store.note_beliefs("team", [Belief(gone, 0, retracted=True, answered=True)])
        assert list(store.disputed("team", ["cli-agents"])) == []
        assert list(store.disputed("mail", ["cli-agents"])) == [Belief(gone, mailed.id)]

    def test_a_retracted_event_that_nobody_settled_is_settled_by_nobody(self, store: Store) -> None:
        (known,) = store.add_events([event()])
        store.change_events([replace(known, status=EventStatus.RETRACTED)])
        assert list(store.unsettled("team", ["cli-agents"], DAY)) == []
        store.change_events([replace(known, late=True)])
        assert list(store.unsettled("team", ["cli-agents"], DAY)) == [replace(known, late=True)]

    def test_a_reply_keeps_the_thread_that_it_belongs_to(self, store: Store) -> None:
        new = NewDelivery("team", NOW, DAY, "Revised", STEPS, notice=True, thread="1731315600.1")
        reply = store.enqueue(new, [], NOW)
        assert reply is not None
        assert reply.thread == "1731315600.1"
        assert store.delivery(reply.id) == reply
        claimed = store.claim(NOW, NOW + HOUR)
        assert claimed is not None
        assert claimed.thread == reply.thread
        assert store.last_delivery("team") is None
