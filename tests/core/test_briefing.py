from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from bot.core.digest import CAVEAT, SCOPE, Citation
from bot.core.event import Kind, handle
from bot.core.ranking import Board, Dataset
from bot.core.view import Truth
from bot.core.watchlist import Watchlist
from tests.builders import CLI_AGENTS, DAY, MODELS, event, snapshot
from tests.scenes import (
    CLI,
    IDE,
    LAST_WEEK,
    NOW,
    THEN,
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
    whole,
    whole_entry,
)


def test_a_first_digest_says_which_followed_names_match_nothing_yet_and_later_ones_do_not() -> None:
    followed = replace(CLI, follow=patterns("Marlin", "Nobody"))
    for new, notes in ((True, ('"Nobody" matches nothing yet', "spike: too new")), (False, ("spike: too new",))):
        (section,) = digest(cli(watchlist=followed, new=new, not_evaluated=("spike: too new",))).sections
        assert section.not_evaluated == notes


def test_an_ordinary_day() -> None:
    """B1: the reader's own first, then the entry, and a count of what is left."""
    told = digest(cli(events=(entry(), spike())), ide())

    assert told.headline == "Kestrel Code passes Marlin for #4 in CLI agents · Sable enters the top 10 · 1 spike"
    assert told.lead == (
        "Loomwright grows to 3.1× its average. Kestrel Code #4 (1.84T, +6%), 51B ahead of Marlin, 310B behind Roost. "
        "CLI agents and IDE extensions on OpenRouter, 7 days to Tue 10 Nov 2026."
    )
    first, second = told.sections
    assert first.scope == "7 days to Tue 10 Nov · ranks against the day before, tokens against the week before"
    assert [news.text for news in first.news] == [
        "Sable enters the top 10: #14 → #10, 455B (+61%). First time in 40 stored days.",
        "Loomwright grows to 3.1× its average: 148B against an average of 47.8B over the three weeks before. Now #13.",
    ]
    assert first.news[0].why == (
        "Tue 10 Nov: #10 with 455,000,000,000 tokens. Mon 9 Nov: #14 with 430,000,000,000 tokens. "
        "In the top 10 on no stored day before (40 days without a gap). (Rule: in from #10, out beyond #15.)"
    )
    assert first.news[1].why == (
        "7 days to Tue 10 Nov: 148,100,000,000 tokens; to Tue 3 Nov 52,000,000,000, to Tue 27 Oct 47,500,000,000, "
        "to Tue 20 Oct 43,900,000,000. Mean 47,800,000,000, ratio 3.1×, growth 100B. (Rule: 2×, 1B.)"
    )
    assert first.quiet == ""
    assert second.quiet == "IDE extensions: nothing new since Thu 5 Nov."
    assert told.stated == ("q83d", "m04x")
    assert not told.is_quiet


def test_a_new_leader() -> None:
    """B2: alone, it takes the headline with the length of the reign that ended."""
    told = digest(calm(events=(leader(),)))

    assert told.headline == "New #1 in CLI agents: Foundry Agent, after at least 170 days of Harrier"
    assert told.lead == (
        "6.02T (+23%), Harrier 5.97T (−16%), a lead of 0.8%. Kestrel Code #4 (1.84T, +6%), 51B ahead of Marlin, "
        "310B behind Roost. CLI agents on OpenRouter, 7 days to Tue 10 Nov 2026."
    )
    (news,) = told.sections[0].news
    assert news.text == (
        "Foundry Agent takes #1: 6.02T (+23%), Harrier 5.97T (−16%), a lead of 0.8%. "
        "Harrier had led for at least 170 days."
    )
    assert news.why == (
        "Tue 10 Nov: #1 with 6,020,000,000,000 tokens. Mon 9 Nov: #2 with 5,900,000,000,000 tokens. "
        "#2 on Tue 10 Nov is Harrier with 5,970,000,000,000. "
        "Harrier had led since 24 May 2026, the oldest day of the unbroken record: at least 170 days."
    )


def test_a_first_digest_shows_the_top_five_and_says_that_it_is_new() -> None:
    told = digest(ide(new=True, current=snapshot(IDE.board, DAY, NOW)))

    assert told.headline == "IDE extensions: Harrier leads, Foundry Agent and Roost follow"
    assert told.lead == (
        "Harrier 7.21T, Foundry Agent 4.88T, Roost 2.15T. IDE extensions on OpenRouter, 7 days to Tue 10 Nov 2026."
    )
    (section,) = told.sections
    assert section.new
    assert section.scope.startswith("new watchlist · ")
    assert section.quiet == "IDE extensions is new here: from now on you read what changes."
    assert section.top_title == "Top 5, IDE extensions, 7 days to Tue 10 Nov"
    assert [line.rank for line in section.top] == [1, 2, 3, 4, 5]
    assert not told.is_quiet


