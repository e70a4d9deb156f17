"""Labs: boards that rank the authors of models, by the sums of their listed models."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction

import pytest

from bot.core import standing
from bot.core.detect import evaluate, needs, sources
from bot.core.digest import Digest
from bot.core.event import Event, Kind
from bot.core.ranking import MODEL_DAY, MODEL_DEPTH, Board, By, Dataset, Entry, Snapshot, Volume, author_of, sum_days
from bot.core.rules import EnteredTop, LeftTop, NewLeader, Spike
from bot.core.view import View
from bot.core.watchlist import Pattern, Watchlist
from tests.builders import DAY, MODELS, B, event, snapshot
from tests.core.rules.days import ago, found, the_day
from tests.fake_history import FakeHistory
from tests.scenes import digest

LABS = Board(Dataset.MODELS, 7, by=By.AUTHOR)
ONE_DAY = Board(Dataset.MODELS, 1, by=By.AUTHOR)
WATCHED = Watchlist("labs", "Labs", LABS, (NewLeader(), EnteredTop(n=2, margin=0), LeftTop(n=2, margin=0)))


def models(day: date, tokens: Mapping[str, int], other: int = 0) -> Snapshot:
    """A model day with those tokens by slug."""
    ranked = sorted(tokens.items(), key=lambda pair: (-pair[1], pair[0]))
    return snapshot(MODEL_DAY, day, [(slug, slug, count) for slug, count in ranked], other_tokens=other)


def week(end: date, tokens: Mapping[str, int], other: int = 0) -> list[Snapshot]:
    """Seven days alike, up to ``end``."""
    return [models(end - timedelta(days=back), tokens, other) for back in reversed(range(7))]


class TestBoard:
    """A board like any other."""

    @pytest.mark.parametrize("board", [LABS, ONE_DAY, MODELS, MODEL_DAY, Board(Dataset.MODELS, 366, by=By.AUTHOR)])
    def test_its_key_is_read_back(self, board: Board) -> None:
        assert Board.parse(board.key) == board

    def test_its_key_its_title_and_its_page(self) -> None:
        assert [board.key for board in (LABS, ONE_DAY, MODELS)] == ["authors:7d", "authors:1d", "models:7d"]
        assert (LABS.title, LABS.noun, LABS.url) == ("Labs", "Lab", "https://openrouter.ai/rankings")
        assert (MODELS.title, MODELS.noun) == ("Models", "Model")

    def test_it_is_made_from_the_days_of_models(self) -> None:
        wanted = {window for need in needs(WATCHED, DAY) for window in sources(need)}
        assert wanted == {window for need in needs(replace(WATCHED, board=MODELS), DAY) for window in sources(need)}
        assert {board for board, _ in wanted} == {MODEL_DAY}

    @pytest.mark.parametrize(
        ("slug", "author"), [("z-ai/glm-5:free", "z-ai"), ("a/b/c", "a"), ("alone", "alone"), ("/x", "/x")]
    )
    def test_an_author_is_the_prefix_of_a_slug(self, slug: str, author: str) -> None:
        assert author_of(slug) == author


class TestSums:
    """A lab's tokens are those of all of its listed models, before any cut."""

    def test_models_and_days_are_summed_and_ties_go_by_name(self) -> None:
        days = [
            models(ago(1), {"b/1": 4, "a/1": 3, "a/2": 2, "c/1": 1}, other=100),
            models(DAY, {"c/1": 6, "b/2:free": 3, "a/1": 1}, other=50),
        ]
        window = sum_days(Board(Dataset.MODELS, 2, by=By.AUTHOR), days)
        assert window.entries == (Entry(1, "b", "b", 7), Entry(2, "c", "c", 7), Entry(3, "a", "a", 6))
        assert (window.start_date, window.end_date, window.depth) == (ago(1), DAY, MODEL_DEPTH)

    def test_models_beyond_the_fiftieth_of_a_window_count(self) -> None:
        """Of a hundred models the second fifty are on no board of models, and in the sums of their labs."""
        days = [
            models(ago(1), {f"big{place:02}/m": 1000 for place in range(50)}),
            models(DAY, {f"many/{place:02}": 100 for place in range(50)}),
        ]
        assert sum_days(Board(Dataset.MODELS, 2), days).rank("many/00") is None
        labs = sum_days(Board(Dataset.MODELS, 2, by=By.AUTHOR), days)
        assert labs.leader == Entry(1, "many", "many", 5000)
        assert (len(labs.entries), labs.rank("big48"), labs.rank("big49")) == (50, 50, None)

    def test_what_is_cut_and_what_is_listed_nowhere_count_in_the_total(self) -> None:
        days = [
            models(ago(1), {f"x{place:02}/m": 10 for place in range(50)}, other=300),
            models(DAY, {"y/m": 200}, other=500),
        ]
        window = sum_days(Board(Dataset.MODELS, 2, by=By.AUTHOR), days)
        assert window.rank("x49") is None
        assert window.total_tokens == 500 + 300 + 200 + 500
        assert (window.share("y"), window.share("x49")) == (Fraction(2, 15), None)
        assert (window.rank("other"), window.tokens("other")) == (None, None)

    def test_a_volume_is_exact_or_unknown_and_never_a_bound(self) -> None:
        days = [models(ago(1), {"a/1": 5, "a/2": 3, "z/1": 2}), models(DAY, {"b/1": 5})]
        window = sum_days(Board(Dataset.MODELS, 2, by=By.AUTHOR), days)
        assert window.volume("a") == Volume(8, bounded=False, held=True)
        assert window.volume("x") == Volume(0, bounded=False, held=False)
        assert [window.volume(author).known for author in "abx"] == [True, True, False]
        assert sum_days(Board(Dataset.MODELS, 2), days).volume("x").known

    def test_a_volume_is_that_of_all_rows_though_the_lab_was_cut(self) -> None:
        days = [models(ago(1), {f"x{place:02}/m": 10 for place in range(50)}), models(DAY, {"y/m": 200})]
        window = sum_days(Board(Dataset.MODELS, 2, by=By.AUTHOR), days)
        assert window.rank("x49") is None
        assert window.volume("x49") == Volume(10, bounded=False, held=True)


