"""Restatements in the core: which days are stale, and what becomes of their events. Every branch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from fractions import Fraction

import pytest

from bot.core import revise
from bot.core.event import Event, EventStatus, HeldBack, Kind
from bot.core.plan import Window
from bot.core.ranking import MODEL_DAY
from bot.core.revise import NAMED, Boards, Judged, compare, first_stale, policy
from bot.core.rules import EnteredTop, NewLeader, Spike, Trending
from bot.core.watchlist import Pattern, Watchlist
from tests.builders import CLI_AGENTS, CODING, DAY, MODELS, event
from tests.core.rules.days import ago, column

CLI = Watchlist("cli", "CLI", CLI_AGENTS, (NewLeader(), EnteredTop(n=3, margin=0)))
GROWN = Watchlist("grown", "Grown", CLI_AGENTS, (Spike(), Trending()))
MODEL = Watchlist("models", "Models", MODELS, (NewLeader(),))
SEEN = 10
JUDGED = (ago(3), ago(2), ago(1), DAY)


class TestPolicy:
    """Whatever decides a verdict is in the fingerprint, and nothing else."""

    @pytest.mark.parametrize(
        "other",
        [
            replace(CLI, board=CODING),
            replace(CLI, rules=(NewLeader(2), EnteredTop(n=3, margin=0))),
            replace(CLI, rules=CLI.rules[:1]),
            replace(CLI, mine=(Pattern("x"),)),
            replace(CLI, follow=(Pattern("x"),)),
            replace(CLI, exclude=(Pattern("x"),)),
            replace(CLI, only_followed=True),
            replace(CLI, cooldown_days=3),
        ],
    )
    def test_another_verdict_is_another_policy(self, other: Watchlist) -> None:
        assert policy(other) != policy(CLI)

    def test_ids_titles_channels_and_the_order_of_rules_do_not_decide(self) -> None:
        assert policy(replace(CLI, id="x", title="X", channels=("y",), rules=CLI.rules[::-1])) == policy(CLI)

    def test_fractions_have_one_form(self) -> None:
        assert policy(replace(CLI, rules=(Spike(ratio=Fraction(5, 2)),))) == policy(
            replace(CLI, rules=(Spike(ratio=Fraction(10, 4)),))
        )

    def test_another_meaning_of_the_rules_is_another_policy(self, monkeypatch: pytest.MonkeyPatch) -> None:
        before = policy(CLI)
        monkeypatch.setattr(revise, "ENGINE", 10**6)
        assert policy(CLI) != before

    def test_stored_ones_stay_valid(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Days keep the policy that they were judged by: another form of it would leave all of them for good."""
        monkeypatch.setattr(revise, "ENGINE", 1)
        rules = (EnteredTop(n=3, margin=0), Spike(ratio=Fraction(5, 2)))
        assert policy(replace(CLI, rules=rules, mine=(Pattern("x"),))) == "d75f13de55329022"


class TestFirstStale:
    """The first day that looks at what changed after it was judged."""

    def stale(
        self,
        *changed: Window,
        watchlist: Watchlist = CLI,
        came: int = SEEN + 1,
        days: Sequence[date] = JUDGED,
        since: date = JUDGED[0],
    ) -> date | None:
        judged = [Judged(day, SEEN) for day in days]
        return first_stale(watchlist, judged, dict.fromkeys(changed, came), since=since)

    def test_nothing_changed(self) -> None:
        assert self.stale() is None

    def test_where_no_day_was_judged_none_is_stale(self) -> None:
        assert self.stale((CLI_AGENTS, DAY), days=()) is None

    def test_what_was_there_when_it_was_judged_does_not_count(self) -> None:
        assert self.stale((CLI_AGENTS, ago(1)), came=SEEN) is None

    @pytest.mark.parametrize(
        ("window", "first"),
        [
            ((CLI_AGENTS, DAY), DAY),
            ((CLI_AGENTS, ago(1)), ago(1)),
            ((CLI_AGENTS, ago(4)), ago(3)),  # the day before
            ((CLI_AGENTS, ago(8)), ago(1)),  # the week before
            ((CLI_AGENTS, ago(5)), None),  # nobody looks at it
            ((CLI_AGENTS, ago(-1)), None),  # it lies ahead
            ((CODING, ago(1)), None),
            ((CLI_AGENTS.twin, ago(1)), None),
        ],
    )
    def test_a_day_looks_at_what_it_needs(self, window: Window, first: date | None) -> None:
        assert self.stale(window) == first

    def test_of_several_the_earliest_day_counts(self) -> None:
        assert self.stale((CLI_AGENTS, DAY), (CLI_AGENTS, ago(2))) == ago(2)

    def test_baselines_and_the_trending_twin(self) -> None:
        assert self.stale((CLI_AGENTS, ago(22)), watchlist=GROWN) == ago(1)
        assert self.stale((CLI_AGENTS.twin, ago(2)), watchlist=GROWN) == ago(2)

    def test_a_model_windows_days(self) -> None:
        assert self.stale((MODEL_DAY, ago(2)), watchlist=MODEL) == ago(2)
        assert self.stale((MODEL_DAY, ago(16)), watchlist=MODEL) == ago(3)
        assert self.stale((MODEL_DAY, ago(17)), watchlist=MODEL) is None

    def test_a_walk_looks_at_every_day_since_it_began(self) -> None:
        """Though ago(3) and ago(2) themselves were judged by other rules, and are left alone."""
        days = (ago(1), DAY)
        assert self.stale((CLI_AGENTS, ago(3)), days=days) == ago(1)
        assert self.stale((CLI_AGENTS, ago(4)), days=days) is None
        assert self.stale((CLI_AGENTS, ago(4)), days=days, since=ago(4)) == ago(1)


