from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from bot.core import standing
from bot.core.digest import Standing
from bot.core.view import View
from tests.builders import CLI_AGENTS, DAY, B, snapshot
from tests.scenes import CLI, LAST_WEEK, NOW, THEN, WEEK_BEFORE, YESTERDAY, calm, cli, patterns, rows


def lines(view: View) -> dict[str, Standing]:
    return {line.item: line for line in standing.standings(view)}


def test_standing_has_rank_tokens_change_and_gap_in_the_order_of_the_watchlist() -> None:
    found = [(row.glyph, row.rank, row.name, row.tokens, row.change, row.gap) for row in standing.standings(cli())]
    assert found == [
        ("▲", "5 → 4", "Kestrel Code", "1.84T", "+6%", "51B ahead of Marlin, 310B behind Roost"),
        ("▼", "4 → 5", "Marlin", "1.79T", "+1%", "51B behind Kestrel Code"),
        ("=", "3", "Roost", "2.15T", "+2%", "2.7T behind Foundry Agent"),
        ("▼", "9 → 11", "Tern CLI", "402B", "−8%", "53B behind Sable"),
    ]
    assert [row.mine for row in standing.standings(cli())] == [True, False, False, False]


def test_who_leads_is_ahead_of_the_second() -> None:
    watched = replace(CLI, mine=(), follow=patterns("harrier"))
    assert lines(cli(watchlist=watched))["harrier"].gap == "2.3T ahead of Foundry Agent"


def test_the_last_of_a_board_and_equal_tokens() -> None:
    watched = replace(CLI, mine=patterns("b"), follow=())
    view = cli(watchlist=watched, current=snapshot(CLI_AGENTS, DAY, [("a", "A", B), ("b", "B", B)]))
    assert lines(view)["b"].gap == "not listed before, level with A"


def test_an_item_is_shown_once_however_many_patterns_mean_it() -> None:
    watched = replace(CLI, mine=patterns("kestrel*"), follow=patterns("id:kestrel", "*"))
    rows = standing.standings(cli(watchlist=watched))
    assert len(rows) == len({row.item for row in rows}) == len(NOW)
    assert rows[0].item == "kestrel"
    assert rows[0].mine


def test_a_former_name_counts() -> None:
    watched = replace(CLI, mine=patterns("Old Kestrel"), follow=())
    row = lines(cli(watchlist=watched, names={"kestrel": ("Kestrel Code", "Old Kestrel")}))["kestrel"]
    assert row.rank == "5 → 4"


def test_what_is_not_listed_has_a_line_that_says_so() -> None:
    """By its own text where nothing is known of it, by its name where there is one."""
    watched = replace(CLI, mine=patterns("Nobody"), follow=patterns("id:77", "Gone *"))
    names = {"77": ("Seventy-seven",), "1": ("Gone one",), "2": ("Gone two",), "3": ()}
    rows = [
        (row.item, row.name, row.mine, row.glyph, row.rank, row.tokens, row.change, row.gap, row.proof)
        for row in lines(cli(watchlist=watched, names=names)).values()
    ]
    assert rows == [
        ("Nobody", "Nobody", True, "", "not listed", "", "", "", ""),
        ("77", "Seventy-seven", False, "", "not listed", "", "", "", ""),
        ("Gone *", "Gone *", False, "", "not listed", "", "", "", ""),
    ]


def test_who_left_the_board_keeps_the_rank_that_it_had() -> None:
    without = [row for row in NOW if row[0] != "tern"]
    row = lines(cli(current=snapshot(CLI_AGENTS, DAY, without)))["tern"]
    assert (row.rank, row.gap, row.tokens, row.mine) == ("not listed", "was #9", "", False)
    deep = lines(cli(current=snapshot(CLI_AGENTS, DAY, without, depth=len(without))))["tern"]
    assert deep.rank == "outside the top 12"
    former = cli(
        watchlist=replace(CLI, mine=(), follow=patterns("Old Tern")),
        current=snapshot(CLI_AGENTS, DAY, without),
        names={"tern": ("Tern CLI", "Old Tern")},
    )
    assert lines(former)["tern"].gap == "was #9"


def test_each_of_several_that_left_has_its_line() -> None:
    own = replace(CLI, mine=patterns("tern*", "Sable"), follow=patterns("Tern CLI"))
    without = [row for row in NOW if row[0] not in ("tern", "sable")]
    rows = standing.standings(cli(watchlist=own, current=snapshot(CLI_AGENTS, DAY, without)))
    assert [(row.item, row.mine, row.gap) for row in rows] == [("tern", True, "was #9"), ("sable", True, "was #12")]


def test_what_was_never_listed_may_stand_below_what_the_board_shows() -> None:
    own = replace(CLI, mine=patterns("Nobody"), follow=())
    (row,) = standing.standings(cli(watchlist=own, current=snapshot(CLI_AGENTS, DAY, NOW, depth=len(NOW))))
    assert row.rank == "outside the top 13"


