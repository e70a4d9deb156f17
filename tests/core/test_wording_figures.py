"""Figures are written in one way each: digits, units and signs, over all numbers that there may be."""

from __future__ import annotations

import re
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core import wording
from bot.core.ranking import MAX_TOKENS

UNITS = {"": 1, "K": 10**3, "M": 10**6, "B": 10**9, "T": 10**12, "Q": 10**15}
COUNTS = st.integers(0, MAX_TOKENS) | st.integers(0, 62).map(lambda power: 2**power)
EDGES = st.builds(
    lambda power, off: max(10**power + off, 0), st.integers(0, 18), st.integers(-(10**9), 10**9)
) | st.builds(lambda power, part: 10**power - part, st.integers(3, 18), st.integers(0, 600))
PARTS = st.fractions(0, 1)
CHANGES = st.fractions(-100, 100)


def read(written: str) -> Fraction:
    """The number that a reader takes from it."""
    digits, unit = re.fullmatch(r"([\d.]+)([KMBTQ]?)", written).groups()  # type: ignore[union-attr]
    return Fraction(digits) * UNITS[unit]


@given(COUNTS | EDGES)
def test_tokens_have_three_significant_digits_and_never_a_thousand_of_a_unit(count: int) -> None:
    written = wording.tokens(count)
    if count < 1000:
        assert written == str(count)
    else:
        assert re.fullmatch(r"[1-9]\.\d\d[KMBTQ]|[1-9]\d\.\d[KMBTQ]|[1-9]\d\d[KMBT]|[1-9]\d{2,3}Q", written)
        assert abs(read(written) - count) * 200 <= count


@given(COUNTS | EDGES)
def test_a_distance_has_two(count: int) -> None:
    written = wording.distance(count)
    if count < 1000:
        assert written == str(count)
    else:
        assert re.fullmatch(r"[1-9]\.\d[KMBTQ]|[1-9]\d[KMBTQ]|[1-9]\d0[KMBT]|[1-9]\d{1,2}0Q", written)
        assert abs(read(written) - count) * 20 <= count


@pytest.mark.parametrize("write", [wording.tokens, wording.distance, wording.limit])
@given(first=COUNTS | EDGES, second=COUNTS | EDGES)
def test_more_never_reads_as_less(write: type[str], first: int, second: int) -> None:
    low, high = sorted((first, second))
    assert read(write(low)) <= read(write(high))


@given(COUNTS | EDGES)
def test_what_somebody_set_reads_as_the_same_number_without_zeros_that_say_nothing(count: int) -> None:
    assert read(wording.limit(count)) == read(wording.tokens(count))
    assert not re.search(r"\.\d*0[KMBTQ]$|\.[KMBTQ]$", wording.limit(count))


@given(PARTS, PARTS)
def test_shares_have_one_decimal_and_keep_their_order(one: Fraction, other: Fraction) -> None:
    low, high = sorted((one, other))
    shown = [wording.share(part) for part in (low, high)]
    assert all(re.fullmatch(r"\d{1,3}\.\d%|<0\.1%|0%", part) for part in shown)
    values = [Fraction(part.strip("<%")) - ("<" in part) * Fraction(1, 100) for part in shown]
    assert values[0] <= values[1]


@given(CHANGES)
def test_points_bear_a_sign_unless_they_read_as_nothing(change: Fraction) -> None:
    written = wording.points(change)
    assert re.fullmatch(r"[+−]\d+\.\d pt|0\.0 pt", written)
    assert written.startswith("+") == (change > 0 and written != "0.0 pt")
    assert wording.points(-change) == written.translate(str.maketrans("+−", "−+"))


@given(CHANGES)
def test_points_within_a_sentence_say_that_there_are_some(change: Fraction) -> None:
    written = wording.points_apart(change)
    assert re.fullmatch(r"\d+\.\d|0\.0[1-9]", written)
    assert abs(Fraction(written) - abs(change)) <= Fraction(1, 20)
    assert Fraction(written) > 0 or abs(change) < Fraction(1, 200)


@given(st.integers(0, 10**15), st.integers(0, 10**15))
def test_a_change_in_per_cent_is_signed_typographically(now: int, before: int) -> None:
    written = wording.percent(now, before)
    assert "-" not in written
    assert re.fullmatch(r"|0%|[+−]\d+%|\d+×", written)


@given(st.fractions(0, 10**6), st.fractions(0, 10**6))
def test_multiples_keep_their_order(one: Fraction, other: Fraction) -> None:
    low, high = sorted((one, other))
    assert Fraction(wording.ratio(low)[:-1]) <= Fraction(wording.ratio(high)[:-1])


@pytest.mark.parametrize(
    ("count", "shown"),
    [(51 * 10**9, "51B"), (308 * 10**9, "310B"), (2_730 * 10**9, "2.7T"), (996 * 10**9, "1.0T"), (7, "7")],
)
def test_distances(count: int, shown: str) -> None:
    assert wording.distance(count) == shown


@pytest.mark.parametrize(
    ("count", "shown"), [(10**12, "1T"), (25 * 10**8, "2.5B"), (10**11, "100B"), (500, "500"), (1_250_000, "1.25M")]
)
def test_limits(count: int, shown: str) -> None:
    assert wording.limit(count) == shown


@pytest.mark.parametrize(
    ("change", "shown"),
    [
        ("4.36", "+4.4 pt"),
        ("-0.8", "−0.8 pt"),
        ("0.25", "+0.3 pt"),
        ("0.04", "0.0 pt"),
        ("-0.05", "−0.1 pt"),
        ("-0.004", "0.0 pt"),
    ],
)
def test_points(change: str, shown: str) -> None:
    assert wording.points(Fraction(change)) == shown


@pytest.mark.parametrize(
    ("before", "now", "shown"),
    [
        ("9.6", "14.0", ("9.6%", "14.0%")),
        ("2.5457", "5.0725", ("2.55%", "5.07%")),
        ("5.0725", "2.5457", ("5.07%", "2.55%")),
        ("10.04", "10.06", ("10.04%", "10.06%")),
        ("0.0449", "0.1449", ("<0.1%", "0.1%")),
        ("0", "2.5", ("0%", "2.5%")),
        ("0.00006", "2.45005", ("0.0001%", "2.4501%")),
    ],
)
def test_two_shares_are_as_far_apart_as_is_said(before: str, now: str, shown: tuple[str, str]) -> None:
    """2.5 points lie between 2.55% and 5.07%; to a tenth they would lie between 2.5% and 5.1%."""
    one, other = Fraction(before) / 100, Fraction(now) / 100
    assert wording.shares_apart(one, other, Fraction(now) - Fraction(before)) == shown


@given(st.fractions(0, 1, max_denominator=10**6), st.fractions(0, 1, max_denominator=10**6))
def test_the_difference_of_two_shares_reads_as_the_points_between_them(one: Fraction, other: Fraction) -> None:
    points = 100 * (other - one)
    shown = wording.shares_apart(one, other, points)
    if abs(points) >= 1 and "<0.1%" not in shown:
        first, second = (Fraction(part.rstrip("%")) for part in shown)
        assert wording.points_apart(second - first) == wording.points_apart(points)
