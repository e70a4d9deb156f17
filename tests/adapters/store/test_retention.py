"""What is let go of, and what later verdicts may still ask of it: on both databases."""

from __future__ import annotations

import shutil
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select, text

from bot.adapters.store import SqlStore, open_store
from bot.adapters.store.retention import AT_ONCE
from bot.adapters.store.tables import ENTRY, SNAPSHOT
from bot.app.records import NewDelivery
from bot.core.annals import Annals
from bot.core.delivery import DeliveryStatus, Step, StepStatus
from bot.core.ranking import MODEL_DAY, Snapshot
from tests.builders import CLI_AGENTS, CODING, DAY, snapshot

NOW = datetime(2026, 11, 11, 9, 0, tzinfo=UTC)
ITEMS = ("10", "20", "30", "40")
SPAN = 9
FIRST = DAY - timedelta(days=SPAN - 1)
CUT = DAY - timedelta(days=3)

boards = st.lists(
    st.permutations(ITEMS).flatmap(lambda order: st.integers(0, 4).map(lambda n: order[:n])),
    min_size=SPAN,
    max_size=SPAN,
)
names = st.lists(st.sampled_from("ab"), min_size=SPAN, max_size=SPAN)


def ranked(day: date, items: list[str], name: str = "a", **changes: Any) -> Snapshot:
    """A board of those items, each under its id and a name that changes."""
    rows = [(item, f"{item}{name}", 1000 - place) for place, item in enumerate(items)]
    return snapshot(CLI_AGENTS, day, rows, **changes)


def thin(store: SqlStore, before: date) -> int:
    """Thins all there is to thin."""
    total = 0
    while some := store.thin(before):
        total += some
    return total


def lines(store: SqlStore) -> int:
    """How many lines are stored."""
    with store._database.reading() as connection:
        return int(connection.execute(select(func.count()).select_from(ENTRY)).scalar_one())


def answers(store: SqlStore, before: date) -> list[Any]:
    """All that a verdict on ``before`` may ask of the days up to it, beside whole boards."""
    history = store.history()
    return [
        (history.last_in(CLI_AGENTS, item, n, before), history.borne(CLI_AGENTS, item, before))
        for item in ITEMS
        for n in (1, 2, 3, 4, None)
    ] + [list(history.leaders(CLI_AGENTS, before - timedelta(days=1)))]


@pytest.mark.slow
def test_what_later_verdicts_ask_is_answered_as_before(tmp_path: Path) -> None:
    """However the boards were, and whether they are thinned at once or day by day."""
    empty = tmp_path / "empty.db"
    open_store(f"sqlite:///{empty}").close()

    @settings(max_examples=25, deadline=None)
    @given(days=boards, called=names, steps=st.sampled_from([1, 3]))
    def holds(days: list[list[str]], called: list[str], steps: int) -> None:
        file = shutil.copy(empty, tmp_path / "rankbot.db")
        store = open_store(f"sqlite:///{file}")
        try:
            windows = zip(range(SPAN), days, called, strict=True)
            store.save([ranked(FIRST + timedelta(days=place), *rest) for place, *rest in windows])  # type: ignore[arg-type]
            later = [DAY - timedelta(days=back) for back in range(-1, 4)]
            before = [answers(store, day) for day in later]
            for step in reversed(range(steps)):
                thin(store, CUT - timedelta(days=step))
            assert [answers(store, day) for day in later] == before
            assert store.history().days(CLI_AGENTS, FIRST, DAY)[0] == CUT
        finally:
            store.close()

    holds()


