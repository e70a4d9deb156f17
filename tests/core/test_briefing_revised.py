"""A digest with something revised: what heads it, what its first line says, and what it cites."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.correction import Correction, Turn
from bot.core.headline import LIMIT
from tests.builders import MODELS
from tests.scenes import (
    calm,
    cli,
    correction,
    digest,
    entry,
    ide,
    leader,
    left,
    other_side,
    spike,
    trending,
)

REVISED = "Revised: Sable was #11 on 9 November, not #10"
CHANGED = "OpenRouter changed its figures for that day. What follows is today's briefing."


class TestHeadline:
    @pytest.mark.parametrize("turn", Turn)
    def test_it_stays_with_the_news_where_none_of_the_revised_was_in_one(self, turn: Turn) -> None:
        told = digest(calm(events=(entry(),)), corrections=[correction(turn)])
        usual = digest(calm(events=(entry(),)))
        assert (told.headline, told.lead) == (usual.headline, usual.lead)
        assert told.sections == usual.sections
        assert [revision.id for revision in told.revisions] == ["q83d"]

    def test_an_own_move_and_a_new_watchlist_are_other_news(self) -> None:
        for view in (cli(), ide(new=True)):
            assert digest(view, corrections=[correction()]).headline == digest(view).headline

    @pytest.mark.parametrize(
        ("turn", "line"),
        [
            (Turn.RETRACTED, REVISED),
            (Turn.RESTORED, "Revised again for 9 November, so after all: Sable enters the top 10"),
        ],
    )
    def test_what_was_in_one_takes_it_again(self, turn: Turn, line: str) -> None:
        """The same prominence as the original, with counts of all kinds beside it."""
        told = digest(calm(events=(leader(),)), corrections=[correction(turn, headed=True)])
        assert told.headline == f"{line} · 1 new #1"
        assert told.lead == CHANGED
        assert told.revisions[0].headed

    def test_what_was_in_one_comes_before_earlier_and_stronger(self) -> None:
        led = correction(item="foundry", name="Foundry Agent", rank=1)
        told = digest(calm(), corrections=[led, correction(headed=True)])
        assert told.headline == f"{REVISED} · 1 more revision"
        assert [revision.headed for revision in told.revisions] == [True, False]

    @pytest.mark.parametrize(
        ("turn", "line"), [(Turn.RETRACTED, REVISED), (Turn.LATE, "Late news of 9 November: Sable enters the top 10")]
    )
    def test_where_nothing_else_is_told_the_first_takes_it(self, turn: Turn, line: str) -> None:
        told = digest(calm(), corrections=[correction(turn), correction(turn, item="x", rank=50)])
        assert told.headline == f"{line} · 1 more revision"
        assert told.lead == CHANGED

    def test_a_late_one_whose_day_was_not_stored_before(self) -> None:
        told = digest(calm(), corrections=[correction(Turn.LATE, revised=None)], late="a day was late")
        assert told.lead == (
            "A day was late. Nothing is missing. It was found when that day was judged again. "
            "What follows is today's briefing."
        )

    def test_all_kinds_are_counted_and_what_does_not_fit_is_one_number(self) -> None:
        events = (entry(), spike(), left())
        told = digest(calm(events=events[:2]), ide(new=True), corrections=[correction(headed=True)])
        assert told.headline == f"{REVISED} · 1 entry · 1 spike · 1 new watchlist"
        many = digest(
            calm(events=(*events, trending())),
            ide(new=True),
            corrections=[correction(headed=True), correction(item="x")],
        )
        assert many.headline == f"{REVISED} · 6 more"

    @given(st.text(min_size=1, max_size=200), st.sampled_from(Turn), st.integers(0, 4), st.integers(1, 30))
    def test_it_is_never_longer_than_ninety_characters(self, name: str, turn: Turn, news: int, number: int) -> None:
        events = (entry(name=name), spike(name=name), left(name=name), trending(name=name))[:news]
        corrections = [correction(turn, headed=True, name=name, item=str(place)) for place in range(number)]
        told = digest(calm(events=events), corrections=corrections)
        assert 0 < len(told.headline) <= LIMIT
        assert "\n" not in told.headline + told.lead


def test_the_earliest_of_the_figures_shown_is_cited() -> None:
    """Of a retracted event the new figures' time, of the others the event's own."""
    early, board = "2026-11-10T23:00:00.000Z", "2026-11-11T02:15:41.208Z"
    assert cited(correction(revised=other_side(as_of=early))) == [early]
    assert cited(correction()) == [board]
    assert cited(correction(Turn.LATE)) == cited(correction(Turn.RESTORED)) == ["2026-11-10T02:15:41.208Z"]
    assert cited(correction(Turn.LATE, as_of="2026-11-11T03:00:00.000Z")) == [board]


def cited(revised: Correction) -> list[str]:
    told = digest(calm(), corrections=[revised])
    return [citation.text.rpartition("as of ")[2].removesuffix(".") for citation in told.provenance.citations]


def test_what_is_revised_is_cited_where_there_is_nothing_else() -> None:
    told = digest(corrections=[correction(), correction(board=MODELS.key, watchlist="models", item="m")])
    assert [citation.text for citation in told.provenance.citations] == [
        "Source: OpenRouter (openrouter.ai/apps), as of 2026-11-11T02:16:03.551Z.",
        "Source: OpenRouter (openrouter.ai/rankings), as of 2026-11-11T02:16:03.551Z.",
    ]
    assert told.headline == f"{REVISED} · 1 more revision"
    assert [revision.said for revision in told.revisions] == [
        "For Mon 9 Nov we told: Sable enters the top 10 in cli-agents.",
        "For Mon 9 Nov we told: Sable enters the top 10 in models.",
    ]


def test_boards_are_named_where_the_channel_has_several() -> None:
    told = digest(calm(), ide(), corrections=[correction()])
    assert told.revisions[0].said == "For Mon 9 Nov we told: Sable enters the top 10 in CLI agents."
    assert replace(told, revisions=()).is_quiet
