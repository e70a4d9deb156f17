"""What a section's figures are about, said once: the window, and what ranks and tokens are held against."""

from __future__ import annotations

from datetime import date

from bot.core import notes, wording
from bot.core.days import ONE_DAY
from bot.core.ranking import By
from bot.core.view import View


def scope(view: View, day: date) -> str:
    """Window and bases, said once: "7 days to Tue 10 Nov · ranks against the day before, tokens against …"."""
    if view.current is None:
        return f"no figures for {wording.day(day)}"
    bases = ", ".join((_rank_base(view, day), _token_base(view)))
    listed = " · listed models only" if view.watchlist.board.by is By.AUTHOR else ""
    return f"{'new watchlist · ' if view.new else ''}{view.window(day)}{listed} · {bases}"


def _rank_base(view: View, day: date) -> str:
    if view.previous is None:
        return "no earlier ranks"
    end = view.previous.end_date
    if end == day - ONE_DAY:
        return "ranks against the day before"
    last = " (the last day before a gap)" if end + ONE_DAY in notes.gaps(view.not_evaluated) else ""
    return f"ranks against {wording.day(end)}{last}"


def _token_base(view: View) -> str:
    days = view.watchlist.board.window_days
    if view.compared is None:
        return "no earlier tokens"
    if days < 7:
        return f"tokens against {wording.window(days, view.compared.end_date)}"
    return f"tokens against {'the week' if days == 7 else f'the {days} days'} before"
