from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from bot.core.event import Event
from bot.core.netting import net
from tests.builders import CLI_AGENTS, DAY, snapshot
from tests.scenes import NOW, calm, entry, leader, left, spike, trending

D1, D2, D3 = (DAY - timedelta(days=back) for back in (3, 2, 1))


def kept(*events: Event, **changes: Any) -> list[str]:
    return [event.id for event in net(calm(events=events, **changes)).kept]


def passed(*events: Event, **changes: Any) -> str:
    return net(calm(events=events, **changes)).passed


def test_events_of_the_day_itself_are_kept() -> None:
    assert kept(entry(), left(), spike(), leader()) == ["q83d", "t5w9", "m04x", "7k2f"]
    assert passed(entry()) == ""


def test_an_entry_that_was_undone_is_no_news() -> None:
    came, went = entry(date=D1, id="a"), left(date=D2, item="sable", name="Sable", id="b")
    assert kept(came, went) == []
    assert passed(came, went) == "Came and went: Sable in the top 10 (Sat 7 Nov)."
    back = entry(date=D3, id="c")
    assert kept(came, went, back) == ["c"]


def test_an_exit_that_was_undone_is_no_news() -> None:
    went, came = left(date=D1, id="a"), entry(date=D2, item="tern", name="Tern CLI", id="b")
    assert kept(went, came) == []
    assert passed(went, came) == "Came and went: Tern CLI out of the top 10 (Sat 7 Nov)."


def test_tops_of_different_size_do_not_undo_each_other() -> None:
    small, large = entry(date=D1, id="a"), left(date=D2, item="sable", rule={"n": 50, "margin": 5}, rank=60, id="b")
    assert kept(small, large) == ["a"]


@pytest.mark.parametrize(
    ("event", "holds"),
    [
        (entry(date=D1), True),  # still #10
        (entry(date=D1, item="quill", name="Quill"), True),  # #12 is within the margin
        (entry(date=D1, item="loom", name="Loomwright", rule={"n": 10, "margin": 2}), False),  # #13 is beyond it
        (entry(date=D1, item="nobody"), False),
        (left(date=D1), True),  # still #11
        (left(date=D1, item="nobody"), True),
        (left(date=D1, item="otter"), False),  # #7
        (leader(date=D1), False),  # Harrier leads
        (leader(date=D1, item="harrier"), True),
        (left(date=D1, item="nobody", rule={"n": 10}), True),
        (spike(date=D1), True),
        (trending(date=D1), True),
    ],
)
def test_an_earlier_event_is_told_if_it_still_holds(event: Event, holds: bool) -> None:
    assert kept(event) == ([event.id] if holds else [])
    assert bool(passed(event)) is not holds


@pytest.mark.parametrize(("rows", "holds"), [("abc", False), ("abq", True), ("abcq", False)])
def test_a_trending_app_is_told_if_it_still_trends(rows: str, holds: bool) -> None:
    """With the twin of the digest's day at hand; the rule tells the first three."""
    twin = snapshot(CLI_AGENTS.twin, DAY, [("quill" if row == "q" else row, row, 9) for row in rows])
    event = trending(date=D1, rule={"n": 3})
    assert kept(event, twin=twin) == (["w1w1"] if holds else [])
    assert passed(event, twin=twin) == ("" if holds else "Came and went: Quill on the trending list (Sat 7 Nov).")
    assert kept(event) == ["w1w1"]


def test_without_a_board_whatever_happened_is_told() -> None:
    assert kept(leader(date=D1), current=None) == ["7k2f"]


def test_a_lead_that_went_back_is_no_news() -> None:
    back = {"previous_leader": {"id": "foundry", "name": "Foundry Agent"}}
    taken, returned = leader(date=D1, id="a"), leader(date=D2, item="harrier", evidence=back, id="b")
    assert kept(taken, returned) == []
    assert passed(taken, returned) == "Came and went: Foundry Agent at #1 (Sat 7 Nov)."


def test_a_lead_that_went_on_is_told_with_the_last() -> None:
    first = leader(date=D1, item="roost", id="a", evidence={"previous_leader": {"id": "foundry", "name": "F"}})
    assert kept(first, leader(date=D2, item="harrier", id="b")) == ["b"]
    unknown = leader(date=D1, item="roost", id="a", evidence={})
    assert kept(unknown, leader(date=D2, item="harrier", id="b")) == ["b"]


def test_a_spike_is_told_once_with_its_peak() -> None:
    events = [
        spike(date=day, id=f"{day.day}", evidence={"ratio": ratio})
        for day, ratio in ((D1, "9.5"), (D2, "12.1"), (D3, "3"))
    ]
    assert kept(*events) == ["8"]
    endless = spike(date=D3, id="z", evidence={"ratio": None})
    assert kept(*events, endless) == ["z"]


def test_the_line_of_what_passed_stays_short() -> None:
    events = [entry(date=D1, item=f"gone{number}", name=f"Gone {number}") for number in range(7)]
    line = passed(*events, current=snapshot(CLI_AGENTS, DAY, NOW))
    assert line.endswith("Gone 4 in the top 10 (Sat 7 Nov) and 2 others.")
