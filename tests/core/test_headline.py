from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.headline import LIMIT
from bot.core.view import View
from tests.builders import CLI_AGENTS, DAY, B, snapshot
from tests.scenes import (
    CLI,
    IDE,
    NOW,
    WHOLE,
    YESTERDAY,
    calm,
    cli,
    digest,
    entry,
    ide,
    leader,
    left,
    patterns,
    spike,
    trending,
)
from tests.ways import climbed, milestone, moved, overtook, renamed

SHORT_REIGN = {"previous_leader": {"id": "harrier", "name": "Harrier"}, "led_days": 1, "led_at_least": False}


def headline(*views: View) -> str:
    return digest(*views).headline


def test_the_strongest_comes_first_and_the_rest_is_counted() -> None:
    assert headline(calm(events=(spike(), entry(), leader()))) == (
        "Foundry Agent takes #1 in CLI agents · Sable enters the top 10 · 1 spike"
    )


def test_all_kinds_are_counted_once_words_run_out() -> None:
    events = (
        leader(),
        entry(),
        entry(item="b", name="Bee", id="b"),
        entry(item="c", name="Cee", id="c"),
        spike(),
        trending(),
        left(),
    )
    assert headline(calm(events=events)) == (
        "Foundry Agent takes #1 in CLI agents · 3 entries · 1 spike · 1 trending · 1 exit"
    )


def test_what_does_not_fit_even_as_counts_is_one_number() -> None:
    titled = replace(CLI, title="Agents for the command line")
    events = (
        leader(name="A name of twenty-eight signs"),
        entry(),
        entry(item="b", id="b"),
        spike(),
        trending(),
        left(),
    )
    assert headline(calm(watchlist=titled, events=events)) == (
        "A name of twenty-eight signs takes #1 in Agents for the command line · 5 more changes"
    )


def test_another_board_is_named() -> None:
    coding = ide(watchlist=WHOLE, events=(entry(item="ito", name="Ito", id="i"),))
    assert headline(calm(events=(leader(),)), coding) == (
        "Foundry Agent takes #1 in CLI agents · Ito enters the top 10 in Coding"
    )


def test_a_reign_of_a_day_is_not_worth_its_length() -> None:
    assert headline(calm(events=(leader(evidence=SHORT_REIGN),))) == "Foundry Agent takes #1 in CLI agents"
    assert headline(calm(events=(leader(evidence={}),))) == "Foundry Agent takes #1 in CLI agents"


def test_a_reign_that_does_not_fit_is_left_out() -> None:
    titled = replace(CLI, title="Agents for the command line and more")
    long = leader(name="A name of twenty-eight signs", evidence={**leader().evidence})
    assert headline(calm(watchlist=titled, events=(long,))) == (
        "A name of twenty-eight signs takes #1 in Agents for the command line and…"
    )


def test_only_what_is_counted_otherwise_is_said_in_words_when_it_is_alone() -> None:
    assert headline(calm(events=(spike(), trending()))) == (
        "Loomwright grows to 3.1× its average in CLI agents · 1 trending"
    )


def test_an_own_item_that_is_passed_is_said_by_who_passed_it() -> None:
    own = replace(CLI, mine=patterns("Marlin"))
    assert headline(cli(watchlist=own)) == "Kestrel Code passes Marlin for #4 in CLI agents"


def test_an_own_move_that_an_event_tells_is_not_told_again() -> None:
    event = leader(item="kestrel", name="Kestrel Code")
    assert headline(cli(events=(event,))).startswith("New #1 in CLI agents: Kestrel Code")


def test_a_new_watchlist_beside_news_is_counted() -> None:
    assert headline(calm(events=(entry(),)), ide(new=True)) == "Sable enters the top 10 in CLI agents · 1 new watchlist"


def test_every_new_watchlist_is_counted_with_news_or_without() -> None:
    views = (calm(new=True, events=(leader(),)), ide(new=True), ide(watchlist=WHOLE, new=True))
    assert headline(*views) == "Foundry Agent takes #1 in CLI agents · 3 new watchlists"
    assert headline(views[0]) == "Foundry Agent takes #1 in CLI agents · 1 new watchlist"


def test_new_watchlists_are_opened_with_their_leaders() -> None:
    assert headline(ide(new=True, current=snapshot(IDE.board, DAY, NOW[:1]))) == "IDE extensions: Harrier leads"
    assert headline(ide(new=True, current=snapshot(IDE.board, DAY, NOW[:2]))) == (
        "IDE extensions: Harrier leads, Foundry Agent follows"
    )
    assert headline(ide(new=True, current=snapshot(IDE.board, DAY, []))) == "IDE extensions: nothing listed yet"
    assert headline(ide(new=True, current=None)) == "IDE extensions: nothing listed yet"
    assert headline(ide(new=True), cli(new=True)) == (
        "IDE extensions: Harrier leads, Foundry Agent and Roost follow · 1 more board"
    )


