"""The generated world: exact, the same for the same seed and calendar, and as restless as the real one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest

from bot.core.ranking import OTHER, Sort
from bot.core.taxonomy import CATEGORIES, CATEGORY_OF
from bot.sandbox import World
from bot.sandbox.market import HIDDEN_CYCLE, AppMarket
from bot.sandbox.roster import App, apps
from bot.sandbox.source import AppRow, AppView
from bot.sandbox.world import FLOOR_A_DAY

DAY = timedelta(days=1)
ROSTER = {app.app_id: app for app in apps()}


def rows(world: World, now: datetime, end: date, *, days: int = 7, **view: Any) -> list[AppRow]:
    return list(world.apps(AppView(end - (days - 1) * DAY, end, **view), now).rows)


def ids(ranked: list[AppRow]) -> list[int]:
    return [row.app_id for row in ranked]


def visible(world: World, now: datetime) -> list[App]:
    return [app for app in apps() if not world._market.hidden(app, now.date() - DAY if now.hour < 12 else now.date())]


@pytest.fixture(scope="module")
def daily(world: World, last_day: date) -> Callable[[date, date], Counter[int]]:
    """Every app's tokens between two days, added up from the days one by one."""
    market = AppMarket(world.seed, apps())
    days = {
        world.first_day + step * DAY: market.on(world.first_day + step * DAY)
        for step in range((last_day - world.first_day).days + 1)
    }

    def total(start: date, end: date) -> Counter[int]:
        sums: Counter[int] = Counter()
        for day, figures in days.items():
            if start <= day <= end:
                sums.update({app.app_id: tokens for app, tokens in zip(apps(), figures, strict=True)})
        return sums

    return total


# ── exactness ────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("window", [(0, 1), (0, 7), (3, 30), (60, 90), (150, 60), (0, 366)])
def test_a_window_is_the_exact_sum_of_its_days_in_order_down_to_the_floor(
    world: World, now: datetime, daily: Callable[[date, date], Counter[int]], last_day: date, window: tuple[int, int]
) -> None:
    back, days = window
    end = last_day - back * DAY
    sums = daily(end - (days - 1) * DAY, end)
    wanted = [(app.app_id, sums[app.app_id]) for app in visible(world, now) if sums[app.app_id] >= FLOOR_A_DAY * days]
    wanted.sort(key=lambda pair: (-pair[1], pair[0]))
    assert [(row.app_id, row.tokens) for row in rows(world, now, end, days=days)] == wanted


@pytest.mark.parametrize("view", [(1, None), (7, None), (7, "coding"), (30, "coding"), (80, None)])
def test_trending_is_the_growth_over_the_mean_of_the_three_windows_before(
    world: World,
    now: datetime,
    daily: Callable[[date, date], Counter[int]],
    last_day: date,
    view: tuple[int, str | None],
) -> None:
    days, category = view
    start = last_day - (days - 1) * DAY
    current = daily(start, last_day)
    before = daily(start - 3 * days * DAY, start - DAY)
    growing = [
        (-(3 * current[app.app_id] - before[app.app_id]), app.app_id)
        for app in visible(world, now)
        if current[app.app_id] >= FLOOR_A_DAY * days
        and 3 * current[app.app_id] > before[app.app_id]
        and (category is None or set(app.tags) & set(CATEGORIES[category]))
    ]
    answered = rows(world, now, last_day, days=days, sort=Sort.TRENDING, category=category)
    assert ids(answered) == [app_id for _, app_id in sorted(growing)]
    assert all(row.tokens == current[row.app_id] for row in answered)


def test_requests_add_up_like_tokens(world: World, now: datetime, last_day: date) -> None:
    whole = rows(world, now, last_day, days=2)[0]
    parts = [
        row.requests
        for step in range(2)
        for row in rows(world, now, last_day - step * DAY, days=1)
        if row.app_id == whole.app_id
    ]
    assert whole.requests == sum(parts) > 0


def test_a_category_board_is_the_whole_one_with_the_others_left_out(
    world: World, now: datetime, last_day: date
) -> None:
    everything = rows(world, now, last_day)
    for subcategory in CATEGORY_OF:
        board = rows(world, now, last_day, subcategory=subcategory)
        assert board == [row for row in everything if subcategory in ROSTER[row.app_id].tags]
    for group, subcategories in CATEGORIES.items():
        board = rows(world, now, last_day, category=group)
        assert board == [row for row in everything if set(subcategories) & set(ROSTER[row.app_id].tags)]


def test_category_boards_end_at_the_floor_before_a_page_is_full(world: World, now: datetime, last_day: date) -> None:
    board = rows(world, now, last_day, subcategory="cli-agent")
    assert 50 < len(board) < 100
    assert 7 * FLOOR_A_DAY <= board[-1].tokens < 15 * FLOOR_A_DAY
    assert len(rows(world, now, last_day)) > 200


