"""What is said of an item's way, and what proves it."""

from __future__ import annotations

from typing import Any

import pytest

from bot.core import proofs, sentences
from bot.core.event import Event, Kind
from bot.core.view import View
from bot.core.ways import passed
from tests.builders import CLI_AGENTS, DAY, MODELS, B, snapshot
from tests.scenes import NOW, YESTERDAY, calm, entry, spike
from tests.ways import climbed, dropped, milestone, moved, overtook, renamed, share

SHARES = calm(current=snapshot(MODELS, DAY, [("x", "x", 868 * B), ("ada/one", "ada/one", 132 * B)]))


def evidence(event: Event, **changes: Any) -> dict[str, Any]:
    return {**event.evidence, **changes}


def who(event: Event, **changes: Any) -> Event:
    """The overtake, with other figures of who was passed."""
    return overtook(evidence={"passed": {**event.evidence["passed"], **changes}})


@pytest.mark.parametrize(
    ("event", "head"),
    [
        (climbed(), "Sable climbs to #10"),
        (dropped(), "Tern CLI drops to #11"),
        (moved(), "Kestrel Code rises to #4"),
        (moved(rank=6), "Kestrel Code falls to #6"),
        (moved(previous_rank=None), "Kestrel Code comes in at #4"),
        (moved(rank=None, tokens=None), "Kestrel Code is no longer listed"),
        (moved(rank=None, tokens=None, evidence={"depth": 200}), "Kestrel Code is no longer in the top 200"),
        (overtook(), "Kestrel Code passes Marlin for #4"),
        (who(overtook(), rank=9), "Kestrel Code passes Marlin"),
        (milestone(), "Kestrel Code reaches 1.8T tokens"),
        (share(), "ada/one gains 2.4 points of share"),
        (share(evidence=evidence(share(), direction="down", points="-0.2501")), "ada/one loses 0.3 points of share"),
        (renamed(), "Swordfish was called Marlin before"),
        (renamed(name="Marlin"), "Marlin is now called Swordfish"),
        (renamed(name="Swordfish (id 7)"), "Swordfish (id 7) was called Marlin before"),
    ],
)
def test_who_does_what(event: Event, head: str) -> None:
    assert sentences.head(event) == head


@pytest.mark.parametrize(
    ("event", "detail"),
    [
        (climbed(), "#22 → #10 within 7 days, 455B (+61%)."),
        (dropped(), "#5 → #11 within 7 days, 402B (−8%)."),
        (dropped(rule={"over_days": 1}), "#5 → #11 within 1 day, 402B (−8%)."),
        (moved(), "#5 → #4, 1.84T (+6%)."),
        (moved(previous_rank=None), "now #4, 1.84T (+6%)."),
        (moved(item="gone", rank=None, tokens=None), "#5 → not listed."),
        (overtook(), "#5 → #4, 1.84T (+6%), 51B ahead."),
        (overtook(previous_rank=None), "now #4, 1.84T (+6%), 51B ahead."),
        (who(overtook(), tokens=str(1842 * B)), "#5 → #4, 1.84T (+6%), level with it."),
        (milestone(), "1.84T (+6%) in 7 days, now #4."),
        (milestone(window_days=1), "1.84T (+6%) in a day, now #4."),
        (milestone(date=YESTERDAY, rank=6), "1.84T (+6%) in 7 days, then #6. Now #4."),
        (renamed(), "now #5, 1.79T (+1%)."),
    ],
)
def test_the_figures_are_said_from_old_to_new(event: Event, detail: str) -> None:
    assert sentences.detail(event, calm()) == detail


def test_a_share_is_said_with_both_values() -> None:
    assert sentences.detail(share(), SHARES) == "10.8% → 13.2% of all tokens within 7 days, now #2."
    close = share(evidence=evidence(share(), base_share="2.5457", share="5.0725", points="2.5267"))
    assert sentences.head(close) == "ada/one gains 2.5 points of share"
    assert sentences.detail(close, SHARES) == "2.55% → 5.07% of all tokens within 7 days, now #2."


