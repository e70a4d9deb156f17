"""What restatements made of what was told: every turn and kind in words, whatever is known of the other side."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.correction import LIMIT, Correction, Turn, ordered, provenance, revisions, subject
from bot.core.digest import Revision
from bot.core.event import Event, Kind
from tests.builders import MODELS, B
from tests.scenes import RESTATED, correction, entry, leader, left, other_side, spike, trending

TITLES = {"cli-agents": "CLI agents"}
MADE: list[Callable[..., Event]] = [entry, left, spike, trending, leader]


def only(one: Correction) -> Revision:
    (found,) = revisions([one], TITLES)
    return found


def said(event: Event, turn: Turn = Turn.RETRACTED, **side: Any) -> tuple[str, str]:
    """(subject, bullet) of an event of Tue 10 Nov whose other side is ``side``."""
    ended = {"depth": None, "own_depth": None}
    one = Correction(replace(event, revised={**ended, **side} if side else None), turn)
    return subject(one), only(one).text


class TestRetracted:
    def test_reads_as_the_sketch_has_it(self) -> None:
        """B5: Quarry is now listed, which puts Sable at #11."""
        found = only(correction(headed=True))
        assert (found.id, found.headed, found.late, found.why) == ("q83d", True, False, "")
        assert found.date == date(2026, 11, 9)
        assert found.said == "For Mon 9 Nov we told: Sable enters the top 10."
        assert found.holds == "It was #11, not #10: Quarry is now listed for that day."
        assert found.text == f"{found.said} {found.holds}"
        assert found.figures == (
            "Before: #10, 455B, as of 2026-11-10T02:15:41.208Z. "
            "Now: #11, 455B (unchanged), as of 2026-11-11T02:16:03.551Z. Above it now: Quarry 533B."
        )
        assert subject(correction(headed=True)) == "Revised: Sable was #11 on 9 November, not #10"

    @pytest.mark.parametrize(
        ("side", "short", "holds"),
        [
            ({"rank": 11, "as_of": "x"}, "Sable was #11 on 10 November, not #10", "It was #11, not #10."),
            ({"as_of": "x"}, "Sable was not listed on 10 November", "It was not listed."),
            (
                {"rank": 12, "gone": [{"name": "Ibex"}], "tokens": str(300 * B)},
                "Sable was #12 on 10 November, not #10",
                "It was #12, not #10: Ibex is no longer listed for that day and its tokens are now 300B, not 455B.",
            ),
            (
                {"rank": 13, "came": [{"name": name, "tokens": "5"} for name in "ABC"], "gone": [{"name": "E"}]},
                "Sable was #13 on 10 November, not #10",
                "It was #13, not #10: A, B and C are now listed for that day and E is no longer listed.",
            ),
            (
                {"rank": 15, "came": [{"name": name, "tokens": "5"} for name in "ABCDE"]},
                "Sable was #15 on 10 November, not #10",
                "It was #15, not #10: A, B, C and 2 others are now listed for that day.",
            ),
            (
                {"rank": 11, "leader": {"name": "Harrier", "tokens": "5"}},  # who leads is no matter of an entry
                "Sable was #11 on 10 November, not #10",
                "It was #11, not #10.",
            ),
            (
                {"rank": 11, "tokens": str(455 * B + 1)},
                "Sable was #11 on 10 November, not #10",
                "It was #11, not #10: its tokens are now 455,000,000,001, not 455,000,000,000.",
            ),
        ],
    )
    def test_an_entry(self, side: dict[str, Any], short: str, holds: str) -> None:
        assert said(entry(), **side) == (
            f"Revised: {short}",
            f"For Tue 10 Nov we told: Sable enters the top 10. {holds}",
        )

    @pytest.mark.parametrize("tokens", [455 * B, 400 * B])
    def test_the_same_place_was_judged_by_other_figures(self, tokens: int) -> None:
        """Where a rule asks for a place, tokens that changed nothing about it are no reason."""
        short, text = said(entry(), rank=10, tokens=str(tokens), as_of="x")
        assert short == "Revised for 10 November, no longer so: Sable enters the top 10"
        assert text.endswith(" It still was #10, but the figures it is judged by were changed.")

    @pytest.mark.parametrize("side", [{}, {"rank": None, "tokens": None, "as_of": None}, {"came": None, "gone": None}])
    def test_nothing_known_of_the_other_side(self, side: dict[str, Any]) -> None:
        assert said(entry(), **side) == (
            "Revised for 10 November, no longer so: Sable enters the top 10",
            "For Tue 10 Nov we told: Sable enters the top 10. By OpenRouter's new figures that is not so.",
        )

    def test_a_leader_names_who_led(self) -> None:
        harrier = {"name": "Harrier", "tokens": str(6050 * B)}
        told = "For Tue 10 Nov we told: Foundry Agent takes #1."
        assert said(leader(), rank=2, tokens=str(6020 * B), leader=harrier) == (
            "Revised: Harrier led on 10 November, not Foundry Agent",
            f"{told} It was #2, not #1, behind Harrier (6.05T).",
        )
        assert said(leader(), as_of="x", leader=harrier) == (
            "Revised: Harrier led on 10 November, not Foundry Agent",
            f"{told} It was not listed; Harrier led with 6.05T.",
        )
        own = {"name": "Foundry Agent", "tokens": str(6020 * B)}
        assert said(leader(), rank=1, tokens=str(6020 * B), leader=own) == (
            "Revised for 10 November, no longer so: Foundry Agent takes #1",
            f"{told} It still was #1, but the figures it is judged by were changed.",
        )
        assert said(leader(), rank=2)[0] == "Revised: Foundry Agent was #2 on 10 November, not #1"

    def test_a_spike_is_about_tokens(self) -> None:
        told = "For Tue 10 Nov we told: Loomwright grows to 3.1× its average."
        assert said(spike(), rank=13, tokens=str(98 * B)) == (
            "Revised: Loomwright had 98.0B tokens on 10 November, not 148B",
            f"{told} Its tokens are now 98.0B, not 148B.",
        )
        assert said(spike(), rank=13, tokens="0")[0] == "Revised: Loomwright had 0 tokens on 10 November, not 148B"
        assert said(spike(), rank=15, tokens=str(98 * B)) == (
            "Revised: Loomwright had 98.0B tokens on 10 November, not 148B",
            f"{told} It was #15, not #13: its tokens are now 98.0B, not 148B.",
        )
        assert said(spike(), rank=13, tokens="148100000001") == (
            "Revised for 10 November, no longer so: Loomwright grows to 3.1× its average",
            f"{told} Its tokens are now 148,100,000,001, not 148,100,000,000.",
        )

    def test_a_long_name_leaves_room_for_what_is_said_of_it(self) -> None:
        name, cut = "W" * 40, "W" * 27 + "…"
        harrier = {"name": "H" * 40, "tokens": "5"}
        assert [
            said(entry(name=name), rank=11)[0],
            said(entry(name=name))[0],
            said(spike(name=name), rank=13, tokens=str(98 * B))[0],
            said(leader(name=name), rank=2, leader=harrier)[0],
        ] == [
            f"Revised: {cut} was #11 on 10 November, not #10",
            f"Revised for 10 November, no longer so: {cut} enters the top 10",
            f"Revised: {cut} had 98.0B tokens on 10 November, not 148B",
            f"Revised: {'H' * 27}… led on 10 November, not {cut}",
        ]

    def test_an_exit(self) -> None:
        gone = left(rank=None, tokens=None)
        told = "For Tue 10 Nov we told: Tern CLI leaves the top 10."
        assert said(gone, rank=9, tokens=str(520 * B)) == (
            "Revised: Tern CLI was still listed on 10 November, at #9",
            f"{told} It was listed, at #9.",
        )
        assert said(gone, as_of="x")[1] == (
            f"{told} It still was not listed, but the figures it is judged by were changed."
        )

    def test_the_trending_list_is_named(self) -> None:
        told = "For Tue 10 Nov we told: Quill enters the trending list."
        assert said(trending(), rank=14, tokens=str(400 * B)) == (
            "Revised: Quill trended at #14 on 10 November, not #3",
            f"{told} It was #14 on the trending list, not #3.",
        )
        assert said(trending(), as_of="x") == (
            "Revised: Quill was not on the trending list on 10 November",
            f"{told} It was not on the trending list.",
        )

    def test_of_boards_that_go_on_only_what_was_read_is_said(self) -> None:
        read: dict[str, Any] = {"own_depth": 100, "depth": 50}
        assert said(entry(), as_of="x", **read) == (
            "Revised: Sable was outside the top 50 on 10 November",
            "For Tue 10 Nov we told: Sable enters the top 10. It was outside the top 50.",
        )
        names: dict[str, Any] = {"came": [{"name": "Quarry", "tokens": "5"}], "gone": [{"name": "Ibex"}]}
        assert said(entry(), rank=11, **names, **read)[1].endswith(
            " It was #11, not #10: Quarry is now in the top 100 for that day and Ibex is no longer in the top 50."
        )
        assert said(entry(), Turn.LATE, rank=11, **names, **read)[1].endswith(
            "it was #11: Quarry is now in the top 50 for that day and Ibex is no longer in the top 100."
        )
        assert said(trending(), as_of="x", **read) == (
            "Revised: Quill was outside the trending list's top 50 on 10 November",
            "For Tue 10 Nov we told: Quill enters the trending list. It was outside the trending list's top 50.",
        )

    def test_a_row_that_was_stored_before_depths_were_kept_claims_nothing(self) -> None:
        gone = correction(revised={"rank": None, "as_of": "x"})
        assert subject(gone) == "Revised: Sable was not among the ranks read on 9 November"
        assert only(gone).holds == "It was not among the ranks read."
        above = correction(revised={"rank": 11, "as_of": "x", "gone": [{"name": "Ibex"}]})
        assert only(above).holds == "It was #11, not #10: Ibex is no longer among the ranks read for that day."

    def test_tokens_are_no_figures_of_the_trending_list(self) -> None:
        """It is not ranked by them."""
        side = other_side(rank=14, tokens=str(400 * B))
        found = only(Correction(trending(revised=side), Turn.RETRACTED))
        assert found.holds == "It was #14 on the trending list, not #3: Quarry is now listed for that day."
        assert found.figures == (
            "Before: #3 on the trending list, as of 2026-11-11T02:15:41.208Z. "
            "Now: #14 on the trending list, as of 2026-11-11T02:16:03.551Z."
        )

    def test_what_is_above_an_item_that_is_gone_is_not_said(self) -> None:
        found = only(correction(revised=other_side(rank=None, tokens=None)))
        assert found.figures == (
            "Before: #10, 455B, as of 2026-11-10T02:15:41.208Z. Now: not listed, as of 2026-11-11T02:16:03.551Z."
        )
        assert found.holds == "It was not listed."

    def test_figures_of_an_old_row(self) -> None:
        assert only(correction(revised=None)).figures == "Before: #10, 455B, as of 2026-11-10T02:15:41.208Z."
        assert only(correction(revised={})).figures.endswith("Now: not stored.")
        assert only(correction(revised={"rank": 11})).figures.endswith("Now: #11.")


