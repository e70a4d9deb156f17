"""Who came into a top within a week and stayed, by the days that are stored."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from bot.core.arrivals import NAMED, arrivals
from bot.core.rules import EnteredTop, NewLeader
from bot.core.view import View
from bot.core.week import Arrivals
from tests.builders import ALL_APPS, CLI_AGENTS, B, snapshot
from tests.weeks import SUNDAY, apps, day, models

BASE = [("a", "Ant", 90 * B), ("b", "Bee", 80 * B)]


def came(there: dict[str, str], **changes: object) -> View:
    """Apps of fourteen days; of each item a mark a day of the second week: x where it is on the board."""
    boards = []
    for back in reversed(range(14)):
        rows = [
            *BASE,
            *((item, item.title(), B) for item, marks in there.items() if back < 7 and marks[6 - back] == "x"),
        ]
        boards.append(snapshot(ALL_APPS, SUNDAY - timedelta(days=back), rows))
    usual = {"current": boards[-1], "previous": boards[6], "compared": boards[6], "recent": tuple(boards)}
    return apps(**{**usual, **changes})


def found(view: View) -> Arrivals:
    one = arrivals(view, SUNDAY)
    assert one
    return one


def test_three_days_of_seven_are_to_stay() -> None:
    one = found(came({"stay": "....xxx", "left": "xxx....", "fresh": ".....xx", "gone": "..xx..."}))
    assert one.stayed == ("Stay #3", "Left, last there on Wed 11 Nov")
    assert one.others == "Too new to tell: Fresh (since Sat 14 Nov). Came and went: 1 other."
    assert one.number == 2


def test_who_was_there_in_the_week_before_has_not_come() -> None:
    assert arrivals(came({}), SUNDAY) is None
    view = came({"back": "xxxxxxx"})
    before = tuple(
        snapshot(ALL_APPS, board.end_date, [*BASE, ("back", "Back", B)]) if board.end_date.day == 5 else board
        for board in view.recent
    )
    assert arrivals(replace(view, recent=before), SUNDAY) is None


def test_a_week_that_is_not_stored_whole_is_not_judged() -> None:
    view = came({"stay": "xxxxxxx"})
    assert found(replace(view, recent=view.recent[2:])).others == ("Not known: 2 days of the two weeks are not stored.")
    assert found(replace(view, recent=view.recent[1:])).others == "Not known: 1 day of the two weeks is not stored."
    assert arrivals(apps(current=None), SUNDAY) is None


def test_the_top_is_the_largest_that_the_watchlist_tells_entries_into() -> None:
    watched = apps().watchlist
    view = came({"stay": "xxxxxxx"}, watchlist=replace(watched, rules=(EnteredTop(n=2), EnteredTop(n=3), NewLeader())))
    assert found(view).rule == (
        "in the top 3 of the boards of 7 days on at least 3 of the 7 days, and on none of the week before"
    )
    assert arrivals(replace(view, watchlist=replace(watched, rules=(EnteredTop(n=2),))), SUNDAY) is None
    assert "in the top 50 of" in found(came({"s": "xxxxxxx"})).rule
    assert "in the top 10 of" in found(came({"s": "xxxxxxx"}, watchlist=replace(watched, board=CLI_AGENTS))).rule


def test_of_models_the_daily_lists_count_and_names_are_the_digests() -> None:
    one = found(models())
    assert one.rule.startswith("in the top 50 of the daily lists on at least")
    assert one.stayed == ("oriole/swift-4-mini #7", "lumen/aria-2-nano #10")
    assert one.others == "Too new to tell: petrel/quill (since Sun 15 Nov). Came and went: 1 other."


def test_one_that_is_on_daily_lists_and_not_on_the_board_has_no_rank() -> None:
    many = {f"m/{number:02}": 1000 - number for number in range(49)}
    stored = []
    for back in reversed(range(14)):
        listed = dict(many) | ({"m/last": 900} if back >= 7 else {"m/last": 500} if back > 2 else {"new/1": 20})
        stored.append(day(SUNDAY - timedelta(days=back), listed))
    view = models(stored, catalogue=None)
    assert view.current
    assert view.current.rank("new/1") is None
    assert found(view).stayed == ("new/1",)
    assert found(replace(view, names={"new/1": ("Newt",)})).stayed == ("Newt",)


def test_of_very_many_the_first_are_named() -> None:
    one = found(came({f"i{number:02}": "xxxxxxx" for number in range(NAMED + 3)}))
    assert len(one.stayed) == NAMED + 1
    assert one.stayed[-1] == "3 others"
    assert one.number == NAMED + 3
