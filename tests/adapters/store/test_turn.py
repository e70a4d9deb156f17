"""Whose turn it is to serve a store: one at a time, and gone with its holder, on both databases."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.adapters.store.turn import Turn
from bot.errors import StoreError


def test_one_at_a_time(database_url: str) -> None:
    first, second = Turn(database_url, who="process 1 on a"), Turn(database_url, who="process 2 on b")
    assert first.take()
    assert not second.take()
    assert second.holder() in ("process 1 on a", "another process")
    first.leave()
    assert second.take()
    second.leave()


def test_sqlite_says_who_has_it(sqlite_url: str) -> None:
    first, second = Turn(sqlite_url, who="process 1 on a"), Turn(sqlite_url, who="process 2 on b")
    assert second.holder() == "another process"
    assert first.take()
    assert second.holder() == "process 1 on a"
    first.leave()
    second.leave()


def test_a_folder_where_no_lock_can_be_is_said(tmp_path: Path) -> None:
    turn = Turn(f"sqlite:///{tmp_path / 'rankbot.db'}", who="x")
    (tmp_path / "rankbot.db.serving").mkdir()
    with pytest.raises(StoreError, match=r"rankbot.db.serving can't be opened"):
        turn.take()
    assert turn.holder() == "another process"
    turn.leave()