class TestLate:
    def test_it_is_told_with_what_held_before_and_its_proof(self) -> None:
        before = other_side(as_of="2026-11-10T02:15:41.208Z", came=[], gone=[{"name": "Quarry"}])
        found = only(correction(Turn.LATE, headed=True, as_of=RESTATED, revised=before))
        assert (found.late, found.headed) == (True, False)
        assert found.said == "Late, for Mon 9 Nov: Sable enters the top 10 (#10, 455B)."
        assert found.holds == "Before the revision it was #11: Quarry is no longer listed for that day."
        assert found.figures == (
            "Before: #11, 455B, as of 2026-11-10T02:15:41.208Z. "
            "Now: #10, 455B (unchanged), as of 2026-11-11T02:16:03.551Z."
        )
        assert "(Rule: in from #10, out beyond #15.)" in found.why
        assert subject(correction(Turn.LATE)) == "Late news of 9 November: Sable enters the top 10"

    @pytest.mark.parametrize(
        ("event", "side", "holds"),
        [
            (entry(), {}, "It was found when that day was judged again."),
            (entry(), {"rank": None, "as_of": None}, "It was found when that day was judged again."),
            (entry(), {"as_of": "x"}, "Before the revision it was not listed."),
            (entry(), {"rank": 10}, "It was #10 before, too: other figures it is judged by changed."),
            (spike(), {"rank": 13, "tokens": str(90 * B)}, "Its tokens are now 148B, not 90.0B."),
            (
                leader(),
                {"rank": 2, "leader": {"name": "Harrier", "tokens": str(6050 * B)}},
                "Before the revision it was #2, behind Harrier (6.05T).",
            ),
            (trending(), {"rank": 11}, "Before the revision it was #11 on the trending list."),
        ],
    )
    def test_what_held_before(self, event: Event, side: dict[str, Any], holds: str) -> None:
        assert said(event, Turn.LATE, **side)[1].endswith(f"). {holds}")

    def test_one_that_is_absent(self) -> None:
        found = said(left(rank=None, tokens=None), Turn.LATE, rank=9, tokens=str(520 * B))
        assert found[1].startswith("Late, for Tue 10 Nov: Tern CLI leaves the top 10 (not listed).")


