"""What a digest draws: whose courses, over which days, with which gaps, and what is said instead of the picture."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from bot.core import charting
from bot.core.briefing import compose
from bot.core.charts import Column, Picture, RankChart, Role, SpikeChart, TokenChart
from bot.core.event import Event, Kind
from bot.core.ranking import Snapshot
from bot.core.view import View
from tests.builders import CLI_AGENTS, CODING, DAY, B, as_of, event, snapshot
from tests.scenes import CLI, NOW, THEN, WHOLE, calm, cli, ide, patterns


def back(days: int) -> date:
    return DAY - timedelta(days=days)


def boards(**changes: Any) -> tuple[Snapshot, ...]:
    """Six days with one missing; Tern CLI is on the boards of the last three only, Kestrel Code has passed Marlin."""
    without = [row for row in THEN if row[0] != "tern"]
    days = [(back(5), without), (back(4), without), (back(2), THEN), (back(1), THEN), (DAY, NOW)]
    return tuple(snapshot(CLI_AGENTS, day, listed, **changes) for day, listed in days)


def lively(**changes: Any) -> View:
    """The CLI agents, of which there is something to tell, with six days at hand."""
    return cli(**{"events": (event(),), "recent": boards(), **changes})


def drawn(*views: View) -> tuple[Picture, ...]:
    """The pictures; the courses of tokens have tests of their own."""
    charts = compose("team", day=DAY, days=(DAY,), views=views, late="", checked=back(-1)).charts
    return tuple(chart for chart in charts if not isinstance(chart, TokenChart))


def spike(**changes: Any) -> Event:
    """Loomwright's spike over a baseline of which one window did not list it."""
    baseline = [
        {"end_date": "2026-11-03", "tokens": str(52 * B), "bounded": False, "held": True},
        {"end_date": "2026-10-27", "tokens": str(47 * B), "bounded": False, "held": True},
        {"end_date": "2026-10-20", "tokens": str(44 * B), "bounded": True, "held": False},
    ]
    usual: dict[str, Any] = {
        "kind": Kind.SPIKE,
        "item": "loom",
        "name": "Loomwright",
        "rank": 13,
        "previous_rank": 13,
        "tokens": 148 * B,
        "rule": {"ratio": "2", "min_growth": str(B), "within": 50},
        "evidence": {
            "baseline": baseline,
            "mean": str(47_666_666_667),
            "excess": str(100 * B),
            "ratio": "3.10",
            "at_least": True,
        },
    }
    return event(**{**usual, **changes})


def test_courses_of_yours_then_followed_then_the_top_with_gaps_where_days_are_missing() -> None:
    chart = drawn(lively())[0]
    assert isinstance(chart, RankChart)
    assert chart.days == tuple(back(days) for days in range(5, -1, -1))
    assert [(course.item, course.role, course.ranks) for course in chart.courses] == [
        ("kestrel", Role.MINE, (5, 5, None, 5, 5, 4)),
        ("marlin", Role.FOLLOWED, (4, 4, None, 4, 4, 5)),
        ("roost", Role.FOLLOWED, (3, 3, None, 3, 3, 3)),
        ("tern", Role.FOLLOWED, (None, None, None, 9, 9, 11)),
        ("harrier", Role.TOP, (1, 1, None, 1, 1, 1)),
        ("foundry", Role.TOP, (2, 2, None, 2, 2, 2)),
    ]
    assert (chart.title, chart.sample) == ("CLI agents", False)
    assert chart.subtitle == "Ranks by tokens of 7 days, 5 November to 10 November 2026"


def test_what_is_said_instead_of_the_picture_has_its_numbers() -> None:
    chart = drawn(lively())[0]
    assert chart.alt == (
        "Ranks in CLI agents, 5 November to 10 November 2026. Kestrel Code #5 → #4 (best #4, worst #5). Marlin #4 → #5 "
        "(best #4, worst #5). Roost #3 throughout. Tern CLI #9 → #11 (best #9, worst #11). Harrier #1 throughout. "
        "Foundry Agent #2 throughout."
    )


