"""The gate: what passes, what is refused with which reason, and every edge of plausibility."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.gate import Refusal, as_of_time, believed, check, fingerprint, plausible, torn, yardsticks
from bot.core.ranking import FIRST_DAY, MAX_TOKENS, MODEL_DAY, Board, Dataset, Entry, Ranking

END = date(2026, 11, 10)
START = date(2026, 11, 4)
POPULAR = Board(Dataset.APPS)
TRENDING = POPULAR.twin
T0 = datetime(2026, 11, 11, 3, tzinfo=UTC)


def _ranking(
    tokens: list[int], *, items: list[str] | None = None, board: Board = POPULAR, end: date = END, depth: int = 100
) -> Ranking:
    """A ranking of the given token totals; items are named by their place."""
    names = items or [str(place) for place in range(1, len(tokens) + 1)]
    return Ranking(
        board=board,
        start_date=board.start(end),
        end_date=end,
        as_of="2026-11-11T02:00:00.123Z",
        fetched_at=T0,
        depth=depth,
        entries=tuple(
            Entry(rank, item, f"App {item}", count, None if board.dataset is Dataset.MODELS else 7)
            for rank, (item, count) in enumerate(zip(names, tokens, strict=True), start=1)
        ),
    )


def _verdict(ranking: Ranking) -> Refusal | None:
    return check(ranking, asked_start=ranking.board.start(END), asked_end=END)


def _with(ranking: Ranking, place: int, **changes: object) -> Ranking:
    """The ranking with the entry at ``place`` (from 1) changed."""
    entries = list(ranking.entries)
    entries[place - 1] = replace(entries[place - 1], **changes)  # type: ignore[arg-type]
    return replace(ranking, entries=tuple(entries))


GOOD = _ranking([500, 400, 400, 300, 0])
MODELS = replace(_ranking([90, 80, 70], items=["a/x", "a/x:free", "b/y"], board=MODEL_DAY, depth=50), other_tokens=999)


@pytest.mark.parametrize(
    "ranking",
    [
        GOOD,
        MODELS,
        _ranking([]),
        _ranking([], board=TRENDING),
        _ranking([5, 9, 1], board=TRENDING),
        _ranking([MAX_TOKENS, MAX_TOKENS, 0]),
        replace(MODELS, other_tokens=MAX_TOKENS),
        _with(GOOD, 1, requests=0),
        _with(GOOD, 1, requests=MAX_TOKENS),
        _ranking([1] * 100),
        _ranking([1] * 200, depth=200),
        _ranking([1] * 50, board=MODEL_DAY, depth=50),
        replace(GOOD, as_of="2026-11-11T02:00:00Z"),
        replace(GOOD, as_of="2026-11-11T04:00+02:00"),
        _ranking([1], items=["other"]),  # reserved among models only
    ],
    ids=str,
)
def test_a_documented_answer_passes(ranking: Ranking) -> None:
    assert _verdict(ranking) is None


@pytest.mark.parametrize(
    ("ranking", "reason"),
    [
        (
            replace(GOOD, end_date=date(2026, 11, 9)),
            "It is about 2026-11-04 to 2026-11-09; asked for was 2026-11-04 to 2026-11-10.",
        ),
        (
            replace(GOOD, start_date=date(2026, 11, 5)),
            "It is about 2026-11-05 to 2026-11-10; asked for was 2026-11-04 to 2026-11-10.",
        ),
        (replace(GOOD, as_of="2026-11-11T02:00:00"), "Its as_of, “2026-11-11T02:00:00”, is not a time with a zone."),
        (replace(GOOD, as_of="2026-13-11T02:00:00Z"), "Its as_of, “2026-13-11T02:00:00Z”, is not a time with a zone."),
        (replace(GOOD, as_of="just\x00now"), "Its as_of, “justnow”, is not a time with a zone."),
        (_ranking([1] * 101), "It has 101 entries; at most 100 can be."),
        (_ranking([1] * 51, board=MODEL_DAY, depth=50), "It has 51 entries; at most 50 can be."),
        (_ranking([1] * 51, board=MODEL_DAY, depth=100), "It has 51 entries; at most 50 can be."),
        (_with(GOOD, 1, rank=0), "Rank 0 stands where rank 1 belongs."),
        (_with(GOOD, 3, rank=2), "Rank 2 stands where rank 3 belongs."),
        (_with(GOOD, 3, rank=4), "Rank 4 stands where rank 3 belongs."),
        (_with(GOOD, 4, item="2"), "`2` stands at rank 2 and again at 4."),
        (_with(GOOD, 4, item=""), "Rank 4 has no id."),
        (_with(MODELS, 3, item="other"), "Rank 3 is `other`, which is the rest and not a model."),
        (_with(GOOD, 5, tokens=-1), "The tokens at rank 5, -1, are not within 0 and 2^63 - 1."),
        (_with(GOOD, 1, tokens=2**63), f"The tokens at rank 1, {2**63}, are not within 0 and 2^63 - 1."),
        (_with(GOOD, 1, requests=-1), "The requests at rank 1, -1, are not within 0 and 2^63 - 1."),
        (_with(GOOD, 1, requests=2**63), f"The requests at rank 1, {2**63}, are not within 0 and 2^63 - 1."),
        (replace(MODELS, other_tokens=2**63), f"The tokens of `other`, {2**63}, are not within 0 and 2^63 - 1."),
        (replace(MODELS, other_tokens=-1), "The tokens of `other`, -1, are not within 0 and 2^63 - 1."),
        (_with(GOOD, 3, tokens=401), "Rank 3 has more tokens (401) than the rank above it (400)."),
        (_with(MODELS, 3, tokens=81), "Rank 3 has more tokens (81) than the rank above it (80)."),
    ],
)
def test_each_fault_is_refused_with_its_reason(ranking: Ranking, reason: str) -> None:
    assert str(_verdict(ranking)) == reason


def test_pages_that_overlap_or_leave_a_gap_are_refused() -> None:
    """Two pages are judged as one ranking."""
    whole = _ranking([1] * 200, depth=200)
    moved = replace(whole, entries=(*whole.entries[:100], replace(whole.entries[100], item="99"), *whole.entries[101:]))
    assert str(_verdict(moved)) == "`99` stands at rank 99 and again at 101."
    gap = replace(whole, entries=(*whole.entries[:100], *whole.entries[101:]))
    assert str(_verdict(gap)) == "Rank 102 stands where rank 101 belongs."


PAIR = _ranking([1000 - place for place in range(150)], depth=200)


@pytest.mark.parametrize(
    ("ranking", "reason"),
    [
        (_with(PAIR, 101, item="100"), "`100` stands at rank 100 and again at 101."),
        (_with(PAIR, 101, item="7"), "`7` stands at rank 7 and again at 101."),
        (_with(PAIR, 100, tokens=899), "Rank 101 has more tokens (900) than the rank above it (899)."),
        (
            replace(
                PAIR,
                entries=(*PAIR.entries[:100], *(replace(entry, rank=entry.rank - 1) for entry in PAIR.entries[100:])),
            ),
            "Rank 100 stands where rank 101 belongs.",
        ),
    ],
)
def test_pages_that_are_sound_but_do_not_fit_together_are_torn(ranking: Ranking, reason: str) -> None:
    assert torn(ranking) == _verdict(ranking) == Refusal(reason)


@pytest.mark.parametrize(
    "ranking",
    [
        PAIR,
        GOOD,
        _ranking([]),
        _with(GOOD, 3, rank=4),
        _with(PAIR, 7, rank=8),
        _with(PAIR, 120, item="110"),
        _with(_with(PAIR, 101, item="100"), 7, tokens=5000),
    ],
)
def test_what_fits_and_what_is_wrong_within_a_page_is_not_torn(ranking: Ranking) -> None:
    assert torn(ranking) is None


def test_one_token_beyond_the_range_of_doubles_is_seen() -> None:
    """2^53 and 2^53 + 1 are one number in floating point, and two here."""
    assert _verdict(_ranking([2**53 + 1, 2**53])) is None
    assert _verdict(_ranking([2**53, 2**53 + 1])) is not None


def test_a_start_before_the_first_day_must_come_back_clamped() -> None:
    asked = date(2024, 12, 20)
    clamped = replace(GOOD, start_date=FIRST_DAY)
    assert check(clamped, asked_start=asked, asked_end=END) is None
    assert check(replace(GOOD, start_date=asked), asked_start=asked, asked_end=END) is not None
    assert check(clamped, asked_start=START, asked_end=END) is not None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "now",
        "2026-11-11",
        "2026-11-11T02:00:00",
        "2026-11-11<02:00:00Z",
        "2026-11-11T02:00:00Z\n",
        "20261111T020000Z",
        "2026-02-30T00:00:00Z",
        "2026-11-11T25:00:00Z",
        "٢٠٢٦-11-11T02:00:00Z",
    ],
)
def test_what_is_no_time_with_a_zone_is_none(text: str) -> None:
    assert as_of_time(text) is None


def test_as_of_names_an_instant() -> None:
    assert as_of_time("2026-11-11T02:00:00.123Z") == datetime(2026, 11, 11, 2, 0, 0, 123000, tzinfo=UTC)
    assert as_of_time("2026-11-11T04:00:00+02:00") == datetime(2026, 11, 11, 2, tzinfo=UTC)


# ── a valid ranking passes, a single change is refused ───────────────────────────────────────────────────────────


@st.composite
def _rankings(draw: st.DrawFn) -> Ranking:
    models = draw(st.booleans())
    counts = draw(st.lists(st.integers(0, MAX_TOKENS), min_size=2, max_size=50))
    items = draw(
        st.lists(st.integers(1, 10**9).map(str), min_size=len(counts), max_size=len(counts), unique=True),
    )
    board = MODEL_DAY if models else POPULAR
    return _ranking(sorted(counts, reverse=True), items=items, board=board, depth=50)


@given(_rankings())
def test_property_a_valid_ranking_passes(ranking: Ranking) -> None:
    assert _verdict(ranking) is None


@given(_rankings(), st.data())
def test_property_two_swapped_ranks_are_refused(ranking: Ranking, data: st.DataObject) -> None:
    places = st.integers(1, len(ranking.entries))
    first, second = data.draw(st.lists(places, min_size=2, max_size=2, unique=True))
    assert _verdict(_with(_with(ranking, first, rank=second), second, rank=first)) is not None


@given(_rankings(), st.data())
def test_property_a_repeated_id_is_refused(ranking: Ranking, data: st.DataObject) -> None:
    places = st.integers(1, len(ranking.entries))
    first, second = data.draw(st.lists(places, min_size=2, max_size=2, unique=True))
    assert _verdict(_with(ranking, second, item=ranking.entries[first - 1].item)) is not None


@given(_rankings(), st.data())
def test_property_tokens_raised_above_the_rank_before_are_refused(ranking: Ranking, data: st.DataObject) -> None:
    place = data.draw(st.integers(2, len(ranking.entries)))
    above = ranking.entries[place - 2].tokens
    assert _verdict(_with(ranking, place, tokens=above + data.draw(st.integers(1, 10**6)))) is not None


@given(_rankings(), st.data())
def test_property_a_dropped_line_is_refused(ranking: Ranking, data: st.DataObject) -> None:
    """Only the last line can go unnoticed: the board is shorter then."""
    index = data.draw(st.integers(0, len(ranking.entries) - 2))
    entries = ranking.entries[:index] + ranking.entries[index + 1 :]
    assert _verdict(replace(ranking, entries=entries)) is not None


@given(_rankings())
def test_property_a_ranking_is_as_plausible_as_itself(ranking: Ranking) -> None:
    assert plausible(ranking, ranking) is None


# ── plausibility: every edge ─────────────────────────────────────────────────────────────────────────────────────


def _items(count: int, *, shared: int) -> list[str]:
    """``count`` items: the snapshot's first ``shared``, then none that it has."""
    return [str(n) for n in range(1, shared + 1)] + [str(n) for n in range(1000, 1000 + count - shared)]