def test_a_quiet_day() -> None:
    told = digest(calm(last_news=date(2026, 11, 3)), ide())

    assert told.headline == "Nothing new in CLI agents and IDE extensions: Kestrel Code stays #4"
    assert [section.quiet for section in told.sections] == [
        "CLI agents: nothing new since Tue 3 Nov.",
        "IDE extensions: nothing new since Thu 5 Nov.",
    ]
    assert told.is_quiet
    assert told.stated == ()


def test_one_item_is_one_line_over_all_watchlists() -> None:
    """The strongest kind leads, wherever it is; the others stand beside it, each with its proof."""
    coding = whole(
        events=(
            whole_entry(),
            spike(id="c1c1", item="foundry", name="Foundry Agent", watchlist="coding", rank=2),
        ),
    )
    told = digest(coding, cli(events=(leader(), entry(), spike(id="s1s1", item="foundry", name="Foundry Agent"))))

    apps, agents = told.sections
    assert [news.text for news in apps.news] == [
        (
            "Sable enters the top 10: #4 → #3, 455B (+61%). First time in 40 stored days. "
            "Also #10 in CLI agents, new in its top 10."
        )
    ]
    (proof,) = apps.news[0].also
    assert (proof.id, proof.head) == ("q83d", "Sable also #10 in CLI agents, new in its top 10")
    assert proof.text.startswith("Tue 10 Nov: #10 with 455,000,000,000 tokens.")
    (news,) = agents.news
    assert news.kind == Kind.NEW_LEADER
    assert news.text.endswith(
        "Also #2 in Coding, 3.1× its average and 3.1× its average of the three weeks before. "
        "Coding: Harrier still leads."
    )
    assert told.headline.startswith("Foundry Agent takes #1 in CLI agents")
    assert set(told.stated) == {"c0de", "c1c1", "7k2f", "q83d", "s1s1"}
    assert len(told.stated) == len(set(told.stated))


def test_where_1_has_changed_too_nobody_is_said_to_lead_still() -> None:
    """Harrier lost it there and has it on the day, unconfirmed: the line says that Foundry Agent has taken it."""
    taken = leader(id="c2c2", watchlist="coding", date=YESTERDAY, rule={"confirm_days": 2})
    coding = whole(events=(taken,), truths={taken.key: Truth(then=False, now=True)})
    told = digest(cli(events=(leader(),)), coding, days=(YESTERDAY, DAY))
    ((line,), ()) = (section.news for section in told.sections)
    assert "Also new #1 in Coding (Mon 9 Nov)" in line.text
    assert "still leads" not in line.text


def test_a_section_whose_news_is_told_elsewhere_says_where() -> None:
    coding = whole(events=(spike(id="c1c1", item="sable", name="Sable", watchlist="coding"),))
    told = digest(cli(events=(entry(),)), coding)

    assert told.sections[1].quiet == "Coding: Sable is told under CLI agents."


def test_own_moves_without_events_leave_nothing_else_to_tell() -> None:
    told = digest(cli())

    assert told.headline == "Kestrel Code passes Marlin for #4 in CLI agents"
    assert told.sections[0].quiet == "CLI agents: nothing else new."


def test_events_carry_their_date_when_several_days_are_told() -> None:
    earlier = entry(date=DAY - timedelta(days=2))
    told = digest(calm(events=(earlier,)), days=(earlier.date, DAY))

    assert told.sections[0].news[0].head == "Sable enters the top 10 (Sun 8 Nov)"
    assert "(" not in told.headline


def test_what_came_and_went_is_one_line() -> None:
    """Entered and left again between two digests: netted out, not stated."""
    came = entry(item="ibex", name="Ibex", date=DAY - timedelta(days=2), id="in")
    went = left(item="ibex", name="Ibex", date=YESTERDAY, id="out")
    told = digest(calm(events=(came, went)), days=(came.date, YESTERDAY, DAY))

    (section,) = told.sections
    assert section.news == ()
    assert section.passed == "Came and went: Ibex in the top 10 (Sun 8 Nov)."
    assert section.quiet == "CLI agents: nothing else new."
    assert told.stated == ()
    assert not told.is_quiet


