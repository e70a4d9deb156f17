"""A late digest of several days: what is true now first, then what happened day by day."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from bot.core.diary import LINES, diary
from bot.core.event import Kind
from bot.core.headline import LIMIT
from tests.builders import DAY, T
from tests.scenes import CLI, YESTERDAY, calm, cli, digest, entry, leader, left, spike, trending, whole, whole_entry

LATE = "Two days were not reported in time (8 to 9 Nov)"
SUNDAY = DAY - timedelta(days=2)


def test_each_day_has_its_events_with_their_handles_and_figures_the_strongest_first() -> None:
    view = cli(events=(left(), spike(date=SUNDAY, rank=11), entry(date=SUNDAY, rank=8), trending(date=YESTERDAY)))
    found = diary([view])
    assert [(day.title, [(line.id, line.text) for line in day.lines]) for day in found] == [
        (
            "Sun 8 Nov",
            [
                ("q83d", "Sable enters the top 10, #8 with 455B"),
                ("m04x", "Loomwright grows to 3.1× its average, #11 with 148B"),
            ],
        ),
        ("Mon 9 Nov", [("w1w1", "Quill enters the trending list, #3 on it")]),
        ("Tue 10 Nov", [("t5w9", "Tern CLI leaves the top 10, #11 with 402B")]),
    ]


def test_what_is_not_listed_has_no_figures_and_of_several_boards_each_is_named() -> None:
    gone = left(rank=None, tokens=None)
    found = diary([cli(events=(gone, leader(tokens=6 * T))), whole(events=(whole_entry(),))])
    assert [line.text for line in found[0].lines] == [
        "Foundry Agent takes #1 in CLI agents, 6.00T",
        "Sable enters the top 10 in Coding, #3 with 455B",
        "Tern CLI leaves the top 10 in CLI agents",
    ]


def test_of_a_day_with_very_many_the_others_are_counted() -> None:
    many = tuple(entry(item=f"i{number}", id=f"e{number}") for number in range(LINES + 2))
    (day,) = diary([cli(events=many)])
    assert len(day.lines) == LINES
    assert day.more == "and 2 more: rankbot events --date 2026-11-10"


def test_it_is_there_where_several_days_are_late() -> None:
    view = cli(events=(entry(date=SUNDAY), left()))
    assert len(digest(view, days=(SUNDAY, DAY), late=LATE).diary) == 2
    assert digest(view, days=(SUNDAY, DAY)).diary == ()
    assert digest(view, days=(DAY,), late=LATE).diary == ()


def test_nothing_is_missing_unless_a_day_a_rule_or_a_watchlist_is() -> None:
    assert digest(cli(events=(left(),)), late=LATE).late == f"{LATE}. Nothing is missing."
    for note in ("no data came for 2026-11-08", "spike: no snapshot of 2026-11-01"):
        assert digest(cli(events=(left(),), not_evaluated=(note,)), late=LATE).late == LATE
    assert digest(cli(events=(left(),)), late=LATE, complete=False).late == LATE


def test_the_headline_bears_the_days() -> None:
    view = calm(events=(entry(date=SUNDAY),))
    told = digest(view, days=(SUNDAY, DAY), late=LATE, since=date(2026, 11, 6))
    assert told.headline == "Sable enters the top 10 in CLI agents · 7 to 10 Nov, late"


def test_what_is_counted_gives_way_to_the_days() -> None:
    events = (entry(date=SUNDAY), spike(date=SUNDAY), trending(), left())
    told = digest(cli(events=events), days=(SUNDAY, DAY), late=LATE, since=SUNDAY - timedelta(days=1))
    assert told.headline == "Kestrel Code passes Marlin for #4 in CLI agents · 1 entry · 3 more · 8 to 10 Nov, late"
    assert {news.kind for section in told.sections for news in section.news} > {Kind.SPIKE.value}


def test_without_room_it_is_left_as_it_is() -> None:
    first = leader(item="harrier", name="F" * 40, date=SUNDAY)
    view = cli(watchlist=replace(CLI, title="T" * 32), events=(first, left()))
    told = digest(view, days=(SUNDAY, DAY), late=LATE)
    assert len(told.headline) <= LIMIT
    assert "late" not in told.headline
    assert told.diary