def test_annals_know_the_lines_that_stay(sql_store: SqlStore) -> None:
    """Of windows that are thinned, too: a backtest looks back at them as a live run does."""
    days = [FIRST + timedelta(days=place) for place in range(SPAN)]
    for place, day in enumerate(days):
        sql_store.save([ranked(day, [*ITEMS[place % 3 :], *ITEMS[: place % 2]], "ab"[place % 2])])
    assert thin(sql_store, CUT)
    history = sql_store.history()
    annals = Annals(history, days[2], DAY)
    for day in days[2:]:
        assert annals.listed(CLI_AGENTS, days[2], day) == history.listed(CLI_AGENTS, days[2], day)
        for item in ITEMS:
            assert annals.borne(CLI_AGENTS, item, day) == history.borne(CLI_AGENTS, item, day)
            for n in (1, 2, None):
                assert annals.last_in(CLI_AGENTS, item, n, day) == history.last_in(CLI_AGENTS, item, n, day)


def test_who_came_and_went_is_known_as_before(sql_store: SqlStore) -> None:
    """One history in which every kind of line matters: a former leader, a renamed one, one that was deep last."""
    days = [["10", "20", "30"], ["30", "10"], ["20", "30"], ["20", "40", "30"], ["20"], ["20"], ["20"], ["10"], ["20"]]
    windows = enumerate(zip(days, "aabbabbab", strict=True))
    sql_store.save([ranked(FIRST + timedelta(days=place), *rest) for place, rest in windows])
    later = [DAY - timedelta(days=back) for back in (-1, 0, 3)]
    before = [answers(sql_store, day) for day in later]
    assert thin(sql_store, CUT)
    assert [answers(sql_store, day) for day in later] == before


def test_most_lines_of_old_boards_go_and_new_boards_stay(sql_store: SqlStore) -> None:
    days = [FIRST + timedelta(days=place) for place in range(SPAN)]
    sql_store.save([ranked(day, list(ITEMS)) for day in days])
    assert thin(sql_store, CUT) == SPAN - 4
    assert lines(sql_store) == 4 * len(ITEMS) + (SPAN - 5) + len(ITEMS)  # whole boards, leaders, the newest lines
    assert sql_store.snapshot(CLI_AGENTS, CUT) == ranked(CUT, list(ITEMS))
    assert sql_store.snapshot(CLI_AGENTS, FIRST) is None
    assert (
        list(sql_store.depths(CLI_AGENTS, FIRST, DAY))
        == list(sql_store.checked([CLI_AGENTS], FIRST, DAY)[CLI_AGENTS])
        == days[-4:]
    )
    assert sql_store.thinned_until(CLI_AGENTS) == CUT - timedelta(days=1)
    assert sql_store.thinned_until(CODING) is None
    assert thin(sql_store, CUT) == 0


def test_earlier_revisions_of_old_boards_go(sql_store: SqlStore) -> None:
    for items in (["10", "20"], ["20", "10"]):
        sql_store.save([ranked(FIRST, items), ranked(DAY, items)])
    assert thin(sql_store, CUT) == 1
    with sql_store._database.reading() as connection:
        stored = connection.execute(select(SNAPSHOT.c.end_date, SNAPSHOT.c.revision).order_by(SNAPSHOT.c.id)).all()
    assert [tuple(row) for row in stored] == [(DAY, 1), (FIRST, 2), (DAY, 2)]
    assert sql_store.history().last_in(CLI_AGENTS, "20", 1, DAY) == FIRST


def test_days_of_models_are_never_thinned(sql_store: SqlStore) -> None:
    day = snapshot(MODEL_DAY, FIRST, [("a/one", "a/one", 5)])
    sql_store.save([day])
    assert thin(sql_store, CUT) == 0
    assert sql_store.snapshot(MODEL_DAY, FIRST) == day


def test_what_was_thinned_is_stored_whole_when_it_is_fetched_again(sql_store: SqlStore) -> None:
    sql_store.save([ranked(FIRST, list(ITEMS)), ranked(DAY, list(ITEMS))])
    thin(sql_store, CUT)
    (again,) = sql_store.save([ranked(FIRST, list(ITEMS))])
    assert sql_store.snapshot(CLI_AGENTS, FIRST) == again
    assert list(sql_store.history().leaders(CLI_AGENTS, DAY)) == [(DAY, "10"), (FIRST, "10")]
    assert thin(sql_store, CUT) == 1
    assert lines(sql_store) == 2 * len(ITEMS)