def test_an_opening_of_long_names_is_shortened() -> None:
    long = [(str(number), letter * 60, 100 - number) for number, letter in enumerate("ABC")]
    assert len(headline(ide(new=True, current=snapshot(IDE.board, DAY, long)))) <= LIMIT


def test_a_quiet_day_without_anything_of_ones_own() -> None:
    assert headline(ide()) == "Nothing new in IDE extensions"
    assert headline(ide(current=None)) == "No figures for Tue 10 Nov: IDE extensions"


def test_many_quiet_watchlists_are_counted() -> None:
    views = [
        ide(watchlist=replace(IDE, id=f"w{number}", title=f"A long title, number {number}")) for number in range(5)
    ]
    assert headline(*views) == "Nothing new in 5 watchlists"


def test_an_own_name_that_does_not_fit_is_left_out() -> None:
    rows = [("kestrel", "K" * 28, 9000 * B), *NOW[1:3]]
    board = [snapshot(CLI_AGENTS, day, rows) for day in (DAY, YESTERDAY)]
    view = calm(
        watchlist=replace(CLI, title="T" * 32, mine=patterns("id:kestrel")), current=board[0], previous=board[1]
    )
    second = ide(watchlist=replace(IDE, title="U" * 32))
    assert headline(view, second) == f"Nothing new in {'T' * 32} and {'U' * 32}"


def test_the_lead_begins_with_being_late() -> None:
    told = digest(calm(events=(entry(),)), late="6 days were not reported in time")
    assert told.lead.startswith("6 days were not reported in time. Nothing is missing. Kestrel Code #4")


def test_the_lead_names_what_the_headline_only_counts() -> None:
    told = digest(cli(events=(entry(), spike(), trending(), left())))
    assert told.headline == (
        "Kestrel Code passes Marlin for #4 in CLI agents · 1 entry · 1 spike · 1 trending · 1 exit"
    )
    assert told.lead.startswith("Sable enters the top 10; Loomwright grows to 3.1× its average. ")


def test_the_lead_leaves_out_what_has_no_base_or_no_gap() -> None:
    only = snapshot(CLI_AGENTS, DAY, [NOW[3]])
    told = digest(calm(current=only, previous=only, compared=None))
    assert told.lead == "Kestrel Code #1 (1.84T). CLI agents on OpenRouter, 7 days to Tue 10 Nov 2026."


def test_the_lead_of_a_board_without_figures_says_about_what() -> None:
    assert digest(ide(current=None)).lead == "IDE extensions on OpenRouter, 7 days to Tue 10 Nov 2026."


def test_a_day_of_another_year_is_dated() -> None:
    assert "2026" in digest(calm(last_news=date(2025, 12, 31))).lead


def test_the_lead_gives_no_figures_of_an_earlier_day_as_todays() -> None:
    events = (leader(date=YESTERDAY, item="harrier", name="Harrier", evidence={}),)
    told = digest(calm(events=events), days=(YESTERDAY, DAY))
    assert told.lead.startswith("Kestrel Code #4")


def test_an_overtake_of_the_readers_own_or_followed_comes_before_a_strangers_entry_and_that_of_others_after() -> None:
    assert headline(cli(events=(entry(), overtook(), moved()))) == (
        "Kestrel Code passes Marlin for #4 in CLI agents · Sable enters the top 10"
    )
    passed_own = replace(CLI, mine=patterns("Marlin"))
    assert headline(cli(watchlist=passed_own, events=(entry(), overtook()))).startswith("Kestrel Code passes Marlin")
    for followed in (patterns("kestrel code", "marlin"), patterns("kestrel code"), patterns("marlin")):
        assert headline(cli(watchlist=replace(CLI, mine=(), follow=followed), events=(entry(), overtook()))) == (
            "Kestrel Code passes Marlin for #4 in CLI agents · Sable enters the top 10"
        )
    others = replace(CLI, mine=(), follow=())
    assert headline(cli(watchlist=others, events=(entry(), overtook()))) == (
        "Sable enters the top 10 in CLI agents · Kestrel Code passes Marlin for #4"
    )


def test_a_new_leader_comes_before_an_overtake() -> None:
    assert headline(cli(events=(overtook(), leader()))) == (
        "Foundry Agent takes #1 in CLI agents · Kestrel Code passes Marlin for #4"
    )


def test_whom_the_readers_own_passed_is_said_though_only_its_move_was_told() -> None:
    assert headline(cli(events=(moved(),))) == "Kestrel Code passes Marlin for #4 in CLI agents"