@pytest.mark.parametrize(
    ("event", "words"),
    [
        (climbed(), "up from #22 within 7 days"),
        (dropped(), "down from #5 within 7 days"),
        (moved(), "#5 → #4"),
        (overtook(), "past Marlin"),
        (milestone(), "beyond 1.8T tokens"),
        (share(), "+2.4 points of share"),
        (share(evidence=evidence(share(), direction="down")), "−2.4 points of share"),
        (renamed(), "formerly Marlin"),
    ],
)
def test_an_event_beside_a_stronger_one(event: Event, words: str) -> None:
    assert sentences.also(event, calm(), "") == words
    assert sentences.also(event, calm(), "Coding") == f"{words} in Coding"


def test_only_an_overtake_has_passed_somebody() -> None:
    assert passed(overtook()) == "Marlin"
    assert passed(moved()) == ""


def test_a_reason_for_a_passive_move_is_given_where_a_place_was_won_by_it() -> None:
    assert sentences.because(entry(passive=True, evidence={})) == " as others came or went"
    assert sentences.because(spike(passive=True)) == ""
    assert sentences.because(climbed(passive=True)) == ""


BOTH = "Tue 10 Nov: #4 with 1,842,000,000,000 tokens. Mon 9 Nov: #5 with 1,781,000,000,000 tokens."


@pytest.mark.parametrize(
    ("event", "proof"),
    [
        (
            climbed(),
            (
                "Tue 10 Nov: #10 with 455,000,000,000 tokens. Tue 3 Nov: #22 with 283,000,000,000 tokens. "
                "Among those listed on both days 11 places. (Rule: 3 places at this rank, within 7 days.)"
            ),
        ),
        (
            dropped(evidence=evidence(dropped(), places_asked=1)),
            (
                "Tue 10 Nov: #11 with 402,000,000,000 tokens. Tue 3 Nov: #5 with 1,100,000,000,000 tokens. "
                "Among those listed on both days 6 places. (Rule: 1 place at this rank, within 7 days.)"
            ),
        ),
        (moved(), f"{BOTH} (Rule: a move of what is followed.)"),
        (
            overtook(),
            (
                "Tue 10 Nov: #4 with 1,842,000,000,000 tokens, Marlin #5 with 1,791,000,000,000. "
                "Mon 9 Nov: #5 with 1,781,000,000,000 tokens, Marlin #4 with 1,786,000,000,000."
            ),
        ),
        (
            milestone(previous_rank=5),
            f"{BOTH} (Rule: from below 1,800,000,000,000 tokens to it, or beyond.)",
        ),
        (
            share(),
            (
                "Tue 10 Nov: 13.2000%, 132,000,000,000 of 1,000,000,000,000 tokens. "
                "Tue 3 Nov: 10.8000%, 108,000,000,000 of 1,000,000,000,000 tokens. "
                "Moved by 2.4000 points. (Rule: 2 points within 7 days.)"
            ),
        ),
        (
            renamed(),
            (
                '"Marlin" until 8 Nov 2026, "Swordfish" on Mon 9 Nov and Tue 10 Nov. '
                "(Rule: a name never borne before, on so many days running.)"
            ),
        ),
    ],
)
def test_each_kind_is_proved_by_its_own_figures(event: Event, proof: str) -> None:
    assert proofs.why(event) == proof


def test_every_kind_can_be_said_without_a_board() -> None:
    nothing: View = calm(current=None)
    for event in (climbed(), dropped(), moved(), overtook(), milestone(), share(), renamed()):
        assert sentences.detail(event, nothing).endswith(".")


def test_all_kinds_have_words_and_proofs_of_their_own() -> None:
    assert set(sentences.WORDS) == set(proofs._PROOFS) == set(Kind)
    assert snapshot(CLI_AGENTS, DAY, NOW).rank("kestrel") == 4
