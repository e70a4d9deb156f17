from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from bot.core import netting
from bot.core.event import Event, Kind
from bot.core.netting import net
from bot.core.view import Truth
from tests.builders import CLI_AGENTS, DAY, MODELS, B, snapshot
from tests.scenes import NOW, THEN, calm, entry, leader, left, spike, trending
from tests.ways import climbed, dropped, milestone, moved, overtook, renamed, share

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
    assert kept(small, large) == ["a", "b"]


class TestAnEntryIntoSeveralTops:
    """It is one event, of the smallest, and counts for the larger ones, too."""

    def came(self, number: int = 1, **changes: Any) -> Event:
        """Quill, #12 on the digest's day, from nowhere into the top 10 and 50 at once."""
        usual = {"item": "quill", "name": "Quill", "date": D1, "rule": {"n": 10, "margin": 0}}
        also = {"also_entered": [50]}
        return entry(**{**usual, **changes, "id": f"in{number}", "evidence": also})

    def went(self, n: int, **changes: Any) -> Event:
        """Quill out of a top."""
        usual = {"item": "quill", "name": "Quill", "date": D2, "rule": {"n": n, "margin": 0}}
        return left(**{**usual, **changes, "id": f"out{n}"})

    def test_who_left_them_all_again_came_and_went_once(self) -> None:
        events = (self.came(), self.went(10), self.went(50))
        assert kept(*events) == []
        assert passed(*events) == "Came and went: Quill in the top 10 (Sat 7 Nov)."

    def test_who_left_the_smaller_only_is_said_to_be_still_in_the_larger(self) -> None:
        assert kept(self.came(), self.went(10)) == []
        assert passed(self.came(), self.went(10)) == (
            "Came and went: Quill in the top 10 (Sat 7 Nov; still in the top 50)."
        )

    def test_who_came_back_into_the_larger_has_entered_it(self) -> None:
        back = entry(item="quill", name="Quill", date=D3, rule={"n": 50, "margin": 5}, id="back")
        events = (self.came(), self.went(10), self.went(50), back)
        assert kept(*events) == ["back"]
        assert passed(*events) == "Came and went: Quill in the top 10 (Sat 7 Nov)."

    @pytest.mark.parametrize(("within", "still"), [((), ""), ((50,), "; still in the top 50")])
    def test_where_it_still_is_goes_by_the_state(self, within: tuple[int, ...], still: str) -> None:
        """Not by its rank, #12: of a top it may be out within the margin, and in while it is not listed."""
        came = self.came()
        truths = {came.key: Truth(then=False, now=False, within=within)}
        assert kept(came, truths=truths) == []
        assert passed(came, truths=truths) == f"Came and went: Quill in the top 10 (Sat 7 Nov{still})."

    def test_an_entry_that_is_told_is_not_among_what_went(self) -> None:
        """Of the larger top an exit tells that does not hold; the line would begin with the entry."""
        came, went = self.came(), self.went(50)
        truths = {came.key: Truth(then=False, now=True), went.key: Truth(then=True, now=True)}
        assert kept(came, went, truths=truths) == ["in1"]
        assert passed(came, went, truths=truths) == ""

    def test_who_is_back_in_both_is_told_once_and_not_among_what_went(self) -> None:
        """Of its exit from the smaller one no rule told."""
        back = self.came(2, date=D3)
        events = (self.came(), self.went(50), back)
        truths = {one.key: Truth(then=one.kind is Kind.LEFT_TOP, now=one.kind is not Kind.LEFT_TOP) for one in events}
        assert kept(*events, truths=truths) == ["in2"]
        assert passed(*events, truths=truths) == ""

    def test_who_stays_in_the_smaller_is_told_once(self) -> None:
        stays = self.came(rule={"n": 12, "margin": 0})
        assert kept(stays) == ["in1"]
        assert passed(stays) == ""


TURNS = (entry(date=D1), left(date=D1), leader(date=D1))
"""An entry, an exit and a new #1 of some days before the digest's."""


@pytest.mark.parametrize("event", TURNS)
@pytest.mark.parametrize(
    ("then", "now", "told"), [(False, True, True), (True, True, False), (False, False, False), (True, False, False)]
)
def test_a_turn_is_told_if_it_holds_and_did_not_on_the_last_day_told(
    event: Event, then: bool, now: bool, told: bool
) -> None:
    """Whatever the ranks are on the two days: a state goes by its rule."""
    truths = {event.key: Truth(then, now)}
    assert kept(event, truths=truths) == ([event.id] if told else [])
    assert bool(passed(event, truths=truths)) is not told


@pytest.mark.parametrize("event", [*TURNS, spike(date=D1), trending(date=D1)])
def test_what_is_not_known_to_be_over_is_told(event: Event) -> None:
    assert kept(event) == [event.id]
    assert passed(event) == ""