STORED = _ranking([100] * 40, end=date(2026, 11, 9))


def test_without_anything_stored_every_answer_is_plausible() -> None:
    assert plausible(_ranking([]), None) is None


def test_exactly_half_as_many_entries_is_plausible() -> None:
    assert plausible(_ranking([200] * 20), STORED) is None
    refused = plausible(_ranking([200] * 19), STORED)
    assert str(refused) == "Only 19 entries came; the stored snapshot of 2026-11-09 has 40."
    assert plausible(_ranking([]), STORED) is not None


def test_half_of_an_odd_number_is_not_rounded_down() -> None:
    stored = _ranking([100] * 11, end=date(2026, 11, 9))
    assert plausible(_ranking([200] * 6), stored) is None
    assert plausible(_ranking([200] * 5), stored) is not None


def test_exactly_half_of_the_top_twenty_is_plausible() -> None:
    assert plausible(_ranking([100] * 40, items=_items(40, shared=10)), STORED) is None
    refused = plausible(_ranking([100] * 40, items=_items(40, shared=9)), STORED)
    assert str(refused) == "Only 9 of the top 20 of the stored snapshot of 2026-11-09 are in it."


def test_the_top_twenty_may_stand_anywhere_in_the_answer() -> None:
    assert plausible(_ranking([100] * 40, items=[str(n) for n in range(40, 0, -1)]), STORED) is None


