"""Boards, windows and snapshots."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import date
from fractions import Fraction

import pytest

from bot.core.ranking import MODEL_DAY, Board, By, Dataset, Entry, Ranking, Snapshot, Sort, Volume, sum_days
from bot.errors import UsageError
from tests.builders import ALL_APPS, CLI_AGENTS, CODING, DAY, MODELS, snapshot
from tests.core.rules.days import ago


class TestBoard:
    """One published ranking."""

    @pytest.mark.parametrize(
        "key", ["", "apps", "models:0d", "models:367d", "models:7", "models:x:7d", "apps:all:all:newest:7d", "labs:7d"]
    )
    def test_what_is_no_board_is_refused(self, key: str) -> None:
        with pytest.raises(UsageError, match="is not a board") as refused:
            Board.parse(key)
        assert refused.value.hint == "A board reads like apps:coding:cli-agent:popular:7d, models:7d or authors:7d."

    def test_all_is_no_category(self) -> None:
        assert Board.parse("apps:all:all:popular:7d") == ALL_APPS
        assert Board.parse("apps:coding:all:trending:7d") == CODING.twin

    def test_titles_and_pages(self) -> None:
        assert [(board.title, board.url) for board in (MODELS, ALL_APPS, CODING, CLI_AGENTS)] == [
            ("Models", "https://openrouter.ai/rankings"),
            ("Apps", "https://openrouter.ai/apps"),
            ("Coding", "https://openrouter.ai/apps/category/coding"),
            ("CLI agents", "https://openrouter.ai/apps/category/coding/cli-agent"),
        ]
        bare = Board(Dataset.APPS, 7, None, "cli-agent")
        assert bare.url == CLI_AGENTS.url

    def test_the_twin_is_trending(self) -> None:
        assert CLI_AGENTS.twin.key == "apps:coding:cli-agent:trending:7d"
        assert CLI_AGENTS.twin.sort is Sort.TRENDING

    @pytest.mark.parametrize(("days", "step"), [(1, 7), (6, 7), (7, 7), (30, 30)])
    def test_short_windows_step_by_a_week(self, days: int, step: int) -> None:
        assert Board(Dataset.APPS, days).step.days == step


class TestSnapshot:
    """A stored ranking."""

    def test_absent_is_none_and_never_a_number(self) -> None:
        board = snapshot(CLI_AGENTS, DAY, [("a", "A", 5)])
        assert (board.rank("x"), board.tokens("x"), board.entry("x"), board.share("x")) == (None, None, None, None)

    def test_clamped_and_exhaustive(self) -> None:
        plain = snapshot(CLI_AGENTS, DAY, [("a", "A", 5)], depth=1)
        assert (plain.clamped, plain.exhaustive) == (False, False)
        assert snapshot(CLI_AGENTS, DAY, [("a", "A", 5)], depth=2).exhaustive
        assert snapshot(CLI_AGENTS, date(2025, 1, 3), [], start_date=date(2025, 1, 1)).clamped

    def test_share_counts_the_models_outside_the_list(self) -> None:
        day = snapshot(MODEL_DAY, DAY, [("a", "a", 30), ("b", "b", 20)], other_tokens=50)
        assert day.share("a") == Fraction(3, 10)
        assert snapshot(MODEL_DAY, DAY, [("a", "a", 0)]).share("a") is None

    def test_cut_takes_the_first_ranks(self) -> None:
        board = snapshot(CLI_AGENTS, DAY, [("a", "A", 5), ("b", "B", 4)], depth=100)
        assert board.cut(1).rank("b") is None
        assert not board.cut(1).exhaustive
        assert board.cut(100) is board

    def test_it_is_all_of_its_ranking_with_a_revision(self) -> None:
        stored = snapshot(CLI_AGENTS, DAY, [("a", "A", 5)], sample=True, other_tokens=3, depth=7)
        plain = Ranking(**{spec.name: getattr(stored, spec.name) for spec in fields(Ranking)})
        assert Snapshot.of(plain) == stored
        assert Snapshot.of(plain, 4) == replace(stored, revision=4)

    def test_an_empty_board_has_no_leader(self) -> None:
        assert snapshot(CLI_AGENTS, DAY, []).leader is None

    def test_volume_is_exact_or_bounded(self) -> None:
        board = snapshot(CLI_AGENTS, DAY, [("a", "A", 5), ("b", "B", 4)])
        assert board.volume("a") == Volume(5, bounded=False, held=True)
        assert board.volume("x") == Volume(4, bounded=True, held=False)


class TestSumDays:
    """A model window is the sum of its days."""

    def test_tokens_are_summed_ranked_and_ties_go_by_slug(self) -> None:
        days = [
            snapshot(MODEL_DAY, ago(1), [("c", "c", 5), ("a", "a", 3)], other_tokens=10),
            snapshot(MODEL_DAY, DAY, [("b", "b", 5), ("a", "a", 4)], other_tokens=20, revision=3),
        ]
        window = sum_days(Board(Dataset.MODELS, 2), days)
        assert window.entries == (Entry(1, "a", "a", 7), Entry(2, "b", "b", 5), Entry(3, "c", "c", 5))
        assert (window.start_date, window.end_date, window.revision) == (ago(1), DAY, 3)
        assert window.total_tokens == 47
        assert window.as_of == days[0].as_of

    def test_it_is_cut_at_fifty_and_the_rest_still_counts(self) -> None:
        days = [
            snapshot(MODEL_DAY, day, [(f"{letter}{n:02}", "x", 1000 - n) for n in range(40)])
            for day, letter in ((ago(1), "a"), (DAY, "b"))
        ]
        window = sum_days(Board(Dataset.MODELS, 2), days)
        assert len(window.entries) == 50
        assert window.total_tokens == sum(day.total_tokens for day in days)

    def test_a_day_without_the_model_is_bounded_by_its_last(self) -> None:
        days = [
            snapshot(MODEL_DAY, ago(1), [("a", "a", 5), ("z", "z", 2)]),
            snapshot(MODEL_DAY, DAY, [("b", "b", 5), ("z", "z", 3)]),
        ]
        window = sum_days(Board(Dataset.MODELS, 2), days)
        assert window.volume("a") == Volume(8, bounded=True, held=True)
        assert window.volume("z") == Volume(5, bounded=False, held=True)
        assert window.volume("x") == Volume(5, bounded=True, held=False)

    def test_models_keep_their_slugs_and_names_and_labs_their_own(self) -> None:
        days = [
            snapshot(MODEL_DAY, ago(1), [("x/a", "Model A", 5), ("x/b", "Model B", 4), ("y", "Model Y", 3)]),
            snapshot(MODEL_DAY, DAY, [("x/a", "Model A 2", 5)]),
        ]
        window = sum_days(Board(Dataset.MODELS, 2), days)
        assert [(one.item, one.name, one.tokens) for one in window.entries] == [
            ("x/a", "Model A 2", 10),
            ("x/b", "Model B", 4),
            ("y", "Model Y", 3),
        ]
        labs = sum_days(Board(Dataset.MODELS, 2, by=By.AUTHOR), days)
        assert [(one.item, one.name, one.tokens) for one in labs.entries] == [("x", "x", 14), ("y", "y", 3)]

    def test_its_times_are_the_earliest_of_its_days_by_the_clock(self) -> None:
        """As text the second would come first."""
        days = [
            snapshot(MODEL_DAY, ago(1), [], as_of="2026-11-11T02:00:00Z"),
            snapshot(MODEL_DAY, DAY, [], as_of="2026-11-11T01:30:00-05:00"),
        ]
        window = sum_days(Board(Dataset.MODELS, 2), days)
        assert window.as_of == "2026-11-11T02:00:00Z"
        assert window.fetched_at == days[0].fetched_at

    def test_sample_days_make_a_sample_window(self) -> None:
        days = [snapshot(MODEL_DAY, ago(1), []), snapshot(MODEL_DAY, DAY, [], sample=True)]
        assert sum_days(Board(Dataset.MODELS, 2), days).sample