def test_who_was_there_on_the_last_day_told_is_said_to_be_there_again() -> None:
    """Of the absence in between no rule told."""
    words = [passed(event, truths={event.key: Truth(then=True, now=True)}) for event in TURNS]
    assert words == [
        "Came and went: Sable in the top 10 again (Sat 7 Nov).",
        "Came and went: Tern CLI out of the top 10 again (Sat 7 Nov).",
        "Came and went: Foundry Agent at #1 again (Sat 7 Nov).",
    ]


def test_the_last_turn_that_holds_is_told_though_others_came_after_it() -> None:
    """What brought it back was held back, or its rule is off by now."""
    came, went, back = entry(date=D1, id="a"), left(date=D2, item="sable", id="b"), entry(date=D3, id="c")
    truths = {event.key: Truth(then=False, now=event.kind is came.kind) for event in (came, went, back)}
    assert kept(came, went, truths=truths) == ["a"]
    assert kept(came, went, back, truths=truths) == ["c"]


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


def test_a_lead_that_went_round_says_how_often() -> None:
    def took(item: str, former: str, day: date) -> Event:
        return leader(date=day, item=item, id=item, evidence={"previous_leader": {"id": former, "name": former}})

    taken, on, returned = took("foundry", "harrier", D1), took("roost", "foundry", D2), took("harrier", "roost", D3)
    assert kept(taken, on, returned) == []
    assert passed(taken, on, returned) == "Came and went: Foundry Agent at #1 (Sat 7 Nov, the first of 3 changes)."


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
    line = passed(*events, truths={event.key: Truth(then=False, now=False) for event in events})
    assert line.endswith("Gone 4 in the top 10 (Sat 7 Nov) and 2 others.")


SIXTH = {"rank": 6, "previous_rank": 4}


@pytest.mark.parametrize(
    ("event", "holds"),
    [
        (climbed(date=D1), True),  # #22 → #10, and #10 still
        (climbed(date=D1, evidence={**climbed().evidence, "base_rank": 13}), True),
        (climbed(date=D1, evidence={**climbed().evidence, "base_rank": 12}), False),
        (climbed(date=D1, item="nobody"), False),
        (dropped(date=D1), True),  # #5 → #11
        (dropped(date=D1, evidence={**dropped().evidence, "base_rank": 8}), True),
        (dropped(date=D1, evidence={**dropped().evidence, "base_rank": 9}), False),
        (dropped(date=D1, item="nobody"), True),
        (milestone(date=D1), True),  # 1,842B now
        (milestone(date=D1, threshold=1842 * B), True),
        (milestone(date=D1, threshold=1842 * B + 1), False),
        (milestone(date=D1, item="nobody"), False),
    ],
)
def test_what_still_stands_is_told_once(event: Event, holds: bool) -> None:
    assert kept(event) == ([event.id] if holds else [])
    assert bool(passed(event)) is not holds


@pytest.mark.parametrize(
    ("tokens", "direction", "holds"),
    [(128, "up", True), (127, "up", False), (88, "down", True), (89, "down", False), (None, "up", False)],
)
def test_a_share_is_told_if_it_is_still_as_far_from_where_it_came_from(
    tokens: int | None, direction: str, holds: bool
) -> None:
    """It was at 10.8%, and the rule asks for two points."""
    rows = [("x", "x", 1000 - (tokens or 0)), *([("ada/one", "ada/one", tokens)] if tokens else [])]
    event = share(date=D1, evidence={**share().evidence, "direction": direction})
    assert kept(event, current=snapshot(MODELS, DAY, rows)) == (["5hare"] if holds else [])


def test_a_share_is_compared_exactly() -> None:
    """1.99 points are not two."""
    for tokens, expected in ((1279, []), (1280, ["5hare"])):
        rows = [("x", "x", 10_000 - tokens), ("ada/one", "ada/one", tokens)]
        assert kept(share(date=D1), current=snapshot(MODELS, DAY, rows)) == expected


def test_both_ways_of_a_share_are_judged_each_by_itself() -> None:
    rows = [("x", "x", 868), ("ada/one", "ada/one", 132)]
    down = share(date=D2, id="down", evidence={**share().evidence, "direction": "down"})
    assert kept(share(date=D1), down, current=snapshot(MODELS, DAY, rows)) == ["5hare"]


@pytest.mark.parametrize(
    ("names", "holds"),
    [
        ({}, True),
        ({"marlin": ("Swordfish", "Swordfish", "Marlin")}, True),
        ({"marlin": ("Swordfish (id 7)", "Swordfish", "Marlin")}, True),
        ({"marlin": ("Swordfish", "Marlin", "Swordfish")}, True),
        ({"marlin": ("Marlin", "Marlin", "Swordfish")}, False),
    ],
)
def test_a_new_name_is_told_if_it_is_the_name(names: dict[str, tuple[str, ...]], holds: bool) -> None:
    assert kept(renamed(date=D1), names=names) == (["n4me"] if holds else [])