def test_what_was_taken_back_and_holds_after_all() -> None:
    found = only(correction(Turn.RESTORED, headed=True))
    assert found.text == (
        "For Mon 9 Nov we told, then took back: Sable enters the top 10. It holds after all: #10, 455B."
    )
    assert found.figures == "Now: #10, 455B, as of 2026-11-10T02:15:41.208Z."
    assert found.headed
    assert subject(correction(Turn.RESTORED)) == "Revised again for 9 November, so after all: Sable enters the top 10"


@pytest.mark.parametrize("turn", Turn)
def test_a_kind_without_words_of_its_own_is_told(turn: Turn, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever adds a rule need not think of corrections."""
    monkeypatch.setattr("bot.core.sentences.WORDS", {})
    short, text = said(spike(), turn, rank=13, as_of="x")
    assert "Loomwright meets the rule spike" in short
    assert "Loomwright meets the rule spike" in text


def test_what_was_in_a_headline_comes_first_then_date_and_strength() -> None:
    day, before = date(2026, 11, 10), date(2026, 11, 9)
    spiked = Correction(spike(date=before), Turn.RETRACTED)
    entered = Correction(entry(date=before), Turn.LATE, headed=True)
    second = Correction(entry(date=before, rank=11), Turn.LATE)
    led = Correction(leader(date=day), Turn.RETRACTED)
    headed = Correction(left(date=day), Turn.RESTORED, headed=True)
    assert ordered([led, spiked, second, entered, headed]) == [headed, entered, second, spiked, led]


def test_of_one_kind_and_day_who_is_not_ranked_comes_last() -> None:
    gone, low = Correction(left(rank=None, item="a"), Turn.LATE), Correction(left(rank=199, item="z"), Turn.LATE)
    assert ordered([gone, low]) == [low, gone]


@pytest.mark.parametrize(
    ("titles", "news"),
    [
        ({"cli-agents": "CLI agents"}, "Sable enters the top 10."),
        ({"cli-agents": "CLI agents", "ide": "IDE extensions"}, "Sable enters the top 10 in CLI agents."),
        ({"ide": "IDE extensions"}, "Sable enters the top 10 in cli-agents."),
        ({}, "Sable enters the top 10 in cli-agents."),
    ],
)
def test_the_board_is_named_unless_there_is_only_one(titles: dict[str, str], news: str) -> None:
    (found,) = revisions([correction()], titles)
    assert found.said == f"For Mon 9 Nov we told: {news}"


def test_the_time_cited_is_that_of_what_holds() -> None:
    assert correction().as_of == RESTATED
    assert correction(revised={}).as_of == correction(revised=None).as_of == "2026-11-10T02:15:41.208Z"
    assert correction(Turn.LATE).as_of == "2026-11-10T02:15:41.208Z"


def test_corrections_by_themselves_cite_each_dataset_once() -> None:
    early = correction(revised=other_side(as_of="2026-11-11T02:00:00.000Z"))
    model = correction(board=MODELS.key, watchlist="models")
    source = provenance([correction(), early, model], date(2026, 11, 12), sample=True)
    assert [citation.text for citation in source.citations] == [
        "Source: OpenRouter (openrouter.ai/apps), as of 2026-11-11T02:00:00.000Z.",
        "Source: OpenRouter (openrouter.ai/rankings), as of 2026-11-11T02:16:03.551Z.",
    ]
    assert (source.checked, source.sample) == ("12 Nov 2026", True)
    times = ("2026-11-11T01:30:00-05:00", "2026-11-11T02:00:00Z")  # as text, the later one comes first
    mixed = [correction(revised=other_side(as_of=when)) for when in times]
    (citation,) = provenance(mixed, date(2026, 11, 12), sample=False).citations
    assert times[1] in citation.text
    assert provenance([], date(2026, 11, 12), sample=False).citations == ()


NAMES = st.text(max_size=200) | st.sampled_from(
    ["W" * 5000, "\u202eevil", "a\nb", "# x\n# y", "\x02a\x1fhttps://x\x03"]
)
RANKS = st.none() | st.integers(1, 200)
TOKENS = st.none() | st.integers(0, 2**63 - 1).map(str)
SIDES = st.none() | st.fixed_dictionaries(
    {},
    optional={
        "rank": RANKS,
        "tokens": TOKENS,
        "as_of": st.none() | st.just(RESTATED),
        "came": st.lists(st.fixed_dictionaries({"name": NAMES, "tokens": st.integers(0, 2**63 - 1).map(str)})),
        "gone": st.lists(st.fixed_dictionaries({"name": NAMES})),
        "leader": st.none() | st.fixed_dictionaries({"name": NAMES, "tokens": st.just("5")}),
    },
)


@given(st.sampled_from(MADE), st.sampled_from(Turn), NAMES, RANKS, SIDES)
def test_any_name_and_any_other_side_make_a_subject_and_one_line(
    made: Callable[..., Event], turn: Turn, name: str, rank: int | None, side: dict[str, Any] | None
) -> None:
    event = made(name=name, rank=rank, revised=side)
    one = Correction(replace(event, evidence={} if event.kind is Kind.TRENDING else event.evidence), turn)
    found = only(one)
    assert 0 < len(subject(one)) <= LIMIT
    for shown in (subject(one), found.text, found.figures):
        assert shown == " ".join(shown.split())
        assert shown.isprintable() or not any(char in shown for char in "\n\r\x00\x02\x03\x1b\x1f\u202e\u2028")
        assert len(shown) < 1000
