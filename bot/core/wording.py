"""How numbers, dates and changes are written: one way each, everywhere (three significant digits and a unit)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from fractions import Fraction
from math import ceil

_UNITS = ((10**15, "Q"), (10**12, "T"), (10**9, "B"), (10**6, "M"), (10**3, "K"))
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_LONG_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
MINUS = "−"


def tokens(count: int) -> str:
    """Tokens to three significant digits: 455B, 1.84T, 1.90T, 50.0B; below a thousand all of them. Rounded half up."""
    return _written(count, 3)


def distance(count: int) -> str:
    """How far two are apart, to two significant digits: 51B, 310B, 2.7T. Their own figures, of three, are beside it."""
    return _written(count, 2)


def limit(count: int) -> str:
    """Tokens that somebody set, as a configuration has them: 1T, 2.5B."""
    written = tokens(count)
    return f"{written[:-1].rstrip('0').rstrip('.')}{written[-1]}" if "." in written else written


def _written(count: int, digits: int) -> str:
    """A whole number to so many significant digits, in the unit in which at most three stand before the point."""
    if count < 1000:
        return str(count)
    rounded = _rounded(count, digits)
    unit, letter = next((unit, letter) for unit, letter in _UNITS if rounded >= unit)
    places = max(digits - len(str(rounded // unit)), 0)
    whole, rest = divmod(rounded, unit)
    return f"{whole}.{rest * 10**places // unit:0{places}d}{letter}" if places else f"{whole}{letter}"


def _rounded(count: int, digits: int) -> int:
    """The number to so many significant digits, half up: 999,600 becomes 1,000,000, and with it its unit the next."""
    step = int("1" + "0" * (len(str(count)) - digits))
    return (2 * count + step) // (2 * step) * step


def ratio(value: Fraction) -> str:
    """A multiple: 3.1×, 12×."""
    tenths = int(value * 10 + Fraction(1, 2))
    return f"{_tenths(tenths)}×" if tenths < 100 else f"{int(value + Fraction(1, 2))}×"


def decimal(value: Fraction | int) -> str:
    """An exact decimal number as one writes it: 2, 2.5; of a fraction that has none, its six first digits."""
    return f"{float(value):g}"


def percent(now: int, before: int | None) -> str:
    """A change as a signed whole percentage: +6%, −8%, 0%; above +1000% as a multiple; empty without a base."""
    if not before:
        return ""
    change = Fraction(now - before, before)
    if change >= 10:
        return ratio(Fraction(now, before))
    points = int(abs(change) * 100 + Fraction(1, 2))
    sign = "" if not points else "+" if change > 0 else MINUS
    return f"{sign}{points}%"


def share(part: Fraction) -> str:
    """A part of a whole, in per cent to a tenth: 21.6%, 6.0%; what is there but rounds to nothing is <0.1%."""
    tenths = int(part * 1000 + Fraction(1, 2))
    if not tenths:
        return "<0.1%" if part else "0%"
    return f"{_tenths(tenths)}%"


def points(change: Fraction) -> str:
    """By how many percentage points a share moved, ``change`` in points: "+4.4 pt", "−0.8 pt", "0.0 pt"."""
    tenths = int(abs(change) * 10 + Fraction(1, 2))
    sign = "" if not tenths else "+" if change > 0 else MINUS
    return f"{sign}{_tenths(tenths)} pt"


def points_apart(change: Fraction) -> str:
    """The same within a sentence, without sign and unit: "4.4"; of less than a tenth "0.04", for it did move."""
    hundredths = int(abs(change) * 100 + Fraction(1, 2))
    return f"0.0{hundredths}" if 0 < hundredths < 10 else _tenths(int(abs(change) * 10 + Fraction(1, 2)))


def shares_apart(before: Fraction, now: Fraction, points: Fraction) -> tuple[str, str]:
    """Two parts of a whole that are ``points`` apart: to a tenth, "9.6%" and "14.0%".

    With more digits, four at most, where their difference would not read as `points_apart` says: 2.5 points are not
    between 2.5% and 5.1%, but between 2.55% and 5.07%.
    """
    for places in range(1, 5):
        scale = 10**places
        first, second = (int(part * 100 * scale + Fraction(1, 2)) for part in (before, now))
        if points_apart(Fraction(second - first, scale)) == points_apart(points):
            break
    if places == 1:
        return share(before), share(now)
    return _percentage(first, places), _percentage(second, places)


def _percentage(units: int, places: int) -> str:
    return f"{units // 10**places}.{units % 10**places:0{places}d}%"


def _tenths(tenths: int) -> str:
    return f"{tenths // 10}.{tenths % 10}"


def margin(ahead: int, behind: int) -> str:
    """How far ``ahead`` leads ``behind``, in per cent of ``behind``, to a tenth: 0.8%."""
    if not behind:
        return ""
    tenths = int(Fraction(ahead - behind, behind) * 1000 + Fraction(1, 2))
    return f"{_tenths(tenths)}%" if tenths < 1000 else f"{tenths // 10}%"


def day(value: date) -> str:
    """A date within a message: Tue 10 Nov."""
    return f"{_DAYS[value.weekday()]} {value.day} {_MONTHS[value.month - 1]}"


def full_day(value: date) -> str:
    """A date that stands alone: 10 Nov 2026."""
    return f"{value.day} {_MONTHS[value.month - 1]} {value.year}"


def month_day(value: date) -> str:
    """A date within a subject: 10 November."""
    return f"{value.day} {_LONG_MONTHS[value.month - 1]}"


def window(days: int, end: date) -> str:
    """A window: "7 days to Tue 10 Nov", or the day itself."""
    return day(end) if days == 1 else f"{days} days to {day(end)}"


def days(first: date, last: date) -> str:
    """Days that stand alone: "9 to 15 November 2026", "30 October to 5 November 2026", "10 November 2026"."""
    end = f"{month_day(last)} {last.year}"
    if first == last:
        return end
    if first.year != last.year:
        return f"{month_day(first)} {first.year} to {end}"
    return f"{first.day if first.month == last.month else month_day(first)} to {end}"


def short_days(first: date, last: date) -> str:
    """Days within a headline: "11 to 16 Nov", "30 Oct to 2 Nov"."""
    begin = str(first.day) if (first.year, first.month) == (last.year, last.month) else _day_of_month(first)
    return _day_of_month(last) if first == last else f"{begin} to {_day_of_month(last)}"


def _day_of_month(value: date) -> str:
    return f"{value.day} {_MONTHS[value.month - 1]}"


def in_words(number: int) -> str:
    """A small number within a sentence: "six"; from ten on in digits."""
    return _NUMBERS[number] if number < len(_NUMBERS) else str(number)


def rank_move(rank: int, previous: int | None) -> tuple[str, str]:
    """(glyph, text) of a rank: ("▲", "5 → 4"), ("=", "3"), ("", "4") without a base."""
    if previous is None or previous == rank:
        return ("=" if previous == rank else ""), str(rank)
    return ("▲" if rank < previous else "▼"), f"{previous} → {rank}"


def exact(number: int) -> str:
    """A number to the last digit, for proofs: 1,842,118,530,217."""
    return f"{number:,}"


def times(ratio_text: str | None, *, at_least: bool) -> str:
    """A spike's multiple: "3.1×"; "at least 3.1×", then rounded down; empty where it has no limit."""
    if ratio_text is None:
        return ""
    value = Fraction(ratio_text)
    if not at_least:
        return ratio(value)
    return f"at least {ratio(Fraction(int(value * 10), 10) if value < 10 else Fraction(int(value)))}"