def test_who_is_gone_and_who_came_back_is_said() -> None:
    gone = snapshot(CLI_AGENTS, DAY, [row for row in NOW if row[0] != "kestrel"])
    chart = drawn(lively(current=gone, recent=(*boards()[:-1], gone)))[0]
    assert "Kestrel Code #5 → not listed (best #5, worst #5)." in chart.alt
    there_and_back = (snapshot(CLI_AGENTS, back(3), NOW), *boards()[2:])
    assert "Kestrel Code #4 then and now (best #4, worst #5)." in drawn(lively(recent=there_and_back))[0].alt


def test_the_source_is_cited_with_the_earliest_time_of_what_is_drawn() -> None:
    chart = drawn(lively())[0]
    assert chart.source == f"Source: OpenRouter (openrouter.ai/apps), as of {as_of(back(5))}."


def test_sample_data_is_marked() -> None:
    assert all(chart.sample for chart in drawn(lively(recent=boards(sample=True), events=(spike(),))))


def test_fewer_than_three_stored_days_are_no_course() -> None:
    assert drawn(lively(recent=boards()[-2:])) == ()
    assert len(drawn(lively(recent=boards()[-3:]))) == 1


def test_scattered_days_are_no_course() -> None:
    """The weeks that a first run stores beside its day: what is left of a course are dashes."""
    scattered = tuple(snapshot(CLI_AGENTS, back(days), NOW) for days in (14, 7, 1, 0))
    assert drawn(lively(recent=scattered)) == ()
    half = tuple(snapshot(CLI_AGENTS, back(days), NOW) for days in (7, 5, 1, 0))
    assert len(drawn(lively(recent=half))) == 1


def test_who_takes_first_place_from_whom_is_drawn_as_if_followed() -> None:
    led = event(
        kind=Kind.NEW_LEADER,
        item="harrier",
        name="Harrier",
        rank=1,
        previous_rank=2,
        rule={"confirm_days": 1},
        evidence={"previous_leader": {"id": "foundry", "name": "Foundry Agent"}, "since": None, "flips": 0},
    )
    roles = {course.item: course.role for course in ranked(lively(events=(led,))).courses}
    assert (roles["harrier"], roles["foundry"]) == (Role.FOLLOWED, Role.FOLLOWED)
    assert sum(role is not Role.TOP for role in roles.values()) == charting.OWN, "each has a colour of its own"
    roles = {course.item: course.role for course in ranked(lively()).courses}
    assert (roles["harrier"], roles["foundry"]) == (Role.TOP, Role.TOP)


def ranked(view: View) -> RankChart:
    """The first picture, which is of ranks."""
    chart = drawn(view)[0]
    assert isinstance(chart, RankChart)
    return chart


def test_without_a_board_of_the_day_nothing_is_drawn() -> None:
    section = replace(compose("t", day=DAY, days=(DAY,), views=[cli()], late="", checked=DAY).sections[0])
    assert charting.ranks(cli(current=None, recent=boards()), section) is None


def test_a_quiet_digest_draws_nothing() -> None:
    assert drawn(calm(recent=boards())) == ()


def test_a_board_without_own_is_drawn_only_for_a_new_leader() -> None:
    recent = tuple(snapshot(CODING, back(days), NOW[:5]) for days in (2, 1, 0))
    watched = replace(WHOLE, mine=(), follow=())
    scene = cli(watchlist=watched, current=recent[-1], previous=recent[-2], recent=recent)
    led = event(
        kind=Kind.NEW_LEADER,
        watchlist=WHOLE.id,
        board=CODING.key,
        item="harrier",
        name="Harrier",
        rank=1,
        previous_rank=2,
        rule={"confirm_days": 1},
        evidence={"led_by": {"id": "foundry", "name": "Foundry Agent"}, "since": None, "flips": 0},
    )
    entered = event(watchlist=WHOLE.id, board=CODING.key)
    section = compose("t", day=DAY, days=(DAY,), views=[replace(scene, events=(entered,))], late="", checked=DAY)
    assert section.charts == ()
    (news,) = section.sections[0].news
    told = replace(section.sections[0], news=(replace(news, kind=led.kind.value),))
    chart, tokens = charting.charts([scene], [told])
    assert isinstance(chart, RankChart)
    assert isinstance(tokens, TokenChart)
    assert [course.role for course in chart.courses] == [Role.TOP] * 5


