"""The gate: what an answer of the feed must be before anything is compared with it.

``check`` looks at an answer by itself, ``plausible`` holds it against what is stored. Both return the reason for a
refusal, or None. Arithmetic is exact throughout.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from bot.core.ranking import APP_PAGE, FIRST_DAY, MAX_TOKENS, MODEL_DEPTH, OTHER, Dataset, Ranking, Sort
from bot.core.text import clean
from bot.core.wording import tokens

YARDSTICK_DAYS = 31
"""A stored snapshot farther off than this says nothing about an answer."""
YARDSTICK_ENTRIES = 10
"""A stored snapshot with fewer entries says nothing about an answer."""
TOP = 20
"""The ranks of the stored snapshot of which half must be in the answer."""
BELIEVED_AFTER = timedelta(minutes=30)
"""An implausible answer that still says the same after this long is believed."""
_AS_OF = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(:[0-9]{2}([.,][0-9]+)?)?(Z|[+-][0-9]{2}:?[0-9]{2})"
)


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why an answer is not stored, as a sentence for the operator."""

    reason: str

    def __str__(self) -> str:
        return self.reason


def as_of_time(text: str) -> datetime | None:
    """The time that an ``as_of`` names; None unless it is an ISO-8601 time with a zone."""
    if not _AS_OF.fullmatch(text):
        return None
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def check(ranking: Ranking, *, asked_start: date, asked_end: date) -> Refusal | None:
    """The first reason why the answer is not what is documented and asked for, or None.

    A start before the feed's first day must have come back as that day.
    """
    return (
        _check_window(ranking, asked_start, asked_end)
        or _check_as_of(ranking)
        or _check_places(ranking)
        or _check_items(ranking)
        or _check_numbers(ranking)
        or _check_order(ranking)
    )


def torn(ranking: Ranking) -> Refusal | None:
    """Why two pages do not fit together that are each sound by themselves: they were taken at different moments.

    Ranks, ids and the order of tokens are looked at. None for a ranking of one page, for one that fits together, and
    for one with a fault within a page, which no other moment explains.
    """
    first, second = ranking.entries[:APP_PAGE], ranking.entries[APP_PAGE:]
    if not second or any(_unsound(replace(ranking, entries=page)) for page in (first, second)):
        return None
    return _unsound(ranking)


def _unsound(ranking: Ranking) -> Refusal | None:
    """What is wrong with the lines among themselves, wherever their ranks begin."""
    start = ranking.entries[0].rank
    return _check_ranks(ranking, start) or _check_items(ranking) or _check_order(ranking)


def _check_window(ranking: Ranking, asked_start: date, asked_end: date) -> Refusal | None:
    start = max(asked_start, FIRST_DAY)
    if (ranking.start_date, ranking.end_date) == (start, asked_end):
        return None
    return Refusal(f"It is about {ranking.start_date} to {ranking.end_date}; asked for was {start} to {asked_end}.")


def _check_as_of(ranking: Ranking) -> Refusal | None:
    if as_of_time(ranking.as_of):
        return None
    return Refusal(f"Its as_of, “{clean(ranking.as_of)}”, is not a time with a zone.")


def _check_places(ranking: Ranking) -> Refusal | None:
    most = MODEL_DEPTH if ranking.board.dataset is Dataset.MODELS else ranking.depth
    if len(ranking.entries) > most:
        return Refusal(f"It has {len(ranking.entries)} entries; at most {most} can be.")
    return _check_ranks(ranking, 1)


def _check_ranks(ranking: Ranking, first: int) -> Refusal | None:
    for place, entry in enumerate(ranking.entries, start=first):
        if entry.rank != place:
            return Refusal(f"Rank {entry.rank} stands where rank {place} belongs.")
    return None


def _check_items(ranking: Ranking) -> Refusal | None:
    seen: dict[str, int] = {}
    for entry in ranking.entries:
        if not entry.item:
            return Refusal(f"Rank {entry.rank} has no id.")
        if entry.item == OTHER and ranking.board.dataset is Dataset.MODELS:
            return Refusal(f"Rank {entry.rank} is `{OTHER}`, which is the rest and not a model.")
        if entry.item in seen:
            return Refusal(f"`{clean(entry.item)}` stands at rank {seen[entry.item]} and again at {entry.rank}.")
        seen[entry.item] = entry.rank
    return None