def test_what_a_new_watchlist_means_is_said_once() -> None:
    new = [
        ide(new=True, current=snapshot(IDE.board, DAY, NOW)),
        ide(new=True, current=snapshot(IDE.board, DAY, NOW), watchlist=replace(IDE, id="second", title="Second")),
    ]
    assert [section.quiet for section in digest(*new).sections] == [
        "IDE extensions is new here: from now on you read what changes.",
        "Second is new here, too.",
    ]
    blind = [ide(new=True, current=None), new[1]]
    assert digest(*blind).sections[1].quiet == "Second is new here: from now on you read what changes."


def test_a_board_that_is_missing_is_said() -> None:
    told = digest(cli(current=None, previous=None, compared=None, events=(entry(),)))

    (section,) = told.sections
    assert section.scope == "no figures for Tue 10 Nov"
    assert section.top == ()
    assert section.top_title == ""
    assert section.news[0].id == "q83d"
    assert digest(cli(current=None)).sections[0].quiet == "CLI agents: no figures for Tue 10 Nov."


@pytest.mark.parametrize(
    ("window", "back", "expected"),
    [
        (1, 7, "Tue 10 Nov · ranks against the day before, tokens against Tue 3 Nov"),
        (3, 7, "3 days to Tue 10 Nov · ranks against the day before, tokens against 3 days to Tue 3 Nov"),
        (30, 30, "30 days to Tue 10 Nov · ranks against the day before, tokens against the 30 days before"),
    ],
)
def test_the_scope_names_windows_of_any_length(window: int, back: int, expected: str) -> None:
    board = Board(Dataset.APPS, window)
    view = ide(
        watchlist=Watchlist("all", "Apps", board, ()),
        current=snapshot(board, DAY, NOW),
        previous=snapshot(board, YESTERDAY, NOW),
        compared=snapshot(board, DAY - timedelta(days=back), NOW),
    )
    assert digest(view).sections[0].scope == expected


def test_the_scope_says_which_base_is_missing_or_older() -> None:
    assert digest(cli(previous=None, compared=None)).sections[0].scope == (
        "7 days to Tue 10 Nov · no earlier ranks, no earlier tokens"
    )
    older = snapshot(CLI_AGENTS, date(2026, 11, 7), NOW)
    assert "ranks against Sat 7 Nov" in digest(cli(previous=older)).sections[0].scope


def test_a_clamped_window_is_called_by_the_days_that_it_has() -> None:
    clamped = snapshot(CLI_AGENTS, DAY, NOW, start_date=DAY - timedelta(days=3))
    assert digest(cli(current=clamped)).sections[0].scope.startswith("4 days to Tue 10 Nov")


def test_each_dataset_is_cited_once_with_the_earliest_time_of_what_is_shown() -> None:
    models = ide(
        watchlist=Watchlist("models", "Models", MODELS, ()),
        current=snapshot(MODELS, DAY, NOW, as_of="2026-11-11T03:00:00"),
    )
    older = snapshot(CLI_AGENTS, DAY, NOW, as_of="2026-11-11T01:00:00+00:00")
    told = digest(cli(current=older, events=(entry(),)), ide(), models)

    assert told.provenance.citations == (
        Citation(
            "Source: OpenRouter (openrouter.ai/apps), as of 2026-11-11T01:00:00+00:00.", "https://openrouter.ai/apps"
        ),
        Citation(
            "Source: OpenRouter (openrouter.ai/rankings), as of 2026-11-11T03:00:00.", "https://openrouter.ai/rankings"
        ),
    )
    assert (told.provenance.caveat, told.provenance.scope, told.provenance.checked) == (CAVEAT, SCOPE, "11 Nov 2026")
    assert not told.provenance.sample
    assert told.sections[2].noun == "Model"


def test_a_past_day_is_checked_on_the_day_on_which_its_figures_were_fetched() -> None:
    """Composed as on the day after, of boards that were fetched ten days later: never before the time cited."""
    board = snapshot(CLI_AGENTS, DAY, NOW, as_of="2026-11-21T02:15:00Z")
    late = replace(board, fetched_at=board.fetched_at + timedelta(days=10))
    told = digest(cli(current=late), ide())
    assert (late.fetched_at.day, told.provenance.checked) == (21, "21 Nov 2026")


def test_the_time_of_an_earlier_event_counts() -> None:
    earlier = entry(date=YESTERDAY)
    told = digest(calm(events=(earlier,)), days=(YESTERDAY, DAY))
    assert told.provenance.citations[0].text.endswith("as of 2026-11-10T02:15:41.208Z.")