# ── the calendar ─────────────────────────────────────────────────────────────────────────────────────────────


def test_the_same_seed_gives_the_same_world_and_another_seed_another(
    world: World, now: datetime, last_day: date
) -> None:
    same, other = World(world.seed, last_day), World(world.seed + 1, last_day)
    assert rows(same, now, last_day) == rows(world, now, last_day)
    assert same.models(last_day, last_day, now) == world.models(last_day, last_day, now)
    assert rows(other, now, last_day) != rows(world, now, last_day)
    assert other.models(last_day, last_day, now) != world.models(last_day, last_day, now)


@pytest.mark.parametrize("days", [45, -45])
def test_a_day_has_the_same_figures_in_a_world_that_begins_elsewhere(
    world: World, now: datetime, last_day: date, days: int
) -> None:
    elsewhere = World(world.seed, last_day - days * DAY)
    shared = last_day - 60 * DAY
    assert rows(elsewhere, now, shared) == rows(world, now, shared)
    assert elsewhere.models(shared, shared + 9 * DAY, now) == world.models(shared, shared + 9 * DAY, now)
    assert rows(elsewhere, now, last_day) == rows(world, now, last_day)
    assert elsewhere.models(last_day, last_day, now) == world.models(last_day, last_day, now)


def test_before_its_first_day_a_world_is_empty(world: World, now: datetime) -> None:
    before = world.first_day - DAY
    assert rows(world, now, before) == []
    assert world.models(before - 9 * DAY, before, now).rows == []
    assert {day for day, _, _ in world.models(before, world.first_day, now).rows} == {world.first_day}


def test_a_world_has_at_least_half_a_year_but_none_before_the_dataset(world: World, last_day: date) -> None:
    assert (last_day - world.first_day).days >= 190
    assert World(1, date(2025, 1, 5)).first_day == date(2025, 1, 1)


# ── what happens in it ───────────────────────────────────────────────────────────────────────────────────────


def test_the_sizes_are_those_that_the_demo_names(world: World) -> None:
    assert world.app_count == 312
    assert 90 <= world.model_count <= 150
    assert len(ROSTER) == world.app_count


@pytest.mark.parametrize("seed", [1, 7, 42])
def test_the_apps_of_the_documentation_stand_near_the_top_of_the_cli_agents(
    seed: int, now: datetime, last_day: date
) -> None:
    board = [row.name for row in rows(World(seed, last_day), now, last_day, subcategory="cli-agent")]
    assert {"Kestrel Code", "Marlin", "Roost"} <= set(board[2:12])
    assert {"Harrier", "Foundry Agent"} == set(board[:2])
    assert {"Tern CLI", "Petrel", "Otter CLI", "Copperhead", "Ibex", "Sable", "Loomwright", "Quarry"} <= set(board[:30])


def test_they_trade_places_now_and_then(world: World, now: datetime, last_day: date) -> None:
    ahead = []
    for step in range(90):
        board = [row.name for row in rows(world, now, last_day - step * DAY, subcategory="cli-agent")]
        ahead.append(board.index("Kestrel Code") < board.index("Marlin"))
    assert 1 <= sum(one != another for one, another in pairwise(ahead)) <= 20


def test_leads_change_hands_but_not_daily(world: World, now: datetime, last_day: date) -> None:
    for subcategory in (None, "cli-agent"):
        boards = [rows(world, now, last_day - step * DAY, subcategory=subcategory) for step in range(120)]
        leaders = [board[0].app_id for board in boards]
        assert 1 <= sum(one != another for one, another in pairwise(leaders)) <= 20


def model_days(world: World, now: datetime) -> list[list[str]]:
    """The slugs of each day's board, in rank order."""
    by_day: dict[date, list[str]] = {}
    for day, slug, _ in world.models(world.first_day, world.first_day + 199 * DAY, now).rows:
        if slug != OTHER:
            by_day.setdefault(day, []).append(slug)
    return [by_day[day] for day in sorted(by_day)]


@pytest.mark.parametrize("seed", [1, 7, 42])
def test_models_are_as_restless_as_measured(seed: int, now: datetime, last_day: date) -> None:
    """Measured on recorded answers: 36 to 40 of 50 ranks move a day, 2.9 slugs are new to the top 50, 0.65 to 10."""
    boards = model_days(World(seed, last_day), now)
    pairs = list(pairwise(boards))
    moved = sum(sum(one != two for one, two in zip(a, b, strict=True)) for a, b in pairs) / len(pairs)
    new_to_50 = sum(len(set(b) - set(a)) for a, b in pairs) / len(pairs)
    new_to_10 = sum(len(set(b[:10]) - set(a[:10])) for a, b in pairs) / len(pairs)
    assert 33 <= moved <= 43
    assert 1.5 <= new_to_50 <= 4
    assert 0.3 <= new_to_10 <= 1.1