def test_some_windows_are_thinned_at_a_time(sql_store: SqlStore) -> None:
    """Other writers wait no longer than that takes."""
    days = [DAY - timedelta(days=back) for back in range(AT_ONCE + 5)]
    sql_store.save([ranked(day, ["10"]) for day in days])
    assert [sql_store.thin(DAY), sql_store.thin(DAY), sql_store.thin(DAY)] == [AT_ONCE, 4, 0]
    assert sql_store.history().days(CLI_AGENTS, date.min, DAY) == [DAY]


class TestMessages:
    """Text goes, the record stays."""

    def put(self, store: SqlStore, channel: str, status: DeliveryStatus, *, days_ago: int) -> int:
        """A delivery of two parts that was tried so many days ago, the first of them sent."""
        at = NOW - timedelta(days=days_ago)
        steps = (Step(0, "C1", "first"), Step(1, "C1", "second"))
        made = store.enqueue(NewDelivery(channel, at, DAY, "Sable leads", steps), [], at)
        assert made
        sent = Step(0, "C1", "first", status=StepStatus.SENT, receipt="r1", started_at=at)
        assert store.record_step(made.id, sent, held_until=None, lease_until=None)
        options = {"held_until": None, "next_attempt_at": None}
        assert store.release(made.id, status, attempts=1, looks=0, last_error="", **options)
        return made.id

    def payloads(self, store: SqlStore, delivery_id: int) -> list[str]:
        found = store.delivery(delivery_id)
        assert found
        return [step.payload for step in found.steps]

    def test_those_of_deliveries_that_are_over_go_after_their_time(self, sql_store: SqlStore) -> None:
        old = self.put(sql_store, "a", DeliveryStatus.SENT, days_ago=31)
        given_up = self.put(sql_store, "b", DeliveryStatus.DISCARDED, days_ago=31)
        new = self.put(sql_store, "c", DeliveryStatus.SENT, days_ago=29)
        assert sql_store.drop_messages(NOW - timedelta(days=30)) == 4
        assert self.payloads(sql_store, old) == self.payloads(sql_store, given_up) == ["", ""]
        assert self.payloads(sql_store, new) == ["first", "second"]
        assert sql_store.drop_messages(NOW - timedelta(days=30)) == 0

    def test_what_went_out_when_and_with_which_receipt_stays(self, sql_store: SqlStore) -> None:
        number = self.put(sql_store, "a", DeliveryStatus.SENT, days_ago=31)
        sql_store.drop_messages(NOW)
        found = sql_store.delivery(number)
        assert found
        assert found.subject == "Sable leads"
        assert (found.steps[0].receipt, found.steps[0].started_at) == ("r1", NOW - timedelta(days=31))
        assert sql_store.last_delivery("a") == (NOW - timedelta(days=31), DAY)

    @pytest.mark.parametrize("status", [DeliveryStatus.PENDING, DeliveryStatus.DEAD, DeliveryStatus.UNKNOWN])
    def test_those_that_may_still_be_sent_stay(self, sql_store: SqlStore, status: DeliveryStatus) -> None:
        number = self.put(sql_store, "a", status, days_ago=400)
        assert sql_store.drop_messages(NOW) == 0
        assert self.payloads(sql_store, number) == ["first", "second"]


def test_the_size_is_that_of_the_database(sql_store: SqlStore) -> None:
    before = sql_store.size()
    sql_store.save([ranked(DAY - timedelta(days=back), list(ITEMS)) for back in range(300)])
    with sql_store._database.writing() as connection:
        connection.execute(text("INSERT INTO meta VALUES ('long', :long)"), {"long": "x" * 1000})
    assert sql_store.size() > before > 0
    with sql_store._database.writing() as connection:
        connection.execute(text("DELETE FROM meta WHERE key = 'long'"))