def test_who_left_the_board_and_is_not_followed_has_no_line() -> None:
    without = [row for row in NOW if row[0] != "ibex"]
    assert set(lines(cli(current=snapshot(CLI_AGENTS, DAY, without)))) == {"kestrel", "marlin", "roost", "tern"}


def test_where_the_board_did_not_look_as_deep_before_that_is_said() -> None:
    row = lines(cli(previous=snapshot(CLI_AGENTS, YESTERDAY, THEN[:4], depth=4)))["kestrel"]
    assert row.gap.startswith("outside the top 4 before, ")


def test_without_a_board_there_is_no_standing() -> None:
    assert standing.standings(cli(current=None)) == ()
    assert standing.top(cli(current=None), 10) == ()


def test_without_bases_there_is_neither_move_nor_change() -> None:
    row = lines(cli(previous=None, compared=None))["kestrel"]
    assert (row.glyph, row.rank, row.change, row.proof) == ("", "4", "", "")


def test_an_item_that_the_window_before_does_not_list_has_no_base() -> None:
    fewer = snapshot(CLI_AGENTS, LAST_WEEK, [row for row in WEEK_BEFORE if row[0] != "kestrel"])
    assert lines(cli(compared=fewer))["kestrel"].change == standing.NO_BASE


def test_the_top_names_the_rank_before_where_it_differs() -> None:
    top = standing.top(cli(), 10)
    assert [(line.rank, line.glyph, line.was) for line in top[2:5]] == [(3, "=", ""), (4, "▲", "5"), (5, "▼", "4")]
    assert [(line.tokens, line.change) for line in top[3:5]] == [("1.84T", "+6%"), ("1.79T", "+1%")]
    assert [line.name for line in top if line.followed] == ["Roost", "Kestrel Code", "Marlin"]
    assert len(top) == 10
    new = standing.top(cli(previous=snapshot(CLI_AGENTS, YESTERDAY, THEN[:5], depth=5)), 10)[9]
    assert (new.glyph, new.was) == ("", "below #5")
    new = standing.top(cli(previous=snapshot(CLI_AGENTS, YESTERDAY, THEN[:5])), 10)[9]
    assert (new.glyph, new.was) == ("", "not listed")


def test_passing_and_being_passed_are_proved_by_both_days() -> None:
    assert lines(cli())["kestrel"].proof == (
        "Kestrel Code passed Marlin. "
        "Mon 9 Nov: Kestrel Code #5 with 1,781,000,000,000, Marlin #4 with 1,786,000,000,000. "
        "Tue 10 Nov: Kestrel Code #4 with 1,842,000,000,000, Marlin #5 with 1,791,000,000,000."
    )
    passed = lines(cli(watchlist=replace(CLI, mine=patterns("Marlin"))))["marlin"]
    assert passed.proof.startswith("Kestrel Code passed Marlin. ")
    assert lines(cli())["marlin"].proof == ""


def test_a_rise_past_whoever_left_passes_nobody() -> None:
    """Harrier left the board: everybody is one rank higher, and nobody passed anybody."""
    view = calm(current=snapshot(CLI_AGENTS, DAY, NOW[1:]))
    assert lines(view)["kestrel"].rank == "4 → 3"
    assert standing.passing(view) is None


def test_passing_needs_both_days_and_an_own_item() -> None:
    assert standing.passing(cli(previous=None)) is None
    assert standing.passing(cli(current=None)) is None
    assert standing.passing(cli(watchlist=replace(CLI, mine=()))) is None
    own = replace(CLI, mine=patterns("Loomwright", "Petrel"))
    assert standing.passing(cli(watchlist=own)) is None


def test_an_own_item_may_be_meant_by_a_name_that_it_bore() -> None:
    own = replace(CLI, mine=patterns("Old Kestrel"), follow=())
    found = standing.passing(cli(watchlist=own, names={"kestrel": ("Kestrel Code", "Old Kestrel")}))
    assert found is not None
    assert (found[0].item, found[1].item, found[2]) == ("kestrel", "marlin", True)


def test_no_tokens_are_proved_as_none() -> None:
    own = replace(CLI, mine=patterns("a"), follow=())
    days = [
        snapshot(CLI_AGENTS, day, [(item, item, 0) for item in order])
        for day, order in ((DAY, "ab"), (YESTERDAY, "ba"))
    ]
    assert lines(cli(watchlist=own, current=days[0], previous=days[1]))["a"].proof == (
        "a passed b. Mon 9 Nov: a #2 with 0, b #1 with 0. Tue 10 Nov: a #1 with 0, b #2 with 0."
    )


def test_tokens_of_the_last_seven_days_are_drawn_with_gaps() -> None:
    """Days of which no board is stored, and on which the item was not listed, are dots; older ones are not shown."""
    days = {9: "kestrel 9", 6: "kestrel 10 tern 1", 4: "kestrel 20 tern 2", 1: "harrier 1", 0: "kestrel 30"}
    recent = tuple(snapshot(CLI_AGENTS, DAY - timedelta(days=back), rows(listed)) for back, listed in days.items())
    drawn = lines(cli(recent=recent))
    assert drawn["kestrel"].spark == "▁·▅···█"
    assert drawn["tern"].spark == ""