BEFORE, NOW = column(DAY, "abcde"), replace(column(DAY, "bxade"), as_of="2026-11-12T02:15:00Z")
BOARDS = Boards(BEFORE, NOW)


def stored(**changes: object) -> Event:
    return event(**{"item": "a", "rank": 1, "id": "k1", **changes})


def found(**changes: object) -> Event:
    return event(**{"item": "a", "rank": 3, **changes})


def only_changed(old: Event, *again: Event, boards: Boards = BOARDS) -> Event | None:
    """What the one stored event becomes; nothing is added."""
    differences = compare([old], again, boards)
    assert differences.added == ()
    assert len(differences.changed) <= 1
    return differences.changed[0] if differences.changed else None


class TestCompare:
    """A day's stored events, and what judging it again finds."""

    def test_what_is_found_as_it_was_changes_nothing(self) -> None:
        assert only_changed(stored(), stored(id="")) is None

    def test_what_was_told_keeps_its_figures(self) -> None:
        assert only_changed(stored(status=EventStatus.TOLD), found()) is None
        assert only_changed(stored(status=EventStatus.TOLD), found(held_back=HeldBack.COOLDOWN)) is None

    def test_what_was_not_told_takes_the_new_ones(self) -> None:
        assert only_changed(stored(), found()) == found(id="k1")
        held = HeldBack.COOLDOWN
        assert only_changed(stored(), found(held_back=held)) == found(id="k1", held_back=held)
        assert only_changed(stored(held_back=held), found(held_back=held)) == found(id="k1", held_back=held)

    def test_late_news_that_was_not_told_stays_late(self) -> None:
        late = stored(late=True, revised={"rank": 9})
        assert only_changed(late, found()) == found(id="k1", late=True, revised={"rank": 9})

    def test_what_was_told_and_is_not_found_is_retracted_with_what_holds(self) -> None:
        after = only_changed(stored(status=EventStatus.TOLD))
        assert after == stored(
            status=EventStatus.RETRACTED,
            revised={
                "rank": 3,
                "tokens": str(NOW.tokens("a")),
                "as_of": NOW.as_of,
                "leader": {"id": "b", "name": "B", "tokens": str(NOW.entries[0].tokens)},
                "came": [{"id": "x", "name": "X", "tokens": str(NOW.entries[1].tokens)}],
                "gone": [],
                "own_depth": 5,
                "depth": 5,
            },
        )

    @pytest.mark.parametrize("held", [None, HeldBack.EXCLUDED])
    def test_what_nobody_was_told_is_retracted_in_silence(self, held: HeldBack | None) -> None:
        after = only_changed(stored(held_back=held))
        assert after == stored(held_back=held, status=EventStatus.RETRACTED, revised=None)

    def test_late_news_that_nobody_was_told_forgets_the_other_side(self) -> None:
        after = only_changed(stored(late=True, revised={"rank": 9}))
        assert after == stored(late=True, status=EventStatus.RETRACTED, revised=None)

    def test_what_is_retracted_already_stays_so(self) -> None:
        assert only_changed(stored(status=EventStatus.RETRACTED, revised={"rank": 9})) is None

    @pytest.mark.parametrize("held", [None, HeldBack.COOLDOWN])
    def test_what_was_told_and_retracted_is_restored_as_it_was_told(self, held: HeldBack | None) -> None:
        gone = stored(status=EventStatus.RETRACTED, revised={"rank": 9})
        assert only_changed(gone, found(held_back=held)) == stored(status=EventStatus.TOLD, revised=None)

    def test_what_was_dropped_in_silence_and_holds_after_all_is_late(self) -> None:
        after = only_changed(stored(status=EventStatus.RETRACTED), found())
        assert after is not None
        assert (after.id, after.late, after.status, after.rank) == ("k1", True, EventStatus.NEW, 3)
        assert after.revised is not None
        assert (after.revised["rank"], after.revised["as_of"]) == (1, BEFORE.as_of)

    def test_what_was_held_back_and_is_not_any_more_is_late(self) -> None:
        after = only_changed(stored(held_back=HeldBack.COOLDOWN), found())
        assert after is not None
        assert (after.id, after.late, after.held_back) == ("k1", True, None)

    @pytest.mark.parametrize(("kind", "ways"), [(Kind.SHARE, ("up", "down")), (Kind.MOVED, ("out", "in"))])
    def test_what_turned_round_is_taken_back_and_told_late(self, kind: Kind, ways: tuple[str, str]) -> None:
        told, holds = (stored(kind=kind, rule={}, key=f"w/b/{kind.value}:{way}/a/{DAY}") for way in ways)
        told = replace(told, status=EventStatus.TOLD)
        differences = compare([told], [holds], BOARDS)
        assert [(one.key, one.status) for one in differences.changed] == [(told.key, EventStatus.RETRACTED)]
        assert [(one.key, one.late) for one in differences.added] == [(holds.key, True)]

    def test_what_was_not_there_is_late(self) -> None:
        known = stored()
        differences = compare([known], [stored(id=""), found(item="b", rank=1)], BOARDS)
        assert differences.changed == ()
        (added,) = differences.added
        assert (added.item, added.late, added.id) == ("b", True, "")
        assert added.revised is not None
        assert added.revised["rank"] == 2

    def test_trending_events_are_held_against_the_trending_list(self) -> None:
        twins = replace(BOARDS, twin_before=column(DAY, "ab"), twin_now=column(DAY, "ba"))
        after = only_changed(stored(kind=Kind.TRENDING, rule={"n": 1}, status=EventStatus.TOLD), boards=twins)
        assert after is not None
        assert after.revised is not None
        assert after.revised["rank"] == 2

    def test_who_is_absent_or_was_not_stored_has_no_figures(self) -> None:
        absent = only_changed(stored(item="c", status=EventStatus.TOLD))
        missing = only_changed(stored(status=EventStatus.TOLD), boards=Boards(None, None))
        empty = only_changed(stored(status=EventStatus.TOLD), boards=Boards(BEFORE, column(DAY, "")))
        assert absent is not None
        assert missing is not None
        assert empty is not None
        assert absent.revised is not None
        assert (absent.revised["rank"], absent.revised["tokens"], absent.revised["as_of"]) == (None, None, NOW.as_of)
        nothing: dict[str, object] = {
            "rank": None,
            "tokens": None,
            "as_of": None,
            "leader": None,
            "came": [],
            "gone": [],
        }
        assert missing.revised == nothing
        assert empty.revised == {**nothing, "as_of": BEFORE.as_of, "own_depth": 5, "depth": 0}

    def test_how_deep_both_boards_were_read_is_kept(self) -> None:
        """Who came, and who went, is only known as far as that."""
        boards = Boards(column(DAY, "abc", depth=3), column(DAY, "xyz", depth=100))
        told = only_changed(stored(status=EventStatus.TOLD), boards=boards)
        assert told is not None
        assert told.revised is not None
        assert (told.revised["own_depth"], told.revised["depth"]) == (3, None)
        (late,) = compare([], [found()], boards).added
        assert late.revised is not None
        assert (late.revised["own_depth"], late.revised["depth"]) == (None, 3)

    def test_whoever_came_or_went_above_is_named_up_to_a_few(self) -> None:
        boards = Boards(column(DAY, "vwxyza"), column(DAY, "pqrsta"))
        after = only_changed(stored(status=EventStatus.TOLD), boards=boards)
        assert after is not None
        assert after.revised is not None
        assert [one["id"] for one in after.revised["came"]] == list("pqrst"[:NAMED])
        assert [one["id"] for one in after.revised["gone"]] == list("vwxyz"[:NAMED])

    def test_whoever_stayed_or_is_below_is_not(self) -> None:
        boards = Boards(column(DAY, "vbaw"), column(DAY, "pbaq"))
        after = only_changed(stored(status=EventStatus.TOLD), boards=boards)
        assert after is not None
        assert after.revised is not None
        assert after.revised["came"] == [{"id": "p", "name": "P", "tokens": "1000"}]
        assert after.revised["gone"] == [{"id": "v", "name": "V"}]

    @pytest.mark.parametrize("boards", [Boards(None, NOW), Boards(BEFORE, None)])
    def test_where_one_board_is_missing_nobody_came_or_went(self, boards: Boards) -> None:
        after = only_changed(stored(status=EventStatus.TOLD), boards=boards)
        assert after is not None
        assert after.revised is not None
        assert (after.revised["came"], after.revised["gone"]) == ([], [])