def test_tokens_span_four_orders_of_magnitude(world: World, now: datetime, last_day: date) -> None:
    board = rows(world, now, last_day)
    assert board[0].tokens > 5_000 * board[-1].tokens


def test_weekends_are_quieter_for_models(world: World, now: datetime, last_day: date) -> None:
    by_weekday: Counter[int] = Counter()
    for day, _, tokens in world.models(last_day - 83 * DAY, last_day, now).rows:
        by_weekday[day.weekday()] += tokens
    assert max(by_weekday[5], by_weekday[6]) < min(by_weekday[day] for day in range(5))


def test_a_hidden_app_is_missing_from_every_answer_after_that_moment_and_from_none_before(
    world: World, now: datetime, last_day: date
) -> None:
    """The window has closed long ago, and yet an app leaves it; the others keep their tokens."""
    closed = last_day - 20 * DAY
    moments = [now + timedelta(days=step) for step in range(HIDDEN_CYCLE)]
    hidden = [
        (before, after)
        for before, after in pairwise(moments)
        if set(ids(rows(world, after, closed))) < set(ids(rows(world, before, closed)))
    ]
    assert hidden
    before, after = hidden[0]
    gone = set(ids(rows(world, before, closed))) - set(ids(rows(world, after, closed)))
    assert rows(world, after, closed) == [row for row in rows(world, before, closed) if row.app_id not in gone]
    assert gone.isdisjoint(ids(rows(world, after, closed, sort=Sort.TRENDING)))
    assert gone.isdisjoint(ids(rows(world, after, closed - 30 * DAY)))


def names(world: World, app_id: int, moment: datetime, end: date) -> set[str]:
    return {row.name for row in rows(world, moment, end) if row.app_id == app_id}


def test_an_app_is_renamed_for_all_windows_from_a_moment_on(world: World, now: datetime, last_day: date) -> None:
    borne = [names(world, 3356880, now + step * DAY, last_day) for step in range(160)]
    assert set.union(*borne) == {"Tidemark", "Tidemark (staging)"}
    assert names(world, 3356880, now, last_day) == names(world, 3356880, now, last_day - 60 * DAY)


def test_an_app_is_renamed_for_windows_from_an_end_on(world: World, now: datetime, last_day: date) -> None:
    borne = [names(world, 3682201, now, last_day - step * DAY) for step in range(160)]
    assert set.union(*borne) == {"omo", "Oh My Ox"}
    assert names(world, 3682201, now, last_day) == names(world, 3682201, now + 60 * DAY, last_day)


def test_one_app_answers_to_two_names_within_minutes(world: World, now: datetime, last_day: date) -> None:
    borne = [names(world, 3296304, now + timedelta(minutes=minutes), last_day) for minutes in (0, 10)]
    assert borne[0] != borne[1]


def test_names_repeat_and_are_full_of_odd_characters(world: World, now: datetime, last_day: date) -> None:
    board = rows(world, now, last_day)
    borne = Counter(row.name for row in board)
    assert borne["pip"] >= 2
    for character in ("<", "&", "*", "'", "🦡"):
        assert any(character in name for name in borne)


# ── the catalogue ────────────────────────────────────────────────────────────────────────────────────────────


def test_nearly_all_ranked_models_join_to_the_catalogue(world: World, now: datetime, last_day: date) -> None:
    """The permaslug is the canonical slug plus the id's variant; a disguised preview is in no catalogue."""
    catalogue = {
        entry["canonical_slug"] + (f":{variant}" if (variant := entry["id"].partition(":")[2]) else "")
        for entry in world.catalogue(now)
        if not entry["id"].startswith("~")
    }
    ranked = {slug for _, slug, _ in world.models(last_day, last_day, now).rows} - {OTHER}
    assert len(ranked & catalogue) >= 0.9 * len(ranked)
    assert any(slug.endswith(":free") for slug in catalogue)


def test_catalogue_entries_have_the_documented_fields_and_ids_of_their_own(world: World, now: datetime) -> None:
    entries = world.catalogue(now)
    assert len({entry["id"] for entry in entries}) == len(entries)
    for entry in entries:
        assert set(entry) == {
            "id", "canonical_slug", "name", "created", "context_length", "pricing", "expiration_date"
        }  # fmt: skip
        assert set(entry["pricing"]) == {"prompt", "completion"}
        assert float(entry["pricing"]["prompt"]) >= -1
        assert "E" not in entry["pricing"]["prompt"]
        assert entry["created"] <= now.timestamp()


def test_a_disguised_model_comes_without_a_catalogue_entry(world: World, now: datetime, last_day: date) -> None:
    slugs = {slug for _, slug, _ in world.models(world.first_day, last_day, now).rows}
    disguised = {slug for slug in slugs if slug.startswith("masked/")}
    assert disguised
    assert disguised.isdisjoint(entry["canonical_slug"] for entry in world.catalogue(now))