def test_two_boards_at_most_those_with_own_first() -> None:
    own = lively()
    second = lively(watchlist=replace(CLI, id="two", title="Two"))
    third = lively(watchlist=replace(CLI, id="three", title="Three"))
    assert [chart.title for chart in drawn(ide(), own, second, third)] == ["CLI agents", "Two"]


def test_of_many_followed_the_readers_own_and_four_others_are_drawn() -> None:
    watched = replace(CLI, mine=patterns("petrel"), follow=patterns("*"))
    chart = drawn(lively(watchlist=watched))[0]
    assert isinstance(chart, RankChart)
    assert [course.item for course in chart.courses if course.role is Role.MINE] == ["petrel"]
    assert [course.item for course in chart.courses if course.role is Role.FOLLOWED] == [
        "harrier",
        "foundry",
        "roost",
        "kestrel",
    ]
    assert [course.item for course in chart.courses if course.role is Role.TOP] == ["marlin"]


def test_an_empty_board_has_no_courses() -> None:
    empty = tuple(snapshot(CLI_AGENTS, back(days), []) for days in (2, 1, 0))
    section = compose("t", day=DAY, days=(DAY,), views=[cli()], late="", checked=DAY).sections[0]
    assert charting.ranks(cli(current=empty[-1], recent=empty), replace(section, standing=())) is None


def test_a_spike_stands_beside_its_baseline_by_the_figures_that_it_is_told_with() -> None:
    (chart,) = drawn(cli(events=(spike(),)))
    assert isinstance(chart, SpikeChart)
    assert (chart.title, chart.subtitle) == ("Loomwright", "Tokens in CLI agents, 7 days to each date")
    assert chart.columns == (
        Column("Tue 20 Oct", 44 * B, bounded=True),
        Column("Tue 27 Oct", 47 * B),
        Column("Tue 3 Nov", 52 * B),
        Column("Tue 10 Nov", 148 * B),
    )
    assert (chart.mean, chart.base) == (47_666_666_667, "mean of the 3 before: at most 47.7B")
    assert chart.alt == (
        "Loomwright: 148B on Tue 10 Nov, against a mean of at most 47.7B over the three weeks before: "
        "at most 44.0B on Tue 20 Oct, 47.0B on Tue 27 Oct and 52.0B on Tue 3 Nov."
    )
    assert chart.source == f"Source: OpenRouter (openrouter.ai/apps), as of {as_of(DAY)}."


def test_a_window_of_which_nothing_is_known_is_no_zero() -> None:
    """Of a lab that a window does not list there is not even a bound."""
    plain = spike()
    first, *others = plain.evidence["baseline"]
    absent = {**first, "tokens": "0", "held": False}
    evidence = {**plain.evidence, "baseline": [absent, *others], "at_least": False}
    (chart,) = drawn(cli(events=(replace(plain, evidence=evidence),)))
    assert isinstance(chart, SpikeChart)
    assert chart.columns[2] == Column("Tue 3 Nov", None)
    assert "and not listed on Tue 3 Nov." in chart.alt
    assert "a mean of 47.7B over" in chart.alt


def test_of_several_spikes_the_first_is_drawn_and_one_of_a_single_day_says_so() -> None:
    daily = spike(window_days=1)
    charts = drawn(cli(events=(daily, spike(item="quill", name="Quill", rank=12))))
    assert [chart.kind for chart in charts] == ["spike"]
    assert (charts[0].title, charts[0].subtitle) == ("Loomwright", "Tokens in CLI agents, one day each")


def test_a_spike_that_is_not_told_here_is_not_drawn() -> None:
    """An item is told once: the section that only refers to it draws nothing."""
    view = cli(events=(spike(),))
    section = compose("t", day=DAY, days=(DAY,), views=[view], late="", checked=DAY).sections[0]
    assert charting.charts([view], [replace(section, standing=(), news=())]) == ()