def test_items_below_the_top_twenty_do_not_count() -> None:
    items = [str(n) for n in range(1, 10)] + [str(n) for n in range(21, 41)]
    assert plausible(_ranking([140] * 29, items=items), STORED) is not None


def test_the_top_of_a_short_snapshot_is_all_of_it() -> None:
    stored = _ranking([100] * 10, end=date(2026, 11, 9))
    assert plausible(_ranking([100] * 10, items=_items(10, shared=5)), stored) is None
    refused = plausible(_ranking([100] * 10, items=_items(10, shared=4)), stored)
    assert str(refused) == "Only 4 of the top 10 of the stored snapshot of 2026-11-09 are in it."


def test_exactly_a_quarter_and_exactly_four_times_the_tokens_are_plausible() -> None:
    assert plausible(_ranking([25] * 40), STORED) is None
    assert plausible(_ranking([400] * 40), STORED) is None
    refused = plausible(_ranking([25] * 39 + [24]), STORED)
    assert str(refused) == "Its tokens sum to 999; those of the stored snapshot of 2026-11-09 to 4.00K."
    refused = plausible(_ranking([401] + [400] * 39), STORED)
    assert str(refused) == "Its tokens sum to 16.0K; those of the stored snapshot of 2026-11-09 to 4.00K."


