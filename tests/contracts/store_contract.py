"""What every Store keeps and gives back: snapshots, names, refused answers, days, requests and incidents."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from bot.app.ports import Store
from bot.app.records import Begun, DayStatus, WatchlistDay
from bot.core.ranking import MODEL_DAY, Board, Dataset, Entry
from bot.errors import BudgetExhaustedError
from tests.builders import ALL_APPS, CLI_AGENTS, CODING, DAY, as_of, fetched_at, snapshot

NOW = datetime(2026, 11, 11, 2, 15, 42, 123456, UTC)
HOUR = timedelta(hours=1)
YESTERDAY = DAY - timedelta(days=1)
ROWS = [("10", "Hermes", 500), ("20", "Kilo", 400), ("30", "Cline", 300)]


class SnapshotContract:
    """Snapshots and names."""

    def test_a_new_window_is_stored_whole_as_revision_1(self, store: Store) -> None:
        ranking = replace(
            snapshot(CLI_AGENTS, DAY, []),
            entries=(Entry(1, "10", "Hermes <Agent>, “π”", 2**63 - 1, 12), Entry(2, "20", "Kilo", 0, None)),
            other_tokens=2**63 - 1,
            sample=True,
        )
        (added,) = store.save([ranking])
        assert (added.revision, added.entries) == (1, ranking.entries)
        assert store.snapshot(CLI_AGENTS, DAY) == added == replace(ranking, revision=1)

    def test_times_come_back_as_aware_utc_to_the_microsecond(self, store: Store) -> None:
        berlin = datetime(2026, 11, 11, 3, 15, 42, 7, timezone(HOUR))
        store.save([snapshot(CLI_AGENTS, DAY, ROWS, fetched_at=berlin)])
        found = store.snapshot(CLI_AGENTS, DAY)
        assert found is not None
        assert found.fetched_at == berlin
        assert found.fetched_at.tzinfo is UTC

    def test_a_clamped_window_keeps_its_shorter_start(self, store: Store) -> None:
        day = date(2025, 1, 3)
        store.save([snapshot(CLI_AGENTS, day, ROWS, start_date=date(2025, 1, 1))])
        found = store.snapshot(CLI_AGENTS, day)
        assert found is not None
        assert found.start_date == date(2025, 1, 1)
        assert found.clamped

    def test_an_equal_answer_adds_nothing(self, store: Store) -> None:
        store.save([snapshot(CLI_AGENTS, DAY, ROWS)])
        again = snapshot(CLI_AGENTS, DAY, ROWS, as_of=as_of(DAY + timedelta(days=1)), fetched_at=NOW)
        assert list(store.save([again])) == []
        found = store.snapshot(CLI_AGENTS, DAY)
        assert found is not None
        assert (found.revision, found.fetched_at) == (1, fetched_at(DAY))

    @pytest.mark.parametrize(
        "rows",
        [
            [("10", "Hermes", 501), *ROWS[1:]],
            [("11", "Hermes", 500), *ROWS[1:]],
            [ROWS[0], ROWS[1]],
            [("20", "Kilo", 500), ("10", "Hermes", 400), ROWS[2]],
        ],
        ids=["tokens", "item", "fewer", "order"],
    )
    def test_changed_figures_are_the_next_revision_and_the_old_one_stays(
        self, store: Store, rows: list[tuple[str, str, int]]
    ) -> None:
        first, second = snapshot(CLI_AGENTS, DAY, ROWS), snapshot(CLI_AGENTS, DAY, rows)
        store.save([first])
        (added,) = store.save([second])
        assert added.revision == 2
        assert store.snapshot(CLI_AGENTS, DAY) == replace(second, revision=2)
        assert store.snapshot(CLI_AGENTS, DAY, 1) == first
        assert store.snapshot(CLI_AGENTS, DAY, 3) is None

    def test_changed_requests_and_tokens_outside_are_changes_too(self, store: Store) -> None:
        plain = snapshot(MODEL_DAY, DAY, ROWS)
        counted = replace(plain, entries=(replace(plain.entries[0], requests=9), *plain.entries[1:]))
        outside = replace(counted, other_tokens=77)
        assert [added.revision for added in store.save([plain, counted, outside, outside])] == [1, 2, 3]

    def test_a_figure_that_changes_back_is_a_revision_again(self, store: Store) -> None:
        changed = [("10", "Hermes", 501), *ROWS[1:]]
        answers = [snapshot(CLI_AGENTS, DAY, rows) for rows in (ROWS, changed, ROWS)]
        assert [added.revision for answer in answers for added in store.save([answer])] == [1, 2, 3]

    def test_another_name_alone_adds_nothing_for_names_flip_within_minutes(self, store: Store) -> None:
        store.save([snapshot(CLI_AGENTS, DAY, ROWS)])
        assert list(store.save([snapshot(CLI_AGENTS, DAY, [("10", "Hermes Agent", 500), *ROWS[1:]])])) == []
        assert store.names(["10"]) == {"10": ("Hermes",)}

    def test_a_deeper_answer_is_a_revision_even_if_it_lists_the_same(self, store: Store) -> None:
        store.save([snapshot(CLI_AGENTS, DAY, ROWS, depth=100)])
        (added,) = store.save([snapshot(CLI_AGENTS, DAY, ROWS, depth=200)])
        assert (added.revision, added.depth) == (2, 200)

    def test_a_shallower_answer_that_says_the_same_adds_nothing(self, store: Store) -> None:
        store.save([snapshot(CLI_AGENTS, DAY, ROWS, depth=3)])
        assert list(store.save([snapshot(CLI_AGENTS, DAY, ROWS[:2], depth=2)])) == []
        found = store.snapshot(CLI_AGENTS, DAY)
        assert found is not None
        assert found.depth == 3

    def test_a_shallower_answer_that_says_otherwise_is_a_revision(self, store: Store) -> None:
        store.save([snapshot(CLI_AGENTS, DAY, ROWS, depth=3)])
        (added,) = store.save([snapshot(CLI_AGENTS, DAY, [("10", "Hermes", 501)], depth=1)])
        assert (added.revision, added.depth) == (2, 1)

    def test_answers_for_one_window_in_one_call_follow_each_other(self, store: Store) -> None:
        deep, cut = snapshot(CLI_AGENTS, DAY, ROWS, depth=3), snapshot(CLI_AGENTS, DAY, ROWS[:1], depth=1)
        changed = snapshot(CLI_AGENTS, DAY, [("10", "Hermes", 501)], depth=1)
        assert [added.revision for added in store.save([deep, cut, deep, changed])] == [1, 2]

    def test_an_empty_ranking_is_stored(self, store: Store) -> None:
        store.save([snapshot(CLI_AGENTS.twin, DAY, [])])
        found = store.snapshot(CLI_AGENTS.twin, DAY)
        assert found is not None
        assert found.entries == ()

    def test_nothing_is_found_where_nothing_is_stored(self, store: Store) -> None:
        assert store.snapshot(CLI_AGENTS, DAY) is None
        assert store.depths(CLI_AGENTS, YESTERDAY, DAY) == {}
        assert store.names() == {}
        assert list(store.find("a")) == []
        assert list(store.save([])) == []

    def test_model_windows_are_computed_never_stored(self, store: Store) -> None:
        store.save([snapshot(MODEL_DAY, DAY - timedelta(days=back), ROWS) for back in range(7)])
        week = Board(Dataset.MODELS, 7)
        assert store.snapshot(week, DAY) is None
        window = store.history().at(week, DAY)
        assert window is not None
        assert window.tokens("10") == 3500

    def test_depths_are_those_of_the_newest_revisions_within_the_days(self, store: Store) -> None:
        days = [DAY - timedelta(days=back) for back in range(4)]
        store.save([snapshot(CLI_AGENTS, day, ROWS, depth=100) for day in days])
        store.save([snapshot(CLI_AGENTS, days[1], ROWS, depth=200), snapshot(CODING, days[1], ROWS, depth=50)])
        assert store.depths(CLI_AGENTS, days[2], days[1]) == {days[2]: 100, days[1]: 200}
        wanted = {(CLI_AGENTS, days[1]), (CLI_AGENTS, days[0]), (CODING, days[1]), (CODING, days[2])}
        assert store.depths_of(wanted) == {
            (CLI_AGENTS, days[1]): 200,
            (CLI_AGENTS, days[0]): 100,
            (CODING, days[1]): 50,
        }
        assert store.depths_of(set()) == {}

    def test_what_no_database_takes_is_shown_as_replaced(self, store: Store) -> None:
        store.save([snapshot(CLI_AGENTS, DAY, [("10", "a\0b\ud800c é", 1), ("20", "x" * 5000, 1)])])
        found = store.snapshot(CLI_AGENTS, DAY)
        assert found is not None
        assert [entry.name for entry in found.entries] == ["a\ufffdb\ufffdc é", "x" * 499 + "…"]

    def test_names_are_all_that_an_item_has_borne_newest_first(self, store: Store) -> None:
        store.save([snapshot(CLI_AGENTS, DAY, [("10", "New", 5), ("20", "Kilo", 4)])])
        store.save([snapshot(CLI_AGENTS, YESTERDAY, [("10", "Old", 5)])])
        store.save([snapshot(CODING, DAY, [("10", "Newest", 5)], fetched_at=fetched_at(DAY) + HOUR)])
        store.save([snapshot(ALL_APPS, YESTERDAY - timedelta(days=9), [("10", "New", 5), ("20", "Kilo", 4)])])
        assert store.names() == {"10": ("Newest", "New", "Old"), "20": ("Kilo",)}
        assert store.names(["20", "99"]) == {"20": ("Kilo",)}
        assert store.names([]) == {}

    def test_a_name_that_was_corrected_later_still_counts_as_borne(self, store: Store) -> None:
        store.save([snapshot(CLI_AGENTS, DAY, [("10", "Wrong", 5)])])
        store.save([snapshot(CLI_AGENTS, DAY, [("10", "Right", 6)], fetched_at=fetched_at(DAY) + HOUR)])
        assert store.names() == {"10": ("Right", "Wrong")}

    def test_names_until_a_day_are_those_that_windows_up_to_it_gave_in_their_order_then(self, store: Store) -> None:
        days = [DAY + timedelta(days=offset) for offset in range(-3, 3)]
        for day, name in zip(days, ["First", "Second", "First", "Second", "Third", "First"], strict=True):
            store.save([snapshot(CLI_AGENTS, day, [("10", name, 5), ("20", "Kilo", 4)])])
        store.save([snapshot(CODING, days[0], [("10", "Elsewhere", 5)])])
        store.save(
            [snapshot(ALL_APPS, days[4], [("30", "Late", 5)]), snapshot(ALL_APPS, days[5], [("30", "Later", 5)])]
        )
        assert [store.names(["10"], until=day)["10"] for day in days[1:3]] == [
            ("Second", "Elsewhere", "First"),
            ("First", "Second", "Elsewhere"),
        ]
        assert store.names(["10", "20", "30", "99"], until=DAY) == {
            "10": ("Second", "First", "Elsewhere"),
            "20": ("Kilo",),
        }
        assert store.names(until=days[5]) == store.names()
        naming, asked = store.naming(), ["10", "20", "30", "99"]
        assert [naming(asked, day) for day in days] == [store.names(asked, until=day) for day in days]

    def test_names_of_days_on_which_they_last_are_those_of_each_day(self, store: Store) -> None:
        days = [DAY + timedelta(days=offset) for offset in range(6)]
        for day, name in zip(days, "AABBCA", strict=True):
            store.save([snapshot(CLI_AGENTS, day, [("10", name, 5)]), snapshot(CODING, day, [("10", "A", 5)])])
        naming = store.naming()
        found = [naming(["10"], day)["10"] for day in days]
        assert found == [store.names(["10"], until=day)["10"] for day in days]
        assert [set(names) for names in found] == [
            {"A"},
            {"A"},
            {"A", "B"},
            {"A", "B"},
            {"A", "B", "C"},
            {"A", "B", "C"},
        ]

    def test_the_only_name_that_an_item_ever_bore_is_its_name_on_any_day(self, store: Store) -> None:
        store.save([snapshot(CLI_AGENTS, DAY, [("10", "Hermes", 5)])])
        assert store.names(["10"], until=YESTERDAY) == {"10": ("Hermes",)}

    def test_names_until_a_day_order_those_of_that_day_by_when_they_were_fetched(self, store: Store) -> None:
        store.save([snapshot(CLI_AGENTS, DAY, [("10", "A", 5)], fetched_at=fetched_at(DAY) + HOUR)])
        store.save([snapshot(CODING, DAY, [("10", "B", 5)])])
        store.save([snapshot(CLI_AGENTS, DAY + timedelta(days=1), [("10", "B", 5)])])
        assert store.names(["10"], until=DAY) == store.naming()(["10"], DAY) == {"10": ("A", "B")}
        assert store.names(["10"]) == {"10": ("B", "A")}

    def test_names_of_very_many_items_can_be_asked_for(self, store: Store) -> None:
        store.save([snapshot(CLI_AGENTS, DAY, [(str(item), f"App {item}", 5) for item in range(1200)])])
        assert len(store.names(str(item) for item in range(1200))) == 1200

    def test_sightings_are_those_of_items_that_bear_several_names_within_31_days_on_every_board(
        self, store: Store
    ) -> None:
        tomorrow, old = DAY + timedelta(days=1), DAY - timedelta(days=31)
        store.save([snapshot(CLI_AGENTS, DAY, [("10", "New", 5), ("20", "Kilo", 4)])])
        store.save([snapshot(CODING, DAY, [("10", "New", 5)]), snapshot(ALL_APPS, DAY, [("10", "Old", 5)])])
        store.save([snapshot(CLI_AGENTS, YESTERDAY, [("10", "Old", 5)])])
        store.save([snapshot(CLI_AGENTS, old, [("10", "Older", 5)])])
        store.save([snapshot(CLI_AGENTS, old - timedelta(days=1), [("10", "Oldest", 5)])])
        store.save([snapshot(CLI_AGENTS, tomorrow, [("10", "Newer", 5)])])
        assert {item: list(seen) for item, seen in store.sightings(["10", "20", "99"], DAY).items()} == {
            "10": [(old, "Older"), (YESTERDAY, "Old"), (DAY, "New"), (DAY, "Old")]
        }
        assert store.sightings(["20"], DAY) == {}

    def test_a_corrected_name_was_seen_too(self, store: Store) -> None:
        store.save([snapshot(CLI_AGENTS, DAY, [("10", "Wrong", 5)])])
        store.save([snapshot(CLI_AGENTS, DAY, [("10", "Right", 6)], fetched_at=fetched_at(DAY) + HOUR)])
        assert list(store.sightings(["10"], DAY)["10"]) == [(DAY, "Right"), (DAY, "Wrong")]

    def test_find_gives_the_newest_place_on_each_board_under_the_newest_name(self, store: Store) -> None:
        store.save([snapshot(CLI_AGENTS, YESTERDAY, [("20", "Kilo", 9), ("10", "Übung", 8)])])
        store.save([snapshot(CLI_AGENTS, DAY, [("10", "Hermes", 7), ("20", "Kilo", 6)])])
        store.save([snapshot(CODING, YESTERDAY, [("10", "Übung", 5)])])
        found = [(match.board, match.end_date, match.rank, match.tokens, match.name) for match in store.find("üBUNG")]
        assert found == [(CODING, YESTERDAY, 1, 5, "Hermes"), (CLI_AGENTS, DAY, 1, 7, "Hermes")]
        assert [match.item for match in store.find("20")] == ["20"]
        assert list(store.find("2")) == []

    def test_find_looks_at_the_newest_revision_only(self, store: Store) -> None:
        store.save([snapshot(CLI_AGENTS, YESTERDAY, [("10", "Hermes", 5)])])
        store.save([snapshot(CLI_AGENTS, DAY, [("10", "Hermes", 5)])])
        store.save([snapshot(CLI_AGENTS, DAY, [("20", "Kilo", 5)])])
        assert [(match.end_date, match.rank) for match in store.find("hermes")] == [(YESTERDAY, 1)]


class BooksContract:
    """Transactions, refused answers, days, requests and incidents."""

    def test_a_transaction_commits_as_a_whole(self, store: Store) -> None:
        with store.transaction() as tx:
            tx.note_told("team", {"a": DAY})
            tx.open_incident("feed", "down", NOW)
            assert tx.told_watchlists("team") == {"a": DAY}
        assert store.told_watchlists("team") == {"a": DAY}
        assert len(store.incidents()) == 1

    def test_a_failed_transaction_leaves_nothing(self, store: Store) -> None:
        store.note_told("team", {"a": DAY})

        def fail_late() -> None:
            with store.transaction() as tx:
                tx.note_told("team", {"b": DAY})
                tx.save([snapshot(CLI_AGENTS, DAY, ROWS)])
                tx.spend(DAY, 10)
                raise KeyError

        with pytest.raises(KeyError):
            fail_late()
        assert store.told_watchlists("team") == {"a": DAY}
        assert store.snapshot(CLI_AGENTS, DAY) is None
        assert store.spent(DAY) == 0

    def test_a_transaction_within_another_is_the_same_one(self, store: Store) -> None:
        def fail_after_the_inner_one() -> None:
            with store.transaction() as outer:
                with outer.transaction() as inner:
                    inner.note_told("team", {"a": DAY})
                assert outer.told_watchlists("team") == {"a": DAY}
                raise KeyError

        with pytest.raises(KeyError):
            fail_after_the_inner_one()
        assert store.told_watchlists("team") == {}

    def test_history_within_a_transaction_sees_what_it_saved(self, store: Store) -> None:
        with store.transaction() as tx:
            tx.save([snapshot(CLI_AGENTS, DAY, ROWS)])
            assert tx.history().at(CLI_AGENTS, DAY) == snapshot(CLI_AGENTS, DAY, ROWS)

    def test_the_same_refused_answer_keeps_when_it_was_first_seen(self, store: Store) -> None:
        first = store.quarantine("models:1d", DAY, "half is missing", "f" * 64, NOW)
        again = store.quarantine("models:1d", DAY, "still", "f" * 64, NOW + HOUR)
        assert (first.first_at, first.last_at, first.settled_at) == (NOW, NOW, None)
        assert (again.first_at, again.last_at, again.reason) == (NOW, NOW + HOUR, "still")
        assert list(store.quarantined()) == [again]

    def test_refused_answers_are_listed_oldest_first_until_settled(self, store: Store) -> None:
        later = store.quarantine("models:1d", DAY, "b", "b", NOW + HOUR)
        first = store.quarantine("models:1d", DAY, "a", "a", NOW)
        other = store.quarantine("models:1d", YESTERDAY, "c", "a", NOW + 2 * HOUR)
        assert list(store.quarantined()) == [first, later, other]
        assert store.settle("models:1d", DAY, NOW + 3 * HOUR)
        assert list(store.quarantined()) == [other]
        assert not store.settle("models:1d", DAY, NOW + 3 * HOUR)
        closed = [replace(entry, settled_at=NOW + 3 * HOUR) for entry in (first, later)]
        assert list(store.quarantined(settled=True)) == [*closed, other]

    def test_what_is_refused_again_after_it_was_settled_begins_anew(self, store: Store) -> None:
        store.quarantine("models:1d", DAY, "a", "a", NOW)
        store.settle("models:1d", DAY, NOW)
        assert store.quarantine("models:1d", DAY, "a", "a", NOW + HOUR).first_at == NOW + HOUR

    def test_the_ledger_lists_a_watchlists_days_in_order(self, store: Store) -> None:
        days = [
            WatchlistDay("w", DAY, DayStatus.WAITING, NOW),
            WatchlistDay("w", YESTERDAY, DayStatus.GAP, NOW, ("no data “here”", "and\0there")),
            WatchlistDay("v", DAY, DayStatus.EVALUATED, NOW),
        ]
        for day in days:
            store.mark(day)
        assert list(store.ledger("w")) == [days[1], days[0]]
        assert list(store.ledger("u")) == []

    def test_ledgers_of_several_watchlists_come_at_once_from_a_day_on(self, store: Store) -> None:
        days = [
            WatchlistDay("w", DAY, DayStatus.WAITING, NOW),
            WatchlistDay("w", YESTERDAY, DayStatus.GAP, NOW, ("no data",), 3, "rules"),
            WatchlistDay("v", YESTERDAY, DayStatus.EVALUATED, NOW),
            WatchlistDay("x", DAY, DayStatus.EVALUATED, NOW),
        ]
        for day in days:
            store.mark(day)
        assert store.ledgers({"w", "v", "u"}, YESTERDAY) == {"w": [days[1], days[0]], "v": [days[2]]}
        assert store.ledgers({"w", "v", "u"}, DAY) == {"w": [days[0]]}

    def test_how_the_days_of_a_ledger_stand(self, store: Store) -> None:
        store.mark(WatchlistDay("w", DAY, DayStatus.WAITING, NOW))
        store.mark(WatchlistDay("w", YESTERDAY, DayStatus.GAP, NOW, ("no data",)))
        store.mark(WatchlistDay("v", YESTERDAY, DayStatus.EVALUATED, NOW))
        found = store.statuses(["w", "u", "v"], YESTERDAY)
        assert list(found["w"].items()) == [(YESTERDAY, DayStatus.GAP), (DAY, DayStatus.WAITING)]
        assert found["v"] == {YESTERDAY: DayStatus.EVALUATED}
        assert "u" not in found
        assert store.statuses(["w", "v"], DAY) == {"w": {DAY: DayStatus.WAITING}}

    def test_when_watchlists_began_and_how_many_days_are_done_before_a_day(self, store: Store) -> None:
        older = YESTERDAY - timedelta(days=3)
        for day, status in ((older, DayStatus.EVALUATED), (YESTERDAY, DayStatus.GAP), (DAY, DayStatus.EVALUATED)):
            store.mark(WatchlistDay("w", day, status, NOW))
        store.mark(WatchlistDay("v", YESTERDAY, DayStatus.WAITING, NOW))
        assert store.begun({"w", "v", "u"}, DAY, until=DAY) == {"w": Begun(older, 2), "v": Begun(YESTERDAY, 0)}
        assert store.begun({"w"}, older, until=DAY) == {"w": Begun(older, 0)}

    def test_a_later_mark_keeps_when_the_day_was_first_asked_for(self, store: Store) -> None:
        store.mark(WatchlistDay("w", DAY, DayStatus.WAITING, NOW))
        store.mark(WatchlistDay("w", DAY, DayStatus.EVALUATED, NOW + HOUR, ("spike: no baseline",)))
        assert list(store.ledger("w")) == [WatchlistDay("w", DAY, DayStatus.EVALUATED, NOW, ("spike: no baseline",))]

    def test_several_days_are_marked_at_once_in_their_order(self, store: Store) -> None:
        waiting = WatchlistDay("w", DAY, DayStatus.WAITING, NOW)
        judged = WatchlistDay("w", DAY, DayStatus.EVALUATED, NOW + HOUR, ("note",))
        other = WatchlistDay("v", YESTERDAY, DayStatus.EVALUATED, NOW)
        store.mark(waiting, other, judged)
        store.mark()
        assert list(store.ledger("w")) == [replace(judged, first_asked_at=NOW)]
        assert list(store.ledger("v")) == [other]

    def test_requests_are_counted_for_each_day_up_to_the_limit(self, store: Store) -> None:
        assert store.spent(DAY) == 0
        assert [store.spend(DAY, 3) for _ in range(3)] == [1, 2, 3]
        with pytest.raises(BudgetExhaustedError, match=r"3 requests of 2026-11-10 \(UTC\)"):
            store.spend(DAY, 3)
        assert store.spent(DAY) == 3
        assert store.spend(YESTERDAY, 3) == 1

    def test_a_limit_of_nothing_allows_nothing(self, store: Store) -> None:
        with pytest.raises(BudgetExhaustedError):
            store.spend(DAY, 0)
        assert store.spent(DAY) == 0

    def test_each_reservation_is_a_space_after_the_one_before(self, store: Store) -> None:
        space = timedelta(seconds=2)
        assert [store.reserve(NOW, space) for _ in range(3)] == [NOW, NOW + space, NOW + 2 * space]
        assert store.reserve(NOW + HOUR, space) == NOW + HOUR
        assert store.reserve(NOW + HOUR + space / 4, space) == NOW + HOUR + space

    def test_a_clock_that_was_set_back_stalls_no_reservation(self, store: Store) -> None:
        space = timedelta(seconds=2)
        store.reserve(NOW + HOUR, space)
        assert [store.reserve(NOW, space) for _ in range(2)] == [NOW + space, NOW + 2 * space]

    def test_the_feed_is_left_alone_until_it_said(self, store: Store) -> None:
        assert store.feed_paused_until(NOW) is None
        store.pause_feed(NOW + HOUR, NOW)
        store.pause_feed(NOW + HOUR / 2, NOW)
        assert store.feed_paused_until(NOW + HOUR / 2) == NOW + HOUR
        assert store.feed_paused_until(NOW + HOUR) is None
        store.pause_feed(NOW + 2 * HOUR, NOW + HOUR)
        assert store.feed_paused_until(NOW + HOUR) == NOW + 2 * HOUR
        assert store.reserve(NOW + HOUR, HOUR) == NOW + HOUR

    def test_an_incident_is_opened_once_and_ended_once(self, store: Store) -> None:
        assert store.open_incident("feed", "down", NOW)
        assert not store.open_incident("feed", "still down", NOW + HOUR)
        assert store.open_incident("channel", "refused", NOW - HOUR)
        assert [(known.key, known.message) for known in store.incidents()] == [
            ("channel", "refused"),
            ("feed", "down"),
        ]
        ended = store.end_incident("feed", NOW + 2 * HOUR)
        assert ended is not None
        assert (ended.opened_at, ended.ended_at, ended.message) == (NOW, NOW + 2 * HOUR, "down")
        assert store.end_incident("feed", NOW + 3 * HOUR) is None
        assert [known.key for known in store.incidents()] == ["channel"]
        assert store.open_incident("feed", "down again", NOW + 4 * HOUR)

    def test_the_operator_is_to_be_told_of_an_opening_and_again_of_the_end(self, store: Store) -> None:
        store.open_incident("feed", "down", NOW)
        store.open_incident("channel", "refused", NOW - HOUR)
        assert [known.key for known in store.untold_incidents()] == ["channel", "feed"]
        store.mark_incidents_told(store.untold_incidents())
        assert list(store.untold_incidents()) == []
        assert all(known.told for known in store.incidents())
        store.end_incident("feed", NOW + HOUR)
        (untold,) = store.untold_incidents()
        assert (untold.key, untold.ended_at) == ("feed", NOW + HOUR)
        store.mark_incidents_told([untold])
        assert list(store.untold_incidents()) == []

    def test_an_incident_that_ended_since_it_was_read_stays_untold(self, store: Store) -> None:
        store.open_incident("feed", "down", NOW)
        read = store.untold_incidents()
        store.end_incident("feed", NOW + HOUR)
        store.mark_incidents_told(read)
        assert [known.ended_at for known in store.untold_incidents()] == [NOW + HOUR]

    def test_watchlists_are_told_to_a_channel_once(self, store: Store) -> None:
        store.note_told("team", {"a": YESTERDAY, "b": YESTERDAY})
        store.note_told("team", {"b": DAY, "c": DAY})
        store.note_told("mail", {})
        assert store.told_watchlists("team") == {"a": YESTERDAY, "b": DAY, "c": DAY}
        assert store.told_watchlists("mail") == {}

    def test_what_is_no_longer_told_to_a_channel_is_forgotten_of_it_alone(self, store: Store) -> None:
        for channel in ("team", "mail"):
            store.note_told(channel, {"a": DAY, "b": DAY, "c": DAY})
        store.forget_told("team", {"a", "c", "never"})
        store.forget_told("mail", [])
        assert store.told_watchlists("team") == {"b": DAY}
        assert store.told_watchlists("mail") == {"a": DAY, "b": DAY, "c": DAY}
