"""What is always shown tells its own moves: no second line, but each event stated and proved."""

from __future__ import annotations

from dataclasses import replace

from bot.core import moves, proofs
from bot.core.event import Event, Kind
from bot.core.view import Truth, View
from tests.builders import CLI_AGENTS, DAY, snapshot
from tests.scenes import CLI, NOW, THEN, YESTERDAY, calm, cli, digest, entry, leader, patterns, spike
from tests.ways import moved, overtook

MARLIN_FELL = moved(id="fe11", item="marlin", name="Marlin", rank=5, previous_rank=4)


def lines(view: View) -> dict[str, tuple[str, tuple[str, ...]]]:
    """(gap, handles of what the line tells) by item."""
    (section,) = digest(view).sections
    return {row.item: (row.gap, tuple(move.id for move in row.moves)) for row in section.standing}


def test_an_ordinary_day_tells_moves_and_overtakes_where_ranks_are_shown() -> None:
    """B1, with all its events: the headline says the overtake, the lines show the moves, the news has the rest."""
    told = digest(cli(events=(overtook(), moved(), MARLIN_FELL, entry(), spike())))
    assert told.headline == "Kestrel Code passes Marlin for #4 in CLI agents · Sable enters the top 10 · 1 spike"
    (section,) = told.sections
    assert [news.id for news in section.news] == ["q83d", "m04x"]
    assert [(row.item, [move.id for move in row.moves]) for row in section.standing] == [
        ("kestrel", ["0ver", "m0ve"]),
        ("marlin", ["fe11"]),
        ("roost", []),
        ("tern", []),
    ]
    assert set(told.stated) == {"0ver", "m0ve", "fe11", "q83d", "m04x"}
    assert not told.is_quiet


def test_the_proofs_of_a_line_replace_the_one_that_its_ranks_give() -> None:
    (section,) = digest(cli(events=(overtook(),))).sections
    kestrel = section.standing[0]
    assert kestrel.proof == ""
    assert [(move.head, move.text) for move in kestrel.moves] == [
        ("Kestrel Code passes Marlin for #4", proofs.why(overtook())),
    ]
    (section,) = digest(cli(events=(moved(),))).sections
    assert section.standing[0].proof.startswith("Kestrel Code passed Marlin. ")


def test_whom_an_item_passed_is_said_unless_its_line_has_it_anyhow() -> None:
    assert lines(cli(events=(overtook(),)))["kestrel"] == ("51B ahead of Marlin, 310B behind Roost", ("0ver",))
    followed = replace(CLI, mine=(), follow=patterns("kestrel code", "Marlin"))
    assert lines(cli(watchlist=followed, events=(overtook(),)))["kestrel"] == (
        "passes Marlin, 310B behind Roost",
        ("0ver",),
    )


def test_whom_a_newcomer_passed_is_said_once() -> None:
    before = snapshot(CLI_AGENTS, YESTERDAY, [row for row in THEN if row[0] != "kestrel"])
    gap, _ = lines(cli(previous=before, events=(overtook(previous_rank=None),)))["kestrel"]
    assert gap == "not listed before, 51B ahead of Marlin, 310B behind Roost"


def test_a_name_that_begins_another_is_another() -> None:
    """It is ahead of Marlin 2, and passed Marlin, which is further down."""
    second = snapshot(CLI_AGENTS, DAY, [*NOW[:4], ("m2", "Marlin 2", NOW[4][2]), *NOW[4:]])
    gap, _ = lines(cli(current=second, events=(overtook(),)))["kestrel"]
    assert gap == "passes Marlin, 51B ahead of Marlin 2, 310B behind Roost"


