"""When a request may be sent: in turn among all processes that share a store, and not while the feed says wait."""

from __future__ import annotations

from datetime import datetime, timedelta

_PACED = timedelta(seconds=62)
"""What ``requests_per_minute`` are spread over: two seconds more than a minute, by which their ways may differ."""
MOST_WAITING = 30
"""How many callers may wait in turn at once. Each waits for one request, so this is more than there are processes."""
LONGEST_PAUSE = timedelta(days=1)
"""The feed's limits are by the minute and by the day: nothing makes it refuse for longer."""


def interval(requests_per_minute: int) -> timedelta:
    """The space between two requests, with which a minute never sees more than so many."""
    return _PACED / requests_per_minute


def turn(following: datetime | None, now: datetime, space: timedelta) -> datetime:
    """The moment at which a caller may send, ``following`` being the earliest by what others have reserved.

    A moment further off than MOST_WAITING callers explain is from a clock that has been set back since. It is not
    waited for; only a space is kept from what may just have been sent.
    """
    if following is None:
        return now
    if following - now > MOST_WAITING * space:
        return now + space
    return max(now, following)


def pause(stored: datetime | None, until: datetime, now: datetime) -> datetime:
    """Until when to wait after the feed said ``until``: the later word counts, of answers that crossed on their way."""
    until = min(until, now + LONGEST_PAUSE)
    standing = paused(stored, now)
    return max(standing, until) if standing else until


def paused(stored: datetime | None, now: datetime) -> datetime | None:
    """Until when to wait, None if it is over, or so far off that the clock must have been set back since."""
    return stored if stored and now < stored <= now + LONGEST_PAUSE else None