def _check_numbers(ranking: Ranking) -> Refusal | None:
    for entry in ranking.entries:
        if not 0 <= entry.tokens <= MAX_TOKENS:
            return Refusal(f"The tokens at rank {entry.rank}, {entry.tokens}, are not within 0 and 2^63 - 1.")
        if entry.requests is not None and not 0 <= entry.requests <= MAX_TOKENS:
            return Refusal(f"The requests at rank {entry.rank}, {entry.requests}, are not within 0 and 2^63 - 1.")
    if not 0 <= ranking.other_tokens <= MAX_TOKENS:
        return Refusal(f"The tokens of `{OTHER}`, {ranking.other_tokens}, are not within 0 and 2^63 - 1.")
    return None


def _check_order(ranking: Ranking) -> Refusal | None:
    if not _by_tokens(ranking):
        return None
    for above, below in zip(ranking.entries, ranking.entries[1:], strict=False):
        if below.tokens > above.tokens:
            return Refusal(
                f"Rank {below.rank} has more tokens ({below.tokens}) than the rank above it ({above.tokens})."
            )
    return None


def _by_tokens(ranking: Ranking) -> bool:
    """Whether the board is ranked by tokens; a trending list is ranked by growth, and may be short or empty."""
    return ranking.board.dataset is Dataset.MODELS or ranking.board.sort is Sort.POPULAR


def yardsticks(end_date: date, stored: Iterable[date]) -> list[date]:
    """The stored days that an answer for ``end_date`` may be held against: nearest first, the earlier of two as near.

    The first of them whose snapshot has at least YARDSTICK_ENTRIES entries is ``plausible``'s ``nearest``.
    """
    near = [day for day in stored if abs((day - end_date).days) <= YARDSTICK_DAYS]
    return sorted(near, key=lambda day: (abs((day - end_date).days), day))


def plausible(ranking: Ranking, nearest: Ranking | None) -> Refusal | None:
    """Why the answer can't well be true, held against the board's stored snapshot nearest in time; None if it can.

    At least half as many entries, at least half of the snapshot's top 20 among them, and the sum of tokens (for models
    with those outside the top 50) between a quarter and four times the snapshot's. A trending list, a snapshot too far
    off (YARDSTICK_DAYS) or too short (YARDSTICK_ENTRIES), and none at all refuse nothing.
    """
    if nearest is None or not _by_tokens(ranking) or len(nearest.entries) < YARDSTICK_ENTRIES:
        return None
    if abs((ranking.end_date - nearest.end_date).days) > YARDSTICK_DAYS:
        return None
    stored = f"the stored snapshot of {nearest.end_date}"
    if 2 * len(ranking.entries) < len(nearest.entries):
        return Refusal(f"Only {len(ranking.entries)} entries came; {stored} has {len(nearest.entries)}.")
    top = [entry.item for entry in nearest.entries[:TOP]]
    kept = sum(item in ranking.by_item for item in top)
    if 2 * kept < len(top):
        return Refusal(f"Only {kept} of the top {len(top)} of {stored} are in it.")
    total, known = ranking.total_tokens, nearest.total_tokens
    if 4 * total < known or total > 4 * known:
        return Refusal(f"Its tokens sum to {tokens(total)}; those of {stored} to {tokens(known)}.")
    return None


def fingerprint(ranking: Ranking) -> str:
    """SHA-256, in hex, of what the answer says: ranks, items, tokens and requests, and the models' rest.

    Names, ``as_of`` and ``fetched_at`` take no part: they differ between fetches of the same figures.
    """
    lines = [f"{entry.rank}\t{entry.item}\t{entry.tokens}\t{entry.requests}" for entry in ranking.entries]
    lines.append(f"{OTHER}\t{ranking.other_tokens}")
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def believed(first_at: datetime, last_at: datetime) -> bool:
    """Whether an implausible answer is to be believed that said the same (same fingerprint) at both times."""
    return last_at - first_at >= BELIEVED_AFTER