def listing(parts: Sequence[str], limit: int = 0) -> str:
    """Parts in a sentence: "A", "A and B", "A, B and C"; beyond ``limit`` (0: none) "A, B and 3 others"."""
    if limit and len(parts) > limit:
        parts = [*parts[:limit], count(len(parts) - limit, "other")]
    return " and ".join([part for part in (", ".join(parts[:-1]), *parts[-1:]) if part])


def weeks_before(window_days: int) -> str:
    """What a spike's baseline is called: "the three weeks before", "the same weekday of the three weeks before"."""
    if window_days == 7:
        return "the three weeks before"
    if window_days < 7:
        span = "the same weekday" if window_days == 1 else f"the same {window_days} days"
        return f"{span} of the three weeks before"
    return f"the three windows of {window_days} days before"


def count(number: int, noun: str, plural: str = "") -> str:
    """A counted noun: 1 spike, 2 spikes."""
    return f"{number} {noun if number == 1 else plural or noun + 's'}"


def duration(seconds: float) -> str:
    """How long something takes, rounded up, in the largest unit that says it well: 65 s, 41 min, 3 h."""
    whole = max(ceil(seconds), 1)
    for unit, length in (("s", 1), ("min", 60)):
        number = -(-whole // length)
        if number < 120:
            return f"{number} {unit}"
    return f"{-(-whole // 3600)} h"


def sentence(text: str) -> str:
    """The text with a full stop at its end, unless it has an end: others' words often have none."""
    return text if not text or text.endswith((".", "!", "?", "…")) else f"{text}."
