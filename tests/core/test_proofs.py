from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from bot.core import proofs
from bot.core.event import Event
from bot.core.proofs import why
from tests.builders import CLI_AGENTS
from tests.scenes import entry, leader, left, spike, trending
from tests.ways import overtook

LEFT = "Tue 10 Nov: #11 with 402,000,000,000 tokens. Mon 9 Nov: #9 with 520,000,000,000 tokens."
KEPT = "Its place among those listed on both days is the same."
RULE_OF_TWO_DAYS = "(Rule: in from #10, out beyond #12, on 2 days running.)"
RULE = "(Rule: in from #10, out beyond #15.)"
BOTH = "Tue 10 Nov: #10 with 455,000,000,000 tokens. Mon 9 Nov: #14 with 430,000,000,000 tokens."


def evidence(event: Event, **changes: Any) -> dict[str, Any]:
    return {**event.evidence, **changes}


@pytest.mark.parametrize(
    ("event", "proof"),
    [
        (entry(), f"{BOTH} In the top 10 on no stored day before (40 days without a gap). {RULE}"),
        (
            entry(evidence={"first_seen": True, "last_in": None, "record_days": 1}),
            f"{BOTH} No stored window before lists it (1 day without a gap). {RULE}",
        ),
        (
            entry(evidence={"first_seen": False, "last_in": None, "record_days": 0}),
            f"{BOTH} In the top 10 on no stored day before. {RULE}",
        ),
        (entry(evidence={"first_seen": True, "last_in": None}), f"{BOTH} No stored window before lists it. {RULE}"),
        (entry(evidence={"last_in": "2026-04-02"}), f"{BOTH} Last in the top 10 on 2 Apr 2026. {RULE}"),
        (
            entry(passive=True, rule={"n": 10, "margin": 2, "confirm_days": 2}),
            f"{BOTH} {KEPT} In the top 10 on no stored day before (40 days without a gap). {RULE_OF_TWO_DAYS}",
        ),
        (
            left(),
            f"{LEFT} Last in it on Mon 9 Nov. {RULE}",
        ),
        (
            left(rank=None, tokens=None, evidence={"last_in": None}),
            f"Tue 10 Nov: not listed. Mon 9 Nov: #9 with 520,000,000,000 tokens. {RULE}",
        ),
    ],
)
def test_entries_and_exits_show_both_days_and_the_rule(event: Event, proof: str) -> None:
    assert why(event) == proof


@pytest.mark.parametrize(
    ("depths", "words"),
    [
        ({"depth": 100, "previous_depth": 50}, "Tue 10 Nov: outside the top 100. Mon 9 Nov: outside the top 50."),
        ({"depth": None, "previous_depth": None}, "Tue 10 Nov: not listed. Mon 9 Nov: not listed."),
        ({}, "Tue 10 Nov: not among the ranks read. Mon 9 Nov: not among the ranks read."),
    ],
)
def test_absence_is_proved_by_how_deep_the_boards_were_read(depths: dict[str, int | None], words: str) -> None:
    """Evidence that was stored before it kept that proves neither."""
    assert why(replace(left(rank=None, previous_rank=None), evidence=depths)).startswith(words)


def test_who_passed_somebody_may_have_been_outside_what_was_read() -> None:
    cut = overtook(previous_rank=None, evidence={**overtook().evidence, "previous_depth": 100})
    assert "Mon 9 Nov: outside the top 100, Marlin #4 with" in why(cut)


def test_a_new_leader_without_a_predecessor_or_a_second() -> None:
    alone = leader(evidence={"second": None, "previous_leader": None})
    assert why(alone) == ("Tue 10 Nov: #1 with 6,020,000,000,000 tokens. Mon 9 Nov: #2 with 5,900,000,000,000 tokens.")


def test_a_leader_that_had_to_be_confirmed_shows_its_rule() -> None:
    assert why(leader(rule={"confirm_days": 3})).endswith("(Rule: at #1 on 3 days running.)")


def test_a_kind_without_a_proof_shows_both_days_and_its_rule(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(proofs, "_PROOFS", {})
    assert why(left(rule={"n": 10, "ratio": 2.5})) == f"{LEFT} (Rule: left top, n 10, ratio 2.5.)"


def test_a_reign_is_bounded_only_where_it_reaches_the_end_of_what_is_stored() -> None:
    exact = leader(evidence=evidence(leader(), led_at_least=False))
    assert why(exact).endswith("Harrier had led since 24 May 2026: 170 days.")
    undated = leader(evidence=evidence(leader(), led_since=None))
    assert why(undated).endswith("Harrier had led: at least 170 days.")


def test_a_spike_shows_its_bounds() -> None:
    windows = [{"end_date": "2026-11-03", "tokens": "50", "bounded": True}]
    bounded = spike(evidence=evidence(spike(), baseline=windows, at_least=True, ratio="12.99"))
    assert "; to Tue 3 Nov at most 50. Mean 47,800,000,000, ratio at least 12×," in why(bounded)


def test_a_spike_from_nothing_has_a_ratio_without_limit() -> None:
    unlimited = spike(evidence={"ratio": None})
    assert why(unlimited) == (
        "7 days to Tue 10 Nov: 148,100,000,000 tokens. Mean 0, ratio without limit, growth 0. (Rule: 2×, 1B.)"
    )


def test_trending_names_the_list() -> None:
    assert why(trending()) == (
        f"OpenRouter's trending list {CLI_AGENTS.twin.key}: Tue 10 Nov #3, Mon 9 Nov not on it. "
        "(Rule: new in its top 10.)"
    )
    risen = trending(evidence=evidence(trending(), twin_previous_rank=14))
    assert "Mon 9 Nov #14." in why(risen)
    cut = trending(evidence=evidence(trending(), twin_previous_depth=100))
    assert "Mon 9 Nov outside its top 100." in why(cut)
    assert "Mon 9 Nov not among its ranks read." in why(replace(cut, evidence={"twin_rank": 3}))