class TestSpikes:
    """A lab spikes on the sums of its models, where all three windows before list one."""

    RULE = Spike(ratio=Fraction(2), min_growth=7, within=5)

    def spikes(self, *weeks_before: Mapping[str, int], now: Mapping[str, int]) -> Mapping[str, Mapping[str, object]]:
        days = [day for back, tokens in enumerate((now, *weeks_before)) for day in week(ago(7 * back), tokens)]
        windows = [sum_days(LABS, days[at : at + 7]) for at in range(0, len(days), 7)]
        return found(self.RULE, the_day(windows, board=LABS))

    def test_by_the_sum_of_models_of_which_none_has_doubled(self) -> None:
        steady = {"a/1": 10, "z/1": 1}
        spiked = self.spikes(steady, steady, steady, now={"a/1": 10, "a/2": 7, "a/3": 3, "z/1": 1})
        assert set(spiked) == {"a"}
        assert (spiked["a"]["mean"], spiked["a"]["ratio"], spiked["a"]["at_least"]) == ("70", "2.00", False)

    def test_an_author_absent_from_one_baseline_window_does_not_spike(self) -> None:
        """A model in its place would: the bound of the floor is far below."""
        steady, without = {"a/1": 10, "z/1": 1}, {"z/1": 1}
        assert set(self.spikes(steady, steady, without, now={"a/1": 40, "z/1": 1})) == set()
        assert set(self.spikes(steady, steady, steady, now={"a/1": 40, "z/1": 1})) == {"a"}

    def test_one_row_in_a_window_is_enough(self) -> None:
        once = {DAY: 70, ago(7): 4, ago(17): 5, ago(27): 6}
        days = [
            models(ago(back), {"z/1": 1} | ({"a/1": once[ago(back)]} if ago(back) in once else {}))
            for back in range(28)
        ]
        windows = [sum_days(LABS, days[at : at + 7][::-1]) for at in range(0, 28, 7)]
        evidence = found(self.RULE, the_day(windows, board=LABS))["a"]
        assert (evidence["mean"], evidence["excess"]) == ("5", "65")


class TestEvents:
    """Detection judges labs like any other items."""

    def evaluation(self, watchlist: Watchlist, now: Mapping[str, int], before: Mapping[str, int]) -> tuple[Event, ...]:
        days = [*week(ago(1), before), models(DAY, now)]
        return evaluate(watchlist, DAY, history=FakeHistory(days), since=DAY, told=(), names={}).events

    def test_a_lab_takes_the_lead_and_another_leaves_the_top(self) -> None:
        """B's models pass A's together; on the board of models, A's only one leads still."""
        events = self.evaluation(
            WATCHED, {"a/1": 30, "b/1": 29, "b/2": 29, "c/1": 29}, {"a/1": 10, "c/1": 5, "b/1": 4, "b/2": 3}
        )
        told = [(one.kind, one.item, one.previous_rank, one.rank) for one in events]
        assert told == [(Kind.NEW_LEADER, "b", 2, 1)]
        lead = events[0]
        assert lead.key == "labs/authors:7d/new_leader/b/2026-11-10"
        assert (lead.name, lead.board, lead.tokens, lead.previous_tokens) == ("b", "authors:7d", 100, 49)
        assert lead.evidence["previous_leader"] == {"id": "a", "name": "a"}
        assert [used["board"] for used in lead.evidence["snapshots"]] == ["authors:7d", "authors:7d"]

    def test_an_entry_is_seen_for_the_first_time_though_a_model_of_another_lab_was(self) -> None:
        events = self.evaluation(WATCHED, {"n/1": 900, "a/1": 10}, {"a/1": 10, "b/1": 9})
        entered = next(one for one in events if one.kind is Kind.ENTERED_TOP)
        assert (entered.item, entered.previous_rank, entered.evidence["first_seen"]) == ("n", None, True)

    def test_what_is_followed_or_left_out_is_named_by_the_prefix(self) -> None:
        watched = replace(WATCHED, mine=(Pattern("B*"),), exclude=(Pattern("id:a"),))
        assert watched.is_mine("bytes", ())
        assert watched.is_excluded("a", ())
        assert not watched.is_followed("a/b-1", ())


