"""What explanations of an event and of a day share: figures, the rows that were looked at, and the verdict."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from bot.cli.output import field, rows, say, warn_field
from bot.core import wording

if TYPE_CHECKING:
    from bot.app.explain import Account
    from bot.core.event import Event
    from bot.wiring import House

NETTED = "netted out"
_STATES = {
    "new": "in no digest yet",
    "told": "told in a digest",
    "retracted": "taken back: OpenRouter revised that day",
}


def became(house: House, event: Event) -> str:
    """What became of an event that nothing holds back."""
    if event.id in house.store.netted():
        return f"{NETTED}: other days of the same digest undid or overtook it"
    return _STATES[event.status.value]


def rank(place: int | None) -> str:
    """A rank, or that there is none."""
    return f"#{place}" if place else "none"


def figure(tokens: int | None) -> str:
    """Tokens to the last digit, or that there are none."""
    return "none" if tokens is None else wording.exact(tokens)


def used(windows: Sequence[Mapping[str, Any]]) -> None:
    """The stored windows that were looked at, by board."""
    by_board: dict[str, list[Mapping[str, Any]]] = {}
    for row in windows:
        by_board.setdefault(row["board"], []).append(row)
    if by_board:
        say()
    for board, found in by_board.items():
        field("rows", board)
        rows([(f"to {row['end_date']}", f"revision {row['revision']}", f"as of {row['as_of']}") for row in found])


def disagreement(account: Account) -> None:
    """Says how a recomputation differs from what is stored, and whether that is an error."""
    from bot.app.explain import Check

    if account.check is Check.OTHER_RULES:
        text = "Shown as stored: it was judged by other rules or names than today's, or by another version of rankbot, "
        field("verdict", f"{text}and by today's these rows give something else.")
        return
    if account.check is Check.THINNED:
        field(
            "verdict",
            "Shown as stored: of the boards it was judged by, only some lines are kept ([store] keep_boards_days).",
        )
        return
    warn_field("verdict", "NOT the same when recomputed from its rows:")
    for one in account.differences:
        warn_field("", f"{one.what}: stored {one.stored}, recomputed {one.recomputed}")