def test_moves_are_said_where_there_is_nothing_else_the_readers_own_first() -> None:
    roost = moved(item="roost", name="Roost", rank=3, previous_rank=2, id="r")
    tern = moved(item="tern", name="Tern CLI", rank=11, previous_rank=None, id="t")
    now = snapshot(CLI_AGENTS, DAY, [NOW[0], NOW[2], NOW[1], *NOW[3:]])
    then = snapshot(CLI_AGENTS, YESTERDAY, [row for row in NOW if row[0] != "tern"])
    followed = replace(CLI, mine=(), follow=patterns("Roost", "Tern CLI"))
    view = cli(watchlist=followed, current=now, previous=then, events=(tern, roost))
    assert headline(view) == "Roost falls to #3 in CLI agents · 1 move"
    own = replace(followed, mine=patterns("Tern CLI"))
    assert headline(replace(view, watchlist=own)) == "Tern CLI comes in at #11 in CLI agents · 1 move"
    alone = replace(view, watchlist=replace(followed, follow=patterns("Tern CLI")))
    assert headline(replace(alone, events=(tern, spike()))) == "Loomwright grows to 3.1× its average in CLI agents"


def test_a_followed_change_of_places_comes_before_what_strangers_do_further_down() -> None:
    """Marlin, #4 → #5, is what the reader follows; who enters at #10, or the top 50 at #49, comes after it."""
    followed = replace(CLI, mine=(), follow=patterns("Marlin"))
    fell = moved(item="marlin", name="Marlin", rank=5, previous_rank=4, id="m")
    passed = "Kestrel Code passes Marlin for #4 in CLI agents"
    assert headline(cli(watchlist=followed, events=(entry(), fell))) == f"{passed} · Sable enters the top 10"
    far = entry(rank=49, previous_rank=None, rule={"n": 50})
    assert headline(cli(watchlist=followed, events=(fell, far, spike()))) == (
        f"{passed} · Sable enters the top 50 · 1 spike"
    )
    above = entry(item="roost", name="Roost", rank=3, id="r", rule={"n": 3})
    assert headline(cli(watchlist=followed, events=(fell, above))) == "Roost enters the top 3 in CLI agents"
    first = leader(evidence=SHORT_REIGN)
    assert headline(cli(watchlist=followed, events=(fell, first))) == "Foundry Agent takes #1 in CLI agents"
    assert headline(cli(watchlist=followed, events=(fell,))) == "Marlin falls to #5 in CLI agents"


def test_a_new_watchlists_change_of_places_is_no_news() -> None:
    followed = replace(CLI, mine=(), follow=patterns("Marlin"))
    assert headline(cli(watchlist=followed, new=True, events=(entry(),))) == (
        "Sable enters the top 10 in CLI agents · 1 new watchlist"
    )


def test_of_spikes_on_several_boards_the_greatest_is_said_whatever_the_ranks() -> None:
    """And the sentence beside it in an inbox begins with the next one, as the news does."""
    small = spike(item="quill", name="Quill", id="q", rank=4, evidence={**spike().evidence, "ratio": "2.2"})
    coding = ide(watchlist=WHOLE, events=(small,))
    for views in ((calm(events=(spike(),)), coding), (coding, calm(events=(spike(),)))):
        told = digest(*views)
        assert told.headline == "Loomwright grows to 3.1× its average in CLI agents · 1 spike"
        assert told.lead.startswith("Quill grows to 2.2× its average. ")
    endless = spike(item="otter", name="Otter CLI", id="o", rank=30, evidence={**spike().evidence, "ratio": None})
    both = digest(calm(events=(spike(), small, endless)))
    assert [line.name for line in both.sections[0].news] == ["Otter CLI", "Loomwright", "Quill"]


def test_other_kinds_are_counted() -> None:
    events = (entry(), milestone(), climbed(item="copper", id="c"), renamed())
    assert headline(calm(events=events)) == (
        "Sable enters the top 10 in CLI agents · 1 milestone · 1 climb · 1 new name"
    )


NAMES = st.text(min_size=1, max_size=200)


@given(NAMES, NAMES, NAMES, st.integers(0, 9), st.booleans())
def test_a_headline_is_never_longer_than_ninety_characters(
    first: str,
    second: str,
    title: str,
    number: int,
    new: bool,
) -> None:
    events = [
        leader(name=first),
        entry(name=second),
        entry(item="x", name=first, id="x"),
        spike(name=second),
        trending(),
        left(name=first),
        overtook(name=first, evidence={"passed": {**overtook().evidence["passed"], "name": second}}),
        moved(item="roost", name=second),
        milestone(item="otter", name=first),
    ][-number:]
    view = cli(watchlist=replace(CLI, title=title), events=tuple(events), new=new)
    told = digest(view, ide(new=new))
    assert 0 < len(told.headline) <= LIMIT
    assert "\n" not in told.headline + told.lead


@pytest.mark.parametrize("late", ["", "late"])
def test_the_lead_does_not_repeat_the_headline(late: str) -> None:
    told = digest(cli(events=(entry(), spike())), late=late)
    assert told.headline.split(" · ")[0] not in told.lead