class TestDigest:
    """What a message says of labs."""

    def view(self, **changes: object) -> View:
        now = week(DAY, {"z-ai/1": 40 * B, "z-ai/2": 20 * B, "x-ai/1": 30 * B, "tiny/1": 1}, other=10 * B)
        before = week(ago(1), {"x-ai/1": 35 * B, "z-ai/1": 30 * B}, other=20 * B)
        usual = View(
            watchlist=replace(WATCHED, mine=(Pattern("z-*"),)),
            new=False,
            current=sum_days(LABS, now),
            previous=sum_days(LABS, before),
            compared=sum_days(LABS, week(ago(7), {"x-ai/1": 20 * B, "z-ai/1": 30 * B})),
            events=(),
            names={},
        )
        return replace(usual, **changes)  # type: ignore[arg-type]

    def told(self, *events: Event) -> Digest:
        return digest(self.view(events=events))

    def test_a_table_of_labs_with_their_shares_of_all_tokens(self) -> None:
        section = self.told().sections[0]
        assert (section.noun, section.title, section.top_title) == ("Lab", "Labs", "Top 3, Labs, 7 days to Tue 10 Nov")
        assert [(line.rank, line.was, line.name, line.tokens, line.share) for line in section.top] == [
            (1, "2", "z-ai", "420B", "60.0%"),
            (2, "1", "x-ai", "210B", "30.0%"),
            (3, "not listed", "tiny", "7", "<0.1%"),
        ]

    def test_it_says_that_only_listed_models_count(self) -> None:
        scope = self.told().sections[0].scope
        assert scope.startswith("7 days to Tue 10 Nov · listed models only · ranks against the day before")

    def test_models_and_boards_without_tokens_have_no_share(self) -> None:
        board = replace(WATCHED, board=MODELS)
        day = sum_days(MODELS, week(DAY, {"z-ai/1": 40}))
        view = self.view(watchlist=board, current=day, previous=None, compared=None)
        assert [line.share for line in standing.top(view, 10)] == [""]
        empty = self.view(current=sum_days(LABS, week(DAY, {"z-ai/1": 0})), previous=None, compared=None)
        assert [line.share for line in standing.top(empty, 10)] == [""]

    def test_a_new_leader_is_the_headline_and_cited_as_rankings(self) -> None:
        lead = event(
            kind=Kind.NEW_LEADER, watchlist="labs", board=LABS.key, item="z-ai", name="z-ai", rank=1, previous_rank=2,
            rule={"confirm_days": 1}, evidence={"previous_leader": {"id": "x-ai", "name": "x-ai"}, "led_days": 9},
        )  # fmt: skip
        told = self.told(lead)
        assert told.headline == "New #1 in Labs: z-ai, after 9 days of x-ai"
        assert [citation.text for citation in told.provenance.citations] == [
            "Source: OpenRouter (openrouter.ai/rankings), as of 2026-11-05T02:15:41.208Z."
        ]

    def test_a_lab_and_a_model_of_the_same_id_are_two_lines(self) -> None:
        """A slug without a prefix is its own lab."""
        board = sum_days(MODELS, week(DAY, {"solo": 10}))
        rivals = replace(WATCHED, id="models", title="Models", board=MODELS)
        beside = self.view(watchlist=rivals, current=board, previous=board, compared=None)
        one = event(watchlist="models", board=MODELS.key, item="solo", name="solo", rank=1)
        labs = self.view(events=(replace(one, watchlist="labs", board=LABS.key, id="lab1"),))
        told = digest(replace(beside, events=(replace(one, id="mod1"),)), labs)
        assert [[news.id for news in section.news] for section in told.sections] == [["mod1"], ["lab1"]]
