from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from bot.core import sentences
from bot.core.event import Event, Kind
from bot.core.view import View
from tests.builders import CLI_AGENTS, DAY, B, snapshot
from tests.scenes import NOW, YESTERDAY, calm, entry, leader, left, spike, trending

GONE, ROOST = {"id": "gone", "name": "Gone"}, {"id": "roost", "name": "Roost"}
FEWER = {"listed_fewer": True, "last_in": None, "absent": True}
CUT = {"depth": 100, "previous_depth": 50}
OLD: dict[str, Any] = {}
"""Evidence that was stored before it kept depths."""


def evidence(event: Event, **changes: Any) -> dict[str, Any]:
    return {**event.evidence, **changes}


@pytest.mark.parametrize(
    ("event", "head"),
    [
        (leader(), "Foundry Agent takes #1"),
        (entry(), "Sable enters the top 10"),
        (entry(previous_rank=None, evidence=FEWER), "Sable is new on the board"),
        (entry(previous_rank=12, evidence=FEWER), "Sable enters the top 10"),
        (entry(previous_rank=None, evidence={**FEWER, **CUT}), "Sable enters the top 10"),
        (replace(entry(previous_rank=None), evidence=FEWER), "Sable enters the top 10"),
        (left(), "Tern CLI leaves the top 10"),
        (left(rank=None, tokens=None, evidence=FEWER), "Tern CLI is no longer listed"),
        (left(evidence=FEWER), "Tern CLI leaves the top 10"),
        (spike(), "Loomwright grows to 3.1× its average"),
        (spike(evidence=evidence(spike(), at_least=True)), "Loomwright grows to at least 3.0× its average"),
        (spike(evidence=evidence(spike(), ratio=None)), "Loomwright grows to 148B from an average of 0"),
        (trending(), "Quill enters the trending list"),
    ],
)
def test_who_does_what(event: Event, head: str) -> None:
    assert sentences.head(event) == head


@pytest.mark.parametrize(
    ("event", "detail"),
    [
        (entry(), "#14 → #10, 455B (+61%). First time in 40 stored days."),
        (entry(evidence={"last_in": "2026-04-02"}), "#14 → #10, 455B (+61%). Last there 2 Apr 2026."),
        (entry(evidence={"last_in": None, "record_days": 14}), "#14 → #10, 455B (+61%). First time in 14 stored days."),
        (entry(evidence={"last_in": None, "record_days": 13}), "#14 → #10, 455B (+61%)."),
        (entry(evidence={"last_in": None}), "#14 → #10, 455B (+61%)."),
        (entry(previous_rank=10), "#10 as before, 455B (+61%). First time in 40 stored days."),
        (entry(previous_rank=None), "not listed before, now #10, 455B (+61%). First time in 40 stored days."),
        (entry(compared_tokens=None), "#14 → #10, 455B. First time in 40 stored days."),
        (left(), "#9 → #11, 402B (−8%)."),
        (left(previous_rank=None), "now #11, 402B (−8%)."),
        (left(item="gone", rank=None, tokens=None), "#9 → not listed."),
        (left(item="gone", rank=None, tokens=None, previous_rank=None), "now not listed."),
        (spike(), "148B against an average of 47.8B over the three weeks before. Now #13."),
        (
            spike(window_days=30, evidence=evidence(spike(), at_least=True)),
            "148B against an average of at most 47.8B over the three windows of 30 days before. Now #13.",
        ),
        (trending(), "not on it before, now #3; #12 by tokens, 390B."),
        (trending(evidence=evidence(trending(), twin_previous_rank=15)), "#15 → #3; #12 by tokens, 390B."),
        (trending(rank=None, tokens=None), "not on it before, now #3; not listed by tokens."),
        (
            leader(evidence=evidence(leader(), previous_leader=GONE, second=None, led_at_least=False)),
            "6.02T (+23%). Gone, now not listed, had led for 170 days.",
        ),
        (
            leader(evidence=evidence(leader(), previous_leader=ROOST, led_days=1)),
            "6.02T (+23%), Harrier 5.97T (−16%), a lead of 0.8%. Roost, now #3, had led for at least 1 day.",
        ),
        (
            leader(evidence=evidence(leader(), previous_leader=None, lead_percent=None)),
            "6.02T (+23%), Harrier 5.97T (−16%).",
        ),
    ],
)
def test_the_figures_are_said_from_old_to_new(event: Event, detail: str) -> None:
    assert sentences.detail(event, calm()) == detail


@pytest.mark.parametrize("view", [calm(), calm(current=None, previous=None)])
@pytest.mark.parametrize(
    ("event", "evidence", "words"),
    [
        (entry(previous_rank=None), CUT, "outside the top 50 before, "),
        (left(rank=None, tokens=None), CUT, "#9 → outside the top 100."),
        (trending(rank=None), {"twin_previous_depth": 20, **CUT}, "outside its top 20 before, "),
        (trending(rank=None), CUT, "not among its ranks read before, "),
        (trending(rank=None), CUT, "; outside the top 100 by tokens"),
        (entry(previous_rank=None), OLD, "not among the ranks read before, "),
        (left(rank=None, tokens=None), OLD, "#9 → not among the ranks read."),
    ],
)
def test_absence_is_as_the_event_saw_it_whatever_boards_are_at_hand(
    event: Event, evidence: dict[str, Any], words: str, view: View
) -> None:
    """A digest of a week holds ranks against another day than the event was found by."""
    assert words in sentences.detail(replace(event, evidence=evidence), view)