def test_sums_are_exact_beyond_doubles() -> None:
    stored = _ranking([2**60] * 12, end=date(2026, 11, 9))
    assert plausible(_ranking([2**58] * 12), stored) is None
    assert plausible(_ranking([2**58] * 11 + [2**58 - 1]), stored) is not None


def test_a_snapshot_without_tokens_allows_none() -> None:
    stored = _ranking([0] * 10, end=date(2026, 11, 9))
    assert plausible(_ranking([0] * 10), stored) is None
    assert plausible(_ranking([1] + [0] * 9), stored) is not None


def test_the_rest_counts_in_a_model_days_tokens() -> None:
    day = _ranking([10] * 10, board=MODEL_DAY, end=date(2026, 11, 9), depth=50)
    today = replace(_ranking([10] * 10, board=MODEL_DAY, depth=50), other_tokens=300)
    assert plausible(today, day) is None
    assert plausible(replace(today, other_tokens=301), day) is not None


@pytest.mark.parametrize("sign", [1, -1])
def test_a_snapshot_31_days_off_counts_and_one_32_days_off_does_not(sign: int) -> None:
    far = _ranking([])
    assert plausible(far, replace(STORED, end_date=END + sign * timedelta(days=31))) is not None
    assert plausible(far, replace(STORED, end_date=END + sign * timedelta(days=32))) is None


def test_a_snapshot_of_ten_entries_counts_and_one_of_nine_does_not() -> None:
    assert plausible(_ranking([]), _ranking([100] * 10)) is not None
    assert plausible(_ranking([]), _ranking([100] * 9)) is None


def test_a_trending_list_may_be_short_or_empty() -> None:
    assert plausible(_ranking([], board=TRENDING), _ranking([100] * 40, board=TRENDING)) is None


def test_models_are_held_against_what_is_stored_too() -> None:
    stored = _ranking([100] * 40, board=MODEL_DAY, end=date(2026, 11, 9), depth=50)
    assert plausible(_ranking([200] * 19, board=MODEL_DAY, depth=50), stored) is not None


def test_yardsticks_are_the_stored_days_nearest_first() -> None:
    offsets = [-32, -31, -2, 2, 1, 31, 32]
    days = [END + timedelta(days=offset) for offset in offsets]
    assert [(day - END).days for day in yardsticks(END, days)] == [1, -2, 2, -31, 31]
    assert yardsticks(END, [*days, END])[0] == END


# ── believing ────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_fingerprint_is_of_what_is_said_and_not_of_names_or_times() -> None:
    same = replace(_with(GOOD, 1, name="renamed"), as_of="2026-11-12T02:00:00Z", fetched_at=T0 + timedelta(hours=1))
    assert fingerprint(same) == fingerprint(GOOD)


@pytest.mark.parametrize(
    "other",
    [
        _with(GOOD, 1, tokens=501),
        _with(GOOD, 1, item="9"),
        _with(GOOD, 1, requests=8),
        _with(GOOD, 1, requests=None),
        _with(GOOD, 1, rank=2),
        replace(GOOD, entries=GOOD.entries[:-1]),
        replace(GOOD, other_tokens=1),
    ],
)
def test_every_figure_is_in_the_fingerprint(other: Ranking) -> None:
    assert fingerprint(other) != fingerprint(GOOD)


def test_the_fingerprint_is_stable_across_versions() -> None:
    """It is stored: another way of computing it would make every waiting answer a new one."""
    assert fingerprint(MODELS) == "ee7a378e153b8a555771234fc8538bee6baf46801df6e659df141d95db5c5263"


def test_the_same_is_believed_after_thirty_minutes() -> None:
    assert not believed(T0, T0)
    assert not believed(T0, T0 + timedelta(minutes=30) - timedelta(microseconds=1))
    assert believed(T0, T0 + timedelta(minutes=30))