def test_moves_compare_the_day_with_the_last_day_told() -> None:
    then = snapshot(CLI_AGENTS, D1, THEN)
    assert kept(moved(date=D3), previous=then) == ["m0ve"]
    assert kept(moved(date=D2, id="a", **SIXTH), moved(id="b"), previous=then) == ["b"]
    up_and_down = [moved(date=D2, id="a", rank=3), moved(id="b", previous_rank=3)]
    assert kept(*up_and_down, previous=then) == ["b"]  # one line of an item, whichever ways it went
    assert kept(moved(id="b")) == []  # the same rank as on the last day told
    assert kept(moved(date=D3), previous=None) == ["m0ve"]


def test_a_move_that_others_made_on_the_whole_is_none() -> None:
    assert kept(moved(date=D3), previous=snapshot(CLI_AGENTS, D1, NOW[1:])) == []


def test_an_exit_and_an_entry_are_moves() -> None:
    without = snapshot(CLI_AGENTS, D1, [row for row in NOW if row[0] != "kestrel"])
    assert kept(moved(date=D3, previous_rank=None), previous=without) == ["m0ve"]
    gone = moved(date=D3, rank=None, tokens=None)
    assert kept(gone, current=replace(without, end_date=DAY), previous=snapshot(CLI_AGENTS, D1, NOW)) == ["m0ve"]
    assert passed(gone) == "Came and went: Kestrel Code not listed (Mon 9 Nov)."
    cut = replace(gone, evidence={"depth": 200})
    assert passed(cut) == "Came and went: Kestrel Code outside the top 200 (Mon 9 Nov)."


def test_overtakes_compare_the_day_with_the_last_day_told() -> None:
    then = snapshot(CLI_AGENTS, D1, THEN)  # Marlin was ahead
    assert kept(overtook(date=D3), previous=then) == ["0ver"]
    assert kept(overtook(date=D3)) == []  # Kestrel Code was ahead then, too
    assert passed(overtook(date=D3)) == "Came and went: Kestrel Code ahead of Marlin (Mon 9 Nov)."
    assert kept(overtook(date=D3), previous=None) == ["0ver"]
    assert kept(overtook(date=D3), current=replace(then, end_date=DAY), previous=then) == []


@pytest.mark.parametrize("gone", ["kestrel", "marlin"])
def test_an_overtake_of_which_one_has_left_does_not_hold(gone: str) -> None:
    now = snapshot(CLI_AGENTS, DAY, [row for row in NOW if row[0] != gone])
    assert kept(overtook(date=D3), current=now, previous=snapshot(CLI_AGENTS, D1, THEN)) == []


def test_an_overtake_of_an_item_that_was_not_listed_on_the_last_day_told() -> None:
    without = snapshot(CLI_AGENTS, D1, [row for row in THEN if row[0] != "kestrel"])
    assert kept(overtook(date=D3), previous=without) == ["0ver"]
    unlisted = snapshot(CLI_AGENTS, D1, [row for row in THEN if row[0] != "marlin"])
    assert kept(overtook(date=D3), previous=unlisted) == []


def test_overtakes_back_and_forth_are_one_pair() -> None:
    back = overtook(
        date=D2,
        id="back",
        item="marlin",
        name="Marlin",
        evidence={"passed": {**overtook().evidence["passed"], "id": "kestrel", "name": "Kestrel Code"}},
    )
    then = snapshot(CLI_AGENTS, D1, THEN)
    assert kept(overtook(date=D1, id="a"), back, overtook(date=D3, id="b"), previous=then) == ["b"]
    assert passed(overtook(date=D1, id="a"), back) == "Came and went: Kestrel Code ahead of Marlin (Sat 7 Nov)."


def test_what_passed_is_said_in_a_few_words_of_each_kind() -> None:
    missing = {"item": "nobody", "name": "Nobody", "date": D1}
    gone = [climbed(**missing), milestone(**missing), share(**missing)]
    assert passed(*gone) == (
        "Came and went: Nobody up at #10 (Sat 7 Nov), Nobody at 1.8T tokens (Sat 7 Nov) "
        "and Nobody at 13.2% of all tokens (Sat 7 Nov)."
    )
    back = dropped(date=D1, evidence={**dropped().evidence, "base_rank": 11})
    assert passed(back) == "Came and went: Tern CLI down at #11 (Sat 7 Nov)."
    other = passed(renamed(date=D1), names={"marlin": ("Marlin", "Marlin")})
    assert other == "Came and went: Swordfish under another name (Sat 7 Nov)."


def test_a_kind_without_words_of_its_own_is_called_by_its_rule(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever adds a rule whose events end need not think of this line."""
    monkeypatch.setattr(netting, "_PLACES", {})
    assert passed(climbed(date=D1, item="nobody", name="Nobody")) == "Came and went: Nobody climbed (Sat 7 Nov)."
