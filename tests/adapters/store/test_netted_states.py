"""A weekly digest over a real database tells what changed by the states of the rules, as over the store in memory."""

from __future__ import annotations

from datetime import date, timedelta

from bot.adapters.store import SqlStore
from bot.core.rules import EnteredTop, NewLeader
from tests.app.test_netted_states import FRIDAY, SUNDAY, WEDNESDAY, news, passed, told, world


def test_a_week_is_netted_by_states(sql_store: SqlStore) -> None:
    """Comet is absent on Sunday alone, which is when Item02 is back among three, and Item01 has #1 for that day."""

    def change(items: list[str], day: date) -> None:
        if WEDNESDAY <= day < FRIDAY:
            items.insert(11, items.pop(2))
        if WEDNESDAY <= day < SUNDAY:
            items.insert(1, "comet")
        if day == SUNDAY:
            items.insert(0, items.pop(1))

    lived = world(change, EnteredTop(n=3, margin=1), NewLeader(confirm_days=2))
    lived.store = sql_store  # type: ignore[assignment]
    _, second, third = told(lived, SUNDAY + timedelta(days=7))
    assert news(second) == ["Comet enters the top 3 (Wed 18 Nov)"]
    assert passed(second) == "Came and went: Item02 in the top 3 again (Sun 22 Nov)."
    assert (news(third), passed(third)) == ([], "")