def test_who_took_the_first_place_from_whom_is_said_in_the_news_alone() -> None:
    """Harrier led, and Roost has passed Harrier, too."""
    now = snapshot(CLI_AGENTS, DAY, [NOW[3], NOW[2], NOW[0], *NOW[4:]])
    former = {"id": "harrier", "name": "Harrier", "rank": 3, "previous_rank": 1, "tokens": "1", "previous_tokens": "2"}
    took = leader(item="kestrel", name="Kestrel Code", evidence={"previous_leader": former})
    past = overtook(evidence={"passed": former}, rank=1)
    roost = overtook(id="r0", key="r0", item="roost", name="Roost", evidence={"passed": former}, rank=2)
    view = cli(current=now, events=(took, past, roost))
    assert lines(view)["kestrel"] == ("310B ahead of Roost", ("0ver",))
    assert lines(view)["roost"][0].startswith("passes Harrier, ")
    assert lines(replace(view, events=(past,)))["kestrel"][0] == "passes Harrier, 310B ahead of Roost"


def passing(*names: str) -> tuple[Event, ...]:
    """Kestrel Code passes each of them."""
    usual = overtook().evidence["passed"]
    board = snapshot(CLI_AGENTS, DAY, NOW)
    return tuple(
        overtook(
            id=f"o{place}",
            key=f"w/b/overtook:kestrel>{name}/kestrel/{DAY}",
            evidence={"passed": {**usual, "id": name, "name": name.title(), "rank": board.rank(name)}},
        )
        for place, name in enumerate(names)
    )


def test_of_many_that_were_passed_some_are_named_and_the_best_comes_first() -> None:
    last = [row for row in THEN if row[0] != "kestrel"]
    before = snapshot(CLI_AGENTS, YESTERDAY, [*last, ("kestrel", "Kestrel Code", 1)])
    followed = replace(CLI, mine=(), follow=patterns("kestrel code"))
    events = passing("otter", "petrel", "marlin")
    told = digest(cli(watchlist=followed, previous=before, events=events))
    assert told.sections[0].standing[0].gap == "passes Otter, Petrel and 1 other, 310B behind Roost"
    assert told.headline == "Kestrel Code passes Marlin for #4 in CLI agents"


def test_an_overtake_of_others_is_news() -> None:
    strangers = replace(CLI, mine=(), follow=())
    (section,) = digest(cli(watchlist=strangers, events=(overtook(),))).sections
    assert [news.text for news in section.news] == [
        "Kestrel Code passes Marlin for #4: #5 → #4, 1.84T (+6%), 51B ahead."
    ]


def test_without_a_board_there_is_no_line_and_so_they_are_news() -> None:
    (section,) = digest(cli(current=None, events=(moved(),))).sections
    assert [news.id for news in section.news] == ["m0ve"]


def test_a_stronger_event_of_the_item_leads_and_its_move_is_not_said_beside_it() -> None:
    entered = entry(id="ent", item="kestrel", name="Kestrel Code", rank=4, previous_rank=5, rule={"n": 4, "margin": 0})
    told = digest(cli(events=(entered, moved(), overtook())))
    (section,) = told.sections
    assert [(news.id, news.also) for news in section.news] == [("ent", ())]
    assert "Also" not in section.news[0].text
    assert set(told.stated) == {"ent", "m0ve", "0ver"}


def test_where_nothing_but_moves_happened_the_rest_is_quiet() -> None:
    told = digest(cli(events=(moved(), MARLIN_FELL)))
    (section,) = told.sections
    assert section.news == ()
    assert section.quiet == "CLI agents: nothing else new."


def test_moves_that_came_and_went_are_named_after_all_else() -> None:
    back = snapshot(CLI_AGENTS, YESTERDAY, NOW)
    step = moved(date=YESTERDAY, rank=6, key=f"w/b/moved/kestrel/{YESTERDAY}")
    came = entry(date=YESTERDAY, item="nobody", name="Nobody", id="n")
    gone = {came.key: Truth(then=False, now=False)}
    told = digest(calm(previous=back, events=(step, came), truths=gone), days=(YESTERDAY, DAY))
    assert told.sections[0].passed == (
        "Came and went: Nobody in the top 10 (Mon 9 Nov) and Kestrel Code at #6 (Mon 9 Nov)."
    )
    assert told.stated == ()


def test_nothing_is_looked_up_where_nothing_moved() -> None:
    assert moves.shown(cli(), (entry(),)) == ()
    assert Kind.MOVED not in {event.kind for event in moves.shown(cli(), (entry(), overtook()))}