def test_without_a_board_its_bases_are_cited() -> None:
    told = digest(cli(current=None))
    assert told.provenance.citations[0].text.endswith("as of 2026-11-04T02:15:41.208Z.")
    assert digest(cli(current=None, previous=None, compared=None)).provenance.citations == ()


@pytest.mark.parametrize("which", ["current", "previous", "compared"])
def test_any_invented_figure_marks_the_message(which: str) -> None:
    sample = snapshot(
        CLI_AGENTS, {"current": DAY, "previous": YESTERDAY, "compared": LAST_WEEK}[which], NOW, sample=True
    )
    assert digest(cli(**{which: sample})).provenance.sample


def test_an_event_without_a_handle_gets_the_one_it_would_have() -> None:
    unsaved = event(id="")
    assert digest(cli(events=(unsaved,))).stated == (handle(unsaved.key),)


def test_news_is_ordered_by_kind_then_followed_then_rank() -> None:
    events = (
        left(),
        trending(),
        spike(),
        entry(),
        entry(id="mmmm", item="marlin", name="Marlin", rank=11),
        entry(id="aaaa", item="otter", name="Otter CLI", rank=7),
        leader(),
    )
    told = digest(cli(events=events))
    assert told.stated == ("7k2f", "mmmm", "aaaa", "q83d", "m04x", "w1w1", "t5w9")


def test_titles_from_the_configuration_are_cleaned() -> None:
    titled = replace(CLI, title="CLI\nagents\u202e")
    assert digest(cli(watchlist=titled)).sections[0].title == "CLI agents"


def test_a_title_stays_out_of_the_way_of_an_empty_digest() -> None:
    told = digest()
    assert told.headline == "No figures for Tue 10 Nov"
    assert told.lead == "10 Nov 2026."
    assert told.provenance.citations == ()


def test_what_was_not_evaluated_is_said_once_with_dates_as_elsewhere() -> None:
    notes = tuple(f"trending: the trending list of 2026-11-0{day} is missing" for day in (7, 8, 9))
    told = digest(cli(not_evaluated=(*notes, notes[0])))
    assert told.sections[0].not_evaluated == ("trending: the trending list of Sat 7 to Mon 9 Nov is missing",)


def test_after_a_gap_the_scope_names_the_last_day_before_it() -> None:
    notes = tuple(f"no data came for 2026-11-0{day}" for day in (7, 8, 9))
    before = snapshot(CLI_AGENTS, date(2026, 11, 6), THEN)
    (section,) = digest(cli(previous=before, not_evaluated=notes)).sections
    assert section.scope == (
        "7 days to Tue 10 Nov · ranks against Fri 6 Nov (the last day before a gap), tokens against the week before"
    )
    assert section.not_evaluated == ("no data came for Sat 7 to Mon 9 Nov",)
    assert [line.was for line in section.top if line.glyph] != []


def test_a_gap_elsewhere_leaves_the_base_of_ranks_as_it_is() -> None:
    before = snapshot(CLI_AGENTS, date(2026, 11, 6), THEN)
    (section,) = digest(cli(previous=before, not_evaluated=("no data came for 2026-11-08",))).sections
    assert "ranks against Fri 6 Nov, tokens" in section.scope


def test_an_event_beside_another_carries_its_own_day() -> None:
    told = digest(calm(events=(entry(), spike(item="sable", name="Sable", date=YESTERDAY))), days=(YESTERDAY, DAY))
    (news,) = told.sections[0].news
    assert news.text == (
        "Sable enters the top 10 (Tue 10 Nov): #14 → #10, 455B (+61%). First time in 40 stored days. "
        "Also 3.1× its average of the three weeks before (Mon 9 Nov)."
    )


def test_the_trending_list_is_cited_where_it_is_told() -> None:
    twin = snapshot(CLI_AGENTS.twin, DAY, [("quill", "Quill", 5)], as_of="2026-11-11T01:00:00.000Z")
    assert "T02:15:41.208Z" in digest(calm(twin=twin)).provenance.citations[0].text
    told = digest(calm(twin=twin, events=(trending(date=YESTERDAY),)), days=(YESTERDAY, DAY))
    assert "as of 2026-11-10T02:15:41.208Z" in told.provenance.citations[0].text
    told = digest(calm(twin=twin, events=(trending(),)))
    assert "as of 2026-11-11T01:00:00.000Z" in told.provenance.citations[0].text