def test_where_the_board_shown_goes_on_now_is_only_known_as_deep_as_it_was_read() -> None:
    shallow = calm(current=snapshot(CLI_AGENTS, DAY, NOW, depth=13))
    assert sentences.detail(spike(item="gone"), shallow).endswith("Now outside the top 13.")


@pytest.mark.parametrize(
    ("passive", "names", "words"),
    [
        (False, ["Harrier"], ""),
        (True, ["Harrier"], " after Harrier left the board"),
        (True, ["Harrier", "Ibex"], " after Harrier and Ibex left the board"),
        (True, ["A", "B", "C", "D"], " after A, B and 2 others left the board"),
        (True, [], " as others came or went"),
    ],
)
def test_a_passive_move_says_why(passive: bool, names: list[str], words: str) -> None:
    assert sentences.because(entry(passive=passive, evidence={"left_board": names})) == words


@pytest.mark.parametrize(("evidence", "left"), [(CUT, "the top 100"), (OLD, "the ranks read")])
def test_who_made_a_passive_move_left_what_was_read(evidence: dict[str, Any], left: str) -> None:
    event = replace(entry(passive=True), evidence={"left_board": ["Harrier"], **evidence})
    assert sentences.because(event) == f" after Harrier left {left}"


@pytest.mark.parametrize(
    ("event", "here", "elsewhere"),
    [
        (leader(), "new #1", "new #1 in Coding"),
        (entry(), "new in the top 10", "#10 in Coding, new in its top 10"),
        (left(), "out of the top 10", "out of the top 10 in Coding"),
        (trending(), "#3 of those trending", "#3 of those trending in Coding"),
        (spike(), "3.1× its average of the three weeks before", "#13 in Coding, 3.1× its average"),
    ],
)
def test_an_event_beside_a_stronger_one(event: Event, here: str, elsewhere: str) -> None:
    assert sentences.also(event, calm(), "") == here
    assert sentences.also(event, calm(), "Coding") == elsewhere


TWIN = snapshot(CLI_AGENTS.twin, DAY, [("harrier", "Harrier", 1), ("quill", "Quill", 1)])


@pytest.mark.parametrize(
    ("event", "detail"),
    [
        (entry(), "#14 → #10, 455B (+61%). First time in 40 stored days."),
        (entry(rank=8), "#14 → #8, 455B (+61%). First time in 40 stored days. Now #10."),
        (entry(previous_rank=None), "not listed before, then #10, 455B (+61%). First time in 40 stored days."),
        (entry(item="gone"), "#14 → #10, 455B (+61%). First time in 40 stored days. Now not listed."),
        (left(), "#9 → #11, 402B (−8%)."),
        (left(rank=15), "#9 → #15, 402B (−8%). Now #11."),
        (left(previous_rank=None, rank=15), "then #15, 402B (−8%). Now #11."),
        (left(rank=None, tokens=None), "#9 → not listed. Now #11."),
        (spike(rank=2), "148B against an average of 47.8B over the three weeks before. Now #13."),
        (spike(item="gone"), "148B against an average of 47.8B over the three weeks before. Now not listed."),
        (trending(), "not on it before, then #3; #12 by tokens, 390B. Now #2 on it."),
        (trending(item="gone"), "not on it before, then #3; #12 by tokens, 390B."),
        (
            leader(evidence=evidence(leader(), previous_leader=ROOST, second={**ROOST, "tokens": str(2 * B)})),
            "6.02T (+23%), Roost 2.00B, a lead of 0.8%. Roost, now #3, had led for at least 170 days. Now #2.",
        ),
    ],
)
def test_what_is_now_is_read_from_the_board_of_the_digests_day(event: Event, detail: str) -> None:
    assert sentences.detail(replace(event, date=YESTERDAY), calm(twin=TWIN)) == detail


@pytest.mark.parametrize(
    ("event", "detail"),
    [
        (entry(previous_rank=None), "not listed before, then #10, 455B (+61%). First time in 40 stored days."),
        (left(), "#9 → #11, 402B (−8%)."),
        (spike(), "148B against an average of 47.8B over the three weeks before."),
        (trending(), "not on it before, then #3; #12 by tokens, 390B."),
        (leader(), "6.02T (+23%), Harrier 5.97T, a lead of 0.8%. Harrier had led for at least 170 days."),
    ],
)
def test_without_a_board_nothing_is_said_of_now(event: Event, detail: str) -> None:
    assert sentences.detail(event, calm(current=None)) == detail


@pytest.mark.parametrize(
    ("event", "board", "words"),
    [
        (entry(item="gone"), calm(), "new in the top 10 in Coding"),
        (entry(rank=3), calm(current=None), "new in the top 10 in Coding"),
        (spike(item="gone"), calm(), "3.1× its average in Coding"),
        (spike(), calm(current=None), "3.1× its average in Coding"),
        (trending(), calm(twin=TWIN), "#2 of those trending in Coding"),
        (trending(date=YESTERDAY), calm(), "new among those trending in Coding"),
    ],
)
def test_beside_a_stronger_event_only_ranks_of_the_digests_day_are_said(event: Event, board: View, words: str) -> None:
    assert sentences.also(event, board, "Coding") == words


def test_an_absent_item_has_no_amount() -> None:
    assert sentences.amount(left(tokens=None)) == ""


def test_a_kind_without_words_is_told_by_its_rule(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sentences, "WORDS", {})
    assert sentences.head(left()) == "Tern CLI meets the rule left top"
    assert sentences.detail(left(), calm()) == "#9 → #11, 402B (−8%)."
    assert sentences.also(left(), calm(), "") == "left top"
    assert sentences.also(left(), calm(), "Coding") == "left top in Coding"
    assert sentences.tally(2, Kind.LEFT_TOP) == "2 left top"
