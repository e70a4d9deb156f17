from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest

from bot.core import wording

TUESDAY = date(2026, 11, 10)


@pytest.mark.parametrize(
    ("count", "shown"),
    [
        (0, "0"),
        (999, "999"),
        (1000, "1.00K"),
        (1005, "1.01K"),
        (9_994, "9.99K"),
        (9_996, "10.0K"),
        (99_960, "100K"),
        (999_600_000_000, "1.00T"),
        (1_900_000_000_000, "1.90T"),
        (455_000_000_000, "455B"),
        (1_842_000_000_000, "1.84T"),
        (50_000_000_000, "50.0B"),
        (12_340_000, "12.3M"),
        (2**63 - 1, "9220Q"),
    ],
)
def test_tokens_have_three_digits_and_a_unit(count: int, shown: str) -> None:
    assert wording.tokens(count) == shown


@pytest.mark.parametrize(("value", "shown"), [("3.09", "3.1×"), ("9.94", "9.9×"), ("9.96", "10×"), ("12.5", "13×")])
def test_multiples(value: str, shown: str) -> None:
    assert wording.ratio(Fraction(value)) == shown
    assert wording.times(value, at_least=False) == shown


@pytest.mark.parametrize(("value", "shown"), [("3.09", "3.0×"), ("9.99", "9.9×"), ("12.9", "12×")])
def test_a_bounded_multiple_is_rounded_down(value: str, shown: str) -> None:
    assert wording.times(value, at_least=True) == f"at least {shown}"


def test_a_multiple_without_limit_has_no_number() -> None:
    assert wording.times(None, at_least=True) == ""


@pytest.mark.parametrize(
    ("now", "before", "shown"),
    [(106, 100, "+6%"), (92, 100, "−8%"), (1001, 1000, "0%"), (1, 0, ""), (1, None, ""), (1100, 100, "11×")],
)
def test_changes_are_signed(now: int, before: int | None, shown: str) -> None:
    assert wording.percent(now, before) == shown


def test_a_lead_in_per_cent_of_the_second() -> None:
    assert wording.margin(1008, 1000) == "0.8%"
    assert wording.margin(3000, 1000) == "200%"
    assert wording.margin(1, 0) == ""


@pytest.mark.parametrize(
    ("part", "whole", "shown"),
    [
        (216, 1000, "21.6%"),
        (6, 100, "6.0%"),
        (9995, 10000, "100.0%"),
        (1, 2000, "0.1%"),
        (1, 2001, "<0.1%"),
        (0, 9, "0%"),
    ],
)
def test_a_share_is_told_to_a_tenth(part: int, whole: int, shown: str) -> None:
    assert wording.share(Fraction(part, whole)) == shown


def test_dates_and_windows() -> None:
    assert wording.day(TUESDAY) == "Tue 10 Nov"
    assert wording.full_day(TUESDAY) == "10 Nov 2026"
    assert wording.month_day(TUESDAY) == "10 November"
    assert wording.window(7, TUESDAY) == "7 days to Tue 10 Nov"
    assert wording.window(1, TUESDAY) == "Tue 10 Nov"


@pytest.mark.parametrize(
    ("first", "last", "alone", "short"),
    [
        (date(2026, 11, 9), date(2026, 11, 15), "9 to 15 November 2026", "9 to 15 Nov"),
        (date(2026, 10, 30), date(2026, 11, 5), "30 October to 5 November 2026", "30 Oct to 5 Nov"),
        (date(2025, 12, 29), date(2026, 1, 4), "29 December 2025 to 4 January 2026", "29 Dec to 4 Jan"),
        (TUESDAY, TUESDAY, "10 November 2026", "10 Nov"),
    ],
)
def test_spans_of_days(first: date, last: date, alone: str, short: str) -> None:
    assert wording.days(first, last) == alone
    assert wording.short_days(first, last) == short


def test_small_numbers_are_words_within_a_sentence() -> None:
    assert [wording.in_words(number) for number in (1, 6, 9, 10)] == ["one", "six", "nine", "10"]


@pytest.mark.parametrize(
    ("rank", "previous", "move"),
    [
        (4, 5, ("▲", "5 → 4")),
        (5, 4, ("▼", "4 → 5")),
        (3, 3, ("=", "3")),
        (3, None, ("", "3")),
    ],
)
def test_rank_moves(rank: int, previous: int | None, move: tuple[str, str]) -> None:
    assert wording.rank_move(rank, previous) == move


@pytest.mark.parametrize(
    ("parts", "limit", "shown"),
    [
        ([], 0, ""),
        (["A"], 0, "A"),
        (["A", "B"], 2, "A and B"),
        (["A", "B", "C"], 0, "A, B and C"),
        (["A", "B", "C"], 2, "A, B and 1 other"),
        (["A", "B", "C"], 1, "A and 2 others"),
    ],
)
def test_listings(parts: list[str], limit: int, shown: str) -> None:
    assert wording.listing(parts, limit) == shown


@pytest.mark.parametrize(
    ("days", "shown"),
    [
        (7, "the three weeks before"),
        (1, "the same weekday of the three weeks before"),
        (3, "the same 3 days of the three weeks before"),
        (30, "the three windows of 30 days before"),
    ],
)
def test_what_a_baseline_is_called(days: int, shown: str) -> None:
    assert wording.weeks_before(days) == shown


def test_counts() -> None:
    assert wording.count(1, "spike") == "1 spike"
    assert wording.count(2, "spike") == "2 spikes"
    assert wording.count(2, "entry", "entries") == "2 entries"
    assert wording.exact(1842118530217) == "1,842,118,530,217"


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        (0, "1 s"),
        (64.2, "65 s"),
        (119, "119 s"),
        (120, "2 min"),
        (121, "3 min"),
        (7140, "119 min"),
        (7141, "2 h"),
        (7201, "3 h"),
    ],
)
def test_durations_are_rounded_up(seconds: float, shown: str) -> None:
    assert wording.duration(seconds) == shown


@pytest.mark.parametrize(
    ("text", "ended"),
    [("HTTP 502", "HTTP 502."), ("Gone.", "Gone."), ("Really?", "Really?"), ("and so on…", "and so on…"), ("", "")],
)
def test_a_sentence_has_one_full_stop(text: str, ended: str) -> None:
    assert wording.sentence(text) == ended
